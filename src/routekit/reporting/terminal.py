"""A replay's tables for a terminal or a pipe, by rich; needs `routekit[cli]`.

Only layout lives here; `summary` says what is shown. What goes to a pipe is plain text without escape codes, 100
columns wide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from rich.box import Box
from rich.console import Console
from rich.table import Table

from routekit.reporting import summary
from routekit.reporting.words import count, printable
from routekit.simulation.replay import Replay

__all__ = ["console_for", "print_replay"]

WIDTH = 100
"""Columns of text that does not go to a terminal."""

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


def _table(grid: summary.Grid) -> Table:
    table = Table(
        title=grid.title, box=_RULED, title_justify="left", title_style="bold", pad_edge=False, show_edge=False
    )
    for number, column in enumerate(grid.columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for row in grid.rows:
        table.add_row(*map(printable, row))
    return table
