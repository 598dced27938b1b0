"""Reader of the call log of the "Anonymous Bank" (Technion, 1999): what each of its rows means for a router.

Only the meaning of that layout lives here; `rows` does the text, `driver` the simulation. docs/replay.md states every
rule for users, with what a real fortnight of this log holds.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from routekit._model import Agent, Contact, Queue
from routekit.errors import LogError
from routekit.simulation.rows import Table, read_table
from routekit.simulation.trace import DAY_S, DEFAULT_HANDLE_S, Call, Fate, Load, Outcome, Shift, Trace, stream
from routekit.simulation.work import busy_time, staff

__all__ = ["COLUMNS", "read_bank"]

COLUMNS = (
    "vru+line", "call_id", "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "vru_time", "q_start",
    "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server",
)  # fmt: skip

HEAD_START_S = 90.0
"""The bank's own rule: a customer of priority 2 counts as having waited this long on arrival."""

NO_SERVER = "NO_SERVER"
GENERAL, INTERNET = "general", "internet"

_TIME = re.compile(r"(\d{1,2}):(\d\d):(\d\d)")
_WHOLE = re.compile(r"-?\d{1,9}")
_OUTCOMES = ("AGENT", "HANG", "PHANTOM")
_STAGES = (("vru_entry", "vru_exit"), ("q_start", "q_exit"), ("ser_start", "ser_exit"))


@dataclasses.dataclass(slots=True)
class _Row:
    """One good row; times are seconds since midnight of its date, None where the log says 0:00:00."""

    line: int
    date: datetime.date
    customer: str | None
    priority: int
    pool: str
    outcome: str
    vru_exit: int
    q_start: int | None
    q_time: int
    ser_start: int | None
    ser_exit: int | None
    ser_time: int
    server: str | None

    @property
    def arrived(self) -> int:
        return self.vru_exit if self.q_start is None else self.q_start

    @property
    def reason_not_routed(self) -> str | None:
        """Why this row never asked for an agent, or None."""
        if self.outcome == "PHANTOM":
            return "phantom"
        if self.q_start is not None:
            return None
        if self.outcome == "HANG":
            return "left in the menu"
        return "no server and no queue time" if self.server is None else None


def read_bank(
    path: str | Path,
    *,
    strict: bool = False,
    seed: int = 0,
    limit: int | None = None,
    on_problem: Callable[[LogError], None] | None = None,
) -> Trace:
    """Read a log in the bank's layout.

    `strict` raises the first bad row's LogError; otherwise each goes to `on_problem` and is counted. `seed` draws the
    handle times that the log does not give. `limit` reads only so many rows. LogError for a file of another layout.
    Cost: about 10 us a row.
    """
    table = read_table(path, COLUMNS)
    place = {name: table.columns.index(name) for name in COLUMNS}
    rows: list[_Row] = []
    problems: list[LogError] = []
    count = 0
    for line, text in table:
        if limit is not None and count >= limit:
            break
        count += 1
        try:
            rows.append(_parse(table, place, line, text))
        except LogError as problem:
            if strict:
                raise
            problems.append(problem)
            if on_problem is not None:
                on_problem(problem)
    return _trace(Path(path).name, rows, tuple(problems), count, seed)


def _parse(table: Table, place: dict[str, int], line: int, text: str) -> _Row:
    """One row, checked from left to right; LogError at the first fault."""
    fields = table.fields(line, text)

    def fault(column: str, problem: str) -> LogError:
        return table.error(line, place[column] + 1, f"{column} {problem}")

    def whole(column: str, problem: str) -> int:
        value = fields[place[column]]
        if _WHOLE.fullmatch(value) is None or not value.isascii():
            raise fault(column, f"{problem}, not {value[:40]!r}")
        return int(value)

    priority = whole("priority", "must be 0, 1 or 2")
    if not 0 <= priority <= 2:
        raise fault("priority", f"must be 0, 1 or 2, not {priority}")
    date = read_date(fields[place["date"]])
    if date is None:
        raise fault("date", f"must be a date such as 1999-08-01, not {fields[place['date']][:40]!r}")
    times = _times(fields, place, fault)
    durations = {name: whole(name, "must be whole seconds") for name in ("vru_time", "q_time", "ser_time")}
    for name, seconds in durations.items():
        if seconds < 0:
            raise fault(name, f"must be at least 0, not {seconds}")
    outcome = fields[place["outcome"]]
    if outcome not in _OUTCOMES:
        raise fault("outcome", f"must be one of {', '.join(_OUTCOMES)}, not {outcome[:40]!r}")
    server = fields[place["server"]]
    if not server:
        raise fault("server", f"is empty: write {NO_SERVER} where there was none")
    customer = fields[place["customer_id"]]
    return _Row(
        line=line,
        date=date,
        customer=customer if customer not in ("", "0") else None,
        priority=priority,
        pool=INTERNET if fields[place["type"]] == "IN" else GENERAL,
        outcome=outcome,
        vru_exit=times["vru_exit"],
        q_start=times["q_start"] or None,
        q_time=durations["q_time"],
        ser_start=times["ser_start"] or None,
        ser_exit=times["ser_exit"] or None,
        ser_time=durations["ser_time"],
        server=None if server == NO_SERVER else server,
    )


def _times(fields: Sequence[str], place: dict[str, int], fault: Callable[[str, str], LogError]) -> dict[str, int]:
    """The six times of a row, in seconds, 0 where there was none. LogError where an exit lies before its start."""
    times: dict[str, int] = {}
    for start, end in _STAGES:
        for name in (start, end):
            text = fields[place[name]]
            seconds = read_time(text)
            if seconds is None:
                raise fault(name, f"must be a time such as 9:05:30, not {text[:40]!r}")
            times[name] = seconds
        # The stage's own start, and the row's: a call that was answered after midnight has the day's smallest times.
        for first in (start, "vru_entry"):
            if times[end] < times[first] and (times[end] or times[start]):
                raise fault(end, f"{fields[place[end]]} lies before {first} {fields[place[first]]}")
        if times[end] and not times[start] and start != "vru_entry":
            raise fault(end, f"{fields[place[end]]} has no {start}")
    return times


@functools.lru_cache(maxsize=100_000)
def read_time(text: str) -> int | None:
    """Seconds since midnight of `H:MM:SS`; hours up to 47 are the night after. None if it is no time."""
    match = _TIME.fullmatch(text)
    if match is None or not text.isascii():
        return None
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3])
    return hours * 3600 + minutes * 60 + seconds if hours < 48 and minutes < 60 and seconds < 60 else None


@functools.lru_cache(maxsize=1000)
def read_date(text: str) -> datetime.date | None:
    """`1999-08-01`, or `990801` as the bank's own files have it. None if it is no date."""
    for pattern in ("%Y-%m-%d", "%y%m%d"):
        try:
            return datetime.datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    return None


def _trace(source: str, rows: list[_Row], problems: tuple[LogError, ...], count: int, seed: int) -> Trace:
    first = min((row.date for row in rows), default=None)
    not_routed: dict[str, int] = {}
    routed: list[_Row] = []
    for row in rows:
        reason = row.reason_not_routed
        if reason is None:
            routed.append(row)
        else:
            not_routed[reason] = not_routed.get(reason, 0) + 1
    fates = _fates(routed, first, seed)
    fates.sort(key=lambda fate: fate.call.arrived_s)
    shifts = _shifts(rows, first)
    names = sorted({shift.agent for shift in shifts})
    served: dict[str, set[str]] = {}
    for shift in shifts:
        served.setdefault(shift.agent, set()).update(shift.queues)
    return Trace(
        source=source,
        format="bank",
        queues=(Queue(GENERAL), Queue(INTERNET)),
        agents=tuple(Agent(name, queues=tuple(sorted(served[name]))) for name in names),
        calls=tuple(fate.call for fate in fates),
        shifts=shifts,
        first_date=first,
        rows=count,
        not_routed=dict(sorted(not_routed.items())),
        problems=problems,
        happened=tuple(fates),
        loads=_loads(rows, shifts, first),
    )


def _fates(routed: Iterable[_Row], first: datetime.date | None, seed: int) -> list[Fate]:
    """The contacts of the rows and what became of them, in the order of the rows."""
    routed = list(routed)
    sample = [row.ser_time for row in routed if row.outcome == "AGENT" and row.ser_start is not None]
    draws = stream(seed, "handle times")
    fates = []
    for row in routed:
        arrived = _at(row, row.arrived, first)
        if row.ser_start is not None:
            handle = float(row.ser_time)
        else:
            handle = float(sample[draws.index(len(sample))]) if sample else DEFAULT_HANDLE_S
        hung_up = row.outcome == "HANG"
        contact = Contact(
            f"line-{row.line}",
            queue=row.pool,
            customer=row.customer,
            waiting_since=arrived - HEAD_START_S if row.priority == 2 else None,
        )
        call = Call(contact, arrived, float(row.q_time) if hung_up else None, handle)
        wait = float(row.q_time) if row.q_start is not None else 0.0
        fates.append(
            Fate(call, Outcome.ABANDONED, wait) if hung_up else Fate(call, Outcome.CONNECTED, wait, row.server)
        )
    return fates


def _shifts(rows: Iterable[_Row], first: datetime.date | None) -> tuple[Shift, ...]:
    """One shift for each agent and day: from the first service to the end of the last, in the pools served."""
    days: dict[tuple[int, str], tuple[float, float, set[str]]] = {}
    for row in rows:
        if row.server is None or row.ser_start is None or row.ser_exit is None or first is None:
            continue
        key = ((row.date - first).days, row.server)
        starts, ends = _at(row, row.ser_start, first), _at(row, row.ser_exit, first)
        old = days.get(key)
        pools = {row.pool} if old is None else old[2] | {row.pool}
        days[key] = (starts, ends, pools) if old is None else (min(old[0], starts), max(old[1], ends), pools)
    return tuple(
        Shift(agent, day, tuple(sorted(pools)), starts, ends)
        for (day, agent), (starts, ends, pools) in sorted(days.items())
    )


def _loads(rows: Iterable[_Row], shifts: Sequence[Shift], first: datetime.date | None) -> tuple[Load, ...]:
    """What the agents really did: services that overlap count once."""
    services: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        if row.server is not None and row.ser_start is not None and row.ser_exit is not None:
            services.setdefault(row.server, []).append((_at(row, row.ser_start, first), _at(row, row.ser_exit, first)))
    staffed = staff(shifts)
    # The log knows no wrap-up: who is busy talks.
    return tuple(
        Load(agent, len(spans), busy_time(spans), staffed[agent], busy_time(spans))
        for agent, spans in sorted(services.items())
    )


def _at(row: _Row, seconds: int, first: datetime.date | None) -> float:
    return float(seconds) + DAY_S * (row.date - (first or row.date)).days
