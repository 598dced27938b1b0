"""Timers that can be taken back.

What lives here: `Timer`, one thing due at one time, and `Timers`, all that are armed. What may not: a clock (times are
handed in), what a kind means, or what is done when a timer fires.

Prior art: `asyncio` and `sched` keep a heap and leave a cancelled timer in it until it comes to the top. Nearly every
timer of a router is cancelled (an offer is accepted, a contact gone), and at 1,000 contacts a second that left 50,000
dead entries. Here a cancelled timer is gone at once. What makes it cheap: durations are few (they come from the
configuration) and time does not go back, so the timers of one kind and duration are armed in the order in which they
fall due, a linked lane of them is in order without any search, and a heap has to hold only the heads of the lanes. A
timing wheel was rejected: it rounds times or sorts within a slot, and needs a look at empty slots to tell what is next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cython
else:
    from routekit._cython import cython

__all__ = ["Timer", "Timers"]

_INF = math.inf
# Lanes that are empty are kept for their next timer; beyond this many and the number of lanes in use, all are dropped.
_SPARE = 64
# Kinds are small numbers that index a list.
_KINDS = 64


class Lane:
    """Timers of one kind and duration, linked in the order in which they fall due; `due` and `seq` are its head's."""

    __slots__ = ("due", "duration", "head", "kind", "place", "seq", "shared", "tail")

    due: float
    kind: int
    seq: int
    place: int
    shared: bool
    duration: float
    head: Timer | None
    tail: Timer | None

    def __init__(self, kind: int, duration: float, shared: bool) -> None:
        self.due = _INF
        self.kind = kind
        self.seq = 0
        self.place = -1
        # False for a lane made for one timer only, which no later timer may join.
        self.shared = shared
        self.duration = duration
        self.head = None
        self.tail = None

    def before(self, other: Lane) -> bool:
        """Return whether this lane's head fires before the other's."""
        if self.due != other.due:
            return self.due < other.due
        if self.kind != other.kind:
            return self.kind < other.kind
        return self.seq < other.seq


@cython.freelist(64)
@cython.cclass
class Timer:
    """One thing that falls due: made by `Timers.arm`, not to be changed but by `Timers`.

    `duration` is the one it was armed with, so that a snapshot can arm it again in the same lane. `item` is what it is
    for; it stays after the timer has fired or been cancelled.
    """

    __slots__ = ("_lane", "_next", "_previous", "due", "duration", "item", "kind", "seq")

    due: float
    duration: float
    kind: int
    seq: int
    item: Any
    _lane: Lane | None
    _previous: Timer | None
    _next: Timer | None

    def is_armed(self) -> bool:
        """Return whether the timer has neither fired nor been cancelled. Cost: O(1)."""
        return self._lane is not None

    def __repr__(self) -> str:
        state = "armed" if self._lane is not None else "over"
        return f"<Timer due={self.due!r} kind={self.kind!r} seq={self.seq!r} item={self.item!r} {state}>"


class Timers:
    """Every armed timer; they fire in the order of `(due, kind, seq)`.

    `seq` is the number of the latest arming; for a restored router set it, or let `restore` raise it.

    >>> timers = Timers()
    >>> late = timers.arm(0, 20.0, 20.0, "late")
    >>> soon = timers.arm(0, 5.0, 5.0, "soon")
    >>> gone = timers.arm(1, 5.0, 5.0, "gone")
    >>> timers.cancel(gone), timers.cancel(gone), len(timers)
    (True, False, 2)
    >>> timers.next_due(), timers.pop_due(10.0).item, timers.pop_due(10.0)
    (5.0, 'soon', None)
    """

    __slots__ = ("_heap", "_kinds", "_lanes", "_latest", "_spare", "seq", "size")

    seq: int
    size: int
    _lanes: int
    _spare: int
    _kinds: list[dict[float, Lane]]
    _latest: list[Lane | None]
    _heap: list[Lane]

    def __init__(self) -> None:
        self.seq = 0
        self.size = 0
        # How many shared lanes there are, and how many of them are empty.
        self._lanes = 0
        self._spare = 0
        self._kinds = []
        # By kind: the lane that was asked for last, which is nearly always the one that is asked for next.
        self._latest = []
        self._heap = []

    def __len__(self) -> int:
        return self.size

    def arm(self, kind: int, duration: float, due: float, item: Any) -> Timer:
        """Arm a timer that falls due at `due`; kinds go from 0 to 63.

        `duration` only says which timers are likely to be armed in due order; it need not be `due` less now.
        Cost: O(1) behind another of its kind and duration, else O(log of the number of lanes).
        """
        self.seq += 1
        return self._file(kind, duration, due, self.seq, item)

    def restore(self, kind: int, duration: float, due: float, seq: int, item: Any) -> Timer:
        """Arm a timer again with the sequence that it had, and raise `seq` to it if that is lower. Cost: as `arm`.

        The sequence may not be that of an armed timer. The order in which timers are restored changes only the cost:
        least in the order of `(due, kind, seq)`, which is that of iteration.
        """
        self.seq = max(self.seq, seq)
        return self._file(kind, duration, due, seq, item)

    def cancel(self, timer: Timer) -> bool:
        """Take an armed timer out at once; return False, and change nothing, if it has fired or been cancelled.

        The timer may not be that of another `Timers`.
        Cost: O(1) behind another of its kind and duration, else O(log of the number of lanes).
        """
        lane = timer._lane
        if lane is None:
            return False
        previous = timer._previous
        after = timer._next
        timer._lane = None
        timer._previous = None
        timer._next = None
        self.size -= 1
        if after is None:
            lane.tail = previous
        else:
            after._previous = previous
        if previous is not None:
            previous._next = after
            return True
        lane.head = after
        if after is None:
            self._leave(lane)
        else:
            lane.due = after.due
            lane.seq = after.seq
            self._sink(lane, lane.place)
        return True

    def next_due(self) -> float:
        """Return when the next timer falls due, infinity if none is armed. Cost: O(1)."""
        if self.size == 0:
            return _INF
        lane = self._heap[0]
        return lane.due

    def pop_due(self, at: float) -> Timer | None:
        """Take out and return the first timer if it is due by `at`, else return None.

        Cost: O(log of the number of lanes).
        """
        if self.size == 0:
            return None
        lane = self._heap[0]
        if lane.due > at:
            return None
        timer = lane.head
        assert timer is not None
        self.cancel(timer)
        return timer

    def __iter__(self) -> Iterator[Timer]:
        """Iterate over the armed timers in the order in which they fire, as they were at the start.

        Cost: O(n log n); for snapshots.
        """
        timers: list[Timer] = []
        for lane in self._heap:
            timer = lane.head
            while timer is not None:
                timers.append(timer)
                timer = timer._next
        timers.sort(key=lambda timer: (timer.due, timer.kind, timer.seq))
        return iter(timers)

    # --- lanes -------------------------------------------------------------------------------------------------------

    def _file(self, kind: int, duration: float, due: float, seq: int, item: Any) -> Timer:
        """Make a timer and put it in a lane."""
        lane = self._lane(kind, duration)
        # Not by a constructor with arguments, which makes Python numbers and a tuple: in C a third of arming.
        timer = Timer.__new__(Timer)
        timer.due = due
        timer.duration = duration
        timer.kind = kind
        timer.seq = seq
        timer.item = item
        timer._lane = None
        timer._previous = None
        timer._next = None
        self.size += 1
        tail = lane.tail
        if tail is not None:
            if tail.due < due or (tail.due == due and tail.seq < seq):
                tail._next = timer
                timer._previous = tail
                timer._lane = lane
                lane.tail = timer
                return timer
            # Out of order: a lane of its own. Searching the lane from its tail was rejected: rare, but linear.
            lane = Lane(kind, duration, False)
        else:
            self._spare -= 1
        lane.head = timer
        lane.tail = timer
        lane.due = due
        lane.seq = seq
        timer._lane = lane
        heap = self._heap
        heap.append(lane)
        self._rise(lane, len(heap) - 1)
        return timer

    def _lane(self, kind: int, duration: float) -> Lane:
        """Return the shared lane of a kind and duration, a new and empty one if there is none."""
        kinds = self._kinds
        if kind < 0 or kind >= len(kinds):
            if kind < 0 or kind >= _KINDS:
                raise AssertionError("a kind is from 0 to 63")
            while len(kinds) <= kind:
                kinds.append({})
                self._latest.append(None)
        latest = self._latest[kind]
        if latest is not None and latest.duration == duration:
            return latest
        lanes = kinds[kind]
        lane = lanes.get(duration)
        if lane is None:
            lane = Lane(kind, duration, True)
            lanes[duration] = lane
            self._lanes += 1
            self._spare += 1
        self._latest[kind] = lane
        return lane

    def _leave(self, lane: Lane) -> None:
        """Take a lane that has got empty out of the heap, and drop the spare lanes if there are too many."""
        heap = self._heap
        place = lane.place
        lane.place = -1
        moved = heap.pop()
        if moved is not lane:
            heap[place] = moved
            if moved.before(lane):
                self._rise(moved, place)
            else:
                self._sink(moved, place)
        if not lane.shared:
            return
        self._spare += 1
        if self._spare > _SPARE + (self._lanes >> 1):
            self._sweep()

    def _sweep(self) -> None:
        """Drop every spare lane. Cost: O(number of lanes), at least half of which got empty since the last time."""
        kinds = self._kinds
        for kind in range(len(kinds)):
            lanes = kinds[kind]
            kinds[kind] = {duration: lane for duration, lane in lanes.items() if lane.head is not None}
            self._latest[kind] = None
        self._lanes -= self._spare
        self._spare = 0

    # --- the heap of lanes, each of which knows its place ------------------------------------------------------------

    def _rise(self, lane: Lane, place: int) -> None:
        """Put a lane at a place of the heap, or above it."""
        heap = self._heap
        while place > 0:
            up = (place - 1) >> 1
            parent = heap[up]
            if not lane.before(parent):
                break
            heap[place] = parent
            parent.place = place
            place = up
        heap[place] = lane
        lane.place = place

    def _sink(self, lane: Lane, place: int) -> None:
        """Put a lane at a place of the heap, or below it."""
        heap = self._heap
        size = len(heap)
        down = 2 * place + 1
        while down < size:
            child = heap[down]
            if down + 1 < size:
                other = heap[down + 1]
                if other.before(child):
                    child = other
                    down += 1
            if not child.before(lane):
                break
            heap[place] = child
            child.place = place
            place = down
            down = 2 * place + 1
        heap[place] = lane
        lane.place = place

    def check(self) -> None:
        """Assert every invariant. Cost: O(n); for tests."""
        heap = self._heap
        count = 0
        for place, lane in enumerate(heap):
            assert lane.place == place, "each lane in the heap knows its place"
            assert place == 0 or heap[(place - 1) >> 1].before(lane), "no lane in the heap is before its parent"
            timer, previous = lane.head, None
            assert timer is not None, "no lane in the heap is empty"
            assert (lane.due, lane.kind, lane.seq) == (timer.due, timer.kind, timer.seq), "a lane's key is its head's"
            assert lane.shared or timer is lane.tail, "a lane that is not shared has one timer"
            while timer is not None:
                count += 1
                assert timer._lane is lane, "each timer in a lane knows the lane"
                assert timer._previous is previous, "each timer in a lane knows the one before"
                assert (timer.kind, timer.duration) == (lane.kind, lane.duration), "a lane has one kind and duration"
                assert timer.seq <= self.seq, "no timer has a sequence above the counter"
                if previous is not None:
                    assert (previous.due, previous.seq) < (timer.due, timer.seq), "a lane is in the order of due times"
                timer, previous = timer._next, timer
            assert lane.tail is previous, "a lane's tail is its last timer"
        assert count == self.size == len(self), "the size is the number of timers in the lanes"
        shared = [(kind, item) for kind, lanes in enumerate(self._kinds) for item in lanes.items()]
        for kind, (duration, lane) in shared:
            assert (lane.kind, lane.duration, lane.shared) == (kind, duration, True), "a shared lane is under its key"
            empty = lane.head is None
            assert empty == (lane.place < 0) == (lane.tail is None), "just the empty lanes are out of the heap"
            assert lane.place < 0 or heap[lane.place] is lane, "the lane at a shared lane's place is that lane"
        for kind, latest in enumerate(self._latest):
            assert latest is None or self._kinds[kind][latest.duration] is latest, "the latest lane is a shared one"
        spare = sum(lane.head is None for _, (_, lane) in shared)
        assert len(shared) == self._lanes, "the number of shared lanes is kept"
        assert spare == self._spare, "the number of spare lanes is kept"
        assert spare <= _SPARE + (self._lanes >> 1), "spare lanes are bounded"
        own = [lane for lane in heap if not lane.shared]
        assert len(own) + len(shared) - spare == len(heap), "the heap holds every lane that is not empty, once"
