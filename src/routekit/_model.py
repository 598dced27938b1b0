"""What a router works on: contacts and what they need, and the configuration of queues and agents.

Only values live here, and what checks them; no behaviour of the router does. ``Contact`` and ``Need`` are made once
a contact, so ``_model.pxd`` makes them extension classes; ``Queue``, ``Agent`` and their parts are made rarely and
are attrs classes. All are frozen, and all are checked when they are made: a contact or need raises ``InvalidValue``
(or ``TypeError`` for a wrong type), a piece of configuration raises all of its faults at once, as
``InvalidConfiguration``. Names that end in ``_s`` are seconds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import attrs

from routekit._faults import Faults, floats, memberships, names, names_or_none, wholes
from routekit._frozen import EMPTY, FrozenMap, is_mapping, plain_map, refuse_wrong_types
from routekit._numbers import (
    LEAST_SECONDS,
    LEAST_UNITS,
    MOST_LEVEL,
    MOST_PRIORITY,
    MOST_SECONDS,
    MOST_TIME,
    MOST_UNITS,
    MOST_WHOLE,
    kept_within,
    positive,
    whole,
    within,
)
from routekit._timeline import Announcing, Limit, Step, When, timeline
from routekit.errors import InvalidType, InvalidValue, RoutekitError

if TYPE_CHECKING:
    import cython

    from routekit.abc import AgentOrder, ContactOrder
    from routekit.rules.calendars import OpenHours
else:
    from routekit._cython import cython

CHANNELS = ("voice", "email", "chat", "sms", "social", "messenger", "callback", "video", "web_form", "task")
"""The channels that have a known name. An app may use others: a channel is a string."""

# An int or float kept as it was given (`priority=0` prints as 0), so that both builds print and compare it alike; any
# other number becomes one of the two. The router makes a float of it where it takes it in.
Number: TypeAlias = float

# A compiled class sets its fields itself while it is made; an interpreted one is frozen from the start.
_COMPILED = not __file__.endswith((".py", ".pyc"))


def check_id(value: object, what: str) -> None:
    """Refuse what cannot be an id or a name: anything but a str, and the empty one."""
    if type(value) is not str:
        raise InvalidType(path=what, value=value, expected="a str")
    if not value:
        raise InvalidValue(path=what, value=value, problem="must not be empty")


_NONE: tuple[str, ...] = ()


def _check_each_id(value: object, what: str) -> None:
    if type(value) is not tuple:
        raise InvalidType(path=what, value=value, expected="a tuple of str")
    for item in value:
        check_id(item, what)
    if len(set(value)) < len(value):
        raise InvalidValue(path=what, value=value, problem="must not name anything twice")


@cython.freelist(64)
@cython.no_gc
@cython.cclass
@dataclasses.dataclass(frozen=True)
class Need:
    """A skill that a contact needs, and the least level that will do (a number from 0 to 1e9).

    >>> Need("billing", at_least=2)
    Need(skill='billing', at_least=2)
    """

    skill: str
    at_least: Number = 1

    def __post_init__(self) -> None:
        check_id(self.skill, "skill")
        at_least = kept_within(self.at_least, "at_least", 0.0, MOST_LEVEL)
        if at_least is not self.at_least:
            if _COMPILED:
                self.at_least = at_least  # type: ignore[misc]
            else:
                object.__setattr__(self, "at_least", at_least)

    def __hash__(self) -> int:
        # By hand, since what is asked for is found by it and a generated one makes a tuple.
        return hash(self.skill) ^ hash(self.at_least)


@cython.freelist(64)
@cython.no_gc
@cython.cclass
@dataclasses.dataclass(frozen=True)
class Contact:
    """Someone, or something, that waits for an agent.

    ``id`` is the app's own. ``priority`` is a number from -1e9 to 1e9, larger is more urgent. ``customer`` says who
    it is: contacts of an equal one are linked. ``attributes`` are the app's, and part of the value: plain
    data, as JSON holds it, in which lists become tuples and mappings FrozenMaps. ``waiting_since`` (a time, as ``at``)
    is for a contact that began to wait before it is enqueued; ``None`` means at that moment. ``prefer`` are ids of
    agents who are meant to have it, best first. ``script`` and ``knowledge`` are the app's references to what the agent
    is to see. Name all but the id: their positions are no promise.

    >>> contact = Contact("c-1", queue="support", needs=(Need("billing"),), attributes={"lang": "en"})
    >>> contact.channel, contact.priority, contact.attributes["lang"]
    ('voice', 0.0, 'en')
    """

    # Keyword-only would say it better; Cython 3.3 takes that for a whole class only.
    id: str
    queue: str
    channel: str = "voice"
    priority: Number = 0.0
    needs: tuple[Need, ...] = ()
    customer: str | None = None
    attributes: FrozenMap[str, Any] | Mapping[str, Any] = EMPTY
    waiting_since: float | None = None
    prefer: tuple[str, ...] = ()
    script: str | None = None
    knowledge: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_id(self.id, "id")
        check_id(self.queue, "queue")
        check_id(self.channel, "channel")
        # The default is seen at once, and other floats without a call. A NaN is within nothing.
        if type(self.priority) is not float or not (self.priority == 0.0 or -1e9 <= self.priority <= 1e9):
            priority = kept_within(self.priority, "priority", -MOST_PRIORITY, MOST_PRIORITY)
            if priority is not self.priority:
                if _COMPILED:
                    self.priority = priority  # type: ignore[misc]
                else:
                    object.__setattr__(self, "priority", priority)
        if self.needs is None:
            raise InvalidType(path="needs", value=None, expected="a tuple of Need")
        for need in self.needs:
            if type(need) is not Need:
                raise InvalidType(path="needs", value=need, expected="a tuple of Need")
        if self.waiting_since is not None:
            waiting_since = kept_within(self.waiting_since, "waiting_since", -MOST_TIME, MOST_TIME)
            if waiting_since is not self.waiting_since:
                if _COMPILED:
                    self.waiting_since = waiting_since  # type: ignore[misc]
                else:
                    object.__setattr__(self, "waiting_since", waiting_since)
        if self.prefer != _NONE:
            _check_each_id(self.prefer, "prefer")
        if self.knowledge != _NONE:
            _check_each_id(self.knowledge, "knowledge")
        if self.script is not None:
            check_id(self.script, "script")
        if self.attributes is not EMPTY:
            attributes = plain_map(self.attributes, "attributes")
            if attributes is not self.attributes:
                if _COMPILED:
                    self.attributes = attributes  # type: ignore[misc]
                else:
                    object.__setattr__(self, "attributes", attributes)


@attrs.frozen
class Capacity:
    """How much an agent can do at once.

    Each contact takes some of ``units``: what ``cost`` says of its channel, else all of them for voice and callback,
    else 1. ``limit`` is the most contacts of a channel at once. Work on an ``interruptible`` channel leaves its units
    to work that is not. ``channels`` are the only ones taken; ``None`` means any.

    >>> chats = Capacity(units=4, cost={"voice": 4, "chat": 1}, limit={"chat": 3})
    >>> chats.cost_of("callback"), chats.cost_of("chat"), chats.cost_of("email")
    (4.0, 1.0, 1.0)
    """

    units: float = 1
    cost: Mapping[str, float] = attrs.field(default=EMPTY, converter=floats, kw_only=True)
    limit: Mapping[str, int] = attrs.field(default=EMPTY, converter=wholes, kw_only=True)
    interruptible: tuple[str, ...] = attrs.field(default=(), converter=names, kw_only=True)
    channels: tuple[str, ...] | None = attrs.field(default=None, converter=names_or_none, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.each(within, "units", args=(LEAST_UNITS, MOST_UNITS))
        faults.numbers("cost", within, LEAST_UNITS, MOST_UNITS)
        faults.numbers("limit", whole, 0, MOST_WHOLE)
        # Sorted: these are sets, and two capacities that mean the same are to be equal.
        for name in ("interruptible", "channels"):
            if getattr(self, name) is not None and (names := faults.names(name)) is not None:
                faults.settle(name, tuple(sorted(names)))
        faults.raise_any("Capacity")

    def cost_of(self, channel: str) -> float:
        """Return the units that a contact on ``channel`` takes."""
        cost = self.cost.get(channel)
        if cost is None:
            return self.units if channel in ("voice", "callback") else 1.0
        return cost


@attrs.frozen
class Agent:
    """Someone who takes contacts.

    ``queues`` are names, all of tier 1, or a mapping of names to tiers (whole numbers from 1; lower tiers first); it is
    kept as a mapping, in the given order. ``skills`` are names and levels above 0; a skill not listed is level 0.

    >>> ann = Agent("ann", queues=("support",), skills={"billing": 3})
    >>> ann.queues, ann.skills
    ({'support': 1}, {'billing': 3.0})
    """

    id: str
    queues: Mapping[str, int] = attrs.field(default=(), converter=memberships, kw_only=True)
    skills: Mapping[str, float] = attrs.field(default=EMPTY, converter=floats, kw_only=True)
    capacity: Capacity = attrs.field(factory=Capacity, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.text("id")
        if not is_mapping(self.queues):
            names = faults.names("queues")
            faults.settle("queues", FrozenMap((name, 1) for name in names or ()))
        faults.numbers("queues", whole, 1, MOST_WHOLE)
        faults.numbers("skills", positive, MOST_LEVEL)
        if not isinstance(self.capacity, Capacity):
            faults.add("capacity", self.capacity, "must be a Capacity")
        faults.raise_any(f"Agent {self.id!r}")


@attrs.frozen
class ServiceLevel:
    """The share of contacts that a queue means to answer within so many seconds.

    >>> ServiceLevel(target=0.9, within_s=30)
    ServiceLevel(target=0.9, within_s=30.0)
    """

    target: float = 0.8
    within_s: float = 20

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.each(positive, "target", args=(1.0,))
        faults.each(positive, "within_s", args=(MOST_SECONDS,))
        faults.raise_any("ServiceLevel")


# The defaults live in routekit.strategies, which builds on this module: they are looked up when a queue is made.
def _longest_idle() -> AgentOrder:
    from routekit.strategies import LongestIdle

    return LongestIdle()


def _aged() -> ContactOrder:
    from routekit.strategies import Aged

    return Aged()


def _steps(value: Iterable[Step]) -> tuple[Step, ...]:
    return cast("tuple[Step, ...]", value)


def _limits(value: Iterable[Limit]) -> tuple[Limit, ...]:
    return cast("tuple[Limit, ...]", value)


PREFER_WHILE = ("ready", "signed_in", "always")
SAME_CUSTOMER = ("separate", "keep", "merge", "behind")


@attrs.frozen
class Queue:
    """A line of contacts, and how they and the agents are brought together.

    ``agent_order`` says which agent gets a contact, ``contact_order`` which contact comes first; both are of
    ``routekit.strategies``. An offer stands for ``offer_timeout_s`` (at least 0.001). After a decline the pair is left
    alone for ``decline_retry_s`` and the agent for ``retry_agent_s``; after no answer, the pair for
    ``no_answer_retry_s`` and the contact, which nobody is offered meanwhile, for ``retry_contact_s``; and
    ``away_after_no_answers`` in a row set the agent away (``None``: never). ``auto_accept`` connects without an offer.
    ``wrap_up_s`` is the time for the work after a contact. A contact that has waited ``drain_after_s`` may hold an
    agent back for itself (``None``: never), and after ``tier_wait_s`` the tier of an agent no longer puts it behind
    others. ``return_wait_s`` is how long a contact that comes back waits for the agent it had. ``max_tier``: agents of
    higher tiers take nothing (``None``: all do). ``steps`` are in the order of ``after_s``, ``limits`` in the order in
    which they are looked at, and ``hours`` (a calendar of ``routekit.rules``, ``None``: always open) are for these.

    A contact that is meant for certain agents waits ``prefer_s`` for them, while one of them is ready
    (``prefer_while``; or ``"signed_in"``, or ``"always"``). ``sticky_s``: a customer who comes back so soon is meant
    for the agent they had (``None``: never). ``same_customer`` says what becomes of a second contact of somebody who
    waits or is served: ``"separate"``, ``"keep"`` it with that agent, ``"merge"`` it, or line it up ``"behind"``.
    ``script`` is the app's reference of what the agent is to see. A parked contact or a follow-up whose agent is not
    ready for longer than ``owner_wait_s`` is theirs no more (``None``: never); a follow-up enters the line ``lead_s``
    before its time. ``announcing``: those who wait are told how long it will be (``None``: nothing). `docs/limits.md`,
    `docs/known_agents.md`, `docs/customers.md` and `docs/handing_over.md` have examples.

    >>> queue = Queue("support", offer_timeout_s=15, steps=[Step(60, drop=("billing",))])
    >>> queue.offer_timeout_s, queue.wrap_up_s, len(queue.steps)
    (15.0, 0.0, 1)
    >>> try:
    ...     Queue("support", offer_timeout_s=float("nan"), wrap_up_s=-1)
    ... except* InvalidValue as group:
    ...     print([fault.path for fault in group.exceptions])
    ['offer_timeout_s', 'wrap_up_s']
    """

    name: str
    agent_order: AgentOrder = attrs.field(factory=_longest_idle, kw_only=True)
    contact_order: ContactOrder = attrs.field(factory=_aged, kw_only=True)
    offer_timeout_s: float = attrs.field(default=20, kw_only=True)
    decline_retry_s: float = attrs.field(default=30, kw_only=True)
    no_answer_retry_s: float = attrs.field(default=30, kw_only=True)
    away_after_no_answers: int | None = attrs.field(default=3, kw_only=True)
    retry_agent_s: float = attrs.field(default=1, kw_only=True)
    retry_contact_s: float = attrs.field(default=0, kw_only=True)
    wrap_up_s: float = attrs.field(default=0, kw_only=True)
    auto_accept: bool = attrs.field(default=False, kw_only=True)
    drain_after_s: float | None = attrs.field(default=60, kw_only=True)
    tier_wait_s: float = attrs.field(default=300, kw_only=True)
    return_wait_s: float = attrs.field(default=60, kw_only=True)
    max_tier: int | None = attrs.field(default=None, kw_only=True)
    service_level: ServiceLevel | None = attrs.field(default=None, kw_only=True)
    steps: tuple[Step, ...] = attrs.field(default=(), converter=_steps, kw_only=True)
    limits: tuple[Limit, ...] = attrs.field(default=(), converter=_limits, kw_only=True)
    hours: OpenHours | None = attrs.field(default=None, kw_only=True)
    prefer_s: float = attrs.field(default=60, kw_only=True)
    prefer_while: str = attrs.field(default="ready", kw_only=True)
    sticky_s: float | None = attrs.field(default=None, kw_only=True)
    same_customer: str = attrs.field(default="separate", kw_only=True)
    script: str | None = attrs.field(default=None, kw_only=True)
    owner_wait_s: float | None = attrs.field(default=86400, kw_only=True)
    lead_s: float = attrs.field(default=300, kw_only=True)
    announcing: Announcing | None = attrs.field(default=None, kw_only=True)
    timeline: tuple[Step, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.text("name")
        for name, port in _ports().items():
            if not isinstance(getattr(self, name), port):
                faults.add(name, getattr(self, name), f"must be an {port.__name__} of routekit.strategies")
        faults.each(within, "offer_timeout_s", args=(LEAST_SECONDS, MOST_SECONDS))
        seconds = (0.0, MOST_SECONDS)
        faults.each(within, "decline_retry_s", "no_answer_retry_s", "retry_agent_s", "wrap_up_s", args=seconds)
        faults.each(within, "retry_contact_s", "tier_wait_s", "return_wait_s", args=seconds)
        faults.each(within, "drain_after_s", args=seconds, optional=True)
        faults.each(whole, "away_after_no_answers", "max_tier", args=(1, MOST_WHOLE), optional=True)
        faults.flag("auto_accept")
        if self.service_level is not None and not isinstance(self.service_level, ServiceLevel):
            faults.add("service_level", self.service_level, "must be a ServiceLevel or None")
        if self.announcing is not None and not isinstance(self.announcing, Announcing):
            faults.add("announcing", self.announcing, "must be an Announcing or None")
        faults.each(within, "prefer_s", "lead_s", args=seconds)
        faults.each(within, "sticky_s", "owner_wait_s", args=seconds, optional=True)
        for name, choices in (("prefer_while", PREFER_WHILE), ("same_customer", SAME_CUSTOMER)):
            if getattr(self, name) not in choices:
                faults.add(name, getattr(self, name), f"must be one of {', '.join(choices)}")
        if self.script is not None:
            faults.text("script")
        if self.hours is not None and not isinstance(self.hours, _open_hours()):
            faults.add("hours", self.hours, "must be a calendar of routekit.rules or None")
        self._settle_steps(faults)
        self._settle_limits(faults)
        if not faults.found:
            object.__setattr__(self, "timeline", timeline(self.steps, self.limits))
        faults.raise_any(f"Queue {self.name!r}")

    def _settle_steps(self, faults: Faults) -> None:
        if not isinstance(self.steps, Iterable):
            faults.add("steps", self.steps, "must be a sequence of Step")
            return
        steps = tuple(self.steps)
        faults.settle("steps", steps)
        before = 0.0
        for index, step in enumerate(steps):
            if not isinstance(step, Step):
                faults.add(f"steps[{index}]", step, "must be a Step")
                return
            if step.after_s < before:
                faults.add(
                    f"steps[{index}].after_s", step.after_s, f"must not be before that of the step before ({before})"
                )
            before = step.after_s
            for name in ("move_to", "add_queue"):
                if getattr(step, name) == self.name:
                    faults.add(f"steps[{index}].{name}", self.name, "must be another queue")

    def _settle_limits(self, faults: Faults) -> None:
        if not isinstance(self.limits, Iterable):
            faults.add("limits", self.limits, "must be a sequence of Limit")
            return
        limits = tuple(self.limits)
        faults.settle("limits", limits)
        for index, limit in enumerate(limits):
            if not isinstance(limit, Limit):
                faults.add(f"limits[{index}]", limit, "must be a Limit")
            elif limit.move_to == self.name:
                faults.add(f"limits[{index}].move_to", limit.move_to, "must be another queue")


def _ports() -> dict[str, type[Any]]:
    # As with the defaults above: the ports are looked up when a queue is made.
    from routekit.abc import AgentOrder, ContactOrder

    return {"agent_order": AgentOrder, "contact_order": ContactOrder}


def _open_hours() -> type[Any]:
    from routekit.rules.calendars import OpenHours

    return OpenHours


Value: TypeAlias = Contact | Need | Queue | Agent | Capacity | ServiceLevel | When | Step | Limit | Announcing
"""Any value of the model."""

VALUES: tuple[type[Any], ...] = (Need, Contact, Capacity, Agent, ServiceLevel, When, Step, Limit, Announcing, Queue)
"""Every class of the model."""

refuse_wrong_types(Need, Contact)

_BY_NAME: dict[str, type[Any]] = {kind.__name__: kind for kind in VALUES}
_STRATEGIES = ("agent_order", "contact_order")


_FIELDS: dict[type[Any], tuple[str, ...]] = {}
"""What `fields_of` has found: a snapshot asks it once for each contact."""


def fields_of(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields of a class of values, in order."""
    names = _FIELDS.get(kind)
    if names is None:
        if attrs.has(kind):
            names = tuple(field.name for field in attrs.fields(kind) if field.init)
        else:
            names = tuple(field.name for field in dataclasses.fields(kind))
        _FIELDS[kind] = names
    return names


def to_data(value: Any) -> dict[str, Any]:
    """Return a value as plain data that JSON takes: its type's name, then its fields in order.

    >>> to_data(Contact("c-1", queue="support", needs=(Need("billing", 2),)))["needs"]
    [{'type': 'Need', 'skill': 'billing', 'at_least': 2}]
    """
    kind = type(value)
    if _BY_NAME.get(kind.__name__) is not kind:
        raise InvalidType(path="value", value=value, expected="a value of routekit's model")
    data: dict[str, Any] = {"type": kind.__name__}
    for name in fields_of(kind):
        data[name] = field_to_data(name, getattr(value, name))
    return data


def field_to_data(name: str, value: Any) -> Any:
    """Return what one field holds as plain data. ``name`` serves the message, and tells strategies apart."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if is_mapping(value):
        for key in value:
            if type(key) is not str:
                raise InvalidValue(path=name, value=key, problem="must have names that are str to be stored")
        return {key: field_to_data(f"{name}.{key}", item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [field_to_data(f"{name}[{index}]", item) for index, item in enumerate(value)]
    if type(value) in VALUES:
        return to_data(value)
    if name == "hours":
        return value.to_data()
    if name in _STRATEGIES:
        from routekit.strategies.names import to_data as strategy_to_data

        return strategy_to_data(value)
    raise InvalidValue(path=name, value=value, problem="must be plain data to be stored")


def from_data(data: Mapping[str, Any], registry: Mapping[str, object] | None = None) -> Any:
    """Return the value that ``to_data`` made ``data`` of. ``registry`` holds an app's own strategies by name.

    What it holds is checked as at any construction; data that is no value at all is an ``InvalidValue``, and a
    strategy that nothing is registered under an ``UnknownStrategy``.

    >>> agent = Agent("ann", queues={"support": 2}, skills={"billing": 3})
    >>> from_data(to_data(agent)) == agent
    True
    """
    kind = _BY_NAME.get(data.get("type", "")) if is_mapping(data) else None
    if kind is None:
        raise InvalidValue(path="type", value=data, problem="must be the data of a value of routekit's model")
    known = fields_of(kind)
    fields = {}
    for name, item in data.items():
        if name == "type":
            continue
        if name not in known:
            raise InvalidValue(path=name, value=item, problem=f"must be a field of {kind.__name__}")
        fields[name] = field_from_data(name, item, registry)
    try:
        return kind(**fields)
    except RoutekitError:
        raise
    except TypeError as error:
        raise InvalidValue(path=kind.__name__, value=data, problem=f"must be its data ({error})") from error


def field_from_data(name: str, data: Any, registry: Mapping[str, object] | None = None) -> Any:
    """Return what one field of that name holds, from its data."""
    if name in ("needs", "steps", "limits", "when"):
        return tuple(from_data(item) for item in data)
    if name in ("capacity", "service_level", "announcing"):
        return None if data is None else from_data(data)
    if name == "hours":
        from routekit.rules.calendars import from_data as hours_from_data

        return None if data is None else hours_from_data(data)
    if name in _STRATEGIES:
        from routekit.strategies.names import agent_order, contact_order

        return agent_order(data, registry) if name == "agent_order" else contact_order(data, registry)
    if is_mapping(data):
        return FrozenMap(data)
    if isinstance(data, Sequence) and not isinstance(data, str):
        return tuple(data)
    return data
