"""What came of it: the events of a run turned into fates and loads, and these into figures.

The definitions of all figures live here, used alike for a simulation and for what really happened; docs/replay.md
says them in words. Nothing here drives a router or prints. No figure enters the digest.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from routekit import events as ev
from routekit.simulation.fairness import jain_index, most_overtakings
from routekit.simulation.trace import DAY_S, Fate, Load, Outcome, Trace

__all__ = ["Figures", "Profile", "Recorder", "figures", "share_of_waits", "waiting_profile"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of one run or of one log. None: there is nothing to say it of, or the log does not tell."""

    contacts: int
    connected: int
    abandoned: int
    waiting: int
    service_level: float | None
    mean_wait_s: float | None
    median_wait_s: float | None
    p90_wait_s: float | None
    longest_wait_s: float | None
    mean_wait_all_s: float | None
    mean_abandoned_s: float | None
    occupancy: float | None
    staffed_s: float | None
    jain_index: float | None
    """Jain's index of the agents' loads, the share of the staffed time in which each talks; who was never there is left
    out."""
    jain_index_talk: float | None
    """The same of their talk times in seconds, which differ by the roster too."""
    most_overtakings: int | None
    """How many of its queue overtook the contact that was overtaken most often."""


class _Tally:
    """What one agent is doing and has done."""

    __slots__ = (
        "busy_s", "busy_since", "contacts", "held", "present", "staffed_s", "staffed_since", "talk_s", "talk_since",
        "talking",
    )  # fmt: skip

    def __init__(self) -> None:
        self.contacts = 0
        self.held = 0
        self.talking = 0
        self.present = False
        self.talk_s: list[float] = []
        self.talk_since = 0.0
        self.busy_s: list[float] = []
        self.busy_since = 0.0
        self.staffed_s: list[float] = []
        self.staffed_since = 0.0

    def change(self, at: float, held: int, present: bool) -> None:
        was_staffed, is_staffed = self.present or self.held > 0, present or held > 0
        if not self.held and held:
            self.busy_since = at
        elif self.held and not held:
            self.busy_s.append(at - self.busy_since)
        if not was_staffed and is_staffed:
            self.staffed_since = at
        elif was_staffed and not is_staffed:
            self.staffed_s.append(at - self.staffed_since)
        self.held, self.present = held, present

    def talk(self, at: float, change: int) -> None:
        if not self.talking:
            self.talk_since = at
        self.talking += change
        if not self.talking:
            self.talk_s.append(at - self.talk_since)


class Recorder:
    """Watches the events of a run. `see` takes every tuple of events, in order.

    `digest` is the SHA-256 over `routekit.events.encode` of every event. `decisions` counts the offers made and the
    contacts that were connected without one. `offers` counts what became of offers.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.decisions = 0
        self.events = 0
        self.offers = {"made": 0, "accepted": 0, "declined": 0, "expired": 0, "revoked": 0}
        self._hash = hashlib.sha256()
        self._ends: dict[str, tuple[str, float, str | None]] = {}
        self._tallies = {agent.id: _Tally() for agent in trace.agents}
        self._heed: dict[type, Callable[[Any], None]] = {
            ev.OfferMade: self._offered,
            ev.OfferDeclined: lambda event: self._count("declined"),
            ev.OfferExpired: lambda event: self._count("expired"),
            ev.OfferRevoked: lambda event: self._count("revoked"),
            ev.ContactConnected: self._connected,
            ev.ContactAbandoned: self._abandoned,
            ev.ContactFinished: self._finished,
            ev.WrapUpStarted: lambda event: self._hold(event, 1),
            ev.WrapUpEnded: lambda event: self._hold(event, -1),
            ev.AgentPresenceChanged: self._presence,
        }

    def see(self, events: Iterable[ev.Event]) -> None:
        """Take note of events."""
        heed, update, encode = self._heed, self._hash.update, ev.encode
        for event in events:
            update(encode(event))
            self.events += 1
            act = heed.get(type(event))
            if act is not None:
                act(event)

    @property
    def digest(self) -> str:
        """The SHA-256 so far, as 64 hexadecimal digits."""
        return self._hash.hexdigest()

    def fates(self, end: float) -> tuple[Fate, ...]:
        """What became of each contact of the trace, in its order; `end` is when the run ended."""
        fates = []
        for call in self.trace.calls:
            outcome, at, agent = self._ends.get(call.contact.id, (Outcome.WAITING, end, None))
            fates.append(Fate(call, outcome, at - call.arrived_s, agent))
        return tuple(fates)

    def loads(self, end: float) -> tuple[Load, ...]:
        """What each agent did, in the order of the trace; who is still there at `end` counts until then."""
        loads = []
        for agent, tally in self._tallies.items():
            busy, staffed, talk = list(tally.busy_s), list(tally.staffed_s), list(tally.talk_s)
            if tally.talking:
                talk.append(end - tally.talk_since)
            if tally.held:
                busy.append(end - tally.busy_since)
            if tally.held or tally.present:
                staffed.append(end - tally.staffed_since)
            loads.append(Load(agent, tally.contacts, math.fsum(busy), math.fsum(staffed), math.fsum(talk)))
        return tuple(loads)

    def _count(self, what: str) -> None:
        self.offers[what] += 1

    def _offered(self, event: ev.OfferMade) -> None:
        self.decisions += 1
        self.offers["made"] += 1

    def _connected(self, event: ev.ContactConnected) -> None:
        if event.offer is None:
            self.decisions += 1
        else:
            self.offers["accepted"] += 1
        self._ends[event.contact] = (Outcome.CONNECTED, event.at, event.agent)
        self._tallies[event.agent].contacts += 1
        self._tallies[event.agent].talk(event.at, 1)
        self._hold(event, 1)

    def _finished(self, event: ev.ContactFinished) -> None:
        self._tallies[event.agent].talk(event.at, -1)
        self._hold(event, -1)

    def _abandoned(self, event: ev.ContactAbandoned) -> None:
        self._ends[event.contact] = (Outcome.ABANDONED, event.at, None)

    def _hold(self, event: Any, change: int) -> None:
        tally = self._tallies[event.agent]
        tally.change(event.at, tally.held + change, tally.present)

    def _presence(self, event: ev.AgentPresenceChanged) -> None:
        # Away is a break or a phone left alone: not staffed, as a planner counts it.
        tally = self._tallies[event.agent]
        tally.change(event.at, tally.held, event.new == "ready")


def figures(fates: Sequence[Fate], loads: Iterable[Load] | None, within_s: float | Mapping[str, float]) -> Figures:
    """The figures of these contacts and agents.

    `within_s` is the limit of the service level in seconds, for all or by queue. Cost: O(n log n).
    """
    connected = [fate for fate in fates if fate.outcome == Outcome.CONNECTED]
    abandoned = [fate for fate in fates if fate.outcome == Outcome.ABANDONED]
    answered = _waits(connected)
    every = _waits(fates)
    busy = staffed = None
    loads = None if loads is None else tuple(loads)
    if loads is not None:
        busy, staffed = math.fsum(load.busy_s for load in loads), math.fsum(load.staffed_s for load in loads)
    return Figures(
        contacts=len(fates),
        connected=len(connected),
        abandoned=len(abandoned),
        waiting=len(fates) - len(connected) - len(abandoned),
        service_level=_service_level(fates, connected, answered, within_s),
        mean_wait_s=_mean(answered),
        median_wait_s=share_of_waits(answered, 1, 2),
        p90_wait_s=share_of_waits(answered, 9, 10),
        longest_wait_s=max(every) if every else None,
        mean_wait_all_s=_mean(every),
        mean_abandoned_s=_mean(_waits(abandoned)),
        occupancy=busy / staffed if busy is not None and staffed else None,
        staffed_s=staffed,
        jain_index=jain_index(load.talk_share for load in loads or () if load.talk_share is not None),
        jain_index_talk=jain_index(load.talk_s for load in loads or () if load.talk_share is not None),
        most_overtakings=most_overtakings(fates),
    )


def share_of_waits(waits: Sequence[float] | None, part: int, of: int) -> float | None:
    """The smallest of these waits within which at least `part / of` of them lie; None of none.

    >>> share_of_waits([1.0, 2.0, 3.0, 40.0], 9, 10), share_of_waits([1.0, 2.0, 3.0, 40.0], 1, 2)
    (40.0, 2.0)
    """
    if not waits:
        return None
    return sorted(waits)[-(-len(waits) * part // of) - 1]


@dataclasses.dataclass(frozen=True)
class Profile:
    """How many wait by the time of day. Each entry is one bin of `bin_s` seconds, from midnight."""

    bin_s: float
    arrivals: tuple[float, ...]
    """Contacts that arrive in the bin, per day."""
    mean: tuple[float, ...]
    """Mean number waiting, over the bin and the days."""
    most: tuple[int, ...]
    """The most who waited at one moment of that bin, on any day."""
    days: int


def waiting_profile(fates: Iterable[Fate], bin_s: float = 900.0) -> Profile | None:
    """The number waiting over the day, as a mean of the days on which anybody arrived.

    None when the waits are not known or nobody arrived. `bin_s` divides a day. Cost: O(n log n + n bins).
    """
    bins = int(DAY_S // bin_s)
    spans: list[tuple[float, float]] = []
    arrivals = [0] * bins
    days: set[int] = set()
    for fate in fates:
        if fate.wait_s is None:
            return None
        start = fate.call.arrived_s
        spans.append((start, start + fate.wait_s))
        arrivals[int(start % DAY_S // bin_s) % bins] += 1
        days.add(fate.call.day)
    if not spans:
        return None
    held = [0.0] * bins
    for start, end in spans:
        _spread(start, end, bin_s, held)
    count = len(days)
    return Profile(
        bin_s,
        tuple(arrived / count for arrived in arrivals),
        tuple(seconds / (bin_s * count) for seconds in held),
        tuple(_peaks(spans, bin_s, bins)),
        count,
    )


def _spread(start: float, end: float, bin_s: float, held: list[float]) -> None:
    """Add the seconds of one wait to the bins that it crosses, by the time of day."""
    bins = len(held)
    whole_days = math.floor((end - start) / DAY_S)
    if whole_days:
        for index in range(bins):
            held[index] += whole_days * bin_s
        start += whole_days * DAY_S
    while start < end:
        index = math.floor(start / bin_s)
        edge = min(end, (index + 1) * bin_s)
        held[index % bins] += edge - start
        if edge <= start:
            return
        start = edge


def _peaks(spans: Iterable[tuple[float, float]], bin_s: float, bins: int) -> list[int]:
    """The most spans at one moment, by the time of day. A span without length is at no moment."""
    changes = sorted(change for start, end in spans if end > start for change in ((start, 1), (end, -1)))
    most = [0] * bins
    level = 0
    since = 0.0
    # At one instant -1 sorts before 1, so that one who is answered makes room for the next.
    for at, change in changes:
        if level and at > since:
            first, last = math.floor(since / bin_s), math.ceil(at / bin_s)
            for index in range(first, min(last, first + bins)):
                most[index % bins] = max(most[index % bins], level)
        level += change
        since = at
    return most


def _waits(fates: Iterable[Fate]) -> list[float] | None:
    """The waits of these contacts; None when one is not known."""
    waits = []
    for fate in fates:
        if fate.wait_s is None:
            return None
        waits.append(fate.wait_s)
    return waits


def _mean(waits: Sequence[float] | None) -> float | None:
    # fsum rounds once, so the mean is the same on every version of Python.
    return math.fsum(waits) / len(waits) if waits else None


def _service_level(
    fates: Sequence[Fate],
    connected: Sequence[Fate],
    answered: Sequence[float] | None,
    within_s: float | Mapping[str, float],
) -> float | None:
    if answered is None or not fates:
        return None
    if isinstance(within_s, Mapping):
        good = sum(wait <= within_s[fate.call.contact.queue] for fate, wait in zip(connected, answered, strict=True))
    else:
        good = sum(wait <= within_s for wait in answered)
    return good / len(fates)
