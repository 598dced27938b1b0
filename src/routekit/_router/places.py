"""Where a contact stands, in plain values: who could take it, who comes before it, and what is known of its time.

What lives here: the values that an estimator is given (`Place` and its parts). What may not: how they are found, which
is in `reads`, and what is made of them.
"""

from __future__ import annotations

from typing import NamedTuple

import attrs

from routekit._states import ContactState

__all__ = ["NOBODY", "Block", "Later", "Needs", "Place", "Preferred", "Rivals", "Roster", "Rostered", "Team"]

Needs = tuple[tuple[str, float], ...]


@attrs.frozen
class Team:
    """Agents who can take a contact and serve the same queues: how many are ready for its channel, and how many of its
    kind one of them can have at a time, by units and limit, if nothing else is in their hands."""

    queues: tuple[str, ...]
    agents: int
    slots: int


@attrs.frozen
class Rivals:
    """Contacts of one kind that come before: their queue and channel, and how many they are in the eyes of the agents
    who could take the contact. One who could go to other agents as well counts by the share that these agents have in
    the slots of all who could take it; one of another channel by how many slots of the contact's own it takes."""

    queue: str
    channel: str
    before: float


@attrs.frozen
class Block:
    """Some of those who come before and are alike: how many, and which teams of `Place.sides` could take them."""

    size: float
    teams: tuple[int, ...]


@attrs.frozen
class Preferred:
    """A queue whose contacts, also those yet to come, go before at some of the contact's agents, by a better tier.

    `share` is the part of that queue's agents of this tier that they are, `teams` which of `Place.sides`, and `until`
    the time at which the tier of the contact counts no more.
    """

    queue: str
    share: float
    teams: tuple[int, ...]
    until: float


@attrs.frozen
class Roster:
    """Agents whose presence is planned: `planned` are to be told of one by one, and the absent ones of `awaited` are
    counted as if they were ready."""

    planned: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()


NOBODY = Roster()


class Rostered(NamedTuple):
    """A planned agent who is concerned: ready or awaited, in which of a place's `teams`, in which of its `sides`; -1
    for in none."""

    agent: str
    ready: bool
    team: int
    side: int


@attrs.frozen
class Later:
    """What a step will bring that is sure to come: from when on, whether somebody is free for it as things stand, and
    who could take it then."""

    at: float
    free: bool
    teams: tuple[Team, ...]


@attrs.frozen(kw_only=True)
class Place:
    """Where a contact stands at this moment, as far as its wait goes.

    `contact` is empty for one that has not come. `queues` are those through which it asks, its home first, `since` and
    `entered_at` its two clocks, `priority` the present one, `urgency` what queues are compared by: `since` less a
    minute for each point. `state` is `queued` or `offered`, and `offers` has when each open offer was made and ends.
    `closed`: the hours of its home are over. `behind` and `reserved_until`: held behind another contact, or kept for
    certain agents. `rests_until`: nobody is tried before, nor before `window` closes.

    `free`: somebody who could take it has room at this moment. `teams` are all who could, `rivals` who come before it
    there. `shares` has, for each queue that these agents serve, which part of all slots for contacts without needs
    there is theirs. `order` and `slope` are the contact order of its home: see `routekit.abc.ContactOrder`.

    Where not all who come before are for the same agents as the contact, `blocks` has them in the order in which they
    are taken, at most `BLOCKS` of each kind, `sides` all agents concerned, and `own` which of those the contact is for.
    `preferred` are queues that are of a better tier for some of its agents; where there are any, there are sides, too.
    `needs` are the skills it needs now, each with the level. `rostered` are the planned agents among those counted in
    `teams` or `sides`; see `Roster`.
    """

    contact: str
    queue: str
    queues: tuple[str, ...]
    channel: str
    at: float
    since: float
    entered_at: float
    priority: float
    urgency: float
    position: int
    tier: int
    tier_wait_s: float
    state: ContactState
    signed_in: int
    closed: bool
    behind: str | None
    reserved_until: float | None
    rests_until: float | None
    window: float | None
    offers: tuple[tuple[float, float], ...]
    free: bool
    teams: tuple[Team, ...]
    rivals: tuple[Rivals, ...]
    shares: tuple[tuple[str, float], ...]
    order: str
    slope: float | None
    later: Later | None
    blocks: tuple[Block, ...] = ()
    sides: tuple[Team, ...] = ()
    own: tuple[int, ...] = ()
    preferred: tuple[Preferred, ...] = ()
    needs: Needs = ()
    rostered: tuple[Rostered, ...] = ()
