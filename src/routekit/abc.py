"""The ports: what a user of the library may put into a router, as abstract classes.

Only interfaces live here, no behaviour and no import of the router. A port says what is asked of its
implementer, when it is called, and what it may cost.
"""

from __future__ import annotations

import abc
import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from routekit._model import Contact
    from routekit.estimation import WaitEstimate
    from routekit.events import Event

__all__ = [
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


class MemberStanding(Protocol):
    """An agent's standing in one queue, for orders that count per queue."""

    @property
    def tier(self) -> int:
        """The agent's tier in this queue."""

    @property
    def exponent(self) -> int:
        """Exponent of the faded count (see `routekit._kernel.fading`)."""

    @property
    def mantissa(self) -> float:
        """Mantissa of the faded count."""


class Pick(enum.Enum):
    """How the router reads an ordered line of eligible agents."""

    LEAST = "least"
    """The smallest key, then the smallest sequence."""
    NEXT = "next"
    """The first sequence after the queue's pointer, round and round."""
    DRAW = "draw"
    """One counter-based draw over all of the lowest tier, in sequence order."""


class AgentOrder(abc.ABC):
    """Which agent gets a contact. Smallest `(tier, key, sequence)` wins.

    The router asks for `key` when it files the agent, that is whenever the agent's work, readiness or count
    has changed, and never while it decides: a decision reads ordered lines and costs a logarithm. The
    key must therefore depend only on its arguments, and not on the time.
    """

    __slots__ = ()

    name: ClassVar[str]
    """The kebab-case name by which configuration and snapshots know this order."""
    pick: ClassVar[Pick] = Pick.LEAST
    per_queue: ClassVar[bool] = False
    """Whether the key depends on the member standing (then it is kept once per queue)."""

    @property
    def counts(self) -> str | None:
        """What the faded count of a member counts: "answered", "offered", or None for no count."""
        return None

    @property
    def half_life(self) -> float:
        """Seconds in which a count fades to half; of use only with `counts`."""
        return 0.0

    @abc.abstractmethod
    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """One to four finite floats, smallest first. Ties go to the smaller sequence."""


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


class QueueOrder(abc.ABC):
    """Which of the heads of an agent's queues goes first."""

    __slots__ = ()

    name: ClassVar[str]


class EventSink(Protocol):
    """Something that watches events. Called after the commit with the finished tuple of one command.

    It may read the router, and may not command it (`RouterBusy`). If it raises, the command has been carried out all
    the same, and every other sink is called; then its caller gets `SinkFailed`, or the `RoutekitError` that was
    raised, with the command's events in `.events`.
    """

    def __call__(self, events: tuple[Event, ...], /) -> object:
        """Take the events of one command, in order."""


class Estimator(abc.ABC):
    """Says how long a contact will wait. It watches events and answers questions; it decides nothing."""

    __slots__ = ()

    @abc.abstractmethod
    def observe(self, events: tuple[Event, ...]) -> None:
        """Learn from the events of one command."""

    @abc.abstractmethod
    def estimate(self, contact: str) -> WaitEstimate:
        """The estimate for a waiting contact."""
