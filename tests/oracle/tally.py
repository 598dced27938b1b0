"""The counts of `Statistics`, from events alone: what a reader of the event stream would count.

`Tally.add` takes the events of a command; `Tally.queues` and `.agents` are what `statistics()` must say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from routekit import Queue

QUEUE_COUNTS = (
    "entered",
    "offers",
    "connected",
    "within_level",
    "abandoned",
    "abandoned_within_level",
    "finished",
    "moved_out",
    "rejected",
    "diverted",
    "connect_failed",
    "overflow_in",
    "overflow_out",
    "parked",
    "waited_s",
    "longest_s",
)
AGENT_COUNTS = (
    "selected",
    "offered",
    "answered",
    "declined",
    "not_answered",
    "revoked",
    "finished",
    "connect_failed",
)
WITHIN_S = 20.0


class Tally:
    """Counts events. `queue` gives a queue's settings as they are after the command."""

    def __init__(self, queue: Callable[[str], Queue]) -> None:
        self._queue = queue
        self._within: dict[str, float] = {}
        self._home: dict[str, str] = {}
        """By contact."""
        self._promised: set[str] = set()
        """Follow-ups that have not entered."""
        self._parked: set[str] = set()
        self._consults: set[str] = set()
        """Of these queues count the offers alone."""
        self._unasked: set[str] = set()
        """Those who joined a contact without having been asked, whose connection is yet to be told of."""
        self._removed: dict[str, dict[str, float]] = {}
        self.queues: dict[str, dict[str, float]] = {}
        self.agents: dict[str, dict[str, float]] = {}

    def add(self, happened: Iterable[Any]) -> None:
        """Count the events of one command."""
        for event in happened:
            count = getattr(self, f"_{type(event).__name__}", None)
            if count is not None:
                count(event)

    def _in_queue(self, name: str, **more: float) -> None:
        _add(self.queues.get(name) or self._removed[name], more)

    def _of_home(self, contact: str, name: str, **more: float) -> None:
        """Count something of a contact in a queue, unless it is a consult."""
        if contact not in self._consults:
            self._in_queue(name, **more)

    def _of_agent(self, name: str, **more: float) -> None:
        _add(self.agents[name], more)

    def _set_level(self, name: str) -> None:
        level = self._queue(name).service_level
        self._within[name] = WITHIN_S if level is None else level.within_s

    def _QueueAdded(self, event: Any) -> None:
        self._removed.pop(event.queue, None)
        self.queues[event.queue] = dict.fromkeys(QUEUE_COUNTS, 0)
        self._set_level(event.queue)

    def _QueueUpdated(self, event: Any) -> None:
        self._set_level(event.queue)

    def _QueueRemoved(self, event: Any) -> None:
        # Its connected contacts still count for it; a queue that is added again under the name starts from zero.
        self._removed[event.queue] = self.queues.pop(event.queue)

    def _AgentAdded(self, event: Any) -> None:
        self.agents[event.agent] = dict.fromkeys(AGENT_COUNTS, 0)

    def _AgentRemoved(self, event: Any) -> None:
        del self.agents[event.agent]

    def _ContactQueued(self, event: Any) -> None:
        self._home[event.contact] = event.queue
        self._of_home(event.contact, event.queue, entered=1)

    def _OfferMade(self, event: Any) -> None:
        self._in_queue(event.queue, offers=1)
        self._of_agent(event.agent, selected=1, offered=1)

    def _OfferDeclined(self, event: Any) -> None:
        self._of_agent(event.agent, declined=1)

    def _OfferExpired(self, event: Any) -> None:
        self._of_agent(event.agent, not_answered=1)

    def _OfferRevoked(self, event: Any) -> None:
        self._of_agent(event.agent, revoked=1)

    def _ContactConnected(self, event: Any) -> None:
        if event.contact in self._unasked:
            self._unasked.remove(event.contact)
            return
        self._of_agent(event.agent, answered=1, selected=event.offer is None)
        if event.contact in self._consults:
            return
        home = self._home[event.contact]
        soon = event.waited_s <= self._within[home]
        self._in_queue(home, connected=1, within_level=soon, waited_s=event.waited_s)
        if event.queue != home:
            self._in_queue(home, overflow_out=1)
            self._in_queue(event.queue, overflow_in=1)
        counts = self.queues[home]
        counts["longest_s"] = max(counts["longest_s"], event.waited_s)

    def _ContactAbandoned(self, event: Any) -> None:
        if self._no_more_parked(event.contact) and self._no_more_promised(event.contact):
            return
        soon = event.waited_s <= self._within[event.queue]
        self._of_home(event.contact, event.queue, abandoned=1, abandoned_within_level=soon)

    def _ContactRejected(self, event: Any) -> None:
        self._in_queue(event.queue, rejected=1)

    def _ContactDiverted(self, event: Any) -> None:
        self._in_queue(event.queue, diverted=1)

    def _ContactFinished(self, event: Any) -> None:
        parked = self._no_more_parked(event.contact)
        if not (parked and self._no_more_promised(event.contact)):
            self._of_home(event.contact, self._home[event.contact], finished=1)
        if not parked:
            self._of_agent(event.agent, finished=1)

    def _ContactMoved(self, event: Any) -> None:
        self._home[event.contact] = event.to_queue
        if event.contact in self._parked:
            self._in_queue(event.from_queue, parked=-1)
            self._in_queue(event.to_queue, parked=1)
        if event.contact in self._promised:
            return
        self._of_home(event.contact, event.from_queue, moved_out=1)
        if event.agent is not None:
            self._of_home(event.contact, event.from_queue, finished=1)
            self._of_agent(event.agent, finished=1)
        if event.reason == "queue_removed":
            self._of_home(event.contact, event.to_queue, entered=1)

    def _ContactRequeued(self, event: Any) -> None:
        home = self._home[event.contact]
        self._of_home(event.contact, home, connect_failed=1)
        self._of_agent(event.agent, connect_failed=1)
        self._home[event.contact] = event.queue
        if event.queue != home:
            self._of_home(event.contact, event.queue, entered=1)

    # handing over

    def _ContactParked(self, event: Any) -> None:
        if self._home[event.contact] != event.queue:
            self._in_queue(event.queue, entered=1)  # its home was removed meanwhile
        self._home[event.contact] = event.queue
        self._parked.add(event.contact)
        self._in_queue(event.queue, parked=1)

    def _FollowUpScheduled(self, event: Any) -> None:
        self._home[event.follow_up] = event.queue
        self._promised.add(event.follow_up)
        self._parked.add(event.follow_up)
        self._in_queue(event.queue, parked=1)

    def _ContactUnparked(self, event: Any) -> None:
        self._no_more_parked(event.contact)
        if self._no_more_promised(event.contact):
            self._in_queue(event.queue, entered=1)

    def _no_more_parked(self, contact: str) -> bool:
        """Whether a contact was parked, which it is not now."""
        if contact not in self._parked:
            return False
        self._parked.remove(contact)
        self._in_queue(self._home[contact], parked=-1)
        return True

    def _no_more_promised(self, contact: str) -> bool:
        if contact not in self._promised:
            return False
        self._promised.remove(contact)
        return True

    def _ConsultStarted(self, event: Any) -> None:
        self._consults.add(event.consult)

    def _ConsultJoined(self, event: Any) -> None:
        if self._home.get(event.consult) is None:
            self._home[event.consult] = self._home[event.contact]
            self._unasked.add(event.consult)
            self._consults.add(event.consult)

    def _ConsultEnded(self, event: Any) -> None:
        self._home.pop(event.consult, None)  # its id may be used again
        self._consults.discard(event.consult)

    def _ContactHandedOver(self, event: Any) -> None:
        self._in_queue(self._home[event.contact], finished=1)
        self._of_agent(event.from_agent, finished=1)
        self._home.pop(event.consult, None)
        self._consults.discard(event.consult)


def _add(counts: dict[str, float], more: dict[str, float]) -> None:
    for name, value in more.items():
        counts[name] += value
