"""What a strategy of the app's own must look like before a router will use it.

Only checks live here, run once when a queue is added or changed, or a router made. They cannot know whether a key is
a good one; a key that is none is found when it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from routekit._numbers import LEAST_HALF_LIFE, LEAST_SECONDS, MOST_RING, MOST_SECONDS, finite_float, whole, within
from routekit.abc import COUNTS, AgentOrder, Pick
from routekit.errors import InvalidValue

__all__ = ["AGENT_PARTS", "MEMBER_PARTS", "check_agent_order", "check_contact_order", "check_queue_order"]

AGENT_PARTS = (
    "has_work",
    "idle_since",
    "last_finish",
    "last_offer",
    "load",
    "skill_count",
    "skill_total",
    "seq",
    "last_end",
    "last_chosen",
    "taken",
    "talked_s",
)
"""The numbers of an `AgentStanding`. The hot path knows these and the others by their place in the list."""
MEMBER_PARTS = ("tier", "joined", "had_one", "ended_at", "last_end_here", "ended", "score_high", "score_low")
"""The numbers of a `MemberStanding`."""

MOST_LOTS = 1000
"""The most that `lots` may be: with the highest tier it is still a number to draw below."""

_ASKED = {Pick.WEIGHTED: "weight", Pick.MATCH: "match", Pick.SCORE: "score"}


def check_agent_order(order: Any, taken: Collection[str]) -> None:
    """Raise `InvalidValue`, with the path `agent_order`, for an order that cannot be used. `taken`: built-in names."""
    with _faults("agent_order", order):
        _name(order, taken)
        _must(isinstance(order.pick, Pick), "pick must be a Pick")
        asked = _ASKED.get(order.pick) if order.every_s is None else "score"
        _must(
            asked is None or getattr(type(order), asked, None) is not getattr(AgentOrder, asked),
            f"must have its own {asked}()",
        )
        _must(order.counts is None or order.counts in COUNTS, f"counts must be None or one of {', '.join(COUNTS)}")
        if order.half_life != 0.0:
            within(order.half_life, "half_life", LEAST_HALF_LIFE, MOST_SECONDS)
        # Without a score `since` may be something else, as that of `LongestIdle` is.
        _must(order.counts is None or order.since in ("day", "ready", None), "since must be 'day', 'ready' or None")
        whole(order.ring, "ring", 1, MOST_RING)
        whole(order.lots, "lots", 1, MOST_LOTS)
        turns = order.pick in (Pick.ROUND, Pick.ROUND_EACH, Pick.AFTER, Pick.DOWN)
        _must(not turns or order.parts == ("joined",), f"parts must be ('joined',) for {order.pick}")
        for name in ("ring_every_s", "every_s"):
            if getattr(order, name) is not None:
                within(getattr(order, name), name, LEAST_SECONDS, MOST_SECONDS)
        _parts(order)
        _agrees(order)


def _agrees(order: Any) -> None:
    """What the parts of an order must have to do with each other."""
    keyed = type(order).key is not AgentOrder.key
    if order.counts in ("talk", "load"):
        scored = not keyed and order.parts[:2] == ("score_high", "score_low")
        _must(scored, "a score that moves with the time must come first: parts = ('score_high', 'score_low', ...)")
    if order.pick in (Pick.NEXT, Pick.CURSOR):
        turns = ((), ("joined",)) if order.pick is Pick.NEXT else ((),)
        _must(not keyed and order.parts in turns, f"must have no key of its own for {order.pick}: turns go by sequence")
    _must(order.ring == 1 or order.pick is Pick.LEAST, "must pick the least where several agents are rung at once")
    together = order.ring > 1 and order.ring_every_s is None
    _must(not (together and order.behind), "behind must be False where all are rung at once: nobody is tried first")


def check_contact_order(order: Any, taken: Collection[str]) -> None:
    """The same of a contact order, with the path `contact_order`."""
    with _faults("contact_order", order):
        _name(order, taken)
        if order.slope is not None:
            finite_float(order.slope, "slope")


def check_queue_order(order: Any, taken: Collection[str]) -> None:
    """The same of a queue order, with the path `queue_order`."""
    with _faults("queue_order", order):
        _name(order, taken)
        _must(isinstance(order.shares, bool), "shares must be True or False")


def _parts(order: Any) -> None:
    parts = order.parts
    _must(isinstance(parts, tuple) and len(parts) <= 4, "parts must be a tuple of at most four names")
    for part in parts:
        field = part.removeprefix("-") if isinstance(part, str) else part
        _must(
            field in AGENT_PARTS or field in MEMBER_PARTS,
            f"parts must be of {', '.join(AGENT_PARTS + MEMBER_PARTS)}, not {part!r}",
        )
        _must(
            field in AGENT_PARTS or order.per_queue is True,
            f"the part {part!r} is one of a queue's member: per_queue must be True",
        )


def _name(order: Any, taken: Collection[str]) -> None:
    fits = isinstance(order.name, str) and order.name and order.name not in taken
    _must(fits, "must have a name of its own")


def _must(fits: object, problem: str) -> None:
    if not fits:
        raise ValueError(problem)


@contextmanager
def _faults(path: str, order: object) -> Iterator[None]:
    try:
        yield
    except Exception as fault:
        raise InvalidValue(path=path, value=order, problem=f"cannot be used ({fault})") from fault
