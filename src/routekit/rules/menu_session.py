"""One walk through a `Menu`, as a state machine without I/O.

A session is told what was put in and what time it is, and answers with events; whoever owns the line plays the prompts.
Nothing here reads a clock: a session ends in attributes, which the rules of `classify` read.

*Every session ends.* Each prompt has a time-out, and allows so many of them and so many inputs that it does not
understand; each has a way to a person; and the menu as a whole has ``most_s``, whatever is put in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from routekit._frozen import FrozenMap, plain_map
from routekit._model import check_id, field_to_data
from routekit._numbers import MOST_SECONDS, MOST_TIME, whole, within
from routekit.errors import InvalidType, RoutekitError, SnapshotError
from routekit.rules.menu import Menu, Prompt, ValidatorFailed, _Meaning

FORMAT = "routekit.menu"
VERSION = 1


class MenuOver(RoutekitError, ValueError):
    """Something was put into a session that has ended. ``reason`` is the reason it ended for."""

    def __init__(self, *, reason: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(f"the menu has ended ({reason}): look at the session's .ended first", events=events)
        self.reason = reason


class MenuEnd(StrEnum):
    """Why a menu ended: all was answered, a person was asked for, nothing came, nothing it understood, or too long."""

    COMPLETED = "completed"
    PERSON = "person"
    TIMED_OUT = "timed_out"
    INVALID_INPUT = "invalid_input"
    TOO_LONG = "too_long"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Prompted:
    """A prompt is to be played, or shown: ``said`` in ``language``, for the ``attempt``-th time, until ``ends_at``."""

    at: float
    seq: int
    prompt: str
    said: str
    language: str
    attempt: int
    ends_at: float


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class InvalidInput:
    """An input was not understood. ``left`` more may be, before the menu ends."""

    at: float
    seq: int
    prompt: str
    text: str
    left: int


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class TimedOut:
    """Nothing was put in. That may happen ``left`` more times in a row, before the menu ends."""

    at: float
    seq: int
    prompt: str
    left: int


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class MenuEnded:
    """The menu is over, at ``prompt``, for ``reason``; ``attributes`` are what it learnt, whatever the reason.

    They are what `Facts.menu` takes, and ``language`` is what `Facts.language` takes.
    """

    at: float
    seq: int
    prompt: str
    reason: MenuEnd
    language: str
    attributes: FrozenMap[str, Any]


MenuEvent: TypeAlias = Prompted | InvalidInput | TimedOut | MenuEnded


class MenuSession:
    """One walk through a menu. Tell it what is put in, and when its ``next_deadline`` is due; it answers with events.

    It begins by itself: ``current`` is the prompt to play first, and ever after the one that stands (None once it is
    over; ``ended`` then says how). As with a router, what is due by the time of a call fires first, a time earlier than
    the last is taken as the last, and a prompt's time-out runs from the call that made it, so that nobody is timed out
    who was asked nothing. A session costs a small object, and each call what its prompt has of words.

    >>> from routekit.rules import Choice, Digits, Menu, Prompt
    >>> menu = Menu([Prompt("topic", "Cards or loans?", choices=[Choice("card", keys="1"), Choice("loan", keys="2")])])
    >>> session = MenuSession(menu, started_at=100.0)
    >>> session.next_deadline
    110.0
    >>> [type(event).__name__ for event in session.advance(at=110.0)]
    ['TimedOut', 'Prompted']
    >>> session.input("0", at=112.0)
    (MenuEnded(at=112.0, seq=4, prompt='topic', reason=<MenuEnd.PERSON: 'person'>, language='en', attributes={}),)
    """

    __slots__ = (
        "_attempt",
        "_attributes",
        "_due",
        "_ended",
        "_invalid",
        "_language",
        "_out",
        "_over_at",
        "_prompt",
        "_said_at",
        "_said_seq",
        "_seq",
        "_timeouts",
        "menu",
        "now",
    )

    def __init__(self, menu: Menu, *, started_at: float, language: str | None = None) -> None:
        if not isinstance(menu, Menu):
            raise InvalidType(path="menu", value=menu, expected="a Menu")
        if language is not None:
            check_id(language, "language")
        self.menu = menu
        self.now = within(started_at, "started_at", -MOST_TIME, MOST_TIME)
        self._language = menu.language if language is None else language
        self._over_at = self.now + menu.most_s
        self._seq = 0
        self._attributes: dict[str, Any] = {}
        self._ended: MenuEnded | None = None
        self._out: list[MenuEvent] = []
        self._go(menu.prompts[0], self.now)
        self._out.clear()

    @property
    def current(self) -> Prompted | None:
        """The prompt that stands; None once the menu is over."""
        if self._ended is not None:
            return None
        said = self._prompt.said
        return Prompted(
            at=self._said_at,
            seq=self._said_seq,
            prompt=self._prompt.name,
            # A session may begin in any language: else that of no language is said, else the menu's, which is there.
            said=said.get(self._language) or said.get("") or said[self.menu.language],
            language=self._language,
            attempt=self._attempt,
            ends_at=min(self._due, self._over_at),
        )

    @property
    def ended(self) -> MenuEnded | None:
        """How it ended; None while it goes on."""
        return self._ended

    @property
    def attributes(self) -> FrozenMap[str, Any]:
        """What it has learnt so far."""
        return FrozenMap(self._attributes)

    @property
    def next_deadline(self) -> float | None:
        """When `advance` has something to do; None once it is over."""
        return None if self._ended is not None else min(self._due, self._over_at)

    def advance(self, *, at: float) -> tuple[MenuEvent, ...]:
        """Fire what is due by ``at``."""
        self._begin(at)
        return self._told()

    def input(self, text: str, *, at: float) -> tuple[MenuEvent, ...]:
        """Take what was put in: keys, words or text, as one whole.

        What comes at the deadline or later is too late for it: it counts for the prompt that is said again, and for
        nothing if the menu ended then. After that it is `MenuOver`. A validator that fails is `ValidatorFailed`; what
        was due before it did fire, and is in the error's ``events``.
        """
        if type(text) is not str:
            raise InvalidType(path="text", value=text, expected="a str")
        if self._ended is not None:
            within(at, "at", -MOST_TIME, MOST_TIME)
            raise MenuOver(reason=self._ended.reason)
        self._begin(at)
        if self._ended is None:
            try:
                understood = self.menu._understood(self._prompt, text)
            except ValidatorFailed as error:
                error.events = self._told()
                raise
            self._take(text, understood)
        return self._told()

    def _begin(self, at: float) -> None:
        self.now = max(self.now, within(at, "at", -MOST_TIME, MOST_TIME))
        while (due := self.next_deadline) is not None and due <= self.now:
            if self._over_at <= self._due:
                self._end(MenuEnd.TOO_LONG, due)
                return
            self._timeouts += 1
            left = self._prompt.most_timeouts - self._timeouts
            self._out.append(TimedOut(at=due, seq=self._next(), prompt=self._prompt.name, left=left))
            if left == 0:
                self._end(MenuEnd.TIMED_OUT, due)
                return
            self._say(due)

    def _take(self, text: str, understood: tuple[_Meaning, str] | None) -> None:
        prompt = self._prompt
        self._timeouts = 0
        if understood is None:
            self._invalid += 1
            left = prompt.most_invalid - self._invalid
            self._out.append(InvalidInput(at=self.now, seq=self._next(), prompt=prompt.name, text=text, left=left))
            if left == 0:
                self._end(MenuEnd.INVALID_INPUT, self.now)
            else:
                self._say(self.now)
            return
        meaning, value = understood
        if meaning == "person":
            self._end(MenuEnd.PERSON, self.now)
            return
        if meaning == "repeat":
            self._say(self.now)
            return
        attribute, then = prompt.attribute or prompt.name, prompt.then
        if isinstance(meaning, int):
            choice = prompt.choices[meaning]
            value, then = choice.value, choice.then
            self._attributes.update(choice.attributes)
            self._language = choice.language or self._language
        self._attributes[attribute] = value
        if then is None:
            self._end(MenuEnd.COMPLETED, self.now)
        else:
            self._go(self.menu._by_name[then], self.now)

    def _go(self, prompt: Prompt, at: float) -> None:
        self._prompt = prompt
        self._attempt = self._timeouts = self._invalid = 0
        self._say(at)

    def _say(self, at: float) -> None:
        self._attempt += 1
        self._said_at, self._said_seq = at, self._next()
        self._due = self.now + self._prompt.timeout_s  # from now, and not from a deadline that was noticed late
        current = self.current
        assert current is not None
        self._out.append(current)

    def _end(self, reason: MenuEnd, at: float) -> None:
        self._ended = MenuEnded(
            at=at,
            seq=self._next(),
            prompt=self._prompt.name,
            reason=reason,
            language=self._language,
            attributes=self.attributes,
        )
        self._out.append(self._ended)

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _told(self) -> tuple[MenuEvent, ...]:
        out = tuple(self._out)
        self._out.clear()
        return out

    def snapshot(self) -> dict[str, Any]:
        """Return the session as plain data, which JSON keeps as it is. The menu is not in it: `restore` is given it."""
        ended = self._ended
        return {
            "format": FORMAT,
            "version": VERSION,
            "now": self.now,
            "seq": self._seq,
            "prompt": self._prompt.name,
            "language": self._language,
            "said_at": self._said_at,
            "said_seq": self._said_seq,
            "attempt": self._attempt,
            "timeouts": self._timeouts,
            "invalid": self._invalid,
            "due": self._due,
            "over_at": self._over_at,
            "attributes": field_to_data("attributes", self._attributes),
            "ended": None if ended is None else {"at": ended.at, "seq": ended.seq, "reason": str(ended.reason)},
        }

    @classmethod
    def restore(cls, menu: Menu, snapshot: Mapping[str, Any]) -> MenuSession:
        """Return the session that a snapshot was made of, in the same menu, or a changed one that has its prompt.

        >>> from routekit.rules import Digits, Menu, Prompt
        >>> menu = Menu([Prompt("number", "Your customer number?", free=Digits(8))])
        >>> session = MenuSession(menu, started_at=0.0)
        >>> MenuSession.restore(menu, session.snapshot()).current == session.current
        True
        """
        if not isinstance(snapshot, Mapping) or snapshot.get("format") != FORMAT:
            raise SnapshotError(f"this is no snapshot of a menu: its format must be {FORMAT!r}")
        if snapshot.get("version") != VERSION:
            raise SnapshotError(f"this version reads menus of version {VERSION} only, not {snapshot.get('version')!r}")
        try:
            session = cls(menu, started_at=snapshot["now"], language=snapshot["language"])
            if snapshot["prompt"] not in menu._by_name:
                raise SnapshotError(f"the menu has no prompt {snapshot['prompt']!r} any more, where the session was")
            session._prompt = menu._by_name[snapshot["prompt"]]
            for name in ("said_at", "due", "over_at"):
                setattr(session, f"_{name}", within(snapshot[name], name, -MOST_TIME, MOST_TIME + MOST_SECONDS))
            for name in ("seq", "said_seq", "attempt"):
                setattr(session, f"_{name}", whole(snapshot[name], name, 1))
            # One less than ends it, also where the menu has come to allow fewer.
            for name, most in (("timeouts", session._prompt.most_timeouts), ("invalid", session._prompt.most_invalid)):
                setattr(session, f"_{name}", min(whole(snapshot[name], name), most if snapshot["ended"] else most - 1))
            session._attributes = dict(plain_map(snapshot["attributes"], "attributes"))
            if snapshot["ended"] is not None:
                how = snapshot["ended"]
                session._ended = MenuEnded(
                    at=within(how["at"], "ended.at", -MOST_TIME, MOST_TIME + MOST_SECONDS),
                    seq=whole(how["seq"], "ended.seq", 1),
                    prompt=session._prompt.name,
                    reason=MenuEnd(how["reason"]),
                    language=session._language,
                    attributes=session.attributes,
                )
        except SnapshotError:
            raise
        except (LookupError, TypeError, ValueError) as error:
            raise SnapshotError(f"this snapshot of a menu was changed on the way: {error}") from error
        return session
