"""Waits told from the waits of others: the last one served, the head of the line, and averages of these.

What lives here: estimators that know no service rate and no number of agents, only what happened to one class of
contacts (a queue, or a queue and a channel). They are baselines to be beaten, and what is left when the laws do not
fit. What may not: a quantile (`routekit.estimation.calibration` makes quantiles of any number), a router, a clock.

All are fed alike. `joined`, `answered` and `left` say what happened to a contact, in the order in which it happened;
`expected_s` answers for one that comes now and is not in line yet, with None where there is too little data. Contacts
whose joining was not seen may be answered or leave: an estimator may be attached to a line that is already there. All
arithmetic is + - * /, so that a step or a limit may read an expectation, and `to_data` is plain data that `restore`
takes back exactly. Who was answered at once tells nothing about the line, and does not count (`over_s`). Who hung up
does not count either: so these are the waits of those who stayed, and are too short where many leave.

The names LES, HOL and RCS are those of Ibrahim and Whitt, "Real-time delay estimation based on delay history",
M&SOM 11(3), 2009, pp. 397-415. In M/M/s they know less than the length of the line does: the mean squared error of
HOL is about twice that of (n + 1) / (s mu) in heavy traffic. They need no s and no mu for it, and go on being right
when either changes.

>>> line = LastServed()
>>> line.joined(0.0, "c-1")
>>> print(line.expected_s(1.0))
None
>>> line.answered(30.0, "c-1", 30.0)
>>> line.expected_s(31.0)
30.0
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from routekit._kernel.fading import TABLE
from routekit._numbers import LEAST_HALF_LIFE, MOST_SECONDS, MOST_WHOLE, finite_float, non_negative, whole, within
from routekit.errors import DuplicateContact, InvalidType, SnapshotError

__all__ = [
    "HeadOfLine",
    "History",
    "LastServed",
    "LastServedAtLength",
    "MeanOfLast",
    "MovingAverage",
    "RecentCompletion",
    "SameLength",
]

_MOST_IN_SERVICE = 100_000  # of those whose end was never told the oldest are forgotten


class History(ABC):
    """What all have in common: the line itself, and which answers count.

    `over_s`: an answer counts when it came after a wait longer than this, in seconds; below 0, all count. Feeding costs
    O(1), amortised, whatever the length of the line.
    """

    name: str

    def __init__(self, *, over_s: float = 0.0) -> None:
        self._over_s = finite_float(over_s, "over_s")
        # Those who wait, with when they joined and how many were before them. Not a dict: its first key is found by
        # walking over all that were removed before it.
        self._line: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def joined(self, at: float, contact: str) -> None:
        """Say that a contact got in line; feed them in the order in which they stand. Cost: O(1).

        Raises `DuplicateContact` for one who is in line, `InvalidValue` for a time that is no finite number.
        """
        at = finite_float(at, "at")
        _id(contact)
        if contact in self._line:
            raise DuplicateContact(contact=contact)
        self._line[contact] = (at, len(self._line))

    def answered(self, at: float, contact: str, waited_s: float) -> None:
        """Say that a contact was answered after so many seconds of waiting. Cost: O(1), amortised.

        Raises `InvalidValue` for a time that is no finite number or a wait below 0.
        """
        at = finite_float(at, "at")
        waited_s = non_negative(waited_s, "waited_s")
        _id(contact)
        place = self._line.pop(contact, None)
        if waited_s > self._over_s:
            self._served(at, contact, waited_s, place)

    def left(self, at: float, contact: str) -> None:
        """Say that a contact left the line unanswered: hung up, moved, parked. Cost: O(1)."""
        finite_float(at, "at")
        _id(contact)
        self._line.pop(contact, None)

    def finished(self, at: float, contact: str) -> None:  # noqa: B027  # of all these only RCS reads it
        """Say that the service of a contact is over; only `RecentCompletion` reads this. Cost: O(1), amortised."""

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._line)

    @abstractmethod
    def expected_s(self, at: float, ahead: int | None = None) -> float | None:
        """Return how long one who comes now would wait, in seconds, or None where there is too little data.

        `ahead` is how many stand before it, by default all who wait; only those who look at the length of the line read
        it. Raises `InvalidValue` for a negative `ahead`. Cost: O(1).
        """

    def to_data(self) -> dict[str, Any]:
        """Return everything that this knows as plain data, unchanged by JSON. Cost: O(those in line + what is kept)."""
        return {
            "name": self.name,
            "over_s": self._over_s,
            "line": [[contact, at, ahead] for contact, (at, ahead) in self._line.items()],
            **self._kept(),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take back what `to_data` gave, in place of all that is known.

        Raises `SnapshotError`, with nothing changed, for data of another kind or settings, or that is broken.

        >>> old, new = MeanOfLast(3), MeanOfLast(3)
        >>> old.answered(9.0, "c-1", 9.0)
        >>> new.restore(old.to_data())
        >>> new.expected_s(10.0)
        9.0
        """
        try:
            name = data["name"]
        except (KeyError, TypeError):
            raise SnapshotError("this is no state of an estimator from history") from None
        if name != self.name:
            raise SnapshotError(f"this is a state of {name!r}, and restored into {self.name!r}")
        try:
            if data["over_s"] != self._over_s:
                raise SnapshotError(f"this state counts waits over {data['over_s']!r} s, not {self._over_s!r} s")
            line = OrderedDict(
                (str(contact), (finite_float(at, "at"), int(ahead))) for contact, at, ahead in data["line"]
            )
            change = self._taken(data)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            if isinstance(error, SnapshotError):
                raise
            raise SnapshotError(f"the state of {self.name!r} is broken: {error!r}") from error
        self._line = line
        change()

    @abstractmethod
    def _served(self, at: float, contact: str, waited_s: float, place: tuple[float, int] | None) -> None:
        """Learn from one answer that counts; `place` is None if it was not seen to join."""

    @abstractmethod
    def _kept(self) -> dict[str, Any]: ...

    @abstractmethod
    def _taken(self, data: Mapping[str, Any]) -> Callable[[], None]:
        """Read the state and return what puts it in place, so that nothing changes where reading fails."""

    def _ahead(self, ahead: int | None) -> int:
        return len(self._line) if ahead is None else whole(ahead, "ahead", least=0)


class LastServed(History):
    """LES: the wait of the last one to be answered (Ibrahim and Whitt 2009).

    Asymptotically right in heavy traffic, since the line changes little while one waits in it. It lags by one wait: it
    is too short while the line grows and too long while it shrinks.

    >>> line = LastServed()
    >>> line.answered(40.0, "c-1", 40.0)
    >>> line.answered(41.0, "c-2", 0.0)
    >>> line.expected_s(50.0)
    40.0
    """

    name = "les"

    def __init__(self, *, over_s: float = 0.0) -> None:
        super().__init__(over_s=over_s)
        self._last: float | None = None

    def expected_s(self, at: float, ahead: int | None = None) -> float | None:
        return self._last

    def _served(self, at: float, contact: str, waited_s: float, place: tuple[float, int] | None) -> None:
        self._last = waited_s

    def _kept(self) -> dict[str, Any]:
        return {"last": self._last}

    def _taken(self, data: Mapping[str, Any]) -> Callable[[], None]:
        last = data["last"]
        last = None if last is None else non_negative(last, "last")
        return lambda: setattr(self, "_last", last)


class HeadOfLine(LastServed):
    """HOL: how long the head of the line has waited so far (Ibrahim and Whitt 2009).

    It does not lag as LES does: it grows while nobody is answered. With nobody in line there is no head, and the answer
    is that of LES, which the head's wait was when it left.

    >>> line = HeadOfLine()
    >>> line.joined(0.0, "c-1")
    >>> line.joined(5.0, "c-2")
    >>> line.expected_s(20.0)
    20.0
    >>> line.left(21.0, "c-1")
    >>> line.expected_s(25.0)
    20.0
    """

    name = "hol"

    def expected_s(self, at: float, ahead: int | None = None) -> float | None:
        if not self._line:
            return self._last
        waited_s = finite_float(at, "at") - self._line[next(iter(self._line))][0]
        return waited_s if waited_s > 0.0 else 0.0


class RecentCompletion(History):
    """RCS: of those whose service is over, the wait of the one who came last (Ibrahim and Whitt 2009).

    For an app that hears of a contact only when it is over. Feed `finished` too. It lags by a wait and a service, and
    with many agents knows nearly as much as LES; the wait of the last one to finish, LCS, knows much less, for with
    many agents that one may have come long ago.

    >>> line = RecentCompletion()
    >>> for at, contact in (1.0, "c-1"), (2.0, "c-2"):
    ...     line.joined(at, contact)
    >>> line.answered(10.0, "c-1", 9.0)
    >>> line.answered(20.0, "c-2", 18.0)
    >>> line.finished(30.0, "c-2")
    >>> line.finished(99.0, "c-1")
    >>> line.expected_s(100.0)
    18.0
    """

    name = "rcs"

    def __init__(self, *, over_s: float = 0.0) -> None:
        super().__init__(over_s=over_s)
        self._serving: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._latest: tuple[float, float] | None = None

    def finished(self, at: float, contact: str) -> None:
        finite_float(at, "at")
        _id(contact)
        call = self._serving.pop(contact, None)
        if call is not None and (self._latest is None or call[0] >= self._latest[0]):
            self._latest = call

    def expected_s(self, at: float, ahead: int | None = None) -> float | None:
        return None if self._latest is None else self._latest[1]

    def _served(self, at: float, contact: str, waited_s: float, place: tuple[float, int] | None) -> None:
        self._serving[contact] = (at - waited_s if place is None else place[0], waited_s)
        self._serving.move_to_end(contact)
        if len(self._serving) > _MOST_IN_SERVICE:
            self._serving.popitem(last=False)

    def _kept(self) -> dict[str, Any]:
        return {
            "serving": [[contact, came, waited] for contact, (came, waited) in self._serving.items()],
            "latest": None if self._latest is None else list(self._latest),
        }

    def _taken(self, data: Mapping[str, Any]) -> Callable[[], None]:
        serving = OrderedDict(
            (str(contact), (finite_float(came, "came"), non_negative(waited, "waited")))
            for contact, came, waited in data["serving"]
        )
        latest = None
        if data["latest"] is not None:
            latest = (finite_float(data["latest"][0], "came"), non_negative(data["latest"][1], "waited"))

        def change() -> None:
            self._serving, self._latest = serving, latest

        return change


class _Ring:
    """The last n waits and their sum."""

    __slots__ = ("most", "since", "sum", "waits")

    def __init__(self, most: int) -> None:
        self.most = most
        self.waits: deque[float] = deque()
        self.sum = 0.0
        self.since = 0

    def add(self, waited_s: float) -> None:
        self.waits.append(waited_s)
        self.sum += waited_s
        if len(self.waits) > self.most:
            self.sum -= self.waits.popleft()
        self.since += 1
        if self.since >= self.most:
            # Adding and taking away leaves rounding behind; one fresh sum for every n waits costs O(1) each.
            self.since, total = 0, 0.0
            for one in self.waits:
                total += one
            self.sum = total

    def mean(self) -> float:
        mean = self.sum / len(self.waits)
        return mean if mean > 0.0 else 0.0

    def to_data(self) -> list[Any]:
        return [list(self.waits), self.sum, self.since]

    @classmethod
    def of(cls, most: int, data: Any) -> _Ring:
        ring = cls(most)
        waits, total, since = data
        if not 0 < len(waits) <= most:
            raise SnapshotError(f"a mean of the last {most} has {len(waits)} waits")
        ring.waits.extend(finite_float(one, "wait") for one in waits)
        ring.sum, ring.since = finite_float(total, "sum"), int(since)
        return ring


class MeanOfLast(History):
    """The mean wait of the last n to be answered: Avg-LES, and with n = 10 what Ivanti announces.

    Steadier than LES, and later. `least`: with fewer answers than this there is too little data. (Averages of LES:
    Thiongane, Chan and L'Ecuyer, "Delay predictors in multi-skill call centers: an empirical comparison with real
    data", ICORES 2020.)

    >>> line = MeanOfLast(2)
    >>> for waited_s in (60.0, 10.0, 20.0):
    ...     line.answered(100.0, "c", waited_s)
    >>> line.expected_s(100.0)
    15.0
    """

    name = "mean-of-last"

    def __init__(self, n: int = 10, *, least: int = 1, over_s: float = 0.0) -> None:
        super().__init__(over_s=over_s)
        self._n = whole(n, "n", least=1, most=MOST_WHOLE)
        self._least = whole(least, "least", least=1, most=self._n)
        self._ring = _Ring(self._n)

    def expected_s(self, at: float, ahead: int | None = None) -> float | None:
        return self._ring.mean() if len(self._ring.waits) >= self._least else None

    def _served(self, at: float, contact: str, waited_s: float, place: tuple[float, int] | None) -> None:
        self._ring.add(waited_s)

    def _kept(self) -> dict[str, Any]:
        return {"n": self._n, "ring": self._ring.to_data() if self._ring.waits else None}

    def _taken(self, data: Mapping[str, Any]) -> Callable[[], None]:
        _same(data, "n", self._n)
        ring = _Ring(self._n) if data["ring"] is None else _Ring.of(self._n, data["ring"])
        return lambda: setattr(self, "_ring", ring)


class LastServedAtLength(History):
    """The mean wait of the last n who found as many in line as there are now: AvgC-LES.

    Of the histories the one that knows the state. Lengths of 64 and more are taken together in steps of 3 to 6 %. Where
    nobody has found this length yet, the nearest one with data answers, up to 4 steps away; beyond there is too little
    data. (Thiongane, Chan and L'Ecuyer, "New history-based delay predictors for service systems", Winter Simulation
    Conference 2016.)

    >>> line = LastServedAtLength(n=2)
    >>> line.joined(0.0, "c-1")
    >>> line.joined(1.0, "c-2")
    >>> line.answered(30.0, "c-1", 30.0)
    >>> line.answered(61.0, "c-2", 60.0)
    >>> line.expected_s(70.0, ahead=0), line.expected_s(70.0, ahead=1), line.expected_s(70.0, ahead=50)
    (30.0, 60.0, None)
    """

    name = "last-served-at-length"

    def __init__(self, n: int = 10, *, over_s: float = 0.0) -> None:
        super().__init__(over_s=over_s)
        self._n = whole(n, "n", least=1, most=MOST_WHOLE)
        self._rings: dict[int, _Ring] = {}

    def expected_s(self, at: float, ahead: int | None = None) -> float | None:
        step = _step(self._ahead(ahead))
        for near in (0, -1, 1, -2, 2, -3, 3, -4, 4):
            ring = self._rings.get(step + near)
            if ring is not None:
                return ring.mean()
        return None

    def _served(self, at: float, contact: str, waited_s: float, place: tuple[float, int] | None) -> None:
        if place is None:
            return
        step = _step(place[1])
        ring = self._rings.get(step)
        if ring is None:
            ring = self._rings[step] = _Ring(self._n)
        ring.add(waited_s)

    def _kept(self) -> dict[str, Any]:
        return {"n": self._n, "rings": [[step, self._rings[step].to_data()] for step in sorted(self._rings)]}

    def _taken(self, data: Mapping[str, Any]) -> Callable[[], None]:
        _same(data, "n", self._n)
        rings = {int(step): _Ring.of(self._n, ring) for step, ring in data["rings"]}
        return lambda: setattr(self, "_rings", rings)


class _Faded:
    """A fading sum of waits and the fading number of them, as they were at step `at` of their time."""

    __slots__ = ("at", "number", "total")

    def __init__(self, at: int, number: float = 0.0, total: float = 0.0) -> None:
        self.at = at
        self.number = number
        self.total = total

    def number_at(self, at: int) -> float:
        return self.number * _faded(at - self.at)

    def add(self, at: int, value: float) -> None:
        kept = _faded(at - self.at)
        self.at = max(at, self.at)
        self.number = self.number * kept + 1.0
        self.total = self.total * kept + value

    def to_data(self) -> list[Any]:
        return [self.at, self.number, self.total]

    @classmethod
    def of(cls, data: Any) -> _Faded:
        at, number, total = data
        return cls(int(at), non_negative(number, "number"), non_negative(total, "total"))


class _FadingHistory(History):
    """A history whose answers weigh half after each half-life, in steps of 1/64 of it."""

    def __init__(self, half_life_s: float, over_s: float) -> None:
        super().__init__(over_s=over_s)
        self._half_life_s = within(half_life_s, "half_life_s", LEAST_HALF_LIFE, MOST_SECONDS)

    def _tick(self, at: float) -> int:
        return math.floor(finite_float(at, "at") * 64.0 / self._half_life_s)


class MovingAverage(_FadingHistory):
    """The mean wait of all who were answered, where one weighs half as much for each half-life that has passed.

    Asterisk's moving average counts calls, so that one from yesterday may be all of it; this one counts time. `least`
    is how much weight there must be: 0.25 is one answer two half-lives ago.

    >>> line = MovingAverage(half_life_s=600.0)
    >>> line.answered(0.0, "c-1", 90.0)
    >>> line.answered(600.0, "c-2", 60.0)
    >>> line.expected_s(600.0)
    70.0
    >>> print(line.expected_s(7200.0))
    None
    """

    name = "moving-average"

    def __init__(self, half_life_s: float = 900.0, *, least: float = 0.25, over_s: float = 0.0) -> None:
        super().__init__(half_life_s, over_s)
        self._least = within(least, "least", 1e-6, 1e6)
        self._faded = _Faded(-(2**62))

    def expected_s(self, at: float, ahead: int | None = None) -> float | None:
        if self._faded.number_at(self._tick(at)) < self._least:
            return None
        return self._faded.total / self._faded.number

    def _served(self, at: float, contact: str, waited_s: float, place: tuple[float, int] | None) -> None:
        self._faded.add(self._tick(at), waited_s)

    def _kept(self) -> dict[str, Any]:
        return {"half_life_s": self._half_life_s, "faded": self._faded.to_data()}

    def _taken(self, data: Mapping[str, Any]) -> Callable[[], None]:
        _same(data, "half_life_s", self._half_life_s)
        faded = _Faded.of(data["faded"])
        return lambda: setattr(self, "_faded", faded)


class SameLength(_FadingHistory):
    """The fading mean wait of all who found a line as long as it is now, helped out by lengths nearby.

    What one learns is the wait for each place, waited / (ahead + 1): in M/M/s that is 1 / (s mu) whatever the length,
    so that a length seldom met borrows from those nearby, and these from all, without being pulled to their mean. A
    length counts by itself as far as it has more than about `borrow` answers. Reads 9 lengths, so O(1). `least` is how
    much weight there must be in all.

    >>> line = SameLength(half_life_s=3600.0, least=2.0)
    >>> for number in range(3):
    ...     line.joined(0.0, f"c-{number}")
    >>> for number in range(3):
    ...     line.answered(20.0 * number + 20.0, f"c-{number}", 20.0 * number + 20.0)
    >>> round(line.expected_s(60.0, ahead=1), 6), round(line.expected_s(60.0, ahead=9), 6)
    (40.0, 200.0)
    """

    name = "same-length"

    def __init__(
        self, half_life_s: float = 86_400.0, *, borrow: float = 5.0, least: float = 5.0, over_s: float = 0.0
    ) -> None:
        super().__init__(half_life_s, over_s)
        self._borrow = within(borrow, "borrow", 1e-6, 1e6)
        self._least = within(least, "least", 1e-6, 1e6)
        self._all = _Faded(-(2**62))
        self._steps: dict[int, _Faded] = {}

    def expected_s(self, at: float, ahead: int | None = None) -> float | None:
        length = self._ahead(ahead)
        tick = self._tick(at)
        if self._all.number_at(tick) < self._least:
            return None
        step = _step(length)
        number, total = self._borrow, self._borrow * self._all.total / self._all.number
        for near, weight in _NEARBY:
            faded = self._steps.get(step + near)
            if faded is not None:
                kept = _faded(tick - faded.at) * weight
                number += faded.number * kept
                total += faded.total * kept
        a_place = total / number
        own = self._steps.get(step)
        if own is not None:
            kept = _faded(tick - own.at)
            a_place = (own.total * kept + self._borrow * a_place) / (own.number * kept + self._borrow)
        return a_place * (length + 1)

    def _served(self, at: float, contact: str, waited_s: float, place: tuple[float, int] | None) -> None:
        if place is None:
            return
        tick = self._tick(at)
        value = waited_s / (place[1] + 1)
        self._all.add(tick, value)
        step = _step(place[1])
        faded = self._steps.get(step)
        if faded is None:
            faded = self._steps[step] = _Faded(tick)
        faded.add(tick, value)

    def _kept(self) -> dict[str, Any]:
        return {
            "half_life_s": self._half_life_s,
            "all": self._all.to_data(),
            "steps": [[step, self._steps[step].to_data()] for step in sorted(self._steps)],
        }

    def _taken(self, data: Mapping[str, Any]) -> Callable[[], None]:
        _same(data, "half_life_s", self._half_life_s)
        everybody = _Faded.of(data["all"])
        steps = {int(step): _Faded.of(faded) for step, faded in data["steps"]}

        def change() -> None:
            self._all, self._steps = everybody, steps

        return change


# The weight of a length that is so many steps away, beside that of the length itself.
_NEARBY: Final = ((-4, 0.0625), (-3, 0.125), (-2, 0.25), (-1, 0.5), (1, 0.5), (2, 0.25), (3, 0.125), (4, 0.0625))


def _step(length: int) -> int:
    """Return the number of a length: itself below 64, then 16 to each doubling. Whole numbers only, so no rounding."""
    if length < 64:
        return length
    bits = length.bit_length()
    return 64 + (bits - 7) * 16 + ((length >> (bits - 5)) & 15)


def _faded(steps: int) -> float:
    """Return what is left of a weight of 1 after so many 1/64 half-lives; time never goes back."""
    if steps <= 0:
        return 1.0
    if steps >= 64 * 1000:
        return 0.0
    return math.ldexp(TABLE[-steps & 63], -steps >> 6)


def _id(contact: object) -> None:
    if not isinstance(contact, str):
        raise InvalidType(path="contact", value=contact, expected="a str")


def _same(data: Mapping[str, Any], what: str, value: float) -> None:
    if data[what] != value:
        raise SnapshotError(f"this state has {what}={data[what]!r}, and is restored where it is {value!r}")
