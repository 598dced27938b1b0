"""What every check asks of a configuration: its parts with their places in the file, and what is certain of them.

Nothing is found here; `checks`, `people` and `circles` do that.
"""

from __future__ import annotations

from typing import Literal

import attrs

from routekit._config.configuration import Configuration
from routekit._config.doubts import Doubts
from routekit._config.faults import Finding, place
from routekit._config.lines import Path
from routekit._model import Queue
from routekit._timeline import ENDINGS, Limit, Step, When

__all__ = ["Due", "Exit", "Look", "hides", "never"]


@attrs.frozen
class Due:
    """A step, or a limit of the wait as one, with its place. By `over`, if there is one, all have left before."""

    step: Step
    path: Path
    over: Step | None = None

    @property
    def dead(self) -> bool:
        return self.over is not None


@attrs.frozen(kw_only=True)
class Exit:
    """A way out of a queue: to `target`, or with a target of None an ending.

    `late`: those who wait take it; `early`: those who come. `sure`: all who wait take it, whatever happens.
    """

    path: Path
    target: str | None
    kind: str
    late: bool
    early: bool
    sure: bool


class Look:
    """A configuration, as the checks look at it."""

    def __init__(self, made: Configuration, doubts: Doubts) -> None:
        self.made = made
        self.doubts = doubts
        self.queues = {queue.name: queue for queue in made.queues}
        self._lines: dict[str, tuple[Due, ...]] = {}
        self._exits: dict[str, tuple[Exit, ...]] = {}
        self._unsure_of_members = any(doubts.about("agents", name, "queues") for name in ("", *doubts.names("agents")))
        rules = made.classifier.rules if made.classifier is not None else ()
        self.rules = list(zip(doubts.numbers("rules", "rule"), rules, strict=False))
        """The rules with their numbers in the file."""
        self.hidden = made.classifier.check() if made.classifier is not None else []
        """The rules that never fire: asked once, for it costs the square of the rules."""

    def say(self, kind: str, path: Path, problem: str, severity: Literal["error", "warning"] = "warning") -> Finding:
        source = self.made.source
        return Finding(
            severity=severity, kind=kind, path=place(path), problem=problem, line=source.line(path), file=source.file
        )

    def limits(self, queue: Queue) -> list[tuple[Path, Limit]]:
        """The limits of a queue with their places."""
        numbers = self.doubts.numbers("queues", queue.name, "limits")
        return [(("queues", queue.name, "limits", n), one) for n, one in zip(numbers, queue.limits, strict=False)]

    def line(self, name: str) -> tuple[Due, ...]:
        """The timeline of a queue with the places of what is in it."""
        if name not in self._lines:
            self._lines[name] = self._line(name)
        return self._lines[name]

    def _line(self, name: str) -> tuple[Due, ...]:
        queue = self.queues[name]
        numbers = self.doubts.numbers("queues", name, "steps")
        line = [Due(one, ("queues", name, "steps", n)) for n, one in zip(numbers, queue.steps, strict=False)]
        line += [Due(one.step, path) for path, one in self.limits(queue) if one.step is not None]
        line.sort(key=lambda due: due.step.after_s)
        over: Step | None = None
        told = []
        for due in line:
            told.append(attrs.evolve(due, over=over))
            step = due.step
            if over is None and not step.when and (step.ending or step.move_to) and not self.doubts.about(*due.path):
                over = step
        return tuple(told)

    def impossible(self, queue: Queue, step: Step) -> bool:
        """Whether a condition of a step can never hold."""
        return any(never(condition, self.members_of(queue)) for condition in step.when)

    def members_of(self, queue: Queue) -> int | None:
        """How many members a queue has, whom conditions count; None: nobody knows."""
        if not self.made.agents or self._unsure_of_members:
            return None
        return sum(1 for agent in self.made.agents if queue.name in agent.queues)

    def exits(self, name: str) -> tuple[Exit, ...]:
        """The ways out of a queue that can be taken, steps and then limits. Those to no queue of the file are none."""
        if name not in self._exits:
            self._exits[name] = self._exits_of(name)
        return self._exits[name]

    def _exits_of(self, name: str) -> tuple[Exit, ...]:
        queue = self.queues[name]
        found = []
        for due in self.line(name):
            step = due.step
            if due.dead or self.impossible(queue, step) or not (step.ending or step.move_to in self.queues):
                continue
            sure = not step.when and not self.doubts.about(*due.path)
            found.append(Exit(path=due.path, target=step.move_to, kind="step", late=True, early=False, sure=sure))
        before: list[Limit] = []
        for path, limit in self.limits(queue):
            hidden = any(hides(one, limit) for one in before)
            before.append(limit)
            leads = limit.move_to in self.queues or limit.action in ENDINGS
            if limit.wait_s is not None or hidden or not leads or (limit.closed and queue.hours is None):
                continue
            late = limit.kind == "nobody_s" or limit.at_closing
            found.append(
                Exit(path=path, target=limit.move_to, kind=limit.kind, late=late, early=True, sure=limit.length == 0)
            )
        return tuple(found)


def never(condition: When, members: int | None) -> str:
    """Why a condition never holds; empty if it can."""
    least, most = condition.at_least, condition.at_most
    if condition.fact in ("queue_length", "position") and most is not None and most < 1:
        return f"never holds: {condition.fact} is at least 1, since the contact itself is counted"
    if most is not None and most < 0:
        return f"never holds: {condition.fact} is never below 0"
    if condition.fact.startswith("agents") and members is not None and least is not None and least > members:
        return f"never holds: the queue has {members} agents in all"
    return ""


def hides(before: Limit, limit: Limit) -> bool:
    """Whether a limit leaves nothing to one that comes after it: the contact is done wherever that would apply."""
    if before.action not in ENDINGS or before.kind != limit.kind or limit.wait_s is not None:
        return False
    if before.closed:
        return limit.closed and (before.at_closing or not limit.at_closing)
    first, then = getattr(before, before.kind), getattr(limit, limit.kind)
    return bool(first <= then)
