"""The settings of a router that are no queue and no agent: the table `[router]`."""

from __future__ import annotations

import zoneinfo
from typing import Any

import attrs

from routekit._faults import Faults
from routekit._numbers import finite_float, whole
from routekit.abc import QueueOrder
from routekit.errors import InvalidValue

__all__ = ["Settings"]


def _zone(value: object, path: str) -> str:
    problem = 'must be a time zone that this machine knows, such as "Europe/Berlin"'
    if type(value) is not str or not value:
        raise InvalidValue(path=path, value=value, problem=problem)
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidValue(path=path, value=value, problem=problem) from None
    return value


@attrs.frozen(kw_only=True)
class Settings:
    """What a `Router` is made with, by the names of its arguments.

    >>> Settings(seed=7, time_zone="Europe/Berlin").arguments()
    {'seed': 7, 'time_zone': 'Europe/Berlin'}
    """

    seed: int = 0
    time_zone: str = "UTC"
    unix_offset_s: float = 0.0
    queue_order: QueueOrder | None = None
    trace: int = 0
    history: int = 5
    customers: int = 100_000

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.each(whole, "seed", args=(-(2**63),))
        faults.each(_zone, "time_zone")
        faults.each(finite_float, "unix_offset_s")
        faults.each(whole, "trace", "history", "customers")
        if self.queue_order is not None and not isinstance(self.queue_order, QueueOrder):
            faults.add("queue_order", self.queue_order, "must be a queue order")
        faults.raise_any("Settings")

    def arguments(self) -> dict[str, Any]:
        """The arguments that differ from a router's own defaults."""
        return {
            field.name: getattr(self, field.name)
            for field in attrs.fields(Settings)
            if getattr(self, field.name) != field.default
        }
