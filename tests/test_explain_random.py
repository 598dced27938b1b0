"""Explanations in random centres, against the rules of the plain router: see tests/explained.py.

Here the small part of them that each test run plays; and at each decision, who could have had the contact.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import settings

from routekit import Router, Why
from tests import explained
from tests.explained import KINDS, World, look_into_a_centre, plain_reason
from tests.oracle import PlainRouter, rules
from tests.oracle.records import PlainAgent, PlainContact, PlainQueue
from tests.oracle.scores import kind_of
from tests.side_by_side import Outcome

WORLDS = settings.default.max_examples // 5
"""Centres for each test: 10, 20 with the profile ci, 1,000 with nightly."""
CENTRES = min(3 * WORLDS, 300)
"""Those of each kind that are looked into; nightly besides the ten thousand small ones."""
DRAWN = ("Random", "WeightedRandom", "AsteriskRandom", "AsteriskWRandom", "FreeSwitchRandom")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(CENTRES))
def test_random_centres(seed: int, kind: str) -> None:
    look_into_a_centre(seed, 60, kind)


@pytest.mark.long
def test_ten_thousand_small_centres() -> None:
    assert explained.main(["--worlds", "10000", "--jobs", str(os.cpu_count() or 1)]) == 0


# ---- offers and traces ----------------------------------------------------------------------------


def plain_order(plain: Any, agents: list[PlainAgent], contact: PlainContact, name: str) -> list[PlainAgent]:
    """Agents who may take a contact, best first: each the one whom the plain router chooses of those who are left.

    Orders that draw: by sequence. Windows: by the score of each with this contact.
    """
    queue = plain._queues[name]
    order: Any = queue.value.agent_order
    kind, left = kind_of(queue), list(agents)
    if contact.reserved:
        return sorted(left, key=lambda agent: contact.reserved.index(agent.id))
    if kind in DRAWN:
        return sorted(left, key=lambda agent: (agent.value.queues[name], agent.seq))
    if kind == "Batched":

        def score(agent: PlainAgent) -> float:
            if order.scorer is None:
                return rules.best_match(agent, contact, {})
            return float(order.score(plain._view_contact(contact), plain._view_agent(agent)))

        return sorted(left, key=lambda agent: (agent.value.queues[name], -score(agent), *plain._idleness(agent)))
    ordered = []
    while left:
        ordered.append(plain._choose(queue, contact, left)[0])
        left.remove(ordered[-1])
    return ordered


def by_tries(plain: Any, agents: list[PlainAgent], contact: PlainContact, name: str) -> list[PlainAgent]:
    """The same, those who were tried less often for the contact first."""
    keeps = plain._queues[name].value.agent_order.behind
    groups: dict[int, list[PlainAgent]] = {}
    for agent in agents:
        groups.setdefault(contact.tries.get(agent.id, 0) if keeps else 0, []).append(agent)
    return [agent for tries in sorted(groups) for agent in plain_order(plain, groups[tries], contact, name)]


class Notes(PlainRouter):
    """The plain router, writing down who could have had each contact that it gives away."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.notes: list[tuple[Any, ...]] = []

    def _give(self, contact: PlainContact, queue: PlainQueue, *agents: PlainAgent) -> None:
        name = queue.value.name
        agents_of = self._agents.items()
        reasons = {n: plain_reason(self, other, contact, asks=True, queue=name) for n, other in agents_of}
        eligible = [self._agents[n] for n, why in reasons.items() if why is None]
        ranking = [other.id for other in by_tries(self, eligible, contact, name)]
        self.notes.append((self._present, contact.id, agents[0].id, ranking, count(reasons.values())))
        super()._give(contact, queue, *agents)


def count(reasons: Iterable[Why | None]) -> dict[Why, int]:
    """How many there are of each reason."""
    found: dict[Why, int] = {}
    for why in reasons:
        if why is not None:
            found[why] = found.get(why, 0) + 1
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(WORLDS))
def test_random_traces(seed: int, kind: str) -> None:
    world = World(seed, kind, real=lambda **fields: Router(trace=10**6, **fields))
    notes = Notes(seed=seed)
    world.pair.plain = notes
    world.calls.plain = notes
    for _ in world.play(100):
        pass
    traced = [
        (d.at, d.contact, d.winner.agent, [ranked.agent for ranked in d.ranking], d.refused) for d in world.real.traces
    ]
    assert traced == notes.notes
    for decision in world.real.traces:
        best = decision.ranking[0]
        if decision.drawn_among is not None:
            lots = "lots" in best.key  # everybody draws one
            assert decision.drawn_among == sum(
                (lots or ranked.tier == best.tier) and ranked.key.get("tried") == best.key.get("tried")
                for ranked in decision.ranking
            )
            assert decision.winner in decision.ranking[: decision.drawn_among]
        elif decision.order == "batched":
            assert decision.winner in decision.ranking
        else:
            assert best == decision.winner


def check_offer(world: World, offer: str) -> None:
    """Winner, runners-up and counts of an open offer, against the plain rules with the offer's hold left aside."""
    plain = world.plain
    found = world.real.explain_offer(offer)
    assert json.loads(json.dumps(found.as_data(), allow_nan=False)) == found.as_data()
    work = next(work for work in plain._work if work.offer == offer and work.kind == "offer")
    contact, winner = plain._contacts[work.contact], plain._agents[work.agent]
    place = plain._work.index(work)
    del plain._work[place]
    contact.state = "queued"
    try:
        agents = plain._agents
        asked = {"asks": True, "queue": work.queue}
        reasons = {name: plain_reason(plain, agent, contact, **asked) for name, agent in agents.items()}
        others = [agents[name] for name, why in reasons.items() if why is None and name != winner.id]
        ordered = by_tries(plain, others, contact, work.queue)
    finally:
        contact.state = "offered"
        plain._work.insert(place, work)
    assert found.eligible == sum(why is None for why in reasons.values())
    assert found.refused == count(reasons.values())
    assert found.winner.agent == found.agent == winner.id
    if "passed" in found.winner.key:
        return  # told from where the pointer was
    best: list[Any] = []
    order = []
    for agent in ordered:
        value = agent.value
        profile = (value.queues, value.skills, value.capacity)
        if profile not in best:
            best.append(profile)
            order.append(agent.id)
    assert [ranked.agent for ranked in found.runners_up] == order[:8]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(WORLDS))
def test_random_offers(seed: int, kind: str) -> None:
    world = World(seed, kind)
    traced = Router(seed=seed, trace=10**6)
    told = 0
    for _ in world.play(100):
        for call in world.pair.calls[told:]:
            if call.verb == "Router":
                traced = Router(seed=seed, trace=10**6, **call.kwargs)
            else:
                Outcome(traced, call)
        told = len(world.pair.calls)
        before = world.real.snapshot()
        for offer in world.real.offers:
            check_offer(world, offer)
            same, other = world.real.explain_offer(offer), traced.explain_offer(offer)
            assert other.traced or same.order.endswith(
                "ring-progressively"
            )  # one more of a ring is no decision of its own
            if same.order != "batched":
                assert (same.winner, same.order, same.made_at) == (other.winner, other.order, other.made_at)
        assert world.real.snapshot() == before
