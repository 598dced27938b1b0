"""What the router remembers of each contact, agent, queue, offer and piece of work.

Only data lives here: no rule, no event, no timer is set. The rules that change these records are in the modules
beside this one, and states are changed only by way of the tables in `routekit._states`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from routekit._kernel.drifting import high
from routekit._kernel.ordered import Line, Node
from routekit._kernel.profiles import Demand, Lineup, Slot, Ticket
from routekit._kernel.timers import Timer
from routekit._model import Agent, Contact, Queue
from routekit._router.stages import QUEUED
from routekit._states import Presence
from routekit._timeline import Limit, Step

if TYPE_CHECKING:
    import cython

    from routekit._router.meant import Meant
else:
    from routekit._cython import cython

__all__ = [
    "NEVER",
    "AgentRecord",
    "ContactRecord",
    "Exclusion",
    "Extras",
    "MemberRecord",
    "OfferRecord",
    "QueueRecord",
    "Seeker",
    "Telling",
    "ViewRecord",
    "WorkRecord",
    "by_seq",
    "contact_of",
    "extras_of",
    "queues_of",
    "seeker_in",
    "urgency_of",
]

NEVER = -1e15
"""A time before all others, for clocks that have not been set."""

QUEUE_COUNTS = (
    "entered",
    "offers_made",
    "connected",
    "within_level",
    "abandoned",
    "abandoned_within_level",
    "finished",
    "moved_out",
    "rejected",
    "diverted",
    "connect_failed",
    "waited_s",
    "longest_s",
    "overflow_in",
    "overflow_out",
)
"""The counts of a queue, by the names of their fields."""


class QueueRecord:
    """A queue: its value, what the index keeps of it, its members and its counts."""

    def __init__(self, value: Queue, seq: int) -> None:
        self.value = value
        self.name = value.name
        self.seq = seq
        self.lineup = Lineup(seq)
        self.members: dict[int, MemberRecord] = {}
        self.visitors: dict[int, ViewRecord] = {}  # of contacts that are at home elsewhere, by their sequence
        self.joins = 0  # memberships so far
        self.tallies: dict[float, Line] | None = None  # ready members by score, by level; only for an order that counts
        self.removed = False
        self.successor: str | None = None  # of a removed queue: who took over
        # From the value, as C fields: what every contact needs.
        self.slope = 0.0
        self.linear = False
        self.ratio = False  # its order is by wait / target
        self.by_urgency = False  # its order is that of urgency between queues
        self.drains = False
        self.drain_after_s = 0.0
        self.offer_timeout_s = 0.0
        self.auto_accept = False
        self.wrap_up_s = 0.0
        self.within_s = 0.0
        self.counts: str | None = None  # what the agent order counts
        self.since: str | None = None  # when it begins to count anew
        self.reads_taken = False  # whether the key of its order looks at what agents have taken
        self.ring = 1  # agents who may be offered one contact at once
        self.ring_every_s = 0.0  # 0.0: all at once
        self.every_s = 0.0  # the window of a batched queue; 0.0: none
        self.window: Timer | None = None
        self.asks = False  # its agent order asks an app for scores
        self.special = False  # that, or a window, or a count by the day
        self.retry_contact_s = 0.0
        self.reach = 0
        self.steps: tuple[Step, ...] = ()  # its timeline
        self.eases = True  # whether all of them do no more than ask less
        self.limits: tuple[Limit, ...] = ()
        self.announces = False  # whether those who wait are told how long it will be
        self.signed_in = 0  # members who are not offline
        self.nobody_since = 0.0  # when the last one left, where there is nobody
        self.nobody: Timer | None = None  # the next limit about that
        self.closing: Timer | None = None  # the end of its hours, where a limit acts upon it
        self.script: str | None = None  # what whoever is offered a contact is to see
        # Counts, each its own: see `statistics`.
        self.entered = 0
        self.offers_made = 0
        self.connected = 0
        self.within_level = 0
        self.abandoned = 0
        self.finished = 0
        self.moved_out = 0
        self.rejected = 0
        self.diverted = 0
        self.connect_failed = 0
        self.waited_s = 0.0
        self.longest_s = 0.0
        self.abandoned_within_level = 0
        self.consults = 0  # how many of those who wait at home here are consults
        self.parked = 0  # how many are parked at home here now
        self.overflow_in = 0
        self.overflow_out = 0


class MemberRecord:
    """An agent in a queue: the tier, the turn, and the score where the queue's order counts something."""

    def __init__(self, agent: AgentRecord, queue: QueueRecord, tier: int, joined: int) -> None:
        self.agent = agent
        self.queue = queue
        self.tier = tier
        self.joined = joined
        self.had_one = False
        self.ended_at = 0.0
        self.last_end_here = NEVER
        self.ended = 0
        self.exponent = 0
        self.mantissa = 0.0
        self.level = 0.0
        self.still = False  # the score does not fall below `kept`
        self.kept = 0.0
        self.tally: Node | None = None  # in the queue's `tallies`

    @property
    def score_high(self) -> float:
        """The first of the two floats that order scores."""
        return high((self.exponent, self.mantissa))

    @property
    def score_low(self) -> float:
        """The second."""
        return self.mantissa


class AgentRecord(Slot):
    """An agent: presence, work, and what the orders read."""

    def __init__(self, value: Agent, seq: int) -> None:
        super().__init__(seq)
        self.value = value
        self.id = value.id
        self.skills: Mapping[str, float] = value.skills
        self.presence = Presence.OFFLINE
        self.ready = False
        self.reason = ""
        self.shut: frozenset[str] = frozenset()  # channels closed by name
        self.idle_since = 0.0
        self.signed_in_before = False
        self.left_at = 0.0  # when they ceased to be ready
        self.last_finish = 0.0
        self.last_offer = 0.0
        self.last_end = NEVER
        self.last_chosen = NEVER
        self.taken = 0
        self.talked_s = 0.0
        self.skill_count = 0.0
        self.skill_total = 0.0
        self.loads = False  # whether some queue's order counts their load
        self.followed = False  # whether some queue's order goes on from who was chosen last by any queue
        self.takes = False  # whether some queue's order reads what they have taken
        self.has_work = False
        self.holding = 0  # open offers, connected contacts and wrap-ups
        self.offers: dict[int, OfferRecord] = {}
        self.works: dict[int, WorkRecord] = {}
        self.members: dict[int, MemberRecord] = {}
        self.exclusions: dict[int, Exclusion] = {}  # by contact sequence
        self.retries = 0  # how many of them end by themselves
        self.owned: dict[int, ContactRecord] | None = None  # what is parked and theirs, by contact sequence
        self.reserved: Meant | None = None  # contacts that are meant for them
        self.rest: Timer | None = None
        self.no_answers = 0
        self.dirty = False
        self.selected = 0
        self.offered = 0
        self.answered = 0
        self.declined = 0
        self.not_answered = 0
        self.revoked = 0
        self.finished = 0
        self.connect_failed = 0
        self.learn(value)

    def learn(self, value: Agent) -> None:
        """Take over a value: what the orders read of its skills."""
        self.value = value
        self.skills = value.skills
        count = 0.0
        total = 0.0
        for skill in sorted(value.skills):
            level = value.skills[skill]
            if level > 0.0:
                count += 1.0
                total += level
        self.skill_count = count
        self.skill_total = total

    @property
    def load(self) -> float:
        """The share of their units that held work takes."""
        supply = self.supply
        if supply is None:
            return 0.0
        supply.shape.measure(self.held)
        return supply.shape.load / supply.shape.units


class Seeker(Ticket):
    """One who asks for an agent through a queue: a contact through its home, or a view of it through another."""

    def __init__(self, seq: int, queue: QueueRecord) -> None:
        super().__init__(seq)
        self.queue = queue


class ContactRecord(Seeker):
    """A contact that is not done."""

    def __init__(self, value: Contact, seq: int, queue: QueueRecord) -> None:
        self.begin(value, seq, queue)

    def begin(self, value: Contact, seq: int, queue: QueueRecord) -> None:
        """What `__init__` does; `ContactRecord.__new__` and this cost a third where contacts come in."""
        self.take_number(seq)
        self.value = value
        self.id = value.id
        self.queue = queue
        self.stage = QUEUED
        self.entered_queue_at = 0.0
        self.priority = 0.0
        self.needs: tuple[tuple[str, float], ...] = ()
        self.reach = 0
        self.asks: Demand | None = None  # the profile of the two, where that was known already; it may be forgotten
        self.fired: tuple[Step, ...] = ()
        self.fired_here = 0  # how many of them were fired in this queue
        self.next_step = 0
        self.step_timer: Timer | None = None
        self.drain_timer: Timer | None = None
        self.ringing = False  # one more agent is to be rung
        self.charged = False  # its queue's share has had its due
        self.drainer: AgentRecord | None = None
        self.overdue = False  # waits for somebody to be drained
        self.offer: OfferRecord | None = None  # the first that is open; further ones are in `others`
        self.work: WorkRecord | None = None
        self.extras: Extras | None = None  # None for most
        self.telling: Telling | None = None  # what it has been told of its wait, where its queue announces that
        self.dirty = False

    @property
    def waiting_since(self) -> float:
        """The clock of orders, ageing and service level."""
        return self.since

    @property
    def channel(self) -> str:
        """The value's."""
        return self.value.channel

    @property
    def others(self) -> list[OfferRecord]:
        """The open offers besides the first, in order of making."""
        attempts = self.attempts
        return [] if attempts is None or attempts.others is None else attempts.others

    @property
    def ring_timer(self) -> Timer | None:
        """One more agent is rung then."""
        return None if self.attempts is None else self.attempts.ring_timer

    @property
    def rest(self) -> Timer | None:
        """It is offered to nobody until then."""
        return None if self.attempts is None else self.attempts.rest


class ViewRecord(Seeker):
    """A waiting contact as the agents of a further queue see it: a ticket with a key and turns of its own.

    It is in no line, and what is excluded and tried is the contact's. The contact's `views` has itself and all of them.
    Whoever looks at those who are filed in a queue finds it in the place of a contact, and may ask it the same.
    """

    def __init__(self, contact: ContactRecord, queue: QueueRecord) -> None:
        super().__init__(contact.seq, queue)
        self.contact = contact
        self.excluded = contact.excluded
        self.tried = contact.tried

    @property
    def reach(self) -> int:
        """The queue's: the one that steps set is for the home."""
        return self.queue.reach

    def __getattr__(self, name: str) -> Any:
        """All else is the contact's."""
        return getattr(self.contact, name)


def contact_of(seeker: Any) -> ContactRecord:
    """The contact that asks."""
    contact: ContactRecord = seeker if isinstance(seeker, ContactRecord) else seeker.contact
    return contact


def by_seq(seeker: Seeker) -> int:
    """What contacts are sorted by where they are served in the order in which they came."""
    return seeker.seq


def urgency_of(seeker: Seeker) -> tuple[float, float, int, int]:
    """What those who ask in several queues are compared by, after the tier: of one contact's, by the order of views."""
    number = 0 if seeker.views is None else seeker.views.index(seeker)
    return (seeker.queue.lineup.share, seeker.urgency, seeker.seq, number)


def seeker_in(contact: ContactRecord, queue: QueueRecord) -> Seeker:
    """As whom a contact asks in a queue, which is its home or one of its further ones."""
    if contact.views is not None and queue is not contact.queue:
        seeker: Seeker
        for seeker in contact.views:
            if seeker.queue is queue:
                return seeker
    return contact


def queues_of(contact: Any) -> list[QueueRecord]:
    """The queues in which a contact asks: its home, then those in which it is visible too."""
    return [contact.queue] if contact.views is None else [seeker.queue for seeker in contact.views]


class Extras:
    """What only some contacts have: those with a reservation, a consult, a promise, a further queue, ...

    Most contacts have none of it, and `ContactRecord.extras` is None: so they stay small, and the hot path looks once.
    """

    def __init__(self) -> None:
        self.reserved: list[AgentRecord] | None = None  # who alone may have it, best first
        self.reserved_until = 0.0
        self.reserved_by = ""  # why: the reason of `ContactReserved`
        self.reserved_timer: Timer | None = None
        self.exclusive = False  # it ends with its reservation
        self.behind: ContactRecord | None = None  # of the same customer, to be served before it
        self.hold_timer: Timer | None = None  # until when it is held
        self.followers: list[ContactRecord] | None = None  # those that are held behind this one
        self.skipped: tuple[Step, ...] = ()  # steps that did not apply, in this queue
        self.skips = 0  # how many did not, in any
        self.left: set[str] | None = None  # queues that steps and limits have taken it from,
        self.left_at = 0.0  # at this time
        self.credit = 0.0  # what transfers have added to its priority
        self.reference: str | None = None  # what the last transfer left
        self.owner: AgentRecord | None = None  # of a parked contact or a follow-up
        self.parked_at = 0.0
        self.until: float | None = None  # when it is unparked by itself
        self.park_timer: Timer | None = None
        self.owner_timer: Timer | None = None
        self.due_at: float | None = None  # what was promised, of a follow-up
        self.entered = True  # False for a follow-up that has not entered its line
        self.consults: list[ContactRecord] | None = None  # in the order of making
        self.consult_of: ContactRecord | None = None
        self.joined = False  # of a consult: with the customer
        self.personal = False  # a consult for one agent, which nobody else is to have instead
        self.last_agent: str | None = None  # who had it last
        self.place: Node | None = None  # among those of its target, where the queue goes by ratios


class Telling:
    """What a contact in a queue that announces waits has been told in this line, and when it is told next."""

    def __init__(self, told: Any) -> None:
        self.told = told  # a `Told` of `routekit.estimation.announcing`
        self.asked_at = NEVER  # when the last of these times was
        self.timer: Timer | None = None  # None: there is no further one


def extras_of(contact: ContactRecord) -> Extras:
    """What only some contacts have, made when this one first has any of it."""
    if contact.extras is None:
        contact.extras = Extras()
    return contact.extras


def never_ended(contact: ContactRecord) -> str:
    """Why neither a step nor a limit ends a contact that waits: it is `promised`, or a `consult`; empty if they may."""
    extras = contact.extras
    if extras is None:
        return ""
    if extras.consult_of is not None:
        return "consult"
    return "" if extras.due_at is None else "promised"


def is_consult(contact: ContactRecord) -> bool:
    """Whether a contact asks about another one; of those, queues count the offers alone."""
    return contact.extras is not None and contact.extras.consult_of is not None


def waited_s(contact: ContactRecord, at: float) -> float:
    """How long a contact has waited: a consult since it entered its line, what was promised for later not at all."""
    waited = at - (contact.entered_queue_at if is_consult(contact) else contact.since)
    return waited if waited > 0.0 else 0.0


@cython.freelist(64)
@cython.cclass
class OfferRecord:
    """An open offer: an agent's units and a contact, claimed together."""

    def __init__(self, number: int, contact: Any, agent: AgentRecord, queue: QueueRecord) -> None:
        self.begin(number, contact, agent, queue)

    def begin(self, number: int, contact: Any, agent: AgentRecord, queue: QueueRecord) -> None:
        """What `__init__` does."""
        self.number = number
        self.id = f"o-{number}"
        self.contact: ContactRecord = contact
        self.agent = agent
        self.queue = queue
        self.channel: str = "" if contact is None else contact.value.channel
        self.made_at = 0.0
        self.expires_at = 0.0
        self.timer: Timer | None = None
        # What the agent was chosen by, for explaining.
        self.order: Any = None
        self.pick = 0
        self.tier = 0
        self.pointer = 0
        self.a = 0.0
        self.b = 0.0
        self.c = 0.0
        self.d = 0.0
        self.score = 0.0
        self.tries = 0  # how often the agent had been tried before

    @property
    def key(self) -> tuple[Any, ...]:
        """Order, way of reading, tier, pointer, key and score at the time of the decision; empty if not known."""
        if self.order is None:
            return ()
        kept = (self.pick, self.tier, self.pointer, self.a, self.b, self.c, self.d, self.score)
        return (self.order, *kept)


@cython.freelist(64)
@cython.cclass
class WorkRecord:
    """A contact with an agent, from the connection to the end of wrap-up."""

    def __init__(self, number: int, contact: ContactRecord, agent: AgentRecord, queue: QueueRecord) -> None:
        self.begin(number, contact, agent, queue)

    def begin(self, number: int, contact: ContactRecord, agent: AgentRecord, queue: QueueRecord) -> None:
        """What `__init__` does."""
        self.number = number
        self.contact = contact
        self.agent = agent
        self.queue = queue
        self.channel = contact.value.channel
        self.offer = 0  # the number of the accepted offer, 0 for auto-accept
        self.connected_at = 0.0
        self.waited_s = 0.0
        self.wrapping = False
        self.held = False
        self.ends_at = 0.0
        self.timer: Timer | None = None


class Exclusion:
    """A pair in its retry delay; without a timer one that is never tried."""

    def __init__(self, contact: ContactRecord, agent: AgentRecord, until: float) -> None:
        self.contact = contact
        self.agent = agent
        self.until = until
        self.tries = 0  # how often the contact was declined, or not answered, since it was connected last
        self.timer: Timer | None = None
