"""How often what callers were told came true: announcements in a simulated M/M/s line. `python benchmarks/promises.py`.

Poisson arrivals, exponential handling, nobody leaves, and `Waits` that is given the true mean. An announcement is true
if the caller got an agent within its upper end (`soon`: within a minute). The figures of `docs/waits.md` and of
`next_words` are those of the defaults here. Nothing is timed.
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections import Counter
from typing import Any

from routekit import Agent, Announcing, Contact, Queue, Router
from routekit.estimation.waits import Waits
from routekit.events import CallbackSuggested, ContactConnected, WaitAnnounced

MEAN_S = 180.0


def play(seed: int, agents: int, load: float, contacts: int, policy: Announcing) -> tuple[list[Any], dict[str, float]]:
    """The announcements and suggestions of one run, and when each contact got an agent."""
    dice = random.Random(seed)
    router = Router(seed=seed, estimator=Waits(handle_s=MEAN_S))
    router.add_queue(Queue("line", auto_accept=True, announcing=policy), at=0.0)
    for number in range(agents):
        router.add_agent(Agent(f"a-{number}", queues=("line",)), at=0.0)
        router.sign_in(f"a-{number}", at=0.0)
    due: list[tuple[float, int, str]] = []
    at = 0.0
    for number in range(contacts):
        at += dice.expovariate(load * agents / MEAN_S)
        due.append((at, number, f"c-{number}"))
    said: list[Any] = []
    connected: dict[str, float] = {}
    while due:
        at, number, contact = heapq.heappop(due)
        events = router.advance(at=at)
        if number < contacts:
            events += router.enqueue(Contact(contact, queue="line"), at=at)
        else:
            events += router.finish(contact, at=at)
        for event in events:
            if type(event) is ContactConnected:
                connected[event.contact] = event.at
                end = event.at + dice.expovariate(1.0 / MEAN_S)
                heapq.heappush(due, (end, contacts + len(connected), event.contact))
            elif type(event) in (WaitAnnounced, CallbackSuggested):
                said.append(event)
    return said, connected


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--load", type=float, default=0.97)
    parser.add_argument("--contacts", type=int, default=3000)
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--longer-after", type=int, default=2)
    chosen = parser.parse_args()
    policy = Announcing(longer_after=chosen.longer_after)
    made: Counter[tuple[str, str]] = Counter()
    true: Counter[tuple[str, str]] = Counter()
    callers, longer, callbacks = 0, 0, 0
    for seed in range(chosen.runs):
        said, connected = play(seed, chosen.agents, chosen.load, chosen.contacts, policy)
        told = [event for event in said if type(event) is WaitAnnounced]
        callbacks += len(said) - len(told)
        callers += len({event.contact for event in told})
        longer += len({event.contact for event in told if event.reason == "longer"})
        for event in told:
            most_s = 60.0 if event.words == "soon" else event.up_to_s or event.seconds
            made[event.words, event.reason] += 1
            true[event.words, event.reason] += connected[event.contact] - event.at <= most_s
    for kind in sorted(made):
        print(f"{' '.join(kind):20} {made[kind]:6} {true[kind] / made[kind]:5.0%}")
    print(f"{callers} callers were told, {longer} of them of a longer wait later; {callbacks} callbacks were suggested")


if __name__ == "__main__":
    main()
