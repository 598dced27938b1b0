"""A small simulation of a line from its present state: how long will this one wait, some 200 times over.

What lives here: `Line`, which is told who waits, who serves and who may still come, as numbers, and plays the rest of
one wait again and again; and the draws and tables that it needs. What may not: contacts, agents or queues (who fills a
`Line` knows those), anything learnt, a clock, the router's draws, or a function of the C library: the logarithm too is
made of `+ - * /`, so that a seed gives the same waits to the last bit on every machine and in both builds.

Nothing is drawn before it is needed. Each draw has a number of its own (the run, what it is for, of whom), so it does
not matter when or whether it is made: a run stops when the one who asks is served, those who wait need no set-up, and
two lines that differ in one server share all other draws. (Common random numbers, as of any book on simulation.)

Never index from the end with a negative number in this file: the compiled build reads it as an address.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from routekit._numbers import MOST_SECONDS, MOST_TIME, non_negative, positive, whole, within
from routekit.errors import InvalidType, InvalidValue

__all__ = ["POINTS", "Line"]

POINTS = 257
"""The seconds in a table: at the probabilities 0, 1/256, ..., 1."""
_LAST = 255  # the place from which a table is a tail

_MOST_CLASSES = 1_000
_MOST_RUNS = 1_000_000
_MOST_RATE = 1_000.0  # a second
_MOST_PACE = 1_000.0
# What comes into one run while it is played. Nobody waits for the thousandth newcomer who is not there already, and so
# many overtakers are more than the cut of any sensible `most_s` lets come; without a limit a rate would be a hang.
_MOST_NEWCOMERS = 1_000
_MOST_OVERTAKERS = 100_000
# How much longer one goes on who has left the table behind: this share of the time since. Where few had been so long,
# the table says nothing; 0.3 fitted a bank's calls.
_OVERDUE = 0.3

_NEVER = math.inf
_MASK = 0xFFFFFFFFFFFFFFFF
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_UNIT = 2.0**-52
_LN2 = 0.6931471805599453

# What a draw is for. Each purpose has 2 ** 40 numbers of a run's stream.
_OF_TARGET = 0
_OF_SERVER = 1 << 40
_OF_SERVER_GAP = 2 << 40
_OF_CAN = 3 << 40
_OF_HEAD_START = 4 << 40
_OF_HANDLING = 5 << 40
_OF_GAP = 6 << 40
_OF_PATIENCE = 7 << 40
_OF_BIRTH = 8 << 40
_OF_COMING = 9 << 40
_OF_COMING_CAN = 10 << 40


def _mix(base: int, number: int) -> int:
    """Number `number` of the stream that starts at `base`: splitmix64, as in `Draws`.

    It stands here once more for the sake of speed: a run makes hundreds, and the C compiler puts this one in line.
    """
    mixed = (base + (number + 1) * _GOLDEN) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * _MIX_1) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * _MIX_2) & _MASK
    return mixed ^ (mixed >> 31)


def _draw(base: int, number: int) -> float:
    """A fraction above 0 and below 1, of 52 bits and a half: with 53 the largest would round to 1."""
    bits = _mix(base, number) >> 12
    return (bits + 0.5) * _UNIT


def _exponential(u: float) -> float:
    """-log(u) for u above 0 and up to 1: an exponential time of mean 1 for a fraction drawn evenly."""
    halves = 0.0
    while u < 0.5:
        u = u + u
        halves = halves + 1.0
    if u < 0.7071067811865476:
        u = u + u
        halves = halves + 1.0
    # log u = 2 artanh z; |z| is at most 0.172, so that what is left out is below 3e-16.
    z = (u - 1.0) / (u + 1.0)
    s = z * z
    series = 1.0 / 13.0 + s * (1.0 / 15.0 + s * (1.0 / 17.0))
    series = 1.0 / 7.0 + s * (1.0 / 9.0 + s * (1.0 / 11.0 + s * series))
    series = 1.0 + s * (1.0 / 3.0 + s * (1.0 / 5.0 + s * series))
    return halves * _LN2 - 2.0 * z * series


class Line:
    """A line of contacts of `classes` kinds (0, 1, ...), and the servers, with `groups` kinds of gaps between services.

    All times are seconds from now, all rates are per second. Tell it tables, servers, who waits and who may come, then
    `run`. A key is a virtual time of arrival, as ageing makes one of priority and time waited: -40.0 came 40 s ago, and
    the smaller goes first. A freed server takes the smallest key that it may take.

    The tables stay when `clear` forgets the rest. Every method raises `InvalidValue` (`InvalidType` for what is no
    sequence) before it changes anything. Cost: see `run`; to tell it of 50 servers and 50 waiting, some 0.1 ms.

    >>> line = Line(1)
    >>> line.handle_times(0, [float(second) for second in range(257)])
    >>> for _ in range(3):
    ...     line.busy([1.0], 0, elapsed_s=100.0)
    >>> line.waits(-20.0, 0)
    >>> waits = line.run(200, seed=7, key=-5.0, k=0)
    >>> len(waits), 70 < sum(waits) / 200 < 85
    (200, True)
    """

    __slots__ = (
        "_at", "_before", "_born", "_can_cell", "_can_p", "_classes", "_coming", "_coming_count", "_coming_p",
        "_coming_rate", "_elapsed", "_end", "_entry_key", "_entry_p", "_entry_who", "_first", "_followed", "_from",
        "_gaps", "_gone", "_groups", "_heap_at", "_heap_who", "_idle", "_idle_count", "_in", "_jobs", "_keys",
        "_known", "_last", "_leave", "_leaving", "_limit", "_m", "_may", "_n", "_next_of", "_now", "_of", "_pace",
        "_queues", "_ready", "_room", "_run", "_servers", "_shift", "_size", "_sources", "_stream_rate", "_streams",
        "_table", "_tables", "_tail", "_taker", "_takers", "_there", "_uncertain", "_until", "_waiting",
    )  # fmt: skip

    _waiting: list[tuple[float, int, int, float, float]]  # key, number, class, head start and its probability
    # can, table or -1, elapsed, pace, table of gaps or -1, until when, after whom or -1
    _servers: list[tuple[list[float], int, float, float, int, float, int]]
    _followed: set[int]  # who have another one after them
    _streams: list[tuple[int, float, float]]  # class, rate, head start
    _coming: list[tuple[float, list[float], float, int]]  # rate, can, pace, table of gaps or -1

    def __init__(self, classes: int, groups: int = 0) -> None:
        self._classes = whole(classes, "classes", 1, _MOST_CLASSES)
        self._groups = whole(groups, "groups", 0, _MOST_CLASSES)
        self._tables = array("d", bytes(8 * POINTS * (self._classes + self._groups)))
        self._known = bytearray(self._classes + self._groups)
        self.clear()

    def clear(self) -> None:
        """Forget everybody and every rate; the tables stay. Cost: O(1) but for freeing memory."""
        self._waiting = []
        self._servers = []
        self._followed = set()
        self._streams = []
        self._coming = []
        self._leaving = array("d", bytes(8 * self._classes))
        self._takers = array("q")
        self._ready = False

    # --- what it is told ---------------------------------------------------------------------------------------------

    def handle_times(self, k: int, grid: Sequence[float]) -> None:
        """Say how long it takes to serve class `k`: `POINTS` seconds that do not fall, at p = 0, 1/256, ..., 1.

        Between two points it is a straight line. The last piece is an exponential tail instead, with the middle of the
        two last points as its mean: so a law that goes on for ever ends its table with the value at 255/256 plus twice
        the mean excess above that. 1e9 stands for never. Cost: O(1), 257 steps.
        """
        self._set_table(whole(k, "k", 0, self._classes - 1), grid)

    def gap_times(self, group: int, grid: Sequence[float]) -> None:
        """Say how long a server of this group pauses after each service, wrap-up and breaks: a table as `handle_times`
        has it."""
        self._set_table(self._classes + whole(group, "group", 0, self._groups - 1), grid)

    def waits(self, key: float, k: int, head_start_s: float = 0.0, probability: float = 0.0) -> None:
        """Add one of class `k` who waits. With that probability their key is `head_start_s` smaller.

        Of equal keys who was added first goes first, and all of them before the one who asks. Who comes behind the one
        who asks in any case changes nothing. Cost: O(1).
        """
        key = within(key, "key", -MOST_TIME, MOST_TIME)
        k = whole(k, "k", 0, self._classes - 1)
        head_start_s = within(head_start_s, "head_start_s", 0.0, MOST_TIME)
        probability = within(probability, "probability", 0.0, 1.0)
        self._waiting.append((key, len(self._waiting), k, head_start_s, probability))
        self._ready = False

    def free(self, can: Sequence[float], pace: float = 1.0, gaps: int | None = None, until_s: float = math.inf) -> None:
        """Add a server who is free now.

        `can` has a probability for each class that the server takes it: 0 or 1 where that is known, otherwise it is
        drawn once a run. Handle times are multiplied by `pace`, and after each service a gap of group `gaps` follows,
        if any. From `until_s` on, the end of a shift, they take nobody; what is in hand is finished. Who comes back
        later is one server more, by `ending` with `after`. Cost: O(classes), as of the three below.
        """
        self.ending(can, 0.0, pace, gaps, until_s)

    def busy(
        self,
        can: Sequence[float],
        k: int,
        elapsed_s: float,
        pace: float = 1.0,
        gaps: int | None = None,
        until_s: float = math.inf,
    ) -> None:
        """Add a server who has been serving one of class `k` for `elapsed_s`: what is left is drawn given that.

        Who has been busy for longer than 255 of 256 services take has the tail's mean to go, or 0.3 of the time since,
        whichever is longer: where the table ends, it is those who have taken long already who go on for long.
        """
        k = whole(k, "k", 0, self._classes - 1)
        self._add_server(can, k, non_negative(elapsed_s, "elapsed_s"), pace, gaps, until_s)

    def resting(
        self, can: Sequence[float], elapsed_s: float, gaps: int, pace: float = 1.0, until_s: float = math.inf
    ) -> None:
        """Add a server who has been in a gap of group `gaps` for `elapsed_s`: what is left is drawn given that."""
        gaps = whole(gaps, "gaps", 0, self._groups - 1)
        self._add_server(can, self._classes + gaps, non_negative(elapsed_s, "elapsed_s"), pace, gaps, until_s)

    def ending(
        self,
        can: Sequence[float],
        in_s: float,
        pace: float = 1.0,
        gaps: int | None = None,
        until_s: float = math.inf,
        after: int | None = None,
    ) -> None:
        """Add a server who will be free in `in_s`, for sure: a wrap-up that ends by itself, a shift that begins.

        `after` is the number of the server, in the order in which they are added, who is the same one in the shift
        before: this one begins then, or later, when what that one had in hand at their end is done.
        """
        in_s = non_negative(in_s, "in_s")
        before = -1
        if after is not None:
            before = whole(after, "after", 0, len(self._servers) - 1)
            if before in self._followed:
                raise InvalidValue(path="after", value=after, problem="has another one after it already")
        self._add_server(can, -1, in_s, pace, gaps, until_s, before)

    def leaving(self, k: int, rate: float) -> None:
        """Say at which rate each of class `k` who waits hangs up; at first nobody does. Cost: O(1).

        The one who asks stays. With a constant rate, how long somebody has waited tells nothing of how long they will.
        """
        k = whole(k, "k", 0, self._classes - 1)
        self._leaving[k] = within(rate, "rate", 0.0, _MOST_RATE)
        self._ready = False

    def arrivals(self, k: int, rate: float, share: float = 0.0, head_start_s: float = 0.0) -> None:
        """Say at which rate others of class `k` will come; a share of them with a head start. Cost: O(1).

        Only those matter whose key comes to be before that of the one who asks; the rest is not even drawn. For whoever
        may serve the one who asks never takes a later key first. What that leaves out: a later one may keep a server of
        another class busy, and somebody with a head start then needs one whom the one who asks could have had.
        """
        k = whole(k, "k", 0, self._classes - 1)
        rate = within(rate, "rate", 0.0, _MOST_RATE)
        share = within(share, "share", 0.0, 1.0)
        head_start_s = within(head_start_s, "head_start_s", 0.0, MOST_TIME)
        for part, shift in ((rate * share, head_start_s), (rate * (1.0 - share), 0.0)):
            if part > 0.0:
                self._streams.append((k, part, shift))
        self._ready = False

    def newcomers(self, rate: float, can: Sequence[float], pace: float = 1.0, gaps: int | None = None) -> None:
        """Say at which rate further servers come on duty, free and with these probabilities to take a class.

        At most 1,000 come in a run. Cost: O(classes).
        """
        rate = within(rate, "rate", 0.0, _MOST_RATE)
        row, pace, group = self._checked(can, pace, gaps)
        if rate > 0.0:
            self._coming.append((rate, row, pace, group))
        self._ready = False

    # --- playing -----------------------------------------------------------------------------------------------------

    def run(
        self,
        runs: int,
        seed: int,
        key: float,
        k: int,
        head_start_s: float = 0.0,
        probability: float = 0.0,
        most_s: float = 3600.0,
    ) -> array[float]:
        """Return how long one of class `k` with this key will wait if they stay: the seconds of each run, in the order
        of the runs, and `most_s` for what is not over by then.

        The one who asks must not be among those told of by `waits`; their own head start is as it is there. The same
        line and seed (modulo 2 ** 64) give the same waits, and run r does not depend on how many follow.

        `InvalidValue` if a class or group that is in use has no table. Cost of a run: O(m + (s + o) (q + log m)), of m
        servers, s services until the turn comes, o who overtake, and q classes and streams of arrivals; those who wait
        are sorted once. At 50 servers and 50 waiting, 200 runs take about 1 ms compiled.
        """
        count = whole(runs, "runs", 1, _MOST_RUNS)
        if type(seed) is not int:
            raise InvalidType(path="seed", value=seed, expected="an int")
        key = within(key, "key", -MOST_TIME, MOST_TIME)
        k = whole(k, "k", 0, self._classes - 1)
        head_start_s = within(head_start_s, "head_start_s", 0.0, MOST_TIME)
        probability = within(probability, "probability", 0.0, 1.0)
        most_s = positive(most_s, "most_s", MOST_SECONDS)
        if not self._ready:
            self._prepare()
        waits = array("d", bytes(8 * count))
        self._takers = array("q", bytes(8 * count))
        self._play(waits, count, seed & _MASK, key, k, head_start_s, probability, most_s)
        return waits

    def takers(self) -> list[int]:
        """Return for each run of the last `run` who served the one who asks: the number of the server, in the order in
        which they were added; -1 for one who came on duty later, and for what was not over in time."""
        return [taker if taker < self._m else -1 for taker in self._takers]

    def _play(
        self,
        waits: array[float],
        count: int,
        seed: int,
        key: float,
        k: int,
        head_start: float,
        probability: float,
        most: float,
    ) -> None:
        for number in range(count):
            self._run = _mix(seed, number)
            self._limit = key
            if probability > 0.0 and _draw(self._run, _OF_TARGET) < probability:
                self._limit = key - head_start
            self._taker = -1
            waits[number] = self._one(k, most)
            self._takers[number] = self._taker

    def _one(self, k: int, most: float) -> float:
        """Play one run: how long one of class `k` waits who goes after every key up to `_limit`."""
        self._now = 0.0
        self._idle_count = 0
        for q in range(self._queues):
            self._at[q] = self._first[q]
            self._there[q] = 0.0
            self._next(q)
        self._gather()
        while True:
            at = self._heap_at[0] if self._size > 0 else _NEVER
            if at > most:
                at = most
            if self._idle_count > 0:
                q = self._soonest_birth(at)
                if q >= 0:
                    self._now = self._born[q]
                    self._serve_by_idle(q)
                    continue
            if at >= most:
                return most
            self._now = at
            who = self._heap_who[0]
            if who >= self._room:
                self._come_on_duty(who - self._room, at)
                continue
            if at >= self._until[who]:
                self._drop_first()
                self._in[who] = 0
                self._let_next(who, at)
                continue
            if self._before[who] >= 0 and self._in[self._before[who]]:
                self._drop_first()  # not done yet with what they took before
                self._in[who] = 0
                continue
            q = self._pick(who, at)
            if q >= 0:
                self._sink(0, self._serve(who, q, at), who)
            elif self._may[who * self._classes + k]:
                self._taker = who
                return at
            else:
                self._drop_first()
                self._in[who] = 0
                self._idle[self._idle_count] = who
                self._idle_count = self._idle_count + 1
                self._let_next(who, at)

    # --- who waits ---------------------------------------------------------------------------------------------------
    # Queue q is one class of those who wait now (q below the number of classes), or one stream of those to come. Each
    # is in the order of keys by itself, so that only heads are compared. A head is its key, when it came, when it hangs
    # up, and its number: that of its draws, by which equal keys are ordered, too. A server who may not take a class
    # passes all of it in one step, and nobody walks the line.

    def _next(self, q: int) -> None:
        """Put the next one of queue `q` at its head: one whose key is not after the limit, or nobody."""
        if q >= self._classes:
            self._next_birth(q)
            return
        at = self._at[q]
        end = self._end[q]
        while at < end:
            key = self._entry_key[at]
            if key > self._limit:
                break
            who = self._entry_who[at]
            p = self._entry_p[at]
            at = at + 1
            if p != 0.0:
                # Somebody with an uncertain head start stands here twice: with it (p), and without (-p). One draw says
                # which of the two counts, so that nothing has to be sorted again in each run.
                u = _draw(self._run, _OF_HEAD_START + who)
                if (p > 0.0 and u >= p) or (p < 0.0 and u < -p):
                    continue
            self._at[q] = at
            self._set_head(q, key, 0.0, who)
            return
        self._at[q] = end
        self._no_head(q)

    def _next_birth(self, q: int) -> None:
        """Let the next one of a stream be born; keys rise with births, so the first after the limit ends it."""
        number = self._at[q]
        born = self._there[q]
        # What is drawn has the number of the stream and of the birth in it.
        job = number * (self._queues - self._classes) + q - self._classes
        if number < _MOST_OVERTAKERS and born - self._shift[q] <= self._limit:
            born = born + _exponential(_draw(self._run, _OF_BIRTH + job)) / self._stream_rate[q]
            if born - self._shift[q] <= self._limit:
                self._at[q] = number + 1
                self._there[q] = born
                self._set_head(q, born - self._shift[q], born, self._n + job)
                return
        self._at[q] = _MOST_OVERTAKERS
        self._no_head(q)

    def _set_head(self, q: int, key: float, born: float, job: int) -> None:
        self._keys[q] = key
        self._born[q] = born
        self._jobs[q] = job
        rate = self._leave[q]
        self._gone[q] = born + _exponential(_draw(self._run, _OF_PATIENCE + job)) / rate if rate > 0.0 else _NEVER

    def _no_head(self, q: int) -> None:
        self._keys[q] = _NEVER
        self._born[q] = _NEVER
        self._gone[q] = _NEVER

    def _soonest_birth(self, before: float) -> int:
        """The stream whose next one is born first, after now and before then; -1 if none is.

        Only asked while somebody is idle. Who is idle found nobody in the streams that they may take, so the heads of
        these are yet to be born; other streams do not concern them.
        """
        best = -1
        for q in range(self._classes, self._queues):
            born = self._born[q]
            if self._now < born < before:
                before = born
                best = q
        return best

    def _pick(self, server: int, at: float) -> int:
        """The queue whose head this server takes now; -1 if there is nobody for it. Those who have hung up go."""
        row = server * self._classes
        best = -1
        least = _NEVER
        for q in range(self._queues):
            if not self._may[row + self._of[q]]:
                continue
            # Who is yet to be born has not hung up either.
            while self._gone[q] <= at:
                self._next(q)
            key = self._keys[q]
            if key > least or self._born[q] > at:
                continue
            if key < least or self._jobs[q] < self._jobs[best]:
                least = key
                best = q
        return best

    # --- who serves --------------------------------------------------------------------------------------------------

    def _gather(self) -> None:
        """Draw what each server takes and when it is free, and make a heap of these times."""
        for place in range(self._uncertain):
            cell = self._can_cell[place]
            self._may[cell] = 1 if _draw(self._run, _OF_CAN + cell) < self._can_p[place] else 0
        self._size = 0
        for server in range(self._m):
            self._in[server] = 0
            if self._before[server] < 0:
                self._heap_at[self._size] = self._free_at(server)
                self._heap_who[self._size] = server
                self._in[server] = 1
                self._size = self._size + 1
        for place in range(self._size // 2, 0, -1):
            self._sink(place - 1, self._heap_at[place - 1], self._heap_who[place - 1])
        for stream in range(self._sources):
            self._coming_count[stream] = 0
            self._push(self._next_coming(stream, 0.0), self._room + stream)
        self._last = self._m

    def _let_next(self, server: int, at: float) -> None:
        """Let the same server of the next shift begin, at its start or now. Who is idle may be taken once more before
        they go: then the next one, when it comes to that, is told to wait."""
        after = self._next_of[server]
        if after >= 0 and not self._in[after]:
            start = self._elapsed[after]
            self._in[after] = 1
            self._push(start if start > at else at, after)

    def _free_at(self, server: int) -> float:
        """When a server of the present is free."""
        table = self._table[server]
        elapsed = self._elapsed[server]
        if table < 0:
            return elapsed
        u = _draw(self._run, _OF_SERVER + server)
        if self._tail[server] >= 0.0:
            left = self._tail[server] * _exponential(u)
        else:
            start = self._from[server]
            left = self._seconds(table, start + u * (1.0 - start)) - elapsed
        if left < 0.0:  # by rounding
            left = 0.0
        if table >= self._classes:
            return left
        left = left * self._pace[server]
        gap = self._gaps[server]
        return left if gap < 0 else left + self._seconds(gap, _draw(self._run, _OF_SERVER_GAP + server))

    def _seconds(self, table: int, p: float) -> float:
        """The time of a table at probability `p`."""
        scaled = p * 256.0
        place = int(scaled)
        at = table * 257 + place
        if place < 255:
            low = self._tables[at]
            return low + (scaled - place) * (self._tables[at + 1] - low)
        at = table * 257 + 255
        low = self._tables[at]
        rest = 256.0 - scaled
        if rest < 1e-12:  # a probability that was rounded to 1: its logarithm would have no end
            rest = 1e-12
        return low + 0.5 * (self._tables[at + 1] - low) * _exponential(rest)

    def _serve(self, server: int, q: int, at: float) -> float:
        """Let the head of queue `q` be served from now on: when the server is free again."""
        job = self._jobs[q]
        then = at + self._pace[server] * self._seconds(self._of[q], _draw(self._run, _OF_HANDLING + job))
        gap = self._gaps[server]
        if gap >= 0:
            then = then + self._seconds(gap, _draw(self._run, _OF_GAP + job))
        self._next(q)
        return then

    def _serve_by_idle(self, q: int) -> None:
        """Let the one who is born in stream `q` now be served by who of the idle may and has been so longest."""
        for place in range(self._idle_count):
            server = self._idle[place]
            if self._may[server * self._classes + self._of[q]] and self._now < self._until[server]:
                for after in range(place + 1, self._idle_count):
                    self._idle[after - 1] = self._idle[after]
                self._idle_count = self._idle_count - 1
                self._in[server] = 1
                self._push(self._serve(server, q, self._now), server)
                return

    def _next_coming(self, stream: int, at: float) -> float:
        """When the next server of a stream comes on duty, after that time."""
        number = self._coming_count[stream]
        if number >= _MOST_NEWCOMERS:
            return _NEVER
        u = _draw(self._run, _OF_COMING + number * self._sources + stream)
        return at + _exponential(u) / self._coming_rate[stream]

    def _come_on_duty(self, stream: int, at: float) -> None:
        """Let a server come on duty whose place in the heap is the first: it becomes one of those who are free."""
        job = self._coming_count[stream] * self._sources + stream
        server = self._last
        self._last = server + 1
        self._coming_count[stream] = self._coming_count[stream] + 1
        for k in range(self._classes):
            p = self._coming_p[stream * self._classes + k]
            u = _draw(self._run, _OF_COMING_CAN + job * self._classes + k)
            self._may[server * self._classes + k] = 1 if u < p else 0
        self._pace[server] = self._pace[self._room + stream]
        self._gaps[server] = self._gaps[self._room + stream]
        self._sink(0, self._next_coming(stream, at), self._room + stream)
        self._push(at, server)

    # --- the heap of who is free when: by time, and by number where times are equal ----------------------------------

    def _sink(self, place: int, at: float, who: int) -> None:
        """Put an entry where `place` is empty, or below."""
        size = self._size
        child = 2 * place + 1
        while child < size:
            other = child + 1
            if other < size and (
                self._heap_at[other] < self._heap_at[child]
                or (self._heap_at[other] == self._heap_at[child] and self._heap_who[other] < self._heap_who[child])
            ):
                child = other
            if at < self._heap_at[child] or (at == self._heap_at[child] and who < self._heap_who[child]):
                break
            self._heap_at[place] = self._heap_at[child]
            self._heap_who[place] = self._heap_who[child]
            place = child
            child = 2 * place + 1
        self._heap_at[place] = at
        self._heap_who[place] = who

    def _drop_first(self) -> None:
        size = self._size - 1
        self._size = size
        if size > 0:
            self._sink(0, self._heap_at[size], self._heap_who[size])

    def _push(self, at: float, who: int) -> None:
        place = self._size
        self._size = place + 1
        while place > 0:
            parent = (place - 1) >> 1
            if self._heap_at[parent] < at or (self._heap_at[parent] == at and self._heap_who[parent] < who):
                break
            self._heap_at[place] = self._heap_at[parent]
            self._heap_who[place] = self._heap_who[parent]
            place = parent
        self._heap_at[place] = at
        self._heap_who[place] = who

    # --- what is worked out once for all runs ------------------------------------------------------------------------

    def _set_table(self, table: int, grid: Sequence[float]) -> None:
        try:
            values = array("d", grid)
        except TypeError:
            raise InvalidType(path="grid", value=grid, expected=f"a sequence of {POINTS} numbers") from None
        if len(values) != POINTS:
            raise InvalidValue(path="grid", value=len(values), problem=f"must have {POINTS} values")
        last = 0.0
        for place in range(POINTS):
            value = values[place]
            if not last <= value <= MOST_SECONDS:  # NaN is neither
                problem = f"must be at least {last!r}, as before it, and at most {MOST_SECONDS:g}"
                raise InvalidValue(path=f"grid[{place}]", value=value, problem=problem)
            last = value
        start = table * POINTS
        for place in range(POINTS):
            self._tables[start + place] = values[place]
        self._known[table] = 1
        self._ready = False

    def _checked(self, can: Sequence[float], pace: float, gaps: int | None) -> tuple[list[float], float, int]:
        """What a server is said to be, as it is kept; the group of gaps becomes the number of its table, or -1."""
        try:
            row = [within(p, f"can[{k}]", 0.0, 1.0) for k, p in enumerate(can)]
        except TypeError:
            raise InvalidType(path="can", value=can, expected="a sequence of probabilities") from None
        if len(row) != self._classes:
            problem = f"must have a probability for each of the {self._classes} classes"
            raise InvalidValue(path="can", value=can, problem=problem)
        pace = positive(pace, "pace", _MOST_PACE)
        group = -1 if gaps is None else self._classes + whole(gaps, "gaps", 0, self._groups - 1)
        return row, pace, group

    def _add_server(
        self,
        can: Sequence[float],
        table: int,
        elapsed_s: float,
        pace: float,
        gaps: int | None,
        until_s: float,
        before: int = -1,
    ) -> None:
        row, pace, group = self._checked(can, pace, gaps)
        if until_s != _NEVER:
            until_s = non_negative(until_s, "until_s")
        self._servers.append((row, table, elapsed_s, pace, group, until_s, before))
        self._followed.add(before)
        self._ready = False

    def _prepare(self) -> None:
        """Check that every table is there that will be read, and lay everything out in arrays."""
        used = {k for _, _, k, _, _ in self._waiting} | {k for k, _, _ in self._streams}
        used |= {server[1] for server in self._servers} | {server[4] for server in self._servers}
        used |= {group for _, _, _, group in self._coming}
        for table in sorted(used - {-1}):
            if not self._known[table]:
                name = f"handle_times({table})" if table < self._classes else f"gap_times({table - self._classes})"
                raise InvalidValue(path=name, value=None, problem="must be told, since somebody needs this table")
        self._prepare_queues()
        self._prepare_servers()
        self._ready = True

    def _prepare_queues(self) -> None:
        classes = self._classes
        lines: list[list[tuple[float, int, float]]] = [[] for _ in range(classes)]
        for key, who, k, head_start, p in self._waiting:
            if p <= 0.0 or p >= 1.0 or head_start == 0.0:
                lines[k].append((key - head_start if p >= 1.0 else key, who, 0.0))
            else:
                lines[k].append((key - head_start, who, p))
                lines[k].append((key, who, -p))
        entries: list[tuple[float, int, float]] = []
        first = [0]
        for line in lines:
            line.sort()
            entries.extend(line)
            first.append(len(entries))
        self._entry_key = array("d", [key for key, _, _ in entries])
        self._entry_who = array("q", [who for _, who, _ in entries])
        self._entry_p = array("d", [p for _, _, p in entries])
        self._n = len(self._waiting)
        queues = classes + len(self._streams)
        # Streams begin at birth 0. One place more, so that no array is empty.
        self._first = array("q", first[:classes] + [0] * (len(self._streams) + 1))
        self._end = array("q", [*first[1:], 0])
        self._of = array("q", [*range(classes), *[k for k, _, _ in self._streams], 0])
        self._stream_rate = array("d", [0.0] * classes + [rate for _, rate, _ in self._streams] + [0.0])
        self._shift = array("d", [0.0] * classes + [shift for _, _, shift in self._streams] + [0.0])
        self._leave = array("d", [self._leaving[self._of[q]] for q in range(queues)] + [0.0])
        self._queues = queues
        self._at = array("q", bytes(8 * queues + 8))
        self._jobs = array("q", bytes(8 * queues + 8))
        self._there = array("d", bytes(8 * queues + 8))
        self._keys = array("d", bytes(8 * queues + 8))
        self._born = array("d", bytes(8 * queues + 8))
        self._gone = array("d", bytes(8 * queues + 8))

    def _prepare_servers(self) -> None:
        classes, m, sources = self._classes, len(self._servers), len(self._coming)
        self._m = m
        self._sources = sources
        # Servers of the present, those who may come on duty, and one place for each stream of these.
        self._room = m + sources * _MOST_NEWCOMERS
        room = self._room + sources
        coming = self._room - m
        self._pace = array("d", [s[3] for s in self._servers] + [1.0] * coming + [c[2] for c in self._coming] + [1.0])
        self._gaps = array("q", [s[4] for s in self._servers] + [-1] * coming + [c[3] for c in self._coming] + [-1])
        self._until = array("d", [s[5] for s in self._servers] + [_NEVER] * (coming + 1))
        self._before = array("q", [s[6] for s in self._servers] + [-1] * (coming + 1))
        self._next_of = array("q", [-1] * (self._room + 1))
        for server, one in enumerate(self._servers):
            if one[6] >= 0:
                self._next_of[one[6]] = server
        self._in = array("b", bytes(self._room + 1))
        self._table = array("q", [s[1] for s in self._servers] + [0])
        self._elapsed = array("d", bytes(8 * m + 8))
        self._from = array("d", bytes(8 * m + 8))
        self._tail = array("d", bytes(8 * m + 8))
        self._may = array("b", bytes(classes * self._room + 1))
        cells: list[tuple[int, float]] = []
        for server, (row, table, elapsed, pace, _, _, _) in enumerate(self._servers):
            for k, p in enumerate(row):
                self._may[server * classes + k] = 1 if p >= 1.0 else 0
                if 0.0 < p < 1.0:
                    cells.append((server * classes + k, p))
            self._condition(server, table, elapsed / pace if 0 <= table < classes else elapsed)
        self._uncertain = len(cells)
        self._can_cell = array("q", [*[cell for cell, _ in cells], 0])
        self._can_p = array("d", [*[p for _, p in cells], 0.0])
        self._coming_rate = array("d", [*[rate for rate, _, _, _ in self._coming], 0.0])
        self._coming_p = array("d", [*[p for _, row, _, _ in self._coming for p in row], 0.0])
        self._coming_count = array("q", bytes(8 * sources + 8))
        self._heap_at = array("d", bytes(8 * room + 8))
        self._heap_who = array("q", bytes(8 * room + 8))
        self._idle = array("q", bytes(8 * room + 8))

    def _condition(self, server: int, table: int, elapsed: float) -> None:
        """Find once for all runs where in its table a server has come to: a probability, or its tail with a mean."""
        self._elapsed[server] = elapsed
        self._tail[server] = -1.0
        if table < 0:
            return
        start = table * POINTS
        if elapsed >= self._tables[start + _LAST]:
            since = elapsed - self._tables[start + _LAST]
            mean = 0.5 * (self._tables[start + _LAST + 1] - self._tables[start + _LAST])
            self._tail[server] = max(mean, _OVERDUE * since)
            return
        # The last point that is not after the time elapsed; none of a flat piece but its end.
        low, high = 0, _LAST
        while low < high:
            middle = (low + high) >> 1
            if self._tables[start + middle] <= elapsed:
                low = middle + 1
            else:
                high = middle
        if low == 0:
            return
        before = self._tables[start + low - 1]
        share = (elapsed - before) / (self._tables[start + low] - before)
        self._from[server] = (low - 1 + share) / 256.0
