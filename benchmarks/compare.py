"""Two results of `make bench` beside each other: what got better, and what got worse by more than a tenth.

    .venv/bin/python benchmarks/compare.py OLD.json NEW.json

Ends with status 1 if anything got worse. Figures in microseconds are of that machine at that moment: the bare loop's
own change is told, too, and it is not taken out of them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

WORSE = 1.1
"""A figure that got worse by more than this factor is named."""


def worsening(old: dict[str, Any], new: dict[str, Any]) -> float | None:
    """How many times as bad the new figure is; below 1 it is better. None where there is nothing to compare."""
    if old["figure"] is None or new["figure"] is None:
        return None
    before, after = (new["figure"], old["figure"]) if new["at_least"] else (old["figure"], new["figure"])
    if before <= 0.0:  # nothing was left behind, and nothing is
        return 1.0 if after <= 0.0 or (new["target"] is not None and after <= new["target"]) else float("inf")
    return max(after / before, 0.0)


def main(old_path: str, new_path: str) -> int:
    old, new = (json.loads(Path(path).read_text()) for path in (old_path, new_path))
    for name, result in (("old", old), ("new", new)):
        print(f"{name}: routekit {result['routekit']}, {result['commit']}, Python {result['python']}, {result['at']}")
    before = {row["name"]: row for row in old["rows"]}
    after = {row["name"]: row for row in new["rows"]}
    worse = 0
    print(f"{'':<54}{'old':>10}{'new':>10} {'unit':<14}{'ratio':>7}{'bare loop':>11}")
    for name, row in after.items():
        if name not in before:
            print(f"{row['what']:<54} only in the new one")
            continue
        factor = worsening(before[name], row)
        if factor is None:
            print(f"{row['what']:<54} not measured in both")
            continue
        words = "WORSE" if factor > WORSE else "better" if factor < 1 / WORSE else ""
        worse += factor > WORSE
        old_bare, new_bare = before[name]["bare_us"], row["bare_us"]
        bare = f"{new_bare / old_bare:.2f}" if old_bare and new_bare else ""
        was, now = before[name]["figure"], row["figure"]
        ratio = f"{now / was:.2f}" if was > 0 else "-"
        print(f"{row['what']:<54}{was:>10.4g}{now:>10.4g} {row['unit']:<14}{ratio:>7}{bare:>11}  {words}".rstrip())
    for name in before.keys() - after.keys():
        print(f"{before[name]['what']:<54} only in the old one")
    print(f"{worse} got worse by more than {WORSE - 1:.0%}")
    return 1 if worse else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
