"""A configuration as TOML again: what `load` reads of it is equal to it.

Only what differs from the defaults is written, in the order of the classes. Comments are not kept: they are in nobody's
value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import attrs

from routekit._config.configuration import Configuration
from routekit._config.settings import Settings
from routekit._config.structuring import NEVER
from routekit._model import Agent, Capacity, Need, Queue, ServiceLevel
from routekit._timeline import Announcing, Limit, Step, When
from routekit.abc import AgentOrder, ContactOrder, QueueOrder
from routekit.errors import InvalidValue
from routekit.rules.calendars import AllOpen, AnyOpen, Calendar, OpenHours, Opposite
from routekit.rules.classify import Rule
from routekit.rules.expressions import Condition
from routekit.rules.menu import Choice, Digits, FreeText, Menu, Prompt
from routekit.strategies.names import to_data as strategy_to_data

__all__ = ["inline", "to_tables", "to_toml"]

_TABLES = (Queue, Agent, Capacity, ServiceLevel, Announcing, Step, Limit, When, Rule, Menu, Prompt, Choice, Settings)


def to_toml(made: Configuration) -> str:
    """The text of a file that says the same. Rules with a function of Python cannot be written: `InvalidValue`.

    >>> from routekit import Queue
    >>> print(to_toml(Configuration(queues=[Queue("support", wrap_up_s=30, drain_after_s=None)])), end="")
    [queues.support]
    wrap_up_s = 30
    drain_after_s = "never"
    """
    blocks = []
    for section, tables in to_tables(made).items():
        if section in ("router", "skills"):
            blocks.append(_block(section, tables))
        elif section == "rules":
            blocks.append(_block("rules", {key: value for key, value in tables.items() if key != "rule"}))
            blocks += [_block("rules.rule", rule, item=True) for rule in tables.get("rule", ())]
        else:
            blocks += [_block(f"{section}.{_key(name)}", table) for name, table in tables.items()]
    return "\n".join(blocks)


def _block(name: str, table: Mapping[str, Any], item: bool = False) -> str:
    """A table with its header, a line each; the tables of a list have a line of their own."""
    lines = [f"[[{name}]]" if item else f"[{name}]"]
    for key, value in table.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            lines += [f"{_key(key)} = [", *(f"    {_inline(one)}," for one in value), "]"]
        else:
            lines.append(f"{_key(key)} = {_inline(value)}")
    return "\n".join(lines) + "\n"


def to_tables(made: Configuration) -> dict[str, Any]:
    """The tables of that file."""
    writer = _Writer(made)
    tables: dict[str, Any] = {}
    if settings := writer.fields(made.settings):
        tables["router"] = settings
    if made.skills is not None:
        tables["skills"] = dict(made.skills)
    queues = {queue.name: writer.fields(queue, skip=("name",)) for queue in made.queues}
    agents = {agent.id: writer.fields(agent, skip=("id",)) for agent in made.agents}
    rules: dict[str, Any] = {}
    if made.classifier is not None:
        rules = {"default_queue": made.classifier.default_queue}
        if made.classifier.rules:
            rules["rule"] = [writer.fields(rule) for rule in made.classifier.rules]
    menus = {name: writer.fields(menu) for name, menu in made.menus.items()}
    # Calendars last: a queue may have hours that no calendar of the configuration has, and they get a name on the way.
    calendars = writer.calendars()
    sections = {"calendars": calendars, "queues": queues, "agents": agents, "rules": rules, "menus": menus}
    return tables | {name: section for name, section in sections.items() if section}


class _Writer:
    def __init__(self, made: Configuration) -> None:
        self._calendars: dict[str, OpenHours] = dict(made.calendars)

    def fields(self, value: Any, skip: tuple[str, ...] = ()) -> dict[str, Any]:
        """The fields of a value that are not its class's own."""
        kind: Any = type(value)
        # Made anew for its defaults: some of them are made by a factory, and all of them settled.
        told = {}
        for field in attrs.fields(kind):
            if not field.init or field.name in skip:
                continue
            given = getattr(value, field.name)
            default = field.default
            if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a class, whatever the stubs say
                default = default.factory()
            if given == default and type(given) is not bool and default is not attrs.NOTHING:
                continue
            if type(given) is bool and given is default:
                continue
            if given is None:
                if field.name not in NEVER:
                    continue
                given = "never"
            told[field.name] = self.value(field.name, given)
        return told

    def value(self, name: str, value: Any) -> Any:
        """A value as TOML has it."""
        if isinstance(value, AgentOrder | ContactOrder | QueueOrder):
            return _order(value)
        if isinstance(value, OpenHours):
            return self._name_of(value)
        if isinstance(value, Condition):
            return value.text
        if isinstance(value, Digits):
            return {"digits": value.least if value.most is None else [value.least, value.most]}
        if isinstance(value, FreeText):
            return {"text": value.most}
        if isinstance(value, _TABLES):
            return self.fields(value)
        if name == "queues" and isinstance(value, Mapping):
            return list(value) if all(tier == 1 for tier in value.values()) else dict(value)
        if name == "needs":
            return _needs(value)
        if isinstance(value, Mapping):
            return {key: self.value(name, item) for key, item in value.items()}
        if isinstance(value, tuple | list):
            return [self.value(name, item) for item in value]
        if value is None or callable(value):
            raise InvalidValue(path=name, value=value, problem="cannot be written in TOML")
        return value

    def calendars(self) -> dict[str, Any]:
        """The tables of all calendars, also of those that come up on the way."""
        tables: dict[str, Any] = {}
        while missing := [name for name in self._calendars if name not in tables]:
            for name in missing:
                tables[name] = self._calendar(self._calendars[name], name)
        return tables

    def _calendar(self, calendar: OpenHours, name: str) -> dict[str, Any]:
        if isinstance(calendar, Calendar):
            data = calendar.to_data()
            kept = ("weekly", "holidays", "closed", "special")
            return {"time_zone": data["time_zone"], **{key: data[key] for key in kept if data[key]}}
        if isinstance(calendar, Opposite):
            return {"opposite": self._name_of(calendar.part)}
        if isinstance(calendar, AnyOpen | AllOpen):
            key = "any" if isinstance(calendar, AnyOpen) else "all"
            return {key: [self._name_of(part) for part in calendar.parts]}
        raise InvalidValue(path=f"calendars.{name}", value=calendar, problem="cannot be written in TOML")

    def _name_of(self, calendar: OpenHours) -> str:
        """The name of a calendar in the file; one that has none gets one. A plain calendar is named as it is."""
        own = getattr(calendar, "name", None)
        for name, known in self._calendars.items():
            if known == calendar and own in (None, name):
                return name
        name = own or "hours"
        while name in self._calendars:
            if isinstance(calendar, Calendar):
                raise InvalidValue(path="hours", value=name, problem="must not be two calendars of one name")
            name += "-2"
        self._calendars[name] = calendar
        return name


def _order(order: Any) -> Any:
    data = {}
    for key, value in strategy_to_data(order).items():
        if value is None or value == []:
            continue
        # Pairs are a mapping's, whose names may be numbers: TOML has texts alone, but pairs as well.
        pairs = isinstance(value, list) and all(isinstance(item, list) and len(item) == 2 for item in value)
        if pairs and all(isinstance(item[0], str) for item in value):
            value = dict(value)
        elif isinstance(value, tuple):
            value = list(value)
        data[key] = value
    defaults = type(order)
    try:
        plain = defaults() == order
    except TypeError:
        plain = False  # it has arguments that must be given
    return data["name"] if plain or len(data) == 1 else data


def _needs(needs: tuple[Need, ...]) -> Any:
    skills = [need.skill for need in needs]
    if len(set(skills)) == len(skills):
        return {need.skill: need.at_least for need in needs}
    return [{"skill": need.skill, "at_least": need.at_least} for need in needs]


_BARE = re.compile(r"[A-Za-z0-9_-]+")


def inline(name: str, value: Any) -> str:
    """A field's value in one line, as it stands in a file; `never` for None where the field takes it, else `none`.

    >>> inline("steps", (Step(60, lower={"billing": 1}),))
    '[{ after_s = 60, lower = { billing = 1 } }]'
    """
    if value is None:
        return "never" if name in NEVER else "none"
    return _inline(_Writer(Configuration()).value(name, value))


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        items = (f"{_key(key)} = {_inline(item)}" for key, item in value.items())
        return f"{{ {', '.join(items)} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    return _quoted(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    # What JSON escapes TOML does too, and one sign more.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
