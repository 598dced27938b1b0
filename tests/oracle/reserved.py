"""Contacts that are meant for certain agents for a while: section 14 of docs/around.md.

Whom it is for, how that begins and how it ends are here; what it means for a match is asked in
tests/oracle/deciding.py, by `contact.reserved`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from routekit import events
from routekit._model import Contact
from routekit.errors import StrategyError
from tests.oracle import rules
from tests.oracle.limits import Limits
from tests.oracle.records import PlainAgent, PlainContact


class Reserved(Limits):
    """Reservations."""

    _manager_of: Callable[[str], str | None] | None

    def _reserve(
        self, contact: PlainContact, names: Iterable[str], until: float, reason: str, exclusive: bool = False
    ) -> None:
        """Let a contact that has just entered its line be for these agents alone, in this order."""
        known = [name for name in names if name in self._agents]
        if until <= self._present or not known:
            return
        contact.reserved, contact.exclusive = known, exclusive
        contact.reserved_until, contact.reserve_armed = until, self._arm()
        self._say(events.ContactReserved, contact=contact.id, agents=tuple(known), until=until, reason=reason)

    def _manager(self, contact: Contact) -> str | None:
        """The agent whose customer it is, as the app has it."""
        if self._manager_of is None or contact.customer is None or set(contact.prefer) & set(self._agents):
            return None
        try:
            found = self._manager_of(contact.customer)
            if found is not None and (not isinstance(found, str) or not found):
                raise ValueError(f"{found!r} is no agent's id")
        except Exception as fault:
            error = StrategyError(strategy="manager_of", error=f"{type(fault).__name__}: {fault}")
            raise self._refused(error) from fault
        return found

    def _reserve_newcomer(self, contact: PlainContact, manager: str | None, kept: str | None, last: str | None) -> None:
        """What a contact that is enqueued is meant for: the first of these that names an agent."""
        name, prefer = contact.value.queue, contact.value.prefer
        until = self._present + self._queues[name].value.prefer_s
        if last in self._agents and name not in self._agents[last].value.queues:
            last = None
        for agents, reason in ((prefer, "prefer"), ([manager], "manager"), ([kept], "keep"), ([last], "sticky")):
            if any(agent in self._agents for agent in agents):
                self._reserve(contact, [agent for agent in agents if agent is not None], until, reason)
                return
        if prefer and until > self._present:
            self._say(events.ReservationEnded, contact=contact.id, agents=prefer, reason="unknown")

    def _end_reservation(self, contact: PlainContact, reason: str, agents: tuple[str, ...] | None = None) -> None:
        """It ends with a word. An exclusive one takes its contact with it."""
        named = tuple(contact.reserved) if agents is None else agents
        exclusive = contact.exclusive
        self._stop_reserving(contact)
        self._say(events.ReservationEnded, contact=contact.id, agents=named, reason=reason)
        if exclusive:
            self._lose(contact, "unavailable", "abandoned")

    def _strike(self, contact: PlainContact, agent: str, reason: str) -> None:
        """The agent will not have it."""
        if agent in contact.reserved:
            contact.reserved.remove(agent)
            if not contact.reserved:
                self._end_reservation(contact, reason, (agent,))

    def _strike_from_all(self, agent: str) -> None:
        """The agent is about to be removed."""
        for contact in self._in_sequence(self._contacts.values()):
            self._strike(contact, agent, "removed")

    def _end_absent(self) -> None:
        """At the start of a settling: end the reservations for which nobody is worth waiting for."""
        for contact in self._in_sequence(self._contacts.values()):
            if contact.state == "queued" and contact.reserved:
                agents = [self._agents[name] for name in contact.reserved]
                if not any(self._worth_waiting_for(agent, contact) for agent in agents):
                    self._end_reservation(contact, "absent")

    def _worth_waiting_for(self, agent: PlainAgent, contact: PlainContact) -> bool:
        queue, value, channel = self._queues[contact.value.queue], agent.value, contact.value.channel
        tier, reach = value.queues.get(queue.value.name), contact.reach(queue.value)
        there = {
            "ready": agent.presence == "ready" and channel not in agent.closed,
            "signed_in": agent.presence != "offline",
            "always": True,
        }
        return (
            there[queue.value.prefer_while]
            and tier is not None
            and (reach is None or tier <= reach)
            and all(value.skills.get(skill, 0) >= level for skill, level in contact.needs)
            and (value.capacity.channels is None or channel in value.capacity.channels)
            and rules.fits_empty(value.capacity, channel)
        )
