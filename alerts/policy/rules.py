"""The numbers of the policy, which change of a level is a signal, and how sure an alert is: pure."""

import datetime as dt
from collections.abc import Iterable, Mapping

RULE = "AR-2"  # kept with every verdict; a changed rule gets another name
LEAST_LEVEL = 3  # ELEVATED: below it nobody is warned
COOL_DOWN_DAYS = 180  # per situation and kind, unless the level is higher than what was really sent
VALID_DAYS = {3: 90, 4: 60, 5: 30}  # ELEVATED, HIGH, SEVERE: the higher, the sooner somebody must look again
TRIGGER_FACTOR = 8  # "Triggering factors" of the Framework
WEIGHTIEST = 2  # as many as an alert says what can be done about

UNDETERMINED, MINIMAL, LOW = 0, 1, 2


def is_signal(*, from_level: int, to_level: int) -> bool:
    """Whether a change of the shown level says anything.

    Between UNDETERMINED and MINIMAL or LOW only the amount of knowledge changed.
    """
    if from_level == to_level:
        return False
    return not (UNDETERMINED in {from_level, to_level} and {from_level, to_level} <= {UNDETERMINED, MINIMAL, LOW})


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


def factors_about(*, kind: str, reasons: Iterable[int], points: Mapping[int, float]) -> list[int]:
    """The risk factors that an alert speaks of: those of its `reasons` and those that weigh most, by `points`.

    None for a blackout: where reports fall away nothing is known of any, so it is about all of them.
    """
    if kind == "blackout":
        return []
    ordered = sorted((factor for factor in points if points[factor] > 0), key=lambda factor: -points[factor])
    found = {*reasons, *ordered[:WEIGHTIEST]}
    return sorted(found | {TRIGGER_FACTOR} if kind == "trigger" else found)
