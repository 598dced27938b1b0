"""The commands that give a contact to others: `transfer` and what section 16 of docs/around.md says of consults.

What waits for something else than an agent is in tests/oracle/parking.py.
"""

from __future__ import annotations

from typing import Any

from routekit import events
from routekit.errors import AgentNotInQueue, InvalidValue, TransferRefused
from tests.oracle import arguments
from tests.oracle.records import PlainContact
from tests.oracle.reserved import Reserved


class Handing(Reserved):
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
            self._agent(agent)
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
