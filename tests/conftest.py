"""How the tests run: hypothesis profiles, the seed that replays a run, which build is being tested, and with what."""

from __future__ import annotations

import gc
import os
import random

import hypothesis
import pytest

import routekit
from tests.builds import PURE

# No deadline anywhere: a slow machine is no failure. The blob of a failure is printed with the seed.
_COMMON = {"deadline": None, "print_blob": True}
hypothesis.settings.register_profile("dev", max_examples=50, **_COMMON)
hypothesis.settings.register_profile("ci", max_examples=100, **_COMMON)
hypothesis.settings.register_profile(
    "nightly", max_examples=5000, suppress_health_check=[hypothesis.HealthCheck.too_slow], **_COMMON
)
hypothesis.settings.load_profile("dev")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # Set before hypothesis reads it, and on the controller of xdist, which hands its options to the workers.
    if config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = os.environ.get("ROUTEKIT_SEED", str(random.SystemRandom().getrandbits(32)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in PURE:
            item.add_marker(pytest.mark.pure)


def pytest_collection_finish() -> None:
    # What is there by now stays: looking through all of it for garbage, over and over, took a twentieth of a run.
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    # In the summary and not in the header, which `-q` leaves out.
    build = "compiled" if routekit.compiled else "interpreted"
    terminalreporter.write_line(f"routekit: {build}; replay with --hypothesis-seed={config.option.hypothesis_seed}")
