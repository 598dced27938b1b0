"""Histories of waits: each against its definition done slowly, against theory in M/M/s, and through plain data."""

from __future__ import annotations

import collections
import heapq
import itertools
import json
import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from routekit.errors import DuplicateContact, InvalidType, InvalidValue, SnapshotError
from routekit.estimation import history as h

KINDS: list[Callable[[], h.History]] = [
    h.LastServed,
    h.HeadOfLine,
    h.RecentCompletion,
    lambda: h.MeanOfLast(10),
    lambda: h.LastServedAtLength(3),
    lambda: h.MovingAverage(300.0),
    lambda: h.SameLength(3000.0),
]
NAMES = [kind().name for kind in KINDS]


def moves(seed: int, number: int) -> list[tuple[str, float, str, float]]:
    """A random life of a line: verb, at, contact, waited; out of turn now and then, and with hang-ups."""
    print(f"seed {seed}")
    draws = random.Random(seed)
    waiting: dict[str, float] = {}
    serving: list[str] = []
    made: list[tuple[str, float, str, float]] = []
    at = 0.0
    for step in range(number):
        at += draws.choice((0.0, draws.expovariate(0.2)))
        verb = draws.choices(("joined", "answered", "left", "finished", "stranger"), (9, 6, 2, 5, 1))[0]
        if verb == "joined":
            waiting[f"c-{step}"] = at
            made.append((verb, at, f"c-{step}", 0.0))
        elif verb == "stranger":
            made.append(("answered", at, f"s-{step}", draws.choice((0.0, 3.5))))
        elif verb == "finished" and serving:
            made.append((verb, at, serving.pop(draws.randrange(len(serving))), 0.0))
        elif waiting and verb in ("answered", "left"):
            contact = draws.choice(list(waiting)[:3])
            made.append((verb, at, contact, at - waiting.pop(contact)))
            if verb == "answered":
                serving.append(contact)
    return made


def feed(line: h.History, move: tuple[str, float, str, float]) -> None:
    verb, at, contact, waited_s = move
    if verb == "answered":
        line.answered(at, contact, waited_s)
    else:
        getattr(line, verb)(at, contact)


class Slow:
    """All the definitions, read off the whole list of what happened."""

    def __init__(self) -> None:
        self.line: list[tuple[str, float, int]] = []
        self.answers: list[tuple[float, float, int | None]] = []  # at, waited, ahead
        self.serving: dict[str, tuple[float, float]] = {}
        self.over: list[tuple[float, float]] = []

    def feed(self, move: tuple[str, float, str, float]) -> None:
        verb, at, contact, waited_s = move
        found = next((one for one in self.line if one[0] == contact), None)
        if verb == "joined":
            self.line.append((contact, at, len(self.line)))
        elif verb == "finished":
            if contact in self.serving:
                self.over.append(self.serving.pop(contact))
        elif found is not None:
            self.line.remove(found)
        if verb == "answered" and waited_s > 0.0:
            self.answers.append((at, waited_s, found and found[2]))
            self.serving[contact] = (at - waited_s if found is None else found[1], waited_s)

    def expected(self, name: str, at: float) -> float | None:
        waits = [waited for _, waited, _ in self.answers]
        ahead = len(self.line)
        if name == "hol" and self.line:
            return at - self.line[0][1]
        if name in ("les", "hol"):
            return waits[-1] if waits else None
        if name == "rcs":
            latest = max((came for came, _ in self.over), default=None)
            return next((waited for came, waited in reversed(self.over) if came == latest), None)
        if name == "mean-of-last":
            return math.fsum(waits[-10:]) / len(waits[-10:]) if waits else None
        if name == "last-served-at-length":
            return self.at_length(ahead)
        if name == "moving-average":
            weights = [0.5 ** ((math.floor(at * 64 / 300) - math.floor(t * 64 / 300)) / 64) for t, _, _ in self.answers]
            if math.fsum(weights) < 0.25:
                return None
            return math.fsum(w * x for w, x in zip(weights, waits, strict=True)) / math.fsum(weights)
        return self.same_length(ahead, at)

    def at_length(self, ahead: int) -> float | None:
        for near in (0, -1, 1, -2, 2, -3, 3, -4, 4):
            same = [waited for _, waited, found in self.answers if found == ahead + near][-3:]
            if same:
                return math.fsum(same) / len(same)
        return None

    def same_length(self, ahead: int, at: float) -> float | None:
        weight: dict[int, float] = collections.Counter()
        total: dict[int, float] = collections.Counter()
        for t, waited, found in self.answers:
            if found is not None:
                one = 0.5 ** ((math.floor(at * 64 / 3000) - math.floor(t * 64 / 3000)) / 64)
                weight[found] += one
                total[found] += one * waited / (found + 1)
        if sum(weight.values()) < 5.0:
            return None
        numerator = 5.0 * sum(total.values()) / sum(weight.values())
        denominator = 5.0
        for near in (-4, -3, -2, -1, 1, 2, 3, 4):
            numerator += total[ahead + near] * 0.5 ** abs(near)
            denominator += weight[ahead + near] * 0.5 ** abs(near)
        place = numerator / denominator
        return (ahead + 1) * (total[ahead] + 5.0 * place) / (weight[ahead] + 5.0)


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_is_its_definition(kind: Callable[[], h.History], seed: int) -> None:
    line, slow, known = kind(), Slow(), 0
    for move in moves(seed, 600):
        feed(line, move)
        slow.feed(move)
        expected, found = slow.expected(line.name, move[1]), line.expected_s(move[1])
        assert len(line) == len(slow.line)
        if expected is None:
            assert found is None
        else:
            known += 1
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert known > 300


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_goes_on_from_plain_data(kind: Callable[[], h.History]) -> None:
    life = moves(21, 800)
    line = kind()
    for move in life[:400]:
        feed(line, move)
    data = line.to_data()
    assert json.loads(json.dumps(data)) == data
    again = kind()
    again.restore(json.loads(json.dumps(data)))
    for move in life[400:]:
        feed(line, move)
        feed(again, move)
        assert again.expected_s(move[1]) == line.expected_s(move[1])  # to the last bit
    assert again.to_data() == line.to_data()


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_knows_nothing_at_first(kind: Callable[[], h.History]) -> None:
    assert kind().expected_s(0.0) is None


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
def test_refuses_bad_input_and_keeps_what_it_had(kind: Callable[[], h.History]) -> None:
    line = kind()
    for move in moves(31, 200):
        feed(line, move)
    before = line.to_data()
    line.joined(9e5, "again")
    with pytest.raises(DuplicateContact):
        line.joined(9e5, "again")
    line.left(9e5, "again")
    nan = float("nan")
    for bad in (
        lambda: line.joined(nan, "c"),
        lambda: line.answered(nan, "c", 1.0),
        lambda: line.answered(1.0, "c", nan),
        lambda: line.answered(1.0, "c", -1.0),
        lambda: line.left(nan, "c"),
    ):
        with pytest.raises(InvalidValue):
            bad()
    bad_id: Any = 7
    for verb in (line.joined, line.left):
        with pytest.raises(InvalidType):
            verb(1.0, bad_id)
    broken: list[Any] = [{}, 7, before | {"name": "x"}, before | {"over_s": 9.0}, before | {"line": [["a"]]}]
    broken += [{key: value for key, value in before.items() if key != one} for one in before]
    for data in broken:
        with pytest.raises(SnapshotError):
            line.restore(data)
    assert line.to_data() == before


def test_only_numbers_are_restored() -> None:
    for kind in KINDS:
        line = kind()
        for move in moves(32, 300):
            feed(line, move)
        before = line.to_data()
        for key, value in before.items():
            for bad in ("x", float("nan")):
                with pytest.raises(SnapshotError):
                    line.restore(before | {key: spoilt(value, bad)})
        assert line.to_data() == before


def spoilt(value: Any, bad: Any) -> Any:
    """The same data with its last number made bad."""
    if isinstance(value, list) and value:
        return [*value[:-1], spoilt(value[-1], bad)]
    return bad


def test_whose_end_is_never_told_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("routekit.estimation.history._MOST_IN_SERVICE", 2)
    line = h.RecentCompletion()
    for number in range(3):
        line.answered(10.0, f"c-{number}", 1.0 + number)
    line.finished(20.0, "c-0")
    assert line.expected_s(20.0) is None
    line.finished(20.0, "c-1")
    assert line.expected_s(20.0) == 2.0


def test_settings_must_agree_with_the_state() -> None:
    pairs = [
        (h.MeanOfLast(3), h.MeanOfLast(4)),
        (h.LastServedAtLength(3), h.LastServedAtLength(4)),
        (h.MovingAverage(60.0), h.MovingAverage(61.0)),
        (h.SameLength(60.0), h.SameLength(61.0)),
    ]
    for one, other in pairs:
        with pytest.raises(SnapshotError):
            other.restore(one.to_data())


def test_who_was_answered_at_once_counts_only_where_asked() -> None:
    default, every = h.MeanOfLast(10), h.MeanOfLast(10, over_s=-1.0)
    for line in (default, every):
        line.answered(1.0, "c-1", 0.0)
        line.answered(2.0, "c-2", 10.0)
    assert (default.expected_s(3.0), every.expected_s(3.0)) == (10.0, 5.0)


def test_steps_of_length_are_in_order_and_narrow() -> None:
    numbers = [h._step(length) for length in range(5000)]
    assert numbers[:64] == list(range(64))
    assert all(b - a in (0, 1) for a, b in itertools.pairwise(numbers))
    for number in range(64, numbers[-1]):
        assert numbers.count(number) <= 0.0626 * numbers.index(number)


@pytest.mark.parametrize("steps", [-3, 0, 1, 63, 64, 65, 128, 6400, 6401, 63_999, 64_000, 2**62])
def test_a_weight_is_halved_in_64_steps(steps: int) -> None:
    exact = 0.0 if steps >= 64_000 else 0.5 ** (max(steps, 0) / 64)
    assert h._faded(steps) == pytest.approx(exact, rel=1e-12)


def test_a_mean_forgets_the_rounding_of_waits_that_are_gone() -> None:
    line = h.MeanOfLast(10)
    line.answered(0.0, "long", 1e12)
    for number in range(20):
        line.answered(1.0, f"c-{number}", 0.1)
    assert line.expected_s(1.0) == pytest.approx(0.1, rel=1e-12)


def simulated(seed: int, servers: int, rho: float, number: int) -> dict[str, list[float]]:
    """Errors of the histories in M/M/s at the joins of those who wait, and of (n + 1) / (s mu) as `ql`."""
    print(f"seed {seed}")
    draws = random.Random(seed)
    kinds: list[h.History] = [h.LastServed(), h.HeadOfLine(), h.RecentCompletion(), h.MeanOfLast(10)]
    kinds += [h.LastServedAtLength(10), h.SameLength(1000.0)]
    busy: list[tuple[float, str]] = []
    line: collections.deque[tuple[str, float]] = collections.deque()
    told: dict[str, dict[str, float | None]] = {}
    errors: dict[str, list[float]] = collections.defaultdict(list)
    at = 0.0
    for step in range(number):
        at += draws.expovariate(servers * rho)
        while busy and busy[0][0] <= at:
            over, contact = heapq.heappop(busy)
            for kind in kinds:
                kind.finished(over, contact)
            if line:
                head, came = line.popleft()
                for kind in kinds:
                    kind.answered(over, head, over - came)
                for name, value in told.pop(head).items():
                    if value is not None and step > number // 10:
                        errors[name].append(value - (over - came))
                heapq.heappush(busy, (over + draws.expovariate(1.0), head))
        contact = f"c-{step}"
        if len(busy) < servers:
            heapq.heappush(busy, (at + draws.expovariate(1.0), contact))
            continue
        told[contact] = {kind.name: kind.expected_s(at) for kind in kinds} | {"ql": (len(line) + 1) / servers}
        for kind in kinds:
            kind.joined(at, contact)
        line.append((contact, at))
    return errors


def test_errors_stand_to_each_other_as_theory_says() -> None:
    # Ibrahim and Whitt 2009: in M/M/s and heavy traffic ASE(HOL) / ASE(QL) and ASE(LES) / ASE(QL) are near
    # c_a^2 + 1 = 2, ASE(RCS) is somewhat more, and no history beats QL. (At rho = 0.95 the ratio is below 2 / rho.)
    errors = simulated(41, 20, 0.95, 60_000)
    ase = {name: sum(one * one for one in some) / len(some) for name, some in errors.items()}
    print(ase)
    assert 1.6 < ase["hol"] / ase["ql"] < 2.4
    assert 1.6 < ase["les"] / ase["ql"] < 2.4
    assert ase["rcs"] > ase["les"]
    # Who knows the length of the line learns nearly all that QL is told of s and mu.
    assert ase["ql"] * 0.999 < ase["same-length"] < 1.15 * ase["ql"]
    # The last 10 of a length come from few busy spells, so that their mean is worth less than 10 waits.
    assert ase["ql"] < ase["last-served-at-length"] < 0.95 * ase["les"]
