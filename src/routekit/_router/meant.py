"""Who is meant for one agent: all of them, and those who ask for an agent in the order in which this one takes them.

A contact that is reserved is not filed in the index; what is here is the index's answer for one agent alone, with the
same lines: for each queue and each demand profile those who have waited so long that the tier counts no more, and the
others. As with the index, only who is not taken at once is filed. When a reservation begins and ends is in
`reservations`.
"""

from __future__ import annotations

from typing import Any

from routekit._kernel.index import Index
from routekit._kernel.matching import ahead
from routekit._kernel.ordered import Line, Node
from routekit._router.records import AgentRecord, ContactRecord

__all__ = ["Meant", "ask_those_meant", "withdraw_from_those_meant"]


class Meant:
    """The contacts that are reserved for an agent, by sequence, and the lines of those who ask and were not taken."""

    def __init__(self) -> None:
        self.contacts: dict[int, ContactRecord] = {}
        self.lines: dict[int, dict[Any, _Lines]] = {}  # by the queue's sequence and the demand profile
        self._filed: dict[int, _Lines] = {}  # by the contact's sequence

    def ask(self, contact: ContactRecord, now: float) -> None:
        """A contact asks for an agent, and carries its demand profile. Cost: a logarithm."""
        if contact.seq in self._filed:
            return
        queue = contact.queue.seq
        table = self.lines.get(queue)
        if table is None:
            table = self.lines[queue] = {}
        lines = table.get(contact.demand)
        if lines is None:
            lines = table[contact.demand] = _Lines()
        lines.add(contact, now)
        self._filed[contact.seq] = lines

    def withdraw(self, contact: ContactRecord) -> None:
        """A contact, which may ask, does so no more; its node's key is still that which it was filed with."""
        if not self._filed:
            return
        lines = self._filed.pop(contact.seq, None)
        if lines is None:
            return
        lines.remove(contact)
        if not (lines.aged.size or lines.fresh.size):
            queue = contact.queue.seq
            table = self.lines[queue]
            del table[contact.demand]
            if not table:
                del self.lines[queue]

    def asking(self) -> list[ContactRecord]:
        """All who are filed, in no order: for checks."""
        contacts = []
        for table in self.lines.values():
            for lines in table.values():
                for line in (lines.aged, lines.fresh):
                    contacts += [node.item for node in line]
        return contacts

    def best_in(self, queue: int, agent: AgentRecord, index: Index, now: float) -> ContactRecord | None:
        """Who of a queue goes to the agent next, or None. Cost: the demand profiles, and who is excluded."""
        supply = agent.supply
        if not agent.mask or supply is None or agent.drains_for is not None:
            return None
        table = self.lines.get(queue)
        if table is None:
            return None
        best: ContactRecord | None = None
        best_aged = False
        for demand, lines in table.items():
            if demand.version != index.version:
                index.fit(demand)
            if not (agent.mask >> demand.number & 1 and demand.row[supply.number >> 3] >> (supply.number & 7) & 1):
                continue
            lines.age(now)
            flat = supply.tiers[queue] == 1
            for line, aged in ((lines.aged, True), (lines.fresh, flat)):
                found = _first_for(line, agent)
                if found is None or (best is not None and aged < best_aged):
                    continue
                if best is None or aged > best_aged or _comes_before(found, best, now):
                    best = found
                    best_aged = aged
        return best


class _Lines:
    """Those of one demand profile, by the key of their queue's order."""

    def __init__(self) -> None:
        self.aged = Line()
        self.fresh = Line()
        self._due = Line()
        self._due_of: dict[int, Node] = {}  # by contact sequence: when its tier counts no more

    def add(self, contact: ContactRecord, now: float) -> None:
        due = contact.since + contact.queue.lineup.tier_wait_s
        if due > now:
            node = self._due_of[contact.seq] = Node(contact.seq, contact, due)
            self._due.add(node)
            self.fresh.add(contact)
        else:
            self.aged.add(contact)

    def remove(self, contact: ContactRecord) -> None:
        node = self._due_of.pop(contact.seq, None)
        if node is None:
            self.aged.remove(contact)
        else:
            self._due.remove(node)
            self.fresh.remove(contact)

    def age(self, now: float) -> None:
        """Move those whose tier counts no more. Cost: a logarithm for each, once."""
        node = self._due.first()
        while node is not None and node.a <= now:
            contact = node.item
            self.remove(contact)
            self.aged.add(contact)
            node = self._due.first()


def ask_those_meant(contact: ContactRecord, now: float) -> None:
    """A reserved contact that nobody takes now: each agent whom it is meant for has it in a line from now on."""
    extras = contact.extras
    assert extras is not None and extras.reserved is not None
    for agent in extras.reserved:
        meant = agent.reserved
        assert meant is not None
        meant.ask(contact, now)


def withdraw_from_those_meant(contact: ContactRecord) -> None:
    """A reserved contact is about to give up its demand profile."""
    extras = contact.extras
    assert extras is not None and extras.reserved is not None
    for agent in extras.reserved:
        meant = agent.reserved
        if meant is not None:  # or it is only just becoming theirs
            meant.withdraw(contact)


def _first_for(line: Line, agent: AgentRecord) -> ContactRecord | None:
    node = line.first()
    while node is not None:
        contact: ContactRecord = node.item
        if contact.excluded is None or agent.seq not in contact.excluded:
            return contact
        node = line.next_after(node)
    return None


def _comes_before(contact: ContactRecord, other: ContactRecord, now: float) -> bool:
    return ahead(contact, other, now) if contact.queue.ratio else bool(contact.before(other))
