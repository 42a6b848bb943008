"""What if: a country's evidence changed in the address alone, and the score that would follow. Nothing is stored."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from countries.models import Country
from indicators import whatif
from indicators.fields import Grouped, grouped
from indicators.models import Evidence, SeriesValue
from indicators.views.asked import moment_of
from indicators.views.whatif_forms import MadeUpForm, PieceForm, ValueForm
from indicators.views.whatif_place import (
    Place,
    Subject,
    ValueLine,
    change_lines,
    pairs_of,
    piece_line,
    value_line,
)
from indicators.whatif.changes import MOST, NUMBER, written
from r2p_dashboard.clock import AsOf

PAGE_SIZE = 12  # pieces: a list that is read, not scrolled through
USUAL = {"severity": "2", "reliability": "B", "credibility": "2"}  # where a made-up piece begins
TOO_MANY = format_lazy(gettext_lazy("Found {most} changes already; wanted at most {most}. Undo one first."), most=MOST)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: the country as it is known, the changes, and where it all stands."""

    known: whatif.Known
    applied: whatif.Applied
    place: Place


@require_safe
def what_if(request: HttpRequest, iso3: str) -> HttpResponse:
    """The page. A form that can be made a change leads to the address with the change in it."""
    moment, country = moment_of(request), _country(iso3)
    path = reverse("what_if", args=[country.iso3])
    if iso3 != country.iso3:
        return redirect(f"{path}?{request.GET.urlencode()}", permanent=True)
    asked = _asked(request, country, moment, path)
    opened = _opened(request.GET, asked)
    if opened.leads_to:
        return HttpResponseRedirect(opened.leads_to)
    comparison = whatif.compare(asked.known, asked.applied)
    context = {
        "as_of": moment,
        "country": country,
        "known": asked.known,
        "place": asked.place,
        "comparison": comparison,
        "tables": whatif.tables(comparison),
        "workings": whatif.workings(comparison),
        "changes": change_lines(asked.place, asked.known),
        "most": MOST,
        "faults": [*asked.applied.faults, *opened.faults],
        "case": f"{reverse('what_if_case', args=[country.iso3])}{asked.place.to().removeprefix(path)}",
        **_lists(request, asked, opened),
    }
    wrong = context["faults"] or opened.is_wrong
    response = render(request, "indicators/what_if.html", context, status=400 if wrong else 200)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def what_if_case(request: HttpRequest, iso3: str) -> HttpResponse:
    """The changed evidence as a case that `manage.py whatif` reads; refused whole where a change is none."""
    moment, country = moment_of(request), _country(iso3)
    asked = _asked(request, country, moment, request.path)
    for fault in asked.applied.faults:
        raise BadRequest(f"{fault.param}={fault.told}: {fault.why}")
    response = JsonResponse(whatif.case_of(asked.known, asked.applied), json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="what-if-{country.iso3}-{moment.day}.json"'
    response["X-Robots-Tag"] = "noindex"
    return response


def _country(iso3: str) -> Country:
    """404 for what is no code, a NUL character included: the database refuses to be asked for it."""
    if not iso3.isalpha():
        raise Http404(_("country: found %(iso3)s; wanted three letters such as MMR") % {"iso3": f"{iso3[:10]!r}"})
    return get_object_or_404(Country, iso3=iso3.upper())


def _asked(request: HttpRequest, country: Country, moment: AsOf, path: str) -> Asked:
    known = whatif.known_of(country, day=moment.day, known_on=moment.known_on, user=request.user)
    applied = whatif.apply(known, *whatif.read_changes(pairs_of(request.GET)))
    factors = {str(row.factor.number) for row in known.indicators}
    codes = {row.code for row in known.indicators}
    factor, indicator = request.GET.get("factor", ""), request.GET.get("indicator", "")
    place = Place(
        path=path,
        moment=moment,
        changes=applied.changes,
        factor=factor if factor in factors else "",
        indicator=indicator if indicator in codes else "",
    )
    return Asked(known, applied, place)


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """The form that is open, if one is: of which piece or value, or for a made-up piece."""

    adding: MadeUpForm
    form: PieceForm | ValueForm | None = None
    of: Subject | None = None
    leads_to: str = ""
    faults: tuple[whatif.Fault, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether a form was sent that is no change."""
        return bool(self.adding.errors or (self.form and self.form.errors))


def _opened(query: QueryDict, asked: Asked) -> Opened:
    """At most one form is bound: the one that was sent (`do`)."""
    adding = _adding(query if query.get("do") == "add" else None, query, asked)
    if query.get("do") == "add":
        return Opened(adding, leads_to=_leads_to(adding, None, asked))
    for kind in ("piece", "series"):
        if kind in query:
            return _opened_row(kind, query, asked, adding)
    return Opened(adding)


def _opened_row(kind: str, query: QueryDict, asked: Asked, adding: MadeUpForm) -> Opened:
    text, known = query.get(kind, ""), asked.known
    rows: dict[int, Any] = dict(known.visible if kind == "piece" else known.visible_series)
    row = rows.get(int(text)) if NUMBER.fullmatch(text) else None
    if row is None:
        why = gettext(
            "Found no such number in the list; wanted that of a piece or value that counts and that you may see."
        )
        return Opened(adding, faults=(whatif.Fault(kind, text, why),))
    data = query if query.get("do") == kind else None
    form = _piece_form(data, row, asked) if kind == "piece" else _value_form(data, row, asked)
    leads_to = _leads_to(form, (kind, row.pk), asked) if data else ""
    return Opened(adding, form, (kind, row.pk), leads_to)


def _leads_to(form: MadeUpForm | PieceForm | ValueForm, of: Subject | None, asked: Asked) -> str:
    """The address with the form's change in it; empty where the form is wrong."""
    if not form.is_valid():
        return ""
    changes = asked.place.with_change(form.change(), of)
    if len(changes) > MOST:
        form.add_error(None, TOO_MANY)
        return ""
    return f"{asked.place.to(changes)}#result"


def _adding(data: QueryDict | None, query: QueryDict, asked: Asked) -> MadeUpForm:
    indicators: Grouped = grouped(
        (f"{row.factor.number} {row.factor.title}", row.code, f"{row.code} {row.label}")
        for row in asked.known.indicators
    )
    initial = {"code": asked.place.indicator, "event_on": asked.known.latest_day} | USUAL
    return MadeUpForm(data, indicators=indicators, latest=asked.known.latest_day, initial=initial, auto_id="new_%s")


def _piece_form(data: QueryDict | None, row: Evidence, asked: Asked) -> PieceForm:
    now = {one.pk: one for one in asked.applied.after.evidence}.get(row.pk)
    names = ("reliability", "credibility", "severity", "polarity", "event_on")
    initial = {name: getattr(now or row, name) for name in names}
    return PieceForm(data, piece=row, latest=asked.known.latest_day, initial=initial)


def _value_form(data: QueryDict | None, row: SeriesValue, asked: Asked) -> ValueForm:
    now = {one.pk: one.value for one in asked.applied.after.series}.get(row.pk, row.value)
    return ValueForm(data, row=row, initial={"value": written(now)})


def _lists(request: HttpRequest, asked: Asked, opened: Opened) -> dict[str, object]:
    """What can be changed: pieces by page, series values, and the form for a made-up piece."""
    known = asked.known
    now = {row.pk: row for row in asked.applied.after.evidence}
    visible = list(known.visible.values())
    page = Paginator(_chosen(visible, asked), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    if opened.of and opened.of[0] == "piece":  # the open piece stands first, whatever the list shows
        row = known.visible[opened.of[1]]
        rows = [row, *(one for one in rows if one.pk != row.pk)]
    prefetch_related_objects(rows, "passage")
    return {
        "page": page,
        "pieces": [piece_line(row, asked.place, now, _form_of(("piece", row.pk), opened)) for row in rows],
        "values": _values(asked, opened),
        "adding": opened.adding,
        "factors": _choices(asked),
        "families": sorted({(row.family.slug, row.family.name) for row in visible}),
        "events": sorted({known.links.get(row.pk, row.event_key) for row in visible} - {""}),
    }


def _chosen(rows: list[Evidence], asked: Asked) -> list[Evidence]:
    """The pieces of the factor and the indicator that the list shows."""
    place = asked.place
    codes = {one.code for one in asked.known.indicators if place.factor in {"", str(one.factor.number)}}
    return [row for row in rows if row.indicator.code in codes and place.indicator in {"", row.indicator.code}]


def _form_of(of: Subject, opened: Opened) -> forms.Form | None:
    return opened.form if opened.of == of else None


def _values(asked: Asked, opened: Opened) -> list[ValueLine]:
    """Of each series the value that counts, and every value that is changed or open."""
    now = {row.pk: row.value for row in asked.applied.after.series}
    named = {change.series for change in asked.place.changes if hasattr(change, "series")}
    counted: set[int] = set()
    lines = []
    for row in asked.known.visible_series.values():  # latest period first
        is_latest = row.pk in now and row.definition_id not in counted
        if is_latest:
            counted.add(row.definition_id)
        if is_latest or row.pk in named or opened.of == ("series", row.pk):
            lines.append(value_line(row, asked.place, now, _form_of(("series", row.pk), opened)))
    return sorted(lines, key=lambda line: line.row.definition.title)


def _choices(asked: Asked) -> Grouped:
    """Indicators with pieces that the reader may see, under their factor, with how many."""
    counts = Counter(row.indicator.code for row in asked.known.visible.values())
    return grouped(
        (f"{row.factor.number} {row.factor.title}", row.code, f"{row.code} {row.label} ({counts[row.code]})")
        for row in asked.known.indicators
        if counts[row.code]
    )
