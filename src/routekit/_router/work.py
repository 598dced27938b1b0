"""Work: from the connection of a contact to an agent, to the end of its wrap-up.

Connecting, finishing, wrapping up, holding, going back to the line and moving on to another queue. Offers are in
`offers`, the choice of the agent in `settling`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from routekit._numbers import finite_float
from routekit._router.customers import Customers
from routekit._router.exclusions import Exclusions
from routekit._router.filing import Filing
from routekit._router.linked_ids import give_back
from routekit._router.making import (
    contact_connected,
    contact_finished,
    contact_queued,
    wrap_up_ended,
    wrap_up_started,
)
from routekit._router.records import (
    AgentRecord,
    ContactRecord,
    OfferRecord,
    QueueRecord,
    WorkRecord,
    extras_of,
    is_consult,
    waited_s,
)
from routekit._router.reservations import Reservations
from routekit._router.scores import Scores
from routekit._router.stages import CONNECTED, PARKED
from routekit._router.state import WRAP_UP, State
from routekit.errors import IllegalMove, UnknownQueue
from routekit.events import (
    ContactHeld,
    ContactMoved,
    ContactRequeued,
    ContactResumed,
)

__all__ = ["Works"]


class Works:
    """The work of a router's agents."""

    def __init__(
        self,
        state: State,
        filing: Filing,
        scores: Scores,
        exclusions: Exclusions,
        reservations: Reservations,
        customers: Customers,
    ) -> None:
        self.state = state
        self.filing = filing
        self.scores = scores
        self.exclusions = exclusions
        self.reservations = reservations
        self.customers = customers
        self.parking: Any = None  # `Parking` and `Consults`, which have these works
        self.consults: Any = None

    def connect(
        self, contact: ContactRecord, agent: AgentRecord, queue: QueueRecord, offer: OfferRecord | None, at: float
    ) -> None:
        """Connect a contact to an agent whose units it holds already; its stage has been changed."""
        home = contact.queue
        self.filing.leave_line(contact)
        if contact.views is not None:
            self.filing.sharing.end(contact)
        if contact.step_timer is not None:
            self.filing.stop_steps(contact)
        if contact.telling is not None:
            self.filing.announcements.stop(contact)
        waited = at - contact.since
        if waited < 0.0:
            waited = 0.0  # what was promised for later
        contact.tried = None
        if contact.extras is not None:
            self.reservations.stop(contact)
            if is_consult(contact):
                self.begin(contact, agent, queue, offer, waited_s(contact, at), at)
                return
        home.connected += 1
        home.waited_s += waited
        if waited > home.longest_s:
            home.longest_s = waited
        if waited <= home.within_s:
            home.within_level += 1
        if queue is not home:
            home.overflow_out += 1
            queue.overflow_in += 1
        self.begin(contact, agent, queue, offer, waited, at)

    def begin(
        self,
        contact: ContactRecord,
        agent: AgentRecord,
        queue: QueueRecord,
        offer: OfferRecord | None,
        waited: float,
        at: float,
    ) -> None:
        """A contact is with an agent from now on: that is all that a supervisor who joins has of a connection."""
        state = self.state
        state.work_seq += 1
        work = WorkRecord.__new__(WorkRecord)
        work.begin(state.work_seq, contact, agent, queue)
        work.connected_at = at
        work.waited_s = waited
        contact.work = work
        agent.works[work.number] = work
        name = None
        if offer is not None:
            name = offer.id
            work.offer = offer.number
            state.accepted[offer.number] = work
        state.event_seq += 1
        state.out.append(contact_connected(at, state.event_seq, contact.id, agent.id, queue.name, name, waited))
        agent.taken += 1
        if queue.counts is not None or agent.takes:
            self.scores.count(queue, agent, "answered")
            self.scores.talk(work, 1)
            self.filing.refresh(agent)

    def finish(self, contact: ContactRecord, ended_by: str, at: float) -> None:
        """End a connected contact; wrap-up begins if its queue asks for it."""
        work = contact.work
        if work is None or contact.stage is not CONNECTED:
            if contact.stage is PARKED:
                self.parking.finish(contact, ended_by, at)
                return
            raise IllegalMove(subject=contact.id, state=contact.stage.state, command="finish")
        state = self.state
        agent = work.agent
        wrap_up_s = work.queue.wrap_up_s
        extras = contact.extras
        if extras is not None and extras.consults:
            self.consults.end_all(contact, at)
        contact.stage = contact.stage.after(contact.id, "wrap_up" if wrap_up_s > 0.0 else "finish")
        agent.finished += 1
        if extras is None or extras.consult_of is None:
            contact.queue.finished += 1
        self.conclude(work, at)
        state.event_seq += 1
        state.out.append(contact_finished(at, state.event_seq, contact.id, agent.id, ended_by))
        if contact.value.customer is not None or extras is not None:
            self.customers.ended(contact, "finished", at)
        if wrap_up_s > 0.0:
            self._wrap_up(work, wrap_up_s, at)
        else:
            self.free(work)
            self.forget(contact)
        if extras is not None and extras.consult_of is not None:
            self.consults.over(contact, "lost" if ended_by == "lost" else "finished", at)

    def part(self, contact: ContactRecord, stage: Any, at: float) -> None:
        """A connected contact goes on without its agent, who has had it last: nobody is asked about it any more.

        If it was a consult that had joined, it has not any more.
        """
        assert contact.work is not None
        agent = contact.work.agent
        if contact.extras is not None:
            self.consults.end_all(contact, at)
        contact.stage = stage
        contact.work = None
        extras = extras_of(contact)
        extras.last_agent = agent.id
        extras.joined = False

    def conclude(self, work: WorkRecord, at: float) -> None:
        """A connection ends for its agent, whatever comes after: their clocks, scores and the share that it took."""
        work.agent.idle_since = at
        self.scores.ended(work, at)
        if self.state.queue_order is not None:
            self._pay(work, at)

    def wrap_up(self, work: WorkRecord, at: float) -> None:
        """What an agent has done with a contact that goes on is wrapped up, if its queue asks for it, or over."""
        if work.queue.wrap_up_s > 0.0:
            self._wrap_up(work, work.queue.wrap_up_s, at)
        else:
            self.free(work)

    def _wrap_up(self, work: WorkRecord, wrap_up_s: float, at: float) -> None:
        state = self.state
        work.wrapping = True
        work.held = False
        work.ends_at = at + wrap_up_s
        work.timer = state.timers.arm(WRAP_UP, wrap_up_s, work.ends_at, work)
        state.event_seq += 1
        agent = work.agent
        state.out.append(wrap_up_started(at, state.event_seq, work.contact.id, agent.id, work.ends_at))
        if agent.ready and (agent.mask or agent.loaded):
            self.filing.refresh(agent)

    def end_wrap_up(self, work: WorkRecord, reason: str, at: float) -> None:
        """End one wrap-up and free its units."""
        state = self.state
        contact = work.contact
        agent = work.agent
        if work.timer is not None:
            state.timers.cancel(work.timer)
            work.timer = None
        if at > agent.idle_since:
            agent.idle_since = at
        agent.last_finish = at
        state.event_seq += 1
        state.out.append(wrap_up_ended(at, state.event_seq, contact.id, agent.id, reason))
        self.free(work)
        if contact.work is work:
            contact.stage = contact.stage.after(contact.id, "end_wrap_up")
            self.forget(contact)

    def free(self, work: WorkRecord) -> None:
        """The work is over: its units are free."""
        agent = work.agent
        del agent.works[work.number]
        if work.offer:
            del self.state.accepted[work.offer]
        self.filing.release(agent, work.channel)

    def forget(self, contact: ContactRecord) -> None:
        """A contact is done: its id may be used again."""
        if contact.excluded is not None:
            self.exclusions.forget(contact)
        if contact.views is not None:
            self.filing.sharing.end(contact)
        self.state.contacts.drop(contact.id)
        if self.state.taken_ids:
            give_back(self.state, contact.id)
        # Nothing of it is to stay in a cycle: what is counted down to nothing is free at once, and the collector idle.
        contact.item = None
        contact.work = None
        contact.tried = None

    def forget_waiting(self, contact: ContactRecord) -> None:
        """A waiting contact has left the router: it is in no line from now on."""
        if contact.extras is not None:
            self.reservations.stop(contact)
        self.filing.step_out(contact)
        self.filing.stop_rest(contact)
        self.filing.stop_steps(contact)
        if contact.telling is not None:
            self.filing.announcements.stop(contact)
        self.forget(contact)

    def hold(self, contact: ContactRecord, at: float) -> None:
        """Record that a connected contact is on hold; its units stay held."""
        contact.stage.after(contact.id, "hold")
        work = contact.work
        assert work is not None
        if work.held:
            held = "it is on hold already"
            raise IllegalMove(subject=contact.id, state=contact.stage.state, command="hold", reason=held)
        work.held = True
        self.state.out.append(ContactHeld(at=at, seq=self.state.next_seq(), contact=contact.id, agent=work.agent.id))

    def resume(self, contact: ContactRecord, at: float) -> None:
        """Record that a contact is off hold."""
        contact.stage.after(contact.id, "resume")
        work = contact.work
        assert work is not None
        if not work.held:
            free = "it is not on hold"
            raise IllegalMove(subject=contact.id, state=contact.stage.state, command="resume", reason=free)
        work.held = False
        self.state.out.append(ContactResumed(at=at, seq=self.state.next_seq(), contact=contact.id, agent=work.agent.id))

    # -- back to the line ---------------------------------------------------------------------------------------------

    def home(self, contact: ContactRecord) -> QueueRecord:
        """The queue that a contact goes back to: its own, or the one that took over when that was removed."""
        queue = contact.queue
        state = self.state
        while queue.removed:
            if queue.successor is None:
                raise UnknownQueue(queue=contact.queue.name)
            # A removed queue's record is used again when the name is: so it is in one of the two tables.
            queue = state.queues.get(queue.successor) or state.removed[queue.successor]
        return queue

    def requeue(self, contact: ContactRecord, reason: str, avoid_agent: bool, at: float) -> None:
        """Put a connected contact back to its old place, with no wrap-up. A consult for one agent ends."""
        stage = contact.stage.after(contact.id, "requeue")
        work = contact.work
        assert work is not None
        if contact.extras is not None and contact.extras.personal:
            self.consults.give_up(contact, at)
            return
        queue = self.home(contact)
        self.filing.keys.try_key(contact, queue.value.contact_order, contact.since)
        state = self.state
        agent = work.agent
        self.part(contact, stage, at)
        counts = not is_consult(contact)
        contact.queue.connect_failed += counts
        moves = queue is not contact.queue
        if moves:
            self.customers.stop_holding(contact)
            self.settle_in(contact, queue, at)
            queue.entered += counts
        self.scores.talk(work, -1)
        if state.queue_order is not None:
            self._pay(work, at)
            self.begin_wait(contact)
        self.filing.ask(contact)
        self.filing.line_up(contact)
        if queue.announces:
            self.filing.announcements.begin(contact, at)
        agent.connect_failed += 1
        state.out.append(
            ContactRequeued(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                agent=agent.id,
                queue=queue.name,
                reason=reason,
                position=self.filing.position(contact),
            )
        )
        if moves:
            self.customers.release(contact, at)
        self.free(work)
        if avoid_agent:
            self.exclusions.open(contact, agent, queue.value.decline_retry_s, at)
        self.filing.replan(contact, at)
        self.filing.limits.see_to(contact, queue, at)

    def leave_for(
        self,
        contact: ContactRecord,
        queue: QueueRecord,
        keep_place: bool,
        meant: AgentRecord | None,
        reference: str | None,
        at: float,
    ) -> None:
        """Transfer a connected contact: it is queued elsewhere, and its agent wraps up."""
        stage = contact.stage.after(contact.id, "transfer")
        work = contact.work
        assert work is not None
        agent = work.agent
        before = contact.queue
        self.part(contact, stage, at)
        agent.finished += 1
        if not is_consult(contact):
            before.finished += 1
            before.moved_out += 1
        self.conclude(work, at)
        self.tell_moved(contact, before, queue, agent.id, "transfer", reference, at)
        if queue is not before:
            self.customers.release(contact, at)
        self.wrap_up(work, at)
        self.enter(contact, queue, contact.since if keep_place else at, at)
        self.exclusions.open(contact, agent, queue.value.decline_retry_s, at)
        self.announce(contact, at, meant)

    def enter(self, contact: ContactRecord, queue: QueueRecord, since: float, at: float) -> None:
        """Put a contact, which is in no line, into a queue's line as a newcomer with a place of its own."""
        contact.since = since
        self.settle_in(contact, queue, at)
        self.filing.stop_rest(contact)
        if self.state.queue_order is not None:
            self.begin_wait(contact)
        self.filing.ask(contact)
        self.filing.line_up(contact)
        if queue.announces:
            self.filing.announcements.begin(contact, at)
        if contact.extras is None or not is_consult(contact):
            queue.entered += 1

    def begin_wait(self, contact: ContactRecord) -> None:
        """Where queues have shares: one whose line was empty has saved nothing up, and the contact is to be charged."""
        lineup = contact.queue.lineup
        contact.charged = False
        if not len(lineup.waiting) and lineup.share < self.state.virtual_time:
            lineup.share = self.state.virtual_time

    def _pay(self, work: WorkRecord, at: float) -> None:
        """Where queues have shares: what a connection took in the end."""
        queue = work.queue
        if not queue.removed:
            queue.lineup.share += self.share_of(queue, "settle", at - work.connected_at)

    def share_of(self, queue: QueueRecord, verb: str, *arguments: float) -> float:
        """What a queue order adds to a share; nothing, and `StrategyFailed`, if an app's own fails at it."""
        state = self.state
        order = state.queue_order
        state.calling = True
        try:
            return finite_float(getattr(order, verb)(queue.name, *arguments), verb)
        except Exception as fault:  # user code may raise anything, and what has happened has happened
            spec = queue.lineup.spec
            assert spec is not None
            self.filing.keys.failed(spec, None, None, order, fault)
            return 0.0
        finally:
            state.calling = False

    def settle_in(self, contact: ContactRecord, queue: QueueRecord, at: float) -> None:
        """A contact has a new home, where alone it is seen, and its timeline begins."""
        if contact.views is not None:
            self.filing.sharing.end(contact)
        contact.queue = queue
        if contact.value.queue != queue.name:
            contact.value = dataclasses.replace(contact.value, queue=queue.name)
        contact.entered_queue_at = at
        contact.next_step = 0
        contact.fired_here = 0
        if contact.extras is not None:
            contact.extras.skipped = ()
            contact.extras.personal = False
        if contact.attempts is not None:
            contact.attempts.start_anew()

    def announce(self, contact: ContactRecord, at: float, meant: AgentRecord | None = None) -> None:
        """Say that a contact is queued, and reserved for whom a transfer meant; run the steps that are due at once."""
        self.tell_queued(contact, at)
        if meant is not None:
            until = at + contact.queue.value.prefer_s
            self.reservations.begin(contact, (meant.id,), until, "transfer", at)
        if contact.queue.steps:
            self.filing.run_steps(contact, at)

    def tell_moved(
        self,
        contact: ContactRecord,
        before: QueueRecord,
        queue: QueueRecord,
        agent: str | None,
        reason: str,
        reference: str | None,
        at: float,
    ) -> None:
        """Say that a contact goes from one queue to another."""
        state = self.state
        state.out.append(
            ContactMoved(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                from_queue=before.name,
                to_queue=queue.name,
                agent=agent,
                reason=reason,
                reference=reference,
            )
        )

    def tell_queued(self, contact: ContactRecord, at: float) -> None:
        """Say that a contact is queued."""
        state = self.state
        state.event_seq += 1
        position = self.filing.position(contact)
        state.out.append(contact_queued(at, state.event_seq, contact.id, contact.queue.name, position))
