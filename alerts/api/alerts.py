"""Alerts that went out, as the public archive shows them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import family
from alerts.api.ledger import LEVELS, PlacesQuery
from alerts.models import Alert, AlertQuerySet
from alerts.policy.rules import LEAST_LEVEL
from alerts.situations.place_forms import end_of, start_of
from alerts.views.alerts import ReasonLine, reasons_seen
from indicators.models.score import Level
from r2p_dashboard import clock
from r2p_dashboard.api import Endpoint, PagedQuery, Query, RowsEndpoint, absolute, answers, enveloped

WORDS = ("what_changed", "how_sure", "not_known", "can_be_done", "who_is_at_risk")
OPEN_LEVELS = [name for name in LEVELS if Level[name.upper()] >= LEAST_LEVEL]


class AlertsQuery(PlacesQuery):
    """Parameters of the list of alerts; `since` and `until` are days of their release."""

    level = serializers.ChoiceField(OPEN_LEVELS, required=False)
    kind = serializers.ChoiceField(Alert.Kind.choices, required=False)


class AlertRow(serializers.Serializer[Any]):
    """An alert that went out, in the words that were sent. None for practice, no drafts."""

    id = serializers.IntegerField(help_text="Stable")
    kind = serializers.CharField(help_text="As in the parameter `kind`; corrections and withdrawals are about another")
    country = serializers.CharField(help_text="ISO 3166-1 alpha-3")
    situation = serializers.CharField(help_text="Slug of the thread in which it stands")
    level = serializers.CharField(help_text="Name of the level, in small letters")
    previous_level = serializers.CharField(help_text="The same, before")
    confidence = serializers.CharField(help_text="low, medium or high; a word with a rule, no probability")
    headline = serializers.CharField()
    released_at = serializers.DateTimeField()
    valid_until = serializers.DateField(help_text="This day is part of it")
    state = serializers.CharField(help_text="As of now: withdrawn, else superseded, expired or valid")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    about = serializers.IntegerField(allow_null=True, help_text="Of a correction or withdrawal: the alert it is about")
    corrected_by = serializers.ListField(child=serializers.IntegerField(), help_text="Corrections of it, first to last")
    withdrawn_by = serializers.IntegerField(allow_null=True, help_text="The last withdrawal of it")
    superseded_by = serializers.IntegerField(allow_null=True, help_text="The alert that took its place")
    url = serializers.URLField(help_text="Its page, which stays")


class AlertReasonRow(serializers.Serializer[Any]):
    """One reason, as far as you may see the evidence behind it now."""

    text = serializers.CharField(allow_null=True, help_text="Null where its evidence is not shown to you")
    grade = serializers.CharField(allow_null=True, help_text="Of source and statement, such as B2; null for a series")
    evidence = serializers.IntegerField(allow_null=True, help_text="Null for a series, or where it is not shown to you")
    evidence_url = serializers.URLField(allow_null=True)
    is_retracted = serializers.BooleanField()
    is_withheld = serializers.BooleanField(help_text="Its evidence is not shown to you any more")


class AlertSerializer(AlertRow):
    """The same with its whole text and its reasons."""

    what_changed = serializers.CharField()
    how_sure = serializers.CharField()
    not_known = serializers.CharField()
    can_be_done = serializers.CharField()
    who_is_at_risk = serializers.CharField(allow_blank=True, help_text="Groups that published evidence names")
    reasons = AlertReasonRow(many=True)


class AlertsView(RowsEndpoint):
    """The archive of alerts."""

    query_class: type[PagedQuery] = AlertsQuery
    row_class = AlertRow
    name = "alerts"

    @extend_schema(
        operation_id="alerts",
        summary="Alerts that went out",
        tags=["warnings"],
        parameters=[AlertsQuery],
        responses=answers(enveloped("AlertsPage", AlertRow), csv=True),
    )
    def get(self, request: Request) -> Response:
        """What was released, latest first, with what became of it; corrections and withdrawals are rows too."""
        found, envelope = self.page(_read(_chosen(self.asked)))
        since = family.after(found)
        return Response({**envelope, "results": [_row(row, since[row.pk], request) for row in found]})


class AlertView(Endpoint):
    """One alert."""

    query_class = Query

    @extend_schema(
        operation_id="alert",
        summary="One alert with its text and reasons",
        tags=["warnings"],
        responses=answers(AlertSerializer, missing=True),
    )
    def get(self, request: Request, id: int) -> Response:
        """In the words that were sent; each reason as far as you may see its evidence now."""
        found = _read(Alert.objects.released()).filter(pk=id).first()
        if found is None:
            raise NotFound(f"alert {id}: found none that went out; /api/v1/alerts/ lists those that did")
        reasons = [_reason(line, request) for line in reasons_seen(request.user, found)]
        words = {name: getattr(found, name) for name in WORDS}
        return Response(_row(found, list(family.later(found)), request) | words | {"reasons": reasons})


def _chosen(asked: Any) -> AlertQuerySet:
    rows = Alert.objects.released()
    if "country" in asked:
        rows = rows.filter(country__iso3=asked["country"].upper())
    if "region" in asked:
        rows = rows.filter(Q(country__region_code=asked["region"]) | Q(country__subregion_code=asked["region"]))
    if "level" in asked:
        rows = rows.filter(level=Level[asked["level"].upper()])
    if "kind" in asked:
        rows = rows.filter(kind=asked["kind"])
    if "since" in asked:
        rows = rows.filter(released_at__gte=start_of(asked["since"]))
    return rows.filter(released_at__lt=end_of(asked["until"])) if "until" in asked else rows


def _read(rows: AlertQuerySet) -> AlertQuerySet:
    return rows.select_related("country", "situation").with_successor()


def _row(alert: Alert, since: Sequence[Alert], request: Request) -> dict[str, Any]:
    """An alert that was `_read`, as the list has it; `since` is what was said about it later, oldest first."""
    superseded_by: int | None = vars(alert)["superseded_by_number"]
    withdrawn_at = family.withdrawn_at(alert, since)
    of_kind = {kind: [one.pk for one in since if one.kind == kind] for kind in Alert.LETTERS}
    names = ("kind", "confidence", "headline", "released_at", "valid_until")
    return {
        "id": alert.pk,
        **{name: getattr(alert, name) for name in names},
        "country": alert.country.iso3,
        "situation": alert.situation.slug,
        "level": Level(alert.level).name.lower(),
        "previous_level": Level(alert.previous_level).name.lower(),
        "state": _state(alert, withdrawn_at=withdrawn_at, superseded_by=superseded_by),
        "withdrawn_at": withdrawn_at,
        "about": alert.corrects_id,
        "corrected_by": of_kind[Alert.Kind.CORRECTION],
        "withdrawn_by": max(of_kind[Alert.Kind.WITHDRAWAL], default=None),
        "superseded_by": superseded_by,
        "url": absolute(request, "alert", alert.pk),
    }


def _state(alert: Alert, *, withdrawn_at: dt.datetime | None, superseded_by: int | None) -> str:
    if withdrawn_at is not None:
        return "withdrawn"
    if superseded_by is not None:
        return "superseded"
    return "expired" if alert.valid_until < clock.now().date() else "valid"


def _reason(line: ReasonLine, request: Request) -> dict[str, Any]:
    row, number = line.reason, None if line.is_withheld else line.reason.evidence_id
    return {
        "text": None if line.is_withheld else row.text,
        "grade": None if line.is_withheld else row.grade or None,
        "evidence": number,
        "evidence_url": absolute(request, "api:evidence_detail", number) if number else None,
        "is_retracted": line.is_retracted,
        "is_withheld": line.is_withheld,
    }
