"""Readable tables of what pytest-benchmark times: a decision by each order, and estimates. `table` has all the rest."""

from __future__ import annotations

from typing import Any

import pytest

ORDERS = 3.0
"""The most that a decision by an indexed order may cost of what one by `LongestIdle` costs."""
SIMULATED_MS = 2.0
"""The most milliseconds that 200 runs of a line, or an estimate that makes them, may take at 50 servers, 50 waiting."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    session: Any = getattr(config, "_benchmarksession", None)
    orders = [bench.extra_info for bench in getattr(session, "benchmarks", ()) if "order_us" in bench.extra_info]
    if orders:
        terminalreporter.section("a decision by each agent order, the fastest round")
        for line in order_table(orders):
            terminalreporter.write_line(line)
    lines = [bench.extra_info for bench in getattr(session, "benchmarks", ()) if "simulated_ms" in bench.extra_info]
    if lines:
        terminalreporter.section("200 runs of a line from its present state, the fastest round")
        for line in estimate_table(lines):
            terminalreporter.write_line(line)
    asked = [bench.extra_info for bench in getattr(session, "benchmarks", ()) if "asked_ms" in bench.extra_info]
    if asked:
        terminalreporter.section(
            "one estimate at 50 agents and 50 waiting, the mean of all who wait, the fastest round"
        )
        for line in asked_table(asked):
            terminalreporter.write_line(line)


def order_table(rows: list[Any]) -> list[str]:
    """The lines of the orders; the ratio is to `LongestIdle` in the same rounds."""
    lines = ["1,000 agents; microseconds", f"{'order':>30}{'decision':>12}{'longest idle':>14}{'ratio':>9}"]
    for row in rows:
        ratio = row["order_us"] / row["base_us"]
        word = (
            f"at most {ORDERS:g}: {'met' if ratio <= ORDERS else 'MISSED'}" if row["indexed"] else "asks for every pair"
        )
        lines.append(f"{row['order']:>30}{row['order_us']:>12.2f}{row['base_us']:>14.2f}{ratio:>8.2f}x  {word}")
    return lines


def estimate_table(rows: list[Any]) -> list[str]:
    """The lines of simulated estimates; the ratio is to the bare loop in plain Python, which knows much less."""
    head = f"{'servers':>8}{'waiting':>9}{'classes':>9}{'200 runs':>10}{'told':>8}{'bare loop':>11}{'ratio':>8}"
    lines = ["milliseconds", head]
    for row in rows:
        word = ""
        if row["servers"] == row["waiting"] == 50:
            met = row["simulated_ms"] <= SIMULATED_MS
            word = f"at most {SIMULATED_MS:g} ms: {'met' if met else 'MISSED'}"
        ratio = row["simulated_ms"] / row["bare_ms"]
        lines.append(
            f"{row['servers']:>8,}{row['waiting']:>9,}{row['classes']:>9}{row['simulated_ms']:>10.2f}"
            f"{row['told_ms']:>8.2f}{row['bare_ms']:>11.1f}{ratio:>8.3f}  {word}".rstrip()
        )
    return lines


def asked_table(rows: list[Any]) -> list[str]:
    """The lines of whole estimates; the ratio is to 200 runs of the bare loop in plain Python, which knows less."""
    lines = ["milliseconds", f"{'desk':>12}{'effort':>8}{'waiting':>9}{'estimate':>10}{'bare loop':>11}{'ratio':>8}"]
    for row in rows:
        word = ""
        if row["effort"] == "full":
            word = f"at most {SIMULATED_MS:g} ms: {'met' if row['asked_ms'] <= SIMULATED_MS else 'MISSED'}"
        lines.append(
            f"{row['desk']:>12}{row['effort']:>8}{row['waiting']:>9}{row['asked_ms']:>10.3f}{row['bare_ms']:>11.1f}"
            f"{row['asked_ms'] / row['bare_ms']:>8.3f}  {word}".rstrip()
        )
    return lines
