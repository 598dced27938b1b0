"""The centres of `centre` with more variety: other queues, kinds, channels, contacts that are like no other."""

from __future__ import annotations

from benchmarks.centre import LANGUAGES, NEEDS, WRAP_UP_S, RouterFree, RouterLine, open_centre
from routekit import Agent, Capacity, Contact, Need, Queue, Router

__all__ = ["MixedFree", "OneOffFree", "ReturningFree", "RouterAuto", "VariedFree", "VariedLine"]

KINDS = 10_000
"""Different demand profiles."""
CHANNELS = ("chat", "chat", "chat", "email", "voice")
CHATS = Capacity(units=10, cost={"chat": 1, "email": 2, "voice": 4}, limit={"chat": 8})
HELD = 6
"""Chats that each agent holds all the time: what is left is room for one more of any channel."""


def _varied_centre(agents: int, subjects: int) -> Router:
    """As `open_centre`, but every agent is a supply profile: one of so many subjects, and billing from 1 to 5, no two
    alike.
    """
    router = Router(seed=1)
    router.add_queue(Queue("support", wrap_up_s=WRAP_UP_S), at=0.0)
    for number in range(agents):
        level = 1.0 + 4.0 * (number // subjects) / (agents // subjects) + number % subjects * 1e-6
        skills = {f"subject-{number % subjects}": 1, "billing": level}
        router.add_agent(Agent(f"agent-{number}", queues=("support",), skills=skills), at=0.0)
        router.sign_in(f"agent-{number}", at=0.0)
    return router


def _kinds(subjects: int) -> list[tuple[Need, ...]]:
    """10,000 kinds of needs, a subject and billing between 1 and 3, in an order that leaps about."""
    kinds = [(Need(f"subject-{k % subjects}"), Need("billing", 1.0 + 2.0 * k / KINDS)) for k in range(KINDS)]
    return [kinds[k * 7_919 % KINDS] for k in range(KINDS)]


class RouterAuto:
    """A life without offer and wrap-up: Contact, enqueue, which connects it, and finish."""

    def __init__(self, agents: int) -> None:
        self.router = open_centre(agents)
        self.router.update_queue("support", at=0.0, auto_accept=True, wrap_up_s=0.0)
        self.at = 2.0

    def lives(self, ids: list[str]) -> None:
        enqueue, finish, at = self.router.enqueue, self.router.finish, self.at
        for number, contact in enumerate(ids):
            enqueue(Contact(contact, queue="support", needs=NEEDS[number % 12]), at=at)
            finish(contact, at=at + 0.5)
            at += 1.0
        self.at = at


class VariedFree(RouterFree):
    """Somebody is free; agents are all different, and contacts of 10,000 kinds.

    With 4 subjects 12 to 25 of a hundred agents can take a contact, as in `open_centre`; with 100 subjects 5 to 10 of a
    thousand, as many as there are heads to compare in that centre.
    """

    def __init__(self, agents: int, subjects: int) -> None:
        self.router = _varied_centre(agents, subjects)
        self.at = 2.0
        self.wanted = _kinds(subjects)
        self.next = 0

    def lives(self, ids: list[str]) -> None:
        router, at, wanted, k = self.router, self.at, self.wanted, self.next
        enqueue, accept, finish, advance = router.enqueue, router.accept, router.finish, router.advance
        for contact in ids:
            events = enqueue(Contact(contact, queue="support", needs=wanted[k]), at=at)
            accept(events[1].offer, at=at)
            finish(contact, at=at + 0.5)
            advance(at=at + 0.75)
            k = k + 1 if k + 1 < len(wanted) else 0
            at += 1.0
        self.at, self.next = at, k


class VariedLine(RouterLine):
    """Everybody is busy, and in the line 10,000 wait, of as many kinds; agents are all different, too.

    Who comes is of a kind that the agent who is done next can serve, so that nobody stays idle.
    """

    def __init__(self, agents: int) -> None:
        self.router = _varied_centre(agents, 4)
        self.connected: list[str] = []
        self.subjects: list[Need] = []  # by desk: what is known there
        self.most: list[int] = []  # by desk: how many of the kinds of billing the agent can do
        for number in range(agents):
            contact = Contact(f"first-{number}", queue="support", needs=(Need(f"subject-{number % 4}"),))
            offer = self.router.enqueue(contact, at=0.0)[1]
            self.router.accept(offer.offer, at=0.0)
            skills = self.router.agents[offer.agent].skills
            self.connected.append(contact.id)
            self.subjects += [Need(skill) for skill in skills if skill != "billing"]
            self.most.append(int((min(skills["billing"], 2.9999) - 1.0) / 2.0 * KINDS) // 4 + 1)
        for number, needs in enumerate(_kinds(4)):
            self.router.enqueue(Contact(f"waiting-{number}", queue="support", needs=needs), at=1.0)
        self.levels = [Need("billing", 1.0 + 2.0 * (4 * j) / KINDS) for j in range(KINDS // 4)]
        self.at = 2.0
        self.turn = 0
        self.leap = 0

    def lives(self, ids: list[str]) -> None:
        router, at, connected, turn, leap = self.router, self.at, self.connected, self.turn, self.leap
        enqueue, accept, finish, advance = router.enqueue, router.accept, router.finish, router.advance
        for contact in ids:
            leap = (leap + 7_919) % 1_000_003
            needs = (self.subjects[turn], self.levels[leap % self.most[turn]])
            enqueue(Contact(contact, queue="support", needs=needs), at=at)
            finish(connected[turn], at=at + 0.5)
            events = advance(at=at + 0.75)
            offer = events[1]
            accept(offer.offer, at=at + 0.75)
            connected[turn] = offer.contact
            turn = turn + 1 if turn + 1 < len(connected) else 0
            at += 1.0
        self.at, self.turn, self.leap = at, turn, leap


class MixedFree:
    """Agents of 10 units who hold six of at most eight chats each; a chat, an e-mail or a call comes and goes."""

    def __init__(self, agents: int) -> None:
        self.router = router = open_centre(agents)
        for number in range(agents):
            router.update_agent(f"agent-{number}", at=0.0, capacity=CHATS)
        for number in range(agents * HELD):
            agent = f"agent-{number % agents}"
            held = Contact(f"held-{number}", queue="support", channel="chat", prefer=(agent,))
            offer = router.enqueue(held, at=0.0)[-1]
            assert offer.agent == agent
            router.accept(offer.offer, at=0.0)
        self.at = 2.0

    def lives(self, ids: list[str]) -> None:
        router, at = self.router, self.at
        enqueue, accept, finish, advance = router.enqueue, router.accept, router.finish, router.advance
        for number, contact in enumerate(ids):
            needs, channel = NEEDS[number % 12], CHANNELS[number % 5]
            events = enqueue(Contact(contact, queue="support", channel=channel, needs=needs), at=at)
            accept(events[1].offer, at=at)
            finish(contact, at=at + 0.5)
            advance(at=at + 0.75)
            at += 1.0
        self.at = at


class OneOffFree:
    """Every contact asks for what none before it did, and for an agent by name, who is free.

    In turn it is a level of its own of what all have, and a name of its own, at level 0, so that everybody will do.
    """

    def __init__(self, agents: int, lost_every: int = 0) -> None:
        self.router = open_centre(agents)
        self.agents = [f"agent-{number}" for number in range(agents)]
        self.lost_every = lost_every
        self.languages = [Need(language, 1) for language in LANGUAGES]
        self.at = 2.0
        self.next = 0

    def lives(self, ids: list[str]) -> None:
        """With `lost_every`, each so-manieth asks besides for what nobody has, and hangs up."""
        router, at, k, agents, lost_every = self.router, self.at, self.next, self.agents, self.lost_every
        enqueue, accept, finish, advance = router.enqueue, router.accept, router.finish, router.advance
        for contact in ids:
            k += 1
            number = k % len(agents)
            one_off = Need("billing", 1e-9 * k) if k & 1 else Need(f"one-off-{k}", 0)
            needs = (self.languages[number % 4], one_off)
            if lost_every and k % lost_every == 0:
                needs = (*needs, Need(f"nobody-has-{k}"))
                enqueue(Contact(contact, queue="support", needs=needs, prefer=(agents[number],)), at=at)
                self.router.abandon(contact, at=at + 0.5)
                at += 1.0
                continue
            events = enqueue(Contact(contact, queue="support", needs=needs, prefer=(agents[number],)), at=at)
            accept(events[-1].offer, at=at)
            finish(contact, at=at + 0.5)
            advance(at=at + 0.75)
            at += 1.0
        self.at, self.next = at, k


class ReturningFree:
    """Customers who come back to the agent they had, within the queue's `sticky_s`."""

    def __init__(self, agents: int) -> None:
        self.router = open_centre(agents)
        self.router.update_queue("support", at=0.0, sticky_s=1e6)
        self.at = 2.0
        self.next = 0

    def lives(self, ids: list[str]) -> None:
        router, at, k = self.router, self.at, self.next
        enqueue, accept, finish, advance = router.enqueue, router.accept, router.finish, router.advance
        for contact in ids:
            k = k + 1 if k < 1_999 else 0
            needs = NEEDS[k % 12]
            events = enqueue(Contact(contact, queue="support", needs=needs, customer=f"customer-{k}"), at=at)
            accept(events[-1].offer, at=at)
            finish(contact, at=at + 0.5)
            advance(at=at + 0.75)
            at += 1.0
        self.at, self.next = at, k
