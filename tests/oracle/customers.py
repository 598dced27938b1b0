"""One customer: what is open and what is past, what an agent sees of both, who waits behind whom (section 15)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from routekit import events
from routekit._model import Contact, Queue
from tests.oracle.records import CustomerView, PlainContact
from tests.oracle.views import Views


class Customers(Views):
    """The contacts of customers, open and past."""

    _removed: dict[str, tuple[Queue, str | None]]
    _history: int
    _most_customers: int
    _had_last: dict[str, tuple[str, float]]
    """Of each customer who had the last contact that ended and had somebody, and when that was; in this order."""
    _past: dict[str, list[events.Past]]
    """Of each customer what has ended, the oldest first. The customers in the order of their last ending."""

    @property
    def _present(self) -> float:
        raise NotImplementedError

    def _say(self, kind: type, /, **fields: Any) -> None:
        raise NotImplementedError

    def _reserve(
        self, contact: PlainContact, names: Iterable[str], until: float, reason: str, exclusive: bool = False
    ) -> None:
        raise NotImplementedError

    def _settings_of(self, name: str) -> Queue:
        """The queue as it is, or as it was when it was removed."""
        return self._queues[name].value if name in self._queues else self._removed[name][0]

    # ---- what is open and what is past ----------------------------------------------------------------------------

    def _open_of(self, customer: str | None) -> list[PlainContact]:
        """The open contacts of a customer, in sequence order."""
        theirs = [c for c in self._contacts.values() if customer is not None and c.value.customer == customer]
        return sorted((c for c in theirs if c.is_open), key=lambda contact: contact.seq)

    def _note_past(self, contact: PlainContact, outcome: str) -> None:
        """A contact has just ended."""
        value = contact.value
        if value.customer is None or contact.consult_of is not None:
            return
        if contact.had is not None:
            self._had_last.pop(value.customer, None)
            self._had_last[value.customer] = (contact.had, self._present)
            while len(self._had_last) > self._most_customers:
                del self._had_last[next(iter(self._had_last))]
        if not self._history:
            return
        past = events.Past(
            contact=value.id,
            channel=value.channel,
            queue=value.queue,
            agent=contact.had,
            outcome=outcome,
            at=self._present,
            reference=contact.reference,
        )
        before = self._past.pop(value.customer, [])
        self._past[value.customer] = [*before, past][-self._history :]
        while len(self._past) > self._most_customers:
            del self._past[next(iter(self._past))]

    def _last_agent(self, customer: str | None, queue: Queue) -> str | None:
        """Who had the customer last, if the queue still goes by that."""
        if customer is None or queue.sticky_s is None:
            return None
        if customer not in self._had_last:
            return None
        agent, at = self._had_last[customer]
        return agent if at + queue.sticky_s >= self._present else None

    def _keeper(self, value: Contact) -> str | None:
        """Who is connected to the customer of a new contact, if the queue that it is meant for keeps them together."""
        if self._queues[value.queue].value.same_customer != "keep":
            return None
        connected = [contact for contact in self._open_of(value.customer) if contact.state == "connected"]
        return connected[-1].agent if connected else None

    def customer(self, customer: str) -> CustomerView:
        """What a customer has open, and what is past."""
        return CustomerView(
            customer, tuple(contact.id for contact in self._open_of(customer)), tuple(self._past.get(customer, ()))
        )

    # ---- a second contact of the same customer --------------------------------------------------------------------

    def _same_customer(self, value: Contact) -> tuple[PlainContact | None, PlainContact | None]:
        """The contact that a new one goes into, or the one that it is held behind."""
        how = self._queues[value.queue].value.same_customer
        here = [contact for contact in self._open_of(value.customer) if contact.value.queue == value.queue]
        alike = [contact for contact in here if contact.value.channel == value.channel]
        if how == "merge" and alike:
            return alike[-1], None
        served = [contact for contact in here if contact.state != "parked"]
        if how == "behind" and served and self._queues[value.queue].value.tier_wait_s > 0:
            return None, served[-1]
        return None, None

    def _release_behind(self, contact: PlainContact) -> None:
        """Who was held behind a contact is so no more; called right after the event that says why."""
        for other in sorted(self._contacts.values(), key=lambda one: one.seq):
            if other.behind == contact.id:
                self._free_held(other, contact)

    def _free_held(self, contact: PlainContact, before: PlainContact) -> None:
        """A contact is held no more, and meant for the agent of the one before it."""
        contact.behind = None
        self._say(events.ContactReleased, contact=contact.id, behind=before.id)
        if before.had is not None:
            until = self._present + self._queues[contact.value.queue].value.prefer_s
            self._reserve(contact, (before.had,), until, "keep")

    # ---- the screen -----------------------------------------------------------------------------------------------

    def _screen(self, contact: PlainContact, queue: str) -> events.Screen | None:
        """What an agent sees of a contact that comes through this queue."""
        value = contact.value
        screen = events.Screen(
            history=() if value.customer is None else tuple(self._past.get(value.customer, ())),
            open=tuple(other.id for other in self._open_of(value.customer) if other is not contact),
            script=value.script or self._settings_of(queue).script,
            knowledge=value.knowledge,
            reference=contact.reference,
        )
        empty = events.Screen(history=(), open=(), script=None, knowledge=(), reference=None)
        return None if screen == empty else screen

    def screen(self, contact: str) -> events.Screen | None:
        """What an agent would see of a contact that is offered through its home."""
        record = self._known(contact)
        return self._screen(record, record.value.queue)
