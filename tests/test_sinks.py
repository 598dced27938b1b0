"""Sinks: what they are told, and what becomes of a sink that raises."""

from __future__ import annotations

from typing import Any

import pytest

from routekit import Contact, Queue, RoutekitError, Router
from routekit.errors import DuplicateContact, RouterBusy, SinkFailed
from routekit.events import ContactQueued


def test_a_sink_that_raises_loses_no_events_and_hides_them_from_nobody() -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    seen: list[Any] = []

    def broken(events: tuple[Any, ...]) -> None:
        raise OSError("disk full")

    router.subscribe(broken)
    router.subscribe(seen.extend)
    with pytest.raises(SinkFailed) as failed:
        router.enqueue(Contact("c-1", queue="support"), at=1.0)
    assert [type(event) for event in failed.value.events] == [ContactQueued]
    assert seen == list(failed.value.events)
    assert isinstance(failed.value.faults[0], OSError)
    assert router.contacts["c-1"].state == "queued"


def test_a_sink_that_commands_is_refused_and_the_events_are_in_the_error() -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    router.subscribe(lambda events: router.advance(at=5.0))
    with pytest.raises(RouterBusy) as busy:
        router.enqueue(Contact("c-1", queue="support"), at=1.0)
    assert [type(event) for event in busy.value.events] == [ContactQueued]


def test_a_refusal_stays_what_it_is_when_a_sink_raises_too() -> None:
    router = Router()
    router.add_queue(Queue("support", wrap_up_s=5.0), at=0.0)
    router.enqueue(Contact("c-1", queue="support"), at=0.0)

    def broken(events: tuple[Any, ...]) -> None:
        raise RoutekitError("no")

    router.subscribe(broken)
    with pytest.raises(DuplicateContact):
        router.enqueue(Contact("c-1", queue="support"), at=100.0)
