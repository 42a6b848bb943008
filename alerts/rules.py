"""Which signal becomes an alert, and how sure an alert is: pure, one version for all."""

import dataclasses
import datetime as dt

RULE = "AR-1"  # kept with every verdict; a changed rule gets another name
LEAST_LEVEL = 3  # ELEVATED: below it nobody is warned
COOL_DOWN_DAYS = 180  # per country, unless the level is higher than what was warned of
VALID_DAYS = {3: 90, 4: 60, 5: 30}  # ELEVATED, HIGH, SEVERE: the higher, the sooner somebody must look again

UNDETERMINED, MINIMAL, LOW = 0, 1, 2


def is_signal(*, from_level: int, to_level: int) -> bool:
    """Whether a change of the shown level says anything.

    Between UNDETERMINED and MINIMAL or LOW only the amount of knowledge changed.
    """
    if from_level == to_level:
        return False
    return not (UNDETERMINED in {from_level, to_level} and {from_level, to_level} <= {UNDETERMINED, MINIMAL, LOW})


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A signal as the rule sees it: what counts is the level that stands when it looks."""

    kind: str  # alerts.models.Signal.Kind
    from_level: int  # before the signal
    level_now: int  # of the country: it may have gone on rising, or settled lower than the signal said
    is_historic: bool
    warned_level: int  # the highest level released within the cool-down or waiting for release; 0: none


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """Whether an alert is raised, and why or why not: for readers."""

    raises: bool
    reason: str


def judge(found: Found) -> Judgement:
    """What the rule makes of a signal; the first reason that holds."""
    if found.kind == "method":
        return Judgement(False, "the method changed, not what is known of the country")
    if found.kind != "level_up":
        return Judgement(False, "shown only: alerts warn of a level that rose")
    if found.is_historic:
        return Judgement(False, "historic: the rise rests on evidence entered long after it was known")
    if found.level_now < LEAST_LEVEL:
        return Judgement(False, "the level is below ELEVATED")
    if found.level_now <= found.from_level:
        return Judgement(False, "the level had fallen again when the rule looked")
    if found.warned_level >= found.level_now:
        return Judgement(
            False, f"a warning of this level or a higher one stands already, not older than {COOL_DOWN_DAYS} days"
        )
    return Judgement(True, "the level rose to ELEVATED or more")


def confidence(*, coverage: float, families: int, best_reliability: str) -> str:
    """`low`, `medium` or `high`: how much of the Framework can be judged, by how many bodies, how reliable.

    `coverage` runs from 0 to 1, `families` counts the independent bodies behind the evidence that counts,
    `best_reliability` is an Admiralty letter, or empty where only series are known.
    docs/alerts.md says why these limits.
    """
    is_good = best_reliability in {"A", "B"}
    if coverage >= 0.5 and families >= 5 and is_good:
        return "high"
    return "medium" if families >= 2 and is_good else "low"


def valid_until(*, level: int, day: dt.date) -> dt.date:
    """The day on which a warning of `level` raised on `day` ends."""
    return day + dt.timedelta(days=VALID_DAYS[level])
