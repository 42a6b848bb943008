"""How a person is written to: the page behind the signed link of a mail, and the same for who signs in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from alerts import links
from alerts.models import MailSettings
from alerts.subscriptions import hours, pausing
from alerts.subscriptions.hours_forms import HoursForm, PauseForm, hours_shown
from alerts.views.subscriptions import broken, private
from people.models import User
from r2p_dashboard import clock


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mail_settings(request: HttpRequest) -> HttpResponse:
    """One's own, signed in."""
    assert isinstance(request.user, User)  # login_required let nobody else in
    return _page(request, request.user, here=reverse("mail_settings"))


@csrf_exempt  # `_by_link` is protected: the path must be replaced before a refusal can log it
@private(referrer="strict-origin")
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, token: str) -> HttpResponse:
    """One's own without signing in; looking changes nothing."""
    answer: HttpResponse = _by_link(request, token)
    return answer


@csrf_protect
def _by_link(request: HttpRequest, token: str) -> HttpResponse:
    person = links.person_of_pause(token)
    if person is None:
        return broken(request)
    return _page(request, person, here=reverse("pause", args=[token]))


def _page(request: HttpRequest, person: User, *, here: str) -> HttpResponse:
    settings = MailSettings.objects.filter(person=person).first() or MailSettings(person=person)
    if request.method != "POST":
        return _shown(request, settings, HoursForm(initial=hours_shown(settings)), PauseForm(), here=here)
    action, length, form = request.POST.get("action"), PauseForm(), HoursForm(initial=hours_shown(settings))
    if action == "resume":
        pausing.resume(person=person, at=clock.now())
        messages.success(request, _("Mails come again. What was held back and is still in time goes now."))
        return redirect(here)
    if action == "pause":
        length = PauseForm(request.POST)
        if length.is_valid():
            pausing.pause(person=person, days=int(length.cleaned_data["days"]), at=clock.now())
            messages.success(request, _("Paused. No mail goes out to you until then."))
            return redirect(here)
    else:
        form = HoursForm(request.POST)
        if _saved(form, person):
            messages.success(request, _("Saved."))
            return redirect(here)
    return _shown(request, settings, form, length, here=here, status=400)


def _saved(form: HoursForm, person: User) -> bool:
    """Whether it was saved; else the reason stands on the form."""
    if not form.is_valid():
        return False
    try:
        pausing.set_hours(person=person, at=clock.now(), **form.wanted())
    except pausing.SettingsError as error:
        said = str(error)
        form.add_error(None, f"{said[:1].upper()}{said[1:]}.")
        return False
    return True


def _shown(
    request: HttpRequest, settings: MailSettings, form: HoursForm, length: PauseForm, *, here: str, status: int = 200
) -> HttpResponse:
    paused = settings.paused_until
    is_paused = paused is not None and paused > clock.now()
    context = {
        "here": here,
        "form": form,
        "pause": length,
        "paused_until": hours.wall(paused, settings.time_zone) if paused is not None and is_paused else None,
        "zone": settings.time_zone,
    }
    return render(request, "alerts/mail_settings.html", context, status=status)
