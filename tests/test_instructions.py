"""A contact's life takes no more instructions than what is stored, and the gate that says so would notice."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import pytest

import routekit
from benchmarks import gate, instructions
from benchmarks.gate import Counted

BEFORE = Counted(
    instructions=40_000, bare_loop=8_000, ratio=5.0, build=gate.build(), versions="Python, Cython", commit="abc"
)


class WorthRenewing(Warning):
    """What was gained is not stored yet, so that as much may be lost again unseen."""


@pytest.mark.filterwarnings("default::tests.test_instructions.WorthRenewing")
def test_a_life_takes_no_more_instructions_than_what_is_stored() -> None:
    known = gate.stored()
    if reason := gate.why_not(known):
        pytest.skip(reason)
    found = gate.changes(known[gate.python()], gate.count())
    told = "; ".join(map(str, found))
    assert not any(change.grown for change in found), f"{told}. If that is what it must cost: {gate.RENEW}"
    if any(change.fallen for change in found):
        warnings.warn(f"{told}: {gate.RENEW}", WorthRenewing, stacklevel=1)


@pytest.mark.skipif(not instructions.available(), reason="there is no valgrind to count instructions with")
def test_two_counts_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    one = instructions.each("baseline:BareFree(10)")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("PYTHONMALLOC", "debug")
    monkeypatch.setenv("SOMETHING", "long " * 1_000)
    other = instructions.each("baseline:BareFree(10)")
    assert other == pytest.approx(one, rel=1e-3)


@pytest.mark.skipif(not instructions.available(), reason="there is no valgrind to count instructions with")
def test_a_run_that_fails_is_no_count() -> None:
    with pytest.raises(instructions.NotCounted, match="BareFree"):
        instructions.each("baseline:BareFree('ten')")


@pytest.mark.parametrize(
    ("more", "ratio", "grown", "fallen"),
    [
        (1.0, 1.0, [False, False], [False, False]),
        (1.04, 1.04, [False, False], [False, False]),
        (1.06, 1.0, [True, False], [False, False]),
        (1.0, 1.06, [False, True], [False, False]),
        (0.96, 0.96, [False, False], [False, False]),
        (0.94, 1.0, [False, False], [True, False]),
        (1.0, 0.94, [False, False], [False, True]),
    ],
)
def test_a_twentieth_is_the_margin(more: float, ratio: float, grown: list[bool], fallen: list[bool]) -> None:
    now = replace(BEFORE, instructions=BEFORE.instructions * more, ratio=BEFORE.ratio * ratio)
    found = gate.changes(BEFORE, now)
    assert [change.grown for change in found] == grown
    assert [change.fallen for change in found] == fallen


def test_a_change_is_told_with_both_figures() -> None:
    found = gate.changes(BEFORE, replace(BEFORE, instructions=44_000, ratio=5.5))
    assert [str(change) for change in found] == [
        "instructions of a life: 44,000, stored 40,000, +10.0%",
        "as a multiple of the bare loop's: 5.50, stored 5.00, +10.0%",
    ]


class TestWhereNothingIsCompared:
    @pytest.fixture(autouse=True)
    def _as_if_compiled(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(routekit, "compiled", True)
        monkeypatch.setattr(instructions, "available", lambda: True)

    def test_there_is_no_reason_with_a_figure(self) -> None:
        assert gate.why_not({gate.python(): BEFORE}) is None

    def test_in_the_interpreted_build(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(routekit, "compiled", False)
        assert "make build" in str(gate.why_not({gate.python(): BEFORE}))

    def test_without_valgrind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(instructions, "available", lambda: False)
        assert "install" in str(gate.why_not({gate.python(): BEFORE}))

    def test_without_a_figure(self) -> None:
        assert gate.RENEW in str(gate.why_not({"2.7": BEFORE}))

    def test_with_the_figure_of_another_build_of_python(self) -> None:
        reason = gate.why_not({gate.python(): replace(BEFORE, build="another")})
        assert "another build" in str(reason) and gate.RENEW in str(reason)


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def _counted(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.path = tmp_path / "instructions.json"
        self.now = BEFORE
        monkeypatch.setattr(gate, "STORED", self.path)
        monkeypatch.setattr(gate, "count", lambda: self.now)
        monkeypatch.setattr(routekit, "compiled", True)
        monkeypatch.setattr(instructions, "available", lambda: True)

    def test_says_that_nothing_is_stored(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert gate.main([]) == 2
        assert gate.RENEW in capsys.readouterr().err

    def test_says_why_nothing_was_counted(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def count() -> Counted:
            raise instructions.NotCounted("valgrind did not run through")

        monkeypatch.setattr(gate, "count", count)
        assert gate.main(["--renew"]) == 2
        assert "did not run" in capsys.readouterr().err and not self.path.exists()

    def test_stores_a_figure_beside_those_of_other_versions(self) -> None:
        assert gate.stored() == {}
        gate.renew(BEFORE)
        self.path.write_text(self.path.read_text().replace(gate.python(), "2.7"))
        self.now = replace(BEFORE, instructions=39_000)
        assert gate.main(["--renew"]) == 0
        assert gate.stored() == {"2.7": BEFORE, gate.python(): self.now}

    @pytest.mark.parametrize(
        ("instructions", "status", "word"),
        [(40_000, 0, ""), (43_000, 1, "GROWN"), (36_000, 0, "fallen")],
    )
    def test_ends_with_what_it_found(
        self, capsys: pytest.CaptureFixture[str], instructions: float, status: int, word: str
    ) -> None:
        gate.renew(BEFORE)
        self.now = replace(BEFORE, instructions=instructions)
        assert gate.main(["--json"]) == status
        told = capsys.readouterr()
        assert word in told.err and bool(word) == bool(told.err)
        assert f'"now": {instructions}' in told.out
