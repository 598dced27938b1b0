"""Transfers to an agent, whom the contact is meant for then (`docs/around.md`, section 16).

Scenes of a contact centre: commands, and what they must answer, an event a line.
"""

from __future__ import annotations

from typing import Any

import pytest

from routekit import Agent, Limit, Queue, Router, Step
from routekit import strategies as st
from routekit.commands import Transfer
from routekit.errors import (
    AgentNotInQueue,
    IllegalMove,
    InvalidType,
    InvalidValue,
    StrategyError,
    TransferRefused,
    UnknownAgent,
    UnknownContact,
    UnknownQueue,
)
from tests.contract_centre import call
from tests.test_around_known import again, centre, does, support
from tests.test_oracle import told

# -- transfers to an agent --------------------------------------------------------------------------------------------


def desks() -> Router:
    """Ann is in support, bob in sales and support, cat in sales; ann talks to c-1."""
    router = Router()
    router.add_queue(support(wrap_up_s=5), at=0.0)
    router.add_queue(Queue("sales"), at=0.0)
    for name, queues in (("ann", ("support",)), ("bob", ("sales", "support")), ("cat", ("sales",)), ("dan", ())):
        router.add_agent(Agent(name, queues=queues), at=0.0)
        router.sign_in(name, at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    router.accept("o-1", at=0.0)
    return router


def test_a_transfer_to_an_agent_stays_at_home_if_they_are_there() -> None:
    assert does(desks(), "transfer", "c-1", agent="bob", at=9.0) == [
        "9 ContactMoved c-1 support support ann transfer",
        "9 WrapUpStarted c-1 ann 14",
        "9 ContactQueued c-1 support 1",
        "9 ContactReserved c-1 ('bob',) 69 transfer",
        "9 OfferMade o-2 c-1 bob support voice None 29",
    ]


def test_else_it_goes_to_the_first_of_their_queues() -> None:
    assert does(desks(), "transfer", "c-1", agent="cat", at=9.0)[2:4] == [
        "9 ContactQueued c-1 sales 1",
        "9 ContactReserved c-1 ('cat',) 69 transfer",
    ]
    events = does(desks(), "transfer", "c-1", "sales", agent="bob", at=9.0)
    assert events[-1] == "9 OfferMade o-2 c-1 bob sales voice None 29"


def test_one_that_waits_can_be_handed_to_an_agent_and_to_the_next() -> None:
    router = desks()
    does(router, "enqueue", call("c-2"), at=1.0)
    assert does(router, "transfer", "c-2", agent="cat", at=9.0)[:2] == [
        "9 OfferRevoked o-2 c-2 bob transfer",
        "9 ContactMoved c-2 support sales None transfer",
    ]
    events = does(router, "transfer", "c-2", agent="bob", at=10.0)
    assert [line for line in events if "Reserv" in line] == ["10 ContactReserved c-2 ('bob',) 70 transfer"]
    assert router.contacts["c-2"].waiting_since == 1.0


def test_an_agent_who_cannot_have_it_is_waited_for_in_vain() -> None:
    router = desks()
    router.set_away("cat", at=9.0)
    events = does(router, "transfer", "c-1", "sales", agent="cat", at=9.0)
    assert events[3:5] == ["9 ContactReserved c-1 ('cat',) 69 transfer", "9 ReservationEnded c-1 ('cat',) absent"]


def test_the_agent_whom_it_is_taken_from_is_tried_again_after_the_delay() -> None:
    router = centre(support(decline_retry_s=30))
    does(router, "enqueue", call("c-1"), at=1.0)
    router.accept("o-1", at=1.0)
    assert does(router, "transfer", "c-1", agent="ann", at=2.0)[-1] == "2 ContactReserved c-1 ('ann',) 62 transfer"
    assert does(router, "advance", at=40.0) == ["32 OfferMade o-2 c-1 ann support voice None 60"]


def test_what_a_transfer_refuses_changes_nothing() -> None:
    router = desks()
    before = router.snapshot()
    for fault, arguments, fields in (
        (UnknownContact, ("c-9",), {"queue": "nowhere", "agent": "zoe"}),
        (UnknownQueue, ("c-1", "nowhere"), {"agent": "zoe"}),
        (UnknownAgent, ("c-1", "sales"), {"agent": "zoe"}),
        (AgentNotInQueue, ("c-1",), {"agent": "dan"}),
        (InvalidValue, ("c-1",), {}),
        (InvalidValue, ("c-1", "sales"), {"raise_priority": -1}),
        (InvalidType, ("c-1", "sales"), {"reference": 7}),
        (InvalidType, ("c-1", "sales"), {"agent": 7}),
    ):
        with pytest.raises(fault):
            router.transfer(*arguments, at=0.0, **fields)
        router.check()
        assert router.snapshot() == before
    router.finish("c-1", at=1.0)
    with pytest.raises(IllegalMove):
        router.transfer("c-1", agent="bob", at=1.0)
    with pytest.raises(AgentNotInQueue):
        router.transfer("c-1", agent="dan", at=1.0)


def test_a_transfer_that_the_limits_refuse_leaves_all_as_it_was() -> None:
    router = centre(support(), Queue("sales", limits=[Limit(length=0, reject="full")]))
    router.enqueue(call("c-1"), at=0.0)
    router.accept("o-1", at=0.0)
    before = router.snapshot()
    with pytest.raises(TransferRefused):
        router.transfer("c-1", "sales", agent="bob", raise_priority=3, reference="note", at=0.0)
    router.check()
    assert router.snapshot() == before


def test_a_raised_priority_is_added_from_then_on_before_what_steps_add() -> None:
    router = centre(support(steps=[Step(100, raise_priority=0.4)]), Queue("sales"), agents=())
    does(router, "enqueue", call("c-1", priority=0.1), at=0.0)
    does(router, "advance", at=100.0)
    assert router.contacts["c-1"].raised_priority == 0.1 + 0.4
    does(router, "transfer", "c-1", "sales", raise_priority=0.3, at=101.0)
    assert router.contacts["c-1"].raised_priority == 0.1 + 0.3 + 0.4
    does(router, "transfer", "c-1", "support", raise_priority=0.7, at=102.0)
    assert router.contacts["c-1"].raised_priority == 0.1 + (0.3 + 0.7) + 0.4
    does(router, "update_contact", "c-1", priority=2, at=103.0)
    assert router.contacts["c-1"].raised_priority == 2 + (0.3 + 0.7) + 0.4
    assert again(router).contacts["c-1"] == router.contacts["c-1"]
    assert router.contacts["c-1"].priority == 2


def test_a_key_that_fails_for_the_raised_priority_refuses_it_whole() -> None:
    class Capped(st.Aged):
        name = "capped"
        slope = None

        def key(self, contact: Any) -> tuple[float, ...]:
            if contact.priority > 5:
                raise ValueError("nobody is so urgent")
            return (contact.waiting_since,)

    router = Router()
    router.add_queue(support(), at=0.0)
    router.add_queue(Queue("sales", contact_order=Capped()), at=0.0)
    router.enqueue(call("c-1"), at=0.0)
    before = router.contacts["c-1"]
    with pytest.raises(StrategyError):
        router.transfer("c-1", "sales", raise_priority=6, reference="note", at=1.0)
    router.check()
    assert router.contacts["c-1"] == before
    does(router, "transfer", "c-1", "sales", raise_priority=4, at=2.0)
    for verb, fields in (("transfer", {"queue": "sales", "raise_priority": 2}), ("update_contact", {"priority": 2})):
        with pytest.raises(StrategyError):
            getattr(router, verb)("c-1", at=3.0, **fields)
        router.check()
        assert router.contacts["c-1"].raised_priority == 4.0


def test_the_command_says_the_same() -> None:
    events = told(desks().apply(Transfer("c-1", at=9.0, agent="cat", raise_priority=2, reference="note")))
    assert events[0] == "9 ContactMoved c-1 support sales ann transfer note"
