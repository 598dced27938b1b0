"""`Router.explain_offer` and `Router(trace=)`: who was chosen, by which key, before whom.

Only the values, how they are read off the records, and the tracer that keeps whole rankings. Which agent wins is
decided by `routekit._kernel.matching`; here the same order is told in words. A read draws nothing: for an order that
draws it says among how many.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, cast

import attrs

from routekit._frozen import FrozenMap
from routekit._kernel.fading import Fading
from routekit._kernel.matching import DRAW, LEAST, NEXT
from routekit._router.explain import as_plain, at_time
from routekit._router.offers import Offers
from routekit._router.reasons import Case, Standing, Why, first_finding, plain
from routekit._router.records import AgentRecord, ContactRecord, OfferRecord, QueueRecord
from routekit._router.state import State

__all__ = ["RUNNERS_UP", "Decision", "OfferExplanation", "Ranked", "Tracer", "explain_offer"]

RUNNERS_UP = 8
"""Supply profiles whose best agent an `OfferExplanation` names beside the winner."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "longest-idle": ("has_work", "idle_since"),
    "fewest-contacts": ("exponent", "mantissa", "has_work", "idle_since"),
}
"""The parts of the keys of the orders that are filed by a key. Another order may name its own in `parts`."""


@attrs.frozen(kw_only=True)
class Ranked:
    """An agent and what an order compares of them: tier first, then the parts of `key` in order, then `sequence`.

    `key` of `LongestIdle`: `has_work`, `idle_since`. Of `FewestContacts`: `contacts`, the faded count at that time,
    then the same. Of `RoundRobin`: `passed`, 0 for who comes after the queue's pointer and 1 for the others. Of
    `Random` it is empty.
    """

    agent: str
    tier: int
    key: Mapping[str, float]
    sequence: int

    def text(self) -> str:
        """One line of text."""
        parts = ", ".join(f"{name} {plain(value)}" for name, value in self.key.items())
        return f"{self.agent} (tier {self.tier}{', ' if parts else ''}{parts}, sequence {self.sequence})"


@attrs.frozen(kw_only=True)
class Decision:
    """One decision as it was made: all who could have had the contact, best first, and the others by reason.

    `offer` is `None` for a contact that was connected at once (`auto_accept`). With an order that draws,
    `drawn_among` is the number of agents of the lowest tier, of whom each was as likely; `ranking` has them in the
    order of their sequence.
    """

    at: float
    contact: str
    queue: str
    order: str
    offer: str | None
    winner: Ranked
    drawn_among: int | None
    ranking: tuple[Ranked, ...]
    refused: Mapping[Why, int]

    def as_data(self) -> dict[str, Any]:
        """The same as plain data for `json.dumps`."""
        return cast("dict[str, Any]", as_plain(self))


@attrs.frozen(kw_only=True)
class OfferExplanation:
    """Who an open offer went to, and why not to another.

    `winner` is as of `made_at`: tier and key as they were compared. The rest is as of `as_of`: of the moment of the
    decision if the router traces and still has it, else of now, with the offer's own hold on the winner left aside.
    `runners_up` are at most 8, the best of each supply profile (the winner's own too), best first. `eligible` counts
    the winner if they still may take it; `eligible` and `refused` together are all agents. `drawn_among`: see
    `Decision`.
    """

    offer: str
    contact: str
    agent: str
    queue: str
    made_at: float
    expires_at: float
    at: float
    order: str
    winner: Ranked
    drawn_among: int | None
    as_of: float
    traced: bool
    runners_up: tuple[Ranked, ...]
    eligible: int
    refused: Mapping[Why, int]

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """Some lines for a person."""
        lines = [
            f"{self.offer}: {self.contact} of {self.queue} is offered to {self.agent}; it runs out "
            f"{at_time(self.expires_at, self.at)}.",
            f"By {self.order}{self._drawn()}: {self.winner.text()}.",
        ]
        lines += [f"  before {ranked.text()}" for ranked in self.runners_up]
        when = "At the decision" if self.traced else "As things stand now"
        refused = "".join(f", {count} {why}" for why, count in self.refused.items())
        lines.append(f"{when}: {self.eligible} could take it{refused}.")
        return "\n".join(lines)

    def _drawn(self) -> str:
        return "" if self.drawn_among is None else f", drawn among {self.drawn_among}"

    def as_data(self) -> dict[str, Any]:
        """The same as plain data for `json.dumps`."""
        return cast("dict[str, Any]", as_plain(self))


# -- keys -------------------------------------------------------------------------------------------------------------

Key = tuple[Any, ...]


class _Place:
    """An agent's place in the order of a queue: what to sort by, and how to tell it."""

    def __init__(self, agent: AgentRecord, key: Key, at: float, parts: tuple[str, ...]) -> None:
        _, half_life, pick, tier, pointer, *numbers = key
        self.agent = agent
        self.tier: int = tier
        self.sort: tuple[float, ...]
        named: dict[str, float]
        if pick == NEXT:
            named = {"passed": 0.0 if agent.seq > pointer else 1.0}
            self.sort = (tier, named["passed"], agent.seq)
        elif pick == DRAW:
            named = {}
            self.sort = (tier, agent.seq)
        else:
            named = _named(parts, numbers, half_life, at)
            self.sort = (tier, *numbers, agent.seq)
        self.ranked = Ranked(agent=agent.id, tier=tier, key=FrozenMap(named), sequence=agent.seq)


def _named(parts: tuple[str, ...], numbers: list[float], half_life: float, at: float) -> dict[str, float]:
    if parts[:2] == ("exponent", "mantissa"):
        # A faded count is filed as a pair; a person wants the count, and it is that of the moment.
        contacts = Fading(half_life).value((int(numbers[0]), numbers[1]), at)
        return {"contacts": contacts, **dict(zip(parts[2:], numbers[2:], strict=False))}
    if parts:
        return dict(zip(parts, numbers, strict=False))
    while numbers and not numbers[-1]:
        numbers = numbers[:-1]
    return {f"key_{i}": number for i, number in enumerate(numbers, 1)}


def _parts(order: str, queue: QueueRecord) -> tuple[str, ...]:
    present = queue.value.agent_order
    named = getattr(present, "parts", ()) if present.name == order else ()
    return PARTS.get(order) or tuple(named)


class _Census:
    """All agents before one contact: who may take it, best first, and how many of the others for which reason."""

    def __init__(self, state: State, offers: Offers, contact: ContactRecord, aside: OfferRecord | None) -> None:
        self.queue: QueueRecord = contact.queue if aside is None else aside.queue
        self.places: list[_Place] = []
        self.eligible = 0
        case = Case(state, contact)
        counts: dict[Why, int] = {}
        for agent in state.agents.values():
            winner = aside is not None and aside.agent is agent
            finding = first_finding(Standing.of(agent, aside if winner else None), case)
            if finding is not None:
                counts[finding.why] = counts.get(finding.why, 0) + 1
                continue
            self.eligible += 1
            if not winner:
                self.places.append(self._place(agent, offers, aside, state.now))
        self.places.sort(key=_by_sort)
        self.refused = FrozenMap({why: counts[why] for why in Why if why in counts})

    def _place(self, agent: AgentRecord, offers: Offers, aside: OfferRecord | None, at: float) -> _Place:
        key = offers.key_of(agent, self.queue)
        if aside is not None and aside.key:
            # The pointer has moved with the offer: who came next is told from where it was.
            key = (*key[:4], aside.key[4], *key[5:])
        return _Place(agent, key, at, _parts(key[0], self.queue))

    def tier_size(self, tier: int) -> int:
        return sum(place.tier == tier for place in self.places)


def _by_sort(place: _Place) -> tuple[float, ...]:
    return place.sort


# -- the tracer -------------------------------------------------------------------------------------------------------


class Tracer:
    """Keeps the last decisions with their whole rankings.

    Cost: each decision looks at every agent, some microseconds of Python for each, and the ranking stays in memory
    until it is pushed out: 1,000 decisions over 500 agents who may all take the contact are half a million small
    objects. For a test centre, or for a look at a live one for a while.
    """

    def __init__(self, state: State, offers: Offers, size: int) -> None:
        self.state = state
        self.offers = offers
        self.decisions: deque[Decision] = deque(maxlen=size)

    def record(self, contact: ContactRecord, agent: AgentRecord, at: float) -> None:
        """Write a decision down; nothing of it has been done yet."""
        state = self.state
        census = _Census(state, self.offers, contact, None)
        key = self.offers.key_of(agent, contact.queue)
        place = _Place(agent, key, at, _parts(key[0], contact.queue))
        self.decisions.append(
            Decision(
                at=at,
                contact=contact.id,
                queue=contact.queue.name,
                order=key[0],
                offer=None if contact.queue.auto_accept else f"o-{state.offer_seq + 1}",
                winner=place.ranked,
                drawn_among=census.tier_size(place.tier) if contact.queue.lineup.pick == DRAW else None,
                ranking=tuple(place.ranked for place in census.places),
                refused=census.refused,
            )
        )

    def find(self, offer: str) -> tuple[Decision, ...]:
        """The decision of an offer, if it is kept."""
        return tuple(decision for decision in self.decisions if decision.offer == offer)


# -- an open offer ----------------------------------------------------------------------------------------------------


def explain_offer(state: State, offers: Offers, offer: OfferRecord) -> OfferExplanation:
    """Why an open offer went to its agent. Cost: every agent; with a trace that has it, the length of the trace."""
    traced = () if offers.tracer is None else offers.tracer.find(offer.id)
    if traced:
        return _from_trace(state, offer, traced[-1])
    census = _Census(state, offers, offer.contact, offer)
    place = _winner(offer)
    best: dict[int, _Place] = {}
    for other in census.places:
        best.setdefault(id(other.agent.supply), other)
    drawn = bool(offer.key) and offer.key[2] == DRAW
    return _explanation(
        state,
        offer,
        winner=place.ranked,
        drawn_among=1 + census.tier_size(place.tier) if drawn else None,
        as_of=state.now,
        traced=False,
        runners_up=tuple(other.ranked for other in best.values())[:RUNNERS_UP],
        eligible=census.eligible,
        refused=census.refused,
    )


def _winner(offer: OfferRecord) -> _Place:
    """The winner's place as it was compared."""
    member = offer.agent.members.get(offer.queue.seq)
    key = offer.key or ("", 0.0, LEAST, 0 if member is None else member.tier, 0)
    return _Place(offer.agent, key, offer.made_at, _parts(key[0], offer.queue))


def _from_trace(state: State, offer: OfferRecord, decision: Decision) -> OfferExplanation:
    """The same of a decision that was written down; profiles are those that agents have now."""
    best: dict[Any, Ranked] = {}
    for ranked in decision.ranking:
        agent = state.agents.get(ranked.agent)
        if ranked.agent != offer.agent.id:
            best.setdefault(ranked.agent if agent is None else id(agent.supply), ranked)
    return _explanation(
        state,
        offer,
        winner=decision.winner,
        drawn_among=decision.drawn_among,
        as_of=decision.at,
        traced=True,
        runners_up=tuple(best.values())[:RUNNERS_UP],
        eligible=len(decision.ranking),
        refused=decision.refused,
    )


def _explanation(state: State, offer: OfferRecord, **fields: Any) -> OfferExplanation:
    return OfferExplanation(
        offer=offer.id,
        contact=offer.contact.id,
        agent=offer.agent.id,
        queue=offer.queue.name,
        made_at=offer.made_at,
        expires_at=offer.expires_at,
        at=state.now,
        order=offer.key[0] if offer.key else offer.queue.value.agent_order.name,
        **fields,
    )
