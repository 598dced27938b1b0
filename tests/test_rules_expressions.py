"""Conditions as text: what they mean, what they refuse and where, and that they never raise once they are made."""

from __future__ import annotations

import ast
import copy
import pickle
import subprocess
import sys
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as hs

from routekit.errors import InvalidType, InvalidValue, RoutekitError
from routekit.rules import Classifier, Condition, Facts, InvalidCondition, Rule
from routekit.rules.expressions import MISSING, NAMES

WHOLE = (
    'channel == "chat" and "billing" in text and attributes.segment == "gold"'
    ' and (dialled == "+49301234" or menu.topic in ["card", "loan"])'
)
CARD = Facts(channel="chat", text="about billing", attributes={"segment": "gold"}, menu={"topic": "card"})


def holds(condition: str, /, **known: Any) -> bool:
    return Condition(condition).matches(Facts(**known))


def test_a_whole_condition() -> None:
    condition = Condition(WHOLE)
    assert condition.matches(CARD)
    assert condition.matches(
        {"channel": "chat", "text": "billing", "attributes": {"segment": "gold"}, "dialled": "+49301234"}
    )
    assert not condition.matches(Facts(channel="voice", text="about billing", attributes={"segment": "gold"}))
    assert not condition.matches(Facts())
    assert condition.reads == ("channel", "text", "attributes.segment", "dialled", "menu.topic")


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ('language != "de"', {"language": "en"}),
        ("attributes.n < 3", {"attributes": {"n": 2.5}}),
        ("attributes.n <= 3", {"attributes": {"n": 3}}),
        ("attributes.n > -3", {"attributes": {"n": 0}}),
        ("3 >= attributes.n", {"attributes": {"n": 3}}),
        ("1 < attributes.n < 5", {"attributes": {"n": 3}}),
        ("attributes.n == 1", {"attributes": {"n": 1.0}}),
        ("attributes.vip", {"attributes": {"vip": True}}),
        ("attributes.vip == true and attributes.vip != False", {"attributes": {"vip": True}}),
        ("not attributes.vip", {"attributes": {"vip": "yes"}}),
        ("attributes.a.b == 'x'", {"attributes": {"a": {"b": "x"}}}),
        ("attributes['due date'] == 'x'", {"attributes": {"due date": "x"}}),
        ("attributes._x == 1 and attributes.items == 2", {"attributes": {"_x": 1, "items": 2}}),
        ("'gold' in attributes.tags", {"attributes": {"tags": ["gold", "new"]}}),
        ("'new' not in attributes.tags", {"attributes": {"tags": ["gold"]}}),
        ("'tags' in attributes", {"attributes": {"tags": []}}),
        ("'topic' not in menu", {}),
        ("attributes.n in [1, 2.5]", {"attributes": {"n": 2.5}}),
        ("channel not in ['chat']", {}),
        ("attributes.word in text", {"attributes": {"word": "bill"}, "text": "billing"}),
        ("starts_with(dialled, '+49')", {"dialled": "+4930"}),
        ("ends_with(caller, '30')", {"caller": "+4930"}),
        ("'bill' in lower(text)", {"text": "BILLING"}),
        ("lower(attributes.name) == 'ann'", {"attributes": {"name": "Ann"}}),
        ("attributes.a == attributes.b", {"attributes": {"a": [1, {"c": 2}], "b": [1, {"c": 2}]}}),
        ("channel == 'voice'  # calls\n  and language == 'de'", {"language": "de"}),
        ("channel == 'chat' or channel == 'voice' and not language == 'de'", {"language": "en"}),
    ],
)
def test_what_holds(text: str, known: dict[str, Any]) -> None:
    assert holds(text, **known)


@pytest.mark.parametrize(
    "text",
    [
        *(f"attributes.x {operator} 1" for operator in ("==", "!=", "<", "<=", ">", ">=")),
        *(f'"a" {operator} attributes.x' for operator in ("in", "not in")),
        *(f'attributes.x {operator} ["a"]' for operator in ("in", "not in")),
        *(f'text {operator} "a"' for operator in ("==", "!=", "in", "not in")),
        "attributes.x",
        "attributes.x.y.z == 1",
        "attributes.x == attributes.y",
        "attributes.x != attributes.x",
        'starts_with(dialled, "+49")',
        'lower(text) != "a"',
        'menu["a b"] != "x"',
    ],
)
def test_a_comparison_with_something_missing_is_false_and_its_negation_true(text: str) -> None:
    nothing = Facts(attributes={"null": None})
    assert not Condition(text).matches(nothing)
    assert Condition(f"not ({text})").matches(nothing)
    # It does not spoil what stands beside it.
    assert Condition(f'{text} or channel == "voice"').matches(nothing)
    assert not Condition(text.replace("attributes.x", "attributes.null")).matches(nothing)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("attributes.x > 1", "2"),
        ("attributes.x < 1", True),
        ("attributes.x == 1", True),
        ("attributes.x == true", 1),
        ('attributes.x == "1"', 1),
        ("attributes.x", 1),
        ("attributes.x", "true"),
        ('"a" in attributes.x', 5),
        ('"a" not in attributes.x', 5),
        ("1 in attributes.x", "1"),
        ("1 not in attributes.x", {"1": 1}),
        ("attributes.x in [1]", True),
        ("attributes.x.y == 1", "text"),
        ('starts_with(attributes.x, "1")', 1),
        ('lower(attributes.x) == "1"', 1),
    ],
)
def test_what_is_of_another_kind_is_not_comparable(text: str, value: object) -> None:
    assert not holds(text, attributes={"x": value})


def test_different_kinds_differ() -> None:
    assert holds('attributes.x != "1"', attributes={"x": 1})


@pytest.mark.parametrize(
    ("text", "line", "column", "value"),
    [
        ('chanel == "chat"', 1, 1, "chanel"),
        ('channel == "chat" and foo == 1', 1, 23, "foo"),
        ('text == "é€" and foo == 1', 1, 18, "foo"),
        ('channel == "a" or\n   bar == 2', 2, 4, "bar"),
        ('channel == "a" or\r\n   bar == 2', 2, 4, "bar"),
        ("channel == 5", 1, 1, "channel == 5"),
        ("text > 'a'", 1, 1, "text > 'a'"),
        ("channel", 1, 1, "channel"),
        ("menu", 1, 1, "menu"),
        ('language == "a" and "b"', 1, 21, '"b"'),
        ('channel in ["a", 5]', 1, 1, 'channel in ["a", 5]'),
        ('channel in ["a", language]', 1, 18, "language"),
        ("5 in text", 1, 1, "5 in text"),
        ('"a" in 5', 1, 1, '"a" in 5'),
        ("1 == 1", 1, 1, "1 == 1"),
        ("channel.lower() == 'a'", 1, 1, "channel.lower"),
        ("channel.x == 'a'", 1, 1, "channel.x"),
        ("attributes == 1", 1, 1, "attributes == 1"),
        ("attributes[0] == 1", 1, 12, "0"),
        ("attributes[channel] == 1", 1, 12, "channel"),
        ("len(text) == 1", 1, 1, "len"),
        ('__import__("os")', 1, 1, "__import__"),
        ("lower(5) == 'a'", 1, 7, "5"),
        ("lower(text, text) == 'a'", 1, 1, "lower(text, text)"),
        ("starts_with(dialled, prefix='a')", 1, 1, "starts_with(dialled, prefix='a')"),
        ("lower('A') == channel", 1, 1, "lower('A')"),
        ("channel is 'a'", 1, 1, None),
        ("attributes.n + 1 == 2", 1, 1, "attributes.n + 1"),
        ("attributes.n == 10 ** 9 ** 9", 1, 17, "10 ** 9 ** 9"),
        ("attributes.n == 1e999", 1, 17, "1e999"),
        ("attributes.n == None", 1, 17, "None"),
        ("attributes.n == b'a'", 1, 17, "b'a'"),
        ("attributes.n == f'{channel}'", 1, 17, "f'{channel}'"),
        ("[x for x in text] == 1", 1, 1, "[x for x in text]"),
        ("(lambda: 1)()", 1, 2, "lambda: 1"),
        ("channel == 'a' if text else true", 1, 1, None),
        ("attributes.class == 1", 1, 12, "class == 1"),
        ("channel == 'a' and", 1, None, None),
        ("channel = 'a'", 1, None, None),
        ("channel == 'a')", 1, None, None),
        ("(channel == 'a'", 1, 1, None),
        ("channel == 'a') or (channel == 'b'", 1, 1, None),
        ("channel == 'a', channel == 'b'", 1, 1, None),
        ("channel == 'a'\n)\nimport os\n(", None, None, None),
        (r"text == '\d'", 1, None, None),
        ("text == '\0'", 1, None, None),
        ("text == '\ud800'", 1, 1, None),
        ("", 1, 1, ""),
        ("  # nothing", 1, 1, None),
        ("(" * 500 + "attributes.x" + ")" * 500, 1, None, None),
        ("not " * 100 + "attributes.x", 1, None, None),
        ("attributes.n == " + "9" * 5000, 1, None, None),
        ("attributes" + ".a" * 4000 + " == 1", 1, 1, None),
        ("attributes" + ".a" * 60 + " == 1", 1, 1, None),
        ("channel == 'a'" + " " * 10_000, 1, 1, None),
    ],
)
def test_what_is_refused_and_where(text: str, line: int | None, column: int | None, value: str | None) -> None:
    with pytest.raises(InvalidCondition) as caught:
        Condition(text)
    fault = caught.value
    assert isinstance(fault, InvalidValue) and isinstance(fault, RoutekitError)
    assert fault.path == "text"
    assert fault.line == (line or fault.line) and fault.column == (column or fault.column)
    assert fault.line >= 1 and fault.column >= 1
    assert f"line {fault.line}, column {fault.column}" in str(fault)
    if value is not None:
        assert fault.value == value


def test_a_fault_keeps_its_place_under_other_paths() -> None:
    with pytest.raises(InvalidCondition) as caught:
        Condition("channel == 5")
    further = caught.value.below("rules[3]")
    assert (further.path, further.line, further.column) == ("rules[3].text", 1, 1)
    again = pickle.loads(pickle.dumps(further))
    assert str(again) == str(further) and vars(again) == vars(further)


def test_what_is_no_text_is_a_wrong_type() -> None:
    for value in (None, 5, b"channel"):
        with pytest.raises(InvalidType):
            Condition(value)  # type: ignore[arg-type]


def test_conditions_are_values() -> None:
    one, same, other = Condition(WHOLE), Condition(WHOLE), Condition("attributes.x")
    assert one == same and hash(one) == hash(same) and one != other and one != WHOLE
    assert repr(one) == f"Condition({WHOLE!r})" and str(one) == WHOLE
    for again in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert again == one and again.matches(CARD)
    with pytest.raises(AttributeError):
        one.text = "x"  # type: ignore[misc]


def test_what_it_reads() -> None:
    values = Condition(WHOLE).values(CARD)
    assert values["menu.topic"] == "card" and values["dialled"] is MISSING
    assert list(values) == list(Condition(WHOLE).reads)


def test_facts_are_checked_and_frozen() -> None:
    facts = Facts(attributes={"tags": ["a"]})
    assert facts.attributes["tags"] == ("a",) and hash(facts) == hash(Facts(attributes={"tags": ("a",)}))
    assert Facts.of(facts) is facts
    for wrong, path in (({"text": 5}, "text"), ({"channel": ""}, "channel"), ({"menu": {"a": object()}}, "menu.a")):
        with pytest.raises((InvalidType, InvalidValue)) as caught:
            Facts.of(wrong)
        assert caught.value.path == path
    with pytest.raises(InvalidValue, match="segmnt"):
        Facts.of({"segmnt": "gold"})
    with pytest.raises(InvalidType):
        Facts.of("chat")  # type: ignore[arg-type]
    assert (
        tuple(Facts.__slots__)[: len(NAMES)] == NAMES
    )  # each name that can be read is a fact, and the other way round


@pytest.mark.parametrize(
    ("one", "other", "implied"),
    [
        ('channel == "a"', 'channel=="a"', True),
        ('channel == "a" and language == "b"', 'language == "b"', True),
        ('language == "b"', 'channel == "a" and language == "b"', False),
        ('channel == "a"', 'channel == "a" or language == "b"', True),
        ('channel == "a" or language == "b"', 'channel == "a"', False),
        ('channel == "a" or language == "b"', 'language == "b" or attributes.x or channel == "a"', True),
        ('language == "b" and channel == "a"', 'channel == "a" and language == "b"', True),
        ('attributes.x and (channel == "a" or language == "b")', 'channel == "a" or language == "b"', True),
        ('channel == "a"', 'channel == "b"', False),
        ('not channel == "a"', 'channel != "a"', False),
    ],
)
def test_what_follows_from_what(one: str, other: str, implied: bool) -> None:
    assert Condition(one).implies(Condition(other)) is implied


# Random conditions over few names and values, so that implication and truth meet often.
_atoms = hs.sampled_from(
    [
        'channel == "a"',
        'channel != "a"',
        "attributes.x",
        "attributes.n > 1",
        "attributes.n <= 1",
        '"a" in attributes.x',
        '"a" not in text',
    ]
)
_texts = hs.recursive(
    _atoms,
    lambda inner: hs.one_of(
        inner.map(lambda text: f"not ({text})"),
        hs.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + ") and (".join(parts) + ")"),
        hs.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + ") or (".join(parts) + ")"),
    ),
    max_leaves=6,
)
_values = hs.one_of(
    hs.none(), hs.booleans(), hs.integers(0, 2), hs.sampled_from(["a", "b"]), hs.just(["a"]), hs.just({"a": 1})
)
_facts = hs.builds(
    lambda channel, text, x, n: Facts(channel=channel, text=text, attributes={"x": x, "n": n}),
    hs.sampled_from(["a", "b"]),
    hs.sampled_from([None, "a", "b"]),
    _values,
    _values,
)


@given(_texts, _facts)
def test_and_or_not_mean_what_they_say_and_nothing_raises(text: str, facts: Facts) -> None:
    # The atoms, each by itself, put together by Python.
    atoms = sorted({atom for atom in ATOMS if atom in text}, key=len, reverse=True)
    spelled = text
    for atom in atoms:
        spelled = spelled.replace(atom, str(Condition(atom).matches(facts)))
    assert Condition(text).matches(facts) is eval(spelled)


ATOMS = (
    'channel == "a"',
    'channel != "a"',
    "attributes.x",
    "attributes.n > 1",
    "attributes.n <= 1",
    '"a" in attributes.x',
    '"a" not in text',
)


@given(_texts, _texts, _facts)
def test_what_follows_by_form_holds(one: str, other: str, facts: Facts) -> None:
    first, second = Condition(one), Condition(other)
    if first.implies(second) and first.matches(facts):
        assert second.matches(facts)
    assert Condition(f"({one}) and ({other})").implies(second)
    assert first.implies(Condition(f"({other}) or ({one})"))


@given(hs.text(alphabet="channel=\"' attributes.x()[]<>!,0and or not\n\\#{}:;*", max_size=40))
def test_any_text_is_a_condition_or_an_invalid_one(text: str) -> None:
    try:
        holds = Condition(text).matches(CARD)
    except InvalidCondition as fault:
        place = fault.line
    else:
        place = int(holds in (True, False))
    assert 1 <= place <= text.count("\n") + 1


def test_threads_do_not_share_what_they_read() -> None:
    condition = Condition(" and ".join(["attributes.x == attributes.y"] * 30))
    wrong: list[int] = []

    def match(number: int) -> None:
        facts = Facts(attributes={"x": number, "y": number})
        for _ in range(300):
            if not condition.matches(facts):
                wrong.append(number)

    threads = [threading.Thread(target=match, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_without_the_extra_the_error_names_it() -> None:
    program = (
        "import sys\n"
        "sys.modules['simpleeval'] = None\n"
        "from routekit.errors import MissingExtra\n"
        "from routekit.rules import Classifier, Condition, Rule\n"
        "try:\n"
        "    Condition('channel == \"chat\"')\n"
        "except MissingExtra as missing:\n"
        "    assert missing.extra == 'rules' and 'routekit[rules]' in str(missing)\n"
        "else:\n"
        "    raise AssertionError\n"
        "rule = Rule(lambda facts: facts.channel == 'chat', queue='chats')\n"
        "assert Classifier([rule], default_queue='d').classify({'channel': 'chat'}).queue == 'chats'\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("one", "other", "excluded"),
    [
        ('channel == "chat"', 'channel == "voice"', True),
        ('channel == "chat" and segment == "gold"', 'segment in ["silver", "none"]', True),
        ("attributes.age == 5", "attributes.age in [5.0, 6]", False),
        ('channel == "chat"', 'segment == "voice"', False),
        ('channel == "chat"', 'channel == "voice" or segment == "gold"', False),
        ('channel != "chat"', 'channel == "chat"', False),  # not seen, which may be
        ('text in ["a"]', '"b" in text', False),
    ],
)
def test_conditions_that_exclude_each_other(one: str, other: str, excluded: bool) -> None:
    assert Condition(one).excludes(Condition(other)) is excluded
    assert Condition(other).excludes(Condition(one)) is excluded


def test_each_condition_is_written_down_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = Classifier([Rule(f'channel == "c{n}" and segment == "s"', queue="q") for n in range(30)], default_queue="q")
    written = []
    dump = ast.dump
    monkeypatch.setattr(ast, "dump", lambda node: written.append(node) or dump(node))
    assert rules.check() == []
    assert len(written) <= 60, "two comparisons a rule"
