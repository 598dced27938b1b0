"""Orders side by side: how they are written, that each run is what it would be alone, what is best, and fairness."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as hyp
from rich.console import Console

from routekit import Contact, cli
from routekit import strategies as st
from routekit.errors import InvalidValue
from routekit.reporting.compared import LOG, comparison_grid, comparison_page
from routekit.reporting.svg import Bar, Series, dots, groups
from routekit.reporting.terminal import print_comparison
from routekit.simulation import (
    Call,
    Comparison,
    Fate,
    Habits,
    Outcome,
    Settings,
    Trace,
    compare,
    demo_day,
    jain_index,
    overtakings,
    policies,
    read_csv,
    replay,
)
from routekit.simulation.compare import MEASURES
from routekit.simulation.fairness import most_overtakings
from routekit.simulation.orders import GROUPS, PRESETS, Kind, describe, known, order
from tests.replay_logs import write_text

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Two agents, a morning of calls that come faster than they are done with, of three priorities."""
    rows = [
        f"c-{number},q,voice,{number % 3},{100 + 7 * number},{60 if number % 4 == 0 else ''},{20 + number % 5 * 17},"
        f"{('ann', 'bob')[number % 2]}"
        for number in range(60)
    ]
    rows = [row if row.split(",")[5] == "" else row.rsplit(",", 1)[0] + "," for row in rows]
    return write_text(tmp_path / "log.csv", "id,queue,channel,priority,arrived_s,patience_s,handle_s,agent", *rows)


@pytest.fixture
def trace(log: Path) -> Trace:
    return read_csv(log)


def fate(arrived: float, wait: float | None, outcome: str = Outcome.CONNECTED, queue: str = "q") -> Fate:
    return Fate(Call(Contact("c", queue=queue), arrived, None, 60.0), outcome, wait)


# -- how fair it was ---------------------------------------------------------------------------------------------------


def test_jains_index_of_loads_that_one_can_add_up() -> None:
    assert jain_index([5.0] * 7) == 1.0
    assert jain_index([0.0, 0.0, 2.0, 0.0]) == 0.25
    assert jain_index([1.0, 2.0, 3.0]) == pytest.approx(36 / 42)
    assert jain_index([]) is None
    assert jain_index([0.0, 0.0]) is None


@given(hyp.lists(hyp.floats(0.0, 1e9), min_size=1, max_size=30), hyp.floats(1e-6, 1e6))
def test_jains_index_lies_between_one_nth_and_one_whatever_the_unit(loads: list[float], unit: float) -> None:
    found = jain_index(loads)
    if found is None:
        assert max(loads) == 0.0
        return
    assert 1.0 / len(loads) - 1e-12 <= found <= 1.0
    assert jain_index(reversed(loads)) == pytest.approx(found)
    if max(loads) > 1e-290:
        assert jain_index([load * unit for load in loads]) == pytest.approx(found)


def brute_force(fates: Sequence[Fate]) -> list[int]:
    """Each against each, as the definition says it."""
    ends = [entry.call.arrived_s + (entry.wait_s or 0.0) for entry in fates]
    return [
        sum(
            other.call.contact.queue == entry.call.contact.queue
            and other.call.arrived_s > entry.call.arrived_s
            and other.outcome == Outcome.CONNECTED
            and ended < end
            for other, ended in zip(fates, ends, strict=True)
        )
        for entry, end in zip(fates, ends, strict=True)
    ]


FATES = hyp.lists(
    hyp.builds(
        fate,
        # Few values, so that there are many ties.
        hyp.integers(0, 12).map(float),
        hyp.integers(0, 12).map(float),
        hyp.sampled_from([Outcome.CONNECTED, Outcome.CONNECTED, Outcome.ABANDONED, Outcome.WAITING]),
        hyp.sampled_from("qr"),
    ),
    max_size=40,
)


@given(FATES)
def test_overtakings_are_what_counting_pairs_gives(fates: list[Fate]) -> None:
    found = overtakings(fates)
    assert found == brute_force(fates)
    assert most_overtakings(fates) == (max(brute_force(fates)) if fates else None)


def test_who_overtakes_whom() -> None:
    assert overtakings([fate(0.0, 50.0), fate(10.0, 5.0), fate(20.0, 5.0), fate(30.0, 40.0)]) == [2, 0, 0, 0]
    # Coming or being connected at the same instant is no overtaking.
    assert overtakings([fate(0.0, 50.0), fate(0.0, 5.0), fate(20.0, 30.0)]) == [0, 0, 0]
    # Another queue is another line.
    assert overtakings([fate(0.0, 50.0), fate(10.0, 5.0, queue="r")]) == [0, 0]
    # Who gives up was overtaken too, and overtakes nobody.
    assert overtakings([fate(0.0, 50.0, Outcome.ABANDONED), fate(10.0, 5.0)]) == [1, 0]
    assert overtakings([fate(0.0, 50.0), fate(10.0, 5.0, Outcome.ABANDONED)]) == [0, 0]
    assert overtakings([fate(0.0, None)]) is None


def test_a_run_tells_how_fair_it_was(trace: Trace) -> None:
    made = replay(trace, Settings(contact_order=st.StrictPriority(), wrap_up_s=10.0))
    loads = {load.agent: load for load in made.loads}
    talked = dict.fromkeys(loads, 0.0)
    for entry in made.fates:
        if entry.agent is not None:
            talked[entry.agent] += entry.call.handle_s
    for agent, load in loads.items():
        assert load.talk_s == talked[agent]
        assert load.busy_s == load.talk_s + 10.0 * load.contacts
    shares = [load.talk_s / load.staffed_s for load in made.loads]
    assert made.figures.jain_index == pytest.approx(sum(shares) ** 2 / (2 * sum(x * x for x in shares)))
    assert made.figures.jain_index_talk == jain_index(talked.values())
    assert made.figures.most_overtakings == max(brute_force(made.fates)) > 3
    in_order = replay(trace, Settings(contact_order=st.Fifo()))
    assert in_order.figures.most_overtakings == 0


def test_who_was_never_there_is_not_counted_among_the_agents(trace: Trace) -> None:
    more = dataclasses.replace(trace, agents=(*trace.agents, attrs.evolve(trace.agents[0], id="never")))
    assert replay(more).figures.jain_index == replay(trace).figures.jain_index


# -- how orders are written --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "fewest-contacts:half_life_s=3600,count=offered",
        " fewest-contacts : half_life_s = 3600 , count = offered ",
        '{"name": "fewest-contacts", "half_life_s": 3600, "count": "offered"}',
    ],
)
def test_an_order_with_fields_has_two_notations(text: str) -> None:
    assert order("agent", text) == st.FewestContacts(half_life_s=3600.0, count="offered")


def test_a_field_may_be_a_mapping() -> None:
    start = st.HeadStart({2: 90.0})
    assert order("contact", 'head-start:seconds={"2":90}') == start
    assert order("contact", '{"name": "head-start", "seconds": {"2": 90}}') == start
    assert order("contact", "head-start:seconds=[[2,90]]") == start
    assert order("contact", describe(start)) == start


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("agent", "fewest-contacts:since=day,count=offered"),
        ("agent", "least-talk-time:half_life_s=60"),
        ("agent", "ring-progressively:every_s=5"),
        ("agent", "ring-progressively:every_s=5,limit=3"),
        ("agent", "batched:every_s=2.5"),
        ("agent", 'weighted-random:weights={"ann":2.0,"007":0.5}'),
        ("agent", 'best-match:weights={"billing":2.0}'),
        ("contact", "earliest-deadline:within_s=60"),
        ("queue", 'fixed-queue-ratio:weights={"q":3.0}'),
        ("queue", 'weighted-fair:weights={"7":3.0},expected_s=60'),
    ],
)
def test_an_order_is_described_as_it_is_written(kind: Kind, text: str) -> None:
    assert describe(order(kind, text)) == text


@pytest.mark.parametrize("kind", ["agent", "contact", "queue"])
def test_every_order_is_known_by_its_name(kind: Kind) -> None:
    plain = [policy.label.strip("/") for policy in policies(f"{kind}-orders")]
    for name in known(kind):
        if name not in plain and (name not in st.names("preset") or name == "taskrouter-order-by"):
            with pytest.raises(InvalidValue, match=name):  # It needs fields, and says so.
                order(kind, name)
            continue
        made = order(kind, name)
        assert made.name == describe(made) == name
        assert order(kind, json.dumps({"name": name})) == made


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("longest-idel", r"agent order must be one of longest-idle, .*\(is longest-idle meant\?\), not 'longest-idel'"),
        ("fifo", "agent order must be one of"),
        ("", "agent order must be one of"),
        ("fewest-contacts:half=3", r"fewest-contacts has no such field \(it has .*half_life_s.*\), not 'half'"),
        ("round-robin:x=1", r"round-robin has no such field \(it has none\), not 'x'"),
        ("fewest-contacts:half_life_s=-1", r"fewest-contacts\.half_life_s must"),
        ("fewest-contacts:half_life_s=soon", r"half_life_s must"),
        ("fewest-contacts:count=2", r"fewest-contacts\.count must be 'answered' or 'offered', not 2"),
        ('weighted-random:weights={"7":-1}', r"weighted-random\.weights\.7 must"),
        ("scored", "scored"),
        ("fewest-contacts:count", "fewest-contacts must be followed by field=value"),
        ("fewest-contacts:", "fewest-contacts must be followed by field=value"),
        ("fewest-contacts:count=offered,count=offered", r"fewest-contacts\.count must be given once"),
        ('{"name": "random"', "must be closed|must be JSON"),
        ('{"name": 3}', 'must have a "name"'),
        ('{"name": "random", "name": "random"}', "a name is there twice"),
        ("[" * 5000, "must be"),
        ("fewest-contacts:half_life_s=" + "[" * 5000 + "]" * 5000, "half_life_s must"),
    ],
)
def test_what_is_wrong_with_an_order_is_said(text: str, says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        order("agent", text)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("longest-idle", ["longest-idle"]),
        ("longest-idle, round-robin/fifo ,/aged", ["longest-idle", "round-robin/fifo", "/aged"]),
        (
            "fewest-contacts:half_life_s=60,count=offered/aged:per_minute=2,random",
            ["fewest-contacts:half_life_s=60,count=offered/aged:per_minute=2", "random"],
        ),
        ('{"name":"fewest-contacts","count":"offered"}/{"name":"fifo"}', ["fewest-contacts:count=offered/fifo"]),
        ("first-come,default", ["first-come", "default"]),
        ('/head-start:seconds={"2":90,"1":30}', ['/head-start:seconds={"2":90.0,"1":30.0}']),
    ],
)
def test_the_entries_of_a_comparison(text: str, labels: list[str]) -> None:
    found = policies(text)
    assert [policy.label for policy in found] == labels
    for policy in found:
        if policy.label not in PRESETS:
            assert policies(policy.label) == (policy,)


def test_presets_stand_for_orders() -> None:
    assert (policies("default")[0].agent_order, policies("default")[0].contact_order) == (None, None)
    assert policies("first-come")[0].contact_order == st.Fifo()
    assert policies("urgent-first")[0].contact_order == st.StrictPriority()
    names = [policy.label for policy in policies("agent-orders")]
    assert {"longest-idle", "round-robin", "random", "fewest-contacts"} <= set(names) <= set(known("agent"))
    assert [policy.label for policy in policies("contact-orders")][:1] == ["/fifo"]
    assert all(policy.label.startswith("//") for policy in policies("queue-orders"))
    assert not set(PRESETS) & set(GROUPS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must be an order"),
        ("random,,random", "must be an order"),
        ("/", "must be AGENT, AGENT/CONTACT"),
        ("a/b/c/d", "must be AGENT, AGENT/CONTACT"),
        ("fifo", "must be an agent order; a contact order stands behind /, as in /fifo"),
        ("fist-come", r"or a preset \(default, first-come.*is first-come meant\?"),
        ("random/longest-idle", "contact order must be one of fifo"),
        ("random/aged:per_minute=0", r"aged\.per_minute"),
        ("random]", "brackets must match"),
        ('random/{"name"', "brackets and quotes must be closed"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(text: str, says: str) -> None:
    with pytest.raises(InvalidValue, match=says):
        policies(text)


@given(hyp.text(alphabet='fo:=,/{}[]"\\ -', max_size=30))
def test_no_text_is_anything_but_orders_or_a_named_error(text: str) -> None:
    with contextlib.suppress(InvalidValue):
        policies(text)


# -- the runs ----------------------------------------------------------------------------------------------------------


def test_each_run_is_what_it_would_be_alone(trace: Trace) -> None:
    settings = Settings(contact_order=st.Fifo(), seed=3, wrap_up_s=5.0)
    found = compare(trace, policies("longest-idle,random,round-robin/strict-priority"), settings)
    assert [run.policy.label for run in found.runs] == ["longest-idle", "random", "round-robin/strict-priority"]
    for run in found.runs:
        own = dataclasses.replace(
            settings,
            agent_order=run.policy.agent_order,
            contact_order=run.policy.contact_order or settings.contact_order,
        )
        alone = replay(trace, own)
        assert run.made.digest == alone.digest
        assert run.made.figures == alone.figures
    again = compare(trace, reversed(policies("longest-idle,random,round-robin/strict-priority")), settings)
    assert [run.made.digest for run in again.runs] == [run.made.digest for run in found.runs][::-1]


def test_habits_begin_anew_with_every_run() -> None:
    day = demo_day(5)
    day = dataclasses.replace(day, calls=day.calls[:400], rows=400)
    found = compare(day, policies("round-robin,longest-idle"), Settings(seed=5), answers=lambda: Habits(5))
    alone = replay(day, Settings(seed=5, agent_order=st.LongestIdle()), answers=Habits(5))
    assert found.runs[1].made.digest == alone.digest


def test_the_same_orders_are_run_once(trace: Trace) -> None:
    found = compare(trace, policies("random,default,random/fifo,agent-orders"), Settings(contact_order=st.Fifo()))
    labels = [run.policy.label for run in found.runs]
    assert labels[:2] == ["random", "default"]
    assert "random/fifo" not in labels
    assert len(labels) == len(set(labels))


def test_an_order_that_cannot_be_used_is_refused_before_the_first_run(trace: Trace) -> None:
    ran: list[str] = []
    bad = dataclasses.replace(policies("random")[0], label="bad", queue_order=object())
    with pytest.raises((ValueError, TypeError)):
        compare(trace, [*policies("longest-idle"), bad], progress=lambda label, _done, _of: ran.append(label))
    assert ran == []
    with pytest.raises(InvalidValue, match="policies must be one at least"):
        compare(trace, [])


def test_progress_goes_up_to_the_sum_of_all_runs(trace: Trace) -> None:
    told: list[tuple[str, int, int]] = []
    compare(trace, policies("random,round-robin"), progress=lambda *of: told.append(of))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1] == ("round-robin", 120, 120)


def changed(found: Comparison, *values: dict[str, Any]) -> Comparison:
    """The comparison with other figures, run by run."""
    runs = tuple(
        dataclasses.replace(
            run, made=dataclasses.replace(run.made, figures=dataclasses.replace(run.made.figures, **own))
        )
        for run, own in zip(found.runs, values, strict=True)
    )
    return dataclasses.replace(found, runs=runs)


@pytest.fixture
def three(trace: Trace) -> Comparison:
    return compare(trace, policies("longest-idle,random,round-robin/strict-priority"))


def test_the_best_is_the_most_or_the_least_as_it_should_be(three: Comparison) -> None:
    names = [measure.name for measure in MEASURES]
    found = changed(three, *(dict.fromkeys(names, value) for value in (1, 2, 2)))
    more = {"connected", "service_level", "jain_index"}
    assert found.best() == {name: (1, 2) if name in more else (0,) for name in names}
    same = changed(three, *(dict.fromkeys(names, value) for value in (1, 1, 1)))
    assert set(same.best().values()) == {()}
    unknown = changed(three, *({"jain_index": value} for value in (None, 0.5, 0.25)))
    assert unknown.best()["jain_index"] == (1,)


def test_what_looks_alike_is_marked_alike(three: Comparison) -> None:
    found = changed(three, *({"mean_wait_s": value} for value in (34.51, 34.49, 60.0)))
    assert found.best()["mean_wait_s"] == (1,)
    grid = comparison_grid(found)
    assert [row for row, column in sorted(grid.best) if grid.columns[column] == "mean"] == [0, 1]
    alike = changed(three, *({"mean_wait_s": value} for value in (34.51, 34.49, 34.52)))
    grid = comparison_grid(alike)
    assert [row for row, column in grid.best if grid.columns[column] == "mean"] == []


def test_the_log_stands_below_and_does_not_compete(three: Comparison) -> None:
    grid = comparison_grid(three)
    assert [row[0] for row in grid.rows] == ["longest-idle", "random", "round-robin/strict-priority", LOG]
    assert all(row < 3 for row, _ in grid.best)
    assert {len(row) for row in grid.rows} == {len(grid.columns)} == {10}
    made_up = dataclasses.replace(demo_day(1), calls=(), rows=0)
    assert [row[0] for row in comparison_grid(compare(made_up, policies("random"))).rows] == ["random"]


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_every_name_and_figure_is_printed_whatever_the_width(three: Comparison, width: int) -> None:
    out = io.StringIO()
    print_comparison(Console(file=out, width=width, highlight=False, markup=False, emoji=False), three, 1.0)
    text = out.getvalue()
    assert text.isascii() or width < 80
    for run in three.runs:
        assert f"{run.made.digest}  {run.policy.label}" in text
    if width == 60:
        # No room for names in the table: they stand below it, by their numbers.
        assert " 3 round-robin/strict-priority" in text.splitlines()
    if width >= 80:
        assert max(len(line) for line in text.splitlines() if not line.startswith("digest")) <= width
        for cell in (cell for row in comparison_grid(three).rows for cell in row[1:]):
            assert cell in text
        assert text.count("*") == len(comparison_grid(three).best) + 1


def test_the_page_is_well_formed_and_tells_everything(three: Comparison) -> None:
    text = comparison_page(three, 1.0)
    root = ET.fromstring(text)
    words = " ".join("".join(root.itertext()).split())
    for row in comparison_grid(three).rows:
        assert all(cell in words for cell in row)
    assert all(run.made.digest in words for run in three.runs)
    assert "(sum x)" in words
    assert "<script" not in text
    assert not [element for element in root.iter() if {"src", "href"} & set(element.keys())]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    charts = list(root.iter(f"{SVG}svg"))
    # The layout does not tell how long the connected waited, and the log's line has no bars; the runs have theirs.
    assert len(charts) == 6
    for chart in charts:
        width, height = float(chart.get("width", 0)), float(chart.get("height", 0))
        for box in chart.iter(f"{SVG}rect"):
            x, y, w, h = (float(box.get(name, "nan")) for name in ("x", "y", "width", "height"))
            assert 0.0 <= x <= x + w <= width
            assert 0.0 <= y <= y + h <= height
        for dot in chart.iter(f"{SVG}circle"):
            assert 0.0 < float(dot.get("cx", "nan")) < width
            assert 0.0 < float(dot.get("cy", "nan")) < height
    assert sum(element.get("class") == "best" for element in root.iter("td")) > 0


def test_of_no_contacts_there_is_a_page_too() -> None:
    empty = dataclasses.replace(demo_day(1), calls=(), rows=0, shifts=())
    found = compare(empty, policies("random,longest-idle"))
    assert "nan" not in "".join(ET.fromstring(comparison_page(found)).itertext()).lower()


def test_charts_of_odd_values_are_drawings_still() -> None:
    words: dict[str, Any] = {"title": "t", "says": "s", "below": "b", "width": 300, "aside": True}
    for drawing in (
        groups("k", ["a"], [], **words),
        groups("k", ["a", "b"], [Series("x" * 99, (0.0, 0.0)), Series("<&>", (1e9, 0.5))], **words),
        dots("k", [], **words),
        dots("k", [Bar("a", 1.0, None, "a"), Bar("b", 1e-9, None, "b")], **words),
        dots("k", [Bar("a", 1.0, None, "a")], **words),
    ):
        ET.fromstring(drawing)


# -- the command line --------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def test_a_comparison_is_plain_text_in_a_pipe(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    code, out, err = run(capsys, "replay", log, "--compare", "longest-idle,round-robin", "--compare", "/fifo,random")
    assert (code, err) == (0, "")
    assert out.isascii()
    assert "\x1b" not in out
    assert [line.split()[0] for line in out.splitlines()[6:11]] == [
        "longest-idle", "round-robin", "/fifo", "random", "(the",
    ]  # fmt: skip
    assert "Jain's index of the agents' loads, (sum x)^2 / (n sum x^2)" in " ".join(out.split())


def test_json_of_a_comparison(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    entries = "longest-idle,round-robin/strict-priority"
    code, out, _ = run(capsys, "replay", log, "--json", "--compare", entries, "--contact-order", "fifo")
    found = json.loads(out)
    assert code == 0
    assert [entry["name"] for entry in found["runs"]] == ["longest-idle", "round-robin/strict-priority"]
    assert [entry["orders"]["contact"] for entry in found["runs"]] == ["fifo", "strict-priority"]
    assert found["runs"][0]["most_overtakings"] == 0
    assert found["best"]["most_overtakings"] == ["longest-idle"]
    assert set(found["best"]) == {measure.name for measure in MEASURES}
    alone = json.loads(
        run(capsys, "replay", log, "--json", "--agent-order", "longest-idle", "--contact-order", "fifo")[1]
    )
    for name in ("digest", "jain_index", "most_overtakings", "mean_wait_s", "connected", "orders"):
        assert found["runs"][0][name] == alone[name], name
    again = json.loads(run(capsys, "replay", log, "--json", "--compare", entries, "--contact-order", "fifo")[1])
    assert [entry["digest"] for entry in again["runs"]] == [entry["digest"] for entry in found["runs"]]


def test_a_page_of_a_comparison_is_written(capsys: pytest.CaptureFixture[str], log: Path, tmp_path: Path) -> None:
    page = tmp_path / "orders.html"
    code, out, _ = run(capsys, "replay", log, "--compare", "longest-idle,random", "--report", page)
    assert code == 0
    assert out.splitlines()[-1] == f"report {page}"
    assert "Orders side by side" in page.read_text(encoding="utf-8")


def test_the_demo_compares_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "demo", "--compare", "longest-idle,fewest-contacts:count=offered", "--json")
    assert code == 0
    assert json.loads(out)["log"] is None
    assert len({entry["digest"] for entry in json.loads(out)["runs"]}) == 2


def test_every_pair_of_plain_orders_runs(trace: Trace) -> None:
    part = dataclasses.replace(trace, calls=trace.calls[:25], happened=None, rows=25)
    every = [
        policy
        for agent in policies("agent-orders")
        for contact in policies("contact-orders")
        for policy in policies(f"{agent.label}{contact.label}")
    ]
    found = compare(part, every)
    assert len(found.runs) == len(policies("agent-orders")) * len(policies("contact-orders"))
    for entry in found.runs:
        assert entry.made.figures.connected + entry.made.figures.abandoned == 25, entry.policy.label


def test_every_queue_order_there_is_runs_by_its_name(trace: Trace) -> None:
    for name in known("queue"):
        made = replay(trace, Settings(queue_order=order("queue", name)))
        assert made.figures.connected > 0, name


def test_orders_with_fields_reach_the_router(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    def found(*options: str) -> Any:
        return json.loads(run(capsys, "replay", log, "--json", *options)[1])

    plain = found("--contact-order", "head-start:seconds=0")
    assert plain["digest"] != found("--contact-order", "head-start:seconds=600")["digest"]
    assert plain["orders"] == {"agent": None, "contact": "head-start:seconds=0", "queue": None}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--agent-order", "best"], "Invalid value for '--agent-order': agent order must be one of longest-idle"),
        (["--agent-order", "fewest-contacts:half=1"], "has no such field"),
        (["--contact-order", "aged:per_minute=x"], "aged.per_minute must"),
        (["--contact-order", "random"], "contact order must be one of fifo"),
        (["--queue-order", "random"], "queue order must be one of"),
        (["--compare", "longest-idle,nobody"], "Invalid value for '--compare': entry must be an agent order"),
        (["--compare", ""], "entry must be an order"),
    ],
)
def test_a_bad_order_is_said_before_the_log_is_read(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code, out, err = run(capsys, "replay", "nowhere.csv", *arguments)
    assert (code, out) == (2, "")
    assert says in " ".join(err.split())
