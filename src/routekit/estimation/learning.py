"""What an estimator learns from a router's events: handle times, paces, patience, arrivals, offers, how lines move.

Every figure fades: older ones count less. Every event costs O(1). What lives here follows from the events that were
observed, and from the channel and priority of those who come; what is made of it is `waits`' affair. Nothing here
draws, and nothing reads a clock.

Fading is done by growing the weight of what is new, not by shrinking all that is old; when the weight gets large,
everything is divided by it once. Means use `+ - * /` only, so that a decision may read them on any machine.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Callable
from typing import Any

from routekit import events as ev
from routekit._states import Presence
from routekit.errors import SnapshotError
from routekit.estimation.times import Times

__all__ = ["Arrivals", "Fading", "Handling", "Learning", "Mix", "Moving", "Offers", "Patience"]

_HUGE = 1e100
PRIORITIES = 8
"""Priorities of a queue whose arrivals are told from each other; further ones go with the nearest."""
FEW = 30
"""Fewer samples than that are looked at with suspicion, in `Patience` and `Arrivals`."""
SORTS = 32
"""Sorts of contacts of a queue that are told from each other; a further one takes the place of the rarest."""
SHRINK = 10.0
"""An agent's pace counts as that of all until about so many contacts were handled."""

Class = tuple[str, str]
"""A queue and a channel."""
Needs = tuple[tuple[str, float], ...]
Sort = tuple[str, Needs]
"""A channel and needs: who can take a contact hangs on these, and on its queue."""
KindOf = Callable[[str], "tuple[str, float, Needs] | None"]


class Fading:
    """Sums that fade: each sample counts `1 + 1 / memory` times as much as the one before.

    >>> mean = Fading(2, memory=100.0)
    >>> mean.add(10.0, 1.0)
    >>> mean.add(20.0, 0.0)
    >>> round(mean.mean(0), 2), round(mean.mean(1), 3), mean.count
    (15.02, 0.498, 2)
    """

    __slots__ = ("_growth", "_sums", "count", "step", "weight")

    def __init__(self, size: int, memory: float) -> None:
        self._growth = 1.0 + 1.0 / memory
        self._sums = [0.0] * size
        self.step = 1.0  # what the next sample counts
        self.weight = 0.0
        self.count = 0

    def add(self, *values: float) -> None:
        """A sample. Cost: its size."""
        self.count += 1
        self.weight += self.step
        for i in range(len(values)):
            self._sums[i] += self.step * values[i]
        self.step *= self._growth
        if self.step > _HUGE:
            self.weight /= self.step
            self._sums = [part / self.step for part in self._sums]
            self.step = 1.0

    def more(self, number: int, value: float) -> None:
        """Something that belongs to a sample of just now, and is known only later."""
        self._sums[number] += self.step * value

    def sum(self, number: int) -> float:
        """A sum, in units of the latest weights."""
        return self._sums[number]

    def mean(self, number: int) -> float:
        """A mean; 0.0 before the first sample."""
        return self._sums[number] / self.weight if self.weight > 0.0 else 0.0

    def to_data(self) -> list[Any]:
        """All of it as plain data."""
        return [self.count, self.step, self.weight, *self._sums]

    def restore(self, data: Any) -> None:
        """Take up what `to_data` gave."""
        count, step, weight, *sums = data
        if len(sums) != len(self._sums):
            raise ValueError(f"there must be {len(self._sums)} sums, not {len(sums)}")
        self.count, self.step, self.weight = int(count), float(step), float(weight)
        self._sums = [float(part) for part in sums]


class Handling:
    """How long contacts of one class take: from the connection to its end, and the wrap-up besides.

    `mean_s` and `talk_s` are exact means of what was seen; `talk` is the histogram, for what is left of a connection.
    `wrap` has one time for each connection: 0 s of those without a wrap-up, the others when theirs has ended.

    >>> handling = Handling(memory=500.0)
    >>> for number in range(100):
    ...     handling.talked(60.0)
    ...     handling.wrapped(20.0) if number % 2 else handling.not_wrapped()
    >>> round(handling.talk_s), round(handling.wrap_s), handling.wrap.count
    (60, 10, 100)
    """

    def __init__(self, memory: float) -> None:
        self.sums = Fading(2, memory)
        self.talk = Times(half_life=0.7 * memory, weight=1.0)
        # Nothing is asked of it before there has been a wrap-up: what is believed at first counts for little.
        self.wrap = Times(half_life=0.7 * memory, typical_s=30.0, weight=0.1)

    @property
    def count(self) -> int:
        """How many have been seen."""
        return self.sums.count

    @property
    def talk_s(self) -> float:
        """The mean time connected."""
        return self.sums.mean(0)

    @property
    def wrap_s(self) -> float:
        """The mean time of the wrap-up; 0.0 exactly where there has never been one."""
        return self.sums.mean(1)

    @property
    def mean_s(self) -> float:
        """The mean time of talk and wrap-up together; a contact without wrap-up has one of 0 s."""
        return self.sums.mean(0) + self.sums.mean(1)

    def talked(self, seconds: float) -> None:
        """A connection has ended."""
        self.sums.add(seconds, 0.0)
        self.talk.add(seconds)

    def wrapped(self, seconds: float) -> None:
        """The wrap-up of one of them has ended."""
        self.sums.more(1, seconds)
        self.wrap.add(seconds)

    def not_wrapped(self) -> None:
        """One of them was without a wrap-up: it took 0 s."""
        self.wrap.add(0.0)

    def to_data(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"sums": self.sums.to_data(), "talk": self.talk.to_data(), "wrap": self.wrap.to_data()}

    def restore(self, data: Any) -> None:
        """Take up what `to_data` gave."""
        self.sums.restore(data["sums"])
        self.talk.restore(data["talk"])
        self.wrap.restore(data["wrap"])


class Patience:
    """How fast the callers of a queue hang up: those who did, by the seconds that all have waited.

    One who is served has not shown how long they would have waited (they are censored): their seconds count, and no
    hanging up. For constant rates this is the maximum likelihood.

    >>> patience = Patience(memory=500.0)
    >>> for _ in range(9):
    ...     patience.ended(50.0, False)
    >>> patience.ended(50.0, True)
    >>> round(patience.rate() * 500, 2), round(patience.rate(open_s=500.0) * 500, 2)
    (1.01, 0.5)
    """

    def __init__(self, memory: float) -> None:
        self.sums = Fading(2, memory)

    def rate(self, open_s: float = 0.0) -> float:
        """Per second of waiting; 0.0 while nobody has been seen to wait.

        `open_s` is what those who wait now have waited. It counts while few waits have ended: the first of them are
        those of who hangs up soonest, and all others have shown their patience, too.
        """
        sums = self.sums
        waited = sums.sum(0) + (sums.step * open_s if sums.count < FEW else 0.0)
        return sums.sum(1) / waited if waited > 0.0 else 0.0

    def ended(self, waited_s: float, left: bool) -> None:
        """Somebody's wait is over."""
        self.sums.add(waited_s, 1.0 if left else 0.0)


class Arrivals:
    """How fast contacts of one queue and one priority come. It slows down as none comes for long.

    Of few it is not believed that they come as fast as they came: two at once may be all there will be. So until `FEW`
    have come it is at most twice the rate since `began`, when anything was seen first, and a minute before.
    """

    def __init__(self, memory: float, began: float) -> None:
        self.gaps = Fading(1, memory)
        self.began = began
        self.last = 0.0
        self.started = False

    def came(self, at: float) -> None:
        """One has come."""
        if self.started:
            self.gaps.add(at - self.last)
        self.started = True
        self.last = at

    def rate(self, at: float) -> float:
        """Per second; 0.0 until two have come."""
        gaps = self.gaps
        if not gaps.count:
            return 0.0
        total, weight, still = gaps.sum(0), gaps.weight, at - self.last
        if still > gaps.mean(0):
            total += gaps.step * still
            weight += gaps.step
        if gaps.count < FEW:
            return min(weight / total if total > 0.0 else math.inf, 2.0 * (gaps.count + 1) / (at - self.began + 60.0))
        return weight / total if total > 0.0 else 0.0


class Mix:
    """What sorts of contacts come in a queue: those of late count more.

    >>> mix = Mix(memory=100.0)
    >>> for number in range(10):
    ...     mix.came(("voice", (("sql", 1.0),) if number % 5 == 0 else ()))
    >>> [(needs, round(share, 1)) for (_, needs), share in mix.shares(4)]
    [((), 0.8), ((('sql', 1.0),), 0.2)]
    """

    def __init__(self, memory: float) -> None:
        self.step = 1.0
        self.weights: dict[Sort, float] = {}
        self._growth = 1.0 + 1.0 / memory

    def came(self, sort: Sort) -> None:
        """One has come."""
        weights = self.weights
        if sort not in weights and len(weights) >= SORTS:
            del weights[min(weights, key=weights.__getitem__)]
        weights[sort] = weights.get(sort, 0.0) + self.step
        self.step *= self._growth
        if self.step > _HUGE:
            self.weights = {sort: weight / self.step for sort, weight in weights.items()}
            self.step = 1.0

    def shares(self, most: int) -> list[tuple[Sort, float]]:
        """The most frequent sorts, as if there were no others: each with its share."""
        ranked = sorted(self.weights.items(), key=lambda one: (-one[1], one[0]))[:most]
        total = sum(weight for _, weight in ranked)
        return [(sort, weight / total) for sort, weight in ranked]


class Offers:
    """What becomes of a queue's offers: how long they hold an agent, and how many of them connect."""

    def __init__(self, memory: float) -> None:
        self.sums = Fading(3, memory)  # seconds held, accepted, seconds until accepted

    def ended(self, seconds: float, accepted: bool) -> None:
        """An offer is over."""
        self.sums.add(seconds, 1.0 if accepted else 0.0, seconds if accepted else 0.0)

    @property
    def accepted(self) -> float:
        """The share of offers that connect; at least a twentieth, and 1.0 before there were any."""
        return max(0.05, self.sums.mean(1)) if self.sums.count else 1.0

    @property
    def ring_s(self) -> float:
        """How long it rings until somebody accepts, on average."""
        accepted = self.sums.sum(1)
        return self.sums.sum(2) / accepted if accepted > 0.0 else 0.0

    @property
    def held_s(self) -> float:
        """How long agents are held by offers for each contact that they connect."""
        return self.sums.mean(0) / self.accepted


class Moving:
    """How fast a queue's line moves, of events alone: the time from one connection to the next while somebody waits,
    times the agents there are for it.

    `pace` is what a place in the line costs, in agent-seconds. A gap counts if the one who was connected at its end had
    waited all through it: else the line may have been empty. `last` are the last ten of these. `staff` are those ready
    who have ever been connected through this queue, `idle` those of them with nothing in hand.
    """

    def __init__(self, memory: float) -> None:
        self.gaps = Fading(1, memory)
        self.last: deque[float] = deque(maxlen=10)
        self.started_at: float | None = None
        self.staff = 0
        self.idle = 0

    def started(self, at: float, waited_s: float) -> None:
        """One of the queue is connected."""
        if self.started_at is not None:
            gap = at - self.started_at
            if waited_s >= gap and waited_s > 0.0 and self.staff > 0:
                self.gaps.add(gap * self.staff)
                self.last.append(gap * self.staff)
        self.started_at = at


class _Agent:
    """What is known of an agent by events: presence, work in hand, the queues they were connected through, pace."""

    def __init__(self) -> None:
        self.ready: bool | None = None  # not known: nothing has been seen of them
        self.load = 0
        self.queues: list[str] = []
        self.taken = 0.0  # handle times, in units of what all take
        self.usual = 0.0  # and how many

    @property
    def pace(self) -> float:
        """How long this agent takes in units of what all take, drawn towards 1."""
        return (self.taken + SHRINK) / (self.usual + SHRINK)


class Learning:
    """All that is learnt of one router. `observe` it its events; `kind_of` says a contact's channel, priority, needs.

    `memory` is how many samples it takes until an old one counts 1 / e of a new one.
    """

    def __init__(self, memory: float = 500.0) -> None:
        self.memory = memory
        self.handling: dict[Class, Handling] = {}
        self.patience: dict[str, Patience] = {}
        self.arrivals: dict[str, dict[float, Arrivals]] = {}
        self.mixes: dict[str, Mix] = {}
        self.offers: dict[str, Offers] = {}
        self.moving: dict[str, Moving] = {}
        self.shares = Fading(1, memory)  # its step weighs who is connected, over all classes
        self.started: dict[Class, float] = {}
        # What is made of it, until the next event: tables for simulations, and how long teams of some queues take.
        self.grids: dict[tuple[str, str, str, float], array[float]] = {}
        self.turns: dict[tuple[tuple[str, ...], float], float] = {}
        self._began: float | None = None
        self._agents: dict[str, _Agent] = {}
        self._works: dict[str, tuple[str, str, str, float]] = {}  # by contact: agent, queue, channel, since
        self._wraps: dict[tuple[str, str], tuple[str, str, float]] = {}  # by contact and agent: queue, channel, since
        self._open: dict[str, tuple[str, str, float]] = {}  # by offer: queue, channel, since
        # Connections that this command has ended, by contact and agent, each of its class: a wrap-up may follow.
        self._ended: dict[tuple[str, str], Class] = {}
        self._heed: dict[type, Callable[[Any], None]] = {
            ev.ContactQueued: self._queued,
            ev.OfferMade: self._offered,
            ev.OfferDeclined: self._offer_ended,
            ev.OfferExpired: self._offer_ended,
            ev.OfferRevoked: self._offer_ended,
            ev.ContactConnected: self._connected,
            ev.ContactFinished: self._work_ended,
            ev.ContactMoved: self._moved,
            ev.ContactRequeued: self._requeued,
            ev.ContactParked: self._work_ended,
            ev.ContactAbandoned: self._abandoned,
            ev.ContactHandedOver: self._handed_over,
            ev.ConsultEnded: self._consult_ended,
            ev.WrapUpStarted: self._wrap_up_started,
            ev.WrapUpEnded: self._wrap_up_ended,
            ev.AgentPresenceChanged: self._presence_changed,
            ev.AgentUpdated: self._agent_updated,
            ev.AgentRemoved: self._agent_removed,
            ev.QueueRemoved: self._queue_removed,
        }
        self._kind_of: KindOf = _unknown

    def attach(self, kind_of: KindOf) -> None:
        """Take a way to ask for what a contact is. Without, channels are known by offers alone."""
        self._kind_of = kind_of

    def observe(self, events: tuple[Any, ...]) -> None:
        """Learn from the events of one command. Cost: O(1) each."""
        heed = self._heed
        self.grids.clear()
        self.turns.clear()
        if self._began is None and events:
            self._began = events[0].at
        for event in events:
            learn = heed.get(type(event))
            if learn is not None:
                learn(event)
        if self._ended:
            for kind in self._ended.values():
                self._not_wrapped(kind)
            self._ended = {}

    def pace_of(self, agent: str) -> float:
        """How long an agent takes in units of what all take; 1.0 for one of whom little is known."""
        found = self._agents.get(agent)
        return 1.0 if found is None else found.pace

    # -- who comes, and who leaves -------------------------------------------------------------------------------------

    def _queued(self, event: ev.ContactQueued) -> None:
        kind = self._kind_of(event.contact)
        priority = 0.0 if kind is None else kind[1]
        known = self.arrivals.setdefault(event.queue, {})
        found = known.get(priority)
        if found is None:
            if len(known) >= PRIORITIES:
                priority = min(sorted(known), key=lambda other: abs(other - priority))
            found = known.setdefault(priority, Arrivals(self.memory, event.at if self._began is None else self._began))
        found.came(event.at)
        if kind is not None:
            mix = self.mixes.get(event.queue)
            if mix is None:
                mix = self.mixes[event.queue] = Mix(self.memory)
            mix.came((kind[0], kind[2]))

    def _abandoned(self, event: ev.ContactAbandoned) -> None:
        if event.contact in self._works:
            self._end(event.contact, event.at)
        elif event.waited_s > 0.0 and event.reason not in ("lost", "unavailable"):
            self._patience(event.queue).ended(event.waited_s, True)

    def _patience(self, queue: str) -> Patience:
        found = self.patience.get(queue)
        if found is None:
            found = self.patience[queue] = Patience(self.memory)
        return found

    # -- offers --------------------------------------------------------------------------------------------------------

    def _offered(self, event: ev.OfferMade) -> None:
        self._open[event.offer] = (event.queue, event.channel, event.at)
        self._change(event.agent, 1)

    def _offer_ended(self, event: ev.OfferDeclined | ev.OfferExpired | ev.OfferRevoked) -> None:
        offer = self._open.pop(event.offer, None)
        if offer is not None:
            self._change(event.agent, -1)
            if type(event) is not ev.OfferRevoked:  # its end says nothing of agents
                self._offers(offer[0]).ended(event.at - offer[2], False)

    def _offers(self, queue: str) -> Offers:
        found = self.offers.get(queue)
        if found is None:
            found = self.offers[queue] = Offers(self.memory)
        return found

    # -- work ----------------------------------------------------------------------------------------------------------

    def _connected(self, event: ev.ContactConnected) -> None:
        if event.contact in self._works:
            return  # a supervisor who joins
        offer = None if event.offer is None else self._open.pop(event.offer, None)
        kind = self._kind_of(event.contact)
        channel = offer[1] if offer is not None else "voice" if kind is None else kind[0]
        if offer is None:
            self._change(event.agent, 1)
        else:
            self._offers(event.queue).ended(event.at - offer[2], True)
        self._works[event.contact] = (event.agent, event.queue, channel, event.at)
        agent = self._agent(event.agent)
        if agent.ready is None:
            agent.ready = True  # they were when it was offered; what was before has not been observed
            self._count(agent, 1)
        if event.queue not in agent.queues:
            self._count(agent, -1)
            agent.queues.append(event.queue)
            self._count(agent, 1)
        self._moving(event.queue).started(event.at, event.waited_s)
        self._start((event.queue, channel))
        if event.waited_s > 0.0:
            self._patience(event.queue).ended(event.waited_s, False)

    def _start(self, kind: Class) -> None:
        """Count a connection of a class, by weights that all classes share."""
        before = self.shares.step
        self.started[kind] = self.started.get(kind, 0.0) + before
        self.shares.add(1.0)
        if self.shares.step < before:  # they have been divided
            scale = before * (1.0 + 1.0 / self.memory)
            for other in self.started:
                self.started[other] /= scale

    def _end(self, contact: str, at: float) -> None:
        """A connection is over, and counts as one handled."""
        agent, queue, channel, since = self._works.pop(contact)
        self._change(agent, -1)
        before = self._ended.pop((contact, agent), None)
        if before is not None:  # the same two once more, in one command
            self._not_wrapped(before)
        self._ended[contact, agent] = (queue, channel)
        handling = self._handling((queue, channel))
        seconds = at - since
        found = self._agents.get(agent)
        if found is not None and handling.count >= SHRINK and handling.talk_s > 0.0:
            fade = 1.0 / (1.0 + 1.0 / self.memory)
            found.taken = found.taken * fade + seconds / handling.talk_s
            found.usual = found.usual * fade + 1.0
        handling.talked(seconds)

    def _handling(self, kind: Class) -> Handling:
        found = self.handling.get(kind)
        if found is None:
            found = self.handling[kind] = Handling(self.memory)
        return found

    def _work_ended(self, event: ev.ContactFinished | ev.ContactParked) -> None:
        if event.contact in self._works:
            self._end(event.contact, event.at)

    def _moved(self, event: ev.ContactMoved) -> None:
        if event.agent is not None and event.contact in self._works:
            self._end(event.contact, event.at)

    def _requeued(self, event: ev.ContactRequeued) -> None:
        work = self._works.pop(event.contact, None)
        if work is not None:
            self._change(work[0], -1)

    def _handed_over(self, event: ev.ContactHandedOver) -> None:
        asked = self._works.pop(event.consult, None)
        if event.contact in self._works:
            _, queue, channel, _ = self._works[event.contact]
            self._end(event.contact, event.at)
            if asked is not None:
                self._works[event.contact] = (event.to_agent, queue, channel, event.at)
                asked = None
        if asked is not None:
            self._change(asked[0], -1)

    def _consult_ended(self, event: ev.ConsultEnded) -> None:
        work = self._works.pop(event.consult, None)
        if work is not None:
            self._change(work[0], -1)

    def _wrap_up_started(self, event: ev.WrapUpStarted) -> None:
        work = self._works.get(event.contact)
        if work is not None and work[0] == event.agent:
            self._end(event.contact, event.at)
        kind = self._ended.pop((event.contact, event.agent), None)
        if kind is not None:
            self._wraps[event.contact, event.agent] = (*kind, event.at)
            self._change(event.agent, 1)

    def _not_wrapped(self, kind: Class) -> None:
        """A connection of a class has ended without a wrap-up, which begins in the command that ends it or not."""
        found = self.handling.get(kind)
        if found is not None:  # else its queue has gone in the same command
            found.not_wrapped()

    def _wrap_up_ended(self, event: ev.WrapUpEnded) -> None:
        wrap = self._wraps.pop((event.contact, event.agent), None)
        if wrap is not None:
            queue, channel, since = wrap
            self._change(event.agent, -1)
            self._handling((queue, channel)).wrapped(event.at - since)

    # -- agents --------------------------------------------------------------------------------------------------------

    def _agent(self, name: str) -> _Agent:
        found = self._agents.get(name)
        if found is None:
            found = self._agents[name] = _Agent()
        return found

    def _change(self, name: str, by: int) -> None:
        """An agent has so much more in hand."""
        agent = self._agent(name)
        self._count(agent, -1)
        agent.load = max(0, agent.load + by)
        self._count(agent, 1)

    def _count(self, agent: _Agent, by: int) -> None:
        """Count an agent in or out of the staff of their queues. Cost: these."""
        if agent.ready:
            for queue in agent.queues:
                moving = self._moving(queue)
                moving.staff += by
                if not agent.load:
                    moving.idle += by

    def _moving(self, queue: str) -> Moving:
        found = self.moving.get(queue)
        if found is None:
            found = self.moving[queue] = Moving(self.memory)
        return found

    def _presence_changed(self, event: ev.AgentPresenceChanged) -> None:
        agent = self._agent(event.agent)
        self._count(agent, -1)
        agent.ready = event.new is Presence.READY
        self._count(agent, 1)

    def _agent_updated(self, event: ev.AgentUpdated) -> None:
        if "queues" in event.changed:
            agent = self._agent(event.agent)
            self._count(agent, -1)
            agent.queues = []  # which they are in now is learnt as they are connected

    def _agent_removed(self, event: ev.AgentRemoved) -> None:
        agent = self._agents.pop(event.agent, None)
        if agent is not None:
            self._count(agent, -1)

    def _queue_removed(self, event: ev.QueueRemoved) -> None:
        for agent in self._agents.values():
            if event.queue in agent.queues:
                agent.queues.remove(event.queue)
        for table in (self.patience, self.arrivals, self.mixes, self.offers, self.moving):
            table.pop(event.queue, None)
        for kinds in (self.handling, self.started):
            for kind in [kind for kind in kinds if kind[0] == event.queue]:
                del kinds[kind]

    # -- snapshots -----------------------------------------------------------------------------------------------------

    def to_data(self) -> dict[str, Any]:
        """All that was learnt, as plain data. Cost: the agents, and what is being served."""
        return {
            "memory": self.memory,
            "began": self._began,
            "handling": [[*kind, found.to_data()] for kind, found in self.handling.items()],
            "patience": {queue: found.sums.to_data() for queue, found in self.patience.items()},
            "arrivals": [
                [queue, priority, found.gaps.to_data(), found.began, found.last, found.started]
                for queue, known in self.arrivals.items()
                for priority, found in known.items()
            ],
            "mixes": [
                [
                    queue,
                    mix.step,
                    [[channel, [list(need) for need in needs], weight] for (channel, needs), weight in kept],
                ]
                for queue, mix, kept in ((name, found, found.weights.items()) for name, found in self.mixes.items())
            ],
            "offers": {queue: found.sums.to_data() for queue, found in self.offers.items()},
            "moving": {
                queue: [found.gaps.to_data(), found.started_at, found.staff, found.idle, list(found.last)]
                for queue, found in self.moving.items()
            },
            "shares": self.shares.to_data(),
            "started": [[*kind, weight] for kind, weight in self.started.items()],
            "agents": {
                name: [agent.ready, agent.load, list(agent.queues), agent.taken, agent.usual]
                for name, agent in self._agents.items()
            },
            "works": {contact: list(work) for contact, work in self._works.items()},
            "wraps": [[*pair, *wrap] for pair, wrap in self._wraps.items()],
            "open": {offer: list(what) for offer, what in self._open.items()},
        }

    def restore(self, data: Any) -> None:
        """Take up what `to_data` gave, and forget all else. `SnapshotError` for anything else: then nothing changes."""
        try:
            fresh = self._read(data)
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise SnapshotError(f"this is nothing that was learnt: {fault}") from fault
        kind_of, heed = self._kind_of, self._heed
        self.__dict__.update(fresh.__dict__)
        self._kind_of, self._heed = kind_of, heed

    @staticmethod
    def _read(data: Any) -> Learning:
        fresh = Learning(float(data["memory"]))
        for queue, channel, kept in data["handling"]:
            fresh._handling((str(queue), str(channel))).restore(kept)
        for queue, kept in data["patience"].items():
            fresh._patience(queue).sums.restore(kept)
        fresh._began = None if data["began"] is None else float(data["began"])
        for queue, priority, kept, began, last, started in data["arrivals"]:
            known = fresh.arrivals.setdefault(queue, {})
            found = known.setdefault(float(priority), Arrivals(fresh.memory, float(began)))
            found.gaps.restore(kept)
            found.last, found.started = float(last), bool(started)
        for queue, step, kept in data["mixes"]:
            mix = fresh.mixes[str(queue)] = Mix(fresh.memory)
            mix.step = float(step)
            for channel, needs, weight in kept:
                mix.weights[str(channel), tuple((str(skill), float(level)) for skill, level in needs)] = float(weight)
        for queue, kept in data["offers"].items():
            fresh._offers(queue).sums.restore(kept)
        for queue, (kept, started_at, staff, idle, *last) in data["moving"].items():
            moving = fresh._moving(queue)
            moving.gaps.restore(kept)
            moving.started_at = None if started_at is None else float(started_at)
            moving.staff, moving.idle = int(staff), int(idle)
            moving.last.extend(float(gap) for gap in (last[0] if last else ()))
        fresh.shares.restore(data["shares"])
        fresh.started = {(queue, channel): float(weight) for queue, channel, weight in data["started"]}
        for name, (ready, load, queues, taken, usual) in data["agents"].items():
            agent = fresh._agent(name)
            agent.ready, agent.load = None if ready is None else bool(ready), int(load)
            agent.queues = [str(queue) for queue in queues]
            agent.taken, agent.usual = float(taken), float(usual)
        for contact, (name, queue, channel, since) in data["works"].items():
            fresh._works[contact] = (str(name), str(queue), str(channel), float(since))
        for contact, name, queue, channel, since in data["wraps"]:
            fresh._wraps[contact, name] = (str(queue), str(channel), float(since))
        for offer, (queue, channel, since) in data["open"].items():
            fresh._open[offer] = (str(queue), str(channel), float(since))
        return fresh


def _unknown(contact: str) -> tuple[str, float, Needs] | None:
    """Of a contact that nobody can be asked about."""
    return None
