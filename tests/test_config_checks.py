"""What looks wrong in a configuration: each warning in a small file that has it, and files that have none."""

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


def queue(fields: str, name: str = "support") -> str:
    return BASE.replace(f"[queues.{name}]\n", f"[queues.{name}]\n{fields}\n")


def test_nothing_to_say() -> None:
    assert warned(BASE) == []
    assert warned(BASE + RULES) == []
    assert warned("[queues.support]") == [], "agents may come from the app"
    assert warned("") == []


def test_a_queue_that_nobody_serves() -> None:
    found = only(BASE + "[queues.night]")
    assert found == "7 nobody-serves: queues.night is a queue of no agent: add it to the queues of somebody"
    assert "max_tier keeps everybody out: its agents are of tier 2 and above" in only(queue("max_tier = 1", "sales"))
    assert warned(queue("max_tier = 1\nsteps = [{ after_s = 9, max_tier = 2 }]", "sales")) == []


def test_needs_that_nobody_meets() -> None:
    high = RULES.replace("billing = 2", "billing = 5")
    assert only(BASE + high) == (
        "12 unmet-needs: rules.rule[0].needs ask for billing 5, which no agent of queue 'support' has, "
        "whatever its steps lower or drop (the most that anybody there has is billing 2)"
    )
    assert "(nobody there has biling; did you mean 'billing'?)" in only(BASE + RULES.replace("billing", "biling"))


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
    assert "unmet-needs" in only(narrow + RULES.replace("billing = 2", "billing = 5"))


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
    assert only(text) == (
        "3 circle: queues.support.steps[0].move_to is part of a circle: support -> sales -> support "
        "(queues.support.steps[0].move_to, queues.sales.steps[0].move_to). Who waits may go round for ever; let one of "
        "these end otherwise"
    )
    limits = 'limits = [{{ length = 9, move_to = "{}" }}]'
    text = queue(limits.format("sales")).replace("[queues.sales]", f"[queues.sales]\n{limits.format('support')}")
    assert "If all are full, who comes is sent away" in only(text)
    assert "Who waits may go round for ever" in only(text.replace("length = 9", "nobody_s = 9", 1))
    day = '[router]\ntime_zone = "UTC"\n[calendars.day]\nweekly = { mon = "08:00-18:00" }\n'
    closing = text.replace("length = 9", "closed = true, at_closing = true", 1).replace(
        "limits", 'hours = "day"\nlimits', 1
    )
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


def test_warnings_wait_until_there_are_no_errors() -> None:
    found = config.checks(BASE + "[queues.night]\nwrap_up_s = -1")
    assert [one.severity for one in found] == ["error"]
