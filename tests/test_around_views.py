"""Contacts that are visible in several queues: `docs/around.md`, section 17, rule by rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from routekit import Agent, Capacity, Contact, Need, Queue, Router, Step
from routekit import strategies as st
from routekit.errors import ContactNotWaiting, StrategyError, UnknownQueue
from routekit.events import (
    ContactConnected,
    ContactMoved,
    ContactShared,
    ContactUnshared,
    DrainStarted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferNoLongerFits,
    OfferRevoked,
    QueueRemoved,
    StepFired,
)
from routekit.strategies.names import agent_order

SHARE = (Step(10, add_queue="sales"),)


class Centre:
    """A router that is checked after each command, and replaced by its own snapshot every other time."""

    def __init__(self, *queues: Queue, registry: Any = None, **options: Any) -> None:
        self.registry = registry
        self.router = Router(seed=1, registry=registry, **options)
        self.commands = 0
        for queue in queues:
            self.do("add_queue", queue, at=0.0)

    def do(self, verb: str, *arguments: Any, **named: Any) -> tuple[Any, ...]:
        self.commands += 1
        if self.commands % 2 and self.router._trace == 0:
            self.router = Router.restore(json.loads(json.dumps(self.router.snapshot())), registry=self.registry)
            self.router.check()
        events: tuple[Any, ...] = getattr(self.router, verb)(*arguments, **named)
        self.router.check()
        for contact in self.router.contacts:
            self.router.explain(contact)
        for offer in self.router.offers:
            self.router.explain_offer(offer)
        return events

    def agent(self, name: str, *queues: str, at: float = 0.0, **fields: Any) -> tuple[Any, ...]:
        tiers = fields.pop("tiers", None)
        self.do("add_agent", Agent(name, queues=tiers or queues, **fields), at=at)
        return self.do("sign_in", name, at=at)

    def come(self, name: str, queue: str = "support", at: float = 0.0, **fields: Any) -> tuple[Any, ...]:
        return self.do("enqueue", Contact(name, queue=queue, **fields), at=at)


def kinds(events: tuple[Any, ...]) -> list[str]:
    return [type(event).__name__ for event in events]


def offered(events: tuple[Any, ...]) -> list[tuple[str, str, str]]:
    return [(e.contact, e.agent, e.queue) for e in events if isinstance(e, OfferMade)]


def connected(events: tuple[Any, ...]) -> list[tuple[str, str, str]]:
    return [(e.contact, e.agent, e.queue) for e in events if isinstance(e, ContactConnected)]


def test_a_step_makes_a_contact_visible_to_the_agents_of_a_further_queue() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales", offer_timeout_s=7))
    centre.agent("sam", "sales")
    centre.come("c")
    fired, shared, made = centre.do("advance", at=10.0)
    assert isinstance(fired, StepFired) and fired.queue == "support"
    assert shared == ContactShared(at=10.0, seq=shared.seq, contact="c", queue="sales")
    assert isinstance(made, OfferMade)
    assert (made.agent, made.queue, made.expires_at) == ("sam", "sales", 17.0)
    view = centre.router.contacts["c"]
    assert (view.queue, view.visible_in, view.entered_queue_at) == ("support", ("sales",), 0.0)


def test_it_is_one_entry_with_one_place() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"))
    for i, queue in enumerate(("sales", "support", "sales", "sales")):
        centre.come(f"c{i}", queue, at=float(i))
    centre.do("advance", at=11.0)
    router = centre.router
    assert router.contacts["c1"].visible_in == ("sales",)
    assert router.position("c1") == router.position("c1", "support") == 1
    assert router.position("c1", "sales") == 2
    assert [router.position(f"c{i}") for i in (0, 2, 3)] == [1, 2, 3]
    assert (router.queues["sales"].waiting, router.queues["support"].waiting) == (3, 1)
    with pytest.raises(UnknownQueue):
        router.position("c0", "support")
    centre.agent("ann", "support", at=12.0)
    centre.do("accept", "o-1", at=13.0)
    with pytest.raises(ContactNotWaiting):
        centre.router.position("c1", "sales")


def test_a_queue_that_it_is_in_already_is_not_added_again() -> None:
    steps = (Step(1, add_queue="sales"), Step(2, add_queue="sales", raise_priority=1), Step(3, add_queue="sales"))
    centre = Centre(Queue("support", steps=steps), Queue("sales"))
    centre.come("c")
    assert kinds(centre.do("advance", at=5.0)) == ["StepFired", "ContactShared", "StepFired", "StepFired"]
    assert centre.router.contacts["c"].visible_in == ("sales",)


def test_tier_reach_and_tier_wait_are_those_of_the_further_queue() -> None:
    home = Queue("support", steps=(Step(10, add_queue="sales"), Step(20, max_tier=3)), max_tier=1)
    centre = Centre(home, Queue("sales", max_tier=2), Queue("other"))
    centre.agent("low", tiers={"sales": 3})
    centre.come("c")
    assert not offered(centre.do("advance", at=30.0))  # the reach that the step set is for the home only
    assert offered(centre.do("update_queue", "sales", max_tier=3, at=31.0)) == [("c", "low", "sales")]


def test_the_needs_are_the_same_through_every_view() -> None:
    steps = (Step(10, add_queue="sales"), Step(20, lower={"billing": 2}))
    centre = Centre(Queue("support", steps=steps), Queue("sales"))
    centre.agent("sam", "sales", skills={"billing": 2})
    centre.come("c", needs=(Need("billing", at_least=4),))
    assert not offered(centre.do("advance", at=19.0))
    assert offered(centre.do("advance", at=20.0)) == [("c", "sam", "sales")]


def test_each_view_stands_in_its_queue_by_the_order_there() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales", contact_order=st.Lifo()))
    centre.come("old", at=0.0)
    centre.come("new", "sales", at=5.0)
    centre.do("advance", at=10.0)
    assert centre.router.position("old", "sales") == 2
    assert offered(centre.agent("sam", "sales", at=11.0)) == [("new", "sam", "sales")]
    assert offered(centre.agent("sue", "sales", at=12.0)) == [("old", "sue", "sales")]


def test_by_the_ratio_of_its_wait_too() -> None:
    order = st.LongestWaitRatio(target_s=60, by_channel={"chat": 10})
    centre = Centre(Queue("support", steps=SHARE), Queue("sales", contact_order=order))
    centre.come("v", "sales", at=0.0)
    centre.come("c", at=5.0, channel="chat")
    centre.come("d", at=8.0)
    centre.do("advance", at=18.0)
    assert [centre.router.position(name, "sales") for name in ("c", "v", "d")] == [1, 1, 2]
    centre.do("abandon", "d", at=18.0)
    assert offered(centre.agent("sam", "sales", at=19.0)) == [("c", "sam", "sales")]


def test_of_equal_tiers_home_comes_first_then_the_order_added() -> None:
    steps = (Step(10, add_queue="west"), Step(11, add_queue="east"))
    centre = Centre(Queue("east"), Queue("west"), Queue("support", steps=steps))
    centre.come("c")
    centre.come("d")
    centre.come("e", "east")
    centre.do("advance", at=12.0)
    assert offered(centre.agent("all", "east", "west", "support", at=13.0)) == [("c", "all", "support")]
    assert offered(centre.agent("two", "east", "west", at=14.0)) == [("d", "two", "west")]


def test_of_its_views_the_one_with_the_lowest_tier() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"))
    centre.come("c")
    centre.do("advance", at=10.0)
    events = centre.agent("ann", tiers={"support": 2, "sales": 1}, at=11.0)
    assert offered(events) == [("c", "ann", "sales")]


def test_its_queue_chooses_among_those_eligible_through_the_view() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales", agent_order=st.TopDown()))
    centre.come("c")
    centre.agent("busy", "support", capacity=Capacity(channels=("chat",)))
    for name in ("one", "two", "three"):
        centre.do("add_agent", Agent(name, queues=("sales",)), at=0.0)
    for name in ("three", "two", "one"):
        centre.do("sign_in", name, at=1.0)
    assert offered(centre.do("advance", at=10.0)) == [("c", "one", "sales")]


def test_one_that_does_not_come_first_at_home_may_come_first_elsewhere() -> None:
    """Each view competes for itself: so nobody is passed in the queue through which the match goes."""
    centre = Centre(Queue("support", contact_order=st.Lifo(), steps=SHARE), Queue("sales"))
    centre.come("old", at=0.0)
    centre.come("new", at=5.0)
    centre.do("advance", at=10.0)
    # As contacts of sales the old one is first, as contacts of support the new one; the old one is more urgent.
    events = centre.agent("ann", "support", "sales", at=11.0)
    assert offered(events) == [("old", "ann", "sales")]


def test_the_match_through_a_further_queue_takes_all_that_follows_from_there() -> None:
    home = Queue("support", steps=SHARE, wrap_up_s=5, offer_timeout_s=99)
    centre = Centre(home, Queue("sales", auto_accept=True, wrap_up_s=30))
    centre.agent("sam", "sales")
    centre.come("c")
    events = centre.do("advance", at=10.0)
    assert connected(events) == [("c", "sam", "sales")]
    view = centre.router.contacts["c"]
    assert (view.queue, view.visible_in) == ("support", ())
    assert [e.ends_at for e in centre.do("finish", "c", at=20.0) if hasattr(e, "ends_at")] == [50.0]
    home_counts, there = (centre.router.statistics().queues[name] for name in ("support", "sales"))
    assert (home_counts.connected, home_counts.finished, home_counts.overflow_out) == (1, 1, 1)
    assert (home_counts.waited_s, home_counts.within_level, home_counts.overflow_in) == (10.0, 1, 0)
    assert (there.connected, there.finished, there.entered, there.overflow_in, there.overflow_out) == (0, 0, 0, 1, 0)


def test_offers_are_counted_where_they_are_made() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"))
    centre.agent("sam", "sales")
    centre.come("c")
    centre.do("advance", at=10.0)
    queues = centre.router.statistics().queues
    assert (queues["support"].offers, queues["sales"].offers) == (0, 1)


def test_a_decline_has_the_delay_of_the_further_queue_and_counts_through_every_view() -> None:
    centre = Centre(Queue("support", steps=SHARE, decline_retry_s=500), Queue("sales", decline_retry_s=20))
    centre.agent("ann", "support", "sales", at=0.0)
    centre.do("set_away", "ann", at=0.0)
    centre.agent("sam", "sales")
    centre.come("c")
    assert offered(centre.do("advance", at=10.0)) == [("c", "sam", "sales")]
    declined = centre.do("decline", "o-1", at=11.0)
    assert kinds(declined) == ["OfferDeclined"]
    assert not offered(centre.do("advance", at=30.0))
    assert offered(centre.do("advance", at=31.0)) == [("c", "sam", "sales")]
    # The one who is in both: once declined, not asked through the other view either.
    centre.do("decline", "o-2", at=32.0)
    assert offered(centre.do("set_ready", "ann", at=33.0)) == [("c", "ann", "support")]
    assert not offered(centre.do("decline", "o-3", at=34.0))
    assert offered(centre.do("advance", at=60.0)) == [("c", "sam", "sales")]


def test_whether_it_counts_who_was_tried_is_up_to_the_further_queue() -> None:
    sales = Queue("sales", decline_retry_s=0, retry_agent_s=0)
    centre = Centre(Queue("support", agent_order=st.RingAll(), steps=SHARE), sales)
    for at, name in enumerate(("s1", "s2")):
        centre.agent(name, "sales", at=float(at))
    centre.come("c", at=1.0)
    assert offered(centre.do("advance", at=11.0)) == [("c", "s1", "sales")]
    assert offered(centre.do("decline", "o-1", at=12.0)) == [("c", "s2", "sales")]


def test_no_answer_rests_the_contact_as_the_further_queue_says() -> None:
    sales = Queue("sales", offer_timeout_s=5, retry_contact_s=40, no_answer_retry_s=0, away_after_no_answers=None)
    centre = Centre(Queue("support", steps=SHARE), sales)
    centre.agent("sam", "sales")
    centre.agent("ann", "support")
    centre.do("set_away", "ann", at=0.0)
    centre.come("c")
    centre.do("advance", at=10.0)
    assert isinstance(centre.do("advance", at=15.0)[0], OfferExpired)
    assert centre.router.contacts["c"].resting
    assert not offered(centre.do("set_ready", "ann", at=16.0))  # it rests, through whatever view
    assert offered(centre.do("advance", at=55.0)) == [("c", "ann", "support")]


def test_a_ring_goes_on_through_its_view() -> None:
    sales = Queue("sales", agent_order=st.RingProgressively(5.0, limit=3))
    centre = Centre(Queue("support", steps=SHARE), sales)
    for name in ("s1", "s2"):
        centre.agent(name, "sales")
    centre.come("c")
    assert offered(centre.do("advance", at=10.0)) == [("c", "s1", "sales")]
    centre.agent("ann", "support", at=11.0)  # an agent of home is no part of the ring
    assert offered(centre.do("advance", at=15.0)) == [("c", "s2", "sales")]
    assert not offered(centre.do("advance", at=20.0))
    events = centre.do("accept", "o-2", at=21.0)
    assert kinds(events) == ["ContactConnected", "OfferRevoked"]
    assert connected(events) == [("c", "s2", "sales")]


def test_a_ring_reaches_as_far_as_its_queue_says() -> None:
    sales = Queue("sales", agent_order=st.RingProgressively(5.0, limit=3))
    centre = Centre(Queue("support", steps=SHARE, max_tier=1), sales)
    centre.agent("s1", tiers={"sales": 1})
    centre.agent("s2", tiers={"sales": 2})
    centre.come("c")
    assert offered(centre.do("advance", at=10.0)) == [("c", "s1", "sales")]
    assert offered(centre.do("advance", at=15.0)) == [("c", "s2", "sales")]


def test_all_are_rung_at_once_where_the_further_queue_does_so() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales", agent_order=st.RingAll()))
    for name in ("s1", "s2", "s3"):
        centre.agent(name, "sales")
    centre.come("c")
    assert [agent for _, agent, _ in offered(centre.do("advance", at=10.0))] == ["s1", "s2", "s3"]


def test_a_queue_with_windows_shows_nothing_of_who_is_not_at_home_there() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales", agent_order=st.Batched(5.0)))
    centre.agent("sam", "sales")
    centre.come("c")
    assert not offered(centre.do("advance", at=60.0))
    assert centre.router.contacts["c"].visible_in == ("sales",)
    assert centre.router.position("c", "sales") == 1
    events = centre.do("update_queue", "sales", agent_order=st.LongestIdle(), at=61.0)
    assert offered(events) == [("c", "sam", "sales")]


def test_who_is_visible_elsewhere_still_waits_for_the_window_at_home() -> None:
    centre = Centre(Queue("support", agent_order=st.Batched(30.0), steps=SHARE), Queue("sales"))
    centre.agent("ann", "support")
    centre.come("c")
    assert kinds(centre.do("advance", at=10.0)) == ["StepFired", "ContactShared"]
    assert offered(centre.do("advance", at=30.0)) == [("c", "ann", "support")]


def test_one_whose_home_has_windows_can_be_taken_through_a_further_view() -> None:
    centre = Centre(Queue("support", agent_order=st.Batched(30.0), steps=SHARE), Queue("sales"))
    centre.agent("sam", "sales")
    centre.come("c")
    centre.come("d")
    assert offered(centre.do("advance", at=10.0)) == [("c", "sam", "sales")]
    centre.agent("ann", "support", at=12.0)
    centre.do("decline", "o-1", at=13.0)
    assert offered(centre.do("advance", at=14.0)) == [("d", "sam", "sales")]
    assert offered(centre.do("advance", at=42.0)) == [("c", "ann", "support")]


def test_draining_looks_at_home_only() -> None:
    fours = Capacity(units=4, cost={"voice": 4, "chat": 1})
    centre = Centre(Queue("support", steps=SHARE, drain_after_s=20), Queue("sales", drain_after_s=1))
    centre.agent("sam", "sales", capacity=fours)
    centre.come("small", "sales", channel="chat")
    centre.do("accept", "o-1", at=0.0)
    centre.come("c", channel="voice")
    assert not [e for e in centre.do("advance", at=100.0) if isinstance(e, DrainStarted)]


def test_who_drains_for_a_contact_may_take_it_through_a_further_view() -> None:
    fours = Capacity(units=4, cost={"voice": 4, "chat": 1})
    steps = (Step(50, add_queue="sales"),)
    centre = Centre(Queue("support", steps=steps, drain_after_s=20, max_tier=1), Queue("sales"))
    centre.agent("ann", tiers={"support": 1, "sales": 1}, capacity=fours)
    centre.come("small", "sales", channel="chat")
    centre.do("accept", "o-1", at=0.0)
    centre.come("c", channel="voice")
    assert kinds(centre.do("advance", at=20.0)) == ["DrainStarted"]
    assert kinds(centre.do("advance", at=50.0)) == ["StepFired", "DrainEnded", "ContactShared", "DrainStarted"]
    centre.come("later", "sales", at=51.0, channel="chat")
    events = centre.do("finish", "small", at=52.0)
    assert kinds(events) == ["ContactFinished", "OfferMade", "DrainEnded"]
    assert offered(events) == [("c", "ann", "support")]


def test_its_tier_is_that_of_the_view_for_who_drains_for_it_too() -> None:
    fours = Capacity(units=4, cost={"voice": 4, "chat": 1})
    home = Queue("support", steps=(Step(5, add_queue="sales"),), drain_after_s=20, tier_wait_s=3000)
    centre = Centre(home, Queue("sales", tier_wait_s=10))
    centre.agent("ann", tiers={"support": 2, "sales": 3}, capacity=fours)
    centre.come("small", "sales", channel="chat")
    centre.do("accept", "o-1", at=0.0)
    centre.come("c", channel="voice")
    assert kinds(centre.do("advance", at=20.0))[-1] == "DrainStarted"
    # It has waited long enough for its tier in sales not to count, and at home not yet.
    assert offered(centre.do("finish", "small", at=21.0)) == [("c", "ann", "sales")]


def test_a_drain_does_not_hold_back_views_of_its_own_contact() -> None:
    fours = Capacity(units=4, cost={"voice": 4, "chat": 1})
    steps = (Step(5, add_queue="sales"),)
    centre = Centre(Queue("support", steps=steps, drain_after_s=20), Queue("sales"))
    centre.agent("ann", tiers={"support": 1, "sales": 2}, capacity=fours)
    centre.come("small", "sales", channel="chat")
    centre.do("accept", "o-1", at=0.0)
    centre.come("c", channel="voice")
    assert kinds(centre.do("advance", at=20.0)) == ["StepFired", "ContactShared", "DrainStarted"]
    events = centre.agent("sam", "sales", at=21.0)
    assert kinds(events) == ["AgentPresenceChanged", "OfferMade", "DrainEnded"]
    assert offered(events) == [("c", "sam", "sales")]


def test_an_offer_is_asked_in_its_own_queue_whether_it_still_fits() -> None:
    centre = Centre(Queue("support", steps=SHARE, max_tier=1), Queue("sales"))
    centre.agent("sam", tiers={"sales": 2})
    centre.come("c")
    centre.do("advance", at=10.0)
    assert kinds(centre.do("update_queue", "support", wrap_up_s=1, at=11.0)) == ["QueueUpdated"]
    assert kinds(centre.do("update_contact", "c", priority=3, at=12.0)) == ["ContactUpdated"]
    centre.do("update_queue", "sales", max_tier=1, at=13.0)
    events = centre.do("update_contact", "c", priority=4, at=14.0)
    assert [e.reason for e in events if isinstance(e, OfferNoLongerFits)] == ["tier"]


def test_views_end_when_it_is_connected_and_a_requeue_brings_it_home_alone() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"))
    centre.agent("sam", "sales")
    centre.come("c")
    centre.do("advance", at=10.0)
    centre.do("accept", "o-1", at=11.0)
    assert centre.router.contacts["c"].visible_in == ()
    events = centre.do("requeue", "c", at=12.0)
    assert kinds(events) == ["ContactRequeued"]
    assert (events[0].queue, centre.router.contacts["c"].visible_in) == ("support", ())
    counts = centre.router.statistics().queues
    assert (counts["support"].connect_failed, counts["sales"].connect_failed) == (1, 0)
    assert not offered(centre.do("advance", at=500.0))


def test_views_end_without_a_word_when_it_moves_or_leaves() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"), Queue("other"))
    centre.come("c")
    centre.come("d")
    centre.do("advance", at=10.0)
    assert kinds(centre.do("transfer", "c", "other", at=11.0)) == ["ContactMoved", "ContactQueued"]
    assert kinds(centre.do("abandon", "d", at=11.0)) == ["ContactAbandoned"]
    assert not offered(centre.agent("sam", "sales", at=12.0))


def test_a_further_queue_that_is_removed_is_told_of() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"), Queue("other"))
    centre.agent("sam", "sales")
    centre.come("c1", at=0.0)
    centre.come("c2", at=0.0)
    centre.come("own", "sales", at=20.0)
    events = centre.do("remove_queue", "sales", move_to="other", at=21.0)
    assert kinds(events) == ["ContactMoved", "OfferRevoked", "ContactUnshared", "ContactUnshared", "QueueRemoved"]
    moved, revoked, first, second, _ = events
    assert isinstance(moved, ContactMoved) and moved.contact == "own"
    assert isinstance(revoked, OfferRevoked) and (revoked.contact, revoked.reason) == ("c1", "queue_removed")
    assert isinstance(first, ContactUnshared) and (first.contact, first.queue) == ("c1", "sales")
    assert isinstance(second, ContactUnshared) and (second.contact, second.reason) == ("c2", "queue_removed")
    assert centre.router.contacts["c1"].visible_in == ()
    assert isinstance(events[-1], QueueRemoved)


def test_an_offer_through_another_view_stands_when_a_further_queue_is_removed() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"))
    centre.agent("ann", "support")
    centre.come("c")
    assert len(centre.router.offers) == 1
    centre.do("advance", at=10.0)
    assert kinds(centre.do("remove_queue", "sales", at=11.0)) == ["ContactUnshared", "QueueRemoved"]
    assert len(centre.router.offers) == 1


def test_an_updated_further_queue_files_the_view_anew() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"))
    centre.come("c")
    centre.come("d", "sales", at=5.0)
    centre.do("advance", at=10.0)
    assert centre.router.position("c", "sales") == 1
    assert kinds(centre.do("update_queue", "sales", contact_order=st.Lifo(), at=11.0)) == ["QueueUpdated"]
    assert centre.router.position("c", "sales") == 2
    assert offered(centre.agent("sam", "sales", at=12.0)) == [("d", "sam", "sales")]


def test_an_order_whose_key_fails_for_a_view_is_refused() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"))
    centre.come("c", attributes={"due_at": "soon"})
    centre.do("advance", at=10.0)
    before = centre.router.snapshot()
    with pytest.raises(StrategyError):
        centre.router.update_queue("sales", contact_order=st.EarliestDeadline(), at=10.0)
    assert centre.router.snapshot() == before
    centre.do("update_contact", "c", attributes={}, at=10.0)
    centre.do("update_queue", "sales", contact_order=st.EarliestDeadline(), at=10.0)
    with pytest.raises(StrategyError):
        centre.router.update_contact("c", attributes={"due_at": "soon"}, at=10.0)


def test_rounds_and_pointers_are_of_the_queue_through_which_it_is_offered() -> None:
    sales = Queue("sales", agent_order=agent_order("asterisk-rrmemory"), decline_retry_s=0, retry_agent_s=0)
    centre = Centre(Queue("support", agent_order=st.RoundRobin(), steps=SHARE), sales)
    for name in ("s1", "s2", "s3"):
        centre.agent(name, "sales")
    centre.come("c")
    assert offered(centre.do("advance", at=10.0)) == [("c", "s1", "sales")]
    assert offered(centre.do("decline", "o-1", at=11.0)) == [("c", "s1", "sales")]


def test_an_order_that_starts_anew_for_each_contact_does_so_for_each_view() -> None:
    order = agent_order("asterisk-linear")
    sales = Queue("sales", agent_order=order, offer_timeout_s=5, no_answer_retry_s=0)
    centre = Centre(Queue("support", steps=SHARE), sales)
    for name in ("s1", "s2", "s3"):
        centre.agent(name, "sales")
    centre.come("c")
    assert offered(centre.do("advance", at=10.0)) == [("c", "s1", "sales")]
    assert [offered(centre.do("advance", at=at))[0][1] for at in (15.0, 20.0, 25.0)] == ["s2", "s3", "s1"]


def test_tiers_that_begin_to_count_in_a_queue_count_for_views_too() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales", tier_wait_s=300))
    centre.come("old", "sales", at=0.0)
    centre.come("urgent", at=250.0, priority=100)
    centre.do("advance", at=260.0)
    # Nobody was of another tier; now the tier of the old one does not count any more, and that of the other does.
    centre.router.add_agent(Agent("low", queues={"sales": 2}), at=301.0)
    assert offered(centre.router.sign_in("low", at=301.0)) == [("old", "low", "sales")]


def test_a_share_is_charged_once_to_the_queue_that_is_chosen_first() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"), queue_order=st.FixedQueueRatio({"sales": 0.5}))
    centre.agent("sam", "sales")
    centre.come("c")
    centre.do("advance", at=10.0)
    assert (centre.router.queues["support"].share, centre.router.queues["sales"].share) == (0.0, 2.0)
    centre.agent("ann", "support", at=11.0)
    assert offered(centre.do("decline", "o-1", at=12.0)) == [("c", "ann", "support")]
    assert (centre.router.queues["support"].share, centre.router.queues["sales"].share) == (0.0, 2.0)


def test_a_score_of_the_further_queue_that_fails_takes_the_command_back() -> None:
    def score(contact: Any, agent: Any) -> float:
        assert contact.queue == "support"
        if fails:
            raise ValueError("no")
        return 1.0 if agent.id == "s2" else 0.0

    fails = False
    scored: Callable[[], st.Scored] = lambda: st.Scored("mine")  # noqa: E731
    centre = Centre(Queue("support", steps=SHARE), Queue("sales", agent_order=scored()), registry={"mine": score})
    for name in ("s1", "s2", "s3"):
        centre.agent(name, "sales")
    centre.agent("ann", "support")
    centre.come("c")
    centre.do("advance", at=10.0)
    fails = True
    with pytest.raises(StrategyError):
        centre.router.decline("o-1", at=12.0)
    assert [offer.agent for offer in centre.router.offers.values()] == ["ann"]
    fails = False
    assert offered(centre.do("decline", "o-1", at=12.0)) == [("c", "s2", "sales")]


def test_traces_tell_of_the_queue_through_which_it_went() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"), trace=5)
    centre.agent("ann", "support")
    centre.do("set_away", "ann", at=0.0)
    centre.agent("sam", "sales")
    centre.come("c")
    centre.do("advance", at=10.0)
    (decision,) = centre.router.traces
    assert (decision.queue, decision.winner.agent, len(decision.ranking)) == ("sales", "sam", 1)


def test_many_at_once_go_each_through_one_view() -> None:
    centre = Centre(Queue("support", steps=(Step(0, add_queue="sales"),)), Queue("sales"))
    for name in ("a1", "b1"):
        centre.agent(name, "support" if name == "a1" else "sales")
        centre.do("set_away", name, at=0.0)
    centre.come("c1", at=1.0)
    centre.come("c2", at=2.0)
    centre.come("own", "sales", at=2.5)
    first = centre.do("set_ready", "b1", at=3.0)
    second = centre.do("set_ready", "a1", at=3.0)
    assert offered(first) == [("c1", "b1", "sales")] and offered(second) == [("c2", "a1", "support")]
    # Both offers come back at one instant, and each contact goes to the one who has not had it yet.
    events = centre.do("advance", at=23.0)
    assert offered(events) == [("c1", "a1", "support"), ("c2", "b1", "sales")]
    assert offered(centre.agent("both", "support", "sales", at=24.0)) == [("own", "both", "sales")]


def test_a_stop_half_way_goes_on_from_there() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"), Queue("west"))
    for i in range(4):
        centre.come(f"c{i}", at=0.0)
    for name in ("s1", "s2", "s3"):
        centre.agent(name, "sales")
    seen: list[tuple[str, str, str]] = []
    for _ in range(20):
        seen += offered(centre.do("advance", at=10.0, limit=1))
    assert seen == [("c0", "s1", "sales"), ("c1", "s2", "sales"), ("c2", "s3", "sales")]


def test_a_decline_through_a_view_finds_the_next_at_home() -> None:
    centre = Centre(Queue("support", steps=SHARE), Queue("sales"))
    centre.agent("sam", "sales")
    centre.come("c")
    centre.do("advance", at=10.0)
    centre.agent("ann", "support", at=11.0)
    events = centre.do("decline", "o-1", at=12.0)
    assert isinstance(events[0], OfferDeclined)
    assert offered(events) == [("c", "ann", "support")]


def test_the_agent_sees_the_script_of_the_queue_of_the_offer() -> None:
    centre = Centre(Queue("support", steps=SHARE, script="home"), Queue("sales", script="pitch"))
    centre.agent("sam", "sales")
    centre.come("c")
    (made,) = (e for e in centre.do("advance", at=10.0) if isinstance(e, OfferMade))
    assert made.screen is not None and made.screen.script == "pitch"


def test_one_that_is_meant_for_certain_agents_is_shown_in_no_further_queue() -> None:
    centre = Centre(Queue("support", steps=SHARE, prefer_s=60, prefer_while="always"), Queue("sales"))
    centre.do("add_agent", Agent("ann", queues=("support",)), at=0.0)
    centre.agent("sam", "sales")
    centre.come("c", prefer=("ann",))
    assert not offered(centre.do("advance", at=59.0))
    assert centre.router.contacts["c"].visible_in == ("sales",)
    assert offered(centre.do("advance", at=60.0)) == [("c", "sam", "sales")]
