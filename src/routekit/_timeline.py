"""What a queue does about those who wait in it: conditions, steps, limits and announcements.

Only values live here, and what checks them. What they do is in `docs/around.md`, sections 11 to 13 and 20.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import cast

import attrs

from routekit._faults import Faults, floats, names
from routekit._frozen import EMPTY
from routekit._numbers import MOST_LEVEL, MOST_PRIORITY, MOST_SECONDS, MOST_WHOLE, finite_float, whole, within

__all__ = ["ACTIONS", "ENDINGS", "FACTS", "LIMITS", "Announcing", "Limit", "Step", "When", "timeline"]

FACTS = ("queue_length", "position", "agents_signed_in", "agents_available", "agents_eligible", "estimated_wait_s")
"""What a condition can look at."""

ENDINGS = ("reject", "voicemail", "self_service")
"""Actions after which a contact is done: a reason, or the app's reference of where it went."""

ACTIONS = ("move_to", "suggest_callback", *ENDINGS)
"""What a limit can do about a contact."""

LIMITS = ("length", "nobody_s", "estimated_wait_s", "closed", "wait_s")
"""What a limit can be about."""


def _conditions(value: Iterable[When]) -> tuple[When, ...]:
    return cast("tuple[When, ...]", value)


@attrs.frozen
class When:
    """A condition of a step: a fact about the contact's queue is within bounds, inclusive, at the moment it is due.

    `fact` is `queue_length` (this contact counted), `position`, `agents_signed_in`, `agents_available` (ready and with
    room, whatever their skills), `agents_eligible` (ready and suited, busy or not) or `estimated_wait_s` (by the
    router's estimator; a wait that is not known is within no bounds). Give `at_least`, `at_most` or both.

    >>> When("agents_available", at_least=1).holds(0)
    False
    >>> When("position", at_least=3, at_most=10).holds(3)
    True
    """

    fact: str
    at_least: float | None = attrs.field(default=None, kw_only=True)
    at_most: float | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        if self.fact not in FACTS:
            faults.add("fact", self.fact, f"must be one of {', '.join(FACTS)}")
        faults.each(finite_float, "at_least", "at_most", optional=True)
        if not faults.found:
            if self.at_least is None and self.at_most is None:
                faults.add("When", self.fact, "must have at_least, at_most or both")
            elif self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
                faults.add("at_most", self.at_most, f"must not be less than at_least ({self.at_least})")
        faults.raise_any("When")

    def holds(self, value: float | None) -> bool:
        """Whether a value is within the bounds; one that nobody knows is not."""
        if value is None:
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


def _settle_text(faults: Faults, *names_of_fields: str) -> None:
    """Refuse what is neither None nor a text that is not empty."""
    for name in names_of_fields:
        if getattr(faults.value, name) is not None:
            faults.text(name)


@attrs.frozen
class Step:
    """What changes for a contact once it has been in its queue for `after_s`, if all of `when` hold then.

    To ask less: `lower` sets needs to a level where they ask for more, `drop` removes needs, `raise_priority` is added
    to the contact's, `max_tier` says up to which tier agents may take it from then on, and `add_queue` lets the agents
    of another queue take it too, at the place that it has. To tell: `suggest_callback`, and `announce` with the app's
    reference of a text. One of these alone: `move_to` another queue; `reject` with a reason, `voicemail` and
    `self_service` with the app's reference, after which the contact is done. A step that cannot be done is skipped
    and told of (`StepSkipped`), and raises nothing. Faults are an `InvalidConfiguration`.

    >>> Step(after_s=60, lower={"billing": 1}).after_s
    60.0
    >>> Step(90, add_queue="sales", when=[When("agents_available", at_most=0)]).add_queue
    'sales'
    """

    after_s: float
    lower: Mapping[str, float] = attrs.field(default=EMPTY, converter=floats, kw_only=True)
    drop: tuple[str, ...] = attrs.field(default=(), converter=names, kw_only=True)
    raise_priority: float = attrs.field(default=0.0, kw_only=True)
    max_tier: int | None = attrs.field(default=None, kw_only=True)
    add_queue: str | None = attrs.field(default=None, kw_only=True)
    suggest_callback: bool = attrs.field(default=False, kw_only=True)
    announce: str | None = attrs.field(default=None, kw_only=True)
    move_to: str | None = attrs.field(default=None, kw_only=True)
    reject: str | None = attrs.field(default=None, kw_only=True)
    voicemail: str | None = attrs.field(default=None, kw_only=True)
    self_service: str | None = attrs.field(default=None, kw_only=True)
    when: tuple[When, ...] = attrs.field(default=(), converter=_conditions, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.each(within, "after_s", args=(0.0, MOST_SECONDS))
        faults.each(within, "raise_priority", args=(0.0, MOST_PRIORITY))
        faults.numbers("lower", within, 0.0, MOST_LEVEL)
        faults.names("drop")
        faults.each(whole, "max_tier", args=(1, MOST_WHOLE), optional=True)
        faults.flag("suggest_callback")
        _settle_text(faults, "add_queue", "announce", "move_to", *ENDINGS)
        self._settle_when(faults)
        if not faults.found:
            self._check_deeds(faults)
        faults.raise_any("Step")

    def _settle_when(self, faults: Faults) -> None:
        if isinstance(self.when, When):
            faults.settle("when", (self.when,))
        elif isinstance(self.when, str) or not isinstance(self.when, Iterable):
            faults.add("when", self.when, "must be a sequence of When")
        else:
            settled = tuple(self.when)
            faults.settle("when", settled)
            for index, condition in enumerate(settled):
                if not isinstance(condition, When):
                    faults.add(f"when[{index}]", condition, "must be a When")

    def _check_deeds(self, faults: Faults) -> None:
        eases = ("lower", "drop", "raise_priority", "max_tier", "add_queue", "suggest_callback", "announce")
        deeds = [name for name in (*eases, "move_to", *ENDINGS) if getattr(self, name)]
        last = [name for name in deeds if name == "move_to" or name in ENDINGS]
        if not deeds:
            faults.add("Step", None, "must do something: lower, drop, raise_priority, max_tier, add_queue, ...")
        elif last and len(deeds) > 1:
            others = ", ".join(name for name in deeds if name != last[0])
            faults.add(last[0], getattr(self, last[0]), f"must be alone in a step, without {others}: write two steps")

    @property
    def ending(self) -> str | None:
        """The name of the action after which the contact is done, if it is one."""
        return next((name for name in ENDINGS if getattr(self, name) is not None), None)


@attrs.frozen(kw_only=True)
class Limit:
    """What a queue does about contacts that it cannot serve well: one condition and one action.

    Conditions, looked at as a contact comes: `length`, when so many others or more wait; `nobody_s`, when nobody has
    been signed in for so many seconds, also looked at while it waits; `estimated_wait_s`, when the estimator says more
    than that; `closed`, outside the queue's hours (with `at_closing` also for those who wait when they end). `wait_s`,
    when the contact has waited in the queue for so long, is a step. Actions: `move_to` another queue,
    `suggest_callback`, `reject` with a reason, `self_service` and `voicemail` with the app's reference of where to.
    Faults are an `InvalidConfiguration`. `docs/limits.md` says what happens at the edges.

    >>> Limit(length=50, move_to="overflow").kind, Limit(closed=True, voicemail="night").action
    ('length', 'voicemail')
    """

    length: int | None = None
    nobody_s: float | None = None
    estimated_wait_s: float | None = None
    closed: bool = False
    wait_s: float | None = None
    at_closing: bool = False
    move_to: str | None = None
    suggest_callback: bool = False
    reject: str | None = None
    voicemail: str | None = None
    self_service: str | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.each(whole, "length", args=(0, MOST_WHOLE), optional=True)
        faults.each(within, "nobody_s", "estimated_wait_s", "wait_s", args=(0.0, MOST_SECONDS), optional=True)
        for name in ("closed", "at_closing", "suggest_callback"):
            faults.flag(name)
        _settle_text(faults, "move_to", *ENDINGS)
        if not faults.found:
            kinds = [name for name in LIMITS if _given(getattr(self, name))]
            if len(kinds) != 1:
                faults.add("Limit", kinds, f"must have exactly one of {', '.join(LIMITS)}")
            actions = [name for name in ACTIONS if getattr(self, name)]
            if len(actions) != 1:
                faults.add("Limit", actions, f"must do exactly one of {', '.join(ACTIONS)}")
            if self.at_closing and not self.closed:
                faults.add("at_closing", True, "belongs to a limit with closed=True")
        faults.raise_any("Limit")

    @property
    def kind(self) -> str:
        """The name of its condition."""
        return next(name for name in LIMITS if _given(getattr(self, name)))

    @property
    def action(self) -> str:
        """The name of its action."""
        return next(name for name in ACTIONS if getattr(self, name))

    @property
    def step(self) -> Step | None:
        """A limit of the wait as the step that it is; None for the others."""
        if self.wait_s is None:
            return None
        return Step(
            self.wait_s,
            suggest_callback=self.suggest_callback,
            move_to=self.move_to,
            reject=self.reject,
            voicemail=self.voicemail,
            self_service=self.self_service,
        )


@attrs.frozen(kw_only=True)
class Announcing:
    """When those who wait are told how long it will be, and what is not said.

    The first time is `first_s` after the contact has entered the queue, then every `every_s`, at least 1 (`None`:
    once). Where the estimated p80 is more than `callback_over_s`, no number is said, and a callback is suggested, once
    (`None`: never). Nothing is said while the router's estimator knows too little, or is unsure: its p90 is more than
    `silent_over` times its p50. A range is said where the p80 is more than `range_over` times the p50. What has been
    told is kept to: a longer wait is told only where `longer_after` estimates in a row say that it is more likely
    broken than kept, and nothing before that.
    `routekit.estimation.announcing` has the rule, and the sources. Faults are an `InvalidConfiguration`.

    >>> Announcing(first_s=15, every_s=60)
    Announcing(first_s=15.0, every_s=60.0, callback_over_s=900.0, silent_over=4.0, range_over=1.5, longer_after=2)
    """

    first_s: float = 15
    every_s: float | None = 60
    callback_over_s: float | None = 900
    silent_over: float = 4
    range_over: float = 1.5
    longer_after: int = 2

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.each(within, "first_s", args=(0.0, MOST_SECONDS))
        faults.each(within, "every_s", args=(1.0, MOST_SECONDS), optional=True)
        faults.each(within, "callback_over_s", args=(0.0, MOST_SECONDS), optional=True)
        faults.each(within, "silent_over", "range_over", args=(1.0, MOST_LEVEL))
        faults.each(whole, "longer_after", args=(1, MOST_WHOLE))
        faults.raise_any("Announcing")

    def due(self, entered_at: float, now: float, after: float) -> float | None:
        """The next time at which one who entered then is told: not before `now`, and later than `after`; None: none.

        The times are `entered_at + first_s + n * every_s`, whatever has been told. Cost: O(1).

        >>> Announcing(first_s=15, every_s=60).due(100.0, 180.0, 175.0)
        235.0
        """
        first = entered_at + self.first_s
        if first >= now and first > after:
            return first
        if self.every_s is None:
            return None
        number = max(math.floor((max(now, after) - first) / self.every_s) - 1.0, 0.0)
        while True:
            due = first + self.every_s * number
            if due >= now and due > after:
                return due
            number += 1.0


def _given(value: object) -> bool:
    return value is not None and value is not False  # a length of 0 is one


def timeline(steps: Iterable[Step], limits: Iterable[Limit]) -> tuple[Step, ...]:
    """A queue's steps and its limits of the wait, by time; of equal times the steps first."""
    limited = (step for limit in limits if (step := limit.step) is not None)
    return tuple(sorted((*steps, *limited), key=_by_time))


def _by_time(step: Step) -> float:
    return step.after_s
