"""Why an agent does not get a contact: the checks in the order in which their reasons are told.

Each check states one rule that can keep a pair apart, with what would put it right, when that is due, and the same
agent with just that put right. `CHECKS` is the order. The rules are those of `docs/semantics.md`, sections 3, 4, 5
and 7; the index answers them by bitsets, here they are stated one by one. Everything reads the records and changes
nothing, not even a cache of the index.

Rejected: asking the matcher with a made-up slot. It files and ages while it looks, and cannot say which rule refused.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import attrs

from routekit._frozen import EMPTY
from routekit._kernel.profiles import TOLERANCE, Demand
from routekit._model import Capacity, Step
from routekit._router.records import AgentRecord, ContactRecord, OfferRecord, QueueRecord, WorkRecord
from routekit._router.stages import QUEUED
from routekit._router.state import State
from routekit._states import Presence

__all__ = [
    "CHECKS",
    "Case",
    "Finding",
    "Standing",
    "Why",
    "ahead",
    "coming_steps",
    "first_finding",
    "first_for",
    "plain",
]

UNKNOWN = float("inf")
"""When something ends of which nobody knows when."""


class Why(enum.StrEnum):
    """Why an agent does not get a contact now, in the order in which it is looked at: only the first is told."""

    OFFERED = "offered"
    """They have it: the offer is open."""
    OFFLINE = "offline"
    AWAY = "away"
    NOT_IN_QUEUE = "not_in_queue"
    TIER = "tier"
    """Their tier is beyond what the contact reaches."""
    CHANNEL = "channel"
    """Closed by `set_away(channels=)`, or not one of `Capacity.channels`."""
    SKILL_MISSING = "skill_missing"
    SKILL_TOO_LOW = "skill_too_low"
    NEVER_FITS = "never_fits"
    """Not even if they had no work."""
    CAPACITY = "capacity"
    LIMIT = "limit"
    RESTING = "resting"
    """For a moment after a decline."""
    RETRY_DELAY = "retry_delay"
    """This contact went back from this very agent a moment ago."""
    DRAINING = "draining"
    """They are kept free for another contact."""
    OFFERED_ELSEWHERE = "offered_elsewhere"
    BETTER_CONTACT_AHEAD = "better_contact_ahead"
    """They may take it, and another comes first for them. Only while an `advance(limit=)` has stopped half-way."""
    NOT_SETTLED = "not_settled"
    """They may take it, and the next command goes on to it. Only while an `advance(limit=)` has stopped half-way."""


@attrs.frozen
class Held:
    """One piece of an agent's work, what to call it, and when it ends if nothing else happens."""

    channel: str
    contact: str
    name: str
    ends_at: float
    end: str
    number: int

    @classmethod
    def of_offer(cls, offer: OfferRecord) -> Held:
        """An open offer."""
        name = f"offer {offer.id}"
        return cls(offer.channel, offer.contact.id, name, offer.expires_at, f"{name} runs out", offer.number)

    @classmethod
    def of_work(cls, work: WorkRecord) -> Held:
        """A contact that is connected, or its wrap-up."""
        contact = work.contact.id
        if not work.wrapping:
            return cls(work.channel, contact, contact, UNKNOWN, "", work.number)
        name = f"the wrap-up of {contact}"
        return cls(work.channel, contact, name, work.ends_at, f"{name} ends", work.number)


@attrs.frozen
class Standing:
    """An agent as a contact meets them; or as they would be, with something put right."""

    agent: AgentRecord
    presence: Presence
    shut: frozenset[str]
    skills: Mapping[str, float]
    capacity: Capacity
    resting: bool
    goal: ContactRecord | None
    aside: OfferRecord | None = None  # an offer of theirs that is to hold nothing
    joined: tuple[QueueRecord, int] | None = None  # a membership that they are to have, with its tier
    ended: frozenset[Held] = frozenset()  # work that is to be thought away
    pardoned: ContactRecord | None = None  # its retry delay is left out
    gone: ContactRecord | None = None  # a contact that is to be thought away

    @classmethod
    def of(cls, agent: AgentRecord, aside: OfferRecord | None = None) -> Standing:
        """How an agent stands now; with `aside`, as if that offer of theirs held nothing."""
        goal = cast("ContactRecord | None", agent.drains_for)
        return cls(
            agent,
            agent.presence,
            agent.shut,
            agent.skills,
            agent.value.capacity,
            agent.rest is not None,
            goal,
            aside,
        )

    def but(self, **changes: Any) -> Standing:
        """The same with some things put right."""
        return attrs.evolve(self, **changes)

    def tier_in(self, queue: QueueRecord) -> int | None:
        """The tier of their membership, `None` without one."""
        if self.joined is not None and self.joined[0] is queue:
            return self.joined[1]
        member = self.agent.members.get(queue.seq)
        return None if member is None else member.tier

    def queues(self) -> list[QueueRecord]:
        """The queues of their memberships."""
        queues = [member.queue for member in self.agent.members.values()]
        if self.joined is not None and self.joined[0] not in queues:
            queues.append(self.joined[0])
        return queues

    @property
    def held(self) -> list[Held]:
        """Their work. Made anew each time, since most reasons do not ask for it."""
        held = [Held.of_offer(offer) for offer in self.agent.offers.values() if offer is not self.aside]
        held += [Held.of_work(work) for work in self.agent.works.values()]
        return [work for work in held if work not in self.ended] if self.ended else held

    def load(self, channel: str) -> float:
        """The units that are taken, as seen from a channel; summed in the order of names, as the index does."""
        capacity = self.capacity
        counts: dict[str, int] = {}
        for work in self.held:
            if work.channel not in capacity.interruptible or channel in capacity.interruptible:
                counts[work.channel] = counts.get(work.channel, 0) + 1
        total = 0.0
        for name in sorted(counts):
            total += counts[name] * capacity.cost_of(name)
        return total

    def has_room(self, channel: str) -> bool:
        """Whether the units allow one more."""
        return self.capacity.cost_of(channel) <= self.capacity.units + TOLERANCE - self.load(channel)

    def under_limit(self, channel: str) -> bool:
        """Whether the limit allows one more."""
        limit = self.capacity.limit.get(channel)
        return limit is None or sum(work.channel == channel for work in self.held) < limit

    def bars(self, contact: ContactRecord) -> bool:
        """Whether this very contact is out of the question: in the pair's delay, or thought away."""
        if contact is self.gone:
            return True
        return contact is not self.pardoned and contact.excluded is not None and self.agent.seq in contact.excluded


@attrs.frozen
class Case:
    """The contact that is asked about, at the router's time. `offer` is its open offer, `None` to leave that out."""

    state: State
    contact: ContactRecord
    offer: OfferRecord | None = None

    @classmethod
    def of(cls, state: State, contact: ContactRecord) -> Case:
        """A contact as it is now."""
        return cls(state, contact, contact.offer)


@attrs.frozen
class Finding:
    """A reason: what is so, what it would need, when something is due to change it and what that is.

    `mended` makes the same agent with this put right on their side.
    """

    why: Why
    text: str
    what: str
    details: Mapping[str, Any]
    when: float | None
    happens: str
    mended: Callable[[], Standing] | None


Check = Callable[[Standing, Case], Finding | None]


def _find(
    why: Why,
    text: str,
    what: str,
    details: Mapping[str, Any] = EMPTY,
    *,
    at: tuple[float, str] | None = None,
    mended: Callable[[], Standing] | None = None,
) -> Finding:
    when, happens = (None, "") if at is None else at
    return Finding(why, text, what, details, when, happens, mended)


def plain(number: float) -> str:
    """A number as a person writes it."""
    return f"{number:.15g}"


# -- the contact's side: what its steps will ask less -----------------------------------------------------------------


Needs = list[tuple[str, float]]


def coming_steps(contact: ContactRecord) -> Iterator[tuple[float, Step, Needs, int]]:
    """The steps that a waiting contact has before it: when, which, and the needs and the reach from then on."""
    needs = list(contact.needs)
    reach = contact.reach
    for step in contact.queue.steps[contact.next_step :]:
        needs = [(skill, min(level, step.lower.get(skill, level))) for skill, level in needs if skill not in step.drop]
        reach = step.max_tier or reach
        yield contact.entered_queue_at + step.after_s, step, needs, reach


def _step(contact: ContactRecord, is_enough: Callable[[Needs, int], bool], does: str) -> tuple[float, str] | None:
    """The first coming time at which the needs and the reach are enough, and what to say of the step of that time.

    Of several steps at one time the last has the word: one may take back what another gave.
    """
    coming = list(coming_steps(contact))
    for i, (at, step, needs, reach) in enumerate(coming):
        last = i + 1 == len(coming) or coming[i + 1][0] > at
        if last and is_enough(needs, reach):
            return at, f"the step after {plain(step.after_s)} s {does}"
    return None


# -- the checks, one reason each --------------------------------------------------------------------------------------


def _offered(who: Standing, case: Case) -> Finding | None:
    if case.offer is None:
        return None
    open_offers = (case.offer, *(case.contact.others or ()))
    offer = next((other for other in open_offers if other.agent is who.agent), None)
    if offer is None:
        return None
    return _find(
        Why.OFFERED,
        f"has it as offer {offer.id}",
        "an accept",
        {"offer": offer.id},
        at=(offer.expires_at, f"offer {offer.id} runs out"),
    )


def _offline(who: Standing, case: Case) -> Finding | None:
    if who.presence is not Presence.OFFLINE:
        return None
    return _find(
        Why.OFFLINE, "is offline", "to sign in", mended=lambda: who.but(presence=Presence.READY, shut=frozenset())
    )


def _away(who: Standing, case: Case) -> Finding | None:
    if who.presence is not Presence.AWAY:
        return None
    reason = who.agent.reason
    return _find(
        Why.AWAY,
        "is away" if reason == "away" else f"is away ({reason})",
        "to be set ready",
        {"reason": reason},
        mended=lambda: who.but(presence=Presence.READY, shut=frozenset()),
    )


def _not_in_queue(who: Standing, case: Case) -> Finding | None:
    queue = case.contact.queue
    if who.tier_in(queue) is not None:
        return None
    return _find(
        Why.NOT_IN_QUEUE,
        f"is not in {queue.name}",
        f"a membership of {queue.name}",
        {"queue": queue.name},
        mended=lambda: who.but(joined=(queue, 1)),
    )


def _tier(who: Standing, case: Case) -> Finding | None:
    contact = case.contact
    queue = contact.queue
    tier = who.tier_in(queue)
    if tier is None or contact.reach == 0 or tier <= contact.reach:
        return None
    return _find(
        Why.TIER,
        f"is of tier {tier} in {queue.name}, and it reaches tier {contact.reach}",
        f"tier {contact.reach}",
        {"tier": tier, "reach": contact.reach},
        at=_step(contact, lambda _, reach: tier <= reach, f"reaches tier {tier}"),
        mended=lambda: who.but(joined=(queue, contact.reach)),
    )


def _channel(who: Standing, case: Case) -> Finding | None:
    channel = case.contact.channel
    taken = who.capacity.channels
    if channel in who.shut:
        return _find(
            Why.CHANNEL,
            f"has {channel} closed",
            f"{channel} opened",
            {"channel": channel, "closed_by": "presence"},
            mended=lambda: who.but(shut=who.shut - {channel}),
        )
    if taken is None or channel in taken:
        return None
    return _find(
        Why.CHANNEL,
        f"takes {', '.join(taken) or 'nothing'}, not {channel}",
        f"{channel} in the channels of their capacity",
        {"channel": channel, "closed_by": "capacity"},
        mended=lambda: who.but(capacity=attrs.evolve(who.capacity, channels=(*taken, channel))),
    )


def _skill(who: Standing, case: Case) -> Finding | None:
    contact = case.contact
    for skill, level in contact.needs:
        has = who.skills.get(skill, 0.0)
        if has < level:
            return _skill_of(who, contact, skill, has)
    return None


def _skill_of(who: Standing, contact: ContactRecord, skill: str, has: float) -> Finding:
    asked = max(level for name, level in contact.needs if name == skill)

    def is_enough(needs: Needs, reach: int) -> bool:
        return all(level <= has for name, level in needs if name == skill)

    missing = has == 0.0
    return _find(
        Why.SKILL_MISSING if missing else Why.SKILL_TOO_LOW,
        f"has no {skill}, asked {plain(asked)}" if missing else f"has {skill} {plain(has)}, asked {plain(asked)}",
        f"{skill} {plain(asked)}",
        {"skill": skill, "has": has, "asked": asked},
        at=_step(contact, is_enough, f"drops {skill}" if missing else f"asks less {skill}"),
        mended=lambda: who.but(skills={**who.skills, skill: asked}),
    )


def _never_fits(who: Standing, case: Case) -> Finding | None:
    channel = case.contact.channel
    capacity = who.capacity
    cost = capacity.cost_of(channel)
    if cost > capacity.units + TOLERANCE:
        return _find(
            Why.NEVER_FITS,
            f"has {plain(capacity.units)} units, and {channel} takes {plain(cost)}",
            f"{plain(cost)} units",
            {"units": capacity.units, "asked": cost},
            mended=lambda: who.but(capacity=attrs.evolve(capacity, units=cost)),
        )
    if capacity.limit.get(channel) != 0:
        return None
    return _find(
        Why.NEVER_FITS,
        f"has a limit of 0 for {channel}",
        f"a limit of 1 for {channel}",
        {"limit": 0, "channel": channel},
        mended=lambda: who.but(capacity=attrs.evolve(capacity, limit={**capacity.limit, channel: 1})),
    )


def _least_to_end(who: Standing, fits: Callable[[Standing], bool]) -> tuple[Held, ...]:
    """The work that has to end: what ends soonest first, then what began first, and no more than it takes."""
    left = sorted(who.held, key=lambda work: (work.ends_at, work.number))
    ending: list[Held] = []
    while not fits(_without(who, ending)):
        ending.append(left.pop(0))
    for work in tuple(ending):
        others = [other for other in ending if other is not work]
        if fits(_without(who, others)):
            ending = others
    return tuple(ending)


def _without(who: Standing, ending: list[Held] | tuple[Held, ...]) -> Standing:
    return who.but(ended=who.ended.union(ending))


def _full(who: Standing, why: Why, text: str, details: dict[str, Any], fits: Callable[[Standing], bool]) -> Finding:
    ending = _least_to_end(who, fits)
    last = max(ending, key=lambda work: work.ends_at)
    names = ", ".join(work.name for work in ending)
    return _find(
        why,
        text,
        f"{names} to end",
        {**details, "ends": tuple(work.contact for work in ending)},
        at=None if last.ends_at == UNKNOWN else (last.ends_at, last.end),
        mended=lambda: _without(who, ending),
    )


def _capacity(who: Standing, case: Case) -> Finding | None:
    channel = case.contact.channel
    if who.has_room(channel):
        return None
    units, used, asked = who.capacity.units, who.load(channel), who.capacity.cost_of(channel)
    kept = case.contact.drainer is who.agent
    text = f"has no room: {plain(used)} of {plain(units)} units in use, {plain(asked)} asked"
    return _full(
        who,
        Why.CAPACITY,
        text + ("; kept free for it" if kept else ""),
        {"used": used, "units": units, "free": max(0.0, units - used), "asked": asked, "kept_free_for_it": kept},
        lambda other: other.has_room(channel),
    )


def _limit(who: Standing, case: Case) -> Finding | None:
    channel = case.contact.channel
    if who.under_limit(channel):
        return None
    limit = who.capacity.limit[channel]
    held = sum(work.channel == channel for work in who.held)
    return _full(
        who,
        Why.LIMIT,
        f"has {held} {channel}, and the limit is {limit}",
        {"channel": channel, "held": held, "limit": limit},
        lambda other: other.under_limit(channel),
    )


def _resting(who: Standing, case: Case) -> Finding | None:
    if not who.resting:
        return None
    rest = who.agent.rest
    assert rest is not None
    return _find(
        Why.RESTING,
        "rests after a decline",
        "the rest to end",
        {"until": rest.due},
        at=(rest.due, "rest ends"),
        mended=lambda: who.but(resting=False),
    )


def _retry_delay(who: Standing, case: Case) -> Finding | None:
    contact = case.contact
    if not who.bars(contact) or contact.excluded is None:
        return None
    until = contact.excluded[who.agent.seq].until
    return _find(
        Why.RETRY_DELAY,
        "has had it a moment ago",
        "the delay of this pair to end",
        {"agent": who.agent.id, "contact": contact.id, "until": until},
        at=(until, "retry delay ends"),
        mended=lambda: who.but(pardoned=contact),
    )


def _draining(who: Standing, case: Case) -> Finding | None:
    goal = who.goal
    if goal is None or goal is case.contact or not _held_back(who, case, goal):
        return None
    return _find(
        Why.DRAINING,
        f"is kept free for {goal.id}",
        f"{goal.id} to be taken or to leave",
        {"draining_for": goal.id},
        mended=lambda: who.but(goal=None, gone=goal),
    )


def _offered_elsewhere(who: Standing, case: Case) -> Finding | None:
    offer = case.offer
    if offer is None:
        return None
    return _find(
        Why.OFFERED_ELSEWHERE,
        f"could take it, and {offer.agent.id} has the offer",
        f"{offer.agent.id} not to accept",
        {"offer": offer.id, "agent": offer.agent.id},
        at=(offer.expires_at, f"offer {offer.id} runs out"),
    )


_OF_PRESENCE: tuple[Check, ...] = (_offline, _away)
_OF_PROFILE: tuple[Check, ...] = (_not_in_queue, _tier, _channel, _skill, _never_fits, _capacity, _limit)
_OF_PAIR: tuple[Check, ...] = (_resting, _retry_delay)

CHECKS: tuple[Check, ...] = (_offered, *_OF_PRESENCE, *_OF_PROFILE, *_OF_PAIR, _draining, _offered_elsewhere)
"""The order in which reasons are told. The one who has the offer has it, whatever else has become true since."""


def first_finding(who: Standing, case: Case) -> Finding | None:
    """The first reason, or `None` for an agent who may take the contact. Cost: some microseconds of Python."""
    for check in CHECKS:
        finding = check(who, case)
        if finding is not None:
            return finding
    return None


# -- who comes first for an agent -------------------------------------------------------------------------------------


def _tier_of(who: Standing, contact: ContactRecord, now: float) -> int:
    """The tier that counts: 1 once the contact has waited long, but for one whom the agent is not kept free for."""
    if now >= contact.since + contact.queue.lineup.tier_wait_s and (who.goal is None or who.goal is contact):
        return 1
    return who.tier_in(contact.queue) or 0


def _precedes(who: Standing, contact: ContactRecord, goal: ContactRecord, now: float) -> bool:
    mine, theirs = _tier_of(who, contact, now), _tier_of(who, goal, now)
    if mine != theirs:
        return mine < theirs
    if contact.queue is goal.queue:
        return contact.node.before(goal.node)
    return (contact.urgency, contact.seq) < (goal.urgency, goal.seq)


def _serves(who: Standing, contact: ContactRecord, state: State) -> bool:
    """Whether an agent who is ready could take the like of this contact."""
    case = Case(state, contact)
    return all(check(who, case) is None for check in _OF_PROFILE)


def _held_back(who: Standing, case: Case, goal: ContactRecord) -> bool:
    """Whether an agent who is kept free for the goal has to leave this contact.

    They may take what precedes the goal, and in each queue only up to the first that they could take and that does
    not. That one can come before this contact only when urgency decides, for a queue's own order may be another: then
    those before the contact are looked at.
    """
    contact, now = case.contact, case.state.now
    if not _precedes(who, contact, goal, now):
        return True
    if contact.queue is goal.queue or _tier_of(who, contact, now) != _tier_of(who, goal, now):
        return False
    for node in contact.queue.lineup.waiting:
        other: ContactRecord = node.item
        if other is contact:
            return False
        if other.stage is not QUEUED or who.bars(other) or _precedes(who, other, goal, now):
            continue
        if _serves(who, other, case.state):
            return True
    return False


def _candidates(who: Standing, queue: QueueRecord, state: State) -> Iterator[ContactRecord]:
    """Of those queued in a queue, all who could come first for the agent: the heads of each profile, and few others."""
    served: dict[int, bool] = {}

    def serves(demand: Demand, contact: ContactRecord) -> bool:
        if id(demand) not in served:
            served[id(demand)] = _serves(who, contact, state)
        return served[id(demand)]

    for demand in queue.lineup.demands.values():
        for lane in (demand.aged, demand.fresh):
            node = lane.line.first()
            if node is not None and serves(demand, node.item):
                while node is not None and who.bars(node.item):
                    node = lane.line.next_after(node)
                if node is not None:
                    yield node.item
    # Their tier counts no more, and the index has not looked at them since.
    for node in queue.lineup.by_since:
        if node.a > state.now:
            break
        contact: ContactRecord = node.item
        if contact.demand is not None and serves(contact.demand, contact) and not who.bars(contact):
            yield contact
    # Touched by a command that has stopped half-way, and not filed yet.
    for contact in state.dirty_contacts:
        unfiled = contact.queue is queue and contact.stage is QUEUED and contact.lane is None
        if unfiled and not who.bars(contact) and _serves(who, contact, state):
            yield contact


def first_for(who: Standing, case: Case) -> ContactRecord:
    """The queued contact that an agent who may take `case.contact` would be given first.

    Cost: the demand profiles of their queues, and for each the contacts that only this pair's delay keeps from them.
    """
    state, goal = case.state, who.goal
    best: tuple[tuple[int, float, int], ContactRecord] | None = None
    for queue in who.queues():
        found = {contact.seq: contact for contact in _candidates(who, queue, state)}
        if queue is case.contact.queue:
            found[case.contact.seq] = case.contact
        heads = sorted(found.values(), key=lambda contact: _place(who, contact, state.now))
        if goal is not None and heads and heads[0] is not goal and not _precedes(who, heads[0], goal, state.now):
            heads = [goal] if goal.queue is queue and _serves(who, goal, state) and not who.bars(goal) else []
        if heads:
            contact = heads[0]
            key = (_tier_of(who, contact, state.now), contact.urgency, contact.seq)
            if best is None or key < best[0]:
                best = (key, contact)
    assert best is not None
    return best[1]


def _place(who: Standing, contact: ContactRecord, now: float) -> tuple[float, ...]:
    """The place in its queue's line, for this agent."""
    node = contact.node
    return (_tier_of(who, contact, now), node.a, node.b, node.c, node.d, contact.seq)


def ahead(finding: Finding, case: Case) -> str | None:
    """The contact that would be given to the agent before this one if the reason were put right on their side."""
    if finding.mended is None:
        return None
    mended = finding.mended()
    if first_finding(mended, case) is not None:
        return None
    first = first_for(mended, case)
    return None if first is case.contact else first.id
