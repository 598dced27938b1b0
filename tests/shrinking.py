"""Makes a list of calls on which the routers disagree as small as it gets, and prints it as a script.

Calls are dropped, in ever smaller runs, then words inside the calls that are left: fields of values go back to their
defaults, keywords go. A change stays if the routers still disagree, and in the same way.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from routekit import Agent, Capacity, Contact, Need, Queue, RoutekitError, Step
from tests.generators import Call
from tests.side_by_side import Difference, Pair

# What every other value of a class is compared with, and the number of fields that have no default.
PLAIN: dict[type, tuple[Any, int]] = {
    Queue: (Queue("q"), 1),
    Agent: (Agent("a"), 1),
    Contact: (Contact("c", queue="q"), 2),
    Capacity: (Capacity(), 0),
    Need: (Need("s"), 1),
    Step: (Step(1.0, max_tier=1), 1),
}


def replay(calls: list[Call], seed: int, *, real: Callable[..., Any] | None) -> tuple[Difference | None, list[Call]]:
    """Play calls on a new pair; return what they disagree about first, if anything, and the calls up to there."""
    pair = Pair(seed, real=real, reads_every=1, deep_every=1)
    try:
        for call in calls:
            offer = None if call.about is None else pair.plain.offer_of_pair(*call.about)
            pair.do(call if offer is None else dataclasses.replace(call, args=(offer, *call.args[1:])))
    except Difference as difference:
        return difference, pair.calls
    return None, pair.calls


def shrink(calls: list[Call], seed: int, kind: str, *, real: Callable[..., Any] | None) -> list[Call]:
    """Make the calls fewer, then plainer, while the routers still disagree in the same way."""

    def same(some: list[Call]) -> bool:
        difference, _ = replay(some, seed, real=real)
        return difference is not None and difference.kind == kind

    before: list[Call] = []
    while before != calls:
        before = calls
        calls = _plainer(_fewer(calls, same), same)
    return replay(calls, seed, real=real)[1]


def _fewer(calls: list[Call], same: Callable[[list[Call]], bool]) -> list[Call]:
    size = max(len(calls) // 2, 1)
    while True:
        at, dropped = max(len(calls) - size, 0), False
        while True:
            shorter = calls[:at] + calls[at + size :]
            if shorter != calls and same(shorter):
                calls, dropped = shorter, True
            if at == 0:
                break
            at = max(at - size, 0)
        if size == 1 and not dropped:
            return calls
        size = max(size // 2, 1)


def _plainer(calls: list[Call], same: Callable[[list[Call]], bool]) -> list[Call]:
    for at in range(len(calls)):
        done = False
        while not done:
            done = True
            for call in _plainer_calls(calls[at]):
                changed = [*calls[:at], call, *calls[at + 1 :]]
                if len(show_call(call)) < len(show_call(calls[at])) and same(changed):
                    calls, done = changed, False
                    break
    return calls


def _plainer_calls(call: Call) -> Iterator[Call]:
    """Calls with one thing less than this one."""
    for name, value in call.kwargs.items():
        if name != "at":
            less = {key: kept for key, kept in call.kwargs.items() if key != name}
            yield dataclasses.replace(call, kwargs=less)
            for plainer in _plainer_values(value):
                yield dataclasses.replace(call, kwargs={**call.kwargs, name: plainer})
    for index, value in enumerate(call.args):
        for plainer in _plainer_values(value):
            yield dataclasses.replace(call, args=(*call.args[:index], plainer, *call.args[index + 1 :]))


def _plainer_values(value: Any) -> Iterator[Any]:
    """Values with one thing less, or one field as it is by default."""
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield value[:index] + value[index + 1 :]
            for plainer in _plainer_values(item):
                yield (*value[:index], plainer, *value[index + 1 :])
    elif isinstance(value, Mapping):
        for key in value:
            yield {name: kept for name, kept in value.items() if name != key}
    elif type(value) in PLAIN:
        for name, plain in _defaults(value).items():
            old = getattr(value, name)
            for new in (plain, *_plainer_values(old)) if old != plain else ():
                with contextlib.suppress(RoutekitError, TypeError):
                    yield _with(value, name, new)


def _with(value: Any, name: str, new: Any) -> Any:
    change = attrs.evolve if attrs.has(type(value)) else dataclasses.replace
    return change(value, **{name: new})


def _names(kind: type) -> list[str]:
    return [field.name for field in (attrs.fields(kind) if attrs.has(kind) else dataclasses.fields(kind)) if field.init]


def _defaults(value: Any) -> dict[str, Any]:
    """What the fields that have a default are by default."""
    plain, required = PLAIN[type(value)]
    if type(value) is Step:
        return {field.name: getattr(plain, field.name) for field in attrs.fields(Step)[1:]} | {"max_tier": None}
    return {name: getattr(plain, name) for name in _names(type(value))[required:]}


def show(value: Any) -> str:
    """A value as Python, without the fields that are as they are by default."""
    if isinstance(value, tuple):
        return f"({', '.join(map(show, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{show(key)}: {show(item)}" for key, item in value.items()) + "}"
    if type(value) not in PLAIN:
        return repr(value)
    _, required = PLAIN[type(value)]
    first, *others = _names(type(value))[:required] or [""]
    words = [show(getattr(value, first))] if first else []
    words += [f"{name}={show(getattr(value, name))}" for name in others]
    words += [
        f"{name}={show(getattr(value, name))}"
        for name, plain in _defaults(value).items()
        if getattr(value, name) != plain
    ]
    return f"{type(value).__name__}({', '.join(words)})"


def show_call(call: Call) -> str:
    """A call as a line of Python."""
    if call.verb == "restore":
        return "router = Router.restore(json.loads(json.dumps(router.snapshot())), registry=REGISTRY)"
    words = [show(arg) for arg in call.args] + [f"{name}={show(value)}" for name, value in call.kwargs.items()]
    if call.verb == "Router":
        return f"router = Router(seed=SEED, {', '.join(words)})"
    return f"router.{call.verb}({', '.join(words)})"


def script(calls: Iterable[Call], seed: int) -> str:
    """Calls as a Python script."""
    lines = [
        "import json",
        "from routekit import Agent, Capacity, Contact, Limit, Need, Queue, Router, RoutekitError, ServiceLevel",
        "from routekit import Step, When",
        "from routekit.rules import Calendar",
        "from tests.around import Counting, Crm",
        "from routekit.strategies import *",
        "from tests.orders import REGISTRY",
        "nan, inf = float('nan'), float('inf')",
        f"SEED = {seed}",
        "router = Router(seed=SEED)",
    ]
    return "\n".join(lines + [show_call(call) for call in calls])
