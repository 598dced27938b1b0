"""What waits for something else than an agent: parked conversations, follow-ups, and their owners (section 16)."""

from __future__ import annotations

from typing import Any

from routekit import events
from routekit._model import Contact
from routekit.errors import DuplicateContact, InvalidValue
from tests.oracle import arguments
from tests.oracle.records import PlainAgent, PlainContact
from tests.oracle.reserved import Reserved


class Parking(Reserved):
    """Parking and promises."""

    def _moment(self, at: float) -> float:
        """The time at which a command of that time will be."""
        return at if self._now is None else max(at, self._now)

    def _must_be_no_consult(self, record: PlainContact, command: str) -> None:
        if record.consult_of is not None:
            raise self._illegal(record.id, record.state, command)

    # ---- conversations --------------------------------------------------------------------------------------------

    def park(self, contact: str, *, at: float, until: float | None = None) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        if until is not None:
            until = arguments.moment(until, "until")
            if until <= self._moment(at):
                raise InvalidValue(path="until", value=until, problem=f"must be later than {self._moment(at)}")
        self._start(at)
        record = self._must_be_connected(contact, "park")
        self._must_be_no_consult(record, "park")
        home = self._home_to_return_to(record.value.queue)
        self._end_consults(record)
        work = self._connection_of(record)
        old_home = record.value.queue
        if home != old_home:
            self._enter_queue(record, home)
        self._check_key(record)
        record.state, record.agent, record.held = "parked", None, False
        record.owner, record.parked_at = work.agent, self._present
        self._end_talk(work)
        self._let_go(work)
        self._await_return(record, until)
        self._say(events.ContactParked, contact=contact, agent=work.agent, queue=home, until=until)
        self._release_behind(record)
        return self._finish()

    def _await_return(self, record: PlainContact, until: float | None) -> None:
        """Arm the timers of one that has just been parked."""
        if until is not None:
            record.until, record.park_armed = until, self._arm()
        if record.owner is not None and self._agents[record.owner].presence != "ready":
            self._await_owner(record)

    def unpark(self, contact: str, *, at: float) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        self._start(at)
        record = self._contact(contact)
        if record.state != "parked":
            raise self._illegal(contact, record.state, "unpark")
        self._unpark(record, "unpark")
        return self._finish()

    def _unpark(self, record: PlainContact, reason: str) -> None:
        """It enters the line, again or for the first time."""
        home, owner, promised = record.value.queue, record.owner, record.promised
        settings = self._queues[home].value
        record.state = "queued"
        record.owner, record.until, record.owner_due, record.promised = None, None, None, False
        if promised:
            record.entered = self._present
        else:
            parked_for = self._present - record.parked_at
            record.since += parked_for
            record.entered += parked_for
        self._enter_line(record)
        self._say(
            events.ContactUnparked,
            contact=record.id,
            queue=record.value.queue,
            reason=reason,
            position=self.position(record.id),
        )
        if owner is not None:
            seconds = settings.prefer_s if promised else settings.return_wait_s
            since = self._present
            if promised and reason == "due" and seconds > 0 and record.due_at is not None:
                since = record.due_at
            self._reserve(record, [owner], since + seconds, "owner" if promised else "return")
        self._plan_steps(record)
        self._see_to(home, [record])

    def _end_parked(self, record: PlainContact, ended_by: str) -> None:
        """`finish` of a parked contact."""
        self._say(events.ContactFinished, contact=record.id, agent=record.owner or "", ended_by=ended_by)
        self._note_past(record, "finished")
        self._forget(record)

    def _move_parked(self, record: PlainContact, to: str) -> None:
        """Its queue is about to be removed."""
        home = record.value.queue
        self._enter_queue(record, to)
        record.entered = record.parked_at
        self._say(
            events.ContactMoved,
            contact=record.id,
            from_queue=home,
            to_queue=to,
            agent=None,
            reason="queue_removed",
        )
        self._check_key(record)

    # ---- owners ---------------------------------------------------------------------------------------------------

    def _owned_by(self, agent: str) -> list[PlainContact]:
        return self._in_sequence(c for c in self._contacts.values() if c.state == "parked" and c.owner == agent)

    def _await_owner(self, record: PlainContact) -> None:
        seconds = self._queues[record.value.queue].value.owner_wait_s
        if seconds is not None:
            record.owner_due, record.owner_armed = self._present + seconds, self._arm()

    def _owner_is(self, agent: PlainAgent, *, ready: bool) -> None:
        """The agent has just become ready, or ceased to be so."""
        for record in self._owned_by(agent.id):
            record.owner_due = None
            if not ready:
                self._await_owner(record)

    def _release_owner(self, record: PlainContact, reason: str) -> None:
        """It is its agent's no more."""
        self._say(events.OwnerReleased, contact=record.id, agent=record.owner, reason=reason)
        record.owner, record.owner_due = None, None
        if not record.promised:
            self._unpark(record, "owner_gone")

    def _release_all_owned(self, agent: str) -> None:
        """The agent is about to be removed."""
        for record in self._owned_by(agent):
            self._release_owner(record, "removed")

    # ---- follow-ups -----------------------------------------------------------------------------------------------

    def follow_up(
        self,
        contact: str,
        due_at: float,
        *,
        at: float,
        agent: str | None = None,
        queue: str | None = None,
        channel: str = "task",
        id: str | None = None,
    ) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        due_at = arguments.moment(due_at, "due_at")
        arguments.optional_text(agent, "agent")
        arguments.optional_text(queue, "queue")
        arguments.text(channel, "channel")
        arguments.optional_text(id, "id")
        if due_at < self._moment(at):
            raise InvalidValue(path="due_at", value=due_at, problem=f"must not be before {self._moment(at)}")
        self._start(at)
        of = self._contact(contact)
        if agent is not None:
            self._agent(agent)
        name = self._free_id(of, "follow-up") if id is None else id
        if name in self._contacts:
            raise self._refused(DuplicateContact(contact=name))
        home = self._home_to_return_to(of.value.queue) if queue is None else self._queue(queue).value.name
        self._must_be_no_consult(of, "follow_up")
        value = Contact(
            name,
            queue=home,
            channel=channel,
            priority=of.value.priority,
            needs=of.value.needs,
            customer=of.value.customer,
            attributes={**of.value.attributes, "due_at": due_at, "follow_up_of": contact},
            script=of.value.script,
            knowledge=of.value.knowledge,
        )
        self._contacts_added += 1
        record = PlainContact(value, self._contacts_added, due_at, self._present, "parked")
        record.promised, record.due_at, record.parked_at = True, due_at, self._present
        record.reference = of.reference
        record.owner = agent or (of.owner if of.state == "parked" else self._who_has(of))
        self._contacts[name] = record
        self._check_key(record)
        enters_at = max(due_at - self._queues[home].value.lead_s, self._present)
        self._say(
            events.FollowUpScheduled,
            contact=contact,
            follow_up=name,
            queue=home,
            channel=channel,
            due_at=due_at,
            enters_at=enters_at,
            agent=record.owner,
        )
        if enters_at <= self._present:
            self._unpark(record, "due")
        else:
            self._await_return(record, enters_at)
        return self._finish()

    def _who_has(self, record: PlainContact) -> str | None:
        return record.agent if record.state in ("connected", "wrapping") else None

    def _free_id(self, of: PlainContact, what: str) -> str:
        number = 1
        while f"{of.id}/{what}-{number}" in self._contacts:
            number += 1
        return f"{of.id}/{what}-{number}"
