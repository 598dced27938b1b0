"""Every figure of the reference (`../shared/reference/queueing.json`, exact to 20 digits), and what a line in the long
run keeps to besides."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from routekit.errors import InvalidValue
from routekit.estimation import BetaLaw, ErlangLaw
from routekit.estimation.steady import ErlangA, ErlangC, cobham, erlang_b, erlang_c, garnett, halfin_whitt

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "queueing.json"
needs_reference = pytest.mark.skipif(not REFERENCE.exists(), reason=f"the reference figures are not here: {REFERENCE}")


def cases(kind: str) -> list[dict[str, Any]]:
    return list(json.loads(REFERENCE.read_text())[kind]) if REFERENCE.exists() else []


def seconds(name: str) -> float:
    """The number that a figure's name ends with."""
    text = name.rpartition("_")[2]
    return 1.0 / 3.0 if text == "third" else float(text)


def compare(case: dict[str, Any], given: set[str], figures: dict[str, float], rel: float) -> None:
    """All figures of the case are known here, and are what is found."""
    assert set(case) == given | set(figures)
    for name, figure in figures.items():
        assert figure == pytest.approx(float(case[name]), rel=rel, abs=1e-300), name


@needs_reference
@pytest.mark.parametrize("case", cases("mms"), ids=lambda case: str(case["s"]))
def test_erlang_c_is_that_of_the_reference(case: dict[str, Any]) -> None:
    s, lam, mu = case["s"], float(case["lam"]), float(case["mu"])
    line = ErlangC(s, lam, mu)
    figures: dict[str, float] = {
        "rho": line.occupancy,
        "erlang_b": erlang_b(s, lam / mu),
        "erlang_c": erlang_c(s, lam / mu),
        "mean_wait": line.mean_s,
        "mean_wait_given_wait": line.mean_given_wait_s,
        "mean_queue": line.mean_line,
        "var_wait": line.sd_s**2,
        "QL_ASE": line.queue_length_ase,
        "QL_RRASE": math.sqrt(line.queue_length_ase) / line.mean_given_wait_s,
        "NI_ASE": line.no_information_ase,
        "NI_RRASE": math.sqrt(line.no_information_ase) / line.mean_given_wait_s,
    }
    for name in case:
        if name.startswith("wait_quantile_"):
            figures[name] = line.quantile(seconds(name))
        elif name.startswith("P_wait_gt_"):
            figures[name] = 1.0 - line.cdf(seconds(name))
    compare(case, {"s", "lam", "mu"}, figures, 1e-13)


@needs_reference
@pytest.mark.parametrize("case", cases("erlang_a"), ids=lambda case: str(case["s"]))
def test_erlang_a_is_that_of_the_reference(case: dict[str, Any]) -> None:
    line = ErlangA(case["s"], float(case["lam"]), float(case["mu"]), float(case["theta"]))
    figures: dict[str, float] = {
        "offered_load": line.arrival_rate / line.service_rate,
        "P_wait_gt_0": line.probability_of_waiting,
        "P_abandon": line.probability_abandon,
        "P_abandon_check": line.probability_abandon,
        "P_served": 1.0 - line.probability_abandon,
        "mean_queue": line.mean_line,
        "mean_wait_all": line.mean_wait_s,
        "mean_offered_wait": line.mean_s,
        "mean_wait_given_served": line.mean_given_served_s,
        "mean_wait_given_served_and_waited": line.mean_given_served_and_waited_s,
        "mean_wait_given_abandoned": line.mean_given_abandoned_s,
        "agent_occupancy": line.occupancy,
        "p_idle_all": line.probability_all_idle,
    }
    for name in case:
        if name.startswith("P_offered_wait_gt_"):
            figures[name] = 1.0 - line.cdf(seconds(name))
        elif name.startswith("P_served_within_"):
            figures[name] = line.probability_served_within(seconds(name))
    compare(case, {"s", "lam", "mu", "theta"}, figures, 1e-12)


@needs_reference
@pytest.mark.parametrize("case", cases("priority_mms"), ids=lambda case: str(case["s"]))
def test_priorities_are_those_of_the_reference(case: dict[str, Any]) -> None:
    s, rates, mu = case["s"], [float(rate) for rate in case["lams"]], float(case["mu"])
    waits = cobham(s, rates, mu)
    assert waits == pytest.approx([float(wait) for wait in case["mean_wait_by_class"]], rel=1e-12)
    overall = math.fsum(rate * wait for rate, wait in zip(rates, waits, strict=True)) / math.fsum(rates)
    line = ErlangC(s, math.fsum(rates), mu)
    assert overall == pytest.approx(float(case["mean_wait_overall"]), rel=1e-12)
    assert line.mean_s == pytest.approx(float(case["mean_wait_fcfs"]), rel=1e-12)
    assert line.probability_of_waiting == pytest.approx(float(case["P_wait_gt_0"]), rel=1e-12)


@needs_reference
@pytest.mark.parametrize("case", cases("qed"), ids=lambda case: str(case["beta"]))
def test_many_agents_wait_as_in_the_reference(case: dict[str, Any]) -> None:
    beta = float(case["beta"])
    assert halfin_whitt(beta) == pytest.approx(float(case["halfin_whitt_delay_prob"]), rel=1e-13)
    assert garnett(beta, float(case["theta"])) == pytest.approx(float(case["garnett_delay_prob"]), rel=1e-13)


@needs_reference
@pytest.mark.parametrize("case", cases("conditional_wait_given_n_ahead"), ids=lambda case: str(case["n_ahead"]))
def test_the_wait_behind_n_others_is_that_of_the_reference(case: dict[str, Any]) -> None:
    n, theta = case["n_ahead"], float(case["theta"])
    rate = case["s"] * float(case["mu"])
    for law in (BetaLaw(n, rate, theta), *([ErlangLaw(n, rate)] if theta == 0.0 else [])):
        figures: dict[str, float] = {"mean": law.mean_s, "sd": law.sd_s}
        if theta > 0.0:
            figures["P_served"] = law.probability_served(theta)
        for name in case:
            if name.startswith("q"):
                figures[name] = law.quantile(float(name[1:]))
        compare(case, {"s", "mu", "theta", "n_ahead"}, figures, 1e-12)


# -- without a reference -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [ErlangC(10, 8.5, 1.0), ErlangA(10, 12.0, 1.0, 0.5), ErlangA(10, 8.0, 1.0, 2.0)])
def test_a_line_is_a_law(line: ErlangC | ErlangA) -> None:
    waits = [line.quantile((step + 0.5) / 2000) for step in range(2000)]
    assert waits == sorted(waits)
    assert math.fsum(waits) / len(waits) == pytest.approx(line.mean_s, rel=1e-3)
    for p in (0.9, 0.99):
        assert line.cdf(line.quantile(p)) == pytest.approx(p)
    assert (line.quantile(0.0), line.quantile(1.0), line.cdf(-1.0)) == (0.0, math.inf, 0.0)
    assert line.cdf(0.0) == pytest.approx(1.0 - line.probability_of_waiting)


def test_what_follows_from_each_other_does() -> None:
    # Also where nobody waits, where nearly all leave, and with 10,000 agents.
    for line in (
        ErlangA(10, 30.0, 1.0, 0.5),
        ErlangA(10, 5.0, 1.0, 20.0),
        ErlangA(200, 3.0, 1.0, 0.1),
        ErlangA(10_000, 11_000.0, 1.0, 0.3),
        ErlangA(10_000, 9_900.0, 1.0, 1e-3),
        ErlangA(3, 0.02, 0.01, 1e-5),
    ):
        busy = line.occupancy * line.servers
        assert 0.0 <= busy <= line.servers * (1.0 + 1e-12), line
        served = 1.0 - line.probability_abandon
        assert line.probability_served_within(1e9) == pytest.approx(served, rel=1e-9), line
        assert line.probability_served_within(0.0) == pytest.approx(1.0 - line.probability_of_waiting, abs=1e-9), line
        # Of those who wait: served or not, their patience and the wait that they are offered, whichever ends first.
        assert line.mean_given_served_s <= line.mean_wait_s / served + 1e-12, line
        assert line.mean_wait_s <= line.mean_s + 1e-12, line


def test_a_line_that_grows_until_enough_leave_has_no_number_too_large() -> None:
    # The long line is as in a fluid: exp(-theta V) of those who come are as many as are served.
    line = ErlangA(10, 11.0, 1.0, 1e-5)
    assert line.mean_s == pytest.approx(math.log(1.1) / 1e-5, rel=1e-4)
    assert line.quantile(0.5) == pytest.approx(math.log(1.1) / 1e-5, rel=1e-4)
    assert line.probability_abandon == pytest.approx(1.0 / 11.0, rel=1e-6)
    assert line.mean_line == pytest.approx(1.0 / 1e-5, rel=1e-6)


def test_hardly_any_leaving_comes_near_to_none() -> None:
    for servers, lam in ((10, 8.5), (10, 3.0), (10_000, 9900.0)):
        none = ErlangC(servers, lam, 1.0)
        for power in range(-5, -13, -1):
            line, near = ErlangA(servers, lam, 1.0, 10.0**power), 10.0 ** (power + 2) + 1e-9
            assert line.probability_of_waiting == pytest.approx(none.probability_of_waiting, rel=20 * near)
            assert line.mean_s == pytest.approx(none.mean_s, rel=30 * near)
            assert line.mean_wait_s == pytest.approx(none.mean_s, rel=30 * near)
            s = none.mean_given_wait_s
            assert 1.0 - line.cdf(s) == pytest.approx(1.0 - none.cdf(s), rel=60 * near)


def test_an_overloaded_line_that_hardly_anybody_leaves_is_refused() -> None:
    assert ErlangA(1, 2.0, 1.0, 3e-10).mean_s > 1e9
    with pytest.raises(InvalidValue, match="leave_rate must be at least 2e-10 where more come than are served"):
        ErlangA(1, 2.0, 1.0, 1e-10)
    with pytest.raises(InvalidValue, match="leave_rate"):
        ErlangA(1, 0.5, 1.0, 1e-320)


def test_ever_more_agents_come_near_to_the_limits() -> None:
    load = 900_000.0
    servers = int(load + 0.5 * math.sqrt(load))
    assert erlang_c(servers, load) == pytest.approx(halfin_whitt(0.5), rel=1e-3)
    assert ErlangA(servers, load, 1.0, 1.0).probability_of_waiting == pytest.approx(garnett(0.5, 1.0), rel=2e-3)
    # Far from balance, in both directions, no number is too large.
    assert (garnett(40.0, 1.0), garnett(-40.0, 1.0)) == (pytest.approx(0.0, abs=1e-300), 1.0)
    assert halfin_whitt(60.0) == pytest.approx(0.0, abs=1e-300)


def test_a_line_that_grows_without_end() -> None:
    assert erlang_c(5, 5.0) == 1.0
    with pytest.raises(InvalidValue, match=r"^arrival_rate must be below servers \* service_rate"):
        ErlangC(5, 5.0, 1.0)
    # The urgent do not notice it: one agent is at work on somebody, for 1 s more on average.
    assert cobham(1, (0.5, 0.6), 1.0) == (pytest.approx(2.0), math.inf)


def test_the_ends_of_the_loss_formula() -> None:
    assert (erlang_b(0, 3.0), erlang_b(0, 0.0), erlang_b(4, 0.0)) == (1.0, 1.0, 0.0)
    assert erlang_b(100_000, 1.0) == 0.0
    assert erlang_b(1, 3.0) == 0.75
    for call in (lambda: erlang_b(-1, 1.0), lambda: erlang_b(1, -1.0), lambda: erlang_c(0, 1.0)):
        with pytest.raises(InvalidValue):
            call()
