"""What a simulated estimate costs: 200 runs of a line from its present state, against the same game in plain Python.

The bare loop is what one would write in an afternoon: a heap of servers with `random.expovariate`, first come first
served. It knows no classes, skills, tables, time elapsed, hanging up or overtaking; `Line` does all of that here. In
each round both play, and the fastest of each counts.
"""

from __future__ import annotations

import heapq
import inspect
import math
import random
import time

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from routekit.estimation._line import Line

RUNS = 200
ROUNDS = 30
SIZES = ((10, 10, 1), (50, 50, 1), (50, 50, 6), (50, 1_000, 1), (500, 1_000, 6))
"""Servers, waiting, classes."""
MEAN_S = 240.0

pytestmark = pytest.mark.skipif(inspect.isfunction(Line.run), reason="the cost of the compiled build: make build")


def exponential(mean: float) -> list[float]:
    """The table of an exponential law."""
    grid = [-mean * math.log1p(-place / 256) for place in range(256)]
    return [*grid, grid[-1] + 2 * mean]


def tell(line: Line, servers: int, waiting: int, classes: int) -> None:
    """All servers busy, one in five of those skills uncertain; gaps, hanging up, overtaking, and servers to come."""
    line.clear()
    for number in range(servers):
        can = [0.5 if (number + k) % 5 == 4 else 1.0 for k in range(classes)]
        line.busy(can, number % classes, 37.0 * (number % 9), 1.0 + 0.01 * (number % 7), 0)
    for number in range(waiting):
        line.waits(number - waiting, number % classes)
    for k in range(classes):
        line.leaving(k, 1 / 900)
        line.arrivals(k, servers / MEAN_S / classes, 0.1, 60.0)
    line.newcomers(1 / 900, [1.0] * classes, 1.0, 0)


def bare(runs: int, servers: int, waiting: int) -> list[float]:
    """The bare loop: how long the one behind all who wait will wait."""
    rng = random.Random(1)
    waits = []
    for _ in range(runs):
        free = [rng.expovariate(1 / MEAN_S) for _ in range(servers)]
        heapq.heapify(free)
        for _ in range(waiting):
            heapq.heapreplace(free, free[0] + rng.expovariate(1 / MEAN_S))
        waits.append(free[0])
    return waits


@pytest.mark.parametrize(("servers", "waiting", "classes"), SIZES)
def test_simulates(benchmark: BenchmarkFixture, servers: int, waiting: int, classes: int) -> None:
    line = Line(classes, 1)
    for k in range(classes):
        line.handle_times(k, exponential(MEAN_S))
    line.gap_times(0, exponential(10.0))
    bare_s: list[float] = []
    tell_s: list[float] = []

    def before() -> None:
        begin = time.perf_counter()
        bare(RUNS // 10, servers, waiting)
        bare_s.append((time.perf_counter() - begin) * 10)
        begin = time.perf_counter()
        tell(line, servers, waiting, classes)
        line.run(1, 0, 0.0, 0)  # lays out its arrays
        tell_s.append(time.perf_counter() - begin)

    def simulate() -> None:
        line.run(RUNS, 7, 0.0, 0)

    benchmark.pedantic(simulate, setup=before, rounds=ROUNDS, warmup_rounds=2)  # type: ignore[no-untyped-call]
    assert benchmark.stats is not None, "run by make bench, which has --benchmark-enable"
    benchmark.extra_info.update(
        servers=servers,
        waiting=waiting,
        classes=classes,
        simulated_ms=benchmark.stats.stats.min * 1e3,
        told_ms=min(tell_s) * 1e3,
        bare_ms=min(bare_s) * 1e3,
    )
