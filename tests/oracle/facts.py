"""What steps and limits look at: facts about queues, the estimator, hours; and landings (sections 11 and 13)."""

from __future__ import annotations

import dataclasses
import math

from routekit import events
from routekit._timeline import Limit, Step
from routekit.errors import InvalidValue
from tests.oracle import rules
from tests.oracle.records import PlainAgent, PlainContact, PlainQueue
from tests.oracle.windows import Windows


@dataclasses.dataclass
class Search:
    """A search for a landing: for whom, what has been looked at, and which callbacks were found worth suggesting."""

    contact: PlainContact
    looked: list[str]
    suggested: dict[str, int] = dataclasses.field(default_factory=dict)
    """By queue the number of the first limit that applies and suggests a callback."""


class Facts(Windows):
    """The looks that decide about steps and limits. They change nothing; an estimator that fails is told of."""

    # ---- facts (section 11) ---------------------------------------------------------------------------------------

    def _members_of(self, name: str) -> list[PlainAgent]:
        return [agent for agent in self._agents.values() if name in agent.value.queues]

    def _others_in(self, name: str, contact: PlainContact) -> int:
        """How many wait at home in a queue, this contact left out."""
        return sum(c.waits and c.value.queue == name and c is not contact for c in self._contacts.values())

    def _counted_in(self, name: str, contact: PlainContact) -> int:
        """The same, but for consults, which make no queue longer."""
        consults = sum(
            c.waits and c.value.queue == name and c is not contact and c.consult_of is not None
            for c in self._contacts.values()
        )
        return self._others_in(name, contact) - consults

    def _fact(self, contact: PlainContact, fact: str) -> float | None:
        name = contact.value.queue
        if fact == "queue_length":
            return self._counted_in(name, contact) + 1
        if fact == "position":
            return self.position(contact.id)
        if fact == "agents_signed_in":
            return sum(agent.presence != "offline" for agent in self._members_of(name))
        if fact == "agents_available":
            return sum(self._is_available(agent, contact.value.channel) for agent in self._members_of(name))
        if fact == "agents_eligible":
            return sum(self._is_suited(agent, contact) for agent in self._members_of(name))
        return self._expected_s(name, self.position(contact.id) or 1, contact)

    def _is_available(self, agent: PlainAgent, channel: str) -> bool:
        return (
            agent.presence == "ready"
            and agent.rests_until is None
            and rules.channel_open(agent, channel)
            and rules.fits(agent, self._held(agent), channel)
        )

    def _is_suited(self, agent: PlainAgent, contact: PlainContact) -> bool:
        queue, channel = self._queues[contact.value.queue].value, contact.value.channel
        reach = contact.reach(queue)
        return (
            agent.presence == "ready"
            and (reach is None or agent.value.queues[queue.name] <= reach)
            and all(agent.value.skills.get(skill, 0) >= level for skill, level in contact.needs)
            and rules.channel_open(agent, channel)
            and rules.fits_empty(agent.value.capacity, channel)
        )

    def _expected_s(self, queue: str, position: int, contact: PlainContact) -> float | None:
        """Ask the estimator; one that fails knows nothing."""
        if self._estimator is None:
            return None
        try:
            given = self._estimator.expected_s(queue, position, self._present)
            if given is None:
                return None
            if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
                raise ValueError(f"{given!r} is no number of seconds")
        except Exception as fault:
            error = f"{type(fault).__name__}: {fault}"
            self._say(
                events.StrategyFailed,
                queue=queue,
                strategy="estimator",
                error=error,
                agent=None,
                contact=contact.id,
            )
            return None
        return float(given)

    def _holds(self, contact: PlainContact, step: Step) -> bool:
        """Whether all conditions of a step hold; after the first that does not, nothing is asked."""
        return all(condition.holds(self._fact(contact, condition.fact)) for condition in step.when)

    # ---- limits and hours (section 13) ----------------------------------------------------------------------------

    def _is_there(self, name: str) -> bool:
        """Whether a queue is there for steps and limits."""
        return name in self._queues and name != self._leaving

    def _is_closed(self, queue: PlainQueue) -> bool:
        if queue.value.hours is None:
            return False
        assert self._unix_offset_s is not None
        try:
            return not queue.value.hours.is_open(self._present + self._unix_offset_s)
        except InvalidValue:  # no year that calendars know
            return False

    def _next_closing(self, queue: PlainQueue) -> float | None:
        """When the hours of a queue next end, later than now."""
        hours, offset = queue.value.hours, self._unix_offset_s
        if hours is None or offset is None:
            return None
        try:
            at = hours.next_change(self._present + offset)
            while at is not None and (hours.is_open(at) or at - offset <= self._present):
                at = hours.next_change(at)
        except InvalidValue:
            return None
        return None if at is None else at - offset

    def _applies(self, limit: Limit, name: str, contact: PlainContact) -> bool:
        """Whether a limit of a queue applies to a contact that would come in there now."""
        queue = self._queues[name]
        if limit.kind == "length":
            return limit.length is not None and self._counted_in(name, contact) >= limit.length
        if limit.nobody_s is not None:
            return queue.nobody_since is not None and self._present >= queue.nobody_since + limit.nobody_s
        if limit.estimated_wait_s is not None:
            expected = self._expected_s(name, 1 + self._others_in(name, contact), contact)
            return expected is not None and expected > limit.estimated_wait_s
        return limit.closed and self._is_closed(queue)

    def _has_place(self, contact: PlainContact, name: str) -> bool:
        """Whether the contact order of a queue has a place for the contact."""
        try:
            rules.contact_key(self._queues[name], contact, self._present)
        except rules.BadDeadline:
            return False
        return True

    def _landing(self, contact: PlainContact, name: str) -> str | None:
        """Where a contact ends up that is to be transferred to a queue; `None`: nowhere."""
        return self._land(name, Search(contact, []), transfer=True)

    def _land(self, name: str, search: Search, *, transfer: bool = False) -> str | None:
        """Where a contact ends up that is sent to a queue; `None`: nowhere."""
        contact = search.contact
        if not self._is_there(name) or name in search.looked:
            return None
        if not transfer and contact.left_at == self._present and name in contact.left:
            return None
        asked = transfer and not search.looked
        search.looked.append(name)
        full = False
        for index, limit in enumerate(self._queues[name].value.limits):
            if not self._applies(limit, name, contact):
                continue
            if limit.suggest_callback:
                search.suggested.setdefault(name, index)
            elif limit.move_to is None:
                return None
            else:
                landing = self._land(limit.move_to, search, transfer=transfer)
                if landing is not None:
                    return landing
                full = True
        return None if full or not (asked or self._has_place(contact, name)) else name

    def _leave(self, search: Search, landing: str) -> None:
        """Note that a step or limit has sent the contact away from all that was looked at, but for the landing."""
        contact = search.contact
        if contact.left_at != self._present:
            contact.left, contact.left_at = set(), self._present
        contact.left |= set(search.looked) - {landing}
