"""Which of a country's signals become alerts, and why or why not."""

import dataclasses
import datetime as dt
from collections.abc import Collection

from alerts.policy.kinds import ALERT_OF, GONE, HISTORIC, PLACE, RISEN, SHOWN_ONLY, TOLD_TOGETHER
from alerts.policy.rules import COOL_DOWN_DAYS, LEAST_LEVEL
from alerts.policy.warned import Warned, is_declined, muting, telling

STANDS = f"a warning of this level or a higher one stands already, not older than {COOL_DOWN_DAYS} days"
TOLD = "told by the alert of another change that was found with it"
DECLINED = "decided by a person together with another change"
STALE = "the event was long past when the alert before it was decided"
WAITS = "waits for what becomes of another alert"


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A signal as the policy sees it: what counts is what stands when it looks, not when it was found."""

    number: int
    kind: str  # alerts.models.Signal.Kind
    from_level: int  # before the signal
    is_historic: bool = False
    holds: bool = True  # what it says is still so; of a level up the levels say it
    found_with: int | None = None  # the comparison in which it was found, by the number of the later score
    is_stale: bool = False  # it waited so long that it is no news
    waited_for: int | None = None  # the alert that it waited for, by its number


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """Whether an alert is raised, and why or why not: for readers.

    `waits_for`: the alert that would mute it and may still come to nothing, by its number; a negative one is that of
    the signal whose alert is raised in the same look. It is judged again when that is known.
    """

    raises: bool
    reason: str
    waits_for: int | None = None


def judge_all(
    found: Collection[Found], *, level_now: int, warned: Collection[Warned], at: dt.datetime
) -> dict[int, Judgement]:
    """What becomes of each signal of one country, by its number.

    The order in which they are given does not matter; one alert a kind at most, and one for all that one text can say.
    """
    said, judged = list(warned), {}
    for one in sorted(found, key=lambda one: (PLACE.get(one.kind, len(PLACE)), one.number)):
        judged[one.number] = judge(one, level_now=level_now, warned=said, at=at)
        if judged[one.number].raises:
            said.append(Warned(-one.number, ALERT_OF[one.kind], level_now, found_with=one.found_with))
    return judged


def judge(found: Found, *, level_now: int, warned: Collection[Warned], at: dt.datetime) -> Judgement:
    """What becomes of one signal, where the country stands at `level_now`; the first reason that holds."""
    if found.kind not in ALERT_OF:
        return Judgement(False, SHOWN_ONLY[found.kind])
    kind = ALERT_OF[found.kind]
    if found.is_historic:
        return Judgement(False, HISTORIC[found.kind])
    if level_now < LEAST_LEVEL:
        return Judgement(False, "the level is below ELEVATED")
    if not found.holds or (kind == "rise" and level_now <= found.from_level):
        return Judgement(False, GONE[found.kind])
    if found.is_stale:
        return Judgement(False, STALE)
    return _beside(found, kind, level_now=level_now, warned=warned, at=at)


def _beside(found: Found, kind: str, *, level_now: int, warned: Collection[Warned], at: dt.datetime) -> Judgement:
    """What becomes of a signal that holds, beside what was said already: nothing is final that may come to nothing."""
    mute = muting(warned, kind=kind, level=level_now, at=at)
    told = telling(warned, found_with=found.found_with, level=level_now, at=at) if kind in TOLD_TOGETHER else []
    for said, reason in ((mute, STANDS), (told, TOLD)):
        if any(one.is_settled for one in said):
            return Judgement(False, reason)
    if any(one.number == found.waited_for and (one.is_settled or one.is_practice) for one in warned):
        return Judgement(False, STANDS)
    if is_declined(warned, kind=kind, found_with=found.found_with, level=level_now):
        return Judgement(False, DECLINED)
    if mute or told:
        return Judgement(False, WAITS, waits_for=(mute or told)[0].number)
    return Judgement(True, RISEN[found.kind])
