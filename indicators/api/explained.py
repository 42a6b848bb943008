"""What an index is made of, and what moved it, as rows that add up."""

from typing import Any

from django.db.models import Case, CharField, Q, Value, When
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response

from countries.api import country_or_404
from countries.models import Country
from indicators.api.country import ContributionsAbout, CountryRowsQuery, OneScored, about_shown
from indicators.api.evidence import COLUMNS, EvidenceRow, evidence_row, with_corrections
from indicators.api.methods import MethodSerializer, method_shown
from indicators.api.standing import scored
from indicators.events import with_events
from indicators.models import Evidence, EvidenceQuerySet
from indicators.models.score import Profile
from indicators.profile import CAUSES, Leaf, Moved, OrderError, Span, came_in, leaves, moved, profile_of, read, tree_of
from indicators.profile import went_out as retracted_since
from r2p_dashboard.api import (
    ISO3,
    DatedQuery,
    DayText,
    PagedQuery,
    RowsEndpoint,
    RowsQuery,
    answers,
    enveloped,
)
from r2p_dashboard.clock import AsOfError
from r2p_dashboard.spans import span_asked

KINDS = ["event", "series", "aged", "mitigation", "withheld"]
CAME_IN, RETRACTED = "came_in", "retracted"


class BreakdownRow(serializers.Serializer[Any]):
    """What one source family's finding on one event adds, or what ageing or mitigation takes off."""

    kind = serializers.ChoiceField(
        KINDS,
        help_text="event: one body's finding on one event, as if it were fresh; aged: what time took off; "
        "withheld: what you may not see, without reference",
    )
    factor = serializers.IntegerField()
    indicator = serializers.CharField()
    indicator_label = serializers.CharField()
    event = serializers.CharField(allow_null=True)
    family = serializers.CharField(allow_null=True, help_text="The body that made the finding")
    family_name = serializers.CharField(allow_null=True)
    counted_with = serializers.CharField(
        allow_null=True, help_text="Body with which it counts as one source: their reports carry one text"
    )
    pieces = serializers.IntegerField(
        allow_null=True, help_text="Pieces by this body on this event that you may see: they count once"
    )
    evidence = serializers.IntegerField(allow_null=True)
    evidence_url = serializers.URLField(allow_null=True)
    evidence_retracted_at = serializers.DateTimeField(
        allow_null=True, help_text="Counted then, retracted since; null: it stands"
    )
    series_value = serializers.IntegerField(allow_null=True)
    points = serializers.FloatField(help_text="Unrounded; all rows add up to the index")
    printed = serializers.CharField(help_text="To one decimal; adds up by event, indicator and factor to the index")


class ChangeRow(serializers.Serializer[Any]):
    """What one cause moved in one factor."""

    cause = serializers.ChoiceField(list(CAUSES.items()))
    factor = serializers.IntegerField()
    factor_title = serializers.CharField()
    points = serializers.FloatField(help_text="Unrounded; all rows add up to `change`")
    printed = serializers.CharField(help_text="To one decimal; adds up to the difference of the printed indices")


class ChangeAbout(OneScored):
    """The two moments. Where nothing was known at the first, `index_before` is null and all of `index` is new."""

    from_as_of = serializers.DateField(help_text="Valid day of the first moment")
    from_known_at = serializers.DateField(help_text="Knowledge day of the first moment")
    corrected_by = serializers.DateField(
        allow_null=True,
        help_text="What was retracted after `known_at` and by this day is gone at the second moment. null: none",
    )
    index_before = serializers.FloatField(allow_null=True)
    index = serializers.FloatField(allow_null=True)
    change = serializers.FloatField(allow_null=True, help_text="null where there is nothing to compare with")
    profile = serializers.ChoiceField(
        Profile.choices, allow_null=True, help_text="That leads at the second moment; the causes are in its points"
    )
    method_before = MethodSerializer(help_text="In use on the first day of knowledge; else that of today")


class MovementRow(EvidenceRow):
    """One piece of evidence, and whether it came in or was retracted between the two moments."""

    movement = serializers.ChoiceField([CAME_IN, RETRACTED])


class SpanQuery(DatedQuery):
    """Two moments: `as_of` and `known_at` are the second."""

    from_known_at = DayText(
        required=False, help_text="Knowledge day of the first moment. Left out: the same as `from`."
    )
    corrected_by = DayText(
        required=False,
        help_text="Leave out at the second moment what was retracted after `known_at` and by this day. Left out: by "
        "today where neither `as_of` nor `known_at` is given, else by `known_at`.",
    )

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        first = DayText(required=False, help_text="Valid day of the first moment. Left out: 90 days before the second.")
        return {"from": first, **super().get_fields()}  # a word of Python's own


class ChangeQuery(RowsQuery, SpanQuery):
    """Parameters of a change."""


class MovementQuery(PagedQuery, SpanQuery):
    """Parameters of the evidence behind a change."""


class BreakdownView(RowsEndpoint):
    """The index taken apart."""

    query_class = CountryRowsQuery
    row_class = BreakdownRow
    about_class = ContributionsAbout
    name = "breakdown"

    @extend_schema(
        operation_id="country_breakdown",
        summary="The index taken apart, with ageing and mitigation",
        tags=["scores"],
        parameters=[ISO3, CountryRowsQuery],
        responses=answers(
            enveloped("BreakdownRows", BreakdownRow, ContributionsAbout, paged=False), csv=True, missing=True
        ),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """Factor, indicator, event, source family, with ageing and mitigation as rows of their own.

        In the catalogue's order, all rows in one answer, since they add up to the index.
        """
        country, moment = country_or_404(iso3), self.as_of
        asked: dict[str, Any] = {"day": moment.day, "known_on": moment.known_on, "is_current": moment.is_current}
        reading = read(country, **asked, user=request.user, with_history=False)
        shown = profile_of(reading, country, **asked)
        base = request.build_absolute_uri(reverse("api:evidence"))
        rows = [_breakdown_row(leaf, base) for leaf in leaves(tree_of(reading))] if shown.assessed else []
        index = shown.overall if shown.assessed else None
        return Response({**about_shown(shown), "index": index, "count": len(rows), "results": rows})


class ChangeView(RowsEndpoint):
    """What moved the index."""

    query_class = ChangeQuery
    row_class = ChangeRow
    about_class = ChangeAbout
    name = "change"

    @extend_schema(
        operation_id="country_change",
        summary="What moved the index between two moments",
        tags=["scores"],
        parameters=[ISO3, ChangeQuery],
        responses=answers(enveloped("ChangeRows", ChangeRow, ChangeAbout, paged=False), csv=True, missing=True),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """The change of the index by cause and factor: what is new, retracted, aged, and what another method did.

        Left out: the 90 days up to the moment, as known on each of the two days. Rows that moved nothing are left out.
        """
        country, span = country_or_404(iso3), _span(self)
        found = moved(country, span)
        rows = _change_rows(found)
        return Response({**_change_about(found, country), "count": len(rows), "results": rows})


class ChangeEvidenceView(RowsEndpoint):
    """The evidence behind a change."""

    query_class = MovementQuery
    row_class = MovementRow
    name = "change-evidence"

    @extend_schema(
        operation_id="country_change_evidence",
        summary="Evidence that came in or was retracted between two moments",
        tags=["scores"],
        parameters=[ISO3, MovementQuery],
        responses=answers(enveloped("MovementPage", MovementRow), csv=True, missing=True),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """What counts at the second moment and not at the first, and the other way round; latest known first."""
        found = with_corrections(_movements(country_or_404(iso3), _span(self)).visible_to(request.user), request.user)
        rows, envelope = self.page(found.order_by("-known_at", "-pk").values(*COLUMNS.values(), "movement"))
        base = request.build_absolute_uri(reverse("api:evidence"))
        results = [{**evidence_row(record, base), "movement": record["movement"]} for record in rows]
        return Response({**envelope, "results": results})


def _span(view: RowsEndpoint) -> Span:
    """The two moments of a request. Raises ParseError."""
    try:
        return span_asked(view.request.query_params, view.as_of)
    except (AsOfError, OrderError) as error:
        raise ParseError(str(error)) from error


def _movements(country: Country, span: Span) -> EvidenceQuerySet:
    new, old = came_in(country, span).values("pk"), retracted_since(country, span).values("pk")
    rows = with_events(Evidence.objects.filter(Q(pk__in=new) | Q(pk__in=old)))
    said = Case(When(pk__in=new, then=Value(CAME_IN)), default=Value(RETRACTED), output_field=CharField())
    return rows.annotate(movement=said)


def _breakdown_row(leaf: Leaf, base: str) -> dict[str, Any]:
    """The fields of `BreakdownRow`."""
    node = leaf.node
    return {
        "kind": "event" if node.kind == "family" else node.kind,
        "factor": leaf.factor,
        "indicator": leaf.indicator,
        "indicator_label": leaf.indicator_label,
        "event": leaf.event or None,
        "family": node.name if node.kind == "family" else None,
        "family_name": node.title if node.kind == "family" else None,
        "counted_with": node.counted_with or None,
        "pieces": node.pieces if node.evidence else None,
        "evidence": node.evidence.pk if node.evidence else None,
        "evidence_url": f"{base}{node.evidence.pk}/" if node.evidence else None,
        "evidence_retracted_at": node.evidence.retracted_at if node.evidence else None,
        "series_value": node.series.pk if node.series else None,
        "points": node.points,
        "printed": f"{node.tenths / 10:.1f}",
    }


def _change_rows(found: Moved) -> list[dict[str, Any]]:
    return [
        {
            "cause": part.cause,
            "factor": one.number,
            "factor_title": one.title,
            "points": one.points,
            "printed": f"{one.tenths / 10:.1f}",
        }
        for part in found.parts
        for one in part.by_factor
        if one.points or one.tenths
    ]


def _change_about(found: Moved, country: Country) -> dict[str, Any]:
    """The fields of `ChangeAbout`: both moments are computed when they are asked for."""
    span = found.span
    return {
        "country": country.iso3,
        "name": country.name_en,
        "as_of": span.after.day,
        "known_at": span.after.known_on,
        **scored(method=found.method, run=None, is_stale=False),
        "from_as_of": span.before.day,
        "from_known_at": span.before.known_on,
        "corrected_by": span.corrected_by,
        "index_before": found.before,
        "index": found.after,
        "change": found.change,
        "profile": found.profile and found.profile.value,
        "method_before": method_shown(found.method_before),
    }
