"""Assigning contacts to agents: against every possible assignment, for small ones."""

from __future__ import annotations

import random
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from routekit.strategies import assign

Scores = list[list[float | None]]


def best(scores: Scores) -> tuple[int, Fraction]:
    """The most pairs and the greatest total that they can have, by trying everything."""

    def tried(row: int, taken: frozenset[int]) -> tuple[int, Fraction]:
        if row == len(scores):
            return (0, Fraction(0))
        found = tried(row + 1, taken)
        for column, score in enumerate(scores[row]):
            if score is not None and column not in taken:
                pairs, total = tried(row + 1, taken | {column})
                found = max(found, (pairs + 1, total + Fraction(score)))
        return found

    return tried(0, frozenset())


def reached(scores: Scores, pairs: list[tuple[int, int]]) -> tuple[int, Fraction]:
    """What an assignment has, which must be one."""
    assert pairs == sorted(pairs)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    total = Fraction(0)
    for row, column in pairs:
        score = scores[row][column]
        assert score is not None, "a pair that may not be"
        total += Fraction(score)
    return (len(pairs), total)


def made(draw: random.Random, step: float, size: int = 5) -> Scores:
    rows, columns, barred = draw.randint(1, size), draw.randint(1, size), draw.choice([0.0, 0.2, 0.5, 0.8, 1.0])
    top = draw.choice([1, 3, int(1e9 / step)])  # few distinct scores, so that there are ties, or many
    return [
        [None if draw.random() < barred else step * draw.randint(-top, top) for _ in range(columns)]
        for _ in range(rows)
    ]


@pytest.mark.parametrize("step", [1.0, 2.0**-10], ids=["whole", "fractions"])
@pytest.mark.parametrize("seed", range(4))
def test_the_most_pairs_and_then_the_greatest_total(seed: int, step: float) -> None:
    """To the last bit: the scores go up to 1e9, and a great number for the barred pairs would round them."""
    print(f"seed {seed}, step {step}")
    draw = random.Random(seed)
    for number in range(300):
        scores = made(draw, step)
        pairs = assign(scores)
        assert reached(scores, pairs) == best(scores), f"number {number}: {scores}"
        assert assign(scores) == pairs


@given(
    some.integers(1, 4).flatmap(
        lambda columns: some.lists(
            some.lists(some.none() | some.floats(-1e9, 1e9), min_size=columns, max_size=columns), min_size=1, max_size=4
        )
    )
)
def test_any_finite_scores(scores: Scores) -> None:
    """For any doubles the total is the greatest but for the rounding of their sums."""
    (pairs, total), (most, greatest) = reached(scores, assign(scores)), best(scores)
    size = max((abs(score) for row in scores for score in row if score is not None), default=0.0)
    assert pairs == most
    assert greatest - total <= Fraction(size) * 16 / 2**52


def test_small_differences_beside_barred_pairs_count() -> None:
    """Two rows that want the same column, the scores apart by the last digit that a score of 1e9 has."""
    high = 1e9 - 2.0**-23
    assert assign([[high, None, None], [1e9, None, None], [None, None, 0.0]]) == [(1, 0), (2, 2)]
    assert assign([[1e9, None, None], [high, None, None], [None, None, 0.0]]) == [(0, 0), (2, 2)]


def test_more_pairs_are_better_than_a_greater_total() -> None:
    assert assign([[1e9, -1e9], [-1e9, None]]) == [(0, 1), (1, 0)]
    assert assign([[-1e9]]) == [(0, 0)]


@pytest.mark.parametrize("scores", [[], [[]], [[], []], [[None]], [[None, None], [None, None]]])
def test_nobody_to_assign(scores: Scores) -> None:
    assert assign(scores) == []


def test_many_more_of_one_side() -> None:
    wide: Scores = [[float(column == 7 * row) for column in range(100)] for row in range(3)]
    assert assign(wide) == [(0, 0), (1, 7), (2, 14)]
    tall = [list(column) for column in zip(*wide, strict=True)]
    assert assign(tall) == [(0, 0), (7, 1), (14, 2)]


def test_scipy_is_loaded_only_when_something_is_assigned() -> None:
    program = (
        "import sys; from routekit.strategies import Batched, assign; Batched(1)\n"
        "assert 'scipy' not in sys.modules; assign([[1.0]]); assert 'scipy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_without_scipy_the_extra_is_named() -> None:
    program = (
        "import sys; sys.modules['scipy'] = None\n"
        "from routekit.errors import MissingExtra\n"
        "from routekit.strategies import Batched, agent_order, assign\n"
        "stored = {'name': 'batched', 'every_s': 1}\n"
        "for use in (lambda: Batched(1), lambda: agent_order(stored), lambda: assign([[1.0]])):\n"
        "    try:\n"
        "        use()\n"
        "    except MissingExtra as missing:\n"
        "        assert missing.extra == 'batch' and 'routekit[batch]' in str(missing)\n"
        "    else:\n"
        "        raise SystemExit('no error')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
