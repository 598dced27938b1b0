"""Configuration from a file: what is read, every fault at once with its path and line, and the way back to TOML."""

from __future__ import annotations

import copy
import pickle
import random
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from routekit import Agent, Announcing, Capacity, Limit, Need, Queue, Router, ServiceLevel, Step, When, config
from routekit import strategies as st
from routekit._config.writing import _inline
from routekit.errors import InvalidConfiguration, InvalidValue, LogError, RoutekitError
from routekit.rules import AnyOpen, Calendar, Choice, Classifier, Digits, Menu, Opposite, Prompt, Rule
from routekit.strategies.names import classes

CENTRE = Path(__file__).parent.parent / "examples" / "centre.toml"


def faults(text: str, **more: Any) -> dict[str, tuple[int | None, str]]:
    """The faults of a text: their lines and problems by path."""
    with pytest.raises(config.InvalidFile) as caught:
        config.loads(text, **more)
    found = {one.path: (one.line, one.problem) for one in caught.value.findings}
    assert len(found) == len(caught.value.exceptions), "no place is told of twice"
    return found


def only(text: str) -> tuple[str, int | None, str]:
    """The one fault of a text."""
    ((path, (line, problem)),) = faults(text).items()
    return path, line, problem


# -- what is read -----------------------------------------------------------------------------------------------------


def test_the_words_of_the_contract() -> None:
    made = config.loads("""
        [queues.support]
        offer_timeout_s = 20
        agent_order = "longest-idle"
        steps = [{ after_s = 60, lower = { billing = 1 }, when = [{ fact = "agents_available", at_most = 0 }] }]
        [queues.sales]
        agent_order = { name = "fewest-contacts", half_life_s = 3600 }
        [agents.ann]
        queues = ["support"]
        skills = { billing = 3 }
        [agents.bob]
        queues = { support = 1, sales = 2 }
    """)
    step = Step(60, lower={"billing": 1}, when=[When("agents_available", at_most=0)])
    assert made.queues == (
        Queue("support", steps=[step]),
        Queue("sales", agent_order=st.FewestContacts(half_life_s=3600)),
    )
    assert made.agents == (
        Agent("ann", queues=["support"], skills={"billing": 3}),
        Agent("bob", queues={"support": 1, "sales": 2}),
    )


def test_what_toml_writes_in_its_own_way() -> None:
    made = config.loads("""
        [router]
        seed = 3
        queue_order = { name = "fixed-queue-ratio", weights = { a = 2 } }
        [queues.a]
        drain_after_s = "never"
        away_after_no_answers = "never"
        owner_wait_s = "never"
        contact_order = { name = "head-start", seconds = { 1 = 60, 3 = 120 } }
        service_level = { within_s = 30 }
        limits = [{ length = 5, move_to = "b" }, { closed = true, reject = "closed" }]
        hours = "always"
        [queues.b]
        steps = [{ after_s = 1, drop = ["x"], when = { fact = "position", at_least = 2 } }]
        [queues.b.announcing]
        first_s = 20
        every_s = "never"
        callback_over_s = "never"
        [queues.c]
        announcing = {}
        [calendars.day]
        time_zone = "UTC"
        weekly = { mon-sun = "08:00-18:00" }
        [calendars.night]
        opposite = "day"
        [calendars.always]
        any = ["night", "day"]
        [agents.ann]
        capacity = { units = 4, cost = { voice = 4 } }
    """)
    first, second, third = made.queues
    assert second.announcing == Announcing(first_s=20, every_s=None, callback_over_s=None)
    assert (first.announcing, third.announcing) == (None, Announcing())
    assert (first.drain_after_s, first.away_after_no_answers, first.owner_wait_s) == (None, None, None)
    assert first.service_level == ServiceLevel(within_s=30)
    assert first.limits == (Limit(length=5, move_to="b"), Limit(closed=True, reject="closed"))
    assert second.steps[0].when == (When("position", at_least=2),)
    day = Calendar("day", time_zone="UTC", weekly={"mon-sun": "08:00-18:00"})
    assert first.hours == AnyOpen([Opposite(day), day])
    assert made.settings.queue_order == st.FixedQueueRatio(weights={"a": 2})
    assert made.agents[0].capacity == Capacity(4, cost={"voice": 4})


def test_a_head_start_by_priority() -> None:
    text = '[queues.a]\ncontact_order = { name = "head-start", seconds = { 1 = 60, "2.5" = 120 } }'
    assert config.loads(text).queues[0].contact_order == st.HeadStart({1: 60, 2.5: 120})


def test_rules_and_menus() -> None:
    made = config.loads("""
        [queues.desk]
        [rules]
        default_queue = "desk"
        [[rules.rule]]
        name = "gold"
        when = 'segment == "gold"'
        needs = { billing = 2 }
        add_priority = 5
        stop = false
        [[rules.rule]]
        queue = "desk"
        needs = ["english", { skill = "billing", at_least = 3 }]
        [[menus.main.prompts]]
        name = "topic"
        said = "Cards or loans?"
        choices = [{ value = "card", keys = "1", then = "number" }]
        [[menus.main.prompts]]
        name = "number"
        said = "Your number?"
        free = { digits = 8 }
    """)
    gold = Rule('segment == "gold"', name="gold", needs=(Need("billing", 2),), add_priority=5, stop=False)
    rest = Rule(queue="desk", needs=(Need("english"), Need("billing", 3)))
    assert made.classifier == Classifier([gold, rest], default_queue="desk")
    topic = Prompt("topic", "Cards or loans?", choices=[Choice("card", keys="1", then="number")])
    assert made.menus == {"main": Menu([topic, Prompt("number", "Your number?", free=Digits(8))])}


def test_calendars_are_in_the_time_of_the_router_unless_they_say_otherwise() -> None:
    made = config.loads('[router]\ntime_zone = "Asia/Tokyo"\n[calendars.a]\n[calendars.b]\ntime_zone = "UTC"')
    assert made.calendars == {"a": Calendar("a", time_zone="Asia/Tokyo"), "b": Calendar("b", time_zone="UTC")}


def test_orders_of_the_app_by_name() -> None:
    class Mine(st.LongestIdle):  # type: ignore[misc]  # final for nobody
        name = "mine"

    mine = Mine()
    text = '[queues.a]\nagent_order = "mine"'
    assert config.loads(text, registry={"mine": mine}).queues[0].agent_order is mine
    assert only(text)[0] == "queues.a.agent_order"


def test_the_example_is_without_a_fault() -> None:
    assert config.check(CENTRE) == []
    made = config.load(CENTRE)
    router = made.router()
    assert list(router.queues) == ["support", "sales", "mail", "escalations"]
    assert {view.state for view in router.agents.values()} == {"offline"}
    assert made.classifier is not None
    assert made.classifier.classify({"channel": "email"}).queue == "mail"


def test_a_router_is_made_with_the_settings_and_what_the_app_adds() -> None:
    made = config.loads('[router]\nseed = 5\ntime_zone = "Asia/Tokyo"\n[queues.a]')
    snapshot = made.router(at=3.0).snapshot()
    assert (snapshot["seed"], snapshot["time_zone"]) == (5, "Asia/Tokyo")
    assert made.router(seed=6).snapshot()["seed"] == 6
    assert made.router(at=3.0).now == 3.0


# -- faults -----------------------------------------------------------------------------------------------------------

BAD = """\
[router]
time_zone = "Mars/Olympus"
sed = 3

[queues.support]
offer_timout_s = 20
wrap_up_s = -1
agent_order = { name = "longest-idel" }
contact_order = { name = "aged", per_minute = -1 }
hours = "ofice"
steps = [
  { after_s = 60, lower = { billing = 1 }, move_to = "sale" },
  { after_s = "x" },
  { lower = {} },
  { after_s = 70, drop = ["a"], whem = 3 },
  { after_s = 10, when = [{ fact = "agents_availabel", at_most = 0 }], drop = ["x"] },
  3,
]
limits = [ { length = 50 }, { length = 5, closed = true, reject = "x" } ]

[queue.foo]

[agents.ann]
queues = ["suport", "support"]
skills = { billing = "3" }
capacity = { units = 0, cost = { voice = 4 } , foo = 3}

[agents.bob]
id = "bob"
queues = { support = 0 }
capacity = 4

[calendars.office]
weekly = { mon-fri = "08:00-18:00,17:00-19:00", sun = "25:00-26:00" }
holidays = ["2026-02-30"]

[rules]
defaultqueue = "support"
[[rules.rule]]
when = 'chanel == "chat"'
needs = { billing = -1 }
[[rules.rule]]
queue = "nowhere"
stop = 3
needs = 7
"""

SAID = """\
2 router.time_zone must be a time zone that this machine knows, such as "Europe/Berlin", not "Mars/Olympus"
3 router.sed is no key of [router]; did you mean 'seed'?
6 queues.support.offer_timout_s is no key of a queue; did you mean 'offer_timeout_s'?
7 queues.support.wrap_up_s must be at least 0, not -1
8 queues.support.agent_order must be an order that is known, not "longest-idel"; did you mean 'longest-idle'?
9 queues.support.contact_order.per_minute must be at least 1e-06, not -1
10 queues.support.hours must be a calendar of this file, [calendars.ofice], which is not there; did you mean 'office'?
12 queues.support.steps[0].move_to must be alone in a step, without lower: write two steps, not "sale"
12 queues.support.steps[0].move_to names "sale", which is no queue of this file; there is support
13 queues.support.steps[1].after_s must be a finite number, not "x"
14 queues.support.steps[2].after_s must be given
15 queues.support.steps[3].whem is no key of a step; did you mean 'when'?
16 queues.support.steps[4].after_s must not be before that of the step before (70.0), not 10.0
16 queues.support.steps[4].when[0].fact must be one of queue_length, position, agents_signed_in, agents_available, \
agents_eligible, estimated_wait_s, not "agents_availabel"; did you mean 'agents_available'?
17 queues.support.steps[5] must be a table, { after_s = ... }, not 3
19 queues.support.limits[0] must do exactly one of move_to, suggest_callback, reject, voicemail, self_service
19 queues.support.limits[1] must have exactly one of length, nobody_s, estimated_wait_s, closed, wait_s
21 queue is no table of a configuration; did you mean 'queues'?
24 agents.ann.queues[0] names "suport", which is no queue of this file; did you mean 'support'?
25 agents.ann.skills.billing must be a finite number, not "3"
26 agents.ann.capacity.foo is no key of a capacity; there is units, cost, limit, interruptible, channels
26 agents.ann.capacity.units must be at least 1e-06, not 0
29 agents.bob.id is no key: the name of the table is the id
30 agents.bob.queues.support must be a whole number of at least 1, not 0
31 agents.bob.capacity must be a table, { units = ... }, not 4
34 calendars.office.weekly.mon-fri must not have hours that overlap: 17:00-19:00 begins before 18:00, \
not "08:00-18:00,17:00-19:00"
34 calendars.office.weekly.sun must be hours from 00:00 to 24:00, such as 08:00-18:00, not "25:00-26:00"
35 calendars.office.holidays[0] must be a date that exists, not "2026-02-30"
37 rules.default_queue must be given: the queue of those whom no rule sends anywhere
38 rules.defaultqueue is no key of [rules]; did you mean 'default_queue'?
40 rules.rule[0].when must be a known name (channel?), not "chanel" (character 1)
41 rules.rule[0].needs.billing must be at least 0, not -1
43 rules.rule[1].queue names "nowhere", which is no queue of this file; there is support
44 rules.rule[1].stop must be true or false, not 3
45 rules.rule[1].needs must be a table of skills and levels, such as { billing = 2 }, or a list of skills
"""


def test_every_fault_of_a_file_at_once() -> None:
    with pytest.raises(config.InvalidFile) as caught:
        config.loads(BAD, file="bad.toml")
    said = "".join(f"{one.line} {one.path} {one.problem}\n" for one in caught.value.findings)
    assert said == SAID
    group = caught.value
    assert isinstance(group, InvalidConfiguration | RoutekitError | ValueError)
    assert str(group).startswith("bad.toml cannot be used: 35 faults")
    fault = group.exceptions[3]
    assert isinstance(fault, config.ConfigurationFault)
    assert str(fault) == "bad.toml:7: queues.support.wrap_up_s must be at least 0, not -1"
    assert (fault.file, fault.line, fault.path, fault.value) == ("bad.toml", 7, "queues.support.wrap_up_s", -1)
    again = pickle.loads(pickle.dumps(group))
    assert [str(one) for one in again.exceptions] == [str(one) for one in group.exceptions]
    seen: list[Exception] = []
    try:
        config.loads(BAD)
    except* InvalidValue as part:
        seen += part.exceptions
    assert len(seen) == 35


def test_a_mended_file_has_one_fault_less() -> None:
    """No fault hides another one: each can be mended alone, and the rest is told of as before."""
    mended = BAD.replace("wrap_up_s = -1", "wrap_up_s = 1").replace('after_s = "x"', 'after_s = 65, drop = ["z"]')
    before, after = faults_lines(BAD), faults_lines(mended)
    assert before - after == {(7, "queues.support.wrap_up_s"), (13, "queues.support.steps[1].after_s")}
    assert after < before


def faults_lines(text: str) -> set[tuple[int | None, str]]:
    with pytest.raises(config.InvalidFile) as caught:
        config.loads(text)
    return {(one.line, one.path) for one in caught.value.findings}


@pytest.mark.parametrize(
    ("text", "path", "line", "problem"),
    [
        ("[queues.a\n", "the file", 1, "is no TOML: expected ']' at the end of a table declaration"),
        ("a = 1\n[b]\nc =\n", "the file", 3, "is no TOML: invalid value"),
        ("queues = 3", "queues", 1, "must be a table, not 3"),
        ("[queues]\na = 3", "queues.a", 2, "must be a table, not 3"),
        ('[queues.""]', 'queues.""', 1, "must have a name"),
        ('[queues."a b"]\nwrap_up_s = ""', 'queues."a b".wrap_up_s', 2, 'must be a finite number, not ""'),
        ("[queues.a]\nsteps = { after_s = 3 }", "queues.a.steps", 2, "must be a list of tables: [{ after_s = ... }]"),
        ("[queues.a]\ntimeline = []", "queues.a.timeline", 2, "is no key of a queue"),
        ('[queues.a]\ndrain_after_s = "no"', "queues.a.drain_after_s", 2, 'must be a number, or "never"'),
        ("[queues.a]\nagent_order = 3", "queues.a.agent_order", 2,
         'must be the name of an order, such as "longest-idle", or a table with a name'),
        ('[queues.a]\ncontact_order = { name = "fifo", x = 1 }', "queues.a.contact_order.x", 2,
         "is no argument of this order: there is none"),
        ('[queues.a]\nagent_order = { name = "scored" }', "queues.a.agent_order", 2, "must be given"),
        ('[queues.a]\nhours = "x"', "queues.a.hours", 2,
         "must be a calendar of this file, [calendars.x], which is not there; there is none"),
        ('[queues.a]\nprefer_while = "redy"', "queues.a.prefer_while", 2,
         'must be one of ready, signed_in, always, not "redy"'),
        ('[queues.a]\nsteps = [{ after_s = 1, move_to = "a" }]', "queues.a.steps[0].move_to", 2,
         'must be another queue, not "a"'),
        ('[agents.ann]\nskills = { "a.b" = 0 }', 'agents.ann.skills."a.b"', 2, "must be above 0, not 0"),
        ('[agents.ann]\nskills = { a = 1, "a.b" = 0 }', 'agents.ann.skills."a.b"', 2, "must be above 0, not 0"),
        ('[skills]\nbilling = "x"\n[agents.ann]\nskills = { biling = 1 }', "agents.ann.skills.biling", 4,
         "names \"biling\", which [skills] does not declare; did you mean 'billing'?"),
        ('[calendars.a]\nany = ["b"]\n[calendars.b]\nany = ["a"]', "calendars.a", 1,
         "is made of calendars that are made of it"),
        ('[calendars.a]\nany = []', "calendars.a.any", 2, 'must be a list of calendars, such as ["office"]'),
        ('[calendars.a]\nany = ["c"]', "calendars.a.any", 2, "names 'c', which is no calendar; there is a"),
        ("[calendars.a]", "calendars.a.time_zone", 1, "must be given, here or in [router]"),
        ("[router]\nseed = 1\n[calendars.a]", "calendars.a.time_zone", 3, "must be given, here or in [router]"),
        ("[router]\nhistory = 1.5", "router.history", 2, "must be a whole number of at least 0, not 1.5"),
        ('[queues.a]\n[rules]\ndefault_queue = "a"\nrule = 3', "rules.rule", 4,
         "must be a list: each rule is a table [[rules.rule]]"),
    ],
)  # fmt: skip
def test_a_fault_and_where_it_is(text: str, path: str, line: int, problem: str) -> None:
    found = faults(text)
    assert path in found, found
    assert found[path][0] == line
    assert problem in found[path][1]


def test_two_rules_of_one_name_and_a_rule_after_a_broken_one() -> None:
    text = (
        '[queues.a]\n[rules]\ndefault_queue = "a"\n[[rules.rule]]\nstop = 3\n'
        + '[[rules.rule]]\nname = "x"\nqueue = "a"\n' * 2
    )
    assert faults(text).keys() == {"rules.rule[0].stop", "rules.rule[2].name"}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be read"):
        config.load(tmp_path / "none.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff")
    with pytest.raises(LogError, match="UTF-8"):
        config.load(tmp_path / "x.toml")
    (tmp_path / "bom.toml").write_bytes('\ufeff[queues."ä"]\r\nwrap_up_s = -1'.encode())
    with pytest.raises(config.InvalidFile) as caught:
        config.load(tmp_path / "bom.toml")
    assert re.search(r'bom.toml:2: queues."ä".wrap_up_s must be', str(caught.value.exceptions[0]))


# What is told of for one reason is not told of again for what is missing then.
@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("[queues.a]\nsteps = [{ after_s = 1, lower = 3 }]", {"queues.a.steps[0].lower"}),
        ('[queues.a]\nlimits = [{ lenght = 5, reject = "x" }]', {"queues.a.limits[0].lenght"}),
        ("[queues.a]\nsteps = [{ after_s = 1, drop = ['x'], when = { fact = 'position', at_most = 'x' } }]",
         {"queues.a.steps[0].when.at_most"}),
        ("[[menus.m.prompts]]\nname = 'a'\nsaid = 'x'\nfree = 'text'\nthen = 'b'\n[[menus.m.prompts]]\nname = 'b'\n"
         "said = 'y'\nfree = 3", {"menus.m.prompts[1].free"}),
        ("[[menus.m.prompts]]\nname = 'a'\nsaid = 'x'\nfree = 'text'\nthen = 'b'", {"menus.m.prompts[0].then"}),
        ("[[menus.m.prompts]]\nname = 'a'\nsaid = 'x'\nfree = 'text'\n[menus.m]\nlanguage = {}", {"menus.m.language"}),
    ],
)  # fmt: skip
def test_one_mistake_is_one_fault(text: str, paths: set[str]) -> None:
    assert faults(text).keys() == paths


JUNK: tuple[Any, ...] = (
    3, -1, 2.5, "", "x", "support", True, [], [1], ["a"], {}, {"a": 1}, {"name": "fifo"}, [[]], [{}], 1e300, 10**30,
    "never", {"x": {"y": [1]}}, "08:00-18:00", ["support", "support"], {"support": "1"},
)  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path] * bool(path) + [place for key, item in items for place in places(item, (*path, key))]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_wrong_with_a_file_is_said_in_words(seed: int) -> None:
    """Any value of the example replaced, taken out or added to: no other error, each fault with a line, none twice."""
    dice = random.Random(seed)
    data = tomllib.loads(CENTRE.read_text(encoding="utf-8"))
    for _ in range(dice.choice((1, 1, 2, 4))):
        *path, last = dice.choice(places(data))
        holder = data
        for part in path:
            holder = holder[part]
        if dice.random() < 0.2:
            del holder[last]
        elif dice.random() < 0.2 and isinstance(holder, dict):
            holder[dice.choice(("x", "name", "steps", "when", ""))] = dice.choice(JUNK)
        else:
            holder[last] = copy.deepcopy(dice.choice(JUNK))
    text = "\n".join(f"{key} = {_inline(value)}" for key, value in data.items())
    found = config.checks(text)
    assert all(one.line and "cannot be read" not in one.problem for one in found), found
    assert len({(one.path, one.problem) for one in found}) == len(found)
    if all(one.severity == "warning" for one in found):
        config.loads(text).router()


# -- where a contact goes ---------------------------------------------------------------------------------------------


def test_who_could_take_a_contact_by_tier_and_capacity_and_what_steps_never_do() -> None:
    made = config.loads("""
        [queues.a]
        steps = [{ after_s = 9, lower = { x = 2 } }, { after_s = 20, move_to = "b" }]
        [queues.b]
        steps = [{ after_s = 5, reject = "sorry" }]
        limits = [{ wait_s = 6, voicemail = "late" }]
        [agents.ann]
        queues = { a = 2 }
        skills = { x = 1 }
        [agents.bob]
        queues = ["a"]
        skills = { x = 1 }
        [agents.cem]
        queues = ["a"]
        skills = { x = 3 }
        capacity = { channels = ["chat"] }
        [agents.dan]
        queues = ["b"]
        [rules]
        default_queue = "a"
        [[rules.rule]]
        needs = { x = 1 }
    """)
    found = config.route(made, {"channel": "voice"}, ready=["ann"], at=3.0)
    assert found.agent == "ann"
    assert [(stage.after_s, stage.queue, stage.agents) for stage in found.stages] == [
        (0.0, "a", ("bob", "ann")),
        (9.0, "a", ("bob", "ann")),  # a step never asks for more
        (20.0, "a", ()),
        (20.0, "b", ()),
        (25.0, "b", ()),
    ]
    assert config.route(made, {"channel": "chat"}, ready=[]).stages[0].agents == ("bob", "cem", "ann")


def test_agents_of_a_further_queue_could_take_it_too() -> None:
    agents = '[agents.ann]\nqueues = ["a"]\n[agents.bob]\nqueues = ["b"]\n'
    steps = 'steps = [{ after_s = 9, add_queue = "b" }, { after_s = 20, raise_priority = 1 }]\n'
    made = config.loads(f'[queues.b]\n[queues.a]\n{steps}{agents}[rules]\ndefault_queue = "a"')
    assert [stage.agents for stage in config.route(made, {}).stages] == [("ann",), ("ann", "bob"), ("ann", "bob")]


def test_a_contact_that_goes_in_circles_is_followed_for_a_while() -> None:
    steps = 'steps = [{{ after_s = 9, move_to = "{}" }}]\n'
    rules = '[rules]\ndefault_queue = "a"'
    made = config.loads(f"[queues.a]\n{steps.format('b')}[queues.b]\n{steps.format('a')}{rules}")
    assert len(config.route(made, {}).stages) == 20


# -- and back ---------------------------------------------------------------------------------------------------------

NAMES = some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
CHANNELS = some.sampled_from(["voice", "chat", "e-mail", "a.b", "\u00fc ber", "'"])
"""A router knows 62 channels at most, and each name that is drawn anew would be one more."""
SECONDS = some.one_of(some.integers(0, 10**6), some.floats(0, 1e12))
LEVELS = some.floats(1e-9, 1e9)


def orders(kind: str) -> some.SearchStrategy[Any]:
    return some.sampled_from([made() for made in classes(kind).values() if can(made)] + ORDERS[kind])


def can(made: Any) -> bool:
    try:
        made()
    except TypeError:
        return False
    return True


ORDERS: dict[str, list[Any]] = {
    "agent": [st.FewestContacts(since="day"), st.RingProgressively(5), st.BestMatch({"a.b": -1.5}), st.Batched(3)],
    "preset": [],
    "contact": [st.HeadStart({1: 60, -2.5: 0}), st.Aged(0.1), st.EarliestDeadline(by_channel={"chat": 60})],
    "queue": [st.WeightedFair({"a": 3}, expected_s=9)],
}


@some.composite
def configurations(draw: some.DrawFn) -> config.Configuration:
    queue_names = draw(some.lists(NAMES, min_size=1, max_size=4, unique=True))
    skills = draw(some.lists(NAMES, min_size=1, max_size=3, unique=True))
    levels = some.dictionaries(some.sampled_from(skills), LEVELS)
    day = Calendar("day", time_zone="Europe/Berlin", weekly={"mon-fri": "08:00-18:00"}, holidays={"12-25": "Christmas"})
    calendars = {"day": day, "night": ~day, "both": day | ~day}

    def others(name: str) -> some.SearchStrategy[str | None]:
        return some.sampled_from([None, *(other for other in queue_names if other != name)])

    def steps(name: str) -> some.SearchStrategy[Any]:
        when = some.builds(When, some.sampled_from(["position", "queue_length"]), at_least=some.integers(1, 9))
        easing = some.builds(
            Step, SECONDS, lower=levels, raise_priority=some.floats(0.1, 9), add_queue=others(name),
            announce=some.none() | NAMES, when=some.lists(when, max_size=2), max_tier=some.none() | some.integers(1, 9),
        )  # fmt: skip
        ending = some.builds(Step, SECONDS, voicemail=NAMES)
        return some.lists(easing | ending, max_size=3).map(lambda found: sorted(found, key=lambda step: step.after_s))

    announcing = some.builds(
        Announcing, first_s=SECONDS, every_s=some.none() | some.floats(1, 99), callback_over_s=some.none() | SECONDS,
        longer_after=some.integers(1, 9),
    )  # fmt: skip
    queues = []
    for name in queue_names:
        limits = some.builds(Limit, length=some.integers(0, 99), reject=NAMES)
        queues.append(
            Queue(
                name,
                agent_order=draw(orders("agent") | orders("preset")),
                contact_order=draw(orders("contact")),
                wrap_up_s=draw(SECONDS),
                auto_accept=draw(some.booleans()),
                drain_after_s=draw(some.none() | SECONDS),
                away_after_no_answers=draw(some.none() | some.integers(1, 9)),
                max_tier=draw(some.none() | some.integers(1, 9)),
                steps=draw(steps(name)),
                limits=draw(some.lists(limits, max_size=2)),
                service_level=draw(some.none() | some.just(ServiceLevel()) | some.just(ServiceLevel(0.5, 3))),
                hours=draw(some.sampled_from([None, *calendars.values()])),
                sticky_s=draw(some.none() | SECONDS),
                announcing=draw(some.none() | announcing),
            )
        )
    capacity = some.builds(
        Capacity, some.floats(1, 9), cost=some.dictionaries(CHANNELS, some.floats(0.1, 9)),
        channels=some.none() | some.lists(CHANNELS, max_size=2, unique=True),
    )  # fmt: skip
    agents = [
        Agent(
            name,
            queues=draw(some.dictionaries(some.sampled_from(queue_names), some.integers(1, 3))),
            skills=draw(levels),
            capacity=draw(capacity),
        )
        for name in draw(some.lists(NAMES, max_size=3, unique=True))
    ]
    rules = some.builds(
        Rule, some.none() | some.just('channel == "chat"'), queue=some.sampled_from(queue_names),
        needs=some.lists(some.builds(Need, some.sampled_from(skills), at_least=LEVELS), max_size=2).map(tuple),
        attributes=some.dictionaries(NAMES, some.booleans() | some.floats(0, 1) | some.lists(NAMES, max_size=2)),
    )  # fmt: skip
    return config.Configuration(
        queues=queues,
        agents=agents,
        calendars=calendars,
        classifier=draw(some.none() | some.builds(Classifier, some.lists(rules, max_size=2),
                                                  default_queue=some.just(queue_names[0]))),
        skills=draw(some.none() | some.just(dict.fromkeys(skills, "what it means"))),
        settings=config.Settings(seed=draw(some.integers(0, 9)), queue_order=draw(some.none() | orders("queue"))),
    )  # fmt: skip


@given(configurations())
def test_what_is_written_loads_equal(made: config.Configuration) -> None:
    text = config.to_toml(made)
    assert config.loads(text) == made
    router = made.router()
    now = config.Configuration.of(router)
    assert (now.queues, now.agents) == (made.queues, made.agents)
    assert config.changes(router, made, at=1.0) == ()
    again = config.loads(config.to_toml(now))  # in which parts of calendars have got names
    assert (again.queues, again.agents) == (made.queues, made.agents)


def test_the_example_and_back() -> None:
    made = config.load(CENTRE)
    assert config.loads(config.to_toml(made)) == made


def test_a_function_cannot_be_written() -> None:
    rules = Classifier([Rule(lambda facts: True, queue="a")], default_queue="a")
    with pytest.raises(InvalidValue, match="cannot be written in TOML"):
        config.to_toml(config.Configuration(queues=[Queue("a")], classifier=rules))
    assert isinstance(config.Configuration(queues=[Queue("a")]).router(), Router)


def test_a_name_with_a_dot_is_told_from_what_is_before_the_dot() -> None:
    assert only('[agents.ann]\nskills = { a = 1, "a.b" = 0 }')[0] == 'agents.ann.skills."a.b"'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('agent_order = "batched"', 'must be given every_s: { name = "batched", every_s = ... }'),
        ('agent_order = { name = "scored" }', 'must be given score: { name = "scored", score = ... }'),
        ('contact_order = { name = "head-start", seconds = { 1 = 6, "1.0" = 9 } }', "for the same priority twice"),
        ("script = 2026-12-24", "not 2026-12-24"),
    ],
)
def test_what_is_lacking_and_in_whose_words(text: str, problem: str) -> None:
    path, line, said = only(f"[queues.a]\n{text}\n")
    assert (path, line) == (f"queues.a.{text.split(' ', maxsplit=1)[0]}", 2)
    assert problem in said


def test_no_words_of_python() -> None:
    zone = only('[calendars.a]\ntime_zone = "Europe/Berlim"\n')
    assert "No time zone found" not in zone[2] and "is no time zone" in zone[2]
    rule = '[queues.a]\n[rules]\ndefault_queue = "a"\n[[rules.rule]]\nwhen = true\n'
    assert only(rule)[2] == "must be a condition as text, not true"
