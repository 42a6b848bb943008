"""Answers to an alert: by the signed link of a mail, by who is signed in, and what its page says of them."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from alerts import family, links
from alerts.answers import answering, offices, responding
from alerts.answers.answer_forms import AnswerForm, Kind, others_for
from alerts.answers.answering import AnswerError
from alerts.answers.asking import is_asking
from alerts.ledger.ledger import line_of
from alerts.links import ExpiredLinkError
from alerts.messages import sender
from alerts.models import Acknowledgement, Alert, Delivery, Duty, Office, Response, ResponseStep
from alerts.views.ledger import alert_line
from alerts.views.offices import sentence
from alerts.views.subscriptions import private
from people.models import User
from people.permissions import Action, Sensitivity, may
from r2p_dashboard import clock

Typed = dict[str, AnswerForm]
SAID = 50  # answers shown
LINK_SHOWS = Sensitivity.INTERNAL  # at most, to whoever has a mail's link
_DONE = {
    Kind.SEEN: gettext_lazy("Noted: seen. Your office is not reminded any more."),
    Kind.DECIDED: gettext_lazy("Noted: a decision was taken."),
    Kind.NOT_FOR_US: gettext_lazy("Noted: not for you."),
    Kind.FALSE_ALARM: gettext_lazy("Noted: held to be a false alarm. Those who release alerts read why."),
}


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer as this reader may see it: role words alone for who is neither staff nor of the office."""

    at: dt.datetime
    kind: str
    whose: str
    who: str = ""
    note: str = ""
    passed_to: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class PassedOn:
    """That somebody passed the alert on to this reader; `office` is empty where it was to them by name."""

    at: dt.datetime
    who: str
    office: str
    note: str


# --- behind signed links -------------------------------------------------------------------------------------
@csrf_exempt  # `_by_link` is protected: the path must be replaced before a refusal can log it
@private(referrer="strict-origin")  # never the path; with "no-referrer" a browser sends its forms as from nowhere
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """One mail's alert in short, and what its reader says to it. Looking changes nothing."""
    page: HttpResponse = _by_link(request, token)
    return page


@csrf_exempt  # as above
@private(referrer="strict-origin")
@require_http_methods(["GET", "HEAD", "POST"])
def answer_false_alarm(request: HttpRequest, token: str) -> HttpResponse:
    """The same with its false alarm open: where a mail's error is reported."""
    page: HttpResponse = _by_link(request, token, chosen=Kind.FALSE_ALARM.value)
    return page


@csrf_protect
def _by_link(request: HttpRequest, token: str, *, chosen: str = "") -> HttpResponse:
    mail = opened(request, token)
    if isinstance(mail, HttpResponse):
        return mail
    if request.method != "POST":
        return _link_page(request, token, mail, chosen=chosen)
    if typed := answered(request, mail.alert, by=mail.person, delivery_id=mail.pk):
        return _link_page(request, token, mail, typed, status=400)
    is_decided = request.POST.get("kind") == Kind.DECIDED and responding.may_record(mail.person)
    return redirect("answer_decision" if is_decided else "answer", token)


def opened(request: HttpRequest, token: str) -> Delivery | HttpResponse:
    """The mail that a link is from, or the page that says why it opens nothing."""
    try:
        mail = links.delivery_of(token)
    except ExpiredLinkError:
        return _broken(request, is_expired=True)
    return mail if mail is not None else _broken(request, is_expired=False)


def _broken(request: HttpRequest, *, is_expired: bool) -> HttpResponse:
    context = {"sender": sender(), "is_expired": is_expired, "days": links.ANSWER_LASTS.days}
    return render(request, "alerts/answer_link_broken.html", context, status=410 if is_expired else 404)


def _link_page(
    request: HttpRequest, token: str, mail: Delivery, typed: Typed | None = None, *, chosen: str = "", status: int = 200
) -> HttpResponse:
    alert = mail.alert
    context = {
        "alert": alert,
        "line": alert_line(alert, day=clock.now().date()),
        "corrected": family.last_correction(alert),
        "reader": mail.person,
        "answer_to": reverse("answer", args=[token]),
        "decision_at": reverse("answer_decision", args=[token]),
        "may_decide": may_decide(mail),
        "decided": [line_of(row) for row in own_responses(mail)],
        "chosen": chosen,
        "passed_on": _passed_on(alert, mail.person, is_asked=mail.purpose == Delivery.Purpose.PASSED_ON),
        **_choices(alert, mail.person, typed or {}),
    }
    return render(request, "alerts/answer.html", context, status=status)


def may_decide(mail: Delivery) -> bool:
    """Whether the ledger asks for a decision: its reader, or their office, said that one was taken."""
    own = offices.offices_of(mail.person)
    said = Acknowledgement.objects.filter(alert=mail.alert, kind=Kind.DECIDED)
    is_said = said.filter(Q(person=mail.person) | Q(office__in=own.values("pk"))).exists()
    return is_said and answering.is_open_to(mail.alert, mail.person) and responding.may_record(mail.person)


def own_responses(mail: Delivery) -> QuerySet[Response]:
    """What the reader of a mail recorded of its alert, as they did, oldest first; not what is more than internal.

    A mail may be forwarded: whoever has its link reads no more than its reader wrote.
    """
    rows = Response.objects.visible_to(mail.person).filter(alert=responding.warned_by(mail.alert))
    steps = Prefetch("steps", ResponseStep.objects.filter(entered_by=mail.person).order_by("on", "pk"))
    rows = rows.filter(entered_by=mail.person, sensitivity__lte=LINK_SHOWS).select_related("measure", "replaced_by")
    return rows.prefetch_related(steps).order_by("pk")


def answered(request: HttpRequest, alert: Alert, *, by: User, delivery_id: int | None) -> Typed:
    """What was typed and why it could not be taken; empty where it was."""
    kind = request.POST.get("kind", "")
    own = list(offices.offices_of(by))
    form = _form(kind if kind in Kind.values else Kind.SEEN.value, alert, by, own, request.POST)
    if kind not in Kind.values:
        form.add_error(None, _("Found no answer that this page offers; wanted one of its buttons."))
    if form.has_error("office"):  # a field that may be out of sight
        form.add_error(
            None, _("Found an office that is not yours any more; wanted one of yours. Look again, then answer.")
        )
    if form.is_valid():
        try:
            kept = answering.answer(
                alert_id=alert.pk, office_id=form.office_id(), said=form.said(), by=by, delivery_id=delivery_id,
                at=clock.now(),
            )  # fmt: skip
        except AnswerError as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, f"{_DONE[form.kind]}{_handed_to(kept)}")
            return {}
    return {form.kind.value: form}


def _handed_to(kept: Acknowledgement) -> str:
    to = kept.passed_to_person or kept.passed_to_office
    return (" " + gettext("It was passed on to %(to)s.") % {"to": to.name}) if to is not None else ""


def _form(kind: str, alert: Alert, by: User, own: Sequence[Office], data: Any = None) -> AnswerForm:
    others = others_for(own, _colleagues(alert, by, own)) if kind == Kind.NOT_FOR_US else []
    return AnswerForm(kind, data, offices=own, others=others)


def _colleagues(alert: Alert, by: User, own: Sequence[Office]) -> list[User]:
    """Who of the person's only office could be asked now."""
    if len(own) != 1:
        return []
    order = offices.places([own[0].pk], at=clock.now())[own[0].pk]
    return [
        one.person for one in order if one.person.pk != by.pk and not one.is_away and one.may_see(alert.sensitivity)
    ]


# --- what pages show -----------------------------------------------------------------------------------------
def _choices(alert: Alert, reader: User, typed: Typed) -> dict[str, Any]:
    """The forms of one reader, what they answered before, and when somebody else did for their office."""
    own = list(offices.offices_of(reader))
    return {
        "own_offices": own,
        "said": _said_by_link(alert, reader, {one.pk for one in own}),
        "refused": typed,
        "may_answer": is_asking(alert),
        "forms": {kind.value: typed.get(kind.value) or _form(kind.value, alert, reader, own) for kind in Kind},
    }


def _said_by_link(alert: Alert, reader: User, own: set[int]) -> list[AnswerLine]:
    """The reader's own answers; of others for their office only when: who and what is for who is signed in."""
    lines = []
    for row in _rows(alert):
        if row.person_id == reader.pk and row.sensitivity <= LINK_SHOWS:
            lines.append(_line(row, is_open=True))
        elif row.office_id in own and row.passed_to_person_id is None:
            lines.append(AnswerLine(row.at, gettext("answered"), whose=gettext("for your office")))
    return lines


def _passed_on(alert: Alert, reader: User, *, is_asked: bool) -> list[PassedOn]:
    """Who passed it on to the reader, and the word to them; to their office where `is_asked`. One query.

    The word is for whom it was passed to, whether they sign in or not.
    """
    to = Q(passed_to_person=reader)
    if is_asked:
        to |= Q(passed_to_office__in=offices.offices_of(reader).values("pk"))
    rows = Acknowledgement.objects.filter(to, alert=alert, sensitivity__lte=LINK_SHOWS)
    rows = rows.select_related("person", "passed_to_office").order_by("at", "pk")
    return [
        PassedOn(row.at, row.person.name, row.passed_to_office.name if row.passed_to_office else "", row.note)
        for row in rows[:SAID]
    ]


def answers_on_page(request: HttpRequest, alert: Alert, typed: Typed) -> dict[str, Any]:
    """What an alert's page says of answers: who and what for staff and the office, when and of what for everybody."""
    if alert.released_at is None:
        return {}
    is_staff = may(request.user, Action.MANAGE_OFFICES)
    reader = request.user if isinstance(request.user, User) else None
    own = list(offices.offices_of(reader)) if reader is not None else []
    numbers = {one.pk for one in own}
    rows = [row for row in _rows(alert) if row.office_id is not None or is_staff]
    opened = [(row, is_staff or row.office_id in numbers) for row in rows]
    lines = [_line(row, is_open=is_open) for row, is_open in opened if is_open or row.passed_to_person_id is None]
    context: dict[str, Any] = {"answers": lines, "may_answer": bool(own) and is_asking(alert)}
    if is_staff or own:
        duties = Duty.objects.filter(alert=alert).select_related("office").order_by("pk")
        context["duties"] = list(duties if is_staff else duties.filter(office__in=numbers))
    if reader is not None and own:
        context["passed_on"] = _passed_on(alert, reader, is_asked=True)
    if reader is not None and context["may_answer"]:
        context["own_offices"], context["answer_to"] = own, reverse("alert_answer", args=[alert.pk])
        context["refused"] = typed
        context["forms"] = {kind.value: typed.get(kind.value) or _form(kind.value, alert, reader, own) for kind in Kind}
    return context


def _rows(alert: Alert) -> list[Acknowledgement]:
    rows = Acknowledgement.objects.filter(alert=alert)
    return list(
        rows.select_related("office", "person", "passed_to_office", "passed_to_person").order_by("at", "pk")[:SAID]
    )


def _line(row: Acknowledgement, *, is_open: bool) -> AnswerLine:
    """Only an office's answer is shown to others, and of it only when it came."""
    if not is_open:
        return AnswerLine(row.at, "answered", whose=role_words(row.office))
    passed = row.passed_to_office.name if row.passed_to_office else ""
    passed = row.passed_to_person.name if row.passed_to_person else passed
    whose = row.office.name if row.office else gettext("for themselves")
    return AnswerLine(row.at, row.get_kind_display(), whose, row.person.name, row.note, passed)


def role_words(office: Office | None) -> str:
    """An office as the public hears of it."""
    if office is None:
        return "a reader"
    if office.is_demonstration:
        return gettext("a made-up office of the demonstration")
    return (
        gettext("the office of a State")
        if office.kind == Office.Kind.STATE
        else gettext("the office of an organisation")
    )
