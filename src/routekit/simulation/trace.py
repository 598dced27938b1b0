"""The values that a simulation runs on: who calls when, who works when, and what became of it in reality.

Plain data lives here, and nothing that reads a file, drives a router or prints. Times are seconds since the midnight
at which the first day of the trace begins; a name that holds a duration ends in `_s`.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Mapping

from routekit._kernel.draws import Draws
from routekit._model import Agent, Contact, Queue
from routekit.errors import LogError

__all__ = ["DAY_S", "DEFAULT_HANDLE_S", "Call", "Fate", "Load", "Outcome", "Shift", "Trace", "stream"]

DAY_S = 86400.0
"""Seconds in a day of a trace. Days of 23 and 25 hours are the log's own affair: it has wall-clock times."""

DEFAULT_HANDLE_S = 180.0
"""How long a contact is handled for when its own time is not known and the log has none to draw from."""


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One contact that is going to arrive."""

    contact: Contact
    arrived_s: float
    """When it arrives. Reported waits count from here, whatever `contact.waiting_since` says."""
    patience_s: float | None
    """It leaves when it has waited this long; None: it waits for ever."""
    handle_s: float
    """How long an agent is busy with it, without wrap-up."""

    @property
    def day(self) -> int:
        """The day it arrives on, from 0."""
        return int(self.arrived_s // DAY_S)


@dataclasses.dataclass(frozen=True, slots=True)
class Shift:
    """One agent at work on one day."""

    agent: str
    day: int
    queues: tuple[str, ...]
    starts_s: float
    ends_s: float
    stays: bool = True
    """Stay on past the end while a contact of these queues that arrived that day still waits."""
    breaks: tuple[tuple[float, float], ...] = ()
    """When the agent is away, as pairs of from and until."""


class Outcome:
    """How a contact can end. Plain strings, so that they print and compare as they are."""

    CONNECTED = "connected"
    ABANDONED = "abandoned"
    WAITING = "waiting"


@dataclasses.dataclass(frozen=True, slots=True)
class Fate:
    """What became of one contact, in a simulation or in the log."""

    call: Call
    outcome: str
    wait_s: float | None
    """From arrival until connected or gone, or until the end of the simulation. None: the log does not say."""
    agent: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Load:
    """What one agent did."""

    agent: str
    contacts: int
    busy_s: float
    """Time with at least one contact in hand, wrap-up included. Two chats at once count once."""
    staffed_s: float
    """Time signed in, or signed out and still busy."""
    talk_s: float
    """Time with at least one contact connected, wrap-up left out. Two chats at once count once."""

    @property
    def occupancy(self) -> float | None:
        """Busy share of the staffed time, 0 to 1; None for an agent who was never there."""
        return self.busy_s / self.staffed_s if self.staffed_s > 0.0 else None

    @property
    def talk_share(self) -> float | None:
        """Talking share of the staffed time, 0 to 1; None for an agent who was never there."""
        return self.talk_s / self.staffed_s if self.staffed_s > 0.0 else None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trace:
    """Everything that a simulation needs, and what really happened where that is known."""

    source: str
    """What to call it in a heading: a file's name, or what made it."""
    format: str
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    calls: tuple[Call, ...]
    """In the order of arrival; at one instant in the order of the log."""
    shifts: tuple[Shift, ...]
    first_date: datetime.date | None = None
    rows: int = 0
    not_routed: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """Rows that never asked for an agent, counted by the reason."""
    problems: tuple[LogError, ...] = ()
    """One for each row that was skipped."""
    happened: tuple[Fate, ...] | None = None
    """What became of `calls` in reality, in the same order; None where the log is made up."""
    loads: tuple[Load, ...] | None = None
    """What the agents did in reality; None where the log does not say."""

    @property
    def skipped(self) -> int:
        """How many rows were bad."""
        return len(self.problems)

    def check(self) -> None:
        """Raise AssertionError unless every row is accounted for and all names are known. Cost: O(calls + shifts)."""
        not_routed = 0
        for count in self.not_routed.values():
            not_routed += count
        assert self.rows == len(self.calls) + not_routed + self.skipped, "a row was dropped in silence"
        assert self.happened is None or len(self.happened) == len(self.calls), "what happened does not match the calls"
        queues = {queue.name for queue in self.queues}
        agents = {agent.id for agent in self.agents}
        for call in self.calls:
            assert call.contact.queue in queues, f"no queue for {call.contact.id}"
        for shift in self.shifts:
            assert shift.agent in agents, f"a shift of nobody: {shift}"
            assert queues.issuperset(shift.queues), f"a shift in no queue: {shift}"
            assert shift.starts_s <= shift.ends_s, f"a shift that ends before it starts: {shift}"


def stream(seed: int, name: str) -> Draws:
    """A stream of draws of its own for each use of a seed, so that one more draw here moves nothing there.

    >>> stream(7, "handle times").index(1000) == stream(7, "handle times").index(1000)
    True
    """
    mixed = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return Draws(int.from_bytes(mixed[:8], "big"))
