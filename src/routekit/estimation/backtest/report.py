"""A backtest as tables and as a page: what is shown, and in which words.

Figures come from `scores`, drawings from `reporting.svg` and `reporting.plane`. The page asks the network for nothing
and has no script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from routekit.estimation.backtest.methods import entries
from routekit.estimation.backtest.play import LEVELS, Estimate
from routekit.estimation.backtest.scores import Result, Scores
from routekit.reporting.html import NARROW, WIDE, document, figure, section, table
from routekit.reporting.plane import calibration, density, shares
from routekit.reporting.summary import Grid
from routekit.reporting.svg import SERIES, Series, clean, lines
from routekit.reporting.words import NOTHING, count, percent, seconds

__all__ = ["accounting", "methods_grid", "page", "shown"]

LEAST_A_DAY = 30
"""A day or hour with fewer calls is left out of ranges and charts: its share would be chance."""
_CELLS = 30
_TOLD_OF = 100


def shown(result: Result) -> str:
    """The method that charts are about: the default one if it was played, else the first."""
    return result.default if result.default in result.methods else next(iter(result.methods))


def accounting(result: Result) -> tuple[str, ...]:
    """Where each call went, as sentences."""
    played = result.played
    skipped = len(played.log.problems)
    said = f"{count(played.log.rows)} rows, {count(skipped)} of them bad and left out, on {played.log.days} days"
    lines_ = [said]
    if played.train is not None:
        lines_.append(f"Trained on {played.train.source}: {count(played.train.rows)} rows on {played.train.days} days")
    if played.train_days:
        lines_.append(f"The first {played.train_days} days train and are not scored")
    all_ = len(result.targets) + result.censored + result.vanished + result.open
    lines_.append(
        f"{count(all_)} calls waited = {count(len(result.targets))} answered + {count(result.censored)} hung up + "
        f"{count(result.vanished)} gone when handed over + {count(result.open)} with no end in the log"
    )
    lines_.append(
        f"Scores are over the answered ({result.target}). Of the {count(result.censored)} who hung up nobody knows"
        " how long they would have waited"
    )
    return tuple(lines_)


_COLUMNS = (
    "method",
    "RMSE",
    "RRASE",
    "MAE",
    "bias",
    "in P80",
    "in P90",
    "P90 by day",
    "loss P80",
    "loss P90",
    "silent",
)


def methods_grid(result: Result) -> Grid:
    """All methods, one a line; the best of each column stands out where there are several."""
    rows = tuple(_row(name, scores) for name, scores in result.methods.items())
    keys: tuple[tuple[int, list[float | None]], ...] = tuple(
        (column, [worth(scores) for scores in result.methods.values()]) for column, worth in _WORTH.items()
    )
    best: set[tuple[int, int]] = set()
    if len(rows) > 1:
        for column, values in keys:
            known = [round(value, 9) for value in values if value is not None]
            if len(set(known)) > 1:
                best.update((place, column) for place, value in enumerate(values)
                            if value is not None and round(value, 9) == min(known))  # fmt: skip
    return Grid("Methods", _COLUMNS, rows, frozenset(best))


def _off(share: float | None, aim: float) -> float | None:
    return None if share is None else abs(share - aim)


_WORTH: dict[int, Callable[[Scores], float | None]] = {
    1: lambda scores: scores.rmse,
    2: lambda scores: scores.rrase,
    3: lambda scores: scores.mae,
    4: lambda scores: None if scores.bias is None else abs(scores.bias),
    5: lambda scores: _off(scores.coverage_p80, 0.8),
    6: lambda scores: _off(scores.coverage_p90, 0.9),
    8: lambda scores: scores.pinball_p80,
    9: lambda scores: scores.pinball_p90,
}
"""What is compared in each column: the least is the best."""


def _row(name: str, scores: Scores) -> tuple[str, ...]:
    def number(value: float | None, sign: str = "") -> str:
        return NOTHING if value is None else f"{value:{sign}.1f}"

    days = scores.coverage_p90_by_day
    full = [share for day, share in days.items() if scores.n_by_day[day] >= LEAST_A_DAY]
    return (
        name,
        number(scores.rmse),
        NOTHING if scores.rrase is None else f"{scores.rrase:.3f}",
        number(scores.mae),
        number(scores.bias, "+"),
        percent(scores.coverage_p80),
        percent(scores.coverage_p90),
        f"{100 * min(full):.0f} - {100 * max(full):.0f} %" if full else NOTHING,
        number(scores.pinball_p80),
        number(scores.pinball_p90),
        count(scores.silent),
    )


def page(result: Result) -> str:
    """The page as text, to be saved as UTF-8. Cost: O(estimates)."""
    name = shown(result)
    said = "".join(f"<p>{clean(line)}.</p>" for line in accounting(result))
    source = result.played.log.source
    head = "Backtest of wait estimates"
    sections = [
        f'<header><p class="kicker">{head}</p><h1>{clean(source)}</h1>{said}</header>',
        _cards(result, name),
        section("Methods", table(methods_grid(result)) + _terms(result)),
    ]
    if result.methods[name].n:
        sections += [
            _calibration(result, name),
            _against_truth(result, name),
            _by_day(result, name),
            _by_hour(result, name),
        ]
    sections += [_problems(result), _footer()]
    return document(f"{head}: {source}", sections)


def _cards(result: Result, name: str) -> str:
    scores = result.methods[name]
    mean = f"the mean wait was {seconds(result.mean_wait_s)}"
    days = [share for day, share in scores.coverage_p90_by_day.items() if scores.n_by_day[day] >= LEAST_A_DAY]
    by_day = f"day by day {100 * min(days):.0f} to {100 * max(days):.0f} %" if days else "said to be 90 %"
    bias = NOTHING if scores.bias is None else f"{scores.bias:+.1f} s"
    cards = (
        (f"RMSE of {name}", seconds(scores.rmse), mean),
        ("Half are off by", seconds(scores.median_error), "at most, from the median that was said"),
        ("Bias", bias, "above 0: it said too much"),
        ("Within the P80", percent(scores.coverage_p80), "said to be 80 %"),
        ("Within the P90", percent(scores.coverage_p90), by_day),
    )
    inside = "".join(
        f'<div class="card"><dt>{clean(label)}</dt><dd class="big">{clean(value)}</dd>'
        f'<dd class="small">{clean(small)}</dd></div>'
        for label, value, small in cards
    )
    return f'<dl class="cards">{inside}</dl>'


def _terms(result: Result) -> str:
    """What each method is."""
    says = {entry.name: entry.says for entry in entries()}
    parts = "".join(f"<dt>{clean(name)}</dt><dd>{clean(says.get(name, ''))}</dd>" for name in result.methods)
    return f'<dl class="terms">{parts}</dl>'


def _calibration(result: Result, name: str) -> str:
    # Beside it those that are furthest off: methods that are right all look alike here.
    known = {one: scores.observed for one, scores in result.methods.items() if scores.observed is not None}
    others = sorted((one for one in known if one != name), key=lambda one: -_furthest(known[one]))
    series = [Series(one, known[one]) for one in (name, *others[: SERIES - 1]) if one in known]
    if not series:
        return ""
    first = series[0]
    worst = max(range(len(LEVELS)), key=lambda place: abs(first.values[place] - LEVELS[place]))
    title = (
        f"{first.name} is at most {100 * _furthest(first.values):.1f} points off: "
        f"its {LEVELS[worst]:.0%} quantile held {100 * first.values[worst]:.1f} % of the waits"
    )
    says = "How many waits were within each quantile. On the dashed line a method is right about how often it is right."
    drawings = [
        calibration(f"calibration-{width}", LEVELS, series, width=width, title=title, says=says,
                    below="quantile that was said", unit="waits within it")
        for width in (WIDE, NARROW)
    ]  # fmt: skip
    heads = ("quantile", *(one.name for one in series))
    rows = tuple(
        (f"{level:.0%}", *(percent(one.values[place]) for one in series)) for place, level in enumerate(LEVELS)
    )
    grid = Grid("Waits within each quantile", heads, rows)
    return figure("Does it know how often it is right?", title, says, drawings, [one.name for one in series], grid)


def _furthest(observed: Sequence[float]) -> float:
    """By how much the share within a quantile is off, where it is most."""
    return max(abs(share - level) for share, level in zip(observed, LEVELS, strict=True))


def _pairs(result: Result, name: str) -> Iterator[tuple[Estimate, float]]:
    said = result.played.said[name]
    for number in result.targets:
        one, waited = said[number], result.played.records[number].waited_s
        if one is not None and waited is not None:
            yield one, waited


def _against_truth(result: Result, name: str) -> str:
    pairs = [(one.p50, waited) for one, waited in _pairs(result, name)]
    both = sorted([said for said, _ in pairs] + [waited for _, waited in pairs])
    step = _nice_step(both[min(len(both) - 1, int(0.985 * len(both)))])
    cells = [[0] * _CELLS for _ in range(_CELLS)]
    columns: list[list[float]] = [[] for _ in range(_CELLS)]
    outside = 0
    for said, waited in pairs:
        across, up = int(said / step), int(waited / step)
        if across < _CELLS:
            columns[across].append(waited)
        if across < _CELLS and up < _CELLS:
            cells[across][up] += 1
        else:
            outside += 1
    middle = [_middle(column) if len(column) >= LEAST_A_DAY else None for column in columns]
    near = sum(abs(said - waited) <= 60.0 for said, waited in pairs) / len(pairs)
    title = f"{percent(near)} of the waits were within a minute of the median that {name} said"
    says = (
        f"The wait that was said (median) and the wait that came; the darker, the more calls. On the dashed line"
        f" both are the same. The line through the dots is the median of what came. {count(outside)} calls lie outside."
    )
    drawings = [
        density(f"truth-{width}", cells, step, middle, width=width, title=title, says=says,
                below="said: median, seconds", unit="came: seconds", middle_says="the median of what came")
        for width in (WIDE, NARROW)
    ]  # fmt: skip
    rows = tuple(
        (
            f"{place * step:g} to {(place + 1) * step:g} s",
            count(len(column)),
            seconds(_middle(column) if column else None),
        )
        for place, column in enumerate(columns)
    )
    grid = Grid("What came, by what was said", ("said", "calls", "median of what came"), rows)
    return figure("What was said, and what came", title, says, drawings, [], grid)


def _nice_step(most: float) -> float:
    for step in (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0):
        if step * _CELLS >= most:
            return step
    return 300.0


def _middle(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return 0.5 * (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2])


def _by_day(result: Result, name: str) -> str:
    scores = result.methods[name]
    days = [day for day, number in scores.n_by_day.items() if number >= LEAST_A_DAY]
    if len(days) < 2:
        return ""
    series = [
        Series("within the P90", tuple(scores.coverage_p90_by_day[day] for day in days)),
        Series("within the P80", tuple(scores.coverage_p80_by_day[day] for day in days)),
    ]
    worst = max(days, key=lambda day: abs(scores.coverage_p90_by_day[day] - 0.9))
    title = f"On its worst day ({worst}) the P90 of {name} held {percent(scores.coverage_p90_by_day[worst])}"
    says = f"Share of waits within the P80 and the P90, by day; days with fewer than {LEAST_A_DAY} calls are left out."
    drawings = [
        shares(f"days-{width}", [_short(day) for day in days], series, (0.9, 0.8), width=width, title=title, says=says,
               unit="waits within the quantile")
        for width in (WIDE, NARROW)
    ]  # fmt: skip
    rows = tuple(
        (day, count(number), percent(scores.coverage_p80_by_day[day]), percent(scores.coverage_p90_by_day[day]))
        for day, number in scores.n_by_day.items()
    )
    grid = Grid("Coverage by day", ("day", "calls", "within the P80", "within the P90"), rows)
    return figure("Day by day", title, says, drawings, [one.name for one in series], grid)


def _short(day: str) -> str:
    """A date as a chart's axis has it: month and day."""
    return day[5:] if len(day) == 10 and day[4] == "-" else day


def _by_hour(result: Result, name: str) -> str:
    others = (one for one in result.methods if one != name and result.methods[one].n)
    names = [name, *sorted(others, key=lambda one: result.methods[one].mae or 0.0)[:2]]
    tables = {one: {hour.hour: hour for hour in result.methods[one].by_hour} for one in names}
    full = [hour.hour for hour in result.methods[name].by_hour if hour.n >= LEAST_A_DAY]
    if len(full) < 2:
        return ""
    hours = range(min(full), max(full) + 1)
    series = [
        Series(one, tuple(tables[one][hour].mae if hour in tables[one] else 0.0 for hour in hours)) for one in names
    ]
    worst = max(full, key=lambda hour: tables[name][hour].mae)
    title = (
        f"{name} is worst between {worst}:00 and {worst + 1}:00: off by {seconds(tables[name][worst].mae)} in the mean"
    )
    says = "Mean distance between the median that was said and the wait that came, by the hour of joining."
    places = [f"{hour}:00 to {hour + 1}:00" for hour in hours]
    edges = [(place, f"{hour}:00") for place, hour in enumerate((*hours, hours[-1] + 1))]
    drawings = [
        lines(f"hours-{width}", series, places, edges=edges, width=width, title=title, says=says,
              unit="seconds off (MAE)", below="hour of joining")
        for width in (WIDE, NARROW)
    ]  # fmt: skip
    rows = tuple(
        (f"{hour.hour}:00", count(hour.n), seconds(hour.mae), f"{hour.bias:+.1f} s")
        for hour in result.methods[name].by_hour
    )
    grid = Grid("Errors by hour", ("hour", "calls", "MAE", "bias"), rows)
    return figure("Hour by hour", title, says, drawings, names, grid)


def _problems(result: Result) -> str:
    faults = result.played.log.problems
    if not faults:
        return ""
    rows = tuple((one.problem[:160], count(one.line), str(one.column or NOTHING)) for one in faults[:_TOLD_OF])
    grid = Grid("Bad rows", ("problem", "line", "column"), rows)
    inside = f"<details><summary>{count(len(faults))} rows made no sense</summary>{table(grid)}</details>"
    return section("Rows that were left out", inside)


def _footer() -> str:
    return (
        "<footer><p>Every estimate was made when the call joined the line, from what was known in that second. RMSE is"
        " of the mean that was said, RRASE the same over the mean wait, MAE of the median; the loss is the mean pinball"
        " loss of a quantile, in seconds, and least for the true one. Silent: too little data to say anything. Days"
        f" with fewer than {LEAST_A_DAY} calls are left out of ranges. docs/waits.md has every definition.</p></footer>"
    )
