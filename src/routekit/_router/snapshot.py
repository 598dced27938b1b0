"""Snapshots: a router as plain data. `restoring` makes a router of it again.

Everything that a decision or a later event may depend on is written: values, places, clocks, counters, pointers,
exclusions, timers with their sequence. The index is not: it is made again, and no decision depends on its layout.
`json.dumps` and `loads` change nothing in a snapshot. What a record has as usual is not written, and of a contact that
merely waits there is one short row: see `contact_rows`. A new release may write otherwise, and then has another
`VERSION`.
"""

from __future__ import annotations

from typing import Any

from routekit._model import to_data
from routekit._router.contact_rows import ContactWriter
from routekit._router.differing import (
    Shared,
    Usual,
    differing,
    flags,
    numbers,
    seconds,
    texts,
    timer_data,
    uncollected,
)
from routekit._router.records import (
    NEVER,
    QUEUE_COUNTS,
    AgentRecord,
    Exclusion,
    MemberRecord,
    OfferRecord,
    QueueRecord,
    WorkRecord,
)
from routekit._router.state import State
from routekit._states import Presence
from routekit.strategies.names import to_data as strategy_to_data

__all__ = ["FORMAT", "VERSION", "histories", "last_agents", "take"]

FORMAT = "routekit.router"
VERSION = 3  # 1 knew nothing of what comes around the line (`docs/around.md`), 2 wrote every field of everybody

COUNTERS: Usual = {
    **numbers("event_seq", "queue_seq", "agent_seq", "contact_seq", "offer_seq", "work_seq", "clock_skews"),
    **seconds("clock_skew_s", "lease_base", "virtual_time"),
    **flags("halted"),
}
"""Of the state itself; always written."""
COUNTS: Usual = {
    **numbers(*(name for name in QUEUE_COUNTS if not name.endswith("_s"))),
    **seconds(*(name for name in QUEUE_COUNTS if name.endswith("_s"))),
}
"""Of a queue."""
AGENT: Usual = {
    **texts("reason", usual=""),
    **seconds("idle_since", "left_at", "last_finish", "last_offer", "talked_s"),
    **seconds("last_end", "last_chosen", usual=NEVER),
    **flags("signed_in_before"),
    **numbers("taken", "selected", "offered", "answered", "declined", "not_answered", "revoked", "finished"),
    **numbers("connect_failed", "no_answers"),
}
MEMBER: Usual = {
    **flags("had_one", "still"),
    **seconds("ended_at", "mantissa", "level", "kept"),
    **seconds("last_end_here", usual=NEVER),
    **numbers("ended", "exponent"),
}
OFFER: Usual = {
    **numbers("pick", "tier", "pointer", "tries"),
    **seconds("a", "b", "c", "d", "score"),
}
"""Of an offer, what its agent was chosen by."""
WORK: Usual = {
    **numbers("offer"),
    **seconds("connected_at", "waited_s", "ends_at"),
    **flags("wrapping", "held"),
}
PAST = ("contact", "channel", "queue", "agent", "outcome", "at", "reference")


def take(state: State) -> dict[str, Any]:
    """The state as plain data. Cost: everything that is in it.

    No garbage is collected meanwhile.
    """
    with uncollected():
        return _whole(state)


def _whole(state: State) -> dict[str, Any]:
    contacts = ContactWriter()
    capacities = Shared()
    agents = state.agents.values()
    return {
        "now": None if state.now == float("-inf") else state.now,
        "counters": {name: getattr(state, name) for name in COUNTERS},
        "draws": state.draws.number,
        "timer_seq": state.timers.seq,
        "midnight": timer_data(state.midnight),
        "queues": [_queue(queue) for queue in state.queues.values()],
        "removed": [_queue(queue) for queue in state.removed.values()],
        "agents": [_agent(agent, capacities) for agent in agents],
        "capacities": capacities.data,
        "contacts": contacts.rows(state.contacts.values()),
        "kinds": contacts.kinds,
        "steps": contacts.steps.data,
        "works": [_work(work) for agent in agents for work in agent.works.values()],
        "offers": [_offer(offer) for offer in state.offers.values()],
        "exclusions": [_exclusion(exclusion) for agent in agents for exclusion in agent.exclusions.values()],
        "ringing": [contact.id for contact in state.ringing if state.contacts.get(contact.id) is contact],
        "closing": [queue.name for queue in state.closing],
        "telling": [c.id for c in state.telling if c.telling is not None],
        # Only after an `advance` with a limit is anybody still to be looked at.
        "dirty_contacts": [contact.id for contact in state.dirty_contacts if state.contacts.get(contact.id) is contact],
        "dirty_agents": [agent.id for agent in state.dirty_agents if state.agents.get(agent.id) is agent],
    }


def histories(state: State) -> list[list[Any]]:
    """What has ended, by customer, as plain data; not in `take`, since a command that is taken back keeps it as it is.

    Cost: all of it.
    """
    return [
        [customer, [[getattr(past, name) for name in PAST] for past in history]]
        for customer, history in state.histories.items()
    ]


def last_agents(state: State) -> list[list[Any]]:
    """Who had each customer last, and until when, as plain data; as `histories`. Cost: all of it."""
    return [[customer, agent, at] for customer, (agent, at) in state.last_agents.items()]


def _queue(queue: QueueRecord) -> dict[str, Any]:
    return {
        "value": to_data(queue.value),
        "seq": queue.seq,
        "pointer": queue.lineup.pointer,
        "turn": queue.lineup.turn,
        "round": queue.lineup.round,
        "share": queue.lineup.share,
        "joins": queue.joins,
        "window": timer_data(queue.window),
        "nobody_since": queue.nobody_since,
        "nobody": timer_data(queue.nobody),
        "closing": timer_data(queue.closing),
        "successor": queue.successor,
        "counts": differing(queue, COUNTS),
    }


def _agent(agent: AgentRecord, capacities: Shared) -> dict[str, Any]:
    value = agent.value
    data = {
        "id": agent.id,
        "queues": dict(value.queues),
        "skills": dict(value.skills),
        "capacity": capacities.number(value.capacity),
        "seq": agent.seq,
        "members": [_member(member) for member in agent.members.values()],
    }
    if agent.presence is not Presence.OFFLINE:
        data["presence"] = str(agent.presence.value)
    if agent.shut:
        data["shut"] = sorted(agent.shut)
    if agent.rest is not None:
        data["rest"] = timer_data(agent.rest)
    return data | differing(agent, AGENT)


def _member(member: MemberRecord) -> list[Any]:
    special = differing(member, MEMBER)
    return [member.queue.name, member.joined, special] if special else [member.queue.name, member.joined]


def _work(work: WorkRecord) -> dict[str, Any]:
    data = {
        "number": work.number,
        "contact": work.contact.id,
        "current": work.contact.work is work,
        "agent": work.agent.id,
        "queue": work.queue.name,
        "channel": work.channel,
        "timer": timer_data(work.timer),
    }
    return data | differing(work, WORK)


def _offer(offer: OfferRecord) -> dict[str, Any]:
    return {
        "number": offer.number,
        "contact": offer.contact.id,
        "agent": offer.agent.id,
        "queue": offer.queue.name,
        "made_at": offer.made_at,
        "expires_at": offer.expires_at,
        "timer": timer_data(offer.timer),
        "order": None if offer.order is None else strategy_to_data(offer.order),
        "key": differing(offer, OFFER),
    }


def _exclusion(exclusion: Exclusion) -> dict[str, Any]:
    return {
        "contact": exclusion.contact.id,
        "agent": exclusion.agent.id,
        "until": exclusion.until,
        "timer": timer_data(exclusion.timer),
    }
