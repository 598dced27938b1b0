"""The page: one file that needs nothing else, well-formed, and readable by those who do not see its charts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from routekit.reporting import summary
from routekit.reporting.page import page
from routekit.reporting.svg import Bar, Series, bars, columns, lines, nice_ticks
from routekit.reporting.words import clock, day_name, percent, seconds
from routekit.simulation import Replay, read_bank, read_csv, replay
from tests.replay_logs import bank_row, queued, served, write_bank, write_text

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def bank(tmp_path: Path) -> Replay:
    rows = [
        served("9:00:00", "9:00:00", "9:10:00", 600, server="ann <&> 'co'"),
        served("9:05:00", "9:10:00", "9:11:00", 60, server="ann <&> 'co'"),
        served("10:05:00", "10:10:00", "10:11:00", 60, server="b\x01b", date="1999-08-02"),
        queued("9:06:00", "9:07:00", 60),
        bank_row(outcome="PHANTOM"),
        bank_row(outcome="no such </td> outcome \x01"),
    ]
    return replay(read_bank(write_bank(tmp_path / "a <b> & c.csv", rows)))


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def test_the_page_is_well_formed_as_xml_and_as_html(bank: Replay) -> None:
    text = page(bank, 1.0)
    assert text.startswith("<!DOCTYPE html>\n")
    root = parsed(text)
    assert root.tag == "html"
    assert root.get("lang") == "en"
    tags = _Tags()
    tags.feed(text)
    assert (tags.open, tags.faults) == ([], [])


def test_the_page_asks_nobody_for_anything(bank: Replay) -> None:
    text = page(bank)
    assert set(re.findall(r"https?://[^\s\"'<]+", text)) <= {"http://www.w3.org/2000/svg"}
    for tag in ("<script", "<link", "<img", "<iframe", "<object", "@import", "url("):
        assert tag not in text.lower()
    for element in parsed(text).iter():
        assert not {"src", "href", "srcset", "data", "action"} & set(element.keys())
        assert not [name for name in element.keys() if name.startswith("on")]  # noqa: SIM118  # not a dict


def test_each_chart_has_a_name_a_description_and_a_table(bank: Replay) -> None:
    root = parsed(page(bank))
    charts = list(root.iter(f"{SVG}svg"))
    assert len(charts) == 6
    for chart in charts:
        assert chart.get("role") == "img"
        named = (chart.get("aria-labelledby") or "").split()
        found = {element.get("id"): element.text for element in chart}
        assert all(found[name] for name in named)
        assert len(named) == 2
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    figures = list(root.iter("figure"))
    assert len(figures) == 3
    assert all(figure.find("details//table") is not None for figure in figures)
    for table in root.iter("table"):
        assert table.find("caption") is not None
        wide = len(table.findall("thead/tr/th"))
        assert {len(row) for row in table.iter("tr")} == {wide}


def test_marks_stay_inside_their_drawing(bank: Replay) -> None:
    for chart in parsed(page(bank)).iter(f"{SVG}svg"):
        width, height = float(chart.get("width", 0)), float(chart.get("height", 0))
        for box in chart.iter(f"{SVG}rect"):
            x, y, w, h = (float(box.get(name, "nan")) for name in ("x", "y", "width", "height"))
            assert -0.1 <= x <= x + w <= width + 0.1
            assert -0.1 <= y <= y + h <= height + 0.1


def test_the_page_tells_the_figures_of_both_sides(bank: Replay) -> None:
    words = " ".join(parsed(page(bank)).itertext())
    assert "6 rows = 4 routed + 1 not routed + 1 skipped" in words
    assert "ann <&> 'co'" in words
    assert "no such </td> outcome \\x01" in words
    assert "b\ufffdb" in words
    assert bank.digest in words
    for row in summary.main_figures(bank).rows:
        assert all(cell in words for cell in row)


def test_a_log_without_real_waits_and_one_without_contacts_have_pages_too(tmp_path: Path) -> None:
    header = "id,queue,arrived_s,handle_s,agent"
    for rows in ((), ("a,x,100,60,bob", "b,y,110,60,bob")):
        made = replay(read_csv(write_text(tmp_path / "log.csv", header, *rows)))
        root = parsed(page(made))
        assert "nan" not in "".join(root.itertext())
        assert len(list(root.iter("figure"))) == (3 if rows else 0)


def test_days_and_queues_are_listed(bank: Replay) -> None:
    days = summary.by_day(bank)
    assert [row[0] for row in days.rows] == ["Sun 1 Aug 1999", "Mon 2 Aug 1999"]
    assert len(days.columns) == len(days.rows[0]) == 8
    assert [row[0] for row in summary.by_queue(bank).rows] == ["general (voice)"]
    assert [row[0] for row in summary.agents(bank).rows] == ["ann <&> 'co'", "b\x01b"]


def test_words_for_numbers() -> None:
    assert [seconds(value) for value in (None, 0.04, 99.94, 99.95, 3599.4, 3599.6, 7199.0)] == [
        "-", "0.0 s", "99.9 s", "1:40 min", "59:59 min", "1:00 h", "2:00 h",
    ]  # fmt: skip
    assert percent(None) == "-"
    assert clock(86399.0) == "23:59"
    assert day_name(10**9, __import__("datetime").date(1999, 1, 1)) == "day 1000000001"


@pytest.mark.parametrize("most", [0.0, -1.0, 1e-9, 0.3, 1.0, 7.0, 99.0, 12345.0, float("nan"), float("inf")])
def test_ticks_are_few_and_reach_the_most(most: float) -> None:
    ticks = nice_ticks(most)
    assert ticks[0] == 0.0
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(set(ticks))
    if 0.0 < most < float("inf"):
        assert ticks[-1] >= most * (1 - 1e-9)


def test_charts_of_nothing_are_drawings_still() -> None:
    words = {"title": "t", "says": "s", "unit": "u", "below": "b"}
    for drawing in (
        lines("k", [], [], edges=[], width=300, **words),
        columns("k", [Series("a", ())], [], width=300, lighter="l", **words),
        bars("k", [Bar("name that is far too long for it", 2.0, -1.0, "x")], width=300, title="t", says="s", below="b"),
    ):
        parsed(drawing)
