"""Counted draws against the definition in arbitrary precision, and golden values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routekit._kernel.draws import Draws

# The first outputs of the reference splitmix64 for these seeds.
GOLDEN = {
    0: [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC],
    1234567: [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ],
}

INDICES = [6, 0, 2, 1, 8, 5, 1, 5, 1, 4, 4, 8, 8, 6, 1, 6, 9, 3, 8, 4]


def definition(seed: int, number: int) -> int:
    mixed = (seed + (number + 1) * 0x9E3779B97F4A7C15) % 2**64
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % 2**64
    return mixed ^ mixed >> 31


@pytest.mark.parametrize("seed", GOLDEN)
def test_golden(seed: int) -> None:
    draws = Draws(seed)
    assert [draws.next() for _ in GOLDEN[seed]] == GOLDEN[seed]
    assert draws.number == len(GOLDEN[seed])


@given(st.integers(), st.integers(0, 2**62 - 1))
def test_definition(seed: int, number: int) -> None:
    draws = Draws(seed, number)
    assert draws.next() == definition(seed, number)
    assert draws.number == number + 1
    assert draws.next() == definition(seed, number + 1)


@given(st.integers(), st.integers(0, 2**40), st.integers(1, 2**32 - 1))
def test_index_is_the_high_half_of_the_product(seed: int, number: int, n: int) -> None:
    draws = Draws(seed, number)
    assert draws.index(n) == definition(seed, number) * n >> 64
    assert draws.number == number + 1


@pytest.mark.parametrize("n", [1, 2, 3, 1000, 2**31, 2**32 - 1])
def test_index_is_below_n(n: int) -> None:
    draws = Draws(7)
    assert all(0 <= draws.index(n) < n for _ in range(200))


def test_index_of_one_draws() -> None:
    draws = Draws(7)
    assert draws.index(1) == 0
    assert draws.number == 1


def test_golden_indices() -> None:
    draws = Draws(2024)
    assert [draws.index(10) for _ in range(20)] == INDICES


@pytest.mark.parametrize("n", [0, -1, 2**32, 2**40])
def test_refused_index_draws_nothing(n: int) -> None:
    draws = Draws(7)
    with pytest.raises(ValueError, match="index"):
        draws.index(n)
    assert draws.number == 0


@pytest.mark.parametrize("number", [-1, 2**62, 2**64])
def test_refused_number(number: int) -> None:
    with pytest.raises(ValueError, match="number"):
        Draws(0, number)


@given(st.integers())
def test_seed_is_taken_modulo(seed: int) -> None:
    draws = Draws(seed)
    assert draws.seed == seed % 2**64
    assert draws.next() == Draws(seed + 2**64).next() == Draws(seed - 2**64).next()


@given(st.integers(), st.integers(0, 30))
def test_goes_on_from_a_snapshot(seed: int, count: int) -> None:
    draws = Draws(seed)
    for _ in range(count):
        draws.next()
    other = Draws(draws.seed, draws.number)
    assert [draws.next() for _ in range(3)] == [other.next() for _ in range(3)]


def test_repr_makes_it_again() -> None:
    draws = Draws(-1)
    draws.next()
    assert repr(draws) == "Draws(18446744073709551615, 1)"
