"""A model that is learnt from a router's events: the rows that are kept, what is refused, what it is worth."""

from __future__ import annotations

import heapq
import inspect
import json
import math
import os
import random
from pathlib import Path
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, Router
from routekit.errors import InvalidType, InvalidValue, ModelError
from routekit.estimation import Waits
from routekit.estimation._line import Line
from routekit.estimation.features import FEATURES, histories
from routekit.estimation.learned import LEAST_ROWS, Boosted
from routekit.events import ContactConnected

SEED = int(os.environ.get("ROUTEKIT_WAITS_SEED", "20260305"))

np = pytest.importorskip("numpy", reason="blends need the extra routekit[waits]")
pytest.importorskip("scipy", reason="quantiles of the exact laws need the extra routekit[waits]")


class Trees:
    """Stands for trees: a figure that follows from the features."""

    def __init__(self, of: Any) -> None:
        self.of = of

    def predict(self, rows: Any, num_threads: int) -> Any:
        return np.asarray([self.of(dict(zip(FEATURES, rows[0], strict=True)))])


def model_of(of: Any) -> Boosted:
    return Boosted(FEATURES, Trees(of), Trees(of))


def desk(agents: int = 2, **fields: Any) -> tuple[Router, Waits]:
    waits = Waits(**{"handle_s": 60.0, "full_every": 1, **fields})
    router = Router(seed=1, estimator=waits)
    router.add_queue(Queue("a", auto_accept=True), at=0.0)
    for number in range(agents):
        router.add_agent(Agent(f"a-{number}", queues=("a",), skills={"x": 1}), at=0.0)
        router.sign_in(f"a-{number}", at=0.0)
    return router, waits


def traffic(router: Router, contacts: int, first: int = 0) -> None:
    dice = random.Random(SEED + first)
    at = router.now or 0.0
    for number in range(first, first + contacts):
        at += dice.expovariate(1 / 27.0)
        for name, view in list(router.contacts.items()):
            if view.state == "connected" and dice.random() < 0.5:
                router.finish(name, at=at)
        router.enqueue(Contact(f"c-{number}", queue="a"), at=at)


def waiting(router: Router, number: int) -> str:
    """So many more get in line now; the last of them."""
    for each in range(number):
        router.enqueue(Contact(f"x-{each}", queue="a"), at=router.now or 0.0)
    return f"x-{number - 1}"


def rows(waits: Waits) -> list[tuple[tuple[float, ...], float]]:
    assert waits._full is not None
    return list(waits._full.rows)


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_a_row_is_what_the_state_was_and_the_wait_that_followed() -> None:
    router, waits = desk(keep=10, midnight_s=-3600.0)
    traffic(router, 200)
    now = router.now or 0.0
    while router.contacts:
        router.abandon(next(iter(router.contacts)), at=now)
    at = 86_400.0 + 1800.0
    router.enqueue(Contact("one", queue="a"), at=at)
    router.enqueue(Contact("two", queue="a"), at=at)
    router.enqueue(Contact("three", queue="a"), at=at)
    router.enqueue(Contact("me", queue="a", priority=2.0, needs=(Need("x"),), waiting_since=at - 50.0), at=at)
    router.finish("one", at=at + 40.0)
    router.finish("two", at=at + 70.0)
    row, waited = next((row, waited) for row, waited in rows(waits)[-2:] if row[13] == 2.0)
    found = dict(zip(FEATURES, row, strict=True))
    assert waited == pytest.approx(40.0) and found["hour"] == pytest.approx(1.5)
    assert (found["priority"], found["needs"], found["waited"]) == (2.0, 1.0, 50.0)
    assert (found["stages"], found["agents"], found["free_slots"]) == (1.0, 2.0, 0.0)
    handle_s = waits.learning.handling["a", "voice"].mean_s
    assert found["handle"] == pytest.approx(handle_s, rel=0.1)
    assert found["rate"] == pytest.approx(2.0 / handle_s, rel=0.1)
    assert found["leaving"] == waits.learning.patience["a"].rate()
    assert found["played_median"] > 0.0 and found["played_sd"] > 0.0
    assert found["played_mean"] == pytest.approx(found["quick_mean"], rel=0.4)


def test_a_place_in_the_line_is_priced_at_length_and_of_late() -> None:
    router, waits = desk(agents=1, keep=50)
    at = 0.0
    for number in range(40):  # one more waits all the time: 30 of 60 s each, then 10 of 240 s
        router.enqueue(Contact(f"c-{number}", queue="a"), at=at)
        if number:
            at += 60.0 if number <= 29 else 240.0
            router.finish(f"c-{number - 1}", at=at)
    router.enqueue(Contact("next", queue="a"), at=at)
    present = waits._reads
    assert present is not None
    place = present.place("next")
    long, late = histories(waits.learning, place, 0.0, -1.0)
    moving = waits.learning.moving["a"]
    assert long == pytest.approx(moving.gaps.mean(0)) and 60.0 < long < 120.0
    assert late == pytest.approx(240.0)
    assert histories(waits.learning, place, 2.0, -1.0) == pytest.approx((3.0 * long, 3.0 * late))


def test_so_many_rows_are_kept_and_the_oldest_go() -> None:
    router, waits = desk(keep=7)
    traffic(router, 120)
    before = rows(waits)
    assert len(before) == 7
    traffic(router, 20, 200)
    assert len(rows(waits)) == 7 and rows(waits)[0] != before[0]
    other, none = desk()
    traffic(other, 120)
    assert not rows(none)


def test_rows_are_not_in_a_snapshot() -> None:
    router, waits = desk(keep=50)
    plain, without = desk()
    for each in (router, plain):
        traffic(each, 120)
    assert router.snapshot() == plain.snapshot() and rows(waits) and not rows(without)
    copy = Router.restore(json.loads(json.dumps(router.snapshot())), estimator=(again := Waits(handle_s=60.0, keep=50)))
    traffic(copy, 1, 500)
    assert not rows(again)


def test_too_few_rows_to_train_on_are_told() -> None:
    router, waits = desk(keep=1000)
    traffic(router, 60)
    number = len(rows(waits))
    with pytest.raises(InvalidValue, match=f"rows must be at least {LEAST_ROWS} .* not {number}$"):
        waits.train()
    with pytest.raises(InvalidValue, match="not 0$"):
        Waits().train()
    with pytest.raises(InvalidValue, match="not 0$"):
        Waits(corrected=False).train()


# -- what is taken up --------------------------------------------------------------------------------------------------


def test_a_model_of_other_features_is_refused(tmp_path: Path) -> None:
    other = Boosted([*FEATURES[:-1], "moon"], None, None)
    with pytest.raises(ModelError, match=r"it lacks waited; it has moon besides: train it again"):
        Waits(model=other)
    with pytest.raises(ModelError, match="another order"):
        Waits(model=Boosted(tuple(reversed(FEATURES)), None, None))
    with pytest.raises(ModelError, match="cannot be read"):
        Waits(model=tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(ModelError, match="is no saved model"):
        Waits(model=str(tmp_path / "bad.json"))


def test_what_is_of_no_use_is_refused() -> None:
    model = model_of(lambda row: 1.0)
    for fields in ({"corrected": False}, {"full_every": 0}):
        with pytest.raises(InvalidValue, match="model is of no use"):
            Waits(model=model, **fields)  # type: ignore[arg-type]
        with pytest.raises(InvalidValue, match="keep is of no use"):
            Waits(keep=5, **fields)  # type: ignore[arg-type]
    with pytest.raises(InvalidType):
        Waits(model=3)  # type: ignore[arg-type]
    for bad in (-1, 1.5):
        with pytest.raises(InvalidValue):
            Waits(keep=bad)  # type: ignore[arg-type]


def test_a_model_is_one_more_estimate_in_the_blend() -> None:
    """One that says what the simulation does changes nothing much; one that says half is believed by half at first."""
    said = []
    for factor in (1.0, 0.5):
        router, waits = desk(model=model_of(lambda row, factor=factor: factor * row["played_mean"]))
        name = waiting(router, 9)
        assert router.estimate(name, "full").method == "full"  # before 50 answers
        assert waits._full is not None
        mean, median = waits._full._asked[name].blended
        assert mean[0] == pytest.approx((1.0 + factor) / 2.0 * waits._full._asked[name].mean_s, rel=1e-6)
        assert mean[-1] == median[-1] == pytest.approx(factor * waits._full._asked[name].mean_s, rel=1e-6)
        traffic(router, 150)
        said.append(router.estimate(waiting_name(router), "full"))
    assert all(one.method == "full, corrected" for one in said)
    assert (said[0].mean_s or 0.0) != (said[1].mean_s or 0.0)


def waiting_name(router: Router) -> str:
    for number in range(6):
        router.enqueue(Contact(f"y-{number}", queue="a"), at=router.now or 0.0)
    return "y-5"


def test_with_a_model_that_rises_full_falls_all_the_same() -> None:
    model = model_of(lambda row: 10.0 * row["waited"] + 100.0 * row["hour"])
    router, _ = desk(model=model)
    traffic(router, 150)
    name = waiting_name(router)
    at, before = router.now or 0.0, None
    for quiet in (0.0, 1.0, 10.0, 100.0, 1000.0):
        router.advance(at=at + quiet)
        estimate = router.estimate(name, "full")
        assert estimate.method == "full, corrected"
        figures = [estimate.mean_s or 0.0, *(estimate.quantile(p / 10) or 0.0 for p in range(1, 10))]
        assert before is None or all(new <= old + 1e-9 for new, old in zip(figures, before, strict=True)), (SEED, quiet)
        before = figures


def test_decisions_and_quick_estimates_do_not_depend_on_it() -> None:
    plain, one = desk()
    router, other = desk(model=model_of(lambda row: 1000.0), keep=100)
    for each in (plain, router):
        traffic(each, 150)
        waiting_name(each)
    assert plain.estimate("y-5").as_data() == router.estimate("y-5").as_data()
    for place in range(5):
        assert one.expected_s("a", place, 0.0) == other.expected_s("a", place, 0.0)


def test_a_snapshot_from_before_the_model_is_taken_up_but_for_the_weights() -> None:
    router, waits = desk()
    traffic(router, 150)
    snapshot = json.loads(json.dumps(router.snapshot()))
    model = model_of(lambda row: row["played_mean"])
    copy = Router.restore(snapshot, estimator=(again := Waits(handle_s=60.0, full_every=1, model=model)))
    assert waits._full is not None and again._full is not None and again._full._mean is not None
    assert again._full._calibrated.settled() == waits._full._calibrated.settled() > 50
    assert again._full._mean.count == 0
    assert copy.estimate(waiting_name(copy), "full").method == "full, corrected"
    traffic(copy, 60, 500)
    assert again._full._mean.count > 10
    # And with it everything goes on as it would have.
    third = Router.restore(
        json.loads(json.dumps(copy.snapshot())), estimator=Waits(handle_s=60.0, full_every=1, model=model)
    )
    for each in (copy, third):
        traffic(each, 40, 1000)
    assert copy.snapshot() == third.snapshot()


# -- what it is worth --------------------------------------------------------------------------------------------------


class Centre:
    """Six agents whose contacts take nearly twice as long in every third hour: what was learnt of handle times is then
    always of other hours."""

    def __init__(self, seed: int, **fields: Any) -> None:
        self.router = Router(seed=seed, estimator=Waits(full_every=3, **fields))
        self.router.add_queue(Queue("a", auto_accept=True), at=0.0)
        for number in range(6):
            self.router.add_agent(Agent(f"a-{number}", queues=("a",), capacity=Capacity()), at=0.0)
            self.router.sign_in(f"a-{number}", at=0.0)
        self.dice = random.Random(seed)
        self.at = 0.0
        self.number = 0
        self.due: list[tuple[float, str]] = []
        self.began: dict[str, float] = {}

    def note(self, events: Any) -> None:
        for event in events:
            if type(event) is ContactConnected:
                self.began[event.contact] = event.at
                usual_s = 150.0 if int(event.at // 3600.0) % 3 == 2 else 80.0
                ends = event.at + usual_s * (0.5 + 0.5 * self.dice.expovariate(1.0))
                heapq.heappush(self.due, (ends, event.contact))

    def play(self, until: float, every: int = 0) -> list[tuple[float, float]]:
        """Up to a time; of one in so many who have to wait the mean that full said, and the wait."""
        said = []
        while self.at < until:
            self.at += self.dice.expovariate(0.0533)
            while self.due and self.due[0][0] <= self.at:
                at, name = heapq.heappop(self.due)
                self.note(self.router.finish(name, at=at))
            name, self.number = f"c-{self.number}", self.number + 1
            self.note(self.router.enqueue(Contact(name, queue="a"), at=self.at))
            if every and name not in self.began and self.number % every == 0:
                said.append((name, self.at, self.router.estimate(name, "full").mean_s or 0.0))
        return [(mean, self.began[name] - at) for name, at, mean in said if name in self.began]


@pytest.mark.skipif(inspect.isfunction(Line.run), reason="interpreted, a simulation takes some 10 ms here")
def test_what_was_trained_is_right_where_the_rules_are_not(tmp_path: Path) -> None:
    """Two days to train on; in another centre of the kind the second day is compared with and without the model."""
    pytest.importorskip("lightgbm", reason="trees need the extra routekit[learn]")
    first = Centre(SEED, keep=20_000)
    first.play(2 * 86_400.0)
    estimator = first.router._estimator
    assert isinstance(estimator, Waits)
    assert len(rows(estimator)) > 1000
    model = estimator.train(seed=1)
    model.save(tmp_path / "waits.json")
    errors = []
    for fields in ({}, {"model": tmp_path / "waits.json"}):
        centre = Centre(SEED + 1, **fields)
        centre.play(43_200.0)
        said = centre.play(43_200.0 + 86_400.0, every=4)
        assert len(said) > 400
        errors.append(math.sqrt(sum((mean - wait) ** 2 for mean, wait in said) / len(said)))
        assert centre.router.estimate_for("a", effort="full").method in ("full, corrected", "quick")
    assert errors[1] < 0.85 * errors[0], (SEED, errors)
