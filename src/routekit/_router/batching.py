"""Windows of batched queues: opened when somebody could be served, closed with one assignment of all.

The rules are those of `docs/semantics.md`, section 6; the solver is `routekit.strategies.assignment`. No part of the
hot path: a window looks at every pair.
"""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any, cast

from routekit._kernel.matching import ahead
from routekit._router.filing import Filing
from routekit._router.offers import Offers
from routekit._router.records import AgentRecord, ContactRecord, QueueRecord
from routekit._router.stages import QUEUED
from routekit._router.state import WINDOW, State
from routekit.errors import StrategyError

__all__ = ["Batches"]

Pairs = dict[ContactRecord, dict[AgentRecord, int]]


class Batches:
    """Opens and closes the windows of a state's batched queues."""

    def __init__(self, state: State, filing: Filing, offers: Offers) -> None:
        self.state = state
        self.filing = filing
        self.offers = offers

    def open_windows(self, at: float) -> None:
        """Open a window wherever somebody waits who could be served. Cost: who waits in such queues."""
        state = self.state
        for queue in state.batched:
            if queue.window is None and any(state.chooser.everybody(c, at, 1) for c in self._waiting(queue, at)):
                queue.window = state.timers.arm(WINDOW, queue.every_s, at + queue.every_s, queue)

    def _waiting(self, queue: QueueRecord, at: float) -> list[ContactRecord]:
        """Who asks for an agent, in the queue's order."""
        contacts = [n.item for n in queue.lineup.waiting if n.item.stage is QUEUED and n.item.demand is not None]
        if queue.ratio:
            contacts.sort(key=cmp_to_key(lambda a, b: -1 if ahead(cast(Any, a), cast(Any, b), at) else 1))
        return contacts

    def close(self, queue: QueueRecord, at: float) -> None:
        """Assign all who wait in a queue to all who are free. Cost: every pair, and the cube of the smaller side."""
        tier_wait_s = queue.lineup.tier_wait_s
        waiting = self._waiting(queue, at)
        self._block(queue, [c for c in waiting if at >= c.since + tier_wait_s], True, at)
        others = [c for c in waiting if at < c.since + tier_wait_s]
        for priority in sorted({contact.priority for contact in others}, reverse=True):
            self._block(queue, [c for c in others if c.priority == priority], False, at)

    def _block(self, queue: QueueRecord, block: list[ContactRecord], old: bool, at: float) -> None:
        """Contacts of equal standing: tier by tier, until nobody more can be served."""
        while True:
            pairs: Pairs = {}
            for contact in block:
                if contact.stage is QUEUED:
                    found: Any = self.state.chooser.everybody(contact, at, 0)
                    if found:
                        pairs[contact] = {slot: 1 if old else tier for tier, slot in found}
            tiers = {tier for agents in pairs.values() for tier in agents.values()}
            if not tiers:
                return
            tier = min(tiers)
            self._round(queue, pairs, tier, old, at)

    def _round(self, queue: QueueRecord, pairs: Pairs, tier: int, old: bool, at: float) -> None:
        rows = [contact for contact, agents in pairs.items() if tier in agents.values()]
        columns = sorted(
            {agent for agents in pairs.values() for agent, theirs in agents.items() if theirs == tier}, key=_idle
        )
        if old:
            rows = rows[: len(columns)]
        table = [[agent if pairs[contact].get(agent) == tier else None for agent in columns] for contact in rows]
        self.state.chooser.score = 0.0
        for i, j in self._assign(queue, rows, table):
            self.offers.make(rows[i], columns[j], at)

    def _assign(
        self, queue: QueueRecord, rows: list[ContactRecord], table: list[list[AgentRecord | None]]
    ) -> list[tuple[int, int]]:
        order = queue.value.agent_order
        ask: Any = self.state.chooser.ask
        try:
            scores = [
                [None if agent is None else ask(order, rows[i], agent) for agent in agents]
                for i, agents in enumerate(table)
            ]
        except StrategyError as fault:
            spec = queue.lineup.spec
            assert spec is not None
            contact, agent = self.state.asked
            self.filing.keys.failed(spec, agent, contact, order, fault)
            return self._in_turn(table)
        from routekit.strategies.assignment import assign

        return assign(scores)

    def _in_turn(self, table: list[list[AgentRecord | None]]) -> list[tuple[int, int]]:
        """Without scores: one contact after the other, each to whoever is longest idle."""
        pairs: list[tuple[int, int]] = []
        taken: set[int] = set()
        for i, agents in enumerate(table):
            # The columns stand by idle time already.
            free = [j for j, agent in enumerate(agents) if agent is not None and j not in taken]
            if free:
                taken.add(free[0])
                pairs.append((i, free[0]))
        return pairs


def _idle(agent: AgentRecord) -> tuple[bool, float, int]:
    return (agent.has_work, agent.idle_since, agent.seq)
