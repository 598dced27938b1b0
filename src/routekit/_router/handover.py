"""The verbs of handing over: transferring a contact, parking one, promising one, asking a colleague.

A verb checks its arguments, lets time pass, hands the command to the part that knows it, settles, and returns the
events, as those of `router` do.
"""

from __future__ import annotations

from typing import Any

from routekit._numbers import MOST_PRIORITY, kept_within
from routekit._router import arguments
from routekit._router.consults import queue_for, refuse_consult
from routekit._router.linked_ids import FOLLOW_UP, free_id
from routekit._router.running import Running
from routekit.errors import AgentNotInQueue, DuplicateContact, InvalidValue, RoutekitError

__all__ = ["Handover"]

Events = tuple[Any, ...]


class Handover(Running):
    """What takes a contact from one agent, for later or for another one."""

    def transfer(
        self,
        contact: str,
        queue: str | None = None,
        *,
        at: float,
        agent: str | None = None,
        keep_place: bool | None = None,
        raise_priority: float = 0.0,
        reference: str | None = None,
    ) -> Events:
        """Hand a contact, waiting or connected, to another queue, to an agent, for whom it is reserved for the queue's
        `prefer_s`, or both; `reference` is the app's, for whoever is offered the contact next.

        Its agent wraps up. `keep_place=None`: one that waits keeps its place, a connected one starts anew.
        `raise_priority` is added from then on. With an agent alone it goes to its own queue if they are in that, else
        to the first of theirs. Raises `UnknownContact`, `UnknownQueue`, `UnknownAgent`; `AgentNotInQueue` for an agent
        who is not in the queue, or alone and in none; `IllegalMove` for one that is parked or wrapping up;
        `TransferRefused` where the queue's limits leave no way, and then nothing has changed. Cost: a logarithm, and a
        look at each limit.

        >>> from routekit import Agent, Contact, Queue, Router
        >>> router = Router()
        >>> for name in ("first", "second"):
        ...     _ = router.add_queue(Queue(name), at=0.0)
        >>> for agent, queue in (("ann", "first"), ("bob", "second")):
        ...     _ = router.add_agent(Agent(agent, queues=(queue,)), at=0.0)
        ...     _ = router.sign_in(agent, at=0.0)
        >>> _ = router.enqueue(Contact("c-1", queue="first"), at=1.0)
        >>> _ = router.accept("o-1", at=3.0)
        >>> offer = router.transfer("c-1", "second", keep_place=True, reference="note-17", at=60.0)[-1]
        >>> offer.agent, offer.screen.reference, router.contacts["c-1"].waiting_since
        ('bob', 'note-17', 1.0)
        """
        arguments.text(contact, "contact")
        arguments.texts_if_given(queue=queue, agent=agent, reference=reference)
        if queue is None and agent is None:
            raise InvalidValue(path="queue", value=None, problem="must be given where no agent is")
        if keep_place is not None:
            arguments.flag(keep_place, "keep_place")
        credit = float(kept_within(raise_priority, "raise_priority", 0.0, MOST_PRIORITY))
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            target = None if queue is None else self._state.queue(queue)
            meant = None if agent is None else self._state.agent(agent)
            if target is None:
                assert meant is not None
                target = queue_for(self._state, record, meant)
            elif meant is not None and target.seq not in meant.members:
                raise AgentNotInQueue(agent=meant.id, queue=target.name)
            self._guard(record, target)
            self._changes.transfer(record, target, keep_place, moment, meant, credit, reference)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def park(self, contact: str, *, at: float, until: float | None = None) -> Events:
        """Take a connected contact, which waits for something else, from its agent; `until` a time at most, or for
        `None` until `unpark`.

        The agent is free at once, without wrap-up, and owns it: when it comes back to its place, it is theirs for
        `return_wait_s`. It does not age meanwhile. Raises `UnknownContact`; `IllegalMove` for one that is not
        connected, and for a consult; `InvalidValue` if `until` is not later than now; `UnknownQueue` if its queue was
        removed and nobody took over. Cost: a logarithm.

        >>> from routekit import Agent, Contact, Queue, Router
        >>> router = Router()
        >>> _ = router.add_queue(Queue("mail"), at=0.0)
        >>> _ = router.add_agent(Agent("ann", queues=("mail",)), at=0.0)
        >>> _ = router.sign_in("ann", at=0.0)
        >>> _ = router.enqueue(Contact("m-1", queue="mail", channel="email"), at=1.0)
        >>> _ = router.accept("o-1", at=2.0)
        >>> _ = router.park("m-1", until=3600.0, at=60.0)
        >>> router.contacts["m-1"].owner, router.agents["ann"].contacts, router.next_deadline
        ('ann', (), 3600.0)
        """
        arguments.text(contact, "contact")
        if until is not None:
            until = arguments.time(until, "until")
            now = max(arguments.time(at), self._state.now)
            if until <= now:
                raise InvalidValue(path="until", value=until, problem=f"must be later than {now}")
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            refuse_consult(record, "park")
            self._guard(record)
            self._parking.park(record, until, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def unpark(self, contact: str, *, at: float) -> Events:
        """Put a parked contact back to its place, which it has kept, or a follow-up into its line before its time.

        Raises `UnknownContact`; `IllegalMove` for one that is not parked. Cost: a logarithm.
        """
        arguments.text(contact, "contact")
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            self._guard(record)
            self._parking.unpark(record, "unpark", moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def follow_up(
        self,
        contact: str,
        *,
        at: float,
        due_at: float,
        agent: str | None = None,
        queue: str | None = None,
        channel: str = "task",
        id: str | None = None,
    ) -> Events:
        """Promise something for `due_at`: a contact that is parked, and enters the line `lead_s` before by itself.

        It is `id`, or `<contact>/follow-up-N`; it has the customer, needs and priority of `contact`, waits in `queue`
        or else in its home, is its agent's unless `agent` says whose, and ages against what was promised. Raises
        `UnknownContact`, `UnknownAgent`, `DuplicateContact`, `UnknownQueue`; `IllegalMove` for a consult;
        `InvalidValue` if `due_at` is earlier than now. Cost: a logarithm.

        >>> from routekit import Contact, Queue, Router
        >>> router = Router()
        >>> _ = router.add_queue(Queue("support", lead_s=300), at=0.0)
        >>> _ = router.enqueue(Contact("c-1", queue="support", customer="cust-9"), at=1.0)
        >>> promised = router.follow_up("c-1", due_at=7200.0, channel="callback", at=10.0)[0]
        >>> promised.follow_up, promised.enters_at
        ('c-1/follow-up-1', 6900.0)
        """
        arguments.text(contact, "contact")
        due_at = arguments.time(due_at, "due_at")
        arguments.texts_if_given(agent=agent, queue=queue, id=id)
        arguments.text(channel, "channel")
        now = max(arguments.time(at), self._state.now)
        if due_at < now:
            raise InvalidValue(path="due_at", value=due_at, problem=f"must not be earlier than {now}")
        moment = self._begin(at)
        try:
            state = self._state
            record = state.contact(contact)
            owner = self._parking.holder(record) if agent is None else state.agent(agent)
            if id is not None and id in state.contacts:
                raise DuplicateContact(contact=id)
            home = self._works.home(record) if queue is None else state.queue(queue)
            refuse_consult(record, "follow_up")
            self._guard(home)
            name = free_id(state, contact + FOLLOW_UP) if id is None else id
            self._parking.follow_up(record, due_at, owner, home, channel, name, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def consult(self, contact: str, *, at: float, agent: str | None = None, queue: str | None = None) -> Events:
        """Ask an agent, or whoever takes it in a queue, while the customer waits: a contact `<contact>/consult-N`, with
        an offer of its own.

        An agent is waited for no longer than `prefer_s`, and nobody is asked instead; the contact stays as it is:
        `hold` it besides, if need be. Raises `UnknownContact`, `UnknownAgent`, `UnknownQueue`; `IllegalMove`
        for one that is not connected, is a consult, or has one that is not joined, and for the agent who has it, whom a
        consult never comes to; `AgentNotInQueue` for an agent
        without queues; `InvalidValue` unless one of both is given. Cost: a logarithm.

        >>> from routekit import Agent, Contact, Queue, Router
        >>> router = Router()
        >>> _ = router.add_queue(Queue("support"), at=0.0)
        >>> for name in ("ann", "bob"):
        ...     _ = router.add_agent(Agent(name, queues=("support",)), at=0.0)
        ...     _ = router.sign_in(name, at=0.0)
        >>> _ = router.enqueue(Contact("c-1", queue="support"), at=1.0)
        >>> _ = router.accept("o-1", at=3.0)
        >>> offer = router.consult("c-1", agent="bob", at=60.0)[-1]
        >>> offer.contact, offer.agent
        ('c-1/consult-1', 'bob')
        >>> _ = router.accept(offer.offer, at=65.0)
        >>> _ = router.complete_transfer("c-1", at=90.0)
        >>> router.contacts["c-1"].agent
        'bob'
        """
        arguments.text(contact, "contact")
        if (agent is None) == (queue is None):
            raise InvalidValue(path="agent", value=agent, problem="or queue must be given, and not both")
        arguments.texts_if_given(agent=agent, queue=queue)
        moment = self._begin(at)
        try:
            state = self._state
            record = state.contact(contact)
            colleague = None if agent is None else state.agent(agent)
            target = None if queue is None else state.queue(queue)
            self._guard(*[one for one in (record, colleague, target) if one is not None])
            self._consults.begin(record, colleague, target, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def join(self, contact: str, *, at: float, agent: str | None = None) -> Events:
        """Whoever was asked joins the customer; with `agent`, a supervisor does so without having been asked.

        A supervisor is connected at once, by a consult of their own, whatever their queues, skills and room. Raises
        `UnknownContact`, `UnknownAgent`; `IllegalMove` where nobody has been asked and has answered, and for an agent
        who is offline or has the contact. Cost: a logarithm.
        """
        arguments.text(contact, "contact")
        arguments.texts_if_given(agent=agent)
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            if agent is None:
                self._consults.join(record, moment)
            else:
                supervisor = self._state.agent(agent)
                self._guard(record, supervisor)
                self._consults.join_as(record, supervisor, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def complete_transfer(self, contact: str, *, at: float, agent: str | None = None) -> Events:
        """The contact goes over to whoever was asked last and has answered, or to `agent`; its first agent wraps up.

        The consult is over, and its units are the contact's from then on; the contact's home stays what it was.
        Raises `UnknownContact`, `UnknownAgent`; `IllegalMove` if no consult about it is connected (to them). Cost: a
        logarithm.
        """
        arguments.text(contact, "contact")
        arguments.texts_if_given(agent=agent)
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            colleague = None if agent is None else self._state.agent(agent)
            self._guard(record)
            self._consults.hand_over(record, colleague, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()

    def cancel_consult(self, contact: str, *, at: float) -> Events:
        """Back to the customer: the latest consult ends, joined, answered or not; who had it is free, without wrap-up.

        Raises `UnknownContact`; `IllegalMove` if nobody is asked. Cost: a logarithm.
        """
        arguments.text(contact, "contact")
        moment = self._begin(at)
        try:
            record = self._state.contact(contact)
            self._guard(record)
            self._consults.cancel(record, moment)
        except RoutekitError as error:
            raise self._refused(error) from None
        return self._done()
