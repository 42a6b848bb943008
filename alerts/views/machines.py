"""What machines read: Atom feeds, alerts as CAP, calendars; and the page that tells people where all of it is."""

import datetime as dt
import hashlib
from collections.abc import Iterable

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from alerts import links
from alerts.channels import atom, calendar, cap
from alerts.models import Alert, AlertQuerySet, Lever
from alerts.views.subscriptions import private
from countries.models import Country
from people.models import User
from people.permissions import clearance_of
from r2p_dashboard import clock


def answered(request: HttpRequest, body: bytes, *, media_type: str, changed: dt.datetime) -> HttpResponseBase:
    """The body, or 304 where the reader has it already, which its ETag alone says: what is hidden moves no day."""
    response = HttpResponse(body, content_type=media_type)
    response.headers["Cache-Control"] = "no-cache"  # kept, but never shown without asking: evidence may be withdrawn
    etag = quote_etag(hashlib.sha256(body).hexdigest())
    response.headers["ETag"], response.headers["Last-Modified"] = etag, http_date(changed.timestamp())
    answer = get_conditional_response(request, etag, None, response)
    return answer if answer is not None else response


@require_safe
def alert_feed(request: HttpRequest) -> HttpResponseBase:
    """The alerts of all countries."""
    return _feed(request, atom.public_alerts(), "alerts", "alerts", reverse("alerts"))


@require_safe
def alert_feed_country(request: HttpRequest, iso3: str) -> HttpResponseBase:
    """Those of one country."""
    country = get_object_or_404(Country, iso3=iso3.upper())
    rows, page = atom.public_alerts().filter(country=country), f"{reverse('alerts')}?country={country.iso3}"
    return _feed(request, rows, f"alerts-{country.iso3}", f"alerts, {country.name_en}", page)


@require_safe
def alert_feed_region(request: HttpRequest, code: int) -> HttpResponseBase:
    """Those of a region or sub-region, by its UN M49 code."""
    inside = Country.objects.filter(Q(region_code=code) | Q(subregion_code=code))
    found = inside.values_list("region_code", "region", "subregion").first()
    if found is None:
        raise Http404(
            gettext("found no region or sub-region %(code)s; wanted a UN M49 code such as 202") % {"code": code}
        )
    name = found[1] if found[0] == code else found[2]
    rows = atom.public_alerts().filter(Q(country__region_code=code) | Q(country__subregion_code=code))
    return _feed(request, rows, f"alerts-region-{code}", f"alerts, {name}", reverse("alerts"))


def _feed(request: HttpRequest, rows: AlertQuerySet, name: str, title: str, page: str) -> HttpResponseBase:
    about = atom.About(name, title, request.path, page, _number(request))
    feed = atom.feed_of(rows, about)
    body = feed.writeString("utf-8").encode()
    return answered(request, body, media_type=atom.MEDIA_TYPE, changed=feed.latest_post_date())


def _number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 5 and 1 <= int(asked) <= atom.PAGES_MAX):
        raise Http404(gettext("page: found no number from 1 to %(PAGES_MAX)s") % {"PAGES_MAX": atom.PAGES_MAX})
    return int(asked)


@require_safe
def alert_cap(request: HttpRequest, alert_id: int) -> HttpResponseBase:
    """The latest CAP message about a released alert: 404 for what was not released, or is not for this reader."""
    seen = Alert.objects.visible_to(request.user).filter(sensitivity__lte=clearance_of(request.user))
    rows = seen.filter(state=Alert.State.RELEASED).select_related(*cap.RELATED)
    body, changed = cap.message_of(get_object_or_404(rows, pk=alert_id))
    return answered(request, body, media_type=cap.MEDIA_TYPE, changed=changed)


# --- calendars -------------------------------------------------------------------------------------------------
@require_safe
def levers(request: HttpRequest) -> HttpResponseBase:
    """Every lever that lies ahead."""
    return _calendar(request, "levers", calendar.levers(day=clock.installation_day()))


@require_safe
def levers_of_country(request: HttpRequest, iso3: str) -> HttpResponseBase:
    """Those of one country, and of the situations that it is in."""
    country = get_object_or_404(Country, iso3=iso3.upper())
    rows = calendar.levers_of(country, day=clock.installation_day())
    return _calendar(request, f"levers, {country.name_en}", rows)


@private(referrer="no-referrer")
@require_safe
def my_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """A person's own deadlines, and the levers of what they follow: for who has the link."""
    person = links.person_of_calendar(token)
    if person is None:
        raise Http404(gettext("found a link that opens no calendar; wanted one from the page of feeds and calendars"))
    day = clock.installation_day()
    rows = calendar.levers_for(person, day=day)
    body, _ = calendar.calendar_of("deadlines and levers", rows, calendar.duties_of(person, day=day))
    return HttpResponse(body, content_type=calendar.MEDIA_TYPE)


def _calendar(request: HttpRequest, name: str, rows: Iterable[Lever]) -> HttpResponseBase:
    body, changed = calendar.calendar_of(name, rows)
    return answered(request, body, media_type=calendar.MEDIA_TYPE, changed=changed)


@require_safe
def follow(request: HttpRequest) -> HttpResponse:
    """Where everything for machines is: by region, by sub-region and by country."""
    rows = Country.objects.order_by("region", "subregion", "name_sort")
    person = request.user
    mine = links.calendar_token(person) if isinstance(person, User) else ""
    response = render(request, "alerts/follow.html", {"countries": list(rows), "my_token": mine})
    if mine:
        add_never_cache_headers(response)
    return response
