"""The tables of a router and the means that all its parts share: identity, time, the timers and the outgoing events.

No rule lives here. Each part of the router gets this one object and leaves its records in it.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from routekit._kernel.choosing import Chooser
from routekit._kernel.draws import Draws
from routekit._kernel.index import Index
from routekit._kernel.matching import Matcher
from routekit._kernel.profiles import Demand
from routekit._kernel.register import Register
from routekit._kernel.timers import Timer, Timers
from routekit._router.records import AgentRecord, ContactRecord, OfferRecord, QueueRecord, WorkRecord
from routekit.errors import UnknownAgent, UnknownContact, UnknownQueue
from routekit.events import Past

__all__ = [
    "ANNOUNCE",
    "CLOSING",
    "CONTACT_REST",
    "DRAIN",
    "HOLD",
    "KINDS",
    "MIDNIGHT",
    "NOBODY",
    "OFFER_EXPIRY",
    "OWNER",
    "PARKED",
    "RESERVATION",
    "REST",
    "RETRY",
    "RING",
    "STEP",
    "WINDOW",
    "WRAP_UP",
    "State",
]

OFFER_EXPIRY, RETRY, REST, WRAP_UP, RESERVATION, HOLD, PARKED, OWNER, NOBODY, CLOSING = range(10)
STEP, ANNOUNCE, DRAIN, CONTACT_REST, RING, WINDOW, MIDNIGHT = range(10, 17)
"""Kinds of timers, in the order in which those of one instant are applied."""
KINDS = (
    "offer_expiry",
    "retry",
    "rest",
    "wrap_up",
    "reservation",
    "hold",
    "parked",
    "owner",
    "nobody",
    "closing",
    "step",
    "announce",
    "drain",
    "contact_rest",
    "ring",
    "window",
    "midnight",
)


class State:
    """Everything a router knows."""

    def __init__(self, seed: int) -> None:
        self.now = float("-inf")
        self.lease_base = 0.0  # the time of the command in hand: leases run from it
        self.event_seq = 0
        self.out: list[Any] = []
        self.queues: dict[str, QueueRecord] = {}
        self.removed: dict[str, QueueRecord] = {}  # contacts that are connected may come back to these
        self.agents: dict[str, AgentRecord] = {}
        self.contacts = Register()  # of `ContactRecord`
        self.offers: dict[str, OfferRecord] = {}
        self.accepted: dict[int, WorkRecord] = {}  # by offer number, while the work lasts
        self.open_of = Register()  # by customer: the contact that they have open, or a dict of them by sequence
        self.histories: OrderedDict[str | None, tuple[Past, ...]] = OrderedDict()  # by customer, by their last ending
        # By customer the agent of the last ending that had one, and when that was; by that time.
        self.last_agents: OrderedDict[str | None, tuple[str, float]] = OrderedDict()
        self.history_kept = 5  # of each customer,
        self.customers_kept = 100_000  # and of so many
        self.queue_seq = 0
        self.agent_seq = 0
        self.contact_seq = 0
        self.offer_seq = 0
        self.work_seq = 0
        self.clock_skews = 0
        self.clock_skew_s = 0.0
        self.timers = Timers()
        self.index = Index()
        self.draws = Draws(seed)
        self.matcher = Matcher(self.index)
        self.chooser = Chooser(self.matcher, self.draws)
        self.unix_offset_s: float | None = 0.0
        self.time_zone: str | None = "UTC"
        self.midnight: Timer | None = None  # the next, while a queue counts by the day
        self.queue_order: Any = None  # only one with shares
        self.virtual_time = 0.0  # of the shares of queues
        self.ringing: list[ContactRecord] = []  # who is due for one more agent
        self.telling: list[ContactRecord] = []  # who is due to be told how long it will be
        self.watched: list[ContactRecord] = []  # whose agents may be worth waiting for no more
        self.taken_ids: dict[str, int] = {}  # by what ids of linked contacts begin with: up to here none is free
        self.scored = False  # whether some queue asks an app for scores
        self.reaching: dict[int, bool] = {}  # by queue sequence: whether it leads to one
        self.foreseen: ContactRecord | None = None  # a newcomer whose agent has been chosen already
        self.foreseen_agent: Any = None
        self.asked: tuple[str | None, str | None] = (None, None)  # the contact and agent of the score asked for last
        self.closing: list[QueueRecord] = []  # whose windows close
        self.batched: list[QueueRecord] = []  # those with windows, in order of sequence
        self.dirty_contacts: list[ContactRecord] = []
        self.dirty_agents: list[AgentRecord] = []
        self.undrained: dict[int, Demand] = {}  # by identity: demand profiles with overdue contacts, nobody draining
        self.drain_dirty = False
        self.calling = False  # in an app's own strategy, which may not command the router
        self.guarded = False  # the command in hand can be taken back
        self.timed = False  # what is being decided was started by a timer
        self.halted = False  # an `advance` with a limit stopped here

    def next_seq(self) -> int:
        """The number of the next event."""
        self.event_seq += 1
        return self.event_seq

    def contact(self, contact: str) -> ContactRecord:
        """The record of a contact's id, or `UnknownContact`."""
        record: ContactRecord | None = self.contacts.get(contact)
        if record is None:
            raise UnknownContact(contact=contact)
        return record

    def agent(self, agent: str) -> AgentRecord:
        """The record of an agent's id, or `UnknownAgent`."""
        record = self.agents.get(agent)
        if record is None:
            raise UnknownAgent(agent=agent)
        return record

    def queue(self, queue: str) -> QueueRecord:
        """The record of a queue's name, or `UnknownQueue`."""
        record = self.queues.get(queue)
        if record is None:
            raise UnknownQueue(queue=queue)
        return record

    def touch_contact(self, contact: ContactRecord) -> None:
        """Have the contact looked at when the command is settled."""
        if not contact.dirty:
            contact.dirty = True
            self.dirty_contacts.append(contact)

    def touch_agent(self, agent: AgentRecord) -> None:
        """Have the agent looked at when the command is settled."""
        if not agent.dirty:
            agent.dirty = True
            self.dirty_agents.append(agent)
