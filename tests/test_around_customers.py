"""One customer (docs/around.md, section 15): what they have open and had, who comes twice, and what the agent sees.

Scenes of a contact centre: commands, and what they must answer, an event a line.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, CustomerView, Queue, Router, Step
from routekit import strategies as st
from routekit.errors import DuplicateContact, InvalidValue, StrategyError, UnknownContact, UnknownQueue
from routekit.events import OfferMade, Past, Screen
from tests.test_oracle import told


def centre(*queues: Queue, agents: tuple[str, ...] = ("ann",), **settings: Any) -> Router:
    """A router with these queues, and agents of all of them who are signed in at 0."""
    router = Router(seed=1, **settings)
    for queue in queues:
        router.add_queue(queue, at=0.0)
    for name in agents:
        router.add_agent(Agent(name, queues=tuple(queue.name for queue in queues)), at=0.0)
        router.sign_in(name, at=0.0)
    return router


def call(name: str, queue: str = "support", customer: str | None = "kim", **fields: Any) -> Contact:
    return Contact(name, queue=queue, customer=customer, **fields)


def again(router: Router, **settings: Any) -> Router:
    """The router that a snapshot makes, which must be whole and say the same of itself."""
    data = json.loads(json.dumps(router.snapshot()))
    same = Router.restore(data, **settings)
    same.check()
    assert same.snapshot() == data
    return same


def serve(router: Router, contact: Contact, at: float, *, until: float) -> None:
    """A contact comes, is answered at once, and is finished."""
    events = router.enqueue(contact, at=at)
    router.accept(events[-1].offer, at=at)
    router.finish(contact.id, at=until)
    router.check()


def past(contact: str, outcome: str, at: float, agent: str | None = None, **fields: Any) -> Past:
    return Past(
        contact=contact,
        agent=agent,
        outcome=outcome,
        at=at,
        **{"channel": "voice", "queue": "support", "reference": None, **fields},
    )


# -- who is open, and what was ----------------------------------------------------------------------------------------


def test_what_waits_and_is_talked_about_is_open_and_wrap_up_is_not() -> None:
    router = centre(Queue("support", wrap_up_s=30))
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2", channel="email"), at=2.0)
    assert router.customer("kim") == CustomerView(customer="kim", open=("c-1", "c-2"), history=())
    router.accept("o-1", at=3.0)
    assert router.customer("kim").open == ("c-1", "c-2")
    router.finish("c-1", at=60.0)
    assert router.contacts["c-1"].state == "wrapping"
    assert router.customer("kim").open == ("c-2",)
    assert router.customer("kim").history == (past("c-1", "finished", 60.0, "ann"),)
    router.check()


def test_nobody_is_heard_of_who_has_not_called() -> None:
    router = centre(Queue("support"))
    assert router.customer("kim") == CustomerView(customer="kim", open=(), history=())
    router.enqueue(call("c-1", customer=None), at=1.0)
    router.abandon("c-1", at=2.0)
    assert router.customer("kim") == CustomerView(customer="kim", open=(), history=())
    with pytest.raises(InvalidValue):
        router.customer("")


def test_an_abandoned_contact_is_noted_without_an_agent_if_nobody_had_it() -> None:
    router = centre(Queue("support"), agents=())
    router.enqueue(call("c-1", channel="chat"), at=1.0)
    router.abandon("c-1", at=9.0, reason="hung_up")
    assert router.customer("kim").history == (past("c-1", "abandoned", 9.0, channel="chat"),)
    assert router.customer("kim").open == ()


def test_who_had_it_last_is_kept_when_it_goes_back_to_the_line() -> None:
    router = centre(Queue("support"))
    router.enqueue(call("c-1"), at=1.0)
    router.accept("o-1", at=2.0)
    router.set_away("ann", at=2.0)
    router.requeue("c-1", at=3.0)
    same = again(router)
    for each in (router, same):
        each.abandon("c-1", at=4.0)
        assert each.customer("kim").history == (past("c-1", "abandoned", 4.0, "ann"),)
        each.check()


def test_who_had_it_last_is_kept_by_a_transfer_to_where_nobody_is() -> None:
    router = centre(Queue("support"))
    router.add_queue(Queue("sales"), at=0.0)
    router.enqueue(call("c-1"), at=1.0)
    router.accept("o-1", at=2.0)
    router.transfer("c-1", "sales", at=3.0, reference="note-7")
    router.reconcile([], at=4.0)
    assert router.customer("kim").history == (past("c-1", "abandoned", 4.0, "ann", queue="sales", reference="note-7"),)


def test_the_last_five_are_kept_the_oldest_first() -> None:
    router = centre(Queue("support"))
    for i in range(7):
        serve(router, call(f"c-{i}"), 10.0 * i, until=10.0 * i + 5)
    assert [item.contact for item in router.customer("kim").history] == ["c-2", "c-3", "c-4", "c-5", "c-6"]


def test_with_a_history_of_none_nothing_is_kept() -> None:
    router = centre(Queue("support"), history=0)
    serve(router, call("c-1"), 1.0, until=2.0)
    assert router.customer("kim").history == ()
    assert again(router).customer("kim").history == ()


def test_customers_longest_without_an_ending_are_forgotten_first() -> None:
    router = centre(Queue("support"), customers=2)
    for i, customer in enumerate(("kim", "lee", "kim", "mia")):
        serve(router, call(f"c-{i}", customer=customer), 10.0 * i, until=10.0 * i + 5)
    router = again(router)
    assert router.customer("lee").history == ()
    assert [item.contact for item in router.customer("kim").history] == ["c-0", "c-2"]
    serve(router, call("c-9", customer="pat"), 100.0, until=105.0)
    assert router.customer("kim").history == ()
    assert len(router.customer("mia").history) == 1
    assert len(router.customer("pat").history) == 1


@pytest.mark.parametrize("name", ["history", "customers"])
@pytest.mark.parametrize("number", [-1, 1.5, True, "5"])
def test_how_much_is_kept_is_a_whole_number(name: str, number: Any) -> None:
    with pytest.raises(InvalidValue):
        Router(**{name: number})


def test_another_customer_takes_the_contact_over() -> None:
    router = centre(Queue("support"), agents=())
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2", customer="lee"), at=2.0)
    router.update_contact("c-1", customer="lee", at=3.0)
    assert router.customer("kim").open == ()
    assert router.customer("lee").open == ("c-1", "c-2")
    router.update_contact("c-2", customer=None, at=4.0)
    router.check()
    router.abandon("c-2", at=5.0)
    assert router.customer("lee") == CustomerView(customer="lee", open=("c-1",), history=())


# -- a second contact: merged -----------------------------------------------------------------------------------------


def test_a_second_contact_goes_into_the_latest_one_of_the_queue() -> None:
    router = centre(Queue("support", same_customer="merge"), Queue("sales"), agents=())
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2", "sales"), at=2.0)
    assert told(router.enqueue(call("c-3"), at=3.0)) == ["3 ContactMerged c-3 c-1"]
    assert "c-3" not in router.contacts
    assert router.statistics().queues["support"].entered == 1
    router.enqueue(call("c-4", customer="lee"), at=4.0)
    router.update_contact("c-4", customer="kim", at=5.0)
    assert told(router.enqueue(call("c-3"), at=6.0)) == ["6 ContactMerged c-3 c-4"]
    router.check()


def test_one_who_is_talked_to_is_merged_into_and_one_who_wraps_up_is_not() -> None:
    router = centre(Queue("support", same_customer="merge", wrap_up_s=30))
    router.enqueue(call("c-1"), at=1.0)
    router.accept("o-1", at=2.0)
    assert told(router.enqueue(call("c-2"), at=3.0)) == ["3 ContactMerged c-2 c-1"]
    router.finish("c-1", at=4.0)
    assert told(router.enqueue(call("c-2"), at=5.0)) == ["5 ContactQueued c-2 support 1"]
    router.check()


def test_a_merged_contact_must_be_one_that_could_come() -> None:
    router = centre(Queue("support", same_customer="merge"), agents=())
    router.enqueue(call("c-1"), at=1.0)
    with pytest.raises(DuplicateContact):
        router.enqueue(call("c-1"), at=2.0)
    with pytest.raises(UnknownQueue):
        router.enqueue(call("c-2", "nowhere"), at=2.0)


def test_separate_contacts_and_those_of_nobody_are_left_alone() -> None:
    router = centre(Queue("support"), Queue("sales", same_customer="merge"), agents=())
    for name, queue, customer in (("c-1", "support", "kim"), ("c-2", "support", "kim"), ("c-3", "sales", None)):
        assert len(router.enqueue(call(name, queue, customer), at=1.0)) == 1
    assert told(router.enqueue(call("c-4", "sales", None), at=1.0)) == ["1 ContactQueued c-4 sales 2"]


# -- a second contact: held behind the first --------------------------------------------------------------------------


def behind(*agents: str, **fields: Any) -> Router:
    """A queue that lines contacts of one customer up behind one another, and nothing reserved."""
    return centre(Queue("support", same_customer="behind", **{"prefer_s": 0, **fields}), agents=agents)


def test_a_second_contact_waits_behind_the_first() -> None:
    router = behind("ann", "ben")
    router.enqueue(call("c-1"), at=1.0)
    assert told(router.enqueue(call("c-2"), at=2.0)) == [
        "2 ContactQueued c-2 support 2",
        "2 ContactHeldBack c-2 c-1",
    ]
    router.check()
    assert router.contacts["c-2"].behind == "c-1"
    assert router.contacts["c-1"].behind is None
    assert told(router.accept("o-1", at=3.0)) == ["3 ContactConnected c-1 ann support o-1 2"]
    router.check()
    assert told(router.finish("c-1", at=9.0)) == [
        "9 ContactFinished c-1 ann agent",
        "9 ContactReleased c-2 c-1",
        "9 OfferMade o-2 c-2 ben support voice kim 29 " + str(router.screen("c-2")),
    ]
    assert router.contacts["c-2"].behind is None
    router.check()


def test_it_is_passed_by_those_who_are_not_held() -> None:
    router = behind()
    for i, customer in enumerate(("kim", "kim", "lee")):
        router.enqueue(call(f"c-{i}", customer=customer), at=float(i))
    router.update_contact("c-0", priority=-100.0, at=5.0)
    assert router.position("c-1") == 1
    router.add_agent(Agent("ann", queues=("support",)), at=6.0)
    made = router.sign_in("ann", at=6.0)[-1]
    assert (made.contact, made.agent) == ("c-2", "ann")
    router.check()


def test_a_third_waits_behind_the_second() -> None:
    router = behind()
    for i in range(3):
        router.enqueue(call(f"c-{i}"), at=float(i))
    assert router.contacts["c-2"].behind == "c-1"
    assert told(router.abandon("c-1", at=4.0)) == [
        "4 ContactAbandoned c-1 support 3 abandoned",
        "4 ContactReleased c-2 c-1",
    ]
    router.check()
    router.abandon("c-2", at=5.0)
    assert told(router.enqueue(call("c-4"), at=6.0))[-1] == "6 ContactHeldBack c-4 c-0"


def test_one_in_another_queue_holds_nobody() -> None:
    router = centre(Queue("support", same_customer="behind"), Queue("sales"), agents=())
    router.enqueue(call("c-1", "sales"), at=1.0)
    assert told(router.enqueue(call("c-2"), at=2.0)) == ["2 ContactQueued c-2 support 1"]


def test_its_steps_run_while_it_is_held() -> None:
    router = behind("ann", steps=(Step(0, raise_priority=1), Step(30, raise_priority=1)))
    router.enqueue(call("c-1"), at=1.0)
    assert told(router.enqueue(call("c-2"), at=2.0)) == [
        "2 ContactQueued c-2 support 2",
        "2 ContactHeldBack c-2 c-1",
        "2 StepFired c-2 support 0 0",
    ]
    router.accept("o-1", at=3.0)
    assert told(router.advance(at=40.0)) == ["32 StepFired c-2 support 1 30"]
    router.check()


def test_a_requeue_keeps_it_held() -> None:
    router = behind("ann", "ben")
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    router.accept("o-1", at=3.0)
    events = router.requeue("c-1", at=4.0)
    assert [type(event).__name__ for event in events] == ["ContactRequeued", "OfferMade"]
    assert router.contacts["c-2"].behind == "c-1"
    router.check()


def test_a_wrap_up_does_not_hold_anybody() -> None:
    router = behind("ann", wrap_up_s=30)
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    router.accept("o-1", at=3.0)
    assert told(router.finish("c-1", at=4.0)) == [
        "4 ContactFinished c-1 ann agent",
        "4 ContactReleased c-2 c-1",
        "4 WrapUpStarted c-1 ann 34",
    ]
    assert told(router.enqueue(call("c-3"), at=5.0))[-1] == "5 ContactHeldBack c-3 c-2"
    router.check()


def test_a_transfer_of_the_first_releases_the_second() -> None:
    router = behind("ann", wrap_up_s=30)
    router.add_queue(Queue("sales"), at=0.0)
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    router.accept("o-1", at=3.0)
    assert told(router.transfer("c-1", "sales", at=4.0)) == [
        "4 ContactMoved c-1 support sales ann transfer",
        "4 ContactReleased c-2 c-1",
        "4 WrapUpStarted c-1 ann 34",
        "4 ContactQueued c-1 sales 1",
    ]
    router.check()


def test_a_transfer_within_the_queue_releases_nobody() -> None:
    router = behind("ann")
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    router.transfer("c-1", "support", at=3.0)
    router.check()
    assert router.contacts["c-2"].behind == "c-1"
    router.transfer("c-2", "support", at=4.0)
    router.check()
    assert router.contacts["c-2"].behind == "c-1"


def test_one_who_moves_is_held_no_more_and_nothing_is_said() -> None:
    router = behind()
    router.add_queue(Queue("sales", same_customer="behind"), at=0.0)
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    assert told(router.transfer("c-2", "sales", at=3.0)) == [
        "3 ContactMoved c-2 support sales None transfer",
        "3 ContactQueued c-2 sales 1",
    ]
    assert router.contacts["c-2"].behind is None
    router.check()
    assert told(router.abandon("c-1", at=4.0)) == ["4 ContactAbandoned c-1 support 3 abandoned"]


def held(**fields: Any) -> Router:
    """Ann talks to kim, whose second contact is held behind the first; ben is free."""
    router = behind("ann", "ben", **fields)
    router.enqueue(call("c-1"), at=1.0)
    router.accept("o-1", at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    assert router.contacts["c-2"].behind == "c-1"
    return router


def test_nobody_is_held_for_longer_than_the_tiers_count() -> None:
    router = held(tier_wait_s=30)
    assert router.next_deadline == 32.0
    router = again(router)
    assert told(router.advance(at=32.0))[0] == "32 ContactReleased c-2 c-1"
    assert router.contacts["c-2"].agent == "ben"
    router.check()


def test_one_who_is_held_may_be_meant_for_somebody_too_and_each_ends_at_its_own_time() -> None:
    router = held(tier_wait_s=30, prefer_s=5)
    router.transfer("c-2", "support", agent="ben", at=3.0)
    view = router.contacts["c-2"]
    assert (view.behind, view.reserved_for, view.reserved_until) == ("c-1", ("ben",), 8.0)
    router = again(router)
    assert told(router.advance(at=8.0)) == ["8 ReservationEnded c-2 ('ben',) waited"]
    router.check()
    assert told(router.advance(at=32.0))[0] == "32 ContactReleased c-2 c-1"
    router.check()


def test_nobody_is_held_where_tiers_never_count() -> None:
    router = behind("ann", "ben", tier_wait_s=0)
    router.enqueue(call("c-1"), at=1.0)
    router.accept("o-1", at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    assert router.contacts["c-2"].agent == "ben"


def test_a_queue_that_lines_nobody_up_any_more_releases_those_who_are() -> None:
    router = held()
    assert told(router.update_queue("support", same_customer="separate", at=3.0))[:2] == [
        "3 QueueUpdated support ('same_customer',)",
        "3 ContactReleased c-2 c-1",
    ]
    assert router.contacts["c-2"].agent == "ben"
    router.check()


def test_a_contact_of_another_customer_is_held_no_more() -> None:
    router = held()
    assert told(router.update_contact("c-2", customer="lee", at=3.0))[:2] == [
        "3 ContactUpdated c-2 ('customer',)",
        "3 ContactReleased c-2 c-1",
    ]
    assert router.contacts["c-2"].agent == "ben"
    assert router.update_contact("c-1", customer="max", at=4.0)
    router.check()


def test_one_who_is_held_and_leaves_is_forgotten() -> None:
    router = behind()
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    router.abandon("c-2", at=3.0)
    router.check()
    assert told(router.abandon("c-1", at=4.0)) == ["4 ContactAbandoned c-1 support 3 abandoned"]


def test_a_queue_that_is_removed_takes_them_along_one_by_one() -> None:
    router = behind()
    router.add_queue(Queue("sales"), at=0.0)
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    assert told(router.remove_queue("support", move_to="sales", at=3.0)) == [
        "3 ContactMoved c-1 support sales None queue_removed",
        "3 ContactReleased c-2 c-1",
        "3 ContactMoved c-2 support sales None queue_removed",
        "3 QueueRemoved support sales",
    ]
    router.check()


def test_a_connection_that_fails_after_its_queue_went_releases_after_that() -> None:
    router = behind("ann")
    router.add_queue(Queue("sales"), at=0.0)
    router.enqueue(call("c-1"), at=1.0)
    router.accept("o-1", at=2.0)
    router.remove_queue("support", move_to="sales", at=3.0)
    router.add_queue(Queue("support", same_customer="behind", prefer_s=0), at=4.0)
    assert told(router.enqueue(call("c-2"), at=5.0))[-1] == "5 ContactHeldBack c-2 c-1"
    router.remove_queue("sales", at=6.0)
    assert told(router.requeue("c-1", at=7.0)) == ["7 ContactRequeued c-1 ann support connect_failed 1"]
    router.check()
    assert router.contacts["c-2"].behind == "c-1"


def test_a_drain_ends_before_the_next_is_released() -> None:
    router = centre(Queue("support", same_customer="behind", prefer_s=0, drain_after_s=10), agents=())
    router.add_agent(
        Agent("ann", queues=("support",), capacity=Capacity(units=4, cost={"voice": 4, "chat": 1})), at=0.0
    )
    router.sign_in("ann", at=0.0)
    chat = router.enqueue(call("chat-1", customer="lee", channel="chat"), at=0.0)[-1]
    router.accept(chat.offer, at=0.0)
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    assert told(router.advance(at=30.0)) == ["11 DrainStarted c-1 ann"]
    assert told(router.abandon("c-1", at=31.0)) == [
        "31 ContactAbandoned c-1 support 30 abandoned",
        "31 DrainEnded c-1 ann left",
        "31 ContactReleased c-2 c-1",
        "31 DrainStarted c-2 ann",
    ]
    router.check()


def test_a_hold_outlives_another_customer() -> None:
    router = behind()
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    router.update_contact("c-1", customer=None, at=3.0)
    router.check()
    assert router.contacts["c-2"].behind == "c-1"
    assert told(router.abandon("c-1", at=4.0))[-1] == "4 ContactReleased c-2 c-1"


def test_a_window_and_a_queue_that_ask_leave_it_out() -> None:
    order = st.Batched(every_s=10)
    router = centre(Queue("support", same_customer="behind", prefer_s=0, agent_order=order), agents=("ann", "ben"))
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    made = [event for event in router.advance(at=30.0) if type(event) is OfferMade]
    assert {event.contact for event in made} == {"c-1"}
    router.check()


def test_a_queue_with_an_apps_own_scores_asks_when_it_is_released_and_takes_the_command_back() -> None:
    asked: list[str] = []
    broken: list[bool] = []

    def score(contact: Any, agent: Any) -> float:
        asked.append(contact.id)
        if broken:
            raise RuntimeError
        return 1.0

    registry = {"own": score}
    queue = Queue("support", same_customer="behind", prefer_s=0, agent_order=st.Scored("own"))
    router = centre(queue, agents=("ann", "ben", "cid"), registry=registry)
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    assert set(asked) == {"c-1"}
    router.accept("o-1", at=3.0)
    broken.append(True)
    before = router.snapshot()
    with pytest.raises(StrategyError):
        router.finish("c-1", at=3.0)
    assert router.snapshot() == before
    router.check()
    broken.clear()
    assert [type(event).__name__ for event in router.finish("c-1", at=4.0)] == [
        "ContactFinished",
        "ContactReleased",
        "OfferMade",
    ]
    assert again(router, registry=registry).customer("kim") == router.customer("kim")


def test_a_snapshot_in_the_middle_goes_on_the_same() -> None:
    router = behind("ann", "ben")
    serve(router, call("c-0"), 0.0, until=0.5)
    for i in range(1, 5):
        router.enqueue(call(f"c-{i}"), at=float(i))
    router.enqueue(call("c-5", customer="lee"), at=5.0)
    router.accept("o-2", at=6.0)
    same = again(router)
    assert same.customer("kim") == router.customer("kim")
    assert {name: view.behind for name, view in same.contacts.items()} == {
        "c-1": None,
        "c-2": "c-1",
        "c-3": "c-2",
        "c-4": "c-3",
        "c-5": None,
    }
    for each in (router, same):
        each.abandon("c-3", at=7.0)
        each.check()
    assert router.finish("c-1", at=8.0) == same.finish("c-1", at=8.0)
    assert router.snapshot() == same.snapshot()


def test_explaining_one_that_is_held_back_says_behind_whom() -> None:
    router = behind("ann", "ben")
    router.enqueue(call("c-1"), at=1.0)
    router.enqueue(call("c-2"), at=2.0)
    explained = router.explain("c-2")
    assert {reason.agent: reason.why for reason in explained.reasons} == {"ann": "capacity", "ben": "behind"}
    assert "held behind c-1 of the same customer" in str(explained)


# -- the screen -------------------------------------------------------------------------------------------------------


def test_an_offer_shows_the_past_what_else_is_open_and_where_to_read() -> None:
    router = centre(Queue("support", script="greeting"))
    serve(router, call("c-0"), 0.0, until=5.0)
    router.enqueue(call("c-1", channel="sms", knowledge=("kb-1", "kb-2")), at=10.0)
    shown = router.offers["o-2"]
    assert shown.contact == "c-1"
    expected = Screen(
        history=(past("c-0", "finished", 5.0, "ann"),),
        open=(),
        script="greeting",
        knowledge=("kb-1", "kb-2"),
        reference=None,
    )
    assert router.screen("c-1") == expected
    router.accept("o-2", at=11.0)
    router.enqueue(call("c-2", script="upset"), at=12.0)
    made = router.finish("c-1", at=20.0)[-1]
    assert type(made) is OfferMade
    assert made.screen is not None
    assert made.screen.script == "upset"
    assert [item.contact for item in made.screen.history] == ["c-0", "c-1"]
    router.enqueue(call("c-3"), at=21.0)
    seen = router.screen("c-2")
    assert seen is not None
    assert seen.open == ("c-3",)


def test_an_empty_screen_is_none() -> None:
    router = centre(Queue("support"))
    assert router.enqueue(call("c-1"), at=1.0)[-1].screen is None
    assert router.screen("c-1") is None
    with pytest.raises(UnknownContact):
        router.screen("c-9")


def test_a_contact_of_nobody_has_its_scripts_all_the_same() -> None:
    router = centre(Queue("support"))
    made = router.enqueue(call("c-1", customer=None, script="new"), at=1.0)[-1]
    assert made.screen == Screen(history=(), open=(), script="new", knowledge=(), reference=None)
    router.update_contact("c-1", script=None, knowledge=("kb",), at=2.0)
    assert router.screen("c-1") == Screen(history=(), open=(), script=None, knowledge=("kb",), reference=None)
    assert router.contacts["c-1"].knowledge == ("kb",)


def test_the_queues_script_follows_an_update_and_a_restore() -> None:
    router = centre(Queue("support"))
    router.update_queue("support", script="late", at=1.0)
    for each in (router, again(router)):
        assert each.enqueue(call("c-1"), at=2.0)[-1].screen.script == "late"


def test_what_a_transfer_leaves_is_shown_and_kept() -> None:
    router = centre(Queue("support"))
    router.add_queue(Queue("sales"), at=0.0)
    router.add_agent(Agent("ben", queues=("sales",)), at=0.0)
    router.sign_in("ben", at=0.0)
    router.enqueue(call("c-1", customer=None), at=1.0)
    router.accept("o-1", at=2.0)
    moved, _, made = router.transfer("c-1", "sales", at=3.0, reference="transcript-4")
    assert moved.reference == "transcript-4"
    assert made.screen == Screen(history=(), open=(), script=None, knowledge=(), reference="transcript-4")
    same = again(router)
    for each in (router, same):
        assert each.contacts["c-1"].reference == "transcript-4"
        moved = each.transfer("c-1", "support", at=4.0)[1]
        assert moved.reference is None
        assert each.screen("c-1").reference == "transcript-4"
        each.check()


def test_update_names_what_changed_of_what_is_shown() -> None:
    router = centre(Queue("support"), agents=())
    router.enqueue(call("c-1"), at=1.0)
    updated = router.update_contact("c-1", script="s", knowledge=("k",), prefer=("ann",), at=2.0)[0]
    assert updated.changed == ("prefer", "script", "knowledge")


def test_one_who_writes_again_brings_back_what_is_parked_of_the_same_channel() -> None:
    router = Router()
    router.add_queue(Queue("mail", same_customer="merge"), at=0.0)
    router.add_agent(Agent("ann", queues=("mail",)), at=0.0)
    router.sign_in("ann", at=0.0)
    router.enqueue(Contact("m-1", queue="mail", channel="email", customer="cust"), at=0.0)
    router.accept("o-1", at=0.0)
    router.park("m-1", at=1.0)
    call = router.enqueue(Contact("v-1", queue="mail", customer="cust"), at=2.0)
    assert type(call[0]).__name__ == "ContactQueued"
    router.abandon("v-1", at=3.0)
    events = router.enqueue(Contact("m-2", queue="mail", channel="email", customer="cust"), at=4.0)
    told = [type(event).__name__ for event in events]
    assert told == ["ContactMerged", "ContactUnparked", "ContactReserved", "OfferMade"]
    assert (events[0].into, events[1].reason) == ("m-1", "merged")
    router.check()
