"""Text files of one record a line, with the place of every fault.

What the readers of logs share lives here: decoding, splitting, the header, numbers. What a column means is the affair
of `bank` and `csvlog`.

A record is one line: an open quote spoils its own line and not the rest of the file, which `csv` by itself would
swallow as one field. Places count from 1: the line is the one an editor shows, the column is the field's number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from routekit.errors import LogError

__all__ = ["Table", "decimal", "first_line", "read_table"]

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")

LARGEST = 1e10
"""No time or duration above this many seconds (three centuries): sums of such floats still hold microseconds."""


class Table:
    """A log's header and lines; `line` and `column` of a fault come from here."""

    __slots__ = ("_lines", "_start", "columns", "delimiter", "path")

    def __init__(self, path: str, columns: Sequence[str], delimiter: str, lines: list[str], start: int) -> None:
        self.path = path
        self.columns = tuple(columns)
        self.delimiter = delimiter
        self._lines = lines
        self._start = start

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Each record's line number and text. An empty line is no record."""
        for number, text in enumerate(self._lines, self._start):
            if text and not text.isspace():
                yield number, text

    def fields(self, line: int, text: str) -> list[str]:
        """The fields of a record, without the blanks around them. LogError when their number is not the header's."""
        if '"' in text:
            try:
                row = next(csv.reader([text], delimiter=self.delimiter, strict=True))
            except csv.Error as fault:
                raise self.error(line, _quote_at(text, self.delimiter), f"the quotes do not match ({fault})") from None
        else:
            row = text.split(self.delimiter)
        if len(row) < len(self.columns):
            missing = self.columns[len(row)]
            raise self.error(line, len(row) + 1, f"the row ends before {missing}: {len(self.columns)} fields expected")
        if len(row) > len(self.columns):
            at = len(self.columns) + 1
            raise self.error(line, at, f"{len(row)} fields where the header has {len(self.columns)}")
        return [field.strip() for field in row]

    def error(self, line: int, column: int, problem: str) -> LogError:
        """A fault at a place of this file."""
        return LogError(problem, path=self.path, line=line, column=column)


def read_table(path: str | Path, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read a file and check its header: every required column, no unknown one, none twice, in any order.

    Commas or tabs. LogError, with line and column, for a file that is not there, empty, not UTF-8 or of another
    layout. Cost: reads the whole file.
    """
    name = str(path)
    text = _decode(name)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = 1
    while lines and (not lines[0] or lines[0].isspace()):
        lines.pop(0)
        start += 1
    if not lines:
        raise LogError("the file is empty: a header was expected: " + ",".join(required), path=name, line=1, column=1)
    header = lines.pop(0)
    delimiter = "\t" if "\t" in header else ","
    columns = next(csv.reader(io.StringIO(header), delimiter=delimiter), [])
    columns = [column.strip() for column in columns]
    _check_header(name, start, columns, required, optional)
    return Table(name, columns, delimiter, lines, start + 1)


def decimal(text: str) -> float | None:
    """A plain decimal number such as `12`, `0.5` or `-3.25`; None for anything else, `nan` and `1_000` included.

    >>> decimal("12.5"), decimal("1e3"), decimal("nan")
    (12.5, None, None)
    """
    if _DECIMAL.fullmatch(text) is None or not text.isascii():
        return None
    return float(text)


def _decode(name: str) -> str:
    try:
        data = Path(name).read_bytes()
    except OSError as fault:
        raise LogError(f"cannot be read ({fault.strerror or fault}): give the path of a call log", path=name) from fault
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = data[: fault.start]
        line = 1 + before.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
        tail = before.replace(b"\r", b"\n").rpartition(b"\n")[2]
        column = 1 + tail.count(b",") + tail.count(b"\t")
        problem = f"byte 0x{data[fault.start]:02x} is not UTF-8: save the file as UTF-8"
        raise LogError(problem, path=name, line=line, column=column) from None


def _check_header(
    name: str, line: int, columns: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> None:
    known = [*required, *optional]
    for number, column in enumerate(columns, 1):
        if column not in known:
            problem = f"unknown column {column[:60]!r}: known are {', '.join(known)}"
            raise LogError(problem, path=name, line=line, column=number)
        if column in columns[: number - 1]:
            raise LogError(f"the column {column!r} is there twice", path=name, line=line, column=number)
    missing = [column for column in required if column not in columns]
    if missing:
        problem = f"the header lacks {', '.join(missing)}"
        raise LogError(problem, path=name, line=line, column=len(columns) + 1)


def _quote_at(text: str, delimiter: str) -> int:
    """The number of the field in which the first quote stands."""
    return 1 + text[: text.index('"')].count(delimiter)


def first_line(path: str | Path) -> str:
    """The first line of a file that holds anything, for guessing its layout. LogError if it cannot be read."""
    for line in _decode(str(path)).splitlines():
        if line and not line.isspace():
            return line
    return ""
