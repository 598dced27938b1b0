"""The pieces that pages are built of: the document, sections, figures with their tables.

Only HTML lives here, and nothing that knows what is told. Everything is well-formed XML besides being HTML, has no
script and asks the network for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from routekit.reporting.style import STYLE
from routekit.reporting.summary import Grid
from routekit.reporting.svg import clean

__all__ = ["NARROW", "WIDE", "document", "figure", "section", "table"]

WIDE, NARROW = 860, 350
"""Widths of the two drawings of each chart, in CSS pixels: for a screen and for a phone."""


def document(title: str, sections: Sequence[str]) -> str:
    """A whole page of these sections; empty ones are left out."""
    body = "\n".join(filter(None, sections))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="color-scheme" content="light dark"/>\n'
        f"<title>{clean(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def section(title: str, inside: str) -> str:
    """A heading and what stands below it."""
    return f"<section><h2>{clean(title)}</h2>{inside}</section>"


def figure(heading: str, title: str, says: str, drawings: Sequence[str], names: Sequence[str], grid: Grid) -> str:
    """A chart in its two sizes, its legend and the same as a table."""
    wide, narrow = drawings
    legend = ""
    if len(names) > 1:
        keys = "".join(f'<li><i class="s{number + 1}"></i>{clean(name)}</li>' for number, name in enumerate(names))
        legend = f'<ul class="legend">{keys}</ul>'
    return (
        f"<section><h2>{clean(heading)}</h2><figure>"
        f"<figcaption><strong>{clean(title)}</strong> {clean(says)}</figcaption>"
        f'{legend}<div class="wide">{wide}</div><div class="narrow">{narrow}</div>'
        f"<details><summary>The same as a table</summary>{table(grid)}</details></figure></section>"
    )


def table(grid: Grid) -> str:
    """A table of words that can be scrolled sideways; the best cells stand out, to the ear too."""
    head = "".join(f'<th scope="col">{clean(column)}</th>' for column in grid.columns)
    rows = "".join(_row(grid, number) for number in range(len(grid.rows)))
    kind = ' class="long"' if grid.breaks else ""
    return (
        f'<div class="scroll"><table{kind}><caption>{clean(grid.title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(grid: Grid, number: int) -> str:
    name, *cells = grid.rows[number]
    # Before a slash, behind what else separates the parts of a name.
    named = re.sub("(?=/)|(?<=[:,])", "<wbr/>", clean(name)) if grid.breaks else clean(name)
    parts = [f'<th scope="row">{named}</th>']
    for column, cell in enumerate(cells, start=1):
        if (number, column) in grid.best:
            parts.append(f'<td class="best">{clean(cell)}<span class="unseen"> (best)</span></td>')
        else:
            parts.append(f"<td>{clean(cell)}</td>")
    return f"<tr>{''.join(parts)}</tr>"
