"""The contract, sentence by sentence: its code, time, errors, reads, events, snapshots, explanations."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from routekit import (
    Agent,
    Capacity,
    Contact,
    ContactState,
    Need,
    OfferState,
    Presence,
    Queue,
    RoutekitError,
    Router,
    ServiceLevel,
    Step,
    commands,
)
from routekit import strategies as st
from routekit.errors import (
    ContactNotWaiting,
    DuplicateContact,
    InvalidConfiguration,
    InvalidType,
    InvalidValue,
    RouterBusy,
    SnapshotError,
    StaleOffer,
    UnknownAgent,
    UnknownContact,
    UnknownOffer,
    UnknownQueue,
)
from routekit.events import (
    ContactConnected,
    ContactFinished,
    ContactQueued,
    OfferMade,
    WrapUpStarted,
)
from tests.contract_centre import CHATTY, call, centre, chat, names, offered, one, take

# -- the code of the contract ------------------------------------------------------------------------------------------


def test_the_code_that_the_contract_prints_runs() -> None:
    router = Router(seed=7)
    router.add_queue(
        Queue(
            "support",
            agent_order=st.LongestIdle(),
            contact_order=st.Aged(per_minute=1.0),
            offer_timeout_s=20,
            wrap_up_s=30,
            service_level=ServiceLevel(target=0.8, within_s=20),
            steps=(Step(after_s=60, lower={"billing": 1}), Step(after_s=120, drop=("billing",))),
        ),
        at=0.0,
    )
    router.add_agent(
        Agent(
            "ann",
            queues=("support",),
            skills={"billing": 3, "english": 5},
            capacity=Capacity(units=4, cost={"voice": 4, "chat": 1}, limit={"chat": 3}),
        ),
        at=0.0,
    )
    router.sign_in("ann", at=0.0)
    events = router.enqueue(
        Contact(
            "c-1",
            queue="support",
            channel="voice",
            priority=0,
            needs=(Need("billing", at_least=2),),
            customer="cust-9",
            attributes={"lang": "en"},
        ),
        at=1.0,
    )
    assert [type(e) for e in events] == [ContactQueued, OfferMade]
    offer = events[-1]
    assert (offer.contact, offer.agent, offer.queue, offer.expires_at, offer.at) == ("c-1", "ann", "support", 21.0, 1.0)
    assert [type(e) for e in router.accept(offer.offer, at=3.0)] == [ContactConnected]
    assert [type(e) for e in router.finish("c-1", at=200.0)] == [ContactFinished, WrapUpStarted]
    assert router.next_deadline == 230.0
    assert names(router.advance(at=230.0)) == ["WrapUpEnded"]


def test_a_queue_has_the_defaults_of_the_contract() -> None:
    queue = Queue("support")
    assert (queue.agent_order, queue.contact_order) == (st.LongestIdle(), st.Aged(per_minute=1.0))
    assert (queue.offer_timeout_s, queue.decline_retry_s, queue.no_answer_retry_s) == (20, 30, 30)
    assert (queue.away_after_no_answers, queue.retry_agent_s, queue.wrap_up_s) == (3, 1, 0)
    assert (queue.auto_accept, queue.drain_after_s, queue.tier_wait_s, queue.return_wait_s) == (False, 60, 300, 60)
    assert (queue.max_tier, queue.service_level, queue.steps) == (None, None, ())


# -- time --------------------------------------------------------------------------------------------------------------


def test_a_command_first_fires_what_is_due() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={})
    take(router, call("c-1"), at=0.0)
    router.finish("c-1", at=10.0)
    events = router.enqueue(call("c-2"), at=50.0)
    assert names(events) == ["WrapUpEnded", "ContactQueued", "OfferMade"]
    assert [event.at for event in events] == [40.0, 50.0, 50.0]


@pytest.mark.parametrize("at", [float("nan"), float("inf"), True, "1", None])
def test_a_bad_time_is_refused_before_anything_timers_included(at: Any) -> None:
    router = centre(Queue("support"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    with pytest.raises(RoutekitError) as caught:
        router.advance(at=at)
    assert isinstance(caught.value, InvalidValue | InvalidType)
    assert caught.value.events == ()
    assert (router.now, router.next_deadline) == (0.0, 20.0)


def test_a_malformed_argument_is_refused_before_anything_timers_included() -> None:
    router = centre(Queue("support"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    with pytest.raises(InvalidType):
        router.enqueue("c-2", at=100.0)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        router.sign_out("ann", at=100.0, work="lose")
    assert (router.now, router.next_deadline) == (0.0, 20.0)


def test_what_was_due_has_happened_although_the_command_is_refused() -> None:
    router = centre(Queue("support"), ann={})
    seen: list[Any] = []
    router.enqueue(call("c-1"), at=0.0)
    router.subscribe(seen.extend)
    with pytest.raises(UnknownContact) as caught:
        router.finish("c-9", at=25.0)
    assert names(caught.value.events) == ["OfferExpired"]
    assert tuple(seen) == caught.value.events
    assert router.now == 25.0
    assert router.contacts["c-1"].state is ContactState.QUEUED


def test_a_clock_that_steps_back_does_no_harm_and_is_counted() -> None:
    router = centre(Queue("support"), ann={})
    router.advance(at=100.0)
    (queued, _) = router.enqueue(call("c-1"), at=97.5)
    assert (queued.at, router.now) == (100.0, 100.0)
    assert (router.statistics().clock_skews, router.statistics().clock_skew_s) == (1, 2.5)


def test_timers_fire_in_time_order_with_their_own_times() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={}, bob={})
    take(router, call("c-1"), at=0.0)
    router.finish("c-1", at=5.0)
    router.enqueue(call("c-2"), at=6.0)
    events = router.advance(at=100.0)
    assert [(type(event).__name__, event.at) for event in events[:3]] == [
        ("OfferExpired", 26.0),
        ("WrapUpEnded", 35.0),
        ("OfferMade", 35.0),
    ]


def test_a_lease_runs_from_the_command_that_brought_it_about() -> None:
    # The app hears of the offer at 1,000: nobody gets a no-answer for what could not have been delivered.
    router = centre(Queue("support", wrap_up_s=30), ann={})
    take(router, call("c-1"), at=0.0)
    router.finish("c-1", at=5.0)
    router.enqueue(call("c-2"), at=6.0)
    events = router.advance(at=1000.0)
    offer = one(events, "OfferMade")
    assert (offer.at, offer.expires_at) == (35.0, 1020.0)
    assert "OfferExpired" not in names(events)


def test_time_may_be_let_pass_in_small_portions() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={}, bob={})
    for name in ("c-1", "c-2"):
        take(router, call(name), at=0.0)
        router.finish(name, at=1.0)
    assert names(router.advance(at=100.0, limit=1)) == ["WrapUpEnded"]
    assert router.next_deadline == 31.0
    assert names(router.advance(at=100.0)) == ["WrapUpEnded"]


# -- errors ------------------------------------------------------------------------------------------------------------


def test_an_error_names_what_it_is_about_and_is_a_builtin_too() -> None:
    router = centre(Queue("support"), ann={})
    with pytest.raises(LookupError) as unknown:
        router.sign_in("zoe", at=0.0)
    assert isinstance(unknown.value, UnknownAgent)
    assert unknown.value.agent == "zoe"
    router.enqueue(call("c-1"), at=0.0)
    with pytest.raises(ValueError, match="c-1") as duplicate:
        router.enqueue(call("c-1"), at=0.0)
    assert isinstance(duplicate.value, DuplicateContact)
    assert duplicate.value.contact == "c-1"


def test_bad_configuration_is_reported_all_at_once_with_paths() -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        Queue("support", offer_timeout_s=0, wrap_up_s=-1, steps=(Step(60, drop=("a",)), Step(30, drop=("b",))))
    assert isinstance(caught.value, ExceptionGroup)
    assert isinstance(caught.value, RoutekitError)
    assert [getattr(fault, "path", None) for fault in caught.value.exceptions] == [
        "offer_timeout_s",
        "wrap_up_s",
        "steps[1].after_s",
    ]


def test_a_refused_command_changes_nothing() -> None:
    router = centre(Queue("support"), ann={})
    take(router, call("c-1"), at=0.0)
    before = (dict(router.contacts), dict(router.agents), dict(router.queues), router.statistics())
    refusals: tuple[Callable[[], object], ...] = (
        lambda: router.remove_agent("ann", at=0.0),
        lambda: router.sign_in("ann", at=0.0),
        lambda: router.transfer("c-1", "sales", at=0.0),
        lambda: router.resume("c-1", at=0.0),
        lambda: router.add_agent(Agent("bob", queues=("support", "sales")), at=0.0),
    )
    for refused in refusals:
        with pytest.raises(RoutekitError):
            refused()
    assert (dict(router.contacts), dict(router.agents), dict(router.queues), router.statistics()) == before


def test_an_offer_that_was_never_made_is_unknown_and_one_that_is_closed_is_stale() -> None:
    router = centre(Queue("support"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.decline("o-1", at=1.0)
    for verb in (router.accept, router.decline):
        with pytest.raises(StaleOffer):
            verb("o-1", at=2.0)
        for never in ("o-2", "o-01", "o-", "x-1"):
            with pytest.raises(UnknownOffer):
                verb(never, at=2.0)


def test_offers_are_numbered_in_order() -> None:
    router = centre(Queue("support"), ann={}, bob={})
    ids = [one(router.enqueue(call(name), at=0.0), "OfferMade").offer for name in ("c-1", "c-2")]
    assert ids == ["o-1", "o-2"]


def test_accepting_again_is_harmless_while_the_contact_is_theirs() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={})
    router.enqueue(call("c-1"), at=0.0)
    assert names(router.accept("o-1", at=1.0)) == ["ContactConnected"]
    assert router.accept("o-1", at=2.0) == ()
    router.finish("c-1", at=10.0)
    assert router.accept("o-1", at=11.0) == ()
    router.end_wrap_up("ann", at=12.0)
    with pytest.raises(StaleOffer):
        router.accept("o-1", at=13.0)


# -- reads -------------------------------------------------------------------------------------------------------------


def test_views_are_the_values_fields_and_what_has_become_of_them() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={"skills": {"billing": 3}})
    router.enqueue(call("c-1", needs=(Need("billing", 2),), customer="cust-9"), at=1.0)
    contact = router.contacts["c-1"]
    assert (contact.queue, contact.needs, contact.customer) == ("support", (Need("billing", 2),), "cust-9")
    assert (contact.state, contact.offer, contact.agent) == (ContactState.OFFERED, "o-1", "ann")
    assert (contact.waiting_since, contact.entered_queue_at) == (1.0, 1.0)
    offer = router.offers["o-1"]
    assert (offer.contact, offer.agent, offer.queue, offer.state) == ("c-1", "ann", "support", OfferState.OPEN)
    agent = router.agents["ann"]
    assert (agent.state, agent.offers, agent.skills["billing"]) == (Presence.READY, ("o-1",), 3)
    assert (router.queues["support"].waiting, router.queues["support"].wrap_up_s) == (1, 30)
    router.accept("o-1", at=2.0)
    contact = router.contacts["c-1"]
    assert (contact.state, contact.offer, contact.agent) == (ContactState.CONNECTED, None, "ann")
    assert "o-1" not in router.offers


def test_a_view_is_frozen_and_does_not_change_afterwards() -> None:
    router = centre(Queue("support"), ann={})
    router.enqueue(call("c-1"), at=0.0)
    view = router.contacts["c-1"]
    with pytest.raises(AttributeError):
        view.state = ContactState.DONE  # type: ignore[misc]
    with pytest.raises(TypeError):
        router.contacts["c-2"] = view  # type: ignore[index]
    router.accept("o-1", at=1.0)
    assert view.state is ContactState.OFFERED


def test_a_contact_that_is_done_is_forgotten_and_its_id_is_free() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={})
    take(router, call("c-1"), at=0.0)
    router.finish("c-1", at=1.0)
    with pytest.raises(DuplicateContact):
        router.enqueue(call("c-1"), at=2.0)
    router.advance(at=31.0)
    assert "c-1" not in router.contacts
    assert offered(router.enqueue(call("c-1"), at=32.0)) == [("c-1", "ann")]


def test_position_counts_all_that_come_before_in_the_queues_own_order_whatever_they_need() -> None:
    router = centre(Queue("support", contact_order=st.StrictPriority()))
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2", needs=(Need("billing"),)), at=1.0)
    router.enqueue(call("c-3", priority=5), at=2.0)
    assert [router.position(name) for name in ("c-3", "c-1", "c-2")] == [1, 2, 3]
    assert router.position("c-1", "support") == 2
    with pytest.raises(UnknownQueue):
        router.position("c-1", "sales")


def test_one_who_is_connected_has_no_position() -> None:
    router = centre(Queue("support"), ann={})
    take(router, call("c-1"), at=0.0)
    with pytest.raises(ContactNotWaiting):
        router.position("c-1")


def test_a_read_changes_nothing() -> None:
    def run(reading: bool) -> list[tuple[Any, ...]]:
        router = centre(Queue("support", agent_order=st.Random()), seed=3, ann={}, bob={}, cat={})
        happened = []
        for number in range(6):
            happened.append(router.enqueue(call(f"c-{number}"), at=number))
            if reading:
                list(router.contacts.values()), list(router.agents.values()), router.statistics(), router.next_deadline
                router.check()
        return happened

    assert run(reading=True) == run(reading=False)


def test_times_come_as_numbers_and_go_as_floats() -> None:
    router = Router()
    assert (router.now, router.next_deadline) == (None, None)
    (event,) = router.add_queue(Queue("support"), at=3)
    assert type(event.at) is float
    assert type(router.now) is float


# -- events ------------------------------------------------------------------------------------------------------------


def test_events_are_numbered_from_one_without_gaps() -> None:
    router = Router()
    happened = [
        *router.add_queue(Queue("support", auto_accept=True), at=0.0),
        *router.add_agent(Agent("ann", queues=("support",)), at=0.0),
        *router.sign_in("ann", at=0.0),
        *router.enqueue(call("c-1"), at=1.0),
        *router.finish("c-1", at=9.0),
    ]
    assert [event.seq for event in happened] == list(range(1, len(happened) + 1))


def test_auto_accept_makes_no_offer_and_no_wrap_up_makes_no_events_of_it() -> None:
    router = centre(Queue("support", auto_accept=True, wrap_up_s=0), ann={})
    events = router.enqueue(call("c-1"), at=1.0)
    assert names(events) == ["ContactQueued", "ContactConnected"]
    assert events[1].offer is None
    assert names(router.finish("c-1", at=9.0)) == ["ContactFinished"]


def test_sinks_see_every_commands_events_once_it_is_done() -> None:
    router = centre(Queue("support"), ann={})
    seen: list[Sequence[Any]] = []
    router.subscribe(seen.append)
    events = router.enqueue(call("c-1"), at=0.0)
    assert seen == [events]


def test_calling_the_router_from_a_sink_is_refused() -> None:
    router = centre(Queue("support"), ann={})

    def accept(events: Sequence[Any]) -> None:
        router.accept("o-1", at=0.0)

    router.subscribe(accept)
    with pytest.raises(RouterBusy):
        router.enqueue(call("c-1"), at=0.0)


def test_the_same_commands_give_the_same_events() -> None:
    def day() -> list[tuple[Any, ...]]:
        router = centre(Queue("support", agent_order=st.Random(), wrap_up_s=5), seed=11, ann={}, bob={}, cat={})
        happened = [router.enqueue(call(f"c-{number}", priority=number % 3), at=number) for number in range(9)]
        return [*happened, router.advance(at=500.0)]

    assert day() == day()


def test_a_command_as_a_value_does_what_the_verb_does() -> None:
    told = (
        commands.AddQueue(Queue("support", wrap_up_s=5), at=0.0),
        commands.AddAgent(Agent("ann", queues=("support",)), at=0.0),
        commands.SignIn("ann", at=0.0),
        commands.Enqueue(call("c-1"), at=1.0),
        commands.Accept("o-1", at=2.0),
        commands.Finish("c-1", at=9.0, ended_by="customer"),
        commands.Advance(at=20.0),
    )
    router, other = Router(seed=7), Router(seed=7)
    happened = [router.apply(command) for command in told]
    assert happened == [
        other.add_queue(Queue("support", wrap_up_s=5), at=0.0),
        other.add_agent(Agent("ann", queues=("support",)), at=0.0),
        other.sign_in("ann", at=0.0),
        other.enqueue(call("c-1"), at=1.0),
        other.accept("o-1", at=2.0),
        other.finish("c-1", at=9.0, ended_by="customer"),
        other.advance(at=20.0),
    ]


# -- snapshots ---------------------------------------------------------------------------------------------------------


def test_a_snapshot_is_plain_data_and_the_router_goes_on_as_if_nothing_had_happened() -> None:
    queue = Queue("support", agent_order=st.Random(), wrap_up_s=30, steps=(Step(15, raise_priority=1),))
    router = centre(queue, ann={}, bob={}, cat={})
    take(router, call("c-1"), at=0.0)
    router.finish("c-1", at=1.0)
    for number in range(2, 6):
        router.enqueue(call(f"c-{number}"), at=float(number))
    router.decline("o-2", at=7.0)
    data = router.snapshot()
    assert {"format", "version"} <= set(data)
    assert json.loads(json.dumps(data)) == data
    other = Router.restore(json.loads(json.dumps(data)))
    assert other.next_deadline == router.next_deadline
    for at in (10.0, 26.0, 40.0, 500.0):
        assert other.advance(at=at) == router.advance(at=at)


def test_a_repeated_accept_is_harmless_after_a_restore_too() -> None:
    router = centre(Queue("support"), ann={})
    take(router, call("c-1"), at=0.0)
    assert Router.restore(router.snapshot()).accept("o-1", at=1.0) == ()


def test_a_snapshot_of_an_earlier_release_is_refused_and_says_of_which() -> None:
    for version in (1, 2):
        said = f"is of version {version}, and this release reads 3 only: build the router anew"
        with pytest.raises(SnapshotError, match=said):
            Router.restore({**Router().snapshot(), "version": version})


def test_what_is_no_snapshot_is_refused_by_name() -> None:
    for data in ({}, {"format": "letter", "version": 1}, {**Router().snapshot(), "version": 99}):
        with pytest.raises(SnapshotError):
            Router.restore(data)


# -- explanations and estimates ----------------------------------------------------------------------------------------


def test_every_agent_has_a_first_reason_why_not_and_what_would_change_it() -> None:
    router = centre(Queue("support"), ann={}, bob={"skills": {"billing": 1}}, cat={"skills": {"billing": 3}})
    router.set_away("cat", at=1.0, reason="lunch")
    router.enqueue(call("c-1", needs=(Need("billing", 2),)), at=2.0)
    reasons = {reason.agent: reason for reason in router.explain("c-1").reasons}
    assert [str(reasons[name].why) for name in ("ann", "bob", "cat")] == ["skill_missing", "skill_too_low", "away"]
    assert all(reason.what for reason in reasons.values())


def test_an_explanation_says_when_a_step_or_a_delay_will_change_things() -> None:
    router = centre(Queue("support", decline_retry_s=30, steps=(Step(100, max_tier=2),)), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.decline("o-1", at=5.0)
    router.advance(at=7.0)
    explanation = router.explain("c-1")
    assert [reason.when for reason in explanation.reasons] == [35.0]
    assert 100.0 in [coming.at for coming in explanation.next]


def test_an_explanation_says_that_an_agent_drains() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY})
    take(router, chat("c-0"), at=0.0)
    router.enqueue(call("call"), at=1.0)
    router.advance(at=61.0)
    router.enqueue(chat("c-1"), at=62.0)
    (reason,) = router.explain("c-1").reasons
    assert "drain" in str(reason.why)
    assert "call" in reason.text


def test_an_offer_explains_who_won_and_who_was_refused() -> None:
    router = centre(Queue("support"), ann={"skills": {"billing": 1}}, bob={}, cat={"skills": {"billing": 2}})
    router.enqueue(call("c-1", needs=(Need("billing"),)), at=3.0)
    explanation = router.explain_offer("o-1")
    assert explanation.winner.agent == "ann"
    assert [ranked.agent for ranked in explanation.runners_up] == ["cat"]
    assert sum(explanation.refused.values()) == 1
    router.accept("o-1", at=4.0)
    with pytest.raises(StaleOffer):
        router.explain_offer("o-1")


def test_a_trace_keeps_the_last_rankings() -> None:
    router = Router(trace=2)
    router.add_queue(Queue("support"), at=0.0)
    for name in ("ann", "bob", "cat"):
        router.add_agent(Agent(name, queues=("support",)), at=0.0)
        router.sign_in(name, at=0.0)
    for number in range(3):
        router.enqueue(call(f"c-{number}"), at=1.0)
    assert [(trace.contact, trace.winner.agent) for trace in router.traces] == [("c-1", "bob"), ("c-2", "cat")]


def test_without_an_estimator_there_is_too_little_data_and_no_number() -> None:
    router = centre(Queue("support"))
    router.enqueue(call("c-1"), at=0.0)
    estimate = router.estimate("c-1")
    assert (estimate.state, estimate.mean_s, estimate.position) == ("too little data", None, 1)
