"""Blending several estimates of one wait into one, on line: weights that are fitted anew with every answer.

What lives here: `Blend`, for the mean, and the same fitted for the median. What may not: where the estimates come from,
and quantiles but the median (`calibration` tracks those around what is blended).

Both are recursive least squares with a prior: at first the first estimate alone counts, and each answer moves the
weights a little. The mean is fitted with weights that make relative errors count, so that a few very long waits do not
rule; the median by weighting each answer with one over its distance (Schlossmacher 1973, iteratively reweighted least
squares for the least absolute deviation), one pass, as answers come in. Mean and median are fitted apart since they are
different numbers: waits are skewed.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from routekit._numbers import MOST_SECONDS, positive, whole, within
from routekit.errors import InvalidValue, MissingExtra, SnapshotError

__all__ = ["Blend"]

_UNIT_S = 100.0
"""Seconds are counted in hundreds, so that the prior means the same for all estimates."""


@functools.cache
def _numpy() -> Any:
    """NumPy, looked up once and only when somebody blends."""
    try:
        import numpy
    except ImportError as missing:
        raise MissingExtra(extra="waits") from missing
    return numpy


class Blend:
    """A weighted sum of estimates, of which the first is believed at the outset.

    `size` is how many estimates are blended, a constant among them where there is a bias to be learnt. `stiffness` is
    the weight of the prior: about as many answers as it takes to move away from it. With `median` it is the median that
    is fitted, not the mean. Groups of waits (queues, kinds of calls) share the weights, and the first `groups` of them
    have a correction each to the weights of the estimates numbered `own`, drawn to none.

    >>> blend = Blend(2)
    >>> blend.of((80.0, 20.0))
    80.0
    >>> for _ in range(2000):
    ...     blend.learn((80.0, 20.0), 50.0)
    >>> round(blend.of((80.0, 20.0)))
    50

    Cost: with d = size + groups * len(own), `of` O(d), `learn` O(d ** 2). Raises `InvalidValue`, and `MissingExtra`
    without the extra `routekit[waits]`.
    """

    def __init__(
        self,
        size: int,
        *,
        stiffness: float = 10.0,
        median: bool = False,
        groups: int = 0,
        own: Sequence[int] = (0,),
    ) -> None:
        self.size = whole(size, "size", 1, 1000)
        self.groups = whole(groups, "groups", 0, 1000)
        self.own = tuple(whole(place, "own", 0, size - 1) for place in own)
        self.median = median
        self.count = 0
        np = _numpy()
        every = size + groups * len(self.own)
        self._covariance = np.eye(every) / positive(stiffness, "stiffness")
        self._weights = np.zeros(every)
        self._weights[0] = 1.0

    def _spread(self, estimates: Sequence[float], group: int | None) -> Any:
        """The estimates in units, those with a correction once more at the place of their group."""
        if len(estimates) != self.size:
            raise InvalidValue(path="estimates", value=len(estimates), problem=f"must be {self.size} numbers")
        # One number that is none would make every weight NaN, for good; a huge one overflows when it is squared.
        for place, one in enumerate(estimates):
            if type(one) is not float or not -MOST_SECONDS <= one <= MOST_SECONDS:
                within(one, f"estimates[{place}]", -MOST_SECONDS, MOST_SECONDS)
        given = _numpy().zeros(len(self._weights))
        given[: self.size] = estimates
        given /= _UNIT_S
        if group is not None and 0 <= group < self.groups:
            first = self.size + group * len(self.own)
            given[first : first + len(self.own)] = given[list(self.own)]
        return given

    def of(self, estimates: Sequence[float], group: int | None = None) -> float:
        """The blended estimate, in seconds, at least 0.

        InvalidValue for another number of estimates, and for one that is no finite number (or beyond 1e12 s).
        """
        return max(0.0, _UNIT_S * float(self._weights @ self._spread(estimates, group)))

    def learn(self, estimates: Sequence[float], waited_s: float, group: int | None = None) -> None:
        """The wait that these were estimates of is known. InvalidValue as in `of`, also for the wait."""
        waited_s = within(waited_s, "waited_s", 0.0, MOST_SECONDS)
        given = self._spread(estimates, group)
        error = waited_s / _UNIT_S - float(self._weights @ given)
        weight = 1.0 / max(abs(error), 0.1) if self.median else 1.0 / (abs(given[0]) + 0.3)
        spread = self._covariance @ given
        gain = spread / (1.0 / weight + float(given @ spread))
        self._weights += gain * error
        # Symmetric to the last bit: rounding must not make it something that is no covariance.
        update = _numpy().outer(gain, spread)
        self._covariance -= (update + update.T) / 2.0
        self.count += 1

    def to_data(self) -> dict[str, Any]:
        """All that it has learnt, as plain data."""
        return {
            "median": self.median,
            "count": self.count,
            "weights": self._weights.tolist(),
            "covariance": self._covariance.tolist(),
        }

    def restore(self, data: Any) -> None:
        """Take up what `to_data` gave. SnapshotError for anything else, and for a blend of other estimates."""
        np = _numpy()
        try:
            weights, covariance = np.asarray(data["weights"], float), np.asarray(data["covariance"], float)
            median, count = bool(data["median"]), whole(data["count"], "count")
        except (KeyError, TypeError, ValueError, OverflowError) as fault:
            raise SnapshotError(f"this is no blend: {fault}") from fault
        every = len(self._weights)
        if weights.shape != (every,) or covariance.shape != (every, every) or median != self.median:
            raise SnapshotError(f"this is a blend of {weights.size} weights, median {median}: not such a one as here")
        if not (np.isfinite(weights).all() and np.isfinite(covariance).all()):
            raise SnapshotError("this is no blend: its weights are no finite numbers")
        self._weights, self._covariance, self.count = weights, covariance, count
