"""Signals and the ledger as data."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.ledger.elapsed import day_of, days_between, hours_between
from alerts.ledger.ledger import ANSWERED, UNANSWERED, Asked, Entry, ResponseLine, read, rows_of
from alerts.models import Signal
from alerts.policy.rules import LEAST_LEVEL
from alerts.situations.place_forms import end_of, start_of
from alerts.views.ledger import SignalLine, lines_of, with_all
from indicators.models.score import Level
from people.permissions import Sensitivity
from r2p_dashboard.api import PagedQuery, RowsEndpoint, absolute, answers, enveloped

LEVELS = [level.name.lower() for level in Level]


class PlacesQuery(PagedQuery):
    """Parameters of what is listed by country, region and period."""

    country = serializers.CharField(required=False, help_text="ISO 3166-1 alpha-3, such as MMR")
    region = serializers.IntegerField(required=False, help_text="UN M49 code of a region or sub-region", min_value=1)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False, help_text="This day is part of it")


class SignalsQuery(PlacesQuery):
    """Parameters of the list of signals."""

    kind = serializers.ChoiceField(Signal.Kind.choices, required=False)


class LedgerQuery(PlacesQuery):
    """Parameters of the ledger."""

    level = serializers.ChoiceField(
        [name for name in LEVELS if Level[name.upper()] >= LEAST_LEVEL], required=False, help_text="Of our own alerts"
    )
    answered = serializers.ChoiceField([ANSWERED, UNANSWERED], required=False)


class SignalRow(serializers.Serializer[Any]):
    """A change that the machine found; never mailed by itself."""

    id = serializers.IntegerField(help_text="Stable")
    country = serializers.CharField(help_text="ISO 3166-1 alpha-3")
    kind = serializers.CharField(help_text="As in the parameter `kind`")
    found_at = serializers.DateTimeField()
    from_level = serializers.CharField(help_text="Name of the level, in small letters")
    to_level = serializers.CharField(help_text="The same")
    is_historic = serializers.BooleanField(help_text="Of what was past or known long before anybody looked")
    words = serializers.CharField()
    verdict = serializers.CharField(
        allow_blank=True,
        help_text="What the rule made of it; empty: not judged yet, or it waits for an alert",
    )
    alert = serializers.IntegerField(allow_null=True, help_text="The alert that it raised, once it is released")


class LedgerRow(serializers.Serializer[Any]):
    """One response with the warning it answers to; a warning without one that you may see has one row.

    What is null is not known, or not shown to you: it does not say that there is nothing.
    """

    warning = serializers.CharField(allow_null=True, help_text="alert-12 or published-3; null: tied to no one warning")
    issued_by = serializers.CharField(allow_null=True, help_text="`this installation`, or the body that warned")
    situation = serializers.CharField()
    countries = serializers.ListField(child=serializers.CharField(), help_text="ISO 3166-1 alpha-3")
    level = serializers.CharField(allow_null=True, help_text="Only our own alerts have one")
    headline = serializers.CharField(allow_null=True)
    url = serializers.URLField(allow_null=True, help_text="The alert's page, or the source of the published warning")
    warned_on = serializers.DateField(allow_null=True)
    warned_at = serializers.DateTimeField(allow_null=True, help_text="Null where only the day is known")
    first_seen_at = serializers.DateTimeField(allow_null=True, help_text="The first answer; by whom is not told")
    hours_to_first_seen = serializers.FloatField(allow_null=True)
    response = serializers.IntegerField(allow_null=True, help_text="Stable")
    actor = serializers.CharField(allow_null=True)
    measure = serializers.CharField(allow_null=True, help_text="Code of the catalogue; null: declined without one")
    status = serializers.CharField(
        allow_null=True, help_text="planned, under_way, done, stopped or declined; as it stands now"
    )
    sensitivity = serializers.CharField(
        allow_null=True, help_text="public, internal, confidential or strictly_confidential"
    )
    text = serializers.CharField(allow_null=True)
    decided_on = serializers.DateField(allow_null=True)
    days_to_decision = serializers.IntegerField(allow_null=True)
    acted_on = serializers.DateField(allow_null=True)
    days_to_action = serializers.IntegerField(allow_null=True)
    outcome_on = serializers.DateField(allow_null=True)
    days_to_outcome = serializers.IntegerField(allow_null=True)
    outcome = serializers.CharField(allow_null=True, help_text="The first word on what became of it, of `outcome_on`")
    latest_outcome_on = serializers.DateField(allow_null=True, help_text="Of the last such word; it may be the first")
    latest_outcome = serializers.CharField(allow_null=True)
    source_url = serializers.CharField(allow_null=True)


class SignalsView(RowsEndpoint):
    """Signals."""

    query_class = SignalsQuery
    row_class = SignalRow
    name = "signals"

    @extend_schema(
        operation_id="signals",
        summary="Signals",
        tags=["warnings"],
        parameters=[SignalsQuery],
        responses=answers(enveloped("SignalsPage", SignalRow), csv=True),
    )
    def get(self, request: Request) -> Response:
        """What the machine found, latest first, and what the rule made of it."""
        rows, asked = Signal.objects.order_by("-found_at", "-pk"), self.asked
        if "kind" in asked:
            rows = rows.filter(kind=asked["kind"])
        if "country" in asked:
            rows = rows.filter(country__iso3=asked["country"].upper())
        if "region" in asked:
            rows = rows.in_region(asked["region"])
        if "since" in asked:
            rows = rows.filter(found_at__gte=start_of(asked["since"]))
        if "until" in asked:
            rows = rows.filter(found_at__lt=end_of(asked["until"]))
        found, envelope = self.page(with_all(rows))
        results = [_signal_row(line) for line in lines_of(found, user=request.user)]
        return Response({**envelope, "results": results})


class LedgerView(RowsEndpoint):
    """The ledger."""

    query_class = LedgerQuery
    row_class = LedgerRow
    name = "ledger"

    @extend_schema(
        operation_id="ledger",
        summary="Warnings with what became of them",
        tags=["warnings"],
        parameters=[LedgerQuery],
        responses=answers(enveloped("LedgerPage", LedgerRow), csv=True),
    )
    def get(self, request: Request) -> Response:
        """Latest warning first, one row a response. `count` and the pages are of warnings: there may be more rows."""
        asked = self.asked
        wanted = Asked(
            country=asked.get("country", "").upper(),
            region=asked.get("region"),
            level=Level[asked["level"].upper()] if "level" in asked else None,
            answered=asked.get("answered", ""),
            since=start_of(asked["since"]) if "since" in asked else None,
            before=end_of(asked["until"]) if "until" in asked else None,
        )
        found, envelope = self.page(rows_of(wanted, user=request.user))
        entries = read(found, user=request.user)
        rows = [_ledger_row(entry, line, request) for entry in entries for line in entry.responses or (None,)]
        return Response({**envelope, "results": rows})


def _signal_row(line: SignalLine) -> dict[str, Any]:
    signal = line.signal
    return {
        "id": signal.pk,
        "country": signal.country.iso3,
        "kind": signal.kind,
        "found_at": signal.found_at,
        "from_level": line.before.name.lower(),
        "to_level": line.after.name.lower(),
        "is_historic": signal.is_historic,
        "words": line.words,
        "verdict": line.reason,
        "alert": line.alert.pk if line.alert and line.alert.state == line.alert.State.RELEASED else None,
    }


def _ledger_row(entry: Entry, line: ResponseLine | None, request: Request) -> dict[str, Any]:
    return _warning_cells(entry, request) | _response_cells(entry, line)


def _warning_cells(entry: Entry, request: Request) -> dict[str, Any]:
    cells: dict[str, Any] = dict.fromkeys(LedgerRow().fields)
    cells["countries"] = list(entry.iso3s)
    if entry.alert is not None:
        alert = entry.alert
        url = absolute(request, "alert", alert.pk)
        cells |= {"warning": f"alert-{alert.pk}", "issued_by": "this installation", "url": url}
        cells |= {"situation": alert.situation.slug, "level": Level(alert.level).name.lower()}
        cells |= {"headline": alert.headline, "warned_at": alert.released_at}
    elif entry.published is not None:
        row = entry.published
        cells |= {"warning": f"published-{row.pk}", "issued_by": row.body, "url": row.source_url}
        cells |= {"situation": row.situation.slug, "headline": row.text}
    else:
        cells["situation"] = entry.responses[0].response.situation.slug
    if entry.line is not None:
        seen, warned = entry.line.seen.on, entry.line.warned
        cells |= {"warned_on": day_of(warned), "first_seen_at": seen}
        cells["hours_to_first_seen"] = hours_between(warned, seen) if seen is not None else None
    return cells


def _response_cells(entry: Entry, line: ResponseLine | None) -> dict[str, Any]:
    if line is None:
        return {}
    row, deed, outcomes = line.response, line.deed, line.outcomes
    cells = {
        "response": row.pk,
        "actor": row.actor,
        "measure": row.measure.code if row.measure else None,
        "status": deed.status_now,
        "sensitivity": Sensitivity(row.sensitivity).name.lower(),
        "text": row.text,
        "decided_on": row.decided_on,
        "acted_on": deed.acted_on,
        "outcome_on": deed.ended_on,
        "outcome": outcomes[0].text if outcomes else None,
        "latest_outcome_on": outcomes[-1].on if outcomes else None,
        "latest_outcome": outcomes[-1].text if outcomes else None,
        "source_url": row.source_url or None,
    }
    if entry.line is not None:
        ends = {"decision": row.decided_on, "action": deed.acted_on, "outcome": deed.ended_on}
        warned = entry.line.warned
        cells |= {f"days_to_{name}": days_between(warned, end) if end else None for name, end in ends.items()}
    return cells
