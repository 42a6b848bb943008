"""What became of files that were sent together, and another try for those that failed."""

import dataclasses
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from indicators import suggesting
from indicators.forms import source_choices
from indicators.models import Suggestion, SuggestionRun
from indicators.views.asked import moment_of
from people.access import requires
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline
from reports import sending
from reports.forms import KIND_NAMES
from reports.ingest import FAILED_KEPT, IngestError
from reports.models import TYPED, Batch, Report, Retrieval
from reports.nesting import DEPTH_MAX
from reports.retry_forms import AgainForm
from reports.views.retrieval import LATE
from reports.views.seen import person_of, retrievals_seen_by

PAGE_SIZE = 100
RETRIES_SHOWN = 100


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One file of the batch. `report` is None where there is none yet, or none that the reader may see."""

    retrieval: Retrieval
    kind: str
    report: Report | None


@dataclasses.dataclass(frozen=True, slots=True)
class Counts:
    """How many files came to what. Only what has words that were read counts as read."""

    files: int
    waiting: int
    done: int
    unread: int
    opened: int
    same: int
    failed: int
    unsearched: int  # read ones, new or not, in which nothing was looked for yet

    @property
    def is_under_way(self) -> bool:
        return bool(self.waiting or self.unsearched)

    @property
    def seen(self) -> str:
        """A word for this state: as long as it stays, a page that shows it is up to date."""
        return "-".join(str(number) for number in dataclasses.astuple(self))


@never_cache
@require_safe
@requires(Action.INGEST_REPORT)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One row a file, those included that came in a ZIP or a mail; it asks for news while something waits."""
    moment_of(request)
    found, rows = _found(request, batch_id)
    is_piece = bool(getattr(request, "htmx", False))
    if is_piece and request.GET.get("seen") == _counts(rows).seen:
        return HttpResponse(status=204)
    return _page(request, found, rows, is_piece=is_piece)


@require_POST
@requires(Action.INGEST_REPORT)
def batch_again(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Has the ticked files read once more with what is said of them now, or lets go of their bytes."""
    moment_of(request)
    found, rows = _found(request, batch_id)
    form = _again_form(request, found, rows, data=request.POST)
    if not form.is_valid():
        return _page(request, found, rows, form=form, status=400)
    person, numbers = person_of(request), [int(number) for number in form.cleaned_data["tried"]]
    if request.POST.get("do") == "give_up":
        gone = sum(sending.give_up(retrieval_id=number, by=person, at=clock.now()) for number in numbers)
        messages.success(
            request,
            ngettext(
                "%(n)s file let go. Why each failed stays here.",
                "%(n)s files let go. Why each failed stays here.",
                gone,
            )
            % {"n": gone},
        )
        return redirect("batch", found.pk)
    try:
        count = sending.send_again(
            retrieval_ids=numbers, reader=form.cleaned_data["reader"], changes=form.changes(), by=person, at=clock.now()
        )  # fmt: skip
    except IngestError as error:
        form.add_error(None, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return _page(request, found, rows, form=form, status=400)
    transaction.on_commit(pipeline.ring)
    messages.success(
        request,
        ngettext("%(n)s file will be read again.", "%(n)s files will be read again.", count) % {"n": count},
    )
    return redirect("batch", found.pk)


def _found(request: HttpRequest, batch_id: int) -> tuple[Batch, QuerySet[Retrieval]]:
    """The batch and those of its files that the reader may know of. Raises Http404 where there is none."""
    found = Batch.objects.select_related("sent_by").filter(pk=batch_id).first()
    rows = retrievals_seen_by(person_of(request)).filter(batch=batch_id)
    if found is None or not rows.exists():
        raise Http404(_("batch: found none under this number that you may see"))
    return found, rows


def _counts(rows: QuerySet[Retrieval]) -> Counts:
    states = Retrieval.State
    done, bundle = Q(state=states.DONE), Q(report__kind=Report.Kind.BUNDLE)
    said = {
        "files": Q(),
        "waiting": Q(state=states.WAITING),
        "done": done & Q(is_unread_still=False) & ~bundle,
        "unread": done & Q(is_unread_still=True),
        "opened": done & bundle,
        "same": Q(state=states.SAME),
        "failed": Q(state=states.FAILED),
        "unsearched": Q(is_unsearched=True),
    }
    unsearched = Exists(suggesting.waiting().filter(pk=OuterRef("report")))
    unread = Exists(Report.objects.unread().filter(pk=OuterRef("report")))
    counted = {name: Count("pk", filter=which) for name, which in said.items()}
    return Counts(**rows.annotate(is_unsearched=unsearched, is_unread_still=unread).aggregate(**counted))


def _page(
    request: HttpRequest,
    found: Batch,
    rows: QuerySet[Retrieval],
    *,
    is_piece: bool = False,
    form: AgainForm | None = None,
    status: int = 200,
) -> HttpResponse:
    counts = _counts(rows)
    page = Paginator(_ordered(rows), PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "batch": found,
        "counts": counts,
        "page": page,
        "rows": _rows(list(page.object_list), person_of(request)),
        "is_late": bool(counts.waiting and clock.now() - found.sent_at > LATE),
        "kept_days": FAILED_KEPT.days,
    }
    if not is_piece and counts.failed and not counts.waiting:
        context["form"] = form or _again_form(request, found, rows)
    return render(request, "reports/_batch.html" if is_piece else "reports/batch.html", context, status=status)


def _ordered(rows: QuerySet[Retrieval]) -> QuerySet[Retrieval]:
    """What came in a file stands below it, `depth` deep; as deep as files within files are followed."""
    above = ["__".join(["came_with"] * step) + "_id" for step in range(1, DEPTH_MAX + 1)]
    chain = ["pk", *above]  # the file itself, what it came in, what that came in ...
    depth = sum((Case(When(**{f"{one}__isnull": False}, then=1), default=0) for one in above), start=Value(0))
    places = {  # its forebear at each depth, the outermost first; none where it lies higher itself
        f"place_{at}": Case(*(When(depth=deep, then=F(chain[deep - at])) for deep in range(at, DEPTH_MAX + 1)))
        for at in range(DEPTH_MAX + 1)
    }
    related = rows.select_related("came_with").defer("payload", "came_with__payload")
    placed = related.annotate(depth=depth).annotate(**places, brought_count=_brought_count())
    return placed.order_by(*(F(place).asc(nulls_first=True) for place in places))


def _brought_count() -> Subquery:
    inside = Retrieval.objects.filter(came_with=OuterRef("pk")).order_by().values("came_with")
    return Subquery(inside.values(n=Count("pk")))


def _rows(retrievals: list[Retrieval], person: User) -> list[Row]:
    numbers = {row.report_id for row in retrievals if row.report_id}
    seen = Report.objects.visible_to(person).filter(pk__in=numbers).defer("bytes", "text")
    said = _suggested() | {"typed": _typed(person)}
    reports = {report.pk: report for report in seen.annotate(passage_count=Count("passages"), **said)}
    return [
        Row(row, str(KIND_NAMES.get(_reader(row, reports), _reader(row, reports))), reports.get(row.report_id or 0))
        for row in retrievals
    ]  # fmt: skip


def _typed(person: User) -> Subquery:
    """Number of the latest report of words that a person typed from a scan; none where nobody has."""
    typed = Report.objects.visible_to(person).filter(carrier=OuterRef("pk"), reader=TYPED)
    return Subquery(typed.order_by("-pk").values("pk")[:1])


def _suggested() -> dict[str, Any]:
    """Whether a report was searched, how many suggestions it has and how many of them wait."""
    runs = SuggestionRun.objects.filter(report=OuterRef("pk"), failure="").order_by("-pk")
    found = Suggestion.objects.filter(passage__report=OuterRef("pk")).exclude(state=Suggestion.State.SUPERSEDED)
    count = Count("pk")
    per_report = found.order_by().values("passage__report").annotate(n=count).values("n")
    waiting = per_report.filter(state=Suggestion.State.WAITING)
    return {
        "is_searched": Exists(runs),
        "suggested": Coalesce(Subquery(per_report), 0),
        "suggested_waiting": Coalesce(Subquery(waiting), 0),
        "homeless": Coalesce(Subquery(runs.values("homeless_count")[:1]), 0),
    }


def _reader(retrieval: Retrieval, reports: dict[int, Report]) -> str:
    report = reports.get(retrieval.report_id or 0)
    return report.reader if report else retrieval.reader


def _again_form(request: HttpRequest, found: Batch, rows: QuerySet[Retrieval], *, data: Any = None) -> AgainForm:
    """The failed files whose bytes are still here and that this person may send again."""
    person = person_of(request)
    failed = rows.filter(state=Retrieval.State.FAILED, payload__isnull=False)
    if not may(person, Action.DECIDE_EVIDENCE):
        failed = failed.filter(asked_by=person)
    offered = list(failed.order_by("pk")[:RETRIES_SHOWN])
    ticked = request.GET.get("only")
    initial = {
        "tried": [str(row.pk) for row in offered if ticked is None or str(row.pk) == ticked],
        "reader": found.about.get("reader", "automatic"),
    }
    sources, day = source_choices(person), clock.now().date()
    return AgainForm(data, failed=offered, sources=sources, day=day, initial=initial, auto_id="again_%s")
