"""What agents can do in the time to come, and how long so many turns take of that.

What lives here: `Flow`, a rate as a step function of time; how work is dealt to teams, as if it were a liquid; and
`course`, how a line goes on whose agents come and go. What may not: agents, shifts or contacts, laws of waits, anything
learnt. All times are seconds from now.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterable, Sequence

import attrs

from routekit.estimation.laws import BetaLaw
from routekit.estimation.planned import Spans
from routekit.estimation.times import MOST_S

__all__ = ["LEAST_SHARE", "Course", "Flow", "course", "deal", "deal_steady", "with_overtaking"]

LEAST_SHARE = 0.05
"""What those who overtake leave at least of the rate at which a line moves."""
STEPS = 60
"""Steps, at most, in which a mean wait with hanging up is found; they are some ten."""


@attrs.frozen
class Flow:
    """What agents can do, as a step function: `rates[i]` a second from `times[i]` on; the first time is 0.0, and means
    since ever. At each of these times `jumps[i]` more: those who come have nothing in hand, and take somebody at once.
    Of those who come back it is the share whose last contact is done by then.

    >>> flow = Flow.of(0.01, 2, [((0.0, 60.0),), ((200.0, 300.0),)])
    >>> flow.rates, round(flow.work(0.0, 100.0), 6), flow.until(0.9, 0.0), flow.until(2.5, 0.0)
    ((0.01, 0.0, 0.01, 0.0), 0.6, 200.0, 290.0)
    >>> [round(jump, 4) for jump in Flow.of(0.01, 1, [((0.0, 60.0), (70.0, 90.0))]).jumps]
    [0.0, 0.0, 0.0952, 0.0]
    """

    times: tuple[float, ...]
    rates: tuple[float, ...]
    jumps: tuple[float, ...] = attrs.field(
        default=attrs.Factory(lambda flow: (0.0,) * len(flow.times), takes_self=True)
    )

    @classmethod
    def of(cls, each: float, agents: int, spans: Iterable[Spans], slots: int = 1) -> Flow:
        """That of so many agents alike, with so many slots, of whom some are there in such spans only, in seconds from
        now. Each of them does `each`, with all slots.

        Who comes back after a gap g is done with what they went with by a chance of 1 - exp(-g / turn), else at the
        rate of before: exact where turns are exponential. Cost: a sort of these.
        """
        come: dict[float, int] = {}
        go: dict[float, int] = {}
        jump: dict[float, float] = {}
        for one in spans:
            agents -= not (one and one[0][0] <= 0.0)
            last = -math.inf
            for start, end in one:
                if start > 0.0:
                    come[start] = come.get(start, 0) + 1
                    jump[start] = jump.get(start, 0.0) - slots * math.expm1((last - start) * each / slots)
                if end < math.inf:
                    go[end] = go.get(end, 0) + 1
                last = end
        times, rates, jumps = [0.0], [agents * each], [0.0]
        for time in sorted({*come, *go}):
            agents += come.get(time, 0) - go.get(time, 0)
            times.append(time)
            rates.append(agents * each)
            jumps.append(jump.get(time, 0.0))
        return cls(tuple(times), tuple(rates), tuple(jumps))

    @classmethod
    def sum(cls, flows: Sequence[Flow]) -> Flow:
        """All of them together. Cost: a sort of their changes."""
        if len(flows) == 1:
            return flows[0]
        changes: list[tuple[float, int, int]] = []
        for number, flow in enumerate(flows):
            changes += [(time, number, place) for place, time in enumerate(flow.times)]
        changes.sort()
        times, rates, jumps = [0.0], [0.0], [0.0]
        now = [0.0] * len(flows)
        total, at_work = 0.0, 0
        for time, number, place in changes:
            flow = flows[number]
            if time != times[-1]:
                times.append(time)
                rates.append(0.0)
                jumps.append(0.0)
            rate = flow.rates[place]
            at_work += (rate > 0.0) - (now[number] > 0.0)
            total = total + rate - now[number] if at_work else 0.0  # without what rounding leaves of nobody
            now[number] = rate
            rates[-1] = total
            jumps[-1] += flow.jumps[place]
        return cls(tuple(times), tuple(rates), tuple(jumps))

    @property
    def begins(self) -> float:
        """From when on there is anybody; infinite if there never is."""
        return next((time for time, rate in zip(self.times, self.rates, strict=True) if rate > 0.0), math.inf)

    @property
    def ends(self) -> float:
        """From when on there is nobody any more; infinite if there always is somebody."""
        return self.times[-1] if self.rates[-1] <= 0.0 else math.inf

    def rate(self, time: float) -> tuple[float, float]:
        """The rate at a time, and when it changes next."""
        place = bisect.bisect_right(self.times, time)
        return self.rates[max(place - 1, 0)], self.times[place] if place < len(self.times) else math.inf

    def jump(self, time: float) -> float:
        """What is done at that very time."""
        place = bisect.bisect_left(self.times, time)
        return self.jumps[place] if place < len(self.times) and self.times[place] == time else 0.0

    def rises_after(self, time: float) -> float:
        """When somebody comes next after a time; infinite if nobody does."""
        return next((at for at, jump in zip(self.times, self.jumps, strict=True) if at > time and jump > 0.0), math.inf)

    def work(self, start: float, end: float) -> float:
        """What is done after one time, up to another with what is done at that very time."""
        done = 0.0
        while start < end:
            rate, change = self.rate(start)
            until = min(change, end)
            done += rate * (until - start) + self.jump(until)
            start = until
        return done

    def until(self, size: float, start: float) -> float:
        """When so much is done that begins after a time; infinite for never."""
        while True:
            rate, change = self.rate(start)
            if rate > 0.0 and size <= rate * (change - start):
                return start + size / rate
            if change == math.inf:
                return math.inf
            size -= rate * (change - start) + self.jump(change)
            start = change
            if size <= 0.0:
                return start

    def moved(self, by_s: float) -> Flow:
        """The same as seen from so much earlier, or later where it is below 0; what was before then is the first."""
        if by_s == 0.0:
            return self
        times = [time + by_s for time in self.times]
        last = max(0, bisect.bisect_right(times, 0.0) - 1)
        first = self.jumps[last] if times[last] == 0.0 else 0.0
        return Flow((0.0, *times[last + 1 :]), self.rates[last:], (first, *self.jumps[last + 1 :]))


def deal(size: float, teams: Sequence[int], flows: Sequence[Flow], done: list[float]) -> float:
    """Deal work to teams, each of which has been dealt so much before (`done`); when all are done with this, too.

    Each takes it as soon as they are done with what they have. Infinite if they are not there for long enough: they
    never come to anything else. Cost: the teams, for each change on the way.
    """
    ready = [flows[team].until(done[team], 0.0) if done[team] > 0.0 else 0.0 for team in teams]
    at = min(ready)
    while at < math.inf:
        speed, until, spare = 0.0, math.inf, 0.0
        for team, since in zip(teams, ready, strict=True):
            if since > at:
                until = min(until, since)
                continue
            # Of those who come at this time, what is not dealt yet.
            spare += flows[team].work(0.0, at) - done[team] if since == at else flows[team].jump(at)
            rate, change = flows[team].rate(at)
            speed += rate
            until = min(until, change)
        if size <= spare:
            break
        size -= spare
        if speed > 0.0 and at + size / speed < until:
            at, spare, size = at + size / speed, 0.0, 0.0
            break
        size = max(0.0, size - speed * (until - at)) if until < math.inf else size
        at = until
    left = spare - size if at < math.inf else 0.0  # of who came just now
    for team, since in zip(teams, ready, strict=True):
        if at == math.inf:
            done[team] = math.inf
        elif since <= at:
            most = flows[team].work(0.0, at)
            kept = min(left, most - done[team] if since == at else flows[team].jump(at))
            done[team], left = most - kept, left - kept
    return at


def deal_steady(size: float, teams: tuple[int, ...], rates: list[float], done: list[float]) -> float:
    """Deal work to teams of steady rates, of which each is done with what it has at some time; when all are done with
    this, too."""
    speed = work = 0.0
    until = math.inf
    ranked = sorted(teams, key=done.__getitem__)
    for place, team in enumerate(ranked):
        speed += rates[team]
        work += rates[team] * done[team]
        if speed > 0.0:
            until = (size + work) / speed
            if place + 1 == len(ranked) or until <= done[ranked[place + 1]]:
                break
    if until < math.inf:
        for team in ranked:
            done[team] = max(done[team], until)
    return until


# -- how long so many turns take ---------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Course:
    """How a line is expected to go on: from `begins_s` on, its agents take `agents_rate` a second, of which `rate` are
    left for who waits already. The turn of the contact, after `before` others, comes in `ends_s`: infinite where all
    shifts end before. Somebody comes next after that in `again_s`, and from `until_s` on there is nobody any more.
    `before` is None where nothing is planned. `sure`: it is for one of those with whom it begins.
    """

    rate: float
    agents_rate: float
    ends_s: float
    before: float | None = None
    begins_s: float = 0.0
    sure: bool = False
    again_s: float = math.inf
    until_s: float = math.inf

    @classmethod
    def never(cls, rate: float, before: float) -> Course:
        """One whose turn does not come before all shifts are over. The rate is that of the moment."""
        rate = max(rate, 1.0 / MOST_S)
        return cls(rate=rate, agents_rate=rate, ends_s=math.inf, before=before)


def course(
    flow: Flow,
    before: float,
    coming: Sequence[tuple[float, float]],
    leave_rate: float,
    silence_s: float,
    quiet_s: float = 0.0,
) -> Course:
    """How long it takes to get through a line whose agents come and go by plan.

    The turn of the contact comes at V: the integral of the rate from 0 to V, and those whom agents who come take at
    once, are before + 1 + those who overtake; of these `coming` has for how long they can, and at which rate. Where
    others hang up, V is the mean wait at the mean rate up to V. That rate is answered: the law keeps its number of
    turns. It is an approximation, since it matters how much of the work is done before a change; its error is in
    docs/waits.md.

    The flow begins `quiet_s` ago, when the last event was, and nothing has happened in this line for `silence_s`. In
    that time planned ends come nearer and pass, and who would count from now on would have to say longer waits although
    nothing happened. So it is counted from the beginning of that time, and V is kept where it would grow; see `_kept`.
    Where nobody is there yet it begins with the first who comes, and of those before it some will have hung up: as many
    as was thought at the last event. Cost: the changes.
    """
    seen = flow.moved(silence_s - quiet_s)
    begins, starts = seen.begins, 0.0
    if begins == math.inf:
        return Course.never(0.0, before)
    stages = before + 1.0
    if begins > 0.0:
        starts = max(0.0, begins - silence_s)
        if leave_rate > 0.0:
            stages = 1.0 + before * math.exp(-leave_rate * (starts + quiet_s))  # of each the chance to be there still
        for until, part in coming:
            stages += part * min(until, starts)
        coming = [(until - starts, part) for until, part in coming if until > starts]
        seen, silence_s = seen.moved(-begins), 0.0
        stages -= seen.jumps[0]
        if stages <= 0.0:  # one of the first who come
            rate = seen.rates[0]
            found = Course(rate=rate, agents_rate=rate, ends_s=starts, before=before, begins_s=starts, sure=True)
            return attrs.evolve(found, again_s=starts + seen.rises_after(0.0), until_s=starts + seen.ends)
    wait = _overtaken(seen, stages, coming)
    rate = stages / wait
    if wait < math.inf:
        lost = sum(part * min(until, wait) for until, part in coming) / wait
    else:
        lost = sum(part * min(until, seen.ends) for until, part in coming) / seen.ends
    if leave_rate > 0.0:
        wait, rate = _with_leaving(seen, stages - 1.0, lost, leave_rate, min(wait, seen.ends))
    if wait == math.inf:
        return Course.never(seen.rates[0], before)
    done = (rate + lost) * wait
    left = _kept(seen, wait, max(0.0, seen.work(0.0, wait) - done), silence_s)
    if left == math.inf:
        return Course.never(seen.rates[0], before)
    return Course(
        rate=done / left - lost,
        agents_rate=done / left,
        ends_s=starts + left,
        before=stages - 1.0,
        begins_s=starts,
        again_s=starts + seen.rises_after(silence_s + left) - silence_s,
        until_s=starts + seen.ends - silence_s,
    )


def _overtaken(flow: Flow, stages: float, coming: Sequence[tuple[float, float]]) -> float:
    """The V at which so many turns are over, and those of all who came and went before until then."""
    points = sorted({*flow.times, *(until for until, _ in coming if 0.0 < until < math.inf)})
    for place, at in enumerate(points):
        stages -= flow.jump(at) if place else 0.0
        if stages <= 0.0:
            return at
        rate, _ = flow.rate(at)
        slope = rate - sum(part for until, part in coming if until > at)
        if place + 1 == len(points):
            slope = max(slope, LEAST_SHARE * rate)
            return at + stages / slope if slope > 0.0 else math.inf
        span = points[place + 1] - at
        if slope > 0.0 and stages <= slope * span:
            return at + stages / slope
        stages -= slope * span
    raise AssertionError("a flow has a first time")


def _with_leaving(flow: Flow, before: float, lost: float, leave_rate: float, most: float) -> tuple[float, float]:
    """The mean wait where others hang up, at most `most`, and the rate of whose law it is; infinite if it is longer.

    The V of which a line that moves at its mean rate up to V has the mean V: where longer, it would have got through.
    """
    # Of less than a whole turn: as much of the mean of one.
    part, before = min(before + 1.0, 1.0), max(before, 0.0)

    def mean(rate: float) -> float:
        return part * BetaLaw(before, rate, leave_rate).mean_s if rate > 0.0 else math.inf

    def short(wait: float) -> float:
        """Above 0 where so long a wait is not enough."""
        return 1.0 - wait / mean(flow.work(0.0, wait) / wait - lost)

    if short(most) > 1e-9:
        return math.inf, 0.0
    wait = _root(short, 0.0, 1.0, most, short(most))
    rate = flow.work(0.0, wait) / wait - lost
    if mean(rate) < wait * (1.0 - 1e-9):  # those who come at that very time are more than it takes
        rate = _root(lambda rate: 1.0 - wait / mean(rate), rate, 1.0 - wait / mean(rate), 0.0, 1.0)
    return wait, rate


def _root(found: Callable[[float], float], low: float, above: float, high: float, below: float) -> float:
    """Where a function changes its sign between two places, given what it is there; the place on the side of `high`.

    The false position, with the weight of an end that stays halved ("Illinois"); where that fails, the middle.
    """
    side = 0
    for step in range(STEPS):
        if abs(high - low) <= 1e-12 * abs(high) or below == 0.0:
            break
        middle = (low * below - high * above) / (below - above) if below != above else high
        if not min(low, high) < middle < max(low, high) or step % 4 == 3:
            middle = 0.5 * (low + high)
        value = found(middle)
        if (value > 0.0) == (above > 0.0):
            low, above = middle, value
            below, side = (0.5 * below if side > 0 else below), 1
        else:
            high, below = middle, value
            above, side = (0.5 * above if side < 0 else above), -1
    return high


def _kept(flow: Flow, wait: float, spare: float, silence_s: float) -> float:
    """What is left of a wait that was said when a silence began, said anew all the time but for that it never grows.

    Said anew it would change by r0 / r1 - 1 a second, with the rate at the time and that at its end. While that is
    above 0 it is kept; so nothing changes when somebody goes as planned. Who was to come back is not looked at, since
    they are not done if nobody was taken; only a wait that was to end with them begins anew. Where it ends as somebody
    comes, it does so until those who come are used up; `spare` is what they could do besides. Infinite where its end
    comes to be after all shifts. Cost: the changes that its end and the time go over.
    """
    end, passed, size = wait, 0.0, flow.work(0.0, wait) - spare
    while passed < silence_s:
        now, until = flow.rate(passed)
        until = min(until, silence_s)
        if spare > 0.0:
            used = spare / now if now > 0.0 else math.inf
            step = min(until - passed, used)
            spare = spare - step * now if step < used else 0.0
            slope = 0.0
        else:
            rate, change = flow.rate(end)
            slope = now / rate if rate > now else 1.0  # of the end
            reach = (change - end) / slope if slope > 0.0 else math.inf
            step = min(until - passed, reach)
            end, spare = (change, flow.jump(change)) if step == reach else (end + slope * step, 0.0)
        passed = until if step == until - passed else passed + step
        wait += (slope - 1.0) * step
        if end <= passed:
            end = flow.until(size, passed)
            wait, spare = end - passed, 0.0
        if end == math.inf:
            return math.inf
    return math.inf if end >= flow.ends else wait


def with_overtaking(stages: float, rate: float, coming: list[tuple[float, float]]) -> float:
    """The mean wait where others come and go before: the V with rate * V = stages + sum of rate_k * min(V, until_k).

    Those who can overtake for longer than it takes slow the line down for as long as it lasts; the others add so many
    to it. Exact for means where the line never runs empty. Cost: the streams.
    """
    slowed = rate - sum(part for _, part in coming)
    added = stages
    floor = LEAST_SHARE * rate
    for until, part in coming:
        if slowed > 0.0 and added <= slowed * until:
            break
        added += part * until if until < math.inf else 0.0
        slowed += part if until < math.inf else 0.0
    return added / max(slowed, floor)
