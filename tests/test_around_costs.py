"""What comes around the line costs no more for each the more there are: counted in calls, not by the clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Limit, Queue, Router, Step
from routekit import strategies as st
from routekit._router import running
from tests.contract_centre import call, chat
from tests.counting import calls_of

ROOM = Capacity(units=1e6, cost={"chat": 1})


def grows_alike(measure: Callable[[int], int], few: int = 40, times: int = 4) -> bool:
    """Whether so many times more take about so many times as long; all at once, a logarithm being a little more."""
    return measure(few * times) < 1.5 * times * measure(few)


def centre(**fields: Any) -> Router:
    """A queue and a bot with room for all."""
    router = Router(seed=1)
    router.add_queue(Queue("support", drain_after_s=None, **fields), at=0.0)
    router.add_agent(Agent("bot", queues=("support",), capacity=ROOM), at=0.0)
    return router


def holding(n: int, **fields: Any) -> Router:
    """The same with so many chats connected."""
    router = centre(**fields)
    router.sign_in("bot", at=0.0)
    for i in range(n):
        (*_, made) = router.enqueue(chat(f"c{i}"), at=1.0)
        router.accept(made.offer, at=1.0)
    return router


def test_those_meant_for_one_agent_who_return_at_once_cost_no_more_each() -> None:
    def measure(n: int) -> int:
        router = holding(n)
        for i in range(n):
            router.park(f"c{i}", until=100.0, at=2.0)
        cost = calls_of(lambda: router.advance(at=100.0))
        assert len(router.offers) == n
        return cost

    assert grows_alike(measure)


def test_those_meant_for_one_agent_who_signs_in_cost_no_more_each() -> None:
    def measure(n: int) -> int:
        router = centre(prefer_while="always", prefer_s=1e5)
        for i in range(n):
            router.enqueue(chat(f"c{i}", prefer=("bot",)), at=1.0)
        cost = calls_of(lambda: router.sign_in("bot", at=2.0))
        assert len(router.offers) == n
        return cost

    assert grows_alike(measure)


def test_one_who_is_free_costs_the_same_however_many_are_meant_for_them() -> None:
    def measure(n: int) -> int:
        router = centre(prefer_s=1e5)
        router.update_agent("bot", capacity=Capacity(units=1, cost={"chat": 1}), at=0.0)
        router.sign_in("bot", at=0.0)
        for i in range(n):
            router.enqueue(chat(f"c{i}", prefer=("bot",)), at=1.0)
        router.accept(next(iter(router.offers)), at=1.0)
        return calls_of(lambda: router.finish("c0", at=2.0))

    assert measure(400) < 1.5 * measure(100)


def test_agents_who_are_looked_at_together_cost_no_more_each() -> None:
    """Two at once, so that candidates are gathered: what an agent could take is among them once, not for each match."""

    def measure(n: int) -> int:
        router = Router(seed=1)
        router.add_queue(Queue("support", drain_after_s=None, wrap_up_s=10), at=0.0)
        for name in ("ann", "bob"):
            room = Capacity(units=n, cost={"voice": n, "chat": 1})
            router.add_agent(Agent(name, queues=("support",), capacity=room), at=0.0)
            router.sign_in(name, at=0.0)
            (*_, made) = router.enqueue(call(name), at=0.0)
            router.accept(made.offer, at=0.0)
            router.finish(name, at=0.0)
        for i in range(2 * n):
            router.enqueue(chat(f"c{i}"), at=1.0)
        cost = calls_of(lambda: router.advance(at=10.0))
        assert len(router.offers) == 2 * n
        return cost

    assert grows_alike(measure)


@pytest.mark.parametrize("leads", [True, False])
def test_only_what_leads_to_a_queue_that_asks_for_scores_is_kept_before(
    leads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    take = running.take

    def counted(state: Any) -> Any:
        kept.append(1)
        return take(state)

    monkeypatch.setattr(running, "take", counted)
    router = Router(registry={"fit": lambda contact, agent: 1.0})
    router.add_queue(Queue("experts", agent_order=st.Scored("fit")), at=0.0)
    router.add_queue(Queue("second", steps=[Step(60, add_queue="experts")] if leads else ()), at=0.0)
    limits = [Limit(length=50, move_to="second")]
    router.add_queue(Queue("support", drain_after_s=None, sticky_s=60, limits=limits), at=0.0)
    router.add_agent(Agent("ann", queues=("support",), capacity=ROOM), at=0.0)
    router.sign_in("ann", at=0.0)
    kept.clear()
    for name in ("one", "two"):
        router.enqueue(chat(name, customer="sue", prefer=("ann",)), at=1.0)
        router.accept(next(iter(router.offers)), at=1.0)
        router.finish(name, at=1.0)
    assert len(kept) == (4 if leads else 0)
    router.update_queue("second", steps=[Step(60, move_to="experts")], at=2.0)
    kept.clear()
    router.enqueue(chat("three", customer="sue"), at=2.0)
    assert len(kept) == 1, "what queues lead to is looked at again when one has changed"


def test_the_next_free_id_costs_the_same_however_many_there_are() -> None:
    lines = 0

    def look(frame: Any, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line" and frame.f_code.co_name == "free_id"
        return look

    router = holding(1)
    before = sys.gettrace()
    sys.settrace(look)
    try:
        for _ in range(100):
            router.follow_up("c0", due_at=1e6, at=2.0)
    finally:
        sys.settrace(before)
    assert 100 < lines < 1000


def test_it_is_the_first_that_is_free_all_the_same() -> None:
    router = holding(1)

    def promised() -> str:
        name: str = router.follow_up("c0", due_at=1e6, at=2.0)[0].follow_up
        return name

    assert [promised() for _ in range(4)] == [f"c0/follow-up-{n}" for n in (1, 2, 3, 4)]
    router.abandon("c0/follow-up-3", at=3.0)
    router.abandon("c0/follow-up-2", at=3.0)
    router.follow_up("c0", due_at=1e6, id="c0/follow-up-5", at=3.0)
    assert [promised() for _ in range(3)] == [f"c0/follow-up-{n}" for n in (2, 3, 6)]
    router.finish("c0", at=4.0)
    router.abandon("c0/follow-up-1", at=4.0)
    router.enqueue(chat("c0"), at=5.0)
    assert promised() == "c0/follow-up-1", "another contact of that name"


def test_queues_that_move_contacts_to_and_fro_are_bounded_by_the_limit_of_advance() -> None:
    """Through time, that is: at one instant a contact does not come back to a queue that it has left."""
    router = Router(seed=1)
    router.add_queue(Queue("mail"), at=0.0)
    for name, other in (("web", "mail"), ("mail", "web")):
        add_or_update = router.update_queue if name == "mail" else router.add_queue
        add_or_update(Queue(name, steps=[Step(0.001, move_to=other)]), at=0.0)
    router.enqueue(Contact("c", queue="web"), at=0.0)
    for _ in range(2):
        moves = [event for event in router.advance(at=100.0, limit=50) if type(event).__name__ == "ContactMoved"]
        assert len(moves) == 50
        assert router.next_deadline == router.now is not None and router.now < 1.0
