"""The commands of `routekit`: options, files, exit codes. Needs click and rich, the extra `routekit[cli]`.

Here is what reads the command line, the clock of how long a run took, and writes to the streams. What a command does
is in `routekit.simulation`, how it looks in `routekit.reporting`.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from routekit import strategies
from routekit.errors import LogError, RoutekitError
from routekit.reporting.page import page
from routekit.reporting.terminal import console_for, print_replay
from routekit.simulation.bank import read_bank
from routekit.simulation.csvlog import read_csv
from routekit.simulation.driver import Answers, accept_at_once
from routekit.simulation.measure import Figures
from routekit.simulation.replay import Replay, Settings, replay
from routekit.simulation.rows import first_line
from routekit.simulation.synthetic import Habits, demo_day
from routekit.simulation.trace import Trace

__all__ = ["run"]

FAULT = 2
"""The exit code of a usage error or a bad file."""
SHOWN = 20
"""How many bad rows are told of one by one."""


class _BadFile(click.ClickException):
    """One message on stderr, and exit code 2."""

    exit_code = FAULT

    def show(self, file: Any = None) -> None:
        click.echo(f"routekit: {self.format_message()}", err=True)


class _Number(click.FloatRange):
    """A number in a range, which `nan` is not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the stream's encoding lacks is shown with a question mark, not with a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = routekit.main(
            args=None if arguments is None else list(arguments), prog_name="routekit", standalone_mode=False
        )
    except click.Abort:
        click.echo("routekit: stopped", err=True)
        return 130
    except click.ClickException as fault:
        fault.show()
        return fault.exit_code
    except RoutekitError as fault:
        click.echo(f"routekit: {fault}", err=True)
        return FAULT
    return code if isinstance(code, int) else 0


def _version(context: click.Context, option: click.Parameter, asked: bool) -> None:
    if not asked:
        return
    try:
        click.echo(f"routekit {metadata.version('routekit')}")
    except metadata.PackageNotFoundError:
        click.echo("routekit, from a source tree that is not installed")
    context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version and exit."
)
def routekit() -> None:
    """Who takes this contact, and how long will it wait?

    `routekit demo` plays a made-up day through the router and needs nothing else. `routekit replay LOG` does the same
    with a log of yours.
    """


_Command = Callable[..., Any]


def _shared(command: _Command) -> _Command:
    """The options that `replay` and `demo` have in common."""
    options = [
        click.option(
            "--agent-order",
            type=click.Choice(strategies.names("agent")),
            help="Which agent gets a contact. Default: what the queues say, else longest-idle.",
        ),
        click.option(
            "--contact-order",
            type=click.Choice(strategies.names("contact")),
            help="Which contact comes first in a queue. Default: what the queues say, else aged.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="Seed of every draw: the same seed gives the same run, to the last event.",
        ),
        click.option(
            "--wrap-up-s",
            type=_Number(min=0, max=1_000_000),
            metavar="SECONDS",
            help="Work after each contact, while the agent takes nothing in its place.",
        ),
        click.option(
            "--service-level-s",
            type=_Number(min=0, max=1_000_000_000, min_open=True),
            metavar="SECONDS",
            help="A contact connected within so long meets the service level. Default: what the queues say, else 20.",
        ),
        click.option(
            "--service-level-target",
            type=_Number(min=0, max=1, min_open=True),
            metavar="SHARE",
            help="The share that is meant to meet it; the report shows it. Default: what the queues say, else 0.8.",
        ),
        click.option(
            "--json",
            "as_json",
            is_flag=True,
            help="Print one JSON object and nothing else to stdout.",
        ),
        click.option(
            "--report",
            type=click.Path(dir_okay=False, writable=True, path_type=Path),
            metavar="FILE.html",
            help="Write a page with charts and tables: one file that needs nothing else.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@routekit.command("replay", short_help="Play a call log of yours through the router.")
@click.argument("log", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "layout",
    type=click.Choice(["auto", "bank", "csv"]),
    default="auto",
    show_default=True,
    help="Layout of LOG: the Technion's Anonymous Bank, or routekit's own. auto looks at the header.",
)
@click.option("--strict", is_flag=True, help="Stop at the first bad row instead of counting it as skipped.")
@click.option("--limit-rows", type=click.IntRange(min=0), metavar="N", help="Read the first N rows only.")
@_shared
def replay_command(log: Path, layout: str, strict: bool, limit_rows: int | None, seed: int, **options: Any) -> None:
    """Play the call log LOG through the router, under a clock of its own.

    The people who called that day call again, at the same second, with the patience and the handling time that
    they had; the agents who worked that day sign in and out as they did. The router decides who talks to whom. The
    table shows what came of it beside what really happened.

    \b
    Layouts (docs/replay.md has every rule):
      bank  vru+line,call_id,customer_id,priority,type,date,vru_entry,...
      csv   id,queue,channel,priority,needs,arrived_s,patience_s,handle_s,agent

    \b
    Examples:
      routekit replay calls.csv
      routekit replay calls.csv --report calls.html
      routekit replay calls.csv --agent-order round-robin --wrap-up-s 30 --json

    Rows that make no sense are told of on stderr with line and column, and counted as skipped. Exit code 2: the file
    cannot be used, or --strict met a bad row.
    """
    if layout == "auto":
        layout = "bank" if "vru_entry" in first_line(log) else "csv"
    problems = _Problems()
    read = read_bank if layout == "bank" else read_csv
    trace = read(log, strict=strict, seed=seed, limit=limit_rows, on_problem=problems)
    problems.close()
    _play(trace, accept_at_once, seed=seed, **options)


@routekit.command("demo", short_help="Play a made-up day through the router; no download.")
@_shared
def demo_command(seed: int, **options: Any) -> None:
    """Play a made-up day of a small centre through the router: nothing to download, nothing to prepare.

    Voice, chat and e-mail from eight to eight; agents with two skills, shifts, breaks and room for several chats; three
    priorities; needs that are relaxed as people wait; offers that some agents miss or decline. Another seed is another
    day.

    \b
    Examples:
      routekit demo
      routekit demo --seed 7 --report demo.html
      routekit demo --agent-order fewest-contacts --json
    """
    _play(demo_day(seed), Habits(seed), seed=seed, notes=2, **options)


class _Problems:
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


def _play(
    trace: Trace,
    answers: Answers,
    *,
    seed: int,
    agent_order: str | None,
    contact_order: str | None,
    wrap_up_s: float | None,
    service_level_s: float | None,
    service_level_target: float | None,
    as_json: bool,
    report: Path | None,
    notes: int = 0,
) -> None:
    """Run a trace and put out what came of it."""
    if report is not None and not report.parent.is_dir():
        # Said before the work, not after it.
        raise _BadFile(f"{report}: there is no directory {report.parent}")
    settings = Settings(
        seed=seed,
        agent_order=None if agent_order is None else strategies.agent_order(agent_order),
        contact_order=None if contact_order is None else strategies.contact_order(contact_order),
        wrap_up_s=wrap_up_s,
        within_s=service_level_s,
        target=service_level_target,
    )
    with _progress() as bar:
        task = bar.add_task(trace.source, total=len(trace.calls))
        began = time.perf_counter()
        made = replay(
            trace,
            settings,
            answers=answers,
            notes=notes,
            progress=lambda arrived: bar.update(task, completed=arrived),
        )
        took_s = time.perf_counter() - began
    if report is not None:
        try:
            report.write_text(page(made, took_s), encoding="utf-8")
        except OSError as fault:
            raise _BadFile(f"{report}: cannot be written: {fault.strerror or fault}") from fault
    if as_json:
        click.echo(json.dumps(_data(made, took_s), indent=2, allow_nan=False))
        return
    print_replay(console_for(sys.stdout), made, took_s)
    if report is not None:
        click.echo(f"report {report}")


def _progress() -> Progress:
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


def _data(made: Replay, took_s: float) -> dict[str, Any]:
    """What --json prints: plain data, seconds and shares."""
    trace, settings = made.trace, made.settings
    ours = _figures(made.figures)
    return {
        "source": trace.source,
        "format": trace.format,
        "rows": trace.rows,
        "routed": len(trace.calls),
        "not_routed": sum(trace.not_routed.values()),
        "skipped": trace.skipped,
        **ours,
        "decisions": made.decisions,
        "events": made.events,
        "seconds": round(took_s, 6),
        "digest": made.digest,
        "seed": settings.seed,
        "not_routed_by_reason": dict(trace.not_routed),
        "offers": dict(made.offers),
        "log": None if made.happened is None else _figures(made.happened),
        "queues": [
            {"queue": queue, "channel": channel, **_figures(of)} for (queue, channel), of in made.by_queue.items()
        ],
        "agents": [
            {
                "agent": load.agent,
                "contacts": load.contacts,
                "busy_s": load.busy_s,
                "staffed_s": load.staffed_s,
                "occupancy": load.occupancy,
            }
            for load in made.loads
        ],
        "notes": list(made.notes),
    }


def _figures(of: Figures) -> dict[str, Any]:
    return {
        "contacts": of.contacts,
        "connected": of.connected,
        "abandoned": of.abandoned,
        "waiting": of.waiting,
        "service_level": of.service_level,
        "mean_wait_s": of.mean_wait_s,
        "median_wait_s": of.median_wait_s,
        "p90_wait_s": of.p90_wait_s,
        "longest_wait_s": of.longest_wait_s,
        "mean_wait_all_s": of.mean_wait_all_s,
        "mean_abandoned_s": of.mean_abandoned_s,
        "occupancy": of.occupancy,
        "staffed_s": of.staffed_s,
    }
