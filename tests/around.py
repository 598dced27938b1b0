"""What worlds can have around the line, by feature: fields of queues and contacts, and arguments of calls.

`tests/generators.py` builds worlds of some of these, all together or none. A feature is *ready* when both routers have
it; `python -m tests.fuzz --around limits,known` plays with the named ones whether or not.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from routekit import Announcing, Limit, Step, When
from routekit._timeline import FACTS
from routekit.abc import Estimator
from routekit.estimation import Points, WaitEstimate
from routekit.events import ContactConnected, Event
from routekit.rules import Calendar

T = TypeVar("T")

FEATURES = ("steps", "limits", "hours", "known", "customers", "handing", "views", "estimator", "announce")
"""Conditions and what steps do; limits; calendars; reservations; one customer; handing over; several queues; what is
estimated, and what is announced of that."""

READY: frozenset[str] = frozenset(FEATURES)
"""Those that both routers have."""

CUSTOMERS = ("cust-1", "cust-2", "cust-3", "cust-9")
MANAGERS = {"cust-1": "ann", "cust-2": "nobody-here", "cust-3": "bob"}


class Dice(Protocol):
    """The part of the generators' dice that is used here."""

    index: Callable[[int], int]

    def choice(self, items: Sequence[T]) -> T: ...

    def chance(self, percent: int) -> bool: ...

    def some(self, items: Sequence[T], least: int = 0) -> tuple[T, ...]: ...


SPREADS = ((30, 45, 50), (100, 120, 150), (100, 300, 350), (8, 40, 70), (250, 290, 320), (700, 800, 850), (20, 60, 95))
"""Quantiles of waits, p50, p80 and p90: short ones and long ones, sure and unsure."""


class Counting(Estimator):
    """A rough estimator that decisions may read: so many seconds for each place, once it has seen two connections.

    For a queue that is called `vip` it fails after five. What it estimates of a contact depends on that, too, and
    it fails at that now and then.
    """

    def __init__(self, each_s: float = 7.0) -> None:
        self.each_s = each_s
        self.seen = 0

    def __repr__(self) -> str:
        return f"Counting({self.each_s})"

    def observe(self, events: tuple[Event, ...]) -> None:
        self.seen += sum(type(event) is ContactConnected for event in events)

    def estimate(self, contact: str) -> WaitEstimate:
        number = self.seen * 7 + sum(map(ord, contact))
        if number % 23 == 1:
            raise RuntimeError("no idea either")
        if number % 11 == 2:
            return WaitEstimate(contact=contact, at=None, position=None)
        law = Points((0.5, 0.8, 0.9), tuple(self.each_s / 7.0 * s for s in SPREADS[number % len(SPREADS)]))
        return WaitEstimate(contact=contact, at=None, position=None, law=law)

    def expected_s(self, queue: str, position: int, at: float) -> float | None:
        if queue == "vip" and self.seen > 5:
            if self.seen % 2:
                raise RuntimeError("no idea")
            return float("nan")
        return None if self.seen < 2 else self.each_s * position

    def to_data(self) -> Any:
        return {"seen": self.seen, "each_s": self.each_s}

    def restore(self, data: Any) -> None:
        self.seen, self.each_s = data["seen"], data["each_s"]


class Crm:
    """Knows the agents of some customers; on a bad day it is down for one."""

    def __init__(self, bad_day: bool) -> None:
        self.bad_day = bad_day

    def __call__(self, customer: str) -> str | None:
        if self.bad_day and customer == "cust-9":
            raise ConnectionError("the CRM is down")
        return MANAGERS.get(customer)

    def __repr__(self) -> str:
        return f"Crm({self.bad_day})"


# ---- routers ------------------------------------------------------------------------------------------------------


def router_fields(dice: Dice, around: frozenset[str]) -> dict[str, Any]:
    """Arguments of `Router` besides its order and clock."""
    fields: dict[str, Any] = {}
    if around & {"estimator", "announce"} and dice.chance(70):
        fields["estimator"] = Counting(dice.choice((7.0, 1.0, 30.0)))
    if "customers" in around:
        fields["history"] = dice.choice((5, 0, 1, 2))
        if dice.chance(30):
            fields["customers"] = dice.choice((1, 2))
    if "known" in around and dice.chance(50):
        fields["manager_of"] = Crm(dice.chance(20))
    return fields


# ---- queues -------------------------------------------------------------------------------------------------------


def when(dice: Dice, around: frozenset[str]) -> tuple[When, ...]:
    if not dice.chance(40):
        return ()
    facts = [fact for fact in FACTS if fact != "estimated_wait_s" or "estimator" in around]
    found = []
    for _ in range(dice.choice((1, 1, 2))):
        fact = dice.choice(facts)
        bound = dice.choice((1, 0, 2, 3)) if fact != "estimated_wait_s" else dice.choice((7, 10, 30))
        found.append(When(fact, **{dice.choice(("at_least", "at_most")): bound}))
    return tuple(found)


def action(dice: Dice, others: Sequence[str]) -> dict[str, Any]:
    """What a limit does, or a step that ends or moves."""
    actions: list[dict[str, Any]] = [{"move_to": dice.choice(others)}] * 3 if others else []
    actions += [
        {"suggest_callback": True},
        {"reject": "busy"},
        {"voicemail": "box-1"},
        {"self_service": "bot-1"},
    ]
    return dice.choice(actions)


def step(dice: Dice, after: float, others: Sequence[str], around: frozenset[str]) -> Step:
    """A step of the kinds that came with `docs/around.md`."""
    condition = when(dice, around)
    kinds: list[dict[str, Any]] = [
        {"announce": "you are next"},
        {"suggest_callback": True, "announce": "call back?"},
        {"raise_priority": dice.choice((1, 2)), "announce": "hurry"},
        {"lower": {"billing": 1}},
        {"max_tier": dice.choice((2, 1))},
    ]
    if others:
        kinds.append({"move_to": dice.choice(others)})
        if "views" in around:
            kinds += [
                {"add_queue": dice.choice(others)},
                {"add_queue": dice.choice(others), "max_tier": 2, "announce": "anybody"},
                {"add_queue": dice.choice(others), "drop": ("billing",)},
            ]
    if dice.chance(15):
        kinds = [action(dice, others)]
    return Step(after, **dice.choice(kinds), when=condition)


def limit(dice: Dice, others: Sequence[str], around: frozenset[str]) -> Limit:
    conditions: list[dict[str, Any]] = [
        {"length": dice.choice((2, 0, 1, 3, 5))},
        {"nobody_s": dice.choice((5, 0, 10, 20))},
        {"wait_s": dice.choice((10, 0, 5, 20))},
    ]
    if "estimator" in around:
        conditions.append({"estimated_wait_s": dice.choice((10, 7, 30))})
    if "hours" in around:
        conditions += [{"closed": True}, {"closed": True, "at_closing": True}]
    return Limit(**dice.choice(conditions), **action(dice, others))


def limits(dice: Dice, others: Sequence[str], around: frozenset[str]) -> tuple[Limit, ...]:
    if "limits" not in around or not dice.chance(60):
        return ()
    return tuple(limit(dice, others, around) for _ in range(1 + dice.index(3)))


def hours(dice: Dice, clock: dict[str, Any]) -> Calendar:
    """Open and closed by turns, some minutes around the time at which the world begins."""
    zone = str(clock.get("time_zone", "UTC"))
    start = float(clock.get("unix_offset_s", 0.0))
    civil = datetime.datetime.fromtimestamp(start, zoneinfo.ZoneInfo(zone))
    minute = civil.hour * 60 + civil.minute
    spans = []
    at = max(minute - dice.choice((1, 0, 2)), 0)
    for _ in range(dice.choice((1, 2, 3))):
        until = at + dice.choice((1, 2, 5))
        if until >= 24 * 60:
            break
        spans.append(f"{at // 60:02}:{at % 60:02}-{until // 60:02}:{until % 60:02}")
        at = until + dice.choice((1, 2))
    if dice.chance(20):
        spans = []
    elif spans and not spans[0].startswith("00:00") and dice.chance(50):
        spans.insert(0, f"00:00-{spans[0][:5]}" if dice.chance(10) else "00:00-00:01")
    texts = tuple(spans)
    if len(texts) > 1 and texts[1] <= texts[0]:
        texts = texts[:1]
    return Calendar("hours", time_zone=zone, weekly={"mon-sun": texts} if texts else {})


def queue_fields(dice: Dice, others: Sequence[str], around: frozenset[str], clock: dict[str, Any]) -> dict[str, Any]:
    """Fields of a queue besides those of a plain world; `others` are the names of other queues, now and then wrong."""
    fields: dict[str, Any] = {}
    if "limits" in around:
        fields["limits"] = limits(dice, others, around)
    if "hours" in around:
        fields["hours"] = hours(dice, clock) if dice.chance(50) else None
    if "known" in around or "handing" in around:
        fields["prefer_s"] = dice.choice((10, 0, 5, 30))
        fields["prefer_while"] = dice.choice(("ready", "signed_in", "always"))
        fields["return_wait_s"] = dice.choice((10, 0, 20))
    if "customers" in around:
        fields["same_customer"] = dice.choice(("separate", "keep", "merge", "behind"))
        fields["script"] = dice.choice((None, "script-1"))
        if "known" in around:
            fields["sticky_s"] = dice.choice((None, 30, 10, 300))
    if "announce" in around:
        fields["announcing"] = announcing(dice) if dice.chance(70) else None
    if "handing" in around:
        fields["owner_wait_s"] = dice.choice((10, 0, None, 30))
        fields["lead_s"] = dice.choice((5, 0, 20))
    return fields


def announcing(dice: Dice) -> Announcing:
    return Announcing(
        first_s=dice.choice((5, 0, 2, 15)),
        every_s=dice.choice((5, 1, 7.5, 20, None)),
        callback_over_s=dice.choice((900, 300, 60, None)),
        silent_over=dice.choice((4, 2, 1000)),
        range_over=dice.choice((1.5, 1, 3)),
        longer_after=dice.choice((2, 1, 3)),
    )


# ---- contacts -----------------------------------------------------------------------------------------------------


def contact_fields(dice: Dice, agents: Sequence[str], around: frozenset[str]) -> dict[str, Any]:
    """Fields of a contact besides those of a plain world."""
    fields: dict[str, Any] = {}
    if around & {"known", "customers"} and dice.chance(60):
        fields["customer"] = dice.choice(CUSTOMERS[: 3 if dice.chance(80) else 4])
    if "known" in around and agents and dice.chance(40):
        known = dice.some(agents, 1)[:2]
        fields["prefer"] = (*known, "stranger") if dice.chance(10) else ("stranger",) if dice.chance(5) else known
    if "customers" in around:
        if dice.chance(20):
            fields["script"] = "script-2"
        if dice.chance(20):
            fields["knowledge"] = ("kb-1", "kb-2")
    return fields
