"""The API's index, its schema, and the page that shows the schema."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from r2p_dashboard.api import NOTE, Endpoint, InEnglish, Query, answers

NAMES = (
    "countries",
    "scores",
    "evidence",
    "sources",
    "framework",
    "indicators",
    "methods",
    "backtests",
    "sensitivity",
    "alert_numbers",
    "schema",
    "docs",
)


class IndexSerializer(serializers.Serializer[Any]):
    """The addresses of everything else."""

    countries = serializers.URLField()
    scores = serializers.URLField()
    evidence = serializers.URLField()
    sources = serializers.URLField()
    framework = serializers.URLField()
    indicators = serializers.URLField()
    methods = serializers.URLField()
    backtests = serializers.URLField()
    sensitivity = serializers.URLField()
    alert_numbers = serializers.URLField()
    schema = serializers.URLField()
    docs = serializers.URLField()
    note = serializers.CharField()


class IndexView(Endpoint):
    """The API's index."""

    query_class = Query

    @extend_schema(operation_id="index", summary="What there is", tags=["about"], responses=answers(IndexSerializer))
    def get(self, request: Request) -> Response:
        """The addresses of everything else."""
        links = {name: request.build_absolute_uri(reverse(f"api:{name}")) for name in NAMES}
        return Response({**links, "note": NOTE})


class SchemaView(InEnglish, SpectacularAPIView):
    """The OpenAPI schema, as YAML or JSON. 3.1, because 3.0 has no way to say that an object may be null."""

    http_method_names = ["get", "head"]
    custom_settings = {"OAS_VERSION": "3.1.0"}


@require_safe
def schema_page(request: HttpRequest) -> HttpResponse:
    """The schema for people; its script and styles are files of this site, as the site's policy asks."""
    return render(request, "api/docs.html", {"schema_address": reverse("api:schema")})


@csrf_exempt  # changes nothing; without this a POST would be answered with a page about a token
def nothing_here(request: HttpRequest) -> JsonResponse:
    """The API's own "not found"."""
    index = reverse("api:index")
    return JsonResponse({"detail": f"nothing at {request.path[:80]}; {index} lists what there is"}, status=404)
