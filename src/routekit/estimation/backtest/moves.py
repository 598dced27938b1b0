"""What happened in a centre, one move after another: the causal view of a log.

Here are the values that a backtest is made of and the order in which they come. Reading files is `reading`'s affair,
playing them `play`'s.

A method under test is told of a call by `Move`s alone, and a move carries only what is known at its time: an agent's
name when the service begins, a wait when the line is left. What became of a call afterwards is in its `Record`, which
no method ever sees. So a method cannot look ahead, not even by mistake.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Iterable

from routekit.errors import LogError

__all__ = ["DAY_S", "Call", "Fate", "Kind", "Log", "Move", "Record", "in_order"]

DAY_S = 86_400.0


class Kind(enum.StrEnum):
    """What a move is, in the order in which moves of one second come."""

    END = "end"
    """A service is over: `agent` is free, `served_s` is known."""
    LEAVE = "leave"
    """Out of the line without an answer: hung up, or vanished when it was handed over. `waited_s` is known."""
    BEGIN = "begin"
    """A service begins, and the line is left: `agent` is known, where the log names one."""
    KNOWN = "known"
    """The wait of who was taken out of the line to be answered is known: `waited_s`. Often a second after the service
    began; where it comes first, the line is left now."""
    JOIN = "join"
    """In the line from now on."""
    COME = "come"
    """Served at once, without a line: `agent` is known, where the log names one."""
    SEEN = "seen"
    """In the line and out of it within one second."""
    ASK = "ask"
    """An estimate is asked for before the row is there for all to see; never observed. See `reading`."""


_RANK = {kind: 2 * number for number, kind in enumerate(Kind)}


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """Who calls: all that is known when the call joins the line, and nothing later.

    `key` counts the calls in the order of their first moves, so that it is the same in a log that was cut off later;
    `line` is the file's, for messages. Times are in seconds from the play's first midnight; `joined_s` is None for who
    never got in line.
    """

    key: int
    line: int
    id: str
    type: str
    priority: float
    customer: str | None
    entered_s: float
    joined_s: float | None
    general: bool = True
    """Whether it waits for the general agents. The bank's internet customers have a line of their own."""


@dataclasses.dataclass(frozen=True, slots=True)
class Move:
    """One thing that happened, with what it tells. `order` ranks the moves of one second."""

    at: float
    order: int
    kind: Kind
    call: Call
    agent: str | None = None
    waited_s: float | None = None
    served_s: float | None = None


class Fate(enum.StrEnum):
    """What became of a call that got in line."""

    ANSWERED = "answered"
    HUNG_UP = "hung up"
    VANISHED = "vanished"
    """Waited to the end, and was gone when it was handed over; or answered without a service."""
    OPEN = "open"
    """The log does not say."""


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """The truth of a call that got in line, for the scores alone. `joined` is the time of joining as the log has it."""

    call: Call
    joined: str
    fate: Fate
    waited_s: float | None


@dataclasses.dataclass(frozen=True)
class Log:
    """A log as moves in their order, and the truth of each call that got in line, in the order of joining.

    `first_date` is the date of time 0, None where the layout knows no dates; `from_s` is midnight of its own first day,
    which is 0 unless it was moved.
    """

    source: str
    format: str
    first_date: datetime.date | None
    moves: tuple[Move, ...]
    records: tuple[Record, ...]
    rows: int
    problems: tuple[LogError, ...] = ()
    from_s: float = 0.0

    @property
    def days(self) -> int:
        """How many days it covers, from its first one to that of the last call to come. Cost: O(moves)."""
        last = max((move.call.entered_s for move in self.moves), default=self.from_s)
        return 1 + int((last - self.from_s) // DAY_S)

    def later(self, seconds: float, keys: int = 0) -> Log:
        """The same log so many seconds later, its keys counted on from `keys`: to be played behind another.

        Cost: O(moves).
        """
        calls: dict[int, Call] = {}

        def moved(call: Call) -> Call:
            if call.key not in calls:
                joined = None if call.joined_s is None else call.joined_s + seconds
                calls[call.key] = dataclasses.replace(
                    call, key=call.key + keys, entered_s=call.entered_s + seconds, joined_s=joined
                )
            return calls[call.key]

        first = self.first_date
        return dataclasses.replace(
            self,
            from_s=self.from_s + seconds,
            first_date=None if first is None else first - datetime.timedelta(seconds=seconds),
            moves=tuple(dataclasses.replace(move, at=move.at + seconds, call=moved(move.call)) for move in self.moves),
            records=tuple(dataclasses.replace(record, call=moved(record.call)) for record in self.records),
        )


def in_order(moves: Iterable[Move]) -> list[Move]:
    """Moves by time, then kind, then line of the file, with the calls' keys counted. Cost: O(n log n).

    The end of a service that lasted no time comes right after its own beginning. What is only asked for counts no
    call: nobody else has seen it yet.
    """
    moves = list(moves)
    begun = {move.call.line: move for move in moves if move.kind in (Kind.BEGIN, Kind.COME)}

    def rank(move: Move) -> tuple[float, int, int]:
        order = _RANK[move.kind]
        if move.kind is Kind.END:
            begin = begun[move.call.line]
            if begin.at >= move.at:
                return begin.at, _RANK[begin.kind] + 1, move.call.line
        return move.at, order, move.call.line

    ranked = sorted((rank(move), number) for number, move in enumerate(moves))
    calls: dict[int, Call] = {}
    for _, number in ranked:
        call = moves[number].call
        if moves[number].kind is not Kind.ASK and call.line not in calls:
            calls[call.line] = dataclasses.replace(call, key=len(calls))
    return [
        dataclasses.replace(moves[number], at=at, order=order, call=calls[line]) for (at, order, line), number in ranked
    ]
