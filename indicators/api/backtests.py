"""Back-tests as data."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.backtest.verdict import named
from indicators.models import BacktestRun
from indicators.models.backtest import Knowledge
from r2p_dashboard.api import Endpoint, PagedQuery, Query, RowsEndpoint, absolute, answers, enveloped


class BacktestRow(serializers.Serializer[Any]):
    """One back-test in short. Figures are null where it could not be tested."""

    id = serializers.IntegerField(help_text="Stable: a run is never changed and never removed")
    url = serializers.URLField(help_text="The whole result")
    label = serializers.CharField(help_text="HINDSIGHT, or REAL-TIME where only snapshots stored at the time count")  # type: ignore[assignment]
    is_tested = serializers.BooleanField(
        help_text="False where the test years hold too little: then there are counts only"
    )
    method_sha256 = serializers.CharField()
    outcomes = serializers.CharField(help_text="Name of the outcome list")
    title = serializers.CharField()
    definition = serializers.CharField()
    outcome_source = serializers.CharField()
    outcome_licence = serializers.CharField()
    first_year = serializers.IntegerField()
    last_year = serializers.IntegerField()
    horizon = serializers.IntegerField(help_text="Months")
    knowledge = serializers.ChoiceField(Knowledge.values)
    known_on = serializers.DateField()
    input_digest = serializers.CharField(help_text="SHA-256 over method, outcomes, question and rows")
    ran_at = serializers.DateTimeField()
    onsets = serializers.IntegerField(help_text="Outcomes that were tested on")
    rows = serializers.IntegerField(help_text="Country-months")
    base_rate = serializers.FloatField(allow_null=True)
    auc = serializers.FloatField(allow_null=True)
    auc_low = serializers.FloatField(allow_null=True)
    auc_high = serializers.FloatField(allow_null=True)
    ap = serializers.FloatField(allow_null=True, help_text="Average precision")
    recall_10 = serializers.FloatField(allow_null=True)
    recall_30 = serializers.FloatField(allow_null=True)
    beats_decayed_deaths = serializers.BooleanField(allow_null=True)
    verdict = serializers.CharField(allow_blank=True, help_text="With the name of the version that was tested")


class BacktestFull(BacktestRow):
    """One back-test with everything that it says."""

    result = serializers.JSONField(
        help_text="Counts, figures, curves, outcomes and variants as docs/backtest.md names them"
    )


class BacktestsView(RowsEndpoint):
    """Every back-test in short."""

    query_class = PagedQuery
    row_class = BacktestRow
    name = "backtests"

    @extend_schema(
        operation_id="backtests",
        summary="Back-tests",
        tags=["tests"],
        parameters=[PagedQuery],
        responses=answers(enveloped("BacktestPage", BacktestRow), csv=True),
    )
    def get(self, request: Request) -> Response:
        """Every stored back-test, latest first: each method version against each outcome list."""
        runs = BacktestRun.objects.select_related("outcomes", "method").order_by("-ran_at", "-pk")
        rows, envelope = self.page(runs)
        return Response({**envelope, "results": [_row(run, request) for run in rows]})


class BacktestView(Endpoint):
    """One back-test."""

    query_class = Query

    @extend_schema(
        operation_id="backtest",
        summary="One back-test",
        tags=["tests"],
        responses=answers(BacktestFull, missing=True),
    )
    def get(self, request: Request, id: int) -> Response:
        """One stored back-test with everything that it says."""
        run = BacktestRun.objects.select_related("outcomes", "method").filter(pk=id).first()
        if run is None:
            raise Http404
        return Response({**_row(run, request), "result": run.result})


def _row(run: BacktestRun, request: Request) -> dict[str, Any]:
    return {
        "id": run.pk,
        "url": absolute(request, "api:backtest", run.pk),
        "method_sha256": run.method.sha256,
        "outcomes": run.outcomes.slug,
        "title": run.outcomes.title,
        "definition": run.outcomes.definition,
        "outcome_source": run.outcomes.source,
        "outcome_licence": run.outcomes.licence,
        **{name: getattr(run, name) for name in ("first_year", "last_year", "horizon", "knowledge", "known_on")},
        "input_digest": run.input_digest,
        "ran_at": run.ran_at,
        **_figures(run.result, str(run.method)),
    }


def _figures(result: dict[str, Any], method: str) -> dict[str, Any]:
    index = result.get("index", {})
    low, high = (index.get("intervals") or {}).get("auc") or (None, None)
    verdict = result.get("verdict", {"beats": None, "sentence": ""})
    return {
        "label": result["label"],
        "is_tested": result["status"] == "tested",
        "onsets": result["counts"]["onsets"],
        "rows": result["counts"]["rows"],
        "base_rate": result.get("base_rate"),
        **{name: index.get(name) for name in ("auc", "ap", "recall_10", "recall_30")},
        "auc_low": low,
        "auc_high": high,
        "beats_decayed_deaths": verdict["beats"],
        "verdict": named(verdict["sentence"], method),
    }
