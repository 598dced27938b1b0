"""Nothing that a method says may depend on what comes later: a log that ends at some time, with every field that lies
after it empty, gives the same estimates for all who joined before as the whole log does.

The rule of what is known when is written here a second time, field by field, from the meaning of the columns alone.
"""

from __future__ import annotations

import csv
import functools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from routekit.estimation import _line
from routekit.estimation.backtest import Estimate, Log, chosen, efforts, entries, play, read_log
from tests.replay_logs import NO_REAL_LOG, REAL_LOG, write_bank

Row = dict[str, str]

DAY = 86_400
UNTIL = ("1999-08-02", 12 * 3600)
TIMES = 20


def seconds(text: str) -> int:
    hours, minutes, rest = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + rest


def at(row: Row, column: str) -> int | None:
    """When this time of a row was, from midnight of 1 August; None where there was none."""
    value, first = seconds(row[column]), seconds(row["vru_entry"])
    if value == 0 and column != "vru_entry":
        return None
    day = int(row["date"][-2:]) - 1 + (value < first - 3600)
    return day * DAY + value


@functools.cache
def rows() -> tuple[Row, ...]:
    """A day and a half of the log."""
    with REAL_LOG.open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if row["date"] <= UNTIL[0]]
    return tuple(row for row in found if row["date"] < UNTIL[0] or seconds(row["vru_entry"]) < UNTIL[1])


def known_from(row: Row) -> dict[str, int | None]:
    """From when on each field is known that does not stand there from the beginning."""
    found = {name: at(row, name) for name in ("vru_exit", "q_start", "q_exit", "ser_start", "ser_exit")}
    found |= {"vru_time": found["vru_exit"], "q_time": found["q_exit"], "ser_time": found["ser_exit"]}
    found["server"] = found["ser_start"]
    # What became of somebody in line shows when they leave it; else when the service begins, or they hang up.
    found["outcome"] = found["q_exit"] or found["ser_start"] or found["vru_exit"]
    return found


def cut(at_s: int) -> Iterator[Row]:
    """The log as it stood at that time."""
    for row in rows():
        if (at(row, "vru_entry") or 0) <= at_s:
            later = {name for name, since in known_from(row).items() if since is not None and since > at_s}
            yield {name: "" if name in later else value for name, value in row.items()}


@functools.cache
def read(path: Path) -> Log:
    return read_log(path, "bank", strict=True)


def estimates(path: Path, method: str, *, train_days: int = 0) -> dict[tuple[str, str], Estimate | None]:
    played = play(read(path), chosen([method], trained=train_days > 0), train_days=train_days, seed=7)
    records = zip(played.records, played.said[method], strict=True)
    return {(record.call.id, record.joined): said for record, said in records}


def times(seed: int) -> list[int]:
    """Times that are drawn, and times at which the clocks of one row disagree, or a row comes to be known late."""
    draws = random.Random(seed)
    last = max(at(row, "vru_entry") or 0 for row in rows())
    between: list[int] = []
    late: list[int] = []
    vanish: list[int] = []
    for row in rows():
        known = known_from(row)
        entered, joined, left, begun = at(row, "vru_entry"), known["q_start"], known["q_exit"], known["ser_start"]
        if joined is not None and left is not None:
            if entered is not None and joined < entered:
                late.append(entered - 1)
            if begun is not None and begun < left:
                between.append(begun)
            if row["outcome"] == "PHANTOM":
                vanish.append(left - 1)
    drawn = [draws.randrange(7 * 3600, last) for _ in range(TIMES - 10)]
    return sorted(drawn + draws.sample(between, 4) + draws.sample(vanish, 3) + draws.sample(late, 3))


@functools.cache
def logs(folder: Path) -> tuple[Path, tuple[tuple[int, Path], ...]]:
    """The whole log, and those that end at the drawn times."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")
    found = times(seed)
    return write_bank(folder / "whole.csv", rows()), tuple(
        (at_s, write_bank(folder / f"until-{number}.csv", cut(at_s))) for number, at_s in enumerate(found)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cut")


METHODS = pytest.mark.parametrize("method", [entry.name for entry in entries() if not entry.trains])


@pytest.fixture(autouse=True)
def few_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """How often the line is simulated changes nothing about what is known."""
    monkeypatch.setattr(efforts, "RUNS", 2 if str(_line.__file__).endswith(".py") else 20)


@pytest.mark.skipif(not REAL_LOG.exists(), reason=NO_REAL_LOG)
@METHODS
def test_an_estimate_does_not_know_what_comes_later(method: str, folder: Path) -> None:
    whole, parts = logs(folder)
    print(f"times {[at_s for at_s, _ in parts]}")
    everything = estimates(whole, method)
    assert len(everything) > 1000
    for at_s, path in parts:
        found = estimates(path, method)
        assert len(found) == sum(
            row["type"] != "IN"
            and (at(row, "q_start") or at_s + 1) <= at_s
            and (at(row, "vru_entry") or 0) <= at_s
            and row["q_time"] != "0"
            for row in rows()
        )
        wrong = {key: (said, everything[key]) for key, said in found.items() if said != everything[key]}
        assert not wrong, f"at {at_s}: {len(wrong)} of {len(found)}, the first {next(iter(wrong.items()))}"
        assert any(said is not None for said in found.values()) or at_s < 8 * 3600


COLUMNS = ("id", "queue", "arrived_s", "priority", "waited_s", "handle_s", "agent")


def centre(draws: random.Random, calls: int) -> list[dict[str, str]]:
    """A made-up line before three agents, from which people hang up, as rows of routekit's own layout."""
    found = []
    now, free = 30_000.0, {"ann": 0.0, "bob": 0.0, "eve": 0.0}
    for number in range(calls):
        now += draws.expovariate(1 / 33)
        agent = min(free, key=lambda name: free[name])
        begin, patience, took = max(now, free[agent]), draws.expovariate(1 / 300), draws.expovariate(1 / 100)
        row = {"id": f"c{number}", "queue": "sales", "arrived_s": f"{now:.3f}", "priority": str(number % 2)}
        if begin - now > patience:
            found.append(row | {"waited_s": f"{patience:.3f}", "handle_s": "", "agent": ""})
            continue
        free[agent] = begin + took
        found.append(row | {"waited_s": f"{begin - now:.3f}", "handle_s": f"{took:.3f}", "agent": agent})
    return found


def write(path: Path, found: list[dict[str, str]]) -> Path:
    path.write_text("\n".join([",".join(COLUMNS), *(",".join(row[name] for name in COLUMNS) for row in found)]))
    return path


@METHODS
def test_nor_in_a_log_of_the_own_layout(method: str, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")
    draws = random.Random(seed)

    def said(path: Path) -> dict[str, Estimate | None]:
        played = play(read_log(path, "csv", strict=True), chosen([method], trained=False), seed=7)
        return {one.call.id: what for one, what in zip(played.records, played.said[method], strict=True)}

    found = centre(draws, 300)
    everything = said(write(tmp_path / "whole.csv", found))
    assert sum(what is not None for what in everything.values()) > 50
    for at_s in (draws.uniform(30_500.0, 39_000.0) for _ in range(TIMES)):
        rest = []
        for row in found:
            left = float(row["arrived_s"]) + float(row["waited_s"])
            ended = left + float(row["handle_s"] or 0.0)
            if float(row["arrived_s"]) <= at_s:
                later = {"waited_s", "handle_s", "agent"} if left > at_s else {"handle_s"} if ended > at_s else set()
                rest.append({name: "" if name in later else value for name, value in row.items()})
        cut_off = said(write(tmp_path / "cut.csv", rest))
        assert cut_off == {name: everything[name] for name in cut_off}
        assert len(cut_off) == sum(float(row["arrived_s"]) <= at_s and row["id"] in everything for row in found)


@pytest.mark.skipif(not REAL_LOG.exists(), reason=NO_REAL_LOG)
def test_nor_does_one_that_was_trained_on_the_day_before(folder: Path) -> None:
    whole, _ = logs(folder)
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"seed {seed}")
    draws = random.Random(seed)
    everything = estimates(whole, "trained", train_days=1)
    for number in range(3):
        at_s = DAY + draws.randrange(9 * 3600, UNTIL[1])
        path = write_bank(folder / f"trained-until-{number}.csv", cut(at_s))
        found = estimates(path, "trained", train_days=1)
        assert any(said is not None for said in found.values())
        wrong = {key: (said, everything[key]) for key, said in found.items() if said != everything[key]}
        assert not wrong, f"at {at_s}: {len(wrong)} of {len(found)}, the first {next(iter(wrong.items()))}"
