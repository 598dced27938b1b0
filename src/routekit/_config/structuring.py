"""From the tables of a file to the values of the library: one value at a time, with all that is wrong with it.

cattrs takes a table apart into the fields of its class; each class then checks itself, as it does wherever it is made.
What is here is what TOML writes otherwise than Python (there is no None, orders have names, needs are a table), and the
way from an error of cattrs to the path of what is wrong. A class says nothing of its own fields while one of them
cannot be made, nor cattrs of the class while there are unknown keys; so what is wrong is taken out and the rest is read
again, until nothing new is found. That way every fault of a file is told of at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import attrs

from routekit._config.faults import mean, near, shown
from routekit._config.lines import Path
from routekit._model import Agent, Capacity, Need, Queue, ServiceLevel
from routekit._timeline import FACTS, Announcing, Limit, Step, When
from routekit.abc import AgentOrder, ContactOrder, QueueOrder
from routekit.errors import InvalidConfiguration, InvalidType, InvalidValue, MissingExtra, UnknownStrategy
from routekit.rules.calendars import Calendar, OpenHours
from routekit.rules.classify import Rule
from routekit.rules.expressions import InvalidCondition
from routekit.rules.menu import Choice, Digits, FreeText, Menu, Prompt
from routekit.strategies.names import agent_order, contact_order, names, queue_order

__all__ = ["NEVER", "Structurer", "Wrong", "keys_of", "resolve"]

T = TypeVar("T")
Said = tuple[Path, str, object]
"""A fault: its path, the problem, the value."""

NEVER = ("away_after_no_answers", "drain_after_s", "owner_wait_s", "every_s", "callback_over_s")
"""Fields of a queue, and of what it announces, in which `"never"` stands for None: they have another default, and TOML
has no None."""

_WORDS = (
    ("must be a str that is not empty", "must be a text that is not empty"),
    ("must be a condition as text, a Condition, a function of the facts, or None", "must be a condition as text"),
    ("must be True", "must be true"),
    (" or False", " or false"),
    ("must be a mapping of names to numbers", "must be a table of names and numbers, such as { billing = 2 }"),
    ("must be a sequence of names", 'must be a list of names, such as ["billing"]'),
    ("must have names that are str and not empty", "must have names that are not empty"),
    ("must be a mapping", "must be a table"),
    ("closed=True", "closed = true"),
)


class Wrong(Exception):
    """What a field cannot be made of."""

    def __init__(self, problem: str, value: object) -> None:
        super().__init__(problem)
        self.problem = problem
        self.value = value


def keys_of(kind: type[Any]) -> tuple[str, ...]:
    """The keys that a table of a class may have."""
    return tuple(field.name for field in attrs.fields(kind) if field.init and field.name not in _NAMED.get(kind, ()))


def resolve(*kinds: type[Any]) -> None:
    """Make types of the annotations of classes: they are texts, and some names in them are for type checkers alone."""
    for kind in kinds:
        attrs.resolve_types(
            kind, localns={"AgentOrder": AgentOrder, "ContactOrder": ContactOrder, "OpenHours": OpenHours}
        )


_NAMED: dict[type[Any], tuple[str, ...]] = {Queue: ("name",), Agent: ("id",), Calendar: ("name",)}
"""Fields that are the name of the table."""

_TITLES = {
    Queue: "a queue", Agent: "an agent", Capacity: "a capacity", ServiceLevel: "a service level", Step: "a step",
    Limit: "a limit", When: "a condition", Rule: "a rule", Calendar: "a calendar", Menu: "a menu", Prompt: "a prompt",
    Choice: "a choice", Announcing: "an announcement",
}  # fmt: skip


_FIELDS = frozenset(name for kind in _TITLES for name in keys_of(kind)) | {"skill"}
"""What a fault may be of, though it is not there: a field that must be given."""


class Structurer:
    """Makes values of tables. `calendars` are what `hours` may name, `registry` the app's own orders."""

    def __init__(self, registry: Mapping[str, object] | None = None) -> None:
        try:
            import cattrs
            from cattrs import gen
        except ImportError as missing:
            raise MissingExtra(extra="config") from missing
        self.calendars: dict[str, OpenHours] = {}
        self.known_calendars: tuple[str, ...] = ()
        self.dropped: set[Path] = set()  # what the value that was made last does not have, by paths in its table
        self._registry = registry
        self._errors = cattrs.errors
        self._converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)
        for kind, hooks in self._hooks().items():
            resolve(kind)
            overrides: Any = {
                field.name: gen.override(struct_hook=hooks.get(field.name, _as_it_is))
                for field in attrs.fields(kind)
                if field.init
            }
            self._converter.register_structure_hook(
                kind,
                gen.make_dict_structure_fn(
                    kind,
                    self._converter,
                    _cattrs_forbid_extra_keys=True,
                    _cattrs_detailed_validation=True,
                    **overrides,
                ),
            )

    def _hooks(self) -> dict[type[Any], dict[str, Callable[[Any, Any], Any]]]:
        """For each class that a table can be, what makes those of its fields that are not taken as they stand."""
        some = self._some
        queue: dict[str, Callable[[Any, Any], Any]] = {
            "agent_order": self._agent_order,
            "contact_order": self._contact_order,
            "service_level": self._one(ServiceLevel),
            "steps": some(Step),
            "limits": some(Limit),
            "hours": self._hours,
            "announcing": self._one(Announcing),
        }
        from routekit._config.settings import Settings

        return {
            ServiceLevel: {},
            Capacity: {},
            When: {},
            Limit: {},
            Step: {"when": some(When, alone=True)},
            Announcing: dict.fromkeys(NEVER, _or_never),
            Queue: {**queue, **dict.fromkeys(NEVER, _or_never)},
            Agent: {"capacity": self._one(Capacity)},
            Calendar: {},
            Rule: {"needs": self._needs},
            Choice: {},
            Prompt: {"choices": some(Choice), "free": _free},
            Menu: {"prompts": some(Prompt)},
            Settings: {"queue_order": self._queue_order},
        }

    # -- fields that TOML writes in its own way -----------------------------------------------------------------------

    def _one(self, kind: type[Any]) -> Callable[[Any, Any], Any]:
        def make(value: Any, _: Any) -> Any:
            if not isinstance(value, Mapping):
                raise Wrong(f"must be a table, {{ {keys_of(kind)[0]} = ... }}, not {shown(value)}", value)
            return self._converter.structure(value, kind)

        return make

    def _some(self, kind: type[Any], alone: bool = False) -> Callable[[Any, Any], Any]:
        one = self._one(kind)

        def make(value: Any, _: Any) -> Any:
            if alone and isinstance(value, Mapping):
                return one(value, None)
            if not isinstance(value, list):
                raise Wrong(f"must be a list of tables: [{{ {keys_of(kind)[0]} = ... }}]", value)
            return self._each(value, lambda item: one(item, None), kind)

        return make

    def _each(self, value: list[Any], one: Callable[[Any], T], kind: type[Any]) -> tuple[T, ...]:
        """What is made of each item, or the faults of all."""
        made, faults = [], []
        for index, item in enumerate(value):
            try:
                made.append(one(item))
            except Exception as fault:
                fault.add_note(self._errors.IterableValidationNote(f"item {index}", index, kind))
                faults.append(fault)
        if faults:
            raise self._errors.IterableValidationError("items", faults, kind)
        return tuple(made)

    def _agent_order(self, value: Any, _: Any) -> AgentOrder:
        return self._given(agent_order, self._order("agent_order", value, ("agent", "preset")))

    def _contact_order(self, value: Any, _: Any) -> ContactOrder:
        return self._given(contact_order, self._order("contact_order", value, ("contact",)))

    def _queue_order(self, value: Any, _: Any) -> QueueOrder:
        return self._given(queue_order, self._order("queue_order", value, ("queue",)))

    def _given(self, make: Callable[[Any, Mapping[str, object] | None], T], value: Any) -> T:
        """The order of its data; which arguments it lacks, if any, is said of the order."""
        try:
            return make(value, self._registry)
        except InvalidValue as fault:
            name, _, argument = fault.path.partition(".")
            if fault.problem != "must be given" or not argument:
                raise
            raise Wrong(f'must be given {argument}: {{ name = "{name}", {argument} = ... }}', value) from None

    def _order(self, field: str, value: Any, kinds: tuple[str, ...]) -> Any:
        """An order's data, once it is sure that there is one of that name."""
        name = value.get("name") if isinstance(value, Mapping) else value
        if type(name) is not str:
            raise Wrong(f'must be the name of an order, such as "{_LIKE[field]}", or a table with a name', value)
        known = [known for kind in kinds for known in names(kind)] + list(self._registry or ())
        if name not in known:
            raise Wrong(f"must be an order that is known, not {shown(name)}{mean(name, known)}", value)
        if name == "head-start" and isinstance(value, Mapping) and isinstance(value.get("seconds"), Mapping):
            # Priorities are numbers, and the names of a table are texts.
            try:
                seconds = {float(key): item for key, item in value["seconds"].items()}
                if len(seconds) < len(value["seconds"]):
                    raise Wrong("must not have seconds for the same priority twice", value)
                return {**value, "seconds": seconds}
            except ValueError:
                raise Wrong("must have seconds by priority: seconds = { 1 = 60, 2 = 120 }", value) from None
        return value

    def _needs(self, value: Any, _: Any) -> tuple[Need, ...]:
        """`{ billing = 2 }`, `["billing"]`, or `[{ skill = "billing", at_least = 2 }]`."""
        if isinstance(value, Mapping):
            return tuple(_need(skill, level) for skill, level in value.items())
        if not isinstance(value, list):
            raise Wrong("must be a table of skills and levels, such as { billing = 2 }, or a list of skills", value)
        return self._each(value, _need_of, Need)

    def _hours(self, value: Any, _: Any) -> OpenHours | None:
        if type(value) is not str:
            raise Wrong('must be the name of a calendar: hours = "office"', value)
        if value not in self.known_calendars:
            raise Wrong(
                f"must be a calendar of this file, [calendars.{value}], which is not there"
                f"{mean(value, self.known_calendars)}",
                value,
            )
        return self.calendars.get(value)  # one that is there and has faults of its own is told of there

    # -- a whole value ------------------------------------------------------------------------------------------------

    def make(self, kind: type[T], data: Mapping[str, Any], told: Callable[[Path, str, object], None]) -> T | None:
        """The value of a table, and `told` of all that is wrong with it, by paths from here.

        If something is, the value is what the rest of the table makes, for checks that look at several values; None if
        the rest makes none.
        """
        dropped = self.dropped = set()
        while True:
            rest, places = _without(data, dropped)
            try:
                return self._converter.structure(rest, kind)
            except Exception as error:
                found = list(self._walk(error, (), rest))
            before = len(dropped)
            hopeless = False
            for path, problem, value in found:
                place = _back(path, places)
                # What was told of and taken out is missed now: by its own name, or by what it was a part of.
                lost = any(one[: len(place)] == place for one in dropped)
                if not lost and not (dropped and _follows(problem, place, value, data, dropped)):
                    told(place, problem, value)
                if place and place not in dropped and _there(data, place):
                    dropped.add(place)
                elif len(place) > 1:
                    dropped.add(place[:-1])
                else:
                    hopeless = True
            if hopeless or len(dropped) == before:
                return None

    def _walk(self, error: BaseException, path: Path, data: Any) -> Iterator[Said]:
        """The faults of an error, with their paths in the data."""
        errors = self._errors
        if isinstance(error, errors.ClassValidationError | errors.IterableValidationError):
            noted, others = error.group_exceptions()
            for inner, note in noted:
                key = note.name if isinstance(note, errors.AttributeValidationNote) else note.index
                if isinstance(inner, KeyError) and inner.args == (key,):
                    yield (*path, key), "must be given", None
                else:
                    yield from self._walk(inner, (*path, key), data)
            for inner in others:
                yield from self._walk(inner, path, data)
        elif isinstance(error, errors.ForbiddenExtraKeysError):
            keys = keys_of(error.cl)
            for key in _at(data, path):  # in the order of the file; the error has a set
                if key in error.extra_fields:
                    yield (*path, key), f"is no key of {_TITLES.get(error.cl, '[router]')}{mean(key, keys)}", None
        elif isinstance(error, InvalidConfiguration):
            for one in error.exceptions:
                yield from self._walk(one, path, data)
        elif isinstance(error, Wrong):
            yield path, error.problem, error.value
        elif isinstance(error, MissingExtra):
            raise error
        else:
            yield _said_by(error, path, data)


_LIKE = {"agent_order": "longest-idle", "contact_order": "aged", "queue_order": "by-urgency"}


_FOLLOWS = (
    "must be true for a rule that does nothing else",
    "must be one that an answer leads to",
    "must lead to the end",
)
"""Faults that may come of what was left out: a rule then does nothing, and prompts of a menu lead to each other."""


def _follows(problem: str, place: Path, value: object, data: Any, dropped: set[Path]) -> bool:
    """Whether a fault may come of what was taken out."""
    if problem.startswith(_FOLLOWS):
        return True
    if problem == "must be given":
        beside = [str(one[-1]) for one in dropped if one[:-1] == place[:-1]]
        return any(near(name, [str(place[-1])]) for name in beside)  # a key that is misspelt has been told of
    if problem.startswith("must not be empty where"):
        return any(one[: len(place) - 1] == place[:-1] for one in dropped)
    if problem.startswith("must be the name of a prompt"):
        return _prompt(data, str(value)) is not None  # it is there, with faults of its own
    if problem.startswith("must be said in"):
        return any("lang" in str(one[-1]) or one[: len(place)] == place for one in dropped)
    return False


def _as_it_is(value: Any, _: Any) -> Any:
    return value


def _or_never(value: Any, _: Any) -> Any:
    if isinstance(value, str) and value != "never":
        raise Wrong('must be a number, or "never"', value)
    return None if value == "never" else value


def _need_of(item: Any) -> Need:
    """An item of a list of needs: a skill, or a table with a level."""
    if not isinstance(item, Mapping):
        return _need(item, 1)
    keys = ("skill", "at_least")
    faults = [
        InvalidValue(path=str(key), value=None, problem=f"is no key of a need{mean(key, keys)}")
        for key in item
        if key not in keys
    ]
    if "skill" not in item and not any(near(key, keys) == "skill" for key in item if key not in keys):
        faults.append(InvalidValue(path="skill", value=None, problem="must be given"))
    elif "skill" in item and not isinstance(item["skill"], str):
        faults.append(InvalidValue(path="skill", value=item["skill"], problem="must be the name of a skill"))
    try:
        Need("x", at_least=item.get("at_least", 1))
    except InvalidValue as fault:
        faults.append(fault)
    if faults:
        raise InvalidConfiguration("a need cannot be made", faults)
    return Need(item["skill"], at_least=item.get("at_least", 1))


def _need(skill: Any, level: Any) -> Need:
    if not isinstance(skill, str):
        raise Wrong(f"must be the name of a skill, or {{ skill = ..., at_least = ... }}, not {shown(skill)}", skill)
    try:
        return Need(skill, at_least=level)
    except InvalidValue as fault:
        raise InvalidValue(path=skill, value=fault.value, problem=fault.problem) from None


def _free(value: Any, _: Any) -> Any:
    """`"text"`, `{ text = 200 }`, `{ digits = 8 }` or `{ digits = [4, 8] }`."""
    if value == "text":
        return FreeText()
    if isinstance(value, Mapping) and len(value) == 1:
        for key, how in value.items():
            if key == "text":
                return FreeText(how)
            if key == "digits":
                return Digits(*how) if isinstance(how, list) and len(how) == 2 else Digits(how)
    raise Wrong('must be "text", { text = 200 }, { digits = 8 } or { digits = [4, 8] }', value)


def _said_by(error: BaseException, path: Path, data: Any) -> Said:
    """A fault of one value: its path, and the problem in the words of a file."""
    value: object = getattr(error, "value", None)
    if isinstance(error, InvalidCondition):
        lines = f"line {error.line}, " if error.line > 1 else ""
        problem = f"{error.problem}, not {shown(value)} ({lines}character {error.column})"
        return _located(path, error.path, data), problem, value
    if isinstance(error, InvalidValue):
        problem = error.problem
        if re.search(r"\bmust\b", problem) and value is not None and not isinstance(value, Mapping | list | tuple):
            problem += f", not {shown(value)}"
        if error.path == "fact":
            problem += mean(value, FACTS) if "?" in mean(value, FACTS) else ""
        where = _located(path, error.path, data)
        return where, _in_words(problem), value
    if isinstance(error, InvalidType):
        expected = {"a str": "a text", "a mapping": "a table"}.get(error.expected, error.expected)
        return _located(path, error.path, data), _in_words(f"must be {expected}, not {shown(value)}"), value
    if isinstance(error, UnknownStrategy):
        return path, f"names what nothing is registered under: {error.name!r}", error.name
    return path, f"cannot be read: {error}", None


def _in_words(problem: str) -> str:
    for python, toml in _WORDS:
        problem = problem.replace(python, toml)
    problem = re.sub(r"^is no argument of \w+:", "is no argument of this order:", problem)
    return re.sub(r" \('No time zone found with key [^)]*'\)", "", problem)


# -- paths ------------------------------------------------------------------------------------------------------------


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _there(data: Any, path: Path) -> bool:
    try:
        _at(data, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _located(path: Path, text: str, data: Any) -> Path:
    """The path of `text`, which a class has said of itself, as far as the data has it.

    Names may have dots in them, so the longest name that is there is taken at each place. What is not there, such as
    the name of a class or of an order, is left out; but a field alone that is not there is kept: it is one to be given.
    """
    if not _there(data, path):
        return path
    here = _at(data, path)
    left = text
    found = path
    while left:
        if isinstance(here, list):
            match = re.match(r"\[(\d+)\]\.?", left)
            if match is None or int(match[1]) >= len(here):
                break
            key: str | int = int(match[1])
            left = left[match.end() :]
        elif isinstance(here, Mapping):
            near = [name for name in here if left == name or left.startswith((f"{name}.", f"{name}["))]
            if not near:
                # The name of an order stands before its arguments, and is in the table as its name.
                head, dot, rest = left.partition(".")
                if dot and here.get("name") == head:
                    left = rest
                    continue
                # A menu speaks of its prompts by their names.
                number = _prompt(here, head)
                if number is None:
                    if left in _FIELDS:
                        found = (*found, left)
                    break
                found, here, left = (*found, "prompts", number), here["prompts"][number], rest
                continue
            name = max(near, key=len)
            key, left = name, left[len(name) :].removeprefix(".")
        else:
            break
        found = (*found, key)
        here = here[key]
    return found


def _prompt(menu: Mapping[str, Any], name: str) -> int | None:
    """The number of the prompt of that name."""
    prompts = menu.get("prompts")
    for number, prompt in enumerate(prompts if isinstance(prompts, list) else ()):
        if isinstance(prompt, Mapping) and prompt.get("name") == name:
            return number
    return None


_Places = Mapping[Path, tuple[int, ...]]


def _without(data: Any, dropped: set[Path], path: Path = ()) -> tuple[Any, dict[Path, tuple[int, ...]]]:
    """The data without what is dropped, and for each list of it the old numbers of the items that are left."""
    places: dict[Path, tuple[int, ...]] = {}

    def copy(value: Any, old: Path, new: Path) -> Any:
        if isinstance(value, Mapping):
            return {
                key: copy(item, (*old, key), (*new, key)) for key, item in value.items() if (*old, key) not in dropped
            }
        if isinstance(value, list):
            kept = tuple(index for index in range(len(value)) if (*old, index) not in dropped)
            places[new] = kept
            return [copy(value[index], (*old, index), (*new, number)) for number, index in enumerate(kept)]
        return value

    return copy(data, path, path), places


def _back(path: Path, places: _Places) -> Path:
    """A path in what was left, as one in the whole."""
    made: Path = ()
    for end, part in enumerate(path):
        kept = places.get(path[:end])
        made = (*made, kept[part] if kept is not None and isinstance(part, int) and part < len(kept) else part)
    return made
