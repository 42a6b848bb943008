"""Back-tests: one stored run with its figures, and the others to choose from."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from countries.charts import Chart
from countries.models import Country
from indicators import backtest_charts, backtesting
from indicators.backtest.errors import BacktestError
from indicators.backtest.printed import NAMES, SAME_MONTHS
from indicators.backtest.verdict import named
from indicators.backtest.yardsticks import PUBLISHED
from indicators.models import BacktestRequest, BacktestRun, Factor, MethodVersion
from indicators.models.score import Level
from indicators.views.asked import refuse_unknown
from indicators.views.backtest_form import BacktestForm
from people.access import requires
from people.permissions import Action, may
from r2p_dashboard import clock, pipeline
from reports.views.seen import person_of

CHOICES_MAX = 50
REQUESTS_SHOWN = 5
MAY_ASK = Action.DECIDE_EVIDENCE


@dataclasses.dataclass(frozen=True, slots=True)
class OnsetLine:
    """One tested outcome as the table says it."""

    country: str
    iso3: str
    start: str
    index: float | None
    level: str
    place: float | None
    is_hard: str
    stood: str


@require_safe
def backtest(request: HttpRequest) -> HttpResponse:
    """`?run=` chooses; else the latest of the method in use, else the latest of any."""
    refuse_unknown(request, "run")
    return _page(request, _form(request))


@require_POST
@requires(MAY_ASK)
def ask(request: HttpRequest) -> HttpResponse:
    """Asks a worker for a run."""
    form = _form(request, request.POST)
    if form is None or not form.is_valid():
        return _page(request, form, status=400)
    try:
        backtesting.ask(
            outcomes=form.cleaned_data["outcomes"],
            question=form.question,
            knowledge=form.cleaned_data["knowledge"],
            by=person_of(request),
            at=clock.now(),
        )
    except BacktestError as error:
        form.add_error("outcomes", str(error))
        return _page(request, form, status=400)
    transaction.on_commit(pipeline.ring_backtests)
    messages.success(request, _("Asked for. A worker computes it; this page shows it when it is done."))
    return redirect("backtest")


def _form(request: HttpRequest, *sent: Any) -> BacktestForm | None:
    return BacktestForm(*sent) if may(request.user, MAY_ASK) else None


def _page(request: HttpRequest, form: BacktestForm | None, *, status: int = 200) -> HttpResponse:
    choices = _choices()
    run = _chosen(request.GET.get("run", ""), choices)
    context: dict[str, Any] = {"run": run, "choices": choices, "form": form, "published": PUBLISHED}
    if form is not None:
        asked = BacktestRequest.objects.select_related("outcomes").order_by("-pk")[:REQUESTS_SHOWN]
        context["requests"] = list(asked)
    if run is not None:
        context |= {"result": run.result, **_shown(run)}
    return render(request, "indicators/backtest.html", context, status=status)


def _choices() -> list[BacktestRun]:
    """The latest run of each question, without its result: those of the method in use first, then latest first."""
    latest: dict[tuple[object, ...], BacktestRun] = {}
    runs = _runs().defer("result")
    for run in runs[: CHOICES_MAX * 10]:
        question = (run.method_id, run.outcomes_id, run.first_year, run.last_year, run.horizon, run.knowledge)
        latest.setdefault(question, run)
    return list(latest.values())[:CHOICES_MAX]


def _chosen(asked: str, choices: list[BacktestRun]) -> BacktestRun | None:
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise BadRequest(_("run is %(found)s; wanted the number of a back-test") % {"found": repr(asked[:20])})
    pk = int(asked) if asked else choices[0].pk if choices else None
    if pk is None:
        return None
    run = _runs().filter(pk=pk).first()
    if run is None:
        raise Http404(_("back-test %(pk)s: there is none") % {"pk": pk})
    return run


def _runs() -> QuerySet[BacktestRun]:
    """Every run with its list and method, those of the method in use first (`is_in_use`), then latest first."""
    in_use = Q(method__in=MethodVersion.objects.by_use().values("pk")[:1])
    mark = ExpressionWrapper(in_use, output_field=BooleanField())
    runs = BacktestRun.objects.select_related("outcomes", "method")
    return runs.annotate(is_in_use=mark).order_by("-is_in_use", "-ran_at", "-pk")


def _shown(run: BacktestRun) -> dict[str, Any]:
    """What the template needs beside a tested result: charts, and rows with words."""
    result, method = run.result, str(run.method)
    source = gettext("back-test of %(method)s against %(outcomes)s, computed on %(ran_at)s") % {
        "method": method,
        "outcomes": run.outcomes,
        "ran_at": f"{run.ran_at:%-d %B %Y}",
    }
    if result["status"] != "tested":
        return {}
    charts: list[Chart] = [
        backtest_charts.roc(result, source=source),
        backtest_charts.precision_recall(result, source=source),
    ]
    factors = dict(Factor.objects.filter(framework__methods__isnull=False).values_list("number", "title"))
    return {
        "verdict": named(result["verdict"]["sentence"], method),
        "charts": charts,
        "reliability": backtest_charts.reliability(result, source=source),
        "figures": _figures(result),
        "onsets": _onsets(result),
        "factors": [one | {"title": factors.get(one["factor"], "")} for one in result["factors"]],
        "parts": [("Region", result["regions"]), ("Coverage", result["bands"])],
    }


def _figures(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The index on every tested month, then the three on the months that all of them know."""
    whole = result["index"] | {"key": "index", "rows": result["counts"]["rows"]}
    common = [one for one in result["yardsticks"] if one["key"] != "index" or one["rows"] != whole["rows"]]
    rows = [one | {"name": _(NAMES[one["key"]])} for one in [whole, *common]]
    return [
        rows[0],
        *(row | {"name": _(SAME_MONTHS) if row["key"] == "index" else row["name"]} for row in rows[1:]),
    ]


def _onsets(result: Mapping[str, Any]) -> list[OnsetLine]:
    names = dict(Country.objects.values_list("iso3", "name_en"))
    return [
        OnsetLine(
            country=names.get(one["country"], one["country"]),
            iso3=one["country"],
            start=one["start"],
            index=one["index"],
            level="" if one["level"] is None else str(Level(int(one["level"])).label),
            place=one["place"],
            is_hard={None: gettext("not known"), 1.0: gettext("yes"), 0.0: gettext("no")}[one["hard"]],
            stood=_stood(one),
        )
        for one in result["onsets"]
    ]


def _stood(one: Mapping[str, Any]) -> str:
    months = one["months_in_top_30"]
    if months is None:
        return gettext("no") if one.get("is_told", True) else gettext("not known")
    said = (
        ngettext("%(count)s month or more", "%(count)s months or more", months)
        if one["is_cut"]
        else ngettext("%(count)s month", "%(count)s months", months)
    )
    return said % {"count": months}
