"""Addresses of sources, reports and what was sent in."""

from django.urls import path

from reports.views import correcting, report, retrieval, sending, sources

urlpatterns = [
    path("sources/", sources.sources, name="sources"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("sources/<slug:slug>/fetch/", sources.source_fetch, name="source_fetch"),
    path("reports/new/", sending.report_new, name="report_new"),
    path("reports/<int:report_id>/", report.report, name="report"),
    path("reports/<int:report_id>/correct/", correcting.report_correct, name="report_correct"),
    path("corrections/<int:correction_id>/undo/", correcting.correction_undo, name="correction_undo"),
    path("retrievals/<int:retrieval_id>/", retrieval.retrieval, name="retrieval"),
]
