"""Sources that bring nothing any more: how each stands, and word to staff when one falls silent or comes back."""

import dataclasses
import datetime as dt
import enum
from typing import Any

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from people.notices import raise_notice, reword_notice
from reports.models import Retrieval, Source, Told

KIND = "source-silent"
STALE_AFTER = 3  # cadences without a success
DEAD_AFTER = 10  # cadences without a success
FAILURES_MAX = 5  # in a row, each tried three times where that may help

_GOOD = (Retrieval.State.DONE, Retrieval.State.SAME)


class Sign(enum.StrEnum):
    """How the fetching of a source goes, as a traffic light says it."""

    OFF = "off"
    GOOD = "in order"
    YELLOW = "in trouble"
    RED = "dead"


@dataclasses.dataclass(frozen=True, slots=True)
class Course:
    """How the fetching of one source has gone since it was last switched on.

    `since` is its last success, else when it was switched on or first asked. `last_id` is its latest retrieval.
    """

    sign: Sign
    good_at: dt.datetime | None
    since: dt.datetime | None
    failures: int
    last_id: int | None
    is_stale: bool

    @property
    def why(self) -> str:
        """What the sign rests on."""
        parts = [f"no success since {self.since:%Y-%m-%d %H:%M} UTC"] if self.is_stale and self.since else []
        if self.failures:
            parts.append(f"{self.failures} failure{'' if self.failures == 1 else 's'} in a row")
        return ", ".join(parts)


def coursing(sources: QuerySet[Source]) -> QuerySet[Source]:
    """The same sources, each with what `course_of` reads."""
    mine = Retrieval.objects.filter(source=OuterRef("pk"))
    good = mine.filter(state__in=_GOOD).order_by("-pk")
    failed = mine.filter(Q(received_at__gte=OuterRef("on_since")) | Q(source__on_since=None), state="failed")
    since_good = failed.filter(pk__gt=OuterRef("good_id")).order_by().values("source").annotate(n=Count("pk"))
    return sources.annotate(
        good_id=Coalesce(Subquery(good.values("pk")[:1]), Value(0)),
        good_at=Subquery(good.values("finished_at")[:1]),
        last_id=Subquery(mine.order_by("-pk").values("pk")[:1]),
        first_at=Subquery(mine.order_by("pk").values("received_at")[:1]),
    ).annotate(
        since=Greatest(Coalesce("good_at", "first_at"), "on_since"),
        failures=Coalesce(Subquery(since_good.values("n"), output_field=IntegerField()), Value(0)),
    )


def course_of(row: Any, *, at: dt.datetime) -> Course:
    """How a source of `coursing` goes."""
    silent = at - row.since if row.since is not None and row.fetch_every else dt.timedelta()
    is_watched = row.is_on and row.fetch_every is not None
    is_stale = is_watched and silent > STALE_AFTER * row.fetch_every
    sign = Sign.OFF
    if is_watched:
        is_dead = silent > DEAD_AFTER * row.fetch_every or row.failures >= FAILURES_MAX
        sign = Sign.RED if is_dead else Sign.YELLOW if is_stale or row.failures else Sign.GOOD
    return Course(sign, row.good_at, row.since, row.failures, row.last_id, is_stale)


def tell(*, at: dt.datetime) -> int:
    """Tells staff, once each, which sources fell silent or answer again since the last look; how many.

    Safe to run twice: what was told stands on the source.
    """
    rows = coursing(Source.objects.fetched()).order_by("pk")
    return sum(_tell(row.pk, course_of(row, at=at), at=at) for row in rows)


@transaction.atomic
def _tell(source_id: int, course: Course, *, at: dt.datetime) -> bool:
    """Whether staff were told something of this source now."""
    news = _news(course)
    source = Source.objects.select_for_update().exclude(told_of=news).filter(pk=source_id).first()
    if source is None:
        return False
    before, source.told_of = source.told_of, news
    source.save(update_fields=["told_of"])
    subject = f"source {source.slug}"
    if news in {Told.STALE, Told.DEAD} and before != Told.DEAD:
        raise_notice(kind=KIND, subject=subject, words=_silent(source, course), at=at)
    elif not news:
        why = "was switched off" if course.sign is Sign.OFF else "answers again"
        words = f"{subject} {why}, seen {at:%Y-%m-%d %H:%M} UTC; close this notice when you have seen it"
        reword_notice(kind=KIND, subject=subject, words=words)
    return True


def _news(course: Course) -> str:
    """What staff are to know of it: one failure is no news, a silence or a death is."""
    if course.sign is Sign.RED:
        return Told.DEAD
    return Told.STALE if course.is_stale else ""


def _silent(source: Source, course: Course) -> str:
    last = f", the latest is retrieval {course.last_id}" if course.last_id else ""
    return (
        f"source {source.slug} is {course.sign.value}: found {course.why}{last}; wanted an answer every "
        f"{source.fetch_every}. What it brought stays and is marked stale. Correct its address or its key, "
        f"or switch it off, on its page."
    )
