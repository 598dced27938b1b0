"""What became of estimates, and what follows for the next ones: the corrections of `Waits`.

What lives here: which contacts are forecast to learn from, when such a forecast is settled or forgotten, and how an
uncorrected law becomes a corrected one. What may not: the laws, where a contact stands, and how quantiles are tracked,
which is `calibration`'s affair. Nothing here looks at a router; nothing is drawn.

Two things are learnt for each group, a queue and channel with the kind of the needs and of the priority:

- a factor for the mean: the waits over what was said, of about the last `memory` answers, drawn towards that of all
  groups, and that towards 1, as if `PRIOR` answers had said so;
- around that, for each of `LEVELS`, how many standard deviations of the law its quantile has to be longer or shorter:
  `Calibrated`, whose groups take what was learnt of all until they have `ENOUGH` answers.

Where there are further estimates of the same wait, they are blended with the law's mean (`Blend`; it needs the extra
`waits`): one blend for the mean, which takes the place of the factor, and one for the median, which takes that of the
law's own as the centre of the tracked one. What the factor says is learnt all the same, for as long as there is no
blend.

A law is corrected as a whole, by a map of times that rises: so no quantiles cross, and as the uncorrected one falls
while nothing happens, this one does. What can be checked is the wait of those who are served; so the law of these is
what is forecast, and that of the wait of one who stays is corrected with it.
"""

from __future__ import annotations

import bisect
import math
from collections import deque
from collections.abc import Callable
from typing import Any

import attrs

from routekit import events as ev
from routekit._numbers import LEAST_SECONDS, MOST_SECONDS, finite_float, non_negative, whole
from routekit.errors import MissingExtra, SnapshotError
from routekit.estimation._shapes import Played, Sample, weighed
from routekit.estimation.blend import Blend
from routekit.estimation.calibration import Calibrated, CalibrationReport
from routekit.estimation.laws import Points
from routekit.estimation.learning import Fading

__all__ = ["ENOUGH", "LEVELS", "Corrected", "CorrectedRuns", "Corrections", "group_of"]

LEVELS = (0.5, 0.8, 0.9)
"""The levels that are tracked."""
STEP, PUSH, ALARM = 0.02, 0.03, 4.0
"""Calmer than what `Calibrated` has without: the laws follow the line by themselves, and neighbours in it err alike. In
the set-ups of docs/waits.md the steps lose up to a third less at P90 than 0.05 and 0.1, and with an alarm of 2 P90
covers a point too much."""
ENOUGH = 50
"""From so many answers on estimates are corrected, and so many a group must have for its own corrections."""
PRIOR = 20.0
"""So many answers are as good as what was believed before of a factor."""
MOST_FACTOR = 4.0
"""No mean is made longer or shorter by more."""
MOST_GROUPS = 10_000
"""Further ones share what is learnt of all."""
FORECASTS = 100
"""While so many forecasts are open each contact is asked about, with twice as many one in two, and so on."""
CONSTANT_S = 60.0
"""What is blended besides, in seconds: so a bias can be learnt."""
STIFFNESS = {"mean": 100.0, "median": 10.0}
"""As in the backtest: about so many answers it takes to move away from the law."""
LEAST_SCALE, LEAST_SCALE_S = 0.1, 1.0
"""Where laws are blended, no scale is less than this part of the mean and so many seconds: a simulation may know a wait
to the second, and the rounding of one would be a thousand of the standard deviations by which others are corrected."""
BLENDED_GROUPS = 12
"""So many groups have a correction of their own to the weights of the law and of the constant."""
LEAST_PART = 0.01
"""A quantile is not made shorter than this part of what the law says."""
_MATTERS = frozenset(("needs", "priority", "channel", "queue", "waiting_since", "prefer"))


@attrs.frozen
class Corrected:
    """A law whose times are mapped: `before[i]` becomes `after[i]`, straight lines between, from 0 on; beyond the last
    one in its proportion. `factor` is that of the mean.

    >>> from routekit.estimation import ErlangLaw
    >>> law = Corrected(ErlangLaw(0, 0.01), 1.1, (69.0, 230.0), (80.0, 300.0))
    >>> round(law.mean_s, 6), round(law.quantile(0.5), 1), round(law.quantile(0.9), 1), round(law.cdf(300.0), 2)
    (110.0, 80.4, 300.3, 0.9)
    """

    law: Any
    factor: float
    before: tuple[float, ...]
    after: tuple[float, ...]

    @property
    def mean_s(self) -> float:
        """The mean."""
        return self.factor * float(self.law.mean_s)

    def quantile(self, p: float) -> float:
        """Within how many seconds it is over with probability `p`."""
        return _onto(float(self.law.quantile(p)), self.before, self.after)

    def cdf(self, s: float) -> float:
        """The probability that it is over within `s` seconds."""
        return float(self.law.cdf(_onto(s, self.after, self.before))) if s >= 0.0 else 0.0

    def probability_served(self, leave_rate: float) -> float:
        """The chance that one who leaves at that rate is served, as if all times were longer by the factor."""
        return float(self.law.probability_served(leave_rate * self.factor))

    def given_served(self, leave_rate: float) -> Corrected:
        """The law of the wait of one who leaves at that rate, given that they are served."""
        return attrs.evolve(self, law=self.law.given_served(leave_rate * self.factor))


@attrs.frozen
class CorrectedRuns:
    """What was played, corrected, and what of it is left: of each run how long it takes for the quantiles (`waits`,
    which rise), by how much it counts in the mean, and how long it was played to take; `stretch` times that are longer
    are those that somebody may leave in."""

    waits: tuple[float, ...]
    means: tuple[float, ...]
    plain: tuple[float, ...]
    stretch: float

    @property
    def mean_s(self) -> float:
        """The mean."""
        return sum(self.means) / len(self.means)

    def quantile(self, p: float) -> float:
        """Within how many seconds it is over with probability `p`."""
        return Sample(self.waits, 0.0).quantile(p)

    def cdf(self, s: float) -> float:
        """The probability that it is over within `s` seconds."""
        return Sample(self.waits, 0.0).cdf(s)

    def probability_served(self, leave_rate: float) -> float:
        """The chance that one who leaves at that rate is served."""
        return sum(math.exp(-leave_rate * self.stretch * one) for one in self.plain) / len(self.plain)

    def given_served(self, leave_rate: float) -> Points:
        """The law of the wait of one who leaves at that rate, given that they are served."""
        least = min(self.plain)
        weights = [math.exp(-leave_rate * self.stretch * (one - least)) for one in self.plain]
        return weighed(self.waits, weights, self.means)


def _onto(x: float, these: tuple[float, ...], those: tuple[float, ...]) -> float:
    """Where x goes if each of these goes to that of the same number, 0 to 0, and all between in proportion."""
    place = bisect.bisect_right(these, x)
    if place == len(these):
        return those[-1] + (x - these[-1]) * (those[-1] / these[-1])
    low, first = (these[place - 1], those[place - 1]) if place else (0.0, 0.0)
    return first + (x - low) * ((those[place] - first) / (these[place] - low))


@attrs.frozen
class _Asked:
    """A contact that was forecast: when, as one of which group, in which queues, and what mean the law had, less what
    is known to come on top of it."""

    at: float
    group: str
    queues: tuple[str, ...]
    delay_s: float
    mean_s: float
    blended: tuple[tuple[float, ...], ...] = ()
    """All estimates of it that were blended, for the mean and for the median."""
    row: tuple[float, ...] = ()
    """The features of the state, where they are kept."""


@attrs.frozen
class _Map:
    """What becomes of a law: the factor of its mean, where its quantiles at `LEVELS` are, and around which times they
    are tracked."""

    factor: float
    stretch: float
    mean_s: float
    scale: float
    before: tuple[float, ...]
    centres: tuple[float, ...]
    blended: tuple[tuple[float, ...], ...]


class Corrections:
    """Learns from forecasts of its own what the laws are off by. Give `observe` all events, `ask` whom it names.

    `others` is how many further estimates of each wait there are to blend, `learnt` whether a model's is one of them.
    One in `every` contacts is asked about. `rows` keeps features and the waits that followed, of the last `keep`.
    """

    def __init__(
        self,
        memory: float,
        midnight_s: float,
        *,
        others: int = 0,
        learnt: bool = False,
        every: int = 1,
        keep: int = 0,
    ) -> None:
        self._memory = memory
        self._midnight_s = midnight_s
        self._others = others
        self._learnt = learnt
        self._every = every
        self.rows: deque[tuple[tuple[float, ...], float]] = deque(maxlen=keep)
        self._calibrated = Calibrated(
            LEVELS, step=STEP, push=PUSH, alarm=ALARM, own_after=ENOUGH, midnight_s=midnight_s
        )
        self._pool = Fading(2, memory)  # means that were said, and waits
        self._factors: dict[str, Fading] = {}
        self._mean, self._median = self._blend("mean"), self._blend("median")
        self._numbers: dict[str, int] = {}  # of the groups that are blended
        self._asked: dict[str, _Asked] = {}
        self._came = 0
        self._heed: dict[type, Callable[[Any], None]] = {
            ev.ContactConnected: self._connected,
            ev.ContactAbandoned: self._abandoned,
            ev.ContactUpdated: self._updated,
            **dict.fromkeys(
                (
                    ev.ContactFinished, ev.ContactMoved, ev.ContactRequeued, ev.ContactRejected, ev.ContactDiverted,
                    ev.ContactReserved, ev.ContactMerged, ev.ContactHeldBack, ev.ContactParked, ev.ContactHandedOver,
                ),
                self._forget,
            ),
        }  # fmt: skip

    def _blend(self, what: str) -> Blend | None:
        if not self._others:
            return None
        size = 3 + self._others + self._learnt
        try:
            return Blend(size, stiffness=STIFFNESS[what], median=what == "median", groups=BLENDED_GROUPS, own=(0, 1))
        except MissingExtra:  # then there is the factor
            return None

    def fresh(self) -> Corrections:
        """The same with nothing learnt."""
        return Corrections(
            self._memory,
            self._midnight_s,
            others=self._others,
            learnt=self._learnt,
            every=self._every,
            keep=self.rows.maxlen or 0,
        )

    # -- what it answers -----------------------------------------------------------------------------------------------

    def report(self) -> CalibrationReport:
        """How often its forecasts were long enough: of each contact that got in line, or of one in so many."""
        return self._calibrated.report()

    @property
    def ready(self) -> bool:
        """Whether enough is known for anything to be corrected."""
        return self._calibrated.settled() >= ENOUGH

    def factor(self, group: str) -> float:
        """By how much the mean of a group has been longer than was said."""
        own = self._factors.get(group)
        common = _drawn(self._pool, 1.0)
        return common if own is None else _drawn(own, common)

    def correct(self, group: str, law: Any, delay_s: float, leave_rate: float, *, now: Any = None) -> Any:
        """The corrected law, or the same one while too little is known. What `delay_s` says comes on top of it.

        With `now` it is this law that is corrected, in the way in which the first one would be: where that is of an
        earlier time, and this what has become of it since. So if it falls, the corrected one does. Cost: three
        quantiles of the law, and O(1).
        """
        now = law if now is None else now
        found = self._knots(group, law, delay_s, leave_rate)
        return now if found is None else Corrected(now, found[0].factor, found[0].before, found[1])

    def correct_runs(self, group: str, played: Played, delay_s: float, leave_rate: float) -> Sample | CorrectedRuns:
        """What was played, blended and corrected, and then what of it is left by now; as it is while too little is
        known. Each run falls by itself, so all of it does, whatever the weights of the blends are. Cost: the runs."""
        found = self._knots(group, played.then, delay_s, leave_rate, played)
        if found is None:
            return played.now
        made, after = found
        waits = []
        place, low, first = 0, 0.0, 0.0
        for wait in played.then.waits:
            while place < len(after) and wait >= made.before[place]:
                low, first, place = made.before[place], after[place], place + 1
            if place < len(after):
                waits.append(first + (wait - low) * ((after[place] - first) / (made.before[place] - low)))
            else:
                waits.append(first + (wait - low) * (first / low))
        rows = sorted(zip(played.left(waits), played.left(played.then.waits, made.factor), played.plain, strict=True))
        longs, means, plain = zip(*rows, strict=True)
        return CorrectedRuns(longs, means, plain, made.stretch)

    def _knots(
        self, group: str, law: Any, delay_s: float, leave_rate: float, played: Played | None = None
    ) -> tuple[_Map, tuple[float, ...]] | None:
        """What becomes of a law, and where its quantiles go; None while too little is known."""
        if not self.ready:
            return None
        try:
            made = self._map(group, law, leave_rate, played)
        except MissingExtra:  # it has a mean all the same
            return None
        centres = tuple(delay_s + one for one in made.centres)
        issued = self._calibrated.quantiles(group, centre=centres, scale=made.scale)
        after = [max(one - delay_s, LEAST_PART * least) for one, least in zip(issued, made.before, strict=True)]
        return made, tuple(after)

    def _map(self, group: str, law: Any, leave_rate: float, played: Played | None) -> _Map:
        stretch = factor = self.factor(group)
        base = law.given_served(leave_rate * stretch) if leave_rate > 0.0 else law
        before = tuple(max(base.quantile(level), LEAST_SECONDS) for level in LEVELS)
        blended = () if played is None else self._estimates(base.mean_s, before[0], played)
        middle = None
        if blended and self._mean is not None and self._median is not None:
            number = self._numbers.get(group)
            factor = _bounded(self._mean.of(blended[0], number) / max(base.mean_s, LEAST_SECONDS))
            middle = min(self._median.of(blended[1], number), MOST_FACTOR * before[0])
        centres = [factor * one for one in before]
        if middle is not None:
            centres[0] = middle
        spread = base if hasattr(base, "sd_s") else law
        least = LEAST_SECONDS if not blended else max(LEAST_SCALE * base.mean_s, LEAST_SCALE_S)
        scale = min(max(factor * spread.sd_s, least), MOST_SECONDS)
        return _Map(factor, stretch, base.mean_s, scale, before, tuple(centres), blended)

    def _estimates(self, mean_s: float, median_s: float, played: Played) -> tuple[tuple[float, ...], ...]:
        """What is blended for the mean, and for the median: what is believed at first, a constant, the law's other
        figure, the further estimates, and what a model says. With a model the mean of it and the law is believed."""
        if self._mean is None or len(played.others) != self._others or (len(played.learnt) == 2) is not self._learnt:
            return ()
        both = []
        for number, (one, other) in enumerate(((mean_s, median_s), (median_s, mean_s))):
            learnt = played.learnt[number : number + 1]
            first = 0.5 * (one + learnt[0]) if learnt else one
            both.append(tuple(min(each, MOST_SECONDS) for each in (first, CONSTANT_S, other, *played.others, *learnt)))
        return tuple(both)

    # -- what it learns ------------------------------------------------------------------------------------------------

    def observe(self, events: tuple[Any, ...]) -> list[str]:
        """Settle what is over by these events. Who is to be asked about, if they wait, is answered. Cost: O(1) each."""
        fresh: dict[str, None] = {}
        heed = self._heed
        for event in events:
            kind = type(event)
            if kind is ev.ContactQueued:
                self._drop(event.contact)
                fresh[event.contact] = None
            elif kind is ev.OfferMade:
                fresh.pop(event.contact, None)
            elif (learn := heed.get(kind)) is not None:
                fresh.pop(event.contact, None)
                learn(event)
        found = []
        for contact in fresh:
            self._came += 1
            if self._came % (self._every * (1 + len(self._asked) // FORECASTS)) == 0:
                found.append(contact)
        return found

    def ask(
        self,
        contact: str,
        at: float,
        group: str,
        queues: tuple[str, ...],
        law: Any,
        delay_s: float,
        leave_rate: float,
        played: Played | None = None,
    ) -> None:
        """Forecast the wait of a contact that has just got in line, by its uncorrected law, to learn from it."""
        try:
            made = self._map(group, law, leave_rate, played)
        except MissingExtra:  # nobody is told a quantile either
            return
        centres = tuple(delay_s + one for one in made.centres)
        if not max(centres) < MOST_SECONDS:
            return
        mean = delay_s + made.factor * made.mean_s
        self._calibrated.forecast(contact, at, group=group, centre=centres, scale=made.scale, mean_s=mean)
        row = played.row if played is not None and self.rows.maxlen else ()
        self._asked[contact] = _Asked(at, group, queues, delay_s, made.mean_s, made.blended, row)

    def _connected(self, event: ev.ContactConnected) -> None:
        asked = self._asked.pop(event.contact, None)
        if asked is None:
            return
        if event.queue not in asked.queues:
            self._calibrated.forget(event.contact)
            return
        waited = max(0.0, event.at - asked.at)
        self._calibrated.settle(event.contact, waited)
        own = self._factors.get(asked.group)
        if own is None and len(self._factors) < MOST_GROUPS:
            own = self._factors[asked.group] = Fading(2, self._memory)
        waited = max(0.0, waited - asked.delay_s)
        for sums in (self._pool,) if own is None else (self._pool, own):
            sums.add(asked.mean_s, waited)
        if asked.blended and self._mean is not None and self._median is not None:
            number = self._numbers.setdefault(asked.group, len(self._numbers)) if own is not None else None
            self._mean.learn(asked.blended[0], waited, number)
            self._median.learn(asked.blended[1], waited, number)
        if asked.row:
            self.rows.append((asked.row, waited))

    def _abandoned(self, event: ev.ContactAbandoned) -> None:
        asked = self._asked.pop(event.contact, None)
        if asked is None:
            return
        if event.reason in ("lost", "unavailable"):
            self._calibrated.forget(event.contact)
        else:
            self._calibrated.censored(event.contact, max(0.0, event.at - asked.at))

    def _updated(self, event: ev.ContactUpdated) -> None:
        if not _MATTERS.isdisjoint(event.changed):
            self._drop(event.contact)

    def _forget(self, event: Any) -> None:
        self._drop(event.contact)

    def _drop(self, contact: str) -> None:
        if self._asked.pop(contact, None) is not None:
            self._calibrated.forget(contact)

    # -- snapshots -----------------------------------------------------------------------------------------------------

    def to_data(self) -> dict[str, Any]:
        """All that was learnt, as plain data, but for `rows`. Cost: groups, open forecasts, rows of the report."""
        return {
            "calibrated": self._calibrated.to_data(),
            "pool": self._pool.to_data(),
            "factors": [[group, found.to_data()] for group, found in self._factors.items()],
            "asked": [
                [contact, one.at, one.group, list(one.queues), one.delay_s, one.mean_s, list(map(list, one.blended))]
                for contact, one in self._asked.items()
            ],
            "came": self._came,
            "blends": self._blends_data(),
        }

    def _blends_data(self) -> dict[str, Any] | None:
        """The weights, some 40 kB of them; None while nothing has been blended."""
        if self._mean is None or self._median is None or not self._mean.count:
            return None
        return {
            "size": self._mean.size,
            "mean": self._mean.to_data(),
            "median": self._median.to_data(),
            "groups": list(self._numbers),
        }

    def restored(self, data: Any) -> Corrections:
        """Corrections like these that go on from what `to_data` gave; `SnapshotError` for anything else."""
        fresh = self.fresh()
        try:
            fresh._calibrated.restore(data["calibrated"])
            fresh._pool.restore(data["pool"])
            for group, kept in data["factors"]:
                found = fresh._factors[str(group)] = Fading(2, self._memory)
                found.restore(kept)
            for contact, at, group, queues, delay_s, mean_s, *blended in data["asked"]:
                fresh._asked[str(contact)] = _Asked(
                    finite_float(at, "at"),
                    str(group),
                    tuple(str(queue) for queue in queues),
                    non_negative(delay_s, "delay_s"),
                    non_negative(mean_s, "mean_s"),
                    fresh._blended_of(blended[0] if blended else ()),
                )
            fresh._take_up(data.get("blends"))
            fresh._came = whole(data["came"], "came", 0)
        except SnapshotError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise SnapshotError(f"these are no corrections: {fault}") from fault
        return fresh

    def _blended_of(self, kept: Any) -> tuple[tuple[float, ...], ...]:
        """What was blended for an open forecast; nothing where it was not what is blended here."""
        both = tuple(tuple(non_negative(one, "blended") for one in part) for part in kept)
        fit = self._mean is not None and len(both) == 2 and all(len(part) == self._mean.size for part in both)
        return both if fit else ()

    def _take_up(self, kept: Any) -> None:
        """Take up the weights of the blends, where there are any and as many estimates are blended here: weights with a
        model say nothing of those without."""
        if kept is None or self._mean is None or self._median is None or kept["size"] != self._mean.size:
            return
        self._mean.restore(kept["mean"])
        self._median.restore(kept["median"])
        self._numbers = {str(group): number for number, group in enumerate(kept["groups"])}


def group_of(queue: str, channel: str, needs: tuple[tuple[str, float], ...], priority: float) -> str:
    """The group of a contact: its queue and channel, the skills it needs, and whether its priority is out of the way.

    >>> group_of("support", "voice", (("sql", 2.0),), 5.0), group_of("support", "chat", (), 0.0)
    ('support/voice/sql/above', 'support/chat')
    """
    words = [queue, channel, *sorted(skill for skill, _ in needs)]
    if priority != 0.0:
        words.append("above" if priority > 0.0 else "below")
    return "/".join(words)


def _drawn(sums: Fading, common: float) -> float:
    """The ratio of two sums, drawn towards what is true in common."""
    said, waited = sums.mean(0), sums.mean(1)
    if said <= 0.0:
        return common
    number = sums.weight / sums.step
    found = (number * (waited / said) + PRIOR * common) / (number + PRIOR)
    return _bounded(found)


def _bounded(factor: float) -> float:
    return min(max(factor, 1.0 / MOST_FACTOR), MOST_FACTOR)
