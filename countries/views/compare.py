"""Two to five countries side by side: the same facts of each, on one scale, in the order asked for."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from countries.charts import DASH, NOT_ASSESSED, OURS, Chart, Said, Sheet, dated
from countries.models import Country
from countries.templatetags.words import coverage_word, signed
from countries.views.chosen import LEAST, MOST, Chosen, chosen
from countries.views.country import reader_of
from countries.views.fragments import fragment
from countries.views.told import cuts_of
from indicators.comparing import Compared, Comparison, FactorCell, compared
from indicators.comparison_charts import Panel, side_by_side
from indicators.models import Factor
from indicators.models.score import Level
from indicators.profile import marked_countries
from indicators.views.asked import moment_of
from indicators.world import World, WorldRow, world
from r2p_dashboard.clock import AsOf


@dataclasses.dataclass(frozen=True, slots=True)
class FactorRow:
    """One factor across the countries; `opens` is the scope whose first factor it is, else empty."""

    factor: Factor
    opens: str
    cells: tuple[tuple[Compared, FactorCell], ...]


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """`?countries=MMR,SDN`, or once for each, by code or name in any language; `?as_of=` turns back.

    A choice that was understood has one address, to which every other way to write it leads.
    """
    moment = moment_of(request)
    known = {country.iso3: country for country in Country.objects.alphabetical()}
    found = chosen(request.GET.getlist("countries"), known, kept=moment.query.replace("?", "&", 1))
    if not found.troubles and found.codes and request.GET.getlist("countries") != [",".join(found.codes)]:
        return redirect(found.address)
    too_many = len(found.codes) > MOST
    context: dict[str, object] = {
        "as_of": moment,
        "chosen": found,
        "names": [country.name_en for country in known.values() if country.iso3 not in found.codes],
        "too_many": too_many,
        "least": LEAST,
        "most": MOST,
    }
    if too_many or len(found.codes) < LEAST:
        context["levels"] = [] if too_many else _levels(moment, found)
    else:
        context |= {"columns": found.countries, "body": _body(request, found, moment)}
    return render(request, "countries/compare.html", context, status=400 if too_many or found.troubles else 200)


def _levels(moment: AsOf, found: Chosen) -> list[tuple[Country, Level | None]]:
    """To choose from: the countries of which something is known, alphabetical."""
    seen: World = world(day=moment.day, known_on=moment.known_on, is_current=moment.is_current)
    return [(row.country, row.level) for row in seen.rows if row.assessed and row.country.iso3 not in found.codes]


def _body(request: HttpRequest, found: Chosen, moment: AsOf) -> SafeString:
    """The comparison, kept under what each of the countries rests on."""
    markers = [(country.iso3, marker.of(is_current=moment.is_current)) for country, marker in
               marked_countries(found.codes)]  # fmt: skip
    return fragment(
        "countries/_compare_found.html",
        lambda: _compared(request, found, moment),
        content=(markers, found.codes, moment, reader_of(request)),
        request=request,
    )


def _compared(request: HttpRequest, found: Chosen, moment: AsOf) -> dict[str, object]:
    asked = {"day": moment.day, "known_on": moment.known_on, "is_current": moment.is_current}
    comparison = compared(found.countries, **asked, user=request.user)  # type: ignore[arg-type]
    return {
        "as_of": moment,
        "comparison": comparison,
        "columns": comparison.columns,
        "factor_rows": _factor_rows(comparison),
        "chart": _chart(comparison, moment),
        "sheet": _sheet(comparison, moment),
        "reporting_days": comparison.method.parameters.get("blackout_days"),
        "unassessed": [one.row.country for one in comparison.columns if not one.row.assessed],
        "undetermined": [one for one in comparison.columns if one.row.level is Level.UNDETERMINED],
    }


def _factor_rows(comparison: Comparison) -> list[FactorRow]:
    rows, before = [], ""
    for place, factor in enumerate(comparison.factors):
        cells = tuple((column, column.factors[place]) for column in comparison.columns)
        rows.append(FactorRow(factor, factor.get_scope_display() if factor.scope != before else "", cells))
        before = factor.scope
    return rows


def _chart(comparison: Comparison, moment: AsOf) -> Chart:
    day = max(column.day for column in comparison.columns)
    return side_by_side(
        [_panel(column) for column in comparison.columns],
        day=day,
        cuts=cuts_of(comparison.method),
        source=dated(OURS, day, moment.known_on if not moment.is_current else day),
    )


def _panel(column: Compared) -> Panel:
    row, course = column.row, column.course
    word = NOT_ASSESSED if row.level is None else row.level.name
    if course is None or row.overall is None:
        return Panel(row.country.name_en, word, "")
    return Panel(
        name=row.country.name_en,
        word=word,
        said=_standing_in_words(row),
        days=course.days,
        overall=course.overall,
        levels=tuple(level.name for level in course.levels),
        band=course.band,
    )


def _standing_in_words(row: WorldRow) -> str:
    """The index with its interval; where too little is known, only how far it has come."""
    if row.level is Level.UNDETERMINED:
        return _("%(index).1f so far") % {"index": row.overall}
    if row.interval is None or row.interval[1] == 0:
        return f"{row.overall:.1f}"
    low, high = row.interval
    return _("%(index).1f (between %(low).0f and %(high).0f)") % {"index": row.overall, "low": low, "high": high}


FACTS: tuple[tuple[Said, Callable[[Compared], str]], ...] = (
    (gettext_lazy("Country"), lambda one: one.row.country.name_en),
    (gettext_lazy("ISO code"), lambda one: one.row.country.iso3),
    (gettext_lazy("Level"), lambda one: NOT_ASSESSED if one.row.level is None else str(one.row.level.label)),
    (gettext_lazy("Index, 0 to 100"), lambda one: _number(one.row.overall)),
    (gettext_lazy("Interval, from"), lambda one: _number(one.row.interval[0] if one.row.interval else None)),
    (gettext_lazy("Interval, to"), lambda one: _number(one.row.interval[1] if one.row.interval else None)),
    (
        gettext_lazy("Change over 90 days"),
        lambda one: DASH if one.row.change_printed is None else signed(one.row.change_printed),
    ),
    (gettext_lazy("Coverage of 100"), lambda one: _of_100(one.row.coverage)),
    (gettext_lazy("Coverage in words"), lambda one: coverage_word(one.row.coverage) or DASH),
    (
        gettext_lazy("Last attested for"),
        lambda one: one.row.last_event_on.isoformat() if one.row.last_event_on else DASH,
    ),
    (gettext_lazy("Last document"), lambda one: one.last_known_on.isoformat() if one.last_known_on else DASH),
    (gettext_lazy("Pieces of evidence that you may see"), lambda one: str(one.pieces)),
    (
        gettext_lazy("Weighs most"),
        lambda one: "; ".join(f"{factor.number} {factor.title}" for factor in one.leading) or DASH,
    ),
)


def _sheet(comparison: Comparison, moment: AsOf) -> Sheet:
    """The table as a file: a row a country, the days at its end; nothing where nothing is known."""
    heads = [_("Factor %(number)s: strength of 100") % {"number": factor.number} for factor in comparison.factors]
    return Sheet(
        title="-".join(["compared", *(column.row.country.iso3 for column in comparison.columns), str(moment.day)]),
        columns=(*(str(head) for head, _cell in FACTS), *heads, _("As of"), _("By what was known on")),
        rows=tuple(_row(column, moment) for column in comparison.columns),
    )


def _row(column: Compared, moment: AsOf) -> tuple[str, ...]:
    told: Iterable[str] = (cell(column) for _head, cell in FACTS)
    factors = (_of_100(cell.value) for cell in column.factors)
    return (*told, *factors, moment.day.isoformat(), moment.known_on.isoformat())


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else DASH


def _number(value: float | None) -> str:
    return DASH if value is None else f"{value:.1f}"


def _of_100(share: float | None) -> str:
    return DASH if share is None else str(round(100 * share))
