"""How an estimator is asked: its arguments checked, the router closed to commands meanwhile, its faults named.

Only that lives here. What there is to be estimated is the estimator's affair, and what it may look at is `reads`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from routekit._model import Contact, Need
from routekit._router import arguments
from routekit._router.arguments import text
from routekit._router.stages import PARKED
from routekit._router.state import State
from routekit.errors import ContactNotWaiting, EstimateFailed, InvalidType, InvalidValue, RoutekitError
from routekit.estimation._estimate import WaitEstimate
from routekit.estimation.quick import Quick

if TYPE_CHECKING:
    from routekit._router.router import Router

__all__ = ["EFFORTS", "of_contact", "of_newcomer"]

EFFORTS = ("quick", "full")
"""How much trouble an estimator may be asked to take."""


def of_contact(router: Router, state: State, estimator: Any, contact: str, effort: str) -> WaitEstimate:
    """The estimate for a waiting contact; see `Router.estimate`."""
    record = state.contact(text(contact, "contact"))
    if record.work is not None or record.stage is PARKED:
        raise ContactNotWaiting(contact=contact)
    how = _effort(estimator, effort)
    if estimator is None:
        return WaitEstimate(contact=contact, at=router.now, position=router.position(contact))
    was, state.calling = state.calling, True
    try:
        # The short way is that of `Waits`, which answers the same without it.
        short = getattr(estimator, "_short", None) if effort == "quick" else None
        answer = None
        if type(short) is Quick:
            quick = short
            answer = quick.of_record(record)
        if answer is None:
            answer = estimator.estimate(contact, effort=effort) if how else estimator.estimate(contact)
    except RoutekitError:
        raise
    except Exception as fault:  # user code may raise anything
        raise _failed(contact, fault) from fault
    finally:
        state.calling = was
    return _checked(contact, answer)


def of_newcomer(router: Router, queue: str, kind: Mapping[str, Any], effort: str) -> WaitEstimate:
    """The estimate for one who would come now; see `Router.estimate_for`."""
    text(queue, "queue")
    how = _effort(router._estimator, effort)
    text(kind["channel"], "channel")
    if isinstance(kind["needs"], str) or not isinstance(kind["needs"], Iterable):
        raise InvalidType(path="needs", value=kind["needs"], expected="an iterable of Need")
    needs = tuple(kind["needs"])
    if not all(type(need) is Need for need in needs):
        raise InvalidType(path="needs", value=needs, expected="an iterable of Need")
    value = Contact("newcomer", queue=queue, **{**kind, "needs": needs})
    record = router._state.queue(queue)
    if router._estimator is None:
        return WaitEstimate(contact="", at=router.now, position=1 + len(record.lineup.waiting))
    given: dict[str, Any] = {"channel": value.channel, "priority": value.priority, "needs": value.needs}
    if how:
        given["effort"] = effort
    state = router._state
    was, state.calling = state.calling, True
    try:
        answer = router._estimator.estimate_for(queue, **given)
    except RoutekitError:
        raise
    except Exception as fault:
        raise _failed(queue, fault) from fault
    finally:
        state.calling = was
    return _checked(queue, answer)


def _effort(estimator: Any, effort: str) -> bool:
    """Whether an estimator is told how much trouble to take; `InvalidValue` for what it does not know."""
    if effort not in EFFORTS:
        arguments.one_of(effort, "effort", *EFFORTS)
    known = () if estimator is None else estimator.efforts
    if known and effort not in known:
        problem = f"is nothing that {type(estimator).__name__} does: it knows {', '.join(known)}"
        raise InvalidValue(path="effort", value=effort, problem=problem)
    return bool(known)


def _failed(about: str, fault: Exception) -> EstimateFailed:
    return EstimateFailed(about=about, error=f"{type(fault).__name__}: {fault}")


def _checked(about: str, answer: Any) -> WaitEstimate:
    """What an estimator answered, if it is an estimate."""
    if not isinstance(answer, WaitEstimate):
        raise EstimateFailed(about=about, error=f"it answered {answer!r}, which is no WaitEstimate")
    return answer
