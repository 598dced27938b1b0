"""The full effort with a learnt model besides: trained on an earlier part of a log, or on another log.

What lives here: the features of the state that the model sees, and how what it says is blended on line with the full
effort. The trees themselves are in `routekit.estimation.learned`. What may not: reading logs, scores.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from routekit.errors import LogError, ModelError, SnapshotError
from routekit.estimation.backtest.efforts import Full
from routekit.estimation.backtest.methods import Setting, enter
from routekit.estimation.backtest.moves import DAY_S, Call, Kind, Move
from routekit.estimation.blend import Blend
from routekit.estimation.learned import LEAST_ROWS, Boosted

__all__ = ["FEATURES", "Trained"]

_BLENDED = (
    "answered", "constant", "simulated", "sooner", "middle", "low", "beta", "plain", "pooled", "lag", "lag_of_kind",
    "last_ten", "last_of_kind", "head_of_kind", "error", "error_of_kind",
)  # fmt: skip
_STATE = (
    "spread", "ahead", "rate", "near", "overtaking", "leaves", "agents", "busy", "taking", "waiting", "waiting_of_kind",
    "hour", "priority", "head_start", "blended_mean", "blended_median",
)  # fmt: skip
FEATURES = (*_BLENDED, *_STATE)
"""The names of what the model sees, in their order: its schema."""


class Trained(Full):
    """`Full`, and boosted trees that were trained on what came before the scored part; both blended on line.

    While it is trained it does what `Full` does, and remembers what it said. `fit` grows the trees. The weights of the
    blend are learnt from trees that have not seen the day in question: those of even days are asked about odd ones, and
    the other way round.
    """

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.model = None if setting.model is None else Boosted.load(setting.model, FEATURES)
        self._save_to = setting.save_model
        self._rows: list[tuple[float, list[float], float]] = []
        self._asked: dict[int, tuple[float, list[float]]] = {}
        self._stacked: dict[int, tuple[list[float], list[float]]] = {}
        self._stack_mean = Blend(3, stiffness=100.0)
        self._stack_median = Blend(3, stiffness=10.0, median=True)
        self._trained_on = setting.trained
        if setting.model is not None and self.model is not None:
            self._take_up(setting.model, self.model.extra)

    def _take_up(self, path: Path, extra: Any) -> None:
        """The weights that were saved with the trees. ModelError where they are missing or are none."""
        for name, blend in (("mean", self._stack_mean), ("median", self._stack_median)):
            if not isinstance(extra, dict) or name not in extra:
                problem = f"has no weights for the {name} beside its trees: train it again"
                raise ModelError(path=str(path), problem=problem)
            try:
                blend.restore(extra[name])
            except SnapshotError as fault:
                problem = f"has weights for the {name} that are none: {fault}"
                raise ModelError(path=str(path), problem=problem) from fault

    def observe(self, move: Move) -> None:
        """One thing happened."""
        super().observe(move)
        if move.kind is Kind.LEAVE:
            self._asked.pop(move.call.key, None)
            self._stacked.pop(move.call.key, None)

    def blended(self, call: Call, at: float, estimates: list[float], spread: float) -> tuple[float, float]:
        """What the full effort and the trees say, blended."""
        mean, median = super().blended(call, at, estimates, spread)
        row = [*estimates, *self._state(call, at, spread), mean, median]
        if self.model is None:
            self._asked[call.key] = at, row
            return mean, median
        learnt = self.model.of(row)
        rows = _stacked(mean, learnt[0]), _stacked(median, learnt[1])
        self._stacked[call.key] = rows
        return max(1.0, self._stack_mean.of(rows[0])), max(1.0, self._stack_median.of(rows[1]))

    def _state(self, call: Call, at: float, spread: float) -> list[float]:
        agents = self._present(at)
        place = self.floor.kinds.index(call.type)
        lines = self.floor.lines
        return [
            spread,
            *self.facts,
            float(len(agents)),
            float(sum(agent.busy is not None for agent, _, _, _ in agents)),
            sum(takes[place] for _, _, _, takes in agents),
            float(sum(len(line) for line in lines.values())),
            float(len(lines[call.type])),
            at % DAY_S / 3600.0,
            call.priority,
            self.floor.head_starts.probability(call),
        ]

    def _settle(self, call: Call, waited_s: float) -> None:
        asked = self._asked.pop(call.key, None)
        if asked is not None and waited_s > 0.0:
            self._rows.append((*asked, waited_s))
        stacked = self._stacked.pop(call.key, None)
        if stacked is not None and waited_s > 0.0:
            self._stack_mean.learn(stacked[0], waited_s)
            self._stack_median.learn(stacked[1], waited_s)
        super()._settle(call, waited_s)

    def fit(self) -> None:
        """Grow the trees from what was seen so far. LogError where that is too little."""
        if self.model is not None:
            return
        if len(self._rows) < LEAST_ROWS:
            problem = f"has {len(self._rows)} answers to train on, and it takes {LEAST_ROWS}"
            problem += ": train on more days, or leave the method trained out"
            raise LogError(problem, path="the training log")
        halves: tuple[list[Any], list[Any]] = ([], [])
        for one in self._rows:
            halves[int(one[0] // DAY_S) % 2].append(one)
        if all(len(half) >= LEAST_ROWS for half in halves):
            unseen = [self._grow(half) for half in (halves[1], halves[0])]
            for at, row, waited_s in self._rows:
                mean, median = unseen[int(at // DAY_S) % 2].of(row)
                self._stack_mean.learn(_stacked(row[-2], mean), waited_s)
                self._stack_median.learn(_stacked(row[-1], median), waited_s)
        self.model = self._grow(self._rows)
        self.model.extra = {
            "mean": self._stack_mean.to_data(),
            "median": self._stack_median.to_data(),
            "trained": None if self._trained_on is None else self._trained_on.as_data(),
        }
        if self._save_to is not None:
            self.model.save(self._save_to)
        self._rows.clear()
        self._asked.clear()

    def _grow(self, rows: list[Any]) -> Boosted:
        return Boosted.train(FEATURES, [row for _, row, _ in rows], [waited for _, _, waited in rows], seed=self.seed)


def _stacked(full: float, learnt: float) -> list[float]:
    """What is blended: half of each at the outset."""
    return [0.5 * (full + learnt), 60.0, full]


enter("trained", Trained, says="the full effort blended with trees trained on what came before", trains=True)
