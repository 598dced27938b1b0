"""What keeps values frozen: the mapping that cannot change, plain data, and the type checks of the interpreted build.

``FrozenMap`` is what every mapping of a value becomes; ``plain_map`` goes down into it. ``refuse_wrong_types``
gives interpreted dataclasses the checks that C types give the compiled ones. No value class lives here. Not compiled:
maps are made when configuration is, and the last part exists for the build that is not compiled.
"""

from __future__ import annotations

import dataclasses
import operator
import types
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, TypeVar, overload

from routekit.errors import InvalidType, InvalidValue

K = TypeVar("K")
T = TypeVar("T")
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

    # What `Mapping` brings is right, and calls the above for every key.
    @overload
    def get(self, key: K, /) -> V_co | None: ...
    @overload
    def get(self, key: K, /, default: V_co | T) -> V_co | T: ...
    def get(self, key: K, /, default: Any = None) -> Any:
        return self._items.get(key, default)

    def keys(self) -> KeysView[K]:
        return self._items.keys()

    def values(self) -> ValuesView[V_co]:
        return self._items.values()

    def items(self) -> ItemsView[K, V_co]:
        return self._items.items()

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


def is_mapping(value: Any) -> bool:
    """Whether it is a mapping; of the usual ones without asking the abstract class, which costs ten times as much."""
    return type(value) is dict or type(value) is FrozenMap or isinstance(value, Mapping)


def freeze_map(value: Any, what: str) -> FrozenMap[Any, Any]:
    """Return a mapping as a FrozenMap; raise ``InvalidType`` for anything else, pairs included.

    >>> freeze_map({"lang": "en"}, "attributes")
    {'lang': 'en'}
    """
    if type(value) is FrozenMap:
        return value
    if not is_mapping(value):
        raise InvalidType(path=what, value=value, expected="a mapping")
    return FrozenMap(value)


_DEEPEST = 32
_MOST_BITS = 1024  # json writes and reads ints of some 4000 digits; no id or count comes near


def plain_map(value: Any, what: str) -> FrozenMap[str, Any]:
    """Return a mapping of plain data as a FrozenMap, all the way down.

    Plain is what JSON holds: str, bool, int, finite float, None, and mappings (with names that are str), lists and
    tuples of these. A mapping becomes a FrozenMap and a list a tuple, so what was stored and read again is equal to
    what was given. Anything else is an ``InvalidValue`` that says where it is.

    >>> plain_map({"langs": ["en", "fr"]}, "attributes")
    {'langs': ('en', 'fr')}
    """
    if not is_mapping(value):
        raise InvalidType(path=what, value=value, expected="a mapping")
    return _plain_items(value, what, 0)


def _plain(value: Any, what: str, depth: int) -> Any:
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if isinstance(value, str):
        return str.__str__(value)  # of a subclass, as an enum is: the text itself
    if isinstance(value, int):
        if value.bit_length() > _MOST_BITS:
            raise InvalidValue(path=what, value=f"one of {value.bit_length()} bits", problem="must be a shorter int")
        return value if kind is int else int.__int__(value)
    if isinstance(value, float):
        if value - value != 0.0:
            raise InvalidValue(path=what, value=value, problem="must be a finite number")
        return value if kind is float else float.__float__(value)
    mapping = is_mapping(value)
    if not mapping and not isinstance(value, list | tuple):
        raise InvalidValue(path=what, value=value, problem="must be plain data: text, numbers, None, mappings or lists")
    if depth == _DEEPEST:
        raise InvalidValue(
            path=what.partition(".")[0], value="deeper", problem=f"must be nested at most {_DEEPEST} deep"
        )
    if mapping:
        return _plain_items(value, what, depth)
    items = tuple(_plain(item, f"{what}[{index}]", depth + 1) for index, item in enumerate(value))
    return value if kind is tuple and _same(items, value) else items


def _plain_items(value: Mapping[Any, Any], what: str, depth: int) -> FrozenMap[str, Any]:
    items = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise InvalidValue(path=what, value=key, problem="must have names that are str")
        # Most are text, and asking that first saves the name of the place.
        items[str.__str__(key)] = item if type(item) is str else _plain(item, f"{what}.{key}", depth + 1)
    # Made once: a contact that is replaced by one that differs in another field keeps its map.
    if type(value) is FrozenMap and _same(items.values(), value.values()) and all(type(key) is str for key in value):
        return value
    return FrozenMap(items)


def _same(some: Iterable[object], others: Iterable[object]) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))


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
