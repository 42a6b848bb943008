"""Sources, and what stands behind evidence: passages and reports."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.models import Evidence, SeriesValue
from people.models import User
from r2p_dashboard.api import DatedQuery, PagedQuery, RowsEndpoint, answers, enveloped
from reports.models import Passage, Reliability, Report, Source


class SourceSerializer(serializers.Serializer[Any]):
    """Who publishes."""

    slug = serializers.CharField(help_text="Stable")
    name = serializers.CharField()
    family = serializers.CharField()
    family_name = serializers.CharField()
    reliability = serializers.ChoiceField(Reliability.choices)
    licence = serializers.CharField(help_text="As the source states it; it binds what is taken from here")
    url = serializers.CharField(allow_blank=True)


class ReportSerializer(serializers.Serializer[Any]):
    """A document or dataset release as received."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(Report.Kind.choices)
    title = serializers.CharField()
    url = serializers.CharField(allow_blank=True, help_text="Address of the original")
    published_on = serializers.DateField()
    language = serializers.CharField()
    media_type = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the bytes received")
    received_at = serializers.DateTimeField()
    is_unread = serializers.BooleanField(
        help_text="Pictures of pages: no machine could read it, so that it has no passages says nothing"
    )
    is_our_summary = serializers.BooleanField(help_text="The text is our own paraphrase of the cited original")


class PassageSerializer(serializers.Serializer[Any]):
    """A piece of a report's text; offsets count characters, the end is exclusive."""

    id = serializers.IntegerField()
    locator = serializers.CharField(allow_blank=True)
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    text = serializers.CharField()


def source_shown(source: Source) -> dict[str, Any]:
    """The fields of `SourceSerializer`; reads `source.family`."""
    return {
        "slug": source.slug,
        "name": source.name,
        "family": source.family.slug,
        "family_name": source.family.name,
        "reliability": source.reliability,
        "licence": source.licence,
        "url": source.url,
    }


def report_shown(report: Report) -> dict[str, Any]:
    """The fields of `ReportSerializer`."""
    return {name: getattr(report, name) for name in ReportSerializer._declared_fields}


def passage_shown(passage: Passage) -> dict[str, Any]:
    """The fields of `PassageSerializer`."""
    return {name: getattr(passage, name) for name in PassageSerializer._declared_fields}


class SourcesQuery(PagedQuery, DatedQuery):
    """Parameters of the list of sources."""


class SourcesView(RowsEndpoint):
    """Sources with something to show."""

    query_class = SourcesQuery
    row_class = SourceSerializer
    name = "sources"

    @extend_schema(
        operation_id="sources",
        summary="Sources and licences",
        tags=["evidence"],
        parameters=[SourcesQuery],
        responses=answers(enveloped("SourcePage", SourceSerializer), csv=True),
    )
    def get(self, request: Request) -> Response:
        """Sources of what you may see here, by name, each with its licence.

        With `as_of` or `known_at`: only those of which something was known by then.
        """
        known_on = self.as_of.known_on if self.is_dated else None
        sources = _seen_by(request.user, known_on=known_on).select_related("family").order_by("name", "pk")
        rows, envelope = self.page(sources)
        return Response({**envelope, "results": [source_shown(source) for source in rows]})


def _seen_by(user: User | AnonymousUser, *, known_on: dt.date | None) -> QuerySet[Source]:
    """Sources of evidence or series that `user` may see: a source of hidden things alone is not named."""
    evidence = Evidence.objects.visible_to(user).ever_accepted().filter(passage__report__source=OuterRef("pk"))
    reports = Report.objects.visible_to(user)
    series = SeriesValue.objects.filter(report__source=OuterRef("pk"), report__in=reports)
    if known_on is not None:
        evidence, series = evidence.filter(known_at__date__lte=known_on), series.filter(known_at__date__lte=known_on)
    return Source.objects.filter(Exists(evidence) | Exists(series))
