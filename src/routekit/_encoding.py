"""How events are written: as plain data, and as bytes for a digest. Public as functions of `routekit.events`.

Not compiled: nothing here happens while contacts are routed. The classes of events make themselves known here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from routekit._screens import Past, Screen
from routekit._states import Presence
from routekit.errors import InvalidType, InvalidValue, SnapshotError

if TYPE_CHECKING:
    from routekit.events import Event

__all__ = ["encode", "from_data", "register", "to_data"]

_BY_NAME: dict[str, type[Any]] = {}
_FIELDS: dict[type[Any], tuple[str, ...]] = {}
_SCREEN = tuple(field.name for field in dataclasses.fields(Screen))
_PAST = tuple(field.name for field in dataclasses.fields(Past))


def register(kinds: tuple[type[Any], ...]) -> None:
    """Take these classes for events."""
    for kind in kinds:
        _BY_NAME[kind.__name__] = kind
        _FIELDS[kind] = tuple(field.name for field in dataclasses.fields(kind))


def to_data(event: Event) -> dict[str, Any]:
    """Return an event as plain data that JSON takes: its type's name, then its fields in order.

    >>> from routekit.events import ContactQueued, to_data
    >>> to_data(ContactQueued(at=1.0, seq=4, contact="c-1", queue="support", position=1))
    {'type': 'ContactQueued', 'at': 1.0, 'seq': 4, 'contact': 'c-1', 'queue': 'support', 'position': 1}
    """
    data: dict[str, Any] = {"type": type(event).__name__}
    for name in _fields_of(event):
        value = getattr(event, name)
        if isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, Presence):
            value = value.value
        elif type(value) is Screen:
            value = _screen_to_data(value)
        data[name] = value
    return data


def from_data(data: Mapping[str, Any]) -> Event:
    """Return the event that ``to_data`` made ``data`` of; raise ``SnapshotError`` where no event can be made of it.

    >>> from routekit.events import QueueUpdated, from_data, to_data
    >>> event = QueueUpdated(at=0.0, seq=1, queue="support", changed=("wrap_up_s",))
    >>> from_data(to_data(event)) == event
    True
    """
    kind = _BY_NAME.get(data.get("type", ""))
    if kind is None:
        raise SnapshotError(f"no event is called {data.get('type')!r}: was this written by a later version?")
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name != "type"
    }
    try:
        if "old" in _FIELDS[kind]:
            fields["old"], fields["new"] = Presence(fields["old"]), Presence(fields["new"])
        elif fields.get("screen") is not None:
            fields["screen"] = _screen_from_data(fields["screen"])
        event: Event = kind(**fields)
    except (TypeError, KeyError, ValueError) as error:
        raise SnapshotError(f"this is no {kind.__name__}: {error}") from error
    return event


def _screen_to_data(screen: Screen) -> dict[str, Any]:
    data = {name: getattr(screen, name) for name in _SCREEN}
    data["history"] = [{name: getattr(past, name) for name in _PAST} for past in screen.history]
    return data | {"open": list(screen.open), "knowledge": list(screen.knowledge)}


def _screen_from_data(data: Mapping[str, Any]) -> Screen:
    history = tuple(Past(**past) for past in data["history"])
    names = {"open": tuple(data["open"]), "knowledge": tuple(data["knowledge"])}
    return Screen(history=history, script=data["script"], reference=data["reference"], **names)


def encode(event: Event) -> bytes:
    """Return an event as bytes for a digest: the same in every build and version of Python.

    The name of its type, then its fields in order. A float is written by ``float.hex``, which loses nothing; text
    carries its length, so that no two events have the same bytes.

    >>> from routekit.events import ContactQueued, encode
    >>> encode(ContactQueued(at=1.0, seq=4, contact="c-1", queue="support", position=1))
    b'ContactQueued;f0x1.0000000000000p+0;i4;s3:c-1;s7:support;i1;'
    """
    parts = [type(event).__name__.encode(), b";"]
    for name in _fields_of(event):
        _encode(getattr(event, name), parts)
    return b"".join(parts)


def _encode(value: object, parts: list[bytes]) -> None:
    if value is None:
        parts.append(b"n;")
    elif isinstance(value, str):
        text = str(value).encode("utf-8", "surrogatepass")  # ids come from outside: any str is one
        parts.append(b"s%d:%s;" % (len(text), text))
    elif isinstance(value, float):
        parts.append(b"f%s;" % float(value).hex().encode())
    elif isinstance(value, int):
        parts.append(b"i%d;" % value)
    elif isinstance(value, tuple):
        parts.append(b"t%d;" % len(value))
        for item in value:
            _encode(item, parts)
    elif type(value) is Screen or type(value) is Past:
        parts.append(b"%s;" % type(value).__name__.encode())
        for name in _SCREEN if type(value) is Screen else _PAST:
            _encode(getattr(value, name), parts)
    else:
        raise InvalidValue(path="event", value=value, problem="has a field that no digest is defined for")


def _fields_of(event: Event) -> tuple[str, ...]:
    names = _FIELDS.get(type(event))
    if names is None:
        raise InvalidType(path="event", value=event, expected="an event of routekit.events")
    return names
