"""Opening hours of random calendars, near steps of the clock, held against a scan minute by minute.

The scan is the rule of `docs/calendars.md` taken literally: a clock that never goes back. It knows no instants of
openings, no stretches and nothing of the code under test; days off are given to it as dates.
"""

from __future__ import annotations

import datetime
import functools
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routekit.rules import Calendar
from routekit.rules.calendars import HORIZON_S, from_data

STEPS = (
    ("Europe/Berlin", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("America/New_York", "2026-03-08T07:00"),
    ("America/New_York", "2026-11-01T06:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("Asia/Kathmandu", "2026-03-29T00:00"),
    ("Pacific/Apia", "2011-12-30T10:00"),  # a day left out
    ("America/Sao_Paulo", "2018-02-18T02:00"),  # midnight twice over
    ("America/Sao_Paulo", "2018-11-04T03:00"),  # no midnight
    ("America/St_Johns", "2010-11-07T02:31"),  # a minute after midnight, back to the day before
    ("Africa/Casablanca", "2026-02-15T02:00"),
    ("Antarctica/Troll", "2026-10-25T01:00"),  # two hours
    ("UTC", "2026-12-31T12:00"),
)
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Spans = list[tuple[int, int]]

MINUTES = st.one_of(
    st.sampled_from([0, 60, 90, 100, 120, 135, 150, 180, 480, 1080, 1380, 1430, 1440]), st.integers(0, 1440)
)


def text(span: tuple[int, int]) -> str:
    begin, end = span
    return f"{begin // 60:02}:{begin % 60:02}-" + ("24:00" if end == 1440 else f"{end % 1440 // 60:02}:{end % 60:02}")


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    """Hours of a day that do not overlap; the last may go over midnight."""
    marks = sorted(draw(st.sets(MINUTES, max_size=6)))
    found = [(begin, end) for begin, end in zip(marks[::2], marks[1::2], strict=False)]
    if len(marks) % 2 and marks[-1] < 1440 and marks[-1] > 0:
        found.append((marks[-1], 1440 + draw(st.integers(0, marks[-1] - 1))))
    return found


class Case:
    """A calendar, and the same as the scan wants it: hours by weekday, hours by date, and which dates are off."""

    def __init__(self, zone: str, anchor: float, week: list[Spans], off: set[int], special: dict[int, Spans]) -> None:
        self.zone, self.anchor = ZoneInfo(zone), anchor
        day = datetime.datetime.fromtimestamp(anchor, self.zone).date()
        self.week = week
        self.exceptions: dict[datetime.date, Spans] = {day + datetime.timedelta(days=away): [] for away in off}
        self.special = {day + datetime.timedelta(days=away): hours for away, hours in special.items()}
        self.exceptions.update(self.special)
        self.calendar = Calendar(
            "random",
            time_zone=zone,
            weekly={name: [text(span) for span in hours] for name, hours in zip(WEEK, week, strict=True)},
            holidays=[f"{day:%m-%d}" for day in sorted(self.exceptions) if day not in self.special],
            special={str(day): [text(span) for span in hours] for day, hours in self.special.items()},
        )

    def __repr__(self) -> str:
        return f"<{self.calendar!r} around {self.anchor}>"

    def hours(self, day: datetime.date) -> Spans:
        return self.exceptions.get(day, self.week[day.weekday()])

    def open_on(self, day: datetime.date) -> list[bool]:
        """Whether it is open while the clock that never goes back shows this day, minute by minute."""
        before = day - datetime.timedelta(days=1)
        over = [] if day in self.exceptions and before not in self.special else self.hours(before)
        spans = [*self.hours(day), *((begin - 1440, end - 1440) for begin, end in over)]
        return [any(begin <= minute < end for begin, end in spans) for minute in range(1440)]

    def scan(self, since: float, minutes: int) -> list[bool]:
        """Open or closed in each minute from an instant on."""
        shown = datetime.date.min, 0
        days: dict[datetime.date, list[bool]] = {}
        found = []
        for minute in range(-300, minutes):
            shown = max(shown, clock(self.zone, since + minute * 60))
            if minute >= 0:
                day, at = shown
                if day not in days:
                    days[day] = self.open_on(day)
                found.append(days[day][at])
        return found


@functools.lru_cache(maxsize=200_000)
def clock(zone: ZoneInfo, instant: float) -> tuple[datetime.date, int]:
    """The day and the minute of it that a clock shows."""
    now = datetime.datetime.fromtimestamp(instant, zone)
    return now.date(), now.hour * 60 + now.minute


@st.composite
def cases(draw: st.DrawFn, step: tuple[str, str] | None = None) -> Case:
    zone, anchor = step or draw(st.sampled_from(STEPS))
    at = datetime.datetime.fromisoformat(anchor).replace(tzinfo=datetime.UTC).timestamp()
    week = draw(st.lists(spans(), min_size=7, max_size=7))
    for day, hours in enumerate(week):  # nights must not run into the next morning
        if hours and hours[-1][1] > 1440 and week[(day + 1) % 7]:
            hours[-1] = (hours[-1][0], 1440 + min(hours[-1][1] - 1440, week[(day + 1) % 7][0][0]))
    off = draw(st.sets(st.integers(-2, 2), max_size=2))
    special = draw(st.dictionaries(st.integers(-2, 2), spans().filter(bool), max_size=2))
    for away, hours in special.items():  # nor may nights of special days
        if hours[-1][1] > 1440 and away + 1 in special:
            hours[-1] = (hours[-1][0], 1440 + min(hours[-1][1] - 1440, special[away + 1][0][0]))
    return Case(zone, at, week, off - set(special), special)


def changes(is_open: list[bool], since: float) -> list[float]:
    return [since + minute * 60 for minute in range(1, len(is_open)) if is_open[minute] != is_open[minute - 1]]


def walked(calendar: Any, since: float, until: float) -> list[float]:
    found = []
    at = calendar.next_change(since)
    while at is not None and at < until:
        found.append(at)
        at = calendar.next_change(at)
    return found


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[0]} {step[1]}")
@given(data=st.data())
def test_changes_are_those_of_a_clock_that_never_goes_back(step: tuple[str, str], data: st.DataObject) -> None:
    case = data.draw(cases(step))
    minutes = 30 * 60
    since = case.anchor - data.draw(st.integers(1, minutes - 1)) * 60
    expected = case.scan(since, minutes)
    until = since + minutes * 60
    assert walked(case.calendar, since, until) == changes(expected, since)
    assert case.calendar.open_seconds(since, until) == 60.0 * sum(expected)
    for second in data.draw(st.lists(st.floats(0, minutes * 60 - 1), min_size=1, max_size=8)):
        state = case.calendar.state(since + second)
        assert state.open is case.calendar.is_open(since + second) is expected[int(second // 60)]
        assert state.until == case.calendar.next_change(since + second)
        assert state.until is None or state.until > since + second


INSTANTS = st.floats(-3 * 86400, 3 * 86400)


@given(case=cases(), offsets=st.tuples(INSTANTS, INSTANTS, INSTANTS))
def test_open_time_adds_up(case: Case, offsets: tuple[float, float, float]) -> None:
    a, b, c = sorted(case.anchor + offset for offset in offsets)
    read = case.calendar.open_seconds
    assert read(a, b) + read(b, c) == pytest.approx(read(a, c), abs=1e-5)
    assert 0.0 <= read(a, b) <= b - a + 1e-5
    assert read(a, b) + (~case.calendar).open_seconds(a, b) == pytest.approx(b - a, abs=1e-5)


@given(case=cases(), offset=INSTANTS, seconds=st.one_of(st.integers(0, 200_000), st.floats(0, 200_000)))
def test_adding_open_time_is_the_inverse_of_measuring_it(case: Case, offset: float, seconds: float) -> None:
    a = case.anchor + offset
    end = case.calendar.add_open_seconds(a, seconds)
    if end is None:
        assert case.calendar.open_seconds(a, a + HORIZON_S) < seconds
        return
    assert case.calendar.open_seconds(a, end) == pytest.approx(seconds, abs=1e-5)
    assume(end - 1 > a)
    assert case.calendar.open_seconds(a, end - 1) < seconds  # no earlier instant would do


@given(one=cases(("Europe/Berlin", "2026-10-25T01:00")), other=cases(("Europe/Berlin", "2026-10-25T01:00")))
def test_combinations_are_those_of_their_parts(one: Case, other: Case) -> None:
    since, minutes = one.anchor - 12 * 3600, 24 * 60
    some, others = one.scan(since, minutes), other.scan(since, minutes)
    a, b = one.calendar, other.calendar
    for joined, expected in (
        (a | b, [x or y for x, y in zip(some, others, strict=True)]),
        (a & b, [x and y for x, y in zip(some, others, strict=True)]),
        (~a, [not x for x in some]),
        (a & ~b | b & ~a, [x != y for x, y in zip(some, others, strict=True)]),
    ):
        assert walked(joined, since, since + minutes * 60) == changes(expected, since)
        assert joined.open_seconds(since, since + minutes * 60) == 60.0 * sum(expected)
        for hour in range(0, 24, 5):
            assert joined.state(since + hour * 3600).open is joined.is_open(since + hour * 3600) is expected[hour * 60]


@given(case=cases())
def test_calendars_survive_their_data(case: Case) -> None:
    again = from_data(json.loads(json.dumps(case.calendar.to_data())))
    assert again == case.calendar and hash(again) == hash(case.calendar)
    assert again.describe() == case.calendar.describe()


@given(case=cases(), offset=INSTANTS)
def test_midnights_follow_each_other_and_are_those_of_a_day(case: Case, offset: float) -> None:
    at = case.anchor + offset
    midnight = case.calendar.next_midnight(at)
    assert at < midnight <= at + 26 * 3600
    before = datetime.datetime.fromtimestamp(midnight - 1, case.zone).date()
    assert datetime.datetime.fromtimestamp(midnight, case.zone).date() > before
    assert case.calendar.next_midnight((at + midnight) / 2) == midnight
