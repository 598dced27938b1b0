"""A learnt model of waits: what it learns, its file, and every file that is refused; and the method that uses it."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from routekit.errors import InvalidValue, LogError, ModelError
from routekit.estimation import _line, learned
from routekit.estimation.backtest import Setting, chosen, efforts, play, read_log
from routekit.estimation.backtest.trained import FEATURES, Trained
from routekit.estimation.learned import LEAST_ROWS, Boosted
from tests.replay_logs import NO_REAL_LOG, REAL_LOG

NAMES = ("ahead", "hour", "noise")
"""Few features, of which a tree sees half: so interactions are learnt roughly."""


def rows(count: int, seed: int = 5) -> tuple[list[list[float]], list[float]]:
    """Waits that hang on the first two features in a way that no straight line has, and are skewed."""
    draws = random.Random(seed)
    given = [[draws.uniform(0, 20), draws.uniform(8, 20), draws.random()] for _ in range(count)]
    waits = [(20.0 * row[0] if row[1] < 12 else 5.0 * row[0]) * draws.lognormvariate(0.0, 0.8) for row in given]
    return given, waits


@pytest.fixture(scope="module")
def model() -> Boosted:
    return Boosted.train(NAMES, *rows(4000))


def test_it_learns_mean_and_median_each_for_itself(model: Boosted) -> None:
    given, waits = rows(2000, seed=77)
    said = [model.of(row) for row in given]
    mean_error = sum(mean - wait for (mean, _), wait in zip(said, waits, strict=True)) / len(waits)
    below = sum(wait < median for (_, median), wait in zip(said, waits, strict=True)) / len(waits)
    assert mean_error == pytest.approx(0.0, abs=0.05 * sum(waits) / len(waits))
    assert below == pytest.approx(0.5, abs=0.05)
    for ahead, hour, level in ((10.0, 10.0, 200.0), (10.0, 16.0, 50.0)):
        mean, median = model.of([ahead, hour, 0.5])
        assert median == pytest.approx(level, rel=0.25)
        assert mean == pytest.approx(level * math.exp(0.32), rel=0.25)
    assert model.of([18.0, 9.0, 0.5])[0] > model.of([10.0, 10.0, 0.5])[0] > model.of([2.0, 10.0, 0.5])[0]


def test_the_same_rows_give_the_same_model(model: Boosted) -> None:
    again = Boosted.train(NAMES, *rows(4000))
    assert again.of([10.0, 10.0, 0.5]) == model.of([10.0, 10.0, 0.5])


def test_what_was_saved_is_loaded(model: Boosted, tmp_path: Path) -> None:
    model.extra = {"weights": [1.0, 2.0]}
    model.save(tmp_path / "waits.json")
    again = Boosted.load(tmp_path / "waits.json", NAMES)
    assert (again.features, again.extra) == (NAMES, {"weights": [1.0, 2.0]})
    for row in rows(50, seed=9)[0]:
        assert again.of(row) == model.of(row)


def change(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.update({name: value})


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (change("format", "something else"), "its format is not"),
        (change("version", 99), "is of version 99, and this routekit reads 2"),
        (change("features", ["ahead", "hour"]), "it lacks noise"),
        (change("features", ["ahead", "hour", "noise", "moon"]), "it has moon besides"),
        (change("features", ["hour", "ahead", "noise"]), "in another order"),
        (change("features", 7), "has no list of features"),
        (change("mean", None), "has no trees"),
        (change("median", "tree\nversion=v4\nend of trees\n"), "those for the median do not match their checksum"),
        (change("mean", "tree\ud800"), "those for the mean do not match their checksum"),
        (change("sha256", None), "do not match their checksum"),
        (change("sha256", {"mean": 7}), "do not match their checksum"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_by_name(
    spoil: Callable[[dict[str, Any]], None], says: str, model: Boosted, tmp_path: Path
) -> None:
    path = tmp_path / "waits.json"
    model.save(path)
    data = json.loads(path.read_text())
    spoil(data)
    path.write_text(json.dumps(data))
    with pytest.raises(ModelError, match=says) as caught:
        Boosted.load(path, NAMES)
    assert caught.value.path == str(path)


def test_broken_leaves_are_refused_before_lightgbm_sees_them(
    model: Boosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "waits.json"
    model.save(path)
    data = json.loads(path.read_text())
    real = learned._lightgbm()

    def booster(model_str: str) -> Any:
        # The real one would end the process here, and the test run with it.
        assert "leaf_value=x" not in model_str
        return real.Booster(model_str=model_str)

    monkeypatch.setattr(learned, "_lightgbm", lambda: SimpleNamespace(Booster=booster, basic=real.basic))
    for name in ("mean", "median"):
        spoilt = {**data, name: data[name].replace("leaf_value=", "leaf_value=x", 1)}
        assert spoilt[name] != data[name]
        path.write_text(json.dumps(spoilt))
        with pytest.raises(ModelError, match=f"those for the {name} do not match their checksum"):
            Boosted.load(path, NAMES)


def test_a_file_that_cannot_be_read_or_written_is_named(model: Boosted, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.json: cannot be read \(No such file"):
        Boosted.load(tmp_path / "none.json")
    with pytest.raises(ModelError, match="cannot be written"):
        model.save(tmp_path)


def test_what_is_no_model_at_all_is_refused(tmp_path: Path) -> None:
    for text in ("", "[]", "{", '"routekit boosted waits"'):
        (tmp_path / "waits.json").write_text(text)
        with pytest.raises(ModelError, match=r"waits\.json: is no saved model"):
            Boosted.load(tmp_path / "waits.json")


def test_too_little_and_uneven_rows_are_refused(model: Boosted) -> None:
    given, waits = rows(LEAST_ROWS)
    with pytest.raises(InvalidValue, match="at least 200"):
        Boosted.train(NAMES, given[1:], waits[1:])
    with pytest.raises(InvalidValue, match="as many as there are rows"):
        Boosted.train(NAMES, given, waits[1:])
    with pytest.raises(InvalidValue, match=r"rows\[3\]"):
        Boosted.train(NAMES, [*given[:3], [1.0], *given[4:]], waits)
    with pytest.raises(InvalidValue):
        model.of([1.0])


@pytest.mark.skipif(not REAL_LOG.exists(), reason=NO_REAL_LOG)
def test_it_is_trained_on_days_before_saved_and_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efforts, "RUNS", 2 if str(_line.__file__).endswith(".py") else 20)
    lines = REAL_LOG.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "three_days.csv").write_text("".join(lines[:6500]), encoding="utf-8")
    log = read_log(tmp_path / "three_days.csv", "bank")
    file = tmp_path / "waits.json"
    played = play(log, chosen(["trained"], trained=True), train_days=2, save_model=file)
    said = [one.mean for one in played.said["trained"] if one is not None]
    assert len(said) > 500
    assert Boosted.load(file, FEATURES).features == FEATURES
    with pytest.raises(
        ModelError, match="trained on 1999-08-01 to 1999-08-02, and three_days.csv has 1999-08-01, 1999-08-02:"
    ):
        play(log, chosen(["trained"], trained=True), model=file)
    taken_up = play(log, chosen(["trained"], trained=True), train_days=2, model=file)
    assert any(one is not None for one in taken_up.said["trained"])
    with pytest.raises(LogError, match="it takes 200"):
        Trained(Setting()).fit()
