"""What the plain router refuses before it does anything: arguments that could never be right (section 1).

Every check returns the value as the router uses it, or raises `InvalidValue`, `InvalidType` or `InvalidConfiguration`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from routekit._model import Agent, Contact, Queue
from routekit.errors import InvalidType, InvalidValue

CONTACT_FIELDS = ("channel", "priority", "needs", "customer", "attributes", "prefer", "script", "knowledge")
AGENT_FIELDS = ("queues", "skills", "capacity")
QUEUE_FIELDS = tuple(field.name for field in attrs.fields(Queue) if field.init and field.name != "name")


def time(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidValue(path="at", value=value, problem="must be a finite number")
    if abs(value) > 1e15:
        raise InvalidValue(path="at", value=value, problem="must be within 1e15 of 0")
    return float(value)


def moment(value: object, what: str) -> float:
    """A time that is not the command's own."""
    try:
        return time(value)
    except InvalidValue as fault:
        raise InvalidValue(path=what, value=value, problem="must be a finite number within 1e15 of 0") from fault


def credit(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e9:
        raise InvalidValue(path=what, value=value, problem="must be a number from 0 to 1e9")
    return float(value)


def text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise InvalidType(path=what, value=value, expected="a str")
    if not value:
        raise InvalidValue(path=what, value=value, problem="must not be empty")
    return value


def optional_text(value: object, what: str) -> str | None:
    return None if value is None else text(value, what)


def one_of(value: object, what: str, choices: tuple[object, ...]) -> Any:
    if value not in choices:
        raise InvalidValue(path=what, value=value, problem=f"must be one of {choices}")
    return value


def flag(value: object, what: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidType(path=what, value=value, expected="a bool")
    return value


def texts(value: object, what: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidType(path=what, value=value, expected="several str")
    return tuple(text(one, what) for one in value)


def a(kind: type, value: object, what: str) -> Any:
    if not isinstance(value, kind):
        raise InvalidType(path=what, value=value, expected=kind.__name__)
    return value


def limit(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidValue(path="limit", value=value, problem="must be a whole number of at least 1")
    return value


def change(kind: type, value: object, changes: Mapping[str, Any], what: str) -> str:
    """Check a whole new value, or a name with fields, and return the name."""
    key = attrs.fields(kind)[0].name if attrs.has(kind) else "id"
    if isinstance(value, kind):
        if changes:
            raise InvalidValue(path=what, value=changes, problem="must be a whole value or fields, not both")
        name: str = getattr(value, key)
        return name
    name = text(value, what)
    allowed = {Queue: QUEUE_FIELDS, Agent: AGENT_FIELDS, Contact: (*CONTACT_FIELDS, "queue", "waiting_since")}[kind]
    for field, new in changes.items():
        if field not in allowed:
            raise InvalidValue(path=field, value=new, problem=f"must be a field of {kind.__name__} that may change")
    rest = {"queue": "any", **changes} if kind is Contact else dict(changes)
    kind(name, **rest)
    return name


def changed(old: Any, new: Any, names: Iterable[str]) -> tuple[str, ...]:
    """The names of the fields whose values differ, in the order given."""
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


def with_changes(old: Any, changes: Mapping[str, Any]) -> Any:
    """The old value with some fields replaced, checked again as a whole."""
    return attrs.evolve(old, **changes) if attrs.has(type(old)) else dataclasses.replace(old, **changes)
