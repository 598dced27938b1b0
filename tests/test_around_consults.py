"""Consults, rule by rule (`docs/around.md`, section 16): asking, joining, taking over, and ending."""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Agent, Capacity, ContactState, Limit, Need, Queue, Router, Step
from routekit import strategies as st
from routekit.errors import (
    AgentNotInQueue,
    IllegalMove,
    InvalidValue,
    UnknownAgent,
    UnknownContact,
    UnknownQueue,
)
from routekit.strategies.presets import freeswitch
from tests.contract_centre import CHATTY, call, centre, names, one, take


def again(router: Router) -> Router:
    """The same router, from a snapshot that has been a file."""
    router.check()
    return Router.restore(json.loads(json.dumps(router.snapshot())))


def told(events: tuple[Any, ...]) -> list[tuple[str, str]]:
    """What was said of which contact."""
    return [(type(event).__name__, getattr(event, "contact", "")) for event in events]


def talking(*queues: Queue, **contact: Any) -> Router:
    """A router where ann of support talks to c-1 since 0, and eve of the second line, experts, is free."""
    router = centre(*(queues or (Queue("support", wrap_up_s=30), Queue("experts", wrap_up_s=5))), ann={})
    take(router, call("c-1", **contact), at=0.0)
    router.add_agent(Agent("eve", queues=("experts",)), at=0.0)
    router.sign_in("eve", at=0.0)
    return router


def asking(*queues: Queue, **contact: Any) -> Router:
    """The same, and eve has been asked at 10 and has answered at 12."""
    router = talking(*queues, **contact)
    offer = one(router.consult("c-1", at=10.0, queue="experts"), "OfferMade")
    router.accept(offer.offer, at=12.0)
    router.check()
    return router


# -- asking ------------------------------------------------------------------------------------------------------------


def test_a_consult_is_a_contact_of_its_own() -> None:
    router = talking(
        Queue("support", steps=(Step(0, raise_priority=2, lower={"billing": 0}),)),
        Queue("experts"),
        customer="carl",
        priority=1,
        needs=(Need("billing", 2),),
        attributes={"lang": "en"},
        prefer=("ann",),
        script="s",
        knowledge=("k",),
    )
    events = router.consult("c-1", at=10.0, queue="experts")
    assert told(events) == [
        ("ConsultStarted", "c-1"),
        ("ContactQueued", "c-1/consult-1"),
        ("OfferMade", "c-1/consult-1"),
    ]
    started = events[0]
    assert (started.consult, started.agent, started.queue) == ("c-1/consult-1", None, "experts")
    view = router.contacts["c-1/consult-1"]
    assert (view.priority, view.needs, view.customer) == (3.0, (Need("billing", 0),), "carl")
    assert (view.attributes, view.value.script, view.value.knowledge) == ({"lang": "en"}, "s", ("k",))
    assert (view.value.prefer, view.waiting_since, view.consult_of, view.joined) == ((), 0.0, "c-1", False)
    assert router.contacts["c-1"].consults == ("c-1/consult-1",)
    assert router.statistics().queues["experts"].entered == 0
    assert router.customer("carl").open == ("c-1",)
    router.check()


def test_both_agents_work_while_they_talk() -> None:
    router = asking()
    assert [router.agents[name].contacts for name in ("ann", "eve")] == [("c-1",), ("c-1/consult-1",)]
    assert router.contacts["c-1"].state is ContactState.CONNECTED
    assert router.statistics().queues["experts"].connected == 0


def test_one_is_asked_at_a_time_but_another_when_that_one_has_joined() -> None:
    router = talking()
    router.consult("c-1", at=10.0, queue="experts")
    before = router.snapshot()
    with pytest.raises(IllegalMove) as caught:
        router.consult("c-1", at=10.0, queue="experts")
    assert (caught.value.subject, caught.value.state, caught.value.command) == ("c-1", "connected", "consult")
    assert router.snapshot() == before
    router.accept("o-2", at=11.0)
    with pytest.raises(IllegalMove):
        router.consult("c-1", at=11.0, queue="experts")
    router.join("c-1", at=12.0)
    assert one(router.consult("c-1", at=13.0, queue="experts"), "ConsultStarted").consult == "c-1/consult-2"
    assert router.contacts["c-1"].consults == ("c-1/consult-1", "c-1/consult-2")
    router.check()


def test_what_is_wrong_with_a_consult() -> None:
    router = talking()
    router.enqueue(call("c-2"), at=10.0)
    router.add_agent(Agent("bob"), at=10.0)
    before = router.snapshot()
    for fields in ({}, {"agent": "eve", "queue": "experts"}):
        with pytest.raises(InvalidValue):
            router.consult("c-1", at=10.0, **fields)
    with pytest.raises(UnknownContact):
        router.consult("c-9", at=10.0, queue="nowhere")
    with pytest.raises(UnknownAgent):
        router.consult("c-2", at=10.0, agent="nobody")
    with pytest.raises(UnknownQueue):
        router.consult("c-2", at=10.0, queue="nowhere")
    with pytest.raises(IllegalMove):
        router.consult("c-2", at=10.0, queue="experts")
    with pytest.raises(AgentNotInQueue):
        router.consult("c-1", at=10.0, agent="bob")
    assert router.snapshot() == before


def test_what_a_consult_cannot_do() -> None:
    router = asking()
    consult = "c-1/consult-1"
    before = router.snapshot()
    for act in (
        lambda: router.park(consult, at=12.0),
        lambda: router.follow_up(consult, at=12.0, due_at=99.0),
        lambda: router.consult(consult, at=12.0, queue="experts"),
        lambda: router.join(consult, at=12.0),
        lambda: router.join(consult, at=12.0, agent="ann"),
        lambda: router.complete_transfer(consult, at=12.0),
        lambda: router.cancel_consult(consult, at=12.0),
    ):
        with pytest.raises(IllegalMove):
            act()
    assert router.snapshot() == before
    router.hold(consult, at=13.0)
    router.resume(consult, at=14.0)


# -- joining -----------------------------------------------------------------------------------------------------------


def test_whoever_was_asked_joins() -> None:
    router = talking()
    with pytest.raises(IllegalMove):
        router.join("c-1", at=5.0)
    router.consult("c-1", at=10.0, queue="experts")
    with pytest.raises(IllegalMove):
        router.join("c-1", at=10.0)
    router.accept("o-2", at=12.0)
    (event,) = router.join("c-1", at=13.0)
    assert (event.contact, event.consult, event.agent) == ("c-1", "c-1/consult-1", "eve")
    assert router.contacts["c-1/consult-1"].joined
    same = again(router)
    for one_of in (router, same):
        with pytest.raises(IllegalMove):
            one_of.join("c-1", at=14.0)
    assert router.finish("c-1", at=20.0) == same.finish("c-1", at=20.0)


def test_a_supervisor_joins_whatever_they_have_to_do() -> None:
    router = talking()
    router.add_agent(Agent("sue", queues=("support",)), at=10.0)
    with pytest.raises(IllegalMove):
        router.join("c-1", at=10.0, agent="sue")  # offline
    with pytest.raises(IllegalMove) as caught:
        router.join("c-1", at=10.0, agent="ann")
    assert (caught.value.subject, caught.value.state) == ("ann", "ready")
    with pytest.raises(UnknownAgent):
        router.join("c-1", at=10.0, agent="nobody")
    router.sign_in("sue", at=11.0)
    take(router, call("c-2"), at=11.0)
    before = router.statistics().queues["support"]
    events = router.join("c-1", at=20.0, agent="sue")
    assert told(events) == [("ConsultJoined", "c-1"), ("ContactConnected", "c-1/consult-1")]
    assert (events[1].offer, events[1].waited_s, events[1].queue) == (None, 0.0, "support")
    assert router.statistics().queues["support"] == before
    assert (router.agents["sue"].contacts, router.agents["sue"].load) == (("c-2", "c-1/consult-1"), 2.0)
    assert (router.statistics().agents["sue"].selected, router.statistics().agents["sue"].answered) == (1, 1)
    assert router.agents["sue"].last_offer == 11.0
    view = router.contacts["c-1/consult-1"]
    assert (view.queue, view.needs, view.joined, view.state) == ("support", (), True, ContactState.CONNECTED)
    assert again(router).finish("c-1/consult-1", at=30.0) == router.finish("c-1/consult-1", at=30.0)
    router.check()


def test_a_supervisor_who_joins_counts_for_the_orders() -> None:
    router = centre(Queue("support", agent_order=st.FewestContacts()), ann={}, sue={})
    take(router, call("c-1"), at=0.0)
    router.join("c-1", at=1.0, agent="sue")
    assert router.statistics().agents["sue"].counts["support"] > 0.0
    assert router.agents["sue"].last_offer == 0.0
    router.check()
    talks = centre(Queue("support", agent_order=st.LeastTalkTime(since="sign_in")), ann={}, sue={})
    take(talks, call("c-1"), at=0.0)
    talks.join("c-1", at=1.0, agent="sue")
    talks.advance(at=11.0)
    assert talks.statistics().agents["sue"].counts["support"] == 10.0
    talks.check()


def test_a_supervisor_who_joins_has_taken_one_contact_more() -> None:
    fewest = freeswitch.agent_with_fewest_calls()
    router = centre(Queue("support", agent_order=fewest), ann={}, bob={}, sue={})
    take(router, call("c-1"), at=0.0)
    router.join("c-1", at=1.0, agent="bob")
    router.cancel_consult("c-1", at=2.0)
    assert one(router.enqueue(call("c-2"), at=3.0), "OfferMade").agent == "sue"


def test_who_takes_over_has_nobody_on_hold() -> None:
    router = asking()
    router.hold("c-1", at=13.0)
    router.hold("c-1/consult-1", at=14.0)
    router.complete_transfer("c-1", at=20.0)
    assert not router.contacts["c-1"].held


# -- taking over -------------------------------------------------------------------------------------------------------


def test_the_contact_goes_over_to_whoever_was_asked() -> None:
    router = asking()
    same = again(router)
    for one_of in (router, same):
        events = one_of.complete_transfer("c-1", at=20.0)
        assert told(events) == [("ContactHandedOver", "c-1"), ("WrapUpStarted", "c-1")]
        assert (events[0].consult, events[0].from_agent, events[0].to_agent) == ("c-1/consult-1", "ann", "eve")
        assert (events[1].agent, events[1].ends_at) == ("ann", 50.0)
        one_of.check()
    view = router.contacts["c-1"]
    assert (view.state, view.agent, view.consults, view.queue) == (ContactState.CONNECTED, "eve", (), "support")
    assert list(router.contacts) == ["c-1"]
    told_of = router.statistics()
    assert (told_of.agents["ann"].finished, told_of.queues["support"].finished) == (1, 1)
    assert (told_of.queues["experts"].connected, told_of.queues["support"].moved_out) == (0, 0)
    assert router.accept("o-2", at=21.0) == same.accept("o-2", at=21.0) == ()
    assert again(router).advance(at=50.0) == router.advance(at=50.0) == same.advance(at=50.0)
    finished = router.finish("c-1", at=60.0)
    assert finished == same.finish("c-1", at=60.0)
    assert (finished[0].agent, finished[1].ends_at) == ("eve", 65.0)  # wrapped up as in the queue they were asked in
    assert again(router).advance(at=65.0) == router.advance(at=65.0)
    router.check()


def test_one_who_has_taken_over_gives_it_back_to_its_home() -> None:
    router = asking()
    router.complete_transfer("c-1", at=20.0)
    router.set_away("ann", at=20.0)
    assert one(router.requeue("c-1", at=21.0), "ContactRequeued").queue == "support"
    assert router.statistics().queues["support"].connect_failed == 1
    router.check()


def test_a_named_agent_takes_over() -> None:
    router = asking()
    router.join("c-1", at=13.0)
    router.add_agent(Agent("sue"), at=13.0)
    router.sign_in("sue", at=13.0)
    router.join("c-1", at=14.0, agent="sue")
    with pytest.raises(UnknownAgent):
        router.complete_transfer("c-1", at=15.0, agent="nobody")
    with pytest.raises(IllegalMove):
        router.complete_transfer("c-1", at=15.0, agent="ann")
    event = one(router.complete_transfer("c-1", at=15.0, agent="eve"), "ContactHandedOver")
    assert (event.consult, event.to_agent) == ("c-1/consult-1", "eve")
    assert router.contacts["c-1"].consults == ("c-1/consult-2",)
    assert one(router.complete_transfer("c-1", at=16.0), "ContactHandedOver").to_agent == "sue"
    router.check()


def test_nobody_takes_over_who_has_not_answered() -> None:
    router = talking()
    router.consult("c-1", at=10.0, queue="experts")
    with pytest.raises(IllegalMove):
        router.complete_transfer("c-1", at=11.0)
    assert router.contacts["c-1"].agent == "ann"


def test_without_wrap_up_the_first_agent_is_free_at_once() -> None:
    router = asking(Queue("support"), Queue("experts"))
    router.enqueue(call("c-2"), at=13.0)
    assert told(router.complete_transfer("c-1", at=20.0)) == [("ContactHandedOver", "c-1"), ("OfferMade", "c-2")]
    assert router.agents["ann"].idle_since == 20.0


# -- ending ------------------------------------------------------------------------------------------------------------


def test_a_consult_that_waits_is_cancelled() -> None:
    router = talking()
    router.consult("c-1", at=10.0, queue="experts")
    events = router.cancel_consult("c-1", at=11.0)
    assert told(events) == [("OfferRevoked", "c-1/consult-1"), ("ConsultEnded", "c-1")]
    assert (events[0].reason, events[1].reason, events[1].consult) == ("consult_ended", "cancelled", "c-1/consult-1")
    assert list(router.contacts) == ["c-1"] and router.next_deadline is None
    with pytest.raises(IllegalMove):
        router.cancel_consult("c-1", at=12.0)
    assert one(router.consult("c-1", at=13.0, queue="experts"), "ConsultStarted").consult == "c-1/consult-1"
    router.check()


def test_a_consult_that_goes_on_is_cancelled_without_wrap_up() -> None:
    router = asking()
    (event,) = router.cancel_consult("c-1", at=20.0)
    assert (event.reason, event.consult) == ("cancelled", "c-1/consult-1")
    eve = router.agents["eve"]
    assert (eve.contacts, eve.idle_since, eve.last_finish) == ((), 20.0, 20.0)
    told_of = router.statistics()
    assert (told_of.agents["eve"].finished, told_of.queues["experts"].finished) == (0, 0)
    router.check()


def test_the_latest_consult_is_cancelled() -> None:
    router = asking()
    router.join("c-1", at=13.0)
    router.consult("c-1", at=14.0, queue="experts")
    assert [one(router.cancel_consult("c-1", at=15.0), "ConsultEnded").consult for _ in range(2)] == [
        "c-1/consult-2",
        "c-1/consult-1",
    ]


def test_a_consult_ends_by_itself() -> None:
    router = asking()
    events = router.finish("c-1/consult-1", at=20.0)
    assert names(events) == ["ContactFinished", "WrapUpStarted", "ConsultEnded"]
    assert (events[2].contact, events[2].consult, events[2].reason) == ("c-1", "c-1/consult-1", "finished")
    view = router.contacts["c-1/consult-1"]
    assert (view.state, view.consult_of) == (ContactState.WRAPPING, None)
    assert one(router.consult("c-1", at=21.0, queue="experts"), "ConsultStarted").consult == "c-1/consult-2"
    events = router.abandon("c-1/consult-2", at=22.0, reason="bored")
    assert (names(events), events[1].reason) == (["ContactAbandoned", "ConsultEnded"], "abandoned")
    router.check()


def test_a_connected_consult_that_is_abandoned_is_finished() -> None:
    router = asking()
    assert one(router.abandon("c-1/consult-1", at=20.0), "ConsultEnded").reason == "finished"


def test_a_consult_that_is_not_live_is_lost() -> None:
    router = asking()
    events = router.reconcile(("c-1",), at=20.0)
    assert names(events) == ["ContactFinished", "WrapUpStarted", "ConsultEnded", "Reconciled"]
    assert events[2].reason == "lost"
    router.set_away("eve", at=21.0)
    router.consult("c-1", at=21.0, queue="experts")
    events = router.reconcile(("c-1",), at=22.0)
    assert names(events) == ["ContactAbandoned", "ConsultEnded", "Reconciled"]
    assert events[1].reason == "lost"
    router.check()


def test_no_limits_keep_a_consult() -> None:
    router = talking(Queue("support"), Queue("experts", limits=(Limit(length=0, reject="full"),)))
    assert names(router.consult("c-1", at=10.0, queue="experts")) == ["ConsultStarted", "ContactQueued", "OfferMade"]


@pytest.mark.parametrize(
    ("act", "follows"),
    [
        (lambda router: router.finish("c-1", at=20.0), "ContactFinished"),
        (lambda router: router.abandon("c-1", at=20.0), "ContactFinished"),
        (lambda router: router.requeue("c-1", at=20.0), "ContactRequeued"),
        (lambda router: router.transfer("c-1", "experts", at=20.0), "ContactMoved"),
        (lambda router: router.park("c-1", at=20.0), "ContactParked"),
    ],
)
def test_consults_end_before_the_contact_leaves_its_agent(act: Any, follows: str) -> None:
    router = asking()
    router.join("c-1", at=13.0)
    router.consult("c-1", at=14.0, queue="experts")
    same = again(router)
    events = act(router)
    assert [type(event).__name__ for event in events[:3]] == ["ConsultEnded", "ConsultEnded", follows]
    assert [(event.consult, event.reason) for event in events[:2]] == [
        ("c-1/consult-2", "contact_left"),
        ("c-1/consult-1", "contact_left"),
    ]
    assert act(same) == events
    router.check()
    same.check()


def test_reconciling_ends_a_consult_with_its_contact() -> None:
    router = asking()
    events = router.reconcile((), at=20.0)
    assert names(events) == ["ConsultEnded", "ContactFinished", "WrapUpStarted", "Reconciled"]
    assert (events[3].finished, events[3].abandoned) == (("c-1",), ())
    router.check()


def test_a_joined_consult_that_is_requeued_has_joined_no_more() -> None:
    router = asking()
    router.join("c-1", at=13.0)
    router.requeue("c-1/consult-1", at=14.0)
    view = router.contacts["c-1/consult-1"]
    assert (view.joined, view.consult_of, view.state) == (False, "c-1", ContactState.QUEUED)
    with pytest.raises(IllegalMove):
        router.consult("c-1", at=15.0, queue="experts")
    router.check()


def test_a_consult_may_be_transferred() -> None:
    router = asking()
    router.transfer("c-1/consult-1", "support", at=20.0)
    view = router.contacts["c-1/consult-1"]
    assert (view.queue, view.consult_of) == ("support", "c-1")
    assert one(router.cancel_consult("c-1", at=21.0), "ConsultEnded").reason == "cancelled"
    router.check()


def test_an_agent_who_has_both_sides_may_go() -> None:
    router = centre(Queue("support"), ann={}, sue={"capacity": CHATTY})
    take(router, call("c-1", channel="chat"), at=0.0)
    router.set_away("sue", at=0.0)
    router.consult("c-1", at=1.0, queue="support")
    router.join("c-1", at=1.0, agent="sue")
    router.complete_transfer("c-1", at=1.0)  # she has it now, and ann's question is still there
    router.set_away("ann", at=1.0)
    router.accept(one(router.set_ready("sue", at=1.0), "OfferMade").offer, at=1.0)
    assert router.agents["sue"].contacts == ("c-1", "c-1/consult-1")
    events = router.remove_agent("sue", at=2.0, work="requeue")
    assert names(events) == ["AgentPresenceChanged", "ConsultEnded", "ContactRequeued", "AgentRemoved"]
    router.check()


def test_a_score_that_fails_when_two_agents_are_freed_takes_the_command_back() -> None:
    from routekit.errors import StrategyError

    def score(contact: Any, agent: Any) -> float:
        raise ValueError("no")

    router = Router(registry={"own": score})
    router.add_queue(Queue("support", agent_order=st.Scored("own")), at=0.0)
    for name in ("ann", "eve"):
        router.add_agent(Agent(name, queues=("support",), capacity=Capacity(units=1)), at=0.0)
    router.sign_in("ann", at=0.0)
    take(router, call("c-1"), at=0.0)
    router.sign_in("eve", at=1.0)
    router.accept(one(router.consult("c-1", at=1.0, queue="support"), "OfferMade").offer, at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    with pytest.raises(StrategyError):
        router.finish("c-1", at=3.0)
    assert router.contacts["c-1"].consults == ("c-1/consult-1",)
    assert router.contacts["c-1/consult-1"].consult_of == "c-1"
    router.check()


# -- asking somebody ---------------------------------------------------------------------------------------------------


def test_who_is_asked_has_the_consult_for_themselves() -> None:
    router = talking(Queue("support"), Queue("experts", prefer_s=40))
    router.add_agent(Agent("eli", queues=("experts",)), at=1.0)
    router.sign_in("eli", at=1.0)
    events = router.consult("c-1", at=10.0, agent="eli")
    assert names(events) == ["ConsultStarted", "ContactQueued", "ContactReserved", "OfferMade"]
    assert (events[0].agent, events[0].queue) == ("eli", "experts")
    assert (events[2].agents, events[2].until, events[2].reason) == (("eli",), 50.0, "consult")
    assert (events[3].agent, router.contacts["c-1/consult-1"].needs) == ("eli", ())
    same = again(router)
    events = router.decline(events[3].offer, at=12.0)
    assert names(events) == ["OfferDeclined", "ReservationEnded", "ContactAbandoned", "ConsultEnded"]
    assert [event.reason for event in events[1:]] == ["declined", "unavailable", "unavailable"]
    assert same.decline("o-2", at=12.0) == events
    router.check()


def test_an_agent_of_the_contacts_home_is_asked_there() -> None:
    router = centre(Queue("experts"), Queue("support"), ann={"queues": ("support",)})
    router.add_agent(Agent("eve", queues=("experts", "support")), at=0.0)
    take(router, call("c-1"), at=0.0)
    router.sign_in("eve", at=1.0)
    assert one(router.consult("c-1", at=2.0, agent="eve"), "ConsultStarted").queue == "support"


def test_an_agent_who_is_not_there_is_unavailable() -> None:
    router = talking()
    router.sign_out("eve", at=5.0)
    events = router.consult("c-1", at=10.0, agent="eve")
    assert names(events)[-3:] == ["ReservationEnded", "ContactAbandoned", "ConsultEnded"]
    assert [event.reason for event in events[-3:]] == ["absent", "unavailable", "unavailable"]
    assert list(router.contacts) == ["c-1"]
    router.check()


def test_an_agent_who_is_busy_is_waited_for() -> None:
    router = talking(Queue("support"), Queue("experts", prefer_s=40))
    take(router, call("c-2", "experts"), at=5.0)
    router.consult("c-1", at=10.0, agent="eve")
    same = again(router)
    for one_of in (router, same):
        events = one_of.advance(at=50.0)
        assert names(events) == ["ReservationEnded", "ContactAbandoned", "ConsultEnded"]
        assert [event.reason for event in events] == ["waited", "unavailable", "unavailable"]


def test_without_a_time_an_agent_is_asked_for_as_long_as_it_takes() -> None:
    router = talking(Queue("support"), Queue("experts", prefer_s=0))
    take(router, call("c-2", "experts"), at=5.0)
    events = router.consult("c-1", at=10.0, agent="eve")
    assert one(events, "ContactReserved").until == 1e15
    assert router.next_deadline is None
    assert one(again(router).finish("c-2", at=9000.0), "OfferMade").agent == "eve"
    assert one(router.finish("c-2", at=9000.0), "OfferMade").agent == "eve"
    router.check()


def test_a_cancelled_consult_is_reserved_for_nobody() -> None:
    router = talking()
    router.consult("c-1", at=10.0, agent="eve")
    assert names(router.cancel_consult("c-1", at=11.0)) == ["OfferRevoked", "ConsultEnded"]
    assert router.next_deadline is None
    router.check()
