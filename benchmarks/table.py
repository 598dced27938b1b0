"""`make bench`: every part in a process of its own, one table at the end, and the figures in `build/bench.json`.

    .venv/bin/python -m benchmarks.table [PART ...]      all parts, or some of them

The rows and their targets are here; how a figure is come by is in `parts`. A part is a process of its own, so that
none finds the memory of another, and what it could not measure is told with the reason, and is neither met nor missed.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import routekit
from benchmarks.compare import since_release
from benchmarks.measure import commit
from benchmarks.parts import PARTS, Skipped

__all__ = ["ROWS", "Row", "main"]

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "bench.json"
LIMIT_S = 600
"""A part that takes longer than this is given up."""

NOTHING = 8
"""Bytes for each of a million are nothing: an object has 16, and the allocator takes memory by the megabyte."""


@dataclass(frozen=True)
class Row:
    """One figure: what it is, in which unit, and what it must be at most (or at least); without a target it is told."""

    part: str
    name: str
    what: str
    unit: str
    target: float | None = None
    at_least: bool = False
    compared: bool = True
    """Whether a worse figure than the last release's says anything; what others took of the machine says nothing."""

    def met(self, figure: float) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return figure >= self.target if self.at_least else figure <= self.target


ROWS = (
    Row("life", "life", "a life, 1,000 agents of 20 profiles", "x bare loop", 10),
    Row("life", "life_us", "the same", "us"),
    Row("instructions", "instructions", "the same, instructions", "x bare loop", 8),
    Row("instructions", "instructions_life", "the same", "instructions"),
    Row("life", "auto", "with auto_accept, no wrap-up", "x bare loop", 7),
    Row("life", "auto_us", "the same", "us"),
    Row("instructions", "instructions_auto", "the same, instructions", "x bare loop"),
    Row("growth_by_agents", "agents_10k", "10 -> 10,000 agents", "x", 1.5),
    Row("growth_by_agents", "agents_100k", "10 -> 100,000 agents", "x", 2),
    Row("growth_by_waiting", "waiting_free", "1,000 -> 1,000,000 waiting for others", "x", 1.5),
    Row("growth_in_line", "waiting_line", "1,000 -> 1,000,000 waiting, the head is taken", "x", 1.5),
    Row("variety", "varied_free", "10,000 kinds, agents all different: somebody is free", "x 20 profiles", 4),
    Row("variety", "varied_line", "the same, 10,000 of 10,000 kinds wait", "x 20 profiles", 4),
    Row("variety", "varied_few", "the same, free, but only 5 to 10 agents can", "x 20 profiles", 4),
    Row("mixed", "mixed", "10 units, 6 of 8 chats held, three channels", "x 20 profiles", 1.5),
    Row("known", "known", "one-off needs and a known agent on every contact", "x 20 profiles", 2),
    Row("known", "returning", "customers who come back to their agent", "x 20 profiles", 2),
    Row("known_memory", "known_bytes", "left behind by each of 1,000,000 one-offs (statm)", "bytes", NOTHING),
    Row("steps_due", "steps_lower", "100,000 steps due in one second: lower", "us each", 3),
    Row("steps_due", "steps_raise", "the same: raise_priority", "us each", 3),
    Row("steps_due", "steps_pause", "the longest advance(limit=1,000) of these", "ms", 50),
    Row("steps_due", "steps_pause_wall", "the same by the wall, others' time in it", "ms", compared=False),
    Row("declines", "declines", "30,000 declines, put back at once, no rest", "us each", 10),
    Row("declines", "declines_growth", "the last 1,000 of these against the first", "x", 1.5),
    Row("declines", "declines_done", "of these, made until it was given up", "of 30,000", compared=False),
    Row("declines", "declines_rested", "30,000 declines, one every 2 s", "us each", 10),
    Row("memory_traced", "memory_traced", "one who waits, beside the Contact (tracemalloc)", "bytes", 400),
    Row("memory_resident", "memory_resident", "the same, of 1,000,000 (statm)", "bytes", 400),
    Row("pause", "pause", "the longest life while 1,000,000 wait", "ms", 20),
    Row("pause", "pause_gc", "of these, the longest garbage collection", "ms"),
    Row("pause", "pause_wall", "the same by the wall, others' time in it", "ms", compared=False),
    Row("bursts", "bursts", "the longest of these if 5,000 come at a time", "ms", 20),
    Row("bursts", "bursts_wall", "the same by the wall, others' time in it", "ms", compared=False),
    Row("asking", "estimate", "estimate, 100,000 waiting, agents alike", "us", 2),
    Row("asking", "estimate_growth", "the same, 4,000 -> 100,000 waiting", "x", 1.5),
    Row("asking", "estimate_first", "the same, the first that is asked after an event", "us"),
    Row("asking", "estimate_p80", "the same with its p80", "us"),
    Row("asking", "estimate_kinds", "estimate, 100,000 waiting, 20 profiles", "us", 2),
    Row("asking", "estimate_kinds_growth", "the same, 4,000 -> 100,000 waiting", "x", 1.5),
    Row("asking", "estimate_kinds_first", "the same, the first that is asked after an event", "us"),
    Row("asking", "position", "position, 100,000 waiting", "us", 2),
    Row("asking", "position_growth", "the same, 4,000 -> 100,000 waiting", "x", 1.5),
    Row("asking_instructions", "estimate_instructions", "estimate, 100,000 waiting, agents alike", "instructions"),
    Row("asking_instructions", "estimate_instructions_growth", "the same, 4,000 -> 100,000 waiting", "x", 1.5),
    Row("asking_instructions", "position_instructions", "position, 100,000 waiting", "instructions"),
    Row("asking_instructions", "position_instructions_growth", "the same, 4,000 -> 100,000 waiting", "x", 1.5),
    Row("building", "building", "build 10,000 agents, 500 queues", "s", 1),
    Row("keeping", "keeping", "snapshot and restore it with 1,000,000 waiting", "s", 10),
    Row("keeping", "snapshot", "of that, snapshot", "s"),
    Row("keeping", "restore", "of that, restore", "s"),
    Row("plain", "plain", "the plain scan router takes, 1,000 agents", "x routekit", 50, at_least=True),
    Row("interpreted", "interpreted", "the interpreted build takes", "x compiled", 25),
    Row("choosing", "orders", "the slowest indexed agent order", "x LongestIdle", 3),
    Row("choosing", "simulated", "200 runs of a line, 50 agents, 50 waiting", "ms", 2),
    Row("choosing", "full", "estimate(effort='full'), 50 agents, 50 waiting", "ms", 2),
)


def run(part: str) -> dict[str, Any]:
    """The figures of a part, from a process of its own; or why there are none."""
    command = [sys.executable, "-m", "benchmarks.table", "--part", part]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return {"skipped": f"took longer than {LIMIT_S} s"}
    if done.returncode:
        return {"skipped": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def print_part(part: str) -> None:
    """In the process of a part: measure, and print the figures as JSON."""
    (measure,) = (found for found in PARTS if found.__name__ == part)
    try:
        figures: dict[str, Any] = dict(measure())
    except Skipped as why:
        figures = {"skipped": str(why)}
    print(json.dumps(figures))


def rows_of(found: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their figures, as they are written."""
    rows = []
    for row in ROWS:
        figures = found.get(row.part)
        if figures is None:
            continue
        figure = figures.get(row.name)
        rows.append(
            {
                "name": row.name,
                "what": row.what,
                "figure": figure,
                "unit": row.unit,
                "target": row.target,
                "at_least": row.at_least,
                "compared": row.compared,
                "met": None if figure is None else row.met(figure),
                "bare_us": figures.get("bare_us"),
                "skipped": figures.get("skipped"),
            }
        )
    return rows


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def lines_of(rows: list[dict[str, Any]]) -> list[str]:
    """The table. The bare loop's time is of the same process: it says how fast the machine was then."""
    lines = [f"{'':<54}{'figure':>9} {'unit':<14}{'target':>9}{'':>9}{'bare loop':>12}"]
    for row in rows:
        if row["figure"] is None:
            lines.append(f"{row['what']:<54}{'-':>9} {row['skipped'] or 'not measured'}")
            continue
        sign = ">=" if row["at_least"] else "<="
        target = "" if row["target"] is None else f"{sign} {row['target']:g}"
        word = {None: "", True: "met", False: "MISSED"}[row["met"]]
        bare = "" if row["bare_us"] is None else f"{row['bare_us']:.3f} us"
        figure = number(row["figure"])
        lines.append(f"{row['what']:<54}{figure:>9} {row['unit']:<14}{target:>9}{word:>9}{bare:>12}".rstrip())
    return lines


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--part"]:
        print_part(arguments[1])
        return
    names = [part.__name__ for part in PARTS]
    if unknown := [name for name in arguments if name not in names]:
        sys.exit(f"there is no part {', '.join(unknown)}; there are {', '.join(names)}")
    if not routekit.compiled:
        sys.exit("the interpreted build is measured beside the compiled one only: make build")
    found = {}
    for name in arguments or names:
        begin = time.perf_counter()
        found[name] = run(name)
        print(f"{name} ({time.perf_counter() - begin:.0f} s)", file=sys.stderr, flush=True)
    rows = rows_of(found)
    result = {
        "python": platform.python_version(),
        "routekit": importlib.metadata.version("routekit"),
        "commit": commit(),
        "machine": f"{platform.machine()}, {platform.system()}",
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "rows": rows,
    }
    out = OUT if not arguments else OUT.with_name("bench-parts.json")  # some parts are not to pass for all
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n")
    print(f"\nroutekit {result['routekit']}, {result['commit']}, compiled; Python {result['python']}")
    print("\n".join(lines_of(rows)))
    judged = [row["met"] for row in rows if row["met"] is not None]
    print(f"{sum(judged)} of {len(judged)} targets met; {out.relative_to(ROOT)}\n")
    print("\n".join(since_release(result)))


if __name__ == "__main__":
    main(sys.argv[1:])
