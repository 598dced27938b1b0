"""How a waiting contact leaves its line otherwise than to an agent: moved to another line, or turned away.

Why it does is not decided here: steps and limits are in `limits`, transfers and removed queues in `changes`.
"""

from __future__ import annotations

from routekit._router.filing import Filing
from routekit._router.offers import Offers
from routekit._router.records import ContactRecord, QueueRecord, is_consult
from routekit._router.state import State
from routekit._router.work import Works
from routekit.events import ContactDiverted, ContactRejected

__all__ = ["Moving"]


class Moving:
    """Moves waiting contacts and ends them."""

    def __init__(self, state: State, filing: Filing, works: Works, offers: Offers) -> None:
        self.state = state
        self.filing = filing
        self.works = works
        self.offers = offers

    def move(
        self,
        contact: ContactRecord,
        target: QueueRecord,
        since: float,
        reason: str,
        at: float,
        reference: str | None = None,
    ) -> None:
        """Move a waiting contact to another queue's line, as one who has been waiting since then."""
        self.offers.withdraw(contact, reason, at)
        before = contact.queue
        self.works.reservations.stop(contact)
        self.filing.step_out(contact)
        self.filing.stop_steps(contact)
        self.filing.announcements.stop(contact)
        if before is not target:
            self.works.customers.stop_holding(contact)
        self.works.enter(contact, target, since, at)
        self.say_moved(contact, before, reason, at, reference)
        self.filing.end_drain(contact, "left", at)
        if before is not target:
            self.works.customers.release(contact, at)

    def say_moved(
        self, contact: ContactRecord, before: QueueRecord, reason: str, at: float, reference: str | None = None
    ) -> None:
        """Count and say that a contact without an agent has come from a queue to its home of now."""
        before.moved_out += not is_consult(contact)
        self.works.tell_moved(contact, before, contact.queue, None, reason, reference, at)

    def end(self, contact: ContactRecord, ending: str, text: str, at: float) -> None:
        """A waiting contact, no consult, is done: `ending` of `ENDINGS`, `text` its reason or the app's reference."""
        rejected = ending == "reject"
        outcome = "rejected" if rejected else "diverted"
        self.offers.withdraw(contact, outcome, at)
        contact.stage = contact.stage.after(contact.id, "reject" if rejected else "divert")
        self.works.forget_waiting(contact)
        self._say_ended(contact, contact.queue, ending, text, at)
        self.filing.end_drain(contact, "left", at)
        self.works.customers.ended(contact, outcome, at)

    def turn_away(self, contact: ContactRecord, queue: QueueRecord, ending: str, text: str, at: float) -> None:
        """A newcomer, who is in no line, is done in the same ways."""
        self._say_ended(contact, queue, ending, text, at)
        self.works.customers.refused(contact.value, queue.name, "rejected" if ending == "reject" else "diverted", at)

    def _say_ended(self, contact: ContactRecord, queue: QueueRecord, ending: str, text: str, at: float) -> None:
        """Count and say how a contact ends."""
        state = self.state
        if ending == "reject":
            queue.rejected += 1
            state.out.append(
                ContactRejected(at=at, seq=state.next_seq(), contact=contact.id, queue=queue.name, reason=text)
            )
            return
        queue.diverted += 1
        state.out.append(
            ContactDiverted(
                at=at,
                seq=state.next_seq(),
                contact=contact.id,
                queue=queue.name,
                to=ending,
                reference=text,
                waited_s=max(at - contact.since, 0.0),
            )
        )
