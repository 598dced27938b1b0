"""Charts on a plane as SVG text: what was said against what came, and shares against what they should be.

Only drawing lives here, as in `svg`, whose canvas, colours and habits these share.
"""

from __future__ import annotations

from collections.abc import Sequence

from routekit.reporting.svg import SERIES, Canvas, Series, nice_ticks

__all__ = ["calibration", "density", "shares"]


def calibration(
    key: str, levels: Sequence[float], series: Sequence[Series], *, width: int, title: str, says: str, below: str,
    unit: str,
) -> str:  # fmt: skip
    """A line for each series over the levels, both from 0 to 1, beside the diagonal on which they should lie."""
    side = min(width, 480)
    canvas = Canvas(key, width, side, title, says)
    left = 46.0 + (width - side) / 2
    right, top, bottom = left + side - 66.0, 26.0, side - 40.0

    def x(share: float) -> float:
        return left + (right - left) * share

    def y(share: float) -> float:
        return bottom - (bottom - top) * share

    canvas.text(left - 44.0, 12.0, unit, "start", "unit")
    for tick in range(0, 101, 20):
        canvas.line(x(0.0), y(tick / 100), x(1.0), y(tick / 100), "grid" if tick else "axis")
        canvas.text(left - 6.0, y(tick / 100) + 4.0, f"{tick} %", "end")
        canvas.text(x(tick / 100), bottom + 17.0, f"{tick} %")
    canvas.line(x(0.0), y(0.0), x(1.0), y(1.0), "axis dash")
    canvas.text((left + right) / 2, canvas.height - 4, below, "middle", "unit")
    # The first on top.
    for number, one in reversed(list(enumerate(series))):
        color = f"s{number % SERIES + 1}"
        points = [(x(level), y(share)) for level, share in zip(levels, one.values, strict=True)]
        canvas.path(points, f"line {color}")
        for (across, up), level, share in zip(points, levels, one.values, strict=True):
            canvas.dot(
                across, up, 3.5, f"bar {color}", f"{one.name}: {100 * share:.1f} % within the {level:.0%} quantile"
            )
    return canvas.done()


def shares(
    key: str, places: Sequence[str], series: Sequence[Series], aims: Sequence[float], *, width: int, title: str,
    says: str, unit: str,
) -> str:  # fmt: skip
    """Shares from 0 to 1 by place, with a line for what each series should be; the axis begins where there is something
    to see."""
    canvas = Canvas(key, width, 300, title, says)
    left, right, top, bottom = 50.0, width - 20.0, 26.0, 250.0
    least = min((*aims, *(value for one in series for value in one.values)))
    low = max(0.0, int(least * 20 - 0.5) / 20)

    def y(share: float) -> float:
        return bottom - (bottom - top) * (share - low) / (1.0 - low)

    canvas.text(2.0, 12.0, unit, "start", "unit")
    ticks = round((1.0 - low) * 20)
    step = 1 if ticks <= 6 else 2
    for tick in range(20, 19 - ticks, -step):
        canvas.line(left, y(tick / 20), right, y(tick / 20), "grid")
        canvas.text(left - 6.0, y(tick / 20) + 4.0, f"{5 * tick} %", "end")
    for number, aim in enumerate(aims):
        canvas.line(left, y(aim), right, y(aim), f"aim s{number % SERIES + 1}")
    wide = (right - left) / max(len(places), 1)
    room = max(1, round(max(map(len, places), default=0) * 7.0 / wide + 0.5))
    for index, place in enumerate(places):
        if not index % room:
            canvas.text(left + (index + 0.5) * wide, bottom + 17.0, place)
    for number, one in enumerate(series):
        color = f"s{number % SERIES + 1}"
        points = [(left + (index + 0.5) * wide, y(value)) for index, value in enumerate(one.values)]
        canvas.path(points, f"line {color}")
        for (across, up), place, value in zip(points, places, one.values, strict=True):
            canvas.dot(across, up, 4.0, f"bar {color}", f"{place}, {one.name}: {100 * value:.1f} %")
    return canvas.done()


def density(
    key: str, cells: Sequence[Sequence[int]], step: float, middle: Sequence[float | None], *, width: int, title: str,
    says: str, below: str, unit: str, middle_says: str,
) -> str:  # fmt: skip
    """How many fell into each cell: `cells[across][up]`, both in steps of `step` from 0; the more, the darker.

    `middle` is a line through each column, None where there is none. The diagonal is where what came was what was said.
    """
    side = min(width, 520)
    canvas = Canvas(key, width, side, title, says)
    left = 56.0 + (width - side) / 2
    right, top, bottom = left + side - 76.0, 26.0, side - 40.0
    count = len(cells)
    size = (right - left) / max(count, 1)
    most = max((number for column in cells for number in column), default=0)
    canvas.text(left - 54.0, 12.0, unit, "start", "unit")
    for value in nice_ticks(step * count, 5 if side > 400 else 4):
        if value > step * count * 1.001:
            continue
        at = value / step * size
        canvas.line(left, bottom - at, right, bottom - at, "grid" if value else "axis")
        canvas.text(left - 6.0, bottom - at + 4.0, f"{value:,g}", "end")
        canvas.text(left + at, bottom + 17.0, f"{value:,g}")
    for across, column in enumerate(cells):
        for up, number in enumerate(column):
            if number:
                shade = 1 + min(9, int(9.999 * (number / most) ** 0.5))
                said = (
                    f"said {across * step:g} to {(across + 1) * step:g} s, came {up * step:g} to {(up + 1) * step:g} s"
                )
                canvas.box(left + across * size, bottom - (up + 1) * size, size, size, f"bar s1 d{shade}",
                           f"{said}: {number} calls")  # fmt: skip
    canvas.line(left, bottom, right, top + (bottom - top) - count * size, "axis dash")
    known = [(across, came) for across, came in enumerate(middle) if came is not None]
    points = [(left + (across + 0.5) * size, bottom - came / step * size) for across, came in known]
    canvas.path([point for point in points if point[1] >= top], "line s2")
    for (x, y), (_, came) in zip(points, known, strict=True):
        if y >= top:
            canvas.dot(x, y, 2.5, "bar s2", f"{middle_says}: {came:.0f} s")
    canvas.text((left + right) / 2, canvas.height - 4, below, "middle", "unit")
    return canvas.done()
