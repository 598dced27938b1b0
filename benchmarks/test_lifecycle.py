"""What a contact's whole life costs, against the bare loop in the same run.

pytest-benchmark times the router's rounds; before each one the bare loop lives as many lives, so that both see the same
machine. Both are judged by their fastest round. The table at the end is made by `conftest.py`.
"""

from __future__ import annotations

import gc
import itertools
import time
from collections.abc import Iterator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import routekit
from benchmarks.centre import BareFree, BareLine, Lives, RouterFree, RouterLine
from benchmarks.conftest import AGENTS, WAITING

LIVES = 2_000
ROUNDS = 80

pytestmark = pytest.mark.skipif(
    not routekit.compiled, reason="a million contacts are for the compiled build: make build"
)


@pytest.fixture(autouse=True)
def _quiet_collector() -> Iterator[None]:
    """What was set up is not gone through again and again by the collector, in either loop: see `Router.freeze`."""
    yield
    gc.unfreeze()
    gc.collect()


def measure(benchmark: BenchmarkFixture, router: Lives, bare: Lives, kind: str, agents: int, waiting: int) -> None:
    """Let both live in turn; note the ratio of their fastest rounds."""
    fresh = itertools.count()
    bare_s: list[float] = []

    def before() -> tuple[tuple[list[str]], dict[str, object]]:
        start = next(fresh) * LIVES
        ids = [f"contact-{number}" for number in range(start, start + LIVES)]
        begin = time.perf_counter()
        bare(ids)
        bare_s.append(time.perf_counter() - begin)
        return (ids,), {}

    gc.collect()
    gc.freeze()
    benchmark.pedantic(router, setup=before, rounds=ROUNDS, warmup_rounds=2)  # type: ignore[no-untyped-call]
    assert benchmark.stats is not None, "run by make bench, which has --benchmark-enable"
    benchmark.extra_info.update(
        kind=kind,
        agents=agents,
        waiting=waiting,
        router_us=benchmark.stats.stats.min / LIVES * 1e6,
        bare_us=min(bare_s) / LIVES * 1e6,
    )


@pytest.mark.parametrize("agents", AGENTS)
def test_by_agents(benchmark: BenchmarkFixture, agents: int) -> None:
    measure(benchmark, RouterFree(agents, 0).lives, BareFree(agents).lives, "agents", agents, 0)


@pytest.mark.parametrize("waiting", WAITING)
def test_by_contacts_waiting_for_others(benchmark: BenchmarkFixture, waiting: int) -> None:
    measure(benchmark, RouterFree(1_000, waiting).lives, BareFree(1_000).lives, "free", 1_000, waiting)


@pytest.mark.parametrize("waiting", WAITING)
def test_by_contacts_in_line(benchmark: BenchmarkFixture, waiting: int) -> None:
    measure(benchmark, RouterLine(1_000, waiting).lives, BareLine(1_000, waiting).lives, "line", 1_000, waiting)
