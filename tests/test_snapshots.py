"""Snapshots themselves: what is in them, and what becomes of one that was changed on the way.

That a restored router goes on as the old one would is held by the fuzz and by tests/test_machine.py, which restore all
the time.
"""

from __future__ import annotations

import copy
import gc
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, Router, Step
from routekit.abc import ContactOrder
from routekit.errors import SnapshotError, UnknownStrategy
from tests.around import FEATURES
from tests.generators import Calls, Dice, flavour, router_calls, world_calls
from tests.orders import REGISTRY
from tests.side_by_side import Pair, real_router


def through_json(data: Any) -> Any:
    return json.loads(json.dumps(data, allow_nan=False))


# -- what is written ---------------------------------------------------------------------------------------------------


def test_one_who_merely_waits_is_a_short_row() -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    for number in range(3):
        router.enqueue(Contact(f"c-{number}", queue="support", needs=(Need("billing", 2),)), at=float(number))
    router.enqueue(Contact("c-3", queue="support", channel="chat", customer="cust-1", priority=5), at=3.0)
    data = router.snapshot()
    assert data["contacts"] == [
        ["c-0", 0, 1, 0.0],
        ["c-1", 0, 2, 1.0],
        ["c-2", 0, 3, 2.0],
        ["c-3", 1, 4, 3.0, {"priority": 5, "customer": "cust-1"}],
    ]
    assert data["kinds"] == [["support", "voice", [["billing", 2]]], ["support", "chat", []]]


def test_every_field_of_a_contact_comes_back_as_it_was_given() -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    contacts = [
        Contact("plain", queue="support"),
        Contact("whole", queue="support", needs=(Need("billing", 2), Need("english"))),
        Contact("not-whole", queue="support", needs=(Need("billing", 2.0), Need("english", 1))),
        Contact("priority", queue="support", priority=0),
        Contact(
            "all",
            queue="support",
            channel="chat",
            priority=2.5,
            needs=(Need("billing", 2),),
            customer="cust-1",
            attributes={"langs": ["en", "fr"], "deep": {"a": [1, {"b": None}]}},
            waiting_since=-3,
            prefer=("ann", "bob"),
            script="hello",
            knowledge=("k-1", "k-2"),
        ),
    ]
    for contact in contacts:
        router.enqueue(contact, at=1.0)
    data = router.snapshot()
    assert through_json(data) == data
    restored = Router.restore(through_json(data))
    assert json.dumps(restored.snapshot()) == json.dumps(data)
    for name, view in router.contacts.items():
        assert repr(restored.contacts[name]) == repr(view)


def test_agents_alike_in_capacity_share_one_entry_and_unlike_ones_do_not() -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    capacities = [Capacity(), Capacity(), Capacity(units=2), Capacity(cost={"chat": 1, "sms": 2})]
    capacities.append(Capacity(cost={"sms": 2, "chat": 1}))  # equal to the one before, but it prints in another order
    for number, capacity in enumerate(capacities):
        router.add_agent(Agent(f"agent-{number}", queues={"support": 2}, capacity=capacity), at=0.0)
    data = router.snapshot()
    assert [agent["capacity"] for agent in data["agents"]] == [0, 0, 1, 2, 3]
    restored = Router.restore(through_json(data))
    assert [repr(view) for view in restored.agents.values()] == [repr(view) for view in router.agents.values()]


def test_a_step_that_many_have_fired_is_written_once() -> None:
    router = Router()
    router.add_queue(Queue("support", steps=(Step(5, raise_priority=1), Step(60, drop=("billing",)))), at=0.0)
    for number in range(4):
        router.enqueue(Contact(f"c-{number}", queue="support"), at=0.0)
    router.advance(at=6.0)
    data = router.snapshot()
    assert [step["after_s"] for step in data["steps"]] == [5.0]
    assert [row[4]["fired"] for row in data["contacts"]] == [[0]] * 4
    restored = Router.restore(through_json(data))
    assert restored.advance(at=70.0) == router.advance(at=70.0)


def test_a_contact_that_was_parked_at_the_very_start_is_counted() -> None:
    router = Router()
    router.add_queue(Queue("support", auto_accept=True), at=0.0)
    router.add_agent(Agent("ann", queues=("support",)), at=0.0)
    router.sign_in("ann", at=0.0)
    router.enqueue(Contact("c-1", queue="support"), at=0.0)
    router.park("c-1", at=0.0)
    restored = Router.restore(through_json(router.snapshot()))
    restored.check()
    assert restored.unpark("c-1", at=1.0) == router.unpark("c-1", at=1.0)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool) -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    router.enqueue(Contact("c-1", queue="support"), at=0.0)
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        data = router.snapshot()
        assert gc.isenabled() is enabled
        Router.restore(data)
        assert gc.isenabled() is enabled
        data["contacts"].append(["c-2", 7, 9, 0.0])
        with pytest.raises(SnapshotError):
            Router.restore(data)
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_garbage_is_collected_while_an_app_is_asked() -> None:
    class Shortest(ContactOrder):
        @property
        def name(self) -> str:
            return "shortest"

        def key(self, contact: Any) -> tuple[float, ...]:
            asked.append(gc.isenabled())
            return (float(len(contact.id)),)

    asked: list[bool] = []
    router = Router(registry={"shortest": Shortest()})
    router.add_queue(Queue("support", contact_order=Shortest()), at=0.0)
    router.enqueue(Contact("c-1", queue="support"), at=0.0)
    data = router.snapshot()
    asked.clear()
    Router.restore(data, registry={"shortest": Shortest()})
    assert asked == [True]


# -- changed on the way ------------------------------------------------------------------------------------------------


def a_line() -> dict[str, Any]:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    router.add_agent(Agent("ann", queues=("support",)), at=0.0)
    for number in range(3):
        router.enqueue(Contact(f"c-{number}", queue="support", needs=(Need("billing"),)), at=float(number))
    data: dict[str, Any] = through_json(router.snapshot())
    return data


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["c-0", 0, 9, 1.0], "two contacts have one id"),
        (["c-9", 0, 1, 0.0], "a line holds a key once"),
        (["c-9", 1, 9, 1.0], "is of no kind"),
        (["c-9", -1, 9, 1.0], "is of no kind"),
        (["c-9", 10**30, 9, 1.0], "is of no kind"),
        (["c-9", "0", 9, 1.0], "is of no kind"),
        (["c-9", 0, 9.0, 1.0], "seq must be a whole number"),
        (["c-9", 0, 10**30, 1.0], "seq must be a whole number"),
        (["c-9", 0, 9, "1.0"], "since must be a finite number"),
        (["", 0, 9, 1.0], "id must not be empty"),
        ([7, 0, 9, 1.0], "TypeError|id must be"),
        ([None, 0, 9, 1.0], "id must be"),
        (["c-9", 0, 9], "not enough values|need more than"),
        ([], "not enough values|need more than"),
        (["c-9", 0, 9, 1.0, {}, 2], "too many values"),
        ("c-9", "not enough values|TypeError|need more than"),
        (None, "TypeError"),
        (["c-9", 0, 9, 1.0, []], "TypeError|AttributeError"),
        (["c-9", 0, 9, 1.0, {"surname": 1}], "a contact has no 'surname'"),
        (["c-9", 0, 9, 1.0, {"state": "asleep"}], "asleep"),
        (["c-9", 0, 9, 1.0, {"next_step": "1"}], "next_step must be a whole number"),
        (["c-9", 0, 9, 1.0, {"ringing": 1}], "ringing must be True or False"),
        (["c-9", 0, 9, 1.0, {"step_timer": None}], "a deadline is missing"),
        (["c-9", 0, 9, 1.0, {"step_timer": [1.0, 2.0]}], "not enough values|need more than"),
        (["c-9", 0, 9, 1.0, {"prefer": "ann"}], "prefer must be a list"),
        (["c-9", 0, 9, 1.0, {"fired": [3]}], "KeyError"),
        (["c-9", 0, 9, 1.0, {"extras": {"credits": 1.0}}], "an Extras has no 'credits'|a Extras has no 'credits'"),
        (["c-9", 0, 9, 1.0, {"extras": {"behind": "nobody"}}], "KeyError: 'nobody'"),
    ],
)
def test_a_row_that_is_none_is_refused_and_said(row: Any, said: str) -> None:
    data = a_line()
    data["contacts"].append(row)
    with pytest.raises(SnapshotError, match=f"this is no whole snapshot: .*({said})"):
        Router.restore(data)


def test_what_is_wrong_with_a_value_is_said() -> None:
    data = a_line()
    data["agents"][0]["skills"] = {"billing": -1}
    with pytest.raises(SnapshotError, match=r"skills\.billing must be above 0, not -1"):
        Router.restore(data)
    data = a_line()
    data["queues"][0]["value"]["wrap_up_s"] = "long"
    with pytest.raises(SnapshotError, match="wrap_up_s must be a finite number, not 'long'"):
        Router.restore(data)


def worlds(seed: int) -> Iterator[dict[str, Any]]:
    """Snapshots of random centres in the middle of their work."""
    for number in range(4):
        source = random.Random(seed + number)
        dice = Dice(lambda n, source=source: int(source.random() * n))  # type: ignore[misc]
        world = flavour(dice, everything=True, around=frozenset(FEATURES))
        pair = Pair(seed, real=real_router(), reads_every=10**9, deep_every=10**9)
        calls = Calls(dice, world, pair.plain)
        for call in (*router_calls(dice, None, world), *world_calls(dice, world)):
            pair.do(call)
        for _ in range(60):
            pair.do(calls.next())
        yield through_json(pair.real.snapshot())


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths to all that is in plain data."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


NONSENSE = (None, True, "", "nobody", 0, -1, 7, 10**30, 0.5, -1e15, [], [None], [[]], {}, {"nobody": 1})


def test_nothing_but_named_errors_comes_of_nonsense() -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    source = random.Random(seed)
    refused = 0
    for whole in worlds(seed):
        paths = sorted(places(whole), key=repr)
        # As many of each table as of the others, whatever their sizes.
        tables = {path[0]: [other for other in paths if other[0] == path[0]] for path in paths}
        for table in sorted(tables):
            for path in source.sample(tables[table], min(12, len(tables[table]))):
                data = copy.deepcopy(whole)
                inner = data
                for key in path[:-1]:
                    inner = inner[key]
                if source.random() < 0.3:
                    del inner[path[-1]]
                else:
                    inner[path[-1]] = copy.deepcopy(source.choice(NONSENSE))
                try:
                    restored = Router.restore(data, registry=REGISTRY)
                except (SnapshotError, UnknownStrategy):
                    refused += 1
                else:
                    restored.snapshot()
    assert refused > 100


def _mid_day() -> dict[str, Any]:
    """A router with everything that a contact can be: waiting with a step ahead, offered, connected, wrapping."""
    router = Router(seed=1)
    steps = [Step(10.0, raise_priority=1), Step(20.0, raise_priority=1)]
    router.add_queue(Queue("support", steps=steps, wrap_up_s=30, retry_agent_s=0), at=0.0)
    for name in ("ann", "bob", "cid", "dan"):
        router.add_agent(Agent(name, queues=("support",)), at=0.0)
        router.sign_in(name, at=0.0)
    offers = [router.enqueue(Contact(f"c-{n}", queue="support"), at=1.0)[1].offer for n in range(4)]
    router.accept(offers[0], at=2.0)
    router.accept(offers[1], at=2.0)
    router.finish("c-1", at=3.0)
    router.decline(offers[2], at=4.0)
    router.enqueue(Contact("c-9", queue="support", needs=(Need("welsh"),)), at=4.0)
    router.advance(at=14.5)
    data: dict[str, Any] = through_json(router.snapshot())
    Router.restore(data).check()
    return data


def _row(data: dict[str, Any], contact: str) -> list[Any]:
    row: list[Any]
    (row,) = [row for row in data["contacts"] if row[0] == contact]
    return row


def _set(contact: str, **special: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        row = _row(data, contact)
        row[4:] = [(row[4] if len(row) > 4 else {}) | special]

    return change


def _twice(table: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data[table].append(copy.deepcopy(data[table][0]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("c-9", next_step=2), "a step that is not there"),
        (_set("c-9", next_step=3, step_timer=None), "a deadline is missing"),
        (_set("c-9", next_step=1_000_000), "no such step"),
        (_set("c-9", next_step=-1), "no such step"),
        (_set("c-9", fired_here=5), "not fired so many"),
        (lambda data: data["queues"][0]["value"].update(steps=[]), "no such step"),
        (_set("c-9", state="connected"), "its work is not so"),
        (_set("c-9", state="wrapping"), "its work is not so"),
        (_set("c-9", state="offered"), "its offers are not so"),
        (_set("c-9", state="parked"), "nothing says how"),
        (_set("c-0", state="wrapping"), "its wrap-up is not so"),
        (_set("c-0", state="queued"), "its work is not so"),
        (_set("c-3", state="queued"), "its offers are not so"),
        (_twice("exclusions"), "excluded twice"),
        (_twice("works"), "other work"),
        (_twice("offers"), "two offers"),
        (lambda data: data.update(now=-(2**62)), "no time"),
        (lambda data: _row(data, "c-9").__setitem__(3, 1e300), "no time"),
    ],
)
def test_a_router_that_contradicts_itself_is_refused(change: Callable[[dict[str, Any]], None], said: str) -> None:
    data = _mid_day()
    change(data)
    with pytest.raises(SnapshotError, match=said):
        Router.restore(data)
