"""Those who wait are told how long it will be (section 20). What is said is the value's rule, `next_words`."""

from __future__ import annotations

from routekit import events
from routekit.estimation.announcing import Told, next_words
from tests.oracle.changing import Changing
from tests.oracle.records import PlainContact


class Telling(Changing):
    """The times at which a contact is told, and what is said then."""

    def _enter_line(self, contact: PlainContact) -> None:
        super()._enter_line(contact)
        contact.told, contact.asked_at, contact.tell_owed = Told(), None, False
        self._plan_telling(contact)

    def _plan_telling(self, contact: PlainContact) -> None:
        """Find the next time at which a waiting contact is told: the first that is not past, and has not been."""
        contact.tell_due = None
        policy = self._queues[contact.value.queue].value.announcing
        if policy is None or contact.never_ended is not None:
            return
        number = 0
        if policy.every_s is not None:  # all but the last of those that are past are passed over
            number = max(0, int((self._present - contact.entered - policy.first_s) / policy.every_s) - 2)
        while True:
            due = contact.entered + policy.first_s + (0.0 if policy.every_s is None else policy.every_s * number)
            if due >= self._present and (contact.asked_at is None or due > contact.asked_at):
                contact.tell_due, contact.tell_armed = due, self._arm()
                return
            if policy.every_s is None:
                return
            number += 1

    def _new_policy(self, name: str) -> None:
        """The announcements of a queue have changed. Who was told nothing there, or is told no more, begins anew."""
        for contact in self._waiting_in(name):
            if self._queues[name].value.announcing is None:
                contact.told, contact.asked_at = Told(), None
            self._plan_telling(contact)

    def _tell_one(self) -> bool:
        owed = [contact for contact in self._contacts.values() if contact.waits and contact.tell_owed]
        if owed:
            self._tell(min(owed, key=lambda contact: contact.tell_armed))
        return bool(owed)

    def _tell(self, contact: PlainContact) -> None:
        """It is time to tell a contact."""
        contact.asked_at, contact.tell_owed = self._present, False
        name = contact.value.queue
        policy = self._queues[name].value.announcing
        assert policy is not None
        if self._estimator is not None:
            try:
                said = next_words(policy, contact.told, self._estimator.estimate(contact.id), self._present)
            except Exception as fault:
                error = f"{type(fault).__name__}: {fault}"
                self._say(
                    events.StrategyFailed,
                    queue=name,
                    strategy="estimator",
                    error=error,
                    agent=None,
                    contact=contact.id,
                )
            else:
                contact.told = said.told
                place = self.position(contact.id)
                common = {"contact": contact.id, "queue": name, "position": place}
                if said.callback:
                    self._say(events.CallbackSuggested, **common, waited_s=self._waited(contact), reason="long")
                if said.words is not None:
                    self._say(
                        events.WaitAnnounced,
                        **common,
                        words=said.words.words,
                        seconds=said.words.seconds,
                        up_to_s=said.words.up_to_s,
                        reason=said.words.reason,
                    )
        self._plan_telling(contact)
