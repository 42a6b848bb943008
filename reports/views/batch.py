"""What became of files that were sent together, and another try for those that failed."""

import dataclasses
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from indicators.forms import source_choices
from indicators.views.asked import moment_of
from people.access import requires
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline
from reports import sending
from reports.forms import KIND_NAMES
from reports.ingest import FAILED_KEPT, IngestError
from reports.models import Batch, Report, Retrieval
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
    """How many files came to what."""

    files: int
    waiting: int
    done: int
    same: int
    failed: int

    @property
    def seen(self) -> str:
        """A word for this state: as long as it stays, a page that shows it is up to date."""
        return f"{self.files}-{self.waiting}-{self.done}-{self.same}-{self.failed}"


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
        messages.success(request, f"{gone} file{'s' * (gone != 1)} let go. Why each failed stays here.")
        return redirect("batch", found.pk)
    try:
        count = sending.send_again(
            retrieval_ids=numbers, reader=form.cleaned_data["reader"], changes=form.changes(), by=person, at=clock.now()
        )  # fmt: skip
    except IngestError as error:
        form.add_error(None, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        return _page(request, found, rows, form=form, status=400)
    transaction.on_commit(pipeline.ring)
    messages.success(request, f"{count} file{'s' * (count != 1)} will be read again.")
    return redirect("batch", found.pk)


def _found(request: HttpRequest, batch_id: int) -> tuple[Batch, QuerySet[Retrieval]]:
    """The batch and those of its files that the reader may know of. Raises Http404 where there is none."""
    found = Batch.objects.select_related("sent_by").filter(pk=batch_id).first()
    rows = retrievals_seen_by(person_of(request)).filter(batch=batch_id)
    if found is None or not rows.exists():
        raise Http404("batch: found none under this number that you may see")
    return found, rows


def _counts(rows: QuerySet[Retrieval]) -> Counts:
    states = Retrieval.State
    said = {
        state: Count("pk", filter=Q(state=state)) for state in (states.WAITING, states.DONE, states.SAME, states.FAILED)
    }
    return Counts(**rows.aggregate(files=Count("pk"), **{str(state.value): count for state, count in said.items()}))


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
    ordered = rows.select_related("came_with").defer("payload", "came_with__payload")
    ordered = ordered.annotate(first=Coalesce("came_with_id", "pk")).order_by("first", "pk")
    page = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
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


def _rows(retrievals: list[Retrieval], person: User) -> list[Row]:
    numbers = {row.report_id for row in retrievals if row.report_id}
    seen = Report.objects.visible_to(person).filter(pk__in=numbers).defer("bytes", "text")
    reports = {report.pk: report for report in seen.annotate(passage_count=Count("passages"))}
    return [
        Row(row, KIND_NAMES.get(_reader(row, reports), _reader(row, reports)), reports.get(row.report_id or 0))
        for row in retrievals
    ]  # fmt: skip


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
