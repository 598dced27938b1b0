"""Where a waiting contact stands, at a glance: what is needed for an estimate of it, and nothing that others share.

What lives here: the short way to what `Reads.place` says of a contact of the usual kind, who waits in one queue without
tiers, for whom nobody is free and to whom nothing is to happen by itself. What its agents are, which lines they serve
and how these lines share them is read by `Reads`, and kept for each kind of contact until agents change; the order of
the lines until the next command. What is left for each contact is a rank in each line. What may not: any other reading,
and what is made of it. A contact of another kind is answered with None: it has to be looked at in full.

Each figure is the one that `Reads.place` gives, with the same sums in the same order.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from routekit._kernel.ordered import Line, Node
from routekit._kernel.profiles import Demand, Lane, Lineup
from routekit._router.places import NOBODY, Team
from routekit._router.records import ContactRecord, QueueRecord
from routekit._router.stages import QUEUED
from routekit._router.state import State

if TYPE_CHECKING:
    from routekit._router.reads import Reads

__all__ = ["MOST_LINES", "PIECES", "Cut", "Glance", "Glances", "Kind", "Rival"]

PIECES = 8
"""As `BLOCKS` of `reads`."""
_PIECES = PIECES  # a C number in the compiled build
_LATEST = -1e-6
MOST_LINES = 32
"""With more lines that come before there is no short way."""
MOST_HEADS = 256
"""The same of all lines in one queue."""
MOST_KINDS = 256
"""Kinds of contacts for which this is kept; they are only a cache."""
MOST_ORDERS = 64
"""For how many orders of its lines a kind keeps how they share agents."""


class Rival:
    """A line of the index, of which some are for agents of a kind of contact."""

    def __init__(self, lane: Lane, queue: QueueRecord, home: bool) -> None:
        self.line = lane.line
        self.queue = queue
        self.home = home  # in the contact's own queue: by its order, else by urgency
        self.weights: list[float] = []  # which parts of one of them the agents get
        self.takers: frozenset[int] = frozenset()  # the supply profiles that could take one
        self.alike = False  # as the contact's
        self.each = 1.0  # how many slots of the contact's one of them takes at most
        self.group = 0  # of those of one queue and channel


class Cut:
    """How some lines share agents: as `blocks`, `sides` and `own` of a `Place`, but for the sizes."""

    def __init__(self) -> None:
        self.sides: tuple[Team, ...] = ()
        self.own: tuple[int, ...] = ()
        self.teams: list[tuple[int, ...]] = []  # by line: which of the sides could take it
        self.ranked = array("q")  # by line: its place in the order of these
        self.said: Any = None  # what an estimator makes of it


class Kind:
    """Contacts that ask for the same: what is true of all of them until agents change, and what until the next command.

    `plain` is False for such that have to be looked at in full. `rivals` are in the order in which the index has them.
    """

    def __init__(self, demand: Demand, queue: QueueRecord) -> None:
        self.demand = demand
        self.queue = queue
        self.lineup: Lineup = queue.lineup
        self.channel = 0
        self.asks: tuple[Any, ...] = ()
        self.crew: Any = None
        self.teams: tuple[Team, ...] = ()
        self.shares: tuple[tuple[str, float], ...] = ()
        self.lineups: list[Lineup] = []
        self.known: dict[Lane, Rival | None] = {}
        self.groups: dict[tuple[str, str], int] = {}
        self.orders: dict[tuple[Rival, ...], dict[int, Cut]] = {}
        self.agents_known = False
        # Until the next command.
        self.turn = -1
        self.plain = False
        self.rivals: list[Rival] = []
        self.whole = False  # everybody in its queue's line is in one of these lines, or in `other`
        self.other: Line | None = None
        self.cuts: dict[int, Cut] = {}
        self.sure: dict[int, bool] = {}  # by the number of its next step: that no step brings anybody
        self.said: Any = None  # what an estimator makes of it


class Glance:
    """One contact. It is filled anew for the next one.

    `before` is how many come before, by the shares of its agents; with a `cut` these are in `count` pieces, in the
    order in which they are taken: how much, and for which sides.
    """

    def __init__(self) -> None:
        most = PIECES * MOST_LINES
        self.kind: Kind = None  # type: ignore[assignment]  # it is filled before anybody sees it
        self.record: ContactRecord = None  # type: ignore[assignment]
        self.now = 0.0
        self.position = 0
        self.before = 0.0
        self.cut: Cut | None = None
        self.count = 0
        self.sizes = array("d", bytes(8 * most))
        self.keys = array("d", bytes(8 * most))
        self.lines = array("q", bytes(8 * most))  # of a piece: the number of its line in the cut
        self.ranks = array("q", bytes(8 * MOST_LINES))
        self.sums = array("d", bytes(8 * MOST_LINES))
        self.seen = array("q", bytes(8 * MOST_LINES))


class Glances:
    """The short way to the places of one router's contacts."""

    def __init__(self, reads: Reads) -> None:
        self.reads = reads
        self.router: Any = reads._router
        self.glance = Glance()
        self._kinds: dict[Demand, Kind] = {}
        self._index: Any = None
        self._version = -1
        self._staffing = -1
        self._probe = Node(0, None)

    def record(self, contact: str) -> ContactRecord:
        """The record of a contact; `UnknownContact`."""
        state: State = self.router._state
        return state.contact(contact)

    def look(self, record: ContactRecord) -> Glance | None:
        """Where a contact stands; None for one to be looked at in full. Cost: a rank in each line that comes before,
        and one in the queue's where that is not the sum of these.

        The first of its kind after a command costs the lines of the queues besides, and the first after agents have
        changed what `Reads.place` does.
        """
        turn = self.router._turn
        if not turn:
            return None  # in the middle of a command: nothing may be kept
        state = self.router._state
        demand = record.demand
        if (
            demand is None
            or record.lane is None
            or record.stage is not QUEUED
            or record.views is not None
            or record.extras is not None
            or (record.attempts is not None and record.attempts.rest is not None)
        ):
            return None
        queue = record.queue
        if queue.window is not None:
            return None
        index = state.index
        if index is not self._index or index.version != self._version or index.staffing != self._staffing:
            self._index = index
            self._version = index.version
            self._staffing = index.staffing
            self._kinds.clear()
        kind = self._kinds.get(demand)
        if kind is None:
            if len(self._kinds) >= MOST_KINDS:
                self._kinds.clear()
            kind = self._kinds[demand] = Kind(demand, queue)
        if kind.turn != turn:
            self._freshen(kind, state)
            kind.turn = turn
        if not kind.plain:
            return None
        if record.next_step < len(queue.steps) and not self._is_sure(kind, record):
            return None
        glance = self.glance
        glance.kind = kind
        glance.record = record
        glance.now = state.now
        self._rank(glance, kind, record)
        return glance

    # -- of a kind -----------------------------------------------------------------------------------------------------

    def _freshen(self, kind: Kind, state: State) -> None:
        """See how its lines stand now."""
        kind.plain = False
        kind.sure.clear()
        kind.said = None
        queue = kind.queue
        if not queue.linear or queue.ratio or kind.lineup.tiered:
            return
        reads = self.reads
        reads._await(NOBODY)
        if not kind.agents_known:
            self._meet(kind, state)
        if not kind.teams or kind.crew.bits & state.index.open_bits[kind.channel]:
            return
        rivals: list[Rival] = []
        filed = others = 0
        kind.whole = False
        kind.other = None
        for lineup in kind.lineups:
            if lineup.queued:
                if lineup.tiered or len(lineup.aged_heads) > MOST_HEADS:
                    return
                for head in lineup.aged_heads:
                    lane = head.item
                    if lane not in kind.known:
                        if len(kind.known) >= 2 * MOST_HEADS:
                            kind.known.clear()
                            kind.orders.clear()
                        kind.known[lane] = self._rival(kind, lane, lineup, state)
                    rival = kind.known[lane]
                    if rival is not None:
                        if not rival.home and not rival.queue.by_urgency:
                            return  # of its line only the head is compared
                        rivals.append(rival)
                    if lineup is kind.lineup:
                        filed += lane.line.size
                        if rival is None:
                            others += 1
                            kind.other = lane.line
        if len(rivals) > MOST_LINES:
            return
        # Visitors are in lines of the index alone, and who is offered in the queue's alone.
        kind.whole = others <= 1 and filed == kind.lineup.waiting.size and not queue.visitors
        kind.rivals = rivals
        order = tuple(rivals)
        cuts = kind.orders.get(order)
        if cuts is None:
            if len(kind.orders) >= MOST_ORDERS:
                kind.orders.clear()
            cuts = kind.orders[order] = {}
        kind.cuts = cuts
        kind.plain = True

    def _meet(self, kind: Kind, state: State) -> None:
        """Find out who could take it, and which queues these serve."""
        reads, demand = self.reads, kind.demand
        kind.channel = state.index.number(demand.channel)
        kind.asks = ((kind.lineup.number, demand.needs, demand.reach),)
        kind.crew = reads._crew(kind.asks, kind.channel)
        kind.teams = kind.crew.teams
        kind.shares = reads._shares(kind.asks, kind.crew, kind.channel)
        kind.lineups = [state.queues[name].lineup for name, _ in kind.shares]
        kind.agents_known = True

    def _rival(self, kind: Kind, lane: Lane, lineup: Lineup, state: State) -> Rival | None:
        """A line as the agents of a kind see it; None if it is nothing to them."""
        reads, demand = self.reads, lane.demand
        overlap = reads._overlap(demand, kind.asks, kind.crew, kind.channel)
        if not overlap:
            return None
        home = lineup is kind.lineup
        queue = kind.queue
        for name, _ in kind.shares:
            if state.queues[name].lineup is lineup:
                queue = state.queues[name]
        rival = Rival(lane, queue, home)
        rival.weights = [weight for _, _, weight in overlap]
        number = state.index.number(demand.channel)
        crew = reads._crew(((lineup.number, demand.needs, demand.reach),), number)
        rival.takers = frozenset(crew.weights)
        rival.alike = rival.takers == kind.crew.weights.keys()
        rival.each = reads._each(rival.takers, kind.channel, number)
        rival.group = kind.groups.setdefault((queue.name, demand.channel), len(kind.groups))
        return rival

    def _is_sure(self, kind: Kind, record: ContactRecord) -> bool:
        """Whether no step that is sure to come brings anybody who is not there."""
        found = kind.sure.get(record.next_step)
        if found is None:
            found = self.reads._later(record, kind.crew, kind.channel) is None
            kind.sure[record.next_step] = found
        return found

    def _cut(self, kind: Kind, found: int) -> Cut:
        """How the lines share agents of which the bits are set."""
        takers = [rival.takers for number, rival in enumerate(kind.rivals) if found >> number & 1]
        sides, own, teams, _, _ = self.reads._split(kind.crew, takers, {}, kind.channel)
        cut = Cut()
        cut.sides, cut.own, cut.teams = sides, own, list(teams)
        rank = {team: number for number, team in enumerate(sorted(set(teams)))}
        cut.ranked = array("q", [rank[team] for team in teams] or [0])
        kind.cuts[found] = cut
        return cut

    # -- of a contact --------------------------------------------------------------------------------------------------

    def _rank(self, glance: Glance, kind: Kind, record: ContactRecord) -> None:
        """Count who comes before in each line, by the shares of the contact's agents, and in the queue's."""
        rivals = kind.rivals
        probe = self._probe
        probe.a = record.urgency
        probe.seq = record.seq
        ahead = 0
        found = 0
        bit = 1
        alike = True
        for number in range(len(rivals)):
            rival = rivals[number]
            line = rival.line
            if rival.home:
                rank = line.rank(record)
                ahead += rank
            else:
                rank = line.rank(probe)
            glance.ranks[number] = rank
            if rank:
                found |= bit
                if not rival.alike:
                    alike = False
            bit = bit * 2
        if not kind.whole:
            ahead = kind.lineup.waiting.rank(record)
        elif kind.other is not None:
            ahead += kind.other.rank(record)
        glance.position = ahead + 1
        glance.cut = None
        glance.count = 0
        if alike:
            glance.before = self._sum(glance, kind)
            return
        cut = kind.cuts.get(found)
        if cut is None:
            cut = self._cut(kind, found)
        if not cut.sides:
            glance.before = self._sum(glance, kind)
            return
        glance.cut = cut
        self._piece(glance, kind, record)
        self._sort(glance, cut)

    def _sum(self, glance: Glance, kind: Kind) -> float:
        """How many come before: added up for each queue and channel, and these in the order of their first."""
        rivals = kind.rivals
        count = 0
        for number in range(len(rivals)):
            if glance.ranks[number]:
                rival = rivals[number]
                before = 0.0
                for weight in rival.weights:
                    before += weight * glance.ranks[number]
                if before > 0.0:
                    at = 0
                    while at < count and glance.seen[at] != rival.group:
                        at += 1
                    if at == count:
                        glance.seen[at] = rival.group
                        glance.sums[at] = 0.0
                        count += 1
                    glance.sums[at] += before
        total = 0.0
        for number in range(count):
            total += glance.sums[number]
        return total

    def _piece(self, glance: Glance, kind: Kind, record: ContactRecord) -> None:
        """Cut each line that comes before into pieces: how many slots, and by how many seconds they are ahead."""
        rivals = kind.rivals
        count = 0
        line = 0
        for number in range(len(rivals)):
            most = glance.ranks[number]
            if most:
                rival = rivals[number]
                pieces = most if most < _PIECES else _PIECES
                middles = rival.line.marks(most, pieces)
                last = 0
                for place in range(pieces):
                    first = last
                    last = (place + 1) * most // pieces
                    node = middles[place]
                    if rival.home:
                        ahead_s = node.a - record.a
                    else:
                        ticket = node.item
                        ahead_s = ticket.urgency - record.urgency
                    glance.keys[count] = ahead_s if ahead_s < _LATEST else _LATEST
                    glance.sizes[count] = (last - first) * rival.each
                    glance.lines[count] = line
                    count += 1
                line += 1
        glance.count = count

    def _sort(self, glance: Glance, cut: Cut) -> None:
        """Put the pieces in the order in which they are taken: by key, size and sides. Equal ones are the same."""
        gap = 13 if glance.count > 32 else 1  # those of one line are in order but for equal keys
        while gap > 0:
            for at in range(gap, glance.count):
                key = glance.keys[at]
                size = glance.sizes[at]
                line = glance.lines[at]
                team = cut.ranked[line]
                to = at
                while to >= gap:
                    other = to - gap
                    if glance.keys[other] < key:
                        break
                    if glance.keys[other] == key:
                        if glance.sizes[other] < size:
                            break
                        if glance.sizes[other] == size and cut.ranked[glance.lines[other]] <= team:
                            break
                    glance.keys[to] = glance.keys[other]
                    glance.sizes[to] = glance.sizes[other]
                    glance.lines[to] = glance.lines[other]
                    to = other
                glance.keys[to] = key
                glance.sizes[to] = size
                glance.lines[to] = line
            gap = gap // 3
