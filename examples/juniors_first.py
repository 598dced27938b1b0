"""An agent order of your own by a key: juniors before seniors, and among them the least recent of this desk.

A language desk keeps its seniors for what juniors cannot take. The key is kept in the index, so that a decision costs
what it costs with `LongestIdle`: `key` is asked only when an agent's work or readiness has changed.

    python examples/juniors_first.py            # who gets what, and why
    python -m pytest examples/juniors_first.py  # the contract
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from routekit import Agent, Contact, Queue, Router, testing
from routekit.abc import AgentOrder, AgentStanding, MemberStanding


class LeastRecentHere(AgentOrder):
    """Who has had no contact of this queue for longest. `parts` alone will do, and cost no call of Python."""

    name = "least-recent-here"
    per_queue = True  # it looks at the member standing
    parts = ("has_work", "had_one", "ended_at")


@dataclasses.dataclass(frozen=True)
class JuniorsFirst(LeastRecentHere):
    """The same within each grade, the lower grades first. Who has no grade is a junior, 0."""

    name = "juniors-first"

    grades: Mapping[str, int]

    def key(self, agent: AgentStanding, member: MemberStanding | None) -> tuple[float, ...]:
        """The grade, then the parts: four numbers at most, and nothing but the arguments in them."""
        return (float(self.grades.get(agent.id, 0)), *super().key(agent, member))


ORDER = JuniorsFirst({"sue": 1})


class TestJuniorsFirst(testing.AgentOrderContract):
    """Whatever a router asks of an agent order."""

    def make(self) -> AgentOrder:
        """One with a grade for some of the agents of the suite."""
        return JuniorsFirst({"agent-1": 1, "agent-3": 2})


class TestLeastRecentHere(testing.AgentOrderContract):
    """The order that it is made of."""

    def make(self) -> AgentOrder:
        """It has no arguments."""
        return LeastRecentHere()


def main() -> None:
    """Two juniors and a senior at the Italian desk."""
    clock, router = testing.Clock(), Router(seed=1, registry={ORDER.name: ORDER})
    router.add_queue(Queue("italian", agent_order=ORDER, auto_accept=True), at=clock())
    for name in ("sue", "jim", "joe"):
        router.add_agent(Agent(name, queues=("italian",)), at=clock())
        router.sign_in(name, at=clock())
    for number in range(1, 5):
        router.enqueue(Contact(f"call-{number}", queue="italian"), at=clock.tick(10.0))
        print(f"call-{number} goes to {router.contacts[f'call-{number}'].agent}")
        if number == 2:
            router.finish("call-1", at=clock.tick(1.0))
    router.enqueue(Contact("call-5", queue="italian"), at=clock())
    print(router.explain("call-5"))


if __name__ == "__main__":
    main()
