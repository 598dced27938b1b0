"""The contact's table of states as linked stages, so that a move on the hot path is one look into a small dict.

`routekit._states.CONTACT_MOVES` says what is legal; nothing is added here.
"""

from __future__ import annotations

from routekit._states import CONTACT_MOVES, ContactState
from routekit.errors import IllegalMove

__all__ = ["CONNECTED", "DONE", "OFFERED", "PARKED", "QUEUED", "WRAPPING", "Stage"]


class Stage:
    """One state of a contact and the stages that its causes lead to."""

    def __init__(self, state: ContactState) -> None:
        self.state = state
        self.moves: dict[str, Stage] = {}

    def after(self, contact: str, cause: str) -> Stage:
        """The stage that a cause leads to, or `IllegalMove`."""
        stage = self.moves.get(cause)
        if stage is None:
            raise IllegalMove(subject=contact, state=self.state, command=cause)
        return stage


STAGES = {state: Stage(state) for state in ContactState}
for (_state, _cause), _after in CONTACT_MOVES.items():
    STAGES[_state].moves[_cause] = STAGES[_after]

QUEUED = STAGES[ContactState.QUEUED]
OFFERED = STAGES[ContactState.OFFERED]
CONNECTED = STAGES[ContactState.CONNECTED]
PARKED = STAGES[ContactState.PARKED]
WRAPPING = STAGES[ContactState.WRAPPING]
DONE = STAGES[ContactState.DONE]
