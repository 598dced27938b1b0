"""Every order by itself: short random worlds in which all queues have it, on the real router and the plain one.

The worlds are those of `python -m tests.fuzz --order NAME --seed SEED --steps 45`, which a failure names. Orders that
meet each other in one world, and are exchanged for each other, are the business of tests/test_machine.py.
"""

from __future__ import annotations

import zlib

import pytest
from hypothesis import settings

from tests.fuzz import play
from tests.generators import Call
from tests.orders import AGENT, CONTACT, QUEUE, READY
from tests.shrinking import replay, script, shrink
from tests.side_by_side import Difference, real_router

WORLDS = min(2 * settings.default.max_examples, 2000)
"""Worlds of each order: 100, 200 with the profile ci, 2,000 with nightly."""
STEPS = 45
ORDERS = (*AGENT, *(f"contact:{name}" for name in CONTACT), *(f"queue:{name}" for name in QUEUE))


def fail(seed: int, order: str, calls: list[Call], difference: Difference) -> None:
    """Raise the difference again, made small."""
    exact, calls = replay(calls, seed, real=real_router())
    if exact is not None:
        calls = shrink(calls, seed, exact.kind, real=real_router())
        difference = replay(calls, seed, real=real_router())[0] or difference
    again = f"python -m tests.fuzz --order {order} --seed {seed} --steps {STEPS} --worlds 1"
    raise Difference(difference.kind, f"{difference}\n\n{again}\n\n{script(calls, seed)}") from difference.__cause__


@pytest.mark.parametrize("order", ORDERS)
def test_the_routers_agree(order: str) -> None:
    if not READY.get(order.rpartition(":")[2]):
        pytest.skip("not ready")
    first = zlib.crc32(order.encode()) % 10**6 * 10**4
    given = 0
    for seed in range(first, first + WORLDS):
        pair, difference = play(seed, STEPS, real_router(), order)
        if difference is not None:
            fail(seed, order, pair.calls, difference)
        given += pair.seen.get("OfferMade", 0) + pair.seen.get("ContactConnected", 0)
    assert given > WORLDS  # else they have agreed about nothing
