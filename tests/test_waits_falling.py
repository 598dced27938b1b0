"""What `Waits` says of one who waits falls while nothing happens: in random centres and silences, with both efforts."""

from __future__ import annotations

import itertools
import json
import os
import random
from typing import Any

import pytest

from routekit import Agent, Contact, Need, Queue, Router
from routekit import strategies as st
from routekit.errors import SnapshotError
from routekit.estimation import WaitEstimate, Waits, correcting

SEED = int(os.environ.get("ROUTEKIT_WAITS_SEED", "20260304"))

WORLDS = 44
QUIET_S = (0.0, 0.5, 3.0, 10.0, 25.0, 60.0, 150.0, 400.0)

pytest.importorskip("scipy", reason="quantiles of the exact laws need the extra routekit[waits]")


def figures(estimate: WaitEstimate) -> list[float]:
    return [one or 0.0 for one in (estimate.mean_s, estimate.p50, estimate.p80, estimate.p90)]


def centre(dice: random.Random, **fields: Any) -> Router:
    """One to three queues with or without wrap-ups and ringing, and up to eight agents of some of them."""
    router = Router(seed=dice.randrange(1000), estimator=Waits(least=3, memory=60.0, **fields))
    names = "abc"[: dice.randint(1, 3)]
    orders = [st.Aged(per_minute=1.0), st.Aged(per_minute=4.0), st.Fifo(), st.StrictPriority(), st.Lifo()]
    for name in names:
        wrap_up_s = dice.choice((0, 0, 15, 300))
        queue = Queue(name, auto_accept=dice.random() < 0.8, wrap_up_s=wrap_up_s, contact_order=dice.choice(orders))
        router.add_queue(queue, at=0.0)
    tiers = dice.random() < 0.25
    for number in range(dice.randint(1, 8)):
        queues = {name: dice.randint(1, 2) if tiers else 1 for name in names if dice.random() < 0.7} or {names[0]: 1}
        skills = {"x": 1} if dice.random() < 0.6 else {}
        router.add_agent(Agent(f"a-{number}", queues=queues, skills=skills), at=0.0)
        router.sign_in(f"a-{number}", at=0.0)
    return router


def play(router: Router, dice: random.Random, steps: int, first: int) -> None:
    """Contacts that come, are taken and end, hang up; what lasts, lasts for very uneven times."""
    at = router.now or 0.0
    names = list(router.queues)
    for number in range(first, first + steps):
        at += dice.choice((0.3, 3.0, 30.0)) * dice.expovariate(1.0)
        router.advance(at=at)
        connected = [name for name, view in router.contacts.items() if view.state == "connected"]
        waiting = [name for name, view in router.contacts.items() if view.state == "queued"]
        what = dice.random()
        if router.offers and what < 0.7:
            router.accept(next(iter(router.offers)), at=at)
        elif what < 0.5 and len(waiting) < 12:
            needs = (Need("x"),) if dice.random() < 0.25 else ()
            value = Contact(f"c-{number}", queue=dice.choice(names), needs=needs, priority=float(dice.randrange(3)))
            router.enqueue(value, at=at)
        elif what < 0.9 and connected:
            router.finish(dice.choice(connected), at=at)
        elif waiting:
            router.abandon(dice.choice(waiting), at=at)


def silence(router: Router, effort: str, least: int = 3) -> list[tuple[str, str, list[list[float]]]]:
    """What is said of some who wait, again and again until something happens: who, by which method, the figures."""
    at = router.now or 0.0
    waiting = [name for name, view in router.contacts.items() if view.state in ("queued", "offered")]
    some = sorted({waiting[0], waiting[len(waiting) // 2], waiting[-1]}) if waiting else []
    said: dict[str, tuple[str, list[list[float]]]] = {}
    # That a tier counts no more for somebody is a change, if not an event: others may go before them then.
    ages = [view.waiting_since + 300.0 for view in router.contacts.values() if view.state in ("queued", "offered")]
    changes = [due for due in (router.next_deadline, *ages) if due is not None and due > at]
    for quiet in QUIET_S:
        if changes and min(changes) <= at + quiet:
            break
        places = {name: router.position(name) for name in some}
        assert router.advance(at=at + quiet) == ()
        for name in some:
            estimate = router.estimate(name, effort)
            if estimate.law is not None and router.position(name) == places[name]:
                assert estimate.as_data() == router.estimate(name, effort).as_data()
                said.setdefault(name, (estimate.method, []))[1].append(figures(estimate))
    return [(name, method, rows) for name, (method, rows) in said.items() if len(rows) > 1]


def rises(rows: list[list[float]]) -> list[tuple[int, float, float]]:
    return [
        (number, old, new)
        for before, after in itertools.pairwise(rows)
        for number, (old, new) in enumerate(zip(before, after, strict=True))
        if new > old + 1e-9
    ]


def worlds(effort: str, number: int, **fields: Any) -> list[tuple[int, str, str, list[list[float]]]]:
    found = []
    for world in range(number):
        dice = random.Random(SEED + world)
        router = centre(dice, **fields)
        play(router, dice, 150, 0)
        for part in range(6):
            found += [(SEED + world, *one) for one in silence(router, effort)]
            play(router, dice, 7, 200 + 10 * part)
    return found


@pytest.mark.parametrize("corrected", [True, False])
@pytest.mark.parametrize("effort", ["quick", "full"])
def test_no_figure_rises_while_nothing_happens(effort: str, corrected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correcting, "ENOUGH", 8)
    found = worlds(effort, WORLDS, corrected=corrected, full_every=2 if effort == "full" else 0)
    for seed, name, method, rows in found:
        assert not rises(rows), (f"seed {seed}", name, method, rises(rows)[0], rows)
    methods = {method for _, _, method, _ in found}
    assert len(found) > 200, len(found)
    assert (f"{effort}, corrected" if corrected else effort) in methods, methods
    # It is not that nothing changes.
    falls = sum(rows[0][0] > rows[-1][0] + 1e-9 for _, _, _, rows in found)
    assert falls > 0.9 * len(found), (falls, len(found))


def test_an_honest_simulation_would_rise(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is played anew from what agents are at by now: their calls are of very uneven length."""
    monkeypatch.setattr(Waits, "_then", lambda self, place: place)
    found = worlds("full", 8, corrected=False)
    risen = [rises(rows) for _, _, method, rows in found if method == "full"]
    assert sum(map(bool, risen)) > 0.2 * len(risen) > 2, (SEED, len(risen))


def one_in_wrap_up() -> tuple[Router, Waits]:
    """An agent with 100 s of wrap-up before it, and one who waits; calls have taken 50 s."""
    waits = Waits(least=2)
    router = Router(seed=3, estimator=waits)
    router.add_queue(Queue("a", auto_accept=True, wrap_up_s=100), at=0.0)
    router.add_agent(Agent("ann", queues=("a",)), at=0.0)
    router.sign_in("ann", at=0.0)
    for number in range(5):
        router.enqueue(Contact(f"past-{number}", queue="a"), at=200.0 * number)
        router.finish(f"past-{number}", at=200.0 * number + 50.0)
    router.enqueue(Contact("next", queue="a"), at=850.0)
    router.enqueue(Contact("me", queue="a"), at=850.0)
    return router, waits


def test_what_is_known_to_end_ends_second_by_second() -> None:
    router, _ = one_in_wrap_up()
    assert router.estimate("next", "full").mean_s == pytest.approx(100.0, abs=0.01)
    router.advance(at=910.0)
    assert router.estimate("next", "full").mean_s == pytest.approx(40.0, abs=0.01)
    before = router.estimate("me", "full").mean_s or 0.0
    router.advance(at=930.0)
    assert router.estimate("me", "full").mean_s == pytest.approx(before - 20.0, abs=0.01)


def test_when_the_last_event_was_is_in_the_snapshot() -> None:
    router, waits = one_in_wrap_up()
    router.advance(at=910.0)
    assert waits.to_data()["last_at"] == 850.0
    copy = Router.restore(json.loads(json.dumps(router.snapshot())), estimator=Waits(least=2))
    for name in ("next", "me"):
        assert copy.estimate(name, "full").as_data() == router.estimate(name, "full").as_data()
    old = {key: value for key, value in waits.to_data().items() if key != "last_at"}
    fresh = Waits(least=2)
    fresh.restore(old)
    assert fresh.to_data() == {**old, "last_at": None}
    for broken in ("now", True, float("nan"), [1.0]):
        with pytest.raises(SnapshotError):
            waits.restore({**old, "last_at": broken})
        assert waits.to_data()["last_at"] == 850.0


def test_one_who_has_not_come_is_told_what_agents_are_at_by_now() -> None:
    """Nobody waits who could see it grow."""
    router, _ = one_in_wrap_up()
    router.abandon("next", at=851.0)
    router.abandon("me", at=851.0)
    before = router.estimate_for("a", effort="full").mean_s or 0.0
    router.advance(at=911.0)
    assert router.estimate_for("a", effort="full").mean_s == pytest.approx(before - 60.0, abs=0.01)
