"""Consults: an agent asks a colleague while their customer waits, who may join in, or take over.

A consult is a contact of its own, linked to the one that it is about (`Extras.consult_of`, `Extras.consults`); what is
said here is only what it has besides. The rules are those of `docs/around.md`, section 16; parking is in `parking`.
"""

from __future__ import annotations

from routekit._model import Contact, Need
from routekit._numbers import MOST_PRIORITY, MOST_TIME
from routekit._router.filing import Filing
from routekit._router.linked_ids import CONSULT, free_id
from routekit._router.offers import Offers
from routekit._router.records import AgentRecord, ContactRecord, QueueRecord, WorkRecord, extras_of
from routekit._router.state import State
from routekit._router.work import Works
from routekit._states import Presence
from routekit.errors import AgentNotInQueue, IllegalMove
from routekit.events import ConsultEnded, ConsultJoined, ConsultStarted, ContactAbandoned, ContactHandedOver

__all__ = ["Consults", "refuse_consult"]


class Consults:
    """The consults of a router's contacts."""

    def __init__(self, state: State, filing: Filing, works: Works, offers: Offers) -> None:
        self.state = state
        self.filing = filing
        self.works = works
        self.offers = offers
        self.reservations = works.reservations
        works.consults = self

    # -- asking -------------------------------------------------------------------------------------------------------

    def begin(self, contact: ContactRecord, agent: AgentRecord | None, queue: QueueRecord | None, at: float) -> None:
        """Ask an agent, or whoever takes it in a queue: a contact of its own comes into a line."""
        if queue is None:
            assert agent is not None
            queue = queue_for(self.state, contact, agent)
        refuse_consult(contact, "consult")
        contact.stage.after(contact.id, "consult")
        if any(not _is_joined(consult) for consult in consults_of(contact)):
            raise _illegal(contact, "consult", "somebody is being asked about it already, who has not joined")
        if agent is not None:
            _refuse_own(contact, agent, "consult")
        consult = self._make(contact, queue, asks=agent is None)
        consult.since = contact.since
        self.filing.ask(consult)
        self.filing.keys.try_key(consult, queue.value.contact_order, consult.since)
        state = self.state
        self._link(contact, consult)
        assert contact.work is not None
        self.works.exclusions.bar(consult, contact.work.agent)
        self.works.enter(consult, queue, consult.since, at)
        state.out.append(
            ConsultStarted(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                consult=consult.id,
                agent=None if agent is None else agent.id,
                queue=queue.name,
            )
        )
        self.works.tell_queued(consult, at)
        if agent is not None:
            extras_of(consult).personal = True
            wait_s = queue.value.prefer_s
            until = at + wait_s if wait_s > 0.0 else MOST_TIME
            self.reservations.begin(consult, (agent.id,), until, "consult", at, exclusive=True)
        self.filing.run_steps(consult, at)

    def _make(self, contact: ContactRecord, queue: QueueRecord, asks: bool) -> ContactRecord:
        """The record of a consult, in no table yet; with the needs of the contact if it is to ask for anybody."""
        given = contact.value
        needs = contact.needs if asks else ()
        value = Contact(
            free_id(self.state, contact.id + CONSULT),
            queue=queue.name,
            channel=contact.channel,
            priority=min(max(contact.priority, -MOST_PRIORITY), MOST_PRIORITY),
            needs=tuple([Need(skill, level) for skill, level in needs]),
            customer=given.customer,
            attributes=given.attributes,
            script=given.script,
            knowledge=given.knowledge,
        )
        return ContactRecord(value, self.state.contact_seq + 1, queue)

    def _link(self, contact: ContactRecord, consult: ContactRecord) -> None:
        """A consult is one from now on, and in the table."""
        state = self.state
        state.contact_seq = consult.seq
        state.contacts[consult.id] = consult
        extras = extras_of(contact)
        extras_of(consult).consult_of = contact
        extras_of(consult).reference = extras.reference
        if extras.consults is None:
            extras.consults = []
        extras.consults.append(consult)

    # -- joining ------------------------------------------------------------------------------------------------------

    def join(self, contact: ContactRecord, at: float) -> None:
        """Whoever was asked joins the customer."""
        refuse_consult(contact, "join")
        contact.stage.after(contact.id, "join")
        asked: WorkRecord | None = None
        for consult in consults_of(contact):
            if consult.work is not None and not _is_joined(consult):
                asked = consult.work
        if asked is None:
            raise _illegal(contact, "join", "nobody who was asked about it has answered and not joined yet")
        self._say_joined(contact, asked.contact, asked.agent, at)

    def _say_joined(self, contact: ContactRecord, consult: ContactRecord, agent: AgentRecord, at: float) -> None:
        extras_of(consult).joined = True
        state = self.state
        state.out.append(
            ConsultJoined(at=at, seq=state.next_seq(), contact=contact.id, consult=consult.id, agent=agent.id)
        )

    def join_as(self, contact: ContactRecord, agent: AgentRecord, at: float) -> None:
        """A supervisor joins, without a line or an offer, whatever they have to do."""
        refuse_consult(contact, "join")
        contact.stage.after(contact.id, "join")
        own = contact.work
        assert own is not None
        if agent.presence is Presence.OFFLINE:
            raise IllegalMove(subject=agent.id, state=agent.presence, command="join", reason="who joins must be there")
        _refuse_own(contact, agent, "join")
        for consult in consults_of(contact):
            if _is_for(consult, agent):
                reason = f"they have {consult.id!r} already, or are asked for it"
                raise IllegalMove(subject=agent.id, state=agent.presence, command="join", reason=reason)
        consult = self._make(contact, contact.queue, asks=False)
        consult.since = contact.since
        consult.entered_queue_at = at
        self.filing.ask(consult)
        self._link(contact, consult)
        extras_of(consult).personal = True
        self._say_joined(contact, consult, agent, at)
        self._connect(consult, agent, own.queue, at)

    def _connect(self, consult: ContactRecord, agent: AgentRecord, queue: QueueRecord, at: float) -> None:
        """Connect a consult that is in no line to an agent, even beyond their capacity."""
        state = self.state
        consult.stage = consult.stage.after(consult.id, "connect")
        agent.held[state.index.number(consult.channel)] += 1
        agent.holding += 1
        self.works.begin(consult, agent, queue, None, 0.0, at)
        self.filing.refresh(agent)
        if agent.drains_for is not None:
            # With less room they can take fewer, and who could not be passed over before may be now.
            state.touch_agent(agent)

    # -- taking over --------------------------------------------------------------------------------------------------

    def hand_over(self, contact: ContactRecord, agent: AgentRecord | None, at: float) -> None:
        """The contact goes over to whoever was asked; its first agent is done with it."""
        refuse_consult(contact, "complete_transfer")
        contact.stage.after(contact.id, "complete_transfer")
        chosen: WorkRecord | None = None
        for consult in consults_of(contact):
            if consult.work is not None and (agent is None or consult.work.agent is agent):
                chosen = consult.work
        if chosen is None:
            of = "nobody who was asked" if agent is None else f"no consult of {agent.id!r}"
            raise _illegal(contact, "complete_transfer", f"{of} about it is connected")
        self.hand_to(contact, chosen, at)

    def heir(self, contact: ContactRecord) -> WorkRecord | None:
        """The work of whoever joined a connected contact last, and has it if its agent goes; None: nobody."""
        work = contact.work
        found: WorkRecord | None = None
        for consult in consults_of(contact):
            if consult.work is not None and _is_joined(consult) and work is not None:
                found = consult.work if consult.work.agent is not work.agent else found
        return found

    def hand_to(self, contact: ContactRecord, chosen: WorkRecord, at: float) -> None:
        """The contact goes over to the agent of a consult about it, with that work."""
        work = contact.work
        assert work is not None
        state = self.state
        consult = chosen.contact
        contact.stage = contact.stage.after(contact.id, "complete_transfer")
        work.agent.finished += 1
        contact.queue.finished += 1
        self.works.conclude(work, at)
        state.out.append(
            ContactHandedOver(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                consult=consult.id,
                from_agent=work.agent.id,
                to_agent=chosen.agent.id,
            )
        )
        contact.work = chosen
        chosen.contact = contact
        chosen.held = False
        self.works.wrap_up(work, at)
        self._unlink(consult)
        consult.stage = consult.stage.after(consult.id, "consult_ended")
        self.works.forget(consult)

    # -- ending -------------------------------------------------------------------------------------------------------

    def cancel(self, contact: ContactRecord, at: float) -> None:
        """Back to the customer: the latest consult ends."""
        consults = consults_of(contact)
        if not consults:
            raise _illegal(contact, "cancel_consult", "nobody is asked about it")
        self._end(consults[len(consults) - 1], "cancelled", at)

    def end_all(self, contact: ContactRecord, at: float) -> None:
        """A contact leaves its agent: nobody is asked about it any more."""
        consults = consults_of(contact)
        while consults:
            self._end(consults[len(consults) - 1], "contact_left", at)

    def _end(self, consult: ContactRecord, reason: str, at: float) -> None:
        """Take a consult from its line, or from its agent, who is free without wrap-up."""
        work = consult.work
        if work is not None:
            consult.stage = consult.stage.after(consult.id, "consult_ended")
            self.works.conclude(work, at)
            self._say_ended(consult, reason, at)
            self.works.free(work)
            self.works.forget(consult)
            return
        self.offers.withdraw(consult, "consult_ended", at)
        consult.stage = consult.stage.after(consult.id, "consult_ended")
        self.works.forget_waiting(consult)
        self._say_ended(consult, reason, at)
        self.filing.end_drain(consult, "left", at)

    def give_up(self, consult: ContactRecord, at: float) -> None:
        """The one agent whom a connected consult was for cannot have it any more: it goes back to no line, but ends."""
        work = consult.work
        assert work is not None
        consult.stage = consult.stage.after(consult.id, "consult_ended")
        self.works.conclude(work, at)
        state = self.state
        name = consult.queue.name
        state.out.append(
            ContactAbandoned(
                at=at, seq=state.next_seq(), contact=consult.id, queue=name, waited_s=0.0, reason="unavailable"
            )
        )
        self._say_ended(consult, "unavailable", at)
        self.works.free(work)
        self.works.forget(consult)

    def over(self, consult: ContactRecord, reason: str, at: float) -> None:
        """A contact has ended by itself, and this has been said: if it was a consult, it is none any more."""
        if consult.extras is not None and consult.extras.consult_of is not None:
            self._say_ended(consult, reason, at)

    def _say_ended(self, consult: ContactRecord, reason: str, at: float) -> None:
        contact = self._unlink(consult)
        state = self.state
        state.out.append(
            ConsultEnded(at=at, seq=state.next_seq(), contact=contact.id, consult=consult.id, reason=reason)
        )

    def _unlink(self, consult: ContactRecord) -> ContactRecord:
        """A consult is none any more; the contact that it was about."""
        extras = consult.extras
        assert extras is not None and extras.consult_of is not None
        contact = extras.consult_of
        extras.consult_of = None
        extras.joined = False
        extras.personal = False
        consults_of(contact).remove(consult)
        return contact


def consults_of(contact: ContactRecord) -> list[ContactRecord]:
    """The consults about a contact that have not ended, in the order of making."""
    return [] if contact.extras is None or contact.extras.consults is None else contact.extras.consults


def refuse_consult(contact: ContactRecord, command: str) -> None:
    """`IllegalMove` for what a consult cannot do."""
    if contact.extras is not None and contact.extras.consult_of is not None:
        raise _illegal(contact, command, "it is a consult itself")


def _illegal(contact: ContactRecord, command: str, reason: str) -> IllegalMove:
    """What is refused although the state of the contact would allow it."""
    return IllegalMove(subject=contact.id, state=contact.stage.state, command=command, reason=reason)


def _refuse_own(contact: ContactRecord, agent: AgentRecord, command: str) -> None:
    """`IllegalMove` for the agent who has the contact."""
    if contact.work is not None and contact.work.agent is agent:
        reason = f"they have {contact.id!r} themselves"
        raise IllegalMove(subject=agent.id, state=agent.presence, command=command, reason=reason)


def _is_joined(consult: ContactRecord) -> bool:
    return consult.extras is not None and consult.extras.joined


def is_personal(contact: ContactRecord) -> bool:
    """Whether a contact is a consult for one agent, whom nobody can stand in for."""
    return contact.extras is not None and contact.extras.personal


def _is_for(consult: ContactRecord, agent: AgentRecord) -> bool:
    """Whether an agent has a consult, is offered it, or is the one for whom it is reserved."""
    if consult.work is not None:
        return consult.work.agent is agent
    extras = consult.extras
    if extras is not None and extras.reserved is not None and agent in extras.reserved:
        return True
    return any(offer.contact is consult for offer in agent.offers.values())


def queue_for(state: State, contact: ContactRecord, agent: AgentRecord) -> QueueRecord:
    """Where an agent may have a contact: in its home if they are in it, else in the first of their queues."""
    if contact.queue.seq in agent.members:
        return contact.queue
    for name in agent.value.queues:
        return state.queues[name]
    raise AgentNotInQueue(agent=agent.id)
