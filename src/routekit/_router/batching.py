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
from routekit._router.reservations import is_reserved
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
        """Open a window wherever somebody waits who could be served.

        Cost: the demand profiles of such queues; where somebody is free for one, who waits, to the first who fits.
        """
        state = self.state
        for queue in state.batched:
            if queue.window is None and self._could_serve(queue, at):
                queue.window = state.timers.arm(WINDOW, queue.every_s, at + queue.every_s, queue)

    def _could_serve(self, queue: QueueRecord, at: float) -> bool:
        chooser = self.state.chooser
        live = [d for d in queue.lineup.demands.values() if d.carriers and chooser.matcher.anybody(d)]
        if not live:
            return False
        return any(c.demand in live and chooser.everybody(c, at, 1) for c in self._waiting(queue, at))

    def _waiting(self, queue: QueueRecord, at: float) -> list[ContactRecord]:
        """Who asks for an agent, in the queue's order."""
        contacts = [n.item for n in queue.lineup.waiting if n.item.stage is QUEUED and n.item.demand is not None]
        contacts = [contact for contact in contacts if not is_reserved(contact)]
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
        numbers = sorted({self.state.index.number(contact.channel) for contact in rows})
        columns = [agent for agent in columns for _ in range(self._room(agent, numbers, len(rows)))]
        if old:
            rows = rows[: len(columns)]
        table = [[agent if pairs[contact].get(agent) == tier else None for agent in columns] for contact in rows]
        self.state.chooser.score = 0.0
        for i, j in self._assign(queue, rows, table):
            self.offers.make(rows[i], columns[j], at)

    def _room(self, agent: AgentRecord, numbers: list[int], most: int) -> int:
        """How many contacts fit, whichever of these channels they are of; at least one, since one does."""
        supply = agent.supply
        assert supply is not None
        wanted = 0
        for number in numbers:
            wanted |= agent.mask & self.state.index.masks[number]
        taken = [number for number in numbers if wanted & self.state.index.masks[number]]
        count = 1
        while count < most and all(self._fits_beside(agent, number, count, wanted) for number in taken):
            count += 1
        return count

    def _fits_beside(self, agent: AgentRecord, number: int, count: int, wanted: int) -> bool:
        """Whether there is room for one more of each channel that is wanted beside so many more of one channel."""
        assert agent.supply is not None
        held = list(agent.held)
        held[number] += count
        return agent.supply.shape.room(held) & wanted == wanted

    def _assign(
        self, queue: QueueRecord, rows: list[ContactRecord], table: list[list[AgentRecord | None]]
    ) -> list[tuple[int, int]]:
        order = queue.value.agent_order
        ask: Any = self.state.chooser.ask
        scores: list[list[float | None]] = []
        try:
            for contact, agents in zip(rows, table, strict=True):
                asked = {agent: ask(order, contact, agent) for agent in dict.fromkeys(agents) if agent is not None}
                scores.append([None if agent is None else asked[agent] for agent in agents])
        except StrategyError as fault:
            spec = queue.lineup.spec
            assert spec is not None
            asked_contact, asked_agent = self.state.asked
            self.filing.keys.failed(spec, asked_agent, asked_contact, order, fault)
            return self._in_turn(table)
        try:
            from routekit.strategies.assignment import assign

            return assign(scores)
        except Exception as fault:  # a timer never fails, not for a broken install either
            spec = queue.lineup.spec
            assert spec is not None
            self.filing.keys.failed(spec, None, None, order, fault)
            return self._in_turn(table)

    def _in_turn(self, table: list[list[AgentRecord | None]]) -> list[tuple[int, int]]:
        """Without scores: one contact after the other, each to whoever is longest idle."""
        pairs: list[tuple[int, int]] = []
        taken: set[AgentRecord] = set()
        for i, agents in enumerate(table):
            # The columns stand by idle time already; nobody takes two in one round.
            free = [(j, agent) for j, agent in enumerate(agents) if agent is not None and agent not in taken]
            if free:
                taken.add(free[0][1])
                pairs.append((i, free[0][0]))
        return pairs


def _idle(agent: AgentRecord) -> tuple[bool, float, int]:
    return (agent.has_work, agent.idle_since, agent.seq)
