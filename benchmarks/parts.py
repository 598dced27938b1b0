"""The parts of `make bench`: each runs in a process of its own and gives figures by name. `table` has their targets.

What lives here says how each figure is come by; the figures of a contact's life first, then those of many contacts at
once, of memory and pauses, of asking, building and keeping, and of routekit beside other routers.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import instructions as counted
from benchmarks.baseline import BareFree
from benchmarks.centre import LANGUAGES, NEEDS, Lives, RouterFree, RouterLine
from benchmarks.measure import alternate, bare_us, clock, fastest, happens, longest_ms, resident
from benchmarks.variety import MixedFree, OneOffFree, ReturningFree, RouterAuto, VariedFree, VariedLine
from routekit import Agent, Contact, Need, Queue, Router, Step
from routekit.estimation import Waits

__all__ = ["PARTS", "Figures", "Skipped"]

Figures = dict[str, float]
ROOT = Path(__file__).resolve().parent.parent
A_LIFE = "ContactQueued OfferMade ContactConnected ContactFinished WrapUpStarted WrapUpEnded"
MILLION = 1_000_000


class Skipped(Exception):
    """A part cannot be measured here; the text says why."""


# -- a contact's life -------------------------------------------------------------------------------------------------


def life() -> Figures:
    """The whole life at 1,000 agents of 20 profiles, and the same without offer and wrap-up."""
    free, auto = RouterFree(1_000, 0), RouterAuto(1_000)
    happens(free, A_LIFE)
    happens(auto, "ContactQueued ContactConnected ContactFinished")
    us = alternate({"bare": BareFree(1_000).lives, "free": free.lives, "auto": auto.lives}, rounds=120)
    return {
        "life": us["free"] / us["bare"],
        "life_us": us["free"],
        "auto": us["auto"] / us["bare"],
        "auto_us": us["auto"],
        "bare_us": us["bare"],
    }


def instructions() -> Figures:
    """Instructions of the same life, counted by valgrind."""
    if not counted.available():
        raise Skipped("valgrind is not installed")
    router, bare = counted.each("centre:RouterFree(1000, 0)"), counted.each("baseline:BareFree(1000)")
    auto = counted.each("variety:RouterAuto(1000)")
    return {"instructions": router / bare, "instructions_life": router, "instructions_auto": auto / bare}


def growth_by_agents() -> Figures:
    """The same life with ten agents, 10,000 and 100,000, in turn."""
    sizes = (10, 10_000, 100_000)
    centres = {str(agents): RouterFree(agents, 0) for agents in sizes}
    for centre in centres.values():
        happens(centre, A_LIFE)
    sides: dict[str, Lives] = {name: centre.lives for name, centre in centres.items()}
    us = alternate({"bare": BareFree(1_000).lives, **sides}, rounds=60)
    return {
        "agents_10k": us["10000"] / us["10"],
        "agents_100k": us["100000"] / us["10"],
        "bare_us": us["bare"],
    }


def _growth_by_waiting(centre: type[RouterFree | RouterLine]) -> tuple[float, float]:
    few, many = centre(1_000, 1_000), centre(1_000, MILLION)
    happens(few, A_LIFE)
    happens(many, A_LIFE)
    us = alternate({"bare": BareFree(1_000).lives, "few": few.lives, "many": many.lives}, rounds=60)
    return us["many"] / us["few"], us["bare"]


def growth_by_waiting() -> Figures:
    """With 1,000 and with a million who wait for what nobody has, while others come and go."""
    growth, bare = _growth_by_waiting(RouterFree)
    return {"waiting_free": growth, "bare_us": bare}


def growth_in_line() -> Figures:
    """With 1,000 and with a million in the line of which everybody comes and goes."""
    growth, bare = _growth_by_waiting(RouterLine)
    return {"waiting_line": growth, "bare_us": bare}


def variety() -> Figures:
    """10,000 kinds of contacts and 1,000 kinds of agents, against 12 and 20."""
    varied, few_can, line = VariedFree(1_000, 4), VariedFree(1_000, 100), VariedLine(1_000)
    happens(varied, A_LIFE)
    happens(few_can, A_LIFE)
    happens(line, A_LIFE)
    us = alternate(
        {
            "bare": BareFree(1_000).lives,
            "free": RouterFree(1_000, 0).lives,
            "line": RouterLine(1_000, 10_000).lives,
            "varied free": varied.lives,
            "few can": few_can.lives,
            "varied line": line.lives,
        },
        rounds=20,
    )
    return {
        "varied_free": us["varied free"] / us["free"],
        "varied_few": us["few can"] / us["free"],
        "varied_line": us["varied line"] / us["line"],
        "bare_us": us["bare"],
    }


def mixed() -> Figures:
    """Agents who do several things at once, on three channels."""
    centre = MixedFree(1_000)
    happens(centre, A_LIFE)
    sides = {"bare": BareFree(1_000).lives, "free": RouterFree(1_000, 0).lives, "mixed": centre.lives}
    us = alternate(sides, rounds=60)
    return {"mixed": us["mixed"] / us["free"], "bare_us": us["bare"]}


def known() -> Figures:
    """Needs that were never asked for before, and an agent by name; and customers who come back."""
    one_off, returning = OneOffFree(1_000), ReturningFree(1_000)
    happens(one_off, A_LIFE + " ContactReserved")
    returning.lives([f"first-{number}" for number in range(2_000)])
    happens(returning, A_LIFE + " ContactReserved")
    us = alternate(
        {
            "bare": BareFree(1_000).lives,
            "free": RouterFree(1_000, 0).lives,
            "one-off": one_off.lives,
            "returning": returning.lives,
        },
        rounds=40,
    )
    return {"known": us["one-off"] / us["free"], "returning": us["returning"] / us["free"], "bare_us": us["bare"]}


def known_memory() -> Figures:
    """What a million of these leave behind (/proc/self/statm, after 100,000 of them; one in ten is never served)."""
    bare = bare_us()
    centre = OneOffFree(1_000, lost_every=10)

    def live(first: int, lives: int) -> None:
        for start in range(first, first + lives, 10_000):
            centre.lives([f"contact-{number}" for number in range(start, start + 10_000)])

    live(0, 100_000)
    before = resident()
    live(100_000, MILLION)
    return {"known_bytes": (resident() - before) / MILLION, "bare_us": bare}


# -- many at once -----------------------------------------------------------------------------------------------------

DUE = 100_000


def _with_steps(step: Step) -> Router:
    """A centre in which everybody is busy and 100,000 wait, whose step falls due in the second from 62 to 63."""
    centre = RouterLine(1_000, 0)
    router = centre.router
    router.update_queue("support", at=1.0, steps=(step,))
    for number in range(DUE):
        needs = NEEDS[number % len(NEEDS)]
        router.enqueue(Contact(f"waiting-{number}", queue="support", needs=needs), at=2.0 + number / DUE)
    gc.collect()
    gc.freeze()
    return router


def _steps_due(step: Step) -> tuple[float, float, float]:
    """Microseconds for each who waits; the longest pause with a limit, in milliseconds, also by the wall."""
    each, pauses = [], []
    for _ in range(3):
        router = _with_steps(step)
        begin = clock()
        events = router.advance(at=63.5)
        each.append((clock() - begin) / DUE * 1e6)
        assert sum(type(event).__name__ == "StepFired" for event in events) == DUE
        del events, router
        gc.unfreeze()
        router = _with_steps(step)
        pauses.append(longest_ms(lambda tick, router=router: _advance(router, tick)))  # type: ignore[misc]
        del router
        gc.unfreeze()
    return min(each), min(pause for pause, _ in pauses), min(wall for _, wall in pauses)


def _advance(router: Router, tick: Callable[[], None]) -> None:
    """Let time pass in pieces of a thousand changes, until nothing is due."""
    fired = 0
    while router.next_deadline is not None and router.next_deadline <= 63.5:
        fired += sum(type(event).__name__ == "StepFired" for event in router.advance(at=63.5, limit=1_000))
        tick()
    assert fired == DUE


def steps_due() -> Figures:
    """A step that asks less, and one that raises the priority."""
    bare = bare_us()
    lower = _steps_due(Step(60, lower={"billing": 1}))
    raised = _steps_due(Step(60, raise_priority=1))
    return {
        "steps_lower": lower[0],
        "steps_raise": raised[0],
        "steps_pause": max(lower[1], raised[1]),
        "steps_pause_wall": max(lower[2], raised[2]),
        "bare_us": bare,
    }


DECLINES = 30_000
GIVEN_UP_S = 20.0


class _Decliner:
    """One client that declines whatever it is offered, among a thousand who are busy."""

    def __init__(self, every_s: float, rests_s: float) -> None:
        self.router = RouterLine(1_000, DECLINES + 1_000).router
        self.router.update_queue("support", at=2.0, retry_agent_s=rests_s)
        skills = dict.fromkeys((*LANGUAGES, "billing"), 5)
        self.router.add_agent(Agent("decliner", queues=("support",), skills=skills), at=3.0)
        self.at, self.every_s = 4.0, every_s
        self.last = self.router.sign_in("decliner", at=4.0)

    def declines(self, count: int) -> None:
        router = self.router
        for _ in range(count):
            offers = [event.offer for event in self.last if type(event).__name__ == "OfferMade"]
            self.at += self.every_s
            events = router.decline(offers[0], at=self.at)
            if any(type(event).__name__ == "AgentPresenceChanged" for event in events):
                events = router.set_ready("decliner", at=self.at)
            if self.every_s:
                events = (*events, *router.advance(at=self.at + self.every_s / 2))
            self.last = events


def _declines(every_s: float, rests_s: float) -> tuple[float, float, int]:
    """Microseconds of a decline; how much more the last 1,000 take than the first; how many it was until given up."""
    decliner = _Decliner(every_s, rests_s)
    gc.collect()
    gc.freeze()
    pieces: list[float] = []
    while len(pieces) < DECLINES // 1_000 and sum(pieces) < GIVEN_UP_S:
        begin = clock()
        decliner.declines(1_000)
        pieces.append(clock() - begin)
    gc.unfreeze()
    done = len(pieces) * 1_000
    return sum(pieces) / done * 1e6, pieces[-1] / min(pieces[:2]), done


def declines() -> Figures:
    """Everything at one instant; and with the defaults, in which an agent rests for a second after a decline.

    What takes more than `GIVEN_UP_S` is given up: the figure of those made so far is less than that of all would be.
    """
    bare = bare_us()
    at_once = min((_declines(0.0, 0.0) for _ in range(2)), key=lambda found: found[0])
    rested = min(_declines(2.0, 1.0)[0] for _ in range(2))
    return {
        "declines": at_once[0],
        "declines_growth": at_once[1],
        "declines_done": float(at_once[2]),
        "declines_rested": rested,
        "bare_us": bare,
    }


# -- memory and pauses ------------------------------------------------------------------------------------------------


def _to_wait(count: int) -> list[Contact]:
    return [Contact(f"waiting-{number}", queue="support", needs=NEEDS[number % 12]) for number in range(count)]


def _enqueue(router: Router, contacts: list[Contact]) -> None:
    at = router.now or 0.0
    for contact in contacts:
        at += 1e-3
        router.enqueue(contact, at=at)


def memory_traced() -> Figures:
    """What is allocated for each of 100,000 who wait while everybody is busy, beside their `Contact`s (tracemalloc)."""
    bare = bare_us()
    router = RouterLine(1_000, 0).router
    contacts = _to_wait(110_000)
    _enqueue(router, contacts[:10_000])
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    _enqueue(router, contacts[10_000:])
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"memory_traced": (after - before) / 100_000, "bare_us": bare}


def memory_resident() -> Figures:
    """What the process grows by for each of a million who wait, beside their `Contact`s (/proc/self/statm)."""
    bare = bare_us()
    router = RouterLine(1_000, 0).router
    contacts = _to_wait(MILLION + 10_000)
    _enqueue(router, contacts[:10_000])
    before = resident()
    _enqueue(router, contacts[10_000:])
    return {"memory_resident": (resident() - before) / MILLION, "bare_us": bare}


def pause() -> Figures:
    """A million wait, `freeze()` was called, and a million more come and go: the longest of their lives."""
    bare = bare_us()
    centre = RouterLine(1_000, MILLION)
    centre.router.freeze()
    began, collections = 0.0, [0.0]

    def collected(phase: str, _: dict[str, int]) -> None:
        nonlocal began
        if phase == "start":
            began = time.thread_time()
        else:
            collections.append(time.thread_time() - began)

    def all_come_and_go(tick: Callable[[], None]) -> None:
        for number in range(MILLION):
            centre.lives([f"contact-{number}"])
            tick()

    gc.callbacks.append(collected)
    mine, wall = longest_ms(all_come_and_go)
    gc.callbacks.remove(collected)
    return {"pause": mine, "pause_wall": wall, "pause_gc": max(collections) * 1e3, "bare_us": bare}


BURST = 5_000


def bursts() -> Figures:
    """As `pause`, but thousands come before as many are served.

    Where one goes for each that comes, the collector hardly runs: it counts what is made beyond what is given back.
    """
    bare = bare_us()
    centre = RouterLine(1_000, MILLION)
    router, connected, needs = centre.router, centre.connected, centre.needs
    router.freeze()

    def come_and_go(tick: Callable[[], None]) -> None:
        at, turn = centre.at, 0
        for burst in range(MILLION // 2 // BURST):
            for number in range(BURST):
                wanted = needs[(turn + number) % len(needs)]
                router.enqueue(Contact(f"contact-{burst}-{number}", queue="support", needs=wanted), at=at)
                tick()
            for _ in range(BURST):
                router.finish(connected[turn], at=at + 0.5)
                offer = router.advance(at=at + 0.75)[1]
                router.accept(offer.offer, at=at + 0.75)
                connected[turn] = offer.contact
                turn = turn + 1 if turn + 1 < len(connected) else 0
                at += 1.0
                tick()

    mine, wall = longest_ms(come_and_go)
    return {"bursts": mine, "bursts_wall": wall, "bare_us": bare}


# -- asking, building, keeping ----------------------------------------------------------------------------------------

ASKED = 300


class _Asked:
    """A line with an estimator, in which everybody is busy; those asked about stand all along it."""

    def __init__(self, waiting: int, *, alike: bool) -> None:
        self.router = router = Router(seed=1, estimator=Waits(handle_s=240, corrected=False))
        router.add_queue(Queue("support", auto_accept=True, wrap_up_s=0.25), at=0.0)
        for number in range(1_000):
            skills = {} if alike else {LANGUAGES[number % 4]: 1, "billing": 1 + number // 4 % 5}
            router.add_agent(Agent(f"agent-{number}", queues=("support",), skills=skills), at=0.0)
            router.sign_in(f"agent-{number}", at=0.0)
            router.enqueue(Contact(f"first-{number}", queue="support"), at=0.0)
        for number in range(waiting):
            needs = () if alike else NEEDS[number % 12]
            router.enqueue(Contact(f"waiting-{number}", queue="support", needs=needs), at=1.0)
        self.ids = [f"waiting-{2_000 + (waiting - 2_000) * n // ASKED}" for n in range(ASKED)]
        self.at, self.done = 2.0, 0

    def happen(self) -> None:
        """Somebody is done, and somebody comes: nothing that was reckoned before can be told again."""
        self.router.finish(f"first-{self.done}", at=self.at)
        self.router.enqueue(Contact(f"late-{self.done}", queue="support", needs=NEEDS[0]), at=self.at + 0.5)
        self.at, self.done = self.at + 1.0, self.done + 1

    def estimate(self) -> None:
        for contact in self.ids:
            self.router.estimate(contact)

    def first_us(self) -> float:
        """Microseconds of the first estimate after an event, the mean of 20 places in the line."""
        places = self.ids[:: len(self.ids) // 20]
        best = dict.fromkeys(places, float("inf"))
        for _ in range(8):
            for contact in places:
                self.happen()
                begin = clock()
                self.router.estimate(contact)
                best[contact] = min(best[contact], clock() - begin)
        return sum(best.values()) / len(best) * 1e6

    def p80(self) -> None:
        for contact in self.ids:
            self.router.estimate(contact).p80  # noqa: B018  # it is worked out when it is read

    def position(self) -> None:
        for contact in self.ids:
            self.router.position(contact)


def asking() -> Figures:
    """`estimate` and `position` with 4,000 and with 100,000 in the line, one event after the other.

    They are asked of 300 after each event, so that what is reckoned once for all who ask is shared by these; the first
    pays for it alone.
    """
    bare = bare_us()
    best: dict[str, float] = {}
    centres = {
        f"{kind} {waiting}": _Asked(waiting, alike=kind == "alike")
        for kind in ("alike", "kinds")
        for waiting in (4_000, 100_000)
    }
    gc.collect()
    gc.freeze()
    for _ in range(12):
        for name, centre in centres.items():
            centre.happen()
            for verb in (centre.estimate, centre.position, centre.p80):
                key = f"{verb.__name__} {name}"
                best[key] = min(best.get(key, 1e9), fastest(verb, 1) / ASKED * 1e6)
    return {
        "estimate": best["estimate alike 100000"],
        "estimate_p80": best["p80 alike 100000"],
        "estimate_first": centres["alike 100000"].first_us(),
        "estimate_growth": best["estimate alike 100000"] / best["estimate alike 4000"],
        "estimate_kinds": best["estimate kinds 100000"],
        "estimate_kinds_first": centres["kinds 100000"].first_us(),
        "estimate_kinds_growth": best["estimate kinds 100000"] / best["estimate kinds 4000"],
        "position": best["position kinds 100000"],
        "position_growth": best["position kinds 100000"] / best["position kinds 4000"],
        "bare_us": bare,
    }


class _Asking:
    """A verb asked over and over, after one event, of those along the line: a loop for `instructions`."""

    def __init__(self, verb: str, waiting: int) -> None:
        centre = _Asked(waiting, alike=True)
        centre.happen()
        self.ask: Callable[[str], Any] = getattr(centre.router, verb)
        self.ids = centre.ids

    def lives(self, ids: list[str]) -> None:
        """Ask as often as there are ids."""
        ask, along = self.ask, self.ids
        for number in range(len(ids)):
            ask(along[number % ASKED])


def asking_instructions() -> Figures:
    """The instructions of an `estimate` and a `position`, agents alike, with 4,000 and with 100,000 in the line."""
    if not counted.available():
        raise Skipped("no valgrind")
    found: Figures = {}
    for verb in ("estimate", "position"):
        few, many = (counted.each(f"parts:_Asking({verb!r}, {waiting})") for waiting in (4_000, 100_000))
        found[f"{verb}_instructions"] = many
        found[f"{verb}_instructions_growth"] = many / few
    return found


def _large() -> Router:
    """500 queues; 10,000 agents of 20 skill profiles, signed in, each in five of the queues."""
    router = Router(seed=1)
    for number in range(500):
        router.add_queue(Queue(f"queue-{number}", wrap_up_s=10), at=0.0)
    for number in range(10_000):
        queues = tuple(f"queue-{(number + 100 * k) % 500}" for k in range(5))
        skills = {LANGUAGES[number % 4]: 1, "billing": 1 + number // 4 % 5}
        router.add_agent(Agent(f"agent-{number}", queues=queues, skills=skills), at=0.0)
        router.sign_in(f"agent-{number}", at=0.0)
    return router


def building() -> Figures:
    """A large router, its values made and everybody signed in."""
    bare = bare_us()
    return {"building": fastest(_large, rounds=4), "bare_us": bare}


def keeping() -> Figures:
    """`snapshot` and `restore` of the large router, with a million who wait for what nobody has."""
    bare = bare_us()
    router = _large()
    welsh = tuple((*needs, Need("welsh")) for needs in NEEDS)
    for number in range(MILLION):
        router.enqueue(Contact(f"waiting-{number}", queue=f"queue-{number % 500}", needs=welsh[number % 12]), at=1.0)
    router.freeze()
    begin = clock()
    data = router.snapshot()
    taken = clock() - begin
    begin = clock()
    restored = Router.restore(data)
    back = clock() - begin
    assert len(restored.contacts) == MILLION
    return {"keeping": taken + back, "snapshot": taken, "restore": back, "bare_us": bare}


# -- beside other routers ---------------------------------------------------------------------------------------------


def plain() -> Figures:
    """The plain router of the tests, which scans everything, lives the same lives."""
    from tests.oracle import PlainRouter

    slow = RouterFree(1_000, 0, PlainRouter)
    us = alternate({"bare": BareFree(1_000).lives, "free": RouterFree(1_000, 0).lives}, rounds=40)
    plain_us = alternate({"plain": slow.lives}, rounds=4, lives=12, warm_ups=1)["plain"]
    return {"plain": plain_us / us["free"], "plain_us": plain_us, "bare_us": us["bare"]}


def life_us() -> Figures:
    """One measurement of the whole life, for `interpreted`."""
    us = alternate({"bare": BareFree(1_000).lives, "free": RouterFree(1_000, 0).lives}, rounds=20, lives=1_000)
    return {"life": us["free"], "bare_us": us["bare"]}


def interpreted() -> Figures:
    """The same source without its extensions, in turn with the compiled build, each in processes of its own."""
    best: dict[str, float] = {}
    builds = {"compiled": dict(os.environ), "interpreted": {**os.environ, "PYTHONPATH": str(ROOT / "src")}}
    program = (
        "import json, routekit\nfrom benchmarks.parts import life_us\nprint(json.dumps([routekit.compiled, life_us()]))"
    )
    bare = 1e9
    for _ in range(3):
        for name, environment in builds.items():
            run = subprocess.run(
                [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
            )
            compiled, found = json.loads(run.stdout)
            assert compiled is (name == "compiled")
            best[name] = min(best.get(name, 1e9), found["life"])
            bare = min(bare, found["bare_us"])
    return {
        "interpreted": best["interpreted"] / best["compiled"],
        "interpreted_us": best["interpreted"],
        "bare_us": bare,
    }


def choosing() -> Figures:
    """The slowest indexed agent order; simulated estimates at 50 agents, 50 waiting. Measured by pytest-benchmark."""
    bare = bare_us()
    found = ROOT / "build" / "pytest-benchmark.json"
    found.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "--benchmark-enable", "--benchmark-only", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, f"--benchmark-json={found}", "benchmarks"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise Skipped(f"pytest: {run.stdout[-300:]}")
    told: list[dict[str, Any]] = [bench["extra_info"] for bench in json.loads(found.read_text())["benchmarks"]]
    return {
        "orders": max(row["order_us"] / row["base_us"] for row in told if row.get("indexed")),
        "simulated": max(row["simulated_ms"] for row in told if row.get("servers") == row.get("waiting", 0) == 50),
        "full": max(row["asked_ms"] for row in told if row.get("effort") == "full"),
        "bare_us": bare,
    }


PARTS: tuple[Callable[[], Figures], ...] = (
    life,
    instructions,
    growth_by_agents,
    growth_by_waiting,
    growth_in_line,
    variety,
    mixed,
    known,
    known_memory,
    steps_due,
    declines,
    memory_traced,
    memory_resident,
    pause,
    bursts,
    asking,
    asking_instructions,
    building,
    keeping,
    plain,
    interpreted,
    choosing,
)
