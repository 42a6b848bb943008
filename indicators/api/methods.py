"""Scoring methods: every parameter under one SHA-256."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from indicators.methods import MethodError, differences_between, published
from indicators.models import MethodVersion
from r2p_dashboard.api import DatedQuery, Endpoint, PagedQuery, RowsEndpoint, answers, enveloped


class MethodSerializer(serializers.Serializer[Any]):
    """Which method a score was computed by."""

    sha256 = serializers.CharField(help_text="Over formula, parameters, catalogue and goalposts: the method's name")
    formula = serializers.CharField()
    provisional = serializers.BooleanField(help_text="The cuts of the levels are not yet set by a back-test")


class MethodChange(serializers.Serializer[Any]):
    """One key in which a method differs from the one published before it."""

    key = serializers.CharField(help_text="Path with points, such as H.dynamic")
    old = serializers.JSONField(allow_null=True, help_text="null: it had no such key")
    new = serializers.JSONField(allow_null=True, help_text="null: it has no such key")


class MethodRow(MethodSerializer):
    """A method with all its parameters."""

    framework_version = serializers.IntegerField()
    is_in_use = serializers.BooleanField(help_text="Pages and alerts speak of this one")
    note = serializers.CharField(allow_blank=True, help_text="What changed and why")
    changes = MethodChange(many=True, help_text="Against the version published before it")
    published_at = serializers.DateTimeField()
    stands_from = serializers.DateTimeField(allow_null=True, help_text="First scores under it published")
    retired_at = serializers.DateTimeField(allow_null=True, help_text="No longer computed since; null: it is")
    parameters = serializers.JSONField()
    goalposts = serializers.JSONField()


class ScoredQuery(DatedQuery):
    """Parameters of everything that a method computes."""

    method = serializers.CharField(
        required=False,
        max_length=64,
        help_text="The first digits of the SHA-256 of a published method. Left out: the one in use.",
    )


def method_asked(view: Endpoint) -> MethodVersion | None:
    """The method that a request names; None stands for the one in use. Raises ParseError."""
    asked = view.asked.get("method")
    try:
        return published(str(asked)) if asked else None
    except MethodError as error:
        raise ParseError(str(error)) from error


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
        """Every method that was ever published with its parameters: the one in use first, then the latest."""
        versions = list(MethodVersion.objects.select_related("framework").order_by("-published_at", "-pk"))
        before = dict(zip(versions, [*versions[1:], None], strict=True))
        in_use = MethodVersion.objects.by_use().first()
        rows, envelope = self.page(sorted(versions, key=lambda method: method != in_use))
        return Response({**envelope, "results": [_row(method, before[method], in_use) for method in rows]})


def _row(method: MethodVersion, before: MethodVersion | None, in_use: MethodVersion | None) -> dict[str, Any]:
    changes = differences_between(before, method) if before else []
    return {
        "sha256": method.sha256,
        "formula": method.formula,
        "provisional": method.provisional,
        "framework_version": method.framework.version,
        "is_in_use": method == in_use,
        "note": method.note,
        "changes": [{"key": one.key, "old": one.old, "new": one.new} for one in changes],
        "published_at": method.published_at,
        "stands_from": method.stands_from,
        "retired_at": method.retired_at,
        "parameters": method.parameters,
        "goalposts": method.goalposts,
    }
