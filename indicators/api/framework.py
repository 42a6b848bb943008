"""The Framework's catalogue in use."""

from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.models import Factor, Framework, Indicator
from r2p_dashboard.api import Endpoint, PagedQuery, Query, RowsEndpoint, answers, enveloped
from r2p_dashboard.paging import PAGE_SIZE_WORLD


class IndicatorSerializer(serializers.Serializer[Any]):
    """A numbered sign by which one judges whether a factor is present."""

    code = serializers.CharField(help_text="Stable within a framework version")
    label = serializers.CharField()  # type: ignore[assignment]
    description = serializers.CharField()
    nature = serializers.ChoiceField(Indicator.Nature.choices, help_text="How fast its evidence ages; our judgement")
    weight = serializers.FloatField()
    number_confirmed = serializers.BooleanField(help_text="Whether the number was checked against the original")
    number_confidence = serializers.CharField()


class IndicatorRow(IndicatorSerializer):
    """An indicator with its factor."""

    factor = serializers.IntegerField()
    factor_title = serializers.CharField()
    framework_version = serializers.IntegerField()


class FactorSerializer(serializers.Serializer[Any]):
    """One of the fourteen risk factors, with its indicators."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    scope = serializers.ChoiceField(Factor.Scope.values)
    summary = serializers.CharField()
    indicators = IndicatorSerializer(many=True)


class FrameworkSerializer(serializers.Serializer[Any]):
    """One version of the catalogue."""

    version = serializers.IntegerField()
    title = serializers.CharField()
    sha256 = serializers.CharField()
    source = serializers.DictField(help_text="Where the text is from")  # type: ignore[assignment]
    loaded_at = serializers.DateTimeField()
    factors = FactorSerializer(many=True)


class FrameworkQuery(Query):
    """Which version of the catalogue."""

    version = serializers.IntegerField(
        min_value=1, max_value=32767, required=False, help_text="That evidence names; the one in use if left out"
    )


class IndicatorsQuery(FrameworkQuery, PagedQuery):
    """Parameters of the list of indicators."""


def framework_or_404(version: int | None) -> Framework:
    """A version of the catalogue, or the one in use. Raises Http404."""
    versions = Framework.objects.order_by("-version")
    framework = versions.filter(version=version).first() if version else versions.first()
    if framework is None and version:
        raise Http404(f"version is {version}: no such version of the framework is loaded")
    if framework is None:
        raise Http404("no framework is loaded; wanted `manage.py load_reference` to have run")
    return framework


def _indicator(indicator: Indicator) -> dict[str, Any]:
    return {name: getattr(indicator, name) for name in IndicatorSerializer._declared_fields}


def _factor(factor: Factor) -> dict[str, Any]:
    return {
        "number": factor.number,
        "title": factor.title,
        "scope": factor.scope,
        "summary": factor.summary,
        "indicators": [_indicator(indicator) for indicator in factor.indicators.all()],
    }


class FrameworkView(Endpoint):
    """The catalogue in use: fourteen factors with their indicators."""

    query_class = FrameworkQuery

    @extend_schema(
        operation_id="framework",
        summary="The catalogue in use",
        tags=["framework"],
        parameters=[FrameworkQuery],
        responses=answers(FrameworkSerializer, missing=True),
    )
    def get(self, request: Request) -> Response:
        """The Framework's catalogue in use: fourteen factors with their indicators."""
        framework = framework_or_404(self.asked.get("version"))
        ordered = Prefetch("indicators", Indicator.objects.order_by("order"))
        factors = framework.factors.order_by("number").prefetch_related(ordered)
        return Response(
            {
                "version": framework.version,
                "title": framework.title,
                "sha256": framework.sha256,
                "source": framework.source,
                "loaded_at": framework.loaded_at,
                "factors": [_factor(factor) for factor in factors],
            }
        )


class IndicatorsView(RowsEndpoint):
    """Every indicator of the catalogue in use."""

    query_class = IndicatorsQuery
    row_class = IndicatorRow
    name = "indicators"
    size = PAGE_SIZE_WORLD

    @extend_schema(
        operation_id="framework_indicators",
        summary="Every indicator",
        tags=["framework"],
        parameters=[IndicatorsQuery],
        responses=answers(enveloped("IndicatorPage", IndicatorRow), csv=True, missing=True),
    )
    def get(self, request: Request) -> Response:
        """Every indicator of the catalogue in use, in catalogue order."""
        framework = framework_or_404(self.asked.get("version"))
        rows, envelope = self.page(framework.indicators.select_related("factor", "framework").order_by("order"))
        return Response({**envelope, "results": [_row(indicator) for indicator in rows]})


def _row(indicator: Indicator) -> dict[str, Any]:
    return {
        **_indicator(indicator),
        "factor": indicator.factor.number,
        "factor_title": indicator.factor.title,
        "framework_version": indicator.framework.version,
    }
