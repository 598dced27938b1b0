"""How a piece of configuration settles its fields: all faults of a value are found, and raised together.

Only the means live here: the collector, and converters that tell a type checker what a constructor takes. What the
fields are, and what they may hold, is with the classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from routekit._frozen import FrozenMap, is_mapping
from routekit.errors import InvalidConfiguration, InvalidValue

__all__ = ["Faults", "floats", "memberships", "names", "names_or_none", "wholes"]


class Faults:
    """Settles the fields of a new configuration value, and collects what is wrong with them.

    An attrs validator stops at the first fault, so none is used: the fields of a new object are taken one by one
    here, replaced by their normal form, and all that could not be is raised together at the end.
    """

    def __init__(self, value: Any) -> None:
        self.value = value
        self.found: list[InvalidValue] = []

    def add(self, path: str, value: object, problem: str) -> None:
        self.found.append(InvalidValue(path=path, value=value, problem=problem))

    def call(self, check: Callable[..., Any], value: object, path: str, *args: Any) -> Any:
        try:
            return check(value, path, *args)
        except InvalidValue as fault:
            self.found.append(fault)
            return value

    def settle(self, name: str, value: object) -> None:
        object.__setattr__(self.value, name, value)

    def each(self, check: Callable[..., Any], *names: str, args: Any = (), optional: bool = False) -> None:
        """Check and normalise number fields."""
        for name in names:
            value = getattr(self.value, name)
            if not (optional and value is None):
                self.settle(name, self.call(check, value, name, *args))

    def text(self, name: str) -> None:
        value = getattr(self.value, name)
        if type(value) is not str or not value:
            self.add(name, value, "must be a str that is not empty")

    def flag(self, name: str) -> None:
        value = getattr(self.value, name)
        if type(value) is not bool:
            self.add(name, value, "must be True or False")

    def numbers(self, name: str, check: Callable[..., Any], *args: Any) -> None:
        """Check and freeze a mapping of names to numbers."""
        value = getattr(self.value, name)
        if not is_mapping(value):
            self.add(name, value, "must be a mapping of names to numbers")
            return
        settled = {}
        for key, number in value.items():
            if type(key) is not str or not key:
                self.add(name, key, "must have names that are str and not empty")
                continue
            settled[key] = self.call(check, number, f"{name}.{key}", *args)
        self.settle(name, FrozenMap(settled))

    def names(self, name: str) -> tuple[str, ...] | None:
        """Check a sequence of names, each there once, and make it a tuple in the given order."""
        value = getattr(self.value, name)
        if isinstance(value, str) or not isinstance(value, Iterable):
            self.add(name, value, "must be a sequence of names")
            return None
        settled = tuple(value)
        for index, item in enumerate(settled):
            if type(item) is not str or not item:
                self.add(f"{name}[{index}]", item, "must be a str that is not empty")
                return None
            if item in settled[:index]:
                self.add(f"{name}[{index}]", item, "must not be there twice")
        self.settle(name, settled)
        return settled

    def raise_any(self, title: str) -> None:
        if self.found:
            raise InvalidConfiguration(f"{title} cannot be made", self.found)


# What a constructor takes is more than what a field holds. These converters say so to a type checker; Faults does
# the converting afterwards, where all faults can be found.
def floats(value: Mapping[str, float]) -> Mapping[str, float]:
    return value


def wholes(value: Mapping[str, int]) -> Mapping[str, int]:
    return value


def names(value: Iterable[str]) -> tuple[str, ...]:
    return cast("tuple[str, ...]", value)


def names_or_none(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return cast("tuple[str, ...] | None", value)


def memberships(value: Iterable[str] | Mapping[str, int]) -> Mapping[str, int]:
    return cast("Mapping[str, int]", value)
