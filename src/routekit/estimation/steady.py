"""What a line is like in the long run, when rates stay as they are: the formulas of Erlang, Palm and Cobham.

`erlang_b`, `erlang_c`, `cobham`, `halfin_whitt` and `garnett` are single figures; `ErlangC` and `ErlangA` are whole
lines, and laws of the wait of whoever comes. They serve an estimate for a contact that has not come yet, a wait that
theory can be held against, and staffing. What is known of the line at this moment is the business of `laws.py`.

Rates are per second, waits in seconds, and a load is in erlangs: contacts that come in the time that one takes. All
are right for any number of agents up to 10,000 and more. Only distributions and quantiles of `ErlangA` need the extra
`routekit[waits]`. They are no part of any decision: logarithms differ in their last digit between machines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import attrs

from routekit._numbers import MOST_WHOLE, finite_float, non_negative, positive, whole, within
from routekit.errors import InvalidValue
from routekit.estimation._erlang import special
from routekit.estimation.laws import BetaLaw

__all__ = ["ErlangA", "ErlangC", "cobham", "erlang_b", "erlang_c", "garnett", "halfin_whitt"]


def _servers(value: Any) -> int:
    return whole(value, "servers", 1, MOST_WHOLE)


def erlang_b(servers: int, load: float) -> float:
    """The share of contacts that find all agents busy where nobody may wait: Erlang's loss formula.

    Cost: `servers` steps of a recursion that only adds and multiplies numbers above 0, so that nothing is lost.

    >>> round(erlang_b(10, 8.5), 6)
    0.144608
    """
    return 1.0 / _contacts_per_loss(whole(servers, "servers", 0, MOST_WHOLE), non_negative(load, "load"))


def _contacts_per_loss(servers: int, load: float) -> float:
    """1 / B; infinite where B is less than a double can be."""
    if load == 0.0:
        return math.inf if servers else 1.0
    inverse = 1.0
    for server in range(1, servers + 1):
        inverse = 1.0 + inverse * (server / load)
    return inverse


def erlang_c(servers: int, load: float) -> float:
    """The share of contacts that have to wait where nobody leaves: Erlang's delay formula; 1 where the line grows
    without end. Cost: of `erlang_b`.

    >>> round(erlang_c(10, 8.5), 6), erlang_c(10, 10.0)
    (0.529861, 1.0)
    """
    loss = erlang_b(_servers(servers), load)
    return 1.0 if load >= servers else loss / (1.0 - load / servers * (1.0 - loss))


def cobham(servers: int, arrival_rates: Sequence[float], service_rate: float) -> tuple[float, ...]:
    """The mean wait of each class under strict priority, the most urgent first; work is not interrupted, nobody leaves.

    Exact for classes that take alike exponential times (Cobham 1954). A wait is infinite where a class and those
    before it are more than the agents can do. Cost: of `erlang_b`.

    >>> [round(wait, 3) for wait in cobham(25, (5, 10, 8), 1.0)]
    [0.03, 0.074, 0.738]
    """
    rates = [non_negative(rate, f"arrival_rates[{place}]") for place, rate in enumerate(arrival_rates)]
    servers, full = _servers(servers), servers * positive(service_rate, "service_rate")
    total = math.fsum(rates)
    waiting = erlang_c(servers, total / service_rate)  # 1 where they are too many: the first classes go on as before
    waits, before = [], 0.0
    for rate in rates:
        upto = before + rate
        waits.append(waiting / full / ((1.0 - before / full) * (1.0 - upto / full)) if upto < full else math.inf)
        before = upto
    return tuple(waits)


def halfin_whitt(beta: float) -> float:
    """The share of contacts that wait with load + beta * sqrt(load) agents when there are very many of them, and nobody
    leaves (Halfin and Whitt 1981).

    >>> round(halfin_whitt(0.5), 6)
    0.504539
    """
    beta = non_negative(beta, "beta")
    rare = _hazard(-beta)
    return rare / (rare + beta)


def garnett(beta: float, patience_ratio: float) -> float:
    """The same where customers leave, at `patience_ratio` times the rate at which one agent serves (Garnett, Mandelbaum
    and Reiman 2002); beta may be below 0.

    >>> round(garnett(0.0, 2.0), 6)
    0.414214
    """
    beta, root = finite_float(beta, "beta"), math.sqrt(positive(patience_ratio, "patience_ratio"))
    rare = _hazard(-beta)
    return rare / (rare + _hazard(beta / root) * root)


def _hazard(x: float) -> float:
    """The density of the normal law at x over the probability to be above x."""
    if x > 20.0:
        return x + 1.0 / (x + 2.0 / (x + 3.0 / (x + 4.0 / (x + 5.0 / x))))
    return math.exp(-0.5 * x * x) * math.sqrt(2.0 / math.pi) / math.erfc(x / math.sqrt(2.0))


MOST_LINE = 1e10
"""Arrivals for each who leaves, at most, where the line is kept by leaving alone: its sums would take for ever."""


def _arrivals(value: Any) -> float:
    return positive(value, "arrival_rate")


def _services(value: Any) -> float:
    return positive(value, "service_rate")


def _leaving(value: Any) -> float:
    return within(value, "leave_rate", 1e-100, 1e100)


@attrs.frozen
class ErlangC:
    """M/M/s in the long run, and the law of the wait of whoever comes: 0 for those who find somebody free, exponential
    for the others.

    First come first served; contacts come at `arrival_rate`, one agent serves at `service_rate`, and nobody leaves.
    `InvalidValue` if more come than are served: then no wait is usual. Needs no extra.

    >>> line = ErlangC(10, 8.5, 1.0)
    >>> round(line.probability_of_waiting, 4), round(line.mean_s, 4), round(line.quantile(0.9), 4)
    (0.5299, 0.3532, 1.1116)
    """

    servers: int = attrs.field(converter=_servers)
    arrival_rate: float = attrs.field(converter=_arrivals)
    service_rate: float = attrs.field(converter=_services)
    probability_of_waiting: float = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not self.arrival_rate < self.servers * self.service_rate:
            problem = f"must be below servers * service_rate, {self.servers * self.service_rate!r}"
            raise InvalidValue(path="arrival_rate", value=self.arrival_rate, problem=problem)
        waiting = erlang_c(self.servers, self.arrival_rate / self.service_rate)
        object.__setattr__(self, "probability_of_waiting", waiting)

    @property
    def occupancy(self) -> float:
        """The share of their time that agents are busy."""
        return self.arrival_rate / (self.servers * self.service_rate)

    @property
    def mean_given_wait_s(self) -> float:
        """The mean wait of those who wait."""
        return 1.0 / self._spare_rate

    @property
    def mean_s(self) -> float:
        """The mean wait of all."""
        return self.probability_of_waiting / self._spare_rate

    @property
    def sd_s(self) -> float:
        """The standard deviation of the wait of all."""
        waiting = self.probability_of_waiting
        return math.sqrt(waiting * (2.0 - waiting)) / self._spare_rate

    @property
    def mean_line(self) -> float:
        """How many wait at a random moment."""
        return self.arrival_rate * self.mean_s

    @property
    def queue_length_ase(self) -> float:
        """The mean squared error, of those who wait, of the mean of `ErlangLaw` told when they come: the least that an
        estimate can have that knows the line and no service times (Ibrahim and Whitt 2009). Its root, divided by the
        mean wait of those who wait, is sqrt(1 - occupancy)."""
        return 1.0 / (self.servers * self.service_rate * self._spare_rate)

    @property
    def no_information_ase(self) -> float:
        """The mean squared error of those who wait if all of them are told `mean_given_wait_s`."""
        return 1.0 / (self._spare_rate * self._spare_rate)

    def quantile(self, p: float) -> float:
        """Within how many seconds the wait is over with probability `p`."""
        p = within(p, "p", 0.0, 1.0)
        if p == 1.0:
            return math.inf
        return max(0.0, math.log(self.probability_of_waiting / (1.0 - p)) / self._spare_rate)

    def cdf(self, s: float) -> float:
        """The probability that the wait is over within `s` seconds."""
        s = finite_float(s, "s")
        return 1.0 - self.probability_of_waiting * math.exp(-s * self._spare_rate) if s >= 0.0 else 0.0

    @property
    def _spare_rate(self) -> float:
        return self.servers * self.service_rate - self.arrival_rate


class _Sums(NamedTuple):
    """Means over the states in which a newcomer has to wait: how many they find in line, and what follows."""

    mass: float
    """Of those states, where the largest has 1."""
    first: float
    """Of the state with nobody in line."""
    line: float
    wait_s: float
    served: float
    served_wait_s: float


@attrs.frozen
class ErlangA:
    """M/M/s+M in the long run: as `ErlangC`, but whoever waits leaves at `leave_rate` (Palm 1943; Garnett, Mandelbaum
    and Reiman 2002). More may come than are served, if leaving keeps the line below some ten thousand millions.

    As a law it is that of the wait that one who never leaves would have; what customers who do leave have of it is in
    the other figures. Cost: `servers` steps, and some 20 * sqrt(arrival_rate / leave_rate) when made.

    >>> line = ErlangA(50, 48.0, 1.0, 0.5)
    >>> round(line.probability_of_waiting, 4), round(line.probability_abandon, 4), round(line.mean_s, 5)
    (0.4678, 0.0309, 0.06542)
    >>> round(line.probability_served_within(0.1), 4)
    0.7386
    """

    servers: int = attrs.field(converter=_servers)
    arrival_rate: float = attrs.field(converter=_arrivals)
    service_rate: float = attrs.field(converter=_services)
    leave_rate: float = attrs.field(converter=_leaving)
    _sums: _Sums = attrs.field(init=False, repr=False, eq=False)
    probability_of_waiting: float = attrs.field(init=False, repr=False, eq=False)
    """Of all who come, who find nobody free."""

    def __attrs_post_init__(self) -> None:
        if self.arrival_rate > max(self.servers * self.service_rate, MOST_LINE * self.leave_rate):
            problem = f"must be at least {self.arrival_rate / MOST_LINE:g} where more come than are served"
            raise InvalidValue(path="leave_rate", value=self.leave_rate, problem=problem)
        sums = _sum_up(self.servers * self.service_rate, self.arrival_rate, self.leave_rate)
        # States with somebody free, in units of the state with all busy and nobody in line.
        free = _contacts_per_loss(self.servers, self.arrival_rate / self.service_rate) - 1.0
        free = free * sums.first if sums.first > 0.0 else 0.0
        object.__setattr__(self, "_sums", sums)
        object.__setattr__(self, "probability_of_waiting", sums.mass / (sums.mass + free))

    @property
    def mean_line(self) -> float:
        """How many wait at a random moment."""
        return self.probability_of_waiting * self._sums.line

    @property
    def probability_abandon(self) -> float:
        """The share of all who come that leave."""
        return self.leave_rate * self.mean_line / self.arrival_rate

    @property
    def occupancy(self) -> float:
        """The share of their time that agents are busy."""
        return self.arrival_rate * (1.0 - self.probability_abandon) / (self.servers * self.service_rate)

    @property
    def probability_all_idle(self) -> float:
        """The share of time in which nobody is there."""
        waiting = self.probability_of_waiting * self._sums.first / self._sums.mass
        load = self.arrival_rate / self.service_rate
        return waiting * math.exp(math.lgamma(self.servers + 1.0) - self.servers * math.log(load))

    @property
    def mean_s(self) -> float:
        """The mean wait of one who never leaves, counting those who find somebody free."""
        return self.probability_of_waiting * self._sums.wait_s

    @property
    def mean_wait_s(self) -> float:
        """The mean time that customers spend in line, whatever ends it."""
        return self.probability_abandon / self.leave_rate

    @property
    def mean_given_served_s(self) -> float:
        """The mean wait of those who are served, counting those who find somebody free."""
        return self.probability_of_waiting * self._sums.served_wait_s / (1.0 - self.probability_abandon)

    @property
    def mean_given_served_and_waited_s(self) -> float:
        """The mean wait of those who wait and are served."""
        return self._sums.served_wait_s / self._sums.served

    @property
    def mean_given_abandoned_s(self) -> float:
        """The mean time in line of those who leave."""
        served = self.probability_of_waiting * self._sums.served_wait_s
        return (self.mean_wait_s - served) / self.probability_abandon

    def quantile(self, p: float) -> float:
        """Within how many seconds the wait of one who never leaves is over with probability `p`. Cost: some 50 times
        `cdf`."""
        p = within(p, "p", 0.0, 1.0)
        waiting = self.probability_of_waiting
        if 1.0 - p >= waiting:
            return 0.0
        if p == 1.0:
            return math.inf
        low, high = 0.0, self._sums.wait_s
        while waiting * self._later(0, high) > 1.0 - p:
            low, high = high, 2.0 * high
        while high - low > 1e-12 * high:
            middle = 0.5 * (low + high)
            low, high = (middle, high) if waiting * self._later(0, middle) > 1.0 - p else (low, middle)
        return 0.5 * (low + high)

    def cdf(self, s: float) -> float:
        """The probability that the wait of one who never leaves is over within `s` seconds. Cost: two incomplete gamma
        functions; where hardly anybody leaves, a series."""
        s = finite_float(s, "s")
        return 1.0 - self.probability_of_waiting * self._later(0, s) if s >= 0.0 else 0.0

    def probability_served_within(self, s: float) -> float:
        """The share of all who come that are served within `s` seconds. Cost: as `cdf`."""
        s = non_negative(s, "s")
        late = self.probability_of_waiting * self._sums.served * self._later(1, s)
        return 1.0 - self.probability_abandon - late

    def _later(self, own: int, s: float) -> float:
        """P(V > s | V > 0), with `own` = 1 given that one who leaves as all do is served, too.

        The density of V is that of a line that fills with exp(-theta v) of those who come and empties at s mu, which is
        an incomplete gamma function of y exp(-theta s) with y = lambda / theta (Zeltyn and Mandelbaum 2005).
        """
        theta = self.leave_rate
        x, y = self.servers * self.service_rate / theta + own, self.arrival_rate / theta
        functions = special()
        whole_mass = float(functions.gammainc(x, y))
        if whole_mass > 1e-280:
            return float(functions.gammainc(x, y * math.exp(-theta * s))) / whole_mass
        # Far fewer come than are served, and stay: no double holds the mass, but the series is short.
        gone = -math.expm1(-theta * s)
        return math.exp(y * gone - x * theta * s) * _series(x, y * (1.0 - gone)) / _series(x, y)


def _series(x: float, z: float) -> float:
    """1 + z / (x + 1) + z z / ((x + 1) (x + 2)) + ..., for z below x."""
    total, term, place = 0.0, 1.0, 0.0
    while term > 1e-17 * total:
        total += term
        place += 1.0
        term *= z / (x + place)
    return total


def _sum_up(rate: float, arrival_rate: float, leave_rate: float) -> _Sums:
    """Add up the states with all agents busy and j in line, from the likeliest outwards.

    All terms are above 0, and none is too large for a double.
    """
    mode = max(0, math.floor((arrival_rate - rate) / leave_rate))
    mass = line = wait = served = served_wait = first = 0.0
    for step in (1, -1):
        j, weight = mode, 1.0
        # How long one waits who finds j in line, and who will be served.
        there = BetaLaw(mode, rate, leave_rate).mean_s
        own = BetaLaw(mode, rate + leave_rate, leave_rate).mean_s
        while True:
            if step == 1 or j < mode:
                stays = rate / (rate + (j + 1) * leave_rate)
                mass += weight
                line += weight * j
                wait += weight * there
                served += weight * stays
                served_wait += weight * stays * own
            if j == 0:
                first = weight
            if step == 1:
                j += 1
                there += 1.0 / (rate + j * leave_rate)
                own += 1.0 / (rate + (j + 1) * leave_rate)
                weight *= arrival_rate / (rate + j * leave_rate)
            else:
                if j == 0:
                    break
                weight *= (rate + j * leave_rate) / arrival_rate
                there -= 1.0 / (rate + j * leave_rate)
                own -= 1.0 / (rate + (j + 1) * leave_rate)
                j -= 1
            if weight * (j + 1) < 1e-17 * mass:
                break
    return _Sums(mass, first, line / mass, wait / mass, served / mass, served_wait / mass)
