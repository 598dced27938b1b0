"""What an agent is shown of a contact that is offered: the screen, and the past that is on it.

Only these two values live here, parts of events. What is put on a screen is decided in `_router/customers`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from routekit._frozen import refuse_wrong_types

if TYPE_CHECKING:
    import cython
else:
    from routekit._cython import cython

__all__ = ["Past", "Screen"]


@cython.freelist(64)
@cython.no_gc
@cython.cclass
@dataclasses.dataclass(frozen=True, kw_only=True)
class Past:
    """A contact of a customer that has ended, at the time `at`: `outcome` is `finished`, `abandoned`, `rejected` or
    `diverted`, `queue` its home, `agent` who had it last, `reference` what its last transfer left.
    """

    contact: str
    channel: str
    queue: str
    agent: str | None
    outcome: str
    at: float
    reference: str | None


@cython.freelist(64)
@cython.no_gc
@cython.cclass
@dataclasses.dataclass(frozen=True, kw_only=True)
class Screen:
    """What an agent sees of a contact that is offered: the customer's past, the oldest first, and the ids of what else
    they have open; the references of the script, of knowledge, and of what the last transfer left.
    """

    history: tuple[Past, ...]
    open: tuple[str, ...]
    script: str | None
    knowledge: tuple[str, ...]
    reference: str | None


refuse_wrong_types(Past, Screen)
