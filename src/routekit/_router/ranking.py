"""`Router.explain_offer` and `Router(trace=)`: who was chosen, by which key, before whom.

Only the values, how they are read off the records, and the tracer that keeps whole rankings. Which agent wins is
decided by `routekit._kernel.matching`; here the same order is told in words. A read draws nothing: for an order that
draws it says among how many.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping
from typing import Any, cast

import attrs

from routekit._frozen import FrozenMap
from routekit._kernel.choosing import (
    AFTER,
    CURSOR,
    DOWN,
    DRAW,
    LEAST,
    LOTS,
    MATCH,
    MOVING,
    NEXT,
    ROUND,
    ROUND_EACH,
    SCORE,
    WEIGHTED,
)
from routekit._kernel.drifting import value_of
from routekit._router.explain import as_plain, at_time
from routekit._router.offers import RESERVED, Offers
from routekit._router.reasons import Why, first_finding
from routekit._router.records import AgentRecord, ContactRecord, OfferRecord, QueueRecord, seeker_in
from routekit._router.standing import Case, Standing, plain
from routekit._router.state import State
from routekit.abc import AgentOrder
from routekit.errors import StrategyError

__all__ = ["RUNNERS_UP", "Decision", "OfferExplanation", "Ranked", "Tracer", "explain_offer"]

RUNNERS_UP = 8
"""Supply profiles whose best agent an `OfferExplanation` names beside the winner."""

COUNTED = {"talk": "talk_s", "load": "occupied"}
"""How a score is called in a key, by what the order counts; all else are contacts."""
DRAWS = (DRAW, WEIGHTED, LOTS)
BY_RESERVATION = "reservation"
"""What is told as the order of an offer to whom a contact was reserved for."""
TURNS = (NEXT, CURSOR, ROUND, ROUND_EACH)
BY_TURN = ("joined",)
"""The parts of an order in turn whose pointer is a place of joining."""


@attrs.frozen(kw_only=True)
class Ranked:
    """An agent and what an order compares of them: tier first, then the parts of `key` in order, then `sequence`.

    `key` of `LongestIdle`: `has_work`, `idle_since`. A score is told as what it came to at that time: `contacts` of
    `FewestContacts`, `talk_s` of `LeastTalkTime`, `occupied` of `LeastOccupied`, then the same. Of orders in turn:
    `passed`, 0 for who comes after the pointer and 1 for the others. `tried`, before all else: how often the contact
    came back from them. Of orders by the contact: `match` or `score`, more is better, then the rest. Of `Random` it is
    empty, of `WeightedRandom` the `weight`. Of a contact that was reserved for certain agents: `reserved` alone, the
    place in the reservation, and the tier does not count.
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

    `offers` has the offer to the winner, and of an order that rings several at once those to the next of the ranking;
    it is empty for a contact that was connected at once (`auto_accept`). With an order that draws, `drawn_among` is
    the number of agents of the lowest tier, who are in the order of their sequence in `ranking`. Of a `Batched` queue,
    whose window is assigned as a whole, `ranking` goes by the score of each with this contact alone.
    """

    at: float
    contact: str
    queue: str
    order: str
    offers: tuple[str, ...]
    winner: Ranked
    drawn_among: int | None
    ranking: tuple[Ranked, ...]
    refused: Mapping[Why, int]

    @property
    def offer(self) -> str | None:
        """The offer to the winner."""
        return self.offers[0] if self.offers else None

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

    def __init__(self, agent: AgentRecord, key: Key, at: float, level: float = 0.0) -> None:
        order, pick, tier, pointer, *numbers, score = key
        self.agent = agent
        self.tier: int = tier
        self.reserved = pick == RESERVED
        self.tries = 0
        self.filed: tuple[float, ...] = (*numbers, agent.seq)
        self.sort: tuple[float, ...] = (tier, *self.filed)
        self.row = (tier, level)  # a score that drifts has a level, and those of one drift alike
        named: dict[str, float]
        if pick == RESERVED:
            named = {"reserved": numbers[0]}
            self.sort = (numbers[0],)
        elif pick in TURNS:
            by_turn = pick != CURSOR and order.parts == BY_TURN
            ahead = numbers[0] > pointer if by_turn else self.filed > (0.0, 0.0, 0.0, 0.0, pointer)
            named = {"passed": 0.0 if ahead else 1.0}
            self.sort = (tier, named["passed"], *self.filed)
        elif pick in (AFTER, DOWN):
            same = tier == score and numbers[0] > pointer
            named = {"passed": 0.0 if same or (pick == DOWN and tier > score) else 1.0}
            self.sort = (named["passed"], tier, *self.filed)
        elif pick in DRAWS:
            named = {"weight": numbers[0]} if pick == WEIGHTED else {"lots": order.lots * tier} if pick == LOTS else {}
            self.sort = (tier, agent.seq)
        elif pick == MOVING:
            named = _named(order, numbers, score)
            self.sort = (tier, score, *numbers[2:], agent.seq)
        elif order.every_s is not None and pick != SCORE:
            named = {}  # nothing of theirs was compared by itself
        else:
            named = _named(order, numbers, value_of(numbers[0], numbers[1], 0.0, at, order.half_life))
            if pick in (MATCH, SCORE):
                named = {"match" if pick == MATCH else "score": score, **named}
                self.sort = (tier, 0.0 - score, *self.filed)
        self.ranked = Ranked(agent=agent.id, tier=tier, key=FrozenMap(named), sequence=agent.seq)

    def stand_behind(self, tries: int) -> None:
        """They have been tried so often for this contact, and come after all who were tried less."""
        self.tries = tries
        if tries:
            self.ranked = attrs.evolve(self.ranked, key=FrozenMap({"tried": float(tries), **self.ranked.key}))


def _named(order: AgentOrder, numbers: list[float], counted: float) -> dict[str, float]:
    # A key that is computed need not be that of the parts, which its class may have from another.
    names = order.parts if type(order).key is AgentOrder.key else ()
    parts = {part.removeprefix("-"): number for part, number in zip(names, numbers, strict=False)}
    for part in names:
        if part.startswith("-"):
            parts[part[1:]] = 0.0 - parts[part[1:]]
    if names[:2] == ("score_high", "score_low"):
        # A score is filed as a pair; a person wants what it comes to, and that of the moment.
        name = COUNTED.get(order.counts or "", "contacts")
        return {name: counted, **{part: parts[part] for part in names[2:]}}
    if parts:
        return parts
    while numbers and not numbers[-1]:
        numbers = numbers[:-1]
    return {f"key_{i}": number for i, number in enumerate(numbers, 1)}


class _Census:
    """All agents before one contact: who may take it, best first, and how many of the others for which reason.

    `aside` is an open offer that is thought away. `winner` is a place that is known already, as it was compared.
    """

    def __init__(
        self,
        state: State,
        offers: Offers,
        contact: ContactRecord,
        queue: QueueRecord,
        *,
        aside: OfferRecord | None = None,
        winner: _Place | None = None,
    ) -> None:
        self.queue = queue
        self.state = state
        self.contact = contact
        self.places: list[_Place] = []
        self.eligible = 0
        # As it is seen in that queue: a view of it can be asked as a contact can.
        case = Case(state, cast("ContactRecord", seeker_in(contact, self.queue)), True, aside)
        counts: dict[Why, int] = {}
        for agent in state.agents.values():
            has_it = aside is not None and aside.agent is agent
            finding = first_finding(Standing.of(agent, aside if has_it else None), case)
            if finding is not None:
                counts[finding.why] = counts.get(finding.why, 0) + 1
                continue
            self.eligible += 1
            if winner is not None and winner.agent is agent:
                self.places.append(winner)
            elif not has_it:
                self.places.append(self._place(agent, offers, aside))
        pick = self.queue.lineup.pick
        groups: dict[int, list[_Place]] = {}
        for place in self.places:
            tries = _tries(contact, self.queue, place.agent)
            place.stand_behind(tries)
            groups.setdefault(tries, []).append(place)
        self.places = [place for tries in sorted(groups) for place in _in_order(groups[tries], pick)]
        self.refused = FrozenMap({why: counts[why] for why in Why if why in counts})

    def _place(self, agent: AgentRecord, offers: Offers, aside: OfferRecord | None) -> _Place:
        key = offers.key_of(self.contact, agent, self.queue)
        order, pick = key[:2]
        if pick == RESERVED:
            return _Place(agent, key, self.state.now)
        if aside is not None and aside.key:
            # The pointer has moved with the offer: who came next is told from where it was.
            key = (*key[:3], aside.key[3], *key[4:-1], aside.key[-1] if pick in (AFTER, DOWN) else key[-1])
        if order.every_s is not None:
            pick = SCORE
        if pick in (MATCH, SCORE):
            key = (order, pick, *key[2:-1], self._score(order, pick, agent))
        level = agent.members[self.queue.seq].level if pick == MOVING else 0.0
        return _Place(agent, key, self.state.now, level)

    def _score(self, order: AgentOrder, pick: int, agent: AgentRecord) -> float:
        """What an order by the contact gives for an agent; 0.0 if an app's own fails, for this is only a read."""
        chooser = self.state.chooser
        assert chooser.ask is not None and chooser.suit is not None
        try:
            if pick == MATCH:
                return chooser.suit(order, agent.skills, self.contact.needs)
            return chooser.ask(order, self.contact, agent)
        except StrategyError:
            return 0.0

    def drawn_from(self, pick: int, tier: int, tries: int) -> int:
        """Among how many an order draws: those of the tier, or everybody, who were tried as often."""
        return sum((pick == LOTS or place.tier == tier) and place.tries == tries for place in self.places)


def _tries(contact: ContactRecord, queue: QueueRecord, agent: AgentRecord) -> int:
    tried = contact.tried if queue.lineup.behind else None
    return 0 if tried is None or agent.seq not in tried else int(tried[agent.seq].tries)


def _by_sort(place: _Place) -> tuple[float, ...]:
    return place.sort


def _by_filing(place: _Place) -> tuple[float, ...]:
    return place.filed


def _in_order(places: list[_Place], pick: int) -> list[_Place]:
    """Best first: always the one who would be chosen if all before were not there."""
    if pick != MOVING:
        return sorted(places, key=_by_sort)
    # Those who drift alike are compared as they are filed; what they come to is asked only of the first of each row.
    rows: dict[Any, list[_Place]] = {}
    for place in sorted(places, key=_by_filing):
        rows.setdefault(place.row, []).append(place)
    return list(heapq.merge(*rows.values(), key=_by_sort))


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

    def record(self, contact: ContactRecord, agent: AgentRecord, queue: QueueRecord, at: float) -> None:
        """Write a decision down; nothing of it has been done yet."""
        state = self.state
        key = self.offers.key_of(contact, agent, queue)
        member = agent.members.get(queue.seq)
        place = _Place(agent, key, at, 0.0 if member is None or key[1] != MOVING else member.level)
        reserved = key[1] == RESERVED
        batched = key[0].every_s is not None and not reserved
        census = _Census(state, self.offers, contact, queue, winner=None if batched else place)
        winners = [place.ranked, *(other.ranked for other in census.places if batched and other.agent is agent)]
        self.decisions.append(
            Decision(
                at=at,
                contact=contact.id,
                queue=queue.name,
                order=BY_RESERVATION if reserved else key[0].name,
                offers=self._offers(queue, census.places, place),
                winner=winners[-1],
                drawn_among=census.drawn_from(key[1], place.tier, place.tries) if key[1] in DRAWS else None,
                ranking=tuple(place.ranked for place in census.places),
                refused=census.refused,
            )
        )

    def _offers(self, queue: QueueRecord, ranking: list[_Place], winner: _Place) -> tuple[str, ...]:
        """The offers that a decision will make."""
        if queue.auto_accept:
            return ()
        rung = 1
        if queue.ring > 1 and queue.ring_every_s == 0.0 and not winner.reserved:
            rung = min(queue.ring, sum(place.tier == winner.tier for place in ranking))
        return tuple(f"o-{self.state.offer_seq + 1 + i}" for i in range(rung))

    def find(self, offer: str) -> Decision | None:
        """The decision of an offer, if it is kept."""
        return next((decision for decision in reversed(self.decisions) if offer in decision.offers), None)


# -- an open offer ----------------------------------------------------------------------------------------------------


def explain_offer(state: State, offers: Offers, offer: OfferRecord) -> OfferExplanation:
    """Why an open offer went to its agent. Cost: every agent; with a trace that has it, the length of the trace."""
    traced = None if offers.tracer is None else offers.tracer.find(offer.id)
    if traced is not None:
        return _from_trace(state, offer, traced)
    census = _Census(state, offers, offer.contact, offer.queue, aside=offer)
    place = _winner(offer)
    best: dict[int, _Place] = {}
    for other in census.places:
        best.setdefault(id(other.agent.supply), other)
    drawn = bool(offer.key) and offer.key[1] in DRAWS
    return _explanation(
        state,
        offer,
        winner=place.ranked,
        drawn_among=1 + census.drawn_from(offer.key[1], place.tier, place.tries) if drawn else None,
        as_of=state.now,
        traced=False,
        runners_up=tuple(other.ranked for other in best.values())[:RUNNERS_UP],
        eligible=census.eligible,
        refused=census.refused,
    )


def _winner(offer: OfferRecord) -> _Place:
    """The winner's place as it was compared."""
    member = offer.agent.members.get(offer.queue.seq)
    order = offer.queue.value.agent_order
    key = offer.key or (order, LEAST, 0 if member is None else member.tier, 0, 0.0, 0.0, 0.0, 0.0, 0.0)
    place = _Place(offer.agent, key, offer.made_at)
    place.stand_behind(offer.tries)
    return place


def _from_trace(state: State, offer: OfferRecord, decision: Decision) -> OfferExplanation:
    """The same of a decision that was written down; profiles are those that agents have now."""
    best: dict[Any, Ranked] = {}
    rung = len(decision.offers) if len(decision.offers) > 1 else 0
    winner = decision.winner
    for place, ranked in enumerate(decision.ranking):
        agent = state.agents.get(ranked.agent)
        if ranked.agent == offer.agent.id:
            winner = ranked
        elif place >= rung:
            best.setdefault(ranked.agent if agent is None else id(agent.supply), ranked)
    return _explanation(
        state,
        offer,
        winner=winner,
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
        order=_order_of(offer),
        **fields,
    )


def _order_of(offer: OfferRecord) -> str:
    if not offer.key:
        return offer.queue.value.agent_order.name
    return BY_RESERVATION if offer.key[1] == RESERVED else offer.key[0].name
