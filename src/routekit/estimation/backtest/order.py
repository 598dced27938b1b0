"""Who goes before whom, and which agents take what: learnt from who was taken, since a log does not say.

What lives here: `HeadStarts`, how much of their priority customers really get, and `Taken`, which kinds of calls an
agent takes at present. Both learn from the same thing: at each answer, who was waiting and was passed over. What may
not: times of service (`floor`), an estimate.

Both know no future: they are told of an answer when it happens.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from routekit.estimation.backtest.moves import Call

__all__ = ["HeadStarts", "Taken"]

_SURE_S = 1.0
"""Times are whole seconds, so who stands this close may have been first."""
_MOST_CUSTOMERS = 200_000


class HeadStarts:
    """Whether a call with priority really has its head start, as a probability.

    A line that is served by time of arrival less a head start lets nobody of the same kind be passed by who stands
    behind. So an answer tells: who went before somebody with an earlier time has the head start, and who with it would
    have gone first, and was passed, does not. What is found is remembered by customer, since it belongs to them: in the
    bank's log nearly three tenths of the calls with the highest priority go without, mostly of the same customers.

    `head_start_s` is what it is worth, in seconds; calls of at least `priority` may have it.
    """

    def __init__(self, head_start_s: float, priority: float) -> None:
        self.head_start_s = head_start_s
        self.priority = priority
        self._known: dict[int, bool] = {}  # of those who wait
        self._customers: OrderedDict[str, bool] = OrderedDict()
        # How often those of whom nothing is known, those who had none the last time, and those who had one, have one.
        self._counts: dict[bool | None, list[float]] = {None: [1.0, 3.0], False: [3.0, 1.0], True: [1.0, 8.0]}

    def probability(self, call: Call) -> float:
        """That this call has the head start: 0.0 or 1.0 where it is known."""
        if call.priority < self.priority:
            return 0.0
        known = self._known.get(call.key)
        if known is not None:
            return float(known)
        without, having = self._counts[self._customers.get(call.customer or "")]
        return having / (without + having)

    def share(self) -> float:
        """How many of those who may have it do, over all."""
        without, having = (sum(counts[i] for counts in self._counts.values()) for i in (0, 1))
        return having / (without + having)

    def earliest(self, call: Call, since: float) -> float:
        """The earliest time that a call which came at `since` may stand for."""
        return since - self.head_start_s if self.probability(call) > 0.0 else since

    def latest(self, call: Call, since: float) -> float:
        """The latest time that it may stand for."""
        return since - self.head_start_s if self.probability(call) == 1.0 else since

    def answered(self, call: Call, since: float, passed: Iterable[tuple[Call, float]]) -> list[int]:
        """Somebody was taken while `passed`, of the same kind, waited on: each with the time since when.

        The keys of those of whom something was found.
        """
        found = []
        for other, other_since in passed:
            if self._open(other) and self.earliest(call, since) > other_since - self.head_start_s + _SURE_S:
                self._known[other.key] = False
                found.append(other.key)
            if self._open(call) and since > self.latest(other, other_since) + _SURE_S:
                self._known[call.key] = True
                found.append(call.key)
        return found

    def _open(self, call: Call) -> bool:
        return call.priority >= self.priority and call.key not in self._known

    def gone(self, call: Call) -> None:
        """A call waits no more: what was found of it is remembered of its customer. Cost: O(1)."""
        found = self._known.pop(call.key, None)
        if found is None or call.customer is None:
            return
        before = self._customers.pop(call.customer, None)
        self._counts[before][found] += 1.0
        self._customers[call.customer] = found
        if len(self._customers) > _MOST_CUSTOMERS:
            self._customers.popitem(last=False)


class Taken:
    """Which kinds of calls agents take at present, as probabilities.

    An agent who takes a kind can; one who takes somebody while another kind waits that should have gone first most
    likely cannot. Skills are switched on and off during a day, so the last few pieces of evidence of a kind count, by
    `memory` each less than the next.
    """

    def __init__(self, memory: float = 0.8) -> None:
        self._memory = memory
        self._agents: dict[str, dict[str, list[float]]] = {}
        self._all: dict[str, list[float]] = {}

    def took(self, agent: str, kind: str, passed: Iterable[str]) -> None:
        """An agent took a call of a kind, and passed over earlier ones of other kinds."""
        self._weigh(agent, kind, 1)
        for other in passed:
            self._weigh(agent, other, 0)

    def _weigh(self, agent: str, kind: str, taken: int) -> None:
        seen = self._agents.setdefault(agent, {}).setdefault(kind, [0.0, 0.0])
        seen[0] *= self._memory
        seen[1] *= self._memory
        seen[taken] += 1.0
        self._all.setdefault(kind, [1.0, 1.0])[taken] += 1.0

    def next_day(self, agent: str) -> None:
        """What an agent took on another day counts little."""
        for seen in self._agents.get(agent, {}).values():
            seen[0] *= 0.3
            seen[1] *= 0.3

    def usual(self, kind: str) -> float:
        """The probability for an agent of whom nothing is known."""
        passed, taken = self._all.get(kind, (1.0, 1.0))
        return taken / (passed + taken)

    def probability(self, agent: str, kind: str) -> float:
        """That an agent takes calls of a kind now."""
        passed, taken = self._agents.get(agent, {}).get(kind, (0.0, 0.0))
        return (taken + 0.5 * self.usual(kind)) / (taken + passed + 0.5)
