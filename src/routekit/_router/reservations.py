"""Reservations: for a while a contact is meant for certain agents alone, best first.

Who it is meant for, when that begins and ends, which of them may take it, and what an agent whom contacts are meant
for takes next. A reserved contact stands in its queue's line as ever, but it is not filed in the index: each of its
agents knows of it (`AgentRecord.reserved`, see `meant`), and if none takes it at once has it in a line, where settling
looks. The rules are those of `docs/around.md`, section 14. Offers are in `offers`, what comes of a choice in
`settling`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from routekit._kernel.matching import ahead
from routekit._model import Contact
from routekit._numbers import MOST_TIME
from routekit._router.filing import Filing, in_reach
from routekit._router.meant import Meant
from routekit._router.records import AgentRecord, ContactRecord, Seeker, by_seq, extras_of, urgency_of
from routekit._router.stages import QUEUED
from routekit._router.state import RESERVATION, State
from routekit._states import Presence
from routekit.errors import StrategyError
from routekit.events import ContactReserved, ReservationEnded

__all__ = ["Reservations", "ask_manager", "is_reserved", "may_take"]


class Reservations:
    """Begins and ends the reservations of a state, and chooses within them.

    `changes` knows how a contact ends whose reservation was exclusive.
    """

    def __init__(self, state: State, filing: Filing) -> None:
        self.state = state
        self.filing = filing
        self.changes: Any = None  # the `Changes`, which are made after this

    # -- beginning and ending -----------------------------------------------------------------------------------------

    def begin(
        self,
        contact: ContactRecord,
        names: Sequence[str],
        until: float,
        reason: str,
        at: float,
        exclusive: bool = False,
    ) -> None:
        """Reserve a contact that is in its line for the agents of these names, best first, and say so.

        Without a time, or anybody who is known, nothing begins and nothing is said.
        """
        state = self.state
        agents = [state.agents[name] for name in names if name in state.agents]
        if until <= at or not agents:
            return
        self.stop(contact)
        extras = extras_of(contact)
        extras.reserved = agents
        self._stand_anew(contact)
        extras.reserved_until = until
        extras.reserved_by = reason
        extras.exclusive = exclusive
        # Told apart to the millisecond only: those of one queue are armed in the order in which they fall due.
        if until < MOST_TIME:  # else it has no time
            extras.reserved_timer = state.timers.arm(RESERVATION, _milliseconds(until - at), until, contact)
        self.enlist(contact)
        state.event_seq += 1
        state.out.append(
            ContactReserved(
                at=at,
                seq=state.event_seq,
                contact=contact.id,
                agents=_names_of(contact),
                until=until,
                reason=reason,
            )
        )

    def enlist(self, contact: ContactRecord) -> None:
        """Put a contact into the list of each agent whom it is reserved for, and have it looked at."""
        for agent in _agents_of(contact):
            meant = agent.reserved
            if meant is None:
                meant = agent.reserved = Meant()
            meant.contacts[contact.seq] = contact
        self.watch(contact)

    def _stand_anew(self, contact: ContactRecord) -> None:
        """Who is filed for everybody, or shown in further queues, is so no more; or may be so again."""
        if contact.lane is not None or contact.views is not None:
            self.filing.unfile(contact)
            self.filing.stand(contact)

    def stop(self, contact: ContactRecord) -> None:
        """A contact is reserved no more; nothing is said, and the caller has it looked at."""
        extras = contact.extras
        if extras is None or extras.reserved is None:
            return
        for agent in extras.reserved:
            _strike_out(agent, contact)
        extras.reserved = None
        extras.exclusive = False
        if extras.reserved_timer is not None:
            self.state.timers.cancel(extras.reserved_timer)
            extras.reserved_timer = None

    def end(self, contact: ContactRecord, names: tuple[str, ...], reason: str, at: float) -> None:
        """End a reservation and say so; an exclusive one takes its contact with it."""
        assert contact.extras is not None
        exclusive = contact.extras.exclusive
        self.stop(contact)
        self.say_end(contact, names, reason, at)
        if exclusive:
            self.changes.abandon(contact, "unavailable", "customer", at)
        else:
            self._stand_anew(contact)
            self.state.touch_contact(contact)

    def say_end(self, contact: ContactRecord, names: tuple[str, ...], reason: str, at: float) -> None:
        """Say that a reservation for these is over, or that it could not begin."""
        state = self.state
        state.out.append(ReservationEnded(at=at, seq=state.next_seq(), contact=contact.id, agents=names, reason=reason))

    def due(self, contact: ContactRecord, at: float) -> None:
        """Its time is over; an offer that is open stands."""
        assert contact.extras is not None
        contact.extras.reserved_timer = None
        self.end(contact, _names_of(contact), "waited", at)

    def strike(self, contact: ContactRecord, agent: AgentRecord, reason: str, at: float) -> None:
        """An agent will not have a contact that may be reserved for them; with nobody left the reservation ends."""
        agents = _agents_of(contact)
        if agent not in agents:
            return
        if len(agents) == 1:
            self.end(contact, (agent.id,), reason, at)
            return
        agents.remove(agent)
        _strike_out(agent, contact)
        self.watch(contact)

    def strike_removed(self, agent: AgentRecord, at: float) -> None:
        """An agent is removed: nothing is meant for them any more."""
        for contact in reserved_for(agent):
            self.strike(contact, agent, "removed", at)

    # -- who is worth waiting for -------------------------------------------------------------------------------------

    def watch(self, contact: ContactRecord) -> None:
        """Look, when the command is settled, whether anybody is still worth waiting for."""
        self.state.watched.append(contact)
        self.state.touch_contact(contact)

    def watch_those_of(self, agent: AgentRecord) -> None:
        """The same for all contacts that are reserved for an agent, who may be worth it no more."""
        for contact in reserved_for(agent):
            self.watch(contact)

    def look(self, at: float) -> None:
        """End the reservations of queued contacts for which nobody is worth waiting for. Cost: those that were touched.

        Only what was touched can have changed; who is offered is looked at when it is queued again.
        """
        state = self.state
        watched, state.watched = state.watched, []
        if len(watched) > 1:
            watched.sort(key=by_seq)
        for contact in watched:
            if is_reserved(contact) and contact.stage is QUEUED:
                for agent in _agents_of(contact):
                    if self._is_worth(contact, agent):
                        break
                else:
                    self.end(contact, _names_of(contact), "absent", at)

    def _is_worth(self, contact: ContactRecord, agent: AgentRecord) -> bool:
        """Whether an agent could have the contact some time, and is there as its queue asks: whoever may take it now
        is, which is seen soonest.
        """
        if may_take(self.state, agent, contact):
            return True
        queue = contact.queue
        member = agent.members.get(queue.seq)
        supply = agent.supply
        if member is None or supply is None or not in_reach(contact, contact.reach, member):
            return False
        number = self.state.index.number(contact.channel)
        if not supply.shape.fits_empty >> number & 1:
            return False
        kind = queue.value.prefer_while
        if kind == "ready":
            return agent.ready and not agent.closed >> number & 1
        return kind == "always" or agent.presence is not Presence.OFFLINE

    # -- choosing -----------------------------------------------------------------------------------------------------

    def best_tier(self, contact: ContactRecord, at: float) -> int:
        """The lowest tier that counts between a reserved contact and those of its agents who may take it, or 0."""
        least = 0
        for agent in _agents_of(contact):
            if may_take(self.state, agent, contact):
                tier = self.state.matcher.tier(agent, contact, at)
                if least == 0 or tier < least:
                    least = tier
        return least

    def choose(self, contact: ContactRecord) -> AgentRecord | None:
        """The first of its agents who may take a reserved contact.

        Of several, none has been tried for it: who was, by a decline or no answer, has been struck.
        """
        state = self.state
        state.chooser.score = 0.0
        for agent in _agents_of(contact):
            if may_take(state, agent, contact):
                return agent
        return None

    def best_seeker(self, agent: AgentRecord, at: float) -> Seeker | None:
        """Who goes to an agent next, of those who are reserved for them and all the others.

        As `Matcher.best_ticket`. Cost: besides, the demand profiles of the contacts reserved for the agent.
        """
        matcher = self.state.matcher
        supply = agent.supply
        meant = agent.reserved
        if not agent.mask or supply is None or meant is None:
            return None
        heads: dict[int, Seeker] = {}
        for link in supply.links:
            if link.lineup.queued:
                found = matcher.best_in(agent, link, at)
                if found is not None:
                    heads[link.lineup.number] = cast(Seeker, found)
        for queue in meant.lines:
            contact = meant.best_in(queue, agent, self.state.index, at)
            if contact is not None:
                head = heads.get(queue)
                if head is None or self._comes_before(contact, head, agent, at):
                    heads[queue] = contact
        best: Seeker | None = None
        best_key: tuple[int, float, float, int, int] | None = None
        for head in heads.values():
            key = (matcher.tier(agent, head, at), *urgency_of(head))
            if best_key is None or key < best_key:
                best = head
                best_key = key
        return best

    def _comes_before(self, contact: ContactRecord, other: Seeker, agent: AgentRecord, at: float) -> bool:
        """Whether one contact of a queue comes before another of it for an agent."""
        matcher = self.state.matcher
        mine = matcher.tier(agent, contact, at)
        theirs = matcher.tier(agent, other, at)
        if mine != theirs:
            return mine < theirs
        if contact.queue.ratio:
            return ahead(contact, other, at)
        return bool(contact.before(other))


def _milliseconds(duration: float) -> float:
    """`round(duration, 3)`, which takes ten times as long and is asked only where it could be another number."""
    if duration < 1e9:
        thousandths = int(duration * 1000.0 + 0.5)
        if -0.49 < duration * 1000.0 - thousandths < 0.49:
            return thousandths / 1000.0
    return round(duration, 3)


def is_reserved(contact: ContactRecord) -> bool:
    """Whether a contact is meant for certain agents alone."""
    return contact.extras is not None and contact.extras.reserved is not None


def reserved_for(agent: AgentRecord) -> list[ContactRecord]:
    """The contacts that are reserved for an agent, with others or alone, in order of sequence."""
    if agent.reserved is None:
        return []
    contacts = agent.reserved.contacts
    return [contacts[seq] for seq in sorted(contacts)]


def may_take(state: State, agent: AgentRecord, contact: ContactRecord) -> bool:
    """Whether an agent is eligible for a contact, reserved for them or not, that carries its demand profile.

    The rules are those of `docs/semantics.md`, section 3; but nobody who drains.
    """
    demand = contact.demand
    supply = agent.supply
    if contact.stage is not QUEUED or demand is None or supply is None or agent.drains_for is not None:
        return False
    if contact.excluded is not None and agent.seq in contact.excluded:
        return False
    if demand.version != state.index.version:
        state.index.fit(demand)
    return bool(agent.mask >> demand.number & 1 and demand.row[supply.number >> 3] >> (supply.number & 7) & 1)


def ask_manager(state: State, manager_of: Callable[[Any], Any], contact: Contact) -> str | None:
    """Who an app says is the agent of a newcomer's customer; not asked for one that cannot come, or prefers somebody.

    `StrategyError` if it raises, or gives neither a text nor None.
    """
    if contact.id in state.contacts or contact.queue not in state.queues:
        return None
    if any(name in state.agents for name in contact.prefer):
        return None
    state.calling = True
    try:
        name = manager_of(contact.customer)
        if name is None or (type(name) is str and name):
            return name
        raise TypeError(f"manager_of gives the id of an agent or None, not {name!r}")
    except Exception as fault:  # user code may raise anything
        raise StrategyError(strategy="manager_of", error=f"{type(fault).__name__}: {fault}") from fault
    finally:
        state.calling = False


def _agents_of(contact: ContactRecord) -> list[AgentRecord]:
    extras = contact.extras
    return [] if extras is None or extras.reserved is None else extras.reserved


def _names_of(contact: ContactRecord) -> tuple[str, ...]:
    return tuple([agent.id for agent in _agents_of(contact)])


def _strike_out(agent: AgentRecord, contact: ContactRecord) -> None:
    meant = agent.reserved
    assert meant is not None
    meant.withdraw(contact)
    del meant.contacts[contact.seq]
    if not meant.contacts:
        agent.reserved = None
