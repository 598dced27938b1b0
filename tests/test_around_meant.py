"""Whom a newcomer is meant for, source by source: sections 14 and 15 of `docs/around.md`."""

from __future__ import annotations

from typing import Any

from routekit import Queue, Router
from tests.test_around_limits import again, agent, call, centre


def had_by_bob(*agents: str, **router: Any) -> Router:
    """A router in which bob had kim from 0 to 10."""
    made = centre(Queue("support", sticky_s=100), **router)
    agent(made, "bob")
    call(made, "c-0", customer="kim")
    made.accept("o-1", at=0.0)
    made.finish("c-0", at=10.0)
    for name in agents:
        agent(made, name)
    return made


def meant(router: Router, at: float, **contact: Any) -> tuple[str, ...]:
    """For whom a contact of kim's is reserved that comes now."""
    call(router, "c-1", at=at, customer="kim", **contact)
    found = router.contacts["c-1"].reserved_for
    router.abandon("c-1", at=at)
    return found


def test_the_last_agent_is_known_without_a_history() -> None:
    router = had_by_bob(history=0)
    assert again(router).customer("kim").history == ()
    for one in (router, again(router)):
        assert meant(one, 110.0) == ("bob",)
        assert meant(one, 110.5) == ()


def test_the_last_agent_outlasts_endings_without_one() -> None:
    router = had_by_bob(history=2)
    for at in (20.0, 30.0, 40.0):
        assert meant(router, at) == ("bob",)
    assert [past.agent for past in router.customer("kim").history] == [None, None]
    assert meant(again(router), 110.0) == ("bob",)


def test_of_so_many_customers_the_last_agent_is_remembered() -> None:
    router = had_by_bob(history=0, customers=1)
    call(router, "other", at=20.0, customer="tim")
    assert meant(router, 20.0) == ("bob",), "an ending without an agent makes nobody be forgotten"
    router.accept(router.contacts["other"].offer or "", at=21.0)
    router.finish("other", at=22.0)
    assert meant(again(router), 23.0) == ()
    router.check()
    assert meant(had_by_bob(customers=0), 20.0) == ()


def test_a_preference_for_nobody_who_is_there_leaves_the_next_in_turn() -> None:
    asked: list[str] = []

    def manager_of(customer: str) -> str:
        asked.append(customer)
        return "gone"

    router = had_by_bob("ann", manager_of=manager_of)
    assert asked == ["kim"]
    assert meant(router, 20.0, prefer=("zoe", "ann", "yan")) == ("ann",)
    assert asked == ["kim"], "not asked where somebody is preferred"
    assert meant(router, 21.0, prefer=("zoe", "yan")) == ("bob",)
    assert asked == ["kim", "kim"]
    call(router, "talk", at=22.0, customer="kim", prefer=("ann",))
    router.accept(router.contacts["talk"].offer or "", at=22.0)
    router.update_queue("support", same_customer="keep", at=22.0)
    assert meant(router, 23.0) == ("ann",)


def test_only_a_preference_that_comes_to_nothing_is_told_of() -> None:
    router = had_by_bob(manager_of={"kim": "gone", "tim": "gone"}.get)
    router.update_queue("support", sticky_s=None, at=11.0)
    assert call(router, "c-1", at=11.0, customer="kim") == ["ContactQueued c-1 support", "OfferMade c-1 support bob"]
    said = call(router, "c-2", at=11.0, customer="tim", prefer=("zoe",))
    assert said == ["ContactQueued c-2 support", "ReservationEnded c-2 unknown"]
    router.update_queue("support", prefer_s=0, at=11.0)
    assert call(router, "c-3", at=11.0, prefer=("zoe",)) == ["ContactQueued c-3 support"]


def test_the_last_agent_counts_only_in_a_queue_of_theirs() -> None:
    router = had_by_bob()
    router.add_queue(Queue("sales", sticky_s=100), at=11.0)
    said = call(router, "c-2", "sales", at=11.0, customer="kim", prefer=("zoe",))
    assert said == ["ContactQueued c-2 sales", "ReservationEnded c-2 unknown"]
    assert call(router, "c-3", "sales", at=11.0, customer="kim") == ["ContactQueued c-3 sales"]
    assert meant(again(router), 12.0) == ("bob",)
