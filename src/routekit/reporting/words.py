"""Numbers as words, the same in a terminal and on a page. Nothing here knows where the words are put."""

from __future__ import annotations

import datetime

__all__ = ["NOTHING", "clock", "count", "day_name", "duration", "index", "percent", "printable", "seconds"]

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

NOTHING = "-"
"""What stands where there is no figure."""


def printable(text: str, instead: str = "?") -> str:
    """Text of a log without what could move a cursor or break a page: control characters become `instead`.

    >>> printable("ann" + chr(27) + "[31m")
    'ann?[31m'
    """
    return "".join(letter if letter.isprintable() else instead for letter in text)


def count(value: float | None) -> str:
    """A whole number with its thousands apart.

    >>> count(22002), count(None)
    ('22,002', '-')
    """
    return NOTHING if value is None else f"{value:,.0f}"


def percent(share: float | None) -> str:
    """A share of one as a percentage.

    >>> percent(0.60731), percent(1)
    ('60.7 %', '100.0 %')
    """
    return NOTHING if share is None else f"{100.0 * share:.1f} %"


def index(value: float | None) -> str:
    """An index from 0 to 1, fine enough to tell apart what is close to 1.

    >>> index(0.98412), index(None)
    ('0.984', '-')
    """
    return NOTHING if value is None else f"{value:.3f}"


def seconds(value: float | None) -> str:
    """A wait, in seconds while that is what people think in, then in minutes, then in hours.

    >>> seconds(34.49), seconds(0), seconds(304), seconds(9000), seconds(90000)
    ('34.5 s', '0.0 s', '5:04 min', '2:30 h', '25:00 h')
    """
    if value is None:
        return NOTHING
    if value < 99.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    minutes = round(value / 60)
    return f"{minutes // 60}:{minutes % 60:02d} h"


def duration(value: float | None) -> str:
    """A long time in hours, as a roster counts it.

    >>> duration(4492445.0)
    '1,247.9 h'
    """
    return NOTHING if value is None else f"{value / 3600.0:,.1f} h"


def clock(value: float) -> str:
    """A time of the day, from seconds since midnight.

    >>> clock(30600), clock(86400)
    ('08:30', '24:00')
    """
    minutes = int(value // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def day_name(day: int, first_date: datetime.date | None) -> str:
    """A day of a trace: its date where that is known, else its number.

    >>> day_name(1, datetime.date(1999, 8, 1)), day_name(1, None)
    ('Mon 2 Aug 1999', 'day 2')
    """
    if first_date is None:
        return f"day {day + 1}"
    try:
        date = first_date + datetime.timedelta(days=day)
    except OverflowError:
        return f"day {day + 1}"
    # Not strftime: it speaks the language of the machine.
    week = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[date.weekday()]
    return f"{week} {date.day} {_MONTHS[date.month - 1]} {date.year}"
