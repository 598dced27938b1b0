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
    """Priority plus minutes waited, whatever the queue's own order. Key: `(since - 60 * p, sequence)`.

    >>> ByUrgency().name
    'by-urgency'
    """

    name: ClassVar[str] = "by-urgency"


@attrs.frozen
class FixedQueueRatio(QueueOrder):
    """Contacts of the queues in the ratio of their weights."""

    name: ClassVar[str] = "fixed-queue-ratio"
    shares: ClassVar[bool] = True

    weights: FrozenMap[str, float] = attrs.field(default=EMPTY, converter=arguments.weights)
    default: float = attrs.field(default=1.0, converter=arguments.weight)

    def charge(self, queue: str) -> float:
        """One contact."""
        return 1.0 / self.weights.get(queue, self.default)


@attrs.frozen
class WeightedFair(QueueOrder):
    """Agents' time for the queues in the ratio of their weights."""

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
