"""Small hand-made logs for the tests of the replay: a row of the bank with what matters in it, the rest filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from routekit.simulation.bank import COLUMNS

if TYPE_CHECKING:
    from routekit.simulation.replay import Replay

REAL_LOG = Path(__file__).parents[2] / "shared" / "data" / "anonymous_bank_1999-08_days_01-14.csv"
NO_REAL_LOG = "the Technion's log is not there: put it at ../shared/data, beside the repository"

_PLAIN = {
    "vru+line": "AA0101",
    "call_id": "1",
    "customer_id": "",
    "priority": "0",
    "type": "PS",
    "date": "1999-08-01",
    "vru_entry": "9:00:00",
    "vru_exit": "9:00:00",
    "vru_time": "0",
    "q_start": "0:00:00",
    "q_exit": "0:00:00",
    "q_time": "0",
    "outcome": "AGENT",
    "ser_start": "0:00:00",
    "ser_exit": "0:00:00",
    "ser_time": "0",
    "server": "NO_SERVER",
}


def bank_row(**values: str) -> dict[str, str]:
    """A row of the bank's layout."""
    assert set(values) <= set(COLUMNS), set(values) - set(COLUMNS)
    return {**_PLAIN, **values}


def served(at: str, start: str, end: str, seconds: int, server: str = "ann", **values: str) -> dict[str, str]:
    """A call that went straight to a server: arrived `at`, served from `start` to `end`."""
    return bank_row(
        vru_entry=at, vru_exit=at, ser_start=start, ser_exit=end, ser_time=str(seconds), server=server, **values
    )


def queued(at: str, until: str, seconds: int, **values: str) -> dict[str, str]:
    """A call that queued from `at`, for `seconds`, and hung up unless `values` say otherwise."""
    values = {"outcome": "HANG", **values}
    return bank_row(vru_entry=at, vru_exit=at, q_start=at, q_exit=until, q_time=str(seconds), **values)


def write_bank(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """Write rows as a log of the bank."""
    lines = [",".join(COLUMNS), *(",".join(row[name] for name in COLUMNS) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_text(path: Path, *lines: str) -> Path:
    """Write lines as a file."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def assert_accounted(made: Replay) -> None:
    """Nothing is dropped in silence: the two sums that always hold."""
    trace, found = made.trace, made.figures
    assert trace.rows == len(trace.calls) + sum(trace.not_routed.values()) + trace.skipped
    assert found.connected + found.abandoned + found.waiting == len(trace.calls)


def clock(text: str) -> float:
    """Seconds since midnight of `9:05:30`."""
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return float(hours * 3600 + minutes * 60 + seconds)
