"""The short way to a quick estimate says what the general way does, bit for bit, on random worlds."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import random
from collections.abc import Iterator
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, Router, Step
from routekit import strategies as st
from routekit._router.reads import Reads
from routekit.errors import IllegalMove, StaleOffer, UnknownContact
from routekit.estimation import ErlangLaw, WaitEstimate, Waits
from routekit.estimation.closed import ClosedForms

SKILLS = ("english", "french", "billing")
FIELDS = ("contact", "at", "position", "state", "method", "law", "served", "probability_abandon", "reason")


def in_general(waits: Waits, contact: str) -> WaitEstimate:
    """As it would be without the short way."""
    assert waits._reads is not None
    reads = waits._reads
    return waits._answer(*waits._stand(lambda roster: reads.place(contact, roster)), None)


def in_short(waits: Waits, contact: str) -> WaitEstimate | None:
    assert waits._quick is not None
    found: WaitEstimate | None = waits._quick.of(contact)
    return found


def assert_equal(one: WaitEstimate, other: WaitEstimate) -> None:
    for name in FIELDS:
        said, expected = getattr(one, name), getattr(other, name)
        assert (type(said), repr(said)) == (type(expected), repr(expected)), name


class World:
    """A small centre in which all sorts of things happen, some of them without any event."""

    def __init__(self, seed: int) -> None:
        self.chance = chance = random.Random(seed)
        self.waits = Waits(
            handle_s=chance.choice((None, 60, 240)),
            least=chance.choice((1, 20)),
            corrected=chance.random() < 0.5,
            full_every=0,
            memory=chance.choice((20.0, 500.0)),
        )
        self.router = Router(seed=seed, estimator=self.waits)
        self.at, self.number = 0.0, 0
        # What has to be looked at in full is not in every world.
        self.steps, self.tiers, self.odd = (chance.random() < share for share in (0.3, 0.1, 0.2))
        self.queues = [f"queue-{number}" for number in range(chance.randint(1, 3))]
        for name in self.queues:
            self.router.add_queue(self.queue(name), at=0.0)
        self.agents = [f"agent-{number}" for number in range(chance.randint(2, 12))]
        for name in self.agents:
            self.router.add_agent(self.agent(name), at=0.0)
            if chance.random() < 0.9:
                self.router.sign_in(name, at=0.0)

    def queue(self, name: str) -> Queue:
        chance = self.chance
        steps = (Step(10.0, lower={"billing": 1}), Step(60.0, drop=("french",))) if self.steps else ()
        order = chance.choice((st.Fifo(), st.StrictPriority())) if self.odd else st.Fifo()
        return Queue(
            name,
            auto_accept=chance.random() < 0.6,
            wrap_up_s=chance.choice((0.0, 5.0)),
            contact_order=order,
            steps=steps,
        )

    def agent(self, name: str) -> Agent:
        chance = self.chance
        skills = {skill: chance.randint(1, 3) for skill in SKILLS if chance.random() < 0.6}
        queues: Any = tuple(queue for queue in self.queues if chance.random() < 0.7) or self.queues[:1]
        if self.tiers:
            queues = {queue: chance.randint(1, 2) for queue in queues}
        if chance.random() < 0.6:
            return Agent(name, queues=queues, skills=skills)
        cost = {"voice": 1.0, "chat": chance.choice((0.5, 1.0))}
        return Agent(name, queues=queues, skills=skills, capacity=Capacity(units=chance.choice((1, 2, 4)), cost=cost))

    def come(self) -> None:
        chance = self.chance
        needs = tuple(Need(skill, chance.randint(1, 3)) for skill in SKILLS if chance.random() < 0.3)
        contact = Contact(
            f"c-{self.number}",
            queue=chance.choice(self.queues),
            channel=chance.choice(("voice", "voice", "chat")),
            priority=chance.choice((0, 0, 0, 5, -3, 1)),
            needs=needs,
        )
        self.number += 1
        self.router.enqueue(contact, at=self.at)

    def happen(self) -> None:
        chance, router = self.chance, self.router
        self.at += chance.choice((0.0, 0.5, 3.0, 20.0))
        for _ in range(chance.randint(0, 4)):
            self.come()
        for contact in list(router.contacts):
            state = router.contacts[contact].state.value if contact in router.contacts else ""
            # By the time of the command it may be something else.
            with contextlib.suppress(IllegalMove, UnknownContact):
                if state == "connected" and chance.random() < 0.15:
                    router.finish(contact, at=self.at)
                elif state == "queued" and chance.random() < 0.04:
                    router.abandon(contact, at=self.at)
        for offer in list(router.offers):
            if offer in router.offers and chance.random() < 0.5:
                with contextlib.suppress(StaleOffer):  # by now
                    router.accept(offer, at=self.at)
        if chance.random() < 0.3:
            self.at += 5.0 * chance.random()
            router.advance(at=self.at)
        if chance.random() < 0.05:
            with contextlib.suppress(IllegalMove):
                router.sign_out(chance.choice(self.agents), at=self.at)
        for name in self.agents:
            state = router.agents[name].state.value
            if state != "ready" and chance.random() < 0.3:
                (router.sign_in if state == "offline" else router.set_ready)(name, at=self.at)
        if self.odd and chance.random() < 0.05:
            name = chance.choice(self.queues)
            order = chance.choice((st.Fifo(), st.StrictPriority(), st.Lifo()))
            router.update_queue(name, contact_order=order, at=self.at)
        if chance.random() < 0.05:
            name = chance.choice(self.agents)
            router.update_agent(self.agent(name), at=self.at)
        self.at = router.now or self.at

    def waiting(self) -> Iterator[str]:
        for contact, view in list(self.router.contacts.items()):
            if view.state.value in ("queued", "offered"):
                yield contact


@pytest.mark.parametrize("block", range(8))
def test_every_estimate_is_that_of_the_general_way(block: int) -> None:
    used = asked = dealt = 0
    for seed in range(12 * block, 12 * block + 12):
        print(f"seed {seed}")
        world = World(seed)
        for _ in range(60):
            world.happen()
            for contact in world.waiting():
                asked += 1
                found = in_short(world.waits, contact)
                if found is not None:
                    used += 1
                    general = in_general(world.waits, contact)
                    assert_equal(found, general)
                    assert_equal(world.router.estimate(contact), general)
                    dealt += bool(world.waits._reads and world.waits._reads.place(contact).sides)
    print(f"{used} of {asked} in short, {dealt} dealt to several teams")
    assert used > 300
    assert dealt > 100


def line(*, waits: Waits, waiting: int = 5, **queue: Any) -> Router:
    router = Router(estimator=waits)
    router.add_queue(Queue("support", auto_accept=True, **queue), at=0.0)
    router.add_agent(Agent("ann", queues=("support",)), at=0.0)
    router.sign_in("ann", at=0.0)
    for number in range(waiting + 1):
        router.enqueue(Contact(f"c-{number}", queue="support"), at=1.0)
    return router


def test_the_usual_contact_goes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    router = line(waits=Waits(handle_s=60))

    def dear(*_: Any) -> Any:
        raise AssertionError("the general way was gone")

    monkeypatch.setattr(ClosedForms, "_course", dear)
    estimate = router.estimate("c-3")
    assert (estimate.position, estimate.mean_s, estimate.law) == (3, 180.0, ErlangLaw(2, 1 / 60))
    assert router.estimate("c-5").mean_s == 300.0


def test_what_says_more_than_waits_is_asked_itself() -> None:
    class Rounded(Waits):
        def estimate(self, contact: str, *, effort: str = "quick") -> WaitEstimate:
            return dataclasses.replace(super().estimate(contact, effort=effort), method="rounded")

    router = line(waits=Rounded(handle_s=60))
    assert router.estimate("c-3").method == "rounded"
    assert line(waits=Waits(handle_s=60)).estimate("c-3").method == "quick"


@pytest.mark.parametrize("others", [0, 1, 2])
@pytest.mark.parametrize("offered", [False, True])
@pytest.mark.parametrize("visitors", [0, 1, 2])
def test_a_position_counts_everybody_in_the_line(others: int, offered: bool, visitors: int) -> None:
    """It is had from the lines that come before, where these hold all who wait here, and nobody else."""
    waits = Waits(handle_s=60)
    router = Router(estimator=waits)
    router.add_queue(Queue("support", offer_timeout_s=1000), at=0.0)
    router.add_queue(Queue("sales", steps=(Step(1.0, add_queue="support"),)), at=0.0)
    for number in range(visitors):
        router.enqueue(Contact(f"v-{number}", queue="sales", priority=-1), at=0.0)  # behind all
    router.advance(at=2.0)
    for name in ("ann", "bob"):
        router.add_agent(Agent(name, queues=("support",)), at=2.0)
    if visitors:  # who is busy is not what this is about
        router.sign_in("ann", at=2.0)
        router.accept(next(iter(router.offers)), at=2.0)
    else:
        router.enqueue(Contact("first", queue="support"), at=2.0)
        router.sign_in("ann", at=2.0)
        router.accept(next(iter(router.offers)), at=2.0)
    for number in range(12):
        needs = (Need(f"skill-{number // 2}"),) if number % 2 and number // 2 < others else ()
        router.enqueue(Contact(f"c-{number}", queue="support", needs=needs), at=3.0 + number)
    if offered:
        router.sign_in("bob", at=20.0)
        assert len(router.offers) == 1
    asked = 0
    for contact in (f"c-{number}" for number in range(12)):
        found = in_short(waits, contact)
        if found is not None:
            asked += 1
            assert found.position == router.position(contact)
            assert_equal(found, in_general(waits, contact))
    assert asked >= 12 - others - offered


def test_nothing_is_told_again_after_a_command() -> None:
    waits = Waits(handle_s=60)
    router = line(waits=waits)
    assert [router.estimate("c-3").mean_s for _ in range(2)] == [180.0, 180.0]
    router.finish("c-0", at=2.0)
    assert router.estimate("c-3").position == 2
    router.add_agent(Agent("bob", queues=("support",)), at=3.0)
    router.sign_in("bob", at=3.0)
    again = router.estimate("c-3")
    assert (again.position, round(again.mean_s or 0.0)) == (1, 30)


def test_a_plan_ends_the_short_way() -> None:
    waits = Waits(handle_s=60)
    router = line(waits=waits)
    assert in_short(waits, "c-3") is not None
    waits.plan("ann", [(0.0, 90.0)])
    assert in_short(waits, "c-3") is None
    assert router.estimate("c-5").mean_s is None
    waits.plan("ann", None)
    assert router.estimate("c-5").mean_s == 300.0


def test_a_sink_sees_what_the_command_has_made_of_it() -> None:
    waits = Waits(handle_s=60)
    router = line(waits=waits)
    seen: list[int | None] = []

    def sink(events: Any) -> None:
        seen.append(router.estimate("c-5").position)

    router.subscribe(sink)
    router.finish("c-0", at=2.0)
    router.finish("c-1", at=3.0)
    assert seen == [4, 3]
    assert router.estimate("c-5").position == 3


def test_in_the_middle_of_a_command_there_is_no_short_way() -> None:
    waits = Waits(handle_s=60)
    seen: list[Any] = []

    def curious(contact: Any, agent: Any) -> float:
        seen.append((in_short(waits, "c-5"), router.estimate("c-5").position))
        return 0.0

    router = Router(estimator=waits)
    router.add_queue(Queue("support", auto_accept=True, agent_order=st.Scored(curious)), at=0.0)
    for name, skills in (("ann", {"sql": 1}), ("bob", {}), ("eve", {})):
        router.add_agent(Agent(name, queues=("support",), skills=skills), at=0.0)
        router.sign_in(name, at=0.0)
    for number in range(6):
        router.enqueue(Contact(f"c-{number}", queue="support", needs=(Need("sql"),)), at=1.0)
    assert not seen
    router.enqueue(Contact("easy", queue="support"), at=2.0)
    assert seen == [(None, 5)] * 2
    found = in_short(waits, "c-5")
    assert found is not None
    assert_equal(found, in_general(waits, "c-5"))


def test_estimates_leave_nothing_behind() -> None:
    waits = Waits(handle_s=60)
    router = line(waits=waits)
    router.estimate("c-5")
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(1_000):
        router.estimate("c-4")
    gc.collect()
    assert len(gc.get_objects()) - before < 50


def test_forecasts_are_those_of_the_general_way() -> None:
    """What is forecast for who gets in line is in the snapshot: with and without the short way it is the same."""
    for seed in range(12):
        print(f"seed {seed}")
        kept = []
        for short in (True, False):
            world = World(seed)
            if not short:
                world.waits._quick = None
            for _ in range(60):
                world.happen()
            kept.append(world.waits.to_data())
        assert kept[0] == kept[1]


def test_what_is_kept_of_agents_and_lines_is_what_a_fresh_look_sees() -> None:
    for seed in range(200, 208):
        print(f"seed {seed}")
        world = World(seed)
        reads = world.waits._reads
        assert reads is not None
        for _ in range(40):
            world.happen()
            for contact in list(world.waiting())[:6]:
                fresh = Reads(world.router)
                assert reads.crowd(contact) == fresh.crowd(contact)
                assert reads.place(contact) == fresh.place(contact)


def test_who_else_serves_a_queue_is_looked_at_again_when_that_queue_changes() -> None:
    def said(asked_before: bool) -> list[float | None]:
        router = Router(estimator=Waits(handle_s=100, corrected=False))
        for queue in "ab":
            router.add_queue(Queue(queue, auto_accept=True), at=0.0)
        router.add_agent(Agent("ann", queues={"a": 1, "b": 2}), at=0.0)
        router.add_agent(Agent("bob", queues=("b",)), at=0.0)
        for agent in ("ann", "bob"):
            router.sign_in(agent, at=0.0)
        for number in range(30):
            router.enqueue(Contact(f"d-{number}", queue="b", priority=3), at=10.0 * number)
        for number in range(4):
            router.enqueue(Contact(f"c-{number}", queue="a"), at=300.0)
        if asked_before:
            router.estimate_for("a")
            router.estimate("c-3")
        router.update_queue("b", max_tier=1, at=300.0)  # ann serves it no more
        return [router.estimate_for("a").mean_s, router.estimate("c-3").mean_s]

    assert said(True) == said(False)
