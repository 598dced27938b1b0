"""Counts: what a router has done since it was made, for each queue and agent, each count kept apart.

Only the values and how they are read off the records. What a count counts is in its class's docstring.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from routekit._frozen import FrozenMap
from routekit._kernel.drifting import value
from routekit._router.records import AgentRecord, QueueRecord
from routekit._router.state import State

__all__ = ["AgentStatistics", "QueueStatistics", "Statistics", "statistics"]


@attrs.frozen(kw_only=True)
class QueueStatistics:
    """A queue's counts since it was added; one that is added again under its name starts from zero.

    `entered`: contacts that joined its line (from outside, by a move or a transfer). `waiting`: there now, offered
    ones too. `offers`: offers made (not auto-accepted contacts). `connected`: connections to an agent;
    `within_level`: those that waited no longer than the service level's `within_s` (20 s where none is set).
    `abandoned`: left while waiting, `abandoned_within_level` of them that early. `finished`: ended after a
    connection, or handed on. `moved_out`: gone to another queue. `rejected`, `diverted`: turned away by a limit or a
    step, or sent to self-service or voicemail. `connect_failed`: put back after a connection. `waited_s` is the sum of
    the waits of those connected, `longest_s` the greatest. `parked`: there now, follow-ups that have not entered the
    line too. Of a contact that is visible in several queues all of it is counted at home, but offers where they are
    made; `overflow_out` are those of home that agents of another queue took through that one, `overflow_in` those that
    came so.
    """

    entered: int
    waiting: int
    offers: int
    connected: int
    within_level: int
    abandoned: int
    abandoned_within_level: int
    finished: int
    moved_out: int
    rejected: int
    diverted: int
    connect_failed: int
    waited_s: float
    longest_s: float
    parked: int
    overflow_in: int
    overflow_out: int

    @property
    def service_level(self) -> float | None:
        """The share of contacts served within the limit, of all that were connected or abandoned later than it.

        None while there is nothing to share. This is the field's usual definition: short abandons are left out.
        """
        base = self.connected + self.abandoned - self.abandoned_within_level
        return self.within_level / base if base else None

    @property
    def mean_wait_s(self) -> float | None:
        """The mean wait of those connected."""
        return self.waited_s / self.connected if self.connected else None


@attrs.frozen(kw_only=True)
class AgentStatistics:
    """An agent's counts.

    `selected`: chosen for a contact (offers and auto-accepted). `offered`: offers made. `answered`: accepted, or
    auto-accepted. `declined`, `not_answered`, `revoked`: how the other offers ended. `finished`: contacts ended or
    handed on. `connect_failed`: connections put back. `counts`: by queue, the score where its
    order keeps one: contacts, seconds talked, or the mean share of load, as they have faded by now.
    """

    selected: int
    offered: int
    answered: int
    declined: int
    not_answered: int
    revoked: int
    finished: int
    connect_failed: int
    counts: Mapping[str, float]


@attrs.frozen(kw_only=True)
class Statistics:
    """All counts at one moment. `clock_skews` commands came with a time before the router's, at worst `clock_skew_s`
    before.
    """

    queues: Mapping[str, QueueStatistics]
    agents: Mapping[str, AgentStatistics]
    clock_skews: int
    clock_skew_s: float


def _of_queue(queue: QueueRecord) -> QueueStatistics:
    return QueueStatistics(
        entered=queue.entered,
        waiting=len(queue.lineup.waiting),
        offers=queue.offers_made,
        connected=queue.connected,
        within_level=queue.within_level,
        abandoned=queue.abandoned,
        abandoned_within_level=queue.abandoned_within_level,
        finished=queue.finished,
        moved_out=queue.moved_out,
        rejected=queue.rejected,
        diverted=queue.diverted,
        connect_failed=queue.connect_failed,
        waited_s=queue.waited_s,
        longest_s=queue.longest_s,
        parked=queue.parked,
        overflow_in=queue.overflow_in,
        overflow_out=queue.overflow_out,
    )


def _of_agent(agent: AgentRecord, now: float) -> AgentStatistics:
    counts: dict[str, Any] = {}
    for member in agent.members.values():
        queue = member.queue
        if queue.counts is not None:
            score = (member.exponent, member.mantissa)
            half_life = queue.lineup.half_life
            present = value(score, member.level, now, half_life)
            counts[queue.name] = max(member.kept, present) if member.still else present
    return AgentStatistics(
        selected=agent.selected,
        offered=agent.offered,
        answered=agent.answered,
        declined=agent.declined,
        not_answered=agent.not_answered,
        revoked=agent.revoked,
        finished=agent.finished,
        connect_failed=agent.connect_failed,
        counts=FrozenMap(counts),
    )


def statistics(state: State) -> Statistics:
    """Read all counts. Cost: the queues and agents."""
    return Statistics(
        queues=FrozenMap({name: _of_queue(queue) for name, queue in state.queues.items()}),
        agents=FrozenMap({name: _of_agent(agent, state.now) for name, agent in state.agents.items()}),
        clock_skews=state.clock_skews,
        clock_skew_s=state.clock_skew_s,
    )
