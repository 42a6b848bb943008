"""The mail of an alert before others get it: as a mail program shows it, who would get it, and a test to oneself."""

from __future__ import annotations

import dataclasses

from csp.constants import SELF
from csp.decorators import csp, csp_update
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from alerts.mailserver.posting import Answer, Result
from alerts.messages import MessageError, describe, preview_mail, region_names
from alerts.models import Alert, MailSettings, Subscription
from alerts.outbox import trying
from alerts.outbox.trying import TryingError
from alerts.subscriptions.matching import recipients_of
from alerts.views.outbox import MAIL_POLICY
from alerts.views.stored_mail import ShownMail, shown_message
from indicators.views.review import person
from people.access import requires
from people.permissions import Action
from r2p_dashboard import clock

NAMED = 20  # of those who would get it; the others are counted
Language = MailSettings.Language
WIDTHS = {"wide": gettext_lazy("as on a desktop"), "phone": gettext_lazy("as on a phone")}


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """One of several views of the same mail."""

    label: str
    href: str
    is_chosen: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who would get it, and why."""

    rule: Subscription
    why: str


@never_cache
@require_safe
@requires(Action.RELEASE_ALERT)
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # it names views without arguments only
def alert_mail(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The mail as its reader will get it."""
    alert, language, width = _alert(alert_id), _language(request.GET), _width(request.GET)
    mail, trouble = _mail(request, alert, language)
    chosen = {"language": language, "width": width}
    context = {
        "alert": alert,
        "mail": mail,
        "trouble": trouble,
        "language": language,
        "width": width,
        "frame": f"{reverse('alert_mail_html', args=[alert.pk])}?language={language}",
        "languages": _choices(request, chosen, "language", {code: str(name) for code, name in Language.choices}),
        "widths": _choices(request, chosen, "width", {key: str(word) for key, word in WIDTHS.items()}),
        **_recipients(alert),
    }
    return render(request, "alerts/mail_preview.html", context)


@never_cache
@require_safe
@requires(Action.RELEASE_ALERT)
@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[arg-type]  # the same
def alert_mail_html(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The HTML part alone, for the frame of the preview."""
    mail, trouble = _mail(request, _alert(alert_id), _language(request.GET))
    if mail is None:
        raise Http404(_("mail: %(trouble)s") % {"trouble": trouble})
    return HttpResponse(mail.page, headers={"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"})


@require_POST
@requires(Action.RELEASE_ALERT)
def alert_mail_test(request: HttpRequest, alert_id: int) -> HttpResponse:
    """Sends it to the person who asks, and to nobody else."""
    alert, language = _alert(alert_id), _language(request.POST)
    try:
        answer = trying.try_out(alert_id=alert.pk, by=person(request), language=language, at=clock.now())
    except TryingError as error:
        messages.error(request, _("No test was sent: %(error)s.") % {"error": error})
    else:
        _tell(request, answer)
    return redirect(f"{reverse('alert_mail', args=[alert.pk])}?language={language}&width={_width(request.POST)}")


def _tell(request: HttpRequest, answer: Answer) -> None:
    if answer.result is Result.SENT:
        messages.success(request, _("A test is on its way to your own address; nobody else was written to."))
    else:
        said = (
            (gettext("the mail server answered %(code)s") % {"code": answer.code})
            if answer.code
            else (gettext("no answer at %(step)s") % {"step": answer.step})
        )
        messages.error(
            request,
            _("The test did not go: %(said)s. Try again, or look at the outbox for other mails.") % {"said": said},
        )


def _alert(alert_id: int) -> Alert:
    rows = Alert.objects.select_related("country", "situation", "snapshot__method")
    return get_object_or_404(rows, pk=alert_id)


def _language(query: QueryDict) -> str:
    asked = query.get("language", "")
    return asked if asked in Language.values else Language.ENGLISH.value


def _width(query: QueryDict) -> str:
    return "phone" if query.get("width") == "phone" else "wide"


def _mail(request: HttpRequest, alert: Alert, language: str) -> tuple[ShownMail | None, str]:
    """The mail, or why there is none to show."""
    delivery = trying.as_it_would_go(alert, person(request), at=clock.now())
    try:
        return shown_message(preview_mail(delivery, language=language), is_preview=True), ""
    except MessageError as error:
        return None, str(error)


def _choices(request: HttpRequest, chosen: dict[str, str], name: str, words: dict[str, str]) -> list[Choice]:
    made = []
    for value, label in words.items():
        query = QueryDict(mutable=True)
        query.update(chosen | {name: value})
        made.append(Choice(str(label), f"{request.path}?{query.urlencode()}", chosen[name] == value))
    return made


def _recipients(alert: Alert) -> dict[str, object]:
    rules = recipients_of(alert)
    named, regions = rules[:NAMED], region_names()
    prefetch_related_objects(named, "countries")
    return {
        "recipients": [Recipient(rule, describe(rule, regions=regions)) for rule in named],
        "recipients_count": len(rules),
        "recipients_left": max(0, len(rules) - NAMED),
    }
