"""What must hold of a router at any time between two commands, read through its public views.

`check(router)` raises `Broken`. It takes the real router and the plain one. What it cannot see there (the index, the
timers) the router checks itself, in `router.check()` if it has one.
"""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

from tests.oracle import rules


class Broken(AssertionError):
    """An invariant that does not hold."""


def check(router: Any, *, updated: Collection[str] = (), excluded: Collection[tuple[str, str]] = ()) -> None:
    """Raise `Broken` for the first invariant that does not hold.

    `updated` agents, and those who joined unasked, may be over their capacity; `excluded` pairs of agent and contact
    are in their retry delay.
    """
    if hasattr(router, "check"):
        try:
            router.check()
        except AssertionError as error:
            raise Broken(f"router.check(): {error}") from error
    contacts = {name: router.contacts[name] for name in router.contacts}
    agents = {name: router.agents[name] for name in router.agents}
    offers = {name: router.offers[name] for name in router.offers}
    _places(router, contacts, agents, offers)
    _around(router, contacts, agents)
    _order(router, contacts)
    _leases(router, offers)
    for name, agent in agents.items():
        if name not in updated:
            _capacity(agent, contacts, offers)
    if router.next_deadline is None or router.next_deadline != router.now:
        _nobody_idles(router, contacts, agents, excluded)


def _must(holds: bool, *what: object) -> None:
    if not holds:
        raise Broken(" ".join(str(word) for word in what))


def _places(router: Any, contacts: dict[str, Any], agents: dict[str, Any], offers: dict[str, Any]) -> None:
    """A contact is in exactly one place: one offer, one agent while connected, one line while it waits."""
    offered: dict[str, list[str]] = {}
    for name, offer in offers.items():
        _must(offer.contact in contacts, "offer", name, "is for a contact that is not here:", offer.contact)
        _must(
            offer.agent not in [offers[other].agent for other in offered.get(offer.contact, ())],
            "two offers of one contact are open to",
            offer.agent,
        )
        _must(str(contacts[offer.contact].state) == "offered", "offer", name, "is open, its contact is not offered")
        _must(offer.agent in agents, "offer", name, "is made to an agent who is not here:", offer.agent)
        _must(str(agents[offer.agent].state) == "ready", "offer", name, "is open, its agent is not ready")
        offered.setdefault(offer.contact, []).append(name)
    for name, contact in contacts.items():
        state = str(contact.state)
        _must(state in ("queued", "offered", "connected", "wrapping", "parked"), "contact", name, "is", state)
        _must((state == "offered") == (name in offered), "contact", name, "is", state, "and offers say otherwise")
        if state in ("queued", "offered"):
            _must(contact.queue in router.queues, "contact", name, "waits in a queue that is not here")
            _held_behind(name, contact, contacts)
        if state == "connected":
            _must(contact.agent in agents, "contact", name, "is connected to nobody:", contact.agent)
        if state == "parked":
            _must(contact.queue in router.queues, "contact", name, "is parked in a queue that is not here")
            _must(contact.agent is None, "contact", name, "is parked, and somebody has it:", contact.agent)


def _around(router: Any, contacts: dict[str, Any], agents: dict[str, Any]) -> None:
    """What docs/around.md says of a contact beside its state, sections 14, 16 and 17."""
    unfinished = router.next_deadline is not None and router.next_deadline == router.now
    for name, contact in contacts.items():
        state = str(contact.state)
        waits = state in ("queued", "offered")
        _must((contact.reserved_until is None) == (not contact.reserved_for), name, "is reserved for", "nobody")
        if contact.reserved_for:
            _must(waits, name, "is", state, "and reserved")
            _must(contact.reserved_until > router.now or unfinished, name, "is reserved past its time")
            _must(all(agent in agents for agent in contact.reserved_for), name, "is reserved for one who is gone")
        _must(waits or not contact.visible_in, name, "is", state, "and visible in", contact.visible_in)
        _must(contact.queue not in contact.visible_in, name, "is at home in a further queue")
        _must(all(queue in router.queues for queue in contact.visible_in), name, "is visible in what is not here")
        _must(state == "parked" or contact.owner is None, name, "is", state, "and has an owner")
        _must(state == "parked" or contact.until is None, name, "is", state, "and parked for a time")
        _must(contact.owner is None or contact.owner in agents, name, "has an owner who is gone:", contact.owner)
        _must(state == "connected" or not contact.consults, name, "is", state, "and has consults")
        for consult in contact.consults:
            of = contacts[consult].consult_of if consult in contacts else None
            _must(of == name, "consult", consult, "of", name, "is of", of)
        of = contact.consult_of
        _must(of is None or name in contacts[of].consults, "consult", name, "is of", of, "which does not know it")
        _must(not contact.joined or (of is not None and state == "connected"), name, "is", state, "and joined")


def _held_behind(name: str, contact: Any, contacts: dict[str, Any]) -> None:
    """Who is held behind another is offered to nobody, and that other is still to be served, in the same queue."""
    if contact.behind is None:
        return
    _must(str(contact.state) == "queued", "contact", name, "is held behind another, and", contact.state)
    _must(contact.behind in contacts, "contact", name, "is held behind one who is not here:", contact.behind)
    other = contacts[contact.behind]
    _must(other.queue == contact.queue, "contact", name, "is held behind one in another queue:", contact.behind)
    served = str(other.state) in ("queued", "offered", "connected")
    _must(served, "contact", name, "is held behind", contact.behind, "who is", other.state)


def _order(router: Any, contacts: dict[str, Any]) -> None:
    """Positions are the ranks of `(contact order key, sequence)`; the views come in the order of sequence."""
    lines: dict[str, list[tuple[tuple[float, ...], str]]] = {}
    for seq, (name, contact) in enumerate(contacts.items()):
        if str(contact.state) in ("queued", "offered"):
            place: Any = SimpleNamespace(
                since=contact.waiting_since, priority=contact.raised_priority, seq=seq, value=contact.value
            )
            key = rules.contact_key(router.queues[contact.queue], place, router.now)
            lines.setdefault(contact.queue, []).append((key, name))
    for queue, line in lines.items():
        for rank, (_, name) in enumerate(sorted(line), 1):
            _must(router.position(name) == rank, name, "is at", router.position(name), "in", queue, "and not at", rank)


def _capacity(agent: Any, contacts: dict[str, Any], offers: dict[str, Any]) -> None:
    """No agent is over the units or a limit. What is interruptible leaves its units to the rest, so it is left out."""
    capacity = agent.value.capacity
    channels = [offers[name].channel for name in agent.offers]
    # A wrap-up that a transfer left behind may be of a contact that has gone or changed: those are left out.
    own = [name for name in agent.contacts if name in contacts and contacts[name].agent == agent.value.id]
    channels += [contacts[name].value.channel for name in own if own.count(name) == 1]
    load = sum(capacity.cost_of(channel) for channel in channels if channel not in capacity.interruptible)
    _must(load <= capacity.units + 2 * rules.SLACK, "agent", agent.value.id, "has", load, "of", capacity.units)
    for channel, limit in capacity.limit.items():
        _must(channels.count(channel) <= limit, "agent", agent.value.id, "is over the limit of", channel)


def _nobody_idles(
    router: Any, contacts: dict[str, Any], agents: dict[str, Any], excluded: Collection[tuple[str, str]]
) -> None:
    """No empty agent is ready beside a contact without needs that waits in one of the agent's queues of tier 1."""
    for name, agent in agents.items():
        free = str(agent.state) == "ready" and not (agent.offers or agent.contacts or agent.resting)
        if not free or agent.draining_for is not None:
            continue
        capacity = agent.value.capacity
        for contact_id, contact in contacts.items():
            channel = contact.value.channel
            could = (
                str(contact.state) == "queued"
                and not getattr(contact, "resting", False)
                and contact.behind is None
                and getattr(router.queues[contact.queue].value.agent_order, "every_s", None) is None
                and not contact.value.needs
                and name in (contact.reserved_for or (name,))
                and contact.behind is None
                and agent.value.queues.get(contact.queue) == 1
                and (name, contact_id) not in excluded
                and channel not in agent.closed
                and (capacity.channels is None or channel in capacity.channels)
                and rules.fits_empty(capacity, channel)
            )
            _must(not could, "agent", name, "idles beside", contact_id)


def _leases(router: Any, offers: dict[str, Any]) -> None:
    """No offer outlives its time, and nothing that is due has been left, unless a limit stopped the router."""
    unfinished = router.next_deadline is not None and router.next_deadline == router.now
    for name, offer in offers.items():
        _must(offer.expires_at > router.now or unfinished, "offer", name, "is open past", offer.expires_at)
    if router.next_deadline is not None:
        _must(router.next_deadline >= router.now, "next_deadline", router.next_deadline, "is before", router.now)
