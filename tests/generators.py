"""Worlds and commands for the plain and the real router: small, and full of coincidences.

One generator serves both the fuzz (tests/fuzz.py, a `random.Random`) and the state machine (tests/test_machine.py,
hypothesis): it draws everything through `Dice`, whose only source is `index(n)`, a number below n, and 0 is always the
plainest choice. Durations come from small sets and times are often exactly a deadline, so that timers coincide. A
call is chosen with a look at the plain router, so that most are possible; some are wrong on purpose.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from routekit import Agent, Capacity, Contact, Need, Queue, ServiceLevel, Step
from routekit.abc import AgentOrder, ContactOrder
from tests import around as features
from tests.oracle import PlainRouter
from tests.orders import AGENT, CONTACT, DAYS, QUEUE, READY, ZONES, clock, pinned, ready

T = TypeVar("T")

QUEUES = ("support", "sales", "billing", "vip")
AGENTS = ("ann", "bob", "cid", "dee", "eve", "fay")
SKILLS = ("billing", "english", "french")
CHANNELS = ("voice", "chat", "email", "callback")


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of a verb. Two are none of the router's: `Router` makes one, with more than a seed; `restore` is a
    snapshot, and a router made of it."""

    verb: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = dataclasses.field(default_factory=dict)
    about: tuple[str, str] | None = None
    """Contact and agent of the open offer that it names: offers have other numbers when calls before are dropped."""

    def __str__(self) -> str:
        words = [repr(arg) for arg in self.args] + [f"{name}={value!r}" for name, value in self.kwargs.items()]
        return f"router.{self.verb}({', '.join(words)})"


class Dice:
    """All choices, made of `index(n)`: a number from 0 to n - 1."""

    def __init__(self, index: Callable[[int], int]) -> None:
        self.index = index

    def choice(self, items: Sequence[T]) -> T:
        return items[self.index(len(items))] if len(items) > 1 else items[0]

    def chance(self, percent: int) -> bool:
        return self.index(100) >= 100 - percent

    def some(self, items: Sequence[T], least: int = 0) -> tuple[T, ...]:
        """Some of the items, in a random order."""
        left, wanted = list(items), least + self.index(len(items) - least + 1)
        return tuple(left.pop(self.index(len(left))) for _ in range(wanted))


# ---- worlds -------------------------------------------------------------------------------------------------------

CAPACITIES = (
    Capacity(),
    Capacity(units=4, cost={"voice": 4, "chat": 1}, limit={"chat": 3}),
    Capacity(units=4, cost={"voice": 4, "callback": 2}),
    Capacity(units=2, cost={"voice": 2}, interruptible=("email",)),
    Capacity(units=3, cost={"email": 2}, limit={"email": 1, "voice": 1}, interruptible=("chat", "email")),
    Capacity(units=0.6, cost={"chat": 0.2, "email": 0.1, "voice": 0.3}),
    Capacity(units=3, cost={"voice": 3, "chat": 1}, channels=("voice", "chat")),
    Capacity(units=2, channels=("email", "chat"), limit={"chat": 0}),
    Capacity(units=6, cost={"voice": 2, "chat": 3, "email": 1}),
)


@dataclasses.dataclass
class Flavour:
    """What a world is like: a few settings that hold for a whole run, so that runs differ from each other."""

    queues: tuple[str, ...]
    agents: tuple[str, ...]
    channels: tuple[str, ...]
    crowd: int
    capacities: tuple[Capacity, ...]
    orders: tuple[AgentOrder, ...]
    contact_orders: tuple[ContactOrder, ...]
    other_orders: tuple[AgentOrder, ...]
    """What a queue may get now and then besides."""
    other_contact_orders: tuple[ContactOrder, ...]
    basic: bool
    """Is it without the orders and settings of `everything`?"""
    weights: dict[str, int]
    steady: int
    """How many in a hundred calls are made at the present time."""
    faults: int
    """How many in a hundred choices are wrong."""
    decliners: bool
    busy: bool
    """Are offers answered at once, and do agents stay?"""
    around: frozenset[str] = frozenset()
    """The features of tests/around.py that it has."""
    clock: dict[str, Any] = dataclasses.field(default_factory=dict)
    naming: str = ""
    """The queue whose fields are being made."""


def flavour(
    dice: Dice,
    weights: dict[str, int] | None = None,
    *,
    everything: bool = False,
    pin: str | None = None,
    around: frozenset[str] | None = None,
) -> Flavour:
    """Choose what a world is like. `pin` is an order that every queue has, as in `ring-all` or `contact:lifo`; `around`
    are features of tests/around.py, chosen by the dice where it is None.
    """
    if around is None:
        around = _features(dice) if everything else frozenset()
    chosen = dict(weights or WEIGHTS)
    for verb in chosen:
        if verb not in ("enqueue", "accept", "sign_in", "advance"):
            chosen[verb] *= dice.choice((1, 1, 0, 2, 4))
    decliners = dice.chance(8)
    if decliners:
        chosen = dict.fromkeys(chosen, 0)
        chosen.update(
            decline=60, enqueue=60, sign_in=3, set_ready=5, requeue=5, accept=9, transfer=1, advance=1, restore=1
        )
    busy = not decliners and dice.chance(20)
    if busy:
        chosen.update(accept=90, finish=30, update_queue=2, sign_out=1, set_away=2, abandon=2)
        chosen.update(update_agent=dice.choice((3, 20)), decline=dice.choice((4, 20)))
    agent_orders, contact_orders = ready(AGENT, basic=not everything), ready(CONTACT, basic=not everything)
    order = dice.choice(agent_orders[dice.choice(list(agent_orders))])
    others = sum(agent_orders.values(), ())
    other_contact_orders = sum(contact_orders.values(), ())
    some = pinned(pin, "agent") or ((order,) if busy or dice.chance(50) else others)
    contacts = other_contact_orders if dice.chance(60) else contact_orders[dice.choice(list(contact_orders))]
    return Flavour(
        queues=QUEUES[: 1 + dice.index(4)],
        agents=AGENTS[: 1 + dice.index(6)],
        channels=CHANNELS[: 1 + dice.index(4)],
        crowd=40 if decliners else dice.choice((6, 3, 12, 20)),
        capacities=dice.choice(
            (CAPACITIES[:1], CAPACITIES, CAPACITIES[1:3], CAPACITIES[1:], (dice.choice(CAPACITIES),))
        ),
        orders=some,
        contact_orders=pinned(pin, "contact") or contacts,
        other_orders=some if pin is not None else others,
        other_contact_orders=other_contact_orders if pin is None else pinned(pin, "contact") or contacts,
        basic=not everything,
        weights=chosen,
        steady=90 if decliners else dice.choice((60, 30, 80)),
        faults=dice.choice((3, 0, 10)),
        decliners=decliners,
        busy=busy,
        around=around,
    )


def _features(dice: Dice) -> frozenset[str]:
    """None of the features in some worlds, all that are ready in some, a few in others."""
    if not features.READY or dice.chance(35):
        return frozenset()
    ready_now = [name for name in features.FEATURES if name in features.READY]
    return frozenset(ready_now if dice.chance(45) else dice.some(ready_now, 1))


def router_calls(dice: Dice, pin: str | None = None, world: Flavour | None = None) -> list[Call]:
    """The call that makes the routers: the order between queues, and a clock that may be just before a midnight."""
    orders = ready(QUEUE, basic=False)
    order = dice.choice(pinned(pin, "queue") or orders[dice.choice(list(orders))])
    fields: dict[str, Any] = {} if order == QUEUE["by-urgency"][0] else {"queue_order": order}
    if dice.chance(70):
        fields.update(clock(dice.choice(ZONES), dice.choice(DAYS), dice.choice((40.0, 10.0, 100.0, 300.5))))
    if world is not None and world.around:
        world.clock = dict(fields)
        fields.update(features.router_fields(dice, world.around))
    return [Call("Router", (), fields)] if fields else []


def steps(dice: Dice, world: Flavour) -> tuple[Step, ...]:
    if dice.chance(30 if world.around else 50):
        return ()
    at = sorted(dice.choice((5, 0, 5, 10, 10, 20, 30)) for _ in range(1 + dice.index(3)))
    kinds: list[Callable[[float], Step]] = [
        lambda after: Step(after, max_tier=dice.choice((2, 1, 3))),
        lambda after: Step(after, lower={dice.choice(SKILLS): dice.choice((1, 2))}),
        lambda after: Step(after, drop=(dice.choice(SKILLS),)),
        lambda after: Step(after, raise_priority=dice.choice((1, 0.5, 3))),
    ]
    if "steps" in world.around:
        kinds += [lambda after: features.step(dice, after, _other_queues(dice, world), world.around)] * 6
    return tuple(dice.choice(kinds)(after) for after in at)


def _other_queues(dice: Dice, world: Flavour) -> tuple[str, ...]:
    """Names for steps and limits to lead to; the queue itself must not be among them, so its fields are made last."""
    names = tuple(name for name in world.queues if name != world.naming)
    return (*names, "nowhere") if dice.chance(5) and world.naming != "nowhere" else names


def queue_fields(dice: Dice, world: Flavour, name: str = "") -> dict[str, Any]:
    """Fields of a queue, all of them plain now and then."""
    world.naming = name
    fields: dict[str, Any] = {
        "agent_order": dice.choice(world.other_orders if dice.chance(10) else world.orders),
        "contact_order": dice.choice(world.other_contact_orders if dice.chance(10) else world.contact_orders),
        "offer_timeout_s": dice.choice((10, 5, 20)),
        "decline_retry_s": 300 if world.decliners else dice.choice((10, 0, 5, 30)),
        "no_answer_retry_s": dice.choice((10, 0, 5, 30)),
        "away_after_no_answers": dice.choice((None, 3, 1, 2)),
        "retry_agent_s": 0 if world.decliners else dice.choice((0, 1, 5, 10)),
        "wrap_up_s": dice.choice((0, 10, 5)),
        "auto_accept": dice.chance(40 if world.busy else 15),
        "drain_after_s": dice.choice((None, 10, 0, 5, 20)),
        "tier_wait_s": dice.choice((300, 10, 0, 30)),
        "max_tier": dice.choice((None, None, 1, 2)),
        "service_level": dice.choice((None, ServiceLevel(target=0.8, within_s=10))),
        "steps": steps(dice, world),
    }
    if world.around:
        fields.update(features.queue_fields(dice, _other_queues(dice, world), world.around, world.clock))
    if READY["retry_contact_s"] and not world.basic:
        fields["retry_contact_s"] = dice.choice((0, 0, 5, 10, 1))
    return {name: value for name, value in fields.items() if value is not None or name not in ("service_level",)}


def capacity(dice: Dice, world: Flavour) -> Capacity:
    return dice.choice(world.capacities)


def memberships(dice: Dice, queues: Sequence[str]) -> dict[str, int]:
    return {name: dice.choice((1, 1, 2, 3)) for name in (dice.some(queues, 1) if queues else ())}


def skills(dice: Dice) -> dict[str, int]:
    return {skill: dice.choice((2, 1, 3)) for skill in dice.some(SKILLS)}


def agent(dice: Dice, world: Flavour, name: str, queues: Sequence[str]) -> Agent:
    return Agent(name, queues=memberships(dice, queues), skills=skills(dice), capacity=capacity(dice, world))


def needs(dice: Dice) -> tuple[Need, ...]:
    if dice.chance(60):
        return ()
    return tuple(Need(skill, dice.choice((1, 2, 3, 0))) for skill in dice.some(SKILLS))


def world_calls(dice: Dice, world: Flavour) -> list[Call]:
    """The calls that build a world: queues, agents, most of them signed in."""
    calls = [Call("add_queue", (Queue(name, **queue_fields(dice, world, name)),), {"at": 0.0}) for name in world.queues]
    for name in world.agents:
        calls.append(Call("add_agent", (agent(dice, world, name, world.queues),), {"at": 0.0}))
        if not dice.chance(15):
            calls.append(Call("sign_in", (name,), {"at": 0.0}))
    return calls


# ---- calls --------------------------------------------------------------------------------------------------------


class Calls:
    """Chooses calls with a look at the plain router: one method a verb, each returns `(args, kwargs)` without `at`."""

    def __init__(self, dice: Dice, world: Flavour, plain: PlainRouter) -> None:
        self.dice = dice
        self.world = world
        self.plain = plain
        self.enqueued = 0

    def next(self) -> Call:
        """Choose a verb by its weight, then its arguments."""
        names, wraps = self.plain.names(), bool(self.plain.wrap_ups())
        possible = {
            "accept": bool(names["offers"]),
            "decline": bool(names["offers"]),
            "finish": bool(names["connected"]),
            "requeue": bool(names["connected"]),
            "hold": len(names["connected"]) > len(names["held"]),
            "resume": bool(names["held"]),
            "end_wrap_up": wraps,
            "sign_in": bool(names["offline"]),
            "set_ready": bool(names["away"]) or self.dice.chance(20),
            "set_away": bool(names["ready"]),
            "sign_out": bool(names["ready"] or names["away"]),
            "add_agent": len(names["agents"]) < len(self.world.agents),
            "add_queue": len(names["queues"]) < len(QUEUES),
            "abandon": bool(names["contacts"]),
            "transfer": bool(names["contacts"]),
            "update_contact": bool(names["contacts"]),
            "enqueue": len(names["queued"]) + len(names["offered"]) < self.world.crowd and bool(names["queues"]),
        }
        wild = self.wrong()
        weights = {verb: n for verb, n in self.world.weights.items() if wild or possible.get(verb, True)}
        if "handing" in self.world.around:
            parked = {"unpark": bool(names.get("parked")), "follow_up": bool(names["contacts"])}
            weights.update(
                (verb, n) for verb, n in HANDING.items() if wild or parked.get(verb, bool(names["connected"]))
            )
        at = self.dice.index(sum(weights.values()))
        for verb, weight in weights.items():
            if at < weight:
                return self.make(verb)
            at -= weight
        raise AssertionError("the weights were summed above")

    def make(self, verb: str) -> Call:
        """Choose the arguments of a verb."""
        names = self.plain.names()
        if verb == "restore":
            return Call(verb)
        args, kwargs = getattr(self, verb)(names)
        about = self.plain.pair_of_offer(args[0]) if verb in ("accept", "decline") else None
        return Call(verb, args, {**kwargs, "at": self.at()}, about)

    def at(self) -> Any:
        """A time: often the present or exactly a deadline, rarely one that is refused."""
        dice, now = self.dice, self.plain.now or 0.0
        if dice.chance(self.world.steady):
            return now
        kind = dice.index(40)
        deadline = self.plain.next_deadline
        if kind < 18 and deadline is not None:
            return deadline
        if kind < 28:
            return now + dice.choice((1.0, 5.0, 10.0, 0.1, 2.5))
        if kind < 31:
            return now + dice.choice((20.0, 30.0, 1 / 3))
        if kind < 33:
            return now + dice.choice((100.0, 400.0))
        if kind < 34 and deadline is not None:
            return math.nextafter(deadline, -math.inf)
        if kind < 35 and deadline is not None:
            return deadline + 5.0
        if kind == 36 and dice.chance(self.world.faults * 3):
            return dice.choice((math.nan, math.inf, True, "1", None))
        if kind == 37 and dice.chance(self.world.faults * 10):
            return now - dice.choice((1.0, 5.0, 0.25))
        if kind == 38:
            return int(now) + 1
        return now

    def wrong(self) -> bool:
        return self.dice.chance(self.world.faults)

    def one_of(self, likely: Sequence[str], others: Sequence[str], stranger: str) -> str:
        """A likely id; now and then another one, or one that nobody knows."""
        if self.wrong() and self.dice.chance(30):
            return stranger
        if likely and not self.wrong():
            return self.dice.choice(likely)
        return self.dice.choice(others) if others else stranger

    def any_contact(self, names: dict[str, list[str]], *states: str) -> str:
        likely = [name for state in states for name in names.get(state, [])]
        return self.one_of(likely, names["contacts"], "nobody")

    def any_agent(self, names: dict[str, list[str]], *states: str) -> str:
        likely = [name for state in states for name in names.get(state, [])]
        return self.one_of(likely, names["agents"], "ghost")

    def any_queue(self, names: dict[str, list[str]]) -> str:
        return self.one_of(names["queues"], names["queues"], "nowhere")

    def any_offer(self, names: dict[str, list[str]]) -> str:
        if names["offers"] and not self.wrong() and not self.dice.chance(3):
            return self.dice.choice(names["offers"])
        issued = self.plain.offers_made
        return (
            f"o-{self.dice.index(issued + 2)}" if self.dice.chance(95) else self.dice.choice(("o-x", "o-01", "nothing"))
        )

    def channels(self) -> tuple[str, ...] | None:
        return self.dice.some(self.world.channels) if self.dice.chance(40) else None

    def home_of(self, contact: str) -> str:
        return str(self.plain.contacts[contact].queue)

    # queues

    def add_queue(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        if self.wrong() and self.dice.chance(30):
            return ("support",), {}
        missing = [name for name in QUEUES if name not in names["queues"]]
        name = self.one_of(missing, QUEUES, "extra")
        return (Queue(name, **queue_fields(self.dice, self.world, name)),), {}

    def update_queue(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        name = self.any_queue(names)
        fields = queue_fields(self.dice, self.world, name)
        if self.wrong():
            bad = ({"wrap_up_s": -1}, {"offer_timeout_s": math.nan}, {"nothing": 1}, {"steps": (3,)}, {"name": "other"})
            return (name,), dict(self.dice.choice(bad))
        if self.dice.chance(15):
            return (Queue(name, **fields),), {}
        if self.dice.chance(40):
            return (name,), {"steps": fields["steps"]}
        if "limits" in self.world.around and self.dice.chance(30):
            return (name,), {field: fields[field] for field in ("limits", "hours") if field in fields}
        if self.dice.chance(20):
            return (name,), {"agent_order": self.dice.choice((*self.world.orders, *self.world.other_orders))}
        return (name,), {field: fields[field] for field in self.dice.some(sorted(fields))[:3]}

    def remove_queue(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        name = self.any_queue(names)
        if names["connected"] and self.dice.chance(50):
            name = self.home_of(self.dice.choice(names["connected"]))
        return (name,), {} if self.dice.chance(30) else {"move_to": self.any_queue(names)}

    # agents

    def add_agent(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        missing = [name for name in self.world.agents if name not in names["agents"]]
        name = self.one_of(missing, self.world.agents, "gus")
        queues = [*names["queues"], "nowhere", "nirgends"] if self.wrong() else names["queues"]
        return (agent(self.dice, self.world, name, queues),), {}

    def update_agent(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        name = self.any_agent(names, *(("agents",) if self.dice.chance(30) else ("ready",)))
        queues = [*names["queues"], "nowhere"] if self.wrong() else names["queues"]
        if self.wrong():
            bad = (
                {"skills": {"x": -1}},
                {"capacity": None},
                {"nothing": 1},
                {"queues": {"support": 0}},
                {"id": "other"},
            )
            return (name,), dict(self.dice.choice(bad))
        if self.dice.chance(15):
            return (agent(self.dice, self.world, name, queues),), {}
        fields: tuple[tuple[str, Callable[[], Any]], ...] = (
            ("queues", lambda: memberships(self.dice, queues)),
            ("skills", lambda: skills(self.dice)),
            ("capacity", lambda: capacity(self.dice, self.world)),
        )
        return (name,), {field: value() for field, value in self.dice.some(fields)}

    def remove_agent(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        work = self.dice.choice((None, "requeue")) if not self.wrong() else "burn"
        return (self.any_agent(names, "agents"),), {} if work is None else {"work": work}

    def sign_in(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        return (self.any_agent(names, "offline"),), {}

    def sign_out(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        work = self.dice.choice(("keep", "requeue")) if not self.wrong() else "burn"
        return (self.any_agent(names, "ready", "away"),), {} if self.dice.chance(30) else {"work": work}

    def set_ready(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        if self.dice.chance(30):
            return (self.any_agent(names, "ready"),), {"channels": self.dice.some(self.world.channels)}
        return (self.any_agent(names, "away", "away", "ready"),), {}

    def set_away(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        kwargs: dict[str, Any] = {"reason": "lunch"} if self.dice.chance(40) else {}
        if (channels := self.channels()) is not None:
            kwargs["channels"] = channels if not self.wrong() else self.dice.choice(("voice", (1,), ("fax",)))
        return (self.any_agent(names, "ready", "ready", "away"),), kwargs

    # contacts

    def enqueue(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        dice, now = self.dice, self.plain.now or 0.0
        if self.wrong() and dice.chance(20):
            return ("c-1",), {}
        self.enqueued += 1
        fields: dict[str, Any] = {"queue": self.any_queue(names), "channel": dice.choice(self.world.channels)}
        if dice.chance(40):
            fields["priority"] = dice.choice((1, 2, 0.5, -1, 3))
        if needed := needs(dice):
            fields["needs"] = needed
        if dice.chance(15):
            fields["waiting_since"] = now - dice.choice((0.0, 5.0, 10.0, 60.0, 400.0))
        elif self.wrong():
            fields["waiting_since"] = now + dice.choice((5.0, 100.0))
        if dice.chance(10):
            fields["customer"] = "cust-9"
        if attributes := self.attributes():
            fields["attributes"] = attributes
        if self.world.around:
            fields.update(features.contact_fields(dice, names["agents"], self.world.around))
        name = f"c-{self.enqueued}"
        if dice.chance(10):
            name = f"c-{1 + dice.index(self.enqueued)}"
        return (Contact(name, **fields),), {}

    def attributes(self) -> dict[str, Any]:
        """Perhaps a deadline, now and then one that is none."""
        dice, now = self.dice, self.plain.now or 0.0
        if not dice.chance(10):
            return {}
        return {"due_at": now + dice.choice((5, 0.0, 30.0, -10.0, 5.0)) if not self.wrong() else "soon"}

    def abandon(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        reason = {"reason": "hung up"} if self.dice.chance(30) else {}
        return (self.any_contact(names, "queued", "offered", "offered", "connected"),), reason

    def accept(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        return (self.any_offer(names),), {}

    def decline(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        offer = self.any_offer(names)
        if self.dice.chance(30):
            # One more decline of somebody who rests already: the rest is set again while it runs.
            again = [name for name, view in self.plain.offers.items() if self.plain.agents[view.agent].resting]
            offer = self.dice.choice(again) if again else offer
        return (offer,), {"reason": "busy"} if self.dice.chance(30) else {}

    def finish(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        ended_by = {"ended_by": "system"} if self.dice.chance(20) else {}
        return (self.any_contact(names, "connected"),), ended_by

    def end_wrap_up(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        wrapping = self.plain.wrap_ups()
        if wrapping and self.dice.chance(60):
            agent_id, contact_id = self.dice.choice(wrapping)
            return (agent_id,), {"contact": contact_id}
        likely = [agent_id for agent_id, _ in wrapping]
        contact = {"contact": self.any_contact(names, "wrapping")} if self.wrong() else {}
        return (self.one_of(likely, names["agents"], "ghost"),), contact

    def requeue(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        kwargs: dict[str, Any] = {"reason": "phone died"} if self.dice.chance(20) else {}
        if self.dice.chance(50):
            kwargs["avoid_agent"] = self.dice.choice((False, True)) if not self.wrong() else "yes"
        lost = [name for name in names["connected"] if self.home_of(name) not in names["queues"]]
        if lost and self.dice.chance(50):
            return (self.dice.choice(lost),), kwargs
        return (self.any_contact(names, "connected"),), kwargs

    def transfer(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        keep: dict[str, Any] = {} if self.dice.chance(50) else {"keep_place": self.dice.choice((True, False, None))}
        contact = self.any_contact(names, "connected", "offered", "queued")
        if "handing" in self.world.around:
            if self.dice.chance(25):
                keep["raise_priority"] = self.dice.choice((1, 2, 0.5)) if not self.wrong() else -1
            if self.dice.chance(25):
                keep["reference"] = "transcript-1"
        if "known" in self.world.around and self.dice.chance(35):
            keep["agent"] = self.any_agent(names, "ready", "away")
            return (contact,) if self.dice.chance(60) else (contact, self.any_queue(names)), keep
        return (contact, self.any_queue(names)), keep

    def update_contact(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        dice = self.dice
        name = self.any_contact(names, "queued", "offered", "contacts")
        if self.wrong():
            bad = (
                {"priority": math.nan},
                {"queue": "nowhere"},
                {"waiting_since": 0.125},
                {"colour": 1},
                {"needs": (1,)},
            )
            return (name,), dict(dice.choice(bad))
        fields: dict[str, Any] = {}
        if dice.chance(50):
            fields["priority"] = dice.choice((0, 1, 5, -2))
        if dice.chance(40):
            fields["needs"] = needs(dice)
        if dice.chance(20):
            fields["channel"] = dice.choice(self.world.channels)
        if dice.chance(10):
            fields["attributes"] = {"lang": dice.choice(("en", "fr")), **self.attributes()}
        if self.world.around:
            fields.update(features.contact_fields(dice, names["agents"], self.world.around))
        old = self.plain.value_of(name)
        if old is not None and dice.chance(20):
            return (dataclasses.replace(old, waiting_since=None, **fields),), {}
        return (name,), fields

    # handing over

    def park(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        now = self.plain.now or 0.0
        until = {} if self.dice.chance(40) else {"until": now + self.dice.choice((10.0, 5.0, 30.0, 0.5))}
        if self.wrong():
            until = {"until": self.dice.choice((now, now - 5.0, math.nan))}
        return (self.any_contact(names, "connected"),), until

    def unpark(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        return (self.any_contact(names, "parked", "parked"),), {}

    def follow_up(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        dice, now = self.dice, self.plain.now or 0.0
        kwargs: dict[str, Any] = {"due_at": now + dice.choice((10.0, 0.0, 5.0, 40.0))}
        if self.wrong():
            kwargs["due_at"] = now - 5.0
        if dice.chance(50):
            kwargs["agent"] = self.any_agent(names, "ready", "away", "offline")
        if dice.chance(30):
            kwargs["queue"] = self.any_queue(names)
        if dice.chance(40):
            kwargs["channel"] = dice.choice(self.world.channels)
        if dice.chance(15):
            kwargs["id"] = dice.choice(("f-1", "f-2", "c-1"))
        return (self.any_contact(names, "connected", "wrapping", "parked", "queued"),), kwargs

    def consult(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        contact = self.any_contact(names, "connected")
        where = {"agent": self.any_agent(names, "ready", "ready", "away")}
        if self.dice.chance(40):
            where = {"queue": self.any_queue(names)}
        if self.wrong():
            where = self.dice.choice(({}, {**where, "agent": "ann", "queue": "support"}))
        return (contact,), where

    def join(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        contact = self._consulting(names)
        return (contact,), {} if self.dice.chance(60) else {"agent": self.any_agent(names, "ready", "away")}

    def complete_transfer(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        return (self._consulting(names),), {} if self.dice.chance(80) else {"agent": self.any_agent(names, "ready")}

    def cancel_consult(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        return (self._consulting(names),), {}

    def _consulting(self, names: dict[str, list[str]]) -> str:
        """A contact that has a consult, more likely than another."""
        contacts = self.plain.contacts
        asking = [name for name in names["connected"] if getattr(contacts[name], "consults", ())]
        return self.one_of(asking or names["connected"], names["contacts"], "nobody")

    def hold(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        return (self.any_contact(names, "connected"),), {}

    def resume(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        return (self.any_contact(names, "held", "connected"),), {}

    def reconcile(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        live = [name for name in names["contacts"] if not self.dice.chance(15)]
        if self.dice.chance(40):
            live = ["zed", *live, "nobody"]
        channel = {"channel": self.dice.choice(self.world.channels)} if self.dice.chance(50) else {}
        return (tuple(live),), channel

    def advance(self, names: dict[str, list[str]]) -> tuple[Any, ...]:
        if self.dice.chance(25):
            return (), {"limit": self.dice.choice((1, 2, 3)) if not self.wrong() else self.dice.choice((0, -1, 1.5))}
        return (), {}


WEIGHTS: dict[str, int] = {
    "enqueue": 44,
    "accept": 40,
    "advance": 22,
    "finish": 16,
    "decline": 8,
    "sign_in": 8,
    "set_ready": 7,
    "abandon": 5,
    "set_away": 4,
    "sign_out": 3,
    "end_wrap_up": 4,
    "requeue": 4,
    "transfer": 5,
    "update_contact": 4,
    "update_agent": 3,
    "update_queue": 4,
    "hold": 1,
    "resume": 1,
    "reconcile": 1,
    "add_queue": 1,
    "remove_queue": 1,
    "add_agent": 1,
    "remove_agent": 1,
    "restore": 1,
}

HANDING: dict[str, int] = {
    "park": 7,
    "unpark": 5,
    "follow_up": 4,
    "consult": 8,
    "join": 4,
    "complete_transfer": 4,
    "cancel_consult": 3,
}
"""In worlds where contacts are handed over."""
