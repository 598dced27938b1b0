"""The virtual clock: tells a router what happens, in one order that is written down, and does as it says.

Only the driver lives here: no log format, no figures, no real clock. It knows a router by its verbs alone, so that
the plain router of the tests can be driven as the real one is.

What happens at one instant happens in this order: what is due inside the router; then by `Kind`, smallest first; within
a kind in the order in which it was put on the calendar. Whatever that brings about at the same instant takes its place
in the same order. So a caller whose patience ends in the second in which an agent gets free is answered, one who
arrives without any patience is answered if somebody is free, and an agent goes home after all that.
"""

from __future__ import annotations

import dataclasses
import enum
import heapq
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from routekit import events as ev
from routekit._states import Presence
from routekit.simulation.trace import Call, Shift, Trace

__all__ = ["Answer", "Answers", "Driver", "Kind", "RouterLike", "accept_at_once"]

MOST_SILENT = 10_000
"""A run ends when nothing is left on the calendar and so many timers of the router's in a row have brought no event:
some come back for ever, such as the midnight at which an order begins to count anew."""


class RouterLike(Protocol):
    """The verbs and reads of `routekit.Router` that the driver uses."""

    @property
    def next_deadline(self) -> float | None:
        """When the router next has something to do by itself."""

    def add_queue(self, queue: Any, *, at: float) -> tuple[ev.Event, ...]: ...
    def add_agent(self, agent: Any, *, at: float) -> tuple[ev.Event, ...]: ...
    def update_agent(self, agent: Any, *, at: float, **changes: Any) -> tuple[ev.Event, ...]: ...
    def sign_in(self, agent: str, *, at: float) -> tuple[ev.Event, ...]: ...
    def sign_out(self, agent: str, *, at: float) -> tuple[ev.Event, ...]: ...
    def set_ready(self, agent: str, *, at: float) -> tuple[ev.Event, ...]: ...
    def set_away(self, agent: str, *, reason: str = ..., at: float) -> tuple[ev.Event, ...]: ...
    def enqueue(self, contact: Any, *, at: float) -> tuple[ev.Event, ...]: ...
    def abandon(self, contact: str, *, at: float) -> tuple[ev.Event, ...]: ...
    def accept(self, offer: str, *, at: float) -> tuple[ev.Event, ...]: ...
    def decline(self, offer: str, *, at: float) -> tuple[ev.Event, ...]: ...
    def finish(self, contact: str, *, at: float) -> tuple[ev.Event, ...]: ...
    def advance(self, *, at: float) -> tuple[ev.Event, ...]: ...


class Kind(enum.IntEnum):
    """What can happen, in the order in which it does at one instant."""

    ANSWER = 0
    """An agent accepts or declines an offer."""
    FINISH = 1
    """An agent is done with a contact; the wrap-up, if any, begins."""
    SIGN_IN = 2
    RETURN = 3
    """An agent is back from a break, or from being set away for not answering."""
    ARRIVAL = 4
    HANG_UP = 5
    """A contact's patience ends."""
    BREAK = 6
    SIGN_OUT = 7


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What an agent does about an offer: `accept`, `decline`, or nothing (`miss`), after `after_s` seconds."""

    action: str = "accept"
    after_s: float = 0.0


class Answers(Protocol):
    """How agents answer offers. Called once for each offer, in the order of the events."""

    def __call__(self, offer: ev.OfferMade, /) -> Answer: ...


_AT_ONCE = Answer()


def accept_at_once(offer: ev.OfferMade, /) -> Answer:
    """Every offer is accepted at the instant at which it is made: for logs, which know no ringing time."""
    return _AT_ONCE


class Driver:
    """Runs a trace through a router. Make one, call `run` once.

    `see` gets every tuple of events, in order. `answers` says how agents answer. An agent whom the router set away for
    not answering is ready again `return_after_s` later. `on_step` is called with a contact, and the time, when a step
    of its queue has fired and it still waits without an offer.
    """

    def __init__(
        self,
        trace: Trace,
        router: RouterLike,
        see: Callable[[tuple[ev.Event, ...]], None],
        *,
        answers: Answers = accept_at_once,
        return_after_s: float = 120.0,
        on_step: Callable[[str, float], None] | None = None,
    ) -> None:
        self.trace = trace
        self.router = router
        self._see = see
        self._answers = answers
        self._return_after_s = return_after_s
        self._on_step = on_step
        self._calendar: list[tuple[float, Kind, int, Any]] = []
        self._count = 0
        self._calls = {call.contact.id: call for call in trace.calls}
        self._waiting: set[str] = set()
        self._waiting_by: dict[tuple[str, int], int] = {}
        self._offers: dict[str, str] = {}
        self._tiers = {agent.id: agent.queues for agent in trace.agents}
        self._order = {queue.name: number for number, queue in enumerate(trace.queues)}
        self._working: dict[str, list[Shift]] = {agent.id: [] for agent in trace.agents}
        self._on_break: set[str] = set()
        self._member_of = {agent.id: frozenset(agent.queues) for agent in trace.agents}
        self._presence: dict[str, Presence] = {agent.id: Presence.OFFLINE for agent in trace.agents}
        self._stepped: list[tuple[str, float]] = []
        self._staying: dict[tuple[str, int], list[Shift]] = {}
        self._do: dict[Kind, Callable[[float, Any], None]] = {
            Kind.ANSWER: self._answer,
            Kind.FINISH: self._finish,
            Kind.SIGN_IN: self._sign_in,
            Kind.RETURN: self._return,
            Kind.ARRIVAL: self._arrive,
            Kind.HANG_UP: self._hang_up,
            Kind.BREAK: self._break,
            Kind.SIGN_OUT: self._sign_out,
        }
        self._heed: dict[type, Callable[[Any], None]] = {
            ev.OfferMade: self._offered,
            ev.OfferDeclined: self._offer_closed,
            ev.OfferExpired: self._offer_closed,
            ev.OfferRevoked: self._offer_closed,
            ev.ContactConnected: self._connected,
            ev.ContactAbandoned: self._left,
            ev.AgentPresenceChanged: self._presence_changed,
            ev.StepFired: self._step_fired,
        }

    def run(self, progress: Callable[[int], None] | None = None) -> float:
        """Play the whole trace; return the time at which the last thing happened.

        `progress` is told now and then how many contacts have arrived. Cost: O((calls + shifts) log of the same),
        besides the router's own work.
        """
        clock = last = self._begin()
        router, calendar, do, pop = self.router, self._calendar, self._do, heapq.heappop
        arrived = silent = 0
        while True:
            deadline = router.next_deadline
            if deadline is not None and (not calendar or deadline <= calendar[0][0]):
                clock = max(clock, deadline)
                events = router.advance(at=clock)
                if events:
                    silent, last = 0, clock
                elif not calendar:
                    silent += 1
                    if silent >= MOST_SILENT:
                        break
                self._heard(events)
                continue
            if not calendar:
                break
            clock, kind, _, what = pop(calendar)
            last = clock
            do[kind](clock, what)
            if kind is Kind.ARRIVAL:
                arrived += 1
                if progress is not None and not arrived % 128:
                    progress(arrived)
        if progress is not None:
            progress(arrived)
        return last

    def _begin(self) -> float:
        """Add queues and agents and fill the calendar."""
        trace = self.trace
        for call in trace.calls:
            self._at(call.arrived_s, Kind.ARRIVAL, call)
        for shift in trace.shifts:
            self._at(shift.starts_s, Kind.SIGN_IN, shift)
            self._at(shift.ends_s, Kind.SIGN_OUT, shift)
            for since, until in shift.breaks:
                self._at(since, Kind.BREAK, shift.agent)
                self._at(until, Kind.RETURN, (shift.agent, "break"))
        start = min((entry[0] for entry in self._calendar), default=0.0)
        for queue in trace.queues:
            self._heard(self.router.add_queue(queue, at=start))
        for agent in trace.agents:
            self._heard(self.router.add_agent(agent, at=start))
        return start

    def _at(self, time: float, kind: Kind, what: object) -> None:
        self._count += 1
        heapq.heappush(self._calendar, (time, kind, self._count, what))

    # What happens, by kind.

    def _arrive(self, at: float, call: Call) -> None:
        contact = call.contact
        self._waiting.add(contact.id)
        key = (contact.queue, call.day)
        self._waiting_by[key] = self._waiting_by.get(key, 0) + 1
        self._heard(self.router.enqueue(contact, at=at))
        if call.patience_s is not None and contact.id in self._waiting:
            self._at(at + call.patience_s, Kind.HANG_UP, contact.id)

    def _hang_up(self, at: float, contact: str) -> None:
        if contact in self._waiting:
            self._heard(self.router.abandon(contact, at=at))

    def _answer(self, at: float, what: tuple[str, str]) -> None:
        offer, action = what
        if offer in self._offers:
            self._heard(self.router.accept(offer, at=at) if action == "accept" else self.router.decline(offer, at=at))

    def _finish(self, at: float, contact: str) -> None:
        self._heard(self.router.finish(contact, at=at))

    def _sign_in(self, at: float, shift: Shift) -> None:
        self._working[shift.agent].append(shift)
        self._join(at, shift.agent)
        if self._presence[shift.agent] is Presence.OFFLINE:
            self._heard(self.router.sign_in(shift.agent, at=at))

    def _sign_out(self, at: float, shift: Shift) -> None:
        working = self._working[shift.agent]
        if shift not in working:
            return
        if shift.stays:
            waited_for = [(queue, shift.day) for queue in shift.queues if self._waiting_by.get((queue, shift.day))]
            for key in waited_for:
                staying = self._staying.setdefault(key, [])
                if shift not in staying:
                    staying.append(shift)
            if waited_for:
                return
        working.remove(shift)
        if working:
            self._join(at, shift.agent)
        else:
            self._heard(self.router.sign_out(shift.agent, at=at))

    def _join(self, at: float, agent: str) -> None:
        """Make the agent a member of the queues of the shifts that run, with the tiers of the agent's value."""
        names = frozenset(queue for shift in self._working[agent] for queue in shift.queues)
        if names != self._member_of[agent]:
            self._member_of[agent] = names
            tiers = self._tiers[agent]
            queues = {name: tiers[name] for name in sorted(names, key=self._order.__getitem__)}
            self._heard(self.router.update_agent(agent, at=at, queues=queues))

    def _break(self, at: float, agent: str) -> None:
        if self._presence[agent] is not Presence.OFFLINE:
            self._on_break.add(agent)
            self._heard(self.router.set_away(agent, reason="break", at=at))

    def _return(self, at: float, what: tuple[str, str]) -> None:
        agent, reason = what
        if reason == "break":
            self._on_break.discard(agent)
        if agent not in self._on_break and self._presence[agent] is Presence.AWAY:
            self._heard(self.router.set_ready(agent, at=at))

    # What the router says.

    def _heard(self, events: Iterable[ev.Event]) -> None:
        if not events:
            return
        events = tuple(events)
        self._see(events)
        heed = self._heed
        for event in events:
            act = heed.get(type(event))
            if act is not None:
                act(event)
        if self._stepped:
            self._tell_of_steps()

    def _tell_of_steps(self) -> None:
        stepped, self._stepped = self._stepped, []
        offered = set(self._offers.values())
        for contact, at in stepped:
            if self._on_step is not None and contact in self._waiting and contact not in offered:
                self._on_step(contact, at)

    def _offered(self, event: ev.OfferMade) -> None:
        answer = self._answers(event)
        self._offers[event.offer] = event.contact
        if answer.action != "miss":
            self._at(event.at + answer.after_s, Kind.ANSWER, (event.offer, answer.action))

    def _offer_closed(self, event: ev.OfferDeclined | ev.OfferExpired | ev.OfferRevoked) -> None:
        self._offers.pop(event.offer, None)

    def _connected(self, event: ev.ContactConnected) -> None:
        if event.offer is not None:
            self._offers.pop(event.offer, None)
        call = self._calls[event.contact]
        self._at(event.at + call.handle_s, Kind.FINISH, event.contact)
        self._gone(event.at, call)

    def _left(self, event: ev.ContactAbandoned) -> None:
        self._gone(event.at, self._calls[event.contact])

    def _gone(self, at: float, call: Call) -> None:
        """A contact waits no more; the last one of its queue and day lets those go home who stayed for it."""
        self._waiting.discard(call.contact.id)
        key = (call.contact.queue, call.day)
        self._waiting_by[key] -= 1
        if not self._waiting_by[key]:
            for shift in self._staying.pop(key, ()):
                self._at(at, Kind.SIGN_OUT, shift)

    def _presence_changed(self, event: ev.AgentPresenceChanged) -> None:
        self._presence[event.agent] = Presence(event.new)
        if event.new == Presence.AWAY and event.reason in ("no_answer", "too_many_declines"):
            self._at(event.at + self._return_after_s, Kind.RETURN, (event.agent, event.reason))
        elif event.new == Presence.OFFLINE:
            self._on_break.discard(event.agent)

    def _step_fired(self, event: ev.StepFired) -> None:
        if self._on_step is not None:
            self._stepped.append((event.contact, event.at))
