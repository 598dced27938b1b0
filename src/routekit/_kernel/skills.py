"""Which supply profiles have a skill at some level or above, as bitsets.

What lives here: `Skills`, kept as profiles are made and dropped. What may not: demand profiles and their rows, which
are the index's affair, and anything of one agent.

A level that nobody has asked for before must not cost a look at every profile: a centre may have a level of its own for
each agent, and contacts that ask for any. So the profiles of a skill stand in the order of their levels, and of every
32nd place the bits of all above are kept.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

__all__ = ["Skills"]

_STEP = 32


class Skills:
    """By skill, the profiles that have it: add and drop them, and ask who has so much of it.

    >>> skills = Skills()
    >>> skills.add(0b01, {"sql": 2.0})
    >>> skills.add(0b10, {"sql": 5.0, "law": 1.0})
    >>> [bin(skills.at_least("sql", level)) for level in (1.0, 3.0, 9.0, 0.0)]
    ['0b11', '0b10', '0b0', '0b11']
    """

    def __init__(self) -> None:
        self._all: Any = 0
        # By skill: levels and profiles' bits, the highest level last; and the bits from each 32nd place on, to the end.
        self._levels: dict[str, list[float]] = {}
        self._bits: dict[str, list[Any]] = {}
        self._above: dict[str, list[Any]] = {}

    def add(self, bit: Any, skills: Any) -> None:
        """A profile of that bit has these skills. Cost: a place in a list for each of them."""
        self._all |= bit
        for skill, level in skills.items():
            levels = self._levels.setdefault(skill, [])
            place = bisect_left(levels, level)
            levels.insert(place, level)
            self._bits.setdefault(skill, []).insert(place, bit)
            self._above.pop(skill, None)

    def drop(self, bit: Any, skills: Any) -> None:
        """The profile of that bit is no more. Cost: as of `add`, and those of the same level."""
        self._all &= ~bit
        for skill, level in skills.items():
            levels, bits = self._levels[skill], self._bits[skill]
            place = bits.index(bit, bisect_left(levels, level))
            del levels[place], bits[place]
            self._above.pop(skill, None)
            if not levels:
                del self._levels[skill], self._bits[skill]

    def at_least(self, skill: str, level: float) -> Any:
        """The bits of all profiles that have so much of a skill; of all that there are for 0.

        Cost: a logarithm and at most 32 ORs of a bitset; first all profiles that have the skill, if one of them came or
        went since it was asked for.
        """
        if level <= 0.0:
            return self._all
        levels = self._levels.get(skill)
        if levels is None:
            return 0
        place = bisect_left(levels, level)
        above = self._above.get(skill)
        if above is None:
            above = self._above[skill] = _sums(self._bits[skill])
        block = (place + _STEP - 1) // _STEP
        found = above[block]
        bits = self._bits[skill]
        end = min(block * _STEP, len(bits))
        for at in range(place, end):
            found |= bits[at]
        return found


def _sums(bits: list[Any]) -> list[Any]:
    """The bits from each 32nd place on; 0 behind the last."""
    blocks = (len(bits) + _STEP - 1) // _STEP
    above: list[Any] = [0] * (blocks + 1)
    for block in range(blocks - 1, -1, -1):
        total = above[block + 1]
        end = min((block + 1) * _STEP, len(bits))
        for at in range(block * _STEP, end):
            total |= bits[at]
        above[block] = total
    return above
