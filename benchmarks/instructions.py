"""Instructions that a contact's life takes, counted by valgrind: a figure that other work on the machine cannot change.

    .venv/bin/python -m benchmarks.instructions [agents] [waiting]

Each loop runs twice, with more lives the second time; the difference is what these lives took, without the start of
Python and the setting up. The garbage collector is off. Half a minute; needs valgrind.

Counted again, the same build gives the same figure to the last instruction, for both runs are alike up to the first
life: the same program, arguments of the same length, the same ids made before. Were the number of lives a part of the
program's text, every object would lie elsewhere in memory. What is found by address, as methods in the interpreter's
cache, would collide elsewhere, and only to start Python would take half a million instructions more or less. At the end
nothing is torn down, for the same reason. What still moves all objects, in both runs alike, moves the figure by a
thousandth: another folder, a file more beside these. The seed of hashes is fixed; another moves it by five thousandths.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

__all__ = ["NotCounted", "available", "each"]

FEW, MORE = 200, 2_200
ROOT = Path(__file__).resolve().parent.parent
# As callgrind without its graph of calls, in half the time.
VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
LOOPS = {
    "router": "centre:RouterFree({agents}, {waiting})",
    "bare loop": "baseline:BareFree({agents})",
    "auto_accept": "variety:RouterAuto({agents})",
    "router, line": "centre:RouterLine({agents}, {waiting})",
    "bare loop, line": "baseline:BareLine({agents}, {waiting})",
}
PROGRAM = f"""
import gc, importlib, os, sys
gc.disable()
module, _, loop = sys.argv[1].partition(":")
centre = eval(loop, vars(importlib.import_module("benchmarks." + module)))
ids = [f"contact-{{number}}" for number in range({MORE})]
centre.lives([f"warm-{{number}}" for number in range({FEW})])
centre.lives(ids[:int(sys.argv[2])])
os._exit(0)
"""


class NotCounted(Exception):
    """A run under valgrind came to nothing; the text is the end of what it said."""


def available() -> bool:
    """Whether there is a valgrind to count with."""
    return shutil.which("valgrind") is not None


def each(loop: str) -> float:
    """Instructions of one life in a loop: a module of the benchmarks and what makes the loop, with a colon between.

    The two runs are made at once.
    """
    with ThreadPoolExecutor(2) as both:
        few, more = both.map(_count, (loop, loop), (FEW, MORE))
    return (more - few) / (MORE - FEW)


def _count(loop: str, lives: int) -> int:
    """All instructions of one run."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    run = subprocess.run(
        [*VALGRIND, sys.executable, "-c", PROGRAM, loop, f"{lives:06}"],
        cwd=ROOT,
        env={**kept, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    found = COUNTED.search(run.stderr)
    if run.returncode or found is None:
        raise NotCounted(f"valgrind did not run through:\n{run.stderr[-2000:]}")
    return int(found.group(1).replace(",", ""))


def main() -> None:
    agents = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    waiting = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(f"instructions for a contact's life, {agents:,} agents, {waiting:,} waiting")
    for name, loop in LOOPS.items():
        text = loop.format(agents=agents, waiting=waiting)
        print(f"{name:<16}{each(text):>10,.0f}", flush=True)


if __name__ == "__main__":
    main()
