"""What the tests of the contract share: a centre in a line, contacts, and ways to read events. No test lives here."""

from __future__ import annotations

from typing import Any

from routekit import (
    Agent,
    Capacity,
    Contact,
    Queue,
    Router,
)
from routekit.events import (
    ContactConnected,
    OfferMade,
)

CHATTY = Capacity(units=4, cost={"voice": 4, "chat": 1})
"""One call or four chats."""


def centre(*queues: Queue, seed: int = 7, **agents: Any) -> Router:
    """A router with these queues, and with agents of the first one, signed in at 0 in the order given."""
    router = Router(seed=seed)
    for queue in queues:
        router.add_queue(queue, at=0.0)
    for name, fields in agents.items():
        router.add_agent(Agent(name, **{"queues": (queues[0].name,), **fields}), at=0.0)
        router.sign_in(name, at=0.0)
    return router


def call(name: str, queue: str = "support", **fields: Any) -> Contact:
    return Contact(name, queue=queue, **fields)


def chat(name: str, **fields: Any) -> Contact:
    return Contact(name, queue="support", channel="chat", **fields)


def names(events: tuple[Any, ...]) -> list[str]:
    return [type(event).__name__ for event in events]


def one(events: tuple[Any, ...], name: str) -> Any:
    """The only event of that name."""
    (found,) = (event for event in events if type(event).__name__ == name)
    return found


def offered(events: tuple[Any, ...]) -> list[tuple[str, str]]:
    """Who was offered what: contact and agent."""
    return [(event.contact, event.agent) for event in events if isinstance(event, OfferMade)]


def connected(events: tuple[Any, ...]) -> list[tuple[str, str]]:
    """Who was connected: contact and agent."""
    return [(event.contact, event.agent) for event in events if isinstance(event, ContactConnected)]


def take(router: Router, contact: Contact, at: float) -> str:
    """Enqueue a contact that is offered at once, have it accepted, and say by whom."""
    offer = one(router.enqueue(contact, at=at), "OfferMade")
    router.accept(offer.offer, at=at)
    agent: str = offer.agent
    return agent
