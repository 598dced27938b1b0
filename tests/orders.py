"""Every order that random worlds use, by name, a few values of each, and the scores of an app's own.

`READY` says what worlds may have, `"basic"` being some values of an order only. What is not ready there is left out of
every world that is not asked for it by name (`python -m tests.fuzz --order NAME`).
"""

from __future__ import annotations

import datetime
import zoneinfo
from typing import Any

from routekit import strategies as st
from routekit.abc import AgentOrder, ContactOrder, QueueOrder
from routekit.strategies.presets import asterisk as ast
from routekit.strategies.presets import freeswitch as fs
from routekit.strategies.presets import job_router, taskrouter


def fit(contact: Any, agent: Any) -> float:
    """A score with many ties: more levels are better, for dear contacts less so."""
    levels = sum(agent.value.skills.values())
    return float(levels - contact.raised_priority * len(agent.value.id) + len(agent.offers))


def shaky(contact: Any, agent: Any) -> Any:
    """The same, but it fails for some, each in its way."""
    if contact.value.customer is not None and agent.value.id in ("bob", "dee"):
        return float("nan") if len(contact.value.id) % 2 else None
    if contact.value.priority == 2 and agent.value.id == "cid":
        raise LookupError(f"no score for {contact.value.id}")
    return fit(contact, agent)


REGISTRY: dict[str, object] = {"fit": fit, "shaky": shaky}

AGENT: dict[str, tuple[AgentOrder, ...]] = {
    "longest-idle": (st.LongestIdle(), st.LongestIdle(since="last_finish"), st.LongestIdle(since="last_offer")),
    "least-recent": (st.LeastRecent(),),
    "round-robin": (st.RoundRobin(),),
    "round-robin-ordered": (st.RoundRobinOrdered(),),
    "top-down": (st.TopDown(),),
    "fewest-contacts": (
        st.FewestContacts(),
        st.FewestContacts(half_life_s=30, count="offered"),
        st.FewestContacts(half_life_s=10),
        st.FewestContacts(since="sign_in"),
        st.FewestContacts(since="day", count="offered"),
    ),
    "least-talk-time": (
        st.LeastTalkTime(half_life_s=10),
        st.LeastTalkTime(),
        st.LeastTalkTime(since="sign_in"),
        st.LeastTalkTime(since="day"),
    ),
    "least-occupied": (st.LeastOccupied(half_life_s=10), st.LeastOccupied(), st.LeastOccupied(half_life_s=60)),
    "least-loaded": (st.LeastLoaded(),),
    "random": (st.Random(),),
    "weighted-random": (
        st.WeightedRandom({"ann": 3, "bob": 0.1, "dee": 1 / 3}),
        st.WeightedRandom({"ann": 2, "cid": 7}, default=0.7),
    ),
    "most-skilled": (st.MostSkilled(),),
    "least-skilled": (st.LeastSkilled(),),
    "best-match": (st.BestMatch(), st.BestMatch({"billing": 0.1, "french": -2})),
    "scored": (st.Scored(fit),),
    "scored-shaky": (st.Scored(shaky),),
    "ring-all": (st.RingAll(), st.RingAll(limit=2), st.RingAll(limit=3)),
    "ring-progressively": (st.RingProgressively(5, limit=3), st.RingProgressively(2.5), st.RingProgressively(10, 2)),
    "batched": (st.Batched(5), st.Batched(10, fit), st.Batched(2.5)),
    "batched-shaky": (st.Batched(5, shaky),),
    "asterisk-ringall": (ast.ringall(),),
    "asterisk-leastrecent": (ast.leastrecent(), ast.leastrecent(interfaces={"ann": "PJSIP/ann", "bob": "zap"})),
    "asterisk-fewestcalls": (ast.fewestcalls(), ast.fewestcalls(interfaces={"cid": "Local/1@x"})),
    "asterisk-random": (ast.random(),),
    "asterisk-wrandom": (ast.wrandom(),),
    "asterisk-rrmemory": (ast.rrmemory(),),
    "asterisk-rrordered": (ast.rrordered(),),
    "asterisk-linear": (ast.linear(),),
    "freeswitch-longest-idle-agent": (fs.longest_idle_agent(),),
    "freeswitch-round-robin": (fs.round_robin(),),
    "freeswitch-top-down": (fs.top_down(),),
    "freeswitch-agent-with-least-talk-time": (fs.agent_with_least_talk_time(),),
    "freeswitch-agent-with-fewest-calls": (fs.agent_with_fewest_calls(),),
    "freeswitch-sequentially-by-agent-order": (fs.sequentially_by_agent_order(),),
    "freeswitch-random": (fs.random(),),
    "freeswitch-ring-all": (fs.ring_all(),),
    "freeswitch-ring-progressively": (fs.ring_progressively(5), fs.ring_progressively(2.5)),
    "job-router-longest-idle": (job_router.longest_idle(),),
    "job-router-round-robin": (job_router.round_robin(),),
    "job-router-best-worker": (job_router.best_worker(),),
    "taskrouter-longest-unoccupied": (taskrouter.longest_unoccupied(),),
    "taskrouter-order-by": (taskrouter.order_by("billing DESC, english ASC"), taskrouter.order_by("french ASC")),
}
CONTACT: dict[str, tuple[ContactOrder, ...]] = {
    "aged": (st.Aged(), st.Aged(per_minute=7)),
    "fifo": (st.Fifo(),),
    "strict-priority": (st.StrictPriority(),),
    "head-start": (st.HeadStart(10), st.HeadStart({1: 5, 2: 30})),
    "lifo": (st.Lifo(),),
    "earliest-deadline": (
        st.EarliestDeadline(30),
        st.EarliestDeadline(60, by_channel={"chat": 5, "email": 0}),
        st.EarliestDeadline(),
    ),
    "longest-wait-ratio": (
        st.LongestWaitRatio(),
        st.LongestWaitRatio(10, by_channel={"chat": 5, "email": 40}),
        st.LongestWaitRatio(7, by_channel={"voice": 3}),
    ),
}
QUEUE: dict[str, tuple[QueueOrder, ...]] = {
    "by-urgency": (st.ByUrgency(),),
    "fixed-queue-ratio": (st.FixedQueueRatio(), st.FixedQueueRatio({"sales": 3, "vip": 0.7})),
    "weighted-fair": (
        st.WeightedFair(expected_s=10),
        st.WeightedFair({"sales": 3, "support": 0.7}, expected_s=20),
        st.WeightedFair(),
    ),
}

READY: dict[str, bool | str] = {
    **dict.fromkeys((*AGENT, *CONTACT, *QUEUE), True),
    # The rest of a contact that nobody answered, `Queue.retry_contact_s`.
    "retry_contact_s": True,
}
BASIC: dict[str, tuple[Any, ...]] = {
    "longest-idle": AGENT["longest-idle"][:1],
    "round-robin": AGENT["round-robin"],
    "random": AGENT["random"],
    "fewest-contacts": AGENT["fewest-contacts"][:3],
    "aged": CONTACT["aged"],
    "fifo": CONTACT["fifo"],
    "strict-priority": CONTACT["strict-priority"],
    "head-start": CONTACT["head-start"],
}
"""Orders that choose one agent by a key of their own: worlds have no others unless they are asked for."""


def ready(table: dict[str, tuple[Any, ...]], *, basic: bool) -> dict[str, tuple[Any, ...]]:
    """The orders of a table that worlds may have."""
    return {
        name: BASIC.get(name, ()) if basic or READY[name] == "basic" else orders
        for name, orders in table.items()
        if READY.get(name) and (not basic or name in BASIC)
    }


def pinned(pin: str | None, kind: str) -> tuple[Any, ...]:
    """The orders that `--order` asks for: of a kind (`agent`, `contact` or `queue`), or none."""
    asked, _, name = (pin or "agent:").rpartition(":")
    table: dict[str, Any] = {"agent": AGENT, "contact": CONTACT, "queue": QUEUE}[kind]
    return tuple(table[name]) if name and (asked or "agent") == kind else ()


def known(pin: str) -> bool:
    """Is there such an order?"""
    asked, _, name = pin.rpartition(":")
    return name in {"agent": AGENT, "contact": CONTACT, "queue": QUEUE}.get(asked or "agent", {})


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu")
DAYS = ((2026, 6, 2), (2026, 3, 29), (2026, 10, 26), (2026, 11, 1))


def clock(zone: str, day: tuple[int, int, int], before_s: float) -> dict[str, Any]:
    """A router's clock that starts so many seconds before a midnight."""
    midnight = datetime.datetime(*day, tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()
    return {"time_zone": zone, "unix_offset_s": midnight - before_s}
