"""Which of the eligible agents gets a contact: the agent orders of section 3, one after another."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from routekit import events
from routekit._kernel.draws import Draws
from routekit.errors import RoutekitError, StrategyError
from tests.oracle import rules
from tests.oracle.records import PlainAgent, PlainContact, PlainQueue
from tests.oracle.scores import SCORED, Scores, kind_of

PROGRESSIVE = ("RingProgressively", "FreeSwitchRingProgressively")
ROUNDS = ("AsteriskRRMemory", "AsteriskRROrdered", "AsteriskLinear")


class Choosing(Scores):
    """The choice of an agent."""

    _draws: Draws
    _by_timer: bool
    """Whether what is being done was started by a timer."""

    def _undone(self, error: RoutekitError) -> RoutekitError:
        raise NotImplementedError

    def _tried_last(self, queue: PlainQueue, contact: PlainContact, agents: list[PlainAgent]) -> list[PlainAgent]:
        """Section 5: those who were tried least often for the contact."""
        if not queue.value.agent_order.behind:
            return agents
        least = min((contact.tries.get(agent.id, 0) for agent in agents), default=0)
        return [agent for agent in agents if contact.tries.get(agent.id, 0) == least]

    def _choose(self, queue: PlainQueue, contact: PlainContact, agents: list[PlainAgent]) -> list[PlainAgent]:
        """Section 3: the eligible agent who is offered the contact, or those, by the queue's agent order."""
        name, order = queue.value.name, queue.value.agent_order
        agents = self._tried_last(queue, contact, agents)
        if contact.reserved:
            return [min(agents, key=lambda agent: contact.reserved.index(agent.id))]
        if kind_of(queue) == "AsteriskWRandom":
            return [self._by_lots(queue, agents)]
        if kind_of(queue) in ("FreeSwitchRoundRobin", "FreeSwitchTopDown"):
            return [self._by_last(queue, contact, agents)]
        tier = min(agent.value.queues[name] for agent in agents)
        line = sorted((a for a in agents if a.value.queues[name] == tier), key=lambda agent: agent.seq)
        kind = kind_of(queue)
        chooser = getattr(self, f"_by_{kind}", None)
        if chooser is not None:
            return [chooser(order, queue, contact, line)]
        if kind in SCORED:
            return [self._least(queue, line)]
        if kind == "RingAll":
            return sorted(line, key=self._idleness)[: order.limit]  # type: ignore[attr-defined]
        if kind == "FreeSwitchRingAll":
            return sorted(line, key=lambda agent: queue.members[agent.id].joined)[:1000]
        if kind == "AsteriskRingAll":
            return sorted(line, key=lambda agent: in_container(queue, agent))[:1000]
        return [min(line, key=lambda agent: self._key(order, queue, contact, agent))]

    def _key(self, order: Any, queue: PlainQueue, contact: PlainContact, agent: PlainAgent) -> tuple[Any, ...]:
        """The key of the orders that have no more than one."""
        kind, busy, idle = kind_of(queue), bool(self._held(agent)), self._idleness(agent)
        levels = [agent.value.skills[skill] for skill in sorted(agent.value.skills) if agent.value.skills[skill] > 0]
        member = queue.members[agent.id]
        had, ended_at = (0.0, 0.0) if member.ended_at is None else (1.0, member.ended_at)
        keys: dict[str, Callable[[], tuple[Any, ...]]] = {
            "LongestIdle": lambda: (busy, self._idle_clock(order, agent), agent.seq),
            "RingProgressively": lambda: idle,
            "LeastRecent": lambda: (busy, had, ended_at, agent.idle_since, agent.seq),
            "AsteriskLeastRecent": lambda: (math.floor(member.last_end_here), *in_container(queue, agent)),
            "AsteriskFewestCalls": lambda: (member.ended, *in_container(queue, agent)),
            "FreeSwitchLongestIdle": lambda: (math.floor(agent.last_end), member.joined),
            "FreeSwitchLeastTalkTime": lambda: (agent.talked_s, member.joined),
            "FreeSwitchFewestCalls": lambda: (agent.taken, member.joined),
            "FreeSwitchSequential": lambda: (member.joined,),
            "FreeSwitchRingProgressively": lambda: (member.joined,),
            "JobRouterLongestIdle": lambda: (self._load_of(agent), agent.idle_since, agent.seq),
            "TaskRouterLongestUnoccupied": lambda: idle,
            "TaskRouterOrderBy": lambda: (*by_clauses(order.clauses, agent), agent.idle_since, agent.seq),
            "TopDown": lambda: (agent.seq,),
            "LeastLoaded": lambda: (self._load_of(agent), *idle),
            "MostSkilled": lambda: (-len(levels), -_sum(levels), *idle),
            "LeastSkilled": lambda: (len(levels), _sum(levels), *idle),
            "BestMatch": lambda: (-rules.best_match(agent, contact, order.weights), *idle),
        }
        return keys[kind]()

    def _idle_clock(self, order: Any, agent: PlainAgent) -> float:
        clocks = {"ready": agent.idle_since, "last_finish": agent.last_finish, "last_offer": agent.last_offer}
        clock = clocks[order.since]
        assert clock is not None
        return clock

    def _by_RoundRobin(
        self, order: Any, queue: PlainQueue, contact: PlainContact, line: list[PlainAgent]
    ) -> PlainAgent:
        return next((agent for agent in line if agent.seq > queue.pointer), line[0])

    def _by_RoundRobinOrdered(
        self, order: Any, queue: PlainQueue, contact: PlainContact, line: list[PlainAgent]
    ) -> PlainAgent:
        line = sorted(line, key=lambda agent: queue.members[agent.id].joined)
        return next((a for a in line if queue.members[a.id].joined > queue.pointer_joined), line[0])

    def _by_lots(self, queue: PlainQueue, agents: list[PlainAgent]) -> PlainAgent:
        """The least lot of all tiers."""
        lots = {}
        for agent in sorted(agents, key=lambda agent: agent.seq):
            lots[agent.id] = self._draws.index(1000 * agent.value.queues[queue.value.name])
        return min(agents, key=lambda agent: (lots[agent.id], *in_container(queue, agent)))

    def _by_last(self, queue: PlainQueue, contact: PlainContact, agents: list[PlainAgent]) -> PlainAgent:
        """Go on from who was chosen last, by any queue or for this contact."""
        line = [(agent.value.queues[queue.value.name], queue.members[agent.id].joined, agent) for agent in agents]
        line.sort(key=lambda place: place[:2])
        if kind_of(queue) == "FreeSwitchTopDown":
            rest = [place for place in line if place[:2] > contact.turn_in(queue.value.name).last]
        else:
            chosen = [self._agents[name] for name in queue.members if self._agents[name].last_chosen > -1e15]
            rest = []
            if chosen:
                last = max(chosen, key=lambda agent: (agent.last_chosen, agent.seq))
                tier, joined = last.value.queues[queue.value.name], queue.members[last.id].joined
                rest = [place for place in line if place[0] == tier and place[1] > joined]
        return (rest or line)[0][2]

    def _by_AsteriskRRMemory(
        self, order: Any, queue: PlainQueue, contact: PlainContact, line: list[PlainAgent]
    ) -> PlainAgent:
        begun = contact.turn_in(queue.value.name)
        place = begun.place if begun.trying else queue.round
        return min(line, key=lambda agent: turn(queue.members[agent.id].joined, place))

    _by_AsteriskRROrdered = _by_AsteriskRRMemory

    def _by_AsteriskLinear(
        self, order: Any, queue: PlainQueue, contact: PlainContact, line: list[PlainAgent]
    ) -> PlainAgent:
        place = contact.turn_in(queue.value.name).place
        return min(line, key=lambda agent: turn(queue.members[agent.id].joined, place))

    def _note_tried(self, contact: PlainContact, queue: PlainQueue, agent: PlainAgent) -> None:
        """Section 5, rounds: an attempt begins, or goes on with this agent."""
        begun = contact.turn_in(queue.value.name)
        if kind_of(queue) in ROUNDS and not begun.trying:
            begun.trying = True
            begun.place = begun.place if kind_of(queue) == "AsteriskLinear" else queue.round
        begun.last = (agent.value.queues[queue.value.name], queue.members[agent.id].joined)

    def _end_attempts(self, contact: PlainContact) -> None:
        """The contact leaves all its lines."""
        for name in contact.lines:
            self._end_attempt(contact, name)

    def _end_attempt(self, contact: PlainContact, name: str) -> None:
        """Section 5, rounds: the place moves behind who was tried last."""
        attempt = contact.turn_in(name)
        if not attempt.trying:
            return
        attempt.trying = False
        queue = self._queues[name]
        reach, begun = contact.reach(queue.value), attempt.place
        line = []
        for name, member in queue.members.items():
            agent, tier = self._agents[name].value, self._agents[name].value.queues[queue.value.name]
            if (reach is None or tier <= reach) and all(agent.skills.get(s, 0) >= least for s, least in contact.needs):
                line.append((tier, *turn(member.joined, begun)))
        tier, joined = attempt.last
        behind = sorted(place for place in line if place > (tier, *turn(joined, begun)))
        around = 1.0 if any(joined > begun for _, _, joined in line) else begun + 1.0
        place = behind[0][2] if behind else around
        if kind_of(queue) == "AsteriskLinear":
            attempt.place = place
        else:
            queue.round = place

    def _by_Random(self, order: Any, queue: PlainQueue, contact: PlainContact, line: list[PlainAgent]) -> PlainAgent:
        return line[self._draws.index(len(line))]

    def _by_WeightedRandom(
        self, order: Any, queue: PlainQueue, contact: PlainContact, line: list[PlainAgent]
    ) -> PlainAgent:
        groups: dict[float, list[PlainAgent]] = {}
        for agent in line:
            groups.setdefault(order.weights.get(agent.id, order.default), []).append(agent)
        total = 0.0
        for weight in sorted(groups):
            total += len(groups[weight]) * weight
        x = (self._draws.next() >> 11) * 2.0**-53 * total
        for weight in sorted(groups):
            group = groups[weight]
            if x < len(group) * weight:
                return group[min(int(x / weight), len(group) - 1)]
            x -= len(group) * weight
        return groups[max(groups)][-1]

    _by_AsteriskRandom = _by_FreeSwitchRandom = _by_Random
    _by_JobRouterRoundRobin = _by_RoundRobinOrdered

    def _by_Scored(self, order: Any, queue: PlainQueue, contact: PlainContact, line: list[PlainAgent]) -> PlainAgent:
        if len(line) == 1:
            return line[0]
        scores = self._ask(order, queue, contact, line)
        if scores is None:
            return min(line, key=self._idleness)
        return min(line, key=lambda agent: (-scores[agent.id], *self._idleness(agent)))

    _by_JobRouterBestWorker = _by_Scored

    def _ask(
        self, order: Any, queue: PlainQueue, contact: PlainContact, line: list[PlainAgent]
    ) -> dict[str, float] | None:
        """Ask a user's score of some agents, by id. `None`: it failed in what a timer started."""
        scores: dict[str, float] = {}
        for agent in line:
            try:
                given = order.score(self._view_contact(contact), self._view_agent(agent))
                good = isinstance(given, int | float) and not isinstance(given, bool)
                if not good or not math.isfinite(given) or abs(given) > 1e9:
                    raise ValueError(f"{given!r} is no score")
            except Exception as fault:
                error = fault.error if isinstance(fault, StrategyError) else f"{type(fault).__name__}: {fault}"
                if not self._by_timer:
                    raise self._undone(StrategyError(strategy=order.name, error=error)) from fault
                self._say(
                    events.StrategyFailed,
                    queue=queue.value.name,
                    strategy=order.name,
                    error=error,
                    agent=agent.id,
                    contact=contact.id,
                )
                return None
            scores[agent.id] = float(given)
        return scores


def turn(joined: float, place: float) -> tuple[bool, float]:
    """Where a member stands in a turn that begins at a place."""
    return (joined < place, joined)


def by_clauses(clauses: str, agent: PlainAgent) -> list[float]:
    """What `order_by` compares: levels up or down, those without the skill behind all others."""
    values = []
    for clause in clauses.split(","):
        skill, direction = clause.split()
        level = agent.value.skills.get(skill)
        values.append(math.inf if level is None else level if direction == "ASC" else -level)
    return values


def in_container(queue: PlainQueue, agent: PlainAgent) -> tuple[int, int]:
    """The last in Asterisk's container first."""
    order: Any = queue.value.agent_order
    interface = order.interfaces.get(agent.id, agent.id if "/" in agent.id else "/" + agent.id)
    text = interface[interface.index("/") :] if "/" in interface else interface
    total = 0
    for i, letter in enumerate(text[:5]):
        code = ord(letter)
        total += (code - 64 if code > 96 else max(code - 32, 0)) << (6 * i)
    return (-(total % 37), -queue.members[agent.id].joined)


def _sum(levels: list[float]) -> float:
    total = 0.0
    for level in levels:
        total += level
    return total
