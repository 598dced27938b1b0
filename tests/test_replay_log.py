"""The real fortnight of the bank, where it is at hand: its sums, and that nobody waits at the end."""

from __future__ import annotations

import collections

import pytest

from routekit.simulation import Outcome, Replay, Trace, read_bank, replay
from tests.oracle.router import PlainRouter
from tests.replay_logs import NO_REAL_LOG, REAL_LOG, assert_accounted

pytestmark = pytest.mark.skipif(not REAL_LOG.exists(), reason=NO_REAL_LOG)


@pytest.fixture(scope="module")
def trace() -> Trace:
    return read_bank(REAL_LOG)


@pytest.fixture(scope="module")
def made(trace: Trace) -> Replay:
    return replay(trace)


def test_every_row_is_somewhere(trace: Trace) -> None:
    trace.check()
    assert trace.rows == 22002
    assert trace.not_routed == {"left in the menu": 1764, "no server and no queue time": 147, "phantom": 191}
    assert trace.skipped == 33
    assert collections.Counter(problem.column for problem in trace.problems) == {8: 12, 11: 11, 15: 10}
    assert len(trace.calls) == 19867
    assert len(trace.agents) == 22


def test_what_really_happened(made: Replay) -> None:
    assert made.happened is not None
    assert (made.happened.connected, made.happened.abandoned) == (14394, 5473)
    assert made.happened.longest_wait_s == 2353.0
    assert made.happened.service_level == pytest.approx(0.2156, abs=1e-4)


def test_nobody_waits_at_the_end_or_over_night(made: Replay) -> None:
    assert_accounted(made)
    assert made.figures.waiting == 0
    for fate in made.fates:
        assert fate.wait_s is not None
        assert (fate.call.arrived_s + fate.wait_s) // 86400 - fate.call.day <= (fate.call.arrived_s % 86400 > 80000)


def test_nobody_waits_longer_than_they_are_willing_to(made: Replay) -> None:
    for fate in made.fates:
        assert fate.wait_s is not None
        if fate.outcome == Outcome.ABANDONED:
            assert fate.wait_s == fate.call.patience_s
        elif fate.call.patience_s is not None:
            assert fate.wait_s <= fate.call.patience_s


def test_nobody_is_served_by_someone_of_another_pool_or_day(made: Replay) -> None:
    at_work = {(shift.agent, shift.day): shift for shift in made.trace.shifts}
    for fate in made.fates:
        if fate.agent is not None:
            shift = at_work[fate.agent, fate.call.day]
            assert fate.call.contact.queue in shift.queues
            assert fate.wait_s is not None
            assert fate.call.arrived_s + fate.wait_s >= shift.starts_s


def test_the_plain_router_says_the_same(trace: Trace) -> None:
    part = read_bank(REAL_LOG, limit=1500)
    assert replay(part).digest == replay(part, router_class=PlainRouter).digest
