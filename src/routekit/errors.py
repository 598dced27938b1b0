"""Every error of routekit: one root, one class a situation, the ids as attributes.

Only exception classes live here, and nothing of routekit is imported, so that any module may raise any of
them. Each class is also the builtin that a caller would expect (``LookupError`` for a name that is not there,
``ValueError`` for a command that cannot be obeyed), and each message says what to do about it.

>>> try:
...     raise UnknownAgent(agent="ann")
... except LookupError as error:
...     print(error.agent, "|", error)
ann | there is no agent 'ann': add_agent() it first
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, Self

_short = reprlib.Repr()  # its limits are constructor arguments only from Python 3.12
_short.maxstring = _short.maxother = 80


def _shorten(value: object) -> str:
    """A short text of any value, also of one that cannot show itself: an int of 5,000 digits, a broken `__repr__`."""
    try:
        return _short.repr(value)
    except Exception:
        return f"<{type(value).__name__}>"


def _rebuild(kind: type[BaseException], args: tuple[Any, ...], state: Mapping[str, Any]) -> BaseException:
    """Make an error again from its pickle, without its keyword constructor."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class RoutekitError(Exception):
    """The root of every error that routekit raises on purpose.

    ``events`` holds what the refused command had fired before it was refused: the timers that were due by its
    time. They did happen, and sinks have seen them. It is empty for an error that came before that.
    """

    events: tuple[Any, ...]

    def __init__(self, message: str = "", *, events: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.events = events

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, vars(self))


class InvalidValue(RoutekitError, ValueError):
    """A value that no router could work with: ``path`` says where, ``problem`` what it should have been."""

    def __init__(self, *, path: str, value: object, problem: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"{path} {problem}, not {_shorten(value)}", events=events)
        self.path = path
        self.value = value
        self.problem = problem

    def below(self, parent: str) -> InvalidValue:
        """Return the same fault seen from one level further out, as a loader of whole files needs it.

        >>> InvalidValue(path="wrap_up_s", value=-1, problem="must be at least 0").below("queues.support").path
        'queues.support.wrap_up_s'
        """
        return InvalidValue(path=f"{parent}.{self.path}", value=self.value, problem=self.problem, events=self.events)


class InvalidType(RoutekitError, TypeError):
    """An object of the wrong class, where ``expected`` was needed."""

    def __init__(self, *, path: str, value: object, expected: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"{path} must be {expected}, not {type(value).__name__}: {_shorten(value)}", events=events)
        self.path = path
        self.value = value
        self.expected = expected


class InvalidConfiguration(ExceptionGroup[InvalidValue], RoutekitError, ValueError):
    """All the faults of one piece of configuration, together, so that they are mended in one go.

    It is a group and a ``RoutekitError`` and a ``ValueError``: ``except RoutekitError`` takes it whole,
    ``except* InvalidValue`` takes the faults one by one.

    >>> fault = InvalidValue(path="wrap_up_s", value=-1, problem="must be at least 0")
    >>> try:
    ...     raise InvalidConfiguration("Queue 'support'", [fault])
    ... except* InvalidValue as group:
    ...     print([str(one) for one in group.exceptions])
    ['wrap_up_s must be at least 0, not -1']
    """

    def __new__(cls, message: str, faults: Sequence[InvalidValue], /, *, events: tuple[Any, ...] = ()) -> Self:
        return super().__new__(cls, message, faults)

    def __init__(self, message: str, faults: Sequence[InvalidValue], /, *, events: tuple[Any, ...] = ()) -> None:
        # BaseExceptionGroup keeps message and faults in __new__ and takes no keyword here, so the root's
        # constructor, which would pass the message alone, is not called.
        self.events = events

    def derive(self, excs: Sequence[InvalidValue], /) -> Self:  # type: ignore[override]  # typeshed: any exception
        """Keep the class and the events when ``except*`` or ``split`` takes a part."""
        part = type(self)(self.message, excs)
        part.events = self.events
        return part


class UnknownContact(RoutekitError, LookupError):
    """No such contact is here: never enqueued, or done and forgotten."""

    def __init__(self, *, contact: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(
            f"there is no contact {contact!r}: enqueue() it first; one that is done is forgotten", events=events
        )
        self.contact = contact


class UnknownAgent(RoutekitError, LookupError):
    """No such agent was added, or it was removed."""

    def __init__(self, *, agent: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"there is no agent {agent!r}: add_agent() it first", events=events)
        self.agent = agent


class UnknownQueue(RoutekitError, LookupError):
    """No such queue was added, or it was removed. ``queues`` lists all that were missing at once."""

    def __init__(self, *, queue: str, queues: tuple[str, ...] = (), events: tuple[Any, ...] = ()) -> None:
        self.queue = queue
        self.queues = queues or (queue,)
        names = ", ".join(repr(name) for name in self.queues)
        super().__init__(f"there is no queue {names}: add_queue() it first", events=events)


class UnknownOffer(RoutekitError, LookupError):
    """An offer id that was never issued."""

    def __init__(self, *, offer: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(
            f"offer {offer!r} was never issued: use the .offer of an OfferMade of this router", events=events
        )
        self.offer = offer


class ContactNotWaiting(RoutekitError, LookupError):
    """Something was asked of a waiting contact, and this one waits in no line."""

    def __init__(self, *, contact: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"contact {contact!r} is not waiting, so it has no position", events=events)
        self.contact = contact


class DuplicateContact(RoutekitError, ValueError):
    """A contact of that id is here already."""

    def __init__(self, *, contact: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(
            f"contact {contact!r} is here already: update_contact() it, or give the new one its own id", events=events
        )
        self.contact = contact


class DuplicateAgent(RoutekitError, ValueError):
    """An agent of that id is here already."""

    def __init__(self, *, agent: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"agent {agent!r} is here already: use update_agent() to change it", events=events)
        self.agent = agent


class DuplicateQueue(RoutekitError, ValueError):
    """A queue of that name is here already."""

    def __init__(self, *, queue: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"queue {queue!r} is here already: use update_queue() to change it", events=events)
        self.queue = queue


class StaleOffer(RoutekitError, ValueError):
    """An offer that was issued and is closed: someone else took it, or its time ran out."""

    def __init__(self, *, offer: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(
            f"offer {offer!r} is closed: tell the agent that the contact is no longer theirs to take", events=events
        )
        self.offer = offer


class IllegalMove(RoutekitError, ValueError):
    """A command that is not possible in that state. ``subject`` is an id.

    ``reason`` says what forbids it where the tables of states would not; None: they do.
    """

    def __init__(
        self, *, subject: str, state: str, command: str, reason: str | None = None, events: tuple[Any, ...] = ()
    ) -> None:
        why = "docs/states.md lists what is" if reason is None else reason
        super().__init__(f"{command} is not possible for {subject!r}, which is {state!s}: {why}", events=events)
        self.subject = subject
        self.state = state
        self.command = command
        self.reason = reason


class AgentBusy(RoutekitError, ValueError):
    """An agent that cannot be removed because of the contacts that it still has."""

    def __init__(self, *, agent: str, contacts: tuple[str, ...], events: tuple[Any, ...] = ()) -> None:
        super().__init__(
            f"agent {agent!r} still has {', '.join(contacts)}: finish these, or pass work='requeue'", events=events
        )
        self.agent = agent
        self.contacts = contacts


class QueueNotEmpty(RoutekitError, ValueError):
    """A queue that cannot be removed because of the contacts that wait in it. ``waiting`` is how many."""

    def __init__(self, *, queue: str, waiting: int, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"queue {queue!r} has {waiting} waiting: pass move_to= another queue", events=events)
        self.queue = queue
        self.waiting = waiting


class AgentNotInQueue(RoutekitError, LookupError):
    """An agent who was to have a contact and is not in the queue through which they were to get it.

    ``queue`` is None where none was named, and they are in none at all.
    """

    def __init__(self, *, agent: str, queue: str | None = None, events: tuple[Any, ...] = ()) -> None:
        where = "in no queue" if queue is None else f"not in queue {queue!r}"
        super().__init__(f"agent {agent!r} is {where}: add a membership, or name another queue", events=events)
        self.agent = agent
        self.queue = queue


class TransferRefused(RoutekitError, ValueError):
    """A transfer to a queue whose limits take nobody now, nor send them on: the contact stays where it is."""

    def __init__(self, *, contact: str, queue: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(
            f"contact {contact!r} cannot go to queue {queue!r}, whose limits refuse it: keep it, or try another queue",
            events=events,
        )
        self.contact = contact
        self.queue = queue


class RouterBusy(RoutekitError, RuntimeError):
    """The router was called from inside one of its own calls, such as from an event sink."""

    def __init__(
        self,
        message: str = "the router is in the middle of a command: keep the event and call after it returns",
        *,
        events: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(message, events=events)


class SinkFailed(RoutekitError, RuntimeError):
    """A sink raised ``faults``. The command was carried out all the same: ``events`` are its events."""

    def __init__(self, *, faults: tuple[Exception, ...], events: tuple[Any, ...] = ()) -> None:
        what = "; ".join(f"{type(fault).__name__}: {fault}" for fault in faults)
        super().__init__(f"the command was carried out (see .events), but telling it failed: {what}", events=events)
        self.faults = faults


class StrategyError(RoutekitError, ValueError):
    """A strategy of the app's own raised, or gave what is no key, and the command was refused before any change."""

    def __init__(self, *, strategy: str, error: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"strategy {strategy!r} failed, so that nothing was done: {error}", events=events)
        self.strategy = strategy
        self.error = error


class EstimateFailed(RoutekitError, RuntimeError):
    """An estimator of the app's own raised when it was asked, or answered something else than a `WaitEstimate`.

    ``about`` is the contact, or the queue for one that has not come yet; what was raised is the ``__cause__``.
    """

    def __init__(self, *, about: str, error: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"the estimator failed when it was asked about {about!r}: {error}", events=events)
        self.about = about
        self.error = error


class EstimatorTaken(RoutekitError, ValueError):
    """An estimator that learns of one router was given to a second one."""

    def __init__(
        self,
        message: str = "this estimator has a router already, and would mix up the two: make another",
        *,
        events: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(message, events=events)


class SnapshotError(RoutekitError, ValueError):
    """A snapshot that this version cannot restore, or that was changed on the way."""


class UnknownStrategy(RoutekitError, LookupError):
    """A strategy, score or estimator that is used by a name which nothing is registered under."""

    def __init__(self, *, name: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"nothing is registered as {name!r}: pass it in registry=, or mend the name", events=events)
        # `name` would be ambiguous only with ImportError, which this class is not.
        self.name = name


class MissingExtra(RoutekitError, ImportError):
    """A part of routekit that needs an extra which is not installed."""

    def __init__(self, *, extra: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"this needs an extra: pip install 'routekit[{extra}]'", events=events)
        self.extra = extra


class ModelError(RoutekitError, ValueError):
    """A saved model of waits that does not fit or is damaged: ``path`` is its file."""

    def __init__(self, *, path: str, problem: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"{path}: {problem}", events=events)
        self.path = path
        self.problem = problem


class CivilTimeUnknown(RoutekitError, ValueError):
    """A calendar or a day was asked for, and the router was not told how its times relate to dates."""

    def __init__(
        self,
        message: str = "this needs civil time: make the router with unix_offset_s= and time_zone=",
        *,
        events: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(message, events=events)


class LogError(RoutekitError, ValueError):
    """A log that cannot be read: ``path``, and from 1 the ``line`` and ``column`` where it stops making sense."""

    def __init__(
        self,
        problem: str,
        *,
        path: str,
        line: int | None = None,
        column: int | str | None = None,
        events: tuple[Any, ...] = (),
    ) -> None:
        place = "".join(
            f", {what} {where}" for what, where in (("line", line), ("column", column)) if where is not None
        )
        super().__init__(f"{path}{place}: {problem}", events=events)
        self.problem = problem
        self.path = path
        self.line = line
        self.column = column
