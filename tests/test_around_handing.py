"""Handing over, rule by rule (`docs/around.md`, section 16): parking, promises and owners."""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Agent, Capacity, ContactState, Need, Queue, Router, ServiceLevel, Step
from routekit import strategies as st
from routekit.errors import (
    DuplicateContact,
    IllegalMove,
    InvalidValue,
    QueueNotEmpty,
    StrategyError,
    UnknownAgent,
    UnknownContact,
    UnknownQueue,
)
from tests.contract_centre import CHATTY, call, centre, chat, names, one, take


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


# -- promises ----------------------------------------------------------------------------------------------------------


def test_a_follow_up_is_born_parked_and_linked() -> None:
    router = centre(Queue("support"), Queue("later", lead_s=60), ann={})
    carl = call("c-1", customer="carl", priority=3, needs=(Need("billing"),), attributes={"lang": "en"})
    router.enqueue(carl, at=0.0)
    (told,) = router.follow_up("c-1", at=10.0, due_at=500.0, queue="later", agent="ann")
    assert told.follow_up == "c-1/follow-up-1"
    assert (told.queue, told.channel, told.due_at, told.enters_at, told.agent) == ("later", "task", 500.0, 440.0, "ann")
    view = router.contacts["c-1/follow-up-1"]
    assert (view.state, view.owner, view.until, view.due_at) == (ContactState.PARKED, "ann", 440.0, 500.0)
    assert (view.customer, view.priority, view.needs, view.value.prefer) == ("carl", 3.0, (Need("billing"),), ())
    assert view.attributes == {"lang": "en", "due_at": 500.0, "follow_up_of": "c-1"}
    assert (view.waiting_since, view.entered_queue_at) == (500.0, 10.0)
    assert router.customer("carl").open == ("c-1",)
    assert one(router.follow_up("c-1", at=11.0, due_at=500.0), "FollowUpScheduled").follow_up == "c-1/follow-up-2"
    assert one(router.follow_up("c-1", at=11.0, due_at=500.0, id="f"), "FollowUpScheduled").follow_up == "f"
    assert router.contacts["f"].owner is None
    assert router.queues["support"].parked == 2
    assert router.statistics().queues["later"].entered == 0
    router.check()


def test_a_follow_up_is_its_holders_unless_another_is_named() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    assert router.contacts["c-1"].agent == "ann"
    assert one(router.follow_up("c-1", at=1.0, due_at=1000.0), "FollowUpScheduled").agent == "ann"
    router.finish("c-1", at=2.0)
    assert one(router.follow_up("c-1", at=3.0, due_at=1000.0), "FollowUpScheduled").agent == "ann"
    assert one(router.follow_up("c-1", at=3.0, due_at=1000.0, agent="bob"), "FollowUpScheduled").agent == "bob"
    router.end_wrap_up("ann", at=4.0)
    assert sorted(router.contacts) == ["c-1/follow-up-1", "c-1/follow-up-2", "c-1/follow-up-3"]
    event = one(router.follow_up("c-1/follow-up-3", at=5.0, due_at=1000.0), "FollowUpScheduled")
    assert (event.agent, event.follow_up) == ("bob", "c-1/follow-up-3/follow-up-1")
    router.check()


def test_a_follow_up_enters_its_line_a_little_before_and_ages_against_the_promise() -> None:
    level = ServiceLevel(within_s=5)
    router = centre(Queue("support", lead_s=100, prefer_s=0, service_level=level), ann={})
    take(router, call("c-1"), at=0.0)
    router.follow_up("c-1", at=1.0, due_at=500.0)
    router.enqueue(call("c-2", waiting_since=0.0), at=2.0)
    for same in (router, again(router)):
        (event,) = same.advance(at=450.0)
        assert (event.at, event.contact, event.reason, event.position) == (400.0, "c-1/follow-up-1", "due", 2)
        view = same.contacts["c-1/follow-up-1"]
        assert (view.waiting_since, view.entered_queue_at, view.state) == (500.0, 400.0, ContactState.QUEUED)
        assert (view.owner, view.until, view.due_at) == (None, None, 500.0)
        assert same.statistics().queues["support"].entered == 3
        same.check()
    router.abandon("c-2", at=451.0)
    offer = one(router.finish("c-1", at=460.0), "OfferMade")
    (connected,) = router.accept(offer.offer, at=470.0)
    assert connected.waited_s == 0.0
    counts = router.statistics().queues["support"]
    assert (counts.waited_s, counts.longest_s, counts.within_level) == (0.0, 0.0, 2)


def test_one_who_gives_up_before_the_promise_has_not_waited() -> None:
    router = centre(Queue("support"), ann={})
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.follow_up("c-1", at=1.0, due_at=500.0)
    router.advance(at=300.0)
    assert one(router.abandon("c-1/follow-up-1", at=310.0), "ContactAbandoned").waited_s == 0.0
    assert router.statistics().queues["support"].abandoned_within_level == 1


def test_a_follow_up_that_is_due_soon_enters_at_once() -> None:
    router = centre(Queue("support", prefer_s=0), ann={})
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    events = router.follow_up("c-1", at=10.0, due_at=200.0)
    assert names(events) == ["FollowUpScheduled", "ContactUnparked"]
    assert (events[0].enters_at, events[1].reason) == (10.0, "due")
    router.check()


def test_a_follow_up_can_be_brought_forward() -> None:
    router = centre(Queue("support", prefer_s=0), ann={})
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.follow_up("c-1", at=1.0, due_at=5000.0)
    (event,) = router.unpark("c-1/follow-up-1", at=20.0)
    assert (event.reason, event.position) == ("unpark", 2)
    view = router.contacts["c-1/follow-up-1"]
    assert (view.waiting_since, view.entered_queue_at) == (5000.0, 20.0)


def test_a_follow_up_has_its_steps_from_when_it_entered() -> None:
    router = centre(Queue("support", lead_s=100, prefer_s=0, steps=(Step(0, raise_priority=1),)), ann={})
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.follow_up("c-1", at=1.0, due_at=500.0)
    assert names(router.advance(at=1000.0)) == ["ContactUnparked", "StepFired"]
    router.check()


def test_a_follow_up_that_has_not_entered_is_counted_nowhere() -> None:
    router = centre(Queue("support"), Queue("sales"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    for _ in range(3):
        router.follow_up("c-1", at=1.0, due_at=5000.0)
    router.abandon("c-1", at=2.0)
    (event,) = router.finish("c-1/follow-up-1", at=3.0)
    assert event.agent == ""
    router.abandon("c-1/follow-up-2", at=3.0)
    counts = router.statistics().queues["support"]
    assert (counts.entered, counts.abandoned, counts.finished) == (1, 1, 0)
    router.remove_queue("support", at=4.0, move_to="sales")
    assert router.statistics().queues["sales"].entered == 0
    assert router.contacts["c-1/follow-up-3"].entered_queue_at == 1.0
    router.check()


def test_what_is_wrong_with_a_promise() -> None:
    router = centre(Queue("support"), ann={})
    router.enqueue(call("c-1"), at=10.0)
    before = router.snapshot()
    for due_at in (9.0, float("inf"), 1e16):
        with pytest.raises(InvalidValue):
            router.follow_up("c-1", at=5.0, due_at=due_at)
    with pytest.raises(UnknownContact):
        router.follow_up("c-2", at=10.0, due_at=20.0, agent="bob")
    with pytest.raises(UnknownAgent):
        router.follow_up("c-1", at=10.0, due_at=20.0, agent="bob", id="c-1")
    with pytest.raises(DuplicateContact):
        router.follow_up("c-1", at=10.0, due_at=20.0, id="c-1", queue="sales")
    with pytest.raises(UnknownQueue):
        router.follow_up("c-1", at=10.0, due_at=20.0, queue="sales")
    assert router.snapshot() == before


# -- owners ------------------------------------------------------------------------------------------------------------


def test_a_conversation_whose_owner_is_away_for_too_long_goes_to_the_queue() -> None:
    router = parked(Queue("support", owner_wait_s=100))
    router.set_away("ann", at=70.0)
    router.sign_out("ann", at=100.0)
    for same in (router, again(router)):
        assert same.next_deadline == 170.0
        events = same.advance(at=200.0)
        assert names(events) == ["OwnerReleased", "ContactUnparked"]
        assert (events[0].at, events[0].agent, events[0].reason) == (170.0, "ann", "away")
        assert (events[1].reason, same.contacts["c-1"].owner) == ("owner_gone", None)
        same.check()


def test_an_owner_who_comes_back_keeps_what_is_theirs() -> None:
    router = parked(Queue("support", owner_wait_s=100))
    router.set_away("ann", at=70.0)
    router.set_ready("ann", at=160.0)
    assert router.next_deadline is None
    router.set_away("ann", at=200.0)
    assert router.next_deadline == 300.0
    router.check()


def test_who_parks_while_away_is_waited_for_from_then() -> None:
    router = centre(Queue("support", owner_wait_s=100), ann={})
    take(router, call("c-1"), at=0.0)
    router.set_away("ann", at=1.0)
    router.park("c-1", at=30.0)
    assert router.next_deadline == 130.0
    router.add_agent(Agent("bob"), at=31.0)
    router.follow_up("c-1", at=40.0, due_at=9000.0, agent="bob")  # who has never been there
    router.update_queue("support", at=41.0, owner_wait_s=None)  # counts from the next time
    events = router.advance(at=140.0)
    assert [(type(event).__name__, event.contact, event.at) for event in events] == [
        ("OwnerReleased", "c-1", 130.0),
        ("ContactUnparked", "c-1", 130.0),
        ("OwnerReleased", "c-1/follow-up-1", 140.0),
    ]
    router.check()


def test_a_follow_up_whose_owner_is_away_stays_parked_and_has_none() -> None:
    router = parked(Queue("support", owner_wait_s=100))
    router.follow_up("c-1", at=60.0, due_at=9000.0)
    router.set_away("ann", at=70.0)
    events = router.advance(at=170.0)
    assert [(type(event).__name__, event.contact) for event in events] == [
        ("OwnerReleased", "c-1"),
        ("ContactUnparked", "c-1"),
        ("OwnerReleased", "c-1/follow-up-1"),
    ]
    assert router.contacts["c-1/follow-up-1"].state is ContactState.PARKED
    router.check()


def test_an_owner_who_is_removed_lets_all_go_in_order_of_sequence() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY}, bob={})
    router.set_away("bob", at=0.0)
    for name in ("c-1", "c-2"):
        take(router, chat(name), at=0.0)
    router.park("c-2", at=1.0)
    router.park("c-1", at=2.0)
    router.follow_up("c-1", at=2.0, due_at=9000.0)
    events = router.remove_agent("ann", at=3.0)
    assert [(type(event).__name__, getattr(event, "contact", "")) for event in events] == [
        ("AgentPresenceChanged", ""),
        ("OwnerReleased", "c-1"),
        ("ContactUnparked", "c-1"),
        ("OwnerReleased", "c-2"),
        ("ContactUnparked", "c-2"),
        ("OwnerReleased", "c-1/follow-up-1"),
        ("AgentRemoved", ""),
    ]
    assert {event.reason for event in events if type(event).__name__ == "OwnerReleased"} == {"removed"}
    router.check()


def test_an_owner_may_be_away_for_ever() -> None:
    router = parked(Queue("support", owner_wait_s=None))
    router.sign_out("ann", at=60.0)
    assert router.next_deadline is None


def test_timers_of_what_is_parked_count_as_changes() -> None:
    router = centre(Queue("support", owner_wait_s=10), ann={"capacity": CHATTY})
    for name in ("c-1", "c-2", "c-3"):
        take(router, chat(name), at=0.0)
        router.park(name, at=1.0, until=50.0 if name == "c-1" else None)
    router.set_away("ann", at=40.0)
    for expected in ("c-1", "c-2", "c-3"):
        events = router.advance(at=60.0, limit=1)
        assert {event.contact for event in events} == {expected}
        router = again(router)
    router.check()


# -- whose it is when it comes back ------------------------------------------------------------------------------------


def add_bob(router: Router) -> None:
    """Somebody else who could take it, and is free."""
    router.add_agent(Agent("bob", queues=("support",)), at=50.0)
    router.sign_in("bob", at=50.0)


def test_a_contact_that_comes_back_is_meant_for_its_owner() -> None:
    router = parked(Queue("support", return_wait_s=25), ann={})
    add_bob(router)
    events = router.unpark("c-1", at=60.0)
    assert names(events) == ["ContactUnparked", "ContactReserved", "OfferMade"]
    assert (events[1].agents, events[1].until, events[1].reason) == (("ann",), 85.0, "return")
    assert events[2].agent == "ann"
    router.check()


def test_a_follow_up_is_meant_for_who_promised_it() -> None:
    router = centre(Queue("support", prefer_s=30, lead_s=100), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    router.follow_up("c-1", at=1.0, due_at=500.0)
    router.finish("c-1", at=2.0)
    same = again(router)
    events = router.advance(at=400.0)
    assert names(events) == ["ContactUnparked", "ContactReserved", "OfferMade"]
    assert (events[1].agents, events[1].until, events[1].reason) == (("ann",), 530.0, "owner")
    assert same.advance(at=400.0) == events
    router.check()


def test_what_has_lost_its_owner_is_meant_for_nobody() -> None:
    router = parked(Queue("support", return_wait_s=25), ann={})
    add_bob(router)
    assert names(router.remove_agent("ann", at=60.0)) == [
        "AgentPresenceChanged",
        "OwnerReleased",
        "ContactUnparked",
        "AgentRemoved",
        "OfferMade",
    ]


def test_a_follow_up_that_has_entered_is_a_contact_like_others() -> None:
    router = centre(Queue("support", lead_s=100, prefer_s=0, return_wait_s=0), ann={})
    router.enqueue(call("c-1", customer="carl"), at=0.0)
    router.follow_up("c-1", at=1.0, due_at=500.0)
    router.abandon("c-1", at=2.0)
    assert router.customer("carl").open == ()
    offer = one(router.advance(at=400.0), "OfferMade")
    assert router.customer("carl").open == ("c-1/follow-up-1",)
    router.accept(offer.offer, at=401.0)
    router.park("c-1/follow-up-1", at=410.0)
    assert one(router.unpark("c-1/follow-up-1", at=420.0), "ContactUnparked").at == 420.0
    view = router.contacts["c-1/follow-up-1"]
    assert (view.waiting_since, view.entered_queue_at, view.due_at) == (510.0, 410.0, 500.0)
    assert router.statistics().queues["support"].entered == 2
    router.check()
