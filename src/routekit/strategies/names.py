"""Strategies by name, as configuration, the command line and snapshots write them.

A built-in strategy is `{"name": ..., argument: ...}` or its bare name. A user's own strategy is known by the name under
which the application registered it. What a user's own may look like is in `own`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from routekit.abc import AgentOrder, ContactOrder, QueueOrder
from routekit.errors import InvalidType, InvalidValue, UnknownStrategy
from routekit.strategies import agent_orders as agents
from routekit.strategies import contact_orders as contacts
from routekit.strategies import load_orders as loads
from routekit.strategies import own
from routekit.strategies import queue_orders as queues
from routekit.strategies import ring_orders as rings
from routekit.strategies import skill_orders as skills
from routekit.strategies.presets import ORDERS as _PRESET

__all__ = [
    "agent_order",
    "check_orders",
    "check_queue_order",
    "classes",
    "contact_order",
    "names",
    "queue_order",
    "to_data",
]

Strategy: TypeAlias = AgentOrder | ContactOrder | QueueOrder
Registry: TypeAlias = Mapping[str, object] | None
Data: TypeAlias = str | Mapping[str, Any]

_AGENT: tuple[type[AgentOrder], ...] = (
    agents.LongestIdle,
    agents.LeastRecent,
    agents.RoundRobin,
    agents.RoundRobinOrdered,
    agents.TopDown,
    agents.Random,
    agents.WeightedRandom,
    loads.FewestContacts,
    loads.LeastTalkTime,
    loads.LeastOccupied,
    loads.LeastLoaded,
    skills.MostSkilled,
    skills.LeastSkilled,
    skills.BestMatch,
    skills.Scored,
    rings.RingAll,
    rings.RingProgressively,
    rings.Batched,
)
_CONTACT: tuple[type[ContactOrder], ...] = (
    contacts.Fifo,
    contacts.Lifo,
    contacts.StrictPriority,
    contacts.Aged,
    contacts.HeadStart,
    contacts.EarliestDeadline,
    contacts.LongestWaitRatio,
)
_QUEUE: tuple[type[QueueOrder], ...] = (queues.ByUrgency, queues.FixedQueueRatio, queues.WeightedFair)

_KINDS: dict[str, dict[str, type[Any]]] = {
    kind: {known.name: known for known in listed}
    for kind, listed in (("agent", _AGENT), ("preset", _PRESET), ("contact", _CONTACT), ("queue", _QUEUE))
}


def names(kind: str) -> tuple[str, ...]:
    """The built-in names of a kind: "agent", "contact" or "queue"; "preset" for agent orders as peers have them.

    >>> names("queue")
    ('by-urgency', 'fixed-queue-ratio', 'weighted-fair')
    """
    return tuple(classes(kind))


def classes(kind: str) -> dict[str, type[Any]]:
    """The built-in classes of a kind by their names."""
    if kind not in _KINDS:
        raise InvalidValue(path="kind", value=kind, problem=f"must be one of {', '.join(_KINDS)}")
    return _KINDS[kind]


def agent_order(data: Data, registry: Registry = None) -> AgentOrder:
    """The agent order of a name or of `{"name": ..., argument: value}`.

    >>> agent_order({"name": "fewest-contacts", "half_life_s": 3600})
    FewestContacts(half_life_s=3600.0, since=None, count='answered')
    """
    made = _make("agent", data, registry)
    if not isinstance(made, AgentOrder):
        raise InvalidValue(path="agent_order", value=data, problem="does not name an agent order")
    return made


def contact_order(data: Data, registry: Registry = None) -> ContactOrder:
    """The contact order of a name or of `{"name": ..., argument: value}`.

    >>> contact_order("fifo")
    Fifo()
    """
    made = _make("contact", data, registry)
    if not isinstance(made, ContactOrder):
        raise InvalidValue(path="contact_order", value=data, problem="does not name a contact order")
    return made


def queue_order(data: Data, registry: Registry = None) -> QueueOrder:
    """The queue order of a name or of `{"name": ..., argument: value}`.

    >>> queue_order({"name": "fixed-queue-ratio", "weights": {"sales": 2}})
    FixedQueueRatio(weights={'sales': 2.0}, default=1.0)
    """
    made = _make("queue", data, registry)
    if not isinstance(made, QueueOrder):
        raise InvalidValue(path="queue_order", value=data, problem="does not name a queue order")
    return made


def check_orders(queue: Any) -> None:
    """Refuse an order of the app's own that could not be used or restored, before anything depends on it.

    `queue` has an `agent_order` and a `contact_order`. Raises `InvalidValue`: for a built-in's name, since a snapshot
    knows orders by name, and for properties that raise or are no values that a router can use.
    """
    if type(queue.agent_order) not in (*_AGENT, *_PRESET):
        own.check_agent_order(queue.agent_order, {**_KINDS["agent"], **_KINDS["preset"]})
    if type(queue.contact_order) not in _CONTACT:
        own.check_contact_order(queue.contact_order, _KINDS["contact"])


def check_queue_order(order: Any) -> None:
    """The same of a router's queue order; `InvalidType` for what is none at all."""
    if not isinstance(order, QueueOrder):
        raise InvalidType(path="queue_order", value=order, expected="a QueueOrder of routekit.strategies")
    if type(order) not in _QUEUE:
        own.check_queue_order(order, _KINDS["queue"])


def to_data(order: Strategy) -> dict[str, Any]:
    """A strategy as plain data: its name and its arguments. A user's own is its name alone.

    >>> to_data(contact_order("aged"))
    {'name': 'aged', 'per_minute': 1.0}
    """
    data: dict[str, Any] = {"name": order.name}
    if all(known.get(order.name) is not type(order) for known in _KINDS.values()):
        return data
    kind: Any = type(order)
    for field in attrs.fields(kind):
        if field.init:
            value = getattr(order, field.name)
            # A mapping's keys may be numbers, which JSON would make strings: pairs survive.
            data[field.alias] = [[k, v] for k, v in value.items()] if isinstance(value, Mapping) else value
    return data


def _make(kind: str, data: object, registry: Registry) -> object:
    given: dict[Any, Any] = {}
    name = data
    if isinstance(data, Mapping):
        given = {k: v for k, v in data.items() if k != "name"}
        name = data.get("name")
    if not isinstance(name, str):
        raise InvalidValue(path="name", value=data, problem="must be a strategy's name")
    if registry is not None and name in registry:
        return registry[name]
    made = _KINDS[kind].get(name) or (_KINDS["preset"].get(name) if kind == "agent" else None)
    if made is None:
        raise UnknownStrategy(name=name)
    fields = {field.alias: field for field in attrs.fields(made) if field.init}
    for argument in given:
        if argument not in fields:
            problem = f"is no argument of {made.__name__}: there is {', '.join(map(str, fields)) or 'none'}"
            raise InvalidValue(path=f"{name}.{argument}", value=given[argument], problem=problem)
    for argument, field in fields.items():
        if field.default is attrs.NOTHING and argument not in given:
            raise InvalidValue(path=f"{name}.{argument}", value=data, problem="must be given")
    return made(**{argument: _argument(f"{name}.{argument}", value) for argument, value in given.items()})


def _argument(path: str, value: object) -> object:
    """A mapping from the pairs that `to_data` makes of it."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return value
    try:
        return dict(map(tuple, value))
    except (TypeError, ValueError) as fault:
        raise InvalidValue(path=path, value=value, problem="must be a mapping, or a list of pairs") from fault
