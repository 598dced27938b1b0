"""The plain router: slow, obvious and written from docs/semantics.md and docs/around.md alone.

`PlainRouter` takes the same verbs as `routekit.Router` and must give equal events for equal commands. It is the
yardstick of tests/test_machine.py and tests/fuzz.py. Lists, dicts and linear scans: nothing in it need be quick.
"""

from tests.oracle.router import PlainRouter as PlainRouter
