"""From the text of a log to moves: what each field says, and from when on it is known.

The layouts `bank` and `csv` are read here, and faults get their place. How a line is split is `simulation.rows`'s
affair; what a replay makes of the same layouts is in `simulation.bank` and `simulation.csvlog`.

A field that is empty is not known yet: a log that is written while calls are under way reads like the beginning of the
whole one. A row is known from its first time on: `vru_entry`, or `arrived_s`. Some rows of the bank's log join the line
before they enter the menu; their own estimate is asked for when they join (`Kind.ASK`), and everybody else sees them
when they enter. docs/waits.md has every rule.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

from routekit.errors import LogError
from routekit.estimation.backtest.moves import DAY_S, Call, Fate, Kind, Log, Move, Record, in_order
from routekit.simulation import csvlog
from routekit.simulation.bank import COLUMNS, NO_SERVER, read_date, read_time
from routekit.simulation.rows import LARGEST, Table, decimal, read_table

__all__ = ["BAD_SHARE", "LAYOUTS", "read_log"]

LAYOUTS = ("bank", "csv")

BAD_SHARE = 0.01
"""A log with a greater share of bad rows than this is refused: figures over the rest would say little."""

NIGHT_S = 3600
"""A time of a row that lies further than this before its `vru_entry` is of the next day."""
CLOCKS_S = 10
"""By how much the bank's clocks may disagree before a service counts as begun before the call was there."""
LONGEST_S = 43_200.0
"""No wait and no service of half a day: the row has a time of another day."""

_GONE = (Fate.HUNG_UP, Fate.VANISHED)
_INTERNET = "IN"
_OUTCOMES = ("", "AGENT", "HANG", "PHANTOM")


@dataclasses.dataclass(slots=True)
class _Story:
    """One row, layout apart: times in seconds, None where there was none or it is not known yet."""

    call: Call
    joined: str
    left_s: float | None
    begun_s: float | None
    ended_s: float | None
    agent: str | None
    fate: Fate
    """How the line was left; OPEN while the log does not say."""


def read_log(
    path: str | Path,
    layout: str,
    *,
    strict: bool = False,
    on_problem: Callable[[LogError], None] | None = None,
) -> Log:
    """Read a log of the layout `bank` or `csv` as moves.

    A bad row goes to `on_problem`. It is left out as a whole, unless only the end of its service is wrong: then it is
    one whose service does not end, as the log would have it before that end. LogError for the first one if `strict`;
    for a file of another layout, one without any good row, and one with more bad rows than `BAD_SHARE`. ValueError for
    a layout that is not known. Cost: about 60 us a row.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout must be one of {', '.join(LAYOUTS)}, not {layout!r}")
    parse: Callable[[int, str], tuple[datetime.date | None, _Story, LogError | None]]
    if layout == "bank":
        table = read_table(path, COLUMNS)
        parse = _Bank(table).story
    else:
        table = read_table(path, csvlog.COLUMNS, csvlog.OPTIONAL)
        parse = _Csv(table).story
    dated: list[tuple[datetime.date | None, _Story]] = []
    problems: list[LogError] = []
    rows = 0
    for line, text in table:
        rows += 1
        try:
            date, story, problem = parse(line, text)
            dated.append((date, story))
        except LogError as fault:
            problem = fault
        if problem is not None:
            if strict:
                raise problem
            problems.append(problem)
            if on_problem is not None:
                on_problem(problem)
    if not dated or len(problems) > BAD_SHARE * rows:
        raise _refused(str(path), rows, problems)
    first = min((date for date, _ in dated if date is not None), default=None)
    stories = [_dated(story, date, first) for date, story in dated]
    moves = in_order(move for story in stories for move in _moves(story))
    calls = {move.call.line: move.call for move in moves}
    joined = [story for story in stories if story.call.joined_s is not None and story.call.line in calls]
    joined.sort(key=lambda story: (story.call.joined_s, story.call.line))
    return Log(
        source=Path(path).name,
        format=layout,
        first_date=first,
        moves=tuple(moves),
        records=tuple(_record(story, calls[story.call.line]) for story in joined),
        rows=rows,
        problems=tuple(problems),
    )


def _refused(path: str, rows: int, problems: list[LogError]) -> LogError:
    if not problems:
        return LogError("there is no row below the header", path=path, line=1)
    first = problems[0]
    said = f"{len(problems)} of {rows} rows make no sense, so nothing is scored; the first one: {first.problem}"
    return LogError(said, path=path, line=first.line, column=first.column)


def _dated(story: _Story, date: datetime.date | None, first: datetime.date | None) -> _Story:
    """The story with its times counted from midnight of the log's first date."""
    if date is None or first is None or date == first:
        return story
    by = DAY_S * (date - first).days

    def moved(at: float | None) -> float | None:
        return None if at is None else at + by

    call = dataclasses.replace(
        story.call, entered_s=story.call.entered_s + by, joined_s=moved(story.call.joined_s)
    )  # fmt: skip
    return dataclasses.replace(
        story, call=call, left_s=moved(story.left_s), begun_s=moved(story.begun_s), ended_s=moved(story.ended_s)
    )


def _moves(story: _Story) -> Iterator[Move]:
    """What a row tells, each thing at its time. Nothing here looks at a field that is of a later time."""
    call = story.call
    seen = call.entered_s
    joined, left = call.joined_s, story.left_s

    def move(kind: Kind, at: float, agent: str | None = None, waited_s: float | None = None) -> Move:
        return Move(max(at, seen), 0, kind, call, agent, waited_s)

    begun = _begun(story)
    gone = story.fate in _GONE
    if joined is None:
        if begun is None:
            return
        yield move(Kind.COME, begun, story.agent)
    else:
        there = max(joined, seen)
        out = min((at for at in (begun, left) if at is not None), default=None)
        waited = None if left is None else left - joined
        if joined < seen:
            yield Move(joined, 0, Kind.ASK, call)
        if out is not None and out <= there:
            if begun is not None:
                yield move(Kind.COME, begun, story.agent)
            elif gone:
                yield move(Kind.SEEN, there)
        else:
            yield move(Kind.JOIN, joined)
            if begun is not None:
                yield move(Kind.BEGIN, begun, story.agent)
        if left is not None and waited and not gone:
            yield move(Kind.KNOWN, left, waited_s=waited)
        elif left is not None and left > there and begun is None:
            yield move(Kind.LEAVE, left, waited_s=waited)
    if begun is not None and story.ended_s is not None and story.begun_s is not None:
        served = story.ended_s - story.begun_s
        yield dataclasses.replace(move(Kind.END, max(story.ended_s, begun), story.agent), served_s=served)


def _begun(story: _Story) -> float | None:
    """When a service is seen to begin, or None while it is not.

    A named agent begins when the log says so, whatever becomes of the call. Where nobody is named, the outcome alone
    tells an answer from a call that vanished, and that is known when the line is left.
    """
    joined, left, begun = story.call.joined_s, story.left_s, story.begun_s
    if begun is None:
        return None
    if joined is None:
        return begun if story.agent is not None or story.fate not in _GONE else None
    if story.agent is None:
        return left if story.fate is Fate.ANSWERED else None
    return begun if begun > joined else left


def _record(story: _Story, call: Call) -> Record:
    waited = None if story.left_s is None or story.call.joined_s is None else story.left_s - story.call.joined_s
    fate = story.fate if waited is not None else Fate.OPEN
    # Answered, and then no service of any length: nobody can say that they were.
    if fate is Fate.ANSWERED and (story.begun_s is None or story.begun_s == story.ended_s):
        fate = Fate.VANISHED
    return Record(call, story.joined, fate, waited)


_Fault = Callable[[str, str], LogError]


_UNTIL_SERVED = ("vru_entry", "vru_exit", "q_start", "q_exit", "ser_start")


class _Bank:
    """The layout of the Technion's "Anonymous Bank"."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._place = {name: table.columns.index(name) for name in COLUMNS}

    def story(self, line: int, text: str) -> tuple[datetime.date, _Story, LogError | None]:
        """One row, checked; LogError at the first fault. One that lies in the end of its service is given back."""
        fields = dict(zip(self._table.columns, self._table.fields(line, text), strict=True))

        def fault(column: str, problem: str) -> LogError:
            return self._table.error(line, self._place[column] + 1, f"{column} {problem}")

        date = read_date(fields["date"])
        if date is None:
            raise fault("date", f"must be a date such as 1999-08-01, not {fields['date'][:40]!r}")
        if fields["priority"] not in ("0", "1", "2"):
            raise fault("priority", f"must be 0, 1 or 2, not {fields['priority'][:40]!r}")
        if fields["outcome"] not in _OUTCOMES:
            raise fault("outcome", f"must be one of AGENT, HANG, PHANTOM, or empty, not {fields['outcome'][:40]!r}")
        late = None
        times = self._times(fields, fault)
        entered, joined, left = times["vru_entry"], times["q_start"], times["q_exit"]
        if entered is None:
            raise fault("vru_entry", "is empty: a row is written when a call comes")
        _check_span(fields, times, ("q_start", "q_exit", "q_time"), fault)
        try:
            times |= self._times(fields, fault, ("vru_entry", "ser_start", "ser_exit"))
            _check_span(fields, times, ("ser_start", "ser_exit", "ser_time"), fault)
        except LogError as problem:
            late, times["ser_exit"] = problem, None
        begun = times["ser_start"]
        came = entered if joined is None else joined
        if begun is not None and begun < came - CLOCKS_S:
            since = "vru_entry" if joined is None else "q_start"
            raise fault("ser_start", f"{fields['ser_start']} lies before {since} {fields[since]}: answered too early")
        server = fields["server"]
        call = Call(
            key=-1,
            line=line,
            id=fields["call_id"],
            type=fields["type"],
            priority=float(fields["priority"]),
            customer=fields["customer_id"] if fields["customer_id"] not in ("", "0") else None,
            entered_s=entered,
            joined_s=joined,
            general=fields["type"] != _INTERNET,
        )
        fate = {"AGENT": Fate.ANSWERED, "HANG": Fate.HUNG_UP, "PHANTOM": Fate.VANISHED, "": Fate.OPEN}
        story = _Story(
            call=call,
            joined=f"{fields['date']} {fields['q_start']}",
            left_s=left,
            begun_s=begun,
            ended_s=times["ser_exit"],
            agent=server if server not in ("", NO_SERVER) else None,
            fate=fate[fields["outcome"]],
        )
        return date, story, late

    def _times(
        self, fields: dict[str, str], fault: _Fault, names: tuple[str, ...] = _UNTIL_SERVED
    ) -> dict[str, float | None]:
        """The times of a row in seconds; those of the next day are above 86,400. None for none, or not known yet."""
        times: dict[str, float | None] = {}
        first = 0
        for name in names:
            text = fields[name]
            seconds = read_time(text)
            if seconds is None and text:
                raise fault(name, f"must be a time such as 9:05:30, or empty, not {text[:40]!r}")
            if name == "vru_entry":
                first = seconds or 0
            elif seconds == 0 and times.get(_STARTS.get(name, "")) is None:
                # 0:00:00 says that there was none; only behind a start of its own it is midnight.
                seconds = None
            elif seconds is not None and seconds < first - NIGHT_S:
                seconds += int(DAY_S)
            times[name] = None if seconds is None else float(seconds)
        return times


_STARTS = {"q_exit": "q_start", "ser_exit": "ser_start"}


def _check_span(
    fields: dict[str, str], times: dict[str, float | None], names: tuple[str, str, str], fault: _Fault
) -> None:
    """A start, an end and the time between them, where they are known, agree; LogError where they do not."""
    start, end, length = names
    from_s, to_s = times[start], times[end]
    told = fields[length]
    if told and not (told.isascii() and told.lstrip("-").isdigit() and len(told) < 10):
        raise fault(length, f"must be whole seconds, or empty, not {told[:40]!r}")
    if told and int(told) < 0:
        raise fault(length, f"must be at least 0, not {told}")
    if to_s is None:
        return
    if from_s is None:
        raise fault(end, f"{fields[end]} has no {start}")
    if to_s < from_s:
        raise fault(end, f"{fields[end]} lies before {start} {fields[start]}")
    if to_s - from_s > LONGEST_S:
        raise fault(end, f"{fields[end]} lies half a day and more behind {start} {fields[start]}")
    if told and int(told) != to_s - from_s:
        raise fault(length, f"is {told}, but {end} - {start} is {to_s - from_s:g}")


class _Csv:
    """routekit's own layout, with `waited_s`."""

    def __init__(self, table: Table) -> None:
        self._table = table
        if "waited_s" not in table.columns:
            raise table.error(1, len(table.columns) + 1, "the header lacks waited_s: a backtest needs the real waits")
        self._lines: dict[str, int] = {}

    def story(self, line: int, text: str) -> tuple[None, _Story, LogError | None]:
        """One row, checked; LogError at the first fault. One that lies in the end of its service is given back."""
        fields = dict(zip(self._table.columns, self._table.fields(line, text), strict=True))

        def fault(column: str, problem: str) -> LogError:
            return self._table.error(line, self._table.columns.index(column) + 1, f"{column} {problem}")

        def number(column: str, least: float = 0.0) -> float | None:
            value = fields.get(column, "")
            found = decimal(value)
            if value and (found is None or not least <= found <= LARGEST):
                at_least = "" if least else ", at least 0"
                raise fault(column, f"must be a plain decimal number{at_least}, or empty, not {value[:40]!r}")
            return found

        for column in ("id", "queue", "arrived_s"):
            if not fields[column]:
                raise fault(column, "is empty")
        if fields["id"] in self._lines:
            raise fault("id", f"{fields['id'][:60]!r} was used before, on line {self._lines[fields['id']]}")
        arrived = number("arrived_s") or 0.0
        waited, patience = number("waited_s"), number("patience_s")
        handle, late = None, None
        try:
            handle = number("handle_s")
        except LogError as problem:
            late = problem
        agent = fields["agent"] or None
        if waited is None and agent is None:
            waited = patience
        if waited is not None and waited > LONGEST_S:
            raise fault("waited_s", f"of {waited:g} is half a day and more")
        self._lines[fields["id"]] = line
        left = None if waited is None else arrived + waited
        call = Call(
            key=-1,
            line=line,
            id=fields["id"],
            type=fields["queue"],
            priority=number("priority", -LARGEST) or 0.0,
            customer=None,
            entered_s=arrived,
            joined_s=arrived,
        )
        begun = left if agent is not None else None
        story = _Story(
            call=call,
            joined=fields["arrived_s"],
            left_s=left,
            begun_s=begun,
            ended_s=None if begun is None or handle is None else begun + handle,
            agent=agent,
            fate=Fate.OPEN if left is None else Fate.HUNG_UP if agent is None else Fate.ANSWERED,
        )
        return None, story, late
