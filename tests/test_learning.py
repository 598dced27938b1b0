"""What is learnt from events: handle times, patience, arrivals, offers, paces, and how fast a line moves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from routekit import Agent, Contact, Need, Queue, Router
from routekit.errors import SnapshotError
from routekit.estimation.learning import SORTS, Arrivals, Fading, Learning, Mix, Needs, Patience


def centre(**fields: Any) -> tuple[Router, Learning]:
    """A router whose events go to a `Learning` with its contacts' channels and priorities."""
    router = Router(seed=1)
    learning = Learning()

    def kind_of(contact: str) -> tuple[str, float, Needs] | None:
        view = router.contacts.get(contact)
        if view is None:
            return None
        return view.channel, view.raised_priority, tuple((need.skill, float(need.at_least)) for need in view.needs)

    learning.attach(kind_of)
    router.subscribe(learning.observe)
    router.add_queue(Queue("a", auto_accept=True, **fields), at=0.0)
    router.add_queue(Queue("b", auto_accept=True), at=0.0)
    for name, queues in (("ann", ("a",)), ("bob", ("a", "b")), ("eve", ("b",))):
        router.add_agent(Agent(name, queues=queues), at=0.0)
        router.sign_in(name, at=0.0)
    return router, learning


def call(router: Router, name: str, at: float, **fields: Any) -> None:
    router.enqueue(Contact(name, queue="a", **fields), at=at)


def test_fading_survives_the_rescaling_of_its_weights() -> None:
    faded, plain = Fading(1, memory=1.0), Fading(1, memory=1.0)
    for number in range(1000):  # weights double: they are divided many times
        faded.add(5.0 + number % 2)
        plain.add(5.0 + number % 2)
    assert faded.step < 1e101 and faded.mean(0) == pytest.approx(5.0 + 2.0 / 3.0)
    copy = Fading(1, memory=1.0)
    copy.restore(json.loads(json.dumps(faded.to_data())))
    copy.add(1.0)
    faded.add(1.0)
    assert copy.to_data() == faded.to_data()


def test_one_who_is_served_makes_callers_more_patient() -> None:
    patience = Patience(memory=1e9)
    assert patience.rate() == 0.0
    patience.ended(100.0, True)
    assert patience.rate() == pytest.approx(0.01)
    patience.ended(100.0, False)
    assert patience.rate() == pytest.approx(0.005)


def test_arrivals_slow_down_as_none_comes() -> None:
    arrivals = Arrivals(memory=1e9, began=0.0)
    assert arrivals.rate(0.0) == 0.0
    for number in range(11):
        arrivals.came(10.0 * number)
    assert arrivals.rate(100.0) == arrivals.rate(110.0) == pytest.approx(0.1)
    assert arrivals.rate(200.0) == pytest.approx(11 / 200)
    assert arrivals.rate(2000.0) < 0.01


def test_handle_times_are_by_queue_and_channel() -> None:
    router, learning = centre()
    call(router, "c", 0.0)
    call(router, "d", 0.0, channel="chat")
    router.finish("c", at=30.0)
    router.finish("d", at=50.0)
    assert {kind: handling.mean_s for kind, handling in learning.handling.items()} == {
        ("a", "voice"): 30.0,
        ("a", "chat"): 50.0,
    }


def test_the_end_of_a_transfer_of_a_parking_and_of_a_hand_over_are_ends_of_work() -> None:
    router, learning = centre(wrap_up_s=10)
    call(router, "c", 0.0)
    router.transfer("c", queue="b", at=20.0)
    assert learning.handling["a", "voice"].talk_s == 20.0
    router.advance(at=30.0)
    assert learning.handling["a", "voice"].mean_s == pytest.approx(30.0, rel=0.01)
    router.finish("c", at=60.0)
    assert learning.handling["b", "voice"].talk_s == 40.0
    call(router, "d", 100.0)
    router.park("d", at=120.0)
    assert learning.handling["a", "voice"].count == 2
    router.advance(at=200.0)
    call(router, "e", 300.0)
    first = router.contacts["e"].agent
    asked = "bob" if first == "ann" else "ann"
    router.consult("e", agent=asked, at=310.0)
    router.complete_transfer("e", at=340.0)
    assert learning.handling["a", "voice"].count == 3
    router.finish("e", at=400.0)
    assert learning.handling["a", "voice"].count == 4
    router.advance(at=500.0)
    assert not learning._works and not learning._wraps and not learning._open
    assert all(agent.load == 0 for agent in learning._agents.values())


def test_a_call_that_failed_teaches_nothing_about_handling() -> None:
    router, learning = centre()
    call(router, "c", 0.0)
    router.requeue("c", reason="bridge", at=5.0)
    assert not learning.handling or learning.handling["a", "voice"].count == 0


def test_the_staff_and_who_is_idle_are_counted_by_events() -> None:
    router, learning = centre()
    call(router, "c", 0.0)
    call(router, "d", 0.0)
    moving = learning.moving["a"]
    assert (moving.staff, moving.idle) == (2, 0)
    router.finish("c", at=10.0)
    assert (moving.staff, moving.idle) == (2, 1)
    router.enqueue(Contact("x", queue="b"), at=11.0)
    router.enqueue(Contact("y", queue="b"), at=12.0)
    assert (moving.staff, moving.idle) in ((2, 1), (2, 0))
    for name in ("ann", "bob"):
        router.set_away(name, reason="x", at=20.0)
    assert (moving.staff, moving.idle) == (0, 0)
    router.set_ready("ann", at=30.0)
    assert moving.staff == 1
    router.update_agent("ann", queues=("b",), at=31.0)
    assert moving.staff == 0


def test_a_gap_in_which_the_line_was_empty_does_not_count() -> None:
    router, learning = centre()
    for number, at in enumerate((0.0, 100.0, 1000.0)):
        call(router, f"c-{number}", at)
        router.finish(f"c-{number}", at=at + 10.0)
    assert learning.moving["a"].gaps.count == 0


def test_an_agent_who_takes_longer_has_a_slower_pace_drawn_towards_all() -> None:
    router, learning = centre()
    for number in range(60):
        at = 1000.0 * number
        call(router, f"c-{number}", at)
        call(router, f"d-{number}", at)
        for name in (f"c-{number}", f"d-{number}"):
            router.finish(name, at=at + (100.0 if router.contacts[name].agent == "ann" else 300.0))
    assert 0.5 < learning.pace_of("ann") < 0.75 and 1.25 < learning.pace_of("bob") < 1.5
    assert learning.pace_of("eve") == learning.pace_of("nobody") == 1.0


def test_a_queue_that_is_gone_is_forgotten() -> None:
    router, learning = centre()
    call(router, "c", 0.0)
    router.finish("c", at=9.0)
    router.remove_queue("a", at=10.0)
    data = learning.to_data()
    assert not data["handling"] and not data["moving"] and not data["arrivals"] and not data["started"]
    assert all("a" not in agent[2] for agent in data["agents"].values())


def test_only_so_many_priorities_are_told_from_each_other() -> None:
    router, learning = centre()
    for number in range(30):
        call(router, f"c-{number}", float(number), priority=float(number))
    assert len(learning.arrivals["a"]) == 8


def test_what_sorts_of_contacts_come_is_learnt_and_fades() -> None:
    mix = Mix(memory=20.0)
    for number in range(500):
        mix.came(("voice", ((f"s-{number}", 1.0),)))
    assert len(mix.weights) == SORTS and ("voice", (("s-499", 1.0),)) in mix.weights  # the rarest have gone
    for _ in range(2000):  # weights grow to 1e100 about twice
        mix.came(("chat", ()))
    assert mix.shares(2)[0] == (("chat", ()), pytest.approx(1.0)) and mix.step <= 1e100
    router, learning = centre()
    for number in range(9):
        call(router, f"c-{number}", 10.0 * number, needs=(Need("sql"),) if number % 3 == 0 else ())
    assert learning.mixes["a"].shares(4) == [
        (("voice", ()), pytest.approx(2 / 3, abs=0.01)),
        (("voice", (("sql", 1.0),)), pytest.approx(1 / 3, abs=0.01)),
    ]


def test_one_that_comes_late_to_a_router_at_work_learns_who_is_there() -> None:
    router, _ = centre()
    late = Learning()
    router.subscribe(late.observe)
    call(router, "c", 0.0)
    call(router, "d", 1.0)
    assert late.moving["a"].staff == 2
    router.finish("c", at=9.0)
    assert late.handling["a", "voice"].talk_s == 9.0


def test_what_was_learnt_comes_back_whole_and_nothing_else_is_taken() -> None:
    router, learning = centre(wrap_up_s=5)
    for number in range(20):
        call(router, f"c-{number}", float(number), priority=number % 3, needs=(Need("sql"),) if number % 4 == 3 else ())
    router.finish("c-0", at=30.0)
    router.abandon("c-7", at=31.0)
    data = json.loads(json.dumps(learning.to_data()))
    copy = Learning()
    copy.restore(data)
    assert copy.to_data() == data
    router.subscribe(copy.observe)
    router.advance(at=40.0)
    router.finish("c-1", at=50.0)
    router.advance(at=60.0)
    whole = learning.to_data()
    assert copy.to_data() == whole
    broken: Any
    for key in whole:
        broken = {**json.loads(json.dumps(whole)), key: "nonsense"}
        with pytest.raises(SnapshotError):
            copy.restore(broken)
    with pytest.raises(SnapshotError):
        copy.restore([])
    assert copy.to_data() == whole
