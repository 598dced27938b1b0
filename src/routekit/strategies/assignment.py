"""Assigning many contacts to many agents at once: the best pairs, each of either side in one at most.

Only the pure function lives here: numbers in, pairs out. It needs SciPy, the extra `routekit[batch]`.
"""

from __future__ import annotations

from collections.abc import Sequence

from routekit.errors import MissingExtra

__all__ = ["assign"]


def assign(scores: Sequence[Sequence[float | None]]) -> list[tuple[int, int]]:
    """Return pairs of row and column: as many as possible, and among these the greatest total score.

    `None` is a pair that may not be; every other score is a finite number. Pairs come in the order of their rows.
    No great number stands for the pairs that may not be, since adding it would cost the scores their last digits.
    Instead the number k of pairs is found first; then of r rows r - k are kept from a real pair by columns added for
    them, which are alike, so that exactly k pairs are left to be the best ones. The total is the greatest but for the
    rounding of sums of doubles: exactly so for whole numbers with sums below 2**53.

    Of several assignments with the same total, the one that SciPy's solver comes to: the same for the same scores on
    the same version of SciPy, but not promised across versions. Cost: two runs of SciPy's shortest augmenting paths
    (Crouse, 2016), at worst r * r * c each for r rows and c columns, whichever are fewer being the rows; one run where
    all pairs may be.

    >>> assign([[5.0, 4.0], [3.0, None]])
    [(0, 1), (1, 0)]
    >>> assign([[None, None], [None, 0.5]])
    [(1, 1)]
    """
    try:
        import numpy as np
        from scipy.optimize import linear_sum_assignment
    except ImportError as missing:
        raise MissingExtra(extra="batch") from missing

    if not scores or not scores[0]:
        return []
    costs = -np.array(scores, dtype=np.float64)  # None becomes NaN
    turned = costs.shape[0] > costs.shape[1]
    if turned:
        costs = costs.T
    barred = np.isnan(costs)
    rows, columns = costs.shape
    spare = 0
    if barred.any():
        spare = int(barred[linear_sum_assignment(barred.astype(np.float64))].sum())
        idle = costs[~barred].min() if spare < rows else 0.0  # any number would do; this one is of the others' size
        costs = np.hstack((np.where(barred, np.inf, costs), np.full((rows, spare), idle)))
    pairs = zip(*(found.tolist() for found in linear_sum_assignment(costs)), strict=True)
    real = [(row, column) for row, column in pairs if column < columns]
    return sorted((column, row) for row, column in real) if turned else real
