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
    """The agent with the most skills, then with the highest levels.

    Skills at a level above 0 count, and the total is of their levels, whatever the contact needs.

    Key: `(-skill_count, -skill_total, has_work, idle_since)`, then sequence.
    Changes: when the agent is updated, when work comes or ends, and on becoming ready.
    Cost: as `LongestIdle`.
    Source: the mirror of `LeastSkilled`.
    Good for: the best first impression while there is time.
    Bad for: busy hours: those who could do anything are busy with what anybody could do.

    >>> MostSkilled().parts[:2]
    ('-skill_count', '-skill_total')
    """

    name: ClassVar[str] = "most-skilled"
    parts: ClassVar[tuple[str, ...]] = ("-skill_count", "-skill_total", *_IDLE)


@attrs.frozen
class LeastSkilled(AgentOrder):
    """The agent with the fewest skills, then with the lowest levels: it keeps those free who can do more.

    Key: `(skill_count, skill_total, has_work, idle_since)`, then sequence.
    Changes: when the agent is updated, when work comes or ends, and on becoming ready.
    Cost: as `LongestIdle`.
    Source: OpenACD, where the fewest skills come first.
    Good for: busy hours with specialists.
    Bad for: the rest of those with few skills.

    >>> LeastSkilled().parts[:2]
    ('skill_count', 'skill_total')
    """

    name: ClassVar[str] = "least-skilled"
    parts: ClassVar[tuple[str, ...]] = ("skill_count", "skill_total", *_IDLE)


@attrs.frozen
class BestMatch(AgentOrder):
    """The agent whose levels suit the contact's needs best.

    The match is the sum, over the contact's needs as they are now in their order, of weight times the agent's
    level; `weights` are by skill, within 1e9 of 0, and 1 where none is listed. A contact without needs goes to the
    longest idle.

    Key: `(-match, has_work, idle_since)`, then sequence.
    Changes: when a step relaxes the needs, or agent or contact are updated; `has_work` and `idle_since` as in
    `LongestIdle`.
    Cost: as `LongestIdle`; the match is computed once for each pair of groups, contacts alike and agents alike.
    Source: Azure Job Router's best worker, by matched labels.
    Good for: the right person before the next one.
    Bad for: rest of the best. A sum lets much of one skill make up for little of another.

    >>> BestMatch({"billing": 2}).match({"billing": 3, "english": 5}, (("billing", 1), ("english", 1)))
    11.0
    """

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
    """The agent with the greatest score, by a function of the app's own.

    `score` is a function of a `ContactView` and an `AgentView` as they are at the decision, or the name under which
    it is in `Router(registry=)`. It must give a finite number within 1e9 of 0, depend on nothing but the two, and
    command nothing. If it fails, so does the command that asked; asked by a timer, `LongestIdle` decides and
    `StrategyFailed` says so. Orders are equal when the names are; the name of a function is its `__name__`, and a
    snapshot has just the name: one router takes no two functions of one name.

    Key: `(-score, has_work, idle_since)`, then sequence.
    Changes: it is asked at each decision, of the eligible agents of the lowest tier, if there are two or more.
    Cost: one call of Python and a view for each of these agents.
    Source: Azure Job Router's own score, Twilio's `order_by`.
    Good for: what nobody foresaw, in small queues.
    Bad for: hundreds of agents: give `BestMatch` weights, or file by an order of your own.

    >>> def regulars(contact, agent):
    ...     return 1.0 if agent.id == contact.attributes.get("knows") else 0.0
    >>> Scored(regulars)
    Scored(score='regulars')
    >>> Scored("regulars").bind({"regulars": regulars}) == Scored(regulars)
    True
    """

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
