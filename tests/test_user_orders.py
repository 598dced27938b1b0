"""Orders that an app writes for itself: they decide, they are kept by name, and no fault of theirs stops a timer."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from routekit import Agent, Contact, Queue, Router, Step
from routekit.abc import AgentOrder, AgentStanding, ContactOrder, MemberStanding, WaitingContact
from routekit.errors import UnknownStrategy
from tests.contract_centre import call, centre, connected, names, one, take

Key = tuple[float, ...]


class ByTeam(AgentOrder):
    """Those with the shorter id first."""

    name = "by-team"

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> Key:
        assert member is None
        return (float(len(agent.id)),)


class Experienced(AgentOrder):
    """Those who have had most contacts of the queue first."""

    name = "experienced"
    per_queue = True

    @property
    def counts(self) -> str | None:
        return "answered"

    @property
    def half_life(self) -> float:
        return 3600.0

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> Key:
        assert member is not None
        return (-float(member.exponent), -member.mantissa)


class ByTier(ContactOrder):
    """The dearer contracts first, whoever waits."""

    name = "by-contract"

    def key(self, contact: WaitingContact) -> Key:
        return (float({"gold": 0, "silver": 1}.get(str(contact.value.attributes.get("contract")), 2)),)


def _raise() -> Key:
    raise LookupError("no such team")


FAULTS: dict[str, tuple[Callable[[], Any], str]] = {
    "raises": (_raise, "LookupError: no such team"),
    "is not a number": (lambda: (math.nan,), "Invalid"),
    "is infinite": (lambda: (0.0, math.inf), "Invalid"),
    "has five numbers": (lambda: (0.0, 1.0, 2.0, 3.0, 4.0), "ValueError: a key has at most four numbers"),
    "is nothing": (lambda: None, "TypeError"),
}
faults = pytest.mark.parametrize("fault", FAULTS)


class Fickle(ByTeam):
    """As by team, until it is told to fail."""

    name = "fickle"
    fault: str | None = None

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> Key:
        found: Key = FAULTS[self.fault][0]() if self.fault is not None else super().key(agent, member)
        return found


class FickleContacts(ByTier):
    """As by contract, until it is told to fail."""

    name = "fickle-contacts"
    fault: str | None = None

    def key(self, contact: WaitingContact) -> Key:
        found: Key = FAULTS[self.fault][0]() if self.fault is not None else super().key(contact)
        return found


def rich(name: str, contract: str | None = None, **fields: Any) -> Contact:
    return Contact(name, queue="support", attributes={} if contract is None else {"contract": contract}, **fields)


def stored(router: Router) -> Any:
    return json.loads(json.dumps(router.snapshot(), allow_nan=False))


def takers(router: Router, count: int, at: float) -> list[str]:
    """Who takes the next ones, each over before the next comes."""
    found = []
    for number in range(count):
        moment = at + number
        ((_, agent),) = connected(router.enqueue(call(f"c-{moment}"), at=moment))
        router.finish(f"c-{moment}", at=moment)
        found.append(agent)
    return found


# -- agents -----------------------------------------------------------------------------------------------------------


def test_the_least_key_has_it_and_a_tie_goes_by_the_order_of_adding() -> None:
    router = centre(Queue("support", agent_order=ByTeam()), robert={}, dee={}, ann={}, cloe={})
    assert [take(router, call(f"c-{number}"), at=1.0) for number in range(4)] == ["dee", "ann", "cloe", "robert"]
    router.check()


def test_a_tier_comes_before_the_key() -> None:
    router = centre(Queue("support", agent_order=ByTeam()), ann={"queues": {"support": 2}}, robert={})
    assert take(router, call("c-1"), at=0.0) == "robert"


def test_a_key_is_not_asked_of_the_clock_or_of_idle_time() -> None:
    router = centre(Queue("support", agent_order=ByTeam(), auto_accept=True), robert={}, ann={})
    assert takers(router, 3, at=1.0) == ["ann"] * 3


def test_a_key_of_one_queue_is_kept_for_each_queue() -> None:
    queues = [Queue(name, agent_order=Experienced(), auto_accept=True) for name in ("support", "sales")]
    router = centre(*queues)
    for name in ("ann", "bob"):
        router.add_agent(Agent(name, queues=("support", "sales")), at=0.0)
    for name, queue in (("ann", "support"), ("bob", "sales")):
        router.sign_in(name, at=0.0)
        router.enqueue(Contact(name, queue=queue), at=0.0)
        router.finish(name, at=1.0)
        router.sign_out(name, at=2.0)
    router.sign_in("ann", at=3.0)
    router.sign_in("bob", at=3.0)
    router = Router.restore(stored(router), registry={"experienced": Experienced()})
    for number, (queue, agent) in enumerate((("support", "ann"), ("sales", "bob"), ("sales", "bob"))):
        name, at = f"c-{number}", 10.0 + number
        assert connected(router.enqueue(Contact(name, queue=queue), at=at)) == [(name, agent)]
        router.finish(name, at=at)
    router.check()


def test_a_queue_may_get_an_order_of_ones_own_later_and_lose_it_again() -> None:
    router = centre(Queue("support", auto_accept=True), robert={}, ann={})
    router.update_queue("support", agent_order=ByTeam(), at=0.0)
    assert takers(router, 2, at=1.0) == ["ann", "ann"]
    router.update_queue("support", agent_order=Queue("support").agent_order, at=5.0)
    assert takers(router, 2, at=6.0) == ["robert", "ann"]


# -- contacts ---------------------------------------------------------------------------------------------------------


def test_contacts_stand_by_their_key_and_then_by_their_coming() -> None:
    router = centre(Queue("support", contact_order=ByTier()), ann={})
    take(router, call("busy"), at=0.0)
    for number, contract in enumerate((None, "silver", "gold", "silver", "gold")):
        router.enqueue(rich(f"c-{number}", contract), at=1.0 + number)
    router = Router.restore(stored(router), registry={"by-contract": ByTier()})
    assert [router.position(f"c-{number}") for number in range(5)] == [5, 3, 1, 4, 2]
    found, busy = [], "busy"
    for number in range(5):
        offer = one(router.finish(busy, at=20.0 + number), "OfferMade")
        router.accept(offer.offer, at=20.0 + number)
        busy = offer.contact
        found.append(busy)
    assert found == ["c-2", "c-4", "c-1", "c-3", "c-0"]
    router.check()


# -- by name ----------------------------------------------------------------------------------------------------------


def test_a_snapshot_knows_an_order_by_its_name() -> None:
    router = centre(Queue("support", agent_order=ByTeam(), contact_order=ByTier(), auto_accept=True), robert={}, ann={})
    data = stored(router)
    own = {"by-team": ByTeam(), "by-contract": ByTier()}
    again = Router.restore(data, registry=own)
    assert stored(again) == data
    assert again.queues["support"].value.agent_order is own["by-team"]
    again.update_agent("ann", skills={"french": 1}, at=0.5)  # filed anew, by the order of the registry
    assert takers(again, 2, at=1.0) == takers(router, 2, at=1.0) == ["ann", "ann"]


@pytest.mark.parametrize("field", ["agent_order", "contact_order"])
def test_a_name_that_nothing_is_registered_under_is_refused(field: str) -> None:
    order: Any = ByTeam() if field == "agent_order" else ByTier()
    fields: dict[str, Any] = {field: order}
    data = stored(centre(Queue("support", **fields), ann={}))
    with pytest.raises(UnknownStrategy) as caught:
        Router.restore(data, registry={"another": order})
    assert caught.value.name == order.name


# -- faults in a timer ------------------------------------------------------------------------------------------------


@faults
def test_an_agent_order_that_fails_in_a_timer_gives_way_to_the_longest_idle(fault: str) -> None:
    order = Fickle()
    router = centre(Queue("support", agent_order=order, auto_accept=True, wrap_up_s=10), ann={}, robert={})
    for name in ("c-0", "c-1"):
        router.enqueue(call(name), at=0.0)
    # Ann had the first and robert the second; robert is done before her.
    for name, at in (("c-1", 1.0), ("c-0", 5.0)):
        router.finish(name, at=at)
    order.fault = fault
    events = router.advance(at=30.0)
    order.fault = None
    assert [(event.agent, event.at) for event in events if type(event).__name__ == "WrapUpEnded"] == [
        ("robert", 11.0),
        ("ann", 15.0),
    ]
    told = [event for event in events if type(event).__name__ == "StrategyFailed"]
    assert {(event.agent, event.contact, event.queue, event.strategy) for event in told} == {
        ("robert", None, "support", "fickle"),
        ("ann", None, "support", "fickle"),
    }
    assert all(event.error.startswith(FAULTS[fault][1]) for event in told)
    assert [event.seq for event in events] == sorted(event.seq for event in events)
    # By their keys and by their sequence it would be ann.
    assert connected(router.enqueue(call("next"), at=31.0)) == [("next", "robert")]
    router.check()


@faults
def test_a_contact_order_that_fails_in_a_timer_gives_way_to_the_wait(fault: str) -> None:
    order = FickleContacts()
    router = centre(Queue("support", contact_order=order, steps=(Step(10, raise_priority=1),)), ann={})
    router.set_away("ann", at=0.0)
    router.enqueue(rich("poor"), at=1.0)
    router.enqueue(rich("rich", "gold"), at=2.0)
    assert [router.position(name) for name in ("rich", "poor")] == [1, 2]
    order.fault = fault
    events = router.advance(at=20.0)
    order.fault = None
    assert names(events) == ["StepFired", "StrategyFailed"] * 2 or names(events) == ["StrategyFailed", "StepFired"] * 2
    told = [event for event in events if type(event).__name__ == "StrategyFailed"]
    assert [(event.at, event.contact, event.agent, event.queue, event.strategy) for event in told] == [
        (11.0, "poor", None, "support", "fickle-contacts"),
        (12.0, "rich", None, "support", "fickle-contacts"),
    ]
    assert all(event.error.startswith(FAULTS[fault][1]) for event in told)
    assert [router.position(name) for name in ("poor", "rich")] == [1, 2]
    assert one(router.set_ready("ann", at=21.0), "OfferMade").contact == "poor"
    router.check()
