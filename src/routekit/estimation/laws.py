"""The laws that the wait of one customer follows, given what is known of the line when they are asked.

Here are the port that every law keeps (`Law`), the exact laws of lines whose agents take exponential times (`BetaLaw`,
and `ErlangLaw` from `_erlang.py`), and a law through a table of quantiles (`Points`), which is what measured, learnt
and calibrated waits become. What a line is in the long run is in `steady.py`; where the rates come from is not known
here.

A law is a small frozen value. All times are seconds, all rates are per second. Means use `+ - * /` only and so are the
same on every machine; quantiles and probabilities of the exact laws use SciPy and need the extra `routekit[waits]`:
`MissingExtra` without it. So a decision may read the mean of a law, but never a quantile of an exact one.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import math
from collections.abc import Sequence
from typing import Any, Protocol

import attrs

from routekit._numbers import finite_float, listed, non_negative, positive, within
from routekit.errors import InvalidValue
from routekit.estimation._erlang import ErlangLaw, special

__all__ = ["BetaLaw", "ErlangLaw", "Law", "Points"]


class Law(Protocol):
    """The law of a wait: anything with a mean, quantiles and a distribution function."""

    @property
    def mean_s(self) -> float:
        """The mean, in seconds."""

    def quantile(self, p: float, /) -> float:
        """Within how many seconds the wait is over with probability `p`, from 0 to 1. It never falls in `p`."""

    def cdf(self, s: float, /) -> float:
        """The probability that the wait is over within `s` seconds; 0 below 0."""


def _level(p: object) -> float:
    return within(p, "p", 0.0, 1.0)


def _ahead(n: Any) -> float:
    return non_negative(n, "n")


def _rate(value: Any) -> float:
    return positive(value, "rate")


def _leave_rate(value: Any) -> float:
    return non_negative(value, "leave_rate")


@attrs.frozen
class BetaLaw:
    """The wait behind `n` others, each of whom leaves at `leave_rate`, of one who stays however long it takes.

    While k are ahead of them, the next of these goes after an exponential time of rate c + k theta, with c = `rate` as
    for `ErlangLaw` and theta = `leave_rate`; so the wait V is a sum of n + 1 such times, and exp(-theta V) follows
    Beta(c / theta, n + 1): exact in M/M/s+M (the mean is `QLm` of Ibrahim and Whitt 2009). With theta = 0 it is
    `ErlangLaw`, and comes near it without a jump. `n` need not be whole, as there.

    >>> law = BetaLaw(20, 10.0, 0.5)
    >>> round(law.mean_s, 6), round(law.quantile(0.9), 6), round(law.probability_served(0.5), 6)
    (1.461607, 1.891969, 0.487805)
    """

    n: float = attrs.field(converter=_ahead)
    rate: float = attrs.field(converter=_rate)
    leave_rate: float = attrs.field(converter=_leave_rate)

    @property
    def mean_s(self) -> float:
        """1 / c + 1 / (c + theta) + ... + 1 / (c + n theta). Cost: at most some 50 operations, whatever `n`."""
        return self._sum_of_powers(1)

    @property
    def sd_s(self) -> float:
        """The standard deviation: the root of the sum of 1 / (c + k theta) ** 2. Cost: as the mean."""
        return math.sqrt(self._sum_of_powers(2))

    def probability_served(self, leave_rate: float) -> float:
        """The chance that one who leaves at that rate is served: E[exp(-r V)]. Cost: as the mean, and four logarithms.

        It is c / (c + (n + 1) theta) if they leave at the same rate as all others, and in general
        B(c / theta + r / theta, n + 1) / B(c / theta, n + 1).
        """
        theta = self.leave_rate
        own = _leave_rate(leave_rate)
        if own == theta:
            return self.rate / (self.rate + (self.n + 1.0) * theta)
        if self._is_erlang:
            return self._erlang.probability_served(own)
        return _beta_ratio(self.rate / theta, self.n + 1.0, own / theta)

    def given_served(self, leave_rate: float) -> BetaLaw:
        """The law of the wait of one who leaves at that rate, given that they are served.

        Weighing Beta(a, n + 1) with the chance that they are still there, x ** (r / theta), gives Beta(a + r / theta,
        n + 1): as if agents were faster by r.
        """
        return BetaLaw(self.n, self.rate + _leave_rate(leave_rate), self.leave_rate)

    def quantile(self, p: float) -> float:
        """Within how many seconds the wait is over with probability `p`. Cost: one or two inverse incomplete beta
        functions."""
        p = _level(p)
        if self._is_erlang:
            return self._erlang.quantile(p)
        functions, theta = special(), self.leave_rate
        a, b = self.rate / theta, self.n + 1.0
        gone = float(functions.betaincinv(b, a, p))  # 1 - exp(-theta V), exact where it is small
        if gone < 0.5:
            return -math.log1p(-gone) / theta
        left = float(functions.betainccinv(a, b, p))  # exp(-theta V), exact where that is small
        if left > 1e-290:
            return -math.log(left) / theta
        if p == 1.0:
            return math.inf
        # Nearly 0: there the distribution function is x ** a / (a B(a, b)), whose logarithm has a number for it.
        return -(math.log1p(-p) + math.log(a) + float(functions.betaln(a, b))) / (a * theta)

    def cdf(self, s: float) -> float:
        """The probability that the wait is over within `s` seconds. Cost: an incomplete beta function."""
        s = finite_float(s, "s")
        if s <= 0.0:
            return 0.0
        if self._is_erlang:
            return self._erlang.cdf(s)
        functions, spent = special(), self.leave_rate * s
        a, b = self.rate / self.leave_rate, self.n + 1.0
        if spent < 0.5:
            return float(functions.betainc(b, a, -math.expm1(-spent)))
        if spent < 600.0:
            return float(functions.betaincc(a, b, math.exp(-spent)))
        return max(0.0, -math.expm1(-a * spent - math.log(a) - float(functions.betaln(a, b))))  # as in quantile

    @property
    def _is_erlang(self) -> bool:
        # Nobody of the line leaves but once in 1e9 such waits: the laws differ by less than doubles of SciPy's beta do.
        return self.leave_rate * (self.n + 1.0) <= 1e-10 * self.rate

    @property
    def _erlang(self) -> ErlangLaw:
        return ErlangLaw(self.n, self.rate)

    def _sum_of_powers(self, power: int) -> float:
        """The sum of 1 / (c + k theta) ** power for k = 0 .. n; power is 1 or 2."""
        c, theta, count = self.rate, self.leave_rate, self.n + 1.0
        if theta * count <= 1e-17 * c:  # less than a double shows; c / theta might not be one
            return count / c if power == 1 else count / (c * c)
        if count <= 16.0 and count == int(count):
            total = 0.0
            for k in range(int(count)):
                one = 1.0 / (c + k * theta)
                total += one if power == 1 else one * one
            return total
        # In units of theta: the difference of digamma (trigamma) at x + count and x, both brought above 12 first.
        x, total = c / theta, 0.0
        while x < 12.0:
            low, high = 1.0 / x, 1.0 / (x + count)
            total += low - high if power == 1 else low * low - high * high
            x += 1.0
        if power == 1:
            return (total + _digamma_rise(x, count)) / theta
        return (total + _trigamma_fall(x, count)) / (theta * theta)


_DIGAMMA = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12)
"""Of x ** -2, x ** -4, ... in log(x) - 1 / (2 x) - digamma(x) (Abramowitz and Stegun, 6.3.18)."""
_TRIGAMMA = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)
"""Of x ** -3, x ** -5, ... in trigamma(x) - 1 / x - 1 / (2 x x) (the same, 6.4.12)."""
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
"""Of x ** -1, x ** -3, ... in log gamma(x) - (x - 1/2) log(x) + x - log(2 pi) / 2 (the same, 6.1.41)."""


def _rise_of(coefficients: Sequence[float], u: float, v: float) -> float:
    """(P(u) - P(v)) / (u - v) for P(z) = a1 z + a2 z z + ...: nothing is lost where u and v are near each other."""
    value = quotient = 0.0
    for a in reversed(coefficients):
        quotient = quotient * u + value
        value = value * v + a
    return quotient * u + value


def _digamma_rise(x: float, m: float) -> float:
    """digamma(x + m) - digamma(x) for x of at least 12, right to some 15 digits also where m is far smaller."""
    u, v = 1.0 / x, 1.0 / (x + m)
    fall = m * u * v  # u - v
    return _log1p(m / x) + 0.5 * fall + fall * (u + v) * _rise_of(_DIGAMMA, u * u, v * v)


def _trigamma_fall(x: float, m: float) -> float:
    """trigamma(x) - trigamma(x + m) for x of at least 12, as above."""
    u, v = 1.0 / x, 1.0 / (x + m)
    fall = m * u * v
    uu, vv = u * u, v * v
    # u ** 3 a1 + u ** 5 a2 ... is u Q(u u): its fall is (u - v) Q(v v) + u (Q(u u) - Q(v v)).
    rest = functools.reduce(lambda value, a: value * vv + a, reversed(_TRIGAMMA), 0.0) * vv
    return fall * (1.0 + 0.5 * (u + v) + rest + u * (u + v) * _rise_of(_TRIGAMMA, uu, vv))


def _beta_ratio(a: float, b: float, r: float) -> float:
    """B(a + r, b) / B(a, b), also for large a, where the gamma functions of both are alike to all their digits."""
    ratio = 1.0
    while a < 12.0:
        ratio *= a / (a + r) * ((a + b + r) / (a + b))
        a += 1.0
    # The logarithms by Stirling's formula, with the large parts taken from each other by hand.
    high = a + r
    log = (
        (high - 0.5) * -math.log1p(b / high)
        + (a - 0.5) * math.log1p(b / a)
        - b * math.log1p(r / (a + b))
        + _stirling_fall(a, b)
        - _stirling_fall(high, b)
    )
    return min(1.0, ratio * math.exp(log))


def _stirling_fall(x: float, m: float) -> float:
    """The rest of Stirling's formula at x + m less that at x, with the sign that it has in log B."""
    u, v = 1.0 / x, 1.0 / (x + m)
    uu, vv = u * u, v * v
    value = functools.reduce(lambda value, a: value * vv + a, reversed(_STIRLING[1:]), 0.0) * vv + _STIRLING[0]
    return -(m * u * v) * (value + u * (u + v) * _rise_of(_STIRLING[1:], uu, vv))


_LN2 = 0.6931471805599453
_ODD_PARTS = tuple(1.0 / odd for odd in range(33, 1, -2))


def _log1p(t: float) -> float:
    """log(1 + t) for t of at least 0, with + - * / only, so that a mean is the same number on every machine.

    log(y) = 2 artanh((y - 1) / (y + 1)), after the powers of two have been taken out; within 3 units of the last place.
    """
    halves = 0
    if t > 1.0:
        # 1 + t rounds here, which is nothing against a logarithm of at least 0.69.
        fraction, halves = math.frexp(1.0 + t)
        z = (fraction - 1.0) / (fraction + 1.0)
    else:
        z = t / (2.0 + t)
    square = z * z
    series = 0.0
    for part in _ODD_PARTS:
        series = (series + part) * square
    return halves * _LN2 + 2.0 * (z + z * series)


def _levels(levels: Any) -> tuple[float, ...]:
    return tuple(within(level, f"levels[{place}]", 0.0, 1.0) for place, level in enumerate(listed(levels, "levels")))


def _seconds(seconds: Any) -> tuple[float, ...]:
    return tuple(non_negative(one, f"seconds[{place}]") for place, one in enumerate(listed(seconds, "seconds")))


def _mean(value: Any) -> float | None:
    return None if value is None else non_negative(value, "mean_s")


@attrs.frozen(repr=False)
class Points:
    """A law through a table of quantiles: with probability `levels[i]` the wait is over within `seconds[i]`.

    Straight lines between the points; before the first the first line goes on, down to 0 s at most, and after the last
    the rest falls off exponentially, at the rate that the last two points have, which is exact if waits do. With one
    point there is no spread. `mean_s` is the mean where it is known better than the table knows it.

    Levels must rise and seconds must not fall: `InvalidValue`. Needs no extra. Cost: a bisection; of the mean where
    it is not given, a pass over the table.

    >>> law = Points((0.5, 0.8, 0.9), (30.0, 60.0, 90.0))
    >>> law.quantile(0.8), law.quantile(0.65), round(law.cdf(75), 3)
    (60.0, 45.0, 0.85)
    >>> round(law.quantile(0.95), 1), round(law.mean_s, 1)
    (120.0, 41.8)
    """

    levels: tuple[float, ...] = attrs.field(converter=_levels)
    seconds: tuple[float, ...] = attrs.field(converter=_seconds)
    _mean_s: float | None = attrs.field(default=None, converter=_mean, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.levels or len(self.levels) != len(self.seconds):
            problem = f"must have one number for each of the {len(self.levels)} levels, and at least one"
            raise InvalidValue(path="seconds", value=self.seconds, problem=problem)
        for place, (one, other) in enumerate(itertools.pairwise(self.levels), 1):
            if other <= one:
                raise InvalidValue(path=f"levels[{place}]", value=other, problem=f"must be above {one!r} before it")
        for place, (one, other) in enumerate(itertools.pairwise(self.seconds), 1):
            if other < one:
                raise InvalidValue(path=f"seconds[{place}]", value=other, problem=f"must be at least {one!r} before it")

    def __repr__(self) -> str:
        known = "" if self._mean_s is None else f", mean_s={self._mean_s!r}"
        return f"Points({self.levels!r}, {self.seconds!r}{known})"

    @property
    def mean_s(self) -> float:
        """The mean in seconds: as given, or that of the lines and the tail."""
        if self._mean_s is not None:
            return self._mean_s
        total = 0.0
        for p, q, low, high in self._lines():
            total += (q - p) * 0.5 * (low + high)
        return total + (1.0 - self.levels[-1]) * (self.seconds[-1] + self._tail_s)

    def quantile(self, p: float) -> float:
        """Within how many seconds the wait is over with probability `p`; infinite at 1 where there is a tail."""
        p = _level(p)
        levels, seconds = self.levels, self.seconds
        if p > levels[-1]:
            tail = self._tail_s
            if tail == 0.0:
                return seconds[-1]
            return seconds[-1] + tail * math.log((1.0 - levels[-1]) / (1.0 - p)) if p < 1.0 else math.inf
        place = bisect.bisect_left(levels, p)
        if levels[place] == p:
            return seconds[place]
        if place == 0:
            return self._start_s + (seconds[0] - self._start_s) * (p / levels[0])
        share = (p - levels[place - 1]) / (levels[place] - levels[place - 1])
        # A share is at most 1 - 2 ** -53 here, and so no rounding takes this beyond the next point.
        return seconds[place - 1] + share * (seconds[place] - seconds[place - 1])

    def cdf(self, s: float) -> float:
        """The probability that the wait is over within `s` seconds."""
        s = finite_float(s, "s")
        levels, seconds = self.levels, self.seconds
        if s < self._start_s:
            return 0.0
        if s >= seconds[-1]:
            tail = self._tail_s
            if tail == 0.0:
                return 1.0
            return 1.0 - (1.0 - levels[-1]) * math.exp((seconds[-1] - s) / tail)
        place = bisect.bisect_right(seconds, s)
        low, p = (self._start_s, 0.0) if place == 0 else (seconds[place - 1], levels[place - 1])
        return p + (levels[place] - p) * ((s - low) / (seconds[place] - low))

    def probability_served(self, leave_rate: float) -> float:
        """The chance that one who leaves at that rate is served: E[exp(-leave_rate V)]. Cost: a pass over the table."""
        return self._weights(_leave_rate(leave_rate))[-1]

    def given_served(self, leave_rate: float) -> Points:
        """The law of the wait of one who leaves at that rate, given that they are served.

        Exact at the points; between them it is a line again. Cost: a pass over the table.
        """
        leave_rate = _leave_rate(leave_rate)
        if leave_rate == 0.0 or len(self.levels) == 1:
            return self
        weights = self._weights(leave_rate)
        if not weights[-1] > 0.0:
            return self  # as good as nobody is served: there is no such law
        points: dict[float, float] = {}
        for seconds, weight in zip((self._start_s, *self.seconds), weights, strict=False):
            points[min(1.0, weight / weights[-1])] = seconds
        if self._tail_s > 0.0 and len(points) > 1:
            # One point more, so that the tail falls off at its own rate and that of those who leave.
            *_, (level, seconds) = points.items()
            if level < 1.0:
                rate = 1.0 / self._tail_s + leave_rate
                points[1.0 - 0.5 * (1.0 - level)] = seconds + _LN2 / rate
        return Points(tuple(points), tuple(points.values()))

    @property
    def _start_s(self) -> float:
        """Where the first line, gone on to level 0, begins."""
        levels, seconds = self.levels, self.seconds
        if len(levels) == 1 or levels[0] == 0.0:
            return seconds[0]
        return max(0.0, seconds[0] - levels[0] * (seconds[1] - seconds[0]) / (levels[1] - levels[0]))

    @property
    def _tail_s(self) -> float:
        """The mean of what comes after the last point; 0 where nothing does."""
        levels, seconds = self.levels, self.seconds
        if len(levels) == 1 or levels[-1] == 1.0:
            return 0.0
        return (seconds[-1] - seconds[-2]) / _log1p((levels[-1] - levels[-2]) / (1.0 - levels[-1]))  # a mean reads it

    def _lines(self) -> list[tuple[float, float, float, float]]:
        """Each line before the tail: levels from and to, seconds from and to."""
        levels, seconds = (0.0, *self.levels), (self._start_s, *self.seconds)
        return [
            (levels[place], levels[place + 1], seconds[place], seconds[place + 1]) for place in range(len(self.levels))
        ]

    def _weights(self, leave_rate: float) -> list[float]:
        """E[exp(-leave_rate V); V up to there] at the start, at each point, and in all."""
        total, weights = 0.0, [0.0]
        for p, q, low, high in self._lines():
            span = leave_rate * (high - low)
            # A line spreads its probability evenly over its seconds.
            even = -math.expm1(-span) / span if span > 0.0 else 1.0
            total += (q - p) * math.exp(-leave_rate * low) * even
            weights.append(total)
        tail = (1.0 - self.levels[-1]) * math.exp(-leave_rate * self.seconds[-1]) / (1.0 + leave_rate * self._tail_s)
        weights.append(total + tail)
        return weights
