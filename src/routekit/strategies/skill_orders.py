"""Agent orders by what agents can do: how many skills, how well they suit, or a score of the app's own.

Whether an agent may take a contact at all is not decided here: needs decide that, and an order chooses among those
who may.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import attrs

from routekit._frozen import EMPTY, FrozenMap
from routekit.abc import AgentOrder, Pick
from routekit.strategies import arguments
from routekit.strategies.scores import Scorer, checked_score, found_scorer, scorer_name, unbound

if TYPE_CHECKING:
    from routekit._router.views import AgentView, ContactView

__all__ = ["BestMatch", "LeastSkilled", "MostSkilled", "Scored"]

_IDLE = ("has_work", "idle_since")


@attrs.frozen
class MostSkilled(AgentOrder):
    """The agent with the most skills, then the highest levels."""

    name: ClassVar[str] = "most-skilled"
    parts: ClassVar[tuple[str, ...]] = ("-skill_count", "-skill_total", *_IDLE)


@attrs.frozen
class LeastSkilled(AgentOrder):
    """The agent with the fewest skills, then the lowest levels: it keeps those free who can do more."""

    name: ClassVar[str] = "least-skilled"
    parts: ClassVar[tuple[str, ...]] = ("skill_count", "skill_total", *_IDLE)


@attrs.frozen
class BestMatch(AgentOrder):
    """The agent whose levels suit the contact's needs best."""

    name: ClassVar[str] = "best-match"
    pick: ClassVar[Pick] = Pick.MATCH
    parts: ClassVar[tuple[str, ...]] = _IDLE

    weights: FrozenMap[str, float] = attrs.field(default=EMPTY, converter=arguments.factors)

    def match(self, skills: Mapping[str, float], needs: tuple[tuple[str, float], ...]) -> float:
        """The sum of weight and level over the needs, in their order."""
        total = 0.0
        for skill, _ in needs:  # no sum(): it rounds differently from Python 3.12 on
            total += self.weights.get(skill, 1.0) * skills.get(skill, 0.0)
        return total


@attrs.frozen
class Scored(AgentOrder):
    """The agent with the greatest score, by a function of the app's own."""

    name: ClassVar[str] = "scored"
    pick: ClassVar[Pick] = Pick.SCORE
    parts: ClassVar[tuple[str, ...]] = _IDLE

    scorer: str = attrs.field(alias="score")
    _function: Scorer | None = attrs.field(default=None, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        given: object = self.scorer
        if callable(given):
            object.__setattr__(self, "_function", given)
        object.__setattr__(self, "scorer", scorer_name(given, "score"))

    def __repr__(self) -> str:
        return arguments.shown(self)

    def bind(self, registry: Mapping[str, object]) -> Scored:
        """An equal order that has its function: itself, if it was made with one."""
        if self._function is not None:
            return self
        bound = Scored(self.scorer)
        object.__setattr__(bound, "_function", found_scorer(self.scorer, registry))
        return bound

    def score(self, contact: ContactView, agent: AgentView) -> float:
        """What the function gives."""
        if self._function is None:
            raise unbound(self.name, self.scorer)
        return checked_score(self.name, self._function(contact, agent))
