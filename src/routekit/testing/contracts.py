"""The suites: which checks are made of which kind of strategy, as classes for pytest and as functions.

What each check does is in `checks`. The classes have no `__init__` and import no pytest, so that pytest collects what
derives from them and nothing here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from routekit import Agent, Contact
from routekit.abc import AgentOrder, ContactOrder, QueueOrder
from routekit.strategies import Scored
from routekit.strategies.scores import Scorer
from routekit.testing import checks
from routekit.testing.centre import Centre, any_agent, any_contact
from routekit.testing.cost import cost_of

__all__ = [
    "AgentOrderContract",
    "ContactOrderContract",
    "QueueOrderContract",
    "ScoreContract",
    "check_agent_order",
    "check_contact_order",
    "check_queue_order",
    "check_score",
]


class _Contract:
    """What the suites have in common. `seed` replays a failure; `contact` and `agent` say who takes part."""

    seed: int = 0
    registry: Mapping[str, object] = {}
    """Whatever else the strategy is found by, as in `Router(registry=)`."""
    _kind: str

    def make(self) -> Any:
        """The strategy, as you would give it to a queue or a router."""
        raise NotImplementedError("say in make() which strategy is to be checked")

    def contact(self, chance: random.Random) -> Contact:
        """A contact such as your strategy will see, with its attributes. Its id and queue are given by the suite."""
        return any_contact(chance)

    def agent(self, chance: random.Random) -> Agent:
        """An agent such as your strategy will see. Their id and queues are given by the suite."""
        return any_agent(chance)

    def _centre(self) -> Centre:
        order = self.make()
        where: dict[str, Any] = {"router": {"queue_order": order}}
        if self._kind != "queue":
            where = {"fields": {f"{self._kind}_order": order}}
        registry = checks.in_registry(order, self.registry)
        return Centre(registry=registry, contact=self.contact, agent=self.agent, **where)

    def test_it_names_itself(self) -> None:
        """It is of its port, has a name of its own, and the properties that a router asks for."""
        checks.names_itself(self.make(), self._kind)

    def test_it_comes_back_from_data(self) -> None:
        """Its name in JSON gives it back, by way of the registry."""
        order = self.make()
        checks.returns_from_data(order, self._kind, checks.in_registry(order, self.registry))

    def test_two_routers_agree(self) -> None:
        """Two routers that are told the same say the same."""
        checks.determinism(self._centre(), self._who(), self.seed)

    def test_a_restored_router_agrees(self) -> None:
        """A router that is restored in the middle goes on as if nothing had happened."""
        checks.survives_a_restart(self._centre(), self._who(), self.seed)

    def test_nobody_is_left_waiting(self) -> None:
        """Through all that may happen nobody is lost, nobody idles beside a contact, and all are served in the end."""
        for more in range(2):
            checks.nobody_is_left(self._centre(), self._who(), self.seed + more)

    def _who(self) -> str:
        return checks.name_of(self.make())


class AgentOrderContract(_Contract):
    """What every agent order must do. Derive a class `Test...` from it, with a `make` that gives yours.

    The whole suite takes about a second. `cost` is no test: it measures.
    """

    _kind = "agent"

    def test_its_key_depends_on_its_arguments_alone(self) -> None:
        """Key, weight, match and score depend on their arguments alone, and are finite numbers."""
        order = self.make()
        checks.agent_key(order, self.seed)
        checks.score(order, self._centre(), self.seed)

    def test_who_does_not_answer_is_not_tried_again_before_the_others(self) -> None:
        """Each agent is tried once for a contact, however the order ranks them."""
        checks.tries_the_others_first(self._centre(), self._who(), self.seed)

    def cost(self) -> float:
        """How many times as long as with `LongestIdle` a contact takes."""
        return cost_of(self.make(), registry=self.registry)


class ContactOrderContract(_Contract):
    """What every contact order must do."""

    _kind = "contact"

    def test_its_key_depends_on_its_arguments_alone(self) -> None:
        """Key and target depend on their arguments alone, are finite, and let nobody wait without bound unsaid."""
        checks.contact_key(self.make(), self.contact, self.seed)


class QueueOrderContract(_Contract):
    """What every queue order must do."""

    _kind = "queue"

    def test_its_shares_depend_on_their_arguments_alone(self) -> None:
        """What a queue is charged, and what is settled, are finite numbers that depend on nothing else."""
        checks.queue_shares(self.make(), self.seed)


class ScoreContract(AgentOrderContract):
    """What every score must do: what `Scored(score)` must. Derive with a `score`, in place of `make`.

    A plain function needs `staticmethod`: `score = staticmethod(my_score)`.
    """

    score: Any = None

    def make(self) -> AgentOrder:
        """`Scored` of the score."""
        if self.score is None:
            raise NotImplementedError("say in score which function is to be checked: score = staticmethod(my_score)")
        return Scored(self.score)


# -- without pytest ---------------------------------------------------------------------------------------------------


def _run(suite: type[_Contract], made: Any, **given: Any) -> None:
    contract = suite()
    for name, value in given.items():
        if value is not None:
            setattr(contract, name, value)
    contract.make = lambda: made  # type: ignore[method-assign]
    for name in sorted(dir(suite), key=_by_place(suite)):
        if name.startswith("test_"):
            getattr(contract, name)()


def _by_place(suite: type[_Contract]) -> Callable[[str], tuple[int, int]]:
    """What is plain comes first: the name, the data, the key; then the centres, in which a fault of these shows too."""
    order = ["test_it_names_itself", "test_its_key_depends_on_its_arguments_alone"]
    order += ["test_its_shares_depend_on_their_arguments_alone", "test_it_comes_back_from_data"]
    names = dir(suite)
    return lambda name: (order.index(name) if name in order else len(order), names.index(name))


def check_agent_order(
    order: AgentOrder,
    *,
    seed: int = 0,
    registry: Mapping[str, object] | None = None,
    contact: Callable[[random.Random], Contact] | None = None,
    agent: Callable[[random.Random], Agent] | None = None,
) -> None:
    """Make all checks of an agent order; `AssertionError` says what is wrong, and the seed that shows it again.

    `contact` and `agent` make contacts and agents such as it will see, where it looks at attributes or skills.

    >>> from routekit.strategies import TopDown
    >>> check_agent_order(TopDown())
    """
    _run(AgentOrderContract, order, seed=seed, registry=registry, contact=contact, agent=agent)


def check_contact_order(
    order: ContactOrder,
    *,
    seed: int = 0,
    registry: Mapping[str, object] | None = None,
    contact: Callable[[random.Random], Contact] | None = None,
    agent: Callable[[random.Random], Agent] | None = None,
) -> None:
    """The same of a contact order."""
    _run(ContactOrderContract, order, seed=seed, registry=registry, contact=contact, agent=agent)


def check_queue_order(order: QueueOrder, *, seed: int = 0, registry: Mapping[str, object] | None = None) -> None:
    """The same of a queue order."""
    _run(QueueOrderContract, order, seed=seed, registry=registry)


def check_score(
    score: Scorer,
    *,
    seed: int = 0,
    registry: Mapping[str, object] | None = None,
    contact: Callable[[random.Random], Contact] | None = None,
    agent: Callable[[random.Random], Agent] | None = None,
) -> None:
    """The same of a function of a contact and an agent, as `Scored` takes it."""
    made: Any = score
    _run(AgentOrderContract, Scored(made), seed=seed, registry=registry, contact=contact, agent=agent)
