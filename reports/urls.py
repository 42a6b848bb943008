"""Addresses of sources and reports."""

from django.urls import path

from reports import views

urlpatterns = [
    path("sources/", views.sources, name="sources"),
    path("reports/<int:report_id>/", views.report, name="report"),
]
