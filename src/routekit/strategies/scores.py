"""Scores that an app computes itself: how `Scored` and `Batched` name them, find them and check what they give.

A score is a function of a `ContactView` and an `AgentView`, more being better. Orders know it by name, so that they
can be compared, stored and restored. No order lives here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from routekit._numbers import MOST_SCORE, within
from routekit.errors import InvalidValue, StrategyError, UnknownStrategy

if TYPE_CHECKING:
    from routekit._router.views import AgentView, ContactView

__all__ = ["Scorer", "checked_score", "found_scorer", "scorer_name", "unbound"]

Scorer: TypeAlias = "Callable[[ContactView, AgentView], float]"
"""How well an agent suits a contact now: more is better, and only finite numbers within 1e9 of 0 count."""


def checked_score(order: str, value: object) -> float:
    """Return a score as a finite float within 1e9 of 0; raise `StrategyError` for anything else.

    >>> checked_score("scored", 3)
    3.0
    >>> checked_score("scored", None)
    Traceback (most recent call last):
    ...
    routekit.errors.StrategyError: ... score must be a finite number, not None
    """
    try:
        return within(value, "score", -MOST_SCORE, MOST_SCORE)
    except InvalidValue as fault:
        raise StrategyError(strategy=order, error=str(fault)) from None


def scorer_name(score: object, what: str) -> str:
    """Return the name by which a score is stored: the text itself, or the function's own name."""
    name = score if isinstance(score, str) else getattr(score, "__name__", None) if callable(score) else None
    if not isinstance(name, str) or not name:
        problem = "must be a function with a name, or a name to be found in Router(registry=)"
        raise InvalidValue(path=what, value=score, problem=problem)
    return name


def found_scorer(name: str, registry: Mapping[str, object]) -> Scorer:
    """Return the function that is registered under a name."""
    if name not in registry:
        raise UnknownStrategy(name=name)
    found = registry[name]
    if not callable(found):
        raise InvalidValue(path=f"registry.{name}", value=found, problem="must be a function of a contact and an agent")
    return found


def unbound(order: str, name: str) -> StrategyError:
    """The error of asking for a score that is but a name yet."""
    error = f"{name!r} is only the name of a score: its queue must be in a Router(registry={{{name!r}: ...}})"
    return StrategyError(strategy=order, error=error)
