"""The lines and columns of a replay's tables, as words: what a terminal and a page show alike.

Which figures are shown, in which order and under which names is decided here, and nowhere how they look.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from routekit.reporting.words import count, day_name, duration, index, percent, seconds
from routekit.simulation.measure import Figures, figures
from routekit.simulation.orders import KINDS, describe
from routekit.simulation.replay import Replay, Settings
from routekit.simulation.trace import Fate

__all__ = ["Grid", "accounting", "agents", "by_day", "by_queue", "main_figures", "orders", "service_level_words"]


@dataclasses.dataclass(frozen=True)
class Grid:
    """A table of words. The first column is text, the rest are numbers and stand to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    best: frozenset[tuple[int, int]] = frozenset()
    """Cells that stand out, as numbers of row and column."""
    breaks: bool = False
    """Whether long names in the first column may be broken over several lines."""


def accounting(made: Replay) -> tuple[str, ...]:
    """Where every row of the log went, as sentences."""
    trace = made.trace
    if trace.format == "demo":
        return (f"{count(len(trace.calls))} contacts, {count(len(trace.agents))} agents",)
    not_routed = sum(trace.not_routed.values())
    said = (
        f"{count(trace.rows)} rows = {count(len(trace.calls))} routed + {count(not_routed)} not routed"
        f" + {count(trace.skipped)} skipped"
    )
    reasons = ", ".join(f"{reason} {count(number)}" for reason, number in trace.not_routed.items())
    return (said, f"Not routed: {reasons}") if reasons else (said,)


def orders(settings: Settings) -> dict[str, str | None]:
    """The orders that a user chose, by kind; None: as the queues, or the router, have it."""
    chosen = ((kind, getattr(settings, f"{kind}_order")) for kind in KINDS)
    return {kind: None if order is None else describe(order) for kind, order in chosen}


def service_level_words(made: Replay) -> str:
    """What the service level asks, such as `within 20 s`; each queue's own where they differ."""
    limits = sorted({queue.service_level.within_s for queue in made.trace.queues if queue.service_level is not None})
    if len(limits) == 1:
        return f"service level (connected within {limits[0]:g} s)"
    return "service level (within each queue's own limit)"


def main_figures(made: Replay) -> Grid:
    """The figures of all contacts, beside what really happened where that is known."""
    sides = [made.figures] if made.happened is None else [made.figures, made.happened]
    rows = tuple((label, *values) for label, *values in _lines(service_level_words(made), sides))
    heads = ("replay",) if made.happened is None else ("replay", "log")
    return Grid("All contacts", ("", *heads), rows)


def _lines(service_level: str, sides: Sequence[Figures]) -> Iterator[tuple[str, ...]]:
    yield ("contacts", *(count(side.contacts) for side in sides))
    yield ("connected", *(count(side.connected) for side in sides))
    yield ("abandoned", *(count(side.abandoned) for side in sides))
    yield ("share abandoned", *(percent(side.abandoned / side.contacts if side.contacts else None) for side in sides))
    yield ("still waiting at the end", *(count(side.waiting) for side in sides))
    yield (service_level, *(percent(side.service_level) for side in sides))
    yield ("mean wait until connected", *(seconds(side.mean_wait_s) for side in sides))
    yield ("median wait until connected", *(seconds(side.median_wait_s) for side in sides))
    yield ("p90 wait until connected", *(seconds(side.p90_wait_s) for side in sides))
    yield ("mean wait until abandoned", *(seconds(side.mean_abandoned_s) for side in sides))
    yield ("mean wait of all", *(seconds(side.mean_wait_all_s) for side in sides))
    yield ("longest wait of all", *(seconds(side.longest_wait_s) for side in sides))
    yield ("staffed time of all agents", *(duration(side.staffed_s) for side in sides))
    yield ("occupancy of all agents", *(percent(side.occupancy) for side in sides))
    yield ("Jain's index of the agents' load", *(index(side.jain_index) for side in sides))
    yield ("most overtakings of one contact", *(count(side.most_overtakings) for side in sides))


def by_queue(made: Replay) -> Grid:
    """One line for each queue and channel."""
    rows = tuple(
        (
            f"{queue} ({channel})",
            count(of.contacts),
            count(of.connected),
            count(of.abandoned),
            percent(of.service_level),
            seconds(of.mean_wait_s),
            seconds(of.p90_wait_s),
            seconds(of.longest_wait_s),
        )
        for (queue, channel), of in made.by_queue.items()
    )
    columns = ("queue (channel)", "contacts", "connected", "abandoned", "level", "mean wait", "p90 wait", "longest")
    return Grid("By queue and channel", columns, rows)


def agents(made: Replay) -> Grid:
    """One line for each agent; the log's side where it tells."""
    real = {load.agent: load for load in made.trace.loads or ()}
    rows = []
    for load in made.loads:
        row = [load.agent, count(load.contacts), duration(load.staffed_s), percent(load.occupancy)]
        if made.trace.loads is not None:
            theirs = real.get(load.agent)
            row += [
                count(theirs.contacts if theirs else None),
                duration(theirs.staffed_s if theirs else None),
                percent(theirs.occupancy if theirs else None),
            ]
        rows.append(tuple(row))
    columns: tuple[str, ...] = ("agent", "contacts", "staffed", "occupancy")
    if made.trace.loads is not None:
        columns += ("contacts (log)", "staffed (log)", "occupancy (log)")
    return Grid("By agent", columns, tuple(rows))


def by_day(made: Replay) -> Grid:
    """One line for each day on which anybody arrived."""
    within = {
        queue.name: queue.service_level.within_s for queue in made.trace.queues if queue.service_level is not None
    }
    ours = _days(made.fates)
    theirs = _days(made.trace.happened) if made.happened is not None and made.trace.happened else {}
    rows = []
    for day, fates in ours.items():
        sides = [figures(fates, None, within)]
        if theirs:
            sides.append(figures(theirs[day], None, within))
        row = [day_name(day, made.trace.first_date), count(sides[0].contacts)]
        for side in sides:
            row += [count(side.abandoned), percent(side.service_level), seconds(side.mean_wait_s)]
        rows.append(tuple(row))
    columns: tuple[str, ...] = ("day", "contacts", "abandoned", "level", "mean wait")
    if theirs:
        columns += ("abandoned (log)", "level (log)", "mean wait (log)")
    return Grid("By day", columns, tuple(rows))


def _days(fates: Sequence[Fate]) -> dict[int, list[Fate]]:
    days: dict[int, list[Fate]] = {}
    for fate in fates:
        days.setdefault(fate.call.day, []).append(fate)
    return dict(sorted(days.items()))
