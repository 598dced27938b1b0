"""Lines of a TOML text: the scanner finds every path that tomllib reads, on the line where it is written."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from routekit._config.lines import Path, lines_of, said

TEXT = '''\
# a comment, with [brackets] and "quotes
title = "x" # another
[a."b.c"] # [not.a.table]
plain = 1979-05-27 07:32:00
text = """
[x]
\\""" y""""
raw = \'\'\'
'' [z]\'\'\'
dotted.key . "with space" = { one = 1, two = [ 2, { three = "]}" } ] }
list = [ # comment ]
  1,
  [ "a", \'b\' ],

  { x = 1 },
]
[[a.items]]
n = 1
[a.items.inner]
m = 2
[[a.items]]
n = 3
[a]
last = true
'''


def paths(data: Any, path: Path = ()) -> set[Path]:
    found = {path} - {()}
    if isinstance(data, dict):
        for key, item in data.items():
            found |= paths(item, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            found |= paths(item, (*path, index))
    return found


def test_every_path_of_a_text() -> None:
    lines = lines_of(TEXT)
    assert set(lines) == paths(tomllib.loads(TEXT))
    expected: dict[Path, int] = {
        ("title",): 2,
        ("a",): 23,
        ("a", "b.c"): 3,
        ("a", "b.c", "plain"): 4,
        ("a", "b.c", "text"): 5,
        ("a", "b.c", "raw"): 8,
        ("a", "b.c", "dotted", "key", "with space", "two", 1, "three"): 10,
        ("a", "b.c", "list", 0): 12,
        ("a", "b.c", "list", 1, 1): 13,
        ("a", "b.c", "list", 2, "x"): 15,
        ("a", "items"): 17,
        ("a", "items", 0): 17,
        ("a", "items", 0, "n"): 18,
        ("a", "items", 0, "inner", "m"): 20,
        ("a", "items", 1): 21,
        ("a", "items", 1, "n"): 22,
        ("a", "last"): 24,
    }
    assert {path: lines[path] for path in expected} == expected


@pytest.mark.parametrize(
    "text", ["", "\n", "# only a comment", "a=1", 'a="""\n"""', "a=[]", "a={}", "a = ''", 'a="\\""']
)
def test_short_texts(text: str) -> None:
    assert set(lines_of(text)) == paths(tomllib.loads(text))


SCALARS = some.sampled_from(
    [
        "1",
        "-0.5",
        "true",
        "1979-05-27 07:32:00",
        '"a # b"',
        "'[x]'",
        '"""a\n[b]\n"c\\""""',
        "'''\n{d}'''",
        '"\\u00e9\\n"',
        '""',
    ]
)
KEYS = some.lists(some.sampled_from(["a", "b", "c-1", '"x.y"', "'#'", '"\\""']), min_size=1, max_size=2).map(".".join)
GAPS = some.sampled_from(["", " ", "\n", " # ]\n", "\n\n  "])


def lists(items: some.SearchStrategy[str]) -> some.SearchStrategy[str]:
    inside = some.lists(some.tuples(GAPS, items, GAPS).map("".join), max_size=3).map(",".join)
    return some.tuples(inside, GAPS).map(lambda parts: f"[{''.join(parts)}]")


def tables(items: some.SearchStrategy[str]) -> some.SearchStrategy[str]:
    pairs = some.lists(some.tuples(some.sampled_from("abc"), items), max_size=3, unique_by=lambda pair: pair[0])
    return pairs.map(lambda found: "{ " + ", ".join(f"{key} = {item}" for key, item in found) + " }")


VALUES = some.recursive(SCALARS, lambda items: lists(items) | tables(items), max_leaves=6)
PAIRS = some.tuples(KEYS, VALUES).map(" = ".join)
HEADERS = KEYS.map("[{}]".format) | KEYS.map("[[{}]]".format) | KEYS.map("[ {} ] # [no]".format)


@given(
    some.lists(
        some.tuples(PAIRS | HEADERS, some.sampled_from(["\n", "\r\n", " # x\n", "\n\n"])).map("".join), max_size=8
    )
)
def test_whatever_tomllib_reads(lines: list[str]) -> None:
    text = "".join(lines)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = lines_of(text)
    assert set(found) == paths(data), text
    assert all(1 <= line <= text.count("\n") + 1 for line in found.values())


def test_a_path_as_it_is_written() -> None:
    assert said(("a", 0, "b c", "d")) == 'a[0]."b c".d'
    assert said(()) == ""
