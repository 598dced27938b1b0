"""Fading counts against exact arithmetic, and golden values that every build and machine must give."""

import itertools
import math
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routekit._kernel.fading import TABLE, ZERO, ZERO_EXPONENT, Fading, Score

TIMES = st.floats(0.0, 2e9)
HALF_LIVES = st.sampled_from([0.5, 60.0, 3600.0, 28800.0, 86400.0 * 30])

WEIGHT_TIMES = [0.0, 450.0, 899.99, 900.0, 28800.0, 28799.0, -1.0, -28800.0, 1.7e9, 123456.789]
WEIGHTS = [
    (1, "0x1.0000000000000p-1"),
    (1, "0x1.02c9a3e778061p-1"),
    (1, "0x1.02c9a3e778061p-1"),
    (1, "0x1.059b0d3158574p-1"),
    (2, "0x1.0000000000000p-1"),
    (1, "0x1.fa7c1819e90d8p-1"),
    (0, "0x1.fa7c1819e90d8p-1"),
    (0, "0x1.0000000000000p-1"),
    (59028, "0x1.b33a2b84f15fbp-1"),
    (5, "0x1.371a7373aa9cbp-1"),
]
SCORES = [
    (1, "0x1.0000000000000p-1"),
    (2, "0x1.02cd8698ac2bap-1"),
    (2, "0x1.9171c023f1f8fp-1"),
    (3, "0x1.1bb84b66d1a51p-1"),
    (3, "0x1.81ae55e64ade5p-1"),
    (4, "0x1.03ac8ca70b936p-1"),
    (4, "0x1.602a644abd113p-1"),
    (4, "0x1.e8c272cb4febcp-1"),
    (5, "0x1.5edae6bb8fecep-1"),
    (6, "0x1.07ff6e1eb14c8p-1"),
    (6, "0x1.a38ca7d8869aep-1"),
    (7, "0x1.61f8302f57b42p-1"),
]
VALUE = "0x1.71a41c10540c8p-1"


def test_table_is_nearest_to_the_true_powers() -> None:
    assert len(TABLE) == 64
    with localcontext() as context:
        context.prec = 50
        for i, literal in enumerate(TABLE):
            true = Decimal(2) ** (Decimal(i) / 64)
            error = abs(Decimal(literal) - true)
            assert error <= abs(Decimal(math.nextafter(literal, 0.0)) - true)
            assert error <= abs(Decimal(math.nextafter(literal, 3.0)) - true)


def test_golden_weights() -> None:
    fading = Fading(28800.0)
    found = [(exponent, mantissa.hex()) for exponent, mantissa in map(fading.weight, WEIGHT_TIMES)]
    assert found == WEIGHTS


def test_golden_score() -> None:
    fading = Fading(28800.0)
    score = ZERO
    found = []
    for i in range(12):
        score = fading.add(score, i * i * 1234.5)
        found.append((score[0], score[1].hex()))
    assert found == SCORES
    assert fading.value(score, 200000.0).hex() == VALUE


class TestWeight:
    def test_doubles_with_a_half_life(self) -> None:
        fading = Fading(10.0)
        for steps in range(-200, 200):
            exponent, mantissa = fading.weight(steps * 10.0 / 64.0 + 0.01)
            assert fading.weight(steps * 10.0 / 64.0 + 10.01) == (exponent + 1, mantissa)

    @given(TIMES, HALF_LIVES)
    def test_is_a_score(self, at: float, half_life_s: float) -> None:
        exponent, mantissa = Fading(half_life_s).weight(at)
        assert isinstance(exponent, int)
        assert 0.5 <= mantissa < 1.0
        assert (exponent, mantissa) > ZERO

    @given(TIMES, TIMES, HALF_LIVES)
    def test_does_not_go_down(self, one: float, other: float, half_life_s: float) -> None:
        fading = Fading(half_life_s)
        assert fading.weight(min(one, other)) <= fading.weight(max(one, other))

    def test_steps_beyond_64_bits(self) -> None:
        fading = Fading(2.0**-60)
        assert fading.weight(16.0) == (2**64 + 1, 0.5)
        assert fading.weight(16.0) < fading.weight(32.0)

    @given(TIMES, HALF_LIVES)
    def test_is_off_by_a_step_at_most(self, at: float, half_life_s: float) -> None:
        exponent, mantissa = Fading(half_life_s).weight(at)
        lives = exponent + math.log2(mantissa)
        slack = 1e-9 * max(1.0, at / half_life_s)
        assert lives - slack <= at / half_life_s <= lives + 1 / 64 + slack


class TestAdd:
    def test_to_nothing_is_the_weight(self) -> None:
        fading = Fading(100.0)
        assert fading.add(ZERO, 12.0) == fading.weight(12.0)

    def test_counts_at_one_time(self) -> None:
        fading = Fading(100.0)
        score = ZERO
        for count in range(1, 1000):
            score = fading.add(score, 0.0)
            assert fading.value(score, 0.0) == count
            assert math.ldexp(score[1], score[0]) == count

    @given(st.lists(TIMES, max_size=30), HALF_LIVES)
    def test_keeps_the_form(self, times: list[float], half_life_s: float) -> None:
        fading, score = Fading(half_life_s), ZERO
        for at in times:
            before, score = score, fading.add(score, at)
            assert type(score) is tuple
            assert isinstance(score[0], int)
            assert 0.5 <= score[1] < 1.0
            assert score >= before
            assert score >= fading.weight(at)

    @given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=30))
    def test_is_near_the_exact_sum(self, times: list[float]) -> None:
        fading, score = Fading(3600.0), ZERO
        with localcontext() as context:
            context.prec = 200
            exact = Decimal(0)
            for at in times:
                score = fading.add(score, at)
                exponent, mantissa = fading.weight(at)
                exact += Decimal(mantissa) * Decimal(2) ** exponent
            found = Decimal(score[1]) * Decimal(2) ** score[0]
            assert abs(found - exact) <= exact * Decimal(2) ** -48

    @pytest.mark.parametrize("lives", [60, 61, 100, 10_000])
    def test_what_is_long_ago_is_absorbed(self, lives: int) -> None:
        fading = Fading(1.0)
        assert fading.add(fading.weight(0.0), float(lives)) == fading.weight(float(lives))
        assert fading.add(fading.weight(float(lives)), 0.0) == fading.weight(float(lives))

    def test_what_is_not_so_long_ago_is_not(self) -> None:
        fading = Fading(1.0)
        assert fading.add(fading.weight(0.0), 52.0) == (53, 0.5 + 2.0**-53)
        assert fading.add(fading.weight(52.0), 0.0) == (53, 0.5 + 2.0**-53)

    def test_two_events_commute(self) -> None:
        fading = Fading(3600.0)
        for one, other in itertools.product([0.0, 99.0, 3600.0, 1e5], repeat=2):
            assert fading.add(fading.weight(one), other) == fading.add(fading.weight(other), one)


class TestOrder:
    @given(st.lists(TIMES, max_size=8), st.lists(TIMES, max_size=8))
    def test_pairs_are_ordered_as_present_values(self, one: list[float], other: list[float]) -> None:
        fading = Fading(28800.0)
        scores: list[Score] = []
        for times in (one, other):
            score = ZERO
            for at in times:
                score = fading.add(score, at)
            scores.append(score)
        now = max([0.0, *one, *other])
        values = [fading.value(score, now) for score in scores]
        if values[0] != values[1]:
            assert (scores[0] < scores[1]) == (values[0] < values[1])

    def test_an_event_now_is_more_than_one_before(self) -> None:
        fading = Fading(28800.0)
        assert fading.add(ZERO, 0.0) < fading.add(ZERO, 450.0) < fading.add(ZERO, 28800.0)

    def test_nothing_is_less_than_anything(self) -> None:
        assert ZERO == (ZERO_EXPONENT, 0.0)
        assert Fading(1.0).add(ZERO, -1e15) > ZERO


class TestValue:
    def test_halves(self) -> None:
        fading = Fading(28800.0)
        score = fading.add(fading.add(ZERO, 0.0), 0.0)
        assert [fading.value(score, lives * 28800.0) for lives in range(4)] == [2.0, 1.0, 0.5, 0.25]

    def test_of_nothing_is_zero(self) -> None:
        assert Fading(28800.0).value(ZERO, 0.0) == 0.0
        assert Fading(28800.0).value(ZERO, 1e12) == 0.0

    def test_fades_to_zero(self) -> None:
        fading = Fading(1.0)
        values = [fading.value(fading.weight(0.0), float(lives)) for lives in range(0, 1300, 13)]
        assert values == sorted(values, reverse=True)
        assert values[0] == 1.0
        assert values[-1] == 0.0

    def test_long_before_is_infinite(self) -> None:
        fading = Fading(1.0)
        assert fading.value(fading.weight(1023.0), 0.0) == 2.0**1023
        assert fading.value(fading.weight(1e6), 0.0) == math.inf

    @given(TIMES, TIMES, HALF_LIVES)
    def test_never_raises(self, then: float, now: float, half_life_s: float) -> None:
        fading = Fading(half_life_s)
        assert fading.value(fading.weight(then), now) >= 0.0


@pytest.mark.parametrize("half_life_s", [0.0, -1.0, math.inf, -math.inf, math.nan])
def test_refused_half_life(half_life_s: float) -> None:
    with pytest.raises(ValueError, match="half-life"):
        Fading(half_life_s)


def test_repr() -> None:
    assert repr(Fading(60.0)) == "Fading(60.0)"
