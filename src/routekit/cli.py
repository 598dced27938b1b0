"""The `routekit` command: where it starts, and what it says when its extra is not installed.

Nothing else lives here. The commands are in `_cli`, which needs click and rich; this module needs neither, so that it
can say what is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from routekit.errors import MissingExtra

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 well, 2 a usage error or a bad file.

    `arguments` are those of the command line without the program's name; None means `sys.argv[1:]`.
    """
    try:
        run = _load()
    except MissingExtra as missing:
        print(f"routekit: {missing}", file=sys.stderr)
        return 2
    return run(arguments)


def _load() -> Callable[[Sequence[str] | None], int]:
    try:
        from routekit._cli import run
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in ("click", "rich"):
            raise
        raise MissingExtra(extra="cli") from missing
    return run
