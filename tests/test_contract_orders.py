"""What the field expects of the ways to choose, in its words: orders, rings, windows, an app's own scores, shares.

Every order by itself is held against the plain router elsewhere; here stand the sentences that a supervisor would
check.
"""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from routekit import Capacity, Contact, Need, Queue, RoutekitError, Router, Step
from routekit import strategies as st
from routekit.errors import CivilTimeUnknown, InvalidValue, StaleOffer, StrategyError, UnknownStrategy
from routekit.events import OfferMade, OfferRevoked, StrategyFailed
from tests.contract_centre import CHATTY, call, centre, chat, connected, names, offered, one, take


def served(router: Router, contact: str, at: float, lasts: float = 1.0, **fields: Any) -> str:
    """A whole call: by whom."""
    agent = take(router, call(contact, **fields), at=at)
    router.finish(contact, at=at + lasts)
    return agent


# -- agent orders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("since", ["last_finish", "last_offer"])
def test_a_pause_does_not_cost_a_place_where_the_last_contact_counts(since: Any) -> None:
    router = centre(Queue("support", agent_order=st.LongestIdle(since=since)), ann={}, bob={})
    assert [served(router, f"c-{n}", at=10.0 * n) for n in (1, 2)] == ["ann", "bob"]
    router.set_away("ann", at=30.0)
    router.set_ready("ann", at=31.0)
    assert served(router, "c-3", at=40.0) == "ann"


@pytest.mark.parametrize("since", ["ready", "last_finish", "last_offer"])
def test_nobody_comes_to_the_front_by_staying_away(since: Any) -> None:
    router = centre(Queue("support", agent_order=st.LongestIdle(since=since)), ann={}, bob={}, cid={})
    assert [served(router, f"c-{n}", at=10.0 * n) for n in (1, 2, 3)] == ["ann", "bob", "cid"]
    router.set_away("cid", at=40.0)
    assert served(router, "c-4", at=3_000.0) == "ann"
    assert served(router, "c-5", at=3_500.0) == "bob"
    router.set_ready("cid", at=3_600.0)
    assert served(router, "c-6", at=3_601.0) == "ann", "cid had been idle for 9 s when the absence began"


def test_least_recent_looks_at_its_own_queue() -> None:
    support = Queue("support", agent_order=st.LeastRecent())
    router = centre(support, Queue("sales"), ann={"queues": ("support", "sales")}, bob={})
    served(router, "c-1", at=10.0)
    served(router, "c-2", at=20.0)
    served(router, "c-3", at=30.0, queue="sales")
    assert served(router, "c-4", at=40.0) == "ann"


def test_top_down_begins_at_the_top_each_time() -> None:
    router = centre(Queue("support", agent_order=st.TopDown()), ann={}, bob={}, cid={})
    assert [served(router, f"c-{n}", at=10.0 * n) for n in (1, 2, 3)] == ["ann", "ann", "ann"]
    first = one(router.enqueue(call("c-4"), at=40.0), "OfferMade")
    assert offered(router.decline(first.offer, at=41.0)) == [("c-4", "bob")]


def test_round_robin_ordered_goes_by_the_order_of_joining_the_queue() -> None:
    router = centre(Queue("support", agent_order=st.RoundRobinOrdered()), Queue("sales"), ann={"queues": ("sales",)})
    for name in ("bob", "cid"):
        router.add_agent(_agent(name), at=0.0)
        router.sign_in(name, at=0.0)
    router.update_agent("ann", at=1.0, queues=("support", "sales"))
    assert [served(router, f"c-{n}", at=10.0 * n) for n in (1, 2, 3, 4)] == ["bob", "cid", "ann", "bob"]


def _agent(name: str) -> Any:
    from routekit import Agent

    return Agent(name, queues=("support",))


def test_fewest_contacts_of_the_day_begins_again_at_midnight() -> None:
    order = st.FewestContacts(since="day")
    router = centre(Queue("support", agent_order=order), ann={}, bob={})
    assert [served(router, f"c-{n}", at=10.0 * n) for n in (1, 2, 3)] == ["ann", "bob", "ann"]
    assert router.statistics().agents["ann"].counts == {"support": 2.0}
    router.advance(at=86_399.0)
    assert router.statistics().agents["ann"].counts == {"support": 2.0}
    router.advance(at=86_400.0)
    assert router.statistics().agents["ann"].counts == {"support": 0.0}


def test_a_count_by_the_day_needs_to_know_when_days_begin() -> None:
    router = Router(unix_offset_s=None)
    with pytest.raises(CivilTimeUnknown):
        router.add_queue(Queue("support", agent_order=st.FewestContacts(since="day")), at=0.0)
    assert not router.queues


def test_talk_time_counts_seconds_and_not_contacts() -> None:
    router = centre(Queue("support", agent_order=st.LeastTalkTime(since="sign_in")), ann={}, bob={})
    assert served(router, "c-1", at=0.0, lasts=100.0) == "ann"
    assert [served(router, f"c-{n}", at=100.0 + 10 * n, lasts=5.0) for n in (1, 2, 3)] == ["bob"] * 3
    assert router.statistics().agents["bob"].counts == {"support": 15.0}


def test_a_running_call_counts_as_it_runs() -> None:
    router = centre(
        Queue("support", agent_order=st.LeastTalkTime(since="sign_in")),
        ann={"capacity": CHATTY},
        bob={"capacity": CHATTY},
    )
    assert take(router, chat("c-1"), at=0.0) == "ann"
    assert served(router, "c-2", at=10.0, lasts=30.0) == "bob"
    assert take(router, chat("c-3"), at=41.0) == "bob", "30 s talked, and ann is in her 41st"


def test_least_occupied_looks_at_the_share_of_the_time() -> None:
    router = centre(Queue("support", agent_order=st.LeastOccupied(half_life_s=600)), ann={}, bob={})
    assert served(router, "c-1", at=0.0, lasts=300.0) == "ann"
    assert served(router, "c-2", at=310.0, lasts=10.0) == "bob"
    assert served(router, "c-3", at=330.0, lasts=10.0) == "bob"


def test_least_loaded_looks_at_the_units_that_are_taken() -> None:
    router = centre(Queue("support", agent_order=st.LeastLoaded()), ann={"capacity": CHATTY}, bob={"capacity": CHATTY})
    assert [take(router, chat(f"c-{n}"), at=float(n)) for n in range(4)] == ["ann", "bob", "ann", "bob"]
    router.finish("c-1", at=10.0)
    assert [take(router, chat(f"d-{n}"), at=11.0 + n) for n in range(2)] == ["bob", "ann"]


def test_specialists_are_kept_free_or_come_first() -> None:
    skills = {"ann": {"skills": {"billing": 1, "french": 1}}, "bob": {"skills": {"billing": 1}}}
    for order, first in ((st.LeastSkilled(), "bob"), (st.MostSkilled(), "ann")):
        router = centre(Queue("support", agent_order=order), **skills)
        assert take(router, call("c-1", needs=(Need("billing"),)), at=1.0) == first


def test_best_match_weighs_levels_against_the_needs() -> None:
    router = centre(
        Queue("support", agent_order=st.BestMatch({"french": 3})),
        ann={"skills": {"billing": 5, "french": 1}},
        bob={"skills": {"billing": 1, "french": 3}},
    )
    assert served(router, "c-1", at=1.0, needs=(Need("billing"),)) == "ann"
    assert served(router, "c-2", at=3.0, needs=(Need("billing"), Need("french"))) == "bob"


def test_weights_are_chances() -> None:
    router = centre(Queue("support", agent_order=st.WeightedRandom({"ann": 3})), ann={}, bob={})
    chosen = [served(router, f"c-{n}", at=float(10 * n)) for n in range(400)]
    assert 270 <= chosen.count("ann") <= 330, "three times as likely, within three standard deviations"


@pytest.mark.parametrize(
    "order",
    [
        st.LongestIdle(),
        st.LeastRecent(),
        st.RoundRobin(),
        st.RoundRobinOrdered(),
        st.TopDown(),
        st.FewestContacts(),
        st.LeastTalkTime(),
        st.LeastOccupied(),
        st.LeastLoaded(),
        st.Random(),
        st.WeightedRandom({"a0": 100}),
        st.MostSkilled(),
        st.BestMatch(),
        st.RingProgressively(60),
    ],
)
@pytest.mark.parametrize("delay_s", [0, 1, 30, 45, 500])
def test_who_did_not_answer_is_not_tried_again_before_all_others(order: Any, delay_s: float) -> None:
    agents: dict[str, Any] = {f"a{number}": {"queues": {"support": 1 + number % 2}} for number in range(6)}
    support = Queue("support", agent_order=order, no_answer_retry_s=delay_s, away_after_no_answers=None)
    router = centre(support, **agents)
    tried = [agent for _, agent in offered(router.enqueue(call("c-1"), at=0.0))]
    at = 0.0
    while len(tried) < 18:
        at = router.next_deadline or at
        tried += [agent for _, agent in offered(router.advance(at=at))]
    for begin in (0, 6, 12):
        assert len(set(tried[begin : begin + 6])) == 6, tried


def test_nobody_gains_by_being_away_while_they_talk() -> None:
    def play(sly: bool) -> list[str]:
        router = centre(Queue("support", agent_order=st.LeastOccupied(half_life_s=3600)), ann={}, bob={})
        chosen: list[str] = []
        for number in range(10):
            at = 400.0 * number
            chosen.append(take(router, call(f"c-{number}"), at=at))
            if sly and chosen[-1] == "ann":
                router.set_away("ann", at=at + 1.0)
            router.finish(f"c-{number}", at=at + 300.0)
            if sly and chosen[-1] == "ann":
                router.set_ready("ann", at=at + 301.0)
        return chosen

    assert play(sly=True) == play(sly=False) == ["ann", "bob"] * 5


@pytest.mark.parametrize("order", [st.FewestContacts(), st.FewestContacts(since="day"), st.LeastTalkTime(since="day")])
def test_who_signs_in_again_is_not_flooded(order: Any) -> None:
    router = centre(Queue("support", agent_order=order), ann={}, bob={}, cid={})
    at = itertools.count(0.0, 10.0)
    for number in range(9):
        served(router, f"a-{number}", at=next(at))
    router.sign_out("ann", at=next(at))
    for number in range(60):
        served(router, f"b-{number}", at=next(at))
    router.sign_in("ann", at=next(at))
    after = [served(router, f"c-{number}", at=next(at)) for number in range(12)]
    assert 3 <= after.count("ann") <= 5, after


def test_a_moment_away_costs_no_turn() -> None:
    router = centre(Queue("support", agent_order=st.FewestContacts(since="sign_in")), ann={}, bob={})
    assert [served(router, f"a-{number}", at=10.0 * number) for number in range(3)] == ["ann", "bob", "ann"]
    router.set_away("bob", at=40.0)
    router.set_ready("bob", at=41.0)
    assert served(router, "b-1", at=50.0) == "bob", "one below ann, before and after"


def test_signing_in_begins_at_the_least_of_those_who_are_there() -> None:
    router = centre(Queue("support", agent_order=st.FewestContacts(since="sign_in")), ann={}, bob={})
    router.sign_out("bob", at=0.0)
    for number in range(3):
        served(router, f"a-{number}", at=10.0 * number)
    router.sign_in("bob", at=50.0)
    assert router.statistics().agents["bob"].counts == {"support": 3.0}


# -- several agents at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_first_accept_wins_and_all_others_come_too_late(order: tuple[int, ...]) -> None:
    router = centre(Queue("support", agent_order=st.RingAll()), ann={}, bob={}, cid={})
    offers = [event.offer for event in router.enqueue(call("c-1"), at=1.0) if isinstance(event, OfferMade)]
    assert router.contacts["c-1"].offers == tuple(offers)
    winner, *late = [offers[i] for i in order]
    events = router.accept(winner, at=2.0)
    assert names(events) == ["ContactConnected", "OfferRevoked", "OfferRevoked"]
    assert {event.offer for event in events if isinstance(event, OfferRevoked)} == set(late)
    for offer in late:
        with pytest.raises(StaleOffer):
            router.accept(offer, at=3.0)
        with pytest.raises(StaleOffer):
            router.decline(offer, at=3.0)
    assert router.accept(winner, at=3.0) == ()
    assert not router.offers
    counts = router.statistics().agents
    assert sum(c.answered for c in counts.values()) == 1
    assert sum(c.revoked for c in counts.values()) == 2
    assert sum(c.declined + c.not_answered for c in counts.values()) == 0


def test_who_was_rung_in_vain_takes_the_next_in_the_same_command() -> None:
    router = centre(Queue("support", agent_order=st.RingAll()), ann={}, bob={})
    first = one(router.enqueue(call("c-0"), at=0.0)[:2], "OfferMade")
    router.enqueue(call("c-1"), at=1.0)
    events = router.accept(first.offer, at=2.0)
    assert connected(events) == [("c-0", "ann")]
    assert offered(events) == [("c-1", "bob")]


def test_a_ring_goes_to_the_lowest_tier_and_to_no_more_than_its_limit() -> None:
    support = Queue("support", agent_order=st.RingAll(limit=2))
    router = centre(support, ann={"queues": {"support": 2}}, bob={}, cid={}, dee={})
    assert [agent for _, agent in offered(router.enqueue(call("c-1"), at=1.0))] == ["bob", "cid"]


def test_one_more_is_rung_every_few_seconds() -> None:
    router = centre(Queue("support", agent_order=st.RingProgressively(5, limit=3)), ann={}, bob={}, cid={}, dee={})
    assert offered(router.enqueue(call("c-1"), at=0.0)) == [("c-1", "ann")]
    events = router.advance(at=19.0)
    assert [(event.agent, event.at) for event in events] == [("bob", 5.0), ("cid", 10.0)]
    router.accept(router.contacts["c-1"].offers[2], at=19.5)
    assert router.contacts["c-1"].agent == "cid"
    assert router.next_deadline is None, "the ring is over"


# -- windows ----------------------------------------------------------------------------------------------------------


def test_a_window_gives_the_greatest_total_and_not_the_greatest_first() -> None:
    pytest.importorskip("scipy")
    router = centre(
        Queue("support", agent_order=st.Batched(5)),
        ann={"skills": {"billing": 9, "french": 8}},
        bob={"skills": {"billing": 8, "french": 1}},
    )
    assert offered(router.enqueue(call("c-1", needs=(Need("billing"),)), at=0.0)) == []
    router.enqueue(call("c-2", needs=(Need("french"),)), at=1.0)
    assert router.next_deadline == 5.0
    assert offered(router.advance(at=5.0)) == [("c-1", "bob"), ("c-2", "ann")]


@pytest.mark.parametrize("seed", range(20))
def test_a_window_is_as_good_as_the_best_of_all_assignments(seed: int) -> None:
    pytest.importorskip("scipy")
    dice = random.Random(seed)
    table = [[float(dice.randint(-9, 9)) for _ in range(4)] for _ in range(4)]

    def suits(contact: Any, agent: Any) -> float:
        return table[int(contact.id[2:])][int(agent.id[1:])]

    agents: dict[str, Any] = {f"a{number}": {} for number in range(4)}
    router = centre(Queue("support", agent_order=st.Batched(5, suits)), **agents)
    waiting = dice.randint(1, 4)
    for number in range(waiting):
        router.enqueue(call(f"c-{number}"), at=0.0)
    pairs = offered(router.advance(at=5.0))
    total = sum(table[int(contact[2:])][int(agent[1:])] for contact, agent in pairs)
    best = max(
        sum(table[row][column] for row, column in enumerate(columns))
        for columns in itertools.permutations(range(4), waiting)
    )
    assert (len(pairs), total) == (waiting, best), f"seed {seed}"


def test_a_window_respects_priority_before_score() -> None:
    pytest.importorskip("scipy")
    router = centre(Queue("support", agent_order=st.Batched(5)), ann={"skills": {"billing": 9}})
    router.enqueue(call("c-1", needs=(Need("billing"),)), at=0.0)
    router.enqueue(call("c-2", priority=1), at=1.0)
    assert offered(router.advance(at=5.0)) == [("c-2", "ann")]


def test_a_window_gives_one_agent_several_contacts_where_that_is_best() -> None:
    pytest.importorskip("scipy")
    two = Capacity(units=2, cost={"chat": 1})
    router = centre(
        Queue("support", agent_order=st.Batched(5)),
        bob={"capacity": two, "skills": {"billing": 1}},
        ann={"capacity": two, "skills": {"billing": 9}},
    )
    for number in range(3):
        router.enqueue(chat(f"c-{number}", needs=(Need("billing"),)), at=0.0)
    assert sorted(agent for _, agent in offered(router.advance(at=5.0))) == ["ann", "ann", "bob"]


def test_a_solver_that_does_not_work_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    assignment = pytest.importorskip("routekit.strategies.assignment")

    def broken(scores: Any) -> Any:
        raise ImportError("no such library")

    monkeypatch.setattr(assignment, "assign", broken)
    router = centre(Queue("support", agent_order=st.Batched(5)), ann={}, bob={})
    for number in range(2):
        router.enqueue(call(f"c-{number}"), at=0.0)
    events = router.advance(at=5.0)
    assert one(events, "StrategyFailed").error == "ImportError: no such library"
    assert offered(events) == [("c-0", "ann"), ("c-1", "bob")]


def test_who_waits_for_a_window_that_nobody_can_serve_costs_the_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scipy")
    from routekit._router.batching import Batches

    looked: list[Any] = []
    monkeypatch.setattr(Batches, "_waiting", lambda self, queue, at: looked.append(queue) or [])
    router = centre(Queue("support"), Queue("mail", agent_order=st.Batched(5)), ann={})
    for number in range(5):
        router.enqueue(call(f"m-{number}", queue="mail", channel="email"), at=1.0)
    served(router, "c-1", at=2.0)
    assert not looked


# -- an app's own scores ----------------------------------------------------------------------------------------------


def by_level(contact: Any, agent: Any) -> float:
    return float(agent.skills.get("billing", 0.0))


def test_a_score_is_known_by_name() -> None:
    router = Router(registry={"by-level": by_level})
    router.add_queue(Queue("support", agent_order=st.Scored("by-level")), at=0.0)
    for name, level in (("ann", 1), ("bob", 2)):
        router.add_agent(_skilled(name, level), at=0.0)
        router.sign_in(name, at=0.0)
    assert offered(router.enqueue(call("c-1"), at=1.0)) == [("c-1", "bob")]
    again = Router.restore(router.snapshot(), registry={"by-level": by_level})
    assert again.snapshot() == router.snapshot()
    with pytest.raises(UnknownStrategy):
        Router.restore(router.snapshot())


def _skilled(name: str, level: float) -> Any:
    from routekit import Agent

    return Agent(name, queues=("support",), skills={"billing": level})


def test_a_name_that_nobody_registered_is_refused_before_anything() -> None:
    router = Router()
    with pytest.raises(UnknownStrategy):
        router.add_queue(Queue("support", agent_order=st.Scored("who")), at=0.0)
    assert router.now is None


@pytest.mark.parametrize("answer", [float("nan"), float("inf"), None, "7", True, 2e9, LookupError("no row")])
def test_a_newcomer_is_refused_if_its_score_is_none(answer: Any) -> None:
    def score(contact: Any, agent: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    router = centre(Queue("support", agent_order=st.Scored(score)), ann={}, bob={})
    before = router.snapshot()
    with pytest.raises(StrategyError) as caught:
        router.enqueue(call("c-1"), at=0.0)
    assert caught.value.strategy == "scored"
    assert router.snapshot() == before
    router.check()


def test_a_score_that_fails_in_the_middle_of_a_command_leaves_the_router_as_it_was() -> None:
    fails = False

    def score(contact: Any, agent: Any) -> float:
        if fails:
            raise LookupError("no row")
        return by_level(contact, agent)

    support = Queue("support", agent_order=st.Scored(score), offer_timeout_s=100)
    router = centre(support, Queue("sales"), ann={"skills": {"billing": 3}}, bob={}, cid={})
    seen: list[Any] = []
    router.subscribe(seen.extend)
    agents = router.agents
    offer = one(router.enqueue(call("c-1"), at=1.0), "OfferMade")
    router.enqueue(call("c-2", queue="sales"), at=2.0)
    router.advance(at=9.0)
    before = router.snapshot()
    told = len(seen)
    fails = True
    verbs: list[Any] = [
        lambda: router.decline(offer.offer, at=9.0),
        lambda: router.set_away("ann", at=9.0),
        lambda: router.sign_out("ann", at=9.0),
        lambda: router.transfer("c-2", "support", at=9.0),
        lambda: router.remove_agent("ann", at=9.0),
        lambda: router.remove_queue("sales", move_to="support", at=9.0),
    ]
    for verb in verbs:
        with pytest.raises(StrategyError):
            verb()
        assert router.snapshot() == before
        router.check()
    assert len(seen) == told, "nothing was told of what did not happen"
    assert agents["ann"].state == "ready", "a mapping that was taken before goes on showing the router"
    fails = False
    assert offered(router.decline(offer.offer, at=9.0)) == [("c-1", "bob")]


def test_the_first_queue_that_asks_for_scores_gets_its_order_only_if_they_can_be_had() -> None:
    def score(contact: Any, agent: Any) -> float:
        raise LookupError("no row")

    steps = (Step(10, drop=("billing",)),)
    router = centre(Queue("support"), ann={}, bob={})
    router.enqueue(call("c-1", needs=(Need("billing"),)), at=1.0)
    router.advance(at=20.0)
    before = router.snapshot()
    with pytest.raises(StrategyError):
        router.update_queue("support", agent_order=st.Scored(score), steps=steps, at=20.0)
    assert router.snapshot() == before
    router.check()
    assert offered(router.update_queue("support", steps=steps, at=20.0)) == [("c-1", "ann")]


def test_two_functions_of_one_name_are_refused() -> None:
    def other(contact: Any, agent: Any) -> float:
        return 0.0

    other.__name__ = "by_level"
    router = centre(Queue("support", agent_order=st.Scored(by_level)))
    with pytest.raises(InvalidValue, match="another function"):
        router.add_queue(Queue("sales", agent_order=st.Scored(other)), at=1.0)
    assert list(router.queues) == ["support"]
    (updated,) = router.update_queue("support", at=1.0, agent_order=st.Scored(other))
    assert updated.changed == ("agent_order",)


def test_a_score_cannot_take_a_snapshot_of_half_a_command() -> None:
    def score(contact: Any, agent: Any) -> float:
        router.snapshot()
        return 0.0

    router = centre(Queue("support", agent_order=st.Scored(score)), ann={}, bob={})
    with pytest.raises(StrategyError, match="RouterBusy"):
        router.enqueue(call("c-1"), at=1.0)


def test_a_score_in_one_queue_costs_the_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from routekit._router import snapshot

    taken: list[Any] = []
    writer = snapshot.ContactWriter
    monkeypatch.setattr(snapshot, "ContactWriter", lambda: taken.append("a snapshot") or writer())
    router = centre(Queue("sales"), Queue("support", agent_order=st.Scored(by_level)), ann={}, bob={})
    first = one(router.enqueue(call("c-1", queue="sales"), at=1.0), "OfferMade")
    router.decline(first.offer, at=2.0)
    router.set_away("bob", at=3.0)
    router.update_contact("c-1", at=4.0, priority=1)
    router.abandon("c-1", at=5.0)
    assert not taken


def test_a_timer_never_fails_for_a_score() -> None:
    fails = False

    def score(contact: Any, agent: Any) -> float:
        if fails:
            raise LookupError("no row")
        return by_level(contact, agent)

    router = centre(Queue("support", agent_order=st.Scored(score)), ann={"skills": {"billing": 3}}, cid={}, bob={})
    router.enqueue(call("c-1"), at=1.0)
    fails = True
    events = router.advance(at=30.0)
    assert one(events, "StrategyFailed").error == "LookupError: no row"
    assert isinstance(events[1], StrategyFailed)
    assert offered(events) == [("c-1", "cid")], "longest idle, and the first to be added"


@pytest.mark.parametrize(
    "make",
    [
        lambda: st.FewestContacts(half_life_s=-1),
        lambda: st.FewestContacts(half_life_s=60, since="day"),
        lambda: st.LongestIdle(since="birth"),  # type: ignore[arg-type]
        lambda: st.WeightedRandom({"ann": float("nan")}),
        lambda: st.BestMatch({"billing": float("inf")}),
        lambda: st.RingAll(limit=0),
        lambda: st.RingProgressively(every_s=-5),
        lambda: st.LeastOccupied(half_life_s=0),
        lambda: st.LongestWaitRatio(target_s=0),
        lambda: st.FixedQueueRatio({"sales": 0}),
        lambda: st.agent_order("no-such-order"),
    ],
)
def test_a_bad_argument_is_a_named_error(make: Any) -> None:
    with pytest.raises((InvalidValue, UnknownStrategy)) as caught:
        make()
    assert isinstance(caught.value, RoutekitError)


# -- contact orders and queue orders ----------------------------------------------------------------------------------


def in_order(order: Any, contacts: list[Contact], router: Router | None = None) -> list[str]:
    """The order in which contacts get the only agent, who is not there until all wait."""
    router = centre(Queue("support", contact_order=order), ann={}) if router is None else router
    router.set_away("ann", at=0.0)
    for number, contact in enumerate(contacts):
        router.enqueue(contact, at=float(number))
    events = router.set_ready("ann", at=100.0)
    out: list[str] = []
    for _ in contacts:
        offer = one(events, "OfferMade")
        out.append(offer.contact)
        router.accept(offer.offer, at=100.0)
        events = router.finish(offer.contact, at=100.0)
    return out


def test_the_last_comes_first() -> None:
    assert in_order(st.Lifo(), [call("c-1"), call("c-2"), call("c-3")]) == ["c-3", "c-2", "c-1"]


def test_the_earliest_promise_comes_first() -> None:
    order = st.EarliestDeadline(within_s=60, by_channel={"chat": 5})
    contacts = [call("c-1"), call("c-2", attributes={"due_at": 20.0}), chat("c-3")]
    assert in_order(order, contacts) == ["c-3", "c-2", "c-1"]


def test_the_longest_wait_by_what_was_promised_comes_first() -> None:
    order = st.LongestWaitRatio(target_s=60, by_channel={"chat": 10})
    contacts = [call("c-1"), *(call(f"c-{n}") for n in (2, 3)), chat("c-4")]
    assert in_order(order, contacts) == ["c-4", "c-1", "c-2", "c-3"]


def test_a_position_by_ratios_moves_with_the_time() -> None:
    router = centre(Queue("support", contact_order=st.LongestWaitRatio(target_s=60, by_channel={"chat": 10})))
    router.enqueue(call("c-1"), at=0.0)
    router.enqueue(chat("c-2"), at=10.0)
    assert (router.position("c-1"), router.position("c-2")) == (1, 2)
    router.advance(at=12.0)
    assert (router.position("c-1"), router.position("c-2")) == (1, 2)
    router.advance(at=12.1)
    assert (router.position("c-1"), router.position("c-2")) == (2, 1)


def test_queues_are_served_in_their_ratio_and_an_empty_one_saves_nothing_up() -> None:
    router = Router(queue_order=st.FixedQueueRatio({"sales": 3}))
    for name in ("support", "sales"):
        router.add_queue(Queue(name), at=0.0)
    router.add_agent(_both("ann"), at=0.0)
    router.sign_in("ann", at=0.0)
    contacts = [call(f"c-{n}", queue="support" if n < 8 else "sales") for n in range(16)]
    got = in_order(None, contacts, router)
    queues = ["support" if int(name[2:]) < 8 else "sales" for name in got]
    assert [queues[:k].count("sales") for k in (4, 8)] == [3, 6]


def test_a_queue_that_was_empty_has_saved_nothing_up() -> None:
    router = Router(queue_order=st.FixedQueueRatio())
    for name in ("support", "sales"):
        router.add_queue(Queue(name), at=0.0)
    router.add_agent(_both("ann"), at=0.0)
    router.sign_in("ann", at=0.0)
    for number in range(10):
        served(router, f"s-{number}", at=float(number), lasts=0.5)
    got = in_order(None, [call(f"c-{n}", queue="support" if n < 4 else "sales") for n in range(8)], router)
    assert [int(name[2:]) < 4 for name in got] == [False, True] * 4


def _both(name: str) -> Any:
    from routekit import Agent

    return Agent(name, queues=("support", "sales"))


# -- capacity ---------------------------------------------------------------------------------------------------------


def test_when_one_chat_of_four_ends_its_unit_takes_work_at_once() -> None:
    router = centre(Queue("support"), ann={"capacity": CHATTY})
    for number in range(4):
        take(router, chat(f"c-{number}"), at=float(number))
    assert offered(router.enqueue(chat("c-4"), at=5.0)) == []
    assert offered(router.finish("c-2", at=6.0)) == [("c-4", "ann")]


def test_mixed_work_by_cost_limit_and_interruption() -> None:
    capacity = Capacity(units=4, cost={"voice": 4, "chat": 1, "email": 1}, limit={"chat": 2}, interruptible=("email",))
    router = centre(Queue("support"), ann={"capacity": capacity})
    for number in range(4):
        take(router, call(f"e-{number}", channel="email"), at=float(number))
    assert take(router, call("v-1"), at=5.0) == "ann", "e-mails are laid aside for a call"
    assert offered(router.enqueue(call("e-9", channel="email"), at=6.0)) == []
    router.finish("v-1", at=7.0)
    assert [take(router, chat(f"c-{n}"), at=8.0) for n in (1, 2)] == ["ann", "ann"]
    assert offered(router.enqueue(chat("c-3"), at=9.0)) == [], "two chats are the limit"
