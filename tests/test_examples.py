"""The examples keep their own contracts, and print what docs/own_strategies.md says they print."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted(path.stem for path in (ROOT / "examples").glob("*.py"))
PAGE = ROOT / "docs" / "own_strategies.md"


def example(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses look for annotations
    spec.loader.exec_module(module)
    return module


juniors_first, own_team = example("juniors_first"), example("own_team")
TestJuniorsFirst, TestLeastRecentHere = juniors_first.TestJuniorsFirst, juniors_first.TestLeastRecentHere
TestOwnTeam = own_team.TestOwnTeam


def test_every_example_is_here_and_in_the_page() -> None:
    assert EXAMPLES == ["juniors_first", "own_team"]
    assert all(f"examples/{name}.py" in PAGE.read_text(encoding="utf-8") for name in EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_as_a_script_and_prints_what_the_page_says(name: str) -> None:
    script = ROOT / "examples" / f"{name}.py"
    ran = subprocess.run([sys.executable, "-W", "error", str(script)], check=True, capture_output=True, text=True)
    shown = re.findall(rf"^\$ python examples/{name}\.py\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert shown == [ran.stdout]


def test_a_score_that_looks_for_what_is_not_there_would_fail_the_contract() -> None:
    class Careless(TestOwnTeam):  # type: ignore[misc, valid-type]
        score = staticmethod(lambda contact, agent: float(contact.attributes["important"]))

    with pytest.raises(AssertionError, match="KeyError: 'important'"):
        Careless().test_its_key_depends_on_its_arguments_alone()
