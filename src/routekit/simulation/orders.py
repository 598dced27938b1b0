"""Orders as a command line writes them: texts made into orders, and orders into texts.

Only the notation lives here. Which orders there are, what fields they have and which values those take is the affair of
`routekit.strategies`, asked by name.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import attrs

from routekit import strategies
from routekit.errors import InvalidConfiguration, InvalidValue, UnknownStrategy

__all__ = ["GROUPS", "KINDS", "PRESETS", "Kind", "Policy", "describe", "known", "order", "policies"]

Kind = Literal["agent", "contact", "queue"]
KINDS: tuple[Kind, ...] = ("agent", "contact", "queue")

GROUPS: Mapping[str, Kind] = {"agent-orders": "agent", "contact-orders": "contact", "queue-orders": "queue"}
"""Presets that stand for several entries: each order of a kind that needs no fields."""

PRESETS: Mapping[str, tuple[str, ...]] = {
    "default": ("", "", ""),
    "first-come": ("longest-idle", "fifo", ""),
    "urgent-first": ("longest-idle", "strict-priority", ""),
}
"""Presets that stand for one entry, as agent, contact and queue order; `default` is what the queues say."""

_CONTINUES = re.compile(r"\s*[A-Za-z_][A-Za-z0-9_]*\s*=")
_OPENING, _CLOSING = {"[": "]", "{": "}", "(": ")"}, ("]", "}", ")")


@dataclasses.dataclass(frozen=True)
class Policy:
    """The orders of one run, and what to call them. None leaves an order as the queues, or the router, have it."""

    label: str
    agent_order: Any = None
    contact_order: Any = None
    queue_order: Any = None


def known(kind: Kind) -> tuple[str, ...]:
    """The names of the orders of a kind, those of peers among the agent orders.

    >>> "longest-idle" in known("agent"), "fifo" in known("contact")
    (True, True)
    """
    return (*strategies.names(kind), *(strategies.names("preset") if kind == "agent" else ()))


def order(kind: Kind, text: str) -> Any:
    """The order of `NAME`, `NAME:field=value,...` or `{"name": NAME, "field": value, ...}`.

    A value is JSON where it can be read as such, else the text itself. InvalidValue says what is wrong.

    >>> order("agent", "fewest-contacts:half_life_s=3600,count=offered")
    FewestContacts(half_life_s=3600.0, ...count='offered')
    """
    data = _data(kind, text.strip())
    name, names = data["name"], known(kind)
    if name not in names:
        like = difflib.get_close_matches(str(name), names, 1)
        meant = f" (is {like[0]} meant?)" if like else ""
        raise InvalidValue(path=f"{kind} order", value=name, problem=f"must be one of {', '.join(names)}{meant}")
    fields = _fields(kind, name)
    for field in data:
        if fields is not None and field != "name" and field not in fields:
            has = f"it has {', '.join(fields)}" if fields else "it has none"
            raise InvalidValue(path=name, value=field, problem=f"has no such field ({has})")
    try:
        return _made(kind, data)
    except InvalidConfiguration:
        raise
    except InvalidValue as fault:
        raise (fault if fault.path.startswith(name) else fault.below(name)) from fault
    except (UnknownStrategy, ValueError, TypeError) as fault:
        raise InvalidValue(path=name, value=text, problem=f"cannot be made ({fault})") from fault


def _made(kind: Kind, data: Mapping[str, Any]) -> Any:
    """The order of this data, whose mappings have texts as keys, or else numbers: JSON writes both as texts."""
    numbered = {field: _numbered(value) for field, value in data.items()}
    try:
        return _maker(kind)(data)
    except InvalidValue as fault:
        if numbered == data:
            raise
        keys = [key for value in data.values() if isinstance(value, dict) for key in value]
        try:
            return _maker(kind)(numbered)
        except InvalidValue:
            if fault.value in keys:
                raise  # It wants numbers as keys, and something else is wrong.
        raise


def describe(made: Any) -> str:
    """An order as a text that `order` makes the same of: its name, and the fields that are not as they are by default.

    >>> describe(order("agent", "fewest-contacts:half_life_s=3600.0")), describe(order("contact", "aged"))
    ('fewest-contacts:half_life_s=3600', 'aged')
    """
    try:
        plain = type(made)()
    except (ValueError, TypeError):
        plain = None
    said = []
    for field in _arguments(type(made)):
        value = getattr(made, field.name)
        usual = field.default if plain is None else getattr(plain, field.name)
        # None is how a field says that it was not given.
        if value is not None and value != usual:
            said.append(f"{field.alias}={_value(value)}")
    return f"{made.name}:{','.join(said)}" if said else str(made.name)


def policies(text: str) -> tuple[Policy, ...]:
    """The entries of a comparison, between commas: `AGENT`, `AGENT/CONTACT`, `AGENT/CONTACT/QUEUE`, or a preset.

    A part that is left empty is as the queues have it. InvalidValue says what is wrong with the first bad entry.

    >>> [policy.label for policy in policies("longest-idle,fewest-contacts:half_life_s=60,count=offered/fifo,/aged")]
    ['longest-idle', 'fewest-contacts:half_life_s=60,count=offered/fifo', '/aged']
    """
    entries: list[str] = []
    for part in _split(text, ","):
        if entries and _CONTINUES.match(part):
            # `field=value` goes on with the entry before: no name has an equals sign in it.
            entries[-1] += f",{part}"
        else:
            entries.append(part)
    found: list[Policy] = []
    for entry in entries:
        found += _entry(entry.strip())
    return tuple(found)


def _entry(text: str) -> list[Policy]:
    if not text:
        raise InvalidValue(path="entry", value=text, problem="must be an order, AGENT/CONTACT, or a preset")
    if text in GROUPS:
        kind = GROUPS[text]
        made = [(name, one) for name in strategies.names(kind) if (one := _plain(kind, name)) is not None]
        return [Policy("/" * KINDS.index(kind) + name, **{f"{kind}_order": one}) for name, one in made]
    if text in PRESETS:
        return [_policy(text, PRESETS[text])]
    parts = [part.strip() for part in _split(text, "/")]
    if len(parts) > len(KINDS) or not any(parts):
        raise InvalidValue(path="entry", value=text, problem="must be AGENT, AGENT/CONTACT or AGENT/CONTACT/QUEUE")
    first = parts[0].partition(":")[0]
    if len(parts) == 1 and first not in known("agent") and not text.startswith("{"):
        raise InvalidValue(path="entry", value=text, problem=_not_an_entry(first))
    return [_policy("", parts)]


def _not_an_entry(name: str) -> str:
    """What to say of an entry that is a name of something else, or of nothing."""
    for kind in KINDS[1:]:
        if name in known(kind):
            return f"must be an agent order; a {kind} order stands behind {'/' * KINDS.index(kind)}, as in" + (
                f" {'/' * KINDS.index(kind)}{name}"
            )
    names = (*known("agent"), *PRESETS, *GROUPS)
    like = difflib.get_close_matches(name, names, 1)
    meant = f" (is {like[0]} meant?)" if like else ""
    return f"must be an agent order ({', '.join(known('agent'))}) or a preset ({', '.join((*PRESETS, *GROUPS))}){meant}"


def _policy(label: str, parts: Sequence[str]) -> Policy:
    made = [order(kind, part) if part else None for kind, part in zip(KINDS, parts, strict=False)]
    made += [None] * (len(KINDS) - len(made))
    label = label or "/".join("" if one is None else describe(one) for one in made).rstrip("/")
    return Policy(label, *made)


def _plain(kind: Kind, name: str) -> Any:
    """The order of a bare name; None where it needs fields."""
    try:
        return _maker(kind)({"name": name})
    except (ValueError, TypeError, LookupError):
        return None


def _fields(kind: Kind, name: str) -> tuple[str, ...] | None:
    """The names of an order's fields; None where they are not known before it is made."""
    made = _plain(kind, name)
    return None if made is None else tuple(field.alias for field in _arguments(type(made)))


def _arguments(of: type) -> tuple[Any, ...]:
    return tuple(field for field in attrs.fields(of) if field.init) if attrs.has(of) else ()


def _maker(kind: Kind) -> Callable[[Mapping[str, Any]], Any]:
    makers: dict[Kind, Callable[[Mapping[str, Any]], Any]] = {
        "agent": strategies.agent_order,
        "contact": strategies.contact_order,
        "queue": strategies.queue_order,
    }
    return makers[kind]


def _data(kind: Kind, text: str) -> dict[str, Any]:
    """The name and fields of a text, before anybody looks whether they mean anything."""
    if text.startswith("{"):
        try:
            data = json.loads(text, object_pairs_hook=_once)
        except (ValueError, RecursionError) as fault:
            raise InvalidValue(path=f"{kind} order", value=text, problem=f"must be JSON ({fault})") from fault
        if not isinstance(data.get("name"), str):
            raise InvalidValue(path=f"{kind} order", value=text, problem='must have a "name"')
        return dict(data)
    name, colon, rest = text.partition(":")
    data = {"name": name.strip()}
    for part in _split(rest, ",") if colon else ():
        field, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not field:
            raise InvalidValue(path=name, value=part, problem="must be followed by field=value,...")
        if field in data:
            raise InvalidValue(path=f"{name}.{field}", value=part, problem="must be given once")
        data[field] = _read(value)
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name is there twice")
    return made


def _read(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return text


def _numbered(value: Any) -> Any:
    """A mapping all of whose keys can be read as numbers, with these as keys; else the value itself."""
    if not isinstance(value, dict):
        return value
    try:
        return {float(key): of for key, of in value.items()}
    except ValueError:
        return value


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return json.dumps({_number(key): of for key, of in value.items()}, separators=(",", ":"))
    if isinstance(value, float):
        return _number(value)
    return value if isinstance(value, str) else json.dumps(value)


def _number(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _split(text: str, separator: str) -> list[str]:
    """The parts between separators that stand in no brackets and no quotes."""
    parts, start, closing, quoted = [], 0, list[str](), False
    for place, letter in enumerate(text):
        if quoted:
            quoted = letter != '"' or text[place - 1] == "\\"
        elif letter == '"':
            quoted = True
        elif letter in _OPENING:
            closing.append(_OPENING[letter])
        elif letter in _CLOSING:
            if not closing or closing.pop() != letter:
                raise InvalidValue(path="brackets", value=text, problem="must match")
        elif letter == separator and not closing:
            parts.append(text[start:place])
            start = place + 1
    if closing or quoted:
        raise InvalidValue(path="brackets and quotes", value=text, problem="must be closed")
    return [*parts, text[start:]]
