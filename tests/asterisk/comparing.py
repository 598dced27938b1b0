"""What a router did with a scenario, held against what Asterisk did with it."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

from routekit import Queue
from routekit.strategies.presets import asterisk
from tests.asterisk.driver import Caller, Centre, interface

DRAWN = ("random", "wrandom")
"""The strategies that give other calls each time."""


def folder() -> Path:
    """Where recordings are: `ROUTEKIT_PEERS`, else beside the repository."""
    named = os.environ.get("ROUTEKIT_PEERS")
    return Path(named) if named else Path(__file__).resolve().parents[2].parent / "shared" / "peers"


def queue_of(scenario: dict[str, Any]) -> Queue:
    """The preset for a scenario's queue."""
    conf = scenario["queue"]
    names = {member["name"] for member in scenario["members"]}
    names |= {action["args"][0] for action in scenario["actions"]}
    return asterisk.queue(
        "main",
        scenario["strategy"],
        conf["timeout"],
        conf["retry"],
        conf["wrapuptime"],
        autopause=conf.get("autopause", "no") == "yes",
        interfaces={name: interface(name) for name in sorted(names)},
    )


def played(scenario: dict[str, Any], seed: int = 0) -> list[Caller]:
    """What becomes of the callers of a scenario."""
    return Centre(scenario, queue_of(scenario), seed).play()


@dataclasses.dataclass(frozen=True)
class Mismatch:
    """A call that went otherwise."""

    at_s: float
    ours: tuple[Any, ...]
    theirs: tuple[Any, ...]

    def __str__(self) -> str:
        return f"call at {self.at_s}: routekit {self.ours}, Asterisk {self.theirs}"


def mismatches(scenario: dict[str, Any]) -> list[Mismatch]:
    """The calls that went otherwise, by who was tried in which order and who answered; with `ringall` by waves too."""
    found = []
    for caller in played(scenario):
        script = caller.script
        tried, answered_by, waves = caller.tried, caller.answered_by, caller.waves
        if "unfinished" in script:  # the recording stopped there
            tried, answered_by = tried[: len(script["tried"])], None
        ours: tuple[Any, ...] = (tried, answered_by)
        theirs: tuple[Any, ...] = (script["tried"], script["answered_by"])
        if scenario["strategy"] == "ringall":
            ours, theirs = (*ours, waves), (*theirs, script["waves"])
        if ours != theirs:
            found.append(Mismatch(script["at_s"], ours, theirs))
    return found


@dataclasses.dataclass(frozen=True)
class Drawn:
    """How often each member was tried, first and at all, in the recording and by a router over many seeds."""

    theirs: dict[str, int]
    ours: dict[str, float]
    """As many as in the recording, on average."""

    @property
    def statistic(self) -> float:
        """The sum of (theirs - ours)^2 / ours, endless where they tried whom we never do."""
        total = 0.0
        for name in self.theirs.keys() | self.ours.keys():
            expected = self.ours.get(name, 0.0)
            if expected:
                total += (self.theirs.get(name, 0) - expected) ** 2 / expected
            elif self.theirs.get(name, 0):
                return float("inf")
        return total

    @property
    def bound(self) -> float:
        """What the statistic stays below in all but one of some ten thousand fair draws (chi-square, roughly)."""
        freedom = max(len(self.ours) - 1, 0)
        return float(freedom + 4.0 * (2.0 * freedom) ** 0.5 + 8.0)


def drawn(scenario: dict[str, Any], seeds: range) -> dict[str, Drawn]:
    """The counts of a scenario whose strategy draws."""
    runs = 2 if scenario.get("calls_second_run") else 1
    first: dict[str, float] = {}
    tried: dict[str, float] = {}
    for seed in seeds:
        for caller in played(scenario, seed):
            for name in caller.tried[:1]:
                first[name] = first.get(name, 0.0) + runs / len(seeds)
            for name in caller.tried:
                tried[name] = tried.get(name, 0.0) + runs / len(seeds)
    return {
        "first": Drawn(scenario["first_tried_counts"], first),
        "tried": Drawn(scenario["tried_counts"], tried),
    }
