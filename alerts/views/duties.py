"""What offices owe: the list, and one duty with all that was done for it."""

import dataclasses
import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from alerts.answers import answering, asking
from alerts.answers.answer_forms import AnswerForm, DutyFilter, Kind
from alerts.answers.answering import AnswerError
from alerts.models import Acknowledgement, Delivery, Duty, DutyStep
from alerts.views.offices import in_reach, sentence
from indicators.models.score import Level
from indicators.views.review import person
from people.access import requires
from people.permissions import Action, may
from r2p_dashboard import clock

PAGE_SIZE = 30


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline."""

    at: dt.datetime
    words: str
    note: str = ""
    delivery: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class DutyLine:
    """One duty as the list shows it."""

    duty: Duty
    level: Level
    answer_by: dt.datetime
    is_overdue: bool
    entries: list[Entry]


@never_cache
@require_safe
@login_required
def duties(request: HttpRequest) -> HttpResponse:
    """Everything that is owed for who manages offices; of one's own office for its people. The next due first."""
    seen = in_reach(request)
    form = DutyFilter(request.GET, offices=list(seen.order_by("name", "pk")))
    rows = _with_all(_chosen(Duty.objects.filter(office__in=seen.values("pk")), form))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": _lines(list(page.object_list)),
        "is_filtered": not form.is_valid() or any(form.cleaned_data.values()),
        "may_manage_offices": may(request.user, Action.MANAGE_OFFICES),
    }
    return render(request, "alerts/duties.html", context, status=200 if form.is_valid() else 400)


def _chosen(rows: QuerySet[Duty], form: DutyFilter) -> QuerySet[Duty]:
    if not form.is_valid():
        return rows.none()
    asked = form.cleaned_data
    if asked["state"] in {"", "overdue"}:
        rows = rows.filter(closed_at=None)
    if asked["state"] == "closed":
        rows = rows.filter(closed_at__isnull=False)
    if asked["state"] == "overdue":
        rows = rows.filter(_overdue(clock.now()))
    if asked["office"]:
        rows = rows.filter(office=int(asked["office"]))
    if asked["country"]:
        rows = rows.filter(alert__country__iso3=asked["country"])
    return rows.filter(alert__level=Level[asked["level"].upper()]) if asked["level"] else rows


def _overdue(at: dt.datetime) -> Q:
    """Those of each level that were opened before its hours began."""
    found = Q()
    for level, hours in settings.ANSWER_HOURS.items():
        found |= Q(alert__level=level, opened_at__lt=at - dt.timedelta(hours=hours))
    return found


def _with_all(rows: QuerySet[Duty]) -> QuerySet[Duty]:
    steps = DutyStep.objects.select_related("person", "delivery").defer("delivery__message").order_by("at", "pk")
    rows = rows.select_related("alert__country", "office").prefetch_related(Prefetch("steps", steps, to_attr="done"))
    return rows.order_by("closed_at", "due_at", "pk")  # open ones first: PostgreSQL puts what is missing last


def _lines(found: list[Duty]) -> list[DutyLine]:
    """With the answers of their offices, in one query."""
    wanted = Q(pk__in=[])
    for duty in found:
        wanted |= Q(alert=duty.alert_id, office=duty.office_id)
    rows = Acknowledgement.objects.filter(wanted).select_related("person", "passed_to_office", "passed_to_person")
    given: dict[tuple[int, int | None], list[Acknowledgement]] = {}
    for row in rows.order_by("at", "pk"):
        given.setdefault((row.alert_id, row.office_id), []).append(row)
    return [_line(duty, given.get((duty.alert_id, duty.office_id), [])) for duty in found]


def _line(duty: Duty, answers: list[Acknowledgement]) -> DutyLine:
    by = asking.answer_by(duty)
    entries = [_step(step) for step in vars(duty)["done"]] + [_answer(row) for row in answers]
    if duty.closed_at is not None:
        entries.append(Entry(duty.closed_at, f"settled: {duty.get_closing_display()}"))
    entries.sort(key=lambda one: one.at)
    is_overdue = duty.closed_at is None and by < clock.now()
    return DutyLine(duty, Level(duty.alert.level), by, is_overdue, entries)


def _step(step: DutyStep) -> Entry:
    words = step.get_kind_display()
    if step.kind == DutyStep.Kind.ASKED and step.delivery is not None and step.delivery.state in Delivery.FAILED:
        words = gettext("the alert did not arrive, so somebody else is asked")
    words = f"{step.person.name}: {words}" if step.person else words
    if step.delivery is not None:
        words = f"{words} ({step.delivery.get_state_display()})"
    return Entry(step.at, words, delivery=step.delivery_id)


def _answer(row: Acknowledgement) -> Entry:
    to = row.passed_to_office.name if row.passed_to_office else ""
    to = row.passed_to_person.name if row.passed_to_person else to
    words = f"{row.person.name}: {row.get_kind_display()}{f', passed on to {to}' if to else ''}"
    return Entry(row.at, words, note=row.note)


@never_cache
@require_safe
@login_required
def duty(request: HttpRequest, duty_id: int) -> HttpResponse:
    """One duty and its timeline; staff record here what an office said by telephone."""
    return _show(request, duty_id)


def _show(request: HttpRequest, duty_id: int, typed: AnswerForm | None = None, *, status: int = 200) -> HttpResponse:
    rows = _with_all(Duty.objects.filter(office__in=in_reach(request).values("pk")))
    found = get_object_or_404(rows, pk=duty_id)
    is_staff = may(request.user, Action.MANAGE_OFFICES)
    context: dict[str, Any] = {"line": _lines([found])[0], "may_manage_offices": is_staff}
    if is_staff and asking.is_asking(found.alert):
        forms = {kind: AnswerForm(kind.value, offices=[], by_telephone=True) for kind in Kind}
        if typed is not None:
            forms[typed.kind] = typed
        context |= {"typed": typed, "by_telephone": [(kind.label, form) for kind, form in forms.items()]}
    return render(request, "alerts/duty.html", context, status=status)


@require_POST
@requires(Action.MANAGE_OFFICES)
def duty_record(request: HttpRequest, duty_id: int) -> HttpResponse:
    """An answer that came by telephone."""
    kind = request.POST.get("kind", "")
    form = AnswerForm(
        kind if kind in Kind.values else Kind.SEEN.value, request.POST, offices=[], by_telephone=True
    )  # fmt: skip
    if form.is_valid():
        try:
            answering.record(duty_id=duty_id, said=form.said(), by=person(request), at=clock.now())
        except AnswerError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("Recorded, as received by telephone."))
            return redirect("duty", duty_id)
    return _show(request, duty_id, form, status=400)
