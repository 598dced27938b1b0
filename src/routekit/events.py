"""What a router tells: one frozen value for each thing that happened, named in the past tense.

Only these values live here; nothing decides anything. How they are written is in ``_encoding``, what the screen of an
offer is made of in ``_screens``; both are public here. Each event has ``at``, its time in seconds on the caller's
epoch, and ``seq``, its number in the router's life, from 1. Names of durations end in ``_s``; other ``_at`` names are
times.

With ``events.pxd`` these classes are compiled: final extension classes with C fields. There is no common base,
since such a class could keep no free list; ``Event`` is the union of all, and ``match`` takes them apart.

Making one goes through the Python constructor, from compiled code too: keyword-only, so that a field that is added
later shifts no other. The six of every contact's life are made in ``_router.making``, field by field, which takes 30 ns
less.

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
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from routekit._encoding import encode as encode
from routekit._encoding import from_data as from_data
from routekit._encoding import register
from routekit._encoding import to_data as to_data
from routekit._frozen import refuse_wrong_types
from routekit._screens import Past as Past
from routekit._screens import Screen as Screen
from routekit._states import Presence
from routekit.errors import InvalidType

if TYPE_CHECKING:
    import cython
else:
    from routekit._cython import cython


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


@cython.freelist(64)
@cython.cclass
@dataclasses.dataclass(frozen=True, kw_only=True)
class ContactQueued:
    """A contact waits in a queue; ``position`` counts from 1 in that queue's own order."""

    at: float
    seq: int
    contact: str
    queue: str
    position: int


@cython.freelist(64)
@cython.no_gc
@cython.cclass
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


@cython.freelist(64)
@cython.cclass
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


@cython.freelist(64)
@cython.cclass
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
    ``unknown_queue``, or a queue that has no place (``no_landing``); or it would end what is ``promised`` (a follow-up)
    or a ``consult``.
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
    ``waiting_since``. ``reason``: a ``step`` says so, a ``limit``, or an estimate that is too ``long`` to be announced.
    """

    at: float
    seq: int
    contact: str
    queue: str
    position: int
    waited_s: float
    reason: str


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
class WaitAnnounced:
    """This is what to tell a customer of their wait: ``words`` is a key for the app's prompts, ``seconds`` the number.

    ``words``: ``less_than``, ``about``, ``range`` (``seconds`` to ``up_to_s``, which is ``None`` for the others) or
    ``soon`` (no number: 0.0). ``position`` is that in ``queue``, its home, and may be told. ``reason``: ``first``;
    ``estimate``, what is estimated now; ``promise``, what is left of what was told; ``longer``, it is to be more than
    that.
    """

    at: float
    seq: int
    contact: str
    queue: str
    words: str
    seconds: float
    up_to_s: float | None
    position: int
    reason: str


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
    """A parked contact or a follow-up is in the line again, or now: by ``unpark``, since it is ``due``, since its
    owner is lost (``owner_gone``), or since a contact was ``merged`` into it.
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
    ``finished``, ``abandoned``, ``unavailable`` (who was asked cannot be had) or ``lost``.
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


@cython.freelist(64)
@cython.cclass
@dataclasses.dataclass(frozen=True, kw_only=True)
class WrapUpStarted:
    """An agent has until ``ends_at`` for the work after a contact."""

    at: float
    seq: int
    contact: str
    agent: str
    ends_at: float


@cython.freelist(64)
@cython.cclass
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
    | WaitAnnounced
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

EVENTS: tuple[type[Any], ...] = get_args(Event)
"""Every class of event, in the order of definition."""

refuse_wrong_types(*EVENTS, classes={"Screen | None": Screen})
register(EVENTS)
