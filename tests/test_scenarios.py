"""The stories of tests/scenarios/*.feature, told to a router.

The stories are in the words of the field, for somebody who runs a contact centre; this module says what each sentence
is for the router. Time is the seconds that pass; a story begins at midnight, UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from routekit import Agent, Announcing, Capacity, Contact, Limit, Need, Queue, Router, Step, When, events
from routekit.abc import Estimator
from routekit.errors import TransferRefused
from routekit.estimation import Points, WaitEstimate
from routekit.rules import Calendar
from routekit.strategies import Aged

scenarios("scenarios")


class Desk(Estimator):
    """Estimates what the story says; nothing, as long as it says nothing."""

    def __init__(self) -> None:
        self.quantiles: tuple[float, ...] = ()

    def observe(self, events: tuple[Any, ...]) -> None:
        pass

    def estimate(self, contact: str) -> WaitEstimate:
        law = Points((0.5, 0.8, 0.9), self.quantiles) if self.quantiles else None
        return WaitEstimate(contact=contact, at=None, position=None, law=law)


class Story:
    """A router, the time, and all that was said so far."""

    def __init__(self) -> None:
        self.crm: dict[str, str] = {}
        self.desk = Desk()
        self.router = Router(seed=1, manager_of=self.crm.get, estimator=self.desk)
        self.now = 0.0
        self.said: list[Any] = []
        self.router.subscribe(self.said.extend)

    def offer(self, contact: str, agent: str | None = None) -> events.OfferMade:
        """The open offer of a contact (to an agent)."""
        made = [event for event in self.said if type(event) is events.OfferMade and event.contact == contact]
        open_ones = [event for event in made if event.offer in self.router.offers]
        if agent is not None:
            open_ones = [event for event in open_ones if event.agent == agent]
        assert open_ones, f"{contact} is not offered to {agent or 'anybody'}: {self.why(contact)}"
        return open_ones[0]

    def why(self, contact: str) -> str:
        if contact not in self.router.contacts:
            return "it is done"
        return self.router.explain(contact).text()

    def told(self, kind: type[Any], **fields: Any) -> Any:
        """The last event of a kind with these fields."""
        for event in reversed(self.said):
            if type(event) is kind and all(getattr(event, name) == value for name, value in fields.items()):
                return event
        raise AssertionError(f"no {kind.__name__} with {fields} among {self.said}")

    def change(self, queue: str, **fields: Any) -> None:
        self.router.update_queue(queue, at=self.now, **fields)

    def add_step(self, queue: str, step: Step) -> None:
        steps = [*self.router.queues[queue].steps, step]
        self.change(queue, steps=tuple(sorted(steps, key=lambda one: one.after_s)))

    def add_limit(self, queue: str, limit: Limit) -> None:
        self.change(queue, limits=(*self.router.queues[queue].limits, limit))


@pytest.fixture
def story() -> Story:
    return Story()


def sentence(kind: Callable[..., Any], text: str) -> Any:
    """A step of pytest-bdd whose words in braces are given to a function of the story."""
    return kind(parsers.re(_pattern(text)))


_WORDS = {"announcements": r"announcements?", "seconds": r"(?:seconds?|second)", "pass": r"pass(?:es)?"}


def _pattern(text: str) -> str:
    """`{name}` is a bare word, `"{name}"` any text in quotes, `{name:n}` a number."""
    import re

    parts = re.split(r"(\"\{\w+\}\"|\{\w+:n\}|\{\w+\})", text)
    found = ""
    for part in parts:
        if part.startswith('"{'):
            found += f'"(?P<{part[2:-2]}>[^"]*)"'
        elif part.endswith(":n}"):
            found += rf"(?P<{part[1:-3]}>\d+)"
        elif part.startswith("{"):
            found += rf"(?P<{part[1:-1]}>[a-z_]+)"
        else:
            found += " ".join(_WORDS.get(word, re.escape(word)) for word in part.split(" "))
    return found + "$"


# ---- queues -------------------------------------------------------------------------------------------------------

SETTINGS: dict[str, Callable[[str], dict[str, Any]]] = {
    r'a queue "(?P<queue>[^"]+)"': lambda _: {},
    r'a queue "(?P<queue>[^"]+)" that only agents up to tier (?P<value>\d+) may take': lambda n: {"max_tier": int(n)},
    r'a queue "(?P<queue>[^"]+)" that is open "(?P<value>[^"]+)"': lambda text: {"hours": daily(text)},
    r'a queue "(?P<queue>[^"]+)" that accepts by itself': lambda _: {"auto_accept": True},
    r'a queue "(?P<queue>[^"]+)" with a wrap-up of (?P<value>\d+) seconds': lambda n: {"wrap_up_s": int(n)},
    r'a queue "(?P<queue>[^"]+)" with the script "(?P<value>[^"]+)"': lambda text: {"script": text},
    r'a queue "(?P<queue>[^"]+)" where known agents are waited for (?P<value>\d+) seconds': lambda n: {
        "prefer_s": int(n)
    },
    r'a queue "(?P<queue>[^"]+)" where known agents are waited for (?P<value>\d+) seconds, also while they are away': (
        lambda n: {"prefer_s": int(n), "prefer_while": "signed_in"}
    ),
    r'a queue "(?P<queue>[^"]+)" where customers come back to their agent within (?P<value>\d+) seconds': lambda n: {
        "sticky_s": int(n)
    },
    r'a queue "(?P<queue>[^"]+)" where a parked contact\'s agent may be away for (?P<value>\d+) seconds': lambda n: {
        "owner_wait_s": int(n)
    },
    r'a queue "(?P<queue>[^"]+)" whose follow-ups enter the line (?P<value>\d+) seconds early': lambda n: {
        "lead_s": int(n)
    },
    r'a queue "(?P<queue>[^"]+)" that announces waits after (?P<value>\d+) seconds and then every minute': lambda n: {
        "announcing": Announcing(first_s=int(n), every_s=60)
    },
    r'a queue "(?P<queue>[^"]+)" where a second contact of a customer is merged': lambda _: {"same_customer": "merge"},
    r'a queue "(?P<queue>[^"]+)" where a second contact of a customer is kept with their agent': lambda _: {
        "same_customer": "keep"
    },
    r'a queue "(?P<queue>[^"]+)" where a second contact of a customer waits behind the first': lambda _: {
        "same_customer": "behind"
    },
}


def daily(text: str) -> Calendar:
    return Calendar("hours", time_zone="UTC", weekly={"mon-sun": text})


def _setting(pattern: str, fields: Callable[[str], dict[str, Any]]) -> None:
    def add(story: Story, queue: str, value: str = "") -> None:
        # By the time that they have waited, and by priority: the plainest line there is.
        story.router.add_queue(Queue(queue, contact_order=Aged(), **fields(value)), at=story.now)

    given(parsers.re(pattern + "$"), stacklevel=2)(add)


for _words, _fields in SETTINGS.items():
    _setting(_words, _fields)


@given(
    parsers.re(
        r'in "(?P<queue>[^"]+)" after (?P<after>\d+) seconds (?P<deed>.+?)'
        r"(?:, if (?P<fact>\w+) is at (?P<bound>most|least) (?P<number>\d+))?$"
    )
)
@when(parsers.re(r'in "(?P<queue>[^"]+)" after (?P<after>\d+) seconds (?P<deed>.+?)$'))
def _step(story: Story, queue: str, after: str, deed: str, fact: str = "", bound: str = "", number: str = "") -> None:
    condition = (When(fact, **{f"at_{bound}": int(number)}),) if fact else ()
    story.add_step(queue, Step(int(after), **_deed(deed), when=condition))


def _deed(text: str) -> dict[str, Any]:
    words = text.split('"')
    for start, make in {
        "the need for": lambda: {"drop": (words[1],)},
        "agents up to tier": lambda: {"max_tier": int(text.split()[4])},
        "agents of": lambda: {"add_queue": words[1]},
        "the contact moves to": lambda: {"move_to": words[1]},
        "the contact is rejected": lambda: {"reject": words[1]},
        "the contact goes to voicemail": lambda: {"voicemail": words[1]},
        "the contact goes to self_service": lambda: {"self_service": words[1]},
        "a callback is suggested": lambda: {"suggest_callback": True},
        "the priority rises by": lambda: {"raise_priority": int(text.rsplit(maxsplit=1)[-1])},
    }.items():
        if text.startswith(start):
            return make()
    assert text.endswith("is announced"), text
    return {"announce": words[1]}


@given(parsers.re(r'in "(?P<queue>[^"]+)" when (?P<condition>[^,]+), (?P<deed>.+)$'))
def _limit(story: Story, queue: str, condition: str, deed: str) -> None:
    number = next((int(word) for word in condition.split() if word.isdigit()), 0)
    fields: dict[str, Any]
    if condition.endswith("or more wait"):
        fields = {"length": number}
    elif condition.startswith("nobody is signed in"):
        fields = {"nobody_s": number}
    elif condition.startswith("a contact has waited"):
        fields = {"wait_s": number}
    else:
        assert condition.startswith("it is closed"), condition
        fields = {"closed": True, "at_closing": condition.endswith("or closes")}
    story.add_limit(queue, Limit(**fields, **_deed(deed)))


@sentence(given, 'the CRM says that "{customer}" is {agent}\'s')
def _crm(story: Story, customer: str, agent: str) -> None:
    story.crm[customer] = agent


@sentence(when, 'the hours of "{queue}" become "{hours}"')
def _new_hours(story: Story, queue: str, hours: str) -> None:
    story.change(queue, hours=daily(hours))


@sentence(when, 'the queue "{queue}" is removed, and its contacts go to "{other}"')
def _remove_queue(story: Story, queue: str, other: str) -> None:
    story.router.remove_queue(queue, move_to=other, at=story.now)


# ---- agents -------------------------------------------------------------------------------------------------------


@given(
    parsers.re(
        r'(?P<agent>[a-z]+) works in (?:"(?P<queue>[^"]+)"|no queue)(?: as tier (?P<tier>\d))?'
        r'(?: and speaks "(?P<skill>[^"]+)")?(?: and can take (?P<chats>\d+) chats at once)?$'
    )
)
def _agent(
    story: Story,
    agent: str,
    queue: str | None = None,
    tier: str | None = None,
    skill: str | None = None,
    chats: str | None = None,
) -> None:
    queues = {queue: int(tier or 1)} if queue else {}
    capacity = Capacity(units=int(chats)) if chats else Capacity()
    story.router.add_agent(
        Agent(agent, queues=queues, skills={skill: 1} if skill else {}, capacity=capacity), at=story.now
    )
    story.router.sign_in(agent, at=story.now)
    # One after the other, so that it is told who has been idle for longest.
    story.now += 0.001


@sentence(when, "{agent} goes away")
def _away(story: Story, agent: str) -> None:
    story.router.set_away(agent, at=story.now)


@sentence(when, "{agent} comes back")
def _back(story: Story, agent: str) -> None:
    story.router.set_ready(agent, at=story.now)


@sentence(when, "{agent} signs out")
def _sign_out(story: Story, agent: str) -> None:
    story.router.sign_out(agent, at=story.now)


@sentence(when, "{agent} signs in")
def _sign_in(story: Story, agent: str) -> None:
    story.router.sign_in(agent, at=story.now)


@sentence(when, "{agent} is removed")
def _remove_agent(story: Story, agent: str) -> None:
    story.router.remove_agent(agent, at=story.now)


@sentence(when, '{agent} learns "{skill}"')
def _learn(story: Story, agent: str, skill: str) -> None:
    skills = {**story.router.agents[agent].skills, skill: 1}
    story.router.update_agent(agent, skills=skills, at=story.now)


# ---- contacts -----------------------------------------------------------------------------------------------------


@when(
    parsers.re(
        r'an? (?P<channel>call|chat|email) "(?P<contact>[^"]+)"(?: that needs "(?P<skill>[^"]+)")?'
        r'(?: with priority (?P<priority>\d+))?(?: for (?P<agent>[a-z]+))?(?: of customer "(?P<customer>[^"]+)")?'
        r' comes in for "(?P<queue>[^"]+)"$'
    )
)
def _enqueue(
    story: Story,
    channel: str,
    contact: str,
    queue: str,
    skill: str | None = None,
    priority: str | None = None,
    agent: str | None = None,
    customer: str | None = None,
) -> None:
    story.router.enqueue(
        Contact(
            contact,
            queue=queue,
            channel="voice" if channel == "call" else channel,
            needs=(Need(skill),) if skill else (),
            priority=int(priority or 0),
            customer=customer,
            prefer=(agent,) if agent else (),
        ),
        at=story.now,
    )


@sentence(when, "{n:n} seconds pass")
def _pass(story: Story, n: str) -> None:
    story.now += int(n)
    story.router.advance(at=story.now)


@given(parsers.re(r'it is "(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"$'))
def _clock(story: Story, hour: str, minute: str, second: str) -> None:
    story.now = 3600.0 * int(hour) + 60.0 * int(minute) + int(second)
    story.router.advance(at=story.now)


@sentence(when, '{agent} accepts "{contact}"')
def _accept(story: Story, agent: str, contact: str) -> None:
    story.router.accept(story.offer(contact, agent).offer, at=story.now)


@sentence(when, '{agent} declines "{contact}"')
def _decline(story: Story, agent: str, contact: str) -> None:
    story.router.decline(story.offer(contact, agent).offer, at=story.now)


@sentence(when, '{agent} finishes "{contact}"')
def _finish(story: Story, agent: str, contact: str) -> None:
    assert story.router.contacts[contact].agent == agent
    story.router.finish(contact, at=story.now)


@sentence(when, '{agent} hands "{contact}" over to "{queue}" with their place and a credit of {credit:n}')
def _hand_over(story: Story, agent: str, contact: str, queue: str, credit: str) -> None:
    assert story.router.contacts[contact].agent == agent
    story.router.transfer(contact, queue, keep_place=True, raise_priority=int(credit), at=story.now)


@sentence(when, '{agent} hands "{contact}" over to "{queue}" with the reference "{reference}"')
def _hand_over_with(story: Story, agent: str, contact: str, queue: str, reference: str) -> None:
    assert story.router.contacts[contact].agent == agent
    story.router.transfer(contact, queue, keep_place=True, reference=reference, at=story.now)


@sentence(when, '{agent} consults {other} about "{contact}"')
def _consult(story: Story, agent: str, other: str, contact: str) -> None:
    assert story.router.contacts[contact].agent == agent
    story.router.consult(contact, agent=other, at=story.now)


@sentence(when, '{agent} completes the transfer of "{contact}"')
def _complete(story: Story, agent: str, contact: str) -> None:
    story.router.complete_transfer(contact, at=story.now)


@sentence(when, '{agent} ends the consult of "{contact}"')
def _cancel(story: Story, agent: str, contact: str) -> None:
    story.router.cancel_consult(contact, at=story.now)


@sentence(when, '{agent} joins "{contact}"')
def _join(story: Story, agent: str, contact: str) -> None:
    story.router.join(contact, agent=agent, at=story.now)


@sentence(when, '{agent} parks "{contact}"')
def _park(story: Story, agent: str, contact: str) -> None:
    story.router.park(contact, at=story.now)


@sentence(when, '"{contact}" is taken up again')
def _unpark(story: Story, contact: str) -> None:
    story.router.unpark(contact, at=story.now)


@sentence(when, '{agent} promises a callback in {n:n} seconds for "{contact}"')
def _promise(story: Story, agent: str, n: str, contact: str) -> None:
    story.router.follow_up(contact, due_at=story.now + int(n), channel="callback", at=story.now)


# ---- what has come of it ------------------------------------------------------------------------------------------


@sentence(then, '"{contact}" is offered to {agent}')
def _offered(story: Story, contact: str, agent: str) -> None:
    assert story.offer(contact).agent == agent, story.why(contact)


@sentence(then, '"{contact}" is offered to {agent} through "{queue}"')
def _offered_through(story: Story, contact: str, agent: str, queue: str) -> None:
    offer = story.offer(contact, agent)
    assert offer.queue == queue


@sentence(then, 'nobody is offered "{contact}"')
def _nobody(story: Story, contact: str) -> None:
    assert story.router.contacts[contact].state == "queued"


@sentence(then, '{agent} is not offered "{contact}" because of "{why}"')
def _why_not(story: Story, agent: str, contact: str, why: str) -> None:
    reasons = {reason.agent: str(reason.why) for reason in story.router.explain(contact).reasons}
    assert reasons[agent] == why, story.why(contact)


@sentence(then, '"{contact}" is with {agent}')
def _with(story: Story, contact: str, agent: str) -> None:
    view = story.router.contacts[contact]
    assert (view.state, view.agent) == ("connected", agent)


@sentence(then, '"{contact}" waits in "{queue}" at place {n:n}')
def _waits(story: Story, contact: str, queue: str, n: str) -> None:
    view = story.router.contacts[contact]
    assert (view.state, view.queue, story.router.position(contact)) == ("queued", queue, int(n))


@sentence(then, '"{contact}" is parked')
def _parked(story: Story, contact: str) -> None:
    assert story.router.contacts[contact].state == "parked"


@sentence(then, '"{contact}" is done')
def _done(story: Story, contact: str) -> None:
    assert contact not in story.router.contacts


@sentence(then, "{agent} is free")
def _free(story: Story, agent: str) -> None:
    assert story.router.agents[agent].contacts == ()


@sentence(then, '{agent} is wrapping up "{contact}"')
def _wrapping(story: Story, agent: str, contact: str) -> None:
    assert contact in story.router.agents[agent].wrapping


@sentence(then, 'the step of "{contact}" was skipped because of "{reason}"')
def _skipped(story: Story, contact: str, reason: str) -> None:
    story.told(events.StepSkipped, contact=contact, reason=reason)


@sentence(then, '"{announce}" was announced to "{contact}" at place {n:n}')
def _announced(story: Story, announce: str, contact: str, n: str) -> None:
    story.told(events.Announced, contact=contact, announce=announce, position=int(n))


@sentence(then, 'a callback was suggested to "{contact}"')
def _suggested(story: Story, contact: str) -> None:
    story.told(events.CallbackSuggested, contact=contact)


WAITS = {
    "a few minutes, for certain": (170.0, 180.0, 190.0),
    "a few minutes, give or take some": (150.0, 400.0, 500.0),
    "two minutes, perhaps three": (110.0, 170.0, 190.0),
    "a minute, perhaps two": (40.0, 70.0, 90.0),
    "ten minutes": (550.0, 600.0, 650.0),
    "more than a quarter of an hour": (800.0, 1000.0, 1200.0),
    "anything": (10.0, 500.0, 800.0),
}


@sentence(given, 'the wait is estimated to be "{wait}"')
@sentence(when, 'the wait is estimated to be "{wait}"')
def _estimated(story: Story, wait: str) -> None:
    story.desk.quantiles = WAITS[wait]


def _heard(story: Story, contact: str) -> list[str]:
    """What a caller has been told, in words."""
    heard = []
    for event in story.said:
        if type(event) is events.WaitAnnounced and event.contact == contact:
            minutes = f"{event.seconds / 60:.0f}"
            minutes += f" to {event.up_to_s / 60:.0f}" if event.up_to_s is not None else ""
            heard.append(
                "soon"
                if event.words == "soon"
                else f"{event.words.replace('_', ' ')} {minutes} minute{'s' * (minutes != '1')}"
            )
    return heard


@sentence(then, '"{contact}" has heard "{words}"')
def _hears(story: Story, contact: str, words: str) -> None:
    assert _heard(story, contact)[-1:] == [words]


@sentence(then, '"{contact}" has heard nothing')
def _hears_nothing(story: Story, contact: str) -> None:
    assert _heard(story, contact) == []


@sentence(then, '"{contact}" has heard {n:n} announcements')
def _hears_so_often(story: Story, contact: str, n: str) -> None:
    assert len(_heard(story, contact)) == int(n)


@sentence(then, '"{contact}" was rejected because of "{reason}"')
def _rejected(story: Story, contact: str, reason: str) -> None:
    story.told(events.ContactRejected, contact=contact, reason=reason)
    assert contact not in story.router.contacts


@sentence(then, '"{contact}" went to {to} "{reference}"')
def _diverted(story: Story, contact: str, to: str, reference: str) -> None:
    story.told(events.ContactDiverted, contact=contact, to=to, reference=reference)
    assert contact not in story.router.contacts


@sentence(then, '{agent} cannot transfer "{contact}" to "{queue}"')
def _cannot(story: Story, agent: str, contact: str, queue: str) -> None:
    with pytest.raises(TransferRefused):
        story.router.transfer(contact, queue, at=story.now)


@sentence(then, '"{contact}" is no more {agent}\'s because of "{reason}"')
def _released(story: Story, contact: str, agent: str, reason: str) -> None:
    story.told(events.OwnerReleased, contact=contact, agent=agent, reason=reason)


@sentence(then, '"{contact}" went into "{other}"')
def _merged(story: Story, contact: str, other: str) -> None:
    story.told(events.ContactMerged, contact=contact, into=other)


def _screen(story: Story, agent: str) -> Any:
    offer = story.told(events.OfferMade, agent=agent)
    assert offer.screen is not None
    return offer.screen


@sentence(then, '{agent} sees the reference "{reference}"')
def _sees_reference(story: Story, agent: str, reference: str) -> None:
    assert _screen(story, agent).reference == reference


@sentence(then, '{agent} sees the script "{script}"')
def _sees_script(story: Story, agent: str, script: str) -> None:
    assert _screen(story, agent).script == script


@sentence(then, '{agent} sees that "{contact}" by "{channel}" with {other} ended as "{outcome}"')
def _sees_past(story: Story, agent: str, contact: str, channel: str, other: str, outcome: str) -> None:
    past = _screen(story, agent).history
    seen = [(one.contact, one.channel, one.agent, one.outcome) for one in past]
    assert (contact, channel, other, outcome) in seen
