"""Azure Communication Services' Job Router: its three distribution modes, and what we would have instead.

Only values live here: each function gives an agent order. Read in its documentation (learn.microsoft.com,
"Distribution modes" and "How jobs are matched to workers"); its source is not public, and what it leaves open is said
at each order. Workers have no tiers there: give all agents one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import attrs

from routekit.abc import AgentOrder, Pick
from routekit.strategies import agent_orders as agents
from routekit.strategies import arguments
from routekit.strategies import load_orders as loads
from routekit.strategies import skill_orders as skills
from routekit.strategies.scores import Scorer

if TYPE_CHECKING:
    from routekit._router.views import AgentView, ContactView

__all__ = [
    "ORDERS",
    "JobRouterBestWorker",
    "JobRouterLongestIdle",
    "JobRouterRoundRobin",
    "best_worker",
    "longest_idle",
    "round_robin",
]


@attrs.frozen
class JobRouterLongestIdle(AgentOrder):
    """Longest idle mode: the least load, used by total capacity; of equal ones who has been available longest.

    Key: `(load, idle_since)`, then sequence.
    Changes: when work comes or ends, and on becoming ready.
    Cost: as `LongestIdle`.
    Source: "Distribution modes". When "available" begins is left open: here as in `LongestIdle`.
    Good for: moving from Job Router with everything as it was.
    Bad for: nothing much; for calls alone it is `LongestIdle`.

    >>> longest_idle(fixed=True)
    LeastLoaded()
    """

    name: ClassVar[str] = "job-router-longest-idle"
    behind: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = ("load", "idle_since")


@attrs.frozen
class JobRouterRoundRobin(AgentOrder):
    """Round robin mode: available workers in a circle.

    Key: `joined`, read from the queue's pointer on and round; then sequence.
    Changes: never; the pointer moves with each offer of the queue.
    Cost: as `RoundRobinOrdered`.
    Source: "Distribution modes". The order of the circle is left open: here that of joining.
    Good for: moving from Job Router with everything as it was.
    Bad for: unequal handle times.

    >>> round_robin(fixed=True)
    RoundRobinOrdered()
    """

    name: ClassVar[str] = "job-router-round-robin"
    behind: ClassVar[bool] = False
    pick: ClassVar[Pick] = Pick.NEXT
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True


@attrs.frozen
class JobRouterBestWorker(AgentOrder):
    """Best worker mode by labels: how many of the job's labels the worker has, of all that the job has.

    A job's labels are a mapping in its attribute `attribute`; an agent has a label if the level of the skill of that
    name is the label's value, and for True if it is at any. A job without labels gives everybody 0.

    Key: `(-matched / labels, has_work, idle_since)`, then sequence.
    Changes: it is asked at each decision, of the eligible agents of the lowest tier, if there are two or more.
    Cost: as `Scored`.
    Source: "Distribution modes", default label matching. Not kept: the bonus by which a worker exceeds a selector,
    whose scale is not published.
    Good for: moving from Job Router with everything as it was.
    Bad for: hundreds of agents; rest of the best.

    >>> best_worker().attribute
    'labels'
    """

    name: ClassVar[str] = "job-router-best-worker"
    behind: ClassVar[bool] = False
    pick: ClassVar[Pick] = Pick.SCORE
    parts: ClassVar[tuple[str, ...]] = ("has_work", "idle_since")

    attribute: str = attrs.field(default="labels", validator=arguments.text)

    def score(self, contact: ContactView, agent: AgentView) -> float:
        """Matched labels by all labels of the job."""
        labels = contact.value.attributes.get(self.attribute)
        if not isinstance(labels, Mapping) or not labels:
            return 0.0
        matched = 0
        for label, value in labels.items():
            level = agent.value.skills.get(label)
            if level is not None and (value is True or (not isinstance(value, bool) and level == value)):
                matched += 1
        return matched / len(labels)


def longest_idle(*, fixed: bool = False) -> AgentOrder:
    """Longest idle mode; fixed: `LeastLoaded()`, the same, ties first to who has nothing at all."""
    return loads.LeastLoaded() if fixed else JobRouterLongestIdle()


def round_robin(*, fixed: bool = False) -> AgentOrder:
    """Round robin mode; fixed: `RoundRobinOrdered()`, the same."""
    return agents.RoundRobinOrdered() if fixed else JobRouterRoundRobin()


def best_worker(scorer: Scorer | str | None = None, *, attribute: str = "labels", fixed: bool = False) -> AgentOrder:
    """Best worker mode, with the scoring rule `scorer` as `Scored`; fixed: `BestMatch()`, by levels of needed skills.

    >>> best_worker("fit"), best_worker(fixed=True)
    (Scored(score='fit'), BestMatch(weights={}))
    """
    if scorer is not None:
        return skills.Scored(scorer)  # type: ignore[arg-type]  # it takes a function too
    return skills.BestMatch() if fixed else JobRouterBestWorker(attribute)


ORDERS: tuple[type[AgentOrder], ...] = (JobRouterLongestIdle, JobRouterRoundRobin, JobRouterBestWorker)
"""The orders of this module that have a name of their own."""
