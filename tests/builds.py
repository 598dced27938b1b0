"""Which test files say the same of both builds, so that one run of them is enough, and how that is known.

`make test` runs every test on the compiled code, and all but those of the files in `PURE` on the interpreted one
(`make test-long` runs all on both). What
such a file is about is Python in both builds: nothing that it imports leads to a module with a `.pxd` beside it, other
than those named here with the reason why they cannot matter. tests/test_builds.py holds the list to that. A test that
drives a router never belongs here.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src"

NUMBERS = "routekit._numbers"
"""The checks of arguments, which test_bounds.py and test_model.py ask in both builds."""
LINE = "routekit.estimation._line"
"""The simulated line. It knows what it is told, in both builds the same to the last bit: see test_line.py."""
TRACE = frozenset({"routekit._model", "routekit._kernel.draws"})
"""What the readers of logs import for the replay. Backtests take times and names from them, no contacts or draws."""
CLI = frozenset({"routekit._router.router", "routekit.commands", "routekit.events"})
"""What the command line imports for its other verbs, which test_cli.py and test_compare.py ask in both builds."""

ESTIMATE = "routekit.estimation._estimate"
"""The value that an estimate is, which test_laws.py asks in both builds."""
LAW = "routekit.estimation._erlang"
"""The law of a line that nobody leaves, which test_laws.py asks in both builds."""

PURE: dict[str, frozenset[str]] = {
    "test_announcing.py": frozenset({NUMBERS, LAW, ESTIMATE}),
    "test_assignment.py": frozenset(),
    "test_backtest_cli.py": frozenset({NUMBERS, LAW, ESTIMATE, *TRACE, *CLI}),
    "test_backtest_efforts.py": frozenset({NUMBERS, LAW}),
    "test_backtest_model.py": frozenset({NUMBERS, LAW, LINE, ESTIMATE, *TRACE, *CLI}),
    "test_backtest_no_look_ahead.py": frozenset({NUMBERS, LAW, LINE, *TRACE}),
    "test_backtest_reading.py": TRACE,
    "test_backtest_scores.py": frozenset({NUMBERS, LAW, *TRACE}),
    "test_calendars.py": frozenset({NUMBERS}),
    "test_calendars_scan.py": frozenset({NUMBERS}),
    "test_config_lines.py": frozenset(),
    "test_learned.py": frozenset({NUMBERS, LAW, LINE, *TRACE}),
    "test_steady.py": frozenset({NUMBERS, LAW}),
    "test_waits_calibration.py": frozenset({NUMBERS}),
    "test_waits_calibration_bank.py": frozenset({NUMBERS, *TRACE}),
}
"""By file the compiled modules that its imports lead to."""


@functools.cache
def compiled_modules() -> frozenset[str]:
    """Every module that is compiled where there is a compiler."""
    found = (path.relative_to(SOURCES).with_suffix("") for path in SOURCES.rglob("*.pxd"))
    return frozenset(".".join(path.parts) for path in found if path.stem != "__init__")


def leads_to(path: Path) -> frozenset[str]:
    """The compiled modules that come in by the imports of a test file, of what these import, and so on.

    A name that a package only hands on is looked for where it comes from. What else the package imports, as
    `routekit` does all of the router, is not followed: the test has no name for it.
    """
    seen: set[str] = set()
    left = set(_imports(path))
    while left:
        module = left.pop()
        seen.add(module)
        file = _file_of(module)
        if file is not None and module not in compiled_modules():
            left |= _imports(file) - seen
    return frozenset(seen & compiled_modules())


def _file_of(module: str) -> Path | None:
    stem = (SOURCES if module.partition(".")[0] == "routekit" else ROOT).joinpath(*module.split("."))
    return next((file for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.exists()), None)


@functools.cache
def _imports(path: Path) -> frozenset[str]:
    """The modules of routekit and of the tests that a file takes names from, but for those that only types need."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = (node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
    for_types = {inner for node in tests for line in node.body for inner in ast.walk(line)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update(_home(_absolute(node, path), alias.name) for alias in node.names)
    return frozenset(name for name in found if name.split(".")[0] in ("routekit", "tests"))


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    """The module that is named, from the root."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(SOURCES if path.is_relative_to(SOURCES) else ROOT).parts[: -node.level]
    return ".".join((*package, *filter(None, [node.module])))


def _home(module: str, name: str) -> str:
    """The module that a name comes from, through the packages that hand it on."""
    if _file_of(f"{module}.{name}") is not None:
        return f"{module}.{name}"
    file = _file_of(module)
    if file is None or file.name != "__init__.py":
        return module
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _home(_absolute(node, file), alias.name)
    return module
