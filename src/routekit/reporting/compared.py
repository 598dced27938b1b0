"""A comparison of orders as words and as a page: one line for each run, the best of each column marked.

What is shown of a comparison is decided here, for terminals and pages alike; which measures there are and which way is
better is `routekit.simulation.compare`'s.
"""

from __future__ import annotations

from collections.abc import Callable

from routekit.reporting.html import NARROW, WIDE, document, figure, section, table
from routekit.reporting.page import header, problems
from routekit.reporting.summary import Grid, orders, service_level_words
from routekit.reporting.svg import Bar, Series, clean, dots, groups
from routekit.reporting.words import NOTHING, count, index, percent
from routekit.simulation.compare import MEASURES, Comparison, Measure
from routekit.simulation.measure import Figures

__all__ = ["comparison_grid", "comparison_page", "explained", "in_common"]

LOG = "(the log)"
"""What the line of what really happened is called: no order has brackets in its name."""


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.1f}"


_COLUMNS: dict[str, tuple[str, Callable[[float | None], str]]] = {
    "connected": ("served", count),
    "abandoned": ("abandoned", count),
    "mean_wait_s": ("mean", _number),
    "median_wait_s": ("median", _number),
    "p90_wait_s": ("p90", count),
    "longest_wait_s": ("max", count),
    "service_level": ("level", percent),
    "jain_index": ("fairness", index),
    "most_overtakings": ("overtaken", count),
}
_WAITS = (("mean", "mean_wait_s"), ("median", "median_wait_s"), ("p90", "p90_wait_s"))


def comparison_grid(found: Comparison) -> Grid:
    """One line for each run, and one for what really happened, which does not compete.

    What looks like the best value is marked as such, though it may differ in a digit that is not shown.
    """
    rows = [(run.policy.label, *_cells(run.made.figures)) for run in found.runs]
    best = found.best()
    marked = set()
    for column, measure in enumerate(MEASURES, start=1):
        words = {rows[place][column] for place in best[measure.name]}
        alike = {row for row in range(len(rows)) if rows[row][column] in words}
        # Where all look alike there is nothing to see.
        marked |= {(row, column) for row in alike} if len(alike) < len(rows) else set()
    if found.happened is not None:
        rows.append((LOG, *_cells(found.happened)))
    heads = tuple(_COLUMNS[measure.name][0] for measure in MEASURES)
    return Grid("Orders side by side", ("order", *heads), tuple(rows), frozenset(marked), breaks=True)


def _cells(figures: Figures) -> tuple[str, ...]:
    return tuple(_cell(measure, figures) for measure in MEASURES)


def _cell(measure: Measure, figures: Figures) -> str:
    return _COLUMNS[measure.name][1](measure.of(figures))


def in_common(found: Comparison) -> str:
    """The orders that all runs have where they name no other; empty where these are the queues' own."""
    return ", ".join(f"{kind} order {name}" for kind, name in orders(found.settings).items() if name is not None)


def explained(found: Comparison) -> list[tuple[str, str]]:
    """What the columns mean, term by term."""
    level = service_level_words(found.runs[0].made).partition("(")[2].rstrip(")").removeprefix("connected ")
    terms = [
        ("mean, median, p90", "seconds that those who were served waited until then"),
        ("max", "seconds of the longest wait of all, served or not"),
        ("level", f"service level: the share of all contacts that were connected {level}"),
        (
            "fairness",
            "Jain's index of the agents' loads, (sum x)^2 / (n sum x^2), where x is the share of its staffed time in "
            "which an agent talks: 1 when all are loaded alike, 1/n when one of n does it all",
        ),
        (
            "overtaken",
            "how many contacts of the same queue came later and were connected earlier, for the contact to whom that "
            "happened most",
        ),
    ]
    if shared := in_common(found):
        terms.append(("other orders", f"{shared}, where a line names no other"))
    if found.happened is not None:
        terms.append((LOG, "what really happened; it does not compete"))
    return terms


def comparison_page(found: Comparison, took_s: float | None = None) -> str:
    """The page as text, to be saved as UTF-8: the table, then waits, fairness and overtakings as charts."""
    grid = comparison_grid(found)
    head = "Orders side by side, on a made-up day" if found.trace.format == "demo" else "Orders side by side, on a log"
    first = found.runs[0].made
    terms = "".join(f"<dt>{clean(term)}</dt><dd>{clean(meaning)}</dd>" for term, meaning in explained(found))
    said = f'<details><summary>What the columns mean</summary><dl class="terms">{terms}</dl></details>'
    sections = [
        header(head, found.trace.source, first),
        section("Results: the best of each column is underlined", table(grid) + said),
        _waits(found, grid),
        _fairness(found, grid),
        _overtaken(found, grid),
        problems(first),
        _footer(found, took_s),
    ]
    return document(f"{head}: {found.trace.source}", sections)


def _sides(found: Comparison) -> list[tuple[str, Figures]]:
    sides = [(run.policy.label, run.made.figures) for run in found.runs]
    return [*sides, (LOG, found.happened)] if found.happened is not None else sides


def _columns(grid: Grid, names: tuple[str, ...]) -> Grid:
    """The columns of these measures alone."""
    kept = [0, *(place for place, measure in enumerate(MEASURES, start=1) if measure.name in names)]
    return Grid(
        grid.title,
        tuple(grid.columns[place] for place in kept),
        tuple(tuple(row[place] for place in kept) for row in grid.rows),
        frozenset((row, kept.index(column)) for row, column in grid.best if column in kept),
        grid.breaks,
    )


def _ends(found: Comparison, name: str, word: Callable[[float | None], str]) -> str:
    """The best and the worst run by a measure, as the words of a chart's title."""
    measure = next(measure for measure in MEASURES if measure.name == name)
    values = [(value, run.policy.label) for run in found.runs if (value := measure.of(run.made.figures)) is not None]
    if not values:
        return "nothing to compare"
    low, high = min(values, key=lambda pair: pair[0]), max(values, key=lambda pair: pair[0])
    if word(low[0]) == word(high[0]):
        return f"{word(low[0])} with each order"
    return f"from {word(low[0])} ({low[1]}) to {word(high[0])} ({high[1]})"


def _waits(found: Comparison, grid: Grid) -> str:
    entries = [
        Series(label, tuple(getattr(figures, name) for _, name in _WAITS))
        for label, figures in _sides(found)
        if all(getattr(figures, name) is not None for _, name in _WAITS)
    ]
    if not entries:
        return ""
    names = [name for name, _ in _WAITS]
    title = f"Mean wait: {_ends(found, 'mean_wait_s', lambda value: f'{_number(value)} s')}"
    says = "Mean, median and p90 (nine tenths waited no longer) of the waits until connected."
    drawings = [
        groups(f"waits-{width}", names, entries, aside=width == WIDE, width=width, title=title, says=says,
               below="seconds until connected")
        for width in (WIDE, NARROW)
    ]  # fmt: skip
    return figure("How long people waited", title, says, drawings, names, _columns(grid, tuple(n for _, n in _WAITS)))


def _fairness(found: Comparison, grid: Grid) -> str:
    entries = [
        Bar(label, figures.jain_index, None, f"{label}: {index(figures.jain_index)}")
        for label, figures in _sides(found)
        if figures.jain_index is not None
    ]
    if not entries:
        return ""
    title = f"Jain's index: {_ends(found, 'jain_index', index)}"
    says = (
        "Fairness to the agents: (sum x)\u00b2 / (n sum x\u00b2) over the share x of its staffed time in which each "
        "agent talks. 1 is the fairest; the axis does not begin at 0."
    )
    drawings = [
        dots(f"fairness-{width}", entries, aside=width == WIDE, width=width, title=title, says=says,
             below="Jain's index of the agents' loads")
        for width in (WIDE, NARROW)
    ]  # fmt: skip
    return figure("How evenly agents were loaded", title, says, drawings, (), _columns(grid, ("jain_index",)))


def _overtaken(found: Comparison, grid: Grid) -> str:
    entries = [
        Series(label, (float(figures.most_overtakings),))
        for label, figures in _sides(found)
        if figures.most_overtakings is not None
    ]
    if not entries:
        return ""
    title = f"Most overtakings of one contact: {_ends(found, 'most_overtakings', count)}"
    says = "How many of its queue came later and were connected earlier, for the contact to whom that happened most."
    drawings = [
        groups(f"overtaken-{width}", ("overtakings",), entries, aside=width == WIDE, width=width, title=title,
               says=says, below="contacts that came later and were connected earlier")
        for width in (WIDE, NARROW)
    ]  # fmt: skip
    return figure("Who was passed by", title, says, drawings, (), _columns(grid, ("most_overtakings",)))


def _footer(found: Comparison, took_s: float | None) -> str:
    took = f" in {took_s:.2f} s" if took_s is not None else ""
    digests = "".join(
        f"<li>{clean(run.policy.label)}: <code>{clean(run.made.digest)}</code></li>" for run in found.runs
    )
    return (
        "<footer><p>Each run has the same contacts, patience, handle times and shifts; only who gets whom differs. "
        "Waits count from a contact's arrival. docs/replay.md has every definition.</p>"
        f"<p>{len(found.runs)} runs{took}; seed {found.settings.seed}. Digests of their events:</p>"
        f"<ul>{digests}</ul></footer>"
    )
