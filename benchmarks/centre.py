"""The contact centre that is measured: agents of 20 supply profiles, contacts with two needs, any number waiting.

There are two ways to live in it. *Free*: somebody is free, so that a contact is matched when it comes; all who wait
need what no agent has. *Line*: everybody is busy, so that a contact goes to the end of the line, and the agent who is
done takes the head.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from routekit import Agent, Contact, Need, Queue, Router

__all__ = ["Lives", "RouterFree", "RouterLine"]

Lives = Callable[[list[str]], None]
"""Lets contacts of these ids live from beginning to end."""
WRAP_UP_S = 0.25
LANGUAGES = ("english", "french", "german", "spanish")
NEEDS = tuple((Need(language, 1), Need("billing", level)) for level in (1, 2, 3) for language in LANGUAGES)
"""What contacts need: a language, and billing at some level. Of the 20 profiles 5, 4 or 3 will do; with ten agents the
last two have nobody.
"""
NOBODY_HAS = tuple((*needs, Need("welsh", 1)) for needs in NEEDS)


def _skills(number: int) -> dict[str, int]:
    return {LANGUAGES[number % 4]: 1, "billing": 1 + number // 4 % 5}


def open_centre(agents: int, make: Callable[..., Any] = Router) -> Any:
    """A router with that many agents, signed in: each has one of four languages, and billing at one of five levels.

    `make` is for another class with the verbs of `Router`.
    """
    router = make(seed=1)
    router.add_queue(Queue("support", wrap_up_s=WRAP_UP_S), at=0.0)
    for number in range(agents):
        router.add_agent(Agent(f"agent-{number}", queues=("support",), skills=_skills(number)), at=0.0)
        router.sign_in(f"agent-{number}", at=0.0)
    return router


class RouterFree:
    """The whole life of a contact where somebody is free: Contact, enqueue, accept, finish, end of wrap-up."""

    def __init__(self, agents: int, waiting: int, make: Callable[..., Any] = Router) -> None:
        self.router = open_centre(agents, make)
        for number in range(waiting):
            needs = NOBODY_HAS[number % len(NOBODY_HAS)]
            self.router.enqueue(Contact(f"waiting-{number}", queue="support", needs=needs), at=1.0)
        self.at = 2.0
        self.kinds = min(agents, len(NEEDS))

    def lives(self, ids: list[str]) -> None:
        router, at, kinds = self.router, self.at, self.kinds
        enqueue, accept, finish, advance = router.enqueue, router.accept, router.finish, router.advance
        for number, contact in enumerate(ids):
            events = enqueue(Contact(contact, queue="support", needs=NEEDS[number % kinds]), at=at)
            accept(events[1].offer, at=at)
            finish(contact, at=at + 0.5)
            advance(at=at + 0.75)
            at += 1.0
        self.at = at


class RouterLine:
    """The whole life of a contact where everybody is busy: the agent who is done takes the head of the line.

    The agent who is done next can serve the new contact, so that nobody stays idle when nobody else waits.
    """

    def __init__(self, agents: int, waiting: int, make: Callable[..., Any] = Router) -> None:
        self.router = open_centre(agents, make)
        self.connected: list[str] = []  # by desk: who sits there with which contact
        self.needs: list[tuple[Need, ...]] = []  # by desk: what the agent there can do
        for number in range(agents):
            contact = Contact(f"first-{number}", queue="support", needs=(Need(LANGUAGES[number % 4]),))
            offer = self.router.enqueue(contact, at=0.0)[1]
            self.router.accept(offer.offer, at=0.0)
            skills = _skills(int(offer.agent.removeprefix("agent-")))
            (language,) = (Need(skill) for skill in skills if skill != "billing")
            self.connected.append(contact.id)
            self.needs.append((language, Need("billing", 1 + number % min(skills["billing"], 3))))
        for number in range(waiting):
            needs = NEEDS[number % len(NEEDS)]
            self.router.enqueue(Contact(f"waiting-{number}", queue="support", needs=needs), at=1.0)
        self.at = 2.0
        self.turn = 0

    def lives(self, ids: list[str]) -> None:
        router, at, connected, needs, turn = self.router, self.at, self.connected, self.needs, self.turn
        enqueue, accept, finish, advance = router.enqueue, router.accept, router.finish, router.advance
        for contact in ids:
            enqueue(Contact(contact, queue="support", needs=needs[turn]), at=at)
            finish(connected[turn], at=at + 0.5)
            events = advance(at=at + 0.75)
            offer = events[1]
            accept(offer.offer, at=at + 0.75)
            connected[turn] = offer.contact
            turn = turn + 1 if turn + 1 < len(connected) else 0
            at += 1.0
        self.at, self.turn = at, turn
