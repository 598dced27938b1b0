"""Who waits is told how long it will be: section 20 of `docs/around.md`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Announcing, Capacity, Contact, Limit, Queue, Router, Step
from routekit._router.state import KINDS
from routekit.abc import Estimator
from routekit.estimation import Points, WaitEstimate
from routekit.events import CallbackSuggested, StrategyFailed, WaitAnnounced
from tests.test_around_limits import agent, call, centre

EVERY = Announcing(first_s=15, every_s=60)


class Desk(Estimator):
    """Says the same of everybody, until it is told otherwise; in a line, so many seconds for each place."""

    def __init__(self, *quantiles: float, fault: Exception | None = None) -> None:
        self.quantiles = quantiles
        self.fault = fault
        self.asked: list[str] = []

    def observe(self, events: tuple[Any, ...]) -> None:
        pass

    def estimate(self, contact: str) -> WaitEstimate:
        self.asked.append(contact)
        if self.fault is not None:
            raise self.fault
        law = Points((0.5, 0.8, 0.9), self.quantiles) if self.quantiles else None
        return WaitEstimate(contact=contact, at=None, position=None, law=law)


def told(events: tuple[Any, ...], router: Router) -> list[Any]:
    """What is announced among events, in short; the router is whole."""
    router.check()
    found: list[Any] = []
    for event in events:
        if type(event) is WaitAnnounced:
            number = event.seconds if event.up_to_s is None else (event.seconds, event.up_to_s)
            found.append((event.at, event.contact, event.words, number, event.reason))
        elif type(event) in (CallbackSuggested, StrategyFailed):
            found.append((event.at, event.contact, type(event).__name__))
    return found


def again(router: Router, desk: Desk) -> Router:
    """The router of its snapshot, which has been JSON in between."""
    data = router.snapshot()
    made = Router.restore(json.loads(json.dumps(data)), estimator=desk)
    assert made.snapshot() == data
    made.check()
    return made


def test_who_waits_is_told_at_first_and_then_again() -> None:
    desk = Desk(170, 180, 190)
    router = centre(Queue("support", announcing=EVERY), estimator=desk)
    call(router, "c-1", at=100.0)
    call(router, "c-2", at=110.0)
    assert router.next_deadline == 115.0
    said = router.advance(at=180.0)
    assert told(said, router) == [(115.0, "c-1", "about", 180.0, "first"), (125.0, "c-2", "about", 180.0, "first")]
    assert [(event.position, event.queue) for event in said] == [(1, "support"), (2, "support")]
    same = again(router, desk)
    for one in (router, same):  # at 175 the first estimate has said that the promise may be broken
        assert told(one.advance(at=240.0), one) == [(235.0, "c-1", "about", 180.0, "longer")]
        desk.quantiles = (60.0, 70.0, 80.0)
        assert told(one.advance(at=300.0), one) == [
            (245.0, "c-2", "about", 60.0, "estimate"),
            (295.0, "c-1", "about", 60.0, "estimate"),
        ]
        desk.quantiles = (170.0, 180.0, 190.0)


def test_it_is_told_while_agents_are_rung_and_not_while_it_is_served() -> None:
    router = centre(Queue("support", announcing=EVERY, offer_timeout_s=20), estimator=Desk(30, 40, 50))
    agent(router, "ann")
    call(router, "c-1")
    assert told(router.advance(at=15.0), router) == [(15.0, "c-1", "less_than", 60.0, "first")]
    router.accept("o-1", at=16.0)
    assert router.next_deadline is None
    router.requeue("c-1", at=80.0, avoid_agent=False)
    assert router.next_deadline == 100.0  # the offer
    assert told(router.advance(at=135.0), router) == [(135.0, "c-1", "less_than", 60.0, "first")]
    router.abandon("c-1", at=136.0)
    assert told(router.advance(at=1000.0), router) == []


def test_who_gets_an_agent_at_that_very_time_is_told_nothing() -> None:
    desk = Desk(30, 40, 50)
    router = centre(Queue("support", announcing=EVERY, auto_accept=True, wrap_up_s=15), estimator=desk)
    agent(router, "ann")
    call(router, "c-1")
    router.finish("c-1", at=5.0)
    call(router, "c-2", at=5.0)  # ann's wrap-up ends at 20, when it would be told
    assert told(router.advance(at=20.0), router) == []
    assert (router.contacts["c-2"].agent, desk.asked) == ("ann", [])


def test_one_who_moves_is_told_anew_and_by_the_policy_there() -> None:
    steps = [Step(20, move_to="sales")]
    sales = Queue("sales", announcing=Announcing(first_s=5, every_s=None))
    router = centre(Queue("support", announcing=EVERY, steps=steps), sales, estimator=Desk(170, 180, 190))
    call(router, "c-1")
    assert told(router.advance(at=500.0), router) == [
        (15.0, "c-1", "about", 180.0, "first"),
        (25.0, "c-1", "about", 180.0, "first"),
    ]
    assert router.next_deadline is None


def test_a_step_of_the_same_time_comes_first_and_one_that_ends_leaves_nobody_to_tell() -> None:
    steps = [Step(15, voicemail="box")]
    router = centre(Queue("support", announcing=EVERY, steps=steps), estimator=Desk(170, 180, 190))
    call(router, "c-1")
    assert told(router.advance(at=15.0), router) == []
    assert "c-1" not in router.contacts


def test_nobody_tells_a_consult_or_a_promise() -> None:
    desk = Desk(170, 180, 190)
    queues = (Queue("support"), Queue("experts", announcing=EVERY), Queue("calls", announcing=EVERY, lead_s=0))
    router = centre(*queues, estimator=desk)
    agent(router, "ann", capacity=Capacity(units=4, cost={"voice": 1}))
    call(router, "c-1")
    router.accept("o-1", at=0.0)
    router.follow_up("c-1", due_at=10.0, queue="calls", at=1.0)
    router.consult("c-1", queue="experts", at=1.0)
    assert told(router.advance(at=500.0), router) == []
    assert (router.contacts["c-1/consult-1"].state, router.contacts["c-1/follow-up-1"].state) == ("queued", "queued")
    router.finish("c-1", at=501.0)
    call(router, "c-2", "experts", at=501.0)
    assert len(told(router.advance(at=520.0), router)) == 1


def test_who_is_parked_is_told_when_they_are_back() -> None:
    router = centre(Queue("support", announcing=EVERY, return_wait_s=0), estimator=Desk(170, 180, 190))
    agent(router, "ann")
    call(router, "c-1")
    router.accept("o-1", at=10.0)
    router.park("c-1", at=30.0)
    assert told(router.advance(at=100.0), router) == []
    router.set_away("ann", at=100.0)
    router.unpark("c-1", at=230.0)  # it entered at 0, and was away for 200 s
    assert told(router.advance(at=300.0), router) == [(275.0, "c-1", "about", 180.0, "first")]


def test_silence_emits_nothing_and_the_times_go_on() -> None:
    desk = Desk()
    router = centre(Queue("support", announcing=EVERY), estimator=desk)
    call(router, "c-1")
    assert router.advance(at=80.0) == ()
    assert (desk.asked, router.next_deadline) == (["c-1", "c-1"], 135.0)
    desk.quantiles = (60.0, 500.0, 900.0)
    assert router.advance(at=140.0) == ()
    desk.quantiles = (60.0, 70.0, 80.0)
    assert told(router.advance(at=200.0), router) == [(195.0, "c-1", "about", 60.0, "first")]


def test_without_an_estimator_nothing_is_said() -> None:
    router = centre(Queue("support", announcing=EVERY))
    call(router, "c-1")
    assert router.advance(at=80.0) == ()
    assert router.next_deadline == 135.0


def test_a_callback_is_suggested_once_instead_of_a_number() -> None:
    desk = Desk(1000, 1200, 1500)
    router = centre(Queue("support", announcing=EVERY), Queue("sales", announcing=EVERY), estimator=desk)
    call(router, "c-1")
    (event,) = router.advance(at=100.0)
    assert type(event) is CallbackSuggested
    assert (event.at, event.reason, event.position, event.waited_s) == (15.0, "long", 1, 15.0)
    same = again(router, desk)
    for one in (router, same):
        assert told(one.advance(at=400.0), one) == []
        one.transfer("c-1", "sales", at=400.0)
        assert told(one.advance(at=415.0), one) == [(415.0, "c-1", "CallbackSuggested")]


def test_an_estimator_that_fails_is_told_of_and_what_was_told_stands() -> None:
    desk = Desk(170, 180, 190)
    router = centre(Queue("support", announcing=EVERY), estimator=desk)
    call(router, "c-1")
    router.advance(at=15.0)
    desk.fault = KeyError("c-1")
    (failed,) = router.advance(at=75.0)
    assert (failed.strategy, failed.queue, failed.agent, failed.contact) == ("estimator", "support", None, "c-1")
    assert failed.error == "KeyError: 'c-1'"
    desk.fault, desk.quantiles = None, (40.0, 70.0, 90.0)
    assert told(router.advance(at=135.0), router) == [(135.0, "c-1", "less_than", 60.0, "promise")]


def test_an_estimator_that_answers_nonsense_fails() -> None:
    desk = Desk(1, 2, 3)
    router = centre(Queue("support", announcing=EVERY), estimator=desk)
    call(router, "c-1")
    desk.estimate = lambda contact: None  # type: ignore[assignment,method-assign,return-value]
    assert told(router.advance(at=15.0), router) == [(15.0, "c-1", "StrategyFailed")]


def test_one_that_knows_efforts_is_asked_for_the_quick_one() -> None:
    class Both(Desk):
        efforts = ("full", "quick")
        heard: tuple[str, ...] = ()

        def estimate(self, contact: str, *, effort: str = "") -> WaitEstimate:
            self.heard += (effort,)
            return super().estimate(contact)

    desk = Both(10, 20, 30)
    router = centre(Queue("support", announcing=EVERY), estimator=desk)
    call(router, "c-1")
    assert len(told(router.advance(at=15.0), router)) == 1
    assert desk.heard == ("quick",)


def test_an_estimator_may_read_the_router_and_finds_it_settled() -> None:
    seen: list[Any] = []

    class Reading(Desk):
        def estimate(self, contact: str) -> WaitEstimate:
            seen.append((router.contacts[contact].state, router.position(contact), router.explain(contact).summary))
            return super().estimate(contact)

    router = centre(Queue("support", announcing=EVERY, wrap_up_s=15), estimator=Reading(10, 20, 30))
    agent(router, "ann")
    call(router, "c-0")
    router.accept("o-1", at=0.0)
    call(router, "c-1")
    router.finish("c-0", at=0.0)
    router.advance(at=15.0)  # the wrap-up is over, and c-1 is offered before it is told
    ((state, position, _),) = seen
    assert (state, position) == ("offered", 1)


def test_a_new_policy_counts_from_the_entry_and_keeps_promises() -> None:
    desk = Desk(170, 180, 190)
    router = centre(Queue("support", announcing=EVERY), estimator=desk)
    call(router, "c-1")
    router.advance(at=15.0)
    router.update_queue("support", announcing=Announcing(first_s=10, every_s=10), at=15.0)
    assert router.next_deadline == 20.0
    assert told(router.advance(at=70.0), router)[-1] == (70.0, "c-1", "about", 180.0, "estimate")
    router.update_queue("support", announcing=None, at=81.0)
    assert router.next_deadline is None
    router.update_queue("support", announcing=EVERY, at=135.0)
    assert router.next_deadline == 135.0  # nothing has been told, so this is a time like any other
    assert told(router.advance(at=135.0), router) == [(135.0, "c-1", "about", 180.0, "first")]
    router.update_queue("support", announcing=Announcing(first_s=0, every_s=15), at=135.0)
    assert router.next_deadline == 150.0  # at 135 it has been asked


def test_of_equal_times_those_who_came_first_are_told_first_also_by_a_new_policy() -> None:
    router = centre(Queue("support"), estimator=Desk(170, 180, 190))
    for number in range(4):
        call(router, f"c-{number}", priority=number)
    router.update_queue("support", announcing=EVERY, at=1.0)
    said = router.advance(at=15.0)
    assert [(event.contact, event.position) for event in said] == [("c-0", 4), ("c-1", 3), ("c-2", 2), ("c-3", 1)]


def test_at_once_is_with_the_next_command_and_only_for_who_waits() -> None:
    now = Announcing(first_s=0, every_s=None)
    router = centre(Queue("support", announcing=now, auto_accept=True), estimator=Desk(170, 180, 190))
    agent(router, "ann")
    call(router, "c-1", at=5.0)
    call(router, "c-2", at=5.0)
    assert router.next_deadline == 5.0
    assert told(router.advance(at=5.0), router) == [(5.0, "c-2", "about", 180.0, "first")]


def test_each_who_is_asked_about_is_one_change_and_a_stop_is_kept() -> None:
    desk = Desk(170, 180, 190)
    router = centre(Queue("support", announcing=EVERY), estimator=desk)
    for name in ("c-1", "c-2", "c-3"):
        call(router, name)
    assert told(router.advance(at=20.0, limit=2), router) == [
        (15.0, "c-1", "about", 180.0, "first"),
        (15.0, "c-2", "about", 180.0, "first"),
    ]
    same = again(router, desk)
    for one in (router, same):
        assert one.next_deadline == 15.0
        assert told(one.abandon("c-3", at=20.0), one) == [(15.0, "c-3", "about", 180.0, "first")]


def test_limits_suggest_besides() -> None:
    limits = [Limit(length=0, suggest_callback=True)]
    router = centre(Queue("support", announcing=EVERY, limits=limits), estimator=Desk(1000, 1100, 1200))
    said = router.enqueue(Contact("c-1", queue="support"), at=0.0)
    assert [event.reason for event in said if type(event) is CallbackSuggested] == ["limit"]
    assert told(router.advance(at=15.0), router) == [(15.0, "c-1", "CallbackSuggested")]


def test_explain_says_when() -> None:
    router = centre(Queue("support", announcing=EVERY), estimator=Desk(170, 180, 190))
    call(router, "c-1")
    router.advance(at=20.0)
    (coming,) = router.explain("c-1").next
    assert (coming.at, coming.what, coming.agent) == (75.0, "it is told how long it will wait", None)


def test_it_is_after_steps_in_the_order_of_kinds() -> None:
    assert KINDS.index("announce") == KINDS.index("step") + 1 == KINDS.index("drain") - 1


@pytest.mark.parametrize("wrong", [{"first_s": 3}, 15, "every minute"])
def test_a_queue_takes_a_policy_only(wrong: Any) -> None:
    with pytest.raises(ExceptionGroup, match="Queue 'support' cannot be made"):
        Queue("support", announcing=wrong)
