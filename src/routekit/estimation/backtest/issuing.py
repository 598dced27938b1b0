"""Quantiles for a method that has a mean and a scale: calibrated on the answers of the log, as they come.

Only the way from moves to `routekit.estimation.calibration.Calibrated` is here, and from what that issues to a
`Forecast`. How a mean is come by is each method's own affair.
"""

from __future__ import annotations

from collections.abc import Sequence

from routekit.estimation.backtest.methods import Forecast
from routekit.estimation.backtest.moves import Call, Kind, Move
from routekit.estimation.backtest.play import LEVELS
from routekit.estimation.calibration import Calibrated, CalibrationReport
from routekit.estimation.laws import Points

__all__ = ["Issuing"]

_LEAST_S = 1.0
"""Logs count seconds: who waits at all waits for one."""
_WINDOW = 400
_PUSH = 0.01
"""Chosen on a bank's fortnight, for loss and for each day's coverage at once; docs/waits.md has the figures."""


class Issuing:
    """Issues the quantiles at `LEVELS`, and learns from the moves what came of them. `start` is where they begin, in
    scales from the mean, for each of `LEVELS`. Cost: O(levels) a forecast, O(levels x log window) an answer.
    """

    def __init__(self, start: Sequence[float]) -> None:
        self.calibrated = Calibrated(LEVELS, start=start, window=_WINDOW, push=_PUSH)

    def forecast(self, call: Call, at: float, mean: float, scale: float, *, median: float | None = None) -> Forecast:
        """Issue a forecast for a call, in seconds. A median that was fitted for itself takes the place of the issued
        one, and the other quantiles stay on their sides of it.
        """
        issued = self.calibrated.forecast(
            str(call.key), at, group="general", centre=mean, scale=scale, mean_s=mean
        )  # fmt: skip
        seconds = tuple(max(_LEAST_S, one) for one in issued)
        if median is not None:
            middle = max(_LEAST_S, median)
            seconds = tuple(
                max(one, middle) if level > 0.5 else min(one, middle) if level < 0.5 else middle
                for level, one in zip(LEVELS, seconds, strict=True)
            )
        law = Points(LEVELS, seconds, mean_s=mean)
        return Forecast.of(law)

    def observe(self, move: Move) -> None:
        """Learn from the wait of an answered call, once it is known. Who hung up is counted, and who never waited is
        forgotten: they are not among those whose waits are scored.
        """
        key = str(move.call.key)
        if move.kind is Kind.KNOWN and move.waited_s:
            self.calibrated.settle(key, move.waited_s)
        elif move.kind is Kind.LEAVE and move.waited_s:
            self.calibrated.censored(key, move.waited_s)
        elif move.kind in (Kind.KNOWN, Kind.LEAVE):
            self.calibrated.forget(key)

    def report(self) -> CalibrationReport:
        """How often the issued quantiles were long enough, by day and hour, and what they lost."""
        return self.calibrated.report()
