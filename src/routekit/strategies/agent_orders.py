"""Agent orders that go by time, by turn or by chance: which of the agents who may take a contact gets it.

Each class is a small frozen value that states its key. What an order reads of an agent (when it became idle,
when it had its last contact) is kept by the router; nothing here has a state of its own. Orders by work are in
`load_orders`, by skills in `skill_orders`, those that ask several agents or wait a moment in `ring_orders`.

Every order: lowest tier first, then the smallest key, then the smallest sequence (the order of `add_agent`).
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from routekit._frozen import EMPTY, FrozenMap
from routekit.abc import AgentOrder, AgentStanding, MemberStanding, Pick
from routekit.strategies import arguments

__all__ = ["LeastRecent", "LongestIdle", "Random", "RoundRobin", "RoundRobinOrdered", "TopDown", "WeightedRandom"]


@attrs.frozen
class LongestIdle(AgentOrder):
    """The agent who has been without a new contact for longest; empty agents before partly loaded ones. The default.

    `since` says from when an agent is idle. "ready": the latest of sign-in, becoming ready, and the end of the last
    contact or its wrap-up; so an absence never moves an agent forward, and an offer that was declined or not
    answered changes nothing. "last_finish": the end of the last contact or wrap-up; "last_offer": the last offer,
    whatever became of it. These two begin at the first sign-in, and their clocks stand still during an absence.

    Key: `(has_work, idle_since)`, or `last_finish` or `last_offer` in the place of `idle_since`; then sequence.
    Changes: when work comes or ends, and on becoming ready.
    Cost: one comparison for each group of agents alike; a logarithm to file an agent.
    Source: Amazon Connect (longest in Available), Twilio (longest unoccupied); mod_callcenter's
    `longest-idle-agent` is "last_finish", and its `sequentially-by-agent-order` goes by the last offer.
    Good for: even rests.
    Bad for: even work where handle times differ much.

    >>> LongestIdle(since="last_finish").parts
    ('has_work', 'last_finish')
    """

    name: ClassVar[str] = "longest-idle"

    since: str = attrs.field(default="ready", validator=arguments.choice("ready", "last_finish", "last_offer"))

    @property
    def parts(self) -> tuple[str, ...]:
        """`has_work`, and the time from which the agent is idle."""
        return ("has_work", "idle_since" if self.since == "ready" else self.since)


@attrs.frozen
class LeastRecent(AgentOrder):
    """The agent whose last contact of this queue ended longest ago; those who never had one come first.

    Contacts of other queues do not count, nor do wrap-ups and offers. The clock stands still during an absence, so
    that nobody gains by one.

    Key: `(has_work, had_one, ended_at, idle_since)`, then sequence; `had_one` and `ended_at` are of this queue.
    Changes: when work comes or ends, and on becoming ready.
    Cost: as `LongestIdle`, kept once for each queue.
    Source: app_queue's `leastrecent`, which counts whole seconds, leaves ties to a hash table, and whose tiers
    break after 11.57 idle days.
    Good for: spreading each kind of contact over all who can do it.
    Bad for: even rests of agents who serve several queues.

    >>> LeastRecent().parts
    ('has_work', 'had_one', 'ended_at', 'idle_since')
    """

    name: ClassVar[str] = "least-recent"
    parts: ClassVar[tuple[str, ...]] = ("has_work", "had_one", "ended_at", "idle_since")
    per_queue: ClassVar[bool] = True


@attrs.frozen
class RoundRobin(AgentOrder):
    """Agents in turn: the next after the last one to whom this queue made an offer.

    The pointer is a sequence number, one for each queue, and moves with each offer, answered or not; agents who
    cannot take the contact are passed over. Only the lowest tier with an eligible agent takes part.

    Key: sequence, read from the queue's pointer on and round.
    Changes: never; the pointer moves with each offer of the queue.
    Cost: a logarithm for each group of agents alike.
    Source: app_queue's `rrmemory`, where the turn of agents is a hash table's; mod_callcenter's `round-robin`,
    where other queues move the pointer.
    Good for: equal numbers of offers, and a turn that everybody can foresee.
    Bad for: unequal handle times.

    >>> RoundRobin().pick
    <Pick.NEXT: 'next'>
    """

    name: ClassVar[str] = "round-robin"
    pick: ClassVar[Pick] = Pick.NEXT


@attrs.frozen
class RoundRobinOrdered(AgentOrder):
    """Agents in turn, in the order in which they joined this queue.

    As `RoundRobin`, but by `joined`, a number that each membership gets when it begins: who leaves the queue and
    comes back is the last of the turn. Memberships of `add_agent` count in the order of `Agent.queues`.

    Key: `joined`, read from the queue's own pointer on and round; then sequence.
    Changes: never; the pointer moves with each offer of the queue.
    Cost: as `RoundRobin`, kept once for each queue.
    Source: app_queue's `rrordered`.
    Good for: a turn of its own in each queue.
    Bad for: unequal handle times.

    >>> RoundRobinOrdered().parts
    ('joined',)
    """

    name: ClassVar[str] = "round-robin-ordered"
    pick: ClassVar[Pick] = Pick.NEXT
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True


@attrs.frozen
class TopDown(AgentOrder):
    """The first who can, from the top of the list, for every contact.

    The list is that of `add_agent`. It goes further down when the first one is busy, or has declined or not
    answered: such a pair is left alone for `Queue.decline_retry_s` or `no_answer_retry_s`.

    Key: sequence alone.
    Changes: never.
    Cost: one comparison for each group of agents alike.
    Source: app_queue's `linear`, mod_callcenter's `top-down`; both keep a cursor for each caller instead of a retry
    delay.
    Good for: a chain of deputies.
    Bad for: evenness: the first have all of it.

    >>> TopDown().parts
    ()
    """

    name: ClassVar[str] = "top-down"


@attrs.frozen
class Random(AgentOrder):
    """Any of the lowest tier, all alike.

    One draw of 64 bits for each offer, u; the agent is number `(u * n) >> 64` of the n eligible ones in sequence
    order. The draw is a function of the router's seed and the draw's number, so a replay draws the same.

    Key: one draw among the eligible of the lowest tier in sequence order.
    Changes: never; each offer draws anew.
    Cost: a logarithm for each group of agents alike.
    Source: app_queue's and mod_callcenter's `random`.
    Good for: nothing to foresee, and nothing to game.
    Bad for: evenness over an hour: a draw does not remember.

    >>> Random().pick
    <Pick.DRAW: 'draw'>
    """

    name: ClassVar[str] = "random"
    pick: ClassVar[Pick] = Pick.DRAW


@attrs.frozen
class WeightedRandom(AgentOrder):
    """Any of the lowest tier, each as likely as its weight says.

    `weights` are by agent id, from 1e-6 to 1e9; who is not listed has `default`. One draw for each offer, as in
    `Random`; `docs/semantics.md` says how it falls on the groups of equal weight.

    Key: `(weight,)` in ascending order, then sequence; one draw among these, each in proportion to its weight.
    Changes: never; each offer draws anew.
    Cost: a logarithm for each group of agents alike, and one step for each distinct weight.
    Source: app_queue's `wrandom`, which makes the weight of the penalty, so that its tiers mix; here a tier stays
    one.
    Good for: beginners who are to have a third of what the others have.
    Bad for: evenness over an hour, as `Random`.

    >>> WeightedRandom({"ann": 3}).weights["ann"]
    3.0
    """

    name: ClassVar[str] = "weighted-random"
    pick: ClassVar[Pick] = Pick.WEIGHTED

    weights: FrozenMap[str, float] = attrs.field(default=EMPTY, converter=arguments.weights)
    default: float = attrs.field(default=1.0, converter=arguments.weight)

    def weight(self, agent: AgentStanding) -> float:
        """The weight by the agent's id, else `default`."""
        return self.weights.get(agent.id, self.default)

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(weight,)`."""
        return (self.weight(agent),)
