"""Addresses of sources, reports and what was sent in."""

from django.urls import path

from reports.views import report, retrieval, rounds, sending, source_editing, sources

urlpatterns = [
    path("sources/", sources.sources, name="sources"),
    path("sources/new/", source_editing.source_new, name="source_new"),
    path("sources/fetched/", rounds.sources_fetched, name="sources_fetched"),
    path("sources/fetch-all/", rounds.sources_fetch_all, name="sources_fetch_all"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("sources/<slug:slug>/edit/", source_editing.source_edit, name="source_edit"),
    path("sources/<slug:slug>/fetch/", sources.source_fetch, name="source_fetch"),
    path("reports/new/", sending.report_new, name="report_new"),
    path("reports/<int:report_id>/", report.report, name="report"),
    path("retrievals/<int:retrieval_id>/", retrieval.retrieval, name="retrieval"),
]
