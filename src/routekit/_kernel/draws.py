"""Random draws that can be counted, saved and replayed.

What lives here: `Draws`, a stream of 64-bit numbers that depends on a seed and a draw number alone. What may not: the
`random` module, the clock, or any state besides those two numbers.

The generator is splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014), which is
a counter and a mixing function: any draw can be had without the ones before. `random.Random` was rejected: its state
is 2,500 bytes in a snapshot, and what its methods do with it may change between Python versions.
"""

from __future__ import annotations

__all__ = ["Draws"]

_MASK = 0xFFFFFFFFFFFFFFFF
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_HALF = 0xFFFFFFFF


class Draws:
    """A stream of draws: `seed`, taken modulo 2 ** 64, and `number`, how many draws have been made.

    Draw number k (from 0) is the splitmix64 mixing of `(seed + (k + 1) * 0x9E3779B97F4A7C15) mod 2 ** 64`, which is
    what the generator started at `seed` yields as its k-th output.

    >>> draws = Draws(1234567)
    >>> draws.next(), draws.next(), draws.number
    (6457827717110365317, 3203168211198807973, 2)
    >>> Draws(1234567, 1).next()
    3203168211198807973
    """

    __slots__ = ("number", "seed")

    seed: int
    number: int

    def __init__(self, seed: int, number: int = 0) -> None:
        if number < 0 or number >= 1 << 62:
            raise ValueError("the number of draws made is at least 0 and below 2 ** 62")
        self.seed = seed & _MASK
        self.number = number

    def next(self) -> int:
        """Draw a number from 0 to 2 ** 64 - 1. Cost: O(1)."""
        number = self.number + 1
        mixed = (self.seed + number * _GOLDEN) & _MASK
        mixed = ((mixed ^ (mixed >> 30)) * _MIX_1) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * _MIX_2) & _MASK
        self.number = number
        return mixed ^ (mixed >> 31)

    def index(self, n: int) -> int:
        """Draw an index below n: `(u * n) >> 64` for one draw u, also when n is 1. Cost: O(1).

        ValueError, and no draw, unless 1 <= n < 2 ** 32. The bias is below n / 2 ** 64, and rejecting draws to be rid
        of it would make the number of draws depend on their values.

        >>> Draws(1234567).index(10)
        3
        """
        if n < 1 or n > _HALF:
            raise ValueError("an index is drawn below at least 1 and below 2 ** 32")
        drawn = self.next()
        # The high half of the 128-bit product, in steps that fit 64 bits so that C can do the same.
        return ((drawn >> 32) * n + (((drawn & _HALF) * n) >> 32)) >> 32

    def fraction(self) -> float:
        """Draw a float from 0.0 up to, and not including, 1.0: the upper 53 bits of one draw. Cost: O(1).

        >>> Draws(1234567).fraction()
        0.3500795420214081
        """
        return (self.next() >> 11) * 2.0**-53

    def __repr__(self) -> str:
        return f"Draws({self.seed!r}, {self.number!r})"
