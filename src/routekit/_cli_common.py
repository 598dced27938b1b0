"""What the commands of `routekit` have in common: exit codes, faults of files, bad rows, the progress bar.

Nothing here knows what a command does.
"""

from __future__ import annotations

import sys
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from routekit.errors import LogError
from routekit.reporting.terminal import console_for

__all__ = ["FAULT", "BadFile", "Problems", "progress_bar"]

FAULT = 2
"""The exit code of a usage error or a bad file."""
SHOWN = 20
"""How many bad rows are told of one by one."""


class BadFile(click.ClickException):
    """One message on stderr, and exit code 2."""

    exit_code = FAULT

    def show(self, file: Any = None) -> None:
        click.echo(f"routekit: {self.format_message()}", err=True)


class Problems:
    """Tells of bad rows on stderr, the first ones each, the rest as a number."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, problem: LogError) -> None:
        self.count += 1
        if self.count <= SHOWN:
            click.echo(f"skipped: {problem}", err=True)

    def close(self) -> None:
        if self.count > SHOWN:
            click.echo(f"skipped: {self.count - SHOWN} more bad rows like these", err=True)


def progress_bar() -> Progress:
    """A bar on stderr, where that is a terminal."""
    console = console_for(sys.stderr)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
