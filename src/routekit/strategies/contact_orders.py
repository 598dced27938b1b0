"""Contact orders: which of the contacts that wait in one queue comes first.

Each class is a small frozen value that states its key; smallest `(key, sequence)` first. `since` is the time from
which the contact has been waiting, `p` its priority now. Orders under which a contact may starve say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from routekit._frozen import EMPTY, FrozenMap
from routekit._numbers import LEAST_PER_MINUTE, MOST_HEAD_START, MOST_PER_MINUTE, MOST_PRIORITY, finite_float, within
from routekit.abc import ContactOrder, WaitingContact
from routekit.strategies import arguments


def _per_minute(value: object) -> float:
    return within(value, "per_minute", LEAST_PER_MINUTE, MOST_PER_MINUTE)


__all__ = ["Aged", "EarliestDeadline", "Fifo", "HeadStart", "Lifo", "LongestWaitRatio", "StrictPriority"]


@attrs.frozen
class Fifo(ContactOrder):
    """First come, first served; priority does not count. Key: `(since,)`. Nobody is overtaken.

    >>> Fifo().slope
    0.0
    """

    name: ClassVar[str] = "fifo"

    @property
    def slope(self) -> float:
        """Priority is worth nothing."""
        return 0.0

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        """`(since,)`."""
        return (contact.waiting_since,)


@attrs.frozen
class StrictPriority(ContactOrder):
    """Higher priority first, whatever the wait. Key: `(-p, since)`.

    **Starves**: a low priority waits for as long as higher ones go on arriving. Prefer `Aged`.

    >>> StrictPriority().starves
    True
    """

    name: ClassVar[str] = "strict-priority"
    starves: ClassVar[bool] = True

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        """`(-p, since)`."""
        return (0.0 - contact.priority, contact.waiting_since)


@attrs.frozen
class Aged(ContactOrder):
    """Priority plus minutes waited: every minute of waiting is worth `per_minute` points of priority.

    Key: `(since - p * (60 / per_minute),)`: all contacts age alike, so their order never changes. Bound: a contact is
    overtaken only by those who come within `60 * (p' - p) / per_minute` seconds after it, where p' is their priority.
    Source: Genesys (conversation score). The default.

    >>> Aged(per_minute=2).slope
    30.0
    """

    name: ClassVar[str] = "aged"

    per_minute: float = attrs.field(default=1.0, converter=_per_minute)

    @property
    def slope(self) -> float:
        """Seconds that one point of priority is worth."""
        return 60.0 / self.per_minute

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        """`(since - p * slope,)`."""
        return (contact.waiting_since - contact.priority * self.slope,)


def _seconds(value: object) -> float | FrozenMap[float, float]:
    if isinstance(value, Mapping):
        return FrozenMap(
            {
                within(p, "seconds", -MOST_PRIORITY, MOST_PRIORITY): within(s, f"seconds.{p}", 0.0, MOST_HEAD_START)
                for p, s in value.items()
            }
        )
    return within(value, "seconds", 0.0, MOST_HEAD_START)


@attrs.frozen
class HeadStart(ContactOrder):
    """Priority is a head start in seconds, as if the contact had come that much earlier.

    Key: `(since - p * seconds,)`; or, with a mapping of priority to seconds, `(since - s,)` with the s of the
    largest listed priority that is not above p (0 if there is none).
    Bound: nobody is overtaken by a contact that came later than the difference of their head starts.

    >>> HeadStart({2: 90}).name
    'head-start'
    """

    name: ClassVar[str] = "head-start"

    seconds: float | FrozenMap[float, float] = attrs.field(default=60.0, converter=_seconds)

    @property
    def slope(self) -> float | None:
        """Seconds per point, if it is a number."""
        return self.seconds if isinstance(self.seconds, float) else None

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        """`(since - head start,)`."""
        p = contact.priority
        if isinstance(self.seconds, float):
            return (contact.waiting_since - p * self.seconds,)
        listed = max((q for q in self.seconds if q <= p), default=None)
        return (contact.waiting_since - (self.seconds[listed] if listed is not None else 0.0),)


@attrs.frozen
class Lifo(ContactOrder):
    """Last come, first served. Key: `(-since,)`.

    >>> Lifo().starves
    True
    """

    name: ClassVar[str] = "lifo"
    starves: ClassVar[bool] = True

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        """`(-since,)`."""
        return (0.0 - contact.waiting_since,)


@attrs.frozen
class EarliestDeadline(ContactOrder):
    """The contact that has been promised first. Key: `(due, since)`."""

    name: ClassVar[str] = "earliest-deadline"

    within_s: float = attrs.field(default=3600.0, converter=arguments.within_s)
    by_channel: FrozenMap[str, float] = attrs.field(default=EMPTY, converter=arguments.promises)
    attribute: str = attrs.field(default="due_at", validator=arguments.text)

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        """`(due, since)`. Raises `InvalidValue` for an attribute of that name which is no finite number."""
        value = contact.value
        since = contact.waiting_since
        if self.attribute in value.attributes:
            due = finite_float(value.attributes[self.attribute], f"attributes.{self.attribute}")
        else:
            due = since + self.by_channel.get(value.channel, self.within_s)
        return (max(due, since), since)


@attrs.frozen
class LongestWaitRatio(ContactOrder):
    """The contact that has waited longest for what it was promised. Key: `(-((now - since) / target), since)`."""

    name: ClassVar[str] = "longest-wait-ratio"

    target_s: float = attrs.field(default=60.0, converter=arguments.target_s)
    by_channel: FrozenMap[str, float] = attrs.field(default=EMPTY, converter=arguments.targets)

    def target(self, contact: WaitingContact) -> float:
        """The seconds by which the wait is divided."""
        return self.by_channel.get(contact.value.channel, self.target_s)

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        """`(since,)`: who comes first among those of one target."""
        return (contact.waiting_since,)
