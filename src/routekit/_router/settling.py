"""Settling: after a command's changes, who gets whom; then who is drained; and the timers that are due.

The rule is one sentence of `docs/semantics.md`, section 6: of all queued contacts with an eligible agent, the next is
chosen, then its agent. What is here finds the same without looking at all of them: only what has changed can have
made a new pair, so only contacts and agents that were touched are looked at.
"""

from __future__ import annotations

import heapq
from typing import Any

from routekit._kernel.choosing import DRAW, LEAST, LOTS, MATCH, WEIGHTED
from routekit._kernel.timers import Timer
from routekit._router.batching import Batches
from routekit._router.exclusions import Exclusions
from routekit._router.filing import Filing
from routekit._router.offers import Offers
from routekit._router.records import AgentRecord, ContactRecord, QueueRecord, Seeker, contact_of, urgency_of
from routekit._router.reservations import Reservations, is_reserved
from routekit._router.scores import Scores
from routekit._router.stages import QUEUED
from routekit._router.state import (
    ANNOUNCE,
    CLOSING,
    CONTACT_REST,
    DRAIN,
    HOLD,
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
from routekit._router.work import Works
from routekit.errors import StrategyError
from routekit.events import DrainStarted

__all__ = ["NO_LIMIT", "Settling"]

NO_LIMIT = -1
BY, CONTACT, AGENT = 6, 7, 8
"""Where an entry of a heap has who asks, and the agent through whom they were found or None; and how they were found:
0 for themselves, the agent's sequence for one in the index, and below 0 for one who is meant for the agent."""


class Settling:
    """Brings what waits and who is free together, and lets time pass."""

    def __init__(
        self,
        state: State,
        filing: Filing,
        scores: Scores,
        exclusions: Exclusions,
        reservations: Reservations,
        works: Works,
        offers: Offers,
    ) -> None:
        self.state = state
        self.filing = filing
        self.scores = scores
        self.batches = Batches(state, filing, offers)
        self.exclusions = exclusions
        self.reservations = reservations
        self.works = works
        self.offers = offers
        self.parking: Any = None
        self._latest: dict[tuple[int, int], Any] = {}  # of the entries that were found through an agent in a queue

    # -- time ---------------------------------------------------------------------------------------------------------

    def catch_up(self, at: float, limit: int) -> bool:
        """Fire what is due by `at`, instant by instant; False if the limit of changes was reached before.

        All timers of one instant are applied, then one settling follows. A stop in between leaves what was
        touched as it is, and the next call goes on from there.
        """
        state = self.state
        state.timed = True  # what fails from here on is no command's fault
        try:
            return self._catch_up(at, limit)
        finally:
            state.timed = False

    def _catch_up(self, at: float, limit: int) -> bool:
        state = self.state
        left = limit
        while True:
            if not state.halted:
                instant = state.timers.next_due()
                if instant > at:
                    break
                state.now = instant
            state.halted = True
            timer = state.timers.pop_due(state.now)
            while timer is not None:
                if self._fire(timer) and left != NO_LIMIT:
                    left -= 1
                    if left == 0:
                        return False
                timer = state.timers.pop_due(state.now)
            left = self.settle(left)
            if left == 0:
                return False
            if state.telling:
                left = self.filing.announcements.tell(left)
                if left == 0:
                    return False
            state.halted = False
        state.now = at
        return True

    def _fire(self, timer: Timer) -> bool:
        """Apply one timer; whether it counts as a change."""
        kind = timer.kind
        item: Any = timer.item
        now = self.state.now
        if kind == OFFER_EXPIRY:
            self.offers.expire(item, now)
        elif kind == WRAP_UP:
            item.timer = None
            self.works.end_wrap_up(item, "expired", now)
        elif kind == STEP:
            item.step_timer = None
            if self.filing.fire_step(item, now):
                self.filing.arm_step(item)
        elif kind == RETRY:
            self.exclusions.over(item)
        elif kind == REST:
            self.exclusions.rested(item)
        elif kind == RESERVATION:
            self.reservations.due(item, now)
        elif kind == HOLD:
            item.extras.hold_timer = None
            self.works.customers.let_go(item, now)
        elif kind == CONTACT_REST:
            item.attempts.rest = None
            self.filing.stand(item)
        elif kind == RING:
            self.offers.ring_due(item, now)
        elif kind == PARKED:
            self.parking.due(item, now)
        elif kind == OWNER:
            self.parking.owner_due(item, now)
        elif kind == NOBODY:
            self.filing.limits.nobody(item, now)
        elif kind == CLOSING:
            self.filing.limits.closing(item, now)
        else:
            self._fire_silent(kind, item)
            return False
        return True

    def _fire_silent(self, kind: int, item: Any) -> None:
        """Timers that change nothing by themselves."""
        state = self.state
        if kind == DRAIN:
            item.drain_timer = None
            self.filing.fall_overdue(item)
        elif kind == WINDOW:
            item.window = None
            state.closing.append(item)
        elif kind == ANNOUNCE:
            self.filing.announcements.due(item)
        else:
            state.midnight = None
            for agent in self.scores.new_day(state.now):
                self.filing.refresh(agent)
            self.scores.watch_midnight()

    # -- settling -----------------------------------------------------------------------------------------------------

    def settle(self, limit: int) -> int:
        """Match and drain until nothing is left; returns what is left of the limit, 0 if it stopped at it."""
        state = self.state
        left = limit
        if state.watched:
            self.reservations.look(state.now)
        while True:
            contacts = len(state.dirty_contacts)
            agents = len(state.dirty_agents)
            if state.closing:
                self._close_window()
                if left != NO_LIMIT:
                    left -= 1
                    if left == 0:
                        return 0
            elif left == NO_LIMIT and contacts + agents == 1:
                if contacts:
                    self._one_contact()
                else:
                    self._one_agent()
            elif contacts + agents:
                left = self._many(left)
                if left == 0:
                    return 0
            elif state.ringing:
                left = self._ring(left)
                if left == 0:
                    return 0
            elif not (state.drain_dirty and state.undrained and self._drain()):
                if state.batched:
                    self.batches.open_windows(state.now)
                return left

    def choose(self, contact: Seeker) -> Any:
        """The agent whom a contact's queue chooses, or None; an app's score that fails is told of, or refused.

        Of a view: that of its queue.
        """
        state = self.state
        if state.foreseen is contact:
            state.foreseen = None
            return state.foreseen_agent
        asking = contact_of(contact)
        if asking.extras is not None and is_reserved(asking):
            return self.reservations.choose(asking)
        try:
            return state.chooser.best_slot(contact, state.now)
        except StrategyError as fault:
            if state.guarded and not state.timed:
                raise
            lineup = contact.queue.lineup
            assert lineup.spec is not None
            asked, agent = state.asked
            self.filing.keys.failed(lineup.spec, agent, asked or contact_of(contact).id, lineup.spec.order, fault)
            pick = lineup.pick
            lineup.pick = LEAST
            state.chooser.score = 0.0
            try:
                return state.chooser.best_slot(contact, state.now)
            finally:
                lineup.pick = pick

    def _close_window(self) -> None:
        """Assign what has gathered in the first of the windows that close."""
        state = self.state
        state.closing.sort(key=_by_queue)
        self.batches.close(state.closing.pop(0), state.now)

    def _ring(self, limit: int) -> int:
        """Ring one more agent for each contact that is due for it, most urgent first."""
        state = self.state
        left = limit
        due, state.ringing = state.ringing, []
        due.sort(key=_contact_urgency)
        for i in range(len(due)):
            contact = due[i]
            if contact.ringing and self.offers.ring_more(contact, state.now) and left != NO_LIMIT:
                left -= 1
                if left == 0:
                    state.ringing.extend(due[i + 1 :])
                    return 0
        return left

    def _one_contact(self) -> None:
        """The usual case of a contact that has come: filed only if nobody takes it."""
        state = self.state
        contact = state.dirty_contacts.pop()
        contact.dirty = False
        if contact.stage is not QUEUED or contact.demand is None:
            return
        reserved = contact.extras is not None and is_reserved(contact)
        if contact.views is not None and not reserved:
            self._one_of_several_views(contact)
            return
        if contact.queue.every_s > 0.0 and not reserved:
            return  # it waits for its queue's window
        slot: Any = self.choose(contact)
        if slot is not None:
            self.offers.make(contact, slot, state.now)
        elif contact.lane is None:
            self.filing.file(contact)

    def _one_of_several_views(self, contact: ContactRecord) -> None:
        """The same for a contact that is visible in several queues."""
        state = self.state
        best: Any = None
        best_key = (0, 0.0)
        for seeker in contact.views or ():
            if seeker.demand is not None and seeker.queue.every_s == 0.0:
                key = (state.matcher.best_tier(seeker, state.now), seeker.queue.lineup.share)
                if key[0] and (best is None or key < best_key):
                    best = seeker
                    best_key = key
        if best is not None:
            self.offers.make(best, self.choose(best), state.now)
        else:
            self._file(contact)

    def _file(self, contact: ContactRecord) -> None:
        """File a contact wherever it asks and is not filed yet; where there are windows it waits for those.

        One that is meant for certain agents is filed with them alone, and waits for no window.
        """
        if contact.extras is not None and is_reserved(contact):
            self.filing.file(contact)
            return
        if contact.lane is None and contact.queue.every_s == 0.0:
            self.filing.file(contact)
        if contact.views is not None:
            self.filing.sharing.file(contact)

    def _one_agent(self) -> None:
        """The usual case of an agent who is free again."""
        state = self.state
        agent = state.dirty_agents.pop()
        agent.dirty = False
        while agent.mask and not state.dirty_agents:
            contact: Any
            if agent.reserved is None:
                contact = state.matcher.best_ticket(agent, state.now)
            else:
                contact = self.reservations.best_seeker(agent, state.now)
            if contact is None:
                return
            # Nobody else can take it, or they would have; but a draw is a draw, and a match is to be told.
            slot: Any = agent
            state.chooser.score = 0.0
            pick = contact.queue.lineup.pick
            meant = agent.reserved is not None and is_reserved(contact_of(contact))
            if meant or (pick and pick in (DRAW, WEIGHTED, MATCH, LOTS)):
                slot = self.choose(contact)
            self.offers.make(contact, slot, state.now)
        if agent.mask:
            state.touch_agent(agent)

    def _many(self, limit: int) -> int:
        """Several have changed at once: candidates in a heap for each queue, checked again when they come up.

        In the course of it agents and contacts are only taken, so that a candidate's place can only get worse: one
        that is on top and still right is the next. Freed agents are put in anew.
        """
        state = self.state
        heaps: dict[int, list[Any]] = {}
        self._latest = {}
        self._take_in(heaps)
        left = limit
        while True:
            best = self._next_of(heaps)
            if best is None:
                return left
            contact = best[CONTACT]
            slot: Any = self.choose(contact)
            self.offers.make(contact, slot, state.now)
            state.touch_agent(slot)
            if left != NO_LIMIT:
                left -= 1
                if left == 0:
                    for heap in heaps.values():
                        for entry in heap:
                            if entry[AGENT] is None:
                                state.touch_contact(contact_of(entry[CONTACT]))
                            else:
                                state.touch_agent(entry[AGENT])
                    return 0
            self._take_in(heaps)

    def _take_in(self, heaps: dict[int, list[Any]]) -> None:
        """Turn what was touched into candidates."""
        state = self.state
        contacts, state.dirty_contacts = state.dirty_contacts, []
        agents, state.dirty_agents = state.dirty_agents, []
        for contact in contacts:
            contact.dirty = False
            if contact.stage is QUEUED and contact.demand is not None:
                self._file(contact)
        for contact in contacts:
            for seeker in [contact] if contact.views is None else contact.views:
                if contact.stage is QUEUED and seeker.demand is not None and _stands(seeker):
                    self._push(heaps, seeker, self._best_tier(seeker), None, 0)
        for agent in agents:
            agent.dirty = False
            self._push_agent(heaps, agent)

    def _push_agent(self, heaps: dict[int, list[Any]], agent: AgentRecord) -> None:
        if not agent.mask or agent.supply is None:
            return
        for link in agent.supply.links:
            if link.lineup.queued:
                self._push_link(heaps, agent, link)
        if agent.reserved is not None:
            for queue in agent.reserved.lines:
                self._push_meant(heaps, agent, queue)

    def _push_meant(self, heaps: dict[int, list[Any]], agent: AgentRecord, queue: int) -> None:
        """The first of a queue who is meant for an agent; who has one of a lower tier is found by that one."""
        state = self.state
        if agent.reserved is not None:
            found: Any = agent.reserved.best_in(queue, agent, state.index, state.now)
            if found is not None:
                self._push(heaps, found, state.matcher.tier(agent, found, state.now), agent, 0 - agent.seq)

    def _best_tier(self, seeker: Any) -> int:
        """The lowest tier that counts between one who asks and the eligible agents, 0 if there are none."""
        contact = contact_of(seeker)
        if contact.extras is not None and is_reserved(contact):
            return self.reservations.best_tier(contact, self.state.now)
        return self.state.matcher.best_tier(seeker, self.state.now)

    def _push_link(self, heaps: dict[int, list[Any]], agent: AgentRecord, link: Any) -> None:
        found = self.state.matcher.best_in(agent, link, self.state.now)
        if found is not None:
            self._push(heaps, found, self.state.matcher.tier(agent, found, self.state.now), agent, agent.seq)

    def _push(self, heaps: dict[int, list[Any]], contact: Any, tier: int, agent: AgentRecord | None, by: int) -> None:
        """Put in a candidate; of those found through one agent in one queue only the latest counts."""
        if tier:
            queue = contact.queue.seq
            heap = heaps.setdefault(queue, [])
            a, b, c, d = contact.a, contact.b, contact.c, contact.d
            if contact.queue.ratio:
                a, b, c, d = 0.0 - (self.state.now - contact.since) / contact.target, contact.since, 0.0, 0.0
            entry = (tier, a, b, c, d, contact.seq, by, contact, agent)
            if by:
                self._latest[queue, by] = entry
            heapq.heappush(heap, entry)

    def _next_of(self, heaps: dict[int, list[Any]]) -> Any:
        """The candidate that is next, still on its heap; each heap's top is made right first."""
        best: Any = None
        for heap in heaps.values():
            while heap and not self._still_right(heaps, heap):
                pass
            if heap:
                top = heap[0]
                if best is None or _urgency(top) < _urgency(best):
                    best = top
        return best

    def _still_right(self, heaps: dict[int, list[Any]], heap: list[Any]) -> bool:
        """Whether a heap's top holds as it is; if not, it is taken off, and what has become of it put in."""
        state = self.state
        entry = heap[0]
        contact: Any = entry[CONTACT]
        agent: Any = entry[AGENT]
        if agent is None:
            if contact.demand is not None:  # or it has been taken
                tier = self._best_tier(contact)
                if tier == entry[0]:
                    return True
                heapq.heappop(heap)
                self._push(heaps, contact, tier, None, 0)
            else:
                heapq.heappop(heap)
            return False
        queue: int = contact.queue.seq
        by: int = entry[BY]
        if self._latest[queue, by] is not entry:
            heapq.heappop(heap)  # the agent was looked at again since
            return False
        found: Any = None
        if by < 0:
            if agent.reserved is not None:
                found = agent.reserved.best_in(queue, agent, state.index, state.now)
        elif agent.mask and agent.supply is not None:
            for link in agent.supply.links:
                if link.lineup is contact.queue.lineup:
                    found = state.matcher.best_in(agent, link, state.now)
                    break
        tier = 0 if found is None else state.matcher.tier(agent, found, state.now)
        if found is contact and tier == entry[0]:
            return True
        heapq.heappop(heap)
        self._push(heaps, found, tier, agent, by)
        return False

    # -- draining -----------------------------------------------------------------------------------------------------

    def _drain(self) -> bool:
        """Find somebody to drain for each overdue contact, most urgent first; whether anybody may now be free."""
        state = self.state
        state.drain_dirty = False
        nodes: dict[int, Any] = {key: demand.undrained.first() for key, demand in state.undrained.items()}
        while nodes:
            key, node = min(nodes.items(), key=_by_urgency)
            contact = node.item
            undrained = contact.demand.undrained
            slot: Any = state.matcher.best_drain(contact)
            if slot is None and contact.excluded is None:
                # Then there is nobody for those who ask for the same either; one whom somebody has declined may have
                # nobody alone.
                del nodes[key]
                continue
            after = undrained.next_after(node)
            if slot is not None:
                self._start(contact, slot)
            if after is None:
                del nodes[key]
            else:
                nodes[key] = after
        return bool(state.dirty_agents or state.dirty_contacts)

    def _start(self, contact: ContactRecord, agent: AgentRecord) -> None:
        state = self.state
        state.index.unfile(agent)
        state.index.start_drain(agent, contact)
        contact.drainer = agent
        self.filing.stop_awaiting_drain(contact)
        self.filing.refresh(agent)
        state.out.append(DrainStarted(at=state.now, seq=state.next_seq(), contact=contact.id, agent=agent.id))


def _stands(seeker: Any) -> bool:
    """Whether somebody may be looked for at once: for one who waits for a window, it is not."""
    return seeker.lane is not None or is_reserved(contact_of(seeker))


def _by_urgency(item: tuple[int, Any]) -> tuple[float, int]:
    return (item[1].a, item[1].seq)


def _urgency(entry: Any) -> tuple[int, float, float, int, int]:
    return (entry[0], *urgency_of(entry[CONTACT]))


def _contact_urgency(contact: ContactRecord) -> tuple[float, int]:
    return (contact.urgency, contact.seq)


def _by_queue(queue: QueueRecord) -> int:
    return queue.seq
