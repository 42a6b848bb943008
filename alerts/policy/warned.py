"""What was said already of a country in one situation: what mutes, what still stands, and what a warning supersedes."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from alerts.rules import COOL_DOWN_DAYS

TAKEN = frozenset({"waiting", "deferred", "sent"})  # states of a delivery that reached, or will be tried again


@dataclasses.dataclass(frozen=True, slots=True)
class Warned:
    """One alert about the country in its situation. `released_at` is None while it waits for a publisher."""

    number: int
    kind: str  # alerts.models.Alert.Kind
    level: int
    released_at: dt.datetime | None = None
    valid_until: dt.date = dt.date.max
    found_with: int | None = None  # the comparison in which its signal was found, by the number of the later score
    is_sent: bool = True  # `was_sent` of what became of it; for a draft: it can still be released


def was_sent(*, is_dry_run: bool, is_withdrawn: bool, deliveries: Iterable[str]) -> bool:
    """Whether a released alert really went out, from the states of its deliveries.

    With no delivery at all it stood in the archive and the feeds, which is all there was. Where every one was
    cancelled, refused, given up or came back, nobody was warned; practice and what was taken back warned nobody.
    """
    states = set(deliveries)
    return not is_dry_run and not is_withdrawn and (not states or bool(states & TAKEN))


def warned_level(alerts: Iterable[Warned], *, kind: str, at: dt.datetime) -> int:
    """The highest level of this kind that was sent within the cool-down or can still be released; 0: none.

    What was released "later" than `at`, by a clock that was set back since, counts.
    """
    return max((one.level for one in alerts if one.kind == kind and _mutes(one, at)), default=0)


def _mutes(one: Warned, at: dt.datetime) -> bool:
    if not one.is_sent:
        return False
    return one.released_at is None or one.released_at > at - dt.timedelta(days=COOL_DOWN_DAYS)


def told_with(alerts: Iterable[Warned], *, found_with: int | None, level: int, at: dt.datetime) -> bool:
    """Whether an alert of this level or a higher one says it already: its signal was found in the same comparison."""
    together = [one for one in alerts if found_with is not None and one.found_with == found_with]
    return any(one.level >= level and _mutes(one, at) for one in together)


def is_standing(one: Warned, *, day: dt.date) -> bool:
    """Whether a warning that went out still holds on `day`; its last day still does."""
    return one.released_at is not None and one.is_sent and one.valid_until >= day


def superseded(alerts: Iterable[Warned], *, level: int, day: dt.date) -> int | None:
    """The number of the standing alert whose place a higher one takes: the highest, then the latest; None: none."""
    lower = [one for one in alerts if is_standing(one, day=day) and one.level < level]
    return max(lower, key=lambda one: (one.level, one.released_at, one.number)).number if lower else None
