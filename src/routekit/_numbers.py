"""The one place where a number that a user gave becomes a number that routekit works with.

Only that lives here. Every decision depends on it: a typed field of the compiled build makes ``1`` into ``1.0``
by itself and the interpreted build does not, so both builds come through these functions, and a NaN, which
would break every order that it gets into, goes no further than here. A bool is refused although Python counts it
as a number: ``wrap_up_s=True`` is a mistake, never a second. Scalars of numpy pass, as any real number does.
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, cast

from routekit.errors import InvalidType, InvalidValue

# The largest numbers taken. They are far beyond any real centre, and chosen for what is made of them: sums and products
# of a decision stay finite doubles (a priority times the seconds that it is worth is at most 6e16, next to times of at
# most 1e15), and whole numbers fit a C int with much to spare. The least ones keep a quotient from overflowing.
MOST_PRIORITY = 1e9
MOST_LEVEL = 1e9
MOST_TIME = 1e15
MOST_SECONDS = 1e12
LEAST_SECONDS = 1e-3  # of what has to take some time: a timeout, a window
LEAST_HALF_LIFE = 1.0
MOST_UNITS = 1e9
LEAST_UNITS = 1e-6
MOST_PER_MINUTE = 1e9
LEAST_PER_MINUTE = 1e-6
MOST_HEAD_START = 1e9
MOST_WHOLE = 1_000_000  # tiers, limits and counts
MOST_RING = 1000  # agents who are offered one contact at once
MOST_SCORE = 1e9
MOST_WEIGHT = 1e9
LEAST_WEIGHT = 1e-6


def finite_float(value: object, what: str) -> float:
    """Return ``value`` as a finite float; ``what`` names it in the ``InvalidValue`` that is raised otherwise.

    >>> finite_float(3, "at")
    3.0
    >>> finite_float(float("nan"), "at")
    Traceback (most recent call last):
    ...
    routekit.errors.InvalidValue: at must be a finite number, not nan
    """
    number: float
    if type(value) is float:
        number = value
    # An int is asked for first because asking an abstract class costs 100 ns, and priorities and times are often ints.
    elif type(value) is not int and (not isinstance(value, Real) or isinstance(value, bool)):
        raise InvalidValue(path=what, value=value, problem="must be a finite number")
    else:
        try:
            number = float(cast(Real, value))
        except OverflowError:
            raise InvalidValue(path=what, value=value, problem="must be a number that fits a float") from None
    # Not math.isfinite: a subtraction costs a call less, and NaN and the infinities are the ones that fail it.
    if number - number != 0.0:
        raise InvalidValue(path=what, value=value, problem="must be a finite number")
    return number


def non_negative(value: object, what: str) -> float:
    """Return ``value`` as a finite float that is at least 0.

    >>> non_negative(0, "wrap_up_s")
    0.0
    """
    number = finite_float(value, what)
    if number < 0.0:
        raise InvalidValue(path=what, value=value, problem="must be at least 0")
    return number + 0.0  # -0.0 becomes 0.0, which prints and hashes to a digest in one way


def within(value: object, what: str, least: float, most: float) -> float:
    """Return ``value`` as a float from ``least`` to ``most``.

    >>> within(3, "offer_timeout_s", 1e-3, 1e12)
    3.0
    >>> within(0, "offer_timeout_s", 1e-3, 1e12)
    Traceback (most recent call last):
    ...
    routekit.errors.InvalidValue: offer_timeout_s must be at least 0.001, not 0
    """
    number = finite_float(value, what)
    if number < least:
        raise InvalidValue(path=what, value=value, problem=f"must be at least {least:g}")
    if number > most:
        raise InvalidValue(path=what, value=value, problem=f"must be at most {most:g}")
    return number + 0.0  # as in non_negative


def kept_within(value: object, what: str, least: float, most: float) -> Any:
    """Return ``value`` as it was given if it is an int or a float from ``least`` to ``most``.

    Any other real number becomes one of the two, so that it can be stored: the scalars of numpy, a fraction.

    >>> kept_within(3, "priority", -10, 10), kept_within(3.0, "priority", -10, 10)
    (3, 3.0)
    """
    number = within(value, what, least, most)
    if type(value) is int or type(value) is float:
        return value
    if isinstance(value, Integral):
        return int(value)
    return number


def positive(value: object, what: str, most: float = 1.7976931348623157e308) -> float:
    """Return ``value`` as a finite float above 0, and at most ``most``.

    >>> positive(0, "units")
    Traceback (most recent call last):
    ...
    routekit.errors.InvalidValue: units must be above 0, not 0
    """
    number = finite_float(value, what)
    if number <= 0.0:
        raise InvalidValue(path=what, value=value, problem="must be above 0")
    if number > most:
        raise InvalidValue(path=what, value=value, problem=f"must be at most {most:g}")
    return number


def whole(value: object, what: str, least: int = 0, most: int | None = None) -> int:
    """Return ``value`` as an int that is at least ``least``, and at most ``most``. A float is refused, also ``3.0``.

    >>> whole(3, "limit.chat")
    3
    >>> whole(0, "max_tier", 1)
    Traceback (most recent call last):
    ...
    routekit.errors.InvalidValue: max_tier must be a whole number of at least 1, not 0
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < least:
        raise InvalidValue(path=what, value=value, problem=f"must be a whole number of at least {least}")
    if most is not None and int(value) > most:
        raise InvalidValue(path=what, value=value, problem=f"must be a whole number of at most {most}")
    return int(value)


def listed(values: object, what: str) -> tuple[Any, ...]:
    """The values of any iterable of numbers; `InvalidType` for what is none, or text."""
    if not isinstance(values, str | bytes | Mapping):
        try:
            return tuple(values)  # type: ignore[arg-type]  # asked
        except TypeError:
            pass
    raise InvalidType(path=what, value=values, expected="several numbers")
