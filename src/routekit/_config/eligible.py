"""Who could take a contact, by configuration alone: membership, tier, skills and capacity, at each step of a queue.

What people are doing at the moment is not known here: that is the router's. Conditions of steps are taken to hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from routekit._model import Agent, Capacity, Need, Queue
from routekit._timeline import Step

__all__ = ["Asks", "asks_of", "eased", "eased_needs", "fits_empty", "meets", "takers"]


@attrs.frozen(kw_only=True)
class Asks:
    """What a contact asks of an agent at some moment: skills and levels, and up to which tier (None: any)."""

    queue: str
    channel: str
    needs: Mapping[str, float]
    reach: int | None


def asks_of(queue: Queue, channel: str, needs: Iterable[Need]) -> Asks:
    """What it asks when it enters the queue."""
    levels = {need.skill: float(need.at_least) for need in needs}
    return Asks(queue=queue.name, channel=channel, needs=levels, reach=queue.max_tier)


def eased(asks: Asks, step: Step) -> Asks:
    """What it asks once a step has fired."""
    return attrs.evolve(
        asks, needs=eased_needs(asks.needs, step), reach=asks.reach if step.max_tier is None else step.max_tier
    )


def eased_needs(needs: Mapping[str, float], step: Step) -> dict[str, float]:
    """What is left of needs once a step has fired."""
    return {skill: min(level, step.lower.get(skill, level)) for skill, level in needs.items() if skill not in step.drop}


def fits_empty(capacity: Capacity, channel: str) -> bool:
    """Whether an agent who has nothing to do could take a contact on the channel."""
    if capacity.channels is not None and channel not in capacity.channels:
        return False
    return capacity.cost_of(channel) <= capacity.units + 1e-9 and capacity.limit.get(channel, 1) >= 1


def meets(agent: Agent, needs: Mapping[str, float]) -> bool:
    """Whether an agent has the skills."""
    return all(agent.skills.get(skill, 0.0) >= level for skill, level in needs.items())


def takers(agents: Sequence[Agent], asks: Asks) -> list[Agent]:
    """The agents who could take it, in the order of tier, then as they are listed."""
    found = [
        agent
        for agent in agents
        if asks.queue in agent.queues
        and (asks.reach is None or agent.queues[asks.queue] <= asks.reach)
        and meets(agent, asks.needs)
        and fits_empty(agent.capacity, asks.channel)
    ]
    return sorted(found, key=lambda agent: agent.queues[asks.queue])
