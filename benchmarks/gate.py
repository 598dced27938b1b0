"""The gate: a contact's life may not take more instructions than what is stored, by more than a twentieth.

    .venv/bin/python -m benchmarks.gate [--json]     count, and compare with the stored figure
    .venv/bin/python -m benchmarks.gate --renew      count, and store the figure, to be committed

Ends with 0 if the figure holds, 1 if it has grown, 2 if nothing could be counted or compared. A fall by more than a
twentieth is told, too, and is no failure: until it is stored, as much may be lost again unseen. `make test` asks the
same (tests/test_instructions.py). Ten seconds on a machine that does nothing else.

The life is that of `make bench`: 1,000 agents, nobody waits. Its instructions are judged as they are, and as a multiple
of the bare loop's in the same interpreter. Both depend on how Python was built, so that a figure is stored for each
minor version of Python, says of which build it is, and is compared with no other.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import routekit
from benchmarks import instructions
from benchmarks.measure import commit

__all__ = ["Change", "Counted", "changes", "count", "renew", "stored", "why_not"]

STORED = Path(__file__).with_name("instructions.json")
MARGIN = 0.05
"""By which part of it a figure may differ from the stored one."""
LIFE, BARE = "centre:RouterFree(1000, 0)", "baseline:BareFree(1000)"
RENEW = "python -m benchmarks.gate --renew"


@dataclass(frozen=True)
class Counted:
    """What was counted, and what it was counted with."""

    instructions: float
    """Of a life."""
    bare_loop: float
    """Instructions of a life there."""
    ratio: float
    """Of the two."""
    build: str
    """What else decides the figures: the machine and how Python was built. Only the same are compared."""
    versions: str
    """Of Python and Cython, for whoever wonders."""
    commit: str


@dataclass(frozen=True)
class Change:
    """How a figure differs from what is stored."""

    what: str
    before: float
    now: float

    @property
    def by(self) -> float:
        """The part by which it has grown; below zero it has fallen."""
        return self.now / self.before - 1.0

    @property
    def grown(self) -> bool:
        return self.by > MARGIN

    @property
    def fallen(self) -> bool:
        return self.by < -MARGIN

    def __str__(self) -> str:
        digits = 0 if self.before >= 100 else 2
        return f"{self.what}: {self.now:,.{digits}f}, stored {self.before:,.{digits}f}, {self.by:+.1%}"


def python() -> str:
    """The minor version, by which figures are stored."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def build() -> str:
    """What decides a figure beside the sources and the version of Python."""
    optimized = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    return f"{platform.machine()}, {platform.python_compiler()}, {'' if optimized else 'not '}profile-guided"


def stored() -> dict[str, Counted]:
    """The figures by version of Python."""
    if not STORED.exists():
        return {}
    return {python: Counted(**figures) for python, figures in json.loads(STORED.read_text()).items()}


def why_not_count() -> str | None:
    """Why nothing can be counted here, and what to do about it; None if it can."""
    if not routekit.compiled:
        return "instructions are those of the compiled build: make build"
    if not instructions.available():
        return "there is no valgrind to count instructions with: install it (apt install valgrind)"
    return None


def why_not(known: Mapping[str, Counted]) -> str | None:
    """Why nothing can be compared here, and what to do about it; None if it can."""
    if reason := why_not_count():
        return reason
    before = known.get(python())
    if before is None:
        return f"no figure is stored for Python {python()}: {RENEW}"
    if before.build != build():
        return f"the figure for Python {python()} is of another build ({before.build}; here {build()}): {RENEW}"
    return None


def count() -> Counted:
    """Count both loops. Costs four runs under valgrind, two at once."""
    life, bare = instructions.each(LIFE), instructions.each(BARE)
    versions = f"Python {platform.python_version()}, Cython {version('Cython')}"
    return Counted(round(life), round(bare), round(life / bare, 3), build(), versions, commit())


def changes(before: Counted, now: Counted) -> tuple[Change, Change]:
    """What is judged: the instructions, and their multiple of the bare loop's."""
    return (
        Change("instructions of a life", before.instructions, now.instructions),
        Change("as a multiple of the bare loop's", before.ratio, now.ratio),
    )


def renew(now: Counted) -> None:
    """Store the figure for this version of Python; the others stay."""
    known = {**stored(), python(): now}
    text = json.dumps({name: asdict(known[name]) for name in sorted(known)}, indent=1)
    STORED.write_text(text + "\n")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--renew", action="store_true", help="store the figure for this version of Python")
    parser.add_argument("--json", action="store_true", help="what was counted, and how it differs, as JSON")
    chosen = parser.parse_args(arguments)
    known = stored()
    if reason := why_not_count() if chosen.renew else why_not(known):
        print(reason, file=sys.stderr)
        return 2
    try:
        now = count()
    except instructions.NotCounted as why:
        print(why, file=sys.stderr)
        return 2
    found = changes(known[python()], now) if python() in known else ()
    if chosen.json:
        told = [{**asdict(change), "by": change.by, "grown": change.grown} for change in found]
        print(json.dumps({"counted": asdict(now), "changes": told}, indent=1))
    else:
        print(f"a life: {now.instructions:,.0f} instructions, {now.ratio:.3g} x the bare loop ({now.commit})")
        for change in found:
            print(change)
    if chosen.renew:
        renew(now)
        print(f"stored in benchmarks/{STORED.name}, to be committed", file=sys.stderr)
        return 0
    if any(change.grown for change in found):
        print(f"GROWN by more than {MARGIN:.0%}. If that is what it must cost: {RENEW}", file=sys.stderr)
        return 1
    if any(change.fallen for change in found):
        print(f"fallen by more than {MARGIN:.0%}, so that it may be stored: {RENEW}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
