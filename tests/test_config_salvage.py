"""Files that are no TOML in places: each place is told of with its path and line, and the rest is read on."""

from __future__ import annotations

import pytest

from routekit import config

TEXT = """
[router]
time_zone = "UTC"
seed = 1.5.2
[calendars.day]
weekly = { mon = 08:00-18:00 }
holidays = [2026-12-25,
  2026-02-30, 2026-13-01]
[queues.a]
hours = day
wrap_up_s = -1
wrap_up_s = 5
steps = [{ after_s = 5, drop = ["x"] }]
steps = [
  { after_s = 5, drop = ["x"] },
]
[queues.lonely]
[agents.ann]
queues = ["a"]
[queues.a]
foo = 1
[[rules.rule]]
when = 'channel == "x"'
[[rules.rule]]
needs = { x = 30s }
[rules]
default_queue = "a"
"""


def found(text: str) -> list[str]:
    return [str(one) for one in config.checks(text)]


def test_everything_at_once() -> None:
    assert found(TEXT) == [
        '4: error: router.seed is no value: 1.5.2; a text stands in quotation marks, "1.5.2"',
        '6: error: calendars.day.weekly.mon is no value: 08:00-18:00; a text stands in quotation marks, "08:00-18:00"',
        "8: error: calendars.day.holidays[1] must be a date that exists, not 2026-02-30",
        "8: error: calendars.day.holidays[2] must be a date that exists, not 2026-13-01",
        '10: error: queues.a.hours is no value: day; a text stands in quotation marks, "day"',
        "11: error: queues.a.wrap_up_s must be at least 0, not -1",
        "12: error: queues.a.wrap_up_s is there twice",
        "14: error: queues.a.steps is there twice",
        "17: error: queues.lonely is a queue of no agent: add it to the queues of somebody",
        "20: error: queues.a is there twice, or is no table: write all of it in one place",
        '25: error: rules.rule[1].needs.x is no value: 30s; a text stands in quotation marks, "30s"',
    ]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        (
            "[queues.a]\nsteps = [\n[queues.b]\n",
            "3: error: the file is no TOML: [queues.b] stands in a list that is not",
        ),
        ('[queues.a]\nscript = "abc\n', "2: error: the file is no TOML: "),
        ("[queues.a\n", "1: error: the file is no TOML: "),
    ],
)
def test_where_it_is_not_certain_what_belongs_to_a_fault_it_is_the_last(text: str, last: str) -> None:
    bad = "[router]\nseed = 1.5.2\n"
    first = '2: error: router.seed is no value: 1.5.2; a text stands in quotation marks, "1.5.2"'
    (told,) = found(text)
    assert told.startswith(last)
    both = found(bad + text)
    assert (both[0], len(both)) == (first, 2), "what was found before it is told of too"


def test_numbers_of_very_many_digits() -> None:
    long = "9" * 5000
    assert found(f"[router]\nseed = {long}\nhistory = [1,{long}]\n[queues.a]\nwrap_up_s = -1") == [
        "2: error: router.seed must be a number of fewer digits",
        "3: error: router.history must be a whole number of at least 0",
        "3: error: router.history[1] must be a number of fewer digits",
        "5: error: queues.a.wrap_up_s must be at least 0, not -1",
    ]
    assert found(f"[queues.a]\nscript = '{long}'") == []
    (told,) = found(f"[queues.a]\nwrap_up_s = 0x{'f' * 5000}")
    assert "must be a number that fits a float" in told


def test_very_many_faults() -> None:
    assert len(found("[router]\n" + "".join(f"a{n} = 1x\n" for n in range(300)))) == 101


def test_loading_is_refused() -> None:
    with pytest.raises(config.InvalidFile) as caught:
        config.loads("[queues.a]\nwrap_up_s = 30s\n")
    assert [(one.path, one.line) for one in caught.value.findings] == [("queues.a.wrap_up_s", 2)]


def test_files_as_some_editors_write_them() -> None:
    assert found("\ufeff" + TEXT.replace("\n", "\r\n")) == found(TEXT)
