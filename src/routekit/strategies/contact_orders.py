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
    """First come, first served; priority does not count.

    Key: `(since,)`, then sequence.
    Changes: never while it waits in the queue.
    Cost: a logarithm of the contacts alike to file; one comparison for each group of contacts alike to choose.
    Bound: nobody is overtaken.
    Source: everybody's default.
    Good for: fairness that can be explained.
    Bad for: anything urgent.

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
    """Higher priority first, whatever the wait. **Starves**: prefer `Aged`.

    Key: `(-p, since)`, then sequence.
    Changes: when a step raises its priority, or it is updated.
    Cost: as `Fifo`.
    Bound: none: **starves**. A low priority waits for as long as higher ones go on arriving.
    Source: app_queue's `QUEUE_PRIO`.
    Good for: emergencies, few and short.
    Bad for: two busy classes.

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
    """Priority plus minutes waited: every minute of waiting is worth `per_minute` points of priority. The default.

    All contacts age alike, so that their order never changes, and the key is a constant.

    Key: `(since - p * (60 / per_minute),)`, then sequence.
    Changes: when a step raises its priority, or it is updated.
    Cost: as `Fifo`.
    Bound: a contact is overtaken only by those who come within `60 * (p' - p) / per_minute` seconds after it, where
    p' is their priority.
    Source: Genesys (conversation score: minutes waited and priority).
    Good for: urgency that nobody has to pay for without bound.
    Bad for: promises in minutes that differ by channel: `EarliestDeadline`, `LongestWaitRatio`.

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

    `seconds` is a number by which the priority is multiplied, or a mapping of priority to seconds: then s is that
    of the largest listed priority that is not above p, and 0 if there is none.

    Key: `(since - p * seconds,)`, or `(since - s,)` with a mapping; then sequence.
    Changes: when a step raises its priority, or it is updated.
    Cost: as `Fifo`; with a mapping one call of Python to file.
    Bound: a contact is overtaken only by those who come within the difference of their head starts after it.
    Source: mod_callcenter's `cc_base_score`, in seconds.
    Good for: "premium callers skip ninety seconds".
    Bad for: many classes: `Aged` is one number.

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
    """Last come, first served. **Starves**.

    Key: `(-since,)`, then sequence.
    Changes: never while it waits in the queue.
    Cost: as `Fifo`.
    Bound: none: **starves**. Who is not served at once waits until all who came later are.
    Source: overload control: when most would give up anyway, serving the newest serves those who still wait.
    Good for: work that is worthless when old, where the old may be dropped by a limit.
    Bad for: people.

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
    """The contact whose promise runs out first.

    `due` is the contact's attribute of the name `attribute` (seconds of the router's clock), and where it has none
    `since` plus the seconds promised: `by_channel`, else `within_s`. It is never before `since`. An attribute that
    is no finite number is a `StrategyError`.

    Key: `(due, since)`, then sequence.
    Changes: when it is updated.
    Cost: as `Fifo`, and one call of Python to file.
    Bound: nobody overtakes it who came at or after its `due`; so at most those do who come within `due - since`
    seconds after it.
    Source: Jackson, 1955 (earliest due date: it makes the greatest lateness as small as can be, for one server).
    Good for: mail within a day beside chats within a minute; callbacks with a time.
    Bad for: overload: all promises are broken a little, instead of some.

    >>> EarliestDeadline(within_s=3600, by_channel={"chat": 60}).by_channel["chat"]
    60.0
    """

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
    """The contact that has waited longest for what it was promised: the greatest `(now - since) / T`.

    T is `by_channel`, else `target_s` (from 0.001). Contacts of one T keep their order; only the first of each T
    are compared, at the ratios of now. Position counts those before it at the moment.

    Key: `(-((now - since) / T), since)`, then sequence.
    Changes: all the time, between contacts of different T.
    Cost: as `Fifo`, and one comparison for each T that waits; one call of Python to file.
    Bound: who came d seconds later and has a T' below T passes it when it has waited `d * T / (T - T')`, and else
    never; so after a wait of w nobody is before it who came in the last `w * t / T` seconds, t being the least T of
    all. **starves** where those of a smaller T' alone are more than `T / (T - T')` times what the agents can serve.
    Source: Kleinrock, 1964 (a delay dependent queue discipline), whose rates are 1 / T.
    Good for: equal service levels for channels with different targets.
    Bad for: a lasting overload of the class with the least T.

    >>> LongestWaitRatio(60, by_channel={"email": 14400}).by_channel["email"]
    14400.0
    """

    name: ClassVar[str] = "longest-wait-ratio"
    starves: ClassVar[bool] = True

    target_s: float = attrs.field(default=60.0, converter=arguments.target_s)
    by_channel: FrozenMap[str, float] = attrs.field(default=EMPTY, converter=arguments.targets)

    def target(self, contact: WaitingContact) -> float:
        """The seconds by which the wait is divided."""
        return self.by_channel.get(contact.value.channel, self.target_s)

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        """`(since,)`: who comes first among those of one target."""
        return (contact.waiting_since,)
