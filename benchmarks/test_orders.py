"""What each agent order costs to decide, against `LongestIdle` in the same run: 1,000 agents, most of them free.

A round is as many newcomers as `DECISIONS`, each decided among all who are free; before each round of the order that is
measured `LongestIdle` decides as many. Both are judged by their fastest round. What the contacts do afterwards is not
timed. An order that asks an app for a score of each pair is shown too, but its cost is that of every pair, and said so.
"""

from __future__ import annotations

import gc
import time
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import routekit
from benchmarks.centre import NEEDS, open_centre
from routekit import Contact
from routekit import strategies as st
from routekit.abc import AgentOrder

AGENTS = 1_000
DECISIONS = 250
ROUNDS = 25

INDEXED: dict[str, AgentOrder] = {
    "longest-idle": st.LongestIdle(),
    "longest-idle, last_finish": st.LongestIdle(since="last_finish"),
    "longest-idle, last_offer": st.LongestIdle(since="last_offer"),
    "least-recent": st.LeastRecent(),
    "round-robin": st.RoundRobin(),
    "round-robin-ordered": st.RoundRobinOrdered(),
    "top-down": st.TopDown(),
    "fewest-contacts": st.FewestContacts(),
    "fewest-contacts, by the day": st.FewestContacts(since="day"),
    "least-talk-time": st.LeastTalkTime(),
    "least-talk-time, by the day": st.LeastTalkTime(since="day"),
    "least-occupied": st.LeastOccupied(),
    "least-loaded": st.LeastLoaded(),
    "random": st.Random(),
    "weighted-random": st.WeightedRandom({f"agent-{number}": 1 + number % 5 for number in range(AGENTS)}),
    "most-skilled": st.MostSkilled(),
    "least-skilled": st.LeastSkilled(),
    "best-match": st.BestMatch(),
    "ring-all, one at a time": st.RingAll(limit=1),
    "ring-progressively": st.RingProgressively(every_s=5),
}


def seniority(contact: Any, agent: Any) -> float:
    """A score as an app has it."""
    return float(agent.skills["billing"])


BY_PAIR: dict[str, AgentOrder] = {"scored": st.Scored(seniority)}

pytestmark = pytest.mark.skipif(not routekit.compiled, reason="the ratios of the compiled build: make build")


class Decisions:
    """Rounds of newcomers in one centre with one order."""

    def __init__(self, order: AgentOrder) -> None:
        self.router = open_centre(AGENTS)
        self.router.update_queue("support", at=0.0, agent_order=order)
        self.at = 1.0
        self.round = 0
        self.told: list[Any] = []
        self.contacts: list[Contact] = []

    def prepare(self, decisions: int) -> None:
        """Clear the last round away, and have the next one's contacts ready."""
        router, at = self.router, self.at
        for events in self.told:
            router.accept(events[1].offer, at=at + 1.0)
        for contact in self.contacts:
            router.finish(contact.id, at=at + 2.0)
        router.advance(at=at + 3.0)
        self.at = at + 4.0
        self.round += 1
        self.told = []
        self.contacts = [
            Contact(f"c-{self.round}-{number}", queue="support", needs=NEEDS[number % len(NEEDS)])
            for number in range(decisions)
        ]

    def decide(self) -> None:
        """The round: what is timed."""
        enqueue, at, told = self.router.enqueue, self.at, self.told
        for contact in self.contacts:
            told.append(enqueue(contact, at=at))


@pytest.mark.parametrize("name", [*INDEXED, *BY_PAIR])
def test_decides(benchmark: BenchmarkFixture, name: str) -> None:
    decisions = DECISIONS if name in INDEXED else DECISIONS // 10
    base = Decisions(INDEXED["longest-idle"])
    mine = Decisions({**INDEXED, **BY_PAIR}[name])
    base_s: list[float] = []

    def before() -> None:
        base.prepare(decisions)
        mine.prepare(decisions)
        begin = time.perf_counter()
        base.decide()
        base_s.append(time.perf_counter() - begin)

    gc.collect()
    gc.freeze()
    benchmark.pedantic(mine.decide, setup=before, rounds=ROUNDS, warmup_rounds=2)  # type: ignore[no-untyped-call]
    gc.unfreeze()
    assert benchmark.stats is not None, "run by make bench, which has --benchmark-enable"
    benchmark.extra_info.update(
        order=name,
        indexed=name in INDEXED,
        order_us=benchmark.stats.stats.min / decisions * 1e6,
        base_us=min(base_s) / decisions * 1e6,
    )
