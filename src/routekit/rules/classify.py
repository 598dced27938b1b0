"""From what is known of a contact to where it goes: rules in order, and what they come to.

A `Rule` is a condition and what follows from it; a `Classifier` tries its rules in order; a `Classification` says what
came of it and why, and makes the contact. Nothing here enqueues, and no router is known. A predicate of the app's own
may be any function of the facts: that it gives the same answer for the same facts is the app's to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, cast

import attrs

from routekit._faults import Faults
from routekit._frozen import EMPTY, FrozenMap, plain_map
from routekit._model import Contact, Need
from routekit._numbers import MOST_PRIORITY, kept_within
from routekit.errors import InvalidType, InvalidValue, RoutekitError, _shorten
from routekit.rules.expressions import MISSING, Condition, Facts, InvalidCondition

Predicate: TypeAlias = Callable[[Facts], bool]
"""A condition in Python: a function of the facts that gives True or False."""


class PredicateFailed(RoutekitError, ValueError):
    """The predicate of a rule raised, or gave neither True nor False. ``rule`` names it, ``error`` says what it did."""

    def __init__(self, *, rule: str, error: str, events: tuple[Any, ...] = ()) -> None:
        super().__init__(
            f"the predicate of rule {rule!r} failed, so that nothing was classified: {error}", events=events
        )
        self.rule = rule
        self.error = error


def _when(value: Condition | Predicate | str | None) -> Condition | Predicate | None:
    return cast("Condition | Predicate | None", value)


def _needs(value: Iterable[Need]) -> tuple[Need, ...]:
    return cast("tuple[Need, ...]", value)


def _names(value: Iterable[str]) -> tuple[str, ...]:
    return cast("tuple[str, ...]", value)


@attrs.frozen
class Rule:
    """If ``when`` holds, then all the rest. Every part may be left out; a rule without ``when`` always fires.

    ``when`` is a text, which becomes a `Condition`, or a predicate: a function of `Facts`. ``queue`` is where the
    contact goes; ``priority`` sets its priority and ``add_priority`` adds to it; ``needs`` are added to its needs;
    ``prefer`` are the ids of agents who should have it, best first; ``script`` and ``knowledge`` are references of the
    app's own, for the agent's screen; ``attributes`` go to the contact's. A rule that fires ends the search, unless
    ``stop`` is False. All faults are raised together, as ``InvalidConfiguration``.

    >>> rule = Rule('menu.topic == "card"', name="cards", queue="cards", needs=(Need("cards", 2),), script="card-lost")
    >>> rule.when
    Condition('menu.topic == "card"')
    """

    when: Condition | Predicate | None = attrs.field(default=None, converter=_when)
    name: str | None = attrs.field(default=None, kw_only=True)
    queue: str | None = attrs.field(default=None, kw_only=True)
    priority: float | None = attrs.field(default=None, kw_only=True)
    add_priority: float = attrs.field(default=0.0, kw_only=True)
    needs: tuple[Need, ...] = attrs.field(default=(), converter=_needs, kw_only=True)
    prefer: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    script: str | None = attrs.field(default=None, kw_only=True)
    knowledge: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    attributes: Mapping[str, Any] = attrs.field(default=EMPTY, kw_only=True)
    stop: bool = attrs.field(default=True, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        self._settle_when(faults)
        for name in ("name", "queue", "script"):
            if getattr(self, name) is not None:
                faults.text(name)
        faults.each(kept_within, "priority", args=(-MOST_PRIORITY, MOST_PRIORITY), optional=True)
        faults.each(kept_within, "add_priority", args=(-MOST_PRIORITY, MOST_PRIORITY))
        faults.names("prefer")
        faults.names("knowledge")
        faults.flag("stop")
        self._settle_needs(faults)
        try:
            faults.settle("attributes", plain_map(self.attributes, "attributes"))
        except InvalidValue as fault:
            faults.found.append(fault)
        except InvalidType as fault:
            faults.add("attributes", fault.value, "must be a mapping")
        if not faults.found and not self.stop and not self._effects():
            faults.add("stop", False, "must be True for a rule that does nothing else, or the rule must do something")
        faults.raise_any(f"Rule {self.name!r}")

    def _settle_when(self, faults: Faults) -> None:
        when = cast(object, self.when)
        if isinstance(when, str):
            try:
                faults.settle("when", Condition(when))
            except InvalidCondition as fault:
                faults.found.append(fault.at_path("when"))
        elif not (when is None or isinstance(when, Condition) or callable(when)):
            faults.add("when", when, "must be a condition as text, a Condition, a function of the facts, or None")

    def _settle_needs(self, faults: Faults) -> None:
        given = cast(object, self.needs)
        if isinstance(given, str) or not isinstance(given, Iterable):
            faults.add("needs", given, "must be a sequence of Need")
            return
        needs = tuple(given)
        for index, need in enumerate(needs):
            if type(need) is not Need:
                faults.add(f"needs[{index}]", need, "must be a Need")
        faults.settle("needs", needs)

    def _effects(self) -> str:
        """What it does, in words."""
        said = []
        for name in ("queue", "priority", "script"):
            if getattr(self, name) is not None:
                said.append(f"{name} {getattr(self, name)}")
        if self.add_priority:
            said.append(f"priority {self.add_priority:+g}")
        said += [f"needs {need.skill} {need.at_least:g}" for need in self.needs]
        for name in ("prefer", "knowledge"):
            if getattr(self, name):
                said.append(f"{name} {', '.join(getattr(self, name))}")
        said += [f"{key} = {_shorten(value)}" for key, value in self.attributes.items()]
        return "; ".join(said)

    def _holds(self, facts: Facts, label: str) -> bool:
        if self.when is None:
            return True
        if isinstance(self.when, Condition):
            return self.when.matches(facts)
        try:
            answer = self.when(facts)
        except Exception as error:
            raise PredicateFailed(rule=label, error=f"{type(error).__name__}: {error}") from error
        if type(answer) is not bool:
            raise PredicateFailed(rule=label, error=f"it gave {_shorten(answer)}, and not True or False")
        return answer

    def _because(self, facts: Facts) -> str:
        if self.when is None:
            return "always"
        if not isinstance(self.when, Condition):
            return f"{getattr(self.when, '__name__', type(self.when).__name__)}(facts)"
        read = ", ".join(
            f"{name} is {'missing' if value is MISSING else _shorten(value)}"
            for name, value in self.when.values(facts).items()
        )
        return f"{' '.join(self.when.text.split())} [{read}]"


@attrs.frozen(kw_only=True)
class Tried:
    """A rule that was tried: what it is called (``rules[3]`` if it has no name), the rule, and whether it ``fired``."""

    name: str
    rule: Rule
    fired: bool


@attrs.frozen(kw_only=True)
class Classification:
    """What came of the rules: where the contact goes, with what, and why.

    ``attributes`` are those that rules gave. ``tried`` are the rules that were tried, in order.
    """

    facts: Facts
    queue: str
    priority: float = 0.0
    needs: tuple[Need, ...] = ()
    prefer: tuple[str, ...] = ()
    script: str | None = None
    knowledge: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = EMPTY
    tried: tuple[Tried, ...] = ()

    @property
    def fired(self) -> tuple[str, ...]:
        """The names of the rules that fired, in order."""
        return tuple(one.name for one in self.tried if one.fired)

    def explain(self) -> str:
        """Return which rules fired and why, and which did not, a line each. Shows what they read, long text cut short.

        >>> gold = Rule('segment == "gold"', name="gold", add_priority=5, stop=False)
        >>> rules = [gold, Rule('channel == "chat"', queue="chats")]
        >>> print(Classifier(rules, default_queue="desk").classify({"channel": "chat"}).explain())
        no    gold: segment == "gold" [segment is missing]
        fired rules[1]: channel == "chat" [channel is 'chat'] -> queue chats
        queue chats, priority 0
        """
        lines = []
        for one in self.tried:
            gave = one.rule._effects() if one.fired else ""
            because = f"{one.name}: {one.rule._because(self.facts)}"
            lines.append(f"{'fired' if one.fired else 'no   '} {because}{' -> ' if gave else ''}{gave}")
        needs = "".join(f", needs {need.skill} {need.at_least:g}" for need in self.needs)
        prefer = f", prefer {', '.join(self.prefer)}" if self.prefer else ""
        lines.append(f"queue {self.queue}, priority {self.priority:g}{needs}{prefer}")
        return "\n".join(lines)

    def contact(self, id: str, *, waiting_since: float | None = None) -> Contact:
        """Return the contact to enqueue: channel and customer of the facts, and what the rules gave.

        Its attributes are those of the facts, then those of the rules, which win. The menu's are not among them, nor
        the rest of the facts: an app that wants these in the contact puts them into the facts' attributes.

        >>> chosen = Classifier([], default_queue="desk").classify(Facts(channel="chat", customer="cust-9"))
        >>> contact = chosen.contact("c-1")
        >>> contact.queue, contact.channel, contact.customer
        ('desk', 'chat', 'cust-9')
        """
        return Contact(
            id,
            queue=self.queue,
            channel=self.facts.channel,
            priority=self.priority,
            needs=self.needs,
            customer=self.facts.customer,
            attributes=FrozenMap({**self.facts.attributes, **self.attributes}),
            waiting_since=waiting_since,
            prefer=self.prefer,
            script=self.script,
            knowledge=self.knowledge,
        )


@attrs.frozen(kw_only=True)
class NeverFires:
    """A rule that can never fire, since ``behind``, which comes before it, fires whenever it would, and stops."""

    rule: str
    behind: str
    why: str

    def __str__(self) -> str:
        return f"rule {self.rule!r} can never fire: {self.behind!r} comes first, {self.why}, and stops"


def _rules(value: Iterable[Rule]) -> tuple[Rule, ...]:
    return cast("tuple[Rule, ...]", value)


@attrs.frozen
class Classifier:
    """Rules in order, tried from the first to the first that fires and stops; and a queue for who fits none.

    Of the rules that fire, the first that names a queue, a priority, a script or an attribute settles it. What they add
    to the priority is summed. Needs are joined, the higher level where a skill is needed twice. Preferred agents and
    knowledge come in the order of the rules, each once. A classifier has no state: the same facts give the same.

    >>> classifier = Classifier(
    ...     [
    ...         Rule('segment == "gold"', name="gold", add_priority=10, stop=False),
    ...         Rule('"invoice" in lower(text)', name="billing", queue="billing", needs=(Need("billing"),)),
    ...         Rule(lambda facts: facts.channel == "chat", name="chats", queue="chats"),
    ...     ],
    ...     default_queue="desk",
    ... )
    >>> chosen = classifier.classify(Facts(channel="chat", segment="gold", text="My Invoice"))
    >>> chosen.queue, chosen.priority, chosen.needs, chosen.fired
    ('billing', 10.0, (Need(skill='billing', at_least=1),), ('gold', 'billing'))
    """

    rules: tuple[Rule, ...] = attrs.field(default=(), converter=_rules)
    default_queue: str = attrs.field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults(self)
        faults.text("default_queue")
        given = cast(object, self.rules)
        if isinstance(given, str) or not isinstance(given, Iterable):
            faults.add("rules", given, "must be a sequence of Rule")
            faults.raise_any("Classifier")
        rules = tuple(cast("Iterable[Any]", given))
        faults.settle("rules", rules)
        named: dict[str, int] = {}
        for index, rule in enumerate(rules):
            if not isinstance(rule, Rule):
                faults.add(f"rules[{index}]", rule, "must be a Rule")
            elif rule.name is not None and named.setdefault(rule.name, index) != index:
                faults.add(f"rules[{index}].name", rule.name, f"must not be that of rules[{named[rule.name]}] too")
        faults.raise_any("Classifier")

    def classify(self, facts: Facts | Mapping[str, Any]) -> Classification:
        """Return where a contact of these facts goes, with what, and why. Costs what the rules cost that are tried.

        A predicate that raises, or gives no bool, is ``PredicateFailed``, with the name of its rule.
        """
        known = Facts.of(facts)
        tried: list[Tried] = []
        fired: list[Rule] = []
        for index, rule in enumerate(self.rules):
            label = self._label(index)
            holds = rule._holds(known, label)
            tried.append(Tried(name=label, rule=rule, fired=holds))
            if holds:
                fired.append(rule)
                if rule.stop:
                    break
        return self._joined(known, fired, tuple(tried))

    def check(self) -> list[NeverFires]:
        """Return a warning for each rule that can never fire, as far as the form of the conditions shows.

        That is so behind a rule that stops and is unconditional, has the same predicate, or has a condition that holds
        wherever this one does: ``a`` comes before ``a and b``. Several rules that only together leave nothing over are
        not found. Costs the square of the number of rules.

        >>> rules = [Rule('channel == "chat"', name="chats", queue="chats"),
        ...          Rule('segment == "gold" and channel=="chat"', name="gold chats", queue="gold")]
        >>> [str(warning) for warning in Classifier(rules, default_queue="desk").check()]
        ["rule 'gold chats' can never fire: 'chats' comes first, holds wherever this one does, and stops"]
        """
        found = []
        forms: dict[int, str] = {}
        stops = [number for number, rule in enumerate(self.rules) if rule.stop]
        for index, rule in enumerate(self.rules):
            for before in stops:
                if before >= index:
                    break
                why = _hidden(rule, self.rules[before], forms)
                if why:
                    found.append(NeverFires(rule=self._label(index), behind=self._label(before), why=why))
                    break
        return found

    def _label(self, index: int) -> str:
        return self.rules[index].name or f"rules[{index}]"

    def _joined(self, facts: Facts, fired: list[Rule], tried: tuple[Tried, ...]) -> Classification:
        queue = script = priority = None
        added = 0.0
        levels: dict[str, Need] = {}
        prefer: dict[str, None] = {}
        knowledge: dict[str, None] = {}
        attributes: dict[str, Any] = {}
        for rule in fired:
            queue = queue if queue is not None else rule.queue
            script = script if script is not None else rule.script
            priority = priority if priority is not None else rule.priority
            added += rule.add_priority
            for need in rule.needs:
                if need.skill not in levels or levels[need.skill].at_least < need.at_least:
                    levels[need.skill] = need
            prefer.update(dict.fromkeys(rule.prefer))
            knowledge.update(dict.fromkeys(rule.knowledge))
            for key, value in rule.attributes.items():
                attributes.setdefault(key, value)
        # What rules add together may be more than a contact may have: it then has the most.
        total = min(max((priority or 0.0) + added, -MOST_PRIORITY), MOST_PRIORITY)
        return Classification(
            facts=facts,
            queue=queue if queue is not None else self.default_queue,
            priority=total,
            needs=tuple(levels.values()),
            prefer=tuple(prefer),
            script=script,
            knowledge=tuple(knowledge),
            attributes=FrozenMap(attributes),
            tried=tried,
        )


def _hidden(rule: Rule, before: Rule, forms: dict[int, str]) -> str:
    """Why the rule before, which stops, leaves nothing to this one; empty if it does, or if it cannot be told."""
    if before.when is None:
        return "always fires"
    if isinstance(rule.when, Condition) and isinstance(before.when, Condition):
        return "holds wherever this one does" if rule.when.implies(before.when, forms=forms) else ""
    return "has the same predicate" if rule.when is not None and rule.when is before.when else ""
