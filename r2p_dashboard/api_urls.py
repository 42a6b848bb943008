"""Every address under `/api/v1/`."""

from django.urls import path, re_path

from alerts.api.alerts import AlertsView, AlertView
from alerts.api.ledger import LedgerView, SignalsView
from alerts.api.numbers import AlertNumbersView
from countries.api import CountriesView, CountryView
from indicators.api.backtests import BacktestsView, BacktestView
from indicators.api.beside import EventsView, PublishedView
from indicators.api.country import ContributionsView, ScoreView
from indicators.api.evidence import EvidenceDetailView, EvidenceListView
from indicators.api.explained import BreakdownView, ChangeEvidenceView, ChangeView
from indicators.api.framework import FrameworkView, IndicatorsView
from indicators.api.history import HistoryView
from indicators.api.methods import MethodsView
from indicators.api.scores import ScoresView
from indicators.api.sensitivity import SensitivityView
from indicators.api.series import SeriesView
from r2p_dashboard.api_docs import IndexView, SchemaView, nothing_here, schema_page
from reports.api import SourcesView

app_name = "api"

COUNTRY = r"^countries/(?P<iso3>[A-Za-z]{3})"
urlpatterns = [
    path("", IndexView.as_view(), name="index"),
    path("countries/", CountriesView.as_view(), name="countries"),
    re_path(rf"{COUNTRY}/$", CountryView.as_view(), name="country"),
    re_path(rf"{COUNTRY}/score/$", ScoreView.as_view(), name="country_score"),
    re_path(rf"{COUNTRY}/history/$", HistoryView.as_view(), name="country_history"),
    re_path(rf"{COUNTRY}/contributions/$", ContributionsView.as_view(), name="country_contributions"),
    re_path(rf"{COUNTRY}/breakdown/$", BreakdownView.as_view(), name="country_breakdown"),
    re_path(rf"{COUNTRY}/change/$", ChangeView.as_view(), name="country_change"),
    re_path(rf"{COUNTRY}/change/evidence/$", ChangeEvidenceView.as_view(), name="country_change_evidence"),
    re_path(rf"{COUNTRY}/series/$", SeriesView.as_view(), name="country_series"),
    re_path(rf"{COUNTRY}/events/$", EventsView.as_view(), name="country_events"),
    re_path(rf"{COUNTRY}/published/$", PublishedView.as_view(), name="country_published"),
    path("framework/", FrameworkView.as_view(), name="framework"),
    path("framework/indicators/", IndicatorsView.as_view(), name="indicators"),
    path("methods/", MethodsView.as_view(), name="methods"),
    path("scores/", ScoresView.as_view(), name="scores"),
    path("sensitivity/", SensitivityView.as_view(), name="sensitivity"),
    path("backtests/", BacktestsView.as_view(), name="backtests"),
    path("backtests/<int:id>/", BacktestView.as_view(), name="backtest"),
    path("evidence/", EvidenceListView.as_view(), name="evidence"),
    path("evidence/<int:id>/", EvidenceDetailView.as_view(), name="evidence_detail"),
    path("sources/", SourcesView.as_view(), name="sources"),
    path("alerts/", AlertsView.as_view(), name="alerts"),
    path("alerts/<int:id>/", AlertView.as_view(), name="alert"),
    path("signals/", SignalsView.as_view(), name="signals"),
    path("ledger/", LedgerView.as_view(), name="ledger"),
    path("alert-numbers/", AlertNumbersView.as_view(), name="alert_numbers"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", schema_page, name="docs"),
    re_path(r"^.*/$", nothing_here),
]
