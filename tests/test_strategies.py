"""The strategies as values: keys, arguments, names and the page that is drawn from them. What a router makes of them
is tested with routers."""

from __future__ import annotations

import copy
import inspect
import json
import math
import pickle
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from routekit import Contact, Need, Queue
from routekit import strategies as st
from routekit._model import from_data, to_data
from routekit.abc import AgentOrder, AgentStanding, ContactOrder, MemberStanding, Pick, QueueOrder
from routekit.errors import InvalidType, InvalidValue, RoutekitError, StrategyError, UnknownStrategy
from routekit.strategies import own, page
from routekit.strategies.names import check_orders, check_queue_order, classes
from routekit.strategies.names import to_data as order_to_data


@attrs.frozen(kw_only=True)
class Agent:
    """An agent's standing, every number another."""

    id: str = "ann"
    seq: int = 7
    skills: Mapping[str, float] = attrs.field(factory=lambda: {"billing": 3.0, "english": 5.0})
    has_work: bool = True
    idle_since: float = 11.0
    last_finish: float = 12.0
    last_offer: float = 13.0
    load: float = 0.25
    skill_count: float = 2.0
    skill_total: float = 8.0


@attrs.frozen(kw_only=True)
class Member:
    """A member's standing."""

    tier: int = 2
    joined: int = 3
    had_one: bool = True
    ended_at: float = 14.0
    score_high: float = 15.0
    score_low: float = 16.0


@attrs.frozen(kw_only=True)
class Waiting:
    """What a contact order sees."""

    value: Contact = attrs.field(factory=lambda: Contact("c", queue="support"))
    priority: float = 2.0
    waiting_since: float = 100.0


def fit(contact: Any, agent: Any) -> float:
    return float(len(agent.id))


# -- agent orders: keys and properties --------------------------------------------------------------------------------

KEYS: list[tuple[AgentOrder, tuple[float, ...]]] = [
    (st.LongestIdle(), (1.0, 11.0)),
    (st.LongestIdle(since="last_finish"), (1.0, 12.0)),
    (st.LongestIdle("last_offer"), (1.0, 13.0)),
    (st.LeastRecent(), (1.0, 1.0, 14.0, 11.0)),
    (st.RoundRobin(), ()),
    (st.RoundRobinOrdered(), (3.0,)),
    (st.TopDown(), ()),
    (st.Random(), ()),
    (st.WeightedRandom(), (1.0,)),
    (st.WeightedRandom({"ann": 3}, default=2), (3.0,)),
    (st.WeightedRandom({"bob": 3}, 2), (2.0,)),
    (st.FewestContacts(), (15.0, 16.0, 1.0, 11.0)),
    (st.FewestContacts(since="day", count="offered"), (15.0, 16.0, 1.0, 11.0)),
    (st.LeastTalkTime(600), (15.0, 16.0, 1.0, 11.0)),
    (st.LeastOccupied(), (15.0, 16.0, 1.0, 11.0)),
    (st.LeastLoaded(), (0.25, 1.0, 11.0)),
    (st.MostSkilled(), (-2.0, -8.0, 1.0, 11.0)),
    (st.LeastSkilled(), (2.0, 8.0, 1.0, 11.0)),
    (st.BestMatch(), (1.0, 11.0)),
    (st.BestMatch({"billing": 2}), (1.0, 11.0)),
    (st.Scored("fit"), (1.0, 11.0)),
    (st.Scored(fit), (1.0, 11.0)),
    (st.RingAll(), (1.0, 11.0)),
    (st.RingProgressively(5), (1.0, 11.0)),
    (st.Batched(2), (1.0, 11.0)),
    (st.Batched(2, scorer="fit"), (1.0, 11.0)),
]
CONTACT_ORDERS: list[ContactOrder] = [
    st.Fifo(),
    st.Lifo(),
    st.StrictPriority(),
    st.Aged(2),
    st.HeadStart(),
    st.HeadStart({1: 5, 2.5: 30}),
    st.EarliestDeadline(),
    st.EarliestDeadline(60, {"chat": 5}, "promised"),
    st.LongestWaitRatio(),
    st.LongestWaitRatio(60, by_channel={"email": 3600}),
]
QUEUE_ORDERS: list[QueueOrder] = [
    st.ByUrgency(),
    st.FixedQueueRatio({"sales": 2}),
    st.WeightedFair({"sales": 2}, default=0.5, expected_s=60),
]
AGENT_ORDERS = [order for order, _ in KEYS]
ALL: list[AgentOrder | ContactOrder | QueueOrder] = [*AGENT_ORDERS, *CONTACT_ORDERS, *QUEUE_ORDERS]


@pytest.mark.parametrize(("order", "key"), KEYS, ids=repr)
def test_the_key_of_an_agent(order: AgentOrder, key: tuple[float, ...]) -> None:
    found = order.key(Agent(), Member() if order.per_queue else None)
    assert found == key
    assert all(type(part) is float for part in found)


def test_every_strategy_is_tried_here() -> None:
    for kind, orders in (("agent", AGENT_ORDERS), ("contact", CONTACT_ORDERS), ("queue", QUEUE_ORDERS)):
        assert [*dict.fromkeys(order.name for order in orders)] == [*st.names(kind)]  # type: ignore[attr-defined]


PICKS = {
    Pick.NEXT: {"round-robin", "round-robin-ordered"},
    Pick.DRAW: {"random"},
    Pick.WEIGHTED: {"weighted-random"},
    Pick.MATCH: {"best-match"},
    Pick.SCORE: {"scored"},
}


@pytest.mark.parametrize("order", AGENT_ORDERS, ids=repr)
def test_what_the_router_is_told_fits_the_port(order: AgentOrder) -> None:
    assert order.pick is next((pick for pick, names in PICKS.items() if order.name in names), Pick.LEAST)
    member = any(part.removeprefix("-") in own.MEMBER_PARTS for part in order.parts)
    assert order.per_queue is member
    assert (order.counts is not None) is ("score_high" in order.parts)
    own.check_agent_order(order, ())  # it would pass as one's own, were it not for its name


def test_scores_fade_or_begin_again() -> None:
    told = {
        order: (order.counts, order.half_life, order.since)
        for order in (
            st.FewestContacts(),
            st.FewestContacts(60, count="offered"),
            st.FewestContacts(since="day"),
            st.FewestContacts(since="sign_in"),
            st.LeastTalkTime(),
            st.LeastTalkTime(since="day"),
            st.LeastTalkTime(since="sign_in"),
            st.LeastOccupied(),
        )
    }
    assert list(told.values()) == [
        ("answered", 28800.0, None),
        ("offered", 60.0, None),
        ("answered", 0.0, "day"),
        ("answered", 0.0, None),
        ("talk", 28800.0, None),
        ("talk", 0.0, "day"),
        ("talk", 0.0, None),
        ("load", 3600.0, None),
    ]
    assert st.FewestContacts() == st.FewestContacts(half_life_s=28800) == st.FewestContacts(None, None)
    assert st.FewestContacts(since="day") != st.FewestContacts(since="sign_in")
    assert st.FewestContacts(since="sign_in").counted_since == "sign_in"


def test_rings_and_windows() -> None:
    told = [
        (order.ring, order.ring_every_s, order.every_s)
        for order in (st.LongestIdle(), st.RingAll(3), st.RingProgressively(5, 4), st.Batched(2))
    ]
    assert told == [(1, None, None), (3, None, None), (4, 5.0, None), (1, None, 2.0)]


def test_a_match_is_the_weighted_sum_of_the_levels_asked() -> None:
    needs = (("billing", 1.0), ("english", 9.0), ("french", 0.0))
    skills = {"english": 5.0, "billing": 3.0, "german": 100.0}
    assert st.BestMatch().match(skills, needs) == 8.0
    assert st.BestMatch({"billing": 10, "english": -1, "german": 5}).match(skills, needs) == 25.0
    assert st.BestMatch({"billing": 0}).match(skills, ()) == 0.0
    # In the order of the needs, and not by a sum that is rounded once.
    levels = {"a": 1e9, "b": 2.0**-26, "c": -1e9}
    assert st.BestMatch().match(levels, (("a", 0.0), ("b", 0.0), ("c", 0.0))) == 0.0
    assert st.BestMatch().match(levels, (("a", 0.0), ("c", 0.0), ("b", 0.0))) == 2.0**-26


# -- scores of the app's own ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [st.Scored, lambda score: st.Batched(2, score)], ids=["scored", "batched"])
def test_a_score_is_found_by_its_name(make: Callable[[Any], st.Scored | st.Batched]) -> None:
    contact: Any = Waiting()
    agent: Any = Agent()
    named, held = make("fit"), make(fit)
    assert named == held and hash(named) == hash(held) and repr(named) == repr(held)
    assert order_to_data(named) == order_to_data(held)
    assert named != make("other")
    with pytest.raises(StrategyError, match="'fit' is only the name of a score") as unbound:
        named.score(contact, agent)
    assert unbound.value.strategy == named.name
    bound = named.bind({"fit": fit})
    assert bound == named and bound.score(contact, agent) == 3.0
    assert bound.bind({}) is bound
    assert held.bind({"fit": print}) is held
    with pytest.raises(UnknownStrategy) as unknown:
        named.bind({"other": fit})
    assert unknown.value.name == "fit"
    with pytest.raises(InvalidValue) as fault:
        named.bind({"fit": 3})
    assert fault.value.path == "registry.fit"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1.1e9, -1.1e9, None, "3", True, 10**400])
@pytest.mark.parametrize("make", [st.Scored, lambda score: st.Batched(2, score)], ids=["scored", "batched"])
def test_a_score_is_a_number(make: Callable[[Any], st.Scored | st.Batched], value: object) -> None:
    def odd(contact: object, agent: object) -> Any:
        return value

    with pytest.raises(StrategyError) as fault:
        make(odd).score(Any, Any)  # type: ignore[arg-type]
    assert fault.value.strategy == make(odd).name
    assert "score must be" in fault.value.error


def test_what_a_score_raises_comes_through() -> None:
    def broken(contact: object, agent: object) -> float:
        raise LookupError("no such team")

    with pytest.raises(LookupError, match="no such team"):
        st.Scored(broken).score(Any, Any)  # type: ignore[arg-type]


def test_scores_at_the_ends() -> None:
    assert st.checked_score("mine", 10**9) == 1e9 and type(st.checked_score("mine", -3)) is float


def test_a_batch_without_a_score_goes_by_the_best_match() -> None:
    @attrs.frozen
    class View:
        needs: tuple[Need, ...]

    @attrs.frozen
    class Relaxed(View):
        effective_needs: tuple[Need, ...]

    contact: Any = View((Need("billing", 2), Need("english", 1)))
    relaxed: Any = Relaxed(contact.needs, contact.needs[1:])
    agent: Any = Agent()
    order = st.Batched(2)
    assert order.bind({}) is order
    assert order.score(contact, agent) == 8.0
    assert order.score(relaxed, agent) == 5.0


# -- contact orders ---------------------------------------------------------------------------------------------------


def waiting(channel: str = "voice", **attributes: Any) -> Waiting:
    return Waiting(value=Contact("c", queue="support", channel=channel, attributes=attributes))


CONTACT_KEYS: list[tuple[ContactOrder, Waiting, tuple[float, ...]]] = [
    (st.Fifo(), waiting(), (100.0,)),
    (st.Lifo(), waiting(), (-100.0,)),
    (st.StrictPriority(), waiting(), (-2.0, 100.0)),
    (st.Aged(), waiting(), (-20.0,)),
    (st.Aged(2), waiting(), (40.0,)),
    (st.HeadStart(10), waiting(), (80.0,)),
    (st.HeadStart({1: 5, 2.5: 30}), waiting(), (95.0,)),
    (st.EarliestDeadline(), waiting(), (3700.0, 100.0)),
    (st.EarliestDeadline(60, {"chat": 5}), waiting(), (160.0, 100.0)),
    (st.EarliestDeadline(60, {"chat": 5}), waiting("chat"), (105.0, 100.0)),
    (st.EarliestDeadline(60, {"chat": 5}), waiting("chat", due_at=130), (130.0, 100.0)),
    (st.EarliestDeadline(60), waiting(due_at=-5.5), (100.0, 100.0)),
    (st.EarliestDeadline(attribute="promised"), waiting(due_at=130, promised=120), (120.0, 100.0)),
    (st.EarliestDeadline(0), waiting(), (100.0, 100.0)),
    (st.LongestWaitRatio(), waiting(), (100.0,)),
]


@pytest.mark.parametrize(("order", "contact", "key"), CONTACT_KEYS)
def test_the_key_of_a_contact(order: ContactOrder, contact: Waiting, key: tuple[float, ...]) -> None:
    assert order.key(contact) == key
    assert all(type(part) is float for part in order.key(contact))


@pytest.mark.parametrize("due", [math.nan, math.inf, "130", True, None, (1, 2)])
def test_a_due_time_that_is_no_number_is_an_error(due: object) -> None:
    odd: Any = attrs.make_class("Odd", ["value", "waiting_since"])
    contact = odd(attrs.make_class("Value", ["attributes", "channel"])({"due_at": due}, "voice"), 100.0)
    with pytest.raises(InvalidValue) as fault:
        st.EarliestDeadline().key(contact)
    assert fault.value.path == "attributes.due_at"


def test_targets() -> None:
    order = st.LongestWaitRatio(60, by_channel={"email": 3600})
    assert (order.target(waiting()), order.target(waiting("email"))) == (60.0, 3600.0)
    assert [one.name for one in CONTACT_ORDERS if one.target(waiting()) != 0.0] == ["longest-wait-ratio"] * 2


def test_which_orders_starve() -> None:
    assert {name for name, kind in classes("contact").items() if kind.starves} == {
        "lifo",
        "longest-wait-ratio",
        "strict-priority",
    }
    for name, kind in classes("contact").items():
        assert kind.starves is ("**starves**" in page.sections(kind)["Bound"]), name


whole = some.integers(0, 50)


@given(since=whole, later=whole, due=whole, other=whole)
def test_nobody_overtakes_a_promise_who_came_at_or_after_it_was_due(
    since: int, later: int, due: int, other: int
) -> None:
    order = st.EarliestDeadline()
    mine = order.key(attrs.evolve(waiting(due_at=due), waiting_since=float(since)))
    theirs = order.key(attrs.evolve(waiting(due_at=other), waiting_since=float(later)))
    assume(later > since and later >= mine[0])
    assert mine < theirs


@given(wait=some.integers(1, 500), lead=some.integers(1, 500), mine=some.integers(1, 9), theirs=some.integers(1, 9))
def test_when_a_longer_ratio_overtakes(wait: int, lead: int, mine: int, theirs: int) -> None:
    """The bound that the docstring gives, for one who came `lead` seconds later."""
    assume(lead <= wait)
    overtaken = Fraction(wait - lead, theirs) > Fraction(wait, mine)
    assert overtaken is (theirs < mine and wait > Fraction(lead * mine, mine - theirs))
    least = min(mine, theirs)
    assert not (overtaken and wait - lead <= Fraction(wait * least, mine))


# -- queue orders -----------------------------------------------------------------------------------------------------


def test_what_queues_are_charged() -> None:
    ratio, fair = QUEUE_ORDERS[1:]
    assert [order.shares for order in QUEUE_ORDERS] == [False, True, True]
    assert (ratio.charge("sales"), ratio.charge("support"), ratio.settle("sales", 500.0)) == (0.5, 1.0, 0.0)
    assert (fair.charge("sales"), fair.charge("support")) == (30.0, 120.0)
    assert (fair.settle("sales", 180.0), fair.settle("support", 30.0)) == (60.0, -60.0)


@given(
    weights=some.lists(some.integers(1, 9), min_size=2, max_size=4),
    start=some.integers(0, 40),
    length=some.integers(1, 60),
)
def test_queues_that_always_have_somebody_share_by_weight(weights: list[int], start: int, length: int) -> None:
    """The bound that the docstring gives, over any stretch of choices."""
    order = st.FixedQueueRatio({str(number): weight for number, weight in enumerate(weights)})
    shares = [0.0] * len(weights)
    chosen = [0] * len(weights)
    for turn in range(start + length):
        least = min(range(len(weights)), key=lambda number: (shares[number], number))
        shares[least] += order.charge(str(least))
        chosen[least] += turn >= start
    served = [count / weight for count, weight in zip(chosen, weights, strict=True)]
    for one in range(len(weights)):
        for other in range(one):
            assert abs(served[one] - served[other]) <= 1 / weights[one] + 1 / weights[other] + 1e-9


# -- arguments --------------------------------------------------------------------------------------------------------

BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: st.LongestIdle(since="idle"), "since"),
    (lambda: st.LongestIdle(since=None), "since"),  # type: ignore[arg-type]
    (lambda: st.LongestIdle(since=["ready"]), "since"),  # type: ignore[arg-type]
    (lambda: st.WeightedRandom({"ann": math.nan}), "weights.ann"),
    (lambda: st.WeightedRandom({"ann": 0}), "weights.ann"),
    (lambda: st.WeightedRandom({"ann": -1}), "weights.ann"),
    (lambda: st.WeightedRandom({"ann": True}), "weights.ann"),
    (lambda: st.WeightedRandom({"ann": 1e10}), "weights.ann"),
    (lambda: st.WeightedRandom({7: 1}), "weights"),  # type: ignore[dict-item]
    (lambda: st.WeightedRandom({"": 1}), "weights"),
    (lambda: st.WeightedRandom(3), "weights"),  # type: ignore[arg-type]
    (lambda: st.WeightedRandom("ann"), "weights"),  # type: ignore[arg-type]
    (lambda: st.WeightedRandom(default=0), "default"),
    (lambda: st.FewestContacts(-1), "half_life_s"),
    (lambda: st.FewestContacts(0), "half_life_s"),
    (lambda: st.FewestContacts(0.5), "half_life_s"),
    (lambda: st.FewestContacts(2e12), "half_life_s"),
    (lambda: st.FewestContacts("60"), "half_life_s"),  # type: ignore[arg-type]
    (lambda: st.FewestContacts(60, "day"), "since"),
    (lambda: st.FewestContacts(28800, "sign_in"), "since"),
    (lambda: st.FewestContacts(since="ready"), "since"),
    (lambda: st.FewestContacts(count="finished"), "count"),
    (lambda: st.FewestContacts(count=None), "count"),  # type: ignore[arg-type]
    (lambda: st.LeastTalkTime(math.nan), "half_life_s"),
    (lambda: st.LeastTalkTime(60, "day"), "since"),
    (lambda: st.LeastTalkTime(since="week"), "since"),
    (lambda: st.LeastOccupied(0.999), "half_life_s"),
    (lambda: st.LeastOccupied(None), "half_life_s"),  # type: ignore[arg-type]
    (lambda: st.BestMatch({"billing": math.inf}), "weights.billing"),
    (lambda: st.BestMatch({"billing": -2e9}), "weights.billing"),
    (lambda: st.Scored(""), "score"),
    (lambda: st.Scored(None), "score"),  # type: ignore[arg-type]
    (lambda: st.Scored(3), "score"),  # type: ignore[arg-type]
    (lambda: st.Batched(1, scorer=3), "scorer"),  # type: ignore[arg-type]
    (lambda: st.Batched(1, ""), "scorer"),
    (lambda: st.Batched(0), "every_s"),
    (lambda: st.Batched(math.nan), "every_s"),
    (lambda: st.RingAll(0), "limit"),
    (lambda: st.RingAll(1001), "limit"),
    (lambda: st.RingAll(2.0), "limit"),  # type: ignore[arg-type]
    (lambda: st.RingProgressively(0), "every_s"),
    (lambda: st.RingProgressively(1, -1), "limit"),
    (lambda: st.EarliestDeadline(-1), "within_s"),
    (lambda: st.EarliestDeadline(by_channel={"chat": -1}), "by_channel.chat"),
    (lambda: st.EarliestDeadline(by_channel=[("chat", 1)]), "by_channel"),  # type: ignore[arg-type]
    (lambda: st.EarliestDeadline(attribute=""), "attribute"),
    (lambda: st.EarliestDeadline(attribute=3), "attribute"),  # type: ignore[arg-type]
    (lambda: st.LongestWaitRatio(0), "target_s"),
    (lambda: st.LongestWaitRatio(by_channel={"chat": 0}), "by_channel.chat"),
    (lambda: st.FixedQueueRatio({"sales": 0}), "weights.sales"),
    (lambda: st.FixedQueueRatio(default=math.nan), "default"),
    (lambda: st.WeightedFair({"sales": 5e-324}), "weights.sales"),
    (lambda: st.WeightedFair(expected_s=0), "expected_s"),
    (lambda: st.agent_order({"name": "ring-all", "limit": 0}), "limit"),
    (lambda: st.agent_order({"name": "ring-all", "most": 3}), "ring-all.most"),
    (lambda: st.agent_order("ring-progressively"), "ring-progressively.every_s"),
    (lambda: st.agent_order({"name": "scored"}), "scored.score"),
    (lambda: st.agent_order({"name": "weighted-random", "weights": [1, 2]}), "weighted-random.weights"),
    (lambda: st.agent_order({"name": "weighted-random", "weights": [["ann"]]}), "weighted-random.weights"),
    (lambda: st.agent_order({"name": "scored", 3: 4}), "scored.3"),
    (lambda: st.agent_order({"limit": 3}), "name"),
    (lambda: st.agent_order(3), "name"),  # type: ignore[arg-type]
    (lambda: st.agent_order("mine", {"mine": st.Fifo()}), "agent_order"),
    (lambda: st.contact_order("mine", {"mine": fit}), "contact_order"),
    (lambda: st.queue_order("mine", {"mine": st.Fifo()}), "queue_order"),
    (lambda: st.names("sort"), "kind"),
]


@pytest.mark.parametrize(("make", "path"), BAD, ids=[inspect.getsource(make).strip()[:70] for make, _ in BAD])
def test_a_bad_argument_is_named(make: Callable[[], object], path: str) -> None:
    with pytest.raises(RoutekitError) as fault:
        make()
    assert isinstance(fault.value, InvalidValue | InvalidType)
    assert fault.value.path == path


@pytest.mark.parametrize("find", [st.agent_order, st.contact_order, st.queue_order])
def test_an_unknown_name(find: Callable[[Any], object]) -> None:
    for name in ("fastest", "", "Aged"):
        with pytest.raises(UnknownStrategy) as fault:
            find({"name": name})
        assert fault.value.name == name
    with pytest.raises(UnknownStrategy):  # a name of another kind
        find({st.agent_order: "aged", st.contact_order: "by-urgency", st.queue_order: "random"}[find])  # type: ignore[index]


def test_numbers_become_floats_and_mappings_freeze() -> None:
    given_weights = {"ann": 3}
    order = st.WeightedRandom(given_weights)
    given_weights["bob"] = 4
    assert (
        order == st.WeightedRandom({"ann": 3.0}) and repr(order) == "WeightedRandom(weights={'ann': 3.0}, default=1.0)"
    )
    assert st.WeightedRandom({"a": 1, "b": 2}) == st.WeightedRandom({"b": 2, "a": 1})


# -- values and names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ALL, ids=repr)
def test_a_strategy_is_a_value(order: Any) -> None:
    again = eval(repr(order), dict(vars(st)))
    assert again == order and hash(again) == hash(order) and again is not order
    assert copy.deepcopy(order) == order == pickle.loads(pickle.dumps(order))
    assert not hasattr(order, "__dict__")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        order.name = "other"
    assert all(order != other for other in ALL if repr(other) != repr(order))


@pytest.mark.parametrize("order", ALL, ids=repr)
def test_a_strategy_comes_back_from_its_data(order: Any) -> None:
    find: Any = st.agent_order if isinstance(order, AgentOrder) else st.contact_order
    find = st.queue_order if isinstance(order, QueueOrder) else find
    data = order_to_data(order)
    stored = json.loads(json.dumps(data, allow_nan=False))
    again = find(stored)
    assert type(again) is type(order) and again == order
    assert order_to_data(again) == data
    assert [*data] == ["name", *inspect.signature(type(order)).parameters]


@pytest.mark.parametrize("order", [*AGENT_ORDERS, *CONTACT_ORDERS], ids=repr)
def test_a_queue_comes_back_with_its_orders(order: Any) -> None:
    field = "agent_order" if isinstance(order, AgentOrder) else "contact_order"
    queue = Queue("support", **{field: order})
    check_orders(queue)
    assert from_data(json.loads(json.dumps(to_data(queue), allow_nan=False))) == queue


def test_a_bare_name_is_the_default_of_its_class() -> None:
    for kind, find in (("agent", st.agent_order), ("contact", st.contact_order), ("queue", st.queue_order)):
        for name, known in classes(kind).items():
            if "=" in page.call(known) or page.call(known).endswith("()"):
                required = [field for field in attrs.fields(known) if field.init and field.default is attrs.NOTHING]
                if not required:
                    assert find(name) == known()  # type: ignore[operator]


def test_the_names() -> None:
    assert st.names("contact")[:3] == ("fifo", "lifo", "strict-priority")
    assert st.names("agent")[0] == "longest-idle"
    for kind in ("agent", "contact", "queue"):
        for name, known in classes(kind).items():
            spelled = "".join(part.title() for part in name.split("-"))
            assert known.__name__ == spelled and getattr(st, spelled) is known


# -- an order of one's own --------------------------------------------------------------------------------------------


class Mine(AgentOrder):
    """An order that may be used."""

    name = "mine"
    parts = ("load", "-skill_count", "last_offer", "seq")


def with_(base: type[Any] = Mine, **changes: Any) -> Any:
    return type("Changed", (base,), changes)()


FINE = [
    Mine(),
    with_(parts=()),
    with_(parts=("tier", "-joined", "ended_at", "score_low"), per_queue=True),
    with_(counts="talk", half_life=0.0, parts=("score_high", "score_low", "load"), per_queue=True),
    with_(counts="load", half_life=1.0, since="ready", parts=("score_high", "score_low"), per_queue=True),
    with_(counts="finished", since="day"),
    with_(ring=1000, ring_every_s=5),
    with_(every_s=0.5, score=lambda self, contact, agent: 1.0),
    with_(pick=Pick.CURSOR, parts=()),
    with_(pick=Pick.NEXT, parts=("joined",), per_queue=True),
    with_(pick=Pick.WEIGHTED, weight=lambda self, agent: 1.0),
    with_(pick=Pick.MATCH, match=lambda self, skills, needs: 1.0),
    with_(pick=Pick.SCORE, score=lambda self, contact, agent: 1.0),
]
UNFIT = {
    "name of its own": [with_(name="longest-idle"), with_(name=""), with_(name=3)],
    "has no attribute 'name'": [type("Nameless", (AgentOrder,), {})()],
    "pick must be": [with_(pick="least"), with_(pick=None)],
    "its own weight": [with_(pick=Pick.WEIGHTED)],
    "its own match": [with_(pick=Pick.MATCH)],
    "its own score": [with_(pick=Pick.SCORE), with_(every_s=1.0)],
    "counts must be": [with_(counts="calls"), with_(counts=["talk"]), with_(counts=1)],
    "half_life must be": [
        with_(half_life=-1.0),
        with_(half_life=0.5),
        with_(half_life=math.nan),
        with_(half_life=None),
    ],
    "since must be": [with_(counts="talk", since="sign_in"), with_(counts="talk", since=3)],
    "ring must be": [with_(ring=0), with_(ring=1001), with_(ring=1.0), with_(ring=None)],
    "ring_every_s must be": [with_(ring_every_s=0), with_(ring_every_s=-1.0), with_(ring_every_s="1")],
    "every_s must be": [with_(every_s=0, score=lambda *_: 1.0), with_(every_s=math.nan, score=lambda *_: 1.0)],
    "at most four": [with_(parts=("load",) * 5), with_(parts=["load"]), with_(parts="load"), with_(parts=None)],
    "parts must be of": [with_(parts=("age",)), with_(parts=("id",)), with_(parts=("--load",)), with_(parts=(3,))],
    "per_queue must be True": [with_(parts=("joined",)), with_(parts=("-score_high",))],
    "must come first": [with_(counts="talk"), with_(counts="load", key=lambda *_: (1.0,))],
    "turns go by sequence": [with_(pick=Pick.NEXT, parts=("load",)), with_(pick=Pick.CURSOR, key=lambda *_: (1.0,))],
    "behind must be False": [with_(ring=2)],
    "must pick the least": [with_(ring=2, pick=Pick.DRAW)],
    "broken": [with_(parts=property(lambda self: 1 / 0)), with_(ring=property(lambda self: {}["ring"]))],
}


@pytest.mark.parametrize("order", FINE)
def test_an_order_of_ones_own_that_fits(order: AgentOrder) -> None:
    check_orders(Queue("support", agent_order=order))


@pytest.mark.parametrize(
    ("problem", "order"), [(problem, order) for problem, orders in UNFIT.items() for order in orders]
)
def test_an_order_of_ones_own_that_does_not_fit(problem: str, order: AgentOrder) -> None:
    with pytest.raises(InvalidValue) as fault:
        check_orders(Queue("support", agent_order=order))
    assert fault.value.path == "agent_order" and fault.value.value is order
    assert problem in fault.value.problem or problem == "broken"


def test_contact_and_queue_orders_of_ones_own() -> None:
    def key(self: object, contact: object) -> tuple[float, ...]:
        return (0.0,)

    def contacts(**changes: Any) -> Queue:
        return Queue("support", contact_order=with_(ContactOrder, key=key, **changes))

    check_orders(contacts(name="mine"))
    check_orders(contacts(name="mine", slope=3))
    for bad in (contacts(), contacts(name="fifo"), contacts(name="mine", slope=math.inf)):
        with pytest.raises(InvalidValue, match="^contact_order cannot be used"):
            check_orders(bad)
    check_queue_order(with_(QueueOrder, name="mine", shares=True))
    for order in QUEUE_ORDERS:
        check_queue_order(order)
    for changes in ({}, {"name": "by-urgency"}, {"name": "mine", "shares": 1}):
        with pytest.raises(InvalidValue, match="^queue_order cannot be used"):
            check_queue_order(with_(QueueOrder, **changes))
    for other in (st.Fifo(), "by-urgency", st.ByUrgency):
        with pytest.raises(InvalidType) as fault:
            check_queue_order(other)
        assert fault.value.path == "queue_order"


def test_the_parts_are_the_numbers_of_the_standings() -> None:
    def fields(port: type) -> list[str]:
        return [name for name, item in vars(port).items() if isinstance(item, property)]

    assert [name for name in fields(AgentStanding) if name not in ("id", "skills")] == [*own.AGENT_PARTS]
    assert fields(MemberStanding) == [*own.MEMBER_PARTS]


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_is_up_to_date() -> None:
    drawn = Path(__file__).parent.parent / "docs" / "strategies.md"
    assert drawn.read_text(encoding="utf-8") == page.page(), "run `make docs`"


@pytest.mark.parametrize("kind", ["agent", "contact", "queue"])
def test_every_class_says_what_the_page_and_its_readers_ask_for(kind: str) -> None:
    drawn = page.page()
    for name, known in classes(kind).items():
        said = page.sections(known)
        expected = {heading for heading in page.HEADINGS if heading != "Bound" or kind != "agent"}
        assert {*said} - {""} == expected, name
        assert all(text.endswith(".") and "|" not in text for text in said.values()), name
        assert f"\n| `{name}` | `{page.call(known)}` | " in drawn
        assert ">>>" in (inspect.getdoc(known) or ""), f"{name} has no example"


def test_the_key_that_is_told_is_the_key_that_is_used() -> None:
    for order in AGENT_ORDERS:
        told = page.sections(type(order))["Key"]
        assert [part for part in order.parts if part not in told] == []
        if isinstance(order, st.LongestIdle) or order.pick in (Pick.MATCH, Pick.SCORE):
            continue
        if order.parts and order.every_s is None and order.pick is Pick.LEAST:
            assert told.startswith(f"`({', '.join(order.parts)})`"), order.name


def test_the_calls_are_those_of_the_reference() -> None:
    reference = (Path(__file__).parent.parent / "docs" / "semantics.md").read_text(encoding="utf-8")
    calls = [page.call(known) for kind in ("agent", "contact", "queue") for known in classes(kind).values()]
    assert [one for one in calls if f"| `{one.replace(chr(39), chr(34))}`" not in reference] == []
