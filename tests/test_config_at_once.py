"""Tables that are in a table: every fault of them at once, each at its own place, and none that comes of another."""

from __future__ import annotations

import pytest

from routekit import config


def found(text: str) -> list[str]:
    return [str(one) for one in config.checks(text) if one.severity == "error"]


MENU = """
[menus.m]
langage = "de"
[[menus.m.prompts]]
name = "t"
said = "x"
timeout_s = -1
choices = [{ value = "v", keys = "1", then = "nope" }, { value = "w", keys = "1", then = "u" }]
[[menus.m.prompts]]
name = "u"
said = 5
free = "txt"
[[menus.m.prompts]]
name = "t"
said = "x"
"""


def test_menus() -> None:
    assert found(MENU) == [
        "3: error: menus.m.langage is no key of a menu; did you mean 'language'?",
        "7: error: menus.m.prompts[0].timeout_s must be at least 0.001, not -1",
        '8: error: menus.m.prompts[0].choices[0].then must be the name of a prompt of this menu, not "nope"',
        "8: error: menus.m.prompts[0].choices[1].keys must not be that of choice 'v' too, not \"1\"",
        "11: error: menus.m.prompts[1].said must be a text, or a mapping of languages to texts, not 5",
        '12: error: menus.m.prompts[1].free must be "text", { text = 200 }, { digits = 8 } or { digits = [4, 8] }',
        "13: error: menus.m.prompts[2].choices must not be empty where nothing free is taken: nobody could answer",
        "14: error: menus.m.prompts[2].name must not be there twice",
    ]


def test_needs_as_a_list() -> None:
    text = """
[queues.a]
[rules]
default_queue = "a"
[[rules.rule]]
needs = [
  { skil = "x" },
  { skill = "x", at_least = "5" },
  5,
  { skill = 5, foo = 1, at_least = -1 },
  { at_least = 2 },
]
"""
    assert found(text) == [
        "7: error: rules.rule[0].needs[0].skil is no key of a need; did you mean 'skill'?",
        '8: error: rules.rule[0].needs[1].at_least must be a finite number, not "5"',
        "9: error: rules.rule[0].needs[2] must be the name of a skill, or { skill = ..., at_least = ... }, not 5",
        "10: error: rules.rule[0].needs[3].at_least must be at least 0, not -1",
        "10: error: rules.rule[0].needs[3].foo is no key of a need; there is skill, at_least",
        "10: error: rules.rule[0].needs[3].skill must be the name of a skill, not 5",
        "11: error: rules.rule[0].needs[4].skill must be given",
    ]


@pytest.mark.parametrize("field", ["needs = { english = -1 }", "need = { french = 1 }", 'add_priority = "5"'])
def test_what_comes_of_a_fault_is_none(field: str) -> None:
    rules = '[queues.a]\n[rules]\ndefault_queue = "a"\n[[rules.rule]]\nstop = false\n'
    assert len(found(rules + field)) == 1
    (told,) = found(rules)
    assert "rules.rule[0].stop must be true for a rule that does nothing else" in told
