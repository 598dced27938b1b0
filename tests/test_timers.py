"""Removable timers against a plain list."""

import math
import random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from routekit._kernel.timers import Timer, Timers


def order(timer: Timer) -> tuple[float, int, int]:
    return (timer.due, timer.kind, timer.seq)


def drain(timers: Timers, at: float = math.inf) -> list[Any]:
    items = []
    while (timer := timers.pop_due(at)) is not None:
        timers.check()
        items.append(timer.item)
    return items


def test_nothing_armed() -> None:
    timers = Timers()
    assert len(timers) == 0
    assert timers.next_due() == math.inf
    assert timers.pop_due(math.inf) is None
    assert list(timers) == []
    timers.check()


def test_a_timer_says_what_it_is_for() -> None:
    timers, item = Timers(), object()
    timer = timers.arm(3, 5.0, 12.0, item)
    assert (timer.kind, timer.duration, timer.due, timer.seq) == (3, 5.0, 12.0, 1)
    assert timer.item is item
    assert timer.is_armed()
    assert timers.cancel(timer)
    assert not timer.is_armed()
    assert timer.item is item


def test_is_due_at_its_time_and_not_before() -> None:
    timers = Timers()
    timer = timers.arm(0, 5.0, 5.0, None)
    assert timers.pop_due(math.nextafter(5.0, 0.0)) is None
    assert timers.pop_due(5.0) is timer
    assert not timer.is_armed()
    assert len(timers) == 0


def test_one_instant_goes_by_kind_and_then_by_sequence() -> None:
    timers = Timers()
    for kind, duration, name in [(2, 1.0, "d"), (0, 2.0, "a"), (1, 1.0, "b"), (0, 1.0, "A"), (1, 3.0, "c")]:
        timers.arm(kind, duration, 9.0, name)
        timers.check()
    assert [timer.item for timer in timers] == ["a", "A", "b", "c", "d"]
    assert drain(timers) == ["a", "A", "b", "c", "d"]


def test_out_of_order_in_one_lane() -> None:
    timers = Timers()
    for due in [5.0, 3.0, 5.0, 4.0, 6.0, 1.0, 5.5]:
        timers.arm(0, 1.0, due, due)
        timers.check()
    assert drain(timers, 5.0) == [1.0, 3.0, 4.0, 5.0, 5.0]
    assert timers.next_due() == 5.5


def test_cancel_is_at_once_and_once() -> None:
    timers = Timers()
    armed = [timers.arm(0, 1.0, float(i), i) for i in range(5)]
    for i in (2, 4, 0):
        assert timers.cancel(armed[i])
        timers.check()
        assert not timers.cancel(armed[i])
    assert timers.next_due() == 1.0
    assert timers.pop_due(9.0) is armed[1]
    assert not timers.cancel(armed[1])
    assert drain(timers) == [3]


def test_sequence_goes_up_and_is_not_used_again() -> None:
    timers = Timers()
    timers.cancel(timers.arm(0, 1.0, 1.0, None))
    assert timers.arm(0, 1.0, 1.0, None).seq == 2
    timers.seq = 10
    assert timers.arm(0, 1.0, 1.0, None).seq == 11


@pytest.mark.parametrize("shuffled", [False, True])
def test_restore(shuffled: bool) -> None:
    source = random.Random(3)
    timers = Timers()
    for i in range(200):
        duration = source.choice([1.0, 2.0, 5.0])
        timers.arm(source.randrange(3), duration, source.randrange(20) + duration, i)
    saved = [(timer.kind, timer.duration, timer.due, timer.seq, timer.item) for timer in timers]
    if shuffled:
        source.shuffle(saved)
    other = Timers()
    for fields in saved:
        other.restore(*fields)
        other.check()
    assert other.seq == timers.seq == 200
    assert drain(other) == drain(timers)


def test_restore_does_not_lower_the_sequence() -> None:
    timers = Timers()
    timers.seq = 50
    assert timers.restore(0, 1.0, 1.0, 7, None).seq == 7
    assert timers.seq == 50


@pytest.mark.parametrize("kind", [-1, 64])
def test_kinds_are_bounded(kind: int) -> None:
    timers = Timers()
    with pytest.raises(AssertionError, match="kind"):
        timers.arm(kind, 1.0, 1.0, None)
    timers.check()


def test_durations_without_end_leave_no_lanes_behind() -> None:
    """`check` bounds the empty lanes; the ones in use must outlive that."""
    timers = Timers()
    kept = [timers.arm(1, float(i), float(i), i) for i in range(20)]
    for i in range(1000):
        timer = timers.arm(0, 1.0 + i / 7.0, float(i), None)
        assert timers.cancel(timer)
        timers.check()
    assert list(timers) == kept
    assert drain(timers) == list(range(20))
    timers.arm(0, 1.0, 1.0, "again")
    timers.check()
    assert drain(timers) == ["again"]


def test_many() -> None:
    source = random.Random(5)
    timers = Timers()
    armed: list[Timer] = []
    now = 0.0
    for _ in range(20_000):
        now += source.random()
        duration = source.choice([5.0, 20.0, 60.0, 100.0 * source.random()])
        armed.append(timers.arm(source.randrange(6), duration, now + duration, None))
        if source.random() < 0.7:
            timers.cancel(armed[source.randrange(len(armed))])
        while source.random() < 0.3 and (timer := timers.pop_due(now)) is not None:
            assert timer.due <= now
    timers.check()
    left = sorted((timer for timer in armed if timer.is_armed()), key=order)
    assert list(timers) == left
    assert [timers.pop_due(math.inf) for _ in left] == left
    timers.check()


class Arming(RuleBasedStateMachine):
    """Arm in and out of order, cancel and fire, against a list that is searched from end to end."""

    def __init__(self) -> None:
        super().__init__()
        self.timers = Timers()
        self.now = 0.0
        self.seq = 0
        self.held: list[Timer] = []
        self.over: list[Timer] = []

    def least(self) -> Timer:
        return min(self.held, key=order)

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.0, 7.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(kind=st.integers(0, 3), duration=st.sampled_from([1.0, 2.0, 2.5, 10.0]), early=st.sampled_from([0.0, 1.5]))
    def arm(self, kind: int, duration: float, early: float) -> None:
        self.seq += 1
        due = self.now + duration - early
        timer = self.timers.arm(kind, duration, due, self.seq)
        assert (timer.kind, timer.duration, timer.due, timer.seq) == (kind, duration, due, self.seq)
        assert timer.item == self.seq
        self.held.append(timer)

    @rule(kind=st.integers(0, 3), duration=st.sampled_from([1.0, 2.0]), behind=st.integers(1, 5))
    def restore(self, kind: int, duration: float, behind: int) -> None:
        """A sequence that was skipped, restored later: in a lane, behind an equal due time with a greater sequence."""
        self.seq += behind + 1
        self.timers.seq = self.seq
        self.held.append(self.timers.arm(kind, duration, self.now + duration, None))
        self.seq += 1
        self.held.append(self.timers.restore(kind, duration, self.now + duration, self.seq - behind - 1, None))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        timer = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        assert self.timers.cancel(timer) is True
        self.over.append(timer)

    @precondition(lambda self: self.over)
    @rule(data=st.data())
    def cancel_again(self, data: st.DataObject) -> None:
        assert self.timers.cancel(data.draw(st.sampled_from(self.over))) is False

    @rule(ahead=st.sampled_from([0.0, 0.0, 1.0, 5.0]))
    def pop(self, ahead: float) -> None:
        at = self.now + ahead
        expected = self.least() if self.held and self.least().due <= at else None
        assert self.timers.pop_due(at) is expected
        if expected is not None:
            self.held.remove(expected)
            self.over.append(expected)

    @invariant()
    def same(self) -> None:
        self.timers.check()
        assert len(self.timers) == self.timers.size == len(self.held)
        assert self.timers.next_due() == (self.least().due if self.held else math.inf)
        assert list(self.timers) == sorted(self.held, key=order)
        assert all(timer.is_armed() for timer in self.held)
        assert not any(timer.is_armed() for timer in self.over)


TestArming = Arming.TestCase
TestArming.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
