"""Asterisk's `app_queue`: its eight strategies and a queue's timing, as they are, and what we would have instead.

Only values live here: each function gives an agent order, and `queue` a whole `Queue`. What they rest on was read in
apps/app_queue.c of Asterisk 22 and held against calls that were recorded from one (docs/presets.md says what was).

The words: a member's *tier* is the penalty plus 1. A caller is tried in *attempts*: who rejects is out until the
next attempt, who does not answer ends it, and then the caller rests for `retry`. In the *container* members stand as
`app_queue` walks over them: by `joined` for `linear` and `rrordered`, else in 37 buckets by a hash of five characters
of the interface, and inside a bucket by `joined`. Metrics are compared first; of equal ones the last in the container
wins, but for those in turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

import attrs

from routekit._frozen import EMPTY, FrozenMap, freeze_map
from routekit._numbers import MOST_SECONDS, within
from routekit.abc import AgentOrder, AgentStanding, MemberStanding, Pick
from routekit.errors import InvalidType, InvalidValue
from routekit.strategies import agent_orders as agents
from routekit.strategies import contact_orders as contacts
from routekit.strategies import load_orders as loads
from routekit.strategies import ring_orders as rings

if TYPE_CHECKING:
    from routekit._model import Queue

__all__ = [
    "ORDERS",
    "STRATEGIES",
    "AsteriskFewestCalls",
    "AsteriskLeastRecent",
    "AsteriskLinear",
    "AsteriskRRMemory",
    "AsteriskRROrdered",
    "AsteriskRandom",
    "AsteriskRingAll",
    "AsteriskWRandom",
    "bucket",
    "fewestcalls",
    "leastrecent",
    "linear",
    "queue",
    "random",
    "ringall",
    "rrmemory",
    "rrordered",
    "wrandom",
]

_BUCKETS = 37
_DRIFT_S = 0.02
"""What a caller's sleep in `app_queue` takes longer than asked: in an exact tie the newcomer goes first."""


def bucket(interface: str) -> int:
    """The hash bucket of a member by its interface, from 0 to 36.

    Of the text from its first "/" on (all of it where there is none), five bytes count: below 32, or beyond ASCII, as
    0, above 96 less 64, else less 32; the i-th times 64 ** i, and their sum modulo 37.

    >>> bucket("Local/1001@default/n"), bucket("PJSIP/alice")
    (8, 28)
    """
    data = interface[max(interface.find("/"), 0) :].encode(errors="surrogatepass")[:5]
    total = 0
    for i in range(len(data)):
        code = data[i]
        total += (0 if code < 32 or code > 127 else code - 64 if code > 96 else code - 32) << 6 * i
    return total % _BUCKETS


def _interfaces(value: object) -> FrozenMap[str, str]:
    if not isinstance(value, Mapping):
        freeze_map(value, "interfaces")  # raises
    items: Mapping[object, object] = value  # type: ignore[assignment]  # it is one, or freeze_map has raised
    found: dict[str, str] = {}
    for agent, interface in items.items():
        if not isinstance(agent, str) or not isinstance(interface, str):
            raise InvalidType(path="interfaces", value=(agent, interface), expected="agent ids and interfaces, as str")
        found[agent] = interface
    return FrozenMap(found)


@attrs.frozen
class _InContainer(AgentOrder):
    """What the orders over the hashed container share: which of equal members wins."""

    per_queue: ClassVar[bool] = True

    interfaces: FrozenMap[str, str] = attrs.field(default=EMPTY, converter=_interfaces)

    def _last(self, agent: AgentStanding, member: MemberStanding) -> tuple[float, float]:
        """The last in the container first."""
        interface = self.interfaces.get(agent.id)
        if interface is None:
            interface = agent.id if "/" in agent.id else f"/{agent.id}"
        return (-float(bucket(interface)), -float(member.joined))


@attrs.frozen
class AsteriskRingAll(_InContainer):
    """app_queue's `ringall`: all members of the lowest usable tier ring together, and the first to answer has it.

    A higher tier is reached only when everybody below is busy, paused, in wrap-up, or has rejected; while one of the
    lower tier rings, it is closed. `interfaces` are by agent id; who is not listed has the id after the "/".

    Key: `(-bucket, -joined)`, then sequence: in which order a wave rings.
    Changes: never.
    Cost: as `RingAll`; at most 1000 at once.
    Source: app_queue.c, calc_metric and ring_one.
    Good for: moving from Asterisk with everything as it was.
    Bad for: the order in which phones ring: that of a hash.

    >>> ringall().ring
    1000
    """

    name: ClassVar[str] = "asterisk-ringall"
    behind: ClassVar[bool] = False

    @property
    def ring(self) -> int:
        """How many at once."""
        return 1000

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(-bucket, -joined)`."""
        assert member is not None
        return self._last(agent, member)


@attrs.frozen
class AsteriskLeastRecent(_InContainer):
    """app_queue's `leastrecent`: whose last call in this queue ended longest ago, in whole seconds.

    Who never had a call comes first. Only the end of a call counts: a member who does not answer stays the first and
    is tried again for the same caller. A pause does not stop the clock. Not kept: after 11.57 idle days the metric
    runs over into the next tier.

    Key: `(whole seconds of the last end, -bucket, -joined)`, then sequence.
    Changes: when a call of the queue ends.
    Cost: one comparison for each group of agents alike; a key in Python whenever an agent is filed.
    Source: app_queue.c, calc_metric; PEERS: recorded scenarios `leastrecent-*`.
    Good for: moving from Asterisk with everything as it was.
    Bad for: a first agent who does not answer: nobody else is tried.

    >>> leastrecent(fixed=True)
    LeastRecent()
    """

    name: ClassVar[str] = "asterisk-leastrecent"
    behind: ClassVar[bool] = False

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(whole seconds of the last end, -bucket, -joined)`."""
        assert member is not None
        return (float(math.floor(member.last_end_here)), *self._last(agent, member))


@attrs.frozen
class AsteriskFewestCalls(_InContainer):
    """app_queue's `fewestcalls`: who has had the fewest calls of this queue, counted when they end.

    An absence or a return changes no count, and nothing forgets; a member who leaves the queue and comes back begins
    at 0. A member who does not answer stays the first and is tried again for the same caller.

    Key: `(calls ended, -bucket, -joined)`, then sequence.
    Changes: when a call of the queue ends.
    Cost: as `leastrecent`.
    Source: app_queue.c, update_queue and calc_metric; recorded scenarios `fewestcalls-*`.
    Good for: moving from Asterisk with everything as it was.
    Bad for: newcomers, who get every call until they have caught up, and a first agent who does not answer.

    >>> fewestcalls(fixed=True)
    FewestContacts(half_life_s=28800.0, since=None, count='offered')
    """

    name: ClassVar[str] = "asterisk-fewestcalls"
    behind: ClassVar[bool] = False

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(calls ended, -bucket, -joined)`."""
        assert member is not None
        return (float(member.ended), *self._last(agent, member))


@attrs.frozen
class AsteriskRandom(AgentOrder):
    """app_queue's `random`: any of the lowest usable tier. There each draws below 1000 and the least wins.

    Key: one draw among the eligible of the lowest tier in sequence order.
    Changes: never; each offer draws anew.
    Cost: as `Random`.
    Source: app_queue.c, calc_metric; recorded scenarios `random-*`.
    Good for: moving from Asterisk with everything as it was.
    Bad for: evenness over an hour: a draw does not remember.

    >>> random().pick, random(fixed=True)
    (<Pick.DRAW: 'draw'>, Random())
    """

    name: ClassVar[str] = "asterisk-random"
    behind: ClassVar[bool] = False
    pick: ClassVar[Pick] = Pick.DRAW


@attrs.frozen
class AsteriskWRandom(_InContainer):
    """app_queue's `wrandom`: everybody draws below 1000 times the tier, and the least of all tiers wins.

    A tier here is no wall: the second is rung a quarter of the time beside an equally large first one.

    Key: a lot below 1000 times the tier, in sequence order; then `(-bucket, -joined)`, then sequence.
    Changes: never; each offer draws anew.
    Cost: a draw for each eligible agent of all tiers.
    Source: app_queue.c, calc_metric; recorded scenarios `wrandom-*`.
    Good for: moving from Asterisk with everything as it was.
    Bad for: tiers: `WeightedRandom` keeps them.

    >>> wrandom().pick
    <Pick.LOTS: 'lots'>
    """

    name: ClassVar[str] = "asterisk-wrandom"
    behind: ClassVar[bool] = False
    pick: ClassVar[Pick] = Pick.LOTS

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """`(-bucket, -joined)`: among equal lots."""
        assert member is not None
        return self._last(agent, member)


@attrs.frozen
class AsteriskRRMemory(AgentOrder):
    """app_queue's `rrmemory`: in turn by the order of joining, from behind the last one tried, whoever called.

    The queue's place stands still during an attempt and moves when that ends, behind the member tried last in the
    attempt's own order, over all tiers the caller may reach, whether somebody is available there or not: after the
    last of a tier it is at the first of the next one. `docs/semantics.md` has the rule. Not kept: members beyond the
    1000th, where the metric runs over into the next tier.

    Key: `joined`, read from the queue's place on and round.
    Changes: never; the place moves when an attempt ends.
    Cost: as `RoundRobinOrdered`, and the queue's members when an attempt ends.
    Source: app_queue.c, calc_metric and store_next_rr; recorded scenarios `rrmemory-*`.
    Good for: moving from Asterisk with everything as it was.
    Bad for: evenness with tiers: a turn of the second moves that of the first.

    >>> rrmemory(fixed=True)
    RoundRobinOrdered()
    """

    name: ClassVar[str] = "asterisk-rrmemory"
    behind: ClassVar[bool] = False
    pick: ClassVar[Pick] = Pick.ROUND
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True


@attrs.frozen
class AsteriskRROrdered(AsteriskRRMemory):
    """app_queue's `rrordered`: the same as `rrmemory`, over a list instead of a hash table.

    `rrmemory` too goes by positions in the order of joining, so both ring alike.

    Key: `joined`, read from the queue's place on and round.
    Changes: never; the place moves when an attempt ends.
    Cost: as `rrmemory`.
    Source: app_queue.c, calc_metric and store_next_rr; recorded scenarios `rrordered-*`.
    Good for: moving from Asterisk with everything as it was.
    Bad for: evenness with tiers, as `rrmemory`.

    >>> rrordered().parts
    ('joined',)
    """

    name: ClassVar[str] = "asterisk-rrordered"
    behind: ClassVar[bool] = False


@attrs.frozen
class AsteriskLinear(AgentOrder):
    """app_queue's `linear`: from the top of the list for each caller, and further down with each of its attempts.

    As `rrmemory`, but the place is the caller's own, and begins at the top.

    Key: `joined`, read from the caller's own place on and round.
    Changes: never; the place moves when an attempt at the caller ends.
    Cost: as `rrmemory`.
    Source: app_queue.c, calc_metric and store_next_lin; recorded scenarios `linear-*`.
    Good for: a chain of deputies, as Asterisk has it.
    Bad for: evenness: the first have all of it.

    >>> linear(fixed=True)
    TopDown()
    """

    name: ClassVar[str] = "asterisk-linear"
    behind: ClassVar[bool] = False
    pick: ClassVar[Pick] = Pick.ROUND_EACH
    parts: ClassVar[tuple[str, ...]] = ("joined",)
    per_queue: ClassVar[bool] = True


def ringall(*, fixed: bool = False, interfaces: Mapping[str, str] = EMPTY) -> AgentOrder:
    """`ringall`; fixed: `RingAll`, which rings the longest idle first, and holds nobody's units twice."""
    return rings.RingAll(limit=1000) if fixed else AsteriskRingAll(interfaces)


def leastrecent(*, fixed: bool = False, interfaces: Mapping[str, str] = EMPTY) -> AgentOrder:
    """`leastrecent`; fixed: `LeastRecent`: exact times, ties to who is idle longest, breaks left out."""
    return agents.LeastRecent() if fixed else AsteriskLeastRecent(interfaces)


def fewestcalls(*, fixed: bool = False, interfaces: Mapping[str, str] = EMPTY) -> AgentOrder:
    """`fewestcalls`; fixed: `FewestContacts` of offers, so that who does not answer is not the next again."""
    return loads.FewestContacts(count="offered") if fixed else AsteriskFewestCalls(interfaces)


def random(*, fixed: bool = False) -> AgentOrder:
    """`random`; fixed: `Random`, which is the same."""
    return agents.Random() if fixed else AsteriskRandom()


def wrandom(*, fixed: bool = False, interfaces: Mapping[str, str] = EMPTY) -> AgentOrder:
    """`wrandom`; fixed: `WeightedRandom`, where weights are by agent and a tier stays one."""
    return agents.WeightedRandom() if fixed else AsteriskWRandom(interfaces)


def rrmemory(*, fixed: bool = False) -> AgentOrder:
    """`rrmemory`; fixed: `RoundRobinOrdered`: the next of the lowest tier after the last one offered to."""
    return agents.RoundRobinOrdered() if fixed else AsteriskRRMemory()


def rrordered(*, fixed: bool = False) -> AgentOrder:
    """`rrordered`; fixed: `RoundRobinOrdered`."""
    return agents.RoundRobinOrdered() if fixed else AsteriskRROrdered()


def linear(*, fixed: bool = False) -> AgentOrder:
    """`linear`; fixed: `TopDown`, where a retry delay takes the caller further down."""
    return agents.TopDown() if fixed else AsteriskLinear()


STRATEGIES: FrozenMap[str, Callable[..., AgentOrder]] = FrozenMap(
    {
        "ringall": ringall,
        "leastrecent": leastrecent,
        "fewestcalls": fewestcalls,
        "random": random,
        "wrandom": wrandom,
        "rrmemory": rrmemory,
        "rrordered": rrordered,
        "linear": linear,
    }
)
"""The names of queues.conf, and what gives the order of each."""

ORDERS: tuple[type[AgentOrder], ...] = (
    AsteriskRingAll,
    AsteriskLeastRecent,
    AsteriskFewestCalls,
    AsteriskRandom,
    AsteriskWRandom,
    AsteriskRRMemory,
    AsteriskRROrdered,
    AsteriskLinear,
)
"""The orders of this module that have a name of their own."""


def queue(
    name: str,
    strategy: str = "ringall",
    timeout: float = 15,
    retry: float = 5,
    wrapuptime: float = 0,
    *,
    autopause: bool = False,
    fixed: bool = False,
    interfaces: Mapping[str, str] = EMPTY,
) -> Queue:
    """A queue with the names and defaults of queues.conf.

    Callers come first in, first out, whatever the tier of who is free (`autofill=yes`, `ringinuse=no`). An offer
    stands for `timeout`; after no answer the caller rests for `retry`, and a sleep of a thread takes some hundredths
    longer than asked, so 0.02 s are added. A reject bars the pair until the next attempt. Nobody is set away for not
    answering, unless `autopause`: then at once. Penalty p is tier p + 1.

    `fixed`: the fixed order, and after no answer the caller goes on at once to somebody else, the pair being left
    alone for `timeout + retry`.

    >>> main = queue("main", "leastrecent", timeout=2, retry=1)
    >>> main.offer_timeout_s, main.retry_contact_s, main.decline_retry_s
    (2.0, 1.02, 2.5)
    >>> queue("main", "rrmemory", fixed=True).agent_order
    RoundRobinOrdered()
    """
    from routekit._model import Queue

    if strategy not in STRATEGIES:
        problem = f"must be one of {', '.join(STRATEGIES)}"
        raise InvalidValue(path="strategy", value=strategy, problem=problem)
    timeout = within(timeout, "timeout", 1e-3, MOST_SECONDS)
    retry = within(retry, "retry", 0.0, MOST_SECONDS)
    hashed = strategy not in ("random", "rrmemory", "rrordered", "linear")
    order = STRATEGIES[strategy](fixed=fixed, **({"interfaces": interfaces} if hashed else {}))
    again = timeout + retry if fixed else 0.0
    return Queue(
        name,
        agent_order=order,
        contact_order=contacts.Fifo(),
        offer_timeout_s=timeout,
        decline_retry_s=again or timeout + retry / 2,
        no_answer_retry_s=again,
        away_after_no_answers=1 if autopause else None,
        retry_agent_s=0,
        retry_contact_s=0 if fixed else retry + _DRIFT_S,
        wrap_up_s=wrapuptime,
        drain_after_s=None,
        tier_wait_s=0,
    )
