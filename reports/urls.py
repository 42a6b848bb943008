"""Addresses of sources, reports and what was sent in."""

from django.urls import path

from reports.views import report, retrieval, sending, sources

urlpatterns = [
    path("sources/", sources.sources, name="sources"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("sources/<slug:slug>/fetch/", sources.source_fetch, name="source_fetch"),
    path("reports/new/", sending.report_new, name="report_new"),
    path("reports/<int:report_id>/", report.report, name="report"),
    path("retrievals/<int:retrieval_id>/", retrieval.retrieval, name="retrieval"),
]
