"""Contacts and people who never meet: queues that nobody serves, and needs that nobody has.

What is certain is an error: whatever happens, nobody takes such a contact. What depends on how full queues are, on
conditions or on rules that may fire together is a warning. Agents of whom something is wrong in the file are taken to
be what the contact needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from routekit._config.eligible import eased_needs
from routekit._config.faults import Finding, mean, near
from routekit._config.lines import Path
from routekit._config.looking import Look
from routekit._model import Agent, Need, Queue
from routekit.rules.classify import Rule
from routekit.rules.expressions import Condition

__all__ = ["people"]

Levels = Mapping[str, float]
How = Literal["now", "steps", "limits"]

_MOST_TOGETHER = 200_000  # pairs of rules that are looked at


def people(look: Look) -> Iterator[Finding]:
    """All of it; nothing for a file that has no agents, which the app adds then."""
    if not look.made.agents or any(look.doubts.around("agents", name) for name in look.doubts.names("agents")):
        return
    crew = _Crew(look)
    for queue in look.made.queues:
        yield from crew.served(queue)
    if look.made.classifier is not None:
        yield from _Needs(look, crew).all()


class _Crew:
    """The agents of the file by queue."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.made = look.made
        self.of: dict[str, list[Agent]] = {name: [] for name in look.queues}
        for agent in look.made.agents:
            for name in self._queues(agent):
                self.of[name].append(agent)
        self._known: dict[tuple[str, tuple[tuple[str, float], ...], bool], bool] = {}

    def _queues(self, agent: Agent) -> Iterable[str]:
        """The queues of which they may be a member."""
        path = ("agents", agent.id, "queues")
        if self.look.doubts.around(*path):
            return self.look.queues
        # A name that nothing is behind may have been meant for one that is near.
        listed = (*agent.queues, *self.look.doubts.names(*path))
        meant = (name if name in self.of else near(name, self.of) for name in listed)
        return dict.fromkeys(name for name in meant if name is not None)

    def tier(self, agent: Agent, queue: str) -> int:
        """The tier; the first if it is wrong."""
        return agent.queues.get(queue, 1)

    # -- queues -------------------------------------------------------------------------------------------------------

    def served(self, queue: Queue) -> Iterator[Finding]:
        path: Path = ("queues", queue.name)
        look = self.look
        if look.doubts.around(*path):
            return
        who = self.of[queue.name]
        if who and not self._shut(queue):
            return
        relief = self._relief(queue.name, (queue.name,), bool(who))
        if relief == "passed":
            return
        if not relief and not (look.doubts.about(*path, "steps") or look.doubts.about(*path, "limits")):
            if who:
                yield look.say("nobody-serves", (*path, "max_tier"), self._shut(queue), "error")
            else:
                problem = "is a queue of no agent: add it to the queues of somebody"
                yield look.say("nobody-serves", path, problem, "error")
        elif who:
            yield look.say("nobody-serves", (*path, "max_tier"), self._shut(queue))
        else:
            problem = "is a queue of no agent: who waits there has its steps and limits alone to get out of it"
            yield look.say("nobody-serves", path, problem)

    def _shut(self, queue: Queue) -> str:
        """Why its tiers keep all of its agents out; empty if they do not."""
        doubts = self.look.doubts
        if doubts.about("queues", queue.name, "max_tier") or doubts.about("queues", queue.name, "steps"):
            return ""
        reaches = [queue.max_tier, *(step.max_tier for step in queue.steps if step.max_tier is not None)]
        least = min(self.tier(agent, queue.name) for agent in self.of[queue.name])
        if None in reaches or least <= max(reach for reach in reaches if reach is not None):
            return ""
        return f"keeps everybody out: its agents are of tier {least} and above"

    def _relief(self, name: str, seen: tuple[str, ...], manned: bool) -> Literal["passed", "perhaps", ""]:
        """Whether those who wait in a queue get to somebody all the same; `manned`: its agents may be signed in."""
        found: Literal["passed", "perhaps", ""] = ""
        for due in self.look.line(name):
            target = due.step.add_queue
            if target in self.of and self.of[target] and not due.dead:
                if not due.step.when:
                    return "passed"
                found = "perhaps"
        for one in self.look.exits(name):
            if not one.late and not one.sure:
                continue  # for those who come
            found = "perhaps"
            if one.target is None or not (one.sure or (one.kind == "nobody_s" and not manned)):
                continue
            if self.of[one.target] or (
                one.target not in seen and self._relief(one.target, (*seen, one.target), False) == "passed"
            ):
                return "passed"
        return found

    # -- needs --------------------------------------------------------------------------------------------------------

    def meets(self, agent: Agent, needs: Levels) -> bool:
        """Whether they have the skills; of one that is wrong in the file they have enough."""
        doubts = self.look.doubts
        return all(
            agent.skills.get(skill, 0.0) >= level or doubts.around("agents", agent.id, "skills", skill)
            for skill, level in needs.items()
        )

    def ever(self, queue: str, needs: Levels, how: How) -> bool:
        """Whether there is somebody who could take it at some step, here or where steps lead (and limits, if `how`)."""
        key = (queue, tuple(needs.items()), how == "limits")
        if key not in self._known:
            self._known[key] = self._ever(queue, needs, how == "limits", set())
        return self._known[key]

    def _ever(
        self, name: str, needs: Levels, limits: bool, seen: set[tuple[str, tuple[tuple[str, float], ...]]]
    ) -> bool:
        key = (name, tuple(needs.items()))
        if key in seen:
            return False
        seen.add(key)
        look, queue = self.look, self.look.queues[name]
        if any(look.doubts.about("queues", name, field) for field in ("steps", "max_tier")):
            return True  # nobody knows
        reach = {name: queue.max_tier}
        if self._somebody(reach, needs):
            return True
        if limits:
            ways = [one.target for one in look.exits(name) if one.early and one.target is not None]
            if any(self._ever(target, needs, limits, seen) for target in ways):
                return True
        for due in look.line(name):
            step = due.step
            if due.dead:
                break
            if look.impossible(queue, step):
                continue
            if step.ending is not None:
                return True  # it waits for nobody for ever
            needs = eased_needs(needs, step)
            if step.max_tier is not None:
                reach[name] = step.max_tier
            if step.add_queue in look.queues:
                reach.setdefault(step.add_queue, look.queues[step.add_queue].max_tier)
            if self._somebody(reach, needs):
                return True
            if step.move_to in look.queues and self._ever(step.move_to, needs, limits, seen):
                return True
        return False

    def _somebody(self, reach: Mapping[str, int | None], needs: Levels) -> bool:
        return any(
            (most is None or self.tier(agent, name) <= most) and self.meets(agent, needs)
            for name, most in reach.items()
            for agent in self.of[name]
        )

    def most(self, queue: str, needs: Levels) -> str:
        """What there is of a skill of which there is too little."""
        members = self.of[queue]
        for skill, level in needs.items():
            most = max((agent.skills.get(skill, 0.0) for agent in members), default=0.0)
            if most == 0.0 and level > 0.0:
                known = sorted({known for agent in self.made.agents for known in agent.skills})
                meant = "" if skill in known else mean(skill, known)
                return f" (nobody there has {skill}{meant if '?' in meant else ''})"
            if most < level:
                return f" (the most that anybody there has is {skill} {most:g})"
        if any(self.meets(agent, needs) for agent in members):
            return " (those who have it are of tiers that are not let in)"
        return " (nobody there has all of it)"


class _Needs:
    """What rules ask for, each by itself and two together."""

    def __init__(self, look: Look, crew: _Crew) -> None:
        self.look = look
        self.crew = crew
        assert look.made.classifier is not None
        never = {one.rule for one in look.hidden}
        labels = [rule.name or f"rules[{index}]" for index, rule in enumerate(look.made.classifier.rules)]
        self.rules = [
            (number, rule)
            for (number, rule), label in zip(look.rules, labels, strict=True)
            if label not in never and not look.doubts.about("rules", "rule", number)
        ]
        # A rule that always fires and stops leaves nothing to the default queue.
        self.last = next((rule for _, rule in self.rules if rule.stop and rule.when is None), None)

    def all(self) -> Iterator[Finding]:
        lacking = set()
        for number, rule in self.rules:
            if rule.needs:
                finding = self._alone(number, rule)
                if finding is not None:
                    lacking.add(number)
                    yield finding
        yield from self._together(lacking)

    def _queue(self, *fired: Rule) -> str | None:
        """Where those go for whom these rules fire, and those before them that always do; None: nobody knows."""
        numbers = [number for number, rule in self.rules if any(rule is one for one in fired)]
        always = [rule for number, rule in self.rules if rule.when is None and not rule.stop and number < max(numbers)]
        named = [
            rule.queue
            for _, rule in self.rules
            if rule.queue is not None and any(rule is one for one in (*fired, *always))
        ]
        assert self.look.made.classifier is not None
        queue = named[0] if named else self.look.made.classifier.default_queue
        return queue if queue in self.look.queues else None

    def _finals(self, number: int, rule: Rule) -> list[tuple[Rule, ...]]:
        """The rules that end the search where this one fires: each with this one, the last of all is none but it."""
        if rule.stop:
            return [(rule,)]
        after = [other for n, other in self.rules if n > number and other.stop and not _exclusive(rule, other)]
        finals = [(rule, other) for other in after if other is not self.last]
        return [*finals, (rule,) if self.last is None else (rule, self.last)]

    def _alone(self, number: int, rule: Rule) -> Finding | None:
        ways = {queue: None for fired in self._finals(number, rule) if (queue := self._queue(*fired)) is not None}
        levels = _levels(rule.needs)
        lacking = [queue for queue in ways if not self.crew.ever(queue, levels, "steps")]
        if not lacking:
            return None
        sure = len(lacking) == len(ways) and not any(self.crew.ever(queue, levels, "limits") for queue in lacking)
        queue = lacking[0]
        problem = f"ask for {_said(levels)}, which no agent of queue {queue!r} has, whatever its steps lower or drop"
        problem += self.crew.most(queue, levels)
        if len(lacking) > 1:
            problem += f"; nor any of {', '.join(lacking[1:])}"
        return self.look.say("unmet-needs", ("rules", "rule", number, "needs"), problem, "error" if sure else "warning")

    def _together(self, lacking: set[int]) -> Iterator[Finding]:
        """Needs of two rules that may fire for one contact, where each could be met alone."""
        asking = [(number, rule) for number, rule in self.rules if rule.needs and number not in lacking]
        looked = 0
        for number, rule in asking:
            for after, other in asking if not rule.stop else ():
                looked += after > number
                if looked > _MOST_TOGETHER:
                    return
                if after <= number or _exclusive(rule, other):
                    continue
                end = (other,) if other.stop or self.last is None else (other, self.last)
                queue = self._queue(rule, *end)
                levels = _levels((*rule.needs, *other.needs))
                if queue is None or self.crew.ever(queue, levels, "steps"):
                    continue
                if not all(self.crew.ever(queue, _levels(one.needs), "steps") for one in (rule, other)):
                    continue
                sure = rule.when is None and other.stop and not self.crew.ever(queue, levels, "limits")
                name = repr(rule.name) if rule.name else f"rules.rule[{number}]"
                problem = (
                    f"ask, together with those of {name}, for {_said(levels)}, which no agent of queue {queue!r} has, "
                    f"whatever its steps lower or drop{self.crew.most(queue, levels)}"
                )
                path = ("rules", "rule", after, "needs")
                yield self.look.say("unmet-needs", path, problem, "error" if sure else "warning")


def _levels(needs: Iterable[Need]) -> dict[str, float]:
    levels: dict[str, float] = {}
    for need in needs:
        levels[need.skill] = max(levels.get(need.skill, 0.0), float(need.at_least))
    return levels


def _said(levels: Levels) -> str:
    return ", ".join(f"{skill} {level:g}" for skill, level in levels.items())


def _exclusive(one: Rule, other: Rule) -> bool:
    """Whether no contact can be one for both, as far as the form of the conditions shows."""
    return isinstance(one.when, Condition) and isinstance(other.when, Condition) and one.when.excludes(other.when)
