"""Orders that ring as a peer does, to the last tie: `st.presets.asterisk.leastrecent()`.

A module for each peer: what its strategies are, where that was read, the faults that are kept, and with `fixed=True`
our own order of the same intent without them. `docs/presets.md` has them in a table.
"""

from routekit.strategies.presets import asterisk as asterisk
