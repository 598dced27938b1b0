"""What looks wrong in a configuration: each with its place and what to do about it.

A router runs with all of these. They are what somebody who wrote the file most probably did not mean: people who wait
for nobody, limits that never apply, steps that do nothing. Nothing is said that is only bad taste, nothing of agents
and needs that the app may add by itself, unless the file has some, and nothing that may come of an error of the file.
Most are warnings; what no condition can mend is an error of the check, with which a file can be loaded all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from routekit._config.circles import circles
from routekit._config.configuration import Configuration
from routekit._config.doubts import Doubts
from routekit._config.eligible import fits_empty
from routekit._config.faults import Finding, mean
from routekit._config.lines import Path
from routekit._config.looking import Look, hides, never
from routekit._config.people import people
from routekit._model import Queue
from routekit._timeline import Limit, Step

__all__ = ["warnings"]


def warnings(made: Configuration, doubts: Doubts) -> list[Finding]:
    """All that looks wrong, in the order of the file. `doubts`: the errors that it has besides."""
    found = list(_Checks(made, doubts).all())
    return sorted(found, key=lambda one: (one.line or 0, one.path))


class _Checks:
    def __init__(self, made: Configuration, doubts: Doubts) -> None:
        self.made = made
        self.doubts = doubts
        self.look = Look(made, doubts)
        self._say = self.look.say
        self.asked = self._asked()

    def all(self) -> Iterator[Finding]:
        yield from people(self.look)
        yield from self._capacities()
        yield from circles(self.look)
        for queue in self.made.queues:
            yield from self._steps(queue)
            yield from self._limits(queue)
        yield from self._rules()
        yield from self._calendars()

    # -- people -------------------------------------------------------------------------------------------------------

    def _asked(self) -> dict[str, float]:
        """The skills that rules ask for, and the highest level of each; nothing if that is not certain."""
        asked: dict[str, float] = {}
        for rule in self.made.classifier.rules if self.made.classifier is not None else ():
            for need in rule.needs:
                asked[need.skill] = max(asked.get(need.skill, 0.0), need.at_least)
        numbers = range(len(self.doubts.at("rules", "rule") or ()))
        unsure = any(self.doubts.about("rules", "rule", number, "needs") for number in numbers)
        return {} if unsure else asked

    def _capacities(self) -> Iterator[Finding]:
        for agent in self.made.agents:
            capacity = agent.capacity
            path: Path = ("agents", agent.id, "capacity")
            if self.doubts.about(*path):
                continue
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

    # -- steps and limits ---------------------------------------------------------------------------------------------

    def _steps(self, queue: Queue) -> Iterator[Finding]:
        tiers = [agent.queues[queue.name] for agent in self.made.agents if queue.name in agent.queues]
        members = self.look.members_of(queue)
        sure_of_tiers = bool(tiers) and members is not None and not self.doubts.about("queues", queue.name, "max_tier")
        shared: set[str] = set()
        reaches = {queue.max_tier}  # what may hold: a conditional step leaves what was, too
        for due in self.look.line(queue.name):
            step, path = due.step, due.path
            if due.over is not None:
                problem = f"never fires: at {due.over.after_s:g} s every contact has left the queue"
                yield self._say("useless-step" if "steps" in path else "useless-limit", path, problem)
                continue
            if self.doubts.about(*path):
                sure_of_tiers = sure_of_tiers and step.max_tier is None
                continue
            yield from self._eases(step, path)
            if step.add_queue is not None and step.add_queue in shared and not step.when:
                yield self._say("useless-step", (*path, "add_queue"), "has been added by a step before this one")
            if step.add_queue is not None and not step.when:
                shared.add(step.add_queue)
            if step.max_tier is not None:
                if sure_of_tiers:
                    yield from self._reach(step.max_tier, reaches, tiers, path)
                reaches = {step.max_tier} if not step.when else {*reaches, step.max_tier}
            for number, condition in enumerate(step.when):
                why = never(condition, members)
                if why:
                    yield self._say("useless-step", (*path, "when", number), why)

    def _reach(self, now: int, reaches: set[int | None], tiers: list[int], path: Path) -> Iterator[Finding]:
        """What a step's tier changes, whatever the steps before it have done."""

        def let_in(reach: int | None) -> set[int]:
            return {tier for tier in tiers if reach is None or tier <= reach}

        lost = [let_in(reach) - let_in(now) for reach in reaches]
        if all(lost):
            said = f"keeps out agents of tier {min(set.intersection(*lost) or lost[0])}, whom the queue let in before"
            yield self._say("narrowing-step", (*path, "max_tier"), said)
        elif all(let_in(now) <= let_in(reach) for reach in reaches) and not any(lost):
            yield self._say("useless-step", (*path, "max_tier"), "lets in nobody who was not let in before")

    def _eases(self, step: Step, path: Path) -> Iterator[Finding]:
        """Levels that no rule asks for. A skill that no rule asks for at all may be the app's own to ask for, unless it
        looks like one that is misspelt, or no agent has it."""
        if not self.asked:
            return  # needs come from the app, and nobody here knows which
        listed: list[tuple[Path, str]] = [(("lower", skill), skill) for skill in step.lower]
        for below, skill in [*listed, *((("drop", number), skill) for number, skill in enumerate(step.drop))]:
            known = any(skill in agent.skills for agent in self.made.agents) or skill in (self.made.skills or ())
            if skill not in self.asked and not known:
                problem = f"does nothing: no rule asks for {skill}{_near(skill, self.asked)}"
                yield self._say("useless-step", (*path, *below), problem)
        for skill, level in step.lower.items():
            if skill in self.asked and self.asked[skill] <= level:
                problem = f"does nothing: no rule asks for more than {skill} {self.asked[skill]:g}"
                yield self._say("useless-step", (*path, "lower", skill), problem)

    def _limits(self, queue: Queue) -> Iterator[Finding]:
        before: list[tuple[Path, Limit]] = []
        unsure = self.doubts.about("queues", queue.name, "hours")
        for path, limit in self.look.limits(queue):
            if self.doubts.about(*path):
                continue
            if limit.closed and queue.hours is None and not unsure:
                yield self._say("useless-limit", path, "never applies: the queue has no hours, so it is never closed")
            hidden = next((where for where, one in before if hides(one, limit)), None)
            if hidden is not None:
                problem = f"never applies: limits[{hidden[-1]}] comes first, and keeps them out"
                yield self._say("useless-limit", path, problem)
            before.append((path, limit))
        unsure = self.doubts.about("queues", queue.name, "limits")
        if queue.hours is not None and not unsure and not any(limit.closed for limit in queue.limits):
            problem = "does nothing: no limit says what happens when it is closed; add { closed = true, ... } to limits"
            yield self._say("useless-hours", ("queues", queue.name, "hours"), problem)

    # -- rules and calendars ------------------------------------------------------------------------------------------

    def _rules(self) -> Iterator[Finding]:
        classifier = self.made.classifier
        if classifier is None:
            return
        rules = self.look.rules
        numbers = {rule.name or f"rules[{index}]": number for index, (number, rule) in enumerate(rules)}
        names = {number: f"rule {rule.name!r}" if rule.name else f"rules.rule[{number}]" for number, rule in rules}
        for never_fires in self.look.hidden:
            number, behind = numbers[never_fires.rule], numbers[never_fires.behind]
            if any(
                self.doubts.about("rules", "rule", one, key) for one in (number, behind) for key in ("when", "stop")
            ):
                continue
            problem = f"never fires: {names[behind]} comes first, {never_fires.why}, and stops"
            yield self._say("useless-rule", ("rules", "rule", number), problem)
        known = self.doubts.names("agents")
        for number, rule in rules if known and not self.doubts.around("agents") else ():
            path = ("rules", "rule", number, "prefer")
            for index, agent in zip(self.doubts.numbers(*path), rule.prefer, strict=False):
                if agent not in known:
                    problem = f"names {agent!r}, who is no agent of this file{_near(agent, known)}"
                    yield self._say("unknown-agent", (*path, index), problem)

    def _calendars(self) -> Iterator[Finding]:
        for name, calendar in self.made.calendars.items():
            unsure = any(self.doubts.about("calendars", one) for one in self.doubts.names("calendars"))
            # Whether anything is open is asked from a fixed day on: all rules recur within the horizon of a calendar.
            if not unsure and calendar.next_change(0.0) is None and not calendar.is_open(0.0):
                yield self._say(
                    "never-open", ("calendars", name), "is never open: give it weekly hours, or special days"
                )


def _near(name: str, known: Iterable[str]) -> str:
    near = mean(name, known)
    return near if "?" in near else ""
