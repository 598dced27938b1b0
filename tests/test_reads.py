"""The port of estimators: how one is asked, and what it may look at."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, Router, Step
from routekit import strategies as st
from routekit.abc import Estimator
from routekit.errors import (
    ContactNotWaiting,
    EstimateFailed,
    InvalidType,
    InvalidValue,
    RouterBusy,
    UnknownContact,
    UnknownQueue,
)
from routekit.estimation import WaitEstimate


class Plain(Estimator):
    """As an app writes one that knows no efforts and never looks at the router."""

    def observe(self, events: Any) -> None:
        pass

    def estimate(self, contact: str) -> WaitEstimate:
        return WaitEstimate(contact=contact, at=7.0, position=5)


class Looker(Estimator):
    """Keeps its look at the router, knows both efforts, and does what it is told."""

    efforts = ("quick", "full")

    def __init__(self, does: Any = None) -> None:
        self.does = does
        self.asked: list[Any] = []

    def attach(self, router: Any) -> None:
        self.reads = router

    def observe(self, events: Any) -> None:
        pass

    def estimate(self, contact: str, *, effort: str = "quick") -> Any:
        self.asked.append((contact, effort))
        return WaitEstimate(contact=contact, at=None, position=None) if self.does is None else self.does()

    def estimate_for(self, queue: str, *, channel: str, priority: float, needs: Any, effort: str = "quick") -> Any:
        self.asked.append((queue, channel, priority, needs, effort))
        return WaitEstimate(contact="", at=None, position=None)


def desk(*queues: Queue, estimator: Any = None, **fields: Any) -> tuple[Router, Looker]:
    found = Looker() if estimator is None else estimator
    router = Router(seed=1, estimator=found, **fields)
    for queue in queues:
        router.add_queue(queue, at=0.0)
    return router, found


def agent(router: Router, name: str, **fields: Any) -> None:
    router.add_agent(Agent(name, **fields), at=0.0)
    router.sign_in(name, at=0.0)


# -- how one is asked --------------------------------------------------------------------------------------------------


def test_an_estimator_that_knows_no_efforts_is_asked_as_ever() -> None:
    router, _ = desk(Queue("a"), estimator=Plain())
    router.enqueue(Contact("c", queue="a"), at=0.0)
    assert router.estimate("c").position == router.estimate("c", "full").position == 5
    unknown = router.estimate_for("a")
    assert (unknown.state, unknown.contact, unknown.mean_s) == ("too little data", "", None)


def test_without_an_estimator_there_is_too_little_data_for_one_who_has_not_come() -> None:
    router = Router()
    router.add_queue(Queue("a"), at=0.0)
    router.enqueue(Contact("c", queue="a"), at=3.0)
    estimate = router.estimate_for("a", needs=[Need("x")])
    assert (estimate.state, estimate.position, estimate.at, estimate.contact) == ("too little data", 2, 3.0, "")


def test_efforts_and_kinds_are_passed_on_as_given() -> None:
    router, looker = desk(Queue("a"))
    router.enqueue(Contact("c", queue="a"), at=0.0)
    router.estimate("c")
    router.estimate("c", effort="full")
    router.estimate_for("a", channel="chat", priority=2, needs=iter([Need("x", 2)]), effort="full")
    assert looker.asked == [("c", "quick"), ("c", "full"), ("a", "chat", 2.0, (Need("x", 2),), "full")]


def test_bad_questions_are_named_and_never_reach_the_estimator() -> None:
    router, looker = desk(Queue("a"))
    router.enqueue(Contact("c", queue="a"), at=0.0)
    bad: Any
    for bad in ("slow", None, 3, ["quick"]):
        with pytest.raises(InvalidValue):
            router.estimate("c", effort=bad)
        with pytest.raises(InvalidValue):
            router.estimate_for("a", effort=bad)
    with pytest.raises(UnknownContact):
        router.estimate("d")
    with pytest.raises(UnknownQueue):
        router.estimate_for("b")
    for fields in ({"needs": "x"}, {"needs": 3}):
        with pytest.raises(InvalidType):
            router.estimate_for("a", **fields)  # type: ignore[arg-type]
    for fields in ({"needs": ["x"]}, {"priority": float("nan")}, {"channel": ""}, {"channel": 3}):
        with pytest.raises((InvalidType, InvalidValue, ExceptionGroup)):
            router.estimate_for("a", **fields)
    with pytest.raises(InvalidType):
        router.estimate_for(3)  # type: ignore[arg-type]
    assert looker.asked == []


def test_one_that_is_served_has_no_estimate() -> None:
    router, _ = desk(Queue("a", auto_accept=True))
    agent(router, "ann", queues=("a",))
    router.enqueue(Contact("c", queue="a"), at=0.0)
    with pytest.raises(ContactNotWaiting):
        router.estimate("c")


def test_an_effort_that_an_estimator_does_not_know_is_a_named_error() -> None:
    class Quick(Looker):
        efforts = ("quick",)

    router, _ = desk(Queue("a"), estimator=Quick())
    router.enqueue(Contact("c", queue="a"), at=0.0)
    with pytest.raises(InvalidValue, match="Quick does: it knows quick"):
        router.estimate("c", effort="full")


@pytest.mark.parametrize("answer", [3.0, None, "soon"])
def test_what_is_no_estimate_is_a_named_error(answer: Any) -> None:
    router, looker = desk(Queue("a"))
    router.enqueue(Contact("c", queue="a"), at=0.0)
    looker.does = lambda: answer if answer is not None else 0
    with pytest.raises(EstimateFailed) as failed:
        router.estimate("c")
    assert failed.value.about == "c" and isinstance(failed.value, RuntimeError)


def test_an_estimator_that_raises_is_named_and_changes_nothing() -> None:
    router, looker = desk(Queue("a"))
    router.enqueue(Contact("c", queue="a"), at=0.0)
    before = router.snapshot()

    def fail() -> None:
        raise KeyError("nothing here")

    looker.does = fail
    with pytest.raises(EstimateFailed, match="KeyError") as failed:
        router.estimate("c")
    assert isinstance(failed.value.__cause__, KeyError)
    looker.does = lambda: router.advance(at=99.0)
    with pytest.raises(RouterBusy):
        router.estimate("c")
    assert router.snapshot() == before
    router.advance(at=5.0)  # and it takes commands again


def test_a_line_is_cut_only_where_somebody_before_is_for_other_agents() -> None:
    router, looker = desk(Queue("a", auto_accept=True))
    agent(router, "ann", queues=("a",), skills={"x": 1})
    agent(router, "bob", queues=("a",))
    for number in range(30):
        router.enqueue(Contact(f"c-{number}", queue="a"), at=float(number))
    assert looker.reads.place("c-29").blocks == ()
    router.enqueue(Contact("x-1", queue="a", needs=(Need("x"),)), at=30.0)
    router.enqueue(Contact("c-30", queue="a"), at=31.0)
    place = looker.reads.place("x-1")
    assert sum(block.size for block in place.blocks) == 28 and len(place.blocks) == 8
    assert {block.teams for block in place.blocks} == {(0, 1)} and len(place.sides) == 2 and len(place.own) == 1
    place = looker.reads.place("c-30")
    assert [block.size for block in place.blocks][-1] == 1.0 and place.blocks[-1].teams != place.own == (0, 1)


# -- what it sees ------------------------------------------------------------------------------------------------------


def rivals(place: Any) -> dict[tuple[str, str], float]:
    return {(rival.queue, rival.channel): rival.before for rival in place.rivals}


def test_a_place_counts_who_comes_before_by_the_queues_own_order() -> None:
    router, looker = desk(Queue("a", auto_accept=True))
    agent(router, "ann", queues=("a",))
    for number in range(6):
        router.enqueue(Contact(f"c-{number}", queue="a", priority=5.0 * (number == 5)), at=float(number))
    place = looker.reads.place("c-3")
    assert place.position == 4 and rivals(place) == {("a", "voice"): 3}  # 1, 2 and the urgent one
    assert looker.reads.place_for("a", "voice", 0.0, ()).position == 6
    assert rivals(looker.reads.place_for("a", "voice", 5.0, ())) == {("a", "voice"): 1}
    assert [(team.queues, team.agents, team.slots) for team in place.teams] == [(("a",), 1, 1)]
    assert not place.free and looker.reads.place_for("a", "voice", 0.0, ()).tier == 1


def test_contacts_whom_only_others_take_are_no_rivals_and_shared_ones_count_by_their_share() -> None:
    router, looker = desk(Queue("a", auto_accept=True))
    agent(router, "ann", queues=("a",), skills={"billing": 1})
    agent(router, "bob", queues=("a",), skills={"sales": 1})
    agent(router, "eve", queues=("a",), skills={"sales": 1})
    for number, need in enumerate(("billing", "sales", "sales", "billing", "sales", None, None, "billing")):
        needs = () if need is None else (Need(need),)
        router.enqueue(Contact(f"c-{number}", queue="a", needs=needs), at=float(number))
    # In line: 3 (billing), 4 (sales: any of two), 5 and 6 (any of three), 7 (billing).
    place = looker.reads.place("c-7")
    assert rivals(place)["a", "voice"] == pytest.approx(1.0 + 2.0 / 3.0)
    assert sum(team.agents for team in place.teams) == 1
    place = looker.reads.place("c-4")
    assert rivals(place) == {} and place.position == 2
    assert rivals(looker.reads.place("c-6"))["a", "voice"] == pytest.approx(3.0)


def test_contacts_of_other_queues_come_before_by_urgency_and_count_by_the_share_of_agents() -> None:
    router, looker = desk(Queue("a", auto_accept=True), Queue("b", auto_accept=True, contact_order=st.Lifo()))
    agent(router, "ann", queues=("a", "b"))
    agent(router, "bob", queues=("b",))
    for at, (name, queue) in enumerate(
        (("x", "a"), ("y", "b"), ("b-1", "b"), ("a-1", "a"), ("b-2", "b"), ("a-2", "a"))
    ):
        router.enqueue(Contact(name, queue=queue), at=float(at))
    place = looker.reads.place("a-2")
    assert rivals(place) == {("a", "voice"): 1.0, ("b", "voice"): 2 * 0.5}
    assert dict(place.shares) == {"a": 1.0, "b": 0.5}
    assert rivals(looker.reads.place("a-1")) == {}  # b-2, whom b has first, comes later


def test_tiers_come_before_urgency_until_their_wait_is_over() -> None:
    router, looker = desk(Queue("a", auto_accept=True, tier_wait_s=100), Queue("b", auto_accept=True, tier_wait_s=100))
    agent(router, "ann", queues={"a": 2, "b": 1})
    router.enqueue(Contact("x", queue="a"), at=0.0)
    router.enqueue(Contact("a-1", queue="a"), at=1.0)
    for number in range(3):
        router.enqueue(Contact(f"b-{number}", queue="b"), at=2.0 + number)
    assert looker.reads.place("a-1").tier == 2 and rivals(looker.reads.place("a-1")) == {("b", "voice"): 3.0}
    assert rivals(looker.reads.place("b-0")) == {}
    router.advance(at=101.0)
    assert looker.reads.place("a-1").tier == 1 and rivals(looker.reads.place("a-1")) == {}


def test_slots_are_by_units_and_limit_and_only_of_those_who_are_ready_for_the_channel() -> None:
    router, looker = desk(Queue("a", auto_accept=True))
    chats = Capacity(units=4, cost={"voice": 4, "chat": 1}, limit={"chat": 3})
    for name in ("ann", "bob", "eve"):
        agent(router, name, queues=("a",), capacity=chats)
    router.set_away("bob", reason="x", channels=("chat",), at=0.0)
    router.set_away("eve", reason="x", at=0.0)
    assert [(t.agents, t.slots) for t in looker.reads.place_for("a", "chat", 0.0, ()).teams] == [(1, 3)]
    assert [(t.agents, t.slots) for t in looker.reads.place_for("a", "voice", 0.0, ()).teams] == [(2, 1)]
    assert looker.reads.place_for("a", "chat", 0.0, ()).free
    router.set_ready("eve", at=1.0)
    assert [(t.agents, t.slots) for t in looker.reads.place_for("a", "chat", 0.0, ()).teams] == [(2, 3)]


def test_a_step_that_opens_a_tier_or_asks_less_is_seen_to_come() -> None:
    router, looker = desk(
        Queue("a", max_tier=1, steps=(Step(30, max_tier=2),)), Queue("b", steps=(Step(9, drop=("x",)),))
    )
    agent(router, "ann", queues={"a": 2, "b": 1})
    router.enqueue(Contact("c", queue="a"), at=5.0)
    place = looker.reads.place("c")
    assert not place.free and place.teams == ()
    assert place.later is not None and (place.later.at, place.later.free) == (35.0, True)
    router.enqueue(Contact("d", queue="b", needs=(Need("x"),)), at=6.0)
    later = looker.reads.place("d").later
    assert later is not None and later.at == 15.0 and [team.agents for team in later.teams] == [1]


def test_a_place_tells_of_offers_holds_and_reservations() -> None:
    router, looker = desk(Queue("a", same_customer="behind"))
    agent(router, "ann", queues=("a",))
    agent(router, "bob", queues=("a",))
    router.enqueue(Contact("c", queue="a", customer="k"), at=1.0)
    router.enqueue(Contact("d", queue="a", customer="k"), at=2.0)
    assert looker.reads.place("c").offers == ((1.0, 21.0),) and looker.reads.place("c").state == "offered"
    assert looker.reads.place("d").behind == "c"
    router.enqueue(Contact("e", queue="a", prefer=("ann",)), at=3.0)
    assert looker.reads.place("e").reserved_until == 63.0


ORDERS = (st.Fifo(), st.Lifo(), st.Aged(per_minute=2.0), st.StrictPriority(), st.LongestWaitRatio(target_s=60))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_looking_changes_nothing_and_agrees_with_counting(order: Any) -> None:
    """Positions and places of random lines, by the index and by plain counting."""
    seed = 20260301
    dice = random.Random(seed)
    router, looker = desk(Queue("a", auto_accept=True, contact_order=order))
    agent(router, "ann", queues=("a",))
    router.enqueue(Contact("first", queue="a"), at=0.0)
    at = 0.0
    for number in range(300):
        at += dice.random()
        router.enqueue(Contact(f"c-{number}", queue="a", priority=float(dice.randrange(4))), at=at)
    before = copy.deepcopy(router.snapshot())
    for name in list(router.contacts)[1:]:
        place = looker.reads.place(name)
        assert (sum(rival.before for rival in place.rivals), place.position) == (
            place.position - 1,
            router.position(name),
        ), seed
    newcomer = looker.reads.place_for("a", "voice", 2.0, ())
    assert router.snapshot() == before
    router.enqueue(Contact("new", queue="a", priority=2.0), at=at)
    assert newcomer.position == router.position("new") and newcomer.rivals == looker.reads.place("new").rivals, seed
