"""The table of `make bench` and its comparison with the last release. Nothing is measured here."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from benchmarks import compare, growth, table
from benchmarks.parts import PARTS
from benchmarks.picture import Line, Panel, picture


def row(name: str, figure: float | None, **other: Any) -> dict[str, Any]:
    kept = {"unit": "x bare loop", "target": None, "at_least": False, "compared": True, "bare_us": 0.5}
    return {"name": name, "what": name, "figure": figure, **kept, **other}


def result(*rows: dict[str, Any], commit: str = "abc") -> dict[str, Any]:
    return {"routekit": "0.1.0", "commit": commit, "python": "3.11.7", "at": "2026-01-01", "rows": list(rows)}


def one(old: dict[str, Any], new: dict[str, Any]) -> compare.Pair:
    (pair,) = compare.pairs(result(old), result(new))
    return pair


def all_rows() -> list[dict[str, Any]]:
    return [row(found.name, 0.0) for found in table.ROWS]


def test_every_row_is_of_a_part() -> None:
    assert {found.part for found in table.ROWS} == {part.__name__ for part in PARTS}
    names = [found.name for found in table.ROWS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("new", "word"), [(10.9, ""), (11.1, "WORSE"), (9.2, ""), (9.0, "better")])
def test_a_tenth_is_the_margin(new: float, word: str) -> None:
    assert one(row("life", 10.0), row("life", new)).word == word


def test_of_what_must_be_large_more_is_better() -> None:
    more = one(row("plain", 100.0, at_least=True), row("plain", 150.0, at_least=True))
    less = one(row("plain", 150.0, at_least=True), row("plain", 100.0, at_least=True))
    assert (more.word, less.word) == ("better", "WORSE")


@pytest.mark.parametrize("unit", compare.TIMES)
def test_a_time_is_compared_as_a_multiple_of_the_bare_loop(unit: str) -> None:
    old = row("life_us", 5.0, unit=unit, bare_us=0.5)
    on_a_slower_machine = one(old, row("life_us", 10.0, unit=unit, bare_us=1.0))
    slower = one(old, row("life_us", 6.0, unit=unit, bare_us=0.5))
    unknown = one(old, row("life_us", 6.0, unit=unit, bare_us=None))
    assert on_a_slower_machine.factor == 1.0
    assert slower.factor == pytest.approx(1.2)
    assert unknown.factor is None and unknown.why == "no bare loop to divide by"


def test_other_figures_are_compared_as_they_are() -> None:
    pair = one(row("memory", 400.0, unit="bytes", bare_us=0.5), row("memory", 400.0, unit="bytes", bare_us=1.0))
    assert pair.factor == 1.0


def test_nothing_left_behind_is_no_division_by_zero() -> None:
    nothing, little, much = (row("known_bytes", figure, unit="bytes", target=8) for figure in (0.0, 5.0, 50.0))
    assert one(nothing, nothing).factor == one(nothing, little).factor == 1.0
    assert one(nothing, much).factor == math.inf
    assert json.loads(json.dumps(one(nothing, much).told(), allow_nan=False))["word"] == "WORSE"


def test_what_cannot_be_compared_says_why() -> None:
    assert one(row("life", None), row("life", 1.0)).why == "not measured in both"
    assert one(row("wall", 1.0, compared=False), row("wall", 9.0, compared=False)).why == "told only"
    come, gone = compare.pairs(result(row("gone", 1.0)), result(row("come", 1.0)))
    assert (gone.why, come.why) == ("only in the old one", "only in the new one")
    assert all(pair.factor is None for pair in (gone, come))


def test_the_summary_names_what_changed_worst_first() -> None:
    old = result(row("a", 1.0), row("b", 1.0), row("c", 1.0))
    new = result(row("a", 1.0), row("b", 0.5), row("c", 2.0))
    worse, better, told = compare.summary(compare.pairs(old, new))
    assert worse.startswith("c ") and worse.endswith("WORSE")
    assert better.startswith("b ") and better.endswith("better")
    assert told == "1 got worse and 1 better by more than 10%, of 3 compared"


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def _files(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.release, self.bench = tmp_path / "last_release.json", tmp_path / "bench.json"
        monkeypatch.setattr(compare, "RELEASE", self.release)
        monkeypatch.setattr(compare, "BENCH", self.bench)

    def bench_is(self, *rows: dict[str, Any], commit: str = "abc") -> None:
        self.bench.write_text(json.dumps(result(*rows, commit=commit)))

    def test_says_what_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert compare.main([]) == 2
        assert "make bench" in capsys.readouterr().err
        self.bench_is(row("life", 1.0))
        assert compare.main([]) == 2
        assert compare.NONE_YET in capsys.readouterr().err
        assert compare.since_release(result()) == [compare.NONE_YET]

    def test_keeps_the_figures_of_a_release(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.bench_is(*all_rows())
        assert compare.main(["--release"]) == 0
        assert json.loads(self.release.read_text()) == json.loads(self.bench.read_text())
        assert compare.main([]) == 0
        assert "0 got worse" in capsys.readouterr().out

    def test_keeps_no_part_of_them(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.bench_is(*all_rows()[1:])
        assert compare.main(["--release"]) == 2
        assert f"not measured: {table.ROWS[0].name}" in capsys.readouterr().err
        assert not self.release.exists()

    def test_keeps_none_of_no_commit(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.bench_is(*all_rows(), commit="abc-dirty")
        assert compare.main(["--release"]) == 2
        assert "not committed" in capsys.readouterr().err

    @pytest.mark.parametrize(("figure", "status"), [(1.0, 0), (2.0, 1), (0.5, 0)])
    def test_ends_with_what_it_found(self, capsys: pytest.CaptureFixture[str], figure: float, status: int) -> None:
        self.release.write_text(json.dumps(result(row("life", 1.0))))
        self.bench_is(row("life", figure))
        assert compare.main(["--json"]) == status
        (told,) = json.loads(capsys.readouterr().out)
        assert told["factor"] == figure

    def test_compares_any_two(self, tmp_path: Path) -> None:
        old, new = tmp_path / "old.json", tmp_path / "new.json"
        old.write_text(json.dumps(result(row("life", 1.0))))
        new.write_text(json.dumps(result(row("life", 2.0))))
        assert compare.main([str(old), str(new)]) == 1
        assert compare.main([str(old), str(tmp_path / "none.json")]) == 2


class TestThePicture:
    drawn = picture(
        "Cost & growth",
        [
            Panel(
                "agents",
                [Line("flat", [(10, 5), (1_000, 5), (100_000, 5)]), Line("linear", [(10, 10), (1_000, 1_000)])],
            ),
            Panel("waiting", [Line("flat", [(10, 5.5), (1_000_000, 5.5)])]),
        ],
    )

    def places(self) -> list[list[tuple[float, float]]]:
        """The points of each line."""
        drawn = re.findall(r'<path class="line .*d="M([^"]*)"', self.drawn)
        return [[(float(a), float(b)) for a, b in (point.split() for point in line.split("L"))] for line in drawn]

    def test_is_xml_that_tells_what_it_shows(self) -> None:
        root = ET.fromstring(self.drawn)
        told = [text for text in root.itertext() if text.strip()]
        assert told[0] == "Cost & growth"
        assert {"agents", "waiting", "flat: 5", "linear: 1,000", "5.5", "100,000"} <= set(told)

    def test_has_logarithmic_axes(self) -> None:
        flat, linear, other = self.places()
        assert len({y for _, y in flat}) == 1
        assert flat[1][0] - flat[0][0] == pytest.approx(flat[2][0] - flat[1][0], abs=0.2)
        assert linear[0][1] > linear[1][1]  # upwards
        assert other[0][0] > flat[-1][0]  # beside each other
        assert 0 < flat[0][1] - other[0][1] < 10  # on one scale

    def test_of_the_docs_names_every_line(self) -> None:
        drawn = growth.PICTURE.read_text()
        ET.fromstring(drawn)
        assert all(f"{name}: " in drawn for name in growth.NAMES.values())
