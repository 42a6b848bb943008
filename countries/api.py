"""Countries with their codes and names, and what stands of each."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from countries.models import Country
from indicators.api.standing import Scored, StandingSerializer, scored_world, standing_shown
from indicators.world import World, WorldRow, world
from r2p_dashboard.api import ISO3, DatedQuery, Endpoint, PagedQuery, RowsEndpoint, answers, enveloped
from r2p_dashboard.clock import AsOf
from r2p_dashboard.paging import PAGE_SIZE_WORLD


class CountryFacts(serializers.Serializer[Any]):
    """Codes and names of a State."""

    iso3 = serializers.CharField(help_text="ISO 3166-1 alpha-3: the country's name in every address")
    iso2 = serializers.CharField()
    m49 = serializers.IntegerField(help_text="ISO 3166-1 numeric and UN M49")
    gw_code = serializers.IntegerField(allow_null=True, help_text="Gleditsch–Ward number")
    name_en = serializers.CharField()
    name_fr = serializers.CharField()
    name_es = serializers.CharField()
    name_ru = serializers.CharField()
    name_zh = serializers.CharField()
    name_ar = serializers.CharField()
    un_status = serializers.ChoiceField(Country.Status.choices)
    region = serializers.CharField(help_text="UN M49")
    region_code = serializers.IntegerField()
    subregion = serializers.CharField(help_text="UN M49")
    subregion_code = serializers.IntegerField()
    population = serializers.IntegerField(allow_null=True)
    population_year = serializers.IntegerField(allow_null=True)


class CountryRow(CountryFacts, StandingSerializer):
    """A State with its codes, its names and what stands of it."""

    url = serializers.URLField()


class CountryLinks(serializers.Serializer[Any]):
    """What there is of one country."""

    score = serializers.URLField()
    history = serializers.URLField()
    contributions = serializers.URLField()
    breakdown = serializers.URLField()
    change = serializers.URLField()
    change_evidence = serializers.URLField()
    series = serializers.URLField()
    evidence = serializers.URLField()


class CountrySerializer(CountryRow, Scored):
    """One country, with the addresses of all that there is of it."""

    links = CountryLinks()


class CountriesQuery(PagedQuery, DatedQuery):
    """Parameters of the list of countries."""


def country_or_404(iso3: str) -> Country:
    """The country of an address. Raises Http404."""
    country = Country.objects.filter(iso3=iso3.upper()).first()
    if country is None:
        raise Http404(f"{iso3[:20]!r} is no country here; wanted an ISO 3166-1 alpha-3 code, such as MMR")
    return country


def world_at(as_of: AsOf) -> World:
    """All countries at the moment of a request."""
    return world(day=as_of.day, known_on=as_of.known_on, is_current=as_of.is_current)


class CountriesView(RowsEndpoint):
    """All countries."""

    query_class = CountriesQuery
    row_class = CountryRow
    about_class = Scored
    name = "countries"
    size = PAGE_SIZE_WORLD

    @extend_schema(
        operation_id="countries",
        summary="All countries",
        tags=["countries"],
        parameters=[CountriesQuery],
        responses=answers(enveloped("CountryPage", CountryRow, Scored), csv=True),
    )
    def get(self, request: Request) -> Response:
        """Every Member State and observer State of the United Nations, alphabetically, with what stands of it."""
        shown = world_at(self.as_of)
        rows, envelope = self.page(shown.rows)
        base = request.build_absolute_uri(reverse("api:countries"))
        return Response({**scored_world(shown), **envelope, "results": [_row(row, base) for row in rows]})


class CountryView(Endpoint):
    """One country."""

    @extend_schema(
        operation_id="country",
        summary="One country",
        tags=["countries"],
        parameters=[ISO3, DatedQuery],
        responses=answers(CountrySerializer, missing=True),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """One country, with the addresses of all that there is of it."""
        country = country_or_404(iso3)
        shown = world_at(self.as_of)
        row = next(row for row in shown.rows if row.country.pk == country.pk)
        base = request.build_absolute_uri(reverse("api:countries"))
        evidence = request.build_absolute_uri(reverse("api:evidence"))
        names = [name for name in CountryLinks._declared_fields if name != "evidence"]
        links = {name: f"{base}{country.iso3}/{name.replace('_', '/')}/" for name in names}
        links["evidence"] = f"{evidence}?country={country.iso3}"
        return Response({**scored_world(shown), **_row(row, base), "links": links})


def _row(row: WorldRow, base: str) -> dict[str, Any]:
    """The fields of `CountryRow`."""
    facts = {name: getattr(row.country, name) for name in CountryFacts._declared_fields}
    return {**facts, **standing_shown(row), "url": f"{base}{row.country.iso3}/"}
