"""The real router and the plain one under the same commands, chosen by hypothesis.

A rule-based state machine, one rule a verb, rather than one test that draws a list of commands: hypothesis then leaves
out whole verbs in some runs, which finds states that an even mix never reaches. A rule draws one number, and the
generator that the fuzz uses too (tests/generators.py) makes a call of it, with a look at the plain router. (When
hypothesis drew every word of a call, worlds hardly got to work, and shrinking took minutes.) A failure is made small by
tests/shrinking.py, and its message ends in a script. For long runs use `python -m tests.fuzz`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as hs
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.generators import Call, Calls, Dice, flavour, router_calls, world_calls
from tests.shrinking import replay, script, shrink
from tests.side_by_side import Difference, Pair, real_router

EXAMPLES = min(2 * settings.default.max_examples, 2500)  # 200 with the profile ci, 2,500 with nightly
ROOT = Path(__file__).parents[1]
NUMBERS = hs.integers(0, 2**32 - 1)


def _dice(number: int) -> Dice:
    source = Random(number)
    return Dice(lambda n: int(source.random() * n))


def _rule(verb: str, *needed: str) -> Any:
    """A rule that calls the verb; `needed` are the states of which there must be one, for the call to do something."""

    def call(self: RoutersAgree, number: int) -> None:
        self.do(self.chooser(number).make(verb))

    call.__name__ = verb
    checked: Callable[..., None] = rule(number=NUMBERS)(call)
    return precondition(lambda self: self.has(*needed))(checked) if needed else checked


def _usual(name: str) -> Any:
    """A rule that makes some calls of the usual mix, which take a world further than single ones do."""

    def calls(self: RoutersAgree, number: int) -> None:
        calls = self.chooser(number)
        for _ in range(40):
            self.do(calls.next())

    calls.__name__ = name
    return rule(number=NUMBERS)(calls)


class RoutersAgree(RuleBasedStateMachine):
    """Both routers, and the rules."""

    pair: Pair

    @initialize(number=NUMBERS, seed=hs.integers(0, 3))
    def build(self, number: int, seed: int) -> None:
        dice = _dice(number)
        self.seed = seed
        self.world = flavour(dice, everything=True)
        self.pair = Pair(seed, real=real_router(), reads_every=3, deep_every=7)
        for call in (*router_calls(dice, None, self.world), *world_calls(dice, self.world)):
            self.do(call)

    def do(self, call: Call) -> None:
        try:
            self.pair.do(call)
        except Difference as difference:
            exact, calls = replay(self.pair.calls, self.seed, real=real_router())
            if exact is not None:
                calls = shrink(calls, self.seed, exact.kind, real=real_router())
                difference = replay(calls, self.seed, real=real_router())[0] or difference
            text = f"{difference}\n\n{script(calls, self.seed)}"
            raise Difference(difference.kind, text) from difference.__cause__

    def chooser(self, number: int) -> Calls:
        calls = Calls(_dice(number), self.world, self.pair.plain)
        calls.enqueued = sum(call.verb == "enqueue" for call in self.pair.calls)
        return calls

    def has(self, *states: str) -> bool:
        names = self.pair.plain.names()
        return any(names[state] for state in states)

    usual = _usual("usual")
    usual_too = _usual("usual_too")
    usual_again = _usual("usual_again")
    enqueue = _rule("enqueue")
    enqueue_too = _rule("enqueue")
    advance = _rule("advance")
    advance_too = _rule("advance")
    accept = _rule("accept", "offers")
    accept_too = _rule("accept", "offers")
    accept_what_is_not_there = _rule("accept")
    decline = _rule("decline", "offers")
    decline_too = _rule("decline")
    finish = _rule("finish", "connected")
    finish_what_is_not_there = _rule("finish")
    end_wrap_up = _rule("end_wrap_up", "agents")
    abandon = _rule("abandon", "contacts")
    requeue = _rule("requeue", "connected")
    transfer = _rule("transfer", "contacts")
    update_contact = _rule("update_contact", "contacts")
    hold = _rule("hold", "connected")
    resume = _rule("resume", "held")
    reconcile = _rule("reconcile")
    sign_in = _rule("sign_in", "offline")
    sign_in_again = _rule("sign_in")
    sign_out = _rule("sign_out")
    set_ready = _rule("set_ready", "away", "ready")
    set_away = _rule("set_away")
    add_queue = _rule("add_queue")
    update_queue = _rule("update_queue")
    remove_queue = _rule("remove_queue")
    add_agent = _rule("add_agent")
    update_agent = _rule("update_agent")
    remove_agent = _rule("remove_agent")
    restore = _rule("restore")


def test_hash_seeds_change_nothing() -> None:
    digests = set()
    for hash_seed in ("0", "1"):
        command = [sys.executable, "-m", "tests.fuzz", "--worlds", "4", "--steps", "150", "--digest"]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        run = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
        digests.add(run.stdout.split("digest of all events: ")[1].split()[0])
    assert len(digests) == 1


TestRoutersAgree = RoutersAgree.TestCase
TestRoutersAgree.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=80 if EXAMPLES > 1000 else 40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking is our own
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
