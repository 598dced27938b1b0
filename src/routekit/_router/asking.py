"""Asking an app's own scores: with which views, and what becomes of an answer that is none.

Only that lives here. What a failure means for the command in hand is `settling`'s affair.
"""

from __future__ import annotations

from typing import Any

from routekit._numbers import finite_float
from routekit._router.records import contact_of
from routekit._router.state import State
from routekit._router.views import agent_view, contact_view
from routekit.errors import StrategyError

__all__ = ["Asking"]


class Asking:
    """Asks orders for scores on behalf of a state's chooser."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.contact: Any = None  # whose view was made last, with the view and the number of the event before it
        self.view: Any = None
        self.seq = -1
        state.chooser.ask = self.score
        state.chooser.suit = self.match

    def score(self, order: Any, contact: Any, agent: Any) -> float:
        """What an order gives for a pair. `StrategyError` if it raises or gives no number. Cost: it and a view."""
        state = self.state
        state.asked = (contact.id, agent.id)
        if contact is not self.contact or state.event_seq != self.seq:
            self.contact, self.view, self.seq = contact, contact_view(contact_of(contact)), state.event_seq
        return self._asked(order, order.score, self.view, agent_view(agent))

    def match(self, order: Any, skills: Any, needs: Any) -> float:
        """What an order gives for a pair of profiles. `StrategyError` likewise."""
        self.state.asked = (None, None)
        return self._asked(order, order.match, skills, needs)

    def _asked(self, order: Any, function: Any, *arguments: Any) -> float:
        self.state.calling = True
        try:
            return finite_float(function(*arguments), "score")
        except StrategyError:
            raise
        except Exception as fault:  # user code may raise anything
            raise StrategyError(strategy=order.name, error=f"{type(fault).__name__}: {fault}") from fault
        finally:
            self.state.calling = False
