"""Explanations of what rings, rests, waits for a window, and of the ranking of every order: a scene each.

The rest of the reasons is in tests/test_explain.py, random centres in tests/test_explain_random.py.
"""

from __future__ import annotations

import random

import attrs
import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, Router, Why
from routekit import strategies as st
from routekit.abc import AgentOrder, AgentStanding, MemberStanding, Pick
from tests.contract_centre import call, centre, one
from tests.orders import AGENT, REGISTRY


def told(router: Router, contact: str) -> list[tuple[str, str, float | None]]:
    """Agent, reason and when, of all agents."""
    return [(reason.agent, str(reason.why), reason.when) for reason in router.explain(contact).reasons]


def coming(router: Router, contact: str) -> list[tuple[float, str, str | None]]:
    return [(coming.at, coming.what, coming.agent) for coming in router.explain(contact).next]


# ---- several offers -------------------------------------------------------------------------------------------------


def test_all_who_ring_are_named() -> None:
    router = centre(Queue("support", agent_order=st.RingAll(limit=2)), ann={}, bob={}, cid={})
    router.enqueue(call("c-1"), at=5.0)
    assert told(router, "c-1") == [
        ("ann", "offered", 25.0),
        ("bob", "offered", 25.0),
        ("cid", "offered_elsewhere", 25.0),
    ]
    explained = router.explain("c-1")
    assert explained.summary == "c-1 is 1 of 1 in support and rings at ann (until 25) and bob (until 25)."
    cid = explained.reasons[2]
    assert (cid.text, cid.what) == ("could take it, and ann and bob have offers", "ann and bob not to accept")
    assert cid.details == {"offer": "o-1", "agent": "ann", "offers": ("o-1", "o-2"), "agents": ("ann", "bob")}
    assert coming(router, "c-1") == [(25.0, "offer o-1 runs out", "ann"), (25.0, "offer o-2 runs out", "bob")]
    router.decline("o-1", at=6.0)
    assert told(router, "c-1")[1:] == [("bob", "offered", 25.0), ("cid", "offered_elsewhere", 25.0)]
    assert "is offered to bob, who has until 25" in router.explain("c-1").summary


def test_the_next_ring_is_told_while_there_is_room_for_it() -> None:
    order = st.RingProgressively(5, limit=2)
    router = centre(Queue("support", agent_order=order, offer_timeout_s=12), ann={}, bob={}, cid={})
    router.enqueue(call("c-1"), at=0.0)
    assert told(router, "c-1") == [
        ("ann", "offered", 12.0),
        ("bob", "offered_elsewhere", 5.0),
        ("cid", "offered_elsewhere", 5.0),
    ]
    assert router.explain("c-1").reasons[1].what == "to be rung too"
    assert coming(router, "c-1") == [(5.0, "one more agent is rung", None), (12.0, "offer o-1 runs out", "ann")]
    router.advance(at=5.0)
    # Two ring, which is the limit; o-1 runs out at 12, and the ring after that is at 15.
    assert coming(router, "c-1") == [
        (12.0, "offer o-1 runs out", "ann"),
        (15.0, "one more agent is rung", None),
        (17.0, "offer o-2 runs out", "bob"),
    ]
    assert told(router, "c-1")[2] == ("cid", "offered_elsewhere", 15.0)
    assert [event.at for event in router.advance(at=16.0) if getattr(event, "agent", "") == "cid"] == [15.0]


def test_no_ring_is_told_that_would_come_too_late_or_not_at_all() -> None:
    router = centre(Queue("support", agent_order=st.RingProgressively(12), offer_timeout_s=12), ann={}, bob={})
    router.enqueue(call("c-1"), at=0.0)
    assert told(router, "c-1")[1] == ("bob", "offered_elsewhere", 12.0)
    assert coming(router, "c-1") == [(12.0, "offer o-1 runs out", "ann")]
    router.update_queue("support", agent_order=st.RingProgressively(5), at=1.0)
    assert coming(router, "c-1") == [(12.0, "offer o-1 runs out", "ann")]  # that ring's timer is at 12
    router.update_queue("support", agent_order=st.LongestIdle(), at=2.0)
    assert told(router, "c-1")[1] == ("bob", "offered_elsewhere", 12.0)


# ---- rests and windows ----------------------------------------------------------------------------------------------


def test_a_contact_that_rests_is_told_with_its_end() -> None:
    router = centre(
        Queue("support", retry_contact_s=30, no_answer_retry_s=50, offer_timeout_s=10), ann={}, bob={}, cid={}
    )
    router.set_away("cid", at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.advance(at=10.0)
    assert told(router, "c-1") == [
        ("ann", "retry_delay", 60.0),
        ("bob", "contact_resting", 40.0),
        ("cid", "away", None),
    ]
    explained = router.explain("c-1")
    assert "1 able to take it after its rest" in explained.summary
    bob = explained.reasons[1]
    assert (bob.text, bob.what, bob.ahead) == (
        "could take it, and it rests since nobody answered",
        "its rest to end",
        None,
    )
    assert (40.0, "its rest ends", None) in coming(router, "c-1")
    assert explained.counts[Why.CONTACT_RESTING] == 1
    # Cid would not get it either, were he ready: no promise of whom else he would have first.
    assert explained.reasons[2].ahead is None
    assert one(router.advance(at=40.0), "OfferMade").agent == "bob"


def test_a_batched_queue_tells_when_the_window_closes() -> None:
    router = centre(Queue("support", agent_order=st.Batched(10)), ann={}, bob={"queues": ()})
    router.set_away("ann", at=0.0)
    router.enqueue(call("c-1"), at=1.0)
    assert (told(router, "c-1")[0], coming(router, "c-1")) == (("ann", "away", None), [])
    router.set_ready("ann", at=2.0)
    assert told(router, "c-1") == [("ann", "window", 12.0), ("bob", "not_in_queue", None)]
    explained = router.explain("c-1")
    ann = explained.reasons[0]
    assert (ann.text, ann.what) == ("could take it, and waits for the window", "the window to close")
    assert ann.details == {"queue": "support", "every_s": 10.0, "closes": 12.0}
    assert "1 able to take it when the window closes" in explained.summary
    assert coming(router, "c-1") == [(12.0, "the window of support closes", None)]
    assert one(router.advance(at=12.0), "OfferMade").agent == "ann"


def test_a_window_is_told_where_an_advance_has_stopped_half_way() -> None:
    router = centre(Queue("support", agent_order=st.Batched(10), wrap_up_s=5, auto_accept=True), ann={})
    router.enqueue(call("c-1"), at=0.0)
    router.advance(at=10.0)
    router.finish("c-1", at=11.0)
    router.enqueue(call("c-2"), at=12.0)
    router.advance(at=16.0, limit=1)
    ann = router.explain("c-2").reasons[0]
    assert (str(ann.why), ann.when, ann.text) == ("window", None, "could take it, and a window is about to open")
    router.advance(at=16.0)
    assert told(router, "c-2") == [("ann", "window", 26.0)]


def test_an_agent_who_frees_up_names_who_is_ahead_by_ratio_and_by_share() -> None:
    ratio = Queue("support", contact_order=st.LongestWaitRatio(60, by_channel={"chat": 10}), auto_accept=True)
    router = centre(ratio, ann={})
    router.enqueue(call("busy"), at=0.0)
    router.enqueue(call("voice"), at=1.0)
    router.enqueue(call("chat", channel="chat"), at=10.0)
    assert [router.explain("voice").reasons[0].ahead, router.explain("chat").reasons[0].ahead] == [None, "voice"]
    router.advance(at=30.0)  # 29 / 60 against 20 / 10
    assert [router.explain("voice").reasons[0].ahead, router.explain("chat").reasons[0].ahead] == ["chat", None]

    router = Router(seed=1, queue_order=st.WeightedFair(expected_s=100))
    for name in ("support", "sales"):
        router.add_queue(Queue(name, auto_accept=True), at=0.0)
    for name, queues in (("ann", ("support", "sales")), ("bob", ("sales",))):
        router.add_agent(Agent(name, queues=queues), at=0.0)
        router.sign_in(name, at=0.0)
    router.enqueue(call("busy"), at=0.0)
    router.enqueue(call("other", "sales"), at=0.0)
    router.enqueue(call("a"), at=1.0)
    router.enqueue(call("b", "sales"), at=2.0)
    # Equal shares: a has waited longer. Once busy has taken more than was expected, sales is next.
    router.advance(at=50.0)
    assert [router.explain(name).reasons[0].ahead for name in ("a", "b")] == [None, "a"]
    router.advance(at=150.0)
    assert [router.explain(name).reasons[0].ahead for name in ("a", "b")] == ["b", None]
    assert one(router.finish("busy", at=150.0), "ContactConnected").contact == "b"


UNITS = Capacity(units=4, cost={"voice": 4})


def kept_free(*queues: Queue) -> Router:
    """Ann has a chat, and is kept free for a call that has waited since 1; she may take what comes before that."""
    chats, calls = Queue("chats", auto_accept=True), Queue("calls", drain_after_s=5)
    router = Router(seed=1)
    for queue in (chats, calls, *queues):
        router.add_queue(queue, at=0.0)
    names = [queue.name for queue in (chats, calls, *queues)]
    router.add_agent(Agent("ann", queues=names, capacity=UNITS), at=0.0)
    router.add_agent(Agent("bob", queues=names, capacity=Capacity(channels=("chat",))), at=0.0)
    router.sign_in("ann", at=0.0)
    router.enqueue(call("busy", "chats", channel="chat"), at=0.0)
    router.enqueue(call("goal", "calls"), at=1.0)
    assert one(router.advance(at=6.0), "DrainStarted").agent == "ann"
    return router


def test_who_is_kept_free_is_not_told_of_a_better_ratio_that_they_may_not_take() -> None:
    ratio = st.LongestWaitRatio(60, by_channel={"email": 1})
    router = kept_free(Queue("mix", contact_order=ratio, decline_retry_s=300, retry_agent_s=0))
    router.enqueue(call("before", "mix", channel="chat", waiting_since=0.0), at=7.0)
    router.decline("o-1", at=8.0)
    router.enqueue(call("behind", "mix", channel="email", waiting_since=2.0), at=9.0)
    assert told(router, "behind")[0] == ("ann", "draining", None)
    before = router.explain("before").reasons[0]
    assert (str(before.why), before.ahead) == ("retry_delay", None)  # though "behind" has the greater ratio


def test_a_contact_that_rests_holds_nobody_back_who_is_kept_free() -> None:
    router = kept_free(Queue("late", contact_order=st.Fifo(), retry_contact_s=100, offer_timeout_s=5))
    router.sign_in("bob", at=7.0)
    router.enqueue(call("resting", "late", channel="chat"), at=7.0)
    router.advance(at=12.0)
    router.sign_out("bob", at=12.0)
    assert told(router, "resting")[0] == ("ann", "draining", None)
    event = one(router.enqueue(call("urgent", "late", channel="chat", priority=9), at=13.0), "OfferMade")
    assert (event.contact, event.agent) == ("urgent", "ann")
    found = router.explain_offer(event.offer)
    assert (found.eligible, dict(found.refused)) == (1, {Why.OFFLINE: 1})


# ---- rankings -------------------------------------------------------------------------------------------------------


class FromTheTop(AgentOrder):
    """Down the line, each contact from its top."""

    name = "from-the-top"
    pick = Pick.CURSOR


class Senior(AgentOrder):
    """Those with most of a skill first, by the standing's own numbers."""

    name = "senior"
    parts = ("-skill_total", "last_offer")


class Own(AgentOrder):
    """A key that is computed."""

    name = "own"

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        return (float(len(agent.id)), -agent.idle_since)


def test_a_contact_that_starts_at_the_top_is_ranked_from_where_it_was() -> None:
    for trace in (0, 10):
        router = Router(seed=1, trace=trace)
        router.add_queue(Queue("support", agent_order=FromTheTop(), decline_retry_s=0, retry_agent_s=0), at=0.0)
        for name in ("ann", "bob", "cid"):
            router.add_agent(Agent(name, queues=("support",)), at=0.0)
            router.sign_in(name, at=0.0)
        router.enqueue(call("c-1"), at=0.0)
        router.decline("o-1", at=1.0)
        found = router.explain_offer("o-2")
        assert found.traced is bool(trace)
        assert (found.winner.agent, found.winner.key) == ("bob", {"passed": 0.0})
        assert [(ranked.agent, ranked.key["passed"]) for ranked in found.runners_up] == [("cid", 0.0)]
        assert [ranked.agent for ranked in router.traces[-1].ranking] == ["bob", "cid", "ann"] if trace else True


def test_a_part_of_which_more_is_better_is_told_as_it_is() -> None:
    router = centre(Queue("support", agent_order=Senior()), ann={"skills": {"x": 1}}, bob={"skills": {"x": 3}})
    router.enqueue(call("c-1"), at=1.0)
    found = router.explain_offer("o-1")
    assert (found.winner.agent, found.winner.key) == ("bob", {"skill_total": 3.0, "last_offer": 0.0})
    assert found.runners_up[0].key == {"skill_total": 1.0, "last_offer": 0.0}


class Computed(Senior):
    """A key that is not that of the parts which its class has from another."""

    name = "computed"

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        return (7.0, *super().key(agent, member))


def test_a_computed_key_is_not_told_by_the_names_of_parts() -> None:
    router = centre(Queue("support", agent_order=Computed()), ann={"skills": {"x": 1}})
    router.enqueue(call("c-1"), at=1.0)
    assert router.explain_offer("o-1").winner.key == {"key_1": 7.0, "key_2": -1.0}


def test_a_mean_that_drifts_is_told_as_of_the_decision() -> None:
    router = centre(Queue("support", agent_order=st.LeastOccupied(half_life_s=10)), ann={}, bob={})
    router.enqueue(call("c-1"), at=5.0)
    router.advance(at=15.0)
    found = router.explain_offer("o-1")
    assert (found.agent, found.winner.key["occupied"]) == ("ann", 0.0)


def test_a_window_has_no_key_of_its_own_and_runners_up_by_score() -> None:
    router = centre(
        Queue("support", agent_order=st.Batched(5)),
        ann={"skills": {"x": 1}},
        bob={"skills": {"x": 3}},
        cid={"skills": {"x": 2}},
    )
    router.enqueue(call("c-1", needs=(Need("x", 1),)), at=0.0)
    router.advance(at=5.0)
    found = router.explain_offer("o-1")
    assert (found.agent, found.winner.key) == ("bob", {})
    assert [(ranked.agent, ranked.key["score"]) for ranked in found.runners_up] == [("cid", 2.0), ("ann", 1.0)]
    assert (found.eligible, dict(found.refused)) == (3, {})


def test_who_is_rung_beside_the_winner_has_it_already() -> None:
    for trace in (0, 5):
        router = Router(seed=1, trace=trace)
        router.add_queue(Queue("support", agent_order=st.RingAll(limit=2)), at=0.0)
        for name in ("ann", "bob", "cid"):
            router.add_agent(Agent(name, queues=("support",), skills={name: 1}), at=0.0)
            router.sign_in(name, at=0.0)
        router.enqueue(call("c-1"), at=1.0)
        for offer, agent in (("o-1", "ann"), ("o-2", "bob")):
            found = router.explain_offer(offer)
            assert (found.winner.agent, found.winner.key, found.traced) == (
                agent,
                {"has_work": 0.0, "idle_since": 0.0},
                bool(trace),
            )
            assert [ranked.agent for ranked in found.runners_up] == ["cid"]
        if trace:
            assert (router.traces[-1].offer, router.traces[-1].offers) == ("o-1", ("o-1", "o-2"))
        else:
            assert (found.eligible, dict(found.refused)) == (2, {Why.OFFERED: 1})


# ---- the runner-up is the next --------------------------------------------------------------------------------------

DETERMINISTIC = [
    *(
        order
        for name, orders in AGENT.items()
        for order in orders
        if not name.startswith(
            ("random", "weighted", "batch", "asterisk-random", "asterisk-wrandom", "freeswitch-random")
        )
    ),
    FromTheTop(),
    Senior(),
    Own(),
]
SKILLS = ("x", "y")


def busy_centre(order: AgentOrder, source: random.Random) -> Router:
    """A centre with a past: agents of all sorts, some with work, and nobody waiting."""
    router = Router(seed=1, registry=REGISTRY)
    later = Queue("support", agent_order=order, decline_retry_s=500, retry_agent_s=source.choice((0, 5)))
    router.add_queue(later, at=0.0)
    router.add_queue(Queue("sales", agent_order=st.Random(), auto_accept=True), at=0.0)
    for i in range(source.randint(4, 9)):
        skills = {skill: source.randint(1, 3) for skill in SKILLS if source.random() < 0.7}
        queues = {"support": source.choice((1, 1, 1, 2)), "sales": 1}
        router.add_agent(
            Agent(f"a{i}" * (1 + i % 3), queues=queues, skills=skills, capacity=Capacity(units=3, cost={"voice": 1})),
            at=0.0,
        )
    at = 0.0
    for i in range(30):
        at += source.choice((0.0, 1.0, 7.5))
        router.advance(at=at)
        act = source.randint(0, 6)
        offline = [name for name, view in router.agents.items() if view.state == "offline"]
        talking = [name for name, view in router.contacts.items() if view.state == "connected"]
        if offline and act < 3:
            router.sign_in(source.choice(offline), at=at)
        elif talking and act in (3, 4):
            router.finish(source.choice(talking), at=at)
        else:
            router.enqueue(Contact(f"p-{i}", queue=source.choice(("support", "sales"))), at=at)
            for offer in list(router.offers):
                if offer in router.offers:
                    router.accept(offer, at=at)
    for name, view in list(router.contacts.items()):
        if view.state == "queued":
            router.abandon(name, at=at)
    return router


@pytest.mark.parametrize("order", DETERMINISTIC, ids=lambda order: str(order) if attrs.has(type(order)) else order.name)
def test_who_is_told_first_behind_the_winner_is_chosen_when_the_winner_declines(order: AgentOrder) -> None:
    seeds, tried = 12, 0
    if getattr(order, "scorer", None) == "shaky":
        pytest.skip("a score that fails refuses the command")
    for seed in range(seeds):
        source = random.Random(seed)
        router = busy_centre(order, source)
        at = float(router.now or 0.0) + 1.0
        needs = (Need("x", 0), Need("y", 0)) if seed % 2 else ()
        made = [e for e in router.enqueue(Contact("c", queue="support", needs=needs), at=at) if hasattr(e, "offer")]
        while made:
            open_now = router.contacts["c"].offers
            for offer in open_now[:-1]:
                router.decline(offer, at=at)
            found = router.explain_offer(open_now[-1])
            assert found.winner.agent == found.agent
            made = [e for e in router.decline(open_now[-1], at=at) if type(e).__name__ == "OfferMade"]
            runner_up = found.runners_up[:1]
            if "passed" in found.winner.key and runner_up and runner_up[0].tier > found.winner.tier:
                continue  # that turn is told from where the pointer was before the winner had it
            assert [e.agent for e in made[:1]] == [ranked.agent for ranked in runner_up], f"seed {seed}: {found}"
            tried += bool(made)
        router.check()
    assert tried >= seeds // 2, "there were others to choose from"
