"""What a router can be told: one frozen value for each verb of ``Router``, with the verb's own fields.

Only these values and their encoding live here. ``router.apply(command)`` calls the verb, so a command can be stored,
sent and replayed. ``at`` is the command's time, in seconds on the caller's epoch, kept as it was given.

The first field may be given by position, and all others by name: where those stand is no promise. (They would be
keyword-only if Cython 3.3 took that for some fields of a class; it does for all or none.) A wrong type, an empty id
or a time that is not finite is refused when the command is made, and so are ``changes`` to what is no field or is the
id; what the router has to know is checked there.

>>> command = Accept("o-1", at=3)
>>> command
Accept(offer='o-1', at=3)
>>> from_data(to_data(command)) == command
True
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeAlias

from routekit import _model
from routekit._frozen import EMPTY, FrozenMap, freeze_map, plain_map, refuse_wrong_types
from routekit._model import Agent, Contact, Number, Queue, check_id
from routekit._numbers import MOST_PRIORITY, finite_float, kept_within, whole
from routekit.errors import InvalidType, InvalidValue, RoutekitError

Flag: TypeAlias = bool
"""A bool that is not made of anything else, as a C field would make it of what is merely true."""


def _check_where(queue: Any, agent: Any) -> None:
    for value, what in ((queue, "queue"), (agent, "agent")):
        if value is not None:
            check_id(value, what)


def _check_names(value: Any, what: str) -> None:
    if type(value) is not tuple:
        raise InvalidType(path=what, value=value, expected="a tuple of str")
    for name in value:
        check_id(name, what)


def _check_object(value: Any, what: str, kind: Any) -> None:
    if not isinstance(value, kind):
        raise InvalidType(path=what, value=value, expected=f"a {kind.__name__}")


def _check_target(value: Any, what: str, kind: Any, changes: Any) -> None:
    """Refuse what names nothing to update, and fields given beside a whole value that has them all."""
    if not isinstance(value, kind):
        check_id(value, what)
    elif changes:
        raise InvalidValue(path="changes", value=changes, problem=f"must be empty beside a whole {kind.__name__}")


def _settle_changes(value: Any, kind: Any) -> FrozenMap[str, Any]:
    """Refuse what is no field that may change: applied, it would be an argument of the verb, as ``at`` is."""
    changes = freeze_map(value, "changes")
    _, *names = _model.fields_of(kind)  # all but the id
    for name in changes:
        if name not in names:
            problem = f"must be fields of {kind.__name__} that may change"
            raise InvalidValue(path="changes", value=name, problem=problem)
    if "attributes" not in changes:
        return changes
    # As in the contact itself: the command is to be equal to what is read from its data.
    attributes = plain_map(changes["attributes"], "changes.attributes")
    return changes if attributes is changes["attributes"] else FrozenMap({**changes, "attributes": attributes})


# As in routekit._model.
_COMPILED = not __file__.endswith((".py", ".pyc"))


@dataclasses.dataclass(frozen=True)
class AddQueue:
    """Add a queue."""

    queue: Queue
    at: Number

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        _check_object(self.queue, "queue", Queue)


@dataclasses.dataclass(frozen=True)
class UpdateQueue:
    """Change a queue: a whole ``Queue``, or a name and the fields that change."""

    queue: Queue | str
    at: Number
    changes: FrozenMap[str, Any] | Mapping[str, Any] = EMPTY

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        _check_target(self.queue, "queue", Queue, self.changes)
        if self.changes is not EMPTY:
            changes = _settle_changes(self.changes, Queue)
            if changes is not self.changes:
                if _COMPILED:
                    self.changes = changes  # type: ignore[misc]
                else:
                    object.__setattr__(self, "changes", changes)


@dataclasses.dataclass(frozen=True)
class RemoveQueue:
    """Remove a queue; those who wait in it go to ``move_to``."""

    queue: str
    at: Number
    move_to: str | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.queue, "queue")
        if self.move_to is not None:
            check_id(self.move_to, "move_to")


@dataclasses.dataclass(frozen=True)
class AddAgent:
    """Add an agent, who is offline at first."""

    agent: Agent
    at: Number

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        _check_object(self.agent, "agent", Agent)


@dataclasses.dataclass(frozen=True)
class UpdateAgent:
    """Change an agent: a whole ``Agent``, or an id and the fields that change."""

    agent: Agent | str
    at: Number
    changes: FrozenMap[str, Any] | Mapping[str, Any] = EMPTY

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        _check_target(self.agent, "agent", Agent, self.changes)
        if self.changes is not EMPTY:
            changes = _settle_changes(self.changes, Agent)
            if changes is not self.changes:
                if _COMPILED:
                    self.changes = changes  # type: ignore[misc]
                else:
                    object.__setattr__(self, "changes", changes)


@dataclasses.dataclass(frozen=True)
class RemoveAgent:
    """Remove an agent; with ``work="requeue"`` also one who still has work."""

    agent: str
    at: Number
    work: str | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.agent, "agent")


@dataclasses.dataclass(frozen=True)
class SignIn:
    """An agent arrives, and is ready."""

    agent: str
    at: Number

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.agent, "agent")


@dataclasses.dataclass(frozen=True)
class SignOut:
    """An agent leaves; ``work`` is ``keep`` or ``requeue``."""

    agent: str
    at: Number
    work: str = "keep"

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.agent, "agent")
        check_id(self.work, "work")


@dataclasses.dataclass(frozen=True)
class SetReady:
    """An agent takes work, on all channels or opens those named."""

    agent: str
    at: Number
    channels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.agent, "agent")
        if self.channels is not None:
            _check_names(self.channels, "channels")


@dataclasses.dataclass(frozen=True)
class SetAway:
    """An agent takes no work, at all or on the channels named."""

    agent: str
    at: Number
    reason: str = "away"
    channels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.agent, "agent")
        check_id(self.reason, "reason")
        if self.channels is not None:
            _check_names(self.channels, "channels")


@dataclasses.dataclass(frozen=True)
class Enqueue:
    """A contact arrives."""

    contact: Contact
    at: Number

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        _check_object(self.contact, "contact", Contact)


@dataclasses.dataclass(frozen=True)
class Abandon:
    """A contact leaves by itself."""

    contact: str
    at: Number
    reason: str = "abandoned"

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")
        check_id(self.reason, "reason")


@dataclasses.dataclass(frozen=True)
class Accept:
    """An agent accepts an offer."""

    offer: str
    at: Number

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.offer, "offer")


@dataclasses.dataclass(frozen=True)
class Decline:
    """An agent declines an offer."""

    offer: str
    at: Number
    reason: str = "declined"

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.offer, "offer")
        check_id(self.reason, "reason")


@dataclasses.dataclass(frozen=True)
class Finish:
    """A connected contact ends."""

    contact: str
    at: Number
    ended_by: str = "agent"

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")
        check_id(self.ended_by, "ended_by")


@dataclasses.dataclass(frozen=True)
class EndWrapUp:
    """An agent is done with the work after one contact, or after all."""

    agent: str
    at: Number
    contact: str | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.agent, "agent")
        if self.contact is not None:
            check_id(self.contact, "contact")


@dataclasses.dataclass(frozen=True)
class Requeue:
    """A connected contact goes back to its place, as when the bridge failed."""

    contact: str
    at: Number
    reason: str = "connect_failed"
    avoid_agent: Flag = True

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")
        check_id(self.reason, "reason")
        if type(self.avoid_agent) is not bool:
            raise InvalidType(path="avoid_agent", value=self.avoid_agent, expected="True or False")


@dataclasses.dataclass(frozen=True)
class Transfer:
    """A contact goes to another queue, to an agent, or both; ``keep_place=None`` keeps the wait of one who waits.

    ``raise_priority`` is added to its priority, ``reference`` (the app's) is for whoever is offered it next.
    """

    contact: str
    at: Number
    queue: str | None = None
    agent: str | None = None
    keep_place: bool | None = None
    raise_priority: Number = 0.0
    reference: str | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")
        _check_where(self.queue, self.agent)
        if self.queue is None and self.agent is None:
            raise InvalidValue(path="queue", value=None, problem="must be given where no agent is")
        if self.keep_place is not None and type(self.keep_place) is not bool:
            raise InvalidType(path="keep_place", value=self.keep_place, expected="True, False or None")
        kept_within(self.raise_priority, "raise_priority", 0.0, MOST_PRIORITY)
        if self.reference is not None:
            check_id(self.reference, "reference")


@dataclasses.dataclass(frozen=True)
class UpdateContact:
    """Change a contact: a whole ``Contact``, or an id and the fields that change."""

    contact: Contact | str
    at: Number
    changes: FrozenMap[str, Any] | Mapping[str, Any] = EMPTY

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        _check_target(self.contact, "contact", Contact, self.changes)
        if self.changes is not EMPTY:
            changes = _settle_changes(self.changes, Contact)
            if changes is not self.changes:
                if _COMPILED:
                    self.changes = changes  # type: ignore[misc]
                else:
                    object.__setattr__(self, "changes", changes)


@dataclasses.dataclass(frozen=True)
class Hold:
    """Put a connected contact on hold."""

    contact: str
    at: Number

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")


@dataclasses.dataclass(frozen=True)
class Resume:
    """Take a contact up again."""

    contact: str
    at: Number

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")


@dataclasses.dataclass(frozen=True)
class Park:
    """A conversation waits for something else than an agent, at most ``until`` (a time)."""

    contact: str
    at: Number
    until: Number | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")
        if self.until is not None:
            finite_float(self.until, "until")


@dataclasses.dataclass(frozen=True)
class Unpark:
    """A parked contact goes back to its place in the line."""

    contact: str
    at: Number

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")


@dataclasses.dataclass(frozen=True)
class FollowUp:
    """Something is promised to a customer for ``due_at`` (a time); ``id`` is that of the contact that it will be.

    ``agent`` is whose it is, ``None``: who has the contact; ``queue`` where it waits, ``None``: the contact's own.
    """

    contact: str
    at: Number
    due_at: Number
    agent: str | None = None
    queue: str | None = None
    channel: str = "task"
    id: str | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")
        finite_float(self.due_at, "due_at")
        _check_where(self.queue, self.agent)
        check_id(self.channel, "channel")
        if self.id is not None:
            check_id(self.id, "id")


@dataclasses.dataclass(frozen=True)
class Consult:
    """An agent asks another one, or whoever takes it in a queue, while their customer waits."""

    contact: str
    at: Number
    agent: str | None = None
    queue: str | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")
        _check_where(self.queue, self.agent)
        if (self.queue is None) == (self.agent is None):
            raise InvalidValue(path="agent", value=self.agent, problem="or queue must be given, and not both")


@dataclasses.dataclass(frozen=True)
class Join:
    """Whoever was asked joins the customer; or an agent, a supervisor, does so without having been asked."""

    contact: str
    at: Number
    agent: str | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")
        _check_where(None, self.agent)


@dataclasses.dataclass(frozen=True)
class CompleteTransfer:
    """The contact goes over to whoever was asked last, or to ``agent``."""

    contact: str
    at: Number
    agent: str | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")
        _check_where(None, self.agent)


@dataclasses.dataclass(frozen=True)
class CancelConsult:
    """Back to the customer: the latest consult ends."""

    contact: str
    at: Number

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        check_id(self.contact, "contact")


@dataclasses.dataclass(frozen=True)
class Reconcile:
    """Tell which contacts are live, on one channel or on all."""

    live: tuple[str, ...]
    at: Number
    channel: str | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        _check_names(self.live, "live")
        if self.channel is not None:
            check_id(self.channel, "channel")


@dataclasses.dataclass(frozen=True)
class Advance:
    """Fire what is due, at most ``limit`` changes."""

    at: Number
    limit: int | None = None

    def __post_init__(self) -> None:
        finite_float(self.at, "at")
        if self.limit is not None:
            whole(self.limit, "limit", 1)


Command: TypeAlias = (
    AddQueue
    | UpdateQueue
    | RemoveQueue
    | AddAgent
    | UpdateAgent
    | RemoveAgent
    | SignIn
    | SignOut
    | SetReady
    | SetAway
    | Enqueue
    | Abandon
    | Accept
    | Decline
    | Finish
    | EndWrapUp
    | Requeue
    | Transfer
    | UpdateContact
    | Hold
    | Resume
    | Park
    | Unpark
    | Consult
    | Join
    | CompleteTransfer
    | CancelConsult
    | FollowUp
    | Reconcile
    | Advance
)
"""Any command."""

COMMANDS: tuple[type[Any], ...] = (
    AddQueue,
    UpdateQueue,
    RemoveQueue,
    AddAgent,
    UpdateAgent,
    RemoveAgent,
    SignIn,
    SignOut,
    SetReady,
    SetAway,
    Enqueue,
    Abandon,
    Accept,
    Decline,
    Finish,
    EndWrapUp,
    Requeue,
    Transfer,
    UpdateContact,
    Hold,
    Resume,
    Park,
    Unpark,
    Consult,
    Join,
    CompleteTransfer,
    CancelConsult,
    FollowUp,
    Reconcile,
    Advance,
)
"""Every class of command, in the order of definition."""

refuse_wrong_types(*COMMANDS, classes={"Contact": Contact})

_BY_NAME: dict[str, type[Any]] = {kind.__name__: kind for kind in COMMANDS}
_FIELDS: dict[type[Any], tuple[str, ...]] = {kind: _model.fields_of(kind) for kind in COMMANDS}


def to_data(command: Command) -> dict[str, Any]:
    """Return a command as plain data that JSON takes: its type's name, then its fields in order.

    >>> to_data(Finish("c-1", at=9.0))
    {'type': 'Finish', 'contact': 'c-1', 'at': 9.0, 'ended_by': 'agent'}
    """
    names = _FIELDS.get(type(command))
    if names is None:
        raise InvalidType(path="command", value=command, expected="a command of routekit.commands")
    data: dict[str, Any] = {"type": type(command).__name__}
    for name in names:
        value = getattr(command, name)
        if name == "changes":
            data[name] = {key: _model.field_to_data(key, item) for key, item in value.items()}
        else:
            data[name] = _model.field_to_data(name, value)
    return data


def from_data(data: Mapping[str, Any], registry: Mapping[str, object] | None = None) -> Command:
    """Return the command that ``to_data`` made ``data`` of; ``InvalidValue`` where no command can be made of it.

    ``registry`` holds an app's own strategies by name.

    >>> from_data({"type": "SetAway", "agent": "ann", "at": 5.0, "channels": ["chat"]})
    SetAway(agent='ann', at=5.0, reason='away', channels=('chat',))
    """
    kind = _BY_NAME.get(data.get("type", ""))
    if kind is None:
        raise InvalidValue(path="type", value=data.get("type"), problem="must be the name of a command")
    fields: dict[str, Any] = {}
    for name, item in data.items():
        if name == "changes":
            fields[name] = FrozenMap((key, _model.field_from_data(key, value, registry)) for key, value in item.items())
        elif isinstance(item, Mapping):
            fields[name] = _model.from_data(item, registry)
        elif name != "type":
            fields[name] = _model.field_from_data(name, item)
    try:
        command: Command = kind(**fields)
    except RoutekitError:
        raise
    except TypeError as error:
        raise InvalidValue(path=kind.__name__, value=data, problem=f"must be its data ({error})") from error
    return command
