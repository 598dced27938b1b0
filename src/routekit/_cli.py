"""The commands of `routekit`: options, files, exit codes. Needs click and rich, the extra `routekit[cli]`.

Here is what reads the command line, the clock of how long a run took, and writes to the streams. What a command does
is in `routekit.simulation`, how it looks in `routekit.reporting`. Commands of configuration are in `_cli_config`, that
of estimates in `_cli_backtest`.
"""

from __future__ import annotations

import dataclasses
import io
import json
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from routekit._cli_backtest import COMMANDS as BACKTEST
from routekit._cli_common import FAULT, BadFile, Problems, progress_bar
from routekit._cli_config import COMMANDS as CONFIGURATION
from routekit.errors import InvalidConfiguration, RoutekitError
from routekit.reporting.compared import comparison_page
from routekit.reporting.data import comparison_data, replay_data
from routekit.reporting.page import page
from routekit.reporting.terminal import console_for, print_comparison, print_replay
from routekit.simulation.bank import read_bank
from routekit.simulation.compare import compare
from routekit.simulation.csvlog import read_csv
from routekit.simulation.driver import Answers, accept_at_once
from routekit.simulation.orders import GROUPS, KINDS, PRESETS, Kind, Policy, known, order, policies
from routekit.simulation.replay import Settings, replay
from routekit.simulation.rows import first_line
from routekit.simulation.synthetic import Habits, demo_day
from routekit.simulation.trace import Trace

__all__ = ["run"]


class _Number(click.FloatRange):
    """A number in a range, which `nan` is not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


class _Order(click.ParamType):  # type: ignore[type-arg]  # generic for type checkers alone
    """An order by its name and fields."""

    name = "order"

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "NAME[:FIELD=VALUE,...]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return order(self._kind, value)
        except RoutekitError as fault:
            self.fail(_said(fault), param, ctx)


class _Policies(click.ParamType):  # type: ignore[type-arg]  # generic for type checkers alone
    """Entries of a comparison."""

    name = "entries"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "ENTRY,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return policies(value)
        except RoutekitError as fault:
            self.fail(_said(fault), param, ctx)


def _said(fault: RoutekitError) -> str:
    """An error in a line; of a group, what its members say."""
    if isinstance(fault, InvalidConfiguration):
        return "; ".join(map(str, fault.exceptions)) + "."
    return f"{fault}."


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
    with a log of yours; `routekit backtest LOG` says how good estimates of its waits would have been. `routekit check
    FILE` says what is wrong in a configuration, `routekit explain FILE` where a contact goes by it, and `routekit diff
    OLD NEW` what another one would change.
    """


for _command in (*CONFIGURATION, *BACKTEST):
    routekit.add_command(_command)


def _names() -> str:
    """The names of orders and presets, as the end of a help text."""
    lists = [(f"{kind} orders", known(kind)) for kind in KINDS] + [("presets", (*PRESETS, *GROUPS))]
    lines = ["\b", "Names:"]
    for title, names in lists:
        # Broken here and not by click, which breaks at hyphens.
        first, rest = f"  {title + ':':16}", " " * 18
        lines += textwrap.wrap(", ".join(names), 78, initial_indent=first, subsequent_indent=rest,
                               break_on_hyphens=False)  # fmt: skip
    return "\n".join(lines)


_Command = Callable[..., Any]


def _shared(command: _Command) -> _Command:
    """The options that `replay` and `demo` have in common."""
    options = [
        click.option(
            "--agent-order",
            type=_Order("agent"),
            help="Which agent gets a contact. Default: what the queues say, else longest-idle.",
        ),
        click.option(
            "--contact-order",
            type=_Order("contact"),
            help="Which contact comes first in a queue. Default: what the queues say, else aged.",
        ),
        click.option(
            "--queue-order",
            type=_Order("queue"),
            help="Which of the queues' first contacts goes first. Default: by-urgency.",
        ),
        click.option(
            "--compare",
            "entries",
            type=_Policies(),
            multiple=True,
            help="Play it once with each of these orders and print them side by side. An entry is AGENT, "
            "AGENT/CONTACT or AGENT/CONTACT/QUEUE, each NAME[:FIELD=VALUE,...], or a preset. May be given "
            "several times.",
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
            "within_s",
            type=_Number(min=0, max=1_000_000_000, min_open=True),
            metavar="SECONDS",
            help="A contact connected within so long meets the service level. Default: what the queues say, else 20.",
        ),
        click.option(
            "--service-level-target",
            "target",
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


@routekit.command("replay", epilog=_names(), short_help="Play a call log of yours through the router.")
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
    Orders have names and fields, in one of two notations:
      fewest-contacts:half_life_s=3600,count=offered
      {"name": "fewest-contacts", "half_life_s": 3600, "count": "offered"}

    --compare shows served and abandoned contacts, waits, service level and two measures of fairness: Jain's index of
    the agents' loads, (sum x)^2 / (n sum x^2) where x is the share of its staffed time in which an agent talks: 1 when
    all are loaded alike, 1/n when one of n does it all; and the most overtakings, how many of its queue came later and
    were connected earlier, for the contact to whom that happened most.

    \b
    Examples:
      routekit replay calls.csv
      routekit replay calls.csv --report calls.html
      routekit replay calls.csv --agent-order round-robin --wrap-up-s 30 --json
      routekit replay calls.csv --compare longest-idle,fewest-contacts,longest-idle/fifo --report orders.html
      routekit replay calls.csv --contact-order fifo --compare agent-orders

    Rows that make no sense are told of on stderr with line and column, and counted as skipped. Exit code 2: the file
    cannot be used, or --strict met a bad row.
    """
    if layout == "auto":
        layout = "bank" if "vru_entry" in first_line(log) else "csv"
    problems = Problems()
    read = read_bank if layout == "bank" else read_csv
    trace = read(log, strict=strict, seed=seed, limit=limit_rows, on_problem=problems)
    problems.close()
    _run(trace, lambda: accept_at_once, seed=seed, **options)


@routekit.command("demo", epilog=_names(), short_help="Play a made-up day through the router; no download.")
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
      routekit demo --compare agent-orders
    """
    _run(demo_day(seed), lambda: Habits(seed), seed=seed, notes=2, **options)


@dataclasses.dataclass(frozen=True)
class _Output:
    """Where it goes."""

    as_json: bool
    report: Path | None

    def check(self) -> None:
        """Refuse what could not be written: said before the work, not after it."""
        if self.report is not None and not self.report.parent.is_dir():
            raise BadFile(f"{self.report}: there is no directory {self.report.parent}")

    def put(self, data: Callable[[], object], show: Callable[[Console], None], page: Callable[[], str]) -> None:
        """Write the page, then print the data or the tables."""
        if self.report is not None:
            try:
                self.report.write_text(page(), encoding="utf-8")
            except OSError as fault:
                raise BadFile(f"{self.report}: cannot be written: {fault.strerror or fault}") from fault
        if self.as_json:
            click.echo(json.dumps(data(), indent=2, allow_nan=False))
            return
        show(console_for(sys.stdout))
        if self.report is not None:
            click.echo(f"report {self.report}")


def _run(
    trace: Trace,
    answers: Callable[[], Answers],
    *,
    entries: Sequence[Sequence[Policy]],
    as_json: bool,
    report: Path | None,
    notes: int = 0,
    **settings: Any,
) -> None:
    """Run a trace, once or with several orders, and put out what came of it."""
    output = _Output(as_json, report)
    output.check()
    if entries:
        _compare(trace, answers, [policy for part in entries for policy in part], Settings(**settings), output)
    else:
        _play(trace, answers(), Settings(**settings), output, notes)


def _play(trace: Trace, answers: Answers, settings: Settings, output: _Output, notes: int) -> None:
    with progress_bar() as bar:
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
    output.put(
        lambda: replay_data(made, took_s),
        lambda console: print_replay(console, made, took_s),
        lambda: page(made, took_s),
    )


def _compare(
    trace: Trace, answers: Callable[[], Answers], policies: Sequence[Policy], settings: Settings, output: _Output
) -> None:
    with progress_bar() as bar:
        task = bar.add_task(trace.source, total=None)

        def told(label: str, arrived: int, of: int) -> None:
            # Short enough that a line has room for the bar.
            name = label if len(label) <= 24 else f"{label[:21]}..."
            bar.update(task, description=name, completed=arrived, total=of)

        began = time.perf_counter()
        found = compare(trace, policies, settings, answers=answers, progress=told)
        took_s = time.perf_counter() - began
    output.put(
        lambda: comparison_data(found, took_s),
        lambda console: print_comparison(console, found, took_s),
        lambda: comparison_page(found, took_s),
    )
