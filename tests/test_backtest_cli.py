"""`routekit backtest`: what it prints and writes, and how it refuses."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from routekit.cli import main
from routekit.estimation.backtest import Entry, chosen, entries, methods, play, read_log, result
from routekit.estimation.backtest.report import methods_grid, page
from tests.replay_logs import bank_row, queued, served, write_bank

SVG = "{http://www.w3.org/2000/svg}"


def clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def rows(days: int = 2, calls: int = 160) -> list[dict[str, str]]:
    """A made-up log: one agent, every fourth call hangs up; each day the same."""
    found = []
    for day in range(days):
        free = 0
        for number in range(calls):
            at = 9 * 3600 + 45 * number + 17 * (number % 3)
            values = {"date": f"1999-08-0{day + 1}", "call_id": f"{day}-{number}"}
            begin, took = max(at, free), 30 + 13 * (number % 7)
            if begin == at:
                found.append(served(clock(at), clock(at), clock(at + took), took, **values))
            elif number % 4 == 3:
                found.append(queued(clock(at), clock(at + 20), 20, **values))
                continue
            else:
                found.append(
                    queued(clock(at), clock(begin), begin - at, outcome="AGENT", server="ann", **values)
                    | {"ser_start": clock(begin), "ser_exit": clock(begin + took), "ser_time": str(took)}
                )
            free = begin + took
    return found


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "log.csv", rows())


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["backtest", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def data(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def test_the_table_says_over_whom_it_is(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    code, out, err = run(capsys, log)
    assert (code, err) == (0, "")
    found = data(capsys, log)
    assert f"{found['n']} answered + {found['censored']} hung up + 0 gone when handed over" in out
    assert f"Of the {found['censored']} who hung up nobody knows how long they would have waited." in out
    for entry in entries():
        if not entry.trains:
            assert re.search(rf"^{entry.name} +\d", out, re.MULTILINE)
    assert out.isascii()


def test_json_has_the_agreed_names(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    found = data(capsys, log)
    assert {"methods", "default", "quick", "target", "censored", "log", "n"} <= set(found)
    assert found["target"] == "answered-waiting"
    assert (found["log"]["rows"], found["log"]["skipped"], found["log"]["format"]) == (320, 0, "bank")
    wanted = {
        "rmse", "mae", "bias", "rrase", "coverage_p80", "coverage_p90", "coverage_p90_by_day", "pinball_p80",
        "pinball_p90", "n",
    }  # fmt: skip
    for scores in found["methods"].values():
        assert wanted <= set(scores)
    assert {found["default"], found["quick"]} <= set(found["methods"])
    waits = [int(row["q_time"]) for row in rows() if row["outcome"] == "AGENT" and row["q_time"] != "0"]
    hung_up = sum(row["outcome"] == "HANG" for row in rows())
    assert (found["n"], found["censored"], found["mean_wait_s"]) == (len(waits), hung_up, sum(waits) / len(waits))
    assert set(found["methods"]["hol"]["coverage_p90_by_day"]) == {"1999-08-01", "1999-08-02"}


def test_training_days_are_not_scored(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    found = data(capsys, log, "--train-days", 1, "--methods", "hol,les")
    assert list(found["methods"]) == ["hol", "les"]
    assert list(found["methods"]["hol"]["coverage_p90_by_day"]) == ["1999-08-02"]
    first = write_bank(tmp_path / "first.csv", rows(1))
    second = write_bank(tmp_path / "second.csv", rows()[160:])
    # It is the same whether both days stand in one file or in two.
    apart = data(capsys, second, "--train", first, "--methods", "hol,les")
    assert apart["methods"] == found["methods"]
    assert (apart["n"], apart["train"]["source"]) == (found["n"], "first.csv")


def test_estimates_are_written_for_all_who_got_in_line(
    capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path
) -> None:
    file = tmp_path / "said.csv"
    found = data(capsys, log, "--methods", "les", "--estimates", file, "--estimates-of", "hol")
    assert list(found["methods"]) == ["les", "hol"]
    with file.open(encoding="utf-8", newline="") as stream:
        said = list(csv.DictReader(stream))
    assert list(said[0]) == ["call_id", "made_at", "mean", "p50", "p90"]
    joined = {(row["call_id"], f"{row['date']} {row['q_start']}") for row in rows() if row["q_start"] != "0:00:00"}
    assert {(row["call_id"], row["made_at"]) for row in said} <= joined
    assert len(said) >= len(joined) - 2  # the first ones have nothing to go by
    assert all(0.0 <= float(row["p50"]) <= float(row["p90"]) for row in said)
    # Scores can be had again from the file.
    waits = {(row["call_id"], f"{row['date']} {row['q_start']}"): int(row["q_time"]) for row in rows()
             if row["outcome"] == "AGENT" and row["q_time"] != "0"}  # fmt: skip
    pairs = [(row, waits[row["call_id"], row["made_at"]]) for row in said if (row["call_id"], row["made_at"]) in waits]
    assert len(pairs) == found["methods"]["hol"]["n"]
    mse = sum((float(row["mean"]) - wait) ** 2 for row, wait in pairs) / len(pairs)
    assert mse**0.5 == pytest.approx(found["methods"]["hol"]["rmse"], abs=0.01)
    # Without a name it is the default method, which is then played besides those that were asked for.
    found = data(capsys, log, "--methods", "les", "--estimates", file)
    assert list(found["methods"]) == ["les", found["default"]]


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text.removeprefix("<!DOCTYPE html>"))


def test_the_report_is_one_page_that_asks_nobody(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    file = tmp_path / "waits.html"
    code, out, _ = run(capsys, log, "--report", file)
    assert code == 0 and f"report {file}" in out
    text = file.read_text(encoding="utf-8")
    root = parsed(text)
    assert "<script" not in text and not re.search(r"""(src|href)\s*=|@import|url\(""", text)
    headings = ["".join(one.itertext()) for one in root.iter("h2")]
    assert headings == [
        "Methods", "Does it know how often it is right?", "What was said, and what came", "Day by day", "Hour by hour",
    ]  # fmt: skip
    drawings = list(root.iter(f"{SVG}svg"))
    assert len(drawings) == 8
    for drawing in drawings:
        width, height = float(drawing.get("width", "0")), float(drawing.get("height", "0"))
        marks = [*drawing.iter(f"{SVG}circle"), *drawing.iter(f"{SVG}rect")]
        for mark in marks:
            x, y = (float(mark.get(name) or mark.get(f"c{name}") or -1.0) for name in "xy")
            assert 0.0 <= x <= width and 0.0 <= y <= height
    assert "nobody knows how long they would have waited" in " ".join("".join(root.itertext()).split())


def test_a_page_of_next_to_nothing(tmp_path: Path) -> None:
    path = write_bank(tmp_path / "log.csv", [queued("9:00:00", "9:00:10", 10), *rows(1, 2)])
    for names in (["les"], ["ql"], None):
        parsed(page(result(play(read_log(path, "bank"), chosen(names, trained=False)))))
    few = write_bank(tmp_path / "few.csv", rows(1, 12))
    parsed(page(result(play(read_log(few, "bank"), chosen(None, trained=False)))))


def test_a_log_may_not_write_into_the_page(tmp_path: Path) -> None:
    path = write_bank(tmp_path / "<b>&.csv", rows(1))
    text = page(result(play(read_log(path, "bank"), chosen(None, trained=False))))
    parsed(text)
    assert "<b>" not in text


def test_the_best_stand_out_only_among_several(tmp_path: Path) -> None:
    log = read_log(write_bank(tmp_path / "log.csv", rows()), "bank")
    made = result(play(log, chosen(["les", "hol"], trained=False)))
    grid = methods_grid(made)
    best = min(("les", "hol"), key=lambda name: made.methods[name].rmse or 0.0)
    assert [grid.rows[row][0] for row, column in grid.best if column == 1] == [best]
    assert not methods_grid(result(play(log, chosen(["les"], trained=False)))).best


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.csv",), "nowhere.csv: cannot be read"),
        (("--methods", "oracle"), "methods must be some of les, hol"),
        (("--methods", ","), "--methods names none"),
        (("--train-days", 2), "2 days of training leave nothing to score: the log covers 2"),
        (("--train-days", 0), "--train-days"),
        (("--train", "log.csv"), "the training log has days of the log that is scored"),
        (("--train", "log.csv", "--train-days", 1), "either --train or --train-days"),
        (("--estimates-of", "les"), "--estimates-of says of which method"),
        (("--estimates", "said.csv", "--estimates-of", "oracle"), "must be some of les, hol"),
        (("--report", "nowhere/page.html"), "there is no directory nowhere"),
        (("--estimates", "."), "cannot be written"),
        (("--target", "all"), "'all' is not"),
        (("--format", "csv"), "unknown column 'vru+line'"),
    ],
)
def test_a_fault_is_one_message_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[object, ...],
    said: str,
) -> None:
    monkeypatch.chdir(log.parent)
    given = arguments if arguments[0] == "nowhere.csv" else (log.name, *arguments)
    code, out, err = run(capsys, *given)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())


def test_bad_rows_are_told_of_and_too_many_refuse_the_log(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = queued("9:00:00", "8:59:00", 60)
    few = write_bank(tmp_path / "few.csv", [*rows(), bad])
    code, out, err = run(capsys, few, "--json")
    problem = "line 322, column 11: q_exit 8:59:00 lies before q_start 9:00:00"
    assert (code, err) == (0, f"skipped: {few}, {problem}\n")
    assert json.loads(out)["log"]["skipped"] == 1
    assert run(capsys, few, "--strict") == (2, "", f"routekit: {few}, {problem}\n")
    many = write_bank(tmp_path / "many.csv", [*rows()[:50], bad])
    code, out, err = run(capsys, many)
    assert (code, out) == (2, "")
    assert "line 52, column 11: 1 of 51 rows make no sense, so nothing is scored" in err
    nobody = write_bank(tmp_path / "nobody.csv", [bank_row(outcome="HANG")])
    assert "no call of it joins a line or is served" in run(capsys, nobody)[2]


def test_a_method_that_trains_is_played_with_training_only(
    capsys: pytest.CaptureFixture[str], log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pupil = Entry("pupil", entries()[0].make, "learns", trains=True)
    monkeypatch.setattr(methods, "_ENTRIES", {**methods._ENTRIES, "pupil": pupil})
    assert "pupil" not in data(capsys, log)["methods"]
    assert "pupil" in data(capsys, log, "--train-days", 1, "--methods", "les,pupil")["methods"]
    code, _, err = run(capsys, log, "--methods", "pupil")
    assert code == 2 and "must be methods that need no training" in " ".join(err.split())


def test_the_own_layout_is_guessed_and_has_no_dates(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, said = tmp_path / "own.csv", tmp_path / "said.csv"
    lines = [f"c{number},sales,{32400 + 30 * number},{40 + number % 5},45,ann" for number in range(60)]
    path.write_text("\n".join(["id,queue,arrived_s,waited_s,handle_s,agent", *lines]), encoding="utf-8")
    found = data(capsys, path, "--estimates", said)
    assert (found["log"]["format"], found["n"]) == ("csv", 60)
    assert list(found["methods"]["les"]["coverage_p90_by_day"]) == ["day 1"]
    assert re.match(r"c\d+,3\d{4},", said.read_text(encoding="utf-8").splitlines()[1])


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "-h")
    assert code == 0
    options = "--format --train --train-days --target --methods --json --report --estimates --estimates-of --seed"
    for words in (*options.split(), "Nothing looks ahead", "waited_s", *(entry.name for entry in entries())):
        assert words in out, words
