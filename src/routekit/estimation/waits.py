"""`Waits`: the estimator that comes with routekit. Give it to a router, and ask that how long anybody will wait.

What lives here: what is answered, by closed forms or by a simulation, and that it learns from what becomes of
it. What may not: the closed forms themselves (`closed`), how a place or what was learnt is come by, which is in
`routekit._router.reads` and `learning`, and how answers are blended and corrected. `docs/waits.md` has the whole of it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from routekit._numbers import MOST_WHOLE, finite_float, positive, whole
from routekit._router.places import NOBODY, Roster
from routekit._states import ContactState
from routekit.abc import Estimator
from routekit.errors import (
    ContactNotWaiting,
    EstimatorTaken,
    InvalidType,
    InvalidValue,
    SnapshotError,
    UnknownContact,
)
from routekit.estimation._estimate import WaitEstimate
from routekit.estimation._present import coming_of, gather, simulate
from routekit.estimation._shapes import AtMost, Delayed, Played, Ringing
from routekit.estimation.closed import FAR, ClosedForms, certain
from routekit.estimation.correcting import Corrected, CorrectedRuns, Corrections, group_of
from routekit.estimation.features import FEATURES, histories, row_of
from routekit.estimation.flowing import LEAST_SHARE, Course
from routekit.estimation.laws import ErlangLaw
from routekit.estimation.learned import LEAST_ROWS, Boosted
from routekit.estimation.learning import Learning
from routekit.estimation.planned import Plans, Spans
from routekit.estimation.quick import Quick
from routekit.estimation.times import MOST_S

if TYPE_CHECKING:
    from routekit._model import Need
    from routekit._router.crowd import Asked, Crowd, Worker
    from routekit._router.places import Place
    from routekit._router.reads import Reads
    from routekit.estimation._present import Present
    from routekit.estimation.calibration import CalibrationReport
    from routekit.events import Event

__all__ = ["Waits"]


Look = Callable[["tuple[Asked, ...]"], "Crowd"]
"""Everybody who has to do with a contact, and with such that may still come."""

RUNS = 200
"""How often the rest of a line is played for an estimate of effort "full"."""
MOST_AHEAD = 500.0
"""With more ahead it is not played, those expected to overtake among them: what single agents are at is nothing against
so many, and it would take long."""
MOST_AGENTS = 200
"""With more agents who could take it or somebody before it none is played to learn from: it would hold up a command."""
LONGEST = 10.0
"""A run is over after so many times the wait that the closed forms expect."""
MISSED = 0.1
"""A wait that all shifts end before by a greater chance is not told: its quantiles would be no times."""
OTHERS = 3
"""How many further estimates there are of a wait that is played."""


class Waits(ClosedForms, Estimator):
    """Says how long contacts will wait, from where they stand and from what the router's events have taught it.

    `least` is how many contacts of a queue and channel must have been handled before anything is said about them.
    `handle_s`, in seconds, one number or one by queue, is believed until then: the time of a contact with its wrap-up.
    `memory` is the number of samples after which an old one counts 1 / e of a new one.

    It learns at every event, in O(1). An estimate of effort `"quick"` costs a logarithm for each kind of contact that
    waits there, whatever their number: some microseconds compiled where the contact waits in one queue without tiers,
    some more for the first of its kind after an event, and twenty times as much for any other contact; one of effort
    `"full"` plays the rest of the line 200 times over, from what each agent is at. `expected_s`, which steps and limits
    read, follows from events only. One `Waits` serves one router.

    With `corrected` it makes a quick estimate for itself of contacts that get in line and have to wait, and learns from
    what becomes of it; from 50 answers on quick estimates are corrected by that, and `method` is "quick, corrected".
    What steps and limits read is not. `report()` tells how often they were right; `midnight_s` is when some day began,
    for the days in it.

    The same is done for the full effort with one in `full_every` of these contacts, and what is simulated is blended
    with closed forms and with what places in the line have cost of late. From 50 answers on its `method` is "full,
    corrected". Each of these forecasts costs what a full estimate does, some 2 ms compiled at 50 agents and 50 waiting
    and thirty times as much without a compiler, within the command that lets the contact get in line; none is made
    where more than 200 agents are concerned. 0: there are none, and full is the bare simulation. Without the extra
    `routekit[waits]` nothing is corrected.

    With `keep` it remembers so many rows to `train` on: the features of the state at these forecasts, and the waits
    that followed; they are not in a snapshot. `model`, one that was trained so or the path where it was saved, is one
    more estimate in the blend, at 50 to 100 us a full estimate. `ModelError` for one of other features; it needs the
    extra `routekit[learn]`.

    `shifts` are planned: of each agent, by id, from and until in the router's seconds, half-open, rising. Who is ready
    takes nothing new from the end of their shift on, and comes back for the next one; who is ready outside of their
    shifts stays to the end of the next; who is not ready comes at the start of their next one, and is never counted on
    for the one that runs, since they are late. What is in hand at the end is finished. Agents without shifts stay as
    they are. Estimates look at that, of both efforts; `expected_s`, and so every decision, does not. `plan` sets them
    later. `InvalidValue` or `InvalidType` for bad ones, as `shifts.ann[1]`. An estimate costs the agents with shifts.

    >>> from routekit import Agent, Contact, Queue, Router
    >>> router = Router(estimator=Waits(handle_s=180))
    >>> _ = router.add_queue(Queue("support", auto_accept=True), at=0.0)
    >>> for name in ("ann", "bob"):
    ...     _ = router.add_agent(Agent(name, queues=("support",)), at=0.0)
    ...     _ = router.sign_in(name, at=0.0)
    >>> for number in range(5):
    ...     _ = router.enqueue(Contact(f"c-{number}", queue="support"), at=1.0)
    >>> router.estimate("c-4").position, router.estimate("c-4").mean_s
    (3, 270.0)
    >>> router.estimate_for("support", priority=10).mean_s
    90.0
    """

    __slots__ = ("_corrections", "_full", "_keep", "_midnight_s", "_model", "_quick", "_reads", "_short")

    efforts: ClassVar[tuple[str, ...]] = ("quick", "full")

    def __init__(
        self,
        *,
        least: int = 20,
        handle_s: float | Mapping[str, float] | None = None,
        memory: float = 500.0,
        corrected: bool = True,
        midnight_s: float = 0.0,
        full_every: int = 10,
        shifts: Mapping[str, Iterable[tuple[float, float]]] | None = None,
        keep: int = 0,
        model: Boosted | str | PathLike[str] | None = None,
    ) -> None:
        self._least = whole(least, "least", 1)
        self._handle_s: float | None = None
        self._handle_s_by: dict[str, float] = {}
        if isinstance(handle_s, Mapping):
            for queue, seconds in handle_s.items():
                if type(queue) is not str:
                    raise InvalidType(path="handle_s", value=queue, expected="names of queues")
                self._handle_s_by[queue] = positive(seconds, f"handle_s.{queue}")
        elif handle_s is not None:
            self._handle_s = positive(handle_s, "handle_s")
        if positive(memory, "memory") < 1.0:
            raise InvalidValue(path="memory", value=memory, problem="must be at least 1")
        if type(corrected) is not bool:
            raise InvalidType(path="corrected", value=corrected, expected="True or False")
        midnight_s = finite_float(midnight_s, "midnight_s")
        self._plans = Plans(shifts)
        self.learning = Learning(float(memory))
        full_every = whole(full_every, "full_every", 0, MOST_WHOLE)
        self._midnight_s = midnight_s
        self._keep = whole(keep, "keep", 0, MOST_WHOLE)
        self._model = _model_of(model)
        if (self._keep or self._model is not None) and not (corrected and full_every):
            path, given = ("model", model) if self._model is not None else ("keep", keep)
            problem = "is of no use without full forecasts: set corrected and full_every"
            raise InvalidValue(path=path, value=given, problem=problem)
        self._corrections: Corrections | None = None
        self._full: Corrections | None = None
        if corrected:
            self._corrections = Corrections(float(memory), midnight_s)
            if full_every:
                learnt = self._model is not None
                self._full = Corrections(
                    float(memory), midnight_s, others=OTHERS, learnt=learnt, every=full_every, keep=self._keep
                )
        self._reads: Reads | None = None
        self._quick: Quick | None = None
        self._short: Quick | None = None  # what the router asks before `estimate`, to come to it without Python between
        self._last_at: float | None = None

    # -- the port ------------------------------------------------------------------------------------------------------

    def attach(self, router: Reads) -> None:
        """Look at this router from now on. `EstimatorTaken` for one that has a router: it would mix up two."""
        if self._reads is not None:
            raise EstimatorTaken
        self._reads = router
        self._quick = Quick(self, router)
        if type(self) is Waits:  # one of the app's own may say something else
            self._short = self._quick
        self.learning.attach(router.kind_of)

    def plan(self, agent: str, shifts: Iterable[tuple[float, float]] | None) -> None:
        """Set the planned shifts of an agent, instead of those set before; None: nothing is planned for them any more.

        The agent need not be there yet. Errors as of `shifts`, before anything is changed. No event tells of it, so it
        is in no journal: whoever plays one back plans the same.

        >>> waits = Waits(shifts={"ann": [(28800, 57600)]})
        >>> waits.plan("bob", [(28800, 43200), (46800, 61200)])
        >>> waits.plan("ann", None)
        >>> waits.shifts
        {'bob': ((28800.0, 43200.0), (46800.0, 61200.0))}
        >>> waits.plan("bob", [(28800, 43200), (40000, 61200)])
        Traceback (most recent call last):
        ...
        routekit.errors.InvalidValue: shifts.bob[1] must not begin before the one before it ends, not (40000, 61200)
        """
        self._plans.plan(agent, shifts)
        self._note()

    @property
    def shifts(self) -> dict[str, Spans]:
        """A copy of the planned shifts, by agent."""
        return dict(self._plans.shifts)

    def observe(self, events: tuple[Event, ...]) -> None:
        """Learn from the events of one command. Cost: O(1) each, and of who gets in line a quick estimate, of
        one in `full_every` a full one.

        With more than a hundred forecasts open at a time only one in so many is made.
        """
        self.learning.observe(events)
        for event in events:
            if self._last_at is None or event.at > self._last_at:
                self._last_at = event.at
        self._note()
        for corrections in (self._corrections, self._full):
            if corrections is not None:
                for contact in corrections.observe(events):
                    self._forecast(corrections, contact)

    def estimate(self, contact: str, *, effort: str = "quick") -> WaitEstimate:
        """How long a waiting contact will go on waiting; see `Router.estimate`."""
        if effort == "quick" and self._quick is not None:
            found = self._quick.of(contact)
            if found is not None:
                return found
        self._check(effort)
        reads = self._router()
        look = (lambda also: reads.crowd(contact, also, self._everybody())) if effort == "full" else None
        return self._answer(*self._stand(lambda roster: reads.place(contact, roster)), look)

    def estimate_for(
        self, queue: str, *, channel: str, priority: float, needs: tuple[Need, ...], effort: str = "quick"
    ) -> WaitEstimate:
        """How long one would wait that came now; see `Router.estimate_for`."""
        self._check(effort)
        reads = self._router()
        kind = (queue, channel, priority, needs)
        look = (lambda also: reads.crowd_for(*kind, also, self._everybody())) if effort == "full" else None
        return self._answer(*self._stand(lambda roster: reads.place_for(*kind, roster)), look)

    def expected_s(self, queue: str, position: int, at: float) -> float | None:
        """How long somebody at that position of a queue has still to wait; None while too little is known.

        The position, less the agents who have nothing to do, times what a place in that line has cost of late: the mean
        time between two connections while somebody waited, times the agents there were, divided by those there are. It
        follows from events alone, by `+ - * /`: so steps and limits may read it. Agents are known once they have been
        connected through the queue. Cost: O(1).
        """
        moving = self.learning.moving.get(queue)
        if moving is None or moving.staff <= 0:
            return None
        each = moving.gaps.mean(0) if moving.gaps.count >= self._least else self._default_s(queue)
        if each is None:
            return None
        return max(0, position - moving.idle) * each / moving.staff

    def report(self, effort: str = "quick") -> CalibrationReport | None:
        """How often estimates of an effort for those who had just got in line were right, by day, hour and group; None
        where they are not corrected. `InvalidValue` for an effort that there is not.

        The quantiles are those of the wait of who is served: of the others nobody knows it, and their number is told.
        Counted from the first answer on. Cost: the rows.
        """
        self._check(effort)
        corrections = self._full if effort == "full" else self._corrections
        return None if corrections is None else corrections.report()

    def train(self, seed: int = 0) -> Boosted:
        """Grow trees from the rows that were kept: features of the state when a contact got in line, and the wait that
        followed. `save` it, and give it to another `Waits` as `model`.

        InvalidValue with fewer rows than it takes, `MissingExtra` without the extra `routekit[learn]`. Cost: about two
        seconds for 15,000 rows.
        """
        rows = () if self._full is None else self._full.rows
        if len(rows) < LEAST_ROWS:
            problem = f"must be at least {LEAST_ROWS} to train on: keep more, or wait for more answers"
            raise InvalidValue(path="rows", value=len(rows), problem=problem)
        return Boosted.train(FEATURES, [row for row, _ in rows], [waited_s for _, waited_s in rows], seed=seed)

    def to_data(self) -> dict[str, Any]:
        """All that was learnt, and the planned shifts.

        What else it was made with is not in it, a model among that: give the same again. Nor are the rows that were
        kept to train on.
        """
        return {
            "format": "routekit.waits",
            "version": 1,
            "learning": self.learning.to_data(),
            "corrections": None if self._corrections is None else self._corrections.to_data(),
            "full": None if self._full is None else self._full.to_data(),
            "last_at": self._last_at,
            "shifts": self._plans.to_data(),
        }

    def restore(self, data: Any) -> None:
        """Take up what `to_data` gave, shifts instead of its own; `SnapshotError` for anything else."""
        if not isinstance(data, Mapping) or (data.get("format"), data.get("version")) != ("routekit.waits", 1):
            raise SnapshotError("this is not what Waits gave to a snapshot")
        corrections = _restored(self._corrections, data.get("corrections"))
        full = _restored(self._full, data.get("full"))
        last_at = _time_of(data.get("last_at"))
        plans = Plans.of_data(data["shifts"]) if "shifts" in data else self._plans
        self.learning.restore(data.get("learning"))
        self._last_at, self._plans = last_at, plans
        self._corrections, self._full = corrections, full
        self._note()

    def __repr__(self) -> str:
        return f"Waits(least={self._least})"

    def _note(self) -> None:
        """What was learnt or planned has changed: nothing that follows from it may be told again."""
        if self._quick is not None:
            self._quick.version += 1

    def _check(self, effort: str) -> None:
        if effort not in self.efforts:
            problem = f"is nothing that Waits does: it knows {', '.join(self.efforts)}"
            raise InvalidValue(path="effort", value=effort, problem=problem)

    # -- what is answered ----------------------------------------------------------------------------------------------

    def _stand(self, look: Callable[[Roster], Place]) -> tuple[Place, Course | None]:
        """Where a contact stands, with those who will come before its turn, and how its line goes on."""
        plans = self._plans
        if not plans.agents:
            place = look(NOBODY)
            return place, self._course(place)
        place = look(Roster(plans.agents))
        found = self._course(place)
        ends = found.ends_s if found is not None else 0.0 if place.teams else math.inf
        # Where all who are there go soon after, it counts as well who comes then.
        far = MOST_S if found is not None and found.until_s < FAR * ends else ends
        soon = self._absent(place.at + far)
        if soon:
            joined = look(Roster(plans.agents, soon))
            sooner = self._course(joined)
            # They make it no longer. Where it looks so, it is because they take from other queues, too.
            if found is None or sooner is None or sooner.ends_s <= ends or not place.teams:
                return joined, sooner
        return place, found

    def _absent(self, before: float) -> tuple[str, ...]:
        """Who is not ready, and has a shift that begins before that time."""
        reads, plans = self._router(), self._plans
        at = reads.now or 0.0
        return tuple(agent for agent in reads.absent(plans.agents) if plans.next_start(agent, at) < before)

    def _everybody(self) -> Roster:
        """All who may come while a line is played."""
        if not self._plans.agents:
            return NOBODY
        return Roster(self._plans.agents, self._absent((self._router().now or 0.0) + MOST_S))

    def _answer(self, place: Place, pace: Course | None, look: Look | None) -> WaitEstimate:
        """The estimate from closed forms, or with `look` from a simulation of all who are concerned."""
        why = self._why_not(place)
        if why:
            return WaitEstimate(contact=place.contact, at=place.at, position=place.position, reason=why)
        later = place.later
        begins = later.at - place.at if later is not None and not place.teams else 0.0
        if pace is None:
            why = f"fewer than {self._least} contacts of {place.queue} by {place.channel} have been handled"
        elif pace.ends_s == math.inf and not (place.free or place.offers or (later is not None and later.free)):
            why = "the planned shifts end before"
        if pace is None or why:
            return WaitEstimate(contact=place.contact, at=place.at, position=place.position, reason=why)
        law, method, missed = self._law(place, pace, max(0.0, begins), look)
        if missed > MISSED:
            why = "the planned shifts end before"
            return WaitEstimate(contact=place.contact, at=place.at, position=place.position, reason=why)
        rate = self._leave_rate(place.queue)
        leaving = served = None
        if rate > 0.0 and hasattr(law, "probability_served"):
            leaving = 1.0 - law.probability_served(rate)
            served = law.given_served(rate)
        return WaitEstimate(
            contact=place.contact,
            at=place.at,
            position=place.position,
            law=law,
            method=method,
            probability_abandon=leaving,
            served=served,
        )

    @staticmethod
    def _why_not(place: Place) -> str:
        """Why nothing can be said, whatever was learnt; empty if something can."""
        if not place.contact and place.closed:
            return f"{place.queue} is closed"
        if place.behind is not None:
            return f"held behind {place.behind}"
        if place.reserved_until is not None and place.state is not ContactState.OFFERED:
            return "kept for certain agents"
        if not place.teams and (place.later is None or not place.later.teams):
            return "nobody is there" if not place.signed_in else "nobody who is ready could take it"
        return ""

    def _forecast(self, corrections: Corrections, contact: str) -> None:
        """Forecast a contact that has got in line, to learn from what becomes of it."""
        try:
            if corrections is not self._full and self._quick is not None:
                said = self._quick.forecast(contact)
                if said is not None:
                    corrections.ask(contact, *said)
                    return
            place, pace = self._stand(lambda roster: self._router().place(contact, roster))
        except (UnknownContact, ContactNotWaiting):
            return
        if place.state is not ContactState.QUEUED or place.free or place.later is not None or self._why_not(place):
            return
        if pace is None or pace.ends_s == math.inf or pace.sure:
            return
        group, ring, leave = _group(place), self._ring_s(place), self._leave_rate(place.queue)
        if corrections is not self._full:
            law = self._line(place, self._before(place, pace), pace)
            corrections.ask(contact, place.at, group, place.queues, law, ring + pace.begins_s, leave)
            return
        if sum(team.agents for team in place.sides or place.teams) > MOST_AGENTS:
            return
        everybody = self._everybody()
        played = self._played(place, pace, lambda also: self._router().crowd(contact, also, everybody))
        if played is not None:
            corrections.ask(contact, place.at, group, place.queues, played.now, ring, leave, played)

    def _law(self, place: Place, pace: Course, begins: float, look: Look | None) -> tuple[Any, str, float]:
        """The law of the wait of one who stays, by which method, and the chance that all shifts end before."""
        ring, method, missed = self._ring_s(place), "quick", 0.0
        if place.offers:
            until = max(ends for _, ends in place.offers)
            return self._ringing(place, Delayed(ErlangLaw(0.0, pace.rate), until - place.at + ring)), method, missed
        pause = max((due for due in (place.rests_until, place.window) if due is not None), default=place.at) - place.at
        before = self._before(place, pace)
        if place.free and before < 1.0 and (not place.contact or pause > 0.0):
            law: Any = certain(ring + pause)
        elif place.later is not None and place.later.free and not place.teams:
            law = certain(ring + begins)
        else:
            delay = ring + begins
            line: Any
            line = self._line(place, before, pace)
            played = self._played(place, pace, look) if look is not None and begins <= 0.0 else None
            if played is not None:
                group, leave = _group(place), self._leave_rate(place.queue)
                full = None if pace.sure else self._full
                line = played.now if full is None else full.correct_runs(group, played, delay, leave)
                method = "full"
            else:
                line = self._corrected(place, pace, line, delay)
                delay += pace.begins_s
            if isinstance(line, (Corrected, CorrectedRuns)):
                method += ", corrected"
            law = line if delay <= 0.0 else Delayed(line, delay)
            if pace.until_s < math.inf and (place.later is None or not place.later.free):
                missed = max(1.0 - law.cdf(pace.until_s + ring), 0.0 if played is None else played.missed)
        if place.later is not None and place.later.free and place.teams:
            law = AtMost(law, max(0.0, place.later.at - place.at) + ring)
        return law, method, missed

    def _corrected(self, place: Place, pace: Course, line: Any, delay_s: float) -> Any:
        """The closed form with what was learnt: corrected as that of the last event would be, so that it falls."""
        if self._corrections is None or pace.sure:
            return line
        then, was = self._then(place), self._was(place, pace)
        told = line
        if then is not place:
            if was is None or was.ends_s == math.inf or was.sure:
                return line
            told = self._line(then, self._before(then, was), was)
            pace = was
        return self._corrections.correct(
            _group(place), told, delay_s + pace.begins_s, self._leave_rate(place.queue), now=line
        )

    def _played(self, place: Place, pace: Course, look: Look) -> Played | None:
        """The law of getting through the line, from 200 runs of what may become of it; None where it is not played.

        Where others come before for ever, about as fast as its agents take them, its turn may never come: there is
        nothing to be played.

        While nothing happens it falls, run by run. An honest simulation would not: that nobody is done yet says that
        calls are long ones, and what is left of a call of uneven length is the longer, the longer it has lasted. It is
        right in the mean, but nobody who waits believes in a number that grows while they see nothing happen. So the
        runs are those of the last event, with the same draws, and since then each has got shorter: by the time that has
        passed where the agent who takes the contact is one whose present work ends at a known time, else in the
        proportion in which the mean of the closed forms has fallen (see `_stage`). Each run is made shorter as a whole:
        played anew with some ends nearer it might be longer, since others could take other contacts.
        """
        then = self._then(place)
        silent = place.at - then.at
        was = self._was(place, pace)
        if was is None or was.ends_s == math.inf:
            return None
        before = ahead = self._before(then, was)
        law = self._line(then, before, was)
        wait_s = was.begins_s + law.mean_s
        streams = self._streams(then)
        for_ever = 0.0
        for _, share, until, rate in streams:
            ahead += rate * share * min(until, wait_s)
            for_ever += rate * share if until == math.inf else 0.0
        if ahead > MOST_AHEAD or for_ever > (1.0 - LEAST_SHARE) * was.agents_rate:
            return None
        coming = coming_of(self.learning, streams, wait_s)
        crowd = look(tuple({one[:3]: None for one in coming}))
        if not _can_be_played(place, crowd):
            return None
        own = self._handle(place.queue, place.channel) or 0.0

        def handle_s(queue: str, channel: str) -> float:
            return self._handle(queue, channel) or own

        most_s = LONGEST * max(wait_s, 60.0)
        most_s = min(most_s if was.again_s == math.inf else most_s + was.again_s, MOST_S)
        # Nobody is taken after the last end. What is cut there counts as the time until then.
        last_s = was.until_s + 1.0
        ended, most_s = last_s <= most_s, min(most_s, last_s)

        last = self._last(place)

        def spans(worker: Worker) -> Spans:
            found = self._spans(worker.agent, worker.ready, last, place.at, most_s - silent)
            return tuple((start + last - place.at, end + last - place.at) for start, end in found)

        present = gather(crowd, self.learning, coming, self._leave_rate, spans if self._plans.agents else None)
        reads = self._router()
        seed = reads.seed ^ zlib.crc32(place.contact.encode()) << 32 ^ reads.event_number
        runs = simulate(
            present, self.learning, handle_s, runs=RUNS, seed=seed & 0xFFFFFFFFFFFFFFFF, since_s=silent, most_s=most_s
        )
        leave = self._leave_rate(place.queue)
        quick_s = was.begins_s + (law.given_served(leave).mean_s if hasattr(law, "given_served") else 0.0)
        others = (quick_s, *histories(self.learning, then, before, quick_s))
        sample = Played.of(runs.waits, runs.known, silent, 1.0, others)
        if ended:
            sample = attrs.evolve(sample, missed=runs.cut)
        if self._model is not None or self._keep:
            sample = self._with_row(sample, then, present, was, before, own, streams)
        if silent <= 0.0:
            return sample
        before = before if pace.before is None else pace.before
        part = min(1.0, (pace.begins_s + self._line(place, before, pace).mean_s) / wait_s)
        return attrs.evolve(sample, part=part)

    def _with_row(
        self,
        played: Played,
        place: Place,
        present: Present,
        pace: Course,
        before: float,
        handle_s: float,
        streams: list[tuple[str, float, float, float]],
    ) -> Played:
        """The same with the features of the state, and with what the model makes of them."""
        quick, long, recent = played.others
        row = row_of(
            place,
            present,
            played.then,
            others=(quick, long, recent),
            stages=before + 1.0,
            rate=pace.rate,
            handle_s=handle_s,
            overtaking=sum(rate * share for _, share, _, rate in streams),
            leaving=self._leave_rate(place.queue),
            midnight_s=self._midnight_s,
        )
        return attrs.evolve(played, row=row, learnt=() if self._model is None else self._model.of(row))

    def _was(self, place: Place, pace: Course) -> Course | None:
        """How the line was expected to go on at the last event."""
        silent = place.at - self._then(place).at
        return self._course(self._then(place), silent) if silent > 0.0 and self._plans.agents else pace

    def _ringing(self, place: Place, otherwise: Any) -> Ringing:
        """The law while agents are rung: somebody answers, or it goes on with another law."""
        offers = self.learning.offers.get(place.queue)
        accepted = 1.0 if offers is None else offers.accepted
        missed, left = 1.0, 0.0
        for made, ends in place.offers:
            missed *= 1.0 - accepted
            whole_s = ends - made
            share = 1.0 if offers is None or whole_s <= 0.0 else min(1.0, 2.0 * offers.ring_s / whole_s)
            left = max(left, (ends - place.at) * share)
        return Ringing(1.0 - missed, max(0.0, left), otherwise)


def _group(place: Place) -> str:
    return group_of(place.queue, place.channel, place.needs, place.priority)


def _model_of(model: Boosted | str | PathLike[str] | None) -> Boosted | None:
    """A model that fits. `ModelError` for another."""
    if model is None:
        return None
    if isinstance(model, Boosted):
        model.fits(FEATURES)
        return model
    if not isinstance(model, (str, PathLike)):
        raise InvalidType(path="model", value=model, expected="a Boosted, or the path of one that was saved")
    return Boosted.load(Path(model), FEATURES)


def _restored(corrections: Corrections | None, kept: Any) -> Corrections | None:
    """Corrections like these with what was kept of them; with nothing learnt where nothing was."""
    if corrections is None:
        return None
    return corrections.fresh() if kept is None else corrections.restored(kept)


def _time_of(kept: Any) -> float | None:
    """The time in a snapshot, or None. `SnapshotError` for anything else."""
    try:
        return None if kept is None else finite_float(kept, "last_at")
    except (TypeError, ValueError) as fault:
        raise SnapshotError(f"this is not what Waits gave to a snapshot: {fault}") from fault


def _can_be_played(place: Place, seen: Crowd) -> bool:
    """Whether the simulation knows the rules of this line.

    It takes all slots of an agent to be alike, and whoever has the smaller key to go first: so not where a call takes
    the room of several chats, nor where some agents take another queue first since it is of a better tier.
    """
    return not place.preferred and all(worker.even for worker in seen.workers)
