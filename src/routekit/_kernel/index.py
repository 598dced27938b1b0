"""The matching index: profiles made, kept and dropped; slots and tickets filed under them.

It answers no question about who is chosen (that is `matching`), and knows no domain object.

Compatibility is never tested pair by pair. For each need, each (lineup, reach) and each channel there is a bitset of
supply profiles; a demand profile's row is the AND of its parts, made when it is first used and again when the supply
profiles have changed. An empty demand profile stays for a while, since it is likely to come back, in a bounded
first-in-first-out.
"""

from __future__ import annotations

import bisect
from collections import deque
from typing import Any

from routekit._kernel.heads import Heads
from routekit._kernel.ordered import Line, Node
from routekit._kernel.profiles import Bucket, Demand, Entry, Goal, Lane, Lineup, Link, Shape, Slot, Spec, Supply, Ticket
from routekit._kernel.skills import Skills

__all__ = ["IDLE", "OWN", "PARTS", "SEQUENCE", "Index"]

IDLE, SEQUENCE, OWN, PARTS = 0, 1, 2, 3
"""Kinds of spec: keyed by (has work, idle since), by sequence alone, by what the order's `key` says, by named parts."""

IDLE_DEMANDS = 1024
"""Empty demand profiles that are kept."""
BITSETS = 4096
"""Bitsets for parts of a demand that are kept; they are only a cache."""
CROWD = 128
"""Supply profiles in one lineup from which on the heads of its open buckets are kept in order."""
MANY = 16
"""Excluded tickets that are passed over before it is remembered how far, for one slot in one lane."""
MARKS = 1024
"""For how many slots that is remembered in one lane."""
CHANNELS = 62
"""Channels that capacities may name: an open set is a machine word."""


class Index:
    """All profiles, and everyone filed under them."""

    def __init__(self) -> None:
        self.channels: dict[str, int] = {}
        self.masks = [1]  # by channel number: its bit, made without a shift that C would do in 32 bits
        self.supplies: list[Supply | None] = []
        self.open_bits: list[Any] = [0]  # by channel number: supply profiles with somebody open on it
        self.version = 0
        self.staffing = 0  # changes with who is ready, and with what lineups ask of them
        self.drain_count = [0]  # by channel number: supply profiles that may have to be drained for it
        self.draining: dict[int, Slot] = {}  # slots that drain for a ticket, by sequence
        self.goals = Line()  # those tickets, by urgency
        self._by_key: dict[Any, Supply] = {}
        self._free: list[int] = []
        self._idle_demands: deque[Demand] = deque()
        self._parts: dict[Any, Any] = {}
        self._skills = Skills()
        self._headed = 0  # lineups that keep the heads of their open buckets

    # -- channels -----------------------------------------------------------------------------------------------------

    def mention(self, channel: str) -> bool:
        """Give a channel a number of its own. True if it is new; then every held count must be made again.

        Cost: supply profiles are made again by the caller, so it costs all slots; there are at most 62 channels.
        """
        if channel in self.channels:
            return False
        assert len(self.channels) < CHANNELS, "the caller has counted them"
        self.channels[channel] = len(self.channels) + 1
        self.masks.append(self.masks[len(self.masks) - 1] * 2)
        self.open_bits.append(0)
        self.drain_count.append(0)
        self.version += 1
        return True

    def forget_channels(self) -> None:
        """Start the numbering again; there are no supply profiles at this moment."""
        assert not self._by_key
        self.channels.clear()
        self.masks = [1]
        self.open_bits = [0]
        self.drain_count = [0]
        self.version += 1

    def number(self, channel: str) -> int:
        """The number of a channel; 0 for one that nobody has mentioned."""
        return self.channels.get(channel, 0)

    def bit(self, channel: str) -> int:
        """The bit of a channel in an open set."""
        return self.masks[self.number(channel)]

    # -- supply -------------------------------------------------------------------------------------------------------

    def find_supply(self, key: Any) -> Supply | None:
        """The supply profile of a key, if there is one."""
        return self._by_key.get(key)

    def make_supply(self, key: Any, skills: Any, shape: Shape, links: list[Link]) -> Supply:
        """A new supply profile. Cost: the parts that are kept, and the rows of demand profiles when next used."""
        if self._free:
            number = self._free.pop()
        else:
            number = len(self.supplies)
            self.supplies.append(None)
        supply = Supply(number, key, skills, shape)
        supply.links = links
        self.supplies[number] = supply
        self._by_key[key] = supply
        self._skills.add(supply.bit, skills)
        for link in links:
            supply.tiers[link.lineup.number] = link.tier
            supply.flat = supply.flat and link.tier == links[0].tier
        self._specs(supply)
        for link in links:
            entry = Entry(supply, link.tier, supply.line_of[link.lineup.number])
            bisect.insort(link.lineup.entries, entry, key=_by_tier)
            if link.lineup.heads is None and len(link.lineup.entries) >= CROWD:
                self._begin_heads(link.lineup)
        for n in range(len(self.drain_count)):
            if shape.drains >> n & 1:
                self.drain_count[n] += 1
        self._parts.clear()
        self.version += 1
        return supply

    def drop_supply(self, supply: Supply) -> None:
        """Forget a supply profile that has no members left."""
        assert supply.members == 0 and not supply.open_buckets and not supply.drain_buckets
        for link in supply.links:
            link.lineup.entries = [e for e in link.lineup.entries if e.supply is not supply]
            if link.lineup.heads is not None and len(link.lineup.entries) < CROWD // 2:
                link.lineup.heads = None
                self._headed -= 1
        for n in range(len(self.drain_count)):
            if supply.shape.drains >> n & 1:
                self.drain_count[n] -= 1
        del self._by_key[supply.key]
        self._skills.drop(supply.bit, supply.skills)
        self.supplies[supply.number] = None
        self._free.append(supply.number)
        self._parts.clear()
        self.version += 1

    def _begin_heads(self, lineup: Lineup) -> None:
        """A lineup has many profiles: from now on the heads of its open buckets are kept, if it goes by them."""
        if lineup.pick:
            return  # only LEAST of `choosing`, which is 0, goes by heads
        heads = lineup.heads = Heads()
        self._headed += 1
        for entry in lineup.entries:
            for bucket in entry.supply.open_buckets:
                heads.see(bucket, entry.tier, entry.line)

    def _see_heads(self, bucket: Bucket) -> None:
        """Slots have come to an open bucket, or gone."""
        supply = bucket.supply
        for link in supply.links:
            heads: Heads | None = link.lineup.heads
            if heads is not None:
                heads.see(bucket, link.tier, supply.line_of[link.lineup.number])

    def _specs(self, supply: Supply) -> None:
        supply.specs = []
        for link in supply.links:
            spec = link.lineup.spec
            assert spec is not None
            line = 0
            while line < len(supply.specs) and not _same(supply.specs[line], spec):
                line += 1
            if line == len(supply.specs):
                supply.specs.append(spec)
            supply.line_of[link.lineup.number] = line
        for spec in supply.specs:
            supply.moving = supply.moving or spec.moving
        supply.buckets = {}
        supply.drain_by_mask = {}

    # -- slots --------------------------------------------------------------------------------------------------------

    def enrol(self, slot: Slot, supply: Supply) -> None:
        """Put a slot under a supply profile; it is not filed yet."""
        slot.supply = supply
        supply.members += 1
        slot.nodes = [Node(slot.seq, slot) for _ in supply.specs]

    def leave(self, slot: Slot) -> None:
        """Take a slot, which is not filed, from its supply profile."""
        supply = slot.supply
        assert supply is not None and slot.bucket is None and not slot.loaded
        self.count(slot, -1)
        slot.supply = None
        supply.members -= 1
        if supply.members == 0:
            self.drop_supply(supply)

    def count(self, slot: Slot, closed: int) -> None:
        """Keep how many ready slots a supply profile has, by what they have closed; -1: it is not ready."""
        supply = slot.supply
        assert supply is not None
        before = slot.counted
        if before == closed:
            return
        self.staffing += 1
        ready = supply.ready
        if before >= 0:
            ready[before] -= 1
            if not ready[before]:
                del ready[before]
        if closed >= 0:
            ready[closed] = ready.get(closed, 0) + 1
        slot.counted = closed

    def file(self, slot: Slot) -> None:
        """File a slot under its open set; its nodes' keys are set. Cost: a logarithm for each of its lines."""
        supply = slot.supply
        assert supply is not None
        mask = slot.mask
        if mask:
            draining = slot.drains_for is not None
            table = supply.drain_by_mask if draining else supply.buckets
            key: Any = (mask, slot.levels) if supply.moving else mask
            bucket = table.get(key)
            if bucket is None:
                bucket = Bucket(supply, mask, slot.levels, len(supply.specs), draining)
                table[key] = bucket
            slot.bucket = bucket
            lines = bucket.lines
            nodes = slot.nodes
            for i in range(len(nodes)):
                line = lines[i]
                line.add(nodes[i])
            bucket.size += 1
            if bucket.size == 1:
                (supply.drain_buckets if draining else supply.open_buckets).append(bucket)
                self._reopen(supply)
            if self._headed and not draining:
                self._see_heads(bucket)

    def unfile(self, slot: Slot) -> None:
        """Take a slot out of the lines; its nodes' keys are still those it was filed with."""
        supply = slot.supply
        assert supply is not None
        bucket = slot.bucket
        if bucket is not None:
            slot.bucket = None
            lines = bucket.lines
            nodes = slot.nodes
            for i in range(len(nodes)):
                line = lines[i]
                line.remove(nodes[i])
            bucket.size -= 1
            if bucket.size == 0:
                (supply.drain_buckets if bucket.draining else supply.open_buckets).remove(bucket)
                self._reopen(supply)
            if self._headed and not bucket.draining:
                self._see_heads(bucket)

    def start_drain(self, slot: Slot, ticket: Ticket) -> None:
        """From now on a slot, which is not filed, drains for a ticket. Cost: a logarithm of those who drain."""
        demand = ticket.demand
        assert demand is not None
        slot.drains_for = ticket
        self.draining[slot.seq] = slot
        ticket.goal = Goal(ticket, demand.lineup)
        self.goals.add(ticket.goal.by_urgency)
        demand.lineup.goals.add(ticket.goal.by_key)

    def stop_drain(self, slot: Slot, ticket: Ticket) -> None:
        """A slot, which is not filed, drains no more."""
        slot.drains_for = None
        del self.draining[slot.seq]
        goal = ticket.goal
        assert goal is not None
        self.goals.remove(goal.by_urgency)
        goal.lineup.goals.remove(goal.by_key)
        ticket.goal = None

    def load(self, slot: Slot, idle_since: float) -> None:
        """File a slot that holds work by its loads; `Shape.measure` has just been called for it."""
        supply = slot.supply
        assert supply is not None
        slot.firm_node.a = supply.shape.firm
        slot.load_node.a = supply.shape.load
        slot.firm_node.b = idle_since
        slot.load_node.b = idle_since
        supply.by_firm.add(slot.firm_node)
        supply.by_load.add(slot.load_node)
        slot.loaded = True

    def unload(self, slot: Slot) -> None:
        """Take a slot out of the lines by load."""
        supply = slot.supply
        assert supply is not None
        if slot.loaded:
            supply.by_firm.remove(slot.firm_node)
            supply.by_load.remove(slot.load_node)
            slot.loaded = False

    def _reopen(self, supply: Supply) -> None:
        mask = 0
        for bucket in supply.open_buckets:
            mask |= bucket.mask
        for bucket in supply.drain_buckets:
            mask |= bucket.mask
        changed = mask ^ supply.open_mask
        supply.open_mask = mask
        n = 0
        while changed:
            if changed & 1:
                self.open_bits[n] ^= supply.bit
            changed >>= 1
            n += 1

    # -- demand -------------------------------------------------------------------------------------------------------

    def carry(self, ticket: Ticket, demand: Demand) -> None:
        """Have a ticket carry its demand profile, to be filed under it or matched at once."""
        ticket.demand = demand
        demand.carriers += 1

    def demand(
        self, lineup: Lineup, channel: str, needs: tuple[tuple[str, float], ...], reach: int, target: float
    ) -> Demand:
        """The demand profile of what is asked, made if it is new."""
        key = (channel, needs, reach, target)
        demand = lineup.demands.get(key)
        if demand is None:
            demand = Demand(lineup, channel, needs, reach, target)
            lineup.demands[key] = demand
            demand.kept = True
        return demand

    def known(self, lineup: Lineup, channel: str, wish: Any) -> Demand | None:
        """The demand profile of what the caller calls `wish`, if it is `known_as` that. Cost: a hash of the wish.

        What is asked by most who come is found by what they bring, without being worked out anew.
        """
        wishes = lineup.known.get(channel)
        return None if wishes is None else wishes.get(wish)

    def make_known(self, demand: Demand, wish: Any) -> None:
        """From now on, until the profile is forgotten, it is `known` by a wish, which is no other's."""
        demand.wish = wish
        demand.lineup.known.setdefault(demand.channel, {})[wish] = demand
        if demand.carriers == 0:
            self._rest(demand)  # it may never be carried

    def forget_known(self, lineup: Lineup) -> None:
        """The wishes of a lineup mean something else from now on."""
        lineup.known.clear()

    def fit(self, demand: Demand) -> None:
        """Make a demand profile's row if supply profiles have changed since. Cost: its parts, each a machine AND."""
        lineup = demand.lineup
        bits = self._member_part(lineup, demand.reach)
        for need in demand.needs:
            if not bits:
                break
            bits &= self._need_part(need)
        demand.number = self.number(demand.channel)
        demand.bit = self.masks[demand.number]
        if bits:
            bits &= self._channel_part(demand.number)
        demand.bits = bits
        demand.row = bits.to_bytes((len(self.supplies) + 8) >> 3, "little")
        demand.version = self.version
        if demand.matches:
            demand.matches.clear()

    def _member_part(self, lineup: Lineup, reach: int) -> Any:
        key = (lineup.number, reach)
        bits = self._parts.get(key)
        if bits is None:
            bits = 0
            for entry in lineup.entries:
                if reach == 0 or entry.tier <= reach:
                    bits |= entry.supply.bit
            self._keep(key, bits)
        return bits

    def _need_part(self, need: tuple[str, float]) -> Any:
        bits = self._parts.get(need)
        if bits is None:
            bits = self._skills.at_least(need[0], need[1])
            self._keep(need, bits)
        return bits

    def _channel_part(self, number: int) -> Any:
        bits = self._parts.get(number)
        if bits is None:
            bits = 0
            for supply in self.supplies:
                if supply is not None and supply.shape.fits_empty >> number & 1:
                    bits |= supply.bit
            self._keep(number, bits)
        return bits

    def _keep(self, key: Any, bits: Any) -> None:
        if len(self._parts) >= BITSETS:
            self._parts.clear()
        self._parts[key] = bits

    def may_drain(self, demand: Demand) -> bool:
        """Whether a supply profile that fits this demand could have to be drained for it."""
        if demand.version != self.version:
            self.fit(demand)
        if not self.drain_count[demand.number]:
            return False
        for entry in demand.lineup.entries:
            supply = entry.supply
            if supply.shape.drains >> demand.number & 1 and demand.bits >> supply.number & 1:
                return True
        return False

    # -- tickets ------------------------------------------------------------------------------------------------------

    def queue(self, ticket: Ticket, now: float) -> None:
        """File a ticket under the demand profile that it carries; its node's key is set. Cost: a logarithm a line."""
        demand = ticket.demand
        assert demand is not None
        lineup = demand.lineup
        demand.size += 1
        lineup.queued += 1
        aged = True
        if lineup.tiered:
            due = ticket.since + lineup.tier_wait_s
            if due > now:
                aged = False
                node = Node(ticket.seq, ticket, due)
                ticket.since_node = node
                lineup.by_since.add(node)
        self._into(self._lane(demand, aged), ticket)

    def _lane(self, demand: Demand, aged: bool) -> Lane:
        """The lane of those whose tier counts no more, or of the others."""
        lane = demand.aged if aged else demand.fresh
        if lane is None:
            lane = Lane(demand)
            if aged:
                demand.aged = lane
            else:
                demand.fresh = lane
        return lane

    def unqueue(self, ticket: Ticket) -> None:
        """Take a ticket from its demand profile, whether it has been filed there or only carries it."""
        demand = ticket.demand
        lane = ticket.lane
        assert demand is not None
        ticket.demand = None
        if lane is not None:
            lineup = demand.lineup
            if ticket.since_node is not None:
                lineup.by_since.remove(ticket.since_node)
                ticket.since_node = None
            self._out_of(lane, ticket)
            demand.size -= 1
            lineup.queued -= 1
        demand.carriers -= 1
        if demand.carriers == 0:
            self._rest(demand)

    def _rest(self, demand: Demand) -> None:
        """Nobody carries a demand profile: it is kept for a while, until so many others have come to the same."""
        if not demand.idle:
            demand.idle = True
            self._idle_demands.append(demand)
            if len(self._idle_demands) > IDLE_DEMANDS:
                self._forget(self._idle_demands.popleft())

    def _forget(self, demand: Demand) -> None:
        demand.idle = False
        if demand.carriers == 0:
            demand.kept = False
            demand.lineup.demands.pop((demand.channel, demand.needs, demand.reach, demand.target), None)
            known = demand.lineup.known
            if demand.wish is not None and demand.channel in known:
                known[demand.channel].pop(demand.wish, None)
                if not known[demand.channel]:
                    del known[demand.channel]

    def age(self, lineup: Lineup, now: float) -> None:
        """Move the tickets whose tier counts no more to the aged lanes. Cost: a logarithm for each, once."""
        node = lineup.by_since.first()
        while node is not None and node.a <= now:
            ticket = node.item
            lineup.by_since.remove(node)
            ticket.since_node = None
            self._out_of(ticket.lane, ticket)
            self._into(self._lane(ticket.demand, True), ticket)
            node = lineup.by_since.first()

    def first_for(self, slot: Slot, lane: Lane, best: Ticket | None) -> Ticket | None:
        """The first ticket of a lane that is not excluded for a slot; None if there is none, or none before `best`.

        Cost: those before it, of which many are passed over once: a slot that has been excluded for all who stand
        first, one by one, finds the next one by a logarithm.
        """
        node = lane.line.first()
        marks = lane.passed
        seq: Any = slot.seq
        mark: Node | None = None
        if marks is not None:
            mark = marks.get(seq)
            if mark is not None:
                if best is not None and best.before(mark):
                    return None
                node = lane.line.first_after(mark.a, mark.b, mark.c, mark.d, mark.seq)
        passed = 0
        last: Node | None = None
        while node is not None:
            ticket: Ticket = node.item
            if ticket.excluded is None or seq not in ticket.excluded:
                break
            passed += 1
            last = node
            node = lane.line.next_after(node)
        if last is not None and (mark is not None or passed >= MANY):
            if mark is None:
                mark = self._mark(lane, slot)
            mark.copy_key(last)
            furthest = lane.furthest
            if furthest is None:
                furthest = lane.furthest = Node(0, None)
                furthest.copy_key(last)
            elif furthest.before(last):
                furthest.copy_key(last)
        return None if node is None else node.item

    def _mark(self, lane: Lane, slot: Slot) -> Node:
        """A mark for a slot in a lane, in the place of another's if there are too many: it is only a help.

        A mark has the key of the last ticket that is passed over: whoever comes later is behind it as it is.
        """
        marks = lane.passed
        if marks is None:
            marks = lane.passed = {}
        elif len(marks) >= MARKS:
            del marks[next(iter(marks))]
        mark = marks[slot.seq] = Node(0, None)
        return mark

    def readmit(self, slot: Slot, ticket: Ticket) -> None:
        """A slot is excluded for a ticket no more: it is not to be passed over, if it is filed. Cost: O(1)."""
        lane = ticket.lane
        if lane is not None and lane.passed is not None:
            mark: Node | None = lane.passed.get(slot.seq)
            if mark is not None and not mark.before(ticket):
                _put_before(mark, ticket)

    def _see_before_marks(self, lane: Lane, ticket: Ticket) -> None:
        """A ticket comes into a lane of which some slots pass over the first: they are not to pass over this one.

        Cost: nothing for one behind all marks, as nearly all are; else the marks.
        """
        marks = lane.passed
        furthest = lane.furthest
        assert marks is not None and furthest is not None
        if furthest.before(ticket):
            return
        for seq in marks:
            mark: Node = marks[seq]
            if not mark.before(ticket) and (ticket.excluded is None or seq not in ticket.excluded):
                _put_before(mark, ticket)

    def _into(self, lane: Lane, ticket: Ticket) -> None:
        ticket.lane = lane
        if lane.passed is not None:
            self._see_before_marks(lane, ticket)
        lane.line.add(ticket)
        if not lane.filed or ticket.before(lane.head):
            self._rehead(lane, ticket)

    def _out_of(self, lane: Lane, ticket: Ticket) -> None:
        ticket.lane = None
        lane.line.remove(ticket)
        if not lane.line.size:
            lane.passed = None
            lane.furthest = None
        if lane.head.seq == ticket.seq:
            self._rehead(lane, lane.line.first())

    def _rehead(self, lane: Lane, first: Node | None) -> None:
        lineup = lane.demand.lineup
        heads = lineup.aged_heads if lane is lane.demand.aged else lineup.fresh_heads
        head = lane.head
        if lane.filed:
            heads.remove(head)
        lane.filed = first is not None
        if first is not None:
            head.copy_key(first)
            heads.add(head)


def _put_before(mark: Node, ticket: Ticket) -> None:
    """Have a mark end just before a ticket: no other has its key with a lower sequence and stands behind that."""
    mark.copy_key(ticket)
    mark.seq = ticket.seq - 1


def _by_tier(entry: Entry) -> tuple[int, int]:
    return (entry.tier, entry.supply.number)


def _same(a: Spec, b: Spec) -> bool:
    if a.kind != b.kind or a.codes != b.codes or a.lineup != b.lineup:
        return False
    return (a.kind != OWN and not a.moving) or a.order == b.order
