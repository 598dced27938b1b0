"""The laws of a wait against lines that are run: how far off an estimate is, and how often a quantile holds.

Contacts come in a Poisson stream and agents take exponential times, so that theory knows the error of an estimate made
when somebody comes: of those who have to wait, the mean squared error of `ErlangLaw.mean_s` is 1 / (c (c - lambda))
with c = s mu, and its root, over the mean of these waits, sqrt(1 - lambda / c) (Ibrahim and Whitt 2009). Figures agree
within four standard errors, which come from independent runs. The line is the router's own, and then a
recursion's, which is the router's to the last bit, runs faster, and knows the wait that one who left would have had.

The draws are those of `test_queueing_theory.py`: `ROUTEKIT_QUEUEING_SEED` gives others.
"""

from __future__ import annotations

import functools
import heapq
import itertools
import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from routekit import strategies as st
from routekit.estimation import BetaLaw, ErlangLaw, Law
from routekit.estimation.steady import ErlangC
from tests.test_queueing_theory import CONTACTS, LONG, SEED, Comparison, Desk, Outcome, Traffic, by_kind, simulate

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "queueing.json"
LEVELS = (0.05, 0.1, 0.5, 0.8, 0.9, 0.95)
RUNS = 100
MORE = 5 * CONTACTS
"""For the recursion."""


class Visit(NamedTuple):
    """One who came: how many were ahead, what they had waited when it ended, whether they were served then, and how
    long they would have waited without leaving."""

    ahead: int
    waited_s: float
    served: bool
    offered_s: float


def line(traffic: Traffic, agents: int, present: int = 0) -> Iterator[Visit]:
    """The recursion of Kiefer and Wolfowitz, less who would be served after their patience; some are there at 0."""
    free = [0.0] * agents
    leaves: list[float] = []  # when those in line leave it, either way
    there = ((0.0, traffic.service(), traffic.patience(), 0) for _ in range(present))
    for at, service, patience, _ in itertools.chain(there, traffic):
        while leaves and leaves[0] <= at:
            heapq.heappop(leaves)
        start = max(at, free[0])
        served = at + patience > start
        visit = Visit(len(leaves), start - at if served else at + patience - at, served, start - at)
        if served:
            heapq.heapreplace(free, start + service)
        if start > at:
            heapq.heappush(leaves, min(start, at + patience))
        yield visit


class Held(Comparison):
    """Means over some of the contacts: a ratio of two sums, its standard error by the means of runs."""

    def of(self, what: str, theory: float, values: Sequence[float], counted: Sequence[bool], sharp: float) -> None:
        """Compare the mean of the values that are counted. An error above `sharp` proves nothing, and fails too."""
        size = len(values) // self.runs
        sums, counts = [], []
        for start in range(0, size * self.runs, size):
            part = [value for value, ok in zip(values[start : start + size], counted[start:], strict=False) if ok]
            sums.append(math.fsum(part))
            counts.append(len(part))
        found = math.fsum(sums) / sum(counts)
        spread = math.fsum((one - found * count) ** 2 for one, count in zip(sums, counts, strict=True))
        error = math.sqrt(spread * self.runs / (self.runs - 1)) / sum(counts)
        off = (found - theory) / error
        wrong = abs(off) > 4.0 or error > sharp
        self.failed += wrong
        self.lines.append(
            f"{'WRONG' if wrong else 'ok':6}{what:32} theory {theory:<12.6g} found {found:<12.6g} +- {error:<10.3g}"
            f" {off:+.2f} standard errors"
        )

    def quantiles(self, laws: Sequence[Law], waits: Sequence[float], counted: Sequence[bool], sharp: float) -> None:
        """Each quantile holds as often as it says."""
        each = {id(law): law for law in laws}  # few, and each of them told to many
        for p in LEVELS:
            of = {key: law.quantile(p) for key, law in each.items()}
            held = [float(ok and wait <= of[id(law)]) for wait, law, ok in zip(waits, laws, counted, strict=True)]
            self.of(f"P(wait <= quantile {p:g})", p, held, counted, sharp)


def check_mms(
    agents: int, lam: float, waits: Sequence[float], places: Sequence[int], law: Callable[[int], Law], sharp: float
) -> Held:
    """Those who wait in M/M/s with mu = 1, each told the law of their place when they come."""
    theory = ErlangC(agents, lam, 1.0)
    waited = [wait > 0.0 for wait in waits]
    make = functools.cache(law)
    laws = [make(ahead) for ahead in places]
    said = functools.cache(lambda ahead: make(ahead).mean_s)
    errors = [wait - said(ahead) for wait, ahead in zip(waits, places, strict=True)]
    held = Held(Outcome(0, RUNS))
    mean, ase = theory.mean_given_wait_s, theory.queue_length_ase
    held.of("mean error", 0.0, errors, waited, sharp * math.sqrt(ase))
    held.of("squared error, ASE", ase, [error * error for error in errors], waited, 4 * sharp * ase)
    # The root has half the relative error: sqrt(ase) / mean is sqrt(1 - rho).
    relative = [error * error / (mean * mean) for error in errors]
    held.of("relative, RRASE squared", 1.0 - lam / agents, relative, waited, 4 * sharp * ase / (mean * mean))
    # The same given the line, which forgets slowly: with it the error of the figure is much less.
    own = [error * error * agents**2 / (ahead + 1) for error, ahead in zip(errors, places, strict=True)]
    held.of("squared error by place", 1.0, own, waited, sharp)
    held.quantiles(laws, waits, waited, sharp)
    return held


def by_router(agents: int, lam: float, contacts: int, law: Callable[[int], Law], sharp: float) -> Held:
    """With the waits and the places that the router says."""
    outcome = simulate(agents, (lam,), contacts=contacts, runs=RUNS)
    return check_mms(agents, lam, outcome.waits, outcome.ahead, law, sharp)


@functools.lru_cache(maxsize=1)  # of the longest runs, hundreds of megabytes
def visits(agents: int, lam: float, theta: float, contacts: int) -> list[Visit]:
    """Independent runs of the recursion, one after the other, each from as many as there are at a random moment."""
    found: list[Visit] = []
    for run in range(RUNS):
        traffic = Traffic((lam,), 1.0, theta, SEED + run)
        present = traffic.present(agents)
        found += itertools.islice(line(traffic, agents, present), present, present + contacts // RUNS)
    return found


@pytest.mark.parametrize(("agents", "lam"), [(10, 8.5), (100, 98.0)])
def test_who_is_told_the_law_when_they_come_is_off_by_what_theory_says(agents: int, lam: float) -> None:
    by_router(agents, lam, CONTACTS, lambda ahead: ErlangLaw(ahead, float(agents)), 0.12).agree()


@pytest.mark.parametrize(("agents", "lam"), [(10, 8.5), (100, 98.0)])
def test_and_by_no_more_and_no_less(agents: int, lam: float) -> None:
    found = visits(agents, lam, 0.0, MORE)
    waits, places = [one.waited_s for one in found], [one.ahead for one in found]
    check_mms(agents, lam, waits, places, lambda ahead: ErlangLaw(ahead, float(agents)), 0.05).agree()


@pytest.mark.long
@pytest.mark.parametrize(("agents", "lam"), [(10, 8.5), (100, 98.0)])
def test_and_so_they_are_in_the_long_run(agents: int, lam: float) -> None:
    by_router(agents, lam, LONG, lambda ahead: ErlangLaw(ahead, float(agents)), 0.05).agree()


# -- customers who leave -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theta", [0.0, 0.5])
def test_the_recursion_is_the_router(theta: float) -> None:
    agents, count = 10, 3000
    outcome = Desk(Traffic((9.0 + 6.0 * theta,), 1.0, theta, SEED), agents, st.Fifo()).run(count, by_kind, 0)
    again = line(Traffic((9.0 + 6.0 * theta,), 1.0, theta, SEED), agents)
    first = max(count // 10, 100)
    found = list(itertools.islice(again, first, first + count))
    assert [visit.served for visit in found] == outcome.served, f"ROUTEKIT_QUEUEING_SEED={SEED}"
    assert [visit.ahead for visit in found] == outcome.ahead, f"ROUTEKIT_QUEUEING_SEED={SEED}"
    assert [visit.waited_s for visit in found] == outcome.waits, f"ROUTEKIT_QUEUEING_SEED={SEED}"


def check_mmsm(
    agents: int, lam: float, theta: float, contacts: int, law: Callable[[int], BetaLaw], sharp: float
) -> Held:
    """Those who wait in M/M/s+M with mu = 1: the wait that they are offered, whether they stay for it, and how long
    those waited who did."""
    found = visits(agents, lam, theta, contacts)
    waited = [visit.offered_s > 0.0 for visit in found]
    served = [visit.served and ok for visit, ok in zip(found, waited, strict=True)]
    make = functools.cache(law)
    laws = [make(visit.ahead) for visit in found]
    offered = [visit.offered_s for visit in found]
    held = Held(Outcome(0, RUNS))
    told = functools.cache(lambda ahead: (make(ahead).mean_s, make(ahead).sd_s))
    errors = [(visit.offered_s - told(visit.ahead)[0]) / told(visit.ahead)[1] for visit in found]
    held.of("mean error in deviations", 0.0, errors, waited, sharp)
    held.of("squared error by place", 1.0, [error**2 for error in errors], waited, sharp)
    held.quantiles(laws, offered, waited, sharp)
    stay = functools.cache(lambda ahead: make(ahead).probability_served(theta))
    left = [float(visit.served) - stay(visit.ahead) for visit in found]
    held.of("served, less what was told", 0.0, left, waited, sharp)
    given = functools.cache(lambda ahead: make(ahead).given_served(theta))
    held.quantiles([given(visit.ahead) for visit in found], offered, served, sharp)
    return held


@pytest.mark.parametrize(("agents", "lam", "theta"), [(50, 48.0, 0.5), (14, 20.0, 2.0), (10, 12.0, 0.5)])
def test_who_may_leave_is_offered_the_wait_of_the_beta_law(agents: int, lam: float, theta: float) -> None:
    check_mmsm(agents, lam, theta, MORE, lambda ahead: BetaLaw(ahead, float(agents), theta), 0.05).agree()


@pytest.mark.long
@pytest.mark.parametrize(("agents", "lam", "theta"), [(10, 12.0, 0.5), (50, 48.0, 0.5), (14, 20.0, 2.0)])
def test_and_so_they_are_offered_in_the_long_run(agents: int, lam: float, theta: float) -> None:
    check_mmsm(agents, lam, theta, 2 * MORE, lambda ahead: BetaLaw(ahead, float(agents), theta), 0.03).agree()


def cases() -> list[dict[str, Any]]:
    return list(json.loads(REFERENCE.read_text())["conditional_wait_given_n_ahead"]) if REFERENCE.exists() else []


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"the reference figures are not here: {REFERENCE}")
@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["n_ahead"]))
def test_a_line_that_is_put_there_moves_up_as_the_reference_says(case: dict[str, Any]) -> None:
    traffic = Traffic((1.0,), float(case["mu"]), float(case["theta"]), SEED)
    waits, served = [], []
    for _ in range(8000):
        free = [traffic.service() for _ in range(case["s"])]  # what is left of an exponential time is one, too
        heapq.heapify(free)
        for _ in range(case["n_ahead"]):
            if traffic.patience() > free[0]:
                heapq.heapreplace(free, free[0] + traffic.service())
        waits.append(free[0])
        served.append(float(traffic.patience() > free[0]))
    held = Held(Outcome(0, 100))
    everybody = [True] * len(waits)
    held.of("mean", float(case["mean"]), waits, everybody, 0.02 * float(case["mean"]))
    if "P_served" in case:
        held.of("P(served)", float(case["P_served"]), served, everybody, 0.02)
    for name, value in case.items():
        if name.startswith("q"):
            held.of(name, float(name[1:]), [float(wait <= float(value)) for wait in waits], everybody, 0.02)
    held.agree()


# -- the comparison itself ---------------------------------------------------------------------------------------------


def test_forgetting_oneself_in_the_line_would_be_noticed() -> None:
    held = by_router(10, 8.5, CONTACTS, lambda ahead: ErlangLaw(max(ahead - 1, 0), 10.0), 0.12)
    with pytest.raises(AssertionError, match=r"WRONG mean error "):
        held.agree()


def test_a_law_that_knows_of_nobody_leaving_would_be_noticed() -> None:
    held = check_mmsm(10, 12.0, 0.5, MORE, lambda ahead: BetaLaw(ahead, 10.0, 0.0), 0.05)
    with pytest.raises(AssertionError, match=r"WRONG P\(wait <= quantile 0\.9\)"):
        held.agree()


def test_a_law_that_is_right_on_average_only_would_be_noticed() -> None:
    # The mean of the beta law and the spread of an exponential one.
    def wide(ahead: int) -> Law:
        return ErlangLaw(0, 10.0 / (ahead + 1))

    held = by_router(10, 8.5, CONTACTS, wide, 0.12)
    with pytest.raises(AssertionError, match=r"ok    mean error .*"):
        held.agree()
    with pytest.raises(AssertionError, match=r"WRONG P\(wait <= quantile 0\.1\)"):
        held.agree()


# -- times that are not exponential ------------------------------------------------------------------------------------


class Uneven(Traffic):
    """Lognormal times of mean 1 and that standard deviation."""

    def __init__(self, lam: float, theta: float, cv: float, seed: int) -> None:
        super().__init__((lam,), 1.0, theta, seed)
        self.cv = cv

    def service(self) -> float:
        if self.cv == 1.0:
            return super().service()  # the row of docs/waits.md with exponential ones
        variance = math.log1p(self.cv * self.cv)
        normal = math.sqrt(-2.0 * math.log(self.uniform())) * math.cos(2.0 * math.pi * self.uniform())
        return math.exp(math.sqrt(variance) * normal - 0.5 * variance)


def rows() -> list[tuple[float, float, list[float]]]:
    """The table of the page: cv, theta, and the figures."""
    page = (Path(__file__).resolve().parents[1] / "docs" / "waits.md").read_text(encoding="utf-8")
    table = page.partition("| cv | leaving | mean wait is off by |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip().rstrip("%") for cell in line.strip("|").split("|")] for line in table]
    return [(float(cv), {"no": 0.0, "yes": 0.5}[leave], [float(x) for x in rest]) for cv, leave, *rest in cells]


@pytest.mark.parametrize(("cv", "theta", "figures"), rows(), ids=str)
def test_the_laws_are_off_by_what_the_page_says(cv: float, theta: float, figures: list[float]) -> None:
    law = functools.cache(lambda n: BetaLaw(n, 10.0, theta))
    quantile = functools.cache(lambda n, p: law(n).quantile(p))
    found: list[Visit] = []
    for run in range(20):
        traffic = Uneven(12.0 if theta else 8.5, theta, cv, SEED + run)
        found += [one for one in itertools.islice(line(traffic, 10), 2000, 10_000) if one.offered_s > 0.0]
    off = math.fsum(one.offered_s - law(one.ahead).mean_s for one in found) / math.fsum(one.offered_s for one in found)
    held = [sum(one.offered_s <= quantile(one.ahead, p) for one in found) / len(found) for p in (0.1, 0.5, 0.8, 0.9)]
    print(f"ROUTEKIT_QUEUEING_SEED={SEED}")
    assert 100.0 * off == pytest.approx(figures[0], abs=2.0)
    assert held == pytest.approx(figures[1:], abs=0.02)
