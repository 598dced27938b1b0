"""The plain router, in scenes of docs/around.md, section 20: a rule a test, the events written by hand.

What lives here checks the yardstick. What the real router does is compared with it elsewhere.
"""

from __future__ import annotations

from typing import Any

from routekit import Announcing, Queue, Step
from routekit.abc import Estimator
from routekit.estimation import Points, WaitEstimate
from tests.oracle import PlainRouter
from tests.test_oracle import call, told
from tests.test_oracle_limits import alone, staff

MINUTE = Announcing(first_s=15, every_s=60)


class Says(Estimator):
    """Says what it is told to say, of whomever, and keeps what it has seen."""

    def __init__(self, *quantiles: float) -> None:
        self.quantiles = quantiles
        self.seen: list[str] = []

    def observe(self, events: tuple[Any, ...]) -> None:
        self.seen += [type(event).__name__ for event in events]

    def estimate(self, contact: str) -> WaitEstimate:
        self.seen.append(contact)
        return WaitEstimate(contact=contact, at=None, position=None, law=Points((0.5, 0.8, 0.9), self.quantiles))


def telling(*queues: Queue, says: Says | None = None) -> PlainRouter:
    """A router that knows how long it is: three minutes."""
    return alone(*queues, estimator=Says(170, 180, 190) if says is None else says)


def test_one_is_told_by_the_time_of_entry_and_not_by_the_clock_of_the_customer() -> None:
    router = telling(Queue("support", announcing=MINUTE), says=Says(60, 170, 190))
    router.enqueue(call("c-1", waiting_since=-100.0), at=1.0)
    assert told(router.advance(at=80.0)) == [
        "16 WaitAnnounced c-1 support range 60 180 1 first",
        "76 WaitAnnounced c-1 support less_than 120 None 1 promise",
    ]


def test_all_that_happens_at_that_instant_comes_first() -> None:
    says = Says(170, 180, 190)
    steps = (Step(15, announce="hold on"),)
    queue = Queue("support", announcing=MINUTE, steps=steps, auto_accept=True, wrap_up_s=15)
    router = telling(queue, says=says)
    staff(router, "ann")
    router.enqueue(call("c-1"), at=0.0)
    router.finish("c-1", at=0.0)
    router.enqueue(call("c-2"), at=0.0)
    router.enqueue(call("c-3"), at=0.0)
    says.seen.clear()
    assert told(router.advance(at=15.0)) == [
        "15 WrapUpEnded c-1 ann expired",
        "15 StepFired c-2 support 0 15",
        "15 Announced c-2 support hold on 1",
        "15 StepFired c-3 support 0 15",
        "15 Announced c-3 support hold on 2",
        "15 ContactConnected c-2 ann support None 15",
        "15 WaitAnnounced c-3 support about 180 None 1 first",
    ]
    assert says.seen[0] == "c-3"  # who has an agent now is not asked about, and nothing of this has been observed


def test_a_suggestion_is_made_once_in_a_stay() -> None:
    router = telling(
        Queue("support", announcing=MINUTE), Queue("sales", announcing=MINUTE), says=Says(1000, 1100, 1200)
    )
    router.enqueue(call("c-1"), at=0.0)
    assert told(router.advance(at=200.0)) == ["15 CallbackSuggested c-1 support 1 15 long"]
    router.transfer("c-1", "sales", at=200.0)
    assert told(router.advance(at=400.0)) == ["215 CallbackSuggested c-1 sales 1 215 long"]


def test_a_new_policy_counts_from_the_entry() -> None:
    router = telling(Queue("support", announcing=MINUTE))
    router.enqueue(call("c-1"), at=0.0)
    router.advance(at=20.0)
    router.update_queue("support", announcing=Announcing(first_s=10, every_s=15), at=25.0)
    assert told(router.advance(at=25.0)) == ["25 WaitAnnounced c-1 support about 180 None 1 estimate"]
    router.update_queue("support", announcing=Announcing(first_s=25, every_s=None), at=25.0)
    assert told(router.advance(at=500.0)) == []


def test_a_requeue_begins_anew_on_the_old_grid() -> None:
    router = telling(Queue("support", announcing=MINUTE))
    staff(router, "ann")
    router.enqueue(call("c-1"), at=0.0)
    router.accept("o-1", at=1.0)
    router.requeue("c-1", at=76.0)
    router.set_away("ann", at=76.0)
    assert told(router.advance(at=140.0))[-1] == "135 WaitAnnounced c-1 support about 180 None 1 first"
