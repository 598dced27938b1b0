"""Several orders over one trace: the same contacts, agents and draws, and only who gets whom differs.

Only the runs side by side live here: `replay` runs one, `orders` reads what a user wrote, `routekit.reporting` shows
what came of it. Runs share nothing, so each is to the last event what it would be alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping

from routekit.errors import InvalidValue
from routekit.simulation.driver import Answers, RouterLike, accept_at_once
from routekit.simulation.measure import Figures
from routekit.simulation.orders import Policy
from routekit.simulation.replay import Replay, Settings, check_settings, replay
from routekit.simulation.trace import Trace

__all__ = ["MEASURES", "Comparison", "Measure", "Run", "compare"]


@dataclasses.dataclass(frozen=True)
class Measure:
    """One figure that runs are compared by."""

    name: str
    """The field of `Figures`."""
    more_is_better: bool

    def of(self, figures: Figures) -> float | None:
        """Its value in these figures."""
        value: float | None = getattr(figures, self.name)
        return value


MEASURES = (
    Measure("connected", True),
    Measure("abandoned", False),
    Measure("mean_wait_s", False),
    Measure("median_wait_s", False),
    Measure("p90_wait_s", False),
    Measure("longest_wait_s", False),
    Measure("service_level", True),
    Measure("jain_index", True),
    Measure("most_overtakings", False),
)


@dataclasses.dataclass(frozen=True)
class Run:
    """One policy and what came of it."""

    policy: Policy
    made: Replay


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """The runs, in the order in which they were asked for."""

    trace: Trace
    settings: Settings
    """What all runs have in common."""
    runs: tuple[Run, ...]

    @property
    def happened(self) -> Figures | None:
        """What really happened; None where the log is made up."""
        return self.runs[0].made.happened

    def best(self) -> Mapping[str, tuple[int, ...]]:
        """The runs with the best value of each measure, by its name, as places in `runs`.

        Empty where all runs have the same value: then there is nothing to choose between. Cost: O(runs).
        """
        found: dict[str, tuple[int, ...]] = {}
        for measure in MEASURES:
            values = [measure.of(run.made.figures) for run in self.runs]
            told = {value for value in values if value is not None}
            best = (max if measure.more_is_better else min)(told) if len(told) > 1 else None
            places = [place for place, value in enumerate(values) if value is not None and value == best]
            found[measure.name] = tuple(places)
        return found


def compare(
    trace: Trace,
    policies: Iterable[Policy],
    settings: Settings | None = None,
    *,
    router_class: Callable[..., RouterLike] | None = None,
    answers: Callable[[], Answers] = lambda: accept_at_once,
    progress: Callable[[str, int, int], None] | None = None,
) -> Comparison:
    """Run a trace once for each policy.

    What a policy leaves open is as `settings` say. Orders that came before are not run again. `answers` is called once
    a run, since agents' habits may have a state. `progress` is told the policy's label, and how many contacts have
    arrived in all runs together, and how many will. All orders are tried on an empty router before the first run
    begins; InvalidValue when there is no policy. Cost: that of the runs, one after the other.
    """
    settings = settings or Settings()
    chosen: list[tuple[Policy, Settings]] = []
    for policy in policies:
        own = _settings(policy, settings)
        if all(own != other for _, other in chosen):
            chosen.append((policy, own))
    if not chosen:
        raise InvalidValue(path="policies", value=(), problem="must be one at least")
    for _, own in chosen:
        check_settings(trace, own, router_class)
    runs: list[Run] = []
    for policy, own in chosen:
        before = len(runs) * len(trace.calls)

        def told(arrived: int, label: str = policy.label, before: int = before) -> None:
            if progress is not None:
                progress(label, before + arrived, len(chosen) * len(trace.calls))

        told(0)
        runs.append(Run(policy, replay(trace, own, router_class=router_class, answers=answers(), progress=told)))
    return Comparison(trace=runs[0].made.trace, settings=settings, runs=tuple(runs))


def _settings(policy: Policy, settings: Settings) -> Settings:
    """The settings with the policy's orders, where it has any."""
    own = {name: getattr(policy, name) for name in ("agent_order", "contact_order", "queue_order")}
    return dataclasses.replace(settings, **{name: order for name, order in own.items() if order is not None})
