"""By when an office answers, and what is done where it does not: pure.

Hours run through nights, weekends and holidays: what is warned of does not wait for Monday.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping, Sequence

ANSWER_HOURS: Mapping[int, int] = {3: 168, 4: 72, 5: 24}  # ELEVATED, HIGH, SEVERE; settings may say otherwise
NEXT_SHARE = 0.5  # of these hours: how long a reminder, or a person who was asked next, is waited for


class Deed(enum.Enum):
    """What is done next."""

    WAIT = "wait"
    REMIND = "remind"
    ASK_NEXT = "ask next"
    TELL_STAFF = "tell staff"


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the office, as far as it matters here. `is_reached`: a mail is on its way or was taken."""

    number: int
    is_away: bool = False
    is_asked: bool = False
    is_reached: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """One step, and whom it is to."""

    deed: Deed
    people: tuple[int, ...] = ()


def answer_by(*, level: int, since: dt.datetime, hours: Mapping[int, int] = ANSWER_HOURS) -> dt.datetime:
    """When an answer is overdue to what an office got at `since`."""
    return since + dt.timedelta(hours=hours[level])


def look_again(*, level: int, at: dt.datetime, hours: Mapping[int, int] = ANSWER_HOURS) -> dt.datetime:
    """When the next step follows one that was done at `at`, however late that was."""
    return at + NEXT_SHARE * dt.timedelta(hours=hours[level])


def next_step(order: Sequence[Person], *, is_due: bool, is_reminded: bool, is_told: bool) -> Plan:
    """What follows, for people in the order in which they are asked. At most one step, however late it is.

    Who was asked is waited for only where the mail is on its way or was taken, and who is not away. Where nobody is
    left to wait for, the next one is asked at once. One reminder; then one after the other.
    """
    waited_for = tuple(one.number for one in order if one.is_asked and one.is_reached and not one.is_away)
    if waited_for and not is_due:
        return Plan(Deed.WAIT)
    if waited_for and not is_reminded:
        return Plan(Deed.REMIND, waited_for)
    left = [one.number for one in order if not one.is_asked and not one.is_away]
    if left:
        return Plan(Deed.ASK_NEXT, (left[0],))
    return Plan(Deed.WAIT if is_told else Deed.TELL_STAFF)
