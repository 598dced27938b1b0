"""Which line of a TOML text says what: from the path of a value to the line where it stands.

Only that is found here; what a text means is tomllib's to say, and no text comes here that it has not read. It keeps no
positions, and neither does tomlkit (0.15), the one other reader that is well kept. So the text is gone through once
more, by a scanner that knows where a key, a text, a list and a table begin and end, and no more.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from collections.abc import Mapping
from typing import TypeAlias

__all__ = ["Path", "lines_of", "said"]

Path: TypeAlias = tuple[str | int, ...]
"""Where a value is: names of tables, and numbers of a list's items."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"[ \t]*")
_EMPTY = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_PLAIN = re.compile(r"[^,\]}#\n]*")
_TEXTS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2}(?!"))', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2}(?!'))", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)


def said(path: Path) -> str:
    """A path as people write it.

    >>> said(("queues", "support", "steps", 1, "after_s")), said(("queues", "night shift"))
    ('queues.support.steps[1].after_s', 'queues."night shift"')
    """
    parts = []
    for part in path:
        if isinstance(part, int):
            parts.append(f"[{part}]")
        else:
            parts.append(f".{part}" if _BARE.fullmatch(part) else f'."{part}"')
    return "".join(parts).removeprefix(".")


def lines_of(text: str) -> Mapping[Path, int]:
    """Return the line, from 1, of every table, item and value of a text that tomllib reads.

    >>> lines = lines_of('[queues.support]\\nwrap_up_s = 5\\nsteps = [\\n  { after_s = 60 },\\n]')
    >>> lines["queues", "support", "steps", 0]
    4
    """
    scanner = _Scanner(text)
    scanner.run()
    return scanner.lines


class _Scanner:
    """Goes through a text from its begin to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._ends = [index for index, letter in enumerate(text) if letter == "\n"]
        self._items: dict[Path, int] = {}  # of lists of tables, how many there are so far

    def run(self) -> None:
        table: Path = ()
        self._skip(_EMPTY)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_EMPTY)

    def _line(self) -> int:
        return bisect.bisect_left(self._ends, self.at) + 1

    def _skip(self, what: re.Pattern[str]) -> str:
        found = what.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()

    def _header(self) -> Path:
        line = self._line()
        several = self.text.startswith("[[", self.at)
        self.at += 2 if several else 1
        path: Path = ()
        names = self._names()
        for number, name in enumerate(names, 1):
            path = (*path, name)
            self.lines.setdefault(path, line)
            if number == len(names) and several:
                self._items[path] = self._items.get(path, 0) + 1
            elif number == len(names):
                self.lines[path] = line  # a table inside it may have come first
            if path in self._items:
                path = (*path, self._items[path] - 1)
                self.lines.setdefault(path, line)
        self.at += 2 if several else 1
        return path

    def _names(self) -> list[str]:
        """A name, or several with dots between them."""
        names = []
        while True:
            self._skip(_BLANK)
            bare = self._skip(_BARE)
            names.append(bare or self._quoted())
            self._skip(_BLANK)
            if self.at >= len(self.text) or self.text[self.at] != ".":
                return names
            self.at += 1

    def _quoted(self) -> str:
        for kind in _TEXTS[2:]:
            raw = self._skip(kind)
            if raw:
                name: str = tomllib.loads(f"name = {raw}")["name"]
                return name
        raise ValueError(f"no name at {self.at}")  # tomllib would have refused the text

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for name in self._names():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: Path) -> None:
        letter = self.text[self.at]
        if letter == "[":
            self._list(path)
        elif letter == "{":
            self._inline(path)
        elif letter in "\"'":
            next(raw for kind in _TEXTS if (raw := self._skip(kind)))
        else:
            self._skip(_PLAIN)

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        self._skip(_EMPTY)
        while self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
            else:
                self.lines[(*path, number)] = self._line()
                self._value((*path, number))
                number += 1
            self._skip(_EMPTY)
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        self._skip(_EMPTY)
        while self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
            else:
                self._pair(path)
            self._skip(_EMPTY)
        self.at += 1
