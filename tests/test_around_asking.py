"""Consults, rule by rule (`docs/around.md`, section 16): who may be asked, and what becomes of it if they go."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from routekit import Agent, Capacity, Limit, Queue, Router
from routekit.errors import AgentNotInQueue, IllegalMove
from tests.contract_centre import CHATTY, call, centre, names, one, take
from tests.test_around_consults import again, talking, told
from tests.test_explain_around import Why, reason_of


def helped(**queue: Any) -> Router:
    """A router where ann of support talks to c-1, and bob, whom she has asked by name, has joined at 15."""
    router = centre(Queue("support", **queue), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    router.consult("c-1", at=10.0, agent="bob")
    router.accept("o-2", at=12.0)
    router.join("c-1", at=15.0)
    return router


# -- what they see ----------------------------------------------------------------------------------------------------


def test_who_is_asked_sees_what_the_last_agent_left() -> None:
    router = centre(Queue("support", decline_retry_s=0), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    router.accept(one(router.transfer("c-1", "support", reference="note", at=1.0), "OfferMade").offer, at=1.0)
    assert one(router.consult("c-1", queue="support", at=2.0), "OfferMade").screen.reference == "note"
    assert router.contacts["c-1/consult-1"].reference == "note"


# -- where it stands, and what counts it ------------------------------------------------------------------------------


def test_a_consult_comes_before_those_who_came_later() -> None:
    router = centre(Queue("support"), Queue("experts"), ann={})
    take(router, call("c-1"), at=0.0)
    router.enqueue(call("c-2", queue="experts"), at=5.0)
    router.consult("c-1", queue="experts", at=10.0)
    assert (router.position("c-1/consult-1"), router.contacts["c-1/consult-1"].waiting_since) == (1, 0.0)
    router.add_agent(Agent("eve", queues=("experts",)), at=20.0)
    offer = one(router.sign_in("eve", at=20.0), "OfferMade")
    assert one(router.accept(offer.offer, at=25.0), "ContactConnected").waited_s == 15.0
    router.check()


def test_queues_count_of_consults_the_offers_alone() -> None:
    router = centre(Queue("support", wrap_up_s=5), Queue("experts", limits=(Limit(length=1, reject="full"),)), ann={})
    take(router, call("c-1"), at=0.0)
    router.consult("c-1", queue="experts", at=10.0)
    assert "ContactRejected" not in names(router.enqueue(call("c-2", queue="experts"), at=11.0))
    assert "ContactRejected" in names(router.enqueue(call("c-3", queue="experts"), at=11.0))
    router = again(router)
    router.abandon("c-2", at=11.0)
    router.add_agent(Agent("eve", queues=("experts", "support")), at=12.0)
    router.accept(one(router.sign_in("eve", at=12.0), "OfferMade").offer, at=13.0)
    router.transfer("c-1/consult-1", "support", at=14.0)
    router.abandon("c-1/consult-1", at=15.0)
    router.join("c-1", agent="eve", at=16.0)
    router.finish("c-1/consult-1", at=17.0)
    counts = router.statistics().queues
    experts = counts["experts"]
    assert (experts.entered, experts.offers, experts.connected, experts.waited_s) == (1, 1, 0, 0.0)
    assert (experts.finished, experts.moved_out, experts.abandoned, experts.rejected) == (0, 0, 1, 1)
    assert (counts["support"].entered, counts["support"].finished, counts["support"].abandoned) == (1, 0, 0)
    router.check()


# -- who cannot have it any more --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "leave",
    [
        lambda router: router.requeue("c-1/consult-1", at=20.0),
        lambda router: router.sign_out("bob", work="requeue", at=20.0),
        lambda router: router.remove_agent("bob", work="requeue", at=20.0),
    ],
)
def test_a_consult_for_one_agent_goes_back_to_no_line(leave: Any) -> None:
    router = again(helped())
    events = leave(router)
    found = [event for event in told(events) if "c-1" in event[1]]
    assert found == [("ContactAbandoned", "c-1/consult-1"), ("ConsultEnded", "c-1")]
    assert (one(events, "ContactAbandoned").reason, one(events, "ContactAbandoned").waited_s) == ("unavailable", 0.0)
    assert one(events, "ConsultEnded").reason == "unavailable"
    assert router.contacts["c-1"].consults == ()
    router.check()


def test_nor_does_that_of_a_supervisor() -> None:
    router = talking()
    router.join("c-1", at=10.0, agent="eve")
    assert names(router.requeue("c-1/consult-1", at=20.0)) == ["ContactAbandoned", "ConsultEnded"]
    router.check()


def test_one_that_has_been_transferred_is_for_anybody() -> None:
    router = helped()
    router.add_agent(Agent("eve", queues=("support",)), at=15.0)
    router.sign_in("eve", at=15.0)
    offer = one(router.transfer("c-1/consult-1", "support", at=16.0), "OfferMade")
    router.accept(offer.offer, at=17.0)
    assert "ContactRequeued" in names(router.requeue("c-1/consult-1", at=20.0))
    router.check()


# -- who stays with the customer --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "leave",
    [
        lambda router: router.sign_out("ann", work="requeue", at=20.0),
        lambda router: router.remove_agent("ann", work="requeue", at=20.0),
    ],
)
def test_who_has_joined_has_the_contact_when_its_agent_leaves(leave: Any) -> None:
    router = again(helped(wrap_up_s=30))
    handed = one(leave(router), "ContactHandedOver")
    assert (handed.consult, handed.from_agent, handed.to_agent) == ("c-1/consult-1", "ann", "bob")
    assert (router.contacts["c-1"].agent, router.contacts["c-1"].consults) == ("bob", ())
    assert router.statistics().queues["support"].connect_failed == 0
    router.check()


def test_the_latest_of_those_who_have_joined_has_it_and_the_others_stay() -> None:
    router = helped()
    router.add_agent(Agent("sue"), at=16.0)
    router.sign_in("sue", at=16.0)
    router.join("c-1", at=17.0, agent="sue")
    router.sign_out("ann", work="requeue", at=20.0)
    assert (router.contacts["c-1"].agent, router.contacts["c-1"].consults) == ("sue", ("c-1/consult-1",))
    router.sign_out("sue", work="requeue", at=21.0)
    assert router.contacts["c-1"].agent == "bob"
    router.check()


def test_who_has_not_joined_does_not_have_it() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    router.consult("c-1", at=10.0, agent="bob")
    router.accept("o-2", at=12.0)
    assert "ContactRequeued" in names(router.sign_out("ann", work="requeue", at=20.0))
    router.check()


def test_requeue_puts_it_back_all_the_same() -> None:
    assert "ContactRequeued" in names(helped().requeue("c-1", at=20.0))


# -- who cannot be asked ----------------------------------------------------------------------------------------------


def refusal(act: Any) -> IllegalMove:
    with pytest.raises(IllegalMove) as caught:
        act()
    assert str(caught.value.reason) in str(caught.value)
    return caught.value


def test_nobody_joins_twice() -> None:
    router = talking()
    router.add_agent(Agent("sue", queues=("support",)), at=0.0)
    router.sign_in("sue", at=0.0)
    router.set_away("sue", at=0.0)
    router.update_queue("support", prefer_while="always", at=0.0)
    asked = refusal_of_sue(router, at=1.0)
    router.set_ready("sue", at=2.0)
    router.update_queue("support", prefer_s=0.5, at=2.0)
    offered = router.agents["sue"].offers
    assert len(offered) == 1
    assert refusal_of_sue(router, at=3.0) == asked
    router.accept(offered[0], at=4.0)
    assert refusal_of_sue(router, at=5.0) == asked
    router.cancel_consult("c-1", at=6.0)
    router.join("c-1", at=7.0, agent="sue")
    assert refusal_of_sue(router, at=8.0) == asked
    router.check()


def refusal_of_sue(router: Router, at: float) -> str:
    """Why sue may not join c-1; she is asked first, if she is not yet."""
    if not router.contacts["c-1"].consults:
        router.consult("c-1", agent="sue", at=at)
    refused = refusal(lambda: router.join("c-1", at=at, agent="sue"))
    assert refused.subject == "sue"
    return str(refused.reason)


def test_nobody_asks_themselves() -> None:
    router = talking(Queue("support", drain_after_s=1.0), Queue("experts"))
    router.update_agent("ann", capacity=CHATTY, at=1.0)
    refused = refusal(lambda: router.consult("c-1", agent="ann", at=1.0))
    assert (refused.subject, refused.reason) == ("ann", "they have 'c-1' themselves")
    assert names(router.consult("c-1", queue="support", at=2.0)) == ["ConsultStarted", "ContactQueued"]
    assert "DrainStarted" not in names(router.advance(at=50.0))
    router = again(router)
    router.update_agent("ann", capacity=Capacity(units=9, cost={"voice": 1}), at=60.0)
    assert router.offers == {}
    assert reason_of(router.explain("c-1/consult-1"), "ann").why is Why.ASKING
    router.add_agent(Agent("bob", queues=("support",)), at=61.0)
    assert one(router.sign_in("bob", at=61.0), "OfferMade").agent == "bob"
    router.check()


def test_who_has_asked_often_has_declined_nothing() -> None:
    router = centre(
        Queue("support", decline_retry_s=100.0),
        Queue("nobody"),
        ann={"capacity": Capacity(units=99, cost={"voice": 1})},
    )
    for i in range(20):
        take(router, call(f"c-{i}"), at=0.0)
        router.consult(f"c-{i}", queue="nobody", at=0.0)
    router.enqueue(call("c-99"), at=1.0)
    assert names(router.decline(router.agents["ann"].offers[0], at=2.0)) == ["OfferDeclined"]
    router.check()


def test_a_refusal_says_what_forbids_it_where_the_state_does_not() -> None:
    router = talking()
    assert refusal(lambda: router.join("c-1", at=1.0)).reason == (
        "nobody who was asked about it has answered and not joined yet"
    )
    assert refusal(lambda: router.cancel_consult("c-1", at=1.0)).reason == "nobody is asked about it"
    assert refusal(lambda: router.resume("c-1", at=1.0)).reason == "it is not on hold"
    nobody = refusal(lambda: router.complete_transfer("c-1", at=1.0, agent="eve"))
    assert nobody.reason == "no consult of 'eve' about it is connected"
    assert refusal(lambda: router.join("c-1", at=1.0, agent="ann")).reason == "they have 'c-1' themselves"
    router.consult("c-1", at=2.0, agent="eve")
    open_one = refusal(lambda: router.consult("c-1", at=2.0, queue="support"))
    assert open_one.reason == "somebody is being asked about it already, who has not joined"
    assert refusal(lambda: router.join("c-1/consult-1", at=2.0)).reason == "it is a consult itself"
    router.requeue("c-1", at=3.0)
    assert pickle.loads(pickle.dumps(open_one)).reason == open_one.reason
    with pytest.raises(IllegalMove, match="docs/states.md") as caught:
        router.join("c-1", at=3.0)
    assert caught.value.reason is None


def test_nobody_is_meant_in_a_queue_that_they_are_not_in() -> None:
    router = talking()
    before = router.snapshot()
    with pytest.raises(AgentNotInQueue) as caught:
        router.transfer("c-1", "support", agent="eve", at=0.0)
    assert (caught.value.agent, caught.value.queue) == ("eve", "support")
    assert "'eve' is not in queue 'support'" in str(caught.value)
    assert router.snapshot() == before
    assert one(router.transfer("c-1", "experts", agent="eve", at=1.0), "OfferMade").agent == "eve"
