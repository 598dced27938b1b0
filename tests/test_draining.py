"""Draining in its corners, each found by chance once and kept: the real router and the plain one must agree."""

from __future__ import annotations

import pytest

from routekit import Agent, Capacity, Contact, Queue, Router, Step
from routekit import strategies as st
from routekit.abc import ContactOrder
from routekit.events import ContactConnected, DrainStarted
from tests.generators import Call
from tests.side_by_side import Pair


def test_a_draining_agent_may_take_one_who_is_not_first_if_all_before_come_before_its_goal() -> None:
    """c has waited long enough for its tier not to count, so it is next although h has more priority."""
    pair = Pair(0, real=Router)

    def do(verb: str, *arguments: object, at: float) -> tuple[object, ...]:
        return pair.do(Call(verb, arguments, {"at": at})).events

    do(
        "add_queue",
        Queue(
            "support",
            agent_order=st.RoundRobin(),
            contact_order=st.StrictPriority(),
            tier_wait_s=10,
            wrap_up_s=10,
            auto_accept=True,
            drain_after_s=None,
        ),
        at=0.0,
    )
    do("add_queue", Queue("vip", drain_after_s=5, tier_wait_s=3000, auto_accept=True), at=0.0)
    both = {"support": 2, "vip": 3}
    do("add_agent", Agent("ann", queues=both, capacity=Capacity(units=4, cost={"voice": 4, "chat": 1})), at=0.0)
    do("add_agent", Agent("bob", queues={"support": 2}, capacity=Capacity(units=1, cost={"chat": 1})), at=0.0)
    do("sign_in", "ann", at=0.0)
    for i in range(4):
        do("enqueue", Contact(f"a{i}", queue="support", channel="chat"), at=0.0)
    do("sign_in", "bob", at=0.0)
    do("enqueue", Contact("b", queue="support", channel="chat"), at=0.0)
    do("enqueue", Contact("goal", queue="vip", channel="voice"), at=1.0)
    do("advance", at=6.0)
    do("enqueue", Contact("c", queue="support", channel="chat"), at=7.0)
    do("finish", "b", at=10.0)
    do("finish", "a0", at=10.0)
    do("enqueue", Contact("h", queue="support", channel="chat", priority=5), at=19.0)
    happened = do("advance", at=30.0)
    taken = [(event.contact, event.agent) for event in happened if isinstance(event, ContactConnected)]
    assert taken == [("c", "ann"), ("h", "bob")]


def test_who_leaves_may_open_the_way_to_a_draining_agent() -> None:
    """The first in a line of first come, first served is less urgent than the goal, the one behind is more urgent."""
    pair = Pair(0, real=Router)

    def do(verb: str, *arguments: object, at: float) -> tuple[object, ...]:
        return pair.do(Call(verb, arguments, {"at": at})).events

    do("add_queue", Queue("support", contact_order=st.Fifo(), auto_accept=True, drain_after_s=None), at=0.0)
    do("add_queue", Queue("vip", drain_after_s=5, auto_accept=True), at=0.0)
    room = Capacity(units=4, cost={"voice": 4, "chat": 1})
    do("add_agent", Agent("ann", queues=("support", "vip"), capacity=room), at=0.0)
    do("sign_in", "ann", at=0.0)
    do("enqueue", Contact("first", queue="support", channel="chat"), at=0.0)
    do("enqueue", Contact("goal", queue="vip", channel="voice"), at=10.0)
    do("advance", at=15.0)
    do("enqueue", Contact("block", queue="support", channel="chat", priority=-1, waiting_since=1.0), at=16.0)
    do("enqueue", Contact("behind", queue="support", channel="chat", waiting_since=5.0), at=16.0)
    assert pair.real.contacts["behind"].state == "queued"
    happened = do("abandon", "block", at=17.0)
    taken = [(event.contact, event.agent) for event in happened if isinstance(event, ContactConnected)]
    assert taken == [("behind", "ann")]


@pytest.mark.parametrize("order", [st.Lifo(), st.LongestWaitRatio(by_channel={"callback": 1})], ids=["key", "ratio"])
def test_a_goal_whose_tier_counts_no_more_in_a_further_queue_comes_before_whoever_is_first_there(
    order: ContactOrder,
) -> None:
    """`later` may pass the goal, which is of the third tier at home; but in `sales` the goal is of the first by now."""
    pair = Pair(0, real=Router)

    def do(verb: str, *arguments: object, at: float) -> tuple[object, ...]:
        return pair.do(Call(verb, arguments, {"at": at})).events

    home = Queue("support", steps=(Step(5, add_queue="sales"),), drain_after_s=20, tier_wait_s=3000)
    do("add_queue", home, at=0.0)
    sales = Queue("sales", contact_order=order, tier_wait_s=10, auto_accept=True, drain_after_s=None)
    do("add_queue", sales, at=0.0)
    room = Capacity(units=4, cost={"voice": 4, "callback": 4, "chat": 1})
    do("add_agent", Agent("ann", queues={"support": 3, "sales": 2}, capacity=room), at=0.0)
    do("sign_in", "ann", at=0.0)
    do("enqueue", Contact("small", queue="sales", channel="chat"), at=0.0)
    do("enqueue", Contact("goal", queue="support", channel="voice"), at=0.0)
    drains = [event for event in do("advance", at=20.0) if isinstance(event, DrainStarted)]
    assert [(event.contact, event.agent) for event in drains] == [("goal", "ann")]
    do("enqueue", Contact("later", queue="sales", channel="callback"), at=21.0)
    happened = do("finish", "small", at=22.0)
    taken = [(event.contact, event.queue) for event in happened if isinstance(event, ContactConnected)]
    assert taken == [("goal", "sales")]
