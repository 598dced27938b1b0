"""The plain router, in scenes of docs/around.md, sections 11 to 13: a rule a test, the events written by hand.

What lives here checks the yardstick. What the real router does is compared with it elsewhere.
"""

from __future__ import annotations

from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Limit, Need, Queue, Step, When
from routekit import strategies as st
from routekit.abc import Estimator
from routekit.errors import CivilTimeUnknown, StrategyError, TransferRefused, UnknownContact
from routekit.estimation import WaitEstimate
from routekit.rules import Calendar
from tests.oracle import PlainRouter
from tests.oracle.invariants import check
from tests.oracle.tally import Tally
from tests.test_oracle import call, centre, told

DAY = Calendar("day", time_zone="UTC", weekly={"mon-sun": "08:00-18:00"})
OPENS, CLOSES = 8 * 3600.0, 18 * 3600.0


class Known(Estimator):
    """Says what it is told to say, by queue; or raises it."""

    def __init__(self, **says: Any) -> None:
        self.says = says
        self.asked: list[tuple[str, int, float]] = []
        self.observed: list[str] = []

    def observe(self, events: tuple[Any, ...]) -> None:
        self.observed += [type(event).__name__ for event in events]

    def estimate(self, contact: str) -> WaitEstimate:
        raise NotImplementedError

    def expected_s(self, queue: str, position: int, at: float) -> float | None:
        self.asked.append((queue, position, at))
        if isinstance(self.says.get(queue), Exception):
            raise self.says[queue]
        return self.says.get(queue)


def alone(*queues: Queue, **fields: Any) -> PlainRouter:
    """A router with these queues and nobody in them."""
    router = PlainRouter(seed=1, **fields)
    for queue in queues:
        router.add_queue(queue, at=0.0)
    return router


def staff(router: PlainRouter, name: str, *queues: str, at: float = 0.0, **fields: Any) -> None:
    router.add_agent(Agent(name, queues=queues or ("support",), **fields), at=at)
    router.sign_in(name, at=at)


def ends_of(happened: tuple[Any, ...]) -> list[str]:
    """The events of steps, and nothing else."""
    return [line for line in told(happened) if "Step" in line]


# ---- conditions (section 11) ---------------------------------------------------------------------------------------


def skips(step: Step, *agents: Agent, others: int = 0, **fields: Any) -> bool:
    """Whether the step is skipped for a chat of which nobody has been found yet."""
    router = alone(Queue("support", steps=(step,), agent_order=st.Batched(every_s=1000)))
    for agent in agents:
        router.add_agent(agent, at=0.0)
        router.sign_in(agent.id, at=0.0)
    for number in range(others):
        router.enqueue(call(f"c-{number}", channel="chat"), at=0.0)
    router.enqueue(call("last", channel="chat", **fields), at=0.5)
    happened = router.advance(at=step.after_s + 0.5)
    (mine,) = [line for line in ends_of(happened) if " last " in line]
    return "StepSkipped last support 0 10 condition" in mine


def when(fact: str, **bounds: float) -> Step:
    return Step(10, announce="x", when=(When(fact, **bounds),))


def test_length_and_position_count_the_contact_itself() -> None:
    assert not skips(when("queue_length", at_least=3, at_most=3), others=2)
    assert skips(when("queue_length", at_least=4), others=2)
    assert not skips(when("position", at_least=3, at_most=3), others=2)
    assert not skips(when("position", at_most=1), others=2, priority=5)


def test_agents_signed_in_may_be_away() -> None:
    router = alone(Queue("support", steps=(when("agents_signed_in", at_least=1),)))
    staff(router, "ann")
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    assert ends_of(router.advance(at=10.0)) == ["10 StepFired c-1 support 0 10"]
    router.sign_out("ann", at=10.0)
    router.enqueue(call("c-2"), at=10.0)
    assert ends_of(router.advance(at=20.0)) == ["20 StepSkipped c-2 support 0 10 condition"]


def test_available_are_those_with_room_whatever_their_skills_and_tier() -> None:
    spanish = (Need("spanish", 1),)
    ann = Agent("ann", queues={"support": 2})
    assert not skips(when("agents_available", at_least=1), ann, needs=spanish)
    assert skips(when("agents_eligible", at_least=1), ann, needs=spanish)
    assert skips(
        when("agents_available", at_least=1), Agent("bob", queues={"support": 1}, capacity=Capacity(limit={"chat": 0}))
    )
    assert skips(
        when("agents_available", at_least=1),
        Agent("bob", queues={"support": 1}, capacity=Capacity(channels=("voice",))),
    )


def test_who_talks_is_eligible_and_not_available() -> None:
    steps = (Step(5, announce="x", when=(When("agents_available", at_least=1),)), when("agents_eligible", at_least=1))
    router = centre(Queue("support", auto_accept=True, steps=steps), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    assert ends_of(router.advance(at=10.0)) == [
        "5 StepSkipped c-2 support 0 5 condition",
        "10 StepFired c-2 support 1 10",
    ]
    assert router.contacts["c-2"].steps_skipped == 1


def test_who_rests_is_eligible_and_not_available() -> None:
    steps = (
        Step(5, announce="x", when=(When("agents_available", at_least=1),)),
        Step(5, announce="x", when=(When("agents_eligible", at_least=1),)),
    )
    router = centre(Queue("support", steps=steps, retry_agent_s=100), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.decline("o-1", at=1.0)
    assert ends_of(router.advance(at=5.0)) == ["5 StepSkipped c-1 support 0 5 condition", "5 StepFired c-1 support 1 5"]


def test_the_reach_that_a_step_sets_counts_for_who_is_eligible() -> None:
    steps = (
        Step(5, announce="x", when=(When("agents_eligible", at_least=1),)),
        Step(6, max_tier=2),
        Step(7, announce="x", when=(When("agents_eligible", at_least=1),)),
    )
    router = alone(Queue("support", max_tier=1, steps=steps))
    router.add_agent(Agent("ann", queues={"support": 2}), at=0.0)
    router.sign_in("ann", at=0.0)
    router.enqueue(call("c-0"), at=0.0)
    assert [line.split()[1:3] for line in ends_of(router.advance(at=7.0))] == [
        ["StepSkipped", "c-0"],
        ["StepFired", "c-0"],
        ["StepFired", "c-0"],
    ]


def test_conditions_are_looked_at_in_order_up_to_the_first_that_does_not_hold() -> None:
    estimate = When("estimated_wait_s", at_least=1)
    known = Known(support=5.0)
    router = alone(
        Queue("support", steps=(Step(10, announce="x", when=(When("position", at_least=2), estimate)),)),
        estimator=known,
    )
    router.enqueue(call("c-1"), at=0.0)
    assert ends_of(router.advance(at=10.0)) == ["10 StepSkipped c-1 support 0 10 condition"]
    assert not known.asked


def test_an_estimate_that_nobody_knows_lets_no_condition_hold() -> None:
    step = when("estimated_wait_s", at_most=1e9)
    for estimator in (None, Known()):
        router = alone(Queue("support", steps=(step,)), estimator=estimator)
        router.enqueue(call("c-1"), at=0.0)
        assert ends_of(router.advance(at=10.0)) == ["10 StepSkipped c-1 support 0 10 condition"]
    known = Known(support=5.0)
    router = alone(Queue("support", steps=(step,)), estimator=known)
    router.enqueue(call("c-1"), at=0.0)
    assert ends_of(router.advance(at=10.0)) == ["10 StepFired c-1 support 0 10"]
    assert known.asked == [("support", 1, 10.0)]


@pytest.mark.parametrize("says", [ZeroDivisionError("oh"), float("inf"), True, "soon"])
def test_an_estimator_that_fails_is_told_of_and_knows_nothing(says: Any) -> None:
    router = alone(Queue("support", steps=(when("estimated_wait_s", at_least=0),)), estimator=Known(support=says))
    router.enqueue(call("c-1"), at=0.0)
    failed, skipped = router.advance(at=10.0)
    assert (failed.strategy, failed.queue, failed.agent, failed.contact) == ("estimator", "support", None, "c-1")
    assert told((skipped,)) == ["10 StepSkipped c-1 support 0 10 condition"]


def test_an_estimator_observes_the_events_of_each_command_also_of_a_refused_one() -> None:
    known = Known()
    router = alone(Queue("support", steps=(Step(5, announce="x"),)), estimator=known)
    router.enqueue(call("c-1"), at=0.0)
    with pytest.raises(UnknownContact):
        router.abandon("c-9", at=10.0)
    assert known.observed == ["QueueAdded", "ContactQueued", "StepFired", "Announced"]


# ---- steps (section 12) --------------------------------------------------------------------------------------------


def test_a_step_tells_after_what_it_eases() -> None:
    step = Step(10, raise_priority=2, suggest_callback=True, announce="soon")
    router = alone(Queue("support", steps=(step,)))
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2", waiting_since=-20.0), at=0.0)
    assert told(router.advance(at=10.0)) == [
        "10 StepFired c-1 support 0 10",
        "10 CallbackSuggested c-1 support 1 10 step",
        "10 Announced c-1 support soon 1",
        "10 StepFired c-2 support 0 10",
        "10 CallbackSuggested c-2 support 1 30 step",
        "10 Announced c-2 support soon 1",
    ]


def test_a_limit_of_the_wait_is_a_step_of_the_timeline() -> None:
    queue = Queue(
        "support", steps=(Step(5, announce="a"), Step(9, announce="b")), limits=(Limit(wait_s=5, reject="late"),)
    )
    router = alone(queue)
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.advance(at=9.0)) == [
        "5 StepFired c-1 support 0 5",
        "5 Announced c-1 support a 1",
        "5 StepFired c-1 support 1 5",
        "5 ContactRejected c-1 support late",
    ]
    assert not router.contacts
    assert router.next_deadline is None


def test_a_new_limit_of_the_wait_counts_as_new_steps() -> None:
    router = alone(Queue("support"))
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.update_queue("support", limits=(Limit(wait_s=5, voicemail="box"),), at=6.0)) == [
        "6 QueueUpdated support ('limits',)",
        "6 StepFired c-1 support 0 5",
        "6 ContactDiverted c-1 support voicemail box 6",
    ]


def test_a_step_moves_with_the_wait_and_starts_the_steps_there() -> None:
    router = alone(
        Queue("support", steps=(Step(10, move_to="sales"),)),
        Queue("sales", steps=(Step(0, announce="hello"), Step(5, announce="still"))),
    )
    staff(router, "ann")
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.advance(at=15.0)) == [
        "10 StepFired c-1 support 0 10",
        "10 OfferRevoked o-1 c-1 ann step",
        "10 ContactMoved c-1 support sales None step",
        "10 ContactQueued c-1 sales 1",
        "10 StepFired c-1 sales 0 0",
        "10 Announced c-1 sales hello 1",
        "15 StepFired c-1 sales 1 5",
        "15 Announced c-1 sales still 1",
    ]
    view = router.contacts["c-1"]
    assert (view.queue, view.waiting_since, view.entered_queue_at) == ("sales", 0.0, 10.0)
    check(router)


def test_steps_end_a_contact_and_those_due_after_it_never_come() -> None:
    for ending, end in (
        ({"reject": "busy"}, ["ContactRejected c-1 support busy"]),
        ({"voicemail": "box"}, ["ContactDiverted c-1 support voicemail box 5"]),
        ({"self_service": "bot"}, ["ContactDiverted c-1 support self_service bot 5"]),
    ):
        router = alone(Queue("support", steps=(Step(5, **ending), Step(5, announce="x"))))  # type: ignore[arg-type]
        staff(router, "ann")
        router.enqueue(call("c-1"), at=0.0)
        reason = "rejected" if "reject" in ending else "diverted"
        assert told(router.advance(at=9.0)) == [
            "5 StepFired c-1 support 0 5",
            f"5 OfferRevoked o-1 c-1 ann {reason}",
            *[f"5 {line}" for line in end],
        ]
        assert not router.contacts
        check(router)


def test_a_drain_ends_with_the_step_before_the_contact_moves() -> None:
    chatty = Capacity(units=4, cost={"voice": 4, "chat": 1})
    router = alone(
        Queue("support", auto_accept=True, drain_after_s=5, steps=(Step(10, move_to="sales"),)), Queue("sales")
    )
    staff(router, "ann", capacity=chatty)
    router.enqueue(call("c-1", channel="chat"), at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    assert told(router.advance(at=10.0)) == [
        "5 DrainStarted c-2 ann",
        "10 StepFired c-2 support 0 10",
        "10 DrainEnded c-2 ann left",
        "10 ContactMoved c-2 support sales None step",
        "10 ContactQueued c-2 sales 1",
    ]


def test_a_step_that_leads_nowhere_is_skipped_whole_and_for_good() -> None:
    nowhere = Step(5, lower={"billing": 1}, add_queue="gone")
    full = Queue("full", limits=(Limit(length=0, reject="full"),))
    steps = (nowhere, Step(5, move_to="gone"), Step(5, move_to="full"))
    router = alone(Queue("support", steps=steps), full)
    router.enqueue(call("c-1", needs=(Need("billing", 3),)), at=0.0)
    assert told(router.advance(at=5.0)) == [
        "5 StepSkipped c-1 support 0 5 unknown_queue",
        "5 StepSkipped c-1 support 1 5 unknown_queue",
        "5 StepSkipped c-1 support 2 5 no_landing",
    ]
    router.add_queue(Queue("gone"), at=6.0)
    again = told(router.update_queue("support", steps=(*steps, Step(50, announce="x")), at=7.0))
    assert again == ["7 QueueUpdated support ('steps',)"]
    assert router.contacts["c-1"].steps_skipped == 3
    assert router.contacts["c-1"].value.needs == (Need("billing", 3),)


def test_a_condition_is_looked_at_before_where_a_step_leads() -> None:
    step = Step(5, move_to="gone", when=(When("position", at_least=2),))
    router = alone(Queue("support", steps=(step,)))
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.advance(at=5.0)) == ["5 StepSkipped c-1 support 0 5 condition"]


def test_moves_at_one_instant_go_nowhere_twice() -> None:
    router = alone(
        Queue("a", steps=(Step(0, move_to="b"),)),
        Queue("b", steps=(Step(0, move_to="c"),)),
        Queue("c", steps=(Step(0, move_to="a"), Step(5, move_to="a"))),
    )
    assert told(router.enqueue(call("c-1", "a"), at=0.0)) == [
        "0 ContactQueued c-1 a 1",
        "0 StepFired c-1 a 0 0",
        "0 ContactMoved c-1 a b None step",
        "0 ContactQueued c-1 b 1",
        "0 StepFired c-1 b 0 0",
        "0 ContactMoved c-1 b c None step",
        "0 ContactQueued c-1 c 1",
        "0 StepSkipped c-1 c 0 0 no_landing",
    ]
    later = told(router.advance(at=5.0))
    assert later[:2] == ["5 StepFired c-1 c 1 5", "5 ContactMoved c-1 c a None step"]
    assert later[-1] == "5 StepSkipped c-1 b 0 0 no_landing"  # it has left c by a step at this time


def test_a_queue_that_is_removed_is_there_no_more_for_steps() -> None:
    router = alone(Queue("a"), Queue("b", steps=(Step(0, move_to="a"),)))
    router.enqueue(call("c-1", "a"), at=0.0)
    assert told(router.remove_queue("a", move_to="b", at=1.0)) == [
        "1 ContactMoved c-1 a b None queue_removed",
        "1 StepSkipped c-1 b 0 0 unknown_queue",
        "1 QueueRemoved a b",
    ]


# ---- limits: coming in (section 13) --------------------------------------------------------------------------------


def test_a_full_queue_rejects_and_takes_no_sequence() -> None:
    router = alone(Queue("support", limits=(Limit(length=1, reject="full"),)))
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.enqueue(call("c-2"), at=1.0)) == [
        "1 LimitReached c-2 support 0 length reject",
        "1 ContactRejected c-2 support full",
    ]
    assert list(router.contacts) == ["c-1"]
    assert told(router.abandon("c-1", at=2.0)) == ["2 ContactAbandoned c-1 support 2 abandoned"]
    assert told(router.enqueue(call("c-2"), at=3.0)) == ["3 ContactQueued c-2 support 1"]


def test_statistics_count_where_it_comes_in_and_whose_limit_it_was() -> None:
    router = PlainRouter()
    tally = Tally(lambda name: router.queues[name].value)
    limits = (Limit(length=1, move_to="sales"), Limit(length=1, reject="full"), Limit(length=0, voicemail="box"))
    for queue in (Queue("support", limits=limits[:2]), Queue("sales", limits=limits[2:])):
        tally.add(router.add_queue(queue, at=0.0))
    tally.add(router.enqueue(call("c-1"), at=0.0))
    tally.add(router.enqueue(call("c-2"), at=0.0))
    tally.add(router.enqueue(call("c-3", "sales"), at=0.0))
    tally.add(router.update_queue("sales", limits=(), at=0.0))
    tally.add(router.enqueue(call("c-4"), at=0.0))
    names = ("entered", "moved_out", "rejected", "diverted")
    assert [tally.queues["support"][name] for name in names] == [1, 1, 1, 0]
    assert [tally.queues["sales"][name] for name in names] == [1, 0, 0, 1]


def test_a_diversion_says_how_long_it_has_waited() -> None:
    router = alone(Queue("support", limits=(Limit(length=0, self_service="bot"),)))
    assert told(router.enqueue(call("c-1", waiting_since=-7.0), at=1.0)) == [
        "1 LimitReached c-1 support 0 length self_service",
        "1 ContactDiverted c-1 support self_service bot 8",
    ]


def test_a_limit_moves_to_where_there_is_room() -> None:
    support = Queue("support", limits=(Limit(length=0, move_to="full"), Limit(length=0, move_to="sales")))
    full = Queue("full", limits=(Limit(length=0, move_to="support"), Limit(length=0, reject="no")))
    router = alone(support, full, Queue("sales"))
    assert told(router.enqueue(call("c-1"), at=0.0)) == [
        "0 LimitReached c-1 support 1 length move_to",
        "0 ContactMoved c-1 support sales None limit",
        "0 ContactQueued c-1 sales 1",
    ]


def test_a_landing_may_be_further_on() -> None:
    router = alone(
        Queue("support", limits=(Limit(length=0, move_to="sales"),)),
        Queue("sales", limits=(Limit(length=0, move_to="last"),), steps=()),
        Queue("last", steps=(Step(0, move_to="sales"),)),
    )
    assert told(router.enqueue(call("c-1"), at=0.0)) == [
        "0 LimitReached c-1 support 0 length move_to",
        "0 ContactMoved c-1 support last None limit",
        "0 ContactQueued c-1 last 1",
        "0 StepSkipped c-1 last 0 0 no_landing",  # it has left sales, which the search passed
    ]


def test_a_queue_that_is_full_and_leads_nowhere_is_no_landing() -> None:
    router = alone(
        Queue("support", steps=(Step(5, move_to="sales"),)), Queue("sales", limits=(Limit(length=0, move_to="gone"),))
    )
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.advance(at=5.0)) == ["5 StepSkipped c-1 support 0 5 no_landing"]


class Hasty(Known):
    """Says each of its numbers once, then nothing."""

    def expected_s(self, queue: str, position: int, at: float) -> float | None:
        return self.says[queue].pop(0) if self.says[queue] else None


def test_a_limit_sends_nobody_where_another_has_just_sent_them_away() -> None:
    support = Queue("support", limits=(Limit(estimated_wait_s=10, move_to="sales"),))
    router = alone(support, Queue("sales", steps=(Step(0, move_to="support"),)), estimator=Hasty(support=[60.0]))
    assert told(router.enqueue(call("c-1"), at=0.0))[-2:] == [
        "0 ContactQueued c-1 sales 1",
        "0 StepSkipped c-1 sales 0 0 no_landing",
    ]


def test_a_queue_that_is_full_and_leads_nowhere_rejects() -> None:
    router = alone(Queue("support", limits=(Limit(length=0, move_to="gone"), Limit(length=0, suggest_callback=True))))
    assert told(router.enqueue(call("c-1"), at=0.0)) == ["0 ContactRejected c-1 support nowhere_to_go"]


def test_a_landing_without_a_place_in_its_order_is_none_but_the_queue_asked_for_is_an_error() -> None:
    deadline = Queue("deadline", contact_order=st.EarliestDeadline())
    router = alone(Queue("support", limits=(Limit(length=0, move_to="deadline"),)), deadline)
    late = call("c-1", attributes={"due_at": "never"})
    assert told(router.enqueue(late, at=0.0)) == ["0 ContactRejected c-1 support nowhere_to_go"]
    with pytest.raises(StrategyError):
        router.enqueue(Contact("c-1", queue="deadline", attributes={"due_at": "never"}), at=0.0)
    assert not router.contacts


def test_the_first_callback_that_applies_is_suggested_where_it_comes_in() -> None:
    limits = (Limit(length=1, suggest_callback=True), Limit(length=0, suggest_callback=True))
    router = alone(
        Queue("support", limits=limits, steps=(Step(0, announce="x"),)),
        Queue("other", limits=(Limit(length=0, move_to="support"),)),
    )
    assert told(router.enqueue(call("c-1"), at=0.0)) == [
        "0 ContactQueued c-1 support 1",
        "0 LimitReached c-1 support 1 length suggest_callback",
        "0 CallbackSuggested c-1 support 1 0 limit",
        "0 StepFired c-1 support 0 0",
        "0 Announced c-1 support x 1",
    ]
    assert told(router.enqueue(call("c-2", "other"), at=1.0))[2:5] == [
        "1 ContactQueued c-2 support 2",
        "1 LimitReached c-2 support 0 length suggest_callback",
        "1 CallbackSuggested c-2 support 2 0 limit",
    ]


def test_an_estimate_that_is_too_long_is_a_limit_and_one_that_is_unknown_is_none() -> None:
    limits = (Limit(estimated_wait_s=60, reject="long"),)
    known = Known(support=60.0)
    router = alone(Queue("support", limits=limits), estimator=known)
    router.enqueue(call("c-1"), at=0.0)
    assert known.asked == [("support", 1, 0.0)]
    known.says["support"] = 60.5
    assert told(router.enqueue(call("c-2"), at=1.0))[0] == "1 LimitReached c-2 support 0 estimated_wait_s reject"
    assert known.asked[-1] == ("support", 2, 1.0)
    known.says["support"] = None
    assert told(router.enqueue(call("c-2"), at=2.0)) == ["2 ContactQueued c-2 support 2"]


def test_closed_hours_are_a_limit_by_civil_time() -> None:
    queue = Queue("support", hours=DAY, limits=(Limit(closed=True, voicemail="night"),))
    router = alone(queue, unix_offset_s=OPENS - 100)
    assert told(router.enqueue(call("c-1"), at=99.0))[1] == "99 ContactDiverted c-1 support voicemail night 0"
    assert told(router.enqueue(call("c-1"), at=100.0)) == ["100 ContactQueued c-1 support 1"]
    assert told(alone(Queue("support", limits=queue.limits)).enqueue(call("c-1"), at=0.0)) == [
        "0 ContactQueued c-1 support 1"
    ]


def test_outside_of_the_years_that_calendars_know_it_is_open() -> None:
    router = alone(Queue("support", hours=DAY, limits=(Limit(closed=True, reject="night"),)))
    assert told(router.enqueue(call("c-1"), at=1e12)) == ["1e+12 ContactQueued c-1 support 1"]


def test_hours_need_civil_time() -> None:
    router = PlainRouter(unix_offset_s=None)
    with pytest.raises(CivilTimeUnknown):
        router.add_queue(Queue("support", hours=DAY), at=0.0)
    assert not router.queues
    router.add_queue(Queue("support"), at=0.0)
    with pytest.raises(CivilTimeUnknown):
        router.update_queue("support", hours=DAY, at=0.0)
    assert router.queues["support"].value.hours is None


def test_a_transfer_goes_to_the_landing_or_is_refused() -> None:
    router = alone(
        Queue("support", auto_accept=True),
        Queue("sales", limits=(Limit(length=0, move_to="support"),)),
        Queue("shut", limits=(Limit(length=0, reject="no"),)),
    )
    staff(router, "ann")
    router.enqueue(call("c-1"), at=0.0)
    with pytest.raises(TransferRefused) as caught:
        router.transfer("c-1", "shut", at=1.0)
    assert (caught.value.contact, caught.value.queue) == ("c-1", "shut")
    assert router.contacts["c-1"].agent == "ann"
    assert told(router.transfer("c-1", "sales", at=1.0))[:2] == [
        "1 ContactMoved c-1 support support ann transfer",
        "1 ContactQueued c-1 support 1",
    ]


def test_a_transfer_to_a_queue_without_a_place_is_an_error() -> None:
    router = alone(Queue("support"), Queue("deadline", contact_order=st.EarliestDeadline()))
    router.enqueue(call("c-1", attributes={"due_at": "never"}), at=0.0)
    with pytest.raises(StrategyError):
        router.transfer("c-1", "deadline", at=1.0)
    assert router.contacts["c-1"].queue == "support"


def test_a_transfer_within_a_queue_does_not_count_the_contact_itself() -> None:
    router = alone(Queue("support", limits=(Limit(length=1, reject="full"),)))
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.transfer("c-1", "support", at=1.0)) == [
        "1 ContactMoved c-1 support support None transfer",
        "1 ContactQueued c-1 support 1",
    ]


# ---- limits: while waiting -----------------------------------------------------------------------------------------


def test_nobody_counts_from_the_last_one_who_left() -> None:
    queue = Queue("support", limits=(Limit(nobody_s=30, reject="nobody"),))
    router = alone(queue)
    assert router.next_deadline == 30.0
    staff(router, "ann", at=10.0)
    staff(router, "bob", at=10.0)
    assert router.next_deadline is None
    router.sign_out("ann", at=20.0)
    assert router.next_deadline is None
    router.update_agent("bob", queues=(), at=30.0)
    assert router.next_deadline == 60.0
    router.update_agent("bob", queues=("support",), at=40.0)
    assert router.next_deadline is None
    router.remove_agent("bob", at=50.0)
    assert router.next_deadline == 80.0
    assert told(router.enqueue(call("c-1"), at=79.0)) == ["79 ContactQueued c-1 support 1"]
    assert told(router.advance(at=80.0)) == [
        "80 LimitReached c-1 support 0 nobody_s reject",
        "80 ContactRejected c-1 support nobody",
    ]
    assert told(router.enqueue(call("c-2"), at=80.0))[0] == "80 LimitReached c-2 support 0 nobody_s reject"


def test_nobody_acts_upon_each_by_the_limits_in_order_and_again_later() -> None:
    limits = (
        Limit(nobody_s=10, suggest_callback=True),
        Limit(nobody_s=20, move_to="sales"),
        Limit(nobody_s=0, move_to="gone"),
    )
    router = alone(Queue("support", limits=limits), Queue("sales", limits=(Limit(length=1, reject="full"),)))
    staff(router, "ann")
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    router.sign_out("ann", at=1.0)
    assert told(router.advance(at=11.0)) == [
        "11 LimitReached c-1 support 0 nobody_s suggest_callback",
        "11 CallbackSuggested c-1 support 1 11 limit",
        "11 LimitReached c-2 support 0 nobody_s suggest_callback",
        "11 CallbackSuggested c-2 support 2 11 limit",
    ]
    assert told(router.advance(at=21.0)) == [
        "21 LimitReached c-1 support 0 nobody_s suggest_callback",
        "21 CallbackSuggested c-1 support 1 21 limit",
        "21 LimitReached c-1 support 1 nobody_s move_to",
        "21 ContactMoved c-1 support sales None limit",
        "21 ContactQueued c-1 sales 1",
        "21 LimitReached c-2 support 0 nobody_s suggest_callback",
        "21 CallbackSuggested c-2 support 1 21 limit",
    ]
    assert router.next_timer is None


def test_a_limit_sends_nobody_back_to_where_they_wait() -> None:
    router = alone(
        Queue("support", limits=(Limit(nobody_s=10, move_to="sales"),)),
        Queue("sales", limits=(Limit(length=0, move_to="support"),)),
    )
    router.enqueue(call("c-1"), at=0.0)
    assert not router.advance(at=10.0)
    assert router.contacts["c-1"].entered_queue_at == 0.0


def test_queues_that_one_agent_leaves_are_seen_to_in_the_order_of_the_agent() -> None:
    limits = (Limit(nobody_s=5, reject="nobody"),)
    router = alone(Queue("a", limits=limits), Queue("b", limits=limits))
    staff(router, "ann", "b", "a")
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1", "a"), at=0.0)
    router.enqueue(call("c-2", "b"), at=0.0)
    router.sign_out("ann", at=0.0)
    assert [line.split()[2] for line in told(router.advance(at=5.0))] == ["c-2", "c-2", "c-1", "c-1"]


def test_at_closing_those_who_wait_are_told() -> None:
    limits = (Limit(closed=True, at_closing=True, self_service="web"), Limit(closed=True, reject="closed"))
    router = alone(Queue("support", hours=DAY, limits=limits), unix_offset_s=CLOSES - 100)
    staff(router, "ann")
    router.enqueue(call("c-1"), at=50.0)
    assert router.next_deadline == 70.0
    router.decline("o-1", at=60.0)
    router.set_away("ann", at=60.0)
    assert told(router.advance(at=100.0))[-2:] == [
        "100 LimitReached c-1 support 0 closed self_service",
        "100 ContactDiverted c-1 support self_service web 50",
    ]
    assert router.next_deadline == 100.0 + 86400.0


def test_an_offer_is_revoked_at_closing() -> None:
    queue = Queue(
        "support", hours=DAY, limits=(Limit(closed=True, at_closing=True, move_to="night"),), offer_timeout_s=500
    )
    router = alone(queue, Queue("night"), unix_offset_s=CLOSES - 100)
    staff(router, "ann")
    router.enqueue(call("c-1"), at=50.0)
    assert told(router.advance(at=100.0)) == [
        "100 LimitReached c-1 support 0 closed move_to",
        "100 OfferRevoked o-1 c-1 ann limit",
        "100 ContactMoved c-1 support night None limit",
        "100 ContactQueued c-1 night 1",
    ]


def test_new_limits_arm_the_timers_anew_and_act_as_far_as_they_apply() -> None:
    router = alone(Queue("support"))
    router.enqueue(call("c-1"), at=0.0)
    limits = (Limit(nobody_s=5, suggest_callback=True), Limit(nobody_s=50, reject="b"))
    assert told(router.update_queue("support", limits=limits, at=10.0)) == [
        "10 QueueUpdated support ('limits',)",
        "10 LimitReached c-1 support 0 nobody_s suggest_callback",
        "10 CallbackSuggested c-1 support 1 10 limit",
    ]
    assert router.next_deadline == 50.0
    router.update_queue("support", limits=(Limit(closed=True, at_closing=True, reject="c"),), hours=DAY, at=10.0)
    assert router.next_timer == CLOSES
    router.update_queue("support", hours=None, at=10.0)
    assert router.next_timer is None


def test_timers_of_limits_are_changes() -> None:
    limits = (Limit(nobody_s=5, reject="nobody"),)
    router = alone(Queue("a", limits=limits), Queue("b", limits=limits))
    router.enqueue(call("c-1", "a"), at=0.0)
    router.enqueue(call("c-2", "b"), at=0.0)
    assert len(router.advance(at=9.0, limit=1)) == 2
    assert router.next_deadline == router.now == 5.0
    assert len(router.advance(at=9.0)) == 2
