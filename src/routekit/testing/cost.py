"""What an agent order costs beside `LongestIdle`, measured. It is told and never asserted: a machine may be busy."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping

from routekit import Agent, Contact, Queue, Router
from routekit.abc import AgentOrder
from routekit.strategies import LongestIdle
from routekit.testing.checks import in_registry

__all__ = ["cost_of"]


def cost_of(
    order: AgentOrder, *, agents: int = 50, contacts: int = 300, registry: Mapping[str, object] | None = None
) -> float:
    """How many times as long as with `LongestIdle` a contact takes, from its coming to its end. Cost: some 100 ms.

    The median of five measurements, in turns. A window's waiting is not counted, nor is a ring's.

    >>> cost_of(LongestIdle(), agents=3, contacts=10) > 0.0
    True
    """
    found = in_registry(order, registry or {})
    ratios = []
    for _ in range(5):
        plain = _seconds(LongestIdle(), agents, contacts, {})
        ratios.append(_seconds(order, agents, contacts, found) / plain)
    return statistics.median(ratios)


def _seconds(order: AgentOrder, agents: int, contacts: int, registry: Mapping[str, object]) -> float:
    router = Router(seed=1, registry=dict(registry))
    router.add_queue(Queue("queue", agent_order=order, auto_accept=True), at=0.0)
    for number in range(agents):
        router.add_agent(Agent(f"agent-{number}", queues=("queue",), skills={"skill": 1 + number % 5}), at=0.0)
        router.sign_in(f"agent-{number}", at=0.0)
    began = time.perf_counter()
    for number in range(contacts):
        name, at = f"contact-{number}", float(number)
        router.enqueue(Contact(name, queue="queue"), at=at)
        if router.contacts[name].state != "connected":
            router.advance(at=at + (order.every_s or 0.0))
            at = float(router.now or at)
        router.finish(name, at=at)
    return time.perf_counter() - began
