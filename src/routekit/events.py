"""What a router tells: one frozen value for each thing that happened, named in the past tense.

Only these values and their encodings live here; nothing decides anything. Each event has ``at``, its time in
seconds on the caller's epoch, and ``seq``, its number in the router's life, from 1. Names of durations end in
``_s``; other ``_at`` names are times.

With ``events.pxd`` these classes are compiled: final extension classes with C fields. There is no common base,
since such a class could keep no free list; ``Event`` is the union of all, and ``match`` takes them apart.

Making one from compiled code goes through the Python constructor all the same: Cython has no other for an extension
class. With constant keyword names an OfferMade takes 45 ns there, by position it would take 33. Keyword-only is worth
these 12 ns: a field that is added later shifts no other.

>>> event = WrapUpStarted(at=200.0, seq=5, contact="c-1", agent="ann", ends_at=230.0)
>>> event
WrapUpStarted(at=200.0, seq=5, contact='c-1', agent='ann', ends_at=230.0)
>>> match event:
...     case WrapUpStarted(agent=agent, ends_at=ends_at):
...         print(agent, "until", ends_at)
ann until 230.0
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeAlias

from routekit._frozen import refuse_wrong_types
from routekit._states import Presence
from routekit.errors import InvalidType, InvalidValue, SnapshotError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Past:
    """A contact of a customer that has ended, at the time `at`: `outcome` is `finished`, `abandoned`, `rejected` or
    `diverted`, `queue` its home, `agent` who had it last, `reference` what its last transfer left.
    """

    contact: str
    channel: str
    queue: str
    agent: str | None
    outcome: str
    at: float
    reference: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Screen:
    """What an agent sees of a contact that is offered: the customer's past, the oldest first, and the ids of what else
    they have open; the references of the script, of knowledge, and of what the last transfer left.
    """

    history: tuple[Past, ...]
    open: tuple[str, ...]
    script: str | None
    knowledge: tuple[str, ...]
    reference: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class QueueAdded:
    """A queue was added."""

    at: float
    seq: int
    queue: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class QueueUpdated:
    """A queue has new settings; ``changed`` names the fields that differ."""

    at: float
    seq: int
    queue: str
    changed: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class QueueRemoved:
    """A queue is gone; those who waited in it were moved to ``move_to``."""

    at: float
    seq: int
    queue: str
    move_to: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class AgentAdded:
    """An agent was added, and is offline."""

    at: float
    seq: int
    agent: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class AgentUpdated:
    """An agent has new settings; ``changed`` names the fields that differ."""

    at: float
    seq: int
    agent: str
    changed: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AgentRemoved:
    """An agent is gone."""

    at: float
    seq: int
    agent: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class AgentPresenceChanged:
    """An agent came, went, or went away; ``reason`` is the command's, or ``no_answer`` and the like."""

    at: float
    seq: int
    agent: str
    old: Presence
    new: Presence
    reason: str

    def __post_init__(self) -> None:
        # An enum member is no exact str, so C cannot check these two.
        if type(self.old) is not Presence or type(self.new) is not Presence:
            raise InvalidType(path="AgentPresenceChanged", value=(self.old, self.new), expected="two Presence")


@dataclasses.dataclass(frozen=True, kw_only=True)
class AgentChannelsClosed:
    """An agent who is there takes nothing on these channels any more."""

    at: float
    seq: int
    agent: str
    channels: tuple[str, ...]
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class AgentChannelsOpened:
    """An agent takes work on these channels again."""

    at: float
    seq: int
    agent: str
    channels: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactQueued:
    """A contact waits in a queue; ``position`` counts from 1 in that queue's own order."""

    at: float
    seq: int
    contact: str
    queue: str
    position: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class OfferMade:
    """A contact is offered to an agent, who has until ``expires_at`` (seconds, as ``at``) to accept.

    ``queue`` is the one through which they are found, and ``screen`` what they see; ``None`` where that is nothing.
    """

    at: float
    seq: int
    offer: str
    contact: str
    agent: str
    queue: str
    channel: str
    customer: str | None
    expires_at: float
    screen: Screen | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class OfferDeclined:
    """An agent declined an offer."""

    at: float
    seq: int
    offer: str
    contact: str
    agent: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class OfferExpired:
    """An agent let the time of an offer run out."""

    at: float
    seq: int
    offer: str
    contact: str
    agent: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class OfferRevoked:
    """An offer was taken back, through no fault of the agent."""

    at: float
    seq: int
    offer: str
    contact: str
    agent: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class OfferNoLongerFits:
    """An offer stands although a change means that it would not be made now."""

    at: float
    seq: int
    offer: str
    contact: str
    agent: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactConnected:
    """A contact and an agent are connected; ``offer`` is ``None`` where the queue accepts by itself, and for a
    supervisor who joins. ``waited_s`` counts from ``waiting_since``.
    """

    at: float
    seq: int
    contact: str
    agent: str
    queue: str
    offer: str | None
    waited_s: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactFinished:
    """A connected or parked contact ended; ``ended_by`` is the command's, ``customer`` or ``lost``. ``agent`` is who
    had it, or owned it while parked, and empty for a follow-up that is nobody's.
    """

    at: float
    seq: int
    contact: str
    agent: str
    ended_by: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactAbandoned:
    """A waiting or parked contact left. ``reason`` is the command's, ``lost``, or ``unavailable`` for a consult of an
    agent who cannot be had; ``waited_s`` counts from ``waiting_since``, and is 0.0 for one that is parked.
    """

    at: float
    seq: int
    contact: str
    queue: str
    waited_s: float
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactMoved:
    """A contact changed queues, by a ``transfer``, a ``step``, a ``limit``, or since its queue is gone
    (``queue_removed``). ``agent`` is the one whom a transfer took it from, ``reference`` what that left with it.
    """

    at: float
    seq: int
    contact: str
    from_queue: str
    to_queue: str
    agent: str | None
    reason: str
    reference: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactRequeued:
    """A connected contact waits again, at its old place."""

    at: float
    seq: int
    contact: str
    agent: str
    queue: str
    reason: str
    position: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactUpdated:
    """A contact has new data; ``changed`` names the fields that differ."""

    at: float
    seq: int
    contact: str
    changed: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactHeld:
    """A connected contact was put on hold."""

    at: float
    seq: int
    contact: str
    agent: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactResumed:
    """A contact on hold was taken up again."""

    at: float
    seq: int
    contact: str
    agent: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactRejected:
    """A limit or a step turned a contact away, which is done. ``reason`` is what that says, or ``nowhere_to_go`` where
    the queue is full and no other takes it.
    """

    at: float
    seq: int
    contact: str
    queue: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepFired:
    """A step of the queue's timeline was applied to a contact; ``step`` is its index in ``Queue.timeline``."""

    at: float
    seq: int
    contact: str
    queue: str
    step: int
    after_s: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepSkipped:
    """A step that was due does not apply, and never will in this stay: a ``condition`` does not hold, it names an
    ``unknown_queue``, or a queue that has no place (``no_landing``).
    """

    at: float
    seq: int
    contact: str
    queue: str
    step: int
    after_s: float
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class LimitReached:
    """A limit of a queue applies to a contact: ``limit`` is its index in ``Queue.limits``, ``kind`` the name of its
    condition, such as ``length``, and ``action`` that of what is done, such as ``move_to``; what follows tells.
    """

    at: float
    seq: int
    contact: str
    queue: str
    limit: int
    kind: str
    action: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactDiverted:
    """A contact is done here: the app sends it ``to`` ``voicemail`` or ``self_service``, ``reference`` being the app's
    own. ``waited_s`` counts from ``waiting_since``.
    """

    at: float
    seq: int
    contact: str
    queue: str
    to: str
    reference: str
    waited_s: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class CallbackSuggested:
    """This would be a good moment to offer a callback. The contact goes on waiting: it is for the app to ask, and to
    ``abandon`` it if the customer agrees. ``position`` is that in ``queue``, its home; ``waited_s`` counts from
    ``waiting_since``.
    """

    at: float
    seq: int
    contact: str
    queue: str
    position: int
    waited_s: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Announced:
    """This is the moment for an announcement: ``announce`` is the app's reference of it. ``position`` may be told."""

    at: float
    seq: int
    contact: str
    queue: str
    announce: str
    position: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactShared:
    """The agents of a further queue, ``queue``, may take the contact too, at the place that it has."""

    at: float
    seq: int
    contact: str
    queue: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactUnshared:
    """A further queue in which the contact was visible is gone: ``queue_removed``. Other ends of it are not told: the
    contact is connected, parked, moved or done.
    """

    at: float
    seq: int
    contact: str
    queue: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactReserved:
    """Until ``until`` (a time) the contact is meant for certain agents alone, best first.

    ``reason``: ``prefer`` (the contact says so), ``manager`` (the app does), ``keep`` or ``sticky`` (who talks to the
    customer, or did last), ``transfer`` or ``consult`` (to an agent), ``return`` or ``owner`` (from being parked).
    """

    at: float
    seq: int
    contact: str
    agents: tuple[str, ...]
    until: float
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReservationEnded:
    """The contact is meant for certain agents no more; anybody may have it.

    ``reason``: ``waited`` (its time is over), ``declined``, ``no_answer`` or ``removed`` (the last of them), ``absent``
    (none can be expected), ``unknown`` (there are none such, so it never began). Not told where one of them has it
    now, or the contact has left the line.
    """

    at: float
    seq: int
    contact: str
    agents: tuple[str, ...]
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactMerged:
    """A new contact of a customer has gone into one that they have open; it is none of its own, and its id is free."""

    at: float
    seq: int
    contact: str
    into: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactHeldBack:
    """A contact waits behind another of the same customer: nobody is tried for it until that one is served."""

    at: float
    seq: int
    contact: str
    behind: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactReleased:
    """A contact is held back no more."""

    at: float
    seq: int
    contact: str
    behind: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactParked:
    """A conversation waits for something else than an agent, at most until ``until`` (a time; ``None``: until it is
    unparked, or its owner is lost). Its agent is free, and its owner.
    """

    at: float
    seq: int
    contact: str
    agent: str
    queue: str
    until: float | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactUnparked:
    """A parked contact or a follow-up is in the line again, or now: by ``unpark``, since it is ``due``, or since its
    owner is lost (``owner_gone``).
    """

    at: float
    seq: int
    contact: str
    queue: str
    reason: str
    position: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class FollowUpScheduled:
    """Something is promised for ``due_at``: the contact ``follow_up``, which enters the line by itself at
    ``enters_at``. ``agent`` is its owner.
    """

    at: float
    seq: int
    contact: str
    follow_up: str
    queue: str
    channel: str
    due_at: float
    enters_at: float
    agent: str | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class OwnerReleased:
    """A parked contact or a follow-up is its agent's no more: they are ``away`` for too long, or ``removed``."""

    at: float
    seq: int
    contact: str
    agent: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConsultStarted:
    """Who has the contact asks ``agent``, or whoever takes it in ``queue`` (``agent`` is ``None`` then), by a contact
    of its own, ``consult``.
    """

    at: float
    seq: int
    contact: str
    consult: str
    agent: str | None
    queue: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConsultJoined:
    """Whoever was asked, or a supervisor, ``agent``, joins the customer and their agent: connect all."""

    at: float
    seq: int
    contact: str
    consult: str
    agent: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConsultEnded:
    """A consult is over: ``cancelled``, or ``contact_left`` (the contact ended or went on), or, by its own end,
    ``finished``, ``abandoned``, ``unavailable`` (who was asked cannot be had), ``rejected``, ``diverted`` or ``lost``.
    """

    at: float
    seq: int
    contact: str
    consult: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactHandedOver:
    """``to_agent``, who was asked, has the contact now, and ``consult`` is over: connect them to the customer."""

    at: float
    seq: int
    contact: str
    consult: str
    from_agent: str
    to_agent: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class WrapUpStarted:
    """An agent has until ``ends_at`` for the work after a contact."""

    at: float
    seq: int
    contact: str
    agent: str
    ends_at: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class WrapUpEnded:
    """That work is over."""

    at: float
    seq: int
    contact: str
    agent: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class DrainStarted:
    """An agent takes nothing less urgent until a contact fits that needs more room."""

    at: float
    seq: int
    contact: str
    agent: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class DrainEnded:
    """That is over."""

    at: float
    seq: int
    contact: str
    agent: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reconciled:
    """The router was told what is live: what it ended, and the ids that it does not have."""

    at: float
    seq: int
    channel: str | None
    abandoned: tuple[str, ...]
    finished: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class StrategyFailed:
    """A strategy raised in a timer, and its plain fallback decided; or the estimator (``strategy`` is ``estimator``)
    was asked for a limit or a step and failed, and the wait is taken as unknown.
    """

    at: float
    seq: int
    queue: str
    strategy: str
    error: str
    agent: str | None
    contact: str | None


Event: TypeAlias = (
    QueueAdded
    | QueueUpdated
    | QueueRemoved
    | AgentAdded
    | AgentUpdated
    | AgentRemoved
    | AgentPresenceChanged
    | AgentChannelsClosed
    | AgentChannelsOpened
    | ContactQueued
    | OfferMade
    | OfferDeclined
    | OfferExpired
    | OfferRevoked
    | OfferNoLongerFits
    | ContactConnected
    | ContactFinished
    | ContactAbandoned
    | ContactMoved
    | ContactRequeued
    | ContactUpdated
    | ContactHeld
    | ContactResumed
    | ContactRejected
    | StepFired
    | StepSkipped
    | LimitReached
    | ContactDiverted
    | CallbackSuggested
    | Announced
    | ContactShared
    | ContactUnshared
    | ContactReserved
    | ReservationEnded
    | ContactMerged
    | ContactHeldBack
    | ContactReleased
    | ContactParked
    | ContactUnparked
    | FollowUpScheduled
    | OwnerReleased
    | ConsultStarted
    | ConsultJoined
    | ConsultEnded
    | ContactHandedOver
    | WrapUpStarted
    | WrapUpEnded
    | DrainStarted
    | DrainEnded
    | Reconciled
    | StrategyFailed
)
"""Any event."""

EVENTS: tuple[type[Any], ...] = (
    QueueAdded,
    QueueUpdated,
    QueueRemoved,
    AgentAdded,
    AgentUpdated,
    AgentRemoved,
    AgentPresenceChanged,
    AgentChannelsClosed,
    AgentChannelsOpened,
    ContactQueued,
    OfferMade,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    OfferNoLongerFits,
    ContactConnected,
    ContactFinished,
    ContactAbandoned,
    ContactMoved,
    ContactRequeued,
    ContactUpdated,
    ContactHeld,
    ContactResumed,
    ContactRejected,
    StepFired,
    StepSkipped,
    LimitReached,
    ContactDiverted,
    CallbackSuggested,
    Announced,
    ContactShared,
    ContactUnshared,
    ContactReserved,
    ReservationEnded,
    ContactMerged,
    ContactHeldBack,
    ContactReleased,
    ContactParked,
    ContactUnparked,
    FollowUpScheduled,
    OwnerReleased,
    ConsultStarted,
    ConsultJoined,
    ConsultEnded,
    ContactHandedOver,
    WrapUpStarted,
    WrapUpEnded,
    DrainStarted,
    DrainEnded,
    Reconciled,
    StrategyFailed,
)
"""Every class of event, in the order of definition."""

refuse_wrong_types(Past, Screen)
refuse_wrong_types(*EVENTS, classes={"Screen | None": Screen})

_BY_NAME: dict[str, type[Any]] = {kind.__name__: kind for kind in EVENTS}
_FIELDS: dict[type[Any], tuple[str, ...]] = {
    kind: tuple(field.name for field in dataclasses.fields(kind)) for kind in EVENTS
}


_SCREEN = tuple(field.name for field in dataclasses.fields(Screen))
_PAST = tuple(field.name for field in dataclasses.fields(Past))


def to_data(event: Event) -> dict[str, Any]:
    """Return an event as plain data that JSON takes: its type's name, then its fields in order.

    >>> to_data(ContactQueued(at=1.0, seq=4, contact="c-1", queue="support", position=1))
    {'type': 'ContactQueued', 'at': 1.0, 'seq': 4, 'contact': 'c-1', 'queue': 'support', 'position': 1}
    """
    data: dict[str, Any] = {"type": type(event).__name__}
    for name in _fields_of(event):
        value = getattr(event, name)
        if isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, Presence):
            value = value.value
        elif type(value) is Screen:
            value = _screen_to_data(value)
        data[name] = value
    return data


def from_data(data: Mapping[str, Any]) -> Event:
    """Return the event that ``to_data`` made ``data`` of; raise ``SnapshotError`` where no event can be made of it.

    >>> event = QueueUpdated(at=0.0, seq=1, queue="support", changed=("wrap_up_s",))
    >>> from_data(to_data(event)) == event
    True
    """
    kind = _BY_NAME.get(data.get("type", ""))
    if kind is None:
        raise SnapshotError(f"no event is called {data.get('type')!r}: was this written by a later version?")
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name != "type"
    }
    try:
        if kind is AgentPresenceChanged:
            fields["old"], fields["new"] = Presence(fields["old"]), Presence(fields["new"])
        elif fields.get("screen") is not None:
            fields["screen"] = _screen_from_data(fields["screen"])
        event: Event = kind(**fields)
    except (TypeError, KeyError, ValueError) as error:
        raise SnapshotError(f"this is no {kind.__name__}: {error}") from error
    return event


def _screen_to_data(screen: Screen) -> dict[str, Any]:
    data = {name: getattr(screen, name) for name in _SCREEN}
    data["history"] = [{name: getattr(past, name) for name in _PAST} for past in screen.history]
    return data | {"open": list(screen.open), "knowledge": list(screen.knowledge)}


def _screen_from_data(data: Mapping[str, Any]) -> Screen:
    history = tuple(Past(**past) for past in data["history"])
    names = {"open": tuple(data["open"]), "knowledge": tuple(data["knowledge"])}
    return Screen(history=history, script=data["script"], reference=data["reference"], **names)


def encode(event: Event) -> bytes:
    """Return an event as bytes for a digest: the same in every build and version of Python.

    The name of its type, then its fields in order. A float is written by ``float.hex``, which loses nothing; text
    carries its length, so that no two events have the same bytes.

    >>> encode(ContactQueued(at=1.0, seq=4, contact="c-1", queue="support", position=1))
    b'ContactQueued;f0x1.0000000000000p+0;i4;s3:c-1;s7:support;i1;'
    """
    parts = [type(event).__name__.encode(), b";"]
    for name in _fields_of(event):
        _encode(getattr(event, name), parts)
    return b"".join(parts)


def _encode(value: object, parts: list[bytes]) -> None:
    if value is None:
        parts.append(b"n;")
    elif isinstance(value, str):
        text = str(value).encode("utf-8", "surrogatepass")  # ids come from outside: any str is one
        parts.append(b"s%d:%s;" % (len(text), text))
    elif isinstance(value, float):
        parts.append(b"f%s;" % float(value).hex().encode())
    elif isinstance(value, int):
        parts.append(b"i%d;" % value)
    elif isinstance(value, tuple):
        parts.append(b"t%d;" % len(value))
        for item in value:
            _encode(item, parts)
    elif type(value) is Screen or type(value) is Past:
        parts.append(b"%s;" % type(value).__name__.encode())
        for name in _SCREEN if type(value) is Screen else _PAST:
            _encode(getattr(value, name), parts)
    else:
        raise InvalidValue(path="event", value=value, problem="has a field that no digest is defined for")


def _fields_of(event: Event) -> tuple[str, ...]:
    names = _FIELDS.get(type(event))
    if names is None:
        raise InvalidType(path="event", value=event, expected="an event of routekit.events")
    return names
