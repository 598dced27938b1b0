"""Live change: queues, agents and contacts added, updated, removed and moved while everything runs.

Nobody loses a place: what waits is refiled, what is offered stands, what is connected stays.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import attrs

from routekit._model import Agent, Contact, Queue
from routekit._router.exclusions import Exclusions
from routekit._router.filing import Filing
from routekit._router.limits import Limits, Way
from routekit._router.moving import Moving
from routekit._router.offers import Offers
from routekit._router.presence import Presences
from routekit._router.records import (
    QUEUE_COUNTS,
    AgentRecord,
    ContactRecord,
    MemberRecord,
    QueueRecord,
    by_seq,
    extras_of,
    is_consult,
    never_ended,
    queues_of,
    waited_s,
)
from routekit._router.reservations import Reservations
from routekit._router.scores import Scores
from routekit._router.stages import CONNECTED, PARKED, QUEUED, WRAPPING
from routekit._router.state import State
from routekit._router.work import Works
from routekit._states import PRESENCE_MOVES, Presence, move
from routekit.errors import (
    AgentBusy,
    DuplicateAgent,
    DuplicateContact,
    DuplicateQueue,
    IllegalMove,
    InvalidValue,
    QueueNotEmpty,
    StrategyError,
    UnknownQueue,
)
from routekit.events import (
    AgentAdded,
    AgentRemoved,
    AgentUpdated,
    ContactAbandoned,
    ContactMerged,
    ContactUpdated,
    QueueAdded,
    QueueRemoved,
    QueueUpdated,
    Reconciled,
)

__all__ = ["Changes", "score_of"]


class Changes:
    """Adds, updates, removes, moves and reconciles."""

    def __init__(
        self,
        state: State,
        filing: Filing,
        scores: Scores,
        exclusions: Exclusions,
        reservations: Reservations,
        works: Works,
        offers: Offers,
        presences: Presences,
        moving: Moving,
        limits: Limits,
    ) -> None:
        self.state = state
        self.filing = filing
        self.scores = scores
        self.exclusions = exclusions
        self.reservations = reservations
        self.works = works
        self.offers = offers
        self.presences = presences
        self.parking: Any = works.parking
        self.moving = moving
        self.limits = limits

    # -- queues -------------------------------------------------------------------------------------------------------

    def add_queue(self, value: Queue, at: float) -> None:
        """A new queue; the record of a removed one of that name is used again, since contacts may still know it."""
        state = self.state
        if value.name in state.queues:
            raise DuplicateQueue(queue=value.name)
        self._check_order(value)
        state.queue_seq += 1
        queue = state.removed.pop(value.name, None)
        fresh = QueueRecord(value, state.queue_seq)
        if queue is None:
            queue = fresh
        else:
            queue.seq = fresh.seq
            queue.lineup = fresh.lineup
            queue.removed = False
            queue.successor = None
            for name in QUEUE_COUNTS:
                setattr(queue, name, getattr(fresh, name))
            queue.joins = 0
        self.filing.set_up(queue, value)
        self.filing.attendance.begin(queue, at)
        queue.tallies = {} if queue.counts is not None else None
        queue.lineup.share = state.virtual_time
        state.queues[value.name] = queue
        if queue.special:
            self._survey()
        state.out.append(QueueAdded(at=at, seq=state.next_seq(), queue=value.name))

    def update_queue(self, queue: QueueRecord, value: Queue, at: float) -> None:
        """New settings for a queue: agents and contacts are filed anew where it matters."""
        state = self.state
        self._check_order(value)
        filing = self.filing
        old = queue.value
        if value.contact_order != old.contact_order:
            for node in queue.lineup.waiting:
                filing.keys.try_key(node.item, value.contact_order, node.item.since)
            for contact in self.parking.at_home(queue):
                filing.keys.try_key(contact, value.contact_order, contact.since)
            for visitor in queue.visitors.values():
                filing.keys.try_key(visitor.contact, value.contact_order, visitor.since)
        other_score = score_of(old) != score_of(value)
        changed = tuple(
            field.name
            for field in attrs.fields(Queue)
            if (field.init and getattr(old, field.name) != getattr(value, field.name))
            or (other_score and field.name == "agent_order")
        )
        waiting = sorted((node.item for node in queue.lineup.waiting), key=by_seq)
        for contact in waiting:
            filing.step_out(contact)
        visitors = filing.sharing.withdraw(queue)
        members = [member.agent for member in queue.members.values()]
        reordered = "agent_order" in changed
        if reordered:
            self._stop_window(queue, value)
        if reordered:
            for agent in members:
                filing.withdraw(agent)
        filing.set_up(queue, value)
        if reordered:
            for seeker in (*waiting, *visitors):
                if seeker.attempts is not None:
                    seeker.attempts.trying = False  # what was tried by another order is no attempt
            self._recount(queue)
            for agent in members:
                filing.enrol(agent)
            self._survey()
        if "limits" in changed or "hours" in changed:
            filing.attendance.arm(queue, at)
        state.out.append(QueueUpdated(at=at, seq=state.next_seq(), queue=queue.name, changed=changed))
        for contact in waiting:
            filing.ask(contact)
            filing.line_up(contact)
        filing.sharing.put_back(visitors)
        for contact in waiting:
            filing.end_drain(contact, "left", at)
        if "same_customer" in changed and value.same_customer != "behind":
            for contact in self.works.customers.held_in(waiting):
                self.works.customers.let_go(contact, at)
        if "announcing" in changed:
            filing.announcements.change(queue, at)
        for contact in waiting:
            if "steps" in changed or value.timeline != old.timeline:
                filing.replan(contact, at)
            self.filing.check_fits(contact, at)
        if "limits" in changed or "hours" in changed:
            self.limits.see_to_all(queue, at)

    def _recount(self, queue: QueueRecord) -> None:
        """The queue has another order: nothing of what the old one counted is left."""
        for member in queue.members.values():
            member.tally = None
        queue.tallies = {} if queue.counts is not None else None
        for member in queue.members.values():
            member.still = False
            self.scores.begin(member)
        for member in queue.members.values():
            if member.agent.ready:
                self.scores.join_tally(member)

    def _survey(self) -> None:
        self.filing.survey()
        self.scores.watch_midnight()

    def _check_order(self, value: Queue) -> None:
        """Refuse a count by the day where no day is known, and a score whose name means another function already."""
        self._check_civil(value)
        score = score_of(value)
        for queue in self.state.queues.values():
            other = score_of(queue.value)
            if score is None or other is None or queue.name == value.name:
                continue
            if score[0] == other[0] and score[1] is not other[1]:
                problem = f"names another function than in queue {queue.name!r}: a snapshot has only the name"
                raise InvalidValue(path="agent_order", value=value.agent_order, problem=problem)

    def _check_civil(self, value: Queue) -> None:
        self.filing.attendance.check_civil(value.hours)
        if value.agent_order.since == "day":
            self.scores.check_civil()

    def _stop_window(self, queue: QueueRecord, value: Queue | None) -> None:
        """A queue is removed, or gets another order: unless that has windows too, an open one is over."""
        if queue.window is not None and (value is None or value.agent_order.every_s is None):
            self.state.timers.cancel(queue.window)
            queue.window = None
        if value is None or value.agent_order.every_s is None:
            self.state.closing = [other for other in self.state.closing if other is not queue]

    def remove_queue(self, queue: QueueRecord, move_to: str | None, at: float) -> None:
        """Remove a queue; who waits in it is moved with their place, who is connected stays."""
        state = self.state
        target = state.queue(move_to) if move_to is not None else None
        waiting = [node.item for node in queue.lineup.waiting]
        waiting = sorted(waiting + self.parking.at_home(queue), key=by_seq)
        if waiting and target is None:
            raise QueueNotEmpty(queue=queue.name, waiting=len(waiting))
        for contact in waiting:
            assert target is not None
            self.filing.keys.try_key(contact, target.value.contact_order, contact.since)
        queue.removed = True  # none of their steps leads back
        for contact in waiting:
            assert target is not None
            if contact.stage is PARKED:
                self.parking.move(contact, target, "queue_removed", at)
                continue
            self.moving.move(contact, target, contact.since, "queue_removed", at)
            self.filing.run_steps(contact, at)
            self.limits.see_to(contact, target, at)
        self._forget_visitors(queue, at)
        self._stop_window(queue, None)
        self.filing.attendance.end(queue)
        queue.successor = move_to
        del state.queues[queue.name]
        state.removed[queue.name] = queue
        state.reaching.clear()
        self._forget_removed()
        members = sorted(queue.members.values(), key=_by_agent)
        for member in members:
            self.scores.leave_tally(member)
            agent = member.agent
            self.filing.withdraw(agent)
            del agent.members[queue.seq]
            agent.value = attrs.evolve(
                agent.value, queues={name: tier for name, tier in agent.value.queues.items() if name != queue.name}
            )
            self.filing.enrol(agent)
        queue.members.clear()
        if queue.special:
            self._survey()
        state.out.append(QueueRemoved(at=at, seq=state.next_seq(), queue=queue.name, move_to=move_to))
        for member in members:
            if member.agent.drains_for is not None:
                self.filing.end_drain(member.agent.drains_for, "agent", at)

    def _forget_visitors(self, queue: QueueRecord, at: float) -> None:
        """A queue is removed: what is at home elsewhere loses its offers through it, and is seen in it no more."""
        for view in sorted(queue.visitors.values(), key=by_seq):
            contact = view.contact
            if contact.offer is not None and contact.offer.queue is queue:
                self.offers.revoke_offers(contact, "queue_removed", at)
            self.filing.sharing.unshare(view, at)

    def _forget_removed(self) -> None:
        """Keep of the removed queues only those to which connected contacts may have to go back."""
        removed = self.state.removed
        needed: set[str] = set()
        for agent in self.state.agents.values():
            for work in agent.works.values():
                for queue in (work.queue, work.contact.queue):
                    while queue.removed and queue.name not in needed:
                        needed.add(queue.name)
                        successor = removed.get(queue.successor or "")
                        if successor is None:
                            break
                        queue = successor
        for name in [name for name in removed if name not in needed]:
            del removed[name]

    # -- agents -------------------------------------------------------------------------------------------------------

    def _check_queues(self, value: Agent) -> None:
        missing = tuple(name for name in value.queues if name not in self.state.queues)
        if missing:
            raise UnknownQueue(queue=missing[0], queues=missing)

    def add_agent(self, value: Agent, at: float) -> None:
        """A new agent, offline."""
        state = self.state
        if value.id in state.agents:
            raise DuplicateAgent(agent=value.id)
        self._check_queues(value)
        self.filing.mention_capacity(value.capacity)
        state.agent_seq += 1
        agent = AgentRecord(value, state.agent_seq)
        state.agents[value.id] = agent
        for name, tier in value.queues.items():
            self.scores.begin(self._join(agent, state.queues[name], tier))
        self.filing.enrol(agent)
        state.out.append(AgentAdded(at=at, seq=state.next_seq(), agent=value.id))

    def _join(self, agent: AgentRecord, queue: QueueRecord, tier: int) -> MemberRecord:
        queue.joins += 1
        member = MemberRecord(agent, queue, tier, queue.joins)
        agent.members[queue.seq] = member
        queue.members[agent.seq] = member
        return member

    def update_agent(self, agent: AgentRecord, value: Agent, at: float) -> None:
        """New settings for an agent; held work stays, even over the new capacity."""
        state = self.state
        filing = self.filing
        self._check_queues(value)
        old = agent.value
        changed = tuple(
            field.name for field in attrs.fields(Agent) if getattr(old, field.name) != getattr(value, field.name)
        )
        self.filing.mention_capacity(value.capacity)
        filing.withdraw(agent)
        agent.learn(value)
        for name in old.queues:
            if name not in value.queues:
                queue = state.queues[name]
                self.scores.leave_tally(agent.members.pop(queue.seq))
                del queue.members[agent.seq]
                filing.forget_chosen(queue, agent)
                if agent.presence is not Presence.OFFLINE:
                    filing.attendance.go(queue, at)
        new: list[MemberRecord] = []
        for name, tier in value.queues.items():
            queue = state.queues[name]
            known = agent.members.get(queue.seq)
            if known is not None:
                known.tier = tier
            else:
                new.append(self._join(agent, queue, tier))
                if agent.presence is not Presence.OFFLINE:
                    filing.attendance.come(queue)
        filing.enrol(agent)
        for member in new:
            # Only now is it known what share of their units is taken.
            self.scores.begin(member)
            if agent.presence is not Presence.OFFLINE:
                self.scores.raise_to_least(member)
            if agent.ready:
                self.scores.join_tally(member)
        if new:
            filing.refresh(agent)
        state.out.append(AgentUpdated(at=at, seq=state.next_seq(), agent=agent.id, changed=changed))
        if agent.drains_for is not None:
            filing.end_drain(agent.drains_for, "agent", at)
        for offer in list(agent.offers.values()):
            self.filing.check_fit(offer, at)
        self.reservations.watch_those_of(agent)
        state.touch_agent(agent)

    def remove_agent(self, agent: AgentRecord, requeue: bool, at: float) -> None:
        """Remove an agent who has no work, or whose work is put back."""
        state = self.state
        if agent.works and not requeue:
            raise AgentBusy(agent=agent.id, contacts=tuple(work.contact.id for work in agent.works.values()))
        new = move(PRESENCE_MOVES, agent.id, agent.presence, "remove_agent")
        self.presences.sign_off(agent, new, requeue, "removed", at)
        self.reservations.strike_removed(agent, at)
        self.parking.release_all(agent, at)
        self.filing.withdraw(agent)
        for member in agent.members.values():
            del member.queue.members[agent.seq]
            self.filing.forget_chosen(member.queue, agent)
        self.exclusions.forget_agent(agent)
        del state.agents[agent.id]
        state.out.append(AgentRemoved(at=at, seq=state.next_seq(), agent=agent.id))

    # -- contacts -----------------------------------------------------------------------------------------------------

    def enqueue(self, value: Contact, at: float, manager: str | None = None) -> None:
        """A new contact; `manager` is who the app says is its customer's agent."""
        state = self.state
        if value.id in state.contacts:
            raise DuplicateContact(contact=value.id)
        queue = state.queue(value.queue)
        contact = ContactRecord.__new__(ContactRecord)
        contact.begin(value, state.contact_seq + 1, queue)
        since = at if value.waiting_since is None else float(value.waiting_since)
        front = None
        kept = None
        if value.customer is not None:
            if queue.value.same_customer == "keep":
                kept = self.works.customers.keeper(value.customer)
            front = self.works.customers.beside(value, queue)
            if front is not None and queue.value.same_customer == "merge":
                state.out.append(ContactMerged(at=at, seq=state.next_seq(), contact=value.id, into=front.id))
                if front.stage is PARKED:
                    self.parking.unpark(front, "merged", at)
                return
        way: Way | None = None
        if queue.limits:
            way = self.limits.come_in(contact, since, at, front is not None)
            if way.last is None:
                self.limits.turn_away(contact, way, at)
                return
            if way.last is not way.first:
                queue = way.last.queue
                value = dataclasses.replace(value, queue=queue.name)
                contact.begin(value, contact.seq, queue)
                front = None  # who is before it is not in that line
        if not queue.linear:
            contact.since = since
            self.filing.ask(contact)
            self.filing.keys.try_key(contact, queue.value.contact_order, since)
        state.foreseen = None
        if queue.asks and not state.guarded and front is None:
            self.filing.foresee(contact, since, at)
        if front is not None:
            self.works.customers.hold_back(contact, front)
        if way is not None:
            self.limits.come_elsewhere(contact, way, at)
        self.works.enter(contact, queue, since, at)
        state.contact_seq = contact.seq
        state.contacts.put(value.id, contact)
        if value.customer is not None:
            self.works.customers.came(contact)
        self.works.tell_queued(contact, at)
        if front is not None:
            self.works.customers.tell_held(contact, at)
        elif value.prefer or value.customer is not None:
            self._reserve_newcomer(contact, manager, kept, at)
        if way is not None:
            self.limits.welcome(contact, way, at)
        if queue.steps:
            self.filing.run_steps(contact, at)

    def _reserve_newcomer(self, contact: ContactRecord, manager: str | None, kept: str | None, at: float) -> None:
        """Reserve a contact that has just come in for those whom it is meant for, if there are any.

        `kept` is the agent of another of its customer's, with whom its queue would keep it.
        """
        value = contact.value
        queue = contact.queue.value
        until = at + queue.prefer_s
        agents = self.state.agents
        for name in value.prefer:
            if name in agents:
                self.reservations.begin(contact, value.prefer, until, "prefer", at)
                return
        last: str | None = None
        if queue.sticky_s is not None:
            last = self.works.customers.last_agent(value.customer, queue.sticky_s, at)
            if last in agents and contact.queue.seq not in agents[last].members:
                last = None  # they would have to be elsewhere by now
        for known, reason in ((manager, "manager"), (kept, "keep"), (last, "sticky")):
            if known in agents:
                self.reservations.begin(contact, (known,), until, reason, at)
                return
        if value.prefer and until > at:
            self.reservations.say_end(contact, value.prefer, "unknown", at)

    def abandon(self, contact: ContactRecord, reason: str, ended_by: str, at: float) -> None:
        """A waiting contact leaves, or a connected one is ended by the customer."""
        state = self.state
        if contact.stage is CONNECTED:
            self.works.finish(contact, ended_by, at)
            return
        if contact.stage is PARKED:
            self.parking.abandon(contact, reason, at)
            return
        stage = contact.stage.after(contact.id, "abandon")
        self.offers.withdraw(contact, reason if ended_by == "lost" else "abandoned", at)
        contact.stage = stage
        queue = contact.queue
        waited = waited_s(contact, at)
        if not is_consult(contact):
            queue.abandoned += 1
            if waited <= queue.within_s:
                queue.abandoned_within_level += 1
        self.works.forget_waiting(contact)
        state.out.append(
            ContactAbandoned(
                at=at, seq=state.next_seq(), contact=contact.id, queue=queue.name, waited_s=waited, reason=reason
            )
        )
        self.filing.end_drain(contact, "left", at)
        if contact.value.customer is not None or contact.extras is not None:
            self.works.customers.ended(contact, "abandoned", at)
        if contact.extras is not None:
            self.works.consults.over(contact, reason if reason in ("lost", "unavailable") else "abandoned", at)

    def transfer(
        self,
        contact: ContactRecord,
        queue: QueueRecord,
        keep_place: bool | None,
        at: float,
        meant: AgentRecord | None,
        credit: float,
        reference: str | None,
    ) -> None:
        """Hand a contact to another queue, with or without its place; to where it ends up by that queue's limits.

        There it is reserved for the agent whom it is meant for, if there is one. `credit` is added to its priority.
        """
        contact.stage.after(contact.id, "transfer")
        keeps = keep_place is True or (keep_place is None and contact.stage is not CONNECTED)
        since = contact.since if keeps else at
        if queue.limits:
            queue = self.limits.landing(contact, queue, since, at)
        self._credit(contact, credit, queue, since)
        if reference is not None:
            extras_of(contact).reference = reference
        if contact.stage is CONNECTED:
            self.works.leave_for(contact, queue, keep_place is True, meant, reference, at)
            self.offers.set_away_the_excessive(at)
        else:
            self.moving.move(contact, queue, at if keep_place is False else contact.since, "transfer", at, reference)
            self.works.announce(contact, at, meant)

    def _credit(self, contact: ContactRecord, credit: float, queue: QueueRecord, since: float) -> None:
        """Add to a contact's priority, and see that the order of the queue that it goes to has a place for it then."""
        order = queue.value.contact_order
        known = contact.extras
        extras = known
        before = 0.0
        if credit:
            extras = extras_of(contact)
            before = extras.credit
            extras.credit = before + credit
            self.filing.ask(contact)
        try:
            self.filing.keys.try_key(contact, order, since)
        except StrategyError:
            if credit and extras is not None:
                extras.credit = before
                contact.extras = known
                self.filing.ask(contact)
            raise

    def update_contact(self, contact: ContactRecord, value: Contact, since: float | None, at: float) -> None:
        """A contact's new value; it keeps its place, and is filed anew."""
        state = self.state
        filing = self.filing
        old = contact.value
        if value.queue != old.queue:
            raise InvalidValue(path="queue", value=value.queue, problem="may not change: transfer() the contact")
        if since is not None and float(since) != contact.since:
            raise InvalidValue(path="waiting_since", value=since, problem="may not change")
        if value.channel != old.channel and contact.stage is not QUEUED and contact.stage is not PARKED:
            raise IllegalMove(subject=contact.id, state=contact.stage.state, command="update_contact")
        changed = tuple(name for name in _CONTACT_FIELDS if getattr(old, name) != getattr(value, name))
        waiting = contact.work is None and contact.stage is not PARKED
        if contact.work is None:
            self._try_value(contact, value)
        if waiting:
            filing.step_out(contact)
        contact.value = dataclasses.replace(value, waiting_since=old.waiting_since)
        if value.customer != old.customer:
            self.works.customers.renamed(contact, old.customer)
        filing.ask(contact)
        if waiting:
            filing.line_up(contact)
        state.out.append(ContactUpdated(at=at, seq=state.next_seq(), contact=contact.id, changed=changed))
        filing.end_drain(contact, "left", at)
        if value.customer != old.customer and self.works.customers.held_in((contact,)):
            self.works.customers.let_go(contact, at)
        filing.check_fits(contact, at)

    def _try_value(self, contact: ContactRecord, value: Contact) -> None:
        """Ask its queues' orders for the key of a waiting contact with another value; `StrategyError` if one fails."""
        queues = queues_of(contact)
        if all(queue.linear for queue in queues):
            return
        trial = ContactRecord(value, contact.seq, contact.queue)
        trial.fired = contact.fired
        trial.fired_here = contact.fired_here
        trial.extras = contact.extras
        self.filing.ask(trial)
        for queue in queues:
            self.filing.keys.try_key(trial, queue.value.contact_order, contact.since)

    def reconcile(self, live: frozenset[str], channel: str | None, at: float) -> None:
        """End what is not live any more, and say what is live and not known."""
        state = self.state
        abandoned: list[str] = []
        finished: list[str] = []
        for contact in list(state.contacts.values()):
            if (
                contact.id in live
                or contact.stage is WRAPPING
                or contact.stage is PARKED
                or (contact.stage is not CONNECTED and never_ended(contact) == "promised")
                or state.contacts.get(contact.id) is not contact  # a consult that has ended with its contact
                or (channel is not None and contact.channel != channel)
            ):
                continue
            (finished if contact.stage is CONNECTED else abandoned).append(contact.id)
            self.abandon(contact, "lost", "lost", at)
        # Looked at last: a consult may have ended with its contact.
        unknown = tuple(sorted(name for name in live if name not in state.contacts))
        state.out.append(
            Reconciled(
                at=at,
                seq=state.next_seq(),
                channel=channel,
                abandoned=tuple(abandoned),
                finished=tuple(finished),
                unknown=unknown,
            )
        )


_CONTACT_FIELDS = ("channel", "priority", "needs", "customer", "attributes", "prefer", "script", "knowledge")


def score_of(value: Queue) -> tuple[str, Any] | None:
    """The name and the function of the score that a queue's order asks for, if it is one of an app's own."""
    function = getattr(value.agent_order, "_function", None)
    return None if function is None else (getattr(value.agent_order, "scorer", ""), function)


def _by_agent(member: MemberRecord) -> int:
    return member.agent.seq
