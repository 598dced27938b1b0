"""Limits and hours: section 13 of `docs/around.md`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Limit, Queue, Router, Step, When
from routekit import strategies as st
from routekit.abc import Estimator
from routekit.errors import CivilTimeUnknown, StrategyError, TransferRefused
from routekit.estimation import WaitEstimate
from routekit.rules import Calendar

DAY = 86400.0
OFFICE = Calendar("office", time_zone="UTC", weekly={"mon-sun": "08:00-18:00"})
OPENING, CLOSING = 8 * 3600.0, 18 * 3600.0


class Fixed(Estimator):
    """Says the same for every position of a queue, or fails."""

    def __init__(self, **seconds: Any) -> None:
        self.seconds = seconds
        self.asked: list[tuple[str, int]] = []

    def observe(self, events: tuple[Any, ...]) -> None:
        pass

    def estimate(self, contact: str) -> WaitEstimate:
        raise NotImplementedError

    def expected_s(self, queue: str, position: int, at: float) -> float | None:
        self.asked.append((queue, position))
        answer = self.seconds.get(queue)
        if isinstance(answer, Exception):
            raise answer
        seconds: float | None = answer
        return seconds

    def to_data(self) -> Any:
        return dict(self.seconds)

    def restore(self, data: Any) -> None:
        self.seconds = dict(data)


def centre(*queues: Queue, **router: Any) -> Router:
    """A router with some queues, from time 0 on."""
    made = Router(**router)
    for queue in queues:
        made.add_queue(queue, at=0.0)
    return made


def agent(router: Router, name: str, *queues: str, at: float = 0.0, **fields: Any) -> None:
    """An agent who is signed in."""
    router.add_agent(Agent(name, queues=queues or ("support",), **fields), at=at)
    router.sign_in(name, at=at)


def call(router: Router, name: str, queue: str = "support", at: float = 0.0, **fields: Any) -> list[str]:
    """A contact that comes, and what is said of that."""
    return told(router.enqueue(Contact(name, queue=queue, **fields), at=at), router)


def told(events: tuple[Any, ...], router: Router) -> list[str]:
    """Events in short: their names and what matters of each. The router is whole."""
    router.check()
    return [_short(event) for event in events]


FIELDS = ("contact", "from_queue", "to_queue", "queue", "agent", "limit", "kind", "action", "step", "to", "reference")
SAID = (*FIELDS, "announce", "reason")


def _short(event: Any) -> str:
    kind = type(event).__name__
    values = [getattr(event, name, None) for name in SAID]
    return " ".join([kind, *(str(value) for value in values if value is not None)])


def again(router: Router, **given: Any) -> Router:
    """The router of its own snapshot."""
    return Router.restore(json.loads(json.dumps(router.snapshot())), **given)


# -- limits: where a contact lands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "said"), [(2, "ContactQueued c-2 support"), (1, "LimitReached c-2 support 0")])
def test_a_limit_of_the_length_counts_the_others(length: int, said: str) -> None:
    router = centre(Queue("support", limits=[Limit(length=length, reject="full")]))
    call(router, "c-1")
    assert call(router, "c-2")[0].startswith(said)


def test_one_who_is_turned_away_was_never_there() -> None:
    router = centre(Queue("support", limits=[Limit(length=0, voicemail="box 7")]))
    events = router.enqueue(Contact("c-1", queue="support", waiting_since=-5.0), at=1.0)
    assert told(events, router) == [
        "LimitReached c-1 support 0 length voicemail",
        "ContactDiverted c-1 support voicemail box 7",
    ]
    assert events[-1].waited_s == 6.0
    counts = router.statistics().queues["support"]
    assert (counts.entered, counts.diverted, counts.rejected, counts.moved_out) == (0, 1, 0, 0)
    assert not router.contacts
    router.update_queue("support", limits=(), at=1.0)
    router.enqueue(Contact("c-1", queue="support"), at=1.0)
    (row,) = router.snapshot()["contacts"]
    assert row[:1] + row[2:3] == ["c-1", 1]


def test_one_comes_in_where_the_limits_lead() -> None:
    router = centre(
        Queue("support", limits=[Limit(length=9, reject="x"), Limit(length=0, move_to="sales")]),
        Queue("sales", limits=[Limit(length=0, suggest_callback=True), Limit(length=0, move_to="night")]),
        Queue("night", limits=[Limit(length=0, suggest_callback=True)], steps=[Step(0, announce="welcome")]),
    )
    assert call(router, "c-1", at=3.0) == [
        "LimitReached c-1 support 1 length move_to",
        "ContactMoved c-1 support night limit",
        "ContactQueued c-1 night",
        "LimitReached c-1 night 0 length suggest_callback",
        "CallbackSuggested c-1 night limit",
        "StepFired c-1 night 0",
        "Announced c-1 night welcome",
    ]
    assert router.contacts["c-1"].queue == "night" and router.contacts["c-1"].value.queue == "night"
    counts = router.statistics().queues
    assert [counts[name].entered for name in ("support", "sales", "night")] == [0, 0, 1]
    assert [counts[name].moved_out for name in ("support", "sales", "night")] == [1, 0, 0]


def test_what_suggests_a_callback_is_found_before_the_contact_is_there() -> None:
    router = centre(Queue("support", limits=[Limit(length=1, suggest_callback=True)]))
    assert call(router, "c-1") == ["ContactQueued c-1 support"]
    assert call(router, "c-2")[1:] == [
        "LimitReached c-2 support 0 length suggest_callback",
        "CallbackSuggested c-2 support limit",
    ]
    router.update_queue("support", limits=[Limit(length=2, suggest_callback=True)] * 2, at=0.0)
    assert call(router, "c-3")[1:] == [
        "LimitReached c-3 support 0 length suggest_callback",
        "CallbackSuggested c-3 support limit",
    ]


def test_a_full_queue_with_nowhere_to_go_rejects() -> None:
    full = Queue("full", limits=[Limit(length=0, reject="no")])
    router = centre(Queue("support", limits=[Limit(length=1, move_to="full"), Limit(length=1, move_to="gone")]), full)
    call(router, "c-1")
    assert call(router, "c-2") == ["ContactRejected c-2 support nowhere_to_go"]
    counts = router.statistics().queues
    assert (counts["support"].rejected, counts["full"].rejected) == (1, 0)


def test_after_a_move_that_leads_nowhere_the_next_limit_counts() -> None:
    limits = [Limit(length=0, move_to="gone"), Limit(length=0, suggest_callback=True), Limit(length=0, reject="full")]
    router = centre(Queue("support", limits=limits))
    assert call(router, "c-1") == ["LimitReached c-1 support 2 length reject", "ContactRejected c-1 support full"]


def test_queues_that_send_to_each_other_end_the_search() -> None:
    router = centre(
        Queue("support", limits=[Limit(length=0, move_to="sales")]),
        Queue("sales", limits=[Limit(length=0, move_to="support"), Limit(length=0, move_to="night")]),
        Queue("night"),
    )
    assert call(router, "c-1")[1] == "ContactMoved c-1 support night limit"
    router.remove_queue("night", move_to="sales", at=0.0)
    assert router.contacts["c-1"].queue == "sales", "a removed queue looks at no limits"
    assert call(router, "c-2") == ["ContactRejected c-2 support nowhere_to_go"]


def test_a_long_chain_of_full_queues_is_no_deep_water() -> None:
    router = Router()
    for i in range(2000):
        router.add_queue(Queue(f"q-{i}", limits=[Limit(length=0, move_to=f"q-{i + 1}")]), at=0.0)
    router.add_queue(Queue("q-2000"), at=0.0)
    assert router.enqueue(Contact("c-1", queue="q-0"), at=0.0)[1].to_queue == "q-2000"


def test_a_queue_whose_order_has_no_place_for_the_contact_is_no_landing() -> None:
    router = centre(
        Queue("support", limits=[Limit(length=0, move_to="due"), Limit(length=0, move_to="night")]),
        Queue("due", contact_order=st.EarliestDeadline()),
        Queue("night"),
    )
    assert call(router, "c-1", attributes={"due_at": "soon"})[0] == "LimitReached c-1 support 1 length move_to"
    assert router.contacts["c-1"].queue == "night"


def test_a_contact_does_not_go_round_in_circles_at_one_time() -> None:
    router = centre(
        Queue("support", steps=[Step(5, move_to="sales")]),
        Queue("sales", steps=[Step(0, move_to="night"), Step(0, move_to="support")]),
        Queue("night", steps=[Step(0, move_to="sales"), Step(0, move_to="support"), Step(3, move_to="support")]),
    )
    call(router, "c-1")
    assert told(router.advance(at=5.0), router) == [
        "StepFired c-1 support 0",
        "ContactMoved c-1 support sales step",
        "ContactQueued c-1 sales",
        "StepFired c-1 sales 0",
        "ContactMoved c-1 sales night step",
        "ContactQueued c-1 night",
        "StepSkipped c-1 night 0 no_landing",
        "StepSkipped c-1 night 1 no_landing",
    ]
    router = again(router)
    said = told(router.transfer("c-1", "sales", at=5.0), router)
    assert (
        said[2:4] == ["StepSkipped c-1 sales 0 no_landing", "StepSkipped c-1 sales 1 no_landing"] or "night" in said[3]
    )


def test_what_a_contact_has_left_is_in_a_snapshot() -> None:
    router = centre(
        Queue("support", steps=[Step(5, move_to="sales")]),
        Queue("sales"),
        Queue("vip", steps=[Step(0, move_to="support")]),
    )
    call(router, "c-1")
    router.advance(at=5.0)
    for copy in (again(router), router):
        assert told(copy.transfer("c-1", "vip", at=5.0), copy)[-1] == "StepSkipped c-1 vip 0 no_landing"


def test_what_a_search_looked_at_is_left_as_well() -> None:
    router = centre(
        Queue("support", limits=[Limit(length=1, move_to="sales")]),
        Queue("sales", limits=[Limit(length=0, move_to="night")]),
        Queue("night", steps=[Step(0, move_to="sales"), Step(0, move_to="support")]),
    )
    call(router, "c-1")
    assert call(router, "c-2")[-2:] == ["StepSkipped c-2 night 0 no_landing", "StepSkipped c-2 night 1 no_landing"]


def test_a_chain_of_moves_is_one_change() -> None:
    router = centre(
        Queue("support", steps=[Step(5, move_to="sales")]),
        Queue("sales", steps=[Step(0, move_to="night")]),
        Queue("night", steps=[Step(0, announce="x")]),
    )
    call(router, "c-1")
    call(router, "c-2")
    said = told(router.advance(at=5.0, limit=1), router)
    assert len(said) == 8 and router.contacts["c-1"].queue == "night"
    assert router.contacts["c-2"].queue == "support" and router.next_deadline == 5.0
    copy = again(router)
    rest = told(router.advance(at=5.0), router)
    assert told(copy.advance(at=5.0), copy) == rest and len(rest) == 8


# -- limits: transfers ------------------------------------------------------------------------------------------------


def test_a_transfer_goes_to_the_landing() -> None:
    router = centre(
        Queue("support"), Queue("sales", limits=[Limit(length=0, move_to="night")]), Queue("night", wrap_up_s=3)
    )
    agent(router, "ann")
    call(router, "c-1")
    said = told(router.transfer("c-1", "sales", at=1.0), router)
    assert said == [
        "OfferRevoked c-1 ann transfer",
        "ContactMoved c-1 support night transfer",
        "ContactQueued c-1 night",
    ]


def test_a_transfer_that_nobody_takes_is_refused_and_changes_nothing() -> None:
    router = centre(Queue("support"), Queue("sales", limits=[Limit(length=0, reject="full")]))
    agent(router, "ann")
    call(router, "c-1")
    router.accept("o-1", at=1.0)
    before = router.snapshot()
    with pytest.raises(TransferRefused) as caught:
        router.transfer("c-1", "sales", at=1.0)
    assert (caught.value.contact, caught.value.queue, caught.value.events) == ("c-1", "sales", ())
    assert router.snapshot() == before and router.contacts["c-1"].agent == "ann"


def test_a_transfer_does_not_count_the_contact_itself() -> None:
    router = centre(Queue("support", limits=[Limit(length=1, reject="full")]))
    call(router, "c-1")
    assert told(router.transfer("c-1", "support", at=1.0), router)[0] == "ContactMoved c-1 support support transfer"


def test_a_requeue_looks_at_no_limits() -> None:
    router = centre(Queue("support"))
    agent(router, "ann")
    call(router, "c-1")
    router.accept("o-1", at=1.0)
    router.update_queue("support", limits=[Limit(length=0, reject="full")], at=1.0)
    assert told(router.requeue("c-1", at=2.0), router) == ["ContactRequeued c-1 support ann connect_failed"]


# -- limits: nobody there ---------------------------------------------------------------------------------------------


def staffed(*limits: Limit, **fields: Any) -> Router:
    """Ann is signed in, and away; `sales` is there too."""
    router = centre(Queue("support", limits=limits, **fields), Queue("sales"))
    agent(router, "ann")
    router.set_away("ann", at=0.0)
    return router


def test_nobody_means_nobody_signed_in_for_so_long() -> None:
    router = centre(Queue("support", limits=[Limit(nobody_s=30, reject="closed")]))
    assert call(router, "c-1", at=29.0) == ["ContactQueued c-1 support"]
    assert call(router, "c-2", at=30.0)[-1] == "ContactRejected c-2 support closed"
    router = staffed(Limit(nobody_s=30, reject="closed"))
    assert call(router, "c-1", at=100.0) == ["ContactQueued c-1 support"]
    router.sign_out("ann", at=100.0)
    assert call(router, "c-2", at=129.0) == ["ContactQueued c-2 support"]
    router.sign_in("ann", at=129.5)
    assert call(router, "c-3", at=131.0) == ["ContactQueued c-3 support"]
    router.update_agent("ann", queues=("sales",), at=140.0)
    assert router.advance(at=169.0)[-1].at < 169.0 and len(router.contacts) == 3
    assert told(again(router).advance(at=200.0), router) == told(router.advance(at=200.0), router)
    assert not router.contacts, "she is in another queue now, and nobody is in this one"


def test_those_who_wait_are_seen_to_when_nobody_has_been_there_for_long() -> None:
    limits = [
        Limit(nobody_s=30, suggest_callback=True),
        Limit(nobody_s=60, move_to="gone"),
        Limit(nobody_s=60, reject="x"),
    ]
    router = staffed(*limits)
    call(router, "c-1", at=5.0)
    call(router, "c-2", at=6.0, priority=5)
    router.sign_out("ann", at=10.0)
    assert router.next_deadline == 40.0
    copy = again(router)
    first = ["LimitReached c-1 support 0 nobody_s suggest_callback", "CallbackSuggested c-1 support limit"]
    second = [line.replace("c-1", "c-2") for line in first]
    assert told(router.advance(at=40.0), router) == [*first, *second]
    copy.advance(at=40.0)
    ends = ["LimitReached c-1 support 2 nobody_s reject", "ContactRejected c-1 support x"]
    said = told(router.advance(at=70.0), router)
    assert said == [*first, *ends, *second, *(line.replace("c-1", "c-2") for line in ends)]
    assert told(again(copy).advance(at=70.0), router) == said
    assert router.next_deadline is None


def test_a_limit_that_moves_those_who_wait() -> None:
    router = staffed(Limit(nobody_s=30, move_to="sales"), steps=[Step(31, announce="x")])
    router.add_agent(Agent("bob", queues=("sales", "support")), at=0.0)
    router.sign_in("bob", at=0.0)
    call(router, "c-1")
    assert router.contacts["c-1"].agent == "bob"
    router.sign_out("ann", at=0.0)
    router.update_agent("bob", queues=("sales",), at=0.0)  # the offer stands
    assert told(router.advance(at=30.0, limit=1), router) == ["OfferExpired c-1 bob no_answer"]
    assert told(router.advance(at=30.0), router) == [
        "LimitReached c-1 support 0 nobody_s move_to",
        "ContactMoved c-1 support sales limit",
        "ContactQueued c-1 sales",
    ]


def test_an_offer_is_revoked_when_a_limit_takes_its_contact() -> None:
    for action, reason, end in (
        ({"move_to": "sales"}, "limit", "ContactMoved c-1 support sales limit"),
        ({"reject": "x"}, "rejected", "ContactRejected c-1 support x"),
        ({"self_service": "x"}, "diverted", "ContactDiverted c-1 support self_service x"),
    ):
        router = staffed(Limit(nobody_s=10, **action), offer_timeout_s=60)  # type: ignore[arg-type]
        agent(router, "bob")
        call(router, "c-1")
        router.update_agent("bob", queues=(), at=0.0)
        router.sign_out("ann", at=0.0)
        assert told(router.advance(at=10.0), router)[1:3] == [f"OfferRevoked c-1 bob {reason}", end]
        assert router.agents["bob"].offers == ()


def test_the_timers_of_limits_are_changes_of_an_advance() -> None:
    router = centre(
        Queue("support", limits=[Limit(nobody_s=10, suggest_callback=True)]),
        Queue("sales", limits=[Limit(nobody_s=10, suggest_callback=True)]),
    )
    call(router, "c-1")
    call(router, "c-2", "sales")
    assert len(router.advance(at=10.0, limit=1)) == 2
    copy = again(router)
    assert told(copy.advance(at=10.0), copy) == told(router.advance(at=10.0), router)


def test_new_limits_are_waited_for_anew() -> None:
    router = centre(Queue("support"))
    said = told(router.update_queue("support", limits=[Limit(nobody_s=10, reject="x")], at=20.0), router)
    assert said == ["QueueUpdated support"] and router.next_deadline is None
    call(router, "c-0")
    assert not router.contacts
    router.update_queue("support", limits=[Limit(nobody_s=30, reject="x")], at=20.0)
    assert router.next_deadline == 30.0
    router.remove_queue("support", at=21.0)
    assert router.next_deadline is None
    router.add_queue(Queue("support", limits=[Limit(nobody_s=10, reject="x")]), at=50.0)
    assert router.next_deadline == 60.0


def test_a_limit_by_the_estimate_asks_for_the_place_behind_all() -> None:
    estimator = Fixed(support=600.0)
    router = centre(Queue("support", limits=[Limit(estimated_wait_s=600, reject="x")]), estimator=estimator)
    call(router, "c-0")
    estimator.seconds["support"] = 600.5
    assert call(router, "c-1")[0] == "LimitReached c-1 support 0 estimated_wait_s reject"
    estimator.seconds["support"] = None
    assert call(router, "c-2") == ["ContactQueued c-2 support"]
    assert estimator.asked == [("support", 1), ("support", 2), ("support", 2)]


# -- hours ------------------------------------------------------------------------------------------------------------


def test_outside_the_hours_limits_keep_contacts_out() -> None:
    router = centre(Queue("support", hours=OFFICE, limits=[Limit(closed=True, voicemail="night")]))
    assert call(router, "c-1", at=OPENING - 1)[0] == "LimitReached c-1 support 0 closed voicemail"
    assert call(router, "c-2", at=OPENING) == ["ContactQueued c-2 support"]
    assert router.next_deadline is None, "those who wait stay"
    assert call(router, "c-3", at=CLOSING)[0] == "LimitReached c-3 support 0 closed voicemail"
    always = centre(Queue("support", limits=[Limit(closed=True, voicemail="night")]))
    assert call(always, "c-1") == ["ContactQueued c-1 support"]


def test_at_closing_those_who_wait_are_seen_to() -> None:
    limits = [Limit(length=9, reject="x"), Limit(closed=True, at_closing=True, reject="closed")]
    router = centre(Queue("support", hours=OFFICE, limits=limits))
    assert router.next_deadline == CLOSING
    call(router, "c-1", at=OPENING)
    copy = again(router)
    said = told(router.advance(at=CLOSING), router)
    assert said == ["LimitReached c-1 support 1 closed reject", "ContactRejected c-1 support closed"]
    assert told(copy.advance(at=CLOSING), copy) == said
    assert router.next_deadline == DAY + CLOSING
    router.update_queue("support", hours=None, at=CLOSING)
    assert router.next_deadline is None


def test_hours_are_read_at_unix_time() -> None:
    router = centre(
        Queue("support", hours=OFFICE, limits=[Limit(closed=True, at_closing=True, reject="closed")]),
        unix_offset_s=CLOSING - 100.3,
    )
    assert router.next_deadline == pytest.approx(100.3)
    call(router, "c-1", at=1.0)
    assert len(router.advance(at=101.0)) == 2
    assert router.next_deadline == pytest.approx(100.3 + DAY)


def test_hours_without_civil_time_are_refused() -> None:
    router = Router(unix_offset_s=None)
    with pytest.raises(CivilTimeUnknown):
        router.add_queue(Queue("support", hours=OFFICE), at=0.0)
    router.add_queue(Queue("support"), at=0.0)
    with pytest.raises(CivilTimeUnknown):
        router.update_queue("support", hours=OFFICE, at=0.0)
    assert router.queues["support"].hours is None


def test_beyond_the_years_of_calendars_a_queue_is_open() -> None:
    router = Router()
    queue = Queue("support", hours=OFFICE, limits=[Limit(closed=True, at_closing=True, reject="closed")])
    router.add_queue(queue, at=32503679999.0)
    assert router.next_deadline is None
    assert call(router, "c-1", at=1e14)[-1] == "ContactQueued c-1 support"


# -- beside what was there --------------------------------------------------------------------------------------------


def test_steps_of_those_who_come_from_a_removed_queue_do_not_lead_back() -> None:
    router = centre(Queue("support"), Queue("sales", steps=[Step(0, move_to="support"), Step(0, add_queue="support")]))
    call(router, "c-1")
    assert told(router.remove_queue("support", move_to="sales", at=1.0), router) == [
        "ContactMoved c-1 support sales queue_removed",
        "StepSkipped c-1 sales 0 unknown_queue",
        "StepSkipped c-1 sales 1 unknown_queue",
        "QueueRemoved support",
    ]


def test_a_batched_queue_gives_contacts_to_another_and_its_window_closes_on_nobody() -> None:
    router = centre(
        Queue("support", agent_order=st.Batched(every_s=10), steps=[Step(10, move_to="sales")]), Queue("sales")
    )
    agent(router, "ann", "support", "sales")
    call(router, "c-1")
    said = told(router.advance(at=10.0), router)
    assert said[:3] == ["StepFired c-1 support 0", "ContactMoved c-1 support sales step", "ContactQueued c-1 sales"]
    assert said[3].startswith("OfferMade c-1 sales ann")


def test_a_requeued_contact_may_be_moved_by_steps_that_came_due() -> None:
    router = centre(Queue("support", steps=[Step(10, move_to="sales")]), Queue("sales"))
    agent(router, "ann")
    call(router, "c-1")
    router.accept("o-1", at=1.0)
    assert told(router.requeue("c-1", at=20.0), router) == [
        "ContactRequeued c-1 support ann connect_failed",
        "StepFired c-1 support 0",
        "ContactMoved c-1 support sales step",
        "ContactQueued c-1 sales",
    ]


def test_a_command_that_an_apps_score_fails_leaves_no_trace_of_limits() -> None:
    def fails(contact: Any, agent: Any) -> float:
        raise RuntimeError("down")

    router = centre(
        Queue("support", limits=[Limit(length=0, move_to="vip")]),
        Queue("vip", agent_order=st.Scored("best")),
        registry={"best": fails},
    )
    agent(router, "ann", "vip")
    agent(router, "bob", "vip")
    before = router.snapshot()
    with pytest.raises(StrategyError):
        router.enqueue(Contact("c-1", queue="support"), at=0.0)
    assert router.snapshot() == before


def test_a_score_is_asked_of_the_contact_as_the_first_steps_where_it_lands_have_left_it() -> None:
    def fails(contact: Any, agent: Any) -> float:
        if contact.raised_priority:
            raise RuntimeError("down")
        return 0.0

    router = centre(
        Queue("support", limits=[Limit(length=0, move_to="vip")]),
        Queue("vip", agent_order=st.Scored("best"), steps=[Step(0, raise_priority=1)]),
        registry={"best": fails},
    )
    agent(router, "ann", "vip")
    agent(router, "bob", "vip")
    before = router.snapshot()
    with pytest.raises(StrategyError):
        router.enqueue(Contact("c-1", queue="support"), at=0.0)
    assert router.snapshot() == before


def test_explaining_a_contact_with_a_timeline_does_not_fail() -> None:
    step = Step(5, add_queue="sales", when=[When("queue_length", at_least=1)])
    router = centre(Queue("support", steps=[step, Step(9, move_to="sales")], limits=[Limit(wait_s=20, reject="x")]))
    agent(router, "ann", "support", capacity=Capacity(channels=("chat",)))
    call(router, "c-1")
    assert "c-1" in str(router.explain("c-1"))
