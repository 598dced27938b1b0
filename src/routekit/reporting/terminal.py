"""A replay's tables for a terminal or a pipe, by rich; needs `routekit[cli]`.

Only layout lives here; `summary` says what is shown. What goes to a pipe is plain text without escape codes, 100
columns wide.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import IO

from rich.box import Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from routekit.reporting import summary
from routekit.reporting.compared import comparison_grid, explained
from routekit.reporting.words import count, printable
from routekit.simulation.compare import Comparison
from routekit.simulation.replay import Replay

__all__ = ["console_for", "print_comparison", "print_grid", "print_replay"]

WIDTH = 100
"""Columns of text that does not go to a terminal."""

LEAST_NAME = 16
"""Columns that the names of a comparison need in its table. Where there are fewer they stand below it."""
INDENT = "  "
"""What the further lines of a name begin with."""

# A line under the head and nothing else, in ASCII: it survives any encoding that a pipe may have.
_RULED = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)


def console_for(file: IO[str]) -> Console:
    """A console for this stream: colours and the real width on a terminal, plain text elsewhere."""
    if file.isatty():
        return Console(file=file, highlight=False, markup=False, emoji=False)
    # All said outright: the environment (FORCE_COLOR and the like) must not put escape codes into a pipe.
    return Console(
        file=file,
        force_terminal=False,
        color_system=None,
        no_color=True,
        width=WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def print_replay(console: Console, made: Replay, took_s: float) -> None:
    """Print the figures beside what really happened, then queues where there are several, then agents."""
    console.print(printable(made.trace.source), style="bold", soft_wrap=True)
    for line in summary.accounting(made):
        console.print(line, soft_wrap=True)
    console.print()
    for grid in _grids(made):
        console.print(_table(grid))
        console.print()
    for note in made.notes:
        console.print(note, soft_wrap=True)
        console.print()
    rate = f", {made.decisions / took_s:,.0f} decisions a second" if took_s > 0.0 else ""
    console.print(
        f"{count(made.decisions)} decisions, {count(made.events)} events, {took_s:.2f} s{rate}", soft_wrap=True
    )
    console.print(f"digest {made.digest}", soft_wrap=True)


def _grids(made: Replay) -> Iterator[summary.Grid]:
    yield summary.main_figures(made)
    if len(made.by_queue) > 1:
        yield summary.by_queue(made)
    if made.loads:
        yield summary.agents(made)


def print_comparison(console: Console, found: Comparison, took_s: float) -> None:
    """Print one line for each run, what its columns mean, and the digests."""
    console.print(printable(found.trace.source), style="bold", soft_wrap=True)
    for line in summary.accounting(found.runs[0].made):
        console.print(line, soft_wrap=True)
    console.print()
    grid = comparison_grid(found)
    names = [row[0] for row in grid.rows]
    # What the other columns leave for the names: each has room for a star, and a blank before it.
    columns = list(zip(grid.columns, *grid.rows, strict=True))[1:]
    room = console.width - sum(max(map(len, column)) + 2 for column in columns)
    apart = room < LEAST_NAME
    if apart:
        rows = tuple((str(number), *row[1:]) for number, row in enumerate(grid.rows, start=1))
        grid = dataclasses.replace(grid, columns=("", *grid.columns[1:]), rows=rows)
    console.print(_table(grid, None if apart else room, tight=True))
    console.print()
    if apart:
        for number, name in enumerate(names, start=1):
            console.print(f"{number:2} {printable(name)}", soft_wrap=True)
        console.print()
    legend = Table.grid(padding=(0, 2))
    if grid.best:
        legend.add_row(Text("*", "bold green"), "the best of its column")
    for term, meaning in explained(found):
        legend.add_row(term, Text(printable(meaning), "dim"))
    console.print(legend)
    console.print()
    for run in found.runs:
        console.print(f"digest {run.made.digest}  {printable(run.policy.label)}", soft_wrap=True)
    events = sum(run.made.events for run in found.runs)
    console.print(f"{len(found.runs)} runs, {count(events)} events, {took_s:.2f} s", soft_wrap=True)


def print_grid(console: Console, grid: summary.Grid) -> None:
    """Print one table, with what its stars mean."""
    console.print(_table(grid, tight=bool(grid.best)))
    if grid.best:
        console.print(Text("* the best of its column", "dim"))


def _table(grid: summary.Grid, name_width: int | None = None, tight: bool = False) -> Table:
    """The table; `name_width` breaks longer names over several lines, `tight` leaves a blank between columns."""
    table = Table(
        title=grid.title, box=_RULED, title_justify="left", title_style="bold", pad_edge=False, show_edge=False
    )
    if tight:
        table.padding = (0, 0)
    for number, column in enumerate(grid.columns):
        table.add_column(column + _mark(grid, None, number), justify="right" if number else "left", no_wrap=True)
    for place, row in enumerate(grid.rows):
        name, *values = map(printable, row)
        texts = [Text(_broken(name, name_width))]
        for number, value in enumerate(values, start=1):
            style = "bold green" if (place, number) in grid.best else ""
            texts.append(Text(value + _mark(grid, place, number), style))
        table.add_row(*texts)
    return table


def _mark(grid: summary.Grid, row: int | None, column: int) -> str:
    """A star behind what is best, and room for it behind the rest of a table that has any."""
    if not grid.best or not column:
        return ""
    return "*" if row is not None and (row, column) in grid.best else " "


def _broken(name: str, width: int | None) -> str:
    """A long name over several lines, broken after what separates its parts, if there is such a place.

    >>> _broken("fewest-contacts:count=offered/fifo", 20)
    'fewest-contacts:\\n  count=offered/fifo'
    """
    if width is None or len(name) <= width:
        return name
    lines, most = [""], width - len(INDENT)
    for part in re.split(r"(?=/)|(?<=[:,])", name):
        for piece in (part[start : start + most] for start in range(0, len(part), most)):
            if lines[-1] and len(lines[-1]) + len(piece) > width:
                lines.append(INDENT)
            lines[-1] += piece
    return "\n".join(lines)
