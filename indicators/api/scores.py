"""The scores of all countries."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.api.methods import ScoredQuery, method_asked
from indicators.api.standing import Scored, StandingSerializer, scored_world, standing_shown
from indicators.world import WorldRow, world
from r2p_dashboard.api import PagedQuery, RowsEndpoint, answers, enveloped
from r2p_dashboard.paging import PAGE_SIZE_WORLD


class ScoreOf(serializers.Serializer[Any]):
    """Whose score it is."""

    country = serializers.CharField(help_text="ISO 3166-1 alpha-3")
    name = serializers.CharField()


class ScoreRow(ScoreOf, StandingSerializer):
    """The score of one country."""

    url = serializers.URLField(help_text="The score with its factors and indicators")


class ScoresQuery(PagedQuery, ScoredQuery):
    """Parameters of the scores of all countries."""


class ScoresView(RowsEndpoint):
    """The scores of all countries."""

    query_class = ScoresQuery
    row_class = ScoreRow
    about_class = Scored
    name = "scores"
    size = PAGE_SIZE_WORLD

    @extend_schema(
        operation_id="scores",
        summary="Scores of all countries",
        tags=["scores"],
        parameters=[ScoresQuery],
        responses=answers(enveloped("ScorePage", ScoreRow, Scored), csv=True),
    )
    def get(self, request: Request) -> Response:
        """The scores of all countries at one moment, alphabetically; what is not assessed has nulls."""
        method, moment = method_asked(self), self.as_of
        shown = world(day=moment.day, known_on=moment.known_on, is_current=moment.is_current, method=method)
        rows, envelope = self.page(shown.rows)
        base = request.build_absolute_uri(reverse("api:countries"))
        return Response({**scored_world(shown), **envelope, "results": [_row(row, base) for row in rows]})


def _row(row: WorldRow, base: str) -> dict[str, Any]:
    iso3 = row.country.iso3
    return {"country": iso3, "name": row.country.name_en, **standing_shown(row), "url": f"{base}{iso3}/score/"}
