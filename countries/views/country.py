"""A country's page: from the level down to the passage, in product.md's order.

What stands on it is kept in parts (countries.views.fragments) under everything that it rests on, which one query finds
out: a reader who comes after another costs no reading of evidence, however much there is.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from alerts.raising.wording import leading
from alerts.situations.can_be_done import can_be_done
from alerts.views.ledger import ledger
from alerts.views.marks import marks_of
from countries.charts import OURS, Chart, dated
from countries.models import Country
from countries.views.beside import beside
from countries.views.explained import Scale, cause_scale, country_asked
from countries.views.fragments import fragment, kept
from countries.views.listed import choice_of, listed
from countries.views.pieces import anchors, factor_block, latest
from indicators.charts import Line, history
from indicators.history_marks import Mark, numbered
from indicators.models import Evidence, MethodVersion
from indicators.models.score import Level
from indicators.profile import (
    CountryProfile,
    FactorView,
    Marker,
    Reading,
    Span,
    Ways,
    event_marks,
    moved,
    other_methods,
    profile_of,
    read,
    ways,
)
from indicators.scoring.apportion import apportioned, printed_change, tenths_of
from indicators.scoring.parameters import SHIPPED
from people.permissions import clearance_of
from r2p_dashboard.clock import EARLIEST, AsOf, AsOfError, as_of, installation_day, now

LARGEST = 30  # contributions that the page opens with; the page behind it has every row
DEFAULT_CUTS = (10, 20, 35, 50)  # the shipped parameter set; only for a page without a method


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """The rendered parts (safe text) that rest on evidence; where nothing is assessed only the ways to see the day."""

    assessed: bool
    top: str = ""
    factors: str = ""
    contributions: str = ""
    method: str = ""
    unscored: str = ""
    leading: tuple[int, ...] = ()  # the factors that add to the index, the weightiest first


@dataclasses.dataclass(frozen=True, slots=True)
class FactorPoints:
    """What a factor adds to the index, printed in tenths."""

    view: FactorView
    tenths: int

    @property
    def number(self) -> int:
        return self.view.number

    @property
    def title(self) -> str:
        return self.view.title


@require_safe
def country_page(request: HttpRequest, iso3: str) -> HttpResponse:
    """Everything about one country; `?factor=`, `?indicator=`, `?grade=`, `?page=` choose from its evidence list."""
    try:
        moment = as_of(request)
    except AsOfError as error:
        raise BadRequest(str(error)) from error
    country, marker = country_asked(iso3)
    if iso3 != country.iso3:
        return redirect(country.get_absolute_url() + moment.query, permanent=True)
    marker = marker.of(is_current=moment.is_current)
    content = (marker, moment, _reader(request))
    marks = marks_of(country, day=moment.day, known_on=moment.known_on)
    parts = kept("country-with-marks", lambda: _parts(request, country, moment, marks), content=(*content, marks))
    context = {
        "as_of": moment,
        "country": country,
        "parts": parts,
        "beside": beside(request, country, moment, content=content),
        "ledger": ledger(country, known_on=moment.known_on, user=request.user),
        "options": can_be_done(parts.leading, country_id=country.pk, situation_id=None, day=moment.day),
    }
    if not parts.assessed:
        return render(request, "countries/unassessed.html", context | _days())
    return render(
        request, "countries/country.html", context | {"evidence": _evidence(request, country, moment, marker)}
    )


def _reader(request: HttpRequest) -> tuple[object, ...]:
    """What of a reader the kept parts depend on, and the day to which the date picker reaches."""
    return (clearance_of(request.user), request.user.is_authenticated, *_days().values())


def _days() -> dict[str, object]:
    return {"earliest": EARLIEST, "latest": max(installation_day(), now().date())}


def _evidence(request: HttpRequest, country: Country, moment: AsOf, marker: Marker) -> SafeString:
    choice = choice_of(request.GET)
    return fragment(
        "countries/_evidence.html",
        lambda: {
            "as_of": moment,
            "country": country,
            "choice": choice,
            "listed": listed(country, choice, moment, request.user),
        },
        content=(marker, moment, _reader(request), choice),
        request=request,
    )


def _parts(request: HttpRequest, country: Country, moment: AsOf, marks: tuple[Mark, ...]) -> Parts:
    asked: dict[str, Any] = {"day": moment.day, "known_on": moment.known_on, "is_current": moment.is_current}
    reading = read(country, **asked, user=request.user)
    profile = profile_of(reading, country, **asked)
    context = {"as_of": moment, "country": country, "profile": profile, **_days()}
    context["unscored"] = latest(profile.unscored_series)

    def rendered(name: str) -> SafeString:
        return render_to_string(f"countries/{name}.html", context, request=request)

    unscored = rendered("_unscored")
    context["ways"] = _ways(profile, reading, moment)
    if not profile.assessed:
        return Parts(assessed=False, top=rendered("_ways") if context["ways"] else "", unscored=unscored)
    context |= (
        _blocks(profile, (*marks, *event_marks(reading)))
        | _made_of(profile)
        | _moved(profile, reading)
        | _beside(profile, moment)
    )
    return Parts(
        assessed=True,
        top=rendered("_top"),
        factors=rendered("_body"),
        contributions=rendered("_contributions"),
        method=rendered("_method"),
        unscored=unscored,
        leading=tuple(leading(profile)),
    )


def _blocks(profile: CountryProfile, marks: Sequence[Mark]) -> dict[str, object]:
    mitigating = _mitigating(profile)
    named = {one.evidence.pk for one in profile.reasons_up if one.evidence} | ({mitigating.pk} if mitigating else set())
    factors = [factor_block(factor, named) for factor in profile.factors]
    return _named(profile.evidence) | {
        "chart": _history(profile, marks),
        "marks": numbered(marks),
        "has_undetermined": any(Level.UNDETERMINED in line.levels for line in profile.history[:1]),
        "factors": factors,
        "anchors": anchors(factors),
        "mitigating": mitigating,
    }


def _made_of(profile: CountryProfile) -> dict[str, object]:
    """Points by factor, the largest rows and the others together: three columns that add up to the printed index."""
    adding = [factor for factor in profile.factors if factor.points]
    total = tenths_of(profile.overall or 0.0)
    tenths = apportioned(total, [factor.points for factor in adding])
    ordered = sorted(profile.reasons, key=lambda reason: -abs(reason.points))
    others = sum(round(10 * float(reason.printed)) for reason in ordered[LARGEST:])
    return {
        "bars": [FactorPoints(factor, share) for factor, share in zip(adding, tenths, strict=True)],
        "scale_of_bars": Scale.of(tenths),
        "largest": ordered[:LARGEST],
        "others_count": len(ordered[LARGEST:]),
        "others_printed": f"{others / 10:.1f}",
        "printed_index": f"{total / 10:.1f}",
    }


def _ways(profile: CountryProfile, reading: Reading, moment: AsOf) -> Ways | None:
    """The day as published, as known then and in hindsight; None for the current view."""
    if moment.is_current:
        return None
    return ways(profile.country, reading, day=moment.day, known_on=moment.known_on, today=now().date())


def _beside(profile: CountryProfile, moment: AsOf) -> dict[str, object]:
    """What other methods say, and the window of the flag on reporting."""
    days = {"day": moment.day, "known_on": moment.known_on}
    parameters = profile.method.parameters if profile.method else {}
    return {
        "other_methods": other_methods(profile.country, **days, is_current=moment.is_current),
        "reporting_days": parameters.get("blackout_days", SHIPPED.blackout_days),
    }


def _moved(profile: CountryProfile, reading: Reading) -> dict[str, object]:
    """What moved the index that is shown, and the change over 90 days as every page prints it."""
    span = Span.of_change(reading.day, reading.known_on)
    found = moved(profile.country, span, method=reading.method, inputs=reading.inputs)
    change = printed_change(profile.overall, profile.change_90)
    return {"moved": found, "scale": cause_scale(found), "change_shown": change}


def _named(evidence: Iterable[Evidence]) -> dict[str, object]:
    """Groups and actors that the evidence itself names."""
    rows = list(evidence)
    return {
        "groups": sorted({row.group for row in rows if row.group}),
        "actors": sorted({row.get_actor_display() for row in rows if _is_act(row)}),
    }


def _mitigating(profile: CountryProfile) -> Evidence | None:
    """The newest visible statement behind what takes most points away."""
    codes = {reason.indicator_code for reason in profile.reasons_down}
    rows = (row for row in profile.evidence if row.polarity == Evidence.Polarity.MITIGATION)
    return next((row for row in rows if row.indicator.code in codes), None)


def _is_act(evidence: Evidence) -> bool:
    nobody = {Evidence.Actor.NONE, Evidence.Actor.UNKNOWN}
    return evidence.polarity == Evidence.Polarity.RISK and evidence.actor not in nobody


def _history(profile: CountryProfile, marks: Sequence[Mark]) -> Chart:
    lines = [
        Line(
            key=line.key,
            title=line.title,
            days=line.days,
            overall=tuple(
                value if share > 0 else None for value, share in zip(line.overall, line.coverage, strict=True)
            ),  # nothing known yet is a gap, not 0
            coverage=line.coverage,
            levels=tuple(level.label for level in line.levels),
            band=line.band,
        )
        for line in profile.history
    ]
    source = dated(OURS, profile.day, profile.known_on)
    return history(lines, country=profile.country.name_en, cuts=cuts_of(profile.method), source=source, marks=marks)


def cuts_of(method: MethodVersion | None) -> Sequence[float]:
    """The four cuts between the levels, in index points."""
    return method.parameters["up"] if method else DEFAULT_CUTS
