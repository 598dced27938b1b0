"""The methods that a backtest can play, by name: what a method is, and where each is entered.

Nothing estimates here. `baselines` enters the simple ones; whoever writes a better one enters it with `enter`.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from routekit.errors import InvalidValue
from routekit.estimation.backtest.moves import Call, Move
from routekit.estimation.backtest.period import Period
from routekit.estimation.laws import Law

__all__ = ["Entry", "Forecast", "Method", "Setting", "chosen", "defaults", "enter", "entries", "set_defaults"]


@dataclasses.dataclass(frozen=True, slots=True)
class Forecast:
    """What a method says to somebody who joins the line: the mean and three quantiles of the wait, in seconds.

    `quantile` gives any other quantile, where the method has them; it is asked at once and not kept.
    """

    mean: float
    p50: float
    p80: float
    p90: float
    quantile: Callable[[float], float] | None = None

    @classmethod
    def of(cls, law: Law) -> Forecast:
        """What a law says.

        >>> from routekit.estimation.laws import Points
        >>> Forecast.of(Points((0.5, 0.8, 0.9), (30.0, 60.0, 90.0), mean_s=40.0)).p80
        60.0
        """
        return cls(law.mean_s, law.quantile(0.5), law.quantile(0.8), law.quantile(0.9), law.quantile)


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a method may know before the first move."""

    seed: int = 0
    format: str = "bank"
    first_date: datetime.date | None = None
    """The date of time 0, for the day of the week."""
    model: Path | None = None
    """A saved model, for the methods that learn one: they need no training then."""
    trained: Period | None = None
    """The days of the training part, where there is one."""
    save_model: Path | None = None
    """Where such a method saves what it has learnt."""


class Method(Protocol):
    """A method under test. Both are called in the order of the moves; what it keeps in between is its own affair."""

    def observe(self, move: Move) -> None:
        """One thing happened."""

    def estimate(self, call: Call, at: float) -> Forecast | None:
        """How long `call`, which joins the line at `at`, will wait; None where there is too little data.

        Everything up to `at` has been observed but the joining itself, and those who join in the same second behind.
        """


@dataclasses.dataclass(frozen=True)
class Entry:
    """A method by its name. One that `trains` has a `fit()`, called once between the training and the scored part; it
    is only played where there is something to train on."""

    name: str
    make: Callable[[Setting], Method]
    says: str
    trains: bool = False


_ENTRIES: dict[str, Entry] = {}
_DEFAULTS = {"default": "", "quick": ""}


def enter(name: str, make: Callable[[Setting], Method], *, says: str, trains: bool = False) -> None:
    """Enter a method under its name; a second one of that name takes the place of the first."""
    _ENTRIES[name] = Entry(name, make, says, trains)


def set_defaults(*, default: str, quick: str) -> None:
    """Name the methods that stand for the full and the quick effort without training. Both must be entered."""
    for name in (default, quick):
        if name not in _ENTRIES:
            raise _unknown(name)
    _DEFAULTS.update(default=default, quick=quick)


def defaults() -> tuple[str, str]:
    """The names of the default method and of the quick one."""
    return _DEFAULTS["default"], _DEFAULTS["quick"]


def entries() -> tuple[Entry, ...]:
    """All methods, in the order in which they were entered."""
    return tuple(_ENTRIES.values())


def chosen(names: Iterable[str] | None, *, trained: bool) -> tuple[Entry, ...]:
    """The entries of these names, each once; None: all that can be played.

    InvalidValue for a name that is not known, and for one that trains where there is nothing to train on.
    """
    if names is None:
        return tuple(entry for entry in entries() if trained or not entry.trains)
    found: dict[str, Entry] = {}
    for name in names:
        if name not in _ENTRIES:
            raise _unknown(name)
        if _ENTRIES[name].trains and not trained:
            problem = "must be methods that need no training, where there is none (--train, --train-days)"
            raise InvalidValue(path="methods", value=name, problem=problem)
        found[name] = _ENTRIES[name]
    return tuple(found.values())


def _unknown(name: str) -> InvalidValue:
    return InvalidValue(path="methods", value=name, problem=f"must be some of {', '.join(_ENTRIES)}")
