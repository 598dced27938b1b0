"""The plain router itself, in scenes from a contact centre, with the events written out by hand from docs/semantics.md.

A scene is a list of commands with what they must answer, an event a line: time, name, fields in order.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, Step
from routekit import strategies as st
from routekit.errors import AgentBusy, IllegalMove, InvalidValue, QueueNotEmpty, StaleOffer, UnknownOffer, UnknownQueue
from tests.oracle import PlainRouter
from tests.oracle.invariants import check

CHATTY = Capacity(units=4, cost={"voice": 4, "chat": 1})


def told(happened: tuple[Any, ...]) -> list[str]:
    """Events as lines: time, name, fields without the sequence number, and without screen and reference where None."""
    lines = []
    for event in happened:
        fields = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
        at = fields.pop("at")
        del fields["seq"]
        for name in ("screen", "reference"):
            if fields.get(name, name) is None:
                del fields[name]
        words = [f"{value:g}" if isinstance(value, float) else str(value) for value in fields.values()]
        lines.append(" ".join([f"{at:g}", type(event).__name__, *words]))
    return lines


def centre(*queues: Queue, **agents: Any) -> PlainRouter:
    """A router with these queues, and with agents who are signed in at 0 in the order given."""
    router = PlainRouter(seed=1)
    for queue in queues:
        router.add_queue(queue, at=0.0)
    for name, fields in agents.items():
        router.add_agent(Agent(name, **{"queues": (queues[0].name,), **fields}), at=0.0)
        router.sign_in(name, at=0.0)
    return router


def call(name: str, queue: str = "support", channel: str = "voice", **fields: Any) -> Contact:
    return Contact(name, queue=queue, channel=channel, **fields)


def test_a_call_is_offered_answered_and_wrapped_up() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={})
    assert told(router.enqueue(call("c-1", customer="cust-9"), at=1.0)) == [
        "1 ContactQueued c-1 support 1",
        "1 OfferMade o-1 c-1 ann support voice cust-9 21",
    ]
    assert told(router.accept("o-1", at=3.0)) == ["3 ContactConnected c-1 ann support o-1 2"]
    assert told(router.finish("c-1", at=200.0)) == [
        "200 ContactFinished c-1 ann agent",
        "200 WrapUpStarted c-1 ann 230",
    ]
    assert router.next_deadline == 230.0
    assert told(router.advance(at=300.0)) == ["230 WrapUpEnded c-1 ann expired"]
    assert router.agents["ann"].idle_since == 230.0
    assert not router.contacts
    assert router.now == 300.0


def test_sequence_numbers_have_no_gaps_and_start_at_one() -> None:
    router = PlainRouter()
    happened = [
        *router.add_queue(Queue("support"), at=0.0),
        *router.add_agent(Agent("ann", queues=("support",)), at=0.0),
        *router.sign_in("ann", at=0.0),
        *router.enqueue(call("c-1"), at=1.0),
    ]
    assert [event.seq for event in happened] == [1, 2, 3, 4, 5]


def test_auto_accept_makes_no_offer() -> None:
    router = centre(Queue("support", auto_accept=True), ann={})
    assert told(router.enqueue(call("c-1"), at=1.0)) == [
        "1 ContactQueued c-1 support 1",
        "1 ContactConnected c-1 ann support None 0",
    ]


def test_three_unanswered_calls_set_an_agent_away() -> None:
    router = centre(Queue("support", offer_timeout_s=10, no_answer_retry_s=5), ann={})
    router.enqueue(call("c-1"), at=0.0)
    # An offer's time runs from the command, so each offer has to be let run out by a command of its own.
    assert told(router.advance(at=15.0)) == [
        "10 OfferExpired o-1 c-1 ann no_answer",
        "15 OfferMade o-2 c-1 ann support voice None 25",
    ]
    assert told(router.advance(at=31.0)) == [
        "25 OfferExpired o-2 c-1 ann no_answer",
        "30 OfferMade o-3 c-1 ann support voice None 41",
    ]
    assert told(router.advance(at=41.0)) == [
        "41 OfferExpired o-3 c-1 ann no_answer",
        "41 AgentPresenceChanged ann ready away no_answer",
    ]
    assert told(router.advance(at=100.0)) == []
    assert told(router.set_ready("ann", at=100.0)) == [
        "100 AgentPresenceChanged ann away ready ready",
        "100 OfferMade o-4 c-1 ann support voice None 110",
    ]


def test_a_declined_call_goes_to_the_next_agent_and_the_first_rests() -> None:
    router = centre(Queue("support", decline_retry_s=30, retry_agent_s=1), ann={}, bob={})
    router.enqueue(call("c-1"), at=5.0)
    assert told(router.decline("o-1", at=6.0, reason="busy")) == [
        "6 OfferDeclined o-1 c-1 ann busy",
        "6 OfferMade o-2 c-1 bob support voice None 26",
    ]
    assert told(router.enqueue(call("c-2"), at=6.5)) == ["6.5 ContactQueued c-2 support 2"]
    assert told(router.advance(at=7.0)) == ["7 OfferMade o-3 c-2 ann support voice None 27"]


def test_an_offer_is_taken_once_and_the_answer_may_be_repeated() -> None:
    router = centre(Queue("support"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.accept("o-1", at=1.0)
    assert router.accept("o-1", at=2.0) == ()
    with pytest.raises(StaleOffer):
        router.decline("o-1", at=2.0)
    router.finish("c-1", at=3.0)
    with pytest.raises(StaleOffer):
        router.accept("o-1", at=4.0)
    with pytest.raises(UnknownOffer):
        router.accept("o-2", at=4.0)


def test_an_error_carries_what_was_due_before_it() -> None:
    router = centre(Queue("support", offer_timeout_s=10, no_answer_retry_s=100), ann={})
    router.enqueue(call("c-1"), at=0.0)
    with pytest.raises(StaleOffer) as caught:
        router.accept("o-1", at=12.0)
    assert told(caught.value.events) == ["10 OfferExpired o-1 c-1 ann no_answer"]
    assert router.now == 12.0


def test_a_wrong_argument_fires_nothing() -> None:
    router = centre(Queue("support", offer_timeout_s=10), ann={})
    router.enqueue(call("c-1"), at=0.0)
    for at in (float("nan"), float("inf"), True, "12"):
        with pytest.raises(InvalidValue):
            router.abandon("c-1", at=at)  # type: ignore[arg-type]
    assert router.now == 0.0
    assert list(router.offers) == ["o-1"]


def test_a_clock_that_steps_back_is_counted() -> None:
    router = centre(Queue("support"))
    router.advance(at=50.0)
    assert told(router.enqueue(call("c-1"), at=42.0)) == ["50 ContactQueued c-1 support 1"]
    router.advance(at=49.0)
    assert router.statistics().clock_skews == 2
    assert router.statistics().clock_skew_s == 8.0


def test_the_longest_idle_agent_is_empty_before_partly_loaded() -> None:
    chats = {"capacity": CHATTY}
    router = centre(Queue("support", auto_accept=True), ann=chats, bob=chats, cid=chats)
    takers = []
    for number in range(4):
        happened = router.enqueue(call(f"c-{number}", channel="chat"), at=10.0 + number)
        takers.append(happened[-1].agent)
    assert takers == ["ann", "bob", "cid", "ann"]


def test_an_absence_moves_nobody_forward() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    router.set_away("ann", at=5.0)
    router.set_ready("ann", at=6.0)
    assert router.enqueue(call("c-1"), at=7.0)[-1].agent == "bob"


def test_round_robin_goes_on_after_the_last_one_who_was_offered() -> None:
    queue = Queue("support", agent_order=st.RoundRobin(), wrap_up_s=0)
    router = centre(queue, ann={}, bob={}, cid={})
    takers = []
    for number in range(5):
        offer = router.enqueue(call(f"c-{number}"), at=10.0 + number)[-1]
        router.accept(offer.offer, at=10.0 + number)
        router.finish(offer.contact, at=10.0 + number)
        takers.append(offer.agent)
    assert takers == ["ann", "bob", "cid", "ann", "bob"]


def test_fewest_contacts_raises_who_comes_later_to_the_least() -> None:
    queue = Queue("support", agent_order=st.FewestContacts(), auto_accept=True)
    router = centre(queue, ann={}, bob={})
    for number in range(4):
        router.enqueue(call(f"c-{number}"), at=1.0)
        if number % 2:
            router.finish(f"c-{number - 1}", at=1.0)
            router.finish(f"c-{number}", at=1.0)
    router.add_agent(Agent("cid", queues=("support",)), at=2.0)
    router.sign_in("cid", at=2.0)
    # All three count two now: the longest idle goes first, and nobody is flooded.
    takers = [router.enqueue(call(f"d-{number}"), at=3.0)[-1].agent for number in range(3)]
    assert takers == ["ann", "bob", "cid"]


def test_lower_tiers_first_until_a_contact_has_waited_for_long() -> None:
    patient = {"tier_wait_s": 100, "offer_timeout_s": 500}
    support, sales = Queue("support", **patient), Queue("sales", **patient)
    router = centre(support, sales)
    router.add_agent(Agent("ann", queues={"support": 1, "sales": 2}), at=0.0)
    router.enqueue(call("sale", queue="sales"), at=0.0)
    router.enqueue(call("help"), at=50.0)
    router.sign_in("ann", at=60.0)
    assert router.offers["o-1"].contact == "help"
    router.set_away("ann", at=99.0)
    assert told(router.set_ready("ann", at=100.0)) == [
        "100 AgentPresenceChanged ann away ready ready",
        "100 OfferMade o-2 sale ann sales voice None 600",
    ]


def test_priority_is_worth_minutes() -> None:
    router = centre(Queue("support"))
    router.enqueue(call("plain"), at=0.0)
    router.enqueue(call("vip", priority=1), at=59.0)
    router.enqueue(call("late vip", priority=1), at=61.0)
    assert [router.position(name) for name in ("vip", "plain", "late vip")] == [1, 2, 3]


def test_steps_ask_for_less_as_time_goes_by() -> None:
    steps = (Step(60, lower={"billing": 1}), Step(120, drop=("billing",)))
    router = centre(Queue("support", steps=steps), ann={"skills": {"billing": 1}}, bob={})
    router.enqueue(call("c-1", needs=(Need("billing", 2),)), at=0.0)
    assert told(router.advance(at=60.0)) == [
        "60 StepFired c-1 support 0 60",
        "60 OfferMade o-1 c-1 ann support voice None 80",
    ]
    router.decline("o-1", at=61.0)
    assert told(router.advance(at=120.0)) == [
        "91 OfferMade o-2 c-1 ann support voice None 140",
        "120 StepFired c-1 support 1 120",
    ]
    assert told(router.decline("o-2", at=121.0)) == [
        "121 OfferDeclined o-2 c-1 ann declined",
        "121 OfferMade o-3 c-1 bob support voice None 141",
    ]


def test_a_call_behind_chats_gets_an_agent_drained_for_it() -> None:
    router = centre(Queue("support", auto_accept=True, drain_after_s=60), ann={"capacity": CHATTY})
    for number in range(3):
        router.enqueue(call(f"chat-{number}", channel="chat"), at=0.0)
    router.enqueue(call("voice"), at=10.0)
    # Until it is overdue, smaller work may still go past it.
    assert told(router.enqueue(call("chat-3", channel="chat"), at=20.0))[-1].startswith(
        "20 ContactConnected chat-3 ann"
    )
    assert told(router.finish("chat-3", at=30.0)) == ["30 ContactFinished chat-3 ann agent"]
    assert told(router.advance(at=75.0)) == ["70 DrainStarted voice ann"]
    assert told(router.enqueue(call("chat-4", channel="chat"), at=80.0)) == ["80 ContactQueued chat-4 support 2"]
    # One that precedes the call may pass.
    assert told(router.enqueue(call("chat-5", channel="chat", priority=9), at=81.0)) == [
        "81 ContactQueued chat-5 support 1",
        "81 ContactConnected chat-5 ann support None 0",
    ]
    for number in (0, 1, 2):
        assert len(router.finish(f"chat-{number}", at=90.0)) == 1
    assert told(router.finish("chat-5", at=95.0)) == [
        "95 ContactFinished chat-5 ann agent",
        "95 ContactConnected voice ann support None 85",
        "95 DrainEnded voice ann offered",
    ]


def test_an_email_leaves_its_units_to_a_call() -> None:
    capacity = Capacity(units=1, interruptible=("email",))
    router = centre(Queue("support", auto_accept=True), ann={"capacity": capacity})
    router.enqueue(call("mail", channel="email"), at=0.0)
    assert told(router.enqueue(call("voice"), at=1.0))[-1] == "1 ContactConnected voice ann support None 0"
    assert told(router.enqueue(call("mail-2", channel="email"), at=2.0)) == ["2 ContactQueued mail-2 support 1"]


def test_going_away_gives_the_offer_to_another_in_the_same_call() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.set_away("ann", at=1.0, reason="lunch")) == [
        "1 OfferRevoked o-1 c-1 ann away",
        "1 AgentPresenceChanged ann ready away lunch",
        "1 OfferMade o-2 c-1 bob support voice None 21",
    ]
    assert told(router.set_away("ann", at=2.0, reason="training")) == ["2 AgentPresenceChanged ann away away training"]
    with pytest.raises(IllegalMove):
        router.sign_in("ann", at=3.0)


def test_channels_are_closed_and_opened_by_name() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY})
    router.enqueue(call("c-1", channel="chat"), at=0.0)
    assert told(router.set_away("ann", at=1.0, channels=("chat", "voice"))) == [
        "1 OfferRevoked o-1 c-1 ann channel_closed",
        "1 AgentChannelsClosed ann ('chat', 'voice') away",
    ]
    assert told(router.set_ready("ann", at=2.0, channels=("chat", "email"))) == [
        "2 AgentChannelsOpened ann ('chat',)",
        "2 OfferMade o-2 c-1 ann support chat None 22",
    ]
    assert told(router.set_ready("ann", at=3.0)) == ["3 AgentChannelsOpened ann ('voice',)"]


def test_signing_out_with_work_sends_it_back_to_its_place() -> None:
    router = centre(Queue("support", wrap_up_s=60), ann={"capacity": CHATTY}, bob={})
    for name in ("c-1", "c-2"):
        router.set_away("bob", at=0.0)
        router.enqueue(call(name, channel="chat"), at=0.0)
    router.accept("o-1", at=1.0)
    router.accept("o-2", at=1.0)
    router.finish("c-1", at=2.0)
    assert told(router.sign_out("ann", at=5.0, work="requeue")) == [
        "5 AgentPresenceChanged ann ready offline sign_out",
        "5 ContactRequeued c-2 ann support sign_out 1",
        "5 WrapUpEnded c-1 ann sign_out",
    ]
    assert told(router.set_ready("bob", at=6.0))[-1] == "6 OfferMade o-3 c-2 bob support chat None 26"
    assert told(router.accept("o-3", at=7.0)) == ["7 ContactConnected c-2 bob support o-3 7"]


def test_a_removed_agent_must_be_free_of_work() -> None:
    router = centre(Queue("support", auto_accept=True), ann={})
    router.enqueue(call("c-1"), at=0.0)
    with pytest.raises(AgentBusy) as caught:
        router.remove_agent("ann", at=1.0)
    assert caught.value.contacts == ("c-1",)
    assert told(router.remove_agent("ann", at=1.0, work="requeue")) == [
        "1 AgentPresenceChanged ann ready offline removed",
        "1 ContactRequeued c-1 ann support removed 1",
        "1 AgentRemoved ann",
    ]


def test_a_transfer_leaves_the_wrap_up_with_the_old_agent() -> None:
    support, sales = Queue("support", wrap_up_s=60, auto_accept=True), Queue("sales", decline_retry_s=20)
    router = centre(
        support, sales, ann={"queues": ("support", "sales"), "capacity": Capacity(units=2, cost={"voice": 1})}
    )
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.transfer("c-1", "sales", at=10.0)) == [
        "10 ContactMoved c-1 support sales ann transfer",
        "10 WrapUpStarted c-1 ann 70",
        "10 ContactQueued c-1 sales 1",
    ]
    # The pair has its retry delay; after it the same agent may take it, beside the old wrap-up.
    assert told(router.advance(at=30.0)) == ["30 OfferMade o-1 c-1 ann sales voice None 50"]
    assert told(router.accept("o-1", at=31.0)) == ["31 ContactConnected c-1 ann sales o-1 21"]
    assert told(router.finish("c-1", at=40.0)) == ["40 ContactFinished c-1 ann agent"]
    assert router.agents["ann"].wrapping == ("c-1",)
    assert told(router.end_wrap_up("ann", at=41.0, contact="c-1")) == ["41 WrapUpEnded c-1 ann ended"]


def test_a_removed_queue_hands_its_contacts_on_with_their_place() -> None:
    support, sales = Queue("support"), Queue("sales")
    router = centre(support, sales, ann={"queues": ("support",)}, bob={"queues": ("sales",)})
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=1.0)
    with pytest.raises(QueueNotEmpty):
        router.remove_queue("support", at=2.0)
    assert told(router.remove_queue("support", at=2.0, move_to="sales")) == [
        "2 OfferRevoked o-1 c-1 ann queue_removed",
        "2 ContactMoved c-1 support sales None queue_removed",
        "2 ContactMoved c-2 support sales None queue_removed",
        "2 QueueRemoved support sales",
        "2 OfferMade o-2 c-1 bob sales voice None 22",
    ]
    assert dict(router.agents["ann"].value.queues) == {}
    assert router.contacts["c-2"].waiting_since == 1.0
    assert router.contacts["c-2"].entered_queue_at == 2.0


def test_a_requeue_follows_where_the_removed_queue_went() -> None:
    router = centre(Queue("support", auto_accept=True), Queue("sales"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.remove_queue("support", at=1.0, move_to="sales")
    assert told(router.requeue("c-1", at=2.0)) == ["2 ContactRequeued c-1 ann sales connect_failed 1"]


def test_a_requeue_with_nowhere_to_go_changes_nothing() -> None:
    router = centre(Queue("support", auto_accept=True), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.remove_queue("support", at=1.0)
    with pytest.raises(UnknownQueue):
        router.sign_out("ann", at=2.0, work="requeue")
    assert router.agents["ann"].state == "ready"
    assert router.contacts["c-1"].state == "connected"


def test_an_offer_that_no_longer_fits_stands() -> None:
    router = centre(Queue("support"), ann={"skills": {"billing": 2}})
    router.enqueue(call("c-1", needs=(Need("billing", 2),)), at=0.0)
    assert told(router.update_agent("ann", at=1.0, skills={"billing": 1})) == [
        "1 AgentUpdated ann ('skills',)",
        "1 OfferNoLongerFits o-1 c-1 ann needs",
    ]
    assert told(router.accept("o-1", at=2.0)) == ["2 ContactConnected c-1 ann support o-1 2"]


def test_an_update_of_the_steps_fires_what_is_due_and_nothing_twice() -> None:
    first = Step(10, raise_priority=1)
    router = centre(Queue("support", steps=(first,)))
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.advance(at=10.0)) == ["10 StepFired c-1 support 0 10"]
    new = (Step(5, max_tier=2), first, Step(40, drop=("billing",)))
    assert told(router.update_queue("support", at=20.0, steps=new)) == [
        "20 QueueUpdated support ('steps',)",
        "20 StepFired c-1 support 0 5",
    ]
    assert told(router.advance(at=40.0)) == ["40 StepFired c-1 support 2 40"]


def test_a_new_place_after_a_priority_change() -> None:
    router = centre(Queue("support"))
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=1.0)
    assert told(router.update_contact("c-2", at=2.0, priority=1)) == ["2 ContactUpdated c-2 ('priority',)"]
    assert router.position("c-2") == 1


def test_abandoning_a_connected_contact_is_its_customers_end() -> None:
    router = centre(Queue("support", auto_accept=True), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=1.0)
    assert told(router.abandon("c-2", at=4.0)) == ["4 ContactAbandoned c-2 support 3 abandoned"]
    assert told(router.abandon("c-1", at=5.0)) == ["5 ContactFinished c-1 ann customer"]


def test_reconcile_ends_what_is_not_live() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    for name in ("c-1", "c-2", "c-3"):
        router.enqueue(call(name), at=0.0)
    router.accept("o-1", at=1.0)
    assert told(router.reconcile(("c-3", "zed", "who"), at=2.0)) == [
        "2 ContactFinished c-1 ann lost",
        "2 OfferRevoked o-2 c-2 bob lost",
        "2 ContactAbandoned c-2 support 2 lost",
        "2 Reconciled None ('c-2',) ('c-1',) ('who', 'zed')",
        "2 OfferMade o-3 c-3 bob support voice None 22",
    ]


def test_hold_is_recorded() -> None:
    router = centre(Queue("support", auto_accept=True), ann={})
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.hold("c-1", at=1.0)) == ["1 ContactHeld c-1 ann"]
    with pytest.raises(IllegalMove):
        router.hold("c-1", at=1.0)
    assert told(router.resume("c-1", at=2.0)) == ["2 ContactResumed c-1 ann"]
    with pytest.raises(IllegalMove):
        router.resume("c-1", at=2.0)


def test_timers_of_one_instant_fire_before_anybody_is_matched() -> None:
    queue = Queue("support", offer_timeout_s=10, no_answer_retry_s=0, steps=(Step(10, raise_priority=1),))
    router = centre(queue, ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    assert told(router.advance(at=10.0)) == [
        "10 OfferExpired o-1 c-1 ann no_answer",
        "10 StepFired c-1 support 0 10",
        "10 StepFired c-2 support 0 10",
        "10 OfferMade o-2 c-1 ann support voice None 20",
    ]


def test_a_limit_stops_between_changes_and_the_rest_comes_first() -> None:
    queue = Queue("support", offer_timeout_s=10, no_answer_retry_s=0, steps=(Step(10, raise_priority=1),))
    router = centre(queue, ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    assert told(router.advance(at=50.0, limit=2)) == [
        "10 OfferExpired o-1 c-1 ann no_answer",
        "10 StepFired c-1 support 0 10",
    ]
    assert router.now == 10.0
    assert router.next_deadline == 10.0
    assert told(router.abandon("c-2", at=11.0)) == [
        "10 StepFired c-2 support 0 10",
        "10 OfferMade o-2 c-1 ann support voice None 21",
        "11 ContactAbandoned c-2 support 11 abandoned",
    ]


def test_an_agent_who_declines_everything_is_set_away() -> None:
    router = centre(Queue("support", decline_retry_s=1000, retry_agent_s=0), ann={})
    for number in range(18):
        router.enqueue(call(f"c-{number}"), at=0.0)
    for number in range(1, 17):
        router.decline(f"o-{number}", at=1.0)
    assert told(router.decline("o-17", at=2.0)) == [
        "2 OfferDeclined o-17 c-16 ann declined",
        "2 AgentPresenceChanged ann ready away too_many_declines",
    ]


def test_random_draws_once_an_offer() -> None:
    queue = Queue("support", agent_order=st.Random(), auto_accept=True)
    one, other = (centre(queue, ann={}, bob={}, cid={}) for _ in range(2))
    takers = [[r.enqueue(call(f"c-{n}"), at=1.0)[-1].agent for n in range(3)] for r in (one, other)]
    assert takers[0] == takers[1]
    assert sorted(takers[0]) == ["ann", "bob", "cid"]


def test_the_invariants_hold_of_the_plain_router() -> None:
    router = centre(Queue("support", wrap_up_s=5), ann={}, bob={})
    check(router)
    for number in range(4):
        router.enqueue(call(f"c-{number}"), at=float(number))
        check(router)
    router.accept("o-1", at=5.0)
    router.finish("c-0", at=6.0)
    check(router)
