"""The score of one country: in full, over time, and what it is made of."""

from collections.abc import Collection
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from countries.api import country_or_404
from indicators.api.methods import ScoredQuery, method_asked, method_shown
from indicators.api.scores import ScoreOf
from indicators.api.standing import (
    ASSESSED,
    LEVEL_HELP,
    LEVELS,
    NOT_ASSESSED,
    STATES,
    FlagsSerializer,
    IntervalSerializer,
    PublishedThenSerializer,
    Scored,
    flags_shown,
    interval_shown,
    level_word,
    run_shown,
    scored,
    stored_shown,
)
from indicators.models import Factor, Indicator, MethodVersion
from indicators.models.score import Profile
from indicators.profile import CountryProfile, FactorView, IndicatorView, NewEvents, Reason, country_profile
from indicators.published_then import stood_on
from r2p_dashboard.api import ISO3, Endpoint, RowsEndpoint, RowsQuery, answers, enveloped
from reports.models import Report

REASONS = ["event", "series", "mitigation", "withheld"]


class ProfileScoreSerializer(serializers.Serializer[Any]):
    """One of the three profiles; the highest is the index."""

    profile = serializers.ChoiceField(Profile.choices)
    title = serializers.CharField()
    index = serializers.FloatField(allow_null=True)
    is_headline = serializers.BooleanField()


class IndicatorScoreSerializer(serializers.Serializer[Any]):
    """One indicator of a factor."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    nature = serializers.ChoiceField(Indicator.Nature.choices)
    number_confirmed = serializers.BooleanField()
    state = serializers.ChoiceField(STATES)
    value = serializers.FloatField(allow_null=True, help_text="0 to 1")
    coverage = serializers.FloatField(allow_null=True, help_text="0 to 1")
    points = serializers.FloatField(allow_null=True, help_text="Of the index")
    evidence_count = serializers.IntegerField(help_text="Pieces that you may see")
    withheld = serializers.IntegerField(help_text="Pieces that you may not see")


class FactorScoreSerializer(serializers.Serializer[Any]):
    """One of the fourteen factors."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    scope = serializers.ChoiceField(Factor.Scope.values)
    state = serializers.ChoiceField(STATES)
    value = serializers.FloatField(allow_null=True, help_text="0 to 1")
    coverage = serializers.FloatField(allow_null=True, help_text="0 to 1")
    points = serializers.FloatField(allow_null=True, help_text="Of the index")
    evidence_count = serializers.IntegerField()
    indicators = IndicatorScoreSerializer(many=True)


class NewEventSerializer(serializers.Serializer[Any]):
    """An event under one indicator that became known in the last 90 days."""

    event = serializers.CharField(allow_null=True, help_text="null: without a name, one of its week")
    indicator = serializers.CharField()
    evidence = serializers.ListField(child=serializers.IntegerField(), help_text="Ids that you may see")


class CountryFlagsSerializer(FlagsSerializer):
    """The flags of one country, with what they rest on."""

    new_events = NewEventSerializer(many=True, help_text="Pointing to risk, first known in the 90 days up to `as_of`")
    new_events_withheld = serializers.IntegerField(help_text="How many more there are, of which you may see nothing")


class OneScored(ScoreOf, Scored):
    """What is said beside every score of one country."""


class ScoreSerializer(OneScored):
    """The score of one country in full. Unknown is null, never 0."""

    state = serializers.ChoiceField(STATES)
    level = serializers.ChoiceField(LEVELS, allow_null=True, help_text=LEVEL_HELP)
    index = serializers.FloatField(allow_null=True, help_text="0 to 100, unrounded; no probability")
    coverage = serializers.FloatField(allow_null=True, help_text="0 to 1")
    cannot_exclude = serializers.FloatField(
        allow_null=True, help_text="The index if what is not known were somewhat present; never mapped to a level"
    )
    change_90_days = serializers.FloatField(allow_null=True, help_text="As known on each of the two days")
    interval = IntervalSerializer(allow_null=True)
    flags = CountryFlagsSerializer()
    leans_on = serializers.CharField(
        allow_null=True, help_text="The family behind `is_concentrated`, where you may see all that it says here"
    )
    profiles = ProfileScoreSerializer(many=True)
    factors = FactorScoreSerializer(many=True)
    evidence_count = serializers.IntegerField(help_text="Pieces that the score rests on, shown to you or not")
    withheld = serializers.IntegerField(help_text="Of these, pieces that you may not see")
    last_event_on = serializers.DateField(allow_null=True)
    last_known_on = serializers.DateField(allow_null=True)
    last_reviewed_at = serializers.DateTimeField(allow_null=True)
    input_digest = serializers.CharField(
        allow_null=True, help_text="SHA-256 over the rows that went in; null as for `run`"
    )
    is_recomputing = serializers.BooleanField(help_text="Inputs changed after the run; a new one is on its way")
    published_then = PublishedThenSerializer(
        allow_null=True, help_text="The stored score that stood at the end of `known_at`; null: none did"
    )


class ContributionRow(serializers.Serializer[Any]):
    """What one piece adds to the index, or mitigation takes from it."""

    kind = serializers.ChoiceField(REASONS, help_text="withheld: evidence that you may not see, without reference")
    factor = serializers.IntegerField()
    indicator = serializers.CharField()
    indicator_label = serializers.CharField()
    points = serializers.FloatField(help_text="Unrounded; all rows add up to the index")
    printed = serializers.CharField(help_text="To one decimal; the column adds up to the printed index")
    family = serializers.CharField(allow_null=True, help_text="The body that made the finding")
    family_name = serializers.CharField(allow_null=True)
    counted_with = serializers.CharField(
        allow_null=True, help_text="Body with which it counts as one source: their reports carry one text"
    )
    event = serializers.CharField(allow_null=True)
    evidence = serializers.IntegerField(allow_null=True)
    evidence_url = serializers.URLField(allow_null=True)
    evidence_retracted_at = serializers.DateTimeField(
        allow_null=True, help_text="Counted then, retracted since; null: it stands"
    )
    series_value = serializers.IntegerField(allow_null=True)


class ContributionsAbout(OneScored):
    """The index that the rows add up to."""

    index = serializers.FloatField(allow_null=True)


class CountryRowsQuery(RowsQuery, ScoredQuery):
    """Parameters of rows of one country."""


class ScoreView(Endpoint):
    """The score of one country."""

    query_class = ScoredQuery

    @extend_schema(
        operation_id="country_score",
        summary="Score of one country",
        tags=["scores"],
        parameters=[ISO3, ScoredQuery],
        responses=answers(ScoreSerializer, missing=True),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """The score of one country: three profiles, factors, indicators, coverage, and how it was computed."""
        shown = profile_at(self, iso3)
        then = {"published_then": _published_then(shown, method_asked(self))}
        return Response({**about_shown(shown), **_score(shown), "input_digest": shown.input_digest, **then})


class ContributionsView(RowsEndpoint):
    """What the index of one country is made of."""

    query_class = CountryRowsQuery
    row_class = ContributionRow
    about_class = ContributionsAbout
    name = "contributions"

    @extend_schema(
        operation_id="country_contributions",
        summary="What the index is made of",
        tags=["scores"],
        parameters=[ISO3, CountryRowsQuery],
        responses=answers(
            enveloped("ContributionRows", ContributionRow, ContributionsAbout, paged=False), csv=True, missing=True
        ),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """What the index is made of, largest first; all rows in one answer, since they add up to the index.

        Where mitigation is present, a positive row is not what the index would lose without it.
        """
        shown = profile_at(self, iso3)
        base = request.build_absolute_uri(reverse("api:evidence"))
        reasons = shown.reasons if shown.assessed else ()
        measured = {reason.series.report_id for reason in reasons if reason.series}
        reports = set(Report.objects.visible_to(request.user).filter(pk__in=measured).values_list("pk", flat=True))
        rows = [_contribution(reason, base, reports) for reason in reasons]
        index = shown.overall if shown.assessed else None
        return Response({**about_shown(shown), "index": index, "count": len(rows), "results": rows})


def profile_at(view: Endpoint, iso3: str, *, with_history: bool = False) -> CountryProfile:
    """One country at the moment of a request, as its reader may see it. Raises Http404."""
    return country_profile(
        country_or_404(iso3),
        day=view.as_of.day,
        known_on=view.as_of.known_on,
        is_current=view.as_of.is_current,
        user=view.request.user,
        method=method_asked(view),
        with_history=with_history,
    )


def about_shown(shown: CountryProfile) -> dict[str, Any]:
    """The fields of `OneScored`."""
    return {
        "country": shown.country.iso3,
        "name": shown.country.name_en,
        "as_of": shown.day,
        "known_at": shown.known_on,
        **scored(method=shown.method, run=shown.run, is_stale=shown.is_stale),
    }


def _score(shown: CountryProfile) -> dict[str, Any]:
    known = shown.assessed
    return {
        "state": ASSESSED if known else NOT_ASSESSED,
        "level": level_word(shown.level) if known else None,
        "index": shown.overall if known else None,
        "coverage": shown.coverage if known else None,
        "cannot_exclude": shown.cannot_exclude if known else None,
        "change_90_days": shown.change_90 if known else None,
        "interval": interval_shown(shown.interval) if known else None,
        "flags": flags_shown(shown.flags) | _new_events(shown.new_events),
        "leans_on": shown.leans_on or None,
        "profiles": [
            {
                "profile": profile.key,
                "title": profile.title,
                "index": profile.value if known else None,
                "is_headline": known and profile.is_headline,
            }
            for profile in shown.profiles
        ],
        "factors": [_factor(factor) for factor in shown.factors],
        "evidence_count": shown.evidence_count,
        "withheld": shown.withheld,
        "last_event_on": shown.last_event_on,
        "last_known_on": shown.last_known_on,
        "last_reviewed_at": shown.last_reviewed_at,
        "is_recomputing": shown.is_recomputing,
    }


def _new_events(found: NewEvents) -> dict[str, Any]:
    """The fields that `CountryFlagsSerializer` adds."""
    shown = [
        {"event": one.event_key or None, "indicator": one.indicator_code, "evidence": [row.pk for row in one.evidence]}
        for one in found.shown
    ]
    return {"new_events": shown, "new_events_withheld": found.withheld}


def _strength(view: FactorView | IndicatorView) -> dict[str, Any]:
    """State, value, coverage and points: null where nothing was assessed."""
    if not view.assessed:
        return {"state": NOT_ASSESSED, "value": None, "coverage": None, "points": None}
    return {"state": ASSESSED, "value": view.value, "coverage": view.coverage, "points": view.points}


def _factor(factor: FactorView) -> dict[str, Any]:
    return {
        "number": factor.number,
        "title": factor.title,
        "scope": factor.scope,
        **_strength(factor),
        "evidence_count": factor.evidence_count,
        "indicators": [_indicator(indicator) for indicator in factor.indicators],
    }


def _indicator(indicator: IndicatorView) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "label": indicator.label,
        "nature": indicator.nature,
        "number_confirmed": indicator.number_confirmed,
        **_strength(indicator),
        "evidence_count": len(indicator.evidence),
        "withheld": indicator.withheld,
    }


def _published_then(shown: CountryProfile, method: MethodVersion | None) -> dict[str, Any] | None:
    """The fields of `PublishedThenSerializer`; of the current view it is what the view shows."""
    snapshot = shown.snapshot if shown.is_current else stood_on(shown.country, day=shown.known_on, method=method)
    if snapshot is None:
        return None
    by = {"run": run_shown(snapshot.run), "method": method_shown(snapshot.method)}
    return {"as_of": snapshot.as_of, **stored_shown(snapshot), **by}


def _contribution(reason: Reason, base: str, reports: Collection[int]) -> dict[str, Any]:
    """The fields of `ContributionRow`; of what may not be seen only where it counts and how much.

    `reports`: ids of the datasets that may be seen.
    """
    evidence = reason.evidence if reason.kind != "withheld" else None
    series = reason.series if reason.series and reason.series.report_id in reports else None
    return {
        "kind": "withheld" if reason.series and not series else reason.kind,
        "factor": reason.factor,
        "indicator": reason.indicator_code,
        "indicator_label": reason.indicator_label,
        "points": reason.points,
        "printed": reason.printed,
        "family": evidence.family.slug if evidence else None,
        "family_name": evidence.family.name if evidence else None,
        "counted_with": reason.counted_with or None,
        "event": (reason.event_key or None) if evidence else None,
        "evidence": evidence.pk if evidence else None,
        "evidence_url": f"{base}{evidence.pk}/" if evidence else None,
        "evidence_retracted_at": evidence.retracted_at if evidence else None,
        "series_value": series.pk if series else None,
    }
