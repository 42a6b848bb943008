"""Scoring methods: every parameter under one SHA-256."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.models import MethodVersion
from r2p_dashboard.api import PagedQuery, RowsEndpoint, answers, enveloped


class MethodSerializer(serializers.Serializer[Any]):
    """Which method a score was computed by."""

    sha256 = serializers.CharField(help_text="Over formula, parameters, catalogue and goalposts: the method's name")
    formula = serializers.CharField()
    provisional = serializers.BooleanField(help_text="The cuts of the levels are not yet set by a back-test")


class MethodRow(MethodSerializer):
    """A method with all its parameters."""

    framework_version = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    parameters = serializers.JSONField()
    goalposts = serializers.JSONField()


def method_shown(method: MethodVersion | None) -> dict[str, Any] | None:
    """The fields of `MethodSerializer`."""
    if method is None:
        return None
    return {"sha256": method.sha256, "formula": method.formula, "provisional": method.provisional}


class MethodsView(RowsEndpoint):
    """Every published method."""

    query_class = PagedQuery
    row_class = MethodRow
    name = "methods"

    @extend_schema(
        operation_id="methods",
        summary="Scoring methods",
        tags=["framework"],
        parameters=[PagedQuery],
        responses=answers(enveloped("MethodPage", MethodRow), csv=True),
    )
    def get(self, request: Request) -> Response:
        """Every published method with its parameters, the one in use first."""
        rows, envelope = self.page(MethodVersion.objects.select_related("framework").order_by("-published_at", "-pk"))
        return Response({**envelope, "results": [_row(method) for method in rows]})


def _row(method: MethodVersion) -> dict[str, Any]:
    return {
        "sha256": method.sha256,
        "formula": method.formula,
        "provisional": method.provisional,
        "framework_version": method.framework.version,
        "published_at": method.published_at,
        "parameters": method.parameters,
        "goalposts": method.goalposts,
    }
