"""What routing costs at the least: a free list and a line in plain Python, with no skills, queues, offers or wrap-up.

It is not a router. It is the loop that one would write in an afternoon, and the yardstick for what all the rest may
cost: a ratio against it in the same run means the same on a slow machine and a fast one.
"""

from __future__ import annotations

import heapq
from collections import deque

__all__ = ["Baseline"]


class Baseline:
    """The agent who has been idle longest takes the contact that came first. Two calls a contact."""

    def __init__(self, agents: int) -> None:
        self.free = [(0.0, number) for number in range(agents)]
        self.busy: dict[str, int] = {}
        self.waiting: deque[str] = deque()

    def arrive(self, contact: str, at: float) -> int | None:
        """A contact comes; who takes it, None if nobody is free."""
        if self.free:
            _, agent = heapq.heappop(self.free)
            self.busy[contact] = agent
            return agent
        self.waiting.append(contact)
        return None

    def finish(self, contact: str, at: float) -> str | None:
        """A contact ends; who is next with that agent, None if nobody waits."""
        agent = self.busy.pop(contact)
        if self.waiting:
            following = self.waiting.popleft()
            self.busy[following] = agent
            return following
        heapq.heappush(self.free, (at, agent))
        return None
