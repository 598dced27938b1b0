"""The table of a file's scenarios: `python -m tests.asterisk FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.asterisk.comparing import DRAWN, drawn, mismatches


def main(arguments: list[str]) -> int:
    """Print it; 1 if something differs."""
    if len(arguments) != 1:
        print("usage: python -m tests.asterisk FILE", file=sys.stderr)
        return 2
    same = scenarios = 0
    for scenario in json.loads(Path(arguments[0]).read_text()):
        scenarios += 1
        if scenario["strategy"] in DRAWN:
            counts = drawn(scenario, range(40))
            wrong = [f"{what}: {c.theirs}, {c.ours}" for what, c in counts.items() if c.statistic > c.bound]
            said = ", ".join(f"{what} {c.statistic:.1f} of {c.bound:.1f}" for what, c in counts.items())
        else:
            wrong = [str(mismatch) for mismatch in mismatches(scenario)]
            said = f"{len(scenario['calls']) - len(wrong)} of {len(scenario['calls'])} calls"
        same += not wrong
        print(f"{'same' if not wrong else 'OTHER':5}  {scenario['name']:48} {said}")
        for line in wrong:
            print(f"       {line}")
    print(f"{same} of {scenarios} scenarios")
    return int(same < scenarios)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
