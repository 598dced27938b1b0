"""FreeSWITCH's `mod_callcenter`: its nine strategies as they are, and what we would have instead.

Only values live here: each function gives an agent order. Read in src/mod/applications/mod_callcenter/
mod_callcenter.c (members_callback, agents_callback, cc_agent_update), as of August 2026.

The words: a *level* is a tier, a *position* the order in which agents joined the queue. Where the source leaves a tie
to its database, the sequence decides here. The module looks for agents ten times a second; here it is done at once.
"""

from __future__ import annotations

import math
from typing import ClassVar

import attrs

from routekit.abc import AgentOrder, AgentStanding, MemberStanding, Pick
from routekit.strategies import agent_orders as agents
from routekit.strategies import arguments
from routekit.strategies import load_orders as loads
from routekit.strategies import ring_orders as rings

__all__ = [
    "ORDERS",
    "FreeSwitchFewestCalls",
    "FreeSwitchLeastTalkTime",
    "FreeSwitchLongestIdle",
    "FreeSwitchRandom",
    "FreeSwitchRingAll",
    "FreeSwitchRingProgressively",
    "FreeSwitchRoundRobin",
    "FreeSwitchSequential",
    "FreeSwitchTopDown",
    "agent_with_fewest_calls",
    "agent_with_least_talk_time",
    "longest_idle_agent",
    "random",
    "ring_all",
    "ring_progressively",
    "round_robin",
    "sequentially_by_agent_order",
    "top_down",
]


@attrs.frozen
class FreeSwitchLongestIdle(AgentOrder):
    """`longest-idle-agent`: whose last call, of any queue, ended longest ago, in whole seconds; the never called first.

    Becoming available does not count, and a pause does not stop the clock.

    Key: `(whole seconds of the last end, joined)`, then sequence.
    Changes: when a call ends.
    Cost: as `LongestIdle`, kept once for each queue; a key in Python whenever an agent is filed.
    Source: mod_callcenter.c: ORDER BY level, last_bridge_end, position.
    Good for: moving from FreeSWITCH with everything as it was.
    Bad for: who comes back from a break: they are the first.

    >>> longest_idle_agent(fixed=True)
    LongestIdle(since='last_finish')
    """

    name: ClassVar[str] = "freeswitch-longest-idle-agent"
    behind: ClassVar[bool] = False
    per_queue: ClassVar[bool] = True

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(whole seconds of the last end, joined)`."""
        assert member is not None
        return (float(math.floor(agent.last_end)), float(member.joined))


@attrs.frozen
class FreeSwitchLeastTalkTime(AgentOrder):
    """`agent-with-least-talk-time`: who has talked least since becoming available, in all queues.

    A call counts when it ends, whole. Becoming available sets it to 0, so that a short break makes an agent the
    first. There each call counts in whole seconds; here exactly.

    Key: `(talked_s, joined)`, then sequence.
    Changes: when a call ends, and on becoming ready.
    Cost: as `LongestIdle`, kept once for each queue.
    Source: mod_callcenter.c: ORDER BY level, talk_time, position; reset in cc_agent_update.
    Good for: moving from FreeSWITCH with everything as it was.
    Bad for: fairness: a break is rewarded with calls, or used to get out of the way of none.

    >>> agent_with_least_talk_time().parts
    ('talked_s', 'joined')
    """

    name: ClassVar[str] = "freeswitch-agent-with-least-talk-time"
    behind: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = ("talked_s", "joined")
    per_queue: ClassVar[bool] = True


@attrs.frozen
class FreeSwitchFewestCalls(AgentOrder):
    """`agent-with-fewest-calls`: who has answered the fewest calls since becoming available, in all queues.

    Key: `(taken, joined)`, then sequence.
    Changes: when a call is connected, and on becoming ready.
    Cost: as `LongestIdle`, kept once for each queue.
    Source: mod_callcenter.c: ORDER BY level, calls_answered, position; reset in cc_agent_update.
    Good for: moving from FreeSWITCH with everything as it was.
    Bad for: fairness: who comes back has had none, and gets all until they have caught up.

    >>> agent_with_fewest_calls().parts
    ('taken', 'joined')
    """

    name: ClassVar[str] = "freeswitch-agent-with-fewest-calls"
    behind: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = ("taken", "joined")
    per_queue: ClassVar[bool] = True


@attrs.frozen
class FreeSwitchRoundRobin(AgentOrder):
    """`round-robin`: the next position after the member whom any queue offered a call to last, in that one's level.

    If nobody is free there, the first by level and position. So offers of other queues move the turn, and while the
    last offer went to a higher level its turn goes on before the lowest one.

    Key: `joined`, read after the newest offer of the members, in its tier; else `(tier, joined)`.
    Changes: never; an offer of any queue moves the turn.
    Cost: a logarithm for each group of agents alike, of all tiers.
    Source: mod_callcenter.c: position > that of the newest last_offered_call of the queue, level = its level, then all.
    Good for: moving from FreeSWITCH with everything as it was.
    Bad for: agents in several queues, whose turn the others move; strict tiers.

    >>> round_robin().pick
    <Pick.AFTER: 'after'>
    """

    name: ClassVar[str] = "freeswitch-round-robin"
    behind: ClassVar[bool] = False
    pick: ClassVar[Pick] = Pick.AFTER
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True


@attrs.frozen
class FreeSwitchTopDown(AgentOrder):
    """`top-down`: for each caller from the top of the list, and further down with each offer, through the levels.

    Who has been passed is not tried again before the end of the list; then it begins at the top. There it begins
    again only when nobody further down is even signed in; here, as soon as nobody there is free.

    Key: `(tier, joined)`, read after the caller's last offer; else from the top.
    Changes: never; an offer moves the caller's place.
    Cost: a logarithm for each group of agents alike, of all tiers.
    Source: mod_callcenter.c: cc_last_agent_tier_level and _position of the caller.
    Good for: moving from FreeSWITCH with everything as it was.
    Bad for: evenness: the first have all of it.

    >>> top_down().pick
    <Pick.DOWN: 'down'>
    """

    name: ClassVar[str] = "freeswitch-top-down"
    behind: ClassVar[bool] = False
    pick: ClassVar[Pick] = Pick.DOWN
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True


@attrs.frozen
class FreeSwitchSequential(AgentOrder):
    """`sequentially-by-agent-order`: the first free one of the list, always from the top.

    The last offer would come third, and never decides: positions differ.

    Key: `(joined,)`, then sequence.
    Changes: never.
    Cost: as `TopDown`, kept once for each queue.
    Source: mod_callcenter.c: ORDER BY level, position, last_offered_call.
    Good for: moving from FreeSWITCH with everything as it was.
    Bad for: a first one who does not answer: without a delay they are rung for ever.

    >>> sequentially_by_agent_order().parts
    ('joined',)
    """

    name: ClassVar[str] = "freeswitch-sequentially-by-agent-order"
    behind: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True


@attrs.frozen
class FreeSwitchRandom(AgentOrder):
    """`random`: any of the lowest level with somebody free.

    Key: one draw among the eligible of the lowest tier in sequence order.
    Changes: never; each offer draws anew.
    Cost: as `Random`.
    Source: mod_callcenter.c: ORDER BY level, random().
    Good for: moving from FreeSWITCH with everything as it was.
    Bad for: evenness over an hour.

    >>> random(fixed=True)
    Random()
    """

    name: ClassVar[str] = "freeswitch-random"
    behind: ClassVar[bool] = False
    pick: ClassVar[Pick] = Pick.DRAW


@attrs.frozen
class FreeSwitchRingAll(AgentOrder):
    """`ring-all`: everybody free rings, in the order of positions. Here a level at a time, as under `tier-rules-apply`.

    Without tier rules the module rings all levels together: give all agents one tier for that.

    Key: `(joined,)`, then sequence: in which order they are rung, at most 1000.
    Changes: never.
    Cost: as `RingAll`.
    Source: mod_callcenter.c: ORDER BY level, position, and agents_callback, which goes on after each.
    Good for: moving from FreeSWITCH with everything as it was.
    Bad for: many queues at once.

    >>> ring_all().ring
    1000
    """

    name: ClassVar[str] = "freeswitch-ring-all"
    behind: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True

    @property
    def ring(self) -> int:
        """How many at once."""
        return 1000


@attrs.frozen
class FreeSwitchRingProgressively(AgentOrder):
    """`ring-progressively`: one more rings every `every_s` seconds (`ring-progressively-delay`), by level and position.

    Key: `(joined,)`, then sequence, for each one more.
    Changes: never.
    Cost: as `RingProgressively`.
    Source: mod_callcenter.c: members_callback, cc_last_originated_call.
    Good for: moving from FreeSWITCH with everything as it was.
    Bad for: evenness: the first of the list ring for every call.

    >>> ring_progressively(5).ring_every_s
    5.0
    """

    name: ClassVar[str] = "freeswitch-ring-progressively"
    behind: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True

    ring_every_s: float = attrs.field(default=10.0, alias="every_s", converter=arguments.every)

    def __repr__(self) -> str:
        return arguments.shown(self)

    @property
    def ring(self) -> int:
        """How many at the same time."""
        return 1000


def longest_idle_agent(*, fixed: bool = False) -> AgentOrder:
    """`longest-idle-agent`; fixed: `LongestIdle(since="last_finish")`, whose clock stands still during an absence."""
    return agents.LongestIdle(since="last_finish") if fixed else FreeSwitchLongestIdle()


def agent_with_least_talk_time(*, fixed: bool = False) -> AgentOrder:
    """`agent-with-least-talk-time`; fixed: `LeastTalkTime()`, which fades and which no break sets to 0."""
    return loads.LeastTalkTime() if fixed else FreeSwitchLeastTalkTime()


def agent_with_fewest_calls(*, fixed: bool = False) -> AgentOrder:
    """`agent-with-fewest-calls`; fixed: `FewestContacts()`, which fades and which no break sets to 0."""
    return loads.FewestContacts() if fixed else FreeSwitchFewestCalls()


def round_robin(*, fixed: bool = False) -> AgentOrder:
    """`round-robin`; fixed: `RoundRobinOrdered()`, whose turn is the queue's own, the lowest tier first."""
    return agents.RoundRobinOrdered() if fixed else FreeSwitchRoundRobin()


def top_down(*, fixed: bool = False) -> AgentOrder:
    """`top-down`; fixed: `TopDown()`, where a retry delay takes the caller further down."""
    return agents.TopDown() if fixed else FreeSwitchTopDown()


def sequentially_by_agent_order(*, fixed: bool = False) -> AgentOrder:
    """`sequentially-by-agent-order`; fixed: `TopDown()`, with a retry delay for who does not answer."""
    return agents.TopDown() if fixed else FreeSwitchSequential()


def random(*, fixed: bool = False) -> AgentOrder:
    """`random`; fixed: `Random()`, which is the same."""
    return agents.Random() if fixed else FreeSwitchRandom()


def ring_all(*, fixed: bool = False) -> AgentOrder:
    """`ring-all`; fixed: `RingAll(limit=1000)`, longest idle first."""
    return rings.RingAll(limit=1000) if fixed else FreeSwitchRingAll()


def ring_progressively(every_s: float = 10.0, *, fixed: bool = False) -> AgentOrder:
    """`ring-progressively`; fixed: `RingProgressively(every_s)`, longest idle first, at most ten."""
    return rings.RingProgressively(every_s) if fixed else FreeSwitchRingProgressively(every_s)


ORDERS: tuple[type[AgentOrder], ...] = (
    FreeSwitchLongestIdle,
    FreeSwitchRoundRobin,
    FreeSwitchTopDown,
    FreeSwitchLeastTalkTime,
    FreeSwitchFewestCalls,
    FreeSwitchSequential,
    FreeSwitchRandom,
    FreeSwitchRingAll,
    FreeSwitchRingProgressively,
)
"""The orders of this module that have a name of their own."""
