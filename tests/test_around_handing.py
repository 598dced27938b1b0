"""Handing over, rule by rule (`docs/around.md`, section 16): parking, promises and owners."""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Agent, Capacity, ContactState, Queue, Router, Step
from routekit import strategies as st
from routekit.errors import (
    DuplicateContact,
    IllegalMove,
    InvalidValue,
    QueueNotEmpty,
    StrategyError,
    UnknownContact,
    UnknownQueue,
)
from tests.contract_centre import call, centre, names, one, take


def again(router: Router) -> Router:
    """The same router, from a snapshot that has been a file."""
    router.check()
    return Router.restore(json.loads(json.dumps(router.snapshot())))


def parked(*queues: Queue, until: float | None = None, **agents: Any) -> Router:
    """A router whose contact c-1 waited from 0 to 10, was taken by ann, and is parked at 50."""
    router = centre(*(queues or (Queue("support"),)), **(agents or {"ann": {}}))
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.set_ready("ann", at=10.0)
    router.accept("o-1", at=10.0)
    router.park("c-1", at=50.0, until=until)
    router.check()
    return router


# -- park --------------------------------------------------------------------------------------------------------------


def test_a_parked_contact_frees_its_agent_without_wrap_up() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={})
    take(router, call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=5.0)
    events = router.park("c-1", at=50.0, until=90.0)
    assert names(events) == ["ContactParked", "OfferMade"]
    told = events[0]
    assert (told.contact, told.agent, told.queue, told.until) == ("c-1", "ann", "support", 90.0)
    view = router.contacts["c-1"]
    assert (view.state, view.agent, view.owner, view.until) == (ContactState.PARKED, None, "ann", 90.0)
    assert (router.queues["support"].parked, router.queues["support"].waiting) == (1, 1)
    assert router.statistics().queues["support"].parked == 1
    router.check()


def test_parking_is_an_end_for_the_agent_but_counts_as_finished_for_nobody() -> None:
    router = parked(Queue("support", agent_order=st.FewestContacts()))
    agent = router.agents["ann"]
    assert (agent.idle_since, agent.last_finish, agent.load) == (50.0, 50.0, 0.0)
    told = router.statistics()
    assert told.queues["support"].finished == told.agents["ann"].finished == 0
    assert told.queues["support"].connected == 1


def test_until_is_later_than_the_command() -> None:
    router = centre(Queue("support"), ann={})
    take(router, call("c-1"), at=20.0)
    for until in (20.0, 10.0, float("nan"), 1e16):
        with pytest.raises(InvalidValue):
            router.park("c-1", at=5.0, until=until)  # the router is at 20 already
    assert router.contacts["c-1"].state is ContactState.CONNECTED
    with pytest.raises(UnknownContact):
        router.park("c-2", at=20.0)
    assert names(router.park("c-1", at=20.0, until=20.5)) == ["ContactParked"]


def test_only_a_connected_contact_is_parked() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={})
    take(router, call("c-1"), at=0.0)
    router.finish("c-1", at=1.0)
    router.enqueue(call("c-2"), at=1.0)
    for contact in ("c-1", "c-2"):
        with pytest.raises(IllegalMove):
            router.park(contact, at=2.0)


def test_a_parked_contact_of_a_removed_queue_has_the_home_that_took_over() -> None:
    router = centre(Queue("support"), Queue("sales"), ann={})
    take(router, call("c-1"), at=0.0)
    router.remove_queue("support", at=1.0, move_to="sales")
    assert one(router.park("c-1", at=2.0), "ContactParked").queue == "sales"
    assert (router.contacts["c-1"].queue, router.contacts["c-1"].entered_queue_at) == ("sales", 2.0)
    router.check()
    router.unpark("c-1", at=9.0)
    assert router.contacts["c-1"].entered_queue_at == 9.0
    other = centre(Queue("support"), ann={})
    take(other, call("c-1"), at=0.0)
    other.remove_queue("support", at=1.0)
    with pytest.raises(UnknownQueue):
        other.park("c-1", at=2.0)
    assert other.contacts["c-1"].state is ContactState.CONNECTED


# -- unpark ------------------------------------------------------------------------------------------------------------


def test_a_contact_comes_back_to_its_place_and_has_not_aged() -> None:
    router = parked(Queue("support", return_wait_s=0))
    router.set_away("ann", at=60.0)
    router.enqueue(call("c-2", waiting_since=55.0), at=60.0)
    events = router.unpark("c-1", at=70.0)
    told = one(events, "ContactUnparked")
    assert (told.contact, told.queue, told.reason, told.position) == ("c-1", "support", "unpark", 1)
    view = router.contacts["c-1"]
    assert (view.waiting_since, view.entered_queue_at, view.state) == (20.0, 20.0, ContactState.QUEUED)
    assert (view.owner, view.until, router.queues["support"].parked) == (None, None, 0)
    assert router.statistics().queues["support"].entered == 2
    router.check()


def test_a_contact_comes_back_by_itself_when_its_time_is_over() -> None:
    router = parked(Queue("support", return_wait_s=0), until=90.0)
    assert router.next_deadline == 90.0
    for same in (router, again(router)):
        assert same.advance(at=89.0) == ()
        events = same.advance(at=95.0)
        assert names(events) == ["ContactUnparked", "OfferMade"]
        assert (events[0].at, events[0].reason) == (90.0, "due")
        same.check()


def test_a_contact_that_is_taken_up_before_its_time_has_no_timer_left() -> None:
    router = parked(Queue("support", return_wait_s=0), until=90.0)
    assert names(router.unpark("c-1", at=60.0)) == ["ContactUnparked", "OfferMade"]
    router.accept("o-2", at=60.0)
    assert router.next_deadline is None
    with pytest.raises(IllegalMove):
        router.unpark("c-1", at=61.0)


def test_steps_go_on_where_they_stood() -> None:
    steps = (Step(30, raise_priority=1), Step(40, raise_priority=2), Step(100, raise_priority=3))
    router = centre(Queue("support", steps=steps, return_wait_s=0), ann={})
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.advance(at=35.0)
    router.set_ready("ann", at=35.0)
    router.accept("o-1", at=35.0)
    router.park("c-1", at=45.0)  # the second step has come due while they talked
    router.set_away("ann", at=46.0)
    assert router.advance(at=1000.0) == ()
    same = again(router)
    events = router.unpark("c-1", at=1045.0)
    assert names(events) == ["ContactUnparked", "StepFired"]
    assert events == same.unpark("c-1", at=1045.0)
    assert router.contacts["c-1"].raised_priority == 3.0
    assert router.next_deadline == 1100.0


def test_a_wait_in_the_line_begins_again_for_shares() -> None:
    order = st.FixedQueueRatio({"support": 1.0, "sales": 1.0})
    router = Router(queue_order=order)
    for name in ("support", "sales"):
        router.add_queue(Queue(name, return_wait_s=0), at=0.0)
    router.add_agent(Agent("ann", queues=("support", "sales")), at=0.0)
    router.sign_in("ann", at=0.0)
    take(router, call("c-1"), at=0.0)
    assert router.queues["support"].share == 1.0
    router.park("c-1", at=10.0)
    router.unpark("c-1", at=20.0)
    assert router.queues["support"].share == 2.0


def test_the_place_of_a_parked_contact_is_checked_as_if_it_waited() -> None:
    router = parked(Queue("support", contact_order=st.EarliestDeadline()), Queue("sales"))
    with pytest.raises(StrategyError):
        router.update_contact("c-1", at=60.0, attributes={"due_at": "soon"})
    router.remove_queue("support", at=60.0, move_to="sales")
    router.update_contact("c-1", at=60.0, attributes={"due_at": "soon"})
    before = router.snapshot()
    with pytest.raises(StrategyError):
        router.update_queue("sales", at=60.0, contact_order=st.EarliestDeadline())
    assert router.snapshot() == before
    other = centre(Queue("support", contact_order=st.EarliestDeadline()), ann={})
    take(other, call("c-1"), at=0.0)
    other.update_contact("c-1", at=1.0, attributes={"due_at": "soon"})
    before = other.snapshot()
    with pytest.raises(StrategyError):
        other.park("c-1", at=1.0)
    assert other.snapshot() == before


# -- what may become of a parked contact -------------------------------------------------------------------------------


def test_a_parked_contact_may_be_abandoned() -> None:
    router = parked(until=90.0)
    (event,) = router.abandon("c-1", at=60.0, reason="hung up")
    assert (event.waited_s, event.reason, event.queue) == (0.0, "hung up", "support")
    counts = router.statistics().queues["support"]
    assert (counts.abandoned, counts.abandoned_within_level, counts.parked) == (1, 1, 0)
    assert "c-1" not in router.contacts and router.next_deadline is None
    router.check()


def test_a_parked_contact_may_be_finished() -> None:
    router = parked(until=90.0)
    (event,) = router.finish("c-1", at=60.0, ended_by="agent")
    assert (event.agent, event.ended_by) == ("ann", "agent")
    told = router.statistics()
    assert (told.queues["support"].finished, told.agents["ann"].finished) == (1, 0)
    assert "c-1" not in router.contacts and router.next_deadline is None
    router.check()


def test_a_parked_contact_may_be_updated() -> None:
    router = parked()
    assert names(router.update_contact("c-1", at=60.0, priority=5, channel="chat")) == ["ContactUpdated"]
    assert router.contacts["c-1"].raised_priority == 5.0
    assert one(router.unpark("c-1", at=61.0), "OfferMade").channel == "chat"
    router.check()


def test_nothing_else_is_possible_with_a_parked_contact() -> None:
    router = parked()
    before = router.snapshot()
    with pytest.raises(IllegalMove):
        router.hold("c-1", at=50.0)
    with pytest.raises(IllegalMove):
        router.requeue("c-1", at=50.0)
    with pytest.raises(IllegalMove):
        router.transfer("c-1", "support", at=50.0)
    with pytest.raises(IllegalMove):
        router.park("c-1", at=50.0)
    with pytest.raises(IllegalMove):
        router.end_wrap_up("ann", at=50.0, contact="c-1")
    with pytest.raises(DuplicateContact):
        router.enqueue(call("c-1"), at=50.0)
    with pytest.raises(LookupError):
        router.position("c-1")
    assert router.snapshot() == before


def test_what_is_parked_need_not_be_live() -> None:
    router = parked()
    event = one(router.reconcile((), at=60.0), "Reconciled")
    assert (event.abandoned, event.finished, event.unknown) == ((), (), ())
    assert one(router.reconcile(("c-1",), at=60.0), "Reconciled").unknown == ()


def test_a_queue_with_somebody_parked_is_not_empty_and_takes_them_along() -> None:
    router = parked(Queue("support"), Queue("sales"))
    router.set_away("ann", at=51.0)
    router.enqueue(call("c-0"), at=55.0)
    with pytest.raises(QueueNotEmpty) as caught:
        router.remove_queue("support", at=60.0)
    assert caught.value.waiting == 2
    events = router.remove_queue("support", at=60.0, move_to="sales")
    assert [(type(e).__name__, getattr(e, "contact", None)) for e in events] == [
        ("ContactMoved", "c-1"),
        ("ContactMoved", "c-0"),
        ("QueueRemoved", None),
    ]
    view = router.contacts["c-1"]
    assert (view.state, view.queue, view.entered_queue_at, view.owner) == (ContactState.PARKED, "sales", 50.0, "ann")
    assert (router.queues["sales"].parked, router.queues["sales"].waiting) == (1, 1)
    assert router.statistics().queues["sales"].entered == 2
    router.check()
    assert again(router).unpark("c-1", at=80.0) == router.unpark("c-1", at=80.0)
    assert router.contacts["c-1"].entered_queue_at == 80.0


def test_who_is_held_behind_a_contact_is_released_when_that_is_parked() -> None:
    router = centre(Queue("support", same_customer="behind"), ann={"capacity": Capacity(units=2, cost={"voice": 1})})
    take(router, call("c-1", customer="carl"), at=0.0)
    router.enqueue(call("c-2", customer="carl"), at=1.0)
    events = router.park("c-1", at=2.0)
    assert names(events)[:2] == ["ContactParked", "ContactReleased"]
    assert router.customer("carl").open == ("c-1", "c-2")
    router.finish("c-1", at=3.0)
    (past,) = router.customer("carl").history
    assert (past.contact, past.agent, past.outcome) == ("c-1", "ann", "finished")
    router.check()


def test_what_is_parked_is_explained() -> None:
    router = parked(until=90.0)
    assert router.explain("c-1").summary == "c-1 is parked until 90, and is ann's."
    assert [coming.at for coming in router.explain("c-1").next] == [90.0]
