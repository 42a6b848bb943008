"""Addresses of the Framework, its evidence and the method."""

from django.urls import path

from indicators.views import (
    backtest,
    entry,
    evidence,
    factors,
    imports,
    method,
    review,
    sensitivity,
    suggestions,
    whatif,
)

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
    path("import/", imports.imports, name="imports"),
    path("import/template/<str:kind>.csv", imports.template, name="import_template"),
    path("import/<int:import_id>/", imports.table_import, name="import"),
    path("import/<int:import_id>/sheet/", imports.sheet, name="import_sheet"),
    path("import/<int:import_id>/columns/", imports.columns, name="import_columns"),
    path("import/<int:import_id>/answers/", imports.answers, name="import_answers"),
    path("import/<int:import_id>/confirm/", imports.confirm, name="import_confirm"),
    path("import/<int:import_id>/drop/", imports.drop, name="import_drop"),
    path("import/<int:import_id>/undo/", imports.undo, name="import_undo"),
    path("import/<int:import_id>/refused.csv", imports.refused, name="import_refused"),
    path("review/", review.review, name="review"),
    path("suggestions/", suggestions.suggestions, name="suggestions"),
    path("suggestions/<int:suggestion_id>/accept/", suggestions.accept, name="suggestion_accept"),
    path("suggestions/<int:suggestion_id>/reject/", suggestions.reject, name="suggestion_reject"),
    path("suggestions/decisions/<int:decision_id>/undo/", suggestions.undo, name="suggestion_undo"),
    path("countries/<str:iso3>/what-if/", whatif.what_if, name="what_if"),
    path("countries/<str:iso3>/what-if/case.json", whatif.what_if_case, name="what_if_case"),
    path("method/", method.method, name="method"),
    path("backtest/", backtest.backtest, name="backtest"),
    path("backtest/ask/", backtest.ask, name="backtest_ask"),
    path("sensitivity/", sensitivity.sensitivity, name="sensitivity"),
]
