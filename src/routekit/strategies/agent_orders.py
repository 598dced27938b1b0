"""Agent orders that go by time, by turn or by chance: which of the agents who may take a contact gets it.

Each class is a small frozen value that states its key. What an order reads of an agent (when it became idle,
when it had its last contact) is kept by the router; nothing here has a state of its own. Orders by work are in
`load_orders`, by skills in `skill_orders`, those that ask several agents or wait a moment in `ring_orders`.

Every order: lowest tier first, then the smallest key, then the smallest sequence (the order of `add_agent`).
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from routekit._frozen import EMPTY, FrozenMap
from routekit.abc import AgentOrder, AgentStanding, MemberStanding, Pick
from routekit.strategies import arguments

__all__ = ["LeastRecent", "LongestIdle", "Random", "RoundRobin", "RoundRobinOrdered", "TopDown", "WeightedRandom"]


@attrs.frozen
class LongestIdle(AgentOrder):
    """The agent who has been without a new contact for longest; empty agents before partly loaded ones."""

    name: ClassVar[str] = "longest-idle"

    since: str = attrs.field(default="ready", validator=arguments.choice("ready", "last_finish", "last_offer"))

    @property
    def parts(self) -> tuple[str, ...]:
        """`has_work`, and the time from which the agent is idle."""
        return ("has_work", "idle_since" if self.since == "ready" else self.since)


@attrs.frozen
class LeastRecent(AgentOrder):
    """The agent whose last contact of this queue ended longest ago; first of all who never had one."""

    name: ClassVar[str] = "least-recent"
    parts: ClassVar[tuple[str, ...]] = ("has_work", "had_one", "ended_at", "idle_since")
    per_queue: ClassVar[bool] = True


@attrs.frozen
class RoundRobin(AgentOrder):
    """Agents in turn: the next after the last one to whom this queue made an offer."""

    name: ClassVar[str] = "round-robin"
    pick: ClassVar[Pick] = Pick.NEXT


@attrs.frozen
class RoundRobinOrdered(AgentOrder):
    """Agents in turn, in the order in which they joined this queue."""

    name: ClassVar[str] = "round-robin-ordered"
    pick: ClassVar[Pick] = Pick.NEXT
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True


@attrs.frozen
class TopDown(AgentOrder):
    """The first who can, from the top of the list, for every contact."""

    name: ClassVar[str] = "top-down"


@attrs.frozen
class Random(AgentOrder):
    """Any of the lowest tier, all alike."""

    name: ClassVar[str] = "random"
    pick: ClassVar[Pick] = Pick.DRAW


@attrs.frozen
class WeightedRandom(AgentOrder):
    """Any of the lowest tier, each as likely as its weight."""

    name: ClassVar[str] = "weighted-random"
    pick: ClassVar[Pick] = Pick.WEIGHTED

    weights: FrozenMap[str, float] = attrs.field(default=EMPTY, converter=arguments.weights)
    default: float = attrs.field(default=1.0, converter=arguments.weight)

    def weight(self, agent: AgentStanding) -> float:
        """The weight by the agent's id, else `default`."""
        return self.weights.get(agent.id, self.default)

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(weight,)`."""
        return (self.weight(agent),)
