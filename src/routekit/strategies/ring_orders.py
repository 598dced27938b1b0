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
    """Everybody at once: the contact is offered to up to `limit` agents, and the first to accept has it.

    The first `limit` (1 to 1000) eligible agents of the lowest tier, in the order of the key. Each offer holds its
    agent's units; the first accept revokes the others in the same command, so that two can never have it. With
    `auto_accept` only the first is taken.

    Key: `(has_work, idle_since)`, then sequence, for the first `limit` of them.
    Changes: as `LongestIdle`.
    Cost: as `LongestIdle`, once for each offer.
    Source: app_queue's `ringall` (all of the best penalty), mod_callcenter's `ring-all`.
    Good for: the shortest wait in a small team.
    Bad for: many queues at once: whoever rings for one contact is kept from the others.

    >>> RingAll(limit=5).ring
    5
    """

    name: ClassVar[str] = "ring-all"
    behind: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = _IDLE

    limit: int = attrs.field(default=10, converter=arguments.limit)

    @property
    def ring(self) -> int:
        """How many at once."""
        return self.limit


@attrs.frozen
class RingProgressively(AgentOrder):
    """One agent, then one more every `every_s` seconds, with up to `limit` offers open at the same time.

    The first to accept has it, as in `RingAll`; while nobody has, the next best of those who are eligible is asked
    besides. The argument `every_s` is the attribute `ring_every_s`; the port's `every_s` is of windows.

    Key: `(has_work, idle_since)`, then sequence, for each one more.
    Changes: as `LongestIdle`.
    Cost: as `LongestIdle`, once for each offer.
    Source: mod_callcenter's `ring-progressively`.
    Good for: a short wait without ringing everybody for every contact.
    Bad for: even rests: who is asked first rings longest.

    >>> RingProgressively(5, limit=3)
    RingProgressively(every_s=5.0, limit=3)
    """

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
    """Contacts and agents are collected for `every_s` seconds and then assigned together, as well as can be.

    When the window closes, as many contacts as possible get an agent, tier by tier and the more urgent before the
    others, and of all the ways to do so the one with the greatest total score is taken. `scorer` is a function or a
    name, as in `Scored`; without one it is the match of `BestMatch()`. A decline comes into the next window. Needs
    the extra `routekit[batch]`: `MissingExtra` without it.

    Key: none: the greatest total score of a window; `(has_work, idle_since)`, then sequence, where a score has
    failed.
    Changes: it is asked when a window closes.
    Cost: one score for each pair that may be; then at worst r * r * c for r contacts and c agents (or the other way
    round).
    Source: the assignment problem (Kuhn, 1955), solved as by Crouse (2016).
    Good for: mail and callbacks, where the right agent matters more than some seconds.
    Bad for: calls: everybody waits for the window, also beside an idle agent.

    >>> Batched(2).every_s
    2.0
    """

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
    """What a contact needs now, after its steps, where the view says so; else as it was given."""
    needs = getattr(contact, "effective_needs", contact.needs)
    return tuple(need if isinstance(need, tuple) else (need.skill, need.at_least) for need in needs)
