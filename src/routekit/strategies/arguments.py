"""What the arguments of strategies may be: a converter gives what the strategy keeps, a validator refuses.

Only arguments live here, whatever class they belong to; a fault is an `InvalidValue` whose path is the argument's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs

from routekit._frozen import FrozenMap, freeze_map
from routekit._numbers import (
    LEAST_HALF_LIFE,
    LEAST_SECONDS,
    LEAST_WEIGHT,
    MOST_RING,
    MOST_SECONDS,
    MOST_WEIGHT,
    whole,
    within,
)
from routekit.errors import InvalidValue

__all__ = [
    "choice",
    "every",
    "expected_s",
    "factors",
    "half_life",
    "limit",
    "optional_half_life",
    "promises",
    "shown",
    "target_s",
    "targets",
    "text",
    "weight",
    "weights",
    "within_s",
]

Validate: TypeAlias = "Callable[[Any, attrs.Attribute[Any], Any], None]"


def shown(strategy: Any) -> str:
    """The call that makes this value: attrs would write a field's own name where the argument has another."""
    fields = (f"{f.alias}={getattr(strategy, f.name)!r}" for f in attrs.fields(type(strategy)) if f.init)
    return f"{type(strategy).__name__}({', '.join(fields)})"


def choice(*known: str | None) -> Validate:
    """Refuse what is not one of the words listed."""

    def check(_strategy: object, argument: attrs.Attribute[Any], value: object) -> None:
        if (value is not None and not isinstance(value, str)) or value not in known:
            raise InvalidValue(
                path=str(argument.alias), value=value, problem=f"must be {' or '.join(map(repr, known))}"
            )

    return check


def text(_strategy: object, argument: attrs.Attribute[Any], value: object) -> None:
    """Refuse what is not a text, and an empty one."""
    if not isinstance(value, str) or not value:
        raise InvalidValue(path=str(argument.alias), value=value, problem="must be a text that is not empty")


def half_life(value: object) -> float:
    """Seconds in which a score fades to half."""
    return within(value, "half_life_s", LEAST_HALF_LIFE, MOST_SECONDS)


def optional_half_life(value: object) -> float | None:
    """The same, or None."""
    return None if value is None else half_life(value)


def every(value: object) -> float:
    """Seconds between two of something."""
    return within(value, "every_s", LEAST_SECONDS, MOST_SECONDS)


def limit(value: object) -> int:
    """How many agents are rung at once."""
    return whole(value, "limit", 1, MOST_RING)


def within_s(value: object) -> float:
    """Seconds in which a contact is promised an agent; 0 is a promise of no wait."""
    return within(value, "within_s", 0.0, MOST_SECONDS)


def target_s(value: object) -> float:
    """Seconds by which a wait is divided."""
    return within(value, "target_s", LEAST_SECONDS, MOST_SECONDS)


def expected_s(value: object) -> float:
    """Seconds that a contact takes."""
    return within(value, "expected_s", LEAST_SECONDS, MOST_SECONDS)


def promises(value: object) -> FrozenMap[str, float]:
    """Such seconds by channel."""
    return _by_name(value, "by_channel", 0.0, MOST_SECONDS)


def targets(value: object) -> FrozenMap[str, float]:
    """Such seconds by channel."""
    return _by_name(value, "by_channel", LEAST_SECONDS, MOST_SECONDS)


def weight(value: object) -> float:
    """The weight of those who are not listed."""
    return within(value, "default", LEAST_WEIGHT, MOST_WEIGHT)


def weights(value: object) -> FrozenMap[str, float]:
    """Weights by name, above 0: they are divided by.

    >>> weights({"sales": 0})
    Traceback (most recent call last):
    ...
    routekit.errors.InvalidValue: weights.sales must be at least 1e-06, not 0
    """
    return _by_name(value, "weights", LEAST_WEIGHT, MOST_WEIGHT)


def factors(value: object) -> FrozenMap[str, float]:
    """Weights by name that are multiplied with: 0 leaves something out, and below 0 less is better."""
    return _by_name(value, "weights", -MOST_WEIGHT, MOST_WEIGHT)


def _by_name(value: object, what: str, least: float, most: float) -> FrozenMap[str, float]:
    if not isinstance(value, Mapping):
        freeze_map(value, what)  # raises
    items: Mapping[Any, Any] = value  # type: ignore[assignment]  # it is one, or freeze_map has raised
    for name in items:
        if not isinstance(name, str) or not name:
            raise InvalidValue(path=what, value=name, problem="must have names that are texts")
    return FrozenMap({name: within(item, f"{what}.{name}", least, most) for name, item in items.items()})
