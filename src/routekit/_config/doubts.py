"""What may not be told of a file that has errors: which of its parts have a fault, and what of it is not in the values.

The checks look at what could be made of a file, errors or not, and ask here before they say anything of a part that
has an error of its own: the error may well be the cause. What is wrong is found elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from routekit._config.lines import Path
from routekit._frozen import EMPTY

__all__ = ["Doubts"]


def _all(paths: Collection[Path]) -> frozenset[Path]:
    return frozenset(paths)


def _begins(paths: Collection[Path]) -> frozenset[Path]:
    return frozenset(path[:end] for path in paths for end in range(len(path) + 1))


@attrs.frozen
class Doubts:
    """The `data` of a file, the `faults` in it, and what was `dropped` of it to make values of the rest; all by path.

    A key that is not known is no fault here, for nothing hangs on it; but the key that it may have been meant for is.
    """

    data: Mapping[str, Any] = EMPTY
    faults: frozenset[Path] = attrs.field(default=frozenset(), converter=_all)
    dropped: frozenset[Path] = attrs.field(default=frozenset(), converter=_all)
    _begun: frozenset[Path] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_begun", _begins(self.faults))

    def about(self, *path: str | int) -> bool:
        """Whether there is a fault at a path, in what is there, or in what it is a part of."""
        return path in self._begun or self.around(*path)

    def around(self, *path: str | int) -> bool:
        """Whether there is a fault at a path, or at what it is a part of, as a whole."""
        return any(path[:end] in self.faults for end in range(1, len(path) + 1))

    def at(self, *path: str | int) -> Any:
        """What the file has at a path, None if nothing is there."""
        here: Any = self.data
        for part in path:
            if isinstance(here, Mapping):
                here = here.get(str(part))
            elif isinstance(here, list) and isinstance(part, int) and part < len(here):
                here = here[part]
            else:
                return None
        return here

    def numbers(self, *path: str | int) -> tuple[int, ...]:
        """The numbers in the file of those items of a list that values were made of, in order."""
        listed = self.at(*path)
        count = len(listed) if isinstance(listed, list) else 1
        return tuple(index for index in range(count) if (*path, index) not in self.dropped)

    def names(self, *path: str | int) -> tuple[str, ...]:
        """The names in a list, or those of a table."""
        here = self.at(*path)
        return tuple(name for name in here if isinstance(name, str)) if isinstance(here, Mapping | list) else ()
