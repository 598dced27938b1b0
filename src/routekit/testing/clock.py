"""A clock that stands still until it is told, and commands in a row. No check lives here."""

from __future__ import annotations

from collections.abc import Iterable

from routekit import Router
from routekit._numbers import finite_float, non_negative
from routekit.commands import Command
from routekit.events import Event

__all__ = ["Clock", "drive"]


class Clock:
    """The time for a test: call it for the present, `tick` it to go on.

    It has the form of `time.monotonic`, so that an app which takes its clock as an argument can be given this one.
    `run` brings a router along, deadline by deadline, as an app's timer would: what is due later in the same stretch
    of time sees what was done before.

    >>> clock = Clock(10.0)
    >>> clock(), clock.tick(2.5), clock()
    (10.0, 12.5, 12.5)
    """

    def __init__(self, start: float = 0.0) -> None:
        self.now = finite_float(start, "start")

    def __call__(self) -> float:
        return self.now

    def tick(self, seconds: float) -> float:
        """Let some seconds pass; returns the present."""
        self.now += non_negative(seconds, "seconds")
        return self.now

    def run(self, router: Router, seconds: float) -> tuple[Event, ...]:
        """Let some seconds pass for a router too: an `advance` at each of its deadlines, and one at the end.

        >>> from routekit import Contact, Queue
        >>> clock, router = Clock(), Router()
        >>> _ = router.add_queue(Queue("support"), at=clock())
        >>> _ = router.enqueue(Contact("c-1", queue="support"), at=clock())
        >>> clock.run(router, 60.0), clock(), router.now
        ((), 60.0, 60.0)
        """
        end = self.now + non_negative(seconds, "seconds")
        events: list[Event] = []
        while router.next_deadline is not None and router.next_deadline <= end:
            self.now = max(self.now, router.next_deadline)
            events += router.advance(at=self.now)
        self.now = end
        events += router.advance(at=end)
        return tuple(events)


def drive(router: Router, commands: Iterable[Command]) -> tuple[Event, ...]:
    """Apply commands in a row, and return all their events. An error of one ends it, as it would in an app.

    >>> from routekit import Agent, Queue
    >>> from routekit.commands import AddAgent, AddQueue, SignIn
    >>> ann = Agent("ann", queues=("support",))
    >>> told = drive(Router(), [AddQueue(Queue("support"), 0.0), AddAgent(ann, 0.0), SignIn("ann", 1.0)])
    >>> [type(event).__name__ for event in told]
    ['QueueAdded', 'AgentAdded', 'AgentPresenceChanged']
    """
    events: list[Event] = []
    for command in commands:
        events += router.apply(command)
    return tuple(events)
