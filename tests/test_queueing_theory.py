"""The router as an M/M/s queue: under random traffic it does what theory says it must.

Contacts come in a Poisson stream, agents take exponential times, and every wait is the router's own `waited_s`. The
figures it is held against are exact (`../shared/reference/queueing.json`: Erlang's formulas and Cobham's, to 20
digits). A figure agrees if it is within four standard errors, which come from the means of independent runs. A run
begins with as many in the queue as theory says there are at a random moment, for from an empty one it would take long
to get there; its first part is left out.

The draws are the kernel's, from a fixed seed: a run is the same everywhere. `ROUTEKIT_QUEUEING_SEED` gives
another; then one comparison in some thousands fails by chance.
"""

from __future__ import annotations

import functools
import heapq
import itertools
import json
import math
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import routekit
from routekit import Agent, Contact, Queue, Router
from routekit import strategies as st
from routekit._kernel.draws import Draws
from routekit.abc import ContactOrder
from routekit.events import ContactAbandoned, ContactConnected, ContactQueued

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "queueing.json"
SEED = int(os.environ.get("ROUTEKIT_QUEUEING_SEED", "20260301"))
RUNS = 100
CONTACTS = 100_000 if routekit.compiled else 32_000
"""Contacts that are counted; `long` runs have more."""
LONG = 1_600_000 if routekit.compiled else 160_000

pytestmark = pytest.mark.skipif(not REFERENCE.exists(), reason=f"the reference figures are not here: {REFERENCE}")


def reference(kind: str, **settings: str | int) -> dict[str, Any]:
    """The reference case of that kind with those settings, its figures as numbers."""
    for case in json.loads(REFERENCE.read_text())[kind]:
        if all(case[name] == value for name, value in settings.items()):
            return {
                name: [float(item) for item in value] if isinstance(value, list) else float(value)
                for name, value in case.items()
            }
    raise LookupError((kind, settings))


class Traffic:
    """A stream of contacts: for each the time of arrival, the time that it takes, its patience, its class."""

    def __init__(self, rates: Sequence[float], mu: float, theta: float, seed: int) -> None:
        self.rates = rates
        self.total = math.fsum(rates)
        self.mu = mu
        self.theta = theta
        self.draws = Draws(seed)

    def uniform(self) -> float:
        return (self.draws.next() + 0.5) * 2.0**-64

    def service(self) -> float:
        return -math.log(self.uniform()) / self.mu

    def patience(self) -> float:
        return -math.log(self.uniform()) / self.theta if self.theta else math.inf

    def __iter__(self) -> Iterator[tuple[float, float, float, int]]:
        at = 0.0
        while True:
            at -= math.log(self.uniform()) / self.total
            left, kind = self.uniform() * self.total, 0
            while left >= self.rates[kind] and kind < len(self.rates) - 1:
                left -= self.rates[kind]
                kind += 1
            yield at, self.service(), self.patience(), kind

    def present(self, agents: int) -> int:
        """How many are there at a random moment in balance: as many come from n to n + 1 as go back."""
        weights = [1.0]
        while len(weights) < 4 * agents or weights[-1] > 1e-9 * max(weights):
            n = len(weights)
            leaving = min(n, agents) * self.mu + max(n - agents, 0) * self.theta
            weights.append(weights[-1] * self.total / leaving)
            if weights[-1] > 1e250:
                weights = [weight * 1e-250 for weight in weights]
        left = self.uniform() * math.fsum(weights)
        for n, weight in enumerate(weights):
            left -= weight
            if left < 0.0:
                return n
        return len(weights) - 1


class Outcome:
    """What became of the contacts that are counted, in the order of arrival."""

    def __init__(self, count: int, runs: int = 1) -> None:
        self.runs = runs
        self.waits = [math.nan] * count
        self.served = [False] * count
        self.kinds = [0] * count
        self.ahead = [0] * count


class Desk:
    """A real router with one queue and s agents alike, driven by its traffic."""

    def __init__(self, traffic: Traffic, agents: int, order: ContactOrder) -> None:
        self.traffic = traffic
        self.router = Router(seed=SEED)
        self.router.add_queue(Queue("line", auto_accept=True, contact_order=order), at=0.0)
        for number in range(agents):
            self.router.add_agent(Agent(f"a-{number}", queues=("line",)), at=0.0)
            self.router.sign_in(f"a-{number}", at=0.0)
        # What is to come: time, number of a contact, and whether it ends then or loses its patience.
        self.due: list[tuple[float, int, bool]] = []
        self.services: dict[int, float] = {}  # of those who wait
        self.outcome = Outcome(0)
        self.first = 0  # the number of the first contact that is counted
        self.left = 0  # how many are to be counted yet

    def run(self, count: int, priority: Callable[[int, int], float], present: int) -> Outcome:
        """Start with some present, leave out a tenth, go on until all that count are connected or have left."""
        self.outcome = Outcome(count)
        self.first = max(count // 10, 100)
        self.left = count
        # Those who are there are of the last class, as nearly all are who wait: the others come and go fast, and after
        # a hundred contacts they are as many as in balance. How many there are in all is right from the beginning.
        last = len(self.traffic.rates) - 1
        for number in range(-present, 0):
            self._come(0.0, number, self.traffic.service(), self.traffic.patience(), priority(last, number))
        for number, (at, service, patience, kind) in enumerate(self.traffic):
            while self.due and self.due[0][0] <= at:
                self._happen()
            if self.left == 0:
                break
            position = self._come(at, number, service, patience, priority(kind, number))
            if 0 <= number - self.first < count:
                self.outcome.kinds[number - self.first] = kind
                self.outcome.ahead[number - self.first] = position - 1
        return self.outcome

    def _come(self, at: float, number: int, service: float, patience: float, priority: float) -> int:
        """A contact comes; its position."""
        self.services[number] = service
        events = self.router.enqueue(Contact(str(number), queue="line", priority=priority), at=at)
        self._note(events)
        if patience < math.inf and number in self.services:
            heapq.heappush(self.due, (at + patience, number, False))
        queued = events[0]
        assert isinstance(queued, ContactQueued)
        return queued.position

    def _happen(self) -> None:
        """A contact ends, or runs out of patience."""
        at, number, ends = heapq.heappop(self.due)
        if ends:
            self._note(self.router.finish(str(number), at=at))
        elif number in self.services:
            self._note(self.router.abandon(str(number), at=at))

    def _note(self, events: Sequence[Any]) -> None:
        for event in events:
            served = type(event) is ContactConnected
            if not served and type(event) is not ContactAbandoned:
                continue
            number = int(event.contact)
            service = self.services.pop(number)
            if served:
                heapq.heappush(self.due, (event.at + service, number, True))
            place = number - self.first
            if 0 <= place < len(self.outcome.waits):
                self.outcome.waits[place] = event.waited_s
                self.outcome.served[place] = served
                self.left -= 1


def by_kind(kind: int, number: int) -> float:
    """Class 0 is the most urgent."""
    return -float(kind)


@functools.cache
def simulate(
    agents: int,
    rates: tuple[float, ...],
    *,
    mu: float = 1.0,
    theta: float = 0.0,
    order: ContactOrder | None = None,
    priority: Callable[[int, int], float] = by_kind,
    contacts: int = CONTACTS,
    runs: int = RUNS,
) -> Outcome:
    """Independent runs, one after the other."""
    whole = Outcome(0, runs)
    for run in range(runs):
        traffic = Traffic(rates, mu, theta, SEED + run)
        part = Desk(traffic, agents, order or st.Fifo()).run(contacts // runs, priority, traffic.present(agents))
        whole.waits += part.waits
        whole.served += part.served
        whole.kinds += part.kinds
        whole.ahead += part.ahead
    return whole


def estimate(values: Sequence[float], runs: int) -> tuple[float, float]:
    """The mean of a series and its standard error, from the means of runs."""
    size = len(values) // runs
    means = [math.fsum(values[start : start + size]) / size for start in range(0, size * runs, size)]
    mean = math.fsum(means) / runs
    variance = math.fsum((value - mean) ** 2 for value in means) / (runs - 1)
    return mean, math.sqrt(variance / runs)


class Comparison:
    """Figures beside theory. `agree` fails with all of them, so that one sees what kind of wrong it is."""

    def __init__(self, outcome: Outcome) -> None:
        self.runs = outcome.runs
        self.lines: list[str] = []
        self.failed = 0

    def mean(self, what: str, theory: float, values: Sequence[float], sharp: float = 0.25) -> None:
        """Compare a mean. An error above `sharp` of the theory's value proves nothing, and fails too."""
        found, error = estimate(values, self.runs)
        off = (found - theory) / error if error else math.inf * (found != theory)
        wrong = abs(off) > 4.0 or error > sharp * theory
        self.failed += wrong
        self.lines.append(
            f"{'WRONG' if wrong else 'ok':6}{what:32} theory {theory:<12.6g} found {found:<12.6g} +- {error:<10.3g}"
            f" {off:+.2f} standard errors"
        )

    def agree(self) -> None:
        assert not self.failed, "\n".join(
            ["the router is not the queue of theory", *self.lines, f"ROUTEKIT_QUEUEING_SEED={SEED}"]
        )


def compare_mms(case: dict[str, Any], outcome: Outcome, most: float = 0.9) -> Comparison:
    """`most` is the last quantile: what happens once in a hundred takes a long run."""
    waits = outcome.waits
    found = Comparison(outcome)
    found.mean("mean wait", case["mean_wait"], waits)
    found.mean("mean wait squared", case["var_wait"] + case["mean_wait"] ** 2, [w * w for w in waits], 0.5)
    found.mean("P(wait > 0), Erlang C", case["erlang_c"], [float(w > 0.0) for w in waits])
    # An arrival sees the time average: what is before it is the mean length of the line.
    found.mean("mean line", case["mean_queue"], [float(ahead) for ahead in outcome.ahead])
    for name, value in case.items():
        if name.startswith("P_wait_gt_"):
            limit = float(name.removeprefix("P_wait_gt_"))
            found.mean(f"P(wait > {limit:g})", value, [float(w > limit) for w in waits], 0.5)
        elif name.startswith("wait_quantile_") and value > 0.0:
            share = float(name.removeprefix("wait_quantile_"))
            if share <= most:
                found.mean(f"P(wait > quantile {share:g})", 1.0 - share, [float(w > value) for w in waits], 0.5)
    return found


def compare_erlang_a(case: dict[str, Any], outcome: Outcome) -> Comparison:
    waits, served = outcome.waits, outcome.served
    both = list(zip(waits, served, strict=True))
    found = Comparison(outcome)
    found.mean("P(abandon)", case["P_abandon"], [float(not ok) for ok in served])
    found.mean("mean wait", case["mean_wait_all"], waits)
    found.mean("P(wait > 0)", case["P_wait_gt_0"], [float(w > 0.0) for w in waits])
    found.mean("mean line", case["mean_queue"], [float(ahead) for ahead in outcome.ahead])
    found.mean("wait of served", case["mean_wait_given_served"] * case["P_served"], [w * ok for w, ok in both])
    found.mean("wait of lost", case["mean_wait_given_abandoned"] * case["P_abandon"], [w * (not ok) for w, ok in both])
    for name, value in case.items():
        if name.startswith("P_served_within_"):
            text = name.removeprefix("P_served_within_")
            limit = 1.0 / 3.0 if text == "third" else float(text)
            found.mean(f"P(served within {limit:.3g})", value, [float(ok and w <= limit) for w, ok in both])
    return found


def compare_priorities(case: dict[str, Any], outcome: Outcome) -> Comparison:
    found = Comparison(outcome)
    total = math.fsum(case["lams"])
    for kind, theory in enumerate(case["mean_wait_by_class"]):
        # The mean over all contacts of those of a class alone: no ratio of two random numbers.
        share = case["lams"][kind] / total
        waits = [w * (k == kind) for w, k in zip(outcome.waits, outcome.kinds, strict=True)]
        found.mean(f"wait of class {kind}", theory * share, waits)
    found.mean("wait of all", case["mean_wait_overall"], outcome.waits)
    found.mean("P(wait > 0)", case["P_wait_gt_0"], [float(w > 0.0) for w in outcome.waits])
    return found


# -- M/M/s -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("agents", "lam"), [(10, "8.5"), (100, "98.0"), (1, "0.95")])
def test_first_come_first_served_waits_as_erlang_says(agents: int, lam: str) -> None:
    case = reference("mms", s=agents, lam=lam)
    compare_mms(case, simulate(agents, (case["lam"],))).agree()


@pytest.mark.long
@pytest.mark.parametrize(("agents", "lam"), [(10, "8.5"), (100, "98.0"), (1, "0.95")])
def test_and_so_it_does_in_the_long_run(agents: int, lam: str) -> None:
    case = reference("mms", s=agents, lam=lam)
    compare_mms(case, simulate(agents, (case["lam"],), contacts=LONG), most=0.95).agree()


@pytest.mark.parametrize(
    ("agents", "lam"), [(1, 0.95), (10, 8.5), (100, 98.0), pytest.param(10_000, 9900.0, marks=pytest.mark.long)]
)
def test_every_single_wait_is_that_of_the_recursion(agents: int, lam: float) -> None:
    # Kiefer and Wolfowitz: the next agent to be free takes the next contact. Each number, to the last bit. Of 10,000
    # agents this is the test: their queue forgets so slowly that figures would take hours.
    count = max(10_000, 4 * agents)
    traffic, again = Traffic((lam,), 1.0, 0.0, SEED), Traffic((lam,), 1.0, 0.0, SEED)
    outcome = Desk(traffic, agents, st.Fifo()).run(count, by_kind, traffic.present(agents))
    free = [0.0] * agents
    expected = []
    for _ in range(again.present(agents)):
        heapq.heapreplace(free, free[0] + again.service())
    for at, service, _, _ in itertools.islice(again, count // 10 + count):
        start = max(at, free[0])
        heapq.heapreplace(free, start + service)
        expected.append(start - at)
    assert outcome.waits == expected[count // 10 :], f"ROUTEKIT_QUEUEING_SEED={SEED}"


# -- Erlang A ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agents", [14, 50, 100])
def test_impatient_customers_wait_and_leave_as_erlang_a_says(agents: int) -> None:
    case = reference("erlang_a", s=agents)
    compare_erlang_a(case, simulate(agents, (case["lam"],), mu=case["mu"], theta=case["theta"])).agree()


# -- priorities --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agents", [1, 25, 100])
def test_strict_priorities_wait_as_cobham_says(agents: int) -> None:
    case = reference("priority_mms", s=agents)
    compare_priorities(case, simulate(agents, tuple(case["lams"]), order=st.StrictPriority())).agree()


def test_priorities_do_not_count_under_first_come_first_served() -> None:
    case = reference("priority_mms", s=25)
    case["mean_wait_by_class"] = [case["mean_wait_fcfs"]] * 3
    compare_priorities(case, simulate(25, tuple(case["lams"]), order=st.Fifo())).agree()


# -- the comparison itself ---------------------------------------------------------------------------------------------


def test_an_agent_less_would_be_noticed() -> None:
    case = reference("mms", s=10, lam="8.5")
    with pytest.raises(AssertionError, match=r"WRONG mean wait "):
        compare_mms(case, simulate(9, (case["lam"],))).agree()


def test_last_come_first_served_would_be_noticed_although_the_mean_wait_is_the_same() -> None:
    case = reference("mms", s=10, lam="8.5")
    outcome = simulate(10, (case["lam"],), order=st.StrictPriority(), priority=lambda kind, number: float(number))
    found = Comparison(outcome)
    found.mean("mean wait", case["mean_wait"], outcome.waits)
    found.agree()
    with pytest.raises(AssertionError, match=r"WRONG P\(wait > quantile 0\.5\)"):
        compare_mms(case, outcome).agree()


def test_priorities_that_do_not_count_would_be_noticed() -> None:
    case = reference("priority_mms", s=25)
    with pytest.raises(AssertionError, match="WRONG wait of class 0"):
        compare_priorities(case, simulate(25, tuple(case["lams"]), order=st.Fifo())).agree()


def test_patience_that_runs_out_too_late_would_be_noticed() -> None:
    case = reference("erlang_a", s=50)
    with pytest.raises(AssertionError, match=r"WRONG P\(abandon\)"):
        compare_erlang_a(case, simulate(50, (case["lam"],), mu=case["mu"], theta=case["theta"] / 4)).agree()
