"""The presets of `routekit.strategies.presets.asterisk` against calls recorded from a real Asterisk, one by one.

Recordings are looked for in `ROUTEKIT_PEERS`, else in ../shared/peers beside the repository; without them these tests
are skipped. What the orders do where nothing was recorded is in tests/test_presets.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.asterisk.comparing import DRAWN, Drawn, drawn, folder, mismatches, played

SCENARIOS: dict[str, Any] = {
    scenario["name"]: scenario
    for path in sorted(folder().glob("*_orders.json"))
    for scenario in json.loads(path.read_text())
}
EXACT = [name for name, scenario in SCENARIOS.items() if scenario["strategy"] not in DRAWN]
CHANCE = [name for name, scenario in SCENARIOS.items() if scenario["strategy"] in DRAWN]
ABSENT = pytest.mark.skipif(not SCENARIOS, reason=f"no recordings in {folder()}: set ROUTEKIT_PEERS")
SEEDS = range(40)


@ABSENT
@pytest.mark.parametrize("name", EXACT or ["none"])
def test_every_call_goes_as_recorded(name: str) -> None:
    assert mismatches(SCENARIOS[name]) == []


@ABSENT
@pytest.mark.parametrize("name", CHANCE or ["none"])
def test_draws_fall_as_often_as_recorded(name: str) -> None:
    for what, counts in drawn(SCENARIOS[name], SEEDS).items():
        assert counts.statistic <= counts.bound, (what, counts)
        assert counts.ours.keys() >= {agent for agent, n in counts.theirs.items() if n}, what


@ABSENT
@pytest.mark.parametrize("name", CHANCE or ["none"])
def test_with_draws_nobody_is_tried_who_may_not_be(name: str) -> None:
    scenario = SCENARIOS[name]
    never = {m["name"] for m in scenario["members"] if m["behaviour"] in ("paused", "devbusy")}
    never -= {action["args"][0] for action in scenario["actions"] if action["action"] in ("unpause", "dev")}
    for seed in SEEDS[:5]:
        for caller in played(scenario, seed):
            assert never.isdisjoint(caller.tried)
            last = len(caller.tried) - 1
            for i, outcome in enumerate(caller.outcomes):
                assert outcome != "answered" or i == last


@ABSENT
def test_a_seed_draws_the_same_again() -> None:
    scenario = SCENARIOS[CHANCE[0]]
    assert [c.tried for c in played(scenario, 3)] == [c.tried for c in played(scenario, 3)]


def test_what_is_far_from_the_recorded_counts_is_told() -> None:
    fair = Drawn({"a": 22, "b": 18}, {"a": 20.0, "b": 20.0})
    assert fair.statistic == pytest.approx(0.4) and fair.statistic < fair.bound
    assert Drawn({"a": 39, "b": 1}, {"a": 20.0, "b": 20.0}).statistic > fair.bound
    assert Drawn({"c": 1}, {"a": 1.0}).statistic == float("inf")


SCRIPT: dict[str, Any] = {
    "name": "made up",
    "strategy": "rrmemory",
    "members": [
        {"name": "1001", "penalty": 0, "behaviour": "ring", "answer_delay_s": 0.15},
        {"name": "1002", "penalty": 0, "behaviour": "answer", "answer_delay_s": 0.15},
        {"name": "1003", "penalty": 1, "behaviour": "answer", "answer_delay_s": 0.15},
    ],
    "queue": {"timeout": 2, "retry": 1, "wrapuptime": 0, "ringinuse": "no"},
    "actions": [{"at_s": 9, "action": "pause", "args": ["1001"]}],
    "calls": [
        {"at_s": 0, "tried": ["1001", "1002"], "answered_by": "1002", "talk_s": 1},
        {"at_s": 12, "tried": ["1002"], "answered_by": "1002", "talk_s": 30},
        {"at_s": 15, "tried": ["1003"], "answered_by": "1003", "talk_s": 1},
    ],
}


def test_the_driver_needs_no_recordings_and_tells_a_difference() -> None:
    assert mismatches(SCRIPT) == []
    other = {**SCRIPT, "calls": [{**SCRIPT["calls"][0], "tried": ["1002"]}, *SCRIPT["calls"][1:]]}
    assert [str(found) for found in mismatches(other)] == [
        "call at 0: routekit (['1001', '1002'], '1002'), Asterisk (['1002'], '1002')"
    ]
