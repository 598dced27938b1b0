"""The open buckets of one lineup in the order of their heads: who is first where there are many supply profiles.

What lives here: `Heads`, kept by the index for a lineup with many profiles that goes by the least key. What may not:
slots that drain, which are looked at one by one, and any other way of choosing.

With few profiles the heads of all that fit are compared, which is fastest. With a thousand, each agent a profile, that
would be a comparison for each of the hundreds who can take a ticket; here the first in order that fits is the one.
"""

from __future__ import annotations

from bisect import insort

from routekit._kernel.ordered import Line, Node
from routekit._kernel.profiles import Bucket, Demand, Slot, Ticket

__all__ = ["Heads"]


class Heads:
    """By tier, a node for each open bucket, with the key of its first slot."""

    def __init__(self) -> None:
        self._tiers: list[int] = []  # the lowest first
        self._lines: dict[int, Line] = {}
        self._nodes: dict[Bucket, Node] = {}

    def see(self, bucket: Bucket, tier: int, number: int) -> None:
        """Slots have come to a bucket, or gone; `number` is that of its line for the lineup. Cost: a logarithm."""
        line: Line = bucket.lines[number]
        first = line.first()
        node = self._nodes.get(bucket)
        if node is not None:
            if first is not None and first.seq == node.seq:
                return
            self._lines[tier].remove(node)
        if first is None:
            self._nodes.pop(bucket, None)
            return
        if node is None:
            node = self._nodes[bucket] = Node(0, bucket)
        node.copy_key(first)
        heads = self._lines.get(tier)
        if heads is None:
            heads = self._lines[tier] = Line()
            insort(self._tiers, tier)
        heads.add(node)

    def first(self, ticket: Ticket, demand: Demand) -> Slot | None:
        """The first slot of the lowest tier that has an eligible one, where nobody drains; the row is up to date.

        Cost: the buckets before the first that fits, a few nanoseconds each.
        """
        bit = demand.bit
        row = demand.row
        excluded = ticket.excluded
        best: Node | None = None
        found: Slot
        for tier in self._tiers:
            heads = self._lines[tier]
            for index in range(heads.parts()):
                part = heads.part(index)
                for at in range(len(part)):
                    head = part[at]
                    if best is not None and best.before(head):
                        found = best.item
                        return found
                    bucket: Bucket = head.item
                    supply = bucket.supply
                    number = supply.number
                    if bucket.mask & bit and row[number >> 3] >> (number & 7) & 1:
                        line: Line = bucket.lines[supply.line_of[demand.lineup.number]]
                        node = line.first()
                        while excluded is not None and node is not None and node.seq in excluded:
                            node = line.next_after(node)
                        if node is not None and (best is None or node.before(best)):
                            best = node
            if best is not None:
                found = best.item
                return found
        return None

    def check(self, buckets: list[tuple[Bucket, int, int]]) -> None:
        """Assert that these, with tiers and numbers of their lines, are all that there are. For tests."""
        assert len(self._nodes) == len(buckets), "every open bucket has a head, and no other"
        for line in self._lines.values():
            line.check()
        for bucket, tier, number in buckets:
            head = self._nodes[bucket]
            first: Node = bucket.lines[number].kth(0)
            assert not head.before(first) and not first.before(head), "which has the key of its first slot"
            assert head in list(self._lines[tier]), "and stands among those of its tier"
