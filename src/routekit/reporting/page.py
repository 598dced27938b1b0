"""One self-contained page about a replay: what a supervisor looks at, in charts and tables.

What the page holds and says is decided here; drawing is `svg`'s, tables are `summary`'s, looks are `style`'s. The
page asks the network for nothing, has no script, and is well-formed XML besides being HTML.
"""

from __future__ import annotations

from collections.abc import Sequence

from routekit.reporting import summary
from routekit.reporting.html import NARROW, WIDE, document, figure, section, table
from routekit.reporting.svg import SERIES, Bar, Series, bars, clean, columns, lines
from routekit.reporting.words import NOTHING, clock, count, percent, seconds
from routekit.simulation.measure import Figures, Profile, waiting_profile
from routekit.simulation.replay import Replay
from routekit.simulation.trace import Fate, Outcome

__all__ = ["header", "page", "problems"]

# Upper ends of the classes of waits, in seconds, and what they are called.
_CLASSES = ((0.0, "0 s"), (10.0, "10 s"), (20.0, "20 s"), (30.0, "30 s"), (60.0, "1 min"), (120.0, "2 min"),
            (300.0, "5 min"), (600.0, "10 min"), (float("inf"), "more"))  # fmt: skip
_SHORT = ("0", "10s", "20s", "30s", "1m", "2m", "5m", "10m", "+")
"""The same for a narrow drawing."""
_TOLD_OF = 100
"""How many bad rows a page lists."""

_Side = tuple[str, Sequence[Fate]]


def page(made: Replay, took_s: float | None = None) -> str:
    """The page as text, to be saved as UTF-8. Cost: O(contacts log contacts)."""
    name = made.trace.source
    head = "A made-up day" if made.trace.format == "demo" else "Replay of a call log"
    sections = [
        header(head, name, made),
        _cards(made),
        _waiting(made),
        _distribution(made),
        _agents(made),
        section("All contacts", table(summary.main_figures(made))),
        _queues(made),
        _days(made),
        _notes(made),
        problems(made),
        _footer(made, took_s),
    ]
    return document(f"{head}: {name}", sections)


def header(head: str, name: str, made: Replay) -> str:
    """The head of a page: what it is, of which trace, and where each of its rows went."""
    said = "".join(f"<p>{clean(line)}.</p>" for line in summary.accounting(made))
    return f'<header><p class="kicker">{clean(head)}</p><h1>{clean(name)}</h1>{said}</header>'


def _cards(made: Replay) -> str:
    """The five figures that are asked for first."""
    ours, theirs = made.figures, made.happened

    def share_abandoned(of: Figures) -> str:
        return percent(of.abandoned / of.contacts if of.contacts else None)

    level = summary.service_level_words(made).removeprefix("service level ").strip("()") + _target(made)
    cards = [
        ("Service level", percent(ours.service_level), theirs and percent(theirs.service_level), level),
        ("Abandoned", share_abandoned(ours), theirs and share_abandoned(theirs), f"{count(ours.abandoned)} contacts"),
        ("Mean wait", seconds(ours.mean_wait_s), theirs and seconds(theirs.mean_wait_s), "until connected"),
        ("90 % within", seconds(ours.p90_wait_s), theirs and seconds(theirs.p90_wait_s), "until connected"),
        ("Occupancy", percent(ours.occupancy), theirs and percent(theirs.occupancy), f"{len(made.loads)} agents"),
    ]
    parts = []
    for label, value, real, small in cards:
        told = f'<dd class="real">log: {clean(real)}</dd>' if real and real != NOTHING else ""
        parts.append(
            f'<div class="card"><dt>{clean(label)}</dt><dd class="big">{clean(value)}</dd>{told}'
            f'<dd class="small">{clean(small)}</dd></div>'
        )
    return f'<dl class="cards">{"".join(parts)}</dl>'


def _target(made: Replay) -> str:
    """The target, where all queues have the same."""
    targets = {queue.service_level.target for queue in made.trace.queues if queue.service_level is not None}
    return f"; target {100 * targets.pop():g} %" if len(targets) == 1 else ""


def _sides(made: Replay) -> list[_Side]:
    """What charts compare: the replay and the log, or else the queues, where there are a few."""
    happened = made.trace.happened
    if happened is not None and all(fate.wait_s is not None for fate in happened):
        return [("replay", made.fates), ("log", happened)]
    queues: dict[str, list[Fate]] = {queue.name: [] for queue in made.trace.queues}
    for fate in made.fates:
        queues[fate.call.contact.queue].append(fate)
    sides: list[_Side] = [(name, fates) for name, fates in queues.items() if fates]
    return sides if 1 < len(sides) <= SERIES else [("all", made.fates)]


def _listed(names: Sequence[str]) -> str:
    """Names as a sentence has them."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _waiting(made: Replay) -> str:
    sides = [(name, waiting_profile(fates)) for name, fates in _sides(made)]
    known = [(name, profile) for name, profile in sides if profile is not None]
    if not known:
        return ""
    first, last = _span([profile for _, profile in known])
    bin_s = known[0][1].bin_s
    places = [f"{clock(index * bin_s)} to {clock((index + 1) * bin_s)}" for index in range(first, last)]
    per_hour = int(3600 // bin_s)
    edges = [(index - first, clock(index * bin_s)) for index in range(first, last + 1) if not index % per_hour]
    series = [Series(name, profile.mean[first:last]) for name, profile in known]
    days = known[0][1].days
    name, profile = max(known, key=lambda entry: max(entry[1].most)) if len(known) > 2 else known[0]
    peak = max(range(len(profile.most)), key=lambda index: profile.most[index])
    of = f" in {name}" if len(known) > 2 else ""
    title = f"At most {profile.most[peak]} waited at the same moment{of}, at {clock(peak * bin_s)}"
    if len(known) == 2 and known[1][0] == "log":
        title += f"; in the log, {max(known[1][1].most)}"
    over = "" if days == 1 else f", mean of {days} days"
    says = f"Contacts waiting in each quarter hour{over}: {_listed([name for name, _ in known])}."
    options = {"title": title, "says": says, "unit": "contacts waiting (mean)", "below": "time of day"}
    drawings = [
        lines(f"waiting-{width}", series, places, edges=edges, width=width, **options) for width in (WIDE, NARROW)
    ]
    heads = ("time", "arrivals", *(f"{name}: {what}" for name, _ in known for what in ("mean waiting", "most")))
    rows = tuple(
        (
            clock(index * bin_s),
            f"{sum(profile.arrivals[index] for _, profile in _arrivals_of(known)):.1f}",
            *(text for _, profile in known for text in (f"{profile.mean[index]:.1f}", count(profile.most[index]))),
        )
        for index in range(first, last)
    )
    grid = summary.Grid("Waiting by quarter hours", heads, rows)
    return figure("Waiting over the day", title, says, drawings, [name for name, _ in known], grid)


def _arrivals_of(known: Sequence[tuple[str, Profile]]) -> Sequence[tuple[str, Profile]]:
    """The profiles whose arrivals add up to all: the queues', or the replay's alone, which are the log's too."""
    return known[:1] if known[-1][0] == "log" else known


def _span(profiles: Sequence[Profile]) -> tuple[int, int]:
    """The first and one past the last bin in which anything happens, out to whole hours."""
    bins = len(profiles[0].mean)
    busy = [index for index in range(bins) if any(one.arrivals[index] or one.mean[index] > 0.0 for one in profiles)]
    per_hour = max(1, int(3600 // profiles[0].bin_s))
    first = busy[0] // per_hour * per_hour
    last = -(-(busy[-1] + 1) // per_hour) * per_hour
    return first, min(last, bins)


def _distribution(made: Replay) -> str:
    sides = _sides(made)
    if not made.fates:
        return ""
    names = [name for _, name in _CLASSES]
    series = []
    for name, fates in sides:
        connected = _shares(fates, Outcome.CONNECTED)
        series.append(Series(name, connected, _shares(fates, Outcome.ABANDONED)))
    at_once, minute = (_within(made.fates, limit) for limit in (0.0, 60.0))
    title = f"{minute:.0f} % were connected within a minute"
    title += f", {at_once:.0f} % at once" if at_once >= 0.5 else ""
    says = (
        f"Share of contacts by how long they waited: {_listed([name for name, _ in sides])}. "
        "The lighter upper part abandoned after that long."
    )
    options = {
        "title": title, "says": says, "unit": "share of contacts", "below": "waited at most", "lighter": "abandoned",
    }  # fmt: skip
    drawings = [
        columns(f"waits-{width}", series, called, width=width, **options)
        for width, called in ((WIDE, names), (NARROW, _SHORT))
    ]
    heads = ("waited at most", *(f"{one.name}: {what}" for one in series for what in ("connected", "abandoned")))
    rows = tuple(
        (name, *(f"{part:.1f} %" for one in series for part in (one.values[index], one.lighter[index])))
        for index, name in enumerate(names)
    )
    grid = summary.Grid("Shares of contacts by wait", heads, rows)
    return figure("How long people waited", title, says, drawings, [name for name, _ in sides], grid)


def _within(fates: Sequence[Fate], limit_s: float) -> float:
    """Per cent of all these contacts that were connected within so long."""
    waits = [fate.wait_s for fate in fates if fate.outcome == Outcome.CONNECTED and fate.wait_s is not None]
    return 100.0 * sum(wait <= limit_s for wait in waits) / len(fates)


def _shares(fates: Sequence[Fate], outcome: str) -> tuple[float, ...]:
    """Per cent of all these contacts that ended so, by the class of their wait."""
    counts = [0] * len(_CLASSES)
    for fate in fates:
        if fate.outcome == outcome and fate.wait_s is not None:
            counts[next(index for index, (most, _) in enumerate(_CLASSES) if fate.wait_s <= most)] += 1
    return tuple(100.0 * number / len(fates) for number in counts)


def _agents(made: Replay) -> str:
    real = {load.agent: load.occupancy for load in made.trace.loads or ()}
    entries = []
    for load in made.loads:
        if load.occupancy is None:
            continue
        mark = real.get(load.agent)
        told = f"{load.agent}: busy {percent(load.occupancy)} of the staffed time, {count(load.contacts)} contacts"
        entries.append(Bar(load.agent, load.occupancy, mark, told + (f"; log {percent(mark)}" if mark else "")))
    if not entries:
        return ""
    least, most = min(entries, key=lambda bar: bar.value), max(entries, key=lambda bar: bar.value)
    title = (
        f"Agents were busy {percent(made.figures.occupancy)} of their time: "
        f"{least.name} least ({percent(least.value)}), {most.name} most ({percent(most.value)})"
    )
    says = "Share of the staffed time in which an agent had at least one contact in hand, wrap-up included."
    drawings = [
        bars(f"agents-{width}", entries, width=width, title=title, says=says, below="busy share of the staffed time")
        for width in (WIDE, NARROW)
    ]
    names = ["replay", "log"] if real else []
    return figure("Load of each agent", title, says, drawings, names, summary.agents(made))


def _queues(made: Replay) -> str:
    return section("Queues", table(summary.by_queue(made))) if len(made.by_queue) > 1 else ""


def _days(made: Replay) -> str:
    grid = summary.by_day(made)
    return section("Days", table(grid)) if len(grid.rows) > 1 else ""


def _notes(made: Replay) -> str:
    if not made.notes:
        return ""
    return section("Why somebody waits", "".join(f"<pre>{_lines_of(note)}</pre>" for note in made.notes))


def _lines_of(note: str) -> str:
    return "\n".join(clean(line) for line in note.splitlines())


def problems(made: Replay) -> str:
    """The rows that were skipped, behind a click."""
    faults = made.trace.problems
    if not faults:
        return ""
    rows = tuple(
        (clean_cell(problem.problem), count(problem.line), str(problem.column or NOTHING))
        for problem in faults[:_TOLD_OF]
    )
    more = len(faults) - len(rows)
    said = f"{count(len(faults))} rows made no sense and were left out"
    said += f": the first {_TOLD_OF} of them" if more > 0 else ""
    grid = summary.Grid("Bad rows", ("problem", "line", "column"), rows)
    inside = f"<details><summary>{said}</summary>{table(grid)}</details>"
    return section("Rows that were skipped", inside)


def clean_cell(text: str) -> str:
    """A problem's words, short enough for a cell."""
    return text if len(text) <= 160 else f"{text[:159]}\u2026"


def _footer(made: Replay, took_s: float | None) -> str:
    settings = made.settings
    took = f" in {took_s:.2f} s" if took_s is not None else ""
    chosen = [f"{kind} order {name}" for kind, name in summary.orders(settings).items() if name is not None]
    return (
        "<footer><p>Waits count from a contact's arrival. The service level is the share of all routed contacts that "
        "were connected within the limit; who hangs up counts against it. Occupancy is the share of the staffed time "
        "with at least one contact in hand. Jain's index is 1 when all agents talk for the same share of their staffed "
        "time, and 1/n when one of n does it all. docs/replay.md has every definition.</p>"
        f"<p>{count(made.decisions)} decisions and {count(made.events)} events{took}; seed {settings.seed}"
        f"{clean(''.join(f', {words}' for words in chosen))}. Digest of the events: "
        f"<code>{clean(made.digest)}</code></p></footer>"
    )
