"""A made-up day of a small contact centre, from a seed: voice, chat and e-mail, two skills, three priorities.

Only the making of that day and the habits of its agents live here. Every draw is counter-based and every figure is a
whole number of seconds, read off a table of quantiles with integers: `math.log` and `math.exp` differ in the last bit
from one C library to the next, and a day that does would have another digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from routekit import events as ev
from routekit._kernel.draws import Draws
from routekit._model import Agent, Capacity, Contact, Need, Queue, ServiceLevel
from routekit._timeline import Step
from routekit.simulation.driver import Answer
from routekit.simulation.trace import Call, Shift, Trace, stream

__all__ = ["Habits", "demo_day", "quantile"]

OPENS_S: Final = 8 * 3600
CLOSES_S: Final = 20 * 3600
SLOT_S: Final = 1800

# How busy each half hour from eight to eight is, in relation to the others.
_SLOTS = {
    "voice": (7, 12, 17, 20, 21, 20, 18, 16, 14, 14, 16, 18, 19, 18, 17, 15, 14, 13, 12, 10, 8, 7, 6, 5),
    "chat": (4, 6, 9, 11, 13, 14, 14, 15, 16, 15, 14, 14, 14, 14, 13, 13, 14, 15, 16, 15, 13, 11, 8, 6),
    "email": (14, 11, 10, 9, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 7, 6, 5, 4, 3, 2, 1, 1),
}
_COUNTS = {"voice": 2150, "chat": 900, "email": 430}
_QUEUE_OF = {"voice": "phone", "chat": "chat", "email": "mail"}

# Seconds at the quantiles 0, 10, ... 100 %.
_HANDLE = {
    "voice": (20, 62, 98, 130, 162, 196, 235, 282, 345, 450, 1080),
    "chat": (60, 140, 200, 255, 310, 370, 440, 520, 630, 810, 1620),
    "email": (30, 75, 110, 145, 180, 220, 265, 320, 400, 540, 1260),
}
_PATIENCE = {
    "voice": (8, 35, 70, 110, 160, 220, 290, 380, 500, 700, 1200),
    "chat": (20, 70, 130, 210, 300, 410, 540, 700, 900, 1200, 1800),
}
# Of 100 contacts: how many need what.
_NEEDS: dict[str, tuple[tuple[int, tuple[Need, ...]], ...]] = {
    "voice": (
        (18, (Need("billing", 1.0),)),
        (12, (Need("billing", 3.0),)),
        (15, (Need("technical", 2.0),)),
        (8, (Need("technical", 4.0),)),
        (4, (Need("billing", 2.0), Need("technical", 2.0))),
        (43, ()),
    ),
    "chat": ((20, (Need("billing", 1.0),)), (25, (Need("technical", 2.0),)), (55, ())),
    "email": ((30, (Need("billing", 2.0),)), (20, (Need("technical", 2.0),)), (50, ())),
}
_PRIORITIES = ((80, 0.0), (15, 1.0), (5, 2.0))
_CUSTOMERS = 2500

_SHIFTS = ((0, 16), (8, 24), (2, 18), (0, 16), (8, 24), (1, 17), (5, 21))
"""First and last half hour of the shifts of eight hours, from the opening; agents take them by turns."""


def demo_day(seed: int = 0) -> Trace:
    """A day with some 3,600 contacts and 42 agents. Another seed is another day.

    >>> day = demo_day(7)
    >>> len(day.agents), {queue.name for queue in day.queues} == {"phone", "chat", "mail"}
    (42, True)
    """
    calls = _calls(seed)
    agents, shifts = _agents(seed)
    return Trace(
        source=f"demo day, seed {seed}",
        format="demo",
        queues=_queues(),
        agents=agents,
        calls=calls,
        shifts=shifts,
        rows=len(calls),
    )


class Habits:
    """How the demo's agents answer: most after a few seconds, one offer in forty not at all, one in fifty is declined.

    Two draws for each offer, in the order in which offers are made.
    """

    # Least and most seconds until an answer, and how many of 1,000 offers are missed and declined.
    _RING: ClassVar = {"voice": (2, 9), "chat": (3, 14), "email": (5, 60)}
    _MISSED, _DECLINED = 25, 20

    def __init__(self, seed: int = 0) -> None:
        self._draws = stream(seed, "habits")

    def __call__(self, offer: ev.OfferMade, /) -> Answer:
        """What the agent does about this offer."""
        least, most = self._RING.get(offer.channel, (1, 5))
        after = float(least + self._draws.index(most - least + 1))
        luck = self._draws.index(1000)
        if luck < self._MISSED:
            return Answer("miss")
        return Answer("decline" if luck < self._MISSED + self._DECLINED else "accept", after)


def quantile(table: Sequence[int], draw: int) -> int:
    """The value of a table of quantiles 0, 10, ... 100 % at `draw` of 1,000, between entries by a straight line.

    >>> quantile((0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100), 555)
    55
    """
    decile, rest = divmod(draw, 100)
    low, high = table[decile], table[decile + 1]
    return low + (high - low) * rest // 100


def _queues() -> tuple[Queue, ...]:
    return (
        Queue(
            "phone",
            offer_timeout_s=15,
            wrap_up_s=25,
            max_tier=1,
            service_level=ServiceLevel(target=0.8, within_s=20),
            steps=(
                Step(30, max_tier=2),
                Step(60, lower={"billing": 1, "technical": 1}),
                Step(150, drop=("billing", "technical")),
            ),
        ),
        Queue(
            "chat",
            offer_timeout_s=30,
            wrap_up_s=15,
            service_level=ServiceLevel(target=0.8, within_s=40),
            steps=(Step(90, lower={"technical": 1}), Step(240, drop=("billing", "technical"))),
        ),
        Queue(
            "mail",
            offer_timeout_s=120,
            drain_after_s=None,
            service_level=ServiceLevel(target=0.9, within_s=3600),
            steps=(Step(1800, drop=("billing", "technical")), Step(5400, raise_priority=30.0)),
        ),
    )


def _calls(seed: int) -> tuple[Call, ...]:
    made: list[tuple[int, int, Call]] = []
    for channel, slots in _SLOTS.items():
        draws = stream(seed, f"contacts by {channel}")
        base = _COUNTS[channel]
        # Days differ by up to a twentieth.
        for _ in range(base - base // 20 + draws.index(base // 10 + 1)):
            number = len(made)
            made.append((_arrival(draws, slots), number, _call(draws, channel, f"{channel}-{number}")))
    made.sort(key=lambda entry: entry[:2])
    return tuple(Call(call.contact, float(arrived), call.patience_s, call.handle_s) for arrived, _, call in made)


def _arrival(draws: Draws, slots: Sequence[int]) -> int:
    return OPENS_S + SLOT_S * _weighted(draws, slots) + draws.index(SLOT_S)


def _call(draws: Draws, channel: str, identity: str) -> Call:
    """A contact of a channel; the time of its arrival is put in later."""
    needs = _NEEDS[channel]
    contact = Contact(
        identity,
        queue=_QUEUE_OF[channel],
        channel=channel,
        needs=needs[_weighted(draws, [weight for weight, _ in needs])][1],
        priority=_PRIORITIES[_weighted(draws, [weight for weight, _ in _PRIORITIES])][1],
        customer=f"customer-{draws.index(_CUSTOMERS)}",
    )
    handle = quantile(_HANDLE[channel], draws.index(1000))
    # Drawn for e-mail too and thrown away: every contact takes the same number of draws.
    luck = draws.index(1000)
    patience = float(quantile(_PATIENCE[channel], luck)) if channel in _PATIENCE else None
    return Call(contact, 0.0, patience, float(handle))


def _weighted(draws: Draws, weights: Sequence[int]) -> int:
    """The index of one of these weights, each as likely as it is heavy."""
    total = 0
    for weight in weights:
        total += weight
    left = draws.index(total)
    for index, weight in enumerate(weights):
        if left < weight:
            return index
        left -= weight
    raise AssertionError("a draw lies above the sum of the weights")


def _agents(seed: int) -> tuple[tuple[Agent, ...], tuple[Shift, ...]]:
    draws = stream(seed, "agents")
    blended = Capacity(4, cost={"voice": 4, "chat": 1}, limit={"chat": 3})
    chats = Capacity(4, cost={"chat": 1, "email": 2}, limit={"chat": 4, "email": 1})
    letters = Capacity(2, cost={"voice": 2, "email": 1}, interruptible=("email",))
    groups: tuple[tuple[str, int, dict[str, int], Capacity], ...] = (
        ("phone", 23, {"phone": 1}, Capacity()),
        ("blend", 9, {"chat": 1, "phone": 1}, blended),
        ("chat", 5, {"chat": 1, "mail": 2}, chats),
        ("mail", 5, {"mail": 1, "phone": 2}, letters),
    )
    agents: list[Agent] = []
    shifts: list[Shift] = []
    for name, size, queues, capacity in groups:
        for number in range(size):
            agent = Agent(f"{name}-{number + 1:02d}", queues=queues, skills=_skills(draws, number), capacity=capacity)
            agents.append(agent)
            shifts.append(_shift(draws, agent, number))
    return tuple(agents), tuple(shifts)


def _skills(draws: Draws, number: int) -> dict[str, float]:
    """By turns good at bills, good at technical matters, and a little of both."""
    first, second = 2.0 + draws.index(4), 1.0 + draws.index(3)
    return ({"billing": first}, {"technical": first}, {"billing": second, "technical": second})[number % 3]


def _shift(draws: Draws, agent: Agent, number: int) -> Shift:
    """Eight hours with a short break, a lunch and another short break, at times that differ from agent to agent."""
    first, last = _SHIFTS[number % len(_SHIFTS)]
    starts = OPENS_S + first * SLOT_S + draws.index(180)
    ends = OPENS_S + last * SLOT_S
    breaks = []
    for after, spread, length in ((90, 40, 10), (210, 60, 30), (370, 40, 10)):
        since = starts + 60 * (after + draws.index(spread))
        breaks.append((float(since), float(since + 60 * length)))
    # Who leaves before the close leaves on time; the last ones stay until nobody waits.
    return Shift(
        agent.id, 0, tuple(agent.queues), float(starts), float(ends), stays=ends == CLOSES_S, breaks=tuple(breaks)
    )
