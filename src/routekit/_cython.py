"""What a class of a `.py` file says to Cython alone, as decorators that mean nothing in the interpreted build.

A `.pxd` says nearly all there is to say; but of `freelist` and `no_gc` Cython takes what stands at the class itself,
and passes over what stands in the `.pxd` (seen with 3.3.1: it was written there for long, and nothing came of it).
Cython knows the name by `import cython`, which no module does when it runs: it is needed to build only. So:

    if TYPE_CHECKING:
        import cython
    else:
        from routekit._cython import cython
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["cython"]

T = TypeVar("T")


class cython:
    """The decorators that are used, in this order: `freelist`, `no_gc`, `cclass`."""

    @staticmethod
    def freelist(size: int) -> Callable[[T], T]:
        """So many objects that were freed are kept to be made again: no allocation, and none of its housekeeping."""
        return cython.cclass

    @staticmethod
    def no_gc(kind: T) -> T:
        """The collector never goes through these: only for what can be part of no cycle."""
        return kind

    @staticmethod
    def cclass(kind: T) -> T:
        """It is an extension class, as the `.pxd` says; without this the others are refused."""
        return kind
