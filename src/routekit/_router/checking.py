"""Every invariant of a router's tables and index, each in a sentence. For tests; it ships, so that users can call it
too.
"""

from __future__ import annotations

import itertools

from routekit._kernel.profiles import Lane
from routekit._numbers import MOST_TIME
from routekit._router.customers import is_open, open_to
from routekit._router.records import AgentRecord, ContactRecord, Extras, by_seq, never_ended
from routekit._router.reservations import is_reserved, may_take
from routekit._router.stages import CONNECTED, OFFERED, PARKED, QUEUED, WRAPPING
from routekit._router.state import State
from routekit._states import Presence

__all__ = ["check"]


def check(state: State) -> None:
    """Assert all of it. Cost: everything, and more."""
    state.timers.check()
    for contact in state.contacts.values():
        _check_contact(state, contact)
    for agent in state.agents.values():
        _check_agent(state, agent)
    for queue in state.queues.values():
        lineup = queue.lineup
        lineup.waiting.check()
        lineup.aged_heads.check()
        lineup.fresh_heads.check()
        waiting = sum(1 for c in state.contacts.values() if c.queue is queue and c.stage in (QUEUED, OFFERED))
        assert len(lineup.waiting) == waiting, "a queue's line holds all that wait in it and nobody else"
        asking = sum(
            node.item.extras is not None and node.item.extras.consult_of is not None for node in lineup.waiting
        )
        assert queue.consults == asking, "a queue knows how many of them are consults"
        parked = sum(1 for c in state.contacts.values() if c.queue is queue and c.stage is PARKED)
        assert queue.parked == parked, "a queue knows how many are parked at home there"
        if lineup.heads is not None:
            rows = [(bucket, e.tier, e.line) for e in lineup.entries for bucket in e.supply.open_buckets]
            lineup.heads.check(rows)
        for demand in lineup.demands.values():
            for lane in (demand.aged, demand.fresh):
                if lane is not None:
                    _check_marks(lane)
        filed = sum(demand.size for demand in lineup.demands.values())
        assert filed == lineup.queued, "the filed contacts of a queue are those of its demand profiles"
        members = [member.agent for member in queue.members.values()]
        there = sum(1 for agent in members if agent.presence is not Presence.OFFLINE)
        assert queue.signed_in == there, "a queue knows how many of its members are signed in"
        assert queue.nobody is None or not there, "nothing is due for a lack of them while there is one"
        assert queue.nobody is None or queue.limits, "nor in a queue without limits"
        assert queue.closing is None or queue.value.hours is not None, "only hours close"
        assert not queue.removed, "a queue that is there has not been removed"
        for seq, view in queue.visitors.items():
            assert view.queue is queue and view.seq == seq, "a visitor is seen in that queue"
            assert view.views is not None and view in view.views, "and its contact knows"
    _check_customers(state)
    for supply in state.index.supplies:
        if supply is not None:
            ready = [agent for agent in state.agents.values() if agent.supply is supply and agent.ready]
            counted = sum(supply.ready.values())
            assert counted == len(ready), "a supply profile knows how many of its members are ready"
            assert all(supply.ready[agent.closed] for agent in ready), "by what they have closed"
            filed = sum(bucket.size for bucket in (*supply.open_buckets, *supply.drain_buckets))
            assert filed <= supply.members, "nobody is filed twice"
            for bucket in (*supply.open_buckets, *supply.drain_buckets):
                assert bucket.size > 0, "an open bucket has somebody in it"
                for line in bucket.lines:
                    line.check()
                    assert len(line) == bucket.size, "each line of a bucket holds all of its agents"
    for demand in state.undrained.values():
        assert len(demand.undrained), "a demand profile that waits for a drain has somebody who does"


def _check_marks(lane: Lane) -> None:
    for seq, mark in (lane.passed or {}).items():
        for node in lane.line:
            excluded = node.item.excluded or {}
            assert seq in excluded or mark.before(node), "who is passed over is excluded"
        assert lane.furthest is not None and not lane.furthest.before(mark), "and no mark is beyond the furthest"


def _check_customers(state: State) -> None:
    open_of: dict[str, list[ContactRecord]] = {}
    for contact in sorted(state.contacts.values(), key=by_seq):
        customer = contact.value.customer
        if customer is not None and is_open(contact):
            open_of.setdefault(customer, []).append(contact)
    assert len(state.open_of) == len(open_of), "customers with nothing open are not kept"
    for customer, those in open_of.items():
        assert open_to(state, customer) == those, (
            "a customer's open contacts wait, are connected or parked, in sequence"
        )
        assert len(those) > 1 or state.open_of.get(customer) is those[0], "and a single one has no dict around it"
    assert len(state.histories) <= state.customers_kept, "no more customers are remembered than asked for"
    assert len(state.last_agents) <= state.customers_kept, "and no more last agents"
    for history in state.histories.values():
        assert 0 < len(history) <= state.history_kept, "nor more of each, and nobody without a past"
        assert all(one.at <= other.at for one, other in itertools.pairwise(history)), "the oldest comes first"


def _check_hold(state: State, contact: ContactRecord) -> bool:
    """Whether a contact is held back."""
    extras = contact.extras
    if extras is None:
        return False
    for follower in extras.followers or ():
        assert state.contacts[follower.id] is follower, "who is held back is there"
        assert follower.extras is not None and follower.extras.behind is contact, "and knows behind whom"
    front = extras.behind
    if front is None:
        assert extras.hold_timer is None, "who is not held back waits for no end of it"
        return False
    assert extras.hold_timer is not None and extras.hold_timer.is_armed(), "a hold has an end"
    assert contact.stage is QUEUED and contact.drainer is None, "who is held back is queued, and nobody drains for it"
    assert front.stage in (QUEUED, OFFERED, CONNECTED), "behind one that waits or is served"
    assert front.queue is contact.queue and front.seq < contact.seq, "that came before it to the same queue"
    assert front.extras is not None and front.extras.followers is not None, "which knows of it"
    assert contact in front.extras.followers, "by name"
    return True


def _check_telling(state: State, contact: ContactRecord) -> None:
    waits = contact.stage is QUEUED or contact.stage is OFFERED
    told = waits and contact.queue.announces and not never_ended(contact)
    assert (contact.telling is not None) == told, "who waits where waits are announced is told, and nobody else"
    if contact.telling is not None and contact.telling.timer is not None:
        timer = contact.telling.timer
        assert timer.item is contact and timer.due >= state.now, "at a time to come"


def _check_views(state: State, contact: ContactRecord) -> None:
    if contact.views is None:
        return
    assert contact.stage in (QUEUED, OFFERED), "only who waits is visible in further queues"
    assert contact.views[0] is contact and len(contact.views) > 1, "its views are itself and those in further queues"
    assert len({seeker.queue.name for seeker in contact.views}) == len(contact.views), "one in each queue"
    extras = contact.extras
    hidden = contact.demand is None or (extras is not None and bool(extras.reserved or extras.behind))
    for view in contact.views[1:]:
        queue = view.queue
        assert state.queues[queue.name] is queue and queue.visitors[contact.seq] is view, "each is known to its queue"
        assert view.contact is contact and view.views is contact.views, "each is its contact's"
        assert view.excluded is contact.excluded and view.tried is contact.tried, "who is not tried is the contact's"
        asks = not hidden and queue.every_s == 0.0
        assert (view.demand is not None) == asks, "a view asks when its contact does, but not where there are windows"
        assert view.lane is not None or not asks or contact.dirty, "a view that asks is filed, or looked at soon"
        assert (view.since, view.urgency) == (contact.since, contact.urgency), "it waits as long, and as urgently"


def _check_contact(state: State, contact: ContactRecord) -> None:
    assert state.contacts[contact.id] is contact, "a contact is under its own id"
    _check_consults(state, contact)
    held = _check_hold(state, contact)
    _check_views(state, contact)
    _check_telling(state, contact)
    if contact.stage is QUEUED:
        assert contact.offer is None and contact.work is None, "a queued contact is nowhere else"
        if contact.rest is None and not held:
            assert contact.demand is not None, "a queued contact asks for somebody"
            apart = contact.queue.every_s > 0.0 or is_reserved(contact)
            assert contact.lane is not None or contact.dirty or apart, "a queued contact is filed, or looked at soon"
        else:
            assert contact.demand is None, "one that rests, or is held back, asks for nobody"
    elif contact.stage is OFFERED:
        assert contact.offer is not None and contact.work is None, "an offered contact has its offer"
        assert contact.demand is None, "an offered contact asks for nobody else"
        for offer in (contact.offer, *contact.others):
            assert state.offers[offer.id] is offer and offer.contact is contact, "its offers are open"
    elif contact.stage is PARKED:
        _check_parked(state, contact)
    else:
        assert contact.stage is CONNECTED or contact.stage is WRAPPING, "a contact that is done is forgotten"
        work = contact.work
        assert work is not None and contact.offer is None, "a connected contact has its work"
        assert work.agent.works[work.number] is work, "its agent has that work"
        assert contact.step_timer is None and contact.drain_timer is None, "nothing is due for it as a waiting one"
    if contact.extras is not None and contact.extras.reserved is not None:
        _check_reserved(state, contact, contact.extras)
    if contact.drainer is not None:
        assert contact.drainer.drains_for is contact and contact.stage is QUEUED, (
            "who drains, drains for one that waits"
        )


def _check_consults(state: State, contact: ContactRecord) -> None:
    extras = contact.extras
    if extras is None:
        return
    if extras.consults:
        assert contact.stage is CONNECTED and extras.consult_of is None, "only who has an agent asks for another"
    for consult in extras.consults or ():
        assert state.contacts[consult.id] is consult, "a consult is there while it goes on"
        assert consult.extras is not None and consult.extras.consult_of is contact, "and knows what it is about"
    if extras.consult_of is not None:
        assert contact.stage is QUEUED or contact.stage is OFFERED or contact.stage is CONNECTED, "it goes on"
        asked = extras.consult_of.extras
        assert asked is not None and asked.consults is not None, "what it is about knows of it"
        assert contact in asked.consults, "by name"
    assert not extras.joined or (extras.consult_of is not None and contact.stage is CONNECTED), (
        "only a consult that is connected has joined"
    )


def _check_parked(state: State, contact: ContactRecord) -> None:
    assert contact.offer is None and contact.work is None and contact.demand is None, "a parked contact asks for nobody"
    assert contact.step_timer is None and contact.drain_timer is None, "and nothing is due for it as a waiting one"
    assert not contact.queue.removed, "its home is there"
    extras = contact.extras
    assert extras is not None and extras.reserved is None and contact.views is None, "it is in no line"
    assert (extras.park_timer is None) == (extras.until is None), "its timer is armed if it has a time"
    owner = extras.owner
    assert owner is not None or not extras.entered, "only what is promised may have no owner"
    if owner is not None:
        assert state.agents[owner.id] is owner, "its owner is there"
        assert owner.owned is not None and owner.owned[contact.seq] is contact, "and knows"
        assert extras.owner_timer is None or not owner.ready, "an owner who is ready is not waited for"


def _check_reserved(state: State, contact: ContactRecord, extras: Extras) -> None:
    assert contact.stage is QUEUED or contact.stage is OFFERED, "a reserved contact waits"
    assert extras.reserved, "it is meant for somebody"
    if extras.reserved_until >= MOST_TIME:
        assert extras.reserved_timer is None, "and has no timer where it has no time"
    else:
        assert extras.reserved_timer is not None and extras.reserved_timer.is_armed(), "and until some time"
        assert extras.reserved_timer.due == extras.reserved_until, "which is that of its timer"
    assert contact.lane is None, "it is not filed for everybody"
    assert not contact.overdue and contact.drainer is None and contact.ring_timer is None, "nobody drains or is rung"
    settled = not (state.halted or contact.dirty or state.calling)
    for agent in extras.reserved:
        assert state.agents[agent.id] is agent, "those whom it is meant for are there"
        assert agent.reserved is not None and agent.reserved.contacts[contact.seq] is contact, "and know"
        assert not (settled and may_take(state, agent, contact)), "nobody whom it is meant for could have it"


def _check_agent(state: State, agent: AgentRecord) -> None:
    assert state.agents[agent.id] is agent, "an agent is under their own id"
    held = [0] * len(state.index.open_bits)
    for offer in agent.offers.values():
        held[state.index.number(offer.channel)] += 1
    for work in agent.works.values():
        held[state.index.number(work.channel)] += 1
    assert agent.held == held, "an agent holds their offers and works, and nothing else"
    assert agent.holding == sum(held), "and that many"
    ending = [exclusion for exclusion in agent.exclusions.values() if exclusion.timer is not None]
    assert agent.retries == len(ending), "and the exclusions that end by themselves are counted"
    for contact in (agent.owned or {}).values():
        assert contact.stage is PARKED and contact.extras is not None, "what an agent owns is parked"
        assert contact.extras.owner is agent, "and knows its owner"
    filed = agent.bucket is not None
    supply = agent.supply
    assert supply is not None, "every agent has a supply profile"
    may = agent.ready and agent.rest is None
    assert agent.mask == (agent.fit if may else 0), "an agent is open where they fit, when ready and not resting"
    if agent.ready:
        assert agent.fit == supply.shape.room(agent.held) & ~agent.closed, "the open set is up to date"
    assert filed == bool(agent.mask), "an agent is filed just when they can take something"
    if agent.bucket is not None:
        assert agent.bucket.draining == (agent.drains_for is not None), "those who drain stand apart"
    meant = {} if agent.reserved is None else agent.reserved.contacts
    for contact in meant.values():
        assert state.contacts[contact.id] is contact, "what is meant for an agent is there"
        assert contact.extras is not None and agent in (contact.extras.reserved or ()), "and is meant for them"
    assert agent.reserved is None or meant, "an agent for whom nothing is meant has no list"
    if agent.reserved is not None:
        asking = {contact.seq for contact in agent.reserved.asking()}
        able = {seq for seq in meant if meant[seq].demand is not None}
        assert asking <= able, "who is in a line of theirs asks for somebody"
        assert able <= asking | {seq for seq in meant if meant[seq].dirty}, "and who asks is, or is looked at soon"
    assert (agent.drains_for is not None) == (agent.seq in state.index.draining), "who drains is listed"
    if agent.drains_for is not None:
        assert agent.drains_for.drainer is agent, "and the contact knows"
    could = agent.ready and agent.holding > 0 and supply.shape.drains != 0 and agent.drains_for is None
    assert agent.loaded == could, "the loads of those who could be drained are listed"
