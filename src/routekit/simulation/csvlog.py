"""Reader of routekit's own log layout: one contact a line, ten columns, any centre can export it.

Only the meaning of that layout lives here; `rows` does the text, `driver` the simulation. docs/replay.md is the
format's reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs

from routekit._model import Agent, Contact, Need, Queue
from routekit.errors import LogError
from routekit.simulation.rows import LARGEST, Table, decimal, read_table
from routekit.simulation.trace import DAY_S, DEFAULT_HANDLE_S, Call, Fate, Outcome, Shift, Trace, stream

__all__ = ["COLUMNS", "OPTIONAL", "parse_needs", "read_csv"]

COLUMNS = ("id", "queue", "arrived_s", "handle_s", "agent")
"""What a log must have."""
OPTIONAL = ("channel", "priority", "needs", "patience_s", "waited_s")
"""What it may have: left out, all contacts are voice of priority 0, need nothing and wait for ever. `waited_s` is how
long a contact really waited: the replay's router does not look at it, reports and backtests do."""

_NEED = re.compile(r"([^\s<>=]+)(?:>=(\d+(?:\.\d+)?))?")


@attrs.define
class _Row:
    """One good row: the contact as the log has it."""

    contact: Contact
    arrived_s: float
    patience_s: float | None
    handle_s: float | None
    agent: str | None
    waited_s: float | None


def read_csv(
    path: str | Path,
    *,
    strict: bool = False,
    seed: int = 0,
    limit: int | None = None,
    on_problem: Callable[[LogError], None] | None = None,
) -> Trace:
    """Read a log in routekit's own layout.

    `strict` raises the first bad row's LogError; otherwise each goes to `on_problem` and is counted. `seed` draws the
    handle times that are left empty. `limit` reads only so many rows. Rows may come in any order. LogError for a file
    of another layout. Cost: about 10 us a row.
    """
    table = read_table(path, COLUMNS, OPTIONAL)
    rows: list[_Row] = []
    problems: list[LogError] = []
    lines: dict[str, int] = {}
    count = 0
    for line, text in table:
        if limit is not None and count >= limit:
            break
        count += 1
        try:
            row = _parse(table, line, text, lines)
        except LogError as problem:
            if strict:
                raise
            problems.append(problem)
            if on_problem is not None:
                on_problem(problem)
        else:
            lines[row.contact.id] = line
            rows.append(row)
    return _trace(Path(path).name, rows, tuple(problems), count, seed)


def parse_needs(text: str) -> tuple[Need, ...]:
    """Needs as a log writes them: `english>=3 billing` asks for English of level 3 and any billing.

    ValueError says what is wrong.

    >>> parse_needs("english>=3 billing")
    (Need(skill='english', at_least=3.0), Need(skill='billing', at_least=1.0))
    """
    needs: dict[str, Need] = {}
    for word in text.split():
        match = _NEED.fullmatch(word)
        if match is None:
            raise ValueError(f"must be skills such as english>=3 billing, not {word[:40]!r}")
        skill, level = match[1], decimal(match[2]) if match[2] else 1.0
        if level is None or not 0.0 < level <= LARGEST:
            raise ValueError(f"asks for a level that is not above 0: {word[:40]!r}")
        if skill in needs:
            raise ValueError(f"names {skill[:40]!r} twice")
        needs[skill] = Need(skill, at_least=level)
    return tuple(needs.values())


def _parse(table: Table, line: int, text: str, lines: dict[str, int]) -> _Row:
    """One row, checked column by column; LogError at the first fault. `lines` says where each id stood before."""
    fields = dict(zip(table.columns, table.fields(line, text), strict=True))

    def fault(column: str, problem: str) -> LogError:
        return table.error(line, table.columns.index(column) + 1, f"{column} {problem}")

    def number(column: str) -> float | None:
        value = fields.get(column, "")
        if not value:
            return None
        found = decimal(value)
        if found is None or not -LARGEST <= found <= LARGEST:
            raise fault(column, f"must be a plain decimal number, not {value[:40]!r}")
        return found

    def seconds(column: str) -> float | None:
        found = number(column)
        if found is not None and found < 0.0:
            raise fault(column, f"must be at least 0 seconds, not {fields[column][:40]}")
        return found

    for column in ("id", "queue"):
        if not fields[column]:
            raise fault(column, "is empty")
    identity = fields["id"]
    if identity in lines:
        raise fault("id", f"{identity[:60]!r} was used before, on line {lines[identity]}")
    arrived = seconds("arrived_s")
    if arrived is None:
        raise fault("arrived_s", "is empty")
    try:
        needs = parse_needs(fields.get("needs", ""))
    except ValueError as problem:
        raise fault("needs", str(problem)) from None
    contact = Contact(
        identity,
        queue=fields["queue"],
        channel=fields.get("channel") or "voice",
        priority=number("priority") or 0.0,
        needs=needs,
    )
    agent, patience, waited = fields["agent"] or None, seconds("patience_s"), seconds("waited_s")
    # Who left without an agent was as patient as that.
    patience = waited if patience is None and agent is None else patience
    return _Row(contact, arrived, patience, seconds("handle_s"), agent, waited)


def _trace(source: str, rows: list[_Row], problems: tuple[LogError, ...], count: int, seed: int) -> Trace:
    sample = [row.handle_s for row in rows if row.handle_s is not None and row.agent is not None]
    draws = stream(seed, "handle times")
    fates: list[Fate] = []
    for row in rows:
        handle = row.handle_s
        if handle is None:
            handle = sample[draws.index(len(sample))] if sample else DEFAULT_HANDLE_S
        # The log's patience of a contact that was answered is how long it would have waited, if anybody knows.
        call = Call(row.contact, row.arrived_s, row.patience_s, handle)
        if row.agent is not None:
            fates.append(Fate(call, Outcome.CONNECTED, row.waited_s, row.agent))
        elif row.patience_s is not None:
            fates.append(Fate(call, Outcome.ABANDONED, row.patience_s))
        else:
            fates.append(Fate(call, Outcome.WAITING, None))
    fates.sort(key=lambda fate: fate.call.arrived_s)
    shifts = _shifts(fates)
    return Trace(
        source=source,
        format="csv",
        queues=tuple(Queue(name) for name in sorted({row.contact.queue for row in rows})),
        agents=_agents(fates),
        calls=tuple(fate.call for fate in fates),
        shifts=shifts,
        rows=count,
        problems=problems,
        happened=tuple(fates),
    )


def _agents(fates: Iterable[Fate]) -> tuple[Agent, ...]:
    """Each agent with the queues of the contacts they handled, and the highest level that these asked of each skill."""
    queues: dict[str, set[str]] = {}
    skills: dict[str, dict[str, float]] = {}
    for fate in fates:
        if fate.agent is None:
            continue
        queues.setdefault(fate.agent, set()).add(fate.call.contact.queue)
        levels = skills.setdefault(fate.agent, {})
        for need in fate.call.contact.needs:
            levels[need.skill] = max(levels.get(need.skill, 0.0), need.at_least)
    return tuple(
        Agent(name, queues=tuple(sorted(queues[name])), skills=dict(sorted(skills[name].items())))
        for name in sorted(queues)
    )


def _shifts(fates: Iterable[Fate]) -> tuple[Shift, ...]:
    """One shift for each agent and day: from the first arrival of theirs to the latest arrival plus handling."""
    days: dict[tuple[int, str], tuple[float, float, set[str]]] = {}
    for fate in fates:
        if fate.agent is None:
            continue
        call = fate.call
        key = (int(call.arrived_s // DAY_S), fate.agent)
        starts, ends, queues = days.get(key, (call.arrived_s, call.arrived_s, set[str]()))
        queues.add(call.contact.queue)
        days[key] = (min(starts, call.arrived_s), max(ends, call.arrived_s + call.handle_s), queues)
    return tuple(
        Shift(agent, day, tuple(sorted(queues)), starts, ends)
        for (day, agent), (starts, ends, queues) in sorted(days.items())
    )
