"""Conditions, and steps that do more than ask less: sections 11 and 12 of `docs/around.md`."""

from __future__ import annotations

from typing import Any

import pytest

from routekit import Agent, Capacity, Limit, Need, Queue, Router, Step, When
from routekit import strategies as st
from tests.test_around_limits import Fixed, again, agent, call, centre, told

# -- conditions -------------------------------------------------------------------------------------------------------


def fired(router: Router, at: float, contact: str = "c-1") -> list[str]:
    """Which steps of a contact have fired or been skipped by then."""
    events = router.advance(at=at)
    router.check()
    kinds = {"StepFired": "fired", "StepSkipped": "skipped"}
    return [
        kinds[type(event).__name__] + (f" {event.reason}" if hasattr(event, "reason") else "")
        for event in events
        if type(event).__name__ in kinds and event.contact == contact
    ]


def asks(fact: str, **bounds: Any) -> Queue:
    """A queue that raises priority after 10 s, if a condition holds."""
    return Queue("support", steps=[Step(10, raise_priority=1, when=[When(fact, **bounds)])], contact_order=st.Fifo())


@pytest.mark.parametrize(("bounds", "outcome"), [({"at_least": 3}, "fired"), ({"at_least": 4}, "skipped condition")])
def test_the_length_of_a_queue_counts_the_contact_itself(bounds: dict[str, float], outcome: str) -> None:
    router = centre(asks("queue_length", **bounds))
    for name in ("c-0", "c-1", "c-2"):
        call(router, name)
    assert fired(router, 10.0) == [outcome]


def test_the_position_is_that_in_the_queues_own_order() -> None:
    router = centre(asks("position", at_least=2, at_most=2))
    for name in ("c-0", "c-1", "c-2"):
        call(router, name)
    assert fired(router, 10.0, "c-0") == ["skipped condition"]
    assert router.contacts["c-1"].steps_fired == 1 and router.contacts["c-1"].steps_skipped == 0
    assert router.contacts["c-2"].steps_skipped == 1 and router.contacts["c-2"].raised_priority == 0.0


def test_who_is_signed_in_is_counted_ready_or_not() -> None:
    router = centre(asks("agents_signed_in", at_least=2), Queue("sales"))
    agent(router, "ann")
    agent(router, "bob")
    agent(router, "cid", "sales")
    router.set_away("bob", at=0.0)
    call(router, "c-0")
    call(router, "c-1")
    assert fired(again(router), 10.0) == ["fired"]
    router.update_agent("bob", queues=("sales",), at=1.0)
    assert fired(router, 10.0) == ["skipped condition"]


def available(least: int) -> Router:
    """A router in which `c-1` waits, and somebody is available to it or not."""
    return centre(asks("agents_available", at_least=least))


def test_who_is_available_has_room_now_whatever_their_tier_and_skills() -> None:
    router = available(2)
    router.update_queue("support", max_tier=1, at=0.0)
    agent(router, "ann", capacity=Capacity(channels=("voice",)))
    router.add_agent(Agent("far", queues={"support": 9}), at=0.0)
    router.sign_in("far", at=0.0)
    call(router, "c-1", needs=(Need("law"),), at=0.0)
    assert fired(again(router), 10.0) == ["fired"]
    router.set_away("far", channels=("voice",), at=1.0)
    assert fired(router, 10.0) == ["skipped condition"]


def test_of_those_who_are_alike_each_is_counted_by_what_they_have_open() -> None:
    router = centre(asks("agents_available", at_least=2))
    for name in ("ann", "bob", "cid"):
        agent(router, name, capacity=Capacity(units=2, cost={"voice": 1, "chat": 1}, limit={"voice": 1}))
    call(router, "c-0")
    call(router, "c-1")
    assert fired(again(router), 10.0) == ["skipped condition"], "two of three have their one call"
    router.abandon("c-0", at=1.0)
    assert fired(router, 10.0) == ["fired"]


def test_who_holds_something_or_rests_is_not_available_but_eligible() -> None:
    for fact, outcome in (("agents_available", "skipped condition"), ("agents_eligible", "fired")):
        router = centre(asks(fact, at_least=1))
        agent(router, "ann")
        call(router, "c-0")
        call(router, "c-1")
        assert router.contacts["c-0"].agent == "ann"
        assert fired(again(router), 10.0) == [outcome]
        router = centre(asks(fact, at_least=1))
        router.update_queue("support", retry_agent_s=60, at=0.0)
        agent(router, "ann")
        call(router, "c-1")
        router.decline("o-1", at=1.0)
        assert fired(router, 10.0) == [outcome], fact


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({}, 1),
        ({"skills": {"law": 1}}, 0),
        ({"queues": {"support": 3}}, 0),
        ({"capacity": Capacity(channels=("chat",))}, 0),
        ({"capacity": Capacity(units=1, cost={"voice": 2})}, 0),
        ({"queues": ("sales",)}, 0),
    ],
)
def test_who_is_eligible_is_ready_and_suits_the_contact_as_it_is_now(change: dict[str, Any], count: int) -> None:
    queue = asks("agents_eligible", at_least=1, at_most=1)
    router = centre(Queue("support", steps=queue.steps, max_tier=2), Queue("sales"))
    router.add_agent(Agent("ann", queues={"support": 2}, skills={"law": 2}), at=0.0)
    router.sign_in("ann", at=0.0)
    call(router, "c-0", queue="support", needs=(Need("law", 2),))
    call(router, "c-1", needs=(Need("law", 2),))
    if change:
        router.update_agent("ann", **change, at=0.0)
    assert fired(router, 10.0) == ["fired" if count else "skipped condition"]


def test_a_closed_channel_and_an_absence_make_nobody_eligible() -> None:
    for away in ({"channels": ("voice",)}, {}):
        router = centre(asks("agents_eligible", at_least=1))
        agent(router, "ann")
        call(router, "c-1")
        router.set_away("ann", **away, at=1.0)
        assert fired(again(router), 10.0) == ["skipped condition"]


def test_an_estimate_is_of_the_position_and_nothing_holds_of_what_nobody_knows() -> None:
    estimator = Fixed(support=100.0)
    router = centre(asks("estimated_wait_s", at_least=100), estimator=estimator)
    call(router, "c-0")
    call(router, "c-1")
    copy = again(router, estimator=(fresh := Fixed()))
    assert fresh.seconds == {"support": 100.0}
    assert fired(copy, 10.0) == ["fired"]
    assert fired(again(router), 10.0) == ["skipped condition"]
    assert fired(router, 10.0) == ["fired"] and estimator.asked == [("support", 1), ("support", 2)]


@pytest.mark.parametrize("answer", [ValueError("out of order"), float("nan"), "long", True])
def test_an_estimator_that_fails_is_told_of_and_counts_as_not_knowing(answer: Any) -> None:
    router = centre(asks("estimated_wait_s", at_least=0), estimator=Fixed(support=answer))
    call(router, "c-1")
    failed, skipped = router.advance(at=10.0)
    assert (failed.strategy, failed.queue, failed.agent, failed.contact) == ("estimator", "support", None, "c-1")
    assert skipped.reason == "condition"


def test_all_conditions_of_a_step_must_hold() -> None:
    when = [When("queue_length", at_least=1), When("agents_signed_in", at_least=1)]
    router = centre(Queue("support", steps=[Step(10, raise_priority=1, when=when)]))
    call(router, "c-1")
    assert fired(router, 10.0) == ["skipped condition"]


# -- steps ------------------------------------------------------------------------------------------------------------


def test_a_step_tells_in_order_what_it_does() -> None:
    step = Step(10, raise_priority=1, add_queue="sales", suggest_callback=True, announce="busy", max_tier=1)
    router = centre(Queue("support", steps=[step]), Queue("sales"))
    router.add_agent(Agent("ann", queues={"support": 2}), at=0.0)
    router.sign_in("ann", at=0.0)
    call(router, "c-1", needs=())
    copy = again(router)
    said = told(router.advance(at=10.0), router)
    assert said == [
        "StepFired c-1 support 0",
        "ContactShared c-1 sales",
        "CallbackSuggested c-1 support step",
        "Announced c-1 support busy",
        "OfferNoLongerFits c-1 ann tier",
    ]
    assert told(copy.advance(at=10.0), copy) == said


def test_a_callback_is_suggested_with_place_and_wait_and_the_contact_stays() -> None:
    router = centre(Queue("support", steps=[Step(10, suggest_callback=True), Step(10, announce="music")]))
    call(router, "c-0")
    call(router, "c-1", waiting_since=-5.0)
    events = [event for event in router.advance(at=10.0) if event.contact == "c-1"]
    assert (events[1].position, events[1].waited_s) == (1, 15.0)
    assert (events[3].announce, events[3].position) == ("music", 1)
    assert len(router.contacts) == 2


def test_a_step_that_moves_keeps_the_place_and_revokes_offers() -> None:
    router = centre(Queue("support", steps=[Step(10, move_to="sales")]), Queue("sales", steps=[Step(5, drop=("law",))]))
    agent(router, "ann")
    call(router, "c-1")
    assert told(router.advance(at=10.0), router) == [
        "StepFired c-1 support 0",
        "OfferRevoked c-1 ann step",
        "ContactMoved c-1 support sales step",
        "ContactQueued c-1 sales",
    ]
    contact = router.contacts["c-1"]
    assert (contact.waiting_since, contact.entered_queue_at, contact.queue) == (0.0, 10.0, "sales")
    assert router.next_deadline == 15.0
    counts = router.statistics().queues
    assert (counts["support"].moved_out, counts["sales"].entered) == (1, 1)


@pytest.mark.parametrize(
    ("action", "said", "rejected", "diverted"),
    [
        ({"reject": "too long"}, ["OfferRevoked c-1 ann rejected", "ContactRejected c-1 support too long"], 1, 0),
        (
            {"voicemail": "box 7"},
            ["OfferRevoked c-1 ann diverted", "ContactDiverted c-1 support voicemail box 7"],
            0,
            1,
        ),
        ({"self_service": "x"}, ["OfferRevoked c-1 ann diverted", "ContactDiverted c-1 support self_service x"], 0, 1),
    ],
)
def test_a_step_that_ends_a_contact(action: dict[str, str], said: list[str], rejected: int, diverted: int) -> None:
    router = centre(Queue("support", steps=[Step(10, **action), Step(20, drop=("law",))]))  # type: ignore[arg-type]
    agent(router, "ann")
    call(router, "c-1", waiting_since=-1.0)
    events = router.advance(at=100.0)
    assert told(events, router) == ["StepFired c-1 support 0", *said]
    assert diverted == 0 or events[-1].waited_s == 11.0
    counts = router.statistics().queues["support"]
    assert (counts.rejected, counts.diverted, counts.abandoned, counts.waiting) == (rejected, diverted, 0, 0)
    assert not router.contacts and router.next_deadline is None
    assert router.agents["ann"].offers == ()
    call(router, "c-1", at=100.0)  # the id may be used again


@pytest.mark.parametrize("step", [Step(10, move_to="nowhere"), Step(10, add_queue="nowhere", raise_priority=1)])
def test_a_step_that_leads_to_no_queue_is_skipped_whole(step: Step) -> None:
    router = centre(Queue("support", steps=[step]))
    call(router, "c-1")
    assert told(router.advance(at=10.0), router) == ["StepSkipped c-1 support 0 unknown_queue"]
    view = router.contacts["c-1"]
    assert (view.raised_priority, view.steps_fired, view.steps_skipped) == (0.0, 0, 1)


def test_conditions_are_looked_at_before_queues_and_queues_before_landings() -> None:
    never = When("queue_length", at_least=9)
    router = centre(Queue("support", steps=[Step(1, move_to="nowhere", when=[never]), Step(2, move_to="full")]))
    router.add_queue(Queue("full", limits=[Limit(length=0, reject="full")]), at=0.0)
    call(router, "c-1")
    assert fired(router, 2.0) == ["skipped condition", "skipped no_landing"]


def test_a_skipped_step_never_fires_in_this_stay() -> None:
    step = Step(10, raise_priority=1, when=[When("agents_signed_in", at_least=1)])
    router = centre(Queue("support", steps=[step]))
    agent(router, "ann")
    router.sign_out("ann", at=0.0)
    call(router, "c-1")
    assert fired(router, 10.0) == ["skipped condition"]
    router = again(router)
    router.sign_in("ann", at=20.0)
    said = told(router.update_queue("support", steps=[step, Step(15, drop=("x",))], at=20.0), router)
    assert said == ["QueueUpdated support", "StepFired c-1 support 1"]
    router.accept("o-1", at=21.0)
    said = told(router.requeue("c-1", at=22.0), router)
    assert said == ["ContactRequeued c-1 support ann connect_failed"]
    router.transfer("c-1", "support", at=30.0)  # a new stay
    assert fired(router, 40.0) == ["fired"]
    assert router.contacts["c-1"].steps_skipped == 1
    agent(router, "bob", at=50.0)
    router.transfer("c-1", "support", at=50.0)
    router.accept(router.contacts["c-1"].offer or "", at=51.0)
    assert told(router.requeue("c-1", at=65.0), router)[1] == "StepFired c-1 support 0"


def test_limits_of_the_wait_are_steps_after_those_of_their_time() -> None:
    limits = [Limit(wait_s=10, reject="late"), Limit(wait_s=5, suggest_callback=True), Limit(length=9, reject="full")]
    router = centre(Queue("support", steps=[Step(5, drop=("x",)), Step(10, drop=("y",))], limits=limits))
    call(router, "c-1")
    assert (
        told(again(router).advance(at=10.0), router)
        == told(router.advance(at=10.0), router)
        == [
            "StepFired c-1 support 0",
            "StepFired c-1 support 1",
            "CallbackSuggested c-1 support step",
            "StepFired c-1 support 2",
            "StepFired c-1 support 3",
            "ContactRejected c-1 support late",
        ]
    )


def test_new_limits_of_the_wait_are_new_steps() -> None:
    router = centre(Queue("support"))
    call(router, "c-1")
    said = told(router.update_queue("support", limits=[Limit(wait_s=10, reject="late")], at=10.0), router)
    assert said == ["QueueUpdated support", "StepFired c-1 support 0", "ContactRejected c-1 support late"]


def test_a_drain_ends_with_the_step() -> None:
    router = centre(
        Queue("support", steps=[Step(70, move_to="sales")], drain_after_s=60), Queue("sales", drain_after_s=None)
    )
    chats = Capacity(units=2, cost={"voice": 2, "chat": 1})
    agent(router, "ann", capacity=chats)
    call(router, "chat", channel="chat")
    router.accept("o-1", at=0.0)
    call(router, "c-1")
    assert told(router.advance(at=60.0), router) == ["DrainStarted c-1 ann"]
    assert told(router.advance(at=70.0), router) == [
        "StepFired c-1 support 0",
        "DrainEnded c-1 ann left",
        "ContactMoved c-1 support sales step",
        "ContactQueued c-1 sales",
    ]
