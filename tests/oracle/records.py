"""What the plain router remembers, and what its reads show of it.

A record is a bag of fields that the router changes; a view is a frozen copy for the caller.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from routekit._model import Agent, Contact, Queue, Step


@dataclasses.dataclass
class PlainQueue:
    """A queue, its round robin pointer, and the faded count of each agent who has one."""

    value: Queue
    pointer: int = 0
    counts: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class PlainContact:
    """A contact that waits, is connected or wraps up. `value.queue` is its home queue."""

    value: Contact
    seq: int
    since: float
    entered: float
    state: str = "queued"
    applied: list[Step] = dataclasses.field(default_factory=list)
    """Fired steps, of all its queues, in order."""
    fired_here: list[Step] = dataclasses.field(default_factory=list)
    """Fired steps of its home queue, since it entered it."""
    pending: list[int] = dataclasses.field(default_factory=list)
    """The steps of its home queue still to come, as indexes into `Queue.steps`."""
    step_armed: int = 0
    offer: str | None = None
    agent: str | None = None
    held: bool = False

    @property
    def id(self) -> str:
        return self.value.id

    @property
    def waits(self) -> bool:
        return self.state in ("queued", "offered")

    @property
    def priority(self) -> float:
        """Its own priority and what the fired steps added."""
        priority = self.value.priority
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
        """The largest tier that may take it; `None`: any."""
        reach = queue.max_tier
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


@dataclasses.dataclass(frozen=True)
class ContactView:
    value: Contact
    state: str
    queue: str
    waiting_since: float
    entered_queue_at: float
    raised_priority: float
    offer: str | None
    agent: str | None
    held: bool


@dataclasses.dataclass(frozen=True)
class AgentView:
    value: Agent
    state: str
    reason: str
    closed: tuple[str, ...]
    idle_since: float
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


@dataclasses.dataclass(frozen=True)
class Timer:
    """Something that is due at a time. Sorted by `(due, kind, armed)`."""

    due: float
    kind: int
    armed: int
    subject: Any


KINDS = ("offer_expiry", "retry", "rest", "wrap_up", "step")
