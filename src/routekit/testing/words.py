"""How a check says what is wrong. Only words live here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["must", "quoted", "raising", "say"]


def say(name: str, problem: str) -> str:
    """A message: whose it is, what is wrong, and what to do."""
    return f"{name}: {problem}"


def must(fits: object, name: str, problem: str) -> None:
    """Raise `AssertionError` unless it fits."""
    if not fits:
        raise AssertionError(say(name, problem))


def quoted(text: str, most: int = 200) -> str:
    """The beginning of a text."""
    return text if len(text) <= most else f"{text[:most]} ..."


@contextmanager
def raising(name: str, what: str) -> Iterator[None]:
    """Turn whatever an app's own code raises into a message."""
    try:
        yield
    except AssertionError:
        raise
    except Exception as fault:
        problem = f"{what} raised {type(fault).__name__}: {fault}. It must give an answer for whatever it is asked"
        raise AssertionError(say(name, problem)) from fault
