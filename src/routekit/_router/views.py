"""Reads: frozen views of queues, agents, contacts and offers, made when they are asked for.

The mappings are live: they look into the router's tables on each access and hold nothing. Iteration follows the order
of sequence. A view is a value of its own and does not change afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from routekit._kernel.register import Register
from routekit._model import Agent, Capacity, Contact, Need, Queue, ServiceLevel
from routekit._router.customers import open_to
from routekit._router.records import AgentRecord, ContactRecord, OfferRecord, QueueRecord, queues_of
from routekit._router.state import State
from routekit._states import ContactState, OfferState, Presence
from routekit._timeline import Announcing, Limit, Step
from routekit.events import Past

if TYPE_CHECKING:
    from routekit.rules.calendars import OpenHours

__all__ = ["AgentView", "ContactView", "CustomerView", "OfferView", "QueueView", "View"]

R = TypeVar("R")
V = TypeVar("V")


@attrs.frozen(kw_only=True)
class QueueView:
    """A queue's settings, how many wait in it now (`waiting`, offered ones included) and how many are `parked`, both at
    home there, and its `share` where `Router(queue_order=)` counts one.
    """

    name: str
    agent_order: Any
    contact_order: Any
    offer_timeout_s: float
    decline_retry_s: float
    no_answer_retry_s: float
    away_after_no_answers: int | None
    retry_agent_s: float
    wrap_up_s: float
    auto_accept: bool
    drain_after_s: float | None
    tier_wait_s: float
    return_wait_s: float
    max_tier: int | None
    service_level: ServiceLevel | None
    steps: tuple[Step, ...]
    retry_contact_s: float
    limits: tuple[Limit, ...]
    hours: OpenHours | None
    prefer_s: float
    prefer_while: str
    sticky_s: float | None
    same_customer: str
    script: str | None
    owner_wait_s: float | None
    lead_s: float
    announcing: Announcing | None
    timeline: tuple[Step, ...]
    waiting: int
    parked: int
    share: float
    value: Queue = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class AgentView:
    """An agent's settings and what they are doing.

    `state` is the presence, `reason` why it is so, `closed` the channels closed besides, `contacts` the ids connected
    or wrapping in the order of connecting, `load` the share of their units that is taken, `offers` the open offers'
    ids, `resting` whether a decline keeps them from offers for a moment, `draining_for` the contact that they are kept
    free for.
    """

    id: str
    queues: Mapping[str, int]
    skills: Mapping[str, float]
    capacity: Capacity
    state: Presence
    reason: str
    closed: tuple[str, ...]
    contacts: tuple[str, ...]
    wrapping: tuple[str, ...]
    offers: tuple[str, ...]
    idle_since: float
    last_finish: float | None
    last_offer: float | None
    load: float
    no_answers: int
    resting: bool
    draining_for: str | None
    value: Agent = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class ContactView:
    """A contact as it is now: its fields (`queue` is its home, `priority` and `needs` as given), and where it stands.

    `waiting_since` and `entered_queue_at` are its two clocks, `urgency` its priority with what steps have added,
    `effective_needs` its needs as steps have left them, `offer` the open offer's id and `agent` who is offered or has
    it. `offers` are all that are open, where several agents are rung at once; `offer` is then the first. `resting`:
    nobody answered, and nobody is tried for a moment. `reserved_for` and `reserved_until`: the agents who alone may
    have it, best first, and until when. `behind` is the contact of the same customer that it is held behind,
    `reference` what the last transfer left with it. `owner` and `until`: whose it is while it is parked, and until
    when; `due_at`: what a follow-up was promised for. `consults` are those about it, `consult_of` what a consult is
    about, and whether it has `joined` that. `visible_in`: the further queues whose agents may take it.
    """

    id: str
    queue: str
    channel: str
    priority: float
    needs: tuple[Need, ...]
    customer: str | None
    attributes: Mapping[str, Any]
    script: str | None
    knowledge: tuple[str, ...]
    waiting_since: float
    entered_queue_at: float
    state: ContactState
    offer: str | None
    offers: tuple[str, ...]
    agent: str | None
    held: bool
    resting: bool
    raised_priority: float
    effective_needs: tuple[Need, ...]
    steps_fired: int
    prefer: tuple[str, ...]
    reserved_for: tuple[str, ...]
    reserved_until: float | None
    behind: str | None
    reference: str | None
    owner: str | None
    until: float | None
    due_at: float | None
    consults: tuple[str, ...]
    consult_of: str | None
    joined: bool
    steps_skipped: int
    visible_in: tuple[str, ...]
    value: Contact = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class CustomerView:
    """A customer: the ids of their open contacts in the order of coming, and what ended, the oldest first."""

    customer: str
    open: tuple[str, ...]
    history: tuple[Past, ...]


@attrs.frozen(kw_only=True)
class OfferView:
    """An open offer."""

    id: str
    contact: str
    agent: str
    queue: str
    channel: str
    customer: str | None
    made_at: float
    expires_at: float
    state: OfferState


class View(Mapping[str, V], Generic[R, V]):
    """A live mapping from ids to views over a table of records. Cost of `[]`: one view; of `len` and `in`: one look.

    Commands may be given while one iterates over it: one sees who was there at the beginning and still is.
    """

    __slots__ = ("_make", "_table")

    def __init__(self, table: Mapping[str, R] | Register, make: Callable[[R], V]) -> None:
        self._table = table
        self._make = make

    def __getitem__(self, key: str) -> V:
        return self._make(self._table[key])

    def __iter__(self) -> Iterator[str]:
        table = self._table
        return (key for key in list(table) if key in table)

    def __len__(self) -> int:
        return len(self._table)

    def __contains__(self, key: object) -> bool:
        return key in self._table

    def __repr__(self) -> str:
        return f"<{len(self._table)}: {', '.join(list(self._table)[:8])}{', ...' if len(self._table) > 8 else ''}>"


_QUEUE_FIELDS = tuple(field.name for field in attrs.fields(Queue))
_AGENT_FIELDS = tuple(field.name for field in attrs.fields(Agent))


def queue_view(queue: QueueRecord) -> QueueView:
    """The view of a queue."""
    fields = {name: getattr(queue.value, name) for name in _QUEUE_FIELDS}
    lineup = queue.lineup
    return QueueView(**fields, waiting=len(lineup.waiting), parked=queue.parked, share=lineup.share, value=queue.value)


def agent_view(agent: AgentRecord) -> AgentView:
    """The view of an agent."""
    fields = {name: getattr(agent.value, name) for name in _AGENT_FIELDS}
    goal: Any = agent.drains_for
    return AgentView(
        **fields,
        state=agent.presence,
        reason=agent.reason,
        closed=tuple(sorted(agent.shut)),
        contacts=tuple(work.contact.id for work in agent.works.values()),
        wrapping=tuple(work.contact.id for work in agent.works.values() if work.wrapping),
        offers=tuple(offer.id for offer in agent.offers.values()),
        idle_since=agent.idle_since,
        last_finish=agent.last_finish if agent.signed_in_before else None,
        last_offer=agent.last_offer if agent.signed_in_before else None,
        load=agent.load,
        no_answers=agent.no_answers,
        resting=agent.rest is not None,
        draining_for=None if goal is None else goal.id,
        value=agent.value,
    )


def contact_view(contact: ContactRecord) -> ContactView:
    """The view of a contact."""
    value = contact.value
    agent = contact.work.agent.id if contact.work is not None else None
    if contact.offer is not None:
        agent = contact.offer.agent.id
    extras = contact.extras
    reserved = None if extras is None else extras.reserved
    return ContactView(
        id=contact.id,
        queue=contact.queue.name,
        channel=contact.channel,
        priority=value.priority,
        needs=value.needs,
        customer=value.customer,
        attributes=value.attributes,
        script=value.script,
        knowledge=value.knowledge,
        waiting_since=contact.since,
        entered_queue_at=contact.entered_queue_at,
        state=contact.stage.state,
        offer=None if contact.offer is None else contact.offer.id,
        offers=() if contact.offer is None else tuple(o.id for o in (contact.offer, *contact.others)),
        agent=agent,
        held=contact.work is not None and contact.work.held,
        resting=contact.rest is not None,
        raised_priority=contact.priority,
        effective_needs=value.needs if not contact.fired else tuple(Need(*need) for need in contact.needs),
        steps_fired=len(contact.fired),
        prefer=value.prefer,
        reserved_for=() if reserved is None else tuple(agent.id for agent in reserved),
        reserved_until=None if reserved is None or extras is None else extras.reserved_until,
        behind=None if extras is None or extras.behind is None else extras.behind.id,
        reference=None if extras is None else extras.reference,
        owner=None if extras is None or extras.owner is None else extras.owner.id,
        until=None if extras is None else extras.until,
        due_at=None if extras is None else extras.due_at,
        consults=() if extras is None else tuple(consult.id for consult in extras.consults or ()),
        consult_of=None if extras is None or extras.consult_of is None else extras.consult_of.id,
        joined=extras is not None and extras.joined,
        steps_skipped=0 if contact.extras is None else contact.extras.skips,
        visible_in=tuple(queue.name for queue in queues_of(contact)[1:]),
        value=value,
    )


def customer_view(state: State, customer: str) -> CustomerView:
    """The view of a customer, known or not."""
    return CustomerView(
        customer=customer,
        open=tuple(contact.id for contact in open_to(state, customer)),
        history=state.histories.get(customer, ()),
    )


def offer_view(offer: OfferRecord) -> OfferView:
    """The view of an open offer."""
    return OfferView(
        id=offer.id,
        contact=offer.contact.id,
        agent=offer.agent.id,
        queue=offer.queue.name,
        channel=offer.channel,
        customer=offer.contact.value.customer,
        made_at=offer.made_at,
        expires_at=offer.expires_at,
        state=OfferState.OPEN,
    )
