"""What estimates cost: 200 runs of a line from its present state, against the same game in plain Python; and whole ones
as an app asks for them, `router.estimate(contact, effort)`, quick and full.

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
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from routekit import Agent, Contact, ContactState, Need, Queue, Router
from routekit.estimation import Waits
from routekit.estimation._line import Line
from routekit.events import ContactConnected

RUNS = 200
ROUNDS = 30
DESKS = ("one queue", "priorities", "skills")
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


class Desk:
    """50 agents, all busy, and 50 who wait: in one queue; or in three, which agents serve one to three of, with five
    priorities; or with skills besides, which every other contact needs. It has been at work for 1,500 contacts."""

    def __init__(self, kind: str) -> None:
        self.dice = random.Random(1)
        self.skills = ("en", "de", "fr") if kind == "skills" else ()
        self.priorities = 1 if kind == "one queue" else 5
        self.queues = ("a",) if kind == "one queue" else ("a", "b", "c")
        self.router = Router(seed=1, estimator=Waits(least=5))
        self.at, self.came, self.ends = 0.0, 0, list[tuple[float, str]]()
        dice = self.dice
        for name in self.queues:
            self.router.add_queue(Queue(name, auto_accept=True, wrap_up_s=10), at=0.0)
        for number in range(50):
            queues = tuple(dice.sample(self.queues, dice.randint(1, len(self.queues))))
            skills = {skill: 1 for skill in self.skills if dice.random() < 0.6}
            self.router.add_agent(Agent(f"agent-{number}", queues=queues, skills=skills), at=0.0)
            self.router.sign_in(f"agent-{number}", at=0.0)
        while self.came < 1500:
            then = self.at + dice.expovariate(50 / (MEAN_S + 10.0))
            while self.ends and self.ends[0][0] < then:
                self.at, contact = heapq.heappop(self.ends)
                self.heed(self.router.advance(at=self.at))
                self.heed(self.router.finish(contact, at=self.at))
            self.at = then
            self.heed(self.router.advance(at=then))
            self.come()
        while len(self.waiting()) < 50:
            self.come()

    def come(self) -> None:
        dice = self.dice
        needs = (Need(dice.choice(self.skills)),) if self.skills and dice.random() < 0.5 else ()
        priority = dice.randrange(self.priorities)
        contact = Contact(f"c-{self.came}", queue=dice.choice(self.queues), priority=priority, needs=needs)
        self.came += 1
        self.heed(self.router.enqueue(contact, at=self.at))

    def heed(self, events: tuple[Any, ...]) -> None:
        for event in events:
            if type(event) is ContactConnected:
                heapq.heappush(self.ends, (event.at + self.dice.expovariate(1 / MEAN_S), event.contact))

    def waiting(self) -> list[str]:
        return [view.id for view in self.router.contacts.values() if view.state is ContactState.QUEUED]


@pytest.mark.parametrize("effort", ["quick", "full"])
@pytest.mark.parametrize("kind", DESKS)
def test_asks(benchmark: BenchmarkFixture, kind: str, effort: str) -> None:
    desk = Desk(kind)
    waiting = desk.waiting()
    bare_s: list[float] = []

    def before() -> None:
        begin = time.perf_counter()
        bare(RUNS // 10, 50, 50)
        bare_s.append((time.perf_counter() - begin) * 10)

    def ask() -> None:
        for contact in waiting:
            desk.router.estimate(contact, effort)

    benchmark.pedantic(ask, setup=before, rounds=ROUNDS, warmup_rounds=2)  # type: ignore[no-untyped-call]
    assert benchmark.stats is not None, "run by make bench, which has --benchmark-enable"
    benchmark.extra_info.update(
        desk=kind,
        effort=effort,
        waiting=len(waiting),
        asked_ms=benchmark.stats.stats.min * 1e3 / len(waiting),
        bare_ms=min(bare_s) * 1e3,
    )
