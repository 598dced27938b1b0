"""The laws of a wait, and the estimate that carries one: exact values, limits, tables, and what is refused.

Whether lines do follow them is in `test_laws_simulated.py`; the figures of theory are in `test_steady.py`.
"""

from __future__ import annotations

import copy
import json
import math
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from routekit.errors import InvalidType, InvalidValue
from routekit.estimation import BetaLaw, ErlangLaw, EstimateState, Law, Points, WaitEstimate
from routekit.estimation.laws import _log1p

SEED = int(os.environ.get("ROUTEKIT_LAWS_SEED", "20260302"))
LEVELS = (0.0, 1e-9, 0.01, 0.05, 0.1, 0.5, 0.8, 0.9, 0.95, 0.99, 0.9999)


def lines(count: int) -> Iterator[tuple[int, float, float]]:
    """Random lines, from a handful of hurried callers to a thousand who hardly ever leave: n, rate, leave_rate."""
    draws = random.Random(SEED)
    for _ in range(count):
        n = draws.choice((0, 1, 15, 16, 17, draws.randrange(40), draws.randrange(1000)))
        yield n, 10.0 ** draws.uniform(-3, 3), 10.0 ** draws.uniform(-9, 2)


def told(*what: object) -> str:
    return f"{what} ROUTEKIT_LAWS_SEED={SEED}"


# -- Erlang and beta -------------------------------------------------------------------------------------------------


def test_the_mean_is_the_sum_over_those_ahead() -> None:
    for n, c, theta in lines(500):
        times = [Fraction(1) / (Fraction(c) + k * Fraction(theta)) for k in range(n + 1)] if n < 50 else None
        parts = [1.0 / (c + k * theta) for k in range(n + 1)]
        mean = float(sum(times)) if times else math.fsum(parts)
        variance = math.fsum(part * part for part in parts)
        law = BetaLaw(n, c, theta)
        assert law.mean_s == pytest.approx(mean, rel=4e-15), told(law)
        assert law.sd_s == pytest.approx(math.sqrt(variance), rel=4e-15), told(law)


def test_one_is_served_who_outlasts_each_of_the_times_before() -> None:
    draws = random.Random(SEED)
    for n, c, theta in lines(500):
        own = draws.choice((theta, 10.0 ** draws.uniform(-4, 2)))
        # Each factor: the next of those ahead goes before one's own patience does.
        served = math.exp(math.fsum(-math.log1p(own / (c + k * theta)) for k in range(n + 1)))
        if served > 1e-250:
            assert BetaLaw(n, c, theta).probability_served(own) == pytest.approx(served, rel=1e-9), told(
                n, c, theta, own
            )
            assert BetaLaw(n, c, 0.0).probability_served(own) == ErlangLaw(n, c).probability_served(own)
    assert BetaLaw(3, 0.5, 0.1).probability_served(0.0) == pytest.approx(1.0, rel=1e-15)
    assert ErlangLaw(3, 0.5).probability_served(0.0) == 1.0


def test_the_distribution_is_that_of_how_many_go_in_the_time() -> None:
    for n, c, theta in lines(200):
        law = BetaLaw(n, c, theta)
        for share in (0.3, 1.0, 2.0):
            s = share * law.mean_s
            # One still waits if at most n have gone; how many would have gone is negative binomial.
            a, gone = c / theta, -math.expm1(-theta * s)
            if a > 1e6:
                continue  # the sum is what is inexact there
            logs = [math.lgamma(a + k) - math.lgamma(a) - math.lgamma(k + 1) + k * math.log(gone) for k in range(n + 1)]
            waits = math.fsum(math.exp(log - c * s) for log in logs)
            assert law.cdf(s) == pytest.approx(1.0 - waits, abs=1e-8), told(law, s)


def test_quantiles_turn_the_distribution_round_and_never_cross() -> None:
    for n, c, theta in lines(200):
        for law in (BetaLaw(n, c, theta), ErlangLaw(n, c), BetaLaw(n + 0.37, c, theta)):
            found = [law.quantile(p) for p in LEVELS]
            assert found == sorted(found) and found[0] == 0.0, told(law)
            for p, s in zip(LEVELS[1:], found[1:], strict=True):
                assert law.cdf(s) == pytest.approx(p, rel=1e-6), told(law, p)
            assert law.quantile(1.0) == math.inf
            assert law.cdf(0.0) == law.cdf(-1.0) == 0.0


def test_customers_who_leave_much_faster_than_agents_work_have_quantiles_too() -> None:
    # exp(-theta V) is less than any double here; it is the last agent's time that counts, an exponential one.
    law = BetaLaw(40, 1e-4, 1.0)
    assert [law.quantile(p) for p in (0.5, 0.9, 0.99)] == pytest.approx(
        [4.28 + -math.log(1.0 - p) / 1e-4 for p in (0.5, 0.9, 0.99)], rel=1e-3
    )


def test_without_leaving_the_beta_law_is_erlangs_and_comes_near_it_without_a_jump() -> None:
    erlang = ErlangLaw(24, 2.0)
    zero = BetaLaw(24, 2.0, 0.0)
    assert (zero.mean_s, zero.sd_s, zero.quantile(0.8), zero.cdf(12.0)) == (
        erlang.mean_s,
        erlang.sd_s,
        erlang.quantile(0.8),
        erlang.cdf(12.0),
    )
    for power in range(-4, -16, -1):
        theta = 10.0**power
        law = BetaLaw(24, 2.0, theta)
        near = 40.0 * theta + 1e-9
        assert law.mean_s == pytest.approx(erlang.mean_s, rel=near)
        assert law.sd_s == pytest.approx(erlang.sd_s, rel=near)
        assert law.probability_served(0.3) == pytest.approx(erlang.probability_served(0.3), rel=20 * near)
        for p in LEVELS[2:]:
            assert law.quantile(p) == pytest.approx(erlang.quantile(p), rel=near), theta


def test_a_rate_of_leaving_that_is_hardly_a_number_is_none() -> None:
    erlang = ErlangLaw(40, 2.0)
    for theta in (1e-20, 1e-300, 5e-324):
        law = BetaLaw(40, 2.0, theta)
        assert (law.mean_s, law.sd_s) == pytest.approx((erlang.mean_s, erlang.sd_s), rel=1e-15)
        assert (law.quantile(0.8), law.cdf(20.0)) == (erlang.quantile(0.8), erlang.cdf(20.0))
        assert law.probability_served(0.3) == erlang.probability_served(0.3)


def test_given_that_one_is_served_the_wait_is_shorter_by_the_rate_of_leaving() -> None:
    # By hand: E[V exp(-r V)] / E[exp(-r V)] over a fine table of the law itself.
    steps = 4000
    for law in (ErlangLaw(6, 0.5), BetaLaw(6, 0.5, 0.05), BetaLaw(6, 0.5, 0.0)):
        waits = [law.quantile((step + 0.5) / steps) for step in range(steps)]
        weights = [math.exp(-0.1 * wait) for wait in waits]
        served = math.fsum(weights) / steps
        mean = math.fsum(wait * weight for wait, weight in zip(waits, weights, strict=True)) / steps / served
        given = law.given_served(0.1)
        assert type(given) is type(law)
        assert law.probability_served(0.1) == pytest.approx(served, rel=1e-5)
        assert given.mean_s == pytest.approx(mean, rel=1e-3)
        assert law.given_served(0.0) == law


def test_the_logarithm_needs_no_library() -> None:
    draws = random.Random(SEED)
    for _ in range(2000):
        t = 10.0 ** draws.uniform(-15, 15)
        assert _log1p(t) == pytest.approx(math.log1p(t), rel=1e-15), told(t)
    assert _log1p(0.0) == 0.0


@pytest.mark.parametrize(
    ("kind", "args", "path"),
    [
        (ErlangLaw, (-1, 1.0), "n"),
        (ErlangLaw, (1, 0.0), "rate"),
        (ErlangLaw, (1, math.inf), "rate"),
        (BetaLaw, (1, 1.0, -0.1), "leave_rate"),
        (BetaLaw, (math.nan, 1.0, 0.1), "n"),
    ],
)
def test_what_is_no_line_is_refused(kind: Any, args: tuple[float, ...], path: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        kind(*args)
    assert caught.value.path == path


@pytest.mark.parametrize("law", [ErlangLaw(2, 0.1), BetaLaw(2, 0.1, 0.01), Points((0.5, 0.9), (10.0, 30.0))])
def test_a_law_is_a_value(law: Law) -> None:
    assert pickle.loads(pickle.dumps(law)) == copy.deepcopy(law) == law
    assert hash(copy.copy(law)) == hash(law)
    assert eval(repr(law)) == law
    for p in (-0.1, 1.1, math.nan, "half", True):
        with pytest.raises(InvalidValue, match="^p must"):
            law.quantile(p)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InvalidValue, match="^s must"):
        law.cdf(math.nan)


# -- tables ----------------------------------------------------------------------------------------------------------


def test_a_table_goes_through_its_points_and_lines_between_them() -> None:
    law = Points((0.2, 0.5, 0.8), (20.0, 50.0, 110.0))
    assert [law.quantile(p) for p in (0.0, 0.1, 0.2, 0.5, 0.8)] == pytest.approx([0.0, 10.0, 20.0, 50.0, 110.0])
    assert [law.cdf(s) for s in (-1.0, 0.0, 20.0, 50.0, 80.0, 110.0)] == pytest.approx([0.0, 0.0, 0.2, 0.5, 0.65, 0.8])
    assert law.quantile(1.0) == math.inf
    # From 0.5 to 0.8 is a fall of the rest to 0.4 in 60 s; so it goes on.
    assert law.quantile(0.92) == pytest.approx(170.0)


def test_a_table_of_an_exponential_wait_has_its_tail_and_its_mean() -> None:
    levels = tuple(step / 200 for step in range(200))
    law = Points(levels, tuple(-math.log(1.0 - p) * 30.0 for p in levels))
    assert law.mean_s == pytest.approx(30.0, rel=1e-3)
    assert [law.quantile(p) for p in (0.997, 0.9999)] == pytest.approx(
        [-math.log(1.0 - p) * 30 for p in (0.997, 0.9999)]
    )
    assert law.cdf(300.0) == pytest.approx(1.0 - math.exp(-10.0))


def test_a_table_that_begins_late_does_not_begin_at_nothing() -> None:
    assert Points((0.1, 0.5), (100.0, 140.0)).quantile(0.0) == pytest.approx(90.0)
    assert Points((0.1, 0.5), (5.0, 45.0)).quantile(0.0) == 0.0


def test_a_table_turns_round_and_never_crosses() -> None:
    draws = random.Random(SEED)
    for _ in range(300):
        levels = sorted(
            {draws.choice((0.0, 1.0, draws.random(), draws.random())) for _ in range(draws.randrange(2, 9))}
        )
        seconds = sorted(draws.choice((0.0, 5.0, draws.uniform(0.0, 400.0))) for _ in levels)
        law = Points(tuple(levels), tuple(seconds))
        ps = sorted([*levels, *(draws.random() for _ in range(20))])
        found = [law.quantile(p) for p in ps]
        assert found == sorted(found), told(law)
        for p, s in zip(ps, found, strict=True):
            if s < math.inf:
                assert law.cdf(s) >= p - 1e-9, told(law, p)
                assert s == 0.0 or law.cdf(s * (1.0 - 1e-9)) <= p + 1e-6, told(law, p)


def test_one_point_is_a_wait_without_spread() -> None:
    law = Points((0.5,), (40.0,))
    assert (law.mean_s, law.quantile(0.01), law.quantile(1.0), law.cdf(39.9), law.cdf(40.0)) == (40, 40, 40, 0, 1)
    assert law.given_served(0.1) is law
    assert law.probability_served(0.1) == pytest.approx(math.exp(-4.0))


def test_a_mean_that_is_known_better_is_believed() -> None:
    assert Points((0.5, 0.9), (10.0, 30.0), mean_s=14.0).mean_s == 14.0
    assert Points((0.5, 0.9), (10.0, 30.0), mean_s=14.0) != Points((0.5, 0.9), (10.0, 30.0))


def test_a_fine_table_of_a_law_weighs_as_the_law_does() -> None:
    law = BetaLaw(6, 0.5, 0.05)
    levels = tuple(step / 500 for step in range(500))
    table = Points(levels, tuple(law.quantile(p) for p in levels))
    assert table.mean_s == pytest.approx(law.mean_s, rel=1e-3)
    assert table.probability_served(0.1) == pytest.approx(law.probability_served(0.1), rel=1e-3)
    for p in (0.1, 0.5, 0.9, 0.999):
        assert table.given_served(0.1).quantile(p) == pytest.approx(law.given_served(0.1).quantile(p), rel=2e-3)


def test_the_tail_of_a_table_given_that_one_is_served_falls_off_faster_by_the_rate_of_leaving() -> None:
    table = Points((0.5, 0.8, 0.9), tuple(-math.log(1.0 - p) * 30.0 for p in (0.5, 0.8, 0.9))).given_served(0.05)
    assert table.quantile(0.9999) - table.quantile(0.999) == pytest.approx(math.log(10.0) / (1.0 / 30.0 + 0.05))


def test_a_line_between_two_points_does_not_pass_the_second_by_rounding() -> None:
    draws = random.Random(SEED)
    for _ in range(20_000):
        low, high = sorted((draws.random(), draws.random()))
        law = Points((low, high), (draws.random(), 1.0 + 99.0 * draws.random()))
        before = math.nextafter(high, 0.0)
        assert law.quantile(before) <= law.quantile(high), told(law)


def test_a_table_of_waits_that_nobody_stays_for_weighs_nothing() -> None:
    law = Points((0.1, 0.9), (1e6, 1.1e6))
    assert law.probability_served(1.0) == 0.0
    assert law.given_served(1.0) is law


@pytest.mark.parametrize(
    ("levels", "seconds", "path"),
    [
        ((), (), "seconds"),
        ((0.5,), (1.0, 2.0), "seconds"),
        ((0.5, 0.5), (1.0, 2.0), "levels[1]"),
        ((0.5, 0.4), (1.0, 2.0), "levels[1]"),
        ((0.5, 0.9), (2.0, 1.0), "seconds[1]"),
        ((0.5, 1.1), (1.0, 2.0), "levels[1]"),
        ((0.5, 0.9), (-1.0, 2.0), "seconds[0]"),
        ((0.5, 0.9), (1.0, math.inf), "seconds[1]"),
    ],
)
def test_what_is_no_table_is_refused(levels: Any, seconds: Any, path: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Points(levels, seconds)
    assert caught.value.path == path


# -- the estimate ----------------------------------------------------------------------------------------------------


def test_an_estimate_reads_its_law() -> None:
    law = BetaLaw(3, 0.1, 0.01)
    estimate = WaitEstimate(contact="c-1", at=5.0, position=4, method="beta", law=law)
    assert estimate.state is EstimateState.KNOWN
    assert estimate.mean_s == law.mean_s
    assert (estimate.p50, estimate.p80, estimate.p90) == tuple(law.quantile(p) for p in (0.5, 0.8, 0.9))
    assert estimate.quantile(0.25) == law.quantile(0.25)
    assert estimate.probability_served_within(30) == law.cdf(30.0)
    data = estimate.as_data()
    assert json.loads(json.dumps(data)) == data
    assert data["state"] == "known" and data["p90"] == estimate.p90


def test_who_leaves_is_not_served() -> None:
    law, own = BetaLaw(3, 0.1, 0.01), 0.02
    served = law.probability_served(own)
    exact = WaitEstimate(
        contact="c-1", at=0.0, position=4, law=law, probability_abandon=1 - served, served=law.given_served(own)
    )
    least = WaitEstimate(contact="c-1", at=0.0, position=4, law=law, probability_abandon=1 - served)
    none = WaitEstimate(contact="c-1", at=0.0, position=4, law=law)
    for s in (1.0, 20.0, 60.0, 1e6):
        few, right, most = (one.probability_served_within(s) for one in (least, exact, none))
        assert few is not None and right is not None and most is not None
        assert few <= right + 1e-12 <= most + 2e-12
    assert exact.probability_served_within(20.0) == pytest.approx(served * law.given_served(own).cdf(20.0))
    assert exact.probability_served_within(1e6) == pytest.approx(served)
    assert "leave before" in str(exact) and "leave before" not in str(none)


def test_too_little_data_is_a_state_and_no_number() -> None:
    unknown = WaitEstimate(contact="c-1", at=None, position=None)
    assert unknown.state == "too little data"
    assert [unknown.mean_s, unknown.p50, unknown.p80, unknown.p90, unknown.probability_served_within(3.0)] == [None] * 5
    assert str(unknown) == "c-1: too little data"
    assert unknown.as_data()["mean_s"] is None
    assert WaitEstimate(contact="c-1", at=None, position=None, state=EstimateState.TOO_LITTLE_DATA) == unknown
    with pytest.raises(InvalidValue):
        unknown.quantile(2.0)


def test_an_estimate_that_contradicts_itself_is_refused() -> None:
    law = ErlangLaw(0, 1.0)
    with pytest.raises(InvalidValue, match="state"):
        WaitEstimate(contact="c-1", at=0.0, position=1, state=EstimateState.KNOWN)
    with pytest.raises(InvalidValue, match="state"):
        WaitEstimate(contact="c-1", at=0.0, position=1, law=law, state=EstimateState.TOO_LITTLE_DATA)
    with pytest.raises(InvalidValue, match="probability_abandon"):
        WaitEstimate(contact="c-1", at=0.0, position=1, law=law, probability_abandon=1.5)
    with pytest.raises(InvalidType, match="law"):
        WaitEstimate(contact="c-1", at=0.0, position=1, law=30.0)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InvalidValue, match="^s must"):
        WaitEstimate(contact="c-1", at=0.0, position=1, law=law).probability_served_within(-1.0)


# -- the extra -------------------------------------------------------------------------------------------------------


def test_without_scipy_means_and_tables_work_and_the_extra_is_named_for_the_rest() -> None:
    program = (
        "import sys; sys.modules['scipy'] = None; sys.modules['numpy'] = None\n"
        "from routekit.errors import MissingExtra\n"
        "from routekit.estimation import BetaLaw, ErlangLaw, Points, WaitEstimate\n"
        "from routekit.estimation.steady import ErlangA, ErlangC\n"
        "assert BetaLaw(40, 0.1, 0.01).mean_s > 0 and ErlangLaw(4, 0.1).probability_served(0.01) < 1\n"
        "assert BetaLaw(40, 0.1, 0.01).probability_served(0.2) < 1 and Points((0.5,), (3.0,)).quantile(0.9) == 3.0\n"
        "assert ErlangC(10, 8.5, 1.0).quantile(0.9) > 1 and ErlangA(10, 12.0, 1.0, 0.1).probability_abandon > 0.1\n"
        "estimate = WaitEstimate(contact='c', at=0.0, position=1, law=BetaLaw(0, 0.1, 0.01))\n"
        "assert str(estimate) == 'c, number 1: 10 s on average (none)', estimate\n"
        "beta = BetaLaw(4, 0.1, 0.01)\n"
        "for use in (lambda: beta.quantile(0.5), lambda: ErlangLaw(4, 0.1).cdf(3.0), lambda: estimate.p80):\n"
        "    try:\n"
        "        use()\n"
        "    except MissingExtra as missing:\n"
        "        assert missing.extra == 'waits' and 'routekit[waits]' in str(missing)\n"
        "    else:\n"
        "        raise SystemExit('no error')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_scipy_is_loaded_only_when_a_quantile_is_asked_for() -> None:
    program = (
        "import sys; from routekit.estimation import BetaLaw; BetaLaw(40, 0.1, 0.01).mean_s\n"
        "assert 'scipy' not in sys.modules; BetaLaw(40, 0.1, 0.01).quantile(0.5); assert 'scipy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize(
    "make", [lambda: Points(5, (1.0,)), lambda: Points("ab", (1.0,)), lambda: Points((0.5,), None)]
)
def test_points_must_be_several_numbers(make: Callable[[], Points]) -> None:
    with pytest.raises(InvalidType, match="must be several numbers"):
        make()
