"""Queue orders: which of the heads of an agent's queues goes first."""

from __future__ import annotations

from typing import ClassVar

import attrs

from routekit._frozen import EMPTY, FrozenMap
from routekit.abc import QueueOrder
from routekit.strategies import arguments

__all__ = ["ByUrgency", "FixedQueueRatio", "WeightedFair"]


@attrs.frozen
class ByUrgency(QueueOrder):
    """Priority plus minutes waited, whatever the queue's own order. The default.

    Key: `(since - 60 * p, sequence)`.
    Changes: when a step raises its priority, or it is updated.
    Cost: one comparison for each queue of the agent.
    Bound: the head of a queue is overtaken only by those who come within `60 * (p' - p)` seconds after it.
    Source: Genesys (conversation score).
    Good for: one centre, whatever its queues.
    Bad for: shares that were agreed.

    >>> ByUrgency().shares
    False
    """

    name: ClassVar[str] = "by-urgency"


@attrs.frozen
class FixedQueueRatio(QueueOrder):
    """Contacts of the queues in the ratio of their weights.

    Each contact that is chosen adds `1 / w` to the share of its queue, and the queue with the least share goes
    first. `weights` are by queue, from 1e-6 to 1e9; a queue that is not listed has `default`. A queue with nobody
    in it saves nothing up.

    Key: `(share, since - 60 * p, sequence)`.
    Changes: when a contact of the queue is chosen, and when one enters its empty line.
    Cost: one comparison for each queue of the agent.
    Bound: of two queues that both have somebody for the same agents all the while, the contacts chosen, each
    divided by its weight, differ by at most `1 / w + 1 / w'`.
    Source: start-time fair queueing (Goyal, Vin and Cheng, 1996) with contacts of size 1. Not Gurvich and Whitt's
    rule of that name (2010), which keeps the lengths of the queues in a ratio.
    Good for: "two of sales for each of support".
    Bad for: contacts of unequal length: `WeightedFair`. Urgency: within a share only.

    >>> FixedQueueRatio({"sales": 2}).charge("sales")
    0.5
    """

    name: ClassVar[str] = "fixed-queue-ratio"
    shares: ClassVar[bool] = True

    weights: FrozenMap[str, float] = attrs.field(default=EMPTY, converter=arguments.weights)
    default: float = attrs.field(default=1.0, converter=arguments.weight)

    def charge(self, queue: str) -> float:
        """One contact."""
        return 1.0 / self.weights.get(queue, self.default)


@attrs.frozen
class WeightedFair(QueueOrder):
    """Agents' time for the queues in the ratio of their weights.

    A contact that is chosen adds `expected_s / w` to the share of its queue; when its connection ends, the seconds
    talked beyond that are added, or those saved taken off. For the rest as `FixedQueueRatio`.

    Key: `(share, since - 60 * p, sequence)`.
    Changes: when a contact of the queue is chosen, when a connection ends, and when one enters its empty line.
    Cost: one comparison for each queue of the agent.
    Bound: as `FixedQueueRatio` for expected seconds; what contacts took in truth is settled as each of them ends.
    Source: start-time fair queueing (Goyal, Vin and Cheng, 1996), with sizes that are known afterwards.
    Good for: several clients who pay for agents' time.
    Bad for: urgency: within a share only.

    >>> WeightedFair({"sales": 2}, expected_s=120).settle("sales", 180)
    30.0
    """

    name: ClassVar[str] = "weighted-fair"
    shares: ClassVar[bool] = True

    weights: FrozenMap[str, float] = attrs.field(default=EMPTY, converter=arguments.weights)
    default: float = attrs.field(default=1.0, converter=arguments.weight)
    expected_s: float = attrs.field(default=180.0, converter=arguments.expected_s)

    def charge(self, queue: str) -> float:
        """The seconds that a contact is expected to take."""
        return self.expected_s / self.weights.get(queue, self.default)

    def settle(self, queue: str, talked_s: float) -> float:
        """The seconds that it took in truth."""
        return (talked_s - self.expected_s) / self.weights.get(queue, self.default)
