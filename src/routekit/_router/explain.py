"""`Router.explain`: why a contact has nobody yet, agent by agent or profile by profile, and what happens next.

Only the values and how they are read off the records; the reasons and their order are in `reasons`. A read changes
nothing, draws nothing and leaves no trace in the index.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, cast

import attrs

from routekit._frozen import FrozenMap
from routekit._model import Capacity
from routekit._router.filing import position_of
from routekit._router.reasons import Finding, Why, ahead, first_finding, first_for
from routekit._router.records import AgentRecord, ContactRecord
from routekit._router.stages import PARKED
from routekit._router.standing import Case, Standing, coming_steps, listed, next_ring, open_offers, plain
from routekit._router.state import State
from routekit._states import ContactState
from routekit._timeline import Step

__all__ = ["AGENTS", "Coming", "Explanation", "Reason", "ReasonCount", "SupplyGroup", "as_plain", "at_time", "explain"]

AGENTS = 50
"""More agents than this are told as groups."""
COMING = 8
"""Entries that `Explanation.next` has at most."""

SHORT: Mapping[Why, str] = {
    Why.OFFERED: "offered it",
    Why.OFFLINE: "offline",
    Why.AWAY: "away",
    Why.NOT_IN_QUEUE: "not in the queue",
    Why.TIER: "beyond its tier",
    Why.CHANNEL: "closed for the channel",
    Why.SKILL_MISSING: "without a skill",
    Why.SKILL_TOO_LOW: "below a level",
    Why.NEVER_FITS: "never able to hold it",
    Why.CAPACITY: "without room",
    Why.LIMIT: "at the limit of the channel",
    Why.RESTING: "resting",
    Why.RETRY_DELAY: "in a retry delay",
    Why.DRAINING: "kept free for another",
    Why.HELD_BEHIND: "able to take it after another of the customer",
    Why.CONTACT_RESTING: "able to take it after its rest",
    Why.WINDOW: "able to take it when the window closes",
    Why.OFFERED_ELSEWHERE: "able to take it",
    Why.BETTER_CONTACT_AHEAD: "with a better contact ahead",
    Why.NOT_SETTLED: "about to get it",
}
"""How a summary counts agents: "2 away"."""


def as_plain(value: Any) -> Any:
    """A value of this package as what `json.dumps` takes."""
    if isinstance(value, enum.Enum):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [as_plain(item) for item in value]
    if attrs.has(type(value)):
        return {field.name: as_plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    return value


def at_time(when: float, now: float) -> str:
    """A time to come, as a reader wants it."""
    return f"at {plain(when)} (in {plain(round(max(0.0, when - now), 3))} s)"


@attrs.frozen(kw_only=True)
class Reason:
    """The first reason why one agent does not get the contact now.

    `text` says it after the agent's id, `what` would change it on the agent's side. `when` is the time at which it is
    due to change if nothing else happens, and `happens` what it is that happens then; `None` where no time is known.
    `ahead` is the contact that this agent would be given first, were `what` true now. `details` has the numbers.
    """

    agent: str
    why: Why
    text: str
    what: str
    when: float | None
    happens: str
    ahead: str | None
    details: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class ReasonCount:
    """How many agents have a first reason in common, one of them, and the soonest time at which it is due to change."""

    why: Why
    agents: int
    example: str
    when: float | None


@attrs.frozen(kw_only=True)
class SupplyGroup:
    """Agents with the same queues, skills and capacity, with counts of their first reasons in the order of `Why`."""

    agents: int
    queues: Mapping[str, int]
    skills: Mapping[str, float]
    capacity: Capacity
    counts: tuple[ReasonCount, ...]

    def text(self) -> str:
        """One line of text."""
        queues = ", ".join(f"{name} (tier {tier})" if tier > 1 else name for name, tier in self.queues.items())
        skills = ", ".join(f"{skill} {plain(level)}" for skill, level in self.skills.items())
        counts = ", ".join(f"{count.agents} {SHORT[count.why]} ({count.example})" for count in self.counts)
        who = f"{self.agents} of {queues or 'no queue'}; {skills or 'no skills'}; {plain(self.capacity.units)} units"
        return f"{who}: {counts}"


@attrs.frozen(kw_only=True)
class Coming:
    """Something that will happen at a known time if nothing else happens before. `agent` is whom it concerns."""

    at: float
    what: str
    agent: str | None


@attrs.frozen(kw_only=True)
class Explanation:
    """Why a contact has nobody yet, as of `at`.

    `reasons` has every agent in the order in which they were added, whether in the queue or not; with more agents
    than the limit it is empty, and `groups` has them by supply profile. `counts` is the number of agents by first
    reason, in either case. `needs` are those of this moment, with what steps have lowered and dropped. `next` is what
    is known to come, soonest first. A contact that is connected or wraps up waits for nobody: it has an `agent`, and
    no `position` and no reasons.

    `str()` is `text()`. `as_data()` is plain data for `json.dumps`.
    """

    contact: str
    state: ContactState
    at: float
    queue: str
    channel: str
    needs: Mapping[str, float]
    waiting_since: float
    position: int | None
    agent: str | None
    summary: str
    reasons: tuple[Reason, ...]
    groups: tuple[SupplyGroup, ...]
    counts: Mapping[Why, int]
    next: tuple[Coming, ...]

    def __str__(self) -> str:
        return self.text()

    def text(self) -> str:
        """Some lines for a person: the summary, what it asks for, an agent or a group a line, and what comes next."""
        lines = [self.summary]
        if self.position is not None:
            asked = ", ".join([self.channel, *(f"{skill} {plain(level)}" for skill, level in self.needs.items())])
            waited = plain(round(self.at - self.waiting_since, 3))
            lines.append(f"It asks for {asked}, and has waited {waited} s.")
        lines += [f"  {self._line(reason)}" for reason in self.reasons]
        lines += [f"  {group.text()}" for group in self.groups]
        for coming in self.next:
            who = "" if coming.agent is None else f" ({coming.agent})"
            lines.append(f"Next: {at_time(coming.at, self.at)} {coming.what}{who}.")
        return "\n".join(lines)

    def _line(self, reason: Reason) -> str:
        line = f"{reason.agent} {reason.text}; needs {reason.what}"
        if reason.ahead is not None:
            line += f", then {reason.ahead} comes first"
        if reason.when is not None:
            line += f"; {at_time(reason.when, self.at)} {reason.happens}"
        return line

    def as_data(self) -> dict[str, Any]:
        """The same as plain data: dict, list, str, numbers, bool and None."""
        return cast("dict[str, Any]", as_plain(self))


# -- how it is made ---------------------------------------------------------------------------------------------------


def finding_of(who: Standing, case: Case) -> Finding:
    """The first reason of an agent. For one who may take the contact: why it is not theirs yet all the same."""
    finding = first_finding(who, case)
    if finding is not None:
        return finding
    # Nobody is left like this when a command is done; but `advance(limit=)` may have stopped before.
    first = first_for(who, case)
    if first is not case.contact:
        text, what = f"may take it, and {first.id} comes first", f"{first.id} to be taken"
        return Finding(Why.BETTER_CONTACT_AHEAD, text, what, FrozenMap({"contact": first.id}), None, "", None)
    return Finding(Why.NOT_SETTLED, "may take it", "the next command", FrozenMap(), None, "", None)


def _reason(who: Standing, case: Case) -> Reason:
    finding = finding_of(who, case)
    return Reason(
        agent=who.agent.id,
        why=finding.why,
        text=finding.text,
        what=finding.what,
        when=finding.when,
        happens=finding.happens,
        ahead=ahead(finding, case),
        details=FrozenMap(finding.details),
    )


class _Group:
    """Agents of one supply profile while they are counted."""

    def __init__(self, agent: AgentRecord) -> None:
        self.first = agent
        self.size = 0
        self.counts: dict[Why, list[Any]] = {}  # why -> [how many, example, soonest time]

    def add(self, agent: AgentRecord, finding: Finding) -> None:
        self.size += 1
        count = self.counts.setdefault(finding.why, [0, agent.id, None])
        count[0] += 1
        if finding.when is not None and (count[2] is None or finding.when < count[2]):
            count[2] = finding.when

    def value(self) -> SupplyGroup:
        agent = self.first.value
        return SupplyGroup(
            agents=self.size,
            queues=agent.queues,
            skills=agent.skills,
            capacity=agent.capacity,
            counts=tuple(
                ReasonCount(why=why, agents=count[0], example=count[1], when=count[2])
                for why, count in ((why, self.counts[why]) for why in Why if why in self.counts)
            ),
        )


def _describe(step: Step) -> str:
    """What a step will do, in words."""
    does = [f"asks for {skill} {plain(level)} at most" for skill, level in step.lower.items()]
    if step.drop:
        does.append(f"drops {', '.join(step.drop)}")
    if step.raise_priority:
        does.append(f"adds {plain(step.raise_priority)} to its priority")
    if step.max_tier is not None:
        does.append(f"reaches tier {step.max_tier}")
    return f"the step after {plain(step.after_s)} s {', '.join(does)}"


_OF_CONTACT = (
    Why.TIER,
    Why.SKILL_MISSING,
    Why.SKILL_TOO_LOW,
    Why.OFFERED,
    Why.HELD_BEHIND,
    Why.CONTACT_RESTING,
    Why.WINDOW,
    Why.OFFERED_ELSEWHERE,
)
"""What is due with these is the contact's own step, offer, rest or window: told once, and not for every agent."""


def _coming(contact: ContactRecord, of_agents: list[Coming]) -> tuple[Coming, ...]:
    coming = list(of_agents)
    step = next(coming_steps(contact), None)
    if step is not None:
        coming.append(Coming(at=step[0], what=_describe(step[1]), agent=None))
    if contact.drain_timer is not None:
        coming.append(Coming(at=contact.drain_timer.due, what="an agent may be kept free for it", agent=None))
    for offer in open_offers(contact):
        coming.append(Coming(at=offer.expires_at, what=f"offer {offer.id} runs out", agent=offer.agent.id))
    ring = next_ring(contact)
    if ring is not None:
        coming.append(Coming(at=ring, what="one more agent is rung", agent=None))
    if contact.rest is not None:
        coming.append(Coming(at=contact.rest.due, what="its rest ends", agent=None))
    window = contact.queue.window
    if window is not None and contact.offer is None and contact.rest is None:
        coming.append(Coming(at=window.due, what=f"the window of {contact.queue.name} closes", agent=None))
    return tuple(sorted(coming, key=_by_time)[:COMING])


def _by_time(coming: Coming) -> float:
    return coming.at


def _summary(contact: ContactRecord, position: int, counts: Mapping[Why, int], now: float) -> str:
    queue = contact.queue
    place = f"{contact.id} is {position} of {len(queue.lineup.waiting)} in {queue.name}"
    offers = open_offers(contact)
    if len(offers) == 1:
        return f"{place} and is offered to {offers[0].agent.id}, who has until {plain(offers[0].expires_at)}."
    if offers:
        ends = [f"{offer.agent.id} (until {plain(offer.expires_at)})" for offer in offers]
        return f"{place} and rings at {listed(tuple(ends))}."
    total = sum(counts.values())
    if not total:
        return f"{place}, and there are no agents."
    return f"{place}; of {total} agents: {', '.join(f'{n} {SHORT[why]}' for why, n in counts.items())}."


def _of_work(contact: ContactRecord, now: float) -> Explanation:
    """A contact that has its agent."""
    work = contact.work
    assert work is not None
    coming: tuple[Coming, ...] = ()
    if work.wrapping:
        coming = (Coming(at=work.ends_at, what="the wrap-up ends", agent=work.agent.id),)
        summary = f"{contact.id} is over, and {work.agent.id} wraps up until {plain(work.ends_at)}."
    else:
        summary = f"{contact.id} is with {work.agent.id} since {plain(work.connected_at)}."
    return _explanation(contact, now, None, work.agent.id, summary, next=coming)


def _of_parked(contact: ContactRecord, now: float) -> Explanation:
    """A contact that waits for something else than an agent."""
    extras = contact.extras
    assert extras is not None
    owner = "" if extras.owner is None else f", and is {extras.owner.id}'s"
    coming: list[Coming] = []
    if extras.until is not None:
        coming.append(Coming(at=extras.until, what=f"it enters the line of {contact.queue.name}", agent=None))
    if extras.owner_timer is not None and extras.owner is not None:
        coming.append(Coming(at=extras.owner_timer.due, what="it is theirs no more", agent=extras.owner.id))
    until = "" if extras.until is None else f" until {plain(extras.until)}"
    summary = f"{contact.id} is parked{until}{owner}."
    return _explanation(contact, now, None, None, summary, next=tuple(sorted(coming, key=_by_time)))


def _explanation(
    contact: ContactRecord,
    now: float,
    position: int | None,
    agent: str | None,
    summary: str,
    *,
    reasons: tuple[Reason, ...] = (),
    groups: tuple[SupplyGroup, ...] = (),
    counts: Mapping[Why, int] = FrozenMap(),
    next: tuple[Coming, ...] = (),
) -> Explanation:
    needs: dict[str, float] = {}
    for skill, level in contact.needs:
        needs[skill] = max(level, needs.get(skill, 0.0))
    return Explanation(
        contact=contact.id,
        state=contact.stage.state,
        at=now,
        queue=contact.queue.name,
        channel=contact.channel,
        needs=FrozenMap(needs),
        waiting_since=contact.since,
        position=position,
        agent=agent,
        summary=summary,
        reasons=reasons,
        groups=groups,
        counts=FrozenMap(counts),
        next=next,
    )


def explain(state: State, contact: ContactRecord, limit: int) -> Explanation:
    """Why a contact has nobody yet. Cost: every agent, and up to the limit also the demand profiles of their queues."""
    if contact.work is not None:
        return _of_work(contact, state.now)
    if contact.stage is PARKED:
        return _of_parked(contact, state.now)
    case = Case(state, contact)
    counts: dict[Why, int] = {}
    soonest: list[Coming] = []
    reasons: list[Reason] = []
    groups: dict[int, _Group] = {}
    detailed = len(state.agents) <= limit
    for agent in state.agents.values():
        who = Standing.of(agent)
        found: Reason | Finding
        if detailed:
            found = _reason(who, case)
            reasons.append(found)
        else:
            found = finding_of(who, case)
            groups.setdefault(id(agent.supply), _Group(agent)).add(agent, found)
        counts[found.why] = counts.get(found.why, 0) + 1
        if found.when is not None and found.why not in _OF_CONTACT:
            soonest.append(Coming(at=found.when, what=found.happens, agent=agent.id))
    counts = {why: counts[why] for why in Why if why in counts}
    position = position_of(contact, state.now)
    offered_to = None if contact.offer is None else contact.offer.agent.id
    return _explanation(
        contact,
        state.now,
        position,
        offered_to,
        _summary(contact, position, counts, state.now),
        reasons=tuple(reasons),
        groups=tuple(group.value() for group in groups.values()),
        counts=counts,
        next=_coming(contact, soonest),
    )
