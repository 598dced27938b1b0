"""Scores that drift: sums that fade by half-lives, or do not fade, and go on growing while something runs.

What lives here: the arithmetic of one score. Who has one, and what is added when, is the router's affair.

A score is a pair (exponent, mantissa), the part P, and its owner has a level g besides, which says whither its value
goes by itself. With a half-life h, `value(t) = g + P / W(t)`, where W is the weight of `routekit._kernel.fading`: a
mean of a load fades towards the load of now, a time talked towards what talking for ever would come to. Without one
(h = 0), `value(t) = P + g * t`, and P is a plain number with the exponent 0. Either way P changes only when something
happens, and of two owners with the same g the one with the smaller P has the smaller value, whenever now is: so those
with the same level stand in an ordered line. Only the heads of different levels need their values.

No function of the C library is used whose last bit depends on it; see `fading`.
"""

from __future__ import annotations

import math

from routekit._kernel.fading import Fading

__all__ = ["ZERO", "high", "low", "shift", "start", "value", "value_of"]

Score = tuple[int, float]

ZERO: Score = (0, 0.0)
"""The score of somebody to whom nothing has happened."""

_OFFSET = 2.0**51
"""Above every exponent of a score whose half-life is at least a second, so that the sign comes first in the order."""

# Past this difference of exponents the smaller of two numbers cannot change the larger, which has 53 bits.
_ABSORBED = 60


def shift(score: Score, amount: float, at: float, half_life: float) -> Score:
    """P with an amount added as of a time: `amount * W(at)`, or the mere amount without a half-life. Cost: O(1).

    >>> shift(ZERO, 1.0, 0.0, 3600.0) == Fading(3600.0).weight(0.0)
    True
    >>> shift((0, 2.0), -5.0, 100.0, 0.0)
    (0, -3.0)
    """
    exponent, mantissa = score
    if half_life == 0.0:
        return (exponent, mantissa + amount)
    if amount == 0.0:
        return score
    new_exponent, weight = Fading(half_life).weight(at)
    new_mantissa, carry = math.frexp(amount)
    new_mantissa, more = math.frexp(new_mantissa * weight)
    new_exponent += carry + more
    if mantissa == 0.0:
        return (new_exponent, new_mantissa)
    if exponent < new_exponent:
        exponent, new_exponent = new_exponent, exponent
        mantissa, new_mantissa = new_mantissa, mantissa
    lower = exponent - new_exponent
    if lower > _ABSORBED:
        return (exponent, mantissa)
    total, carry = math.frexp(mantissa + math.ldexp(new_mantissa, -lower))
    return ZERO if total == 0.0 else (exponent + carry, total)


def value(score: Score, level: float, at: float, half_life: float) -> float:
    """The value at a time. Cost: O(1). With more than 1,000 half-lives between, what is past counts as faded.

    >>> value(shift(ZERO, 1.0, 0.0, 3600.0), 0.0, 3600.0, 3600.0)
    0.5
    >>> value((0, -10.0), 2.0, 15.0, 0.0)
    20.0
    """
    exponent, mantissa = score
    if half_life == 0.0:
        return mantissa + level * at
    if mantissa == 0.0:
        return level
    now_exponent, weight = Fading(half_life).weight(at)
    higher = exponent - now_exponent
    if higher < -1000:
        return level
    return level + math.ldexp(mantissa / weight, min(higher, 1000))


def start(value: float, level: float, at: float, half_life: float) -> Score:
    """The score that has a value at a time. Cost: O(1).

    >>> value(start(7.0, 3.0, 50.0, 10.0), 3.0, 50.0, 10.0)
    7.0
    """
    if half_life == 0.0:
        return (0, value - level * at)
    return shift(ZERO, value - level, at, half_life)


def high(score: Score) -> float:
    """The first of two floats by which scores of one level are ordered. Cost: O(1).

    >>> scores = [(3, -0.5), (1, -0.5), ZERO, (1, 0.5), (3, 0.5), (3, 0.75)]
    >>> sorted(reversed(scores), key=lambda score: (high(score), low(score))) == scores
    True
    """
    exponent, mantissa = score
    if mantissa > 0.0:
        return exponent + _OFFSET
    if mantissa < 0.0:
        return 0.0 - (exponent + _OFFSET)
    return 0.0


def low(score: Score) -> float:
    """The second of them."""
    return score[1]


def value_of(high: float, low: float, level: float, at: float, half_life: float) -> float:
    """The value of a score that is known by these two floats. Cost: O(1).

    >>> score = shift(ZERO, -3.0, 10.0, 60.0)
    >>> value_of(high(score), low(score), 5.0, 10.0, 60.0)
    2.0
    """
    return value((int(abs(high) - _OFFSET), low), level, at, half_life)
