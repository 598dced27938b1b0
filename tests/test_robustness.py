"""Odd but legal input: iterators, time-outs too short to tell, channels that come and go, an app's own orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from routekit import Agent, Capacity, Contact, Queue, Router, Step
from routekit import strategies as st
from routekit.abc import ContactOrder, WaitingContact
from routekit.errors import InvalidType, InvalidValue, StrategyError
from routekit.events import OfferExpired, OfferMade


def centre(**settings: Any) -> Router:
    router = Router()
    router.add_queue(Queue("support", **settings), at=0.0)
    router.add_agent(Agent("ann", queues=("support",)), at=0.0)
    return router


def test_an_iterator_in_an_update_is_read_once_and_kept() -> None:
    router = centre()

    def steps() -> Iterator[Step]:
        yield Step(5, raise_priority=1)

    router.update_queue("support", steps=steps(), at=1.0)
    assert router.queues["support"].steps == (Step(5, raise_priority=1),)
    router.update_agent("ann", queues=iter(["support"]), at=1.0)
    assert dict(router.agents["ann"].queues) == {"support": 1}


def test_no_offer_ends_in_the_command_that_makes_it_however_late_it_is() -> None:
    late = 1e15 - 100
    router = centre(offer_timeout_s=1e-3, no_answer_retry_s=0, away_after_no_answers=None)
    router.sign_in("ann", at=late)
    (_, made) = router.enqueue(Contact("c-1", queue="support"), at=late + 1)
    assert made.expires_at > late + 1
    happened = router.advance(at=late + 2)
    assert [type(event) for event in happened] == [OfferExpired, OfferMade]
    assert happened[-1].expires_at > late + 2


def test_channels_that_nobody_names_any_more_leave_room_for_others_as_after_a_restore() -> None:
    router = centre()
    for i in range(58):
        router.add_agent(Agent("passing", capacity=Capacity(cost={f"old-{i}": 1})), at=1.0)
        router.remove_agent("passing", at=1.0)
    restored = Router.restore(router.snapshot())
    many = Agent("bob", queues=("support",), capacity=Capacity(units=9, cost={f"new-{i}": 1 for i in range(10)}))
    assert router.add_agent(many, at=2.0) == restored.add_agent(many, at=2.0)
    router.check()
    router.sign_in("bob", at=2.0)
    assert router.enqueue(Contact("c-1", queue="support", channel="new-9"), at=2.0)[-1].agent == "bob"
    too_many = Agent("cid", capacity=Capacity(cost={f"more-{i}": 1 for i in range(60)}))
    before = router.snapshot()
    with pytest.raises(InvalidValue, match="62"):
        router.add_agent(too_many, at=2.0)
    assert router.snapshot() == before
    router.check()


def test_a_removed_queue_is_remembered_only_while_a_contact_may_come_back_to_it() -> None:
    router = centre()
    for i in range(100):
        router.add_queue(Queue(f"passing-{i}"), at=1.0)
        router.remove_queue(f"passing-{i}", at=1.0)
    assert router.snapshot()["removed"] == []


class Broken(ContactOrder):
    """An app's own order that fails."""

    name: ClassVar[str] = "broken"

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        raise KeyError("vip")


class Borrowed(ContactOrder):
    """An app's own order under a built-in's name: a snapshot would restore the built-in."""

    name: ClassVar[str] = "aged"

    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        return (0.0,)


def test_a_contact_whose_place_cannot_be_told_is_refused_before_anything_changes() -> None:
    router = centre(contact_order=Broken())
    router.advance(at=1.0)
    before = router.snapshot()
    with pytest.raises(StrategyError, match="vip"):
        router.enqueue(Contact("c-1", queue="support"), at=1.0)
    assert router.snapshot() == before
    router.check()


def test_an_order_under_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(InvalidValue, match="name of its own"):
        centre(contact_order=Borrowed())


def test_the_order_between_queues_that_there_is_may_be_named() -> None:
    Router(queue_order=st.ByUrgency())
    with pytest.raises(InvalidType):
        Router(queue_order=st.Fifo())  # type: ignore[arg-type]
