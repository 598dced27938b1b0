"""A score of your own for each pair: important customers go to the team that knows them, everybody by language.

What only the app knows, a customer's last agent and which team that is, comes in with the contact's attributes. The
score is asked of each eligible agent of the lowest tier at each decision, which is for queues of some dozens of agents.

    python examples/own_team.py            # who gets what, and why
    python -m pytest examples/own_team.py  # the contract
"""

from __future__ import annotations

import random
from typing import Any

from routekit import Agent, Contact, Queue, Router, testing
from routekit import strategies as st

TEAMS = {"ann": "north", "bob": "north", "cid": "south", "dee": "south"}


def own_team(contact: Any, agent: Any) -> float:
    """2 for the agent whom an important customer knows, 1 for the rest of that team; and a tenth of the language.

    A `ContactView` and an `AgentView` come in, and nothing else may count. An attribute may be missing: most are.
    """
    language = str(contact.attributes.get("language", "english"))
    score = 0.1 * float(agent.skills.get(language, 0.0))
    knows = contact.attributes.get("last_agent")
    if not contact.attributes.get("important") or knows is None:
        return score
    if agent.id == knows:
        return score + 2.0
    return score + float(TEAMS.get(agent.id) == TEAMS.get(str(knows), "unknown"))


class TestOwnTeam(testing.ScoreContract):
    """Whatever a router asks of a score, with contacts and agents such as this one looks at."""

    score = staticmethod(own_team)

    def contact(self, chance: random.Random) -> Contact:
        """Some with all attributes, some with none."""
        known = {
            "last_agent": chance.choice(("ann", "agent-1", "gone")),
            "language": chance.choice(("english", "latin")),
        }
        return Contact("?", queue="?", attributes={**known, "important": True} if chance.random() < 0.6 else {})

    def agent(self, chance: random.Random) -> Agent:
        """Levels of English."""
        return Agent("?", skills={"english": chance.randint(1, 5)})


def main() -> None:
    """Two teams, and a customer whom ann has spoken to."""
    clock, router = testing.Clock(), Router(seed=1, registry={"own_team": own_team})
    # By its name, as configuration and snapshots have it; Scored(own_team) does as well.
    router.add_queue(Queue("support", agent_order=st.Scored("own_team"), offer_timeout_s=20), at=clock())
    for number, name in enumerate(("cid", "dee", "ann", "bob")):
        agent = Agent(name, queues=("support",), skills={"english": 1 + number % 2})
        router.add_agent(agent, at=clock())
        router.sign_in(name, at=clock())
    customer = {"important": True, "last_agent": "ann"}
    router.enqueue(Contact("call-1", queue="support", attributes=customer), at=clock.tick(1.0))
    print(router.explain_offer("o-1"))
    clock.run(router, 20.0)  # ann does not answer
    print(f"then {router.contacts['call-1'].agent}")


if __name__ == "__main__":
    main()
