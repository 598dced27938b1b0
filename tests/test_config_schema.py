"""The schema of files: it is one, the examples are valid by it, and it refuses what `load` refuses for its shape."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from routekit import config
from tests.test_config import BAD, configurations

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.toml"))
VALIDATOR = jsonschema.Draft202012Validator(config.schema())


def paths(data: Any) -> set[str]:
    return {error.json_path for error in VALIDATOR.iter_errors(data)}


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(config.schema())
    assert config.schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_valid(path: Path) -> None:
    assert paths(tomllib.loads(path.read_text(encoding="utf-8"))) == set()


def test_there_are_examples() -> None:
    assert [path.name for path in EXAMPLES] == ["centre.toml"]


@given(configurations())
def test_whatever_is_written_is_valid(made: config.Configuration) -> None:
    assert paths(tomllib.loads(config.to_toml(made))) == set()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[queue.a]", "$"),
        ("[queues.a]\nwrapup_s = 1", "$.queues.a"),
        ("[queues.a]\nname = 'a'", "$.queues.a"),
        ("[queues.a]\ntimeline = []", "$.queues.a"),
        ("[queues.a]\nwrap_up_s = -1", "$.queues.a.wrap_up_s"),
        ("[queues.a]\nsteps = [{ after = 1 }]", "$.queues.a.steps[0]"),
        ("[queues.a]\nsteps = [{ drop = ['x'] }]", "$.queues.a.steps[0]"),
        ("[queues.a]\nagent_order = { name = 'fewest-contacts', half_life = 1 }", "$.queues.a.agent_order"),
        ("[queues.a.announcing]\nfirst = 3", "$.queues.a.announcing"),
        ("[queues.a]\nannouncing = { every_s = 'once' }", "$.queues.a.announcing.every_s"),
        ("[queues.a]\nsame_customer = 'both'", "$.queues.a.same_customer"),
        ("[agents.ann.capacity]\nunit = 1", "$.agents.ann.capacity"),
        ("[agents.ann]\nqueues = { a = 0 }", "$.agents.ann.queues"),
        ("[calendars.a]\nweekdays = 1", "$.calendars.a"),
        ("[rules]\nrule = []", "$.rules"),
        ("[[rules.rule]]\nif = 'x'\n[rules]\ndefault_queue = 'a'", "$.rules.rule[0]"),
        ("[router]\nsed = 1", "$.router"),
    ],
)
def test_what_it_refuses(text: str, path: str) -> None:
    if "[[" in text:
        text = "[rules]\ndefault_queue = 'a'\n[[rules.rule]]\nif = 'x'"
    assert paths(tomllib.loads(text)) == {path}
    with pytest.raises(config.InvalidFile):
        config.loads(text)


def test_a_file_with_many_faults_has_many_by_the_schema() -> None:
    assert len(paths(tomllib.loads(BAD))) > 12
