"""The contract, sentence by sentence: presence and work, and each command in each state."""

from __future__ import annotations

import pytest

from routekit import (
    Capacity,
    ContactState,
    Need,
    Presence,
    Queue,
)
from routekit import strategies as st
from routekit.errors import (
    AgentBusy,
    IllegalMove,
    QueueNotEmpty,
)
from tests.contract_centre import CHATTY, call, centre, chat, names, offered, one, take

# -- presence and work -------------------------------------------------------------------------------------------------


def test_presence_and_work_are_separate() -> None:
    router = centre(Queue("support"), ann={})
    take(router, call("c-1"), at=0.0)
    router.set_away("ann", at=1.0, reason="lunch")
    agent = router.agents["ann"]
    assert (agent.state, agent.reason, agent.contacts) == (Presence.AWAY, "lunch", ("c-1",))


def test_wrap_up_belongs_to_the_contact_and_leaves_the_other_units_free() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={"capacity": Capacity(units=2, limit={"chat": 2})})
    take(router, chat("c-1"), at=0.0)
    router.finish("c-1", at=1.0)
    assert router.agents["ann"].wrapping == ("c-1",)
    assert take(router, chat("c-2"), at=2.0) == "ann"
    assert offered(router.enqueue(chat("c-3"), at=3.0)) == []
    assert offered(router.advance(at=31.0)) == [("c-3", "ann")]


def test_wrap_up_is_ended_for_one_contact_or_for_all() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={"capacity": Capacity(units=3)})
    for name in ("c-1", "c-2", "c-3"):
        take(router, chat(name), at=0.0)
        router.finish(name, at=1.0)
    assert [event.contact for event in router.end_wrap_up("ann", at=2.0, contact="c-2")] == ["c-2"]
    assert [event.contact for event in router.end_wrap_up("ann", at=2.0)] == ["c-1", "c-3"]
    assert router.end_wrap_up("ann", at=2.0) == ()


def test_set_ready_never_ends_a_wrap_up() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={})
    take(router, call("c-1"), at=0.0)
    router.finish("c-1", at=1.0)
    assert router.set_ready("ann", at=2.0) == ()
    assert router.contacts["c-1"].state is ContactState.WRAPPING
    assert offered(router.enqueue(call("c-2"), at=3.0)) == []


def test_channels_are_closed_and_opened_one_by_one() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY})
    assert names(router.set_away("ann", at=0.0, channels=("chat",))) == ["AgentChannelsClosed"]
    assert offered(router.enqueue(chat("c-1"), at=1.0)) == []
    assert router.agents["ann"].state is Presence.READY
    assert offered(router.set_ready("ann", at=2.0, channels=("chat",))) == [("c-1", "ann")]


def test_a_move_that_the_states_do_not_know_is_illegal() -> None:
    router = centre(Queue("support"), ann={})
    with pytest.raises(IllegalMove) as caught:
        router.sign_in("ann", at=1.0)
    assert (caught.value.subject, caught.value.state, caught.value.command) == ("ann", "ready", "sign_in")
    router.enqueue(call("c-1"), at=1.0)
    with pytest.raises(IllegalMove):
        router.finish("c-1", at=1.0)


# -- commands, state by state ------------------------------------------------------------------------------------------


def test_going_away_gives_the_offer_back_and_it_finds_somebody_else_in_the_same_call() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    router.enqueue(call("c-1"), at=0.0)
    events = router.set_away("ann", at=5.0)
    assert names(events) == ["OfferRevoked", "AgentPresenceChanged", "OfferMade"]
    assert offered(events) == [("c-1", "bob")]
    assert router.agents["ann"].no_answers == 0
    assert router.contacts["c-1"].waiting_since == 0.0


def test_signing_out_keeps_what_is_connected_until_it_is_finished() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    router.sign_out("ann", at=5.0)
    assert router.contacts["c-1"].agent == "ann"
    assert names(router.finish("c-1", at=9.0)) == ["ContactFinished"]


def test_signing_out_can_put_what_is_connected_back_to_its_place() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    events = router.sign_out("ann", at=5.0, work="requeue")
    assert "ContactRequeued" in names(events)
    assert offered(events) == [("c-1", "bob")]
    assert router.contacts["c-1"].waiting_since == 0.0


def test_an_agent_with_work_is_removed_only_when_told_what_becomes_of_it() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    with pytest.raises(AgentBusy) as caught:
        router.remove_agent("ann", at=1.0)
    assert caught.value.contacts == ("c-1",)
    assert offered(router.remove_agent("ann", at=1.0, work="requeue")) == [("c-1", "bob")]
    assert list(router.agents) == ["bob"]


def test_removing_a_queue_moves_those_who_wait_with_their_places() -> None:
    router = centre(Queue("support"), Queue("sales"))
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2", "sales"), at=5.0)
    with pytest.raises(QueueNotEmpty):
        router.remove_queue("support", at=9.0)
    events = router.remove_queue("support", at=9.0, move_to="sales")
    assert names(events) == ["ContactMoved", "QueueRemoved"]
    view = router.contacts["c-1"]
    assert (view.queue, view.waiting_since, view.entered_queue_at) == ("sales", 0.0, 9.0)
    assert router.position("c-1") == 1


def test_what_is_connected_stays_when_its_queue_is_removed_with_the_settings_of_that_moment() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={})
    take(router, call("c-1"), at=0.0)
    router.remove_queue("support", at=1.0)
    assert one(router.finish("c-1", at=5.0), "WrapUpStarted").ends_at == 35.0


def test_a_contact_that_is_updated_keeps_its_place() -> None:
    router = centre(Queue("support"))
    for number, name in enumerate(("c-1", "c-2", "c-3")):
        router.enqueue(call(name), at=number)
    router.update_contact("c-2", at=5.0, needs=(Need("billing"),), attributes={"lang": "fr"})
    assert [router.position(name) for name in ("c-1", "c-2", "c-3")] == [1, 2, 3]


def test_an_offer_stands_with_its_time_out_when_it_no_longer_fits() -> None:
    router = centre(Queue("support"), ann={"skills": {"billing": 1}})
    router.enqueue(call("c-1", needs=(Need("billing"),)), at=0.0)
    events = router.update_contact("c-1", at=5.0, needs=(Need("billing", 2),))
    assert one(events, "OfferNoLongerFits").reason == "needs"
    assert router.offers["o-1"].expires_at == 20.0
    assert names(router.accept("o-1", at=6.0)) == ["ContactConnected"]


def test_one_who_is_over_a_new_capacity_keeps_the_work_and_gets_no_more_until_under_it() -> None:
    router = centre(Queue("support"), ann={"capacity": Capacity(units=3)})
    for name in ("c-1", "c-2", "c-3"):
        take(router, chat(name), at=0.0)
    router.update_agent("ann", at=1.0, capacity=Capacity(units=2))
    assert router.agents["ann"].contacts == ("c-1", "c-2", "c-3")
    assert offered(router.enqueue(chat("c-4"), at=2.0)) == []
    assert offered(router.finish("c-1", at=3.0)) == []
    assert offered(router.finish("c-2", at=4.0)) == [("c-4", "ann")]


def test_a_queue_may_be_changed_under_way_and_nobody_loses_a_place() -> None:
    router = centre(Queue("support", contact_order=st.Fifo()))
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2", priority=5), at=1.0)
    assert one(router.update_queue("support", at=2.0, wrap_up_s=10), "QueueUpdated").changed == ("wrap_up_s",)
    assert [router.position(name) for name in ("c-1", "c-2")] == [1, 2]
    router.update_queue(Queue("support", contact_order=st.StrictPriority()), at=3.0)
    assert [router.position(name) for name in ("c-1", "c-2")] == [2, 1]


def test_one_who_hangs_up_takes_the_offer_along_and_the_agent_is_free_in_the_same_call() -> None:
    router = centre(Queue("support"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=1.0)
    events = router.abandon("c-1", at=5.0)
    assert names(events) == ["OfferRevoked", "ContactAbandoned", "OfferMade"]
    assert one(events, "ContactAbandoned").waited_s == 5.0
    assert offered(events) == [("c-2", "ann")]


def test_a_customer_who_hangs_up_while_connected_has_finished() -> None:
    router = centre(Queue("support"), ann={})
    take(router, call("c-1"), at=0.0)
    assert one(router.abandon("c-1", at=9.0), "ContactFinished").ended_by == "customer"


def test_a_transfer_is_wrapped_up_by_the_one_and_queued_for_the_others() -> None:
    router = centre(Queue("support", wrap_up_s=30), Queue("sales"), ann={}, bob={"queues": ("sales",)})
    take(router, call("c-1"), at=0.0)
    events = router.transfer("c-1", "sales", at=9.0)
    assert names(events) == ["ContactMoved", "WrapUpStarted", "ContactQueued", "OfferMade"]
    assert offered(events) == [("c-1", "bob")]
    assert router.contacts["c-1"].waiting_since == 9.0


@pytest.mark.parametrize(("keep_place", "since"), [(True, 0.0), (False, 9.0), (None, 0.0)])
def test_one_who_waits_moves_with_or_without_the_place_and_is_no_longer_offered(
    keep_place: bool | None, since: float
) -> None:
    router = centre(Queue("support"), Queue("sales"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    events = router.transfer("c-1", "sales", at=9.0, keep_place=keep_place)
    assert names(events) == ["OfferRevoked", "ContactMoved", "ContactQueued"]
    assert router.contacts["c-1"].waiting_since == since
    assert router.contacts["c-1"].entered_queue_at == 9.0


def test_a_connection_that_failed_goes_back_to_its_place_and_to_another_agent() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    events = router.requeue("c-1", at=2.0, reason="phone_died")
    assert names(events) == ["ContactRequeued", "OfferMade"]  # and no wrap-up
    assert offered(events) == [("c-1", "bob")]
    assert router.contacts["c-1"].waiting_since == 0.0
    assert router.statistics().queues["support"].connect_failed == 1
    assert router.statistics().agents["ann"].connect_failed == 1


def test_a_failed_connection_comes_before_those_who_came_later() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    take(router, call("c-2"), at=1.0)
    router.enqueue(call("c-3"), at=2.0)
    event = one(router.requeue("c-1", at=3.0, avoid_agent=False), "ContactRequeued")
    assert event.position == 1
    assert router.contacts["c-1"].agent == "ann"


def test_hold_is_recorded_and_frees_nothing() -> None:
    router = centre(Queue("support"), ann={})
    take(router, call("c-1"), at=0.0)
    assert names(router.hold("c-1", at=1.0)) == ["ContactHeld"]
    assert router.contacts["c-1"].held
    assert offered(router.enqueue(call("c-2"), at=2.0)) == []
    with pytest.raises(IllegalMove):
        router.hold("c-1", at=3.0)
    assert names(router.resume("c-1", at=4.0)) == ["ContactResumed"]


def test_reconcile_ends_what_is_lost_and_names_what_it_does_not_know() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    take(router, call("c-2"), at=0.0)
    router.enqueue(call("c-3"), at=0.0)
    router.enqueue(chat("c-4"), at=0.0)
    events = router.reconcile(["c-1", "c-9"], at=5.0, channel="voice")
    assert one(events, "ContactFinished").ended_by == "lost"
    assert one(events, "ContactAbandoned").reason == "lost"
    told = one(events, "Reconciled")
    assert (told.abandoned, told.finished, told.unknown) == (("c-3",), ("c-2",), ("c-9",))
    assert list(router.contacts) == ["c-1", "c-4"]
