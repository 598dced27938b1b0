"""Logs as moves: what each row tells and when, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from routekit.errors import LogError
from routekit.estimation.backtest import Fate, Log, read_log
from routekit.simulation import read_csv
from tests.replay_logs import NO_REAL_LOG, REAL_LOG, bank_row, queued, served, write_bank

NINE = 9 * 3600


def waited(at: str, until: str, begin: str, end: str, **values: str) -> dict[str, str]:
    """A call that queued and was answered; `begin` is when the agent's clock says so."""

    def since(one: str, other: str) -> str:
        hours, minutes, rest = (int(b) - int(a) for a, b in zip(one.split(":"), other.split(":"), strict=True))
        return str(hours * 3600 + minutes * 60 + rest)

    return {
        **queued(at, until, int(since(at, until)), outcome="AGENT", server="ann"),
        "ser_start": begin,
        "ser_exit": end,
        "ser_time": since(begin, end),
        **values,
    }


def told(log: Log) -> list[tuple[object, ...]]:
    """Moves as (seconds after nine, kind, id, then what they tell)."""
    moves = ((move, (move.agent, move.waited_s, move.served_s)) for move in log.moves)
    return [
        (move.at - NINE, str(move.kind), move.call.id, *(value for value in facts if value is not None))
        for move, facts in moves
    ]


def bank(tmp_path: Path, *rows: Mapping[str, str]) -> Log:
    named = [{**row, "call_id": chr(ord("a") + number)} for number, row in enumerate(rows)]
    return read_log(write_bank(tmp_path / "log.csv", named), "bank", strict=True)


def test_each_thing_is_told_at_its_own_time(tmp_path: Path) -> None:
    log = bank(
        tmp_path,
        waited("9:00:00", "9:00:30", "9:00:29", "9:02:00"),
        served("9:00:05", "9:00:05", "9:00:29", 24, server="bob"),
        queued("9:00:10", "9:00:29", 19),
    )
    assert told(log) == [
        (0.0, "join", "a"),
        (5.0, "come", "b", "bob"),
        (10.0, "join", "c"),
        # At one second: who is done, who leaves, who begins. The wait is known a second later.
        (29.0, "end", "b", "bob", 24.0),
        (29.0, "leave", "c", 19.0),
        (29.0, "begin", "a", "ann"),
        (30.0, "known", "a", 30.0),
        (120.0, "end", "a", "ann", 91.0),
    ]
    assert [(record.call.id, record.fate, record.waited_s) for record in log.records] == [
        ("a", Fate.ANSWERED, 30.0),
        ("c", Fate.HUNG_UP, 19.0),
    ]
    assert [record.joined for record in log.records] == ["1999-08-01 9:00:00", "1999-08-01 9:00:10"]
    assert log.records[0].call is log.moves[0].call


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # The service is said to begin before the line was joined: then it begins when the line is left.
        (waited("9:00:10", "9:00:12", "9:00:09", "9:01:00"),
         [(10.0, "join"), (12.0, "begin"), (12.0, "known"), (60.0, "end")]),
        # The line is left first: nobody knows the agent yet.
        (waited("9:00:10", "9:00:20", "9:00:23", "9:01:00"),
         [(10.0, "join"), (20.0, "known"), (23.0, "begin"), (60.0, "end")]),
        # Gone when it was handed over: in line until then, and no agent was busy.
        (waited("9:00:10", "9:00:20", "9:00:19", "9:01:00", outcome="PHANTOM", server="NO_SERVER"),
         [(10.0, "join"), (20.0, "leave")]),
        # An answer by nobody: told by the outcome alone, so when the line is left.
        (waited("9:00:10", "9:00:20", "9:00:19", "9:01:00", server="NO_SERVER"),
         [(10.0, "join"), (20.0, "begin"), (20.0, "known"), (60.0, "end")]),
        # An agent began, whatever the outcome says later.
        (waited("9:00:10", "9:00:20", "9:00:19", "9:01:00", outcome="HANG"),
         [(10.0, "join"), (19.0, "begin"), (60.0, "end")]),
        # Answered, and no service in the log.
        (queued("9:00:10", "9:00:20", 10, outcome="AGENT", server="ann"), [(10.0, "join"), (20.0, "known")]),
        # A service of no length ends after it began, not before.
        (waited("9:00:10", "9:00:20", "9:00:20", "9:00:20"),
         [(10.0, "join"), (20.0, "begin"), (20.0, "end"), (20.0, "known")]),
        (served("9:00:10", "9:00:10", "9:00:10", 0), [(10.0, "come"), (10.0, "end")]),
        (queued("9:00:10", "9:00:10", 0), [(10.0, "seen")]),
        (bank_row(outcome="HANG"), []),
        # The clock of the menu is late: the row is asked for in time, and seen when it comes.
        (waited("9:00:10", "9:00:40", "9:00:39", "9:01:00", vru_entry="9:00:30"),
         [(10.0, "ask"), (30.0, "join"), (39.0, "begin"), (40.0, "known"), (60.0, "end")]),
        ({**queued("9:00:10", "9:00:20", 10), "vru_entry": "9:00:30"}, [(10.0, "ask"), (30.0, "seen")]),
        (waited("9:00:10", "9:00:20", "9:00:19", "9:01:00", vru_entry="9:00:30"),
         [(10.0, "ask"), (30.0, "known"), (30.0, "come"), (60.0, "end")]),
    ],
)  # fmt: skip
def test_what_a_row_tells(tmp_path: Path, row: Mapping[str, str], expected: list[tuple[float, str]]) -> None:
    found = bank(tmp_path, row, served("9:30:00", "9:30:00", "9:30:01", 1))
    assert [(at, kind) for at, kind, name, *_ in told(found) if name == "a"] == expected


def test_what_is_empty_is_not_known_yet(tmp_path: Path) -> None:
    later = {"q_exit": "", "q_time": "", "outcome": "", "ser_start": "", "ser_exit": "", "ser_time": "", "server": ""}
    whole = waited("9:00:00", "9:00:30", "9:00:29", "9:02:00")
    log = bank(
        tmp_path,
        {**whole, **later},
        {**whole, **later, "ser_start": "9:00:29", "server": "bob"},
        {**whole, "ser_exit": "", "ser_time": ""},
        {**whole, **later, "q_start": "", "vru_exit": "", "vru_time": ""},
    )
    assert told(log) == [
        (0.0, "join", "a"),
        (0.0, "join", "b"),
        (0.0, "join", "c"),
        (29.0, "begin", "b", "bob"),
        (29.0, "begin", "c", "ann"),
        (30.0, "known", "c", 30.0),
    ]
    # Whether the service of the third lasts any time is not known either, but it has begun.
    assert [record.fate for record in log.records] == [Fate.OPEN, Fate.OPEN, Fate.ANSWERED]


def test_times_after_midnight_are_of_the_next_day(tmp_path: Path) -> None:
    row = bank_row(
        vru_entry="23:59:00", vru_exit="23:59:10", q_start="23:59:10", q_exit="0:00:10", q_time="60", outcome="AGENT",
        ser_start="0:00:09", ser_exit="0:01:09", ser_time="60", server="ann",
    )  # fmt: skip
    log = bank(tmp_path, row, {**row, "q_exit": "0:00:00", "q_time": "50"}, {**row, "date": "1999-08-02"})
    midnight = 86_400.0
    times = [move.at - midnight for move in log.moves if move.call.id == "a"]
    assert times == [-50.0, 9.0, 10.0, 69.0]
    assert [move.at - midnight for move in log.moves if move.call.id == "b"] == [-50.0, 0.0, 9.0, 69.0]
    assert [move.at - 2 * midnight for move in log.moves if move.call.id == "c"] == times


@pytest.mark.parametrize(
    ("fields", "column", "problem"),
    [
        (
            {"ser_start": "8:59:00", "ser_time": "180"},
            14,
            "ser_start 8:59:00 lies before q_start 9:00:00: answered too",
        ),
        ({"q_exit": "8:59:00", "q_time": "-60"}, 12, "q_time must be at least 0, not -60"),
        ({"q_exit": "8:59:00", "q_time": ""}, 11, "q_exit 8:59:00 lies before q_start 9:00:00"),
        ({"q_exit": "7:00:00", "q_time": ""}, 11, "q_exit 7:00:00 lies half a day and more behind"),
        ({"q_time": "31"}, 12, "q_time is 31, but q_exit - q_start is 30"),
        ({"ser_exit": "9:00:00", "ser_time": ""}, 15, "ser_exit 9:00:00 lies before ser_start 9:00:29"),
        ({"ser_start": "", "ser_time": ""}, 15, "ser_exit 9:02:00 has no ser_start"),
        ({"ser_time": "1e3"}, 16, "ser_time must be whole seconds, or empty, not '1e3'"),
        ({"q_exit": "9:60:00"}, 11, "q_exit must be a time such as 9:05:30, or empty, not '9:60:00'"),
        ({"vru_entry": ""}, 7, "vru_entry is empty"),
        ({"outcome": "GONE"}, 13, "outcome must be one of AGENT, HANG, PHANTOM, or empty, not 'GONE'"),
        ({"priority": "3"}, 4, "priority must be 0, 1 or 2, not '3'"),
        ({"date": "yesterday"}, 6, "date must be a date such as 1999-08-01, not 'yesterday'"),
    ],
)
def test_nonsense_is_named_with_its_place(tmp_path: Path, fields: dict[str, str], column: int, problem: str) -> None:
    row = waited("9:00:00", "9:00:30", "9:00:29", "9:02:00")
    path = write_bank(tmp_path / "log.csv", [row, {**row, **fields}])
    with pytest.raises(LogError) as caught:
        read_log(path, "bank", strict=True)
    assert (caught.value.line, caught.value.column) == (3, column)
    assert caught.value.problem.startswith(problem)
    assert str(caught.value).startswith(f"{path}, line 3, column {column}: ")
    # One of two rows is more than may be left out.
    with pytest.raises(LogError, match="1 of 2 rows make no sense, so nothing is scored") as refused:
        read_log(path, "bank")
    assert refused.value.line == 3
    # One of many is told of, and left out.
    problems: list[LogError] = []
    many = write_bank(tmp_path / "many.csv", [*[row] * 99, {**row, **fields}])
    assert read_log(many, "bank", on_problem=problems.append).problems == tuple(problems)
    assert [one.line for one in problems] == [101]


@pytest.mark.parametrize(
    "late", [{"ser_exit": "25:00:00"}, {"ser_time": "-3"}, {"ser_exit": "8:59:00", "ser_time": ""}]
)
def test_a_service_whose_end_is_wrong_does_not_end(tmp_path: Path, late: dict[str, str]) -> None:
    # As the log would have it before that end: what is wrong later must not undo what was known before.
    rows = [served("9:00:00", "9:00:00", "9:01:00", 60, date="1999-08-01") for _ in range(150)]
    rows[7] = waited("9:00:00", "9:00:30", "9:00:29", "9:02:00", **late)
    named = [{**row, "call_id": f"c{number}"} for number, row in enumerate(rows)]
    path = write_bank(tmp_path / "late.csv", named)
    found: list[LogError] = []
    log = read_log(path, "bank", on_problem=found.append)
    assert len(log.problems) == 1 and found == list(log.problems) and found[0].line == 9
    rows[7] |= {"ser_exit": "", "ser_time": ""}
    named = [{**row, "call_id": f"c{number}"} for number, row in enumerate(rows)]
    before = read_log(write_bank(tmp_path / "before.csv", named), "bank", strict=True)
    assert told(log) == told(before)
    with pytest.raises(LogError):
        read_log(path, "bank", strict=True)


def test_in_the_own_layout_too_a_service_whose_end_is_wrong_does_not_end(tmp_path: Path) -> None:
    rows = [f"c{number},a,{number},1,ann,60\n" for number in range(150)]
    head = "id,queue,arrived_s,waited_s,agent,handle_s\n"
    wrong, empty = tmp_path / "wrong.csv", tmp_path / "empty.csv"
    wrong.write_text(head + "".join([*rows[:7], "c7,a,7,1,ann,-1\n", *rows[8:]]))
    empty.write_text(head + "".join([*rows[:7], "c7,a,7,1,ann,\n", *rows[8:]]))
    log = read_log(wrong, "csv")
    assert [problem.line for problem in log.problems] == [9]
    assert told(log) == told(read_log(empty, "csv", strict=True))
    with pytest.raises(LogError, match="handle_s must be a plain decimal number"):
        read_log(wrong, "csv", strict=True)


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be read"):
        read_log(tmp_path / "nowhere.csv", "bank")
    with pytest.raises(LogError, match="there is no row below the header"):
        read_log(write_bank(tmp_path / "empty.csv", []), "bank")
    with pytest.raises(LogError, match="unknown column"):
        read_log(write_bank(tmp_path / "bank.csv", [bank_row()]), "csv")
    with pytest.raises(ValueError, match="layout must be one of bank, csv, not 'xml'"):
        read_log(tmp_path / "bank.csv", "xml")


CSV = """id,queue,arrived_s,priority,waited_s,patience_s,handle_s,agent
a,sales,32400,0,30,,90,ann
b,sales,32405.5,2,0,,24,bob
c,help,32410,,,19,,
d,help,32411,,10,,,
e,help,32412,,,,,
f,help,32413,,5,,,ann
"""


def test_the_own_layout_tells_the_same(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(CSV, encoding="utf-8")
    log = read_log(path, "csv", strict=True)
    assert told(log) == [
        (0.0, "join", "a"),
        (5.5, "come", "b", "bob"),
        (10.0, "join", "c"),
        (11.0, "join", "d"),
        (12.0, "join", "e"),
        (13.0, "join", "f"),
        (18.0, "begin", "f", "ann"),
        (18.0, "known", "f", 5.0),
        (21.0, "leave", "d", 10.0),
        (29.0, "leave", "c", 19.0),
        (29.5, "end", "b", "bob", 24.0),
        (30.0, "begin", "a", "ann"),
        (30.0, "known", "a", 30.0),
        (120.0, "end", "a", "ann", 90.0),
    ]
    assert [(record.call.id, str(record.fate)) for record in log.records] == [
        ("a", "answered"), ("b", "answered"), ("c", "hung up"), ("d", "hung up"), ("e", "open"), ("f", "answered"),
    ]  # fmt: skip
    # And a replay has the real waits from it.
    happened = read_csv(path).happened or ()
    assert [fate.wait_s for fate in happened] == [30.0, 0.0, 19.0, 10.0, None, 5.0]


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        ("b,sales,32400,0,-1,,90,ann", 5, "waited_s must be a plain decimal number, at least 0"),
        ("b,sales,,0,1,,90,ann", 3, "arrived_s is empty"),
        ("b,sales,32400,0,90000,,90,ann", 5, "waited_s of 90000 is half a day and more"),
        ("a,sales,32400,0,1,,90,ann", 1, "id 'a' was used before, on line 2"),
        ("b,sales,32400,high,1,,90,ann", 4, "priority must be a plain decimal number, or empty"),
    ],
)
def test_nonsense_in_the_own_layout(tmp_path: Path, row: str, column: int, problem: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text("\n".join([*CSV.splitlines()[:2], row]), encoding="utf-8")
    with pytest.raises(LogError) as caught:
        read_log(path, "csv", strict=True)
    assert (caught.value.line, caught.value.column) == (3, column)
    assert caught.value.problem.startswith(problem)


def test_the_own_layout_needs_real_waits(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("id,queue,arrived_s,handle_s,agent\na,sales,1,2,ann\n", encoding="utf-8")
    with pytest.raises(LogError, match="line 1, column 6: the header lacks waited_s"):
        read_log(path, "csv")


@pytest.mark.skipif(not REAL_LOG.exists(), reason=NO_REAL_LOG)
def test_the_real_log_is_understood_to_the_last_row() -> None:
    log = read_log(REAL_LOG, "bank", strict=True)
    assert (log.rows, log.days, log.problems) == (22_002, 14, ())
    general = [record for record in log.records if record.call.general and record.waited_s]
    fates = [record.fate for record in general]
    # Counted from the columns alone: type not IN, outcome AGENT, q_time > 0, ser_time > 0; and those who hung up.
    assert (fates.count(Fate.ANSWERED), fates.count(Fate.HUNG_UP), fates.count(Fate.VANISHED)) == (10_625, 4_792, 220)
    waits = [record.waited_s or 0.0 for record in general if record.fate is Fate.ANSWERED]
    assert round(sum(waits) / len(waits), 3) == 144.385
    assert [move.call.key for move in log.moves if str(move.kind) in ("join", "come", "seen")] == sorted(
        {move.call.key for move in log.moves}
    )
