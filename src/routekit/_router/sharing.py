"""Contacts that are visible in further queues: their views, made, filed and ended.

A view is a ticket of its own in the index, filed under the demand profiles of its queue; whatever happens to the
contact happens to all of its views. `filing` calls what is here for contacts that have any; who is chosen through
which view is decided in `settling`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routekit._router.records import ContactRecord, QueueRecord, ViewRecord, by_seq
from routekit._router.state import State
from routekit.events import ContactShared, ContactUnshared

if TYPE_CHECKING:
    from routekit._router.filing import Filing

__all__ = ["Sharing", "views_of"]


def views_of(contact: ContactRecord) -> list[Any]:
    """The views of a contact in further queues, in the order added."""
    return [] if contact.views is None else contact.views[1:]


class Sharing:
    """The views of one state's contacts."""

    def __init__(self, state: State, filing: Filing) -> None:
        self.state = state
        self.filing = filing

    # -- coming and going ---------------------------------------------------------------------------------------------

    def share(self, contact: ContactRecord, queue: QueueRecord, at: float) -> None:
        """A waiting contact becomes visible in a further queue, unless it is already or is at home there."""
        if queue is contact.queue or contact.seq in queue.visitors:
            return
        state = self.state
        view = self.add(contact, queue)
        state.out.append(ContactShared(at=at, seq=state.next_seq(), contact=contact.id, queue=queue.name))
        self._line_up(view)
        if contact.demand is not None:
            self.stand(contact)
            state.touch_contact(contact)

    def add(self, contact: ContactRecord, queue: QueueRecord) -> ViewRecord:
        """A new view, the last of its contact; it has no key yet."""
        view = ViewRecord(contact, queue)
        view.views = contact.views = contact.views or [contact]
        contact.views.append(view)
        queue.visitors[contact.seq] = view
        return view

    def end(self, contact: ContactRecord) -> None:
        """A contact, which is not filed, is seen in its home alone from now on; nothing is said."""
        for view in views_of(contact):
            self._forget(view)
        contact.views = None

    def unshare(self, view: ViewRecord, at: float) -> None:
        """A further queue is removed: a contact is seen in it no more. Its offers through it have been taken back."""
        state = self.state
        contact = view.contact
        self._take(view)
        assert contact.views is not None
        contact.views.remove(view)
        self._forget(view)
        if len(contact.views) == 1:
            contact.views = None
        state.out.append(
            ContactUnshared(
                at=at, seq=state.next_seq(), contact=contact.id, queue=view.queue.name, reason="queue_removed"
            )
        )

    def _forget(self, view: ViewRecord) -> None:
        del view.queue.visitors[view.seq]
        # No cycle for the collector to find.
        view.views = None
        view.item = None

    # -- in the index -------------------------------------------------------------------------------------------------

    def line_up(self, contact: ContactRecord) -> None:
        """What a contact asks for, or its place, has changed: its views have new keys, and are not filed."""
        for view in views_of(contact):
            self._line_up(view)

    def _line_up(self, view: ViewRecord) -> None:
        contact = view.contact
        self._take(view)
        view.since = contact.since
        view.urgency = contact.urgency
        self.filing.keys.set_view(view)

    def stand(self, contact: ContactRecord) -> None:
        """A contact asks for an agent at home: now through its views too, but where there are windows.

        Who is meant for certain agents is not shown, nor who is held back behind another.
        """
        extras = contact.extras
        if extras is not None and (extras.reserved is not None or extras.behind is not None):
            return
        index = self.state.index
        for view in views_of(contact):
            queue = view.queue
            if view.demand is None and queue.every_s == 0.0:
                demand = index.demand(queue.lineup, contact.channel, contact.needs, queue.reach, view.target)
                index.carry(view, demand)

    def file(self, contact: ContactRecord) -> None:
        """File the views that ask for an agent and are not filed yet."""
        for view in views_of(contact):
            if view.demand is not None and view.lane is None:
                self.state.index.queue(view, self.state.now)

    def unfile(self, contact: ContactRecord) -> None:
        """Take all views of a contact from their demand profiles."""
        for view in views_of(contact):
            self._take(view)

    def _take(self, view: ViewRecord) -> None:
        if view.demand is not None:
            index = self.state.index
            if view.lane is not None and index.draining and not view.queue.by_urgency:
                self.filing.wake_drainers(view.queue)
            index.unqueue(view)

    # -- a further queue that changes ---------------------------------------------------------------------------------

    def withdraw(self, queue: QueueRecord) -> list[ViewRecord]:
        """Take from a queue that is about to change those who are seen in it."""
        views = sorted(queue.visitors.values(), key=by_seq)
        for view in views:
            self._take(view)
        return views

    def put_back(self, views: list[ViewRecord]) -> None:
        """File them again, by what the queue is now."""
        for view in views:
            self._line_up(view)
            if view.contact.demand is not None:
                self.stand(view.contact)
                self.state.touch_contact(view.contact)

    def tried(self, contact: ContactRecord) -> None:
        """What is excluded and tried is the contact's, through whatever view."""
        for view in views_of(contact):
            view.excluded = contact.excluded
            view.tried = contact.tried
