"""Sums of time over shifts and over spells of work. Nothing here knows a log's layout or a router."""

from __future__ import annotations

import math
from collections.abc import Iterable

from routekit.simulation.trace import Shift

__all__ = ["busy_time", "staff"]


def busy_time(spans: Iterable[tuple[float, float]]) -> float:
    """The time that a set of spans covers, overlaps counted once. Cost: O(n log n).

    >>> busy_time([(0.0, 10.0), (5.0, 12.0), (20.0, 21.0)])
    13.0
    """
    parts: list[float] = []
    reached = -math.inf
    for start, end in sorted(spans):
        if end > reached:
            parts.append(end - max(start, reached))
            reached = end
    return math.fsum(parts)


def staff(shifts: Iterable[Shift]) -> dict[str, float]:
    """Planned time of each agent, breaks left out, in seconds. Cost: O(shifts log shifts)."""
    spans: dict[str, list[tuple[float, float]]] = {}
    breaks: dict[str, list[float]] = {}
    for shift in shifts:
        spans.setdefault(shift.agent, []).append((shift.starts_s, shift.ends_s))
        breaks.setdefault(shift.agent, []).extend(until - since for since, until in shift.breaks)
    return {agent: busy_time(spans[agent]) - math.fsum(breaks[agent]) for agent in spans}
