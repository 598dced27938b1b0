"""How good the efforts are on three days of a real bank: limits that a broken law or a broken simulation does not meet.

The figures beside the limits were measured on these days with seed 0. Nothing is drawn but from that seed, so the room
is for rounding and for small changes of a method. `quick` without those ahead is as good as `qlm`, so its limits lie in
between: that leaves about one hundredth of room.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import routekit
from routekit.estimation.backtest import chosen, efforts, play, read_log, result
from routekit.estimation.backtest.scores import Scores
from tests.replay_logs import NO_REAL_LOG, REAL_LOG

pytestmark = pytest.mark.skipif(not REAL_LOG.exists(), reason=NO_REAL_LOG)

DAYS = ("1999-08-01", "1999-08-02", "1999-08-03")


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scores]:
    """Those of the three days; `full` in the compiled build alone, since it takes minutes in the other one."""
    lines = REAL_LOG.read_text(encoding="utf-8").splitlines(keepends=True)
    place = lines[0].rstrip("\n").split(",").index("date")
    kept = itertools.takewhile(lambda line: line.split(",")[place] in DAYS, lines[1:])
    file: Path = tmp_path_factory.mktemp("figures") / "three_days.csv"
    file.write_text("".join([lines[0], *kept]), encoding="utf-8")
    names = ["qlm", "quick", "full"] if routekit.compiled else ["qlm", "quick"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(efforts, "RUNS", 50)
        methods = result(play(read_log(file, "bank"), chosen(names, trained=False))).methods
    assert set(methods["quick"].n_by_day) == set(DAYS)
    assert methods["quick"].n > 3500
    return methods


def over(one: float | None, other: float | None) -> float:
    assert one is not None and other is not None
    return one / other


def test_quick_is_better_than_the_line_ahead_alone(scores: dict[str, Scores]) -> None:
    quick, line = scores["quick"], scores["qlm"]
    assert over(quick.rmse, line.rmse) <= 0.988  # 0.977; 1.000 with nobody ahead
    assert over(quick.mae, line.mae) <= 0.993  # 0.983; 1.000 with nobody ahead
    assert quick.coverage_p90 is not None and 0.87 <= quick.coverage_p90 <= 0.93  # 0.899


@pytest.mark.skipif(not routekit.compiled, reason="the simulation takes minutes in the interpreted build")
def test_full_is_better_than_quick(scores: dict[str, Scores]) -> None:
    full, quick = scores["full"], scores["quick"]
    assert over(full.rmse, quick.rmse) <= 0.97  # 0.947; 0.998 with a simulation that says nothing
    assert over(full.mae, quick.mae) <= 0.97  # 0.948; 0.999
    assert full.coverage_p90 is not None and 0.87 <= full.coverage_p90 <= 0.93  # 0.898
