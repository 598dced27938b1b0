"""Checks of arguments: what is wrong with a command before any router is looked at."""

from __future__ import annotations

import dataclasses
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import attrs

from routekit._model import Contact, Queue
from routekit._numbers import finite_float
from routekit.errors import InvalidType, InvalidValue
from routekit.strategies.names import check_orders

__all__ = ["bound", "changed_value", "name_of", "one_of", "refuse_fields", "text", "texts", "texts_if_given", "zone"]

T = TypeVar("T")


LATEST = 1e15
"""Times lie within this of 0: thirty million years of seconds; beyond it a float cannot tell eighths of a second."""


def time(value: object, what: str = "at") -> float:
    """A time as a finite float, within bounds in which a second can be told from the next."""
    moment = finite_float(value, what)
    if not -LATEST <= moment <= LATEST:
        raise InvalidValue(path=what, value=value, problem=f"must be in seconds, and within {LATEST:.0e} of 0")
    return moment


def text(value: object, what: str) -> str:
    """An id or a word: a `str`."""
    if type(value) is not str:
        raise InvalidType(path=what, value=value, expected="a str")
    if not value:
        raise InvalidValue(path=what, value=value, problem="must not be empty")
    return value


def texts_if_given(**values: object) -> None:
    """Ids and words that may be `None`, by their names."""
    for what, value in values.items():
        if value is not None:
            text(value, what)


def texts(values: object, what: str) -> tuple[str, ...]:
    """Several ids: any iterable of `str` but a `str`."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InvalidType(path=what, value=values, expected="an iterable of str")
    return tuple(text(value, what) for value in values)


def one_of(value: object, what: str, *allowed: str | None) -> None:
    """One of some words."""
    if value not in allowed:
        raise InvalidValue(path=what, value=value, problem="must be " + " or ".join(map(repr, allowed)))


def name_of(
    kind: type[T], given: T | str, key: str, what: str, changes: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """The id in an update, given as a whole new value or as an id with fields that the class has, and those fields.

    The fields come back as a value of the class has them: an iterator, read for the checks, would be empty afterwards.
    """
    if isinstance(given, kind):
        if changes:
            problem = "takes a whole value or an id with fields, not both"
            raise InvalidValue(path=what, value=sorted(changes), problem=problem)
        return text(getattr(given, key), what), {}
    name = text(given, what)
    refuse_fields(kind, changes, key)
    # Made for its checks alone: a malformed field is refused before anything else happens.
    trial: Any = {"queue": "any", **changes} if kind is Contact else changes
    made: Any = kind
    value = made(name, **trial)
    return name, {field: getattr(value, field) for field in changes}


def refuse_fields(kind: type[Any], changes: Mapping[str, Any], key: str) -> None:
    """Refuse fields that a class does not have, and a new id."""
    names = _fields(kind)
    for name in changes:
        if name not in names or name == key:
            problem = "may not change" if name == key else f"is not a field of {kind.__name__}"
            raise InvalidValue(path=name, value=changes[name], problem=problem)


def changed_value(old: T, changes: Mapping[str, Any]) -> T:
    """A value with some fields changed, checked as a new one."""
    if isinstance(old, Contact):
        return dataclasses.replace(old, **changes)
    return attrs.evolve(old, **changes)  # type: ignore[misc]  # attrs classes, as all configuration is


def bound(queue: Queue, registry: Mapping[str, object]) -> Queue:
    """A queue whose orders can be used: checked, and with the functions that they know by name."""
    check_orders(queue)
    bind = getattr(queue.agent_order, "bind", None)
    if bind is None:
        return queue
    name, function = getattr(queue.agent_order, "scorer", ""), getattr(queue.agent_order, "_function", None)
    if function is not None and registry.get(name, function) is not function:
        problem = f"names another function than {name!r} in registry="
        raise InvalidValue(path="agent_order", value=queue.agent_order, problem=problem)
    order = bind(registry)
    return queue if order is queue.agent_order else attrs.evolve(queue, agent_order=order)


def zone(value: object) -> str:
    """The name of a time zone."""
    name = text(value, "time_zone")
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as fault:
        problem = f"is no time zone that this machine knows ({fault}); install tzdata if it has none"
        raise InvalidValue(path="time_zone", value=value, problem=problem) from fault
    return name


def _fields(kind: type[Any]) -> tuple[str, ...]:
    if attrs.has(kind):
        return tuple(field.name for field in attrs.fields(kind) if field.init)
    return tuple(field.name for field in dataclasses.fields(kind))


def flag(value: object, what: str) -> bool:
    """A bool and nothing that is merely true."""
    if type(value) is not bool:
        raise InvalidType(path=what, value=value, expected="a bool")
    return value
