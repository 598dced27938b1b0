"""Runs and comparisons as plain data, which is what `--json` prints: seconds, shares from 0 to 1, None where there is
nothing to say it of. Nothing here prints or looks at a clock."""

from __future__ import annotations

import dataclasses
from typing import Any

from routekit.reporting.summary import orders
from routekit.simulation.compare import Comparison
from routekit.simulation.measure import Figures
from routekit.simulation.replay import Replay
from routekit.simulation.trace import Trace

__all__ = ["comparison_data", "replay_data"]


def replay_data(made: Replay, took_s: float) -> dict[str, Any]:
    """One run, beside what really happened."""
    trace, settings = made.trace, made.settings
    return {
        **_accounting(trace),
        **_figures(made.figures),
        "decisions": made.decisions,
        "events": made.events,
        "seconds": round(took_s, 6),
        "digest": made.digest,
        "seed": settings.seed,
        "orders": orders(settings),
        "not_routed_by_reason": dict(trace.not_routed),
        "offers": dict(made.offers),
        "log": None if made.happened is None else _figures(made.happened),
        "queues": [
            {"queue": queue, "channel": channel, **_figures(of)} for (queue, channel), of in made.by_queue.items()
        ],
        "agents": [
            {
                "agent": load.agent,
                "contacts": load.contacts,
                "talk_s": load.talk_s,
                "busy_s": load.busy_s,
                "staffed_s": load.staffed_s,
                "occupancy": load.occupancy,
            }
            for load in made.loads
        ],
        "notes": list(made.notes),
    }


def comparison_data(found: Comparison, took_s: float) -> dict[str, Any]:
    """All runs of a comparison, and which is best in what."""
    labels = [run.policy.label for run in found.runs]
    return {
        **_accounting(found.trace),
        "seconds": round(took_s, 6),
        "seed": found.settings.seed,
        "runs": [
            {
                "name": run.policy.label,
                "orders": orders(run.made.settings),
                **_figures(run.made.figures),
                "decisions": run.made.decisions,
                "events": run.made.events,
                "digest": run.made.digest,
            }
            for run in found.runs
        ],
        "best": {name: [labels[place] for place in places] for name, places in found.best().items()},
        "log": None if found.happened is None else _figures(found.happened),
    }


def _accounting(trace: Trace) -> dict[str, Any]:
    return {
        "source": trace.source,
        "format": trace.format,
        "rows": trace.rows,
        "routed": len(trace.calls),
        "not_routed": sum(trace.not_routed.values()),
        "skipped": trace.skipped,
    }


def _figures(of: Figures) -> dict[str, Any]:
    return dataclasses.asdict(of)
