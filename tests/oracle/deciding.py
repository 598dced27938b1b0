"""The frame of every command, and the plain router's decisions: timers, settling, drains (sections 8, 6, 7).

`Deciding` holds all that the plain router remembers. A decision is a scan over everything; the rules that it asks are
in tests/oracle/rules.py, the agent orders in tests/oracle/choosing.py.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from typing import Any, Self

from routekit import events
from routekit import strategies as st
from routekit._kernel.draws import Draws
from routekit._model import Queue
from routekit.errors import (
    IllegalMove,
    RoutekitError,
    UnknownAgent,
    UnknownContact,
    UnknownQueue,
)
from tests.oracle import rules
from tests.oracle.choosing import PROGRESSIVE, Choosing
from tests.oracle.records import (
    Exclusion,
    PlainAgent,
    PlainContact,
    PlainMember,
    PlainQueue,
    PlainTurn,
    Timer,
    Work,
)
from tests.oracle.scores import kind_of

EXPIRY, RETRY, REST, WRAP_UP, RESERVATION, HOLD, PARKED, OWNER, NOBODY, CLOSING, STEP = range(11)
ANNOUNCE, DRAIN, CONTACT_REST, RING, WINDOW, MIDNIGHT = range(11, 17)
FOREVER = 1e15
"""Until when something is reserved that has no time."""
RECORDS = (PlainQueue, PlainMember, PlainContact, PlainTurn, PlainAgent, Work, Exclusion)
PARTS = {
    kind: tuple(f.name for f in dataclasses.fields(kind) if f.default_factory in (dict, list, set)) for kind in RECORDS
}
"""By record the fields that hold a collection. All others hold what never changes."""
CHANGING = frozenset((dict, list, set, Draws, *RECORDS))
"""What has to be copied."""


class Deciding(Choosing):
    """What the plain router remembers, and how it decides."""

    def __init__(
        self,
        *,
        seed: int = 0,
        queue_order: Any = None,
        time_zone: str = "UTC",
        unix_offset_s: float | None = 0.0,
        manager_of: Any = None,
        estimator: Any = None,
        history: int = 5,
        customers: int = 100000,
    ) -> None:
        self._draws = Draws(seed)
        self._queue_order = st.ByUrgency() if queue_order is None else queue_order
        self._virtual = 0.0
        self._time_zone, self._unix_offset_s = time_zone, unix_offset_s
        self._midnight: float | None = None
        self._manager_of, self._estimator = manager_of, estimator
        self._history, self._most_customers = history, customers
        self._past: dict[str, list[events.Past]] = {}
        self._had_last: dict[str, tuple[str, float]] = {}
        self._leaving: str | None = None
        self._by_timer = False
        self._memory: dict[str, Any] = {}
        self._now: float | None = None
        self._lease_from = 0.0
        self._unsettled = False
        self.commands_started = 0
        self._events: list[Any] = []
        self._seq = 0
        self._queues: dict[str, PlainQueue] = {}
        self._removed: dict[str, tuple[Queue, str | None]] = {}
        self._agents: dict[str, PlainAgent] = {}
        self._contacts: dict[str, PlainContact] = {}
        self._work: list[Work] = []
        self._exclusions: dict[tuple[str, str], Exclusion] = {}
        self._agents_added = self._contacts_added = 0
        self._offers_made = self._connections = self._armed = 0
        self._clock_skews = 0
        self._clock_skew_s = 0.0

    # ---- the frame of every command -------------------------------------------------------------------------------

    def _start(self, at: float, limit: int | None = None, *, undoes: bool = False) -> bool:
        """Fire what is due by `at`; say whether it was all done, within the limit of changes.

        What there is then is remembered if the command may have to be undone: as it may bring an order that fails
        (`undoes`), or a queue has one.
        """
        self._events = []
        self.commands_started += 1
        if self._now is not None and at < self._now:
            self._clock_skews += 1
            self._clock_skew_s = max(self._clock_skew_s, self._now - at)
            at = self._now
        self._lease_from = at
        self._by_timer = True
        done = self._catch_up(at, limit)
        self._by_timer = False
        self._memory = {"_seq": self._seq, "_events": list(self._events)}
        if undoes or any(map(_may_fail, self._queues.values())):
            self._memory = {name: _copied(value) for name, value in vars(self).items() if name != "_memory"}
        return done

    def twin(self) -> Self:
        """A router in the same state, between two commands."""
        twin = object.__new__(type(self))
        vars(twin).update((name, _copied(value)) for name, value in vars(self).items() if name != "_memory")
        twin._estimator, twin._manager_of = copy.deepcopy((self._estimator, self._manager_of))
        return twin

    def _catch_up(self, at: float, limit: int | None) -> bool:
        left = limit
        while True:
            if not self._unsettled:
                due = self._next_instant()
                if due is None or due > at:
                    self._now = at
                    return True
                self._now = due
                self._unsettled = True
            while (timer := self._due_timer()) is not None:
                self._fire(timer)
                if timer.kind in (ANNOUNCE, WINDOW, MIDNIGHT):
                    continue
                if left is not None and (left := left - 1) == 0:
                    return False
            self._end_absent()
            while self._settle_one():
                if left is not None and (left := left - 1) == 0:
                    return False
            self._decide_drains()
            self._open_windows()
            while self._tell_one():
                if left is not None and (left := left - 1) == 0:
                    return False
            self._unsettled = False

    def _finish(self) -> tuple[Any, ...]:
        """Settle after a change, and hand out all events of the command."""
        self._end_absent()
        while self._settle_one():
            pass
        self._decide_drains()
        self._open_windows()
        self._plan_midnight()
        return self._hand_out()

    def _hand_out(self) -> tuple[Any, ...]:
        """The events of the command, which the estimator sees, too."""
        done, self._events = tuple(self._events), []
        if self._estimator is not None and done:
            self._estimator.observe(done)
        return done

    def _undone(self, error: RoutekitError) -> RoutekitError:
        """Be again as before the command, but for what was due."""
        assert "_queues" in self._memory, f"nothing was remembered that would undo {error!r}"
        vars(self).update(self._memory)
        self._refused(error)
        return error

    def _refused(self, error: RoutekitError) -> RoutekitError:
        """Give an error the events of what was due; what was said after that is not said."""
        self._seq, self._events = self._memory["_seq"], list(self._memory["_events"])
        error.events = self._hand_out()
        return error

    def _say(self, kind: type, /, **fields: Any) -> None:
        self._seq += 1
        self._events.append(kind(at=self._present, seq=self._seq, **fields))

    @property
    def _present(self) -> float:
        assert self._now is not None
        return self._now

    def _arm(self) -> int:
        self._armed += 1
        return self._armed

    def _queue(self, name: str) -> PlainQueue:
        if name not in self._queues:
            raise self._refused(UnknownQueue(queue=name))
        return self._queues[name]

    def _agent(self, name: str) -> PlainAgent:
        if name not in self._agents:
            raise self._refused(UnknownAgent(agent=name))
        return self._agents[name]

    def _contact(self, name: str) -> PlainContact:
        if name not in self._contacts:
            raise self._refused(UnknownContact(contact=name))
        return self._contacts[name]

    def _illegal(self, subject: str, state: str, command: str) -> RoutekitError:
        return self._refused(IllegalMove(subject=subject, state=state, command=command))

    # ---- timers (section 8) ---------------------------------------------------------------------------------------

    def _timers(self) -> list[Timer]:
        """Every timer there is, but for the draining instants."""
        timers = [Timer(x.until, RETRY, x.armed, x) for x in self._exclusions.values()]
        timers += [
            Timer(a.rests_until, REST, a.rest_armed, a) for a in self._agents.values() if a.rests_until is not None
        ]
        timers += [Timer(w.ends_at, EXPIRY, w.armed, w) for w in self._work if w.kind == "offer"]
        timers += [Timer(w.ends_at, WRAP_UP, w.armed, w) for w in self._work if w.kind == "wrapping"]
        for contact in self._contacts.values():
            waits = contact.waits
            if waits and contact.pending:
                timers.append(Timer(self._step_due(contact), STEP, contact.step_armed, contact))
            if waits and contact.tell_due is not None:
                timers.append(Timer(contact.tell_due, ANNOUNCE, contact.tell_armed, contact))
            if contact.behind is not None:
                timers.append(Timer(contact.held_until, HOLD, contact.hold_armed, contact))
            if contact.reserved_until is not None and contact.reserved_until < FOREVER:
                timers.append(Timer(contact.reserved_until, RESERVATION, contact.reserve_armed, contact))
            if contact.until is not None:
                timers.append(Timer(contact.until, PARKED, contact.park_armed, contact))
            if contact.owner_due is not None:
                timers.append(Timer(contact.owner_due, OWNER, contact.owner_armed, contact))
            if contact.rests_until is not None:
                timers.append(Timer(contact.rests_until, CONTACT_REST, contact.rest_armed, contact))
            if contact.ring_due is not None:
                timers.append(Timer(contact.ring_due, RING, contact.ring_armed, contact))
        for queue in self._queues.values():
            if queue.nobody_due is not None:
                timers.append(Timer(queue.nobody_due, NOBODY, queue.nobody_armed, queue))
            if queue.closes_at is not None:
                timers.append(Timer(queue.closes_at, CLOSING, queue.closes_armed, queue))
        timers += [Timer(q.window, WINDOW, q.window_armed, q) for q in self._queues.values() if q.window is not None]
        if self._midnight is not None:
            timers.append(Timer(self._midnight, MIDNIGHT, 0, None))
        return timers

    def _step_due(self, contact: PlainContact) -> float:
        return contact.entered + self._queues[contact.value.queue].value.timeline[contact.pending[0]].after_s

    def _overdue_from(self, contact: PlainContact) -> float | None:
        wait = self._queues[contact.value.queue].value.drain_after_s
        return None if wait is None else contact.since + wait

    def _overdue_instants(self) -> list[float]:
        """The times, still to come, at which a contact that is queued now will be overdue."""
        instants = [self._overdue_from(c) for c in self._contacts.values() if c.state == "queued"]
        return [due for due in instants if due is not None and (self._now is None or due > self._now)]

    def _next_instant(self) -> float | None:
        return min([timer.due for timer in self._timers()] + self._overdue_instants(), default=None)

    def _due_timer(self) -> Timer | None:
        due = [timer for timer in self._timers() if timer.due <= self._present]
        return min(due, key=lambda timer: (timer.due, timer.kind, timer.armed), default=None)

    def _tell_one(self) -> bool:
        """Section 20: tell the next one who is due how long it will wait."""
        raise NotImplementedError

    def _fire(self, timer: Timer) -> None:
        """Do what a timer is for."""
        raise NotImplementedError

    # ---- settling (section 6) -------------------------------------------------------------------------------------

    def _held(self, agent: PlainAgent, but: Work | None = None) -> list[Work]:
        name = agent.value.id
        return [work for work in self._work if work.agent == name and work is not but]

    def _excluded(self, agent: PlainAgent, contact: PlainContact) -> bool:
        return (agent.value.id, contact.value.id) in self._exclusions or contact.asked_by == agent.value.id

    def _end_absent(self) -> None:
        """Section 14: end what nobody is worth waiting for."""
        raise NotImplementedError

    def _batched(self, contact: PlainContact) -> bool:
        """Whether windows alone bring it an agent; but one that is reserved takes no part in them."""
        return not contact.reserved and kind_of(self._queues[contact.value.queue]) == "Batched"

    def _lines_of(self, contact: PlainContact) -> list[str]:
        """Section 17: the queues in which agents see the contact, its home first."""
        further = [name for name in contact.further if kind_of(self._queues[name]) != "Batched"]
        return [contact.value.queue, *([] if contact.reserved else further)]

    # In what follows a contact is looked at in one of these queues; in its home, if none is named.

    def _could_take(self, agent: PlainAgent, contact: PlainContact, name: str | None = None) -> bool:
        """Section 3: eligible, but for what the agent drains for."""
        return (
            contact.state == "queued"
            and contact.behind is None
            and contact.rests_until is None
            and agent.presence == "ready"
            and agent.rests_until is None
            and not self._excluded(agent, contact)
            and (not contact.reserved or (agent.id in contact.reserved and agent.drains_for is None))
            and rules.misfit(agent, self._held(agent), contact, self._queues[name or contact.value.queue]) is None
        )

    def _would_take(self, agent: PlainAgent, contact: PlainContact, name: str | None = None) -> bool:
        """Section 3: eligible, if the queue is not batched, or its window closes."""
        if not self._could_take(agent, contact, name):
            return False
        if agent.drains_for in (None, contact.id):
            return True
        return contact in self._before_drain(agent, name or contact.value.queue)

    def _eligible(self, agent: PlainAgent, contact: PlainContact, name: str | None = None) -> bool:
        """Section 3, outside windows."""
        through_window = self._batched(contact) and name in (None, contact.value.queue)
        return not through_window and self._would_take(agent, contact, name)

    def _before_drain(self, agent: PlainAgent, name: str) -> list[PlainContact]:
        """Section 7: those of a queue that precede the contact the agent drains for, up to the first that does not."""
        queue, waiter = self._queues[name], self._contacts[agent.drains_for or ""]
        queued = [c for c in self._contacts.values() if c.state == "queued" and name in self._lines_of(c)]
        line = [contact for contact in queued if self._could_take(agent, contact, name)]
        line.sort(key=lambda contact: rules.contact_key(queue, contact))
        before = []
        for contact in line:
            tiers = self._tier(agent, contact, name), self._tier(agent, waiter)
            if not rules.precedes(contact, queue, tiers[0], waiter, tiers[1]):
                break
            before.append(contact)
        return before

    def _tier(self, agent: PlainAgent, contact: PlainContact, name: str | None = None) -> int:
        """Section 4: the membership's until the contact has waited long, then 1; but see there for who drains."""
        queue = self._queues[name or contact.value.queue].value
        waits_short = self._present < contact.since + queue.tier_wait_s
        drains_for_another = agent.drains_for not in (None, contact.id)
        return agent.value.queues[queue.name] if waits_short or drains_for_another else 1

    def _settle_one(self) -> bool:
        """Make the next change of settling, if there is one: a window, a match, one more of a ring."""
        for queue in self._queues.values():
            if queue.closing:
                queue.closing = False
                self._close_window(queue)
                return True
        return self._match_one() or self._ring_one()

    def _match_one(self) -> bool:
        """Make the next match, if there is one."""
        takers: dict[tuple[str, str], list[PlainAgent]] = {}
        lowest: dict[tuple[str, str], int] = {}
        for contact in self._contacts.values():
            for name in self._lines_of(contact) if contact.state == "queued" else ():
                agents = [agent for agent in self._agents.values() if self._eligible(agent, contact, name)]
                if agents:
                    takers[contact.id, name] = agents
                    lowest[contact.id, name] = min(self._tier(agent, contact, name) for agent in agents)
        if not takers:
            return False
        first_tier = min(lowest.values())
        heads: dict[str, tuple[Any, PlainContact]] = {}
        for (contact_id, name), tier in lowest.items():
            contact = self._contacts[contact_id]
            key = rules.contact_key(self._queues[name], contact, self._present)
            if tier == first_tier and (name not in heads or key < heads[name][0]):
                heads[name] = (key, contact)
        name, contact = min(
            ((name, contact) for name, (_, contact) in heads.items()),
            key=lambda head: (*self._head_key(head[1], head[0]), head[1].lines.index(head[0])),
        )
        queue = self._queues[name]
        self._give(contact, queue, *self._choose(queue, contact, takers[contact.id, name]))
        return True

    def _ring_one(self) -> bool:
        """Ring one more agent for the next contact that is due for one, if there is anybody."""
        owed = [contact for contact in self._contacts.values() if contact.ring_owed]
        for contact in sorted(owed, key=rules.urgency):
            contact.ring_owed = False
            queue = self._queues[contact.ring_in]
            order: Any = queue.value.agent_order
            rung = [work.agent for work in self._open_offers(contact)]
            if len(rung) >= order.ring:
                continue
            contact.state = "queued"
            agents = [
                a for a in self._agents.values() if a.id not in rung and self._eligible(a, contact, contact.ring_in)
            ]
            contact.state = "offered"
            if agents:
                self._offer(contact, queue, self._choose(queue, contact, agents)[0])
                return True
        return False

    def _give(self, contact: PlainContact, queue: PlainQueue, *agents: PlainAgent) -> None:
        """Make the offers, or connect at once, through this queue."""
        self._charge(contact, queue)
        if queue.value.auto_accept:
            self._note_chosen(queue, agents[0])
            self._note_tried(contact, queue, agents[0])
            self._end_attempts(contact)
            self._connect(contact, queue.value.name, agents[0], None)
            self._end_drain_of_contact(contact, "offered")
            return
        for agent in agents:
            self._offer(contact, queue, agent)
        order: Any = queue.value.agent_order
        if kind_of(queue) in PROGRESSIVE and order.ring > 1 and not contact.reserved:
            contact.ring_due, contact.ring_armed = self._present + order.ring_every_s, self._arm()
            contact.ring_in = queue.value.name

    def _note_chosen(self, queue: PlainQueue, agent: PlainAgent) -> None:
        queue.pointer, queue.pointer_joined = agent.seq, queue.members[agent.id].joined
        agent.last_offer = agent.last_chosen = self._present
        self._count(queue, agent, "offered")

    def _offer(self, contact: PlainContact, queue: PlainQueue, agent: PlainAgent) -> None:
        """Make one offer."""
        self._note_chosen(queue, agent)
        self._note_tried(contact, queue, agent)
        self._offers_made += 1
        offer = f"o-{self._offers_made}"
        expires_at = self._lease_from + queue.value.offer_timeout_s
        if expires_at <= self._lease_from:
            expires_at = math.nextafter(self._lease_from, math.inf)
        value = contact.value
        work = Work("offer", agent.id, contact.id, queue.value.name, value.channel, self._offers_made, offer)
        work.ends_at, work.made_at, work.armed = expires_at, self._present, self._arm()
        self._work.append(work)
        contact.state = "offered"
        self._note_offers(contact)
        self._load_changed(agent)
        self._say(
            events.OfferMade,
            offer=offer,
            contact=contact.id,
            agent=agent.id,
            queue=queue.value.name,
            channel=value.channel,
            customer=value.customer,
            expires_at=expires_at,
            screen=self._screen(contact, queue.value.name),
        )
        self._end_drain_of_contact(contact, "offered")

    def _note_offers(self, contact: PlainContact) -> None:
        """The contact's first open offer is the one that it shows. Without one, its ring has ended."""
        first = next(iter(self._open_offers(contact)), None)
        contact.offer, contact.agent = (None, None) if first is None else (first.offer, first.agent)
        if first is None:
            contact.ring_due, contact.ring_owed = None, False

    def _connect(self, contact: PlainContact, name: str, agent: PlainAgent, offer: str | None) -> None:
        """Connect a contact to an agent through a queue."""
        contact.tries = {}
        self._stop_reserving(contact)
        self._end_views(contact)
        self._connections += 1
        value = contact.value
        work = Work("connected", agent.id, contact.id, name, value.channel, self._connections, offer)
        work.made_at = self._present
        self._work.append(work)
        contact.state, contact.offer, contact.agent, contact.had = "connected", None, agent.id, agent.id
        contact.ring_due, contact.ring_owed = None, False
        agent.taken += 1
        if name in self._queues:
            self._count(self._queues[name], agent, "answered")
        self._talk(name, agent, begins=True)
        self._load_changed(agent)
        waited = self._waited(contact)
        self._say(events.ContactConnected, contact=contact.id, agent=agent.id, queue=name, offer=offer, waited_s=waited)

    def _stop_reserving(self, contact: PlainContact) -> None:
        """It is meant for nobody in particular any more, without a word."""
        contact.reserved, contact.reserved_until, contact.exclusive = [], None, False

    def _end_views(self, contact: PlainContact) -> None:
        """It is in no line but its home's any more, without a word."""
        for name in contact.further:
            contact.turns.pop(name, None)
        contact.further = []

    def _open_windows(self) -> None:
        raise NotImplementedError

    def _close_window(self, queue: PlainQueue) -> None:
        raise NotImplementedError

    def _waited(self, contact: PlainContact) -> float:
        """How long a contact has waited; one that was promised for later has not, a consult since it came."""
        return max(0.0, self._present - (contact.since if contact.consult_of is None else contact.entered))

    # ---- draining (section 7) -------------------------------------------------------------------------------------

    def _decide_drains(self) -> None:
        overdue = []
        for contact in self._contacts.values():
            asks = contact.state == "queued" and contact.rests_until is None and not self._batched(contact)
            asks = asks and not contact.reserved and contact.behind is None
            due = self._overdue_from(contact) if asks else None
            if due is not None and self._present >= due and self._drainer(contact) is None:
                overdue.append(contact)
        for contact in sorted(overdue, key=rules.urgency):
            candidates = [agent for agent in self._agents.values() if self._could_drain(agent, contact)]
            if candidates:
                agent = min(candidates, key=lambda agent: self._drain_key(agent, contact))
                agent.drains_for = contact.id
                self._say(events.DrainStarted, contact=contact.id, agent=agent.id)

    def _could_drain(self, agent: PlainAgent, contact: PlainContact) -> bool:
        capacity, channel = agent.value.capacity, contact.value.channel
        queue = self._queues[contact.value.queue]
        return (
            agent.presence == "ready"
            and agent.drains_for is None
            and rules.something_smaller(capacity, channel)
            and rules.fits_empty(capacity, channel)
            and not self._excluded(agent, contact)
            and rules.misfit(agent, self._held(agent), contact, queue) == "capacity"
        )

    def _drain_key(self, agent: PlainAgent, contact: PlainContact) -> tuple[Any, ...]:
        capacity, channel = agent.value.capacity, contact.value.channel
        to_free = rules.load(agent, self._held(agent), channel) + capacity.cost_of(channel) - capacity.units
        return (to_free, agent.value.queues[contact.value.queue], *self._idleness(agent))

    def _drainer(self, contact: PlainContact) -> PlainAgent | None:
        return next((agent for agent in self._agents.values() if agent.drains_for == contact.id), None)

    def _end_drain_of_contact(self, contact: PlainContact, reason: str) -> None:
        agent = self._drainer(contact)
        if agent is not None:
            self._end_drain_of_agent(agent, reason)

    def _end_drain_of_agent(self, agent: PlainAgent, reason: str = "agent") -> None:
        if agent.drains_for is not None:
            contact, agent.drains_for = agent.drains_for, None
            self._say(events.DrainEnded, contact=contact, agent=agent.id, reason=reason)


def _may_fail(queue: PlainQueue) -> bool:
    """Whether its orders ask something that may be wrong: a user's score, or a deadline of a contact."""
    agents: Any = queue.value.agent_order
    asks = kind_of(queue) in ("Scored", "JobRouterBestWorker") or getattr(agents, "scorer", None) is not None
    return asks or type(queue.value.contact_order).__name__ == "EarliestDeadline"


def _copied(value: Any) -> Any:
    """A copy of what the plain router remembers, down to the fields of its records.

    It is made before every command, so only what can change is looked at.
    """
    kind = type(value)
    if kind in PARTS:
        twin = object.__new__(kind)
        fields = vars(twin)
        fields.update(vars(value))
        for name in PARTS[kind]:
            part = fields[name]
            fields[name] = _copied(part) if part else type(part)()
        return twin
    if kind is dict:
        return {name: _copied(item) if type(item) in CHANGING else item for name, item in value.items()}
    if kind is list:
        return [_copied(item) if type(item) in CHANGING else item for item in value]
    return copy.copy(value) if kind in CHANGING else value
