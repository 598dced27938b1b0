"""The virtual clock: the order of what happens at one instant, who stays, who comes back, and what is handed on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Queue, Router, Step
from routekit import events as ev
from routekit.simulation import Answer, Call, Driver, Kind, Outcome, Recorder, Settings, Shift, Trace, replay
from routekit.simulation.driver import accept_at_once
from routekit.strategies import FewestContacts
from tests.oracle.router import PlainRouter

BOTH = pytest.mark.parametrize("router_class", [Router, PlainRouter], ids=["real", "plain"])


def call(name: str, at: float, handle: float, patience: float | None = None, queue: str = "q", **more: Any) -> Call:
    return Call(Contact(name, queue=queue, **more), at, patience, handle)


def trace_of(
    calls: Iterable[Call], shifts: Iterable[Shift], *, queues: Iterable[Queue] = (Queue("q"),), **agent: Any
) -> Trace:
    shifts, queues, calls = tuple(shifts), tuple(queues), tuple(calls)
    names = list(dict.fromkeys(shift.agent for shift in shifts))
    agent = {"queues": [queue.name for queue in queues], **agent}
    made = Trace(
        source="by hand",
        format="csv",
        queues=queues,
        agents=tuple(Agent(name, **agent) for name in names),
        calls=calls,
        shifts=shifts,
        rows=len(calls),
    )
    made.check()
    return made


def shift(agent: str, starts: float, ends: float, day: int = 0, queues: tuple[str, ...] = ("q",), **more: Any) -> Shift:
    return Shift(agent, day, queues, starts, ends, **more)


def told(trace: Trace, **options: Any) -> list[tuple[Any, ...]]:
    """What the router said after the set-up, in short: time, event, whom it is about."""
    heard: list[ev.Event] = []
    Driver(trace, Router(seed=0), heard.extend, **options).run()
    who = ("contact", "agent")
    return [
        (event.at, type(event).__name__, *(getattr(event, name) for name in who if hasattr(event, name)))
        for event in heard
        if not isinstance(event, ev.QueueAdded | ev.AgentAdded)
    ]


def ends(trace: Trace, **options: Any) -> dict[str, tuple[str, float | None]]:
    made = replay(trace, **options)
    return {fate.call.contact.id: (fate.outcome, fate.wait_s) for fate in made.fates}


def test_at_one_instant_work_ends_first_then_people_arrive_then_they_leave_then_shifts_end() -> None:
    assert [kind.name for kind in Kind] == [
        "ANSWER", "FINISH", "SIGN_IN", "RETURN", "ARRIVAL", "HANG_UP", "BREAK", "SIGN_OUT",
    ]  # fmt: skip
    trace = trace_of(
        [call("a", 0, 100), call("b", 50, 10, patience=50), call("c", 100, 10, patience=0)],
        [shift("ann", 0, 100, stays=False), shift("bob", 100, 100, stays=False)],
    )
    assert told(trace) == [
        (0, "AgentPresenceChanged", "ann"),
        (0, "ContactQueued", "a"),
        (0, "OfferMade", "a", "ann"),
        (0, "ContactConnected", "a", "ann"),
        (50, "ContactQueued", "b"),
        (100, "ContactFinished", "a", "ann"),
        (100, "OfferMade", "b", "ann"),
        (100, "ContactConnected", "b", "ann"),
        (100, "AgentPresenceChanged", "bob"),
        (100, "ContactQueued", "c"),
        (100, "OfferMade", "c", "bob"),
        (100, "ContactConnected", "c", "bob"),
        (100, "AgentPresenceChanged", "ann"),
        (100, "AgentPresenceChanged", "bob"),
        (110, "ContactFinished", "b", "ann"),
        (110, "ContactFinished", "c", "bob"),
    ]


def test_contacts_that_arrive_at_one_instant_do_so_in_the_order_of_the_log() -> None:
    trace = trace_of([call("z", 5, 10), call("a", 5, 10)], [shift("ann", 0, 100)])
    assert ends(trace) == {"z": (Outcome.CONNECTED, 0.0), "a": (Outcome.CONNECTED, 10.0)}


@BOTH
def test_an_agent_stays_for_those_of_that_day_and_these_queues_only(router_class: type) -> None:
    queues = (Queue("q"), Queue("other"))
    calls = [
        call("long", 0, 500),
        call("waits", 10, 100),
        call("elsewhere", 20, 100, patience=5000, queue="other"),
    ]
    trace = trace_of(calls, [shift("ann", 0, 100), shift("bob", 0, 50, stays=False)], queues=queues)
    made = replay(trace, router_class=router_class)
    assert {fate.call.contact.id: (fate.outcome, fate.wait_s) for fate in made.fates} == {
        "long": (Outcome.CONNECTED, 0.0),
        "waits": (Outcome.CONNECTED, 0.0),
        "elsewhere": (Outcome.ABANDONED, 5000.0),
    }
    # ann left at 100 and was busy until 500; bob left at 50 and was busy until 110.
    assert {load.agent: load.staffed_s for load in made.loads} == {"ann": 500.0, "bob": 110.0}


def test_who_stays_goes_as_soon_as_the_last_one_is_connected_or_gone() -> None:
    trace = trace_of(
        [call("a", 0, 300), call("b", 10, 50), call("c", 20, 50, patience=230)],
        [shift("ann", 0, 100)],
    )
    assert told(trace)[-6:] == [
        (250, "ContactAbandoned", "c"),
        (300, "ContactFinished", "a", "ann"),
        (300, "OfferMade", "b", "ann"),
        (300, "ContactConnected", "b", "ann"),
        (300, "AgentPresenceChanged", "ann"),
        (350, "ContactFinished", "b", "ann"),
    ]


def test_who_does_not_stay_leaves_people_waiting_for_the_next_shift() -> None:
    trace = trace_of(
        [call("a", 0, 300), call("b", 10, 50)], [shift("ann", 0, 100, stays=False), shift("ann", 90000, 90100, day=1)]
    )
    assert ends(trace)["b"] == (Outcome.CONNECTED, 90000.0 - 10.0)


def test_the_days_are_kept_apart() -> None:
    day = 86400.0
    calls = [
        call("old", 10, 50, patience=3 * day, channel="chat"),
        call("a", day + 10, 100),
        call("b", day + 20, 100),
        call("c", day + 230, 100, patience=1000),
    ]
    capacity = Capacity(channels=("voice",))
    made = replay(trace_of(calls, [shift("ann", day, day + 50, day=1)], capacity=capacity))
    assert [fate.wait_s for fate in made.fates] == [3 * day, 0.0, 90.0, 1000.0]
    # She stays until "b" is hers, and not for the chat of the day before, which she may not take anyway.
    assert made.loads[0].staffed_s == 210.0


def test_what_is_due_in_the_router_comes_before_what_the_calendar_has() -> None:
    trace = trace_of([call("a", 0, 50), call("b", 10, 20, patience=70)], [shift("ann", 0, 80)])
    made = replay(trace, Settings(wrap_up_s=30.0))
    assert [(fate.outcome, fate.wait_s) for fate in made.fates] == [(Outcome.CONNECTED, 0.0), (Outcome.CONNECTED, 70.0)]


def test_who_is_on_a_break_does_not_come_back_for_another_reason() -> None:
    queue = Queue("q", offer_timeout_s=20, away_after_no_answers=1, no_answer_retry_s=5)
    trace = trace_of([call("a", 0, 10)], [shift("ann", 0, 9000, breaks=((30.0, 200.0),))], queues=[queue])
    made = replay(trace, answers=_Script(Answer("miss")))
    assert made.fates[0].wait_s == 200.0


def test_a_shift_that_begins_before_the_stay_of_the_last_has_ended_adds_its_queues() -> None:
    queues = (Queue("q"), Queue("other"))
    calls = [
        call("night", 86000, 3600),
        call("late", 86100, 3600),
        call("early", 86500, 60, queue="other"),
    ]
    shifts = [shift("ann", 86000, 86200), shift("ann", 86450, 86460, day=1, queues=("other",))]
    made = replay(trace_of(calls, shifts, queues=queues))
    waits = {fate.call.contact.id: fate.wait_s for fate in made.fates}
    # Ann stays for "late" past midnight, and joins "other" on top when her new day begins at 86,450.
    assert waits["late"] == 3500.0
    assert made.figures.waiting == 1
    assert made.fates[2].outcome == Outcome.WAITING


def test_queues_of_a_day_are_joined_on_that_day() -> None:
    queues = (Queue("q"), Queue("other"))
    shifts = [shift("ann", 0, 1000), shift("ann", 86400, 87400, day=1, queues=("other",))]
    calls = [call("a", 10, 5, patience=20, queue="other"), call("b", 86500, 5, queue="other")]
    trace = trace_of(calls, shifts, queues=queues)
    assert ends(trace) == {"a": (Outcome.ABANDONED, 20.0), "b": (Outcome.CONNECTED, 0.0)}


def test_breaks_are_away_and_a_contact_in_hand_goes_on() -> None:
    trace = trace_of(
        [call("a", 10, 100), call("b", 60, 10), call("c", 200, 10)],
        [shift("ann", 0, 1000, breaks=((50.0, 150.0),))],
    )
    made = replay(trace)
    assert {fate.call.contact.id: fate.wait_s for fate in made.fates} == {"a": 0.0, "b": 90.0, "c": 0.0}
    # Away from 50, busy until 110, back at 150.
    assert made.loads[0].staffed_s == 1000.0 - 40.0


def test_wrap_up_keeps_the_agent_busy() -> None:
    trace = trace_of([call("a", 0, 100), call("b", 10, 100)], [shift("ann", 0, 50)])
    made = replay(trace, Settings(wrap_up_s=30.0))
    assert [fate.wait_s for fate in made.fates] == [0.0, 120.0]
    assert made.loads[0].busy_s == 260.0
    assert made.loads[0].occupancy == 1.0


def test_steps_fire_between_happenings() -> None:
    queue = Queue("q", steps=(Step(30, lower={"x": 1}),))
    from routekit import Need

    trace = trace_of(
        [call("a", 0, 10, needs=(Need("x", at_least=2),))], [shift("ann", 0, 100)], queues=[queue], skills={"x": 1}
    )
    seen: list[tuple[str, float]] = []
    recorder = Recorder(trace)
    Driver(trace, Router(seed=0), recorder.see, on_step=lambda contact, at: seen.append((contact, at))).run()
    assert recorder.fates(100.0)[0].wait_s == 30.0
    # The step brought an offer: there is nothing left to explain.
    assert seen == []


class _Script:
    """Answers in the given order, then accepts."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def __call__(self, offer: ev.OfferMade, /) -> Answer:
        return self.answers.pop(0) if self.answers else accept_at_once(offer)


@BOTH
def test_answers_take_time_and_may_be_no_and_may_be_missing(router_class: type) -> None:
    queue = Queue("q", offer_timeout_s=20, away_after_no_answers=1)
    trace = trace_of([call("a", 0, 10)], [shift("ann", 0, 9000), shift("bob", 0, 9000)], queues=[queue])
    script = _Script(Answer("decline", 3.0), Answer("miss"), Answer("accept", 4.0))
    made = replay(trace, router_class=router_class, answers=script)
    # ann declines at 3, bob does not answer until 23 and is set away, ann is tried again at 33 and accepts at 37.
    assert made.fates[0].wait_s == 37.0
    assert made.fates[0].agent == "ann"
    assert made.offers == {"made": 3, "accepted": 1, "declined": 1, "expired": 1, "revoked": 0}
    assert made.decisions == 3


def test_an_agent_set_away_for_no_answer_comes_back() -> None:
    queue = Queue("q", offer_timeout_s=20, away_after_no_answers=1, no_answer_retry_s=5)
    trace = trace_of([call("a", 0, 10)], [shift("ann", 0, 9000)], queues=[queue])
    heard = told(trace, answers=_Script(Answer("miss")), return_after_s=60.0)
    assert [entry for entry in heard if entry[1] == "AgentPresenceChanged"] == [
        (0, "AgentPresenceChanged", "ann"),
        (20, "AgentPresenceChanged", "ann"),
        (80, "AgentPresenceChanged", "ann"),
        (9000, "AgentPresenceChanged", "ann"),
    ]
    assert (80, "ContactConnected", "a", "ann") in heard


def test_an_answer_to_an_offer_that_was_revoked_is_dropped() -> None:
    trace = trace_of([call("a", 0, 10, patience=5)], [shift("ann", 0, 100)])
    made = replay(trace, answers=_Script(Answer("accept", 9.0)))
    assert made.fates[0].outcome == Outcome.ABANDONED
    assert made.offers["revoked"] == 1


def test_connects_without_an_offer_are_decisions_too() -> None:
    trace = trace_of([call("a", 0, 10)], [shift("ann", 0, 100)], queues=[Queue("q", auto_accept=True)])
    made = replay(trace)
    assert (made.decisions, made.offers["made"], made.figures.connected) == (1, 0, 1)


def test_chats_at_once_keep_an_agent_busy_once() -> None:
    capacity = Capacity(units=2, cost={"chat": 1})
    calls = [call("a", 0, 60, channel="chat"), call("b", 30, 60, channel="chat")]
    made = replay(trace_of(calls, [shift("ann", 0, 180)], capacity=capacity))
    assert [fate.wait_s for fate in made.fates] == [0.0, 0.0]
    assert (made.loads[0].contacts, made.loads[0].busy_s, made.loads[0].staffed_s) == (2, 90.0, 180.0)


def test_both_routers_say_the_same_of_a_trace() -> None:
    calls = [call(f"c-{number}", float(number * 7 % 100), float(number * 13 % 60 + 5), 40.0) for number in range(60)]
    calls.sort(key=lambda one: one.arrived_s)
    trace = trace_of(calls, [shift("ann", 0, 90), shift("bob", 20, 150), shift("eve", 30, 60, stays=False)])
    assert replay(trace).digest == replay(trace, router_class=PlainRouter).digest


def test_some_who_wait_are_explained_where_the_router_can() -> None:
    class Explaining(PlainRouter):
        def explain(self, contact: str) -> str:
            return f"{contact} waits:\n  ann is busy <&>\nNext: ann ends a contact"

    queue = Queue("q", steps=(Step(30, raise_priority=1), Step(60, raise_priority=1)))
    calls = [call("a", 0, 100), call("b", 10, 10), call("c", 20, 10)]
    trace = trace_of(calls, [shift("ann", 0, 300)], queues=[queue])
    notes = replay(trace, router_class=Explaining, notes=2).notes
    assert notes == (
        "b waits:\nNext: ann ends a contact",
        "c waits:\nNext: ann ends a contact",
    )
    assert replay(trace, router_class=Explaining).notes == ()
    assert replay(trace, router_class=Explaining, notes=2).digest == replay(trace).digest


def test_the_real_router_explains_who_waits_and_changes_nothing_by_it() -> None:
    queue = Queue("q", steps=(Step(30, raise_priority=1),))
    trace = trace_of([call("a", 0, 100), call("b", 10, 10)], [shift("ann", 0, 300)], queues=[queue])
    made = replay(trace, notes=1)
    assert len(made.notes) == 1
    assert made.notes[0].startswith("b is 1 of 1 in q")
    assert made.digest == replay(trace).digest


def test_progress_is_told_up_to_the_last_contact() -> None:
    trace = trace_of([call(f"c-{number}", float(number), 1.0) for number in range(300)], [shift("ann", 0, 300)])
    seen: list[int] = []
    replay(trace, progress=seen.append)
    assert seen == [128, 256, 300]


def test_a_timer_that_comes_back_for_ever_does_not_keep_a_run_going() -> None:
    """An order that counts by the day has a midnight every day, also when everybody has gone home."""
    trace = trace_of([call("a", 0, 10), call("b", 200, 10)], [shift("ann", 0, 100)])
    by_day = Settings(agent_order=FewestContacts(since="day"))
    made, plain = replay(trace, by_day), replay(trace)
    assert made.fates == plain.fates
    assert made.loads == plain.loads
    assert [fate.wait_s for fate in made.fates] == [0.0, 0.0]
    router = Router()
    queues = tuple(by_day.queue(queue) for queue in trace.queues)
    assert Driver(dataclasses.replace(trace, queues=queues), router, lambda events: None).run() == 200.0
    assert router.now < 86400.0 * 365 * 30


def test_who_still_waits_does_so_until_the_last_thing_has_happened() -> None:
    trace = trace_of(
        [call("a", 0, 10), call("b", 200, 10)],
        [shift("ann", 0, 100)],
        queues=[Queue("q", steps=[Step(60, raise_priority=1)])],
    )
    by_day = Settings(agent_order=FewestContacts(since="day"))
    for settings in (by_day, Settings()):
        assert ends(trace, settings=settings)["b"] == (Outcome.WAITING, 60.0)


def test_a_trace_that_does_not_add_up_is_refused() -> None:
    trace = trace_of([call("a", 0, 10)], [shift("ann", 0, 100)])
    with pytest.raises(AssertionError, match="dropped in silence"):
        dataclasses.replace(trace, rows=2).check()
    with pytest.raises(AssertionError, match="no queue"):
        dataclasses.replace(trace, queues=()).check()
