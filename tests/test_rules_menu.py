"""Menus: what they refuse when they are made, what they understand, and that every session ends and can be restored."""

from __future__ import annotations

import json
import pickle
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as hs
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from routekit.errors import InvalidConfiguration, InvalidType, InvalidValue, RoutekitError, SnapshotError
from routekit.rules import (
    Choice,
    Classifier,
    Digits,
    Facts,
    FreeText,
    InvalidInput,
    Menu,
    MenuEnd,
    MenuEnded,
    MenuOver,
    MenuSession,
    Prompt,
    Prompted,
    Rule,
    TimedOut,
    ValidatorFailed,
)


def bank(**settings: Any) -> Menu:
    return Menu(
        [
            Prompt(
                "language",
                {"en": "English? Press 1.", "de": "Deutsch? Die 2."},
                choices=[
                    Choice("en", keys="1", words="english", language="en", then="topic"),
                    Choice("de", keys="2", words=("deutsch", "german"), language="de", then="topic"),
                ],
            ),
            Prompt(
                "topic",
                {"en": "Cards or loans?", "de": "Karten oder Kredite?"},
                choices=[
                    Choice("card", keys="1", words=("card", "lost card"), then="number", attributes={"urgent": True}),
                    Choice("loan", keys="2", words=("loan", "credit", "kredit")),
                    Choice("back", keys="*", then="language"),
                ],
                timeout_s=5,
                most_timeouts=3,
                most_invalid=2,
                repeat=("9", "again"),
            ),
            Prompt("number", "number-prompt", free=Digits(8), attribute="customer_number", person=("0", "help")),
        ],
        **settings,
    )


def at_topic(**settings: Any) -> MenuSession:
    session = MenuSession(bank(**settings), started_at=0.0)
    session.input("1", at=1.0)
    return session


def names(events: tuple[Any, ...]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_from_the_first_prompt_to_the_queue() -> None:
    session = MenuSession(bank(), started_at=100.0)
    assert session.current == Prompted(
        at=100.0, seq=1, prompt="language", said="English? Press 1.", language="en", attempt=1, ends_at=110.0
    )
    (prompted,) = session.input("2", at=103.0)
    assert prompted == session.current and prompted.said == "Karten oder Kredite?" and prompted.ends_at == 108.0
    (prompted,) = session.input("Lost card!", at=105.0)
    assert (prompted.said, prompted.language) == ("number-prompt", "de")
    (ended,) = session.input("1234-5678#", at=110.0)
    assert ended == session.ended and session.current is None and session.next_deadline is None
    assert ended.reason is MenuEnd.COMPLETED and ended.prompt == "number" and ended.seq == 4
    assert ended.attributes == {"language": "de", "topic": "card", "urgent": True, "customer_number": "12345678"}
    rules = Classifier([Rule('menu.topic == "card" and menu.urgent', queue="cards")], default_queue="desk")
    assert rules.classify(Facts(menu=ended.attributes, language=ended.language)).queue == "cards"


@pytest.mark.parametrize(
    ("text", "led_to"),
    [
        ("1", "number"),
        ("CARD", "number"),
        ("  lost   card. ", "number"),
        ("I have lost a card", "number"),
        ("ein Kredit, bitte", MenuEnd.COMPLETED),
        ("*", "language"),
        ("9", "topic"),
        ("say it again please", "topic"),
        ("0", MenuEnd.PERSON),
        ("Agent!", MenuEnd.PERSON),
        ("a person about my card", MenuEnd.PERSON),
        ("card or loan", None),
        ("1 2", None),
        ("number 1", None),
        ("0 problems", None),
        ("postcards", None),
        ("3", None),
        ("", None),
        ("card " * 3000, None),
    ],
)
def test_what_is_understood(text: str, led_to: str | None) -> None:
    session = at_topic()
    events = session.input(text, at=2.0)
    if led_to is None:
        assert names(events) == ["InvalidInput", "Prompted"]
        assert events[0] == InvalidInput(at=2.0, seq=3, prompt="topic", text=text, left=1)
        assert events[1].attempt == 2
    elif isinstance(led_to, MenuEnd):
        assert names(events) == ["MenuEnded"] and events[0].reason is led_to
    else:
        assert names(events) == ["Prompted"] and events[0].prompt == led_to


def test_choices_come_before_free_input_and_words_count_alone_there() -> None:
    menu = Menu([Prompt("why", "Why?", choices=[Choice("card", words="card")], free=FreeText())])
    for text, reason, value in (
        ("card", MenuEnd.COMPLETED, {"why": "card"}),
        ("my card and an agent ", MenuEnd.COMPLETED, {"why": "my card and an agent"}),
        ("agent", MenuEnd.PERSON, {}),
    ):
        (ended,) = MenuSession(menu, started_at=0.0).input(text, at=1.0)
        assert (ended.reason, ended.attributes) == (reason, value)


def test_words_within_what_free_input_refuses_are_found() -> None:
    (ended,) = MenuSession(bank(), started_at=0.0).input("could I have a person, please", at=1.0)
    assert ended.reason is MenuEnd.PERSON
    menu = Menu([Prompt("number", "?", choices=[Choice("none", words="do not have it")], free=Digits(8))])
    for text, value in (("I do not have it.", "none"), ("1234 5678", "12345678")):
        (ended,) = MenuSession(menu, started_at=0.0).input(text, at=1.0)
        assert ended.attributes == {"number": value}


def test_too_many_invalid_inputs_end_it_with_what_was_learnt() -> None:
    session = at_topic()
    assert [event.left for event in session.input("x", at=2.0) if isinstance(event, InvalidInput)] == [1]
    events = session.input("y", at=3.0)
    assert names(events) == ["InvalidInput", "MenuEnded"] and events[0].left == 0
    assert events[1].reason is MenuEnd.INVALID_INPUT and events[1].attributes == {"language": "en"}


def test_time_outs_prompt_again_and_then_end_it() -> None:
    session = at_topic()
    assert session.next_deadline == 6.0 and session.advance(at=5.9) == ()
    events = session.advance(at=6.0)
    assert events[0] == TimedOut(at=6.0, seq=3, prompt="topic", left=2)
    assert events[1] == session.current and events[1].attempt == 2 and session.next_deadline == 11.0
    assert names(session.advance(at=11.0)) == ["TimedOut", "Prompted"]
    events = session.advance(at=16.0)
    assert names(events) == ["TimedOut", "MenuEnded"] and events[1].reason is MenuEnd.TIMED_OUT
    assert session.advance(at=99.0) == ()


def test_only_time_outs_in_a_row_end_it() -> None:
    session = at_topic()
    session.advance(at=6.0)
    session.advance(at=11.0)
    session.input("again", at=12.0)
    events = session.advance(at=17.0)
    assert events[0].left == 2 and session.ended is None


def test_another_prompt_counts_anew() -> None:
    session = at_topic()
    session.input("x", at=2.0)
    session.advance(at=7.0)
    session.input("*", at=8.0)
    session.input("1", at=9.0)
    assert session.input("x", at=10.0)[0].left == 1
    assert session.advance(at=15.0)[0].left == 2


def test_a_prompt_is_never_timed_out_in_the_call_that_said_it() -> None:
    session = at_topic()
    events = session.advance(at=100.0)  # the app was late
    assert names(events) == ["TimedOut", "Prompted"]
    assert events[0].at == 6.0 and events[1].ends_at == 105.0 == session.next_deadline


def test_what_comes_at_the_deadline_is_late_and_counts_for_what_is_said_again() -> None:
    session = at_topic()
    events = session.input("2", at=6.0)
    assert names(events) == ["TimedOut", "Prompted", "MenuEnded"]
    assert events[-1].reason is MenuEnd.COMPLETED


def test_the_whole_has_an_end_whatever_is_put_in() -> None:
    session = at_topic(most_s=30.0)
    for at in range(2, 30):
        session.input("again", at=float(at))
    assert session.next_deadline == 30.0 and session.current is not None and session.current.ends_at == 30.0
    (ended,) = session.input("2", at=30.5)  # too late for the menu
    assert ended == MenuEnded(
        at=30.0,
        seq=ended.seq,
        prompt="topic",
        reason=MenuEnd.TOO_LONG,
        language="en",
        attributes=ended.attributes,
    )
    with pytest.raises(MenuOver) as caught:
        session.input("2", at=31.0)
    assert caught.value.reason == MenuEnd.TOO_LONG


def test_a_time_that_steps_back_is_now() -> None:
    session = MenuSession(bank(), started_at=100.0)
    (prompted,) = session.input("1", at=50.0)
    assert prompted.at == 100.0 and session.now == 100.0


def test_bad_arguments_change_nothing() -> None:
    session = at_topic()
    before = session.snapshot()
    for call in (
        lambda: session.input("1", at=float("nan")),
        lambda: session.advance(at=float("inf")),
        lambda: session.advance(at=None),  # type: ignore[arg-type]
        lambda: session.input(1, at=99.0),  # type: ignore[arg-type]
        lambda: session.input(None, at=99.0),  # type: ignore[arg-type]
    ):
        with pytest.raises((InvalidValue, InvalidType)):
            call()
    assert session.snapshot() == before
    with pytest.raises(InvalidType):
        MenuSession("menu", started_at=0.0)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        MenuSession(bank(), started_at=float("nan"))


@pytest.mark.parametrize("answer", [5, ValueError("no")])
def test_a_validator_that_fails_is_named_and_takes_nothing(answer: object) -> None:
    def validator(text: str) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    session = MenuSession(Menu([Prompt("free", "?", free=validator)]), started_at=0.0)
    with pytest.raises(ValidatorFailed, match="free") as caught:
        session.input("x", at=10.0)
    assert names(caught.value.events) == ["TimedOut", "Prompted"]
    assert session.advance(at=10.0) == () and session.next_deadline == 20.0


def test_a_session_may_begin_in_any_language() -> None:
    for language, said in (("de", "Deutsch? Die 2."), ("fr", "English? Press 1.")):
        current = MenuSession(bank(), started_at=0.0, language=language).current
        assert current is not None and (current.said, current.language) == (said, language)


@pytest.mark.parametrize(
    ("validator", "text", "value"),
    [
        (Digits(4), "12 34", "1234"),
        (Digits(4), "123", None),
        (Digits(4), "12345", None),
        (Digits(4), "١٢٣٤", None),
        (Digits(4), "12a4", None),
        (Digits(1, 3), "²", None),
        (Digits(1, 3), "12#", "12"),
        (FreeText(3), " ab ", "ab"),
        (FreeText(3), "abcd", None),
    ],
)
def test_validators(validator: Any, text: str, value: str | None) -> None:
    assert validator(text) == value


def faults_of(make: Any) -> dict[str, str]:
    with pytest.raises(InvalidConfiguration) as caught:
        make()
    assert isinstance(caught.value, RoutekitError)
    return {fault.path: fault.problem for fault in caught.value.exceptions}


def test_menus_are_values() -> None:
    menu = bank()
    assert menu == bank() and hash(menu) == hash(bank()) and menu != bank(most_s=5)
    again = pickle.loads(pickle.dumps(menu))
    assert again == menu and attrs.evolve(menu, most_s=5) == bank(most_s=5)
    session = MenuSession(again, started_at=0.0)
    session.input("1", at=1.0)
    assert session.input("card", at=2.0)[-1].said == "number-prompt"
    with pytest.raises(AttributeError):
        menu.most_s = 5  # type: ignore[misc]


def test_all_that_is_wrong_with_a_menu_at_once() -> None:
    go = Choice("go", keys="1", then="b")
    found = faults_of(
        lambda: Menu(
            [
                Prompt("a", {"en": "A"}, choices=[go, Choice("x", keys="1", words="agent")]),
                Prompt("b", {"de": "B"}, choices=[Choice("back", keys="1", then="c")], person=()),
                Prompt("c", "C", choices=[Choice("on", keys="9", then="b")], repeat="9"),
                Prompt("lost", "L", free=Digits(1, 3)),
                Prompt("a", {"en": "A", "de": "A"}, free=FreeText()),
            ],
            most_s=0,
        )
    )
    assert set(found) == {
        *("most_s", "prompts[4].name", "a.choices[1].keys[0]", "a.choices[1].words[0]", "b.person", "lost.free"),
        *("c.choices[0].keys[0]", "prompts[3]", "b", "c", "a.said", "b.said"),
    }
    assert "choice 'go'" in found["a.choices[1].keys[0]"] and "way to a person" in found["a.choices[1].words[0]"]


def test_a_way_to_nowhere_and_one_that_goes_round() -> None:
    nowhere = [Prompt("a", "A", choices=[Choice("x", keys="1", then="b")], free=FreeText(), then="c")]
    assert set(faults_of(lambda: Menu(nowhere))) == {"a.choices[0].then", "a.then"}
    with pytest.raises(InvalidConfiguration) as caught:
        Menu([Prompt("a", "A", choices=[Choice("x", keys="1", then="b")]), Prompt("b", "B", free=FreeText(), then="a")])
    assert [(fault.path, fault.value) for fault in caught.value.exceptions] == [("a", "a > b > a"), ("b", "b > a > b")]
    Menu([Prompt("a", "A", choices=[Choice("x", keys="1", then="a"), Choice("y", keys="2")])])  # one way out is enough


@pytest.mark.parametrize(
    ("make", "paths"),
    [
        (lambda: Menu([]), {"prompts"}),
        (lambda: Menu("menu"), {"prompts"}),  # type: ignore[arg-type]
        (lambda: Menu(["a"], language="", person=(" ",)), {"prompts[0]", "language", "person[0]"}),  # type: ignore[list-item]
        (lambda: Menu([Prompt("a", "A", free=FreeText())], person=()), {"a.person"}),
        (lambda: Prompt("", {}, timeout_s=0, most_timeouts=0, most_invalid=1.5), {  # type: ignore[arg-type]
            *("name", "said", "timeout_s", "most_timeouts", "most_invalid", "choices")}),
        (lambda: Prompt("a", {"en": ""}, free="x"), {"said.en", "free"}),  # type: ignore[arg-type]
        (lambda: Prompt("a", "A", choices=[Choice("x", keys="1")], then="a"), {"then"}),
        (lambda: Prompt("a", "A", choices=["x"]), {"choices[0]"}),  # type: ignore[list-item]
        (lambda: Choice("x"), {"keys"}),
        (lambda: Choice("", keys=("1", "1"), words=" ", then="", language=5, attributes=[]), {  # type: ignore[arg-type]
            *("value", "keys[1]", "words[0]", "then", "language", "attributes")}),
        (lambda: Digits(0), {"least"}),
        (lambda: Digits(3, 2), {"most"}),
        (lambda: FreeText(0), {"most"}),
    ],
)  # fmt: skip
def test_what_the_parts_refuse(make: Any, paths: set[str]) -> None:
    assert set(faults_of(make)) == paths


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "x"}, "format"),
        ({"version": 2}, "version"),
        ({"prompt": "gone"}, "gone"),
        ({"prompt": []}, "changed"),
        ({"now": "x"}, "changed"),
        ({"due": float("nan")}, "changed"),
        ({"timeouts": -1}, "changed"),
        ({"attributes": 5}, "changed"),
        ({"ended": {"at": 1.0, "seq": 1, "reason": "x"}}, "changed"),
        ({"language": ""}, "changed"),
    ],
)
def test_snapshots_that_are_none(change: dict[str, Any], said: str) -> None:
    snapshot = at_topic().snapshot()
    with pytest.raises(SnapshotError, match=said):
        MenuSession.restore(bank(), {**snapshot, **change})
    del snapshot["due"]
    with pytest.raises(SnapshotError):
        MenuSession.restore(bank(), snapshot)


def test_a_session_goes_on_in_a_menu_that_allows_less() -> None:
    session = at_topic()
    session.advance(at=6.0)
    session.advance(at=11.0)
    less = Menu([Prompt("topic", "?", choices=[Choice("x", keys="1")], most_timeouts=1, most_invalid=1)])
    restored = MenuSession.restore(less, session.snapshot())
    assert names(restored.advance(at=16.0)) == ["TimedOut", "MenuEnded"]


WORDS = ("1", "2", "card", "lost card", "loan", "again")
INPUTS = (*WORDS, "0", "agent", "x", "", "12345678", "card and loan", "an agent for my card", "9" * 20_000)


@hs.composite
def menus(draw: Any) -> Menu:
    """Small menus of every shape: a chain from the first prompt to the end, with other ways here and there."""
    count = draw(hs.integers(1, 4))
    anywhere = hs.one_of(hs.none(), hs.integers(0, count - 1).map(lambda number: f"p{number}"))
    prompts = []
    for number in range(count):
        words = draw(hs.lists(hs.sampled_from(WORDS[:5]), unique=True, max_size=3))
        free = draw(hs.sampled_from([None, Digits(8), FreeText(20)])) if words else FreeText(20)
        ways = [f"p{number + 1}" if number + 1 < count else None, *(draw(anywhere) for _ in words)]
        prompts.append(
            Prompt(
                f"p{number}",
                draw(hs.sampled_from(["?", {"en": "?", "de": "?!"}])),
                choices=[
                    Choice(
                        word,
                        words=word,
                        then=ways[index],
                        language=draw(hs.sampled_from([None, "de"])),
                        attributes={"n": [number]},
                    )
                    for index, word in enumerate(words)
                ],
                free=free,
                then=ways[-1 if words else 0] if free else None,
                timeout_s=draw(hs.sampled_from([1.0, 7.5, 100.0])),
                most_timeouts=draw(hs.integers(1, 5)),
                most_invalid=draw(hs.integers(1, 5)),
                repeat=draw(hs.sampled_from([(), ("again",)])),
            )
        )
    return Menu(prompts, most_s=draw(hs.sampled_from([20.0, 600.0])))


class Walks(RuleBasedStateMachine):
    """Two sessions are told the same, one of them restored from a snapshot before each call; both say the same."""

    @initialize(menu=menus(), at=hs.sampled_from([-5.0, 0.0, 1e9, 1e14]))
    def begin(self, menu: Menu, at: float) -> None:
        self.menu = menu
        self.session = MenuSession(menu, started_at=at)
        self.over_at = at + menu.most_s
        assert self.session.current is not None
        self.events: list[Any] = [self.session.current]

    def both(self, verb: str, *arguments: Any, at: float) -> None:
        twin = MenuSession.restore(self.menu, json.loads(json.dumps(self.session.snapshot())))
        assert (twin.current, twin.ended, twin.next_deadline) == (
            self.session.current,
            self.session.ended,
            self.session.next_deadline,
        )
        told = getattr(self.session, verb)(*arguments, at=at)
        assert getattr(twin, verb)(*arguments, at=at) == told
        assert twin.snapshot() == self.session.snapshot()
        self.events += told

    @precondition(lambda self: self.session.ended is None)
    @rule(text=hs.sampled_from(INPUTS), later=hs.sampled_from([-1.0, 0.0, 0.5, 8.0]))
    def put_in(self, text: str, later: float) -> None:
        self.both("input", text, at=self.session.now + later)

    @rule(later=hs.sampled_from([-1.0, 0.0, 1.0, 50.0, 700.0]))
    def pass_time(self, later: float) -> None:
        self.both("advance", at=self.session.now + later)

    @precondition(lambda self: self.session.ended is None)
    @rule()
    def wait_for_the_deadline(self) -> None:
        deadline = self.session.next_deadline
        assert deadline is not None
        before = len(self.events)
        self.both("advance", at=deadline)
        assert len(self.events) > before  # a deadline is never idle

    @precondition(lambda self: self.session.ended is None)
    @rule()
    def a_person_is_always_there(self) -> None:
        twin = MenuSession.restore(self.menu, self.session.snapshot())
        assert twin.input("0", at=twin.now)[-1].reason in (MenuEnd.PERSON, MenuEnd.TOO_LONG)

    @invariant()
    def nothing_sticks(self) -> None:
        if not hasattr(self, "session"):
            return
        assert [event.seq for event in self.events] == list(range(1, len(self.events) + 1))
        assert all(one.at <= two.at for one, two in zip(self.events, self.events[1:], strict=False))
        ends = [event for event in self.events if isinstance(event, MenuEnded)]
        assert (self.session.ended is None) == (not ends) and len(ends) <= 1
        assert not ends or self.events[-1] is ends[0]
        if self.session.ended is not None:
            assert self.session.current is None and self.session.next_deadline is None
            return
        assert self.session.now < self.over_at
        assert self.session.current == next(event for event in reversed(self.events) if isinstance(event, Prompted))
        # Left alone until its end, it ends; and so it does deadline by deadline, in a number of steps that is bounded.
        late = MenuSession.restore(self.menu, self.session.snapshot())
        late.advance(at=self.over_at)
        assert late.ended is not None
        steps = 0
        early = MenuSession.restore(self.menu, self.session.snapshot())
        while (deadline := early.next_deadline) is not None:
            early.advance(at=deadline)
            steps += 1
        assert early.ended is not None and steps <= 6


TestWalks = Walks.TestCase
TestWalks.settings = settings(stateful_step_count=20)
