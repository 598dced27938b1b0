"""What orders count of a member: contacts, seconds talked, the mean load (section 3, scores).

The arithmetic is `routekit._kernel.drifting`; who has a score, and when it changes, is said here.
"""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any

from routekit._kernel import drifting
from tests.oracle import rules
from tests.oracle.customers import Customers
from tests.oracle.records import PlainAgent, PlainContact, PlainMember, PlainQueue, Work

PER_HALF_LIFE = 1.4426950408889634
SCORED = ("FewestContacts", "LeastTalkTime", "LeastOccupied")


def kind_of(queue: PlainQueue) -> str:
    """The class of the queue's agent order."""
    return type(queue.value.agent_order).__name__


def half_life(queue: PlainQueue) -> float:
    """The half-life of a queue's scores; 0.0 for those that do not fade."""
    order: Any = queue.value.agent_order
    return order.half_life_s or 0.0


class Scores(Customers):
    """The scores of members, and the clocks of agents that stand still while they are away."""

    _midnight: float | None
    _time_zone: str
    _unix_offset_s: float | None

    def _held(self, agent: PlainAgent, but: Work | None = None) -> list[Work]:
        raise NotImplementedError

    def _idleness(self, agent: PlainAgent) -> tuple[bool, float, int]:
        return (bool(self._held(agent)), agent.idle_since, agent.seq)

    def _member(self, queue: str, agent: PlainAgent) -> PlainMember | None:
        return self._queues[queue].members.get(agent.id) if queue in self._queues else None

    # ---- reading --------------------------------------------------------------------------------------------------

    def _load_of(self, agent: PlainAgent) -> float:
        """The share of the agent's units that is taken."""
        return rules.load(agent, self._held(agent)) / agent.value.capacity.units

    def _talking(self, queue: PlainQueue, agent: PlainAgent) -> int:
        name = queue.value.name
        return sum(work.kind == "connected" and work.queue == name for work in self._held(agent))

    def _level(self, queue: PlainQueue, agent: PlainAgent) -> float:
        """The level g of a score."""
        kind = kind_of(queue)
        if kind == "LeastTalkTime":
            per_contact = half_life(queue) * PER_HALF_LIFE if half_life(queue) else 1.0
            return self._talking(queue, agent) * per_contact
        return queue.members[agent.id].load if kind == "LeastOccupied" else 0.0

    def _value(self, queue: PlainQueue, agent: PlainAgent, at: float) -> float:
        """The value of a score."""
        member = queue.members[agent.id]
        value = drifting.value(member.score, self._level(queue, agent), at, half_life(queue))
        if kind_of(queue) == "LeastOccupied" and agent.presence != "ready":
            return max(member.kept, value)
        return value

    def _least(self, queue: PlainQueue, agents: list[PlainAgent]) -> PlainAgent:
        """The agent of the least score, of some who are ready."""
        return min(
            self._heads(queue, agents),
            key=lambda agent: (self._value(queue, agent, self._present), *self._idleness(agent)),
        )

    def _heads(self, queue: PlainQueue, agents: list[PlainAgent]) -> list[PlainAgent]:
        """Of each level the agent of the least part P; the smallest level first."""
        winners: dict[float, tuple[Any, PlainAgent]] = {}
        for agent in agents:
            score, level = queue.members[agent.id].score, self._level(queue, agent)
            key = (drifting.high(score), drifting.low(score), *self._idleness(agent))
            if level not in winners or key < winners[level][0]:
                winners[level] = (key, agent)
        return [winners[level][1] for level in sorted(winners)]

    def _counts(self) -> dict[str, dict[str, float]]:
        counts: dict[str, dict[str, float]] = {}
        for agent in self._agents.values():
            queues = [self._queues[name] for name in agent.value.queues]
            scored = [queue for queue in queues if kind_of(queue) in SCORED]
            counts[agent.id] = {queue.value.name: self._value(queue, agent, self._present) for queue in scored}
        return counts

    # ---- changing -------------------------------------------------------------------------------------------------

    def _start_score(self, queue: PlainQueue, agent: PlainAgent, value: float) -> None:
        """Let the score have a value now."""
        member = queue.members[agent.id]
        if kind_of(queue) == "LeastOccupied":
            member.kept = value
            member.load = self._load_of(agent)
        if kind_of(queue) in SCORED:
            member.score = drifting.start(value, self._level(queue, agent), self._present, half_life(queue))

    def _shift(self, queue: PlainQueue, agent: PlainAgent, amount: float) -> None:
        member = queue.members[agent.id]
        member.score = drifting.shift(member.score, amount, self._present, half_life(queue))

    def _count(self, queue: PlainQueue, agent: PlainAgent, what: str) -> None:
        """Count a contact that is offered or answered."""
        order: Any = queue.value.agent_order
        if kind_of(queue) == "FewestContacts" and order.count == what and agent.id in queue.members:
            self._shift(queue, agent, 1.0)

    def _talk(self, name: str, agent: PlainAgent, *, begins: bool) -> None:
        """A contact of the queue has just been connected to the agent, or has ended for them."""
        queue = self._queues.get(name)
        if queue is None or kind_of(queue) != "LeastTalkTime" or agent.id not in queue.members:
            return
        h = half_life(queue)
        amount = h * PER_HALF_LIFE if h else self._present
        self._shift(queue, agent, -amount if begins else amount)

    def _load_changed(self, agent: PlainAgent) -> None:
        """The agent's held work or units have just changed."""
        for name in agent.value.queues:
            queue = self._queues[name]
            if kind_of(queue) == "LeastOccupied":
                member, load = queue.members[agent.id], self._load_of(agent)
                if load != member.load:
                    if agent.presence != "ready":
                        member.kept = self._value(queue, agent, self._present)
                    self._shift(queue, agent, member.load - load)
                    member.load = load

    def _drifted(self, queue: PlainQueue, agent: PlainAgent) -> float:
        """What the score of one who was not ready has come to by itself."""
        return drifting.value(queue.members[agent.id].score, self._level(queue, agent), self._present, half_life(queue))

    def _ready_others(self, queue: PlainQueue, agent: PlainAgent) -> list[PlainAgent]:
        name = queue.value.name
        return [a for a in self._agents.values() if a.presence == "ready" and name in a.value.queues and a is not agent]

    def _raise_score(self, queue: PlainQueue, agent: PlainAgent) -> None:
        """Raise an agent who comes in to the least value among the others who are ready."""
        ready = self._ready_others(queue, agent)
        if not ready or kind_of(queue) not in SCORED:
            return
        least = min(self._heads(queue, ready), key=lambda other: self._value(queue, other, self._present))
        value, member = self._value(queue, least, self._present), queue.members[agent.id]
        if kind_of(queue) == "LeastOccupied" and agent.presence != "ready":
            member.kept = max(member.kept, value)
        elif self._level(queue, agent) == 0.0 and self._level(queue, least) == 0.0:
            other = queue.members[least.id].score
            member.score = max(member.score, other, key=lambda p: (drifting.high(p), drifting.low(p)))
        elif self._value(queue, agent, self._present) < value:
            self._start_score(queue, agent, value)

    def _cease(self, agent: PlainAgent) -> None:
        """The agent, whose offers are closed, is about to be ready no more."""
        agent.ceased_at = self._present
        for name in agent.value.queues:
            queue = self._queues[name]
            if kind_of(queue) == "LeastOccupied":
                queue.members[agent.id].kept = self._value(queue, agent, self._present)

    def _become_ready(self, agent: PlainAgent) -> None:
        """The agent has just become ready: what stood still goes on."""
        ceased_at, now = agent.ceased_at, self._present

        def moved(since: float | None) -> float | None:
            if since is None or ceased_at is None:
                return since
            return now - (ceased_at - since) if since < ceased_at else now

        agent.taken, agent.talked_s = 0, 0.0
        agent.last_finish, agent.last_offer = moved(agent.last_finish), moved(agent.last_offer)
        for name in agent.value.queues:
            queue = self._queues[name]
            member = queue.members[agent.id]
            member.ended_at = moved(member.ended_at)
            if kind_of(queue) == "LeastOccupied":
                self._start_score(queue, agent, max(member.kept, self._drifted(queue, agent)))

    # ---- shares of queues (section 2) -----------------------------------------------------------------------------

    _queue_order: Any
    _virtual: float

    def _weight(self, name: str) -> float:
        order = self._queue_order
        return float(order.weights.get(name, order.default))

    def _shares(self) -> str | None:
        """The class of the queue order, where queues have shares."""
        name = type(self._queue_order).__name__
        return name if name in ("FixedQueueRatio", "WeightedFair") else None

    def _head_key(self, contact: PlainContact, name: str | None = None) -> tuple[float, ...]:
        """The place of a queue's head among those of all queues; of its home, if no queue is named."""
        urgency = rules.urgency(contact)
        return (self._queues[name or contact.value.queue].share, *urgency) if self._shares() else urgency

    def _charge(self, contact: PlainContact, queue: PlainQueue) -> None:
        """Count the contact that is chosen for the queue through which it was, once in a stay."""
        if contact.charged or not self._shares():
            return
        contact.charged = True
        self._virtual = max(self._virtual, queue.share)
        amount = self._queue_order.expected_s if self._shares() == "WeightedFair" else 1.0
        queue.share += amount / self._weight(queue.value.name)

    def _enter_line(self, contact: PlainContact) -> None:
        """A stay in a line begins."""
        contact.charged = False
        name = contact.value.queue
        alone = not any(c.waits and c.value.queue == name and c is not contact for c in self._contacts.values())
        if alone and self._shares():
            self._queues[name].share = max(self._queues[name].share, self._virtual)

    def _settle_share(self, work: Work) -> None:
        """A connection has just ended: what it took counts in place of what was expected."""
        if self._shares() == "WeightedFair" and work.queue in self._queues:
            talked = self._present - work.made_at
            self._queues[work.queue].share += (talked - self._queue_order.expected_s) / self._weight(work.queue)

    # ---- midnights ------------------------------------------------------------------------------------------------

    def _by_day(self) -> list[PlainQueue]:
        """The queues whose scores are counted by the day."""
        return [queue for queue in self._queues.values() if getattr(queue.value.agent_order, "since", 0) == "day"]

    def _plan_midnight(self) -> None:
        """Wait for the next midnight, while a queue counts by the day."""
        if not self._by_day():
            self._midnight = None
        elif self._midnight is None:
            self._midnight = self._next_midnight(self._present)

    def _next_midnight(self, after: float) -> float:
        zone = zoneinfo.ZoneInfo(self._time_zone)
        assert self._unix_offset_s is not None
        day = datetime.datetime.fromtimestamp(after + self._unix_offset_s, zone).date() - datetime.timedelta(days=1)
        while True:
            day += datetime.timedelta(days=1)
            begins = datetime.datetime.combine(day, datetime.time(), zone).timestamp() - self._unix_offset_s
            if begins > after:
                return begins

    def _strike_midnight(self, midnight: float) -> None:
        for queue in self._by_day():
            for name in queue.members:
                self._start_score(queue, self._agents[name], 0.0)
        self._midnight = self._next_midnight(midnight)
