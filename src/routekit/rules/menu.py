"""Menus: what a caller, a chat or a form is asked before it has a queue, as a tree of prompts.

A `Menu` is the configuration: prompts with their choices, checked as a whole when it is made. One walk through it is a
`MenuSession`, in `menu_session`. Nothing here plays, listens, or decides where a contact goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias, cast

import attrs

from routekit._faults import Faults
from routekit._frozen import EMPTY, FrozenMap, plain_map
from routekit._numbers import LEAST_SECONDS, MOST_SECONDS, MOST_WHOLE, whole, within
from routekit.errors import InvalidType, InvalidValue, RoutekitError, _shorten

MOST_INPUT = 10_000
"""The most characters that are taken of one input; longer ones are invalid."""


class ValidatorFailed(RoutekitError, ValueError):
    """A validator of the app's own raised, or gave neither a str nor None. ``prompt`` names where."""

    def __init__(self, *, prompt: str, error: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(
            f"the validator of prompt {prompt!r} failed, so that nothing was taken: {error}", events=events
        )
        self.prompt = prompt
        self.error = error


@attrs.frozen
class Digits:
    """Takes digits: ``least`` to ``most`` of them, or exactly ``least`` if ``most`` is left out.

    Spaces, dots, dashes and slashes between them are left out, and so is a ``#`` at the end.

    >>> Digits(8)("1234-5678#"), Digits(8)("1234"), Digits(1, 3)("42")
    ('12345678', None, '42')
    """

    least: int
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.each(whole, "least", args=(1, MOST_WHOLE))
        faults.each(whole, "most", args=(1, MOST_WHOLE), optional=True)
        if not faults.found and self.most is not None and self.most < self.least:
            faults.add("most", self.most, f"must be at least {self.least}, which is the least")
        faults.raise_any("Digits")

    def __call__(self, text: str) -> str | None:
        digits = text.strip().removesuffix("#").translate(str.maketrans("", "", " .-/"))
        most = self.least if self.most is None else self.most
        # isdigit alone takes digits of every script, and superscripts.
        return digits if digits.isascii() and digits.isdigit() and self.least <= len(digits) <= most else None


@attrs.frozen
class FreeText:
    """Takes any text of up to ``most`` characters that is not empty; spaces around it are left out.

    >>> FreeText()("  my card is lost "), FreeText(5)("my card"), FreeText()(" ")
    ('my card is lost', None, None)
    """

    most: int = 1000

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.each(whole, "most", args=(1, MOST_INPUT))
        faults.raise_any("FreeText")

    def __call__(self, text: str) -> str | None:
        text = text.strip()
        return text if 0 < len(text) <= self.most else None


_Meaning: TypeAlias = int | Literal["person", "repeat", "free"]

Validator: TypeAlias = Callable[[str], str | None]
"""What takes free input: gives the value that it stands for, or None. `Digits`, `FreeText`, or a function."""


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return cast("tuple[str, ...]", value)


def _names_or_none(value: Iterable[str] | None) -> tuple[str, ...] | None:
    return cast("tuple[str, ...] | None", value)


def _choices(value: Iterable[Choice]) -> tuple[Choice, ...]:
    return cast("tuple[Choice, ...]", value)


def _said(value: str | Mapping[str, str]) -> Mapping[str, str]:
    return cast("Mapping[str, str]", value)


@attrs.frozen
class Choice:
    """One of the answers to a prompt: put in as one of its ``keys``, or with one of its ``words`` and synonyms in it.

    It sets the prompt's attribute to ``value``, and ``attributes`` besides. ``then`` names the next prompt, which may
    be one that was there before; without it the menu ends here. ``language`` is what the menu speaks from then on.

    >>> Choice("card", keys="1", words=("card", "lost card"), then="card")
    Choice(value='card', keys=('1',), words=('card', 'lost card'), then='card', language=None, attributes={})
    """

    value: str
    keys: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    words: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    then: str | None = attrs.field(default=None, kw_only=True)
    language: str | None = attrs.field(default=None, kw_only=True)
    attributes: Mapping[str, Any] = attrs.field(default=EMPTY, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.text("value")
        _settle_words(faults, "keys", "words")
        if not faults.found and not self.keys and not self.words:
            faults.add("keys", self.keys, "must not be empty where there are no words: nobody could choose this")
        for name in ("then", "language"):
            if getattr(self, name) is not None:
                faults.text(name)
        try:
            faults.settle("attributes", plain_map(self.attributes, "attributes"))
        except InvalidValue as fault:
            faults.found.append(fault)
        except InvalidType as fault:
            faults.add("attributes", fault.value, "must be a mapping")
        faults.raise_any(f"Choice {self.value!r}")


def _settle_words(faults: Faults, *names: str) -> None:
    for name in names:
        if isinstance(getattr(faults.value, name), str):  # one alone, as configuration files like to have it
            faults.settle(name, (getattr(faults.value, name),))
        for index, word in enumerate(faults.names(name) or ()):
            if not plain(word):
                faults.add(f"{name}[{index}]", word, "must have letters, digits or signs in it")


@attrs.frozen
class Prompt:
    """One place of a menu: what is ``said``, and what may be answered.

    ``said`` is a text, or an id of one, or a mapping of languages to these. The answers are ``choices``, or ``free``
    input with a validator, or both: choices are looked for first. What was chosen goes to ``attribute``, which is the
    prompt's name if left out; ``then`` is where free input leads, as for a choice. After ``timeout_s`` without input it
    is said again, and after ``most_timeouts`` in a row, or ``most_invalid`` inputs that it does not understand, the
    menu ends. ``person`` are the keys and words for a person, if they are not the menu's. ``repeat`` are those for
    hearing it again, which counts as nothing.

    >>> prompt = Prompt("number", {"en": "Your customer number?", "de": "Ihre Kundennummer?"}, free=Digits(8))
    >>> prompt.said["de"], prompt.timeout_s
    ('Ihre Kundennummer?', 10.0)
    """

    name: str
    said: Mapping[str, str] = attrs.field(converter=_said)
    choices: tuple[Choice, ...] = attrs.field(default=(), converter=_choices, kw_only=True)
    free: Validator | None = attrs.field(default=None, kw_only=True)
    then: str | None = attrs.field(default=None, kw_only=True)
    attribute: str | None = attrs.field(default=None, kw_only=True)
    timeout_s: float = attrs.field(default=10, kw_only=True)
    most_timeouts: int = attrs.field(default=2, kw_only=True)
    most_invalid: int = attrs.field(default=3, kw_only=True)
    person: tuple[str, ...] | None = attrs.field(default=None, converter=_names_or_none, kw_only=True)
    repeat: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.text("name")
        self._settle_said(faults)
        self._settle_choices(faults)
        for name in ("then", "attribute"):
            if getattr(self, name) is not None:
                faults.text(name)
        if self.free is None and self.then is not None:
            faults.add("then", self.then, "must be left out where nothing free is taken: each choice has its own")
        faults.each(within, "timeout_s", args=(LEAST_SECONDS, MOST_SECONDS))
        faults.each(whole, "most_timeouts", "most_invalid", args=(1, MOST_WHOLE))
        _settle_words(faults, "repeat", *(("person",) if self.person is not None else ()))
        faults.raise_any(f"Prompt {self.name!r}")

    def _settle_said(self, faults: Faults) -> None:
        said = cast(object, self.said)
        if isinstance(said, str):
            said = {"": said}
        if not isinstance(said, Mapping) or not said:
            faults.add("said", said, "must be a text, or a mapping of languages to texts")
            return
        for language, text in said.items():
            if type(language) is not str or type(text) is not str or not text:
                faults.add(f"said.{language}", text, "must be a str that is not empty")
        faults.settle("said", FrozenMap(said))

    def _settle_choices(self, faults: Faults) -> None:
        given = cast(object, self.choices)
        if isinstance(given, str) or not isinstance(given, Iterable):
            faults.add("choices", given, "must be a sequence of Choice")
            return
        choices = tuple(given)
        faults.settle("choices", choices)
        for index, choice in enumerate(choices):
            if not isinstance(choice, Choice):
                faults.add(f"choices[{index}]", choice, "must be a Choice")
        if self.free is not None and not callable(self.free):
            faults.add("free", self.free, "must be Digits, FreeText or a function of the text")
        if not choices and self.free is None:
            faults.add("choices", (), "must not be empty where nothing free is taken: nobody could answer")

    @property
    def _leads_to(self) -> tuple[str | None, ...]:
        """Where its answers lead, in order; None is the end."""
        ways = tuple(choice.then for choice in self.choices)
        return ways if self.free is None else (*ways, self.then)


def plain(text: str) -> str:
    """Return input as it is compared: without capitals, marks around words, and more than one space.

    >>> plain("  My CARD, please! ")
    'my card please'
    """
    words = (word.strip(".,;:!?\"'()") or word for word in text.casefold().split())
    return " ".join(words)


def _prompts(value: Iterable[Prompt]) -> tuple[Prompt, ...]:
    return cast("tuple[Prompt, ...]", value)


_PERSON = ("0", "agent", "operator", "person")


@attrs.frozen
class Menu:
    """A tree of prompts, the first of which is where it begins. Choices may lead back: what is checked is that it ends.

    ``person`` are the keys and words that lead to a person, at every prompt that has none of its own. ``language`` is
    what is spoken until a choice says otherwise. ``most_s`` is the longest that a session may take. A menu with two
    prompts of one name, ways to a prompt that is not there, prompts that no way leads to, answers that could mean two
    things, prompts without a way to a person, prompts from which no answers lead to the end, or prompts that do not
    speak a language of the menu is refused, with all of these faults and their paths, as ``InvalidConfiguration``.

    >>> from routekit.rules import MenuSession
    >>> menu = Menu([
    ...     Prompt("topic", "Cards or loans?", choices=[Choice("card", keys="1", words="card", then="number"),
    ...                                                 Choice("loan", keys="2", words=("loan", "credit"))]),
    ...     Prompt("number", "Your customer number?", free=Digits(8)),
    ... ])
    >>> session = MenuSession(menu, started_at=0.0)
    >>> session.current.said, session.next_deadline
    ('Cards or loans?', 10.0)
    >>> [type(event).__name__ for event in session.input("what?", at=4.0)]
    ['InvalidInput', 'Prompted']
    >>> [event.prompt for event in session.input("My card, please", at=7.0)]
    ['number']
    >>> session.input("1234 5678", at=12.0)[-1].attributes
    {'topic': 'card', 'number': '12345678'}
    """

    prompts: tuple[Prompt, ...] = attrs.field(converter=_prompts)
    person: tuple[str, ...] = attrs.field(default=_PERSON, converter=_names, kw_only=True)
    language: str = attrs.field(default="en", kw_only=True)
    most_s: float = attrs.field(default=600, kw_only=True)
    _by_name: Mapping[str, Prompt] = attrs.field(init=False, eq=False, repr=False)
    _answers: Mapping[str, Mapping[str, _Meaning]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.text("language")
        faults.each(within, "most_s", args=(LEAST_SECONDS, MOST_SECONDS))
        _settle_words(faults, "person")
        given = cast(object, self.prompts)
        if isinstance(given, str) or not isinstance(given, Iterable):
            faults.add("prompts", given, "must be a sequence of Prompt")
            faults.raise_any("Menu")
        prompts = tuple(cast("Iterable[Any]", given))
        faults.settle("prompts", prompts)
        if not prompts:
            faults.add("prompts", prompts, "must not be empty")
        for index, prompt in enumerate(prompts):
            if not isinstance(prompt, Prompt):
                faults.add(f"prompts[{index}]", prompt, "must be a Prompt")
        if (
            not all(isinstance(prompt, Prompt) for prompt in prompts)
            or not isinstance(self.person, tuple)
            or type(self.language) is not str
            or not prompts
        ):
            faults.raise_any("Menu")  # what follows looks into them
        by_name: dict[str, Prompt] = {}
        for index, prompt in enumerate(prompts):
            if prompt.name in by_name:
                faults.add(f"prompts[{index}].name", prompt.name, "must not be there twice")
            by_name.setdefault(prompt.name, prompt)
        faults.settle("_by_name", FrozenMap(by_name))
        faults.settle("_answers", FrozenMap((name, self._meanings(prompt, faults)) for name, prompt in by_name.items()))
        self._check_ways(faults)
        self._check_languages(faults)
        faults.raise_any("Menu")

    def _meanings(self, prompt: Prompt, faults: Faults) -> FrozenMap[str, _Meaning]:
        """What each whole answer to a prompt means."""
        person = self.person if prompt.person is None else prompt.person
        if not person:
            faults.add(f"{prompt.name}.person", person, "must not be empty: every prompt needs a way to a person")
        meanings: dict[str, _Meaning] = {plain(word): "person" for word in person}
        given: list[tuple[str, str, _Meaning]] = []
        given += [(f"repeat[{i}]", word, "repeat") for i, word in enumerate(prompt.repeat)]
        for number, choice in enumerate(prompt.choices):
            for kind, words in (("keys", choice.keys), ("words", choice.words)):
                given += [(f"choices[{number}].{kind}[{i}]", word, number) for i, word in enumerate(words)]
        for path, word, meaning in given:
            known = meanings.setdefault(plain(word), meaning)
            if known != meaning:
                others = {"person": "the way to a person", "repeat": "hearing it again"}
                other = f"choice {prompt.choices[known].value!r}" if isinstance(known, int) else others[known]
                faults.add(f"{prompt.name}.{path}", word, f"must not be that of {other} too")
        if isinstance(prompt.free, Digits):
            for word in meanings:
                if prompt.free(word) is not None:
                    faults.add(f"{prompt.name}.free", word, "must not take digits that are an answer of their own")
        return FrozenMap(meanings)

    def _check_ways(self, faults: Faults) -> None:
        before = len(faults.found)
        for prompt in self.prompts:
            ways = [(f"choices[{i}].then", choice.then) for i, choice in enumerate(prompt.choices)]
            for path, way in [*ways, ("then", prompt.then)]:
                if way is not None and way not in self._by_name:
                    faults.add(f"{prompt.name}.{path}", way, "must be the name of a prompt of this menu")
        if len(faults.found) > before:
            return  # where a way is lost, what it would reach cannot be told
        reached = {self.prompts[0].name: None}
        for name in _growing(reached):
            reached.update((way, None) for way in self._by_name[name]._leads_to if way is not None)
        # From the end backwards: who leads to it, who leads to those, and so on.
        ending = {prompt.name: None for prompt in self.prompts if None in prompt._leads_to}
        for _ in _growing(ending):
            for prompt in self.prompts:
                if any(way in ending for way in prompt._leads_to):
                    ending.setdefault(prompt.name)
        for index, prompt in enumerate(self.prompts):
            if prompt.name not in reached:
                faults.add(f"prompts[{index}]", prompt.name, "must be one that an answer leads to")
            elif prompt.name not in ending:
                faults.add(
                    prompt.name, self._round(prompt.name), "must lead to the end: its answers go round and round"
                )

    def _round(self, name: str) -> str:
        """The way that the first answers take from a prompt until one comes again."""
        walked = [name]
        while walked.count(walked[-1]) == 1:
            walked.append(cast(str, self._by_name[walked[-1]]._leads_to[0]))
        return " > ".join(walked)

    def _check_languages(self, faults: Faults) -> None:
        spoken = {self.language: None}
        for prompt in self.prompts:
            spoken.update((choice.language, None) for choice in prompt.choices if choice.language is not None)
            spoken.update((language, None) for language in prompt.said if language)
        for prompt in self.prompts:
            for language in spoken:
                if "" not in prompt.said and language not in prompt.said:
                    faults.add(f"{prompt.name}.said", dict(prompt.said), f"must be said in {language!r} too")

    def _understood(self, prompt: Prompt, text: str) -> tuple[_Meaning, str] | None:
        """What an input means: a person, to hear it again, a choice's number, or free input with its value."""
        if len(text) > MOST_INPUT:
            return None
        said = plain(text)
        meanings = self._answers[prompt.name]
        if said in meanings:
            return meanings[said], ""
        if prompt.free is not None:
            value = _asked(prompt, text)
            if value is not None:
                return "free", value
        # Words within what was said; keys only count alone, since digits come in numbers and times. Who asks for a
        # person among other words gets one.
        keys = {plain(key) for choice in prompt.choices for key in choice.keys}
        found: dict[_Meaning, None] = {}
        for word, meaning in meanings.items():
            if not (word in keys or word.isdigit()) and f" {word} " in f" {said} ":
                found[meaning] = None
        if "person" in found:
            return "person", ""
        return (next(iter(found)), "") if len(found) == 1 else None


def _growing(names: dict[str, None]) -> Iterable[str]:
    """The names of a dict that grows meanwhile, each once, in the order in which they came."""
    done = 0
    while done < len(names):
        todo = list(names)[done:]
        done += len(todo)
        yield from todo


def _asked(prompt: Prompt, text: str) -> str | None:
    try:
        value = cast(Validator, prompt.free)(text)
    except Exception as error:
        raise ValidatorFailed(prompt=prompt.name, error=f"{type(error).__name__}: {error}") from error
    if value is not None and type(value) is not str:
        raise ValidatorFailed(prompt=prompt.name, error=f"it gave {_shorten(value)}, and not a str or None")
    return value
