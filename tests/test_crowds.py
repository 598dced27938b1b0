"""Many profiles and many exclusions: what is kept to find the first at once finds whom a look at everybody finds."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, RoutekitError, Router, Step
from routekit._kernel import index
from routekit.events import OfferMade
from tests.counting import calls_of

NEVER = 10**9
SEEDS = range(4)


def life(seed: int, steps: int = 350) -> list[Any]:
    """The events of a random life: agents of many kinds on two tiers, who decline much and are set away for it."""
    print(f"seed {seed}")
    dice = random.Random(seed)
    router = Router(seed=seed)
    told: list[Any] = []
    router.subscribe(told.extend)
    raising = Step(20.0, raise_priority=1)
    for name, tier_wait_s in (("support", 15.0), ("sales", 0.0)):
        router.add_queue(
            Queue(name, retry_agent_s=0.0, decline_retry_s=40.0, tier_wait_s=tier_wait_s, steps=(raising,)), at=0.0
        )
    agents = [f"agent-{number}" for number in range(24)]
    for number, agent in enumerate(agents):
        kind = number // 3
        queues = {"support": 1 + kind % 2} | ({"sales": 1} if kind % 3 else {})
        router.add_agent(Agent(agent, queues=queues, skills={"billing": 1 + kind / 2}), at=0.0)
    at, made = 0.0, 0
    for _ in range(steps):
        at += dice.choice((0.0, 0.0, 0.5, 3.0))
        verb = dice.choice(("come", "come", "decline", "decline", "decline", "accept", "finish", "ready", "away", "up"))
        offers, contacts = list(router.offers), list(router.contacts)
        try:
            if verb == "come":
                made += 1
                needs = (Need("billing", dice.randint(0, 32) / 8),)
                queue = dice.choice(("support", "support", "sales"))
                router.enqueue(Contact(f"c-{made}", queue=queue, needs=needs, priority=dice.randint(0, 2)), at=at)
            elif verb == "decline" and offers:
                router.decline(dice.choice(offers), at=at)
            elif verb == "accept" and offers:
                router.accept(dice.choice(offers), at=at)
            elif verb == "finish" and contacts:
                router.finish(dice.choice(contacts), at=at)
            elif verb == "up" and contacts:
                router.update_contact(dice.choice(contacts), priority=dice.randint(0, 3), at=at)
            elif verb == "away":
                router.set_away(dice.choice(agents), at=at)
            else:
                agent = dice.choice(agents)
                (router.set_ready if router.agents[agent].state == "away" else router.sign_in)(agent, at=at)
        except RoutekitError:
            pass
        router.check()
    return told


@pytest.mark.parametrize("seed", SEEDS)
def test_the_heads_of_many_profiles_in_order_lead_to_the_same_agents(seed: int, monkeypatch: Any) -> None:
    monkeypatch.setattr(index, "CROWD", NEVER)
    plain = life(seed)
    monkeypatch.setattr(index, "CROWD", 2)
    assert life(seed) == plain
    assert sum(type(event).__name__ == "OfferMade" for event in plain) > 30


@pytest.mark.parametrize("seed", SEEDS)
def test_those_who_are_passed_over_are_just_those_who_are_excluded(seed: int, monkeypatch: Any) -> None:
    monkeypatch.setattr(index, "MANY", NEVER)
    plain = life(seed)
    monkeypatch.setattr(index, "MANY", 1)
    assert life(seed) == plain
    monkeypatch.setattr(index, "MARKS", 1)
    assert life(seed) == plain
    assert sum(type(event).__name__ == "OfferDeclined" for event in plain) > 20


def declining(count: int) -> int:
    """The calls that the last ten of so many declines at one instant take."""
    router = Router(seed=1)
    router.add_queue(Queue("support", retry_agent_s=0.0, decline_retry_s=100.0), at=0.0)
    router.add_agent(Agent("decliner", queues=("support",)), at=0.0)
    for number in range(count + 20):
        router.enqueue(Contact(f"c-{number}", queue="support"), at=1.0)
    router.sign_in("decliner", at=2.0)

    def decline(times: int) -> None:
        for _ in range(times):
            router.decline(next(iter(router.offers)), at=2.0)
            if not router.offers:
                router.set_ready("decliner", at=2.0)

    decline(count)
    return calls_of(lambda: decline(10))


def test_one_who_has_declined_many_finds_the_next_at_once() -> None:
    assert declining(400) < 1.3 * declining(100)


def declining_in_turn(agents: int, rounds: int) -> int:
    """Calls in the last of so many rounds of declines by many agents, who decline all that they are offered."""
    router = Router(seed=1)
    router.add_queue(Queue("support", retry_agent_s=0.0, decline_retry_s=1e6), at=0.0)
    for number in range(agents):
        router.add_agent(Agent(f"agent-{number}", queues=("support",)), at=0.0)
    for number in range(agents + 2 * rounds + 20):
        router.enqueue(Contact(f"c-{number}", queue="support"), at=1.0)
    for number in range(agents):
        router.sign_in(f"agent-{number}", at=2.0)

    def decline() -> None:
        for number in range(agents):
            name = f"agent-{number}"
            for offer in router.agents[name].offers:
                router.decline(offer, at=2.0)
            if router.agents[name].state == "away":
                router.set_ready(name, at=2.0)

    for _ in range(rounds):
        decline()
    return calls_of(decline)


def test_many_who_decline_in_turn_do_not_go_over_what_they_have_declined_again() -> None:
    assert declining_in_turn(80, 120) < 1.5 * declining_in_turn(80, 40)


def lines_of(action: Callable[[], Any]) -> int:
    """The lines of Python that an action runs; none of what is compiled."""
    count = 0

    def look(frame: Any, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


def declined(count: int) -> int:
    """The lines that the last ten of so many declines of one contact take, each by another agent."""
    router = Router(seed=1)
    router.add_queue(Queue("support"), at=0.0)
    for number in range(count + 20):
        router.add_agent(Agent(f"agent-{number}", queues=("support",)), at=0.0)
        router.sign_in(f"agent-{number}", at=0.0)
    router.enqueue(Contact("c", queue="support"), at=1.0)

    def decline(times: int) -> None:
        for _ in range(times):
            router.decline(next(iter(router.offers)), at=1.0)

    decline(count)
    return lines_of(lambda: decline(10))


def test_one_that_many_have_declined_finds_the_next_at_once() -> None:
    assert declined(400) <= 1.3 * declined(100)


def test_who_may_not_have_it_is_left_out_also_where_others_have_declined() -> None:
    router = Router(seed=1)
    router.add_queue(Queue("support", auto_accept=True), at=0.0)
    router.add_queue(Queue("experts"), at=0.0)
    capacity = Capacity(units=2, cost={"voice": 1})
    router.add_agent(Agent("asks", queues={"support": 1, "experts": 1}, capacity=capacity), at=0.0)
    router.sign_in("asks", at=0.0)
    router.enqueue(Contact("c", queue="support"), at=1.0)
    for at, name in ((2.0, "first"), (3.0, "second")):
        router.add_agent(Agent(name, queues={"experts": 2}), at=at)
        router.sign_in(name, at=at)
    router.consult("c", at=4.0, queue="experts")
    offer = next(iter(router.offers.values()))
    assert offer.agent == "first"
    events = router.decline(offer.id, at=4.0)
    assert [event.agent for event in events if isinstance(event, OfferMade)] == ["second"]
    router.check()
