"""Circles of overflow: queues whose steps and limits send contacts on until they come back.

Each circle is told of once, with all the ways that it has. What happens in one follows from `docs/limits.md`: a search
for a landing looks at no queue twice, so that limits on those who come send nobody round; those who wait are sent round
if at least two of the ways are for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from routekit._config.faults import Finding, place
from routekit._config.looking import Exit, Look, hides

__all__ = ["circles"]


def circles(look: Look) -> Iterator[Finding]:
    """All circles. One that nothing can lead out of is an error, since who waits goes round for ever."""
    told: set[tuple[str, ...]] = set()
    ways = {name: [one for one in look.exits(name) if one.target is not None] for name in look.queues}
    sure = {name: [one for one in some if one.sure and one.late] for name, some in ways.items()}
    late = {name: [one for one in some if one.late] for name, some in ways.items()}
    for some in (sure, late, ways):  # what is worse comes first, and is told of even if there is a shorter way
        for circle in _found(some):
            if circle not in told:
                told.add(circle)
                finding = _told(look, circle, ways)
                if finding is not None:
                    yield finding


def _found(ways: dict[str, list[Exit]]) -> Iterator[tuple[str, ...]]:
    """For each way that is part of a circle, the shortest of its circles, from the first of its queues in the file."""
    order = {name: number for number, name in enumerate(ways)}
    for first, some in ways.items():
        for target in dict.fromkeys(str(one.target) for one in some):
            back = _shortest(ways, target, first)
            if back:
                begin = min(range(len(back)), key=lambda number: order[back[number]])
                yield (*back[begin:], *back[:begin])


def _shortest(ways: dict[str, list[Exit]], first: str, last: str) -> list[str]:
    """The queues from one to another, both included; none if no way leads there."""
    came: dict[str, str | None] = {first: None}
    names = [first]
    for name in names:  # grows meanwhile
        if name == last:
            break
        for one in ways[name]:
            if one.target is not None and one.target not in came:
                came[one.target] = name
                names.append(one.target)
    if last not in came:
        return []
    walked = [last]
    while (before := came[walked[-1]]) is not None:
        walked.append(before)
    return walked[::-1]


def _told(look: Look, circle: tuple[str, ...], ways: dict[str, list[Exit]]) -> Finding | None:
    """What is to be said of a circle; None if it does no harm."""
    edges = [
        [one for one in ways[name] if one.target == after]
        for name, after in zip(circle, (*circle[1:], circle[0]), strict=True)
    ]
    late = sum(1 for some in edges if any(one.late for one in some))
    severity = "warning"
    if late > 1:
        what = "Who waits may go round for ever"
        if all(any(one.sure and one.late for one in some) for some in edges) and not _others(look, circle):
            what, severity = "Who waits goes round until somebody takes it, and nothing else ends that", "error"
    elif all(_ends(look, one) for some in edges for one in some if one.early):
        return None  # who is not let in anywhere is told so
    elif all(any(one.early for one in some) for some in edges):
        kinds = {one.kind for some in edges for one in some if one.early}
        all_so = {"length": "all are full", "closed": "all are closed", "nobody_s": "nobody is there in any of them"}
        when = all_so.get(next(iter(kinds)), "") if len(kinds) == 1 else ""
        what = f"If {when or 'all of these apply at once'}, who comes is rejected (nowhere_to_go)"
    else:
        what = "Who was not let in comes back later"
    paths = [(*one.path, "move_to") for some in edges for one in some]
    where = ", ".join(place(path) for path in paths)
    way = " -> ".join((*circle, circle[0]))
    problem = f"is part of a circle: {way} ({where}). {what}; let one of these end otherwise"
    return look.say("circle", paths[0], problem, "error" if severity == "error" else "warning")


def _others(look: Look, circle: tuple[str, ...]) -> bool:
    """Whether anything else may lead out of it, or end it."""
    for name, after in zip(circle, (*circle[1:], circle[0]), strict=True):
        if look.doubts.about("queues", name, "steps") or look.doubts.about("queues", name, "limits"):
            return True
        if any(one.target != after for one in look.exits(name)):
            return True
    return False


def _ends(look: Look, way: Exit) -> bool:
    """Whether a later limit of the same queue ends it wherever this one finds no landing."""
    limits = look.limits(look.queues[str(way.path[1])])
    mine = next(number for number, (path, _) in enumerate(limits) if path == way.path)
    # One that ends, and would apply wherever the other does, if it came first.
    return any(hides(limit, limits[mine][1]) for _, limit in limits[mine + 1 :])
