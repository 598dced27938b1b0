"""Where everybody stands: contacts in their lines, agents in the index, steps and drains.

This is the one place that files and unfiles. It decides nothing about offers; it says who has to be looked at when
the command is settled (`State.touch_contact`, `State.touch_agent`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from routekit._kernel.choosing import (
    AFTER,
)
from routekit._kernel.index import CHANNELS
from routekit._kernel.matching import ahead
from routekit._kernel.ordered import Line, Node
from routekit._kernel.profiles import Link, Shape
from routekit._model import Agent, Capacity, Contact, Queue
from routekit._router.attendance import Attendance
from routekit._router.keys import Keys
from routekit._router.meant import ask_those_meant, withdraw_from_those_meant
from routekit._router.records import (
    NEVER,
    AgentRecord,
    ContactRecord,
    MemberRecord,
    OfferRecord,
    QueueRecord,
    Seeker,
    extras_of,
    is_consult,
)
from routekit._router.scores import Scores
from routekit._router.sharing import Sharing
from routekit._router.stages import QUEUED
from routekit._router.state import DRAIN, STEP, State
from routekit._timeline import Step
from routekit.abc import ContactOrder
from routekit.errors import InvalidValue
from routekit.events import DrainEnded, OfferNoLongerFits, StepFired

__all__ = ["Filing", "in_reach", "position_of"]


class Filing:
    """Files contacts and agents in the tables and the index of one state."""

    def __init__(self, state: State, scores: Scores) -> None:
        self.state = state
        self.scores = scores
        self.keys = Keys(state)
        self.attendance = Attendance(state)
        self.limits: Any = None  # who fires the steps that do more than ask less: a `Limits`
        self.announcements: Any = None  # who tells those who wait how long it will be: an `Announcements`
        self.sharing: Any = Sharing(state, self)
        state.index.mention("voice")
        state.index.mention("callback")

    # -- queues -------------------------------------------------------------------------------------------------------

    def set_up(self, queue: QueueRecord, value: Queue) -> None:
        """Copy from a queue's value what decisions read."""
        queue.value = value
        slope = value.contact_order.slope
        queue.linear = slope is not None
        queue.by_urgency = slope == 60.0
        queue.ratio = type(value.contact_order).target is not ContactOrder.target
        queue.slope = 0.0 if slope is None else slope
        queue.drains = value.drain_after_s is not None
        queue.drain_after_s = value.drain_after_s or 0.0
        queue.offer_timeout_s = value.offer_timeout_s
        queue.auto_accept = value.auto_accept
        queue.reach = value.max_tier or 0
        queue.steps = value.timeline
        queue.eases = not [step for step in value.timeline if not _eases(step)]
        # Those of the wait are in the timeline, and nobody who comes need be held against them.
        queue.limits = value.limits if [limit for limit in value.limits if limit.wait_s is None] else ()
        queue.announces = value.announcing is not None
        self.state.reaching.clear()
        queue.script = value.script
        queue.within_s = value.service_level.within_s if value.service_level is not None else 20.0
        queue.wrap_up_s = value.wrap_up_s
        queue.retry_contact_s = value.retry_contact_s
        lineup = queue.lineup
        self.state.index.forget_known(lineup)  # they may reach other tiers,
        self.state.index.staffing += 1  # and others may serve them
        lineup.tier_wait_s = value.tier_wait_s
        lineup.ratio = queue.ratio
        self.keys.set_up(queue, value.agent_order)

    def survey(self) -> None:
        """List the queues that need watching: those with windows, and whether one asks an app for scores."""
        state = self.state
        state.batched = [queue for queue in state.queues.values() if queue.every_s > 0.0]
        state.batched.sort(key=_by_queue)
        state.scored = any(queue.asks for queue in state.queues.values())

    # -- agents in the index ------------------------------------------------------------------------------------------

    def mention(self, channels: Sequence[str]) -> None:
        """Make sure that channels which a capacity or a presence names have numbers; a new one refiles everybody."""
        index = self.state.index
        new = [channel for channel in channels if channel not in index.channels]
        # Before anything has changed: half of them numbered would leave agents with too short a count.
        if len(index.channels) + len(new) > CHANNELS:
            self._renumber(new)
            return
        for channel in new:
            index.mention(channel)
        if new:
            self._enrol_again()

    def _renumber(self, new: list[str]) -> None:
        """Number only the channels that are in use, and the new ones; `InvalidValue` if these are too many."""
        index = self.state.index
        used = {"voice", "callback", *new}
        for agent in self.state.agents.values():
            used.update(_named(agent.value.capacity), agent.shut)
        if len(used) > CHANNELS:
            problem = f"would be more than the {CHANNELS} channels that capacities and presence may name"
            raise InvalidValue(path="channel", value=new, problem=problem)
        agents = self._withdraw_all()
        index.forget_channels()
        for channel in sorted(used):
            index.mention(channel)
        for agent in agents:
            self.enrol(agent)

    def _withdraw_all(self) -> list[AgentRecord]:
        agents = [agent for agent in self.state.agents.values() if agent.supply is not None]
        for agent in agents:
            self.withdraw(agent)
        return agents

    def _enrol_again(self) -> None:
        """A channel has a number of its own now: every agent's held work is counted anew."""
        for agent in self._withdraw_all():
            self.enrol(agent)

    def mention_capacity(self, capacity: Capacity) -> None:
        """Make sure that every channel which a capacity names has a number."""
        self.mention(tuple(sorted(_named(capacity))))

    def withdraw(self, agent: AgentRecord) -> None:
        """Take an agent out of the index and from its supply profile."""
        if agent.supply is not None:
            index = self.state.index
            index.unfile(agent)
            index.unload(agent)
            index.leave(agent)

    def enrol(self, agent: AgentRecord) -> None:
        """Put an agent under the supply profile of its value, and file it."""
        index = self.state.index
        value = agent.value
        queues = self.state.queues
        tiers = sorted((queues[name].seq, name, tier) for name, tier in value.queues.items())
        key = (tuple((seq, tier) for seq, _, tier in tiers), value.skills, value.capacity)
        supply = index.find_supply(key)
        if supply is None:
            links = []
            for _, name, tier in tiers:
                queue = queues[name]
                if tier > 1 and not queue.lineup.tiered:
                    self._set_tiered(queue)
                links.append(Link(queue.lineup, tier))
            supply = index.make_supply(key, value.skills, self._shape(value.capacity), links)
            if supply.shape.drains:
                self._arm_drains(value)
        index.enrol(agent, supply)
        agent.held = [0] * len(index.open_bits)
        for offer in agent.offers.values():
            agent.held[index.number(offer.channel)] += 1
        for work in agent.works.values():
            agent.held[index.number(work.channel)] += 1
        agent.closed = 0
        for channel in agent.shut:
            agent.closed |= index.bit(channel)
        agent.loads = any(member.queue.counts == "load" for member in agent.members.values())
        self.note_chosen(agent)
        agent.followed = any(member.queue.lineup.pick == AFTER for member in agent.members.values())
        agent.takes = any(member.queue.reads_taken for member in agent.members.values())
        self.refresh(agent)

    def note_chosen(self, agent: AgentRecord) -> None:
        """Where an order goes on from who was chosen last by any queue: keep that it was this agent, if it was."""
        if agent.last_chosen > NEVER:
            for member in agent.members.values():
                lineup = member.queue.lineup
                if lineup.pick == AFTER and (agent.last_chosen, agent.seq) >= (lineup.last_at, lineup.last_seq):
                    lineup.last_at = agent.last_chosen
                    lineup.last_seq = agent.seq
                    lineup.last_tier = member.tier
                    lineup.last_turn = float(member.joined)

    def forget_chosen(self, queue: QueueRecord, agent: AgentRecord) -> None:
        """An agent has left a queue: if they were the one chosen last, it is somebody else. Cost: the members then."""
        lineup = queue.lineup
        if lineup.last_seq == agent.seq:
            lineup.last_at = NEVER
            lineup.last_seq = 0
            lineup.last_tier = 0
            lineup.last_turn = 0.0
            for member in queue.members.values():
                self.note_chosen(member.agent)

    def _shape(self, capacity: Capacity) -> Shape:
        index = self.state.index
        channels = index.channels
        names: dict[int, str | None] = {0: None} | {n: name for name, n in channels.items()}
        costs: list[float] = []
        limits: list[int] = []
        interruptible: list[bool] = []
        allowed = 0
        for n in range(len(names)):
            name = names[n]
            costs.append(1.0 if name is None else float(capacity.cost_of(name)))
            limits.append(-1 if name is None else int(capacity.limit.get(name, -1)))
            interruptible.append(name in capacity.interruptible)
            if capacity.channels is None or name in capacity.channels:
                allowed |= index.masks[n]
        sequence = sorted(range(len(names)), key=lambda n: names[n] or "")
        return Shape(float(capacity.units), costs, limits, interruptible, sequence, allowed)

    def _set_tiered(self, queue: QueueRecord) -> None:
        """From now on tiers count in this queue: those who wait are filed anew, by how long they have waited."""
        waiting = [node.item for node in queue.lineup.waiting if node.item.lane is not None]
        waiting.extend(view.contact for view in queue.visitors.values() if view.lane is not None)
        for contact in waiting:
            self.unfile(contact)
        queue.lineup.tiered = True
        for contact in waiting:
            self.stand(contact)

    def _arm_drains(self, value: Agent) -> None:
        for name in value.queues:
            queue = self.state.queues[name]
            if queue.drains:
                for node in queue.lineup.waiting:
                    if node.item.lane is not None:
                        self._watch(node.item)

    def refresh(self, agent: AgentRecord) -> None:
        """File an agent anew after anything that its place depends on has changed."""
        state = self.state
        index = state.index
        index.unfile(agent)
        if agent.loaded:
            index.unload(agent)
        agent.has_work = agent.holding > 0
        supply = agent.supply
        closed = agent.closed if agent.ready else -1
        if closed != agent.counted and supply is not None:
            index.count(agent, closed)
        if not agent.ready or supply is None:
            agent.fit = 0
            agent.mask = 0
            if agent.loads and supply is not None:
                self.scores.reload(agent, agent.load)
            return
        shape = supply.shape
        agent.fit = shape.room(agent.held) & ~agent.closed
        agent.mask = agent.fit if agent.rest is None else 0
        if agent.loads:
            self.scores.reload(agent, shape.load / shape.units)
        if agent.mask:
            self.keys.set_agent(agent)
            index.file(agent)
        if agent.has_work and shape.drains and agent.drains_for is None:
            index.load(agent, agent.idle_since)
            state.drain_dirty = True

    def release(self, agent: AgentRecord, channel: str) -> None:
        """Give an agent's units back, file it and have it looked at."""
        agent.held[self.state.index.number(channel)] -= 1
        agent.holding -= 1
        self.refresh(agent)
        self.state.touch_agent(agent)

    # -- contacts in their lines --------------------------------------------------------------------------------------

    def ask(self, contact: ContactRecord) -> None:
        """Work out what a contact asks for now: its own value with the fired steps applied. Not while it is filed."""
        value = contact.value
        if not contact.fired and contact.extras is None:
            self._ask_as_it_came(contact, value)
            return
        contact.asks = None
        needs = [(need.skill, float(need.at_least)) for need in value.needs]
        priority = float(value.priority)
        if contact.extras is not None:
            priority += contact.extras.credit
        reach = contact.queue.reach
        last_here = len(contact.fired) - contact.fired_here
        for i, step in enumerate(contact.fired):
            needs = [
                (skill, min(level, step.lower[skill]) if skill in step.lower else level)
                for skill, level in needs
                if skill not in step.drop
            ]
            priority += step.raise_priority
            if i >= last_here and step.max_tier is not None:
                reach = step.max_tier
        contact.needs = tuple(needs)
        contact.priority = priority
        contact.reach = reach

    def _ask_as_it_came(self, contact: ContactRecord, value: Contact) -> None:
        """The same for one that asks for just what its value says: others have asked for the same before."""
        index = self.state.index
        queue = contact.queue
        asks = index.known(queue.lineup, value.channel, value.needs)
        if asks is None:
            needs = tuple([(need.skill, float(need.at_least)) for need in value.needs])
            asks = index.demand(queue.lineup, value.channel, needs, queue.reach, 0.0)
            index.make_known(asks, value.needs)
        contact.asks = asks
        contact.needs = asks.needs
        contact.priority = float(value.priority)
        contact.reach = asks.reach

    def line_up(self, contact: ContactRecord) -> None:
        """Put a contact into its queue's line and have it looked at; `ask` has been called."""
        queue = contact.queue
        contact.urgency = contact.since - 60.0 * contact.priority
        self.keys.set_contact(contact)
        queue.lineup.waiting.add(contact)
        if contact.extras is not None:
            queue.consults += is_consult(contact)
        if queue.ratio:
            self._file_by_target(contact)
        if contact.views is not None:
            self.sharing.line_up(contact)
        self.stand(contact)

    def _file_by_target(self, contact: ContactRecord) -> None:
        """Where a line goes by ratios: one line for each target besides, for positions."""
        self.keys.set_target(contact)
        table = contact.queue.lineup.by_target
        line = table.get(contact.target)
        if line is None:
            line = table[contact.target] = Line()
        place = extras_of(contact).place = Node(contact.seq, contact)
        place.copy_key(contact)
        line.add(place)

    def foresee(self, contact: ContactRecord, since: float, at: float) -> None:
        """Choose the agent of a newcomer before anything has changed, where an app's score may fail: it raises then."""
        state = self.state
        lineup = contact.queue.lineup
        contact.since = since
        self.ask(contact)
        contact.urgency = since - 60.0 * contact.priority
        self.keys.set_contact(contact)
        state.index.carry(contact, state.index.demand(lineup, contact.value.channel, contact.needs, contact.reach, 0.0))
        try:
            state.foreseen_agent = state.chooser.best_slot(contact, at)
        finally:
            state.index.unqueue(contact)
        state.foreseen = contact

    def stand(self, contact: ContactRecord) -> None:
        """A contact in the line asks for an agent, if it is queued, does not rest and is not held behind another;
        filed when all is settled.
        """
        if contact.stage is not QUEUED:
            return
        state = self.state
        extras = contact.extras
        if extras is not None and extras.reserved is not None:
            state.watched.append(contact)
            state.touch_contact(contact)
        if (contact.attempts is None or contact.attempts.rest is None) and (extras is None or extras.behind is None):
            index = state.index
            lineup = contact.queue.lineup
            asks = contact.asks
            if asks is None or not asks.kept or asks.lineup is not lineup or contact.target != 0.0:
                channel = contact.value.channel
                asks = index.demand(lineup, channel, contact.needs, contact.reach, contact.target)
                contact.needs = asks.needs  # one tuple for all who ask for the same
            index.carry(contact, asks)
            if contact.views is not None:
                self.sharing.stand(contact)
            state.touch_contact(contact)

    def file(self, contact: ContactRecord) -> None:
        """File a queued contact under its demand profile, and watch whether somebody has to be drained for it.

        One that is reserved is filed with each of its agents instead.
        """
        state = self.state
        if contact.extras is not None and contact.extras.reserved is not None:
            ask_those_meant(contact, state.now)
            return
        state.index.queue(contact, state.now)
        if contact.queue.drains:
            self._watch(contact)

    def _watch(self, contact: ContactRecord) -> None:
        state = self.state
        if contact.drain_timer is not None or contact.overdue or contact.demand is None:
            return
        if state.index.may_drain(contact.demand):
            after = contact.queue.drain_after_s
            due = contact.since + after
            if due > state.now:
                contact.drain_timer = state.timers.arm(DRAIN, after, due, contact)
            else:
                self.fall_overdue(contact)

    def fall_overdue(self, contact: ContactRecord) -> None:
        """A queued contact has waited long enough for somebody to be drained."""
        contact.overdue = True
        if contact.drainer is None:
            self._await_drain(contact)

    def _await_drain(self, contact: ContactRecord) -> None:
        demand = contact.demand
        assert demand is not None and contact.drain_node is None
        contact.drain_node = Node(contact.seq, contact, contact.urgency)
        demand.undrained.add(contact.drain_node)
        self.state.undrained[id(demand)] = demand
        self.state.drain_dirty = True

    def stop_awaiting_drain(self, contact: ContactRecord) -> None:
        """Somebody drains for the contact now, or it is overdue no more."""
        demand = contact.demand
        if contact.drain_node is not None:
            assert demand is not None
            demand.undrained.remove(contact.drain_node)
            contact.drain_node = None
            if not demand.undrained.size:
                del self.state.undrained[id(demand)]

    def unfile(self, contact: ContactRecord) -> None:
        """Take a contact from its demand profile: it is offered, connected or gone, or asks for something else."""
        state = self.state
        if contact.drain_timer is not None:
            state.timers.cancel(contact.drain_timer)
            contact.drain_timer = None
        if contact.overdue:
            contact.overdue = False
            self.stop_awaiting_drain(contact)
        if contact.demand is not None:
            if contact.lane is not None and state.index.draining and not contact.queue.by_urgency:
                self.wake_drainers(contact.queue)
            if contact.extras is not None and contact.extras.reserved is not None:
                withdraw_from_those_meant(contact)
            state.index.unqueue(contact)
        if contact.views is not None:
            self.sharing.unfile(contact)

    def wake_drainers(self, queue: QueueRecord) -> None:
        """One who leaves a line may have stood between a draining agent and those behind who come before its goal.

        Not where the line is in the order of urgency: who is behind is less urgent. Cost: the draining agents with
        room.
        """
        for entry in queue.lineup.entries:
            for bucket in entry.supply.drain_buckets:
                for node in bucket.lines[entry.line]:
                    self.state.touch_agent(node.item)

    def step_out(self, contact: ContactRecord) -> None:
        """Take a contact out of its queue's line altogether."""
        self.unfile(contact)
        self.leave_line(contact)

    def leave_line(self, contact: ContactRecord) -> None:
        """Take a contact from the line that says its position."""
        lineup = contact.queue.lineup
        lineup.waiting.remove(contact)
        if contact.extras is not None:
            contact.queue.consults -= is_consult(contact)
            if contact.extras.place is not None:
                line = lineup.by_target[contact.target]
                line.remove(contact.extras.place)
                if not len(line):
                    del lineup.by_target[contact.target]
                contact.extras.place = None
                contact.target = 0.0

    def stop_rest(self, contact: ContactRecord) -> None:
        """A contact rests no more, or never did."""
        attempts = contact.attempts
        if attempts is not None and attempts.rest is not None:
            self.state.timers.cancel(attempts.rest)
            attempts.rest = None

    def stop_steps(self, contact: ContactRecord) -> None:
        """No further step for now."""
        if contact.step_timer is not None:
            self.state.timers.cancel(contact.step_timer)
            contact.step_timer = None

    def position(self, contact: Seeker) -> int:
        """See `position_of`."""
        return position_of(contact, self.state.now)

    # -- steps --------------------------------------------------------------------------------------------------------

    def arm_step(self, contact: ContactRecord) -> None:
        """Arm the timer of the next step, if there is one."""
        steps = contact.queue.steps
        if contact.next_step < len(steps):
            after = steps[contact.next_step].after_s
            due = contact.entered_queue_at + after
            contact.step_timer = self.state.timers.arm(STEP, after, due, contact)

    def run_steps(self, contact: ContactRecord, at: float) -> None:
        """Fire the steps that are due by now, and arm the next."""
        steps = contact.queue.steps
        while contact.next_step < len(steps) and contact.entered_queue_at + steps[contact.next_step].after_s <= at:
            if not self.fire_step(contact, at):
                return  # it waits elsewhere now, or not any more
        self.arm_step(contact)

    def replan(self, contact: ContactRecord, at: float) -> None:
        """Take up a timeline that may have changed: fire what is due, but for what has been fired here, or skipped."""
        self.stop_steps(contact)
        steps = contact.queue.steps
        fired = contact.fired[len(contact.fired) - contact.fired_here :]
        if contact.extras is not None:
            fired = (*fired, *contact.extras.skipped)
        contact.next_step = 0
        while contact.next_step < len(steps) and contact.entered_queue_at + steps[contact.next_step].after_s <= at:
            step = steps[contact.next_step]
            if step in fired:
                contact.next_step += 1
            elif not self.fire_step(contact, at):
                return
        self.arm_step(contact)

    def fire_step(self, contact: ContactRecord, at: float) -> bool:
        """Fire the next step of a waiting contact, if it applies; whether the contact goes on waiting in this queue."""
        if not contact.queue.eases:
            stays: bool = self.limits.fire(contact, at)
            return stays
        self.begin_step(contact, at)
        self.refile(contact)
        self.check_fits(contact, at)
        return True

    def begin_step(self, contact: ContactRecord, at: float) -> None:
        """The next step applies: write it down, and say so."""
        number = contact.next_step
        step = contact.queue.steps[number]
        contact.next_step = number + 1
        contact.fired = (*contact.fired, step)
        contact.fired_here += 1
        state = self.state
        state.out.append(
            StepFired(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                queue=contact.queue.name,
                step=number,
                after_s=step.after_s,
            )
        )
        self.end_drain(contact, "left", at)

    def refile(self, contact: ContactRecord) -> None:
        """Put a waiting contact where it stands by what it asks for now."""
        self.step_out(contact)
        self.ask(contact)
        self.line_up(contact)

    # -- drains -------------------------------------------------------------------------------------------------------

    def end_drain(self, contact: ContactRecord, reason: str, at: float) -> None:
        """Nobody is to be drained for this contact any longer."""
        agent = contact.drainer
        if agent is None:
            return
        state = self.state
        contact.drainer = None
        state.index.unfile(agent)
        state.index.stop_drain(agent, contact)
        self.refresh(agent)
        state.touch_agent(agent)
        if contact.overdue:
            self._await_drain(contact)
        state.drain_dirty = True
        state.out.append(DrainEnded(at=at, seq=state.next_seq(), contact=contact.id, agent=agent.id, reason=reason))

    # -- offers that no longer fit ------------------------------------------------------------------------------------

    def check_fits(self, contact: ContactRecord, at: float) -> None:
        """The same for every open offer of a contact."""
        if contact.offer is not None:
            self.check_fit(contact.offer, at)
            for offer in contact.others:
                self.check_fit(offer, at)

    def check_fit(self, offer: OfferRecord, at: float) -> None:
        """Say so if an open offer would not be made now: it stands all the same."""
        why = self._misfit(offer)
        if why:
            state = self.state
            state.out.append(
                OfferNoLongerFits(
                    at=at,
                    seq=state.next_seq(),
                    offer=offer.id,
                    contact=offer.contact.id,
                    agent=offer.agent.id,
                    reason=why,
                )
            )

    def _misfit(self, offer: OfferRecord) -> str:
        """The first reason why not, without this offer's own hold; empty if it fits."""
        agent = offer.agent
        contact = offer.contact
        supply = agent.supply
        assert supply is not None
        number = self.state.index.number(contact.value.channel)
        queue = offer.queue
        member = agent.members.get(queue.seq)
        shape = supply.shape
        if agent.closed >> number & 1 or not shape.allowed >> number & 1:
            return "channel"
        if member is None:
            return "membership"
        reach = contact.reach if queue is contact.queue else queue.reach
        if reach and member.tier > reach:
            return "tier"
        for skill, level in contact.needs:
            if agent.skills.get(skill, 0.0) < level:
                return "needs"
        agent.held[number] -= 1
        room = shape.room(agent.held)
        agent.held[number] += 1
        return "" if room >> number & 1 else "capacity"


def in_reach(contact: ContactRecord, reach: int, member: MemberRecord) -> bool:
    """Whether a member is of a tier within reach (0: any), and has what a contact needs; available or not."""
    if reach and member.tier > reach:
        return False
    skills = member.agent.skills
    fits = True
    for skill, level in contact.needs:
        fits = fits and skills.get(skill, 0.0) >= level
    return fits


def _eases(step: Step) -> bool:
    """Whether a step always applies, and does no more than ask less."""
    tells = step.suggest_callback or step.announce is not None
    return not (step.when or step.add_queue or tells or step.move_to or step.ending)


def _named(capacity: Capacity) -> set[str]:
    """The channels that a capacity names."""
    return {*capacity.cost, *capacity.limit, *capacity.interruptible, *(capacity.channels or ())}


def position_of(contact: Seeker, now: float) -> int:
    """1 + those at home in its queue before it, of a view too. Cost: a logarithm; by ratios, some for each target."""
    lineup = contact.queue.lineup
    if not lineup.ratio:
        return lineup.waiting.rank(contact) + 1
    before = 0
    for target, line in lineup.by_target.items():
        if target == contact.target:
            before += line.rank(contact)
        else:
            low = 0
            high = len(line)
            while low < high:
                middle = (low + high) >> 1
                other: Any = line.kth(middle)
                if ahead(other.item, contact, now):
                    low = middle + 1
                else:
                    high = middle
            before += low
    return before + 1


def _by_queue(queue: QueueRecord) -> int:
    return queue.seq
