"""The one place where a number that a user gave becomes a number that routekit works with.

Only that lives here. Every decision depends on it: a typed field of the compiled build makes ``1`` into ``1.0``
by itself and the interpreted build does not, so both builds come through these functions, and a NaN, which
would break every order that it gets into, goes no further than here. A bool is refused although Python counts it
as a number: ``wrap_up_s=True`` is a mistake, never a second. Scalars of numpy pass, as any real number does.
"""

from __future__ import annotations

from numbers import Integral, Real
from typing import cast

from routekit.errors import InvalidValue


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


def positive(value: object, what: str) -> float:
    """Return ``value`` as a finite float above 0.

    >>> positive(0, "units")
    Traceback (most recent call last):
    ...
    routekit.errors.InvalidValue: units must be above 0, not 0
    """
    number = finite_float(value, what)
    if number <= 0.0:
        raise InvalidValue(path=what, value=value, problem="must be above 0")
    return number


def whole(value: object, what: str, least: int = 0) -> int:
    """Return ``value`` as an int that is at least ``least``. A float is refused, also ``3.0``.

    >>> whole(3, "limit.chat")
    3
    >>> whole(0, "max_tier", 1)
    Traceback (most recent call last):
    ...
    routekit.errors.InvalidValue: max_tier must be a whole number of at least 1, not 0
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < least:
        raise InvalidValue(path=what, value=value, problem=f"must be a whole number of at least {least}")
    return int(value)
