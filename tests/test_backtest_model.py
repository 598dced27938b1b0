"""A saved model in a backtest: the days that it was trained on, its weights, and how a file that is none is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from routekit.cli import main
from routekit.errors import ModelError
from routekit.estimation.backtest import Setting, chosen, play, read_log
from routekit.estimation.backtest.period import Period
from routekit.estimation.backtest.trained import FEATURES, Trained
from routekit.estimation.blend import Blend
from routekit.estimation.learned import Boosted
from tests.replay_logs import queued, served, write_bank

Extra = dict[str, Any]


def weights() -> Extra:
    """What `trained` keeps with its trees."""
    blends = {"mean": Blend(3).to_data(), "median": Blend(3, median=True).to_data()}
    return {**blends, "trained": {"from": "1999-08-01", "to": "1999-08-02"}}


@pytest.fixture(scope="module")
def boosted() -> Boosted:
    rows = [[float(7 * row % (3 + column)) for column in range(len(FEATURES))] for row in range(300)]
    return Boosted.train(FEATURES, rows, [10.0 + row[5] for row in rows])


@pytest.fixture
def saved(boosted: Boosted, tmp_path: Path) -> Callable[[Any], Path]:
    def save(extra: Any) -> Path:
        boosted.extra = extra
        boosted.save(tmp_path / "waits.json")
        return tmp_path / "waits.json"

    return save


def bank_log(path: Path, *days: int) -> Path:
    rows = []
    for day in days:
        values = {"date": f"1999-08-{day:02}"}
        rows.append(served("9:00:00", "9:00:00", "9:03:00", 180, **values))
        for number in range(1, 9):
            at, begin = f"9:0{number}:00", f"9:0{number}:40"
            row = queued(at, begin, 40, outcome="AGENT", server="ann", call_id=f"{day}-{number}", **values)
            rows.append(row | {"ser_start": begin, "ser_exit": f"9:0{number}:50", "ser_time": "10"})
    return write_bank(path, rows)


def csv_log(path: Path, *days: int) -> Path:
    rows = [f"c{day},support,voice,0,,{(day - 1) * 86400 + 32400},,40,60,ann" for day in days]
    header = "id,queue,channel,priority,needs,arrived_s,patience_s,waited_s,handle_s,agent"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["backtest", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


WRONG: list[tuple[Any, str]] = [
    (None, "has no weights for the mean"),
    ([1.0], "has no weights for the mean"),
    ({"median": 1}, "has no weights for the mean"),
    ({"mean": Blend(3).to_data()}, "has no weights for the median"),
    ({**weights(), "mean": 7}, "has weights for the mean that are none"),
    ({**weights(), "mean": Blend(2).to_data()}, "has weights for the mean that are none"),
    ({**weights(), "median": Blend(3).to_data()}, "has weights for the median that are none"),
    (
        {**weights(), "mean": {**Blend(3).to_data(), "weights": [10**400, 0, 0]}},
        "has weights for the mean that are none",
    ),
]


@pytest.mark.parametrize(("extra", "says"), WRONG)
def test_wrong_weights_are_refused_with_the_path(saved: Callable[[Any], Path], extra: Any, says: str) -> None:
    path = saved(extra)
    with pytest.raises(ModelError, match=says) as caught:
        Trained(Setting(model=path))
    assert caught.value.path == str(path)


@pytest.mark.parametrize(
    "days",
    [None, 7, [], {}, {"from": 1}, {"from": "1999-08-01", "to": 2}, {"from": 3, "to": 2}, {"from": True, "to": True},
     {"from": "soon", "to": "later"}, {"from": 1.0, "to": 2.0}],
)  # fmt: skip
def test_a_model_that_does_not_say_its_days_is_refused(
    saved: Callable[[Any], Path], days: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved({**weights(), "trained": days})
    code, out, err = run(capsys, bank_log(tmp_path / "log.csv", 3), "--model", path)
    assert (code, out) == (2, "")
    assert err == f"routekit: {path}: does not say on which days it was trained: train it again\n"


def test_a_file_that_is_not_there_gives_a_message(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for methods in ((), ("--methods", "les")):
        code, out, err = run(capsys, bank_log(tmp_path / "log.csv", 3), "--model", tmp_path / "none.json", *methods)
        assert (code, out) == (2, "")
        assert err.startswith(f"routekit: {tmp_path / 'none.json'}: cannot be read (No such file or directory)")


def test_a_model_is_not_scored_on_its_own_days(
    saved: Callable[[Any], Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = saved(weights())
    code, out, err = run(capsys, bank_log(tmp_path / "log.csv", 2, 3), "--model", path)
    assert (code, out) == (2, "")
    assert err == (
        f"routekit: {path}: was trained on 1999-08-01 to 1999-08-02, and log.csv has 1999-08-02:"
        " score it on other days\n"
    )
    code, out, err = run(capsys, bank_log(tmp_path / "log.csv", 3, 4), "--model", path, "--methods", "les", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["model"] == {"path": str(path), "trained": {"from": "1999-08-01", "to": "1999-08-02"}}
    code, out, _ = run(capsys, bank_log(tmp_path / "log.csv", 3, 4), "--methods", "les", "--json")
    assert "model" not in json.loads(out)


def test_days_on_both_sides_of_the_training_are_no_days_of_it(saved: Callable[[Any], Path], tmp_path: Path) -> None:
    path = saved({**weights(), "trained": {"from": "1999-08-03", "to": "1999-08-04"}})
    log = read_log(bank_log(tmp_path / "log.csv", 2, 5), "bank")
    assert play(log, chosen(["les"], trained=True), model=path).model_days == Period.of_model(path)


def test_days_without_dates_are_told_by_their_number(saved: Callable[[Any], Path], tmp_path: Path) -> None:
    path = saved({**weights(), "trained": {"from": 1, "to": 2}})
    les = chosen(["les"], trained=True)
    with pytest.raises(ModelError, match="trained on day 1 to day 2, and log.csv has day 2: .*counted from second 0"):
        play(read_log(csv_log(tmp_path / "log.csv", 2, 3), "csv"), les, model=path)
    later = read_log(csv_log(tmp_path / "log.csv", 3, 4), "csv")
    assert play(later, les, model=path).model_days == Period(1, 2)
    # Dates and numbers cannot be compared.
    dated = read_log(bank_log(tmp_path / "dated.csv", 1, 2), "bank")
    assert play(dated, les, model=path).model_days == Period(1, 2)


def test_the_days_of_a_log_and_of_its_first_part(tmp_path: Path) -> None:
    bank = read_log(bank_log(tmp_path / "bank.csv", 3, 4, 6), "bank")
    assert Period.of_log(bank).as_data() == {"from": "1999-08-03", "to": "1999-08-06"}
    assert Period.of_log(bank, 2).as_data() == {"from": "1999-08-03", "to": "1999-08-04"}
    undated = read_log(csv_log(tmp_path / "log.csv", 5, 7), "csv")
    assert Period.of_log(undated).as_data() == {"from": 5, "to": 7}


def test_help_says_who_is_left_out_of_the_estimates(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "--help")
    text = " ".join(out.split())
    assert "Calls that got no estimate (too little data) and those of training days are left out." in text


@pytest.mark.parametrize(
    "bad", [float("nan"), float("inf"), -float("inf"), 1e200, pytest.param(10**400, id="huge"), None, "1", True]
)
def test_a_blend_takes_numbers_only_and_stays_as_it_was(bad: Any) -> None:
    blend = Blend(2, groups=2)
    blend.learn((80.0, 20.0), 50.0, 1)
    before = blend.to_data()
    for call in (
        lambda: blend.of((80.0, bad)),
        lambda: blend.learn((80.0, bad), 50.0, 1),
    ):
        with pytest.raises(ValueError, match=r"estimates\[1\] must be"):
            call()
    with pytest.raises(ValueError, match="waited_s must be"):
        blend.learn((80.0, 20.0), bad)
    assert blend.to_data() == before
