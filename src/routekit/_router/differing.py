"""The parts that a snapshot is made of: what of a record is not as usual, timers, and values that many share.

Only these means live here, each with its way back. Which fields of which record there are is said where that record is
written: `contact_rows` for contacts, `snapshot` and `restoring` for all else. Nothing is trusted on the way back: a
number where text should be, or a name that no field has, is a `SnapshotError`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from routekit._kernel.timers import Timer
from routekit._model import from_data, to_data
from routekit._numbers import MOST_TIME, finite_float
from routekit._router.state import State
from routekit.errors import SnapshotError

__all__ = [
    "Shared",
    "Usual",
    "arm",
    "broken",
    "differing",
    "flags",
    "listed_texts",
    "must_arm",
    "numbers",
    "seconds",
    "settle",
    "shared",
    "texts",
    "timer_data",
    "uncollected",
    "whole_number",
]

Usual: TypeAlias = Mapping[str, tuple[Any, Callable[[Any, str], Any]]]
"""What fields of a record usually hold, by name: what a new record has, and what makes sure of another value."""


_MOST = 1 << 62


def broken(problem: str) -> SnapshotError:
    """The error for a snapshot that was changed on the way, or cut short."""
    return SnapshotError(f"this is no whole snapshot: {problem}")


# -- what is not as usual ---------------------------------------------------------------------------------------------


def whole_number(value: Any, what: str) -> int:
    """An int that the compiled build can hold, and nothing that is merely a number."""
    if type(value) is not int or not -_MOST < value < _MOST:
        raise broken(f"{what} must be a whole number, not {value!r}")
    return value


def _flag(value: Any, what: str) -> bool:
    if type(value) is not bool:
        raise broken(f"{what} must be True or False, not {value!r}")
    return value


def _text(value: Any, what: str) -> str:
    if type(value) is not str:
        raise broken(f"{what} must be a str, not {value!r}")
    return value


def listed_texts(value: Any, what: str) -> tuple[str, ...]:
    """A list of texts."""
    if type(value) is not list:
        raise broken(f"{what} must be a list, not {value!r}")
    return tuple([_text(item, what) for item in value])


def moment(value: Any, what: str) -> float:
    """A time, within what commands take and what is added to it."""
    time = finite_float(value, what)
    if not -2.0 * MOST_TIME <= time <= 2.0 * MOST_TIME:
        raise broken(f"{what} is no time: {value!r}")
    return time


def numbers(*names: str) -> Usual:
    """Fields that count, and begin at 0."""
    return dict.fromkeys(names, (0, whole_number))


def flags(*names: str, usual: bool = False) -> Usual:
    """Fields that are True or False."""
    return dict.fromkeys(names, (usual, _flag))


def seconds(*names: str, usual: float | None = 0.0) -> Usual:
    """Fields that hold times, durations or other floats."""
    return dict.fromkeys(names, (usual, finite_float))


def texts(*names: str, usual: str | None = None) -> Usual:
    """Fields that hold text."""
    return dict.fromkeys(names, (usual, _text))


def differing(record: Any, usual: Usual) -> dict[str, Any]:
    """Those of the fields that do not hold what is usual, as plain data."""
    data = {}
    for name, (value, _) in usual.items():
        held = getattr(record, name)
        if held != value:
            data[name] = held
    return data


def settle(record: Any, data: Mapping[str, Any], usual: Usual) -> None:
    """Set the fields of a new record that `differing` has written."""
    for name, value in data.items():
        field = usual.get(name)
        if field is None:
            raise broken(f"a {type(record).__name__} has no {name!r}")
        setattr(record, name, field[1](value, name))


# -- timers -----------------------------------------------------------------------------------------------------------


def timer_data(timer: Timer | None) -> list[Any] | None:
    """A timer as its duration, the time when it is due, and its sequence."""
    return None if timer is None else [timer.duration, timer.due, timer.seq]


def arm(state: State, kind: int, data: Any, item: object) -> Timer | None:
    """The timer of what `timer_data` has written, armed for an item."""
    if data is None:
        return None
    duration, due, seq = data
    return state.timers.restore(
        kind, finite_float(duration, "duration"), finite_float(due, "due"), whole_number(seq, "seq"), item
    )


def must_arm(state: State, kind: int, data: Any, item: object) -> Timer:
    """The same of a timer that has to be there."""
    timer = arm(state, kind, data, item)
    if timer is None:
        raise broken("a deadline is missing")
    return timer


# -- values that many share -------------------------------------------------------------------------------------------


class Shared:
    """A table of values of the model, each written once; what has one writes its number.

    Two values are one here if their data is, to the letter: 1 and 1.0 are not. The values must live as long as this.
    """

    def __init__(self) -> None:
        self.data: list[dict[str, Any]] = []
        self._by_identity: dict[int, int] = {}
        self._by_text: dict[str, int] = {}

    def number(self, value: Any) -> int:
        """The number of a value in the table. Cost: one look, for one that is met again."""
        number = self._by_identity.get(id(value))
        if number is None:
            data = to_data(value)
            number = self._by_text.setdefault(repr(data), len(self.data))
            if number == len(self.data):
                self.data.append(data)
            self._by_identity[id(value)] = number
        return number


def shared(data: Any, kind: type[Any]) -> dict[int, Any]:
    """The values of a table that `Shared` has written, by number."""
    values = {number: from_data(item) for number, item in enumerate(data)}
    for value in values.values():
        if type(value) is not kind:
            raise broken(f"{value!r} stands where a {kind.__name__} must be")
    return values


# -- many at a time ---------------------------------------------------------------------------------------------------


@contextmanager
def uncollected() -> Iterator[None]:
    """Have no garbage collected meanwhile: nothing of what is being made is any, and going through it all again and
    again costs more than making it. Only around what calls nothing of an app's.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
