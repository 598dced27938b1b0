"""Tables by id that never stop the world.

Only `Register` lives here. A dict that is full is laid out anew as a whole: with a million in it that took 48 ms, in
the middle of whatever command came in as the one too many. A register is a dict in parts, each of which is laid out
by itself; an id's part is known by its hash. No order may depend on that, so all are given out by their sequences.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["Register"]

# With a million in it a part has 31,000: 1 to 2 ms to lay out anew. A part that is empty takes 64 bytes.
_PARTS = 32
# A dict finds places by the low bits of a hash; the parts go by others, or those in one part would all collide.
_SHIFT = 40


class Register:
    """What has an id and a `seq`, by its id.

    >>> from types import SimpleNamespace
    >>> register = Register()
    >>> for seq, name in enumerate(("c-2", "c-3", "c-1")):
    ...     register[name] = SimpleNamespace(id=name, seq=seq)
    >>> del register["c-3"]
    >>> register["c-1"].seq, register.get("c-3"), "c-2" in register, len(register), list(register)
    (2, None, True, 2, ['c-2', 'c-1'])
    """

    __slots__ = ("_parts", "_size")

    _parts: list[dict[str, Any]]
    _size: int

    def __init__(self) -> None:
        self._parts = [{} for _ in range(_PARTS)]
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None

    def get(self, key: Any) -> Any:
        """What has an id; None if there is nothing. Cost: a look into a dict."""
        part = self._parts[hash(key) >> _SHIFT & (_PARTS - 1)]
        return part.get(key)

    def __getitem__(self, key: str) -> Any:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def put(self, key: str, value: Any) -> None:
        """Add what has an id, which is not None; what had the same id is gone. Cost: that of a dict."""
        part = self._parts[hash(key) >> _SHIFT & (_PARTS - 1)]
        before = len(part)
        part[key] = value
        self._size += len(part) - before

    def __setitem__(self, key: str, value: Any) -> None:
        self.put(key, value)

    def drop(self, key: str) -> None:
        """Take out what has an id; KeyError if there is nothing. Cost: that of a dict."""
        part = self._parts[hash(key) >> _SHIFT & (_PARTS - 1)]
        del part[key]
        self._size -= 1

    def __delitem__(self, key: str) -> None:
        self.drop(key)

    def clear(self) -> None:
        """Take out everything."""
        for part in self._parts:
            part.clear()
        self._size = 0

    def values(self) -> list[Any]:
        """Everything, in the order of the sequences. Cost: all of it, and sorting what is sorted in parts."""
        found: list[Any] = []
        for part in self._parts:
            found.extend(part.values())
        found.sort(key=_by_seq)
        return found

    def __iter__(self) -> Iterator[str]:
        """The ids, in the order of the sequences. Cost: as `values`."""
        return iter([value.id for value in self.values()])


def _by_seq(value: Any) -> int:
    seq: int = value.seq
    return seq
