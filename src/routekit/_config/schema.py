"""The JSON Schema of a file, for editors that complete and check while one writes.

It is made of the classes that a file describes, so that it knows every field; what they check beyond names, kinds and
the plainest bounds is for `check` to say.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from typing import Any

import attrs

from routekit._config.settings import Settings
from routekit._config.structuring import NEVER, keys_of, resolve
from routekit._model import PREFER_WHILE, SAME_CUSTOMER, Agent, Capacity, Queue, ServiceLevel
from routekit._timeline import FACTS, Announcing, Limit, Step, When
from routekit.rules.calendars import Calendar
from routekit.rules.classify import Rule
from routekit.rules.menu import Choice, Menu, Prompt
from routekit.strategies.names import classes

__all__ = ["schema"]

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "minLength": 1}
_NUMBER: Schema = {"type": "number"}
_TABLE: Schema = {"type": "object"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_ONE_OR_MORE: Schema = {"anyOf": [_TEXT, _TEXTS]}
_LINES = (Queue, Agent, Capacity, ServiceLevel, Step, Limit, When, Announcing)
_KINDS = (*_LINES, Rule, Calendar, Menu, Prompt, Choice, Settings)


def schema() -> Schema:
    """Return the schema, as JSON Schema 2020-12.

    >>> schema()["properties"]["queues"]["additionalProperties"]
    {'$ref': '#/$defs/Queue'}
    """
    resolve(*_KINDS)
    rules = _closed({"default_queue": _TEXT, "rule": _list(Rule)}, required=["default_queue"])
    calendar = {"anyOf": [_ref(Calendar), *(_closed({key: kind}, [key]) for key, kind in _TOGETHER.items())]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "routekit configuration",
        "description": "A contact centre: queues, agents, skills, calendars, rules and menus.",
        **_closed(
            {
                "router": _ref(Settings),
                "skills": {"type": "object", "additionalProperties": {"type": "string"}},
                "queues": _named(_ref(Queue)),
                "agents": _named(_ref(Agent)),
                "calendars": _named(calendar),
                "rules": rules,
                "menus": _named(_ref(Menu)),
            }
        ),
        "$defs": {kind.__name__: _class(kind) for kind in _KINDS},
    }


_TOGETHER: dict[str, Schema] = {"any": _TEXTS, "all": _TEXTS, "opposite": _TEXT}


def _closed(properties: Mapping[str, Schema], required: list[str] | None = None) -> Schema:
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return made | {"required": required} if required else made


def _named(kind: Schema) -> Schema:
    return {"type": "object", "propertyNames": {"minLength": 1}, "additionalProperties": kind}


def _ref(kind: type[Any]) -> Schema:
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _list(kind: type[Any]) -> Schema:
    return {"type": "array", "items": _ref(kind)}


def _order(*kinds: str) -> Schema:
    """An order: its name, or a table with its name and arguments. An app's own has its name alone."""
    known = {name: made for kind in kinds for name, made in classes(kind).items()}
    tables = []
    for name, made in known.items():
        arguments: dict[str, Schema] = {"name": {"const": name}}
        needed = ["name"]
        for field in attrs.fields(made):
            if field.init:
                arguments[str(field.alias)] = {}
                if field.default is attrs.NOTHING:
                    needed.append(str(field.alias))
        tables.append(_closed(arguments, needed))
    return {"anyOf": [{"enum": list(known)}, _TEXT, *tables]}


def _class(kind: type[Any]) -> Schema:
    """A class: its keys, and which of them have to be given."""
    own = _OWN.get(kind, {})
    keys = keys_of(kind)
    properties: dict[str, Schema] = {}
    needed = []
    for field in attrs.fields(kind):
        if field.name not in keys:
            continue
        made = own.get(field.name) or _typed(field.name, field.type)
        properties[field.name] = made
        # The zone of a calendar is that of the router if it has none of its own.
        if field.default is attrs.NOTHING and (kind, field.name) != (Calendar, "time_zone"):
            needed.append(field.name)
    said = " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())
    return {"description": said, **_closed(properties, needed)}


def _typed(name: str, kind: Any) -> Schema:
    """What a field may hold, by its name and type. None is not in TOML."""
    if name in NEVER:
        return {"anyOf": [_bounded(name, _NUMBER), {"const": "never"}]}
    if isinstance(kind, types.UnionType):
        (kind,) = (part for part in kind.__args__ if part is not type(None))
    if kind is float:
        return _bounded(name, _NUMBER)
    if kind is int:
        return {"type": "integer"} if name == "seed" else {"type": "integer", "minimum": 0}
    if kind is bool:
        return {"type": "boolean"}
    if kind is str:
        return _TEXT
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return _list(arguments[0]) if arguments[0] in _KINDS else _TEXTS
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _typed("", arguments[1])}
    return _ref(kind) if kind in _KINDS else _TABLE


def _bounded(name: str, kind: Schema) -> Schema:
    return {**kind, "minimum": 0} if name.endswith("_s") and name != "unix_offset_s" else kind


_LEVELS: Schema = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
_NEED = _closed({"skill": _TEXT, "at_least": {"type": "number", "minimum": 0}}, ["skill"])
# A day may be written as a date of TOML, which has no kind in JSON: tools show it as a text.
_DAYS: Schema = {"anyOf": [_TEXTS, {"type": "object", "additionalProperties": {"type": "string"}}]}
_HOURS: Schema = {"type": "object", "additionalProperties": _ONE_OR_MORE}
_FREE: Schema = {
    "anyOf": [
        {"const": "text"},
        _closed({"text": {"type": "integer", "minimum": 1}}, ["text"]),
        _closed({"digits": {"anyOf": [{"type": "integer", "minimum": 1},
                                      {"type": "array", "items": {"type": "integer", "minimum": 1},
                                       "minItems": 2, "maxItems": 2}]}}, ["digits"]),
    ]
}  # fmt: skip

_OWN: dict[type[Any], dict[str, Schema]] = {
    Queue: {
        "agent_order": _order("agent", "preset"),
        "contact_order": _order("contact"),
        "hours": _TEXT,
        "prefer_while": {"enum": list(PREFER_WHILE)},
        "same_customer": {"enum": list(SAME_CUSTOMER)},
    },
    Settings: {"queue_order": _order("queue")},
    Agent: {
        "queues": {"anyOf": [_TEXTS, {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}}]},
    },
    Step: {"when": {"anyOf": [_ref(When), _list(When)]}},
    When: {"fact": {"enum": list(FACTS)}},
    Rule: {
        "when": _TEXT,
        "needs": {"anyOf": [_LEVELS, {"type": "array", "items": {"anyOf": [_TEXT, _NEED]}}]},
        "attributes": _TABLE,
    },
    Calendar: {"weekly": _HOURS, "holidays": _DAYS, "closed": _DAYS, "special": _HOURS},
    Prompt: {
        "said": {"anyOf": [_TEXT, {"type": "object", "additionalProperties": _TEXT}]},
        "free": _FREE,
        "person": _ONE_OR_MORE,
        "repeat": _ONE_OR_MORE,
    },
    Choice: {"keys": _ONE_OR_MORE, "words": _ONE_OR_MORE, "attributes": _TABLE},
    Menu: {"person": _ONE_OR_MORE},
}
"""Fields whose type does not say what a file may have there."""
