"""The frame of every command, and the plain router's decisions: timers, settling, counts, drains (sections 8, 6, 3, 7).

`Deciding` holds all that the plain router remembers. A decision is a scan over everything; the rules that it asks are
in tests/oracle/rules.py.
"""

from __future__ import annotations

import math
from typing import Any

from routekit import events
from routekit import strategies as st
from routekit._kernel.draws import Draws
from routekit._kernel.fading import ZERO, Fading
from routekit._model import Queue
from routekit.errors import IllegalMove, RoutekitError, UnknownAgent, UnknownContact, UnknownQueue
from tests.oracle import rules
from tests.oracle.records import Exclusion, PlainAgent, PlainContact, PlainQueue, Timer, Work
from tests.oracle.views import Views

EXPIRY, RETRY, REST, WRAP_UP, STEP = range(5)


class Deciding(Views):
    """What the plain router remembers, and how it decides."""

    def __init__(self, *, seed: int = 0) -> None:
        self._draws = Draws(seed)
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

    def _start(self, at: float, limit: int | None = None) -> bool:
        """Fire what is due by `at`; say whether it was all done, within the limit of changes."""
        self._events = []
        self.commands_started += 1
        if self._now is not None and at < self._now:
            self._clock_skews += 1
            self._clock_skew_s = max(self._clock_skew_s, self._now - at)
            at = self._now
        self._lease_from = at
        return self._catch_up(at, limit)

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
                if left is not None and (left := left - 1) == 0:
                    return False
            while self._match_one():
                if left is not None and (left := left - 1) == 0:
                    return False
            self._decide_drains()
            self._unsettled = False

    def _finish(self) -> tuple[Any, ...]:
        """Settle after a change, and hand out all events of the command."""
        while self._match_one():
            pass
        self._decide_drains()
        done, self._events = tuple(self._events), []
        return done

    def _refused(self, error: RoutekitError) -> RoutekitError:
        error.events, self._events = tuple(self._events), []
        return error

    def _say(self, kind: type, **fields: Any) -> None:
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
            if contact.waits and contact.pending:
                timers.append(Timer(self._step_due(contact), STEP, contact.step_armed, contact))
        return timers

    def _step_due(self, contact: PlainContact) -> float:
        return contact.entered + self._queues[contact.value.queue].value.steps[contact.pending[0]].after_s

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

    def _fire(self, timer: Timer) -> None:
        """Do what a timer is for."""
        raise NotImplementedError

    # ---- settling (section 6) -------------------------------------------------------------------------------------

    def _held(self, agent: PlainAgent, but: Work | None = None) -> list[Work]:
        name = agent.value.id
        return [work for work in self._work if work.agent == name and work is not but]

    def _excluded(self, agent: PlainAgent, contact: PlainContact) -> bool:
        return (agent.value.id, contact.value.id) in self._exclusions

    def _could_take(self, agent: PlainAgent, contact: PlainContact) -> bool:
        """Section 3: eligible, but for what the agent drains for."""
        return (
            contact.state == "queued"
            and agent.presence == "ready"
            and agent.rests_until is None
            and not self._excluded(agent, contact)
            and rules.misfit(agent, self._held(agent), contact, self._queues[contact.value.queue]) is None
        )

    def _eligible(self, agent: PlainAgent, contact: PlainContact) -> bool:
        """Section 3."""
        if not self._could_take(agent, contact):
            return False
        return agent.drains_for in (None, contact.id) or contact in self._before_drain(agent, contact.value.queue)

    def _before_drain(self, agent: PlainAgent, name: str) -> list[PlainContact]:
        """Section 7: those of a queue that precede the contact the agent drains for, up to the first that does not."""
        queue, waiter = self._queues[name], self._contacts[agent.drains_for or ""]
        line = [c for c in self._contacts.values() if c.value.queue == name and self._could_take(agent, c)]
        line.sort(key=lambda contact: rules.contact_key(queue, contact))
        before = []
        for contact in line:
            if not rules.precedes(contact, self._tier(agent, contact), waiter, self._tier(agent, waiter), self._queues):
                break
            before.append(contact)
        return before

    def _tier(self, agent: PlainAgent, contact: PlainContact) -> int:
        """Section 4: the membership's until the contact has waited long, then 1; but see there for who drains."""
        queue = self._queues[contact.value.queue].value
        waits_short = self._present < contact.since + queue.tier_wait_s
        drains_for_another = agent.drains_for not in (None, contact.id)
        return rules.own_tier(agent, contact) if waits_short or drains_for_another else 1

    def _match_one(self) -> bool:
        """Make the next match, if there is one."""
        best: dict[str, tuple[Any, PlainContact, list[PlainAgent]]] = {}
        lowest: dict[str, int] = {}
        takers: dict[str, list[PlainAgent]] = {}
        for contact in self._contacts.values():
            if contact.state == "queued":
                agents = [agent for agent in self._agents.values() if self._eligible(agent, contact)]
                if agents:
                    takers[contact.id] = agents
                    lowest[contact.id] = min(self._tier(agent, contact) for agent in agents)
        if not takers:
            return False
        first_tier = min(lowest.values())
        for contact in self._contacts.values():
            if contact.id in takers and lowest[contact.id] == first_tier:
                name = contact.value.queue
                key = rules.contact_key(self._queues[name], contact)
                if name not in best or key < best[name][0]:
                    best[name] = (key, contact, takers[contact.id])
        _, contact, agents = min(best.values(), key=lambda head: rules.urgency(head[1]))
        self._give(contact, self._choose(self._queues[contact.value.queue], agents))
        return True

    def _choose(self, queue: PlainQueue, agents: list[PlainAgent]) -> PlainAgent:
        """Section 3: one of the eligible agents, by the queue's agent order."""
        name, order = queue.value.name, queue.value.agent_order
        tier = min(agent.value.queues[name] for agent in agents)
        line = sorted((a for a in agents if a.value.queues[name] == tier), key=lambda agent: agent.seq)
        if isinstance(order, st.RoundRobin):
            return next((agent for agent in line if agent.seq > queue.pointer), line[0])
        if isinstance(order, st.Random):
            return line[self._draws.index(len(line))]
        if isinstance(order, st.LongestIdle):
            return min(line, key=self._idleness)
        if isinstance(order, st.FewestContacts):
            return min(line, key=lambda agent: (*queue.counts.get(agent.id, ZERO), *self._idleness(agent)))
        raise NotImplementedError(order)

    def _idleness(self, agent: PlainAgent) -> tuple[bool, float, int]:
        return (bool(self._held(agent)), agent.idle_since, agent.seq)

    def _give(self, contact: PlainContact, agent: PlainAgent) -> None:
        """Make the offer, or connect at once."""
        queue = self._queues[contact.value.queue]
        queue.pointer = agent.seq
        self._count(queue, agent, "offered")
        if queue.value.auto_accept:
            self._connect(contact, agent, None)
        else:
            self._offers_made += 1
            offer = f"o-{self._offers_made}"
            expires_at = self._lease_from + queue.value.offer_timeout_s
            if expires_at <= self._lease_from:
                expires_at = math.nextafter(self._lease_from, math.inf)
            value = contact.value
            work = Work("offer", agent.id, contact.id, value.queue, value.channel, self._offers_made, offer)
            work.ends_at, work.made_at, work.armed = expires_at, self._present, self._arm()
            self._work.append(work)
            contact.state, contact.offer, contact.agent = "offered", offer, agent.id
            self._say(
                events.OfferMade,
                offer=offer,
                contact=contact.id,
                agent=agent.id,
                queue=value.queue,
                channel=value.channel,
                customer=value.customer,
                expires_at=expires_at,
            )
        self._end_drain_of_contact(contact, "offered")

    def _connect(self, contact: PlainContact, agent: PlainAgent, offer: str | None) -> None:
        self._connections += 1
        value = contact.value
        self._work.append(Work("connected", agent.id, contact.id, value.queue, value.channel, self._connections, offer))
        contact.state, contact.offer, contact.agent = "connected", None, agent.id
        self._count(self._queues[value.queue], agent, "answered")
        waited = self._present - contact.since
        self._say(
            events.ContactConnected, contact=contact.id, agent=agent.id, queue=value.queue, offer=offer, waited_s=waited
        )

    # ---- faded counts (section 3) ---------------------------------------------------------------------------------

    def _count(self, queue: PlainQueue, agent: PlainAgent, what: str) -> None:
        order = queue.value.agent_order
        if isinstance(order, st.FewestContacts) and order.count == what and queue.value.name in agent.value.queues:
            score = queue.counts.get(agent.id, ZERO)
            queue.counts[agent.id] = Fading(order.half_life_s).add(score, self._present)

    def _raise_count(self, agent: PlainAgent, name: str) -> None:
        """Raise an agent who comes to the least count among the ready agents of the queue."""
        queue = self._queues[name]
        if isinstance(queue.value.agent_order, st.FewestContacts):
            ready = [a for a in self._agents.values() if a.presence == "ready" and name in a.value.queues]
            counts = [queue.counts.get(a.id, ZERO) for a in ready if a is not agent]
            if counts:
                queue.counts[agent.id] = max(queue.counts.get(agent.id, ZERO), min(counts))

    # ---- draining (section 7) -------------------------------------------------------------------------------------

    def _decide_drains(self) -> None:
        overdue = []
        for contact in self._contacts.values():
            due = self._overdue_from(contact) if contact.state == "queued" else None
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
        return (to_free, rules.own_tier(agent, contact), *self._idleness(agent))

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
