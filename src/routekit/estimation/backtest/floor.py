"""The floor of a centre as a log shows it: who waits, which agents there are and what each does, and what is learnt.

What lives here: `Floor`, told of each move as it comes, with nothing known early. An agent is known from the first
answer of a day on; that one has gone is inferred from silence, so nobody is known to be on their last call. What may
not: an estimate (`efforts`), and anything of a call's future.
"""

from __future__ import annotations

import dataclasses
import math
from collections import OrderedDict, deque

from sortedcontainers import SortedList

from routekit.estimation.backtest.moves import DAY_S, Call, Kind, Move
from routekit.estimation.backtest.order import HeadStarts, Taken
from routekit.estimation.times import Times

__all__ = ["Floor", "Seen", "Waiting"]

SILENT_S = 3600.0
"""Who has done nothing for so long is thought to have gone."""
LOST_S = 7200.0
"""A service that has lasted so long has ended without the log saying so."""
ARRIVALS_S = 900.0
"""The rates at which calls come are those of so long before now, ..."""
SIGN_ONS_S = 1800.0
"""... and those at which agents come, of so long."""


@dataclasses.dataclass(slots=True)
class Waiting:
    """A call in the line."""

    call: Call
    since: float
    stands: float
    """The time that it most likely stands for in the line: less its head start, if it has one."""


@dataclasses.dataclass(slots=True)
class Seen:
    """An agent who has been seen. `pace` is how long their calls take against those of others, as a logarithm."""

    name: str
    day: int
    busy: Call | None = None
    since: float = 0.0
    ended: float = -math.inf
    was_wanted: bool = False
    """When their last call ended, somebody waited whom they take."""
    pace_sum: float = 0.0
    pace_count: float = 0.0

    @property
    def pace(self) -> float:
        """How many times as long as usual their calls take; drawn to 1 while little is known."""
        return math.exp(self.pace_sum / (self.pace_count + 20.0))


class Floor:
    """What a log has told so far. Times are those of the moves, in seconds; see `Waiting` and `Seen`.

    `head_start_s` and `priority`: what the highest priority is worth, where it is a head start.
    Cost: `observe` O(those who wait) at an answer, for the order that is learnt of it; O(1) otherwise.
    """

    def __init__(self, head_start_s: float, priority: float) -> None:
        self.kinds: list[str] = []
        """All kinds of calls, in the order in which they were first seen."""
        self.head_starts = HeadStarts(head_start_s, priority)
        self.taken = Taken()
        self.general: dict[str, bool] = {}
        self.lines: dict[str, OrderedDict[int, Waiting]] = {}
        """Who waits, of each kind, in the order of joining."""
        self.standing: dict[str, SortedList] = {}
        """The times for which they stand, of each kind."""
        self.moves = 0
        self.agents: dict[str, Seen] = {}
        self.gaps = Times(half_life=1000.0, typical_s=8.0, spread=1.2, weight=8.0, never=0.5)
        self.gaps.believe(300.0, 1.5, 1.0)
        self._services: dict[str, Times] = {}
        self._log_means: dict[str, list[float]] = {}
        self._came: dict[str, deque[float]] = {}
        self._shares: dict[str, list[float]] = {}
        self._stays: dict[str, list[float]] = {}
        self._sign_ons: deque[float] = deque()

    # -- what happens --------------------------------------------------------------------------------------------------

    def observe(self, move: Move) -> None:
        """One thing happened."""
        call, kind, at = move.call, move.kind, move.at
        self.moves += 1
        if call.type not in self._services:
            self._know(call.type, call.general)
        if kind is Kind.JOIN:
            waiting = Waiting(call, at, self._stands(call, at))
            self.lines[call.type][call.key] = waiting
            self.standing[call.type].add(waiting.stands)
            self._come(call, at)
        elif kind is Kind.COME:
            self._come(call, at)
            self._begin(move, at)
        elif kind is Kind.BEGIN:
            before = self._leave(call, at)
            if before is not None:
                self._order(before)
            self._begin(move, at if before is None else before.since)
            self.head_starts.gone(call)
        elif kind is Kind.KNOWN:
            # Where it comes before the beginning of the service, the line is left now.
            before = self._leave(call, at)
            if before is not None:
                self._order(before)
        elif kind is Kind.LEAVE:
            if self._leave(call, at) is not None:
                self._stays[call.type][1] += 1.0
            self.head_starts.gone(call)
        elif kind is Kind.END:
            self._end(move)

    def _know(self, kind: str, general: bool) -> None:
        self.kinds.append(kind)
        self.general[kind] = general
        self.lines[kind] = OrderedDict()
        self.standing[kind] = SortedList()
        self._services[kind] = Times()
        self._log_means[kind] = [math.log(120.0), 1.0]
        self._came[kind] = deque()
        self._shares[kind] = [1.0, 2.0]
        self._stays[kind] = [2000.0, 2.0]

    def _stands(self, call: Call, since: float) -> float:
        return since - self.head_starts.head_start_s if self.head_starts.probability(call) >= 0.5 else since

    def _leave(self, call: Call, at: float) -> Waiting | None:
        """Out of the line, if it is in it."""
        waiting = self.lines[call.type].pop(call.key, None)
        if waiting is not None:
            self.standing[call.type].remove(waiting.stands)
            self._stays[call.type][0] += at - waiting.since
        return waiting

    def _come(self, call: Call, at: float) -> None:
        self._came[call.type].append(at)
        share = self._shares[call.type]
        share[0] += call.priority >= self.head_starts.priority
        share[1] += 1.0

    def _order(self, taken: Waiting) -> None:
        """Who of the same kind was passed says who has a head start."""
        kind = taken.call.type
        passed = [(other.call, other.since) for other in self.lines[kind].values()]
        for key in self.head_starts.answered(taken.call, taken.since, passed):
            other = self.lines[kind].get(key)
            if other is not None:
                self.standing[kind].remove(other.stands)
                other.stands = self._stands(other.call, other.since)
                self.standing[kind].add(other.stands)

    def _begin(self, move: Move, since: float) -> None:
        """A service begins with who has come at `since`."""
        call, at = move.call, move.at
        if move.agent is None:
            return
        day = int(at // DAY_S)
        agent = self.agents.get(move.agent)
        if agent is None:
            agent = self.agents[move.agent] = Seen(move.agent, day)
            self._sign_ons.append(at)
        elif agent.day != day or (agent.busy is None and at - agent.ended > SILENT_S):
            self._sign_ons.append(at)
            if agent.day != day:
                self.taken.next_day(agent.name)
                agent.day = day
        elif agent.busy is None and agent.was_wanted:
            self.gaps.add(at - agent.ended)
        earliest = self.head_starts.earliest(call, since)
        passed = [kind for kind in self.kinds if kind != call.type and self._was_passed(kind, earliest, at)]
        self.taken.took(agent.name, call.type, passed)
        agent.busy, agent.since, agent.was_wanted = call, at, False

    def _was_passed(self, kind: str, earliest: float, at: float) -> bool:
        """Whether somebody of a kind surely stood before that time, and had not only just come."""
        return any(
            other.since < at - 3.0 and self.head_starts.latest(other.call, other.since) < earliest - 1.0
            for other in self.lines[kind].values()
        )

    def _end(self, move: Move) -> None:
        agent = self.agents.get(move.agent or "")
        if agent is None:
            return
        if agent.busy is not None and agent.busy.key == move.call.key:
            agent.busy, agent.ended = None, move.at
            agent.was_wanted = any(
                line and self.taken.probability(agent.name, kind) > 0.5 for kind, line in self.lines.items()
            )
        if move.served_s:
            kind = move.call.type
            self._services[kind].add(move.served_s)
            mean = self._log_means[kind]
            longer = math.log(move.served_s) - mean[0]
            mean[1] = min(mean[1] + 1.0, 500.0)
            mean[0] += longer / mean[1]
            agent.pace_sum = 0.99 * agent.pace_sum + longer
            agent.pace_count = 0.99 * agent.pace_count + 1.0

    # -- what is known -------------------------------------------------------------------------------------------------

    def services(self, kind: str) -> Times:
        """How long calls of a kind take."""
        return self._services[kind]

    def leave_rate(self, kind: str) -> float:
        """How many of a kind hang up in a second, of one who waits: those who were served are censored."""
        stayed_s, left = self._stays[kind]
        return left / stayed_s

    def present(self, at: float) -> list[Seen]:
        """The agents who are there, in the order in which they were first seen. Cost: O(agents ever seen)."""
        day = int(at // DAY_S)
        return [
            agent
            for agent in self.agents.values()
            if (
                at - agent.since < LOST_S
                if agent.busy is not None
                else at - agent.ended < SILENT_S and agent.day == day
            )
        ]

    def arrival_rate(self, kind: str, at: float) -> float:
        """How many of a kind come in a second. Amortised O(1)."""
        came = self._came[kind]
        while came and came[0] < at - ARRIVALS_S:
            came.popleft()
        return (len(came) + 0.2) / (ARRIVALS_S + 100.0)

    def ahead_share(self, kind: str) -> float:
        """How many of those who come have a head start."""
        having, all_ = self._shares[kind]
        return having / all_ * self.head_starts.share()

    def sign_on_rate(self, at: float) -> float:
        """How many agents come on duty in a second. Amortised O(1)."""
        while self._sign_ons and self._sign_ons[0] < at - SIGN_ONS_S:
            self._sign_ons.popleft()
        return (len(self._sign_ons) + 0.5) / (1.25 * SIGN_ONS_S)
