"""The two efforts on a log: `quick`, closed forms with learnt corrections, and `full`, which simulates the line.

What lives here: how estimates are made from the floor (`floor`), blended (`routekit.estimation.blend`) and given
quantiles (`issuing`). What may not: reading logs, scores.

Both ask how long somebody waits *who is answered*, since that is what a log can check: so long waits count by the
chance that the customer is still there.
"""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict, deque
from collections.abc import Sequence

from sortedcontainers import SortedList

from routekit.estimation._line import Line
from routekit.estimation.backtest.floor import Floor, Seen, Waiting
from routekit.estimation.backtest.issuing import Issuing
from routekit.estimation.backtest.methods import Forecast, Setting, enter, set_defaults
from routekit.estimation.backtest.moves import Call, Kind, Move
from routekit.estimation.backtest.play import LEVELS
from routekit.estimation.blend import Blend
from routekit.estimation.laws import BetaLaw
from routekit.simulation.bank import HEAD_START_S

__all__ = ["Effort", "Full", "Quick"]

LEAST_MOST_S = 900.0
"""Simulated waits are cut before they are averaged, here or at twice the longest usual ones: what lies beyond hangs on
things that nobody knows, such as when the next agent with a rare skill signs on, and would rule the mean."""
RUNS = 200
KINDS = 12
"""So many kinds of calls have corrections of their own."""
_BREAK_S = 600.0
_START = tuple(-1.1 + 2.6 * level * level for level in LEVELS)
"""Where the quantiles begin, in scales: a gamma-like law."""


class Recent:
    """What the last answers say: waits of the last to be answered, and how far behind the line is."""

    def __init__(self) -> None:
        self._waits: deque[float] = deque(maxlen=10)
        self._waits_of: dict[str, deque[float]] = {}
        self._last: deque[float] = deque()
        self._sorted: SortedList = SortedList()
        self._lags: deque[float] = deque(maxlen=8)
        self._lags_of: dict[str, deque[float]] = {}

    def taken(self, kind: str, lag_s: float) -> None:
        """Somebody was taken who stood for a time so long ago."""
        self._lags.append(lag_s)
        self._lags_of.setdefault(kind, deque(maxlen=5)).append(lag_s)

    def answered(self, kind: str, waited_s: float) -> None:
        """The wait of one who was answered is known."""
        self._waits.append(waited_s)
        self._last.append(waited_s)
        self._sorted.add(waited_s)
        if len(self._last) > 200:
            self._sorted.remove(self._last.popleft())
        self._waits_of.setdefault(kind, deque(maxlen=5)).append(waited_s)

    @property
    def most_s(self) -> float:
        """What is long: twice the wait that 95 of 100 of the last answers stayed below, and no less than 15 minutes."""
        usual = self._sorted[int(0.95 * len(self._sorted))] if self._sorted else 0.0
        return max(LEAST_MOST_S, 2.0 * float(usual))

    def estimates(self, kind: str, head_start_s: float) -> list[float]:
        """Four estimates for one who comes now and stands for `head_start_s` ago."""
        lag, lag_of = _mean(self._lags), _mean(self._lags_of.get(kind))
        return [
            max(0.0, lag - head_start_s),
            max(0.0, lag_of - head_start_s),
            _mean(self._waits),
            _mean(self._waits_of.get(kind)),
        ]


def _mean(values: deque[float] | None) -> float:
    return sum(values) / len(values) if values else 100.0


class Effort:
    """What both have in common: the floor, the blends, the quantiles. A subclass says what is blended.

    Too little is known until `least` answers have been seen.
    """

    SIZE = 0
    OWN: tuple[int, ...] = (0, 1)
    """The estimates whose weights are corrected for each kind of calls."""
    least = 10

    def __init__(self, setting: Setting) -> None:
        bank = setting.format == "bank"
        self.seed = setting.seed
        self.floor = Floor(HEAD_START_S if bank else 1e6, 2.0 if bank else 1.0)
        self.recent = Recent()
        self.mean = Blend(self.SIZE, stiffness=100.0, groups=KINDS, own=self.OWN)
        self.median = Blend(self.SIZE, stiffness=10.0, median=True, groups=KINDS, own=self.OWN)
        self.issuing = Issuing(_START)
        self._said: dict[int, list[float]] = {}
        self._errors: deque[float] = deque(maxlen=20)
        self._errors_of: dict[str, deque[float]] = {}
        self.answers = 0

    def observe(self, move: Move) -> None:
        """One thing happened."""
        call = move.call
        if move.kind is Kind.BEGIN and call.joined_s is not None:
            stands = move.at - self._stood_since(call)
            self.recent.taken(call.type, stands)
        elif move.kind is Kind.KNOWN and move.waited_s is not None and call.general:
            self.recent.answered(call.type, move.waited_s)
            self._settle(call, move.waited_s)
        elif move.kind is Kind.LEAVE:
            self._said.pop(call.key, None)
        self.issuing.observe(move)
        self.floor.observe(move)

    def _stood_since(self, call: Call) -> float:
        starts = self.floor.head_starts
        joined = call.joined_s or 0.0
        return joined - starts.probability(call) * starts.head_start_s

    def _settle(self, call: Call, waited_s: float) -> None:
        said = self._said.pop(call.key, None)
        self.answers += 1
        if said is None or waited_s <= 0.0:
            return
        group = self.floor.kinds.index(call.type)
        self.mean.learn(said, waited_s, group)
        self.median.learn(said, waited_s, group)
        self._errors.append(waited_s - said[0])
        self._errors_of.setdefault(call.type, deque(maxlen=10)).append(waited_s - said[0])

    def estimate(self, call: Call, at: float) -> Forecast | None:
        """How long somebody waits who joins now, if they are answered."""
        if call.type not in self.floor.lines:
            return None
        estimates, spread = self.estimates(call, at)
        mean, median = self.blended(call, at, estimates, spread)
        self._said[call.key] = estimates
        scale = 15.0 + 0.25 * mean + 0.5 * spread
        forecast = self.issuing.forecast(call, at, mean, scale, median=median)
        return None if self.answers < self.least else forecast

    def errors(self, kind: str) -> list[float]:
        """How much longer the last waits were than the first estimate of them, of all and of the same kind."""
        return [_zero(self._errors), _zero(self._errors_of.get(kind))]

    def blended(self, call: Call, at: float, estimates: list[float], spread: float) -> tuple[float, float]:
        """The mean and the median, each blended for itself."""
        group = self.floor.kinds.index(call.type)
        return max(1.0, self.mean.of(estimates, group)), max(1.0, self.median.of(estimates, group))

    def estimates(self, call: Call, at: float) -> tuple[list[float], float]:
        """What is blended, in seconds, the best first; and how far such waits spread (standard deviation)."""
        raise NotImplementedError


class Quick(Effort):
    """Closed forms: the beta law behind those who compete for the same agents, at the rate of the agents who take the
    call. Cost: O(kinds) and a bisection for each, and O(agents x kinds) once after each move.
    """

    SIZE = 13
    OWN: tuple[int, ...] = (0, 1, 4)

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._begun: deque[float] = deque()
        self._known: tuple[int, float] = (-1, 0.0)
        self._agents: list[tuple[Seen, float, float, list[float]]] = []
        self.facts: list[float] = [0.0] * 5
        """Of who was estimated last: how many are ahead, the two rates, who overtakes, and the rate of leaving."""

    def observe(self, move: Move) -> None:
        """One thing happened."""
        if move.kind in (Kind.BEGIN, Kind.COME) and move.call.general:
            self._begun.append(move.at)
        super().observe(move)

    def estimates(self, call: Call, at: float) -> tuple[list[float], float]:
        """Closed forms and histories."""
        beta, plain, near, pooled = self.laws(call, at)
        head_start = self.floor.head_starts.probability(call) * self.floor.head_starts.head_start_s
        lines = self.floor.lines
        oldest = min(
            (first(line).since for kind, line in lines.items() if line and self.floor.general[kind]), default=at
        )
        own = first(lines[call.type]).since if lines[call.type] else at
        histories = self.recent.estimates(call.type, head_start)
        found = [beta, 60.0, plain, near, pooled, *histories, at - own, at - oldest]
        return [*found, *self.errors(call.type)], 6.0 * math.sqrt(beta + 10.0)

    def laws(self, call: Call, at: float) -> tuple[float, float, float, float]:
        """The beta law's mean with those who will overtake and without; with what is left of the calls at present; and
        for the whole general line at the rate at which it was served of late.
        """
        floor = self.floor
        starts, kinds = floor.head_starts, floor.kinds
        place = kinds.index(call.type)
        agents = self._present(at)
        shares = [0.0] * len(kinds)
        for j in range(len(kinds)):
            all_ = both = 0.0
            for _, weight, _, takes in agents:
                all_ += weight * takes[j]
                both += weight * takes[j] * takes[place]
            shares[j] = both / all_ if all_ > 0.0 else 0.0
        chance = starts.probability(call)
        counts = [0.0] * len(kinds)
        for j, kind in enumerate(kinds):
            line = floor.standing[kind]
            early = line.bisect_right(at - starts.head_start_s) if chance > 0.0 else 0
            counts[j] = chance * early + (1.0 - chance) * len(line)
        ahead = sum(count * share for count, share in zip(counts, shares, strict=True))
        weights = [count + (j == place) for j, count in enumerate(counts)]
        service = sum(w * floor.services(kind).mean_s for w, kind in zip(weights, kinds, strict=True)) / sum(weights)
        gap = floor.gaps.mean_below_s(_BREAK_S)
        rate = near = 1e-4
        for agent, weight, pace, takes in agents:
            rate += takes[place] * weight / (service * pace + gap)
            if agent.busy is not None:
                left = floor.services(agent.busy.type).left_s((at - agent.since) / pace) * pace
                near += takes[place] / (left + gap)
        most = 4.0 / 3.0 * self.recent.most_s
        waiting = [kind for kind in kinds if floor.general[kind]]
        leaves = sum(floor.leave_rate(kind) for kind in waiting) / max(1, len(waiting))
        plain = min(BetaLaw(ahead, rate, leaves).mean_s, most)
        overtaking = 0.0
        for kind, share in zip(kinds, shares, strict=True):
            overtaking += floor.arrival_rate(kind, at) * floor.ahead_share(kind) * share
        ahead += overtaking * min(starts.head_start_s, plain) * (1.0 - chance)
        beta = min(BetaLaw(ahead, rate, leaves).mean_s, most)
        self.facts = [ahead, rate, near, overtaking, leaves]
        begun = self._begun
        while begun and begun[0] < at - 900.0:
            begun.popleft()
        general = sum(count for count, kind in zip(counts, kinds, strict=True) if floor.general[kind])
        pooled = BetaLaw(general, (len(begun) + 1.0) / 900.0, leaves).mean_s
        return beta, plain, min(beta - 1.0 / rate + 1.0 / near, most), min(pooled, most)

    def _present(self, at: float) -> list[tuple[Seen, float, float, list[float]]]:
        """The agents who are there: each with how much they are, their pace and which kinds they take."""
        floor = self.floor
        if self._known != (floor.moves, at):
            self._agents = []
            for agent in floor.present(at):
                there = 1.0 if agent.busy is not None else max(0.0, 1.0 - (at - agent.ended) / _BREAK_S)
                takes = [floor.taken.probability(agent.name, kind) for kind in floor.kinds]
                self._agents.append((agent, there, agent.pace, takes))
            self._known = (floor.moves, at)
        return self._agents


def first(line: OrderedDict[int, Waiting]) -> Waiting:
    """Who has waited longest."""
    return next(iter(line.values()))


class Full(Quick):
    """The line simulated from its present state, `RUNS` times; blended with the closed forms and the histories.

    In each run: what is left of each service given the time that it has lasted, at the agent's own pace; the gap after
    it; which kinds each agent takes, where that is not sure; who hangs up; who has a head start; and those who will
    come and overtake. Cost: that of `Line.run`, and of `Quick`.
    """

    SIZE = 16
    OWN = (0, 1, 2, 8)

    def estimates(self, call: Call, at: float) -> tuple[list[float], float]:
        """What the simulation says, in several ways, then the closed forms and histories."""
        found, _ = super().estimates(call, at)
        pooled, histories = found[4], found[5:10]
        waits = self.simulate(call, at)
        leaves = self.floor.leave_rate(call.type)
        stays = [math.exp(-leaves * wait) for wait in waits]
        most = self.recent.most_s
        cut = [min(wait, most) for wait in waits]
        answered = _weighed(cut, stays)
        mean = sum(cut) / len(cut)
        spread = math.sqrt(sum((wait - mean) ** 2 for wait in cut) / len(cut))
        ranked = sorted(waits)
        low, middle = ranked[len(ranked) // 5], ranked[len(ranked) // 2]
        sooner = sum(min(wait, most / 1.5) for wait in waits) / len(waits)
        return [
            answered,
            60.0,
            mean,
            sooner,
            middle,
            low,
            found[0],
            found[2],
            pooled,
            *histories,
            *self.errors(call.type),
        ], spread

    def simulate(self, call: Call, at: float) -> array[float]:
        """How long it waits in each run, in seconds, if it stays."""
        floor = self.floor
        starts, kinds = floor.head_starts, floor.kinds
        line = Line(len(kinds), 1)
        line.gap_times(0, floor.gaps.grid())
        for k, kind in enumerate(kinds):
            line.handle_times(k, floor.services(kind).grid())
            line.leaving(k, floor.leave_rate(kind))
            line.arrivals(k, floor.arrival_rate(kind, at), floor.ahead_share(kind), starts.head_start_s)
            for waiting in floor.lines[kind].values():
                line.waits(waiting.since - at, k, starts.head_start_s, starts.probability(waiting.call))
        for agent, _, pace, takes in self._present(at):
            if agent.busy is None:
                line.resting(takes, at - agent.ended, 0, pace)
            else:
                line.busy(takes, kinds.index(agent.busy.type), at - agent.since, pace, 0)
        line.newcomers(floor.sign_on_rate(at), [floor.taken.usual(kind) for kind in kinds], gaps=0)
        seed = self.seed * 1_000_003 + call.key
        chance = starts.probability(call)
        return line.run(RUNS, seed, 0.0, kinds.index(call.type), starts.head_start_s, chance, 2.0 * self.recent.most_s)


def _zero(values: deque[float] | None) -> float:
    return sum(values) / len(values) if values else 0.0


def _weighed(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


enter("quick", Quick, says="closed forms with learnt corrections; quantiles from the last scores")
enter("full", Full, says="the line simulated from its present state, blended with the closed forms and histories")
set_defaults(default="full", quick="quick")
