"""How fair a day was: to the agents by their load, to the contacts by who passed whom.

Only these two measures live here. `measure` says of which loads and contacts they are taken; docs/replay.md says them
in words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from sortedcontainers import SortedList

from routekit.simulation.trace import Fate, Outcome

__all__ = ["jain_index", "most_overtakings", "overtakings"]


def jain_index(loads: Iterable[float]) -> float | None:
    """Jain's index of these loads, `(sum x)^2 / (n * sum x^2)`: 1 when all are equal, 1/n when one has it all.

    None of nobody, and when nobody has any load. Loads are 0 or more; their unit does not matter. Source: Jain, Chiu,
    Hawe, "A Quantitative Measure of Fairness and Discrimination", DEC-TR-301 (1984). Cost: O(n).

    >>> jain_index([3.0, 3.0, 3.0]), jain_index([1.0, 0.0, 0.0, 0.0]), jain_index([2.0, 0.0])
    (1.0, 0.25, 0.5)
    """
    values = list(loads)
    most = max(values, default=0.0)
    if most <= 0.0:
        return None
    # In parts of the largest, so that no square is too large or too small for a float.
    parts = [value / most for value in values]
    total = math.fsum(parts)
    return min(1.0, total * total / (len(parts) * math.fsum(part * part for part in parts)))


def overtakings(fates: Sequence[Fate]) -> list[int] | None:
    """How often each contact was overtaken, in the order of `fates`; None when a wait is not known.

    A contact is overtaken by each one of its queue that arrived later and was connected earlier than it was connected
    itself, or left, or the run ended. Who arrives, or is connected, at the same instant overtakes nobody.
    Cost: O(n log n).
    """
    queues: dict[str, list[tuple[float, float, int]]] = {}
    for index, fate in enumerate(fates):
        if fate.wait_s is None:
            return None
        arrived = fate.call.arrived_s
        queues.setdefault(fate.call.contact.queue, []).append((arrived, arrived + fate.wait_s, index))
    found = [0] * len(fates)
    for entries in queues.values():
        # The last to arrive first; of those who arrived together the last to end first, so that none of them counts
        # as earlier than the next.
        entries.sort(reverse=True)
        connected: SortedList = SortedList()
        for _, ended, index in entries:
            found[index] = connected.bisect_left(ended)
            if fates[index].outcome == Outcome.CONNECTED:
                connected.add(ended)
    return found


def most_overtakings(fates: Sequence[Fate]) -> int | None:
    """The number of overtakings that the contact suffered which suffered most; None of nobody or when not known."""
    found = overtakings(fates)
    return max(found) if found else None
