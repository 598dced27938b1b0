"""`Router.explain`: why a contact has nobody yet, agent by agent or profile by profile, and what happens next.

Only the values and how they are read off the records; the reasons and their order are in `reasons`, what is known to
come is in `outlook`. A read changes nothing, draws nothing and leaves no trace in the index.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, cast

import attrs

from routekit._frozen import FrozenMap
from routekit._model import Capacity
from routekit._numbers import MOST_TIME
from routekit._router.filing import position_of
from routekit._router.outlook import Coming, Outlook, coming_of_contact, coming_of_parked, queues_by_name
from routekit._router.reasons import Finding, Why, ahead, first_finding, first_for, furthest
from routekit._router.records import AgentRecord, ContactRecord, contact_of
from routekit._router.stages import PARKED
from routekit._router.standing import Case, Standing, lines_of, listed, open_offers, plain
from routekit._router.state import State
from routekit._states import ContactState
from routekit.abc import Estimator

__all__ = [
    "AGENTS",
    "Coming",
    "Explanation",
    "Parked",
    "Reason",
    "ReasonCount",
    "SupplyGroup",
    "as_plain",
    "at_time",
    "explain",
]

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
    Why.ASKING: "who asked for this consult",
    Why.DRAINING: "kept free for another",
    Why.BEHIND: "able to take it after another of the customer",
    Why.RESERVED: "able to take it after its reservation",
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
    `queue` is where this is so: of a contact that is visible in several, the one in which the agent gets furthest.
    """

    agent: str
    queue: str
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
class Parked:
    """What a parked contact waits for: whose it is, until when. A `follow_up` that was promised for `due_at` is parked
    until it enters its line.
    """

    owner: str | None
    until: float | None
    follow_up: bool
    due_at: float | None


@attrs.frozen(kw_only=True)
class Explanation:
    """Why a contact has nobody yet, as of `at`.

    `reasons` has every agent in the order in which they were added, whether in the queue or not; with more agents
    than the limit it is empty, and `groups` has them by supply profile. `counts` is the number of agents by first
    reason, in either case. `needs` are those of this moment, with what steps have lowered and dropped. `next` is what
    is known to come, soonest first. A contact that is connected or wraps up waits for nobody: it has an `agent`, and
    no `position` and no reasons. So has one that is `parked`, but for the agent.

    `queues` are those through which it asks, its home first. `reserved_for` are the agents who alone may have it, best
    first, until `reserved_until` (`None` also where there is no end). `behind` is the contact of the same customer that
    it is held behind, `consult_of` what a consult is about.

    `str()` is `text()`. `as_data()` is plain data for `json.dumps`.
    """

    contact: str
    state: ContactState
    at: float
    queue: str
    queues: tuple[str, ...]
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
    reserved_for: tuple[str, ...]
    reserved_until: float | None
    behind: str | None
    parked: Parked | None
    consult_of: str | None

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
            skipped = "" if coming.holds else "; as things stand now it is skipped"
            lines.append(f"Next: {at_time(coming.at, self.at)} {coming.what}{who}{skipped}.")
        return "\n".join(lines)

    def _line(self, reason: Reason) -> str:
        several = len(self.queues) > 1 and reason.why not in _OF_NO_QUEUE
        line = f"{reason.agent}{f', in {reason.queue},' if several else ''} {reason.text}; needs {reason.what}"
        if reason.ahead is not None:
            line += f", then {reason.ahead} comes first"
        if reason.when is not None:
            line += f"; {at_time(reason.when, self.at)} {reason.happens}"
        return line

    def as_data(self) -> dict[str, Any]:
        """The same as plain data: dict, list, str, numbers, bool and None."""
        return cast("dict[str, Any]", as_plain(self))


# -- how it is made ---------------------------------------------------------------------------------------------------


def finding_of(who: Standing, cases: list[Case]) -> tuple[Finding, Case]:
    """The first reason of an agent, and where. For one who may take the contact: why it is not theirs yet all the same.

    `cases` are the contact in each of its queues, its home first.
    """
    finding, case = furthest(who, cases)
    if finding is not None:
        return _of_all(finding, cases), case
    # Nobody is left like this when a command is done; but `advance(limit=)` may have stopped before.
    first = first_for(who, [case for case in cases if first_finding(who, case) is None])
    if first is not contact_of(case.contact):
        text, what = f"may take it, and {first.id} comes first", f"{first.id} to be taken"
        return Finding(Why.BETTER_CONTACT_AHEAD, text, what, FrozenMap({"contact": first.id}), None, "", None), case
    return Finding(Why.NOT_SETTLED, "may take it", "the next command", FrozenMap(), None, "", None), case


def _of_all(finding: Finding, cases: list[Case]) -> Finding:
    """Who is not in the queue that is looked at is in none of them: said so where there are several."""
    if finding.why is not Why.NOT_IN_QUEUE or len(cases) == 1:
        return finding
    return attrs.evolve(finding, text=f"is in none of {listed(tuple(case.contact.queue.name for case in cases))}")


def _reason(who: Standing, cases: list[Case]) -> Reason:
    finding, case = finding_of(who, cases)
    return Reason(
        agent=who.agent.id,
        queue=case.contact.queue.name,
        why=finding.why,
        text=finding.text,
        what=finding.what,
        when=finding.when,
        happens=finding.happens,
        ahead=ahead(finding, cases),
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


_OF_NO_QUEUE = (Why.OFFERED, Why.OFFLINE, Why.AWAY, Why.NOT_IN_QUEUE)
"""These are so whatever the queue."""
_OF_CONTACT = (
    Why.NOT_IN_QUEUE,
    Why.TIER,
    Why.SKILL_MISSING,
    Why.SKILL_TOO_LOW,
    Why.OFFERED,
    Why.BEHIND,
    Why.RESERVED,
    Why.CONTACT_RESTING,
    Why.WINDOW,
    Why.OFFERED_ELSEWHERE,
)
"""What is due with these is the contact's own step, offer, rest or window: told once, and not for every agent."""


def _by_time(coming: Coming) -> float:
    return coming.at


def _soonest(coming: list[Coming]) -> tuple[Coming, ...]:
    return tuple(sorted(coming, key=_by_time)[:COMING])


def _summary(contact: ContactRecord, position: int, counts: Mapping[Why, int], now: float) -> str:
    queue, extras = contact.queue, contact.extras
    place = f"{contact.id}{_about(contact)} is {position} of {len(queue.lineup.waiting)} in {queue.name}"
    others = queues_by_name(contact)[1:]
    if others:
        place += f" and visible in {listed(others)}"
    if extras is not None and extras.behind is not None:
        place += f", held behind {extras.behind.id} of the same customer"
    if extras is not None and extras.reserved is not None:
        names = listed(tuple(agent.id for agent in extras.reserved))
        place += f", reserved for {names}"
        place += "" if extras.reserved_until >= MOST_TIME else f" until {plain(extras.reserved_until)}"
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
        summary = f"{contact.id}{_about(contact)} is with {work.agent.id} since {plain(work.connected_at)}."
    return _explanation(contact, now, None, work.agent.id, summary, next=coming)


def _of_parked(contact: ContactRecord, now: float) -> Explanation:
    """A contact that waits for something else than an agent."""
    extras = contact.extras
    assert extras is not None
    owner = "" if extras.owner is None else f", and is {extras.owner.id}'s"
    until = "" if extras.until is None else f" until {plain(extras.until)}"
    promised = "" if extras.entered or extras.due_at is None else f", promised for {plain(extras.due_at)}"
    summary = f"{contact.id} is parked{until}{promised}{owner}."
    return _explanation(contact, now, None, None, summary, next=_soonest(coming_of_parked(contact)))


def _about(contact: ContactRecord) -> str:
    """What a consult is about, in a summary."""
    of = None if contact.extras is None else contact.extras.consult_of
    return "" if of is None else f", a consult about {of.id},"


def _parked(contact: ContactRecord) -> Parked | None:
    extras = contact.extras
    if contact.stage is not PARKED or extras is None:
        return None
    return Parked(
        owner=None if extras.owner is None else extras.owner.id,
        until=extras.until,
        follow_up=not extras.entered,
        due_at=extras.due_at,
    )


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
    extras = contact.extras
    reserved = None if extras is None else extras.reserved
    ends = reserved is not None and extras is not None and extras.reserved_until < MOST_TIME
    return Explanation(
        contact=contact.id,
        state=contact.stage.state,
        at=now,
        queue=contact.queue.name,
        queues=queues_by_name(contact),
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
        reserved_for=() if reserved is None else tuple(agent.id for agent in reserved),
        reserved_until=extras.reserved_until if ends and extras is not None else None,
        behind=None if extras is None or extras.behind is None else extras.behind.id,
        parked=_parked(contact),
        consult_of=None if extras is None or extras.consult_of is None else extras.consult_of.id,
    )


def explain(state: State, contact: ContactRecord, limit: int, estimator: Estimator | None = None) -> Explanation:
    """Why a contact has nobody yet. Cost: every agent, and up to the limit also the demand profiles of their queues."""
    if contact.work is not None:
        return _of_work(contact, state.now)
    if contact.stage is PARKED:
        return _of_parked(contact, state.now)
    outlook = Outlook(state, contact, estimator)
    cases = [Case(state, line, outlook=outlook) for line in lines_of(contact)]
    counts: dict[Why, int] = {}
    soonest: list[Coming] = []
    reasons: list[Reason] = []
    groups: dict[int, _Group] = {}
    detailed = len(state.agents) <= limit
    for agent in state.agents.values():
        who = Standing.of(agent)
        found: Reason | Finding
        if detailed:
            found = _reason(who, cases)
            reasons.append(found)
        else:
            found = finding_of(who, cases)[0]
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
        next=_soonest([*soonest, *coming_of_contact(outlook)]),
    )
