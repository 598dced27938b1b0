"""Agent orders that offer a contact to several agents at once, or that wait a moment to assign many together.

Only classes that state what is to be done live here. Offers are made, and windows opened, by the router; the
assignment itself is in `assignment`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

from routekit.abc import AgentOrder
from routekit.errors import MissingExtra
from routekit.strategies import arguments
from routekit.strategies.scores import Scorer, checked_score, found_scorer, scorer_name, unbound
from routekit.strategies.skill_orders import BestMatch

if TYPE_CHECKING:
    from routekit._router.views import AgentView, ContactView

__all__ = ["Batched", "RingAll", "RingProgressively"]

_IDLE = ("has_work", "idle_since")
_MATCH = BestMatch()


@attrs.frozen
class RingAll(AgentOrder):
    """Everybody at once: the contact is offered to up to `limit` agents, and the first to accept has it."""

    name: ClassVar[str] = "ring-all"
    parts: ClassVar[tuple[str, ...]] = _IDLE

    limit: int = attrs.field(default=10, converter=arguments.limit)

    @property
    def ring(self) -> int:
        """How many at once."""
        return self.limit


@attrs.frozen
class RingProgressively(AgentOrder):
    """One agent, then one more every `every_s` seconds, up to `limit` at the same time."""

    name: ClassVar[str] = "ring-progressively"
    parts: ClassVar[tuple[str, ...]] = _IDLE

    # The port's `every_s` is a window of time for assigning together, which this order has not.
    ring_every_s: float = attrs.field(alias="every_s", converter=arguments.every)
    limit: int = attrs.field(default=10, converter=arguments.limit)

    def __repr__(self) -> str:
        return arguments.shown(self)

    @property
    def ring(self) -> int:
        """How many at the same time."""
        return self.limit


@attrs.frozen
class Batched(AgentOrder):
    """Contacts and agents are collected for `every_s` seconds and then assigned together, as well as can be."""

    name: ClassVar[str] = "batched"
    parts: ClassVar[tuple[str, ...]] = _IDLE

    every_s: float = attrs.field(converter=arguments.every)
    scorer: str | None = None
    _function: Scorer | None = attrs.field(default=None, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if importlib.util.find_spec("scipy") is None:
            raise MissingExtra(extra="batch")
        given: object = self.scorer
        if given is None:
            return
        if callable(given):
            object.__setattr__(self, "_function", given)
        object.__setattr__(self, "scorer", scorer_name(given, "scorer"))

    def bind(self, registry: Mapping[str, object]) -> Batched:
        """An equal order that has its function: itself, if it was made with one or needs none."""
        if self.scorer is None or self._function is not None:
            return self
        bound = Batched(self.every_s, self.scorer)
        object.__setattr__(bound, "_function", found_scorer(self.scorer, registry))
        return bound

    def score(self, contact: ContactView, agent: AgentView) -> float:
        """What the function gives; without one, that of `BestMatch()` for the contact's needs as they are now."""
        if self.scorer is None:
            return _MATCH.match(agent.skills, _needs(contact))
        if self._function is None:
            raise unbound(self.name, self.scorer)
        return checked_score(self.name, self._function(contact, agent))


def _needs(contact: Any) -> tuple[tuple[str, float], ...]:
    needs = getattr(contact, "effective_needs", contact.needs)
    return tuple((need.skill, need.at_least) for need in needs)
