"""How an estimator is asked: its arguments checked, the router closed to commands meanwhile, its faults named.

Only that lives here. What there is to be estimated is the estimator's affair, and what it may look at is `reads`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from routekit._model import Contact, Need
from routekit._router import arguments
from routekit.errors import EstimateFailed, InvalidType, InvalidValue, RoutekitError
from routekit.estimation import WaitEstimate

if TYPE_CHECKING:
    from routekit._router.router import Router

__all__ = ["EFFORTS", "of_contact", "of_newcomer"]

EFFORTS = ("quick", "full")
"""How much trouble an estimator may be asked to take."""


def of_contact(router: Router, contact: str, effort: str) -> WaitEstimate:
    """The estimate for a waiting contact; see `Router.estimate`."""
    position = router.position(contact)
    how = _effort(router._estimator, effort)
    if router._estimator is None:
        return WaitEstimate(contact=contact, at=router.now, position=position)
    return _ask(router, "estimate", contact, how)


def of_newcomer(router: Router, queue: str, kind: Mapping[str, Any], effort: str) -> WaitEstimate:
    """The estimate for one who would come now; see `Router.estimate_for`."""
    arguments.text(queue, "queue")
    how = _effort(router._estimator, effort)
    arguments.text(kind["channel"], "channel")
    if isinstance(kind["needs"], str) or not isinstance(kind["needs"], Iterable):
        raise InvalidType(path="needs", value=kind["needs"], expected="an iterable of Need")
    needs = tuple(kind["needs"])
    if not all(type(need) is Need for need in needs):
        raise InvalidType(path="needs", value=needs, expected="an iterable of Need")
    value = Contact("newcomer", queue=queue, **{**kind, "needs": needs})
    record = router._state.queue(queue)
    if router._estimator is None:
        return WaitEstimate(contact="", at=router.now, position=1 + len(record.lineup.waiting))
    given = {"channel": value.channel, "priority": value.priority, "needs": value.needs, **how}
    return _ask(router, "estimate_for", queue, given)


def _effort(estimator: Any, effort: str) -> dict[str, Any]:
    """The argument that says how much trouble to take, for an estimator that knows it."""
    arguments.one_of(effort, "effort", *EFFORTS)
    known = () if estimator is None else estimator.efforts
    if known and effort not in known:
        problem = f"is nothing that {type(estimator).__name__} does: it knows {', '.join(known)}"
        raise InvalidValue(path="effort", value=effort, problem=problem)
    return {"effort": effort} if known else {}


def _ask(router: Router, name: str, about: str, given: Mapping[str, Any]) -> WaitEstimate:
    """What the estimator answers, which may read this router meanwhile and not command it."""
    state = router._state
    was, state.calling = state.calling, True
    try:
        answer = getattr(router._estimator, name)(about, **given)
    except RoutekitError:
        raise
    except Exception as fault:  # user code may raise anything
        raise EstimateFailed(about=about, error=f"{type(fault).__name__}: {fault}") from fault
    finally:
        state.calling = was
    if not isinstance(answer, WaitEstimate):
        raise EstimateFailed(about=about, error=f"it answered {answer!r}, which is no WaitEstimate")
    return answer
