"""The plain and the real router, told the same, compared after every call.

`Pair.do` makes one call on both and raises `Difference` when they disagree: other events, another error, another next
deadline, an error that changed something, a sink that was told anything else than the caller, and now and then other
reads or a broken invariant. About every third call is made on the real router by `apply`, as a command.
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import math
import re
import zlib
from collections.abc import Callable
from typing import Any

from routekit import RoutekitError, commands, events
from routekit._model import fields_of
from routekit._router import views
from routekit.errors import InvalidConfiguration, InvalidType, InvalidValue
from tests.generators import Call
from tests.oracle import PlainRouter
from tests.oracle import views as oracle_views
from tests.oracle.invariants import Broken, check
from tests.oracle.tally import AGENT_COUNTS, QUEUE_COUNTS, Tally
from tests.orders import REGISTRY

REFUSED = (InvalidValue, InvalidType, InvalidConfiguration)
IDS = ("contact", "agent", "queue", "queues", "offer", "subject", "state", "contacts", "waiting")


COMMANDS = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in commands.COMMANDS}
"""From a verb to the class of its command."""


class Difference(AssertionError):
    """What the routers disagree about. `kind` stays the same while a run is made smaller."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind


def real_router() -> type[Any] | None:
    """The real router's class, if there is one yet."""
    import routekit

    return getattr(routekit, "Router", None)


def command_of(call: Call) -> Any:
    """The command that says the same as a call, or `None` where no command can be made of its arguments."""
    kind: Any = COMMANDS[call.verb]
    names = fields_of(kind)
    positional = [name for name in names if name != "at"]  # which verbs take by name alone
    fields = {**dict(zip(positional, call.args, strict=False)), **call.kwargs}
    if "changes" in names:
        changes = {name: fields.pop(name) for name in list(fields) if name not in names}
        fields["changes"] = changes
    try:
        return kind(**fields)
    except (RoutekitError, TypeError):
        return None


def told_as_command(call: Call) -> Any:
    """The command of about every third call. Which ones is up to the call alone, so that fewer calls stay as they were.

    An agent's or a queue's whole value is long, so only its id is looked at.
    """
    mark = [getattr(arg, "id", getattr(arg, "name", arg)) for arg in call.args]
    return None if zlib.crc32(f"{call.verb}{mark}{call.kwargs.get('at')}".encode()) % 3 else command_of(call)


class Outcome:
    """What came of a call: events, or an error with its ids and events."""

    def __init__(self, router: Any, call: Call, command: Any = None) -> None:
        self.error: BaseException | None = None
        self.events: tuple[Any, ...] = ()
        try:
            if command is None:
                self.events = getattr(router, call.verb)(*call.args, **call.kwargs)
            else:
                self.events = router.apply(command)
        except RoutekitError as error:
            self.error, self.events = error, error.events
        except Exception as error:
            self.error = error

    @property
    def refused(self) -> bool:
        """Was it an argument that could never be right?"""
        return isinstance(self.error, REFUSED)

    @property
    def kind(self) -> str:
        """The class of the error. Which class of argument error is no matter of routing, so they are one here."""
        if self.error is None:
            return "done"
        return "refused argument" if self.refused else type(self.error).__name__

    def ids(self) -> dict[str, Any]:
        """The ids and states that an error tells."""
        if self.error is None or self.refused:
            return {}
        found = {name: getattr(self.error, name) for name in IDS if hasattr(self.error, name)}
        return {name: str(value) if name == "state" else value for name, value in found.items()}

    def __str__(self) -> str:
        lines = [f"    {event!r}" for event in self.events]
        if self.error is not None:
            lines.append(f"    {type(self.error).__name__}: {self.error} {self.ids()}")
        return "\n".join(lines) or "    ()"


class Pair:
    """Both routers. Without a real one, the plain router stands in for it."""

    def __init__(
        self, seed: int, *, real: Callable[..., Any] | None, reads_every: int = 6, deep_every: int = 25
    ) -> None:
        self.seed, self.maker = seed, real
        self.plain = PlainRouter(seed=seed)
        self.real = PlainRouter(seed=seed) if real is None else real(seed=seed)
        self.is_real = real is not None
        self.told: list[tuple[Any, ...]] = []
        self._subscribe()
        self.reads_every = reads_every
        self.deep_every = deep_every
        self.fields: dict[str, Any] = {}
        self.calls: list[Call] = []
        self.tally = Tally(lambda name: self.plain.queues[name].value)
        self.updated: set[str] = set()
        self.digest = hashlib.sha256()
        self.seen: dict[str, int] = {}

    def do(self, call: Call) -> Outcome | None:
        """Make a call on both, and compare."""
        self.calls.append(call)
        number = len(self.calls)
        if call.verb == "restore":
            self._restore()
            return None
        if call.verb == "Router":
            self._make(call.kwargs)
            return None
        started = self.plain.commands_started
        expected = Outcome(self.plain, call)
        if expected.error is not None and not isinstance(expected.error, RoutekitError):
            raise Difference("the plain router broke", f"{call}\nthe plain router broke") from expected.error
        twin = self._twin(expected, call, started=self.plain.commands_started > started)
        command = told_as_command(call) if self.is_real else None
        self.told.clear()
        got = Outcome(self.real, call, command)
        lines = self._compare_outcomes(call, expected, got, "" if command is None else f"  (applied as {command!r})\n")
        if self.is_real and self.told != ([got.events] if got.events else []):
            raise Difference("sink", f"{call}\n  returned:\n{got}\n  the sink was told: {self.told!r}")
        for line in lines:
            self.digest.update(line)
        self._compare_clocks(call)
        self.tally.add(expected.events)
        for event in expected.events:
            if type(event) in (events.AgentUpdated, events.ConsultJoined):
                self.updated.add(event.agent)
            self.seen[type(event).__name__] = self.seen.get(type(event).__name__, 0) + 1
        if expected.error is not None:
            self.seen[expected.kind] = self.seen.get(expected.kind, 0) + 1
        if twin is not None and (after := _without_wake_ups(self.real.snapshot())) != twin:
            changes = "\n".join(differences(twin, after))
            raise Difference("an error changed something", f"{call}\n{got}\nbefore -> after:\n{changes}")
        if number % self.reads_every == 0:
            self._compare_reads(call)
            self._compare_counts(call)
            self._check_invariants(call)
        if number % self.deep_every == 0:
            self._check_wake_up(call)
        return expected

    def _make(self, fields: dict[str, Any]) -> None:
        """Begin anew, with routers that are made with more than a seed."""
        self.fields = fields
        PlainRouter.__init__(self.plain, seed=self.seed, **copy.deepcopy(fields))  # others hold it already
        self.real = (PlainRouter if self.maker is None else self.maker)(seed=self.seed, **copy.deepcopy(fields))
        self._subscribe()

    def _subscribe(self) -> None:
        if self.is_real:
            self.real.subscribe(self.told.append)

    def _restore(self) -> None:
        if hasattr(self.real, "restore") and hasattr(self.real, "snapshot"):
            text = json.dumps(self.real.snapshot(), allow_nan=False)
            self.real = self._restored(json.loads(text))
            self._subscribe()
            again = json.dumps(self.real.snapshot(), allow_nan=False)
            if again != text:
                changes = "\n".join(differences(json.loads(text), json.loads(again)))
                raise Difference("restore", f"a restored router has another snapshot:\n{changes}")
        elif not self.is_real:
            self.real = copy.deepcopy(self.real)

    def _restored(self, snapshot: Any) -> Any:
        """A real router made of a snapshot, with the functions and the kind of estimator that this one was given."""
        given = {name: copy.deepcopy(self.fields[name]) for name in ("estimator", "manager_of") if name in self.fields}
        return type(self.real).restore(snapshot, registry=REGISTRY, **given)

    def _twin(self, expected: Outcome, call: Call, *, started: bool) -> Any:
        """The snapshot that a refused call must leave: as it is now, or as after `advance` to its time."""
        if expected.error is None or not hasattr(self.real, "snapshot"):
            return None
        if len(self.calls) % max(self.deep_every // 5, 1):
            return None  # a snapshot costs more than the call
        if not started:
            return _without_wake_ups(self.real.snapshot())
        twin = self._restored(self.real.snapshot())
        twin.advance(at=call.kwargs["at"])
        return _without_wake_ups(twin.snapshot())

    def _compare_outcomes(self, call: Call, expected: Outcome, got: Outcome, how: str) -> list[bytes]:
        """Return the events, which are the same, as bytes."""
        if got.error is not None and not isinstance(got.error, RoutekitError):
            raise Difference(f"crash: {type(got.error).__name__}", f"{call}\n{how}the real router broke") from got.error
        same = expected.kind == got.kind and expected.ids() == got.ids()
        lines = encoded(got.events)
        if not same or encoded(expected.events) != lines:
            kind = "events" if expected.kind == got.kind else f"outcome {expected.kind} / {got.kind}"
            raise Difference(kind, f"{call}\n{how}  expected:\n{expected}\n  got:\n{got}")
        return lines

    def _compare_clocks(self, call: Call) -> None:
        if self.plain.now != self.real.now:
            raise Difference("now", f"{call}\n  now: expected {self.plain.now!r}, got {self.real.now!r}")
        due, wakes = self.plain.next_timer, self.real.next_deadline
        if wakes == due:
            return
        early = wakes is not None and (due is None or wakes < due)
        if not early or wakes not in self.plain.drain_instants:
            drains = sorted(self.plain.drain_instants)
            text = f"next_deadline: expected {due!r} or a draining instant of {drains}, got {wakes!r}"
            raise Difference("next_deadline", f"{call}\n  {text}")

    def _check_wake_up(self, call: Call) -> None:
        """The real router must wake for every draining instant at which something happens."""
        due, wakes = self.plain.next_timer, self.real.next_deadline
        instants = sorted(at for at in self.plain.drain_instants if due is None or at < due)
        trial = self.plain.twin() if instants else self.plain
        for instant in instants:
            if trial.advance(at=instant):
                if wakes is None or wakes > instant:
                    raise Difference("no wake-up", f"{call}\n  a drain starts at {instant}, next_deadline is {wakes!r}")
                break

    def _compare_reads(self, call: Call) -> None:
        expected, got = reads(self.plain), reads(self.real)
        if expected != got:
            changes = "\n".join(differences(expected, got))
            raise Difference("reads", f"{call}\n  expected -> got:\n{changes}")

    def _compare_counts(self, call: Call) -> None:
        if self.is_real and hasattr(self.real.statistics(), "queues"):
            told = self.real.statistics()
            counted = [name for name in QUEUE_COUNTS if all(hasattr(one, name) for one in told.queues.values())]
            expected: dict[str, Any] = {"agents": self.tally.agents, "scores": self.plain.statistics().counts}
            expected["queues"] = {name: {one: n[one] for one in counted} for name, n in self.tally.queues.items()}
            got = {
                "queues": {name: _picked(told.queues[name], *counted) for name in told.queues},
                "agents": {name: _picked(told.agents[name], *AGENT_COUNTS) for name in told.agents},
                "scores": {name: dict(told.agents[name].counts) for name in told.agents},
            }
            if expected != got:
                changes = "\n".join(differences(expected, got))
                raise Difference("statistics", f"{call}\n  expected -> got:\n{changes}")

    def _check_invariants(self, call: Call) -> None:
        try:
            check(self.real, updated=self.updated, excluded=self.plain.excluded)
        except Broken as broken:
            raise Difference("invariant", f"{call}\n  {broken}") from broken


def _without_wake_ups(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Leave out the numbers of the timers that wake for draining: any settling may arm these anew, to no effect."""
    contacts = [
        (*row, {name: item for name, item in rest.items() if name != "drain_timer"})
        for *row, rest in ([*contact, {}][:5] for contact in snapshot.get("contacts", ()))
    ]
    return {**snapshot, "contacts": contacts, "timer_seq": None}


def encoded(happened: tuple[Any, ...]) -> list[bytes]:
    """Events as bytes. In which words a strategy's fault is told is no matter of routing."""
    return [
        events.encode(dataclasses.replace(event, error="") if type(event) is events.StrategyFailed else event)
        for event in happened
    ]


WAITING = ("queued", "offered")
AGENT_READS = (
    "value",
    "reason",
    "closed",
    "contacts",
    "wrapping",
    "offers",
    "idle_since",
    "last_finish",
    "last_offer",
    "no_answers",
    "resting",
    "draining_for",
)
CONTACT_READS = (
    "value",
    "queue",
    "agent",
    "offer",
    "offers",
    "waiting_since",
    "entered_queue_at",
    "held",
    "raised_priority",
    "resting",
    "prefer",
    "script",
    "knowledge",
    "reserved_for",
    "reserved_until",
    "behind",
    "visible_in",
    "owner",
    "until",
    "due_at",
    "consults",
    "consult_of",
    "joined",
    "reference",
    "steps_skipped",
)
SHOWN = {field.name for field in dataclasses.fields(oracle_views.ContactView)}
OFFER_READS = ("contact", "agent", "queue", "channel", "made_at", "expires_at")
AGENT_READS = tuple(name for name in AGENT_READS if hasattr(views.AgentView, name))
CONTACT_READS = tuple(name for name in CONTACT_READS if hasattr(views.ContactView, name) and name in SHOWN)
CUSTOMERS = hasattr(PlainRouter, "customer") and hasattr(real_router(), "customer")
QUEUE_SHOWN = {field.name for field in dataclasses.fields(oracle_views.QueueView)}
QUEUE_READS = tuple(
    name for name in ("value", "share", "parked") if name in QUEUE_SHOWN and hasattr(views.QueueView, name)
)


def reads(router: Any) -> dict[str, Any]:
    """What both routers show of themselves, in one form."""
    contacts, agents, offers = router.contacts, router.agents, router.offers
    statistics = router.statistics()
    known = {contact.value.customer for contact in contacts.values() if contact.value.customer is not None}
    customers = sorted(known) if CUSTOMERS else []
    return {
        "customers": {name: _picked(router.customer(name), "open", "history") for name in customers},
        "order": [list(router.queues), list(agents), list(contacts), list(offers)],
        "queues": {name: _picked(view, *QUEUE_READS) for name, view in router.queues.items()},
        "agents": {name: _picked(view, "state", *AGENT_READS) for name, view in agents.items()},
        "contacts": {name: _picked(view, "state", *CONTACT_READS) for name, view in contacts.items()},
        "offers": {name: _picked(view, *OFFER_READS) for name, view in offers.items()},
        "positions": {name: router.position(name) for name, view in contacts.items() if view.state in WAITING},
        "clock": [statistics.clock_skews, statistics.clock_skew_s],
    }


def _picked(view: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(view, name) for name in names}


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two pieces of plain data differ, a line each."""
    if isinstance(one, dict) and isinstance(other, dict):
        found = []
        for key in list(one) + [key for key in other if key not in one]:
            if key not in one or key not in other:
                absent = "(absent)"
                found.append(f"    {path}.{key}: {one.get(key, absent)!r} -> {other.get(key, absent)!r}")
            else:
                found += differences(one[key], other[key], f"{path}.{key}")
        return found
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            line for i, (a, b) in enumerate(zip(one, other, strict=True)) for line in differences(a, b, f"{path}[{i}]")
        ]
    both_nan = isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other)
    return [] if one == other or both_nan else [f"    {path}: {one!r} -> {other!r}"]
