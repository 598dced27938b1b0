"""Made-up agents, members and contacts to ask a strategy about, and clocks that jump while it is asked.

No check lives here.
"""

from __future__ import annotations

import random
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import attrs

from routekit import Contact
from routekit._frozen import FrozenMap
from routekit.abc import AgentStanding, MemberStanding
from routekit.testing.centre import SKILLS

__all__ = ["Waiting", "agents", "another_time", "contacts", "members"]


@attrs.frozen(kw_only=True)
class Waiting:
    """A `WaitingContact`."""

    value: Contact
    priority: float
    waiting_since: float


def agents(chance: random.Random) -> Any:
    """Any agent."""
    levels = {skill: float(chance.randint(1, 5)) for skill in SKILLS if chance.random() < 0.7}
    seq = chance.randint(1, 500)
    return _standing(
        AgentStanding,
        chance,
        id=f"agent-{seq}",
        seq=seq,
        skills=FrozenMap(levels),
        load=chance.choice((0.0, 0.25, 1.0)),
        skill_count=float(len(levels)),
        skill_total=float(sum(levels.values())),
    )


def members(chance: random.Random) -> Any:
    """Any member."""
    had_one = chance.random() < 0.5
    return _standing(
        MemberStanding,
        chance,
        tier=chance.randint(1, 3),
        had_one=had_one,
        ended_at=_moment(chance) if had_one else 0.0,
        score_high=chance.choice((0.0, 2.0**51 + chance.randint(-5, 60), -(2.0**51) - chance.randint(0, 9))),
        score_low=chance.uniform(-1.0, 1.0),
    )


def _standing(port: type, chance: random.Random, **fields: Any) -> Any:
    """What has every field of a port; those that are not given are of the kind that the port says."""
    kinds: dict[str, Callable[[], Any]] = {
        "bool": lambda: chance.random() < 0.5,
        "int": lambda: chance.randint(1, 500),
        "float": lambda: _moment(chance),
    }
    for name, field in vars(port).items():
        if isinstance(field, property) and name not in fields:
            fields[name] = kinds[field.fget.__annotations__["return"]]()
    return types.SimpleNamespace(**fields)


def contacts(chance: random.Random, contact: Contact) -> Waiting:
    """Any contact that waits, of this value."""
    raised = chance.choice((0.0, 0.0, 2.5))
    return Waiting(value=contact, priority=contact.priority + raised, waiting_since=_moment(chance))


def _moment(chance: random.Random) -> float:
    return chance.choice((0.0, -50.0, 3.25, 86400.0, 1.8e9, chance.uniform(0.0, 1e6)))


CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")


@contextmanager
def another_time() -> Iterator[None]:
    """Let the clocks of the module `time` be eleven days on."""

    def later(name: str) -> Any:
        clock = getattr(time, name)
        on = 10**15 if name.endswith("_ns") else 1e6
        return lambda: clock() + on

    with mock.patch.multiple(time, **{name: later(name) for name in CLOCKS}):
        yield
