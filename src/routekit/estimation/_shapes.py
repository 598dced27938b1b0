"""Laws made of other laws or of a sample: later by so much, at most so much, soon with some chance, as it came out.

Only these shapes live here; where their numbers come from is `waits`' affair. Each is a `Law`, and costs what the law
in it costs.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from routekit._numbers import within
from routekit.estimation.laws import Points

__all__ = ["AtMost", "Delayed", "Played", "Ringing", "Sample", "weighed"]

RAMP_S = 1e-9
"""By how much the runs of a sample are told from each other that take equally long: in seconds, for each rank."""


@attrs.frozen
class Delayed:
    """A wait that begins `by_s` seconds from now.

    >>> from routekit.estimation import ErlangLaw
    >>> Delayed(ErlangLaw(0, 0.1), 5.0).mean_s
    15.0
    """

    law: Any
    by_s: float

    @property
    def mean_s(self) -> float:
        """The mean."""
        return float(self.law.mean_s + self.by_s)

    def quantile(self, p: float) -> float:
        """Within how many seconds it is over with probability `p`."""
        return float(self.law.quantile(p) + self.by_s)

    def cdf(self, s: float) -> float:
        """The probability that it is over within `s` seconds."""
        return float(self.law.cdf(s - self.by_s)) if s >= self.by_s else 0.0

    def probability_served(self, leave_rate: float) -> float:
        """The chance that one who leaves at that rate is served."""
        return float(math.exp(-leave_rate * self.by_s) * self.law.probability_served(leave_rate))

    def given_served(self, leave_rate: float) -> Delayed:
        """The law of the wait of one who leaves at that rate, given that they are served."""
        return Delayed(self.law.given_served(leave_rate), self.by_s)


@attrs.frozen
class AtMost:
    """A wait that is over after `most_s` seconds in any case. `mean_s` is an upper bound: the lesser of both.

    >>> from routekit.estimation import Points
    >>> law = AtMost(Points((0.5, 0.9), (30.0, 90.0)), 60.0)
    >>> law.quantile(0.5), law.quantile(0.9), law.cdf(60.0)
    (30.0, 60.0, 1.0)
    """

    law: Any
    most_s: float

    @property
    def mean_s(self) -> float:
        """The lesser of the mean and of `most_s`."""
        return min(float(self.law.mean_s), self.most_s)

    def quantile(self, p: float) -> float:
        """Within how many seconds it is over with probability `p`."""
        return min(float(self.law.quantile(p)), self.most_s)

    def cdf(self, s: float) -> float:
        """The probability that it is over within `s` seconds."""
        return 1.0 if s >= self.most_s else float(self.law.cdf(s))


@attrs.frozen
class Ringing:
    """With that chance an agent answers, evenly over the next `left_s` seconds; else it takes another law.

    >>> from routekit.estimation import Points
    >>> law = Ringing(0.8, 10.0, Points((0.5,), (70.0,)))
    >>> round(law.mean_s, 3), law.quantile(0.4), law.quantile(0.9), round(law.cdf(5.0), 3)
    (18.0, 5.0, 70.0, 0.4)
    """

    chance: float
    left_s: float
    otherwise: Any

    @property
    def mean_s(self) -> float:
        """The mean."""
        return self.chance * 0.5 * self.left_s + (1.0 - self.chance) * float(self.otherwise.mean_s)

    def quantile(self, p: float) -> float:
        """Within how many seconds it is over with probability `p`."""
        if p <= self.chance:
            return self.left_s * p / self.chance
        return max(self.left_s, float(self.otherwise.quantile((p - self.chance) / (1.0 - self.chance))))

    def cdf(self, s: float) -> float:
        """The probability that it is over within `s` seconds."""
        if s < 0.0:
            return 0.0
        if s < self.left_s:
            return self.chance * s / self.left_s
        return self.chance + (1.0 - self.chance) * float(self.otherwise.cdf(s))


@attrs.frozen
class Sample:
    """The law of waits that were played, each as likely as the others; between two of them a straight line.

    >>> law = Sample.of([30.0, 10.0, 20.0, 40.0])
    >>> law.mean_s, law.quantile(0.5), law.quantile(0.9), law.cdf(20.0)
    (25.0, 25.0, 40.0, 0.375)
    """

    waits: tuple[float, ...]
    mean_s: float

    @classmethod
    def of(cls, waits: Iterable[float]) -> Sample:
        """The law of waits in any order, one at least."""
        ranked = tuple(sorted(waits))
        total = 0.0
        for wait in ranked:
            total += wait
        return cls(ranked, total / len(ranked))

    @property
    def sd_s(self) -> float:
        """The standard deviation."""
        total = 0.0
        for wait in self.waits:
            total += (wait - self.mean_s) ** 2
        return math.sqrt(total / len(self.waits))

    def quantile(self, p: float) -> float:
        """Within how many seconds it is over with probability `p`: wait number i stands at (i + 1/2) / n."""
        place = within(p, "p", 0.0, 1.0) * len(self.waits) - 0.5
        low = min(max(0, int(place)), len(self.waits) - 1)
        high = min(low + 1, len(self.waits) - 1)
        return self.waits[low] + min(1.0, max(0.0, place - low)) * (self.waits[high] - self.waits[low])

    def cdf(self, s: float) -> float:
        """The probability that it is over within `s` seconds."""
        low, high = bisect.bisect_left(self.waits, s), bisect.bisect_right(self.waits, s)
        if low < high or low == 0 or high == len(self.waits):
            return 0.5 * (low + high) / len(self.waits)
        one, other = self.waits[low - 1], self.waits[low]
        return (low - 0.5 + (s - one) / (other - one)) / len(self.waits)

    def probability_served(self, leave_rate: float) -> float:
        """The chance that one who leaves at that rate is served."""
        return self._stays(leave_rate) / len(self.waits)

    def given_served(self, leave_rate: float) -> Points:
        """The law of the wait of one who leaves at that rate, given that they are served."""
        # Weights are those of the shortest wait and less, or they would all be 0 where it is longer than anybody stays.
        weights = [math.exp(-leave_rate * (wait - self.waits[0])) for wait in self.waits]
        return weighed(self.waits, weights, self.waits)

    def _stays(self, leave_rate: float) -> float:
        total = 0.0
        for wait in self.waits:
            total += math.exp(-leave_rate * wait)
        return total


def weighed(waits: Sequence[float], weights: Sequence[float], means: Sequence[float]) -> Points:
    """The law of waits that rise, each with its weight; `means` are what they count in the mean."""
    whole, part, mean = sum(weights), 0.0, 0.0
    levels: list[float] = []
    seconds: list[float] = []
    for wait, weight, each in zip(waits, weights, means, strict=True):
        share = weight / whole
        mean += share * each
        level = part + 0.5 * share
        if level < 1.0 and (not levels or level > levels[-1]):
            levels.append(level)
            seconds.append(wait)
        part += share
    return Points(tuple(levels), tuple(seconds), mean_s=mean)


@attrs.frozen
class Played:
    """What was played of a state that is `silent_s` old, and what is left of it by now, nothing having happened since.

    `then` are the runs as they were played, from the shortest on, and `known` which of them end at a known time: these
    have got shorter by the time that has passed. `part` is what is left of the others. `others` are further estimates
    of the same wait as of then: the mean of the closed forms, and what so many places in the line have cost of late, at
    length and the last ten. `row` are the features of the state, where a model is to learn from them or to say what it
    has learnt: `learnt`, a mean and a median. `missed` is the share of runs that all shifts end before.
    """

    then: Sample
    known: tuple[bool, ...]
    silent_s: float
    part: float
    others: tuple[float, ...]
    row: tuple[float, ...] = ()
    learnt: tuple[float, ...] = ()
    missed: float = 0.0

    @classmethod
    def of(
        cls, waits: Sequence[float], known: Sequence[bool], silent_s: float, part: float, others: tuple[float, ...]
    ) -> Played:
        """Of runs in any order. Those that take equally long are told apart by some billionths of a second."""
        ranked = sorted(zip(waits, known, strict=True))
        then = Sample.of([wait + RAMP_S * rank for rank, (wait, _) in enumerate(ranked)])
        return cls(then, tuple(one for _, one in ranked), silent_s, part, others)

    def left(self, waits: Sequence[float], factor: float = 1.0) -> list[float]:
        """What is left of these waits, one for each run, if they are so much longer."""
        if self.silent_s <= 0.0:
            return [factor * wait for wait in waits]
        return [
            max(0.0, factor * wait - self.silent_s) if known else self.part * factor * wait
            for wait, known in zip(waits, self.known, strict=True)
        ]

    @property
    def plain(self) -> list[float]:
        """What is left of each run as it was played."""
        return self.left(self.then.waits)

    @property
    def now(self) -> Sample:
        """What is left of all of it."""
        return self.then if self.silent_s <= 0.0 else Sample.of(self.plain)
