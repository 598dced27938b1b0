"""Pairs in their retry delay, and agents who rest: who is not to be tried for a moment.

And the one pair that is never tried: a consult, and the agent who asks.
"""

from __future__ import annotations

from routekit._numbers import MOST_TIME
from routekit._router.filing import Filing
from routekit._router.records import AgentRecord, ContactRecord, Exclusion, QueueRecord
from routekit._router.stages import QUEUED
from routekit._router.state import REST, RETRY, State

__all__ = ["MOST_OPEN", "Exclusions"]

MOST_OPEN = 16
"""Open exclusions that an agent may have: a client that declines everything is set away beyond it."""


class Exclusions:
    """Opens and ends exclusions and rests."""

    def __init__(self, state: State, filing: Filing) -> None:
        self.state = state
        self.filing = filing
        self.excessive: list[AgentRecord] = []  # to be set away by the caller, who knows how

    def open(
        self,
        contact: ContactRecord,
        agent: AgentRecord,
        duration: float,
        at: float,
        queue: QueueRecord | None = None,
    ) -> None:
        """Do not try this pair for a while; a longer exclusion that is open stays.

        `queue` is the one that the contact was offered through, its home if none is given.
        """
        exclusion = self._of_pair(contact, agent, contact.queue if queue is None else queue)
        self._set(exclusion, contact, agent, duration, at)
        if contact.views is not None:
            self.filing.sharing.tried(contact)

    def _set(
        self, exclusion: Exclusion, contact: ContactRecord, agent: AgentRecord, duration: float, at: float
    ) -> None:
        if duration <= 0.0:
            return
        until = at + duration
        if exclusion.timer is not None:
            if exclusion.until >= until:
                return
            self.state.timers.cancel(exclusion.timer)
        else:
            if contact.excluded is None:
                contact.excluded = {}
            contact.excluded[agent.seq] = exclusion
            agent.exclusions[contact.seq] = exclusion
            agent.retries += 1
        exclusion.until = until
        exclusion.timer = self.state.timers.arm(RETRY, duration, until, exclusion)
        if agent.ready and agent.retries > MOST_OPEN:
            self.excessive.append(agent)

    def bar(self, contact: ContactRecord, agent: AgentRecord) -> None:
        """Never try this pair: the contact is new, and a consult that the agent asks for. It has no timer."""
        exclusion = Exclusion(contact, agent, MOST_TIME)
        contact.excluded = {agent.seq: exclusion}
        agent.exclusions[contact.seq] = exclusion

    def _of_pair(self, contact: ContactRecord, agent: AgentRecord, queue: QueueRecord) -> Exclusion:
        """The record of a pair that has been tried once more, open or not yet."""
        known = None if contact.excluded is None else contact.excluded.get(agent.seq)
        if queue.removed or not queue.lineup.behind:
            return known or Exclusion(contact, agent, 0.0)
        if contact.tried is None:
            contact.tried = {}
        before = contact.tried.get(agent.seq)
        exclusion: Exclusion = known or before or Exclusion(contact, agent, 0.0)
        exclusion.tries = 1 if before is None else before.tries + 1
        contact.tried[agent.seq] = exclusion
        return exclusion

    def over(self, exclusion: Exclusion) -> None:
        """The delay of a pair is over: the contact is looked at again."""
        contact = exclusion.contact
        self._drop(exclusion)
        if contact.stage is QUEUED:
            self.state.touch_contact(contact)
            if contact.overdue:
                self.state.drain_dirty = True

    def forget(self, contact: ContactRecord) -> None:
        """A contact leaves the router, and its exclusions with it."""
        if contact.excluded is not None:
            for exclusion in list(contact.excluded.values()):
                self._cancel(exclusion)

    def forget_agent(self, agent: AgentRecord) -> None:
        """An agent is removed, and their exclusions with them."""
        for exclusion in list(agent.exclusions.values()):
            self._cancel(exclusion)
        if agent.rest is not None:
            self.state.timers.cancel(agent.rest)
            agent.rest = None

    def _cancel(self, exclusion: Exclusion) -> None:
        if exclusion.timer is not None:
            self.state.timers.cancel(exclusion.timer)
        self._drop(exclusion)

    def _drop(self, exclusion: Exclusion) -> None:
        contact = exclusion.contact
        excluded = contact.excluded
        assert excluded is not None
        del excluded[exclusion.agent.seq]
        index = self.state.index
        index.readmit(exclusion.agent, contact)
        if contact.views is not None:
            for view in contact.views:
                index.readmit(exclusion.agent, view)
        if not excluded:
            contact.excluded = None
            if contact.views is not None:
                self.filing.sharing.tried(contact)
        del exclusion.agent.exclusions[contact.seq]
        if exclusion.until < MOST_TIME:  # else it is barred for good, and was never counted
            exclusion.agent.retries -= 1
        exclusion.timer = None

    def rest(self, agent: AgentRecord, duration: float, at: float) -> None:
        """Offer nothing to an agent for a moment; the caller refiles them."""
        if duration <= 0.0:
            return
        until = at + duration
        if agent.rest is not None:
            if agent.rest.due >= until:
                return
            self.state.timers.cancel(agent.rest)
        agent.rest = self.state.timers.arm(REST, duration, until, agent)

    def rested(self, agent: AgentRecord) -> None:
        """The rest of an agent is over."""
        agent.rest = None
        self.filing.refresh(agent)
        self.state.touch_agent(agent)
