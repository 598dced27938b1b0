"""How good estimates were: plain sums over what was said and what came of it.

Only figures are made here; `report` and the command line show them. Who counts is the target's affair: of those who
hung up nobody knows how long they would have waited, so they are in no figure, and their number is told.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from routekit.errors import InvalidValue
from routekit.estimation.backtest.methods import defaults
from routekit.estimation.backtest.moves import DAY_S, Fate, Log, Record
from routekit.estimation.backtest.play import LEVELS, Estimate, Played

__all__ = ["TARGETS", "Hour", "Result", "Scores", "result", "score"]

_Pair = tuple[Estimate, float]


def _answered_waiting(record: Record) -> bool:
    return record.fate is Fate.ANSWERED and record.waited_s is not None and record.waited_s > 0.0


TARGETS: dict[str, Callable[[Record], bool]] = {"answered-waiting": _answered_waiting}
"""Which calls the scores are over. `answered-waiting`: general calls that waited and were then served."""


@dataclasses.dataclass(frozen=True)
class Hour:
    """What a method did for those who joined in one hour of the day: None where there was nobody."""

    hour: int
    n: int
    mae: float
    bias: float


@dataclasses.dataclass(frozen=True)
class Scores:
    """The figures of one method, in seconds where they are no shares; None where there is nothing to say it of.

    `rmse` is that of the mean, `mae` that of the median, `bias` the mean of what was said less the truth: above 0, it
    said too much; `median_error` is the median distance of the median. `rrase` is `rmse` over the mean wait. A coverage
    is the share of waits that were at most the quantile; `pinball` the mean pinball loss of a quantile. `silent` counts
    those for whom it had too little data; they are in no other figure. `observed` has for each of LEVELS the coverage,
    where the method says all these quantiles.
    """

    n: int
    silent: int
    rmse: float | None
    mae: float | None
    bias: float | None
    median_error: float | None
    rrase: float | None
    coverage_p80: float | None
    coverage_p90: float | None
    n_by_day: dict[str, int]
    coverage_p80_by_day: dict[str, float]
    coverage_p90_by_day: dict[str, float]
    pinball_p80: float | None
    pinball_p90: float | None
    observed: tuple[float, ...] | None
    by_hour: tuple[Hour, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain data."""
        data = dataclasses.asdict(self)
        data["observed"] = None if self.observed is None else dict(
            zip(map(str, LEVELS), self.observed, strict=True)
        )  # fmt: skip
        data["by_hour"] = [dataclasses.asdict(hour) for hour in self.by_hour]
        return data


@dataclasses.dataclass(frozen=True)
class Result:
    """All of a backtest: the figures of each method, over whom, and of whom nobody can tell.

    `targets` are the places in `played.records` of those who count. `default` and `quick` name the methods for the full
    and the quick effort without training. `censored` counts the general calls that hung up waiting, `vanished` those
    that were gone when they were handed over or had no service, `open` those of whom the log does not tell the end.
    """

    played: Played
    target: str
    targets: tuple[int, ...]
    methods: dict[str, Scores]
    default: str
    quick: str
    mean_wait_s: float | None
    censored: int
    vanished: int
    open: int

    def as_data(self) -> dict[str, Any]:
        """Plain data, as `--json` prints it."""
        played = self.played
        return {
            "log": _log_data(played.log),
            "train": None if played.train is None else _log_data(played.train),
            "train_days": played.train_days,
            **_model_data(played),
            "target": self.target,
            "n": len(self.targets),
            "mean_wait_s": self.mean_wait_s,
            "censored": self.censored,
            "vanished": self.vanished,
            "open": self.open,
            "default": self.default,
            "quick": self.quick,
            "methods": {name: scores.as_data() for name, scores in self.methods.items()},
        }


def _model_data(played: Played) -> dict[str, Any]:
    """The saved model under its key, where one was taken up."""
    if played.model is None or played.model_days is None:
        return {}
    return {"model": {"path": str(played.model), "trained": played.model_days.as_data()}}


def _log_data(log: Log) -> dict[str, Any]:
    return {
        "source": log.source,
        "format": log.format,
        "rows": log.rows,
        "skipped": len(log.problems),
        "days": log.days,
        "moves": len(log.moves),
    }


def result(played: Played, target: str = "answered-waiting") -> Result:
    """Score what was played. InvalidValue for a target that is not known. Cost: O(estimates)."""
    if target not in TARGETS:
        raise InvalidValue(path="target", value=target, problem=f"must be one of {', '.join(TARGETS)}")
    wanted = TARGETS[target]
    targets = tuple(number for number, record in enumerate(played.records) if wanted(record))
    days = [day_of(played, record) for record in played.records]
    waits = [played.records[number].waited_s or 0.0 for number in targets]
    default, quick = defaults()
    fates = [record.fate for record in played.records if record.waited_s is None or record.waited_s > 0.0]
    return Result(
        played=played,
        target=target,
        targets=targets,
        methods={
            name: score(
                [said[number] for number in targets],
                waits,
                [days[number] for number in targets],
                [int((played.records[number].call.joined_s or 0.0) % DAY_S // 3600.0) for number in targets],
            )
            for name, said in played.said.items()
        },
        default=default,
        quick=quick,
        mean_wait_s=_mean(waits),
        censored=fates.count(Fate.HUNG_UP),
        vanished=fates.count(Fate.VANISHED),
        open=fates.count(Fate.OPEN),
    )


def day_of(played: Played, record: Record) -> str:
    """The day on which a call joined, as a date, or as its number where the layout knows no dates."""
    if played.log.first_date is not None:
        return record.joined.partition(" ")[0]
    return f"day {1 + int(((record.call.joined_s or 0.0) - played.from_s + played.train_days * DAY_S) // DAY_S)}"


def score(said: Sequence[Estimate | None], waits: Sequence[float], days: Sequence[str], hours: Sequence[int]) -> Scores:
    """The figures of what was said of calls whose waits, days and hours are these. Cost: O(n)."""
    places = [place for place, one in enumerate(said) if one is not None]
    pairs: list[_Pair] = [(one, waits[place]) for place, one in enumerate(said) if one is not None]
    mse = _mean([(one.mean - wait) ** 2 for one, wait in pairs])
    rmse = None if mse is None else math.sqrt(mse)
    errors = [abs(one.p50 - wait) for one, wait in pairs]
    n_by_day: dict[str, int] = {}
    for place in places:
        n_by_day[days[place]] = n_by_day.get(days[place], 0) + 1
    mean = _mean([wait for _, wait in pairs])
    with_levels = [(one.levels, wait) for one, wait in pairs if one.levels is not None]
    return Scores(
        n=len(pairs),
        silent=len(said) - len(pairs),
        rmse=rmse,
        mae=_mean(errors),
        bias=_mean([one.mean - wait for one, wait in pairs]),
        median_error=statistics.median(errors) if errors else None,
        rrase=rmse / mean if rmse is not None and mean else None,
        coverage_p80=_mean([wait <= one.p80 for one, wait in pairs]),
        coverage_p90=_mean([wait <= one.p90 for one, wait in pairs]),
        n_by_day=n_by_day,
        coverage_p80_by_day=_by_day(
            (days[place], one.p80, wait) for place, (one, wait) in zip(places, pairs, strict=True)
        ),
        coverage_p90_by_day=_by_day(
            (days[place], one.p90, wait) for place, (one, wait) in zip(places, pairs, strict=True)
        ),
        pinball_p80=_mean([pinball(0.8, one.p80, wait) for one, wait in pairs]),
        pinball_p90=_mean([pinball(0.9, one.p90, wait) for one, wait in pairs]),
        observed=tuple(
            sum(wait <= levels[place] for levels, wait in with_levels) / len(with_levels)
            for place in range(len(LEVELS))
        )
        if with_levels and len(with_levels) == len(pairs)
        else None,
        by_hour=_by_hour([(hours[place], one, wait) for place, (one, wait) in zip(places, pairs, strict=True)]),
    )


def pinball(level: float, said: float, wait: float) -> float:
    """The pinball loss of a quantile: least in the mean where `said` is the quantile of that level.

    >>> pinball(0.9, 60.0, 70.0), pinball(0.75, 60.0, 40.0)
    (9.0, 5.0)
    """
    return level * (wait - said) if wait > said else (1.0 - level) * (said - wait)


def _by_day(covered: Iterable[tuple[str, float, float]]) -> dict[str, float]:
    days: dict[str, list[bool]] = {}
    for day, said, wait in covered:
        days.setdefault(day, []).append(wait <= said)
    return {day: sum(inside) / len(inside) for day, inside in days.items()}


def _by_hour(entries: Iterable[tuple[int, Estimate, float]]) -> tuple[Hour, ...]:
    hours: dict[int, list[_Pair]] = {}
    for hour, one, wait in entries:
        hours.setdefault(hour, []).append((one, wait))
    return tuple(
        Hour(
            hour,
            len(pairs),
            _mean([abs(one.p50 - wait) for one, wait in pairs]) or 0.0,
            _mean([one.mean - wait for one, wait in pairs]) or 0.0,
        )
        for hour, pairs in sorted(hours.items())
    )


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
