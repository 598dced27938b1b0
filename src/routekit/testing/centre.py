"""A small random centre in which a strategy is tried: what it is made of, and what happens in it.

Everything comes from one seed, and every command is a value, so that a second router can be told the same. What is
checked of it is in `checks`. Whatever a command raises that it should not is turned into words here.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from routekit import Agent, Capacity, Contact, Need, Queue, Router, Step, Why, commands, events
from routekit.errors import RoutekitError, StrategyError
from routekit.testing.words import quoted, say

__all__ = ["MINE", "OTHER", "Centre", "Play", "any_agent", "any_contact"]

MINE, OTHER = "mine", "other"
"""The queue with the strategy, and one without that shares its agents."""
SKILLS = ("billing", "english")
UNSERVED = (Why.BETTER_CONTACT_AHEAD, Why.NOT_SETTLED)
NEVER = (Why.NOT_IN_QUEUE, Why.TIER, Why.CHANNEL, Why.SKILL_MISSING, Why.SKILL_TOO_LOW, Why.NEVER_FITS)
"""Reasons for which nobody may ever have a contact."""


def any_contact(chance: random.Random) -> Contact:
    """A contact of any sort. Its id and queue are given by the centre."""
    needs = tuple(Need(skill, chance.choice((1, 2))) for skill in SKILLS if chance.random() < 0.2)
    channel = chance.choice(("voice", "voice", "chat"))
    return Contact("?", queue=MINE, channel=channel, priority=chance.choice((0, 0, 0, 1, 5)), needs=needs)


def any_agent(chance: random.Random) -> Agent:
    """An agent of any sort, likewise."""
    skills = {skill: chance.randint(1, 3) for skill in SKILLS if chance.random() < 0.8}
    capacity = chance.choice((Capacity(), Capacity(units=4, cost={"voice": 4, "chat": 1}, limit={"chat": 3})))
    return Agent("?", skills=skills, capacity=capacity)


@attrs.frozen(kw_only=True)
class Centre:
    """What is tried, and with whom: `fields` of the queue `mine`, and of the router."""

    fields: Mapping[str, Any] = attrs.field(factory=dict)
    router: Mapping[str, Any] = attrs.field(factory=dict)
    registry: Mapping[str, object] = attrs.field(factory=dict)
    contact: Callable[[random.Random], Contact] = any_contact
    agent: Callable[[random.Random], Agent] = any_agent
    agents: int = 5

    def build(self, seed: int) -> Router:
        """A router with the two queues and the agents, all offline."""
        chance = random.Random(seed)
        router = Router(seed=seed, registry=dict(self.registry), **self.router)
        steps = (Step(20, max_tier=2), Step(40, raise_priority=1, drop=SKILLS))
        settings: dict[str, Any] = {"offer_timeout_s": 10, "wrap_up_s": 5, "max_tier": 1, "steps": steps}
        router.add_queue(Queue(MINE, **{**settings, **self.fields}), at=0.0)
        router.add_queue(Queue(OTHER, **settings), at=0.0)
        for number in range(self.agents):
            queues = {MINE: 1 if number < 2 else chance.choice((1, 1, 2)), OTHER: 1}
            router.add_agent(attrs.evolve(self.agent(chance), id=f"agent-{number}", queues=queues), at=0.0)
        return router

    def restored(self, router: Router) -> Router:
        """The same router from its snapshot, by way of JSON."""
        return Router.restore(json.loads(json.dumps(router.snapshot(), allow_nan=False)), registry=dict(self.registry))


class Play:
    """A centre while it is played: what has been told to it, and what it said."""

    def __init__(self, centre: Centre, seed: int, name: str) -> None:
        self.centre = centre
        self.seed = seed
        self.name = name
        self.chance = random.Random(seed)
        self.at = 0.0
        self.numbers = 0
        self.waiting: set[str] = set()  # enqueued, and neither finished nor abandoned
        self.told: list[Any] = []
        self.said: list[tuple[Any, ...]] = []
        self.router = self._guarded(lambda: centre.build(seed), "the centre is set up")
        for agent in self.router.agents:
            self.do(commands.SignIn(agent, 0.0))

    def step(self) -> None:
        """One more command, or a stretch of time."""
        if self.chance.random() < 0.4:
            due = self.router.next_deadline
            self.at = max(self.at, due) if due is not None and self.chance.random() < 0.5 else self.at + 3.0
            self.do(commands.Advance(self.at))  # before the next is chosen, which may be about what is closed by now
        self.do(self._any_command())

    def do(self, command: Any) -> tuple[Any, ...]:
        """Tell the router, and take down what it says."""
        said: tuple[Any, ...] = self._guarded(lambda: self.router.apply(command), repr(command))
        self.told.append(command)
        self.said.append(said)
        for event in said:
            if isinstance(event, events.ContactQueued):
                self.waiting.add(event.contact)
            elif isinstance(event, events.ContactFinished | events.ContactAbandoned):
                self.waiting.discard(event.contact)
            elif isinstance(event, events.StrategyFailed):
                self.fail(
                    f"its key or score failed ({event.error}) for agent {event.agent} and contact {event.contact}: in "
                    "production the router goes on without it for that one, by idle time or by the wait, and tells it "
                    "by StrategyFailed. It must give an answer for whatever it is asked"
                )
        return said

    def fail(self, problem: str) -> None:
        """Raise, with what it takes to come here again."""
        raise AssertionError(say(self.name, f"{problem} [seed {self.seed}, command {len(self.told)}]"))

    def _guarded(self, act: Callable[[], Any], what: str) -> Any:
        try:
            return act()
        except StrategyError as fault:
            problem = f"it failed when {quoted(what)}: {fault.error}. In production this command is refused"
            raise AssertionError(say(self.name, f"{problem} [seed {self.seed}]")) from fault
        except AssertionError:
            raise
        except RoutekitError as fault:
            problem = f"it was refused when {quoted(what)}: {fault}"
            raise AssertionError(say(self.name, f"{problem} [seed {self.seed}]")) from fault
        except Exception as fault:
            problem = f"{type(fault).__name__} when {quoted(what)}: {fault}. It must raise nothing"
            raise AssertionError(say(self.name, f"{problem} [seed {self.seed}]")) from fault

    # -- what happens -------------------------------------------------------------------------------------------------

    def _names(self, state: str) -> list[str]:
        return [name for name, view in self.router.contacts.items() if view.state == state]

    def _any_command(self) -> Any:
        chance, at, router = self.chance, self.at, self.router
        act = chance.choice(ACTS)
        offers, talking = list(router.offers), self._names("connected")
        queued = [*self._names("queued"), *self._names("offered")]
        agent = chance.choice(list(router.agents))
        state = router.agents[agent].state
        if act == "accept" and offers:
            return commands.Accept(chance.choice(offers), at)
        if act == "decline" and offers:
            return commands.Decline(chance.choice(offers), at)
        if act == "finish" and talking:
            return commands.Finish(chance.choice(talking), at)
        if act == "requeue" and talking:
            return commands.Requeue(chance.choice(talking), at)
        if act == "transfer" and (talking or queued):
            return commands.Transfer(chance.choice(talking or queued), at, chance.choice((MINE, OTHER)))
        if act == "abandon" and queued:
            return commands.Abandon(chance.choice(queued), at)
        if act == "raise" and queued:
            return commands.UpdateContact(chance.choice(queued), at, {"priority": chance.choice((0, 2, 7))})
        if act == "presence":
            if state == "offline":
                return commands.SignIn(agent, at)
            if state == "away":
                return commands.SetReady(agent, at)
            return chance.choice((commands.SetAway(agent, at), commands.SignOut(agent, at, "requeue")))
        if act == "order" and self.centre.fields:
            return self._another_order()
        if act == "enqueue" and len(queued) < 12:
            return self.enqueue()
        return commands.Advance(at)

    def enqueue(self) -> Any:
        """A contact of any sort comes."""
        self.numbers += 1
        contact = self.centre.contact(self.chance)
        queue = MINE if self.chance.random() < 0.7 else OTHER
        named = dataclasses.replace(contact, id=f"contact-{self.numbers}", queue=queue, waiting_since=None)
        return commands.Enqueue(named, self.at)

    def _another_order(self) -> Any:
        """A queue gets this strategy, or loses it."""
        queue = self.chance.choice((MINE, OTHER))
        plain = Queue("plain")
        has = all(getattr(self.router.queues[queue].value, name) == value for name, value in self.centre.fields.items())
        fields = {name: getattr(plain, name) if has else value for name, value in self.centre.fields.items()}
        return commands.UpdateQueue(queue, self.at, fields)

    # -- what holds ---------------------------------------------------------------------------------------------------

    def check_nothing_is_lost(self) -> None:
        """Everybody who came and is not over is still there."""
        lost = sorted(self.waiting - set(self.router.contacts))
        if lost:
            self.fail(f"{', '.join(lost)} came, and are neither over nor there any more")

    def check_nobody_idles(self) -> None:
        """No agent who may take a contact that waits is beside it."""
        for name in self._names("queued"):
            for reason in self.router.explain(name).reasons:
                if reason.why in UNSERVED:
                    self.fail(f"{reason.agent} could take {name}, and does not get it: {reason.text}")

    def check_invariants(self) -> None:
        """What holds in every router, by `Router.check`."""
        try:
            self.router.check()
        except AssertionError as broken:
            self.fail(f"the router's tables are broken: {broken or 'see the traceback'}")

    def wind_up(self) -> None:
        """Everybody works until nobody waits who could ever be served."""
        for name, view in self.router.agents.items():
            if view.state == "offline":
                self.do(commands.SignIn(name, self.at))
            self.do(commands.SetReady(name, self.at))
        for _ in range(40 + 8 * len(self.router.contacts)):
            for offer in list(self.router.offers):
                if offer in self.router.offers:
                    self.do(commands.Accept(offer, self.at))
            for name in self._names("connected"):
                self.do(commands.Finish(name, self.at))
            due = self.router.next_deadline
            if not self.router.contacts:
                return
            self.at = max(self.at, due) if due is not None else self.at + 60.0
            self.do(commands.Advance(self.at))
        for name in (*self._names("queued"), *self._names("offered")):
            reasons = self.router.explain(name).reasons
            if any(reason.why not in NEVER for reason in reasons):
                told = "; ".join(f"{reason.agent} {reason.text}" for reason in reasons)
                self.fail(f"{name} is not served though all agents are ready and nobody else comes: {told}")


ACTS = (
    *("enqueue",) * 8,
    *("accept",) * 8,
    *("finish",) * 5,
    *("advance",) * 4,
    *("presence",) * 3,
    *("decline",) * 2,
    *("transfer",) * 2,
    "requeue",
    "abandon",
    "raise",
    "order",
)
"""What happens in a centre, as often as it is listed."""
