"""A country's page: from the level down to the passage, in product.md's order."""

import dataclasses
from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from alerts.views.ledger import ledger
from countries.charts import Chart
from countries.models import Country
from countries.views.fragments import fragment
from indicators.charts import Line, history
from indicators.models import Evidence, MethodVersion, SeriesValue
from indicators.profile import CountryProfile, FactorView, IndicatorView, country_profile
from r2p_dashboard.clock import EARLIEST, AsOfError, as_of, installation_day, now
from reports.models import Passage

DEFAULT_CUTS = (10, 20, 35, 50)  # the shipped parameter set; only for a page without a method


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """One statement on one indicator: the same passage and event, with every date on which it is attested."""

    evidence: Evidence  # the newest attestation
    attested: tuple[Evidence, ...]  # oldest first
    is_repeated: bool = False  # its passage stands already further up in the same factor


@dataclasses.dataclass(frozen=True, slots=True)
class IndicatorBlock:
    """An indicator with its evidence as a person reads it."""

    view: IndicatorView
    pieces: tuple[Piece, ...]
    numbers: tuple[SeriesValue, ...]  # the latest of each series


@dataclasses.dataclass(frozen=True, slots=True)
class FactorBlock:
    """A factor with the indicators that have something, and those that have nothing."""

    view: FactorView
    assessed: tuple[IndicatorBlock, ...]
    unassessed: tuple[IndicatorView, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Quoted:
    """A passage once, with everything it was coded for."""

    passage: Passage
    pieces: tuple[Piece, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks of the evidence list; empty: everything."""

    factor: str = ""
    indicator: str = ""
    grade: str = ""

    def admits(self, evidence: Evidence) -> bool:
        """Whether the list shows it."""
        return (
            self.factor in {"", str(evidence.indicator.factor.number)}
            and self.indicator in {"", evidence.indicator.code}
            and self.grade in {"", evidence.grade}
        )


@require_safe
def country_page(request: HttpRequest, iso3: str) -> HttpResponse:
    """Everything about one country; `?factor=`, `?indicator=`, `?grade=` choose from its evidence list."""
    try:
        moment = as_of(request)
    except AsOfError as error:
        return render(request, "400.html", {"reason": str(error)}, status=400)
    country = get_object_or_404(Country, iso3=iso3.upper())
    if iso3 != country.iso3:
        return redirect(country.get_absolute_url() + moment.query, permanent=True)
    profile = country_profile(
        country, day=moment.day, known_on=moment.known_on, is_current=moment.is_current, user=request.user
    )
    context = {
        "as_of": moment,
        "profile": profile,
        "country": country,
        "earliest": EARLIEST,
        "latest": max(installation_day(), now().date()),
        "unscored": latest(profile.unscored_series),
        "ledger": ledger(country, known_on=moment.known_on, user=request.user),
    }
    if not profile.assessed:
        return render(request, "countries/unassessed.html", context)
    choice = choice_of(request.GET)
    body = fragment(
        "countries/_body.html",
        lambda: context | _blocks(profile, choice),
        content=(context["latest"], choice, moment, _shown(profile)),
        request=request,
    )
    context |= _named(profile.evidence) | {"body": body, "mitigating": _mitigating(profile)}
    return render(request, "countries/country.html", context)


def _shown(profile: CountryProfile) -> tuple[object, ...]:
    """What the kept blocks rest on. Evidence and series never change in place: their keys and states say it all.

    A reason may rest on a piece that the list below it lacks: one that was retracted after the score was computed.
    """
    return (
        profile.country.pk,
        profile.run and profile.run.pk,
        profile.method and profile.method.pk,
        profile.overall,
        profile.withheld,
        [(one.pk, one.status) for one in profile.evidence],
        [
            (reason.kind, reason.printed, reason.evidence and reason.evidence.pk, reason.series and reason.series.pk)
            for reason in profile.reasons
        ],
        [[value.pk for sign in factor.indicators for value in sign.series] for factor in profile.factors],
        [value.pk for value in profile.unscored_series],
    )


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


def _blocks(profile: CountryProfile, choice: Choice) -> dict[str, object]:
    listed = [evidence for evidence in profile.evidence if choice.admits(evidence)]
    return {
        "chart": _history(profile),
        "factors": [factor_block(factor) for factor in profile.factors],
        "passages": quoted(listed),
        "listed_count": len(listed),
        "choice": choice,
        "grades": sorted({evidence.grade for evidence in profile.evidence}),
        "coded": _coded(profile.evidence),
        "printed_index": f"{profile.overall:.1f}" if profile.overall is not None else "",
    }


def choice_of(query: QueryDict) -> Choice:
    """The list's parameters, cut to what can be meant."""
    return Choice(
        factor=query.get("factor", "")[:2], indicator=query.get("indicator", "")[:6], grade=query.get("grade", "")[:2]
    )


def pieces(evidence: Iterable[Evidence]) -> list[Piece]:
    """Attestations of one event by one passage on one indicator taken together; newest event first."""
    found: dict[tuple[object, ...], list[Evidence]] = {}
    for one in evidence:
        found.setdefault(_same(one), []).append(one)
    together = [sorted(rows, key=lambda row: (row.event_on, row.pk)) for rows in found.values()]
    together.sort(key=lambda rows: (rows[-1].event_on, rows[-1].pk), reverse=True)
    return [Piece(evidence=rows[-1], attested=tuple(rows)) for rows in together]


def _same(one: Evidence) -> tuple[object, ...]:
    said = (one.passage_id, one.indicator_id, one.polarity, one.severity, one.family_id, one.grade, one.status)
    return (*said, one.event_key or one.pk)


def factor_block(factor: FactorView) -> FactorBlock:
    """The factor's indicators; a passage is open where it first stands, closed where it comes again."""
    quoted_here: set[int] = set()
    blocks = []
    for indicator in factor.indicators:
        if not (indicator.assessed or indicator.evidence or indicator.series or indicator.withheld):
            continue
        marked = []
        for piece in pieces(indicator.evidence):
            passage = piece.evidence.passage_id
            marked.append(dataclasses.replace(piece, is_repeated=passage in quoted_here))
            quoted_here.add(passage)
        blocks.append(IndicatorBlock(indicator, tuple(marked), latest(indicator.series)))
    with_something = {block.view.code for block in blocks}
    rest = tuple(indicator for indicator in factor.indicators if indicator.code not in with_something)
    return FactorBlock(factor, tuple(blocks), rest)


def latest(series: Iterable[SeriesValue]) -> tuple[SeriesValue, ...]:
    """Of each series, territory and standing in the score the value of the latest period."""
    found: dict[tuple[object, ...], SeriesValue] = {}
    for value in sorted(series, key=lambda value: (value.period_end, value.known_at), reverse=True):
        found.setdefault((value.definition_id, value.territory, value.is_scored), value)
    return tuple(found.values())


def quoted(evidence: Sequence[Evidence]) -> list[Quoted]:
    """Each passage once, in the order of its newest event, with its pieces in the catalogue's order."""
    found: dict[int, list[Evidence]] = {}
    for one in evidence:
        found.setdefault(one.passage_id, []).append(one)
    return [
        Quoted(rows[0].passage, tuple(sorted(pieces(rows), key=lambda piece: piece.evidence.indicator.order)))
        for rows in found.values()
    ]


def _coded(evidence: Iterable[Evidence]) -> list[tuple[str, str]]:
    """Indicators that have evidence, as choices of the list."""
    found = {one.indicator.order: (one.indicator.code, one.indicator.label) for one in evidence}
    return [found[order] for order in sorted(found)]


def _is_act(evidence: Evidence) -> bool:
    nobody = {Evidence.Actor.NONE, Evidence.Actor.UNKNOWN}
    return evidence.polarity == Evidence.Polarity.RISK and evidence.actor not in nobody


def _history(profile: CountryProfile) -> Chart:
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
        )
        for line in profile.history
    ]
    return history(lines, country=profile.country.name_en, cuts=cuts_of(profile.method))


def cuts_of(method: MethodVersion | None) -> Sequence[float]:
    """The four cuts between the levels, in index points."""
    return method.parameters["up"] if method else DEFAULT_CUTS
