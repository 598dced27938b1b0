"""What a learnt model of waits sees of a router: the features of the state, by name and in their order.

What lives here: `FEATURES`, the schema of a model for `Waits`, one row of them, and what places in the line have cost
of late, which is one of the estimates that are blended. What may not: where the numbers come from (the place, what was
learnt, the laws and the simulation), the trees (`learned`), and any decision.

None of them names a queue or an agent: a model tells queues from each other by what they are like, and so fits another
centre, or the same one with a queue more. A feature that is added makes all saved models unfit, and they are refused.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routekit._router.places import Place
    from routekit.estimation._present import Present
    from routekit.estimation._shapes import Sample
    from routekit.estimation.learning import Learning

__all__ = ["FEATURES", "histories", "row_of"]

FEATURES = (
    "played_mean", "played_median", "played_sd", "quick_mean", "history", "recent_history", "stages", "rate", "handle",
    "overtaking", "leaving", "agents", "free_slots", "priority", "needs", "hour", "waited",
)  # fmt: skip
"""In seconds: what is played (mean, median, standard deviation), the mean of the closed forms, the two histories, the
mean handle time of the queue and channel, the time waited. `stages` is how many turns are to come, the contact's own
among them; `rate`, `overtaking` and `leaving` are a second; `hour` is from 0 to 24, from a midnight that is told."""

_DAY_S = 86_400.0
_MOST = 1e12


def row_of(
    place: Place,
    present: Present,
    played: Sample,
    *,
    others: tuple[float, float, float],
    stages: float,
    rate: float,
    handle_s: float,
    overtaking: float,
    leaving: float,
    midnight_s: float,
) -> tuple[float, ...]:
    """One row: what `FEATURES` names, in their order. `others` are the closed forms and the two histories. Cost: the
    agents."""
    free = 0
    for server in present.servers:
        free += server.status == "free"
    row = (
        played.mean_s,
        played.quantile(0.5),
        played.sd_s,
        *others,
        stages,
        rate,
        handle_s,
        overtaking,
        leaving,
        float(sum(team.agents for team in place.teams)),
        float(free),
        place.priority,
        float(len(place.needs)),
        math.fmod(place.at - midnight_s, _DAY_S) / 3600.0 % 24.0,
        max(0.0, place.at - place.since),
    )
    return tuple(min(max(one, -_MOST), _MOST) for one in row)


def histories(learning: Learning, place: Place, before: float, otherwise_s: float) -> tuple[float, float]:
    """What it costs to get through the line at the price that its places have had of late: over the long memory, and
    over the last ten gaps. It is the price of `Waits.expected_s`, for the agents who can take the contact."""
    moving = learning.moving.get(place.queue)
    agents = 0
    for team in place.teams:
        agents += team.agents
    if moving is None or not moving.last or not agents:
        return otherwise_s, otherwise_s
    each = (before + 1.0) / agents
    return each * moving.gaps.mean(0), each * sum(moving.last) / len(moving.last)
