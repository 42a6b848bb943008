"""A country on two sheets of paper: for an official who has no screen at hand, with every source named."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from alerts.raising.wording import leading
from alerts.situations.can_be_done import can_be_done
from countries.brief_chart import history_drawing
from countries.models import Country
from countries.views.country import reader_of
from countries.views.explained import country_asked
from countries.views.fragments import kept
from countries.views.told import cuts_of, told
from indicators.models import Evidence, History
from indicators.profile import CountryProfile, profile_of, read
from indicators.views.asked import moment_of
from r2p_dashboard.clock import AsOf, now
from reports.models import Report

CITED_MAX = 8  # documents; the country page has them all
LEVERS_MAX = 3
MEASURES_MAX = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Cited:
    """A document with the number under which the brief cites it."""

    number: int
    report: Report


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """The rendered parts (safe text) that rest on evidence, and the factors that add to the index, weightiest first."""

    first: str
    second: str
    foot: str
    leading: tuple[int, ...]


@require_safe
def brief_page(request: HttpRequest, iso3: str) -> HttpResponse:
    """Blocks 1 to 6 of the country page in short, for this moment and this reader."""
    moment = moment_of(request)
    country, marker = country_asked(iso3)
    if iso3 != country.iso3:
        return redirect("country_brief", country.iso3, permanent=True)
    content = (marker.of(is_current=moment.is_current), moment, reader_of(request))
    parts = kept("brief", lambda: _parts(request, country, moment), content=content)
    options = can_be_done(parts.leading, country_id=country.pk, situation_id=None, day=moment.day)
    context = {
        "parts": parts,
        "as_of": moment,
        "country": country,
        "levers": options.levers[:LEVERS_MAX],
        "measures": options.measures[:MEASURES_MAX],
        "printed_at": now(),
        "address": request.build_absolute_uri(country.get_absolute_url() + moment.query),
    }
    return render(request, "countries/brief.html", context)


def _parts(request: HttpRequest, country: Country, moment: AsOf) -> Parts:
    said = _said(request, country, moment) | {"as_of": moment, "country": country}
    first, second, foot = (
        render_to_string(f"countries/_brief_{name}.html", said, request=request) for name in ("first", "second", "foot")
    )
    return Parts(first, second, foot, leading=said["leading"])


def _said(request: HttpRequest, country: Country, moment: AsOf) -> dict[str, Any]:
    asked: dict[str, Any] = {"day": moment.day, "known_on": moment.known_on, "is_current": moment.is_current}
    reading = read(country, **asked, user=request.user)
    profile = profile_of(reading, country, **asked)
    found = told(profile, reading, moment, ())
    rows = [reason.evidence for reason in (*profile.reasons_up, *profile.reasons_down) if reason.evidence]
    rows += [found["mitigating"]] if isinstance(found["mitigating"], Evidence) else []
    cited = _cited(rows, profile)
    return found | {
        "profile": profile,
        "leading": tuple(leading(profile)) if profile.assessed else (),
        "drawing": _drawing(profile),
        "cited": cited,
        "numbers": {one.report.pk: one.number for one in cited},
    }


def _cited(rows: Sequence[Evidence], profile: CountryProfile) -> list[Cited]:
    """The documents of the reasons first, then the newest of the others."""
    reports: dict[int, Report] = {}
    newest: Iterable[Evidence] = sorted(profile.evidence, key=lambda row: row.known_at, reverse=True)
    for row in (*rows, *newest):
        reports.setdefault(row.passage.report_id, row.passage.report)
    return [Cited(number, report) for number, report in enumerate(list(reports.values())[:CITED_MAX], start=1)]


def _drawing(profile: CountryProfile) -> str:
    line = next((line for line in profile.history if line.key == History.Line.HINDSIGHT), None)
    if line is None or not profile.assessed:
        return ""
    values = [value if share > 0 else None for value, share in zip(line.overall, line.coverage, strict=True)]
    return history_drawing(line.days, values, line.band, cuts_of(profile.method))
