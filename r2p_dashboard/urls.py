"""Every address of the site."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

_PARTS = {"": ["countries.urls", "indicators.urls", "reports.urls", "people.urls", "r2p_dashboard.page_urls"]}
_PARTS["api/v1/"] = ["r2p_dashboard.api_urls"]

urlpatterns: list[URLPattern | URLResolver] = [
    path(prefix, include(module)) for prefix, modules in _PARTS.items() for module in modules if find_spec(module)
]
urlpatterns.append(path("admin/", admin.site.urls))

handler400 = "r2p_dashboard.views.bad_request"
handler403 = "r2p_dashboard.views.permission_denied"
handler404 = "r2p_dashboard.views.page_not_found"
handler500 = "r2p_dashboard.views.server_error"
