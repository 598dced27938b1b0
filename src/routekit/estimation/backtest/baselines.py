"""The methods that others use, as something to be better than: entered under les, hol, rcs, last10, ql and qlm.

Here are the simple methods only, and how they are fed with moves. What they estimate with is in `estimation.history`
and `estimation.laws`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from routekit.estimation.backtest.issuing import Issuing
from routekit.estimation.backtest.methods import Forecast, Method, Setting, enter
from routekit.estimation.backtest.moves import Call, Kind, Move
from routekit.estimation.backtest.play import LEVELS
from routekit.estimation.history import HeadOfLine, History, LastServed, MeanOfLast, RecentCompletion
from routekit.estimation.laws import BetaLaw, ErlangLaw
from routekit.simulation.bank import HEAD_START_S

__all__: list[str] = []


_SCALE_S = 100.0
_SCALE = 0.25
"""How far a wait may well be from what was said: so many seconds, and so much of it. A short wait is far less sure than
in proportion to it: with the mean as the scale, the P90s of the histories lose half as much again on a bank's log."""
_START = tuple(1.5 * level - 1.0 for level in LEVELS)
"""Where the quantiles begin, in scales."""


class _FromHistory:
    """A history of the general calls; its number is the mean, and quantiles are calibrated around it."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._issuing = Issuing(_START)
        self._line: set[int] = set()

    def observe(self, move: Move) -> None:
        call, kind = move.call, move.kind
        if not call.general or call.joined_s is None:
            return
        name = str(call.key)
        if kind is Kind.JOIN:
            self._line.add(call.key)
            self._history.joined(move.at, name)
        elif kind is Kind.LEAVE:
            self._line.discard(call.key)
            self._history.left(move.at, name)
        elif kind in (Kind.BEGIN, Kind.KNOWN) and call.key in self._line:
            self._line.remove(call.key)
            self._history.answered(move.at, name, move.at - call.joined_s)
        elif kind is Kind.END:
            self._history.finished(move.at, name)
        self._issuing.observe(move)

    def estimate(self, call: Call, at: float) -> Forecast | None:
        mean = self._history.expected_s(at)
        if mean is None:
            return None
        return self._issuing.forecast(call, at, mean, _SCALE_S + _SCALE * mean)


class _Line:
    """The general line and the agents who serve it: how many are before a call, and how fast the line moves."""

    THERE_S = 900.0
    """An agent without a call for longer than this has gone."""
    LAST = 200
    """So many handle times are remembered."""
    LEAST = 20
    """With fewer, there is too little data."""

    def __init__(self, credit: Callable[[Call], float]) -> None:
        self._credit = credit
        self.waiting: dict[int, float] = {}
        self._agents: dict[str, float] = {}
        self._busy: dict[str, int] = {}
        self._handled: deque[float] = deque(maxlen=self.LAST)
        self._stayed_s = 0.0
        self._left = 0

    def observe(self, move: Move) -> None:
        call, kind = move.call, move.kind
        if not call.general:
            return
        if kind is Kind.JOIN and call.joined_s is not None:
            self.waiting[call.key] = call.joined_s - self._credit(call)
        elif self.waiting.pop(call.key, None) is not None and call.joined_s is not None:
            self._stayed_s += move.at - call.joined_s
            self._left += kind is Kind.LEAVE
        if move.agent is None:
            return
        if kind is Kind.END:
            self._busy.pop(move.agent, None)
            self._agents[move.agent] = move.at
            if move.served_s:
                self._handled.append(move.served_s)
        else:
            self._busy[move.agent] = call.key
            self._agents[move.agent] = move.at

    def ahead(self, call: Call, at: float) -> int:
        """How many are before a call that joins now."""
        own = at - self._credit(call)
        return sum(since <= own for since in self.waiting.values())

    def rate(self, at: float) -> float | None:
        """How many get an agent in a second while there is a line; None where there is too little data."""
        there = [name for name, last in self._agents.items() if name in self._busy or at - last <= self.THERE_S]
        if len(self._handled) < self.LEAST or not there:
            return None
        return len(there) * len(self._handled) / sum(self._handled)

    @property
    def leave_rate(self) -> float:
        """How many of those who wait hang up in a second."""
        return self._left / self._stayed_s if self._stayed_s > 0.0 else 0.0


class _Erlang:
    """Erlang's law behind those who came before: no abandonment, no priorities, and no correction."""

    def __init__(self) -> None:
        self._line = _Line(lambda call: 0.0)

    def observe(self, move: Move) -> None:
        self._line.observe(move)

    def estimate(self, call: Call, at: float) -> Forecast | None:
        rate = self._line.rate(at)
        return None if rate is None else Forecast.of(ErlangLaw(self._line.ahead(call, at), rate))


class _Beta:
    """The beta law, with abandonment and the head start of priority, scaled by what came of it before."""

    LAST = 300.0
    """The scale is learnt from about so many answers."""

    def __init__(self, setting: Setting) -> None:
        head_start = HEAD_START_S if setting.format == "bank" else None
        self._line = _Line(lambda call: _credit(call, head_start))
        self._issuing = Issuing(_START)
        self._means: dict[int, float] = {}
        self._said = self._true = 0.0

    def observe(self, move: Move) -> None:
        self._line.observe(move)
        mean = self._means.pop(move.call.key, None) if move.kind in (Kind.KNOWN, Kind.LEAVE) else None
        if mean is not None and move.kind is Kind.KNOWN and move.waited_s is not None:
            self._said += mean - self._said / self.LAST
            self._true += move.waited_s - self._true / self.LAST
        self._issuing.observe(move)

    def estimate(self, call: Call, at: float) -> Forecast | None:
        rate = self._line.rate(at)
        if rate is None:
            return None
        mean = BetaLaw(self._line.ahead(call, at), rate, self._line.leave_rate).mean_s
        self._means[call.key] = mean
        mean *= self._true / self._said if self._said > 0.0 else 1.0
        return self._issuing.forecast(call, at, mean, _SCALE_S + _SCALE * mean)


def _credit(call: Call, head_start_s: float | None) -> float:
    """What priority is worth in seconds: the bank's own rule, elsewhere enough to go before everybody."""
    if head_start_s is None:
        return call.priority * 1e6
    return head_start_s if call.priority >= 2.0 else 0.0


def _history(make: Callable[[], History]) -> Callable[[Setting], Method]:
    return lambda setting: _FromHistory(make())


enter("les", _history(LastServed), says="the wait of the last to be answered; calibrated quantiles")
enter("hol", _history(HeadOfLine), says="the wait so far of the head of the line; calibrated quantiles")
enter(
    "rcs",
    _history(RecentCompletion),
    says="the wait of the latest to come among those whose service is over; calibrated quantiles",
)
enter(
    "last10",
    _history(lambda: MeanOfLast(10)),
    says="the mean wait of the last ten to be answered; calibrated quantiles",
)
enter("ql", lambda setting: _Erlang(), says="Erlang's law behind the number ahead; its own quantiles")
enter("qlm", _Beta, says="the beta law's mean with abandonment and priority, scaled; calibrated quantiles")
