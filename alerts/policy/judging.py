"""Which of a country's signals become alerts, and why or why not."""

import dataclasses
import datetime as dt
from collections.abc import Collection

from alerts.policy.kinds import ALERT_OF, GONE, HISTORIC, PLACE, RISEN, SHOWN_ONLY, TOLD_TOGETHER
from alerts.policy.warned import Warned, told_with, warned_level
from alerts.rules import COOL_DOWN_DAYS, LEAST_LEVEL


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A signal as the policy sees it: what counts is what stands when it looks, not when it was found."""

    number: int
    kind: str  # alerts.models.Signal.Kind
    from_level: int  # before the signal
    is_historic: bool = False
    holds: bool = True  # what it says is still so; of a level up the levels say it
    found_with: int | None = None  # the comparison in which it was found, by the number of the later score


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """Whether an alert is raised, and why or why not: for readers."""

    raises: bool
    reason: str


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
            said.append(Warned(number=0, kind=ALERT_OF[one.kind], level=level_now, found_with=one.found_with))
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
    if warned_level(warned, kind=kind, at=at) >= level_now:
        return Judgement(
            False, f"a warning of this level or a higher one stands already, not older than {COOL_DOWN_DAYS} days"
        )
    together = [one for one in warned if one.kind in TOLD_TOGETHER]
    if kind in TOLD_TOGETHER and told_with(together, found_with=found.found_with, level=level_now, at=at):
        return Judgement(False, "told by the alert of another change that was found with it")
    return Judgement(True, RISEN[found.kind])
