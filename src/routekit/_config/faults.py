"""What is found in a file: a fault or a warning, with its place, and the error that carries all of them.

Only these values live here, and how they are said. What is wrong is found by `reading` and `checks`.
"""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from routekit._config.lines import Path, said
from routekit._frozen import EMPTY
from routekit.errors import InvalidConfiguration, InvalidValue, _shorten

__all__ = [
    "ConfigurationFault",
    "Finding",
    "InvalidFile",
    "Severity",
    "Source",
    "mean",
    "near",
    "place",
    "refused",
    "shown",
]

Severity: TypeAlias = Literal["error", "warning"]


@attrs.frozen
class Source:
    """Where a configuration was read: a file, by its name, and the line of each of its paths."""

    file: str | None = None
    lines: Mapping[Path, int] = attrs.field(default=EMPTY, repr=False)

    def line(self, path: Path) -> int | None:
        """The line of a path, or of the nearest one that it lies in."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


@attrs.frozen(kw_only=True)
class Finding:
    """Something that is wrong in a file, or that looks wrong: where, and what to do about it.

    A configuration with an error is refused. One with a warning works, though perhaps not as it was meant to. `kind` is
    a word for each sort of finding, for tools; `problem` goes on where `path` ends.
    """

    severity: Severity
    kind: str
    path: str
    problem: str
    line: int | None = None
    file: str | None = None
    value: Any = attrs.field(default=None, repr=False, eq=False)

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return f"{where + ': ' if where else ''}{self.severity}: {self.path} {self.problem}"

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data that JSON takes."""
        names = ("severity", "kind", "file", "line", "path", "problem")
        return {name: getattr(self, name) for name in names}


class ConfigurationFault(InvalidValue):
    """A fault of a file: `path` is that of the value, `line` the line where it stands, `problem` what is wrong."""

    def __init__(self, *, path: str, value: object, problem: str, line: int | None = None, file: str | None = None,
                 events: tuple[Any, ...] = ()) -> None:  # fmt: skip
        super().__init__(path=path, value=value, problem=problem, events=events)
        self.line = line
        self.file = file
        where = ":".join(str(part) for part in (file, line) if part is not None)
        self.args = (f"{where + ': ' if where else ''}{path} {problem}",)


class InvalidFile(InvalidConfiguration):
    """All the faults of one file, as `ConfigurationFault`: each has a path, a line and a problem."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The same as findings."""
        return tuple(
            Finding(
                severity="error",
                kind="invalid",
                path=fault.path,
                problem=fault.problem,
                line=getattr(fault, "line", None),
                file=getattr(fault, "file", None),
                value=fault.value,
            )
            for fault in self.exceptions
            if isinstance(fault, InvalidValue)
        )


def refused(findings: Sequence[Finding], file: str | None) -> InvalidFile:
    """The error that says all of them."""
    faults = [
        ConfigurationFault(path=one.path, value=one.value, problem=one.problem, line=one.line, file=one.file)
        for one in findings
    ]
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return InvalidFile(f"{file or 'the configuration'} cannot be used: {count}", faults)


def near(name: object, known: Iterable[str]) -> str | None:
    """The name that may have been meant, if one is near."""
    found = difflib.get_close_matches(str(name).casefold(), list(known), n=1)
    return found[0] if found else None


def mean(name: object, known: Iterable[str]) -> str:
    """What may have been meant, as the end of a sentence: `; did you mean 'support'?`, or what there is."""
    listed = list(known)
    meant = near(name, listed)
    if meant is not None:
        return f"; did you mean {meant!r}?"
    if not listed:
        return "; there is none"
    return f"; there is {', '.join(listed)}" if len(listed) <= 12 else ""


def shown(value: object) -> str:
    """A value as TOML would write it, cut short if it is long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
        return text if len(text) <= 80 else f'{text[:70]}..."'
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return _shorten(value)


def place(path: Path) -> str:
    """As `said`; the whole file has a name too."""
    return said(path) or "the file"
