"""How large a number may be, what may be plain data, and what a command may change: all refused where it is made."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as some

from routekit import Agent, Capacity, Contact, FrozenMap, Need, Queue, ServiceLevel, Step, _model, commands
from routekit import strategies as st
from routekit.errors import InvalidType, InvalidValue

SECONDS = (
    "decline_retry_s",
    "no_answer_retry_s",
    "retry_agent_s",
    "retry_contact_s",
    "retry_contact_s",
    "wrap_up_s",
    "drain_after_s",
    "tier_wait_s",
    "return_wait_s",
)
FLOATS: dict[str, tuple[Callable[[float], Any], float, float]] = {
    "priority": (lambda x: Contact("c", queue="q", priority=x), -1e9, 1e9),
    "waiting_since": (lambda x: Contact("c", queue="q", waiting_since=x), -1e15, 1e15),
    "at_least": (lambda x: Need("x", x), 0.0, 1e9),
    "units": (lambda x: Capacity(x), 1e-6, 1e9),
    "cost.chat": (lambda x: Capacity(cost={"chat": x}), 1e-6, 1e9),
    "skills.x": (lambda x: Agent("a", skills={"x": x}), 5e-324, 1e9),
    "within_s": (lambda x: ServiceLevel(within_s=x), 5e-324, 1e12),
    "target": (lambda x: ServiceLevel(target=x), 5e-324, 1.0),
    "after_s": (lambda x: Step(x, drop=("x",)), 0.0, 1e12),
    "raise_priority": (lambda x: Step(1, raise_priority=x, drop=("x",)), 0.0, 1e9),
    "lower.x": (lambda x: Step(1, lower={"x": x}), 0.0, 1e9),
    "offer_timeout_s": (lambda x: Queue("q", offer_timeout_s=x), 1e-3, 1e12),
    **{name: (lambda x, name=name: Queue("q", **{name: x}), 0.0, 1e12) for name in SECONDS},  # type: ignore[misc]
    "per_minute": (lambda x: st.Aged(per_minute=x), 1e-6, 1e9),
    "seconds": (lambda x: st.HeadStart(x), 0.0, 1e9),
    "seconds.2.5": (lambda x: st.HeadStart({2.5: x}), 0.0, 1e9),
    "half_life_s": (lambda x: st.FewestContacts(half_life_s=x), 1.0, 1e12),
}
WHOLES: dict[str, tuple[Callable[[int], Any], int]] = {
    "queues.q": (lambda n: Agent("a", queues={"q": n}), 1),
    "limit.chat": (lambda n: Capacity(limit={"chat": n}), 0),
    "Step.max_tier": (lambda n: Step(1, max_tier=n), 1),
    "Queue.max_tier": (lambda n: Queue("q", max_tier=n), 1),
    "away_after_no_answers": (lambda n: Queue("q", away_after_no_answers=n), 1),
}


def paths(make: Callable[[], object]) -> list[str]:
    """Where a constructor finds fault, whether it says one or all."""
    found: list[str] = []
    try:
        make()
    except* InvalidValue as group:
        found = [fault.path for fault in group.exceptions if isinstance(fault, InvalidValue)]
    return found


# Numbers


@pytest.mark.parametrize(("name", "make", "least", "most"), [(name, *row) for name, row in FLOATS.items()])
def test_a_number_is_within_its_bounds(name: str, make: Callable[[Any], Any], least: float, most: float) -> None:
    for good in (least, most):
        make(good)
    for bad in (
        math.nextafter(least, -math.inf),
        math.nextafter(most, math.inf),
        -1.7e308,
        1.7e308,
        10**30,
        -(10**30),
        10**400,
        math.nan,
        math.inf,
        True,
        Decimal(1),
        "1",
    ):
        assert paths(lambda bad=bad: make(bad)) == [name], bad  # type: ignore[misc]


def test_a_listed_priority_is_within_its_bounds() -> None:
    assert st.HeadStart({-1e9: 1, 1e9: 2}).seconds == {-1e9: 1.0, 1e9: 2.0}
    for bad in (1.1e9, -1.1e9, math.nan):
        assert paths(lambda bad=bad: st.HeadStart({bad: 1})) == ["seconds"]  # type: ignore[misc]


@pytest.mark.parametrize(("name", "make", "least"), [(name, *row) for name, row in WHOLES.items()])
def test_a_whole_number_is_within_its_bounds(name: str, make: Callable[[Any], Any], least: int) -> None:
    for good in (least, 10**6):
        make(good)
    for bad in (least - 1, 10**6 + 1, 2**31, 2**63, 10**30, -(2**63), 1.0, True):
        assert paths(lambda bad=bad: make(bad)) == [name.rpartition("max_tier")[1] or name], bad  # type: ignore[misc]


def test_the_text_says_the_bound() -> None:
    with pytest.raises(InvalidValue, match=r"^priority must be at most 1e\+09, not 2000000000.0$"):
        Contact("c", queue="q", priority=2e9)
    with pytest.raises(InvalidValue, match=r"^at_least must be at least 0, not -1$"):
        Need("x", -1)


class Level(enum.IntEnum):
    HIGH = 3


class Text(enum.StrEnum):
    VIP = "vip"


class Half(float):
    """As the float of numpy is: a subclass."""


@pytest.mark.parametrize(
    ("given", "kept"), [(2, 2), (2.0, 2.0), (0, 0), (Fraction(1, 2), 0.5), (Level.HIGH, 3), (Half(0.5), 0.5)]
)
def test_a_number_is_kept_as_an_int_or_a_float(given: Any, kept: float) -> None:
    contact = Contact("c", queue="q", priority=given, waiting_since=given, needs=(Need("x", given),))
    for number in (contact.priority, contact.waiting_since, contact.needs[0].at_least):
        assert (type(number), number) == (type(kept), kept)
    data = json.loads(json.dumps(_model.to_data(contact)))
    assert (_model.from_data(data), repr(_model.from_data(data))) == (contact, repr(contact))
    assert dataclasses.replace(contact, priority=1.5, channel="chat").waiting_since == kept


# Attributes

PLAIN = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner) | some.lists(inner).map(tuple) | some.dictionaries(some.text(), inner),
    max_leaves=10,
)


@given(some.dictionaries(some.text(), PLAIN))
def test_attributes_come_back_as_they_were(attributes: dict[str, Any]) -> None:
    contact = Contact("c", queue="q", attributes=attributes)
    back = _model.from_data(json.loads(json.dumps(_model.to_data(contact))))
    assert (back, repr(back), hash(back)) == (contact, repr(contact), hash(contact))
    assert dataclasses.replace(contact, channel="chat").attributes is contact.attributes


def test_attributes_are_frozen_all_the_way_down() -> None:
    langs = ["en", {"spoken": ["fr"]}]
    contact = Contact("c", queue="q", attributes={"langs": langs, "tier": Level.HIGH, "kind": Text.VIP, "x": Half(2)})
    langs.append("de")
    assert contact.attributes == {"langs": ("en", {"spoken": ("fr",)}), "tier": 3, "kind": "vip", "x": 2.0}
    assert [type(item) for item in contact.attributes.values()] == [tuple, int, str, float]
    assert type(contact.attributes["langs"][1]) is FrozenMap
    assert Contact("c", queue="q", attributes=FrozenMap({"x": [1]})).attributes == {"x": (1,)}


def nested(depth: int) -> Any:
    data: Any = 1
    for _ in range(depth):
        data = [data]
    return data


LOOP: dict[str, Any] = {}
LOOP["x"] = [LOOP]


@pytest.mark.parametrize(
    ("path", "attributes"),
    [
        ("attributes.x", {"x": object()}),
        ("attributes.x", {"x": {1}}),
        ("attributes.x", {"x": b"x"}),
        ("attributes.x", {"x": Decimal(1)}),
        ("attributes.x.y[1]", {"x": {"y": [1, math.nan]}}),
        ("attributes.x", {"x": math.inf}),
        ("attributes.x", {"x": 10**5000}),
        ("attributes", {1: "x"}),
        ("attributes.x", {"x": {None: 1}}),
        ("attributes", {"x": nested(32)}),
        ("attributes", LOOP),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_attributes_are_plain(path: str, attributes: Any) -> None:
    assert paths(lambda: Contact("c", queue="q", attributes=attributes)) == [path]
    assert paths(lambda: dataclasses.replace(Contact("c", queue="q"), attributes=attributes)) == [path]


def test_how_deep_attributes_go() -> None:
    Contact("c", queue="q", attributes={"x": nested(31)})


# Commands

UPDATES: list[tuple[Any, Any, str]] = [
    (commands.UpdateQueue, Queue, "queue"),
    (commands.UpdateAgent, Agent, "agent"),
    (commands.UpdateContact, Contact, "contact"),
]


@pytest.mark.parametrize(("command", "kind", "target"), UPDATES, ids=lambda value: getattr(value, "__name__", value))
def test_what_a_command_may_change(command: Any, kind: Any, target: str) -> None:
    own, *names = _model.fields_of(kind)
    for name in names:
        assert dict(command("x", at=1.0, changes={name: {}}).changes) == {name: {}}
    for name in {own, "at", "self", "changes", "colour", "", 1, None, "contact", "agent", target} - set(names):
        for changes in ({name: 1}, FrozenMap({name: 1})):
            with pytest.raises(InvalidValue, match=f"^changes must be fields of {kind.__name__} that may change"):
                command("x", at=1.0, changes=changes)
        data = commands.to_data(command("x", at=1.0)) | {"changes": {name: 1}}
        with pytest.raises(InvalidValue):
            commands.from_data(data)
    with pytest.raises(InvalidType):
        command("x", at=1.0, changes=None)


def test_changed_attributes_are_plain_and_come_back() -> None:
    command = commands.UpdateContact("c-1", at=1.0, changes={"attributes": {"langs": ["en"]}, "priority": 1})
    assert command.changes == {"attributes": {"langs": ("en",)}, "priority": 1}
    back = commands.from_data(json.loads(json.dumps(commands.to_data(command))))
    assert (back, repr(back), hash(back)) == (command, repr(command), hash(command))
    assert paths(lambda: commands.UpdateContact("c-1", at=1.0, changes={"attributes": {"x": {1}}})) == [
        "changes.attributes.x"
    ]


def test_evolve_keeps_the_bounds() -> None:
    assert paths(lambda: attrs.evolve(Queue("q"), wrap_up_s=1e13)) == ["wrap_up_s"]
