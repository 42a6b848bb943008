"""Addresses of the Framework, its evidence and the method."""

from django.urls import path

from indicators.views import backtest, entry, evidence, factors, method, review, second_reading, sensitivity, whatif
from indicators.views.desk import bulk, claims, decisions, document, left, page

urlpatterns = [
    path("factors/", factors.factors, name="factors"),
    path("factors/<int:number>/", factors.factor, name="factor"),
    path("evidence/", evidence.evidence_list, name="evidence"),
    path("evidence/new/", entry.evidence_new, name="evidence_new"),
    path("evidence/new/indicator/", entry.indicator_help, name="indicator_help"),
    path("evidence/<int:evidence_id>/", evidence.evidence_detail, name="evidence_detail"),
    path("evidence/<int:evidence_id>/accept/", review.accept, name="evidence_accept"),
    path("evidence/<int:evidence_id>/reject/", review.reject, name="evidence_reject"),
    path("evidence/<int:evidence_id>/retract/", review.retract, name="evidence_retract"),
    path("review/", review.review, name="review"),
    path("evidence/<int:evidence_id>/disagree/", second_reading.disagree, name="evidence_disagree"),
    path("evidence/<int:evidence_id>/settle/", second_reading.settle, name="evidence_settle"),
    path("evidence/<int:evidence_id>/withdraw/", second_reading.withdraw, name="evidence_withdraw"),
    path("suggestions/", page.suggestions, name="suggestions"),
    path("suggestions/left/", left.left, name="suggestions_left"),
    path("suggestions/bulk/", bulk.bulk, name="suggestions_bulk"),
    path("suggestions/bulk/<int:bulk_id>/undo/", bulk.undo, name="suggestions_bulk_undo"),
    path("suggestions/<int:suggestion_id>/document/", document.document, name="suggestion_document"),
    path("suggestions/<int:suggestion_id>/claim/", claims.claim, name="suggestion_claim"),
    path("suggestions/<int:suggestion_id>/accept/", decisions.accept, name="suggestion_accept"),
    path("suggestions/<int:suggestion_id>/reject/", decisions.reject, name="suggestion_reject"),
    path("suggestions/decisions/<int:decision_id>/undo/", decisions.undo, name="suggestion_undo"),
    path("countries/<str:iso3>/what-if/", whatif.what_if, name="what_if"),
    path("countries/<str:iso3>/what-if/case.json", whatif.what_if_case, name="what_if_case"),
    path("method/", method.method, name="method"),
    path("backtest/", backtest.backtest, name="backtest"),
    path("backtest/ask/", backtest.ask, name="backtest_ask"),
    path("sensitivity/", sensitivity.sensitivity, name="sensitivity"),
]
