"""What a file comes to: queues, agents, calendars, a classifier, menus and settings, ready for a router.

Only the value lives here, and what it makes; reading, checking and writing are beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import attrs

from routekit import commands
from routekit._config.faults import Source
from routekit._config.settings import Settings
from routekit._frozen import EMPTY, FrozenMap
from routekit._model import Agent, Queue, fields_of
from routekit._router.router import Router
from routekit.commands import Command
from routekit.rules.calendars import OpenHours
from routekit.rules.classify import Classifier
from routekit.rules.menu import Menu

__all__ = ["Configuration"]


def _queues(value: Iterable[Queue]) -> tuple[Queue, ...]:
    return tuple(value)


def _agents(value: Iterable[Agent]) -> tuple[Agent, ...]:
    return tuple(value)


def _frozen(value: Mapping[str, Any]) -> FrozenMap[str, Any]:
    return FrozenMap(value)


@attrs.frozen(kw_only=True)
class Configuration:
    """Everything that a file says. `skills` are the declared ones and what they mean; None: none are declared.

    `source` says where it was read, for the places of warnings; it is no part of the value.

    >>> from routekit.config import loads
    >>> made = loads('''
    ... [queues.support]
    ... wrap_up_s = 30
    ... [agents.ann]
    ... queues = ["support"]
    ... ''')
    >>> made.queues[0].wrap_up_s, list(made.router().agents)
    (30.0, ['ann'])
    """

    queues: tuple[Queue, ...] = attrs.field(default=(), converter=_queues)
    agents: tuple[Agent, ...] = attrs.field(default=(), converter=_agents)
    calendars: Mapping[str, OpenHours] = attrs.field(default=EMPTY, converter=_frozen)
    classifier: Classifier | None = None
    menus: Mapping[str, Menu] = attrs.field(default=EMPTY, converter=_frozen)
    skills: Mapping[str, str] | None = attrs.field(default=None, converter=attrs.converters.optional(_frozen))
    settings: Settings = attrs.field(factory=Settings)
    source: Source = attrs.field(factory=Source, eq=False, repr=False)

    @classmethod
    def of(cls, router: Router) -> Configuration:
        """The queues and agents that a router has now, with the calendars of their hours, to be written as a file."""
        queues = tuple(_plain(Queue, view) for view in router.queues.values())
        agents = tuple(_plain(Agent, view) for view in router.agents.values())
        return cls(queues=queues, agents=agents)

    def commands(self, at: float) -> tuple[Command, ...]:
        """The commands that add all queues, then all agents."""
        queues = [commands.AddQueue(queue, at) for queue in self.queues]
        return (*queues, *(commands.AddAgent(agent, at) for agent in self.agents))

    def router(self, at: float = 0.0, **arguments: Any) -> Router:
        """A router that has all queues and agents, these offline.

        It is made with the settings of the file, and with `arguments` (`registry=`, `estimator=`, ...), which win.
        """
        router = Router(**{**self.settings.arguments(), **arguments})
        for command in self.commands(at):
            router.apply(command)
        return router


def _plain(kind: type[Any], view: Any) -> Any:
    """The value that a view is of."""
    return cast("Callable[..., Any]", kind)(**{name: getattr(view, name) for name in fields_of(kind)})
