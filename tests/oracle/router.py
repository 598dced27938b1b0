"""The plain router: the commands of section 9.

How to read it: a command checks its arguments, then `_start` fires what is due and makes the command's time the
present, then the command looks at the state (an error that is raised from there on carries the events of `_start`),
changes it, and `_finish` settles. What commands share is in tests/oracle/changing.py, the decisions are in
tests/oracle/deciding.py; the commands of section 16 are in tests/oracle/handing.py and parking.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from routekit import events
from routekit._model import Agent, Contact, Queue
from routekit._states import Presence
from routekit.errors import (
    AgentBusy,
    DuplicateAgent,
    DuplicateContact,
    DuplicateQueue,
    InvalidValue,
    QueueNotEmpty,
    UnknownQueue,
)
from tests.oracle import arguments
from tests.oracle.handing import Handing
from tests.oracle.records import PlainAgent, PlainContact, PlainQueue
from tests.oracle.scores import kind_of


class PlainRouter(Handing):
    """Says what the real router has to say, by trying everything."""

    # ---- queues ---------------------------------------------------------------------------------------------------

    def add_queue(self, queue: Queue, *, at: float) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.a(Queue, queue, "queue")
        self._start(at, undoes=True)
        if queue.name in self._queues:
            raise self._refused(DuplicateQueue(queue=queue.name))
        record = PlainQueue(queue, share=self._virtual)
        self._check_hours(record)
        self._queues[queue.name] = record
        self._removed.pop(queue.name, None)
        self._look_for_nobody([queue.name])
        self._arm_closing(record)
        self._say(events.QueueAdded, queue=queue.name)
        return self._finish()

    def update_queue(self, queue: Queue | str, *, at: float, **changes: Any) -> tuple[Any, ...]:
        at = arguments.time(at)
        name = arguments.change(Queue, queue, changes, "queue")
        self._start(at, undoes=True)
        record = self._queue(name)
        old = record.value
        record.value = queue if isinstance(queue, Queue) else arguments.with_changes(old, changes)
        self._check_hours(record)
        changed = arguments.changed(old, record.value, arguments.QUEUE_FIELDS)
        if "agent_order" in changed:
            for contact in self._contacts.values():
                contact.turn_in(name).trying = False
            for agent in record.members:
                self._start_score(record, self._agents[agent], 0.0)
            if kind_of(record) != "Batched":
                record.window = None
        for contact in self._in_sequence(self._contacts.values()):
            if (contact.waits or contact.state == "parked") and name in contact.lines:
                self._check_key(contact)
        self._say(events.QueueUpdated, queue=name, changed=changed)
        for contact in self._waiting_in(name):
            self._end_drain_of_contact(contact, "left")
        if record.value.same_customer != "behind":
            for contact in self._waiting_in(name):
                if contact.behind is not None:
                    self._free_held(contact, self._contacts[contact.behind])
        if "hours" in changed or "limits" in changed:
            self._arm_nobody(record)
            self._arm_closing(record)
        if "announcing" in changed:
            self._new_policy(name)
        for contact in self._waiting_in(name):
            if "steps" in changed or record.value.timeline != old.timeline:
                self._plan_steps(contact)
            self._check_fit(contact)
        if "hours" in changed or "limits" in changed:
            self._see_to(name, self._waiting_in(name))
        return self._finish()

    def remove_queue(self, queue: str, *, at: float, move_to: str | None = None) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(queue, "queue")
        if arguments.optional_text(move_to, "move_to") == queue:
            raise InvalidValue(path="move_to", value=move_to, problem="must be another queue")
        self._start(at)
        record = self._queue(queue)
        if move_to is not None:
            self._queue(move_to)
        parked = [c for c in self._contacts.values() if c.state == "parked" and c.value.queue == queue]
        waiting = self._in_sequence([*self._waiting_in(queue), *parked])
        if waiting and move_to is None:
            raise self._refused(QueueNotEmpty(queue=queue, waiting=len(waiting)))
        self._leaving = queue
        for contact in waiting:
            assert move_to is not None
            if contact.state == "parked":
                self._move_parked(contact, move_to)
                continue
            self._revoke(contact, "queue_removed")
            self._move(contact, move_to, None, "queue_removed")
            self._check_key(contact)
            self._plan_steps(contact)
            self._see_to(move_to, [contact])
        self._leaving = None
        self._unshare_all(queue)
        del self._queues[queue]
        self._removed[queue] = (record.value, move_to)
        self._say(events.QueueRemoved, queue=queue, move_to=move_to)
        for agent in self._agents.values():
            if queue in agent.value.queues:
                rest = {name: tier for name, tier in agent.value.queues.items() if name != queue}
                agent.value = arguments.with_changes(agent.value, {"queues": rest})
                self._end_drain_of_agent(agent)
        return self._finish()

    # ---- agents ---------------------------------------------------------------------------------------------------

    def _check_memberships(self, agent: Agent) -> None:
        missing = tuple(name for name in agent.queues if name not in self._queues)
        if missing:
            raise self._refused(UnknownQueue(queue=missing[0], queues=missing))

    def add_agent(self, agent: Agent, *, at: float) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.a(Agent, agent, "agent")
        self._start(at)
        if agent.id in self._agents:
            raise self._refused(DuplicateAgent(agent=agent.id))
        self._check_memberships(agent)
        self._agents_added += 1
        record = PlainAgent(agent, self._agents_added)
        self._agents[agent.id] = record
        for name in agent.queues:
            self._join(record, self._queues[name])
        self._say(events.AgentAdded, agent=agent.id)
        return self._finish()

    def _join(self, agent: PlainAgent, queue: PlainQueue) -> None:
        queue.join(agent.id)
        self._start_score(queue, agent, 0.0)

    def update_agent(self, agent: Agent | str, *, at: float, **changes: Any) -> tuple[Any, ...]:
        at = arguments.time(at)
        name = arguments.change(Agent, agent, changes, "agent")
        self._start(at)
        record = self._agent(name)
        old = record.value
        new = agent if isinstance(agent, Agent) else arguments.with_changes(old, changes)
        self._check_memberships(new)
        record.value = new
        self._say(events.AgentUpdated, agent=name, changed=arguments.changed(old, new, arguments.AGENT_FIELDS))
        self._end_drain_of_agent(record)
        for queue in old.queues:
            if queue not in new.queues:
                del self._queues[queue].members[name]
        for queue in new.queues:
            if queue not in old.queues:
                self._join(record, self._queues[queue])
                if record.presence != "offline":
                    self._raise_score(self._queues[queue], record)
        self._load_changed(record)
        self._look_for_nobody([*old.queues, *new.queues])
        for work in self._offers_of(record):
            self._check_offer(work)
        return self._finish()

    def remove_agent(self, agent: str, *, at: float, work: str | None = None) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(agent, "agent")
        arguments.one_of(work, "work", (None, "requeue"))
        self._start(at)
        record = self._agent(agent)
        busy = sorted((w for w in self._held(record) if w.kind != "offer"), key=lambda one: one.number)
        if busy and work is None:
            raise self._refused(AgentBusy(agent=agent, contacts=tuple(one.contact for one in busy)))
        self._sign_off(record, "removed", requeue=True)
        self._strike_from_all(agent)
        self._release_all_owned(agent)
        del self._agents[agent]
        self._exclusions = {pair: x for pair, x in self._exclusions.items() if x.agent != agent}
        for contact in self._contacts.values():
            contact.tries.pop(agent, None)
            contact.asked_by = None if contact.asked_by == agent else contact.asked_by
        for queue in self._queues.values():
            queue.members.pop(agent, None)
        self._say(events.AgentRemoved, agent=agent)
        return self._finish()

    def sign_in(self, agent: str, *, at: float) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(agent, "agent")
        self._start(at)
        record = self._agent(agent)
        if record.presence != "offline":
            raise self._illegal(agent, record.presence, "sign_in")
        record.closed, record.no_answers, record.idle_since = set(), 0, self._present
        if record.last_finish is None:
            record.last_finish = self._present
        if record.last_offer is None:
            record.last_offer = self._present
        for queue in record.value.queues:
            self._raise_score(self._queues[queue], record)
        self._set_presence(record, Presence.READY, "sign_in")
        return self._finish()

    def sign_out(self, agent: str, *, at: float, work: str = "keep") -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(agent, "agent")
        arguments.one_of(work, "work", ("keep", "requeue"))
        self._start(at)
        record = self._agent(agent)
        if record.presence == "offline":
            raise self._illegal(agent, record.presence, "sign_out")
        self._sign_off(record, "sign_out", requeue=work == "requeue")
        return self._finish()

    def set_ready(self, agent: str, *, at: float, channels: Iterable[str] | None = None) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(agent, "agent")
        named = None if channels is None else arguments.texts(channels, "channels")
        self._start(at)
        record = self._agent(agent)
        if record.presence == "offline" or (named is not None and record.presence == "away"):
            raise self._illegal(agent, record.presence, "set_ready")
        if record.presence == "away":
            record.idle_since = self._present
            self._set_presence(record, Presence.READY, "ready")
        opened = tuple(sorted(record.closed if named is None else record.closed & set(named)))
        if opened:
            record.closed -= set(opened)
            self._say(events.AgentChannelsOpened, agent=agent, channels=opened)
        return self._finish()

    def set_away(
        self, agent: str, *, at: float, reason: str = "away", channels: Iterable[str] | None = None
    ) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(agent, "agent")
        arguments.text(reason, "reason")
        named = None if channels is None else arguments.texts(channels, "channels")
        self._start(at)
        record = self._agent(agent)
        if record.presence == "offline":
            raise self._illegal(agent, record.presence, "set_away")
        if named is None:
            self._go_away(record, reason, "away")
            return self._finish()
        for work in self._offers_of(record):
            if work.channel in named:
                self._close_offer(work, events.OfferRevoked, "channel_closed")
        closed = tuple(sorted(set(named) - record.closed))
        if closed:
            record.closed |= set(closed)
            self._say(events.AgentChannelsClosed, agent=agent, channels=closed, reason=reason)
            if record.drains_for is not None and self._contacts[record.drains_for].value.channel in closed:
                self._end_drain_of_agent(record)
        return self._finish()

    # ---- contacts -------------------------------------------------------------------------------------------------

    def enqueue(self, contact: Contact, *, at: float) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.a(Contact, contact, "contact")
        since, moment = contact.waiting_since, at if self._now is None else max(at, self._now)
        if since is not None and since > moment:
            raise InvalidValue(path="waiting_since", value=since, problem=f"must not be later than {moment}")
        self._start(at)
        if contact.id in self._contacts:
            raise self._refused(DuplicateContact(contact=contact.id))
        self._queue(contact.queue)
        manager, kept = self._manager(contact), self._keeper(contact)
        into, before = self._same_customer(contact)
        if into is not None:
            self._say(events.ContactMerged, contact=contact.id, into=into.id)
            if into.state == "parked":
                self._unpark(into, "merged")
            return self._finish()
        record = PlainContact(contact, self._contacts_added + 1, moment if since is None else since, moment)
        comes_in, callback = self._comes_in(record, behind=before is not None)
        if not comes_in:
            return self._finish()
        self._contacts_added += 1
        self._contacts[contact.id] = record
        self._enter_line(record)
        self._check_key(record)
        self._say_queued(record)
        name = record.value.queue
        if before is not None and name == contact.queue:
            record.behind = before.id
            record.held_until = self._present + self._queues[name].value.tier_wait_s
            record.hold_armed = self._arm()
            self._say(events.ContactHeldBack, contact=contact.id, behind=before.id)
        else:
            last = self._last_agent(contact.customer, self._queues[name].value)
            self._reserve_newcomer(record, manager, kept, last)
        if callback is not None:
            self._say_limit(record, name, callback)
            self._suggest(record, "limit")
        self._plan_steps(record)
        return self._finish()

    def abandon(self, contact: str, *, at: float, reason: str = "abandoned") -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        arguments.text(reason, "reason")
        self._start(at)
        record = self._contact(contact)
        if record.state == "wrapping":
            raise self._illegal(contact, record.state, "abandon")
        if record.state == "connected":
            self._end(record, "customer")
        else:
            self._lose(record, reason, "abandoned")
        return self._finish()

    def accept(self, offer: str, *, at: float) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(offer, "offer")
        self._start(at)
        work = next((w for w in self._work if w.offer == offer), None)
        if work is None:
            raise self._no_such_offer(offer)
        if work.kind == "offer":
            contact, agent = self._contacts[work.contact], self._agents[work.agent]
            self._work.remove(work)
            agent.no_answers = 0
            self._end_attempts(contact)
            self._connect(contact, work.queue, agent, offer)
            for other in self._open_offers(contact):
                self._close_offer(other, events.OfferRevoked, "answered")
        return self._finish()

    def decline(self, offer: str, *, at: float, reason: str = "declined") -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(offer, "offer")
        arguments.text(reason, "reason")
        self._start(at)
        work = next((w for w in self._work if w.offer == offer and w.kind == "offer"), None)
        if work is None:
            raise self._no_such_offer(offer)
        agent = self._agents[work.agent]
        contact = self._close_offer(work, events.OfferDeclined, reason)
        queue = self._queues[work.queue].value
        opened = self._exclude(agent, contact, work.queue, queue.decline_retry_s)
        until = self._present + queue.retry_agent_s
        if queue.retry_agent_s > 0 and (agent.rests_until is None or until > agent.rests_until):
            agent.rests_until, agent.rest_armed = until, self._arm()
        if contact.state == "queued" and not any(self._eligible(a, contact, work.queue) for a in self._agents.values()):
            self._end_attempt(contact, work.queue)
        if opened:
            self._away_if_too_many(agent)
        self._strike(contact, agent.id, "declined")
        return self._finish()

    def finish(self, contact: str, *, at: float, ended_by: str = "agent") -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        arguments.text(ended_by, "ended_by")
        self._start(at)
        record = self._contact(contact)
        if record.state == "parked":
            self._end_parked(record, ended_by)
        else:
            self._end(self._must_be_connected(contact, "finish"), ended_by)
        return self._finish()

    def end_wrap_up(self, agent: str, *, at: float, contact: str | None = None) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(agent, "agent")
        arguments.optional_text(contact, "contact")
        self._start(at)
        record = self._agent(agent)
        ending = [work for work in self._wrap_ups_of(record) if contact in (None, work.contact)]
        if contact is not None and not ending:
            state = self._contacts[contact].state if contact in self._contacts else "done"
            raise self._illegal(contact, state, "end_wrap_up")
        for work in ending:
            self._end_wrap_up(work, "ended")
        return self._finish()

    def requeue(
        self, contact: str, *, at: float, reason: str = "connect_failed", avoid_agent: bool = True
    ) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        arguments.text(reason, "reason")
        arguments.flag(avoid_agent, "avoid_agent")
        self._start(at)
        record = self._must_be_connected(contact, "requeue")
        agent = self._agents[self._connection_of(record).agent]
        if record.personal:
            self._give_up(record)
            return self._finish()
        home = self._put_back(record, reason)
        retry_s = self._queues[home].value.decline_retry_s
        stayed = self._contacts.get(contact) is record  # its steps may have ended it
        if avoid_agent and stayed and self._exclude(agent, record, home, retry_s):
            self._away_if_too_many(agent)
        return self._finish()

    def update_contact(self, contact: Contact | str, *, at: float, **changes: Any) -> tuple[Any, ...]:
        at = arguments.time(at)
        name = arguments.change(Contact, contact, changes, "contact")
        self._start(at)
        record = self._contact(name)
        old = record.value
        new = contact if isinstance(contact, Contact) else arguments.with_changes(old, changes)
        since = changes.get("waiting_since") if not isinstance(contact, Contact) else contact.waiting_since
        if new.queue != old.queue:
            raise self._refused(InvalidValue(path="queue", value=new.queue, problem="may not change: transfer() it"))
        if since is not None and since != record.since:
            raise self._refused(InvalidValue(path="waiting_since", value=since, problem="may not change"))
        if new.channel != old.channel and record.state not in ("queued", "parked"):
            raise self._illegal(name, record.state, "update_contact")
        record.value = arguments.with_changes(new, {"waiting_since": old.waiting_since})
        if record.waits or record.state == "parked":
            self._check_key(record)
        self._say(events.ContactUpdated, contact=name, changed=arguments.changed(old, new, arguments.CONTACT_FIELDS))
        self._end_drain_of_contact(record, "left")
        if record.behind is not None and new.customer != old.customer:
            self._free_held(record, self._contacts[record.behind])
        self._check_fit(record)
        return self._finish()

    def hold(self, contact: str, *, at: float) -> tuple[Any, ...]:
        return self._set_hold(contact, True, at)

    def resume(self, contact: str, *, at: float) -> tuple[Any, ...]:
        return self._set_hold(contact, False, at)

    def _set_hold(self, contact: str, held: bool, at: float) -> tuple[Any, ...]:
        at = arguments.time(at)
        arguments.text(contact, "contact")
        self._start(at)
        record = self._must_be_connected(contact, "hold" if held else "resume")
        if record.held == held:
            raise self._illegal(contact, record.state, "hold" if held else "resume")
        record.held = held
        agent = self._connection_of(record).agent
        self._say(events.ContactHeld if held else events.ContactResumed, contact=contact, agent=agent)
        return self._finish()

    def reconcile(self, live: Iterable[str], *, at: float, channel: str | None = None) -> tuple[Any, ...]:
        at = arguments.time(at)
        alive = arguments.texts(live, "live")
        arguments.optional_text(channel, "channel")
        self._start(at)
        abandoned, finished = [], []
        for contact in self._in_sequence(self._contacts.values()):
            if contact.id not in self._contacts:  # a consult that has ended with its contact
                continue
            if contact.id in alive or channel not in (None, contact.value.channel):
                continue
            if contact.waits and contact.due_at is not None:  # what was promised is not for the lines to say
                continue
            if contact.waits:
                abandoned.append(contact.id)
                self._lose(contact, "lost", "lost")
            elif contact.state == "connected":
                finished.append(contact.id)
                self._end(contact, "lost")
        unknown = sorted(set(alive) - set(self._contacts))
        self._say(
            events.Reconciled,
            channel=channel,
            abandoned=tuple(abandoned),
            finished=tuple(finished),
            unknown=tuple(unknown),
        )
        return self._finish()

    def advance(self, *, at: float, limit: int | None = None) -> tuple[Any, ...]:
        at = arguments.time(at)
        limit = arguments.limit(limit)
        self._start(at, limit)
        return self._hand_out()
