"""The commands of `routekit` that read a configuration: `check`, `diff`, `explain` and `schema`.

Here is what reads the command line, files and the clock, and writes to the streams; what is said is made in
`routekit.config`. `_cli` has the rest of the command line, and adds these.
"""

from __future__ import annotations

import datetime
import json
import time
import zoneinfo
from pathlib import Path
from typing import Any

import attrs
import click

from routekit import config
from routekit.errors import RoutekitError
from routekit.rules.expressions import NAMES

__all__ = ["COMMANDS"]

FAULT = 2
"""The exit code of a file that cannot be used, as everywhere in the command line."""

CERTAIN = ("circle", "nobody-serves", "unmet-needs")
"""The errors of a file that can be used all the same."""

_FILE = click.Path(path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else to stdout.")


def _print_json(data: object) -> None:
    click.echo(json.dumps(data, indent=2, allow_nan=False))


def _load(file: Path) -> config.Configuration | None:
    """The configuration of a file; its faults on stderr and None if it cannot be used."""
    try:
        return config.load(file)
    except config.InvalidFile as group:
        for finding in group.findings:
            click.echo(finding, err=True)
        return None


@click.command("check", short_help="Say all that is wrong in a configuration file, or looks wrong.")
@click.argument("file", type=_FILE)
@_JSON
@click.option("--strict", is_flag=True, help="Exit with 2 for warnings, too.")
@click.option(
    "--against",
    type=_FILE,
    metavar="OLD",
    help="Say also what FILE changes for a router that runs with the file OLD; as `routekit diff OLD FILE`.",
)
def check_command(file: Path, as_json: bool, strict: bool, against: Path | None) -> int:
    """Read the configuration FILE and say all that is wrong in it, a line each, with the line of the file.

    \b
      centre.toml:12: error: queues.support.wrap_up_s must be at least 0, not -1
      centre.toml:40: warning: queues.sales is a queue of no agent: add it to ...

    An error is what no router could work with: a value that is none, a key that is not known, a name that nothing is
    behind. So is, here, what no condition can mend: a queue that nobody serves, needs that no agent meets, steps that
    send those who wait in a circle; a file with these alone can still be loaded. A warning is what a router does work
    with, though perhaps not as it was meant: a circle of full queues, needs of two rules that nobody meets together, a
    limit, step or rule that never comes to anything. All are told of at once, but for what may come of an error.

    \b
    Examples:
      routekit check centre.toml
      routekit check centre.toml --strict --json
      routekit check new.toml --against centre.toml

    Exit code 0: no errors; 2: errors, or with --strict warnings, or a file that cannot be read.
    """
    found = config.check(file)
    errors = sum(1 for one in found if one.severity == "error")
    changed = None
    if against is not None and not any(one.severity == "error" and one.kind not in CERTAIN for one in found):
        changed = _difference(against, file)
        if changed is None:
            return FAULT
    if as_json:
        data: dict[str, Any] = {
            "file": str(file),
            "errors": errors,
            "warnings": len(found) - errors,
            "findings": [one.to_data() for one in found],
        }
        _print_json(data if changed is None else data | {"changes": changed.to_data()})
    else:
        for one in found:
            click.echo(one)
        if changed is not None:
            click.echo(changed)
        elif not found:
            click.echo(f"{file}: no errors, no warnings")
    return FAULT if errors or (strict and found) else 0


@attrs.frozen
class _Changes:
    """How two files differ: what commands change, and what they do not."""

    others: tuple[config.Difference, ...]
    commands: config.DryRun

    def __str__(self) -> str:
        if not self.others:
            return str(self.commands)
        return "\n".join(map(str, (*self.others, *self.commands.outcomes)))

    def to_data(self) -> dict[str, Any]:
        return self.commands.to_data() | {"others": [one.to_data() for one in self.others]}


def _difference(old: Path, new: Path) -> _Changes | None:
    before, after = _load(old), _load(new)
    if before is None or after is None:
        return None
    return _Changes(config.differences(before, after), config.dry_run(before.router(), after, at=0.0))


@click.command("diff", short_help="Say what a new configuration file would change.")
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
@_JSON
def diff_command(old: Path, new: Path, as_json: bool) -> int:
    """Say what the file NEW would change in a router that runs with the file OLD: what is added (+), changed (~) with
    the fields as they were and as they will be, and removed (-). What no command changes comes first: settings of
    `[router]`, which a router keeps for as long as it runs, skills, calendars, rules and menus.

    Nobody waits in that router. What would become of those who wait in yours, say `routekit.config.dry_run(router,
    configuration, at)`.

    \b
    Examples:
      routekit diff centre.toml new.toml
      routekit diff centre.toml new.toml --json

    Exit code 0: both can be used, whether they differ or not; 2: one of them cannot.
    """
    found = _difference(old, new)
    if found is None:
        return FAULT
    if as_json:
        _print_json(found.to_data())
    else:
        click.echo(found)
    return 0


def _facts(given: tuple[str, ...]) -> dict[str, Any]:
    """Facts of `name=value`; `menu.x` and `attributes.x` may be numbers and truth values, as JSON writes them."""
    facts: dict[str, Any] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        table, dot, key = name.partition(".")
        if not equals or not name or (dot and not key):
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE.", param_hint="--contact")
        if table not in NAMES or bool(dot) is not (table in ("menu", "attributes")):
            names = ", ".join(f"{known}.NAME" if known in ("menu", "attributes") else known for known in NAMES)
            raise click.BadParameter(f"{name!r} is no fact; there is {names}.", param_hint="--contact")
        if dot:
            facts.setdefault(table, {})[key] = _scalar(value)
        else:
            facts[name] = value
    return facts


def _scalar(value: str) -> Any:
    try:
        read = json.loads(value)
    except ValueError:
        return value
    return read if isinstance(read, str | bool | int | float) else value


def _moment(made: config.Configuration, when: datetime.datetime | None) -> float:
    """The router's time of a date in its zone; of now, if a queue has hours and no date is given."""
    settings = made.settings
    if when is None:
        if all(queue.hours is None for queue in made.queues):
            return 0.0
        return float(int(time.time())) - settings.unix_offset_s
    zone = zoneinfo.ZoneInfo(settings.time_zone)
    try:
        return when.replace(tzinfo=zone).timestamp() - settings.unix_offset_s
    except OverflowError:
        raise click.BadParameter("is beyond the years of calendars.", param_hint="--at") from None


@click.command("explain", short_help="Say where a contact goes by a configuration file, and why.")
@click.argument("file", type=_FILE)
@click.option(
    "--contact",
    "facts",
    multiple=True,
    metavar="NAME=VALUE",
    help=f"What is known of it: {', '.join(NAMES)}; menu and attributes with a name in them, as menu.topic=card. May "
    "be given several times.",
)
@click.option(
    "--agents-ready", metavar="ID,...", help="The agents who are ready; the others are offline. Default: all are ready."
)
@click.option(
    "--at",
    "when",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]),
    help="When it comes, in the time of the router's zone, for queues with hours. Default: now.",
)
@_JSON
def explain_command(
    file: Path, facts: tuple[str, ...], agents_ready: str | None, when: datetime.datetime | None, as_json: bool
) -> int:
    """Say where a contact goes by the rules of FILE and why, what happens when it comes, who could take it, and what
    changes as it waits.

    The rules are shown with what they read: which fired, which did not. Then the contact comes into a router in which
    nobody else waits. At last the steps and limits of its queue, with the agents whose queues, tiers, skills and
    capacity let them take it from then on, ready or not; conditions of steps are taken to hold.

    \b
    Examples:
      routekit explain centre.toml --contact channel=voice --contact menu.topic=invoice
      routekit explain centre.toml --contact channel=chat --contact segment=gold --agents-ready ann,bob
      routekit explain centre.toml --contact channel=email --at 2026-12-24T13:00 --json

    Exit code 2: FILE cannot be used, or has no rules.
    """
    made = _load(file)
    if made is None:
        return FAULT
    ready = None if agents_ready is None else [name.strip() for name in agents_ready.split(",") if name.strip()]
    try:
        found = config.route(made, _facts(facts), ready=ready, at=_moment(made, when))
    except RoutekitError as fault:
        click.echo(f"routekit: {file}: {fault}", err=True)
        return FAULT
    if as_json:
        _print_json(found.to_data())
    else:
        click.echo(found)
    return 0


@click.command("schema", short_help="Print the JSON Schema of configuration files.")
def schema_command() -> None:
    """Print the JSON Schema (2020-12) of configuration files, for editors that complete and check TOML by one.

    \b
    Examples:
      routekit schema > routekit.schema.json

    A file names it in its first line, for editors with Taplo or Tombi in them:
    `#:schema routekit.schema.json`.
    """
    _print_json(config.schema())


COMMANDS = (check_command, diff_command, explain_command, schema_command)
