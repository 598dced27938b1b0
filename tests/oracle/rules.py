"""The rules that decide who gets what, as functions of what the plain router remembers.

Every function names the section of docs/semantics.md that it says again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from routekit._model import Capacity
from tests.oracle.records import PlainAgent, PlainContact, PlainQueue, Work

SLACK = 1e-9


def contact_key(queue: PlainQueue, contact: PlainContact, now: float | None = None) -> tuple[float, ...]:
    """Section 2: the place of a contact in its own queue; the sequence is the last tie-break.

    Without a time: as in section 7, where a contact's place does not move.
    """
    order: Any = queue.value.contact_order
    since, p = contact.since, contact.priority
    name = type(order).__name__
    if name == "Fifo":
        return (since, contact.seq)
    if name == "StrictPriority":
        return (-p, since, contact.seq)
    if name == "Aged":
        return (since - p * (60.0 / order.per_minute), contact.seq)
    if name == "HeadStart":
        if not isinstance(order.seconds, Mapping):
            return (since - p * order.seconds, contact.seq)
        listed = [priority for priority in order.seconds if priority <= p]
        return (since - (order.seconds[max(listed)] if listed else 0.0), contact.seq)
    if name == "Lifo":
        return (-since, contact.seq)
    if name == "EarliestDeadline":
        return (deadline(order, contact), since, contact.seq)
    if name == "LongestWaitRatio":
        target = order.by_channel.get(contact.value.channel, order.target_s)
        return (since, contact.seq) if now is None else (-((now - since) / target), since, contact.seq)
    raise NotImplementedError(order)


class BadDeadline(ValueError):
    """A contact's deadline that is no finite number."""


def deadline(order: Any, contact: PlainContact) -> float:
    """Section 2, `EarliestDeadline`: the time by which a contact has to be served."""
    if order.attribute in contact.value.attributes:
        due = contact.value.attributes[order.attribute]
        if isinstance(due, bool) or not isinstance(due, int | float) or not math.isfinite(due):
            raise BadDeadline(due)
        return max(float(due), contact.since)
    within = order.by_channel.get(contact.value.channel, order.within_s)
    return max(contact.since + within, contact.since)


def urgency(contact: PlainContact) -> tuple[float, int]:
    """Section 2, `ByUrgency`: the place of a contact among those of all queues."""
    return (contact.since - 60.0 * contact.priority, contact.seq)


def load(agent: PlainAgent, held: Iterable[Work], channel: str | None = None) -> float:
    """Section 3: the units that are taken, as seen from a channel; by all held work if there is none."""
    capacity = agent.value.capacity
    counts: dict[str, int] = {}
    for work in held:
        counts[work.channel] = counts.get(work.channel, 0) + 1
    total = 0.0
    for busy in sorted(counts):
        if channel is not None and busy in capacity.interruptible and channel not in capacity.interruptible:
            continue
        total += counts[busy] * capacity.cost_of(busy)
    return total


def fits(agent: PlainAgent, held: list[Work], channel: str) -> bool:
    """Section 3: is there room for one more of this channel?"""
    capacity = agent.value.capacity
    limit = capacity.limit.get(channel)
    if limit is not None and sum(work.channel == channel for work in held) >= limit:
        return False
    return load(agent, held, channel) + capacity.cost_of(channel) <= capacity.units + SLACK


def fits_empty(capacity: Capacity, channel: str) -> bool:
    """Section 3: would there be room if the agent had no work at all?"""
    return capacity.cost_of(channel) <= capacity.units + SLACK and capacity.limit.get(channel, 1) >= 1


def channel_open(agent: PlainAgent, channel: str) -> bool:
    """Section 3: neither closed by `set_away` nor shut by `Capacity.channels`."""
    shut = agent.value.capacity.channels is not None and channel not in agent.value.capacity.channels
    return channel not in agent.closed and not shut


def misfit(agent: PlainAgent, held: list[Work], contact: PlainContact, queue: PlainQueue) -> str | None:
    """Section 5: the first reason why the agent is not allowed to take the contact through this queue beside this
    held work.
    """
    if not channel_open(agent, contact.value.channel):
        return "channel"
    tier, reach = agent.value.queues.get(queue.value.name), contact.reach(queue.value)
    if tier is None:
        return "membership"
    if reach is not None and tier > reach:
        return "tier"
    if any(agent.value.skills.get(skill, 0) < level for skill, level in contact.needs):
        return "needs"
    return None if fits(agent, held, contact.value.channel) else "capacity"


def something_smaller(capacity: Capacity, channel: str) -> bool:
    """Section 7: could work of another channel, with a lower cost, get in the way?"""
    cost = capacity.cost_of(channel)
    if capacity.channels is not None:
        return any(capacity.cost_of(other) < cost for other in capacity.channels if other != channel)
    others = {"voice", "callback", *capacity.cost} - {channel}
    return any(capacity.cost_of(other) < cost for other in others) or cost > 1.0


def precedes(first: PlainContact, queue: PlainQueue, first_tier: int, second: PlainContact, second_tier: int) -> bool:
    """Section 4: does the first contact, in this queue, come before the second in its home, for an agent for whom they
    have these tiers?
    """
    if first_tier != second_tier:
        return first_tier < second_tier
    if queue.value.name == second.value.queue:
        return contact_key(queue, first) < contact_key(queue, second)
    return urgency(first) < urgency(second)


def best_match(agent: PlainAgent, contact: PlainContact, weights: Mapping[str, float]) -> float:
    """Section 3, `BestMatch`: how well the agent's levels suit the contact's needs."""
    total = 0.0
    for skill, _ in contact.needs:
        total += weights.get(skill, 1.0) * agent.value.skills.get(skill, 0.0)
    return total
