"""Batched queues: windows that open, close, and have their contacts and agents assigned together (section 6)."""

from __future__ import annotations

from typing import Any

from routekit.strategies.assignment import assign
from tests.oracle import rules
from tests.oracle.deciding import Deciding
from tests.oracle.records import PlainAgent, PlainContact, PlainQueue, Work
from tests.oracle.scores import kind_of

Pairs = dict[str, list[PlainAgent]]
"""Agents by the id of a contact."""


class Windows(Deciding):
    """Opening and closing of windows."""

    def _open_windows(self) -> None:
        for queue in self._queues.values():
            if kind_of(queue) != "Batched" or queue.window is not None:
                continue
            if any(
                self._in_window(agent, contact)
                for contact in self._for_window(queue)
                for agent in self._agents.values()
            ):
                order: Any = queue.value.agent_order
                queue.window, queue.window_armed = self._present + order.every_s, self._arm()

    def _for_window(self, queue: PlainQueue) -> list[PlainContact]:
        """The contacts that a window of the queue is for."""
        name = queue.value.name
        return [c for c in self._contacts.values() if c.state == "queued" and c.value.queue == name and not c.reserved]

    def _in_window(self, agent: PlainAgent, contact: PlainContact) -> bool:
        """Whether the window may bring these two together."""
        return agent.drains_for is None and self._would_take(agent, contact)

    def _close_window(self, queue: PlainQueue) -> None:
        """Assign the contacts of a queue, block by block."""
        line = self._for_window(queue)
        line.sort(key=lambda contact: rules.contact_key(queue, contact, self._present))
        old = [contact for contact in line if self._present >= contact.since + queue.value.tier_wait_s]
        young = [contact for contact in line if contact not in old]
        self._assign_block(queue, old, old=True)
        for priority in sorted({contact.priority for contact in young}, reverse=True):
            self._assign_block(queue, [c for c in young if c.priority == priority], old=False)

    def _assign_block(self, queue: PlainQueue, block: list[PlainContact], *, old: bool) -> None:
        """Assign a block round by round, in each round those of the lowest tier."""
        while True:
            able = {c.id: [a for a in self._agents.values() if self._in_window(a, c)] for c in block}
            pairs = {c.id: self._tried_last(queue, c, able[c.id]) for c in block}
            tiers = {1 if old else a.value.queues[queue.value.name] for agents in pairs.values() for a in agents}
            if not tiers:
                return
            if not old:
                name, tier = queue.value.name, min(tiers)
                pairs = {c: [a for a in agents if a.value.queues[name] == tier] for c, agents in pairs.items()}
            self._assign_round(queue, [contact for contact in block if pairs[contact.id]], pairs, old=old)

    def _assign_round(self, queue: PlainQueue, rows: list[PlainContact], pairs: Pairs, *, old: bool) -> None:
        columns = [a for a in self._agents.values() if any(a in agents for agents in pairs.values())]
        columns.sort(key=self._idleness)
        columns = [agent for agent in columns for _ in range(self._room(agent, rows))]
        if old:
            rows = rows[: len(columns)]
        scores = self._pair_scores(queue, rows, columns, pairs)
        if scores is None:
            taken: list[PlainAgent] = []
            for contact in rows:
                free = [agent for agent in pairs[contact.id] if agent not in taken]
                if free:
                    taken.append(min(free, key=self._idleness))
                    self._give(contact, queue, taken[-1])
            return
        for row, column in assign(scores):
            self._give(rows[row], queue, columns[column])

    def _room(self, agent: PlainAgent, rows: list[PlainContact]) -> int:
        """How many of the contacts fit, whichever of their channels they are of; of those that fit now."""
        held = self._held(agent)
        channels = sorted({contact.value.channel for contact in rows})
        wanted = [c for c in channels if rules.channel_open(agent, c) and rules.fits(agent, held, c)]

        def beside(channel: str, count: int) -> bool:
            more = [Work("connected", agent.id, "", "", channel, 0, None) for _ in range(count)]
            return all(rules.fits(agent, held + more, other) for other in wanted)

        count = 1
        while count < len(rows) and all(beside(channel, count) for channel in wanted):
            count += 1
        return count

    def _pair_scores(
        self, queue: PlainQueue, rows: list[PlainContact], columns: list[PlainAgent], pairs: Pairs
    ) -> list[list[float | None]] | None:
        """The scores of all pairs, a row a contact; `None` if the user's score failed."""
        order: Any = queue.value.agent_order
        scores: list[list[float | None]] = []
        for contact in rows:
            able: list[PlainAgent] = []
            for agent in columns:
                if agent in pairs[contact.id] and agent not in able:
                    able.append(agent)
            if order.scorer is None:
                asked: Any = {agent.id: rules.best_match(agent, contact, {}) for agent in able}
            else:
                asked = self._ask(order, queue, contact, able)
            if asked is None:
                return None
            scores.append([asked.get(agent.id) for agent in columns])
        return scores
