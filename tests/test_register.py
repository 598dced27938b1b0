"""The table of contacts: a dict in parts, given out by sequence."""

from __future__ import annotations

import gc
import random
import sys
import weakref
from types import SimpleNamespace
from typing import Any

import pytest

import routekit
from routekit import Contact, Queue, Router
from routekit._kernel.register import Register


class Looped:
    """What refers to itself."""

    def __init__(self, id: str, seq: int) -> None:
        self.id = id
        self.seq = seq
        self.me = self


@pytest.mark.parametrize("seed", range(20))
def test_a_register_is_a_dict_in_the_order_of_sequences(seed: int) -> None:
    dice = random.Random(seed)
    register, plain = Register(), dict[str, SimpleNamespace]()
    most = dice.choice((3, 40, 3000))
    for step in range(4000):
        name = f"c-{dice.randrange(most)}"
        if dice.random() < 0.45:
            if name in plain:
                del plain[name]
                del register[name]
            else:
                with pytest.raises(KeyError, match=name):
                    del register[name]
        elif dice.random() < 0.9:
            # What takes the place of another keeps its place in a dict, and has that of its sequence here.
            plain.pop(name, None)
            plain[name] = register[name] = SimpleNamespace(id=name, seq=step)
        assert (name in register, register.get(name)) == (name in plain, plain.get(name)), (seed, step)
        assert len(register) == len(plain), (seed, step)
    assert list(register) == list(plain), seed
    assert register.values() == list(plain.values()), seed
    register.clear()
    assert (len(register), list(register), register.get("c-1")) == (0, [], None)


def test_no_part_of_a_register_gets_much_more_than_its_share() -> None:
    register = Register()
    sizes: dict[int, int] = {}
    for number in range(32_000):
        register[f"contact-{number}"] = SimpleNamespace(id="", seq=number)
        part = hash(f"contact-{number}") >> 40 & 31
        sizes[part] = sizes.get(part, 0) + 1
    # A thousand in each at the mean; that one of 32 strays by six deviations is a matter of one in millions.
    assert len(sizes) == 32 and max(sizes.values()) < 1190


def test_what_is_not_there_is_a_key_error_and_nothing_changes() -> None:
    register = Register()
    with pytest.raises(KeyError, match="c-1"):
        register["c-1"]
    with pytest.raises(KeyError, match="c-1"):
        register.drop("c-1")
    assert len(register) == 0 and "c-1" not in register and 7 not in register


def alive(seen: list[Any]) -> int:
    gc.collect()
    return sum(one() is not None for one in seen)


def test_what_is_hidden_from_the_collector_is_found_again_once_it_is_out() -> None:
    """Each is in a cycle with itself: only the collector can free it, and not while it is hidden in the register."""
    register, seen = Register(), []
    register.hide()
    for seq in range(6):
        value = Looped(f"c-{seq}", seq)
        seen.append(weakref.ref(value))
        register.put(value.id, value)
        assert gc.is_tracked(value) is not routekit.compiled
    del value
    gc.freeze()  # those that were there before are no trouble either
    try:
        register.drop("c-0")
        del register["c-1"]
    finally:
        gc.unfreeze()
    assert alive(seen) == 4
    register.clear()
    assert alive(seen) == 0


def test_after_freeze_who_comes_is_not_gone_through_and_who_goes_leaves_nothing_behind() -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    try:
        router.freeze()
        before = len(gc.get_objects())
        for number in range(500):
            router.enqueue(Contact(f"c-{number}", queue="support", customer=f"cust-{number}"), at=1.0)
        if routekit.compiled:
            gc.collect()
            assert len(gc.get_objects()) - before < 100, "nothing is tracked for each of them"
        for number in range(500):
            router.abandon(f"c-{number}", at=2.0)
        gc.collect()
        blocks = sys.getallocatedblocks()
        for number in range(500, 3_000):
            router.enqueue(Contact(f"c-{number}", queue="support", customer="cust-1"), at=3.0)
            router.enqueue(Contact(f"d-{number}", queue="support", customer="cust-1"), at=3.0)
            router.abandon(f"c-{number}", at=3.0)
            router.abandon(f"d-{number}", at=3.0)
        gc.collect()
        assert sys.getallocatedblocks() - blocks < 500
    finally:
        gc.unfreeze()


def test_commands_may_be_given_while_one_goes_through_a_mapping() -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    for number in range(5):
        router.enqueue(Contact(f"c-{number}", queue="support"), at=0.0)
    seen = []
    for name, view in router.contacts.items():
        seen.append((name, view.id))
        if name == "c-1":
            router.abandon("c-1", at=1.0)
            router.abandon("c-3", at=1.0)
            router.enqueue(Contact("c-5", queue="support"), at=1.0)
    assert seen == [(name, name) for name in ("c-0", "c-1", "c-2", "c-4")]
    assert list(router.contacts) == ["c-0", "c-2", "c-4", "c-5"]


def test_what_newcomers_are_known_by_is_forgotten_with_their_profiles() -> None:
    router = Router()
    router.add_queue(Queue("support"), at=0.0)
    for number in range(3_000):
        router.enqueue(Contact(f"c-{number}", queue="support", channel=f"line-{number}"), at=1.0)
        router.abandon(f"c-{number}", at=1.0)
    lineup = router._state.queues["support"].lineup
    assert len(lineup.known) <= len(lineup.demands) < 1_100
