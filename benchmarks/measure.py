"""How figures are taken: in rounds and in turn, the processor's time, the fastest round; memory; the longest pause; of
which commit.

What lives here knows neither the rows nor their targets (`table`), nor the centres (`centre`, `variety`).
"""

from __future__ import annotations

import gc
import itertools
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.baseline import BareFree
from benchmarks.centre import Lives

__all__ = ["alternate", "bare_us", "commit", "fastest", "happens", "longest_ms", "resident", "seconds"]

ROOT = Path(__file__).resolve().parent.parent
LIVES = 2_000
clock = time.process_time
"""Others at work on the machine take turns with us: the time that a round was put aside for them is not its cost."""


def seconds(action: Callable[[], Any]) -> float:
    """How long one call takes."""
    begin = clock()
    action()
    return clock() - begin


def fastest(action: Callable[[], Any], rounds: int) -> float:
    """The seconds of the fastest of so many calls."""
    return min(seconds(action) for _ in range(rounds))


_fresh = itertools.count()


def alternate(sides: dict[str, Lives], rounds: int, lives: int = LIVES, warm_ups: int = 2) -> dict[str, float]:
    """Microseconds of a life on each side: all live in turn, round by round, and of each its fastest round counts.

    What was set up is frozen, so that the collector does not go through it again and again: see `Router.freeze`. It is
    at work in the rounds as ever.
    """
    gc.collect()
    gc.freeze()
    best = dict.fromkeys(sides, float("inf"))
    for turn in range(warm_ups + rounds):
        start = next(_fresh) * lives
        ids = [f"contact-{number}" for number in range(start, start + lives)]
        for name, live in sides.items():
            begin = clock()
            live(ids)
            taken = clock() - begin
            if turn >= warm_ups:
                best[name] = min(best[name], taken)
    return {name: taken / lives * 1e6 for name, taken in best.items()}


def bare_us(rounds: int = 40) -> float:
    """Microseconds of a life in the bare loop, 1,000 agents: what this machine makes of plain Python at this moment."""
    return alternate({"bare": BareFree(1_000).lives}, rounds)["bare"]


def happens(centre: Any, each: str, lives: int = 200) -> None:
    """Assert that every life tells exactly these events: a fast router that leaves some out would be no router."""
    told: Counter[str] = Counter()

    def listen(events: Any) -> None:
        told.update(type(event).__name__ for event in events)

    centre.router.subscribe(listen)
    centre.lives([f"heard-{number}" for number in range(lives)])
    centre.router.unsubscribe(listen)
    expected = {name: lives * count for name, count in Counter(each.split()).items()}
    assert told == expected, f"{type(centre).__name__}: {dict(told)} is not {expected}"


def longest_ms(actions: Callable[[Callable[[], None]], None]) -> tuple[float, float]:
    """The longest pause between two ticks of `actions(tick)`, in milliseconds of the processor's time, and of the wall.

    The second holds what other processes took in between.
    """
    most, most_wall = 0.0, 0.0
    last, last_wall = time.thread_time(), time.perf_counter()

    def tick() -> None:
        nonlocal most, most_wall, last, last_wall
        now, wall = time.thread_time(), time.perf_counter()
        if now - last > most:
            most = now - last
        if wall - last_wall > most_wall:
            most_wall = wall - last_wall
        last, last_wall = now, wall

    actions(tick)
    return most * 1e3, most_wall * 1e3


def resident() -> int:
    """Bytes of this process that are in memory (/proc/self/statm), after a collection."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def commit() -> str:
    """The commit that is measured, marked where the tree has changed since."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
