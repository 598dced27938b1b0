"""The short way to a quick estimate: what of the closed forms is left where everything but the contact is known.

What lives here: the way of `Waits.estimate` for contacts of the usual kind, for whom `Glances` has the place. Rates,
offers, who hangs up and who may overtake are worked out once for each kind of contact and each event, by the methods of
`ClosedForms`; for each contact the line is dealt out, and there is its law. What may not: any other formula. Each
figure is the one of the general way, with the same operations in the same order; `tests/test_quick.py` compares them.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from routekit._router.glances import Cut, Glance, Glances, Kind
from routekit._router.records import ContactRecord
from routekit.estimation._erlang import erlang
from routekit.estimation._estimate import WaitEstimate, told
from routekit.estimation._shapes import Delayed
from routekit.estimation.closed import SLOWNESS
from routekit.estimation.correcting import Corrected, group_of
from routekit.estimation.flowing import with_overtaking
from routekit.estimation.laws import BetaLaw

if TYPE_CHECKING:
    from routekit._router.places import Team
    from routekit._router.reads import Reads
    from routekit.estimation.correcting import Corrections
    from routekit.estimation.waits import Waits

__all__ = ["Quick"]

_SLOWNESS = SLOWNESS
_NEVER = float("inf")
_EVER = -_NEVER


class Shares:
    """What the sides of a cut do, for dealing: their rates, and which of them each line is for, one after the other."""

    def __init__(self, version: int, rates: list[float], own: tuple[int, ...], teams: list[tuple[int, ...]]) -> None:
        self.version = version
        self.rates = array("d", rates)
        self.done = array("d", bytes(8 * len(rates)))
        self.ranked = array("q", bytes(8 * len(rates)))
        sides: list[int] = []
        first = [0]
        for group in (*teams, own):  # the contact's own agents last
            sides += group
            first.append(len(sides))
        self.sides = array("q", sides)
        self.first = array("q", first)
        self.own = len(teams)

    def clear(self) -> None:
        """Nothing has been dealt yet."""
        for side in range(len(self.done)):
            self.done[side] = 0.0

    def deal(self, size: float, group: int) -> float:
        """Deal work to a group of sides, of which each is done with what it has at some time; when all are done with
        this, too: `flowing.deal_steady`."""
        begin = self.first[group]
        count = self.first[group + 1] - begin
        for place in range(count):
            side = self.sides[begin + place]
            to = place
            while to > 0 and self.done[self.ranked[to - 1]] > self.done[side]:
                self.ranked[to] = self.ranked[to - 1]
                to -= 1
            self.ranked[to] = side
        speed = 0.0
        work = 0.0
        until = _NEVER
        for place in range(count):
            side = self.ranked[place]
            speed += self.rates[side]
            work += self.rates[side] * self.done[side]
            if speed > 0.0:
                until = (size + work) / speed
                if place + 1 == count or until <= self.done[self.ranked[place + 1]]:
                    break
        if until < _NEVER:
            for place in range(count):
                side = self.ranked[place]
                if until > self.done[side]:
                    self.done[side] = until
        return until


class Known:
    """What is known of all contacts of a kind since the last event."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.usable = False
        self.rate = 0.0  # how many their agents could take a second
        self.own_s = 1.0  # how long one of them takes
        self.ring_s = 0.0
        self.leave = 0.0
        self.moved_at = _EVER  # when their line moved last
        self.then = 0.0  # the last event, or now where that is not earlier
        self.corrections: Corrections | None = None  # where they know enough
        self.groups: dict[float, str] = {}  # by priority
        # Who may overtake: whether by the order of the contact's queue, by which priority, how many a second as seen
        # now and then.
        self.streams: list[tuple[bool, float, float, float]] = []


class Quick:
    """Quick estimates of one `Waits`; `version` has to change whenever that has learnt anything."""

    def __init__(self, waits: Waits, reads: Reads) -> None:
        self.waits = waits
        self.glances = Glances(reads)
        self.version = 0

    def of(self, contact: str) -> WaitEstimate | None:
        """As `of_record`, by the contact's id; `UnknownContact`."""
        return self.of_record(self.glances.record(contact))

    def of_record(self, record: ContactRecord) -> WaitEstimate | None:
        """The estimate for a waiting contact; None for one to be looked at in full. Cost: as of `Glances.look`; where
        not all who come before are for the same agents, eight pieces for each line are dealt to them."""
        glance = self.glances.look(record)
        if glance is None:
            return None
        known = self._known(glance)
        if not known.usable:
            return None
        before = self._before(glance, known)
        if not before < _NEVER:
            return None
        law: Any = self._line(glance, known, before, glance.now)
        method = "quick"
        delay = known.ring_s
        if known.corrections is not None:
            then = law if known.then >= glance.now else self._line(glance, known, before, known.then)
            law = known.corrections.correct(self._group(glance, known), then, delay, known.leave, now=law)
            if type(law) is Corrected:
                method = "quick, corrected"
        if delay > 0.0:
            law = Delayed(law, delay)
        leaving = served = None
        if known.leave > 0.0:
            leaving = 1.0 - law.probability_served(known.leave)
            served = law.given_served(known.leave)
        return told(record.id, glance.now, glance.position, law, method, leaving, served)

    def forecast(self, contact: str) -> tuple[float, str, tuple[str, ...], Any, float, float] | None:
        """Of one who has just got in line what `Corrections.ask` takes: when, its group, its queues, the law, what is
        known to come on top of it, and how fast others hang up; None for one to be looked at in full. Cost: as `of`."""
        glance = self.glances.look(self.glances.record(contact))
        if glance is None:
            return None
        known = self._known(glance)
        if not known.usable:
            return None
        before = self._before(glance, known)
        if not before < _NEVER:
            return None
        law = self._line(glance, known, before, glance.now)
        queues = (glance.kind.queue.name,)
        return glance.now, self._group(glance, known), queues, law, known.ring_s, known.leave

    # -- of a kind -----------------------------------------------------------------------------------------------------

    def _known(self, glance: Glance) -> Known:
        kind = glance.kind
        known: Known | None = kind.said
        if known is None or known.version != self.version:
            known = kind.said = self._learn(kind, glance.now)
        return known

    def _learn(self, kind: Kind, now: float) -> Known:
        """What is known of a kind. Cost: the teams, and the streams of those who come."""
        waits, known = self.waits, Known(self.version)
        queue, channel = kind.queue.name, kind.demand.channel
        own = waits._handle(queue, channel)
        if own is None or waits._plans.agents:
            return known
        known.own_s = own
        for team in kind.teams:
            known.rate += self._rate(team, own)
        offers = waits.learning.offers.get(queue)
        known.ring_s = 0.0 if offers is None else offers.held_s
        known.leave = waits._leave_rate(queue)
        moving = waits.learning.moving.get(queue)
        if moving is not None and moving.started_at is not None:
            known.moved_at = moving.started_at
        known.then = now if waits._last_at is None or waits._last_at >= now else waits._last_at
        if waits._corrections is not None and waits._corrections.ready:
            known.corrections = waits._corrections
        for name, share in kind.shares:
            for priority, arrivals in waits.learning.arrivals.get(name, {}).items():
                one = (name == queue, priority, arrivals.rate(now) * share, arrivals.rate(known.then) * share)
                if one[2] > 0.0 or one[3] > 0.0:
                    known.streams.append(one)
        known.usable = 0.0 < known.rate < _NEVER
        return known

    def _rate(self, team: Team, own: float) -> float:
        """How much a team does a second."""
        return team.agents * team.slots / self.waits._turn(team, own)

    def _share(self, cut: Cut, own: float) -> Shares:
        """What the sides of a cut do."""
        shares = Shares(self.version, [self._rate(team, own) for team in cut.sides], cut.own, cut.teams)
        cut.said = shares
        return shares

    def _group(self, glance: Glance, known: Known) -> str:
        kind, priority = glance.kind, glance.record.priority
        found = known.groups.get(priority)
        if found is None:
            found = group_of(kind.queue.name, kind.demand.channel, kind.demand.needs, priority)
            known.groups[priority] = found
        return found

    # -- of a contact --------------------------------------------------------------------------------------------------

    def _before(self, glance: Glance, known: Known) -> float:
        """How many come before, in turns of the contact's own agents: `ClosedForms._before`."""
        cut = glance.cut
        if cut is None:
            return glance.before
        shares = cut.said
        if shares is None or shares.version != self.version:
            shares = self._share(cut, known.own_s)
        shares.clear()
        for place in range(glance.count):
            shares.deal(glance.sizes[place], glance.lines[place])
        turns = shares.deal(1.0, shares.own) * known.rate - 1.0
        return turns if turns > 0.0 else 0.0

    def _line(self, glance: Glance, known: Known, before: float, at: float) -> Any:
        """The law of getting through the line as seen at a time: `ClosedForms._line`."""
        record = glance.record
        rate = known.rate
        stages = before + 1.0
        mean = stages / rate
        if known.streams:
            coming = self._coming(glance, known, at)
            if coming is not None:
                mean = with_overtaking(stages, rate, coming)
        rate = stages / mean
        began = record.entered_queue_at
        if known.moved_at > began:
            began = known.moved_at
        silence = at - began
        if silence < 0.0:
            silence = 0.0
        n = before + _SLOWNESS / (_SLOWNESS + rate * silence) - 1.0
        if n < 0.0:
            rate = rate / (1.0 + n)
            n = 0.0
        if known.leave > 0.0:
            return BetaLaw(n, rate, known.leave)
        return erlang(n, rate)

    def _coming(self, glance: Glance, known: Known, at: float) -> list[tuple[float, float]] | None:
        """Who will come and go before: for how long from that time they can, and at which rate; soonest end first.
        None where nobody can."""
        record = glance.record
        slope = glance.kind.queue.slope
        found: list[tuple[float, float]] | None = None
        for home, priority, now, then in known.streams:
            if home:
                until = record.since - at + slope * (priority - record.priority)
            else:
                until = record.urgency + 60.0 * priority - at
            if until > 0.0:
                rate = now if at == glance.now else then
                if rate > 0.0:
                    if found is None:
                        found = []
                    found.append((until, rate))
        if found is not None:
            found.sort()
        return found
