"""Errors: one root, a builtin beside it, ids as attributes, a message that helps, and a pickle."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from routekit import errors

FAULT = errors.InvalidValue(path="wrap_up_s", value=-1, problem="must be at least 0")
SAMPLES: list[tuple[Any, type, dict[str, Any]]] = [
    (errors.InvalidValue, ValueError, {"path": "p", "value": 1, "problem": "must be a str"}),
    (errors.InvalidType, TypeError, {"path": "p", "value": 1, "expected": "a str"}),
    (errors.UnknownContact, LookupError, {"contact": "c-1"}),
    (errors.ContactNotWaiting, LookupError, {"contact": "c-1"}),
    (errors.UnknownAgent, LookupError, {"agent": "ann"}),
    (errors.UnknownQueue, LookupError, {"queue": "a", "queues": ("a", "b")}),
    (errors.UnknownOffer, LookupError, {"offer": "o-1"}),
    (errors.DuplicateContact, ValueError, {"contact": "c-1"}),
    (errors.DuplicateAgent, ValueError, {"agent": "ann"}),
    (errors.DuplicateQueue, ValueError, {"queue": "support"}),
    (errors.StaleOffer, ValueError, {"offer": "o-1"}),
    (errors.IllegalMove, ValueError, {"subject": "c-1", "state": "queued", "command": "finish"}),
    (errors.AgentBusy, ValueError, {"agent": "ann", "contacts": ("c-1", "c-2")}),
    (errors.QueueNotEmpty, ValueError, {"queue": "support", "waiting": 3}),
    (errors.AgentNotInQueue, LookupError, {"agent": "ann"}),
    (errors.TransferRefused, ValueError, {"contact": "c-1", "queue": "support"}),
    (errors.RouterBusy, RuntimeError, {}),
    (errors.EstimatorTaken, ValueError, {}),
    (errors.SinkFailed, RuntimeError, {"faults": ()}),
    (errors.StrategyError, ValueError, {"strategy": "vip-first", "error": "boom"}),
    (errors.EstimateFailed, RuntimeError, {"about": "c-1", "error": "boom"}),
    (errors.SnapshotError, ValueError, {}),
    (errors.UnknownStrategy, LookupError, {"name": "vip-first"}),
    (errors.MissingExtra, ImportError, {"extra": "cli"}),
    (errors.ModelError, ValueError, {"path": "waits.json", "problem": "is damaged"}),
    (errors.CivilTimeUnknown, ValueError, {}),
]


@pytest.mark.parametrize(("kind", "builtin", "given"), SAMPLES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_error(kind: Any, builtin: type, given: dict[str, Any]) -> None:
    for error in (kind(**given, events=("fired",)), kind(**given)):
        assert isinstance(error, errors.RoutekitError)
        assert isinstance(error, builtin)
        for other in (error, pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(other) is kind
            assert str(other) == str(error)
            assert {name: getattr(other, name) for name in given} == given
            assert other.events == error.events
        for name in ("contact", "agent", "queue", "offer", "subject", "name", "extra"):
            assert str(given.get(name, "")) in str(error)
    assert kind(**given).events == ()


def test_no_class_is_missing() -> None:
    listed = {kind for kind, _, _ in SAMPLES}
    defined = {
        value for value in vars(errors).values() if isinstance(value, type) and value.__module__ == "routekit.errors"
    }
    assert defined - listed == {errors.RoutekitError, errors.InvalidConfiguration, errors.LogError}


def test_a_long_value_makes_no_long_message() -> None:
    assert len(str(errors.InvalidValue(path="p", value="x" * 10**6, problem="must be short"))) < 200


def test_a_value_that_cannot_be_shown_is_named_by_its_class() -> None:
    assert str(errors.InvalidValue(path="p", value=10**5000, problem="must be short")).endswith("not <int>")


def test_a_fault_seen_from_further_out() -> None:
    fault = FAULT.below("queues.support")
    assert (fault.path, fault.value, fault.problem) == ("queues.support.wrap_up_s", -1, "must be at least 0")


def test_log_error_says_where() -> None:
    error = errors.LogError("is no number", path="calls.csv", line=3, column="wait")
    assert str(error) == "calls.csv, line 3, column wait: is no number"
    other = pickle.loads(pickle.dumps(error))
    assert (other.path, other.line, other.column, other.problem) == ("calls.csv", 3, "wait", "is no number")


def test_faults_are_one_error_and_many() -> None:
    group = errors.InvalidConfiguration("Queue 'q' cannot be made", [FAULT, FAULT.below("x")], events=(1,))
    assert isinstance(group, ValueError)
    other = pickle.loads(pickle.dumps(group))
    assert (type(other), str(other), other.events, len(other.exceptions)) == (type(group), str(group), (1,), 2)
    with pytest.raises(errors.RoutekitError):
        raise group
    seen: list[str] = []
    parts: list[Any] = []
    try:
        raise group
    except* errors.InvalidValue as part:
        parts = [part]
        seen += [fault.path for fault in part.exceptions if isinstance(fault, errors.InvalidValue)]
    assert [(type(part), part.events) for part in parts] == [(errors.InvalidConfiguration, (1,))]
    assert seen == ["wrap_up_s", "x.wrap_up_s"]
    left, right = group.split(lambda fault: getattr(fault, "path", "").startswith("x"))
    assert left is not None
    assert right is not None
    assert (len(left.exceptions), len(right.exceptions)) == (1, 1)
