"""The rules of the bank's log, each by a few rows made by hand, and its sums by logs that are broken at random."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as hyp

from routekit.errors import LogError
from routekit.simulation import Outcome, Settings, Trace, read_bank, replay
from routekit.simulation.bank import COLUMNS
from tests.replay_logs import assert_accounted, bank_row, clock, queued, served, write_bank, write_text


def read(tmp_path: Path, *rows: dict[str, str], strict: bool = True, seed: int = 0) -> Trace:
    trace = read_bank(write_bank(tmp_path / "bank.csv", rows), strict=strict, seed=seed)
    trace.check()
    return trace


def test_a_call_arrives_when_it_queues_or_when_it_leaves_the_menu_if_it_never_queued(tmp_path: Path) -> None:
    straight = served("9:00:30", "9:00:29", "9:01:00", 31)
    waited = queued("9:05:00", "9:05:40", 40, outcome="AGENT", server="ann", ser_start="9:05:39", ser_exit="9:06:00",
                    ser_time="21")  # fmt: skip
    waited["vru_exit"] = "9:04:50"
    waited["vru_entry"] = "9:04:00"
    trace = read(tmp_path, straight, waited)
    assert [call.arrived_s for call in trace.calls] == [clock("9:00:30"), clock("9:05:00")]
    assert trace.happened is not None
    assert [fate.wait_s for fate in trace.happened] == [0.0, 40.0]
    assert [fate.agent for fate in trace.happened] == ["ann", "ann"]


def test_internet_support_is_a_pool_of_its_own_and_all_else_is_general(tmp_path: Path) -> None:
    kinds = ("IN", "PS", "PE", "NW", "NE", "TT")
    trace = read(tmp_path, *(served("9:00:00", "9:00:00", "9:01:00", 60, type=kind) for kind in kinds))
    assert [call.contact.queue for call in trace.calls] == ["internet", *["general"] * 5]


def test_priority_two_has_waited_ninety_seconds_on_arrival_and_the_report_does_not_count_them(tmp_path: Path) -> None:
    rows = [
        served("9:00:00", "9:00:00", "9:10:00", 600),
        queued("9:01:00", "9:20:00", 1140, priority="1"),
        queued("9:02:29", "9:20:00", 1051, priority="2"),
        queued("9:02:31", "9:20:00", 1049, priority="2"),
    ]
    trace = read(tmp_path, *rows)
    assert [call.contact.waiting_since for call in trace.calls] == [
        None, None, clock("9:02:29") - 90.0, clock("9:02:31") - 90.0,
    ]  # fmt: skip
    assert {call.contact.priority for call in trace.calls} == {0.0}
    made = replay(trace)
    waits = {fate.call.contact.id: fate.wait_s for fate in made.fates}
    # ann is free at 9:10: the first of priority 2 counts as older than the one of priority 1, the second does not.
    assert waits["line-4"] == clock("9:10:00") - clock("9:02:29")
    assert waits["line-3"] is not None
    assert waits["line-5"] is not None
    assert waits["line-3"] > waits["line-4"]


def test_who_hung_up_leaves_after_the_time_of_the_log(tmp_path: Path) -> None:
    made = replay(read(tmp_path, served("9:00:00", "9:00:00", "9:10:00", 600), queued("9:01:00", "9:01:40", 40)))
    assert [(fate.outcome, fate.wait_s) for fate in made.fates] == [(Outcome.CONNECTED, 0.0), (Outcome.ABANDONED, 40.0)]


def test_who_hung_up_is_answered_when_an_agent_is_free_in_that_second(tmp_path: Path) -> None:
    rows = [served("9:00:00", "9:00:00", "9:01:00", 60), served("9:30:00", "9:30:00", "9:31:00", 60)]
    made = replay(read(tmp_path, *rows, queued("9:00:20", "9:01:00", 40), queued("9:00:21", "9:01:00", 39)))
    ends = {fate.call.contact.id: (fate.outcome, fate.wait_s) for fate in made.fates}
    assert ends["line-4"] == (Outcome.CONNECTED, 40.0)
    assert ends["line-5"] == (Outcome.ABANDONED, 39.0)


def test_who_hung_up_at_once_did_leave_the_menu(tmp_path: Path) -> None:
    busy, free = queued("9:05:00", "9:05:00", 0), queued("9:15:00", "9:15:00", 0)
    rows = [served("9:00:00", "9:00:00", "9:10:00", 600), served("9:20:00", "9:20:00", "9:21:00", 60)]
    trace = read(tmp_path, *rows, busy, free)
    assert trace.not_routed == {}
    ends = {fate.call.contact.id: (fate.outcome, fate.wait_s) for fate in replay(trace).fates}
    assert ends["line-4"] == (Outcome.ABANDONED, 0.0)
    assert ends["line-5"] == (Outcome.CONNECTED, 0.0)


def test_the_served_wait_for_ever_and_take_the_time_of_the_log(tmp_path: Path) -> None:
    rows = [
        served("9:00:00", "9:00:00", "11:00:00", 7200),
        served("9:01:00", "11:00:00", "11:05:00", 300),
    ]
    trace = read(tmp_path, *rows)
    assert [(call.patience_s, call.handle_s) for call in trace.calls] == [(None, 7200.0), (None, 300.0)]
    made = replay(trace)
    assert made.figures.connected == 2
    assert made.figures.longest_wait_s == 7200.0 - 60.0


def test_a_service_of_no_seconds_is_the_log_s_own_time(tmp_path: Path) -> None:
    trace = read(tmp_path, served("9:00:00", "9:00:00", "9:00:00", 0), served("9:10:00", "9:10:00", "9:11:00", 60))
    assert [call.handle_s for call in trace.calls] == [0.0, 60.0]


def test_a_handle_time_that_is_not_known_is_drawn_from_the_served_by_the_seed(tmp_path: Path) -> None:
    rows = [served("9:00:00", "9:00:00", "9:30:00", 11 * number) for number in range(1, 9)]
    rows += [queued("9:01:00", "9:02:00", 60) for _ in range(40)]
    draws = {}
    for seed in (0, 1):
        trace = read(tmp_path, *rows, seed=seed)
        drawn = [call.handle_s for call in trace.calls if call.patience_s is not None]
        assert set(drawn) <= {11.0 * number for number in range(1, 9)}
        assert len(set(drawn)) > 3
        assert drawn == [call.handle_s for call in read(tmp_path, *rows, seed=seed).calls if call.patience_s]
        draws[seed] = drawn
    assert draws[0] != draws[1]


def test_only_the_served_are_drawn_from(tmp_path: Path) -> None:
    rows = [
        served("9:00:00", "9:00:00", "9:01:00", 60),
        queued("9:01:00", "9:01:30", 30, ser_start="9:01:29", ser_exit="9:03:00", ser_time="91"),
        *(queued("9:05:00", "9:06:00", 60) for _ in range(30)),
    ]
    handles = [call.handle_s for call in read(tmp_path, *rows).calls]
    # The log gives one who hung up a time: that is theirs, and nobody else's.
    assert handles == [60.0, 91.0, *[60.0] * 30]


def test_what_never_asked_for_an_agent_is_counted_by_its_reason(tmp_path: Path) -> None:
    rows = [
        served("9:00:00", "9:00:00", "9:01:00", 60),
        bank_row(outcome="PHANTOM", q_start="9:00:00", q_exit="9:01:00", q_time="60"),
        bank_row(outcome="AGENT"),
        bank_row(outcome="AGENT", ser_start="9:00:02", ser_exit="9:00:09", ser_time="7"),
        bank_row(outcome="HANG"),
        bank_row(outcome="HANG"),
    ]
    trace = read(tmp_path, *rows)
    assert trace.not_routed == {"left in the menu": 2, "no server and no queue time": 2, "phantom": 1}
    assert len(trace.calls) == 1
    assert_accounted(replay(trace))


def test_a_queued_call_without_a_server_is_served_and_so_is_one_with_a_server_and_no_times(tmp_path: Path) -> None:
    rows = [
        served("9:00:00", "9:00:00", "9:10:00", 600),
        queued("9:01:00", "9:02:00", 60, outcome="AGENT"),
        bank_row(outcome="AGENT", vru_entry="9:03:00", vru_exit="9:03:10", server="ann"),
    ]
    trace = read(tmp_path, *rows)
    assert trace.not_routed == {}
    assert [call.arrived_s for call in trace.calls][2] == clock("9:03:10")
    assert [call.patience_s for call in trace.calls] == [None, None, None]
    assert [call.handle_s for call in trace.calls] == [600.0, 600.0, 600.0]
    assert trace.happened is not None
    assert [fate.outcome for fate in trace.happened] == [Outcome.CONNECTED] * 3


def test_an_agent_works_from_the_first_service_to_the_last_in_the_pools_of_that_day(tmp_path: Path) -> None:
    rows = [
        served("9:00:00", "9:00:01", "9:10:00", 599),
        served("12:00:00", "12:00:00", "12:10:00", 600, type="IN"),
        served("9:20:00", "9:20:00", "9:21:00", 60),
        served("10:00:00", "10:00:00", "10:10:00", 600, date="1999-08-03"),
        queued("9:30:00", "9:31:00", 60, outcome="AGENT", server="bob"),
    ]
    trace = read(tmp_path, *rows)
    found = [(shift.agent, shift.day, shift.queues, shift.starts_s, shift.ends_s) for shift in trace.shifts]
    assert found == [
        ("ann", 0, ("general", "internet"), clock("9:00:01"), clock("12:10:00")),
        ("ann", 2, ("general",), 172800.0 + clock("10:00:00"), 172800.0 + clock("10:10:00")),
    ]
    assert trace.loads is not None
    assert [(load.agent, load.contacts, load.busy_s) for load in trace.loads] == [
        ("ann", 4, 599.0 + 600.0 + 60.0 + 600.0)
    ]


def test_services_that_overlap_keep_an_agent_busy_once(tmp_path: Path) -> None:
    trace = read(tmp_path, served("9:00:00", "9:00:00", "9:10:00", 600), served("9:05:00", "9:05:00", "9:12:00", 420))
    assert trace.loads is not None
    assert trace.loads[0].busy_s == 720.0
    assert trace.loads[0].occupancy == 1.0


def test_an_agent_stays_until_nobody_of_that_day_and_pool_waits(tmp_path: Path) -> None:
    # In the log ann serves both by 9:06; here each takes ten minutes, so the second waits past her last service.
    rows = [
        served("9:00:00", "9:00:00", "9:03:00", 600),
        served("9:01:00", "9:03:00", "9:06:00", 600),
        served("9:02:00", "9:00:00", "9:04:00", 10, server="web", type="IN"),
    ]
    made = replay(read(tmp_path, *rows))
    assert made.figures.waiting == 0
    staffed = {load.agent: load.staffed_s for load in made.loads}
    # She takes the second at 9:10, which lets her sign out, and is busy until 9:20.
    assert staffed == {"ann": 1200.0, "web": 240.0}


def test_a_day_starts_at_the_midnight_of_the_first_date_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    trace = read(
        tmp_path,
        served("9:00:00", "9:00:00", "9:01:00", 60, date="1999-08-02"),
        served("8:00:00", "8:00:00", "8:01:00", 60, date="1999-08-01"),
    )
    assert trace.first_date is not None
    assert trace.first_date.isoformat() == "1999-08-01"
    assert [(call.contact.id, call.arrived_s) for call in trace.calls] == [
        ("line-3", clock("8:00:00")),
        ("line-2", 86400.0 + clock("9:00:00")),
    ]


def test_times_past_midnight_may_go_on_counting(tmp_path: Path) -> None:
    trace = read(tmp_path, served("23:59:50", "23:59:50", "24:10:00", 610))
    assert trace.shifts[0].ends_s == 86400.0 + 600.0


def test_the_bank_s_own_files_have_tabs_short_dates_and_zero_for_no_customer(tmp_path: Path) -> None:
    row = served("9:00:00", "9:00:00", "9:01:00", 60, date="990801", customer_id="0")
    path = write_text(tmp_path / "bank.txt", "\t".join(COLUMNS), "\t".join(row[name] for name in COLUMNS))
    trace = read_bank(path, strict=True)
    assert trace.first_date is not None
    assert trace.first_date.isoformat() == "1999-08-01"
    assert trace.calls[0].contact.customer is None


@pytest.mark.parametrize(
    ("values", "column", "says"),
    [
        ({"vru_entry": "9:00:10"}, "vru_exit", "lies before vru_entry"),
        ({"q_start": "9:00:10", "q_exit": "9:00:09"}, "q_exit", "lies before q_start"),
        ({"q_start": "9:00:10"}, "q_exit", "lies before q_start"),
        ({"q_exit": "9:00:10"}, "q_exit", "has no q_start"),
        ({"ser_start": "23:59:10", "ser_exit": "0:00:09"}, "ser_exit", "lies before ser_start"),
        ({"ser_start": "0:00:01", "ser_exit": "0:00:09"}, "ser_exit", "lies before vru_entry"),
        ({"vru_entry": "9h00"}, "vru_entry", "must be a time"),
        ({"vru_exit": "9:60:00"}, "vru_exit", "must be a time"),
        ({"q_start": ""}, "q_start", "must be a time"),
        ({"date": "1999-02-30"}, "date", "must be a date"),
        ({"priority": "3"}, "priority", "must be 0, 1 or 2"),
        ({"priority": "high"}, "priority", "must be 0, 1 or 2"),
        ({"vru_time": "-1"}, "vru_time", "at least 0"),
        ({"q_time": "1.5"}, "q_time", "whole seconds"),
        ({"ser_time": ""}, "ser_time", "whole seconds"),
        ({"outcome": "AGNET"}, "outcome", "must be one of"),
        ({"server": ""}, "server", "is empty"),
    ],
)
def test_a_bad_row_is_told_of_by_line_and_column_and_skipped(
    tmp_path: Path, values: dict[str, str], column: str, says: str
) -> None:
    good = served("9:00:00", "9:00:00", "9:01:00", 60)
    path = write_bank(tmp_path / "bank.csv", [good, bank_row(**values), good])
    told: list[LogError] = []
    trace = read_bank(path, on_problem=told.append)
    assert (trace.rows, len(trace.calls), trace.skipped) == (3, 2, 1)
    assert list(trace.problems) == told
    assert (told[0].path, told[0].line, told[0].column) == (str(path), 3, COLUMNS.index(column) + 1)
    assert f"{column} " in str(told[0])
    assert says in str(told[0])
    assert_accounted(replay(trace))
    with pytest.raises(LogError) as stop:
        read_bank(path, strict=True)
    assert (stop.value.line, stop.value.column) == (3, COLUMNS.index(column) + 1)


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        ("a,b,c", 4, "ends before priority"),
        (",".join("x" * 18), 18, "18 fields where the header has 17"),
        ('AA,"1', 2, "quotes"),
    ],
)
def test_a_row_of_another_shape_spoils_itself_only(tmp_path: Path, line: str, column: int, says: str) -> None:
    good = ",".join(served("9:00:00", "9:00:00", "9:01:00", 60)[name] for name in COLUMNS)
    path = write_text(tmp_path / "bank.csv", ",".join(COLUMNS), good, line, "", good)
    trace = read_bank(path)
    assert (trace.rows, len(trace.calls), trace.skipped) == (3, 2, 1)
    assert (trace.problems[0].line, trace.problems[0].column) == (3, column)
    assert says in trace.problems[0].problem
    assert [call.contact.id for call in trace.calls] == ["line-2", "line-5"]


def test_a_log_without_rows_is_a_day_without_calls(tmp_path: Path) -> None:
    made = replay(read(tmp_path))
    assert made.figures.contacts == 0
    assert made.figures.mean_wait_s is None
    assert_accounted(made)


_WORDS = hyp.sampled_from(
    ["", "0", "-1", "2", "999999999", "0:00:00", "9:00:30", "23:59:59", "47:00:00", "9:61:00", "HANG", "AGENT",
     "PHANTOM", "NO_SERVER", "ann", "bob", "IN", "1999-08-02", "0001-01-01", "9999-12-31", "\x00", "\u0661", '"',
     "x" * 300]
)  # fmt: skip
_EDIT = hyp.tuples(hyp.integers(0, 39), hyp.integers(0, 16), _WORDS | hyp.text(max_size=5))


def _lines() -> list[list[str]]:
    rows = []
    for number in range(10):
        minute = f"9:{3 * number:02d}"
        rows += [
            served(f"{minute}:00", f"{minute}:00", f"{minute}:50", 50, server=("ann", "bob")[number % 2]),
            queued(f"{minute}:20", f"{minute}:59", 39, priority=str(number % 3)),
            queued(f"{minute}:10", f"{minute}:40", 30, outcome="AGENT", server="web", type="IN",
                   ser_start=f"{minute}:39", ser_exit=f"{minute}:55", ser_time="16"),
            bank_row(outcome=("PHANTOM", "HANG", "AGENT")[number % 3]),
        ]  # fmt: skip
    return [[row[name] for name in COLUMNS] for row in rows]


@given(edits=hyp.lists(_EDIT, max_size=25), junk=hyp.lists(hyp.text(max_size=40), max_size=3), seed=hyp.integers(0, 9))
def test_the_sums_hold_for_a_log_that_is_broken_at_random(
    edits: list[tuple[int, int, str]], junk: list[str], seed: int
) -> None:
    rows = _lines()
    for row, column, word in edits:
        rows[row][column] = word
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bank.csv"
        lines = [",".join(COLUMNS), *(",".join(row) for row in rows), *junk]
        path.write_text("\n".join(lines), encoding="utf-8", errors="replace", newline="")
        trace = read_bank(path, seed=seed)
    made = replay(trace, Settings(seed=seed))
    assert_accounted(made)
    assert made.figures.contacts == len(trace.calls)
    assert trace.happened is not None
    assert len(trace.happened) == len(trace.calls)
