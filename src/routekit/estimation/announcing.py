"""What to tell those who wait: words that people can use, kept like a promise, or nothing.

The rule lives here, as one pure function, `next_words`, and what it goes by: the policy (`Announcing`), what the caller
has been told so far (`Told`), an estimate, and the time. When it is asked is the router's (`docs/around.md`, section
20); how the words sound is the app's. Nothing here makes an estimate, and no decision reads what is said.

Why so. What is said are percentiles of the wait, and not its mean, which is too short for many (Jouini, Aksin and
Dallery, Call Centers with Delay Information: Models and Insights, M&SOM 13, 2011). What is said changes who stays
(Armony, Shimkin and Whitt, The Impact of Delay Announcements in Many-Server Queues with Abandonment, Operations
Research 57, 2009; a survey is Ibrahim, Sharing Delay Information in Service Systems, Queueing Systems 89, 2018): so a
number goes up only for a reason, and where it would only scare people off there is none. The peers say one number,
rounded, and say it anew each time (Asterisk's `announce-holdtime`, a moving average).
"""

from __future__ import annotations

import math
from typing import Protocol

import attrs

from routekit._numbers import non_negative
from routekit._timeline import Announcing as Announcing

__all__ = [
    "NOTCHES",
    "Announcing",
    "Next",
    "Quantiles",
    "Spread",
    "Told",
    "Words",
    "next_words",
    "rounded_down",
    "rounded_up",
]

NOTCHES = (60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1200.0, 1800.0)
"""The seconds that are said; beyond them, whole half hours."""

_MINUTE = 60.0
_HALF_HOUR = 1800.0
_SLACK_S = 0.5  # a promise of three minutes with two minutes and a hair left of it is one of two minutes


def rounded_up(seconds: float) -> float:
    """The least number of seconds to say that is not less. Cost: O(1).

    >>> [rounded_up(seconds) for seconds in (0.0, 60.0, 61.0, 301.0, 1801.0)]
    [60.0, 60.0, 120.0, 600.0, 3600.0]
    """
    for notch in NOTCHES:
        if seconds <= notch:
            return notch
    return math.ceil(seconds / _HALF_HOUR) * _HALF_HOUR


def rounded_down(seconds: float) -> float:
    """The greatest number of seconds to say that is not more; 0.0 under a minute. Cost: O(1).

    >>> [rounded_down(seconds) for seconds in (59.0, 60.0, 299.0, 5000.0)]
    [0.0, 60.0, 180.0, 3600.0]
    """
    if seconds >= _HALF_HOUR:
        return math.floor(seconds / _HALF_HOUR) * _HALF_HOUR
    return max((notch for notch in NOTCHES if notch <= seconds), default=0.0)


class Quantiles(Protocol):
    """What is asked of an estimate, such as a `WaitEstimate`: seconds, or None where it knows too little."""

    @property
    def p50(self) -> float | None:
        """Half of such waits are over by then,"""

    @property
    def p80(self) -> float | None:
        """four of five,"""

    @property
    def p90(self) -> float | None:
        """and nine of ten."""


@attrs.frozen
class Spread:
    """An estimate as announcements see it: seconds still to wait, and how sure that is. Infinite ones are taken."""

    p50: float
    p80: float
    p90: float

    @classmethod
    def of(cls, estimate: Quantiles) -> Spread | None:
        """What an estimate says; None where it knows too little. `InvalidValue` for what are no seconds."""
        p50, p80, p90 = (_seconds(getattr(estimate, name), name) for name in ("p50", "p80", "p90"))
        if p50 is None or p80 is None or p90 is None:
            return None
        return cls(p50, max(p50, p80), max(p50, p80, p90))


def _seconds(value: object, name: str) -> float | None:
    return math.inf if value == math.inf else None if value is None else non_negative(value, name)


@attrs.frozen(kw_only=True)
class Told:
    """What a caller has been told so far: the promise. Times are the router's seconds.

    `by` is when their wait was to be over (None: nothing has been said), `since` the earlier end of a range, `words`
    how it was put, `longer` how many estimates in a row made it likely to be broken, `called_back` whether a callback
    has been suggested.
    """

    words: str = ""
    by: float | None = None
    since: float | None = None
    longer: int = 0
    called_back: bool = False


@attrs.frozen
class Words:
    """What to say: a key for the app's prompts, the seconds to say, and the upper end of a range.

    `words`: `less_than`, `about`, `range` (`seconds` to `up_to_s`) or `soon` (no number: 0.0). `reason`: `first`;
    `estimate`, what is estimated now; `promise`, what is left of what was told; `longer`, the line is slower than was
    told.
    """

    words: str
    seconds: float
    up_to_s: float | None
    reason: str

    @property
    def most_s(self) -> float:
        """The upper end of what is said: it never grows, but for the reason `longer`."""
        return self.seconds if self.up_to_s is None else self.up_to_s


@attrs.frozen(kw_only=True)
class Next:
    """What comes of asking: what has been told from now on, what to say now if anything, whether to suggest a callback.

    `silence` says why nothing is said: `too_little_data`, `unsure`, `too_long` or `doubtful` (the promise may be
    broken); empty where `words` are said.
    """

    told: Told
    words: Words | None = None
    callback: bool = False
    silence: str = ""


def next_words(policy: Announcing, told: Told, estimate: Quantiles, at: float) -> Next:
    """What to tell a caller at a time, by an estimate and what they have been told before. Pure. Cost: O(1).

    Raises `InvalidValue` for an estimate whose figures are no seconds. In this order:

    1. Too little data: silence. The p80 is above `callback_over_s`: a callback is suggested, once, and silence.
       The p90 is more than a minute, and more than `silent_over` times the p50, or without end: silence. What has been
       promised stands meanwhile.
    2. What the estimate would have us say: with a p80 above `range_over` times the p50 a `range` from the p50, rounded
       down, to the p80, rounded up (`less_than` where it begins under a minute); else `about` the p50, rounded up;
       `less_than` a minute where the p80 is at most that. Nobody has been told anything: this is said (`first`).
    3. Its upper end is at most what is left of the promise, rounded up: it is said (`estimate`), and the promise is for
       the earlier of the two times.
    4. Its p50 is at most that (a minute, once the time is over): what is left of the promise is said (`promise`), in
       its words: never more than before, `soon` when it is over.
    5. Else the promise is more likely broken than kept. For the `longer_after`th time in a row: what is estimated is
       said (`longer`), and is the promise now. Before that: silence.

    The fifth is measured: to say what is left of a promise whatever the estimate is came true in 27 % to 35 % of cases
    in an M/M/10 at a load of 0.97, and as it is here in 56 % to 85 %; every other announcement in 77 % to 95 %
    (`benchmarks/promises.py`).

    >>> from types import SimpleNamespace as Estimate
    >>> three = Estimate(p50=150.0, p80=170.0, p90=190.0)
    >>> asked = next_words(Announcing(), Told(), three, 0.0)
    >>> asked.words
    Words(words='about', seconds=180.0, up_to_s=None, reason='first')
    >>> next_words(Announcing(), asked.told, three, 60.0).silence  # the line has not moved, and may do so yet
    'doubtful'
    >>> next_words(Announcing(), asked.told, Estimate(p50=90.0, p80=130.0, p90=190.0), 60.0).words
    Words(words='about', seconds=120.0, up_to_s=None, reason='estimate')
    >>> next_words(Announcing(), asked.told, Estimate(p50=800.0, p80=1000.0, p90=1100.0), 60.0).callback
    True
    """
    spread = Spread.of(estimate)
    if spread is None:
        return Next(told=told, silence="too_little_data")
    if policy.callback_over_s is not None and spread.p80 > policy.callback_over_s:
        return Next(told=attrs.evolve(told, called_back=True), callback=not told.called_back, silence="too_long")
    if spread.p90 == math.inf or spread.p90 > max(_MINUTE, policy.silent_over * spread.p50):
        return Next(told=told, silence="unsure")
    words, low, high = _estimated(policy, spread)
    if told.by is None:
        return _tell(told, words, low, high, "first", at + high, at)
    left = told.by - at
    most = rounded_up(left - _SLACK_S) if left > 0.0 else 0.0
    if high <= most:
        return _tell(told, words, low, high, "estimate", min(told.by, at + high), at)
    if spread.p50 <= (most if left > 0.0 else _MINUTE):
        return Next(told=attrs.evolve(told, longer=0), words=_promised(told, most, at))
    longer = told.longer + 1
    if longer >= policy.longer_after:
        return _tell(told, words, low, high, "longer", at + high, at)
    return Next(told=attrs.evolve(told, longer=longer), silence="doubtful")


def _estimated(policy: Announcing, spread: Spread) -> tuple[str, float, float]:
    """The words for an estimate by itself, and the ends of what they say; the lower one 0.0 if they say none."""
    if spread.p80 <= _MINUTE:
        return "less_than", 0.0, _MINUTE
    if spread.p80 <= policy.range_over * spread.p50:
        return "about", 0.0, rounded_up(spread.p50)
    low = rounded_down(spread.p50)
    return ("range" if low > 0.0 else "less_than"), low, rounded_up(spread.p80)


def _tell(told: Told, words: str, low: float, high: float, reason: str, by: float, at: float) -> Next:
    """Say what is estimated; from now on it is the promise."""
    since = at + low if words == "range" else None
    said = Words(words, low, high, reason) if words == "range" else Words(words, high, None, reason)
    return Next(told=Told(words=words, by=by, since=since, called_back=told.called_back), words=said)


def _promised(told: Told, most: float, at: float) -> Words:
    """What is left of a promise, of which `most` is the upper end to say."""
    if most <= 0.0:
        return Words("soon", 0.0, None, "promise")
    low = 0.0 if told.since is None else rounded_down(told.since - at)
    if low > 0.0:
        return Words("range", low, most, "promise")
    words = "about" if told.words == "about" and most > _MINUTE else "less_than"
    return Words(words, most, None, "promise")
