"""Addresses of the project's own pages."""

from django.urls import path

from r2p_dashboard import views

urlpatterns = [
    path("status/", views.status, name="status"),
    path("status/notices/<int:notice_id>/close/", views.close, name="notice_close"),
    path("health", views.health, name="health"),
]
