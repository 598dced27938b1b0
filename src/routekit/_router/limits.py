"""Steps that do more than ask less, and the limits of queues: what they look at, where they send contacts, and when.

The rules are those of `docs/around.md`, sections 11 to 13. What is done to a contact that moves or ends is in `moving`,
what a step asks less in `filing`, who is signed in and when a queue is open in `attendance`.
"""

from __future__ import annotations

from routekit._numbers import finite_float
from routekit._router.filing import Filing
from routekit._router.moving import Moving
from routekit._router.records import ContactRecord, QueueRecord, by_seq, extras_of, is_consult, never_ended, waited_s
from routekit._router.stages import OFFERED, QUEUED
from routekit._router.state import State
from routekit._router.work import Works
from routekit._timeline import Limit, Step, When
from routekit.abc import Estimator
from routekit.errors import StrategyError, TransferRefused
from routekit.events import Announced, CallbackSuggested, LimitReached, StepSkipped, StrategyFailed

__all__ = ["Limits", "Visit", "Way"]


class Visit:
    """A queue that a search for a landing looks at: how far it has come with its limits, and what they say."""

    def __init__(self, queue: QueueRecord) -> None:
        self.queue = queue
        self.number = 0  # the limit that it looks at
        self.full = False  # one of them sends contacts on, and found no place
        self.suggests: int | None = None  # the first that suggests a callback
        self.ends = False  # one of them ends the contact


class Search:
    """For whom a landing is looked for, and where there is none."""

    def __init__(self, contact: ContactRecord, since: float, home: QueueRecord | None) -> None:
        self.contact = contact
        self.since = since  # its place is to be by this time
        self.home = home  # the queue in whose line the contact is, if it is in one
        self.looked: set[str] = set()  # the queues that have been looked at
        self.left: set[str] = set()  # those that the contact has been taken from at this time
        self.asked = False  # a command names the first queue: if its order has no place, that is the command's fault
        self.only_closed = False  # of the first queue, only limits about its hours count


class Way:
    """What a search has found: the first queue that it looked at, and the last, the landing, if there is one."""

    def __init__(self, first: Visit, last: Visit | None, looked: set[str]) -> None:
        self.first = first
        self.last = last
        self.looked = looked  # all that it looked at


class Limits:
    """Fires steps and applies limits."""

    def __init__(
        self, state: State, filing: Filing, works: Works, moving: Moving, estimator: Estimator | None = None
    ) -> None:
        self.state = state
        self.filing = filing
        self.attendance = filing.attendance
        self.works = works
        self.moving = moving
        self.estimator = estimator

    # -- what is looked at --------------------------------------------------------------------------------------------

    def _holds(self, contact: ContactRecord, condition: When, at: float) -> bool:
        return condition.holds(self._fact(contact, condition.fact, at))

    def _fact(self, contact: ContactRecord, fact: str, at: float) -> float | None:
        """What a condition looks at. Cost: O(1) or a logarithm; of agents, the supply profiles of the queue."""
        queue = contact.queue
        if fact == "queue_length":
            return len(queue.lineup.waiting) - queue.consults + is_consult(contact)
        if fact == "position":
            return self.filing.position(contact)
        if fact == "agents_signed_in":
            return queue.signed_in
        if fact == "agents_available":
            return self._available(contact)
        if fact == "agents_eligible":
            return self._eligible(contact)
        return self._expected(queue, self.filing.position(contact), contact.id, at)

    def _available(self, contact: ContactRecord) -> int:
        """Members who are open on the contact's channel."""
        bit = self.state.index.bit(contact.channel)
        count = 0
        for entry in contact.queue.lineup.entries:
            supply = entry.supply
            if supply.open_mask & bit:
                for bucket in (*supply.open_buckets, *supply.drain_buckets):
                    if bucket.mask & bit:
                        count += bucket.size
        return count

    def _eligible(self, contact: ContactRecord) -> int:
        """Members who are ready and could take the contact if they had nothing else to do."""
        index = self.state.index
        lineup = contact.queue.lineup
        demand = contact.demand
        asks = demand is not None
        if demand is None:
            # It is offered, or rests: for this one question, as if it asked.
            demand = index.demand(lineup, contact.channel, contact.needs, contact.reach, contact.target)
            index.carry(contact, demand)
        if demand.version != index.version:
            index.fit(demand)
        count = 0
        for entry in lineup.entries:
            supply = entry.supply
            if demand.bits >> supply.number & 1:
                count += sum(ready for closed, ready in supply.ready.items() if not closed & demand.bit)
        if not asks:
            index.unqueue(contact)
        return count

    def _expected(self, queue: QueueRecord, position: int, contact: str, at: float) -> float | None:
        """What the estimator says; None where it says nothing, or fails."""
        if self.estimator is None:
            return None
        state = self.state
        state.calling = True
        try:
            seconds = self.estimator.expected_s(queue.name, position, at)
            return None if seconds is None else finite_float(seconds, "expected_s")
        except Exception as fault:  # user code may raise anything
            state.out.append(
                StrategyFailed(
                    at=at,
                    seq=state.next_seq(),
                    queue=queue.name,
                    strategy="estimator",
                    error=f"{type(fault).__name__}: {fault}",
                    agent=None,
                    contact=contact,
                )
            )
            return None
        finally:
            state.calling = False

    # -- steps --------------------------------------------------------------------------------------------------------

    def fire(self, contact: ContactRecord, at: float) -> bool:
        """Fire or skip the next step of a waiting contact; whether it goes on waiting in this queue."""
        queue = contact.queue
        step = queue.steps[contact.next_step]
        way: Way | None = None
        why = self._why_not(contact, step, at)
        if not why and step.move_to is not None:
            way = self._send(step.move_to, self._search(contact, at), at)
            why = "" if way.last is not None else "no_landing"
        if why:
            self._skip(contact, step, why, at)
            return True
        self.filing.begin_step(contact, at)
        if way is not None:
            self.filing.check_fits(contact, at)
            self._move(contact, way, "step", at)
            return False
        ending = step.ending
        if ending is not None:
            self.filing.check_fits(contact, at)
            self.moving.end(contact, ending, getattr(step, ending), at)
            return False
        self.filing.refile(contact)
        if step.add_queue is not None:
            self.filing.sharing.share(contact, self.state.queues[step.add_queue], at)
        if step.suggest_callback:
            self.suggest(contact, "step", at)
        if step.announce is not None:
            self._announce(contact, step.announce, at)
        self.filing.check_fits(contact, at)
        return True

    def _why_not(self, contact: ContactRecord, step: Step, at: float) -> str:
        """Why a step does not apply, but for the landing; empty if it does."""
        bound = "" if step.ending is None else never_ended(contact)
        if bound:
            return bound
        for condition in step.when:
            if not self._holds(contact, condition, at):
                return "condition"
        for name in (step.add_queue, step.move_to):
            if name is not None and self._there(name) is None:
                return "unknown_queue"
        if step.add_queue is not None and not self._knows(self.state.queues[step.add_queue], contact, contact.since):
            return "no_landing"
        return ""

    def _there(self, name: str) -> QueueRecord | None:
        """A queue that is there and stays."""
        queue = self.state.queues.get(name)
        return None if queue is None or queue.removed else queue

    def _skip(self, contact: ContactRecord, step: Step, reason: str, at: float) -> None:
        state = self.state
        number = contact.next_step
        contact.next_step = number + 1
        extras = extras_of(contact)
        extras.skipped = (*extras.skipped, step)
        extras.skips += 1
        state.out.append(
            StepSkipped(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                queue=contact.queue.name,
                step=number,
                after_s=step.after_s,
                reason=reason,
            )
        )

    def suggest(self, contact: ContactRecord, reason: str, at: float) -> None:
        """Say that this is the moment to offer a callback."""
        state = self.state
        state.out.append(
            CallbackSuggested(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                queue=contact.queue.name,
                position=self.filing.position(contact),
                waited_s=waited_s(contact, at),
                reason=reason,
            )
        )

    def _announce(self, contact: ContactRecord, reference: str, at: float) -> None:
        state = self.state
        state.out.append(
            Announced(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                queue=contact.queue.name,
                announce=reference,
                position=self.filing.position(contact),
            )
        )

    # -- where a contact ends up that is sent to a queue --------------------------------------------------------------

    def _search(self, contact: ContactRecord, at: float) -> Search:
        """A search for a waiting contact that a step or limit of its home sends on."""
        search = Search(contact, contact.since, contact.queue)
        search.looked.add(contact.queue.name)
        extras = contact.extras
        if extras is not None and extras.left is not None and extras.left_at == at:
            search.left = extras.left
        return search

    def _send(self, name: str, search: Search, at: float) -> Way:
        """Look for the landing in a queue to which a contact is sent."""
        queue = self._open_to(name, search)
        if queue is None:
            return Way(Visit(search.contact.queue), None, search.looked)
        return self._look(queue, search, at)

    def _open_to(self, name: str, search: Search) -> QueueRecord | None:
        """A queue that is still to be looked at, None if there is no use in it."""
        return None if name in search.looked or name in search.left else self._there(name)

    def _look(self, queue: QueueRecord, search: Search, at: float) -> Way:
        """Look at a queue's limits, and at those of the queues that these send to, until one has room for the contact.

        Cost: the limits of the queues that are looked at.
        """
        first = Visit(queue)
        search.looked.add(queue.name)
        visits = [first]
        while visits:
            visit = visits[len(visits) - 1]
            target = self._sends_to(visit, search, search.only_closed and visit is first, at)
            if target is not None:
                search.looked.add(target.name)
                visits.append(Visit(target))
            elif not visit.full and not visit.ends and self._has_place(visit is first, visit.queue, search):
                return Way(first, visit, search.looked)
            else:
                visits.pop()
                if visits:
                    visits[len(visits) - 1].number += 1
        return Way(first, None, search.looked)

    def _sends_to(self, visit: Visit, search: Search, only_closed: bool, at: float) -> QueueRecord | None:
        """The next queue to which a limit sends the contact on; None where the limits have been looked at."""
        limits = visit.queue.limits
        while visit.number < len(limits):
            limit = limits[visit.number]
            if (limit.closed or not only_closed) and self._applies(limit, visit.queue, search, at):
                if limit.suggest_callback:
                    visit.suggests = visit.number if visit.suggests is None else visit.suggests
                elif limit.move_to is None:
                    visit.ends = True
                    return None
                else:
                    visit.full = True
                    target = self._open_to(limit.move_to, search)
                    if target is not None:
                        return target
            visit.number += 1
        return None

    def _has_place(self, first: bool, queue: QueueRecord, search: Search) -> bool:
        """Whether a queue's order knows where the contact would stand."""
        return (first and search.asked) or self._knows(queue, search.contact, search.since)

    def _knows(self, queue: QueueRecord, contact: ContactRecord, since: float) -> bool:
        if not queue.linear:
            try:
                self.filing.keys.try_key(contact, queue.value.contact_order, since)
            except StrategyError:
                return False
        return True

    def _applies(self, limit: Limit, queue: QueueRecord, search: Search, at: float) -> bool:
        """Whether a limit applies to a contact that would come in now."""
        if limit.closed:
            return self.attendance.is_closed(queue, at)
        if limit.nobody_s is not None:
            return self.attendance.nobody_for(queue, limit.nobody_s, at)
        others = len(queue.lineup.waiting) - (queue is search.home)
        if limit.length is not None:
            itself = queue is search.home and is_consult(search.contact)
            return others - queue.consults + itself >= limit.length
        if limit.estimated_wait_s is not None:
            seconds = self._expected(queue, 1 + others, search.contact.id, at)
            return seconds is not None and seconds > limit.estimated_wait_s
        return False

    def _move(self, contact: ContactRecord, way: Way, reason: str, at: float) -> None:
        """Move a waiting contact to the landing that was found for it."""
        assert way.last is not None
        self.moving.move(contact, way.last.queue, contact.since, reason, at)
        self._note_left(contact, way, at)
        self.works.announce(contact, at)

    def _note_left(self, contact: ContactRecord, way: Way, at: float) -> None:
        """Keep which queues a contact has been taken from at this time, so that it goes round in no circle."""
        extras = extras_of(contact)
        if extras.left is None or extras.left_at != at:
            extras.left = set()
            extras.left_at = at
        extras.left |= way.looked - {contact.queue.name}

    # -- coming in ----------------------------------------------------------------------------------------------------

    def come_in(self, contact: ContactRecord, since: float, at: float, only_closed: bool) -> Way:
        """Look where a newcomer to its queue ends up; nothing changes yet. `only_closed`: by no other limit there."""
        contact.since = since
        self.filing.ask(contact)
        search = Search(contact, since, None)
        search.asked = True
        search.only_closed = only_closed
        return self._look(contact.queue, search, at)

    def turn_away(self, contact: ContactRecord, way: Way, at: float) -> None:
        """A newcomer that has no landing is done; it has been in no line."""
        visit = way.first
        if not visit.ends:
            self.moving.turn_away(contact, visit.queue, "reject", "nowhere_to_go", at)
            return
        self._say_reached(contact, visit.queue, visit.number, at)
        limit = visit.queue.limits[visit.number]
        self.moving.turn_away(contact, visit.queue, limit.action, getattr(limit, limit.action), at)

    def come_elsewhere(self, contact: ContactRecord, way: Way, at: float) -> None:
        """Say that a newcomer comes in elsewhere, if it does."""
        visit = way.first
        if way.last is not visit:
            self._say_reached(contact, visit.queue, visit.number, at)
            self.moving.say_moved(contact, visit.queue, "limit", at)
            self._note_left(contact, way, at)

    def welcome(self, contact: ContactRecord, way: Way, at: float) -> None:
        """A newcomer is in the line: suggest a callback, if a limit there says so."""
        visit = way.last
        assert visit is not None
        if visit.suggests is not None:
            self._say_reached(contact, visit.queue, visit.suggests, at)
            self.suggest(contact, "limit", at)

    def landing(self, contact: ContactRecord, queue: QueueRecord, since: float, at: float) -> QueueRecord:
        """Where a contact ends up that a command hands to a queue; `TransferRefused` if nowhere."""
        home = contact.queue if contact.work is None else None
        search = Search(contact, since, home)
        search.asked = True
        way = self._look(queue, search, at)
        if way.last is None:
            raise TransferRefused(contact=contact.id, queue=queue.name)
        return way.last.queue

    # -- while waiting ------------------------------------------------------------------------------------------------

    def nobody(self, queue: QueueRecord, at: float) -> None:
        """Nobody has been signed in for so long that a limit acts upon those who wait."""
        queue.nobody = None
        numbers = [i for i, limit in enumerate(queue.limits) if self._says_nobody(queue, limit, at)]
        self._act(numbers, queue, _waiting_in(queue), at)
        self.attendance.arm_nobody(queue, at)

    def _says_nobody(self, queue: QueueRecord, limit: Limit, at: float) -> bool:
        return limit.nobody_s is not None and self.attendance.nobody_for(queue, limit.nobody_s, at)

    def closing(self, queue: QueueRecord, at: float) -> None:
        """The hours are over, and limits act upon those who wait."""
        queue.closing = None
        numbers = [i for i, limit in enumerate(queue.limits) if limit.at_closing]
        self._act(numbers, queue, _waiting_in(queue), at)
        self.attendance.arm_closing(queue, at)

    def see_to(self, contact: ContactRecord, queue: QueueRecord, at: float) -> None:
        """A contact has come into a line that no limit was asked about; those that act upon who waits there do now.

        It may be elsewhere already, or done, by a step.
        """
        if queue.limits and contact.queue is queue and (contact.stage is QUEUED or contact.stage is OFFERED):
            self._act(self._acting(queue, at), queue, [contact], at)

    def see_to_all(self, queue: QueueRecord, at: float) -> None:
        """A queue has new limits or hours, which act upon those who wait."""
        if queue.limits:
            self._act(self._acting(queue, at), queue, _waiting_in(queue), at)

    def _acting(self, queue: QueueRecord, at: float) -> list[int]:
        """The limits that act upon who waits at this time. Cost: that of the calendar, where one goes by the hours."""
        return [
            number
            for number, limit in enumerate(queue.limits)
            if self._says_nobody(queue, limit, at) or (limit.at_closing and self.attendance.is_closed(queue, at))
        ]

    def _act(self, numbers: list[int], queue: QueueRecord, waiting: list[ContactRecord], at: float) -> None:
        """Let limits act upon those who wait in a queue. Cost: their number."""
        for contact in waiting:
            search = self._search(contact, at)
            for number in numbers:
                if self._seen_to(search, queue, number, at):
                    break

    def _seen_to(self, search: Search, queue: QueueRecord, number: int, at: float) -> bool:
        """Let a limit act upon one who waits; whether that was the end of its waiting here."""
        contact = search.contact
        limit = queue.limits[number]
        if limit.suggest_callback:
            self._say_reached(contact, queue, number, at)
            self.suggest(contact, "limit", at)
            return False
        if limit.move_to is not None:
            way = self._send(limit.move_to, search, at)
            if way.last is None:
                return False
            self._say_reached(contact, queue, number, at)
            self._move(contact, way, "limit", at)
            return True
        if never_ended(contact):
            return False
        self._say_reached(contact, queue, number, at)
        self.moving.end(contact, limit.action, getattr(limit, limit.action), at)
        return True

    def _say_reached(self, contact: ContactRecord, queue: QueueRecord, number: int, at: float) -> None:
        state = self.state
        limit = queue.limits[number]
        state.out.append(
            LimitReached(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                queue=queue.name,
                limit=number,
                kind=limit.kind,
                action=limit.action,
            )
        )


def _waiting_in(queue: QueueRecord) -> list[ContactRecord]:
    """Who waits in a queue, in order of sequence."""
    return sorted((node.item for node in queue.lineup.waiting), key=by_seq)
