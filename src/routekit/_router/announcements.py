"""Telling those who wait how long it will be: when they are told, what the estimator says, and what comes of it.

The rule of what to say is not here, but in `routekit.estimation.announcing`; when it is asked, in `docs/around.md`,
section 20. What is said decides nothing: no line, offer or timer of another kind depends on it.
"""

from __future__ import annotations

from typing import Any

from routekit._router.filing import Filing
from routekit._router.records import ContactRecord, QueueRecord, Telling, by_seq, never_ended
from routekit._router.state import ANNOUNCE, State
from routekit.abc import Estimator
from routekit.estimation.announcing import Next, Told, next_words
from routekit.events import StrategyFailed, WaitAnnounced

__all__ = ["Announcements"]


class Announcements:
    """Tells the waiting contacts of one state."""

    def __init__(self, state: State, filing: Filing, estimator: Estimator | None = None) -> None:
        self.state = state
        self.filing = filing
        self.estimator = estimator

    def begin(self, contact: ContactRecord, at: float) -> None:
        """A contact has come into the line of a queue that announces waits. Cost: O(1)."""
        if not never_ended(contact):  # nobody is on the line of a consult, or of what was promised
            contact.telling = Telling(Told())
            self._arm(contact, contact.telling, at)

    def stop(self, contact: ContactRecord) -> None:
        """A contact leaves its line, and what it was told there is no promise elsewhere. Cost: O(1)."""
        if contact.telling is not None:
            self._disarm(contact.telling)
            contact.telling = None

    def change(self, queue: QueueRecord, at: float) -> None:
        """A queue has another policy, or none: promises stand, and the times are new. Cost: all who wait."""
        waiting: list[ContactRecord] = sorted((node.item for node in queue.lineup.waiting), key=by_seq)
        for contact in waiting:
            if not queue.announces:
                self.stop(contact)
            elif contact.telling is None:
                self.begin(contact, at)
            else:
                self._disarm(contact.telling)
                self._arm(contact, contact.telling, at)

    def due(self, contact: ContactRecord) -> None:
        """It is time to tell a contact, when all else of this instant is done: it may have an agent by then."""
        telling = contact.telling
        assert telling is not None
        telling.timer = None
        self.state.telling.append(contact)

    def tell(self, limit: int) -> int:
        """Tell those who are due and still wait there; returns what is left of a limit of so many, -1 being none.

        Cost: that of the estimator for each of them.
        """
        state = self.state
        due, state.telling = state.telling, []
        left = limit
        for number, contact in enumerate(due, 1):
            telling = contact.telling
            if telling is None:
                continue  # it is with an agent now, or gone
            self._tell(contact, telling, state.now)
            left -= left > 0
            if left == 0:
                state.telling = due[number:]
                break
        return left

    def _tell(self, contact: ContactRecord, telling: Telling, at: float) -> None:
        telling.asked_at = at
        said = self._ask(contact, telling, at)
        if said is not None:
            telling.told = said.told
            self._say(contact, said, at)
        self._arm(contact, telling, at)

    def _arm(self, contact: ContactRecord, telling: Telling, at: float) -> None:
        policy = contact.queue.value.announcing
        assert policy is not None
        due = policy.due(contact.entered_queue_at, at, telling.asked_at)
        if due is not None:
            # Of one duration are those that are likely to be armed in the order in which they fall due.
            first = due == contact.entered_queue_at + policy.first_s
            lane = policy.first_s if first or policy.every_s is None else policy.every_s
            telling.timer = self.state.timers.arm(ANNOUNCE, lane, due, contact)

    def _disarm(self, telling: Telling) -> None:
        if telling.timer is not None:
            self.state.timers.cancel(telling.timer)
            telling.timer = None

    def _ask(self, contact: ContactRecord, telling: Telling, at: float) -> Next | None:
        """What the rule makes of what the estimator says; None where that fails, or there is none."""
        if self.estimator is None:
            return None
        state = self.state
        policy = contact.queue.value.announcing
        assert policy is not None
        efforts: Any = self.estimator.efforts
        given = {"effort": "quick" if "quick" in efforts else efforts[0]} if efforts else {}
        state.calling = True
        try:
            return next_words(policy, telling.told, self.estimator.estimate(contact.id, **given), at)
        except Exception as fault:  # user code may raise anything
            state.out.append(
                StrategyFailed(
                    at=at,
                    seq=state.next_seq(),
                    queue=contact.queue.name,
                    strategy="estimator",
                    error=f"{type(fault).__name__}: {fault}",
                    agent=None,
                    contact=contact.id,
                )
            )
            return None
        finally:
            state.calling = False

    def _say(self, contact: ContactRecord, said: Next, at: float) -> None:
        state = self.state
        if said.callback:
            self.filing.limits.suggest(contact, "long", at)
        if said.words is not None:
            state.out.append(
                WaitAnnounced(
                    at=at,
                    seq=state.next_seq(),
                    contact=contact.id,
                    queue=contact.queue.name,
                    words=said.words.words,
                    seconds=said.words.seconds,
                    up_to_s=said.words.up_to_s,
                    position=self.filing.position(contact),
                    reason=said.words.reason,
                )
            )
