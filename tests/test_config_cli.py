"""`routekit check`, `diff`, `explain` and `schema`: what they print, where to, and their exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from routekit import cli, config
from routekit.errors import MissingExtra

CENTRE = Path(__file__).parent.parent / "examples" / "centre.toml"
WARNED = "[queues.a]\n[queues.b]\n[agents.ann]\nqueues = ['a']\n"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def written(tmp_path: Path, text: str, name: str = "new.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_without_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "check", CENTRE) == (0, f"{CENTRE}: no errors, no warnings\n", "")
    code, out, _ = run(capsys, "check", CENTRE, "--json", "--strict")
    assert (code, json.loads(out)) == (0, {"file": str(CENTRE), "errors": 0, "warnings": 0, "findings": []})


def test_errors_and_warnings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = written(tmp_path, "[queues.a]\nwrap_up_s = -1\nwarp = 1\n")
    code, out, _ = run(capsys, "check", bad)
    assert (code, out.splitlines()) == (
        2,
        [
            f"{bad}:2: error: queues.a.wrap_up_s must be at least 0, not -1",
            f"{bad}:3: error: queues.a.warp is no key of a queue",
        ],
    )
    code, out, _ = run(capsys, "check", bad, "--json")
    data = json.loads(out)
    assert (code, data["errors"], data["warnings"]) == (2, 2, 0)
    assert data["findings"][1] == {
        "severity": "error",
        "kind": "unknown-key",
        "file": str(bad),
        "line": 3,
        "path": "queues.a.warp",
        "problem": "is no key of a queue",
    }
    odd = written(tmp_path, WARNED)
    said = f"{odd}:2: error: queues.b is a queue of no agent: add it to the queues of somebody\n"
    assert run(capsys, "check", odd) == (2, said, ""), "nothing can mend it"
    assert run(capsys, "diff", odd, odd) == (0, "nothing changes\n", ""), "it can be loaded"
    assert run(capsys, "check", odd, "--against", odd) == (2, f"{said}nothing changes\n", "")
    perhaps = written(tmp_path, WARNED.replace("[queues.b]", '[queues.b]\nsteps = [{ after_s = 9, reject = "x" }]'))
    said = f"{perhaps}:2: warning: queues.b is a queue of no agent: who waits there has its steps and limits alone"
    code, out, _ = run(capsys, "check", perhaps)
    assert (code, out) == (0, f"{said} to get out of it\n")
    assert run(capsys, "check", perhaps, "--strict")[0] == 2


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments in (["check"], ["explain"], ["diff", CENTRE]):
        code, out, err = run(capsys, *arguments, tmp_path / "none.toml")
        assert (code, out) == (2, "")
        assert "none.toml: cannot be read" in err


def test_what_a_new_file_changes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = CENTRE.read_text(encoding="utf-8").replace("wrap_up_s = 30", "wrap_up_s = 45")
    new = written(tmp_path, text.replace("[agents.dana]", "[agents.dan]"))
    said = "~ queue support\n    wrap_up_s: 30 -> 45\n- agent dana\n+ agent dan, offline\n"
    assert run(capsys, "diff", CENTRE, new) == (0, said, "")
    assert run(capsys, "check", new, "--against", CENTRE) == (0, said, "")
    assert run(capsys, "diff", CENTRE, CENTRE) == (0, "nothing changes\n", "")
    data = json.loads(run(capsys, "diff", CENTRE, new, "--json")[1])
    assert [one["command"]["type"] for one in data["outcomes"]] == ["UpdateQueue", "RemoveAgent", "AddAgent"]
    assert json.loads(run(capsys, "check", new, "--against", CENTRE, "--json")[1])["changes"] == data
    bad = written(tmp_path, "x = 1", "bad.toml")
    code, out, err = run(capsys, "diff", CENTRE, bad)
    assert (code, out) == (2, "")
    assert "bad.toml:1: error: x is no table of a configuration" in err


def test_where_a_contact_goes(capsys: pytest.CaptureFixture[str]) -> None:
    known = ["--contact", "channel=voice", "--contact", "menu.topic=invoice", "--at", "2026-11-23T10:00"]
    code, out, err = run(capsys, "explain", CENTRE, *known, "--agents-ready", "eve,ann")
    assert (code, err) == (0, "")
    assert "fired invoices:" in out
    assert "    it is offered to ann through support\n" in out
    told, meanwhile = out.split("who could take it then\n")[1].split("whenever it comes to that\n")
    assert meanwhile == ('    limit 1 of support, once nobody has been signed in for 60 s: move_to "escalations"\n'), (
        "limits that act upon those who wait, too"
    )
    stages = told.splitlines()
    assert [" ".join(line.split()) for line in stages] == [
        "0 s in queue support: ann",
        "45 s lower { billing = 1, technical = 1 }: ann",
        '90 s max_tier 2, announce "sorry-for-the-wait": ann, cem',
        '120 s add_queue "sales", when agents_available is at most 0: ann, cem',
        "180 s max_tier 3: ann, cem, eve",
        "240 s suggest_callback true, when position is at least 4: ann, cem, eve",
        "300 s raise_priority 5: ann, cem, eve",
        '1800 s voicemail "sorry": nobody',
    ]
    code, out, _ = run(capsys, "explain", CENTRE, *known, "--json", "--agents-ready", "")
    data = json.loads(out)
    assert (data["queue"], data["needs"], data["agent"]) == ("support", {"billing": 2}, None)
    assert data["stages"][2]["agents"] == ["ann", "cem"]
    assert {"rule": "invoices", "fired": True} in data["rules"]


def test_where_a_contact_goes_when_the_queue_is_closed(capsys: pytest.CaptureFixture[str]) -> None:
    # A quarter past six in the evening, of the centre's zone.
    code, out, _ = run(capsys, "explain", CENTRE, "--contact", "menu.topic=fault", "--at", "2026-11-23T18:15")
    assert code == 0
    assert "limit 0 of support applies (closed): voicemail\n    it goes to voicemail: closed\n" in out
    assert run(capsys, "explain", CENTRE)[0] == 0, "without a date it is now"


def test_what_cannot_be_explained(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cases = {
        ("--contact", "x=1"): "'x' is no fact; there is channel",
        ("--contact", "menu=1"): "'menu' is no fact",
        ("--contact", "channel"): "'channel' is not NAME=VALUE",
        ("--agents-ready", "zoe"): "agents must be agents of the file; there is ann",
    }
    for arguments, said in cases.items():
        code, out, err = run(capsys, "explain", CENTRE, *arguments)
        assert (code, out) == (2, "")
        assert said in err
    code, _, err = run(capsys, "explain", written(tmp_path, WARNED))
    assert code == 2 and "rules must be there" in err
    code, _, err = run(capsys, "explain", written(tmp_path, "x = 1"))
    assert code == 2 and "x is no table" in err


def test_numbers_and_truths_of_attributes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rule = '[[rules.rule]]\nname = "old"\nwhen = "attributes.age > 64 and attributes.member"\nqueue = "b"\n'
    path = written(tmp_path, f'{WARNED}[rules]\ndefault_queue = "a"\n{rule}')
    known = ["--contact", "attributes.age=65", "--contact", "attributes.member=true"]
    assert json.loads(run(capsys, "explain", path, *known, "--json")[1])["queue"] == "b"
    known = ["--contact", 'attributes.age="65"', "--contact", "attributes.member=true"]
    assert json.loads(run(capsys, "explain", path, *known, "--json")[1])["queue"] == "a"


def test_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "schema")
    assert (code, json.loads(out)) == (0, config.schema())


@pytest.mark.parametrize("command", ["check", "diff", "explain", "schema"])
def test_help_teaches(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert f"routekit {command} " in out.split("Examples:")[1]


def test_without_the_extra_it_says_which(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cattrs", None)
    code, _, err = run(capsys, "check", CENTRE)
    assert (code, err) == (2, "routekit: this needs an extra: pip install 'routekit[config]'\n")
    with pytest.raises(MissingExtra):
        config.load(CENTRE)


def test_the_same_in_every_process() -> None:
    """No order of a set comes out: what is said does not depend on the seed of hashes."""
    text = "from routekit import config\nfrom tests.test_config import BAD\nprint(*config.checks(BAD), sep='\\n')"
    said = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", text],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent.parent,
        )
        said.add(done.stdout)
    assert len(said) == 1


CLOSES = """
[router]
time_zone = "UTC"
[calendars.day]
weekly = { mon-fri = "08:00-18:00" }
[queues.a]
hours = "day"
limits = [{ closed = true, voicemail = "night", at_closing = true }]
[agents.ann]
queues = ["a"]
[rules]
default_queue = "a"
"""


def test_limits_that_act_when_the_queue_closes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = written(tmp_path, CLOSES)
    _, out, _ = run(capsys, "explain", path, "--at", "2026-11-23T17:00")
    assert out.endswith('    limit 0 of a, when it closes, in 3600 s: voicemail "night"\n')
    data = json.loads(run(capsys, "explain", path, "--at", "2026-11-23T17:00", "--json")[1])
    assert data["meanwhile"] == ['limit 0 of a, when it closes, in 3600 s: voicemail "night"']


@pytest.mark.parametrize("year", ["0001", "1899", "3000", "9999"])
def test_years_of_which_calendars_know_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path, year: str) -> None:
    code, out, err = run(capsys, "explain", written(tmp_path, CLOSES), "--at", f"{year}-06-01T10:00")
    assert (code, out) == (2, "")
    assert "at must be in the years that calendars know" in err
    assert run(capsys, "explain", written(tmp_path, CLOSES), "--at", "1901-06-01T10:00")[0] == 0


def test_what_no_command_changes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = CENTRE.read_text(encoding="utf-8")
    for old, new in {
        "seed = 7": "seed = 8",
        'german = "Speaks German"': 'german = "Deutsch"',
        'sat = ["09:00-12:00"': 'sat = ["09:00-11:00"',
        'name = "letters"': 'name = "mails"',
        "needs = { technical = 3 }": "needs = { technical = 2 }",
        'keys = "3"': 'keys = "4"',
    }.items():
        assert old in text
        text = text.replace(old, new)
    code, out, _ = run(capsys, "diff", CENTRE, new_file := written(tmp_path, text))
    hours = '["09:00-12:00", "13:00-15:00"] -> ["09:00-11:00", "13:00-15:00"]'
    assert (code, out) == (
        0,
        f"""~ router
    seed: 7 -> 8
~ skills
    german: "Speaks German" -> "Deutsch"
~ calendar office
    weekly.sat: {hours}
+ rule mails
~ rule outage
    needs.technical: 3 -> 2
- rule letters
~ menu main
    prompts[0].choices[2].keys: ["3"] -> ["4"]
~ queue support
    hours: "office" changes: weekly.sat {hours}
""",
    )
    assert out in run(capsys, "check", new_file, "--against", CENTRE)[1]
    others = json.loads(run(capsys, "diff", CENTRE, new_file, "--json")[1])["others"]
    assert others[0] == {"sign": "~", "what": "router", "fields": {"seed": [7, 8]}}
    assert len(others) == 7


def test_rules_without_names_and_their_order() -> None:
    def differ(old: str, new: str) -> list[str]:
        one, other = (config.loads(f'[queues.a]\n[rules]\ndefault_queue = "a"\n{rules}') for rules in (old, new))
        return [line for found in config.differences(one, other) for line in str(found).splitlines()]

    first, second, third = (f"[[rules.rule]]\nwhen = 'channel == \"{c}\"'\nadd_priority = 1\n" for c in "xyz")
    named = second.replace("[[rules.rule]]", "[[rules.rule]]\nname = 'n'")
    assert differ(first + second, first + second) == []
    assert differ(first + second, second) == ["- rule rules.rule[0]"]
    assert differ(second, first + second) == ["+ rule rules.rule[0] (new)"]
    assert differ(first, third) == ["~ rule rules.rule[0]", '    when: "channel == \\"x\\"" -> "channel == \\"z\\""']
    assert differ(first + named, named + first) == [
        "~ rules",
        '    order: ["rules.rule[0]", "n"] -> ["n", "rules.rule[0]"]',
    ]
