"""What may follow what: one table each for the presence of an agent, for a contact and for an offer.

Nothing else may change a state: the router asks ``move`` and writes down what it returns. The causes are the
names of commands, and of what the router does by itself. A pair that is not in its table is an ``IllegalMove``.
``docs/states.md`` is drawn from these tables by ``make docs``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TypeVar

from routekit.errors import IllegalMove


class Presence(enum.StrEnum):
    """Whether an agent is there. What they work on is another matter: an agent who is away may be talking."""

    OFFLINE = "offline"
    READY = "ready"
    AWAY = "away"


class ContactState(enum.StrEnum):
    """Where a contact is. ``queued`` and ``offered`` are the two ways to wait."""

    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTED = "connected"
    PARKED = "parked"
    WRAPPING = "wrapping"
    DONE = "done"


class OfferState(enum.StrEnum):
    """What became of an offer. All but ``open`` are final."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"


S = TypeVar("S", bound=enum.StrEnum)

_OFFLINE, _READY, _AWAY = Presence.OFFLINE, Presence.READY, Presence.AWAY

PRESENCE_MOVES: dict[tuple[Presence, str], Presence] = {
    (_OFFLINE, "sign_in"): _READY,
    (_OFFLINE, "remove_agent"): _OFFLINE,
    (_READY, "set_ready"): _READY,
    (_READY, "set_ready(channels)"): _READY,
    (_READY, "set_away"): _AWAY,
    (_READY, "set_away(channels)"): _READY,
    (_READY, "no_answer"): _AWAY,
    (_READY, "too_many_declines"): _AWAY,
    (_READY, "sign_out"): _OFFLINE,
    (_READY, "remove_agent"): _OFFLINE,
    (_AWAY, "set_ready"): _READY,
    (_AWAY, "set_away"): _AWAY,
    (_AWAY, "set_away(channels)"): _AWAY,
    (_AWAY, "sign_out"): _OFFLINE,
    (_AWAY, "remove_agent"): _OFFLINE,
}

_QUEUED, _OFFERED, _CONNECTED = ContactState.QUEUED, ContactState.OFFERED, ContactState.CONNECTED
_WRAPPING, _DONE, _PARKED = ContactState.WRAPPING, ContactState.DONE, ContactState.PARKED

# `finish`, `abandon` and `reconcile` of a connected contact end it; where its queue asks for wrap-up, `wrap_up` is
# the cause instead. A contact that `transfer` takes from an agent is queued again: the wrap-up which it leaves
# behind is that agent's, not the contact's.
CONTACT_MOVES: dict[tuple[ContactState, str], ContactState] = {
    (_QUEUED, "offer"): _OFFERED,
    (_QUEUED, "connect"): _CONNECTED,
    (_QUEUED, "move"): _QUEUED,
    (_QUEUED, "transfer"): _QUEUED,
    (_QUEUED, "update_contact"): _QUEUED,
    (_QUEUED, "update_contact(channel)"): _QUEUED,
    (_QUEUED, "abandon"): _DONE,
    (_QUEUED, "reconcile"): _DONE,
    (_QUEUED, "reject"): _DONE,
    (_QUEUED, "divert"): _DONE,
    (_QUEUED, "consult_ended"): _DONE,
    (_OFFERED, "accept"): _CONNECTED,
    (_OFFERED, "decline"): _QUEUED,
    (_OFFERED, "expire"): _QUEUED,
    (_OFFERED, "revoke"): _QUEUED,
    (_OFFERED, "move"): _QUEUED,
    (_OFFERED, "transfer"): _QUEUED,
    (_OFFERED, "update_contact"): _OFFERED,
    (_OFFERED, "abandon"): _DONE,
    (_OFFERED, "reconcile"): _DONE,
    (_CONNECTED, "hold"): _CONNECTED,
    (_CONNECTED, "resume"): _CONNECTED,
    (_CONNECTED, "update_contact"): _CONNECTED,
    (_CONNECTED, "requeue"): _QUEUED,
    (_CONNECTED, "transfer"): _QUEUED,
    (_CONNECTED, "park"): _PARKED,
    (_CONNECTED, "consult"): _CONNECTED,
    (_CONNECTED, "join"): _CONNECTED,
    (_CONNECTED, "complete_transfer"): _CONNECTED,
    (_CONNECTED, "cancel_consult"): _CONNECTED,
    (_CONNECTED, "consult_ended"): _DONE,
    (_PARKED, "unpark"): _QUEUED,
    (_PARKED, "update_contact"): _PARKED,
    (_PARKED, "update_contact(channel)"): _PARKED,
    (_PARKED, "move"): _PARKED,
    (_PARKED, "finish"): _DONE,
    (_PARKED, "abandon"): _DONE,
    (_CONNECTED, "wrap_up"): _WRAPPING,
    (_CONNECTED, "finish"): _DONE,
    (_CONNECTED, "abandon"): _DONE,
    (_CONNECTED, "reconcile"): _DONE,
    (_WRAPPING, "update_contact"): _WRAPPING,
    (_WRAPPING, "end_wrap_up"): _DONE,
    (_WRAPPING, "expire"): _DONE,
}

_OPEN = OfferState.OPEN

OFFER_MOVES: dict[tuple[OfferState, str], OfferState] = {
    (_OPEN, "accept"): OfferState.ACCEPTED,
    (_OPEN, "decline"): OfferState.DECLINED,
    (_OPEN, "expire"): OfferState.EXPIRED,
    (_OPEN, "revoke"): OfferState.REVOKED,
}


def move(table: Mapping[tuple[S, str], S], subject: str, state: S, cause: str) -> S:
    """Return the state that ``cause`` leads to; raise ``IllegalMove`` with the id ``subject`` if it leads nowhere.

    Costs one lookup in a dict.

    >>> move(PRESENCE_MOVES, "ann", Presence.OFFLINE, "sign_in")
    <Presence.READY: 'ready'>
    >>> move(PRESENCE_MOVES, "ann", Presence.OFFLINE, "set_away")
    Traceback (most recent call last):
    ...
    routekit.errors.IllegalMove: set_away is not possible for 'ann', which is offline: docs/states.md lists what is
    """
    after = table.get((state, cause))
    if after is None:
        raise IllegalMove(subject=subject, state=state, command=cause)
    return after


def as_markdown(title: str, start: str, table: Mapping[tuple[S, str], S]) -> str:
    """Return one table as a section of Markdown: a Mermaid diagram and the same as rows."""
    causes: dict[tuple[str, str], list[str]] = {}
    for (state, cause), after in table.items():
        causes.setdefault((str(state), str(after)), []).append(cause)
    lines = [f"## {title}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {start}"]
    lines += [f"    {before} --> {after}: {', '.join(names)}" for (before, after), names in causes.items()]
    lines += ["```", "", "| state | cause | then |", "|---|---|---|"]
    lines += [f"| {state} | `{cause}` | {after} |" for (state, cause), after in table.items()]
    return "\n".join(lines) + "\n"


_INTRODUCTION = """\
# States

Drawn from the tables in `src/routekit/_states.py` by `make docs`; do not edit.
A state and a cause that are not in a table are an `IllegalMove`. Presence and work are separate: an agent who goes
away keeps what is connected.
"""


def page() -> str:
    """Return the whole of ``docs/states.md``."""
    return "\n".join(
        (
            _INTRODUCTION,
            as_markdown("Presence of an agent", "offline", PRESENCE_MOVES),
            as_markdown("Contact", "queued", CONTACT_MOVES),
            as_markdown("Offer", "open", OFFER_MOVES),
        )
    )
