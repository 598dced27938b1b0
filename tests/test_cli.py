"""The command line: what goes where, which exit code, and that the same input is the same digest in every process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from routekit import cli
from tests.replay_logs import bank_row, queued, served, write_bank, write_text

ESCAPE = "\x1b"
KEYS = {
    "rows", "routed", "not_routed", "skipped", "connected", "abandoned", "waiting", "mean_wait_s", "p90_wait_s",
    "service_level", "decisions", "seconds", "digest", "jain_index", "jain_index_talk", "most_overtakings", "orders",
}  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Path:
    rows = [
        served("9:00:00", "9:00:00", "9:10:00", 600),
        served("9:05:00", "9:10:00", "9:11:00", 60, priority="2"),
        queued("9:06:00", "9:07:00", 60),
        bank_row(outcome="HANG"),
        bank_row(outcome="nonsense"),
    ]
    return write_bank(tmp_path / "bank.csv", rows)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "routekit", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_a_replay_prints_its_tables_as_plain_text(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    code, out, err = run(capsys, "replay", log)
    assert code == 0
    assert ESCAPE not in out + err
    assert out.isascii()
    assert max(len(line) for line in out.splitlines()) <= 100
    assert "5 rows = 3 routed + 1 not routed + 1 skipped" in out
    assert re.search(r"^contacts +3 +3 *$", out, re.MULTILINE)
    assert re.search(r"^ann +2 ", out, re.MULTILINE)
    assert f"skipped: {log}, line 6, column 13: outcome must be one of" in err
    assert err.count("\n") == 1


def test_json_is_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    code, out, _ = run(capsys, "replay", log, "--json")
    found = json.loads(out)
    assert code == 0
    assert set(found) >= KEYS
    assert found["rows"] == found["routed"] + found["not_routed"] + found["skipped"] == 5
    assert found["connected"] + found["abandoned"] + found["waiting"] == found["routed"] == 3
    assert re.fullmatch("[0-9a-f]{64}", found["digest"])
    assert found["seconds"] >= 0.0
    assert found["decisions"] == found["connected"] == 2
    assert found["mean_wait_s"] == 150.0
    assert found["p90_wait_s"] == 300.0
    assert found["log"]["connected"] == 2


def test_strict_stops_at_the_first_bad_row(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    code, out, err = run(capsys, "replay", log, "--strict")
    assert (code, out) == (2, "")
    assert f"{log}, line 6, column 13: outcome must be one of AGENT, HANG, PHANTOM, not 'nonsense'" in err


def test_a_report_is_written_and_said(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    code, out, _ = run(capsys, "replay", log, "--report", report)
    assert code == 0
    assert out.splitlines()[-1] == f"report {report}"
    assert report.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_many_bad_rows_are_told_of_in_short(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_bank(tmp_path / "bank.csv", [bank_row(outcome="x")] * 50)
    code, out, err = run(capsys, "replay", path)
    assert code == 0
    assert "50 rows = 0 routed + 0 not routed + 50 skipped" in out
    assert err.count("\n") == 21
    assert err.splitlines()[-1] == "skipped: 30 more bad rows like these"


def test_the_layout_is_guessed_from_the_header_or_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_text(tmp_path / "log.csv", "id,queue,arrived_s,handle_s,agent", "c-1,s,10,60,ann")
    assert json.loads(run(capsys, "replay", path, "--json")[1])["format"] == "csv"
    assert json.loads(run(capsys, "replay", path, "--json", "--format", "csv")[1])["format"] == "csv"
    code, _, err = run(capsys, "replay", path, "--format", "bank")
    assert code == 2
    assert "line 1, column 1: unknown column 'id': known are vru+line" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay"], "Missing argument 'LOG'"),
        (["replay", "nowhere.csv"], "routekit: nowhere.csv: cannot be read"),
        (["replay", "."], "routekit: .: cannot be read"),
        (["replay", "log.csv", "--format", "xml"], "'xml' is not one of"),
        (["replay", "log.csv", "--agent-order", "best"], "agent order must be one of longest-idle"),
        (["replay", "log.csv", "--limit-rows", "-1"], "-1 is not in the range"),
        (["demo", "--seed", "x"], "'x' is not a valid integer"),
        (["demo", "--wrap-up-s", "nan"], "'nan' is not a number"),
        (["demo", "--service-level-s", "0"], "is not in the range"),
        (["demo", "--service-level-target", "1.5"], "is not in the range"),
        (["demo", "--report", "nowhere/report.html"], "there is no directory nowhere"),
        (["play"], "No such command 'play'"),
        (["--nonsense"], "No such option"),
    ],
)
def test_a_fault_is_one_message_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert says in err


def test_an_empty_file_is_a_bad_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    code, _, err = run(capsys, "replay", path)
    assert code == 2
    header = "id,queue,arrived_s,handle_s,agent"
    assert err == f"routekit: {path}, line 1, column 1: the file is empty: a header was expected: {header}\n"


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    assert "replay" in run(capsys, "-h")[1]
    code, out, _ = run(capsys, "replay", "-h")
    assert code == 0
    assert "id,queue,channel,priority,needs,arrived_s,patience_s,handle_s,agent" in out
    for option in (
        "--format",
        "--strict",
        "--agent-order",
        "--contact-order",
        "--queue-order",
        "--compare",
        "--seed",
        "--json",
        "--report",
    ):
        assert option in out
    assert run(capsys, "demo", "--help")[0] == 0
    assert run(capsys, "--version")[0] == 0


def test_orders_and_settings_reach_the_router(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    def found(*options: str) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(run(capsys, "replay", log, "--json", *options)[1])
        return data

    plain = found()
    assert found("--agent-order", "round-robin", "--contact-order", "fifo")["connected"] == plain["connected"]
    assert found("--wrap-up-s", "30")["events"] > plain["events"]
    assert found("--service-level-s", "300")["service_level"] > plain["service_level"]
    assert found("--limit-rows", "1")["rows"] == 1


def test_the_demo_needs_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run(capsys, "demo", "--report", tmp_path / "demo.html")
    assert (code, err) == (0, "")
    assert out.isascii()
    assert "phone (voice)" in out
    assert "occupancy" in out
    assert (tmp_path / "demo.html").stat().st_size > 20_000


def test_a_missing_extra_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "click", None)
    monkeypatch.delitem(sys.modules, "routekit._cli", raising=False)
    code, out, err = run(capsys, "demo")
    assert (code, out) == (2, "")
    assert "pip install 'routekit[cli]'" in err


def test_the_digest_is_the_same_whatever_the_hash_seed(log: Path) -> None:
    for arguments in (("replay", log), ("demo", "--seed", "5")):
        found = []
        for seed in ("0", "1", "2"):
            done = process(*arguments, "--json", PYTHONHASHSEED=seed)
            assert done.returncode == 0, done.stderr
            data = json.loads(done.stdout)
            data.pop("seconds")
            found.append(data)
        assert found[0] == found[1] == found[2]


def test_names_of_a_log_cannot_write_to_the_terminal_or_break_it(tmp_path: Path) -> None:
    rows = ["c-1,s,10,60,a\x1b[31mb", "c-2,s,20,60,J\u00f6rg", 'c-3,s,x\x1b[2J,60,a"']
    path = write_text(tmp_path / "log.csv", "id,queue,arrived_s,handle_s,agent", *rows)
    done = process("replay", path, PYTHONIOENCODING="ascii")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert ESCAPE not in done.stdout + done.stderr
    assert "a?[31mb" in done.stdout
    assert "J?rg" in done.stdout


def test_a_pipe_gets_no_escape_codes_even_if_colours_are_forced(log: Path) -> None:
    done = process("replay", log, FORCE_COLOR="1", TERM="xterm-256color", COLUMNS="40")
    assert done.returncode == 0
    assert ESCAPE not in done.stdout + done.stderr
    assert "By agent" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_goes_to_a_terminal_and_leaves_stdout_alone(log: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "routekit", "demo", "--json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color"},
    ) as child:
        os.close(theirs)
        assert child.stdout is not None
        out = child.stdout.read()
        shown = bytearray()
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed.
                break
            if not part:
                break
            shown += part
    os.close(ours)
    assert child.returncode == 0
    json.loads(out)
    assert ESCAPE.encode() in shown
    assert b"demo day" in shown
