"""Opening hours in exact cases: civil hours around steps of the clock, days off, faults, plain data and words."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
import sys
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule

from routekit.errors import InvalidConfiguration, InvalidType, InvalidValue, MissingExtra
from routekit.rules import AllOpen, AnyOpen, Calendar, OpenReason, OpenState, Opposite
from routekit.rules.calendars import HORIZON_S, MOST_PARTS, from_data
from routekit.rules.holidays import DayRule

OFFICE = Calendar(
    "office",
    time_zone="Europe/Berlin",
    weekly={"mon-fri": "08:00-18:00", "sat": ("09:00-12:00", "13:00-15:00")},
    holidays={"12-25": "Christmas Day", "12-26": "", "easter+1": "Easter Monday", "01-01": "New Year's Day"},
    closed={"2026-08-03..2026-08-14": "Summer"},
    special={"12-24": "08:00-12:00", "2026-12-31": "10:00-02:00"},
)


def utc(text: str) -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC).timestamp()


def civil(text: str, zone: str, fold: int = 0) -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def berlin(text: str) -> float:
    return civil(text, "Europe/Berlin")


def daily(hours: str, zone: str) -> Calendar:
    return Calendar("daily", time_zone=zone, weekly={"mon-sun": hours})


def openings(calendar: Any, since: float, until: float) -> list[tuple[float, float]]:
    """Where it is open, by walking from change to change."""
    found, at = [], since
    while at < until:
        change = calendar.next_change(at)
        end = until if change is None else min(change, until)
        if calendar.is_open(at):
            found.append((at, end))
        at = end
    return found


# -- an ordinary week -------------------------------------------------------------------------------------------------


def test_hours_open_at_their_first_instant_and_are_over_at_their_last() -> None:
    assert not OFFICE.is_open(berlin("2026-06-23T07:59:59.999"))
    assert OFFICE.is_open(berlin("2026-06-23T08:00"))
    assert OFFICE.is_open(berlin("2026-06-23T17:59:59.999"))
    assert not OFFICE.is_open(berlin("2026-06-23T18:00"))
    assert OFFICE.next_change(berlin("2026-06-23T08:00")) == berlin("2026-06-23T18:00")
    assert OFFICE.next_change(berlin("2026-06-23T18:00")) == berlin("2026-06-24T08:00")


def test_a_lunch_break_is_closed_and_a_weekend_is_passed_over() -> None:
    assert OFFICE.next_change(berlin("2026-06-27T12:00")) == berlin("2026-06-27T13:00")
    assert OFFICE.next_change(berlin("2026-06-27T15:00")) == berlin("2026-06-29T08:00")


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-06-23T09:00", (True, OpenReason.HOURS, "2026-06-23T18:00", None)),
        ("2026-06-28T09:00", (False, OpenReason.HOURS, "2026-06-29T08:00", None)),
        ("2026-12-24T09:00", (True, OpenReason.SPECIAL, "2026-12-24T12:00", "12-24")),
        ("2026-12-24T13:00", (False, OpenReason.SPECIAL, "2026-12-28T08:00", "12-24")),
        ("2026-12-25T09:00", (False, OpenReason.HOLIDAY, "2026-12-28T08:00", "Christmas Day")),
        ("2026-12-26T09:00", (False, OpenReason.HOLIDAY, "2026-12-28T08:00", "12-26")),
        ("2026-04-06T09:00", (False, OpenReason.HOLIDAY, "2026-04-07T08:00", "Easter Monday")),
        ("2026-08-05T09:00", (False, OpenReason.CLOSED, "2026-08-15T09:00", "Summer")),
        # The hours of New Year's Eve were written for that night: the holiday does not cut them off.
        ("2027-01-01T01:00", (True, OpenReason.SPECIAL, "2027-01-01T02:00", "2026-12-31")),
        ("2027-01-01T02:00", (False, OpenReason.HOLIDAY, "2027-01-02T09:00", "New Year's Day")),
    ],
)
def test_the_state_tells_why_and_until_when(at: str, state: tuple[bool, OpenReason, str, str | None]) -> None:
    is_open, reason, until, name = state
    assert OFFICE.state(berlin(at)) == OpenState(is_open, reason, berlin(until), name)


def test_open_time_and_promised_times() -> None:
    friday = berlin("2026-06-26T17:00")
    assert OFFICE.open_seconds(friday, berlin("2026-06-29T09:00")) == (1 + 3 + 2 + 1) * 3600
    assert OFFICE.add_open_seconds(friday, 3600) == berlin("2026-06-26T18:00")  # closing time, not Saturday
    assert OFFICE.add_open_seconds(friday, 3600.5) == berlin("2026-06-27T09:00") + 0.5
    assert OFFICE.add_open_seconds(friday, 4.5 * 3600) == berlin("2026-06-27T13:30")
    assert OFFICE.add_open_seconds(berlin("2026-06-28T09:00"), 0) == berlin("2026-06-28T09:00")
    assert OFFICE.add_open_seconds(friday, HORIZON_S) is None
    assert OFFICE.open_seconds(friday, friday) == 0.0


def test_a_night_belongs_to_the_day_on_which_it_begins_but_ends_before_a_day_off() -> None:
    nights = Calendar(
        "nights",
        time_zone="UTC",
        weekly={"mon-sun": "22:00-06:00"},
        holidays=["12-25"],
        special={"12-28": "10:00-11:00"},
    )
    assert openings(nights, utc("2026-12-23T12:00"), utc("2026-12-29T12:00")) == [
        (utc("2026-12-23T22:00"), utc("2026-12-24T06:00")),
        (utc("2026-12-24T22:00"), utc("2026-12-25T00:00")),
        (utc("2026-12-26T22:00"), utc("2026-12-27T06:00")),
        (utc("2026-12-27T22:00"), utc("2026-12-28T00:00")),
        (utc("2026-12-28T10:00"), utc("2026-12-28T11:00")),
    ]


def test_hours_that_touch_are_one() -> None:
    always = Calendar("always", time_zone="Europe/Berlin", weekly={"mon-sun": "00:00-24:00"})
    split = Calendar("split", time_zone="Europe/Berlin", weekly={"mon-sun": "00:00-08:00, 08:00-20:00, 20:00-00:00"})
    for calendar in (always, split):
        assert calendar.next_change(berlin("2026-03-01T12:00")) is None
        assert calendar.state(0.0) == OpenState(True, OpenReason.HOURS, None)
        assert calendar.open_seconds(0.0, 86400.0 * 365) == 86400.0 * 365


def test_a_calendar_that_never_opens_says_so_after_the_horizon() -> None:
    never = Calendar("never", time_zone="Europe/Berlin")
    assert never.next_change(0.0) is None
    over = Calendar("over", time_zone="Europe/Berlin", special={"1969-12-31": "10:00-11:00"})
    assert over.next_change(0.0) is None
    assert never.add_open_seconds(0.0, 1) is None
    assert never.state(0.0) == OpenState(False, OpenReason.HOURS, None)
    leap = Calendar("leap", time_zone="UTC", special={"02-29": "10:00-11:00"})
    assert leap.next_change(utc("2096-02-29T11:00")) == utc("2104-02-29T10:00")  # the longest that any rule takes
    far = Calendar("far", time_zone="UTC", special={"2040-01-01": "10:00-11:00"})
    assert far.next_change(utc("2030-01-01T00:00")) is None
    assert far.next_change(utc("2035-01-01T00:00")) == utc("2040-01-01T10:00")


# -- steps of the clock -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "opens", "closes"),
    [
        ("02:30-08:00", "2026-03-29T01:00", "2026-03-29T06:00"),  # in the gap: the first instant after it
        ("01:00-02:30", "2026-03-29T00:00", "2026-03-29T01:00"),
        ("01:00-05:00", "2026-03-29T00:00", "2026-03-29T03:00"),  # three hours, not four
    ],
)
def test_a_gap_in_berlin(hours: str, opens: str, closes: str) -> None:
    found = openings(daily(hours, "Europe/Berlin"), utc("2026-03-28T12:00"), utc("2026-03-29T12:00"))
    assert found == [(utc(opens), utc(closes))]


def test_hours_that_lie_in_a_gap_are_left_out_and_hours_on_both_sides_of_it_touch() -> None:
    since, until = utc("2026-03-28T12:00"), utc("2026-03-29T12:00")
    assert openings(daily("02:00-03:00", "Europe/Berlin"), since, until) == []
    assert openings(daily("00:00-02:00,03:00-05:00", "Europe/Berlin"), since, until) == [
        (utc("2026-03-28T23:00"), utc("2026-03-29T03:00"))
    ]


@pytest.mark.parametrize(
    ("hours", "opens", "closes"),
    [
        ("02:30-08:00", "2026-10-25T00:30", "2026-10-25T07:00"),  # the first 02:30
        ("01:00-02:30", "2026-10-24T23:00", "2026-10-25T00:30"),  # the first 02:30, and not again
        ("02:00-03:00", "2026-10-25T00:00", "2026-10-25T02:00"),  # the whole hour: twice
        ("01:00-05:00", "2026-10-24T23:00", "2026-10-25T04:00"),  # five hours, not four
        ("03:00-05:00", "2026-10-25T02:00", "2026-10-25T04:00"),
    ],
)
def test_a_fold_in_berlin(hours: str, opens: str, closes: str) -> None:
    found = openings(daily(hours, "Europe/Berlin"), utc("2026-10-24T12:00"), utc("2026-10-25T12:00"))
    assert found == [(utc(opens), utc(closes))]


def test_new_york_steps_at_other_instants() -> None:
    night = daily("22:00-06:00", "America/New_York")
    assert openings(night, utc("2026-03-07T18:00"), utc("2026-03-08T18:00")) == [
        (utc("2026-03-08T03:00"), utc("2026-03-08T10:00"))
    ]
    assert openings(night, utc("2026-10-31T18:00"), utc("2026-11-01T18:00")) == [
        (utc("2026-11-01T02:00"), utc("2026-11-01T11:00"))
    ]
    assert (
        daily("02:15-03:15", "America/New_York").open_seconds(utc("2026-03-08T00:00"), utc("2026-03-09T00:00")) == 900
    )
    assert (
        daily("01:30-02:00", "America/New_York").open_seconds(utc("2026-11-01T00:00"), utc("2026-11-02T00:00")) == 5400
    )


def test_lord_howe_steps_by_half_an_hour() -> None:
    # 2026-10-04 02:00 becomes 02:30 at 15:30Z of the day before; on 2026-04-05 02:00 becomes 01:30 at 15:00Z.
    gap = daily("02:15-08:00", "Australia/Lord_Howe")
    assert openings(gap, utc("2026-10-03T12:00"), utc("2026-10-04T00:00")) == [
        (utc("2026-10-03T15:30"), utc("2026-10-03T21:00"))
    ]
    fold = daily("01:30-02:00", "Australia/Lord_Howe")
    assert openings(fold, utc("2026-04-04T12:00"), utc("2026-04-05T00:00")) == [
        (utc("2026-04-04T14:30"), utc("2026-04-04T15:30"))
    ]
    inside = daily("01:40-01:50", "Australia/Lord_Howe")
    assert openings(inside, utc("2026-04-04T12:00"), utc("2026-04-05T00:00")) == [
        (utc("2026-04-04T14:40"), utc("2026-04-04T14:50"))
    ]


def test_kathmandu_is_a_quarter_of_an_hour_off_and_never_steps() -> None:
    office = daily("09:00-17:00", "Asia/Kathmandu")
    assert openings(office, utc("2026-03-29T00:00"), utc("2026-03-30T00:00")) == [
        (utc("2026-03-29T03:15"), utc("2026-03-29T11:15"))
    ]
    assert office.next_midnight(utc("2026-03-29T00:00")) == utc("2026-03-29T18:15")


def test_the_day_that_apia_left_out() -> None:
    # 2011-12-29 24:00 was 2011-12-31 00:00, at 10:00Z of the 30th: a Friday that never was.
    change = utc("2011-12-30T10:00")
    office = daily("09:00-17:00", "Pacific/Apia")
    assert openings(office, utc("2011-12-29T12:00"), utc("2011-12-31T12:00")) == [
        (utc("2011-12-29T19:00"), utc("2011-12-30T03:00")),  # Thursday
        (utc("2011-12-30T19:00"), utc("2011-12-31T03:00")),  # Saturday
    ]
    assert office.next_midnight(utc("2011-12-30T05:00")) == change
    assert office.next_midnight(change) == utc("2011-12-31T10:00")
    missing = Calendar("missing", time_zone="Pacific/Apia", weekly={"fri": "00:00-24:00"})
    assert missing.open_seconds(change - 86400, change + 86400) == 0.0
    off = Calendar("off", time_zone="Pacific/Apia", weekly={"mon-sun": "00:00-24:00"}, holidays=["2011-12-30"])
    assert off.next_change(change - 86400) is None
    assert off.state(change) == OpenState(True, OpenReason.HOURS, None)


def test_midnights_that_a_clock_skips_or_shows_twice() -> None:
    # Sao Paulo 2018-11-04 00:00 became 01:00; St. John's 2010-11-07 00:01 became 23:01 of the day before.
    skipped = daily("00:00-24:00", "America/Sao_Paulo")
    assert skipped.next_midnight(utc("2018-11-03T12:00")) == utc("2018-11-04T03:00")
    twice = Calendar("twice", time_zone="America/St_Johns", weekly={"sun": "00:00-24:00"})
    first = utc("2010-11-07T02:30")
    assert twice.next_midnight(first - 1) == first
    assert twice.next_midnight(first) == twice.next_midnight(first + 1800) == utc("2010-11-08T03:30")
    assert twice.next_change(first - 1) == first and twice.next_change(first) == utc("2010-11-08T03:30")
    assert twice.is_open(first + 1800) and twice.open_seconds(first + 1000, first + 1800) == 800
    holiday = Calendar("x", time_zone="America/St_Johns", holidays=["2010-11-07"])
    assert holiday.state(first + 1800).reason == OpenReason.HOLIDAY  # though the clock shows the 6th again
    assert holiday.state(first - 1).reason == OpenReason.HOURS


def test_a_gap_that_began_before_midnight() -> None:
    # Toronto 1919-03-30: 23:30 became 00:30 of the 31st, so that the day began with the step.
    toronto = daily("00:15-01:00", "America/Toronto")
    step = utc("1919-03-31T04:30")
    assert toronto.next_midnight(step - 3600) == step
    assert openings(toronto, step - 7200, step + 7200) == [(step, step + 1800)]


# -- days -------------------------------------------------------------------------------------------------------------


def days_of(text: str, year: int) -> list[str]:
    return [str(datetime.date.fromordinal(day)) for day in DayRule.parse(text, "day").days(year)]


@pytest.mark.parametrize(
    ("text", "year", "days"),
    [
        ("2026-12-24", 2026, ["2026-12-24"]),
        ("2026-12-24", 2027, []),
        ("2026-12-30 .. 2027-01-02", 2027, ["2027-01-01", "2027-01-02"]),
        ("02-29", 2028, ["2028-02-29"]),
        ("02-29", 2026, []),
        ("12-31..01-02", 2026, ["2026-01-01", "2026-01-02", "2026-12-31"]),
        ("02-27..02-29", 2026, ["2026-02-27", "2026-02-28"]),
        ("02-29..03-01", 2026, ["2026-03-01"]),
        ("easter", 2026, ["2026-04-05"]),
        ("Easter - 2", 2026, ["2026-04-03"]),
        ("easter+39", 2026, ["2026-05-14"]),
        ("orthodox easter", 2026, ["2026-04-12"]),
        ("last monday of may", 2026, ["2026-05-25"]),
        ("Fourth Thursday of November", 2026, ["2026-11-26"]),
        ("monday before 05-25", 2026, ["2026-05-18"]),  # strictly before: the 25th is a Monday
        ("saturday after 06-19", 2026, ["2026-06-20"]),
        ("monday after 12-29", 2025, []),
        ("monday after 12-29", 2026, ["2026-01-05"]),  # of 2025's anchor
    ],
)
def test_days_of_a_rule(text: str, year: int, days: list[str]) -> None:
    assert days_of(text, year) == days


@pytest.mark.parametrize(("nth", "count"), [("first", 1), ("second", 2), ("third", 3), ("fourth", 4), ("last", -1)])
def test_weekdays_of_a_month_are_those_of_rrule(nth: str, count: int) -> None:
    for index, weekday in enumerate((rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)):
        name = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")[index]
        start = datetime.datetime(2019, 1, 1)
        expected = rrule.rrule(rrule.MONTHLY, byweekday=weekday(count), dtstart=start, until=start.replace(year=2030))
        found = [day for year in range(2019, 2030) for day in days_of(f"{nth} {name} of every month", year)]
        assert found == [str(day.date()) for day in expected if day.year < 2030]


def test_a_date_outranks_a_rule() -> None:
    calendar = Calendar(
        "x",
        time_zone="UTC",
        weekly={"mon-sun": "00:00-24:00"},
        holidays={"12-25": "Christmas"},
        closed=["2027-12-01..2027-12-31"],
        special={"2026-12-25": "10:00-12:00", "12-24": "08:00-09:00"},
    )
    assert calendar.state(utc("2026-12-25T11:00")).reason == OpenReason.SPECIAL
    assert calendar.is_open(utc("2026-12-25T11:00"))
    assert not calendar.is_open(utc("2027-12-24T08:30")) and calendar.is_open(utc("2028-12-24T08:30"))


def test_days_may_be_dates_and_a_mapping_of_dates_to_names() -> None:
    days = {datetime.date(2026, 12, 25): "Christmas Day", datetime.date(2026, 12, 26): "Boxing Day"}
    calendar = Calendar("x", time_zone="UTC", holidays=days, closed=[datetime.date(2026, 12, 31)])
    assert calendar.holidays == {"2026-12-25": "Christmas Day", "2026-12-26": "Boxing Day"}
    assert calendar.closed == {"2026-12-31": ""}
    unordered = Calendar("x", time_zone="UTC", holidays={"12-26", "easter", "01-01", "12-25"})
    assert list(unordered.holidays) == ["01-01", "12-25", "12-26", "easter"]


# -- faults -----------------------------------------------------------------------------------------------------------


def faults_of(**fields: Any) -> dict[str, str]:
    with pytest.raises(InvalidConfiguration) as caught:
        Calendar(**{"name": "x", "time_zone": "UTC", **fields})
    return {fault.path: fault.problem for fault in caught.value.exceptions if isinstance(fault, InvalidValue)}


def test_all_faults_come_at_once() -> None:
    found = faults_of(
        name="",
        time_zone="Europe/Atlantis",
        weekly={"mon": ("08:00-12:00", "11:00-13:00"), "tuesdays": "08:00-09:00", "fri": "8-18", "sat": "09:00-09:00"},
        holidays=("02-30", "2026-02-29", "easter monday", "easter+201", 7, "12-25", "12-25"),
        closed={"2026-08-14..2026-08-03": "", "2026-01-01..2027-01-02": "", "13-01..13-02": "", "12-31": None},
        special={"2026-12-24": (), "02-31": "10:00-12:00", "03-03": "25:00-26:00"},
    )
    holidays = [f"holidays[{index}]" for index in (0, 1, 2, 3, 4, 6)]
    closed = ["2026-08-14..2026-08-03", "2026-01-01..2027-01-02", "13-01..13-02", "12-31"]
    assert list(found) == [
        *("name", "time_zone", "weekly.mon", "weekly.tuesdays", "weekly.fri", "weekly.sat"),
        *holidays,
        *(f"closed.{day}" for day in closed),
        *("special.2026-12-24", "special.02-31", "special.03-03"),
    ]
    assert found["weekly.mon"] == "must not have hours that overlap: 11:00-13:00 begins before 12:00"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"weekly": {"mon-fri": "08:00-18:00", "fri": "08:00-14:00"}}, "weekly.fri"),
        ({"weekly": {"mon": "22:00-06:00", "tue": "05:00-12:00"}}, "weekly.tue"),
        ({"weekly": {"sun": "22:00-06:00", "mon": "05:59-12:00"}}, "weekly.mon"),
        ({"weekly": "08:00-18:00"}, "weekly"),
        ({"weekly": {"mon": 8}}, "weekly.mon"),
        ({"weekly": {1: "08:00-18:00"}}, "weekly.1"),
        ({"weekly": {"mon": "24:00-06:00"}}, "weekly.mon"),
        ({"holidays": "12-25"}, "holidays"),
        ({"holidays": [datetime.datetime(2026, 1, 1)]}, "holidays[0]"),
        ({"holidays": ["1899-12-31"]}, "holidays[0]"),
        ({"special": ["12-24"]}, "special"),
        ({"special": {"2026-12-25": "08:00-09:00"}, "holidays": ["2026-12-25"]}, "special.2026-12-25"),
        ({"special": {"2026-08-05": "08:00-09:00"}, "closed": ["2026-08-03..2026-08-14"]}, "special.2026-08-05"),
        ({"special": {"12-25": "08:00-09:00"}, "holidays": ["12-24..12-26"]}, "special.12-25"),
        ({"special": {"easter+0": "08:00-09:00"}, "holidays": ["easter"]}, "special.easter"),
        ({"special": {"12-24": "08:00-09:00", "12-24..12-26": "08:00-10:00"}}, "special.12-24..12-26"),
        ({"time_zone": "Europe"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"time_zone": 1}, "time_zone"),
    ],
)
def test_a_fault_has_its_path(fields: dict[str, Any], path: str) -> None:
    assert list(faults_of(**fields)) == [path]


def test_nights_that_touch_the_next_morning_are_fine() -> None:
    Calendar("x", time_zone="UTC", weekly={"mon": "22:00-06:00", "tue": "06:00-12:00"})
    Calendar("x", time_zone="UTC", weekly={"fri-mon": "08:00-24:00", "wed": ()})


@pytest.mark.parametrize("at", [float("nan"), float("inf"), "now", True, None, 1e12, -1e10])
def test_an_instant_is_a_number_of_these_centuries(at: Any) -> None:
    for read in (OFFICE.is_open, OFFICE.state, OFFICE.next_change, OFFICE.next_midnight):
        with pytest.raises(InvalidValue, match="^unix_s must"):
            read(at)


def test_open_time_refuses_what_lies_backwards_or_too_far() -> None:
    with pytest.raises(InvalidValue, match="^b must not be before a"):
        OFFICE.open_seconds(1.0, 0.0)
    with pytest.raises(InvalidValue, match="^b must be at most"):
        OFFICE.open_seconds(0.0, HORIZON_S + 1)
    with pytest.raises(InvalidValue, match="^seconds must be at least 0"):
        OFFICE.add_open_seconds(0.0, -1)


@pytest.mark.parametrize("at", [-2208988800.0, 32503680000.0])
def test_the_first_and_the_last_instant_can_be_asked(at: float) -> None:
    for calendar in (OFFICE, ~OFFICE, OFFICE | ~OFFICE, OFFICE & ~OFFICE):
        calendar.state(at)
        assert calendar.open_seconds(at, at) == 0.0
        assert calendar.add_open_seconds(at, 1.0) is not None or calendar == OFFICE & ~OFFICE


def test_easter_without_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dateutil.easter", None)
    Calendar("x", time_zone="UTC", holidays=["12-25", "last monday of may"])
    with pytest.raises(MissingExtra, match="rules"):
        Calendar("x", time_zone="UTC", holidays=["easter+1"])


# -- values -----------------------------------------------------------------------------------------------------------


def test_it_is_a_value_in_normal_form() -> None:
    one = Calendar("x", time_zone="UTC", weekly={"Monday-tue": "13:00-00:00, 08:00 - 12:00"}, holidays=["Easter + 1"])
    other = Calendar(
        "x",
        time_zone="UTC",
        weekly={"tue": ["08:00-12:00", "13:00-24:00"], "mon": ("08:00-12:00", "13:00-24:00"), "sun": ()},
        holidays={"easter+1": ""},
    )
    assert one == other and hash(one) == hash(other)
    assert repr(one) == (
        "Calendar(name='x', time_zone='UTC', weekly={'mon': ('08:00-12:00', '13:00-24:00'), "
        "'tue': ('08:00-12:00', '13:00-24:00')}, holidays={'easter+1': ''}, closed={}, special={})"
    )
    with pytest.raises(AttributeError):
        one.name = "y"  # type: ignore[misc]


@pytest.mark.parametrize("value", [OFFICE, OFFICE | ~OFFICE, (OFFICE & OFFICE) | OFFICE], ids=["one", "any", "nested"])
def test_it_goes_through_json_pickle_and_copy(value: Any) -> None:
    assert from_data(json.loads(json.dumps(value.to_data()))) == value
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value == copy.copy(value)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({}, "type"),
        (None, "type"),
        ({"type": ["Calendar"]}, "type"),
        ({"type": "Calendar", "name": "x", "time_zone": "UTC", "hours": {}}, "hours"),
        ({"type": "Calendar", "name": "x"}, "time_zone"),
        ({"type": "AnyOpen", "parts": [{"type": "Opposite"}]}, "parts[0].part"),
        ({"type": "AllOpen", "parts": [{"type": "Nothing"}]}, "parts[0].type"),
        ({"type": "AllOpen", "parts": 3}, "parts"),
        ({"type": "AllOpen", "parts": []}, "parts"),
    ],
)
def test_data_of_no_calendar_is_refused(data: Any, path: str) -> None:
    with pytest.raises((InvalidValue, InvalidConfiguration)) as caught:
        from_data(data)
    faults = caught.value.exceptions if isinstance(caught.value, InvalidConfiguration) else (caught.value,)
    assert [fault.path for fault in faults] == [path]


def test_data_that_is_too_deep_is_refused() -> None:
    data: dict[str, Any] = OFFICE.to_data()
    for _ in range(5000):
        data = {"type": "Opposite", "part": data}
    with pytest.raises(InvalidValue, match="deep"):
        from_data(data)


# -- together ---------------------------------------------------------------------------------------------------------

MORNING = Calendar("morning", time_zone="UTC", weekly={"mon-sun": "08:00-12:00"})
NOON = Calendar("noon", time_zone="UTC", weekly={"mon-sun": "11:00-13:00"}, holidays={"2026-06-24": "Feast"})


def test_any_all_and_the_opposite() -> None:
    since, until = utc("2026-06-23T00:00"), utc("2026-06-24T00:00")
    assert openings(MORNING | NOON, since, until) == [(utc("2026-06-23T08:00"), utc("2026-06-23T13:00"))]
    assert openings(MORNING & NOON, since, until) == [(utc("2026-06-23T11:00"), utc("2026-06-23T12:00"))]
    assert openings(~MORNING, since, until) == [
        (since, utc("2026-06-23T08:00")),
        (utc("2026-06-23T12:00"), until),
    ]
    assert (MORNING | ~MORNING).next_change(since) is None and (MORNING | ~MORNING).is_open(since)
    assert (MORNING & ~MORNING).next_change(since) is None and not (MORNING & ~MORNING).is_open(since)


def test_together_the_state_is_told_by_who_decides_it() -> None:
    feast = utc("2026-06-24T11:30")
    assert (MORNING & NOON).state(feast) == OpenState(False, OpenReason.HOLIDAY, utc("2026-06-25T11:00"), "Feast")
    assert (NOON | MORNING).state(feast) == OpenState(True, OpenReason.HOURS, utc("2026-06-24T12:00"))
    assert (~NOON).state(feast) == OpenState(True, OpenReason.HOLIDAY, utc("2026-06-25T11:00"), "Feast")


def test_parts_of_the_same_kind_are_flattened_and_bounded() -> None:
    assert (MORNING | NOON | OFFICE).parts == (MORNING, NOON, OFFICE)
    assert (MORNING & (NOON & OFFICE)).parts == (MORNING, NOON, OFFICE)
    assert len(((MORNING & NOON) | OFFICE).parts) == 2
    assert ~~MORNING is MORNING
    with pytest.raises(InvalidConfiguration):
        AnyOpen([MORNING] * MOST_PARTS)
    with pytest.raises(InvalidConfiguration):
        AllOpen([MORNING, 3])  # type: ignore[list-item]
    with pytest.raises(InvalidConfiguration):
        AllOpen([])
    with pytest.raises(InvalidType):
        Opposite(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        MORNING | 3  # type: ignore[operator]
    deep: Any = MORNING
    for _ in range(MOST_PARTS - 1):
        deep = Opposite(deep)
    with pytest.raises(InvalidValue, match="^part must be fewer"):
        Opposite(deep)


# -- words ------------------------------------------------------------------------------------------------------------


def test_the_hours_in_words() -> None:
    calendar = Calendar(
        "x",
        time_zone="Europe/Berlin",
        weekly={"mon-thu": "08:00-18:00", "fri": "22:00-06:00"},
        holidays={"easter-2": "Karfreitag", "orthodox easter+3": "", "12-25..12-26": "Weihnachten"},
        closed=["last monday of may", "first friday of every month", "monday before 05-25", "2026-08-03"],
        special={"12-24": ("08:00-10:00", "11:00-12:00")},
    )
    assert calendar.describe().splitlines() == [
        "Monday to Thursday: 08:00-18:00",
        "Friday: 22:00-06:00 (of the next day)",
        "Saturday to Sunday: closed",
        "Special hours: 24 December: 08:00-10:00, 11:00-12:00",
        "Closed on: Good Friday (Karfreitag), Orthodox 3 days after Easter Sunday, 25 December to 26 December "
        "(Weihnachten), last Monday of May, first Friday of every month, Monday before 25 May, 3 August 2026",
        "All times are those of Europe/Berlin.",
    ]
    assert calendar.describe("de").splitlines() == [
        "Montag bis Donnerstag: 08:00-18:00",
        "Freitag: 22:00-06:00 (am nächsten Tag)",
        "Samstag bis Sonntag: geschlossen",
        "Sonderzeiten: 24. Dezember: 08:00-10:00, 11:00-12:00",
        "Geschlossen: Karfreitag, 3 Tage nach Ostersonntag (orthodox), 25. Dezember bis 26. Dezember (Weihnachten), "
        "letzter Montag im Mai, erster Freitag im Monat, Montag vor dem 25. Mai, 3. August 2026",
        "Alle Zeiten sind die von Europe/Berlin.",
    ]
    with pytest.raises(InvalidValue, match="^lang must be one of en, de"):
        calendar.describe("fr")


def test_a_combination_in_words() -> None:
    assert (MORNING & ~NOON).describe().splitlines() == [
        "Open when all of these are open:",
        "- Monday to Sunday: 08:00-12:00",
        "  All times are those of UTC.",
        "- Open when this is closed:",
        "  - Monday to Sunday: 11:00-13:00",
        "    Closed on: 24 June 2026 (Feast)",
        "    All times are those of UTC.",
    ]


@pytest.mark.parametrize(
    ("special", "path"),
    [
        ({"12-24": "22:00-06:00", "12-25": "05:00-12:00"}, "special.12-25"),
        ({"12-31": "22:00-06:00", "01-01": "05:00-12:00"}, "special.01-01"),
        ({"2026-12-24": "22:00-06:00", "12-25": "05:00-12:00"}, "special.12-25"),
        ({"12-24": "22:00-06:00", "2031-12-25": "05:00-12:00"}, "special.2031-12-25"),
        ({"easter": "22:00-06:00", "easter+1": "05:00-12:00"}, "special.easter+1"),
        ({"02-29": "22:00-06:00", "03-01": "05:00-12:00"}, "special.03-01"),
        ({"12-20..12-23": ("05:00-09:00", "22:00-06:00")}, "special.12-20..12-23"),
    ],
)
def test_nights_of_special_days_that_overlap_the_next(special: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        Calendar("x", time_zone="UTC", special=special)
    (fault,) = caught.value.exceptions
    assert isinstance(fault, InvalidValue) and fault.path == path
    assert "must not have hours that overlap: those of" in fault.problem and "end at 06:00" in fault.problem


@pytest.mark.parametrize(
    "special",
    [
        {"12-24": "22:00-06:00", "12-25": "06:00-12:00"},
        {"easter": "22:00-06:00", "04-02": "05:00-12:00"},  # in some years only
        {"12-24": "08:00-24:00", "12-25": "00:00-12:00"},
    ],
)
def test_nights_of_special_days_that_do_not(special: dict[str, Any]) -> None:
    Calendar("x", time_zone="UTC", special=special)


def test_a_day_off_between_special_nights() -> None:
    night = {"12-24": "22:00-06:00", "2026-12-25": "05:00-12:00"}
    assert Calendar("x", time_zone="UTC", special={**night, "2026-12-24": "08:00-12:00"}), "no night in that year"
    Calendar("x", time_zone="UTC", special={"2026-12-24": "22:00-06:00", "12-25": "05:00-12:00"}, closed=["2026-12-25"])
    every_year = {"12-24": "22:00-06:00", "12-25": "05:00-12:00"}
    with pytest.raises(InvalidConfiguration):
        Calendar("x", time_zone="UTC", special=every_year, closed=["2026-12-25"])
