"""For the tests of your own app: contract suites for strategies of your own, a virtual clock, and a way to drive.

With pytest, a class for each strategy:

    class TestSeniority(routekit.testing.AgentOrderContract):
        def make(self):
            return Seniority()

Without it, a function: `check_agent_order(Seniority())`. Both make the same checks, and raise `AssertionError` with
what to do. Nothing here imports pytest, and nothing of the library imports this. `docs/own_strategies.md` has examples.
"""

from routekit.testing.clock import Clock as Clock
from routekit.testing.clock import drive as drive
from routekit.testing.contracts import AgentOrderContract as AgentOrderContract
from routekit.testing.contracts import ContactOrderContract as ContactOrderContract
from routekit.testing.contracts import QueueOrderContract as QueueOrderContract
from routekit.testing.contracts import ScoreContract as ScoreContract
from routekit.testing.contracts import check_agent_order as check_agent_order
from routekit.testing.contracts import check_contact_order as check_contact_order
from routekit.testing.contracts import check_queue_order as check_queue_order
from routekit.testing.contracts import check_score as check_score
from routekit.testing.cost import cost_of as cost_of
