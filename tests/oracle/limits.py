"""What limits do to those who come, and to those who wait when nobody is there or the hours end (section 13)."""

from __future__ import annotations

from collections.abc import Iterable

from routekit import events
from routekit._timeline import Limit
from routekit.errors import CivilTimeUnknown
from tests.oracle import arguments
from tests.oracle.deciding import CLOSING, NOBODY
from tests.oracle.facts import Search
from tests.oracle.records import PlainContact, PlainQueue, Timer
from tests.oracle.steps import Steps


class Limits(Steps):
    """Coming in, and the timers of limits."""

    def _say_limit(self, contact: PlainContact, name: str, index: int) -> None:
        limit = self._queues[name].value.limits[index]
        fields = {"contact": contact.id, "queue": name, "limit": index, "kind": limit.kind, "action": limit.action}
        self._say(events.LimitReached, **fields)

    # ---- coming in ------------------------------------------------------------------------------------------------

    def _comes_in(self, contact: PlainContact, *, behind: bool) -> tuple[bool, int | None]:
        """Whether a new contact comes in (`contact.value.queue` says where), and the limit that suggests a callback.

        One that is to be held behind another is kept by no limit but hours.
        """
        home = contact.value.queue
        search, full = Search(contact, [home]), False
        for index, limit in enumerate(self._queues[home].value.limits):
            if (behind and not limit.closed) or not self._applies(limit, home, contact):
                continue
            if limit.suggest_callback:
                search.suggested.setdefault(home, index)
            elif limit.move_to is None:
                self._say_limit(contact, home, index)
                self._say_turned_away(contact, limit)
                return False, None
            else:
                landing = self._land(limit.move_to, search)
                if landing is not None:
                    self._say_limit(contact, home, index)
                    self._leave(search, landing)
                    contact.value = arguments.with_changes(contact.value, {"queue": landing})
                    self._say(
                        events.ContactMoved,
                        contact=contact.id,
                        from_queue=home,
                        to_queue=landing,
                        agent=None,
                        reason="limit",
                    )
                    return True, search.suggested.get(landing)
                full = True
        if full:
            self._say(events.ContactRejected, contact=contact.id, queue=home, reason="nowhere_to_go")
            self._note_past(contact, "rejected")
        return not full, search.suggested.get(home)

    # ---- while waiting --------------------------------------------------------------------------------------------

    def _fire_limits(self, timer: Timer) -> None:
        """Act upon all who wait in a queue, and wait for the next time."""
        queue: PlainQueue = timer.subject
        limits = list(enumerate(queue.value.limits))
        if timer.kind == NOBODY:
            queue.nobody_due = None
            acting = [(i, limit) for i, limit in limits if limit.nobody_s is not None]
            self._act_on(queue, acting, self._waiting_in(queue.value.name))
            self._arm_nobody(queue)
        elif timer.kind == CLOSING:
            queue.closes_at = None
            acting = [(i, limit) for i, limit in limits if limit.at_closing]
            self._act_on(queue, acting, self._waiting_in(queue.value.name))
            self._arm_closing(queue)

    def _see_to(self, name: str, contacts: Iterable[PlainContact]) -> None:
        """Limits that act upon those who wait do so upon these, as they do when their time comes."""
        queue = self._queues[name]
        limits = list(enumerate(queue.value.limits))
        closed = any(limit.at_closing for _, limit in limits) and self._is_closed(queue)
        acting = [(i, limit) for i, limit in limits if limit.nobody_s is not None or (limit.at_closing and closed)]
        here = [one for one in contacts if one in self._waiting_in(name)]  # a step may have sent one away
        self._act_on(queue, acting, here)

    def _act_on(self, queue: PlainQueue, limits: list[tuple[int, Limit]], contacts: Iterable[PlainContact]) -> None:
        name = queue.value.name
        for contact in contacts:
            search = Search(contact, [name])
            for index, limit in limits:
                if limit.nobody_s is not None and not self._applies(limit, name, contact):
                    continue
                if limit.suggest_callback:
                    self._say_limit(contact, name, index)
                    self._suggest(contact, "limit")
                    continue
                landing = None if limit.move_to is None else self._land(limit.move_to, search)
                if landing is None and (limit.move_to is not None or contact.never_ended is not None):
                    continue
                self._say_limit(contact, name, index)
                if landing is not None:
                    self._send(landing, search, "limit")
                else:
                    self._turn_away(contact, limit)
                break

    def _arm_nobody(self, queue: PlainQueue, *, now_too: bool = False) -> None:
        """Wait for the next limit of a queue in which nobody is signed in; `now_too`: since this very time."""
        queue.nobody_due = None
        since = queue.nobody_since
        if since is None:
            return
        dues = [since + limit.nobody_s for limit in queue.value.limits if limit.nobody_s is not None]
        later = [due for due in dues if due > self._present or (now_too and due == self._present)]
        if later:
            queue.nobody_due, queue.nobody_armed = min(later), self._arm()

    def _arm_closing(self, queue: PlainQueue) -> None:
        """Wait for the end of a queue's hours, if that is to be acted upon."""
        queue.closes_at = None
        if any(limit.at_closing for limit in queue.value.limits):
            closes = self._next_closing(queue)
            if closes is not None:
                queue.closes_at, queue.closes_armed = closes, self._arm()

    def _look_for_nobody(self, names: Iterable[str]) -> None:
        """Somebody has signed in or out, or joined or left these queues."""
        for name in names:
            queue = self._queues.get(name)
            if queue is None:
                continue
            somebody = any(agent.presence != "offline" for agent in self._members_of(name))
            if somebody:
                queue.nobody_since = queue.nobody_due = None
            elif queue.nobody_since is None:
                queue.nobody_since = self._present
                self._arm_nobody(queue, now_too=True)

    def _check_hours(self, queue: PlainQueue) -> None:
        """Hours and days need civil time."""
        by_day = getattr(queue.value.agent_order, "since", None) == "day"
        if self._unix_offset_s is None and (by_day or queue.value.hours is not None):
            raise self._undone(CivilTimeUnknown())
