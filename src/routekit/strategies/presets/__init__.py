"""Orders that ring as a peer does, to the last tie: `st.presets.asterisk.leastrecent()`.

A module for each peer: what its strategies are, where that was read, the faults that are kept, and with `fixed=True`
our own order of the same intent without them. `docs/presets.md` has them in a table.
"""

from routekit.abc import AgentOrder
from routekit.strategies.presets import asterisk as asterisk
from routekit.strategies.presets import freeswitch as freeswitch
from routekit.strategies.presets import job_router as job_router
from routekit.strategies.presets import taskrouter as taskrouter

ORDERS: tuple[type[AgentOrder], ...] = (
    *asterisk.ORDERS,
    *freeswitch.ORDERS,
    *job_router.ORDERS,
    *taskrouter.ORDERS,
)
"""Every order that has a name of its own, as configuration and snapshots know it."""
