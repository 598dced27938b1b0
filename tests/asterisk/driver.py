"""Play a scenario's members and callers against a router, by the router's own events and clock.

Nothing here knows an order. What app_queue does outside its strategies is done here too: the caller's maximum wait in
whole seconds, penalty limits of a caller (needs for skills), `penaltymemberslimit` (below it all are of one tier), and
autopause of who rejects.
"""

from __future__ import annotations

import dataclasses
import heapq
import math
from collections.abc import Callable
from typing import Any

from routekit import Agent, Contact, Need, Queue, Router, events

JOINS_S = 0.52
"""From the time of a script to the caller's being in the queue, as recorded."""
ACTS_S = 0.3
"""The same for an action."""
REJECTS_S = 0.02
ENDS_S = 60.0
"""How long a scenario goes on after its last call."""
MOST = 1000
"""A level above every penalty."""


@dataclasses.dataclass
class Member:
    """A member of the queue, and what the person does."""

    name: str
    penalty: int
    behaviour: str
    delay_s: float
    paused: bool = False
    busy: bool = False
    member: bool = True
    ringing: int = 0


@dataclasses.dataclass
class Caller:
    """A call, and what became of it."""

    script: dict[str, Any]
    id: str
    tried: list[str] = dataclasses.field(default_factory=list)
    times: list[float] = dataclasses.field(default_factory=list)
    outcomes: list[str | None] = dataclasses.field(default_factory=list)
    waves: list[list[str]] = dataclasses.field(default_factory=list)
    answered_by: str | None = None
    deadline: float | None = None
    attempt_at: float | None = None
    """When the attempt that goes on began."""


def interface(name: str) -> str:
    """The interface of a member, as recorded; of the digits only their number matters."""
    return f"Local/{name}@s000/n"


class Centre:
    """One scenario on one router."""

    def __init__(self, scenario: dict[str, Any], queue: Queue, seed: int = 0) -> None:
        self.scenario = scenario
        self.router = Router(seed=seed)
        self.queue = queue.name
        self.limit = scenario["queue"].get("penaltymemberslimit", 0)
        self.autopause = scenario["queue"].get("autopause", "no") == "yes"
        self.members: dict[str, Member] = {}
        self.callers: dict[str, Caller] = {}
        self.offers: dict[str, tuple[Caller, Member, int]] = {}
        self.plans: list[tuple[float, int, Callable[[], None]]] = []
        self.now = 0.0
        self.planned = 0
        self.see(self.router.add_queue(queue, at=0.0))
        for given in scenario["members"]:
            behaviour = given["behaviour"]
            does = behaviour if behaviour in ("ring", "busy") else "answer"
            member = Member(given["name"], given["penalty"], does, given["answer_delay_s"])
            member.paused, member.busy = behaviour == "paused", behaviour == "devbusy"
            self.join(member)
        for action in scenario["actions"]:
            self.plan(action["at_s"] + ACTS_S, self.act, action["action"], action["args"])
        for i, script in enumerate(scenario["calls"]):
            caller = Caller(script, f"c{i}")
            self.callers[caller.id] = caller
            self.plan(script["at_s"] + JOINS_S, self.enter, caller)

    # -- time ---------------------------------------------------------------------------------------------------------

    def plan(self, at: float, do: Callable[..., None], *args: Any) -> None:
        self.planned += 1
        heapq.heappush(self.plans, (at, self.planned, lambda: do(*args)))

    def play(self) -> list[Caller]:
        """Play it to the end."""
        end = max(call["at_s"] for call in self.scenario["calls"]) + ENDS_S
        while True:
            due = self.router.next_deadline
            at = self.plans[0][0] if self.plans else math.inf
            if min(at, math.inf if due is None else due) >= end:
                return list(self.callers.values())
            if due is not None and due <= at:
                self.now = due
                self.see(self.router.advance(at=due))
            else:
                self.now, _, do = heapq.heappop(self.plans)
                do()

    # -- members ------------------------------------------------------------------------------------------------------

    def standing(self, member: Member) -> dict[str, Any]:
        """Tier and skills by the penalty, where penalties count."""
        if not member.member:
            return {"queues": {}, "skills": {}}
        if sum(other.member for other in self.members.values()) <= self.limit:
            return {"queues": {self.queue: 1}, "skills": {"at least": MOST, "at most": MOST}}
        skills = {"at least": member.penalty + 1, "at most": MOST - member.penalty}
        return {"queues": {self.queue: member.penalty + 1}, "skills": skills}

    def join(self, member: Member) -> None:
        known = member.name in self.members
        self.members[member.name] = member
        if not known:
            self.see(self.router.add_agent(Agent(member.name, **self.standing(member)), at=self.now))
            self.see(self.router.sign_in(member.name, at=self.now))
        self.stand_anew()
        self.show(member)

    def stand_anew(self) -> None:
        """Tell the router of every membership, tier and skill that has changed."""
        for name, member in self.members.items():
            standing, agent = self.standing(member), self.router.agents[name].value
            if standing["queues"] != agent.queues or standing["skills"] != agent.skills:
                self.see(self.router.update_agent(name, at=self.now, **standing))

    def show(self, member: Member) -> None:
        """Tell the router whether a member may be rung. One who rings goes on ringing, and is told of after it."""
        away = member.paused or member.busy
        if not member.ringing and away is (self.router.agents[member.name].state == "ready"):
            change = self.router.set_away if away else self.router.set_ready
            self.see(change(member.name, at=self.now))

    def act(self, action: str, args: list[Any]) -> None:
        if action == "add":
            self.join(Member(args[0], args[1], "answer", 0.15))
            return
        member = self.members[args[0]]
        if action == "remove":
            member.member = False
        elif action == "penalty":
            member.penalty = args[1]
        elif action == "beh":
            member.behaviour = args[1]
        elif action == "dev":
            member.busy = args[1] != "NOT_INUSE"
        else:
            member.paused = {"pause": True, "unpause": False}[action]
        self.stand_anew()
        self.show(member)

    def answer(self, offer: str) -> None:
        if offer in self.offers:
            self.see(self.router.accept(offer, at=self.now))

    def reject(self, offer: str) -> None:
        if offer in self.offers:
            member = self.offers[offer][1]
            self.see(self.router.decline(offer, at=self.now))
            if self.autopause:
                member.paused = True
                self.show(member)

    # -- callers ------------------------------------------------------------------------------------------------------

    def enter(self, caller: Caller) -> None:
        script = caller.script
        named = script.get("vars") or {}
        needs = []
        if "QUEUE_MAX_PENALTY" in named:
            needs.append(Need("at most", MOST - int(named["QUEUE_MAX_PENALTY"])))
        if "QUEUE_MIN_PENALTY" in named:
            needs.append(Need("at least", int(named["QUEUE_MIN_PENALTY"]) + 1))
        if script.get("abandon_s"):
            self.plan(self.now + script["abandon_s"], self.leave, caller)
        if script.get("max_wait_s"):
            caller.deadline = math.floor(self.now) + script["max_wait_s"]
            self.plan(caller.deadline, self.run_out, caller)
        self.see(self.router.enqueue(Contact(caller.id, queue=self.queue, needs=tuple(needs)), at=self.now))

    def run_out(self, caller: Caller) -> None:
        """The longest that a caller may wait is over; a ring lasts the whole seconds that were left when it began."""
        if caller.attempt_at is not None and caller.deadline is not None:
            timeout = self.scenario["queue"]["timeout"]
            ends = caller.attempt_at + min(timeout, caller.deadline - math.floor(caller.attempt_at))
            if ends > self.now + 1e-9:
                self.plan(ends + 0.001, self.leave, caller)
                return
        self.leave(caller)

    def leave(self, caller: Caller) -> None:
        if caller.answered_by is None and caller.id in self.router.contacts:
            self.see(self.router.abandon(caller.id, at=self.now))

    def finish(self, caller: Caller) -> None:
        self.see(self.router.finish(caller.id, at=self.now))

    # -- what the router says -----------------------------------------------------------------------------------------

    def see(self, said: tuple[Any, ...]) -> None:
        """Do what follows from events."""
        freed: list[Member] = []
        waves: dict[str, list[str]] = {}
        for event in said:
            if isinstance(event, events.OfferMade):
                self.ring(event)
                waves.setdefault(event.contact, []).append(event.agent)
            elif isinstance(event, events.OfferExpired | events.OfferDeclined | events.OfferRevoked):
                freed.append(self.stop(event))
            elif isinstance(event, events.ContactConnected):
                freed.append(self.talk(event))
            elif isinstance(event, events.AgentPresenceChanged) and event.reason == "no_answer":
                self.members[event.agent].paused = True
        for contact, wave in waves.items():
            self.callers[contact].waves.append(sorted(wave))
        for member in freed:
            self.show(member)

    def ring(self, event: events.OfferMade) -> None:
        caller, member = self.callers[event.contact], self.members[event.agent]
        self.offers[event.offer] = (caller, member, len(caller.tried))
        member.ringing += 1
        if caller.attempt_at is None:
            caller.attempt_at = event.at
        caller.tried.append(member.name)
        caller.times.append(event.at)
        caller.outcomes.append(None)
        if member.behaviour == "answer":
            self.plan(event.at + member.delay_s, self.answer, event.offer)
        elif member.behaviour == "busy":
            self.plan(event.at + REJECTS_S, self.reject, event.offer)

    def stop(self, event: Any) -> Member:
        caller, member, number = self.offers.pop(event.offer)
        member.ringing -= 1
        caller.outcomes[number] = {"no_answer": "no_answer", "declined": "rejected", "answered": "other_answered"}.get(
            event.reason, "abandoned"
        )
        if isinstance(event, events.OfferExpired):
            caller.attempt_at = None
        return member

    def talk(self, event: events.ContactConnected) -> Member:
        assert event.offer is not None
        caller, member, number = self.offers.pop(event.offer)
        member.ringing -= 1
        caller.outcomes[number], caller.answered_by = "answered", member.name
        self.plan(event.at + caller.script["talk_s"], self.finish, caller)
        return member
