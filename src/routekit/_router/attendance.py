"""Whether a queue has anybody and is open: its members who are signed in, its hours, and the timers of both.

Only that is kept here. What the limits that look at it do about contacts is `limits`' affair.
"""

from __future__ import annotations

from routekit._router.records import AgentRecord, QueueRecord
from routekit._router.state import CLOSING, NOBODY, State
from routekit.errors import CivilTimeUnknown, InvalidValue

__all__ = ["Attendance"]


class Attendance:
    """Counts who is signed in and reads the hours of one state's queues."""

    def __init__(self, state: State) -> None:
        self.state = state

    # -- who is signed in ---------------------------------------------------------------------------------------------

    def begin(self, queue: QueueRecord, at: float) -> None:
        """A queue is added, and has nobody yet."""
        queue.signed_in = 0
        queue.nobody_since = at
        self.arm_nobody(queue, at, now_too=True)
        self.arm_closing(queue, at)

    def end(self, queue: QueueRecord) -> None:
        """A queue is removed."""
        self._stop_nobody(queue)
        self._stop_closing(queue)

    def sign_on(self, agent: AgentRecord) -> None:
        """An agent is not offline any more."""
        for name in agent.value.queues:
            self.come(self.state.queues[name])

    def sign_off(self, agent: AgentRecord, at: float) -> None:
        """An agent is offline now."""
        for name in agent.value.queues:
            self.go(self.state.queues[name], at)

    def come(self, queue: QueueRecord) -> None:
        """One more member is signed in."""
        queue.signed_in += 1
        self._stop_nobody(queue)

    def go(self, queue: QueueRecord, at: float) -> None:
        """A member has signed out, or one who was signed in is no member any more."""
        queue.signed_in -= 1
        if not queue.signed_in:
            queue.nobody_since = at
            self.arm_nobody(queue, at, now_too=True)

    def nobody_for(self, queue: QueueRecord, seconds: float, at: float) -> bool:
        """Whether nobody has been signed in for so long."""
        return not queue.signed_in and queue.nobody_since + seconds <= at

    # -- hours --------------------------------------------------------------------------------------------------------

    def check_civil(self, queue_hours: object) -> None:
        """`CivilTimeUnknown` for hours that this router cannot tell."""
        if queue_hours is not None and self.state.unix_offset_s is None:
            raise CivilTimeUnknown

    def is_closed(self, queue: QueueRecord, at: float) -> bool:
        """Whether the queue's hours are closed. Cost: that of the calendar."""
        hours, offset = queue.value.hours, self.state.unix_offset_s
        if hours is None or offset is None:
            return False
        try:
            return not hours.is_open(at + offset)
        except InvalidValue:
            return False  # beyond the years that calendars know

    def _next_closing(self, queue: QueueRecord, at: float) -> float | None:
        """When the hours close next, later than a time; None if that is not in sight."""
        hours, offset = queue.value.hours, self.state.unix_offset_s
        if hours is None or offset is None:
            return None
        unix = at + offset
        while True:
            try:
                change = hours.next_change(unix)
                closes = change is not None and not hours.is_open(change)
            except InvalidValue:
                return None
            if change is None:
                return None
            # Sums are rounded: the router's time for an instant that lies ahead may be this very one.
            if closes and change - offset > at:
                return change - offset
            unix = change

    # -- timers -------------------------------------------------------------------------------------------------------

    def arm(self, queue: QueueRecord, at: float) -> None:
        """Arm both timers of a queue whose limits or hours are new."""
        self.arm_nobody(queue, at)
        self.arm_closing(queue, at)

    def arm_nobody(self, queue: QueueRecord, at: float, now_too: bool = False) -> None:
        """Arm the timer of the next limit about nobody being signed in, if there is one: later than now, or `now_too`,
        where none has acted yet.
        """
        self._stop_nobody(queue)
        if queue.signed_in or not queue.limits:
            return
        since = queue.nobody_since
        waits = [limit.nobody_s for limit in queue.limits if limit.nobody_s is not None]
        coming = [wait_s for wait_s in waits if since + wait_s > at or (now_too and since + wait_s == at)]
        if coming:
            seconds = min(coming)
            queue.nobody = self.state.timers.arm(NOBODY, seconds, since + seconds, queue)

    def arm_closing(self, queue: QueueRecord, at: float) -> None:
        """Arm the timer of the end of the hours, if a limit acts upon that."""
        self._stop_closing(queue)
        if any(limit.at_closing for limit in queue.limits):
            due = self._next_closing(queue, at)
            if due is not None:
                queue.closing = self.state.timers.arm(CLOSING, due - at, due, queue)

    def _stop_nobody(self, queue: QueueRecord) -> None:
        if queue.nobody is not None:
            self.state.timers.cancel(queue.nobody)
            queue.nobody = None

    def _stop_closing(self, queue: QueueRecord) -> None:
        if queue.closing is not None:
            self.state.timers.cancel(queue.closing)
            queue.closing = None
