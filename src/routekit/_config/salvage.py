"""A text that is no TOML in places, read all the same: what cannot be read is told of, left out, and the rest read on.

A reader of TOML stops at the first thing that it cannot read, such as the 30th of February. People mend a file in one
go if they are told of all that is wrong in it. What is left out here is a value, a line of a key, or the name of a
table; where it is not certain what belongs to a fault, nothing is left out, and the fault is the last.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import attrs

from routekit._config.lines import Path

__all__ = ["Salvaged", "Unread", "salvage"]

_MOST = 100
"""So many faults are left out: each costs reading the text once more."""

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEY = re.compile(r"""[ \t]*((?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')(?:[ \t]*\.[ \t]*(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'))*)[ \t]*=""")  # fmt: skip # noqa: E501
_HEADER = re.compile(r"[ \t]*(\[\[?)([^\[\]\n]+)(\]\]?)[ \t]*(?:#.*)?$")
_TOKEN = re.compile(r"[^,\]}#\n]*")
_DIGITS = re.compile(r"(?<=[=,\[])\s*[+-]?(\d[\d_]{3000,})")
_HELD_PLACE = "unread value "


@attrs.frozen
class Unread:
    """What was left out: its path, if it is certain, the line, and what is wrong with it. `again`: it was there."""

    path: Path
    problem: str
    line: int
    again: bool = False


@attrs.frozen
class Salvaged:
    """What was read: the data, the text that it is of (line for line that of the file), and what is not in it."""

    data: dict[str, Any]
    text: str
    unread: tuple[Unread, ...] = ()
    last: tomllib.TOMLDecodeError | None = None
    """The fault at which reading ended, if it did."""


def salvage(text: str) -> Salvaged:
    """Read a text as far as it can be. Costs one reading, and another for each fault.

    >>> found = salvage("[calendars.day]\\nholidays = [2026-12-25, 2026-02-30]\\n")
    >>> [(one.path, one.line, one.problem) for one in found.unread]
    [(('calendars', 'day', 'holidays', 1), 2, 'must be a date that exists, not 2026-02-30')]
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")  # as editors leave them; lines stay what they are
    held: dict[str, tuple[str, int]] = {}  # by what stands in their place: problems and lines of values
    unread: list[Unread] = []
    last: tomllib.TOMLDecodeError | None = None
    tables = 0
    data: dict[str, Any] = {}
    while True:
        try:
            data = tomllib.loads(text)
            break
        except tomllib.TOMLDecodeError as fault:
            left = _left_out(text, fault, len(held), len(unread)) if len(held) + len(unread) < _MOST else None
            if left is None:
                last = fault
                break
            text, found = left
            if isinstance(found, Unread):
                unread.append(found)
                tables += 1
            else:
                held[f"{_HELD_PLACE}{len(held)}"] = found
        except ValueError:  # of a whole number that is too long to be read
            match = _DIGITS.search(text)
            if match is None or len(held) >= _MOST:
                last = tomllib.TOMLDecodeError("a number is too long")
                break
            problem = "must be a number of fewer digits"
            name = f"{_HELD_PLACE}{len(held)}"
            held[name] = problem, text.count("\n", 0, match.start(1)) + 1
            text = f'{text[: match.start()]} "{name}"{text[match.end() :]}'
    for number in range(tables):
        data.pop(f"{_HELD_PLACE}{number}", None)
    places = dict(_places(data, ()))
    lines = text.split("\n")
    unread += [Unread(places.get(name) or _path(lines, found[1]), *found) for name, found in held.items()]
    return Salvaged(data, text, tuple(unread), last)


def _places(here: Any, path: Path) -> list[tuple[str, Path]]:
    """Where the values are that stand for what could not be read."""
    if isinstance(here, str):
        return [(here, path)] if here.startswith(_HELD_PLACE) else []
    items = here.items() if isinstance(here, Mapping) else enumerate(here) if isinstance(here, list) else ()
    return [place for key, item in items for place in _places(item, (*path, key))]


def _left_out(
    text: str, fault: tomllib.TOMLDecodeError, values: int, others: int
) -> tuple[str, Unread | tuple[str, int]] | None:
    """The text without what is wrong, and what it was; None if that is not certain."""
    said = str(fault)
    where = _WHERE.search(said)
    if where is None or where[1] is None:
        return None
    lines = text.split("\n")
    number, column = int(where[1]), int(where[2])
    said = said[: where.start()]
    line = lines[number - 1]
    begin = column - 1
    if said.startswith(("Expected newline", "Unclosed")):
        # A value that goes on where it should have ended, such as 2026-13-01, which begins as a number does.
        begin = len(line[:begin]) - len(re.split(r"[ \t,=\[{]", line[:begin])[-1])
    if begin < column - 1 or said in ("Invalid date or datetime", "Invalid value"):
        if _HEADER.match(line):
            return None  # it stands in a list that is not closed
        match = _TOKEN.match(line, begin)
        token = match.group().rstrip() if match is not None else ""
        if not token or re.search(r"""["'\[{]""", token):
            return None
        shown = token if len(token) <= 40 else f"{token[:40]}..."
        if re.match(r"\d{4}-\d\d-\d\d", token):
            problem = f"must be a date that exists, not {shown}"
        else:
            problem = f'is no value: {shown}; a text stands in quotation marks, "{shown}"'
        lines[number - 1] = f'{line[:begin]}"{_HELD_PLACE}{values}"{line[begin + len(token) :]}'
        return "\n".join(lines), (problem, number)
    if said.startswith(("Cannot declare", "Cannot overwrite", "Cannot mutate", "Cannot redefine")):
        return _twice(lines, number, others)
    # Whatever else is wrong with one line: it can go if all that it opens ends in it.
    key = _KEY.match(line)
    if said.startswith("Unclosed") and not re.search(r"[\[{]", line):
        return None  # it was opened before
    if key is None or any(line.count(one) != line.count(other) for one, other in ("[]", "{}")) or line.count('"') % 2:
        return None
    path = _path(lines, number)
    lines[number - 1] = ""
    return "\n".join(lines), Unread(path, f"cannot be read: {said[:1].lower()}{said[1:]}", number)


def _twice(lines: list[str], number: int, others: int) -> tuple[str, Unread] | None:
    """Without a key or a table that is there again."""
    header = _HEADER.match(lines[number - 1])
    if header is not None:
        path = _names(header[2])
        # What stands under it goes with it, for it has faults enough of its own where it does not belong.
        lines[number - 1] = f'["{_HELD_PLACE}{others}"]'
        return "\n".join(lines), Unread(
            path, "is there twice, or is no table: write all of it in one place", number, True
        )
    last = number
    while not _whole(lines[number - 1 : last]):  # a value of several lines
        number -= 1
        if not number:
            return None
    path = _path(lines, number)
    lines[number - 1 : last] = [""] * (last - number + 1)
    return "\n".join(lines), Unread(path, "is there twice", number, True)


def _whole(lines: list[str]) -> bool:
    """Whether lines are a key with the whole of its value."""
    if _KEY.match(lines[0]) is None:
        return False
    try:
        return bool(tomllib.loads("\n".join(lines)))
    except ValueError:
        return False


def _path(lines: list[str], number: int) -> Path:
    """The path of the key that begins in a line; of its table if none does."""
    key = _KEY.match(lines[number - 1])
    return (*_table(lines, number), *(_names(key[1]) if key is not None else ()))


def _table(lines: list[str], number: int) -> Path:
    """The table that a line belongs to."""
    found: Path = ()
    items: dict[Path, int] = {}  # of lists of tables, the number of the last one
    for line in lines[:number]:
        header = _HEADER.match(line)
        if header is None:
            continue
        path: Path = ()
        names = _names(header[2])
        if header[1] == "[[":
            items[names] = items.get(names, -1) + 1
        for end, name in enumerate(names, 1):
            path = (*path, name)
            if names[:end] in items:
                path = (*path, items[names[:end]])
        found = path
    return found


def _names(key: str) -> Path:
    """A key's names, from what stands before its equals sign."""
    try:
        here: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return (key.strip(),)
    names: list[str] = []
    while isinstance(here, Mapping):
        ((name, here),) = here.items()
        names.append(name)
    return tuple(names)
