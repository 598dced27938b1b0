"""Durations learnt with fading memory: how long something takes, and how much of it is left.

What lives here: `Times`, a histogram of durations on a logarithmic scale. What may not: what the durations are of, the
clock, a draw. Handle times, gaps between two contacts and the like are all kept so.

A histogram and not a named law: handle times of real centres are near lognormal (Brown et al., "Statistical analysis of
a telephone call center", JASA 100, 2005), but short hang-ups, transfers and breaks are not, and what is left of a call
depends on the tail.
"""

from __future__ import annotations

import itertools
import math
from array import array
from typing import Any

from routekit._numbers import non_negative, positive, whole
from routekit.errors import SnapshotError

__all__ = ["BINS", "EDGES", "MOST_S", "NEVER_S", "Times", "bin_of"]

BINS = 96
MOST_S = 864_000.0
"""The longest duration that is told from longer ones: ten days, since e-mails are handled, too."""
_STEP = math.log(MOST_S + 1.0) / BINS
EDGES = tuple(math.exp(bin * _STEP) - 1.0 for bin in range(BINS + 1))
_POINTS = 257
_HUGE = 1e100
NEVER_S = 1e9


class Times:
    """How long something takes, in seconds, learnt from what it took; older ones count less.

    `half_life` is the number of durations after which one counts half. `typical_s` and `spread` (of the logarithm)
    are what is believed at first, as if `weight` durations had been seen. `never` of them did not end at all.

    >>> times = Times(typical_s=120.0, weight=4.0)
    >>> for seconds in (60.0, 90.0, 200.0, 700.0) * 20:
    ...     times.add(seconds)
    >>> round(times.mean_s), round(times.left_s(300.0))
    (260, 396)

    Cost: `add` O(1); `mean_s` and `left_s` O(1) unless something was added since, then O(96), `grid` O(257).
    """

    __slots__ = ("_grid", "_growth", "_increment", "_mean_s", "_squares", "_sums", "_tails", "_weights", "count")

    def __init__(
        self,
        *,
        half_life: float = 2000.0,
        typical_s: float = 120.0,
        spread: float = 1.0,
        weight: float = 20.0,
        never: float = 0.0,
    ) -> None:
        self.count = 0
        self._growth = 2.0 ** (1.0 / positive(half_life, "half_life"))
        self._increment = 1.0
        # Of each bin the weight, the sum and the sum of squares: a centre whose calls all take 100 s is not one whose
        # calls take 93 to 107 s. The last weight is that of what never ends.
        self._weights = array("d", bytes(8 * (BINS + 1)))
        self._sums = array("d", bytes(8 * BINS))
        self._squares = array("d", bytes(8 * BINS))
        self.believe(typical_s, spread, weight)
        self._weights[BINS] = non_negative(never, "never")

    def _forget(self) -> None:
        self._tails: tuple[array[float], array[float]] | None = None
        self._grid: array[float] | None = None
        self._mean_s = 0.0

    def believe(self, typical_s: float, spread: float, weight: float) -> None:
        """Believe in some durations more, as if `weight` of them had been seen: a second kind among the first."""
        typical_s, spread = positive(typical_s, "typical_s"), positive(spread, "spread")
        believed = _lognormal(typical_s, spread, positive(weight, "weight"))
        for bin, (more, (low, high)) in enumerate(zip(believed, itertools.pairwise(EDGES), strict=True)):
            middle = 0.5 * (low + high)
            more *= self._increment
            self._weights[bin] += more
            self._sums[bin] += more * middle
            self._squares[bin] += more * (middle * middle + (high - low) ** 2 / 12.0)
        self._forget()

    def add(self, seconds: float) -> None:
        """Something took so long; infinity for what never ended. ValueError below 0. Cost: O(1)."""
        if seconds == math.inf:
            self._weights[BINS] += self._increment
        else:
            bin = bin_of(non_negative(seconds, "seconds"))
            seconds = min(seconds, MOST_S)
            self._weights[bin] += self._increment
            self._sums[bin] += self._increment * seconds
            self._squares[bin] += self._increment * seconds * seconds
        self._increment *= self._growth
        self.count += 1
        self._forget()
        if self._increment > _HUGE:
            for held in (self._weights, self._sums, self._squares):
                for place in range(len(held)):
                    held[place] /= self._increment
            self._increment = 1.0

    # -- what is known now ---------------------------------------------------------------------------------------------

    @property
    def mean_s(self) -> float:
        """The mean of those that end."""
        self._add_up()
        return self._mean_s

    def _add_up(self) -> tuple[array[float], array[float]]:
        """Of each bin and all after it: the weight, and the weight times the seconds."""
        if self._tails is None:
            weight = total = 0.0
            weights, totals = array("d", bytes(8 * (BINS + 1))), array("d", bytes(8 * (BINS + 1)))
            for bin in range(BINS - 1, -1, -1):
                weight += self._weights[bin]
                total += self._sums[bin]
                weights[bin], totals[bin] = weight, total
            self._tails = weights, totals
            self._mean_s = total / weight
        return self._tails

    def mean_below_s(self, most_s: float) -> float:
        """The mean of those that take less than `most_s`; 0.0 where there are none. Cost: O(96)."""
        weights, totals = self._add_up()
        bin = bin_of(most_s)
        weight = weights[0] - weights[bin]
        return (totals[0] - totals[bin]) / weight if weight > 0.0 else 0.0

    def left_s(self, elapsed_s: float) -> float:
        """How much longer something takes, on average, that has lasted `elapsed_s` already."""
        weights, totals = self._add_up()
        bin = bin_of(elapsed_s)
        # Of the bin in which it is by now, what lies beyond.
        low, high = self._span(bin)
        part = 1.0 if elapsed_s <= low else 0.0 if elapsed_s >= high else (high - elapsed_s) / (high - low)
        here = self._weights[bin] * part
        weight = weights[bin + 1] + here
        if weight <= 0.0:
            return max(30.0, 0.3 * elapsed_s)
        total = totals[bin + 1] + here * 0.5 * (max(low, elapsed_s) + high)
        return max(5.0, total / weight - elapsed_s)

    def _span(self, bin: int) -> tuple[float, float]:
        """From where to where durations of a bin lie, as if evenly: around their mean, as wide as they spread."""
        weight = self._weights[bin]
        if weight <= 0.0:
            return EDGES[bin], EDGES[bin + 1]
        mean = min(max(self._sums[bin] / weight, EDGES[bin]), EDGES[bin + 1])
        half = math.sqrt(max(0.0, 3.0 * (self._squares[bin] / weight - mean * mean)))
        half = min(half, mean - EDGES[bin], EDGES[bin + 1] - mean)
        # What rounding leaves of equal ones is no spread.
        return (mean, mean) if half < 1e-6 * mean else (mean - half, mean + half)

    def grid(self) -> array[float]:
        """257 quantiles, at 0, 1/256 ... 1, for `_line`; what never ends is `NEVER_S`."""
        if self._grid is None:
            self._grid = self._quantiles()
        return self._grid

    def _quantiles(self) -> array[float]:
        weights = self._weights
        total = 0.0
        for weight in weights:
            total += weight
        grid = array("d", bytes(8 * _POINTS))
        bin, before, least = 0, 0.0, 0.0
        for point in range(_POINTS):
            wanted = total * point / (_POINTS - 1)
            while bin < BINS and before + weights[bin] < wanted:
                before += weights[bin]
                bin += 1
            if bin < BINS:
                low, high = self._span(bin)
                part = (wanted - before) / weights[bin] if weights[bin] > 0.0 else 0.0
                least = max(least, low + (high - low) * min(1.0, part))
            elif weights[BINS] > 1e-9 * total:
                least = NEVER_S
            # Else it is rounding: a law that always ends has its last point at the end of its last bin.
            grid[point] = least
        return grid

    # -- snapshots -----------------------------------------------------------------------------------------------------

    def to_data(self) -> dict[str, Any]:
        """All that it knows, as plain data."""
        return {
            "count": self.count,
            "growth": self._growth,
            "increment": self._increment,
            "weights": list(self._weights),
            "sums": list(self._sums),
            "squares": list(self._squares),
        }

    def restore(self, data: Any) -> None:
        """Take up what `to_data` gave. SnapshotError for anything else."""
        try:
            weights, sums, squares = (
                array("d", [non_negative(number, name) for number in data[name]])
                for name in ("weights", "sums", "squares")
            )
            count, growth = whole(data["count"], "count"), positive(data["growth"], "growth")
            increment = positive(data["increment"], "increment")
        except (KeyError, TypeError, ValueError) as fault:
            raise SnapshotError(f"these are no learnt times: {fault}") from fault
        if (len(weights), len(sums), len(squares)) != (BINS + 1, BINS, BINS):
            raise SnapshotError(f"learnt times have {BINS} bins, not {len(weights) - 1}")
        self.count, self._growth, self._increment = count, growth, increment
        self._weights, self._sums, self._squares = weights, sums, squares
        self._forget()


def bin_of(seconds: float) -> int:
    """The bin that a duration falls into; the last one has all that are longer than `MOST_S`."""
    return min(BINS - 1, int(math.log(seconds + 1.0) / _STEP))


def _lognormal(typical_s: float, spread: float, weight: float) -> array[float]:
    """The weights of a lognormal law whose median is `typical_s`."""
    below = [
        0.0 if edge <= 0.0 else 0.5 * (1.0 + math.erf(math.log(edge / typical_s) / spread / math.sqrt(2.0)))
        for edge in EDGES
    ]
    return array("d", [weight * (other - one) for one, other in itertools.pairwise(below)])
