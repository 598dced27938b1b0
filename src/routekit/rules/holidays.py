"""What is written in a calendar: its days (dates, ranges, rules for every year), weekdays and hours, and their words.

Only the reading and checking of texts lives here, the days that they mean, as ordinals (day 1 is 0001-01-01, as in
``datetime.date``), and how they are said. No time zones and no instants: those are of ``calendars.py``. Easter is
computed by python-dateutil (``routekit[rules]``), which is looked for only when a rule speaks of Easter.
"""

from __future__ import annotations

import calendar
import datetime
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias, TypeVar

import attrs

from routekit._faults import Faults
from routekit._frozen import FrozenMap
from routekit.errors import InvalidValue, MissingExtra

__all__ = [
    "DAY",
    "FIRST_YEAR",
    "LAST_YEAR",
    "MOST_DAYS",
    "WEEKDAYS",
    "DayRule",
    "Hours",
    "find_contradictions",
    "find_overlaps",
    "say_day",
    "say_hours",
    "settle_days",
    "settle_special",
    "settle_weekly",
    "words_of",
]

FIRST_YEAR = 1900
LAST_YEAR = 2999
MOST_DAYS = 366
"""The most days that one dated range may have."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DAY = 1440
"""The minutes of a day."""

Hours: TypeAlias = tuple[tuple[int, int], ...]
"""The hours of a day in minutes since its midnight; an end above 1440 lies on the next day."""

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_LEAST_SHIFT, _MOST_SHIFT = -80, 200  # of Easter, so that the day is always in the same year

_MONTH_DAY = r"(\d\d)-(\d\d)"
_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_NAMED_DAY = f"({'|'.join(_WEEKDAYS)})"
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d) ?- ?(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))", re.ASCII)
_KINDS = {
    "date": re.compile(_DATE, re.ASCII),
    "dates": re.compile(rf"{_DATE} ?\.\. ?{_DATE}", re.ASCII),
    "yearly": re.compile(_MONTH_DAY, re.ASCII),
    "yearly_range": re.compile(rf"{_MONTH_DAY} ?\.\. ?{_MONTH_DAY}", re.ASCII),
    "easter": re.compile(r"(orthodox )?easter(?: ?([+-]) ?(\d{1,3}))?", re.ASCII),
    "nth": re.compile(rf"({'|'.join(_ORDINALS)}) {_NAMED_DAY} of ({'|'.join(_MONTHS)}|every month)", re.ASCII),
    "near": re.compile(rf"{_NAMED_DAY} (before|after) {_MONTH_DAY}", re.ASCII),
}
_FORMS = (
    "must be a day: 2026-12-24, 2026-08-03..2026-08-14, 12-25, 12-24..01-02, easter, easter+1, orthodox easter-2, "
    "last monday of may, first friday of every month, monday before 05-25"
)


def _easter(year: int, orthodox: bool) -> int:
    try:
        from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter
    except ImportError as missing:
        raise MissingExtra(extra="rules") from missing
    return easter(year, EASTER_ORTHODOX if orthodox else EASTER_WESTERN).toordinal()


def _ordinal(year: int, month: int, day: int) -> int | None:
    """The day, or None where that year does not have it: the 29th of February."""
    if day > calendar.monthrange(year, month)[1]:
        return None
    return datetime.date(year, month, day).toordinal()


@attrs.frozen
class DayRule:
    """Some days of every year, or some days once.

    ``text`` is the rule in its normal form, ``kind`` one of the forms that ``parse`` knows and ``parts`` its numbers.

    >>> rule = DayRule.parse("Last  Monday of May", "holidays[0]")
    >>> rule.text, [str(datetime.date.fromordinal(day)) for day in rule.days(2026)]
    ('last monday of may', ['2026-05-25'])
    """

    text: str
    kind: str
    parts: tuple[int, ...]

    @classmethod
    def parse(cls, value: object, path: str) -> DayRule:
        """Read a rule, or a ``datetime.date``; `InvalidValue` with ``path`` says what is wrong with it."""
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            value = value.isoformat()
        if type(value) is not str:
            raise InvalidValue(path=path, value=value, problem=_FORMS)
        text = " ".join(value.lower().split())
        for kind, pattern in _KINDS.items():
            match = pattern.fullmatch(text)
            if match is not None:
                return _READERS[kind](value, path, match)
        raise InvalidValue(path=path, value=value, problem=_FORMS)

    @property
    def dated(self) -> bool:
        """Whether it means days of one year only."""
        return self.kind in ("date", "dates")

    def days(self, year: int) -> list[int]:
        """The ordinals of its days in that year, in order. Cost: at most one look at each day of the year."""
        parts = self.parts
        first, last = datetime.date(year, 1, 1).toordinal(), datetime.date(year, 12, 31).toordinal()
        if self.dated:
            return list(range(max(first, parts[0]), min(last, parts[-1]) + 1))
        if self.kind == "yearly_range":
            begin, end = parts[:2], parts[2:]
            days = ((day, datetime.date.fromordinal(day)) for day in range(first, last + 1))
            return [day for day, date in days if _lies_in((date.month, date.day), begin, end)]
        if self.kind == "yearly":
            found = [_ordinal(year, *parts)]
        elif self.kind == "easter":
            found = [_easter(year, bool(parts[0])) + parts[1]]
        elif self.kind == "nth":
            count, weekday, month = parts
            found = [_nth(year, one, weekday, count) for one in ([month] if month else range(1, 13))]
        else:  # near: around New Year's Day it may be of the year before or after
            weekday, step, month, day = parts
            anchors = (_ordinal(near, month, day) for near in (year - 1, year, year + 1))
            found = [_beside(anchor, weekday, step) for anchor in anchors if anchor is not None]
        return [day for day in found if day is not None and first <= day <= last]

    def marks(self) -> list[tuple[int, ...] | str]:
        """What two rules that always meet have in common: the dates, the days of a year, or the rule itself."""
        if self.dated:
            return [(day,) for day in range(self.parts[0], self.parts[-1] + 1)]
        if self.kind in ("yearly", "yearly_range"):
            dates = (datetime.date.fromordinal(day) for day in self.days(2000))  # a leap year
            return [(date.month, date.day) for date in dates]
        return [self.text]

    def words(self, lang: str) -> str:
        """The rule as people say it.

        >>> DayRule.parse("easter+1", "x").words("en"), DayRule.parse("12-24..01-02", "x").words("de")
        ('Easter Monday', '24. Dezember bis 2. Januar')
        """
        return _Speaker(lang).rule(self)


def _lies_in(day: tuple[int, ...], begin: tuple[int, ...], end: tuple[int, ...]) -> bool:
    return begin <= day <= end if begin <= end else day >= begin or day <= end


def _nth(year: int, month: int, weekday: int, count: int) -> int:
    length = calendar.monthrange(year, month)[1]
    start = (
        datetime.date(year, month, 1).toordinal() if count > 0 else datetime.date(year, month, length).toordinal() - 6
    )
    return start + (weekday - (start - 1)) % 7 + 7 * (max(count, 1) - 1)  # (ordinal - 1) % 7 is 0 on Mondays


def _beside(anchor: int, weekday: int, step: int) -> int:
    """The nearest such weekday strictly before (-1) or after (1) a day."""
    away = (weekday - (anchor - 1)) * step % 7
    return anchor + step * (away or 7)


# -- reading ----------------------------------------------------------------------------------------------------------


def _date(value: object, path: str, year: str, month: str, day: str) -> int:
    try:
        date = datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise InvalidValue(path=path, value=value, problem="must be a date that exists") from None
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        raise InvalidValue(path=path, value=value, problem=f"must be in the years {FIRST_YEAR} to {LAST_YEAR}")
    return date.toordinal()


def _month_day(value: object, path: str, month: str, day: str) -> tuple[int, int]:
    try:
        datetime.date(2000, int(month), int(day))  # a leap year: 02-29 is a day of some years
    except ValueError:
        raise InvalidValue(path=path, value=value, problem="must be a day (MM-DD) that exists in some year") from None
    return int(month), int(day)


def _read_date(value: object, path: str, match: re.Match[str]) -> DayRule:
    return DayRule(match[0], "date", (_date(value, path, *match.groups()),))


def _read_dates(value: object, path: str, match: re.Match[str]) -> DayRule:
    groups = match.groups()
    first, last = _date(value, path, *groups[:3]), _date(value, path, *groups[3:])
    if last < first:
        raise InvalidValue(path=path, value=value, problem="must not end before it begins")
    if last - first >= MOST_DAYS:
        raise InvalidValue(path=path, value=value, problem=f"must have at most {MOST_DAYS} days")
    return DayRule(match[0].replace(" ", ""), "dates", (first, last))


def _read_yearly(value: object, path: str, match: re.Match[str]) -> DayRule:
    return DayRule(match[0], "yearly", _month_day(value, path, match[1], match[2]))


def _read_yearly_range(value: object, path: str, match: re.Match[str]) -> DayRule:
    begin, end = _month_day(value, path, match[1], match[2]), _month_day(value, path, match[3], match[4])
    return DayRule(match[0].replace(" ", ""), "yearly_range", (*begin, *end))


def _read_easter(value: object, path: str, match: re.Match[str]) -> DayRule:
    shift = int(match[3] or 0) * (-1 if match[2] == "-" else 1)
    if not _LEAST_SHIFT <= shift <= _MOST_SHIFT:
        raise InvalidValue(path=path, value=value, problem=f"must be easter{_LEAST_SHIFT} to easter+{_MOST_SHIFT}")
    _easter(2000, orthodox=False)  # MissingExtra is for who makes the calendar, not for who asks it
    text = f"{match[1] or ''}easter{f'{shift:+}' if shift else ''}"
    return DayRule(text, "easter", (int(bool(match[1])), shift))


def _read_nth(value: object, path: str, match: re.Match[str]) -> DayRule:
    month = 0 if match[3] == "every month" else _MONTHS.index(match[3]) + 1
    return DayRule(match[0], "nth", (_ORDINALS[match[1]], _WEEKDAYS.index(match[2]), month))


def _read_near(value: object, path: str, match: re.Match[str]) -> DayRule:
    anchor = _month_day(value, path, match[3], match[4])
    return DayRule(match[0], "near", (_WEEKDAYS.index(match[1]), 1 if match[2] == "after" else -1, *anchor))


_READERS: dict[str, Callable[[object, str, re.Match[str]], DayRule]] = {
    "date": _read_date,
    "dates": _read_dates,
    "yearly": _read_yearly,
    "yearly_range": _read_yearly_range,
    "easter": _read_easter,
    "nth": _read_nth,
    "near": _read_near,
}

# -- hours and weekdays ------------------------------------------------------------------------------------------------


def _read_hours(value: object, path: str) -> Hours:
    """Hours of one day in order, as minutes."""
    pieces = value.split(",") if isinstance(value, str) else value
    if not isinstance(pieces, Iterable) or isinstance(pieces, Mapping):
        raise InvalidValue(path=path, value=value, problem="must be hours (08:00-18:00), one or several")
    found = []
    for piece in pieces:
        match = _HOURS.fullmatch(piece.strip()) if isinstance(piece, str) else None
        if match is None:
            raise InvalidValue(path=path, value=piece, problem="must be hours from 00:00 to 24:00, such as 08:00-18:00")
        begin, end = int(match[1]) * 60 + int(match[2]), int(match[3] or match[5]) * 60 + int(match[4] or match[6])
        if begin == end:
            raise InvalidValue(
                path=path, value=piece, problem="must not end when it begins: a whole day is 00:00-24:00"
            )
        found.append((begin, end if end > begin else end + DAY))
    found.sort()
    for (_, before), (begin, end) in itertools.pairwise(found):
        if begin < before:
            problem = f"must not have hours that overlap: {_hours_text(begin, end)} begins before {_clock(before)}"
            raise InvalidValue(path=path, value=value, problem=problem)
    return tuple(found)


def _clock(minute: int) -> str:
    return "24:00" if minute == DAY else f"{minute % DAY // 60:02}:{minute % 60:02}"


def _hours_text(begin: int, end: int) -> str:
    return f"{_clock(begin)}-{_clock(end)}"


def _hours_texts(hours: Hours) -> tuple[str, ...]:
    return tuple(_hours_text(begin, end) for begin, end in hours)


def _weekday(text: str) -> int:
    for index, short in enumerate(WEEKDAYS):
        if text in (short, _WEEKDAYS[index]):
            return index
    return -1


def _read_weekdays(value: object, path: str) -> list[int]:
    """The weekdays that ``mon-wed,fri`` means; ``fri-mon`` goes over the end of the week."""
    days: list[int] = []
    for piece in value.lower().split(",") if isinstance(value, str) else ("",):
        first, dash, last = (part.strip() for part in piece.partition("-"))
        begin, end = _weekday(first), _weekday(last if dash else first)
        if begin < 0 or end < 0:
            raise InvalidValue(path=path, value=value, problem="must be weekdays: mon-fri or sat,sun")
        days += [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
    return days


# -- the fields of a calendar -----------------------------------------------------------------------------------------

_Made = TypeVar("_Made")


def settle_weekly(faults: Faults, value: object) -> tuple[Hours, ...]:
    week: list[Hours] = [()] * 7
    if not isinstance(value, Mapping):
        faults.add("weekly", value, "must be a mapping of weekdays to hours")
        return tuple(week)
    named: set[int] = set()
    for key, hours in value.items():
        path = f"weekly.{key}"
        days = _tried(faults, _read_weekdays, key, path)
        checked = _tried(faults, _read_hours, hours, path)
        for day in days or ():
            if day in named:
                faults.add(path, hours, f"must not name {WEEKDAYS[day]} again")
            named.add(day)
            week[day] = checked or ()
    for day, hours in enumerate(week):
        night = week[day - 1][-1][1] - DAY if week[day - 1] else 0
        if hours and hours[0][0] < night:
            problem = f"must not have hours that overlap: those of {WEEKDAYS[day - 1]} end at {_clock(night)}"
            faults.add(f"weekly.{WEEKDAYS[day]}", _hours_text(*hours[0]), problem)
    faults.settle("weekly", FrozenMap((WEEKDAYS[day], _hours_texts(hours)) for day, hours in enumerate(week) if hours))
    return tuple(week)


def _tried(faults: Faults, check: Callable[[Any, str], _Made], value: object, path: str) -> _Made | None:
    """What a check makes of a value; None where it is faulty, which is noted."""
    try:
        return check(value, path)
    except InvalidValue as fault:
        faults.found.append(fault)
        return None


def settle_days(faults: Faults, field: str, value: object) -> list[tuple[DayRule, str]]:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        faults.add(field, value, "must be a sequence of days, or a mapping of days to names")
        return []
    if isinstance(value, AbstractSet):
        value = sorted(value, key=str)  # the order of a set is no order
    named: dict[str, tuple[DayRule, str]] = {}
    items = value.items() if isinstance(value, Mapping) else ((day, "") for day in value)
    for index, (day, name) in enumerate(items):
        path = f"{field}.{day}" if isinstance(value, Mapping) else f"{field}[{index}]"
        if type(name) is not str:
            faults.add(path, name, "must be a name")
            continue
        rule = _tried(faults, DayRule.parse, day, path)
        if rule is None:
            continue
        if rule.text in named:
            faults.add(path, day, "must not be there twice")
        named[rule.text] = rule, name
    faults.settle(field, FrozenMap((text, name) for text, (_, name) in named.items()))
    return list(named.values())


def settle_special(faults: Faults, value: object) -> list[tuple[DayRule, Hours]]:
    if not isinstance(value, Mapping):
        faults.add("special", value, "must be a mapping of days to hours")
        return []
    found: list[tuple[DayRule, Hours]] = []
    for day, hours in value.items():
        path = f"special.{day}"
        rule = _tried(faults, DayRule.parse, day, path)
        checked = _tried(faults, _read_hours, hours, path)
        if checked == ():
            faults.add(path, hours, "must have hours: a day without any is one of closed")
        if rule is not None and checked is not None:
            found.append((rule, checked))
    faults.settle("special", FrozenMap((rule.text, _hours_texts(hours)) for rule, hours in found))
    return found


def find_contradictions(
    faults: Faults, special: list[tuple[DayRule, Hours]], closed: Mapping[str, list[tuple[DayRule, str]]]
) -> None:
    """A special day must be no other special day, and no holiday or closed day that is said in the same way.

    What can only meet in some years (a rule of Easter and a date of every year) is no fault: the special day wins.
    """
    taken = {
        mark: f"{rule.text} of {field}" for field, rules in closed.items() for rule, _ in rules for mark in rule.marks()
    }
    for rule, _ in special:
        other = next((taken[mark] for mark in rule.marks() if mark in taken), None)
        if other is not None:
            faults.add(f"special.{rule.text}", rule.text, f"must not be a day of {other}")
        taken.update((mark, f"{rule.text} of special") for mark in rule.marks())


def find_overlaps(faults: Faults, special: list[tuple[DayRule, Hours]], closed: Iterable[tuple[DayRule, str]]) -> None:
    """The night of a special day must not go on when the hours of a special day after it have begun.

    As with contradictions, two rules that follow each other in some years only are no fault: the hours are joined then.
    """
    if not any(hours and hours[-1][1] > DAY for _, hours in special):
        return
    days = [*special, *((rule, ()) for rule, _ in closed)]
    yearly = [one for one in days if not one[0].dated]
    dated = {datetime.date.fromordinal(day).year for rule, _ in days if rule.dated for day in rule.parts}
    around = {near for year in dated for near in (year - 1, year, year + 1)}
    # What is once, by the days on which it is; what recurs, by whole years: weekdays come round after 28 of them.
    found = _overlaps([*(one for one in days if one[0].dated), *yearly], around, once=True)
    found |= _overlaps(yearly, set(range(2000, 2028)), once=False)
    for (before, rule), end in found.items():
        problem = f"must not have hours that overlap: those of {before.text} end at {_clock(end)}"
        faults.add(f"special.{rule.text}", rule.text, problem)


def _overlaps(days: list[tuple[DayRule, Hours]], years: set[int], once: bool) -> dict[tuple[DayRule, DayRule], int]:
    """The rules whose night runs into the hours of the day after, with the latter's and the end of that night.

    What comes first in `days` outranks what comes later. `once`: where one of the two is of one year; else where they
    meet in every year in which there is a night.
    """
    meant: dict[int, tuple[DayRule, Hours]] = {}
    for year in sorted(years):
        for rule, hours in days:
            for day in rule.days(year):
                meant.setdefault(day, (rule, hours))
    nights: dict[DayRule, set[int]] = {}
    met: dict[tuple[DayRule, DayRule], set[int]] = {}
    ends: dict[tuple[DayRule, DayRule], int] = {}
    for day, (rule, hours) in meant.items():
        after = datetime.date.fromordinal(day + 1)
        if not hours or hours[-1][1] <= DAY or after.year not in years:
            continue
        year = datetime.date.fromordinal(day).year
        nights.setdefault(rule, set()).add(year)
        other, begun = meant.get(day + 1, (rule, ()))
        if begun and begun[0][0] < hours[-1][1] - DAY:
            met.setdefault((rule, other), set()).add(year)
            ends[rule, other] = hours[-1][1] - DAY
    if once:
        return {pair: end for pair, end in ends.items() if pair[0].dated or pair[1].dated}
    return {pair: end for pair, end in ends.items() if met[pair] == nights[pair[0]]}


# -- saying -----------------------------------------------------------------------------------------------------------

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "weekdays": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "months": "January February March April May June July August September October November December",
        "date": "{day} {month} {year}",
        "day": "{day} {month}",
        "range": "{first} to {last}",
        "nth": "{nth} {weekday} of {month}",
        "nths": "first second third fourth last",
        "every month": "every month",
        "before": "{weekday} before {day}",
        "after": "{weekday} after {day}",
        "easter": "Easter Sunday",
        "orthodox": "Orthodox {day}",
        "days before": "{days} days before {easter}",
        "days after": "{days} days after {easter}",
        "-48": "Shrove Monday",
        "-47": "Shrove Tuesday",
        "-46": "Ash Wednesday",
        "-3": "Maundy Thursday",
        "-2": "Good Friday",
        "-1": "Easter Saturday",
        "1": "Easter Monday",
        "39": "Ascension Day",
        "49": "Whit Sunday",
        "50": "Whit Monday",
        "60": "Corpus Christi",
        "closed": "closed",
        "special hours": "Special hours",
        "closed on": "Closed on",
        "next day": "{hours} (of the next day)",
        "zone": "All times are those of {zone}.",
        "any": "Open when at least one of these is open:",
        "all": "Open when all of these are open:",
        "opposite": "Open when this is closed:",
    },
    "de": {
        "weekdays": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "months": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "date": "{day}. {month} {year}",
        "day": "{day}. {month}",
        "range": "{first} bis {last}",
        "nth": "{nth} {weekday} im {month}",
        "nths": "erster zweiter dritter vierter letzter",
        "every month": "Monat",
        "before": "{weekday} vor dem {day}",
        "after": "{weekday} nach dem {day}",
        "easter": "Ostersonntag",
        "orthodox": "{day} (orthodox)",
        "days before": "{days} Tage vor {easter}",
        "days after": "{days} Tage nach {easter}",
        "-48": "Rosenmontag",
        "-47": "Fastnachtsdienstag",
        "-46": "Aschermittwoch",
        "-3": "Gründonnerstag",
        "-2": "Karfreitag",
        "-1": "Karsamstag",
        "1": "Ostermontag",
        "39": "Christi Himmelfahrt",
        "49": "Pfingstsonntag",
        "50": "Pfingstmontag",
        "60": "Fronleichnam",
        "closed": "geschlossen",
        "special hours": "Sonderzeiten",
        "closed on": "Geschlossen",
        "next day": "{hours} (am nächsten Tag)",
        "zone": "Alle Zeiten sind die von {zone}.",
        "any": "Geöffnet, wenn mindestens eines davon geöffnet ist:",
        "all": "Geöffnet, wenn alle davon geöffnet sind:",
        "opposite": "Geöffnet, wenn dies geschlossen ist:",
    },
}


class _Speaker:
    """Says rules in one language."""

    def __init__(self, lang: str) -> None:
        self.words = _WORDS[lang]
        self.weekdays = self.words["weekdays"].split()
        self.months = self.words["months"].split()

    def rule(self, rule: DayRule) -> str:
        parts, words = rule.parts, self.words
        if rule.dated:
            first, last = self.date(parts[0]), self.date(parts[-1])
            return words["range"].format(first=first, last=last) if rule.kind == "dates" else first
        if rule.kind == "yearly":
            return self.day(*parts)
        if rule.kind == "yearly_range":
            return words["range"].format(first=self.day(*parts[:2]), last=self.day(*parts[2:]))
        if rule.kind == "easter":
            said = self.easter(parts[1])
            return words["orthodox"].format(day=said) if parts[0] else said
        if rule.kind == "nth":
            nth = words["nths"].split()[parts[0] - 1 if parts[0] > 0 else -1]
            month = self.months[parts[2] - 1] if parts[2] else words["every month"]
            return words["nth"].format(nth=nth, weekday=self.weekdays[parts[1]], month=month)
        what = words["before" if parts[1] < 0 else "after"]
        return what.format(weekday=self.weekdays[parts[0]], day=self.day(*parts[2:]))

    def date(self, ordinal: int) -> str:
        date = datetime.date.fromordinal(ordinal)
        return self.words["date"].format(day=date.day, month=self.months[date.month - 1], year=date.year)

    def day(self, month: int, day: int) -> str:
        return self.words["day"].format(day=day, month=self.months[month - 1])

    def easter(self, shift: int) -> str:
        if not shift:
            return self.words["easter"]
        if str(shift) in self.words:
            return self.words[str(shift)]
        said = self.words["days before" if shift < 0 else "days after"]
        return said.format(days=abs(shift), easter=self.words["easter"])


def words_of(lang: str) -> dict[str, str]:
    if lang not in _WORDS:
        raise InvalidValue(path="lang", value=lang, problem=f"must be one of {', '.join(_WORDS)}")
    return _WORDS[lang]


def say_hours(texts: tuple[str, ...], words: dict[str, str]) -> str:
    said = (
        words["next day"].format(hours=text) if end > DAY else text
        for text, ((_, end),) in ((text, _read_hours(text, "hours")) for text in texts)
    )
    return ", ".join(said) or words["closed"]


def say_day(text: str, name: str, lang: str) -> str:
    said = DayRule.parse(text, "day").words(lang)
    return f"{said} ({name})" if name and name != said else said
