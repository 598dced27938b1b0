"""What the plain router remembers, and what its reads show of it.

A record is a bag of fields that the router changes; a view is a frozen copy for the caller.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

from routekit._kernel import drifting
from routekit._model import Agent, Contact, Queue
from routekit._timeline import Step
from routekit.estimation.announcing import Told
from routekit.events import Past


@dataclasses.dataclass
class PlainMember:
    """An agent's standing in a queue."""

    joined: int
    """The order of joining the queue, from 1."""
    ended_at: float | None = None
    """When the last contact of the queue ended for the agent."""
    last_end_here: float = -1e15
    """The same by the clock, whatever absences there were; -1e15 before the first."""
    ended: int = 0
    """How many have ended."""
    score: Any = drifting.ZERO
    """The part P of the score, where the queue's agent order keeps one."""
    load: float = 0.0
    """For `LeastOccupied`: the level g that P goes with, while the agent is ready."""
    kept: float = 0.0
    """For `LeastOccupied`: the value while the agent is not ready."""


@dataclasses.dataclass
class PlainQueue:
    """A queue, its round robin pointers, its members, its share, and its window if it is batched."""

    value: Queue
    pointer: int = 0
    pointer_joined: int = 0
    round: float = 1.0
    """The place, for orders by rounds."""
    joins: int = 0
    """How many memberships there have been."""
    members: dict[str, PlainMember] = dataclasses.field(default_factory=dict)
    share: float = 0.0
    window: float | None = None
    """When the open window closes."""
    window_armed: int = 0
    closing: bool = False
    """Its window's time has come, and its contacts are still to be assigned."""
    nobody_since: float | None = None
    """Since when no member has been signed in."""
    nobody_due: float | None = None
    """When its limits about that are to be looked at next."""
    nobody_armed: int = 0
    closes_at: float | None = None
    """When its hours end next, if a limit acts then upon those who wait."""
    closes_armed: int = 0

    @property
    def counts(self) -> dict[str, tuple[float, float]]:
        """The scores by agent, as the numbers by which those of one level are ordered."""
        return {name: (drifting.high(one.score), drifting.low(one.score)) for name, one in self.members.items()}

    def join(self, agent: str) -> PlainMember:
        """One more membership."""
        self.joins += 1
        self.members[agent] = PlainMember(self.joins)
        return self.members[agent]


@dataclasses.dataclass
class PlainTurn:
    """How far a contact has come with the agents of one of its queues, where that goes by rounds."""

    trying: bool = False
    """An attempt at it goes on, and `place` is where that began."""
    place: float = 1.0
    last: tuple[int, float] = (0, 0.0)
    """Tier and `joined` of who was tried last."""


@dataclasses.dataclass
class PlainContact:
    """A contact that waits, is connected, wraps up or is parked. `value.queue` is its home queue."""

    value: Contact
    seq: int
    since: float
    entered: float
    state: str = "queued"
    applied: list[Step] = dataclasses.field(default_factory=list)
    """Fired steps, of all its queues, in order."""
    fired_here: list[Step] = dataclasses.field(default_factory=list)
    """Fired steps of its home queue, since it entered it."""
    seen_here: list[Step] = dataclasses.field(default_factory=list)
    """Those that were fired or skipped there, since then."""
    steps_skipped: int = 0
    """How many were skipped, in all its queues."""
    pending: list[int] = dataclasses.field(default_factory=list)
    """The steps of its home queue still to come, as indexes into `Queue.timeline`."""
    step_armed: int = 0
    offer: str | None = None
    """The first of its open offers, and `agent` to whom it was made; or `agent` who is connected."""
    agent: str | None = None
    held: bool = False
    charged: bool = False
    """Has its queue's share been counted for this stay in the line?"""
    further: list[str] = dataclasses.field(default_factory=list)
    """The queues in which it is visible besides its home, in the order added."""
    turns: dict[str, PlainTurn] = dataclasses.field(default_factory=dict)
    """By queue in which it is visible."""
    rests_until: float | None = None
    rest_armed: int = 0
    ring_in: str = ""
    """The queue whose agents are rung."""
    ring_due: float | None = None
    """When one more agent is rung, while it is offered."""
    ring_armed: int = 0
    ring_owed: bool = False
    """That time has come."""
    tries: dict[str, int] = dataclasses.field(default_factory=dict)
    """How often it came back from each agent since it was connected last."""
    credit: float = 0.0
    """What transfers added to its priority."""
    reference: str | None = None
    """What the last transfer left with it."""
    reserved: list[str] = dataclasses.field(default_factory=list)
    """The agents for whom it is reserved, best first."""
    reserved_until: float | None = None
    reserve_armed: int = 0
    exclusive: bool = False
    """It is for these agents or for nobody."""
    left: set[str] = dataclasses.field(default_factory=set)
    """The queues that steps and limits have sent it away from at `left_at`."""
    left_at: float | None = None
    behind: str | None = None
    """The contact of the same customer behind which it is held."""
    held_until: float = 0.0
    hold_armed: int = 0
    had: str | None = None
    """The agent who had it last."""
    consult_of: str | None = None
    """The contact about which it asks, if it is a consult."""
    joined: bool = False
    """A consult whose agent talks to the customer too."""
    asked_by: str | None = None
    """Of a consult: the agent who asks, and is never asked."""
    personal: bool = False
    """A consult that one agent was asked for by name, and that has not moved since."""
    consults: list[str] = dataclasses.field(default_factory=list)
    """The consults about it, the latest last."""
    owner: str | None = None
    """While it is parked: whose it is."""
    parked_at: float = 0.0
    until: float | None = None
    """When it comes back by itself."""
    park_armed: int = 0
    owner_due: float | None = None
    """When it is its owner's no more, if they are not ready by then."""
    owner_armed: int = 0
    due_at: float | None = None
    """What was promised, of a follow-up."""
    promised: bool = False
    """A follow-up that has not entered its line."""
    told: Told = dataclasses.field(default_factory=Told)
    """What it has been told of its wait in this line,"""
    asked_at: float | None = None
    """when that was asked last,"""
    tell_due: float | None = None
    """and when it is next, while it waits."""
    tell_armed: int = 0
    tell_owed: bool = False
    """That time has come."""

    @property
    def id(self) -> str:
        return self.value.id

    @property
    def lines(self) -> list[str]:
        """The queues in which it is visible, its home first."""
        return [self.value.queue, *self.further]

    def turn_in(self, queue: str) -> PlainTurn:
        return self.turns.setdefault(queue, PlainTurn())

    @property
    def waits(self) -> bool:
        return self.state in ("queued", "offered")

    @property
    def is_open(self) -> bool:
        """Section 15: one of those that its customer has open."""
        served = self.waits or self.state in ("connected", "parked")
        return served and self.consult_of is None and not self.promised

    @property
    def never_ended(self) -> str | None:
        """Why no step or limit ends it, if none does (section 12)."""
        if self.consult_of is not None:
            return "consult"
        return None if self.due_at is None else "promised"

    @property
    def priority(self) -> float:
        """Its own priority and what transfers and the fired steps added."""
        priority = self.value.priority + self.credit
        for step in self.applied:
            priority += step.raise_priority
        return priority

    @property
    def needs(self) -> list[tuple[str, float]]:
        """Its own needs, as the fired steps left them."""
        if not self.value.needs:
            return []
        needs = [(need.skill, need.at_least) for need in self.value.needs]
        for step in self.applied:
            needs = [(skill, min(level, step.lower.get(skill, level))) for skill, level in needs]
            needs = [(skill, level) for skill, level in needs if skill not in step.drop]
        return needs

    def reach(self, queue: Queue) -> int | None:
        """The largest tier that may take it through a queue; `None`: any. Its steps set that of its home."""
        reach = queue.max_tier
        if queue.name != self.value.queue:
            return reach
        for step in self.fired_here:
            if step.max_tier is not None:
                reach = step.max_tier
        return reach


@dataclasses.dataclass
class PlainAgent:
    """An agent. What the agent works on is in the router's list of work."""

    value: Agent
    seq: int
    presence: str = "offline"
    reason: str = ""
    closed: set[str] = dataclasses.field(default_factory=set)
    idle_since: float = 0.0
    last_finish: float | None = None
    last_offer: float | None = None
    last_end: float = -1e15
    last_chosen: float = -1e15
    taken: int = 0
    talked_s: float = 0.0
    ceased_at: float | None = None
    """When the agent last ceased to be ready."""
    no_answers: int = 0
    rests_until: float | None = None
    rest_armed: int = 0
    drains_for: str | None = None

    @property
    def id(self) -> str:
        return self.value.id


@dataclasses.dataclass
class Work:
    """An open offer, a connected contact or a wrap-up: what holds an agent's units."""

    kind: str
    """`offer`, `connected` or `wrapping`."""
    agent: str
    contact: str
    queue: str
    channel: str
    number: int
    """The order of making (offers) or of connecting (the rest)."""
    offer: str | None
    ends_at: float = 0.0
    """When the offer expires or the wrap-up ends."""
    made_at: float = 0.0
    """When the offer was made, or the contact connected."""
    armed: int = 0
    left_behind: bool = False
    """A wrap-up after a transfer: it does not keep the contact's id."""


@dataclasses.dataclass
class Exclusion:
    """An agent who is not to be offered a contact until some time."""

    agent: str
    contact: str
    until: float
    armed: int


@dataclasses.dataclass(frozen=True)
class QueueView:
    value: Queue
    share: float
    parked: int


@dataclasses.dataclass(frozen=True)
class ContactView:
    value: Contact
    state: str
    queue: str
    waiting_since: float
    entered_queue_at: float
    raised_priority: float
    offer: str | None
    offers: tuple[str, ...]
    agent: str | None
    held: bool
    resting: bool
    prefer: tuple[str, ...]
    script: str | None
    knowledge: tuple[str, ...]
    behind: str | None
    reference: str | None
    steps_skipped: int
    reserved_for: tuple[str, ...]
    reserved_until: float | None
    visible_in: tuple[str, ...]
    owner: str | None
    until: float | None
    due_at: float | None
    consults: tuple[str, ...]
    consult_of: str | None
    joined: bool


@dataclasses.dataclass(frozen=True)
class CustomerView:
    customer: str
    open: tuple[str, ...]
    history: tuple[Past, ...]


@dataclasses.dataclass(frozen=True)
class AgentView:
    value: Agent
    state: str
    reason: str
    closed: tuple[str, ...]
    idle_since: float
    last_finish: float | None
    last_offer: float | None
    offers: tuple[str, ...]
    contacts: tuple[str, ...]
    wrapping: tuple[str, ...]
    no_answers: int
    resting: bool
    draining_for: str | None


@dataclasses.dataclass(frozen=True)
class OfferView:
    offer: str
    contact: str
    agent: str
    queue: str
    channel: str
    made_at: float
    expires_at: float
    state: str = "open"


@dataclasses.dataclass(frozen=True)
class PlainStatistics:
    clock_skews: int
    clock_skew_s: float
    counts: dict[str, dict[str, float]]
    """By agent and queue: the value of the score now, where the queue's agent order keeps one."""


class Timer(NamedTuple):
    """Something that is due at a time. Sorted by `(due, kind, armed)`."""

    due: float
    kind: int
    armed: int
    subject: Any
