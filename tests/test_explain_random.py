"""Explanations in random centres, against the rules of the plain router.

The plain router knows no explanation. What is compared is said again here, from its rules: who is eligible, the first
reason in the documented order, who would come first for an agent with that reason put right, and at each decision who
could have had the contact.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs
import pytest
from hypothesis import settings

from routekit import Agent, Explanation, Reason, Router, Why
from routekit.events import ContactConnected, OfferMade
from tests.generators import Call, Calls, Dice, flavour, world_calls
from tests.oracle import PlainRouter, rules
from tests.oracle.records import PlainAgent, PlainContact, PlainQueue
from tests.oracle.scores import kind_of
from tests.orders import AGENT, CONTACT, QUEUE, REGISTRY
from tests.side_by_side import Outcome, Pair

WORLDS = settings.default.max_examples // 5
"""Centres for each test: 10, 20 with the profile ci, 1,000 with nightly."""
ORDER = list(Why)
HALTED = (Why.BETTER_CONTACT_AHEAD, Why.NOT_SETTLED)
OF_CONTACT = (Why.OFFERED, Why.CONTACT_RESTING, Why.WINDOW, Why.OFFERED_ELSEWHERE)
"""Nothing on the agent's side would change it."""
DRAWN = ("Random", "WeightedRandom", "AsteriskRandom", "AsteriskWRandom")
TURNS = ("RoundRobin", "RoundRobinOrdered", "AsteriskRRMemory", "AsteriskRROrdered", "AsteriskLinear")


def reason_of(router: Router, contact: str, agent: str) -> Reason:
    return next(reason for reason in router.explain(contact).reasons if reason.agent == agent)


# ---- what the plain router says of the same -----------------------------------------------------------------------


def plain_reason(plain: Any, agent: PlainAgent, contact: PlainContact, *, asks: bool = False) -> Why | None:
    """The first reason by the plain router's rules; `None` for one who is eligible.

    `asks`: as if the contact asked for an agent now, whoever has an offer of it.
    """
    if any(offer.agent == agent.id for offer in plain._open_offers(contact)):
        return Why.OFFERED
    if agent.presence != "ready":
        return Why(agent.presence)
    found = _profile_reason(plain, agent, contact)
    if found is not None:
        return found
    if agent.rests_until is not None:
        return Why.RESTING
    if (agent.id, contact.id) in plain._exclusions:
        return Why.RETRY_DELAY
    state, rest = contact.state, contact.rests_until
    contact.state, contact.rests_until = "queued", None
    try:
        would = plain._would_take(agent, contact)
    finally:
        contact.state, contact.rests_until = state, rest
    if not would:
        assert agent.drains_for is not None
        return Why.DRAINING
    if asks:
        return None
    if rest is not None:
        return Why.CONTACT_RESTING
    if state == "offered":
        return Why.OFFERED_ELSEWHERE
    return Why.WINDOW if plain._batched(contact) else None


def _profile_reason(plain: Any, agent: PlainAgent, contact: PlainContact) -> Why | None:
    value, channel = agent.value, contact.value.channel
    tier, reach = value.queues.get(contact.value.queue), contact.reach(plain._queues[contact.value.queue].value)
    if tier is None:
        return Why.NOT_IN_QUEUE
    if reach is not None and tier > reach:
        return Why.TIER
    if not rules.channel_open(agent, channel):
        return Why.CHANNEL
    for skill, level in contact.needs:
        if value.skills.get(skill, 0) < level:
            return Why.SKILL_TOO_LOW if skill in value.skills else Why.SKILL_MISSING
    if not rules.fits_empty(value.capacity, channel):
        return Why.NEVER_FITS
    held = plain._held(agent)
    if rules.load(agent, held, channel) + value.capacity.cost_of(channel) > value.capacity.units + rules.SLACK:
        return Why.CAPACITY
    return None if rules.fits(agent, held, channel) else Why.LIMIT


def plain_first(plain: Any, agent: PlainAgent) -> PlainContact | None:
    """Section 4: the contact that the agent would be given first, were they the only one to be free."""
    takers = [c for c in plain._contacts.values() if c.state == "queued" and plain._eligible(agent, c)]
    tiers = {c.id: plain._tier(agent, c) for c in takers}
    heads: dict[str, PlainContact] = {}
    for contact in takers:
        if tiers[contact.id] == min(tiers.values()):
            queue = plain._queues[contact.value.queue]
            head = heads.get(queue.value.name)
            key = rules.contact_key(queue, contact, plain._present)
            if head is None or key < rules.contact_key(queue, head, plain._present):
                heads[queue.value.name] = contact
    return min(heads.values(), key=plain._head_key, default=None)


def put_right(plain: Any, name: str, queue: str, reason: Reason) -> bool:
    """Do to the plain router what the reason says it needs; False where its records cannot tell which work is meant."""
    agent = plain._agents[name]
    details, value = reason.details, agent.value
    if reason.why in (Why.OFFLINE, Why.AWAY):
        agent.presence = "ready"
        agent.closed.clear()
    elif reason.why in (Why.CAPACITY, Why.LIMIT):
        ending = [work for work in plain._held(agent) if work.contact in details["ends"]]
        plain._work = [work for work in plain._work if work not in ending]
        for work in ending:
            if work.kind == "connected":
                plain._settle_share(work)
        return len(ending) == len(details["ends"])
    elif reason.why is Why.RESTING:
        agent.rests_until = None
    elif reason.why is Why.RETRY_DELAY:
        del plain._exclusions[name, details["contact"]]
    elif reason.why is Why.DRAINING:
        plain._contacts[details["draining_for"]].state = "gone"
        agent.drains_for = None
    elif reason.why is Why.CHANNEL and details["closed_by"] == "presence":
        agent.closed.discard(details["channel"])
    else:
        agent.value = attrs.evolve(value, **agent_fields(value, queue, reason))
    return True


def agent_fields(value: Agent, queue: str, reason: Reason) -> dict[str, Any]:
    """The fields of an agent that the reason asks for."""
    details, capacity = reason.details, value.capacity
    if reason.why is Why.NOT_IN_QUEUE:
        return {"queues": {**value.queues, queue: 1}}
    if reason.why is Why.TIER:
        return {"queues": {**value.queues, queue: details["reach"]}}
    if reason.why is Why.CHANNEL:
        return {"capacity": attrs.evolve(capacity, channels=(*(capacity.channels or ()), details["channel"]))}
    if reason.why in (Why.SKILL_MISSING, Why.SKILL_TOO_LOW):
        return {"skills": {**value.skills, details["skill"]: details["asked"]}}
    assert reason.why is Why.NEVER_FITS
    if "asked" in details:
        return {"capacity": attrs.evolve(capacity, units=details["asked"])}
    return {"capacity": attrs.evolve(capacity, limit={**capacity.limit, details["channel"]: 1})}


class World:
    """A small random centre, played on the plain and the real router together. Half of them have every order."""

    def __init__(self, seed: int, real: Callable[..., Router] = Router, *, everything: bool = False) -> None:
        source = random.Random(seed)
        self.source = random.Random(-seed - 1)
        self.dice = Dice(lambda n: int(source.random() * n))
        self.everything = everything
        self.flavour = flavour(self.dice)
        if everything:
            self._have_everything()
        self.flavour.weights["restore"] = 0  # a restored router has no trace
        self.pair = Pair(seed, real=real, reads_every=10**9, deep_every=10**9)
        self.calls = Calls(self.dice, self.flavour, self.pair.plain)

    @property
    def plain(self) -> Any:
        return self.pair.plain

    @property
    def real(self) -> Router:
        return self.pair.real

    def _have_everything(self) -> None:
        """All orders but those that fail, in about half of the worlds one of them alone; windows only so."""
        names = [name for name in AGENT if "shaky" not in name]
        few = (self.dice.choice(names),) if self.dice.chance(50) else ()
        agents = sum((AGENT[name] for name in few or names if few or name != "batched"), ())
        contacts = sum(CONTACT.values(), ())
        self.flavour = dataclasses.replace(
            self.flavour, orders=agents, other_orders=agents, contact_orders=contacts, other_contact_orders=contacts
        )

    def _calls(self) -> Iterator[Call]:
        """The calls that make it; queues may let a contact rest, and have shares."""
        order = self.dice.choice(sum(QUEUE.values(), ())) if self.everything else QUEUE["by-urgency"][0]
        if order != QUEUE["by-urgency"][0]:
            yield Call("Router", (), {"queue_order": order})
        for call in world_calls(self.dice, self.flavour):
            if self.everything and call.verb == "add_queue":
                queue = attrs.evolve(call.args[0], retry_contact_s=self.dice.choice((0, 5, 10)))
                call = dataclasses.replace(call, args=(queue,))
            yield call

    def play(self, steps: int) -> Iterator[None]:
        for call in self._calls():
            self.pair.do(call)
        for _ in range(steps):
            self.pair.do(self.calls.next())
            yield

    def some(self, explained: Explanation, most: int) -> list[Reason]:
        """A few of the reasons, the rare ones more often."""
        reasons = [reason for reason in explained.reasons if reason.why not in HALTED]
        return self.source.sample(reasons, min(most, len(reasons)))


def check_reasons(world: World, explained: Explanation) -> None:
    """Every agent's first reason is that of the plain rules, and nobody eligible is passed over."""
    plain, real = world.plain, world.real
    contact = plain._contacts[explained.contact]
    assert [reason.agent for reason in explained.reasons] == list(plain._agents)
    for reason in explained.reasons:
        expected = plain_reason(plain, plain._agents[reason.agent], contact)
        if expected is not None:
            assert reason.why is expected, explained
            continue
        assert plain._unsettled, explained
        first = plain_first(plain, plain._agents[reason.agent])
        assert first is not None
        assert reason.why is (Why.NOT_SETTLED if first is contact else Why.BETTER_CONTACT_AHEAD), explained
        assert first is contact or reason.details == {"contact": first.id}
    counts: dict[Why, int] = {}
    for reason in explained.reasons:
        counts[reason.why] = counts.get(reason.why, 0) + 1
    assert explained.counts == counts
    assert explained.position == real.position(contact.id)
    grouped = real.explain(contact.id, limit=0)
    assert grouped.counts == counts or not plain._agents
    assert sum(group.agents for group in grouped.groups) == len(plain._agents)
    assert sum(count.agents for group in grouped.groups for count in group.counts) == len(plain._agents)
    assert json.loads(json.dumps(explained.as_data(), allow_nan=False)) == explained.as_data()
    assert contact.id in explained.text()


def check_put_right(world: World, explained: Explanation, reason: Reason) -> None:
    """With the reason put right there is a later one, or the agent gets the contact, or the one named as ahead."""
    if reason.why in OF_CONTACT:
        assert reason.ahead is None
        return
    plain = copy.deepcopy(world.plain)
    if not put_right(plain, reason.agent, explained.queue, reason):
        return
    agent, contact = plain._agents[reason.agent], plain._contacts[explained.contact]
    after = plain_reason(plain, agent, contact)
    if after is not None:
        assert ORDER.index(after) >= ORDER.index(reason.why) or {after, reason.why} == SKILLS, (reason, after)
        assert reason.ahead is None, explained
        if after is reason.why:
            assert after in AGAIN, (reason, after)
        return
    first = plain_first(plain, agent)
    assert first is not None
    assert reason.ahead == (None if first is contact else first.id), (reason, explained)


SKILLS = {Why.SKILL_MISSING, Why.SKILL_TOO_LOW}
AGAIN = {*SKILLS, Why.CHANNEL, Why.NEVER_FITS}
"""Reasons of two kinds: one may follow upon the other."""


def check_verbs(world: World, explained: Explanation, reason: Reason) -> None:
    """The same with the real router's own commands, on a copy of it; it goes on first if it had stopped half-way."""
    if world.plain._unsettled:
        return
    twin = Router.restore(world.real.snapshot(), registry=REGISTRY)
    told = obey(twin, explained, reason)
    if told is None:
        return
    given = [e.contact for e in told if isinstance(e, OfferMade | ContactConnected) and e.agent == reason.agent]
    if reason.ahead is not None:
        assert given, (reason, explained)
        assert given[0] == reason.ahead, (reason, told)
    elif given:
        plain = copy.deepcopy(world.plain)
        put_right(plain, reason.agent, explained.queue, reason)
        eligible = plain_reason(plain, plain._agents[reason.agent], plain._contacts[explained.contact]) is None
        assert not eligible or given[0] == explained.contact, (reason, told)
    elif explained.contact in twin.contacts and twin.contacts[explained.contact].state in ("queued", "offered"):
        after = reason_of(twin, explained.contact, reason.agent)
        assert ORDER.index(after.why) >= ORDER.index(reason.why) or {after.why, reason.why} == SKILLS
        assert after.why is not reason.why or after.why in AGAIN, (reason, after)


def obey(twin: Router, explained: Explanation, reason: Reason) -> tuple[Any, ...] | None:
    """Tell the router what the reason needs; `None` where no single command does just that."""
    at, agent = explained.at, reason.agent
    view = twin.agents[agent]
    if reason.why is Why.OFFLINE:
        return twin.sign_in(agent, at=at)
    if reason.why is Why.AWAY:
        return twin.set_ready(agent, at=at)
    if reason.why is Why.CHANNEL and reason.details["closed_by"] == "presence":
        return twin.set_ready(agent, channels=(reason.details["channel"],), at=at)
    if reason.why in (Why.CAPACITY, Why.LIMIT):
        return end(twin, agent, reason.details["ends"], at)
    # A changed agent is kept free for nobody, which would be more than was asked for.
    if view.draining_for is None and (reason.why in AGAIN or reason.why in (Why.NOT_IN_QUEUE, Why.TIER)):
        return twin.update_agent(agent, at=at, **agent_fields(view.value, explained.queue, reason))
    return None


def end(twin: Router, agent: str, contacts: tuple[str, ...], at: float) -> tuple[Any, ...] | None:
    """End one piece of an agent's work. Several in a row would let other work in between."""
    view = twin.agents[agent]
    (contact,) = contacts if len(contacts) == 1 else ("",)
    works = [name for name in (*view.contacts, *(twin.offers[o].contact for o in view.offers)) if name == contact]
    waits = twin.contacts.get(contact)  # gone, if only a wrap-up is left of it
    if len(works) != 1 or (waits is not None and len(waits.offers) > 1):
        return None
    if contact in view.wrapping:
        return twin.end_wrap_up(agent, contact=contact, at=at)
    if contact in view.contacts:
        told = twin.finish(contact, at=at)
        return told + twin.end_wrap_up(agent, at=at) if contact in twin.agents[agent].wrapping else told
    return twin.abandon(contact, at=at)


def check_when(world: World, explained: Explanation, reason: Reason) -> None:
    """At the time that is told the reason is gone, unless the agent was given other work before."""
    if reason.when is None:
        return
    twin = Router.restore(world.real.snapshot(), registry=REGISTRY)
    before = twin.agents[reason.agent]
    twin.advance(at=reason.when)
    view = twin.contacts.get(explained.contact)
    if view is None or view.state not in ("queued", "offered") or view.queue != explained.queue:
        return
    after = reason_of(twin, explained.contact, reason.agent)
    if reason.why in (Why.OFFERED, Why.OFFERED_ELSEWHERE):
        asked = "offer" if reason.why is Why.OFFERED else "offers"
        assert after.details.get(asked) != reason.details[asked], (reason, after)
        return
    now = twin.agents[reason.agent]
    busier = not (talking(now) <= talking(before) and set(now.offers) <= set(before.offers))
    if reason.why in SKILLS or reason.why is Why.TIER or not busier:
        same_skill = after.details.get("skill") == reason.details.get("skill")
        assert after.why is not reason.why or (after.why in SKILLS and not same_skill), (reason, after)
    elif after.why is reason.why:
        assert after.when is None or after.when > reason.when


def talking(view: Any) -> set[str]:
    """Contacts with an agent; the wrap-up that a transfer left behind may have the id of one that has come back."""
    return set(view.contacts) - set(view.wrapping)


def waiting(world: World) -> list[str]:
    return [name for name, view in world.real.contacts.items() if view.state in ("queued", "offered")]


def look_into_a_centre(seed: int, steps: int, *, everything: bool) -> None:
    """Play a world, and look at all that is explained of it now and then."""
    world = World(seed, everything=everything)
    for number, _ in enumerate(world.play(steps)):
        if number % 4:
            continue
        before = world.real.snapshot()
        names = waiting(world)
        for name in world.source.sample(names, min(5, len(names))):
            explained = world.real.explain(name)
            check_reasons(world, explained)
            for reason in world.some(explained, 2):
                check_put_right(world, explained, reason)
                check_verbs(world, explained, reason)
                check_when(world, explained, reason)
        for name in world.real.contacts:
            str(world.real.explain(name))
        assert world.real.snapshot() == before


@pytest.mark.parametrize("everything", [False, True], ids=["basic", "everything"])
@pytest.mark.parametrize("seed", range(WORLDS))
def test_random_centres(seed: int, everything: bool) -> None:
    look_into_a_centre(seed, 80, everything=everything)


# ---- offers and traces ----------------------------------------------------------------------------


def plain_order(plain: Any, agents: list[PlainAgent], contact: PlainContact, name: str) -> list[PlainAgent]:
    """Agents who may take a contact, best first: each the one whom the plain router chooses of those who are left.

    Orders that draw: by sequence. Windows: by the score of each with this contact.
    """
    queue = plain._queues[name]
    order: Any = queue.value.agent_order
    kind, left = kind_of(queue), list(agents)
    if kind in DRAWN:
        return sorted(left, key=lambda agent: (agent.value.queues[name], agent.seq))
    if kind == "Batched":

        def score(agent: PlainAgent) -> float:
            if order.scorer is None:
                return rules.best_match(agent, contact, {})
            return float(order.score(plain._view_contact(contact), plain._view_agent(agent)))

        return sorted(left, key=lambda agent: (agent.value.queues[name], -score(agent), *plain._idleness(agent)))
    ordered = []
    while left:
        ordered.append(plain._choose(queue, contact, left)[0])
        left.remove(ordered[-1])
    return ordered


def by_tries(plain: Any, agents: list[PlainAgent], contact: PlainContact, name: str) -> list[PlainAgent]:
    """The same, those who were tried less often for the contact first."""
    keeps = plain._queues[name].value.agent_order.behind
    groups: dict[int, list[PlainAgent]] = {}
    for agent in agents:
        groups.setdefault(contact.tries.get(agent.id, 0) if keeps else 0, []).append(agent)
    return [agent for tries in sorted(groups) for agent in plain_order(plain, groups[tries], contact, name)]


class Notes(PlainRouter):
    """The plain router, writing down who could have had each contact that it gives away."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.notes: list[tuple[Any, ...]] = []

    def _give(self, contact: PlainContact, queue: PlainQueue, *agents: PlainAgent) -> None:
        name = queue.value.name
        reasons = {n: plain_reason(self, other, contact, asks=True) for n, other in self._agents.items()}
        eligible = [self._agents[n] for n, why in reasons.items() if why is None]
        ranking = [other.id for other in by_tries(self, eligible, contact, name)]
        self.notes.append((self._present, contact.id, agents[0].id, ranking, count(reasons.values())))
        super()._give(contact, queue, *agents)


def count(reasons: Iterable[Why | None]) -> dict[Why, int]:
    """How many there are of each reason."""
    found: dict[Why, int] = {}
    for why in reasons:
        if why is not None:
            found[why] = found.get(why, 0) + 1
    return found


@pytest.mark.parametrize("everything", [False, True], ids=["basic", "everything"])
@pytest.mark.parametrize("seed", range(WORLDS))
def test_random_traces(seed: int, everything: bool) -> None:
    world = World(seed, real=lambda **fields: Router(trace=10**6, **fields), everything=everything)
    notes = Notes(seed=seed)
    world.pair.plain = notes
    world.calls.plain = notes
    for _ in world.play(100):
        pass
    traced = [
        (d.at, d.contact, d.winner.agent, [ranked.agent for ranked in d.ranking], d.refused) for d in world.real.traces
    ]
    assert traced == notes.notes
    for decision in world.real.traces:
        best = decision.ranking[0]
        if decision.drawn_among is not None:
            lots = "lots" in best.key  # everybody draws one
            assert decision.drawn_among == sum(
                (lots or ranked.tier == best.tier) and ranked.key.get("tried") == best.key.get("tried")
                for ranked in decision.ranking
            )
            assert decision.winner in decision.ranking[: decision.drawn_among]
        elif decision.order == "batched":
            assert decision.winner in decision.ranking
        else:
            assert best == decision.winner


def check_offer(world: World, offer: str) -> None:
    """Winner, runners-up and counts of an open offer, against the plain rules with the offer's hold left aside."""
    plain = world.plain
    found = world.real.explain_offer(offer)
    assert json.loads(json.dumps(found.as_data(), allow_nan=False)) == found.as_data()
    work = next(work for work in plain._work if work.offer == offer and work.kind == "offer")
    contact, winner = plain._contacts[work.contact], plain._agents[work.agent]
    place = plain._work.index(work)
    del plain._work[place]
    contact.state = "queued"
    try:
        agents = plain._agents
        reasons = {name: plain_reason(plain, agent, contact, asks=True) for name, agent in agents.items()}
        others = [agents[name] for name, why in reasons.items() if why is None and name != winner.id]
        ordered = by_tries(plain, others, contact, work.queue)
    finally:
        contact.state = "offered"
        plain._work.insert(place, work)
    assert found.eligible == sum(why is None for why in reasons.values())
    assert found.refused == count(reasons.values())
    assert found.winner.agent == found.agent == winner.id
    if kind_of(plain._queues[work.queue]) in TURNS:
        return  # told from where the pointer was
    best: list[Any] = []
    order = []
    for agent in ordered:
        value = agent.value
        profile = (value.queues, value.skills, value.capacity)
        if profile not in best:
            best.append(profile)
            order.append(agent.id)
    assert [ranked.agent for ranked in found.runners_up] == order[:8]


@pytest.mark.parametrize("everything", [False, True], ids=["basic", "everything"])
@pytest.mark.parametrize("seed", range(WORLDS))
def test_random_offers(seed: int, everything: bool) -> None:
    world = World(seed, everything=everything)
    traced = Router(seed=seed, trace=10**6)
    told = 0
    for _ in world.play(100):
        for call in world.pair.calls[told:]:
            if call.verb == "Router":
                traced = Router(seed=seed, trace=10**6, **call.kwargs)
            else:
                Outcome(traced, call)
        told = len(world.pair.calls)
        before = world.real.snapshot()
        for offer in world.real.offers:
            check_offer(world, offer)
            same, other = world.real.explain_offer(offer), traced.explain_offer(offer)
            assert other.traced or same.order == "ring-progressively"  # one more of a ring is no decision of its own
            if same.order != "batched":
                assert (same.winner, same.order, same.made_at) == (other.winner, other.order, other.made_at)
        assert world.real.snapshot() == before
