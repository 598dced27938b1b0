"""Agent orders by work: how many contacts, how much talk and how much load an agent has had, or has now.

Only classes that state their key live here; the scores are counted and faded by the router.
"""

from __future__ import annotations

from typing import ClassVar

import attrs

from routekit.abc import AgentOrder
from routekit.errors import InvalidValue
from routekit.strategies import arguments

__all__ = ["FewestContacts", "LeastLoaded", "LeastOccupied", "LeastTalkTime"]

_SCORE = ("score_high", "score_low", "has_work", "idle_since")
_HALF_LIFE_S = 28800.0


def _settle(order: FewestContacts | LeastTalkTime) -> None:
    """Refuse both ways of forgetting at once; with neither take the half-life of a working day."""
    if order.counted_since is None:
        if order.half_life_s is None:
            object.__setattr__(order, "half_life_s", _HALF_LIFE_S)
    elif order.half_life_s is not None:
        raise InvalidValue(
            path="since", value=order.counted_since, problem="and half_life_s exclude each other: give one of them"
        )


@attrs.frozen
class FewestContacts(AgentOrder):
    """The agent who has had the fewest contacts of this queue lately.

    A contact counts 1 when it is answered (`count="offered"`: when it is offered), and half of that after
    `half_life_s` seconds (28800; from 1). Instead of fading, `since="day"` begins at 0 at each midnight of the
    router's zone, and `since="sign_in"` counts from the first sign-in for good: signing out and in again moves
    nobody. On sign-in and on joining the queue a count is raised to the least among its ready agents, so that an
    agent who returns is not flooded; a decline or an absence never lowers it. `order.since` is the port's,
    `order.counted_since` what was given.

    Key: `(score_high, score_low, has_work, idle_since)`, then sequence; the two are the count of this queue.
    Changes: when a contact of the queue is counted, when any work comes or ends, on becoming ready, and at midnight
    if counted by the day.
    Cost: as `LongestIdle`, kept once for each queue.
    Source: app_queue's `fewestcalls`, which rings an agent who does not answer again and again because only calls
    that ended count; mod_callcenter's `agent-with-fewest-calls`, which begins at 0 whenever an agent becomes
    available.
    Good for: even counts that neither a restart nor signing out and in distorts.
    Bad for: contacts of very unequal length.

    >>> FewestContacts(half_life_s=3600).half_life, FewestContacts(since="day").half_life
    (3600.0, 0.0)
    >>> FewestContacts() == FewestContacts(half_life_s=28800)
    True
    """

    name: ClassVar[str] = "fewest-contacts"
    parts: ClassVar[tuple[str, ...]] = _SCORE
    per_queue: ClassVar[bool] = True

    half_life_s: float | None = attrs.field(default=None, converter=arguments.optional_half_life)
    counted_since: str | None = attrs.field(
        default=None, alias="since", validator=arguments.choice("day", "sign_in", None)
    )
    count: str = attrs.field(default="answered", validator=arguments.choice("answered", "offered"))

    def __attrs_post_init__(self) -> None:
        _settle(self)

    def __repr__(self) -> str:
        return arguments.shown(self)

    @property
    def counts(self) -> str:
        """What is counted."""
        return self.count

    @property
    def half_life(self) -> float:
        """Seconds in which a count fades to half; 0.0 where it does not fade."""
        return self.half_life_s or 0.0

    @property
    def since(self) -> str | None:
        """When the count starts again: "day", or None for never."""
        return "day" if self.counted_since == "day" else None


@attrs.frozen
class LeastTalkTime(AgentOrder):
    """The agent who has talked least in this queue lately.

    Counts the seconds connected to contacts of this queue, those that run included, wrap-up not. They fade as in
    `FewestContacts`, or begin again with `since`, and are raised in the same way on coming in.

    Key: `(score_high, score_low, has_work, idle_since)`, then sequence; the two are the talk of this queue.
    Changes: when a contact of the queue begins or ends, when any work comes or ends, on becoming ready, and at
    midnight if counted by the day. While contacts run the talk grows: it keeps its order among agents with equally
    many, and these groups are compared.
    Cost: as `LongestIdle` for each number of contacts that agents have at once, kept once for each queue.
    Source: mod_callcenter's `agent-with-least-talk-time`, which begins at 0 whenever an agent becomes available.
    Good for: even work where contacts differ in length.
    Bad for: wrap-up and other queues: they do not count. `LeastOccupied` counts them.

    >>> LeastTalkTime(since="day").counts
    'talk'
    """

    name: ClassVar[str] = "least-talk-time"
    parts: ClassVar[tuple[str, ...]] = _SCORE
    per_queue: ClassVar[bool] = True

    half_life_s: float | None = attrs.field(default=None, converter=arguments.optional_half_life)
    counted_since: str | None = attrs.field(
        default=None, alias="since", validator=arguments.choice("day", "sign_in", None)
    )

    def __attrs_post_init__(self) -> None:
        _settle(self)

    def __repr__(self) -> str:
        return arguments.shown(self)

    @property
    def counts(self) -> str:
        """Seconds of talk."""
        return "talk"

    @property
    def half_life(self) -> float:
        """Seconds in which talk fades to half; 0.0 where it does not fade."""
        return self.half_life_s or 0.0

    @property
    def since(self) -> str | None:
        """When the count starts again: "day", or None for never."""
        return "day" if self.counted_since == "day" else None


@attrs.frozen
class LeastOccupied(AgentOrder):
    """The agent whose units were taken least, on the fading mean of the time before now.

    The mean of the share of the agent's units that offers, contacts and wrap-ups of all queues take. What was
    `half_life_s` ago counts half (from 1). It stands still while the agent is not ready, and is raised on coming in
    to the least of the queue's ready agents.

    Key: `(score_high, score_low, has_work, idle_since)`, then sequence; the two are the mean.
    Changes: when work comes or ends, and on becoming ready. Between, the mean drifts to the load of now: it keeps
    its order among agents with equal loads, and these groups are compared.
    Cost: as `LongestIdle` for each distinct load, kept once for each queue.
    Source: Avaya's least occupied agent, as a mean that fades and not a ratio of two sums.
    Good for: even strain over an hour, with wrap-up, chats and all queues counted.
    Bad for: even numbers.

    >>> LeastOccupied(half_life_s=900).half_life
    900.0
    """

    name: ClassVar[str] = "least-occupied"
    parts: ClassVar[tuple[str, ...]] = _SCORE
    per_queue: ClassVar[bool] = True

    half_life_s: float = attrs.field(default=3600.0, converter=arguments.half_life)

    @property
    def counts(self) -> str:
        """The share of the units that is taken."""
        return "load"

    @property
    def half_life(self) -> float:
        """Seconds in which what was fades to half."""
        return self.half_life_s


@attrs.frozen
class LeastLoaded(AgentOrder):
    """The agent with the greatest share of free units now.

    Key: `(load, has_work, idle_since)`, then sequence; `load` is units taken by units, from 0.0 to 1.0.
    Changes: when work comes or ends, and on becoming ready.
    Cost: as `LongestIdle`.
    Source: Azure Job Router (its longest idle: used by total, then longest available), Chatwoot and Rocket.Chat
    (fewest open).
    Good for: chats and mail, several at once.
    Bad for: nothing much; for calls alone it is `LongestIdle`.

    >>> LeastLoaded().parts
    ('load', 'has_work', 'idle_since')
    """

    name: ClassVar[str] = "least-loaded"
    parts: ClassVar[tuple[str, ...]] = ("load", "has_work", "idle_since")
