"""What no step and no limit ends: follow-ups and consults; sections 12, 13 and 16 of `docs/around.md`."""

from __future__ import annotations

from typing import Any

import pytest

from routekit import Capacity, Limit, Queue, Router, Step
from tests.test_around_limits import CLOSING, OFFICE, OPENING, again, agent, call, centre, told

ROOMY = Capacity(units=4, cost={"voice": 1, "task": 1})


def promised(*queues: Queue, due_at: float = 1000.0, **fields: Any) -> Router:
    """A router in which ann talks to c-1 and has promised something; at 0 the office opens."""
    router = centre(*(queues or (Queue("support"),)), unix_offset_s=OPENING)
    agent(router, "ann", capacity=ROOMY)
    call(router, "c-1")
    router.accept("o-1", at=0.0)
    router.follow_up("c-1", due_at=due_at, at=1.0, **fields)
    return router


ENDINGS = [{"reject": "late"}, {"voicemail": "box"}, {"self_service": "faq"}]


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_step_ends_a_follow_up_and_moves_stay(ending: dict[str, str]) -> None:
    steps = [Step(10, **ending), Step(20, move_to="sales")]  # type: ignore[arg-type]
    router = promised(Queue("support", steps=steps, lead_s=0), Queue("sales", limits=[Limit(wait_s=5, **ending)]))  # type: ignore[arg-type]
    router.set_away("ann", at=2.0)
    router.advance(at=1000.0)
    first, second = again(router).explain("c-1/follow-up-1").next[:2]
    assert (first.at, first.holds, second.holds) == (1010.0, False, True)
    said = told(again(router).advance(at=2000.0), router)
    assert said == [
        "StepSkipped c-1/follow-up-1 support 0 promised",
        "StepFired c-1/follow-up-1 support 1",
        "ContactMoved c-1/follow-up-1 support sales step",
        "ContactQueued c-1/follow-up-1 sales",
        "StepSkipped c-1/follow-up-1 sales 0 promised",
    ]


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_step_ends_a_consult(ending: dict[str, str]) -> None:
    router = centre(Queue("support"), Queue("experts", steps=[Step(10, **ending)]))  # type: ignore[arg-type]
    agent(router, "ann")
    call(router, "c-1")
    router.accept("o-1", at=0.0)
    router.consult("c-1", queue="experts", at=1.0)
    assert told(again(router).advance(at=100.0), router) == ["StepSkipped c-1/consult-1 experts 0 consult"]


def test_when_nobody_is_there_or_the_hours_end_promises_and_consults_are_moved_or_stay() -> None:
    limits = [
        Limit(nobody_s=30, reject="nobody"),
        Limit(closed=True, at_closing=True, voicemail="box"),
        Limit(closed=True, at_closing=True, move_to="night"),
    ]
    experts = Queue("experts", limits=limits, hours=OFFICE, lead_s=0)
    router = promised(Queue("support"), experts, Queue("night"), queue="experts", due_at=50.0)
    agent(router, "eve", "experts")
    router.consult("c-1", queue="experts", at=2.0)
    router.set_away("eve", at=3.0)
    router.set_away("ann", at=3.0)
    call(router, "c-2", "experts", at=45.0)
    router.sign_out("eve", at=40.0)
    router.advance(at=50.0)
    acts = router.explain("c-1/consult-1").next
    assert [coming.at for coming in acts] == [CLOSING - OPENING]
    router = again(router)
    assert told(router.advance(at=80.0), router) == [
        "LimitReached c-2 experts 0 nobody_s reject",
        "ContactRejected c-2 experts nobody",
    ]
    assert told(router.advance(at=CLOSING - OPENING), router) == [
        "LimitReached c-1/follow-up-1 experts 2 closed move_to",
        "ContactMoved c-1/follow-up-1 experts night limit",
        "ContactQueued c-1/follow-up-1 night",
        "LimitReached c-1/consult-1 experts 2 closed move_to",
        "ContactMoved c-1/consult-1 experts night limit",
        "ContactQueued c-1/consult-1 night",
    ]


def test_reconcile_leaves_a_promise_alone_that_waits_and_not_one_that_is_connected() -> None:
    router = promised(due_at=1.0)
    follow_up = "c-1/follow-up-1"
    assert router.contacts[follow_up].state == "offered"
    assert told(router.reconcile(["c-1"], at=2.0), router) == ["Reconciled"]
    assert router.contacts[follow_up].state == "offered"
    router.accept("o-2", at=3.0)
    assert told(router.reconcile(["c-1"], at=4.0), router)[0].startswith(f"ContactFinished {follow_up}")


@pytest.mark.parametrize(("due_at", "comes", "until"), [(1000.0, 700.0, 1060.0), (100.0, 1.0, 160.0), (1.0, 1.0, 61.0)])
def test_what_is_promised_waits_for_its_owner_from_its_time_on(due_at: float, comes: float, until: float) -> None:
    router = again(promised(due_at=due_at))
    router.advance(at=comes)
    assert router.contacts["c-1/follow-up-1"].reserved_until == until


def test_one_that_is_brought_forward_waits_from_now_on_and_with_no_time_not_at_all() -> None:
    router = promised()
    router.unpark("c-1/follow-up-1", at=10.0)
    assert router.contacts["c-1/follow-up-1"].reserved_until == 70.0
    router = promised(Queue("support", prefer_s=0))
    router.advance(at=700.0)
    assert router.contacts["c-1/follow-up-1"].reserved_until is None


def test_what_was_left_with_a_contact_goes_with_what_is_promised_about_it() -> None:
    router = centre(Queue("support"))
    agent(router, "ann", capacity=ROOMY)
    call(router, "c-1")
    router.accept("o-1", at=0.0)
    router.transfer("c-1", "support", reference="transcript 7", at=1.0)
    router.follow_up("c-1", due_at=9.0, at=2.0)
    assert again(router).contacts["c-1/follow-up-1"].reference == "transcript 7"
