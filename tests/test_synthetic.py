"""The made-up day: what is in it, that a seed decides all of it, and that it is the same everywhere."""

from __future__ import annotations

import collections
import hashlib

import pytest

from routekit.simulation import Habits, Outcome, Replay, Settings, Trace, demo_day, replay
from routekit.simulation.synthetic import quantile
from tests.replay_logs import assert_accounted


def fingerprint(trace: Trace) -> str:
    """A digest of the contacts and shifts, of exact numbers only."""
    mixed = hashlib.sha256()
    for call in trace.calls:
        contact = call.contact
        needs = [(need.skill, need.at_least) for need in contact.needs]
        mixed.update(f"{contact.id} {contact.customer} {contact.priority} {needs}".encode())
        mixed.update(f"{call.arrived_s} {call.patience_s} {call.handle_s}\n".encode())
    for shift in trace.shifts:
        mixed.update(f"{shift}\n".encode())
    return mixed.hexdigest()[:16]


@pytest.fixture(scope="module")
def made() -> Replay:
    return replay(demo_day(0), Settings(seed=0), answers=Habits(0))


def test_the_day_has_what_a_centre_has() -> None:
    day = demo_day(3)
    day.check()
    assert 3000 <= len(day.calls) <= 5000
    assert len(day.agents) == 42
    channels = collections.Counter(call.contact.channel for call in day.calls)
    assert set(channels) == {"voice", "chat", "email"}
    assert channels["voice"] > channels["chat"] > channels["email"] > 300
    assert {call.contact.priority for call in day.calls} == {0.0, 1.0, 2.0}
    assert {need.skill for call in day.calls for need in call.contact.needs} == {"billing", "technical"}
    assert all(8 * 3600 <= call.arrived_s < 20 * 3600 for call in day.calls)
    assert [call.arrived_s for call in day.calls] == sorted(call.arrived_s for call in day.calls)
    assert all(queue.steps for queue in day.queues)
    for shift in day.shifts:
        assert shift.starts_s < shift.breaks[0][0] < shift.breaks[-1][1] < shift.ends_s


def test_a_seed_is_a_day() -> None:
    assert fingerprint(demo_day(1)) == fingerprint(demo_day(1))
    assert fingerprint(demo_day(1)) != fingerprint(demo_day(2))


def test_the_day_is_the_same_on_every_machine() -> None:
    # Written down once: it changes when the making of the day does, and never with Python, build or platform.
    assert fingerprint(demo_day(0)) == "8ddf220b473d610f"


def test_the_day_runs_and_everybody_is_accounted_for(made: Replay) -> None:
    assert_accounted(made)
    assert made.figures.waiting == 0
    assert made.figures.abandoned > 0
    assert made.offers["declined"] > 0
    assert made.offers["expired"] > 0
    assert made.decisions == made.offers["made"]
    assert set(made.by_queue) == {("chat", "chat"), ("mail", "email"), ("phone", "voice")}
    mail = made.by_queue["mail", "email"]
    assert mail.abandoned == 0
    assert mail.connected == mail.contacts


def test_the_run_is_the_same_on_every_machine(made: Replay) -> None:
    # Written down once: it changes with the day, a rule of the router or the encoding of events, and with nothing
    # else: not with Python, build or platform.
    assert made.digest == "c9a69de4a542cfeb4225e82637b46ac78eb7ab317274fcbdb5a494b653bb85aa"


def test_the_centre_is_busy_and_not_swamped(made: Replay) -> None:
    assert made.figures.occupancy is not None
    assert 0.6 < made.figures.occupancy < 0.95
    assert made.figures.service_level is not None
    assert 0.6 < made.figures.service_level < 0.95
    assert made.figures.abandoned < 0.1 * made.figures.contacts


def test_other_habits_are_another_run(made: Replay) -> None:
    again = replay(demo_day(0), Settings(seed=0), answers=Habits(0))
    assert again.digest == made.digest
    assert [fate.agent for fate in again.fates] == [fate.agent for fate in made.fates]
    assert replay(demo_day(0), Settings(seed=0), answers=Habits(1)).digest != made.digest


def test_quantiles_are_read_with_integers() -> None:
    table = (0, 10, 30, 30, 40, 50, 60, 70, 80, 90, 1000)
    assert [quantile(table, draw) for draw in (0, 99, 100, 150, 250, 999)] == [0, 9, 10, 20, 30, 990]


def test_the_service_level_of_each_queue_counts(made: Replay) -> None:
    within = {"phone": 20.0, "chat": 40.0, "mail": 3600.0}
    good = sum(
        fate.outcome == Outcome.CONNECTED and fate.wait_s is not None and fate.wait_s <= within[fate.call.contact.queue]
        for fate in made.fates
    )
    assert made.figures.service_level == good / len(made.fates)
