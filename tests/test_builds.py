"""The files that are tested in one build only are about nothing that is compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

import routekit
from tests.builds import PURE, compiled_modules, leads_to

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", sorted(PURE))
def test_what_is_tested_in_one_build_is_python_in_both(name: str) -> None:
    found = leads_to(HERE / name)
    assert found == PURE[name], f"{name} is to run in both builds, or tests/builds.py has to say why not"


@pytest.mark.parametrize("name", sorted(PURE))
def test_and_drives_no_router(name: str) -> None:
    text = (HERE / name).read_text(encoding="utf-8")
    assert "Router(" not in text and "replay(" not in text


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("test_around_steps.py", "routekit._router.router"),
        ("test_line.py", "routekit.estimation._line"),
        ("test_machine.py", "routekit._router.router"),  # through the modules of the tests
        ("test_model.py", "routekit._model"),
        ("test_replay_log.py", "routekit._router.router"),  # through the simulation
        ("test_values.py", "routekit._model"),
        ("test_waits_full.py", "routekit.estimation._line"),
    ],
)
def test_a_compiled_module_is_found_wherever_it_comes_in(name: str, module: str) -> None:
    assert module in leads_to(HERE / name)


def test_the_compiled_modules_are_those_of_the_build() -> None:
    assert "routekit._router.router" in compiled_modules() and "routekit.estimation.laws" not in compiled_modules()
    if routekit.compiled:
        import routekit._model as model

        assert model.__name__ in compiled_modules() and not str(model.__file__).endswith(".py")
