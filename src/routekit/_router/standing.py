"""An agent and a contact as a reason looks at them, also with something put right.

What lives here: the values that `reasons` asks, read off the records, with not a single rule of who may take what.
Nothing is changed, and no cache of the index is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import attrs

from routekit._kernel.profiles import TOLERANCE
from routekit._model import Capacity
from routekit._router.records import AgentRecord, ContactRecord, OfferRecord, QueueRecord, WorkRecord, contact_of
from routekit._router.state import State
from routekit._states import Presence

if TYPE_CHECKING:
    from routekit._router.outlook import Outlook

__all__ = [
    "UNKNOWN",
    "Case",
    "Held",
    "Standing",
    "lines_of",
    "listed",
    "next_ring",
    "open_offers",
    "plain",
]

UNKNOWN = float("inf")
"""When something ends of which nobody knows when."""


@attrs.frozen
class Held:
    """One piece of an agent's work, what to call it, and when it ends if nothing else happens."""

    channel: str
    contact: str
    name: str
    ends_at: float
    end: str
    number: int
    connection: WorkRecord | None = None  # of a contact that is connected

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
            return cls(work.channel, contact, contact, UNKNOWN, "", work.number, work)
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
        contact = contact_of(contact)
        if contact is self.gone:
            return True
        return contact is not self.pardoned and contact.excluded is not None and self.agent.seq in contact.excluded


@attrs.frozen
class Case:
    """The contact that is asked about, at the router's time; or a view of it, which may be asked the same.

    `asks`: as if it asked for an agent at this moment, whatever keeps it from all of them: a rest, a window, an offer
    to another. `aside` is an open offer of it that is to be thought away.
    """

    state: State
    contact: ContactRecord
    asks: bool = False
    aside: OfferRecord | None = None
    outlook: Outlook | None = None  # what is known to come for it, where that is to be told

    @property
    def reserved(self) -> list[AgentRecord] | None:
        """Who alone may have the contact, best first; `None` where anybody may."""
        extras = self.contact.extras
        return None if extras is None else extras.reserved

    @property
    def offers(self) -> tuple[OfferRecord, ...]:
        """The contact's open offers, in the order of making."""
        return tuple(offer for offer in open_offers(self.contact) if offer is not self.aside)


def plain(number: float) -> str:
    """A number as a person writes it."""
    return f"{number:.15g}"


def listed(names: tuple[str, ...]) -> str:
    """Names in a row, as a person writes them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# -- the contact's side: where it is seen, its offers and rings --------------------------------------------------------


def lines_of(contact: ContactRecord) -> list[Any]:
    """As whom a contact asks: itself at home, then its views; one that is reserved asks at home alone."""
    extras = contact.extras
    if contact.views is None or (extras is not None and extras.reserved is not None):
        return [contact]
    return [contact, *(view for view in contact.views[1:] if view.queue.every_s == 0.0)]


def open_offers(contact: ContactRecord) -> tuple[OfferRecord, ...]:
    """The open offers of a contact, in the order of making; none but for one that is offered."""
    return () if contact.offer is None else (contact.offer, *contact.others)


RINGS = 1000
"""Rings to come that are looked at; in practice it is the first, or the first after an offer has run out."""


def next_ring(contact: ContactRecord) -> float | None:
    """When one more agent is rung for a contact, if somebody may take it then and nothing else happens before."""
    if contact.ring_timer is None or contact.offer is None:
        return None
    timer, queue = contact.ring_timer, contact.offer.queue
    if queue.auto_accept or queue.ring_every_s == 0.0:
        return None
    ends = sorted(offer.expires_at for offer in open_offers(contact))
    at = timer.due
    for _ in range(RINGS):
        # What runs out at that very moment has run out before the ring.
        left = sum(end > at for end in ends)
        if left == 0:
            return None
        if left < queue.ring:
            return at
        at += queue.ring_every_s
    return None
