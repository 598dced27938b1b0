"""Keys: what agents and contacts are ordered by, read from their records or asked of an app's own orders.

Only that lives here, and what becomes of an order that fails at it. Where anybody is filed is `filing`'s affair.
"""

from __future__ import annotations

from typing import Any

from routekit._kernel.choosing import (
    AFTER,
    CURSOR,
    DOWN,
    DRAW,
    LEAST,
    LOTS,
    MATCH,
    MOVING,
    NEXT,
    ROUND,
    ROUND_EACH,
    SCORE,
    WEIGHTED,
)
from routekit._kernel.index import IDLE, OWN, PARTS, SEQUENCE
from routekit._kernel.ordered import Node
from routekit._kernel.profiles import Spec
from routekit._numbers import finite_float
from routekit._router.records import AgentRecord, ContactRecord, MemberRecord, QueueRecord, ViewRecord
from routekit._router.state import State
from routekit.abc import AgentOrder, ContactOrder, Pick
from routekit.errors import StrategyError
from routekit.events import StrategyFailed
from routekit.strategies.own import AGENT_PARTS, MEMBER_PARTS

__all__ = ["Keys"]

_PICKS = {
    Pick.LEAST: LEAST,
    Pick.NEXT: NEXT,
    Pick.CURSOR: CURSOR,
    Pick.DRAW: DRAW,
    Pick.WEIGHTED: WEIGHTED,
    Pick.MATCH: MATCH,
    Pick.SCORE: SCORE,
    Pick.ROUND: ROUND,
    Pick.ROUND_EACH: ROUND_EACH,
    Pick.LOTS: LOTS,
    Pick.AFTER: AFTER,
    Pick.DOWN: DOWN,
}
(
    HAS_WORK,
    IDLE_SINCE,
    LAST_FINISH,
    LAST_OFFER,
    LOAD,
    SKILL_COUNT,
    SKILL_TOTAL,
    SEQ,
    LAST_END,
    LAST_CHOSEN,
    TAKEN,
    TALKED_S,
    TIER,
    JOINED,
    HAD_ONE,
    ENDED_AT,
    LAST_END_HERE,
    ENDED,
    SCORE_HIGH,
    SCORE_LOW,
) = range(1, 21)
"""The parts of keys by number: the fields of the two standings of `routekit.abc`, those of the member from TIER on."""
PARTS_OF_KEYS = (*AGENT_PARTS, *MEMBER_PARTS)
_TURN = (JOINED,)


class Keys:
    """Sets the keys of the nodes of one state's agents and contacts."""

    def __init__(self, state: State) -> None:
        self.state = state

    # -- queues -------------------------------------------------------------------------------------------------------

    def set_up(self, queue: QueueRecord, order: AgentOrder) -> None:
        """Copy from a queue's agent order what decisions read, and say which kind of line it needs."""
        lineup = queue.lineup
        queue.counts = order.counts
        queue.since = order.since
        queue.ring = order.ring
        queue.ring_every_s = order.ring_every_s or 0.0
        queue.every_s = order.every_s or 0.0
        queue.drains = queue.drains and order.every_s is None
        lineup.half_life = float(order.half_life)
        lineup.behind = order.behind
        moving = order.counts in ("talk", "load")
        lineup.pick = MOVING if moving else _PICKS[order.pick]
        lineup.lots = order.lots
        queue.asks = lineup.pick == SCORE or (
            lineup.pick == MATCH and not type(order).__module__.startswith("routekit.")
        )
        queue.special = queue.asks or queue.every_s > 0.0 or queue.since == "day"
        if type(order).key is not AgentOrder.key or lineup.pick == WEIGHTED:
            owner = queue.seq if order.per_queue else -1
            lineup.spec = Spec(OWN, (), order, owner, queue.name)
            lineup.by_turn = False
            queue.reads_taken = True
            return
        codes = tuple(_code(part) for part in order.parts)
        queue.reads_taken = TAKEN in codes or 0 - TAKEN in codes
        owner = queue.seq if any(abs(code) >= TIER for code in codes) else -1
        kind = IDLE if codes == (HAS_WORK, IDLE_SINCE) else PARTS if codes else SEQUENCE
        lineup.spec = Spec(kind, codes, order, owner, queue.name, moving)
        lineup.by_turn = codes == _TURN

    # -- agents -------------------------------------------------------------------------------------------------------

    def set_agent(self, agent: AgentRecord) -> None:
        """Set the keys of an agent, who is not filed, in all lines of their supply profile."""
        supply = agent.supply
        assert supply is not None
        specs = supply.specs
        for i in range(len(specs)):
            spec = specs[i]
            if spec.kind == IDLE:
                node = agent.nodes[i]
                node.a = 1.0 if agent.has_work else 0.0
                node.b = agent.idle_since
            elif spec.kind == PARTS:
                self._set_parts(agent, agent.nodes[i], spec)
            elif spec.kind == OWN:
                self._set_own_key(agent, agent.nodes[i], spec)
        if supply.moving:
            levels: list[float] = []
            for spec in supply.specs:
                levels.append(agent.members[spec.lineup].level if spec.moving else 0.0)
            agent.levels = tuple(levels)

    def _set_parts(self, agent: AgentRecord, node: Node, spec: Spec) -> None:
        member: Any = agent.members.get(spec.lineup)
        codes = spec.codes
        n = len(codes)
        node.a = self._part(codes[0], agent, member)
        node.b = self._part(codes[1], agent, member) if n > 1 else 0.0
        node.c = self._part(codes[2], agent, member) if n > 2 else 0.0
        node.d = self._part(codes[3], agent, member) if n > 3 else 0.0

    def _part(self, code: int, agent: AgentRecord, member: MemberRecord) -> float:
        if code < 0:
            return 0.0 - self._part(0 - code, agent, member)
        part = 0.0
        if code == HAS_WORK:
            part = 1.0 if agent.has_work else 0.0
        elif code == IDLE_SINCE:
            part = agent.idle_since
        elif code == LAST_FINISH:
            part = agent.last_finish
        elif code == LAST_OFFER:
            part = agent.last_offer
        elif code == LOAD:
            part = agent.load
        elif code == SKILL_COUNT:
            part = agent.skill_count
        elif code == SKILL_TOTAL:
            part = agent.skill_total
        elif code == SEQ:
            part = float(agent.seq)
        elif code == LAST_END:
            part = agent.last_end
        elif code == LAST_CHOSEN:
            part = agent.last_chosen
        elif code == TAKEN:
            part = float(agent.taken)
        elif code == TALKED_S:
            part = agent.talked_s
        elif code == TIER:
            part = float(member.tier)
        elif code == JOINED:
            part = float(member.joined)
        elif code == HAD_ONE:
            part = 1.0 if member.had_one else 0.0
        elif code == ENDED_AT:
            part = member.ended_at
        elif code == LAST_END_HERE:
            part = member.last_end_here
        elif code == ENDED:
            part = float(member.ended)
        elif code == SCORE_HIGH:
            part = member.score_high
        elif code == SCORE_LOW:
            part = member.mantissa
        return part

    def _set_own_key(self, agent: AgentRecord, node: Node, spec: Spec) -> None:
        member = agent.members.get(spec.lineup)
        self.state.calling = True
        try:
            if spec.order.pick is Pick.WEIGHTED:
                a, b, c, d = _weight(spec.order.weight(agent)), 0.0, 0.0, 0.0
            else:
                a, b, c, d = _four(spec.order.key(agent, member))
        except Exception as fault:  # user code may raise anything, and a timer never may
            self.failed(spec, agent.id, None, spec.order, fault)
            a, b, c, d = (1.0 if agent.has_work else 0.0), agent.idle_since, 0.0, 0.0
            if spec.order.pick is Pick.WEIGHTED:
                a, b = 1.0, 0.0
        finally:
            self.state.calling = False
        node.a = a
        node.b = b
        node.c = c
        node.d = d

    def failed(self, spec: Spec, agent: str | None, contact: str | None, order: Any, fault: Exception) -> None:
        """Tell that an app's own strategy has failed, and was left out."""
        state = self.state
        state.out.append(
            StrategyFailed(
                at=state.now,
                seq=state.next_seq(),
                queue=spec.label,
                strategy=order.name,
                error=fault.error if isinstance(fault, StrategyError) else f"{type(fault).__name__}: {fault}",
                agent=agent,
                contact=contact,
            )
        )

    # -- contacts -----------------------------------------------------------------------------------------------------

    def set_contact(self, contact: ContactRecord) -> None:
        """Set the key of a contact, which is in no line, by its queue's order."""
        self._set_key(contact, contact.queue, contact)

    def set_view(self, view: ViewRecord) -> None:
        """The same for a view, which is not filed; where its queue goes by ratios, with the target."""
        contact, queue = view.contact, view.queue
        self._set_key(contact, queue, view)
        view.target = self._target_of(contact, queue) if queue.ratio else 0.0

    def _set_key(self, contact: ContactRecord, queue: QueueRecord, node: Node) -> None:
        if queue.linear:
            node.a = contact.since - contact.priority * queue.slope
            node.b = node.c = node.d = 0.0
        else:
            self._ask_contact(contact, queue, node)

    def _ask_contact(self, contact: ContactRecord, queue: QueueRecord, node: Node) -> None:
        """Ask a contact order that is not a mere slope; should an app's own fail, the contact stands by its wait."""
        order = queue.value.contact_order
        self.state.calling = True
        try:
            a, b, c, d = _four(order.key(contact))
        except Exception as fault:  # user code may raise anything, and a timer never may
            spec = queue.lineup.spec
            assert spec is not None
            self.failed(spec, None, contact.id, order, fault)
            a, b, c, d = contact.since, 0.0, 0.0, 0.0
        finally:
            self.state.calling = False
        node.a = a
        node.b = b
        node.c = c
        node.d = d

    def set_target(self, contact: ContactRecord) -> None:
        """What the wait of a contact is divided by, where its queue goes by ratios."""
        contact.target = self._target_of(contact, contact.queue)

    def _target_of(self, contact: ContactRecord, queue: QueueRecord) -> float:
        order = queue.value.contact_order
        self.state.calling = True
        try:
            return _target(order.target(contact))
        except Exception as fault:  # user code may raise anything, and a timer never may
            spec = queue.lineup.spec
            assert spec is not None
            self.failed(spec, None, contact.id, order, fault)
            return 1.0
        finally:
            self.state.calling = False

    def try_key(self, contact: ContactRecord, order: ContactOrder, since: float) -> None:
        """Ask a queue's order for the key of a contact that is about to come; `StrategyError` if it fails."""
        if order.slope is not None:
            return
        was = contact.since
        contact.since = since
        self.state.calling = True
        try:
            _four(order.key(contact))
            if type(order).target is not ContactOrder.target:
                _target(order.target(contact))
        except Exception as fault:
            raise StrategyError(strategy=order.name, error=f"{type(fault).__name__}: {fault}") from fault
        finally:
            contact.since = was
            self.state.calling = False


def _code(part: str) -> int:
    """The number of a part of a key; below 0 where more is better."""
    field = part.removeprefix("-")
    code = PARTS_OF_KEYS.index(field) + 1
    return code if field == part else 0 - code


def _weight(value: float) -> float:
    """A draw's weight, checked."""
    weight = finite_float(value, "weight")
    if weight <= 0.0:
        raise ValueError(f"a weight is above 0, not {value!r}")
    return weight


def _target(value: float) -> float:
    """A contact order's target, checked."""
    target = finite_float(value, "target")
    if target <= 0.0:
        raise ValueError(f"a target is above 0, not {value!r}")
    return target


def _four(key: tuple[float, ...]) -> tuple[float, float, float, float]:
    """A strategy's key, filled up with zeros and checked."""
    if len(key) > 4:
        raise ValueError(f"a key has at most four numbers, not {key!r}")
    a, b, c, d = [finite_float(part, "key") for part in key] + [0.0] * (4 - len(key))
    return a, b, c, d
