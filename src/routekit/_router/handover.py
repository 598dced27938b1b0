"""The verbs of handing over: parking a contact, promising one, asking a colleague.

A verb checks its arguments, lets time pass, hands the command to `parking` or `consults`, settles, and returns the
events, as those of `router` do.
"""

from __future__ import annotations

from typing import Any

from routekit._router import arguments
from routekit._router.parking import free_id
from routekit._router.records import ContactRecord
from routekit._router.running import Running
from routekit.errors import DuplicateContact, IllegalMove, InvalidValue, RoutekitError

__all__ = ["Handover"]

Events = tuple[Any, ...]


class Handover(Running):
    """What takes a contact from one agent, for later or for another one."""

    def park(self, contact: str, *, at: float, until: float | None = None) -> Events:
        """Take a connected contact, which waits for something else, from its agent; `until` when at most.

        The agent is free at once and owns it: when it comes back to its place, it is theirs for `return_wait_s`.
        Raises `UnknownContact`, `IllegalMove`; `UnknownQueue` if its queue was removed and nobody took over. Cost: a
        logarithm.
        """
        arguments.text(contact, "contact")
        if until is not None:
            until = arguments.time(until, "until")
            now = max(arguments.time(at), self._state.now)
            if until <= now:
                raise InvalidValue(path="until", value=until, problem=f"must be later than {now}")
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            refuse_consult(record, "park")
            self._guard(record)
            self._parking.park(record, until, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def unpark(self, contact: str, *, at: float) -> Events:
        """Put a parked contact back to its place, which it has kept, or a follow-up into its line before its time.

        Raises `UnknownContact`, `IllegalMove`. Cost: a logarithm.
        """
        arguments.text(contact, "contact")
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            self._guard(record)
            self._parking.unpark(record, "unpark", moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def follow_up(
        self,
        contact: str,
        *,
        at: float,
        due_at: float,
        agent: str | None = None,
        queue: str | None = None,
        channel: str = "task",
        id: str | None = None,
    ) -> Events:
        """Promise something for `due_at`: a contact that is parked, and enters the line `lead_s` before by itself.

        It is linked to `contact`, is its agent's unless `agent` says whose, and ages against what was promised. Raises
        `UnknownContact`, `UnknownAgent`, `DuplicateContact`, `UnknownQueue`; `IllegalMove` for a consult. Cost: a
        logarithm.
        """
        arguments.text(contact, "contact")
        due_at = arguments.time(due_at, "due_at")
        for name, given in (("agent", agent), ("queue", queue), ("id", id)):
            if given is not None:
                arguments.text(given, name)
        arguments.text(channel, "channel")
        now = max(arguments.time(at), self._state.now)
        if due_at < now:
            raise InvalidValue(path="due_at", value=due_at, problem=f"must not be earlier than {now}")
        moment = self._begin(at)
        try:
            state = self._state
            record = state.contact(contact)
            owner = self._parking.holder(record) if agent is None else state.agent(agent)
            if id is not None and id in state.contacts:
                raise DuplicateContact(contact=id)
            home = self._works.home(record) if queue is None else state.queue(queue)
            refuse_consult(record, "follow_up")
            self._guard(home)
            name = free_id(state.contacts, f"{contact}/follow-up-") if id is None else id
            self._parking.follow_up(record, due_at, owner, home, channel, name, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()


def refuse_consult(contact: ContactRecord, command: str) -> None:
    """`IllegalMove` for what a consult cannot do."""
    if contact.extras is not None and contact.extras.consult_of is not None:
        raise IllegalMove(subject=contact.id, state=contact.stage.state, command=command)
