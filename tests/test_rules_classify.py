"""Rules in order: what they come to, what they say of it, and what they refuse."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as hs

from routekit import Contact, Need, Queue, Router
from routekit.errors import InvalidConfiguration, InvalidType, InvalidValue
from routekit.rules import Classifier, Condition, Facts, InvalidCondition, PredicateFailed, Rule

GOLD = Facts(
    channel="chat",
    dialled="+49301234",
    language="de",
    segment="gold",
    customer="cust-9",
    text="My card is lost",
    menu={"topic": "card"},
    attributes={"shop": "berlin", "n": 3},
)


def is_chat(facts: Facts) -> bool:
    return facts.channel == "chat"


def classifier(*rules: Rule) -> Classifier:
    return Classifier(rules, default_queue="desk")


def test_the_first_rule_that_fires_settles_it() -> None:
    rules = classifier(
        Rule('channel == "voice"', queue="calls"),
        Rule(is_chat, queue="chats", name="chats"),
        Rule('segment == "gold"', queue="gold"),
    )
    chosen = rules.classify(GOLD)
    assert (chosen.queue, chosen.priority, chosen.fired) == ("chats", 0.0, ("chats",))
    assert [(one.name, one.fired) for one in chosen.tried] == [("rules[0]", False), ("chats", True)]


def test_whom_no_rule_fits_has_the_default_queue() -> None:
    chosen = classifier(Rule('channel == "voice"', queue="calls")).classify(GOLD)
    assert chosen.queue == "desk" and chosen.fired == ()
    assert classifier().classify({}).contact("c-1") == Contact("c-1", queue="desk")


def test_what_rules_give_together() -> None:
    rules = classifier(
        Rule(add_priority=2, needs=[Need("german", 3), Need("cards", 1)], prefer=("ann", "bob"), stop=False),
        Rule(priority=10, attributes={"a": 1}, knowledge=["kb-1"], prefer=["bob", "cid"], stop=False),
        Rule(priority=20, add_priority=-1, needs=[Need("cards", 2)], attributes={"a": 2, "b": 3}, stop=False),
        Rule(queue="cards", script="card-lost", knowledge=["kb-2", "kb-1"], stop=False),
        Rule(queue="other", script="other"),
        Rule(queue="never", add_priority=1000),
    )
    chosen = rules.classify(GOLD)
    assert chosen.queue == "cards" and chosen.priority == 11.0 and chosen.script == "card-lost"
    assert chosen.needs == (Need("german", 3), Need("cards", 2))
    assert chosen.prefer == ("ann", "bob", "cid") and chosen.knowledge == ("kb-1", "kb-2")
    assert chosen.attributes == {"a": 1, "b": 3}


def test_the_contact_has_what_the_rules_gave() -> None:
    rules = classifier(
        Rule(prefer=["ann"], knowledge=["kb-1"], stop=False),
        Rule(queue="cards", priority=3, needs=[Need("cards")], script="s-1", attributes={"shop": "bonn", "new": [1]}),
    )
    contact = rules.classify(GOLD).contact("c-1", waiting_since=5.0)
    assert contact == Contact(
        "c-1",
        queue="cards",
        channel="chat",
        priority=3,
        needs=(Need("cards"),),
        customer="cust-9",
        attributes={"shop": "bonn", "n": 3, "new": (1,)},
        waiting_since=5.0,
        prefer=("ann",),
        script="s-1",
        knowledge=("kb-1",),
    )
    router = Router()
    router.add_queue(Queue("cards"), at=0.0)
    assert router.enqueue(contact, at=6.0)[0].contact == "c-1"


def test_the_priority_stays_one_that_a_contact_may_have() -> None:
    rules = classifier(Rule(add_priority=1e9, stop=False), Rule(priority=1e9))
    assert rules.classify({}).contact("c-1").priority == 1e9


def test_the_explanation_says_who_fired_and_why() -> None:
    rules = classifier(
        Rule('language == "en"', name="english", queue="english"),
        Rule(is_chat, name="chats", add_priority=5, stop=False),
        Rule('menu.topic == "card"\n and attributes.vip', name="vip", queue="vip"),
        Rule(name="all", queue="cards", needs=[Need("cards", 2)], prefer=["ann"], script="s-1", attributes={"a": "b"}),
    )
    assert rules.classify(GOLD).explain().splitlines() == [
        "no    english: language == \"en\" [language is 'de']",
        "fired chats: is_chat(facts) -> priority +5",
        "no    vip: menu.topic == \"card\" and attributes.vip [menu.topic is 'card', attributes.vip is missing]",
        "fired all: always -> queue cards; script s-1; needs cards 2; prefer ann; a = 'b'",
        "queue cards, priority 5, needs cards 2, prefer ann",
    ]


@pytest.mark.parametrize(
    ("answer", "said"), [(None, "None"), (1, "1"), ("yes", "'yes'"), (ZeroDivisionError("no"), "ZeroDivisionError: no")]
)
def test_a_predicate_that_fails_is_named(answer: object, said: str) -> None:
    def predicate(facts: Facts) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    for name in ("odd", None):
        with pytest.raises(PredicateFailed, match=said) as caught:
            classifier(Rule(predicate, name=name, queue="q")).classify(GOLD)
        assert caught.value.rule == (name or "rules[0]") and said in caught.value.error
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_all_faults_of_a_rule_at_once() -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        Rule(
            "chanel == 1",
            name="",
            queue=5,  # type: ignore[arg-type]
            priority=float("nan"),
            add_priority=1e10,
            needs=["billing"],  # type: ignore[list-item]
            prefer="ann",
            knowledge=["a", "a"],
            script="",
            attributes={"a": object()},
            stop=1,  # type: ignore[arg-type]
        )
    faults = caught.value.exceptions
    assert {fault.path for fault in faults} == {
        *("when", "name", "queue", "priority", "add_priority", "needs[0]", "prefer", "knowledge[1]", "script"),
        *("attributes.a", "stop"),
    }
    (condition,) = (fault for fault in faults if isinstance(fault, InvalidCondition))
    assert (condition.line, condition.column) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"when": 5}, "when"),
        ({"needs": None}, "needs"),
        ({"needs": "billing"}, "needs"),
        ({"attributes": 5}, "attributes"),
        ({"stop": False}, "stop"),
        ({"when": "attributes.x", "stop": False}, "stop"),
    ],
)
def test_what_a_rule_refuses(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        Rule(**fields)
    assert [fault.path for fault in caught.value.exceptions] == [path]


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        (["queue"], "rules[0]"),
        ("rules", "rules"),
        (None, "rules"),
        ([Rule(name="a"), Rule(), Rule(name="a")], "rules[2].name"),
    ],
)
def test_what_a_classifier_refuses(rules: Any, path: str) -> None:
    with pytest.raises(InvalidConfiguration) as caught:
        Classifier(rules, default_queue="desk")
    assert [fault.path for fault in caught.value.exceptions] == [path]
    with pytest.raises(InvalidConfiguration):
        Classifier([], default_queue="")


def test_facts_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidValue, match="colour"):
        classifier().classify({"colour": "red"})
    with pytest.raises(InvalidType):
        classifier().classify(5)  # type: ignore[arg-type]


def test_rules_are_values() -> None:
    rule = Rule("attributes.x", queue="q", needs=[Need("a")])
    assert rule == Rule(Condition("attributes.x"), queue="q", needs=(Need("a"),)) and hash(rule)
    assert pickle.loads(pickle.dumps(classifier(rule))) == classifier(rule)
    chosen = classifier(rule).classify(GOLD)
    assert pickle.loads(pickle.dumps(chosen)) == chosen and hash(chosen)


@pytest.mark.parametrize(
    ("rules", "warned"),
    [
        ([Rule(queue="a"), Rule(is_chat, queue="b"), Rule()], [("rules[1]", "rules[0]"), ("rules[2]", "rules[0]")]),
        ([Rule(add_priority=1, stop=False), Rule(queue="b")], []),
        ([Rule(is_chat, name="x"), Rule("attributes.x"), Rule(is_chat)], [("rules[2]", "x")]),
        ([Rule('channel=="a"'), Rule('channel == "a"')], [("rules[1]", "rules[0]")]),
        ([Rule('channel == "a"'), Rule('language == "b" and channel == "a"')], [("rules[1]", "rules[0]")]),
        ([Rule('language == "b" and channel == "a"'), Rule('channel == "a"')], []),
        ([Rule('channel == "a"', add_priority=1, stop=False), Rule('channel == "a"')], []),
        ([Rule('channel == "a"'), Rule(is_chat)], []),
        ([Rule(is_chat), Rule()], []),
    ],
)
def test_rules_that_never_fire_are_found(rules: list[Rule], warned: list[tuple[str, str]]) -> None:
    found = classifier(*rules).check()
    assert [(warning.rule, warning.behind) for warning in found] == warned
    for warning in found:
        assert warning.rule in str(warning) and warning.behind in str(warning)


_conditions = hs.sampled_from(
    [None, is_chat, 'channel == "chat"', 'channel == "chat" and attributes.x', "attributes.x", "not attributes.x"]
)
_rules = hs.lists(
    hs.builds(
        lambda when, queue, add, stop: Rule(when, queue=queue, add_priority=add, stop=stop),
        _conditions,
        hs.sampled_from(["a", "b"]),
        hs.integers(-2, 2),
        hs.booleans(),
    ),
    max_size=6,
)
_known = hs.builds(
    lambda channel, x: Facts(channel=channel, attributes={"x": x}), hs.sampled_from(["chat", "voice"]), hs.booleans()
)


@given(_rules, _known)
def test_classifying_is_trying_in_order(rules: list[Rule], facts: Facts) -> None:
    fired = []
    for rule in rules:
        when = rule.when
        if when is None or (when.matches(facts) if isinstance(when, Condition) else when(facts)):
            fired.append(rule)
            if rule.stop:
                break
    chosen = classifier(*rules).classify(facts)
    assert [one.rule for one in chosen.tried if one.fired] == fired
    assert chosen.queue == (fired[0].queue if fired else "desk")
    assert chosen.priority == sum(rule.add_priority for rule in fired)
    assert chosen == classifier(*rules).classify(facts)
    # Who is said never to fire does not, and could be left out.
    silent = {warning.rule for warning in classifier(*rules).check()}
    assert not silent & set(chosen.fired)
    left = [rule for index, rule in enumerate(rules) if f"rules[{index}]" not in silent]
    assert classifier(*left).classify(facts).contact("c") == chosen.contact("c")
