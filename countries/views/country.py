"""A country's page: eleven blocks in product.md's order, the same for every country, assessed or not.

What stands on it is kept in parts (countries.views.fragments) under everything that it rests on, which two queries find
out: a reader who comes after another costs no reading of evidence or of alerts, however much there is.
"""

import dataclasses
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from alerts.ledger.marker import marked_ledger
from alerts.raising.wording import leading
from alerts.situations.can_be_done import can_be_done
from alerts.views.ledger import ledger
from alerts.views.marks import marks_of
from countries.models import Country
from countries.views.beside import beside
from countries.views.explained import country_asked
from countries.views.fragments import fragment, kept
from countries.views.listed import PROPOSED, choice_of, listed
from countries.views.told import told
from indicators.profile import Marker, profile_of, read
from indicators.views.asked import moment_of
from people.permissions import Action, clearance_of, may
from r2p_dashboard.clock import AsOf, AsOfError, now


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """The rendered parts (safe text) that rest on evidence, and the figures of the list of contents."""

    assessed: bool
    top: str  # blocks 1 to 3
    factors: str  # block 5
    history: str  # block 6
    alerts: str  # block 8
    unscored: str  # of block 10
    groups: str  # of block 9
    method: str  # block 11
    leading: tuple[int, ...]  # the factors that add to the index, the weightiest first
    factors_assessed: int
    passages: int
    warnings: int  # entries of the ledger shown, its latest


@require_safe
def country_page(request: HttpRequest, iso3: str) -> HttpResponse:
    """Everything about one country; the query chooses from its evidence list (countries.views.listed)."""
    moment = moment_of(request)
    country, marker = country_asked(iso3)
    if iso3 != country.iso3:
        return redirect(country.get_absolute_url() + moment.query, permanent=True)
    marker = marker.of(is_current=moment.is_current)
    content = (marker, marked_ledger(country.pk), moment, reader_of(request), _may(request))
    parts = kept("country", lambda: _parts(request, country, moment), content=content)
    context = {
        "as_of": moment,
        "country": country,
        "parts": parts,
        "evidence": _evidence(request, country, moment, marker),
        "beside": beside(request, country, moment, content=content),
        "options": can_be_done(parts.leading, country_id=country.pk, situation_id=None, day=moment.day),
    }
    return render(request, "countries/country.html", context)


def reader_of(request: HttpRequest) -> tuple[object, ...]:
    """What of a reader the kept parts depend on, and the day it is."""
    return (clearance_of(request.user), request.user.is_authenticated, now().date())


def _may(request: HttpRequest) -> tuple[bool, ...]:
    """What the reader may do that the block of alerts offers or names."""
    return tuple(may(request.user, action) for action in (Action.KEEP_LEDGER, Action.RELEASE_ALERT))


def _evidence(request: HttpRequest, country: Country, moment: AsOf, marker: Marker) -> SafeString:
    codes = may(request.user, Action.ENTER_EVIDENCE)
    try:
        choice = choice_of(request.GET, may_see_proposed=codes)
    except AsOfError as error:
        raise BadRequest(str(error)) from error

    def context() -> dict[str, object]:
        rows = listed(country, choice, moment, request.user)
        return {"as_of": moment, "country": country, "choice": choice, "listed": rows, "offers_proposed": codes}

    if choice.state == PROPOSED:  # the marker knows nothing of what nobody has decided
        return render_to_string("countries/_evidence.html", context(), request=request)
    content = (marker, moment, reader_of(request), codes, choice)
    return fragment("countries/_evidence.html", context, content=content, request=request)


def _parts(request: HttpRequest, country: Country, moment: AsOf) -> Parts:
    asked: dict[str, Any] = {"day": moment.day, "known_on": moment.known_on, "is_current": moment.is_current}
    reading = read(country, **asked, user=request.user)
    profile = profile_of(reading, country, **asked)
    context = {"as_of": moment, "country": country, "profile": profile}
    context["ledger"] = found = ledger(country, known_on=moment.known_on, user=request.user)
    context |= told(profile, reading, moment, marks_of(country, day=moment.day, known_on=moment.known_on))

    def rendered(name: str) -> SafeString:
        return render_to_string(f"countries/{name}.html", context, request=request)

    return Parts(
        assessed=profile.assessed,
        top=rendered("_top"),
        factors=rendered("_factors"),
        history=rendered("_history"),
        alerts=rendered("_alerts"),
        unscored=rendered("_unscored"),
        groups=rendered("_groups"),
        method=rendered("_method"),
        leading=tuple(leading(profile)) if profile.assessed else (),
        factors_assessed=sum(factor.assessed for factor in profile.factors),
        passages=profile.passages_count,
        warnings=len(found.entries),
    )
