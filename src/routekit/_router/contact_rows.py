"""Contacts as rows of a snapshot, and back: all that a snapshot says of one contact is written and read here.

A row is `[id, kind, seq, since]`. That is the whole of a contact that waits, is filed, has waited since it entered its
queue, and is as usual in all else. Any other has a fifth part, a mapping of what is not so, by name. A kind says what
many contacts share, `[queue, channel, [[skill, at_least], ...]]`, and is a number in the table `kinds`; a step that was
fired or skipped is one in the table `steps`.

What is not of one contact alone is in `snapshot` and `restoring`: exclusions, offers, work. Compiled, for there may be
a million who wait.
"""

from __future__ import annotations

from typing import Any

from routekit._frozen import EMPTY
from routekit._model import Contact, Need, field_to_data
from routekit._numbers import MOST_TIME, finite_float
from routekit._router.differing import (
    Shared,
    arm,
    broken,
    differing,
    flags,
    listed_texts,
    moment,
    must_arm,
    numbers,
    seconds,
    settle,
    texts,
    timer_data,
    whole_number,
)
from routekit._router.filing import Filing
from routekit._router.records import (
    AgentRecord,
    ContactRecord,
    Exclusion,
    Extras,
    QueueRecord,
    Seeker,
    Telling,
    ViewRecord,
    extras_of,
)
from routekit._router.reservations import Reservations, is_reserved
from routekit._router.sharing import views_of
from routekit._router.stages import CONNECTED, OFFERED, PARKED, QUEUED, STAGES, WRAPPING
from routekit._router.state import ANNOUNCE, CONTACT_REST, DRAIN, HOLD, OWNER, RESERVATION, RING, STEP, State
from routekit._router.state import PARKED as PARKED_TIMER
from routekit._states import ContactState
from routekit._timeline import Step
from routekit.estimation.announcing import Told

__all__ = ["ContactReader", "ContactWriter"]

# What a row says by name, and what is usual: of the value, of the attempts to find an agent, of the contact itself.
_VALUE = frozenset({"priority", "customer", "attributes", "waiting_since", "prefer", "script", "knowledge"})
_TURN = {
    **numbers("cursor", "last_tier"),
    **flags("trying"),
    **seconds("turn", usual=1.0),
    **seconds("last_turn"),
}
_FIELDS = {
    **seconds("entered_queue_at"),
    **numbers("fired_here", "next_step"),
    **flags("ringing", "charged"),
}
_TIMERS = {"step_timer": STEP, "drain_timer": DRAIN}
_ATTEMPTS_TIMERS = {"rest": CONTACT_REST, "ring_timer": RING}
_LINKED = frozenset({"extras", "drainer"})
"""What names agents and other contacts: set when all are there."""

_EXTRAS = {
    **flags("exclusive", "joined", "personal"),
    **flags("entered", usual=True),
    **numbers("skips"),
    **seconds("credit", "left_at", "parked_at", "reserved_until"),
    **seconds("until", "due_at", usual=None),
    **texts("reference", "last_agent"),
    **texts("reserved_by", usual=""),
}
_EXTRAS_TIMERS = {
    "reserved_timer": RESERVATION,
    "hold_timer": HOLD,
    "park_timer": PARKED_TIMER,
    "owner_timer": OWNER,
}
_TOLD = ("words", "by", "since", "longer", "called_back")


# -- writing ----------------------------------------------------------------------------------------------------------


class ContactWriter:
    """Writes the contacts of one snapshot: their rows, and the tables of what they share."""

    def __init__(self) -> None:
        self.kinds: list[list[Any]] = []
        self.steps = Shared()
        self._numbers: dict[Any, int] = {}

    def rows(self, contacts: list[ContactRecord]) -> list[list[Any]]:
        """The rows of contacts, in their order."""
        rows = []
        for contact in contacts:
            rows.append(self._row(contact))
        return rows

    def _row(self, contact: ContactRecord) -> list[Any]:
        special: dict[str, Any] = {}
        if contact.stage is not QUEUED:
            special["state"] = str(contact.stage.state.value)
        elif contact.lane is None:
            special["filed"] = False  # whom an `advance` with a limit has not come to yet, who rests or is held back
        if contact.entered_queue_at != contact.since:
            special["entered_queue_at"] = contact.entered_queue_at
        if contact.step_timer is not None:
            special["step_timer"] = timer_data(contact.step_timer)
        if contact.next_step:
            special["next_step"] = contact.next_step
        self._add_value(special, contact.value)
        self._add_rare(special, contact)
        if contact.tried is not None:
            _add_tried(special, contact)
        if contact.views is not None:
            special["views"] = [_view(view) for view in views_of(contact)]
        if contact.extras is not None:
            self._add_extras(special, contact.extras)
        row = [contact.id, self._kind(contact.value), contact.seq, contact.since]
        if special:
            row.append(special)
        return row

    def _kind(self, value: Contact) -> int:
        exact = None
        for need in value.needs:
            if type(need.at_least) is not int:
                # 1 and 1.0 are equal, and are kept as they were given.
                exact = repr([other.at_least for other in value.needs])
                break
        key = (value.queue, value.channel, value.needs, exact)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.kinds)
            self.kinds.append([value.queue, value.channel, [[need.skill, need.at_least] for need in value.needs]])
        return number

    def _add_value(self, special: dict[str, Any], value: Contact) -> None:
        if type(value.priority) is not float or value.priority != 0.0:
            special["priority"] = value.priority
        if value.customer is not None:
            special["customer"] = value.customer
        if value.attributes is not EMPTY and value.attributes:
            special["attributes"] = field_to_data("attributes", value.attributes)
        if value.waiting_since is not None:
            special["waiting_since"] = value.waiting_since
        if value.prefer:
            special["prefer"] = list(value.prefer)
        if value.script is not None:
            special["script"] = value.script
        if value.knowledge:
            special["knowledge"] = list(value.knowledge)

    def _add_rare(self, special: dict[str, Any], contact: ContactRecord) -> None:
        """What few contacts have."""
        if contact.fired:
            special["fired"] = [self.steps.number(step) for step in contact.fired]
        if contact.fired_here:
            special["fired_here"] = contact.fired_here
        if contact.drain_timer is not None:
            special["drain_timer"] = timer_data(contact.drain_timer)
        if contact.attempts is not None:
            special.update(_attempts(contact))
        if contact.ringing:
            special["ringing"] = True
        if contact.charged:
            special["charged"] = True
        if contact.telling is not None:
            special["telling"] = _telling(contact.telling)
        if contact.drainer is not None:
            special["drainer"] = contact.drainer.id

    def _add_extras(self, special: dict[str, Any], extras: Extras) -> None:
        data = differing(extras, _EXTRAS)
        for name in _EXTRAS_TIMERS:
            timer = getattr(extras, name)
            if timer is not None:
                data[name] = timer_data(timer)
        if extras.skipped:
            data["skipped"] = [self.steps.number(step) for step in extras.skipped]
        if extras.left is not None:
            data["left"] = sorted(extras.left)
        if extras.reserved is not None:
            data["reserved"] = [agent.id for agent in extras.reserved]
        if extras.behind is not None:
            data["behind"] = extras.behind.id
        if extras.consults:
            data["consults"] = [consult.id for consult in extras.consults]
        if extras.owner is not None:
            data["owner"] = extras.owner.id
        if data:
            special["extras"] = data


def _view(view: ViewRecord) -> dict[str, Any]:
    return {"queue": view.queue.name, "filed": view.lane is not None, **_attempts(view)}


def _attempts(seeker: Seeker) -> dict[str, Any]:
    """Who was offered it last, if anybody was, and until when nobody is. What is beyond the index is the contact's."""
    attempts = seeker.attempts
    if attempts is None:
        return {}
    data = differing(attempts, _TURN)
    for name in _ATTEMPTS_TIMERS:
        timer = getattr(attempts, name)
        if timer is not None:
            data[name] = timer_data(timer)
    return data


def _telling(telling: Telling) -> dict[str, Any]:
    """What a contact has been told of its wait, in a queue that announces that."""
    told = {name: getattr(telling.told, name) for name in _TOLD}
    return {"told": told, "asked_at": telling.asked_at, "timer": timer_data(telling.timer)}


def _add_tried(special: dict[str, Any], contact: ContactRecord) -> None:
    """The agents who have been tried and how often, but for those who have been removed since."""
    tried: list[Exclusion] = list((contact.tried or {}).values())
    kept = [[exclusion.agent.id, exclusion.tries] for exclusion in tried if exclusion.agent.supply is not None]
    if kept:
        special["tried"] = kept


# -- reading ----------------------------------------------------------------------------------------------------------


class Kind:
    """What contacts of one number share."""

    def __init__(self, queue: QueueRecord, name: str, channel: str, needs: tuple[Need, ...]) -> None:
        self.queue = queue
        self.name = name  # of a removed queue too
        self.channel = channel
        self.needs = needs


class ContactReader:
    """Makes the contacts of one snapshot again: first `rows`, then `link`, and `file` when the agents are enrolled."""

    def __init__(
        self, state: State, filing: Filing, reservations: Reservations, kinds: list[Any], steps: dict[int, Step]
    ) -> None:
        self.state = state
        self.filing = filing
        self.reservations = reservations
        self.steps = steps
        self.drains: list[tuple[ContactRecord, AgentRecord]] = []  # who is being drained for whom
        self.known: list[ContactRecord] = []  # who have a customer
        self._kinds = [self._kind(kind) for kind in kinds]
        self._made: list[ContactRecord] = []
        self._linked: list[Any] = []  # contacts that name others, each with what is special of it
        self._unfiled: set[int] = set()
        self._shown: set[int] = set()  # who is filed in further queues

    def _kind(self, data: Any) -> Kind:
        name, channel, asked = data
        queue = self.state.queues.get(name) or self.state.removed[name]
        return Kind(queue, name, channel, tuple([Need(skill, at_least) for skill, at_least in asked]))

    def rows(self, rows: list[Any]) -> None:
        """Make the contacts of rows; nobody is in a line yet."""
        contacts = self.state.contacts
        for row in rows:
            if len(row) == 4:
                contact_id, number, seq, since = row
                contact = self._contact(contact_id, number, seq, since, None)
            else:
                contact_id, number, seq, since, special = row
                contact = self._contact(contact_id, number, seq, since, special)
            contacts.put(contact.id, contact)
            self._made.append(contact)
        if len(contacts) != len(rows):
            raise broken("two contacts have one id")

    def _contact(self, contact_id: str, number: Any, seq: Any, since: Any, special: Any) -> ContactRecord:
        if type(number) is not int or not 0 <= number < len(self._kinds):
            raise broken(f"contact {contact_id!r} is of no kind")
        kind = self._kinds[number]
        if special is None:
            value = Contact(contact_id, kind.name, kind.channel, 0.0, kind.needs)
        else:
            value = _value(contact_id, kind, special)
        contact = ContactRecord.__new__(ContactRecord)
        contact.begin(value, whole_number(seq, "seq"), kind.queue)
        contact.since = contact.entered_queue_at = moment(since, "since")
        if special is not None:
            self._add(contact, special)
        return contact

    def _add(self, contact: ContactRecord, special: dict[str, Any]) -> None:
        """Set all that is not as usual, but for what names others."""
        state = self.state
        linked = False
        for name, item in special.items():
            if name in _VALUE:
                continue
            if name in _TIMERS:
                setattr(contact, name, must_arm(state, _TIMERS[name], item, contact))
            elif name in _FIELDS:
                settle(contact, {name: item}, _FIELDS)
            elif name in _TURN:
                settle(contact.try_it(), {name: item}, _TURN)
            elif name in _ATTEMPTS_TIMERS:
                setattr(contact.try_it(), name, must_arm(state, _ATTEMPTS_TIMERS[name], item, contact))
            elif name in _LINKED:
                linked = True
            elif name == "state":
                contact.stage = STAGES[ContactState(item)]
            elif name == "filed":
                if not item:
                    self._unfiled.add(contact.seq)
            elif name == "fired":
                contact.fired = self._steps(item)
            elif name == "telling":
                self._add_telling(contact, item)
            elif name == "tried":
                self._add_tried(contact, item)
            elif name != "views":
                raise broken(f"a contact has no {name!r}")
        if linked:
            self._linked.append((contact, special))
        if contact.value.customer is not None:
            self.known.append(contact)
        if contact.stage is PARKED:
            contact.queue.parked += 1
        if "views" in special:  # these have what is tried from the contact
            self._add_views(contact, special["views"])

    def _steps(self, item: Any) -> tuple[Step, ...]:
        return tuple([self.steps[number] for number in item])

    def _add_telling(self, contact: ContactRecord, item: Any) -> None:
        telling = contact.telling = Telling(Told(**item["told"]))
        telling.asked_at = finite_float(item["asked_at"], "asked_at")
        telling.timer = arm(self.state, ANNOUNCE, item["timer"], contact)

    def _add_tried(self, contact: ContactRecord, item: Any) -> None:
        contact.tried = {}
        for name, tries in item:
            agent = self.state.agents[name]
            exclusion = contact.tried[agent.seq] = Exclusion(contact, agent, 0.0)
            exclusion.tries = whole_number(tries, "tries")

    def _add_views(self, contact: ContactRecord, item: Any) -> None:
        for known in item:
            turn = dict(known)
            view = self.filing.sharing.add(contact, self.state.queues[turn.pop("queue")])
            if turn.pop("filed"):
                self._shown.add(contact.seq)
            if turn:
                settle(view.try_it(), turn, _TURN)

    def link(self) -> None:
        """Have contacts know the agents and contacts that their rows name."""
        for contact, special in self._linked:
            if "drainer" in special:
                agent = contact.drainer = self.state.agents[special["drainer"]]
                self.drains.append((contact, agent))
            if "extras" in special:
                self._add_extras(contact, dict(special["extras"]))

    def _add_extras(self, contact: ContactRecord, data: dict[str, Any]) -> None:
        state = self.state
        extras = extras_of(contact)
        for name, kind in _EXTRAS_TIMERS.items():
            setattr(extras, name, arm(state, kind, data.pop(name, None), contact))
        extras.skipped = self._steps(data.pop("skipped", ()))
        left = data.pop("left", None)
        extras.left = None if left is None else set(listed_texts(left, "left"))
        reserved, behind, owner = data.pop("reserved", None), data.pop("behind", None), data.pop("owner", None)
        consults = data.pop("consults", ())
        settle(extras, data, _EXTRAS)
        if reserved is not None:
            extras.reserved = [state.agents[name] for name in reserved]
            if extras.reserved_until < MOST_TIME and extras.reserved_timer is None:
                raise broken("a deadline is missing")
            self.reservations.enlist(contact)
        if behind is not None:
            extras.behind = state.contacts[behind]
            if extras.hold_timer is None:
                raise broken("a deadline is missing")
            front = extras_of(extras.behind)
            front.followers = [*(front.followers or ()), contact]
        for name in consults:
            consult = state.contacts[name]
            extras.consults = [*(extras.consults or ()), consult]
            extras_of(consult).consult_of = contact
        if owner is not None:
            extras.owner = state.agents[owner]
            extras.owner.owned = {} if extras.owner.owned is None else extras.owner.owned
            extras.owner.owned[contact.seq] = contact

    def check(self) -> None:
        """Refuse contacts that contradict themselves, now that all offers and work are there.

        Compiled code looks a step up by its number and asks no more: one that is not there would be read all the same.
        """
        for contact in self._made:
            stage, work = contact.stage, contact.work
            waits = stage is QUEUED or stage is OFFERED
            if (contact.offer is not None) is not (stage is OFFERED):
                raise broken(f"contact {contact.id!r} is {stage.state}, and its offers are not so")
            if (work is not None) is not (stage is CONNECTED or stage is WRAPPING):
                raise broken(f"contact {contact.id!r} is {stage.state}, and its work is not so")
            if work is not None and work.wrapping is not (stage is WRAPPING):
                raise broken(f"contact {contact.id!r} is {stage.state}, and its wrap-up is not so")
            if stage is PARKED and contact.extras is None:
                raise broken(f"contact {contact.id!r} is parked, and nothing says how")
            if not 0 <= contact.fired_here <= len(contact.fired):
                raise broken(f"contact {contact.id!r} has not fired so many steps")
            steps = len(contact.queue.steps)
            if contact.next_step < 0 or (waits and contact.next_step > steps):
                raise broken(f"the queue of contact {contact.id!r} has no such step")
            if contact.step_timer is not None and (not waits or contact.next_step >= steps):
                raise broken(f"contact {contact.id!r} waits for a step that is not there")

    def file(self) -> None:
        """Put everybody into their lines, and in the index whoever was."""
        filing = self.filing
        for contact in self._made:
            filing.ask(contact)
            stage = contact.stage
            if stage is not QUEUED and stage is not OFFERED:
                continue
            filing.line_up(contact)
            contact.dirty = False
            if stage is QUEUED:
                asks = contact.demand is not None
                if contact.seq not in self._unfiled or (asks and is_reserved(contact)):
                    filing.file(contact)
            if contact.views is not None and contact.seq in self._shown:
                filing.sharing.file(contact)


def _value(contact_id: str, kind: Kind, special: dict[str, Any]) -> Contact:
    return Contact(
        contact_id,
        kind.name,
        kind.channel,
        special.get("priority", 0.0),
        kind.needs,
        special.get("customer"),
        special.get("attributes", EMPTY),
        special.get("waiting_since"),
        listed_texts(special["prefer"], "prefer") if "prefer" in special else (),
        special.get("script"),
        listed_texts(special["knowledge"], "knowledge") if "knowledge" in special else (),
    )
