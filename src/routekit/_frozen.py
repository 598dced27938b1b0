"""What keeps values frozen: the mapping that cannot change, and the type checks of the interpreted build.

``FrozenMap`` is what every mapping of a value becomes. ``refuse_wrong_types`` gives interpreted dataclasses the
checks that C types give the compiled ones. No value class lives here. Not compiled: maps are made when
configuration is, and the second half exists for the build that is not compiled.
"""

from __future__ import annotations

import dataclasses
import operator
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from routekit.errors import InvalidType

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)


class FrozenMap(Mapping[K, V_co]):
    """A small mapping that cannot change and keeps the order that it was made in.

    Not ``types.MappingProxyType``: that is a view of a dict that may change, and has no hash and no pickle.
    Equal to any mapping of the same items, whatever their order; hashable when its values are. Looking up costs
    what it costs in a dict, plus one call.

    >>> levels = FrozenMap({"english": 5, "billing": 3})
    >>> levels
    {'english': 5, 'billing': 3}
    >>> levels == {"billing": 3, "english": 5}, levels["billing"], list(levels)
    (True, 3, ['english', 'billing'])
    """

    __slots__ = ("_items",)
    _items: dict[K, V_co]

    def __init__(self, items: Mapping[K, V_co] | Iterable[tuple[K, V_co]] = (), /) -> None:
        object.__setattr__(self, "_items", dict(items))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a FrozenMap does not change: make a new one ({name})")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a FrozenMap does not change: make a new one ({name})")

    def __getitem__(self, key: K) -> V_co:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenMap):
            return bool(self._items == other._items)
        if isinstance(other, Mapping):
            return self._items == dict(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)

    def __copy__(self) -> FrozenMap[K, V_co]:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMap, (self._items,)


EMPTY: FrozenMap[Any, Any] = FrozenMap()
"""The default of every field that is a mapping: one object, so that it costs nothing."""


def freeze_map(value: Any, what: str) -> FrozenMap[Any, Any]:
    """Return a mapping as a FrozenMap; raise ``InvalidType`` for anything else, pairs included.

    >>> freeze_map({"lang": "en"}, "attributes")
    {'lang': 'en'}
    """
    if type(value) is FrozenMap:
        return value
    if not isinstance(value, Mapping):
        raise InvalidType(path=what, value=value, expected="a mapping")
    return FrozenMap(value)


def _as_double(value: Any, what: str) -> float:
    # What a C double takes: anything that converts itself. float() alone would also parse text.
    if isinstance(value, str | bytes | bytearray):
        raise TypeError(f"{what} must be real number, not {type(value).__name__}")
    return float(value)


def _as_long(value: Any, what: str) -> int:
    # What Cython makes a C integer of: an index, or a float, which it cuts off.
    return int(value) if isinstance(value, float) else operator.index(value)


def _as_bint(value: Any, what: str) -> bool:
    return bool(value)


def _exactly(kind: type) -> Callable[[Any, str], Any]:
    def check(value: Any, what: str) -> Any:
        # None passes, as it does for a typed attribute in C; who may not have it looks by itself.
        if value is not None and type(value) is not kind:
            raise TypeError(f"{what}: Expected {kind.__name__}, got {type(value).__name__}")
        return value

    return check


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "float": _as_double,
    "int": _as_long,
    "bool": _as_bint,
    "str": _exactly(str),
    "str | None": _exactly(str),
}


def _check_for(annotation: str, classes: Mapping[str, type]) -> Callable[[Any, str], Any] | None:
    """Return what the .pxd's type for that annotation would refuse or convert; None where it says ``object``."""
    if annotation.startswith("tuple["):
        return _exactly(tuple)
    if annotation.startswith("FrozenMap["):
        return freeze_map
    if annotation in classes:
        return _exactly(classes[annotation])
    return _CHECKS.get(annotation)


def refuse_wrong_types(*kinds: type, classes: Mapping[str, type] | None = None) -> None:
    """Make interpreted dataclasses check and convert their fields at construction; leave compiled ones alone.

    Called once at the end of a module of values. ``classes`` names other values that fields hold. The checks come
    before a class's own ``__post_init__``, as C types do, so what that method sees is the same in both builds.
    """
    known = {kind.__name__: kind for kind in kinds} | dict(classes or {})
    for kind in kinds:
        if not isinstance(vars(kind)["__init__"], types.FunctionType):
            continue  # compiled: its fields have C types
        plan = [
            (field.name, check)
            for field in dataclasses.fields(kind)
            if (check := _check_for(str(field.type), known)) is not None
        ]
        _wrap(kind, tuple(plan))


def _wrap(kind: Any, plan: tuple[tuple[str, Callable[[Any, str], Any]], ...]) -> None:
    hook = "__post_init__" if "__post_init__" in vars(kind) else "__init__"
    own = vars(kind)[hook]
    first = hook == "__post_init__"

    def checked(self: Any, /, *args: Any, **kwargs: Any) -> None:
        if not first:
            own(self, *args, **kwargs)
        for name, check in plan:
            value = getattr(self, name)
            settled = check(value, name)
            if settled is not value:
                object.__setattr__(self, name, settled)
        if first:
            own(self)

    checked.__name__ = own.__name__
    checked.__qualname__ = own.__qualname__
    checked.__doc__ = own.__doc__
    checked.__wrapped__ = own  # type: ignore[attr-defined]  # what inspect.signature looks for
    setattr(kind, hook, checked)
