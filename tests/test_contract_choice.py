"""The contract, sentence by sentence: who gets a contact, who gets an agent, offers, capacity, draining, steps."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from routekit import (
    Capacity,
    Contact,
    ContactState,
    Need,
    Presence,
    Queue,
    Router,
    Step,
)
from routekit import strategies as st
from routekit.errors import (
    InvalidValue,
)
from routekit.events import (
    ContactConnected,
    OfferRevoked,
)
from tests.contract_centre import CHATTY, call, centre, chat, connected, names, offered, one, take

# -- who gets a contact ------------------------------------------------------------------------------------------------


def test_the_longest_idle_agent_gets_it_and_a_tie_goes_by_the_order_of_adding() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    assert take(router, call("c-1"), at=0.0) == "ann"
    router.finish("c-1", at=10.0)
    assert take(router, call("c-2"), at=11.0) == "bob"
    router.finish("c-2", at=12.0)
    assert take(router, call("c-3"), at=13.0) == "ann"


def test_empty_agents_come_before_partly_loaded_ones() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY}, bob={"capacity": CHATTY})
    assert take(router, chat("c-1"), at=0.0) == "ann"
    assert take(router, chat("c-2"), at=0.0) == "bob"
    router.finish("c-2", at=100.0)
    assert take(router, chat("c-3"), at=101.0) == "bob"


def test_a_pause_never_moves_an_agent_forward() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    router.finish("c-1", at=10.0)
    router.set_away("ann", at=11.0)
    router.set_ready("ann", at=12.0)
    assert router.agents["ann"].idle_since == 12.0
    assert take(router, call("c-2"), at=13.0) == "bob"


def test_round_robin_goes_on_from_the_last_one() -> None:
    router = centre(Queue("support", agent_order=st.RoundRobin()), ann={}, bob={}, cat={})
    takers = []
    for number in range(5):
        takers.append(take(router, call(f"c-{number}"), at=number))
        router.finish(f"c-{number}", at=number)
    assert takers == ["ann", "bob", "cat", "ann", "bob"]


def test_one_who_returns_is_not_flooded() -> None:
    router = centre(Queue("support", agent_order=st.FewestContacts(), auto_accept=True), ann={}, bob={})
    router.sign_out("bob", at=0.0)
    for number in range(6):
        router.enqueue(call(f"c-{number}"), at=number)
        router.finish(f"c-{number}", at=number)
    router.sign_in("bob", at=10.0)
    takers = []
    for number in range(10, 16):
        takers += connected(router.enqueue(call(f"c-{number}"), at=number))
        router.finish(f"c-{number}", at=number)
    assert [agent for _, agent in takers].count("bob") == 3


def test_lower_tiers_come_first() -> None:
    router = centre(Queue("support"), ann={"queues": {"support": 2}}, bob={"queues": {"support": 1}})
    assert take(router, call("c-1"), at=0.0) == "bob"
    assert take(router, call("c-2"), at=0.0) == "ann"


def test_a_queue_says_up_to_which_tier_agents_may_take_and_a_step_lets_in_more() -> None:
    queue = Queue("support", max_tier=1, steps=(Step(60, max_tier=2),))
    router = centre(queue, ann={"queues": {"support": 2}})
    assert offered(router.enqueue(call("c-1"), at=0.0)) == []
    assert offered(router.advance(at=59.0)) == []
    assert offered(router.advance(at=60.0)) == [("c-1", "ann")]


# -- who gets an agent -------------------------------------------------------------------------------------------------


def busy_centre(*queues: Queue, **fields: Any) -> Router:
    """One agent, and she has a call."""
    router = centre(*queues, ann=fields)
    take(router, call("busy", queues[0].name), at=0.0)
    return router


def test_priority_comes_first_and_a_minute_of_waiting_is_worth_a_point() -> None:
    router = busy_centre(Queue("support"))
    router.enqueue(call("early"), at=10.0)
    router.enqueue(call("urgent", priority=1), at=60.0)
    router.enqueue(call("too-late", priority=1), at=75.0)
    assert [router.position(name) for name in ("urgent", "early", "too-late")] == [1, 2, 3]
    assert offered(router.finish("busy", at=80.0)) == [("urgent", "ann")]


def test_ageing_bounds_how_long_anybody_can_be_overtaken() -> None:
    # Somebody of priority 5 comes every 10 s, and a contact takes 10 s. One of priority 0 waits five minutes at most.
    router = busy_centre(Queue("support"))
    router.enqueue(call("patient"), at=1.0)
    at, now_with = 1.0, "busy"
    while True:
        at += 10.0
        router.enqueue(call(f"c-{at}", priority=5), at=at)
        ((contact, _),) = offered(router.finish(now_with, at=at))
        if contact == "patient":
            break
        router.accept(next(iter(router.offers)), at=at)
        now_with = contact
    assert at == pytest.approx(301.0, abs=10.0)


def test_the_heads_of_two_queues_are_compared_by_urgency() -> None:
    router = busy_centre(Queue("support", contact_order=st.Fifo()), Queue("sales"), queues=("support", "sales"))
    router.enqueue(call("c-1"), at=10.0)
    router.enqueue(call("c-2", "sales", priority=2), at=20.0)
    assert offered(router.finish("busy", at=30.0)) == [("c-2", "ann")]


def test_a_tier_is_kept_for_so_long_and_then_it_is_worth_nothing() -> None:
    for wait, first in ((299.0, "c-2"), (300.0, "c-1")):
        router = busy_centre(Queue("support"), Queue("sales"), queues={"support": 1, "sales": 2})
        router.enqueue(call("c-1", "sales"), at=1.0)
        router.enqueue(call("c-2"), at=200.0)
        ((contact, _),) = offered(router.finish("busy", at=1.0 + wait))
        assert contact == first


def test_one_may_have_waited_since_before_but_not_since_later() -> None:
    router = busy_centre(Queue("support"))
    router.enqueue(call("c-1"), at=100.0)
    router.enqueue(call("c-2", waiting_since=50.0), at=110.0)
    assert (router.position("c-2"), router.contacts["c-2"].entered_queue_at) == (1, 110.0)
    with pytest.raises(InvalidValue):
        router.enqueue(call("c-3", waiting_since=121.0), at=120.0)


def test_waited_s_counts_from_waiting_since() -> None:
    router = centre(Queue("support", auto_accept=True), ann={})
    events = router.enqueue(call("c-1", waiting_since=50.0), at=110.0)
    assert one(events, "ContactConnected").waited_s == 60.0


# -- offers ------------------------------------------------------------------------------------------------------------


def test_an_offer_claims_the_agent_and_the_contact_together() -> None:
    router = centre(Queue("support"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    assert offered(router.enqueue(call("c-2"), at=1.0)) == []
    assert len(router.offers) == 1


def test_one_who_declined_is_tried_only_after_everybody_else() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    router.enqueue(call("c-1"), at=0.0)
    assert offered(router.decline("o-1", at=5.0)) == [("c-1", "bob")]
    router.advance(at=7.0)
    assert offered(router.decline("o-2", at=8.0)) == []


def test_the_only_one_is_tried_again_when_the_delay_has_run_out() -> None:
    router = centre(Queue("support", decline_retry_s=30), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.decline("o-1", at=5.0)
    events = router.advance(at=1000.0)
    assert (one(events, "OfferMade").at, one(events, "OfferMade").agent) == (35.0, "ann")


def test_after_a_decline_an_agent_is_left_alone_for_a_moment() -> None:
    router = centre(Queue("support", retry_agent_s=1), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    assert offered(router.decline("o-1", at=5.0)) == []
    events = router.advance(at=6.0)
    assert offered(events) == [("c-2", "ann")]


def test_an_offer_that_nobody_answers_goes_on_to_the_next_and_comes_back_after_its_own_delay() -> None:
    router = centre(Queue("support", no_answer_retry_s=45), ann={}, bob={})
    router.enqueue(call("c-1"), at=0.0)
    events = router.advance(at=20.0)
    assert names(events) == ["OfferExpired", "OfferMade"]
    assert (events[0].reason, events[1].agent) == ("no_answer", "bob")
    router.set_away("bob", at=21.0)
    assert one(router.advance(at=100.0), "OfferMade").at == 65.0


def test_an_agent_who_never_answers_is_set_away() -> None:
    router = centre(Queue("support", away_after_no_answers=2), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    events = (*router.advance(at=20.0), *router.advance(at=40.0))
    changed = one(events, "AgentPresenceChanged")
    assert (changed.new, changed.reason, changed.at) == (Presence.AWAY, "no_answer", 40.0)


def test_an_answer_starts_the_count_of_no_answers_anew() -> None:
    router = centre(Queue("support", away_after_no_answers=2, no_answer_retry_s=0), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.advance(at=20.0)
    router.accept("o-2", at=21.0)
    router.finish("c-1", at=30.0)
    router.enqueue(call("c-2"), at=31.0)
    router.advance(at=51.0)
    assert router.agents["ann"].state is Presence.READY


def test_no_limit_of_no_answers_sets_nobody_away() -> None:
    router = centre(Queue("support", away_after_no_answers=None), ann={})
    router.enqueue(call("c-1"), at=0.0)
    for number in range(1, 20):
        router.advance(at=60.0 * number)
    assert router.agents["ann"].state is Presence.READY


def test_a_client_that_declines_everything_is_set_away() -> None:
    router = centre(Queue("support", retry_agent_s=0, decline_retry_s=3600), ann={})
    for number in range(17):
        offer = one(router.enqueue(call(f"c-{number}"), at=number), "OfferMade")
        events = router.decline(offer.offer, at=number)
    assert one(events, "AgentPresenceChanged").reason == "too_many_declines"


def test_a_declined_contact_keeps_its_place_and_its_steps() -> None:
    queue = Queue("support", steps=(Step(10, raise_priority=1), Step(25, drop=("billing",))))
    router = centre(queue, ann={"skills": {"billing": 1}})
    router.enqueue(call("c-1", needs=(Need("billing"),)), at=0.0)
    router.decline("o-1", at=15.0)
    view = router.contacts["c-1"]
    assert (view.waiting_since, view.raised_priority, view.steps_fired) == (0.0, 1.0, 1)


# -- capacity ----------------------------------------------------------------------------------------------------------


def test_a_call_takes_all_of_an_agent_and_anything_else_one_unit() -> None:
    capacity = Capacity(units=3)
    assert [capacity.cost_of(channel) for channel in ("voice", "callback", "chat", "fax")] == [3, 3, 1, 1]


def test_a_contact_fits_if_its_cost_fits_beside_the_work() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY})
    take(router, chat("c-1"), at=0.0)
    assert offered(router.enqueue(call("c-2"), at=1.0)) == []
    assert offered(router.finish("c-1", at=2.0)) == [("c-2", "ann")]


def test_a_limit_holds_whatever_the_units() -> None:
    capacity = Capacity(units=10, limit={"chat": 2})
    router = centre(Queue("support"), ann={"capacity": capacity})
    take(router, chat("c-1"), at=0.0)
    take(router, chat("c-2"), at=0.0)
    assert offered(router.enqueue(chat("c-3"), at=0.0)) == []
    assert offered(router.enqueue(Contact("m-1", queue="support", channel="email"), at=0.0)) == [("m-1", "ann")]


def test_a_call_may_interrupt_what_is_interruptible_and_not_the_other_way_round() -> None:
    capacity = Capacity(units=1, interruptible=("email",))
    router = centre(Queue("support"), ann={"capacity": capacity})
    take(router, Contact("m-1", queue="support", channel="email"), at=0.0)
    assert take(router, call("c-1"), at=1.0) == "ann"
    assert offered(router.enqueue(Contact("m-2", queue="support", channel="email"), at=2.0)) == []


def test_an_agent_takes_only_their_channels() -> None:
    router = centre(Queue("support"), ann={"capacity": Capacity(channels=("voice",))})
    assert offered(router.enqueue(chat("c-1"), at=0.0)) == []
    assert offered(router.enqueue(call("c-2"), at=0.0)) == [("c-2", "ann")]


def test_capacity_that_frees_finds_work_at_once() -> None:
    router = busy_centre(Queue("support"))
    router.enqueue(call("c-1"), at=1.0)
    assert offered(router.finish("busy", at=2.0)) == [("c-1", "ann")]


# -- draining ----------------------------------------------------------------------------------------------------------


def call_behind_chats(drain_after_s: float | None) -> float | None:
    """When a call at 1 is connected, if a chat of 40 s comes every 10 s to one who takes four chats or one call."""
    queue = Queue("support", auto_accept=True, drain_after_s=drain_after_s)
    router = centre(queue, ann={"capacity": CHATTY})
    ends: list[tuple[float, str]] = []
    for number in range(100):
        at = 10.0 * number
        events: list[Any] = []
        while ends and ends[0][0] <= at:
            end, contact = ends.pop(0)
            events += router.finish(contact, at=end)
        if number == 1:
            events += router.enqueue(call("call"), at=1.0)
        events += router.enqueue(chat(f"c-{number}"), at=at)
        for event in events:
            if isinstance(event, ContactConnected):
                if event.contact == "call":
                    return event.at
                ends.append((event.at + 40.0, event.contact))
    return None


def test_a_call_behind_chats_starves_without_draining() -> None:
    assert call_behind_chats(drain_after_s=None) is None


def test_a_call_behind_chats_gets_an_agent_who_is_kept_free_for_it() -> None:
    # Overdue at 61; the four chats of that moment are over 40 s later at the latest.
    connected_at = call_behind_chats(drain_after_s=60)
    assert connected_at is not None
    assert 61.0 < connected_at <= 101.0


def test_one_agent_is_drained_the_one_with_least_to_do_and_says_for_whom() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY}, bob={"capacity": CHATTY})
    for number in range(3):
        take(router, chat(f"c-{number}"), at=0.0)
    router.enqueue(call("call"), at=1.0)
    assert offered(router.advance(at=60.0)) == []
    started = one(router.advance(at=61.0), "DrainStarted")
    assert (started.contact, started.agent) == ("call", "bob")
    assert (router.agents["ann"].draining_for, router.agents["bob"].draining_for) == (None, "call")
    assert offered(router.enqueue(chat("c-5"), at=62.0)) == [("c-5", "ann")]


def test_less_urgent_work_may_use_the_free_units_until_then() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY})
    take(router, chat("c-0"), at=0.0)
    router.enqueue(call("call"), at=1.0)
    assert offered(router.enqueue(chat("c-1"), at=59.0)) == [("c-1", "ann")]


def test_a_drain_ends_when_its_contact_leaves() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY})
    take(router, chat("c-0"), at=0.0)
    router.enqueue(call("call"), at=1.0)
    router.advance(at=61.0)
    router.enqueue(chat("c-1"), at=62.0)
    events = router.abandon("call", at=63.0)
    assert one(events, "DrainEnded").reason == "left"
    assert offered(events) == [("c-1", "ann")]


# -- steps -------------------------------------------------------------------------------------------------------------


def test_a_step_lowers_a_need_and_never_raises_it() -> None:
    queue = Queue("support", steps=(Step(60, lower={"billing": 2}),))
    router = centre(queue, ann={"skills": {"billing": 2}}, bob={"skills": {"billing": 1}})
    router.set_away("bob", at=0.0)
    router.enqueue(call("high", needs=(Need("billing", 3),)), at=0.0)
    assert offered(router.advance(at=60.0)) == [("high", "ann")]
    router.set_ready("bob", at=61.0)
    router.enqueue(call("low", needs=(Need("billing", 1),)), at=61.0)
    assert router.contacts["low"].agent == "bob"


def test_a_step_drops_a_need() -> None:
    router = centre(Queue("support", steps=(Step(60, drop=("billing",)),)), ann={})
    router.enqueue(call("c-1", needs=(Need("billing"),)), at=0.0)
    events = router.advance(at=60.0)
    assert names(events) == ["StepFired", "OfferMade"]


def test_a_step_raises_the_priority() -> None:
    router = busy_centre(Queue("support", steps=(Step(60, raise_priority=10),)))
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2", priority=5), at=30.0)
    assert router.position("c-1") == 2
    router.advance(at=60.0)
    assert router.position("c-1") == 1


def test_steps_add_up_each_fires_once_and_they_go_on_while_a_contact_is_offered() -> None:
    queue = Queue("support", steps=(Step(5, raise_priority=1), Step(10, raise_priority=2)))
    router = centre(queue, ann={})
    router.enqueue(call("c-1"), at=0.0)
    events = router.advance(at=19.0)
    assert [event.step for event in events] == [0, 1]
    view = router.contacts["c-1"]
    assert (view.state, view.raised_priority) == (ContactState.OFFERED, 3.0)
    assert names(router.advance(at=20.0)) == ["OfferExpired"]


def test_steps_count_from_entering_the_queue_and_not_from_waiting() -> None:
    router = centre(Queue("support", steps=(Step(60, drop=("billing",)),)), ann={})
    router.enqueue(call("c-1", needs=(Need("billing"),), waiting_since=0.0), at=100.0)
    assert router.next_deadline == 160.0


# -- the whole ---------------------------------------------------------------------------------------------------------


def test_selected_offered_answered_and_finished_are_counted_apart() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    router.enqueue(call("c-1"), at=0.0)
    router.decline("o-1", at=1.0)
    router.accept("o-2", at=2.0)
    router.enqueue(call("c-2"), at=3.0)
    events = router.set_away("ann", at=4.0)
    assert [type(event) for event in events if isinstance(event, OfferRevoked)] == [OfferRevoked]
    counts = router.statistics().agents
    ann, bob = counts["ann"], counts["bob"]
    assert (ann.offered, ann.declined, ann.revoked, ann.answered, ann.finished) == (2, 1, 1, 0, 0)
    assert (bob.offered, bob.answered, bob.finished) == (1, 1, 0)


def test_values_are_frozen_and_compared_by_their_fields() -> None:
    contact = call("c-1", needs=(Need("billing", 2),))
    assert contact == call("c-1", needs=(Need("billing", 2),))
    assert hash(contact) == hash(dataclasses.replace(contact))
    with pytest.raises(AttributeError):
        contact.priority = 5.0  # type: ignore[misc]
