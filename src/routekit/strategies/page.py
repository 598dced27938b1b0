"""The page docs/strategies.md: one row for each built-in strategy, read off its class and its docstring.

Only that page is made here. A docstring says `Key:`, `Changes:`, `Cost:`, `Bound:`, `Source:`, `Good for:` and
`Bad for:` at the beginning of a line; what is said there is said nowhere else.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import attrs

from routekit.strategies.names import classes

__all__ = ["call", "page", "sections"]

HEADINGS = ("Key", "Changes", "Cost", "Bound", "Source", "Good for", "Bad for")
_HEADING = re.compile(rf"({'|'.join(HEADINGS)}): ")

_REQUIRED: dict[str, Any] = {"score": "score", "every_s": 1.0}
"""Something to make a strategy with where an argument has no default; it does not appear."""


def sections(kind: type[Any]) -> dict[str, str]:
    """What a class says of itself: the first sentence under "", and the text under each heading.

    >>> from routekit.strategies import TopDown
    >>> sections(TopDown)["Key"]
    'sequence alone.'
    """
    found: dict[str, str] = {}
    text = inspect.getdoc(kind) or ""
    current: str | None = ""
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            current = heading[1]
            found[current] = line[heading.end() :]
        elif not line.strip():
            current = None
        elif current is not None:
            found[current] = f"{found.get(current, '')} {line.strip()}".strip()
    return found


def call(kind: type[Any]) -> str:
    """The call that makes it, with its arguments and defaults.

    >>> from routekit.strategies import RingProgressively
    >>> call(RingProgressively)
    'RingProgressively(every_s, limit=10)'
    """
    fields: tuple[attrs.Attribute[Any], ...] = tuple(field for field in attrs.fields(kind) if field.init)
    required = {str(field.alias): _REQUIRED[str(field.alias)] for field in fields if field.default is attrs.NOTHING}
    made = kind(**required)
    # The defaults as a value has them, for some are settled from several arguments.
    shown = (
        str(field.alias) if field.alias in required else f"{field.alias}={getattr(made, field.name)!r}"
        for field in fields
    )
    return f"{kind.__name__}({', '.join(shown)})"


def page() -> str:
    """Return the whole of ``docs/strategies.md``."""
    parts = [_INTRODUCTION, _CHOOSING]
    for kind, title, text, last in _TABLES:
        columns = ("Key", "Changes", "Cost", last)
        parts += [f"## {title}\n\n{text}\n", _table(kind, columns)]
    return "\n".join(parts)


def _table(kind: str, columns: tuple[str, ...]) -> str:
    titles = ("name", "class", *(_COLUMNS[column] for column in columns))
    lines = [f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}"]
    for name, strategy in classes(kind).items():
        said = sections(strategy)
        cells = (said[column].removesuffix(".") for column in columns)
        lines.append(f"| `{name}` | `{call(strategy)}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


_COLUMNS = {"Key": "key", "Changes": "changes", "Cost": "cost", "Bound": "bound", "Good for": "good for"}

_TABLES = (
    (
        "agent",
        "Agent orders: who gets a contact",
        "`Queue(agent_order=)`. The lowest tier first, whatever the order; the sequence is that of `add_agent`.",
        "Good for",
    ),
    (
        "contact",
        "Contact orders: who comes first in a queue",
        "`Queue(contact_order=)`. `since` is the time from which a contact has been waiting, `p` its priority now;\n"
        "the sequence is that of `enqueue`. The bound says who may overtake a contact.",
        "Bound",
    ),
    (
        "queue",
        "Queue orders: which of an agent's queues goes first",
        "`Router(queue_order=)`. It compares the heads of the queues that an agent serves, those of the lowest tier.",
        "Bound",
    ),
)

_INTRODUCTION = """\
# Strategies

Drawn from the classes in `src/routekit/strategies/` by `make docs`; do not edit. `help(routekit.strategies.Aged)` and
its like say more: sources, what each is bad for, and an example. [semantics.md](semantics.md) is the reference.
"""

_CHOOSING = """\
## How to choose

Begin with the defaults, `LongestIdle()`, `Aged()` and `ByUrgency()`, and change one thing for a reason that you can
measure: `routekit replay` plays a day of yours through any of them.

- *Who has done too much?* Rests differ: `LongestIdle`. Numbers differ: `FewestContacts`, or `RoundRobin` if everybody
  should know whose turn it is. Minutes differ: `LeastTalkTime`, or `LeastOccupied` with wrap-up and all queues.
- *Several at once?* `LeastLoaded` for chats and mail.
- *Skills?* Needs decide who may; `LeastSkilled` keeps specialists free, `BestMatch` gives the contact to the best.
  `Scored` is for what only your app knows.
- *Shortest wait in a small team?* `RingAll`, `RingProgressively`. *Best pairs, and time to wait for them?* `Batched`,
  with the extra `routekit[batch]`.
- *Who must not wait for long?* A difference in urgency: `Aged` or `HeadStart`. A promise by the clock:
  `EarliestDeadline`. The same share of a target for each channel: `LongestWaitRatio`, which in a great
  overload starves the more patient. `StrictPriority` and `Lifo` starve: under load some contacts wait for ever.
- *Shares between queues that were agreed?* `FixedQueueRatio` by contacts, `WeightedFair` by time.

No order can be gamed by going away and coming back: an absence never moves an agent forward. Who signs in has their
counts raised to the least of those who are there. Who was only away keeps theirs, and so has the fewest after a long
break; an app that does not want that signs its agents out for one.

Configuration and the command line write a strategy as its name, or as a table with its name and arguments:

```python
>>> from routekit import Queue
>>> from routekit.strategies import FewestContacts, agent_order, names
>>> order = agent_order({"name": "fewest-contacts", "half_life_s": 3600})
>>> Queue("support", agent_order=order).agent_order == FewestContacts(3600)
True
>>> names("contact")[:4]
('fifo', 'lifo', 'strict-priority', 'aged')

```

An order of your own is a class that states its key: `help(routekit.abc.AgentOrder)`.
"""
