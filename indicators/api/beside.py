"""What stands beside the scores and is in none of them: recorded events by month, figures of other publishers."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from countries.api import country_or_404
from indicators.models import PublishedFigure, Violence
from indicators.recorded_events import months_of
from r2p_dashboard.api import ISO3, DatedQuery, PagedQuery, RowsEndpoint, answers, enveloped

KINDS = {Violence.STATE_BASED: "state_based", Violence.NON_STATE: "non_state", Violence.ONE_SIDED: "one_sided"}


class EventMonthRow(serializers.Serializer[Any]):
    """Events of one kind in one month and territory of the dataset. A month without a row: see the releases."""

    country = serializers.CharField(help_text="ISO 3166-1 alpha-3")
    territory = serializers.IntegerField(help_text="Gleditsch–Ward number; may be shown on two countries")
    month = serializers.DateField(help_text="First day of the month in which the events began")
    kind = serializers.ChoiceField(list(KINDS.values()))
    events = serializers.IntegerField(help_text="0: an earlier release had some, the newer one has none")
    deaths_best = serializers.IntegerField()
    deaths_low = serializers.IntegerField()
    deaths_high = serializers.IntegerField()
    deaths_civilians = serializers.IntegerField()
    known_at = serializers.DateTimeField()
    report = serializers.IntegerField(help_text="The release after which it stood so")
    report_title = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    licence = serializers.CharField()


class PublishedRow(serializers.Serializer[Any]):
    """One figure as its publisher's file gave it, in the publisher's unit. Ranks are left out."""

    country = serializers.CharField(help_text="ISO 3166-1 alpha-3")
    publisher = serializers.CharField()
    series = serializers.CharField(help_text="Stable")
    title = serializers.CharField()
    unit = serializers.CharField()
    territory = serializers.CharField(help_text="Id or name in the file")
    period_start = serializers.DateField()
    period_until = serializers.DateField(help_text="Exclusive")
    value = serializers.FloatField(allow_null=True)
    words = serializers.CharField(allow_blank=True, help_text="Where the publisher says a level and no number")
    remark = serializers.CharField(allow_blank=True)
    known_at = serializers.DateTimeField()
    report = serializers.IntegerField()
    report_title = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    licence = serializers.CharField()


# field of the answer -> path in the database
EVENT_COLUMNS = {
    "territory": "territory", "month": "month", "kind": "kind", "events": "events", "deaths_best": "best",
    "deaths_low": "low", "deaths_high": "high", "deaths_civilians": "civilians", "known_at": "load__known_at",
    "report": "load__report_id", "report_title": "load__report__title", "source": "load__report__source__slug",
    "licence": "load__report__source__licence",
}  # fmt: skip
PUBLISHED_COLUMNS = {
    "publisher": "report__source__name", "series": "series__slug", "title": "series__title", "unit": "series__unit",
    "territory": "territory", "period_start": "period_start", "period_until": "period_until", "value": "value",
    "words": "words", "remark": "note", "known_at": "known_at", "report": "report_id",
    "report_title": "report__title", "source": "report__source__slug", "licence": "report__source__licence",
}  # fmt: skip


class BesideQuery(PagedQuery, DatedQuery):
    """Parameters of what stands beside the scores of one country."""


class EventsView(RowsEndpoint):
    """Recorded events of one country by month."""

    query_class = BesideQuery
    row_class = EventMonthRow
    name = "events"

    @extend_schema(
        operation_id="country_events",
        summary="Recorded events of one country by month",
        tags=["evidence"],
        parameters=[ISO3, BesideQuery],
        responses=answers(enveloped("EventMonthsPage", EventMonthRow), csv=True, missing=True),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """What releases of UCDP's events say, as known at the moment asked for; months that had ended. In no score."""
        country, as_of = country_or_404(iso3), self.as_of
        months = months_of(country, request.user).standing(day=as_of.day, known_on=as_of.known_on)
        rows, envelope = self.page(months.values(*EVENT_COLUMNS.values()))
        results = [{name: record[path] for name, path in EVENT_COLUMNS.items()} for record in rows]
        results = [{"country": country.iso3, **row, "kind": KINDS[Violence(row["kind"])]} for row in results]
        return Response({**envelope, "results": results})


class PublishedView(RowsEndpoint):
    """What others publish about one country."""

    query_class = BesideQuery
    row_class = PublishedRow
    name = "published"

    @extend_schema(
        operation_id="country_published",
        summary="What others publish about one country",
        tags=["evidence"],
        parameters=[ISO3, BesideQuery],
        responses=answers(enveloped("PublishedPage", PublishedRow), csv=True, missing=True),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """Every figure that was public at the moment asked for, by series, newest file first. In no score."""
        country = country_or_404(iso3)
        known = PublishedFigure.objects.visible_to(request.user).known(known_on=self.as_of.known_on)
        ordered = known.filter(country=country).order_by("series__slug", "-known_at", "-report", "-period_start", "pk")
        rows, envelope = self.page(ordered.values(*PUBLISHED_COLUMNS.values()))
        results = [{name: record[path] for name, path in PUBLISHED_COLUMNS.items()} for record in rows]
        return Response({**envelope, "results": [{"country": country.iso3, **row} for row in results]})
