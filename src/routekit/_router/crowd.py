"""Everybody who has to do with one contact's wait, one by one: those before it, and the agents with what they hold.

For estimates that simulate. Only reading lives here, as in `reads`; unlike there it costs what it lists: all who come
before, and all agents of the queues concerned. What is made hundreds of times for one estimate is a named tuple: that
takes a tenth of the time of a frozen class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from routekit._kernel.profiles import TOLERANCE, Supply
from routekit._router.records import AgentRecord, ContactRecord, QueueRecord
from routekit._router.state import State

if TYPE_CHECKING:
    from routekit._router.reads import Reads

__all__ = ["Asked", "Crowd", "Hand", "Kind", "Waiter", "Worker"]

STRICT_S = 1e6
"""What a point of a strict priority counts in seconds of a key: more than anybody waits."""


Asked = tuple[str, str, tuple[tuple[str, float], ...]]
"""A queue, a channel and needs: what those who will come ask for."""


class Kind(NamedTuple):
    """What a contact asks for: through which queue, by which channel, with which needs, up to which tier (0: all)."""

    queue: str
    channel: str
    needs: tuple[tuple[str, float], ...]
    reach: int


class Waiter(NamedTuple):
    """One who waits and comes before: its kind by number, how long it has waited, and its key: by how many seconds it
    is ahead, as a number below 0."""

    contact: str
    kind: int
    key: float
    waited_s: float


class Hand(NamedTuple):
    """One thing in an agent's hands: through which queue, by which channel, since how long, and until when at most.

    `state` is `ringing` (an open offer), `talking` or `wrapping`; `cost` is what it takes of the agent's units.
    """

    contact: str
    queue: str
    channel: str
    state: str
    elapsed_s: float
    ends_in_s: float | None
    cost: float


class Worker(NamedTuple):
    """An agent who is ready: for each kind the tier in which they take it (0: not at all), and what they hold.

    `slots` is how many of the contact's own kind they could have at a time, and `cost` what one takes of their `units`.
    `rests_s`: they are offered nothing before. `even`: all that they hold and take costs them the same. One who is not
    `ready` is awaited, with nothing in hand.
    """

    agent: str
    can: tuple[int, ...]
    units: float
    cost: float
    slots: int
    hands: tuple[Hand, ...]
    rests_s: float
    even: bool
    ready: bool = True


@attrs.frozen
class Crowd:
    """All of them. `kinds[0]` is the contact's own, or the first of them where it asks in several queues."""

    kinds: tuple[Kind, ...]
    own: int
    waiters: tuple[Waiter, ...]
    workers: tuple[Worker, ...]


def crowd(
    reads: Reads, state: State, contact: ContactRecord, also: tuple[Asked, ...], awaited: tuple[str, ...]
) -> Crowd:
    """Everybody who has to do with the wait of a contact. Cost: those before it, and the agents of their queues.

    Kinds of `also` are among the kinds, though nobody of theirs may wait; a queue that is not there is left out. Agents
    of `awaited` who are not ready are among the workers.
    """
    now = state.now
    seekers: list[Any] = list(contact.views or (contact,))
    kinds: dict[Kind, int] = {}
    for seeker in seekers:
        kinds[Kind(seeker.queue.name, contact.channel, contact.needs, seeker.reach)] = len(kinds)
    own = len(kinds)
    queues: dict[int, QueueRecord] = {seeker.queue.seq: seeker.queue for seeker in seekers}
    waiters = []
    for queue, lane, rank in reads.lanes_before(contact):
        demand = lane.demand
        kind = Kind(queue.name, demand.channel, demand.needs, demand.reach)
        number = kinds.setdefault(kind, len(kinds))
        queues[queue.seq] = queue
        for node in _first(lane.line, rank):
            other = node.item
            key = key_of(queue, contact, other)
            waiters.append(Waiter(other.id, number, key, max(0.0, now - other.since)))
    waiters.sort(key=lambda waiter: waiter.key)
    known_already = {kind[:3] for kind in kinds}
    for asked in also:
        home = state.queues.get(asked[0])
        if home is not None and asked not in known_already:
            kinds[Kind(*asked, home.reach)] = len(kinds)
            known_already.add(asked)
            queues[home.seq] = home
    agents: dict[int, AgentRecord] = {}
    others = frozenset(awaited)
    for record in queues.values():
        for member in record.members.values():
            if member.agent.ready or member.agent.id in others:
                agents[member.agent.seq] = member.agent
    lines = {queue.name: queue.lineup.number for queue in queues.values()}
    listed = tuple(kinds)
    sorts = _Sorts(reads, state, listed, lines, state.index.number(contact.channel))
    workers = [_worker(reads, state, agents[seq], sorts) for seq in sorted(agents)]
    return Crowd(listed, own, tuple(waiters), tuple(worker for worker in workers if any(worker.can)))


def _first(line: Any, count: int) -> list[Any]:
    """The first so many nodes of a line."""
    found: list[Any] = []
    for node in line:
        if len(found) >= count:
            break
        found.append(node)
    return found


def key_of(queue: QueueRecord, contact: ContactRecord, other: Any) -> float:
    """By how many seconds another one is ahead of a contact: below 0."""
    ahead_s = float(other.urgency - contact.urgency)
    if queue is contact.queue:
        order = queue.value.contact_order
        if queue.linear:
            ahead_s = other.a - contact.a
        elif order.name == "strict-priority":
            ahead_s = STRICT_S * (contact.priority - other.priority) + other.since - contact.since
        elif order.name == "lifo":
            ahead_s = contact.since - other.since
    # Whoever comes before does so, whatever urgency says about it: by tiers, by an order of the app's own.
    return min(ahead_s, -1e-6)


class _Sorts:
    """Agents as they are looked at for some kinds of contacts: all of one supply profile are one sort."""

    def __init__(
        self, reads: Reads, state: State, kinds: tuple[Kind, ...], lines: dict[str, int], channel: int
    ) -> None:
        self.channel = channel
        self.numbers = [state.index.number(kind.channel) for kind in kinds]
        self.lines = [lines[kind.queue] for kind in kinds]
        # By kind the supply profiles that may take it, which `reads` has found out before.
        self.bits = [
            reads._crew(((line, kind.needs, kind.reach),), number).bits
            for kind, line, number in zip(kinds, self.lines, self.numbers, strict=True)
        ]
        self.known: dict[int, tuple[tuple[int, ...], int, float, bool]] = {}

    def of(self, supply: Supply) -> tuple[tuple[int, ...], int, float, bool]:
        """In which tier agents of a profile take each kind (0: not at all), how many slots they have, what one costs,
        and whether all that they take costs the same."""
        found = self.known.get(supply.number)
        if found is None:
            bit, tiers = supply.number, supply.tiers
            can = tuple(
                [tiers[line] if bits >> bit & 1 else 0 for line, bits in zip(self.lines, self.bits, strict=True)]
            )
            slots, own = slots_of(supply, self.channel), supply.shape.costs[self.channel]
            found = self.known[supply.number] = (can, slots, own, self.even(supply, can))
        return found

    def even(self, supply: Supply, can: tuple[int, ...]) -> bool:
        """Whether all that is taken costs the same."""
        costs = supply.shape.costs
        own = costs[self.channel]
        return all(costs[number] == own for number, tier in zip(self.numbers, can, strict=True) if tier)


def _worker(reads: Reads, state: State, agent: AgentRecord, sorts: _Sorts) -> Worker:
    supply = agent.supply
    assert supply is not None
    can, slots, own, even = sorts.of(supply)
    units = supply.shape.units
    if not agent.ready:
        return Worker(agent.id, can, units, own, slots, (), 0.0, even, False)
    if agent.closed:
        closed = agent.closed
        can = tuple([0 if closed >> number & 1 else tier for number, tier in zip(sorts.numbers, can, strict=True)])
        even = sorts.even(supply, can)
    hands = reads.hands_of(agent)
    for hand in hands:
        even = even and hand.cost == own
    rests = 0.0 if agent.rest is None else max(0.0, agent.rest.due - state.now)
    return Worker(agent.id, can, units, own, slots, hands, rests, even)


def hands_of(state: State, agent: AgentRecord) -> tuple[Hand, ...]:
    """What is in an agent's hands: offers first. Cost: those."""
    now = state.now
    assert agent.supply is not None
    costs, hands = agent.supply.shape.costs, []
    for offer in agent.offers.values():
        ends, cost = offer.expires_at - now, costs[state.index.number(offer.channel)]
        name, line = offer.contact.id, offer.queue.name
        hands.append(Hand(name, line, offer.channel, "ringing", now - offer.made_at, ends, cost))
    for work in agent.works.values():
        cost = costs[state.index.number(work.channel)]
        if work.wrapping:
            ends = work.ends_at - now
            since = now - (work.ends_at - work.queue.wrap_up_s)
            hands.append(Hand(work.contact.id, work.queue.name, work.channel, "wrapping", max(0.0, since), ends, cost))
        else:
            elapsed = now - work.connected_at
            hands.append(Hand(work.contact.id, work.queue.name, work.channel, "talking", elapsed, None, cost))
    return tuple(hands)


def reaches(supply: Supply, ask: tuple[int, tuple[tuple[str, float], ...], int]) -> bool:
    """Whether agents of a profile may take what is asked in a line: membership, tier within reach, skills."""
    number, needs, reach = ask
    tier = supply.tiers.get(number, 0)
    if not tier or 0 < reach < tier:
        return False
    skills = supply.skills
    for skill, level in needs:  # noqa: SIM110  # run for every kind and profile: `all` takes three times as long
        if skills.get(skill, 0.0) < level:
            return False
    return True


def slots_of(supply: Supply, channel: int) -> int:
    """How many contacts of a channel an agent of a profile can have at a time, with nothing else in hand."""
    shape = supply.shape
    cost, limit = shape.costs[channel], shape.limits[channel]
    if cost <= 0.0:
        return max(limit, 1)
    slots = int((shape.units + TOLERANCE) / cost)
    return max(1, slots if limit < 0 else min(slots, limit))
