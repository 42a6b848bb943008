from django.urls import include, path

urlpatterns = [path("api/v1/", include("r2p_dashboard.api_urls"))]
