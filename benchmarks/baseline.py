"""What routing costs at the least: a free list and a line in plain Python, with no skills, queues, offers or wrap-up.

It is not a router. It is the loop that one would write in an afternoon, and the yardstick for what all the rest may
cost: a ratio against it in the same run means the same on a slow machine and a fast one.
"""

from __future__ import annotations

import heapq
from collections import deque

__all__ = ["BareFree", "BareLine", "Baseline"]


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


class BareFree:
    """The lives of `centre.RouterFree` in the bare loop: nobody who waits is looked at, for it knows no needs."""

    def __init__(self, agents: int) -> None:
        self.bare = Baseline(agents)
        self.at = 2.0

    def lives(self, ids: list[str]) -> None:
        at = self.at
        arrive, finish = self.bare.arrive, self.bare.finish
        for contact in ids:
            arrive(contact, at)
            finish(contact, at + 0.5)
            at += 1.0
        self.at = at


class BareLine:
    """The lives of `centre.RouterLine` in the bare loop, with as many in its line."""

    def __init__(self, agents: int, waiting: int) -> None:
        self.bare = Baseline(agents)
        self.connected = [f"first-{number}" for number in range(agents)]
        for contact in self.connected:
            self.bare.arrive(contact, 0.0)
        for number in range(waiting):
            self.bare.arrive(f"waiting-{number}", 1.0)
        self.at = 2.0
        self.turn = 0

    def lives(self, ids: list[str]) -> None:
        at, connected, turn = self.at, self.connected, self.turn
        arrive, finish = self.bare.arrive, self.bare.finish
        for contact in ids:
            arrive(contact, at)
            following = finish(connected[turn], at + 0.5)
            assert following is not None
            connected[turn] = following
            turn = turn + 1 if turn + 1 < len(connected) else 0
            at += 1.0
        self.at, self.turn = at, turn
