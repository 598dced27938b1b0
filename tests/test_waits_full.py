"""`Waits` with effort full: the present state as it is gathered, and what is played from it."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, Router, Step
from routekit import strategies as st
from routekit.abc import Estimator
from routekit.estimation import WaitEstimate, Waits
from routekit.estimation._present import Present, exponential_grid, gap_grid, gather
from routekit.estimation._shapes import Sample


def desk(*queues: Queue, waits: Waits | None = None) -> tuple[Router, Waits]:
    found = Waits(handle_s=100) if waits is None else waits
    router = Router(seed=1, estimator=found)
    for queue in queues:
        router.add_queue(queue, at=0.0)
    return router, found


def agents(router: Router, *names: str, **fields: Any) -> None:
    for name in names:
        router.add_agent(Agent(name, **fields), at=0.0)
        router.sign_in(name, at=0.0)


def line(router: Router, queue: str, *names: str, at: float = 0.0, **fields: Any) -> None:
    for name in names:
        router.enqueue(Contact(name, queue=queue, **fields), at=at)


def present(waits: Waits, contact: str) -> Present:
    reads = waits._reads
    assert reads is not None
    return gather(reads.crowd(contact), waits.learning, [], waits._leave_rate)


def served(found: Present) -> list[tuple[str, str, float, float | None]]:
    return [(server.agent, server.status, server.elapsed_s, server.ends_in_s) for server in found.servers]


# -- the present state -------------------------------------------------------------------------------------------------


def test_those_before_are_listed_with_their_keys_and_those_behind_are_not() -> None:
    router, waits = desk(Queue("a", auto_accept=True))
    agents(router, "ann", queues=("a",))
    line(router, "a", "x", at=0.0)
    line(router, "a", "c-1", at=10.0)
    line(router, "a", "me", at=30.0)
    line(router, "a", "c-2", at=40.0)
    line(router, "a", "vip", at=50.0, priority=1)
    found = present(waits, "me")
    assert [(one.kind, one.key, one.waited_s) for one in found.waiting] == [(0, -40.0, 0.0), (0, -20.0, 40.0)]
    assert found.kinds == (("a", "voice"),) and found.own == 1


def test_agents_are_listed_with_what_they_are_at() -> None:
    router, waits = desk(Queue("a", wrap_up_s=30, offer_timeout_s=20, decline_retry_s=500, retry_agent_s=9))
    agents(router, "ann", queues=("a",))
    line(router, "a", "x", at=0.0)
    router.accept("o-1", at=5.0)
    agents(router, "bob", queues=("a",))
    line(router, "a", "y", at=10.0)
    router.accept("o-2", at=10.0)
    router.finish("y", at=40.0)
    agents(router, "eve", queues=("a",))
    line(router, "a", "z", at=45.0)
    agents(router, "joe", queues=("a",))
    line(router, "a", "w", at=50.0)
    router.decline("o-4", at=51.0)
    agents(router, "off", queues=("a",))
    router.set_away("off", reason="x", at=51.0)
    line(router, "a", "me", at=52.0)
    assert router.contacts["me"].state == "queued"
    assert served(present(waits, "me")) == [
        ("ann", "talking", 47.0, None),
        ("bob", "wrapping", 12.0, 18.0),
        ("eve", "ringing", 7.0, 13.0),
        ("joe", "resting", 0.0, 8.0),
    ]


def test_skills_tiers_and_queues_say_who_may_take_which_kind() -> None:
    router, waits = desk(Queue("a", auto_accept=True, max_tier=2), Queue("b", auto_accept=True))
    agents(router, "ann", queues={"a": 1, "b": 2}, skills={"x": 2})
    agents(router, "bob", queues={"a": 2}, skills={"x": 1})
    agents(router, "eve", queues={"a": 3})
    agents(router, "joe", queues={"b": 1})
    line(router, "a", "1", "2", at=0.0)
    line(router, "b", "3", at=0.0)
    agents(router, "sam", queues={"b": 2})
    line(router, "b", "4", at=0.0)
    line(router, "a", "plain", at=1.0)
    line(router, "b", "other", at=2.0)
    line(router, "a", "me", needs=(Need("x", 2),), at=3.0)
    found = present(waits, "me")
    assert found.kinds[0] == ("a", "voice") and set(found.kinds[1:]) == {("a", "voice")}
    # joe and sam are of no queue in which somebody comes before: of tier 2, b's is behind a for ann.
    can = {server.agent: server.can for server in found.servers}
    assert can == {"ann": (1, 1), "bob": (0, 2)}
    router.advance(at=400.0)  # tiers count no more
    found = present(waits, "me")
    can = {server.agent: dict(zip(found.kinds, server.can, strict=True)) for server in found.servers}
    assert can["joe"][("b", "voice")] == 1 and can["ann"][("b", "voice")] == 2 and len(found.waiting) == 2


def test_an_agent_has_as_many_slots_as_units_and_limit_allow() -> None:
    router, waits = desk(Queue("a", auto_accept=True))
    chats = Capacity(units=4, cost={"voice": 4, "chat": 1}, limit={"chat": 3})
    agents(router, "ann", "bob", queues=("a",), capacity=chats)
    line(router, "a", "v", at=0.0)  # ann
    line(router, "a", "1", "2", "3", channel="chat", at=5.0)
    line(router, "a", "me", channel="chat", at=10.0)
    found = served(present(waits, "me"))
    assert found == [("ann", "talking", 10.0, None)] * 3 + [("bob", "talking", 5.0, None)] * 3
    line(router, "a", "call", at=20.0)
    assert served(present(waits, "call")) == [("ann", "talking", 20.0, None), ("bob", "talking", 15.0, None)]
    router.finish("1", at=30.0)
    assert router.contacts["me"].state == "connected"  # bob's third


def test_an_app_may_gather_as_well_for_one_that_has_not_come() -> None:
    class Looker(Estimator):
        def attach(self, router: Any) -> None:
            self.reads = router

        def observe(self, events: Any) -> None:
            pass

        def estimate(self, contact: str) -> WaitEstimate:
            raise NotImplementedError

    looker = Looker()
    router = Router(estimator=looker)
    router.add_queue(Queue("a", auto_accept=True, contact_order=st.StrictPriority()), at=0.0)
    agents(router, "ann", queues=("a",))
    line(router, "a", "x", "y", at=0.0)
    line(router, "a", "vip", at=1.0, priority=2)
    before = router.snapshot()
    assert [waiter.contact for waiter in looker.reads.crowd_for("a", "voice", 1.0, ()).waiters] == ["vip"]
    assert [waiter.contact for waiter in looker.reads.crowd_for("a", "voice", 0.0, ()).waiters] == ["vip", "y"]
    assert router.snapshot() == before


@pytest.mark.parametrize("order", [st.Fifo(), st.Lifo(), st.Aged(per_minute=3), st.StrictPriority(), st.HeadStart(9)])
def test_the_crowd_is_in_the_order_in_which_the_router_takes_them(order: Any) -> None:
    seed = 20260301
    dice = random.Random(seed)
    router, waits = desk(Queue("a", auto_accept=True, contact_order=order))
    agents(router, "ann", queues=("a",))
    line(router, "a", "first", at=0.0)
    for number in range(40):
        line(router, "a", f"c-{number}", at=1.0 + dice.random() + number, priority=float(dice.randrange(3)))
    assert waits._reads is not None
    crowd = waits._reads.crowd("c-20")
    expected = sorted((name for name in list(router.contacts)[1:]), key=router.position)
    expected = expected[: expected.index("c-20")]
    assert [waiter.contact for waiter in crowd.waiters] == expected, seed
    assert all(waiter.key < 0.0 for waiter in crowd.waiters)


def test_one_who_comes_before_by_a_tier_has_a_key_that_says_so() -> None:
    router, waits = desk(Queue("a", auto_accept=True), Queue("b", auto_accept=True))
    agents(router, "ann", queues={"a": 2, "b": 1})
    line(router, "b", "x", at=0.0)
    line(router, "a", "me", at=1.0)
    line(router, "b", "y", at=5.0)
    assert [waiting.key < 0.0 for waiting in present(waits, "me").waiting] == [True]


# -- what is played ----------------------------------------------------------------------------------------------------


def test_with_exponential_times_full_agrees_with_the_law() -> None:
    router, _ = desk(Queue("a", auto_accept=True))
    agents(router, *(f"a-{number}" for number in range(5)), queues=("a",))
    line(router, "a", *(f"busy-{number}" for number in range(5)), at=0.0)
    line(router, "a", *(f"c-{number}" for number in range(9)), "me", at=50.0)
    quick, full = router.estimate("me"), router.estimate("me", "full")
    assert (quick.method, full.method) == ("quick", "full")
    assert quick.mean_s == pytest.approx(200.0)
    # 200 runs: a standard error of 63 s / sqrt(200).
    assert abs((full.mean_s or 0.0) - 200.0) < 4 * 63.2 / 200**0.5
    assert full.p90 == pytest.approx(quick.p90, rel=0.15)
    assert router.estimate_for("a", effort="full").mean_s == pytest.approx(220.0, rel=0.1)


def test_full_knows_that_a_call_which_has_lasted_is_nearly_over() -> None:
    router, _ = desk(Queue("a", auto_accept=True), waits=Waits(least=5))
    agents(router, "ann", queues=("a",))
    at = 0.0
    for number in range(60):
        line(router, "a", f"past-{number}", at=at)
        router.finish(f"past-{number}", at=at + 100.0)
        at += 101.0
    line(router, "a", "now", at=at)
    line(router, "a", "me", at=at + 90.0)
    quick, full = router.estimate("me"), router.estimate("me", "full")
    assert quick.mean_s == pytest.approx(100.0)
    assert 5.0 <= (full.mean_s or 0.0) < 30.0


def test_full_takes_the_slower_agent_to_be_slower_and_the_wrap_up_to_come() -> None:
    router, waits = desk(Queue("a", auto_accept=True, wrap_up_s=40), waits=Waits(least=5))
    agents(router, "ann", queues=("a",))
    for number in range(60):
        line(router, "a", f"p-{number}", at=1000.0 * number)
        router.finish(f"p-{number}", at=1000.0 * number + 100.0)
        router.advance(at=1000.0 * number + 200.0)
    line(router, "a", "now", at=60_000.0)
    line(router, "a", "me", at=60_001.0)
    assert router.estimate("me", "full").mean_s == pytest.approx(139.0, rel=0.15)
    waits.learning._agents["ann"].taken *= 3.0
    assert (router.estimate("me", "full").mean_s or 0.0) > 250.0


def test_what_a_slow_agent_has_talked_counts_in_the_agents_own_time() -> None:
    router, waits = desk(Queue("a", auto_accept=True), waits=Waits(least=5))
    agents(router, "ann", queues=("a",))
    at = past(router, [0.0] * 60)
    waits.learning._agents["ann"].taken = 3.0 * waits.learning._agents["ann"].usual
    pace = waits.learning.pace_of("ann")
    assert pace > 2.5
    line(router, "a", "now", at=at)
    line(router, "a", "me", at=at + 200.0)
    assert router.estimate("me", "full").mean_s == pytest.approx(100.0 * pace - 200.0, abs=25.0)


def past(router: Router, wrap_ups: list[float], at: float = 0.0) -> float:
    """Contacts of 100 s one after another, each with so long a wrap-up; when it is over."""
    for number, wrap_up_s in enumerate(wrap_ups):
        if router.queues["a"].wrap_up_s != wrap_up_s:
            router.update_queue("a", wrap_up_s=wrap_up_s, at=at)
        line(router, "a", f"past-{number}", at=at)
        router.finish(f"past-{number}", at=at + 100.0)
        at += 100.0 + wrap_up_s
        router.advance(at=at)
    return at


def three_ahead(router: Router, at: float) -> float:
    """What full says to one who comes when one is just connected and two wait: three times what one takes."""
    line(router, "a", "now", "next", "third", "me", at=at)
    return router.estimate("me", "full").mean_s or 0.0


def test_full_forgets_a_wrap_up_that_is_no_more() -> None:
    router, waits = desk(Queue("a", auto_accept=True), waits=Waits(least=5))
    agents(router, "ann", queues=("a",))
    at = past(router, [120.0] * 30 + [0.0] * 2000)
    assert waits.learning.handling["a", "voice"].wrap.count == 2030
    assert three_ahead(router, at) == pytest.approx(300.0, rel=0.06)


def test_full_takes_wrap_ups_to_be_as_many_as_there_have_been() -> None:
    router, waits = desk(Queue("a", auto_accept=True), waits=Waits(least=5))
    agents(router, "ann", queues=("a",))
    at = past(router, [120.0, 0.0] * 200)
    assert waits.learning.handling["a", "voice"].wrap_s == pytest.approx(60.0, rel=0.01)
    # The spread of three wraps that are there or not is 104 s: the mean of 200 runs is off by 7 s, and the tables by
    # the width of their bins.
    assert three_ahead(router, at) == pytest.approx(480.0, rel=0.08)


def test_where_there_has_never_been_a_wrap_up_none_is_believed_in() -> None:
    router, waits = desk(Queue("a", auto_accept=True), waits=Waits(least=5))
    agents(router, "ann", queues=("a",))
    past(router, [0.0] * 12)
    assert set(gap_grid(waits.learning, "a", "voice")) == {0.0}


ENDS: dict[str, tuple[Callable[[Router], object], int, int]] = {
    "finish": (lambda router: router.finish("c", at=50.0), 1, 1),
    "abandon": (lambda router: router.abandon("c", at=50.0), 1, 1),
    "transfer": (lambda router: router.transfer("c", "b", at=50.0), 1, 1),
    "complete_transfer": (lambda router: router.complete_transfer("c", at=50.0), 1, 1),
    "cancel_consult": (lambda router: router.cancel_consult("c", at=50.0), 0, 0),
    "park": (lambda router: router.park("c", at=50.0), 1, 0),
    "requeue": (lambda router: router.requeue("c", at=50.0), 0, 0),
    "reconcile": (lambda router: router.reconcile((), at=50.0), 2, 2),
}
"""How connections end: the command, how many count as handled then, and how many of these are wrapped up."""


@pytest.mark.parametrize("wrap_up_s", [0.0, 30.0])
@pytest.mark.parametrize("end", ENDS)
def test_each_connection_that_counts_as_handled_has_one_wrap_up(end: str, wrap_up_s: float) -> None:
    """One of 0 s where there is none, at once; a connection that failed counts as neither."""
    router, waits = desk(Queue("a", auto_accept=True, wrap_up_s=wrap_up_s), Queue("b", auto_accept=True))
    agents(router, "ann", "bob", queues=("a",))
    line(router, "a", "c", at=0.0)
    if "consult" in end or end == "complete_transfer":
        router.consult("c", agent="bob", at=20.0)
    elif end == "reconcile":
        line(router, "a", "d", at=0.0)
    play, handled, wrapped = ENDS[end]
    play(router)
    found = waits.learning._handling(("a", "voice"))
    due = wrapped if wrap_up_s else 0
    assert (found.count, found.wrap.count) == (handled, handled - due)
    assert found.to_data()["wrap"]["count"] == handled - due
    router.advance(at=500.0)
    assert (found.count, found.wrap.count) == (handled, handled)
    assert found.wrap_s == pytest.approx(due * wrap_up_s / max(1, handled), rel=0.01)


def test_full_draws_by_seed_contact_and_event_and_never_from_the_router() -> None:
    def made() -> Router:
        router, _ = desk(Queue("a", auto_accept=True, agent_order=st.Random()))
        agents(router, "ann", "bob", queues=("a",))
        line(router, "a", *(f"c-{number}" for number in range(9)), at=0.0)
        return router

    one, other = made(), made()
    said = one.estimate("c-8", "full").as_data()
    for _ in range(3):
        one.estimate("c-8", "full")
        one.estimate("c-5", "full")
    assert one.estimate("c-8", "full").as_data() == other.estimate("c-8", "full").as_data() == said
    copy = Router.restore(json.loads(json.dumps(one.snapshot())), estimator=Waits(handle_s=100))
    assert copy.estimate("c-8", "full").as_data() == said
    assert one.snapshot() == other.snapshot()
    line(one, "a", "behind", at=0.0)  # an event: other draws, the same law
    again = one.estimate("c-8", "full")
    assert again.mean_s != said["mean_s"] and again.mean_s == pytest.approx(said["mean_s"], rel=0.3)


def test_one_that_will_be_overtaken_waits_longer_in_full_too() -> None:
    router, _ = desk(Queue("a", auto_accept=True, contact_order=st.StrictPriority()))
    agents(router, "ann", queues=("a",))
    line(router, "a", "busy", at=0.0)
    for number in range(50):
        line(router, "a", f"vip-{number}", priority=1, at=200.0 * number)
        router.abandon(f"vip-{number}", at=200.0 * number)
    router.finish("busy", at=9_849.0)
    line(router, "a", "next", at=9_849.0)
    line(router, "a", "me", at=9_850.0)
    alone = 100.0
    assert (router.estimate("me", "full").mean_s or 0.0) > 1.4 * alone
    assert router.estimate_for("a", priority=5, effort="full").mean_s == pytest.approx(alone, rel=0.35)


def test_full_is_not_overtaken_by_those_whom_other_agents_take() -> None:
    router, waits = desk(Queue("a", auto_accept=True, contact_order=st.StrictPriority()))
    agents(router, "ann", queues=("a",), skills={"sql": 1})
    agents(router, "eve", queues=("a",), skills={"law": 1})
    line(router, "a", "old", at=0.0, needs=(Need("sql"),))
    line(router, "a", "other", at=0.0, needs=(Need("law"),))
    for number in range(50):
        line(router, "a", f"vip-{number}", priority=1, at=200.0 * number, needs=(Need("law"),))
        router.abandon(f"vip-{number}", at=200.0 * number)
    for over, now, skill in (("old", "busy", "sql"), ("other", "another", "law")):
        router.finish(over, at=9_849.0)
        line(router, "a", now, at=9_849.0, needs=(Need(skill),))
    line(router, "a", "me", at=9_850.0, needs=(Need("sql"),))
    line(router, "a", "too", at=9_850.0, needs=(Need("law"),))
    assert [kind[2] for kind in waits._reads.crowd("me", (("a", "voice", (("law", 1.0),)),)).kinds] == [  # type: ignore[union-attr]
        (("sql", 1.0),),
        (("law", 1.0),),
    ]
    # Both are next. As if the vips, one every 200 s, took ann it would be 200 s, as it is for eve.
    assert abs((router.estimate("me", "full").mean_s or 0.0) - 100.0) < 4 * 100.0 / 200**0.5
    assert (router.estimate("too", "full").mean_s or 0.0) > 140.0


def test_where_others_come_before_for_ever_faster_than_they_are_taken_nothing_is_played() -> None:
    router, _ = desk(Queue("a", auto_accept=True, contact_order=st.StrictPriority()))
    agents(router, "ann", queues=("a",))
    line(router, "a", "busy", at=0.0)
    for number in range(50):
        line(router, "a", f"vip-{number}", priority=1, at=50.0 * number)
        router.abandon(f"vip-{number}", at=50.0 * number)
    line(router, "a", "me", at=2_450.0)
    line(router, "a", "vip", at=2_450.0, priority=2)
    found = router.estimate("me", "full")
    assert found.method == "quick" and (found.mean_s or 0.0) >= 2_000.0  # a twentieth of ann's rate is left for it
    assert router.estimate("vip", "full").method == "full"


def test_one_that_asks_in_two_queues_is_for_the_agents_of_both() -> None:
    router, waits = desk(Queue("a", auto_accept=True, steps=(Step(10, add_queue="b"),)), Queue("b", auto_accept=True))
    agents(router, "ann", queues=("a",))
    agents(router, "bob", queues=("b",))
    line(router, "a", "x", at=0.0)
    line(router, "b", "y", at=0.0)
    line(router, "a", "me", at=0.0)
    line(router, "b", "behind", at=1.0)
    assert router.estimate("me").mean_s == pytest.approx(100.0, rel=0.01)
    router.advance(at=10.0)
    found = present(waits, "me")
    assert found.own == 2 and found.kinds[:2] == (("a", "voice"), ("b", "voice"))
    assert router.estimate("me").mean_s == pytest.approx(50.0, rel=0.05)
    assert abs((router.estimate("me", "full").mean_s or 0.0) - 50.0) < 4 * 50.0 / 200**0.5
    # Behind one that either may take: in half of the cases bob is still to have it first.
    assert 100.0 < (router.estimate("behind", "full").mean_s or 0.0) < 200.0


def test_a_very_long_line_is_not_played_and_the_answer_says_so() -> None:
    router, _ = desk(Queue("a", auto_accept=True))
    agents(router, "ann", queues=("a",))
    line(router, "a", *(f"c-{number}" for number in range(503)))
    assert [router.estimate(f"c-{ahead + 1}", "full").method for ahead in (499, 500, 501)] == ["full", "full", "quick"]


def test_a_sample_is_a_law() -> None:
    dice = random.Random(20260301)
    law = Sample.of(dice.expovariate(0.01) for _ in range(200))
    before = -1.0
    for step in range(101):
        wait = law.quantile(step / 100)
        assert wait >= before
        before = wait
        assert law.cdf(wait) == pytest.approx(min(max(step / 100, 1 / 400), 1 - 1 / 400), abs=1e-9)
    stays = law.probability_served(0.01)
    assert stays == pytest.approx(0.5, abs=0.08)
    short = law.given_served(0.01)
    assert short.mean_s < law.mean_s and short.quantile(0.9) < law.quantile(0.9)
    assert Sample.of([0.0, 0.0]).quantile(0.9) == 0.0


def test_a_table_of_an_exponential_time_has_its_mean() -> None:
    grid = exponential_grid(100.0)
    lines = sum((low + high) / 2 for low, high in itertools.pairwise(grid[:-1])) / 256
    assert lines + (grid[-2] + 0.5 * (grid[-1] - grid[-2])) / 256 == pytest.approx(100.0, rel=0.01)
