"""Planned shifts: who will be there when.

What lives here: `Plans`, the shifts of each agent as they were given, and when they are counted on by these. What may
not: what that makes of a wait (`flowing`), a router, or anything learnt. Decisions never look at it.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from routekit._numbers import MOST_TIME, within
from routekit.errors import InvalidType, InvalidValue, SnapshotError

__all__ = ["Plans", "Spans"]

Spans = tuple[tuple[float, float], ...]
"""From and until, each half-open, rising and not overlapping."""

MOST_SHIFTS = 100_000
"""Shifts that one agent may have."""


class Plans:
    """The planned shifts of agents, by id. An agent without any is not in it, or has none: that is the same.

    >>> plans = Plans({"ann": [(0, 3600), (7200, 9000)]})
    >>> plans.spans("ann", True, 100.0, 1e6), plans.spans("ann", False, 100.0, 1e6)
    (((100.0, 3600.0), (7200.0, 9000.0)), ((7200.0, 9000.0),))
    """

    def __init__(self, shifts: Mapping[str, Iterable[tuple[float, float]]] | None = None) -> None:
        self.shifts: dict[str, Spans] = {}
        self.kept: dict[Any, Any] = {}  # what was made of them, until they are set anew
        self._same: dict[Spans, Spans] = {}  # agents who share their shifts share one object
        if shifts is not None and not isinstance(shifts, Mapping):
            raise InvalidType(path="shifts", value=shifts, expected="a mapping of agents to their shifts")
        for agent, given in (shifts or {}).items():
            self._set(_agent(agent), _shifts(agent, given))
        self.agents = tuple(sorted(self.shifts))

    def plan(self, agent: str, shifts: Iterable[tuple[float, float]] | None) -> None:
        """Set those of one agent; None: nothing is planned for them. Cost: the shifts, and all agents who have some."""
        agent = _agent(agent)
        self.kept.clear()
        if shifts is None:
            self.shifts.pop(agent, None)
        else:
            self._set(agent, _shifts(agent, shifts))
        self.agents = tuple(sorted(self.shifts))

    def _set(self, agent: str, shifts: Spans) -> None:
        if len(self._same) > 2 * len(self.shifts) + 100:
            self._same = {kept: kept for kept in self.shifts.values()}
        self.shifts[agent] = self._same.setdefault(shifts, shifts)

    def next_start(self, agent: str, at: float) -> float:
        """When the first shift of an agent begins that begins later; infinite if none does. Cost: a logarithm."""
        shifts = self.shifts.get(agent, ())
        place = bisect.bisect_right(shifts, (at, math.inf))
        return shifts[place][0] if place < len(shifts) else math.inf

    def spans(self, agent: str, ready: bool, at: float, before: float) -> Spans:
        """From when until when an agent is counted on, of now and what begins before that time; touching ones as one.

        Who is ready stays to the end of the shift that runs, or else, in overtime, to the end of the next one; for ever
        if there is none. Who is not comes at the start of the next one. Cost: a logarithm, and the shifts listed.
        """
        shifts = self.shifts.get(agent, ())
        place = bisect.bisect_right(shifts, (at, math.inf))
        found: list[tuple[float, float]] = []
        if ready:
            if place and at < shifts[place - 1][1]:
                found.append((at, shifts[place - 1][1]))
            elif place < len(shifts):
                found.append((at, shifts[place][1]))
            else:
                found.append((at, math.inf))
        while place < len(shifts) and shifts[place][0] < before:
            start, end = shifts[place]
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
            place += 1
        return tuple(found)

    def to_data(self) -> dict[str, list[list[float]]]:
        """All of them, by agent."""
        return {agent: [list(shift) for shift in self.shifts[agent]] for agent in self.agents}

    @classmethod
    def of_data(cls, data: Any) -> Plans:
        """Plans from what `to_data` gave; `SnapshotError` for anything else."""
        try:
            return cls({} if data is None else data)
        except (InvalidType, InvalidValue) as fault:
            raise SnapshotError(f"these are no shifts: {fault}") from fault


def _agent(agent: Any) -> str:
    if type(agent) is not str:
        raise InvalidType(path="shifts", value=agent, expected="ids of agents")
    return agent


def _shifts(agent: str, given: Any) -> Spans:
    """The shifts of one agent, checked; the first that is wrong is named."""
    path = f"shifts.{agent}"
    if isinstance(given, str | bytes | Mapping):
        raise InvalidType(path=path, value=given, expected="pairs of from and until")
    try:
        listed = list(given)
    except TypeError:
        raise InvalidType(path=path, value=given, expected="pairs of from and until") from None
    if len(listed) > MOST_SHIFTS:
        raise InvalidValue(path=path, value=len(listed), problem=f"must be at most {MOST_SHIFTS} shifts")
    found: list[tuple[float, float]] = []
    for place, one in enumerate(listed):
        here = f"{path}[{place}]"
        if isinstance(one, str | bytes) or not isinstance(one, Sequence) or len(one) != 2:
            raise InvalidType(path=here, value=one, expected="a pair of from and until")
        start, end = (within(time, here, -MOST_TIME, MOST_TIME) for time in one)
        if end <= start:
            raise InvalidValue(path=here, value=one, problem="must end after it begins")
        if found and start < found[-1][1]:
            raise InvalidValue(path=here, value=one, problem="must not begin before the one before it ends")
        found.append((start, end))
    return tuple(found)
