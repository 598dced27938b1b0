"""The command `routekit backtest`: options, files, what is printed.

What is played and judged is made in `routekit.estimation.backtest`; how it looks is its `report`'s affair. `_cli` has
the rest of the command line, and adds this.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from routekit._cli_common import BadFile, Problems, progress_bar
from routekit.errors import InvalidValue
from routekit.estimation.backtest import Log, Played, Result, chosen, defaults, entries, play, read_log, result
from routekit.estimation.backtest.report import accounting, methods_grid, page
from routekit.estimation.backtest.scores import TARGETS
from routekit.reporting.terminal import console_for, print_grid
from routekit.reporting.words import printable
from routekit.simulation.rows import first_line

__all__ = ["COMMANDS"]

_FILE = click.Path(path_type=Path)


def _names(text: str | None) -> list[str] | None:
    """Names between commas; None: all."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _epilog() -> str:
    """The methods, as the end of the help text."""
    trains = {True: " (needs training)", False: ""}
    return "\n".join(["\b", "Methods:", *(f"  {one.name:10} {one.says}{trains[one.trains]}" for one in entries())])


@click.command("backtest", epilog=_epilog(), short_help="Say how good estimates of a log's waits would have been.")
@click.argument("log", type=_FILE)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["auto", "bank", "csv"]),
    default="auto",
    show_default=True,
    help="Layout of LOG: the Technion's Anonymous Bank, or routekit's own with the column waited_s. auto looks at the "
    "header.",
)
@click.option(
    "--train", type=_FILE, metavar="LOG2", help="A log of other days, of the same layout, that is played before."
)
@click.option(
    "--train-days",
    type=click.IntRange(min=1),
    metavar="N",
    help="The first N days of LOG are for training, and are not scored.",
)
@click.option("--save-model", type=_FILE, metavar="FILE", help="Write the model that was trained, with its schema.")
@click.option(
    "--model",
    type=_FILE,
    metavar="FILE",
    help="Take up a saved model: the methods that need training need none then. Refused where it was trained on "
    "days of LOG that would be scored.",
)
@click.option(
    "--target",
    type=click.Choice(sorted(TARGETS)),
    default="answered-waiting",
    show_default=True,
    help="Whom the scores are over: those who waited and were then served.",
)
@click.option("--methods", metavar="NAME,...", help="The methods to play. Default: all that can be.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of every draw: the same seed gives the same estimates.",
)
@click.option(
    "--strict", is_flag=True, help="Stop at the first bad row. Otherwise a log is refused with more than 1 % of them."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else to stdout.")
@click.option(
    "--report",
    type=_FILE,
    metavar="FILE.html",
    help="Write a page with charts and tables: one file that needs nothing else.",
)
@click.option(
    "--estimates",
    type=_FILE,
    metavar="FILE.csv",
    help="Write what the default method said of each call that got in line, when it did: "
    "call_id,made_at,mean,p50,p90, in seconds. Calls that got no estimate (too little data) and those of training days "
    "are left out.",
)
@click.option("--estimates-of", metavar="NAME", help="Write those of another method.")
def backtest_command(
    log: Path,
    layout: str,
    train: Path | None,
    train_days: int | None,
    save_model: Path | None,
    model: Path | None,
    target: str,
    methods: str | None,
    seed: int,
    strict: bool,
    as_json: bool,
    report: Path | None,
    estimates: Path | None,
    estimates_of: str | None,
) -> None:
    """Play the call log LOG to methods that estimate waits, ask them at every call that joins the line, and say how
    good their answers were.

    Nothing looks ahead: a method is told what happened move by move, and at the joining of a call it knows what was
    known in that second. The scores are over those who waited and were served; of those who hung up nobody knows how
    long they would have waited, and the table says how many they were.

    \b
    Layouts (docs/waits.md has every rule):
      bank  vru+line,call_id,customer_id,priority,type,date,vru_entry,...
      csv   id,queue,channel,priority,needs,arrived_s,patience_s,waited_s,handle_s,agent

    Fields that are empty are not known yet, so that a log can be played that is still being written.

    \b
    Examples:
      routekit backtest calls.csv
      routekit backtest calls.csv --train-days 7 --report waits.html
      routekit backtest september.csv --train august.csv --save-model waits.json --json
      routekit backtest october.csv --model waits.json
      routekit backtest calls.csv --methods les,qlm --estimates said.csv --estimates-of qlm

    Rows that make no sense are told of on stderr with line and column, and left out. Exit code 2: a file cannot be
    used, more than one row in a hundred is bad, or --strict met a bad row.
    """
    if train is not None and train_days is not None:
        raise click.UsageError("give either --train or --train-days: both say what comes before the scored part")
    if estimates_of is not None and estimates is None:
        raise click.UsageError("--estimates-of says of which method --estimates FILE.csv is to be")
    trained = train is not None or train_days is not None
    if save_model is not None and not trained:
        raise click.UsageError("--save-model needs something to train on: --train LOG2 or --train-days N")
    if model is not None and trained:
        raise click.UsageError("give either --model or something to train on: a saved model is not trained further")
    for file in (report, estimates, save_model):
        if file is not None and not file.parent.is_dir():
            raise BadFile(f"{file}: there is no directory {file.parent}")
    names = _names(methods)
    of = estimates_of or defaults()[0]
    if names is not None and estimates is not None and of not in names:
        names.append(of)
    ready = trained or model is not None
    try:
        found = chosen(names, trained=ready)
        chosen([of], trained=ready)
    except InvalidValue as fault:
        raise click.UsageError(f"{fault}.") from None
    if not found:
        raise click.UsageError("--methods names none")
    whole, before = _read(log, layout, strict), None if train is None else _read(train, layout, strict)
    with progress_bar() as bar:
        task = bar.add_task(whole.source, total=None)
        played = play(
            whole,
            found,
            train=before,
            train_days=train_days or 0,
            seed=seed,
            model=model,
            save_model=save_model,
            progress=lambda done, all_: bar.update(task, completed=done, total=all_),
        )
    _put(result(played, target), as_json, report, estimates, of)


def _read(file: Path, layout: str, strict: bool) -> Log:
    if layout == "auto":
        layout = "bank" if "vru_entry" in first_line(file) else "csv"
    problems = Problems()
    try:
        return read_log(file, layout, strict=strict, on_problem=problems)
    finally:
        problems.close()


def _put(made: Result, as_json: bool, report: Path | None, estimates: Path | None, of: str) -> None:
    """Write the files, then print the data or the table."""
    if report is not None:
        _write(report, lambda: report.write_text(page(made), encoding="utf-8"))
    if estimates is not None:
        _write(estimates, lambda: _write_estimates(estimates, made.played, of))
    if as_json:
        click.echo(json.dumps(made.as_data(), indent=2, allow_nan=False))
        return
    console = console_for(sys.stdout)
    console.print(printable(made.played.log.source), style="bold", soft_wrap=True)
    for line in accounting(made):
        console.print(f"{printable(line)}.", soft_wrap=True)
    console.print()
    print_grid(console, methods_grid(made))
    console.print(f"Default method: {made.default}; quick: {made.quick}.", soft_wrap=True)
    for name, file in (("report", report), ("estimates", estimates)):
        if file is not None:
            console.print(f"{name} {printable(str(file))}", soft_wrap=True)


def _write(file: Path, write: Callable[[], Any]) -> None:
    try:
        write()
    except OSError as fault:
        raise BadFile(f"{file}: cannot be written: {fault.strerror or fault}") from fault


def _write_estimates(file: Path, played: Played, name: str) -> None:
    """What a method said of each call, a line each; calls of which it said nothing have none."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("call_id", "made_at", "mean", "p50", "p90"))
        for record, said in zip(played.records, played.said[name], strict=True):
            if said is not None:
                numbers = (f"{number:.3f}" for number in (said.mean, said.p50, said.p90))
                writer.writerow((record.call.id, record.joined, *numbers))


COMMANDS = (backtest_command,)
