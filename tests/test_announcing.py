"""What callers are told of their wait: `routekit.estimation.announcing`, the rule by itself."""

from __future__ import annotations

import math
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as some

from routekit import Announcing
from routekit.errors import InvalidConfiguration, InvalidValue
from routekit.estimation import EstimateState, Points, WaitEstimate
from routekit.estimation.announcing import NOTCHES, Next, Spread, Told, Words, next_words, rounded_down, rounded_up

POLICY = Announcing()
SECONDS = some.floats(0, 5000) | some.sampled_from([*NOTCHES, 0.0, 59.0, 60.5, 1e12, math.inf])
SPREADS = some.lists(SECONDS, min_size=3, max_size=3).map(lambda found: Spread(*sorted(found)))
POLICIES = some.builds(
    Announcing,
    callback_over_s=some.none() | some.floats(0, 4000),
    silent_over=some.floats(1, 10),
    range_over=some.floats(1, 4),
    longer_after=some.integers(1, 4),
)


def narrow(seconds: float) -> Spread:
    return Spread(seconds, seconds * 1.1, seconds * 1.2)


def said(found: Next) -> tuple[str, float, float | None, str] | str:
    return found.silence if found.words is None else attrs.astuple(found.words)


def test_numbers_are_rounded_to_what_people_use() -> None:
    assert [rounded_up(s) for s in (0, 59, 60, 60.1, 179, 181, 599, 1201, 1800, 1801, 3601)] == [
        60, 60, 60, 120, 180, 300, 600, 1800, 1800, 3600, 5400,
    ]  # fmt: skip
    assert [rounded_down(s) for s in (0, 59.9, 60, 119, 200, 599, 1799, 1800, 3599, 3600)] == [
        0, 0, 60, 60, 180, 300, 1200, 1800, 1800, 3600,
    ]  # fmt: skip


@given(some.floats(0, 1e9))
def test_rounding_is_never_to_the_wrong_side(seconds: float) -> None:
    assert rounded_down(seconds) <= seconds <= rounded_up(seconds)
    assert rounded_up(rounded_up(seconds)) == rounded_up(seconds)
    assert rounded_down(rounded_up(seconds)) == rounded_up(seconds)


@pytest.mark.parametrize(
    ("spread", "words"),
    [
        (Spread(10, 50, 59), Words("less_than", 60.0, None, "first")),
        (Spread(60, 60, 60), Words("less_than", 60.0, None, "first")),
        (Spread(55, 70, 80), Words("about", 60.0, None, "first")),
        (Spread(61, 80, 90), Words("about", 120.0, None, "first")),
        (Spread(200, 300, 350), Words("about", 300.0, None, "first")),
        (Spread(200, 301, 350), Words("range", 180.0, 600.0, "first")),
        (Spread(50, 110, 150), Words("less_than", 120.0, None, "first")),
        (Spread(300, 500, 800), Words("range", 300.0, 600.0, "first")),
    ],
)
def test_what_is_said_first(spread: Spread, words: Words) -> None:
    assert next_words(POLICY, Told(), spread, 0.0).words == words


def test_who_knows_too_little_or_is_unsure_is_silent() -> None:
    unknown = WaitEstimate(contact="c-1", at=None, position=None)
    assert unknown.state is EstimateState.TOO_LITTLE_DATA
    assert next_words(POLICY, Told(), unknown, 0.0) == Next(told=Told(), silence="too_little_data")
    assert said(next_words(POLICY, Told(), Spread(100, 200, 401), 0.0)) == "unsure"
    assert said(next_words(POLICY, Told(), Spread(100, 200, 400), 0.0)) != "unsure"
    assert said(next_words(POLICY, Told(), Spread(1, 20, 60), 0.0)) == ("less_than", 60.0, None, "first")
    assert said(next_words(POLICY, Told(), Spread(0, 0, math.inf), 0.0)) == "unsure"
    endless = Spread(math.inf, math.inf, math.inf)
    assert said(next_words(attrs.evolve(POLICY, callback_over_s=None), Told(), endless, 0.0)) == "unsure"


def test_a_callback_is_suggested_once_where_a_number_would_scare() -> None:
    first = next_words(POLICY, Told(), narrow(900), 0.0)
    assert (first.callback, said(first)) == (True, "too_long")
    second = next_words(POLICY, first.told, narrow(900), 60.0)
    assert (second.callback, said(second)) == (False, "too_long")
    third = next_words(POLICY, second.told, narrow(500), 120.0)
    assert (third.callback, said(third)) == (False, ("about", 600.0, None, "first"))
    assert not next_words(POLICY, third.told, narrow(900), 180.0).callback
    never = attrs.evolve(POLICY, callback_over_s=None)
    assert said(next_words(never, Told(), narrow(900), 0.0)) == ("about", 900.0, None, "first")
    assert said(next_words(POLICY, Told(), Spread(700, 900, 901), 0.0)) == ("about", 900.0, None, "first")


def run(policy: Announcing, *estimates: tuple[float, Any]) -> list[Any]:
    told, found = Told(), []
    for at, spread in estimates:
        made = next_words(policy, told, spread, at)
        told = made.told
        found.append(said(made))
    return found


def test_a_line_that_stands_still_keeps_the_promise_until_it_is_likely_to_be_broken() -> None:
    assert run(POLICY, *((60.0 * minute, narrow(170)) for minute in range(6))) == [
        ("about", 180.0, None, "first"),
        "doubtful",
        ("about", 180.0, None, "longer"),
        "doubtful",
        ("about", 180.0, None, "longer"),
        "doubtful",
    ]


def test_a_promise_that_is_likely_to_be_kept_stands_and_two_estimates_in_a_row_change_one_that_is_not() -> None:
    likely = Spread(115, 180, 190)
    assert run(POLICY, (0, narrow(110)), (10, likely), (15, likely), (20, likely)) == [
        ("about", 120.0, None, "first"),
        *[("about", 120.0, None, "promise")] * 3,
    ]
    once = ((0, narrow(110)), (10, narrow(200)), (20, narrow(100)), (30, narrow(200)), (40, narrow(200)))
    reasons = [found if isinstance(found, str) else found[3] for found in run(POLICY, *once)]
    assert reasons == ["first", "doubtful", "estimate", "doubtful", "longer"]
    quick = attrs.evolve(POLICY, longer_after=1)
    assert [found[3] for found in run(quick, *once)] == ["first", "longer", "estimate", "longer", "estimate"]
    over = ((0, narrow(50)), (70, Spread(60, 80, 90)), (80, Spread(61, 80, 90)), (90, Spread(61, 80, 90)))
    assert run(POLICY, *over)[1:] == [("soon", 0.0, None, "promise"), "doubtful", ("about", 120.0, None, "longer")]


def test_silence_does_not_end_a_promise() -> None:
    unsure, unknown = Spread(1, 80, 900), WaitEstimate(contact="c-1", at=None, position=None)
    assert run(POLICY, (0, narrow(290)), (60, unsure), (120, unknown), (180, narrow(110)), (330, narrow(50))) == [
        ("about", 300.0, None, "first"),
        "unsure",
        "too_little_data",
        ("about", 120.0, None, "estimate"),
        ("soon", 0.0, None, "promise"),
    ]


def test_a_range_shrinks_from_both_ends() -> None:
    wide = Spread(190, 590, 700)
    assert run(POLICY, (0, wide), (70, wide), (200, wide), (320, wide), (550, wide), (600, wide)) == [
        ("range", 180.0, 600.0, "first"),
        ("range", 180.0, 600.0, "estimate"),
        ("range", 180.0, 600.0, "estimate"),
        ("range", 60.0, 300.0, "promise"),
        "doubtful",
        ("range", 180.0, 600.0, "longer"),
    ]


@given(POLICIES, some.lists(some.tuples(some.floats(0.5, 400), SPREADS), max_size=12))
def test_what_is_said_never_grows_but_for_a_reason(policy: Announcing, given: list[tuple[float, Spread]]) -> None:
    told, at, last, longer = Told(), 0.0, math.inf, 0
    callbacks = 0
    for pause, spread in given:
        at += pause
        before = told
        found = next_words(policy, told, spread, at)
        assert found == next_words(policy, told, spread, at)
        told = found.told
        callbacks += found.callback
        assert (found.words is None) == bool(found.silence)
        if found.words is None:
            assert attrs.evolve(before, called_back=told.called_back, longer=told.longer) == told
            assert told.longer == before.longer + (found.silence == "doubtful")
            continue
        words = found.words
        assert words.seconds in (0.0, *NOTCHES) or words.seconds % 1800.0 == 0.0
        assert (words.words == "range") == (words.up_to_s is not None)
        assert (words.words == "soon") == (words.seconds == 0.0)
        assert words.up_to_s is None or 0.0 < words.seconds < words.up_to_s
        if words.reason in ("estimate", "promise"):
            assert words.most_s <= last, "it has grown"
            assert told.by is not None and before.by is not None and told.by <= before.by
        else:
            assert (words.reason == "first") == (before.by is None)
            assert words.reason == "first" or before.longer == policy.longer_after - 1
        assert words.reason != "promise" or spread.p50 <= max(words.most_s, 60.0), "it is likely to be broken"
        # A promise is not broken by rounding: at the time that is said, or half a second later, it is over.
        assert told.by is not None and (words.words == "soon" or told.by <= at + words.most_s + 0.5)
        longer = told.longer
        assert longer < policy.longer_after
        last = words.most_s
    assert callbacks <= 1


def test_what_is_no_seconds_is_refused() -> None:
    for wrong in (math.nan, -1.0, "3", True):
        with pytest.raises(InvalidValue):
            next_words(POLICY, Told(), Spread(wrong, 1.0, 1.0), 0.0)  # type: ignore[arg-type]
    crossed = next_words(POLICY, Told(), Spread(300.0, 100.0, 50.0), 0.0)
    assert said(crossed) == ("about", 300.0, None, "first")
    law = Points((0.5, 0.8, 0.9), (100.0, 110.0, 120.0))
    estimate = WaitEstimate(contact="c-1", at=0.0, position=1, law=law)
    assert said(next_words(POLICY, Told(), estimate, 0.0)) == ("about", 120.0, None, "first")


def test_the_times_are_a_grid_from_the_entry() -> None:
    policy = Announcing(first_s=15, every_s=60)
    assert [policy.due(100.0, now, after) for now, after in ((100, -1e15), (115, -1e15), (115, 115), (116, -1e15))] == [
        115.0, 115.0, 175.0, 175.0,
    ]  # fmt: skip
    assert policy.due(100.0, 115 + 60 * 10_000, -1e15) == 115 + 60 * 10_000
    assert policy.due(100.0, 115 + 60 * 10_000, 115 + 60 * 10_000) == 115 + 60 * 10_001
    once = Announcing(first_s=15, every_s=None)
    assert (once.due(0.0, 15.0, -1e15), once.due(0.0, 15.0, 15.0), once.due(0.0, 16.0, -1e15)) == (15.0, None, None)


@given(some.floats(0, 100), some.floats(1, 50), some.floats(-1e6, 1e6), some.floats(0, 1e5), some.floats(0, 1e5))
def test_no_time_is_passed_over(first: float, every: float, entered: float, later: float, asked: float) -> None:
    policy = Announcing(first_s=first, every_s=every)
    now, after = entered + later, entered + min(asked, later)
    due = policy.due(entered, now, after)
    assert due is not None and due >= now and due > after
    number = round((due - (entered + first)) / every)
    assert due == entered + first + every * number
    if number:
        before = entered + first + every * (number - 1)
        assert before < now or before <= after


def test_a_policy_says_all_that_is_wrong() -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        Announcing(first_s=-1, every_s=0.5, callback_over_s=-1, silent_over=0.5, range_over=math.nan, longer_after=0)
    paths = [fault.path for fault in caught.value.exceptions if isinstance(fault, InvalidValue)]
    assert sorted(paths) == sorted(field.name for field in attrs.fields(Announcing))
