"""What an estimator may look at: where a contact stands, who could take it, and who comes before it.

Only reading lives here. Nothing of the router is changed, no order of the app's is asked but for the key of one who has
not come, and nothing is drawn. Costs go by how many kinds of demand and supply there are, never by how many wait or
work: whoever comes before is counted in the index's ordered lines, and sums over agents are kept until one of them
becomes ready, or ceases to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from routekit._kernel.matching import ahead
from routekit._kernel.ordered import Line, Node
from routekit._kernel.profiles import Demand, Lane, Supply
from routekit._model import Contact
from routekit._router.crowd import Asked, Crowd, Hand, crowd, hands_of, key_of, reaches, slots_of
from routekit._router.keys import _four, _target
from routekit._router.places import (
    NOBODY,
    Block,
    Later,
    Needs,
    Place,
    Preferred,
    Rivals,
    Roster,
    Rostered,
    Team,
)
from routekit._router.records import AgentRecord, ContactRecord, QueueRecord
from routekit._router.state import State

if TYPE_CHECKING:
    from routekit._router.running import Running
    from routekit._router.views import AgentView, ContactView, OfferView, QueueView
    from routekit._timeline import Step

__all__ = ["Reads"]

BLOCKS = 8
"""Into how many pieces a line of contacts alike is cut where it has to be told who of several lines goes first."""
MOST_PAIRS = 4096
"""Kinds of contacts times kinds of agents that are looked at for it."""
KEPT = 4096
"""Sums over agents that are kept; they are only a cache."""
MOST_ROSTERS = 16
"""Sets of agents yet to come for which they are kept."""


class _Crew:
    """All who could take one kind of contact, as the index has them."""

    def __init__(self, bits: Any, weights: dict[int, int], teams: tuple[Team, ...], team_of: dict[int, int]) -> None:
        self.bits = bits
        self.team_of = team_of  # by supply profile
        self.weights = weights  # by supply profile: ready agents times the slots of each
        self.total = sum(weights.values())
        self.teams = teams
        self.tier = 1  # in which all of them can be reached


class Reads:
    """A read-only way to look at a router, for its estimator. Asked only while that answers, or learns.

    `queues`, `agents`, `contacts` and `offers` are the router's own mappings of views.
    """

    def __init__(self, router: Running) -> None:
        self._router: Any = router
        self._stamp: Any = None
        self._crews: dict[Any, _Crew] = {}
        self._overlaps: dict[Any, Any] = {}
        # Both by how many of each supply profile are awaited; and this as a mapping.
        self._kept: dict[tuple[tuple[int, int], ...], tuple[dict[Any, _Crew], dict[Any, Any]]] = {}
        self._awaited: dict[int, int] = {}
        self._hands: dict[int, tuple[Hand, ...]] = {}  # by agent sequence, as of the turn
        self._hands_turn = 0

    @property
    def now(self) -> float | None:
        """The time of the latest command, None before the first."""
        now: float | None = self._router.now
        return now

    @property
    def seed(self) -> int:
        """The router's seed: an estimate that simulates draws from this, the contact and `event_number`."""
        seed: int = self._router._seed
        return seed

    @property
    def event_number(self) -> int:
        """The number of the last event."""
        number: int = self._router._state.event_seq
        return number

    @property
    def queues(self) -> Mapping[str, QueueView]:
        """The queues by name."""
        queues: Mapping[str, QueueView] = self._router.queues
        return queues

    @property
    def agents(self) -> Mapping[str, AgentView]:
        """The agents by id."""
        agents: Mapping[str, AgentView] = self._router.agents
        return agents

    @property
    def contacts(self) -> Mapping[str, ContactView]:
        """The contacts that are not done, by id."""
        contacts: Mapping[str, ContactView] = self._router.contacts
        return contacts

    @property
    def offers(self) -> Mapping[str, OfferView]:
        """The open offers by id."""
        offers: Mapping[str, OfferView] = self._router.offers
        return offers

    def kind_of(self, contact: str) -> tuple[str, float, Needs] | None:
        """The channel of a contact, its priority and its needs now; None for one that is done. Cost: one look."""
        record = self._router._state.contacts.get(contact)
        return None if record is None else (record.channel, record.priority, record.needs)

    def waited_s(self, queue: str, at: float) -> float:
        """What those who wait in a queue have waited by a time, all together: roughly, from the first, the middle and
        the last of them. Cost: O(1)."""
        found: QueueRecord | None = self._router._state.queues.get(queue)
        size = 0 if found is None else len(found.lineup.waiting)
        ages = 0.0
        for place in (0, (size - 1) // 2, size - 1) if size else ():
            node: Any = found.lineup.waiting.kth(place)  # type: ignore[union-attr]
            ages += max(0.0, at - node.item.since)
        return size * ages / 3.0

    # -- where one stands ----------------------------------------------------------------------------------------------

    def absent(self, agents: Iterable[str]) -> list[str]:
        """Which of these agents there are, and are not ready: signed out, or away on all channels. Cost: O(1) each."""
        records = self._router._state.agents
        return [name for name in agents if (found := records.get(name)) is not None and not found.ready]

    def place(self, contact: str, roster: Roster = NOBODY) -> Place:
        """Where a waiting contact stands. `UnknownContact` for one that there is not.

        Cost: a logarithm for each kind of contact that waits in the queues of those who could take it, and O(1) for
        each agent of the roster.
        """
        self._await(roster)
        record = self._router._state.contact(contact)
        return self._place(record, contact, self._router.position(contact), roster)

    def place_for(
        self, queue: str, channel: str, priority: float, needs: tuple[Any, ...], roster: Roster = NOBODY
    ) -> Place:
        """Where a contact of that kind would stand if it came now; `UnknownQueue`. Cost: as of `place`.

        Steps at 0 seconds and limits are not gone through: it stands in the queue that was named.
        """
        self._await(roster)
        record = self._newcomer(queue, channel, priority, needs)
        return self._place(record, "", 1 + _before_all(record.queue, record, self._router._state.now), roster)

    def crowd(self, contact: str, also: tuple[Asked, ...] = (), roster: Roster = NOBODY) -> Crowd:
        """Everybody who has to do with the wait of a waiting contact, one by one; of kinds that may still come, too.

        Cost: those before it, and the agents of all queues concerned.
        """
        self._await(roster)
        return crowd(self, self._router._state, self._router._state.contact(contact), also, roster.awaited)

    def crowd_for(
        self,
        queue: str,
        channel: str,
        priority: float,
        needs: tuple[Any, ...],
        also: tuple[Asked, ...] = (),
        roster: Roster = NOBODY,
    ) -> Crowd:
        """The same of one that would come now."""
        self._await(roster)
        return crowd(self, self._router._state, self._newcomer(queue, channel, priority, needs), also, roster.awaited)

    def hands_of(self, agent: AgentRecord) -> tuple[Hand, ...]:
        """What is in an agent's hands; kept until the next command, for all who ask until then."""
        turn = self._router._turn
        if not turn:
            return hands_of(self._router._state, agent)
        if turn != self._hands_turn:
            self._hands_turn = turn
            self._hands.clear()
        found = self._hands.get(agent.seq)
        if found is None:
            found = self._hands[agent.seq] = hands_of(self._router._state, agent)
        return found

    def lanes_before(self, contact: ContactRecord) -> Iterator[tuple[QueueRecord, Lane, int]]:
        """The lines of the index in which somebody comes before a contact, each with its queue and how many do."""
        state: State = self._router._state
        seekers: list[Any] = list(contact.views or (contact,))
        channel = state.index.number(contact.channel)
        asks = tuple((seeker.queue.lineup.number, contact.needs, seeker.reach) for seeker in seekers)
        crew = self._crew(asks, channel)
        aged = _is_aged(contact, state.now)
        for queue, lane, fresh, asker in self._lanes(seekers, asks, crew, channel):
            most = 0
            for mine, theirs, _ in self._overlap(lane.demand, asks, crew, channel):
                tier, other = (1 if aged else mine), (theirs if fresh else 1)
                if other < tier:
                    most = lane.line.size
                elif other == tier:
                    most = max(most, _rank(lane.line, queue, asker, contact, state.now))
            if most:
                yield queue, lane, most

    def _newcomer(self, queue: str, channel: str, priority: float, needs: tuple[Any, ...]) -> ContactRecord:
        """One who would come now: a record that is in no table and no line."""
        state: State = self._router._state
        home = state.queue(queue)
        value = Contact("newcomer", queue=queue, channel=channel, priority=priority, needs=needs)
        record = ContactRecord(value, state.contact_seq + 1, home)
        now = state.now
        record.since = record.entered_queue_at = now
        self._router._filing.ask(record)
        record.urgency = now - 60.0 * record.priority
        order = home.value.contact_order
        if home.linear:
            record.a = now - record.priority * home.slope
        else:
            record.a, record.b, record.c, record.d = _four(order.key(record))
            record.target = _target(order.target(record)) if home.ratio else 0.0
        return record

    def _place(self, contact: ContactRecord, name: str, position: int, roster: Roster) -> Place:
        state: State = self._router._state
        home, extras, now = contact.queue, contact.extras, state.now
        seekers: list[Any] = list(contact.views or (contact,))
        channel = state.index.number(contact.channel)
        asks = tuple((seeker.queue.lineup.number, contact.needs, seeker.reach) for seeker in seekers)
        crew = self._crew(asks, channel)
        aged = _is_aged(contact, now)
        free = bool(crew.bits & state.index.open_bits[channel])
        offers = [] if contact.offer is None else [contact.offer, *contact.others]
        blocks, sides, own, preferred, side_of = self._cut(contact, seekers, asks, crew, channel, aged)
        return Place(
            contact=name,
            queue=home.name,
            queues=tuple(seeker.queue.name for seeker in seekers),
            channel=contact.channel,
            at=now,
            since=contact.since,
            entered_at=contact.entered_queue_at,
            priority=contact.priority,
            urgency=contact.urgency,
            position=position,
            tier=1 if aged else crew.tier,
            tier_wait_s=home.lineup.tier_wait_s,
            state=contact.stage.state,
            signed_in=sum(seeker.queue.signed_in for seeker in seekers),
            closed=self._router._filing.attendance.is_closed(home, now),
            behind=None if extras is None or extras.behind is None else extras.behind.id,
            reserved_until=None if extras is None or extras.reserved is None else extras.reserved_until,
            rests_until=None if contact.rest is None else contact.rest.due,
            window=None if home.window is None else home.window.due,
            offers=tuple((offer.made_at, offer.expires_at) for offer in offers),
            free=free,
            teams=crew.teams,
            rivals=self._rivals(contact, seekers, asks, crew, channel, aged),
            shares=self._shares(asks, crew, channel),
            order=home.value.contact_order.name,
            slope=home.value.contact_order.slope,
            later=None if free and not offers else self._later(contact, crew, channel),
            blocks=blocks,
            sides=sides,
            own=own,
            preferred=preferred,
            needs=contact.needs,
            rostered=self._rostered(roster, crew.team_of, side_of, channel) if roster.planned else (),
        )

    # -- who could take it ---------------------------------------------------------------------------------------------

    def _await(self, roster: Roster) -> None:
        """Count those who are awaited, by supply profile, from now on: what is kept is kept for each set of them."""
        index = self._router._state.index
        stamp = (index, index.version, index.staffing)
        if self._stamp != stamp or len(self._kept) > MOST_ROSTERS:
            self._stamp = stamp
            self._kept.clear()
        counts: dict[int, int] = {}
        for name in roster.awaited:
            record = self._router._state.agents.get(name)
            if record is not None and not record.ready and record.supply is not None:
                counts[record.supply.number] = counts.get(record.supply.number, 0) + 1
        self._awaited = counts
        self._crews, self._overlaps = self._kept.setdefault(tuple(sorted(counts.items())), ({}, {}))

    def _rostered(
        self, roster: Roster, team_of: dict[int, int], side_of: dict[int, int], channel: int
    ) -> tuple[Rostered, ...]:
        """The planned agents who are counted in a team or a side."""
        records, found = self._router._state.agents, []
        awaited = frozenset(roster.awaited)
        for name in roster.planned:
            record = records.get(name)
            if record is None or record.supply is None:
                continue
            ready = record.ready and not record.closed >> channel & 1
            if ready or (name in awaited and not record.ready):
                number = record.supply.number
                team, side = team_of.get(number, -1), side_of.get(number, -1)
                if team >= 0 or side >= 0:
                    found.append(Rostered(name, ready, team, side))
        return tuple(found)

    def _crew(self, asks: tuple[tuple[int, Needs, int], ...], channel: int) -> _Crew:
        """All who could take what is asked in one or several queues; kept until agents change."""
        found = self._crews.get((asks, channel))
        if found is None:
            if len(self._crews) >= KEPT:
                self._crews.clear()
            found = self._crews[asks, channel] = self._make_crew(asks, channel)
        return found

    def _make_crew(self, asks: tuple[tuple[int, Needs, int], ...], channel: int) -> _Crew:
        state: State = self._router._state
        bits: Any = 0
        weights: dict[int, int] = {}
        teams: dict[tuple[tuple[int, ...], int], int] = {}
        keys: dict[int, tuple[tuple[int, ...], int]] = {}
        tier = 0
        for supply in state.index.supplies:
            if supply is None or not supply.shape.fits_empty >> channel & 1:
                continue
            reached = [ask for ask in asks if reaches(supply, ask)]
            if not reached:
                continue
            bits |= supply.bit
            agents = self._count(supply, channel)
            if agents:
                slots = slots_of(supply, channel)
                weights[supply.number] = agents * slots
                key = keys[supply.number] = (tuple(link.lineup.number for link in supply.links), slots)
                teams[key] = teams.get(key, 0) + agents
                tier = max(tier, min(supply.tiers[number] for number, _, _ in reached))
        names = {queue.seq: queue.name for queue in state.queues.values()}
        found = [
            Team(tuple(names[number] for number in numbers), agents, slots)
            for (numbers, slots), agents in sorted(teams.items())
        ]
        number_of = {key: number for number, key in enumerate(sorted(teams))}
        crew = _Crew(bits, weights, tuple(found), {profile: number_of[key] for profile, key in keys.items()})
        crew.tier = tier or 1
        return crew

    def _count(self, supply: Supply, channel: int) -> int:
        """How many agents of a profile are ready for a channel, or awaited."""
        ready = sum(count for closed, count in supply.ready.items() if not closed >> channel & 1)
        return ready + self._awaited.get(supply.number, 0)

    def _shares(
        self, asks: tuple[tuple[int, Needs, int], ...], crew: _Crew, channel: int
    ) -> tuple[tuple[str, float], ...]:
        """Of each queue that a crew serves, which part of its slots is theirs; by the order of the queues."""
        found: tuple[tuple[str, float], ...] | None = self._overlaps.get((asks, channel))
        if found is None:
            state: State = self._router._state
            supplies: list[Any] = state.index.supplies
            shares = []
            for queue in sorted(state.queues.values(), key=_by_seq):
                number = queue.lineup.number
                if any(number in supplies[profile].tiers for profile in crew.weights):
                    all_there = self._crew(((number, (), queue.reach),), channel)
                    theirs = sum(all_there.weights.get(profile, 0) for profile in crew.weights)
                    shares.append((queue.name, theirs / max(all_there.total, 1)))
            found = self._overlaps[asks, channel] = tuple(shares)
        return found

    # -- who comes before ----------------------------------------------------------------------------------------------

    def _rivals(
        self,
        contact: ContactRecord,
        seekers: list[Any],
        asks: tuple[tuple[int, Needs, int], ...],
        crew: _Crew,
        channel: int,
        aged: bool,
    ) -> tuple[Rivals, ...]:
        found: dict[tuple[str, str], float] = {}
        for queue, lane, fresh, asker in self._lanes(seekers, asks, crew, channel):
            before = self._before(lane, fresh, queue, asker, contact, asks, crew, channel, aged)
            if before > 0.0:
                key = (queue.name, lane.demand.channel)
                found[key] = found.get(key, 0.0) + before
        return tuple(Rivals(queue, word, before) for (queue, word), before in found.items())

    def _lanes(
        self, seekers: list[Any], asks: tuple[tuple[int, Needs, int], ...], crew: _Crew, channel: int
    ) -> Iterator[tuple[QueueRecord, Lane, bool, Any]]:
        """All lines of the index in the queues that a crew serves, whether their tiers count still, and as whom the
        contact asks there, if it does."""
        state: State = self._router._state
        for name, _ in self._shares(asks, crew, channel):
            queue = state.queues[name]
            lineup = queue.lineup
            if not lineup.queued:
                continue
            if lineup.tiered:
                # The index does this when it next looks at the line; who comes before whom stays the same.
                state.index.age(lineup, state.now)
            asker = next((seeker for seeker in seekers if seeker.queue is queue), None)
            for fresh in (False, True):
                for head in lineup.fresh_heads if fresh else lineup.aged_heads:
                    yield queue, head.item, fresh, asker

    def _before(
        self,
        lane: Lane,
        fresh: bool,
        queue: QueueRecord,
        asker: Any,
        contact: ContactRecord,
        asks: tuple[tuple[int, Needs, int], ...],
        crew: _Crew,
        channel: int,
        aged: bool,
    ) -> float:
        """How many of a lane come before a contact, by the share of them that its agents would get."""
        before = 0.0
        ranked = -1
        for mine, theirs, weight in self._overlap(lane.demand, asks, crew, channel):
            tier, other = (1 if aged else mine), (theirs if fresh else 1)
            if other < tier:
                before += weight * lane.line.size
            elif other == tier:
                if ranked < 0:
                    ranked = _rank(lane.line, queue, asker, contact, self._router._state.now)
                before += weight * ranked
        return before

    def _overlap(
        self, demand: Demand, asks: tuple[tuple[int, Needs, int], ...], crew: _Crew, channel: int
    ) -> tuple[tuple[int, int, float], ...]:
        """Of those who could take a demand, the shares of its slots that are a crew's, by the tiers of both."""
        index = self._router._state.index
        key = (asks, channel, demand.lineup.number, demand.channel, demand.needs, demand.reach)
        found: tuple[tuple[int, int, float], ...] | None = self._overlaps.get(key)
        if found is not None:
            return found
        number = index.number(demand.channel)
        theirs = self._crew(((demand.lineup.number, demand.needs, demand.reach),), number)
        # Whole numbers are added up, and in an order of their own: profiles have other numbers after a restore.
        sums: dict[tuple[int, int, int, int], int] = {}
        for profile, weight in theirs.weights.items():
            if profile in crew.weights:
                supply = index.supplies[profile]
                kind = (
                    *self._tiers(profile, asks, demand.lineup.number),
                    slots_of(supply, channel),
                    slots_of(supply, number),
                )
                sums[kind] = sums.get(kind, 0) + weight
        if len(self._overlaps) >= KEPT:
            self._overlaps.clear()
        found = self._overlaps[key] = tuple(
            (mine, tier, weight / theirs.total * slots / other)
            for (mine, tier, slots, other), weight in sorted(sums.items())
        )
        return found

    def _cut(
        self,
        contact: ContactRecord,
        seekers: list[Any],
        asks: tuple[tuple[int, Needs, int], ...],
        crew: _Crew,
        channel: int,
        aged: bool,
    ) -> tuple[tuple[Block, ...], tuple[Team, ...], tuple[int, ...], tuple[Preferred, ...], dict[int, int]]:
        """The `blocks`, `sides`, `own` and `preferred` of a place, and the side of each supply profile; nothing where
        all are for the same agents."""
        state: State = self._router._state
        index, now = state.index, state.now
        found: list[tuple[QueueRecord, Lane, int, frozenset[int]]] = []
        alike = True
        for queue, lane, fresh, asker in self._lanes(seekers, asks, crew, channel):
            most, barred = 0, set()
            for mine, theirs, _ in self._overlap(lane.demand, asks, crew, channel):
                tier, other = (1 if aged else mine), (theirs if fresh else 1)
                if other > tier:
                    barred.add((mine, theirs))
                elif other < tier:
                    most = lane.line.size
                else:
                    most = max(most, _rank(lane.line, queue, asker, contact, now))
            if most:
                demand = lane.demand
                ask = (demand.lineup.number, demand.needs, demand.reach)
                theirs_all = self._crew((ask,), index.number(demand.channel))
                takers = frozenset(
                    profile
                    for profile in theirs_all.weights
                    if not barred or profile not in crew.weights or self._tiers(profile, asks, ask[0]) not in barred
                )
                alike = alike and takers == crew.weights.keys()
                found.append((queue, lane, most, takers))
        better = {} if aged else self._better(asks, crew)
        if alike and not better:
            return (), (), (), (), {}
        sides, own, teams, side_of, extra = self._split(crew, [takers for _, _, _, takers in found], better, channel)
        if not sides:
            return (), (), (), (), {}
        pieces: list[tuple[float, float, tuple[int, ...]]] = []
        for at, (queue, lane, most, takers) in enumerate(found):
            each = self._each(takers, channel, index.number(lane.demand.channel))
            count = min(BLOCKS, most)
            for number in range(count):
                first, last = number * most // count, (number + 1) * most // count
                middle: Any = lane.line.kth((first + last) // 2).item
                pieces.append((key_of(queue, contact, middle), (last - first) * each, teams[at]))
        pieces.sort()
        blocks = tuple(Block(size, teams) for _, size, teams in pieces)
        until = contact.since + contact.queue.lineup.tier_wait_s
        return blocks, sides, own, self._preferred(extra, crew, channel, until), side_of

    def _each(self, takers: frozenset[int], channel: int, other: int) -> float:
        """How many slots of a contact's channel one of another channel takes at most, of those who could take it."""
        if not takers or other == channel:
            return 1.0
        supplies: list[Any] = [self._router._state.index.supplies[profile] for profile in takers]
        return max(slots_of(supply, channel) / slots_of(supply, other) for supply in supplies)

    def _split(
        self, crew: _Crew, takers: list[frozenset[int]], better: dict[int, tuple[tuple[int, int], ...]], channel: int
    ) -> tuple[
        tuple[Team, ...],
        tuple[int, ...],
        list[tuple[int, ...]],
        dict[int, int],
        list[tuple[tuple[int, int], ...]],
    ]:
        """All agents whom a crew or one of several lines is for, as teams of such as are for the same of them: these,
        which of them are the crew's and which each line's, the one of each supply profile, and of each what `better`
        says; nothing where there are too many kinds."""
        state: State = self._router._state
        profiles: set[int] = set(crew.weights).union(*takers)
        if len(profiles) * len(takers) > MOST_PAIRS:
            return (), (), [], {}, []
        groups: dict[Any, int] = {}
        keys: dict[int, Any] = {}
        for profile in profiles:
            supply = state.index.supplies[profile]
            assert supply is not None
            agents = self._count(supply, channel)
            links = tuple(link.lineup.number for link in supply.links)
            signature = tuple(profile in some for some in takers)
            key = (profile in crew.weights, signature, links, slots_of(supply, channel), better.get(profile, ()))
            keys[profile] = key
            groups[key] = groups.get(key, 0) + agents
        names = {queue.seq: queue.name for queue in state.queues.values()}
        listed = sorted(groups.items())
        number_of = {key: number for number, (key, _) in enumerate(listed)}
        return (
            tuple(Team(tuple(names[at] for at in key[2]), agents, key[3]) for key, agents in listed),
            tuple(number for number, (key, _) in enumerate(listed) if key[0]),
            [tuple(number for number, (key, _) in enumerate(listed) if key[1][at]) for at in range(len(takers))],
            {profile: number_of[key] for profile, key in keys.items()},
            [key[4] for key, _ in listed],
        )

    def _better(self, asks: tuple[tuple[int, Needs, int], ...], crew: _Crew) -> dict[int, tuple[tuple[int, int], ...]]:
        """By supply profile of a crew, the lines that are of a better tier for it than the contact, with that tier."""
        found: dict[int, tuple[tuple[int, int], ...]] = {}
        for profile in crew.weights:
            supply: Any = self._router._state.index.supplies[profile]
            if not supply.flat:
                mine = min(supply.tiers[ask[0]] for ask in asks if reaches(supply, ask))
                lines = tuple((link.lineup.number, link.tier) for link in supply.links if link.tier < mine)
                if lines:
                    found[profile] = lines
        return found

    def _preferred(
        self, better: list[tuple[tuple[int, int], ...]], crew: _Crew, channel: int, until: float
    ) -> tuple[Preferred, ...]:
        """The queues of a better tier, from what each of the sides has of them."""
        state: State = self._router._state
        names = {queue.seq: queue for queue in state.queues.values()}
        found = []
        for number, tier in sorted({line for lines in better for line in lines}):
            queue = names[number]
            theirs = self._crew(((number, (), queue.reach),), channel)
            peers = own = 0
            for profile, weight in theirs.weights.items():
                supply: Any = state.index.supplies[profile]
                if supply.tiers[number] == tier:
                    peers += weight
                    own += weight if profile in crew.weights else 0
            teams = tuple(at for at, lines in enumerate(better) if (number, tier) in lines)
            if peers:
                found.append(Preferred(queue.name, own / peers, teams, until))
        return tuple(found)

    def _tiers(self, profile: int, asks: tuple[tuple[int, Needs, int], ...], line: int) -> tuple[int, int]:
        """In which tiers agents of a profile take the contact, and another line."""
        supply: Any = self._router._state.index.supplies[profile]
        return min(supply.tiers[ask[0]] for ask in asks if reaches(supply, ask)), supply.tiers[line]

    # -- what steps will bring -----------------------------------------------------------------------------------------

    def _later(self, contact: ContactRecord, crew: _Crew, channel: int) -> Later | None:
        """The first step that is sure to fire, and finds somebody free or, where there is nobody, anybody at all."""
        needs, reach = list(contact.needs), contact.reach
        for step in contact.queue.steps[contact.next_step :]:
            if not _is_sure(step):
                return None
            needs = [(skill, min(level, step.lower.get(skill, level))) for skill, level in needs]
            needs = [(skill, level) for skill, level in needs if skill not in step.drop]
            reach = step.max_tier or reach
            wider = self._crew(((contact.queue.lineup.number, tuple(needs), reach),), channel)
            free = bool(wider.bits & self._router._state.index.open_bits[channel])
            if free or (wider.total and not crew.total):
                return Later(contact.entered_queue_at + step.after_s, free, wider.teams)
        return None


def _is_sure(step: Step) -> bool:
    """Whether a step fires without a condition, and leaves the contact where it is."""
    return not step.when and step.move_to is None and step.ending is None and step.add_queue is None


def _rank(line: Line, queue: QueueRecord, asker: Any, contact: ContactRecord, now: float) -> int:
    """How many of a lane come before a contact: in a queue where it asks by that queue's order, else by urgency.

    Of another queue only the head is compared when an agent gets free: one behind a head that comes later comes later.
    """
    if asker is not None and not queue.ratio:
        return _rank_of(line, asker)
    if asker is None and queue.by_urgency:
        return _rank_of(line, Node(contact.seq, None, contact.urgency))
    low, high = 0, len(line)
    middle = 0  # the head first
    while low < high:
        other: Any = line.kth(middle).item
        if asker is not None:
            first = ahead(other, asker, now)
        else:
            first = (other.urgency, other.seq) < (contact.urgency, contact.seq)
        low, high = (middle + 1, high) if first else (low, middle)
        middle = (low + high) >> 1
    return low


def _rank_of(line: Line, node: Node) -> int:
    """How many of a line are before a key, whose node may be in it or not. Cost: a logarithm."""
    found = line.first_not_below(node.a, node.b, node.c, node.d, node.seq)
    return len(line) if found is None else line.rank(found)


def _before_all(queue: QueueRecord, contact: ContactRecord, now: float) -> int:
    """How many of those at home in a queue come before one who has not come yet."""
    if not queue.ratio:
        return _rank_of(queue.lineup.waiting, contact)
    return sum(_rank(line, queue, contact, contact, now) for line in queue.lineup.by_target.values())


def _is_aged(contact: ContactRecord, now: float) -> bool:
    """Whether the tier of an agent puts a contact behind no other any more."""
    lineup = contact.queue.lineup
    return not lineup.tiered or contact.since + lineup.tier_wait_s <= now


def _by_seq(queue: QueueRecord) -> int:
    return queue.seq
