"""From a running router to another configuration: the commands, what they would do, and that asking changes nothing."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given

from routekit import Contact, Limit, Queue, Router, Step, commands, config, events
from routekit.errors import AgentBusy, QueueNotEmpty
from tests.test_config import configurations

OLD = """
[queues.support]
wrap_up_s = 30
[queues.sales]
[agents.ann]
queues = ["support", "sales"]
[agents.bob]
queues = ["support"]
skills = { billing = 2 }
"""


def running(text: str = OLD, **arguments: Any) -> Router:
    router = config.loads(text).router(**arguments)
    for agent in router.agents:
        router.sign_in(agent, at=0.0)
    return router


def names(happened: tuple[Any, ...]) -> list[str]:
    return [type(event).__name__ for event in happened]


def test_nothing_changes_for_the_same_file() -> None:
    router = running()
    assert config.changes(router, config.loads(OLD), at=1.0) == ()
    assert str(config.dry_run(router, config.loads(OLD), at=1.0)) == "nothing changes"


def test_the_commands_of_a_new_file() -> None:
    new = config.loads("""
        [queues.support]
        wrap_up_s = 45
        auto_accept = true
        [queues.night]
        [agents.ann]
        queues = ["support", "night"]
        [agents.cem]
        queues = ["night"]
    """)
    made = config.changes(running(), new, at=1.0)
    assert made == (
        commands.AddQueue(Queue("night"), at=1.0),
        commands.UpdateQueue("support", at=1.0, changes={"wrap_up_s": 45.0, "auto_accept": True}),
        commands.RemoveAgent("bob", at=1.0),
        commands.AddAgent(new.agents[1], at=1.0),
        commands.UpdateAgent("ann", at=1.0, changes={"queues": {"support": 1, "night": 1}}),
        commands.RemoveQueue("sales", at=1.0),
    )
    kept = config.changes(running(), new, at=1.0, remove=False)
    assert kept == tuple(one for one in made if not isinstance(one, commands.RemoveAgent | commands.RemoveQueue))


def test_the_order_of_memberships_is_one_of_joining() -> None:
    turned = OLD.replace('["support", "sales"]', '["sales", "support"]')
    (made,) = config.changes(running(), config.loads(turned), at=1.0)
    assert isinstance(made, commands.UpdateAgent)
    assert list(made.changes["queues"]) == ["sales", "support"]


def test_where_those_go_who_wait_in_a_removed_queue() -> None:
    new = config.loads(OLD.replace("[queues.sales]\n", "").replace(', "sales"', ""))
    router = running()
    for target in ("support", {"sales": "support"}):
        assert commands.RemoveQueue("sales", 1.0, move_to="support") in config.changes(router, new, 1.0, move_to=target)


def test_what_would_happen_to_those_who_wait_and_to_offers() -> None:
    router = running()
    router.enqueue(Contact("c-1", queue="sales"), at=1.0)  # offered to ann
    router.enqueue(Contact("c-2", queue="sales"), at=2.0)  # waits
    router.enqueue(Contact("c-3", queue="support"), at=3.0)  # offered to bob
    before = json.dumps(router.snapshot())
    new = config.loads(OLD.replace("[queues.sales]\n", "").replace(', "sales"', "").split("[agents.bob]")[0])
    found = config.dry_run(router, new, at=5.0, move_to="support")
    assert json.dumps(router.snapshot()) == before, "asking changes nothing"
    assert [type(one).__name__ for one in found.commands] == ["RemoveAgent", "UpdateAgent", "RemoveQueue"]
    gone, _, moved = found.outcomes
    assert names(gone.events)[:2] == ["OfferRevoked", "AgentPresenceChanged"]
    moves = [event for event in moved.events if isinstance(event, events.ContactMoved)]
    assert [(one.contact, one.to_queue) for one in moves] == [("c-1", "support"), ("c-2", "support")]
    said = str(found)
    assert "- agent bob\n    the offer of contact c-3 to bob is revoked (removed)" in said
    assert '    queues: ["support", "sales"] -> ["support"]' in said
    assert "- queue sales, whose contacts go to support" in said
    assert "    contact c-2 moves from sales to support" in said
    # And so it is, when they are applied.
    happened = tuple(event for command in found.commands for event in router.apply(command))
    assert happened == found.events
    json.dumps(found.to_data())


def test_what_would_be_refused_is_told_of_and_the_rest_goes_on() -> None:
    router = running()
    (offered,) = (
        one for one in router.enqueue(Contact("c-1", queue="sales"), at=1.0) if isinstance(one, events.OfferMade)
    )
    router.accept(offered.offer, at=2.0)
    router.enqueue(Contact("c-2", queue="sales"), at=3.0)
    found = config.dry_run(router, config.loads("[queues.support]\nwrap_up_s = 31\n"), at=4.0)
    refused = {type(one.command).__name__: type(one.error) for one in found.refused}
    assert refused == {"RemoveAgent": AgentBusy, "RemoveQueue": QueueNotEmpty}
    assert "- agent ann\n    refused: agent 'ann' still has c-1" in str(found)
    better = config.dry_run(
        router, config.loads("[queues.support]\nwrap_up_s = 31\n"), at=4.0, work="requeue", move_to="support"
    )
    assert better.refused == ()


def test_what_is_due_comes_first_and_is_not_told_of() -> None:
    router = running(OLD.replace("[queues.sales]", "[queues.sales]\nsteps = [{ after_s = 60, raise_priority = 1 }]"))
    for agent in ("ann", "bob"):
        router.set_away(agent, at=1.0)
    router.enqueue(Contact("c-1", queue="sales"), at=2.0)
    found = config.dry_run(router, config.loads(OLD), at=100.0)
    assert names(found.events) == ["QueueUpdated"]
    assert router.now == 2.0


@given(configurations(), configurations())
def test_a_router_of_one_file_becomes_that_of_another(old: config.Configuration, new: config.Configuration) -> None:
    router = attrs.evolve(old, settings=config.Settings()).router()
    found = config.dry_run(router, new, at=1.0)
    assert not found.refused
    for command in found.commands:
        router.apply(command)
    assert config.changes(router, new, at=1.0) == ()
    now = config.Configuration.of(router)
    assert sorted(now.queues, key=lambda queue: queue.name) == sorted(new.queues, key=lambda queue: queue.name)
    assert sorted(now.agents, key=lambda agent: agent.id) == sorted(new.agents, key=lambda agent: agent.id)


@pytest.mark.parametrize("field", ["steps", "limits"])
def test_changed_steps_and_limits_are_seen(field: str) -> None:
    router = running()
    changed = {"steps": (Step(5, max_tier=1),), "limits": (Limit(length=5, reject="full"),)}[field]
    now = config.Configuration.of(router)
    queues = [attrs.evolve(now.queues[0], **{field: changed}), *now.queues[1:]]
    (made,) = config.changes(router, attrs.evolve(now, queues=queues), at=1.0)
    assert made == commands.UpdateQueue("support", at=1.0, changes={field: changed})
