"""Who has so much of a skill: against a plain look at every profile, as profiles come and go."""

from __future__ import annotations

import random

import pytest

from routekit._kernel.skills import Skills

SEEDS = range(30)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_has_so_much_of_a_skill_is_as_a_look_at_every_profile_says(seed: int) -> None:
    dice = random.Random(seed)
    skills, plain = Skills(), dict[int, dict[str, float]]()
    levels = [float(level) for level in range(dice.choice((2, 10, 1000)))]
    most = dice.choice((5, 40, 150))
    for step in range(400):
        number = dice.randrange(most)
        if number in plain:
            skills.drop(1 << number, plain.pop(number))
        else:
            plain[number] = {name: dice.choice(levels) for name in "abc" if dice.random() < 0.6}
            skills.add(1 << number, plain[number])
        for name in "abcd":
            for level in (0.0, dice.choice(levels), dice.choice(levels) + 0.5, 1e9):
                expected = sum(1 << one for one, has in plain.items() if has.get(name, 0.0) >= level)
                assert skills.at_least(name, level) == expected, (seed, step, name, level)
