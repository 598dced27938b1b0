"""Snapshots: a router as plain data, and back.

Everything that a decision or a later event may depend on is written: values, places, clocks, counters, pointers,
exclusions, timers with their sequence. The index is not: it is made again, and no decision depends on its layout.
`json.dumps` and `loads` change nothing in a snapshot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from routekit._kernel.draws import Draws
from routekit._kernel.timers import Timer
from routekit._model import Contact, from_data, to_data
from routekit._numbers import MOST_TIME, finite_float
from routekit._router.arguments import bound
from routekit._router.customers import is_open
from routekit._router.exclusions import Exclusions
from routekit._router.filing import Filing
from routekit._router.records import (
    QUEUE_COUNTS,
    AgentRecord,
    ContactRecord,
    Exclusion,
    MemberRecord,
    OfferRecord,
    QueueRecord,
    Seeker,
    Telling,
    ViewRecord,
    WorkRecord,
    by_seq,
    extras_of,
)
from routekit._router.reservations import Reservations
from routekit._router.sharing import views_of
from routekit._router.stages import STAGES
from routekit._router.state import (
    ANNOUNCE,
    CLOSING,
    CONTACT_REST,
    DRAIN,
    HOLD,
    MIDNIGHT,
    NOBODY,
    OFFER_EXPIRY,
    OWNER,
    PARKED,
    RESERVATION,
    REST,
    RETRY,
    RING,
    STEP,
    WINDOW,
    WRAP_UP,
    State,
)
from routekit._states import ContactState, Presence
from routekit.errors import RoutekitError, SnapshotError
from routekit.estimation.announcing import Told
from routekit.events import Past
from routekit.strategies.names import agent_order
from routekit.strategies.names import to_data as strategy_to_data

__all__ = ["FORMAT", "VERSION", "Orders", "fill", "histories", "last_agents", "take"]

FORMAT = "routekit.router"
VERSION = 2  # 1 knew nothing of what comes around the line (`docs/around.md`)

_STATE_COUNTERS = [
    "event_seq",
    "queue_seq",
    "agent_seq",
    "contact_seq",
    "offer_seq",
    "work_seq",
    "clock_skews",
    "clock_skew_s",
    "lease_base",
    "halted",
    "virtual_time",
]
_AGENT_COUNTS = [
    "selected",
    "offered",
    "answered",
    "declined",
    "not_answered",
    "revoked",
    "finished",
    "connect_failed",
    "no_answers",
]

_OFFER_KEY = ["pick", "tier", "pointer", "a", "b", "c", "d", "score", "tries"]

_MEMBER = ["joined", "had_one", "ended_at", "last_end_here", "ended", "exponent", "mantissa", "level", "still", "kept"]

_AGENT_CLOCKS = [
    "signed_in_before",
    "left_at",
    "last_finish",
    "last_offer",
    "last_end",
    "last_chosen",
    "taken",
    "talked_s",
]

_PAST = ["contact", "channel", "queue", "agent", "outcome", "at", "reference"]
_EXTRAS = [
    "exclusive",
    "credit",
    "skips",
    "left_at",
    "reference",
    "last_agent",
    "parked_at",
    "until",
    "due_at",
    "entered",
    "joined",
    "personal",
]
"""Of what only some contacts have, that which is written as it is."""

_TOLD = ["words", "by", "since", "longer", "called_back"]

_CONTACT_TURN = ["cursor", "trying", "turn", "last_tier", "last_turn"]


# -- taking one -------------------------------------------------------------------------------------------------------


def take(state: State) -> dict[str, Any]:
    """The state as plain data. Cost: everything that is in it."""
    return {
        "now": None if state.now == float("-inf") else state.now,
        "counters": {name: getattr(state, name) for name in _STATE_COUNTERS},
        "draws": state.draws.number,
        "timer_seq": state.timers.seq,
        "midnight": _timer(state.midnight),
        "queues": [_queue(queue) for queue in state.queues.values()],
        "removed": [_queue(queue) for queue in state.removed.values()],
        "agents": [_agent(agent) for agent in state.agents.values()],
        "contacts": [_contact(contact) for contact in state.contacts.values()],
        "works": [_work(work) for agent in state.agents.values() for work in agent.works.values()],
        "offers": [_offer(offer) for offer in state.offers.values()],
        "exclusions": [
            _exclusion(exclusion) for agent in state.agents.values() for exclusion in agent.exclusions.values()
        ],
        "drains": [[c.id, c.drainer.id] for c in state.contacts.values() if c.drainer is not None],
        "ringing": [contact.id for contact in state.ringing if state.contacts.get(contact.id) is contact],
        "closing": [queue.name for queue in state.closing],
        "telling": [c.id for c in state.telling if c.telling is not None],
        # Only after an `advance` with a limit is anybody still to be looked at.
        "dirty_contacts": [contact.id for contact in state.dirty_contacts if state.contacts.get(contact.id) is contact],
        "dirty_agents": [agent.id for agent in state.dirty_agents if state.agents.get(agent.id) is agent],
    }


def histories(state: State) -> list[list[Any]]:
    """What has ended, by customer, as plain data; not in `take`, since a command that is taken back keeps it as it is.

    Cost: all of it.
    """
    return [
        [customer, [[getattr(past, name) for name in _PAST] for past in history]]
        for customer, history in state.histories.items()
    ]


def last_agents(state: State) -> list[list[Any]]:
    """Who had each customer last, and until when, as plain data; as `histories`. Cost: all of it."""
    return [[customer, agent, at] for customer, (agent, at) in state.last_agents.items()]


def _timer(timer: Timer | None) -> list[Any] | None:
    return None if timer is None else [timer.duration, timer.due, timer.seq]


def _queue(queue: QueueRecord) -> dict[str, Any]:
    return {
        "value": to_data(queue.value),
        "seq": queue.seq,
        "pointer": queue.lineup.pointer,
        "turn": queue.lineup.turn,
        "round": queue.lineup.round,
        "share": queue.lineup.share,
        "joins": queue.joins,
        "window": _timer(queue.window),
        "nobody_since": queue.nobody_since,
        "nobody": _timer(queue.nobody),
        "closing": _timer(queue.closing),
        "successor": queue.successor,
        "counts": {name: getattr(queue, name) for name in QUEUE_COUNTS},
    }


def _agent(agent: AgentRecord) -> dict[str, Any]:
    return {
        "value": to_data(agent.value),
        "seq": agent.seq,
        "presence": str(agent.presence.value),
        "reason": agent.reason,
        "shut": sorted(agent.shut),
        "idle_since": agent.idle_since,
        "clocks": {name: getattr(agent, name) for name in _AGENT_CLOCKS},
        "rest": _timer(agent.rest),
        "members": [[m.queue.name, *(getattr(m, name) for name in _MEMBER)] for m in agent.members.values()],
        "counts": {name: getattr(agent, name) for name in _AGENT_COUNTS},
    }


def _contact(contact: ContactRecord) -> dict[str, Any]:
    return {
        "value": to_data(contact.value),
        "seq": contact.seq,
        "state": str(contact.stage.state.value),
        # Queued and not filed is who an `advance` with a limit has not come to yet.
        "filed": contact.lane is not None,
        "since": contact.since,
        "entered_queue_at": contact.entered_queue_at,
        "fired": [to_data(step) for step in contact.fired],
        "fired_here": contact.fired_here,
        "next_step": contact.next_step,
        "step_timer": _timer(contact.step_timer),
        "drain_timer": _timer(contact.drain_timer),
        "rest": _timer(contact.rest),
        "ring_timer": _timer(contact.ring_timer),
        "ringing": contact.ringing,
        "charged": contact.charged,
        "tried": _tried(contact),
        "turn": _turn(contact),
        "extras": _extras(contact),
        "telling": _telling(contact.telling),
        "views": [_view(view) for view in views_of(contact)],
    }


def _turn(seeker: Seeker) -> dict[str, Any] | None:
    """Who was offered it last, if anybody was."""
    attempts = seeker.attempts
    return None if attempts is None else {name: getattr(attempts, name) for name in _CONTACT_TURN}


def _telling(telling: Telling | None) -> dict[str, Any] | None:
    """What a contact has been told of its wait, in a queue that announces that."""
    if telling is None:
        return None
    told = {name: getattr(telling.told, name) for name in _TOLD}
    return {"told": told, "asked_at": telling.asked_at, "timer": _timer(telling.timer)}


def _view(view: ViewRecord) -> dict[str, Any]:
    return {
        "queue": view.queue.name,
        "filed": view.lane is not None,
        "turn": _turn(view),
    }


def _extras(contact: ContactRecord) -> dict[str, Any] | None:
    """What only some contacts have."""
    extras = contact.extras
    if extras is None:
        return None
    data: dict[str, Any] = {name: getattr(extras, name) for name in _EXTRAS}
    data["skipped"] = [to_data(step) for step in extras.skipped]
    data["left"] = None if extras.left is None else sorted(extras.left)
    data["reserved"] = None if extras.reserved is None else [agent.id for agent in extras.reserved]
    data["reserved_until"] = extras.reserved_until
    data["reserved_by"] = extras.reserved_by
    data["reserved_timer"] = _timer(extras.reserved_timer)
    data["behind"] = None if extras.behind is None else extras.behind.id
    data["hold_timer"] = _timer(extras.hold_timer)
    data["consults"] = [consult.id for consult in extras.consults or ()]
    data["owner"] = None if extras.owner is None else extras.owner.id
    data["park_timer"] = _timer(extras.park_timer)
    data["owner_timer"] = _timer(extras.owner_timer)
    return data


def _tried(contact: ContactRecord) -> list[list[Any]]:
    """The agents who have been tried and how often, but for those who have been removed since."""
    tried: list[Exclusion] = [] if contact.tried is None else list(contact.tried.values())
    return [[exclusion.agent.id, exclusion.tries] for exclusion in tried if exclusion.agent.supply is not None]


def _work(work: WorkRecord) -> dict[str, Any]:
    return {
        "number": work.number,
        "contact": work.contact.id,
        "current": work.contact.work is work,
        "agent": work.agent.id,
        "queue": work.queue.name,
        "channel": work.channel,
        "offer": work.offer,
        "connected_at": work.connected_at,
        "waited_s": work.waited_s,
        "wrapping": work.wrapping,
        "held": work.held,
        "ends_at": work.ends_at,
        "timer": _timer(work.timer),
    }


def _offer(offer: OfferRecord) -> dict[str, Any]:
    return {
        "number": offer.number,
        "contact": offer.contact.id,
        "agent": offer.agent.id,
        "queue": offer.queue.name,
        "made_at": offer.made_at,
        "expires_at": offer.expires_at,
        "timer": _timer(offer.timer),
        "order": None if offer.order is None else strategy_to_data(offer.order),
        "key": {name: getattr(offer, name) for name in _OFFER_KEY},
    }


def _exclusion(exclusion: Exclusion) -> dict[str, Any]:
    return {
        "contact": exclusion.contact.id,
        "agent": exclusion.agent.id,
        "until": exclusion.until,
        "timer": _timer(exclusion.timer),
    }


# -- filling a new state from one -------------------------------------------------------------------------------------


class Orders:
    """The orders of a state as they are, for filling another one from a snapshot of it: an app need not have named
    them.
    """

    def __init__(self, state: State) -> None:
        self.queues = {queue.seq: queue.value for queue in (*state.queues.values(), *state.removed.values())}
        self.offers = {offer.number: offer.order for offer in state.offers.values()}
        self.histories = state.histories.copy()
        self.last_agents = state.last_agents.copy()


def fill(
    state: State,
    filing: Filing,
    exclusions: Exclusions,
    reservations: Reservations,
    data: Mapping[str, Any],
    registry: Mapping[str, object],
    orders: Orders | None = None,
) -> None:
    """Fill an empty state from what `take` gave. Cost: everything that is in it.

    `orders` are those of the state that the snapshot was just taken of, if it was. Raises `SnapshotError` for data that
    is not a snapshot's, `UnknownStrategy` for a strategy that nobody registered.
    """
    try:
        _Filler(state, filing, exclusions, reservations, registry, orders).fill(data)
    except RoutekitError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, AssertionError) as fault:
        raise SnapshotError(f"this is no whole snapshot: {type(fault).__name__}: {fault}") from fault


class _Filler:
    """Makes records again, then files them; one use."""

    def __init__(
        self,
        state: State,
        filing: Filing,
        exclusions: Exclusions,
        reservations: Reservations,
        registry: Mapping[str, object],
        orders: Orders | None,
    ) -> None:
        self.state = state
        self.filing = filing
        self.exclusions = exclusions
        self.reservations = reservations
        self.registry = registry
        self.orders = orders

    def fill(self, data: Mapping[str, Any]) -> None:
        """All of it, in the order of what refers to what."""
        state = self.state
        state.now = float("-inf") if data["now"] is None else finite_float(data["now"], "now")
        for name in _STATE_COUNTERS:
            setattr(state, name, data["counters"][name])
        state.draws = Draws(state.draws.seed, data["draws"])
        state.chooser.draws = state.draws
        state.midnight = self._arm(MIDNIGHT, data["midnight"], state)
        for item in data["queues"]:
            queue = self._queue(item)
            state.queues[queue.name] = queue
        self.filing.survey()
        for item in data["removed"]:
            queue = self._queue(item)
            queue.removed = True
            state.removed[queue.name] = queue
        for item in data["agents"]:
            self._agent(item)
        for item in data["contacts"]:
            self._contact(item)
        for item in data["contacts"]:
            if item["extras"] is not None:
                self._extras(state.contacts[item["value"]["id"]], item["extras"])
        self._customers(data)
        for item in data["exclusions"]:
            self._exclusion(item)
        for item in sorted(data["works"], key=_number):
            self._work(item)
        for item in sorted(data["offers"], key=_number):
            self._offer(item)
        self._file(data)
        state.timers.seq = data["timer_seq"]

    def _arm(self, kind: int, timer: list[Any] | None, item: object) -> Timer | None:
        if timer is None:
            return None
        duration, due, seq = timer
        return self.state.timers.restore(kind, finite_float(duration, "duration"), finite_float(due, "due"), seq, item)

    def _must_arm(self, kind: int, timer: list[Any] | None, item: object) -> Timer:
        armed = self._arm(kind, timer, item)
        if armed is None:
            raise SnapshotError("this is no whole snapshot: a deadline is missing")
        return armed

    def _home(self, name: str) -> QueueRecord:
        return self.state.queues.get(name) or self.state.removed[name]

    def _queue(self, item: Mapping[str, Any]) -> QueueRecord:
        if self.orders is not None:
            value = self.orders.queues[item["seq"]]
        else:
            value = bound(from_data(item["value"], self.registry), self.registry)
        queue = QueueRecord(value, item["seq"])
        self.filing.set_up(queue, value)
        queue.tallies = {} if queue.counts is not None else None
        queue.lineup.pointer = item["pointer"]
        queue.lineup.turn = finite_float(item["turn"], "turn")
        queue.lineup.round = finite_float(item["round"], "round")
        queue.lineup.share = finite_float(item["share"], "share")
        queue.joins = item["joins"]
        queue.window = self._arm(WINDOW, item["window"], queue)
        queue.nobody_since = finite_float(item["nobody_since"], "nobody_since")
        queue.nobody = self._arm(NOBODY, item["nobody"], queue)
        queue.closing = self._arm(CLOSING, item["closing"], queue)
        queue.successor = item["successor"]
        for name in QUEUE_COUNTS:
            setattr(queue, name, item["counts"][name])
        return queue

    def _agent(self, item: Mapping[str, Any]) -> None:
        state = self.state
        agent = AgentRecord(from_data(item["value"], self.registry), item["seq"])
        agent.presence = Presence(item["presence"])
        agent.ready = agent.presence is Presence.READY
        agent.reason = item["reason"]
        agent.shut = frozenset(item["shut"])
        agent.idle_since = finite_float(item["idle_since"], "idle_since")
        agent.rest = self._arm(REST, item["rest"], agent)
        for name in _AGENT_CLOCKS:
            setattr(agent, name, item["clocks"][name])
        for name in _AGENT_COUNTS:
            setattr(agent, name, item["counts"][name])
        for name, *kept in item["members"]:
            queue = state.queues[name]
            member = MemberRecord(agent, queue, agent.value.queues[name], 0)
            for field, value in zip(_MEMBER, kept, strict=True):
                setattr(member, field, value)
            agent.members[queue.seq] = member
            queue.members[agent.seq] = member
            if agent.presence is not Presence.OFFLINE:
                queue.signed_in += 1
            if agent.ready:
                self.filing.scores.join_tally(member)
        state.agents[agent.id] = agent

    def _contact(self, item: Mapping[str, Any]) -> None:
        value = from_data(item["value"], self.registry)
        contact = ContactRecord(value, item["seq"], self._home(value.queue))
        contact.stage = STAGES[ContactState(item["state"])]
        contact.since = finite_float(item["since"], "since")
        contact.entered_queue_at = finite_float(item["entered_queue_at"], "entered_queue_at")
        contact.fired = tuple(from_data(step) for step in item["fired"])
        contact.fired_here = item["fired_here"]
        contact.next_step = item["next_step"]
        contact.step_timer = self._arm(STEP, item["step_timer"], contact)
        contact.drain_timer = self._arm(DRAIN, item["drain_timer"], contact)
        self._turn(contact, item["turn"])
        if item["rest"] is not None:
            contact.try_it().rest = self._arm(CONTACT_REST, item["rest"], contact)
        if item["ring_timer"] is not None:
            contact.try_it().ring_timer = self._arm(RING, item["ring_timer"], contact)
        if item["telling"] is not None:
            self._telling(contact, item["telling"])
        for name in ("ringing", "charged"):
            setattr(contact, name, item[name])
        for name, tries in item["tried"]:
            agent = self.state.agents[name]
            contact.tried = contact.tried or {}
            contact.tried[agent.seq] = Exclusion(contact, agent, 0.0)
            contact.tried[agent.seq].tries = tries
        for known in item["views"]:
            view = self.filing.sharing.add(contact, self.state.queues[known["queue"]])
            self._turn(view, known["turn"])
        self.filing.ask(contact)
        self.state.contacts[contact.id] = contact

    def _turn(self, seeker: Seeker, item: Mapping[str, Any] | None) -> None:
        if item is not None:
            attempts = seeker.try_it()
            for name in _CONTACT_TURN:
                setattr(attempts, name, item[name])

    def _telling(self, contact: ContactRecord, item: Mapping[str, Any]) -> None:
        contact.telling = Telling(Told(**item["told"]))
        contact.telling.asked_at = finite_float(item["asked_at"], "asked_at")
        contact.telling.timer = self._arm(ANNOUNCE, item["timer"], contact)

    def _extras(self, contact: ContactRecord, item: Mapping[str, Any]) -> None:
        """What only some contacts have, when all agents and contacts are there."""
        extras = extras_of(contact)
        for name in _EXTRAS:
            setattr(extras, name, item[name])
        extras.skipped = tuple(from_data(step) for step in item["skipped"])
        extras.left = None if item["left"] is None else set(item["left"])
        extras.reserved_until = finite_float(item["reserved_until"], "reserved_until")
        extras.reserved_by = item["reserved_by"]
        if item["reserved"] is not None:
            extras.reserved = [self.state.agents[name] for name in item["reserved"]]
            if extras.reserved_until < MOST_TIME:
                extras.reserved_timer = self._must_arm(RESERVATION, item["reserved_timer"], contact)
            self.reservations.enlist(contact)
        if item["behind"] is not None:
            extras.behind = self.state.contacts[item["behind"]]
            extras.hold_timer = self._must_arm(HOLD, item["hold_timer"], contact)
            front = extras_of(extras.behind)
            front.followers = [*(front.followers or ()), contact]
        if contact.stage is STAGES[ContactState.PARKED]:
            contact.queue.parked += 1
        for name in item["consults"]:
            consult = self.state.contacts[name]
            extras.consults = [*(extras.consults or ()), consult]
            extras_of(consult).consult_of = contact
        if item["owner"] is not None:
            owner = extras.owner = self.state.agents[item["owner"]]
            owner.owned = {} if owner.owned is None else owner.owned
            owner.owned[contact.seq] = contact
        extras.park_timer = self._arm(PARKED, item["park_timer"], contact)
        extras.owner_timer = self._arm(OWNER, item["owner_timer"], contact)
        self.filing.ask(contact)  # with what transfers have added

    def _customers(self, data: Mapping[str, Any]) -> None:
        """What has ended, and who is open for whom: in the table contacts stand by sequence."""
        state = self.state
        if self.orders is not None:
            state.histories = self.orders.histories
            state.last_agents = self.orders.last_agents
        else:
            for customer, agent, at in data["last_agents"]:
                state.last_agents[customer] = (agent, finite_float(at, "last_agents"))
            for customer, history in data["histories"]:
                state.histories[customer] = tuple(Past(**dict(zip(_PAST, past, strict=True))) for past in history)
        for contact in sorted(state.contacts.values(), key=by_seq):
            customer = contact.value.customer
            if customer is not None and is_open(contact):
                those = state.open_of.get(customer)
                if those is None:
                    state.open_of[customer] = those = {}
                those[contact.seq] = contact

    def _exclusion(self, item: Mapping[str, Any]) -> None:
        contact = self.state.contacts[item["contact"]]
        agent = self.state.agents[item["agent"]]
        tried = None if contact.tried is None else contact.tried.get(agent.seq)
        exclusion: Exclusion = tried or Exclusion(contact, agent, 0.0)
        exclusion.until = item["until"]
        exclusion.timer = self._arm(RETRY, item["timer"], exclusion)
        if contact.excluded is None:
            contact.excluded = {}
        contact.excluded[agent.seq] = exclusion
        self.filing.sharing.tried(contact)
        agent.exclusions[contact.seq] = exclusion
        if exclusion.timer is not None:
            agent.retries += 1

    def _work(self, item: Mapping[str, Any]) -> None:
        queue = self._home(item["queue"])
        if item["current"]:
            contact = self.state.contacts[item["contact"]]
        else:
            # A wrap-up that a transfer left behind: its contact has gone on, or has left.
            contact = ContactRecord(Contact(item["contact"], queue=queue.name, channel=item["channel"]), 0, queue)
        agent = self.state.agents[item["agent"]]
        work = WorkRecord(item["number"], contact, agent, queue)
        work.channel = item["channel"]
        for name in ("offer", "connected_at", "waited_s", "wrapping", "held", "ends_at"):
            setattr(work, name, item[name])
        work.timer = self._arm(WRAP_UP, item["timer"], work)
        if item["current"]:
            contact.work = work
        agent.works[work.number] = work
        if work.offer:
            self.state.accepted[work.offer] = work

    def _offer(self, item: Mapping[str, Any]) -> None:
        contact = self.state.contacts[item["contact"]]
        agent = self.state.agents[item["agent"]]
        offer = OfferRecord(item["number"], contact, agent, self._home(item["queue"]))
        offer.made_at = finite_float(item["made_at"], "made_at")
        offer.expires_at = finite_float(item["expires_at"], "expires_at")
        if item["order"] is not None:
            if self.orders is not None:
                offer.order = self.orders.offers[offer.number]
            else:
                order = agent_order(item["order"], self.registry)
                offer.order = order.bind(self.registry) if hasattr(order, "bind") else order
        for name in _OFFER_KEY:
            setattr(offer, name, item["key"][name])
        offer.timer = self._must_arm(OFFER_EXPIRY, item["timer"], offer)
        if contact.offer is None:
            contact.offer = offer
        else:
            contact.try_it().others = [*contact.others, offer]
        agent.offers[offer.number] = offer
        self.state.offers[offer.id] = offer

    def _file(self, data: Mapping[str, Any]) -> None:
        """Put everybody into the index; nothing is touched but what was."""
        state = self.state
        drains = [(state.contacts[contact], state.agents[agent]) for contact, agent in data["drains"]]
        for contact, agent in drains:
            contact.drainer = agent
        for agent in state.agents.values():
            self.filing.mention_capacity(agent.value.capacity)
            self.filing.mention(tuple(sorted(agent.shut)))
        for agent in state.agents.values():
            agent.holding = len(agent.offers) + len(agent.works)
            self.filing.enrol(agent)
        for item in data["contacts"]:
            contact = state.contacts[item["value"]["id"]]
            if contact.stage.state in (ContactState.QUEUED, ContactState.OFFERED):
                self.filing.line_up(contact)
                contact.dirty = False
                if item["filed"]:
                    self.filing.file(contact)
                if any(view["filed"] for view in item["views"]):
                    self.filing.sharing.file(contact)
        for contact, agent in drains:
            state.index.unfile(agent)
            state.index.start_drain(agent, contact)
            self.filing.refresh(agent)
        state.ringing = [state.contacts[contact_id] for contact_id in data["ringing"]]
        state.closing = [state.queues[name] for name in data["closing"]]
        state.telling = [state.contacts[contact_id] for contact_id in data["telling"]]
        state.dirty_contacts.clear()
        state.dirty_agents.clear()
        for contact_id in data["dirty_contacts"]:
            state.touch_contact(state.contacts[contact_id])
        for agent_id in data["dirty_agents"]:
            state.touch_agent(state.agents[agent_id])


def _number(item: Mapping[str, Any]) -> int:
    number: int = item["number"]
    return number
