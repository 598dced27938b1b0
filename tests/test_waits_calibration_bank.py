"""Calibrated quantiles on a real fortnight: a crude law of a real line, put right while it is used.

The law is (n + 1) x 200 s / busy agents, for n ahead: no priorities, no patience, one handle time for all. Nothing of a
call is looked at before it has happened.
"""

from __future__ import annotations

import csv
import datetime
import math

import pytest

from routekit.estimation.calibration import Calibrated, CalibrationReport
from tests.replay_logs import NO_REAL_LOG, REAL_LOG

pytestmark = pytest.mark.skipif(not REAL_LOG.exists(), reason=NO_REAL_LOG)

END, KNOWN, BEGIN, JOIN = range(4)


def seconds(date: str, time: str) -> float:
    hours, minutes, rest = time.split(":")
    days = datetime.date.fromisoformat(date).toordinal() - datetime.date(1999, 8, 1).toordinal()
    return days * 86_400.0 + int(hours) * 3600 + int(minutes) * 60 + int(rest)


@pytest.fixture(scope="module")
def moves() -> list[tuple[float, int, str, float, str]]:
    """(at, what, key, waited, fate) in order. Who vanished (PHANTOM) stands in line until then: nobody could know."""
    made = []
    with REAL_LOG.open() as file:
        for number, row in enumerate(csv.DictReader(file)):
            key, answered = str(number), row["outcome"] == "AGENT" and int(row["ser_time"]) > 0
            if answered:
                begin = seconds(row["date"], row["ser_start"])
                made += [(begin, BEGIN, key, 0.0, ""), (begin + int(row["ser_time"]), END, key, 0.0, "")]
            waited = float(row["q_time"])
            if waited > 0.0 and row["q_start"] != "0:00:00" and row["type"] != "IN":
                joined = seconds(row["date"], row["q_start"])
                fate = "answered" if answered else row["outcome"]
                made += [(joined, JOIN, key, 0.0, ""), (joined + waited, KNOWN, key, waited, fate)]
    return sorted(made)


def play(waits: Calibrated, moves: list[tuple[float, int, str, float, str]]) -> CalibrationReport:
    busy = waiting = 0
    for at, what, key, waited, fate in moves:
        if what == BEGIN:
            busy += 1
        elif what == END:
            busy -= 1
        elif what == JOIN:
            mean_s = (waiting + 1) * 200.0 / max(busy, 1)
            waits.forecast(key, at, group="general", centre=mean_s, scale=mean_s / math.sqrt(waiting + 1))
            waiting += 1
        else:
            waiting -= 1
            if fate == "answered":
                waits.settle(key, waited)
            elif fate == "HANG":
                waits.censored(key, waited)
            else:
                waits.forget(key)
    return waits.report()


def gaps(report: CalibrationReport, level: int) -> list[float]:
    return [(row.coverage or ())[level] - report.levels[level] for row in report.by_day if row.n >= 100]


def test_each_day_of_a_real_fortnight_is_covered(moves: list[tuple[float, int, str, float, str]]) -> None:
    start = (0.0, 0.84, 1.28)
    tracked = play(Calibrated(start=start), moves)
    fixed = play(Calibrated(start=start, step=0.0, push=0.0), moves)
    print(tracked, fixed, sep="\n")
    assert tracked.total.n == fixed.total.n > 10_000
    assert tracked.total.coverage == pytest.approx((0.5, 0.8, 0.9), abs=0.005)
    assert fixed.total.coverage is not None and fixed.total.coverage[0] > 0.65
    assert len(gaps(tracked, 2)) == 12
    for level, worst in (0, 0.02), (1, 0.02), (2, 0.02):
        assert max(abs(gap) for gap in gaps(tracked, level)) < worst
    assert max(abs(gap) for gap in gaps(fixed, 2)) > 0.04
    for mine, other in zip(tracked.total.pinball_s or (), fixed.total.pinball_s or (), strict=True):
        assert mine < other


def test_the_nudge_keeps_the_days(moves: list[tuple[float, int, str, float, str]]) -> None:
    start = (0.0, 0.84, 1.28)
    with_it, without = play(Calibrated(start=start), moves), play(Calibrated(start=start, push=0.0), moves)
    for level in range(3):
        mine, other = (sum(gap * gap for gap in gaps(report, level)) for report in (with_it, without))
        assert mine < 0.7 * other


def test_a_window_keeps_them_too(moves: list[tuple[float, int, str, float, str]]) -> None:
    start = (0.0, 0.84, 1.28)
    window, tracked = (play(Calibrated(start=start, **how), moves) for how in ({"window": 400}, {}))
    assert window.total.coverage == pytest.approx((0.5, 0.8, 0.9), abs=0.005)
    assert max(abs(gap) for gap in gaps(window, 2)) < 0.02
    for mine, other in zip(window.total.pinball_s or (), tracked.total.pinball_s or (), strict=True):
        assert mine < other
