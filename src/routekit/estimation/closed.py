"""From where a contact stands to the law of its wait, by closed forms: rates, turns, what comes before and overtakes.

What lives here: `ClosedForms`, the half of `Waits` from which the simulation, too, takes its measure. What may not: how
a place or what was learnt is come by, corrections, the simulation, what is answered. `docs/waits.md` has the
approximations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from routekit.errors import InvalidValue
from routekit.estimation.flowing import Course, Flow, course, deal, deal_steady, with_overtaking
from routekit.estimation.laws import BetaLaw, ErlangLaw, Points
from routekit.estimation.learning import FEW, Learning
from routekit.estimation.planned import Plans, Spans
from routekit.estimation.times import MOST_S

if TYPE_CHECKING:
    from routekit._router.places import Place, Team
    from routekit._router.reads import Reads

__all__ = ["FAR", "ClosedForms", "certain"]

SLOWNESS = 4.0
"""How slowly an estimate falls while nothing happens: see `_stage`."""
ROUNDS = 4
"""How often a wait is worked out anew with those who come in it, where some of them go before by their tier."""
FAR = 10.0
"""An end of all shifts that is so many times as far away as the turn is expected to come matters no more."""
KEPT = 8
"""For how many kinds of contacts what their agents can do is kept."""
SOON_S = 14_400.0
"""Shifts that begin later are looked at only where a wait is longer."""


class ClosedForms:
    """What follows from a place, the plans and what was learnt, without anything drawn. `Waits` is made of it: it sets
    the attributes."""

    __slots__ = ("_handle_s", "_handle_s_by", "_last_at", "_least", "_plans", "learning")

    learning: Learning
    _plans: Plans
    _least: int
    _handle_s: float | None
    _handle_s_by: dict[str, float]
    _last_at: float | None
    _reads: Reads | None

    def _router(self) -> Reads:
        if self._reads is None:
            raise InvalidValue(path="estimator", value=self, problem="has no router: give it to Router(estimator=)")
        return self._reads

    # -- laws ----------------------------------------------------------------------------------------------------------

    def _ring_s(self, place: Place) -> float:
        """How long agents are held by offers for each contact that they connect."""
        offers = self.learning.offers.get(place.queue)
        return 0.0 if offers is None else offers.held_s

    def _leave_rate(self, queue: str) -> float:
        """How fast callers of a queue hang up, by all that was known at the last event: so it does not fall since."""
        patience = self.learning.patience.get(queue)
        if patience is None:
            return 0.0
        few = self._last_at is not None and patience.sums.count < FEW
        return patience.rate(self._router().waited_s(queue, self._last_at or 0.0) if few else 0.0)

    def _before(self, place: Place, pace: Course) -> float:
        """How many come before, in turns of the contact's own agents.

        Where all of them are for the same agents, that is their number. Else the line is dealt out as if it were a
        liquid: block after block in the order in which they are taken, each to whoever of those that could take it is
        done first. What the contact would wait then is so many turns. Those who will come in a queue of a better tier
        for some of the agents are dealt to these before, as many as come in that time. Cost: blocks times teams.
        """
        if pace.before is not None:
            return pace.before
        if not place.sides:
            return _ahead(place)
        own = self._handle(place.queue, place.channel) or 1.0
        rates = [team.agents * team.slots / self._turn(team, own) for team in place.sides]
        return max(0.0, self._dealt(place, rates, deal_steady) * pace.rate - 1.0)

    def _dealt(self, place: Place, rates: Any, deal: Callable[..., float]) -> float:
        """When the contact's own turn is done, if the line is dealt out."""
        wait = 0.0
        for _ in range(ROUNDS if place.preferred else 1):
            done = [0.0] * len(rates)
            for one in place.preferred:
                coming = 0.0
                for arrivals in self.learning.arrivals.get(one.queue, {}).values():
                    coming += arrivals.rate(place.at)
                deal(coming * one.share * max(0.0, min(wait, one.until - place.at)), one.teams, rates, done)
            for block in place.blocks:
                deal(block.size, block.teams, rates, done)
            wait = deal(1.0, place.own, rates, done)
        return wait

    def _line(self, place: Place, before: float, pace: Course) -> Any:
        """The law of getting through the line, with those who overtake, those who leave, and what has gone by."""
        rate = pace.rate
        if pace.sure:
            return certain(0.0)
        if pace.before is None:
            stages = before + 1.0
            mean = stages / rate
            coming = self._overtaking(place)
            if coming:
                mean = with_overtaking(stages, rate, coming)
            rate = stages / mean
        leave = self._leave_rate(place.queue)
        n = before + (self._stage(place, rate) if pace.begins_s <= 0.0 else 1.0) - 1.0
        if n < 0.0:
            rate, n = rate / (1.0 + n), 0.0
        return BetaLaw(n, rate, leave) if leave > 0.0 else ErlangLaw(n, rate)

    def _then(self, place: Place) -> Place:
        """The place as it was at the last event, nothing having changed since; of one who has not come, as it is."""
        if not place.contact or self._last_at is None or self._last_at >= place.at:
            return place
        return attrs.evolve(place, at=self._last_at)

    def _last(self, place: Place) -> float:
        """When the last event was: who is there by plan is told as of then, for one who has not come as well."""
        return place.at if self._last_at is None else min(self._last_at, place.at)

    def _stage(self, place: Place, rate: float) -> float:
        """Which part of the present stage is still to come: 1.0 when it began, and less the longer nothing happens.

        A line whose agents take exponential times has no memory: its law is the same however long nothing moves. Real
        times are less erratic than that, and nobody who waits believes it. So the stage in hand, of `before + 1`,
        shrinks slowly, to 0.8 after its own mean. It is whole again when the line moves: but then one stage fewer is
        left, and no estimate grows by it.
        """
        return SLOWNESS / (SLOWNESS + rate * self._silence_s(place))

    def _silence_s(self, place: Place) -> float:
        """For how long nothing has happened that a contact has anything of."""
        began = place.entered_at
        for queue in place.queues:
            moving = self.learning.moving.get(queue)
            if moving is not None and moving.started_at is not None:
                began = max(began, moving.started_at)
        return max(0.0, place.at - began)

    # -- rates ---------------------------------------------------------------------------------------------------------

    def _course(self, place: Place, silent_s: float = 0.0) -> Course | None:
        """How many of the contact's kind its agents could take a second, all of them busy; None for too little data.

        Each slot of a team turns once in the mean time of what the team does: the classes of its queues, as often as
        each has been connected of late. Where shifts are planned, by the plans: who was there at the last event is
        there as was planned then, whatever ends since, and who is late after `silent_s` in which nothing happens is not
        counted on. Cost: the teams times their queues, and the agents with shifts.
        """
        own = self._handle(place.queue, place.channel)
        if own is None:
            return None
        later = place.later if not place.teams else None
        if self._plans.agents and place.teams:
            found = self._planned(place, own, SOON_S, silent_s)
            if found.ends_s <= SOON_S and found.until_s >= FAR * found.ends_s:
                return found
            return self._planned(place, own, MOST_S, silent_s)
        total = 0.0
        for team in place.teams if later is None else later.teams:
            total += team.agents * team.slots / self._turn(team, own)
        begins = 0.0 if later is None else max(0.0, later.at - place.at)
        return Course(rate=total, agents_rate=total, ends_s=begins + 1.0 / total if total > 0.0 else math.inf)

    def _planned(self, place: Place, own: float, most_s: float, silent_s: float) -> Course:
        """The same by the plans of all who are concerned, as far as their shifts begin within `most_s`.

        Flows begin at the last event.
        """
        then = self._last(place)
        quiet = place.at - then
        flow, sides = self._staff(place, own, then, place.at + silent_s, most_s - silent_s)
        silence = self._silence_s(place)
        before = _ahead(place)
        if place.sides:
            since = silence - quiet
            flows = [side.moved(since) for side in sides]
            wait = self._dealt(place, flows, deal)
            if wait == math.inf:
                return Course.never(flow.rates[0], before)
            before = max(0.0, flow.moved(since).work(0.0, wait) - 1.0)
        return course(flow, before, self._overtaking(place), self._leave_rate(place.queue), silence, quiet)

    def _staff(self, place: Place, own: float, then: float, at: float, most_s: float) -> tuple[Flow, list[Flow]]:
        """What the contact's agents can do from the last event on, and what each of the sides can.

        It is kept for the next contact who asks at that time. Cost: the agents with shifts, and a sort of these.
        """
        each = tuple(team.slots / self._turn(team, own) for team in place.teams)
        each_side = tuple(side.slots / self._turn(side, own) for side in place.sides)
        kept = self._plans.kept
        key = (then, at, most_s, each, each_side, place.teams, place.sides, place.rostered)
        found: tuple[Flow, list[Flow]] | None = kept.get(key)
        if found is not None:
            return found
        teams: dict[int, list[Spans]] = {}
        sides: dict[int, list[Spans]] = {}
        known: dict[tuple[int, bool], Spans] = {}
        for agent, ready, team, side in place.rostered:
            same = (id(self._plans.shifts[agent]), ready)
            spans = known.get(same)
            if spans is None:
                spans = known[same] = self._spans(agent, ready, then, at, most_s)
            teams.setdefault(team, []).append(spans)
            sides.setdefault(side, []).append(spans)
        found = Flow.sum(_flows(place.teams, each, teams)), _flows(place.sides, each_side, sides)
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = found
        return found

    def _spans(self, agent: str, ready: bool, then: float, at: float, most_s: float) -> Spans:
        """From when until when an agent is counted on, in seconds from the last event, which was `then`.

        Who is ready was so then, and nobody has been told of anything else since; who is not may be late by now.
        """
        spans = self._plans.spans(agent, ready, then if ready else at, at + most_s)
        return tuple((start - then, end - then) for start, end in spans)

    def _turn(self, team: Team, own: float) -> float:
        """How long one turn of a team's slot takes, on average.

        Kept until something is learnt, for all teams of the same queues. Cost of the first: the classes.
        """
        learning = self.learning
        found = learning.turns.get((team.queues, own))
        if found is not None:
            return found
        weight = seconds = 0.0
        for (queue, channel), share in learning.started.items():
            if queue in team.queues:
                handle = self._handle(queue, channel)
                if handle is not None:
                    weight += share
                    seconds += share * handle
        found = learning.turns[team.queues, own] = seconds / weight if weight > 0.0 else own
        return found

    def _handle(self, queue: str, channel: str) -> float | None:
        """How long an agent has to do with a contact of a class: offers, talk, wrap-up. None for too little data."""
        handling = self.learning.handling.get((queue, channel))
        if handling is not None and handling.count >= self._least:
            handle: float | None = handling.mean_s
        else:
            handle = self._default_s(queue)
        if handle is None:
            return None
        offers = self.learning.offers.get(queue)
        return max(handle + (0.0 if offers is None else offers.held_s), 1e-3)

    def _default_s(self, queue: str) -> float | None:
        return self._handle_s_by.get(queue, self._handle_s)

    # -- those who overtake --------------------------------------------------------------------------------------------

    def _overtaking(self, place: Place) -> list[tuple[float, float]]:
        """Who will come and go before: for how long from now they can, and at which rate; soonest end first."""
        return sorted((until, rate * share) for _, share, until, rate in self._streams(place))

    def _streams(self, place: Place) -> list[tuple[str, float, float, float]]:
        """The same by queue: which, the share of it that the contact's agents get, for how long, at which rate."""
        found = []
        for queue, share in place.shares:
            for priority, arrivals in self.learning.arrivals.get(queue, {}).items():
                until = _head_start(place, queue, priority)
                if until > 0.0 and (rate := arrivals.rate(place.at)) > 0.0:
                    found.append((queue, share, until, rate))
        return found


def _flows(teams: tuple[Team, ...], each: tuple[float, ...], spans: Mapping[int, list[Spans]]) -> list[Flow]:
    return [
        Flow.of(one, team.agents, spans.get(number, ()), team.slots)
        for number, (team, one) in enumerate(zip(teams, each, strict=True))
    ]


def _ahead(place: Place) -> float:
    """How many come before, by their shares."""
    before = 0.0
    for rival in place.rivals:
        before += rival.before
    return before


def certain(seconds: float) -> Points:
    """The law of what is known to the second."""
    return Points((0.5,), (seconds,))


def _head_start(place: Place, queue: str, priority: float) -> float:
    """For how long from now a newcomer of that priority comes before a contact; infinite for ever, 0.0 for never."""
    if queue == place.queue:
        if place.slope is not None:
            return place.since - place.at + place.slope * (priority - place.priority)
        if place.order == "lifo":
            return math.inf
        if place.order == "strict-priority":
            return math.inf if priority > place.priority else 0.0
    return place.urgency + 60.0 * priority - place.at
