"""What a contact's life costs by how many agents there are, and by how many wait: measured, and drawn as an SVG.

    .venv/bin/python -m benchmarks.growth            five minutes; writes build/growth.json, docs/growth.svg
    .venv/bin/python -m benchmarks.growth --draw     draw what was measured before

Each point is a process of its own, in which the bare loop with 1,000 agents takes turns with what is measured: a point
is so many times that. What would take minutes to set up is left out: the plain router is the tests' own, which scans
everything at every step.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.baseline import BareFree, BareLine
from benchmarks.centre import RouterFree, RouterLine
from benchmarks.measure import alternate, commit
from benchmarks.picture import Line, Panel, picture

ROOT = Path(__file__).resolve().parent.parent
POINTS = ROOT / "build" / "growth.json"
PICTURE = ROOT / "docs" / "growth.svg"
AGENTS, WAITING = "agents", "waiting"
DESKS = 100
"""Agents, where it is those who wait that grow."""
SIZES: dict[str, dict[str, tuple[int, ...]]] = {
    AGENTS: {
        "plain": (10, 100, 1_000, 3_000),
        "interpreted": (10, 100, 1_000, 10_000, 30_000),
        "compiled": (10, 100, 1_000, 10_000, 100_000),
        "bare": (10, 100, 1_000, 10_000, 100_000),
    },
    WAITING: {
        "plain": (10, 30, 100, 300),
        "interpreted": (10, 100, 1_000, 10_000, 100_000),
        "compiled": (10, 100, 1_000, 10_000, 100_000, 1_000_000),
        "bare": (10, 100, 1_000, 10_000, 100_000, 1_000_000),
    },
}
NAMES = {
    "plain": "plain router, scans everything",
    "interpreted": "routekit, interpreted",
    "compiled": "routekit, compiled",
    "bare": "bare loop, no skills or offers",
}


def centre(panel: str, kind: str, size: int) -> Any:
    """What lives at a point."""
    if kind == "bare":
        return BareFree(size) if panel == AGENTS else BareLine(DESKS, size)
    if kind != "plain":
        return RouterFree(size, 0) if panel == AGENTS else RouterLine(DESKS, size)
    from tests.oracle import PlainRouter

    return RouterFree(size, 0, PlainRouter) if panel == AGENTS else RouterLine(DESKS, size, PlainRouter)


def point(panel: str, kind: str, size: int) -> dict[str, float]:
    """In the process of a point: microseconds of a life there, and in the bare loop beside it."""
    measured = centre(panel, kind, size)
    rounds, lives = {"plain": (4, 4), "interpreted": (8, 400)}.get(kind, (40, 2_000))
    bare = BareFree(1_000).lives
    if kind == "plain":  # so few lives that the bare loop would be done before it is warm
        us = {**alternate({kind: measured.lives}, rounds, lives, warm_ups=1), **alternate({"beside": bare}, 20)}
    else:
        us = alternate({"beside": bare, kind: measured.lives}, rounds, lives)
    return {"us": us[kind], "bare_us": us["beside"]}


def measure() -> dict[str, Any]:
    """All points, each from a process of its own."""
    found: list[dict[str, Any]] = []
    for panel, kinds in SIZES.items():
        for kind, sizes in kinds.items():
            path = str(ROOT / "src") if kind == "interpreted" else os.environ.get("PYTHONPATH", "")
            for size in sizes:
                command = [sys.executable, "-m", "benchmarks.growth", "--point", panel, kind, str(size)]
                run = subprocess.run(
                    command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True
                )
                told = json.loads(run.stdout)
                assert told.pop("compiled") is (kind != "interpreted"), f"{kind} is not what ran"
                found.append({"panel": panel, "kind": kind, "size": size, **told})
                print(f"{panel} {size:,} {kind}: {told['us'] / told['bare_us']:.3g}", file=sys.stderr, flush=True)
    return {"commit": commit(), "points": found}


def draw(result: dict[str, Any]) -> str:
    """The picture of these points."""
    titles = {AGENTS: "agents (nobody waits)", WAITING: f"waiting ({DESKS} agents, all busy)"}
    panels = []
    for panel, title in titles.items():
        lines = []
        for kind, name in NAMES.items():
            points = [found for found in result["points"] if (found["panel"], found["kind"]) == (panel, kind)]
            lines.append(Line(name, [(found["size"], found["us"] / found["bare_us"]) for found in points]))
        panels.append(Panel(title, lines))
    return picture("A contact's life, in lives of the bare loop with 1,000 agents", panels)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draw", action="store_true", help="draw what was measured before")
    parser.add_argument(
        "--point", nargs=3, metavar=("PANEL", "KIND", "SIZE"), help="measure one point, in this process"
    )
    chosen = parser.parse_args(arguments)
    if chosen.point:
        import routekit

        panel, kind, size = chosen.point
        print(json.dumps({"compiled": routekit.compiled, **point(panel, kind, int(size))}))
        return
    if not chosen.draw:
        POINTS.parent.mkdir(exist_ok=True)
        POINTS.write_text(json.dumps(measure(), indent=1) + "\n")
    if not POINTS.exists():
        sys.exit(f"there is no {POINTS.relative_to(ROOT)}: make growth")
    PICTURE.write_text(draw(json.loads(POINTS.read_text())))
    print(f"drawn: {PICTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
