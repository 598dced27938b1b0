"""Agent orders: which of the agents who may take a contact gets it.

Each class is a small frozen value that states its key. What an order reads of an agent (when it became idle,
how many contacts it had) is kept by the router; nothing here has a state of its own.

Every order: lowest tier first, then the smallest key, then the smallest sequence (the order of `add_agent`).
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from routekit._numbers import LEAST_SECONDS, MOST_SECONDS, within
from routekit.abc import AgentOrder, AgentStanding, MemberStanding, Pick
from routekit.errors import InvalidValue


def _half_life(value: object) -> float:
    return within(value, "half_life_s", LEAST_SECONDS, MOST_SECONDS)


def _count(_self: object, _attribute: object, value: object) -> None:
    if value not in ("answered", "offered"):
        raise InvalidValue(path="count", value=value, problem="must be 'answered' or 'offered'")


__all__ = ["FewestContacts", "LongestIdle", "Random", "RoundRobin"]


@attrs.frozen
class LongestIdle(AgentOrder):
    """The agent who has been without a new contact for longest; empty agents before partly loaded ones.

    Key: `(has_work, idle_since)`, then sequence. `idle_since` is the latest of signing in, becoming ready and
    the end of the last contact or its wrap-up; so an absence never moves an agent forward, and an offer that
    was declined or not answered changes nothing.
    Cost: a logarithm of the agents alike. Source: Amazon Connect ("longest in Available"), mod_callcenter
    (longest-idle-agent), here over all of an agent's queues. Good for: even rests. Bad for: even loads when
    handle times differ much.

    >>> LongestIdle().name
    'longest-idle'
    """

    name: ClassVar[str] = "longest-idle"

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(has_work, idle_since)`."""
        return (1.0 if agent.has_work else 0.0, agent.idle_since)


@attrs.frozen
class RoundRobin(AgentOrder):
    """Agents in turn: the next after the last one to whom this queue made an offer.

    Key: sequence, read from the queue's pointer on and round. The pointer is a sequence number, one per queue,
    and moves with each offer, answered or not; agents who cannot take the contact are passed over. Only the
    lowest tier with an eligible agent takes part.
    Cost: a logarithm. Source: app_queue's rrmemory; there the order is a hash table's, here it is the order in
    which agents were added. Good for: equal numbers of offers. Bad for: unequal handle times.

    >>> RoundRobin().pick
    <Pick.NEXT: 'next'>
    """

    name: ClassVar[str] = "round-robin"
    pick: ClassVar[Pick] = Pick.NEXT

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """No key: the sequence alone."""
        return ()


@attrs.frozen
class Random(AgentOrder):
    """Any of the lowest tier, all alike.

    One draw of 64 bits per offer, u; the agent is number `(u * n) >> 64` of the n eligible ones in sequence
    order. The draw is a function of the router's seed and the draw's number, so a replay draws the same.
    Cost: a logarithm for each group of agents alike. Good for: nothing to predict. Bad for: evenness.

    >>> Random().name
    'random'
    """

    name: ClassVar[str] = "random"
    pick: ClassVar[Pick] = Pick.DRAW

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """No key: the sequence alone."""
        return ()


@attrs.frozen
class FewestContacts(AgentOrder):
    """The agent who has had the fewest contacts of this queue lately.

    Key: the faded count of contacts, ties by longest idle: `(exponent, mantissa, has_work, idle_since)`, then
    sequence. A contact counts 1 when it comes and half of that after `half_life_s` seconds. On sign-in and on
    joining the queue a count is raised to the least among its ready agents, so that an agent who returns is
    not flooded; a decline or an absence never lowers it.
    Cost: a logarithm. Source: app_queue's fewestcalls, which rings an agent who does not answer again and again
    because only calls that ended count; here `count="offered"` counts offers too.

    >>> FewestContacts(half_life_s=3600).half_life
    3600.0
    """

    name: ClassVar[str] = "fewest-contacts"
    per_queue: ClassVar[bool] = True

    half_life_s: float = attrs.field(default=28800.0, converter=_half_life)
    count: str = attrs.field(default="answered", validator=_count)

    @property
    def counts(self) -> str:
        """What is counted."""
        return self.count

    @property
    def half_life(self) -> float:
        """Seconds in which a count fades to half."""
        return self.half_life_s

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(exponent, mantissa, has_work, idle_since)`."""
        assert member is not None
        return (float(member.exponent), member.mantissa, 1.0 if agent.has_work else 0.0, agent.idle_since)
