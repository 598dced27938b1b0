"""From a router that runs to a configuration that it is to have: the commands, and what they would do.

`changes` compares, `dry_run` tries the commands on a copy and tells what came of them. The router itself is only read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs

from routekit import commands, events
from routekit._config.configuration import Configuration
from routekit._config.differing import leaves
from routekit._config.writing import inline
from routekit._frozen import EMPTY, FrozenMap
from routekit._model import Agent, Queue, field_to_data, fields_of
from routekit._router.router import Router
from routekit.commands import Command
from routekit.errors import RoutekitError
from routekit.rules.calendars import OpenHours

__all__ = ["DryRun", "Outcome", "changes", "dry_run"]

Targets: TypeAlias = str | Mapping[str, str] | None


def changes(
    router: Router,
    configuration: Configuration,
    at: float,
    *,
    remove: bool = True,
    move_to: Targets = None,
    work: Literal["requeue"] | None = None,
) -> tuple[Command, ...]:
    """Return the commands that give a router the queues and agents of a configuration, and change nothing else.

    New queues come first, then changed ones, with the fields that differ; agents who go, who come and who change; at
    last the queues that go. `remove=False` leaves queues and agents that the configuration does not have. `move_to` is
    where those go who wait in a removed queue, for all or by queue; `work="requeue"` lets agents be removed who have
    contacts. Settings of the router itself (its seed, its zone) cannot change while it runs. Costs what the
    configuration and the router have.
    """
    made: list[Command] = []
    queues = {queue.name: queue for queue in configuration.queues}
    agents = {agent.id: agent for agent in configuration.agents}
    made += [commands.AddQueue(queue, at) for name, queue in queues.items() if name not in router.queues]
    for name, queue in queues.items():
        if name in router.queues and (fields := _changed(Queue, router.queues[name], queue)):
            made.append(commands.UpdateQueue(name, at, changes=FrozenMap(fields)))
    if remove:
        made += [commands.RemoveAgent(name, at, work=work) for name in router.agents if name not in agents]
    made += [commands.AddAgent(agent, at) for name, agent in agents.items() if name not in router.agents]
    for name, agent in agents.items():
        if name in router.agents and (fields := _changed(Agent, router.agents[name], agent)):
            made.append(commands.UpdateAgent(name, at, changes=FrozenMap(fields)))
    if remove:
        for name in router.queues:
            if name not in queues:
                target = move_to.get(name) if isinstance(move_to, Mapping) else move_to
                made.append(commands.RemoveQueue(name, at, move_to=target))
    return tuple(made)


def _changed(kind: type[Any], view: Any, value: Any) -> dict[str, Any]:
    """The fields that differ. The order of memberships counts: it is the order of joining."""
    fields = {}
    for name in fields_of(kind)[1:]:
        old, new = getattr(view, name), getattr(value, name)
        if json.dumps(field_to_data(name, old)) != json.dumps(field_to_data(name, new)):
            fields[name] = new
    return fields


@attrs.frozen(kw_only=True)
class Outcome:
    """What one command would do: its events, or the error with which it would be refused."""

    command: Command
    events: tuple[Any, ...] = ()
    error: RoutekitError | None = None
    before: Mapping[str, Any] = EMPTY
    """Of an update, the fields as they were."""

    def __str__(self) -> str:
        return "\n".join((self._said(), *(f"    {line}" for line in self._lines())))

    def _said(self) -> str:
        command = self.command
        if not isinstance(command, commands.UpdateQueue | commands.UpdateAgent):
            return _said(command)
        kind, name = ("queue", command.queue) if isinstance(command, commands.UpdateQueue) else ("agent", command.agent)
        lines = [f"~ {kind} {name}"]
        for field, value in command.changes.items():
            old, new = self.before.get(field), value
            if isinstance(old, OpenHours) and isinstance(new, OpenHours) and inline(field, old) == inline(field, new):
                parts = leaves(old.to_data(), new.to_data())  # they have one name
                told = (f"{path} {inline('', one)} -> {inline('', other)}" for path, (one, other) in parts)
                lines.append(f"    {field}: {inline(field, new)} changes: {'; '.join(told)}")
            else:
                lines.append(f"    {field}: {inline(field, old)} -> {inline(field, new)}")
        return "\n".join(lines)

    def _lines(self) -> list[str]:
        if self.error is not None:
            return [f"refused: {self.error}"]
        told = Counter(line for event in self.events if (line := _effect(event)))
        return [line if count == 1 else f"{line} ({count} times)" for line, count in told.items()]

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data that JSON takes."""
        return {
            "command": commands.to_data(self.command),
            "says": self._said(),
            "events": [events.to_data(event) for event in self.events],
            "error": None if self.error is None else str(self.error),
        }


@attrs.frozen(kw_only=True)
class DryRun:
    """What a configuration would change in a router, command by command, and what would come of it."""

    outcomes: tuple[Outcome, ...] = ()

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands, to be applied if what they do is what is meant."""
        return tuple(outcome.command for outcome in self.outcomes)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """Those that would be refused."""
        return tuple(outcome for outcome in self.outcomes if outcome.error is not None)

    @property
    def events(self) -> tuple[Any, ...]:
        """All events, in order."""
        return tuple(event for outcome in self.outcomes for event in outcome.events)

    def __str__(self) -> str:
        return "\n".join(map(str, self.outcomes)) if self.outcomes else "nothing changes"

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data that JSON takes."""
        return {"outcomes": [outcome.to_data() for outcome in self.outcomes], "refused": len(self.refused)}


def dry_run(
    router: Router,
    configuration: Configuration,
    at: float,
    *,
    remove: bool = True,
    move_to: Targets = None,
    work: Literal["requeue"] | None = None,
    **restoring: Any,
) -> DryRun:
    """Say what `changes` would do to a router: who moves, who is offered to whom, which offers end. Nothing changes.

    The commands run on a copy of the router, made of its snapshot; `restoring` are the arguments of `Router.restore`
    that it needs (`registry=`, `estimator=`, ...). What is due by `at` happens in the copy first, and is not told of.
    Costs a snapshot and its restoring.
    """
    copy = Router.restore(router.snapshot(), **restoring)
    copy.advance(at=at)
    outcomes = []
    for command in changes(copy, configuration, at, remove=remove, move_to=move_to, work=work):
        before = _before(copy, command)
        try:
            outcomes.append(Outcome(command=command, events=copy.apply(command), before=before))
        except RoutekitError as error:
            outcomes.append(Outcome(command=command, error=error, before=before))
    return DryRun(outcomes=tuple(outcomes))


def _before(router: Router, command: Command) -> FrozenMap[str, Any]:
    """The fields that an update changes, as they are."""
    view: Any = None
    if isinstance(command, commands.UpdateQueue):
        view = router.queues[str(command.queue)]
    elif isinstance(command, commands.UpdateAgent):
        view = router.agents[str(command.agent)]
    else:
        return EMPTY
    return FrozenMap({name: getattr(view, name) for name in command.changes})


# -- in words ---------------------------------------------------------------------------------------------------------


def _said(command: Command) -> str:
    """A command in a line."""
    if isinstance(command, commands.AddQueue):
        return f"+ queue {command.queue.name}"
    if isinstance(command, commands.AddAgent):
        return f"+ agent {command.agent.id}, offline"
    if isinstance(command, commands.RemoveAgent):
        return f"- agent {command.agent}"
    if isinstance(command, commands.RemoveQueue):
        return f"- queue {command.queue}{f', whose contacts go to {command.move_to}' if command.move_to else ''}"
    return type(command).__name__


def _effect(event: Any) -> str:
    """What an event means for somebody who waits or works; empty for one that says no more than its command."""
    match event:
        case events.OfferMade():
            return f"contact {event.contact} is offered to {event.agent}"
        case events.OfferRevoked():
            return f"the offer of contact {event.contact} to {event.agent} is revoked ({event.reason})"
        case events.OfferNoLongerFits():
            why = f"though it no longer fits ({event.reason})"
            return f"the offer of contact {event.contact} to {event.agent} stands, {why}"
        case events.ContactMoved():
            return f"contact {event.contact} moves from {event.from_queue} to {event.to_queue}"
        case events.ContactConnected():
            return f"contact {event.contact} is connected to {event.agent}"
        case events.StepFired():
            return f"step {event.step} of {event.queue} fires for contact {event.contact}"
        case events.AgentPresenceChanged():
            return f"agent {event.agent} goes from {event.old} to {event.new}"
        case events.QueueAdded() | events.QueueUpdated() | events.QueueRemoved():
            return ""
        case events.AgentAdded() | events.AgentUpdated() | events.AgentRemoved():
            return ""
        case _:
            who = getattr(event, "contact", None) or getattr(event, "agent", "")
            return f"{type(event).__name__} {who}".rstrip()
