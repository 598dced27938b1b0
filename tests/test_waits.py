"""`Waits`: what it says of lines whose laws are known, that it falls while nothing happens, comes back whole."""

from __future__ import annotations

import heapq
import json
import math
import os
import random
from functools import partial
from typing import Any

import pytest

import routekit
from routekit import Agent, Capacity, Contact, Limit, Need, Queue, Router, Step, When
from routekit import strategies as st
from routekit.errors import EstimatorTaken, InvalidType, InvalidValue, SnapshotError
from routekit.estimation import WaitEstimate, Waits
from routekit.events import ContactConnected, WrapUpStarted
from tests.counting import calls_of

SEED = int(os.environ.get("ROUTEKIT_WAITS_SEED", "20260301"))

pytest.importorskip("scipy", reason="quantiles of the exact laws need the extra routekit[waits]")


def desk(*queues: Queue, waits: Waits | None = None, **fields: Any) -> Router:
    router = Router(seed=1, estimator=Waits(handle_s=100) if waits is None else waits, **fields)
    for queue in queues:
        router.add_queue(queue, at=0.0)
    return router


def agents(router: Router, *names: str, at: float = 0.0, **fields: Any) -> None:
    for name in names:
        router.add_agent(Agent(name, **fields), at=at)
        router.sign_in(name, at=at)


def line(router: Router, queue: str, *names: str, at: float = 0.0, **fields: Any) -> None:
    for name in names:
        router.enqueue(Contact(name, queue=queue, **fields), at=at)


def figures(estimate: WaitEstimate) -> tuple[float, ...]:
    return (estimate.mean_s or 0.0, estimate.p50 or 0.0, estimate.p80 or 0.0, estimate.p90 or 0.0)


# -- a line under traffic ----------------------------------------------------------------------------------------------


class Traffic:
    """Contacts that come at random, take exponential times, and may hang up: an M/M/s(+M) line."""

    def __init__(self, router: Router, s: int, rate: float, handle_s: float, patience_s: float = math.inf) -> None:
        self.router, self.rate, self.handle_s, self.patience_s = router, rate, handle_s, patience_s
        self.dice = random.Random(SEED)
        self.due: list[tuple[float, int, str]] = []
        self.at = 0.0
        self.number = 0
        self.waits: dict[str, float] = {}

    def note(self, events: Any) -> None:
        for event in events:
            if type(event) is ContactConnected:
                self.waits[event.contact] = event.waited_s
                heapq.heappush(self.due, (event.at + self.dice.expovariate(1.0) * self.handle_s, 0, event.contact))

    def come(self, queue: str = "a", **fields: Any) -> str:
        """Let all happen up to the next arrival; its name."""
        self.at += self.dice.expovariate(self.rate)
        while self.due and self.due[0][0] <= self.at:
            at, what, name = heapq.heappop(self.due)
            if what == 0:
                self.note(self.router.finish(name, at=at))
            elif name in self.router.contacts and name not in self.waits:
                self.note(self.router.abandon(name, at=at))
        name = f"c-{self.number}"
        self.number += 1
        self.note(self.router.enqueue(Contact(name, queue=queue, **fields), at=self.at))
        if self.patience_s < math.inf:
            heapq.heappush(self.due, (self.at + self.dice.expovariate(1.0) * self.patience_s, 1, name))
        return name


def test_in_a_plain_line_quick_says_the_exact_law_with_what_was_learnt() -> None:
    """M/M/10 at 90%: at each join the mean is (n + 1) / c with the learnt c, which is near the true one, and so are the
    waits."""
    waits = Waits(memory=1000.0, corrected=False)
    router = desk(Queue("a", auto_accept=True), waits=waits)
    agents(router, *(f"a-{number}" for number in range(10)), queues=("a",))
    traffic = Traffic(router, 10, rate=0.09, handle_s=100.0)
    said: dict[str, tuple[float, float]] = {}
    for number in range(6000):
        name = traffic.come()
        if number < 500 or name in traffic.waits:
            continue
        estimate = router.estimate(name)
        learnt = waits.learning.handling["a", "voice"].mean_s
        ahead = router.position(name) - 1
        assert estimate.mean_s == pytest.approx((ahead + 1) * learnt / 10.0, rel=1e-12), SEED
        said[name] = (estimate.mean_s or 0.0, estimate.p90 or 0.0)
        assert learnt == pytest.approx(100.0, rel=0.25), SEED
    pairs = [(*said[name], traffic.waits[name]) for name in said if name in traffic.waits]
    assert len(pairs) > 2000
    # Neighbours in line wait alike, so the error is that of some 30 batches and not of thousands of draws.
    size = len(pairs) // 30
    for value in ([wait / mean - 1.0 for mean, _, wait in pairs], [(wait <= p90) - 0.9 for _, p90, wait in pairs]):
        means = [sum(value[i * size : (i + 1) * size]) / size for i in range(30)]
        mean = sum(means) / 30
        error = math.sqrt(sum((each - mean) ** 2 for each in means) / 29 / 30)
        assert abs(mean) < 4.0 * error, (SEED, mean, error)


def test_with_abandonment_the_patience_is_learnt_from_those_who_stay_too() -> None:
    waits = Waits(memory=2000.0)
    router = desk(Queue("a", auto_accept=True), waits=waits)
    agents(router, *(f"a-{number}" for number in range(10)), queues=("a",))
    traffic = Traffic(router, 10, rate=0.12, handle_s=100.0, patience_s=200.0)
    covered = []
    for number in range(4000):
        name = traffic.come()
        if number > 1000 and name not in traffic.waits:
            estimate = router.estimate(name)
            covered.append(
                (name, estimate.served.quantile(0.8) if estimate.served else 0.0, estimate.probability_abandon)
            )
    assert waits.learning.patience["a"].rate() == pytest.approx(1 / 200.0, rel=0.15), SEED
    served = [(traffic.waits[name], p80) for name, p80, _ in covered if name in traffic.waits]
    share = sum(wait <= p80 for wait, p80 in served) / len(served)
    left = 1.0 - len(served) / len(covered)
    assert share == pytest.approx(0.8, abs=0.05), SEED
    assert sum(p or 0.0 for _, _, p in covered) / len(covered) == pytest.approx(left, abs=0.06), SEED


def test_handle_times_count_the_wrap_up_and_patience_only_those_who_wait() -> None:
    waits = Waits(least=1)
    router = desk(Queue("a", wrap_up_s=30), waits=waits)
    agents(router, "ann", queues=("a",))
    (offer,) = [event for event in router.enqueue(Contact("c", queue="a"), at=0.0) if hasattr(event, "expires_at")]
    router.accept(offer.offer, at=4.0)
    events = router.finish("c", at=64.0)
    assert type(events[1]) is WrapUpStarted
    router.end_wrap_up("ann", at=84.0)
    found = waits.learning.handling["a", "voice"]
    assert found.talk_s == 60.0 and found.mean_s == pytest.approx(80.0, rel=0.01)
    offers = waits.learning.offers["a"]
    assert (offers.ring_s, offers.accepted, offers.held_s) == (4.0, 1.0, 4.0)


# -- too little data ---------------------------------------------------------------------------------------------------


def test_too_little_data_is_said_with_its_reason_and_never_a_number() -> None:
    router = desk(Queue("a", auto_accept=True), waits=Waits())
    line(router, "a", "c")
    assert str(router.estimate("c")) == "c, number 1: too little data (nobody is there)"
    agents(router, "ann", queues=("a",))
    line(router, "a", "d")
    estimate = router.estimate("d")
    assert (estimate.state, estimate.mean_s, estimate.p90, estimate.position) == ("too little data", None, None, 1)
    assert estimate.reason == "fewer than 20 contacts of a by voice have been handled"
    router.set_away("ann", reason="break", at=1.0)
    assert router.estimate("d").reason == "nobody who is ready could take it"
    assert router.estimate_for("a", needs=[Need("x")]).reason == "nobody who is ready could take it"


def test_after_enough_contacts_of_a_queue_and_channel_there_is_an_estimate_for_them_only() -> None:
    router = desk(Queue("a", auto_accept=True), waits=Waits(least=3))
    agents(router, "ann", queues=("a",))
    for number in range(3):
        assert router.estimate_for("a").mean_s is None
        line(router, "a", f"c-{number}", at=100.0 * number)
        router.finish(f"c-{number}", at=100.0 * number + 50.0)
    assert router.estimate_for("a").mean_s == 0.0  # ann is free
    line(router, "a", "x", at=400.0)
    assert router.estimate_for("a").mean_s == pytest.approx(50.0)
    assert router.estimate_for("a", channel="chat").mean_s is None


def test_one_that_is_held_or_kept_for_somebody_has_a_reason() -> None:
    router = desk(Queue("a", same_customer="behind"))
    agents(router, "ann", "bob", queues=("a",))
    line(router, "a", "c", "d", customer="k")
    assert router.estimate("d").reason == "held behind c"
    line(router, "a", "x", at=1.0)
    router.accept("o-1", at=2.0)
    line(router, "a", "e", prefer=("ann",), at=3.0)
    assert router.estimate("e").reason == "kept for certain agents"


# -- who is in the way -------------------------------------------------------------------------------------------------


def busy(router: Router, queue: str, count: int, **fields: Any) -> None:
    """Give every agent something to do."""
    line(router, queue, *(f"busy-{queue}-{number}" for number in range(count)), **fields)


def test_only_agents_with_the_skill_count_and_only_those_who_compete_for_them() -> None:
    router = desk(Queue("a", auto_accept=True, contact_order=st.Fifo()))
    agents(router, "ann", queues=("a",), skills={"x": 1})
    agents(router, "bob", "eve", "joe", queues=("a",))
    busy(router, "a", 4)
    line(router, "a", "plain-1", "plain-2", at=1.0)
    line(router, "a", "x-1", "x-2", needs=(Need("x"),), at=1.0)
    # A quarter of what the two plain ones take comes from ann; then x-1, then x-2 itself; 100 s each.
    assert router.estimate("x-2").mean_s == pytest.approx((0.5 + 1 + 1) * 100.0)
    # Those with a need are behind.
    assert router.estimate("plain-2").mean_s == pytest.approx(2 * 25.0)
    # A newcomer is behind the plain ones for all, and then behind the others for ann alone.
    assert router.estimate_for("a").mean_s == pytest.approx(2 * 25.0 + 100.0 / 3.0)


def shared(seed: int) -> tuple[list[tuple[float, float, float]], list[tuple[float, float, float]]]:
    """Two queues of five agents of a's own and five for both, under traffic: what was said and what came, for each."""
    router = desk(Queue("a", auto_accept=True), Queue("b", auto_accept=True), waits=Waits(memory=1000.0))
    agents(router, *(f"a-{number}" for number in range(5)), queues=("a",))
    agents(router, *(f"s-{number}" for number in range(5)), queues=("a", "b"))
    traffic = Traffic(router, 10, rate=0.09, handle_s=100.0)
    said: dict[str, tuple[str, float, float]] = {}
    for number in range(6000):
        queue = "a" if traffic.dice.random() < 0.6 else "b"
        name = traffic.come(queue)
        if number > 1000 and name not in traffic.waits:
            estimate = router.estimate(name)
            said[name] = (queue, estimate.mean_s or 0.0, estimate.p90 or 0.0)
    found: dict[str, list[tuple[float, float, float]]] = {"a": [], "b": []}
    for name, (queue, mean, p90) in said.items():
        if name in traffic.waits:
            found[queue].append((mean, p90, traffic.waits[name]))
    return found["a"], found["b"]


def test_where_agents_are_shared_the_approximation_is_within_an_eighth_of_what_comes() -> None:
    for rows in shared(SEED):
        assert len(rows) > 500
        truth = sum(wait for _, _, wait in rows) / len(rows)
        assert sum(mean for mean, _, _ in rows) / len(rows) == pytest.approx(truth, rel=0.125), SEED
        assert sum(wait <= p90 for _, p90, wait in rows) / len(rows) == pytest.approx(0.9, abs=0.06), SEED


def test_who_will_come_in_a_better_tier_is_waited_for_as_long_as_tiers_count() -> None:
    waits = Waits(handle_s=100)
    router = desk(Queue("a", auto_accept=True, tier_wait_s=300), Queue("b", auto_accept=True), waits=waits)
    agents(router, "ann", queues={"a": 1})
    agents(router, "bob", queues={"a": 2, "b": 1})
    busy(router, "a", 1)
    busy(router, "b", 1)
    for number in range(50):  # of b one comes in 125 s; nobody stays
        line(router, "b", f"b-{number}", at=125.0 * number)
        router.abandon(f"b-{number}", at=125.0 * number)
    line(router, "a", "me", at=6130.0)
    # Alone, the two would take 50 s. In what it takes, t, there come t / 125 for bob: 1 + t / 125 = 2 t / 100, if he
    # is done with them by then.
    assert router.estimate("me").mean_s == pytest.approx(1 / (0.02 - 0.008), rel=0.03)
    router.advance(at=6431.0)  # it is of nobody's second tier any more
    assert (router.estimate("me").mean_s or 99.0) < 50.0


def test_agents_of_two_queues_are_shared_by_what_waits_in_both() -> None:
    waits = Waits(handle_s={"a": 100.0, "b": 200.0})
    router = desk(Queue("a", auto_accept=True), Queue("b", auto_accept=True), waits=waits)
    agents(router, "ann", "bob", queues=("a", "b"))
    busy(router, "a", 1)
    busy(router, "b", 1)
    line(router, "b", "b-1", "b-2", at=1.0)
    line(router, "a", "a-1", at=2.0)
    # Both turn once in 150 s, on average, as one of each has begun; two of b come before.
    assert router.estimate("a-1").mean_s == pytest.approx(3 * 75.0, rel=0.01)
    line(router, "a", "a-2", priority=10, at=3.0)
    assert router.estimate("a-2").mean_s == pytest.approx(75.0, rel=0.01)


def test_slots_count_and_not_heads() -> None:
    router = desk(Queue("a", auto_accept=True))
    chats = Capacity(units=4, cost={"voice": 4, "chat": 1}, limit={"chat": 3})
    agents(router, "ann", "bob", queues=("a",), capacity=chats)
    busy(router, "a", 6, channel="chat")
    line(router, "a", "c", channel="chat", at=1.0)
    assert router.estimate("c").mean_s == pytest.approx(100.0 / 6)
    assert router.estimate_for("a", channel="voice").mean_s == pytest.approx(100.0 / 2 * (1 + 1 / 3))


def test_those_who_will_overtake_slow_a_line_down() -> None:
    """Two strict classes: the lower one waits (n + 1) / (c - rate of the higher), while these come at that rate."""
    router = desk(Queue("a", auto_accept=True, contact_order=st.StrictPriority()))
    agents(router, "ann", "bob", queues=("a",))
    busy(router, "a", 2)
    for number in range(50):
        line(router, "a", f"vip-{number}", priority=1, at=200.0 * number)
        router.abandon(f"vip-{number}", at=200.0 * number + 1e-3)
    line(router, "a", "c", at=200.0 * 49.5)
    leave = router.estimate("c")
    assert leave.mean_s is not None and leave.mean_s > 50.0
    slowed = 2 / 100.0 - 1 / 200.0
    assert leave.law is not None and leave.law.rate == pytest.approx(slowed, rel=0.01)  # type: ignore[attr-defined]
    assert router.estimate_for("a", priority=2).law.rate == pytest.approx(0.02)  # type: ignore[union-attr]


def test_a_head_start_only_overtakes_until_it_is_used_up() -> None:
    waits = Waits(handle_s=100)
    router = desk(Queue("a", auto_accept=True), waits=waits)
    agents(router, "ann", queues=("a",))
    busy(router, "a", 1)
    for number in range(40):
        line(router, "a", f"vip-{number}", priority=1, at=500.0 * number)  # a minute's head start, every 500 s
        router.abandon(f"vip-{number}", at=500.0 * number)
    line(router, "a", "c", at=20_000.0)
    # In the minute in which it can be overtaken 60 / 500 come.
    assert router.estimate("c").mean_s == pytest.approx((1 + 60 / 500) * 100.0, rel=0.01)
    router.advance(at=20_061.0)
    assert (router.estimate("c").mean_s or 0) < 100.0


def test_an_agent_who_is_free_is_had_at_once_and_rings_first() -> None:
    router = desk(Queue("a"), waits=Waits(least=1, handle_s=60))
    agents(router, "ann", queues=("a",))
    assert router.estimate_for("a").mean_s == 0.0
    line(router, "a", "c", at=0.0)
    ringing = router.estimate("c")
    assert ringing.mean_s == pytest.approx(10.0) and ringing.p50 == pytest.approx(10.0)
    router.advance(at=10.0)
    assert router.estimate("c").mean_s == pytest.approx(5.0)
    router.accept("o-1", at=10.0)
    router.finish("c", at=70.0)
    assert router.estimate_for("a").mean_s == pytest.approx(10.0)  # it rang 10 s


def test_declined_offers_make_ringing_longer() -> None:
    waits = Waits(handle_s=60)
    router = desk(Queue("a", retry_agent_s=0, decline_retry_s=0, auto_accept=False), waits=waits)
    agents(router, "ann", queues=("a",))
    line(router, "a", "c", at=0.0)
    for number in range(1, 6):
        router.decline(f"o-{number}", at=4.0 * number)
    router.accept("o-6", at=24.0)
    assert waits.learning.offers["a"].accepted == pytest.approx(1 / 6, rel=0.01)
    line(router, "a", "d", at=25.0)
    # Six offers of 4 s for one contact.
    assert (router.estimate("d").mean_s or 0) == pytest.approx(84.0 + 24.0, rel=0.01)


def test_an_offer_that_may_be_declined_is_no_answer_yet() -> None:
    waits = Waits(handle_s=60)
    router = desk(Queue("a", retry_agent_s=0, decline_retry_s=0), waits=waits)
    agents(router, "ann", queues=("a",))
    for number in range(1, 5):  # half are declined
        if number % 2:
            line(router, "a", f"c-{number}", at=100.0 * number)
            router.decline(f"o-{number}", at=100.0 * number + 5.0)
        else:
            router.accept(f"o-{number}", at=100.0 * number - 90.0)
            router.finish(f"c-{number - 1}", at=100.0 * number - 80.0)
    line(router, "a", "d", at=500.0)
    estimate = router.estimate("d")
    assert waits.learning.offers["a"].accepted == pytest.approx(0.5, abs=0.01)
    assert (estimate.quantile(0.4) or 99.0) <= 20.0 < (estimate.quantile(0.6) or 0.0)


def test_a_tier_that_opens_is_waited_for_and_no_longer() -> None:
    router = desk(Queue("a", auto_accept=True, max_tier=1, steps=(Step(30, max_tier=2),)))
    agents(router, "ann", queues={"a": 1})
    agents(router, "bob", queues={"a": 2})
    busy(router, "a", 1)
    line(router, "a", "c", at=1.0)
    assert router.estimate("c").mean_s == pytest.approx(30.0)
    assert router.estimate("c").p50 == pytest.approx(30.0) and (router.estimate("c").quantile(0.1) or 99) < 30.0
    router.set_away("ann", reason="break", at=5.0)  # nobody of the first tier is left; bob is free at 31
    assert router.estimate("c").mean_s == pytest.approx(26.0)


# -- it falls ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [0, 1, 5, 30])
@pytest.mark.parametrize("patience", [False, True])
def test_while_nothing_happens_every_figure_falls(ahead: int, patience: bool) -> None:
    waits = Waits(handle_s=100)
    router = desk(Queue("a", auto_accept=True), waits=waits)
    agents(router, "ann", "bob", queues=("a",))
    if patience:
        busy(router, "a", 2)
        line(router, "a", "gone", at=1.0)
        router.abandon("gone", at=150.0)
        assert waits.learning.patience["a"].rate() > 0.0
    else:
        busy(router, "a", 2)
    line(router, "a", *(f"c-{number}" for number in range(ahead)), "me", at=200.0)
    before = figures(router.estimate("me"))
    if not patience:
        assert before[0] == pytest.approx((ahead + 1) * 50.0)
    for at in (200.5, 210.0, 300.0, 1000.0, 5000.0):
        router.advance(at=at)
        after = figures(router.estimate("me"))
        assert all(new < old for new, old in zip(after, before, strict=True)), (at, before, after)
        before = after


def test_when_the_line_moves_no_estimate_grows() -> None:
    dice = random.Random(SEED)
    router = desk(Queue("a", auto_accept=True))
    agents(router, "ann", "bob", queues=("a",))
    busy(router, "a", 2)
    line(router, "a", *(f"c-{number}" for number in range(12)), "me", at=1.0)
    serving = ["busy-a-0", "busy-a-1"]
    at, before = 1.0, figures(router.estimate("me"))
    for number in range(12):
        for _ in range(3):
            at += dice.expovariate(1 / 40.0)
            router.advance(at=at)
            after = figures(router.estimate("me"))
            assert all(new <= old for new, old in zip(after, before, strict=True)), (SEED, number)
            before = after
        events = router.finish(serving.pop(0), at=at)
        serving.append(next(event.contact for event in events if type(event) is ContactConnected))
        if number < 11:
            assert router.estimate("me").mean_s == pytest.approx((12 - number) * 50.0), SEED  # whole turns again
        if number % 4 == 0:
            line(router, "a", f"behind-{number}", at=at)
        after = figures(router.estimate("me"))
        assert all(new <= old + 1e-9 for new, old in zip(after, before, strict=True)), (
            SEED,
            number,
        )
        before = after


# -- what decisions read -----------------------------------------------------------------------------------------------


def test_expected_s_is_the_places_times_what_one_has_cost() -> None:
    waits = Waits(least=5)
    router = desk(Queue("a", auto_accept=True), waits=waits)
    agents(router, "ann", "bob", queues=("a",))
    assert waits.expected_s("a", 1, 0.0) is None and waits.expected_s("nothing", 1, 0.0) is None
    line(router, "a", *(f"c-{number}" for number in range(12)), at=0.0)
    for number in range(10):
        router.finish(f"c-{number}", at=30.0 * (number + 1))
    # One every 30 s, with two agents.
    assert waits.expected_s("a", 4, 300.0) == pytest.approx(120.0)
    router.sign_out("ann", at=301.0)
    assert waits.expected_s("a", 4, 301.0) == pytest.approx(240.0)
    router.finish("c-11", at=302.0)
    router.finish("c-10", at=302.0)
    assert waits.expected_s("a", 1, 302.0) == 0.0  # bob has nothing to do
    router.sign_out("bob", at=303.0)
    assert waits.expected_s("a", 1, 303.0) is None


def test_expected_s_uses_no_function_of_the_c_library(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = Waits(least=2)
    router = desk(Queue("a", auto_accept=True), waits=waits)
    agents(router, "ann", queues=("a",))
    line(router, "a", *"cdefgh", at=0.0)
    for number, name in enumerate("cdefg"):
        router.finish(name, at=17.0 * (number + 1))
    monkeypatch.delattr(math, "log")
    monkeypatch.delattr(math, "exp")
    assert waits.expected_s("a", 3, 90.0) == pytest.approx(51.0)


def play(router: Router, dice: random.Random, steps: int, first: int) -> list[Any]:
    """Random work: contacts, accepts, ends, hang-ups, presence."""
    told: list[Any] = []
    at = router.now or 0.0
    for number in range(first, first + steps):
        at += dice.expovariate(1 / 7.0)
        told += router.advance(at=at)
        what = dice.random()
        offers, contacts = list(router.offers), [c for c in router.contacts if router.contacts[c].state == "connected"]
        waiting = [c for c in router.contacts if router.contacts[c].state == "queued"]
        if what < 0.45:
            queue, channel = dice.choice(("a", "a", "b")), dice.choice(("voice", "voice", "chat"))
            needs = (Need("x"),) if dice.random() < 0.3 else ()
            value = Contact(f"c-{number}", queue=queue, channel=channel, needs=needs, priority=dice.randrange(3))
            told += router.enqueue(value, at=at)
        elif what < 0.65 and offers:
            told += router.accept(offers[0], at=at)
        elif what < 0.68 and offers:
            told += router.decline(offers[-1], at=at)
        elif what < 0.88 and contacts:
            told += router.finish(dice.choice(contacts), at=at)
        elif what < 0.93 and waiting:
            told += router.abandon(dice.choice(waiting), at=at)
        elif what < 0.96:
            name = dice.choice(list(router.agents))
            told += router.set_away(name, reason="x", at=at) if router.agents[name].state == "ready" else ()
        else:
            name = dice.choice(list(router.agents))
            told += router.set_ready(name, at=at) if router.agents[name].state == "away" else ()
    return told


def centre(even: bool = False, **fields: Any) -> Router:
    """Two queues that share agents; `even`: where all contacts cost the same and no tier goes before another."""
    steps = (
        Step(20, max_tier=2, when=(When("estimated_wait_s", at_least=30),)),
        Step(40, drop=("x",), when=(When("estimated_wait_s", at_least=20),)),
    )
    limits = (Limit(estimated_wait_s=200, reject="long"),)
    router = Router(seed=3, estimator=Waits(least=3, memory=30.0), **fields)
    router.add_queue(Queue("a", max_tier=1, steps=steps, limits=limits, wrap_up_s=9), at=0.0)
    router.add_queue(Queue("b", auto_accept=True, contact_order=st.Fifo(), steps=steps), at=0.0)
    chats = Capacity(units=3, cost={"voice": 1 if even else 3, "chat": 1})
    for number, queues in enumerate(({"a": 1}, {"a": 1, "b": 2}, {"b": 1}, {"a": 2, "b": 1})):
        skills = {"x": 1} if number % 2 else {}
        queues = dict.fromkeys(queues, 1) if even else queues
        agents(router, f"a-{number}", queues=queues, skills=skills, capacity=chats)
    return router


@pytest.mark.parametrize("round", range(4))
def test_a_restored_router_estimates_and_decides_the_same(round: int) -> None:
    dice = random.Random(SEED + round)
    router = centre(even=round % 2 == 1)
    play(router, dice, 250, 0)
    snapshot = json.loads(json.dumps(router.snapshot()))
    copy = Router.restore(snapshot, estimator=Waits(least=3, memory=30.0))
    state = dice.getstate()
    said: list[list[Any]] = []
    for each in (router, copy):
        dice.setstate(state)
        told: list[Any] = []
        for part in range(40):
            told += play(each, dice, 5, 1000 + 5 * part)
            waiting = [c for c in each.contacts if each.contacts[c].state in ("queued", "offered")]
            told += [each.estimate(name).as_data() for name in waiting]
            told += [each.estimate_for(queue, priority=1).as_data() for queue in ("a", "b")]
            if part % 4 == 0:
                told += [each.estimate(name, "full").as_data() for name in waiting[-2:]]
                told += [each.estimate_for(queue, priority=1, effort="full").as_data() for queue in ("a", "b")]
        said.append(told)
    assert said[0] == said[1], SEED + round
    assert router.snapshot() == copy.snapshot()
    assert {"StepFired", "StepSkipped"} <= {type(event).__name__ for event in said[0]}, SEED + round
    methods = {one["method"] for one in said[0] if isinstance(one, dict) and one["mean_s"] is not None}
    assert ({"quick", "full"} if round % 2 else {"quick"}) <= methods, SEED + round


@pytest.mark.parametrize("even", [False, True])
def test_asking_changes_nothing(even: bool) -> None:
    dice, other = random.Random(SEED), random.Random(SEED)
    asked, quiet = centre(even), centre(even)
    for part in range(60):
        assert play(asked, dice, 5, 5 * part) == play(quiet, other, 5, 5 * part), SEED
        for name in [c for c in asked.contacts if asked.contacts[c].state in ("queued", "offered")]:
            asked.estimate(name).as_data()
        for name in [c for c in asked.contacts if asked.contacts[c].state == "queued"][-1:]:
            asked.estimate(name, "full").as_data()
        asked.estimate_for("a")
    assert asked.snapshot() == quiet.snapshot()


@pytest.mark.parametrize("order", [st.Fifo(), st.Aged(per_minute=2), st.Lifo(), st.StrictPriority(), st.HeadStart(60)])
def test_random_centres_give_laws_that_are_laws(order: Any) -> None:
    """Means and quantiles are finite and in order, whatever is going on."""
    dice = random.Random(SEED)
    router = centre()
    router.update_queue("b", contact_order=order, at=0.0)
    played = 0
    for part in range(60):
        play(router, dice, 5, 5 * part)
        waiting = [c for c in router.contacts if router.contacts[c].state in ("queued", "offered")]
        estimates = [router.estimate(name) for name in waiting]
        estimates += [router.estimate(name, "full") for name in waiting[-3:]]
        estimates += [router.estimate_for(queue, priority=1, effort="full") for queue in ("a", "b")]
        for estimate in estimates:
            if estimate.law is not None:
                mean, p50, p80, p90 = figures(estimate)
                assert 0.0 <= p50 <= p80 <= p90 < 1e6 and 0.0 <= mean < 1e6, (SEED, estimate)
                for leaving in (estimate.probability_served_within(60.0), estimate.probability_abandon):
                    assert leaving is None or 0.0 <= leaving <= 1.0, (SEED, estimate)
                played += estimate.method == "full"
    assert played, SEED


# -- cost --------------------------------------------------------------------------------------------------------------


def test_the_cost_of_an_estimate_does_not_grow_with_the_line() -> None:
    """Counted in calls of functions: a logarithm of it."""
    if routekit.compiled:
        pytest.skip("it counts calls of Python functions, of which the compiled build has few")
    counts = []
    for size in (100, 10_000):
        router = desk(Queue("a", auto_accept=True))
        agents(router, *(f"a-{number}" for number in range(50)), queues=("a",))
        busy(router, "a", 50)
        line(router, "a", *(f"c-{number}" for number in range(size)), at=1.0)
        router.estimate("c-50")
        counts.append(calls_of(partial(router.estimate, "c-50"), built_in=False))
    assert counts[1] < 1.5 * counts[0] + 40, counts


def test_cost_of_learning_is_one_look_for_each_event() -> None:
    waits = Waits(handle_s=10)
    router = desk(Queue("a", auto_accept=True), waits=waits)
    agents(router, *(f"a-{number}" for number in range(3)), queues=("a",))
    for number in range(500):
        line(router, "a", f"c-{number}", at=float(number))
        for name in [c for c in router.contacts if router.contacts[c].state == "connected"][:1]:
            router.finish(name, at=float(number) + 0.5)
    kept = json.dumps(waits.to_data()["learning"])
    assert len(waits.learning._works) <= 3 and len(waits.learning._open) == 0 and len(kept) < 20_000


# -- bad input ---------------------------------------------------------------------------------------------------------


def test_bad_settings_are_refused() -> None:
    bad: Any
    for bad in ({"least": 0}, {"least": 2.5}, {"handle_s": 0}, {"handle_s": -1}, {"handle_s": float("nan")},
                {"handle_s": {"a": "x"}}, {"memory": 0}, {"memory": 0.5}, {"memory": float("inf")}):  # fmt: skip
        with pytest.raises(InvalidValue):
            Waits(**bad)
    with pytest.raises(InvalidType):
        Waits(handle_s={3: 1.0})  # type: ignore[dict-item]


def test_one_estimator_serves_one_router() -> None:
    waits = Waits()
    with pytest.raises(InvalidValue, match="no router"):
        waits.estimate("c")
    Router(estimator=waits)
    with pytest.raises(EstimatorTaken):
        Router(estimator=waits)


def test_an_effort_that_there_is_not_is_refused() -> None:
    waits = Waits()
    router = desk(Queue("a"), waits=waits)
    line(router, "a", "c")
    for effort in ("slow", "", None):
        with pytest.raises(InvalidValue, match="effort"):
            waits.estimate("c", effort=effort)  # type: ignore[arg-type]


def test_a_snapshot_of_something_else_is_refused_and_changes_nothing() -> None:
    waits = Waits()
    router = desk(Queue("a", auto_accept=True), waits=waits)
    agents(router, "ann", queues=("a",))
    line(router, "a", "c", "d")
    router.finish("c", at=9.0)
    whole = waits.to_data()
    bad: Any
    broken = json.loads(json.dumps(whole))
    broken["learning"]["handling"][0][2]["sums"] = [1, 2]
    for bad in (None, {}, {"format": "routekit.waits"}, {**whole, "version": 2}, {**whole, "learning": None}, broken):
        with pytest.raises(SnapshotError):
            waits.restore(bad)
        assert waits.to_data() == whole
    snapshot = router.snapshot()
    snapshot["estimator"] = broken
    with pytest.raises(SnapshotError):
        Router.restore(snapshot, estimator=Waits())


def test_two_at_once_are_no_stream_of_such() -> None:
    # Two of a higher priority in the same instant: the rate of these two alone would be infinite a moment later.
    router = Router(seed=1, estimator=Waits(handle_s=100))
    router.add_queue(Queue("a", auto_accept=True), at=0.0)
    for number in range(5):
        router.add_agent(Agent(f"agent-{number}", queues=("a",)), at=0.0)
        router.sign_in(f"agent-{number}", at=0.0)
    for number in range(15):
        router.enqueue(Contact(f"c-{number}", queue="a"), at=10.0 * number)
    router.enqueue(Contact("before", queue="a", priority=1), at=150.0)
    router.advance(at=150.01)
    one = router.estimate("c-14").mean_s or 0.0
    router.enqueue(Contact("vip", queue="a", priority=1), at=150.01)
    for later in (0.001, 0.1, 1.0, 10.0):
        router.advance(at=150.01 + later)
        for effort in ("quick", "full"):
            assert one < (router.estimate("c-14", effort).mean_s or 0.0) < 2.0 * one


def test_one_who_hangs_up_early_is_not_all_there_is_known_of_patience() -> None:
    router = Router(seed=1, estimator=Waits(handle_s=240))
    router.add_queue(Queue("a", auto_accept=True), at=0.0)
    router.add_agent(Agent("ann", queues=("a",)), at=0.0)
    router.sign_in("ann", at=0.0)
    for number in range(11):
        router.enqueue(Contact(f"c-{number}", queue="a"), at=0.0)
    router.enqueue(Contact("hasty", queue="a"), at=599.0)
    router.advance(at=600.0)
    before = router.estimate("c-10").mean_s or 0.0
    router.abandon("hasty", at=600.0)
    # Ten have waited for 600 s each, and one has hung up: one in 6,000 s.
    found = router.estimate("c-10")
    assert 0.75 * before < (found.mean_s or 0.0) < before
    assert (found.probability_abandon or 0.0) < 0.5
