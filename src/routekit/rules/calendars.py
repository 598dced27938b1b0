"""Opening hours: whether a centre is open at an instant, until when, and how much open time lies between two instants.

What lives here turns civil hours of days into instants, in Unix seconds, and reads them. Which days a rule means is
the concern of ``holidays.py``. Nothing here reads a clock or knows a router: an instant is always given, and who has a
router's time adds its ``unix_offset_s``. All reads stand on one method, ``OpenHours._stretches``.

A civil time is the first instant at which the clock of the zone shows it or a later time. So hours that begin in a gap
begin with the first instant after it; of an hour that the clock shows twice, what begins or ends in it does so the
first time, and what spans it counts it twice. `docs/calendars.md` has examples.
"""

from __future__ import annotations

import abc
import datetime
import enum
import functools
import heapq
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias, cast

import attrs

from routekit._faults import Faults
from routekit._frozen import EMPTY
from routekit._numbers import within
from routekit.errors import InvalidConfiguration, InvalidType, InvalidValue
from routekit.rules.holidays import (
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    WEEKDAYS,
    DayRule,
    Hours,
    find_contradictions,
    find_overlaps,
    say_day,
    say_hours,
    settle_days,
    settle_special,
    settle_weekly,
    words_of,
)

__all__ = [
    "HORIZON_S",
    "AllOpen",
    "AnyOpen",
    "Calendar",
    "OpenHours",
    "OpenReason",
    "OpenState",
    "Opposite",
    "from_data",
]

HORIZON_S = 3000 * 86400.0
"""How far every read looks: 3000 days, in which every rule recurs, also the 29th of February around the year 2100."""

MOST_PARTS = 100
"""The most that a combination may consist of: its calendars and the combinations among them, itself included."""

_EARLIEST = datetime.datetime(FIRST_YEAR, 1, 1, tzinfo=datetime.UTC).timestamp()
_LATEST = datetime.datetime(LAST_YEAR + 1, 1, 1, tzinfo=datetime.UTC).timestamp()

Stretches: TypeAlias = Iterator[tuple[float, float]]
"""Open stretches as (first instant, first instant after), in order; none touches the next."""

Days: TypeAlias = Iterable[str | datetime.date] | Mapping[Any, str]
HoursOfDay: TypeAlias = str | Iterable[str]


class OpenReason(enum.StrEnum):
    """What decides that a calendar is open or closed."""

    HOURS = "hours"  # the hours of the week
    SPECIAL = "special"  # a day with hours of its own
    HOLIDAY = "holiday"
    CLOSED = "closed"  # a day of `closed`


_Why: TypeAlias = tuple[bool, OpenReason, str | None]


@attrs.frozen
class OpenState:
    """Open or closed, why, and ``until`` when, in Unix seconds; ``None`` is no change within ``HORIZON_S``.

    ``name`` is the name of the holiday, special or closed day, or its rule where it was given no name.
    """

    open: bool
    reason: OpenReason
    until: float | None
    name: str | None = None


class OpenHours(abc.ABC):
    """What can be asked of a calendar, and of calendars joined by ``|`` (any open), ``&`` (all open), ``~`` (opposite).

    Instants are Unix seconds, from the years 1900 to 2999; anything else is an ``InvalidValue``.
    """

    __slots__ = ()

    @abc.abstractmethod
    def _stretches(self, since: float, until: float) -> Stretches:
        """Open stretches within [since, until), cut off at both."""

    @abc.abstractmethod
    def _why(self, at: float) -> _Why:
        """Open or closed, what decides that, and its name."""

    @abc.abstractmethod
    def to_data(self) -> dict[str, Any]:
        """Return it as plain data that JSON takes; ``from_data`` makes it again."""

    @abc.abstractmethod
    def describe(self, lang: str = "en") -> str:
        """Return the hours in words, a line each, for a page. ``lang``: ``en`` or ``de``."""

    @abc.abstractmethod
    def _size(self) -> int:
        """How many calendars and combinations it is made of."""

    def is_open(self, unix_s: float) -> bool:
        """Whether it is open at an instant. Cost: some days are looked at, about 20 microseconds.

        >>> office = Calendar("office", time_zone="Europe/Berlin", weekly={"mon-fri": "08:00-18:00"})
        >>> office.is_open(1767945600)  # Friday 2026-01-09, 09:00 in Berlin
        True
        """
        at = _instant(unix_s, "unix_s")
        return _first(self._stretches(at, at + 1.0), at) > at

    def state(self, unix_s: float) -> OpenState:
        """Open or closed at an instant, why and until when. Cost: as ``next_change``.

        >>> office = Calendar("office", time_zone="Europe/Berlin", weekly={"mon-fri": "08:00-18:00"})
        >>> state = office.state(1767945600)  # Friday 2026-01-09, 09:00 in Berlin
        >>> state.open, str(state.reason), state.until - 1767945600
        (True, 'hours', 32400.0)
        """
        is_open, reason, name = self._why(_instant(unix_s, "unix_s"))
        return OpenState(is_open, reason, self.next_change(unix_s), name)

    def next_change(self, unix_s: float) -> float | None:
        """The first instant after this one at which open becomes closed or closed open; None if none is in sight.

        Cost: grows with the days until then, up to ``HORIZON_S``, which takes a few milliseconds a calendar.

        >>> office = Calendar("office", time_zone="Europe/Berlin", weekly={"mon-fri": "08:00-18:00"})
        >>> office.next_change(1767945600) - 1767945600  # seconds until 18:00
        32400.0
        >>> Calendar("never", time_zone="UTC").next_change(0.0) is None
        True
        """
        at = _instant(unix_s, "unix_s")
        for start, end in self._stretches(at, at + HORIZON_S):
            if start > at:
                return start
            return end if end < at + HORIZON_S else None
        return None

    def open_seconds(self, a: float, b: float) -> float:
        """How many seconds between two instants it is open. ``b`` is at most ``HORIZON_S`` after ``a``, never before.

        Cost: about 10 microseconds an opening.

        >>> office = Calendar("office", time_zone="Europe/Berlin", weekly={"mon-fri": "08:00-18:00"})
        >>> office.open_seconds(1767945600, 1767945600 + 7 * 86400) / 3600  # a week
        50.0
        """
        since, until = _instant(a, "a"), _instant(b, "b")
        if until < since:
            raise InvalidValue(path="b", value=b, problem="must not be before a")
        if until - since > HORIZON_S:
            raise InvalidValue(path="b", value=b, problem=f"must be at most {HORIZON_S:.0f} s after a")
        return sum((end - start for start, end in self._stretches(since, until)), 0.0)

    def add_open_seconds(self, a: float, seconds: float) -> float | None:
        """The first instant by which it has been open for so many seconds since ``a``; None beyond ``HORIZON_S``.

        No seconds give ``a``, open or not. The last second of a day gives closing time, not the next opening. Cost: as
        ``open_seconds``.

        >>> office = Calendar("office", time_zone="Europe/Berlin", weekly={"mon-fri": "08:00-18:00"})
        >>> friday_nine = 1767945600
        >>> (office.add_open_seconds(friday_nine, 10 * 3600) - friday_nine) / 3600  # Monday, 09:00
        72.0
        """
        at, left = _instant(a, "a"), within(seconds, "seconds", 0.0, HORIZON_S)
        if not left:
            return at
        for start, end in self._stretches(at, at + HORIZON_S):
            if end - start >= left:
                return start + left
            left -= end - start
        return None

    def __or__(self, other: OpenHours) -> AnyOpen:
        return AnyOpen((self, other)) if isinstance(other, OpenHours) else NotImplemented

    def __and__(self, other: OpenHours) -> AllOpen:
        return AllOpen((self, other)) if isinstance(other, OpenHours) else NotImplemented

    def __invert__(self) -> OpenHours:
        return Opposite(self)


# -- instants and stretches -------------------------------------------------------------------------------------------


def _instant(value: object, path: str) -> float:
    return within(value, path, _EARLIEST, _LATEST)


def _first(stretches: Stretches, at: float) -> float:
    """The end of the stretch that begins at an instant, or the instant if none does."""
    start, end = next(stretches, (at, at))
    return end if start == at else at


def _joined(stretches: Iterable[tuple[float, float]]) -> Stretches:
    """Stretches in the order of their starts, those that touch or overlap made one and empty ones left out."""
    start = end = float("-inf")
    for begin, finish in stretches:
        if begin <= end:
            end = max(end, finish)
            continue
        if start < end:
            yield start, end
        start, end = begin, finish
    if start < end:
        yield start, end


def _cut(stretches: Stretches, since: float, until: float) -> Stretches:
    for start, end in stretches:
        if start >= until:
            return
        if end > since:
            yield max(start, since), min(end, until)


def _common(some: Stretches, others: Stretches) -> Stretches:
    """What lies in both."""
    one, other = next(some, None), next(others, None)
    while one is not None and other is not None:
        start, end = max(one[0], other[0]), min(one[1], other[1])
        if start < end:
            yield start, end
        if one[1] <= other[1]:
            one = next(some, None)
        else:
            other = next(others, None)


@functools.lru_cache(maxsize=4096)  # a few days' hours are asked for again and again
def _first_instant(zone: datetime.tzinfo, civil: int) -> float:
    """The first instant at which the clock shows a civil time, in minutes of ordinal days, or a later one."""
    day, minute = divmod(civil, DAY)
    local = datetime.datetime.fromordinal(day).replace(hour=minute // 60, minute=minute % 60, tzinfo=zone)
    first, second = local.timestamp(), local.replace(fold=1).timestamp()
    if second >= first:  # not in a gap; if the clock shows it twice, this is the first time
        return first
    # In a gap the two lie on either side of it. Zones change at whole seconds, so the change is found by halving.
    naive = local.replace(tzinfo=None)
    before, after = int(second), int(first)
    while after - before > 1:
        middle = (before + after) // 2
        shown = datetime.datetime.fromtimestamp(middle, zone).replace(tzinfo=None)
        before, after = (before, middle) if shown >= naive else (middle, after)
    return float(after)


# -- the days of one calendar -----------------------------------------------------------------------------------------


_NEVER: tuple[Hours, ...] = ((),) * 7
_ALWAYS: tuple[Hours, ...] = (((0, DAY),),) * 7


@attrs.frozen
class _Exception:
    """What a day has instead of the hours of the week."""

    reason: OpenReason
    name: str
    hours: Hours = ()


class _Plan:
    """The hours of a calendar by the day, ready to be looked up. It keeps the exceptions of each year once found."""

    __slots__ = ("rules", "week", "years", "zone")

    def __init__(self, zone: str, week: tuple[Hours, ...], rules: list[tuple[DayRule, _Exception]]) -> None:
        self.zone = zoneinfo.ZoneInfo(zone)
        self.week = week
        self.rules = rules  # what comes first outranks what comes later
        self.years: dict[int, dict[int, _Exception]] = {}

    def exception(self, day: int) -> _Exception | None:
        """What an ordinal day has instead of the hours of the week, if anything."""
        year = datetime.date.fromordinal(day).year
        days = self.years.get(year)
        if days is None:
            days = {}
            for rule, exception in self.rules:
                for found in rule.days(year):
                    days.setdefault(found, exception)
            self.years[year] = days
        return days.get(day)

    def hours(self, day: int) -> tuple[Hours, OpenReason]:
        """The hours that begin on a day. Those of the week end at midnight before a day with other hours."""
        exception = self.exception(day)
        if exception is not None:
            return exception.hours, exception.reason
        hours = self.week[(day - 1) % 7]
        if hours and hours[-1][1] > DAY and self.exception(day + 1) is not None:
            hours = (*hours[:-1], (hours[-1][0], DAY))
        return hours, OpenReason.HOURS

    def civil(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Open stretches of civil time, in minutes, of the hours that begin on these days; as ``_joined``."""
        if not self.rules and self.week in (_NEVER, _ALWAYS):  # not a day has to be looked at
            if self.week == _ALWAYS:
                yield first * DAY, (last + 1) * DAY
            return
        start = end = -1
        for day in range(first, last + 1):
            for begin, finish in self.hours(day)[0]:
                if day * DAY + begin <= end:
                    end = max(end, day * DAY + finish)
                    continue
                if start < end:
                    yield start, end
                start, end = day * DAY + begin, day * DAY + finish
        if start < end:
            yield start, end

    def instant(self, civil: int) -> float:
        return _first_instant(self.zone, civil)

    def shown_day(self, at: float) -> int:
        """The day that the clock shows."""
        return datetime.datetime.fromtimestamp(at, self.zone).toordinal()

    def day(self, at: float) -> int:
        """The day that an instant belongs to: it begins with its first midnight, also if the clock then steps back."""
        day = self.shown_day(at)
        while self.instant((day + 1) * DAY) <= at:
            day += 1
        return day


# -- the calendar -----------------------------------------------------------------------------------------------------


# As in `_model`: a type checker is told here what a constructor takes; the checks after it make the field's form of it.
def _weekly(value: Mapping[str, HoursOfDay]) -> Mapping[str, tuple[str, ...]]:
    return cast("Mapping[str, tuple[str, ...]]", value)


def _day_names(value: Days) -> Mapping[str, str]:
    return cast("Mapping[str, str]", value)


def _special(value: Mapping[Any, HoursOfDay]) -> Mapping[str, tuple[str, ...]]:
    return cast("Mapping[str, tuple[str, ...]]", value)


@attrs.frozen
class Calendar(OpenHours):
    """The opening hours of one place, in the civil time of its zone.

    ``weekly`` has hours by weekdays (``mon-fri``, ``sat,sun``); a day that it does not name is closed. Hours are
    ``08:00-18:00``, one or several; ``22:00-06:00`` goes over midnight, and ``24:00`` ends a day. On ``holidays`` and
    ``closed`` days it is closed from midnight to midnight; both are days, or a mapping of days to names. ``special``
    days have hours of their own instead. A day is a date, a range of dates or a rule for every year:
    `docs/calendars.md` lists the forms. A date outranks a rule, and a special day a holiday of its kind that it meets.

    All faults are raised at once as ``InvalidConfiguration``; ``MissingExtra`` if Easter is needed and
    ``routekit[rules]`` is not installed. It is kept in normal form, so that calendars that say the same are equal.

    >>> calendar = Calendar(
    ...     "support",
    ...     time_zone="Europe/Berlin",
    ...     weekly={"mon-fri": "08:00-18:00", "sat": ("09:00-12:00", "13:00-15:00")},
    ...     holidays={"12-25": "Christmas Day", "easter+1": "Easter Monday"},
    ...     closed=["2026-08-03..2026-08-14"],
    ...     special={"12-24": "08:00-12:00"},
    ... )
    >>> print(calendar.describe())
    Monday to Friday: 08:00-18:00
    Saturday: 09:00-12:00, 13:00-15:00
    Sunday: closed
    Special hours: 24 December: 08:00-12:00
    Closed on: 25 December (Christmas Day), Easter Monday, 3 August 2026 to 14 August 2026
    All times are those of Europe/Berlin.
    >>> christmas = calendar.state(1798189200)  # Friday 2026-12-25, 10:00 in Berlin
    >>> christmas.open, str(christmas.reason), christmas.name, (christmas.until - 1798189200) / 3600
    (False, 'holiday', 'Christmas Day', 23.0)
    """

    name: str
    time_zone: str = attrs.field(kw_only=True)
    weekly: Mapping[str, tuple[str, ...]] = attrs.field(default=EMPTY, converter=_weekly, kw_only=True)
    holidays: Mapping[str, str] = attrs.field(default=EMPTY, converter=_day_names, kw_only=True)
    closed: Mapping[str, str] = attrs.field(default=EMPTY, converter=_day_names, kw_only=True)
    special: Mapping[str, tuple[str, ...]] = attrs.field(default=EMPTY, converter=_special, kw_only=True)
    _plan: _Plan = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.text("name")
        faults.each(_zone, "time_zone")
        week = settle_weekly(faults, self.weekly)
        holidays = settle_days(faults, "holidays", self.holidays)
        closed = settle_days(faults, "closed", self.closed)
        special = settle_special(faults, self.special)
        find_contradictions(faults, special, {"holidays": holidays, "closed": closed})
        find_overlaps(faults, special, (*holidays, *closed))
        faults.raise_any(f"Calendar {self.name!r}")
        rules: list[tuple[DayRule, _Exception]] = []
        for dated in (True, False):
            rules += [(r, _Exception(OpenReason.SPECIAL, r.text, h)) for r, h in special if r.dated is dated]
            rules += [(r, _Exception(OpenReason.HOLIDAY, n or r.text)) for r, n in holidays if r.dated is dated]
            rules += [(r, _Exception(OpenReason.CLOSED, n or r.text)) for r, n in closed if r.dated is dated]
        faults.settle("_plan", _Plan(self.time_zone, week, rules))

    def __reduce__(self) -> tuple[Any, ...]:
        return from_data, (self.to_data(),)

    def _size(self) -> int:
        return 1

    def _stretches(self, since: float, until: float) -> Stretches:
        plan = self._plan
        # A night may have begun the day before, and the next day has where the clock is back before its midnight.
        days = plan.civil(plan.shown_day(since) - 1, plan.shown_day(until) + 1)
        return _cut(_joined((plan.instant(start), plan.instant(end)) for start, end in days), since, until)

    def _why(self, at: float) -> _Why:
        today = self._plan.day(at)
        for day in (today, today - 1):
            hours, reason = self._plan.hours(day)
            for begin, end in hours:
                if self._plan.instant(day * DAY + begin) <= at < self._plan.instant(day * DAY + end):
                    return True, reason, self._name(day)
        exception = self._plan.exception(today)
        reason = OpenReason.HOURS if exception is None else exception.reason
        return False, reason, self._name(today)

    def _name(self, day: int) -> str | None:
        exception = self._plan.exception(day)
        return None if exception is None else exception.name

    def next_midnight(self, unix_s: float) -> float:
        """The first instant after this one at which a day of the zone begins.

        >>> Calendar("x", time_zone="Asia/Kathmandu").next_midnight(0.0) / 3600  # 05:30 there, then, on New Year's Day
        18.5
        """
        at = _instant(unix_s, "unix_s")
        return self._plan.instant((self._plan.day(at) + 1) * DAY)

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data that JSON takes; ``from_data`` makes it again.

        >>> office = Calendar("office", time_zone="UTC", weekly={"mon": "08:00-18:00"}, holidays=["12-25"])
        >>> office.to_data()["weekly"], office.to_data()["holidays"]
        ({'mon': ['08:00-18:00']}, {'12-25': ''})
        """
        return {
            "type": "Calendar",
            "name": self.name,
            "time_zone": self.time_zone,
            "weekly": {day: list(hours) for day, hours in self.weekly.items()},
            "holidays": dict(self.holidays),
            "closed": dict(self.closed),
            "special": {day: list(hours) for day, hours in self.special.items()},
        }

    def describe(self, lang: str = "en") -> str:
        words = words_of(lang)
        names = words["weekdays"].split()
        hours = [self.weekly.get(day, ()) for day in WEEKDAYS]
        lines = []
        first = 0
        for day in range(7):
            if day == 6 or hours[day + 1] != hours[first]:
                days = names[day] if day == first else words["range"].format(first=names[first], last=names[day])
                lines.append(f"{days}: {say_hours(hours[day], words)}")
                first = day + 1
        if self.special:
            special = (f"{say_day(day, '', lang)}: {say_hours(said, words)}" for day, said in self.special.items())
            lines.append(f"{words['special hours']}: {'; '.join(special)}")
        closed = [*self.holidays.items(), *self.closed.items()]
        if closed:
            lines.append(f"{words['closed on']}: {', '.join(say_day(day, name, lang) for day, name in closed)}")
        return "\n".join([*lines, words["zone"].format(zone=self.time_zone)])


# -- checks -----------------------------------------------------------------------------------------------------------


def _zone(value: object, path: str) -> str:
    if type(value) is not str or not value:
        raise InvalidValue(path=path, value=value, problem="must be the name of a time zone")
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as fault:
        problem = f"is no time zone that this machine knows ({fault}); install tzdata if it has none"
        raise InvalidValue(path=path, value=value, problem=problem) from fault
    return value


# -- words ------------------------------------------------------------------------------------------------------------


def _say_parts(title: str, parts: Iterable[OpenHours], lang: str) -> str:
    said = ("  " + part.describe(lang).replace("\n", "\n  ") for part in parts)
    return "\n".join([words_of(lang)[title], *("- " + text[2:] for text in said)])


# -- calendars together -----------------------------------------------------------------------------------------------


def _several(value: Iterable[OpenHours]) -> tuple[OpenHours, ...]:
    return cast("tuple[OpenHours, ...]", value)


@attrs.frozen
class _Together(OpenHours):
    """Several calendars that answer as one; a part of the same class gives its own parts."""

    parts: tuple[OpenHours, ...] = attrs.field(converter=_several)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        parts: list[OpenHours] = []
        if not isinstance(self.parts, Iterable):
            faults.add("parts", self.parts, "must be a sequence of calendars")
        else:
            for index, part in enumerate(self.parts):
                if not isinstance(part, OpenHours):
                    faults.add(f"parts[{index}]", part, "must be a calendar")
                else:
                    parts += part.parts if isinstance(part, _Together) and type(part) is type(self) else (part,)
            if not faults.found and not 1 <= sum(part._size() for part in parts) < MOST_PARTS:
                faults.add("parts", len(parts), f"must be 1 to {MOST_PARTS - 1} calendars in all")
        faults.settle("parts", tuple(parts))
        faults.raise_any(type(self).__name__)

    def _size(self) -> int:
        return 1 + sum(part._size() for part in self.parts)

    def _told_by(self, at: float, opens: bool) -> _Why:
        """What the first part says that is open (or closed), or else the first part."""
        told = [part._why(at) for part in self.parts]
        return next((one for one in told if one[0] is opens), told[0])

    def to_data(self) -> dict[str, Any]:
        return {"type": type(self).__name__, "parts": [part.to_data() for part in self.parts]}


@attrs.frozen
class AnyOpen(_Together):
    """Open when any of its calendars is: what ``a | b`` makes.

    ``state`` tells the reason of the first that is open, or else of the first.

    >>> berlin = Calendar("berlin", time_zone="Europe/Berlin", weekly={"mon-fri": "08:00-18:00"})
    >>> york = Calendar("york", time_zone="America/New_York", weekly={"mon-fri": "08:00-18:00"})
    >>> (berlin | york).open_seconds(1767571200, 1767571200 + 7 * 86400) / 3600, (berlin & york).is_open(1767571200)
    (80.0, False)
    """

    def _stretches(self, since: float, until: float) -> Stretches:
        return _joined(heapq.merge(*(part._stretches(since, until) for part in self.parts)))

    def _why(self, at: float) -> _Why:
        return self._told_by(at, True)

    def describe(self, lang: str = "en") -> str:
        return _say_parts("any", self.parts, lang)


@attrs.frozen
class AllOpen(_Together):
    """Open when all of its calendars are: what ``a & b`` makes.

    ``state`` tells the reason of the first that is closed, or else of the first.
    """

    def _stretches(self, since: float, until: float) -> Stretches:
        stretches = self.parts[0]._stretches(since, until)
        for part in self.parts[1:]:
            stretches = _common(stretches, part._stretches(since, until))
        return stretches

    def _why(self, at: float) -> _Why:
        return self._told_by(at, False)

    def describe(self, lang: str = "en") -> str:
        return _say_parts("all", self.parts, lang)


@attrs.frozen
class Opposite(OpenHours):
    """Open when its calendar is closed: what ``~a`` makes. ``state`` tells that calendar's reason.

    >>> ~~Calendar("x", time_zone="UTC") == Calendar("x", time_zone="UTC")
    True
    """

    part: OpenHours

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.part, OpenHours):
            raise InvalidType(path="part", value=self.part, expected="a calendar")
        if self.part._size() >= MOST_PARTS:
            raise InvalidValue(
                path="part", value=self.part, problem=f"must be fewer than {MOST_PARTS} calendars in all"
            )

    def __invert__(self) -> OpenHours:
        return self.part

    def _size(self) -> int:
        return 1 + self.part._size()

    def _stretches(self, since: float, until: float) -> Stretches:
        closed_since = since
        for start, end in self.part._stretches(since, until):
            if start > closed_since:
                yield closed_since, start
            closed_since = end
        if closed_since < until:
            yield closed_since, until

    def _why(self, at: float) -> _Why:
        is_open, reason, name = self.part._why(at)
        return not is_open, reason, name

    def to_data(self) -> dict[str, Any]:
        return {"type": "Opposite", "part": self.part.to_data()}

    def describe(self, lang: str = "en") -> str:
        return _say_parts("opposite", (self.part,), lang)


# -- plain data -------------------------------------------------------------------------------------------------------


def from_data(data: Mapping[str, Any]) -> OpenHours:
    """Return the calendar, or the combination, that ``to_data`` made ``data`` of; checked as at any construction.

    >>> night = Calendar("night", time_zone="UTC", weekly={"mon-fri": "22:00-06:00"})
    >>> from_data((night | ~night).to_data()) == (night | ~night)
    True
    """
    return _from_data(data, "", 0)


def _from_data(data: object, path: str, depth: int) -> OpenHours:
    kind = data.get("type") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or kind not in ("Calendar", "AnyOpen", "AllOpen", "Opposite"):
        raise InvalidValue(path=f"{path}type", value=data, problem="must be the data of a calendar")
    if depth > MOST_PARTS:
        raise InvalidValue(path=f"{path}type", value=kind, problem=f"must be at most {MOST_PARTS} deep")
    known = {"Calendar": ("name", "time_zone", "weekly", "holidays", "closed", "special"), "Opposite": ("part",)}
    fields = {name: value for name, value in data.items() if name != "type"}
    faults = [
        InvalidValue(path=f"{path}{name}", value=value, problem=f"must be a field of {kind}")
        for name, value in fields.items()
        if name not in known.get(kind, ("parts",))
    ]
    needed = {"Calendar": ("name", "time_zone"), "Opposite": ("part",)}.get(kind, ("parts",))
    faults += [
        InvalidValue(path=f"{path}{name}", value=None, problem="must be there") for name in needed if name not in fields
    ]
    if faults:
        raise InvalidConfiguration(f"{kind} cannot be made", faults)
    if kind == "Calendar":
        return Calendar(**fields)
    if kind == "Opposite":
        return Opposite(_from_data(fields["part"], f"{path}part.", depth + 1))
    parts = fields["parts"]
    if isinstance(parts, str) or not isinstance(parts, Iterable):
        raise InvalidValue(path=f"{path}parts", value=parts, problem="must be a sequence of calendars")
    made = AnyOpen if kind == "AnyOpen" else AllOpen
    return made(_from_data(part, f"{path}parts[{index}].", depth + 1) for index, part in enumerate(parts))
