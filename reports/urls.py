"""Addresses of sources, reports and what was sent in."""

from django.urls import path

from reports.views import (
    alike,
    batch,
    correcting,
    life,
    report,
    retrieval,
    rounds,
    scan,
    sending,
    sent,
    source_editing,
    sources,
    unread,
)

urlpatterns = [
    path("sources/", sources.sources, name="sources"),
    path("sources/new/", source_editing.source_new, name="source_new"),
    path("sources/fetched/", rounds.sources_fetched, name="sources_fetched"),
    path("sources/fetch-all/", rounds.sources_fetch_all, name="sources_fetch_all"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("sources/<slug:slug>/edit/", source_editing.source_edit, name="source_edit"),
    path("sources/<slug:slug>/fetch/", sources.source_fetch, name="source_fetch"),
    path("reports/new/", sending.report_new, name="report_new"),
    path("reports/sent/", sent.sent, name="sent"),
    path("reports/sent/<int:batch_id>/", batch.batch, name="batch"),
    path("reports/sent/<int:batch_id>/again/", batch.batch_again, name="batch_again"),
    path("reports/unread/", unread.unread, name="unread"),
    path("reports/<int:report_id>/type/", unread.report_type, name="report_type"),
    path("reports/<int:report_id>/scan/", scan.report_scan, name="report_scan"),
    path("reports/<int:report_id>/scan/<int:number>/", scan.report_picture, name="report_picture"),
    path("reports/possible-updates/", alike.possible_updates, name="possible_updates"),
    path("reports/possible-updates/<int:pair_id>/", alike.text_pair, name="text_pair"),
    path("reports/decisions/<int:decision_id>/undo/", alike.cluster_undo, name="cluster_undo"),
    path("reports/<int:report_id>/split/", alike.report_split, name="report_split"),
    path("reports/<int:report_id>/join/", alike.report_join, name="report_join"),
    path("reports/<int:report_id>/", report.report, name="report"),
    path("reports/<int:report_id>/life/", life.report_life, name="report_life"),
    path("reports/<int:report_id>/bytes/", life.report_bytes, name="report_bytes"),
    path("reports/<int:report_id>/correct/", correcting.report_correct, name="report_correct"),
    path("corrections/<int:correction_id>/undo/", correcting.correction_undo, name="correction_undo"),
    path("retrievals/<int:retrieval_id>/", retrieval.retrieval, name="retrieval"),
]
