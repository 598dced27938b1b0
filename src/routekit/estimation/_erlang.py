"""The law of a wait behind others of whom nobody leaves: what a quick estimate is made of, compiled.

Only `ErlangLaw` lives here, the short way to make one, and the look for SciPy that all exact laws share. All else of
laws, and what may be asked of one, is in `laws.py`.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import TYPE_CHECKING, Any

from routekit._numbers import finite_float, non_negative, positive, within
from routekit.errors import MissingExtra

if TYPE_CHECKING:
    import cython
else:
    from routekit._cython import cython

__all__ = ["ErlangLaw", "erlang", "special"]

# As in _estimate.py: a compiled class sets its fields itself while it is made.
_COMPILED = not __file__.endswith((".py", ".pyc"))


@functools.cache
def special() -> Any:
    """SciPy's functions, looked up once and only when somebody asks for what needs them; for `steady.py`, too."""
    try:
        from scipy import special
    except ImportError as missing:
        raise MissingExtra(extra="waits") from missing
    return special


@cython.freelist(64)
@cython.no_gc
@cython.cclass
@dataclasses.dataclass(frozen=True)
class ErlangLaw:
    """The wait behind `n` others, when somebody of the line gets an agent `rate` times a second and nobody leaves.

    With s busy agents alike, each done with mean 1 / mu, the rate is s mu; it takes n + 1 ends until one's own turn, so
    the wait is Erlang(n + 1, rate): exact in M/M/s (Whitt 1999; `QL` of Ibrahim and Whitt 2009). `n` need not be whole:
    where some of those ahead go elsewhere, the gamma law with their expected number is an approximation.

    >>> law = ErlangLaw(49, 100.0)
    >>> law.mean_s, round(law.quantile(0.9), 6), round(law.cdf(0.5), 6)
    (0.5, 0.59249, 0.518808)
    """

    n: float
    rate: float

    def __post_init__(self) -> None:
        n = non_negative(self.n, "n")
        rate = positive(self.rate, "rate")
        if _COMPILED:
            self.n = n  # type: ignore[misc]
            self.rate = rate  # type: ignore[misc]
        else:
            object.__setattr__(self, "n", n)
            object.__setattr__(self, "rate", rate)

    @property
    def mean_s(self) -> float:
        """(n + 1) / rate. Cost: a division."""
        return (self.n + 1.0) / self.rate

    @property
    def sd_s(self) -> float:
        """The standard deviation, sqrt(n + 1) / rate."""
        return math.sqrt(self.n + 1.0) / self.rate

    def probability_served(self, leave_rate: float) -> float:
        """The chance that one who leaves at that rate is served: E[exp(-leave_rate V)], (c / (c + r)) ** (n + 1)."""
        return math.exp(-(self.n + 1.0) * math.log1p(non_negative(leave_rate, "leave_rate") / self.rate))

    def given_served(self, leave_rate: float) -> ErlangLaw:
        """The law of the wait of one who leaves at that rate, given that they are served: shorter, for who would have
        had to wait long has left."""
        return ErlangLaw(self.n, self.rate + non_negative(leave_rate, "leave_rate"))

    def quantile(self, p: float) -> float:
        """Within how many seconds the wait is over with probability `p`. Cost: an inverse incomplete gamma function."""
        return float(special().gammaincinv(self.n + 1.0, within(p, "p", 0.0, 1.0))) / self.rate

    def cdf(self, s: float) -> float:
        """The probability that the wait is over within `s` seconds. Cost: an incomplete gamma function."""
        s = finite_float(s, "s")
        return float(special().gammainc(self.n + 1.0, s * self.rate)) if s > 0.0 else 0.0


def erlang(n: float, rate: float) -> ErlangLaw:
    """The law of numbers that are known to be right. Compiled, it costs a tenth of a call."""
    if not _COMPILED:
        return ErlangLaw(n, rate)
    law = ErlangLaw.__new__(ErlangLaw)
    law.n = n  # type: ignore[misc]  # as the next: in C they are written once
    law.rate = rate  # type: ignore[misc]
    return law
