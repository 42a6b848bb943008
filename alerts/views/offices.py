"""Offices of focal points: the list, one office, and what is changed in it."""

import dataclasses
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alerts.answers import offices as keeping
from alerts.answers.office_forms import LANGUAGES, AbsenceForm, DescribeOfficeForm, OfficeFilter, OfficeForm, PersonForm
from alerts.answers.offices import OfficeError, Place
from alerts.models import Absence, Duty, Office
from alerts.views.changed import changes_of
from indicators.fields import Choice
from indicators.views.review import person
from people.access import requires
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock

PAGE_SIZE = 50
FORMER = 50  # lines of an office's history


@dataclasses.dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in the order, and the days on which they are away."""

    place: Place
    absences: list[Absence]
    is_first: bool
    is_last: bool
    is_own: bool


@never_cache
@require_safe
@login_required
def offices(request: HttpRequest) -> HttpResponse:
    """Every office for those who manage them, one's own for who belongs to one."""
    form = OfficeFilter(request.GET)
    rows = _chosen(request, form)
    counted = rows.annotate(
        people=Count("members", filter=Q(members__until=None), distinct=True),
        owed=Count("duties", filter=Q(duties__closed_at=None), distinct=True),
    ).select_related("country")
    page = Paginator(counted.order_by("name", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "is_filtered": not form.is_valid() or any(form.cleaned_data.values()),
        "may_manage_offices": may(request.user, Action.MANAGE_OFFICES),
    }
    return render(request, "alerts/offices.html", context, status=200 if form.is_valid() else 400)


def _chosen(request: HttpRequest, form: OfficeFilter) -> QuerySet[Office]:
    if not form.is_valid():
        return Office.objects.none()
    asked, rows = form.cleaned_data, in_reach(request)
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    return rows if asked["state"] == "all" else rows.filter(ended_at__isnull=asked["state"] != "ended")


def in_reach(request: HttpRequest) -> QuerySet[Office]:
    """Those that the person may look into: another office's people are as good as none."""
    if may(request.user, Action.MANAGE_OFFICES):
        return Office.objects.all()
    return Office.objects.filter(pk__in=keeping.offices_of(person(request)).values("pk"))


@never_cache
@require_safe
@login_required
def office(request: HttpRequest, office_id: int) -> HttpResponse:
    """Its people in the order in which they are asked, who is away, and who was there before."""
    return _show(request, get_object_or_404(in_reach(request).select_related("country"), pk=office_id))


def _show(request: HttpRequest, found: Office, away: AbsenceForm | None = None, *, status: int = 200) -> HttpResponse:
    lines = _lines(request, found)
    people = _may_say_absent(request, lines)
    names = dict(LANGUAGES)
    context: dict[str, Any] = {
        "office": found,
        "lines": lines,
        "languages": [names.get(code, code) for code in found.languages],
        "former": keeping.history(found)[:FORMER],
        "owed": Duty.objects.filter(office=found, closed_at=None).count(),
        "log": changes_of(found, shows_names=may(request.user, Action.MANAGE_OFFICES)),
        "may_manage_offices": may(request.user, Action.MANAGE_OFFICES),
        "away": away or (AbsenceForm(people=people, day=clock.now().date()) if people else None),
    }
    return render(request, "alerts/office.html", context, status=status)


def _lines(request: HttpRequest, found: Office) -> list[PersonLine]:
    at = clock.now()
    order = keeping.places([found.pk], at=at)[found.pk]
    days = list(keeping.absences([place.person.pk for place in order], day=at.date()))
    return [
        PersonLine(
            place,
            [one for one in days if one.person_id == place.person.pk],
            is_first=number == 0,
            is_last=number == len(order) - 1,
            is_own=place.person.pk == request.user.pk,
        )
        for number, place in enumerate(order)
    ]


def _may_say_absent(request: HttpRequest, lines: list[PersonLine]) -> list[Choice]:
    is_staff = may(request.user, Action.MANAGE_OFFICES)
    return [(str(one.place.person.pk), one.place.person.name) for one in lines if is_staff or one.is_own]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.MANAGE_OFFICES)
def office_new(request: HttpRequest) -> HttpResponse:
    """Makes one, of nobody yet."""
    form = OfficeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = keeping.open_office(
                name=asked["name"], kind=asked["kind"], country=form.chosen(), languages=asked["languages"],
                by=person(request), at=clock.now(),
            )  # fmt: skip
        except OfficeError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("Made. Put people in it below, who is asked first first."))
            return redirect("office_edit", made.pk)
    return render(request, "alerts/office_new.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.MANAGE_OFFICES)
def office_edit(request: HttpRequest, office_id: int) -> HttpResponse:
    """Every change of one office, each a form of its own."""
    found = get_object_or_404(Office.objects.select_related("country"), pk=office_id)
    if request.method != "POST":
        return _edit_page(request, found)
    action = request.POST.get("action", "")
    if (change := _CHANGES.get(action)) is None:
        messages.error(request, _("Found no change that this page makes; wanted one of its buttons."))
        return _edit_page(request, found, status=400)
    form = _form(action, found, request.POST)
    if form.is_valid():
        try:
            change(request, found, form)
        except OfficeError as error:
            form.add_error(None, sentence(error))
        else:
            return redirect("office" if action == "end" else "office_edit", found.pk)
    return _edit_page(request, found, {action: form}, status=400)


def _edit_page(
    request: HttpRequest, found: Office, typed: dict[str, forms.Form] | None = None, *, status: int = 200
) -> HttpResponse:
    typed = typed or {}
    context: dict[str, Any] = {"office": found, "typed": typed, "lines": _lines(request, found)}
    if found.ended_at is None:
        context |= {name: typed.get(name) or _form(name, found) for name in ("describe", "put", "end")}
    return render(request, "alerts/office_edit.html", context, status=status)


def _form(action: str, found: Office, data: Any = None) -> forms.Form:
    options: dict[str, Any] = {"auto_id": f"{action}-%s"}
    if action == "describe":
        return DescribeOfficeForm(data, initial={"name": found.name, "languages": found.languages}, **options)
    if action == "put":
        return PersonForm(data, office=found, **options)
    return forms.Form(data if data is not None else None, **options)


def _describe(request: HttpRequest, found: Office, form: forms.Form) -> None:
    asked = form.cleaned_data
    keeping.describe(
        office_id=found.pk, name=asked["name"], languages=asked["languages"], by=person(request), at=clock.now()
    )
    messages.success(request, _("Saved."))


def _put(request: HttpRequest, found: Office, form: forms.Form) -> None:
    who = User.objects.get(pk=int(form.cleaned_data["person"]))
    keeping.put_person(office_id=found.pk, person=who, by=person(request), at=clock.now())
    messages.success(
        request, _("%(name)s is asked after the others. To undo this, take them out again.") % {"name": who.name}
    )


def _take(request: HttpRequest, found: Office, form: forms.Form) -> None:
    keeping.take_person(office_id=found.pk, person_id=_number(request), by=person(request), at=clock.now())
    messages.success(request, _("Taken out. They are asked no more; what they answered stays."))


def _move(request: HttpRequest, found: Office, form: forms.Form) -> None:
    is_up = request.POST["action"] == "up"
    keeping.move_person(
        office_id=found.pk, person_id=_number(request), is_up=is_up, by=person(request), at=clock.now()
    )  # fmt: skip
    messages.success(request, _("Moved."))


def _number(request: HttpRequest) -> int:
    said = request.POST.get("person", "")
    if not (said.isascii() and said.isdigit() and len(said) < 18):
        raise OfficeError("person: found no number; wanted one of the office's people")
    return int(said)


def _end(request: HttpRequest, found: Office, form: forms.Form) -> None:
    keeping.end_office(office_id=found.pk, by=person(request), at=clock.now())
    messages.success(request, _("Ended. Nobody of it is asked any more; its record stays."))


_CHANGES: dict[str, Callable[[HttpRequest, Office, forms.Form], None]] = {
    "describe": _describe,
    "put": _put,
    "take": _take,
    "up": _move,
    "down": _move,
    "end": _end,
}


# --- being away ------------------------------------------------------------------------------------------------
@require_POST
@login_required
def office_absence(request: HttpRequest, office_id: int) -> HttpResponse:
    """Days on which one is passed over: said by the person, or by who manages offices."""
    found = get_object_or_404(in_reach(request).filter(ended_at=None).select_related("country"), pk=office_id)
    people = _may_say_absent(request, _lines(request, found))
    if not people:
        raise PermissionDenied(_("your role may not say who of this office is away"))
    form = AbsenceForm(request.POST, people=people, day=clock.now().date())
    if form.is_valid():
        asked = form.cleaned_data
        who = User.objects.get(pk=int(asked["person"]))
        try:
            keeping.say_absence(
                person=who, first_day=asked["first_day"], last_day=asked["last_day"], by=person(request), at=clock.now()
            )
        except OfficeError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(
                request,
                _("Noted: %(name)s is passed over on these days. To undo this, cancel it below.") % {"name": who.name},
            )
            return redirect("office", found.pk)
    return _show(request, found, form, status=400)


@require_POST
@login_required
def absence_cancel(request: HttpRequest, office_id: int, absence_id: int) -> HttpResponse:
    """The absence counts no more."""
    found = get_object_or_404(in_reach(request), pk=office_id)
    own = get_object_or_404(Absence, pk=absence_id, person__offices__office=found, person__offices__until=None)
    try:
        keeping.cancel_absence(absence_id=own.pk, by=person(request), at=clock.now())
    except OfficeError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("Cancelled: they are asked again as before."))
    return redirect("office", found.pk)


def sentence(error: ValueError) -> str:
    """A refusal as a page says it."""
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."
