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
_COMPILED = not __file__.endswith((".py", ".pyc"))


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

    __slots__ = ("_hides", "_parts", "_size")

    _parts: list[dict[str, Any]]
    _size: int
    _hides: bool

    def __init__(self) -> None:
        self._parts = [{} for _ in range(_PARTS)]
        self._size = 0
        self._hides = False

    def hide(self) -> None:
        """From now on the garbage collector does not go through what comes in, until it is taken out again.

        It finds no cycle through those meanwhile, so that a register that is dropped with them in it stays for ever: as
        `gc.freeze` has it for all that was there before. In the interpreted build nothing is hidden.
        """
        self._hides = _COMPILED

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
        if self._hides:
            PyObject_GC_UnTrack(value)  # type: ignore[name-defined]  # noqa: F821 -- of C, see the .pxd

    def __setitem__(self, key: str, value: Any) -> None:
        self.put(key, value)

    def drop(self, key: str) -> None:
        """Take out what has an id; KeyError if there is nothing. Cost: that of a dict."""
        part = self._parts[hash(key) >> _SHIFT & (_PARTS - 1)]
        if self._hides:
            self._show(part[key])
        del part[key]
        self._size -= 1

    def __delitem__(self, key: str) -> None:
        self.drop(key)

    def clear(self) -> None:
        """Take out everything."""
        for part in self._parts:
            if self._hides:
                for value in part.values():
                    self._show(value)
            part.clear()
        self._size = 0

    def _show(self, value: Any) -> None:
        """The collector is to know of it again."""
        if not PyObject_GC_IsTracked(value):  # type: ignore[name-defined]  # noqa: F821
            PyObject_GC_Track(value)  # type: ignore[name-defined]  # noqa: F821

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
