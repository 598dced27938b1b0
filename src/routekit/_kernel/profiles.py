"""The records of the matching index: who is alike on either side, and where each one is filed.

Demand profiles group waiting tickets that ask for the same; supply profiles group slots that offer the same. These
classes hold data and the arithmetic of one record; `index` files and finds them, `matching` chooses. Nothing here
knows a contact, an agent or a queue: the router's records inherit from `Ticket` and `Slot`, and a `Lineup` is what
the index keeps of a queue. Channels are numbers here, 0 standing for all that nobody has mentioned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from routekit._kernel.ordered import Line, Node
from routekit._kernel.timers import Timer

if TYPE_CHECKING:
    import cython
else:
    from routekit._cython import cython

__all__ = [
    "UNTRIED",
    "Attempts",
    "Bucket",
    "Demand",
    "Entry",
    "Lane",
    "Lineup",
    "Link",
    "Shape",
    "Slot",
    "Spec",
    "Supply",
    "Ticket",
]

TOLERANCE = 1e-9
"""Costs are fractions at times, and 0.1 + 0.2 must fit into 0.3."""


class Shape:
    """What a capacity allows, by channel number. Slots of one supply profile share one shape."""

    def __init__(
        self,
        units: float,
        costs: list[float],
        limits: list[int],
        interruptible: list[bool],
        sequence: list[int],
        allowed: int,
    ) -> None:
        self.units = units
        self.costs = costs
        self.limits = limits  # -1: none
        self.interruptible = interruptible
        self.sequence = sequence  # channel numbers in the order of their names: sums are made in it
        self.allowed = allowed
        self.firm = 0.0
        self.load = 0.0
        self.fits_empty = 0
        self.drains = 0
        self._with_one: list[tuple[int, float, float]] = []  # by channel: the open set, firm and load with one held
        self._derive()

    def _derive(self) -> None:
        least = min((self.costs[n] for n in self.sequence if self.allowed >> n & 1), default=0.0)
        bit = 1
        for n in range(len(self.costs)):
            if self.allowed & bit and self.costs[n] <= self.units + TOLERANCE and self.limits[n] != 0:
                self.fits_empty |= bit
                if least < self.costs[n]:
                    self.drains |= bit  # some other channel costs less
            bit <<= 1
        held = [0] * len(self.costs)
        for n in range(len(held)):
            held[n] = 1
            self._with_one.append((self._room(held), self.firm, self.load))
            held[n] = 0

    def measure(self, held: list[int]) -> None:
        """Set `firm` (load that counts for a channel that may interrupt) and `load` (all) for the held counts."""
        firm = 0.0
        load = 0.0
        for n in self.sequence:
            k = held[n]
            if k:
                cost = k * self.costs[n]
                load += cost
                if not self.interruptible[n]:
                    firm += cost
        self.firm = firm
        self.load = load

    def room(self, held: list[int]) -> int:
        """The open set: a bitmask of the channels that can take one more. Leaves `firm` and `load` measured."""
        busy = -1
        for n in range(len(held)):
            k = held[n]
            if k:
                if busy >= 0 or k > 1:
                    return self._room(held)
                busy = n
        if busy < 0:
            self.firm = 0.0
            self.load = 0.0
            return self.fits_empty
        mask, self.firm, self.load = self._with_one[busy]
        return mask

    def _room(self, held: list[int]) -> int:
        """The same for any counts; of none and of one it is known beforehand."""
        self.measure(held)
        most = self.units + TOLERANCE
        firm_left = most - self.firm
        load_left = most - self.load
        mask = 0
        bit = 1
        for n in range(len(self.costs)):
            if self.fits_empty & bit:
                limit = self.limits[n]
                used = held[n]
                cost = self.costs[n]
                left = load_left if self.interruptible[n] else firm_left
                if cost <= left and (limit < 0 or used < limit):
                    mask |= bit
            bit <<= 1
        return mask


class Spec:
    """One kind of line that a supply profile keeps: which order, and for which queue if it counts per queue."""

    def __init__(
        self, kind: int, codes: tuple[int, ...], order: Any, lineup: int, label: str, moving: bool = False
    ) -> None:
        self.kind = kind  # IDLE, SEQUENCE, PARTS or OWN, see `index`
        self.codes = codes  # the parts of the key, as the router numbers them; below 0: more is better
        self.order = order
        self.moving = moving  # by scores that drift: slots of different levels stand in different buckets
        self.lineup = lineup  # -1: of no queue in particular
        self.label = label  # the first lineup's name, for messages


class Bucket:
    """Slots of one supply profile with the same open set, in one line per spec; those that drain in buckets apart.

    Where a spec is by drifting scores, the slots of a bucket have equal levels too.
    """

    def __init__(self, supply: Supply, mask: int, levels: tuple[float, ...], kinds: int, draining: bool) -> None:
        self.supply = supply
        self.mask = mask
        self.levels = levels
        self.draining = draining
        self.lines = [Line() for _ in range(kinds)]
        self.size = 0


class Link:
    """A supply profile's membership of a lineup."""

    def __init__(self, lineup: Lineup, tier: int) -> None:
        self.lineup = lineup
        self.tier = tier


class Entry:
    """The same membership seen from the lineup: the profile, its tier here and which of its lines to read."""

    def __init__(self, supply: Supply, tier: int, line: int) -> None:
        self.supply = supply
        self.tier = tier
        self.line = line


class Supply:
    """A supply profile: slots with equal memberships and tiers, skills and capacity."""

    def __init__(self, number: int, key: Any, skills: Mapping[str, float], shape: Shape) -> None:
        self.number = number
        self.bit: Any = 1 << number  # a Python int: there may be more profiles than a machine word has bits
        self.key = key
        self.skills = skills
        self.shape = shape
        self.members = 0
        self.ready: dict[int, int] = {}  # how many of them are ready, by the channels that these have closed
        self.links: list[Link] = []
        self.tiers: dict[int, int] = {}
        self.line_of: dict[int, int] = {}  # by lineup: which of a bucket's lines, and of a slot's nodes, it reads
        self.specs: list[Spec] = []
        self.moving = False  # whether one of them is
        self.buckets: dict[Any, Bucket] = {}  # by open set, or by open set and levels where a spec is moving
        self.open_buckets: list[Bucket] = []
        self.open_mask = 0
        self.drain_buckets: list[Bucket] = []  # the same for slots that drain
        self.drain_by_mask: dict[Any, Bucket] = {}
        self.flat = True  # one tier in all lineups
        self.by_firm = Line()  # slots that hold work, by (firm load, key): who could be drained soonest
        self.by_load = Line()  # the same by whole load, for channels that may not interrupt


class Slot:
    """One who serves, as the index sees them."""

    def __init__(self, seq: int) -> None:
        self.seq = seq
        self.supply: Supply | None = None
        self.bucket: Bucket | None = None
        self.nodes: list[Node] = []
        self.levels: tuple[float, ...] = ()  # by spec, where one is moving
        self.firm_node = Node(seq, self)
        self.load_node = Node(seq, self)
        self.loaded = False  # in the supply's by_firm and by_load
        self.held: list[int] = []  # work by channel number
        self.fit = 0  # channels with room, by capacity and presence
        self.closed = 0  # channels closed by presence
        self.counted = -1  # the same, as its supply's `ready` counts it; -1: it does not
        self.mask = 0  # channels open now: `fit`, or 0 while resting or not ready
        self.drains_for: Any = None  # a Ticket


class Lane:
    """Tickets of one demand profile in order. Its `head` stands for it among the lineup's heads."""

    def __init__(self, demand: Demand) -> None:
        self.demand = demand
        self.line = Line()
        self.head = Node(0, self)
        self.filed = False
        # By slot sequence, for some: all tickets up to this key are excluded for the slot. See `Index.first_for`.
        self.passed: dict[int, Node] | None = None
        self.furthest: Node | None = None  # no such key is greater than this one


class Demand:
    """A demand profile: tickets that wait in one lineup for the same channel, needs, reach of tiers and target."""

    def __init__(
        self, lineup: Lineup, channel: str, needs: tuple[tuple[str, float], ...], reach: int, target: float
    ) -> None:
        self.lineup = lineup
        self.channel = channel
        self.needs = needs
        self.reach = reach  # 0: all tiers
        self.target = target  # 0.0 but where the lineup goes by ratios
        self.matches: dict[int, float] = {}  # by supply profile: how well it suits, where the lineup asks
        self.number = 0  # of its channel, as of `version`
        self.bit = 1  # its channel's bit in an open set
        self.bits: Any = 0  # supply profiles that fit, as an int
        self.row = b""  # the same as bytes: one bit is read without making an int
        self.version = -1
        self.size = 0  # tickets filed here
        self.carriers = 0  # tickets that carry it, filed or about to be
        self.idle = False
        self.kept = False  # in its lineup's `demands`: it is forgotten some time after nobody carries it
        self.wish: Any = None  # what it is known by, see `Index.known`
        self.undrained = Line()  # tickets that wait for somebody to be drained, by urgency
        # Made when somebody is filed there: most profiles that are asked for once are asked for by one who is served.
        self.aged: Lane | None = None
        self.fresh: Lane | None = None


@cython.freelist(64)
@cython.cclass
class Attempts:
    """What offers of a ticket have left behind, made at the first of them: most who wait have had none."""

    def __init__(self) -> None:
        self.cursor = 0  # the slot that it was offered to last, where the lineup starts anew for each ticket
        self.trying = False  # whether an attempt goes on, where the lineup goes by rounds
        self.turn = 1.0  # the place in the order of joining from which it looks
        self.last_tier = 0  # who was tried last in this line, by tier and place
        self.last_turn = 0.0
        # What is beyond the index:
        self.others: list[Any] | None = None  # the offers that are open besides the first
        self.ring_timer: Timer | None = None  # one more slot is asked then
        self.rest: Timer | None = None  # offered to nobody until then

    def start_anew(self) -> None:
        """The ticket goes to another line: who was tried in the old one counts no more."""
        self.cursor = 0
        self.trying = False
        self.turn = 1.0
        self.last_tier = 0
        self.last_turn = 0.0


UNTRIED = Attempts()
"""Those of a ticket that was offered to nobody; to be read only."""


class Ticket(Node):
    """One who waits, as the index sees them: an entry of lines itself, so that nobody who waits takes two objects."""

    def __init__(self, seq: int) -> None:
        self.take_number(seq)

    def take_number(self, seq: int) -> None:
        """What `__init__` does; called from compiled code it costs a third."""
        self.stand_for(seq, self)
        self.since = 0.0
        self.urgency = 0.0
        self.target = 0.0  # what its wait is divided by, where the lineup goes by ratios
        self.attempts: Attempts | None = None
        self.since_node: Node | None = None  # only in lineups with tiers
        self.demand: Demand | None = None  # set while filed as queued
        self.lane: Lane | None = None
        self.drain_node: Node | None = None  # in the demand's `undrained`
        self.goal: Goal | None = None  # while a slot drains for it
        self.excluded: dict[int, Any] | None = None  # slot sequence -> exclusion
        self.tried: dict[int, Any] | None = None  # the same of all who were tried, excluded still or not
        self.views: list[Any] | None = None  # of one who stands in several lineups: all their tickets, itself too

    def try_it(self) -> Attempts:
        """Its attempts, to be written down: made if there are none yet."""
        if self.attempts is None:
            self.attempts = Attempts()
        return self.attempts


class Goal:
    """Where a ticket for which a slot drains stands among all of them, by urgency and by its lineup's order."""

    def __init__(self, ticket: Ticket, lineup: Lineup) -> None:
        self.lineup = lineup
        self.by_urgency = Node(ticket.seq, ticket, ticket.urgency)
        self.by_key = Node(ticket.seq, ticket)
        self.by_key.copy_key(ticket)


class Lineup:
    """What the index keeps of one queue."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.pick = 0
        self.pointer = 0  # the sequence of the slot chosen last
        self.turn = 0.0  # and its place in the order of joining
        self.by_turn = False
        self.behind = True  # whether who has been tried stands behind the others for that ticket
        self.last_tier = 0  # the member that any lineup chose last: tier, place in the order of joining,
        self.last_turn = 0.0
        self.last_at = -1e15  # when that was,
        self.last_seq = 0  # and their sequence; kept where the order looks at it
        self.round = 1.0  # the place in the order of joining from which the next attempt looks
        self.lots = 1000  # below how much a slot of the first tier draws a lot
        self.half_life = 0.0  # of the scores that its order goes by
        self.ratio = False  # whether its tickets go by wait / target
        self.share = 0.0  # what it has had, where queues have shares; else 0.0 for ever
        self.tier_wait_s = 0.0
        self.tiered = False
        self.spec: Spec | None = None
        self.entries: list[Entry] = []
        self.heads: Any = None  # `Heads` of its open buckets, where there are many
        self.demands: dict[Any, Demand] = {}
        self.known: dict[str, dict[Any, Demand]] = {}  # some of these by channel and wish, see `Index.known`
        self.waiting = Line()  # all that wait here, offered ones too: `position` is a rank in it
        self.by_target: dict[float, Line] = {}  # the same, a line for each target, where it goes by ratios
        self.queued = 0
        self.aged_heads = Line()
        self.fresh_heads = Line()
        self.by_since = Line()  # fresh tickets by the time when their tier stops to count
        self.goals = Line()  # its tickets for which slots drain, by key
