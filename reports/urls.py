"""Addresses of sources, reports and what was sent in."""

from django.urls import path

from reports.views import alike, report, retrieval, sending, sources

urlpatterns = [
    path("sources/", sources.sources, name="sources"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("sources/<slug:slug>/fetch/", sources.source_fetch, name="source_fetch"),
    path("reports/new/", sending.report_new, name="report_new"),
    path("reports/possible-updates/", alike.possible_updates, name="possible_updates"),
    path("reports/possible-updates/<int:pair_id>/", alike.text_pair, name="text_pair"),
    path("reports/decisions/<int:decision_id>/undo/", alike.cluster_undo, name="cluster_undo"),
    path("reports/<int:report_id>/split/", alike.report_split, name="report_split"),
    path("reports/<int:report_id>/join/", alike.report_join, name="report_join"),
    path("reports/<int:report_id>/", report.report, name="report"),
    path("retrievals/<int:retrieval_id>/", retrieval.retrieval, name="retrieval"),
]
