"""Known agents, rule by rule (`docs/around.md`, section 14).

Scenes of a contact centre: commands, and what they must answer, an event a line.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Limit, Need, Queue, Router, Step
from routekit import strategies as st
from routekit.errors import (
    DuplicateContact,
    InvalidType,
    RouterBusy,
    StrategyError,
    UnknownQueue,
)
from tests.contract_centre import CHATTY, call, chat
from tests.test_oracle import told


def centre(*queues: Queue, agents: tuple[str, ...] = ("ann", "bob"), **settings: Any) -> Router:
    """A router with these queues, and agents of all of them who are signed in at 0."""
    router = Router(seed=1, **settings)
    for queue in queues:
        router.add_queue(queue, at=0.0)
    for name in agents:
        router.add_agent(Agent(name, queues=tuple(queue.name for queue in queues)), at=0.0)
        router.sign_in(name, at=0.0)
    return router


def support(**fields: Any) -> Queue:
    return Queue("support", **{"drain_after_s": None, **fields})


def does(router: Router, verb: str, *arguments: Any, at: float, **fields: Any) -> list[str]:
    """What a command answers, after which all is in order."""
    events = told(getattr(router, verb)(*arguments, at=at, **fields))
    router.check()
    return events


def busy(router: Router, agent: str, name: str = "busy", at: float = 0.0) -> None:
    """An agent of support is talking."""
    router.enqueue(call(name, prefer=(agent,)), at=at)
    (offer,) = router.agents[agent].offers
    router.accept(offer, at=at)


def again(router: Router, **settings: Any) -> Router:
    """The router that a snapshot makes, which must be whole and say the same of itself."""
    data = json.loads(json.dumps(router.snapshot()))
    same = Router.restore(data, **settings)
    same.check()
    assert same.snapshot() == data
    return same


# -- it begins --------------------------------------------------------------------------------------------------------


def test_a_contact_that_prefers_somebody_is_theirs_though_another_is_idle_longer() -> None:
    router = centre(support())
    assert does(router, "enqueue", call("c-1", prefer=("bob",)), at=5.0) == [
        "5 ContactQueued c-1 support 1",
        "5 ContactReserved c-1 ('bob',) 65 prefer",
        "5 OfferMade o-1 c-1 bob support voice None 25",
    ]


def test_it_waits_for_them_beside_an_idle_agent_and_keeps_its_place() -> None:
    router = centre(support())
    busy(router, "bob")
    assert does(router, "enqueue", call("c-1", prefer=("bob",)), at=5.0) == [
        "5 ContactQueued c-1 support 1",
        "5 ContactReserved c-1 ('bob',) 65 prefer",
    ]
    view = router.contacts["c-1"]
    assert (view.prefer, view.reserved_for, view.reserved_until) == (("bob",), ("bob",), 65.0)
    does(router, "set_away", "ann", at=6.0)
    does(router, "enqueue", call("c-2"), at=7.0)
    assert (router.position("c-1"), router.position("c-2")) == (1, 2)
    assert does(router, "set_ready", "ann", at=8.0)[-1] == "8 OfferMade o-2 c-2 ann support voice None 28"
    assert does(router, "finish", "busy", at=9.0)[-1] == "9 OfferMade o-3 c-1 bob support voice None 29"


def test_the_first_named_who_may_take_it_has_it() -> None:
    router = centre(support(), agents=("ann", "bob", "cat"))
    busy(router, "cat")
    does(router, "enqueue", call("c-1", prefer=("cat", "bob", "ann")), at=1.0)
    assert router.contacts["c-1"].agent == "bob"
    assert router.contacts["c-1"].reserved_for == ("cat", "bob", "ann")


def test_ids_that_are_no_agents_are_left_out_and_with_nobody_left_none_begins() -> None:
    router = centre(support(), agents=("ann",))
    does(router, "set_away", "ann", at=0.0)
    assert does(router, "enqueue", call("c-1", prefer=("zoe", "ann")), at=1.0) == [
        "1 ContactQueued c-1 support 1",
        "1 ContactReserved c-1 ('ann',) 61 prefer",
        "1 ReservationEnded c-1 ('ann',) absent",
    ]
    assert does(router, "enqueue", call("c-2", prefer=("zoe", "yan")), at=2.0) == [
        "2 ContactQueued c-2 support 2",
        "2 ReservationEnded c-2 ('zoe', 'yan') unknown",
    ]
    assert router.contacts["c-2"].reserved_for == ()


def test_with_no_time_none_begins_and_nothing_is_said() -> None:
    router = centre(support(prefer_s=0))
    assert does(router, "enqueue", call("c-1", prefer=("bob", "zoe")), at=1.0) == [
        "1 ContactQueued c-1 support 1",
        "1 OfferMade o-1 c-1 ann support voice None 21",
    ]
    does(router, "enqueue", call("c-2", prefer=("zoe",)), at=2.0)
    assert router.contacts["c-2"].reserved_until is None


def test_it_is_said_before_the_steps_that_are_due_at_once() -> None:
    router = centre(support(steps=[Step(0, raise_priority=1)]), agents=("ann",))
    assert does(router, "enqueue", call("c-1", prefer=("ann",)), at=1.0) == [
        "1 ContactQueued c-1 support 1",
        "1 ContactReserved c-1 ('ann',) 61 prefer",
        "1 StepFired c-1 support 0 0",
        "1 OfferMade o-1 c-1 ann support voice None 21",
    ]


def test_it_waits_as_long_as_the_queue_says_where_it_comes_in() -> None:
    full = support(prefer_s=10, limits=[Limit(length=0, move_to="overflow")])
    router = centre(full, Queue("overflow", prefer_s=20))
    events = does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
    assert "1 ContactReserved c-1 ('bob',) 21 prefer" in events


# -- the manager, those kept, the last agent --------------------------------------------------------------------------


def test_a_customer_goes_to_their_manager_and_what_is_preferred_comes_first() -> None:
    asked: list[str] = []

    def manager_of(customer: str) -> str | None:
        asked.append(customer)
        return {"kim": "bob"}.get(customer)

    router = centre(support(), manager_of=manager_of)
    events = does(router, "enqueue", call("c-1", customer="kim"), at=1.0)
    assert events[1] == "1 ContactReserved c-1 ('bob',) 61 manager"
    does(router, "enqueue", call("c-2", customer="lee"), at=2.0)
    assert router.contacts["c-2"].reserved_for == ()
    events = does(router, "enqueue", call("c-3", customer="kim", prefer=("ann",)), at=3.0)
    assert events[1] == "3 ContactReserved c-3 ('ann',) 63 prefer"
    does(router, "enqueue", call("c-4"), at=4.0)
    assert asked == ["kim", "lee"]
    same = again(router, manager_of=manager_of)
    assert does(same, "enqueue", call("c-5", customer="kim"), at=5.0)[1] == "5 ContactReserved c-5 ('bob',) 65 manager"


@pytest.mark.parametrize("answer", [ZeroDivisionError(), 7, ""])
def test_a_manager_that_is_none_refuses_the_contact_after_what_was_due(answer: Any) -> None:
    def manager_of(customer: str) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    router = centre(support(), manager_of=manager_of)
    does(router, "enqueue", call("c-1"), at=1.0)
    before = router.contacts["c-1"]
    with pytest.raises(DuplicateContact):
        router.enqueue(call("c-1", customer="kim"), at=2.0)
    with pytest.raises(UnknownQueue):
        router.enqueue(call("c-2", "nowhere", customer="kim"), at=2.0)
    with pytest.raises(StrategyError) as refused:
        router.enqueue(call("c-2", customer="kim"), at=30.0)
    router.check()
    assert refused.value.strategy == "manager_of"
    assert told(refused.value.events)[0] == "21 OfferExpired o-1 c-1 ann no_answer"
    assert list(router.contacts) == ["c-1"]
    assert router.contacts["c-1"].waiting_since == before.waiting_since


def test_a_manager_may_not_command_the_router() -> None:
    faults: list[BaseException] = []

    def manager_of(customer: str) -> str:
        try:
            router.sign_out("ann", at=2.0)
        except RouterBusy as fault:
            faults.append(fault)
        return "bob"

    router = centre(support(), manager_of=manager_of)
    does(router, "enqueue", call("c-1", customer="kim"), at=1.0)
    assert len(faults) == 1
    assert router.contacts["c-1"].agent == "bob"
    with pytest.raises(InvalidType):
        Router(manager_of="bob")  # type: ignore[arg-type]


def test_a_customer_who_is_talked_to_is_kept_with_that_agent() -> None:
    router = centre(support(same_customer="keep"), agents=("ann", "bob"))
    does(router, "enqueue", call("c-1", customer="kim", prefer=("bob",)), at=1.0)
    router.accept("o-1", at=2.0)
    assert does(router, "enqueue", call("c-2", customer="kim"), at=3.0) == [
        "3 ContactQueued c-2 support 1",
        "3 ContactReserved c-2 ('bob',) 63 keep",
    ]


def test_a_customer_who_comes_back_soon_gets_the_agent_they_had() -> None:
    router = centre(support(sticky_s=100))
    does(router, "enqueue", call("c-1", customer="kim", prefer=("bob",)), at=1.0)
    router.accept("o-1", at=2.0)
    router.finish("c-1", at=10.0)
    events = does(router, "enqueue", call("c-2", customer="kim"), at=110.0)
    assert events[1] == "110 ContactReserved c-2 ('bob',) 170 sticky"
    assert router.contacts["c-2"].agent == "bob"
    router.abandon("c-2", at=111.0)
    does(router, "enqueue", call("c-3", customer="kim"), at=112.0)
    assert router.contacts["c-3"].reserved_for == ()


# -- what it means ----------------------------------------------------------------------------------------------------


def test_only_one_offer_is_made_where_all_would_ring() -> None:
    for order in (st.RingAll(), st.RingProgressively(5)):
        router = centre(support(agent_order=order), agents=("ann", "bob", "cat"))
        does(router, "enqueue", call("c-1", prefer=("bob", "cat")), at=1.0)
        assert router.contacts["c-1"].offers == ("o-1",)
        assert does(router, "advance", at=20.0) == []
        # Nobody is left to be rung by the time that it is over: the offer that stands is of no ring.
        assert does(router, "advance", at=21.0)[:1] == ["21 OfferExpired o-1 c-1 bob no_answer"]
        assert router.contacts["c-1"].reserved_for == ("cat",)


def test_no_draw_is_used_for_it() -> None:
    router = centre(support(agent_order=st.Random()))
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
    assert router.snapshot()["draws"] == 0
    does(router, "enqueue", call("c-2"), at=2.0)
    assert router.snapshot()["draws"] == 1


def test_a_trace_tells_of_one_offer_and_of_no_draw() -> None:
    for order in (st.RingAll(), st.Random()):
        router = centre(support(agent_order=order), trace=5)
        does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
        (decision,) = router.traces
        assert (decision.offers, decision.winner.agent, decision.drawn_among) == (("o-1",), "bob", None)
        assert router.explain_offer("o-1").agent == "bob"


def test_the_pointer_moves_with_it() -> None:
    router = centre(support(agent_order=st.RoundRobin()), agents=("ann", "bob", "cat"))
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
    does(router, "enqueue", call("c-2"), at=2.0)
    assert router.contacts["c-2"].agent == "cat"


def test_it_is_accepted_by_itself_where_the_queue_does_so() -> None:
    router = centre(support(auto_accept=True))
    assert does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)[2:] == [
        "1 ContactConnected c-1 bob support None 0"
    ]
    assert router.contacts["c-1"].reserved_for == ()


def test_the_freed_agent_takes_the_first_of_their_own_and_the_others() -> None:
    router = centre(support(), agents=("ann",))
    busy(router, "ann")
    does(router, "enqueue", call("c-1"), at=1.0)
    does(router, "enqueue", call("c-2", prefer=("ann",)), at=2.0)
    does(router, "enqueue", call("c-3", priority=5, prefer=("ann",)), at=3.0)
    taken = []
    for i, name in enumerate(["busy", "c-3", "c-1"]):
        does(router, "finish", name, at=10.0 + i)
        (taken_now,) = [view.id for view in router.contacts.values() if view.offer]
        taken.append(taken_now)
        router.accept(router.contacts[taken_now].offer or "", at=10.0 + i)
    assert taken == ["c-3", "c-1", "c-2"]


def test_between_queues_the_heads_are_compared_and_theirs_may_be_one() -> None:
    # In sales the newest comes first: so it stands for its queue, and is less urgent than who waits in support.
    router = centre(support(), Queue("sales", contact_order=st.Lifo(), drain_after_s=None), agents=("ann",))
    busy(router, "ann")
    does(router, "enqueue", call("old", "sales"), at=1.0)
    does(router, "enqueue", call("mid"), at=2.0)
    does(router, "enqueue", call("new", "sales", prefer=("ann",)), at=3.0)
    does(router, "finish", "busy", at=9.0)
    assert router.contacts["mid"].agent == "ann"


def test_several_that_are_freed_at_once_take_each_their_own() -> None:
    router = centre(support())
    for name in ("ann", "bob"):
        router.set_away(name, at=0.0, channels=["voice"])
    # While the queue waits for whoever has signed in.
    does(router, "update_queue", "support", at=0.0, prefer_while="signed_in")
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
    does(router, "enqueue", call("c-2", prefer=("bob", "ann")), at=2.0)
    does(router, "enqueue", call("c-3"), at=3.0)
    does(router, "set_ready", "bob", at=4.0)
    assert router.contacts["c-1"].agent == "bob"
    does(router, "set_ready", "ann", at=5.0)
    assert router.contacts["c-2"].agent == "ann"
    assert router.contacts["c-3"].agent is None


def test_an_offer_that_was_taken_back_goes_to_them_again() -> None:
    router = centre(support(prefer_while="always"))
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
    assert does(router, "set_away", "bob", at=2.0)[0] == "2 OfferRevoked o-1 c-1 bob away"
    assert router.contacts["c-1"].agent is None
    assert does(router, "set_ready", "bob", at=3.0)[-1] == "3 OfferMade o-2 c-1 bob support voice None 23"


def test_nobody_is_drained_for_it_and_who_drains_does_not_take_it() -> None:
    router = Router()
    router.add_queue(Queue("support", drain_after_s=10, prefer_s=1000), at=0.0)
    router.add_agent(Agent("ann", queues=("support",), capacity=CHATTY), at=0.0)
    router.sign_in("ann", at=0.0)
    for i in range(3):
        router.enqueue(chat(f"chat-{i}"), at=0.0)
        router.accept(f"o-{i + 1}", at=0.0)
    does(router, "enqueue", call("c-1", prefer=("ann",)), at=1.0)
    assert does(router, "advance", at=50.0) == []
    does(router, "enqueue", call("c-2"), at=60.0)
    assert does(router, "advance", at=70.0) == ["70 DrainStarted c-2 ann"]
    # A chat would fit, and comes before; but not one that is meant for certain agents.
    does(router, "enqueue", chat("chat-9", priority=50, prefer=("ann",)), at=71.0)
    assert router.contacts["chat-9"].agent is None
    does(router, "enqueue", chat("chat-8", priority=50), at=72.0)
    assert router.contacts["chat-8"].agent == "ann"


def test_when_it_is_over_the_contact_is_overdue_at_once() -> None:
    router = Router()
    router.add_queue(Queue("support", drain_after_s=10, prefer_s=30), at=0.0)
    router.add_agent(Agent("ann", queues=("support",), capacity=CHATTY), at=0.0)
    router.sign_in("ann", at=0.0)
    router.enqueue(chat("chat-0"), at=0.0)
    router.accept("o-1", at=0.0)
    does(router, "enqueue", call("c-1", prefer=("ann",)), at=1.0)
    assert does(router, "advance", at=40.0) == ["31 ReservationEnded c-1 ('ann',) waited", "31 DrainStarted c-1 ann"]


def test_it_takes_no_part_in_windows_and_is_offered_outside_of_them() -> None:
    pytest.importorskip("scipy")
    router = centre(support(agent_order=st.Batched(10)))
    assert does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)[-1] == (
        "1 OfferMade o-1 c-1 bob support voice None 21"
    )
    does(router, "enqueue", call("c-2", prefer=("bob",)), at=2.0)
    assert router.queues["support"].waiting == 2
    assert does(router, "advance", at=20.0) == []  # no window was opened for it
    does(router, "decline", "o-1", at=20.5)
    does(router, "advance", at=40.0)
    assert router.contacts["c-1"].agent == "ann"


def test_it_is_not_shown_in_further_queues_until_it_is_over() -> None:
    router = Router()
    router.add_queue(support(steps=[Step(5, add_queue="sales")], prefer_s=30), at=0.0)
    router.add_queue(Queue("sales"), at=0.0)
    router.add_agent(Agent("ann", queues=("support",)), at=0.0)
    router.sign_in("ann", at=0.0)
    busy(router, "ann")
    router.add_agent(Agent("sal", queues=("sales",)), at=0.0)
    router.sign_in("sal", at=0.0)
    does(router, "enqueue", call("c-1", prefer=("ann",)), at=1.0)
    assert does(router, "advance", at=30.0)[-1] == "6 ContactShared c-1 sales"
    assert router.contacts["c-1"].visible_in == ("sales",)
    assert does(router, "advance", at=31.0) == [
        "31 ReservationEnded c-1 ('ann',) waited",
        "31 OfferMade o-2 c-1 sal sales voice None 51",
    ]


def test_those_who_were_tried_for_it_come_behind_whatever_their_place_in_it() -> None:
    router = centre(support(decline_retry_s=0, retry_agent_s=0), agents=("ann", "bob"))
    does(router, "enqueue", call("c-1"), at=1.0)
    does(router, "decline", "o-1", at=2.0)  # ann; then it is offered to bob
    events = does(router, "transfer", "c-1", agent="ann", at=3.0)
    assert events[-1] == "3 OfferMade o-3 c-1 ann support voice None 23"


# -- it ends ----------------------------------------------------------------------------------------------------------


def test_it_ends_at_its_time_and_whoever_is_idle_has_the_contact() -> None:
    router = centre(support())
    busy(router, "bob")
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=5.0)
    assert router.next_deadline == 65.0
    assert does(router, "advance", at=65.0) == [
        "65 ReservationEnded c-1 ('bob',) waited",
        "65 OfferMade o-2 c-1 ann support voice None 85",
    ]


def test_it_ends_at_its_time_while_offered_too_and_the_offer_stands() -> None:
    router = centre(support(prefer_s=10))
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=5.0)
    assert does(router, "advance", at=15.0) == ["15 ReservationEnded c-1 ('bob',) waited"]
    assert does(router, "accept", "o-1", at=16.0) == ["16 ContactConnected c-1 bob support o-1 11"]


def test_who_declines_or_does_not_answer_is_struck_and_the_last_of_them_named() -> None:
    router = centre(support(), agents=("ann", "bob", "cat"))
    does(router, "enqueue", call("c-1", prefer=("bob", "cat")), at=1.0)
    assert does(router, "decline", "o-1", at=2.0) == [
        "2 OfferDeclined o-1 c-1 bob declined",
        "2 OfferMade o-2 c-1 cat support voice None 22",
    ]
    assert does(router, "advance", at=22.0) == [
        "22 OfferExpired o-2 c-1 cat no_answer",
        "22 ReservationEnded c-1 ('cat',) no_answer",
        "22 OfferMade o-3 c-1 ann support voice None 42",
    ]


def test_a_no_answer_that_sets_the_agent_away_says_so_first() -> None:
    router = centre(support(away_after_no_answers=1))
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
    assert does(router, "advance", at=21.0) == [
        "21 OfferExpired o-1 c-1 bob no_answer",
        "21 AgentPresenceChanged bob ready away no_answer",
        "21 ReservationEnded c-1 ('bob',) no_answer",
        "21 OfferMade o-2 c-1 ann support voice None 41",
    ]


def test_a_removed_agent_is_struck_from_all_before_they_are_gone() -> None:
    router = centre(support())
    busy(router, "ann")
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
    does(router, "enqueue", call("c-2", prefer=("bob", "ann")), at=2.0)
    does(router, "enqueue", call("c-3", prefer=("bob",)), at=3.0)
    assert does(router, "remove_agent", "bob", at=4.0) == [
        "4 OfferRevoked o-2 c-1 bob removed",
        "4 AgentPresenceChanged bob ready offline removed",
        "4 ReservationEnded c-1 ('bob',) removed",
        "4 ReservationEnded c-3 ('bob',) removed",
        "4 AgentRemoved bob",
    ]
    assert router.contacts["c-2"].reserved_for == ("ann",)


def absent_after(router: Router, verb: str, *arguments: Any, **fields: Any) -> bool:
    """Whether a reservation of c-1 for bob, who is busy, ends with that command, because it is in vain."""
    return "3 ReservationEnded c-1 ('bob',) absent" in does(router, verb, *arguments, at=3.0, **fields)


def waiting_for_bob(**fields: Any) -> Router:
    router = centre(support(**fields), Queue("sales"))
    busy(router, "bob")
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=2.0)
    assert router.contacts["c-1"].reserved_for == ("bob",)
    return router


def test_in_vain_while_ready() -> None:
    assert absent_after(waiting_for_bob(), "set_away", "bob")
    assert absent_after(waiting_for_bob(), "sign_out", "bob")
    assert absent_after(waiting_for_bob(), "set_away", "bob", channels=["voice"])
    assert not absent_after(waiting_for_bob(), "set_away", "bob", channels=["chat"])
    assert not absent_after(waiting_for_bob(), "set_away", "ann")


def test_in_vain_while_signed_in_and_always() -> None:
    signed_in = {"prefer_while": "signed_in"}
    assert not absent_after(waiting_for_bob(**signed_in), "set_away", "bob")
    assert not absent_after(waiting_for_bob(**signed_in), "set_away", "bob", channels=["voice"])
    assert absent_after(waiting_for_bob(**signed_in), "sign_out", "bob")
    assert not absent_after(waiting_for_bob(prefer_while="always"), "sign_out", "bob")
    assert absent_after(waiting_for_bob(prefer_while="always"), "update_agent", "bob", queues=("sales",))


def test_in_vain_for_one_who_can_never_have_it() -> None:
    assert absent_after(waiting_for_bob(), "update_agent", "bob", queues=("sales",))
    assert absent_after(waiting_for_bob(), "update_agent", "bob", capacity=Capacity(channels=("chat",)))
    assert absent_after(waiting_for_bob(), "update_agent", "bob", capacity=Capacity(units=1, cost={"voice": 2}))
    assert absent_after(waiting_for_bob(), "update_agent", "bob", capacity=Capacity(limit={"voice": 0}))
    assert absent_after(waiting_for_bob(), "update_contact", "c-1", needs=(Need("billing"),))
    assert absent_after(waiting_for_bob(), "update_queue", "support", prefer_while="ready") is False
    second = waiting_for_bob()
    second.update_agent("bob", queues={"support": 2}, at=2.5)
    assert absent_after(second, "update_queue", "support", max_tier=1)


def test_in_vain_after_a_step_that_fires_and_when_the_queue_asks_for_more() -> None:
    router = centre(support(prefer_while="always", steps=[Step(20, max_tier=1)]))
    router.update_agent("bob", queues={"support": 2}, at=0.0)
    busy(router, "bob")
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=2.0)
    assert does(router, "advance", at=30.0) == [
        "22 StepFired c-1 support 0 20",
        "22 ReservationEnded c-1 ('bob',) absent",
        "22 OfferMade o-2 c-1 ann support voice None 50",
    ]
    away = waiting_for_bob(prefer_while="signed_in")
    away.set_away("bob", at=2.5)
    assert absent_after(away, "update_queue", "support", prefer_while="ready")


def test_in_vain_are_told_in_the_order_of_coming_and_before_any_offer() -> None:
    router = centre(support())
    busy(router, "bob")
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
    does(router, "enqueue", call("c-2", priority=9, prefer=("bob",)), at=2.0)
    assert does(router, "set_away", "bob", at=3.0) == [
        "3 AgentPresenceChanged bob ready away away",
        "3 ReservationEnded c-1 ('bob',) absent",
        "3 ReservationEnded c-2 ('bob',) absent",
        "3 OfferMade o-2 c-2 ann support voice None 23",
    ]


def test_one_that_is_offered_is_looked_at_when_it_is_queued_again() -> None:
    router = centre(support(), agents=("ann", "bob", "cat"))
    does(router, "enqueue", call("c-1", prefer=("bob", "cat")), at=1.0)
    assert does(router, "set_away", "cat", at=2.0) == ["2 AgentPresenceChanged cat ready away away"]
    assert does(router, "decline", "o-1", at=3.0) == [
        "3 OfferDeclined o-1 c-1 bob declined",
        "3 ReservationEnded c-1 ('cat',) absent",
        "3 OfferMade o-2 c-1 ann support voice None 23",
    ]


def test_one_who_rests_is_looked_at_too() -> None:
    router = centre(support(retry_contact_s=50), agents=("ann", "bob", "cat"))
    does(router, "enqueue", call("c-1", prefer=("bob", "cat")), at=1.0)
    does(router, "advance", at=21.0)
    assert router.contacts["c-1"].resting
    assert "22 ReservationEnded c-1 ('cat',) absent" in does(router, "set_away", "cat", at=22.0)


def test_it_ends_without_a_word_when_the_contact_leaves_its_line() -> None:
    ended = []
    for verb, arguments, fields in (
        ("abandon", ("c-1",), {}),
        ("transfer", ("c-1", "sales"), {}),
        ("remove_queue", ("support",), {"move_to": "sales"}),
        ("reconcile", (["busy"],), {}),
    ):
        router = waiting_for_bob()
        ended += does(router, verb, *arguments, at=3.0, **fields)
        assert "c-1" not in router.contacts or router.contacts["c-1"].reserved_for == ()
        assert not [line for line in does(router, "advance", at=100.0) if "Reservation" in line]
    assert not [line for line in ended if "Reservation" in line]


def test_moves_by_steps_and_limits_carry_none_and_a_requeue_begins_none() -> None:
    router = centre(support(steps=[Step(5, move_to="sales")]), Queue("sales"))
    busy(router, "bob")
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=2.0)
    moved = does(router, "advance", at=7.0)
    assert moved[-1] == "7 OfferMade o-2 c-1 ann sales voice None 27"
    assert not [line for line in moved if "Reserv" in line]
    does(router, "accept", "o-2", at=8.0)
    requeued = does(router, "requeue", "c-1", at=9.0)
    assert not [line for line in requeued if "Reserv" in line]


# -- snapshots, limits of changes, apps' own scores -------------------------------------------------------------------


def test_a_router_that_was_kept_in_the_middle_goes_on_with_equal_events() -> None:
    router = waiting_for_bob(prefer_while="always")
    does(router, "enqueue", call("c-2", prefer=("bob", "ann")), at=2.5)
    does(router, "sign_out", "bob", at=2.6)
    same = again(router)
    for verb, arguments, at in (
        ("decline", ("o-2",), 10.0),
        ("sign_in", ("bob",), 11.0),
        ("finish", ("busy",), 12.0),
        ("advance", (), 200.0),
    ):
        events = does(router, verb, *arguments, at=at)
        assert events
        assert does(same, verb, *arguments, at=at) == events


def test_one_kept_between_two_changes_of_an_instant_does_too() -> None:
    router = centre(support(prefer_s=10))
    busy(router, "bob")
    for name in ("c-1", "c-2", "c-3"):
        does(router, "enqueue", call(name, prefer=("bob",)), at=2.0)
    assert does(router, "advance", at=20.0, limit=1) == ["12 ReservationEnded c-1 ('bob',) waited"]
    same = again(router)
    rest = does(router, "advance", at=20.0)
    assert does(same, "advance", at=20.0) == rest
    assert rest[-1] == "12 OfferMade o-2 c-1 ann support voice None 40"


def test_a_score_is_not_asked_for_one_who_is_meant_for_somebody_and_a_failing_one_takes_the_command_back() -> None:
    asked: list[str] = []

    def score(contact: Any, agent: Any) -> float:
        asked.append(contact.id)
        if contact.id == "bad":
            raise ZeroDivisionError
        return 1.0

    router = centre(support(agent_order=st.Scored(score)), agents=("ann", "bob", "cat"))
    does(router, "enqueue", call("c-1", prefer=("bob",)), at=1.0)
    assert asked == []
    before = router.snapshot()
    with pytest.raises(StrategyError):
        # In vain: at once the order is to choose between two.
        router.enqueue(call("bad", prefer=("zoe",)), at=1.0)
    router.check()
    assert router.snapshot() == before
    router.add_agent(Agent("dan", queues=("support",)), at=1.0)
    router.update_queue("support", prefer_while="always", at=1.0)
    does(router, "enqueue", Contact("bad", queue="support", prefer=("dan",)), at=1.0)
    with pytest.raises(StrategyError):
        router.remove_agent("dan", at=2.0)
    router.check()
    assert router.contacts["bad"].reserved_for == ("dan",)


# -- exclusive ones: a consult is for the agent who is asked, or nobody -----------------------------------------------


def asked(**fields: Any) -> Router:
    """Ann talks to c-1 and asks bob, who talks to c-2."""
    router = centre(support(**fields))
    for number in (1, 2):
        router.enqueue(call(f"c-{number}"), at=0.0)
        router.accept(f"o-{number}", at=0.0)
    events = does(router, "consult", "c-1", agent="bob", at=1.0)
    assert [line.split()[1] for line in events] == ["ConsultStarted", "ContactQueued", "ContactReserved"]
    return router


GONE = [
    "{at} ContactAbandoned c-1/consult-1 support {waited} unavailable",
    "{at} ConsultEnded c-1 c-1/consult-1 unavailable",
]


def gone(at: float, waited: float) -> list[str]:
    return [line.format(at=f"{at:g}", waited=f"{waited:g}") for line in GONE]


def test_an_exclusive_reservation_that_ends_takes_its_contact_with_it() -> None:
    ended = "ReservationEnded c-1/consult-1 ('bob',)"
    assert does(asked(), "advance", at=61.0) == [f"61 {ended} waited", *gone(61, 60)]
    router = asked()
    same = again(router)
    assert does(router, "set_away", "bob", at=2.0)[1:] == [f"2 {ended} absent", *gone(2, 1)]
    does(same, "finish", "c-2", at=2.0)
    assert does(same, "decline", "o-3", at=3.0)[1:] == [f"3 {ended} declined", *gone(3, 2)]
    removed = asked()
    removed.finish("c-2", at=2.0)
    assert does(removed, "remove_agent", "bob", at=3.0)[2:] == [f"3 {ended} removed", *gone(3, 2), "3 AgentRemoved bob"]


def test_its_offer_is_revoked_first() -> None:
    router = asked(prefer_s=10)
    does(router, "finish", "c-2", at=2.0)
    assert does(router, "advance", at=11.0) == [
        "11 ReservationEnded c-1/consult-1 ('bob',) waited",
        "11 OfferRevoked o-3 c-1/consult-1 bob abandoned",
        *gone(11, 10),
    ]


def test_with_no_time_to_prefer_it_stands_until_it_is_in_vain() -> None:
    router = asked(prefer_s=0)
    assert (router.next_deadline, router.contacts["c-1/consult-1"].reserved_until) == (None, 1e15)
    assert does(router, "advance", at=1e9) == []
    assert does(again(router), "sign_out", "bob", at=1e9)[-1] == "1e+09 ConsultEnded c-1 c-1/consult-1 unavailable"
