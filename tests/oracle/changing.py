"""What commands and timers have in common: offers close, agents go away, contacts move, end or return."""

from __future__ import annotations

from collections.abc import Iterable

from routekit import events
from routekit._states import Presence
from routekit.errors import RoutekitError, StaleOffer, StrategyError, UnknownOffer, UnknownQueue
from tests.oracle import arguments, rules
from tests.oracle.choosing import PROGRESSIVE
from tests.oracle.deciding import (
    ANNOUNCE,
    CLOSING,
    CONTACT_REST,
    EXPIRY,
    HOLD,
    MIDNIGHT,
    NOBODY,
    OWNER,
    PARKED,
    RESERVATION,
    REST,
    RETRY,
    RING,
    STEP,
    WINDOW,
    WRAP_UP,
)
from tests.oracle.facts import Facts
from tests.oracle.records import Exclusion, PlainAgent, PlainContact, Timer, Work
from tests.oracle.scores import kind_of

MOST_EXCLUSIONS = 16


class Changing(Facts):
    """Changes of state, each with its events."""

    def _fire(self, timer: Timer) -> None:
        subject = timer.subject
        if timer.kind == EXPIRY:
            self._expire(subject)
        elif timer.kind == RETRY:
            del self._exclusions[subject.agent, subject.contact]
        elif timer.kind == REST:
            subject.rests_until = None
        elif timer.kind == WRAP_UP:
            self._end_wrap_up(subject, "expired")
        elif timer.kind == HOLD:
            self._free_held(subject, self._contacts[subject.behind])
        elif timer.kind == RESERVATION:
            self._end_reservation(subject, "waited")
        elif timer.kind in (NOBODY, CLOSING):
            self._fire_limits(timer)
        elif timer.kind == PARKED:
            self._unpark(subject, "due")
        elif timer.kind == OWNER:
            self._release_owner(subject, "away")
        elif timer.kind == STEP:
            self._fire_step(subject)
            if subject.pending:
                subject.step_armed = self._arm()
        elif timer.kind == ANNOUNCE:
            subject.tell_due, subject.tell_owed = None, True
        elif timer.kind == CONTACT_REST:
            subject.rests_until = None
        elif timer.kind == RING:
            self._ring_again(subject)
        elif timer.kind == WINDOW:
            subject.window, subject.closing = None, True
        elif timer.kind == MIDNIGHT:
            self._strike_midnight(timer.due)

    def _end_reservation(self, contact: PlainContact, reason: str, agents: tuple[str, ...] | None = None) -> None:
        raise NotImplementedError

    def _strike(self, contact: PlainContact, agent: str, reason: str) -> None:
        """Section 14: an agent will not have a contact that is reserved for them."""
        raise NotImplementedError

    def _fire_limits(self, timer: Timer) -> None:
        raise NotImplementedError

    def _look_for_nobody(self, names: Iterable[str]) -> None:
        """Section 13: since when nobody has been signed in."""
        raise NotImplementedError

    def _plan_steps(self, contact: PlainContact) -> None:
        raise NotImplementedError

    def _fire_step(self, contact: PlainContact) -> None:
        raise NotImplementedError

    def _see_to(self, name: str, contacts: Iterable[PlainContact]) -> None:
        """Section 13: who comes back while limits act upon those who wait."""
        raise NotImplementedError

    def _unpark(self, record: PlainContact, reason: str) -> None:
        raise NotImplementedError

    def _release_owner(self, record: PlainContact, reason: str) -> None:
        raise NotImplementedError

    def _owner_is(self, agent: PlainAgent, *, ready: bool) -> None:
        """Section 16: whose parked contacts look for their owner."""
        raise NotImplementedError

    def _end_consults(self, record: PlainContact) -> None:
        """Section 16: a contact that leaves its agent takes its consults with it."""
        raise NotImplementedError

    def _consult_over(self, contact: PlainContact, reason: str) -> None:
        """Section 16: say so if what has just ended is a consult."""
        raise NotImplementedError

    def _give_up(self, consult: PlainContact) -> None:
        """Section 16: a consult that is for one agent loses that one."""
        raise NotImplementedError

    def _heir(self, contact: PlainContact) -> PlainContact | None:
        """Section 16: the consult whose agent has the contact if its own one goes."""
        raise NotImplementedError

    def _hand_over(self, record: PlainContact, consult: PlainContact) -> None:
        """Section 16: the contact goes over to the agent of its consult."""
        raise NotImplementedError

    def _ring_again(self, contact: PlainContact) -> None:
        """One more agent may be rung, and again later, while the contact's queue still rings so."""
        queue = self._queues[contact.ring_in]
        contact.ring_due = None
        if kind_of(queue) in PROGRESSIVE and not queue.value.auto_accept:
            contact.ring_owed = True
            contact.ring_due, contact.ring_armed = self._present + queue.value.agent_order.ring_every_s, self._arm()

    def _exclude(self, agent: PlainAgent, contact: PlainContact, name: str, seconds: float) -> bool:
        """Leave the pair alone for so long, as this queue has it; say whether that was not so already."""
        if self._queues[name].value.agent_order.behind:
            contact.tries[agent.id] = contact.tries.get(agent.id, 0) + 1
        if seconds <= 0:
            return False
        until, open_one = self._present + seconds, self._exclusions.get((agent.id, contact.id))
        if open_one is None:
            self._exclusions[agent.id, contact.id] = Exclusion(agent.id, contact.id, until, self._arm())
        elif until > open_one.until:
            open_one.until, open_one.armed = until, self._arm()
        return open_one is None

    def _away_if_too_many(self, agent: PlainAgent) -> None:
        if agent.presence == "ready" and sum(x.agent == agent.id for x in self._exclusions.values()) > MOST_EXCLUSIONS:
            self._go_away(agent, "too_many_declines", "away")

    def _offers_of(self, agent: PlainAgent) -> list[Work]:
        return sorted((w for w in self._held(agent) if w.kind == "offer"), key=lambda work: work.number)

    def _connected_of(self, agent: PlainAgent) -> list[Work]:
        return sorted((w for w in self._held(agent) if w.kind == "connected"), key=lambda work: work.number)

    def _wrap_ups_of(self, agent: PlainAgent) -> list[Work]:
        return sorted((w for w in self._held(agent) if w.kind == "wrapping"), key=lambda work: work.number)

    def _connection_of(self, contact: PlainContact) -> Work:
        return next(w for w in self._work if w.kind == "connected" and w.contact == contact.id)

    def _in_sequence(self, contacts: Iterable[PlainContact]) -> list[PlainContact]:
        return sorted(contacts, key=lambda contact: contact.seq)

    def _waiting_in(self, name: str) -> list[PlainContact]:
        return self._in_sequence(c for c in self._contacts.values() if c.waits and c.value.queue == name)

    def _close_offer(self, work: Work, kind: type, reason: str) -> PlainContact:
        contact = self._contacts[work.contact]
        self._work.remove(work)
        if contact.state == "offered":
            self._note_offers(contact)
            if contact.offer is None:
                contact.state = "queued"
        self._load_changed(self._agents[work.agent])
        self._say(kind, offer=work.offer, contact=contact.id, agent=work.agent, reason=reason)
        return contact

    def _revoke(self, contact: PlainContact, reason: str) -> None:
        for work in self._open_offers(contact):
            self._close_offer(work, events.OfferRevoked, reason)

    def _expire(self, work: Work) -> None:
        agent = self._agents[work.agent]
        contact = self._close_offer(work, events.OfferExpired, "no_answer")
        queue = self._queues[work.queue].value
        opened = self._exclude(agent, contact, work.queue, queue.no_answer_retry_s)
        if contact.state == "queued":
            self._end_attempt(contact, work.queue)
        if contact.state == "queued" and queue.retry_contact_s > 0:
            contact.rests_until, contact.rest_armed = self._present + queue.retry_contact_s, self._arm()
        agent.no_answers += 1
        if queue.away_after_no_answers is not None and agent.no_answers >= queue.away_after_no_answers:
            agent.no_answers = 0
            self._go_away(agent, "no_answer", "away")
        if opened:
            self._away_if_too_many(agent)
        self._strike(contact, agent.id, "no_answer")

    def _go_away(self, agent: PlainAgent, reason: str, revocation: str) -> None:
        for work in self._offers_of(agent):
            self._close_offer(work, events.OfferRevoked, revocation)
        self._set_presence(agent, Presence.AWAY, reason)

    def _set_presence(self, agent: PlainAgent, new: Presence, reason: str) -> None:
        old = Presence(agent.presence)
        if old == Presence.READY and new != Presence.READY:
            self._cease(agent)
        agent.presence, agent.reason = str(new), reason
        if old != Presence.READY and new == Presence.READY:
            self._become_ready(agent)
        if (old == Presence.READY) != (new == Presence.READY):
            self._owner_is(agent, ready=new == Presence.READY)
        self._say(events.AgentPresenceChanged, agent=agent.id, old=old, new=new, reason=reason)
        if new != Presence.READY:
            self._end_drain_of_agent(agent)
        self._look_for_nobody(agent.value.queues)

    def _enter_queue(self, contact: PlainContact, name: str) -> None:
        """Make a queue the contact's home from now on. Its steps start anew; what was relaxed stays."""
        contact.value = arguments.with_changes(contact.value, {"queue": name})
        contact.entered, contact.fired_here, contact.seen_here = self._present, [], []
        contact.rests_until, contact.personal = None, False
        self._stop_reserving(contact)
        contact.turns, contact.further = {}, []

    def _check_key(self, contact: PlainContact) -> None:
        """The contact must have a place in its lines, or nothing has happened."""
        for queue in (self._queues[name] for name in contact.lines):
            try:
                rules.contact_key(queue, contact, self._present)
            except rules.BadDeadline as fault:
                name = queue.value.contact_order.name
                raise self._undone(StrategyError(strategy=name, error=f"no deadline: {fault}")) from fault

    def _share(self, contact: PlainContact, name: str) -> None:
        """Section 17: make a waiting contact visible in one more queue."""
        if name not in contact.lines:
            contact.further.append(name)
            self._say(events.ContactShared, contact=contact.id, queue=name)

    def _unshare_all(self, name: str) -> None:
        """The queue is about to be removed."""
        for contact in self._in_sequence(self._contacts.values()):
            if name in contact.further:
                if any(work.queue == name for work in self._open_offers(contact)):
                    self._revoke(contact, "queue_removed")
                contact.further.remove(name)
                contact.turns.pop(name, None)
                self._say(events.ContactUnshared, contact=contact.id, queue=name, reason="queue_removed")

    def _check_fit(self, contact: PlainContact) -> None:
        """Say so if an offered contact's agents would not be allowed to take it now."""
        for work in self._open_offers(contact):
            self._check_offer(work)

    def _check_offer(self, work: Work) -> None:
        contact, agent = self._contacts[work.contact], self._agents[work.agent]
        misfit = rules.misfit(agent, self._held(agent, but=work), contact, self._queues[work.queue])
        if misfit is not None:
            name = contact.id
            self._say(events.OfferNoLongerFits, offer=work.offer, contact=name, agent=agent.id, reason=misfit)

    def _say_queued(self, contact: PlainContact) -> None:
        name = contact.value.queue
        self._say(events.ContactQueued, contact=contact.id, queue=name, position=self.position(contact.id))

    def _forget(self, contact: PlainContact) -> None:
        contact.pending = []
        del self._contacts[contact.id]
        self._exclusions = {pair: x for pair, x in self._exclusions.items() if x.contact != contact.id}

    def _end_talk(self, work: Work) -> None:
        """A connection ends for its agent: what is remembered of that."""
        agent = self._agents[work.agent]
        agent.idle_since = agent.last_finish = self._present
        self._settle_share(work)
        member = self._member(work.queue, agent)
        agent.last_end = self._present
        agent.talked_s += self._present - work.made_at
        if member is not None:
            member.ended_at = member.last_end_here = self._present
            member.ended += 1

    def _let_go(self, work: Work) -> None:
        """The agent is free of a connection, without wrap-up."""
        self._work.remove(work)
        self._talk(work.queue, self._agents[work.agent], begins=False)
        self._load_changed(self._agents[work.agent])

    def _wrap_up(self, work: Work, contact: PlainContact, *, left_behind: bool) -> bool:
        """End the connected work; say whether a wrap-up followed."""
        agent = self._agents[work.agent]
        self._end_talk(work)
        seconds = self._settings_of(work.queue).wrap_up_s
        if seconds <= 0:
            self._let_go(work)
            return False
        work.kind, work.ends_at, work.armed = "wrapping", self._present + seconds, self._arm()
        work.left_behind = left_behind
        self._talk(work.queue, agent, begins=False)
        self._say(events.WrapUpStarted, contact=contact.id, agent=agent.id, ends_at=work.ends_at)
        return True

    def _end(self, contact: PlainContact, ended_by: str) -> None:
        """The end of a connected contact."""
        self._end_consults(contact)
        work = self._connection_of(contact)
        self._say(events.ContactFinished, contact=contact.id, agent=work.agent, ended_by=ended_by)
        self._note_past(contact, "finished")
        contact.state, contact.held = "wrapping", False
        self._release_behind(contact)
        wraps_up = self._wrap_up(work, contact, left_behind=False)
        self._consult_over(contact, "lost" if ended_by == "lost" else "finished")
        if not wraps_up:
            self._forget(contact)

    def _end_wrap_up(self, work: Work, reason: str) -> None:
        agent = self._agents[work.agent]
        self._work.remove(work)
        agent.idle_since = agent.last_finish = self._present
        self._load_changed(agent)
        self._say(events.WrapUpEnded, contact=work.contact, agent=work.agent, reason=reason)
        if not work.left_behind:
            self._forget(self._contacts[work.contact])

    def _home_to_return_to(self, name: str) -> str:
        """Where a requeued contact goes: its queue, or where its removed queue was moved to, followed on."""
        asked = name
        while name not in self._queues:
            move_to = self._removed[name][1]
            if move_to is None:
                raise self._refused(UnknownQueue(queue=asked))
            name = move_to
        return name

    def _put_back(self, contact: PlainContact, reason: str) -> str:
        """A connected contact goes back to its old place; say in which queue that is."""
        work = self._connection_of(contact)
        old_home, home = contact.value.queue, self._home_to_return_to(contact.value.queue)
        self._end_consults(contact)
        contact.joined = False
        self._work.remove(work)
        self._settle_share(work)
        self._talk(work.queue, self._agents[work.agent], begins=False)
        self._load_changed(self._agents[work.agent])
        contact.state, contact.agent, contact.held = "queued", None, False
        if home != contact.value.queue:
            self._enter_queue(contact, home)
        self._enter_line(contact)
        self._check_key(contact)
        self._say(
            events.ContactRequeued,
            contact=contact.id,
            agent=work.agent,
            queue=home,
            reason=reason,
            position=self.position(contact.id),
        )
        self._moved(contact, old_home)
        self._plan_steps(contact)
        self._see_to(home, [contact])
        return home

    def _sign_off(self, agent: PlainAgent, reason: str, *, requeue: bool) -> None:
        """What sign_out and remove_agent share."""
        connected = self._connected_of(agent) if requeue else []
        for work in connected:
            contact = self._contacts[work.contact]
            if not contact.personal and self._heir(contact) is None:
                self._home_to_return_to(contact.value.queue)
        for work in self._offers_of(agent):
            self._close_offer(work, events.OfferRevoked, reason)
        if agent.presence != "offline":
            self._set_presence(agent, Presence.OFFLINE, reason)
        for work in connected:
            if work not in self._work:
                continue  # a consult that has ended with its contact
            contact = self._contacts[work.contact]
            heir = self._heir(contact)
            if contact.personal:
                self._give_up(contact)
            elif heir is not None:
                self._hand_over(contact, heir)
            else:
                self._put_back(contact, reason)
        if requeue:
            for work in self._wrap_ups_of(agent):
                self._end_wrap_up(work, reason)

    def _move(
        self, contact: PlainContact, to: str, agent: str | None, reason: str, reference: str | None = None
    ) -> None:
        self._end_attempts(contact)
        home = contact.value.queue
        self._enter_queue(contact, to)
        self._enter_line(contact)
        self._say(
            events.ContactMoved,
            contact=contact.id,
            from_queue=home,
            to_queue=to,
            agent=agent,
            reason=reason,
            reference=reference,
        )
        self._end_drain_of_contact(contact, "left")
        self._moved(contact, home)

    def _moved(self, contact: PlainContact, old_home: str) -> None:
        """Section 15: a hold does not outlive a move to another queue."""
        if contact.value.queue != old_home:
            contact.behind = None
            self._release_behind(contact)

    def _lose(self, contact: PlainContact, reason: str, revocation: str) -> None:
        """The end of a waiting contact."""
        self._revoke(contact, revocation)
        self._end_attempts(contact)
        waited = 0.0 if contact.state == "parked" else self._waited(contact)
        name = contact.value.queue
        self._say(events.ContactAbandoned, contact=contact.id, queue=name, waited_s=waited, reason=reason)
        self._note_past(contact, "abandoned")
        self._end_drain_of_contact(contact, "left")
        self._release_behind(contact)
        self._consult_over(contact, reason if reason in ("lost", "unavailable") else "abandoned")
        self._forget(contact)

    def _no_such_offer(self, offer: str) -> RoutekitError:
        issued = any(offer == f"o-{number}" for number in range(1, self._offers_made + 1))
        return self._refused(StaleOffer(offer=offer) if issued else UnknownOffer(offer=offer))

    def _must_be_connected(self, contact: str, command: str) -> PlainContact:
        record = self._contact(contact)
        if record.state != "connected":
            raise self._illegal(contact, record.state, command)
        return record
