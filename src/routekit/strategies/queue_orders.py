"""Queue orders: which of the heads of an agent's queues goes first."""

from __future__ import annotations

from typing import ClassVar

import attrs

from routekit.abc import QueueOrder

__all__ = ["ByUrgency"]


@attrs.frozen
class ByUrgency(QueueOrder):
    """Priority plus minutes waited, whatever the queue's own order. Key: `(since - 60 * p, sequence)`.

    >>> ByUrgency().name
    'by-urgency'
    """

    name: ClassVar[str] = "by-urgency"
