"""The present state of a line in numbers: who waits before one contact, what each agent is at, and what may come.

What lives here: `Present`, gathered of a router and of what was learnt, and how it is told to a simulation (`Line`).
What may not: the router's records (`Reads.crowd` has looked at those), the learning, and the simulation itself.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from routekit.estimation._line import POINTS, Line
from routekit.estimation.planned import Spans
from routekit.estimation.times import MOST_S, NEVER_S, Times

if TYPE_CHECKING:
    from routekit._router.crowd import Crowd, Hand, Worker
    from routekit.estimation.learning import Learning

__all__ = ["Present", "Runs", "Server", "Stream", "Waiting", "coming_of", "gather", "simulate"]

_EVER: Spans = ((0.0, math.inf),)
SORTS_PLAYED = 4
"""Of how many sorts, by channel and needs, the contacts of one queue are that overtake in a simulation."""
LEAST_COMING = 0.02
"""A stream of which fewer are expected to come in the wait is left out of it."""
Class = tuple[str, str]
"""A queue and a channel: what handle times are learnt of."""


class Waiting(NamedTuple):
    """One who comes before: its kind by number, its key in seconds (below 0, smaller goes first), its wait so far."""

    kind: int
    key: float
    waited_s: float


class Server(NamedTuple):
    """One slot of one agent. `can` has for each kind the tier in which it is taken, 0 for not at all.

    `status` is `free`, `ringing`, `talking`, `wrapping` or `resting`; `doing` the class of what is in hand, `elapsed_s`
    for how long, `ends_in_s` when it ends at the latest, where that is known. `pace` multiplies handle times. From
    `until_s` on they take nobody. Who comes at the start of a shift is `resting` until then; if they were there before,
    that is the server of number `after`, with what is still in hand.
    """

    agent: str
    can: tuple[int, ...]
    status: str
    doing: Class | None
    elapsed_s: float
    ends_in_s: float | None
    pace: float
    until_s: float = math.inf
    after: int | None = None


class Runs(NamedTuple):
    """How long the contact waits in each run, and in which of them it gets an agent whose present work ends at a known
    time: a wrap-up, a rest. Then its wait is so much shorter if that end is so much nearer. `cut` is in which share of
    them it gets none in time."""

    waits: array[float]
    known: list[bool]
    cut: float


@attrs.frozen(kw_only=True)
class Present:
    """All that the rest of one wait depends on, as far as it is known.

    `kinds` are the classes of those who wait, by number; the contact's own are those below `own`, more than one where
    it asks in several queues. `leaving` is the rate at which one of a kind who waits hangs up. `overtaking` are streams
    of contacts that will come before: kind, rate, and for how many seconds from now they can.
    """

    kinds: tuple[Class, ...]
    own: int
    waiting: tuple[Waiting, ...]
    servers: tuple[Server, ...]
    leaving: tuple[float, ...]
    overtaking: tuple[tuple[int, float, float], ...]


class Stream(NamedTuple):
    """Contacts that will come before: what they ask for, how many a second, and for how long from now they can."""

    queue: str
    channel: str
    needs: tuple[tuple[str, float], ...]
    rate: float
    until_s: float


def coming_of(learning: Learning, streams: list[tuple[str, float, float, float]], wait_s: float) -> list[Stream]:
    """Who will come before, by what they ask for; but for so few that it makes no difference.

    Priorities are told from each other by how long they can come, of which the mean serves as well: a stream for
    each would double the time that it takes.
    """
    sums: dict[tuple[str, bool], list[float]] = {}
    for queue, _, until, rate in streams:
        found = sums.setdefault((queue, until == math.inf), [0.0, 0.0])
        found[0] += rate
        found[1] += rate * until
    coming = []
    for (queue, _), (rate, seconds) in sums.items():
        mix = learning.mixes.get(queue)
        for (channel, needs), part in () if mix is None else mix.shares(SORTS_PLAYED):
            if part * min(seconds, rate * wait_s) >= LEAST_COMING:
                coming.append(Stream(queue, channel, needs, rate * part, seconds / rate))
    return coming


def gather(
    crowd: Crowd,
    learning: Learning,
    coming: Sequence[Stream],
    leave_rate: Callable[[str], float],
    spans: Callable[[Worker], Spans] | None = None,
) -> Present:
    """The present state; `coming` will overtake. Cost: those before the contact, and the agents.

    `spans` says from when until when an agent will be there, in seconds from now. Whoever comes back is a further
    server, who begins when what they had in hand is done. The first of one who is ready has begun, whatever it says.
    """
    kinds = tuple((kind.queue, kind.channel) for kind in crowd.kinds)
    servers: list[Server] = []
    for worker in crowd.workers:
        pace = learning.pace_of(worker.agent)
        last: int | None = None  # the first of their slots in the span before
        for start, end in _EVER if spans is None else spans(worker):
            first = len(servers)
            if last is None and worker.ready:
                slots = _slots(worker, pace)
                servers += slots if end == math.inf else [slot._replace(until_s=end) for slot in slots]
            else:
                comes = Server(worker.agent, worker.can, "resting", None, 0.0, start, pace, end)
                numbers = range(worker.slots)
                servers += [comes if last is None else comes._replace(after=last + slot) for slot in numbers]
            last = first
    number_of: dict[Any, int] = {}
    for number, kind in enumerate(crowd.kinds):
        number_of.setdefault(kind[:3], number)
    overtaking = [(number_of[one[:3]], one.rate, one.until_s) for one in coming if one[:3] in number_of]
    rates = [leave_rate(queue) for queue, _ in kinds]
    return Present(
        kinds=kinds,
        own=crowd.own,
        waiting=tuple(Waiting(waiter.kind, waiter.key, waiter.waited_s) for waiter in crowd.waiters),
        servers=tuple(servers),
        leaving=tuple(rates),
        overtaking=tuple(overtaking),
    )


def _slots(worker: Worker, pace: float) -> list[Server]:
    """An agent as so many servers, in slots of the contact's own kind.

    What is in hand takes as many slots as its cost is of theirs, each with the same end to come. Where more is in hand
    than there are slots, a slot is free when all of it is done: it gets what was begun last.
    """
    servers: list[Server] = []
    for hand in sorted(worker.hands, key=_began):
        taken = max(1, math.ceil(hand.cost / worker.cost - 1e-9)) if worker.cost > 0.0 else 1
        doing = (hand.queue, hand.channel)
        for _ in range(min(taken, worker.slots)):
            if len(servers) == worker.slots:
                servers.pop(0)
            servers.append(Server(worker.agent, worker.can, hand.state, doing, hand.elapsed_s, hand.ends_in_s, pace))
    while len(servers) < worker.slots:
        if worker.rests_s > 0.0:
            servers.append(Server(worker.agent, worker.can, "resting", None, 0.0, worker.rests_s, pace))
        else:
            servers.append(Server(worker.agent, worker.can, "free", None, 0.0, None, pace))
    return servers


def _began(hand: Hand) -> tuple[float, str]:
    return (-hand.elapsed_s, hand.contact)


def simulate(
    present: Present,
    learning: Learning,
    handle_s: Any,
    *,
    runs: int,
    seed: int,
    since_s: float = 0.0,
    most_s: float = MOST_S,
) -> Runs:
    """How long the contact waits if it stays, in each of so many runs from the state as it was `since_s` ago.

    Nothing may have happened since; streams that overtake are told as of then. `handle_s(queue, channel)` says how long
    a class takes of which too little is known. Tiers say who may take whom, and not who goes first; who hangs up does
    so at a constant rate. Cost: as of `Line`.
    """
    classes = list(present.kinds)
    for server in present.servers:
        if server.doing is not None and server.doing not in classes[len(present.kinds) :]:
            classes.append(server.doing)  # once more: for what it takes alone, nobody waits in it
    number = {kind: len(present.kinds) + at for at, kind in enumerate(classes[len(present.kinds) :])}
    none = [0.0] * (len(classes) - len(present.kinds))
    line = Line(len(classes), 1)
    for at, (queue, channel) in enumerate(classes):
        line.handle_times(at, handle_grid(learning, queue, channel, handle_s(queue, channel)))
    own_queue, own_channel = present.kinds[0]
    line.gap_times(0, gap_grid(learning, own_queue, own_channel))
    cans: dict[tuple[int, ...], list[float]] = {}
    ends: list[float | None] = []
    for server in present.servers:
        can = cans.get(server.can)
        if can is None:
            can = cans[server.can] = [1.0 if tier else 0.0 for tier in server.can] + none
            can[0] = 1.0 if any(server.can[: present.own]) else 0.0
        until = max(0.0, server.until_s + since_s)
        if server.status == "free":
            line.free(can, server.pace, 0, until)
        elif server.status == "talking" or server.status == "ringing":
            assert server.doing is not None
            elapsed = max(0.0, server.elapsed_s - since_s) if server.status == "talking" else 0.0
            line.busy(can, number[server.doing], elapsed, server.pace, 0, until)
        else:
            line.ending(can, max(0.0, since_s + (server.ends_in_s or 0.0)), server.pace, 0, until, server.after)
        ends.append(_known_end(server, since_s))
    for waiter in present.waiting:
        line.waits(waiter.key, 0 if waiter.kind < present.own else waiter.kind)
    for kind, rate in enumerate(present.leaving):
        line.leaving(kind, min(rate, 100.0))
    for kind, rate, until in present.overtaking:
        line.arrivals(0 if kind < present.own else kind, min(rate, 100.0), 1.0, min(until, 1e6))
    waits = line.run(runs, seed, 0.0, 0, most_s=most_s)
    known: list[bool] = []
    takers = line.takers()
    for taker, wait in zip(takers, waits, strict=True):
        end = ends[taker] if taker >= 0 else None
        known.append(end is not None and wait <= end)
    return Runs(waits, known, takers.count(-1) / runs)


def _known_end(server: Server, since_s: float) -> float | None:
    """Up to which wait it is known when a server is free who takes the contact; None if it is not."""
    if server.after is not None:
        return since_s + (server.ends_in_s or 0.0)
    return None if server.status in ("free", "talking", "ringing") else math.inf


def handle_grid(learning: Learning, queue: str, channel: str, otherwise_s: float) -> Sequence[float]:
    """The table of how long contacts of a class are talked to; an exponential one while little is known."""
    handling = learning.handling.get((queue, channel))
    if handling is None or handling.count < 10:
        return exponential_grid(otherwise_s)
    key = ("talk", queue, channel, 0.0)
    found = learning.grids.get(key)
    if found is None:
        found = learning.grids[key] = _tailed(handling.talk)
    return found


def gap_grid(learning: Learning, queue: str, channel: str) -> Sequence[float]:
    """The table of how long an agent is kept after a contact, and by the offers for the next one."""
    handling = learning.handling.get((queue, channel))
    offers = learning.offers.get(queue)
    held = 0.0 if offers is None else offers.held_s
    if handling is None or handling.wrap_s == 0.0:
        return [held] * POINTS
    key = ("wrap", queue, channel, held)
    found = learning.grids.get(key)
    if found is None:
        found = learning.grids[key] = array("d", [min(held + seconds, NEVER_S) for seconds in _tailed(handling.wrap)])
    return found


def _tailed(times: Times) -> array[float]:
    """The table of learnt times: its last piece is taken for a tail, whose mean is the middle of its two ends."""
    grid = times.grid()[:]
    grid[POINTS - 1] = min(grid[POINTS - 2] + 2.0 * times.left_s(grid[POINTS - 2]), NEVER_S)
    return grid


def exponential_grid(mean_s: float) -> list[float]:
    """The table of an exponential time, for `Line`: its tail's mean is the mean."""
    grid = [-mean_s * math.log(1.0 - point / (POINTS - 1)) for point in range(POINTS - 1)]
    return [*grid, grid[-1] + 2.0 * mean_s]
