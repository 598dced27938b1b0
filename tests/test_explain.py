"""Explanations: each reason in a scene of its own, with what it says, when it is due to change and who is ahead.

tests/test_explain_random.py holds the same against the plain router's rules, in random centres.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, Reason, Router, Step, Why
from routekit import strategies as st
from routekit.errors import InvalidType, InvalidValue, StaleOffer, UnknownContact, UnknownOffer

CHATTY = Capacity(units=4, cost={"voice": 4, "chat": 1})


def centre(*queues: Queue, seed: int = 1, trace: int = 0, **agents: Any) -> Router:
    """A router with these queues, and agents who are signed in at 0 in the order given."""
    router = Router(seed=seed, trace=trace)
    for queue in queues or (Queue("support"),):
        router.add_queue(queue, at=0.0)
    for name, fields in agents.items():
        router.add_agent(Agent(name, **{"queues": ("support",), **fields}), at=0.0)
        router.sign_in(name, at=0.0)
    return router


def call(name: str, queue: str = "support", channel: str = "voice", **fields: Any) -> Contact:
    return Contact(name, queue=queue, channel=channel, **fields)


def reason_of(router: Router, contact: str, agent: str) -> Reason:
    return next(reason for reason in router.explain(contact).reasons if reason.agent == agent)


def short(reason: Reason) -> tuple[Any, ...]:
    return (str(reason.why), reason.when, reason.ahead)


# ---- scenes: one a reason -----------------------------------------------------------------------------------------


def test_offline_and_away() -> None:
    router = centre(ann={}, bob={})
    router.sign_out("ann", at=1.0)
    router.set_away("bob", reason="lunch", at=1.0)
    router.enqueue(call("c-1"), at=2.0)
    ann, bob = router.explain("c-1").reasons
    assert short(ann) == ("offline", None, None)
    assert short(bob) == ("away", None, None)
    assert (bob.text, bob.details) == ("is away (lunch)", {"reason": "lunch"})


def test_queue_tier_and_the_step_that_widens_it() -> None:
    steps = (Step(10, max_tier=2), Step(20, max_tier=3))
    router = centre(Queue("support", max_tier=1, steps=steps), ann={"queues": ()}, bob={"queues": {"support": 3}})
    router.enqueue(call("c-1"), at=5.0)
    ann, bob = router.explain("c-1").reasons
    assert short(ann) == ("not_in_queue", None, None)
    assert short(bob) == ("tier", 25.0, None)
    assert bob.details == {"tier": 3, "reach": 1}
    assert bob.happens == "the step after 20 s reaches tier 3"


def test_the_last_of_the_steps_of_one_time_has_the_word() -> None:
    steps = (Step(10, max_tier=2), Step(10, max_tier=1), Step(15, max_tier=2))
    router = centre(Queue("support", max_tier=1, steps=steps), bob={"queues": {"support": 2}})
    router.enqueue(call("c-1"), at=0.0)
    assert short(reason_of(router, "c-1", "bob")) == ("tier", 15.0, None)


def test_only_steps_to_come_are_told() -> None:
    steps = (Step(10, max_tier=2), Step(20, max_tier=1), Step(30, max_tier=2))
    router = centre(Queue("support", max_tier=1, steps=steps), bob={"queues": {"support": 2}})
    router.set_away("bob", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.advance(at=25.0)
    router.set_ready("bob", at=25.0)
    assert short(reason_of(router, "c-1", "bob")) == ("tier", 30.0, None)
    assert [coming.at for coming in router.explain("c-1").next] == [30.0]


def test_a_step_never_asks_for_more() -> None:
    steps = (Step(10, lower={"billing": 2}), Step(10, lower={"billing": 5}))
    router = centre(Queue("support", steps=steps), bob={"skills": {"billing": 2}})
    router.enqueue(call("c-1", needs=(Need("billing", 3),)), at=0.0)
    assert short(reason_of(router, "c-1", "bob")) == ("skill_too_low", 10.0, None)


def test_a_skill_that_is_asked_for_twice() -> None:
    router = centre(bob={})
    router.enqueue(call("c-1", needs=(Need("billing", 1), Need("billing", 3))), at=0.0)
    found = router.explain("c-1")
    assert (found.needs, found.reasons[0].details["asked"]) == ({"billing": 3.0}, 3.0)


def test_becoming_ready_opens_the_channels_too() -> None:
    router = centre(ann={})
    router.set_away("ann", channels=("voice",), at=0.0)
    router.set_away("ann", at=0.0)
    for name in ("c-1", "c-2"):
        router.enqueue(call(name), at=1.0)
    assert [short(reason_of(router, name, "ann")) for name in ("c-1", "c-2")] == [
        ("away", None, None),
        ("away", None, "c-1"),
    ]


def test_who_has_waited_long_is_ahead_though_nobody_has_looked() -> None:
    queue = Queue("support", contact_order=st.StrictPriority(), tier_wait_s=10)
    router = centre(queue, ann={"queues": {"support": 2}})
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-old"), at=0.0)
    router.enqueue(call("c-high", priority=5), at=9.0)
    assert short(reason_of(router, "c-old", "ann")) == ("away", None, "c-high")
    router.advance(at=12.0)
    assert short(reason_of(router, "c-old", "ann")) == ("away", None, None)
    assert short(reason_of(router, "c-high", "ann")) == ("away", None, "c-old")
    assert router.set_ready("ann", at=12.0)[-1].contact == "c-old"


def test_channel_closed_by_presence_and_by_capacity() -> None:
    router = centre(ann={}, bob={"capacity": Capacity(channels=("chat", "email"))})
    router.set_away("ann", channels=("voice",), at=0.0)
    router.enqueue(call("c-1"), at=1.0)
    ann, bob = router.explain("c-1").reasons
    assert (ann.why, ann.details["closed_by"]) == (Why.CHANNEL, "presence")
    assert (bob.why, bob.details["closed_by"], bob.text) == (Why.CHANNEL, "capacity", "takes chat, email, not voice")


def test_skills_and_the_step_that_asks_less() -> None:
    steps = (Step(10, lower={"billing": 2}), Step(30, drop=("billing",)))
    router = centre(
        Queue("support", steps=steps), ann={}, bob={"skills": {"billing": 2}}, cid={"skills": {"billing": 1}}
    )
    router.enqueue(call("c-1", needs=(Need("billing", 3),)), at=0.0)
    ann, bob, cid = router.explain("c-1").reasons
    assert short(ann) == ("skill_missing", 30.0, None)
    assert short(bob) == ("skill_too_low", 10.0, None)
    assert short(cid) == ("skill_too_low", 30.0, None)
    assert bob.details == {"skill": "billing", "has": 2.0, "asked": 3.0}
    router.sign_out("bob", at=5.0)
    router.advance(at=10.0)
    after = router.explain("c-1")
    assert after.needs == {"billing": 2.0}
    assert [str(reason.why) for reason in after.reasons] == ["skill_missing", "offline", "skill_too_low"]


def test_never_fits_by_cost_and_by_limit() -> None:
    router = centre(
        ann={"capacity": Capacity(units=2, cost={"voice": 3})}, bob={"capacity": Capacity(limit={"voice": 0})}
    )
    router.enqueue(call("c-1"), at=0.0)
    ann, bob = router.explain("c-1").reasons
    assert (ann.why, ann.details) == (Why.NEVER_FITS, {"units": 2.0, "asked": 3.0})
    assert (bob.why, bob.details) == (Why.NEVER_FITS, {"limit": 0, "channel": "voice"})


def test_no_room_names_the_work_that_ends_first_and_when() -> None:
    router = centre(Queue("support", wrap_up_s=30), ann={"capacity": CHATTY})
    for name in ("t-1", "t-2", "t-3", "t-4"):
        router.enqueue(call(name, channel="chat"), at=0.0)
    for offer in list(router.offers):
        router.accept(offer, at=1.0)
    router.enqueue(call("t-5", channel="chat"), at=2.0)
    reason = reason_of(router, "t-5", "ann")
    assert short(reason) == ("capacity", None, None)
    assert reason.details == {
        "used": 4.0,
        "units": 4.0,
        "free": 0.0,
        "asked": 1.0,
        "kept_free_for_it": False,
        "ends": ("t-1",),
    }
    router.finish("t-3", at=10.0)
    reason = reason_of(router, "t-5", "ann")
    assert (reason.when, reason.happens, reason.what) == (40.0, "the wrap-up of t-3 ends", "the wrap-up of t-3 to end")


def test_the_limit_of_a_channel() -> None:
    router = centre(ann={"capacity": Capacity(units=4, cost={"chat": 1}, limit={"chat": 1})})
    router.enqueue(call("t-1", channel="chat"), at=0.0)
    router.enqueue(call("t-2", channel="chat"), at=0.0)
    reason = reason_of(router, "t-2", "ann")
    assert short(reason) == ("limit", 20.0, None)
    assert reason.details == {"channel": "chat", "held": 1, "limit": 1, "ends": ("t-1",)}


def test_interruptible_work_does_not_stand_in_the_way() -> None:
    capacity = Capacity(units=2, cost={"voice": 2}, interruptible=("email",))
    router = centre(ann={"capacity": capacity})
    router.enqueue(call("e-1", channel="email"), at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    assert router.contacts["c-1"].state == "offered"
    assert reason_of(router, "c-2", "ann").details["ends"] == ("c-1",)


def test_resting_then_the_retry_delay() -> None:
    router = centre(Queue("support", decline_retry_s=30, retry_agent_s=2), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.decline("o-1", at=1.0)
    assert short(reason_of(router, "c-1", "ann")) == ("resting", 3.0, None)
    router.advance(at=3.0)
    assert short(reason_of(router, "c-1", "ann")) == ("retry_delay", 31.0, None)


def test_kept_free_for_another() -> None:
    router = centre(Queue("support", drain_after_s=10), ann={"capacity": CHATTY})
    for name in ("t-1", "t-2"):
        router.enqueue(call(name, channel="chat"), at=0.0)
    for offer in list(router.offers):
        router.accept(offer, at=1.0)
    router.enqueue(call("c-1"), at=2.0)
    assert [(coming.at, coming.what) for coming in router.explain("c-1").next] == [
        (12.0, "an agent may be kept free for it")
    ]
    router.advance(at=12.0)
    router.enqueue(call("t-3", channel="chat"), at=13.0)
    assert reason_of(router, "c-1", "ann").details["kept_free_for_it"]
    reason = reason_of(router, "t-3", "ann")
    assert (short(reason), reason.details) == (("draining", None, None), {"draining_for": "c-1"})
    router.finish("t-1", at=14.0)
    router.finish("t-2", at=14.0)
    assert router.contacts["c-1"].state == "offered"
    assert short(reason_of(router, "t-3", "ann")) == ("capacity", 34.0, None)


def test_who_is_kept_free_for_one_that_fits_by_now() -> None:
    router = centre(Queue("support", drain_after_s=0, wrap_up_s=10), ann={"capacity": CHATTY})
    for name in ("t-1", "t-2"):
        router.enqueue(call(name, channel="chat"), at=0.0)
    for offer in list(router.offers):
        router.accept(offer, at=1.0)
    router.enqueue(call("c-1"), at=2.0)
    router.enqueue(call("t-3", channel="chat"), at=3.0)
    for name in ("t-1", "t-2"):
        router.finish(name, at=4.0)
    router.advance(at=14.0, limit=2)
    assert short(reason_of(router, "c-1", "ann")) == ("not_settled", None, None)
    assert short(reason_of(router, "t-3", "ann")) == ("draining", None, None)


def test_offered_to_one_and_so_not_to_others() -> None:
    router = centre(ann={}, bob={}, cid={"skills": {}})
    router.set_away("cid", at=0.0)
    router.enqueue(call("c-1"), at=1.0)
    found = router.explain("c-1")
    assert [short(reason) for reason in found.reasons] == [
        ("offered", 21.0, None),
        ("offered_elsewhere", 21.0, None),
        ("away", None, None),
    ]
    assert (found.state, found.agent, found.position) == ("offered", "ann", 1)
    assert found.summary == "c-1 is 1 of 1 in support and is offered to ann, who has until 21."


def test_an_agent_who_frees_up_names_the_better_contact_ahead() -> None:
    router = centre(ann={})
    for name in ("c-0", "c-1", "c-2"):
        router.enqueue(call(name), at=0.0)
    router.accept("o-1", at=1.0)
    assert short(reason_of(router, "c-1", "ann")) == ("capacity", None, None)
    assert short(reason_of(router, "c-2", "ann")) == ("capacity", None, "c-1")
    made = router.finish("c-0", at=5.0)[-1]
    assert (made.contact, made.agent) == ("c-1", "ann")


def test_a_stop_half_way_is_told() -> None:
    queue = Queue("support", no_answer_retry_s=0, offer_timeout_s=5)
    router = centre(queue, ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(call("c-2", priority=-1), at=0.0)
    router.advance(at=5.0, limit=1)
    assert short(reason_of(router, "c-1", "ann")) == ("not_settled", None, None)
    second = reason_of(router, "c-2", "ann")
    assert (second.why, second.details) == (Why.BETTER_CONTACT_AHEAD, {"contact": "c-1"})


def test_a_contact_with_its_agent_waits_for_nobody() -> None:
    router = centre(Queue("support", wrap_up_s=10), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.accept("o-1", at=2.0)
    found = router.explain("c-1")
    assert (found.agent, found.position, found.reasons, found.next) == ("ann", None, (), ())
    assert str(found) == "c-1 is with ann since 2."
    router.finish("c-1", at=5.0)
    assert str(router.explain("c-1")) == (
        "c-1 is over, and ann wraps up until 15.\nNext: at 15 (in 10 s) the wrap-up ends (ann)."
    )


def test_text_for_a_supervisor() -> None:
    router = centre(
        Queue("support", wrap_up_s=30, steps=(Step(60, drop=("billing",)),)), ann={"skills": {"billing": 3}}, bob={}
    )
    router.enqueue(call("c-0"), at=0.0)
    router.accept("o-1", at=0.0)
    router.finish("c-0", at=10.0)
    router.set_away("bob", reason="lunch", at=10.0)
    router.enqueue(call("c-1", needs=(Need("billing", 2),)), at=15.0)
    assert router.explain("c-1").text().splitlines() == [
        "c-1 is 1 of 1 in support; of 2 agents: 1 away, 1 without room.",
        "It asks for voice, billing 2, and has waited 0 s.",
        "  ann has no room: 1 of 1 units in use, 1 asked; needs the wrap-up of c-0 to end; "
        "at 40 (in 25 s) the wrap-up of c-0 ends",
        "  bob is away (lunch); needs to be set ready",
        "Next: at 40 (in 25 s) the wrap-up of c-0 ends (ann).",
        "Next: at 75 (in 60 s) the step after 60 s drops billing.",
    ]


def test_no_agents_at_all() -> None:
    router = centre()
    router.enqueue(call("c-1"), at=0.0)
    assert router.explain("c-1").summary == "c-1 is 1 of 1 in support, and there are no agents."


def test_more_agents_than_the_limit_are_told_by_profile() -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    for i in range(60):
        skills = {"billing": 1.0} if i % 3 == 0 else {}
        router.add_agent(Agent(f"a-{i}", queues=("support",), skills=skills), at=0.0)
    router.enqueue(call("c-1", needs=(Need("billing", 2),)), at=0.0)
    for i in range(10):
        router.sign_in(f"a-{i}", at=1.0)
    found = router.explain("c-1")
    assert found.reasons == ()
    assert found.counts == {Why.OFFLINE: 50, Why.SKILL_MISSING: 6, Why.SKILL_TOO_LOW: 4}
    first, second = found.groups
    assert (first.agents, first.queues, first.skills) == (20, {"support": 1}, {"billing": 1.0})
    assert [(count.why, count.agents, count.example) for count in first.counts] == [
        (Why.OFFLINE, 16, "a-12"),
        (Why.SKILL_TOO_LOW, 4, "a-0"),
    ]
    assert second.text() == "40 of support; no skills; 1 units: 34 offline (a-10), 6 without a skill (a-1)"
    assert len(router.explain("c-1", limit=60).reasons) == 60


def test_unknown_and_wrong_arguments() -> None:
    router = centre(ann={})
    with pytest.raises(UnknownContact):
        router.explain("c-1")
    with pytest.raises(InvalidType):
        router.explain(1)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        router.explain("c-1", limit=-1)
    with pytest.raises(UnknownOffer):
        router.explain_offer("o-1")
    router.enqueue(call("c-1"), at=0.0)
    router.accept("o-1", at=0.0)
    with pytest.raises(StaleOffer):
        router.explain_offer("o-1")


# ---- scenes: offers -----------------------------------------------------------------------------------------------


def test_the_key_of_the_winner_is_that_of_the_decision() -> None:
    router = centre(ann={}, bob={}, cid={"skills": {"french": 1}}, dee={})
    router.set_away("dee", at=0.0)
    router.enqueue(call("c-0"), at=1.0)
    router.accept("o-1", at=1.0)
    router.finish("c-0", at=9.0)
    router.enqueue(call("c-1"), at=10.0)
    found = router.explain_offer("o-2")
    assert (found.winner.agent, found.winner.tier, found.winner.key) == ("bob", 1, {"has_work": 0.0, "idle_since": 0.0})
    assert [ranked.agent for ranked in found.runners_up] == ["cid", "ann"]
    assert found.runners_up[1].key == {"has_work": 0.0, "idle_since": 9.0}
    assert (found.eligible, found.refused, found.as_of, found.traced) == (3, {Why.AWAY: 1}, 10.0, False)
    assert found.text().splitlines() == [
        "o-2: c-1 of support is offered to bob; it runs out at 30 (in 20 s).",
        "By longest-idle: bob (tier 1, has_work 0, idle_since 0, sequence 2).",
        "  before cid (tier 1, has_work 0, idle_since 0, sequence 3)",
        "  before ann (tier 1, has_work 0, idle_since 9, sequence 1)",
        "As things stand now: 3 could take it, 1 away.",
    ]
    router.set_away("cid", at=12.0)
    assert router.explain_offer("o-2").refused == {Why.AWAY: 2}


def test_the_winner_is_told_by_the_order_of_then() -> None:
    router = centre(Queue("support", agent_order=st.FewestContacts(half_life_s=60)), ann={}, bob={})
    for i in range(3):
        router.enqueue(call(f"c-{i}"), at=0.0)
        for offer in list(router.offers):
            router.accept(offer, at=0.0)
            router.finish(f"c-{i}", at=0.0)
    router.enqueue(call("c-9"), at=0.0)
    found = router.explain_offer("o-4")
    assert (found.order, found.winner.agent, found.winner.key["contacts"]) == ("fewest-contacts", "bob", 1.0)
    assert found.runners_up[0].key["contacts"] == 2.0
    router.update_queue("support", agent_order=st.LongestIdle(), at=1.0)
    found = router.explain_offer("o-4")
    assert (found.order, found.winner.key["contacts"]) == ("fewest-contacts", 1.0)
    assert found.runners_up[0].key == {"has_work": 0.0, "idle_since": 0.0}


def test_a_restored_offer_keeps_its_key_and_loses_its_trace() -> None:
    router = centre(ann={"queues": {"support": 2}}, bob={"queues": {"support": 3}}, trace=5)
    router.enqueue(call("c-1"), at=0.0)
    found = Router.restore(router.snapshot()).explain_offer("o-1")
    key = {"has_work": 0.0, "idle_since": 0.0}
    assert (found.order, found.winner.agent, found.winner.tier, found.winner.key) == ("longest-idle", "ann", 2, key)
    assert (found.traced, [ranked.agent for ranked in found.runners_up]) == (False, ["bob"])


def test_orders_that_turn_and_draw() -> None:
    router = centre(
        Queue("support", agent_order=st.RoundRobin()), ann={}, bob={"skills": {"x": 1}}, cid={"skills": {"y": 1}}
    )
    for i in range(2):
        router.enqueue(call(f"c-{i}"), at=0.0)
    found = router.explain_offer("o-2")
    assert (found.winner.agent, found.winner.key) == ("bob", {"passed": 0.0})
    assert [ranked.agent for ranked in found.runners_up] == ["cid"]
    router = centre(Queue("support", agent_order=st.Random()), ann={}, bob={}, cid={"queues": {"support": 2}})
    router.enqueue(call("c-1"), at=0.0)
    found = router.explain_offer("o-1")
    assert (found.drawn_among, found.winner.key) == (2, {})
    assert "By random, drawn among 2: " in found.text()
    before = router.snapshot()
    router.explain_offer("o-1")
    assert router.snapshot() == before


@pytest.mark.parametrize("trace", [0, 9])
def test_a_turn_is_told_from_where_the_pointer_was(trace: int) -> None:
    agents: dict[str, Any] = {name: {"skills": {name: 1}} for name in ("ann", "bob", "cid")}
    router = centre(Queue("support", agent_order=st.RoundRobin()), trace=trace, **agents)
    told = []
    for i in range(4):
        router.enqueue(call(f"c-{i}"), at=0.0)
        found = router.explain_offer(f"o-{i + 1}")
        told.append([(ranked.agent, ranked.key["passed"]) for ranked in (found.winner, *found.runners_up)])
        router.accept(f"o-{i + 1}", at=0.0)
        router.finish(f"c-{i}", at=0.0)
    assert told == [
        [("ann", 0.0), ("bob", 0.0), ("cid", 0.0)],
        [("bob", 0.0), ("cid", 0.0), ("ann", 1.0)],
        [("cid", 0.0), ("ann", 1.0), ("bob", 1.0)],
        [("ann", 1.0), ("bob", 1.0), ("cid", 1.0)],
    ]


def test_at_most_eight_runners_up_one_a_profile() -> None:
    agents = {f"a{i}": {"skills": {"x": 1 + i // 2}} for i in range(24)}
    router = centre(**agents)
    router.enqueue(call("c-1"), at=0.0)
    found = router.explain_offer("o-1")
    assert [ranked.agent for ranked in found.runners_up] == ["a1", "a2", "a4", "a6", "a8", "a10", "a12", "a14"]
    assert found.eligible == 24


def test_a_trace_keeps_the_last_decisions() -> None:
    router = centre(Queue("support", auto_accept=True), trace=2, ann={}, bob={}, cid={})
    assert router.traces == ()
    for i in range(3):
        router.enqueue(call(f"c-{i}"), at=float(i))
    second, third = router.traces
    assert (second.contact, second.offer, second.winner.agent, second.refused) == (
        "c-1",
        None,
        "bob",
        {Why.CAPACITY: 1},
    )
    assert [ranked.agent for ranked in second.ranking] == ["bob", "cid"]
    assert (third.at, [ranked.agent for ranked in third.ranking]) == (2.0, ["cid"])
    assert json.loads(json.dumps(second.as_data()))["refused"] == {"capacity": 1}
    assert Router().traces == ()
