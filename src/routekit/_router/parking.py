"""Parking: contacts that wait for something else than an agent, what is promised for later, and whose all this is.

A parked contact is in no line and holds no units; it has its agent as its owner, and comes back to its place. A
follow-up is born parked, and enters its line by itself. The rules are those of `docs/around.md`, section 16; consults
are in `consults`, the work that ends when a contact is parked in `work`.
"""

from __future__ import annotations

from routekit._model import Contact
from routekit._router.filing import Filing
from routekit._router.records import AgentRecord, ContactRecord, Extras, QueueRecord, by_seq, extras_of
from routekit._router.stages import PARKED
from routekit._router.state import OWNER, State
from routekit._router.state import PARKED as PARKED_TIMER
from routekit._router.work import Works
from routekit.events import (
    ContactAbandoned,
    ContactFinished,
    ContactParked,
    ContactUnparked,
    FollowUpScheduled,
    OwnerReleased,
)

__all__ = ["Parking"]


class Parking:
    """The parked contacts of a router."""

    def __init__(self, state: State, filing: Filing, works: Works) -> None:
        self.state = state
        self.filing = filing
        self.works = works
        works.parking = self

    # -- parking ------------------------------------------------------------------------------------------------------

    def park(self, contact: ContactRecord, until: float | None, at: float) -> None:
        """Take a connected contact from its agent, who owns it from now on."""
        stage = contact.stage.after(contact.id, "park")
        work = contact.work
        assert work is not None
        queue = self.works.home(contact)
        self.filing.keys.try_key(contact, queue.value.contact_order, contact.since)
        state = self.state
        agent = work.agent
        self.works.part(contact, stage, at)
        if queue is not contact.queue:
            self.works.settle_in(contact, queue, at)
            queue.entered += 1
        self.works.conclude(work, at)
        state.out.append(
            ContactParked(
                at=at, seq=state.next_seq(), contact=contact.id, agent=agent.id, queue=queue.name, until=until
            )
        )
        self.works.customers.release(contact, at)
        self.works.free(work)
        self._keep(contact, agent, until, at)

    def _keep(self, contact: ContactRecord, owner: AgentRecord | None, until: float | None, at: float) -> None:
        """A contact is parked from now on."""
        extras = extras_of(contact)
        extras.parked_at = at
        extras.until = until
        contact.queue.parked += 1
        if until is not None:
            extras.park_timer = self.state.timers.arm(PARKED_TIMER, until - at, until, contact)
        if owner is not None:
            extras.owner = owner
            if owner.owned is None:
                owner.owned = {}
            owner.owned[contact.seq] = contact
            self._watch_owner(contact, extras, owner)

    def _let_go(self, contact: ContactRecord) -> Extras:
        """A contact is parked no more: it has neither an owner nor a time."""
        extras = contact.extras
        assert extras is not None
        contact.queue.parked -= 1
        extras.until = None
        if extras.park_timer is not None:
            self.state.timers.cancel(extras.park_timer)
            extras.park_timer = None
        self._disown(contact, extras)
        return extras

    def unpark(self, contact: ContactRecord, reason: str, at: float) -> None:
        """Put a parked contact back to its place, or a follow-up into its line."""
        stage = contact.stage.after(contact.id, "unpark")
        extras = contact.extras
        assert extras is not None
        state = self.state
        queue = contact.queue
        owner = extras.owner
        returns = extras.entered
        self._let_go(contact)
        contact.stage = stage
        if returns:
            contact.since += at - extras.parked_at
            contact.entered_queue_at += at - extras.parked_at
        else:
            extras.entered = True
            contact.entered_queue_at = at
            queue.entered += 1
            self.works.customers.came(contact)
        if state.queue_order is not None:
            self.works.begin_wait(contact)
        self.filing.ask(contact)
        self.filing.line_up(contact)
        if queue.announces:
            self.filing.announcements.begin(contact, at)
        state.out.append(
            ContactUnparked(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                queue=queue.name,
                reason=reason,
                position=self.filing.position(contact),
            )
        )
        self._reserve(contact, owner, returns, reason, at)
        self.filing.replan(contact, at)
        self.filing.limits.see_to(contact, queue, at)

    def _reserve(
        self, contact: ContactRecord, owner: AgentRecord | None, returns: bool, reason: str, at: float
    ) -> None:
        """Whoever had it, or promised it, is to have it; a promise that comes before its time, for some time after."""
        value = contact.queue.value
        names = () if owner is None else (owner.id,)
        wait_s = value.return_wait_s if returns else value.prefer_s
        until = at + wait_s
        if not returns and reason == "due" and wait_s > 0.0:
            assert contact.extras is not None and contact.extras.due_at is not None
            until = contact.extras.due_at + wait_s
        self.works.reservations.begin(contact, names, until, "return" if returns else "owner", at)

    def due(self, contact: ContactRecord, at: float) -> None:
        """It has been parked for as long as was asked, or what was promised is to be kept."""
        assert contact.extras is not None
        contact.extras.park_timer = None
        self.unpark(contact, "due", at)

    # -- what is promised ---------------------------------------------------------------------------------------------

    def follow_up(
        self,
        contact: ContactRecord,
        due_at: float,
        owner: AgentRecord | None,
        queue: QueueRecord,
        channel: str,
        name: str,
        at: float,
    ) -> None:
        """Promise something for `due_at`: a contact that is parked until a little before."""
        state = self.state
        given = contact.value
        attributes = {**given.attributes, "due_at": due_at, "follow_up_of": contact.id}
        value = Contact(
            name,
            queue=queue.name,
            channel=channel,
            priority=given.priority,
            needs=given.needs,
            customer=given.customer,
            attributes=attributes,
            script=given.script,
            knowledge=given.knowledge,
        )
        made = ContactRecord(value, state.contact_seq + 1, queue)
        made.since = due_at
        made.entered_queue_at = at
        self.filing.ask(made)
        enters_at = max(due_at - queue.value.lead_s, at)
        self.filing.keys.try_key(made, queue.value.contact_order, due_at)
        made.stage = PARKED
        state.contact_seq = made.seq
        state.contacts[name] = made
        extras = extras_of(made)
        extras.entered = False
        extras.due_at = due_at
        extras.reference = None if contact.extras is None else contact.extras.reference
        state.out.append(
            FollowUpScheduled(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                follow_up=name,
                queue=queue.name,
                channel=channel,
                due_at=due_at,
                enters_at=enters_at,
                agent=None if owner is None else owner.id,
            )
        )
        self._keep(made, owner, enters_at, at)
        if enters_at <= at:
            self.unpark(made, "due", at)

    def holder(self, contact: ContactRecord) -> AgentRecord | None:
        """Who has a contact: connected, wrapping up, or parked and theirs."""
        if contact.work is not None:
            return contact.work.agent
        return None if contact.extras is None else contact.extras.owner

    # -- what else may become of a parked contact ---------------------------------------------------------------------

    def finish(self, contact: ContactRecord, ended_by: str, at: float) -> None:
        """It is settled without anybody."""
        contact.stage = contact.stage.after(contact.id, "finish")
        state = self.state
        assert contact.extras is not None
        owner = contact.extras.owner
        if self._let_go(contact).entered:
            contact.queue.finished += 1
        agent = "" if owner is None else owner.id
        state.out.append(
            ContactFinished(at=at, seq=state.next_seq(), contact=contact.id, agent=agent, ended_by=ended_by)
        )
        self.works.customers.ended(contact, "finished", at)
        self.works.forget(contact)

    def abandon(self, contact: ContactRecord, reason: str, at: float) -> None:
        """The customer does not want it any more."""
        contact.stage = contact.stage.after(contact.id, "abandon")
        state = self.state
        queue = contact.queue
        if self._let_go(contact).entered:
            queue.abandoned += 1
            queue.abandoned_within_level += 1
        self.works.forget(contact)
        state.out.append(
            ContactAbandoned(
                at=at, seq=state.next_seq(), contact=contact.id, queue=queue.name, waited_s=0.0, reason=reason
            )
        )
        self.works.customers.ended(contact, "abandoned", at)

    def move(self, contact: ContactRecord, target: QueueRecord, reason: str, at: float) -> None:
        """Give a parked contact, which stays so, another home."""
        contact.stage = contact.stage.after(contact.id, "move")
        extras = contact.extras
        assert extras is not None
        before = contact.queue
        before.parked -= 1
        target.parked += 1
        if extras.entered:
            before.moved_out += 1
            target.entered += 1
        self.works.settle_in(contact, target, extras.parked_at)
        self.works.tell_moved(contact, before, target, None, reason, None, at)

    def at_home(self, queue: QueueRecord) -> list[ContactRecord]:
        """The contacts that are parked at home in a queue. Cost: all contacts, if there are any."""
        if not queue.parked:
            return []
        return [c for c in self.state.contacts.values() if c.stage is PARKED and c.queue is queue]

    # -- owners -------------------------------------------------------------------------------------------------------

    def _watch_owner(self, contact: ContactRecord, extras: Extras, owner: AgentRecord) -> None:
        """Begin to count how long an owner has been away, if they are."""
        wait_s = contact.queue.value.owner_wait_s
        if owner.ready or wait_s is None:
            return
        since = max(owner.left_at, extras.parked_at) if owner.signed_in_before else extras.parked_at
        extras.owner_timer = self.state.timers.arm(OWNER, wait_s, since + wait_s, contact)

    def _stop_watching(self, extras: Extras) -> None:
        if extras.owner_timer is not None:
            self.state.timers.cancel(extras.owner_timer)
            extras.owner_timer = None

    def _disown(self, contact: ContactRecord, extras: Extras) -> None:
        """Nobody owns a contact any more."""
        self._stop_watching(extras)
        owner = extras.owner
        if owner is not None:
            assert owner.owned is not None
            del owner.owned[contact.seq]
            if not owner.owned:
                owner.owned = None
            extras.owner = None

    def left(self, owner: AgentRecord) -> None:
        """An owner is not ready any more."""
        for contact in owned_by(owner):
            assert contact.extras is not None
            self._watch_owner(contact, contact.extras, owner)

    def back(self, owner: AgentRecord) -> None:
        """An owner is ready again."""
        for contact in (owner.owned or {}).values():  # in whatever order: nothing is said
            assert contact.extras is not None
            self._stop_watching(contact.extras)

    def owner_due(self, contact: ContactRecord, at: float) -> None:
        """The owner of a contact has been away for too long."""
        assert contact.extras is not None
        contact.extras.owner_timer = None
        self._release(contact, "away", at)

    def release_all(self, owner: AgentRecord, at: float) -> None:
        """An owner is removed."""
        for contact in owned_by(owner):
            self._release(contact, "removed", at)

    def _release(self, contact: ContactRecord, reason: str, at: float) -> None:
        """A contact is its owner's no more: a conversation goes back to its line, what was promised keeps its time."""
        extras = contact.extras
        assert extras is not None and extras.owner is not None
        owner = extras.owner
        state = self.state
        self._disown(contact, extras)
        state.out.append(OwnerReleased(at=at, seq=state.next_seq(), contact=contact.id, agent=owner.id, reason=reason))
        if extras.entered:
            self.unpark(contact, "owner_gone", at)


def owned_by(owner: AgentRecord) -> list[ContactRecord]:
    """What is parked and an agent's, in order of sequence."""
    return [] if owner.owned is None else sorted(owner.owned.values(), key=by_seq)
