"""What was said already of a country: what mutes, what may yet come to nothing, and what a warning supersedes."""

import dataclasses
import datetime as dt
from collections.abc import Iterable

from alerts.policy.kinds import TOLD_TOGETHER
from alerts.policy.rules import COOL_DOWN_DAYS

OPEN = frozenset({"waiting", "deferred"})  # states of a delivery that will be tried again
TAKEN = OPEN | {"sent"}  # or that reached


@dataclasses.dataclass(frozen=True, slots=True)
class Warned:
    """One alert about the country in its situation. `released_at` is None where it was not released (yet)."""

    number: int
    kind: str  # alerts.models.Alert.Kind
    level: int
    released_at: dt.datetime | None = None
    valid_until: dt.date = dt.date.max
    found_with: int | None = None  # the comparison in which its signal was found, by the number of the later score
    stood: int | None = None  # the score that it speaks of, by its number
    is_sent: bool = True  # `was_sent` of what became of it; for a draft: it can still be released
    is_posted: bool = True  # of a released one: no longer `may_fail`
    is_declined: bool = False  # a person refused it or took it back, or the rule practised it
    is_practice: bool = False  # the rule practised it

    @property
    def is_settled(self) -> bool:
        """Whether it warned people, and nothing can undo that: what mutes for good."""
        return self.is_sent and self.released_at is not None and self.is_posted


def was_sent(*, is_dry_run: bool, is_withdrawn: bool, deliveries: Iterable[str]) -> bool:
    """Whether a released alert really went out, from the states of its deliveries.

    With no delivery at all it stood in the archive and the feeds, which is all there was. Where every one was
    cancelled, refused, given up or came back, nobody was warned; practice and what was taken back warned nobody.
    """
    states = set(deliveries)
    return not is_dry_run and not is_withdrawn and (not states or bool(states & TAKEN))


def may_fail(*, is_matched: bool, deliveries: Iterable[str]) -> bool:
    """Whether a released alert may still reach nobody: none of its deliveries was sent, and some are to be tried."""
    states = set(deliveries)
    return "sent" not in states and (bool(states & OPEN) or not (states or is_matched))


def warned_level(alerts: Iterable[Warned], *, kind: str, at: dt.datetime) -> int:
    """The highest level of this kind that was sent within the cool-down or can still be released; 0: none.

    What was released "later" than `at`, by a clock that was set back since, counts.
    """
    return max((one.level for one in alerts if one.kind == kind and _mutes(one, at)), default=0)


def _mutes(one: Warned, at: dt.datetime) -> bool:
    if not one.is_sent:
        return False
    return one.released_at is None or one.released_at > at - dt.timedelta(days=COOL_DOWN_DAYS)


def muting(alerts: Iterable[Warned], *, kind: str, level: int, at: dt.datetime) -> list[Warned]:
    """Those of this kind and of `level` or a higher one that were sent within the cool-down, or can still be."""
    return [one for one in alerts if one.kind == kind and one.level >= level and _mutes(one, at)]


def telling(alerts: Iterable[Warned], *, found_with: int | None, level: int, at: dt.datetime) -> list[Warned]:
    """Likewise of those whose signal was found in the same comparison: one text says both."""
    together = [one for one in alerts if one.kind in TOLD_TOGETHER and one.level >= level and _mutes(one, at)]
    return [one for one in together if found_with is not None and one.found_with == found_with]


def is_declined(alerts: Iterable[Warned], *, kind: str, found_with: int | None, level: int) -> bool:
    """Whether a person decided against a warning of this level that said it: it does not come back in other words.

    It said what was found with it, and the same change of level, speed or reports found up to its score. Evidence of
    a trigger has only its own alert: what speaks against one piece does not speak against another.
    """
    if found_with is None:
        return False
    return any(
        one.is_declined
        and one.level == level
        and (
            one.kind != "trigger" and one.stood is not None and found_with <= one.stood
            if one.kind == kind
            else {one.kind, kind} <= TOLD_TOGETHER and one.found_with == found_with
        )
        for one in alerts
    )


def is_standing(one: Warned, *, day: dt.date) -> bool:
    """Whether a warning that went out still holds on `day`; its last day still does."""
    return one.released_at is not None and one.is_sent and one.valid_until >= day


def superseded(alerts: Iterable[Warned], *, level: int, day: dt.date) -> int | None:
    """The number of the standing alert whose place a higher one takes: the highest, then the latest; None: none."""
    lower = [one for one in alerts if is_standing(one, day=day) and one.level < level]
    return max(lower, key=lambda one: (one.level, one.released_at, one.number)).number if lower else None
