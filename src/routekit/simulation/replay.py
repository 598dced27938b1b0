"""A run from end to end: a trace, a router's settings, and what came of it.

Only the wiring of trace, driver and recorder lives here. The router's class is an argument, so that any router with the
same verbs can be run and compared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from routekit._model import Queue, ServiceLevel
from routekit.simulation.driver import Answers, Driver, RouterLike, accept_at_once
from routekit.simulation.measure import Figures, Recorder, figures
from routekit.simulation.trace import Fate, Load, Trace

__all__ = ["Replay", "Settings", "check_settings", "replay"]

DEFAULT_WITHIN_S = 20.0
DEFAULT_TARGET = 0.8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """What to change about the trace's own queues. None leaves a setting as the trace has it."""

    seed: int = 0
    agent_order: Any = None
    contact_order: Any = None
    queue_order: Any = None
    """The router's own, between the heads of queues; None: its default."""
    wrap_up_s: float | None = None
    within_s: float | None = None
    target: float | None = None

    def queue(self, queue: Queue) -> Queue:
        """The queue with these settings; a queue without a service level gets 80 % within 20 s."""
        changes = {
            name: value
            for name in ("agent_order", "contact_order", "wrap_up_s")
            if (value := getattr(self, name)) is not None
        }
        old = queue.service_level or ServiceLevel(target=DEFAULT_TARGET, within_s=DEFAULT_WITHIN_S)
        level = ServiceLevel(
            target=old.target if self.target is None else self.target,
            within_s=old.within_s if self.within_s is None else self.within_s,
        )
        return attrs.evolve(queue, service_level=level, **changes)

    def router(self, router_class: Callable[..., RouterLike] | None = None) -> RouterLike:
        """A new router with these settings, without queues and agents; `None` makes a `routekit.Router`."""
        if router_class is None:
            from routekit import Router

            router_class = Router
        # Not handed over when it is not set: a router of the tests may know no such argument.
        more = {} if self.queue_order is None else {"queue_order": self.queue_order}
        return router_class(seed=self.seed, **more)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Replay:
    """What came of a run, beside what really happened."""

    trace: Trace
    settings: Settings
    fates: tuple[Fate, ...]
    loads: tuple[Load, ...]
    figures: Figures
    happened: Figures | None
    by_queue: Mapping[tuple[str, str], Figures]
    """The figures of each queue and channel that had a contact."""
    decisions: int
    events: int
    offers: Mapping[str, int]
    digest: str
    notes: tuple[str, ...] = ()
    """Explanations of single contacts, where the router gives them."""

    def check(self) -> None:
        """Raise AssertionError unless every row and every contact is accounted for."""
        self.trace.check()
        found = self.figures
        assert found.contacts == len(self.trace.calls), "a contact was lost"
        assert found.connected + found.abandoned + found.waiting == found.contacts, "a contact has no outcome"


def replay(
    trace: Trace,
    settings: Settings | None = None,
    *,
    router_class: Callable[..., RouterLike] | None = None,
    answers: Answers = accept_at_once,
    progress: Callable[[int], None] | None = None,
    notes: int = 0,
) -> Replay:
    """Run a trace through a new router.

    `router_class` is called with `seed=`; None means `routekit.Router`. `progress` is told now and then how many
    contacts have arrived. Up to `notes` contacts that still wait when a step fires are explained.
    Cost: on the order of 50 us a contact with the compiled router.
    """
    settings = settings or Settings()
    queues = tuple(settings.queue(queue) for queue in trace.queues)
    trace = dataclasses.replace(trace, queues=queues)
    router = settings.router(router_class)
    recorder = Recorder(trace)
    explained: list[str] = []

    def explain(contact: str, at: float) -> None:
        if len(explained) < notes and hasattr(router, "explain"):
            explained.append(_in_short(str(router.explain(contact))))

    driver = Driver(trace, router, recorder.see, answers=answers, on_step=explain if notes else None)
    end = driver.run(progress)
    fates, loads = recorder.fates(end), recorder.loads(end)
    within = {queue.name: queue.service_level.within_s for queue in queues if queue.service_level is not None}
    made = Replay(
        trace=trace,
        settings=settings,
        fates=fates,
        loads=loads,
        figures=figures(fates, loads, within),
        happened=None if trace.happened is None else figures(trace.happened, trace.loads, within),
        by_queue=_by_queue(trace, fates, within),
        decisions=recorder.decisions,
        events=recorder.events,
        offers=recorder.offers,
        digest=recorder.digest,
        notes=tuple(explained),
    )
    made.check()
    return made


def check_settings(trace: Trace, settings: Settings, router_class: Callable[..., RouterLike] | None = None) -> None:
    """Raise what a run of this trace with these settings would raise at its start: an order that cannot be used."""
    router = settings.router(router_class)
    for queue in trace.queues:
        router.add_queue(settings.queue(queue), at=0.0)


def _in_short(explanation: str) -> str:
    """An explanation without what it says of each agent, which is indented."""
    return "\n".join(line for line in explanation.splitlines() if not line.startswith(" "))


def _by_queue(trace: Trace, fates: tuple[Fate, ...], within: Mapping[str, float]) -> dict[tuple[str, str], Figures]:
    order = {queue.name: number for number, queue in enumerate(trace.queues)}
    groups: dict[tuple[str, str], list[Fate]] = {}
    for fate in fates:
        contact = fate.call.contact
        groups.setdefault((contact.queue, contact.channel), []).append(fate)
    return {
        key: figures(group, None, within)
        for key, group in sorted(groups.items(), key=lambda group: (order[group[0][0]], group[0][1]))
    }
