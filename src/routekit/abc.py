"""The ports: what a user of the library may put into a router, as abstract classes.

Only interfaces live here, no behaviour and no import of the router. A port says what is asked of its
implementer, when it is called, and what it may cost.
"""

from __future__ import annotations

import abc
import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from routekit._model import Contact, Need
    from routekit._router.reads import Reads
    from routekit._router.views import AgentView, ContactView
    from routekit.estimation import WaitEstimate
    from routekit.events import Event

__all__ = [
    "COUNTS",
    "AgentOrder",
    "AgentStanding",
    "ContactOrder",
    "Estimator",
    "EventSink",
    "MemberStanding",
    "Pick",
    "QueueOrder",
    "WaitingContact",
]


class WaitingContact(Protocol):
    """What a contact order may look at. Times are the router's seconds."""

    @property
    def value(self) -> Contact:
        """The contact as it was given."""

    @property
    def priority(self) -> float:
        """Its priority now: its own and what steps have added."""

    @property
    def waiting_since(self) -> float:
        """The clock that ageing and service level use."""


class AgentStanding(Protocol):
    """What an agent order may look at. Times are the router's seconds."""

    @property
    def id(self) -> str:
        """The agent's id."""

    @property
    def skills(self) -> Mapping[str, float]:
        """Skill to level."""

    @property
    def has_work(self) -> bool:
        """Whether the agent holds any offer, contact or wrap-up."""

    @property
    def idle_since(self) -> float:
        """The latest of sign-in, becoming ready, and the end of a contact or its wrap-up."""

    @property
    def last_finish(self) -> float:
        """When the last contact or wrap-up ended, at first sign-in; stands still during an absence."""

    @property
    def last_offer(self) -> float:
        """When the last offer was made, at first sign-in; stands still during an absence."""

    @property
    def load(self) -> float:
        """The share of the agent's units that held work takes: 0.0 for none, 1.0 for all."""

    @property
    def skill_count(self) -> float:
        """How many skills the agent has at a level above 0."""

    @property
    def skill_total(self) -> float:
        """The sum of these levels."""

    @property
    def seq(self) -> int:
        """The agent's sequence: the order of `add_agent`, from 1."""

    @property
    def last_end(self) -> float:
        """When the last contact ended, whatever wrap-up followed; -1e15 before the first. No absence stops it."""

    @property
    def last_chosen(self) -> float:
        """When the agent was chosen last, by any queue; -1e15 before the first time. No absence stops it."""

    @property
    def taken(self) -> int:
        """How many contacts were connected to the agent since becoming ready."""

    @property
    def talked_s(self) -> float:
        """Seconds of the connections that ended since becoming ready, each counted whole."""


class MemberStanding(Protocol):
    """An agent's standing in one queue, for orders that look at a queue by itself."""

    @property
    def tier(self) -> int:
        """The agent's tier in this queue."""

    @property
    def joined(self) -> int:
        """The order of joining this queue, from 1."""

    @property
    def had_one(self) -> bool:
        """Whether a contact of this queue has ended with this agent."""

    @property
    def ended_at(self) -> float:
        """When the last one ended, 0.0 before the first; stands still during an absence."""

    @property
    def last_end_here(self) -> float:
        """When the last one ended, -1e15 before the first. No absence stops it."""

    @property
    def ended(self) -> int:
        """How many contacts of this queue have ended with this agent."""

    @property
    def score_high(self) -> float:
        """What `counts` counts, as the first of two numbers that together keep their order while time passes."""

    @property
    def score_low(self) -> float:
        """The second of them."""


class Pick(enum.Enum):
    """How the router chooses among the eligible agents of the lowest tier."""

    LEAST = "least"
    """The smallest key, then the smallest sequence."""
    NEXT = "next"
    """The first key and sequence after the queue's pointer, round and round."""
    CURSOR = "cursor"
    """The first after the contact's own pointer, which starts at the top for every contact."""
    DRAW = "draw"
    """One counter-based draw, in sequence order."""
    WEIGHTED = "weighted"
    """One counter-based draw by `weight`; the key is the weight alone."""
    MATCH = "match"
    """The greatest `match`, asked once for each pair of profiles; then the smallest key and sequence."""
    SCORE = "score"
    """The greatest `score`, asked for each agent; then the smallest key and sequence."""
    ROUND = "round"
    """The first by the order of joining from the queue's place on, round and round. The place stands still while a
    contact is being tried with one agent after another, and moves when that attempt ends."""
    ROUND_EACH = "round-each"
    """The same with a place for each contact, which starts at the top."""
    AFTER = "after"
    """The first by the order of joining after the member whom any queue chose last, in the tier of that one; else the
    first of all, by tier and joining."""
    DOWN = "down"
    """The first by tier and joining after the one whom this contact was offered to last; else the first of all."""
    LOTS = "lots"
    """Every eligible agent of every tier draws a number below `lots` times the tier; the least wins."""


COUNTS = ("offered", "answered", "finished", "talk", "load")
"""What a member's score may count: contacts offered, answered, finished; seconds talked; the mean share of load."""


class AgentOrder(abc.ABC):
    """Which agent gets a contact. Smallest `(tier, key, sequence)` wins.

    The key is asked for when an agent is filed, that is whenever the agent's work, readiness or score has changed, and
    never while the router decides: a decision reads ordered lines and costs a logarithm. The key must therefore
    depend only on its arguments, and not on the time.

    An order of your own names itself and says its key, either by `parts` or by `key`:

    >>> from routekit.abc import AgentOrder
    >>> class LeastLoadedInTurn(AgentOrder):
    ...     name = "least-loaded-in-turn"
    ...     parts = ("load", "last_offer")
    """

    __slots__ = ()

    name: ClassVar[str]
    """The kebab-case name by which configuration and snapshots know this order."""
    pick: ClassVar[Pick] = Pick.LEAST
    behind: ClassVar[bool] = True
    """Whether one who declined a contact, or did not answer, stands behind all for it who were tried less often. So
    nobody is tried twice before another is tried once."""
    per_queue: ClassVar[bool] = False
    """Whether the key looks at the member standing (then it is kept once per queue)."""
    lots: ClassVar[int] = 1000
    """For `Pick.LOTS`: below how much an agent of the first tier draws, 1 to 1000."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the key by name: at most four fields of the two standings, with `-` before one where more is
        better. Read in the hot path, unless the class has a `key` of its own: then that is what counts. A class
        attribute of that name does as well.
        """
        return ()

    @property
    def counts(self) -> str | None:
        """What a member's score counts, one of `COUNTS`; None for no score."""
        return None

    @property
    def half_life(self) -> float:
        """Seconds in which the score fades to half; 0.0 for a score that does not fade."""
        return 0.0

    @property
    def since(self) -> str | None:
        """When a score that does not fade starts again: "day", "ready" (on becoming ready), or None for never."""
        return None

    @property
    def ring(self) -> int:
        """How many agents may be offered one contact at the same time."""
        return 1

    @property
    def ring_every_s(self) -> float | None:
        """None: all at once; else the seconds after which one more is rung."""
        return None

    @property
    def every_s(self) -> float | None:
        """The window over which contacts and agents are collected and assigned together; None: at once."""
        return None

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """At most four finite floats, smallest first. Ties go to the smaller sequence. As it is here: the `parts`."""
        return tuple(_part(part, agent, member) for part in self.parts)

    def match(self, skills: Mapping[str, float], needs: tuple[tuple[str, float], ...]) -> float:
        """For `Pick.MATCH`: how well the levels of an agent suit the needs, more is better. A finite float."""
        raise NotImplementedError

    def weight(self, agent: AgentStanding) -> float:
        """For `Pick.WEIGHTED`: the agent's weight, above 0."""
        raise NotImplementedError

    def score(self, contact: ContactView, agent: AgentView) -> float:
        """For `Pick.SCORE` and for windows: how well this agent suits this contact now, more is better."""
        raise NotImplementedError


def _part(part: str, agent: AgentStanding, member: MemberStanding | None) -> float:
    field = part.removeprefix("-")
    value = float(getattr(agent if hasattr(agent, field) else member, field))
    return 0.0 - value if part != field else value


class ContactOrder(abc.ABC):
    """Which contact comes first in a queue. Smallest `(key, sequence)` first.

    The key is asked for when a contact is filed: on arrival, and again when its priority changes or the queue
    gets another order. It must not depend on the time: ageing works because equal slopes keep their order.
    """

    __slots__ = ()

    name: ClassVar[str]
    starves: ClassVar[bool] = False
    """Whether a contact may wait without bound while others go on arriving."""

    @property
    def slope(self) -> float | None:
        """Seconds of waiting that one point of priority is worth, if that is the whole order; else None.

        An order that is a slope is computed in the hot path: key = waiting_since - slope * priority.
        """
        return None

    @abc.abstractmethod
    def key(self, contact: WaitingContact) -> tuple[float, ...]:
        """One to four finite floats, smallest first. Ties go to the smaller sequence."""

    def target(self, contact: WaitingContact) -> float:
        """The seconds by which the wait is divided, for an order by ratio: above 0. 0.0: this is no such order.

        With targets the greatest `wait / target` comes first; `key` then orders those of equal target.
        """
        return 0.0


class QueueOrder(abc.ABC):
    """Which of the heads of an agent's queues goes first: the smallest `(share, urgency, sequence)`.

    A queue's share grows with each of its contacts that is chosen; orders without shares have none, and go by urgency:
    priority plus minutes waited.
    """

    __slots__ = ()

    name: ClassVar[str]
    shares: ClassVar[bool] = False
    """Whether queues have shares."""

    def charge(self, queue: str) -> float:
        """What a contact that is chosen adds to the share of its queue."""
        return 0.0

    def settle(self, queue: str, talked_s: float) -> float:
        """What is added when its connection has ended after so many seconds."""
        return 0.0


class EventSink(Protocol):
    """Something that watches events. Called after the commit with the finished tuple of one command.

    It may read the router, and may not command it (`RouterBusy`). If it raises, the command has been carried out all
    the same, and every other sink is called; then its caller gets `SinkFailed`, or the `RoutekitError` that was
    raised, with the command's events in `.events`.
    """

    def __call__(self, events: tuple[Event, ...], /) -> object:
        """Take the events of one command, in order."""


class Estimator(abc.ABC):
    """Says how long a contact will wait. It watches events and answers questions; it decides nothing.

    `observe` and `estimate` are all that is needed. One that looks at the router keeps what `attach` gives it; one that
    answers for contacts which have not come yet has `estimate_for`; one that can take more or less trouble names its
    `efforts`, and then `estimate` and `estimate_for` are called with `effort=` one of them.

    While it is asked, it may read the router and not command it (`RouterBusy`). What it raises comes as
    `EstimateFailed`, but for errors of routekit's own, which come as they are.
    """

    __slots__ = ()

    efforts: ClassVar[tuple[str, ...]] = ()
    """The words for `effort=` that it knows, of `"quick"` and `"full"`. Empty: it is asked without."""

    def attach(self, router: Reads) -> None:  # noqa: B027 (most need no look at it)
        """Take a way to look at the router, for as long as that lives. Called once, when the router is made, and before
        `restore`; nothing is in the router then.
        """

    @abc.abstractmethod
    def observe(self, events: tuple[Event, ...]) -> None:
        """Learn from the events of one command."""

    @abc.abstractmethod
    def estimate(self, contact: str) -> WaitEstimate:
        """The estimate for a waiting contact."""

    def estimate_for(self, queue: str, *, channel: str, priority: float, needs: tuple[Need, ...]) -> WaitEstimate:
        """The estimate for a contact of that kind if it came now. As it is here: too little data."""
        from routekit.estimation import WaitEstimate

        return WaitEstimate(contact="", at=None, position=None)

    def expected_s(self, queue: str, position: int, at: float) -> float | None:
        """How many seconds somebody at that position of a queue has still to wait; None: too little data.

        Steps and limits read this, so it must follow from the events that were observed, and from nothing else.
        """
        return None

    def to_data(self) -> Any:
        """All that `expected_s` depends on, as plain data for a snapshot; None for an estimator that has no state."""
        return None

    def restore(self, data: Any) -> None:  # noqa: B027 (most have nothing to take up)
        """Take up what `to_data` gave."""
