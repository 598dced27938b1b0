"""routekit's own log layout: what a good one means, and where a bad one is wrong."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as hyp

from routekit import Need
from routekit.errors import LogError
from routekit.simulation import Outcome, read_csv, replay
from routekit.simulation.csvlog import parse_needs
from tests.replay_logs import assert_accounted, write_text

HEADER = "id,queue,channel,priority,needs,arrived_s,patience_s,handle_s,agent"
GOOD = (
    "c-1,support,voice,0,english>=3 billing,30000,,240,ann",
    "c-2,support,voice,2,,30010.5,60,120.25,ann",
    "c-3,sales,chat,-1,,30020,,,bob",
    "c-4,support,,,,30030,45,,",
)


def test_a_row_is_a_contact(tmp_path: Path) -> None:
    trace = read_csv(write_text(tmp_path / "log.csv", HEADER, *GOOD), strict=True)
    trace.check()
    first, second, third, fourth = trace.calls
    assert (first.contact.id, first.contact.queue, first.contact.channel) == ("c-1", "support", "voice")
    assert first.contact.needs == (Need("english", at_least=3.0), Need("billing", at_least=1.0))
    assert (first.arrived_s, first.patience_s, first.handle_s) == (30000.0, None, 240.0)
    assert (second.contact.priority, second.patience_s, second.handle_s) == (2.0, 60.0, 120.25)
    assert (third.contact.channel, third.contact.priority) == ("chat", -1.0)
    assert third.handle_s in (240.0, 120.25)
    assert fourth.contact.channel == "voice"
    assert trace.happened is not None
    assert [fate.outcome for fate in trace.happened] == [Outcome.CONNECTED] * 3 + [Outcome.ABANDONED]


def test_agents_work_in_the_queues_and_with_the_skills_of_the_contacts_they_had(tmp_path: Path) -> None:
    rows = [
        *GOOD,
        "c-5,sales,voice,0,english>=5,40000,,100,ann",
        "c-6,sales,voice,0,english>=4,126400,,100,ann",
    ]
    trace = read_csv(write_text(tmp_path / "log.csv", HEADER, *rows), strict=True)
    ann = trace.agents[0]
    assert (ann.id, tuple(ann.queues), dict(ann.skills)) == (
        "ann",
        ("sales", "support"),
        {"billing": 1.0, "english": 5.0},
    )
    found = [(shift.agent, shift.day, shift.queues, shift.starts_s, shift.ends_s) for shift in trace.shifts]
    assert found[0] == ("ann", 0, ("sales", "support"), 30000.0, 40100.0)
    assert found[2] == ("ann", 1, ("sales",), 126400.0, 126500.0)
    made = replay(trace)
    assert_accounted(made)
    assert made.figures.waiting == 0
    assert made.happened is not None
    assert made.happened.connected == 5
    assert made.happened.mean_wait_s is None
    assert made.happened.service_level is None


def test_columns_may_come_in_any_order_and_four_may_be_left_out(tmp_path: Path) -> None:
    path = write_text(tmp_path / "log.csv", "agent,handle_s,arrived_s,queue,id", "ann,60,100,support,c-1")
    call = read_csv(path, strict=True).calls[0]
    assert (call.contact.id, call.contact.channel, call.contact.priority, call.patience_s) == (
        "c-1",
        "voice",
        0.0,
        None,
    )


def test_rows_may_come_in_any_order(tmp_path: Path) -> None:
    rows = ("c-1,s,,,,50,,10,ann", "c-2,s,,,,20,,10,ann", "c-3,s,,,,50,,10,ann")
    trace = read_csv(write_text(tmp_path / "log.csv", HEADER, *rows), strict=True)
    assert [call.contact.id for call in trace.calls] == ["c-2", "c-1", "c-3"]


def test_quotes_a_mark_of_utf8_and_windows_line_ends_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    text = HEADER + '\r\n"c,1","a ""b""",voice,0,,100,,60,"J\u00f6rg"\r\n'
    path.write_bytes(text.encode("utf-8-sig"))
    trace = read_csv(path, strict=True)
    assert (trace.calls[0].contact.id, trace.calls[0].contact.queue) == ("c,1", 'a "b"')
    assert trace.agents[0].id == "J\u00f6rg"


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        (",s,,,,1,,2,ann", 1, "id is empty"),
        ("c-9,,,,,1,,2,ann", 2, "queue is empty"),
        ("c-1,s,,,,1,,2,ann", 1, "used before, on line 2"),
        ("c-9,s,,urgent,,1,,2,ann", 4, "priority must be a plain decimal number"),
        ("c-9,s,,1e3,,1,,2,ann", 4, "priority must be"),
        ("c-9,s,,,english=>3,1,,2,ann", 5, "needs must be skills such as"),
        ("c-9,s,,,english>=,1,,2,ann", 5, "needs must be"),
        ("c-9,s,,,english>=0,1,,2,ann", 5, "not above 0"),
        ("c-9,s,,,a a,1,,2,ann", 5, "needs names 'a' twice"),
        ("c-9,s,,,,,,2,ann", 6, "arrived_s is empty"),
        ("c-9,s,,,,-1,,2,ann", 6, "arrived_s must be at least 0"),
        ("c-9,s,,,,nan,,2,ann", 6, "arrived_s must be a plain"),
        ("c-9,s,,,,99999999999,,2,ann", 6, "arrived_s must be"),
        ("c-9,s,,,,1,-5,2,ann", 7, "patience_s must be at least 0"),
        ("c-9,s,,,,1,,-2,ann", 8, "handle_s must be at least 0"),
        ("c-9,s,,,,1,,2", 9, "ends before agent"),
        ("c-9,s,,,,1,,2,ann,more", 10, "10 fields where the header has 9"),
        ('c-9,s,,,"a,1,,2,ann', 5, "quotes"),
    ],
)
def test_a_bad_row_is_told_of_by_line_and_column(tmp_path: Path, row: str, column: int, says: str) -> None:
    path = write_text(tmp_path / "log.csv", HEADER, *GOOD, row)
    trace = read_csv(path)
    assert (trace.rows, len(trace.calls), trace.skipped) == (5, 4, 1)
    assert (trace.problems[0].path, trace.problems[0].line, trace.problems[0].column) == (str(path), 6, column)
    assert says in trace.problems[0].problem
    with pytest.raises(LogError, match=f"line 6, column {column}"):
        read_csv(path, strict=True)


@pytest.mark.parametrize(
    ("content", "line", "column", "says"),
    [
        (b"", 1, 1, "the file is empty"),
        (b"\n  \n", 1, 1, "the file is empty"),
        (b"id,queue,arrived_s,handle_s\n", 1, 5, "the header lacks agent"),
        (b"id,queue,arrived_s,handle_s,agent,colour\n", 1, 6, "unknown column 'colour'"),
        (b"\nid,queue,arrived_s,handle_s,agent,id\n", 2, 6, "'id' is there twice"),
        (b"id,queue,arrived_s,handle_s,agent\r\nc-1,s,1,2,a\r\nc-2,s,J\xf6rg,2,a\r\n", 3, 3, "byte 0xf6 is not UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes, line: int, column: int, says: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(LogError) as refused:
        read_csv(path)
    assert (refused.value.line, refused.value.column) == (line, column)
    assert says in refused.value.problem


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="give the path of a call log"):
        read_csv(tmp_path / "nothing.csv")


def test_a_handle_time_that_nobody_gives_is_three_minutes(tmp_path: Path) -> None:
    assert read_csv(write_text(tmp_path / "log.csv", HEADER, "c-1,s,,,,1,,,ann")).calls[0].handle_s == 180.0


def test_a_contact_that_nobody_may_take_goes_on_waiting_and_is_counted(tmp_path: Path) -> None:
    rows = ("c-1,s,,,,10,,60,ann", "c-2,other,,,,20,,,")
    made = replay(read_csv(write_text(tmp_path / "log.csv", HEADER, *rows), strict=True))
    assert (made.figures.connected, made.figures.waiting) == (1, 1)
    assert_accounted(made)


def test_no_needs_are_no_needs() -> None:
    assert parse_needs("  ") == ()


_FIELD = hyp.sampled_from(
    ["", "c-1", "s", "t", "voice", "0", "7", "-3", "2.5", "1e9", "a>=2", "a>=2 a", "ann", "bob", '"']
)


@given(rows=hyp.lists(hyp.lists(_FIELD | hyp.text(max_size=4), min_size=7, max_size=10), max_size=25))
def test_the_sums_hold_for_rows_of_anything(rows: list[list[str]]) -> None:
    lines = [f"{number}-{','.join(row)}" for number, row in enumerate(rows)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_text("\n".join([HEADER, *GOOD, *lines]), encoding="utf-8", errors="replace", newline="")
        made = replay(read_csv(path))
    assert_accounted(made)
    assert made.figures.contacts >= len(GOOD)
