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
        self._in_queue(event.queue, entered=1)

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
        self._home[event.contact] = event.queue
        soon = event.waited_s <= self._within[event.queue]
        self._in_queue(event.queue, connected=1, within_level=soon, waited_s=event.waited_s)
        counts = self.queues[event.queue]
        counts["longest_s"] = max(counts["longest_s"], event.waited_s)
        self._of_agent(event.agent, answered=1, selected=event.offer is None)

    def _ContactAbandoned(self, event: Any) -> None:
        soon = event.waited_s <= self._within[event.queue]
        self._in_queue(event.queue, abandoned=1, abandoned_within_level=soon)

    def _ContactRejected(self, event: Any) -> None:
        self._in_queue(event.queue, rejected=1)

    def _ContactDiverted(self, event: Any) -> None:
        self._in_queue(event.queue, diverted=1)

    def _ContactFinished(self, event: Any) -> None:
        self._in_queue(self._home[event.contact], finished=1)
        self._of_agent(event.agent, finished=1)

    def _ContactMoved(self, event: Any) -> None:
        self._in_queue(event.from_queue, moved_out=1)
        if event.agent is not None:
            self._in_queue(event.from_queue, finished=1)
            self._of_agent(event.agent, finished=1)
        if event.reason == "queue_removed":
            self._in_queue(event.to_queue, entered=1)

    def _ContactRequeued(self, event: Any) -> None:
        home = self._home[event.contact]
        self._in_queue(home, connect_failed=1)
        self._of_agent(event.agent, connect_failed=1)
        if event.queue != home:
            self._in_queue(event.queue, entered=1)


def _add(counts: dict[str, float], more: dict[str, float]) -> None:
    for name, value in more.items():
        counts[name] += value
