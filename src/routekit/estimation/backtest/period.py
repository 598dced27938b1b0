"""Which days a log covers, and on which days a saved model was trained: so that no model is scored on its own days.

Only days are compared here. What is done with them is the affair of `play` and `trained`.

A day is a date where the log's layout has dates, and else its number on the log's own clock: day 1 begins at second 0.
So two logs without dates that both begin at second 0 have the same days, as far as anybody can tell.
"""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any

from routekit.errors import ModelError
from routekit.estimation.backtest.moves import DAY_S, Log
from routekit.estimation.learned import extra_of

__all__ = ["Period", "refuse_own_days"]

Day = datetime.date | int


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """The first and the last day of something, both in it: dates, or numbers of days from 1.

    >>> Period(1, 3).as_data()
    {'from': 1, 'to': 3}
    >>> print(Period(datetime.date(1999, 8, 1), datetime.date(1999, 8, 3)))
    1999-08-01 to 1999-08-03
    """

    first: Day
    last: Day

    @classmethod
    def of_log(cls, log: Log, days: int | None = None) -> Period:
        """The days of a log as it was read, or the first `days` of them. Cost: O(moves)."""
        found = _days(log)
        begin = int(log.from_s // DAY_S)
        return cls(_day(log, min(found)), _day(log, max(found) if days is None else begin + days - 1))

    @classmethod
    def of_model(cls, path: Path) -> Period:
        """The days on which a saved model was trained. ModelError where its file does not say, or is no model."""
        extra = extra_of(path)
        given = extra.get("trained") if isinstance(extra, dict) else None
        try:
            first, last = (_read(given[name]) for name in ("from", "to"))  # type: ignore[index]  # TypeError is caught
            right = type(first) is type(last) and first <= last  # type: ignore[operator]  # of one type here
        except (KeyError, TypeError, ValueError) as fault:
            raise ModelError(path=str(path), problem=_UNSAID) from fault
        if not right:
            raise ModelError(path=str(path), problem=_UNSAID)
        return cls(first, last)

    def as_data(self) -> dict[str, Any]:
        """Plain data: dates as text, numbers as they are."""
        return {"from": _plain(self.first), "to": _plain(self.last)}

    def __str__(self) -> str:
        return f"{_shown(self.first)} to {_shown(self.last)}"


_UNSAID = "does not say on which days it was trained: train it again"


def refuse_own_days(path: Path, trained: Period, log: Log, train_days: int = 0) -> None:
    """ModelError where days that are scored, those of a log after its first `train_days`, are the model's own."""
    begin = int(log.from_s // DAY_S) + train_days
    scored = [_day(log, number) for number in sorted(_days(log)) if number >= begin]
    own = [day for day in scored if type(day) is type(trained.first) and trained.first <= day <= trained.last]  # type: ignore[operator]  # of one type here
    if not own:
        return
    said = ", ".join(_shown(day) for day in own[:3]) + (f" and {len(own) - 3} more" if len(own) > 3 else "")
    problem = f"was trained on {trained}, and {log.source} has {said}: score it on other days"
    if isinstance(trained.first, int):
        problem += " (days without dates are counted from second 0, so let the times of a later log go on from there)"
    raise ModelError(path=str(path), problem=problem)


def _days(log: Log) -> set[int]:
    return {int(move.call.entered_s // DAY_S) for move in log.moves}


def _day(log: Log, number: int) -> Day:
    return number + 1 if log.first_date is None else log.first_date + datetime.timedelta(days=number)


def _read(given: Any) -> Day:
    if isinstance(given, str):
        return datetime.date.fromisoformat(given)
    if type(given) is not int:
        raise TypeError("is no day")
    return given


def _plain(day: Day) -> str | int:
    return day if isinstance(day, int) else day.isoformat()


def _shown(day: Day) -> str:
    return f"day {day}" if isinstance(day, int) else day.isoformat()
