"""Strategies by name, as configuration, the command line and snapshots write them.

A built-in strategy is `{"name": ..., field: ...}` or its bare name. A user's own strategy is known by the name under
which the application registered it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from routekit._numbers import finite_float, positive
from routekit.abc import AgentOrder, ContactOrder, Pick
from routekit.errors import InvalidValue, UnknownStrategy
from routekit.strategies import agent_orders, contact_orders

__all__ = ["agent_order", "check_orders", "contact_order", "names", "to_data"]

_AGENT: dict[str, type[AgentOrder]] = {
    c.name: c
    for c in (agent_orders.LongestIdle, agent_orders.RoundRobin, agent_orders.Random, agent_orders.FewestContacts)
}
_CONTACT: dict[str, type[ContactOrder]] = {
    c.name: c
    for c in (contact_orders.Fifo, contact_orders.StrictPriority, contact_orders.Aged, contact_orders.HeadStart)
}


def names(kind: str) -> tuple[str, ...]:
    """The built-in names of a kind, "agent" or "contact".

    >>> names("contact")
    ('fifo', 'strict-priority', 'aged', 'head-start')
    """
    known: dict[str, tuple[str, ...]] = {"agent": tuple(_AGENT), "contact": tuple(_CONTACT)}
    return known[kind]


def agent_order(data: str | Mapping[str, Any], registry: Mapping[str, object] | None = None) -> AgentOrder:
    """The agent order of a name or of `{"name": ..., field: value}`.

    >>> agent_order({"name": "fewest-contacts", "half_life_s": 3600})
    FewestContacts(half_life_s=3600.0, count='answered')
    """
    made = _make(data, _AGENT, registry)
    if not isinstance(made, AgentOrder):
        raise InvalidValue(path="agent_order", value=data, problem="does not name an agent order")
    return made


def contact_order(data: str | Mapping[str, Any], registry: Mapping[str, object] | None = None) -> ContactOrder:
    """The contact order of a name or of `{"name": ..., field: value}`.

    >>> contact_order("fifo")
    Fifo()
    """
    made = _make(data, _CONTACT, registry)
    if not isinstance(made, ContactOrder):
        raise InvalidValue(path="contact_order", value=data, problem="does not name a contact order")
    return made


def check_orders(queue: Any) -> None:
    """Refuse an order of the app's own that could not be used or restored, before anything depends on it.

    Raises `InvalidValue`: for a built-in's name, since a snapshot knows orders by name, and for properties that raise
    or are no values that a router can use.
    """
    for path, known in (("agent_order", _AGENT), ("contact_order", _CONTACT)):
        order: Any = getattr(queue, path)
        if type(order) in known.values():
            continue
        try:
            fits = isinstance(order.name, str) and order.name and order.name not in known
            if path == "agent_order":
                fits = fits and isinstance(order.pick, Pick) and order.counts in (None, "answered", "offered")
                fits = fits and (order.counts is None or positive(order.half_life, "half_life") > 0.0)
            elif order.slope is not None:
                finite_float(order.slope, "slope")
        except Exception as fault:
            raise InvalidValue(path=path, value=order, problem=f"cannot be used ({fault})") from fault
        if not fits:
            raise InvalidValue(path=path, value=order, problem="must have a name of its own, a Pick, and known counts")


def to_data(order: AgentOrder | ContactOrder) -> dict[str, Any]:
    """A strategy as plain data: its name and its fields. A user's own is its name alone."""
    data: dict[str, Any] = {"name": order.name}
    known = _AGENT.get(order.name) or _CONTACT.get(order.name)
    if known is not type(order):
        return data
    kind: Any = type(order)
    for field in attrs.fields(kind):
        value = getattr(order, field.name)
        # A mapping's keys may be numbers, which JSON would make strings: pairs survive.
        data[field.name] = [[k, v] for k, v in value.items()] if isinstance(value, Mapping) else value
    return data


def _make(data: object, known: Mapping[str, type], registry: Mapping[str, object] | None) -> object:
    fields: dict[str, Any] = {}
    name = data
    if isinstance(data, Mapping):
        fields = {k: v for k, v in data.items() if k != "name"}
        name = data.get("name")
    if not isinstance(name, str):
        raise InvalidValue(path="name", value=data, problem="must be a strategy's name")
    if registry is not None and name in registry:
        return registry[name]
    if name not in known:
        raise UnknownStrategy(name=name)
    fields = {k: dict(map(tuple, v)) if isinstance(v, list) else v for k, v in fields.items()}
    try:
        return known[name](**fields)
    except TypeError as fault:
        raise InvalidValue(path=name, value=fields, problem=str(fault)) from fault
