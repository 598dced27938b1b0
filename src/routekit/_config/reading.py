"""A whole file: from its text to a `Configuration`, with everything that is wrong with it.

What a table means is made in `structuring`; here are the tables that a file has, their names, and what holds between
them. What looks wrong in a configuration that can be used is found by `checks`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar

from routekit._config.configuration import Configuration
from routekit._config.doubts import Doubts
from routekit._config.faults import Finding, Source, mean, place, shown
from routekit._config.lines import Path, lines_of
from routekit._config.salvage import salvage
from routekit._config.settings import Settings
from routekit._config.structuring import Structurer
from routekit._frozen import FrozenMap
from routekit._model import Agent, Queue
from routekit.rules.calendars import AllOpen, AnyOpen, Calendar, OpenHours, Opposite
from routekit.rules.classify import Classifier, Rule
from routekit.rules.menu import Menu

__all__ = ["SECTIONS", "read"]

T = TypeVar("T")

SECTIONS = ("router", "skills", "queues", "agents", "calendars", "rules", "menus")
"""The tables that a file may have."""

_MEANT = re.compile(r"did you mean '(.+)'\?$")
_TOGETHER = ("any", "all", "opposite")


def read(
    text: str, file: str | None, registry: Mapping[str, object] | None = None
) -> tuple[Configuration | None, list[Finding], Doubts]:
    """The configuration of a text, as far as it can be made, its errors, and what hangs on these.

    None if it is no TOML at all.
    """
    reader = _Reader(file, registry)
    made = reader.read(text)
    # In the order of the file, which is how they are mended.
    found = sorted(reader.found, key=lambda one: (one.line or 0, one.path))
    return made, found, Doubts(reader.data, frozenset(reader.faults), frozenset(reader.dropped))


class _Reader:
    def __init__(self, file: str | None, registry: Mapping[str, object] | None) -> None:
        self.source = Source(file)
        self.found: list[Finding] = []
        self.data: dict[str, Any] = {}
        self.faults: set[Path] = set()
        self._unread: set[Path] = set()
        self.dropped: set[Path] = set()
        self._structurer = Structurer(registry)

    def read(self, text: str) -> Configuration | None:
        try:
            found = salvage(text)
            if found.last is None:
                self.data = found.data
                self.source = Source(self.source.file, FrozenMap(lines_of(found.text)))
        except RecursionError:
            self._say((), "is nested too deep")
            return None
        for one in found.unread:
            self._say(one.path, one.problem, kind="syntax", line=one.line)
        self._unread = {one.path for one in found.unread if not one.again}
        if found.last is not None:
            self._not_toml(found.last, text)
            return None
        for section in self.data:
            if section not in SECTIONS:
                self._say((section,), f"is no table of a configuration{mean(section, SECTIONS)}", kind="unknown-key")
        router = self._table("router")
        settings = self._make(Settings, router, ("router",)) if router is not None else None
        skills = self._skills()
        structurer = self._structurer
        structurer.known_calendars = tuple(self._table("calendars") or ())
        structurer.calendars = self._calendars(settings, router is not None and "time_zone" in router)
        queues = self._named("queues", Queue, "name")
        agents = self._named("agents", Agent, "id")
        made = Configuration(
            settings=settings or Settings(),
            skills=skills,
            queues=tuple(queues.values()),
            agents=tuple(agents.values()),
            calendars=structurer.calendars,
            classifier=self._classifier(),
            menus=self._menus(),
            source=self.source,
        )
        self._references(skills)
        return made

    # -- saying -------------------------------------------------------------------------------------------------------

    def _say(
        self, path: Path, problem: str, value: object = None, kind: str = "invalid", line: int | None = None
    ) -> None:
        if path in self._unread:
            return  # what could not be read has been told of
        if kind != "unknown-key":
            self.faults.add(path)
        elif meant := _MEANT.search(problem):
            self.faults.add((*path[:-1], meant[1]))  # this seems to be missing, and is not
        self.found.append(
            Finding(
                severity="error",
                kind=kind,
                path=place(path),
                problem=problem,
                line=line if line is not None else self.source.line(path),
                file=self.source.file,
                value=value,
            )
        )

    def _not_toml(self, fault: tomllib.TOMLDecodeError, text: str) -> None:
        said = str(fault)
        line: int | None = None
        head, _, where = said.rpartition(" (at ")
        if head:
            number = where.removeprefix("line ").split(",")[0]
            # "end of document" has no number.
            line = int(number) if number.isdecimal() else text.count("\n") + 1
        standing = text.split("\n")[line - 1].strip() if line is not None else ""
        if said.startswith(("Invalid value", "Unclosed array")) and standing.startswith("[") and standing.endswith("]"):
            problem = f"is no TOML: {standing} stands in a list that is not closed"
        else:
            problem = f"is no TOML: {(head or said)[:1].lower()}{(head or said)[1:]}"
        self.found.append(
            Finding(severity="error", kind="syntax", path="the file", problem=problem, line=line, file=self.source.file)
        )

    # -- tables -------------------------------------------------------------------------------------------------------

    def _table(self, *path: str) -> Mapping[str, Any] | None:
        """A table of the file; None where there is none, which is told of if there is something else."""
        here: Any = self.data
        for part in path:
            if part not in here:
                return None
            here = here[part]
        if not isinstance(here, Mapping):
            if not any(one.path == place(path) for one in self.found):
                self._say(path, f"must be a table, not {shown(here)}", here)
            return None
        return here

    def _make(self, kind: type[T], data: Mapping[str, Any], path: Path) -> T | None:
        def told(below: Path, problem: str, value: object) -> None:
            unknown = problem.startswith("is no key")
            self._say((*path, *below), problem, value, "unknown-key" if unknown else "invalid")

        made = self._structurer.make(kind, data, told)
        self.dropped |= {(*path, *below) for below in self._structurer.dropped}
        return made

    def _named(self, section: str, kind: type[T], key: str) -> dict[str, T]:
        """The values of `[section.NAME]` tables, whose names are a field."""
        made: dict[str, T] = {}
        for name in self._table(section) or ():
            table = self._table(section, name)
            if table is None:
                continue
            if not name:
                self._say((section, name), "must have a name")
                continue
            if key in table:
                self._say(
                    (section, name, key), f"is no key: the name of the table is the {key}", table[key], "unknown-key"
                )
            value = self._make(kind, {**table, key: name}, (section, name))
            if value is not None:
                made[name] = value
        return made

    def _skills(self) -> dict[str, str] | None:
        table = self._table("skills")
        if table is None:
            return None
        for name, meaning in table.items():
            if not isinstance(meaning, str):
                self._say(("skills", name), f"must be a text that says what it means, not {shown(meaning)}", meaning)
        return {name: str(meaning) for name, meaning in table.items()}

    def _calendars(self, settings: Settings | None, zoned: bool) -> dict[str, OpenHours]:
        """All calendars. `zoned`: the router has a time zone, which is that of calendars that have none."""
        made: dict[str, OpenHours] = {}
        combined: dict[str, Mapping[str, Any]] = {}
        for name in self._table("calendars") or ():
            table = self._table("calendars", name)
            path = ("calendars", name)
            if table is None:
                continue
            if any(key in table for key in _TOGETHER):
                if len(table) == 1:
                    combined[name] = table
                else:
                    self._say(path, f"must have one of {', '.join(_TOGETHER)} and nothing else, or hours of its own")
                continue
            if "name" in table:
                self._say((*path, "name"), "is no key: the name of the table is the name", None, "unknown-key")
            zone = "UTC" if settings is None else settings.time_zone  # that of no settings has been told of
            if not zoned and "time_zone" not in table:
                self._say((*path, "time_zone"), "must be given, here or in [router]: these hours are those of a place")
            calendar = self._make(Calendar, {"time_zone": zone, **table, "name": name}, path)
            if calendar is not None:
                made[name] = calendar
        self._combine(combined, made)
        return made

    def _combine(self, combined: dict[str, Mapping[str, Any]], made: dict[str, OpenHours]) -> None:
        """Calendars of calendars, as soon as their parts are there."""
        parts: dict[str, list[Any]] = {}
        for name, table in combined.items():
            ((key, value),) = table.items()
            listed = [value] if key == "opposite" else value
            if not isinstance(listed, list) or not listed or not all(isinstance(part, str) for part in listed):
                what = "the name of a calendar" if key == "opposite" else 'a list of calendars, such as ["office"]'
                self._say(("calendars", name, key), f"must be {what}", value)
                continue
            known = self._structurer.known_calendars
            strange = [part for part in listed if part not in known]
            for part in strange:
                self._say(("calendars", name, key), f"names {part!r}, which is no calendar{mean(part, known)}", part,
                          "unknown-calendar")  # fmt: skip
            if not strange:
                parts[name] = listed
        while ready := [name for name, listed in parts.items() if all(part in made for part in listed)]:
            for name in ready:
                (key,) = combined[name]
                found = [made[part] for part in parts.pop(name)]
                made[name] = Opposite(found[0]) if key == "opposite" else (AnyOpen if key == "any" else AllOpen)(found)
        for name, listed in parts.items():
            if all(part in made or part in parts for part in listed):
                self._say(("calendars", name), "is made of calendars that are made of it")

    def _classifier(self) -> Classifier | None:
        table = self._table("rules")
        if table is None:
            return None
        for key in table:
            if key not in ("rule", "default_queue"):
                self._say(
                    ("rules", key), f"is no key of [rules]{mean(key, ('rule', 'default_queue'))}", kind="unknown-key"
                )
        default = table.get("default_queue")
        if type(default) is not str or not default:
            problem = "must be given: the queue of those whom no rule sends anywhere"
            self._say(
                ("rules", "default_queue"), problem if default is None else "must be the name of a queue", default
            )
            default = None
        listed = table.get("rule", [])
        if not isinstance(listed, list):
            self._say(("rules", "rule"), "must be a list: each rule is a table [[rules.rule]]", listed)
            return None
        rules = []
        named: dict[str, int] = {}
        for index, data in enumerate(listed):
            path = ("rules", "rule", index)
            if not isinstance(data, Mapping):
                self._say(path, f"must be a table, not {shown(data)}", data)
            rule = self._make(Rule, data, path) if isinstance(data, Mapping) else None
            if rule is None:
                self.dropped.add(path)
                continue
            if rule.name is not None and named.setdefault(rule.name, index) != index:
                self._say((*path, "name"), f"must not be that of rules.rule[{named[rule.name]}] too", rule.name)
                self.dropped.add(path)
                continue
            rules.append(rule)
        # A classifier needs a queue; where there is none, nobody will use it, but it is looked at by the checks.
        return Classifier(rules, default_queue=default or "none")

    def _menus(self) -> dict[str, Menu]:
        made = {}
        for name in self._table("menus") or ():
            table = self._table("menus", name)
            menu = None if table is None else self._make(Menu, table, ("menus", name))
            # Prompts with other faults count too: a menu is made of those that have none.
            named: set[object] = set()
            for path, prompt in self._each(("menus", name, "prompts")):
                own = prompt.get("name") if isinstance(prompt, Mapping) else None
                if isinstance(own, str) and own in named and (*path, "name") not in self.faults:
                    self._say((*path, "name"), "must not be there twice", own)
                named |= {own} if isinstance(own, str) else set()
            if menu is not None:
                made[name] = menu
        return made

    # -- what holds between tables ------------------------------------------------------------------------------------

    def _references(self, skills: Mapping[str, str] | None) -> None:
        """Names that nothing is behind. The tables are asked, so that those with faults of their own count too."""
        for agent in self._tables("agents"):
            for path, queue in self._each(("agents", agent, "queues")):
                self._queue(path, queue)
            for path, skill in self._each(("agents", agent, "skills")):
                self._skill(path, skill, skills)
        for queue in self._tables("queues"):
            for kind in ("steps", "limits"):
                for step, _ in self._each(("queues", queue, kind)):
                    for field in ("move_to", "add_queue"):
                        self._queue((*step, field), self._at((*step, field)))
                    for field in ("lower", "drop"):
                        for path, skill in self._each((*step, field)):
                            self._skill(path, skill, skills)
        self._queue(("rules", "default_queue"), self._at(("rules", "default_queue")))
        for rule, _ in self._each(("rules", "rule")):
            self._queue((*rule, "queue"), self._at((*rule, "queue")))
            for path, need in self._each((*rule, "needs")):
                if isinstance(need, Mapping):
                    self._skill((*path, "skill"), need.get("skill"), skills)
                else:
                    self._skill(path, need, skills)

    def _at(self, path: Path) -> Any:
        """What is at a path, None if nothing is."""
        here: Any = self.data
        for part in path:
            if isinstance(here, Mapping):
                here = here.get(str(part))
            elif isinstance(here, list) and isinstance(part, int):
                here = here[part]
            else:
                return None
        return here

    def _each(self, path: Path) -> list[tuple[Path, Any]]:
        """The paths of what is in a list, and what is there; of a table, its names."""
        here = self._at(path)
        if isinstance(here, Mapping):
            return [((*path, name), name) for name in here]
        return [((*path, index), item) for index, item in enumerate(here)] if isinstance(here, list) else []

    def _tables(self, section: str) -> tuple[str, ...]:
        return tuple(self._table(section) or ())

    def _queue(self, path: Path, name: object) -> None:
        known = self._tables("queues")
        if isinstance(name, str) and name and name not in known:
            problem = f"names {shown(name)}, which is no queue of this file{mean(name, known)}"
            self._say(path, problem, name, "unknown-queue")

    def _skill(self, path: Path, name: object, skills: Mapping[str, str] | None) -> None:
        if isinstance(name, str) and name and skills is not None and name not in skills:
            problem = f"names {shown(name)}, which [skills] does not declare{mean(name, skills)}"
            self._say(path, problem, name, "unknown-skill")
