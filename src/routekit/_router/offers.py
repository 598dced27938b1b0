"""Offers: leases on an agent's units and a contact together, and every way in which one ends."""

from __future__ import annotations

import math
from typing import Any

from routekit._kernel.choosing import AFTER, CURSOR, DOWN, MATCH, MOVING, ROUND, ROUND_EACH, SCORE
from routekit._kernel.drifting import value_of
from routekit._kernel.ordered import Node
from routekit._kernel.profiles import UNTRIED, Attempts, Lineup
from routekit._router.exclusions import Exclusions
from routekit._router.filing import Filing, in_reach
from routekit._router.making import offer_made
from routekit._router.records import (
    AgentRecord,
    ContactRecord,
    MemberRecord,
    OfferRecord,
    QueueRecord,
    Seeker,
    contact_of,
    seeker_in,
)
from routekit._router.reservations import Reservations, is_reserved
from routekit._router.scores import Scores
from routekit._router.state import CONTACT_REST, OFFER_EXPIRY, RING, State
from routekit._router.work import Works
from routekit._states import PRESENCE_MOVES, Presence, move
from routekit.errors import StaleOffer, UnknownOffer
from routekit.events import (
    AgentPresenceChanged,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
)

__all__ = ["RESERVED", "Offers"]

# Looked up once: an enum finds its members by way of Python code.
OFFLINE, READY = Presence.OFFLINE, Presence.READY

RESERVED = 100
"""In `OfferRecord.pick`, besides the ways of `routekit._kernel.choosing`: by the place in a reservation."""


class Offers:
    """The open offers of a router."""

    def __init__(
        self,
        state: State,
        filing: Filing,
        scores: Scores,
        exclusions: Exclusions,
        reservations: Reservations,
        works: Works,
    ) -> None:
        self.state = state
        self.filing = filing
        self.scores = scores
        self.exclusions = exclusions
        self.reservations = reservations
        self.works = works
        self.parking: Any = None  # `Parking`, to be told whose owner comes and goes
        self.tracer: Any = None  # writes every decision down, with `Router(trace=)`

    def key_of(self, contact: ContactRecord, agent: AgentRecord, queue: QueueRecord) -> tuple[Any, ...]:
        """What a choice of this agent for the contact would compare now, in the form of `OfferRecord.key`."""
        offer = OfferRecord(0, contact, agent, queue)
        self._write_key(offer, seeker_in(contact, queue), agent)
        self._note_reservation(offer)
        return offer.key

    def _note_reservation(self, offer: OfferRecord) -> None:
        """An offer of a contact that is reserved for its agent: chosen by the place in the reservation, from 1."""
        extras = offer.contact.extras
        if extras is not None and extras.reserved is not None and offer.agent in extras.reserved:
            offer.pick = RESERVED
            offer.a = 1.0 + extras.reserved.index(offer.agent)
            offer.b = 0.0
            offer.c = 0.0
            offer.d = 0.0

    def _write_key(self, offer: OfferRecord, seeker: Seeker, agent: AgentRecord) -> None:
        """Keep what an agent is chosen by, before the offer changes it."""
        lineup = seeker.queue.lineup
        supply = agent.supply
        assert supply is not None and lineup.spec is not None
        node = agent.nodes[supply.line_of[lineup.number]]
        offer.order = lineup.spec.order
        offer.pick = lineup.pick
        offer.tier = supply.tiers[lineup.number]
        offer.pointer = lineup.pointer
        offer.a = node.a
        offer.b = node.b
        offer.c = node.c
        offer.d = node.d
        tried = seeker.tried
        if tried is not None and lineup.behind and agent.seq in tried:
            offer.tries = tried[agent.seq].tries
        if lineup.pick:
            self._write_pointer(offer, seeker, agent, node)
        elif lineup.by_turn:
            offer.pointer = int(lineup.turn)

    def _write_pointer(self, offer: OfferRecord, seeker: Seeker, agent: AgentRecord, node: Node) -> None:
        """The same where an order is read in another way than the least first: from where, or by which score."""
        lineup = seeker.queue.lineup
        attempts = seeker.attempts or UNTRIED
        if lineup.pick == CURSOR:
            offer.pointer = attempts.cursor
        elif lineup.pick == ROUND or lineup.pick == ROUND_EACH:
            # The others come after a pointer, these begin at theirs: it is told as the one before.
            own = attempts.trying or lineup.pick == ROUND_EACH
            offer.pointer = int(attempts.turn if own else lineup.round) - 1
        elif lineup.pick == AFTER:
            offer.pointer = int(lineup.last_turn)
        elif lineup.pick == DOWN:
            offer.pointer = int(attempts.last_turn)
        elif lineup.by_turn:
            offer.pointer = int(lineup.turn)
        if lineup.pick == MOVING:
            level = agent.members[seeker.queue.seq].level
            offer.score = value_of(node.a, node.b, level, self.state.now, lineup.half_life)
        elif lineup.pick == AFTER:
            offer.score = float(lineup.last_tier)  # that of the pointer
        elif lineup.pick == DOWN:
            offer.score = float(attempts.last_tier)
        elif lineup.pick == MATCH or lineup.pick == SCORE:
            offer.score = self.state.chooser.score

    def make(self, seeker: Seeker, agent: AgentRecord, at: float) -> None:
        """Offer a contact to an agent, and to as many more as its queue rings; or connect them, if it accepts by
        itself. All of it as the queue has it in which they met.
        """
        state = self.state
        queue = seeker.queue
        contact = contact_of(seeker)
        if self.tracer is not None:
            self.tracer.record(contact, agent, queue, at)
        more: list[Any] = []
        # One that is meant for certain agents goes to one at a time.
        rings = queue.ring > 1 and not queue.auto_accept and (contact.extras is None or not is_reserved(contact))
        if rings and queue.ring_every_s == 0.0:
            more = state.chooser.more_slots(seeker, queue.ring, at)
        if state.queue_order is not None and not contact.charged:
            self._charge(contact, queue)
        self.filing.unfile(contact)
        if queue.auto_accept:
            self._hold(seeker, contact, agent, at)
            contact.stage = contact.stage.after(contact.id, "connect")
            agent.answered += 1
            self.end_attempt(contact)
            self.works.connect(contact, agent, queue, None, at)
        else:
            self.make_one(seeker, agent, at)
            contact.stage = contact.stage.after(contact.id, "offer")
        if contact.drainer is not None:
            self.filing.end_drain(contact, "offered", at)
        for other in more:
            if other is not agent:
                self.make_one(seeker, other, at)
        if rings and queue.ring_every_s > 0.0:
            contact.try_it().ring_timer = state.timers.arm(RING, queue.ring_every_s, at + queue.ring_every_s, contact)

    def _charge(self, contact: ContactRecord, queue: QueueRecord) -> None:
        """Where queues have shares: a contact that is chosen has its due, once."""
        state = self.state
        contact.charged = True
        state.virtual_time = max(state.virtual_time, queue.lineup.share)
        queue.lineup.share += self.works.share_of(queue, "charge")

    def _hold(self, seeker: Seeker, contact: ContactRecord, agent: AgentRecord, at: float) -> None:
        """An agent is chosen: their units are held, and all that goes by offers moves on."""
        state = self.state
        queue = seeker.queue
        agent.held[state.index.number(contact.value.channel)] += 1
        agent.holding += 1
        agent.selected += 1
        agent.last_offer = at
        agent.last_chosen = at
        lineup = queue.lineup
        lineup.pointer = agent.seq
        attempts = seeker.try_it()
        attempts.cursor = agent.seq
        member = agent.members.get(queue.seq)
        if member is not None:
            lineup.turn = float(member.joined)
            self._note_tried(attempts, lineup, member)
        if agent.followed:
            self.filing.note_chosen(agent)
        if queue.counts is not None:
            self.scores.count(queue, agent, "offered")
        self.filing.refresh(agent)
        if agent.drains_for is not None:
            # With less room it can take fewer, and who could not be passed over before may be now.
            state.touch_agent(agent)

    def _note_tried(self, attempts: Attempts, lineup: Lineup, member: MemberRecord) -> None:
        """Who was tried last; where a queue goes by rounds, an attempt at the contact begins or goes on with that."""
        if lineup.pick and not attempts.trying and (lineup.pick == ROUND or lineup.pick == ROUND_EACH):
            attempts.trying = True
            if lineup.pick == ROUND:
                attempts.turn = lineup.round
        attempts.last_tier = member.tier
        attempts.last_turn = float(member.joined)

    def end_attempt(self, contact: ContactRecord) -> None:
        """A contact is accepted, or leaves its line: attempts at it are over, through whatever view."""
        if contact.views is None:
            self._end_attempt(contact)
        else:
            for seeker in contact.views:
                self._end_attempt(seeker)

    def withdraw(self, contact: ContactRecord, reason: str, at: float) -> None:
        """A waiting contact leaves its line: its offers are taken back, and attempts at it are over."""
        self.revoke_offers(contact, reason, at)
        self.end_attempt(contact)

    def _end_attempt(self, seeker: Seeker) -> None:
        """An attempt at a contact is over: the place moves behind who was tried last. Cost: the queue's members."""
        attempts = seeker.attempts
        if attempts is None or not attempts.trying:
            return
        attempts.trying = False
        queue = seeker.queue
        lineup = queue.lineup
        if lineup.pick != ROUND and lineup.pick != ROUND_EACH:
            return
        contact = contact_of(seeker)
        reach = contact.reach if queue is contact.queue else queue.reach
        begun = attempts.turn
        last = (attempts.last_tier, attempts.last_turn < begun, attempts.last_turn)
        place = 0.0
        best = last
        beyond = False
        for member in queue.members.values():
            if in_reach(contact, reach, member):
                joined = float(member.joined)
                beyond = beyond or joined > begun
                key = (member.tier, joined < begun, joined)
                if key > last and (place == 0.0 or key < best):
                    best = key
                    place = joined
        if place == 0.0:
            place = 1.0 if beyond else begun + 1.0
        if lineup.pick == ROUND:
            lineup.round = place
        else:
            attempts.turn = place

    def make_one(self, seeker: Seeker, agent: AgentRecord, at: float) -> None:
        """One offer of a contact, which may have others open."""
        state = self.state
        queue = seeker.queue
        contact = contact_of(seeker)
        state.offer_seq += 1
        offer = OfferRecord.__new__(OfferRecord)
        offer.begin(state.offer_seq, contact, agent, queue)
        self._write_key(offer, seeker, agent)
        self._hold(seeker, contact, agent, at)
        offer.made_at = at
        offer.expires_at = state.lease_base + queue.offer_timeout_s
        if offer.expires_at <= state.lease_base:
            # Too short to be told at such a time: an offer is not to end in the command that makes it.
            offer.expires_at = math.nextafter(state.lease_base, math.inf)
        offer.timer = state.timers.arm(OFFER_EXPIRY, queue.offer_timeout_s, offer.expires_at, offer)
        state.offers[offer.id] = offer
        agent.offers[offer.number] = offer
        if contact.offer is None:
            contact.offer = offer
        else:
            attempts = contact.try_it()
            if attempts.others is None:
                attempts.others = []
            attempts.others.append(offer)
        queue.offers_made += 1
        agent.offered += 1
        if contact.extras is not None:
            self._note_reservation(offer)
        state.event_seq += 1
        value = contact.value
        screen = self.works.customers.screen(contact, queue)
        state.out.append(
            offer_made(
                at,
                state.event_seq,
                offer.id,
                contact.id,
                agent.id,
                queue.name,
                value.channel,
                value.customer,
                offer.expires_at,
                screen,
            )
        )

    def ring_due(self, contact: ContactRecord, at: float) -> None:
        """The time for one more agent has come, and is armed again."""
        attempts = contact.try_it()
        attempts.ring_timer = None
        assert contact.offer is not None, "a ring ends with its offers"
        queue = contact.offer.queue
        every_s = queue.ring_every_s
        if every_s == 0.0 or queue.ring == 1 or queue.auto_accept:
            return  # its queue has another order now
        attempts.ring_timer = self.state.timers.arm(RING, every_s, at + every_s, contact)
        if not contact.ringing:
            contact.ringing = True
            self.state.ringing.append(contact)

    def ring_more(self, contact: ContactRecord, at: float) -> bool:
        """Ring one more agent for a contact that is due for it, if there is one; whether there was."""
        contact.ringing = False
        first = contact.offer
        if first is None:
            return False
        state = self.state
        others = contact.others
        queue = first.queue
        if 1 + len(others) >= queue.ring:
            return False
        seeker = seeker_in(contact, queue)
        reach = contact.reach if queue is contact.queue else queue.reach
        index = state.index
        excluded = contact.excluded
        # For this one choice: as if it were queued, and had been tried with those whom it rings already.
        index.carry(seeker, index.demand(queue.lineup, contact.value.channel, contact.needs, reach, seeker.target))
        seeker.excluded = {} if excluded is None else dict(excluded)
        for offer in (first, *others):
            seeker.excluded[offer.agent.seq] = offer
        try:
            agent: Any = state.chooser.best_slot(seeker, at)
        finally:
            seeker.excluded = excluded
            index.unqueue(seeker)
        if agent is None:
            return False
        self.make_one(seeker, agent, at)
        return True

    def find(self, offer: str) -> OfferRecord | None:
        """The open offer of an id; None if it was accepted and its contact is still there; else an error."""
        record = self.state.offers.get(offer)
        if record is None:
            number = self._number(offer)
            if number not in self.state.accepted:
                raise StaleOffer(offer=offer)
        return record

    def find_open(self, offer: str) -> OfferRecord:
        """The open offer of an id, or an error."""
        record = self.state.offers.get(offer)
        if record is None:
            self._number(offer)
            raise StaleOffer(offer=offer)
        return record

    def _number(self, offer: str) -> int:
        digits = offer[2:]
        if offer[:2] == "o-" and digits.isascii() and digits.isdigit() and digits[:1] != "0" and len(digits) < 19:
            number = int(digits)
            if number <= self.state.offer_seq:
                return number
        raise UnknownOffer(offer=offer)

    def _close(self, offer: OfferRecord) -> None:
        state = self.state
        del state.offers[offer.id]
        assert offer.timer is not None
        state.timers.cancel(offer.timer)
        offer.timer = None  # no cycle for the collector to find
        del offer.agent.offers[offer.number]
        contact = offer.contact
        attempts = contact.attempts
        others = None if attempts is None else attempts.others
        if contact.offer is not offer:
            assert others is not None
            others.remove(offer)
        elif others:
            contact.offer = others.pop(0)
        else:
            contact.offer = None
            if attempts is not None and attempts.ring_timer is not None:
                state.timers.cancel(attempts.ring_timer)
                attempts.ring_timer = None
            contact.ringing = False

    def accept(self, offer: OfferRecord, at: float) -> None:
        """The agent takes the contact."""
        contact = offer.contact
        agent = offer.agent
        contact.stage = contact.stage.after(contact.id, "accept")
        self._close(offer)
        agent.no_answers = 0
        agent.answered += 1
        self.end_attempt(contact)
        self.works.connect(contact, agent, offer.queue, offer, at)
        while contact.offer is not None:
            self._take_back(contact.offer, "answered", at)

    def decline(self, offer: OfferRecord, reason: str, at: float) -> None:
        """The agent does not take the contact: it goes to somebody else, and the agent rests."""
        state = self.state
        contact = offer.contact
        agent = offer.agent
        stage = contact.stage.after(contact.id, "decline")
        self._close(offer)
        if contact.offer is None:
            contact.stage = stage
        agent.declined += 1
        state.out.append(
            OfferDeclined(
                at=at, seq=state.next_seq(), offer=offer.id, contact=contact.id, agent=agent.id, reason=reason
            )
        )
        value = offer.queue.value
        self.exclusions.open(contact, agent, value.decline_retry_s, at, offer.queue)
        self.exclusions.rest(agent, value.retry_agent_s, at)
        self._back(offer)
        seeker = seeker_in(contact, offer.queue)
        if (
            seeker.attempts is not None
            and seeker.attempts.trying
            and contact.offer is None
            and not self._anybody(seeker, at)
        ):
            self._end_attempt(seeker)
        self.set_away_the_excessive(at)
        if contact.extras is not None:
            self.reservations.strike(contact, agent, "declined", at)

    def expire(self, offer: OfferRecord, at: float) -> None:
        """Nobody answered in time."""
        state = self.state
        contact = offer.contact
        agent = offer.agent
        stage = contact.stage.after(contact.id, "expire")
        self._close(offer)
        if contact.offer is None:
            contact.stage = stage
        agent.not_answered += 1
        agent.no_answers += 1
        state.out.append(
            OfferExpired(
                at=at, seq=state.next_seq(), offer=offer.id, contact=contact.id, agent=agent.id, reason="no_answer"
            )
        )
        value = offer.queue.value
        self.exclusions.open(contact, agent, value.no_answer_retry_s, at, offer.queue)
        if contact.offer is None:
            self._end_attempt(seeker_in(contact, offer.queue))
            self._rest(contact, offer.queue, at)
        self._back(offer)
        limit = value.away_after_no_answers
        if limit is not None and agent.no_answers >= limit and agent.ready:
            self.go_away(agent, "no_answer", "no_answer", at)
        self.set_away_the_excessive(at)
        if contact.extras is not None:
            self.reservations.strike(contact, agent, "no_answer", at)

    def _anybody(self, seeker: Seeker, at: float) -> bool:
        """Whether somebody is eligible for a queued contact. One that waits for a window has nobody."""
        contact = contact_of(seeker)
        if contact.extras is not None and is_reserved(contact):
            return self.reservations.best_tier(contact, at) > 0
        if seeker.demand is None or seeker.queue.every_s > 0.0:
            return False
        return self.state.matcher.best_tier(seeker, at) > 0

    def _rest(self, contact: ContactRecord, queue: QueueRecord, at: float) -> None:
        """Nobody has answered: the contact is left alone for a while, where the queue says so."""
        duration = queue.retry_contact_s
        if duration > 0.0:
            contact.try_it().rest = self.state.timers.arm(CONTACT_REST, duration, at + duration, contact)

    def revoke(self, offer: OfferRecord, reason: str, at: float) -> None:
        """Take an offer back; it counts neither as a decline nor as no answer."""
        contact = offer.contact
        stage = contact.stage.after(contact.id, "revoke")
        if not contact.others:
            contact.stage = stage
        self._take_back(offer, reason, at)

    def _take_back(self, offer: OfferRecord, reason: str, at: float) -> None:
        state = self.state
        self._close(offer)
        offer.agent.revoked += 1
        state.out.append(
            OfferRevoked(
                at=at,
                seq=state.next_seq(),
                offer=offer.id,
                contact=offer.contact.id,
                agent=offer.agent.id,
                reason=reason,
            )
        )
        self._back(offer)

    def _back(self, offer: OfferRecord) -> None:
        """The agent's units are free; the contact, if it is queued again, asks at its old place."""
        self.filing.stand(offer.contact)
        self.filing.release(offer.agent, offer.channel)

    def revoke_offers(self, contact: ContactRecord, reason: str, at: float) -> None:
        """Take back every offer that a contact has, in the order of making."""
        while contact.offer is not None:
            self.revoke(contact.offer, reason, at)

    def revoke_all(self, agent: AgentRecord, reason: str, at: float) -> None:
        """Take back every offer that an agent has, in the order of making."""
        for offer in list(agent.offers.values()):
            self.revoke(offer, reason, at)

    def set_away_the_excessive(self, at: float) -> None:
        """Set away who has too many pairs in their retry delay."""
        excessive = self.exclusions.excessive
        if excessive:
            agents = list(excessive)
            excessive.clear()
            for agent in agents:
                if agent.ready:
                    self.go_away(agent, "too_many_declines", "too_many_declines", at)

    def go_away(self, agent: AgentRecord, reason: str, cause: str, at: float) -> None:
        """Change a ready or away agent to away; open offers go to others."""
        self.change_presence(agent, move(PRESENCE_MOVES, agent.id, agent.presence, cause), "away", reason, at)
        agent.no_answers = 0 if cause == "no_answer" else agent.no_answers

    def change_presence(self, agent: AgentRecord, new: Presence, revoked: str, reason: str, at: float) -> None:
        """Write a presence down, with what follows for the index, counts, open offers and drains."""
        state = self.state
        old = agent.presence
        if new is not READY:
            # Not ready first, so that none of the revoked contacts finds its way back to this agent.
            agent.ready = False
            self.filing.refresh(agent)
            self.revoke_all(agent, revoked, at)
            if old is READY:
                self.scores.absent(agent, at)
                if agent.owned is not None:
                    self.parking.left(agent)
            if agent.reserved is not None:
                self.reservations.watch_those_of(agent)
        agent.presence = new
        agent.reason = reason
        if new is OFFLINE:
            self.filing.attendance.sign_off(agent, at)
        elif old is OFFLINE:
            self.filing.attendance.sign_on(agent)
        state.out.append(
            AgentPresenceChanged(at=at, seq=state.next_seq(), agent=agent.id, old=old, new=new, reason=reason)
        )
        if new is READY:
            agent.ready = True
            agent.idle_since = max(agent.idle_since, at)
            self.scores.present(agent, at)
            if agent.owned is not None:
                self.parking.back(agent)
            self.filing.refresh(agent)
            state.touch_agent(agent)
        elif agent.drains_for is not None:
            self.filing.end_drain(agent.drains_for, "agent", at)
