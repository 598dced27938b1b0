"""What `Waits` learns from what became of its estimates: when it is asked, what is settled and what is forgotten."""

from __future__ import annotations

import json
import random
import sys
from functools import partial
from typing import Any

import pytest

from routekit import Agent, Contact, Need, Queue, Router, Step
from routekit.errors import InvalidType, InvalidValue, MissingExtra, SnapshotError
from routekit.estimation import ErlangLaw, Waits
from routekit.estimation._erlang import special
from routekit.estimation._shapes import Played, Sample
from routekit.estimation.calibration import CalibrationReport
from routekit.estimation.correcting import ENOUGH, Corrected, Corrections, group_of
from routekit.events import ContactConnected
from tests.counting import calls_of

SEED = 20260303

pytest.importorskip("scipy", reason="quantiles of the exact laws need the extra routekit[waits]")


def desk(*queues: Queue, waits: Waits | None = None, agents: int = 1) -> tuple[Router, Waits]:
    found = Waits(handle_s=100) if waits is None else waits
    router = Router(seed=1, estimator=found)
    for queue in queues or (Queue("a", auto_accept=True),):
        router.add_queue(queue, at=0.0)
    for number in range(agents):
        router.add_agent(Agent(f"a-{number}", queues=("a",)), at=0.0)
        router.sign_in(f"a-{number}", at=0.0)
    return router, found


def corrections(waits: Waits) -> Corrections:
    assert waits._corrections is not None
    return waits._corrections


def report(waits: Waits) -> CalibrationReport:
    found = waits.report()
    assert found is not None
    return found


def traffic(router: Router, contacts: int, first: int = 0, each_s: float = 50.0, leave: bool = False) -> list[Any]:
    """Two agents, and a contact about every 27 s of which each takes so long: `Waits(handle_s=)` need not know it."""
    dice = random.Random(SEED + first)
    at, said = router.now or 0.0, []
    for number in range(first, first + contacts):
        at += dice.expovariate(1 / 27.0)
        for name, view in list(router.contacts.items()):
            if view.state == "connected" and dice.random() < 27.0 / each_s:
                router.finish(name, at=at)
            elif leave and view.state == "queued" and dice.random() < 0.1:
                router.abandon(name, at=at)
        router.enqueue(Contact(f"c-{number}", queue="a"), at=at)
        for name, view in router.contacts.items():
            if view.state == "queued":
                estimate = router.estimate(name)
                assert (estimate.p50 or 0.0) <= (estimate.p80 or 0.0) <= (estimate.p90 or 0.0), (SEED, name)
                said.append(estimate.as_data())
    return said


# -- who is asked about ------------------------------------------------------------------------------------------------


def test_who_waits_is_forecast_and_who_is_served_at_once_is_not() -> None:
    router, waits = desk()
    router.enqueue(Contact("now", queue="a"), at=0.0)
    router.enqueue(Contact("c-1", queue="a"), at=1.0)
    router.enqueue(Contact("c-2", queue="a"), at=2.0)
    assert list(corrections(waits)._asked) == ["c-1", "c-2"]
    router.finish("now", at=50.0)
    assert list(corrections(waits)._asked) == ["c-2"]
    total = report(waits).total
    assert (total.n, total.coverage, total.bias_s) == (1, (1.0, 1.0, 1.0), pytest.approx(51.0))
    router.abandon("c-2", at=60.0)
    assert (report(waits).total.n, report(waits).total.hung_up) == (1, 1)
    assert not corrections(waits)._asked


def test_who_rings_at_once_or_cannot_be_estimated_is_not_forecast() -> None:
    router, waits = desk(Queue("a"), waits=Waits())
    router.enqueue(Contact("rings", queue="a"), at=0.0)
    router.enqueue(Contact("unknown", queue="a"), at=0.0)
    assert not corrections(waits)._asked


def test_who_goes_another_way_is_forgotten() -> None:
    router, waits = desk(Queue("a", auto_accept=True), Queue("b", auto_accept=True))
    router.enqueue(Contact("now", queue="a"), at=0.0)
    for number in range(5):
        router.enqueue(Contact(f"c-{number}", queue="a"), at=1.0)
    asked = corrections(waits)._asked
    assert len(asked) == 5
    router.transfer("c-0", "b", at=2.0)
    router.update_contact("c-1", priority=3, at=3.0)
    router.update_contact("c-2", attributes={"x": 1}, at=3.0)
    assert list(asked) == ["c-2", "c-3", "c-4"]
    router.transfer("c-3", "a", at=4.0)  # at the end of the line it is asked about anew
    assert list(asked) == ["c-2", "c-4", "c-3"] and asked["c-3"].at == 4.0
    router.reconcile(["now", "c-2"], at=5.0)
    assert list(asked) == ["c-2"] and len(corrections(waits)._calibrated) == 1
    assert report(waits).total.hung_up == 0
    router.enqueue(Contact("c-4", queue="a"), at=6.0)
    assert list(asked) == ["c-2", "c-4"]


def test_who_is_served_through_a_queue_that_was_added_later_is_forgotten() -> None:
    steps = (Step(30, add_queue="b"),)
    router, waits = desk(Queue("a", auto_accept=True, steps=steps), Queue("b", auto_accept=True))
    router.enqueue(Contact("now", queue="a"), at=0.0)
    router.enqueue(Contact("c", queue="a"), at=1.0)
    assert list(corrections(waits)._asked) == ["c"]
    router.advance(at=40.0)
    router.add_agent(Agent("bob", queues=("b",)), at=50.0)
    router.sign_in("bob", at=50.0)
    assert router.contacts["c"].state == "connected"
    assert not corrections(waits)._asked and report(waits).total.n == 0


def test_what_is_checked_is_what_was_said_of_those_who_are_served() -> None:
    router, waits = desk(Queue("a"), agents=2, waits=Waits(handle_s=70))  # offers ring, and that comes on top
    seen = 0
    dice = random.Random(SEED)
    for number in range(1500):
        at = (router.now or 0.0) + dice.expovariate(1 / 27.0)
        router.advance(at=at + 3.0)
        for offer in list(router.offers):
            router.accept(offer, at=at + 3.0)
        for name, view in list(router.contacts.items()):
            if view.state == "connected" and dice.random() < 0.4:
                router.finish(name, at=at + 4.0)
            elif view.state == "queued" and dice.random() < 0.05:
                router.abandon(name, at=at + 4.0)
        router.enqueue(Contact(f"c-{number}", queue="a"), at=at + 5.0)
        made = corrections(waits)._calibrated._open.get(f"c-{number}")
        if made is not None and (estimate := router.estimate(f"c-{number}")).method == "quick, corrected":
            assert estimate.served is not None and made.at == estimate.at
            said = [estimate.served.quantile(p) for p in (0.5, 0.8, 0.9)]
            assert said == pytest.approx(sorted(made.tracked), rel=1e-9), SEED
            assert made.mean_s == pytest.approx(estimate.served.mean_s, rel=1e-9), SEED
            assert made.tracked[2] < (estimate.p90 or 0.0)
            seen += 1
    assert seen > 300


def test_in_a_long_line_one_in_so_many_is_forecast() -> None:
    router, waits = desk()
    for number in range(5000):
        router.enqueue(Contact(f"c-{number}", queue="a"), at=1.0)
    # One in 1 + m / 100: m grows as the root of 200 times the line.
    assert 800 < len(corrections(waits)._asked) < 1000
    assert len(corrections(waits)._calibrated) == len(corrections(waits)._asked)


def test_groups_are_queues_channels_skills_and_sides_of_priority() -> None:
    router, waits = desk(agents=0)
    router.add_agent(Agent("x", queues=("a",), skills={"x": 2, "y": 1}), at=0.0)
    router.sign_in("x", at=0.0)
    router.enqueue(Contact("now", queue="a"), at=0.0)
    router.enqueue(Contact("1", queue="a", priority=-1), at=0.0)
    router.enqueue(Contact("2", queue="a", needs=(Need("y"), Need("x", 2)), channel="callback"), at=0.0)
    assert [one.group for one in corrections(waits)._asked.values()] == ["a/voice/below", "a/callback/x/y"]
    assert group_of("a", "voice", (), 2.0) == "a/voice/above"


# -- what comes of it --------------------------------------------------------------------------------------------------


def test_from_fifty_answers_on_estimates_are_corrected_and_say_so() -> None:
    router, waits = desk(agents=2, waits=Waits(handle_s=500, least=10**6))  # believed to be ten times what it is
    traffic(router, 60)
    plain = router.estimate_for("a")
    assert report(waits).total.n < ENOUGH and plain.method == "quick"
    traffic(router, 400, 60)
    while router.estimate_for("a").mean_s == 0.0:  # somebody is free
        router.enqueue(Contact(f"more-{router.now}-{len(router.contacts)}", queue="a"), at=router.now or 0.0)
    found = router.estimate_for("a")
    assert found.method == "quick, corrected"
    # 4 is the most by which a mean is made shorter; the quantiles are not held to it.
    position = found.position or 0
    assert found.mean_s == pytest.approx(250.0 * position / 4.0, rel=0.25), SEED
    assert (found.p90 or 0.0) < 0.4 * ErlangLaw(position - 1, 1 / 250.0).quantile(0.9), SEED
    assert isinstance(found.law, Corrected)


@pytest.mark.parametrize("leave", [False, True])
def test_corrected_figures_fall_while_nothing_happens(leave: bool) -> None:
    router, _ = desk(agents=2, waits=Waits(handle_s=70))
    traffic(router, 600, leave=leave)
    for number in range(6):
        router.enqueue(Contact(f"x-{number}", queue="a"), at=router.now or 0.0)
    at = router.now or 0.0
    before = None
    for later in (0.0, 0.5, 10.0, 100.0, 1000.0):
        router.advance(at=at + later)
        estimate = router.estimate("x-5")
        assert estimate.method == "quick, corrected"
        figures = [estimate.mean_s or 0.0, *(estimate.quantile(p / 20) or 0.0 for p in range(1, 20))]
        assert figures[1:] == sorted(figures[1:]), SEED
        if before is not None:
            assert all(new < old for new, old in zip(figures, before, strict=True)), (SEED, later)
        before = figures
        assert 0.0 <= (estimate.probability_abandon or 0.0) < 1.0


def test_the_map_of_times_is_a_law() -> None:
    law = Corrected(ErlangLaw(4, 0.05), 1.2, (93.0, 134.0, 160.0), (120.0, 120.0, 200.0))
    before = 0.0
    for step in range(1, 100):
        wait = law.quantile(step / 100)
        assert wait >= before
        before = wait
        if not 119.9 < wait < 120.1:
            assert law.cdf(wait) == pytest.approx(step / 100, abs=1e-9)
    assert law.cdf(0.0) == 0.0 and law.cdf(-1.0) == 0.0 and law.mean_s == pytest.approx(120.0)
    assert law.probability_served(0.01) == pytest.approx(ErlangLaw(4, 0.05 / 1.2).probability_served(0.01))
    assert law.given_served(0.01).mean_s < law.mean_s


def test_what_a_group_is_off_by_is_drawn_to_what_all_are_off_by() -> None:
    found = Corrections(500.0, 0.0)

    def answers(group: str, number: int, seconds: float) -> None:
        for each in range(number):
            name = f"{group}-{each}"
            found.ask(name, 0.0, group, ("a",), ErlangLaw(0, 0.01), 20.0, 0.0)
            event = ContactConnected(
                at=seconds, seq=1, contact=name, agent="ann", queue="a", offer=None, waited_s=seconds
            )
            found.observe((event,))

    answers("a", 400, 220.0)  # 20 s come on top in any case, and 100 were said of the rest
    assert found.factor("a") == pytest.approx(2.0, rel=0.06)
    assert found.factor("nobody") == pytest.approx(found.factor("a"), rel=0.06)
    answers("b", 20, 70.0)  # half of what was said
    assert 1.0 < found.factor("b") < 1.5
    answers("c", 400, 1e6)
    assert found.factor("c") == 4.0


def test_where_nothing_is_to_be_corrected_nothing_is() -> None:
    router, waits = desk(agents=2, waits=Waits(handle_s=50, corrected=False))
    said = traffic(router, 300)
    assert {one["method"] for one in said} == {"quick"}
    assert waits.report() is None and waits.to_data()["corrections"] is None


def test_decisions_do_not_depend_on_it() -> None:
    one, other = desk(agents=2), desk(agents=2, waits=Waits(handle_s=100, corrected=False))
    for router, _ in (one, other):
        traffic(router, 300)
    assert [one[1].expected_s("a", position, 0.0) for position in range(9)] == [
        other[1].expected_s("a", position, 0.0) for position in range(9)
    ]


def test_without_scipy_means_are_told_and_nothing_is_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, waits = desk(agents=2)
    traffic(whole, 300)

    special.cache_clear()
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(MissingExtra):
        ErlangLaw(1, 0.1).quantile(0.5)
    whole.enqueue(Contact("x", queue="a"), at=whole.now or 0.0)
    whole.enqueue(Contact("y", queue="a"), at=whole.now or 0.0)
    whole.enqueue(Contact("z", queue="a"), at=whole.now or 0.0)
    assert (whole.estimate("z").mean_s or 0.0) > 0.0 and whole.estimate("z").method == "quick"
    assert "z" not in corrections(waits)._asked


# -- state -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contacts", [30, 300])
def test_a_restored_router_learns_and_says_the_same(contacts: int) -> None:
    router, waits = desk(agents=2, waits=Waits(handle_s=70))
    traffic(router, contacts, leave=True)
    for number in range(4):
        router.enqueue(Contact(f"x-{number}", queue="a"), at=router.now or 0.0)
    snapshot = json.loads(json.dumps(router.snapshot()))
    copy = Router.restore(snapshot, estimator=(again := Waits(handle_s=70)))
    assert copy.snapshot() == router.snapshot() and corrections(waits)._asked
    assert traffic(router, 100, 1000) == traffic(copy, 100, 1000), SEED
    assert copy.snapshot() == router.snapshot() and again.report() == waits.report()


def test_asking_changes_nothing_that_was_learnt() -> None:
    router, waits = desk(agents=2)
    traffic(router, 200)
    before = json.dumps(waits.to_data())
    for name in list(router.contacts):
        if router.contacts[name].state == "queued":
            router.estimate(name)
    router.estimate_for("a")
    router.explain(next(iter(router.contacts)))
    assert json.dumps(waits.to_data()) == before


def test_state_of_one_that_did_not_correct_is_taken_up_and_broken_state_is_not() -> None:
    router, waits = desk(agents=2)
    traffic(router, 100)
    data = json.loads(json.dumps(waits.to_data()))
    plain = Waits(corrected=False)
    plain.restore(data)
    assert plain.to_data() == {**data, "corrections": None, "full": None}
    fresh = Waits()
    fresh.restore(plain.to_data())
    assert report(fresh).total.n == 0
    kept = data["corrections"]
    for broken in (
        7,
        {},
        {**kept, "asked": [[1]]},
        {**kept, "pool": []},
        {**kept, "calibrated": {}},
        {**kept, "came": -1},
    ):
        with pytest.raises(SnapshotError):
            waits.restore({**data, "corrections": broken})
        assert waits.to_data() == data


def test_bad_settings_are_refused() -> None:
    with pytest.raises(InvalidType):
        Waits(corrected=1)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        Waits(midnight_s=float("nan"))


# -- cost --------------------------------------------------------------------------------------------------------------


def test_the_cost_of_learning_does_not_grow_with_the_line() -> None:
    """Counted in calls of Python functions, of the whole command: a logarithm of the line."""
    counts = []
    for size in (90, 9000):
        router, waits = desk(agents=20)
        for number in range(size):
            router.enqueue(Contact(f"c-{number}", queue="a"), at=1.0)
        corrections(waits)._came = -1  # the next one is asked about
        counts.append(calls_of(partial(router.enqueue, Contact("me", queue="a"), at=2.0), built_in=False))
        assert "me" in corrections(waits)._asked
    assert counts[1] < 1.5 * counts[0] + 40, counts


# -- the full effort ---------------------------------------------------------------------------------------------------


def full_of(waits: Waits) -> Corrections:
    assert waits._full is not None
    return waits._full


def test_one_in_so_many_of_those_who_wait_gets_a_full_forecast() -> None:
    router, waits = desk(agents=2, waits=Waits(handle_s=70, full_every=7))
    for number in range(72):
        router.enqueue(Contact(f"c-{number}", queue="a"), at=1.0)
    assert list(full_of(waits)._asked) == [f"c-{number}" for number in range(8, 72, 7)]
    asked = full_of(waits)._asked["c-15"]
    line = ErlangLaw(13, 2 / 70.0)
    # What was simulated, a constant, its median, the closed form, and no histories yet: the closed form instead.
    mean, median = asked.blended
    assert mean[0] == median[2] == asked.mean_s == pytest.approx(line.mean_s, rel=0.1)
    assert mean[2] == median[0] == pytest.approx(line.quantile(0.5), rel=0.15)
    for both in asked.blended:
        assert (both[1], *both[3:]) == (60.0, *[pytest.approx(line.mean_s)] * 3)


def test_where_there_are_to_be_none_full_is_as_it_is() -> None:
    router, waits = desk(agents=2, waits=Waits(handle_s=70, full_every=0))
    traffic(router, 300)
    router.enqueue(Contact("x", queue="a"), at=router.now or 0.0)
    router.enqueue(Contact("y", queue="a"), at=router.now or 0.0)
    assert router.estimate("y", "full").method == "full"
    assert waits.report("full") is None and waits.report() is not None and waits.to_data()["full"] is None
    assert Waits(corrected=False).report("full") is None


def learnt(**fields: Any) -> tuple[Router, Waits]:
    """After 300 contacts, with some more in line; what is believed of handle times is ten times too long."""
    router, waits = desk(agents=2, waits=Waits(handle_s=500, least=10**6, full_every=1, **fields))
    traffic(router, 300, leave=True)
    for number in range(5):
        router.enqueue(Contact(f"x-{number}", queue="a"), at=router.now or 0.0)
    return router, waits


def test_from_fifty_answers_on_full_is_blended_and_says_so() -> None:
    router, waits = learnt()
    found = router.estimate("x-4", "full")
    assert found.method == "full, corrected"
    report_of = waits.report("full")
    assert report_of is not None and report_of.total.n > 60
    quantiles = [found.quantile(p / 20) or 0.0 for p in range(1, 20)]
    assert quantiles == sorted(quantiles)
    said = full_of(waits)._calibrated._open["x-4"]
    assert found.served is not None
    assert [found.served.quantile(p) for p in (0.5, 0.8, 0.9)] == pytest.approx(sorted(said.tracked), rel=0.05), SEED
    assert found.served.mean_s == pytest.approx(said.mean_s, rel=1e-3), SEED
    assert 0.0 < (found.probability_abandon or 0.0) < 1.0


def test_the_blend_finds_the_estimate_that_is_right() -> None:
    """A law that has nothing to do with the waits, and of the others one that is them."""
    found = Corrections(500.0, 0.0, others=3)
    dice = random.Random(SEED)

    def others(true: float) -> tuple[float, ...]:
        return (dice.uniform(50.0, 500.0), true, dice.uniform(50.0, 500.0))

    def wait(name: str, true: float) -> None:
        played = Played(Sample.of([1.0]), (False,), 0.0, 1.0, others(true))
        found.ask(name, 0.0, "a", ("a",), ErlangLaw(3, 0.02), 0.0, 0.0, played)
        event = ContactConnected(at=true, seq=1, contact=name, agent="ann", queue="a", offer=None, waited_s=true)
        found.observe((event,))

    for number in range(2000):
        wait(str(number), dice.uniform(60.0, 500.0))
    law = Sample.of([150.0, 180.0, 200.0, 220.0, 250.0])
    for true in (100.0, 300.0):
        played = Played(law, (False,) * 5, 0.0, 1.0, others(true))
        corrected = found.correct_runs("a", played, 0.0, 0.0)
        assert corrected.mean_s == pytest.approx(true, rel=0.2), SEED
        assert corrected.quantile(0.5) == pytest.approx(true, rel=0.2), SEED


def test_without_numpy_there_is_the_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise MissingExtra(extra="waits")

    monkeypatch.setattr("routekit.estimation.blend._numpy", missing)
    router, waits = learnt()
    assert full_of(waits)._mean is None and waits.to_data()["full"]["blends"] is None
    found = router.estimate("x-4", "full")
    assert found.method == "full, corrected"
    factor, waits._full = full_of(waits).factor("a/voice"), None
    assert found.mean_s == pytest.approx(factor * (router.estimate("x-4", "full").mean_s or 0.0), rel=1e-6)
    assert abs(factor - 1.0) > 0.01


def test_a_restored_router_goes_on_with_what_full_has_learnt() -> None:
    router, waits = learnt()
    snapshot = json.loads(json.dumps(router.snapshot()))
    fields: dict[str, Any] = {"handle_s": 500, "least": 10**6, "full_every": 1}
    copy = Router.restore(snapshot, estimator=(again := Waits(**fields)))
    for each in (router, copy):
        traffic(each, 40, 1000, leave=True)
        each.enqueue(Contact("last", queue="a"), at=each.now or 0.0)
    assert copy.snapshot() == router.snapshot() and again.report("full") == waits.report("full")
    assert copy.estimate("last", "full").as_data() == router.estimate("last", "full").as_data()
    # What was kept by one that knew nothing of it, and what is broken.
    data = json.loads(json.dumps(waits.to_data()))
    fresh = Waits(**fields)
    fresh.restore({key: kept for key, kept in data.items() if key != "full"})
    assert full_of(fresh)._calibrated.settled() == 0 and full_of(fresh)._mean is not None
    for broken in (
        {},
        {**data["full"], "blends": {}},
        {**data["full"], "blends": {**data["full"]["blends"], "mean": 1}},
    ):
        with pytest.raises(SnapshotError):
            waits.restore({**data, "full": broken})
        assert waits.to_data() == data


def test_asking_in_full_changes_nothing_that_was_learnt() -> None:
    router, waits = learnt()
    before = json.dumps(waits.to_data())
    for name in [name for name in router.contacts if router.contacts[name].state == "queued"]:
        router.estimate(name, "full")
    router.estimate_for("a", effort="full")
    assert json.dumps(waits.to_data()) == before


def test_runs_that_take_equally_long_are_corrected_like_others() -> None:
    """All of them are known to the second, and their quantiles are to be told from each other all the same."""
    found = Corrections(500.0, 0.0, others=3)
    for number in range(400):
        played = Played.of([50.0] * 200, [True] * 200, 0.0, 1.0, (50.0,) * 3)
        found.ask(str(number), 0.0, "a", ("a",), played.now, 0.0, 0.0, played)
        at = (45.0, 50.0, 55.0)[number % 3]
        event = ContactConnected(at=at, seq=1, contact=str(number), agent="ann", queue="a", offer=None, waited_s=at)
        found.observe((event,))
    for silent in (0.0, 20.0):
        played = Played.of([50.0] * 200, [True] * 200, silent, 1.0, (50.0,) * 3)
        law = found.correct_runs("a", played, 0.0, 0.0)
        assert law.mean_s == pytest.approx(50.0 - silent, abs=1.0)
        assert law.quantile(0.5) == pytest.approx(50.0 - silent, abs=1.5)
        assert 53.0 - silent < law.quantile(0.9) < 59.0 - silent
        assert law.cdf(law.quantile(0.8)) == pytest.approx(0.8, abs=0.01)


def test_bad_settings_of_the_full_effort_are_refused() -> None:
    for bad in (-1, 2.5, "3"):
        with pytest.raises(InvalidValue):
            Waits(full_every=bad)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="effort"):
        Waits().report("slow")
