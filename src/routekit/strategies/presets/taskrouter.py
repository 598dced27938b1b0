"""Twilio TaskRouter: workers by the time unoccupied, or by `order_by`, and what we would have instead.

Only values live here: each function gives an agent order. Read in its documentation (twilio.com, "Ordering Workers",
"TaskQueue Resource"); its source is not public, and what it leaves open is said at each order. Workers have no tiers
there: give all agents one.
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from routekit.abc import AgentOrder, AgentStanding, MemberStanding
from routekit.errors import InvalidValue
from routekit.strategies import agent_orders as agents
from routekit.strategies import arguments
from routekit.strategies import skill_orders as skills

__all__ = ["ORDERS", "TaskRouterLongestUnoccupied", "TaskRouterOrderBy", "longest_unoccupied", "order_by"]

_WITHOUT = 2e9
"""Beyond every level, up or down."""
_MOST = 3
"""Clauses that a key has room for."""


@attrs.frozen
class TaskRouterLongestUnoccupied(AgentOrder):
    """Without `order_by`: the worker who has waited longest without a task.

    Key: `(has_work, idle_since)`, then sequence.
    Changes: when work comes or ends, and on becoming ready.
    Cost: as `LongestIdle`.
    Source: "Ordering Workers". Whether an absence counts is left open: here as in `LongestIdle`.
    Good for: moving from TaskRouter with everything as it was.
    Bad for: even work where handle times differ much.

    >>> longest_unoccupied(fixed=True)
    LongestIdle(since='ready')
    """

    name: ClassVar[str] = "taskrouter-longest-unoccupied"
    behind: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = ("has_work", "idle_since")


def _clauses(value: object) -> str:
    """The clauses as they are kept: skill and direction, a comma between them."""
    if not isinstance(value, str):
        raise InvalidValue(path="clauses", value=value, problem="must be a text like 'worker.billing DESC'")
    kept = []
    for clause in value.split(","):
        words = clause.split()
        direction = words[1].upper() if len(words) == 2 else ""
        skill = words[0].removeprefix("worker.") if words else ""
        if direction not in ("ASC", "DESC") or not skill:
            raise InvalidValue(path="clauses", value=clause.strip(), problem="must be a skill, then ASC or DESC")
        kept.append(f"{skill} {direction}")
    if len(kept) > _MOST:
        raise InvalidValue(path="clauses", value=value, problem=f"must be at most {_MOST}")
    return ", ".join(kept)


@attrs.frozen
class TaskRouterOrderBy(AgentOrder):
    """`order_by`: by levels of skills, ascending or descending, clause after clause; then the longest unoccupied.

    `clauses` is written as there, "worker.billing DESC, worker.english ASC", at most three; a worker's attribute is
    the level of the skill. Who has not the skill comes after all who have, whatever the direction.

    Key: `(level or -level of each clause, idle_since)`, then sequence.
    Changes: when the agent is updated, when work comes or ends, and on becoming ready.
    Cost: as `LongestIdle`; a key in Python whenever an agent is filed.
    Source: "Ordering Workers".
    Good for: moving from TaskRouter with everything as it was.
    Bad for: rest of the best: the order is the same for every task, whatever it needs.

    >>> order_by("worker.billing DESC, english asc")
    TaskRouterOrderBy(clauses='billing DESC, english ASC')
    """

    name: ClassVar[str] = "taskrouter-order-by"
    behind: ClassVar[bool] = False

    clauses: str = attrs.field(converter=_clauses, validator=arguments.text)

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """Levels of the clauses, then `idle_since`."""
        key = []
        for clause in self.clauses.split(", "):
            skill, direction = clause.split()
            level = agent.skills.get(skill)
            key.append(_WITHOUT if level is None else level if direction == "ASC" else 0.0 - level)
        return (*key, agent.idle_since)


def longest_unoccupied(*, fixed: bool = False) -> AgentOrder:
    """The default order; fixed: `LongestIdle()`, the same."""
    return agents.LongestIdle() if fixed else TaskRouterLongestUnoccupied()


def order_by(clauses: str, *, fixed: bool = False) -> AgentOrder:
    """`order_by`; fixed: `BestMatch()` with 1 for each clause down and -1 for each up, of what the contact needs.

    >>> order_by("worker.billing DESC, worker.english ASC", fixed=True)
    BestMatch(weights={'billing': 1.0, 'english': -1.0})
    """
    order = TaskRouterOrderBy(clauses)
    if not fixed:
        return order
    said = (clause.split() for clause in order.clauses.split(", "))
    return skills.BestMatch({skill: 1.0 if direction == "DESC" else -1.0 for skill, direction in said})


ORDERS: tuple[type[AgentOrder], ...] = (TaskRouterLongestUnoccupied, TaskRouterOrderBy)
"""The orders of this module that have a name of their own."""
