"""Five kinds of charts as SVG text: lines over the day, columns by class, bars, groups of bars and dots by name.

Only drawing lives here, in units of CSS pixels; what is drawn and what it is called comes from `page`. Colours are CSS
classes (`s1` to `s5` for the series), so that a page can be light or dark. A chart names itself (`title`, `desc`) to
those who do not see it, and each of its marks carries its figures as a tooltip.

A plotting library was tried on paper and left out: the light and dark page, text that stays text and a narrow drawing
for phones would all have been work around it, for a few simple drawings.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from html import escape

from routekit.reporting.words import printable

__all__ = ["SERIES", "Bar", "Canvas", "Series", "bars", "clean", "columns", "dots", "groups", "lines", "nice_ticks"]

SERIES = 5
"""How many series have a colour of their own."""
MOST_ASIDE = 30
"""How many letters of a name stand beside a row."""
_TEXT = 12
_GAP = 4


@dataclasses.dataclass(frozen=True)
class Series:
    """One series: its name, and a value for each place on the axis. `lighter` is stacked upon them."""

    name: str
    values: tuple[float, ...]
    lighter: tuple[float, ...] = ()


@dataclasses.dataclass(frozen=True)
class Bar:
    """One named bar: its value, a second one to compare with, and what the tooltip says."""

    name: str
    value: float
    mark: float | None
    says: str


def clean(text: str) -> str:
    """Text for HTML and XML alike: escaped, and without the control characters that XML knows no way to write.

    >>> clean('a < b' + chr(0))
    'a &lt; b\\ufffd'
    """
    return escape(printable(text, "\ufffd"), quote=True)


def nice_ticks(most: float, count: int = 5) -> list[float]:
    """Round values from 0 that reach `most`, about `count` steps of them.

    >>> nice_ticks(34), nice_ticks(0.07)
    ([0.0, 10.0, 20.0, 30.0, 40.0], [0.0, 0.02, 0.04, 0.06, 0.08])
    """
    if not math.isfinite(most) or most <= 0.0:
        return [0.0, 1.0]
    rough = most / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * 0.999)
    steps = math.ceil(most / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(steps + 1)]


class Canvas:
    """Collects the parts of one drawing."""

    def __init__(self, key: str, width: int, height: int, title: str, says: str) -> None:
        self.width, self.height = width, height
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' role="img" aria-labelledby="{key}-t {key}-d">',
            f'<title id="{key}-t">{clean(title)}</title><desc id="{key}-d">{clean(says)}</desc>',
        ]

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        self.parts.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>')

    def text(self, x: float, y: float, text: str, anchor: str = "middle", kind: str = "tick") -> None:
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{clean(text)}</text>')

    def box(self, x: float, y: float, width: float, height: float, kind: str, says: str = "") -> None:
        told = f"<title>{clean(says)}</title>" if says else ""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.0):.1f}" height="{max(height, 0.0):.1f}"'
            f' class="{kind}">{told}</rect>'
        )

    def dot(self, x: float, y: float, radius: float, kind: str, says: str) -> None:
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="{kind}"><title>{clean(says)}</title></circle>'
        )

    def path(self, points: Sequence[tuple[float, float]], kind: str, close_at: float | None = None) -> None:
        if not points:
            return
        steps = [f"{'L' if number else 'M'}{x:.1f} {y:.1f}" for number, (x, y) in enumerate(points)]
        if close_at is not None:
            steps += [f"L{points[-1][0]:.1f} {close_at:.1f}", f"L{points[0][0]:.1f} {close_at:.1f}Z"]
        self.parts.append(f'<path d="{"".join(steps)}" class="{kind}"/>')

    def done(self) -> str:
        return "".join([*self.parts, "</svg>"])


class Frame:
    """The plot area of a chart with an upright axis of values: lines, labels, and the scale."""

    def __init__(self, canvas: Canvas, most: float, unit: str, value: str = "{:g}") -> None:
        ticks = nice_ticks(most)
        labels = [value.format(tick) for tick in ticks]
        self.left = 14.0 + 7.0 * max(len(label) for label in labels)
        self.right = canvas.width - 20.0
        self.top = 26.0
        self.bottom = canvas.height - 40.0
        self.most = ticks[-1]
        canvas.text(2.0, 12.0, unit, "start", "unit")
        for tick, label in zip(ticks, labels, strict=True):
            canvas.line(self.left, self.y(tick), self.right, self.y(tick), "grid" if tick else "axis")
            canvas.text(self.left - _GAP - 2, self.y(tick) + 4, label, "end")

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * value / self.most


def lines(
    key: str,
    series: Sequence[Series],
    places: Sequence[str],
    *,
    edges: Sequence[tuple[int, str]],
    width: int,
    title: str,
    says: str,
    unit: str,
    below: str,
) -> str:
    """Lines over neighbouring bins. `places` name the bins, `edges` are labels of the axis: a bin's number, its text.

    The first of one or two series is filled. Tooltips give all series of a bin.
    """
    canvas = Canvas(key, width, 300, title, says)
    frame = Frame(canvas, max((max(one.values, default=0.0) for one in series), default=0.0), unit)
    step = (frame.right - frame.left) / max(len(places), 1)
    room = max(1, math.ceil(len(edges) * 46.0 / (frame.right - frame.left)))
    for index, label in edges[::room]:
        x = frame.left + index * step
        canvas.line(x, frame.bottom, x, frame.bottom + 4, "axis")
        canvas.text(x, frame.bottom + 17, label)
    canvas.text((frame.left + frame.right) / 2, canvas.height - 4, below, "middle", "unit")
    for number, one in enumerate(series):
        points = [(frame.left + (index + 0.5) * step, frame.y(value)) for index, value in enumerate(one.values)]
        if not number and len(series) < 3:
            canvas.path(points, "fill s1", frame.bottom)
        canvas.path(points, f"line s{number % SERIES + 1}")
    for index, place in enumerate(places):
        told = ", ".join(f"{one.name} {one.values[index]:.1f}" for one in series)
        canvas.box(frame.left + index * step, frame.top, step, frame.bottom - frame.top, "hover", f"{place}: {told}")
    return canvas.done()


def columns(
    key: str,
    series: Sequence[Series],
    places: Sequence[str],
    *,
    width: int,
    title: str,
    says: str,
    unit: str,
    below: str,
    lighter: str,
) -> str:
    """Columns side by side, one of each series at each place, values in per cent; `lighter` names the upper parts."""
    canvas = Canvas(key, width, 300, title, says)
    tops = [
        value + (one.lighter[index] if one.lighter else 0.0) for one in series for index, value in enumerate(one.values)
    ]
    frame = Frame(canvas, max(tops, default=0.0), unit, "{:g} %")
    step = (frame.right - frame.left) / max(len(places), 1)
    bar = min(30.0, step * 0.82 / max(len(series), 1))
    for index, place in enumerate(places):
        middle = frame.left + (index + 0.5) * step
        canvas.text(middle, frame.bottom + 17, place)
        x = middle - bar * len(series) / 2
        for number, one in enumerate(series):
            value, more = one.values[index], one.lighter[index] if one.lighter else 0.0
            told = f"{one.name}, {place}: {value:.1f} %" + (f" and {lighter} {more:.1f} %" if more else "")
            color = f"s{number % SERIES + 1}"
            canvas.box(x + 1, frame.y(value), bar - 2, frame.bottom - frame.y(value), f"bar {color}", told)
            if more:
                height = frame.y(value) - frame.y(value + more)
                canvas.box(x + 1, frame.y(value + more), bar - 2, height, f"bar light {color}", told)
            x += bar
    canvas.text((frame.left + frame.right) / 2, canvas.height - 4, below, "middle", "unit")
    return canvas.done()


def bars(key: str, entries: Sequence[Bar], *, width: int, title: str, says: str, below: str) -> str:
    """Lying bars from 0 to 100 %, each with its name before and its value behind it, and a mark to compare with."""
    line = 22
    canvas = Canvas(key, width, line * len(entries) + 46, title, says)
    longest = max((len(entry.name) for entry in entries), default=0)
    left, right = 10.0 + 7.0 * min(longest, 18), canvas.width - 50.0
    bottom = float(line * len(entries) + 8)
    for tick in (0, 25, 50, 75, 100):
        x = left + (right - left) * tick / 100
        canvas.line(x, 4.0, x, bottom, "grid" if tick else "axis")
        canvas.text(x, bottom + 16, f"{tick} %")
    for number, entry in enumerate(entries):
        y = 8.0 + line * number
        name = entry.name if len(entry.name) <= 18 else f"{entry.name[:17]}\u2026"
        canvas.text(left - 6, y + 12, name, "end", "name")
        long = (right - left) * min(max(entry.value, 0.0), 1.0)
        canvas.box(left, y + 2, long, line - 8, "bar s1", entry.says)
        canvas.text(right + 6, y + 12, f"{100 * entry.value:.0f} %", "start", "tick")
        if entry.mark is not None:
            x = left + (right - left) * min(max(entry.mark, 0.0), 1.0)
            canvas.box(x - 2, y, 4, line - 4, "bar mark s2", entry.says)
    canvas.text((left + right) / 2, canvas.height - 4, below, "middle", "unit")
    return canvas.done()


def groups(
    key: str, names: Sequence[str], entries: Sequence[Series], *, aside: bool, width: int, title: str, says: str,
    below: str,
) -> str:  # fmt: skip
    """Lying bars in groups: an entry has a bar for each of `names`, with its value behind it.

    An entry's name stands to the left if `aside` says so and no name is too long for that, else above. An entry's
    `lighter` is not drawn.
    """
    aside = aside and _short(entries)
    bar, gap, head = 13, 12, 0 if aside else 20
    tall = head + bar * len(names) + gap
    canvas = Canvas(key, width, tall * len(entries) + 50, title, says)
    rows = _Rows(canvas, [entry.name for entry in entries], aside, behind=58.0)
    ticks = nice_ticks(max((value for entry in entries for value in entry.values), default=0.0), 6 if aside else 4)
    scale = (rows.right - rows.left) / ticks[-1]
    bottom = float(tall * len(entries) + 10)
    for tick in ticks:
        x = rows.left + scale * tick
        canvas.line(x, 4.0, x, bottom, "grid" if tick else "axis")
        canvas.text(x, bottom + 16, f"{tick:,g}")
    for number, entry in enumerate(entries):
        y = 10.0 + tall * number
        rows.name(number, y + 12 if head else y + bar * len(names) / 2 + 4)
        for place, (name, value) in enumerate(zip(names, entry.values, strict=True)):
            top = y + head + bar * place
            told = f"{entry.name}, {name}: {value:,.1f}"
            canvas.box(rows.left, top, scale * value, bar - 2, f"bar s{place % SERIES + 1}", told)
            # Whole numbers as such, so that counts do not look like measurements.
            words = f"{value:,.0f}" if value.is_integer() else f"{value:,.1f}"
            canvas.text(rows.left + scale * value + 5, top + 10, words, "start", "tick")
    canvas.text((rows.left + rows.right) / 2, canvas.height - 4, below, "middle", "unit")
    return canvas.done()


def dots(
    key: str, entries: Sequence[Bar], *, aside: bool, width: int, title: str, says: str, below: str
) -> str:  # fmt: skip
    """A dot for each entry on an axis that ends at 1 and begins where there is something to see.

    Bars would have to begin at 0, and then indices near 1 could not be told apart.
    """
    aside = aside and _short(entries)
    tall = 22 if aside else 36
    canvas = Canvas(key, width, tall * len(entries) + 50, title, says)
    rows = _Rows(canvas, [entry.name for entry in entries], aside, behind=58.0)
    gone = nice_ticks(max((1.0 - entry.value for entry in entries), default=0.0), 5 if aside else 3)
    scale = (rows.right - rows.left) / gone[-1]
    bottom = float(tall * len(entries) + 10)
    for tick in gone:
        x = rows.right - scale * tick
        canvas.line(x, 4.0, x, bottom, "grid")
        canvas.text(x, bottom + 16, f"{1.0 - tick:.4g}")
    for number, entry in enumerate(entries):
        y = 10.0 + tall * number
        middle = y + (8 if aside else 24)
        rows.name(number, y + 12)
        x = rows.right - scale * (1.0 - entry.value)
        canvas.line(rows.left, middle, rows.right, middle, "grid")
        canvas.dot(x, middle, 5.0, "bar s1", entry.says)
        canvas.text(rows.right + 10, middle + 4, f"{entry.value:.3f}", "start", "tick")
    canvas.text((rows.left + rows.right) / 2, canvas.height - 4, below, "middle", "unit")
    return canvas.done()


def _short(entries: Sequence[Series] | Sequence[Bar]) -> bool:
    return all(len(entry.name) <= MOST_ASIDE for entry in entries)


class _Rows:
    """Where the rows of a lying chart begin and end, and their names beside or above them."""

    def __init__(self, canvas: Canvas, names: Sequence[str], aside: bool, behind: float) -> None:
        self._canvas, self._names, self._aside = canvas, names, aside
        longest = max((len(name) for name in names), default=0)
        room = longest if aside else canvas.width // 8
        self._room = room
        self.left = 12.0 + (7.0 * room if aside else 0.0)
        self.right = canvas.width - behind

    def name(self, number: int, y: float) -> None:
        name = self._names[number]
        name = name if len(name) <= self._room else f"{name[: self._room - 1]}\u2026"
        if self._aside:
            self._canvas.text(self.left - 8, y, name, "end", "name")
        else:
            self._canvas.text(self.left + 4, y, name, "start", "name")
