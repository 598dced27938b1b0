"""Contacts, needs and configuration: what they take, what they make of it, and how they refuse."""

from __future__ import annotations

import copy
import json
import math
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as some

from routekit import Agent, Capacity, Contact, FrozenMap, Limit, Need, Queue, ServiceLevel, Step, _model, _numbers
from routekit import strategies as st
from routekit.errors import InvalidConfiguration, InvalidType, InvalidValue

NAN = float("nan")


def faults(make: Callable[[], object]) -> dict[str, str]:
    """What a constructor complains of, by path."""
    with pytest.raises(InvalidConfiguration) as caught:
        make()
    return {fault.path: str(fault) for fault in caught.value.exceptions}


# Numbers


@given(some.floats(allow_nan=False, allow_infinity=False) | some.integers(-(2**70), 2**70) | some.fractions())
def test_numbers_become_floats(value: Any) -> None:
    number = _numbers.finite_float(value, "x")
    assert type(number) is float
    assert number == float(value)


@pytest.mark.parametrize("value", [NAN, math.inf, -math.inf, True, False, None, "1", 1j, Decimal(1), 10**400, [], {}])
def test_what_is_no_number(value: object) -> None:
    for check in (_numbers.finite_float, _numbers.non_negative, _numbers.positive, _numbers.whole):
        with pytest.raises(InvalidValue) as caught:
            check(value if value != 10**400 or check is not _numbers.whole else 1.0, "the.path")
        assert caught.value.path == "the.path"


def test_bounds() -> None:
    assert _numbers.finite_float(Fraction(1, 2), "x") == 0.5
    assert math.copysign(1, _numbers.non_negative(-0.0, "x")) == 1.0
    assert _numbers.positive(5e-324, "x") > 0
    assert (_numbers.whole(0, "x"), _numbers.whole(2, "x", 2), type(_numbers.whole(7, "x"))) == (0, 2, int)
    refused: list[tuple[Any, ...]] = [
        (_numbers.non_negative, -5e-324),
        (_numbers.positive, 0),
        (_numbers.whole, -1),
        (_numbers.whole, 3.0),
        (_numbers.whole, 1, 2),
    ]
    for check, value, *least in refused:
        with pytest.raises(InvalidValue):
            check(value, "x", *least)


# FrozenMap


@given(some.dictionaries(some.text(), some.integers()))
def test_frozen_map(items: dict[str, int]) -> None:
    frozen = FrozenMap(items)
    backwards = FrozenMap(reversed(items.items()))
    assert list(frozen.items()) == list(items.items())
    assert frozen == items == frozen
    assert frozen == backwards
    assert hash(frozen) == hash(backwards)
    assert repr(frozen) == repr(items)
    assert copy.copy(frozen) is frozen
    for other in (copy.deepcopy(frozen), pickle.loads(pickle.dumps(frozen))):
        assert type(other) is FrozenMap
        assert list(other.items()) == list(items.items())
    items["more"] = 1
    items["more than that"] = 1
    assert frozen != items


def test_frozen_map_does_not_change() -> None:
    frozen: Any = FrozenMap({"a": 1})
    for change in (
        lambda: frozen.update(b=1),
        lambda: setattr(frozen, "_items", {}),
        lambda: delattr(frozen, "_items"),
        lambda: setattr(frozen, "x", 1),
    ):
        with pytest.raises(AttributeError):
            change()
    with pytest.raises(TypeError):
        frozen["a"] = 2
    with pytest.raises(TypeError):
        hash(FrozenMap({"a": []}))
    assert frozen != [("a", 1)]
    match frozen:
        case {"a": value}:
            assert value == 1
        case _:
            pytest.fail("a FrozenMap is a mapping to match")


# Contact and Need


def test_a_contact_keeps_what_it_was_given() -> None:
    attributes = {"lang": "en"}
    contact = Contact("c-1", queue="support", priority=0, needs=(Need("billing", at_least=2),), attributes=attributes)
    attributes["lang"] = "fr"
    assert repr(contact) == (
        "Contact(id='c-1', queue='support', channel='voice', priority=0, needs=(Need(skill='billing', at_least=2),), "
        "customer=None, attributes={'lang': 'en'}, waiting_since=None, prefer=(), script=None, knowledge=())"
    )
    assert contact == Contact(
        "c-1", queue="support", priority=0.0, needs=(Need("billing", 2.0),), attributes={"lang": "en"}
    )
    assert type(contact.attributes) is FrozenMap
    assert Contact("c-1", queue="q").attributes == {}


@pytest.mark.parametrize(
    ("error", "given"),
    [
        (InvalidType, {"id": None}),
        (InvalidValue, {"id": ""}),
        (InvalidType, {"queue": None}),
        (InvalidValue, {"queue": ""}),
        (InvalidType, {"channel": None}),
        (TypeError, {"id": 1}),
        (TypeError, {"channel": b"voice"}),
        (InvalidValue, {"priority": NAN}),
        (InvalidValue, {"priority": math.inf}),
        (InvalidValue, {"priority": True}),
        (InvalidValue, {"priority": "1"}),
        (InvalidValue, {"priority": 10**400}),
        (InvalidType, {"needs": None}),
        (InvalidType, {"needs": ("billing",)}),
        (TypeError, {"needs": [Need("billing")]}),
        (TypeError, {"customer": 3}),
        (InvalidValue, {"waiting_since": NAN}),
        (InvalidValue, {"waiting_since": True}),
    ],
)
def test_a_contact_refuses(error: type[Exception], given: dict[str, Any]) -> None:
    with pytest.raises(error):
        Contact(**{"id": "c-1", "queue": "q"} | given)


@pytest.mark.parametrize("attributes", [None, 3, "ab", ["a"]])
def test_attributes_are_a_mapping(attributes: Any) -> None:
    with pytest.raises(InvalidType, match="^attributes must be a mapping"):
        Contact("c-1", queue="q", attributes=attributes)


@pytest.mark.parametrize("given", [("",), (None,), ("x", NAN), ("x", -1), ("x", True), ("x", "1"), ("x", None)])
def test_a_need_refuses(given: tuple[Any, ...]) -> None:
    with pytest.raises((InvalidValue, InvalidType)):
        Need(*given)


# Configuration


def test_defaults_of_a_queue() -> None:
    assert attrs.asdict(Queue("support"), recurse=False, filter=lambda field, _: field.init) == {
        "name": "support",
        "agent_order": st.LongestIdle(),
        "contact_order": st.Aged(per_minute=1.0),
        "offer_timeout_s": 20.0,
        "decline_retry_s": 30.0,
        "no_answer_retry_s": 30.0,
        "away_after_no_answers": 3,
        "retry_agent_s": 1.0,
        "retry_contact_s": 0.0,
        "wrap_up_s": 0.0,
        "auto_accept": False,
        "drain_after_s": 60.0,
        "tier_wait_s": 300.0,
        "return_wait_s": 60.0,
        "max_tier": None,
        "service_level": None,
        "steps": (),
        "limits": (),
        "hours": None,
        "prefer_s": 60.0,
        "prefer_while": "ready",
        "sticky_s": None,
        "same_customer": "separate",
        "script": None,
        "owner_wait_s": 86400.0,
        "lead_s": 300.0,
        "announcing": None,
    }
    assert Queue("support").timeline == ()


def test_numbers_of_configuration_are_floats() -> None:
    queue = Queue("q", offer_timeout_s=20, drain_after_s=5, steps=[Step(60, raise_priority=1)])
    for value in (queue.offer_timeout_s, queue.wrap_up_s, queue.drain_after_s, queue.steps[0].after_s):
        assert type(value) is float
    assert repr(Queue("q", wrap_up_s=1)) == repr(Queue("q", wrap_up_s=1.0))
    assert (type(queue.steps), type(queue.steps[0].raise_priority)) == (tuple, float)


def test_a_queue_says_all_that_is_wrong() -> None:
    found = faults(
        lambda: Queue(
            "",
            agent_order=st.LongestIdle,  # type: ignore[arg-type]
            contact_order="fifo",  # type: ignore[arg-type]
            offer_timeout_s=0,
            decline_retry_s=NAN,
            no_answer_retry_s=-1,
            away_after_no_answers=0,
            retry_agent_s=True,
            retry_contact_s=-1,
            wrap_up_s="5",  # type: ignore[arg-type]
            auto_accept=1,  # type: ignore[arg-type]
            drain_after_s=-1,
            tier_wait_s=math.inf,
            return_wait_s=None,  # type: ignore[arg-type]
            max_tier=1.0,  # type: ignore[arg-type]
            service_level=0.8,  # type: ignore[arg-type]
            steps=[Step(60, max_tier=2), Step(30, max_tier=3), "x"],  # type: ignore[list-item]
            limits=[Limit(length=1, reject="full"), "x"],  # type: ignore[list-item]
            hours="nine to five",  # type: ignore[arg-type]
            prefer_s=-1,
            prefer_while="asleep",
            sticky_s=-1,
            same_customer="other",
            script="",
            owner_wait_s=NAN,
            lead_s=None,  # type: ignore[arg-type]
            announcing=Step(60, max_tier=2),  # type: ignore[arg-type]
        )
    )
    named = {field.name for field in attrs.fields(Queue) if field.init}
    assert set(found) == named - {"steps", "limits"} | {"steps[1].after_s", "steps[2]", "limits[1]"}
    assert found["offer_timeout_s"] == "offer_timeout_s must be at least 0.001, not 0"
    assert faults(lambda: Queue("q", steps=3)).keys() == {"steps"}  # type: ignore[arg-type]
    assert faults(lambda: Queue("q", limits=3)).keys() == {"limits"}  # type: ignore[arg-type]
    for field in ("move_to", "add_queue"):
        assert faults(lambda field=field: Queue("q", steps=[Step(1, **{field: "q"})])).keys() == {f"steps[0].{field}"}
    assert faults(lambda: Queue("q", limits=[Limit(length=1, move_to="q")])).keys() == {"limits[0].move_to"}
    assert faults(lambda: Queue("q", wrap_up_s=-1)).keys() == {"wrap_up_s"}, "one fault comes as a group too"


def test_what_may_be_absent() -> None:
    queue = Queue("q", away_after_no_answers=None, drain_after_s=None, steps=(Step(1, max_tier=1), Step(1, drop=["x"])))
    assert (queue.away_after_no_answers, queue.drain_after_s) == (None, None)


def test_memberships() -> None:
    assert list(Agent("ann", queues={"b": 2, "a": 1}).queues.items()) == [("b", 2), ("a", 1)]
    assert Agent("ann", queues=["b", "a"]).queues == {"a": 1, "b": 1}
    assert Agent("ann", queues=(name for name in "ab")).queues == {"a": 1, "b": 1}
    assert Agent("ann").queues == {}
    assert faults(lambda: Agent("ann", queues=("a", "b", "a"))).keys() == {"queues[2]"}
    assert faults(lambda: Agent("ann", queues="ab")).keys() == {"queues"}
    assert faults(lambda: Agent("ann", queues={"a": 0, "b": 1.0, "c": True})).keys() == {
        "queues.a",
        "queues.b",
        "queues.c",
    }


def test_an_agent_says_all_that_is_wrong() -> None:
    found = faults(
        lambda: Agent(
            3,  # type: ignore[arg-type]
            queues=(1,),  # type: ignore[arg-type]
            skills={"a": 0, "b": NAN, "c": 1, "": 2},
            capacity=4,  # type: ignore[arg-type]
        )
    )
    assert set(found) == {"id", "queues[0]", "skills.a", "skills.b", "skills", "capacity"}


def test_capacity() -> None:
    capacity = Capacity(units=4, cost={"voice": 4, "chat": 1}, limit={"chat": 3}, interruptible=["email", "chat"])
    assert (capacity.units, capacity.cost, capacity.limit) == (4.0, {"voice": 4.0, "chat": 1.0}, {"chat": 3})
    assert capacity.interruptible == ("chat", "email")
    assert capacity == Capacity(4, cost={"chat": 1, "voice": 4}, limit={"chat": 3}, interruptible={"chat", "email"})
    assert hash(capacity) == hash(copy.deepcopy(capacity))
    assert [capacity.cost_of(name) for name in ("voice", "chat", "callback", "email")] == [4.0, 1.0, 4.0, 1.0]
    found = faults(
        lambda: Capacity(
            0,
            cost={"voice": 0},
            limit={"chat": -1, "sms": 1.5},  # type: ignore[dict-item]
            interruptible="email",
            channels=("a", "a"),
        )
    )
    assert set(found) == {"units", "cost.voice", "limit.chat", "limit.sms", "interruptible", "channels[1]"}


def test_service_level_and_step() -> None:
    assert faults(lambda: ServiceLevel(target=1.5, within_s=0)).keys() == {"target", "within_s"}
    assert ServiceLevel(target=1).target == 1.0
    assert faults(lambda: Step(10)).keys() == {"Step"}
    assert faults(lambda: Step(-1, lower={"a": -1}, drop=("",), raise_priority=-1, max_tier=0)).keys() == {
        "after_s",
        "lower.a",
        "drop[0]",
        "raise_priority",
        "max_tier",
    }


def test_evolve_checks_again() -> None:
    queue = Queue("q")
    assert attrs.evolve(queue, wrap_up_s=5).wrap_up_s == 5.0
    assert faults(lambda: attrs.evolve(queue, wrap_up_s=-5)).keys() == {"wrap_up_s"}
    assert attrs.evolve(Agent("ann", queues={"a": 2}), skills={"x": 1}).queues == {"a": 2}


# As data


@pytest.mark.parametrize(
    "value",
    [
        Need("x", 1.5),
        Contact(
            "c-1", queue="q", needs=(Need("x"),), attributes={"type": "vip", "n": {"deep": [1, None]}}, waiting_since=3
        ),
        Queue(
            "q",
            contact_order=st.HeadStart({2: 90, 5: 100}),
            steps=[Step(5, lower={"x": 1})],
            service_level=ServiceLevel(),
        ),
        Agent("ann", queues={"b": 2, "a": 1}, capacity=Capacity(3, channels=("voice",))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_as_data(value: Any) -> None:
    data = json.loads(json.dumps(_model.to_data(value)))
    assert _model.to_data(_model.from_data(data)) == data
    assert _model.from_data(data) == value


def test_data_that_is_none() -> None:
    for data in ({}, {"type": "Router"}, {"type": "Need"}, {"type": "Need", "skill": "x", "level": 3}, 3):
        with pytest.raises(InvalidValue):
            _model.from_data(data)  # type: ignore[arg-type]
    with pytest.raises(InvalidType):
        _model.to_data(3)
