"""Quantiles that are kept right while they are used, and the report on how often they were.

What lives here: `Calibrated`, which takes any forecast of a wait, a centre and a scale, and issues quantiles of it that
cover as often as they say; and `CalibrationReport`, which tells whether they did, by day, hour and group. What may not:
a way to forecast a wait (laws, histories and blends give the centre and the scale), a router, a clock. Nothing below is
random, and all arithmetic is + - * / and sqrt.

Why: on a bank's log the exact laws' 90 % interval covers 73 %. No model of a line stays right for a day, but every
answer says whether the quantile that was issued was long enough. For a level p and the score s = (wait - centre) /
scale, the issued quantile is centre + (offset + nudge) * scale, and each answer moves

- the offset by step * spread * (p - covered), the gradient of the pinball loss. While step and spread stay as they
  are, the share of n waits that was covered is p less |change of the offset| / (n * step * spread) at worst, whatever
  the waits do: adaptive conformal inference (Gibbs and Candes, NeurIPS 2021) in the form of quantile tracking
  (Angelopoulos, Candes and Tibshirani, "Conformal PID control for time series prediction", NeurIPS 2023). `spread` is
  the fading mean distance of the scores from the quantile, so that a step means as much for one group as for another.
- the nudge, which is `push` * spread times the fading sum of (p - covered) over about the last `memory` answers. It
  leans against a bad hour at once and is forgotten after it, which is what brings each day near its level, and not
  only the year.

The step starts ten times as large and shrinks as 1 / sqrt(answers) to `step`, where it stays: a line is never so well
known that it cannot change. It grows again where one kind of error has the upper hand: while the fading sum is more
than `alarm` (two) of its standard deviations away from 0 (those that it would have if errors came by chance), a step
against it is larger by as many times as it is too far. So a day unlike all before it is caught up with in a few dozen
answers. Where neighbours err alike all the time this is taken for such a day too often, and since misses of a high
level can pile up and hits cannot, the quantile gets too long by a point of coverage: a larger `alarm` mends that.

With `window` the offset is no gradient's but that quantile of the last so many scores, and the nudge is all that is
tracked. On a bank's log this loses less at the same coverage by day (docs/waits.md). But it promises nothing where the
waits do what they like, cannot weigh those who hung up, and keeps its scores: so the gradient is the default.

Levels are tracked apart and may cross; what is issued is sorted, which never makes it worse (Chernozhukov,
Fernandez-Val and Galichon, "Quantile and probability curves without crossing", Econometrica 78(3), 2010). Each is
judged by its own quantile, not by the one that took its place: or one that lies too high would see the misses of the
lowest, and climb for ever.

Nothing runs away. No offset leaves the range of the scores seen, give or take a tenth of it: while a hundred answers
are under way the same mistake is seen a hundred times, and would be mended a hundred times. And nothing that is learnt
lengthens a quantile beyond twice the longest wait seen, however small a scale that wait was measured with.
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import attrs
from sortedcontainers import SortedList

from routekit._numbers import LEAST_SECONDS, MOST_SECONDS, MOST_WHOLE, finite_float, listed, non_negative, whole, within
from routekit.errors import InvalidType, InvalidValue, SnapshotError

__all__ = ["Calibrated", "CalibrationReport", "CalibrationRow"]

_HOUR_S = 3600.0
_MOST_OPEN = 200_000  # forecasts whose answer was never told: the oldest are forgotten
_MOST_GROUPS = 10_000  # further ones share what is learnt of all
_MOST_HOURS = 20_000  # rows of a group and an hour: the oldest leave the report's days, not its other parts
_LEAST_SPREAD = 0.01  # in scales: a group whose scores have all been alike must still be able to move
_MOST_DEVIATION = 10.0  # in spreads: one absurd wait must not blow up the steps of the next hundred
_MARGIN = 0.1  # of the range of the scores: by how much a quantile may lie outside it, so that a miss there widens it
_MOST_LONGEST = 2.0  # longest waits: what is learnt makes no quantile longer, unless it was given so
_LEAST_WINDOW = 20  # scores: with fewer, their quantiles are not believed


class _Track:
    """What is learnt of one group: for each level an offset, a fading sum of errors and a spread, all in scales; the
    least and the greatest score, the longest wait in seconds, and the last scores where there is a window."""

    __slots__ = ("errors", "greatest", "last", "least", "longest", "offsets", "ranked", "settled", "spreads")

    def __init__(
        self,
        offsets: Iterable[float],
        errors: Iterable[float],
        spreads: Iterable[float],
        settled: int,
        least: float,
        greatest: float,
        longest: float,
        last: Iterable[float],
    ) -> None:
        self.offsets = list(offsets)
        self.errors = list(errors)
        self.spreads = list(spreads)
        self.settled = settled
        self.least = least
        self.greatest = greatest
        self.longest = longest
        self.last = deque(last)
        self.ranked: SortedList = SortedList(self.last)

    def copy(self) -> _Track:
        """The same, as the beginning of a group."""
        return _Track(
            self.offsets, self.errors, self.spreads, 0, self.least, self.greatest, self.longest, self.last
        )  # fmt: skip

    def see(self, score: float, waited_s: float) -> None:
        """Widen the range by a score that was reached."""
        if score < self.least:
            self.least = score
        if score > self.greatest:
            self.greatest = score
        if waited_s > self.longest:
            self.longest = waited_s

    def within(self, offset: float) -> float:
        """The offset, or the end of the range that it went beyond."""
        margin = _MARGIN * (self.greatest - self.least) + _LEAST_SPREAD
        if offset > self.greatest + margin:
            return self.greatest + margin
        return offset if offset > self.least - margin else self.least - margin


@attrs.frozen(slots=True)
class _Open:
    """A forecast whose answer is not known yet."""

    at: float
    group: str
    centres: tuple[float, ...]
    scale: float
    tracked: tuple[float, ...]
    """What each level says for itself; sorted, that was issued."""
    mean_s: float | None
    own: bool


class Calibrated:
    """Issues quantiles of waits, learns from what became of them, and reports on them.

    `levels` are strictly between 0 and 1 and rise. `start` is the offset of each level before anything is known, in
    scales: 0 where the centres are a law's own quantiles. `step`, `push` and `memory` are explained above; `step=0,
    push=0` issues what it is given and only reports. A group (a queue, or a queue and a class) uses what was learnt of
    all until it has `own_after` answers of its own. `midnight_s` is when some day began, for the days of the report.

    `window`: so many of the last scores (20 or more) say the offsets, as their quantiles, in place of the gradient; 0:
    the gradient. `step` and `alarm` then mean nothing, `centre` is one number for all levels, and `hung_up` must be
    "drop".

    `hung_up` says what one who hung up tells. "drop": nothing. Then the quantiles are those of the answered, who are
    all that a log can check and all that `coverage` counts. One who hung up after the quantile is left out as well: a
    miss that counts where a hit could not would make the quantiles too long. "weigh": the quantiles are those of the
    wait of somebody who stays however long it takes. One who left after the quantile was not covered by it. One who
    left before might have been: that counts by its chance under the issued quantiles, (p - F) / (1 - F) where they say
    F of the time that it stayed. (Done to a whole sample at once this is Kaplan-Meier: Efron's self-consistency, 1967.)

    >>> waits = Calibrated(levels=(0.5, 0.9), start=(0.0, 1.0))
    >>> waits.forecast("c-1", 0.0, group="support", centre=60.0, scale=30.0)
    (60.0, 90.0)
    >>> waits.settle("c-1", 200.0)
    True
    >>> [round(one) for one in waits.quantiles("support", centre=60.0, scale=30.0)]
    [70, 107]
    >>> waits.report().total.coverage
    (0.0, 0.0)
    """

    __slots__ = (
        "_alarm", "_alarms", "_early", "_groups", "_hours", "_hung_up", "_keep", "_levels", "_memory", "_middle",
        "_midnight_s", "_older", "_open", "_own_after", "_pool", "_push", "_start", "_step", "_window",
    )  # fmt: skip

    def __init__(
        self,
        levels: Sequence[float] = (0.5, 0.8, 0.9),
        *,
        start: Sequence[float] | None = None,
        step: float = 0.05,
        push: float = 0.1,
        memory: int = 50,
        own_after: int = 50,
        window: int = 0,
        alarm: float = 2.0,
        hung_up: Literal["drop", "weigh"] = "drop",
        midnight_s: float = 0.0,
    ) -> None:
        self._levels = tuple(
            within(one, f"levels[{i}]", 0.001, 0.999) for i, one in enumerate(listed(levels, "levels"))
        )
        if not self._levels or any(a >= b for a, b in zip(self._levels, self._levels[1:], strict=False)):
            raise InvalidValue(path="levels", value=levels, problem="must be one or more numbers that rise")
        offsets = (0.0,) * len(self._levels) if start is None else listed(start, "start")
        self._start = tuple(within(one, f"start[{i}]", -1e6, 1e6) for i, one in enumerate(offsets))
        if len(self._start) != len(self._levels):
            raise InvalidValue(path="start", value=start, problem="must have an offset for each level")
        self._step = within(step, "step", 0.0, 1.0)
        self._push = within(push, "push", 0.0, 1.0)
        self._memory = whole(memory, "memory", 2, MOST_WHOLE)
        self._keep = 1.0 - 1.0 / self._memory
        self._own_after = whole(own_after, "own_after", 1, MOST_WHOLE)
        self._alarm = within(alarm, "alarm", 0.1, 1e6)
        self._alarms = tuple(
            self._alarm * math.sqrt(p * (1.0 - p) / (1.0 - self._keep * self._keep)) for p in self._levels
        )
        if hung_up not in ("weigh", "drop"):
            raise InvalidValue(path="hung_up", value=hung_up, problem='must be "weigh" or "drop"')
        self._hung_up = hung_up
        self._window = whole(window, "window", 0, MOST_WHOLE)
        if 0 < self._window < _LEAST_WINDOW:
            raise InvalidValue(path="window", value=window, problem=f"must be 0 or at least {_LEAST_WINDOW}")
        if self._window and hung_up == "weigh":
            raise InvalidValue(path="hung_up", value=hung_up, problem='must be "drop" where there is a window')
        self._midnight_s = finite_float(midnight_s, "midnight_s")
        # How much larger the step is after so many answers; 1 from the 99th on.
        self._early = tuple(10.0 / math.sqrt(number + 1.0) for number in range(99))
        self._middle = min(range(len(self._levels)), key=lambda i: abs(self._levels[i] - 0.5))
        ones = (1.0,) * len(self._levels)
        self._pool = _Track(self._start, (0.0,) * len(ones), ones, 0, min(self._start), max(self._start), 0.0, ())
        self._groups: dict[str, _Track] = {}
        self._open: OrderedDict[str, _Open] = OrderedDict()
        # By the hours since midnight_s, and by the hours of the day where these became too many.
        self._hours: dict[tuple[int, str], list[float]] = {}
        self._older: dict[tuple[int, str], list[float]] = {}

    @property
    def levels(self) -> tuple[float, ...]:
        """The levels, rising."""
        return self._levels

    def settled(self, group: str | None = None) -> int:
        """Return how many answers a group's quantiles have learnt from, or all groups': whether to trust them yet."""
        track = self._pool if group is None else self._groups.get(group)
        return 0 if track is None else track.settled

    def quantiles(self, group: str, *, centre: float | Sequence[float], scale: float) -> tuple[float, ...]:
        """Return what `forecast` would, and register nothing. Cost: O(levels)."""
        centres, scale = self._checked(group, centre, scale)
        return tuple(sorted(self._says(self._track(group), centres, scale)))

    def forecast(
        self,
        key: str,
        at: float,
        *,
        group: str,
        centre: float | Sequence[float],
        scale: float,
        mean_s: float | None = None,
    ) -> tuple[float, ...]:
        """Issue the quantiles of one wait, in seconds from `at`, and wait for its answer under this key.

        `centre` is a number of seconds, or one for each level (a law's own quantiles); `scale` is how far the wait may
        well be from it (the law's standard deviation, or its mean), at least a millisecond. `mean_s` is the mean that
        was told with it, for the report's bias. The quantiles never fall from level to level and are never below 0.

        Raises `InvalidValue` for a key that is waiting already and for what is no number. Cost: O(levels), 5 us
        interpreted.
        """
        centres, scale = self._checked(group, centre, scale)
        at = finite_float(at, "at")
        if mean_s is not None:
            mean_s = finite_float(mean_s, "mean_s")
        if not isinstance(key, str):
            raise InvalidType(path="key", value=key, expected="a str")
        if key in self._open:
            raise InvalidValue(path="key", value=key, problem="must not wait for its answer already")
        track = self._track(group)
        tracked = self._says(track, centres, scale)
        self._open[key] = _Open(at, group, centres, scale, tracked, mean_s, track is not self._pool)
        if len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        return tuple(sorted(tracked))

    def settle(self, key: str, waited_s: float) -> bool:
        """Say that the wait was this long, in seconds since its forecast; False if no such forecast waits.

        Raises `InvalidValue` for a wait that is no number or below 0. Cost: O(levels), 7 us interpreted.
        """
        waited_s = non_negative(waited_s, "waited_s")
        made = self._open.pop(key, None)
        if made is None:
            return False
        for track, issuer in self._learners(made):
            self._learn(track, made, waited_s, issuer)
        issued = sorted(made.tracked)
        middle = issued[self._middle] if made.mean_s is None else made.mean_s
        row = self._tally(made)
        row[0] += 1.0
        row[2] += middle - waited_s
        at = 3
        for level, one in zip(self._levels, issued, strict=True):
            error = waited_s - one
            if error > 0.0:
                row[at + 1] += level * error
            else:
                row[at] += 1.0
                row[at + 1] += (level - 1.0) * error
            at += 3
        return True

    def censored(self, key: str, waited_s: float) -> bool:
        """Say that they hung up after so many seconds, unanswered; False if no such forecast waits. See `hung_up`.

        Raises `InvalidValue` for a wait that is no number or below 0. Cost: O(levels), 7 us interpreted.
        """
        waited_s = non_negative(waited_s, "waited_s")
        made = self._open.pop(key, None)
        if made is None:
            return False
        if self._hung_up == "weigh":
            for track, issuer in self._learners(made):
                self._weigh(track, made, waited_s, issuer)
        row = self._tally(made)
        row[1] += 1.0
        for i, one in enumerate(sorted(made.tracked)):
            if waited_s > one:
                row[3 * i + 5] += 1.0
        return True

    def forget(self, key: str) -> bool:
        """Drop a forecast that will have no answer (moved, served elsewhere); False if no such forecast waits."""
        return self._open.pop(key, None) is not None

    def __len__(self) -> int:
        """Return how many forecasts wait for their answer."""
        return len(self._open)

    def report(self, group: str | None = None) -> CalibrationReport:
        """Return how often the issued quantiles were long enough, of all groups or of one. Cost: O(rows)."""
        days: dict[int, list[float]] = {}
        hours: dict[int, list[float]] = {}
        groups: dict[str, list[float]] = {}
        total = self._zeros()
        recent = [(hour // 24, hour % 24, of, row) for (hour, of), row in self._hours.items()]
        older = [(None, hour, of, row) for (hour, of), row in self._older.items()]
        for day, hour, of, row in older + recent:
            if group is None or of == group:
                sums = [total, hours.setdefault(hour, self._zeros()), groups.setdefault(of, self._zeros())]
                if day is not None:
                    sums.append(days.setdefault(day, self._zeros()))
                for one in sums:
                    for i, value in enumerate(row):
                        one[i] += value
        return CalibrationReport(
            levels=self._levels,
            total=_row("all", total),
            by_day=tuple(_row(day, days[day]) for day in sorted(days)),
            by_hour=tuple(_row(hour, hours[hour]) for hour in sorted(hours)),
            by_group=tuple(_row(of, groups[of]) for of in sorted(groups)),
        )

    def to_data(self) -> dict[str, Any]:
        """Return everything as plain data, unchanged by JSON. Cost: O(groups + open forecasts + rows)."""
        return {
            "settings": self._settings(),
            "pool": _data_of(self._pool),
            "groups": [[group, *_data_of(track)] for group, track in self._groups.items()],
            "open": [
                [key, one.at, one.group, list(one.centres), one.scale, list(one.tracked), one.mean_s, one.own]
                for key, one in self._open.items()
            ],
            "hours": [[*key, list(row)] for key, row in self._hours.items()],
            "older": [[*key, list(row)] for key, row in self._older.items()],
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take back what `to_data` gave, in place of all that is known; then everything goes on as it would have.

        Raises `SnapshotError`, with nothing changed, where the settings differ or the data is broken.
        """
        try:
            settings = data["settings"]
            if settings != self._settings():
                raise SnapshotError(f"this state was calibrated with {settings!r}, not {self._settings()!r}")
            pool = self._track_of(data["pool"])
            groups = {str(group): self._track_of(track) for group, *track in data["groups"]}
            waiting = OrderedDict((str(key), self._open_of(*made)) for key, *made in data["open"])
            hours, older = (
                {(int(hour), str(group)): _numbers(row, 3 + 3 * len(self._levels)) for hour, group, row in data[name]}
                for name in ("hours", "older")
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, SnapshotError):
                raise
            raise SnapshotError(f"the state of the calibration is broken: {error!r}") from error
        self._pool, self._groups, self._open, self._hours, self._older = pool, groups, waiting, hours, older

    def _checked(self, group: object, centre: float | Sequence[float], scale: float) -> tuple[tuple[float, ...], float]:
        if not isinstance(group, str):
            raise InvalidType(path="group", value=group, expected="a str")
        centres: tuple[float, ...]
        if isinstance(centre, (tuple, list)):
            if self._window:
                raise InvalidValue(path="centre", value=centre, problem="must be one number where there is a window")
            centres = tuple([within(one, "centre", -MOST_SECONDS, MOST_SECONDS) for one in centre])
            if len(centres) != len(self._levels):
                raise InvalidValue(path="centre", value=centre, problem="must be a number, or one for each level")
        else:
            centres = (within(centre, "centre", -MOST_SECONDS, MOST_SECONDS),) * len(self._levels)
        return centres, within(scale, "scale", LEAST_SECONDS, MOST_SECONDS)

    def _track(self, group: str) -> _Track:
        track = self._groups.get(group)
        return self._pool if track is None or track.settled < self._own_after else track

    def _says(self, track: _Track, centres: tuple[float, ...], scale: float) -> tuple[float, ...]:
        """What each level says for itself, in seconds. They may cross."""
        found, push, most = [], self._push, _MOST_LONGEST * track.longest
        for i, centre in enumerate(centres):
            one = centre + track.within(track.offsets[i] + push * track.spreads[i] * track.errors[i]) * scale
            if one > most:
                given = centre + self._start[i] * scale
                one = min(one, given) if given > most else most
            found.append(one if one > 0.0 else 0.0)
        return tuple(found)

    def _learners(self, made: _Open) -> list[tuple[_Track, bool]]:
        """Who learns from this answer, and whether it issued the forecast: the pool, and the group's own."""
        own = self._groups.get(made.group)
        if own is None:
            if len(self._groups) >= _MOST_GROUPS:
                return [(self._pool, True)]
            # A group begins where all are.
            own = self._groups[made.group] = self._pool.copy()
        return [(self._pool, not made.own), (own, made.own)]

    def _learn(self, track: _Track, made: _Open, waited_s: float, issuer: bool) -> None:
        """One step for each level. Who issued the forecast answers for what was issued, which is what has to cover as
        often as it says; the other goes by what it would say now."""
        number = track.settled
        track.settled = number + 1
        step = self._step * self._early[number] if number < 99 else self._step
        fresh = 1.0 / (number + 10.0) if number + 10 < self._memory else 1.0 / self._memory
        push, keep, scale, window = self._push, self._keep, made.scale, self._window
        offsets, errors, spreads = track.offsets, track.errors, track.spreads
        said = made.tracked if issuer else self._says(track, made.centres, scale)
        for i, level in enumerate(self._levels):
            score = (waited_s - made.centres[i]) / scale
            track.see(score, waited_s)
            spread, run = spreads[i], errors[i]
            quantile = track.within(offsets[i] + push * spread * run)
            covered = waited_s <= said[i]
            # A quantile of 0 cannot be shorter: without this the offset would sink for ever while nobody waits.
            if covered and not window and made.centres[i] + quantile * scale <= 0.0:
                continue
            error = level - 1.0 if covered else level
            if not window:
                offsets[i] = track.within(offsets[i] + self._sized(step, run, error, i) * spread * error)
            errors[i] = run * keep + error
            away = min(abs(score - quantile), _MOST_DEVIATION * spread)
            spreads[i] = max(spread + fresh * (away - spread), _LEAST_SPREAD)
        if window:
            self._slide(track, (waited_s - made.centres[0]) / scale)

    def _sized(self, step: float, run: float, error: float, i: int) -> float:
        """The step, larger where one kind of error has had the upper hand for long."""
        alarm = self._alarms[i]
        if (run > alarm and error > 0.0) or (run < -alarm and error < 0.0):
            return step * abs(run) / alarm
        return step

    def _slide(self, track: _Track, score: float) -> None:
        """Take a score into the window, and read its quantiles off. Cost: O(levels x log window)."""
        last, ranked = track.last, track.ranked
        last.append(score)
        ranked.add(score)
        if len(last) > self._window:
            ranked.remove(last.popleft())
        number = len(last)
        if number >= _LEAST_WINDOW:
            # Of n scores and the one to come each is as likely to be the least: hence n + 1, and no score in between.
            track.offsets = [ranked[min(number - 1, int(level * (number + 1)))] for level in self._levels]

    def _weigh(self, track: _Track, made: _Open, waited_s: float, issuer: bool) -> None:
        """One step for each level from somebody who left: what they would have told, on average."""
        step = self._step * self._early[track.settled] if track.settled < 99 else self._step
        said = made.tracked if issuer else self._says(track, made.centres, made.scale)
        reached = self._reached(sorted(said), waited_s)
        for i, level in enumerate(self._levels):
            track.see((waited_s - made.centres[i]) / made.scale, waited_s)
            hit = 0.0 if waited_s >= said[i] else (level - reached) / (1.0 - reached)
            error = level - hit
            track.offsets[i] = track.within(track.offsets[i] + step * track.spreads[i] * error)
            track.errors[i] = track.errors[i] * self._keep + error

    def _reached(self, issued: Sequence[float], waited_s: float) -> float:
        """Return at which level the issued quantiles see this wait: straight lines from 0 through them."""
        level = quantile = 0.0
        for i, one in enumerate(issued):
            if waited_s < one:
                return level + (self._levels[i] - level) * (waited_s - quantile) / (one - quantile)
            level, quantile = self._levels[i], one
        return level

    def _tally(self, made: _Open) -> list[float]:
        """Return where a forecast is counted: answers, hung up, sum of errors; then for each level the hits, the loss,
        and those who hung up after it."""
        key = (math.floor((made.at - self._midnight_s) / _HOUR_S), made.group)
        row = self._hours.get(key)
        if row is None:
            row = self._hours[key] = self._zeros()
            if len(self._hours) > _MOST_HOURS:
                self._retire(next(iter(self._hours)))
        return row

    def _retire(self, key: tuple[int, str]) -> None:
        """Keep an old hour in the sums of its hour of the day only."""
        row = self._hours.pop(key)
        older = self._older.setdefault((key[0] % 24, key[1]), self._zeros())
        for i, value in enumerate(row):
            older[i] += value

    def _zeros(self) -> list[float]:
        return [0.0] * (3 + 3 * len(self._levels))

    def _settings(self) -> dict[str, Any]:
        return {
            "levels": list(self._levels),
            "start": list(self._start),
            "step": self._step,
            "push": self._push,
            "memory": self._memory,
            "own_after": self._own_after,
            "window": self._window,
            "alarm": self._alarm,
            "hung_up": self._hung_up,
            "midnight_s": self._midnight_s,
        }

    def _track_of(self, data: Any) -> _Track:
        offsets, errors, spreads, settled, least, greatest, longest, last = data
        number = len(self._levels)
        if len(last) > self._window:
            raise SnapshotError(f"a window of {self._window} has {len(last)} scores")
        return _Track(
            _numbers(offsets, number),
            _numbers(errors, number),
            _numbers(spreads, number),
            whole(settled, "settled"),
            finite_float(least, "least"),
            finite_float(greatest, "greatest"),
            non_negative(longest, "longest"),
            _numbers(last, len(last)),
        )

    def _open_of(
        self, at: float, group: str, centres: Any, scale: float, tracked: Any, mean_s: float | None, own: bool
    ) -> _Open:
        number = len(self._levels)
        return _Open(
            finite_float(at, "at"),
            str(group),
            tuple(_numbers(centres, number)),
            within(scale, "scale", LEAST_SECONDS, MOST_SECONDS),
            tuple(_numbers(tracked, number)),
            None if mean_s is None else finite_float(mean_s, "mean_s"),
            bool(own),
        )


@attrs.frozen(kw_only=True)
class CalibrationRow:
    """What became of the forecasts of one day, of one hour of the day (from 0), of one group, or of all.

    None: nobody was answered.
    """

    label: int | str
    n: int
    """How many were answered; the shares and means below are of these."""
    hung_up: int
    hung_up_after: tuple[int, ...]
    """How many of those left after each quantile had passed: they were not covered, and are not in `coverage`."""
    coverage: tuple[float, ...] | None
    """The share of the answered whose wait was at most the quantile, for each level."""
    pinball_s: tuple[float, ...] | None
    """The mean pinball loss of each level, in seconds: what is lost by being wrong, weighed so that the true quantile
    loses least (Koenker and Bassett 1978)."""
    bias_s: float | None
    """The mean of what was told (the mean if it was given, else the middle level) less the wait: above 0, too long."""


@attrs.frozen(kw_only=True)
class CalibrationReport:
    """How often the issued quantiles were long enough. `str()` makes a table of it, `as_data()` plain data.

    Days are counted from `midnight_s`, and are 24 hours long. They go back 20,000 hours that had forecasts of a group;
    the rest goes back to the beginning.
    """

    levels: tuple[float, ...]
    total: CalibrationRow
    by_day: tuple[CalibrationRow, ...]
    by_hour: tuple[CalibrationRow, ...]
    by_group: tuple[CalibrationRow, ...]

    def worst_day(self, level: float, least: int = 30) -> CalibrationRow | None:
        """Return the day whose coverage is furthest from a level, of those with at least so many answers.

        Raises `InvalidValue` for a level that was not issued.
        """
        if level not in self.levels:
            raise InvalidValue(path="level", value=level, problem=f"must be one of {self.levels}")
        i = self.levels.index(level)
        days = [row for row in self.by_day if row.n >= max(least, 1) and row.coverage is not None]
        return max(days, key=lambda row: abs((row.coverage or ())[i] - level), default=None)

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data, unchanged by JSON."""
        rows = {"by_day": self.by_day, "by_hour": self.by_hour, "by_group": self.by_group}
        return {
            "levels": list(self.levels),
            "total": _plain(self.total),
            **{name: [_plain(row) for row in some] for name, some in rows.items()},
        }

    def __str__(self) -> str:
        """Return a table: for each level the coverage in percent and the pinball loss in seconds."""
        head = f"{'':<18}{'n':>8}{'left':>7}{'bias s':>9}"
        head += "".join(f"{f'P{100 * one:g}':>8}{'loss s':>8}" for one in self.levels)
        lines = [head, _text("all", self.total)]
        for title, rows in (("day", self.by_day), ("hour", self.by_hour), ("group", self.by_group)):
            lines += [_text(f"{title} {row.label}", row) for row in rows]
        return "\n".join(lines)


def _row(label: int | str, sums: list[float]) -> CalibrationRow:
    n = sums[0]
    return CalibrationRow(
        label=label,
        n=int(n),
        hung_up=int(sums[1]),
        hung_up_after=tuple(int(one) for one in sums[5::3]),
        coverage=tuple(one / n for one in sums[3::3]) if n else None,
        pinball_s=tuple(one / n for one in sums[4::3]) if n else None,
        bias_s=sums[2] / n if n else None,
    )


def _plain(row: CalibrationRow) -> dict[str, Any]:
    data = attrs.asdict(row)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in data.items()}


def _text(label: str, row: CalibrationRow) -> str:
    line = f"{label[:17]:<18}{row.n:>8}{row.hung_up:>7}"
    if row.coverage is None or row.pinball_s is None or row.bias_s is None:
        return line
    pairs = zip(row.coverage, row.pinball_s, strict=True)
    return f"{line}{row.bias_s:>9.1f}" + "".join(f"{100.0 * hit:>7.1f}%{loss:>8.1f}" for hit, loss in pairs)


def _numbers(data: Any, number: int) -> list[float]:
    if len(data) != number:
        raise SnapshotError(f"the calibration's state has {len(data)} numbers where {number} belong")
    return [finite_float(one, "number") for one in data]


def _data_of(track: _Track) -> list[Any]:
    return [
        list(track.offsets), list(track.errors), list(track.spreads), track.settled,
        track.least, track.greatest, track.longest, list(track.last),
    ]  # fmt: skip
