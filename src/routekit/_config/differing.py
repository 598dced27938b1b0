"""How two files differ in what no command changes: settings, skills, calendars, rules and menus.

Queues and agents are compared in `changing`, where commands change them. Here tables are compared as a file has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from routekit._config.configuration import Configuration
from routekit._config.writing import inline, to_tables

__all__ = ["Difference", "differences", "leaves"]


@attrs.frozen(kw_only=True)
class Difference:
    """Something that is added (+), changed (~) or removed (-), with the fields that differ: as they were, and will be.

    A field that is not given, and has its default, is None.
    """

    sign: str
    what: str
    fields: Mapping[str, tuple[Any, Any]] = attrs.field(factory=dict)

    def __str__(self) -> str:
        lines = [f"{self.sign} {self.what}"]
        lines += [f"    {name}: {_said(old)} -> {_said(new)}" for name, (old, new) in self.fields.items()]
        return "\n".join(lines)

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data that JSON takes."""
        return {"sign": self.sign, "what": self.what, "fields": {name: list(two) for name, two in self.fields.items()}}


def differences(old: Configuration, new: Configuration) -> tuple[Difference, ...]:
    """What two configurations say otherwise of settings, skills, calendars, rules and menus, in this order."""
    before, after = to_tables(old), to_tables(new)
    found = [*_table("router", before.get("router", {}), after.get("router", {}))]
    found += _table("skills", before.get("skills", {}), after.get("skills", {}))
    found += _named("calendar", before.get("calendars", {}), after.get("calendars", {}))
    found += _rules(before.get("rules", {}), after.get("rules", {}))
    found += _named("menu", before.get("menus", {}), after.get("menus", {}))
    return tuple(found)


def leaves(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, tuple[Any, Any]]]:
    """The values that differ in two tables, by their paths."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*old, *new)):
            yield from leaves(old.get(name), new.get(name), f"{path}.{name}" if path else name)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and _tables(old) and _tables(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from leaves(one, other, f"{path}[{number}]")
    elif old != new:
        yield path, (old, new)


def _tables(values: list[Any]) -> bool:
    return all(isinstance(value, Mapping) for value in values)


def _said(value: Any) -> str:
    return "default" if value is None else inline("", value)


def _table(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    fields = dict(leaves(old, new))
    return [Difference(sign="~", what=what, fields=fields)] if fields else []


def _named(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    found = [Difference(sign="+", what=f"{kind} {name}") for name in new if name not in old]
    for name in new:
        if name in old:
            found += _table(f"{kind} {name}", old[name], new[name])
    return found + [Difference(sign="-", what=f"{kind} {name}") for name in old if name not in new]


def _rules(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Rules by their names; those without one are the same if they say the same, or else stand at the same place."""
    found = []
    if old.get("default_queue") != new.get("default_queue"):
        queues = (old.get("default_queue"), new.get("default_queue"))
        found.append(Difference(sign="~", what="rules", fields={"default_queue": queues}))
    before, after = _labelled(old.get("rule", []), new.get("rule", []))
    found += _named("rule", before, after)
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        now = [name for name in after if name in before]
        found.append(Difference(sign="~", what="rules", fields={"order": (kept, now)}))
    return found


def _labelled(old: list[Any], new: list[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    before = {rule.get("name") or f"rules.rule[{number}]": rule for number, rule in enumerate(old)}
    after: dict[str, Any] = {}
    left = {label: rule for label, rule in before.items() if "name" not in rule}
    names = {id(rule): rule.get("name") for rule in new}
    for rule in new:  # the same under another number first
        if names[id(rule)] is None:
            same = next((label for label, one in left.items() if one == rule), None)
            if same is not None:
                names[id(rule)] = same
                del left[same]
    for number, rule in enumerate(new):
        label = names[id(rule)] or f"rules.rule[{number}]"
        while label in after or (names[id(rule)] is None and label in before and label not in left):
            label += " (new)"
        after[label] = rule
    return before, after
