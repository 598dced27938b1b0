"""Agent orders by work: how many contacts, how much talk and how much load an agent has had, or has now.

Only classes that state their key live here; the scores are counted and faded by the router.
"""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

from routekit.abc import AgentOrder, AgentStanding, MemberStanding
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
    """The agent who has had the fewest contacts of this queue lately."""

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

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(exponent, mantissa, has_work, idle_since)`."""
        record: Any = member
        return (float(record.exponent), record.mantissa, 1.0 if agent.has_work else 0.0, agent.idle_since)


@attrs.frozen
class LeastTalkTime(AgentOrder):
    """The agent who has talked least in this queue lately."""

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
    """The agent whose units were taken least, on the mean of the time before now."""

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
    """The agent with the greatest share of free units now."""

    name: ClassVar[str] = "least-loaded"
    parts: ClassVar[tuple[str, ...]] = ("load", "has_work", "idle_since")
