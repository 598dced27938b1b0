"""What an estimator answers: the state, and how long a contact will go on waiting.

Only these two values live here. How an answer is come to is the business of the estimators, and what a law is that of
`laws.py`; nothing here knows a router.
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
from typing import TYPE_CHECKING, Any

from routekit._numbers import non_negative, within
from routekit.errors import InvalidType, InvalidValue, MissingExtra

if TYPE_CHECKING:
    import cython

    from routekit.estimation.laws import Law
else:
    from routekit._cython import cython

__all__ = ["EstimateState", "WaitEstimate", "told"]

# A compiled class sets its fields itself while it is made; an interpreted one is frozen from the start.
_COMPILED = not __file__.endswith((".py", ".pyc"))


class EstimateState(enum.StrEnum):
    """Whether there is an estimate at all."""

    KNOWN = "known"
    TOO_LITTLE_DATA = "too little data"


_KNOWN = EstimateState.KNOWN


def _check_law(value: object, name: str) -> None:
    # The class is asked and not the object: a mean that has to be worked out is not worked out for this.
    if value is not None and not (hasattr(type(value), "quantile") and hasattr(type(value), "cdf")):
        raise InvalidType(path=name, value=value, expected="a law: mean_s, quantile(p), cdf(s)")


@cython.freelist(64)
@cython.cclass
@dataclasses.dataclass(frozen=True, kw_only=True)
class WaitEstimate:
    """How long a contact will go on waiting, in seconds from `at`; a plain state instead of a number where nobody can
    know.

    `law` is the law of the wait of one who stays for it: `mean_s`, `p50`, `p80`, `p90` and `quantile` are its. Where
    customers leave, `probability_abandon` is the chance that this one will, and `served` the law of the wait given that
    it does not. `position` is 1 for the first in line, and `method` names what the estimate was made with. Without a
    law all figures are None, `state` says so, and `reason` why, where that is known; `InvalidValue` if `state` claims
    otherwise.

    An estimator that knows one number only gives a law without spread, `Points((0.5,), (seconds,))`.

    >>> from routekit.estimation import ErlangLaw
    >>> estimate = WaitEstimate(contact="c-1", at=3.0, position=2, method="laws", law=ErlangLaw(1, 0.05))
    >>> print(estimate)
    c-1, number 2: 40 s on average, half within 34 s, 80% within 60 s, 90% within 78 s (laws)
    >>> estimate.mean_s, round(estimate.probability_served_within(60), 3)
    (40.0, 0.801)
    >>> unknown = WaitEstimate(contact="c-1", at=3.0, position=2)
    >>> unknown.state, unknown.p80
    (<EstimateState.TOO_LITTLE_DATA: 'too little data'>, None)
    """

    contact: str
    at: float | None
    position: int | None
    law: Law | None = None
    state: EstimateState = None  # type: ignore[assignment]  # what follows from the law, where it is not given
    method: str = "none"
    probability_abandon: float | None = None
    served: Law | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        _check_law(self.law, "law")
        _check_law(self.served, "served")
        if self.state is None:
            state = EstimateState.TOO_LITTLE_DATA if self.law is None else EstimateState.KNOWN
        else:
            state = EstimateState(self.state)
        if (self.law is None) is (state is EstimateState.KNOWN):
            problem = "must be 'known' with a law and 'too little data' without"
            raise InvalidValue(path="state", value=state.value, problem=problem)
        leaving = self.probability_abandon
        if leaving is not None:
            leaving = within(leaving, "probability_abandon", 0.0, 1.0)
        if _COMPILED:
            self.state = state  # type: ignore[misc]
            self.probability_abandon = leaving  # type: ignore[misc]
        else:
            object.__setattr__(self, "state", state)
            object.__setattr__(self, "probability_abandon", leaving)

    @property
    def mean_s(self) -> float | None:
        """The mean wait in seconds, of one who stays."""
        return None if self.law is None else self.law.mean_s

    @property
    def p50(self) -> float | None:
        """Half of such waits are over within so many seconds. Cost: of the law's quantile, as of the next two."""
        return self.quantile(0.5)

    @property
    def p80(self) -> float | None:
        """Four of five such waits are over within so many seconds."""
        return self.quantile(0.8)

    @property
    def p90(self) -> float | None:
        """Nine of ten such waits are over within so many seconds."""
        return self.quantile(0.9)

    def quantile(self, p: float) -> float | None:
        """Within how many seconds such a wait is over with probability `p`; `InvalidValue` outside 0 to 1."""
        if self.law is None:
            within(p, "p", 0.0, 1.0)
            return None
        return self.law.quantile(p)

    def probability_served_within(self, s: float) -> float | None:
        """The chance that this contact gets an agent within `s` seconds from `at`; `InvalidValue` below 0.

        It counts who leaves before: the chance to be served at all times the chance that it is so early, by the law
        `served`. Where only `probability_abandon` is given, it is at least the figure that `law` gives in the place of
        `served`, since short waits lose fewer customers than long ones; that one is answered.
        """
        s = non_negative(s, "s")
        if self.law is None:
            return None
        law = self.law if self.served is None else self.served
        return (1.0 - (self.probability_abandon or 0.0)) * law.cdf(s)

    def as_data(self) -> dict[str, Any]:
        """The figures as plain data that JSON takes; a law itself is not part of it.

        >>> from routekit.estimation import Points
        >>> law = Points((0.5, 0.8, 0.9), (30.0, 60.0, 90.0), mean_s=41.0)
        >>> WaitEstimate(contact="c-1", at=3.0, position=2, law=law).as_data()["p80"]
        60.0
        """
        return {
            "contact": self.contact,
            "at": self.at,
            "position": self.position,
            "state": self.state.value,
            "method": self.method,
            "reason": self.reason,
            "mean_s": self.mean_s,
            "p50": self.p50,
            "p80": self.p80,
            "p90": self.p90,
            "probability_abandon": self.probability_abandon,
        }

    def __str__(self) -> str:
        who = self.contact if self.position is None else f"{self.contact}, number {self.position}"
        if self.law is None:
            return f"{who}: {self.state.value}" + (f" ({self.reason})" if self.reason else "")
        words = [f"{self.law.mean_s:.0f} s on average"]
        with contextlib.suppress(MissingExtra):  # what can be printed must not need an extra
            words += [
                f"half within {self.p50:.0f} s",
                f"80% within {self.p80:.0f} s",
                f"90% within {self.p90:.0f} s",
            ]
        if self.probability_abandon is not None:
            words.append(f"{self.probability_abandon:.0%} leave before")
        return f"{who}: {', '.join(words)} ({self.method})"


def told(
    contact: str, at: float, position: int, law: Any, method: str, leaving: float | None, served: Any
) -> WaitEstimate:
    """An estimate of fields that are known to be right. Compiled, it costs a fifth of a call by keywords."""
    if not _COMPILED:
        return WaitEstimate(
            contact=contact,
            at=at,
            position=position,
            law=law,
            method=method,
            probability_abandon=leaving,
            served=served,
        )
    estimate = WaitEstimate.__new__(WaitEstimate)
    estimate.contact = contact  # type: ignore[misc]  # as all that follow: in C they are written once
    estimate.at = at  # type: ignore[misc]
    estimate.position = position  # type: ignore[misc]
    estimate.law = law  # type: ignore[misc]
    estimate.state = _KNOWN  # type: ignore[misc]
    estimate.method = method  # type: ignore[misc]
    estimate.probability_abandon = leaving  # type: ignore[misc]
    estimate.served = served  # type: ignore[misc]
    estimate.reason = ""  # type: ignore[misc]
    return estimate
