"""What is asked of every strategy: each check is a function that raises `AssertionError` with what to do.

The random ones play a `Centre`. Which checks make a suite is said in `contracts`.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

from routekit import Contact, Queue, Router
from routekit import strategies as st
from routekit._numbers import LEAST_WEIGHT, MOST_SCORE, finite_float, within
from routekit.abc import AgentOrder, ContactOrder, Pick, QueueOrder
from routekit.errors import RoutekitError
from routekit.strategies.names import classes, to_data
from routekit.strategies.own import MEMBER_PARTS
from routekit.testing import standings
from routekit.testing.centre import MINE, SKILLS, Centre, Play
from routekit.testing.words import must, raising

__all__ = [
    "agent_key",
    "contact_key",
    "determinism",
    "in_registry",
    "name_of",
    "names_itself",
    "nobody_is_left",
    "queue_shares",
    "returns_from_data",
    "survives_a_restart",
    "tries_the_others_first",
]

TRIES = 60
"""Arguments that a key is asked about."""
STEPS = 150
"""Commands in a random centre."""
TEN_YEARS = 3.2e8

_READ: Mapping[str, Callable[..., Any]] = {
    "agent": st.agent_order,
    "contact": st.contact_order,
    "queue": st.queue_order,
}


def name_of(order: Any) -> str:
    """What to call an order in a message, whatever is wrong with it."""
    name = getattr(order, "name", None)
    return f"{type(order).__name__} ({name})" if isinstance(name, str) else type(order).__name__


def in_registry(order: Any, more: Mapping[str, object]) -> dict[str, object]:
    """A registry in which a router finds an order again, and the function of one that has one."""
    found: dict[str, object] = {}
    kinds = (classes("agent"), classes("contact"), classes("queue"))
    if all(kind.get(order.name) is not type(order) for kind in kinds):
        found[order.name] = order
    function = getattr(order, "_function", None)
    if isinstance(order, st.Scored | st.Batched) and function is not None:
        found[str(order.scorer)] = function
    return {**found, **more}


# -- names ------------------------------------------------------------------------------------------------------------


def names_itself(order: Any, kind: str) -> None:
    """It is of its port, has a name of its own, and the properties that a router asks for."""
    port = {"agent": AgentOrder, "contact": ContactOrder, "queue": QueueOrder}[kind]
    who = name_of(order)
    must(isinstance(order, port), who, f"derive it from routekit.abc.{port.__name__}")
    name = getattr(order, "name", None)
    must(isinstance(name, str) and name, who, "give the class a name, a text: `name = 'my-order'`")
    assert isinstance(name, str)
    must(name == name.lower() and " " not in name, who, f"write the name in kebab-case, as in 'my-order', not {name!r}")
    builtin = classes(kind).get(name)
    must(builtin in (None, type(order)), who, f"choose another name: {name!r} is routekit's own {builtin}")
    try:
        if kind == "queue":
            Router(queue_order=order)
        else:
            Router(registry=in_registry(order, {})).add_queue(Queue(MINE, **{f"{kind}_order": order}), at=0.0)
    except RoutekitError as fault:
        raise AssertionError(f"{who}: a router refuses it: {fault}") from fault


def returns_from_data(order: Any, kind: str, registry: Mapping[str, object]) -> None:
    """Its name in JSON gives it back, by way of the registry."""
    who = name_of(order)
    data = json.loads(json.dumps(to_data(order), allow_nan=False))
    with raising(who, f"reading it back from {data!r}"):
        found = _READ[kind](data, registry)
    must(found is order or found == order, who, f"{data!r} gives {found!r}: a snapshot would come back with another")


# -- keys -------------------------------------------------------------------------------------------------------------


def _asked_twice(who: str, what: str, ask: Callable[[], Any]) -> Any:
    """What it says, the same at any time and however often it is asked."""
    with raising(who, what):
        first = ask()
        again = [ask() for _ in range(3)]
        with standings.another_time():
            later = ask()
    for other in again:
        must(
            _equal(first, other),
            who,
            f"{what} gave {first!r} and then {other!r} for equal arguments. It must depend on nothing else: no random "
            "numbers, and nothing that it remembers",
        )
    must(
        _equal(first, later),
        who,
        f"{what} gave {first!r}, and eleven days later {later!r}. It must not depend on the time: it is asked when "
        "something changes, and never again until the next change",
    )
    return first


def _equal(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)


def _numbers(who: str, what: str, key: Any, least: int = 0) -> None:
    must(isinstance(key, tuple), who, f"{what} must give a tuple of numbers, not {key!r}")
    must(least <= len(key) <= 4, who, f"{what} must give {least or 'no'} to four numbers, not {key!r}")
    for number in key:
        _number(who, f"{what}, in {key!r}:", number)


def _number(who: str, what: str, number: Any, least: float | None = None, most: float | None = None) -> None:
    try:
        finite_float(number, "it") if least is None or most is None else within(number, "it", least, most)
    except RoutekitError as fault:
        raise AssertionError(f"{who}: {what} {fault}") from fault


def agent_key(order: AgentOrder, seed: int) -> None:
    """Key, weight and match depend on their arguments alone, and are finite numbers, at most four for a key."""
    who, chance = name_of(order), random.Random(seed)
    for _ in range(TRIES):
        agent = standings.agents(chance)
        member = standings.members(chance) if _looks_at_members(order) else None
        key = _asked_twice(who, "key()", lambda agent=agent, member=member: order.key(agent, member))  # type: ignore[misc]
        _numbers(who, "key()", key)
        if order.pick is Pick.WEIGHTED:
            weight = _asked_twice(who, "weight()", lambda agent=agent: order.weight(agent))  # type: ignore[misc]
            _number(who, "weight():", weight, LEAST_WEIGHT, 1e9)
            must(key == (weight,), who, f"with Pick.WEIGHTED the key is the weight alone, ({weight!r},), not {key!r}")
        if order.pick is Pick.MATCH:
            needs = tuple((skill, float(chance.randint(0, 3))) for skill in SKILLS if chance.random() < 0.7)
            match = _asked_twice(who, "match()", lambda a=agent, n=needs: order.match(a.skills, n))  # type: ignore[misc]
            _number(who, "match():", match, -MOST_SCORE, MOST_SCORE)


def _looks_at_members(order: AgentOrder) -> bool:
    return order.per_queue or any(part.removeprefix("-") in MEMBER_PARTS for part in order.parts)


def score(order: AgentOrder, centre: Centre, seed: int) -> None:
    """The score of a pair depends on the two alone, and is a finite number within 1e9 of 0."""
    if order.pick is not Pick.SCORE and order.every_s is None:
        return
    play = Play(Centre(contact=centre.contact, agent=centre.agent), seed, name_of(order))
    who = name_of(order)
    for _ in range(STEPS // 5):
        play.step()
        for contact in list(play.router.contacts.values())[:4]:
            for agent in play.router.agents.values():
                found = _asked_twice(who, "score()", lambda c=contact, a=agent: order.score(c, a))  # type: ignore[misc]
                _number(who, "score():", found, -MOST_SCORE, MOST_SCORE)


def contact_key(order: ContactOrder, contact: Callable[[random.Random], Contact], seed: int) -> None:
    """Key and target depend on their arguments alone; who comes much later comes later, or it says that it starves."""
    who, chance = name_of(order), random.Random(seed)
    for _ in range(TRIES):
        waiting = standings.contacts(chance, contact(chance))
        key = _asked_twice(who, "key()", lambda w=waiting: order.key(w))  # type: ignore[misc]
        _numbers(who, "key()", key, 1)
        target = _asked_twice(who, "target()", lambda w=waiting: order.target(w))  # type: ignore[misc]
        _number(who, "target():", target, 0.0, 1e12)
        has_target = type(order).target is not ContactOrder.target
        must(target > 0.0 or not has_target, who, f"target() must be above 0 for every contact, not {target!r}")
        if order.slope is not None:
            by_slope = waiting.waiting_since - waiting.priority * order.slope
            must(key == (by_slope,), who, f"its slope says {(by_slope,)!r} where key() says {key!r}: they must agree")
        if not order.starves:
            value = contact(chance)
            late = standings.Waiting(
                value=value, priority=value.priority, waiting_since=waiting.waiting_since + TEN_YEARS
            )
            must(
                tuple(order.key(late)) >= tuple(key),
                who,
                f"a contact that comes ten years later goes before one of priority {waiting.priority!r}, so that it "
                "waits without bound. Say so with `starves = True`, or let the wait count",
            )


def queue_shares(order: QueueOrder, seed: int) -> None:
    """What a queue is charged, and what is settled, are finite numbers that depend on nothing else."""
    who, chance = name_of(order), random.Random(seed)
    for queue in (MINE, "other", "unheard-of"):
        charge = _asked_twice(who, "charge()", lambda q=queue: order.charge(q))  # type: ignore[misc]
        _number(who, "charge():", charge, 0.0, 1e15)
        must(
            charge > 0.0 or not order.shares, who, f"charge({queue!r}) must be above 0, or this queue always goes first"
        )
        for talked in (0.0, chance.uniform(0.0, 1e4)):
            settled = _asked_twice(who, "settle()", lambda q=queue, t=talked: order.settle(q, t))  # type: ignore[misc]
            _number(who, "settle():", settled, -1e15, 1e15)


# -- in a centre ------------------------------------------------------------------------------------------------------


def _told_again(who: str, play: Play, router: Router, begin: int, problem: str) -> None:
    """Another router, told the same from a command on, says the same."""
    for number in range(begin, len(play.told)):
        with raising(who, f"{play.told[number]!r}, told a second time,"):
            said = router.apply(play.told[number])
        must(
            said == play.said[number],
            who,
            f"{problem} [seed {play.seed}, command {number + 1}]: {_first(play, number, said)}",
        )


def _first(play: Play, number: int, said: tuple[Any, ...]) -> str:
    expected = play.said[number]
    one, other = next(((a, b) for a, b in zip(expected, said, strict=False) if a != b), (expected, said))
    return f"{one!r}, and the second time {other!r}"


def determinism(centre: Centre, who: str, seed: int) -> None:
    """Two routers that are told the same say the same."""
    play = Play(centre, seed, who)
    for _ in range(STEPS):
        play.step()
    again = centre.build(seed)
    _told_again(who, play, again, 0, "the same commands gave other events the second time, so it remembers something")


def survives_a_restart(centre: Centre, who: str, seed: int) -> None:
    """A router that is restored in the middle goes on as if nothing had happened."""
    play = Play(centre, seed, who)
    for _ in range(STEPS // 2):
        play.step()
    with raising(who, "a snapshot, and a router made of it,"):
        again = centre.restored(play.router)
    begin = len(play.told)
    for _ in range(STEPS // 2):
        play.step()
    _told_again(
        who, play, again, begin, "a restored router went on in another way, so something is not in the snapshot"
    )


def nobody_is_left(centre: Centre, who: str, seed: int) -> None:
    """Through all that may happen nobody is lost, nobody idles beside a contact, and all are served in the end."""
    play = Play(centre, seed, who)
    for number in range(2 * STEPS):
        play.step()
        play.check_nothing_is_lost()
        if number % 5 == 0:
            play.check_nobody_idles()
            play.check_invariants()
    play.wind_up()
    play.check_nothing_is_lost()
    play.check_invariants()


def tries_the_others_first(centre: Centre, who: str, seed: int) -> None:
    """Who does not answer is not tried again for that contact before the others have been."""
    from routekit import Agent
    from routekit.events import OfferMade

    router = Router(seed=seed, registry=dict(centre.registry))
    quiet = {"no_answer_retry_s": 10_000, "away_after_no_answers": None, "offer_timeout_s": 10}
    router.add_queue(Queue(MINE, **{**quiet, **centre.fields}), at=0.0)
    chance = random.Random(seed)
    everybody = [f"agent-{number}" for number in range(5)]
    with raising(who, "a contact whom nobody answers"):
        for name in everybody:
            router.add_agent(Agent(name, queues=(MINE,), skills=centre.agent(chance).skills), at=0.0)
            router.sign_in(name, at=0.0)
        contact = dataclasses.replace(centre.contact(chance), id="contact-1", queue=MINE, channel="voice", needs=())
        made = list(router.enqueue(contact, at=1.0))
        for _ in range(100):
            if router.next_deadline is None or router.next_deadline > 5000.0:
                break
            made += router.advance(at=router.next_deadline)
    tried = [event.agent for event in made if isinstance(event, OfferMade)]
    problem = f"nobody of {everybody} answers, and it tries {tried[:12]} in turn: each should be tried once"
    must(sorted(tried) == everybody, who, problem)
