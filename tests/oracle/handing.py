"""The commands that give a contact to others: `transfer` and what section 16 of docs/around.md says of consults.

What waits for something else than an agent is in tests/oracle/parking.py.
"""

from __future__ import annotations

from typing import Any

from routekit import events
from routekit._model import Contact, Need
from routekit.errors import AgentNotInQueue, InvalidValue, TransferRefused
from tests.oracle import arguments
from tests.oracle.deciding import FOREVER
from tests.oracle.parking import Parking
from tests.oracle.records import PlainContact

MOST_PRIORITY = 1e9


class Handing(Parking):
    """Handing over."""

    def _queue_for(self, record: PlainContact, agent: str) -> str:
        """The queue in which a contact comes in that is meant for an agent."""
        queues = self._agents[agent].value.queues
        if not queues:
            raise self._refused(AgentNotInQueue(agent=agent))
        return record.value.queue if record.value.queue in queues else next(iter(queues))

    def transfer(
        self,
        contact: str,
        queue: str | None = None,
        *,
        at: float,
        agent: str | None = None,
        keep_place: bool | None = None,
        raise_priority: float = 0.0,
        reference: str | None = None,
    ) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        arguments.optional_text(queue, "queue")
        arguments.optional_text(agent, "agent")
        arguments.optional_text(reference, "reference")
        if queue is None and agent is None:
            raise InvalidValue(path="queue", value=None, problem="must be given where no agent is")
        if keep_place is not None:
            arguments.flag(keep_place, "keep_place")
        credit = arguments.credit(raise_priority, "raise_priority")
        self._start(at)
        record = self._contact(contact)
        if queue is not None:
            self._queue(queue)
        if agent is not None:
            known = self._agent(agent)
            if queue is not None and queue not in known.value.queues:
                raise self._refused(AgentNotInQueue(agent=agent, queue=queue))
            queue = self._queue_for(record, agent) if queue is None else queue
        assert queue is not None
        if record.state not in ("queued", "offered", "connected"):
            raise self._illegal(contact, record.state, "transfer")
        landing = self._landing(record, queue)
        if landing is None:
            raise self._refused(TransferRefused(contact=contact, queue=queue))
        keep = record.waits if keep_place is None else keep_place
        record.credit += credit
        record.reference = record.reference if reference is None else reference
        self._transfer(record, landing, keep, agent, reference)
        return self._finish()

    def _transfer(
        self, record: PlainContact, queue: str, keep: bool, meant_for: str | None, reference: str | None
    ) -> None:
        agent = None
        if record.state == "connected":
            self._end_consults(record)
            record.joined = False
            work = self._connection_of(record)
            agent, home = self._agents[work.agent], record.value.queue
            record.state, record.agent, record.held = "queued", None, False
            self._say(
                events.ContactMoved,
                contact=record.id,
                from_queue=home,
                to_queue=queue,
                agent=agent.id,
                reason="transfer",
                reference=reference,
            )
            if queue != home:
                self._release_behind(record)
            self._wrap_up(work, record, left_behind=True)
            self._enter_queue(record, queue)
            self._enter_line(record)
        else:
            self._revoke(record, "transfer")
            self._move(record, queue, None, "transfer", reference)
        if not keep:
            record.since = self._present
        self._check_key(record)
        self._say_queued(record)
        settings = self._queues[queue].value
        if meant_for is not None:
            self._reserve(record, [meant_for], self._present + settings.prefer_s, "transfer")
        self._plan_steps(record)
        stayed = self._contacts.get(record.id) is record  # its steps may have ended it
        if agent is not None and stayed and self._exclude(agent, record, queue, settings.decline_retry_s):
            self._away_if_too_many(agent)

    # ---- consults -------------------------------------------------------------------------------------------------

    def consult(
        self, contact: str, *, at: float, agent: str | None = None, queue: str | None = None
    ) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        arguments.optional_text(agent, "agent")
        arguments.optional_text(queue, "queue")
        if (agent is None) == (queue is None):
            raise InvalidValue(path="agent", value=agent, problem="or queue must be given, and not both")
        self._start(at)
        record = self._contact(contact)
        if queue is not None:
            self._queue(queue)
        if agent is not None:
            self._agent(agent)
            queue = self._queue_for(record, agent)
        assert queue is not None
        self._must_be_connected(contact, "consult")
        self._must_be_no_consult(record, "consult")
        if any(not consult.joined for consult in self._consults_of(record)):
            raise self._illegal(contact, record.state, "consult")
        if agent is not None and agent == record.agent:
            raise self._illegal(agent, self._agents[agent].presence, "consult")
        needs = () if agent is not None else tuple(Need(skill, at_least=level) for skill, level in record.needs)
        consult = self._link_consult(record, queue, needs)
        self._enter_line(consult)
        self._check_key(consult)
        self._say(events.ConsultStarted, contact=contact, consult=consult.id, agent=agent, queue=queue)
        self._say_queued(consult)
        consult.personal, consult.asked_by = agent is not None, record.agent
        if agent is not None:
            seconds = self._queues[queue].value.prefer_s
            until = self._present + seconds if seconds > 0 else FOREVER
            self._reserve(consult, [agent], until, "consult", exclusive=True)
        self._plan_steps(consult)
        return self._finish()

    def join(self, contact: str, *, at: float, agent: str | None = None) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        arguments.optional_text(agent, "agent")
        self._start(at)
        record = self._contact(contact)
        supervisor = None if agent is None else self._agent(agent)
        self._must_be_connected(contact, "join")
        self._must_be_no_consult(record, "join")
        if supervisor is None:
            asked = [c for c in self._consults_of(record) if c.state == "connected" and not c.joined]
            if not asked:
                raise self._illegal(contact, record.state, "join")
            asked[-1].joined = True
            self._say(events.ConsultJoined, contact=contact, consult=asked[-1].id, agent=asked[-1].agent)
            return self._finish()
        has_one = any(
            (c.state == "connected" and c.agent == supervisor.id)
            or supervisor.id in c.reserved
            or any(offer.agent == supervisor.id for offer in self._open_offers(c))
            for c in self._consults_of(record)
        )
        if supervisor.presence == "offline" or supervisor.id == record.agent or has_one:
            raise self._illegal(supervisor.id, supervisor.presence, "join")
        consult = self._link_consult(record, record.value.queue, ())
        consult.joined = consult.personal = True
        self._say(events.ConsultJoined, contact=contact, consult=consult.id, agent=supervisor.id)
        self._connect(consult, self._connection_of(record).queue, supervisor, None)
        return self._finish()

    def complete_transfer(self, contact: str, *, at: float, agent: str | None = None) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        arguments.optional_text(agent, "agent")
        self._start(at)
        record = self._contact(contact)
        if agent is not None:
            self._agent(agent)
        self._must_be_connected(contact, "complete_transfer")
        asked = [c for c in self._consults_of(record) if c.state == "connected" and agent in (None, c.agent)]
        if not asked:
            raise self._illegal(contact, record.state, "complete_transfer")
        self._hand_over(record, asked[-1])
        return self._finish()

    def _heir(self, contact: PlainContact) -> PlainContact | None:
        others = [c for c in self._consults_of(contact) if c.joined and c.agent != contact.agent]
        return others[-1] if others else None

    def _hand_over(self, record: PlainContact, consult: PlainContact) -> None:
        work, new = self._connection_of(record), self._connection_of(consult)
        self._say(
            events.ContactHandedOver,
            contact=record.id,
            consult=consult.id,
            from_agent=work.agent,
            to_agent=new.agent,
        )
        self._wrap_up(work, record, left_behind=True)
        record.consults.remove(consult.id)
        self._forget(consult)
        new.contact = record.id
        record.agent, record.had, record.held = new.agent, new.agent, False

    def cancel_consult(self, contact: str, *, at: float) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        self._start(at)
        record = self._contact(contact)
        if not record.consults:
            raise self._illegal(contact, record.state, "cancel_consult")
        self._end_consult(self._consults_of(record)[-1], "cancelled")
        return self._finish()

    def _consults_of(self, record: PlainContact) -> list[PlainContact]:
        return [self._contacts[name] for name in record.consults]

    def _link_consult(self, record: PlainContact, queue: str, needs: tuple[Need, ...]) -> PlainContact:
        """A contact about another one, which is in no line yet."""
        value = Contact(
            self._free_id(record, "consult"),
            queue=queue,
            channel=record.value.channel,
            priority=max(-MOST_PRIORITY, min(MOST_PRIORITY, record.priority)),
            needs=needs,
            customer=record.value.customer,
            attributes=record.value.attributes,
            script=record.value.script,
            knowledge=record.value.knowledge,
        )
        self._contacts_added += 1
        consult = PlainContact(value, self._contacts_added, record.since, self._present)
        consult.consult_of, consult.reference = record.id, record.reference
        record.consults.append(consult.id)
        self._contacts[consult.id] = consult
        return consult

    def _end_consults(self, record: PlainContact) -> None:
        """The contact leaves its agent."""
        for consult in reversed(self._consults_of(record)):
            self._end_consult(consult, "contact_left")

    def _end_consult(self, consult: PlainContact, reason: str) -> None:
        """A consult is ended from outside."""
        if consult.waits:
            self._revoke(consult, "consult_ended")
            self._end_attempts(consult)
        else:
            work = self._connection_of(consult)
            self._end_talk(work)
            self._let_go(work)
        self._consult_over(consult, reason)
        self._end_drain_of_contact(consult, "left")
        self._forget(consult)

    def _give_up(self, consult: PlainContact) -> None:
        name = consult.value.queue
        self._end_talk(self._connection_of(consult))
        self._say(events.ContactAbandoned, contact=consult.id, queue=name, waited_s=0.0, reason="unavailable")
        self._let_go(self._connection_of(consult))
        self._consult_over(consult, "unavailable")
        self._forget(consult)

    def _consult_over(self, contact: PlainContact, reason: str) -> None:
        """If the contact is a consult, it is one no more."""
        if contact.consult_of is not None:
            of, contact.consult_of = contact.consult_of, None
            contact.joined = False
            self._contacts[of].consults.remove(contact.id)
            self._say(events.ConsultEnded, contact=of, consult=contact.id, reason=reason)
