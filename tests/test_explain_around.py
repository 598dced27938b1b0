"""Explanations of what is around the line: reservations, one customer, several queues, parking, consults, what comes.

tests/test_explain_random.py holds the same against the plain router's rules, in random centres.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Explanation, Limit, Need, Parked, Queue, Reason, Router, Step, When, Why
from routekit import strategies as st
from routekit.abc import Estimator
from routekit.estimation import EstimateState, WaitEstimate
from routekit.rules import Calendar


def centre(*queues: Queue, trace: int = 0, **agents: Any) -> Router:
    """A router with these queues, and agents who are signed in at 0 in the order given."""
    router = Router(seed=1, trace=trace)
    for queue in queues or (Queue("support"),):
        router.add_queue(queue, at=0.0)
    for name, fields in agents.items():
        router.add_agent(Agent(name, **{"queues": ("support",), **fields}), at=0.0)
        router.sign_in(name, at=0.0)
    return router


def call(name: str, **fields: Any) -> Contact:
    return Contact(name, **{"queue": "support", **fields})


def reason_of(explained: Explanation, agent: str) -> Reason:
    return next(reason for reason in explained.reasons if reason.agent == agent)


def coming(router: Router, contact: str) -> list[tuple[float, str]]:
    return [(one.at, one.what) for one in router.explain(contact).next]


def busy(router: Router, *agents: str) -> None:
    """Give each of the agents a contact of their own."""
    for name in agents:
        router.enqueue(call(f"of-{name}", prefer=(name,)), at=0.0)
        router.accept(next(offer.id for offer in router.offers.values() if offer.agent == name), at=0.0)


# ---- reserved -----------------------------------------------------------------------------------------------------


def test_reserved_says_for_whom_until_when_and_why() -> None:
    router = centre(Queue("support", prefer_s=60), ann={}, bob={}, cid={"queues": ()})
    busy(router, "ann")
    router.enqueue(call("c-1", prefer=("ann",)), at=10.0)
    explained = router.explain("c-1")
    ann, bob, cid = explained.reasons
    assert (ann.why, cid.why, bob.why) == (Why.CAPACITY, Why.NOT_IN_QUEUE, Why.RESERVED)
    assert (bob.when, bob.happens, bob.ahead) == (70.0, "its reservation ends", None)
    assert bob.details == {"agents": ("ann",), "until": 70.0, "reason": "prefer"}
    assert (explained.reserved_for, explained.reserved_until) == (("ann",), 70.0)
    assert coming(router, "c-1") == [(70.0, "its reservation for ann ends")]
    assert "c-1 is 1 of 1 in support, reserved for ann until 70; of 3 agents" in str(explained)
    router.advance(at=70.0)
    assert router.contacts["c-1"].agent == "bob"


@pytest.mark.parametrize("again", [False, True])
def test_why_it_is_reserved_outlives_a_snapshot(again: bool) -> None:
    router = centre(Queue("support", prefer_s=60), ann={}, bob={})
    busy(router, "ann", "bob")
    router.transfer("of-bob", agent="ann", at=5.0)
    router = Router.restore(json.loads(json.dumps(router.snapshot()))) if again else router
    bob = reason_of(router.explain("of-bob"), "bob")
    assert bob.why is Why.RETRY_DELAY
    router.advance(at=40.0)
    assert reason_of(router.explain("of-bob"), "bob").details["reason"] == "transfer"


def test_a_consult_that_ends_with_its_reservation() -> None:
    router = centre(Queue("support", prefer_s=30), ann={}, bob={}, cid={})
    busy(router, "ann", "bob")
    router.consult("of-ann", agent="bob", at=10.0)
    explained = router.explain("of-ann/consult-1")
    assert explained.consult_of == "of-ann"
    assert reason_of(explained, "cid").happens == "its reservation ends, and it with it"
    assert str(explained).startswith(
        "of-ann/consult-1, a consult about of-ann, is 1 of 1 in support, reserved for bob until 40"
    )
    assert coming(router, "of-ann/consult-1") == [(40.0, "its reservation for bob ends, and it with it")]


def test_a_reservation_without_an_end_is_told_without_one() -> None:
    router = centre(Queue("support", prefer_s=0), ann={}, bob={}, cid={})
    router.enqueue(call("c-1"), at=0.0)
    router.accept("o-1", at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    router.accept("o-2", at=0.0)
    router.consult("c-1", agent="bob", at=1.0)
    explained = router.explain("c-1/consult-1")
    assert (explained.reserved_for, explained.reserved_until) == (("bob",), None)
    cid = reason_of(explained, "cid")
    assert (cid.why, cid.when, cid.details["until"]) == (Why.RESERVED, None, None)
    assert json.loads(json.dumps(explained.as_data(), allow_nan=False)) == explained.as_data()


def test_who_drains_gets_nothing_that_is_reserved() -> None:
    chatty = Capacity(units=2, cost={"voice": 2, "chat": 1})
    router = centre(Queue("support", drain_after_s=0), ann={"capacity": chatty})
    router.enqueue(call("c-1", channel="chat"), at=0.0)
    router.accept("o-1", at=0.0)
    router.enqueue(call("c-2"), at=1.0)
    assert router.agents["ann"].draining_for == "c-2"
    router.enqueue(call("c-3", channel="chat", prefer=("ann",), waiting_since=0.0), at=2.0)
    ann = reason_of(router.explain("c-3"), "ann")
    assert (ann.why, ann.details) == (Why.DRAINING, {"draining_for": "c-2"})


def test_an_offer_by_reservation_says_so() -> None:
    router = centre(Queue("support"), ann={}, bob={}, cid={}, dee={"skills": {"billing": 1}}, trace=10)
    router.enqueue(call("c-1", prefer=("cid", "dee", "bob")), at=0.0)
    for _ in range(2):
        found = router.explain_offer("o-1")
        assert (found.order, found.winner.agent, found.winner.key) == ("reservation", "cid", {"reserved": 1.0})
        runners_up = [(ranked.agent, ranked.key) for ranked in found.runners_up]
        assert runners_up == [("dee", {"reserved": 2.0}), ("bob", {"reserved": 3.0})]
        assert (found.eligible, found.refused) == (3, {Why.RESERVED: 1})
        assert found.traced == bool(router.traces)
        router = Router.restore(router.snapshot())
    router.advance(at=15.0)


def test_the_key_of_an_offer_outlives_its_reservation() -> None:
    router = centre(Queue("support", prefer_s=10, offer_timeout_s=20), ann={}, bob={}, cid={})
    router.enqueue(call("c-1", prefer=("cid",)), at=0.0)
    router.advance(at=12.0)
    found = router.explain_offer("o-1")
    assert (found.order, found.winner.key, found.eligible) == ("reservation", {"reserved": 1.0}, 3)
    assert [ranked.agent for ranked in found.runners_up] == ["ann"]


def test_a_reserved_contact_waits_for_no_window() -> None:
    router = centre(Queue("support", agent_order=st.Batched(10), prefer_s=30), ann={}, bob={})
    router.enqueue(call("c-0", prefer=("ann",)), at=0.0)
    router.enqueue(call("c-1", prefer=("ann",)), at=1.0)
    assert [reason.why for reason in router.explain("c-1").reasons] == [Why.CAPACITY, Why.RESERVED]
    assert [what for _, what in coming(router, "c-1")] == ["offer o-1 runs out", "its reservation for ann ends"]
    router.enqueue(call("c-2", prefer=("ann",)), at=2.0)
    assert [reason_of(router.explain(name), "ann").ahead for name in ("c-1", "c-2")] == [None, "c-1"]


def test_what_is_reserved_stands_in_nobodys_way_for_who_drains() -> None:
    chatty = Capacity(units=2, cost={"voice": 2, "chat": 1})
    router = centre(
        Queue("support", drain_after_s=0),
        Queue("sales", contact_order=st.Lifo()),
        ann={"queues": ("support", "sales"), "capacity": chatty},
        bob={"queues": ("sales",)},
    )
    router.enqueue(call("c-1", channel="chat"), at=0.0)
    router.accept("o-1", at=0.0)
    router.enqueue(call("c-2"), at=1.0)
    router.enqueue(call("c-3", queue="sales", channel="chat", prefer=("ann",)), at=2.0)
    router.enqueue(call("c-4", queue="sales", channel="chat", waiting_since=0.0), at=3.0)
    assert [reason.why for reason in router.explain("c-4").reasons] == [Why.OFFERED_ELSEWHERE, Why.OFFERED]


# ---- behind -------------------------------------------------------------------------------------------------------


def test_held_behind_says_behind_which() -> None:
    router = centre(Queue("support", same_customer="behind"), ann={}, bob={})
    router.enqueue(call("c-1", customer="cust"), at=0.0)
    router.enqueue(call("c-2", customer="cust"), at=1.0)
    explained = router.explain("c-2")
    bob = reason_of(explained, "bob")
    assert (explained.behind, bob.why, bob.when) == ("c-1", Why.BEHIND, 301.0)
    assert bob.details == {"behind": "c-1", "customer": "cust", "until": 301.0}
    assert [(c.at, c.what) for c in explained.next] == [
        (20.0, "offer o-1 runs out"),
        (301.0, "it is held behind c-1 no more"),
    ]
    assert bob.what == "c-1 to end or to leave"
    router.abandon("c-1", at=2.0)
    assert router.contacts["c-2"].agent == "ann"


def test_the_reasons_of_the_contact_come_last() -> None:
    order = [str(why) for why in Why]
    assert order[order.index("draining") :] == [
        "draining",
        "behind",
        "reserved",
        "contact_resting",
        "window",
        "offered_elsewhere",
        "better_contact_ahead",
        "not_settled",
    ]


# ---- several queues -----------------------------------------------------------------------------------------------

HELP = Step(10, add_queue="sales")


def test_the_queue_in_which_an_agent_gets_furthest_is_told() -> None:
    router = centre(
        Queue("support", max_tier=1, steps=(HELP,)),
        Queue("sales", max_tier=1),
        ann={"queues": {"support": 2, "sales": 1}, "skills": {"billing": 1}},
        bob={"queues": {"support": 2, "sales": 3}},
        cid={"queues": ()},
        dee={"queues": ("sales",)},
    )
    router.set_away("dee", at=0.0)
    router.enqueue(call("c-1", needs=(Need("billing", 2),)), at=0.0)
    before = router.explain("c-1")
    assert before.queues == ("support",)
    assert [str(reason.why) for reason in before.reasons] == ["tier", "tier", "not_in_queue", "away"]
    router.advance(at=10.0)
    explained = router.explain("c-1")
    assert explained.queues == ("support", "sales")
    ann, bob, cid, dee = explained.reasons
    assert (ann.why, ann.queue) == (Why.SKILL_TOO_LOW, "sales")
    assert (bob.why, bob.queue) == (Why.TIER, "support")
    assert cid.text == "is in none of support and sales"
    assert (dee.why, dee.queue) == (Why.AWAY, "support")
    assert "ann, in sales, has billing 1, asked 2" in str(explained)
    assert "c-1 is 1 of 1 in support and visible in sales; of 4 agents" in str(explained)


def test_the_step_that_lets_others_help_is_when_they_may() -> None:
    router = centre(Queue("support", steps=(HELP,)), Queue("sales"), ann={"queues": ("sales",)})
    router.enqueue(call("c-1"), at=5.0)
    (ann,) = router.explain("c-1").reasons
    assert (ann.why, ann.when, ann.happens) == (
        Why.NOT_IN_QUEUE,
        15.0,
        "the step after 10 s lets agents of sales help",
    )
    router.advance(at=15.0)
    assert router.contacts["c-1"].agent == "ann"


def test_a_reach_that_a_step_sets_is_for_the_home() -> None:
    steps = (HELP, Step(30, max_tier=2))
    router = centre(
        Queue("support", max_tier=1, steps=steps),
        Queue("sales", max_tier=1),
        ann={"queues": {"sales": 2}},
        bob={"queues": {"support": 2}},
    )
    router.enqueue(call("c-1"), at=0.0)
    router.advance(at=10.0)
    ann, bob = router.explain("c-1").reasons
    assert (ann.why, ann.queue, ann.when) == (Why.TIER, "sales", None)
    assert (bob.why, bob.queue, bob.when) == (Why.TIER, "support", 30.0)


def test_an_offer_through_a_further_queue_is_explained_in_it() -> None:
    router = centre(
        Queue("support", steps=(HELP,)),
        Queue("sales", agent_order=st.TopDown()),
        ann={},
        bob={"queues": ("sales",)},
        cid={"queues": ("sales",)},
    )
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.advance(at=10.0)
    found = router.explain_offer("o-1")
    assert (found.queue, found.order, found.agent) == ("sales", "top-down", "bob")
    assert ([ranked.agent for ranked in found.runners_up], found.refused) == (["cid"], {Why.AWAY: 1})


def test_a_further_queue_with_windows_is_none_of_them() -> None:
    router = centre(
        Queue("support", steps=(HELP,)),
        Queue("sales", agent_order=st.Batched(10)),
        ann={"queues": ("sales",)},
    )
    router.enqueue(call("c-1"), at=0.0)
    (ann,) = router.explain("c-1").reasons
    assert (ann.why, ann.when) == (Why.NOT_IN_QUEUE, None)
    router.advance(at=10.0)
    explained = router.explain("c-1")
    assert (router.contacts["c-1"].visible_in, explained.queues) == (("sales",), ("support",))
    assert explained.reasons[0].why is Why.NOT_IN_QUEUE


def test_one_who_is_seen_in_a_queue_stands_before_those_behind_it_for_who_drains() -> None:
    chatty = Capacity(units=2, cost={"voice": 2, "chat": 1})
    router = centre(
        Queue("support", drain_after_s=0),
        Queue("sales", contact_order=st.Lifo()),
        Queue("desk", steps=(Step(0, add_queue="sales"),)),
        ann={"queues": ("support", "sales"), "capacity": chatty},
    )
    router.enqueue(call("c-1", channel="chat"), at=0.0)
    router.accept("o-1", at=0.0)
    router.enqueue(call("c-2"), at=1.0)
    router.enqueue(call("c-3", queue="desk", channel="chat"), at=2.0)
    router.enqueue(call("c-4", queue="sales", channel="chat", waiting_since=0.0), at=3.0)
    # More urgent than the one that ann is kept free for; but in its queue there is one before it that is not.
    assert reason_of(router.explain("c-4"), "ann").why is Why.DRAINING
    router.abandon("c-3", at=4.0)
    assert router.contacts["c-4"].agent == "ann"


def test_a_ring_goes_on_in_the_queue_that_it_began_in() -> None:
    router = centre(
        Queue("support", steps=(HELP,)),
        Queue("sales", agent_order=st.RingProgressively(5, limit=2), offer_timeout_s=12),
        ann={},
        bob={"queues": ("sales",)},
        cid={"queues": ("sales",)},
        dee={"queues": ("support", "sales")},
    )
    for name in ("ann", "cid", "dee"):
        router.set_away(name, at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.advance(at=10.0)
    for name in ("ann", "cid", "dee"):
        router.set_ready(name, at=11.0)
    ann, bob, cid, dee = router.explain("c-1").reasons
    assert [reason.why for reason in (ann, cid, dee)] == [Why.OFFERED_ELSEWHERE] * 3
    assert [(r.queue, r.when) for r in (ann, bob, cid)] == [("support", 22.0), ("support", 22.0), ("sales", 15.0)]
    assert (dee.queue, dee.when) == ("sales", 15.0)


# ---- what comes ---------------------------------------------------------------------------------------------------


def test_steps_are_told_with_their_conditions_as_they_stand() -> None:
    steps = (
        Step(20, add_queue="sales", when=[When("agents_available", at_most=0)]),
        Step(30, announce="soon", suggest_callback=True, when=[When("queue_length", at_least=1, at_most=3)]),
        Step(40, max_tier=2, when=[When("estimated_wait_s", at_least=1)]),
        Step(50, move_to="sales"),
        Step(60, drop=("billing",)),
    )
    router = centre(Queue("support", steps=steps), Queue("sales"), ann={}, bob={})
    router.enqueue(call("c-1", needs=(Need("billing", 1),)), at=0.0)
    explained = router.explain("c-1")
    told = [(one.at, one.what, one.holds) for one in explained.next]
    assert told == [
        (20.0, "the step after 20 s lets agents of sales help, if agents_available is at most 0 (now 2)", False),
        (
            30.0,
            "the step after 30 s suggests a callback, announces soon, "
            "if queue_length is at least 1 and at most 3 (now 1)",
            True,
        ),
        (40.0, "the step after 40 s reaches tier 2, if estimated_wait_s is at least 1 (now unknown)", False),
        (50.0, "the step after 50 s moves it to sales", True),
    ]
    assert "(now 2); as things stand now it is skipped." in str(explained)
    router.set_away("ann", at=1.0)
    router.set_away("bob", at=1.0)
    assert router.explain("c-1").next[0].holds


def test_a_step_that_would_be_skipped_puts_nothing_right() -> None:
    steps = (Step(10, max_tier=2, when=[When("agents_signed_in", at_least=2)]), Step(20, max_tier=2))
    router = centre(Queue("support", max_tier=1, steps=steps), ann={"queues": {"support": 2}})
    router.enqueue(call("c-1"), at=0.0)
    assert reason_of(router.explain("c-1"), "ann").when == 20.0
    router.add_agent(Agent("bob", queues={"support": 3}), at=0.0)
    router.sign_in("bob", at=0.0)
    assert reason_of(router.explain("c-1"), "ann").when == 10.0


def test_a_step_to_a_queue_that_is_not_there_is_told_as_skipped() -> None:
    router = centre(Queue("support", steps=(Step(10, move_to="nowhere"), Step(20, add_queue="nowhere"))))
    router.enqueue(call("c-1"), at=0.0)
    assert [(one.at, one.holds) for one in router.explain("c-1").next] == [(10.0, False), (20.0, False)]


FACTS = {
    "queue_length": 2,
    "position": 2,
    "agents_signed_in": 5,
    "agents_available": 2,
    "agents_eligible": 2,
    "estimated_wait_s": 14,
}


class TwoCalls(Estimator):
    """Seven seconds for each place; it must not be told of what is only read."""

    def __init__(self) -> None:
        self.seen = 0

    def observe(self, events: tuple[Any, ...]) -> None:
        self.seen += 1

    def estimate(self, contact: str) -> WaitEstimate:
        return WaitEstimate(contact=contact, at=None, position=None, state=EstimateState.TOO_LITTLE_DATA)

    def expected_s(self, queue: str, position: int, at: float) -> float | None:
        if queue != "support":
            raise RuntimeError("no idea")
        return 7.0 * position

    def to_data(self) -> Any:
        return None

    def restore(self, data: Any) -> None:
        pass


@pytest.mark.parametrize("fact", FACTS)
def test_what_a_condition_looks_at_is_what_the_step_will_see(fact: str) -> None:
    """As many as the explanation says: the step fires with that number as its bounds, and with no other."""
    for wanted in (FACTS[fact], FACTS[fact] + 1):
        when = [When(fact, at_least=wanted, at_most=wanted)]
        estimator = TwoCalls()
        router = Router(seed=1, estimator=estimator)
        router.add_queue(Queue("support", max_tier=1, steps=(Step(10, announce="x", when=when),)), at=0.0)
        skills = {"billing": 2}
        agents = {
            "ann": Agent("ann", queues=("support",), skills=skills),
            "bob": Agent("bob", queues=("support",), skills=skills),
            "cid": Agent("cid", queues=("support",)),
            "dee": Agent("dee", queues={"support": 2}, skills=skills),
            "eve": Agent("eve", queues=("support",), skills=skills),
            "fay": Agent("fay", queues=("support",), skills=skills),
        }
        for name, agent in agents.items():
            router.add_agent(agent, at=0.0)
            if name != "fay":
                router.sign_in(name, at=0.0)
        for name in ("ann", "bob"):
            router.enqueue(call(f"of-{name}", prefer=(name,)), at=0.0)
            router.accept(next(iter(router.offers)), at=0.0)
        router.set_away("eve", at=0.0)
        for name in ("c-1", "c-2"):
            router.enqueue(call(name, needs=(Need("billing", 2),)), at=0.0)
        seen = estimator.seen
        (step,) = router.explain("c-2").next
        assert estimator.seen == seen
        assert step.what.endswith(f"(now {FACTS[fact]})")
        assert step.holds == (wanted == FACTS[fact])
        told = [type(e).__name__ for e in router.advance(at=10.0) if getattr(e, "contact", "") == "c-2"]
        assert told[0] == ("StepFired" if step.holds else "StepSkipped")


def test_limits_that_will_act_are_told() -> None:
    limits = (
        Limit(nobody_s=30, suggest_callback=True),
        Limit(nobody_s=30, move_to="sales"),
        Limit(nobody_s=90, reject="nobody"),
        Limit(closed=True, at_closing=True, voicemail="box"),
        Limit(wait_s=50, self_service="bot"),
    )
    hours = Calendar("hours", time_zone="UTC", weekly={"mon-sun": ("00:00-00:01",)})
    router = centre(Queue("support", limits=limits, hours=hours), Queue("sales"))
    router.enqueue(call("c-1"), at=0.0)
    assert coming(router, "c-1") == [
        (30.0, "support has had nobody for 30 s, and a limit suggests a callback or else moves it to sales"),
        (50.0, "the step after 50 s sends it to self-service (bot)"),
        (60.0, "support closes, and a limit sends it to the voicemail (box)"),
    ]


# ---- parked -------------------------------------------------------------------------------------------------------


def test_a_parked_contact_has_an_owner_and_a_time() -> None:
    router = centre(Queue("support", owner_wait_s=100, return_wait_s=20), ann={}, bob={})
    busy(router, "ann")
    router.park("of-ann", until=60.0, at=10.0)
    router.set_away("ann", at=20.0)
    explained = router.explain("of-ann")
    assert explained.parked == Parked(owner="ann", until=60.0, follow_up=False, due_at=None)
    assert (explained.position, explained.reasons, explained.agent) == (None, (), None)
    assert explained.summary == "of-ann is parked until 60, and is ann's."
    assert coming(router, "of-ann") == [
        (60.0, "it comes back to the line of support, for ann first"),
        (120.0, "it is theirs no more, and it comes back to the line of support"),
    ]
    router.advance(at=60.0)
    assert router.explain("of-ann").parked is None


def test_a_follow_up_has_a_promise_besides() -> None:
    router = centre(Queue("support", lead_s=100, owner_wait_s=50), ann={}, bob={})
    busy(router, "ann")
    router.follow_up("of-ann", due_at=500.0, at=10.0)
    router.sign_out("ann", at=20.0)
    explained = router.explain("of-ann/follow-up-1")
    assert explained.parked == Parked(owner="ann", until=400.0, follow_up=True, due_at=500.0)
    assert explained.summary == "of-ann/follow-up-1 is parked until 400, promised for 500, and is ann's."
    assert coming(router, "of-ann/follow-up-1") == [
        (70.0, "it is theirs no more"),
        (400.0, "it enters the line of support, for ann first"),
    ]
    assert json.loads(json.dumps(explained.as_data(), allow_nan=False)) == explained.as_data()


def test_reading_changes_nothing() -> None:
    router = centre(Queue("support", prefer_s=60, steps=(HELP,), same_customer="behind"), Queue("sales"), ann={})
    router.enqueue(call("c-1", prefer=("ann",), customer="x"), at=0.0)
    router.enqueue(call("c-2", customer="x"), at=1.0)
    before = router.snapshot()
    for contact in router.contacts:
        str(router.explain(contact))
        str(router.explain(contact, limit=0))
    assert router.snapshot() == before
