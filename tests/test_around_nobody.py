"""Limits that act upon those who wait: at once, upon who comes back, and when they are new; `docs/around.md`, 13."""

from __future__ import annotations

from typing import Any

from routekit import Capacity, Limit, Need, Queue, Router, Step
from tests.test_around_limits import CLOSING, OFFICE, OPENING, again, agent, call, centre, told

NOBODY = Limit(nobody_s=30, reject="nobody")
CLOSED = Limit(closed=True, at_closing=True, voicemail="box")


def talking(*limits: Limit, **fields: Any) -> Router:
    """A router in which ann, alone, talks to c-1 from 0 on."""
    router = centre(Queue("support", limits=limits, **fields), Queue("overflow"))
    agent(router, "ann", capacity=Capacity(units=2, cost={"voice": 1}))
    call(router, "c-1")
    router.accept("o-1", at=0.0)
    return router


def test_a_limit_of_no_time_at_all_acts_when_the_last_one_goes() -> None:
    router = talking(Limit(nobody_s=0, reject="nobody"), Limit(nobody_s=5, voicemail="box"))
    call(router, "c-2", needs=(Need("law"),))
    router.sign_out("ann", at=3.0)
    assert router.next_deadline == 3.0
    router = again(router)
    assert told(router.advance(at=3.0), router) == [
        "LimitReached c-2 support 0 nobody_s reject",
        "ContactRejected c-2 support nobody",
    ]
    assert router.next_deadline == 8.0, "what has acted is not armed again"


def test_who_is_unparked_while_nobody_is_there_is_seen_to_at_once() -> None:
    router = talking(NOBODY, steps=[Step(0, raise_priority=1)])
    router.park("c-1", at=1.0)
    router.sign_out("ann", at=2.0)
    router.advance(at=100.0)
    assert router.next_deadline is not None  # its owner's time
    assert told(again(router).unpark("c-1", at=100.0), router)[-2:] == [
        "LimitReached c-1 support 0 nobody_s reject",
        "ContactRejected c-1 support nobody",
    ]
    said = told(router.advance(at=1e6), router)
    assert [line.split()[0] for line in said] == [
        "OwnerReleased",
        "ContactUnparked",
        "LimitReached",
        "ContactRejected",
    ]


def test_one_that_came_back_in_time_waits_with_the_others() -> None:
    router = talking(NOBODY)
    router.park("c-1", at=1.0)
    router.sign_out("ann", at=2.0)
    assert told(router.unpark("c-1", at=31.0), router)[0].startswith("ContactUnparked")
    assert router.contacts["c-1"].state == "queued"
    assert told(router.advance(at=32.0), router)[-1] == "ContactRejected c-1 support nobody"


def test_who_is_requeued_while_nobody_is_there_is_seen_to_and_a_step_comes_first() -> None:
    router = talking(NOBODY, Limit(length=1, reject="full"))
    call(router, "c-2", needs=(Need("law"),))
    router.sign_out("ann", at=2.0)
    said = told(again(router).requeue("c-1", at=50.0), router)
    assert said[-2:] == ["LimitReached c-1 support 0 nobody_s reject", "ContactRejected c-1 support nobody"]
    router.update_queue("support", steps=[Step(40, move_to="overflow")], at=50.0)
    said = told(router.requeue("c-1", at=50.0), router)
    assert said[-3:] == [
        "StepFired c-1 support 0",
        "ContactMoved c-1 support overflow step",
        "ContactQueued c-1 overflow",
    ]


def test_signing_out_with_what_one_has_is_soon_enough_for_a_limit_of_no_time() -> None:
    router = talking(Limit(nobody_s=0, move_to="overflow"))
    said = told(router.sign_out("ann", work="requeue", at=2.0), router)
    assert [line.split()[0] for line in said] == [
        "AgentPresenceChanged",
        "ContactRequeued",
        "LimitReached",
        "ContactMoved",
        "ContactQueued",
    ]


def test_a_follow_up_that_enters_after_closing_is_moved_as_those_who_waited_were() -> None:
    move = Limit(closed=True, at_closing=True, move_to="overflow")
    router = talking(Limit(closed=True, reject="closed"), CLOSED, move)
    router.update_queue("support", hours=OFFICE, lead_s=0, at=CLOSING - 10.0)
    router.follow_up("c-1", due_at=CLOSING + 10.0, at=CLOSING - 10.0)
    said = told(again(router).advance(at=CLOSING + 10.0), router)
    assert said[0].startswith("ContactUnparked")
    assert said[-3:] == [
        "LimitReached c-1/follow-up-1 support 2 closed move_to",
        "ContactMoved c-1/follow-up-1 support overflow limit",
        "ContactQueued c-1/follow-up-1 overflow",
    ]
    said = told(router.requeue("c-1", at=CLOSING + 10.0), router)
    assert "LimitReached c-1 support 1 closed voicemail" in said


def test_who_comes_with_a_queue_that_is_removed_is_seen_to_where_they_go() -> None:
    router = centre(Queue("support", limits=[NOBODY]), Queue("sales"))
    for name in ("c-1", "c-2"):
        call(router, name, "sales")
    assert told(router.remove_queue("sales", move_to="support", at=50.0), router) == [
        "ContactMoved c-1 sales support queue_removed",
        "LimitReached c-1 support 0 nobody_s reject",
        "ContactRejected c-1 support nobody",
        "ContactMoved c-2 sales support queue_removed",
        "LimitReached c-2 support 0 nobody_s reject",
        "ContactRejected c-2 support nobody",
        "QueueRemoved sales",
    ]


def test_new_limits_and_hours_act_upon_who_waits_as_far_as_they_apply() -> None:
    suggest = Limit(nobody_s=30, suggest_callback=True)
    for change in ({"limits": [suggest, NOBODY]}, {"hours": OFFICE}):
        router = centre(Queue("support", limits=[CLOSED]))
        call(router, "c-1")
        call(router, "c-2")
        said = told(router.update_queue("support", at=OPENING - 10.0, **change), router)
        if "hours" in change:
            assert said[1:] == [
                "LimitReached c-1 support 0 closed voicemail",
                "ContactDiverted c-1 support voicemail box",
                "LimitReached c-2 support 0 closed voicemail",
                "ContactDiverted c-2 support voicemail box",
            ]
        else:
            assert said[1:5] == [
                "LimitReached c-1 support 0 nobody_s suggest_callback",
                "CallbackSuggested c-1 support limit",
                "LimitReached c-1 support 1 nobody_s reject",
                "ContactRejected c-1 support nobody",
            ]
        assert not router.contacts


def test_other_changes_and_limits_that_do_not_apply_leave_those_who_wait_alone() -> None:
    router = centre(Queue("support", limits=[NOBODY]))
    agent(router, "ann")
    call(router, "c-1", needs=(Need("law"),))
    limits = [NOBODY, CLOSED, Limit(length=0, reject="full")]
    assert told(router.update_queue("support", limits=limits, hours=OFFICE, at=OPENING), router) == [
        "QueueUpdated support"
    ]
    assert told(router.update_queue("support", wrap_up_s=5, at=CLOSING - 1.0), router) == ["QueueUpdated support"]
    assert told(router.advance(at=CLOSING), router)[-1] == "ContactDiverted c-1 support voicemail box"
