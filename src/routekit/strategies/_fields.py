"""Converters and validators for the fields of strategies, which `attrs` calls with one value and no name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from routekit import _numbers
from routekit.errors import InvalidValue

__all__ = ["choice", "positive"]


def positive(what: str) -> Callable[[object], float]:
    """A converter to a finite float above 0 that names the field in its error."""

    def convert(value: object) -> float:
        return _numbers.positive(value, what)

    return convert


def choice(what: str, *allowed: str) -> Callable[[Any, Any, object], None]:
    """A validator for one of some words."""

    def validate(_self: Any, _attribute: Any, value: object) -> None:
        if value not in allowed:
            raise InvalidValue(path=what, value=value, problem="must be " + " or ".join(map(repr, allowed)))

    return validate
