"""The suites that users run: every order of the library passes, and each broken one fails, for its own reason."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import pytest

import routekit.testing
from routekit import Agent, Contact, Queue, Router, commands
from routekit import strategies as st
from routekit.abc import AgentOrder, AgentStanding, ContactOrder, MemberStanding, Pick, QueueOrder, WaitingContact
from routekit.testing import (
    Clock,
    check_agent_order,
    check_contact_order,
    check_queue_order,
    check_score,
    cost_of,
    drive,
)
from routekit.testing.centre import Centre, Play
from tests.orders import AGENT, CONTACT, QUEUE, fit, shaky

Key = tuple[float, ...]
Suite = type[Any]


def first_of(table: Mapping[str, tuple[Any, ...]]) -> list[Any]:
    """One value of each order that does not fail on purpose."""
    return [pytest.param(orders[0], id=name) for name, orders in table.items() if "shaky" not in name]


# ---- what must pass -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", first_of(AGENT))
def test_every_agent_order_of_the_library_passes(order: AgentOrder) -> None:
    check_agent_order(order)


@pytest.mark.parametrize("order", first_of(CONTACT))
def test_every_contact_order_of_the_library_passes(order: ContactOrder) -> None:
    check_contact_order(order)


@pytest.mark.parametrize("order", first_of(QUEUE))
def test_every_queue_order_of_the_library_passes(order: QueueOrder) -> None:
    check_queue_order(order)


class ByTeam(AgentOrder):
    """An order as a user writes it."""

    name = "by-team"

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> Key:
        return (float(len(agent.id)), agent.idle_since)


class Joined(AgentOrder):
    """One that looks at members."""

    name = "joined-last"
    per_queue = True
    parts = ("-joined",)


class Dice(AgentOrder):
    """One that draws by weight."""

    name = "dice"
    pick = Pick.WEIGHTED

    def weight(self, agent: AgentStanding) -> float:
        return 1.0 + agent.skill_count

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> Key:
        return (self.weight(agent),)


class ByContract(ContactOrder):
    """One of contacts that starves, and says so."""

    name = "by-contract"
    starves = True

    def key(self, contact: WaitingContact) -> Key:
        return (-contact.priority, -contact.waiting_since)


class Turns(QueueOrder):
    """One of queues."""

    name = "turns"
    shares = True

    def charge(self, queue: str) -> float:
        return 1.0


class TestAnOrderOfOnesOwn(routekit.testing.AgentOrderContract):
    """The suite as a user has it."""

    def make(self) -> AgentOrder:
        return ByTeam()


class TestAScoreOfOnesOwn(routekit.testing.ScoreContract):
    seed = 5
    score = staticmethod(fit)


class TestAContactOrderOfOnesOwn(routekit.testing.ContactOrderContract):
    def make(self) -> ContactOrder:
        return ByContract()


class TestAQueueOrderOfOnesOwn(routekit.testing.QueueOrderContract):
    def make(self) -> QueueOrder:
        return Turns()


@pytest.mark.parametrize("order", [Joined(), Dice()], ids=lambda order: order.name)
def test_other_sound_orders_pass(order: AgentOrder) -> None:
    check_agent_order(order, seed=3)


# ---- what must fail -------------------------------------------------------------------------------------------------

SEEN: list[str] = []
COUNT = itertools.count()


class Broken(AgentOrder):
    """An order whose key is given by a function."""

    name = "broken"
    made: ClassVar[Callable[[AgentStanding], Any]]

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> Any:
        return type(self).made(agent)


def broken(made: Callable[[Any], Any], **fields: Any) -> AgentOrder:
    kind: Any = type("Broken", (Broken,), {"made": staticmethod(made), **fields})
    order: AgentOrder = kind()
    return order


def remembered(agent: AgentStanding) -> Key:
    """A key from what a module remembers: the same whenever it is asked again, and another in the next run."""
    if SEEN[-1:] != [agent.id]:
        SEEN.append(agent.id)
    return (float(len(SEEN) * 7919 % 31),)


def raised(agent: AgentStanding) -> Key:
    raise LookupError("no such team")


def only_sometimes(agent: AgentStanding) -> Key:
    """It fails only for one whose name the made-up agents have not."""
    if agent.id == "agent-0":
        raise KeyError(agent.id)
    return (agent.idle_since,)


AGENT_ORDERS: dict[str, tuple[AgentOrder, str]] = {
    "counts the seconds": (broken(lambda agent: (time.time() - agent.idle_since,)), r"key\(\) gave .* equal arguments"),
    "goes by the day": (broken(lambda agent: (float(time.time() // 86400),)), "eleven days later"),
    "throws dice": (broken(lambda agent: (random.random(),)), "no random numbers"),
    "not a number": (broken(lambda agent: (float("nan"),)), "must be a finite number, not nan"),
    "infinite": (broken(lambda agent: (0.0, float("inf"))), "must be a finite number, not inf"),
    "a truth": (broken(lambda agent: (agent.has_work,)), "must be a finite number, not (True|False)"),
    "five numbers": (broken(lambda agent: (1.0, 2.0, 3.0, 4.0, 5.0)), "to four numbers"),
    "a number alone": (broken(lambda agent: agent.idle_since), "must give a tuple"),
    "nothing": (broken(lambda agent: None), "must give a tuple"),
    "raises": (broken(raised), "raised LookupError: no such team"),
    "raises in a centre only": (broken(only_sometimes), "its key or score failed .*agent-0"),
    "remembers": (broken(remembered), "gave other events the second time|went on in another way"),
    "no name": (broken(lambda agent: (), name=None), "give the class a name"),
    "a title": (broken(lambda agent: (), name="My Order"), "kebab-case"),
    "a name that is taken": (broken(lambda agent: (), name="longest-idle"), "choose another name"),
    "parts that nobody has": (broken(lambda agent: (), parts=("height",)), "a router refuses it: .*height"),
    "a part of members": (broken(lambda agent: (), parts=("joined",)), "per_queue must be True"),
    "weight 0": (
        broken(lambda agent: (0.0,), pick=Pick.WEIGHTED, weight=lambda _, agent: 0.0),
        r"weight\(\): .* at least",
    ),
    "weight and key differ": (
        broken(lambda agent: (1.0,), pick=Pick.WEIGHTED, weight=lambda _, agent: 2.0),
        "the key is the weight alone",
    ),
    "no weight": (broken(lambda agent: (1.0,), pick=Pick.WEIGHTED), r"must have its own weight\(\)"),
    "a match that grows": (
        broken(lambda agent: (), pick=Pick.MATCH, match=lambda *_: float(next(COUNT))),
        r"match\(\) gave",
    ),
    "a match that is none": (
        broken(lambda agent: (), pick=Pick.MATCH, match=lambda *_: "good"),
        r"match\(\): .*'good'",
    ),
    "a score that is too great": (
        broken(lambda agent: (), pick=Pick.SCORE, score=lambda *_: 1e10),
        r"score\(\): .*most",
    ),
    "no order at all": (Turns(), "derive it from routekit.abc.AgentOrder"),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("fault", AGENT_ORDERS)
def test_a_broken_agent_order_fails_for_its_reason(fault: str) -> None:
    order, reason = AGENT_ORDERS[fault]
    SEEN.clear()
    with pytest.raises(AssertionError, match=reason):
        check_agent_order(order)


class NoOwn(ContactOrder):
    """An order of contacts whose key is given by a function."""

    name = "no-own"
    made: ClassVar[Callable[[WaitingContact], Any]]

    def key(self, contact: WaitingContact) -> Any:
        return type(self).made(contact)


def contacts(made: Callable[[Any], Any], **fields: Any) -> ContactOrder:
    kind: Any = type("NoOwn", (NoOwn,), {"made": staticmethod(made), **fields})
    order: ContactOrder = kind()
    return order


CONTACT_ORDERS: dict[str, tuple[ContactOrder, str]] = {
    "grows old": (contacts(lambda contact: (contact.waiting_since - time.time(),)), "equal arguments"),
    "no number": (contacts(lambda contact: ()), "must give 1 to four numbers"),
    "an attribute that is not there": (
        contacts(lambda contact: (contact.value.attributes["due"],)),
        "raised KeyError",
    ),
    "starves and does not say so": (contacts(lambda contact: (-contact.waiting_since,)), "starves = True"),
    "a slope that is another": (
        contacts(lambda contact: (contact.waiting_since,), slope=60.0),
        r"its slope says .* they must agree",
    ),
    "a target of nothing": (
        contacts(lambda contact: (contact.waiting_since,), target=lambda _, contact: 0.0),
        r"target\(\) must be above 0",
    ),
}


@pytest.mark.parametrize("fault", CONTACT_ORDERS)
def test_a_broken_contact_order_fails_for_its_reason(fault: str) -> None:
    order, reason = CONTACT_ORDERS[fault]
    with pytest.raises(AssertionError, match=reason):
        check_contact_order(order)


def queues(**fields: Any) -> QueueOrder:
    kind: Any = type("Shares", (Turns,), {"name": "shares", **fields})
    order: QueueOrder = kind()
    return order


QUEUE_ORDERS: dict[str, tuple[QueueOrder, str]] = {
    "a table without the queue": (queues(charge=lambda _, queue: {"mine": 1.0}[queue]), "raised KeyError: 'other'"),
    "free": (queues(charge=lambda _, queue: 0.0), "must be above 0"),
    "not a number": (queues(settle=lambda _, queue, talked: float("nan")), r"settle\(\): .*nan"),
    "throws dice": (queues(charge=lambda _, queue: random.random()), "no random numbers"),
    "shares of a strange kind": (queues(shares=1), "shares must be True or False"),
}


@pytest.mark.parametrize("fault", QUEUE_ORDERS)
def test_a_broken_queue_order_fails_for_its_reason(fault: str) -> None:
    order, reason = QUEUE_ORDERS[fault]
    with pytest.raises(AssertionError, match=reason):
        check_queue_order(order)


SCORES: dict[str, tuple[Callable[..., Any], str]] = {
    "nothing": (lambda contact, agent: None, r"score\(\) raised StrategyError: .*must be a finite number, not None"),
    "throws dice": (lambda contact, agent: random.random(), "no random numbers"),
    "an attribute that is not there": (lambda contact, agent: contact.attributes["vip"], "KeyError: 'vip'"),
}


@pytest.mark.parametrize("fault", SCORES)
def test_a_broken_score_fails_for_its_reason(fault: str) -> None:
    score, reason = SCORES[fault]
    with pytest.raises(AssertionError, match=reason):
        check_score(score)


def test_a_score_is_tried_with_the_contacts_that_the_user_makes() -> None:
    def dear(contact: Any, agent: Any) -> float:
        return float(contact.attributes["vip"])

    def made(chance: random.Random) -> Contact:
        return Contact("?", queue="?", attributes={"vip": chance.random() < 0.5})

    check_score(dear, contact=made)
    with pytest.raises(AssertionError, match="KeyError"):
        check_score(dear)


def test_a_failure_says_how_to_see_it_again() -> None:
    with pytest.raises(AssertionError, match=r"^Broken \(broken\): .*\[seed 7, command \d+\]") as first:
        check_agent_order(broken(only_sometimes), seed=7)
    with pytest.raises(AssertionError) as again:
        check_agent_order(broken(only_sometimes), seed=7)
    assert str(first.value) == str(again.value)


def test_what_the_suite_says_of_a_failing_score_is_what_a_router_does() -> None:
    router = Router(seed=1)
    router.add_queue(Queue("support", agent_order=st.Scored(shaky)), at=0.0)  # type: ignore[arg-type]
    for name in ("bob", "dee"):
        router.add_agent(Agent(name, queues=("support",)), at=0.0)
        router.sign_in(name, at=0.0)
    with pytest.raises(routekit.errors.StrategyError):
        router.enqueue(Contact("c-1", queue="support", customer="cust-9"), at=1.0)
    assert "c-1" not in router.contacts


# ---- the centre in which they are tried -----------------------------------------------------------------------------


def test_a_play_covers_what_it_promises() -> None:
    """Sign-in and out, decline, no answer, transfer, requeue, and the queue's getting and losing the order."""
    play = Play(Centre(fields={"agent_order": ByTeam()}, registry={"by-team": ByTeam()}), 1, "play")
    for _ in range(1500):
        play.step()
    told = {type(command).__name__ for command in play.told}
    assert {"SignOut", "SetAway", "Decline", "Transfer", "Requeue", "Abandon", "UpdateQueue", "UpdateContact"} <= told
    said = {type(event).__name__ for events in play.said for event in events}
    assert {"OfferExpired", "OfferDeclined", "ContactConnected", "ContactFinished", "StepFired", "WrapUpEnded"} <= said
    orders = {type(c.changes["agent_order"]) for c in play.told if isinstance(c, commands.UpdateQueue)}
    assert orders == {ByTeam, st.LongestIdle}


def test_a_lost_contact_an_idle_agent_and_a_broken_table_are_seen() -> None:
    def play() -> Play:
        made = Play(Centre(), 0, "play")
        made.do(commands.Enqueue(Contact("c-1", queue="mine"), 0.0))
        return made

    lost = play()
    lost.waiting.add("ghost")
    with pytest.raises(AssertionError, match="ghost came, and are neither over"):
        lost.check_nothing_is_lost()

    torn = play()
    contact: Any = next(iter(torn.router._state.contacts.values()))
    contact.offer = None
    with pytest.raises(AssertionError, match="the router's tables are broken"):
        torn.check_invariants()

    idle = Play(Centre(agents=1, agent=lambda chance: Agent("?")), 0, "play")
    idle.do(commands.Enqueue(Contact("c-1", queue="mine"), 0.0))
    idle.do(commands.Accept("o-1", 0.0))
    idle.do(commands.Finish("c-1", 0.0))
    idle.do(commands.Enqueue(Contact("c-2", queue="mine"), 1.0))
    idle.check_nobody_idles()
    idle.do(commands.Advance(5.0, limit=1))  # the wrap-up is over, and nobody has looked for work yet
    with pytest.raises(AssertionError, match="agent-0 could take c-2, and does not get it"):
        idle.check_nobody_idles()


def test_who_is_never_served_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    play = Play(Centre(), 0, "play")
    play.do(commands.Enqueue(Contact("c-1", queue="mine"), 0.0))
    monkeypatch.setattr(play, "do", lambda command: ())
    with pytest.raises(AssertionError, match="c-1 is not served though all agents are ready .*has it as offer o-1"):
        play.wind_up()


def test_who_is_tried_twice_is_seen() -> None:
    with pytest.raises(AssertionError, match="in turn: each should be tried once"):
        routekit.testing.checks.tries_the_others_first(Centre(fields={"no_answer_retry_s": 0}), "mine", 0)


# ---- clock, drive, cost ---------------------------------------------------------------------------------------------


def test_a_clock_brings_a_router_along_deadline_by_deadline() -> None:
    clock, router = Clock(), Router(seed=1)
    router.add_queue(Queue("support", offer_timeout_s=10, no_answer_retry_s=5), at=clock())
    router.add_agent(Agent("ann", queues=("support",)), at=clock())
    router.sign_in("ann", at=clock())
    router.enqueue(Contact("c-1", queue="support"), at=clock.tick(1.0))
    told = clock.run(router, 30.0)
    kinds = [(type(event).__name__, event.at) for event in told]
    assert kinds == [("OfferExpired", 11.0), ("OfferMade", 16.0), ("OfferExpired", 26.0), ("OfferMade", 31.0)]
    assert (clock(), router.now) == (31.0, 31.0)
    with pytest.raises(routekit.errors.InvalidValue):
        clock.tick(-1.0)


def test_driving_ends_with_the_first_error() -> None:
    router = Router()
    queue = commands.AddQueue(Queue("support"), 0.0)
    with pytest.raises(routekit.errors.DuplicateQueue):
        drive(router, [queue, queue, commands.AddQueue(Queue("sales"), 0.0)])
    assert list(router.queues) == ["support"]


def test_a_cost_is_a_ratio() -> None:
    assert 0.0 < cost_of(ByTeam(), agents=5, contacts=20) < 1e3
    assert TestAnOrderOfOnesOwn().cost() > 0.0


def test_nothing_of_pytest_is_imported_and_nothing_of_the_library_imports_this() -> None:
    code = (
        "import sys, routekit; assert 'routekit.testing' not in sys.modules;"
        "import routekit.testing; assert 'pytest' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_suite_without_its_strategy_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match=r"make\(\)"):
        routekit.testing.AgentOrderContract().test_it_names_itself()
    with pytest.raises(NotImplementedError, match="staticmethod"):
        routekit.testing.ScoreContract().test_it_names_itself()
