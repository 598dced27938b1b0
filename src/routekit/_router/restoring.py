"""A router made again of a snapshot: `fill` takes what `snapshot.take` gave.

The records come first, in the order of what refers to what, then everybody is filed; nothing is decided and nobody is
told. Nothing of the data is trusted: what is missing, of the wrong type or names nobody is a `SnapshotError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from routekit._kernel.draws import Draws
from routekit._model import Agent, Capacity, Contact, from_data
from routekit._numbers import finite_float
from routekit._router.arguments import bound
from routekit._router.contact_rows import ContactReader
from routekit._router.customers import add_open, is_open
from routekit._router.differing import (
    arm,
    broken,
    listed_texts,
    moment,
    must_arm,
    settle,
    shared,
    uncollected,
    whole_number,
)
from routekit._router.filing import Filing
from routekit._router.records import (
    AgentRecord,
    ContactRecord,
    Exclusion,
    MemberRecord,
    OfferRecord,
    QueueRecord,
    WorkRecord,
    by_seq,
)
from routekit._router.reservations import Reservations
from routekit._router.snapshot import AGENT, COUNTERS, COUNTS, MEMBER, OFFER, PAST, WORK
from routekit._router.state import CLOSING, MIDNIGHT, NOBODY, OFFER_EXPIRY, REST, RETRY, WINDOW, WRAP_UP, State
from routekit._states import Presence
from routekit._timeline import Step
from routekit.errors import InvalidConfiguration, RoutekitError, SnapshotError, UnknownStrategy
from routekit.events import Past
from routekit.strategies.names import agent_order

__all__ = ["Orders", "fill"]


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
    reservations: Reservations,
    data: Mapping[str, Any],
    registry: Mapping[str, object],
    orders: Orders | None = None,
) -> None:
    """Fill an empty state from what `take` gave. Cost: everything that is in it.

    `orders` are those of the state that the snapshot was just taken of, if it was. Raises `SnapshotError` for data that
    is not a snapshot's, `UnknownStrategy` for a strategy that nobody registered. No garbage is collected while the
    contacts are made, nor all the time where there are no strategies of an app's own, which would be asked for keys.
    """
    filler = _Filler(state, filing, reservations, registry, orders)
    try:
        with nullcontext() if registry or orders is not None else uncollected():
            filler.fill(data)
    except (SnapshotError, UnknownStrategy):
        raise
    except InvalidConfiguration as faults:
        raise broken("; ".join(str(fault) for fault in faults.exceptions)) from faults
    except RoutekitError as fault:
        raise broken(str(fault)) from fault
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, AssertionError) as fault:
        raise broken(f"{type(fault).__name__}: {fault}") from fault


class _Filler:
    """Makes records again, then files them; one use."""

    def __init__(
        self,
        state: State,
        filing: Filing,
        reservations: Reservations,
        registry: Mapping[str, object],
        orders: Orders | None,
    ) -> None:
        self.state = state
        self.filing = filing
        self.reservations = reservations
        self.registry = registry
        self.orders = orders

    def fill(self, data: Mapping[str, Any]) -> None:
        """All of it, in the order of what refers to what."""
        state = self.state
        state.now = float("-inf") if data["now"] is None else moment(data["now"], "now")
        settle(state, {name: data["counters"][name] for name in COUNTERS}, COUNTERS)
        state.draws = Draws(state.draws.seed, data["draws"])
        state.chooser.draws = state.draws
        state.midnight = arm(state, MIDNIGHT, data["midnight"], state)
        for item in data["queues"]:
            queue = self._queue(item)
            state.queues[queue.name] = queue
        self.filing.survey()
        for item in data["removed"]:
            queue = self._queue(item)
            queue.removed = True
            state.removed[queue.name] = queue
        capacities = shared(data["capacities"], Capacity)
        for item in data["agents"]:
            self._agent(item, capacities)
        contacts = ContactReader(state, self.filing, self.reservations, data["kinds"], shared(data["steps"], Step))
        with uncollected():
            contacts.rows(data["contacts"])
        contacts.link()
        self._customers(data, contacts.known)
        for item in data["exclusions"]:
            self._exclusion(item)
        for item in sorted(data["works"], key=_number):
            self._work(item)
        for item in sorted(data["offers"], key=_number):
            self._offer(item)
        contacts.check()
        self._file(data, contacts)
        state.timers.seq = whole_number(data["timer_seq"], "timer_seq")

    def _home(self, name: str) -> QueueRecord:
        return self.state.queues.get(name) or self.state.removed[name]

    def _queue(self, item: Mapping[str, Any]) -> QueueRecord:
        state = self.state
        if self.orders is not None:
            value = self.orders.queues[item["seq"]]
        else:
            value = bound(from_data(item["value"], self.registry), self.registry)
        queue = QueueRecord(value, whole_number(item["seq"], "seq"))
        self.filing.set_up(queue, value)
        queue.tallies = {} if queue.counts is not None else None
        queue.lineup.pointer = whole_number(item["pointer"], "pointer")
        queue.lineup.turn = finite_float(item["turn"], "turn")
        queue.lineup.round = finite_float(item["round"], "round")
        queue.lineup.share = finite_float(item["share"], "share")
        queue.joins = whole_number(item["joins"], "joins")
        queue.window = arm(state, WINDOW, item["window"], queue)
        queue.nobody_since = finite_float(item["nobody_since"], "nobody_since")
        queue.nobody = arm(state, NOBODY, item["nobody"], queue)
        queue.closing = arm(state, CLOSING, item["closing"], queue)
        queue.successor = item["successor"]
        settle(queue, item["counts"], COUNTS)
        return queue

    def _agent(self, item: Mapping[str, Any], capacities: Mapping[int, Capacity]) -> None:
        state = self.state
        special = dict(item)
        capacity = capacities[special.pop("capacity")]
        skills = special.pop("skills")
        value = Agent(special.pop("id"), queues=special.pop("queues"), skills=skills, capacity=capacity)
        agent = AgentRecord(value, whole_number(special.pop("seq"), "seq"))
        agent.presence = Presence(special.pop("presence", Presence.OFFLINE))
        agent.ready = agent.presence is Presence.READY
        agent.shut = frozenset(listed_texts(special.pop("shut", []), "shut"))
        agent.rest = arm(state, REST, special.pop("rest", None), agent)
        members = special.pop("members")
        settle(agent, special, AGENT)
        for name, joined, *differing in members:
            queue = state.queues[name]
            member = MemberRecord(agent, queue, value.queues[name], whole_number(joined, "joined"))
            for fields in differing:
                settle(member, fields, MEMBER)
            agent.members[queue.seq] = member
            queue.members[agent.seq] = member
            if agent.presence is not Presence.OFFLINE:
                queue.signed_in += 1
            if agent.ready:
                self.filing.scores.join_tally(member)
        state.agents[agent.id] = agent

    def _customers(self, data: Mapping[str, Any], known: list[ContactRecord]) -> None:
        """What has ended, and who is open for whom: in the table contacts stand by sequence."""
        state = self.state
        if self.orders is not None:
            state.histories = self.orders.histories
            state.last_agents = self.orders.last_agents
        else:
            for customer, agent, at in data["last_agents"]:
                state.last_agents[customer] = (agent, finite_float(at, "last_agents"))
            for customer, history in data["histories"]:
                state.histories[customer] = tuple(Past(**dict(zip(PAST, past, strict=True))) for past in history)
        for contact in sorted(known, key=by_seq):
            customer = contact.value.customer
            if customer is not None and is_open(contact):
                add_open(state, customer, contact)

    def _exclusion(self, item: Mapping[str, Any]) -> None:
        contact = self.state.contacts[item["contact"]]
        agent = self.state.agents[item["agent"]]
        if contact.seq in agent.exclusions:
            raise broken(f"contact {contact.id!r} and agent {agent.id!r} are excluded twice")
        tried = None if contact.tried is None else contact.tried.get(agent.seq)
        exclusion: Exclusion = tried or Exclusion(contact, agent, 0.0)
        exclusion.until = finite_float(item["until"], "until")
        exclusion.timer = arm(self.state, RETRY, item["timer"], exclusion)
        if contact.excluded is None:
            contact.excluded = {}
        contact.excluded[agent.seq] = exclusion
        self.filing.sharing.tried(contact)
        agent.exclusions[contact.seq] = exclusion
        if exclusion.timer is not None:
            agent.retries += 1

    def _work(self, item: Mapping[str, Any]) -> None:
        special = dict(item)
        name, channel, current = special.pop("contact"), special.pop("channel"), special.pop("current")
        queue = self._home(special.pop("queue"))
        if current:
            contact = self.state.contacts[name]
        else:
            # A wrap-up that a transfer left behind: its contact has gone on, or has left.
            contact = ContactRecord(Contact(name, queue=queue.name, channel=channel), 0, queue)
        agent = self.state.agents[special.pop("agent")]
        work = WorkRecord(whole_number(special.pop("number"), "number"), contact, agent, queue)
        work.channel = channel
        work.timer = arm(self.state, WRAP_UP, special.pop("timer"), work)
        settle(work, special, WORK)
        if work.number in agent.works or (current and contact.work is not None):
            raise broken(f"there is other work of number {work.number} or with contact {name!r}")
        if current:
            contact.work = work
        agent.works[work.number] = work
        if work.offer:
            self.state.accepted[work.offer] = work

    def _offer(self, item: Mapping[str, Any]) -> None:
        contact = self.state.contacts[item["contact"]]
        agent = self.state.agents[item["agent"]]
        offer = OfferRecord(whole_number(item["number"], "number"), contact, agent, self._home(item["queue"]))
        offer.made_at = finite_float(item["made_at"], "made_at")
        offer.expires_at = finite_float(item["expires_at"], "expires_at")
        if item["order"] is not None:
            if self.orders is not None:
                offer.order = self.orders.offers[offer.number]
            else:
                order = agent_order(item["order"], self.registry)
                offer.order = order.bind(self.registry) if hasattr(order, "bind") else order
        if offer.id in self.state.offers:
            raise broken(f"two offers are {offer.id}")
        settle(offer, item["key"], OFFER)
        offer.timer = must_arm(self.state, OFFER_EXPIRY, item["timer"], offer)
        if contact.offer is None:
            contact.offer = offer
        else:
            contact.try_it().others = [*contact.others, offer]
        agent.offers[offer.number] = offer
        self.state.offers[offer.id] = offer

    def _file(self, data: Mapping[str, Any], contacts: ContactReader) -> None:
        """Put everybody into the index; nothing is touched but what was."""
        state = self.state
        for agent in state.agents.values():
            self.filing.mention_capacity(agent.value.capacity)
            self.filing.mention(tuple(sorted(agent.shut)))
        for agent in state.agents.values():
            agent.holding = len(agent.offers) + len(agent.works)
            self.filing.enrol(agent)
        contacts.file()
        for contact, agent in contacts.drains:
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
