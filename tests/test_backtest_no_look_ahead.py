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

from routekit.estimation.backtest import Estimate, Log, chosen, entries, play, read_log
from tests.replay_logs import NO_REAL_LOG, REAL_LOG, write_bank

pytestmark = pytest.mark.skipif(not REAL_LOG.exists(), reason=NO_REAL_LOG)

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


def estimates(path: Path, method: str) -> dict[tuple[str, str], Estimate | None]:
    played = play(read(path), chosen([method], trained=False), seed=7)
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


@pytest.mark.parametrize("method", [entry.name for entry in entries() if not entry.trains])
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
