"""The plain router, in scenes of docs/around.md, sections 14, 16 and 17: a rule a test, the events written by hand.

What lives here checks the yardstick. What the real router does is compared with it elsewhere.
"""

from __future__ import annotations

from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Queue, Step
from routekit import strategies as st
from routekit.errors import AgentNotInQueue, IllegalMove, InvalidValue, QueueNotEmpty, StrategyError
from tests.oracle import PlainRouter
from tests.oracle.invariants import check
from tests.oracle.tally import Tally
from tests.test_oracle import call, centre, told

SUPPORT = Queue("support", prefer_s=40)


def talking(*queues: Queue, **agents: Any) -> PlainRouter:
    """Ann talks to `c-1` since 1, having been offered it at 0."""
    router = centre(*(queues or (SUPPORT,)), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.accept("o-1", at=1.0)
    for name, fields in agents.items():
        router.add_agent(Agent(name, **{"queues": ("support",), **fields}), at=1.0)
        router.sign_in(name, at=1.0)
    return router


# ---- known agents (14) ------------------------------------------------------------------------------------------


def test_a_preferred_agent_is_waited_for_and_nobody_else_is_asked() -> None:
    router = centre(SUPPORT, ann={}, bob={})
    router.enqueue(call("c-0", prefer=("bob",)), at=0.0)
    assert told(router.enqueue(call("c-1", prefer=("bob", "ghost")), at=1.0)) == [
        "1 ContactQueued c-1 support 2",
        "1 ContactReserved c-1 ('bob',) 41 prefer",
    ]
    assert router.contacts["c-1"].reserved_for == ("bob",)
    check(router)
    router.accept("o-1", at=2.0)
    assert told(router.finish("c-0", at=3.0))[-1] == "3 OfferMade o-2 c-1 bob support voice None 23"


def test_the_first_in_the_order_of_the_reservation_is_taken() -> None:
    router = centre(Queue("support", agent_order=st.RingAll()), ann={}, bob={}, cid={})
    assert told(router.enqueue(call("c-1", prefer=("cid", "bob")), at=1.0))[2:] == [
        "1 OfferMade o-1 c-1 cid support voice None 21"
    ]


def test_a_reservation_ends_at_its_time_and_the_offer_stands() -> None:
    router = centre(Queue("support", prefer_s=5), ann={}, bob={})
    router.enqueue(call("c-1", prefer=("bob",)), at=0.0)
    assert told(router.advance(at=6.0)) == ["5 ReservationEnded c-1 ('bob',) waited"]
    assert router.contacts["c-1"].state == "offered"


def test_who_declines_is_struck_and_the_last_one_ends_it() -> None:
    router = centre(SUPPORT, ann={}, bob={})
    router.enqueue(call("c-1", prefer=("bob",)), at=0.0)
    assert told(router.decline("o-1", at=2.0)) == [
        "2 OfferDeclined o-1 c-1 bob declined",
        "2 ReservationEnded c-1 ('bob',) declined",
        "2 OfferMade o-2 c-1 ann support voice None 22",
    ]


def test_nobody_worth_waiting_for_ends_it_at_once() -> None:
    router = centre(SUPPORT, ann={}, bob={})
    router.set_away("bob", at=0.5)
    assert told(router.enqueue(call("c-1", prefer=("bob",)), at=1.0))[1:] == [
        "1 ContactReserved c-1 ('bob',) 41 prefer",
        "1 ReservationEnded c-1 ('bob',) absent",
        "1 OfferMade o-1 c-1 ann support voice None 21",
    ]
    patient = centre(Queue("support", prefer_while="signed_in"), ann={}, bob={})
    patient.set_away("bob", at=0.5)
    assert len(patient.enqueue(call("c-1", prefer=("bob",)), at=1.0)) == 2
    assert told(patient.sign_out("bob", at=2.0))[1] == "2 ReservationEnded c-1 ('bob',) absent"


def test_unknown_agents_begin_none_and_no_time_says_nothing() -> None:
    router = centre(SUPPORT, ann={})
    assert told(router.enqueue(call("c-1", prefer=("x", "y")), at=1.0))[1] == (
        "1 ReservationEnded c-1 ('x', 'y') unknown"
    )
    hasty = centre(Queue("support", prefer_s=0), ann={})
    assert len(hasty.enqueue(call("c-1", prefer=("x",)), at=1.0)) == 2


def test_a_removed_agent_is_struck_before_the_removal_is_told() -> None:
    router = centre(Queue("support", prefer_while="always"), ann={}, bob={})
    router.set_away("bob", at=0.0)
    router.enqueue(call("c-1", prefer=("bob",)), at=1.0)
    assert told(router.remove_agent("bob", at=2.0))[1:3] == [
        "2 ReservationEnded c-1 ('bob',) removed",
        "2 AgentRemoved bob",
    ]


def test_the_manager_of_a_customer_is_asked_for() -> None:
    router = PlainRouter(manager_of={"cust-1": "bob", "cust-2": ""}.get)
    router.add_queue(SUPPORT, at=0.0)
    for name in ("ann", "bob"):
        router.add_agent(Agent(name, queues=("support",)), at=0.0)
        router.sign_in(name, at=0.0)
    assert told(router.enqueue(call("c-1", customer="cust-1"), at=1.0))[1] == (
        "1 ContactReserved c-1 ('bob',) 41 manager"
    )
    with pytest.raises(StrategyError):
        router.enqueue(call("c-2", customer="cust-2"), at=2.0)
    assert list(router.contacts) == ["c-1"]


def test_a_reserved_contact_is_in_no_window_and_drains_nobody() -> None:
    order = st.Batched(every_s=10)
    router = centre(Queue("support", agent_order=order), ann={}, bob={})
    assert told(router.enqueue(call("c-1", prefer=("bob",)), at=1.0))[-1].startswith("1 OfferMade o-1 c-1 bob")
    assert router.next_deadline == 21.0
    chatty = Capacity(units=4, cost={"voice": 4, "chat": 1})
    router = centre(Queue("support", drain_after_s=5, prefer_s=50), ann={"capacity": chatty})
    router.enqueue(call("chat", channel="chat"), at=0.0)
    router.accept("o-1", at=0.0)
    router.enqueue(call("c-1", prefer=("ann",)), at=1.0)
    assert router.advance(at=20.0) == ()
    assert told(router.advance(at=51.0)) == ["51 ReservationEnded c-1 ('ann',) waited", "51 DrainStarted c-1 ann"]


# ---- transfers and parking (16) ---------------------------------------------------------------------------------


def test_a_transfer_to_an_agent_goes_to_a_queue_of_theirs_and_is_reserved() -> None:
    router = talking(SUPPORT, Queue("sales", prefer_s=10), bob={"queues": ("sales",)})
    happened = router.transfer("c-1", agent="bob", keep_place=True, raise_priority=2, reference="note-1", at=3.0)
    assert told(happened) == [
        "3 ContactMoved c-1 support sales ann transfer note-1",
        "3 ContactQueued c-1 sales 1",
        "3 ContactReserved c-1 ('bob',) 13 transfer",
        "3 OfferMade o-2 c-1 bob sales voice None 23 "
        "Screen(history=(), open=(), script=None, knowledge=(), reference='note-1')",
    ]
    assert router.contacts["c-1"].raised_priority == 2
    router.add_agent(Agent("cid"), at=3.0)
    with pytest.raises(AgentNotInQueue):
        router.transfer("c-1", agent="cid", at=4.0)
    with pytest.raises(InvalidValue):
        router.transfer("c-1", at=4.0)


def test_a_parked_contact_ages_not_and_comes_back_to_its_agent() -> None:
    router = talking(Queue("support", return_wait_s=7, wrap_up_s=30))
    assert told(router.park("c-1", until=20.0, at=5.0)) == ["5 ContactParked c-1 ann support 20"]
    view = router.contacts["c-1"]
    assert (view.state, view.owner, view.until, view.agent) == ("parked", "ann", 20.0, None)
    assert router.agents["ann"].idle_since == 5.0
    check(router)
    assert told(router.advance(at=20.0)) == [
        "20 ContactUnparked c-1 support due 1",
        "20 ContactReserved c-1 ('ann',) 27 return",
        "20 OfferMade o-2 c-1 ann support voice None 40",
    ]
    assert router.contacts["c-1"].waiting_since == 15.0
    with pytest.raises(InvalidValue):
        router.park("c-1", until=20.0, at=20.0)


def test_what_a_parked_contact_may_be_told() -> None:
    router = talking()
    router.park("c-1", at=2.0)
    with pytest.raises(IllegalMove):
        router.transfer("c-1", "support", at=3.0)
    with pytest.raises(QueueNotEmpty):
        router.remove_queue("support", at=3.0)
    assert told(router.reconcile((), at=3.0)) == ["3 Reconciled None () () ()"]
    assert told(router.finish("c-1", at=4.0)) == ["4 ContactFinished c-1 ann agent"]
    router = talking()
    router.park("c-1", at=2.0)
    assert told(router.abandon("c-1", at=9.0)) == ["9 ContactAbandoned c-1 support 0 abandoned"]


def test_a_parked_contact_moves_with_a_queue_that_is_removed() -> None:
    router = talking(SUPPORT, Queue("sales", steps=(Step(5, raise_priority=1),)))
    router.park("c-1", at=2.0)
    assert told(router.remove_queue("support", move_to="sales", at=50.0))[0] == (
        "50 ContactMoved c-1 support sales None queue_removed"
    )
    router.unpark("c-1", at=60.0)
    assert router.contacts["c-1"].entered_queue_at == 60.0
    assert told(router.advance(at=65.0)) == ["65 StepFired c-1 sales 0 5"]


def test_an_owner_who_is_away_for_too_long_is_one_no_more() -> None:
    router = talking(Queue("support", owner_wait_s=100), bob={})
    router.park("c-1", at=2.0)
    router.set_away("ann", at=10.0)
    assert router.next_deadline == 110.0
    assert told(router.advance(at=110.0)) == [
        "110 OwnerReleased c-1 ann away",
        "110 ContactUnparked c-1 support owner_gone 1",
        "110 OfferMade o-2 c-1 bob support voice None 130",
    ]
    router = talking(Queue("support", owner_wait_s=100), bob={})
    router.park("c-1", at=2.0)
    assert [line.split()[1] for line in told(router.remove_agent("ann", at=3.0))] == [
        "AgentPresenceChanged",
        "OwnerReleased",
        "ContactUnparked",
        "AgentRemoved",
        "OfferMade",
    ]


def test_a_follow_up_enters_before_its_time_and_ages_against_it() -> None:
    router = talking(Queue("support", lead_s=10, prefer_s=40))
    assert told(router.follow_up("c-1", 100.0, at=5.0)) == [
        "5 FollowUpScheduled c-1 c-1/follow-up-1 support task 100 90 ann"
    ]
    view = router.contacts["c-1/follow-up-1"]
    assert (view.owner, view.until, view.due_at, view.value.attributes["follow_up_of"]) == ("ann", 90.0, 100.0, "c-1")
    router.finish("c-1", at=6.0)
    assert told(router.advance(at=90.0)) == [
        "90 ContactUnparked c-1/follow-up-1 support due 1",
        "90 ContactReserved c-1/follow-up-1 ('ann',) 140 owner",
        "90 OfferMade o-2 c-1/follow-up-1 ann support task None 110",
    ]
    assert told(router.accept("o-2", at=91.0)) == ["91 ContactConnected c-1/follow-up-1 ann support o-2 0"]
    assert [type(event).__name__ for event in router.follow_up("c-1/follow-up-1", 95.0, at=92.0)][:2] == [
        "FollowUpScheduled",
        "ContactUnparked",
    ]


# ---- consults (16) ----------------------------------------------------------------------------------------------


def test_a_consult_is_for_its_agent_alone_and_ends_with_them() -> None:
    router = talking(bob={})
    assert told(router.consult("c-1", agent="bob", at=2.0)) == [
        "2 ConsultStarted c-1 c-1/consult-1 bob support",
        "2 ContactQueued c-1/consult-1 support 1",
        "2 ContactReserved c-1/consult-1 ('bob',) 42 consult",
        "2 OfferMade o-2 c-1/consult-1 bob support voice None 22",
    ]
    check(router)
    with pytest.raises(IllegalMove):
        router.consult("c-1", queue="support", at=2.0)
    assert told(router.decline("o-2", at=3.0)) == [
        "3 OfferDeclined o-2 c-1/consult-1 bob declined",
        "3 ReservationEnded c-1/consult-1 ('bob',) declined",
        "3 ContactAbandoned c-1/consult-1 support 1 unavailable",
        "3 ConsultEnded c-1 c-1/consult-1 unavailable",
    ]
    assert router.contacts["c-1"].consults == ()


def test_an_exclusive_reservation_without_a_time_has_no_timer() -> None:
    router = talking(Queue("support", prefer_s=0, prefer_while="always"), bob={})
    router.sign_out("bob", at=2.0)
    assert (
        told(router.consult("c-1", agent="bob", at=2.0))[2] == "2 ContactReserved c-1/consult-1 ('bob',) 1e+15 consult"
    )
    router.advance(at=1000.0)
    assert router.next_timer is None


def test_a_contact_goes_over_to_who_was_asked() -> None:
    router = talking(Queue("support", wrap_up_s=30), bob={})
    router.consult("c-1", agent="bob", at=2.0)
    router.accept("o-2", at=3.0)
    assert told(router.join("c-1", at=4.0)) == ["4 ConsultJoined c-1 c-1/consult-1 bob"]
    assert told(router.complete_transfer("c-1", at=5.0)) == [
        "5 ContactHandedOver c-1 c-1/consult-1 ann bob",
        "5 WrapUpStarted c-1 ann 35",
    ]
    assert list(router.contacts) == ["c-1"]
    assert (router.contacts["c-1"].agent, router.contacts["c-1"].consults) == ("bob", ())
    assert router.accept("o-2", at=6.0) == ()
    assert told(router.finish("c-1", at=7.0))[0] == "7 ContactFinished c-1 bob agent"


def test_a_supervisor_joins_whatever_their_room() -> None:
    router = talking(bob={"queues": ()})
    assert told(router.join("c-1", agent="bob", at=4.0)) == [
        "4 ConsultJoined c-1 c-1/consult-1 bob",
        "4 ContactConnected c-1/consult-1 bob support None 0",
    ]
    assert router.agents["bob"].contacts == ("c-1/consult-1",)
    with pytest.raises(IllegalMove):
        router.join("c-1", agent="ann", at=4.0)
    assert told(router.cancel_consult("c-1", at=5.0)) == ["5 ConsultEnded c-1 c-1/consult-1 cancelled"]
    assert router.agents["bob"].idle_since == 5.0


@pytest.mark.parametrize("leaving", ["finish", "park", "requeue", "abandon"])
def test_consults_end_before_their_contact_leaves(leaving: str) -> None:
    router = talking(bob={}, cid={})
    router.consult("c-1", agent="bob", at=2.0)
    router.accept("o-2", at=2.0)
    router.join("c-1", at=2.0)
    router.consult("c-1", agent="cid", at=3.0)
    assert told(getattr(router, leaving)("c-1", at=4.0))[:3] == [
        "4 OfferRevoked o-3 c-1/consult-2 cid consult_ended",
        "4 ConsultEnded c-1 c-1/consult-2 contact_left",
        "4 ConsultEnded c-1 c-1/consult-1 contact_left",
    ]
    check(router)


def test_a_consult_that_is_finished_wraps_up() -> None:
    router = talking(Queue("support", wrap_up_s=30), bob={})
    router.consult("c-1", queue="support", at=2.0)
    router.accept("o-2", at=3.0)
    assert told(router.finish("c-1/consult-1", at=4.0)) == [
        "4 ContactFinished c-1/consult-1 bob agent",
        "4 WrapUpStarted c-1/consult-1 bob 34",
        "4 ConsultEnded c-1 c-1/consult-1 finished",
    ]
    assert router.contacts["c-1/consult-1"].consult_of is None


# ---- several queues (17) ----------------------------------------------------------------------------------------

ADDING = Queue("support", steps=(Step(5, add_queue="sales"),))


def shared(*further: Queue) -> PlainRouter:
    """`c-1` is at home in support, where nobody is, and visible in sales from 5 on."""
    router = PlainRouter(seed=1)
    for queue in (ADDING, *(further or (Queue("sales"),))):
        router.add_queue(queue, at=0.0)
    router.add_agent(Agent("sue", queues=("sales",)), at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    return router


def test_agents_of_a_further_queue_take_it_through_that_queue() -> None:
    router = shared(Queue("sales", offer_timeout_s=8, wrap_up_s=3))
    assert told(router.advance(at=5.0)) == ["5 StepFired c-1 support 0 5", "5 ContactShared c-1 sales"]
    assert router.contacts["c-1"].visible_in == ("sales",)
    assert (router.position("c-1"), router.position("c-1", "sales")) == (1, 1)
    check(router)
    assert told(router.sign_in("sue", at=6.0))[-1] == "6 OfferMade o-1 c-1 sue sales voice None 14"
    assert told(router.accept("o-1", at=7.0)) == ["7 ContactConnected c-1 sue sales o-1 7"]
    assert (router.contacts["c-1"].queue, router.contacts["c-1"].visible_in) == ("support", ())
    assert told(router.finish("c-1", at=9.0))[-1] == "9 WrapUpStarted c-1 sue 12"


def test_what_is_counted_of_a_connection_through_a_further_queue() -> None:
    router = PlainRouter(seed=1)
    tally = Tally(lambda name: router.queues[name].value)
    tally.add(router.add_queue(ADDING, at=0.0))
    tally.add(router.add_queue(Queue("sales"), at=0.0))
    tally.add(router.add_agent(Agent("sue", queues=("sales",)), at=0.0))
    tally.add(router.enqueue(call("c-1"), at=0.0))
    tally.add(router.sign_in("sue", at=6.0))
    tally.add(router.accept("o-1", at=7.0))
    home, other = tally.queues["support"], tally.queues["sales"]
    assert [home[name] for name in ("connected", "waited_s", "overflow_out", "offers")] == [1, 7, 1, 0]
    assert [other[name] for name in ("connected", "overflow_in", "offers")] == [0, 1, 1]


def test_a_further_queue_that_is_removed_takes_its_offers_along() -> None:
    router = shared()
    router.advance(at=5.0)
    router.sign_in("sue", at=6.0)
    assert told(router.remove_queue("sales", at=7.0)) == [
        "7 OfferRevoked o-1 c-1 sue queue_removed",
        "7 ContactUnshared c-1 sales queue_removed",
        "7 QueueRemoved sales None",
    ]


def test_of_equal_tiers_home_is_taken_and_a_lower_tier_goes_before_it() -> None:
    for tier, through in ((1, "support"), (2, "sales")):
        router = shared()
        router.advance(at=5.0)
        router.add_agent(Agent("ann", queues={"support": tier, "sales": 1}), at=5.0)
        assert told(router.sign_in("ann", at=6.0))[-1] == f"6 OfferMade o-1 c-1 ann {through} voice None 26"


def test_a_batched_queue_shows_nothing_of_who_is_not_at_home_there() -> None:
    router = shared(Queue("sales", agent_order=st.Batched(every_s=5)))
    router.sign_in("sue", at=6.0)
    assert router.next_timer is None
    assert router.contacts["c-1"].state == "queued"


def test_a_reserved_contact_is_not_shown_in_further_queues() -> None:
    router = PlainRouter()
    router.add_queue(Queue("support", prefer_while="always", prefer_s=30, steps=ADDING.steps), at=0.0)
    router.add_queue(Queue("sales"), at=0.0)
    router.add_agent(Agent("ann", queues={"support": 2, "sales": 1}), at=0.0)
    router.add_agent(Agent("sue", queues=("sales",)), at=0.0)
    router.sign_in("sue", at=0.0)
    router.enqueue(Contact("c-1", queue="support", prefer=("ann",)), at=0.0)
    router.advance(at=29.0)
    assert router.contacts["c-1"].state == "queued"
    assert told(router.advance(at=30.0)) == [
        "30 ReservationEnded c-1 ('ann',) waited",
        "30 OfferMade o-1 c-1 sue sales voice None 50",
    ]
    router.enqueue(Contact("c-2", queue="support", prefer=("ann",)), at=31.0)
    router.advance(at=40.0)
    assert told(router.sign_in("ann", at=41.0))[-1] == "41 OfferMade o-2 c-2 ann support voice None 61"
