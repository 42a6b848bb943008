"""Dated numbers from datasets."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from countries.api import country_or_404
from indicators.models import SeriesValue
from r2p_dashboard.api import ISO3, DatedQuery, PagedQuery, RowsEndpoint, answers, enveloped
from r2p_dashboard.clock import AsOf
from reports.models import Report


class SeriesRow(serializers.Serializer[Any]):
    """One number for one period, as one release gave it."""

    id = serializers.IntegerField(help_text="Stable: a value is never rewritten and never removed")
    country = serializers.CharField(help_text="ISO 3166-1 alpha-3")
    series = serializers.CharField(help_text="Stable")
    title = serializers.CharField()
    unit = serializers.CharField()
    indicator = serializers.CharField()
    territory = serializers.CharField(help_text="Id in the dataset: one release may have several for one country")
    value = serializers.FloatField()
    period_end = serializers.DateField()
    known_at = serializers.DateTimeField()
    retracted_at = serializers.DateTimeField(allow_null=True)
    is_scored = serializers.BooleanField(help_text="Counts in the score")
    remark = serializers.CharField(allow_blank=True)
    report = serializers.IntegerField()
    report_title = serializers.CharField()
    report_url = serializers.CharField(allow_blank=True)
    source = serializers.CharField()  # type: ignore[assignment]
    licence = serializers.CharField()


# field of the answer -> path in the database
COLUMNS = {
    "id": "pk",
    "country": "country__iso3",
    "series": "definition__slug",
    "title": "definition__title",
    "unit": "definition__unit",
    "indicator": "definition__indicator_code",
    "territory": "territory",
    "value": "value",
    "period_end": "period_end",
    "known_at": "known_at",
    "retracted_at": "retracted_at",
    "is_scored": "is_scored",
    "remark": "note",
    "report": "report_id",
    "report_title": "report__title",
    "report_url": "report__url",
    "source": "report__source__slug",
    "licence": "report__source__licence",
}


class SeriesQuery(PagedQuery, DatedQuery):
    """Parameters of the series of one country."""


class SeriesView(RowsEndpoint):
    """The series of one country."""

    query_class = SeriesQuery
    row_class = SeriesRow
    name = "series"

    @extend_schema(
        operation_id="country_series",
        summary="Series of one country",
        tags=["evidence"],
        parameters=[ISO3, SeriesQuery],
        responses=answers(enveloped("SeriesPage", SeriesRow), csv=True, missing=True),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """Every value of every series, by series, latest period first; retracted ones are marked.

        With `as_of` or `known_at`: only what a score of that moment could see.
        """
        country = country_or_404(iso3)
        values = SeriesValue.objects.filter(country=country, report__in=Report.objects.visible_to(request.user))
        if self.is_dated:
            values = _known(values, self.as_of)
        ordered = values.order_by("definition__slug", "-period_end", "-known_at", "territory", "-pk")
        rows, envelope = self.page(ordered.values(*COLUMNS.values()))
        results = [{name: record[path] for name, path in COLUMNS.items()} for record in rows]
        return Response({**envelope, "results": results})


def _known(values: QuerySet[SeriesValue], as_of: AsOf) -> QuerySet[SeriesValue]:
    """What a score at the moment asked for could see; days are compared inclusively, in UTC."""
    known = values.filter(period_end__lte=as_of.day, known_at__date__lte=as_of.known_on)
    return known.exclude(retracted_at__date__lte=as_of.known_on)
