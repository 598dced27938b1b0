"""Playing a log to methods: what they are told, when they are asked, and what they said.

Nothing is judged here (`scores`), and nothing of a log's future is handed on: a method sees moves and calls, never the
records.
"""

from __future__ import annotations

import dataclasses
import heapq
import itertools
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from routekit.errors import LogError, RoutekitError
from routekit.estimation.backtest.methods import Entry, Forecast, Setting
from routekit.estimation.backtest.moves import DAY_S, Call, Kind, Log, Record
from routekit.estimation.backtest.period import Period, refuse_own_days

__all__ = ["LEVELS", "BadForecast", "Estimate", "Played", "play"]

LEVELS = tuple(percent / 100 for percent in range(10, 100, 5))
"""The levels at which quantiles are compared with what happened: 0.10, 0.15, ... 0.95."""

_WEEK = 7


class BadForecast(RoutekitError, ValueError):
    """A method said something that is no forecast: `method`, and the `call` it was asked for."""

    def __init__(self, problem: str, *, method: str, call: str) -> None:
        super().__init__(f"the method {method!r}, asked for call {call!r}, {problem}")
        self.method = method
        self.call = call


@runtime_checkable
class _Trains(Protocol):
    def fit(self) -> None: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """What a method said of one call. `levels` are its quantiles at LEVELS, where it has them."""

    mean: float
    p50: float
    p80: float
    p90: float
    levels: tuple[float, ...] | None


@dataclasses.dataclass(frozen=True)
class Played:
    """A log that was played. For each method, `said` has what it said of each of `records`, None where nothing.

    `records` are the general calls of the scored part that got in line, in the order of joining. Their times count from
    the first midnight of the training log, if there is one; scoring begins at `from_s`.
    """

    log: Log
    train: Log | None
    train_days: int
    from_s: float
    methods: tuple[Entry, ...]
    records: tuple[Record, ...]
    said: dict[str, tuple[Estimate | None, ...]]
    model: Path | None = None
    """The saved model that was taken up, if any."""
    model_days: Period | None = None
    """The days on which it was trained."""


def play(
    log: Log,
    methods: Sequence[Entry],
    *,
    train: Log | None = None,
    train_days: int = 0,
    seed: int = 0,
    model: Path | None = None,
    save_model: Path | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Played:
    """Tell each method what happened, move by move, and ask it at every general call that joins the line.

    `train` is played before; or the first `train_days` days of the log are. Methods are asked there, too, and what
    they say is not scored. A method that learns a model takes up a saved `model` instead, and writes what it learns to
    `save_model`. `progress` is told moves and of how many, some hundred times.

    LogError if the training log has days of the log that is scored, or `train_days` leave nothing to score. ModelError
    for a model that was trained on days that are scored, does not say on which, or does not fit. BadForecast
    if a method says no finite numbers, negative ones, or quantiles that cross. Cost: that of the methods, and about
    2 us a move and method.
    """
    for one in filter(None, (train, log)):
        if not one.moves:
            raise LogError("no call of it joins a line or is served", path=one.source)
    model_days = None if model is None else Period.of_model(model)
    if model is not None and model_days is not None:
        refuse_own_days(model, model_days, log, train_days)
    # Before the log's clock is moved: a model knows days as its log has them.
    trained_on = _trained_on(log, train, train_days)
    if train is not None:
        log = _behind(log, train)
        first = train.first_date
        from_s = log.from_s
    else:
        first, from_s = log.first_date, train_days * DAY_S
    if train_days and train_days >= log.days:
        raise LogError(
            f"{train_days} days of training leave nothing to score: the log covers {log.days}", path=log.source
        )
    setting = Setting(
        seed=seed, format=log.format, first_date=first, model=model, trained=trained_on, save_model=save_model
    )
    players = [_Player(entry, setting) for entry in methods]
    # A training log that ends after midnight may end behind the first calls of the next.
    parts = (log.moves,) if train is None else (train.moves, log.moves)
    moves = list(heapq.merge(*parts, key=lambda move: (move.at, move.order)))
    trained = not (train is not None or train_days)
    every = max(1, len(moves) // 200)
    for number, move in enumerate(moves):
        if progress is not None and not number % every:
            progress(number, len(moves))
        if not trained and move.at >= from_s:
            trained = True
            for player in players:
                player.fit()
        call, kind = move.call, move.kind
        if call.general and (kind is Kind.ASK or (kind is Kind.JOIN and call.joined_s == move.at)):
            for player in players:
                player.ask(call, move.at, keep=move.at >= from_s)
        if kind is not Kind.ASK:
            for player in players:
                player.method.observe(move)
    if progress is not None:
        progress(len(moves), len(moves))
    asked = players[0].said if players else {}
    records = tuple(record for record in log.records if record.call.key in asked)
    return Played(
        log=log,
        train=train,
        train_days=train_days,
        from_s=from_s,
        methods=tuple(methods),
        records=records,
        said={player.entry.name: tuple(player.said[record.call.key] for record in records) for player in players},
        model=model,
        model_days=model_days,
    )


def _trained_on(log: Log, train: Log | None, train_days: int) -> Period | None:
    """The days of the training part, where there is one."""
    if train is not None:
        return Period.of_log(train)
    return Period.of_log(log, train_days) if train_days else None


class _Player:
    """A method and what it said, by the key of the call."""

    def __init__(self, entry: Entry, setting: Setting) -> None:
        self.entry = entry
        self.method = entry.make(setting)
        self.said: dict[int, Estimate | None] = {}

    def fit(self) -> None:
        if isinstance(self.method, _Trains):
            self.method.fit()

    def ask(self, call: Call, at: float, *, keep: bool) -> None:
        found = self.method.estimate(call, at)
        if keep:
            self.said[call.key] = None if found is None else _checked(found, self.entry.name, call.id)


def _checked(found: Forecast, method: str, call: str) -> Estimate:
    levels = None
    if found.quantile is not None:
        levels = tuple(found.quantile(level) for level in LEVELS)
    for numbers in ((found.p50, found.p80, found.p90), levels or ()):
        if not all(math.isfinite(number) and number >= 0.0 for number in (found.mean, *numbers)):
            raise BadForecast(
                f"said no finite numbers of at least 0: {found.mean}, {numbers}", method=method, call=call
            )
        if any(one > other for one, other in itertools.pairwise(numbers)):
            raise BadForecast(f"said quantiles that cross: {numbers}", method=method, call=call)
    return Estimate(found.mean, found.p50, found.p80, found.p90, levels)


def _behind(log: Log, train: Log) -> Log:
    """The log, moved so that its clock goes on where that of the training log ends.

    By its dates where they come later; else by whole weeks, so that days of the week stay what they are.
    """
    keys = 1 + max(move.call.key for move in train.moves)
    if log.first_date is not None and train.first_date is not None:
        days = (log.first_date - train.first_date).days
        if days < train.days and -days < log.days:
            raise LogError("the training log has days of the log that is scored", path=train.source)
        if days >= train.days:
            return log.later(days * DAY_S, keys)
        weeks = -(-(train.days - days) // _WEEK)
        return log.later((days + weeks * _WEEK) * DAY_S, keys)
    known = {(move.call.id, move.call.entered_s) for move in train.moves}
    again = len(known.intersection((move.call.id, move.call.entered_s) for move in log.moves))
    if again:
        problem = f"the training log has {again} contacts of the log that is scored, with the same id and time"
        raise LogError(f"{problem}: train on others, or give one log and --train-days", path=train.source)
    return log.later(-(-train.days // _WEEK) * _WEEK * DAY_S, keys)
