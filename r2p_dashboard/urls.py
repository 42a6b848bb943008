"""Every address of the site."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("countries.urls")),
    path("", include("indicators.urls")),
    path("", include("reports.urls")),
    path("", include("alerts.urls")),
    path("", include("people.urls")),
    path("", include("r2p_dashboard.page_urls")),
    path("api/v1/", include("r2p_dashboard.api_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "r2p_dashboard.views.bad_request"
handler403 = "r2p_dashboard.views.permission_denied"
handler404 = "r2p_dashboard.views.page_not_found"
handler500 = "r2p_dashboard.views.server_error"
