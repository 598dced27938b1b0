"""What coming, going, declining and not answering do to an agent's turn, for every agent order.

Each property is told once, and checked of every order that it holds for, on random shifts: contacts come at random,
are answered at once and talk for a random time, which depends on the seed and the contact alone. The seed is part of
a test's name.
"""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from routekit import Agent, Contact, Queue, Router
from routekit.abc import AgentOrder
from routekit.events import ContactConnected, OfferExpired, OfferMade
from tests.orders import AGENT, REGISTRY

TEAM = ("ann", "bob", "cid", "dee", "eve")
SEEDS = range(3)
ORDERS = [
    pytest.param(order, id=f"{name}-{number}")
    for name, orders in AGENT.items()
    if not name.endswith("-shaky")
    for number, order in enumerate(orders)
]
LATER = ("random", "weighted-random", "batched")
"""Those that do not choose at once, or not by a rule of turns."""
OWN = [one for one in ORDERS if ".presets" not in type(one.values[0]).__module__]
"""Without those that do as another product does, fair or not."""
BY_TURNS = [one for one in OWN if not str(one.id).startswith((*LATER, "top-down"))]
"""Those under which everybody alike has a turn."""
BY_TIME = [one for one in BY_TURNS if not str(one.id).startswith(("round", "fewest", "least-talk", "least-occupied"))]
"""Those under which it is time alone that gives a turn, for agents alike."""
GAMED = ("freeswitch-agent-with-least-talk-time", "freeswitch-agent-with-fewest-calls")
"""Those whose counts a break sets to 0, as in the product: an agent's toggling brings more contacts."""
NOT_GAMED = [one for one in ORDERS if not str(one.id).startswith(GAMED)]
AT_ONCE = [one for one in ORDERS if not str(one.id).startswith("batched")]

every_order = pytest.mark.parametrize("order", ORDERS)
orders_by_turns = pytest.mark.parametrize("order", BY_TURNS)
orders_at_once = pytest.mark.parametrize("order", AT_ONCE)
seeds = pytest.mark.parametrize("seed", SEEDS)


class Shift:
    """A team at work: offers are answered at once, contacts last as long as the seed says."""

    def __init__(self, order: AgentOrder, seed: int, team: Sequence[str] = TEAM, **fields: Any) -> None:
        self.seed = seed
        self.router = Router(seed=seed)
        self.now = 0.0
        self.number = 0
        self.due: list[tuple[float, str]] = []
        self.events: list[Any] = []
        self.disturb: Callable[[Shift], None] = lambda shift: None
        self.answers: Callable[[OfferMade], str] = lambda offer: "accept"
        settings: dict[str, Any] = {"retry_agent_s": 0, "no_answer_retry_s": 0, "decline_retry_s": 0, **fields}
        self.router.add_queue(Queue("support", agent_order=order, **settings), at=0.0)
        for name in team:
            self.router.add_agent(Agent(name, queues=("support",)), at=0.0)
            self.tell("sign_in", name)

    def tell(self, verb: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Tell the router something now, and answer what it offers."""
        events: tuple[Any, ...] = getattr(self.router, verb)(*args, at=self.now, **kwargs)
        self.events += events
        for event in events:
            if isinstance(event, OfferMade) and event.offer in self.router.offers:
                answer = self.answers(event)
                if answer != "wait":
                    self.tell(answer, event.offer)
            elif isinstance(event, ContactConnected):
                talk_s = random.Random(f"{self.seed} {event.contact}").expovariate(1 / 60)
                heapq.heappush(self.due, (self.now + talk_s, event.contact))
        return events

    def until(self, at: float) -> None:
        """Let the time pass, with all that is due."""
        while True:
            timer = self.router.next_deadline
            ends = self.due[0][0] if self.due else None
            if ends is not None and ends <= at and (timer is None or ends <= timer):
                self.now, contact = heapq.heappop(self.due)
                self.tell("finish", contact)
            elif timer is not None and timer <= at:
                self.now = max(self.now, timer)
                self.tell("advance")
            else:
                self.now = at
                return

    def enqueue(self) -> str:
        """One more contact."""
        self.number += 1
        self.tell("enqueue", Contact(f"c-{self.number}", queue="support"))
        return f"c-{self.number}"

    def work(self, contacts: int, mean_gap_s: float = 30.0) -> None:
        """Let contacts come, after which all goes on until everybody is idle."""
        source = random.Random(f"{self.seed} arrivals from {self.number}")
        for _ in range(contacts):
            self.until(self.now + source.expovariate(1 / mean_gap_s))
            self.disturb(self)
            self.enqueue()
        self.until(self.now + 3600.0)
        assert not self.router.contacts

    def turns(self) -> list[str]:
        """Contacts for all who are ready, at once: who gets the first, who the next."""
        found = []
        for _ in self.router.agents:
            before = len(self.events)
            self.enqueue()
            made = [e for e in self.events[before:] if isinstance(e, OfferMade | ContactConnected)]
            found.append(made[0].agent)
        return found

    def connected(self, since: int = 0) -> dict[str, int]:
        """Contacts by agent, of the events from some number on."""
        counts = dict.fromkeys(self.router.agents, 0)
        for event in self.events[since:]:
            if isinstance(event, ContactConnected):
                counts[event.agent] += 1
        return counts


def leave_and_return(shift: Shift, agent: str, how: str, gone_s: float) -> None:
    """An absence: away, or signed out."""
    shift.tell("sign_out" if how == "sign_out" else "set_away", agent)
    shift.until(shift.now + gone_s)
    shift.tell("sign_in" if how == "sign_out" else "set_ready", agent)


# ---- absences -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["away", "sign_out"])
@seeds
@orders_by_turns
def test_an_absence_moves_nobody_forward(order: AgentOrder, seed: int, how: str) -> None:
    """After an absence in which nothing comes, the agent's turn is no earlier than without it."""
    stayed = Shift(order, seed)
    stayed.work(40)
    stayed.until(stayed.now + 500.0)
    turns = stayed.turns()
    for agent in TEAM[1:4]:
        left = Shift(order, seed)
        left.work(40)
        leave_and_return(left, agent, how, 500.0)
        assert left.turns().index(agent) >= turns.index(agent), (seed, agent)


@pytest.mark.parametrize("how", ["away", "sign_out"])
@seeds
@pytest.mark.parametrize("order", BY_TIME)
def test_time_away_earns_no_place(order: AgentOrder, seed: int, how: str) -> None:
    """Who leaves right after a contact comes back behind all who have been idle for a while."""
    shift = Shift(order, seed)
    shift.work(40)
    shift.enqueue()
    shift.until(shift.due[0][0])
    agent = next(event.agent for event in reversed(shift.events) if isinstance(event, ContactConnected))
    shift.tell("sign_out" if how == "sign_out" else "set_away", agent)
    shift.work(20)
    shift.tell("sign_in" if how == "sign_out" else "set_ready", agent)
    assert shift.turns()[-1] == agent, seed


@pytest.mark.parametrize("how", ["away", "sign_out"])
@seeds
@pytest.mark.parametrize("order", NOT_GAMED)
def test_toggling_gains_nothing(order: AgentOrder, seed: int, how: str) -> None:
    """Who goes and comes back before every contact has no more of them for it; by draws, just the same."""

    def toggle(shift: Shift) -> None:
        if not shift.router.agents["bob"].contacts and not shift.router.agents["bob"].offers:
            leave_and_return(shift, "bob", how, 0.0)

    stayed, toggled = Shift(order, seed), Shift(order, seed)
    toggled.disturb = toggle
    for shift in (stayed, toggled):
        shift.work(150, mean_gap_s=25.0)
    assert sum(toggled.connected().values()) == 150
    assert toggled.connected()["bob"] <= max(stayed.connected()["bob"], 150 / len(TEAM)) + 9, seed


@seeds
@orders_by_turns
def test_nobody_is_flooded_on_return(order: AgentOrder, seed: int) -> None:
    """Who comes back after a long time signed out has no more than others have, who were there, in what comes next."""
    shift = Shift(order, seed)
    shift.work(40)
    shift.tell("sign_out", "cid")
    shift.work(120)
    shift.tell("sign_in", "cid")
    before = len(shift.events)
    shift.work(30)
    mine, *others = (shift.connected(before)[name] for name in ("cid", "ann", "bob", "dee", "eve"))
    assert mine <= max(others) + 6, (seed, mine, others)


@seeds
@orders_by_turns
def test_a_new_agent_is_not_flooded(order: AgentOrder, seed: int) -> None:
    shift = Shift(order, seed, TEAM[:4])
    shift.work(120)
    shift.router.add_agent(Agent("eve", queues=("support",)), at=shift.now)
    shift.tell("sign_in", "eve")
    before = len(shift.events)
    shift.work(30)
    *others, mine = shift.connected(before).values()
    assert 0 < mine <= max(others) + 6, (seed, mine, others)


# ---- offers that are not taken --------------------------------------------------------------------------------------


@seeds
@orders_at_once
def test_who_did_not_answer_is_asked_again_after_all_others(order: AgentOrder, seed: int) -> None:
    """While the pair's delay lasts for as long as it takes to ask everybody."""
    shift = Shift(
        order, seed, no_answer_retry_s=100, away_after_no_answers=None, offer_timeout_s=10, drain_after_s=None
    )
    shift.work(30)
    shift.answers = lambda offer: "wait"
    before = len(shift.events)
    shift.enqueue()
    for _ in range(400):
        shift.until(shift.now + 0.5)
    asked = [event.agent for event in shift.events[before:] if isinstance(event, OfferMade)]
    assert len(asked) >= 2 * len(TEAM)
    assert sorted(asked[: len(TEAM)]) == sorted(TEAM), (seed, asked)
    expired = [event.agent for event in shift.events[before:] if isinstance(event, OfferExpired)]
    assert set(expired) == set(TEAM)


@seeds
@every_order
def test_declining_wins_nothing(order: AgentOrder, seed: int) -> None:
    """Who declines every other offer has no more contacts than who takes them all."""
    willing, choosy = Shift(order, seed, decline_retry_s=300), Shift(order, seed, decline_retry_s=300)
    asked = {"n": 0}

    def every_other(offer: OfferMade) -> str:
        asked["n"] += offer.agent == "bob"
        return "decline" if offer.agent == "bob" and asked["n"] % 2 else "accept"

    choosy.answers = every_other
    for shift in (willing, choosy):
        shift.work(150, mean_gap_s=30.0)
    assert asked["n"] > 3
    assert choosy.connected()["bob"] <= max(willing.connected()["bob"], 150 / len(TEAM)) + 6, seed
    assert sum(choosy.connected().values()) == 150


@seeds
@every_order
def test_what_became_of_offers_is_counted_apart(order: AgentOrder, seed: int) -> None:
    """Selected, offered, answered, declined, not answered, revoked and finished, each against its own events."""
    shift = Shift(order, seed, away_after_no_answers=None, offer_timeout_s=15, no_answer_retry_s=40, decline_retry_s=40)
    source = random.Random(seed)
    shift.answers = lambda offer: source.choice(("accept", "accept", "decline", "wait"))
    shift.disturb = lambda shift: source.random() < 0.1 and leave_and_return(shift, "dee", "away", 1.0)  # type: ignore
    shift.work(120, mean_gap_s=40.0)
    kinds = ("OfferMade", "ContactConnected", "OfferDeclined", "OfferExpired", "OfferRevoked", "ContactFinished")
    names = ("offered", "answered", "declined", "not_answered", "revoked", "finished")
    for agent, counts in shift.router.statistics().agents.items():
        seen = [sum(type(event).__name__ == kind and event.agent == agent for event in shift.events) for kind in kinds]
        assert [getattr(counts, name) for name in names] == seen, (seed, agent)
        assert counts.selected == counts.offered
        assert counts.offered == counts.answered + counts.declined + counts.not_answered + counts.revoked
        assert counts.answered == counts.finished
        assert counts.connect_failed == 0
    totals = [sum(type(event).__name__ == kind for event in shift.events) for kind in kinds]
    assert totals[1] == totals[5] == 120
    assert min(totals[2], totals[3]) > 10


# ---- restored -------------------------------------------------------------------------------------------------------


@seeds
@every_order
def test_a_restored_router_goes_on_as_before(order: AgentOrder, seed: int) -> None:
    """With a snapshot and a new router of it before every contact, the same events come out."""

    def renew(shift: Shift) -> None:
        data = json.loads(json.dumps(shift.router.snapshot(), allow_nan=False))
        shift.router = Router.restore(data, registry=REGISTRY)

    one, other = Shift(order, seed), Shift(order, seed)
    other.disturb = renew
    for shift in (one, other):
        shift.work(40)
        leave_and_return(shift, "bob", "away", 100.0)
        shift.tell("sign_out", "cid")
        shift.work(20)
        shift.tell("sign_in", "cid")
        shift.work(20)
    assert one.events == other.events
