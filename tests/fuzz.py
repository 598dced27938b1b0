"""Drive the real router and the plain one with the same random commands, and show the least that makes them differ.

    PYTHONPATH=src python -m tests.fuzz                      # until interrupted, seeds 0, 1, 2, ...
    PYTHONPATH=src python -m tests.fuzz --seed 7 --worlds 1  # world 7 again
    PYTHONPATH=src python -m tests.fuzz --worlds 2000 --jobs 2 --stats

World k is made of seed k alone, so the seed that is printed with a difference brings it back. A difference ends the
run: its calls are made fewer and plainer while the routers still disagree in the same way, and what is left is printed
as a script, and written to the file named by --save. `--keep-going` counts differences instead. `--plain` compares
the plain router with itself; `--order` gives all queues of all worlds one order; `--tight` makes the kernel's own
limits small, so that small worlds reach them.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import multiprocessing
import random
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from tests.around import FEATURES
from tests.generators import Calls, Dice, flavour, router_calls, world_calls
from tests.orders import known
from tests.shrinking import replay, script, shrink
from tests.side_by_side import Difference, Pair, real_router


def play(
    seed: int, steps: int, real: Any, pin: str | None = None, around: frozenset[str] | None = None
) -> tuple[Pair, Difference | None]:
    """Play one world; return the pair, and the difference if there was one."""
    source = random.Random(seed)
    dice = Dice(lambda n: int(source.random() * n))
    world = flavour(dice, everything=True, pin=pin, around=around)
    pair = Pair(seed, real=real)
    calls = Calls(dice, world, pair.plain)
    try:
        for call in (*router_calls(dice, pin, world), *world_calls(dice, world)):
            pair.do(call)
        for _ in range(steps):
            pair.do(calls.next())
    except Difference as difference:
        return pair, difference
    return pair, None


@dataclasses.dataclass
class Played:
    """What came of a world."""

    seed: int
    calls: int
    seen: dict[str, int]
    digest: str
    difference: str | None
    kind: str = ""


def _play_seed(task: tuple[int, int, bool, str | None, frozenset[str] | None]) -> Played:
    seed, steps, plain, pin, around = task
    pair, difference = play(seed, steps, None if plain else real_router(), pin, around)
    played = Played(seed, len(pair.calls), pair.seen, pair.digest.hexdigest(), None)
    if difference is not None:
        played.difference, played.kind = str(difference), difference.kind
    return played


def report(
    seed: int, steps: int, real: Any, save: str | None, pin: str | None, around: frozenset[str] | None = None
) -> None:
    """Play the world of a seed again, make its difference small and print it."""
    pair, difference = play(seed, steps, real, pin, around)
    if difference is None:
        print(f"seed {seed}: no difference the second time, which is a difference too")
        return
    calls = pair.calls
    print(f"\nseed {seed}, call {len(calls)}: {difference.kind}\n{difference}", flush=True)
    _print_cause(difference)
    exact, calls = replay(calls, seed, real=real)
    if exact is not None:
        print(f"\nmaking {len(calls)} calls smaller ...", flush=True)
        calls = shrink(calls, seed, exact.kind, real=real)
        difference = replay(calls, seed, real=real)[0] or difference
    text = script(calls, seed)
    print(f"\n{'-' * 100}\n# seed {seed}: {len(calls)} calls, {difference.kind}\n{text}\n{'-' * 100}")
    print(difference)
    _print_cause(difference)
    if save is not None:
        Path(save).write_text(text + "\n")
        print(f"written to {save}")


def _print_cause(difference: Difference) -> None:
    cause = difference.__cause__
    if cause is not None:
        lines = traceback.format_exception(cause)
        print("".join(lines[-12:]))


def _events_seen(seen: dict[str, int]) -> str:
    return "\n".join(f"  {count:9,}  {name}" for name, count in sorted(seen.items(), key=lambda item: -item[1]))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="the first world (0)")
    parser.add_argument("--steps", type=int, default=300, help="calls in a world (300)")
    parser.add_argument("--worlds", type=int, default=0, help="how many worlds (0: until interrupted)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (1)")
    parser.add_argument("--plain", action="store_true", help="the plain router against itself")
    parser.add_argument("--stats", action="store_true", help="count the events and errors at the end")
    parser.add_argument("--keep-going", action="store_true", help="count the differences of all worlds by kind")
    parser.add_argument("--digest", action="store_true", help="print the digest of all events: alike in every build")
    parser.add_argument("--tight", action="store_true", help="tiny limits in the kernel (interpreted build only)")
    parser.add_argument("--order", help="the order of all queues: ring-all, contact:lifo, queue:weighted-fair")
    parser.add_argument("--around", help="features of tests/around.py in every world: known,limits or all or none")
    parser.add_argument("--save", help="write the script of a difference to this file")
    chosen = parser.parse_args(arguments)
    real = None if chosen.plain else real_router()
    if real is None and not chosen.plain:
        print("there is no real router yet: --plain compares the plain one with itself", file=sys.stderr)
        return 2
    if chosen.order is not None and not known(chosen.order):
        parser.error(f"there is no order {chosen.order!r}: see tests/orders.py")
    if chosen.around is not None:
        named = FEATURES if chosen.around == "all" else () if chosen.around == "none" else chosen.around.split(",")
        if unknown := [name for name in named if name not in FEATURES]:
            parser.error(f"there is no feature {unknown[0]!r}: there are {', '.join(FEATURES)}")
        chosen.around = frozenset(named)
    if chosen.tight:
        tighten()
    return run(chosen, real)


def tighten() -> None:
    """Make the kernel's chunks and stores so small that small worlds fill them."""
    import routekit
    from routekit._kernel import index, ordered

    if routekit.compiled:
        raise SystemExit("--tight needs the interpreted build: PYTHONPATH=src")
    for module, limits in (
        (ordered, {"_CHUNK": 8, "_FEWEST": 2}),
        (index, {"IDLE_DEMANDS": 2, "BITSETS": 4, "MANY": 1, "MARKS": 2, "CROWD": 2}),
    ):
        for name, limit in limits.items():
            assert hasattr(module, name), f"{module.__name__} has no {name} any more"
            setattr(module, name, limit)


def run(chosen: argparse.Namespace, real: Any) -> int:
    """Play worlds until one differs or all are played."""
    last = chosen.seed + chosen.worlds if chosen.worlds else sys.maxsize
    tasks = ((seed, chosen.steps, chosen.plain, chosen.order, chosen.around) for seed in range(chosen.seed, last))
    pool = multiprocessing.Pool(chosen.jobs) if chosen.jobs > 1 else None
    results = (
        pool.imap(_play_seed, tasks, chunksize=4) if pool is not None and chosen.worlds else map(_play_seed, tasks)
    )
    began = told = time.perf_counter()
    worlds = calls = 0
    seen: dict[str, int] = {}
    kinds: dict[str, list[int]] = {}
    digest = hashlib.sha256()
    try:
        for played in results:
            worlds, calls = worlds + 1, calls + played.calls
            digest.update(played.digest.encode())
            for name, count in played.seen.items():
                seen[name] = seen.get(name, 0) + count
            if played.difference is not None and chosen.keep_going:
                kinds.setdefault(played.difference.split("(")[0] + ": " + played.kind, []).append(played.seed)
            elif played.difference is not None:
                if pool is not None:
                    pool.terminate()
                report(played.seed, chosen.steps, real, chosen.save, chosen.order, chosen.around)
                return 1
            if time.perf_counter() - told > 5.0:
                told = time.perf_counter()
                speed = calls / (told - began)
                print(
                    f"{worlds:,} worlds, {calls:,} calls, {speed:,.0f} calls/s, next seed {played.seed + 1}", flush=True
                )
    except KeyboardInterrupt:
        print("interrupted")
    if chosen.stats:
        print(_events_seen(seen))
    spent = time.perf_counter() - began
    for kind, seeds in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"{len(seeds):6,}  {kind}, seeds {', '.join(map(str, seeds[:8]))}")
    if chosen.digest:
        print(f"digest of all events: {digest.hexdigest()}")
    if kinds:
        return 1
    print(f"no difference: {worlds:,} worlds from seed {chosen.seed}, {calls:,} calls, {spent:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
