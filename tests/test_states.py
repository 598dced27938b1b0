"""The tables of states: closed, reachable, and the same as the page that is drawn from them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from routekit import _states
from routekit._states import CONTACT_MOVES, OFFER_MOVES, PRESENCE_MOVES, ContactState, OfferState, Presence, move
from routekit.errors import IllegalMove

TABLES: list[tuple[Any, type[enum.StrEnum], str]] = [
    (PRESENCE_MOVES, Presence, "offline"),
    (CONTACT_MOVES, ContactState, "queued"),
    (OFFER_MOVES, OfferState, "open"),
]


@pytest.mark.parametrize(("table", "states", "start"), TABLES, ids=["presence", "contact", "offer"])
def test_tables(table: Mapping[tuple[Any, str], Any], states: type[enum.StrEnum], start: str) -> None:
    reached = {states(start)}
    while more := {after for (before, _), after in table.items() if before in reached} - reached:
        reached |= more
    assert reached == set(states)
    causes = {cause for _, cause in table}
    for state in states:
        for cause in causes:
            if (state, cause) in table:
                assert type(move(table, "x", state, cause)) is states
            else:
                with pytest.raises(IllegalMove) as caught:
                    move(table, "x", state, cause)
                assert (caught.value.subject, caught.value.state, caught.value.command) == ("x", state, cause)


def test_what_is_over_stays_over() -> None:
    assert not [key for key in CONTACT_MOVES if key[0] == "done"]
    assert {before for before, _ in OFFER_MOVES} == {OfferState.OPEN}


def test_members_are_their_names() -> None:
    for _, states, _start in TABLES:
        for state in states:
            assert state == state.name.lower() == str(state)


def test_the_page_is_up_to_date() -> None:
    page = Path(__file__).parent.parent / "docs" / "states.md"
    assert page.read_text(encoding="utf-8") == _states.page(), "run `make docs`"


def test_the_page_has_every_move() -> None:
    page = _states.page()
    for table, _, _ in TABLES:
        for (before, cause), after in table.items():
            assert f"| {before} | `{cause}` | {after} |" in page
