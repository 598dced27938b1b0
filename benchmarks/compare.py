"""Two results of `make bench` beside each other: what got better and what got worse by more than a tenth.

    .venv/bin/python -m benchmarks.compare [--json]                  the last release and build/bench.json
    .venv/bin/python -m benchmarks.compare OLD.json NEW.json         any two
    .venv/bin/python -m benchmarks.compare --release                 at a release: keep build/bench.json as its figures

Ends with 0 if nothing got worse, 1 if something did, 2 if there is nothing to compare. `make bench` ends with the first
of these, and is no failure for it.

What is compared means the same on every machine: ratios, counts of instructions, bytes. A time is divided by that of
the bare loop in the same process, and compared so; as it is, it is only told. What others took of the machine (the rows
by the wall) is told and not compared.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["NONE_YET", "RELEASE", "Pair", "pairs", "release", "summary"]

RELEASE = Path(__file__).with_name("last_release.json")
"""The figures of the last release, in the repository."""
BENCH = Path(__file__).resolve().parent.parent / "build" / "bench.json"
MARGIN = 1.1
"""A figure that got worse, or better, by more than this factor is named."""
TIMES = ("us", "us each", "ms", "s")
NONE_YET = "no figures of a release are kept yet, so that nothing is compared: python -m benchmarks.compare --release"

Result = dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """A row of both results."""

    what: str
    unit: str
    old: float | None
    new: float | None
    factor: float | None
    """How many times as bad the new figure is; below 1 it is better. None for what is not compared."""
    why: str
    """Why not, where it is not."""

    @property
    def word(self) -> str:
        if self.factor is None:
            return self.why
        return "WORSE" if self.factor > MARGIN else "better" if self.factor < 1 / MARGIN else ""

    def told(self) -> dict[str, Any]:
        """As JSON has it, which knows no infinity: there the factor is null, and the word WORSE."""
        factor = None if self.factor == math.inf else self.factor
        return {**asdict(self), "factor": factor, "word": self.word}

    def __str__(self) -> str:
        figures = "".join(f"{'-' if figure is None else f'{figure:.4g}':>10}" for figure in (self.old, self.new))
        times = "" if self.factor is None else f"{self.factor:.2f}x"
        return f"{self.what:<54}{figures} {self.unit:<14}{times:>8}  {self.word}".rstrip()


def pairs(old: Result, new: Result) -> list[Pair]:
    """All rows of the new result, and those of the old one that it has no more."""
    before = {row["name"]: row for row in old["rows"]}
    found = [_pair(before.pop(row["name"], None), row) for row in new["rows"]]
    return found + [_pair(row, None) for row in before.values()]


def _pair(old: Result | None, new: Result | None) -> Pair:
    row = new or old or {}
    figures = [None if one is None else one["figure"] for one in (old, new)]
    factor, why = None, ""
    if old is None or new is None:
        why = "only in the new one" if old is None else "only in the old one"
    elif None in figures:
        why = "not measured in both"
    elif not row.get("compared", True):
        why = "told only"
    else:
        factor = _worsening(old, new)
        why = "" if factor is not None else "no bare loop to divide by"
    return Pair(row["what"], row["unit"], *figures, factor, why)


def _worsening(old: Result, new: Result) -> float | None:
    before, after = _comparable(old), _comparable(new)
    if before is None or after is None:
        return None
    if new["at_least"]:
        before, after = after, before
    if before <= 0.0:  # nothing was left behind, and nothing is
        return 1.0 if after <= 0.0 or (new["target"] is not None and after <= new["target"]) else math.inf
    return max(after / before, 0.0)


def _comparable(row: Result) -> float | None:
    """A figure that means the same on every machine; None where there is none."""
    figure: float = row["figure"]
    if row["unit"] not in TIMES:
        return figure
    return figure / row["bare_us"] if row["bare_us"] else None


def title(result: Result) -> str:
    return f"routekit {result['routekit']}, {result['commit']}, Python {result['python']}, {result['at']}"


def summary(found: list[Pair]) -> list[str]:
    """What got worse, what got better, and of how many."""
    judged = [pair for pair in found if pair.factor is not None]
    worse = [pair for pair in judged if pair.word == "WORSE"]
    better = [pair for pair in judged if pair.word == "better"]
    lines = [str(pair) for pair in (*worse, *better)]
    told = f"{len(worse)} got worse and {len(better)} better by more than {MARGIN - 1:.0%}, of {len(judged)} compared"
    return [*lines, told]


def since_release(new: Result) -> list[str]:
    """What `make bench` ends with."""
    if not RELEASE.exists():
        return [NONE_YET]
    old = json.loads(RELEASE.read_text())
    return [f"since {title(old)}:", *summary(pairs(old, new))]


def release(new: Result) -> None:
    """Keep a result as that of the last release. ValueError for one that is of part of the rows, or of no commit."""
    from benchmarks.table import ROWS

    measured = {row["name"] for row in new["rows"] if row["figure"] is not None}
    if missing := [row.name for row in ROWS if row.name not in measured]:
        raise ValueError(f"not measured: {', '.join(missing)}")
    if new["commit"].endswith("-dirty"):
        raise ValueError(f"measured with changes that are not committed ({new['commit']})")
    RELEASE.write_text(json.dumps(new, indent=1) + "\n")


def _read(path: Path) -> Result:
    result: Result = json.loads(path.read_text())
    return result


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", nargs="?", type=Path, default=RELEASE, help="default: benchmarks/last_release.json")
    parser.add_argument("new", nargs="?", type=Path, default=BENCH, help="default: build/bench.json")
    parser.add_argument("--release", action="store_true", help="keep build/bench.json as that of the last release")
    parser.add_argument("--json", action="store_true", help="all rows as JSON")
    chosen = parser.parse_args(arguments)
    if not chosen.new.exists():
        print(f"there is no {chosen.new}: make bench", file=sys.stderr)
        return 2
    new = _read(chosen.new)
    if chosen.release:
        try:
            release(new)
        except ValueError as why:
            print(f"no figures for a release: {why}", file=sys.stderr)
            return 2
        print(f"kept as benchmarks/{RELEASE.name}: {title(new)}")
        return 0
    if not chosen.old.exists():
        print(NONE_YET if chosen.old == RELEASE else f"there is no {chosen.old}", file=sys.stderr)
        return 2
    old = _read(chosen.old)
    found = pairs(old, new)
    if chosen.json:
        print(json.dumps([pair.told() for pair in found], indent=1))
    else:
        print(f"old: {title(old)}\nnew: {title(new)}")
        print(f"{'':<54}{'old':>10}{'new':>10} {'unit':<14}{'as bad':>8}")
        print("\n".join(map(str, found)))
        print(summary(found)[-1])
    return 1 if any(pair.word == "WORSE" for pair in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
