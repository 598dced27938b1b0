"""What must hold of a router at any time between two commands, read through its public views.

`check(router)` raises `Broken`. It takes the real router and the plain one. What it cannot see there (the index, the
timers) the router checks itself, in `router.check()` if it has one.
"""

from __future__ import annotations

from typing import Any


class Broken(AssertionError):
    """An invariant that does not hold."""


def check(router: Any) -> None:
    """Raise `Broken` for the first invariant that does not hold."""
    if hasattr(router, "check"):
        try:
            router.check()
        except AssertionError as error:
            raise Broken(f"router.check(): {error}") from error
    contacts = {name: router.contacts[name] for name in router.contacts}
    agents = {name: router.agents[name] for name in router.agents}
    offers = {name: router.offers[name] for name in router.offers}
    _places(router, contacts, agents, offers)
    _leases(router, offers)


def _must(holds: bool, *what: object) -> None:
    if not holds:
        raise Broken(" ".join(str(word) for word in what))


def _places(router: Any, contacts: dict[str, Any], agents: dict[str, Any], offers: dict[str, Any]) -> None:
    """A contact is in exactly one place: one offer, one agent while connected, one line while it waits."""
    offered: dict[str, str] = {}
    for name, offer in offers.items():
        _must(offer.contact in contacts, "offer", name, "is for a contact that is not here:", offer.contact)
        _must(offer.contact not in offered, "two offers are open for", offer.contact)
        _must(str(contacts[offer.contact].state) == "offered", "offer", name, "is open, its contact is not offered")
        _must(offer.agent in agents, "offer", name, "is made to an agent who is not here:", offer.agent)
        _must(str(agents[offer.agent].state) == "ready", "offer", name, "is open, its agent is not ready")
        offered[offer.contact] = name
    lines: dict[str, list[int]] = {}
    for name, contact in contacts.items():
        state = str(contact.state)
        _must(state in ("queued", "offered", "connected", "wrapping"), "contact", name, "is", state)
        _must((state == "offered") == (name in offered), "contact", name, "is", state, "and offers say otherwise")
        if state in ("queued", "offered"):
            _must(contact.queue in router.queues, "contact", name, "waits in a queue that is not here")
            lines.setdefault(contact.queue, []).append(router.position(name))
        if state == "connected":
            _must(contact.agent in agents, "contact", name, "is connected to nobody:", contact.agent)
    for queue, positions in lines.items():
        _must(sorted(positions) == list(range(1, len(positions) + 1)), "positions in", queue, "are", sorted(positions))


def _leases(router: Any, offers: dict[str, Any]) -> None:
    """No offer outlives its time, and nothing that is due has been left, unless a limit stopped the router."""
    unfinished = router.next_deadline is not None and router.next_deadline == router.now
    for name, offer in offers.items():
        _must(offer.expires_at > router.now or unfinished, "offer", name, "is open past", offer.expires_at)
    if router.next_deadline is not None:
        _must(router.next_deadline >= router.now, "next_deadline", router.next_deadline, "is before", router.now)
