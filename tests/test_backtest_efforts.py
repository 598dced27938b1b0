"""What the two efforts infer from a log: head starts, which agents take what, who is there; and what they blend."""

from __future__ import annotations

import random

import pytest

from routekit.errors import InvalidValue, SnapshotError
from routekit.estimation.backtest import Call, Kind, Move
from routekit.estimation.backtest.floor import Floor
from routekit.estimation.backtest.issuing import Issuing
from routekit.estimation.backtest.order import HeadStarts, Taken
from routekit.estimation.backtest.play import LEVELS
from routekit.estimation.blend import Blend
from routekit.estimation.times import MOST_S, NEVER_S, Times


def call(
    key: int, *, kind: str = "PS", priority: float = 2.0, customer: str | None = None, joined: float = 0.0
) -> Call:
    return Call(
        key=key, line=key, id=f"c-{key}", type=kind, priority=priority, customer=customer,
        entered_s=joined, joined_s=joined,
    )  # fmt: skip


# ---- head starts -------------------------------------------------------------------------------------------------


def test_who_goes_before_somebody_with_an_earlier_time_has_the_head_start() -> None:
    starts = HeadStarts(90.0, 2.0)
    late, early = call(1), call(2, priority=1.0)
    assert 0.5 < starts.probability(late) < 1.0
    assert starts.probability(early) == 0.0
    assert starts.answered(late, 50.0, [(early, 0.0)]) == [1]
    assert (starts.probability(late), starts.earliest(late, 50.0), starts.latest(late, 50.0)) == (1.0, -40.0, -40.0)


def test_who_is_passed_by_somebody_whom_a_head_start_would_have_beaten_has_none() -> None:
    starts = HeadStarts(90.0, 2.0)
    passed, taken = call(1), call(2, priority=1.0)
    assert starts.answered(taken, 0.0, [(passed, 50.0)]) == [1]
    assert starts.probability(passed) == 0.0
    # One who came a hundred seconds later would have stood behind with a head start, too: nothing is learnt.
    other = call(3)
    assert starts.answered(taken, 0.0, [(other, 100.0)]) == []
    assert 0.0 < starts.probability(other) < 1.0


def test_of_two_who_may_have_it_the_later_one_who_goes_first_does() -> None:
    starts = HeadStarts(90.0, 2.0)
    first, second = call(1), call(2)
    assert sorted(starts.answered(second, 30.0, [(first, 0.0)])) == [1, 2]
    assert (starts.probability(first), starts.probability(second)) == (0.0, 1.0)


def test_what_was_found_is_remembered_of_the_customer() -> None:
    starts = HeadStarts(90.0, 2.0)
    before = starts.probability(call(9, customer="kim"))
    for key in range(1, 40, 2):
        passed = call(key, customer="kim")
        starts.answered(call(key + 1, priority=1.0), 0.0, [(passed, 50.0)])
        starts.gone(passed)
    assert starts.probability(call(100, customer="kim")) < 0.2 < before
    assert starts.probability(call(101, customer="lee")) > 0.5


# ---- which agents take what --------------------------------------------------------------------------------------


def test_an_agent_takes_what_they_took_and_not_what_they_passed() -> None:
    taken = Taken()
    for _ in range(5):
        taken.took("ann", "PS", ["NW"])
        taken.took("bob", "NW", [])
    assert taken.probability("ann", "PS") > 0.9 > 0.2 > taken.probability("ann", "NW")
    assert taken.probability("bob", "NW") > 0.9
    # What was switched on counts after a few calls.
    for _ in range(4):
        taken.took("ann", "NW", [])
    assert taken.probability("ann", "NW") > 0.6


# ---- the floor ---------------------------------------------------------------------------------------------------


def play(floor: Floor, *moves: tuple[float, Kind, Call, str | None]) -> None:
    for at, kind, one, agent in moves:
        served = 60.0 if kind is Kind.END else None
        floor.observe(Move(at=at, order=0, kind=kind, call=one, agent=agent, served_s=served))


def test_agents_are_known_from_their_first_answer_and_gone_after_silence() -> None:
    floor = Floor(90.0, 2.0)
    one = call(1)
    play(floor, (0.0, Kind.JOIN, one, None))
    assert floor.present(0.0) == []
    play(floor, (10.0, Kind.BEGIN, one, "ann"))
    assert [(agent.name, agent.busy) for agent in floor.present(10.0)] == [("ann", one)]
    play(floor, (70.0, Kind.END, one, "ann"))
    assert [agent.busy for agent in floor.present(100.0)] == [None]
    assert floor.present(70.0 + 3600.0) == []


def test_a_line_is_left_however_that_is_told() -> None:
    floor = Floor(90.0, 2.0)
    calls = [call(key, joined=float(key)) for key in range(1, 4)]
    play(floor, *((float(one.key), Kind.JOIN, one, None) for one in calls))
    assert (len(floor.lines["PS"]), len(floor.standing["PS"])) == (3, 3)
    play(
        floor,
        (10.0, Kind.LEAVE, calls[0], None),
        (11.0, Kind.KNOWN, calls[1], None),
        (12.0, Kind.BEGIN, calls[2], "ann"),
    )
    assert (len(floor.lines["PS"]), len(floor.standing["PS"])) == (0, 0)
    play(floor, (13.0, Kind.BEGIN, calls[1], "bob"))
    assert {agent.name for agent in floor.present(13.0)} == {"ann", "bob"}


def test_those_who_stand_are_counted_where_they_stand_when_more_is_known() -> None:
    floor = Floor(90.0, 2.0)
    passed, taken = call(1, joined=50.0), call(2, priority=1.0)
    play(floor, (0.0, Kind.JOIN, taken, None), (50.0, Kind.JOIN, passed, None))
    assert list(floor.standing["PS"]) == [-40.0, 0.0]
    play(floor, (60.0, Kind.BEGIN, taken, "ann"))
    assert list(floor.standing["PS"]) == [50.0]


# ---- durations ---------------------------------------------------------------------------------------------------


def test_durations_are_learnt_and_so_is_what_is_left_of_them() -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    draws = random.Random(seed)
    times = Times(half_life=1e6)
    drawn = [draws.expovariate(1.0 / 200.0) for _ in range(20_000)]
    for seconds in drawn:
        times.add(seconds)
    assert times.mean_s == pytest.approx(200.0, rel=0.05)
    # An exponential time does not remember.
    for elapsed in (50.0, 200.0, 500.0):
        assert times.left_s(elapsed) == pytest.approx(200.0, rel=0.15)
    grid = times.grid()
    assert len(grid) == 257
    assert list(grid) == sorted(grid)
    assert grid[128] == pytest.approx(200.0 * 0.6931, rel=0.05)
    again = Times()
    again.restore(times.to_data())
    assert again.grid() == grid


def test_what_never_ends_is_at_the_end_of_the_table() -> None:
    times = Times(weight=1.0)
    for _ in range(300):
        times.add(float("inf"))
        times.add(100.0)
    grid = times.grid()
    assert grid[100] < 200.0
    assert grid[256] == NEVER_S
    assert Times().grid()[256] <= MOST_S * 1.01


def test_durations_that_are_all_alike_are_known_exactly() -> None:
    times = Times(half_life=50.0)
    for _ in range(3000):
        times.add(100.0)
    assert times.mean_s == pytest.approx(100.0, abs=1e-6)
    grid = times.grid()
    assert (grid[2], grid[128], grid[254]) == pytest.approx((100.0, 100.0, 100.0), abs=1e-4)
    assert times.left_s(40.0) == pytest.approx(60.0, abs=1e-4)


def test_durations_of_hours_and_days_are_told_apart() -> None:
    times = Times(half_life=50.0)
    for _ in range(1500):
        times.add(6 * 3600.0)
        times.add(3 * 86400.0)
    assert times.grid()[64] == pytest.approx(6 * 3600.0, rel=0.01)
    assert times.grid()[192] == pytest.approx(3 * 86400.0, rel=0.01)


def test_old_durations_fade() -> None:
    times = Times(half_life=100.0)
    for _ in range(1000):
        times.add(60.0)
    for _ in range(1000):
        times.add(600.0)
    assert times.mean_s == pytest.approx(600.0, rel=0.1)


@pytest.mark.parametrize(
    "data", [None, {}, {"count": 1}, {"count": 0, "growth": 1.1, "increment": 1.0, "weights": [1.0]}]
)
def test_what_are_no_durations_is_refused(data: object) -> None:
    with pytest.raises(SnapshotError):
        Times().restore(data)


# ---- quantiles ----------------------------------------------------------------------------------------------------


def test_quantiles_learn_from_the_waits_of_the_answered() -> None:
    issuing = Issuing([0.0] * len(LEVELS))
    first = issuing.forecast(call(0), 0.0, 100.0, 50.0)
    assert (first.mean, first.p50, first.p90) == (100.0, 100.0, 100.0)
    for key in range(1, 400):
        one = call(key, joined=60.0 * key)
        said = issuing.forecast(one, 60.0 * key, 100.0, 50.0)
        how = (Kind.KNOWN, Kind.KNOWN, Kind.LEAVE)[key % 3]
        waited = 1000.0 if how is Kind.LEAVE else 0.0 if key % 9 == 0 else 200.0 + key % 20
        issuing.observe(Move(at=60.0 * key + waited, order=0, kind=how, call=one, waited_s=waited))
    assert said.quantile is not None
    assert 200.0 <= said.quantile(0.1) < said.p50 < said.p80 < said.p90 < said.quantile(0.95) <= 220.0
    total = issuing.report().total
    assert (total.n, total.hung_up) == (222, 133)
    assert len(issuing.calibrated) == 1


def test_a_median_of_its_own_keeps_the_others_on_their_sides() -> None:
    issuing = Issuing([level - 0.5 for level in LEVELS])
    low = issuing.forecast(call(1), 0.0, 100.0, 100.0, median=20.0)
    assert low.quantile is not None
    assert (low.quantile(0.1), low.p50, low.p80) == (20.0, 20.0, pytest.approx(130.0))
    high = issuing.forecast(call(2), 0.0, 100.0, 100.0, median=135.0)
    assert high.quantile is not None
    assert (high.quantile(0.4), high.p50, high.p80) == (pytest.approx(90.0), 135.0, 135.0)
    least = issuing.forecast(call(3), 0.0, 1.0, 100.0, median=0.0)
    assert least.p50 == 1.0


# ---- the blend ---------------------------------------------------------------------------------------------------


def test_a_blend_believes_the_first_and_learns_who_is_right() -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    draws = random.Random(seed)
    mean, median = Blend(3), Blend(3, median=True)
    assert mean.of((80.0, 60.0, 10.0)) == 80.0
    for _ in range(5000):
        level = draws.uniform(20.0, 300.0)
        wait = level * draws.lognormvariate(0.0, 1.0)
        given = (level * draws.uniform(0.2, 3.0), 60.0, level)
        mean.learn(given, wait)
        median.learn(given, wait)
    # Of a lognormal law with sigma 1 the mean is 1.65 medians.
    assert mean.of((100.0, 60.0, 100.0)) == pytest.approx(165.0, rel=0.15)
    assert median.of((100.0, 60.0, 100.0)) == pytest.approx(100.0, rel=0.15)


def test_groups_are_corrected_apart() -> None:
    blend = Blend(2, groups=2)
    for _ in range(2000):
        blend.learn((100.0, 60.0), 50.0, 0)
        blend.learn((100.0, 60.0), 150.0, 1)
    assert blend.of((100.0, 60.0), 0) == pytest.approx(50.0, abs=5.0)
    assert blend.of((100.0, 60.0), 1) == pytest.approx(150.0, abs=5.0)
    again = Blend(2, groups=2)
    again.restore(blend.to_data())
    assert again.of((100.0, 60.0), 1) == blend.of((100.0, 60.0), 1)


def test_what_is_no_blend_is_refused() -> None:
    with pytest.raises(InvalidValue):
        Blend(0)
    with pytest.raises(InvalidValue):
        Blend(2).of((1.0,))
    for data in (None, {}, Blend(3).to_data(), Blend(2, median=True).to_data()):
        with pytest.raises(SnapshotError):
            Blend(2).restore(data)
