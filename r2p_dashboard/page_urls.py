"""Addresses of the project's own pages."""

from django.urls import path

from r2p_dashboard import views
from r2p_dashboard.search.views import search
from r2p_dashboard.style_guide import style_page

urlpatterns = [
    path("search/", search, name="search"),
    path("status/", views.status, name="status"),
    path("status/notices/<int:notice_id>/close/", views.close, name="notice_close"),
    path("style/", style_page, name="style"),
    path("health", views.health, name="health"),
]
