"""How a command runs: time passes, the change is made, all is settled, and whoever watches is told.

What every verb of `router` has in common, and the parts that they hand their commands to. What a command means is in
those parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from routekit._model import Contact
from routekit._numbers import MOST_WHOLE, finite_float, whole
from routekit._router import arguments
from routekit._router.announcements import Announcements
from routekit._router.arguments import LATEST
from routekit._router.asking import Asking
from routekit._router.changes import Changes
from routekit._router.consults import Consults
from routekit._router.customers import Customers
from routekit._router.exclusions import Exclusions
from routekit._router.filing import Filing
from routekit._router.limits import Limits
from routekit._router.moving import Moving
from routekit._router.offers import Offers
from routekit._router.parking import Parking
from routekit._router.presence import Presences
from routekit._router.ranking import Tracer
from routekit._router.reads import Reads
from routekit._router.records import ContactRecord, QueueRecord, queues_of
from routekit._router.reservations import Reservations
from routekit._router.restoring import Orders, fill
from routekit._router.scores import Scores
from routekit._router.settling import NO_LIMIT, Settling
from routekit._router.snapshot import take
from routekit._router.state import State
from routekit._router.work import Works
from routekit.abc import Estimator, EventSink, QueueOrder
from routekit.errors import InvalidType, RoutekitError, RouterBusy, SinkFailed, StrategyError
from routekit.strategies.names import check_queue_order
from routekit.strategies.queue_orders import ByUrgency

__all__ = ["Running"]

Events = tuple[Any, ...]


class Running:
    """A router without its verbs."""

    def __init__(
        self,
        seed: int = 0,
        *,
        registry: Mapping[str, object] | None = None,
        estimator: Estimator | None = None,
        unix_offset_s: float | None = 0.0,
        time_zone: str | None = "UTC",
        trace: int = 0,
        queue_order: QueueOrder | None = None,
        history: int = 5,
        customers: int = 100_000,
        manager_of: Callable[[str], str | None] | None = None,
    ) -> None:
        self._queue_order: QueueOrder = ByUrgency() if queue_order is None else queue_order
        check_queue_order(self._queue_order)
        self._seed = whole(seed, "seed", -(2**127))
        self._registry = dict(registry or {})
        self._estimator = estimator
        if manager_of is not None and not callable(manager_of):
            raise InvalidType(path="manager_of", value=manager_of, expected="callable with a customer")
        self._manager_of = manager_of
        self._unix_offset_s = None if unix_offset_s is None else finite_float(unix_offset_s, "unix_offset_s")
        self._time_zone = None if time_zone is None else arguments.zone(time_zone)
        self._trace = whole(trace, "trace")
        self._history = whole(history, "history", 0, MOST_WHOLE)
        self._customers_kept = whole(customers, "customers", 0, 2**53)
        self._busy = False
        self._turn = 0  # another number after each command, 0 within one: what was read then keeps until the next
        self._turns = 0
        self._due = 0  # of the events in hand, those that were due before the command
        self._sinks: list[EventSink] = []
        self._saved: dict[str, Any] | None = None  # of before the command in hand, where that may be taken back
        self._saved_orders: Orders | None = None
        self._build(None)
        if estimator is not None:
            estimator.attach(Reads(self))

    def _build(self, tracer: Any) -> None:
        """Make an empty state and the parts that work on it."""
        state = State(self._seed)
        state.unix_offset_s = self._unix_offset_s
        state.time_zone = self._time_zone
        state.history_kept = self._history
        state.customers_kept = self._customers_kept
        state.queue_order = self._queue_order if self._queue_order.shares else None
        scores = Scores(state)
        filing = Filing(state, scores)
        exclusions = Exclusions(state, filing)
        reservations = Reservations(state, filing)
        customers = Customers(state, filing, reservations)
        works = Works(state, filing, scores, exclusions, reservations, customers)
        offers = Offers(state, filing, scores, exclusions, reservations, works)
        if self._trace:
            offers.tracer = Tracer(state, offers, self._trace)
            if tracer is not None:
                offers.tracer.decisions = tracer.decisions
        Asking(state)
        moving = Moving(state, filing, works, offers)
        limits = Limits(state, filing, works, moving, self._estimator)
        filing.limits = limits
        filing.announcements = Announcements(state, filing, self._estimator)
        self._state = state
        self._filing = filing
        self._exclusions = exclusions
        self._customers = customers
        self._reservations = reservations
        self._works = works
        self._parking = Parking(state, filing, works)
        offers.parking = self._parking
        self._consults = Consults(state, filing, works, offers)
        self._offers = offers
        self._presences = Presences(state, filing, scores, works, offers)
        self._changes = Changes(
            state, filing, scores, exclusions, reservations, works, offers, self._presences, moving, limits
        )
        reservations.changes = self._changes
        self._settling = Settling(state, filing, scores, exclusions, reservations, works, offers)
        self._settling.parking = self._parking

    # -- taking a command back ----------------------------------------------------------------------------------------

    def _guard(self, *concerned: Any) -> None:
        """Before a command that may have to ask an app's score with its change already made: keep what there is.

        `concerned` are the contacts, agents and queues of the command, nothing for all: unless one of them has to do
        with a queue that goes by such scores, or leads to one, none will be asked. Cost: then a snapshot.
        """
        state = self._state
        if state.scored and (not concerned or any(_asks(state, record) for record in concerned)):
            self._keep()

    def _keep(self) -> None:
        """Keep what there is, so that the command in hand can be taken back."""
        self._saved = take(self._state)
        self._saved_orders = Orders(self._state)
        self._state.guarded = True

    def _guard_newcomer(self, contact: Contact, manager: str | None) -> None:
        """A newcomer's agent is chosen before anything changes, but for one whose first steps fire at once, whom
        limits may send elsewhere, or who may be meant for certain agents. Nowhere is none asked that its queue does
        not lead to.
        """
        queues = self._state.queues
        queue = queues.get(contact.queue)
        if queue is None or not _asks(self._state, queue):
            return
        meant = bool(contact.prefer) or manager is not None
        if not meant and contact.customer is not None:
            values = [queue.value for queue in queues.values()]
            meant = any(value.sticky_s is not None or value.same_customer in ("keep", "merge") for value in values)
        if meant or queue.limits or (queue.steps and queue.steps[0].after_s <= 0.0):
            self._keep()

    def _restore(self) -> None:
        """Go back to what was kept. What an app holds of `queues`, `agents`, ... goes on showing this router."""
        old, saved = self._state, self._saved
        assert saved is not None
        self._saved = None
        self._build(self._offers.tracer)
        state = self._state
        for name in ("queues", "agents", "contacts", "offers"):
            table = getattr(old, name)
            table.clear()
            setattr(state, name, table)
        fill(state, self._filing, self._reservations, saved, self._registry, self._saved_orders)
        state.lease_base = old.lease_base

    # -- how a command runs -------------------------------------------------------------------------------------------

    def _begin(self, at: float) -> float:
        """Check the time, let it pass, and return the time of the command."""
        moment = self._moment(at)
        state = self._state
        if state.halted or state.timers.next_due() <= moment:
            self._settling.catch_up(moment, NO_LIMIT)
        else:
            state.now = moment
        self._due = len(state.out)
        return moment

    def _moment(self, at: float) -> float:
        """The time of a command: as given, or the router's if that is later."""
        moment = at if type(at) is float and -LATEST <= at <= LATEST else arguments.time(at)
        state = self._state
        if self._busy or state.calling:
            raise RouterBusy
        self._turn = 0
        if moment < state.now:
            skew = state.now - moment
            state.clock_skews += 1
            if skew > state.clock_skew_s:
                state.clock_skew_s = skew
            moment = state.now
        state.lease_base = moment
        return moment

    def _done(self) -> Events:
        """Settle, and hand the events out."""
        state = self._state
        if state.dirty_contacts or state.dirty_agents or state.drain_dirty:
            try:
                self._settling.settle(NO_LIMIT)
            except StrategyError as error:
                raise self._taken_back(error) from error.__cause__
        if state.guarded:
            state.guarded = False
            self._saved = None
        self._turns += 1
        self._turn = self._turns
        events = tuple(state.out)
        state.out = []
        if self._sinks or self._estimator is not None:
            self._tell(events)
        return events

    def _taken_back(self, error: StrategyError) -> RoutekitError:
        """An app's score has failed in the middle of a command: it is as if the command had never been given."""
        events = self._state.out[: self._due]
        self._restore()
        self._state.out[:] = events
        return self._refused(error)

    def _refused(self, error: RoutekitError) -> RoutekitError:
        """A command that does not fit the state: what was due has happened all the same, and the error carries it."""
        state = self._state
        state.guarded = False
        self._turns += 1
        self._turn = self._turns
        # What was said on the way to the refusal, of an estimator that has failed, is not said.
        state.event_seq -= len(state.out) - self._due
        del state.out[self._due :]
        error.events = tuple(state.out)
        state.out = []
        if error.events and (self._sinks or self._estimator is not None):
            try:
                self._tell(error.events)
            except RoutekitError as failed:
                error.add_note(f"and while its events were told: {failed}")
        return error

    def _tell(self, events: Events) -> None:
        """Tell the estimator and the sinks, all of them, whatever any of them raises."""
        if not events:
            return
        self._busy = True
        faults: list[Exception] = []
        try:
            for sink in (*self._sinks, *([] if self._estimator is None else [self._estimator.observe])):
                try:
                    sink(events)
                except Exception as fault:  # the others are told all the same
                    faults.append(fault)
        finally:
            self._busy = False
        if faults:
            first = faults[0]
            if isinstance(first, RoutekitError):
                # Above all `RouterBusy`, from a sink that commanded the router. The events are not to be lost.
                first.events = events
                raise first
            raise SinkFailed(faults=tuple(faults), events=events) from faults[0]

    def subscribe(self, sink: EventSink) -> None:
        """Have a sink called with the events of every command, after its commit."""
        if not callable(sink):
            raise InvalidType(path="sink", value=sink, expected="callable with a tuple of events")
        self._sinks.append(sink)

    def unsubscribe(self, sink: EventSink) -> None:
        """Call a sink no more; one that was not subscribed is a `ValueError`."""
        self._sinks.remove(sink)

    def freeze(self) -> None:
        """Tell the garbage collector that what exists now will stay (`gc.freeze`).

        With a million contacts waiting one full collection takes most of a second; after this it passes over them, and
        over those who come later, until they are gone. It concerns the whole process, and for its life: cycles through
        what waits at that moment are not found any more. Call it once, after a large start or restore.
        """
        import gc

        gc.collect()
        gc.freeze()
        self._state.contacts.hide()


def _asks(state: State, record: Any) -> bool:
    """Whether what may come of a change to a record can be up to a queue that asks an app for scores."""
    if isinstance(record, QueueRecord):
        return _leads_to_scores(state, record)
    if isinstance(record, ContactRecord):
        holders = [offer.agent for offer in (record.offer, *record.others) if offer is not None]
        if record.work is not None:
            holders.append(record.work.agent)
        if record.drainer is not None:
            holders.append(record.drainer)
        linked = () if record.extras is None or record.extras.consults is None else record.extras.consults
        return any(_asks(state, other) for other in (*queues_of(record), *holders, *linked))
    queues = [member.queue for member in record.members.values()]
    queues += [queue for offer in record.offers.values() for queue in queues_of(offer.contact)]
    queues += [work.contact.queue for work in record.works.values()]
    queues += [contact.queue for contact in (record.owned or {}).values()]
    if record.drains_for is not None:
        queues += queues_of(record.drains_for)
    return any(_asks(state, queue) for queue in queues)


def _leads_to_scores(state: State, queue: QueueRecord) -> bool:
    """Whether a queue, or one that its steps and limits lead to, asks an app. Cost: those, once until queues change."""
    known = state.reaching.get(queue.seq)
    if known is None:
        reached = [queue]
        for other in reached:
            for name in _led_to(other):
                record = state.queues.get(name) or state.removed.get(name)
                if record is not None and record not in reached:
                    reached.append(record)
        known = state.reaching[queue.seq] = any(other.asks for other in reached)
    return known


def _led_to(queue: QueueRecord) -> list[str]:
    """The names of the queues that one takes contacts to by itself; of a removed one, who took over."""
    if queue.removed:
        return [] if queue.successor is None else [queue.successor]
    value = queue.value
    named = [step.move_to for step in value.timeline] + [step.add_queue for step in value.timeline]
    named += [limit.move_to for limit in value.limits]
    return [name for name in named if name is not None]
