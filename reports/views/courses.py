"""How the fetching of each source goes, as pages show it."""

import dataclasses
import datetime as dt

from django.db.models import QuerySet
from django.http import HttpRequest

from people.permissions import may
from reports import fetching
from reports.forms import KIND_NAMES
from reports.models import Retrieval, Source
from reports.watching import Course, Sign, course_of, coursing


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How the fetching of one source goes. `next_at` is None where it is off or being fetched."""

    source: Source
    kind: str
    course: Course
    last: Retrieval | None
    next_at: dt.datetime | None
    may_fetch: bool
    is_review_due: bool

    @property
    def is_open(self) -> bool:
        return self.last is not None and self.last.finished_at is None

    @property
    def is_failed(self) -> bool:
        return self.last is not None and self.last.state == Retrieval.State.FAILED

    @property
    def is_red(self) -> bool:
        return self.course.sign is Sign.RED

    @property
    def is_yellow(self) -> bool:
        return self.course.sign is Sign.YELLOW

    @property
    def is_in_trouble(self) -> bool:
        return self.is_red or self.is_yellow


def standings(rows: QuerySet[Source], request: HttpRequest, *, at: dt.datetime) -> list[Standing]:
    """How each of them goes: two queries."""
    found = [(row, course_of(row, at=at)) for row in coursing(rows)]
    numbers = [course.last_id for _, course in found if course.last_id]
    last = Retrieval.objects.defer("payload", "problems", "about").in_bulk(numbers)
    return [_standing(row, course, last, request, at=at) for row, course in found]


def _standing(
    row: Source, course: Course, last_ones: dict[int, Retrieval], request: HttpRequest, *, at: dt.datetime
) -> Standing:
    last = last_ones.get(course.last_id) if course.last_id else None
    is_open = last is not None and last.finished_at is None
    due_at = max(last.received_at + (row.fetch_every or dt.timedelta()), at) if last is not None else at
    return Standing(
        source=row,
        kind=str(KIND_NAMES.get(row.reader, row.reader)),
        course=course,
        last=last,
        next_at=due_at if row.is_on and not is_open else None,
        may_fetch=bool(row.reader) and may(request.user, fetching.action_to_ask(row)),
        is_review_due=row.review_on is not None and row.review_on <= at.date(),
    )
