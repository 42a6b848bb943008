"""The score of one country over time: two lines computed from what is known, and one of what was published."""

import math
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.api.country import CountryRowsQuery, OneScored, about_shown, profile_at
from indicators.api.methods import method_asked
from indicators.api.standing import LEVEL_HELP, LEVELS, IntervalSerializer, interval_shown, level_word, stored_shown
from indicators.models import History
from indicators.profile import CountryProfile, HistoryLine
from indicators.published_then import PublishedPoint, as_published
from r2p_dashboard.api import ISO3, RowsEndpoint, answers, enveloped

PUBLISHED_THEN = "published_then"
LINES = [*History.Line.values, PUBLISHED_THEN]


class HistoryRow(serializers.Serializer[Any]):
    """One point of a monthly line."""

    day = serializers.DateField()
    level = serializers.ChoiceField(LEVELS, allow_null=True, help_text=LEVEL_HELP)
    index = serializers.FloatField(allow_null=True)
    coverage = serializers.FloatField(allow_null=True)
    interval = IntervalSerializer(allow_null=True, help_text="Of year ends, and of month ends of the last ten years")
    valid_day = serializers.DateField(help_text="What the score is of: `day`, but on the line `published_then`")
    method = serializers.CharField(allow_null=True, help_text="SHA-256")
    run = serializers.IntegerField(allow_null=True)


class HistoryAbout(OneScored):
    """Which line it is."""

    line = serializers.ChoiceField(LINES)


class HistoryQuery(CountryRowsQuery):
    """Parameters of the history."""

    line = serializers.ChoiceField(
        LINES,
        default=History.Line.HINDSIGHT,
        help_text="`hindsight`: with all that is known now; `known_then`: with what was public on each day; "
        "`published_then`: what stood at the end of each day on which scores were published",
    )


class HistoryView(RowsEndpoint):
    """The monthly line of one country."""

    query_class = HistoryQuery
    row_class = HistoryRow
    about_class = HistoryAbout
    name = "history"

    @extend_schema(
        operation_id="country_history",
        summary="Score of one country, month by month",
        tags=["scores"],
        parameters=[ISO3, HistoryQuery],
        responses=answers(enveloped("HistoryRows", HistoryRow, HistoryAbout, paged=False), csv=True, missing=True),
    )
    def get(self, request: Request, iso3: str) -> Response:
        """One monthly line, oldest first; the last point is the moment asked for."""
        shown = profile_at(self, iso3, with_history=True)
        key = str(self.asked["line"])
        if key == PUBLISHED_THEN:
            points = as_published(shown.country, until=self.as_of.known_on, method=method_asked(self))
            rows = [_published_row(point) for point in points]
        else:
            rows = [row for line in shown.history if line.key == key for row in _points(shown, line)]
        return Response({**about_shown(shown), "line": key, "count": len(rows), "results": rows})


def _points(shown: CountryProfile, line: HistoryLine) -> list[dict[str, Any]]:
    by = {"method": shown.method.sha256 if shown.method else None, "run": shown.run.pk if shown.run else None}
    return [
        {
            "day": day,
            "level": None if math.isnan(overall) else level_word(level),
            "index": None if math.isnan(overall) else overall,
            "coverage": None if math.isnan(coverage) else coverage,
            "interval": interval_shown(line.band.get(day)),
            "valid_day": day,
            **by,
        }
        for day, overall, coverage, level in zip(line.days, line.overall, line.coverage, line.levels, strict=True)
    ]


def _published_row(point: PublishedPoint) -> dict[str, Any]:
    snapshot = point.snapshot
    return {
        "day": point.day,
        "valid_day": snapshot.as_of,
        **stored_shown(snapshot),
        "coverage": snapshot.coverage if snapshot.assessed else None,
        "method": snapshot.method.sha256,
        "run": snapshot.run_id,
    }
