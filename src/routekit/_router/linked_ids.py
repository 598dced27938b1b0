"""Ids of consults and follow-ups: that of their contact, and the first number from 1 that is free.

Up to which number none is free is remembered, so that many of one contact are not counted again for each; nothing is
lost by forgetting it.
"""

from __future__ import annotations

from routekit._router.state import State

__all__ = ["CONSULT", "FOLLOW_UP", "free_id", "give_back"]

CONSULT, FOLLOW_UP = "/consult-", "/follow-up-"


def free_id(state: State, prefix: str) -> str:
    """The first id of these that no contact has: `prefix` and 1, 2, ... Cost: those taken since it was asked last."""
    number = state.taken_ids.get(prefix, 0) + 1
    while f"{prefix}{number}" in state.contacts:
        number += 1
    state.taken_ids[prefix] = number - 1
    return f"{prefix}{number}"


def give_back(state: State, name: str) -> None:
    """A contact is forgotten: its id is free again, and what was remembered of those linked to it is not needed."""
    taken = state.taken_ids
    taken.pop(name + CONSULT, None)
    taken.pop(name + FOLLOW_UP, None)
    prefix, mark, digits = name.rpartition("-")
    if prefix + mark in taken and len(digits) < 20 and digits.isascii() and digits.isdecimal():
        taken[prefix + mark] = min(taken[prefix + mark], max(int(digits) - 1, 0))
