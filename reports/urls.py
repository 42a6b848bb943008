"""Addresses of sources, reports and what was sent in."""

from django.urls import path

from reports import views

urlpatterns = [
    path("sources/", views.sources, name="sources"),
    path("reports/new/", views.report_new, name="report_new"),
    path("reports/<int:report_id>/", views.report, name="report"),
    path("retrievals/<int:retrieval_id>/", views.retrieval, name="retrieval"),
]
