"""Why an agent does not get a contact: the checks in the order in which their reasons are told.

Each check states one rule that can keep a pair apart, with what would put it right, when that is due, and the same
agent with just that put right. `CHECKS` is the order. The rules are those of `docs/semantics.md`, sections 3, 4, 5
and 7, and of `docs/around.md`, sections 14, 15 and 17; the index answers them by bitsets, here they are stated one by
one. Everything reads the records and changes nothing, not even a cache of the index. A contact that is visible in
several queues is asked about in each by itself, in the shape of its view: whoever is called a contact here may be one.

Rejected: asking the matcher with a made-up slot. It files and ages while it looks, and cannot say which rule refused.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import attrs

from routekit._frozen import EMPTY
from routekit._kernel.profiles import TOLERANCE, Demand
from routekit._numbers import MOST_TIME
from routekit._router.outlook import ComingStep, Needs
from routekit._router.records import ContactRecord, QueueRecord, contact_of
from routekit._router.reservations import is_reserved, reserved_for
from routekit._router.stages import QUEUED
from routekit._router.standing import (
    UNKNOWN,
    Case,
    Held,
    Standing,
    lines_of,
    listed,
    next_ring,
    plain,
)
from routekit._router.state import State
from routekit._states import Presence

__all__ = [
    "CHECKS",
    "Finding",
    "Why",
    "ahead",
    "first_finding",
    "first_for",
    "furthest",
]


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
    ASKING = "asking"
    """It is a consult that they have asked for themselves."""
    DRAINING = "draining"
    """They are kept free for another contact."""
    BEHIND = "behind"
    """They could take it, and it is held behind another contact of the same customer (`Queue.same_customer`)."""
    RESERVED = "reserved"
    """They could take it, and for a while it is meant for others alone."""
    CONTACT_RESTING = "contact_resting"
    """They could take it, and nobody is tried: nobody answered a moment ago (`Queue.retry_contact_s`)."""
    WINDOW = "window"
    """They could take it, and its queue assigns when a window closes."""
    OFFERED_ELSEWHERE = "offered_elsewhere"
    BETTER_CONTACT_AHEAD = "better_contact_ahead"
    """They may take it, and another comes first for them. Only while an `advance(limit=)` has stopped half-way."""
    NOT_SETTLED = "not_settled"
    """They may take it, and the next command goes on to it. Only while an `advance(limit=)` has stopped half-way."""


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


# -- the contact's side: what its steps will ask less -----------------------------------------------------------------


def _step(case: Case, is_enough: Callable[[Needs, int], bool], does: str) -> tuple[float, str] | None:
    """The first coming time at which the needs and the reach are enough, and what to say of the step of that time.

    Of several steps at one time the last has the word: one may take back what another gave. Steps that would be
    skipped as things stand now are left out, and so is what comes after one that takes the contact away.
    """
    for coming in _last_of_each_time(case):
        # The reach that steps set is for the home alone.
        reach = coming.reach if _is_at_home(case) else case.contact.reach
        if is_enough(coming.needs, reach):
            return coming.at, f"the step after {plain(coming.step.after_s)} s {does}"
    return None


def _last_of_each_time(case: Case) -> Iterator[ComingStep]:
    steps = [] if case.outlook is None else [step for step in case.outlook.steps if step.applies and not step.leaves]
    for i, step in enumerate(steps):
        if i + 1 == len(steps) or steps[i + 1].at > step.at:
            yield step


def _is_at_home(case: Case) -> bool:
    return case.contact is contact_of(case.contact)


def _shown(who: Standing, case: Case) -> tuple[float, str] | None:
    """The first step that shows the contact in a queue of the agent's."""
    if case.outlook is None or case.reserved is not None:
        return None
    for coming in case.outlook.steps:
        queue = case.state.queues.get(coming.step.add_queue or "")
        if coming.applies and queue is not None and queue.every_s == 0.0 and who.tier_in(queue) is not None:
            return coming.at, f"the step after {plain(coming.step.after_s)} s lets agents of {queue.name} help"
    return None


# -- the checks, one reason each --------------------------------------------------------------------------------------


def _offered(who: Standing, case: Case) -> Finding | None:
    offer = next((other for other in case.offers if other.agent is who.agent), None)
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
        at=_shown(who, case),
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
        at=_step(case, lambda _, reach: tier <= reach, f"reaches tier {tier}"),
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
            return _skill_of(who, case, skill, has)
    return None


def _skill_of(who: Standing, case: Case, skill: str, has: float) -> Finding:
    asked = max(level for name, level in case.contact.needs if name == skill)

    def is_enough(needs: Needs, reach: int) -> bool:
        return all(level <= has for name, level in needs if name == skill)

    missing = has == 0.0
    return _find(
        Why.SKILL_MISSING if missing else Why.SKILL_TOO_LOW,
        f"has no {skill}, asked {plain(asked)}" if missing else f"has {skill} {plain(has)}, asked {plain(asked)}",
        f"{skill} {plain(asked)}",
        {"skill": skill, "has": has, "asked": asked},
        at=_step(case, is_enough, f"drops {skill}" if missing else f"asks less {skill}"),
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
    contact = contact_of(case.contact)
    if not who.bars(contact) or contact.excluded is None:
        return None
    exclusion = contact.excluded[who.agent.seq]
    if exclusion.timer is None:
        return _find(
            Why.ASKING,
            "has asked for this consult",
            "somebody else",
            {"agent": who.agent.id, "contact": contact.id},
            mended=lambda: who.but(pardoned=contact),
        )
    until = exclusion.until
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
    if goal is None or goal is contact_of(case.contact):
        return None
    # One that is reserved goes to nobody who is kept free, whatever comes first.
    if case.reserved is None and not _held_back(who, case, goal):
        return None
    return _find(
        Why.DRAINING,
        f"is kept free for {goal.id}",
        f"{goal.id} to be taken or to leave",
        {"draining_for": goal.id},
        mended=lambda: who.but(goal=None, gone=goal),
    )


def _behind(who: Standing, case: Case) -> Finding | None:
    extras = case.contact.extras
    if extras is None or extras.behind is None or case.asks:
        return None
    assert extras.hold_timer is not None
    behind, until = extras.behind.id, extras.hold_timer.due
    return _find(
        Why.BEHIND,
        f"could take it, and it is held behind {behind} of the same customer until {plain(until)}",
        f"{behind} to end or to leave",
        {"behind": behind, "customer": extras.behind.value.customer, "until": until},
        at=(until, "it is held no more"),
    )


def _reserved(who: Standing, case: Case) -> Finding | None:
    reserved, extras = case.reserved, case.contact.extras
    if reserved is None or extras is None or who.agent in reserved:
        return None
    agents = tuple(agent.id for agent in reserved)
    until = extras.reserved_until
    timeless = until >= MOST_TIME
    return _find(
        Why.RESERVED,
        f"could take it, and it is reserved for {listed(agents)}{'' if timeless else f' until {plain(until)}'}",
        "its reservation to end",
        {"agents": agents, "until": None if timeless else until, "reason": extras.reserved_by},
        at=None if timeless else (until, f"its reservation ends{', and it with it' if extras.exclusive else ''}"),
    )


def _contact_resting(who: Standing, case: Case) -> Finding | None:
    rest = case.contact.rest
    if rest is None or case.asks:
        return None
    return _find(
        Why.CONTACT_RESTING,
        "could take it, and it rests since nobody answered",
        "its rest to end",
        {"until": rest.due},
        at=(rest.due, "its rest ends"),
    )


def _window(who: Standing, case: Case) -> Finding | None:
    queue = case.contact.queue
    if queue.every_s == 0.0 or case.offers or case.asks or case.reserved is not None:
        return None
    window = queue.window
    closes = None if window is None else window.due
    # Without one, an `advance(limit=)` has stopped half-way: else the settling would have opened it.
    waits = "waits for the window" if window is not None else "a window is about to open"
    return _find(
        Why.WINDOW,
        f"could take it, and {'the window closes now' if queue in case.state.closing else waits}",
        "the window to close" if window is not None else "the next command",
        {"queue": queue.name, "every_s": queue.every_s, "closes": closes},
        at=None if closes is None else (closes, f"the window of {queue.name} closes"),
    )


def _offered_elsewhere(who: Standing, case: Case) -> Finding | None:
    offers = case.offers
    if not offers or case.asks:
        return None
    agents = tuple(offer.agent.id for offer in offers)
    last = max(offers, key=lambda offer: offer.expires_at)
    # A ring goes on through the queue that it began in.
    ring = next_ring(case.contact) if offers[0].queue is case.contact.queue else None
    has = "has the offer" if len(agents) == 1 else "have offers"
    return _find(
        Why.OFFERED_ELSEWHERE,
        f"could take it, and {listed(agents)} {has}",
        f"{listed(agents)} not to accept" if ring is None else "to be rung too",
        {"offer": offers[0].id, "agent": agents[0], "offers": tuple(offer.id for offer in offers), "agents": agents},
        at=(last.expires_at, f"offer {last.id} runs out") if ring is None else (ring, "one more agent is rung"),
    )


_OF_PRESENCE: tuple[Check, ...] = (_offline, _away)
_OF_PROFILE: tuple[Check, ...] = (_not_in_queue, _tier, _channel, _skill, _never_fits, _capacity, _limit)
_OF_PAIR: tuple[Check, ...] = (_resting, _retry_delay)
_OF_CONTACT: tuple[Check, ...] = (_behind, _reserved, _contact_resting, _window, _offered_elsewhere)

CHECKS: tuple[Check, ...] = (_offered, *_OF_PRESENCE, *_OF_PROFILE, *_OF_PAIR, _draining, *_OF_CONTACT)
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
    mine = who.goal is None or who.goal is contact_of(contact)
    if mine and now >= contact.since + contact.queue.lineup.tier_wait_s:
        return 1
    return who.tier_in(contact.queue) or 0


def _precedes(who: Standing, contact: ContactRecord, goal: ContactRecord, now: float) -> bool:
    mine, theirs = _tier_of(who, contact, now), _tier_of(who, goal, now)
    if mine != theirs:
        return mine < theirs
    if contact.queue is goal.queue:
        return contact.before(goal)
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
    for other in _before(contact):
        if other.stage is not QUEUED or other.demand is None or is_reserved(contact_of(other)):
            continue  # it rests, is held behind another, or is meant for certain agents
        if who.bars(other) or _precedes(who, other, goal, now):
            continue
        if _serves(who, other, case.state):
            return True
    return False


def _before(contact: ContactRecord) -> Iterator[ContactRecord]:
    """Those who stand before a contact in its queue, or are seen there before it."""
    for node in contact.queue.lineup.waiting:
        if not node.before(contact):
            break
        yield node.item
    for view in contact.queue.visitors.values():
        if view.before(contact):
            yield cast(ContactRecord, view)


def _candidates(who: Standing, queue: QueueRecord, state: State) -> Iterator[ContactRecord]:
    """Of those queued in a queue, all who could come first for the agent: the heads of each profile, and few others."""
    served: dict[int, bool] = {}

    def serves(demand: Demand, contact: ContactRecord) -> bool:
        if id(demand) not in served:
            served[id(demand)] = _serves(who, contact, state)
        return served[id(demand)]

    for demand in queue.lineup.demands.values():
        for lane in (demand.aged, demand.fresh):
            if lane is None:
                continue
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
    for touched in state.dirty_contacts:
        asks = touched.stage is QUEUED and touched.demand is not None and queue.every_s == 0.0
        for line in lines_of(touched) if asks and not is_reserved(touched) else ():
            if line.queue is queue and line.lane is None and not who.bars(line) and _serves(who, line, state):
                yield line
    # Reserved for them, and in no lane.
    for meant in reserved_for(who.agent) if who.goal is None else ():
        asks = meant.queue is queue and meant.stage is QUEUED and meant.demand is not None
        if asks and not who.bars(meant) and _serves(who, meant, state):
            yield meant


def first_for(who: Standing, cases: list[Case]) -> ContactRecord:
    """The queued contact that an agent would be given first who may take the one of the cases, through any of them.

    Cost: the demand profiles of their queues, and for each the contacts that only this pair's delay keeps from them.
    """
    state, goal = cases[0].state, who.goal
    best: tuple[tuple[float, ...], ContactRecord] | None = None
    for queue in who.queues():
        found = {contact.seq: contact for contact in _candidates(who, queue, state)}
        found.update({case.contact.seq: case.contact for case in cases if case.contact.queue is queue})
        if goal is not None:
            found = {seq: contact for seq, contact in found.items() if _passes(who, contact, goal, state)}
            for line in lines_of(goal):
                if line.queue is queue and _may_take(who, line, state):
                    found[goal.seq] = line
        if found:
            contact = min(found.values(), key=lambda contact: _place(who, contact, state.now))
            tier, number = _tier_of(who, contact, state.now), lines_of(contact_of(contact)).index(contact)
            key = (tier, _share(who, queue, state), contact.urgency, contact.seq, number)
            if best is None or key < best[0]:
                best = (key, contact)
    assert best is not None
    return contact_of(best[1])


def _share(who: Standing, queue: QueueRecord, state: State) -> float:
    """The share of a queue; with what is settled of it by the connections that are thought away."""
    share = queue.lineup.share
    if state.queue_order is not None:
        for work in sorted(who.ended, key=lambda work: work.number):
            connection = work.connection
            if connection is not None and connection.queue is queue:
                share += state.queue_order.settle(queue.name, state.now - connection.connected_at)
    return share


def _passes(who: Standing, contact: ContactRecord, goal: ContactRecord, state: State) -> bool:
    """Whether an agent who is kept free for the goal may take this contact."""
    return contact_of(contact) is goal or not _held_back(who, Case(state, contact), goal)


def _may_take(who: Standing, goal: ContactRecord, state: State) -> bool:
    """Whether an agent may take the very contact that they are kept free for, as it is seen in one queue."""
    asks = goal.stage is QUEUED and goal.rest is None and goal.queue.every_s == 0.0
    return asks and not who.bars(goal) and _serves(who, goal, state)


def _place(who: Standing, contact: ContactRecord, now: float) -> tuple[float, ...]:
    """The place in its queue's line, for this agent: by its key, or by the ratio of this moment."""
    tier = _tier_of(who, contact, now)
    if contact.queue.ratio:
        return (tier, 0.0 - (now - contact.since) / contact.target, contact.since, contact.seq)
    return (tier, contact.a, contact.b, contact.c, contact.d, contact.seq)


def furthest(who: Standing, cases: list[Case]) -> tuple[Finding | None, Case]:
    """The first reason in the queue in which the agent gets furthest; `None` where they may take the contact.

    `cases` are the contact in each of its queues. Of those in which an agent gets equally far, the one in which
    something is due first, else the first.
    """
    best: tuple[Finding, Case] | None = None
    for case in cases:
        finding = first_finding(who, case)
        if finding is None:
            return None, case
        if best is None or _distance(finding) > _distance(best[0]):
            best = finding, case
    assert best is not None
    return best


_PLACE = {why: place for place, why in enumerate(Why)}


def _distance(finding: Finding) -> tuple[int, float]:
    why = Why.SKILL_MISSING if finding.why is Why.SKILL_TOO_LOW else finding.why
    return _PLACE[why], -UNKNOWN if finding.when is None else -finding.when


def ahead(finding: Finding, cases: list[Case]) -> str | None:
    """The contact that would be given to the agent before this one if the reason were put right on their side."""
    if finding.mended is None:
        return None
    mended = finding.mended()
    open_to = [case for case in cases if first_finding(mended, case) is None]
    if not open_to:
        return None
    first = first_for(mended, open_to)
    return None if first is contact_of(cases[0].contact) else first.id
