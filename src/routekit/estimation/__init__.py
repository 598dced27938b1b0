"""Wait estimates: what an estimator answers.

Only the answer's shape is here so far: a router without an estimator answers that it knows too little, and an app's own
estimator (`routekit.abc.Estimator`) may answer more.
"""

from __future__ import annotations

import enum

import attrs

__all__ = ["EstimateState", "WaitEstimate"]


class EstimateState(enum.StrEnum):
    """Whether there is an estimate at all."""

    KNOWN = "known"
    TOO_LITTLE_DATA = "too little data"


@attrs.frozen(kw_only=True)
class WaitEstimate:
    """How long a contact will go on waiting, in seconds from `at`; a plain state instead of a number where nobody can
    know.

    >>> WaitEstimate(contact="c-1", at=3.0, position=2).state
    <EstimateState.TOO_LITTLE_DATA: 'too little data'>
    """

    contact: str
    at: float | None
    position: int | None
    state: EstimateState = EstimateState.TOO_LITTLE_DATA
    mean_s: float | None = None
    method: str = "none"
