"""One customer: what they have open, what they had, and what becomes of one who comes twice.

Contacts with an equal `Contact.customer` are linked here, and nowhere else; `docs/around.md`, section 15, says in
words what follows. Who is eligible for what is not decided here: a contact that is held back is merely not stood in
its line (`Filing.stand`), and `reservations` knows what it means that it is meant for somebody.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from routekit._model import Contact
from routekit._router.filing import Filing
from routekit._router.records import ContactRecord, QueueRecord, extras_of
from routekit._router.reservations import Reservations
from routekit._router.stages import CONNECTED, OFFERED, QUEUED, WRAPPING
from routekit._router.state import HOLD, State
from routekit.events import ContactHeldBack, ContactReleased, Past, Screen

__all__ = ["Customers", "add_open", "had_by", "is_open", "open_to"]


class Customers:
    """The customers of a router: `State.open_of`, `histories` and `last_agents` are kept by this class alone."""

    def __init__(self, state: State, filing: Filing, reservations: Reservations) -> None:
        self.state = state
        self.filing = filing
        self.reservations = reservations

    # -- who is open --------------------------------------------------------------------------------------------------

    def came(self, contact: ContactRecord) -> None:
        """A contact has entered its line, or has another customer: it is open. Not for consults."""
        if contact.value.customer is not None:
            add_open(self.state, contact.value.customer, contact)

    def left(self, contact: ContactRecord, customer: str | None) -> None:
        """A contact is not open any more, or not for this customer. One that never was: nothing."""
        table = self.state.open_of
        those: Any = None if customer is None else table.get(customer)
        if customer is None or those is None:
            return
        if isinstance(those, ContactRecord):
            if those is contact:
                table.drop(customer)
        elif those.pop(contact.seq, None) is not None and len(those) == 1:
            (table[customer],) = those.values()

    def renamed(self, contact: ContactRecord, before: str | None) -> None:
        """A contact has another customer than `before`. Nothing else changes: who is held back stays so."""
        self.left(contact, before)
        if is_open(contact):
            self.came(contact)

    # -- one who comes twice ------------------------------------------------------------------------------------------

    def beside(self, value: Contact, queue: QueueRecord) -> ContactRecord | None:
        """The contact that a newcomer to a queue is merged into or held behind, as the queue has it; None: neither.

        Cost: the customer's open contacts, latest first, up to the one that is found.
        """
        way = queue.value.same_customer
        if way != "merge" and (way != "behind" or queue.value.tier_wait_s <= 0.0):
            return None
        for contact in reversed(open_to(self.state, value.customer)):
            if contact.queue is queue and (contact.channel == value.channel if way == "merge" else _is_before(contact)):
                return contact
        return None

    def keeper(self, customer: str | None) -> str | None:
        """The agent of the latest of the customer's open contacts that is connected."""
        for contact in reversed(open_to(self.state, customer)):
            if contact.stage is CONNECTED and contact.work is not None:
                return contact.work.agent.id
        return None

    def last_agent(self, customer: str | None, within_s: float, at: float) -> str | None:
        """The agent of the latest ended contact of the customer that had one, if it ended no longer ago than that."""
        last = self.state.last_agents.get(customer)
        return None if last is None or last[1] + within_s < at else str(last[0])

    # -- held behind another ------------------------------------------------------------------------------------------

    def hold_back(self, contact: ContactRecord, front: ContactRecord) -> None:
        """A newcomer waits behind another of its customer; called before it enters the line."""
        extras_of(contact).behind = front
        extras = extras_of(front)
        if extras.followers is None:
            extras.followers = []
        extras.followers.append(contact)

    def tell_held(self, contact: ContactRecord, at: float) -> None:
        """Say so; called when it has been said that it is queued."""
        assert contact.extras is not None and contact.extras.behind is not None
        state = self.state
        front = contact.extras.behind.id
        after = contact.queue.value.tier_wait_s
        contact.extras.hold_timer = state.timers.arm(HOLD, after, at + after, contact)
        state.out.append(ContactHeldBack(at=at, seq=state.next_seq(), contact=contact.id, behind=front))

    def stop_holding(self, contact: ContactRecord) -> None:
        """A contact that may be held back goes itself, away or to another queue: that needs no word."""
        extras = contact.extras
        if extras is not None and extras.behind is not None:
            front = extras.behind.extras
            assert front is not None and front.followers is not None
            front.followers.remove(contact)
            extras.behind = None
            if extras.hold_timer is not None:
                self.state.timers.cancel(extras.hold_timer)
                extras.hold_timer = None

    def release(self, contact: ContactRecord, at: float) -> None:
        """Those behind a contact are held back no more: it has just been said that it waits no more, or elsewhere."""
        extras = contact.extras
        if extras is None or not extras.followers:
            return
        for follower in list(extras.followers):
            self.let_go(follower, at)

    def let_go(self, contact: ContactRecord, at: float) -> None:
        """A contact is held back no more, and meant for the agent who had the one before it last, if any."""
        assert contact.extras is not None
        front = contact.extras.behind
        assert front is not None
        self.stop_holding(contact)
        self.filing.stand(contact)
        state = self.state
        state.out.append(ContactReleased(at=at, seq=state.next_seq(), contact=contact.id, behind=front.id))
        had = had_by(front)
        names = () if had is None else (had,)
        self.reservations.begin(contact, names, at + contact.queue.value.prefer_s, "keep", at)

    def held_in(self, waiting: Iterable[ContactRecord]) -> list[ContactRecord]:
        """Those of some contacts that are held behind another."""
        return [contact for contact in waiting if contact.extras is not None and contact.extras.behind is not None]

    # -- what has ended -----------------------------------------------------------------------------------------------

    def ended(self, contact: ContactRecord, outcome: str, at: float) -> None:
        """It has just been said how a contact ended (`Past.outcome`): it is noted, and who is behind it released."""
        extras = contact.extras
        if extras is not None and extras.consult_of is not None:
            return
        customer = contact.value.customer
        if customer is not None:
            self.left(contact, customer)
            reference = None if extras is None else extras.reference
            self._note(contact.value, contact.queue.name, had_by(contact), outcome, at, reference)
        if extras is not None:
            self.stop_holding(contact)
            self.release(contact, at)

    def refused(self, value: Contact, queue: str, outcome: str, at: float) -> None:
        """It has just been said that a newcomer was `rejected` or `diverted` by a queue's limit: it is noted."""
        if value.customer is not None:
            self._note(value, queue, None, outcome, at, None)

    def _note(
        self,
        value: Contact,
        queue: str,
        agent: str | None,
        outcome: str,
        at: float,
        reference: str | None,
    ) -> None:
        state = self.state
        if state.customers_kept == 0:
            return
        if agent is not None:
            lasts = state.last_agents
            lasts[value.customer] = (agent, at)
            lasts.move_to_end(value.customer)
            if len(lasts) > state.customers_kept:
                lasts.popitem(last=False)
        if state.history_kept == 0:
            return
        past = Past(
            contact=value.id,
            channel=value.channel,
            queue=queue,
            agent=agent,
            outcome=outcome,
            at=at,
            reference=reference,
        )
        histories = state.histories
        before = histories.get(value.customer)
        if before is None:
            histories[value.customer] = (past,)
            if len(histories) > state.customers_kept:
                histories.popitem(last=False)
            return
        histories[value.customer] = (*before[max(0, len(before) + 1 - state.history_kept) :], past)
        histories.move_to_end(value.customer)

    # -- what an agent sees -------------------------------------------------------------------------------------------

    def screen(self, contact: ContactRecord, queue: QueueRecord) -> Screen | None:
        """What is shown of a contact that is offered through a queue; None if that is nothing."""
        value = contact.value
        customer = value.customer
        history: tuple[Past, ...] = ()
        others: tuple[str, ...] = ()
        if customer is not None:
            history = self.state.histories.get(customer, ())
            if self.state.open_of.get(customer) is not contact:
                others = tuple([other.id for other in open_to(self.state, customer) if other is not contact])
        script = queue.script if value.script is None else value.script
        reference = None if contact.extras is None else contact.extras.reference
        if not history and not others and script is None and not value.knowledge and reference is None:
            return None
        return Screen(history=history, open=others, script=script, knowledge=value.knowledge, reference=reference)


def open_to(state: State, customer: str | None) -> list[ContactRecord]:
    """What a customer has open, in the order of sequence."""
    those: Any = None if customer is None else state.open_of.get(customer)
    if those is None:
        return []
    return [those] if isinstance(those, ContactRecord) else list(those.values())


def add_open(state: State, customer: str, contact: ContactRecord) -> None:
    """A contact is open for a customer. Nearly all have one: then the table has that, and no dict around it."""
    table = state.open_of
    those: Any = table.get(customer)
    if those is None:
        table.put(customer, contact)
        return
    if isinstance(those, ContactRecord):
        those = table[customer] = {those.seq: those}
    later = next(reversed(those)) > contact.seq
    those[contact.seq] = contact
    if later:
        # A follow-up that enters its line has had its sequence for long.
        table[customer] = {seq: those[seq] for seq in sorted(those)}


def is_open(contact: ContactRecord) -> bool:
    """Whether a contact counts as open for its customer: it waits, is connected or is parked; no consult does, and no
    follow-up before it has entered its line.
    """
    extras: Any = contact.extras
    return contact.stage is not WRAPPING and (extras is None or (extras.consult_of is None and extras.entered))


def _is_before(contact: ContactRecord) -> bool:
    """Whether others can be held behind a contact of their queue."""
    return contact.stage is QUEUED or contact.stage is OFFERED or contact.stage is CONNECTED


def had_by(contact: ContactRecord) -> str | None:
    """The id of the agent who has a contact, or had it last; None: nobody."""
    if contact.work is not None:
        return contact.work.agent.id
    return None if contact.extras is None else contact.extras.last_agent
