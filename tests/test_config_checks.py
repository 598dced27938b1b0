"""What looks wrong in a configuration: each finding in a small file that has it, and files that have none."""

from __future__ import annotations

import pytest

from routekit import config

BASE = """
[queues.support]
[queues.sales]
[agents.ann]
queues = { support = 1, sales = 2 }
skills = { billing = 2 }
"""
RULES = """
[rules]
default_queue = "support"
[[rules.rule]]
name = "invoices"
needs = { billing = 2 }
"""


def warned(text: str) -> list[str]:
    found = config.checks(text)
    assert all(one.severity == "warning" for one in found), found
    return [f"{one.line} {one.kind}: {one.path} {one.problem}" for one in found]


def only(text: str) -> str:
    (found,) = warned(text)
    return found


def certain(text: str) -> str:
    """The one error of a check, of a file that can be loaded all the same."""
    (found,) = config.checks(text)
    assert found.severity == "error"
    config.loads(text)
    return f"{found.line} {found.kind}: {found.path} {found.problem}"


def queue(fields: str, name: str = "support") -> str:
    return BASE.replace(f"[queues.{name}]\n", f"[queues.{name}]\n{fields}\n")


def test_nothing_to_say() -> None:
    assert warned(BASE) == []
    assert warned(BASE + RULES) == []
    assert warned("[queues.support]") == [], "agents may come from the app"
    assert warned("") == []


def test_a_queue_that_nobody_serves() -> None:
    found = certain(BASE + "[queues.night]")
    assert found == "7 nobody-serves: queues.night is a queue of no agent: add it to the queues of somebody"
    assert "max_tier keeps everybody out: its agents are of tier 2 and above" in certain(queue("max_tier = 1", "sales"))
    assert warned(queue("max_tier = 1\nsteps = [{ after_s = 9, max_tier = 2 }]", "sales")) == []


def test_needs_that_nobody_meets() -> None:
    high = RULES.replace("billing = 2", "billing = 5")
    assert certain(BASE + high) == (
        "12 unmet-needs: rules.rule[0].needs ask for billing 5, which no agent of queue 'support' has, "
        "whatever its steps lower or drop (the most that anybody there has is billing 2)"
    )
    assert "(nobody there has biling; did you mean 'billing'?)" in certain(BASE + RULES.replace("billing", "biling"))


@pytest.mark.parametrize(
    "steps",
    [
        "{ after_s = 60, lower = { billing = 2 } }",
        '{ after_s = 60, drop = ["billing"] }',
        '{ after_s = 60, move_to = "sales" }',
        '{ after_s = 60, voicemail = "sorry" }',
    ],
)
def test_needs_that_are_met_at_some_step(steps: str) -> None:
    high = RULES.replace("billing = 2", "billing = 5")
    other = '[agents.bob]\nqueues = ["sales"]\nskills = { billing = 5 }\n'
    assert warned(queue(f"steps = [{steps}]") + other + high) == []


def test_tiers_count_for_needs() -> None:
    narrow = queue("max_tier = 1") + "[agents.bob]\nqueues = { support = 2 }\nskills = { billing = 5 }\n"
    assert "unmet-needs" in certain(narrow + RULES.replace("billing = 2", "billing = 5"))


@pytest.mark.parametrize(
    ("capacity", "problem"),
    [
        ("{ units = 2, cost = { voice = 4 } }", "can never take voice: it costs 4 of 2 units"),
        ('{ channels = ["chat"], cost = { voice = 1 } }', "speaks of voice, which is not among its channels"),
        ('{ channels = ["chat"], limit = { chat = 0 } }', "lists chat among its channels, and limits it to 0"),
    ],
)
def test_capacity_that_can_never_take_a_channel(capacity: str, problem: str) -> None:
    assert only(f"{BASE}capacity = {capacity}") == f"7 useless-capacity: agents.ann.capacity {problem}"


def test_a_limit_of_nothing_is_one_way_to_say_no() -> None:
    assert warned(BASE + "capacity = { limit = { chat = 0 } }") == []


def test_circles() -> None:
    steps = 'steps = [{{ after_s = 60, move_to = "{}" }}]'
    text = queue(steps.format("sales")).replace("[queues.sales]", f"[queues.sales]\n{steps.format('support')}")
    assert certain(text) == (
        "3 circle: queues.support.steps[0].move_to is part of a circle: support -> sales -> support "
        "(queues.support.steps[0].move_to, queues.sales.steps[0].move_to). Who waits goes round until somebody takes "
        "it, and nothing else ends that; let one of these end otherwise"
    )
    assert "Who waits may go round for ever" in only(
        text.replace("after_s = 60", 'when = { fact = "position", at_least = 2 }, after_s = 60', 1)
    )
    ends = text.replace("steps", 'limits = [{ nobody_s = 9, voicemail = "x" }]\nsteps', 1)
    assert "Who waits may go round for ever" in only(ends), "it may be ended"
    limits = 'limits = [{{ length = 9, move_to = "{}" }}]'
    text = queue(limits.format("sales")).replace("[queues.sales]", f"[queues.sales]\n{limits.format('support')}")
    assert "If all are full, who comes is rejected (nowhere_to_go)" in only(text)
    assert "Who waits may go round for ever" in only(text.replace("length = 9", "nobody_s = 9"))
    # A search for a landing does not come back: with one way for those who wait, nobody goes round.
    assert "If all of these apply at once" in only(text.replace("length = 9", "nobody_s = 9", 1))
    day = '[router]\ntime_zone = "UTC"\n[calendars.day]\nweekly = { mon = "08:00-18:00" }\n'
    closing = text.replace("length = 9", "closed = true, at_closing = true").replace("limits", 'hours = "day"\nlimits')
    assert "If all are closed, who comes" in only(closing.replace(", at_closing = true", "") + day)
    assert "Who waits may go round for ever" in only(closing + day)
    assert warned(queue(limits.format("sales"))) == []


def test_a_circle_of_three_is_told_of_once_and_two_circles_twice() -> None:
    def chain(*ways: tuple[str, str]) -> str:
        names = dict.fromkeys(name for way in ways for name in way)
        listed = {name: [to for begin, to in ways if begin == name] for name in names}
        return "".join(
            f"[queues.{name}]\nlimits = ["
            + ", ".join(f'{{ length = {n}, move_to = "{to}" }}' for n, to in enumerate(to_all, 1))
            + "]\n"
            for name, to_all in listed.items()
        )

    assert "a -> b -> c -> a" in only(chain(("a", "b"), ("b", "c"), ("c", "a")))
    assert len(warned(chain(("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")))) == 2
    assert warned(chain(("a", "b"), ("a", "c"), ("b", "c"))) == []


@pytest.mark.parametrize(
    ("steps", "path", "problem"),
    [
        ('{ after_s = 9, move_to = "sales" }, { after_s = 10, max_tier = 2 }', "[1]",
         "never fires: at 9 s every contact has left the queue"),
        ('{ after_s = 9, voicemail = "x" }, { after_s = 9, reject = "y" }', "[1]", "never fires"),
        ('{ after_s = 9, add_queue = "sales" }, { after_s = 10, add_queue = "sales" }', "[1].add_queue",
         "has been added by a step before this one"),
        ("{ after_s = 9, max_tier = 3 }", "[0].max_tier", "lets in nobody who was not let in before"),
        ('{ after_s = 9, drop = ["x"], when = { fact = "position", at_most = 0 } }', "[0].when[0]",
         "never holds: position is at least 1, since the contact itself is counted"),
        ('{ after_s = 9, drop = ["x"], when = { fact = "agents_eligible", at_most = -1 } }', "[0].when[0]",
         "never holds: agents_eligible is never below 0"),
        ('{ after_s = 9, drop = ["x"], when = { fact = "agents_available", at_least = 2 } }', "[0].when[0]",
         "never holds: the queue has 1 agents in all"),
    ],
)  # fmt: skip
def test_steps_that_do_nothing(steps: str, path: str, problem: str) -> None:
    (found,) = [one for one in config.checks(queue(f"steps = [{steps}]")) if one.kind == "useless-step"]
    assert (found.path, found.line) == (f"queues.support.steps{path}", 3)
    assert problem in found.problem


def test_a_step_that_keeps_people_out() -> None:
    (found,) = config.checks(queue("steps = [{ after_s = 9, max_tier = 1 }]", "sales"))
    assert (found.kind, found.problem) == ("narrowing-step", "keeps out agents of tier 2, whom the queue let in before")


def test_a_limit_of_the_wait_ends_steps_too() -> None:
    text = queue('limits = [{ wait_s = 5, voicemail = "x" }]\nsteps = [{ after_s = 9, drop = ["x"] }]')
    assert "queues.support.steps[0] never fires: at 5 s" in only(text)
    conditional = 'steps = [{ after_s = 5, move_to = "sales", when = { fact = "position", at_least = 2 } }, '
    assert warned(queue(conditional + '{ after_s = 9, drop = ["x"] }]')) == []


def test_steps_that_ease_what_nobody_asks() -> None:
    def easing(step: str) -> list[str]:
        return warned(queue(f"steps = [{{ after_s = 9, {step} }}]") + RULES)

    assert (
        "lower.biling does nothing: no rule asks for biling; did you mean 'billing'?"
        in easing("lower = { biling = 1 }")[0]
    )
    assert "lower.billing does nothing: no rule asks for more than billing 2" in easing("lower = { billing = 2 }")[0]
    assert "drop[0] does nothing: no rule asks for x" in easing('drop = ["x"]')[0]
    assert easing("lower = { billing = 1 }") == []
    assert warned(queue("steps = [{ after_s = 9, lower = { biling = 1 } }]")) == [], "the app may ask for it"


@pytest.mark.parametrize(
    ("limits", "problem"),
    [
        ('{ closed = true, reject = "x" }', "limits[0] never applies: the queue has no hours"),
        (
            '{ length = 5, reject = "x" }, { length = 9, move_to = "sales" }',
            "limits[1] never applies: limits[0] comes first",
        ),
        ('{ nobody_s = 5, reject = "x" }, { nobody_s = 5, reject = "y" }', "limits[1] never applies"),
    ],
)
def test_limits_that_never_apply(limits: str, problem: str) -> None:
    assert problem in only(queue(f"limits = [{limits}]"))


def test_limits_that_do_apply() -> None:
    assert warned(queue('limits = [{ length = 9, reject = "x" }, { length = 5, suggest_callback = true }]')) == []
    assert warned(queue('limits = [{ length = 5, move_to = "sales" }, { length = 9, reject = "x" }]')) == []
    assert warned(queue('limits = [{ length = 5, reject = "x" }, { wait_s = 9, reject = "x" }]')) == []


def test_hours_that_nothing_reads() -> None:
    calendar = '[router]\ntime_zone = "UTC"\n[calendars.day]\nweekly = { mon = "08:00-18:00" }\n'
    assert "queues.support.hours does nothing: no limit says" in only(queue('hours = "day"') + calendar)
    closed = 'hours = "day"\nlimits = [{ closed = true, reject = "x", at_closing = true }]'
    assert warned(queue(closed) + calendar) == []
    twice = closed.replace("]", ', { closed = true, voicemail = "y" }]')
    assert "limits[1] never applies" in only(queue(twice) + calendar)
    coming = (
        'hours = "day"\nlimits = [{ closed = true, reject = "x" }, { closed = true, reject = "y", at_closing = true }]'
    )
    assert warned(queue(coming) + calendar) == [], "the second is for those who wait when it closes"


def test_a_calendar_that_is_never_open() -> None:
    zone = 'time_zone = "UTC"\n'
    assert "calendars.day is never open" in only(f"{BASE}[calendars.day]\n{zone}")
    days = '[calendars.day]\nopposite = "no"\n[calendars.no]\nspecial = { "12-24" = "08:00-12:00" }\n'
    assert warned(BASE + days + zone) == []


def test_rules_that_never_fire_and_agents_who_are_not_there() -> None:
    behind = '[[rules.rule]]\nname = "late"\nwhen = \'channel == "chat"\'\nprefer = ["anne"]\n'
    found = warned(BASE + RULES + behind)
    assert "rules.rule[1] never fires: rule 'invoices' comes first, always fires, and stops" in found[0]
    assert "rules.rule[1].prefer[0] names 'anne', who is no agent of this file; did you mean 'ann'?" in found[1]


def test_a_circle_is_told_of_once_with_all_its_ways() -> None:
    text = """
[queues.a]
steps = [{ after_s = 60, move_to = "b" }]
limits = [{ length = 9, move_to = "b" }, { nobody_s = 5, move_to = "b" }]
[queues.b]
limits = [{ nobody_s = 9, move_to = "a" }, { length = 9, move_to = "a" }]
"""
    ways = "queues.a.steps[0].move_to, queues.a.limits[0].move_to, queues.a.limits[1].move_to, "
    assert f"({ways}queues.b.limits[0].move_to, queues.b.limits[1].move_to)" in only(text)
    both = [("a", "b"), ("b", "c"), ("c", "a"), ("a", "c"), ("c", "b"), ("b", "a")]
    step = "".join(
        f"[queues.{name}]\nlimits = ["
        + ", ".join(f'{{ nobody_s = {n}, move_to = "{to}" }}' for n, to in enumerate([t for f, t in both if f == name]))
        + "]\n"
        for name in "abc"
    )
    assert len(warned(step)) == 3, "every way is in one that is told of"


def test_ways_that_nobody_takes_make_no_circle() -> None:
    text = queue("""limits = [{ wait_s = 30, reject = "late" }]
steps = [{ after_s = 60, move_to = "sales" }]""").replace(
        "[queues.sales]", '[queues.sales]\nsteps = [{ after_s = 60, move_to = "support" }]'
    )
    assert "never fires" in only(text)
    overflow = 'limits = [{{ length = 50, move_to = "{}" }}, {{ length = 50, reject = "full" }}]'
    text = queue(overflow.format("sales")).replace("[queues.sales]", f"[queues.sales]\n{overflow.format('support')}")
    assert warned(text) == [], "who finds no place is told so"


def test_queues_that_pass_everybody_on() -> None:
    hub = '[queues.hub]\nsteps = [{ after_s = 0, add_queue = "support" }, { after_s = 30, add_queue = "sales" }]\n'
    assert warned(hub + BASE) == []
    assert warned('[queues.front]\nsteps = [{ after_s = 0, move_to = "sales" }]\n' + BASE) == []
    assert warned('[queues.front]\nlimits = [{ nobody_s = 0, move_to = "sales" }]\n' + BASE) == []
    some = '[queues.front]\nsteps = [{ after_s = 0, move_to = "sales", when = { fact = "position", at_least = 2 } }]\n'
    assert "its steps and limits alone to get out" in only(some + BASE)
    assert "its steps and limits alone" in only('[queues.front]\nlimits = [{ wait_s = 9, reject = "x" }]\n' + BASE)
    assert "nobody-serves" in certain('[queues.front]\nlimits = [{ length = 9, move_to = "sales" }]\n' + BASE)


ENGLISH = """
[queues.a]
[queues.b]
[agents.ann]
queues = ["a"]
skills = { english = 1 }
[agents.bob]
queues = ["a", "b"]
skills = { billing = 3 }
[rules]
default_queue = "a"
[[rules.rule]]
name = "english"
when = 'language == "en"'
needs = ["english"]
stop = false
[[rules.rule]]
when = 'menu.topic == "invoice"'
queue = "a"
needs = { billing = 2 }
"""


def test_needs_of_rules_that_go_on() -> None:
    assert only(ENGLISH) == (
        "20 unmet-needs: rules.rule[1].needs ask, together with those of 'english', for english 1, billing 2, which no "
        "agent of queue 'a' has, whatever its steps lower or drop (nobody there has all of it)"
    )
    assert warned(ENGLISH.replace("skills = { billing = 3 }", "skills = { billing = 3, english = 1 }")) == []
    assert warned(ENGLISH.replace('menu.topic == "invoice"', 'language in ["de", "fr"]')) == [], "never one of both"
    assert "klingon 1, which no agent of queue 'a' has" in certain(ENGLISH.replace('["english"]', '["klingon"]'))
    elsewhere = ENGLISH.replace('queue = "a"\nneeds = { billing = 2 }', 'queue = "b"')
    assert "agent of queue 'b' has" in only(elsewhere), "it depends on the topic"
    overflow = ENGLISH.replace("[queues.a]", '[queues.a]\nlimits = [{ length = 9, move_to = "b" }]')
    klingon = overflow.replace('["english"]', '["klingon"]') + '[agents.cy]\nqueues = ["b"]\nskills = { klingon = 1 }\n'
    assert "klingon 1, which no agent of queue 'a'" in only(klingon), "it depends on how full it is"


def test_needs_that_a_further_queue_meets_later() -> None:
    text = queue('steps = [{ after_s = 10, add_queue = "night" }, { after_s = 20, lower = { x = 1 } }]')
    text += '[queues.night]\n[agents.bob]\nqueues = ["night"]\nskills = { x = 1 }\n'
    assert warned(text + RULES.replace("billing = 2", "x = 3")) == []
    alone = text.replace(", { after_s = 20, lower = { x = 1 } }", "")
    assert "(nobody there has x)" in certain(alone + RULES.replace("billing = 2", "x = 3"))


def test_steps_after_conditional_ones() -> None:
    some = "{ after_s = 10, max_tier = 2, when = { fact = 'agents_available', at_most = 0 } }"
    steps = f"max_tier = 1\nsteps = [{some}, {{ after_s = 60, max_tier = 2 }}]"
    assert warned(queue(steps) + "[agents.bob]\nqueues = { support = 2 }\n") == []
    dropped = queue("steps = [{ after_s = 60, drop = ['site'] }]").replace("billing = 2", "billing = 2, site = 1")
    assert warned(dropped + RULES) == [], "the app may ask for it"


BROKEN = """
[queues.a]
wrap_up_sec = 3
limits = [{ length = 5, move_to = "b" }]
[queues.b]
limits = [{ length = 5, move_to = "a" }]
wrap_up_s = -1
[queues.lonely]
[calendars.office]
time_zone = "UTC"
weekly = { mon = ["08:00-12:00", "11:00-13:00"] }
closed = ["2026-02-30"]
[agents.ann]
queues = ["a", "b"]
skills = { x = 1 }
[rules]
[[rules.rule]]
queue = 5
when = 'channel == "x"'
[[rules.rule]]
when = 'channel == "chat"'
queue = "a"
needs = { x = 5 }
"""


def test_all_at_once() -> None:
    found = [(one.line, one.path, one.kind) for one in config.checks(BROKEN)]
    assert found == [
        (3, "queues.a.wrap_up_sec", "unknown-key"),
        (4, "queues.a.limits[0].move_to", "circle"),
        (7, "queues.b.wrap_up_s", "invalid"),
        (8, "queues.lonely", "nobody-serves"),
        (11, "calendars.office.weekly.mon", "invalid"),
        (12, "calendars.office.closed[0]", "invalid"),
        (16, "rules.default_queue", "invalid"),
        (18, "rules.rule[0].queue", "invalid"),
        (23, "rules.rule[1].needs", "unmet-needs"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        BASE.replace("sales = 2", "salse = 2"),
        BASE.replace("sales = 2", "sales = 0"),
        BASE.replace("queues = {", "queue = {"),
        BASE.replace("queues = { support = 1, sales = 2 }", "queues = 5"),
        BASE + "billing = -2".join(RULES.split("billing = 2")),
        BASE.replace("skills = { billing = 2 }", "skill = { billing = 2 }") + RULES,
        BASE.replace("{ billing = 2 }", "{ billing = -2 }") + RULES,
        BASE + "[queues.night]\nmax_tier = 0\n[agents.bob]\nqueues = { night = 2 }\n",
        queue("steps = [{ after_s = 9, drp = ['billing'] }]") + RULES.replace("billing = 2", "billing = 5"),
        queue("steps = [{ after_s = 9, drop = 5 }]") + RULES.replace("billing = 2", "billing = 5"),
        queue("steps = [{ after_s = 9, voicemail = 'x', when = 5 }, { after_s = 10, drop = ['billing'] }]") + RULES,
        queue("hour = 'day'\nlimits = [{ closed = true, reject = 'x' }]"),
        queue("steps = [{ after_s = 9, drop = ['x'] }]") + RULES.replace("needs", "need"),
    ],
)  # fmt: skip
def test_nothing_is_said_that_comes_of_an_error(text: str) -> None:
    assert len(config.checks(text)) == 1, config.checks(text)


def test_numbers_are_those_of_the_file() -> None:
    steps = "steps = [{ after_s = -9, drop = ['x'] }, { after_s = 10, max_tier = 3 }, { after_s = 11, drop = ['y'] }]"
    text = queue(f"{steps}\nlimits = [{{ length = -1, reject = 'x' }}, {{ closed = true, reject = 'y' }}]")
    rules = (
        '[rules]\ndefault_queue = "support"\n[[rules.rule]]\nqueue = 5\nwhen = 5\n[[rules.rule]]\nprefer = ["bob"]\n'
    )
    found = {one.path for one in config.checks(text + rules) if one.severity == "warning"}
    assert found == {"queues.support.steps[1].max_tier", "queues.support.limits[1]", "rules.rule[1].prefer[0]"}
