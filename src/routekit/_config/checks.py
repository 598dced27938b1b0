"""What looks wrong in a configuration that can be used: warnings, each with its place and what to do about it.

A router runs with all of these. They are what somebody who wrote the file most probably did not mean: people who wait
for nobody, limits that never apply, steps that do nothing. Nothing is said that is only bad taste, and nothing of
agents and needs that the app may add by itself, unless the file has some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from routekit._config.configuration import Configuration
from routekit._config.eligible import Asks, asks_of, eased, fits_empty, takers
from routekit._config.faults import Finding, mean, place
from routekit._config.lines import Path
from routekit._model import Queue
from routekit._timeline import ENDINGS, Limit, Step, When

__all__ = ["warnings"]


def warnings(made: Configuration) -> list[Finding]:
    """All warnings, in the order of the file."""
    found = list(_Checks(made).all())
    return sorted(found, key=lambda one: (one.line or 0, one.path))


class _Checks:
    def __init__(self, made: Configuration) -> None:
        self.made = made
        self.queues = {queue.name: queue for queue in made.queues}
        self.asked = self._asked()

    def all(self) -> Iterator[Finding]:
        if self.made.agents:
            yield from self._served()
            yield from self._needs()
        yield from self._capacities()
        yield from self._circles()
        for queue in self.made.queues:
            yield from self._steps(queue)
            yield from self._limits(queue)
        yield from self._rules()
        yield from self._calendars()

    def _say(self, kind: str, path: Path, problem: str) -> Finding:
        source = self.made.source
        return Finding(
            severity="warning", kind=kind, path=place(path), problem=problem, line=source.line(path), file=source.file
        )

    # -- people -------------------------------------------------------------------------------------------------------

    def _served(self) -> Iterator[Finding]:
        for queue in self.made.queues:
            tiers = [agent.queues[queue.name] for agent in self.made.agents if queue.name in agent.queues]
            reaches = [queue.max_tier, *(step.max_tier for step in queue.steps if step.max_tier is not None)]
            path: Path = ("queues", queue.name)
            if not tiers:
                yield self._say("nobody-serves", path, "is a queue of no agent: add it to the queues of somebody")
            elif None not in reaches and min(tiers) > max(reach for reach in reaches if reach is not None):
                problem = f"keeps everybody out: its agents are of tier {min(tiers)} and above"
                yield self._say("nobody-serves", (*path, "max_tier"), problem)

    def _asked(self) -> dict[str, float]:
        """The skills that rules ask for, and the highest level of each."""
        asked: dict[str, float] = {}
        for rule in self.made.classifier.rules if self.made.classifier is not None else ():
            for need in rule.needs:
                asked[need.skill] = max(asked.get(need.skill, 0.0), need.at_least)
        return asked

    def _needs(self) -> Iterator[Finding]:
        """Needs of rules that nobody of their queue meets, however long a contact waits."""
        classifier = self.made.classifier
        if classifier is None:
            return
        for index, rule in enumerate(classifier.rules):
            # A rule that goes on and names no queue leaves open where its contacts go.
            target = rule.queue or (classifier.default_queue if rule.stop else None)
            if target is None or target not in self.queues or not rule.needs:
                continue
            asks = asks_of(self.queues[target], "voice", rule.needs)
            if not self._ever_taken(asks, {target}):
                levels = ", ".join(f"{skill} {level:g}" for skill, level in asks.needs.items())
                problem = (
                    f"ask for {levels}, which no agent of queue {target!r} has, whatever its steps lower or drop"
                    f"{self._most(asks)}"
                )
                yield self._say("unmet-needs", ("rules", "rule", index, "needs"), problem)

    def _ever_taken(self, asks: Asks, seen: set[str]) -> bool:
        """Whether there is an agent who could take it at some step, here or where steps lead, whatever the channel."""
        queue = self.queues[asks.queue]

        def somebody(asks: Asks) -> bool:
            free = [attrs.evolve(agent, capacity=type(agent.capacity)()) for agent in self.made.agents]
            return bool(takers(free, asks))

        if somebody(asks):
            return True
        for step in queue.timeline:
            if step.ending is not None:
                return True  # it waits for nobody for ever
            asks = eased(asks, step)
            if somebody(asks):
                return True
            target = step.move_to or step.add_queue
            if target in self.queues and target not in seen:
                there = attrs.evolve(asks, queue=target, reach=self.queues[target].max_tier)
                if self._ever_taken(there, {*seen, target}):
                    return True
        return False

    def _most(self, asks: Asks) -> str:
        """What there is of a skill of which there is too little."""
        members = [agent for agent in self.made.agents if asks.queue in agent.queues]
        for skill, level in asks.needs.items():
            most = max((agent.skills.get(skill, 0.0) for agent in members), default=0.0)
            if most == 0.0:
                known = {known for agent in self.made.agents for known in agent.skills}
                near = mean(skill, sorted(known))
                return f" (nobody there has {skill}{near if '?' in near else ''})"
            if most < level:
                return f" (the most that anybody there has is {skill} {most:g})"
        return ""

    def _capacities(self) -> Iterator[Finding]:
        for agent in self.made.agents:
            capacity = agent.capacity
            path: Path = ("agents", agent.id, "capacity")
            named = sorted({*capacity.cost, *capacity.limit, *capacity.interruptible, *(capacity.channels or ())})
            for channel in named:
                if fits_empty(capacity, channel):
                    continue
                if capacity.channels is not None and channel not in capacity.channels:
                    why = f"speaks of {channel}, which is not among its channels"
                elif capacity.limit.get(channel, 1) < 1:
                    if channel not in (capacity.channels or ()):
                        continue  # a limit of 0 is one way to say that they take none
                    why = f"lists {channel} among its channels, and limits it to 0"
                else:
                    why = (
                        f"can never take {channel}: it costs {capacity.cost_of(channel):g} of {capacity.units:g} units"
                    )
                yield self._say("useless-capacity", path, why)

    # -- ways ---------------------------------------------------------------------------------------------------------

    def _ways(self, queue: Queue) -> Iterator[tuple[str, Path]]:
        for kind in ("steps", "limits"):
            for index, step in enumerate(getattr(queue, kind)):
                if step.move_to in self.queues:
                    yield step.move_to, ("queues", queue.name, kind, index, "move_to")

    def _later(self, path: Path) -> bool:
        """Whether what moves a contact does so while it waits, and not only when it comes."""
        _, name, kind, index, _ = path
        limit = getattr(self.queues[str(name)], str(kind))[index]
        return not isinstance(limit, Limit) or limit.kind in ("wait_s", "nobody_s") or limit.at_closing

    def _circles(self) -> Iterator[Finding]:
        """Circles of `move_to`: each is told of once, where it begins in the file."""
        told: set[frozenset[str]] = set()
        for first in self.queues:
            # Depth first, with the way so far: a way that comes back to its begin is a circle.
            stack = [(first, (first,), ())] if first in self.queues else []
            ways: list[tuple[str, tuple[str, ...], tuple[Path, ...]]] = list(stack)
            seen: set[str] = set()
            while ways:
                name, names, paths = ways.pop()
                for target, path in self._ways(self.queues[name]):
                    if target == first:
                        circle = frozenset(names)
                        if circle not in told:
                            told.add(circle)
                            way = " -> ".join((*names, first))
                            where = ", ".join(place(one) for one in (*paths, path))
                            again = any(self._later(one) for one in (*paths, path))
                            what = (
                                "Who waits may go round for ever"
                                if again
                                else "If all are full, who comes is sent away"
                            )
                            problem = f"is part of a circle: {way} ({where}). {what}; let one of these end otherwise"
                            yield self._say("circle", (*paths, path)[0], problem)
                    elif target not in seen and target not in names:
                        seen.add(target)
                        ways.append((target, (*names, target), (*paths, path)))

    # -- steps and limits ---------------------------------------------------------------------------------------------

    def _steps(self, queue: Queue) -> Iterator[Finding]:
        members = sum(1 for agent in self.made.agents if queue.name in agent.queues)
        over: Step | None = None
        shared: set[str] = set()
        tiers = [agent.queues[queue.name] for agent in self.made.agents if queue.name in agent.queues]
        for index, step in enumerate(queue.steps):
            path: Path = ("queues", queue.name, "steps", index)
            ended = next(
                (one for one in queue.timeline if _ends(one) and one.after_s <= step.after_s and one != step), None
            )
            if over is None and ended is not None and (ended.after_s < step.after_s or ended in queue.steps[:index]):
                over = ended
            if over is not None:
                problem = f"never fires: at {over.after_s:g} s every contact has left the queue"
                yield self._say("useless-step", path, problem)
                continue
            yield from self._eases(step, path)
            if step.add_queue is not None and step.add_queue in shared and not step.when:
                yield self._say("useless-step", (*path, "add_queue"), "has been added by a step before this one")
            if step.add_queue is not None and not step.when:
                shared.add(step.add_queue)
            if step.max_tier is not None and tiers:
                before = [one.max_tier for one in queue.steps[:index] if one.max_tier is not None]
                reach = before[-1] if before else queue.max_tier
                lost = sorted({tier for tier in tiers if (reach is None or tier <= reach) and tier > step.max_tier})
                if lost:
                    said = f"keeps out agents of tier {lost[0]}, whom the queue let in before"
                    yield self._say("narrowing-step", (*path, "max_tier"), said)
                elif reach is None or not any(reach < tier <= step.max_tier for tier in tiers):
                    yield self._say("useless-step", (*path, "max_tier"), "lets in nobody who was not let in before")
            for number, condition in enumerate(step.when):
                why = _never(condition, members if self.made.agents else None)
                if why:
                    yield self._say("useless-step", (*path, "when", number), why)

    def _eases(self, step: Step, path: Path) -> Iterator[Finding]:
        if not self.asked:
            return  # needs come from the app, and nobody here knows which
        for skill, level in step.lower.items():
            if skill not in self.asked:
                problem = f"does nothing: no rule asks for {skill}{_near(skill, self.asked)}"
                yield self._say("useless-step", (*path, "lower", skill), problem)
            elif self.asked[skill] <= level:
                problem = f"does nothing: no rule asks for more than {skill} {self.asked[skill]:g}"
                yield self._say("useless-step", (*path, "lower", skill), problem)
        for number, skill in enumerate(step.drop):
            if skill not in self.asked:
                problem = f"does nothing: no rule asks for {skill}{_near(skill, self.asked)}"
                yield self._say("useless-step", (*path, "drop", number), problem)

    def _limits(self, queue: Queue) -> Iterator[Finding]:
        before: list[Limit] = []
        for index, limit in enumerate(queue.limits):
            path: Path = ("queues", queue.name, "limits", index)
            if limit.closed and queue.hours is None:
                yield self._say("useless-limit", path, "never applies: the queue has no hours, so it is never closed")
            hidden = next((one for one in before if _hides(one, limit)), None)
            if hidden is not None:
                which = queue.limits.index(hidden)
                yield self._say(
                    "useless-limit", path, f"never applies: limits[{which}] comes first, and keeps them out"
                )
            before.append(limit)
        if queue.hours is not None and not any(limit.closed for limit in queue.limits):
            problem = "does nothing: no limit says what happens when it is closed; add { closed = true, ... } to limits"
            yield self._say("useless-hours", ("queues", queue.name, "hours"), problem)

    # -- rules and calendars ------------------------------------------------------------------------------------------

    def _rules(self) -> Iterator[Finding]:
        classifier = self.made.classifier
        if classifier is None:
            return
        names = [rule.name or f"rules[{index}]" for index, rule in enumerate(classifier.rules)]
        for never in classifier.check():
            problem = f"never fires: rule {never.behind!r} comes first, {never.why}, and stops"
            yield self._say("useless-rule", ("rules", "rule", names.index(never.rule)), problem)
        known = [agent.id for agent in self.made.agents]
        for index, rule in enumerate(classifier.rules if known else ()):
            for number, agent in enumerate(rule.prefer):
                if agent not in known:
                    problem = f"names {agent!r}, who is no agent of this file{_near(agent, known)}"
                    yield self._say("unknown-agent", ("rules", "rule", index, "prefer", number), problem)

    def _calendars(self) -> Iterator[Finding]:
        for name, calendar in self.made.calendars.items():
            # Whether anything is open is asked from a fixed day on: all rules recur within the horizon of a calendar.
            if calendar.next_change(0.0) is None and not calendar.is_open(0.0):
                yield self._say(
                    "never-open", ("calendars", name), "is never open: give it weekly hours, or special days"
                )


def _near(name: str, known: Iterable[str]) -> str:
    near = mean(name, known)
    return near if "?" in near else ""


def _ends(step: Step) -> bool:
    """Whether every contact has left the queue once it was due."""
    return not step.when and (step.ending is not None or step.move_to is not None)


def _never(condition: When, members: int | None) -> str:
    """Why a condition never holds; empty if it can."""
    least, most = condition.at_least, condition.at_most
    if condition.fact in ("queue_length", "position") and most is not None and most < 1:
        return f"never holds: {condition.fact} is at least 1, since the contact itself is counted"
    if most is not None and most < 0:
        return f"never holds: {condition.fact} is never below 0"
    if condition.fact.startswith("agents") and members is not None and least is not None and least > members:
        return f"never holds: the queue has {members} agents in all"
    return ""


def _hides(before: Limit, limit: Limit) -> bool:
    """Whether a limit leaves nothing to one that comes after it: the contact is done wherever that would apply."""
    if before.action not in ENDINGS or before.kind != limit.kind or limit.wait_s is not None:
        return False
    if before.closed:
        return limit.closed and (before.at_closing or not limit.at_closing)
    first, then = getattr(before, before.kind), getattr(limit, limit.kind)
    return bool(first <= then)
