"""Configuration in a file: one TOML file says what queues, agents, skills, rules, calendars and limits there are.

`load` reads one and raises all of its faults at once, each with its path and line. `check` tells of them, and of what
looks wrong, without raising. `changes` and `dry_run` say what a new file would do to a running router. How a file is
written is in `docs/configuration.md`. Needs the extra `routekit[config]`.

>>> try:
...     loads("[queues.support]\\noffer_timout_s = 20\\nwrap_up_s = -1\\n")
... except InvalidFile as group:
...     for fault in group.exceptions:
...         print(fault)
2: queues.support.offer_timout_s is no key of a queue; did you mean 'offer_timeout_s'?
3: queues.support.wrap_up_s must be at least 0, not -1
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from routekit._config.changing import DryRun, Outcome, changes, dry_run
from routekit._config.checks import warnings
from routekit._config.configuration import Configuration
from routekit._config.differing import Difference, differences
from routekit._config.faults import ConfigurationFault, Finding, InvalidFile, refused
from routekit._config.reading import read
from routekit._config.routes import Route, Stage, route
from routekit._config.schema import schema
from routekit._config.settings import Settings
from routekit._config.writing import to_toml
from routekit.errors import LogError

__all__ = [
    "Configuration",
    "ConfigurationFault",
    "Difference",
    "DryRun",
    "Finding",
    "InvalidFile",
    "Outcome",
    "Route",
    "Settings",
    "Stage",
    "changes",
    "check",
    "checks",
    "differences",
    "dry_run",
    "load",
    "loads",
    "route",
    "schema",
    "to_toml",
]

Registry = Mapping[str, object] | None


def load(path: str | os.PathLike[str], *, registry: Registry = None) -> Configuration:
    """Return the configuration of a file, or raise `InvalidFile` with all of its faults.

    `registry` has the app's own orders and scores by the names that the file uses.
    """
    return loads(_text(path), file=os.fspath(path), registry=registry)


def loads(text: str, *, file: str | None = None, registry: Registry = None) -> Configuration:
    """Return the configuration of a text; `file` is what faults call it."""
    made, found, _ = read(text, file, registry)
    if found or made is None:
        raise refused(found, file)
    return made


def check(path: str | os.PathLike[str], *, registry: Registry = None) -> list[Finding]:
    """Return everything that is wrong in a file, or looks wrong: errors and warnings, in the order of their lines.

    Errors of the kinds `circle`, `nobody-serves` and `unmet-needs` are those of a file that can be loaded all the same.
    """
    return checks(_text(path), file=os.fspath(path), registry=registry)


def checks(text: str, *, file: str | None = None, registry: Registry = None) -> list[Finding]:
    """The same of a text.

    >>> for finding in checks("[queues.support]\\n[agents.ann]\\nqueues = []\\n"):
    ...     print(finding)
    1: error: queues.support is a queue of no agent: add it to the queues of somebody
    """
    made, found, doubts = read(text, file, registry)
    if made is None:
        return found
    return sorted([*found, *warnings(made, doubts)], key=lambda one: (one.line or 0, one.path))


def _text(path: str | os.PathLike[str]) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise LogError(f"cannot be read: {fault.strerror or fault}", path=os.fspath(path)) from fault
    except UnicodeDecodeError as fault:
        raise LogError(f"is no text in UTF-8 (byte {fault.start})", path=os.fspath(path)) from fault
