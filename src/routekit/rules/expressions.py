"""What is known of a contact (`Facts`), and conditions over it that are written as text (`Condition`).

Text is read here, checked here, and evaluated by simpleeval; no rule, queue or menu is known. Nothing here reads a
clock, draws a number or calls what a condition's writer chose: the language is closed (docs/rules.md lists all of it).

*Why simpleeval* (the extra ``routekit[rules]``). It is small, kept up (1.0.8, September 2026), needs nothing else, and
its operators, names and functions are given to it: what is not given is not there. It evaluates the trees of Python's
own ``ast``, so that every node has its line and column and what it may be is checked before it is ever evaluated;
simpleeval alone would find an unknown name or a wrong type only at the first call. What else was looked at, at its
latest version:

- rule-engine 5.1: checks types when it reads, but lets ``channel == 5`` pass, has places for syntax errors only, knows
  ``$now`` and ``$random``, and takes a third of a second to import, since it builds its parser's tables then.
- cel-python 0.5: another language (``&&``, no text ``in`` text); brings google-re2, pendulum, jmespath and PyYAML.
- common-expression-language 0.10: CEL in Rust; brings typer, rich and prompt_toolkit, and no types before evaluating.
- asteval 1.0: a whole interpreter, with loops and assignments; far more than a condition should be able to say.
"""

from __future__ import annotations

import ast
import difflib
import threading
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

import attrs

from routekit._frozen import EMPTY, FrozenMap, plain_map
from routekit._model import check_id
from routekit.errors import InvalidType, InvalidValue, MissingExtra

MOST_TEXT = 10_000
"""The most characters that a condition may have."""

_DEEPEST = 50
_MOST_NUMBER = 1e15
_TEXTS = ("channel", "dialled", "caller", "language", "segment", "customer", "text")
_TABLES = ("menu", "attributes")
NAMES = _TEXTS + _TABLES
"""Every name that a condition may read."""


class InvalidCondition(InvalidValue):
    """A text that is no condition: ``line`` and ``column``, both from 1, say where it stops being one.

    >>> try:
    ...     Condition('chanel == "chat"')
    ... except InvalidCondition as fault:
    ...     print(fault.path, fault.line, fault.column, "|", fault)
    text 1 1 | text, line 1, column 1, must be a known name (channel?), not 'chanel'
    """

    def __init__(
        self, *, path: str, value: object, problem: str, line: int, column: int, events: tuple[Any, ...] = ()
    ) -> None:
        super().__init__(path=f"{path}, line {line}, column {column},", value=value, problem=problem, events=events)
        self.path = path
        self.line = line
        self.column = column

    def at_path(self, path: str) -> InvalidCondition:
        """Return the same fault under another path."""
        return InvalidCondition(
            path=path, value=self.value, problem=self.problem, line=self.line, column=self.column, events=self.events
        )

    def below(self, parent: str) -> InvalidCondition:
        return self.at_path(f"{parent}.{self.path}")


@attrs.frozen(kw_only=True)
class Facts:
    """What is known of a contact before it has a queue. All of it may be missing (``None``), but the channel.

    ``dialled`` and ``caller`` are numbers or addresses as text; ``segment`` says what kind of customer it is; ``text``
    is what they wrote or said; ``menu`` is what a menu ended in (``MenuEnded.attributes``); ``attributes`` is all
    else. The two are plain data, and frozen, as a contact's attributes are.

    >>> Facts(channel="chat", text="a billing question", menu={"topic": "card"}).menu["topic"]
    'card'
    """

    channel: str = "voice"
    dialled: str | None = None
    caller: str | None = None
    language: str | None = None
    segment: str | None = None
    customer: str | None = None
    text: str | None = None
    menu: Mapping[str, Any] = EMPTY
    attributes: Mapping[str, Any] = EMPTY

    def __attrs_post_init__(self) -> None:
        check_id(self.channel, "channel")
        for name in _TEXTS[1:]:
            value = getattr(self, name)
            if value is not None and type(value) is not str:
                raise InvalidType(path=name, value=value, expected="a str or None")
        for name in _TABLES:
            object.__setattr__(self, name, plain_map(getattr(self, name), name))

    @classmethod
    def of(cls, known: Facts | Mapping[str, Any]) -> Facts:
        """Return facts as they are, and a mapping of their names as facts; an unknown name is an ``InvalidValue``.

        >>> Facts.of({"channel": "chat", "segment": "gold"}).segment
        'gold'
        """
        if isinstance(known, Facts):
            return known
        if not isinstance(known, Mapping):
            raise InvalidType(path="facts", value=known, expected="Facts or a mapping of their names")
        for name in known:
            if name not in NAMES:
                raise InvalidValue(path="facts", value=name, problem=f"must have names of Facts ({', '.join(NAMES)})")
        return cls(**known)


class _Missing:
    """What a condition reads where nothing is. No comparison with it holds."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()

# The kinds that can be told apart before anything is known. What menus and attributes hold shows only later: _ANY.
_TEXT, _NUMBER, _FLAG, _ANY = "text", "a number", "true or false", "any value"
_LIST, _TABLE, _HOLDS = "a list", "a table", "a condition"


def _kind(value: object) -> str:
    if isinstance(value, str):
        return _TEXT
    if isinstance(value, bool):
        return _FLAG
    if isinstance(value, int | float):
        return _NUMBER
    return _TABLE if isinstance(value, Mapping) else _LIST


# What the operators mean. Everything is total: of what cannot be compared, no comparison holds.
def _equal(left: Any, right: Any) -> bool:
    if left is MISSING or right is MISSING:
        return False
    return _kind(left) == _kind(right) and bool(left == right)  # 1 is not true here, as in JSON


def _differs(left: Any, right: Any) -> bool:
    return not (left is MISSING or right is MISSING or _equal(left, right))


def _ordering(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        if left is MISSING or right is MISSING or not _kind(left) == _kind(right) == _NUMBER:
            return False
        return holds(left, right)

    return compare


def _within(member: Any, container: Any) -> bool | None:
    """Whether a member is in a container; ``None`` where the question makes no sense."""
    if member is MISSING or container is MISSING:
        return None
    kind = _kind(container)
    if kind == _LIST:
        return any(_equal(member, item) for item in container)
    if kind in (_TEXT, _TABLE) and isinstance(member, str):
        return member in container
    return None


def _in(member: Any, container: Any) -> bool:
    return _within(member, container) is True


def _not_in(member: Any, container: Any) -> bool:
    return _within(member, container) is False


def _negated(value: bool) -> bool:
    return not value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else MISSING


def _starts_with(value: Any, start: Any) -> bool:
    return isinstance(value, str) and isinstance(start, str) and value.startswith(start)


def _ends_with(value: Any, end: Any) -> bool:
    return isinstance(value, str) and isinstance(end, str) and value.endswith(end)


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Eq: _equal,
    ast.NotEq: _differs,
    ast.Lt: _ordering(lambda left, right: left < right),
    ast.LtE: _ordering(lambda left, right: left <= right),
    ast.Gt: _ordering(lambda left, right: left > right),
    ast.GtE: _ordering(lambda left, right: left >= right),
    ast.In: _in,
    ast.NotIn: _not_in,
    ast.Not: _negated,
}
# The name of a function, how many texts it takes, what it gives, what it does.
_FUNCTIONS: dict[str, tuple[int, str, Callable[..., Any]]] = {
    "starts_with": (2, _HOLDS, _starts_with),
    "ends_with": (2, _HOLDS, _ends_with),
    "lower": (1, _TEXT, _lower),
}

_Checked: TypeAlias = tuple[ast.expr, str]


class _Reader:
    """Reads one condition: from text to a checked tree, in which every path is one name and every list one constant.

    The tree that comes out holds nothing but and, or, not, comparisons, calls of the functions above, names that are
    keys of ``paths``, and constants. That is all that simpleeval ever sees.
    """

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n")
        self.paths: dict[str, tuple[str, ...]] = {}
        self.depth = 0

    def read(self) -> ast.expr:
        if not self.text.strip():
            raise self._fault_at(1, 1, "must not be empty", self.text)
        if len(self.text) > MOST_TEXT:
            raise self._fault_at(1, 1, f"must have at most {MOST_TEXT} characters", len(self.text))
        # Brackets around it, so that a condition may have several lines and comments.
        source = f"(\n{self.text}\n)"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # `\d` in a text, `1in`: what Python only warns of is an error here
                body = ast.parse(source, mode="eval").body
        except SyntaxError as error:
            self._raise_syntax(error)
        except (ValueError, RecursionError, MemoryError, Warning) as error:
            raise self._fault_at(1, 1, f"must be readable ({error or 'it is nested too deep'})", self.text) from error
        if body.lineno == 1:  # the bracket above was closed by one of the text
            raise self._fault_at(1, 1, "must be one condition, with every bracket in a pair", self.text)
        return self.condition(body)

    def condition(self, node: ast.expr) -> ast.expr:
        """What holds or does not."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self._fault(node, f"must be nested at most {_DEEPEST} deep")
        try:
            if isinstance(node, ast.BoolOp):
                return ast.BoolOp(node.op, [self.condition(value) for value in node.values])
            if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                return ast.UnaryOp(node.op, self.condition(node.operand))
            if isinstance(node, ast.Compare):
                return self._comparison(node)
            checked, kind = self.operand(node)
            if kind == _ANY:  # `attributes.vip` alone asks whether it is true, and nothing else counts as true
                return ast.Compare(checked, [ast.Eq()], [ast.Constant(True)])
            if kind != _HOLDS:
                raise self._fault(node, 'must be a condition, as in language == "en"')
            return checked
        finally:
            self.depth -= 1

    def operand(self, node: ast.expr) -> _Checked:
        """What is compared, and its kind."""
        if isinstance(node, ast.Constant):
            return self._constant(node, node.value)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            value = node.operand.value
            if type(value) in (int, float):
                return self._constant(node, -value)  # type: ignore[operator]  # its type was just asked
        if isinstance(node, ast.List):
            return self._list(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            return self._path(node)
        raise self._fault(node, "has no place in a condition: it must be a name, text, a number or a list")

    def _constant(self, node: ast.expr, value: object) -> _Checked:
        if type(value) not in (str, int, float, bool):
            raise self._fault(node, "must be text, a number, true or false")
        # abs() of a NaN is never at most anything, so that it is refused too.
        if type(value) in (int, float) and not abs(cast(float, value)) <= _MOST_NUMBER:
            raise self._fault(node, f"must be at most {_MOST_NUMBER:g}")
        return ast.Constant(cast(Any, value)), _kind(value)

    def _list(self, node: ast.List) -> _Checked:
        items = [self.operand(item)[0] for item in node.elts]
        for item, given in zip(items, node.elts, strict=True):
            if not isinstance(item, ast.Constant) or isinstance(item.value, tuple):
                raise self._fault(given, "must be text or a number: a list holds nothing that is read")
        values = tuple(cast(ast.Constant, item).value for item in items)
        return ast.Constant(cast(Any, values)), _LIST

    def _call(self, node: ast.Call) -> _Checked:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in _FUNCTIONS:
            raise self._fault(node.func, f"must be one of the functions {', '.join(_FUNCTIONS)}")
        count, kind, _ = _FUNCTIONS[name]
        if len(node.args) != count or node.keywords:
            raise self._fault(node, f"must have {count} value{'s' * (count > 1)} in its brackets")
        values = []
        for given in node.args:
            value, got = self.operand(given)
            if got not in (_TEXT, _ANY):
                raise self._fault(given, f"must be text for {name}(), and is {got}")
            values.append(value)
        if not any(isinstance(each, ast.Name | ast.Call) for each in values):
            raise self._fault(node, "must read something of the contact")
        return ast.Call(ast.Name(name, ast.Load()), values, []), kind

    def _path(self, node: ast.Name | ast.Attribute | ast.Subscript) -> _Checked:
        keys: list[str] = []
        root: ast.expr = node
        while not isinstance(root, ast.Name):
            if isinstance(root, ast.Attribute):
                keys.append(root.attr)
            elif isinstance(root, ast.Subscript):
                if not isinstance(root.slice, ast.Constant) or type(root.slice.value) is not str:
                    raise self._fault(root.slice, "must be text: what is in brackets after a name is a key")
                keys.append(root.slice.value)
            else:
                raise self._fault(root, f"must be a known name ({', '.join(NAMES)})")
            root = root.value
        if len(keys) > _DEEPEST:  # no deeper than plain data may be, so that nothing is ever there
            raise self._fault(node, f"must have at most {_DEEPEST} parts")
        if not keys and root.id in ("true", "false", "True", "False"):
            return ast.Constant(root.id in ("true", "True")), _FLAG
        if root.id not in NAMES:
            near = difflib.get_close_matches(root.id, NAMES, n=1) or [", ".join(NAMES)]
            raise self._fault(root, f"must be a known name ({near[0]}{'?' if near[0] in NAMES else ''})")
        if keys and root.id not in _TABLES:
            raise self._fault(node, f"must be {root.id} alone, which is text: only {' and '.join(_TABLES)} have parts")
        path = (root.id, *reversed(keys))
        name = root.id + "".join(f".{key}" if key.isidentifier() else f"[{key!r}]" for key in path[1:])
        self.paths[name] = path
        return ast.Name(name, ast.Load()), _ANY if keys else _TABLE if root.id in _TABLES else _TEXT

    def _comparison(self, node: ast.Compare) -> ast.expr:
        nodes = [node.left, *node.comparators]
        operands = [self.operand(each) for each in nodes]
        for index, operator in enumerate(node.ops):
            (left, left_kind), (right, right_kind) = operands[index], operands[index + 1]
            if type(operator) not in _OPERATORS:
                raise self._fault(node, "must compare with == != < <= > >= in or not in")
            if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
                raise self._fault(node, "must read something of the contact")
            if isinstance(operator, ast.In | ast.NotIn):
                problem = self._no_member(left, left_kind, right, right_kind)
            elif isinstance(operator, ast.Eq | ast.NotEq):
                problem = self._no_equal(left_kind, right_kind)
            else:
                wrong = [kind for kind in (left_kind, right_kind) if kind not in (_NUMBER, _ANY)]
                problem = f"must compare numbers: {wrong[0]} has no order" if wrong else ""
            if problem:
                raise self._fault(nodes[index + 1] if index else node, problem)
        return ast.Compare(operands[0][0], node.ops, [operand for operand, _ in operands[1:]])

    @staticmethod
    def _no_equal(left: str, right: str) -> str:
        for kind in (left, right):
            if kind in (_LIST, _TABLE, _HOLDS):
                return f"must compare single values: {kind} is none"
        return (
            f"must compare like with like: one is {left}, the other {right}"
            if _ANY not in (left, right) and left != right
            else ""
        )

    @staticmethod
    def _no_member(left: ast.expr, left_kind: str, right: ast.expr, right_kind: str) -> str:
        if left_kind in (_LIST, _TABLE, _HOLDS):
            return f"must look for a single value, and {left_kind} is none"
        if right_kind in (_TEXT, _TABLE):
            what = "text" if right_kind == _TEXT else "a table's keys"
            return "" if left_kind in (_TEXT, _ANY) else f"must look for text in {what}, and not for {left_kind}"
        if right_kind == _LIST:
            for item in cast("tuple[object, ...]", cast(ast.Constant, right).value):
                if left_kind not in (_ANY, _kind(item)):
                    return f"must look among its like: {item!r} is {_kind(item)}, and what is looked for {left_kind}"
            return ""
        return "" if right_kind == _ANY else f"must look in text, a list or a table, and not in {right_kind}"

    def _fault(self, node: ast.expr, problem: str) -> InvalidCondition:
        # Columns of ast count bytes of UTF-8; people count characters. Line 1 of the source is the bracket.
        line = self.text.split("\n")[node.lineno - 2]
        column = len(line.encode()[: node.col_offset].decode()) + 1
        value = ast.get_source_segment(f"(\n{self.text}\n)", node)
        return self._fault_at(node.lineno - 1, column, problem, value)

    @staticmethod
    def _fault_at(line: int, column: int, problem: str, value: object) -> InvalidCondition:
        return InvalidCondition(path="text", value=value, problem=problem, line=line, column=column)

    def _raise_syntax(self, error: SyntaxError) -> None:
        lines = self.text.split("\n")
        line, column = (error.lineno or 1) - 1, error.offset or 1
        if line < 1:
            line, column = 1, 1
        elif line > len(lines):
            line, column = len(lines), len(lines[-1]) + 1
        problem = f"must be a condition ({error.msg})"
        raise self._fault_at(line, column, problem, lines[line - 1][column - 1 :]) from error


class _Evaluators(threading.local):
    """One evaluator for each thread, since an evaluator holds the names of the evaluation that is going on.

    Not one for each evaluation: to make one swaps the process's filters for warnings for a moment.
    """

    def __init__(self) -> None:
        try:
            from simpleeval import SimpleEval
        except ImportError as missing:
            raise MissingExtra(extra="rules") from missing
        functions = {name: function for name, (_, _, function) in _FUNCTIONS.items()}
        self.one: Any = SimpleEval(operators=_OPERATORS, functions=functions, names={})


_evaluators: _Evaluators | None = None


def _evaluator() -> Any:
    global _evaluators
    if _evaluators is None:
        _evaluators = _Evaluators()
    return _evaluators.one


@attrs.frozen(eq=False, repr=False)
class Condition:
    """A condition over the facts of a contact, written as text: read and checked now, evaluated whenever asked.

    It has names (``channel``, ``menu.topic``, ``attributes["due date"]``), text, numbers, lists, ``and or not``,
    ``== != < <= > >= in``, ``starts_with ends_with lower``, and nothing else: docs/rules.md lists all. An unknown name,
    kinds that cannot be compared and text that cannot be read are an ``InvalidCondition``, which is an ``InvalidValue``
    with a line and a column. Needs the extra ``routekit[rules]``: ``MissingExtra`` without it.

    To match never raises: a comparison with something that the contact does not have is false, whatever the operator.

    >>> gold = Condition('channel == "chat" and attributes.segment == "gold"')
    >>> gold.matches({"channel": "chat", "attributes": {"segment": "gold"}}), gold.matches({"channel": "chat"})
    (True, False)
    >>> gold.reads
    ('channel', 'attributes.segment')
    >>> try:
    ...     Condition('channel == 5')
    ... except InvalidCondition as fault:
    ...     print(fault)
    text, line 1, column 1, must compare like with like: one is text, the other a number, not 'channel == 5'
    """

    text: str
    _tree: ast.expr = attrs.field(init=False)
    _paths: Mapping[str, tuple[str, ...]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        if type(self.text) is not str:
            raise InvalidType(path="text", value=self.text, expected="a str")
        _evaluator()  # the extra is asked for first: without it, nobody can mend a condition
        reader = _Reader(self.text)
        object.__setattr__(self, "_tree", reader.read())
        object.__setattr__(self, "_paths", FrozenMap(reader.paths))

    @property
    def reads(self) -> tuple[str, ...]:
        """The names that it reads, in the order in which they come first."""
        return tuple(self._paths)

    def matches(self, facts: Facts | Mapping[str, Any]) -> bool:
        """Return whether it holds. Costs some microseconds for each operator that is come to."""
        known = Facts.of(facts)
        evaluator = _evaluator()
        evaluator.names = {name: _look_up(known, path) for name, path in self._paths.items()}
        return evaluator.eval(self.text, previously_parsed=self._tree) is True

    def values(self, facts: Facts | Mapping[str, Any]) -> FrozenMap[str, Any]:
        """Return what it reads of these facts, by name; ``MISSING`` where there is nothing.

        >>> Condition('menu.topic == "card" or language == "de"').values({"language": "de"})
        {'menu.topic': missing, 'language': 'de'}
        """
        known = Facts.of(facts)
        return FrozenMap((name, _look_up(known, path)) for name, path in self._paths.items())

    def implies(self, other: Condition, *, forms: dict[int, str] | None = None) -> bool:
        """Return whether the form alone shows that ``other`` holds wherever this does. ``False`` may mean unknown.

        Who asks this of many conditions gives an empty dict as ``forms``, the same each time, while they live.

        >>> Condition('channel == "chat" and segment == "gold"').implies(Condition('(channel   == "chat")'))
        True
        """
        return _implies(self._tree, other._tree, {} if forms is None else forms)

    def excludes(self, other: Condition) -> bool:
        """Return whether the form alone shows that the two never hold together. ``False`` may mean unknown.

        >>> Condition('channel == "chat"').excludes(Condition('channel in ["voice", "email"] and segment == "gold"'))
        True
        """
        mine, others = _fixed(self._tree), _fixed(other._tree)
        return any(name in others and not values & others[name] for name, values in mine.items())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.text == other.text

    def __hash__(self) -> int:
        return hash((Condition, self.text))

    def __repr__(self) -> str:
        return f"Condition({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[Any, ...]:
        return Condition, (self.text,)


def _look_up(facts: Facts, path: tuple[str, ...]) -> Any:
    value: Any = getattr(facts, path[0])
    for key in path[1:]:
        if not isinstance(value, Mapping):
            return MISSING
        value = value.get(key)
    return MISSING if value is None else value


def _implies(left: ast.expr, right: ast.expr, forms: dict[int, str]) -> bool:
    # What must hold of all parts is asked before what may hold of any: each question then loses nothing.
    if isinstance(left, ast.BoolOp) and isinstance(left.op, ast.Or):
        return all(_implies(part, right, forms) for part in left.values)
    if isinstance(right, ast.BoolOp) and isinstance(right.op, ast.And):
        return all(_implies(left, part, forms) for part in right.values)
    if isinstance(right, ast.BoolOp) and any(_implies(left, part, forms) for part in right.values):
        return True
    if isinstance(left, ast.BoolOp):
        return any(_implies(part, right, forms) for part in left.values)
    return _form(left, forms) == _form(right, forms)


def _form(node: ast.expr, forms: dict[int, str]) -> str:
    """A node as text; `forms` has those that have been asked for, by the ids of nodes that live as long as they do."""
    if id(node) not in forms:
        forms[id(node)] = ast.dump(node)
    return forms[id(node)]


def _fixed(tree: ast.expr) -> dict[str, frozenset[str]]:
    """What a condition says that something is: of each, by its form, the texts and numbers that it may be."""
    if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
        fixed: dict[str, frozenset[str]] = {}
        for part in tree.values:
            for name, values in _fixed(part).items():
                fixed[name] = fixed.get(name, values) & values
        return fixed
    right = tree.comparators[0] if isinstance(tree, ast.Compare) and len(tree.ops) == 1 else None
    if not isinstance(tree, ast.Compare) or not isinstance(right, ast.Constant):
        return {}
    operator, given = tree.ops[0], cast(Any, right.value)
    if isinstance(operator, ast.In) and isinstance(given, tuple):  # a list, and no text within a text
        return {ast.dump(tree.left): frozenset(map(_alike, given))}
    return {ast.dump(tree.left): frozenset([_alike(given)])} if isinstance(operator, ast.Eq) else {}


def _alike(value: object) -> str:
    """The same for all that is equal: 1 is 1.0, and true is neither."""
    return repr(float(value) if type(value) is int else value)
