"""What is explained in random centres, held against the rules of the plain router.

    PYTHONPATH=src python -m tests.explained --worlds 10000 --jobs 2
    PYTHONPATH=src python -m tests.explained --seed 7 --worlds 1  # world 7 again

The plain router knows no explanation. What is compared is said again here, from its rules: who is eligible, the first
reason in the documented order, who would come first for an agent with that reason put right, and whether a reason goes
when it is put right or its time has come. World k is made of seed k alone, so the seed that is printed brings it back.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import json
import multiprocessing
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from routekit import Agent, Explanation, Reason, Router, Why
from routekit.events import ConsultEnded, ContactConnected, ContactReleased, Event, OfferMade, StepFired, StepSkipped
from tests.around import FEATURES
from tests.generators import Call, Calls, Dice, flavour, router_calls, world_calls
from tests.oracle import rules
from tests.oracle.deciding import RING, _copied
from tests.oracle.records import PlainAgent, PlainContact
from tests.orders import AGENT, CONTACT, QUEUE
from tests.side_by_side import Pair

ORDER = list(Why)
HALTED = (Why.BETTER_CONTACT_AHEAD, Why.NOT_SETTLED)
OF_CONTACT = (Why.OFFERED, Why.BEHIND, Why.RESERVED, Why.CONTACT_RESTING, Why.WINDOW, Why.OFFERED_ELSEWHERE)
"""Nothing on the agent's side would change it."""
KINDS = ("basic", "everything", "around")
"""Of worlds: plain ones; with every order; with all features of tests/around.py besides."""


def reason_of(router: Router, contact: str, agent: str) -> Reason:
    return next(reason for reason in router.explain(contact).reasons if reason.agent == agent)


# ---- what the plain router says of the same -----------------------------------------------------------------------


def plain_reason(
    plain: Any, agent: PlainAgent, contact: PlainContact, *, asks: bool = False, queue: str | None = None
) -> Why | None:
    """The first reason by the plain router's rules, in the queue where the agent gets furthest; `None` for one who is
    eligible.

    `asks`: as if the contact asked for an agent now, whoever has an offer of it. `queue`: through this one alone.
    """
    names = plain._lines_of(contact) if queue is None else [queue]
    found = [_reason_in(plain, agent, contact, name, asks) for name in names]
    return None if None in found else max((why for why in found if why is not None), key=distance)


def distance(why: Why) -> int:
    """How far an agent has come with this reason: one who has too little of a skill no further than one without."""
    return ORDER.index(Why.SKILL_MISSING if why is Why.SKILL_TOO_LOW else why)


def _reason_in(plain: Any, agent: PlainAgent, contact: PlainContact, name: str, asks: bool) -> Why | None:
    if any(offer.agent == agent.id for offer in plain._open_offers(contact)):
        return Why.OFFERED
    if agent.presence != "ready":
        return Why(agent.presence)
    found = _profile_reason(plain, agent, contact, name)
    if found is not None:
        return found
    if agent.rests_until is not None:
        return Why.RESTING
    if (agent.id, contact.id) in plain._exclusions:
        return Why.RETRY_DELAY
    if contact.asked_by == agent.id:
        return Why.ASKING
    if contact.reserved and agent.drains_for is not None:
        return Why.DRAINING
    kept = {field: getattr(contact, field) for field in ("state", "rests_until", "behind", "reserved")}
    contact.state, contact.rests_until, contact.behind, contact.reserved = "queued", None, None, []
    try:
        would = plain._would_take(agent, contact, name)
    finally:
        vars(contact).update(kept)
    if not would:
        assert agent.drains_for is not None
        return Why.DRAINING
    if contact.behind is not None and not asks:
        return Why.BEHIND
    if contact.reserved and agent.id not in contact.reserved:
        return Why.RESERVED
    return None if asks else _reason_of_contact(plain, contact, name)


def _reason_of_contact(plain: Any, contact: PlainContact, name: str) -> Why | None:
    if contact.rests_until is not None:
        return Why.CONTACT_RESTING
    if contact.state == "offered":
        return Why.OFFERED_ELSEWHERE
    return Why.WINDOW if plain._batched(contact) and name == contact.value.queue else None


def _profile_reason(plain: Any, agent: PlainAgent, contact: PlainContact, name: str) -> Why | None:
    value, channel = agent.value, contact.value.channel
    tier, reach = value.queues.get(name), contact.reach(plain._queues[name].value)
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
    queued = [contact for contact in plain._contacts.values() if contact.state == "queued"]
    views = [(contact, name) for contact in queued for name in plain._lines_of(contact)]
    tiers = {
        (contact.id, name): plain._tier(agent, contact, name)
        for contact, name in views
        if plain._eligible(agent, contact, name)
    }
    heads: dict[str, PlainContact] = {}
    for (contact_id, name), tier in tiers.items():
        if tier == min(tiers.values()):
            contact, queue = plain._contacts[contact_id], plain._queues[name]
            head = heads.get(name)
            key = rules.contact_key(queue, contact, plain._present)
            if head is None or key < rules.contact_key(queue, head, plain._present):
                heads[name] = contact
    found = [(*plain._head_key(head, name), head.lines.index(name), head.id) for name, head in heads.items()]
    return plain._contacts[min(found)[-1]] if found else None


def put_right(plain: Any, name: str, reason: Reason) -> bool:
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
    elif reason.why is Why.ASKING:
        plain._contacts[details["contact"]].asked_by = None
    elif reason.why is Why.DRAINING:
        plain._contacts[details["draining_for"]].state = "gone"
        agent.drains_for = None
    elif reason.why is Why.CHANNEL and details["closed_by"] == "presence":
        agent.closed.discard(details["channel"])
    else:
        agent.value = attrs.evolve(value, **agent_fields(value, reason))
    return True


def agent_fields(value: Agent, reason: Reason) -> dict[str, Any]:
    """The fields of an agent that the reason asks for."""
    details, capacity, queue = reason.details, value.capacity, reason.queue
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
    """A small random centre of one of the kinds, played on the plain and the real router together."""

    def __init__(self, seed: int, kind: str, real: Callable[..., Router] = Router) -> None:
        source = random.Random(seed)
        self.source = random.Random(-seed - 1)
        self.dice = Dice(lambda n: int(source.random() * n))
        self.kind = kind
        self.kept: dict[str, Any] = {}
        around = frozenset(FEATURES) if kind == "around" else frozenset()
        self.flavour = flavour(self.dice, around=around)
        if kind != "basic":
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
        if self.kind == "around":
            yield from router_calls(self.dice, None, self.flavour)
        else:
            order = self.dice.choice(sum(QUEUE.values(), ())) if self.kind != "basic" else QUEUE["by-urgency"][0]
            if order != QUEUE["by-urgency"][0]:
                yield Call("Router", (), {"queue_order": order})
        for call in world_calls(self.dice, self.flavour):
            if self.kind != "basic" and call.verb == "add_queue":
                queue = attrs.evolve(call.args[0], retry_contact_s=self.dice.choice((0, 5, 10)))
                call = dataclasses.replace(call, args=(queue,))
            yield call

    def play(self, steps: int) -> Iterator[None]:
        for call in self._calls():
            self.pair.do(call)
        for _ in range(steps):
            self.pair.do(self.calls.next())
            yield

    def twin(self) -> Router:
        """A copy of the real router as it was when `kept` was taken, to try something on."""
        twin: Router = self.pair._restored(self.kept)
        return twin

    def plain_twin(self) -> Any:
        """A copy of the plain one, down to the fields of its records."""
        twin = copy.copy(self.plain)
        vars(twin).update({name: _copied(value) for name, value in vars(twin).items() if name != "_memory"})
        return twin

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
    check_fields(plain, contact, explained)


def check_fields(plain: Any, contact: PlainContact, explained: Explanation) -> None:
    """What is told of the contact itself."""
    assert list(explained.queues) == plain._lines_of(contact)
    assert all(reason.queue in explained.queues for reason in explained.reasons)
    assert list(explained.reserved_for) == contact.reserved
    until = contact.reserved_until
    assert explained.reserved_until == (None if until is None or until >= 1e15 else until)
    assert (explained.behind, explained.consult_of) == (contact.behind, contact.consult_of)
    assert (explained.parked is not None) == (contact.state == "parked")
    times = [coming.at for coming in explained.next]
    assert times == sorted(times)
    assert all(at >= explained.at for at in times)
    if len(times) < 8 and contact.waits:
        due = {timer.due for timer in plain._timers() if timer.subject is contact and timer.kind != RING}
        assert due <= set(times), (due, explained)


def check_put_right(world: World, explained: Explanation, reason: Reason) -> None:
    """With the reason put right there is a later one, or the agent gets the contact, or the one named as ahead."""
    if reason.why in OF_CONTACT:
        assert reason.ahead is None
        return
    plain = world.plain_twin()
    if not put_right(plain, reason.agent, reason):
        return
    agent, contact = plain._agents[reason.agent], plain._contacts[explained.contact]
    after = plain_reason(plain, agent, contact)
    if after is not None:
        assert distance(after) >= distance(reason.why), (reason, after)
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
    due = world.real.next_deadline
    if due is not None and due <= explained.at:
        return  # something else is due before the command
    if reason.why in OF_CONTACT and reason.why is not Why.BEHIND:
        return
    twin = world.twin()
    if reason.why is Why.BEHIND:
        twin.abandon(reason.details["behind"], at=explained.at)
        if explained.contact in twin.contacts and twin.contacts[explained.contact].state in WAITING:
            assert reason_of(twin, explained.contact, reason.agent).why is not Why.BEHIND
        return
    told = obey(twin, explained, reason)
    if told is None:
        return
    if any(isinstance(e, ContactReleased | ConsultEnded) for e in told):
        return  # what ended has let others go
    given = [e.contact for e in told if isinstance(e, OfferMade | ContactConnected) and e.agent == reason.agent]
    if reason.ahead is not None:
        assert given, (reason, explained)
        assert given[0] == reason.ahead, (reason, told)
    elif given:
        plain = world.plain_twin()
        put_right(plain, reason.agent, reason)
        eligible = plain_reason(plain, plain._agents[reason.agent], plain._contacts[explained.contact]) is None
        assert not eligible or given[0] == explained.contact, (reason, told)
    elif explained.contact in twin.contacts and twin.contacts[explained.contact].state in WAITING:
        after = reason_of(twin, explained.contact, reason.agent)
        assert distance(after.why) >= distance(reason.why), (reason, after)
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
        return twin.update_agent(agent, at=at, **agent_fields(view.value, reason))
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
    twin = world.twin()
    before, entered = twin.agents[reason.agent], twin.contacts[explained.contact].entered_queue_at
    told = twin.advance(at=reason.when)
    view = twin.contacts.get(explained.contact)
    if view is None or view.state not in WAITING or (view.queue, view.entered_queue_at) != (explained.queue, entered):
        return
    if reason.why in OF_STEPS and surprised(twin, told, view):
        return
    after = reason_of(twin, explained.contact, reason.agent)
    if reason.why in (Why.OFFERED, Why.OFFERED_ELSEWHERE):
        asked = "offer" if reason.why is Why.OFFERED else "offers"
        assert after.details.get(asked) != reason.details[asked], (reason, after)
        return
    if reason.why in (Why.RESERVED, Why.BEHIND):
        assert after.why is not reason.why, (reason, after)
        return
    now = twin.agents[reason.agent]
    busier = not (talking(now) <= talking(before) and set(now.offers) <= set(before.offers))
    if reason.why in OF_STEPS or not busier:
        same_skill = after.details.get("skill") == reason.details.get("skill")
        assert after.why is not reason.why or (after.why in SKILLS and not same_skill), (reason, after)
    elif after.why is reason.why:
        assert after.when is None or after.when > reason.when


WAITING = ("queued", "offered")
OF_STEPS = {*SKILLS, Why.TIER, Why.NOT_IN_QUEUE}
"""Reasons that a step of the contact may put right."""


def surprised(twin: Router, told: tuple[Event, ...], view: Any) -> bool:
    """Whether a step turned out otherwise than could be foreseen: its conditions are asked when it is due. Or whether
    the contact came to be reserved, and is not shown in further queues.
    """
    timeline = twin.queues[view.queue].timeline
    steps = [e.step for e in told if isinstance(e, StepFired | StepSkipped) and e.contact == view.id]
    return bool(view.reserved_for) or any(timeline[step].when or timeline[step].move_to for step in steps)


def talking(view: Any) -> set[str]:
    """Contacts with an agent; the wrap-up that a transfer left behind may have the id of one that has come back."""
    return set(view.contacts) - set(view.wrapping)


def waiting(world: World) -> list[str]:
    return [name for name, view in world.real.contacts.items() if view.state in WAITING]


def look_into_a_centre(
    seed: int, steps: int, kind: str, *, every: int = 4, contacts: int = 5, reasons: int = 2
) -> None:
    """Play a world; after each so many calls look at what is explained of so many contacts, and try some reasons."""
    world = World(seed, kind)
    for number, _ in enumerate(world.play(steps)):
        if number % every:
            continue
        world.kept = world.real.snapshot()
        names = waiting(world)
        for name in world.source.sample(names, min(contacts, len(names))):
            explained = world.real.explain(name)
            check_reasons(world, explained)
            for reason in world.some(explained, reasons):
                check_put_right(world, explained, reason)
                check_verbs(world, explained, reason)
                check_when(world, explained, reason)
        for name in world.real.contacts:
            explained = world.real.explain(name)
            check_fields(world.plain, world.plain._contacts[name], explained)
            str(explained)
        assert world.real.snapshot() == world.kept


# ---- many of them -------------------------------------------------------------------------------------------------


def steps_of(seed: int) -> int:
    """How many calls a world of a long run has: 30 to 60."""
    return 30 + seed % 31


def _play_seed(task: tuple[int, str]) -> tuple[int, str, str | None]:
    seed, kind = task
    try:
        look_into_a_centre(seed, steps_of(seed), kind, every=7, contacts=3, reasons=1)
    except Exception:
        return seed, kind, traceback.format_exc()
    return seed, kind, None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.explained", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="the first world (0)")
    parser.add_argument("--worlds", type=int, default=1000, help="how many worlds (1000)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (1)")
    parser.add_argument("--kind", choices=KINDS, help="of this kind alone, not of each by turns")
    parser.add_argument("--keep-going", action="store_true", help="count the failures, and show the first")
    chosen = parser.parse_args(arguments)
    # Half of them have everything.
    turns = (chosen.kind,) if chosen.kind else ("around", "basic", "around", "everything")
    tasks = [(seed, turns[seed % len(turns)]) for seed in range(chosen.seed, chosen.seed + chosen.worlds)]
    began = told = time.perf_counter()
    failed: list[tuple[int, str]] = []
    with multiprocessing.Pool(chosen.jobs) as pool:
        for number, (seed, kind, failure) in enumerate(pool.imap(_play_seed, tasks, chunksize=4), 1):
            if failure is not None:
                if not failed:
                    print(f"{failure}\nseed {seed} of kind {kind} fails:")
                    print(f"  python -m tests.explained --seed {seed} --worlds 1 --kind {kind}", flush=True)
                failed.append((seed, kind))
                if not chosen.keep_going:
                    return 1
            if time.perf_counter() - told > 5.0:
                told = time.perf_counter()
                print(f"{number:,} worlds, {number / (told - began):.1f} worlds/s, next seed {seed + 1}", flush=True)
    if failed:
        print(f"{len(failed):,} of {chosen.worlds:,} worlds fail: {failed[:20]}")
        return 1
    print(f"all explained: {chosen.worlds:,} worlds from seed {chosen.seed}, {time.perf_counter() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
