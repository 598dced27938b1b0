"""Counts that fade: an old event weighs less than a new one, by half for every half-life.

What lives here: `Fading`, which adds events to a score and reads it. What may not: `exp`, `log`, `pow` or any other
function whose last bit depends on the C library: two machines that replay the same commands must decide the same.

Instead of making every score smaller as time passes, each event is added with a weight that grows with its time, on one
scale for all. So a score changes only when something is added to it, and the order of two scores says which count is
the larger now, whenever now is. (Forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009.) The weights soon
exceed any float, hence a score is a pair, an exponent and a mantissa, and Python compares pairs as wanted.

Time is taken in steps of half-life / 64, at the start of a step: an event's weight is off by 1.1 % at most.
"""

from __future__ import annotations

import math

__all__ = ["TABLE", "ZERO", "ZERO_EXPONENT", "Fading", "Score"]

Score = tuple[int, float]

# Below the exponent of any weight: 2 ** 62 half-lives before the start of time.
ZERO_EXPONENT = -(2**62)
# The score without any event.
ZERO: Score = (ZERO_EXPONENT, 0.0)

# 2 ** (i / 64), each the float next to the true value; literals, because `**` with a fraction is libm.
# fmt: off
TABLE: tuple[float, ...] = (
    1.0, 1.0108892860517005, 1.0218971486541166, 1.0330248790212284,
    1.0442737824274138, 1.0556451783605572, 1.0671404006768237, 1.0787607977571199,
    1.0905077326652577, 1.102382583307841, 1.1143867425958924, 1.1265216186082418,
    1.1387886347566916, 1.1511892299529827, 1.1637248587775775, 1.1763969916502812,
    1.189207115002721, 1.202156731452703, 1.215247359980469, 1.22848053610687,
    1.241857812073484, 1.255380757024691, 1.2690509571917332, 1.2828700160787783,
    1.2968395546510096, 1.3109612115247644, 1.3252366431597413, 1.339667524053303,
    1.3542555469368927, 1.3690024229745905, 1.383909881963832, 1.3989796725383112,
    1.4142135623730951, 1.42961333839197, 1.4451808069770467, 1.460917794180647,
    1.4768261459394993, 1.4929077282912648, 1.5091644275934228, 1.5255981507445384,
    1.5422108254079407, 1.559004400237837, 1.5759808451078865, 1.593142151342267,
    1.6104903319492543, 1.6280274218573478, 1.645755478153965, 1.6636765803267364,
    1.681792830507429, 1.7001063537185235, 1.718619298122478, 1.7373338352737062,
    1.7562521603732995, 1.7753764925265212, 1.7947090750031072, 1.8142521755003989,
    1.8340080864093424, 1.8539791250833855, 1.8741676341103, 1.8945759815869656,
    1.9152065613971474, 1.9360617934922943, 1.9571441241754002, 1.978456026387951,
)
# fmt: on

# Past this difference of exponents the smaller of two numbers cannot change the larger, which has 53 bits.
_ABSORBED = 60


class Fading:
    """Scores that fade by half every `half_life_s` seconds.

    A score is `(exponent, mantissa)` with the mantissa in [0.5, 1), or `ZERO`. Scores of one half-life may be compared
    with each other by `<`, `min` and `max`; this object holds no score. Times are finite floats in seconds, and at
    most 2 ** 62 half-lives from 0.

    >>> fading = Fading(3600.0)
    >>> score = fading.add(fading.add(ZERO, 0.0), 0.0)
    >>> fading.value(score, 0.0), fading.value(score, 3600.0)
    (2.0, 1.0)
    >>> fading.add(ZERO, 7200.0) > score
    True
    """

    __slots__ = ("half_life_s",)

    half_life_s: float

    def __init__(self, half_life_s: float) -> None:
        if not 0.0 < half_life_s < math.inf:
            raise ValueError("a half-life is a finite number of seconds above 0")
        self.half_life_s = half_life_s

    def weight(self, at: float) -> Score:
        """Return what one event at this time adds. Cost: O(1).

        >>> Fading(64.0).weight(0.0), Fading(64.0).weight(64.0), Fading(64.0).weight(-1.0)
        ((1, 0.5), (2, 0.5), (0, 0.9892280131939755))
        """
        # A Python int, also in the compiled build: a step need not fit 64 bits, and >> and & round down below zero.
        step = math.floor(at * 64.0 / self.half_life_s)
        return ((step >> 6) + 1, TABLE[step & 63] * 0.5)

    def add(self, score: Score, at: float) -> Score:
        """Return the score with one more event, at this time. Cost: O(1).

        Events need not come in the order of their times, but float additions round, so a replay has to keep theirs.
        """
        exponent, mantissa = score
        new_exponent, new_mantissa = self.weight(at)
        if exponent < new_exponent:
            exponent, new_exponent = new_exponent, exponent
            mantissa, new_mantissa = new_mantissa, mantissa
        lower = exponent - new_exponent
        # ZERO goes this way too.
        if lower > _ABSORBED:
            return (exponent, mantissa)
        total, carry = math.frexp(mantissa + math.ldexp(new_mantissa, -lower))
        return (exponent + carry, total)

    def value(self, score: Score, at: float) -> float:
        """Return the faded count at this time, for people to read; decisions compare scores. Cost: O(1).

        0.0 when it has faded below the least float, infinity when `at` is over 1,023 half-lives before the
        latest event.
        """
        exponent, mantissa = score
        if mantissa == 0.0:
            return 0.0
        now_exponent, now_mantissa = self.weight(at)
        higher = exponent - now_exponent
        if higher > 1023:
            return math.inf
        if higher < -1100:
            return 0.0
        return math.ldexp(mantissa / now_mantissa, higher)

    def __repr__(self) -> str:
        return f"Fading({self.half_life_s!r})"
