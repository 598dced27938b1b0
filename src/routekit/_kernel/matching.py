"""Matching: who may take what, the best ticket for a slot, and whom to drain. The slot of a ticket is in `choosing`.

Reads the index and changes nothing in it, but for ageing a lineup's tickets when they are looked at and making rows
that are out of date. The rules are those of `docs/semantics.md`, sections 4, 6 and 7.
"""

from __future__ import annotations

from routekit._kernel.index import Index
from routekit._kernel.ordered import Line, Node
from routekit._kernel.profiles import Demand, Lineup, Link, Slot, Supply, Ticket

__all__ = ["Matcher"]


class Matcher:
    """Eligibility and its tiers over one index, and the choice of a slot's next ticket."""

    def __init__(self, index: Index) -> None:
        self.index = index

    # -- which slots may ----------------------------------------------------------------------------------------------

    def anybody(self, demand: Demand) -> bool:
        """Whether somebody open on its channel fits the demand at all. Cost: one AND of bitsets."""
        if demand.version != self.index.version:
            self.index.fit(demand)
        return bool(demand.bits & self.index.open_bits[demand.number])

    def may_pass(self, ticket: Ticket, demand: Demand, supply: Supply) -> bool:
        """Whether the ticket may come before the goal of some slot that drains. Wrong only towards yes. Cost: O(1).

        With one tier, it has to come before the least urgent goal of all, or before the last one of its own lineup.
        """
        if not supply.flat or ticket.goal is not None:
            return True
        last = self.index.goals.last()
        if last is not None and last.a >= ticket.urgency:
            return True
        last = demand.lineup.goals.last()
        return last is not None and ticket.before(last)

    def best_draining(self, ticket: Ticket, supply: Supply, number: int, bit: int, now: float) -> Node | None:
        """The first by key of a profile's draining slots that may take the ticket. Cost: those before it."""
        best: Node | None = None
        for bucket in supply.drain_buckets:
            if bucket.mask & bit:
                line = bucket.lines[number]
                node = line.first()
                while node is not None and (best is None or node.before(best)):
                    if self.drainer_may(node.item, ticket, now):
                        best = node
                        break
                    node = line.next_after(node)
        return best

    def best_tier(self, ticket: Ticket, now: float) -> int:
        """The lowest tier that counts between the ticket and its eligible slots; 0 if there is none."""
        demand = ticket.demand
        assert demand is not None
        tier = self.filed_tier(ticket, demand)
        if tier > 1 and now >= ticket.since + demand.lineup.tier_wait_s:
            tier = 1
        if tier != 1 and self.index.draining:
            other = self.draining_tier(ticket, demand, now, True)
            if tier == 0 or 0 < other < tier:
                tier = other
        return tier

    def filed_tier(self, ticket: Ticket, demand: Demand) -> int:
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
                    if bucket.mask & bit and self.allowed(line, line.first(), ticket) is not None:
                        return entry.tier
        return 0

    def draining_tier(self, ticket: Ticket, demand: Demand, now: float, counted: bool) -> int:
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
            if self.may_pass(ticket, demand, supply):
                for bucket in supply.drain_buckets:
                    if bucket.mask & bit:
                        for node in bucket.lines[entry.line]:
                            slot = node.item
                            if self.drainer_may(slot, ticket, now):
                                tier = self.tier(slot, ticket, now) if counted else entry.tier
                                if least == 0 or tier < least:
                                    least = tier
                                if not counted or slot.drains_for is ticket:
                                    break
        return least

    def allowed(self, line: Line, node: Node | None, ticket: Ticket) -> Node | None:
        """The first node from here on whose slot is not excluded for the ticket."""
        excluded = ticket.excluded
        if excluded is not None:
            while node is not None and node.seq in excluded:
                node = line.next_after(node)
        return node

    def drainer_may(self, slot: Slot, ticket: Ticket, now: float) -> bool:
        """Whether a slot that drains, and has room, may take the ticket. Cost: those of its queue before it."""
        if ticket.excluded is not None and slot.seq in ticket.excluded:
            return False
        goal = slot.drains_for
        if _one(goal, ticket):
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
                while head is not None and head.before(ticket):
                    if not self.precedes(slot, head, goal, now):
                        return False
                    head = self._fit_after(link.lineup, slot, head)
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
        if now >= ticket.since + lineup.tier_wait_s and (slot.drains_for is None or _one(slot.drains_for, ticket)):
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
            return ticket.before(other)
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
            if best is None or tier < best_tier or (tier == best_tier and _before(ticket, best)):
                best = ticket
                best_tier = tier
        return best

    def best_in(self, slot: Slot, link: Link, now: float) -> Ticket | None:
        """The queued ticket of one lineup that goes to the slot next, or None."""
        lineup = link.lineup
        goal: Ticket | None = slot.drains_for
        if goal is None:
            return self._best_by_ratio(slot, link, now) if lineup.ratio else self._head_in(slot, link, now)
        own = self._own_in(slot, lineup, goal)
        if own is not None and self.tier(slot, own, now) < link.tier:
            # All others here are of the link's tier, also those who come before a goal whose tier is higher at home.
            return own
        if lineup.ratio:
            return self._before_goal(slot, link, goal, own, now)
        ticket = self._head_in(slot, link, now)
        return ticket if ticket is None or self.precedes(slot, ticket, goal, now) else own

    def _own_in(self, slot: Slot, lineup: Lineup, goal: Ticket) -> Ticket | None:
        """The ticket by which a draining slot's goal is filed in a lineup, if it is and fits."""
        for ticket in [goal] if goal.views is None else goal.views:
            demand = ticket.demand
            if demand is not None and demand.lineup is lineup and ticket.lane is not None and self._fits(slot, demand):
                return ticket
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
            if fresh is not None and (ticket is None or fresh.before(ticket)):
                ticket = fresh
        return ticket

    def _best_by_ratio(self, slot: Slot, link: Link, now: float) -> Ticket | None:
        """The first of a lineup that goes by ratios. Cost: all demand profiles with somebody in them."""
        lineup = link.lineup
        supply = slot.supply
        assert supply is not None
        if lineup.tiered:
            self.index.age(lineup, now)
        best = self._least_ratio(lineup.aged_heads, slot, now, None)
        if lineup.tiered and (best is None or link.tier == 1):
            best = self._least_ratio(lineup.fresh_heads, slot, now, best)
        return best

    def _least_ratio(self, heads: Line, slot: Slot, now: float, best: Ticket | None) -> Ticket | None:
        for head in heads:
            lane = head.item
            if self._fits(slot, lane.demand):
                ticket = self.index.first_for(slot, lane, None)
                if ticket is not None and (best is None or ahead(ticket, best, now)):
                    best = ticket
        return best

    def _before_goal(self, slot: Slot, link: Link, goal: Ticket, own: Ticket | None, now: float) -> Ticket | None:
        """The same for a slot that drains: of those who come before its goal by their wait alone, and the goal."""
        best: Ticket | None = None
        ticket = self._head_in(slot, link, now)
        while ticket is not None and self.precedes(slot, ticket, goal, now):
            if best is None or ahead(ticket, best, now):
                best = ticket
            ticket = self._fit_after(link.lineup, slot, ticket)
        if own is not None and (best is None or ahead(own, best, now)):
            best = own
        return best

    def _fits(self, slot: Slot, demand: Demand) -> bool:
        supply = slot.supply
        assert supply is not None
        if demand.version != self.index.version:
            self.index.fit(demand)
        return bool(slot.mask >> demand.number & 1 and demand.row[supply.number >> 3] >> (supply.number & 7) & 1)

    def _first_fit(self, heads: Line, slot: Slot, number: int) -> Ticket | None:
        head = heads.first()
        best: Ticket | None = None
        while head is not None:
            if best is not None and best.before(head):
                break
            lane = head.item
            demand: Demand = lane.demand
            if demand.version != self.index.version:
                self.index.fit(demand)
            if slot.mask >> demand.number & 1 and demand.row[number >> 3] >> (number & 7) & 1:
                ticket = self.index.first_for(slot, lane, best)
                if ticket is not None and (best is None or ticket.before(best)):
                    best = ticket
            head = heads.next_after(head)
        return best

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


def _one(ticket: Ticket, other: Ticket) -> bool:
    """Whether two tickets are one and the same, or stand for the same one in two lineups."""
    return ticket is other or (ticket.views is not None and ticket.views is other.views)


def ahead(ticket: Ticket, other: Ticket, now: float) -> bool:
    """Whether a ticket comes first in a lineup that goes by ratios: wait by target, then since, then sequence."""
    mine = (now - ticket.since) / ticket.target
    theirs = (now - other.since) / other.target
    if mine != theirs:
        return mine > theirs
    if ticket.since != other.since:
        return ticket.since < other.since
    return ticket.seq < other.seq


def _before(ticket: Ticket, other: Ticket) -> bool:
    """Whether a ticket of one lineup comes before that of another: by shares, where there are any, then urgency.

    Two of one and the same by the order of its views.
    """
    assert ticket.demand is not None and other.demand is not None
    mine = ticket.demand.lineup.share
    theirs = other.demand.lineup.share
    if mine != theirs:
        return mine < theirs
    if ticket.urgency != other.urgency:
        return ticket.urgency < other.urgency
    if ticket.seq != other.seq:
        return ticket.seq < other.seq
    assert ticket.views is not None
    return ticket.views.index(ticket) < ticket.views.index(other)
