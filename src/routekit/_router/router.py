"""The router: every verb, as a thin façade over the parts beside it.

A verb checks its arguments, lets time pass, hands the command to the part that knows it, settles, and returns the
events. What a command means is in the part it is handed to; `docs/semantics.md` and `docs/around.md` say all of it in
words. The verbs of handing over are in `handover`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from routekit._model import Agent, Contact, Need, Queue, fields_of
from routekit._numbers import whole
from routekit._router import arguments, estimates
from routekit._router.arguments import text
from routekit._router.changes import score_of
from routekit._router.checking import check
from routekit._router.explain import AGENTS, Explanation, explain
from routekit._router.handover import Handover
from routekit._router.ranking import Decision, OfferExplanation, explain_offer
from routekit._router.reservations import ask_manager
from routekit._router.restoring import fill
from routekit._router.snapshot import FORMAT, VERSION, histories, last_agents, take
from routekit._router.stages import PARKED
from routekit._router.statistics import Statistics, statistics
from routekit._router.views import (
    AgentView,
    ContactView,
    CustomerView,
    OfferView,
    QueueView,
    View,
    agent_view,
    contact_view,
    customer_view,
    offer_view,
    queue_view,
)
from routekit.abc import Estimator
from routekit.commands import COMMANDS, Command
from routekit.errors import (
    ContactNotWaiting,
    IllegalMove,
    InvalidType,
    InvalidValue,
    RoutekitError,
    RouterBusy,
    SnapshotError,
    UnknownQueue,
    UnknownStrategy,
)
from routekit.estimation import WaitEstimate
from routekit.events import Screen
from routekit.strategies.names import queue_order as make_queue_order
from routekit.strategies.names import to_data as strategy_to_data

__all__ = ["Router"]

Events = tuple[Any, ...]

_VERBS = {kind: (re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower(), fields_of(kind)) for kind in COMMANDS}
"""From a command's class to its verb and that verb's arguments: the names are the same."""


class Router(Handover):
    """Decides who takes which contact. Does no I/O and reads no clock: every command carries its time.

    `seed` decides the draws of orders that draw. `registry` names the app's own strategies for snapshots. `estimator`
    answers `estimate`, and the steps and limits that look at a wait to come. `manager_of` gives the id of the agent to
    whom a customer belongs, or `None`; it is asked at each `enqueue` of a contact with a customer and no `prefer`.
    `history` is how many ended contacts are kept of each customer, `customers` of how many. `queue_order` compares
    queues, `trace` is how many decisions are kept whole. `unix_offset_s` is what has to be added to `at` to get Unix
    time, and `time_zone` says where days begin; with `None` what needs a calendar is refused.

    >>> from routekit import Agent, Contact, Queue, Router
    >>> router = Router(seed=7)
    >>> _ = router.add_queue(Queue("support"), at=0.0)
    >>> _ = router.add_agent(Agent("ann", queues=("support",)), at=0.0)
    >>> _ = router.sign_in("ann", at=0.0)
    >>> queued, offer = router.enqueue(Contact("c-1", queue="support"), at=1.0)
    >>> offer.agent, offer.expires_at
    ('ann', 21.0)
    """

    def apply(self, command: Command) -> Events:
        """Do what a command of `routekit.commands` says: exactly what calling its verb does.

        >>> from routekit import Queue, Router
        >>> from routekit.commands import AddQueue
        >>> [type(event).__name__ for event in Router().apply(AddQueue(Queue("support"), at=0.0))]
        ['QueueAdded']
        """
        verb = _VERBS.get(type(command))
        if verb is None:
            raise InvalidType(path="command", value=command, expected="a value of routekit.commands")
        name, fields = verb
        arguments_by_name = {field: getattr(command, field) for field in fields}
        changes = arguments_by_name.pop("changes", {})
        for field in changes:
            if field in arguments_by_name:
                raise InvalidValue(path=f"changes.{field}", value=changes[field], problem="is an argument of the verb")
        arguments_by_name.update(changes)
        events: Events = getattr(self, name)(**arguments_by_name)
        return events

    # -- contacts -----------------------------------------------------------------------------------------------------

    def enqueue(self, contact: Contact, *, at: float) -> Events:
        """Put a contact into the line of its queue. Cost: a logarithm, and a look at each limit of the queue.

        What a limit turns away, or what is merged into another contact of its customer, is no error: the events say so,
        and the contact is not in `contacts` then. Raises `DuplicateContact`, `UnknownQueue`; `InvalidValue` if it has
        been waiting since later than `at`; `StrategyError` if the app's `manager_of` fails.

        >>> from routekit import Contact, Limit, Queue, Router
        >>> router = Router()
        >>> _ = router.add_queue(Queue("support", limits=[Limit(length=1, reject="too-busy")]), at=0.0)
        >>> for name in ("c-1", "c-2"):
        ...     print([type(event).__name__ for event in router.enqueue(Contact(name, queue="support"), at=1.0)])
        ['ContactQueued']
        ['LimitReached', 'ContactRejected']
        """
        if type(contact) is not Contact:
            raise InvalidType(path="contact", value=contact, expected="a Contact")
        since = contact.waiting_since
        if since is not None:
            now = max(arguments.time(at), self._state.now)
            if since > now:
                raise InvalidValue(path="waiting_since", value=since, problem=f"must not be later than {now}")
        moment = self._begin(at)
        manager = None
        try:
            if self._manager_of is not None and contact.customer is not None:
                manager = ask_manager(self._state, self._manager_of, contact)
            if self._state.scored:
                self._guard_newcomer(contact, manager)
            self._changes.enqueue(contact, moment, manager)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def abandon(self, contact: str, *, at: float, reason: str = "abandoned") -> Events:
        """The customer has gone: a waiting or parked contact ends, a connected one is finished by the customer.

        Raises `UnknownContact`; `IllegalMove` for one that is wrapping up. Cost: a logarithm.
        """
        text(contact, "contact")
        text(reason, "reason")
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            if record.others or record.extras is not None:
                self._guard(record)
            self._changes.abandon(record, reason, "customer", moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def accept(self, offer: str, *, at: float) -> Events:
        """The agent takes the offered contact. Again while that contact is with them: `()`.

        Raises `StaleOffer` for an offer that is closed, `UnknownOffer` for one that was never made. Cost: a logarithm.
        """
        text(offer, "offer")
        moment = self._begin(at)
        try:
            record = self._offers.find(offer)
        except RoutekitError as error:
            raise self._refused(error) from None
        if record is not None:
            attempts = record.contact.attempts
            if attempts is not None and attempts.others:
                self._guard(record.contact)
            self._offers.accept(record, moment)
        return self._done()

    def decline(self, offer: str, *, at: float, reason: str = "declined") -> Events:
        """The agent does not take the contact: the pair is left alone for the queue's `decline_retry_s`.

        The contact goes to somebody else in the same call, and the agent rests for `retry_agent_s`. Raises
        `StaleOffer`, `UnknownOffer`. Cost: a logarithm.
        """
        text(offer, "offer")
        text(reason, "reason")
        moment = self._begin(at)
        try:
            record = self._offers.find_open(offer)
        except RoutekitError as error:
            raise self._refused(error) from None
        self._guard(record.contact)
        self._offers.decline(record, reason, moment)
        return self._done()

    def finish(self, contact: str, *, at: float, ended_by: str = "agent") -> Events:
        """End a connected contact, and all consults about it; wrap-up begins if its queue asks for it.

        A parked one ends without wrap-up.
        Raises `UnknownContact`; `IllegalMove` for one that waits or is wrapping up. Cost: a logarithm.
        """
        text(contact, "contact")
        text(ended_by, "ended_by")
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            if record.extras is not None:
                self._guard(record)
            self._works.finish(record, ended_by, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def end_wrap_up(self, agent: str, *, at: float, contact: str | None = None) -> Events:
        """End an agent's wrap-up of one contact, or all of theirs; the units find work at once.

        Raises `UnknownAgent`; `IllegalMove` if a contact is named that they do not wrap up. Cost: their work.
        """
        text(agent, "agent")
        if contact is not None:
            text(contact, "contact")
        moment = self._begin(at)
        try:
            record = self._state.agent(agent)
            ending = [work for work in record.works.values() if work.wrapping and contact in (None, work.contact.id)]
            if contact is not None and not ending:
                known = self._state.contacts.get(contact)
                state = "done" if known is None else known.stage.state
                reason = f"it does not wrap up with {agent!r}"
                raise IllegalMove(subject=contact, state=state, command="end_wrap_up", reason=reason)
            for work in ending:
                self._works.end_wrap_up(work, "ended", moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def requeue(self, contact: str, *, at: float, reason: str = "connect_failed", avoid_agent: bool = True) -> Events:
        """The connection failed: the contact goes back to its old place, and others are tried before this agent.

        No wrap-up, and the agent's idle time goes on. Raises `UnknownContact`; `IllegalMove` for one that is not
        connected; `UnknownQueue` if its queue was removed and nobody took over. Cost: a logarithm.
        """
        text(contact, "contact")
        text(reason, "reason")
        arguments.flag(avoid_agent, "avoid_agent")
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            self._guard(record, record.queue)
            self._works.requeue(record, reason, avoid_agent, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        self._offers.set_away_the_excessive(moment)
        return self._done()

    def update_contact(self, contact: Contact | str, *, at: float, **changes: Any) -> Events:
        """Change a contact: a whole new `Contact`, or an id with fields. It keeps its place.

        Raises `UnknownContact`; `InvalidValue` for another queue or `waiting_since`; `IllegalMove` for another
        channel unless it is queued. Cost: a logarithm.
        """
        name, fields = arguments.name_of(Contact, contact, "id", "contact", changes)
        moment = self._begin(at)
        try:
            record = self._state.contact(name)
            value = contact if isinstance(contact, Contact) else arguments.changed_value(record.value, fields)
            since = contact.waiting_since if isinstance(contact, Contact) else fields.get("waiting_since")
            self._guard(record)
            self._changes.update_contact(record, value, since, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def hold(self, contact: str, *, at: float) -> Events:
        """Record that a connected contact is on hold; its units stay held. Raises `UnknownContact`, `IllegalMove`."""
        text(contact, "contact")
        moment = self._begin(at)
        try:
            self._works.hold(self._state.contact(contact), moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def resume(self, contact: str, *, at: float) -> Events:
        """Record that a contact is off hold. Raises `UnknownContact`, `IllegalMove`."""
        text(contact, "contact")
        moment = self._begin(at)
        try:
            self._works.resume(self._state.contact(contact), moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def reconcile(self, live: Iterable[str], *, at: float, channel: str | None = None) -> Events:
        """End every contact (of a channel) that is not live any more; `Reconciled` lists what the router does not know.

        For an adapter that has lost its connection and is back. Cost: all contacts.
        """
        names = frozenset(arguments.texts(live, "live"))
        if channel is not None:
            text(channel, "channel")
        moment = self._begin(at)
        self._guard()
        self._changes.reconcile(names, channel, moment)
        return self._done()

    def advance(self, *, at: float, limit: int | None = None) -> Events:
        """Let time pass. With `limit`, at most that many changes are made now; the rest comes first next time."""
        if limit is None:
            self._begin(at)
            return self._done()
        most = min(whole(limit, "limit", 1), 2**62)
        state = self._state
        self._settling.catch_up(self._moment(at), most)
        self._turns += 1
        self._turn = self._turns
        events = tuple(state.out)
        state.out = []
        self._tell(events)
        return events

    # -- agents -------------------------------------------------------------------------------------------------------

    def add_agent(self, agent: Agent, *, at: float) -> Events:
        """Add an agent, offline. Raises `DuplicateAgent`, `UnknownQueue`."""
        if not isinstance(agent, Agent):
            raise InvalidType(path="agent", value=agent, expected="an Agent")
        moment = self._begin(at)
        try:
            self._changes.add_agent(agent, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def update_agent(self, agent: Agent | str, *, at: float, **changes: Any) -> Events:
        """Change an agent: a whole new `Agent`, or an id with fields. Held work stays, offers stand.

        Raises `UnknownAgent`, `UnknownQueue`. Cost: a logarithm, or a new supply profile.
        """
        name, fields = arguments.name_of(Agent, agent, "id", "agent", changes)
        moment = self._begin(at)
        try:
            record = self._state.agent(name)
            value = agent if isinstance(agent, Agent) else arguments.changed_value(record.value, fields)
            self._guard(record)
            self._changes.update_agent(record, value, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def remove_agent(self, agent: str, *, at: float, work: str | None = None) -> Events:
        """Remove an agent. Raises `AgentBusy` if they have work, unless `work="requeue"` puts it back."""
        text(agent, "agent")
        arguments.one_of(work, "work", None, "requeue")
        moment = self._begin(at)
        try:
            record = self._state.agent(agent)
            self._guard(record)
            self._changes.remove_agent(record, work == "requeue", moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def sign_in(self, agent: str, *, at: float) -> Events:
        """Sign an agent in: ready on all channels, and matched at once. Raises `UnknownAgent`, `IllegalMove`."""
        text(agent, "agent")
        moment = self._begin(at)
        try:
            self._presences.sign_in(self._state.agent(agent), moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def sign_out(self, agent: str, *, at: float, work: str = "keep") -> Events:
        """Sign an agent out; connected contacts are kept until finished, or with `work="requeue"` put back to their
        places.

        Raises `UnknownAgent`, `IllegalMove`; `UnknownQueue` if a contact has no queue to go back to. Cost: their
        work.
        """
        text(agent, "agent")
        arguments.one_of(work, "work", "keep", "requeue")
        moment = self._begin(at)
        try:
            record = self._state.agent(agent)
            self._guard(record)
            self._presences.sign_out(record, work == "requeue", moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def set_ready(self, agent: str, *, at: float, channels: Iterable[str] | None = None) -> Events:
        """An agent is ready on all channels; with `channels`, only those are opened again. Never ends a wrap-up.

        Raises `UnknownAgent`; `IllegalMove` for one who is offline, or with `channels` for one who is not ready.
        """
        text(agent, "agent")
        names = None if channels is None else arguments.texts(channels, "channels")
        moment = self._begin(at)
        try:
            self._presences.set_ready(self._state.agent(agent), names, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def set_away(self, agent: str, *, at: float, reason: str = "away", channels: Iterable[str] | None = None) -> Events:
        """An agent is away, or, with `channels`, closed on those. Open offers go to others; work stays.

        Raises `UnknownAgent`, `IllegalMove`. Cost: the offers, a logarithm each.
        """
        text(agent, "agent")
        text(reason, "reason")
        names = None if channels is None else arguments.texts(channels, "channels")
        moment = self._begin(at)
        try:
            record = self._state.agent(agent)
            self._guard(record)
            self._presences.set_away(record, reason, names, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    # -- queues -------------------------------------------------------------------------------------------------------

    def add_queue(self, queue: Queue, *, at: float) -> Events:
        """Add a queue. Raises `DuplicateQueue`; `CivilTimeUnknown` for one with `hours`, without `unix_offset_s`."""
        if not isinstance(queue, Queue):
            raise InvalidType(path="queue", value=queue, expected="a Queue")
        queue = arguments.bound(queue, self._registry)
        moment = self._begin(at)
        try:
            self._changes.add_queue(queue, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def update_queue(self, queue: Queue | str, *, at: float, **changes: Any) -> Events:
        """Change a queue: a whole new `Queue`, or a name with fields. Nobody loses a place. Cost: all who wait.

        New limits and hours act upon those who come from then on, and at the next closing; of the steps and limits of
        the wait, those that are due for somebody fire at once. Raises `UnknownQueue`;
        `CivilTimeUnknown` for `hours`, without `unix_offset_s`.
        """
        name, fields = arguments.name_of(Queue, queue, "name", "queue", changes)
        moment = self._begin(at)
        try:
            record = self._state.queue(name)
            value = queue if isinstance(queue, Queue) else arguments.changed_value(record.value, fields)
            value = arguments.bound(value, self._registry)
            if score_of(value) is not None:
                self._keep()  # also where it is the first queue that asks for scores
            else:
                self._guard()
            self._changes.update_queue(record, value, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def remove_queue(self, queue: str, *, at: float, move_to: str | None = None) -> Events:
        """Remove a queue; who waits or is parked in it moves to `move_to` with their place.

        Raises `QueueNotEmpty` if there is somebody and no `move_to`; `UnknownQueue`. Cost: all who wait.
        """
        text(queue, "queue")
        if move_to is not None:
            text(move_to, "move_to")
            if move_to == queue:
                raise InvalidValue(path="move_to", value=move_to, problem="must be another queue")
        moment = self._begin(at)
        try:
            self._guard()
            self._changes.remove_queue(self._state.queue(queue), move_to, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    # -- reads --------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float | None:
        """The time of the latest command, `None` before the first."""
        return None if self._state.now == float("-inf") else self._state.now

    @property
    def next_deadline(self) -> float | None:
        """When `advance` has something to do next, `None` if nothing is armed."""
        if self._state.halted:
            return self._state.now
        due = self._state.timers.next_due()
        return None if due == float("inf") else due

    @property
    def queues(self) -> Mapping[str, QueueView]:
        """The queues by name."""
        return View(self._state.queues, queue_view)

    @property
    def agents(self) -> Mapping[str, AgentView]:
        """The agents by id."""
        return View(self._state.agents, agent_view)

    @property
    def contacts(self) -> Mapping[str, ContactView]:
        """The contacts that are not done, by id."""
        return View(self._state.contacts, contact_view)

    @property
    def offers(self) -> Mapping[str, OfferView]:
        """The open offers by id."""
        return View(self._state.offers, offer_view)

    def position(self, contact: str, queue: str | None = None) -> int:
        """1 + the contacts before it in its queue's own order, whatever they need; of a further queue in which it is
        visible, those at home there. Cost: a logarithm.

        Raises `UnknownContact`, `ContactNotWaiting`; `UnknownQueue` for a queue that it does not wait in.
        """
        record = self._state.contact(text(contact, "contact"))
        if record.work is not None or record.stage is PARKED:
            raise ContactNotWaiting(contact=contact)
        if queue is None or queue == record.queue.name:
            return self._filing.position(record)
        for seeker in record.views or ():
            if seeker.queue.name == queue:
                return self._filing.position(seeker)
        raise UnknownQueue(queue=queue)

    def customer(self, customer: str) -> CustomerView:
        """What a customer has open, and what they had. One who was never heard of has nothing. Cost: that much.

        >>> from routekit import Contact, Queue, Router
        >>> router = Router()
        >>> _ = router.add_queue(Queue("support"), at=0.0)
        >>> _ = router.enqueue(Contact("c-1", queue="support", customer="cust-9"), at=1.0)
        >>> router.customer("cust-9").open
        ('c-1',)
        """
        return customer_view(self._state, text(customer, "customer"))

    def screen(self, contact: str) -> Screen | None:
        """What an agent is shown of a contact at this moment, as in `OfferMade.screen`; None if that is nothing.

        Raises `UnknownContact`. Cost: what the customer has open.
        """
        record = self._state.contact(text(contact, "contact"))
        return self._customers.screen(record, record.queue)

    def explain(self, contact: str, *, limit: int = AGENTS) -> Explanation:
        """Why a contact has nobody yet: each agent and the first reason why not, what would change it, and when.

        With more agents than `limit`, counts of reasons by supply profile. Raises `UnknownContact`. Cost: every agent,
        some microseconds of Python for each. `docs/explain.md` has the order of the reasons.

        >>> from routekit import Agent, Contact, Queue, Router
        >>> router = Router()
        >>> _ = router.add_queue(Queue("support"), at=0.0)
        >>> _ = router.add_agent(Agent("ann", queues=("support",)), at=0.0)
        >>> _ = router.enqueue(Contact("c-1", queue="support"), at=1.0)
        >>> print(router.explain("c-1"))
        c-1 is 1 of 1 in support; of 1 agents: 1 offline.
        It asks for voice, and has waited 0 s.
          ann is offline; needs to sign in
        """
        text(contact, "contact")
        most = whole(limit, "limit")
        return explain(self._state, self._state.contact(contact), most, self._estimator)

    def explain_offer(self, offer: str) -> OfferExplanation:
        """Why an open offer went to its agent: the winner's key, the runners-up, and who was refused for what.

        Raises `StaleOffer` for an offer that is closed, `UnknownOffer` for one that was never made. Cost: every agent.
        """
        text(offer, "offer")
        return explain_offer(self._state, self._offers, self._offers.find_open(offer))

    @property
    def traces(self) -> tuple[Decision, ...]:
        """The last decisions of a `Router(trace=N)`, at most N, oldest first, each with its whole ranking.

        Empty without a trace, and after a restore. Cost: each decision looks at every agent while a trace is kept.
        """
        return () if self._offers.tracer is None else tuple(self._offers.tracer.decisions)

    def statistics(self) -> Statistics:
        """All counts at this moment. Cost: the queues and agents."""
        return statistics(self._state)

    def snapshot(self) -> dict[str, Any]:
        """Everything about this router as plain data, for `restore`. Cost: everything that is in it.

        >>> import json
        >>> from routekit import Queue, Router
        >>> router = Router(seed=7)
        >>> _ = router.add_queue(Queue("support"), at=0.0)
        >>> same = Router.restore(json.loads(json.dumps(router.snapshot())))
        >>> list(same.queues), same.now
        (['support'], 0.0)
        """
        if self._state.calling:
            raise RouterBusy  # asked from within a decision: it would be of half a command
        data = {
            "format": FORMAT,
            "version": VERSION,
            "seed": self._seed,
            "unix_offset_s": self._unix_offset_s,
            "time_zone": self._time_zone,
            "trace": self._trace,
            "history": self._history,
            "customers": self._customers_kept,
            "queue_order": strategy_to_data(self._queue_order),
            "estimator": None if self._estimator is None else self._estimator.to_data(),
        }
        data.update(take(self._state))
        data["histories"] = histories(self._state)
        data["last_agents"] = last_agents(self._state)
        return data

    @classmethod
    def restore(
        cls,
        snapshot: Mapping[str, Any],
        *,
        registry: Mapping[str, object] | None = None,
        estimator: Estimator | None = None,
        manager_of: Callable[[str], str | None] | None = None,
    ) -> Router:
        """The router of a snapshot: from here on it gives the events that the old one would have given.

        `registry`, `estimator` and `manager_of` are code, and so not in it: give those that the old one had. Raises
        `SnapshotError` for what is no snapshot of this version, `UnknownStrategy` for a strategy that is in it by name
        and not in `registry`.
        """
        if not isinstance(snapshot, Mapping) or snapshot.get("format") != FORMAT:
            raise SnapshotError(f"this is no snapshot of a router: its format must be {FORMAT!r}")
        if snapshot.get("version") != VERSION:
            raise SnapshotError(
                f"this snapshot is of version {snapshot.get('version')!r}, and this release reads {VERSION} only: "
                "build the router anew from its queues, agents and contacts"
            )
        try:
            router = cls(
                snapshot["seed"],
                registry=registry,
                estimator=estimator,
                manager_of=manager_of,
                unix_offset_s=snapshot["unix_offset_s"],
                time_zone=snapshot["time_zone"],
                trace=snapshot["trace"],
                history=snapshot["history"],
                customers=snapshot["customers"],
                queue_order=make_queue_order(snapshot["queue_order"], registry),
            )
        except UnknownStrategy:
            raise
        except (KeyError, ValueError, TypeError, OverflowError) as fault:
            raise SnapshotError(f"this is no whole snapshot: {fault}") from fault
        fill(router._state, router._filing, router._reservations, snapshot, router._registry)
        kept = snapshot.get("estimator")
        if estimator is not None and kept is not None:
            try:
                estimator.restore(kept)
            except Exception as fault:  # an app's own may raise anything
                raise SnapshotError(f"the estimator cannot take up what it gave: {fault}") from fault
        return router

    def estimate(self, contact: str, effort: str = "quick") -> WaitEstimate:
        """How long a waiting contact will go on waiting; without an estimator, "too little data".

        `effort` is `"quick"`, which is cheap enough to ask for everybody at every event, or `"full"`. Nothing changes,
        and nothing is drawn from the router's counter. Raises `UnknownContact`, `ContactNotWaiting`; `EstimateFailed`
        where an estimator of the app's own fails; `InvalidValue` for an effort that there is not.

        >>> from routekit import Contact, Queue, Router
        >>> router = Router()
        >>> _ = router.add_queue(Queue("support"), at=0.0)
        >>> _ = router.enqueue(Contact("c-1", queue="support"), at=1.0)
        >>> print(router.estimate("c-1"))
        c-1, number 1: too little data
        """
        return estimates.of_contact(self, self._state, self._estimator, contact, effort)

    def estimate_for(
        self,
        queue: str,
        *,
        channel: str = "voice",
        priority: float = 0.0,
        needs: Iterable[Need] = (),
        effort: str = "quick",
    ) -> WaitEstimate:
        """How long a contact would wait that came now: for whoever decides whether to get in line at all.

        The estimate's `contact` is empty. `effort` and errors are as of `estimate`; and `UnknownQueue`, or whatever
        `Contact` says about a channel, a priority or needs that it does not take.
        """
        kind = {"channel": channel, "priority": priority, "needs": needs}
        return estimates.of_newcomer(self, queue, kind, effort)

    def check(self) -> None:
        """Assert every invariant of tables and index; for tests. Cost: everything, and more."""
        check(self._state)
