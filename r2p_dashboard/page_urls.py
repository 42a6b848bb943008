"""Addresses of the project's own pages."""

from django.urls import path

from r2p_dashboard import views
from r2p_dashboard.search.views import search

urlpatterns = [
    path("search/", search, name="search"),
    path("status/", views.status, name="status"),
    path("status/notices/<int:notice_id>/close/", views.close, name="notice_close"),
    path("health", views.health, name="health"),
]
