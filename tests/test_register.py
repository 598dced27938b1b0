"""The table of contacts: a dict in parts, given out by sequence."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from routekit._kernel.register import Register


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
