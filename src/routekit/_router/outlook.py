"""What is known to come for a contact: its steps with their conditions as they stand now, limits, ends of all kinds.

Only what is read off the records and the timers, and how it is said. Nothing is changed, no cache of the index is
touched, and what a condition looks at is counted anew, agent by agent.
"""

from __future__ import annotations

from typing import Any

import attrs

from routekit._kernel.profiles import TOLERANCE
from routekit._numbers import MOST_TIME, finite_float
from routekit._router.filing import position_of
from routekit._router.records import AgentRecord, ContactRecord, is_consult, never_ended
from routekit._router.stages import PARKED
from routekit._router.standing import Standing, lines_of, listed, next_ring, open_offers, plain
from routekit._router.state import State
from routekit._states import Presence
from routekit._timeline import ENDINGS, Limit, Step, When
from routekit.abc import Estimator

__all__ = ["Coming", "ComingStep", "Needs", "Outlook", "coming_of_contact", "coming_of_parked"]

Needs = list[tuple[str, float]]


@attrs.frozen(kw_only=True)
class Coming:
    """Something that will happen at a known time if nothing else happens before. `agent` is whom it concerns.

    `holds` is False for a step that would be skipped as things stand now, since one of its conditions does not hold.
    """

    at: float
    what: str
    agent: str | None
    holds: bool = True


@attrs.frozen
class ComingStep:
    """A step that a waiting contact has before it: whether it applies as things stand now, and what it asks then."""

    at: float
    step: Step
    applies: bool
    facts: tuple[tuple[When, float | None], ...]  # its conditions, and what they see now
    needs: Needs
    reach: int

    @property
    def leaves(self) -> bool:
        """Whether it takes the contact from its line."""
        return self.step.move_to is not None or self.step.ending is not None


class Outlook:
    """What is known to come for one contact, worked out when it is first asked for."""

    def __init__(self, state: State, contact: ContactRecord, estimator: Estimator | None = None) -> None:
        self.state = state
        self.contact = contact
        self.estimator = estimator
        self._facts: dict[str, float | None] = {}
        self._steps: list[ComingStep] | None = None

    @property
    def steps(self) -> list[ComingStep]:
        """The steps that are to come, up to one that takes the contact away. Cost: what their conditions look at."""
        if self._steps is None:
            self._steps = self._look()
        return self._steps

    def _look(self) -> list[ComingStep]:
        contact = self.contact
        found: list[ComingStep] = []
        if contact.stage is PARKED:
            return found
        needs, reach = list(contact.needs), contact.reach
        for step in contact.queue.steps[contact.next_step :]:
            facts = tuple((condition, self.fact(condition.fact)) for condition in step.when)
            applies = all(condition.holds(value) for condition, value in facts)
            applies = applies and not (step.ending is not None and never_ended(contact))
            applies = applies and all(self.is_there(name) for name in (step.add_queue, step.move_to) if name)
            if applies:
                lower, drop = step.lower, step.drop
                needs = [(skill, min(level, lower.get(skill, level))) for skill, level in needs if skill not in drop]
                reach = step.max_tier or reach
            coming = ComingStep(contact.entered_queue_at + step.after_s, step, applies, facts, needs, reach)
            found.append(coming)
            if applies and coming.leaves:
                break
        return found

    def is_there(self, name: str) -> bool:
        """Whether a queue is there and stays."""
        queue = self.state.queues.get(name)
        return queue is not None and not queue.removed

    # -- what conditions look at ---------------------------------------------------------------------------------------

    def fact(self, name: str) -> float | None:
        """What a condition would see at this moment; `None` for what nobody knows. Cost: of agents, the members."""
        if name not in self._facts:
            self._facts[name] = self._count(name)
        return self._facts[name]

    def _count(self, name: str) -> float | None:
        contact = self.contact
        queue = contact.queue
        if name == "queue_length":
            return len(queue.lineup.waiting) - queue.consults + is_consult(contact)
        if name == "position":
            return position_of(contact, self.state.now)
        members = [member.agent for member in queue.members.values()]
        if name == "agents_signed_in":
            return sum(agent.presence is not Presence.OFFLINE for agent in members)
        if name == "agents_available":
            return sum(self._is_available(agent) for agent in members)
        if name == "agents_eligible":
            return sum(self._is_suited(agent) for agent in members)
        return self._expected()

    def _takes(self, agent: AgentRecord) -> bool:
        channel, taken = self.contact.channel, agent.value.capacity.channels
        return agent.ready and channel not in agent.shut and (taken is None or channel in taken)

    def _is_available(self, agent: AgentRecord) -> bool:
        who, channel = Standing.of(agent), self.contact.channel
        return self._takes(agent) and not who.resting and who.has_room(channel) and who.under_limit(channel)

    def _is_suited(self, agent: AgentRecord) -> bool:
        contact, capacity = self.contact, agent.value.capacity
        tier = Standing.of(agent).tier_in(contact.queue)
        return (
            self._takes(agent)
            and tier is not None
            and (contact.reach == 0 or tier <= contact.reach)
            and all(agent.skills.get(skill, 0.0) >= level for skill, level in contact.needs)
            and capacity.cost_of(contact.channel) <= capacity.units + TOLERANCE
            and capacity.limit.get(contact.channel) != 0
        )

    def _expected(self) -> float | None:
        """What the estimator says; one that fails says nothing, and of a read nothing is told."""
        if self.estimator is None:
            return None
        state, contact = self.state, self.contact
        state.calling = True
        try:
            seconds = self.estimator.expected_s(contact.queue.name, position_of(contact, state.now), state.now)
            return None if seconds is None else finite_float(seconds, "expected_s")
        except Exception:  # user code may raise anything
            return None
        finally:
            state.calling = False


# -- in words ----------------------------------------------------------------------------------------------------------

_GOES = {"reject": "rejects it", "voicemail": "sends it to the voicemail", "self_service": "sends it to self-service"}


def _deed(given: Step | Limit) -> str:
    """What a step or a limit that moves, ends or suggests does."""
    if given.move_to is not None:
        return f"moves it to {given.move_to}"
    for name in ENDINGS:
        if getattr(given, name) is not None:
            return f"{_GOES[name]} ({getattr(given, name)})"
    return "suggests a callback"


def describe(coming: ComingStep) -> str:
    """What a step will do, in words, and on which conditions."""
    step = coming.step
    does = [f"asks for {skill} {plain(level)} at most" for skill, level in step.lower.items()]
    if step.drop:
        does.append(f"drops {', '.join(step.drop)}")
    if step.raise_priority:
        does.append(f"adds {plain(step.raise_priority)} to its priority")
    if step.max_tier is not None:
        does.append(f"reaches tier {step.max_tier}")
    if step.add_queue is not None:
        does.append(f"lets agents of {step.add_queue} help")
    if step.suggest_callback or coming.leaves:
        does.append(_deed(step))
    if step.announce is not None:
        does.append(f"announces {step.announce}")
    text = f"the step after {plain(step.after_s)} s {', '.join(does)}"
    if coming.facts:
        text += f", if {' and '.join(_condition(condition, value) for condition, value in coming.facts)}"
    return text


def _condition(condition: When, value: float | None) -> str:
    bounds = []
    if condition.at_least is not None:
        bounds.append(f"at least {plain(condition.at_least)}")
    if condition.at_most is not None:
        bounds.append(f"at most {plain(condition.at_most)}")
    return f"{condition.fact} is {' and '.join(bounds)} (now {'unknown' if value is None else plain(value)})"


# -- all that is known to come -----------------------------------------------------------------------------------------


def coming_of_contact(outlook: Outlook) -> list[Coming]:
    """What is known to come of a waiting contact itself."""
    contact = outlook.contact
    queue = contact.queue
    coming = [Coming(at=step.at, what=describe(step), agent=None, holds=step.applies) for step in outlook.steps]
    coming += _limits(contact)
    if contact.telling is not None and contact.telling.timer is not None:
        coming.append(Coming(at=contact.telling.timer.due, what="it is told how long it will wait", agent=None))
    extras = contact.extras
    reserved = None if extras is None else extras.reserved
    held = extras is not None and extras.behind is not None
    if extras is not None and reserved is not None and extras.reserved_until < MOST_TIME:
        who = listed(tuple(agent.id for agent in reserved))
        ends = f"its reservation for {who} ends{', and it with it' if extras.exclusive else ''}"
        coming.append(Coming(at=extras.reserved_until, what=ends, agent=None))
    if extras is not None and extras.behind is not None:
        assert extras.hold_timer is not None
        ends = f"it is held behind {extras.behind.id} no more"
        coming.append(Coming(at=extras.hold_timer.due, what=ends, agent=None))
    if contact.drain_timer is not None:
        coming.append(Coming(at=contact.drain_timer.due, what="an agent may be kept free for it", agent=None))
    for offer in open_offers(contact):
        coming.append(Coming(at=offer.expires_at, what=f"offer {offer.id} runs out", agent=offer.agent.id))
    ring = next_ring(contact)
    if ring is not None:
        coming.append(Coming(at=ring, what="one more agent is rung", agent=None))
    if contact.rest is not None:
        coming.append(Coming(at=contact.rest.due, what="its rest ends", agent=None))
    waits = contact.offer is None and contact.rest is None and reserved is None and not held
    if queue.window is not None and waits:
        coming.append(Coming(at=queue.window.due, what=f"the window of {queue.name} closes", agent=None))
    return coming


def _limits(contact: ContactRecord) -> list[Coming]:
    """The limits of its queue that are known to act upon one who waits: of nobody being there, and of its end."""
    coming: list[Coming] = []
    queue = contact.queue
    limits = [x for x in queue.limits if x.suggest_callback or x.move_to is not None or not never_ended(contact)]
    if queue.nobody is not None:
        due = queue.nobody.due
        acting = [x for x in limits if x.nobody_s is not None and queue.nobody_since + x.nobody_s <= due]
        coming += _acts(acting, due, f"{queue.name} has had nobody for {plain(due - queue.nobody_since)} s")
    if queue.closing is not None:
        acting = [limit for limit in limits if limit.at_closing]
        coming += _acts(acting, queue.closing.due, f"{queue.name} closes")
    return coming


def _acts(limits: list[Limit], at: float, because: str) -> list[Coming]:
    """What limits do at one time, up to the first that ends the waiting."""
    done: list[str] = []
    for limit in limits:
        done.append(_deed(limit))
        if not limit.suggest_callback and limit.move_to is None:
            break  # of one that moves it, the landing may not be there
    does = " or else ".join(dict.fromkeys(done))
    return [Coming(at=at, what=f"{because}, and a limit {does}", agent=None)] if done else []


def coming_of_parked(contact: ContactRecord) -> list[Coming]:
    """What is known to come of a parked contact: its line, and the end of its owner's time."""
    extras = contact.extras
    assert extras is not None
    owner, value = extras.owner, contact.queue.value
    coming: list[Coming] = []
    if extras.until is not None:
        back = "comes back to" if extras.entered else "enters"
        wait_s = value.return_wait_s if extras.entered else value.prefer_s
        first = f", for {owner.id} first" if owner is not None and wait_s > 0.0 else ""
        coming.append(Coming(at=extras.until, what=f"it {back} the line of {contact.queue.name}{first}", agent=None))
    if extras.owner_timer is not None and owner is not None:
        then = f", and it comes back to the line of {contact.queue.name}" if extras.entered else ""
        coming.append(Coming(at=extras.owner_timer.due, what=f"it is theirs no more{then}", agent=owner.id))
    return coming


def queues_by_name(contact: ContactRecord) -> tuple[str, ...]:
    """The queues through which a contact asks: its home, then the further ones."""
    lines: list[Any] = lines_of(contact)
    return tuple(line.queue.name for line in lines)
