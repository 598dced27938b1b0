"""Instructions that a contact's life takes, counted by valgrind: a figure that other work on the machine cannot change.

    .venv/bin/python benchmarks/instructions.py [agents] [waiting]

Each loop runs twice under callgrind, with more lives the second time; the difference is what these lives took, without
the start of Python and the setting up. A minute or so; needs valgrind.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

FEW, MORE = 200, 1_200
ROOT = Path(__file__).resolve().parent.parent
CALLGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")
LOOPS = {
    "router": "RouterFree({agents}, {waiting})",
    "bare loop": "BareFree({agents})",
    "router, line": "RouterLine({agents}, {waiting})",
    "bare loop, line": "BareLine({agents}, {waiting})",
}
PROGRAM = """
import gc
from benchmarks.centre import BareFree, BareLine, RouterFree, RouterLine
from benchmarks.variety import RouterAuto
centre = {loop}
gc.disable()
centre.lives([f"warm-{{n}}" for n in range(200)])
centre.lives([f"contact-{{n}}" for n in range({lives})])
"""


def instructions(loop: str, lives: int) -> int:
    """All instructions of one run."""
    run = subprocess.run(
        [*CALLGRIND, sys.executable, "-c", PROGRAM.format(loop=loop, lives=lives)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode or found is None:
        sys.exit(f"callgrind did not run through:\n{run.stderr[-2000:]}")
    return int(found.group(1))


def available() -> bool:
    """Whether there is a valgrind to count with."""
    return shutil.which("valgrind") is not None


def each(loop: str) -> float:
    """Instructions of one life in the loop that such a text makes."""
    return (instructions(loop, MORE) - instructions(loop, FEW)) / (MORE - FEW)


def main() -> None:
    agents = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    waiting = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(f"instructions for a contact's life, {agents:,} agents, {waiting:,} waiting")
    for name, loop in LOOPS.items():
        text = loop.format(agents=agents, waiting=waiting)
        print(f"{name:<16}{each(text):>10,.0f}", flush=True)


if __name__ == "__main__":
    main()
