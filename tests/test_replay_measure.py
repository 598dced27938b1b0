"""The figures: each by numbers that one can check in one's head, the profile of a day by what must hold of it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as hyp

from routekit import Contact
from routekit.simulation import Call, Fate, Load, Outcome, figures, waiting_profile
from routekit.simulation.measure import share_of_waits


def fate(wait: float | None, outcome: str = Outcome.CONNECTED, at: float = 0.0, queue: str = "q") -> Fate:
    return Fate(Call(Contact("c", queue=queue), at, None, 60.0), outcome, wait)


def test_the_figures_of_six_contacts() -> None:
    fates = [fate(wait) for wait in (0.0, 10.0, 20.0, 70.0)] + [
        fate(5.0, Outcome.ABANDONED),
        fate(99.0, Outcome.WAITING),
    ]
    loads = [Load("a", 3, 60.0, 100.0, 60.0), Load("b", 1, 0.0, 100.0, 20.0), Load("never there", 0, 0.0, 0.0, 0.0)]
    found = figures(fates, loads, 20.0)
    assert (found.contacts, found.connected, found.abandoned, found.waiting) == (6, 4, 1, 1)
    assert found.service_level == 3 / 6
    assert found.mean_wait_s == 25.0
    assert found.median_wait_s == 10.0
    assert found.p90_wait_s == 70.0
    assert found.longest_wait_s == 99.0
    assert found.mean_wait_all_s == 34.0
    assert found.mean_abandoned_s == 5.0
    assert found.occupancy == 0.3
    assert found.staffed_s == 200.0
    assert found.jain_index == pytest.approx(0.8)
    assert found.jain_index_talk == pytest.approx(0.8)
    assert found.most_overtakings == 0


def test_of_nobody_there_is_nothing_to_say() -> None:
    found = figures([], [], 20.0)
    assert found.contacts == 0
    assert found.service_level is None
    assert found.mean_wait_s is None
    assert found.p90_wait_s is None
    assert found.longest_wait_s is None
    assert found.occupancy is None
    assert found.jain_index is None
    assert found.most_overtakings is None


def test_waits_that_are_not_known_are_not_made_up() -> None:
    found = figures([fate(None), fate(4.0)], None, 20.0)
    assert found.connected == 2
    assert found.service_level is None
    assert found.mean_wait_s is None
    assert waiting_profile([fate(None)]) is None


def test_each_queue_has_its_own_limit() -> None:
    fates = [fate(30.0, queue="slow"), fate(30.0, queue="fast")]
    assert figures(fates, None, {"slow": 60.0, "fast": 20.0}).service_level == 0.5


@given(waits=hyp.lists(hyp.floats(0.0, 1e6), min_size=1), part=hyp.integers(1, 10))
def test_a_quantile_is_the_least_wait_that_enough_lie_within(waits: list[float], part: int) -> None:
    found = share_of_waits(waits, part, 10)
    assert found in waits
    assert sum(wait <= found for wait in waits) * 10 >= part * len(waits)
    assert sum(wait < found for wait in waits) * 10 < part * len(waits)


def test_who_waits_over_the_day() -> None:
    profile = waiting_profile([fate(1800.0, at=900.0), fate(450.0, at=1350.0), fate(0.0, at=86400.0)])
    assert profile is not None
    assert profile.days == 2
    assert profile.arrivals[:3] == (0.5, 1.0, 0.0)
    assert profile.mean[:4] == (0.0, 0.75, 0.5, 0.0)
    assert profile.most[:4] == (0, 2, 1, 0)


def test_who_is_answered_makes_room_for_who_comes_at_that_moment() -> None:
    profile = waiting_profile([fate(100.0, at=0.0), fate(100.0, at=100.0)])
    assert profile is not None
    assert profile.most[0] == 1


def test_a_wait_of_days_counts_on_each() -> None:
    profile = waiting_profile([fate(2 * 86400.0 + 900.0, at=900.0)])
    assert profile is not None
    assert profile.mean[0] == pytest.approx(2.0)
    assert profile.mean[1] == pytest.approx(3.0)
    assert set(profile.most) == {1}


@given(hyp.lists(hyp.tuples(hyp.floats(0.0, 3e5), hyp.floats(0.0, 2e5)), min_size=1, max_size=30))
def test_the_profile_keeps_all_the_waiting(waits: list[tuple[float, float]]) -> None:
    profile = waiting_profile([fate(wait, at=at) for at, wait in waits])
    assert profile is not None
    assert sum(profile.mean) * profile.bin_s * profile.days == pytest.approx(
        math.fsum(wait for _, wait in waits), rel=1e-6, abs=1e-3
    )
    assert sum(profile.arrivals) * profile.days == pytest.approx(len(waits))
    assert max(profile.most) <= len(waits)
    assert all(mean <= most * 4 + 1e-6 for mean, most in zip(profile.mean, profile.most, strict=True))
