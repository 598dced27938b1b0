"""The plain router's reads: frozen copies of what it remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routekit._model import Contact
from routekit.errors import UnknownContact, UnknownQueue
from tests.oracle import rules
from tests.oracle.records import (
    AgentView,
    ContactView,
    Exclusion,
    OfferView,
    PlainAgent,
    PlainContact,
    PlainQueue,
    PlainStatistics,
    QueueView,
    Timer,
    Work,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class Views:
    """The reads. A read changes nothing."""

    _now: float | None
    _unsettled: bool
    _queues: dict[str, PlainQueue]
    _agents: dict[str, PlainAgent]
    _contacts: dict[str, PlainContact]
    _work: list[Work]
    _offers_made: int
    _exclusions: dict[tuple[str, str], Exclusion]
    _clock_skews: int
    _clock_skew_s: float

    def _timers(self) -> list[Timer]:
        raise NotImplementedError

    def _overdue_instants(self) -> list[float]:
        raise NotImplementedError

    @property
    def now(self) -> float | None:
        return self._now

    @property
    def next_timer(self) -> float | None:
        """The earliest timer, but for the draining instants."""
        return self._now if self._unsettled else min((timer.due for timer in self._timers()), default=None)

    @property
    def drain_instants(self) -> set[float]:
        """The times, still to come, at which draining may have to be decided."""
        return set(self._overdue_instants())

    @property
    def next_deadline(self) -> float | None:
        """The earliest timer, with every draining instant, also those at which nothing will happen."""
        if self._unsettled:
            return self._now
        return min([timer.due for timer in self._timers()] + self._overdue_instants(), default=None)

    @property
    def queues(self) -> Mapping[str, QueueView]:
        parked = [contact.value.queue for contact in self._contacts.values() if contact.state == "parked"]
        return {name: QueueView(q.value, q.share, parked.count(name)) for name, q in self._queues.items()}

    @property
    def agents(self) -> Mapping[str, AgentView]:
        return {name: self._view_agent(record) for name, record in self._agents.items()}

    def _view_agent(self, agent: PlainAgent) -> AgentView:
        held = sorted((work for work in self._work if work.agent == agent.id), key=lambda work: work.number)
        return AgentView(
            value=agent.value,
            state=agent.presence,
            reason=agent.reason,
            closed=tuple(sorted(agent.closed)),
            idle_since=agent.idle_since,
            last_finish=agent.last_finish,
            last_offer=agent.last_offer,
            offers=tuple(work.offer or "" for work in held if work.kind == "offer"),
            contacts=tuple(work.contact for work in held if work.kind != "offer"),
            wrapping=tuple(work.contact for work in held if work.kind == "wrapping"),
            no_answers=agent.no_answers,
            resting=agent.rests_until is not None,
            draining_for=agent.drains_for,
        )

    @property
    def contacts(self) -> Mapping[str, ContactView]:
        return {name: self._view_contact(record) for name, record in self._contacts.items()}

    def _view_contact(self, record: PlainContact) -> ContactView:
        return ContactView(
            value=record.value,
            state=record.state,
            queue=record.value.queue,
            waiting_since=record.since,
            entered_queue_at=record.entered,
            raised_priority=record.priority,
            offer=record.offer,
            offers=tuple(work.offer or "" for work in self._open_offers(record)),
            agent=record.agent,
            held=record.held,
            resting=record.rests_until is not None,
            prefer=record.value.prefer,
            script=record.value.script,
            knowledge=record.value.knowledge,
            behind=record.behind,
            reference=record.reference,
            steps_skipped=record.steps_skipped,
            reserved_for=tuple(record.reserved),
            reserved_until=record.reserved_until,
            visible_in=tuple(record.further),
            owner=record.owner,
            until=record.until,
            due_at=record.due_at,
            consults=tuple(record.consults),
            consult_of=record.consult_of,
            joined=record.joined,
        )

    def _open_offers(self, contact: PlainContact) -> list[Work]:
        """The contact's open offers, in the order of making."""
        found = [work for work in self._work if work.kind == "offer" and work.contact == contact.id]
        return sorted(found, key=lambda work: work.number)

    @property
    def offers(self) -> Mapping[str, OfferView]:
        return {
            work.offer or "": OfferView(
                work.offer or "", work.contact, work.agent, work.queue, work.channel, work.made_at, work.ends_at
            )
            for work in self._work
            if work.kind == "offer"
        }

    def _known(self, contact: str) -> PlainContact:
        if contact not in self._contacts:
            raise UnknownContact(contact=contact)
        return self._contacts[contact]

    def position(self, contact: str, queue: str | None = None) -> int | None:
        """1 + the waiting contacts at home in the queue that come before it; `None` if it does not wait.

        The queue is its home or another one in which it is visible.
        """
        record = self._known(contact)
        if not record.waits:
            return None
        if queue is not None and queue not in record.lines:
            raise UnknownQueue(queue=queue)
        line = self._queues[queue or record.value.queue]
        key = rules.contact_key(line, record, self._now)
        others = [c for c in self._contacts.values() if c.waits and c.value.queue == line.value.name]
        return 1 + sum(rules.contact_key(line, other, self._now) < key for other in others)

    def statistics(self) -> PlainStatistics:
        return PlainStatistics(self._clock_skews, self._clock_skew_s, self._counts())

    def _counts(self) -> dict[str, dict[str, float]]:
        raise NotImplementedError

    # ---- for those who choose the next command -------------------------------------------------------------------

    def names(self) -> dict[str, list[str]]:
        """Ids by state: of contacts, agents, open offers and queues."""
        states = ("queued", "offered", "connected", "wrapping", "parked", "held", "offline", "ready", "away")
        names: dict[str, list[str]] = {state: [] for state in states}
        for contact in self._contacts.values():
            names[contact.state].append(contact.id)
            if contact.held:
                names["held"].append(contact.id)
        for agent in self._agents.values():
            names[agent.presence].append(agent.id)
        names["offers"] = [work.offer for work in self._work if work.kind == "offer" and work.offer]
        names["contacts"], names["agents"], names["queues"] = [*self._contacts], [*self._agents], [*self._queues]
        return names

    @property
    def offers_made(self) -> int:
        return self._offers_made

    def pair_of_offer(self, offer: str) -> tuple[str, str] | None:
        """The contact and the agent of an open offer."""
        pairs = ((w.contact, w.agent) for w in self._work if w.kind == "offer" and w.offer == offer)
        return next(pairs, None)

    def offer_of_pair(self, contact: str, agent: str) -> str | None:
        """The open offer of a contact to an agent."""
        offers = (w.offer for w in self._work if (w.kind, w.contact, w.agent) == ("offer", contact, agent))
        return next(offers, None)

    @property
    def excluded(self) -> set[tuple[str, str]]:
        """The pairs of agent and contact in their retry delay, and of consults and who asks."""
        asking = {(c.asked_by, c.id) for c in self._contacts.values() if c.asked_by is not None}
        return set(self._exclusions) | asking

    def wrap_ups(self) -> list[tuple[str, str]]:
        """Pairs of agent and contact."""
        return [(work.agent, work.contact) for work in self._work if work.kind == "wrapping"]

    def value_of(self, contact: str) -> Contact | None:
        """A contact's value as it is now."""
        record = self._contacts.get(contact)
        return None if record is None else record.value
