"""The fourteen factors of one country, each with its indicators, each with its evidence."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TypeVar

from indicators.models import Evidence, Factor, Indicator, SeriesValue
from indicators.profile.courses import Values, courses
from indicators.profile.reading import Reading
from indicators.profile.values import FactorView, IndicatorView
from indicators.scoring.contributions import Contribution
from indicators.scoring.kernel import Scores, score
from indicators.scoring.units import Units

T = TypeVar("T")
COURSE_MONTHS = 24  # of a factor's course, the current month as the last


def factor_views(rows: Sequence[Contribution], reading: Reading) -> tuple[FactorView, ...]:
    """All factors in order, the ones about which nothing is known included."""
    units = Units.of(0, reading.day, reading.known_on)
    inputs, method = reading.inputs, reading.method
    detail = score(inputs.evidence, inputs.series, method.catalogue, method.parameters, units)
    views = _indicator_views(rows, reading, detail)
    by_factor = groupby(zip(reading.indicators, views, strict=True), key=lambda pair: pair[0].factor)
    went = courses(reading, COURSE_MONTHS).factors
    return tuple(
        _factor(factor, tuple(view for _, view in pairs), detail, went[factor.number - 1])
        for factor, pairs in by_factor
    )


def _factor(factor: Factor, indicators: tuple[IndicatorView, ...], detail: Scores, course: Values) -> FactorView:
    return FactorView(
        number=factor.number,
        title=factor.title,
        scope=factor.scope,
        summary=factor.summary,
        assessed=any(indicator.assessed for indicator in indicators),
        value=float(detail.F[0, factor.number - 1]),
        coverage=float(detail.K[0, factor.number - 1]),
        points=sum(indicator.points for indicator in indicators),
        evidence_count=sum(len(indicator.evidence) + indicator.withheld for indicator in indicators),
        indicators=indicators,
        course=course,
    )


def _indicator_views(rows: Sequence[Contribution], reading: Reading, detail: Scores) -> list[IndicatorView]:
    points: dict[str, float] = {}
    for row in rows:
        points[row.indicator] = points.get(row.indicator, 0.0) + row.points
    evidence = _by_code((row.indicator.code, row) for row in reading.evidence)
    series = _by_code(
        (row.definition.indicator_code, row)
        for row in sorted(reading.series, key=lambda row: row.period_end, reverse=True)
        if reading.may_see(row)
    )
    measured = {row.definition.indicator_code for row in reading.series if row.is_scored}  # seen or not
    return [
        _indicator(
            indicator,
            evidence.get(indicator.code, []),
            tuple(series.get(indicator.code, [])),
            value=float(detail.x[0, place]),
            coverage=float(detail.kappa[0, place]),
            points=points.get(indicator.code, 0.0),
            is_measured=indicator.code in measured,
        )
        for place, indicator in enumerate(reading.indicators)
    ]


def _by_code(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for code, row in pairs:
        found.setdefault(code, []).append(row)
    return found


def _indicator(
    indicator: Indicator,
    evidence: Sequence[Evidence],
    series: tuple[SeriesValue, ...],
    *,
    value: float,
    coverage: float,
    points: float,
    is_measured: bool,
) -> IndicatorView:
    visible = tuple(row for row in evidence if row.is_visible)
    return IndicatorView(
        code=indicator.code,
        label=indicator.label,
        description=indicator.description,
        nature=indicator.nature,
        number_confirmed=indicator.number_confirmed,
        assessed=bool(evidence) or is_measured,
        value=value,
        coverage=coverage,
        points=points,
        evidence=visible,
        withheld=len(evidence) - len(visible),
        series=series,
    )
