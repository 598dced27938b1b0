"""A queue's timeline: steps that fire, are skipped, move a contact or end it (section 12)."""

from __future__ import annotations

from typing import Any

from routekit import events
from routekit._timeline import Limit, Step
from tests.oracle.facts import Search
from tests.oracle.records import PlainContact
from tests.oracle.telling import Telling


class Steps(Telling):
    """What steps do to those who wait."""

    def _plan_steps(self, contact: PlainContact) -> None:
        """Deal with the steps that are due by now and arm the next one."""
        steps = self._queues[contact.value.queue].value.timeline
        contact.pending = [i for i, step in enumerate(steps) if step not in contact.seen_here]
        while contact.pending and self._step_due(contact) <= self._present:
            self._fire_step(contact)
        if contact.pending:
            contact.step_armed = self._arm()

    def _fire_step(self, contact: PlainContact) -> None:
        """The next step of a contact is due. The contact may be elsewhere afterwards, or done."""
        index, name = contact.pending.pop(0), contact.value.queue
        step = self._queues[name].value.timeline[index]
        search = Search(contact, [name])
        skipped, landing = self._why_not(contact, step, search)
        contact.seen_here.append(step)
        fields: dict[str, Any] = {"contact": contact.id, "queue": name, "step": index, "after_s": step.after_s}
        if skipped is not None:
            contact.steps_skipped += 1
            self._say(events.StepSkipped, **fields, reason=skipped)
            return
        contact.applied.append(step)
        contact.fired_here.append(step)
        self._say(events.StepFired, **fields)
        self._end_drain_of_contact(contact, "left")
        if step.add_queue is not None:
            self._share(contact, step.add_queue)
        if step.suggest_callback:
            self._suggest(contact, "step")
        if step.announce is not None:
            self._say(
                events.Announced,
                contact=contact.id,
                queue=name,
                announce=step.announce,
                position=self.position(contact.id),
            )
        self._check_fit(contact)
        if landing is not None:
            self._send(landing, search, "step")
        elif step.ending is not None:
            self._turn_away(contact, step)

    def _why_not(self, contact: PlainContact, step: Step, search: Search) -> tuple[str | None, str | None]:
        """The reason why a step is skipped, if there is one; and where it moves the contact, if it does."""
        if step.ending is not None and contact.never_ended is not None:
            return contact.never_ended, None
        if not self._holds(contact, step):
            return "condition", None
        for name in (step.add_queue, step.move_to):
            if name is not None and not self._is_there(name):
                return "unknown_queue", None
        if step.add_queue is not None and not self._has_place(contact, step.add_queue):
            return "no_landing", None
        if step.move_to is None:
            return None, None
        landing = self._land(step.move_to, search)
        return ("no_landing" if landing is None else None), landing

    def _suggest(self, contact: PlainContact, reason: str) -> None:
        self._say(
            events.CallbackSuggested,
            contact=contact.id,
            queue=contact.value.queue,
            position=self.position(contact.id),
            waited_s=self._waited(contact),
            reason=reason,
        )

    def _send(self, landing: str, search: Search, reason: str) -> None:
        """Move a waiting contact to where a step or limit sends it."""
        contact = search.contact
        self._leave(search, landing)
        self._revoke(contact, reason)
        self._move(contact, landing, None, reason)
        self._say_queued(contact)
        self._plan_steps(contact)

    def _turn_away(self, contact: PlainContact, by: Step | Limit) -> None:
        """End a waiting contact as a step or limit says."""
        self._revoke(contact, "rejected" if by.reject is not None else "diverted")
        self._end_attempts(contact)
        self._say_turned_away(contact, by)
        self._end_drain_of_contact(contact, "left")
        self._release_behind(contact)
        self._forget(contact)

    def _say_turned_away(self, contact: PlainContact, by: Step | Limit) -> None:
        """The event of such an end. The contact may not have come in at all."""
        name = contact.value.queue
        if by.reject is not None:
            self._say(events.ContactRejected, contact=contact.id, queue=name, reason=by.reject)
            self._note_past(contact, "rejected")
            return
        to = "voicemail" if by.voicemail is not None else "self_service"
        reference, waited = getattr(by, to), self._waited(contact)
        self._say(events.ContactDiverted, contact=contact.id, queue=name, to=to, reference=reference, waited_s=waited)
        self._note_past(contact, "diverted")
