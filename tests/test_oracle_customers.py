"""The plain router, in scenes of docs/around.md, section 15: a rule a test, the events written by hand.

What lives here checks the yardstick. What the real router does is compared with it elsewhere.
"""

from __future__ import annotations

from typing import Any

import pytest

from routekit import Capacity, Contact, Limit, Queue, Step
from routekit import strategies as st
from routekit.errors import UnknownContact
from routekit.events import Past, Screen
from tests.oracle.invariants import check
from tests.test_oracle import call, told
from tests.test_oracle_limits import DAY, alone, staff

# ---- one customer (section 15) -------------------------------------------------------------------------------------


def mine(name: str, **fields: Any) -> Contact:
    return call(name, customer="cust-9", **fields)


def past(name: str, outcome: str, at: float, agent: str | None = None, queue: str = "support") -> Past:
    return Past(contact=name, channel="voice", queue=queue, agent=agent, outcome=outcome, at=at, reference=None)


def test_what_ended_is_kept_for_the_customer() -> None:
    limits = (Limit(length=1, reject="full"),)
    router = alone(Queue("support", wrap_up_s=10, limits=limits, steps=(Step(50, voicemail="box"),)), history=3)
    router.enqueue(mine("c-1"), at=0.0)
    router.enqueue(mine("c-2"), at=1.0)
    router.abandon("c-1", at=2.0)
    staff(router, "ann", at=3.0)
    router.enqueue(mine("c-3"), at=3.0)
    router.accept("o-1", at=4.0)
    assert router.customer("cust-9").open == ("c-3",)
    router.finish("c-3", at=5.0)
    view = router.customer("cust-9")
    assert view.open == ()
    assert view.history == (past("c-2", "rejected", 1), past("c-1", "abandoned", 2), past("c-3", "finished", 5, "ann"))
    router.set_away("ann", at=6.0)
    router.enqueue(mine("c-4"), at=6.0)
    router.advance(at=56.0)
    assert [one.outcome for one in router.customer("cust-9").history] == ["abandoned", "finished", "diverted"]
    assert router.customer("nobody").history == ()


def test_so_many_customers_are_remembered_and_no_history_is_none() -> None:
    for fields, kept in (({"customers": 1}, [0, 1]), ({"history": 0}, [0, 0])):
        router = alone(Queue("support"), **fields)
        for name in ("one", "two"):
            router.enqueue(call(name, customer=name), at=0.0)
            router.abandon(name, at=0.0)
        assert [len(router.customer(name).history) for name in ("one", "two")] == kept


def test_who_was_longest_without_an_ending_is_forgotten_first() -> None:
    router = alone(Queue("support"), customers=2)
    for name in ("one", "two", "one", "three"):
        router.enqueue(call(name, customer=name), at=0.0)
        router.abandon(name, at=0.0)
    assert [len(router.customer(name).history) for name in ("one", "two", "three")] == [2, 0, 1]


def test_the_last_agent_is_meant_for_a_while() -> None:
    router = alone(Queue("support", sticky_s=10, prefer_s=30, agent_order=st.TopDown(), auto_accept=True))
    staff(router, "ann")
    router.enqueue(mine("c-1"), at=0.0)
    router.finish("c-1", at=5.0)
    router.enqueue(call("busy"), at=6.0)
    assert told(router.enqueue(mine("c-2"), at=15.0))[1] == "15 ContactReserved c-2 ('ann',) 45 sticky"
    router.abandon("c-2", at=15.0)
    assert told(router.enqueue(mine("c-3"), at=15.5)) == ["15.5 ContactQueued c-3 support 1"]


def test_the_last_agent_is_the_latest_who_had_one() -> None:
    router = alone(Queue("support", sticky_s=100, auto_accept=True))
    for name in ("ann", "bob"):
        staff(router, name)
        router.enqueue(mine(f"of-{name}"), at=0.0)
        router.finish(f"of-{name}", at=0.0)
        router.sign_out(name, at=0.0)
    router.enqueue(mine("lost"), at=1.0)
    router.abandon("lost", at=2.0)
    assert told(router.enqueue(mine("c-1"), at=3.0))[1] == "3 ContactReserved c-1 ('bob',) 63 sticky"


def test_a_second_contact_is_kept_with_the_agent() -> None:
    router = alone(Queue("support", same_customer="keep", auto_accept=True))
    staff(router, "ann", capacity=Capacity(units=2, cost={"voice": 1}))
    staff(router, "bob")
    router.enqueue(mine("c-1"), at=0.0)
    assert told(router.enqueue(mine("c-2"), at=1.0)) == [
        "1 ContactQueued c-2 support 1",
        "1 ContactReserved c-2 ('ann',) 61 keep",
        "1 ContactConnected c-2 ann support None 0",
    ]


def test_a_second_contact_is_merged_into_the_latest_before_any_limit() -> None:
    router = alone(Queue("support", same_customer="merge", limits=(Limit(length=1, reject="full"),)), Queue("sales"))
    router.enqueue(mine("s-1", queue="sales"), at=0.0)
    router.enqueue(mine("c-1"), at=0.0)
    assert told(router.enqueue(mine("c-2"), at=1.0)) == ["1 ContactMerged c-2 c-1"]
    assert router.customer("cust-9").open == ("s-1", "c-1")
    assert router.customer("cust-9").history == ()


def test_a_second_contact_is_held_behind_until_the_first_is_served() -> None:
    limits, steps = (Limit(length=1, reject="full"),), (Step(3, announce="x"),)
    router = alone(Queue("support", same_customer="behind", wrap_up_s=5, prefer_s=30, limits=limits, steps=steps))
    staff(router, "ann", capacity=Capacity(units=9, cost={"voice": 1}))
    router.enqueue(mine("c-1"), at=0.0)
    assert told(router.enqueue(mine("c-2", prefer=("ann",)), at=1.0)) == [
        "1 ContactQueued c-2 support 2",
        "1 ContactHeldBack c-2 c-1",
    ]
    assert router.contacts["c-2"].behind == "c-1"
    check(router)
    router.accept("o-1", at=2.0)
    assert told(router.advance(at=4.0)) == ["4 StepFired c-2 support 0 3", "4 Announced c-2 support x 1"]
    happened = told(router.finish("c-1", at=100.0))
    assert happened[:4] == [
        "100 ContactFinished c-1 ann agent",
        "100 ContactReleased c-2 c-1",
        "100 ContactReserved c-2 ('ann',) 130 keep",
        "100 WrapUpStarted c-1 ann 105",
    ]
    assert happened[4].startswith("100 OfferMade o-2 c-2 ann")


def test_held_contacts_are_in_a_row_and_are_let_go_one_by_one() -> None:
    router = alone(Queue("support", same_customer="behind"), Queue("sales"))
    for name in ("c-1", "c-2", "c-3"):
        router.enqueue(mine(name), at=0.0)
    assert [router.contacts[name].behind for name in ("c-1", "c-2", "c-3")] == [None, "c-1", "c-2"]
    assert told(router.transfer("c-2", "support", at=1.0))[-1] == "1 ContactQueued c-2 support 2"
    assert router.contacts["c-2"].behind == "c-1"
    assert told(router.transfer("c-2", "sales", at=1.0)) == [
        "1 ContactMoved c-2 support sales None transfer",
        "1 ContactReleased c-3 c-2",
        "1 ContactQueued c-2 sales 1",
    ]
    assert [router.contacts[name].behind for name in ("c-1", "c-2", "c-3")] == [None, None, None]


def test_who_is_turned_away_lets_the_next_one_go() -> None:
    router = alone(Queue("support", same_customer="behind", steps=(Step(5, reject="late"),)))
    router.enqueue(mine("c-1"), at=0.0)
    router.enqueue(mine("c-2"), at=1.0)
    assert told(router.advance(at=5.0))[1:] == ["5 ContactRejected c-1 support late", "5 ContactReleased c-2 c-1"]


def test_hours_count_for_one_who_would_be_held_and_who_is_moved_by_them_is_not() -> None:
    limits = (Limit(closed=True, suggest_callback=True), Limit(length=1, closed=False, reject="full"))
    router = alone(Queue("support", same_customer="behind", hours=DAY, limits=limits), Queue("night"))
    router.enqueue(mine("c-1"), at=0.0)
    assert told(router.enqueue(mine("c-2"), at=1.0)) == [
        "1 ContactQueued c-2 support 2",
        "1 ContactHeldBack c-2 c-1",
        "1 LimitReached c-2 support 0 closed suggest_callback",
        "1 CallbackSuggested c-2 support 2 0 limit",
    ]
    router.update_queue("support", limits=(Limit(closed=True, move_to="night"),), at=2.0)
    assert told(router.enqueue(mine("c-3"), at=3.0))[1:] == [
        "3 ContactMoved c-3 support night None limit",
        "3 ContactQueued c-3 night 1",
    ]
    assert router.contacts["c-3"].behind is None


def test_one_who_is_held_is_not_overdue() -> None:
    chatty = Capacity(units=4, cost={"voice": 4, "chat": 1})
    router = alone(Queue("support", same_customer="behind", auto_accept=True, drain_after_s=5))
    staff(router, "ann", capacity=chatty)
    router.enqueue(mine("c-1", channel="chat"), at=0.0)
    router.enqueue(mine("c-2"), at=0.0)
    assert not router.advance(at=20.0)
    assert told(router.finish("c-1", at=21.0))[-1] == "21 ContactConnected c-2 ann support None 21"


def test_the_screen_shows_the_past_what_else_is_open_and_the_references() -> None:
    router = alone(Queue("support", script="greet"), Queue("sales"))
    staff(router, "ann", "support", "sales", capacity=Capacity(units=9, cost={"voice": 1}))
    assert router.enqueue(call("c-0", "sales"), at=0.0)[-1].screen is None
    router.enqueue(mine("c-1"), at=0.0)
    router.abandon("c-1", at=1.0)
    router.enqueue(mine("c-2", queue="sales"), at=2.0)
    made = router.enqueue(mine("c-3", knowledge=("kb-1",)), at=2.0)[-1]
    history = (past("c-1", "abandoned", 1.0),)
    expected = Screen(history=history, open=("c-2",), script="greet", knowledge=("kb-1",), reference=None)
    assert made.screen == expected == router.screen("c-3")
    assert router.screen("c-2") == Screen(history=history, open=("c-3",), script=None, knowledge=(), reference=None)
    moved = router.transfer("c-3", "sales", reference="note-1", at=3.0)
    again = next(event.screen for event in moved if hasattr(event, "screen"))
    assert again == Screen(history=history, open=("c-2",), script=None, knowledge=("kb-1",), reference="note-1")
    router.update_contact("c-3", script="own", at=4.0)
    shown = router.screen("c-3")
    assert shown is not None
    assert shown.script == "own"
    with pytest.raises(UnknownContact):
        router.screen("c-9")


def test_the_script_is_that_of_the_queue_through_which_it_is_offered() -> None:
    steps = (Step(5, add_queue="sales"),)
    router = alone(Queue("support", script="help", steps=steps), Queue("sales", script="sell"))
    staff(router, "ann", "sales")
    router.enqueue(call("c-1"), at=0.0)
    made = router.advance(at=5.0)[-1]
    assert (made.queue, made.screen.script) == ("sales", "sell")
    shown = router.screen("c-1")
    assert shown is not None
    assert shown.script == "help"


def test_the_latest_of_several_is_the_one_that_counts() -> None:
    router = alone(Queue("support", auto_accept=True), Queue("sales"))
    for name in ("ann", "bob"):
        staff(router, name)
        router.enqueue(mine(f"of-{name}"), at=0.0)
    router.update_queue("support", same_customer="keep", at=1.0)
    assert told(router.enqueue(mine("c-1"), at=1.0))[1] == "1 ContactReserved c-1 ('bob',) 61 keep"
    for name in ("s-1", "s-2"):
        router.enqueue(mine(name, queue="sales"), at=1.0)
    router.update_queue("sales", same_customer="merge", at=1.0)
    assert told(router.enqueue(mine("s-3", queue="sales"), at=1.0)) == ["1 ContactMerged s-3 s-2"]


def test_nobody_is_held_behind_one_who_is_parked_and_parking_lets_them_go() -> None:
    router = alone(Queue("support", same_customer="behind", auto_accept=True))
    staff(router, "ann")
    router.enqueue(mine("c-1"), at=0.0)
    router.enqueue(mine("c-2"), at=1.0)
    assert told(router.park("c-1", at=2.0))[:2] == ["2 ContactParked c-1 ann support None", "2 ContactReleased c-2 c-1"]
    assert router.customer("cust-9").open == ("c-1", "c-2")
    router.finish("c-2", at=3.0)
    assert told(router.enqueue(mine("c-3"), at=4.0))[0] == "4 ContactQueued c-3 support 1"
    assert router.contacts["c-3"].behind is None


def test_consults_and_promises_are_nothing_that_a_customer_has_open() -> None:
    router = alone(Queue("support", auto_accept=True, prefer_s=30))
    staff(router, "ann")
    staff(router, "bob")
    router.enqueue(mine("c-1"), at=0.0)
    router.consult("c-1", agent="bob", at=1.0)
    router.follow_up("c-1", due_at=1000.0, at=1.0)
    assert router.customer("cust-9").open == ("c-1",)
    router.finish("c-1/consult-1", at=2.0)
    assert router.customer("cust-9").history == ()


def test_a_transfer_within_the_queue_lets_nobody_go() -> None:
    router = alone(Queue("support", same_customer="behind", auto_accept=True))
    staff(router, "ann")
    router.enqueue(mine("c-1"), at=0.0)
    router.enqueue(mine("c-2"), at=1.0)
    router.transfer("c-1", "support", at=2.0)
    assert router.contacts["c-2"].behind == "c-1"


def test_no_step_comes_after_the_end_in_one_command() -> None:
    router = alone(Queue("support"))
    router.enqueue(call("c-1"), at=0.0)
    steps = (Step(5, reject="late"), Step(5, announce="x"))
    assert told(router.update_queue("support", steps=steps, at=9.0))[1:] == [
        "9 StepFired c-1 support 0 5",
        "9 ContactRejected c-1 support late",
    ]
