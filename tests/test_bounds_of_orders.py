"""How often a contact may be overtaken, and how long it may wait, for each contact order; and who starves.

One agent takes contacts of one length, and more come than can be served, for as long as the stream lasts. Whoever came
later and was served earlier has overtaken. The bounds are those of docs/strategies.md.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from routekit import Agent, Contact, Queue, Router
from routekit import strategies as st
from routekit.abc import ContactOrder
from routekit.events import ContactConnected
from tests.orders import CONTACT

TALK_S = 10.0
SEEDS = range(4)
TARGETS = {"voice": 20.0, "chat": 60.0, "email": 240.0}


@attrs.frozen
class Served:
    """A contact that has been served, at a time."""

    contact: Contact
    since: float
    at: float

    @property
    def wait(self) -> float:
        return self.at - self.since


def stream(seed: int, count: int, *, mean_gap_s: float = 8.5) -> list[tuple[float, Contact]]:
    """Contacts of three channels and three priorities: one tenth more than can be served."""
    source = random.Random(seed)
    at, arrivals = 0.0, []
    for number in range(count):
        at += source.expovariate(1.0 / mean_gap_s)
        fields: dict[str, Any] = {
            "channel": source.choice(list(TARGETS)),
            "priority": source.choice((0, 0, 1, 2)),
            "attributes": {"due_at": at + source.uniform(0.0, 200.0)} if source.random() < 0.3 else {},
        }
        arrivals.append((at, Contact(f"c-{number}", queue="support", **fields)))
    return arrivals


def serve(order: ContactOrder, arrivals: list[tuple[float, Contact]]) -> list[Served]:
    """Play a stream to the end of its arrivals; who was served, in that order."""
    router = Router(seed=0)
    router.add_queue(Queue("support", contact_order=order, auto_accept=True, tier_wait_s=0), at=0.0)
    router.add_agent(Agent("ann", queues=("support",)), at=0.0)
    router.sign_in("ann", at=0.0)
    since = {contact.id: (at, contact) for at, contact in arrivals}
    served: list[Served] = []

    def note(events: tuple[Any, ...]) -> None:
        for event in events:
            if isinstance(event, ContactConnected):
                came, contact = since[event.contact]
                served.append(Served(contact, came, event.at))

    for at, contact in arrivals:
        while served and served[-1].contact.id in router.contacts and served[-1].at + TALK_S <= at:
            note(router.finish(served[-1].contact.id, at=served[-1].at + TALK_S))
        note(router.enqueue(contact, at=at))
    return served


def overtakings(served: list[Served]) -> list[tuple[Served, Served]]:
    """Pairs of one who was served and one who came before and waited on."""
    return [
        (first, second) for i, first in enumerate(served) for second in served[i + 1 :] if first.since > second.since
    ]


def worst(found: list[tuple[Served, Served]]) -> int:
    """The most who have overtaken one contact."""
    counts: dict[str, int] = {}
    for _, second in found:
        counts[second.contact.id] = counts.get(second.contact.id, 0) + 1
    return max(counts.values(), default=0)


def _due(served: Served, within_s: float, by_channel: dict[str, float]) -> float:
    due = served.contact.attributes.get("due_at", served.since + by_channel.get(served.contact.channel, within_s))
    return max(float(due), served.since)


HEAD_STARTS = {1: 15.0, 2: 45.0}
BOUNDED: dict[str, tuple[ContactOrder, Callable[[Served, Served], float]]] = {
    "fifo": (st.Fifo(), lambda first, second: 0.0),
    "aged": (
        st.Aged(per_minute=2),
        lambda first, second: 30.0 * (first.contact.priority - second.contact.priority),
    ),
    "head-start": (
        st.HeadStart(HEAD_STARTS),
        lambda first, second: (
            HEAD_STARTS.get(int(first.contact.priority), 0.0) - HEAD_STARTS.get(int(second.contact.priority), 0.0)
        ),
    ),
    "earliest-deadline": (
        st.EarliestDeadline(100, by_channel={"chat": 30}),
        lambda first, second: _due(second, 100, {"chat": 30}) - second.since,
    ),
    "longest-wait-ratio": (
        st.LongestWaitRatio(60, by_channel=TARGETS),
        lambda first, second: (
            (first.at - second.since) * (1.0 - TARGETS[first.contact.channel] / TARGETS[second.contact.channel])
        ),
    ),
}
"""For each order that bounds overtaking: how many seconds after a contact another may come and still overtake it."""

MOST: dict[str, int] = {"fifo": 0, "aged": 11, "head-start": 9, "earliest-deadline": 22, "longest-wait-ratio": 86}
"""The most who overtake one contact in the streams of these tests."""


def test_every_contact_order_has_a_bound_or_starves() -> None:
    starving = {name for name, orders in CONTACT.items() if orders[0].starves}
    assert {*BOUNDED, *STARVING} == {*CONTACT}
    # The ratio bounds overtaking as long as there is no great overload: both are tested below.
    assert {*STARVING, "longest-wait-ratio"} == starving


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", BOUNDED)
def test_nobody_overtakes_who_came_later_than_the_bound(name: str, seed: int) -> None:
    order, bound_s = BOUNDED[name]
    served = serve(order, stream(seed, 400))
    found = overtakings(served)
    assert len(served) > 300
    for first, second in found:
        assert first.since - second.since <= bound_s(first, second) + 1e-6, (seed, first, second)
    assert worst(found) <= MOST[name], (seed, worst(found))
    assert bool(found) is (MOST[name] > 0)


VICTIM_S = 2001.0


def overload(gap_s: float, count: int) -> list[tuple[float, Contact]]:
    """Calls of a high priority, one every so many seconds, and one mail among them that has none."""
    calls = [(gap_s * n, Contact(f"c-{n}", queue="support", channel="voice", priority=2)) for n in range(count)]
    victim = (VICTIM_S, Contact("victim", queue="support", channel="email"))
    return sorted([*calls, victim], key=lambda arrival: arrival[0])


PATIENT: dict[str, tuple[ContactOrder, float]] = {
    "fifo": (st.Fifo(), 0.0),
    "aged": (st.Aged(per_minute=2), 60.0),
    "head-start": (st.HeadStart(HEAD_STARTS), 45.0),
    "earliest-deadline": (st.EarliestDeadline(100, by_channel={"email": 400}), 300.0),
    "longest-wait-ratio": (st.LongestWaitRatio(20, by_channel={"email": 40}), 667.0),
}
"""For each order, the seconds after the mail in which calls come that go before it: 8 s apart, 10 s of talk each."""


@pytest.mark.parametrize("name", PATIENT)
def test_the_longest_wait_is_bounded_by_those_who_may_be_before(name: str) -> None:
    """One of the lowest priority in a stream of better ones that never ends has its turn."""
    order, window_s = PATIENT[name]
    served = serve(order, overload(8.0, 900))
    mine = next(one for one in served if one.contact.id == "victim")
    overtaking = [first for first, second in overtakings(served) if second is mine]
    ahead = int(VICTIM_S // 8) + 1 - sum(one.at <= VICTIM_S for one in served)
    assert ahead > 40
    assert all(first.since - VICTIM_S <= window_s for first in overtaking)
    assert abs(len(overtaking) - window_s / 8.0) <= 1.0
    assert mine.wait <= TALK_S * (ahead + len(overtaking) + 1)


def test_a_long_target_is_passed_for_ever_by_short_ones_in_a_great_overload() -> None:
    """Who may wait T' < T is overloaded by more than T / (T - T'): its own ratio grows quicker than that of T."""
    order = st.LongestWaitRatio(20, by_channel={"email": 40})
    for gap_s, turn in ((8.0, True), (4.0, False)):
        for count in (1200, 2400):
            served = serve(order, overload(gap_s, count))
            assert ("victim" in [one.contact.id for one in served]) is turn


STARVING: dict[str, ContactOrder] = {"strict-priority": st.StrictPriority(), "lifo": st.Lifo()}


@pytest.mark.parametrize("count", [800, 1600])
@pytest.mark.parametrize("name", STARVING)
def test_who_starves_waits_for_as_long_as_others_come(name: str, count: int) -> None:
    served = serve(STARVING[name], overload(5.0, count))
    assert "victim" not in [one.contact.id for one in served]
    assert served[-1].at > 5.0 * count - 2 * TALK_S


@pytest.mark.parametrize("weights", [{"sales": 3.0}, {"sales": 1.0, "support": 0.25}, {}])
def test_a_queue_ratio_is_kept_to_one_contact(weights: dict[str, float]) -> None:
    """Of two lines that never are empty, each prefix of what is served has the ratio of the weights."""
    router = Router(seed=0, queue_order=st.FixedQueueRatio(weights))
    for name in ("support", "sales"):
        router.add_queue(Queue(name, auto_accept=True), at=0.0)
    router.add_agent(Agent("ann", queues=("support", "sales")), at=0.0)
    source = random.Random(2)
    for number in range(200):
        for name in ("support", "sales"):
            router.enqueue(Contact(f"{name}-{number}", queue=name, priority=source.choice((0, 5))), at=0.0)
    events = router.sign_in("ann", at=1.0)
    counts = {"support": 0, "sales": 0}
    for number in range(150):
        (connected,) = (event for event in events if isinstance(event, ContactConnected))
        counts[connected.queue] += 1
        w = {name: weights.get(name, 1.0) for name in counts}
        assert abs(counts["sales"] / w["sales"] - counts["support"] / w["support"]) <= 1.0 / min(w.values()) + 1e-9
        events = router.finish(connected.contact, at=2.0 + number)
