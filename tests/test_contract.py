"""What the field expects of a router, one behaviour a test, in the field's own words.

The first test is the code that the contract prints. The others take its sentences in their order: time, errors, reads,
events, snapshots, each command in each state, who gets a contact, who gets an agent, offers, capacity, draining, steps.
The rules in all their detail are tried against the plain router (`test_machine`); here is what they are for.
"""

from __future__ import annotations

import dataclasses
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
    AgentBusy,
    ContactNotWaiting,
    DuplicateContact,
    IllegalMove,
    InvalidConfiguration,
    InvalidType,
    InvalidValue,
    QueueNotEmpty,
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
    OfferRevoked,
    WrapUpStarted,
)

CHATTY = Capacity(units=4, cost={"voice": 4, "chat": 1})
"""One call or four chats."""


def centre(*queues: Queue, seed: int = 7, **agents: Any) -> Router:
    """A router with these queues, and with agents of the first one, signed in at 0 in the order given."""
    router = Router(seed=seed)
    for queue in queues:
        router.add_queue(queue, at=0.0)
    for name, fields in agents.items():
        router.add_agent(Agent(name, **{"queues": (queues[0].name,), **fields}), at=0.0)
        router.sign_in(name, at=0.0)
    return router


def call(name: str, queue: str = "support", **fields: Any) -> Contact:
    return Contact(name, queue=queue, **fields)


def chat(name: str, **fields: Any) -> Contact:
    return Contact(name, queue="support", channel="chat", **fields)


def names(events: tuple[Any, ...]) -> list[str]:
    return [type(event).__name__ for event in events]


def one(events: tuple[Any, ...], name: str) -> Any:
    """The only event of that name."""
    (found,) = (event for event in events if type(event).__name__ == name)
    return found


def offered(events: tuple[Any, ...]) -> list[tuple[str, str]]:
    """Who was offered what: contact and agent."""
    return [(event.contact, event.agent) for event in events if isinstance(event, OfferMade)]


def connected(events: tuple[Any, ...]) -> list[tuple[str, str]]:
    """Who was connected: contact and agent."""
    return [(event.contact, event.agent) for event in events if isinstance(event, ContactConnected)]


def take(router: Router, contact: Contact, at: float) -> str:
    """Enqueue a contact that is offered at once, have it accepted, and say by whom."""
    offer = one(router.enqueue(contact, at=at), "OfferMade")
    router.accept(offer.offer, at=at)
    agent: str = offer.agent
    return agent


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
