"""Scores: what the orders that count keep of each member, when it changes, and the clocks that rest in an absence.

The arithmetic is `routekit._kernel.drifting`; the rules are those of `docs/semantics.md`, section 3. Nobody is filed
here: who has called for a change of a score files the agent anew.
"""

from __future__ import annotations

import datetime
import zoneinfo

from routekit._kernel.drifting import ZERO, high, low, shift, start, value
from routekit._kernel.ordered import Line, Node
from routekit._router.records import AgentRecord, MemberRecord, QueueRecord, WorkRecord
from routekit._router.state import MIDNIGHT, State
from routekit.errors import CivilTimeUnknown

__all__ = ["Scores"]

_TAU = 1.4426950408889634
"""1 / ln 2: what a time that is counted all the while comes to, in half-lives."""


class Scores:
    """Counts, times and loads of the members of a state's queues."""

    def __init__(self, state: State) -> None:
        self.state = state

    # -- one score ----------------------------------------------------------------------------------------------------

    def value(self, member: MemberRecord) -> float:
        """What the member's score comes to now; that of a share of load does not fall while they are not ready."""
        present = self._present(member)
        return max(member.kept, present) if member.still else present

    def _present(self, member: MemberRecord) -> float:
        return value((member.exponent, member.mantissa), member.level, self.state.now, member.queue.lineup.half_life)

    def _write(self, member: MemberRecord, score: tuple[int, float], level: float) -> None:
        listed = member.tally is not None
        self.leave_tally(member)
        member.exponent, member.mantissa = score
        member.level = level
        if listed:
            self.join_tally(member)

    def _shift(self, member: MemberRecord, amount: float, level: float) -> None:
        score = (member.exponent, member.mantissa)
        self._write(member, shift(score, amount, self.state.now, member.queue.lineup.half_life), level)

    def ended(self, work: WorkRecord, at: float) -> None:
        """A contact has ended for its agent, or been handed on; its wrap-up may follow."""
        agent = work.agent
        agent.last_finish = at
        agent.last_end = at
        agent.talked_s += at - work.connected_at
        member = agent.members.get(work.queue.seq)
        if member is not None:
            member.last_end_here = at
            member.ended += 1
            member.had_one = True
            member.ended_at = at
        self.count(work.queue, agent, "finished")
        self.talk(work, -1)

    def begin(self, member: MemberRecord) -> None:
        """A member without a score gets one: nothing so far, at the level of now."""
        queue = member.queue
        level = 0.0
        if queue.counts == "talk":
            works = member.agent.works.values()
            talking = sum(1 for work in works if work.queue is queue and not work.wrapping)
            level = self._talk_level(queue, talking)
        elif queue.counts == "load":
            member.still = not member.agent.ready
            level = member.agent.load
        member.kept = 0.0
        score = ZERO if level == 0.0 else start(0.0, level, self.state.now, queue.lineup.half_life)
        self._write(member, score, level)

    # -- what is counted ----------------------------------------------------------------------------------------------

    def count(self, queue: QueueRecord, agent: AgentRecord, what: str) -> None:
        """Count a contact for a member, where the queue's order counts that."""
        if queue.counts == what:
            member = agent.members.get(queue.seq)
            if member is not None:
                self._shift(member, 1.0, 0.0)

    def talk(self, work: WorkRecord, change: int) -> None:
        """A connection to an agent has begun (1) or ended (-1)."""
        queue = work.queue
        member = work.agent.members.get(queue.seq)
        if member is None or queue.counts != "talk":
            return
        half_life = queue.lineup.half_life
        talking = 1 if change > 0 else 0
        for other in work.agent.works.values():
            if other is not work and other.queue is queue and not other.wrapping:
                talking += 1
        step = self.state.now if half_life == 0.0 else half_life * _TAU
        self._shift(member, 0.0 - step if change > 0 else step, self._talk_level(queue, talking))

    def _talk_level(self, queue: QueueRecord, talking: int) -> float:
        half_life = queue.lineup.half_life
        return float(talking) if half_life == 0.0 else talking * (half_life * _TAU)

    def reload(self, agent: AgentRecord, load: float) -> None:
        """An agent's share of load is this now."""
        for member in agent.members.values():
            if member.queue.counts == "load" and member.level != load:
                if member.still:
                    member.kept = max(member.kept, self._present(member))
                self._shift(member, member.level - load, load)

    # -- coming and going ---------------------------------------------------------------------------------------------

    def raise_to_least(self, member: MemberRecord) -> None:
        """Raise a score to the least among the ready agents of the queue, so that a return floods nobody."""
        queue = member.queue
        now = self.state.now
        listed = member.tally is not None
        self.leave_tally(member)
        best = self._least(queue)
        if best is not None:
            least = self.value(best)
            if member.still:
                member.kept = max(member.kept, least)
            elif best.level == 0.0 and member.level == 0.0:
                if (best.score_high, best.score_low) > (member.score_high, member.score_low):
                    member.exponent = best.exponent
                    member.mantissa = best.mantissa
            elif self.value(member) < least:
                member.exponent, member.mantissa = start(least, member.level, now, queue.lineup.half_life)
        if listed:
            self.join_tally(member)

    def _least(self, queue: QueueRecord) -> MemberRecord | None:
        """Who of the ready members that are listed has the least, as the order would choose. Cost: the levels."""
        best: MemberRecord | None = None
        least = 0.0
        for line in (queue.tallies or {}).values():
            first = line.first()
            if first is not None:
                other: MemberRecord = first.item
                theirs = self.value(other)
                if best is None or (theirs, *_idle(other)) < (least, *_idle(best)):
                    best = other
                    least = theirs
        return best

    def join_tally(self, member: MemberRecord) -> None:
        """A member is ready: its score takes part in the least."""
        tallies = member.queue.tallies
        if tallies is not None and member.tally is None:
            score = (member.exponent, member.mantissa)
            member.tally = Node(member.agent.seq, member, high(score), low(score))
            line = tallies.get(member.level)
            if line is None:
                line = tallies[member.level] = Line()
            line.add(member.tally)

    def leave_tally(self, member: MemberRecord) -> None:
        """A member is ready no more, or its score changes."""
        tallies = member.queue.tallies
        if member.tally is not None:
            assert tallies is not None
            line = tallies[member.level]
            line.remove(member.tally)
            if not len(line):
                del tallies[member.level]
            member.tally = None

    def absent(self, agent: AgentRecord, at: float) -> None:
        """An agent ceases to be ready; nothing of their work has changed yet."""
        agent.left_at = at
        for member in agent.members.values():
            queue = member.queue
            self.leave_tally(member)
            if queue.counts == "load":
                member.kept = self.value(member)
                member.still = True

    def present(self, agent: AgentRecord, at: float) -> None:
        """An agent is ready again, or for the first time."""
        agent.taken = 0
        agent.talked_s = 0.0
        if agent.signed_in_before:
            agent.last_finish = _after_absence(agent.last_finish, agent.left_at, at)
            agent.last_offer = _after_absence(agent.last_offer, agent.left_at, at)
        else:
            agent.signed_in_before = True
            agent.last_finish = at
            agent.last_offer = at
        for member in agent.members.values():
            queue = member.queue
            if member.had_one:
                member.ended_at = _after_absence(member.ended_at, agent.left_at, at)
            if queue.counts == "load":
                kept = self.value(member)
                member.still = False
                member.level = agent.load
                member.exponent, member.mantissa = start(kept, member.level, at, queue.lineup.half_life)
            elif queue.since == "ready":
                member.exponent, member.mantissa = start(0.0, member.level, at, 0.0)
            self.join_tally(member)

    # -- by the day ---------------------------------------------------------------------------------------------------

    def watch_midnight(self) -> None:
        """Arm the timer of the next midnight while some queue counts by the day, and only then."""
        state = self.state
        daily = any(queue.since == "day" for queue in state.queues.values())
        if daily and state.midnight is None:
            try:
                due = self.next_midnight(state.now)
            except (OverflowError, ValueError, OSError):
                return  # beyond the calendar no day ends
            state.midnight = state.timers.arm(MIDNIGHT, due, due, state)
        elif not daily and state.midnight is not None:
            state.timers.cancel(state.midnight)
            state.midnight = None

    def check_civil(self) -> None:
        """`CivilTimeUnknown` if this router cannot tell where days begin."""
        if self.state.unix_offset_s is None or self.state.time_zone is None:
            raise CivilTimeUnknown

    def next_midnight(self, at: float) -> float:
        """The first midnight of the router's zone after a time. Cost: two conversions."""
        offset, zone = self.state.unix_offset_s, self.state.time_zone
        assert offset is not None and zone is not None
        tz = zoneinfo.ZoneInfo(zone)
        day = datetime.datetime.fromtimestamp(at + offset, tz).date()
        while True:
            day += datetime.timedelta(days=1)
            midnight: float = datetime.datetime.combine(day, datetime.time(), tz).timestamp() - offset
            if midnight > at:
                return midnight

    def new_day(self, at: float) -> list[AgentRecord]:
        """Begin every count by the day again; whoever stands by one, to be filed anew."""
        agents: dict[int, AgentRecord] = {}
        for queue in self.state.queues.values():
            if queue.since == "day":
                for member in queue.members.values():
                    self._write(member, start(0.0, member.level, at, 0.0), member.level)
                    agents[member.agent.seq] = member.agent
        return list(agents.values())


def _idle(member: MemberRecord) -> tuple[bool, float, int]:
    agent = member.agent
    return (agent.has_work, agent.idle_since, agent.seq)


def _after_absence(since: float, left_at: float, at: float) -> float:
    """A clock that stood still from `left_at` on."""
    return at - (left_at - since) if since < left_at else at
