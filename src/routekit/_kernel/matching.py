"""Choosing: the best slot for a ticket, the best ticket for a slot, and whom to drain.

Reads the index and changes nothing in it, but for ageing a lineup's tickets when they are looked at and making rows
that are out of date. The rules are those of `docs/semantics.md`, sections 4, 6 and 7.
"""

from __future__ import annotations

from routekit._kernel.draws import Draws
from routekit._kernel.index import Index
from routekit._kernel.ordered import Line, Node
from routekit._kernel.profiles import Demand, Lineup, Link, Slot, Supply, Ticket

__all__ = ["DRAW", "LEAST", "NEXT", "Matcher"]

LEAST, NEXT, DRAW = 0, 1, 2
"""How a lineup reads its lines, `routekit.abc.Pick` as numbers."""


class Matcher:
    """Decisions over one index. `draws` is used by lineups that draw, and only when a slot is then taken."""

    def __init__(self, index: Index, draws: Draws) -> None:
        self.index = index
        self.draws = draws
        self._probe = Node(0, None)

    # -- a slot for a ticket ------------------------------------------------------------------------------------------

    def anybody(self, demand: Demand) -> bool:
        """Whether somebody open on its channel fits the demand at all. Cost: one AND of bitsets."""
        if demand.version != self.index.version:
            self.index.fit(demand)
        return bool(demand.bits & self.index.open_bits[demand.number])

    def best_slot(self, ticket: Ticket, now: float) -> Slot | None:
        """The slot that the ticket's lineup chooses among all eligible ones, or None.

        Cost: the lineup's supply profiles that are open and fit, a logarithm for some. A lineup that draws,
        draws here: call it only when the slot will be taken.
        """
        demand = ticket.demand
        assert demand is not None
        if not self.anybody(demand):
            return None
        if demand.lineup.pick == LEAST:
            return self._least(ticket, demand, now)
        tier = self._filed_tier(ticket, demand)
        other = self._draining_tier(ticket, demand, now, False) if self.index.draining else 0
        if tier == 0 or 0 < other < tier:
            tier = other
        if tier == 0:
            return None
        lines, spare, barred = self._of_tier(ticket, demand, tier, now)
        if demand.lineup.pick == NEXT:
            return self._next(demand.lineup, ticket, lines, spare)
        return self._draw(lines, spare, barred)

    def _least(self, ticket: Ticket, demand: Demand, now: float) -> Slot | None:
        bit = demand.bit
        row = demand.row
        best: Node | None = None
        tier = 0
        for entry in demand.lineup.entries:
            if best is not None and entry.tier > tier:
                break
            supply = entry.supply
            if not supply.open_mask & bit or not row[supply.number >> 3] >> (supply.number & 7) & 1:
                continue
            for bucket in supply.open_buckets:
                if bucket.mask & bit:
                    line = bucket.lines[entry.line]
                    node = line.first()
                    if ticket.excluded is not None:
                        node = self._allowed(line, node, ticket)
                    if node is not None and (best is None or node.before(best)):
                        best = node
                        tier = entry.tier
            if supply.drain_buckets and self._may_pass(ticket, demand, supply):
                node = self._best_draining(ticket, supply, entry.line, bit, now)
                if node is not None and (best is None or node.before(best)):
                    best = node
                    tier = entry.tier
        return None if best is None else best.item

    def _may_pass(self, ticket: Ticket, demand: Demand, supply: Supply) -> bool:
        """Whether the ticket may come before the goal of some slot that drains. Wrong only towards yes. Cost: O(1).

        With one tier, it has to come before the least urgent goal of all, or before the last one of its own lineup.
        """
        if not supply.flat or ticket.goal is not None:
            return True
        last = self.index.goals.last()
        if last is not None and last.a >= ticket.urgency:
            return True
        last = demand.lineup.goals.last()
        return last is not None and ticket.node.before(last)

    def _best_draining(self, ticket: Ticket, supply: Supply, number: int, bit: int, now: float) -> Node | None:
        """The first by key of a profile's draining slots that may take the ticket. Cost: those before it."""
        best: Node | None = None
        for bucket in supply.drain_buckets:
            if bucket.mask & bit:
                line = bucket.lines[number]
                node = line.first()
                while node is not None and (best is None or node.before(best)):
                    if self._drainer_may(node.item, ticket, now):
                        best = node
                        break
                    node = line.next_after(node)
        return best

    def best_tier(self, ticket: Ticket, now: float) -> int:
        """The lowest tier that counts between the ticket and its eligible slots; 0 if there is none."""
        demand = ticket.demand
        assert demand is not None
        tier = self._filed_tier(ticket, demand)
        if tier > 1 and now >= ticket.since + demand.lineup.tier_wait_s:
            tier = 1
        if tier != 1 and self.index.draining:
            other = self._draining_tier(ticket, demand, now, True)
            if tier == 0 or 0 < other < tier:
                tier = other
        return tier

    def _filed_tier(self, ticket: Ticket, demand: Demand) -> int:
        """The lowest own tier among the eligible slots that drain for nobody; 0 if there is none."""
        if not self.anybody(demand):
            return 0
        bit = demand.bit
        row = demand.row
        for entry in demand.lineup.entries:
            supply = entry.supply
            if supply.open_mask & bit and row[supply.number >> 3] >> (supply.number & 7) & 1:
                for bucket in supply.open_buckets:
                    line = bucket.lines[entry.line]
                    if bucket.mask & bit and self._allowed(line, line.first(), ticket) is not None:
                        return entry.tier
        return 0

    def _draining_tier(self, ticket: Ticket, demand: Demand, now: float, counted: bool) -> int:
        """The lowest tier, own or as it counts, among the eligible slots that drain; 0 if there is none."""
        if not self.anybody(demand):
            return 0
        bit = demand.bit
        row = demand.row
        least = 0
        for entry in demand.lineup.entries:
            supply = entry.supply
            if not supply.drain_buckets or not row[supply.number >> 3] >> (supply.number & 7) & 1:
                continue
            if self._may_pass(ticket, demand, supply):
                for bucket in supply.drain_buckets:
                    if bucket.mask & bit:
                        for node in bucket.lines[entry.line]:
                            slot = node.item
                            if self._drainer_may(slot, ticket, now):
                                tier = self.tier(slot, ticket, now) if counted else entry.tier
                                if least == 0 or tier < least:
                                    least = tier
                                if not counted or slot.drains_for is ticket:
                                    break
        return least

    def _of_tier(
        self, ticket: Ticket, demand: Demand, tier: int, now: float
    ) -> tuple[list[Line], list[Slot], list[int]]:
        """The lines of eligible slots of one tier, the draining ones beside them, and the excluded in the lines."""
        bit = demand.bit
        row = demand.row
        lines: list[Line] = []
        spare: list[Slot] = []
        barred: list[int] = []
        for entry in demand.lineup.entries:
            supply = entry.supply
            if entry.tier != tier or not supply.open_mask & bit:
                continue
            if not row[supply.number >> 3] >> (supply.number & 7) & 1:
                continue
            for bucket in supply.open_buckets:
                if bucket.mask & bit:
                    lines.append(bucket.lines[entry.line])
            if supply.drain_buckets and self._may_pass(ticket, demand, supply):
                for bucket in supply.drain_buckets:
                    if bucket.mask & bit:
                        for node in bucket.lines[entry.line]:
                            if self._drainer_may(node.item, ticket, now):
                                spare.append(node.item)
        if ticket.excluded is not None:
            barred = sorted(
                seq
                for seq, exclusion in ticket.excluded.items()
                if any(exclusion.agent.bucket is not None and line in exclusion.agent.bucket.lines for line in lines)
            )
        return lines, spare, barred

    def _next(self, lineup: Lineup, ticket: Ticket, lines: list[Line], spare: list[Slot]) -> Slot | None:
        above: Slot | None = None
        least: Slot | None = None
        for line in lines:
            node = self._allowed(line, line.first_after(0.0, 0.0, 0.0, 0.0, lineup.pointer), ticket)
            if node is not None and (above is None or node.seq < above.seq):
                above = node.item
            node = self._allowed(line, line.first(), ticket)
            if node is not None and (least is None or node.seq < least.seq):
                least = node.item
        for slot in spare:
            if slot.seq > lineup.pointer and (above is None or slot.seq < above.seq):
                above = slot
            if least is None or slot.seq < least.seq:
                least = slot
        return least if above is None else above

    def _draw(self, lines: list[Line], spare: list[Slot], barred: list[int]) -> Slot | None:
        n = len(spare) - len(barred)
        high = 0
        for line in lines:
            n += len(line)
            last = line.last()
            if last is not None and last.seq > high:
                high = last.seq
        for slot in spare:
            high = max(high, slot.seq)
        k = self.draws.index(n)
        # The k-th of a union of ordered lines: bisect over the sequence, counting at most it in each.
        low = 1
        while low < high:
            middle = (low + high) >> 1
            if self._at_most(middle, lines, spare, barred) > k:
                high = middle
            else:
                low = middle + 1
        for slot in spare:
            if slot.seq == low:
                return slot
        for line in lines:
            node = line.first_not_below(0.0, 0.0, 0.0, 0.0, low)
            if node is not None and node.seq == low:
                found: Slot = node.item
                return found
        raise AssertionError("the drawn place is in one of the lines")

    def _at_most(self, seq: int, lines: list[Line], spare: list[Slot], barred: list[int]) -> int:
        self._probe.seq = seq + 1
        n = 0
        for line in lines:
            n += line.rank(self._probe)
        for slot in spare:
            if slot.seq <= seq:
                n += 1
        for other in barred:
            if other <= seq:
                n -= 1
        return n

    def _allowed(self, line: Line, node: Node | None, ticket: Ticket) -> Node | None:
        """The first node from here on whose slot is not excluded for the ticket."""
        excluded = ticket.excluded
        if excluded is not None:
            while node is not None and node.seq in excluded:
                node = line.next_after(node)
        return node

    def _drainer_may(self, slot: Slot, ticket: Ticket, now: float) -> bool:
        if ticket.excluded is not None and slot.seq in ticket.excluded:
            return False
        goal = slot.drains_for
        if goal is ticket:
            return True
        supply = slot.supply
        demand = ticket.demand
        assert goal is not None and supply is not None and demand is not None
        if not self.precedes(slot, ticket, goal, now):
            return False
        # In its queue, only up to the first that does not precede the goal: one before it closes the way.
        for link in supply.links:
            if link.lineup is demand.lineup:
                head = self._head_in(slot, link, now)
                while head is not None and head.node.before(ticket.node):
                    if not self.precedes(slot, head, goal, now):
                        return False
                    head = self._fit_after(link.lineup, slot, head.node)
                return True
        return False

    def _fit_after(self, lineup: Lineup, slot: Slot, after: Node) -> Ticket | None:
        """The first ticket behind a node that fits. Cost: all demand profiles with somebody in them.

        Asked only for a slot that drains while several tickets have changed at once: any other before would have it.
        """
        best: Node | None = None
        for heads in (lineup.aged_heads, lineup.fresh_heads):
            for head in heads:
                lane = head.item
                if not self._fits(slot, lane.demand):
                    continue
                node = lane.line.next_after(after)
                while node is not None:
                    ticket = node.item
                    if ticket.excluded is None or slot.seq not in ticket.excluded:
                        break
                    node = lane.line.next_after(node)
                if node is not None and (best is None or node.before(best)):
                    best = node
        return None if best is None else best.item

    # -- a ticket for a slot ------------------------------------------------------------------------------------------

    def tier(self, slot: Slot, ticket: Ticket, now: float) -> int:
        """The tier that counts between a slot and a queued ticket: 1 once it has waited long enough."""
        demand = ticket.demand
        supply = slot.supply
        assert demand is not None and supply is not None
        lineup = demand.lineup
        if now >= ticket.since + lineup.tier_wait_s and (slot.drains_for is None or slot.drains_for is ticket):
            return 1
        return supply.tiers[lineup.number]

    def precedes(self, slot: Slot, ticket: Ticket, other: Ticket, now: float) -> bool:
        """Whether the slot would take the ticket before the other one."""
        assert ticket.demand is not None and other.demand is not None
        mine = self.tier(slot, ticket, now)
        theirs = self.tier(slot, other, now)
        if mine != theirs:
            return mine < theirs
        if ticket.demand.lineup is other.demand.lineup:
            return ticket.node.before(other.node)
        if ticket.urgency != other.urgency:
            return ticket.urgency < other.urgency
        return ticket.seq < other.seq

    def best_ticket(self, slot: Slot, now: float) -> Ticket | None:
        """The queued ticket that goes to the slot next, or None.

        Cost: for each of the slot's lineups with somebody in it, a walk over the heads of its demand profiles to the
        first that fits.
        """
        supply = slot.supply
        assert supply is not None
        if not slot.mask:
            return None
        best: Ticket | None = None
        best_tier = 0
        for link in supply.links:
            if not link.lineup.queued:
                continue
            ticket = self.best_in(slot, link, now)
            if ticket is None:
                continue
            tier = self.tier(slot, ticket, now)
            if (
                best is None
                or tier < best_tier
                or (tier == best_tier and (ticket.urgency, ticket.seq) < (best.urgency, best.seq))
            ):
                best = ticket
                best_tier = tier
        return best

    def best_in(self, slot: Slot, link: Link, now: float) -> Ticket | None:
        """The queued ticket of one lineup that goes to the slot next, or None."""
        lineup = link.lineup
        ticket = self._head_in(slot, link, now)
        goal: Ticket | None = slot.drains_for
        if ticket is None or goal is None or ticket is goal or self.precedes(slot, ticket, goal, now):
            return ticket
        assert goal.demand is not None
        if goal.demand.lineup is lineup and goal.lane is not None and self._fits(slot, goal.demand):
            return goal
        return None

    def _head_in(self, slot: Slot, link: Link, now: float) -> Ticket | None:
        """The first of a lineup that fits: by (tier, key, sequence), for a draining slot by (key, sequence)."""
        lineup = link.lineup
        supply = slot.supply
        assert supply is not None
        if not lineup.tiered:
            return self._first_fit(lineup.aged_heads, slot, supply.number)
        self.index.age(lineup, now)
        ticket = self._first_fit(lineup.aged_heads, slot, supply.number)
        if ticket is None or link.tier == 1 or slot.drains_for is not None:
            fresh = self._first_fit(lineup.fresh_heads, slot, supply.number)
            if fresh is not None and (ticket is None or fresh.node.before(ticket.node)):
                ticket = fresh
        return ticket

    def _fits(self, slot: Slot, demand: Demand) -> bool:
        supply = slot.supply
        assert supply is not None
        if demand.version != self.index.version:
            self.index.fit(demand)
        return bool(slot.mask >> demand.number & 1 and demand.row[supply.number >> 3] >> (supply.number & 7) & 1)

    def _first_fit(self, heads: Line, slot: Slot, number: int) -> Ticket | None:
        head = heads.first()
        best: Node | None = None
        while head is not None:
            if best is not None and best.before(head):
                break
            lane = head.item
            demand: Demand = lane.demand
            if demand.version != self.index.version:
                self.index.fit(demand)
            if slot.mask >> demand.number & 1 and demand.row[number >> 3] >> (number & 7) & 1:
                node = lane.line.first()
                while node is not None:
                    ticket = node.item
                    if ticket.excluded is None or slot.seq not in ticket.excluded:
                        break
                    node = lane.line.next_after(node)
                if node is not None and (best is None or node.before(best)):
                    best = node
            head = heads.next_after(head)
        return None if best is None else best.item

    # -- whom to drain ------------------------------------------------------------------------------------------------

    def best_drain(self, ticket: Ticket) -> Slot | None:
        """Who has least still to finish before the ticket fits, among those whom smaller work could keep from it.

        Order: units still to be freed, tier, idle since, sequence. Cost: the lineup's supply profiles that could need
        draining, and those of their slots that are passed over.
        """
        demand = ticket.demand
        assert demand is not None
        if demand.version != self.index.version:
            self.index.fit(demand)
        n = demand.number
        best: Slot | None = None
        best_key = (0.0, 0, 0.0, 0)
        for entry in demand.lineup.entries:
            supply = entry.supply
            if not supply.shape.drains >> n & 1 or not demand.row[supply.number >> 3] >> (supply.number & 7) & 1:
                continue
            slot = self._soonest(supply, n, ticket)
            if slot is None:
                continue
            node = slot.load_node if supply.shape.interruptible[n] else slot.firm_node
            key = (node.a + supply.shape.costs[n] - supply.shape.units, entry.tier, node.b, slot.seq)
            if best is None or key < best_key:
                best = slot
                best_key = key
        return best

    def _soonest(self, supply: Supply, n: int, ticket: Ticket) -> Slot | None:
        line = supply.by_load if supply.shape.interruptible[n] else supply.by_firm
        node = line.first()
        while node is not None:
            slot: Slot = node.item
            if self._could_drain(slot, supply, n, ticket):
                return slot
            node = line.next_after(node)
        return None

    def _could_drain(self, slot: Slot, supply: Supply, n: int, ticket: Ticket) -> bool:
        if slot.drains_for is not None or slot.fit >> n & 1 or slot.closed >> n & 1:
            return False
        return ticket.excluded is None or slot.seq not in ticket.excluded
