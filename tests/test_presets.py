"""The presets where nothing was recorded: hand-made cases after the peers' sources and documentation.

`tests/test_asterisk.py` holds Asterisk's against recordings; the random worlds of tests/fuzz.py know them all.
"""

from __future__ import annotations

import inspect
import json
from typing import Any, ClassVar

import pytest

from routekit import Agent, Capacity, Contact, Queue, Router, events
from routekit import strategies as st
from routekit.abc import AgentOrder, Pick
from routekit.errors import InvalidType, InvalidValue
from routekit.simulation.orders import order as told
from routekit.strategies.names import to_data
from routekit.strategies.page import sections
from routekit.strategies.presets import ORDERS, asterisk, freeswitch, job_router, taskrouter

MADE: list[AgentOrder] = [
    *(function() for function in asterisk.STRATEGIES.values()),
    asterisk.leastrecent(interfaces={"ann": "PJSIP/1001"}),
    freeswitch.longest_idle_agent(),
    freeswitch.round_robin(),
    freeswitch.top_down(),
    freeswitch.agent_with_least_talk_time(),
    freeswitch.agent_with_fewest_calls(),
    freeswitch.sequentially_by_agent_order(),
    freeswitch.random(),
    freeswitch.ring_all(),
    freeswitch.ring_progressively(5),
    job_router.longest_idle(),
    job_router.round_robin(),
    job_router.best_worker(attribute="wants"),
    taskrouter.longest_unoccupied(),
    taskrouter.order_by("billing DESC"),
]


class Team:
    """A router with one queue and agents of it who are ready, and what happens to its calls."""

    def __init__(self, order: AgentOrder, *agents: str | Agent, **settings: Any) -> None:
        self.at = 1000.0
        self.router = Router(seed=1)
        self.calls = 0
        free: dict[str, Any] = {"drain_after_s": None, "retry_agent_s": 0, "away_after_no_answers": None}
        self.do("add_queue", Queue("main", agent_order=order, **{**free, **settings}))
        for agent in agents:
            self.do("add_agent", Agent(agent, queues=("main",)) if isinstance(agent, str) else agent)
            self.do("sign_in", agent if isinstance(agent, str) else agent.id)

    def do(self, verb: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        said: tuple[Any, ...] = getattr(self.router, verb)(*args, at=self.at, **kwargs)
        self.router.check()
        return said

    def offered(self, said: tuple[Any, ...]) -> list[str]:
        return [event.agent for event in said if isinstance(event, events.OfferMade)]

    def ring(self, queue: str = "main", **fields: Any) -> list[str]:
        """A call comes in: who is offered it."""
        self.calls += 1
        return self.offered(self.do("enqueue", Contact(f"c{self.calls}", queue=queue, **fields)))

    def open(self, call: str | None = None) -> str:
        offer = self.router.contacts[call or f"c{self.calls}"].offer
        assert offer is not None
        return offer

    def decline(self, call: str | None = None) -> list[str]:
        """The call is declined: who is offered it next."""
        return self.offered(self.do("decline", self.open(call)))

    def expire(self, call: str | None = None) -> list[str]:
        """Nobody answers: who is offered it next, at once or when it has rested."""
        self.at = self.router.offers[self.open(call)].expires_at
        said = self.do("advance")
        while not self.offered(said):
            assert self.router.next_deadline is not None
            self.at = self.router.next_deadline
            said = self.do("advance")
        return self.offered(said)

    def serve(self, talk_s: float = 10.0, rest_s: float = 1.0, queue: str = "main") -> str:
        """A whole call: who had it."""
        (agent,) = self.ring(queue)
        self.do("accept", self.open())
        self.at += talk_s
        self.do("finish", f"c{self.calls}")
        self.at += rest_s
        return agent

    def pause(self, agent: str, seconds: float = 0.0) -> None:
        self.do("set_away", agent)
        self.at += seconds
        self.do("set_ready", agent)


# ---- all of them --------------------------------------------------------------------------------------------------


def test_every_preset_is_tried_here() -> None:
    assert {type(order) for order in MADE} == {*ORDERS}
    assert st.names("preset") == tuple(order.name for order in ORDERS)
    assert not {*st.names("preset")} & {*st.names("agent")}


@pytest.mark.parametrize("order", MADE, ids=repr)
def test_a_preset_is_known_by_its_name(order: AgentOrder) -> None:
    data = json.loads(json.dumps(to_data(order)))
    assert st.agent_order(data) == order
    assert told("agent", json.dumps(data)) == order
    team = Team(order, "ann", "bob", "cid")
    team.ring()
    again = Router.restore(json.loads(json.dumps(team.router.snapshot())))
    assert again.queues["main"].agent_order == order
    assert again.snapshot() == team.router.snapshot()
    offer = team.open()
    assert team.router.explain_offer(offer).order == order.name
    assert again.decline(offer, at=1001.0) == team.router.decline(offer, at=1001.0)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_a_preset_says_what_it_is(order: type[AgentOrder]) -> None:
    said = sections(order)
    assert {"Key", "Changes", "Cost", "Source", "Good for", "Bad for"} <= said.keys()
    assert ">>>" in (inspect.getdoc(order) or "")


def test_the_name_of_a_preset_is_taken() -> None:
    class Mine(AgentOrder):
        name = "asterisk-linear"

    with pytest.raises(InvalidValue, match="name of its own"):
        Router().add_queue(Queue("main", agent_order=Mine()), at=0.0)


FIXED: list[tuple[Any, AgentOrder]] = [
    (asterisk.ringall, st.RingAll(limit=1000)),
    (asterisk.leastrecent, st.LeastRecent()),
    (asterisk.fewestcalls, st.FewestContacts(count="offered")),
    (asterisk.random, st.Random()),
    (asterisk.wrandom, st.WeightedRandom()),
    (asterisk.rrmemory, st.RoundRobinOrdered()),
    (asterisk.rrordered, st.RoundRobinOrdered()),
    (asterisk.linear, st.TopDown()),
    (freeswitch.longest_idle_agent, st.LongestIdle(since="last_finish")),
    (freeswitch.agent_with_least_talk_time, st.LeastTalkTime()),
    (freeswitch.agent_with_fewest_calls, st.FewestContacts()),
    (freeswitch.round_robin, st.RoundRobinOrdered()),
    (freeswitch.top_down, st.TopDown()),
    (freeswitch.sequentially_by_agent_order, st.TopDown()),
    (freeswitch.random, st.Random()),
    (freeswitch.ring_all, st.RingAll(limit=1000)),
    (freeswitch.ring_progressively, st.RingProgressively(10)),
    (job_router.longest_idle, st.LeastLoaded()),
    (job_router.round_robin, st.RoundRobinOrdered()),
    (job_router.best_worker, st.BestMatch()),
    (taskrouter.longest_unoccupied, st.LongestIdle()),
]


@pytest.mark.parametrize(("function", "order"), FIXED, ids=lambda value: getattr(value, "__name__", None))
def test_a_fixed_preset_is_an_order_of_our_own(function: Any, order: AgentOrder) -> None:
    assert function(fixed=True) == order
    assert type(function()) in ORDERS


# ---- Asterisk -----------------------------------------------------------------------------------------------------


def test_the_buckets_are_those_of_a_recorded_container() -> None:
    names = ["1001", "1002", "1003", "1004", "1005"]
    assert sorted(names, key=lambda name: asterisk.bucket(f"Local/{name}@s001/n")) == [
        "1004", "1001", "1005", "1002", "1003",
    ]  # fmt: skip
    assert asterisk.bucket("") == 0 and asterisk.bucket("/") == 15
    assert asterisk.bucket("/a") == (15 + (33 << 6)) % 37
    assert asterisk.bucket("/é") == 15  # two bytes that count as 0


def test_an_agent_stands_by_the_interface_or_else_by_the_id() -> None:
    byid = asterisk.ringall()
    assert Team(byid, "1001", "1002", "1003").ring() == ["1003", "1002", "1001"]
    swapped = asterisk.ringall(interfaces={"1001": "PJSIP/1003", "1003": "PJSIP/1001"})
    assert Team(swapped, "1001", "1002", "1003").ring() == ["1001", "1002", "1003"]
    with pytest.raises(InvalidType):
        asterisk.ringall(interfaces={"1001": 5})  # type: ignore[dict-item]


def test_least_recent_keeps_on_with_who_does_not_answer_and_a_pause_changes_nothing() -> None:
    main = asterisk.queue("main", "leastrecent")
    team = Team(asterisk.leastrecent(), "1001", "1002", **settings(main))
    assert [team.serve(), team.serve()] == ["1002", "1001"]
    team.pause("1002", 50.0)
    assert team.ring() == ["1002"]
    assert [team.expire(), team.expire()] == [["1002"], ["1002"]]
    assert team.decline() == ["1001"]


def test_fewest_calls_counts_calls_that_have_ended() -> None:
    team = Team(asterisk.fewestcalls(), "1001", "1002")
    assert [team.serve(), team.serve(), team.serve()] == ["1002", "1001", "1002"]
    team.do("update_agent", "1002", queues={})
    team.do("update_agent", "1002", queues={"main": 1})
    assert team.serve() == "1002"  # who comes back begins at 0


def settings(queue: Queue) -> dict[str, Any]:
    """The timing of a preset's queue."""
    names = ("offer_timeout_s", "decline_retry_s", "no_answer_retry_s", "retry_contact_s", "tier_wait_s")
    return {name: getattr(queue, name) for name in names} | {"contact_order": queue.contact_order}


def test_a_queue_of_the_preset() -> None:
    queue = asterisk.queue("main", "rrmemory", timeout=10, retry=2, wrapuptime=5, autopause=True)
    assert queue.agent_order == asterisk.rrmemory() and queue.contact_order == st.Fifo()
    assert (queue.offer_timeout_s, queue.wrap_up_s, queue.away_after_no_answers) == (10, 5, 1)
    assert (queue.no_answer_retry_s, queue.retry_agent_s, queue.drain_after_s) == (0, 0, None)
    assert queue.offer_timeout_s < queue.decline_retry_s < 12
    fixed = asterisk.queue("main", "fewestcalls", fixed=True)
    assert fixed.agent_order == st.FewestContacts(count="offered")
    assert fixed.no_answer_retry_s == 20 and fixed.retry_contact_s == 0
    for wrong in ({"strategy": "roundrobin"}, {"timeout": 0}, {"retry": -1}):
        with pytest.raises(InvalidValue):
            asterisk.queue("main", **wrong)  # type: ignore[arg-type]


def test_a_fixed_queue_goes_on_to_somebody_else() -> None:
    main = asterisk.queue("main", "leastrecent", fixed=True)
    team = Team(main.agent_order, "1001", "1002", **settings(main))
    assert team.ring() == ["1001"]
    assert team.expire() == ["1002"]


def test_the_place_stands_still_during_an_attempt_and_moves_over_all_tiers() -> None:
    agents = [Agent(name, queues={"main": tier}) for name, tier in (("a", 1), ("b", 1), ("c", 2))]
    team = Team(asterisk.rrmemory(), *agents, decline_retry_s=5)
    assert [team.ring(), team.decline()] == [["a"], ["b"]]
    assert team.ring() == ["a"]  # another caller meanwhile: from the old place on, and b is busy
    team.do("accept", team.open("c1"))
    # Behind b in the order of that attempt stands c of the next tier: it is from c on, and round.
    assert team.router.snapshot()["queues"][0]["round"] == 3.0
    team.do("abandon", "c2")
    team.do("finish", "c1")
    # The second attempt ended last: it began at a too, and so b is next. Behind b, a came in its tier.
    assert team.serve() == "b"
    assert team.router.snapshot()["queues"][0]["round"] == 1.0
    assert team.serve() == "a"


def test_who_has_the_last_place_of_all_sends_the_queue_to_the_top_or_beyond() -> None:
    team = Team(asterisk.rrmemory(), "a")
    assert [team.serve(), team.serve()] == ["a", "a"]
    team.do("add_agent", Agent("b", queues=("main",)))
    team.do("sign_in", "b")
    # Alone, a left the place behind itself each time: b, who stands before it now, comes after a.
    assert [team.serve(), team.serve(), team.serve()] == ["a", "b", "a"]


def test_another_order_forgets_the_attempt_and_keeps_the_place() -> None:
    team = Team(asterisk.rrmemory(), "a", "b", "c")
    assert team.serve() == "a"
    assert team.ring() == ["b"]
    team.do("update_queue", "main", agent_order=st.LongestIdle())
    team.do("update_queue", "main", agent_order=asterisk.rrmemory())
    team.do("abandon", f"c{team.calls}")
    assert team.serve() == "b"


def test_linear_starts_at_the_top_for_each_caller_and_goes_down_with_each_attempt() -> None:
    main = asterisk.queue("main", "linear")
    team = Team(asterisk.linear(), "a", "b", "c", **settings(main))
    assert team.ring() == ["a"]
    assert [team.expire(), team.expire(), team.expire()] == [["b"], ["c"], ["a"]]
    assert team.ring() == ["b"]  # the top is busy


class Lots(AgentOrder):
    """Everybody of the first tier draws 0: the key decides."""

    name = "lots-of-one"
    pick: ClassVar[Pick] = Pick.LOTS
    parts: ClassVar[tuple[str, ...]] = ("-seq",)
    lots: ClassVar[int] = 1


def test_equal_lots_go_by_the_key() -> None:
    agents = [Agent(name, queues={"main": tier}) for name, tier in (("a", 1), ("b", 1), ("c", 10))]
    firsts = [Team(Lots(), *agents).ring() for _ in range(3)]
    assert firsts == [["b"]] * 3


def test_weighted_random_mixes_the_tiers() -> None:
    agents = [Agent("a", queues={"main": 1}), Agent("b", queues={"main": 2})]
    team = Team(asterisk.wrandom(), *agents)
    had = [team.serve() for _ in range(200)]
    assert 30 <= had.count("b") <= 70  # a quarter: b draws below twice as much
    assert team.router.snapshot()["draws"] == 400  # one for each agent


@pytest.mark.parametrize("pick", [Pick.ROUND, Pick.ROUND_EACH, Pick.AFTER, Pick.DOWN])
def test_turns_by_joining_have_no_other_key(pick: Pick) -> None:
    order = type("Mine", (AgentOrder,), {"name": "mine", "pick": pick})()
    with pytest.raises(InvalidValue, match="joined"):
        Router().add_queue(Queue("main", agent_order=order), at=0.0)


@pytest.mark.parametrize("lots", [0, 1001, 2.5])
def test_lots_are_from_1_to_1000(lots: Any) -> None:
    order = type("Mine", (Lots,), {"name": "mine", "lots": lots})()
    with pytest.raises(InvalidValue, match="lots"):
        Router().add_queue(Queue("main", agent_order=order), at=0.0)


# ---- FreeSWITCH ---------------------------------------------------------------------------------------------------


def test_longest_idle_agent_goes_by_the_end_of_calls_of_any_queue_and_no_break() -> None:
    team = Team(freeswitch.longest_idle_agent(), "a", "b", "c")
    team.do("add_queue", Queue("other", agent_order=st.TopDown(), drain_after_s=None))
    team.do("update_agent", "a", queues=("main", "other"))
    assert [team.serve(), team.serve(), team.serve()] == ["a", "b", "c"]
    assert team.serve(queue="other") == "a"
    team.pause("b", 30.0)
    assert [team.serve(), team.serve(), team.serve()] == ["b", "c", "a"]


def test_whole_seconds_count_and_then_the_position() -> None:
    team = Team(freeswitch.longest_idle_agent(), "a", "b")
    assert [team.ring(), team.ring()] == [["a"], ["b"]]
    team.do("accept", team.open("c1"))
    team.do("accept", team.open("c2"))
    team.at += 10.2
    team.do("finish", "c2")
    team.at += 0.5
    team.do("finish", "c1")  # later than b, in the same second
    assert team.ring() == ["a"]


def test_counters_begin_anew_with_a_break() -> None:
    talk = Team(freeswitch.agent_with_least_talk_time(), "a", "b")
    assert [talk.serve(30), talk.serve(20), talk.serve(20)] == ["a", "b", "b"]
    assert talk.serve(1) == "a"
    talk.pause("b")
    assert talk.serve() == "b"
    calls = Team(freeswitch.agent_with_fewest_calls(), "a", "b")
    assert [calls.serve(), calls.serve(), calls.serve()] == ["a", "b", "a"]
    calls.pause("a")
    assert [calls.serve(), calls.serve()] == ["a", "a"]


def test_fewest_calls_counts_a_call_when_it_is_answered() -> None:
    two = Capacity(units=2, cost={"voice": 1})
    agents = [Agent(name, queues=("main",), capacity=two) for name in ("a", "b")]
    team = Team(freeswitch.agent_with_fewest_calls(), *agents)
    assert team.ring() == ["a"]
    assert team.ring() == ["a"]  # nothing was answered yet
    team.do("accept", team.open("c1"))
    team.do("decline", team.open("c2"))
    assert team.router.contacts["c2"].agent == "b"


def test_other_queues_move_the_turn() -> None:
    team = Team(freeswitch.round_robin(), "a", "b", "c", "d")
    team.do("add_queue", Queue("other", agent_order=st.TopDown(), drain_after_s=None))
    team.do("update_agent", "c", queues=("main", "other"))
    assert team.serve() == "a"
    assert team.serve(queue="other") == "c"
    assert [team.serve(), team.serve(), team.serve()] == ["d", "a", "b"]


def test_the_turn_is_of_the_members_there_are() -> None:
    team = Team(freeswitch.round_robin(), "a", "b", "c", "d")
    assert [team.serve(), team.serve(), team.serve()] == ["a", "b", "c"]
    team.do("update_agent", "c", queues={})  # now the newest offer of a member is that to b
    assert team.ring() == ["d"]
    team.do("update_agent", "c", queues={"main": 1})  # behind d, and the newest offer is d's
    assert team.ring() == ["c"]
    team = Team(freeswitch.round_robin(), "a", "b", "c")
    assert [team.serve(), team.serve()] == ["a", "b"]
    team.do("remove_agent", "b")
    assert [team.serve(), team.serve()] == ["c", "a"]


def test_the_turn_stays_in_the_level_of_the_newest_offer() -> None:
    agents = [Agent(name, queues={"main": level}) for name, level in (("a", 1), ("b", 2), ("c", 2))]
    team = Team(freeswitch.round_robin(), *agents)
    team.do("set_away", "a")
    assert team.serve() == "b"
    team.do("set_ready", "a")
    assert [team.serve(), team.serve()] == ["c", "a"]


def test_top_down_goes_through_the_levels_and_begins_again() -> None:
    agents = [Agent(name, queues={"main": level}) for name, level in (("c", 2), ("a", 1), ("b", 1))]
    team = Team(freeswitch.top_down(), *agents, no_answer_retry_s=0)
    assert team.ring() == ["a"]
    assert [team.expire(), team.expire(), team.expire()] == [["b"], ["c"], ["a"]]
    assert team.ring() == ["b"]  # a caller of its own, and a rings


def test_sequentially_from_the_top_each_time() -> None:
    team = Team(freeswitch.sequentially_by_agent_order(), "a", "b", no_answer_retry_s=0)
    assert [team.serve(), team.serve()] == ["a", "a"]
    assert team.ring() == ["a"]
    assert team.expire() == ["a"]


def test_rings_go_by_position() -> None:
    team = Team(freeswitch.ring_all(), "a", "b", "c")
    team.do("update_agent", "a", queues={})
    team.do("update_agent", "a", queues={"main": 1})
    assert team.ring() == ["b", "c", "a"]
    team = Team(freeswitch.ring_progressively(5), "a", "b", "c")
    assert team.ring() == ["a"]
    for agent in ("b", "c"):
        team.at += 5
        assert team.offered(team.do("advance")) == [agent]


# ---- Job Router ---------------------------------------------------------------------------------------------------


def test_longest_idle_is_the_least_used_by_total() -> None:
    """The documented example: A 3 of 5, B 3 of 4, C 3 of 5 and available longer, D nothing: D, C, A, B."""
    team = Team(job_router.longest_idle())
    for name, units, chats in (("c", 5, 3), ("a", 5, 3), ("b", 4, 3), ("d", 3, 0)):
        team.do("add_queue", Queue(name, auto_accept=True, drain_after_s=None))
        capacity = Capacity(units=units)
        team.do("add_agent", Agent(name, queues=(name, "main"), capacity=capacity))
        team.do("sign_in", name)
        for i in range(chats):
            team.do("enqueue", Contact(f"chat-{name}{i}", queue=name, channel="chat"))
        team.at += 60
    (first,) = team.ring(channel="chat")
    assert [first, *(team.decline()[0] for _ in range(3))] == ["d", "c", "a", "b"]


def test_round_robin_is_a_circle() -> None:
    team = Team(job_router.round_robin(), "a", "b", "c")
    assert [team.serve() for _ in range(4)] == ["a", "b", "c", "a"]


def test_best_worker_has_most_of_the_labels() -> None:
    skills: dict[str, dict[str, float]] = {"a": {"en": 1}, "b": {"en": 1, "xbox": 2}, "c": {"xbox": 3, "fr": 5}}
    agents = [Agent(name, queues=("main",), skills=levels) for name, levels in skills.items()]
    team = Team(job_router.best_worker(), *agents)
    labels = {"en": True, "xbox": 2, "chat": True}
    assert team.ring(attributes={"labels": labels}) == ["b"]
    assert team.decline() == ["a"]
    assert team.ring() == ["b"]  # no labels: all alike, and a rings


# ---- TaskRouter ---------------------------------------------------------------------------------------------------


def test_order_by_goes_clause_by_clause() -> None:
    """The documented example: finance equal, then the lower level of support."""
    skills: dict[str, dict[str, float]] = {
        "alice": {"finance": 10, "support": 8},
        "bob": {"finance": 10, "support": 5},
        "carol": {"support": 1},
    }
    agents = [Agent(name, queues=("main",), skills=levels) for name, levels in skills.items()]
    team = Team(taskrouter.order_by("worker.finance ASC, worker.support ASC"), *agents)
    assert [team.ring(), team.decline(), team.decline()] == [["bob"], ["alice"], ["carol"]]
    team = Team(taskrouter.order_by("finance DESC"), *agents)
    team.at += 1
    team.do("sign_out", "alice")
    team.do("sign_in", "alice")
    assert [team.ring(), team.decline(), team.decline()] == [["bob"], ["alice"], ["carol"]]


@pytest.mark.parametrize("clauses", ["", "finance", "finance UP", "a ASC, b ASC, c ASC, d ASC", "a ASC,", 5])
def test_clauses_that_are_none(clauses: Any) -> None:
    with pytest.raises(InvalidValue, match="clauses"):
        taskrouter.order_by(clauses)


def test_longest_unoccupied() -> None:
    team = Team(taskrouter.longest_unoccupied(), "a", "b", "c")
    assert [team.serve() for _ in range(4)] == ["a", "b", "c", "a"]
