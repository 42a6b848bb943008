"""What the parts of a country's page show, made from its profile."""

import dataclasses
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from countries.charts import OURS, Chart, dated
from countries.views.explained import cause_scale
from countries.views.pieces import latest
from indicators.charts import Line, history
from indicators.history_marks import Mark, numbered
from indicators.models import Evidence, MethodVersion
from indicators.models.score import Level
from indicators.profile import CountryProfile, FactorView, Reading, Span, Ways, event_marks, moved, other_methods, ways
from indicators.scoring.apportion import apportioned, printed_change, tenths_of
from indicators.scoring.parameters import SHIPPED
from r2p_dashboard.clock import AsOf, now

DEFAULT_CUTS = (10, 20, 35, 50)  # the shipped parameter set; only for a page without a method
NAMED = 4  # groups and actors that the sentence names
WHOM = {
    Evidence.Actor.STATE: _("the State"),
    Evidence.Actor.FOREIGN_STATE: _("a foreign State"),
    Evidence.Actor.ARMED_GROUP: _("armed groups"),
    Evidence.Actor.GANG: _("gangs"),
    Evidence.Actor.MILITIA: _("militias"),
    Evidence.Actor.INTERGOVERNMENTAL: _("an international body"),
    Evidence.Actor.SEVERAL: _("several at once"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class FactorRow:
    """A factor with what it adds to the index, in tenths of a point that add up to the printed index."""

    view: FactorView
    tenths: int


@dataclasses.dataclass(frozen=True, slots=True)
class AtRisk:
    """Who is at risk, from whom and from what, as far as the evidence itself names it."""

    groups: tuple[str, ...]
    actors: tuple[str, ...]
    sign: str  # the label of the indicator that adds most


def told(profile: CountryProfile, reading: Reading, moment: AsOf, marks: Sequence[Mark]) -> dict[str, object]:
    """Everything that the templates of the blocks need besides the profile itself; `marks`: of alerts and signals."""
    marked = (*marks, *event_marks(reading))
    found: dict[str, object] = {
        "unscored": latest(profile.unscored_series),
        "ways": _ways(profile, reading, moment),
        "factors": factor_rows(profile),
        "at_risk": at_risk(profile),
        "mitigating": mitigating(profile),
        "printed_index": "" if profile.overall is None else f"{tenths_of(profile.overall) / 10:.1f}",
        "chart": _history(profile, marked) if profile.assessed else None,
        "marks": numbered(marked),
        "has_undetermined": any(Level.UNDETERMINED in line.levels for line in profile.history[:1]),
    }
    return found | _moved(profile, reading) | _beside(profile, moment)


def factor_rows(profile: CountryProfile) -> list[FactorRow]:
    """All fourteen; their tenths add up to the printed index."""
    shares = apportioned(tenths_of(profile.overall or 0.0), [factor.points for factor in profile.factors])
    return [FactorRow(factor, share) for factor, share in zip(profile.factors, shares, strict=True)]


def at_risk(profile: CountryProfile) -> AtRisk:
    """Groups and actors that the visible evidence of risk names, the most often named first."""
    risk = [row for row in profile.evidence if row.polarity == Evidence.Polarity.RISK]
    up = profile.reasons_up
    return AtRisk(
        groups=_most_named(row.group for row in risk if row.group),
        actors=_most_named(str(WHOM[Evidence.Actor(row.actor)]) for row in risk if row.actor in WHOM),
        sign=up[0].indicator_label if up else "",
    )


def named_in_reasons(profile: CountryProfile) -> set[int]:
    """The evidence to which the reasons lead."""
    down = mitigating(profile)
    return {one.evidence.pk for one in profile.reasons_up if one.evidence} | ({down.pk} if down else set())


def mitigating(profile: CountryProfile) -> Evidence | None:
    """The newest visible statement behind what takes most points away."""
    codes = {reason.indicator_code for reason in profile.reasons_down}
    rows = (row for row in profile.evidence if row.polarity == Evidence.Polarity.MITIGATION)
    return next((row for row in rows if row.indicator.code in codes), None)


def _most_named(names: Iterable[str]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))[:NAMED]


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
    if not profile.assessed:
        return {"moved": None, "scale": None, "change_shown": None}
    span = Span.of_change(reading.day, reading.known_on)
    found = moved(profile.country, span, method=reading.method, inputs=reading.inputs)
    change = printed_change(profile.overall, profile.change_90)
    return {"moved": found, "scale": cause_scale(found), "change_shown": change}


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
            levels=tuple(level.name for level in line.levels),
            band=line.band,
        )
        for line in profile.history
    ]
    source = dated(OURS, profile.day, profile.known_on)
    return history(lines, country=profile.country.name_en, cuts=cuts_of(profile.method), source=source, marks=marks)


def cuts_of(method: MethodVersion | None) -> Sequence[float]:
    """The four cuts between the levels, in index points."""
    return method.parameters["up"] if method else DEFAULT_CUTS
