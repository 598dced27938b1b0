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
