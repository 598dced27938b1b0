"""Rules of docs/semantics.md that chance seldom comes by, one test each: both routers agree, and on what is written."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Queue, Router, Step
from routekit import strategies as st
from routekit._router.exclusions import Exclusions
from routekit.commands import Enqueue, UpdateQueue
from routekit.errors import UnknownQueue
from routekit.events import ContactConnected, ContactRequeued, OfferMade, StepFired
from tests.generators import Call
from tests.side_by_side import Difference, Outcome, Pair, command_of

CHATTY = Capacity(units=4, cost={"chat": 1})


class Told:
    """A pair that is looked at as closely as it gets, and told verb by verb."""

    def __init__(self, *queues: Queue, **agents: Any) -> None:
        self.pair = Pair(0, real=Router, reads_every=1, deep_every=1)
        self.real = self.pair.real
        for queue in queues:
            self.do("add_queue", queue, at=0.0)
        for name, fields in agents.items():
            self.do("add_agent", Agent(name, **{"queues": (queues[0].name,), **fields}), at=0.0)
            self.do("sign_in", name, at=0.0)

    def outcome(self, verb: str, *arguments: object, **words: object) -> Outcome:
        outcome = self.pair.do(Call(verb, arguments, words))
        self.real = self.pair.real
        assert outcome is not None
        return outcome

    def do(self, verb: str, *arguments: object, **words: object) -> tuple[Any, ...]:
        outcome = self.outcome(verb, *arguments, **words)
        assert outcome.error is None, outcome
        return outcome.events

    def restore(self) -> None:
        self.pair.do(Call("restore"))
        self.real = self.pair.real

    def serve(self, contact: str, at: float, queue: str = "support", until: float | None = None) -> str:
        """Have a contact connected at once and finished, and say by whom."""
        events = self.do("enqueue", Contact(contact, queue=queue), at=at)
        (agent,) = (event.agent for event in events if isinstance(event, ContactConnected))
        self.do("finish", contact, at=at if until is None else until)
        return str(agent)


def offers(events: tuple[Any, ...]) -> list[tuple[float, str, str]]:
    return [(event.at, event.contact, event.agent) for event in events if isinstance(event, OfferMade)]


def requeued(events: tuple[Any, ...]) -> list[str]:
    return [event.queue for event in events if isinstance(event, ContactRequeued)]


# -- faded counts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "taker"),
    [
        (None, "bob"),
        (st.FewestContacts(half_life_s=100), "ann"),
        (st.FewestContacts(count="offered"), "ann"),
    ],
)
def test_with_another_order_all_counts_start_at_zero(order: Any, taker: str) -> None:
    told = Told(Queue("support", auto_accept=True, agent_order=st.FewestContacts()), ann={}, bob={})
    told.do("set_away", "bob", at=0.0)
    for number in range(3):
        told.serve(f"a{number}", at=1.0 + number)
    told.do("set_ready", "bob", at=5.0)
    assert told.serve("b", at=6.0) == "bob"
    # Ann has had three and bob one; ann has been idle for longer.
    if order is not None:
        told.do("update_queue", "support", agent_order=order, at=7.0)
    assert told.serve("next", at=8.0) == taker


def counted(*ready: str) -> Told:
    """Ann has had three, bob two, cid none and is away, dee one and is offline; `ready` are those who then are."""
    told = Told(Queue("support", auto_accept=True, agent_order=st.FewestContacts()), ann={}, bob={}, cid={}, dee={})
    for number, agent in enumerate(("dee", "bob", "bob", "ann", "ann", "ann")):
        for other in ("ann", "bob", "cid", "dee"):
            told.do("set_ready" if other == agent else "set_away", other, at=float(number))
        assert told.serve(f"c{number}", at=float(number)) == agent
    told.do("sign_out", "dee", at=10.0)
    for agent in ("ann", "bob"):
        told.do("set_ready" if agent in ready else "set_away", agent, at=11.0)
    return told


def test_a_sign_in_raises_a_count_to_the_least_of_the_ready() -> None:
    """Not to the zero of cid, who is away, nor to ann's three. So bob, idle for longer, is first, and then it is dee;
    at three she would stand behind ann.
    """
    told = counted("ann", "bob")
    told.do("sign_in", "dee", at=20.0)
    assert [told.serve(f"d{number}", at=21.0 + number) for number in range(2)] == ["bob", "dee"]


def test_a_sign_in_raises_to_the_only_other_one_who_is_ready() -> None:
    told = counted("ann")
    told.do("sign_in", "dee", at=20.0)
    assert told.serve("d", at=21.0) == "ann"


def test_a_sign_in_raises_no_count_where_nobody_is_ready() -> None:
    told = counted()
    told.do("sign_in", "dee", at=20.0)
    told.do("set_ready", "bob", at=21.0)
    assert [told.serve(f"d{number}", at=22.0 + number) for number in range(2)] == ["dee", "bob"]


# -- removed queues ---------------------------------------------------------------------------------------------------

SUPPORT, SALES, VIP = (Queue(name, auto_accept=True) for name in ("support", "sales", "vip"))


@pytest.mark.parametrize("restored", [False, True])
def test_a_contact_of_a_removed_queue_goes_back_to_who_took_over(restored: bool) -> None:
    steps = (Step(5, raise_priority=1),)
    told = Told(SUPPORT, Queue("sales", steps=steps), ann={})
    told.do("enqueue", Contact("c", queue="support"), at=1.0)
    told.do("remove_queue", "support", move_to="sales", at=10.0)
    if restored:
        told.restore()
    events = told.do("requeue", "c", at=20.0)
    assert requeued(events) == ["sales"]
    view = told.real.contacts["c"]
    assert (view.queue, view.entered_queue_at, view.waiting_since) == ("sales", 20.0, 1.0)
    assert [event.at for event in told.do("advance", at=30.0) if isinstance(event, StepFired)] == [25.0]


def test_who_took_over_may_have_been_removed_too() -> None:
    told = Told(SUPPORT, SALES, VIP, ann={})
    told.do("enqueue", Contact("c", queue="support"), at=1.0)
    told.do("remove_queue", "support", move_to="sales", at=2.0)
    told.do("remove_queue", "sales", move_to="vip", at=3.0)
    assert requeued(told.do("requeue", "c", at=4.0)) == ["vip"]


def test_a_queue_that_is_added_again_has_its_contacts_back() -> None:
    told = Told(SUPPORT, SALES, ann={})
    told.do("enqueue", Contact("c", queue="support"), at=1.0)
    told.do("remove_queue", "support", move_to="sales", at=2.0)
    told.do("add_queue", SUPPORT, at=3.0)
    assert requeued(told.do("requeue", "c", at=4.0)) == ["support"]


def test_a_queue_that_took_over_is_followed_when_it_is_added_again() -> None:
    told = Told(SUPPORT, SALES, VIP, ann={})
    told.do("enqueue", Contact("c", queue="support"), at=1.0)
    told.do("remove_queue", "support", move_to="sales", at=2.0)
    told.do("remove_queue", "sales", move_to="vip", at=3.0)
    told.do("add_queue", SALES, at=4.0)
    assert requeued(told.do("requeue", "c", at=5.0)) == ["sales"]


def test_a_queue_that_is_added_again_and_removed_again_has_no_successor_of_before() -> None:
    told = Told(SUPPORT, SALES, ann={})
    told.do("enqueue", Contact("c", queue="support"), at=1.0)
    told.do("remove_queue", "support", move_to="sales", at=2.0)
    told.do("add_queue", SUPPORT, at=3.0)
    told.do("remove_queue", "support", at=4.0)
    assert isinstance(told.outcome("requeue", "c", at=5.0).error, UnknownQueue)


# -- exclusions and rests ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), [(100, 10), (10, 100), (0, 10), (100, 0)])
def test_a_requeue_keeps_the_pair_apart_for_as_long_as_the_queue_of_now_says(before: int, after: int) -> None:
    told = Told(
        Queue("support", auto_accept=True, decline_retry_s=before),
        Queue("sales", decline_retry_s=after),
        ann={"queues": ("support", "sales")},
    )
    told.do("enqueue", Contact("c", queue="support"), at=0.0)
    told.do("remove_queue", "support", move_to="sales", at=1.0)
    events = (*told.do("requeue", "c", at=2.0), *told.do("advance", at=110.0))
    assert offers(events)[0] == (2.0 + after, "c", "ann")


@pytest.mark.parametrize(("first", "second", "until"), [(20, 1, 21.0), (5, 20, 22.0), (10, 9, 11.0), (5, 5, 7.0)])
def test_a_rest_that_is_set_again_runs_to_the_later_end(first: int, second: int, until: float) -> None:
    told = Told(
        Queue("support", retry_agent_s=first, decline_retry_s=300),
        Queue("sales", retry_agent_s=second, decline_retry_s=300),
        ann={"queues": ("support", "sales"), "capacity": CHATTY},
    )
    told.do("enqueue", Contact("a", queue="support", channel="chat"), at=0.0)
    told.do("enqueue", Contact("b", queue="sales", channel="chat"), at=0.0)
    told.do("decline", "o-1", at=1.0)
    told.do("decline", "o-2", at=2.0)
    told.do("enqueue", Contact("c", queue="sales", channel="chat"), at=2.0)
    assert told.real.agents["ann"].resting
    assert offers(told.do("advance", at=100.0))[0] == (until, "c", "ann")


@pytest.mark.parametrize(("first", "second", "until"), [(20.0, 1.0, 21.0), (5.0, 20.0, 22.0), (10.0, 9.0, 11.0)])
def test_an_exclusion_that_is_set_again_runs_to_the_later_end(first: float, second: float, until: float) -> None:
    """No command sets one again while it is open: that would take an offer to the excluded. So it is done by hand."""
    router = Router()
    router.add_queue(Queue("support", max_tier=1), at=0.0)
    router.add_agent(Agent("ann", queues={"support": 2}), at=0.0)
    router.sign_in("ann", at=0.0)
    router.enqueue(Contact("c", queue="support"), at=0.0)
    exclusions: Exclusions | None = getattr(router, "_exclusions", None)
    if exclusions is None:
        pytest.skip("a compiled router does not show its parts")
    state = exclusions.state
    exclusions.open(state.contacts["c"], state.agents["ann"], first, 1.0)
    exclusions.open(state.contacts["c"], state.agents["ann"], second, 2.0)
    assert router.next_deadline == until
    events = (*router.update_queue("support", max_tier=None, at=2.0), *router.advance(at=until))
    assert offers(events) == [(until, "c", "ann")]
    router.check()


# -- commands and sinks -----------------------------------------------------------------------------------------------


def test_a_call_has_the_command_that_says_the_same() -> None:
    contact = Contact("c", queue="support")
    assert command_of(Call("enqueue", (contact,), {"at": 1.0})) == Enqueue(contact, at=1.0)
    changes = {"max_tier": 2, "wrap_up_s": 5}
    expected = UpdateQueue("support", at=1.0, changes=changes)
    assert command_of(Call("update_queue", ("support",), {**changes, "at": 1.0})) == expected
    assert command_of(Call("enqueue", ("c",), {"at": 1.0})) is None


def test_a_command_does_what_its_verb_does_with_every_word_of_it() -> None:
    told, applied = Router(), Router()
    for verb, arguments, words in (
        ("add_queue", (SUPPORT,), {}),
        ("add_queue", (SALES,), {}),
        ("add_agent", (Agent("ann", queues=("support",), capacity=CHATTY),), {}),
        ("sign_in", ("ann",), {}),
        ("update_queue", ("support",), {"wrap_up_s": 5, "decline_retry_s": 1}),
        ("update_agent", ("ann",), {"queues": ("support", "sales"), "skills": {"french": 1}}),
        ("enqueue", (Contact("c", queue="support", channel="chat"),), {}),
        ("enqueue", (Contact("d", queue="support", channel="chat"),), {}),
        ("requeue", ("c",), {"reason": "phone died", "avoid_agent": False}),
        ("hold", ("c",), {}),
        ("resume", ("c",), {}),
        ("set_away", ("ann",), {"reason": "lunch", "channels": ("voice", "email")}),
        ("set_ready", ("ann",), {"channels": ("email",)}),
        ("enqueue", (Contact("e", queue="support"),), {}),
        ("update_contact", ("e",), {"priority": 2, "customer": "cust-9"}),
        ("transfer", ("e", "sales"), {"keep_place": False}),
        ("abandon", ("e",), {"reason": "hung up"}),
        ("finish", ("d",), {"ended_by": "system"}),
        ("end_wrap_up", ("ann",), {"contact": "d"}),
        ("reconcile", (("x",),), {"channel": "chat"}),
        ("advance", (), {"limit": 1}),
        ("update_queue", ("support",), {"auto_accept": False}),
        ("set_ready", ("ann",), {}),
        ("enqueue", (Contact("f", queue="support"),), {}),
        ("advance", (), {"limit": 2}),
        ("decline", ("o-1",), {"reason": "busy"}),
        ("advance", (), {}),
        ("accept", ("o-2",), {}),
        ("accept", ("o-3",), {}),
        ("remove_queue", ("support",), {"move_to": "sales"}),
        ("sign_out", ("ann",), {"work": "requeue"}),
        ("remove_agent", ("ann",), {"work": "requeue"}),
    ):
        at = 10.0 if told.now is None else told.now + 2.0
        call = Call(verb, arguments, {**words, "at": at})
        command = command_of(call)
        assert command is not None
        expected, got = Outcome(told, call), Outcome(applied, call, command)
        assert (got.events, got.kind, got.ids()) == (expected.events, expected.kind, expected.ids()), call
        assert expected.error is None or verb == "accept", expected
        assert applied.snapshot() == told.snapshot()


class Forgetful(Router):
    """Does what a command says, and does not tell."""

    def apply(self, command: Any) -> tuple[Any, ...]:
        super().apply(command)
        return ()


class Silent(Router):
    """Has no sinks."""

    def subscribe(self, sink: Any) -> None:
        pass


@pytest.mark.parametrize(("broken", "kind"), [(Forgetful, "events"), (Silent, "sink")])
def test_a_pair_notices_another_answer_to_a_command_and_a_sink_that_is_told_nothing(broken: Any, kind: str) -> None:
    pair = Pair(0, real=broken)
    calls = [Call("add_queue", (Queue(f"q{number}"),), {"at": 0.0}) for number in range(20)]
    with pytest.raises(Difference) as caught:
        deque(map(pair.do, calls))
    assert caught.value.kind == kind


def test_a_sink_is_told_what_an_error_carries() -> None:
    told = Told(Queue("support"), ann={})
    told.do("enqueue", Contact("c", queue="support"), at=0.0)
    outcome = told.outcome("finish", "c", at=25.0)
    assert [type(event).__name__ for event in outcome.events] == ["OfferExpired"]
    assert told.pair.told == [outcome.events]
