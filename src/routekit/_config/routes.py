"""Where a contact would go by a configuration, and why: its rules, who could take it, and what changes as it waits.

The rules are asked; a router of the configuration is told that the contact comes, with the agents who are said to be
ready; and the timeline of its queue is read. Nothing here has a state.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from routekit import events
from routekit._config.configuration import Configuration
from routekit._config.eligible import Asks, asks_of, eased, takers
from routekit._config.faults import mean
from routekit._config.writing import inline
from routekit._model import Agent, Queue
from routekit._timeline import Step
from routekit.errors import InvalidValue
from routekit.rules.classify import Classification
from routekit.rules.expressions import Facts

__all__ = ["Route", "Stage", "route"]

_MOST_QUEUES = 10  # a contact that goes on in circles is followed no further


@attrs.frozen(kw_only=True)
class Stage:
    """A moment in the wait of a contact: after `after_s` in the line, what happens, and who could take it from then on.

    `agents` are those whose queues, tiers, skills and capacity allow it, ready or not, by tier.
    """

    after_s: float
    queue: str
    says: str
    agents: tuple[str, ...] = ()

    def __str__(self) -> str:
        who = ", ".join(self.agents) or "nobody"
        return f"{self.after_s:>7g} s  {self.says}: {who}"


@attrs.frozen(kw_only=True)
class Route:
    """Where a contact goes: what the rules made of it, the events of its coming in, and what changes when.

    `meanwhile` says which limits of the queues that it may come to act on it as it waits, whenever their case comes.
    """

    classification: Classification
    events: tuple[Any, ...]
    stages: tuple[Stage, ...]
    meanwhile: tuple[str, ...] = ()

    @property
    def agent(self) -> str | None:
        """Who is offered the contact at once, or gets it."""
        return next(
            (one.agent for one in self.events if isinstance(one, events.OfferMade | events.ContactConnected)), None
        )

    def __str__(self) -> str:
        lines = ["rules", *(f"    {line}" for line in self.classification.explain().splitlines()), "when it comes"]
        lines += [f"    {_told(event)}" for event in self.events]
        lines += ["as it waits, and who could take it then", *(f"    {stage}" for stage in self.stages)]
        if self.meanwhile:
            lines += ["whenever it comes to that", *(f"    {line}" for line in self.meanwhile)]
        return "\n".join(lines)

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data that JSON takes."""
        chosen = self.classification
        return {
            "queue": chosen.queue,
            "priority": chosen.priority,
            "needs": {need.skill: need.at_least for need in chosen.needs},
            "prefer": list(chosen.prefer),
            "rules": [{"rule": one.name, "fired": one.fired} for one in chosen.tried],
            "why": chosen.explain().splitlines(),
            "agent": self.agent,
            "events": [events.to_data(event) for event in self.events],
            "stages": [attrs.asdict(stage) | {"agents": list(stage.agents)} for stage in self.stages],
            "meanwhile": list(self.meanwhile),
        }


def route(
    made: Configuration,
    facts: Facts | Mapping[str, Any],
    *,
    ready: Iterable[str] | None = None,
    at: float = 0.0,
    **arguments: Any,
) -> Route:
    """Say where a contact of these facts goes. `ready` are the agents who are ready; None: all of them.

    Calendars and limits are those of the moment `at`. `arguments` are the router's (`registry=`, ...).
    """
    if made.classifier is None:
        raise InvalidValue(path="rules", value=None, problem="must be there: nothing says where a contact goes")
    known = [agent.id for agent in made.agents]
    signed_in = known if ready is None else list(ready)
    for name in signed_in:
        if name not in known:
            raise InvalidValue(path="agents", value=name, problem=f"must be agents of the file{mean(name, known)}")
    chosen = made.classifier.classify(facts)
    contact = chosen.contact("contact")
    _known_time(made, at)
    router = made.router(at=at, **arguments)
    for name in signed_in:
        router.sign_in(name, at=at)
    came = router.enqueue(contact, at=at)
    queues = {queue.name: queue for queue in made.queues}
    # A limit may have moved it, or ended it.
    home = next((event.queue for event in came if isinstance(event, events.ContactQueued)), None)
    stages: list[Stage] = []
    if home is not None:
        _stages(made, queues, asks_of(queues[home], contact.channel, contact.needs), 0.0, stages, [home])
    names = dict.fromkeys(stage.queue for stage in stages)
    meanwhile = [line for name in names for line in _meanwhile(queues[name], at + made.settings.unix_offset_s)]
    return Route(classification=chosen, events=came, stages=tuple(stages), meanwhile=tuple(meanwhile))


def _known_time(made: Configuration, at: float) -> None:
    """Refuse a time at which calendars know nothing: a router takes all queues to be open then."""
    for queue in made.queues:
        if queue.hours is not None:
            try:
                queue.hours.is_open(at + made.settings.unix_offset_s)
            except InvalidValue:
                problem = "must be in the years that calendars know, 1900 to 2999; a router is open in all others"
                raise InvalidValue(path="at", value=at, problem=problem) from None


def _meanwhile(queue: Queue, unix_s: float) -> Iterator[str]:
    """The limits of a queue for those who wait in it, but for those of the wait, which are among the stages."""
    for number, limit in enumerate(queue.limits):
        deed = f"{limit.action} {inline(limit.action, getattr(limit, limit.action))}"
        if limit.nobody_s is not None:
            yield f"limit {number} of {queue.name}, once nobody has been signed in for {limit.nobody_s:g} s: {deed}"
        if limit.at_closing and queue.hours is not None:
            closes = queue.hours.next_change(unix_s) if queue.hours.is_open(unix_s) else None
            when = f", in {closes - unix_s:g} s" if closes is not None else ""
            yield f"limit {number} of {queue.name}, when it closes{when}: {deed}"


def _stages(
    made: Configuration, queues: Mapping[str, Queue], asks: Asks, since: float, stages: list[Stage], seen: list[str]
) -> None:
    """What changes in a queue, and in those that it leads to."""
    queue = queues[asks.queue]
    begin = "in queue " + queue.name
    stages.append(Stage(after_s=since, queue=queue.name, says=begin, agents=_names(made, asks)))
    shared: list[str] = []
    for step in queue.timeline:
        asks = eased(asks, step)
        target = step.move_to or step.add_queue
        if target is not None and target not in queues:
            continue
        if step.add_queue is not None:
            shared.append(step.add_queue)
        agents = () if step.ending is not None or step.move_to else _with(made, queues, asks, shared)
        stages.append(Stage(after_s=since + step.after_s, queue=queue.name, says=_says(step), agents=agents))
        if step.ending is not None and not step.when:
            return
        if step.move_to is not None:
            if len(seen) < _MOST_QUEUES:
                there = queues[step.move_to]
                moved = attrs.evolve(asks, queue=there.name, reach=there.max_tier)
                _stages(made, queues, moved, since + step.after_s, stages, [*seen, there.name])
            if not step.when:
                return


def _with(made: Configuration, queues: Mapping[str, Queue], asks: Asks, shared: list[str]) -> tuple[str, ...]:
    names = list(_names(made, asks))
    for other in shared:
        further = attrs.evolve(asks, queue=other, reach=queues[other].max_tier)
        names += [name for name in _names(made, further) if name not in names]
    return tuple(names)


def _names(made: Configuration, asks: Asks) -> tuple[str, ...]:
    agents: tuple[Agent, ...] = made.agents
    return tuple(agent.id for agent in takers(agents, asks))


def _says(step: Step) -> str:
    """A step as the file has it, without its time."""
    told = [
        f"{field.name} {inline(field.name, getattr(step, field.name))}"
        for field in attrs.fields(Step)
        if field.name not in ("after_s", "when") and getattr(step, field.name) not in (None, False, (), 0.0, {})
    ]
    if step.when:
        told.append("when " + " and ".join(_condition(condition) for condition in step.when))
    return ", ".join(told)


def _condition(condition: Any) -> str:
    bounds = [
        f"{word} {value:g}"
        for word, value in (("at least", condition.at_least), ("at most", condition.at_most))
        if value is not None
    ]
    return f"{condition.fact} is {' and '.join(bounds)}"


def _told(event: Any) -> str:
    match event:
        case events.ContactQueued():
            return f"it waits in {event.queue}, at position {event.position}"
        case events.OfferMade():
            return f"it is offered to {event.agent} through {event.queue}"
        case events.ContactConnected():
            return f"it is connected to {event.agent} through {event.queue}"
        case events.LimitReached():
            return f"limit {event.limit} of {event.queue} applies ({event.kind}): {event.action}"
        case events.ContactMoved():
            return f"it moves from {event.from_queue} to {event.to_queue}"
        case events.ContactRejected():
            return f"it is rejected: {event.reason}"
        case events.ContactDiverted():
            return f"it goes to {event.to}: {event.reference}"
        case events.CallbackSuggested():
            return "a callback is suggested"
        case events.ContactReserved():
            return f"it is meant for {', '.join(event.agents)} until {event.until:g} ({event.reason})"
        case _:
            return type(event).__name__
