"""Panels of lines on logarithmic axes, as an SVG that is text: small, the same for the same figures, in light and dark.

What lives here knows nothing of what is drawn. A library would draw it, too, as ten times as much text that changes
with its version.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

__all__ = ["Line", "Panel", "picture"]

WIDTH, HEIGHT = 470, 300
"""Of what the axes of a panel enclose."""
LEFT, TOP, BETWEEN, BELOW = 84, 52, 64, 56
# Colours that are told apart without red and green; the second ones are for a dark page.
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #333 } .title { font-weight: 600 } .tick { font-size: 12px }
.grid { stroke: #8884; stroke-width: 1 } .line { fill: none; stroke-width: 2 } .named { font-weight: 600 }
.a { --c: #b8480a } .b { --c: #2f7fc2 } .c { --c: #0b3d91 } .d { --c: #666 }
.c.line { stroke-width: 3.5 } .line { stroke: var(--c) } circle, .named { fill: var(--c) }
@media (prefers-color-scheme: dark) {
 text { fill: #ccc } .a { --c: #f0883e } .b { --c: #79c0ff } .c { --c: #58e1d0 } .d { --c: #aaa }
}"""
LETTERS = "abcd"


@dataclass(frozen=True)
class Line:
    """Points of one thing, both numbers above zero, with the smallest first."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """Some lines over one quantity."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class _Axis:
    """From where to where, in powers of ten, and where these are in the picture."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def decades(self) -> list[float]:
        return [10.0**power for power in range(math.ceil(self.low), math.floor(self.high) + 1)]


def _axis(values: Sequence[float], start: float, end: float, margin: float = 0.0) -> _Axis:
    return _Axis(math.log10(min(values)) - margin, math.log10(max(values)) + margin, start, end)


def _number(value: float) -> str:
    """Two digits that count."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def _text(x: float, y: float, text: str, kind: str, anchor: str = "middle") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _panel(panel: Panel, x: _Axis, y: _Axis, *, named: bool) -> Iterator[str]:
    for value in y.decades():
        at = y.place(value)
        yield f'<path class="grid" d="M{x.start:.1f} {at:.1f}H{x.end:.1f}"/>'
        if named:
            yield _text(x.start - 10, at + 4, f"{value:,.0f}" if value >= 1 else f"{value:g}", "tick", "end")
    for value in x.decades():
        yield _text(x.place(value), y.start + 20, f"{value:,.0f}", "tick")
    yield _text((x.start + x.end) / 2, y.start + 44, panel.title, "title")
    for letter, line in zip(LETTERS, panel.lines, strict=False):
        places = [(x.place(of), y.place(value)) for of, value in line.points]
        yield f'<path class="line {letter}" d="M{" L".join(f"{a:.1f} {b:.1f}" for a, b in places)}"/>'
        for (a, b), (of, value) in zip(places, line.points, strict=True):
            told = f"<title>{of:,.0f}: {_number(value)}</title>"
            yield f'<circle class="{letter}" cx="{a:.1f}" cy="{b:.1f}" r="3.5">{told}</circle>'
        a, b = places[-1]
        last = _number(line.points[-1][1])
        name = f"{line.name}: {last}" if named else last
        beside = a < (x.start + x.end) / 2  # there is room on its right
        yield _text(
            *((a + 10, b + 4) if beside else (a, b - 10)), name, f"named {letter}", "start" if beside else "end"
        )


def picture(title: str, panels: Sequence[Panel]) -> str:
    """The panels side by side on one scale; lines in the same order have the same colour and are named in the first."""
    values = [value for panel in panels for line in panel.lines for _, value in line.points]
    y = _axis(values, TOP + HEIGHT, TOP, margin=0.25)
    width = LEFT + len(panels) * (WIDTH + BETWEEN)
    drawn = []
    for number, panel in enumerate(panels):
        start = LEFT + number * (WIDTH + BETWEEN)
        sizes = [of for line in panel.lines for of, _ in line.points]
        drawn += _panel(panel, _axis(sizes, start, start + WIDTH), y, named=number == 0)
    size = f'viewBox="0 0 {width} {TOP + HEIGHT + BELOW}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{escape(title)}</title>'
    return "\n".join([head, f"<style>{STYLE}</style>", _text(12, 24, title, "title", "start"), *drawn, "</svg>\n"])
