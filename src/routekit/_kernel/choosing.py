"""Choosing a slot for a ticket: every way in which a lineup may pick among those who are eligible.

Who is eligible, and of which tier, is `matching`'s affair. What is here reads the ordered lines of the lowest tier, in
the way that the lineup's `pick` says, and changes nothing; but an order that draws uses up a draw, so it is asked only
for an offer that will be made. The rules are those of `docs/semantics.md`, section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from routekit._kernel.draws import Draws
from routekit._kernel.drifting import value_of
from routekit._kernel.heads import Heads
from routekit._kernel.matching import Matcher
from routekit._kernel.ordered import Line, Node
from routekit._kernel.profiles import UNTRIED, Demand, Lineup, Slot, Supply, Ticket

__all__ = [
    "AFTER",
    "CURSOR",
    "DOWN",
    "DRAW",
    "LEAST",
    "LOTS",
    "MATCH",
    "MOVING",
    "NEXT",
    "ROUND",
    "ROUND_EACH",
    "SCORE",
    "WEIGHTED",
    "Chooser",
]

LEAST, NEXT, DRAW, CURSOR, WEIGHTED, MATCH, SCORE, MOVING, ROUND, ROUND_EACH, LOTS, AFTER, DOWN = range(13)
"""How a lineup reads its lines: `routekit.abc.Pick` as numbers. MOVING is LEAST over scores whose levels differ."""

_LAST = 1 << 62
"""Above every sequence."""


class Chooser:
    """Picks slots.

    `ask` gives an app's own score of a pair: called with the order, the ticket and the slot. `suit` gives that of a
    pair of profiles: with the order, the skills and the needs.
    """

    def __init__(self, matcher: Matcher, draws: Draws) -> None:
        self.matcher = matcher
        self.draws = draws
        self.ask: Callable[[Any, Ticket, Slot], float] | None = None
        self.suit: Callable[[Any, Any, Any], float] | None = None
        self.score = 0.0  # what the slot chosen last was worth, where a lineup goes by scores
        self._probe = Node(0, None)

    def best_slot(self, ticket: Ticket, now: float) -> Slot | None:
        """The slot that the ticket's lineup chooses among all eligible ones, or None.

        Cost: the lineup's supply profiles that are open and fit, a logarithm for some; for SCORE every slot.
        """
        demand = ticket.demand
        assert demand is not None
        if not self.matcher.anybody(demand):
            return None
        if ticket.tried is None or not demand.lineup.behind:
            return self._pick(ticket, demand, now)
        return self._least_tried(ticket, demand, now)

    def _least_tried(self, ticket: Ticket, demand: Demand, now: float) -> Slot | None:
        """The same among those who were tried least often for the ticket, of whatever tier.

        Cost: where the least key goes and somebody is left who was not tried, no more than else, but for those tried
        who are open; otherwise all who were tried.
        """
        excluded = ticket.excluded
        assert ticket.tried is not None
        if not demand.lineup.pick:
            # LEAST draws nothing and asks nobody, so that it may look among more than those who may, without a list
            # of who may not: the first of all is the first of these, if it is one of them; and if there is none at
            # all, there is none of these.
            slot = self._least_without(ticket, demand, now, ticket.tried)
            if slot is None:
                if self._least(ticket, demand, now) is None:
                    return None
            elif excluded is None or slot.seq not in excluded:
                return slot
        tries = [0]
        for exclusion in ticket.tried.values():
            if exclusion.tries not in tries:
                tries.append(exclusion.tries)
        tries.sort()
        try:
            for most in tries:
                ticket.excluded = {} if excluded is None else dict(excluded)
                for exclusion in ticket.tried.values():
                    if exclusion.tries > most:
                        ticket.excluded[exclusion.agent.seq] = exclusion
                slot = self._pick(ticket, demand, now)
                if slot is not None:
                    return slot
        finally:
            ticket.excluded = excluded
        return None

    def _least_without(self, ticket: Ticket, demand: Demand, now: float, out: dict[int, Any]) -> Slot | None:
        """The first by the least key if these, in place of those excluded, were left out."""
        excluded = ticket.excluded
        ticket.excluded = out
        try:
            return self._least(ticket, demand, now)
        finally:
            ticket.excluded = excluded

    def _pick(self, ticket: Ticket, demand: Demand, now: float) -> Slot | None:
        """The same of those who are not left out."""
        pick = demand.lineup.pick
        if not pick:  # LEAST, by far the most frequent
            return self._least(ticket, demand, now)
        if pick == MATCH:
            return self._match(ticket, demand, now)
        if pick == LOTS:
            return self._lots(ticket, demand, now)
        if pick == AFTER:
            return self._after(ticket, demand, now, demand.lineup.last_tier, demand.lineup.last_turn, False)
        if pick == DOWN:
            attempts = ticket.attempts or UNTRIED
            return self._after(ticket, demand, now, attempts.last_tier, attempts.last_turn, True)
        lines, spare, barred = self._lowest(ticket, demand, now)
        if not lines and not spare:
            return None
        if pick == MOVING:
            return self._moving(demand.lineup, ticket, lines, spare, now)
        if pick == NEXT:
            lineup = demand.lineup
            return self._next(ticket, lines, spare, lineup.turn if lineup.by_turn else 0.0, lineup.pointer)
        if pick == CURSOR:
            attempts = ticket.attempts or UNTRIED
            return self._next(ticket, lines, spare, 0.0, attempts.cursor)
        if pick in (ROUND, ROUND_EACH):
            # Sequences are from 1: so whoever stands at that very place comes first.
            attempts = ticket.attempts or UNTRIED
            turn = attempts.turn if attempts.trying or pick == ROUND_EACH else demand.lineup.round
            return self._next(ticket, lines, spare, turn, 0)
        if pick == SCORE:
            return self._score(demand.lineup, ticket, lines, spare)
        if pick == WEIGHTED:
            return self._weighted(lines, spare, barred)
        return self._draw(lines, spare, barred)

    def more_slots(self, ticket: Ticket, most: int, now: float) -> list[Slot]:
        """The first slots of the lowest tier, by key; at most so many. Cost: a logarithm for each, and each line."""
        demand = ticket.demand
        assert demand is not None
        chosen: list[Slot] = []
        if not self.matcher.anybody(demand):
            return chosen
        lines, spare, _ = self._lowest(ticket, demand, now)
        heads = [self.matcher.allowed(line, line.first(), ticket) for line in lines]
        while len(chosen) < most:
            best: Node | None = None
            at = -1
            for i in range(len(heads)):
                head = heads[i]
                if head is not None and (best is None or head.before(best)):
                    best = head
                    at = i
            for node in spare:
                if best is None or node.before(best):
                    best = node
                    at = -1
            if best is None:
                break
            chosen.append(best.item)
            if at < 0:
                spare.remove(best)
            else:
                heads[at] = self.matcher.allowed(lines[at], lines[at].next_after(best), ticket)
        return chosen

    def everybody(self, ticket: Ticket, now: float, most: int) -> list[tuple[int, Slot]]:
        """Every eligible slot that drains for nobody, with its own tier, by sequence; at most so many, 0 for all.

        For assigning many at once. Cost: all of them.
        """
        demand = ticket.demand
        assert demand is not None
        found: list[tuple[int, Slot]] = []
        if self.matcher.anybody(demand):
            for entry in demand.lineup.entries:
                supply = entry.supply
                if demand.bits >> supply.number & 1:
                    for bucket in supply.open_buckets:
                        if bucket.mask & demand.bit:
                            for node in bucket.lines[entry.line]:
                                if ticket.excluded is None or node.seq not in ticket.excluded:
                                    found.append((entry.tier, node.item))
                                    if len(found) == most:
                                        return found
        found.sort(key=_by_slot)
        tried = ticket.tried
        if tried is not None and demand.lineup.behind:
            times = [tried[slot.seq].tries if slot.seq in tried else 0 for _, slot in found]
            least = min(times, default=0)
            return [pair for pair, tries in zip(found, times, strict=True) if tries == least]
        return found

    # -- the smallest key ---------------------------------------------------------------------------------------------

    def _least(self, ticket: Ticket, demand: Demand, now: float) -> Slot | None:
        matcher = self.matcher
        heads: Heads | None = demand.lineup.heads
        if heads is not None and not matcher.index.draining:
            return heads.first(ticket, demand)
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
                        node = matcher.allowed(line, node, ticket)
                    if node is not None and (best is None or node.before(best)):
                        best = node
                        tier = entry.tier
            if supply.drain_buckets and matcher.may_pass(ticket, demand, supply):
                node = matcher.best_draining(ticket, supply, entry.line, bit, now)
                if node is not None and (best is None or node.before(best)):
                    best = node
                    tier = entry.tier
        return None if best is None else best.item

    def _match(self, ticket: Ticket, demand: Demand, now: float) -> Slot | None:
        """As `_least`, but the profile with the greatest match goes first within a tier."""
        matcher = self.matcher
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
            match = self._suits(demand, supply)
            if best is not None and match < self.score:
                continue
            first: Node | None = None
            for bucket in supply.open_buckets:
                if bucket.mask & bit:
                    line = bucket.lines[entry.line]
                    node = matcher.allowed(line, line.first(), ticket)
                    if node is not None and (first is None or node.before(first)):
                        first = node
            if supply.drain_buckets and matcher.may_pass(ticket, demand, supply):
                node = matcher.best_draining(ticket, supply, entry.line, bit, now)
                if node is not None and (first is None or node.before(first)):
                    first = node
            if first is not None and (best is None or match > self.score or first.before(best)):
                best = first
                tier = entry.tier
                self.score = match
        return None if best is None else best.item

    def _suits(self, demand: Demand, supply: Supply) -> float:
        """How well a supply profile suits the demand, by the lineup's order. Asked once for each pair of profiles."""
        match = demand.matches.get(supply.number)
        if match is None:
            assert demand.lineup.spec is not None
            assert self.suit is not None
            match = self.suit(demand.lineup.spec.order, supply.skills, demand.needs)
            demand.matches[supply.number] = match
        return float(match)

    def _moving(self, lineup: Lineup, ticket: Ticket, lines: list[Line], spare: list[Node], now: float) -> Slot | None:
        """The first of each level by its key, then the least of these by the values that they have now."""
        heads: dict[float, Node] = {}
        for line in lines:
            node = self.matcher.allowed(line, line.first(), ticket)
            if node is not None:
                self._ahead(heads, lineup, node)
        for node in spare:
            self._ahead(heads, lineup, node)
        best: Node | None = None
        for level, node in heads.items():
            value = value_of(node.a, node.b, level, now, lineup.half_life)
            if (
                best is None
                or value < self.score
                or (value == self.score and (node.c, node.d, node.seq) < (best.c, best.d, best.seq))
            ):
                best = node
                self.score = value
        return None if best is None else best.item

    def _ahead(self, heads: dict[float, Node], lineup: Lineup, node: Node) -> None:
        slot: Slot = node.item
        assert slot.supply is not None
        level = slot.levels[slot.supply.line_of[lineup.number]]
        other = heads.get(level)
        if other is None or node.before(other):
            heads[level] = node

    # -- those of the lowest tier -------------------------------------------------------------------------------------

    def _lowest(self, ticket: Ticket, demand: Demand, now: float) -> tuple[list[Line], list[Node], list[Node]]:
        """The lines of the lowest tier with somebody eligible, those who drain beside them, the excluded in the lines.

        The lines may hold excluded slots; all empty if nobody is eligible.
        """
        matcher = self.matcher
        tier = matcher.filed_tier(ticket, demand)
        other = matcher.draining_tier(ticket, demand, now, False) if matcher.index.draining else 0
        if tier == 0 or 0 < other < tier:
            tier = other
        lines: list[Line] = []
        spare: list[Node] = []
        barred: list[Node] = []
        if tier == 0:
            return lines, spare, barred
        bit = demand.bit
        row = demand.row
        for entry in demand.lineup.entries:
            supply = entry.supply
            if entry.tier != tier or not supply.open_mask & bit:
                continue
            if not row[supply.number >> 3] >> (supply.number & 7) & 1:
                continue
            for bucket in supply.open_buckets:
                if bucket.mask & bit:
                    lines.append(bucket.lines[entry.line])
            if supply.drain_buckets and matcher.may_pass(ticket, demand, supply):
                for bucket in supply.drain_buckets:
                    if bucket.mask & bit:
                        for node in bucket.lines[entry.line]:
                            if matcher.drainer_may(node.item, ticket, now):
                                spare.append(node)
        if ticket.excluded is not None:
            for exclusion in ticket.excluded.values():
                excluded = _node_in(exclusion.agent, demand.lineup, lines)
                if excluded is not None:
                    barred.append(excluded)
        return lines, spare, barred

    def _next(self, ticket: Ticket, lines: list[Line], spare: list[Node], turn: float, pointer: int) -> Slot | None:
        above: Node | None = None
        least: Node | None = None
        for line in lines:
            node = self.matcher.allowed(line, line.first_after(turn, 0.0, 0.0, 0.0, pointer), ticket)
            if node is not None and (above is None or node.before(above)):
                above = node
            node = self.matcher.allowed(line, line.first(), ticket)
            if node is not None and (least is None or node.before(least)):
                least = node
        for node in spare:
            if (node.a, node.seq) > (turn, pointer) and (above is None or node.before(above)):
                above = node
            if least is None or node.before(least):
                least = node
        best = least if above is None else above
        return None if best is None else best.item

    def _score(self, lineup: Lineup, ticket: Ticket, lines: list[Line], spare: list[Node]) -> Slot | None:
        """The greatest score of an app's own; one who is alone is not asked for."""
        assert self.ask is not None and lineup.spec is not None
        nodes: list[Node] = list(spare)
        for line in lines:
            for node in line:
                if ticket.excluded is None or node.seq not in ticket.excluded:
                    nodes.append(node)
        best: Node | None = None
        self.score = 0.0
        if len(nodes) > 1:
            nodes.sort(key=_by_seq)
            for node in nodes:
                score = self.ask(lineup.spec.order, ticket, node.item)
                if best is None or score > self.score or (score == self.score and node.before(best)):
                    best = node
                    self.score = score
        else:
            best = nodes[0]
        return best.item if best is not None else None

    def _after(self, ticket: Ticket, demand: Demand, now: float, tier: int, turn: float, deeper: bool) -> Slot | None:
        """The first by key above `turn` in a tier, then with `deeper` of the tiers beyond it; else the first of all."""
        matcher = self.matcher
        bit = demand.bit
        row = demand.row
        behind: Node | None = None
        behind_tier = 0
        top: Node | None = None
        top_tier = 0
        for entry in demand.lineup.entries:
            supply = entry.supply
            if not supply.open_mask & bit or not row[supply.number >> 3] >> (supply.number & 7) & 1:
                continue
            nodes: list[Node] = []
            for bucket in supply.open_buckets:
                if bucket.mask & bit:
                    line = bucket.lines[entry.line]
                    node = matcher.allowed(line, line.first(), ticket)
                    if node is not None:
                        nodes.append(node)
                    if entry.tier == tier:
                        node = matcher.allowed(line, line.first_after(turn, 0.0, 0.0, 0.0, _LAST), ticket)
                        if node is not None:
                            nodes.append(node)
            if supply.drain_buckets and matcher.may_pass(ticket, demand, supply):
                for bucket in supply.drain_buckets:
                    if bucket.mask & bit:
                        for node in bucket.lines[entry.line]:
                            if matcher.drainer_may(node.item, ticket, now):
                                nodes.append(node)
            for node in nodes:
                # Entries stand by tier: the first tier that has somebody is the lowest.
                if top is None or (entry.tier == top_tier and node.before(top)):
                    top = node
                    top_tier = entry.tier
                beyond = node.a > turn if entry.tier == tier else deeper and entry.tier > tier
                if beyond and (behind is None or (entry.tier == behind_tier and node.before(behind))):
                    behind = node
                    behind_tier = entry.tier
        best = top if behind is None else behind
        return None if best is None else best.item

    # -- draws --------------------------------------------------------------------------------------------------------

    def _lots(self, ticket: Ticket, demand: Demand, now: float) -> Slot | None:
        """The least lot of all tiers, a draw for each eligible slot in the order of sequence; then the key."""
        matcher = self.matcher
        bit = demand.bit
        row = demand.row
        found: list[tuple[int, Node]] = []
        for entry in demand.lineup.entries:
            supply = entry.supply
            if not supply.open_mask & bit or not row[supply.number >> 3] >> (supply.number & 7) & 1:
                continue
            for bucket in supply.open_buckets:
                if bucket.mask & bit:
                    for node in bucket.lines[entry.line]:
                        if ticket.excluded is None or node.seq not in ticket.excluded:
                            found.append((entry.tier, node))
            if supply.drain_buckets and matcher.may_pass(ticket, demand, supply):
                for bucket in supply.drain_buckets:
                    if bucket.mask & bit:
                        for node in bucket.lines[entry.line]:
                            if matcher.drainer_may(node.item, ticket, now):
                                found.append((entry.tier, node))
        found.sort(key=_by_node)
        best: Node | None = None
        least = 0
        for tier, node in found:
            lot = self.draws.index(demand.lineup.lots * tier)
            if best is None or lot < least or (lot == least and node.before(best)):
                best = node
                least = lot
        return None if best is None else best.item

    def _draw(self, lines: list[Line], spare: list[Node], barred: list[Node]) -> Slot:
        n = len(spare) - len(barred)
        for line in lines:
            n += len(line)
        return self._kth(lines, spare, barred, 0.0, self.draws.index(n))

    def _weighted(self, lines: list[Line], spare: list[Node], barred: list[Node]) -> Slot:
        """Draw by weight: the lines stand by weight, so a group of equal weight is a stretch of each."""
        groups: dict[float, int] = {}
        for line in lines:
            node = line.first()
            at = 0
            while node is not None:
                weight = node.a
                node = line.first_after(weight, 0.0, 0.0, 0.0, _LAST)
                end = len(line) if node is None else line.rank(node)
                groups[weight] = groups.get(weight, 0) + end - at
                at = end
        for node in spare:
            groups[node.a] = groups.get(node.a, 0) + 1
        for node in barred:
            groups[node.a] -= 1
        weights = [weight for weight in sorted(groups) if groups[weight]]
        total = 0.0
        for weight in weights:
            total += groups[weight] * weight
        x = self.draws.fraction() * total
        for weight in weights:
            share = groups[weight] * weight
            if x < share:
                k = min(int(x / weight), groups[weight] - 1)
                return self._kth(lines, spare, barred, weight, k)
            x -= share
        weight = weights[len(weights) - 1]
        return self._kth(lines, spare, barred, weight, groups[weight] - 1)

    def _kth(self, lines: list[Line], spare: list[Node], barred: list[Node], key: float, k: int) -> Slot:
        """The k-th by sequence of those with a key, over a union of ordered lines: a bisection over the sequence."""
        low = 1
        high = _LAST
        # A first bound, so that the bisection has as many steps as there are agents, not as a word has bits.
        top = 1
        while self._at_most(top, lines, spare, barred, key) <= k:
            low = top + 1
            top = top * 2
        high = top
        while low < high:
            middle = (low + high) >> 1
            if self._at_most(middle, lines, spare, barred, key) > k:
                high = middle
            else:
                low = middle + 1
        candidates = [line.first_not_below(key, 0.0, 0.0, 0.0, low) for line in lines]
        candidates.extend(spare)
        for found in candidates:
            if found is not None and found.seq == low and found.a == key:
                chosen: Slot = found.item
                return chosen
        raise AssertionError("the drawn place is in one of the lines")

    def _at_most(self, seq: int, lines: list[Line], spare: list[Node], barred: list[Node], key: float) -> int:
        probe = self._probe
        probe.a = key
        n = 0
        for line in lines:
            probe.seq = seq + 1
            n += line.rank(probe)
            if key != 0.0:
                probe.seq = 0
                n -= line.rank(probe)
        for node in spare:
            if node.a == key and node.seq <= seq:
                n += 1
        for node in barred:
            if node.a == key and node.seq <= seq:
                n -= 1
        return n


def _by_seq(node: Node) -> int:
    return node.seq


def _by_node(found: tuple[int, Node]) -> int:
    return found[1].seq


def _by_slot(found: tuple[int, Slot]) -> int:
    return found[1].seq


def _node_in(slot: Slot, lineup: Lineup, lines: list[Line]) -> Node | None:
    """The node by which a slot stands in one of these lines, if it does."""
    if slot.bucket is None or slot.supply is None or lineup.number not in slot.supply.line_of:
        return None
    number = slot.supply.line_of[lineup.number]
    return slot.nodes[number] if slot.bucket.lines[number] in lines else None
