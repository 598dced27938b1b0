"""The verbs of presence: signing in and out, being ready or away, closing channels."""

from __future__ import annotations

from routekit._router.filing import Filing
from routekit._router.offers import Offers
from routekit._router.records import AgentRecord
from routekit._router.scores import Scores
from routekit._router.state import State
from routekit._router.work import Works
from routekit._states import PRESENCE_MOVES, Presence, move
from routekit.events import AgentChannelsClosed, AgentChannelsOpened

__all__ = ["Presences"]


class Presences:
    """Changes the presence of agents."""

    def __init__(self, state: State, filing: Filing, scores: Scores, works: Works, offers: Offers) -> None:
        self.state = state
        self.filing = filing
        self.scores = scores
        self.works = works
        self.offers = offers

    def sign_in(self, agent: AgentRecord, at: float) -> None:
        """Offline to ready; the agent's counts are raised to the least of their queues."""
        new = move(PRESENCE_MOVES, agent.id, agent.presence, "sign_in")
        for member in agent.members.values():
            self.scores.raise_to_least(member)
        self._open(agent)
        agent.no_answers = 0
        agent.idle_since = at
        self.offers.change_presence(agent, new, "", "sign_in", at)

    def sign_out(self, agent: AgentRecord, requeue: bool, at: float) -> None:
        """To offline; connected contacts are kept, or put back to their places."""
        new = move(PRESENCE_MOVES, agent.id, agent.presence, "sign_out")
        self.sign_off(agent, new, requeue, "sign_out", at)

    def sign_off(self, agent: AgentRecord, new: Presence, requeue: bool, reason: str, at: float) -> None:
        """What signing out and removal share. Refused before any change if a contact has no queue to go back to."""
        connected = [work.contact for work in agent.works.values() if not work.wrapping] if requeue else []
        for contact in connected:
            if contact.extras is not None and (contact.extras.personal or self.works.consults.heir(contact)):
                continue  # it ends, or goes over to who has joined
            self.filing.keys.try_key(contact, self.works.home(contact).value.contact_order, contact.since)
        if agent.presence is not Presence.OFFLINE:
            self.offers.change_presence(agent, new, reason, reason, at)
        for contact in connected:
            if contact.work is None:
                continue  # a consult that has ended with its contact
            heir = None if contact.extras is None else self.works.consults.heir(contact)
            if heir is None:
                self.works.requeue(contact, reason, False, at)
            else:
                self.works.consults.hand_to(contact, heir, at)
        if requeue:
            for work in list(agent.works.values()):
                self.works.end_wrap_up(work, reason, at)

    def set_ready(self, agent: AgentRecord, channels: tuple[str, ...] | None, at: float) -> None:
        """Ready on all channels; with `channels`, those are opened and nothing else changes."""
        if channels is not None:
            move(PRESENCE_MOVES, agent.id, agent.presence, "set_ready(channels)")
            opened = tuple(sorted(set(channels) & agent.shut))
            agent.shut = agent.shut - set(opened)
        else:
            new = move(PRESENCE_MOVES, agent.id, agent.presence, "set_ready")
            opened = tuple(sorted(agent.shut))
            if new is not agent.presence:
                self._open(agent)
                self.offers.change_presence(agent, new, "", "ready", at)
            agent.shut = frozenset()
        if opened:
            self._close(agent)
            state = self.state
            state.out.append(AgentChannelsOpened(at=at, seq=state.next_seq(), agent=agent.id, channels=opened))
            self.filing.refresh(agent)
            state.touch_agent(agent)

    def set_away(self, agent: AgentRecord, reason: str, channels: tuple[str, ...] | None, at: float) -> None:
        """Away on all channels, or only those named closed."""
        if channels is None:
            self.offers.go_away(agent, reason, "set_away", at)
            return
        move(PRESENCE_MOVES, agent.id, agent.presence, "set_away(channels)")
        closed = tuple(sorted(set(channels) - agent.shut))
        if not closed:
            return
        self.filing.mention(closed)
        agent.shut = agent.shut | set(closed)
        self._close(agent)
        self.filing.refresh(agent)
        for offer in list(agent.offers.values()):
            if offer.channel in closed:
                self.offers.revoke(offer, "channel_closed", at)
        self.offers.reservations.watch_those_of(agent)
        state = self.state
        state.out.append(
            AgentChannelsClosed(at=at, seq=state.next_seq(), agent=agent.id, channels=closed, reason=reason)
        )
        goal = agent.drains_for
        if goal is not None:
            state.touch_agent(agent)
        if goal is not None and goal.channel in closed:
            self.filing.end_drain(goal, "agent", at)

    def _open(self, agent: AgentRecord) -> None:
        agent.shut = frozenset()
        agent.closed = 0

    def _close(self, agent: AgentRecord) -> None:
        """Work out the closed channels' numbers."""
        agent.closed = 0
        for channel in agent.shut:
            agent.closed |= self.state.index.bit(channel)
