"""One contract for every value, whichever build runs: what a frozen dataclass does, and no more."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import inspect
import json
import pickle
from typing import Any

import pytest

import routekit
from routekit import (
    Agent,
    Announcing,
    Capacity,
    Contact,
    Limit,
    Need,
    Presence,
    Queue,
    ServiceLevel,
    Step,
    When,
    _model,
    commands,
    events,
)
from routekit._frozen import FrozenMap
from routekit._router import making

CONTACT = Contact(
    "c-1",
    queue="support",
    needs=(Need("billing", 2),),
    customer="x",
    attributes={"lang": "en"},
    prefer=("ann",),
    script="greeting",
    knowledge=("k-1",),
)
PAST = events.Past(
    contact="c-0", channel="chat", queue="support", agent="ann", outcome="finished", at=0.5, reference="note-1"
)
SCREEN = events.Screen(history=(PAST,), open=("c-8",), script="greeting", knowledge=("k-1",), reference="note-2")
SPECIAL: dict[str, Any] = {
    "at": 1.5,
    "seq": 7,
    "changed": ("skills", "queues"),
    "old": Presence.READY,
    "new": Presence.AWAY,
    "channels": ("chat", "voice"),
    "position": 3,
    "step": 0,
    "expires_at": 21.5,
    "ends_at": 31.5,
    "waited_s": 0.1,
    "after_s": 60.0,
    "abandoned": ("c-1",),
    "finished": (),
    "unknown": ("c-8", "c-9"),
    "changes": FrozenMap({"priority": 2}),
    "live": ("c-1", "c-2"),
    "limit": 4,
    "avoid_agent": False,
    "keep_place": True,
    "agents": ("bob", "ann"),
    "until": 61.5,
    "due_at": 71.5,
    "enters_at": 70.5,
    "raise_priority": 2,
    "screen": SCREEN,
    "seconds": 120.0,
    "up_to_s": 300.0,
}
BY_CLASS: dict[tuple[str, str], Any] = {
    ("AddQueue", "queue"): Queue("support", wrap_up_s=5),
    ("UpdateQueue", "queue"): "support",
    ("UpdateQueue", "changes"): FrozenMap({"wrap_up_s": 2}),
    ("UpdateAgent", "changes"): FrozenMap({"skills": FrozenMap({"billing": 2})}),
    ("AddAgent", "agent"): Agent("ann", queues=("support",), skills={"billing": 3}),
    ("Enqueue", "contact"): CONTACT,
    ("Consult", "queue"): None,
    ("LimitReached", "limit"): 0,
}
VALUES_OF_EVENTS = {events.Past, events.Screen}


def fields(kind: Any) -> dict[str, Any]:
    """A value for each field of an event or command, none of which is its default."""
    return {
        name: BY_CLASS.get((kind.__name__, name), SPECIAL.get(name, f"{name}-1")) for name in _model.fields_of(kind)
    }


RECORDS: tuple[Any, ...] = (*events.EVENTS, *commands.COMMANDS)
SAMPLES: list[tuple[Any, dict[str, Any]]] = [(kind, fields(kind)) for kind in RECORDS]
SAMPLES += [
    (Need, {"skill": "billing", "at_least": 2}),
    (Contact, {name: getattr(CONTACT, name) for name in _model.fields_of(Contact)}),
    (
        Capacity,
        {
            "units": 4.0,
            "cost": FrozenMap({"voice": 4.0}),
            "limit": FrozenMap({"chat": 3}),
            "interruptible": ("email",),
            "channels": ("chat", "email"),
        },
    ),
    (
        Agent,
        {"id": "ann", "queues": FrozenMap({"b": 2, "a": 1}), "skills": FrozenMap({"x": 1.5}), "capacity": Capacity(2)},
    ),
    (ServiceLevel, {"target": 0.5, "within_s": 10.0}),
    (
        Step,
        {
            "after_s": 5.0,
            "lower": FrozenMap({"x": 1.0}),
            "drop": ("y",),
            "raise_priority": 2.0,
            "max_tier": 2,
            "add_queue": "sales",
            "suggest_callback": True,
            "announce": "busy",
            "move_to": None,
            "reject": None,
            "voicemail": None,
            "self_service": None,
            "when": (When("position", at_least=3),),
        },
    ),
    (
        Announcing,
        {
            "first_s": 1.0,
            "every_s": None,
            "callback_over_s": 600.0,
            "silent_over": 3.0,
            "range_over": 2.0,
            "longer_after": 3,
        },
    ),
    (When, {"fact": "position", "at_least": 3.0, "at_most": 9.0}),
    (
        Limit,
        {
            "length": None,
            "nobody_s": None,
            "estimated_wait_s": None,
            "closed": True,
            "wait_s": None,
            "at_closing": True,
            "move_to": "night",
            "suggest_callback": False,
            "reject": None,
            "voicemail": None,
            "self_service": None,
        },
    ),
]
SAMPLES += [
    (type(value), {name: getattr(value, name) for name in _model.fields_of(type(value))}) for value in (PAST, SCREEN)
]
SAMPLES.append(
    (Queue, {name: getattr(Queue("q", steps=[Step(1, drop=("x",))]), name) for name in _model.fields_of(Queue)})
)
IDS = [kind.__name__ for kind, _ in SAMPLES]
DATACLASSES = [(kind, given) for kind, given in SAMPLES if dataclasses.is_dataclass(kind)]
DATACLASS_IDS = [kind.__name__ for kind, _ in DATACLASSES]
every_value = pytest.mark.parametrize(("kind", "given"), SAMPLES, ids=IDS)
every_dataclass = pytest.mark.parametrize(("kind", "given"), DATACLASSES, ids=DATACLASS_IDS)


def test_no_class_is_missing() -> None:
    for module, listed in ((events, events.EVENTS), (commands, commands.COMMANDS)):
        defined = {
            value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__
        }
        assert defined - VALUES_OF_EVENTS == set(listed)
    assert {kind for kind, _ in SAMPLES} == {*events.EVENTS, *commands.COMMANDS, *_model.VALUES, *VALUES_OF_EVENTS}


def test_the_build_is_what_it_says() -> None:
    for kind, _ in DATACLASSES:
        assert inspect.isfunction(kind.__init__) is not routekit.compiled


@every_value
def test_equality_and_hash(kind: Any, given: dict[str, Any]) -> None:
    value = kind(**given)
    assert value == kind(**given)
    assert hash(value) == hash(kind(**given))
    assert value != tuple(given.values())
    assert value != "value"
    assert (value == object()) is False
    with pytest.raises(TypeError):
        value < value  # noqa: B015  # that it raises is the point


def test_two_classes_with_the_same_fields_differ() -> None:
    given = fields(events.OfferDeclined)
    assert events.OfferDeclined(**given) != events.OfferExpired(**given)


@every_dataclass
def test_every_field_counts(kind: Any, given: dict[str, Any]) -> None:
    value = kind(**given)
    others = {
        "at": 2.5,
        "seq": 8,
        "old": Presence.OFFLINE,
        "new": Presence.OFFLINE,
        "at_least": 1,
        "needs": (),
        "waiting_since": 3.0,
    }
    for name, old in given.items():
        new = others.get(name)
        if new is None:
            new = {
                str: "other",
                int: 9,
                float: 0.7,
                bool: not old,
                tuple: ("other",),
                Contact: Contact("z", queue="q"),
            }.get(type(old), FrozenMap({"other": 1}))
        if isinstance(old, Queue | Agent):
            new = type(old)("other")
        if name == "changes":
            new = FrozenMap(dict.fromkeys(old, None))
        if isinstance(old, events.Screen):
            new = dataclasses.replace(old, open=())
        if (kind, name) == (commands.Consult, "queue"):
            # It has either of the two.
            assert commands.Consult("contact-1", at=1.5, queue="other") != commands.Consult("contact-1", 1.5, queue="q")
            continue
        changed = dataclasses.replace(value, **{name: new})
        assert changed != value, name
        assert getattr(changed, name) == new
        assert value == kind(**given)


@every_value
def test_repr_is_the_call_that_makes_it(kind: Any, given: dict[str, Any]) -> None:
    assert repr(kind(**given)) == f"{kind.__name__}({', '.join(f'{name}={value!r}' for name, value in given.items())})"


@every_value
def test_fields_read_back_with_their_types(kind: Any, given: dict[str, Any]) -> None:
    value = kind(**given)
    for name, item in given.items():
        assert getattr(value, name) == item
        assert type(getattr(value, name)) is type(item), name


@every_value
def test_copy_and_pickle(kind: Any, given: dict[str, Any]) -> None:
    value = kind(**given)
    for other in (copy.copy(value), copy.deepcopy(value)):
        assert type(other) is kind
        assert other == value
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        other = pickle.loads(pickle.dumps(value, protocol))
        assert (type(other), other, repr(other)) == (kind, value, repr(value))


@every_value
def test_frozen(kind: Any, given: dict[str, Any]) -> None:
    value = kind(**given)
    for name, item in given.items():
        with pytest.raises(AttributeError):
            setattr(value, name, item)
        with pytest.raises(AttributeError):
            delattr(value, name)
    with pytest.raises(AttributeError):
        value.not_a_field = 1
    assert value == kind(**given)


@every_value
def test_match(kind: Any, given: dict[str, Any]) -> None:
    value = kind(**given)
    match value:
        case events.OfferMade(offer=offer, contact=contact):
            assert (kind, offer, contact) == (events.OfferMade, "offer-1", "contact-1")
        case events.ContactQueued(position=3):
            assert kind is events.ContactQueued
        case commands.Accept(offer):
            assert (kind, offer) == (commands.Accept, "offer-1")
        case commands.Enqueue(Contact(id)):
            assert (kind, id) == (commands.Enqueue, "c-1")
        case Need("billing", at_least=level):
            assert (kind, level) == (Need, 2)
        case _:
            assert kind not in (events.OfferMade, events.ContactQueued, commands.Accept, commands.Enqueue, Need)


@every_dataclass
def test_wrong_types_are_refused(kind: Any, given: dict[str, Any]) -> None:
    # A compiled field that holds one of two types is an object.
    optional = {field.name for field in dataclasses.fields(kind) if "None" in str(field.type) or field.type == "object"}
    for name, item in given.items():
        wrong = {str: (3, b"x"), float: ("1", None, []), int: ("1", None), tuple: (["x"], "x"), Contact: ("c-1", 3)}
        if kind is Need and name == "at_least":
            wrong[int] = ("1", None, True)  # a level may be a float
        for bad in wrong.get(type(item), ()):
            if name in optional and (bad is None or kind in (events.ContactParked, events.WaitAnnounced)):
                continue  # a time or None is an object in C, and of an event the router alone makes it
            with pytest.raises((TypeError, routekit.errors.InvalidValue)):
                kind(**given | {name: bad})
    with pytest.raises(TypeError):
        kind(**given, not_a_field=1)
    with pytest.raises(TypeError):
        kind()


@pytest.mark.parametrize("kind", events.EVENTS, ids=lambda kind: kind.__name__)
def test_events_take_keywords_only(kind: Any) -> None:
    with pytest.raises(TypeError):
        kind(*fields(kind).values())


@pytest.mark.parametrize("kind", events.EVENTS, ids=lambda kind: kind.__name__)
def test_numbers_of_events_become_what_c_makes_of_them(kind: Any) -> None:
    event = kind(**fields(kind) | {"at": 3})
    assert repr(event).startswith(f"{kind.__name__}(at=3.0, ")
    assert events.encode(event) == events.encode(kind(**fields(kind) | {"at": 3.0}))


@pytest.mark.parametrize("kind", commands.COMMANDS, ids=lambda kind: kind.__name__)
def test_commands_check_what_they_hold(kind: Any) -> None:
    given = fields(kind)
    for bad in (float("nan"), float("inf"), True, "1", None):
        with pytest.raises(routekit.errors.InvalidValue, match="^at "):
            kind(**given | {"at": bad})
    first = next(iter(given))
    for bad in (None, 3, b"x", "" if isinstance(given[first], str) else "x") if first != "at" else ():
        with pytest.raises((TypeError, routekit.errors.InvalidValue)):
            kind(**given | {first: bad})
    rest = {name: item for name, item in given.items() if name != first} | {"at": 3}
    if first != "at":
        assert kind(given[first], **rest) == kind(**given | {"at": 3}), "the first field may go by position"
    assert repr(kind(**given | {"at": 3})).replace(")", ",").find("at=3,") > 0, "`at` is kept as it was given"


def test_a_whole_value_leaves_nothing_to_change() -> None:
    commands.UpdateContact(CONTACT, at=1.0)
    with pytest.raises(routekit.errors.InvalidValue, match="^changes must be empty"):
        commands.UpdateContact(CONTACT, at=1.0, changes={"priority": 1})
    with pytest.raises(routekit.errors.InvalidType):
        commands.UpdateContact("c-1", at=1.0, changes=[("priority", 1)])  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", events.EVENTS, ids=lambda kind: kind.__name__)
def test_events_as_data(kind: Any) -> None:
    event = kind(**fields(kind))
    data = events.to_data(event)
    assert list(data) == ["type", *fields(kind)]
    back = events.from_data(json.loads(json.dumps(data)))
    assert (back, repr(back)) == (event, repr(event))


@pytest.mark.parametrize("kind", commands.COMMANDS, ids=lambda kind: kind.__name__)
def test_commands_as_data(kind: Any) -> None:
    command = kind(**fields(kind))
    back = commands.from_data(json.loads(json.dumps(commands.to_data(command))))
    assert (back, repr(back)) == (command, repr(command))


def test_data_that_is_none() -> None:
    for data in (
        {},
        {"type": "Nothing"},
        {"type": "AgentAdded"},
        {"type": "AgentAdded", "at": 1, "seq": 1, "agent": 2},
    ):
        with pytest.raises(routekit.errors.SnapshotError):
            events.from_data(data)
    for data in ({}, {"type": "Nothing"}, {"type": "Accept"}, {"type": "Accept", "offer": "o-1", "at": None}):
        with pytest.raises(routekit.errors.InvalidValue):
            commands.from_data(data)
    with pytest.raises(routekit.errors.InvalidType):
        events.to_data(CONTACT)  # type: ignore[arg-type]
    with pytest.raises(routekit.errors.InvalidType):
        commands.to_data(CONTACT)  # type: ignore[arg-type]


def test_the_digest_is_the_same_in_every_build() -> None:
    digest = hashlib.sha256(b"".join(events.encode(kind(**fields(kind))) for kind in events.EVENTS)).hexdigest()
    assert digest == "d1a80066ff04a54b7347ff9342d5a306c5ab0f8e4412ffbb8e1f1178ba4a4ed3"


def test_no_two_events_have_one_encoding() -> None:
    def one(contact: str, queue: str) -> bytes:
        return events.encode(events.ContactQueued(at=1.0, seq=1, contact=contact, queue=queue, position=1))

    assert one("a;s1:b", "c") != one("a", "b;s1:c")
    assert one("", "ab") != one("ab", "")
    assert one("\ud800", "x") != one("?", "x")


@pytest.mark.parametrize("name", making.__all__)
def test_events_made_without_keywords_are_those_made_with_them(name: str) -> None:
    (kind,) = [kind for kind in events.EVENTS if kind.__name__ == name.title().replace("_", "")]
    for given in (fields(kind), fields(kind) | dict.fromkeys({"offer", "customer", "screen"} & {*fields(kind)})):
        if name == "offer_made" and given["offer"] is None:
            given["offer"] = "o-1"
        plain, made = kind(**given), getattr(making, name)(*given.values())
        assert type(made) is kind and made == plain and hash(made) == hash(plain) and repr(made) == repr(plain)
        assert pickle.loads(pickle.dumps(made)) == plain
