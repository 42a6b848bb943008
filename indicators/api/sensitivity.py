"""How far the order of countries hangs on choices of the method."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.models.score import Level
from indicators.ordering import OrderedCountry, Stand, order
from r2p_dashboard.api import DatedQuery, Moment, PagedQuery, RowsEndpoint, answers, enveloped, moment
from r2p_dashboard.paging import PAGE_SIZE_WORLD


class PlaceSerializer(serializers.Serializer[Any]):
    """Index, level and place under one set of half-lives."""

    overall = serializers.FloatField(help_text="Index, 0 to 100")
    level = serializers.ChoiceField([level.name for level in Level], help_text="As it would be shown")
    place = serializers.FloatField(help_text="1 is the highest index; countries that tie share the middle of theirs")


class SensitivityRow(serializers.Serializer[Any]):
    """One assessed country under every change. Places are for judging the method; they are no league table."""

    country = serializers.CharField(help_text="ISO 3166-1 alpha-3")
    name = serializers.CharField()
    now = PlaceSerializer(help_text="The method as it is")
    half = PlaceSerializer(help_text="All half-lives of evidence halved")
    double = PlaceSerializer(help_text="All half-lives of evidence doubled")
    index_low = serializers.FloatField(help_text="5th percentile over the draws of the factor weights")
    index_high = serializers.FloatField(help_text="95th percentile")
    place_low = serializers.FloatField(
        help_text="5th percentile, not rounded. The page gives both ends equally many decimals: 3 to 4, 3.0 to 3.5;"
        " one number where both print alike: 23"
    )
    place_high = serializers.FloatField(help_text="95th percentile, likewise")


class SensitivityAbout(Moment):
    """What the rows were computed with."""

    method_sha256 = serializers.CharField()
    draws = serializers.IntegerField(help_text="Draws of the factor weights")
    not_assessed = serializers.IntegerField(help_text="Countries of which nothing is known: they have no place")


class SensitivityQuery(PagedQuery, DatedQuery):
    """Parameters of the order under changes."""


class SensitivityView(RowsEndpoint):
    """The order of countries under changed weights and half-lives."""

    query_class = SensitivityQuery
    row_class = SensitivityRow
    about_class = SensitivityAbout
    name = "sensitivity"
    size = PAGE_SIZE_WORLD

    @extend_schema(
        operation_id="sensitivity",
        summary="How far the order hangs on choices of the method",
        tags=["tests"],
        parameters=[SensitivityQuery],
        responses=answers(enveloped("SensitivityPage", SensitivityRow, SensitivityAbout), csv=True),
    )
    def get(self, request: Request) -> Response:
        """Every assessed country under drawn factor weights and under half and double half-lives."""
        found = order(day=self.as_of.day, known_on=self.as_of.known_on)
        rows, envelope = self.page(found.rows)
        about = {
            **moment(self.as_of),
            "method_sha256": found.method.sha256,
            "draws": found.draws,
            "not_assessed": found.not_assessed,
        }
        return Response({**about, **envelope, "results": [_row(row) for row in rows]})


def _row(row: OrderedCountry) -> dict[str, Any]:
    spans = ("index_low", "index_high", "place_low", "place_high")
    return {
        "country": row.iso3,
        "name": row.name,
        **{name: _stand(getattr(row, name)) for name in ("now", "half", "double")},
        **{name: getattr(row, name) for name in spans},
    }


def _stand(stand: Stand) -> dict[str, Any]:
    return {"overall": stand.overall, "level": stand.level.name, "place": stand.place}
