"""Signals, verdicts, alerts and deliveries on the staff desk: numbers and states, to read.

Words of alerts stand on their own pages, people's addresses and mails in the outbox.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from alerts.models import Alert, Delivery, Signal, Verdict
from people.admin import ReadingDesk


class NumbersDesk(ReadingDesk):
    """Shows nothing of a row but what its list shows."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.list_display

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.list_display


@admin.register(Signal)
class SignalAdmin(NumbersDesk):
    """Changes of a country's level."""

    list_display = ("pk", "country_id", "kind", "from_level", "to_level", "is_historic", "found_at")
    list_filter = ("kind", "is_historic")
    search_fields = ("country__iso3",)
    ordering = ("-pk",)


@admin.register(Verdict)
class VerdictAdmin(NumbersDesk):
    """What the rule made of a signal."""

    list_display = ("pk", "signal_id", "rule", "reason", "judged_at")
    ordering = ("-pk",)


@admin.register(Alert)
class AlertAdmin(NumbersDesk):
    """Released or refused on the alert's own page."""

    list_display = (
        "pk", "signal_id", "country_id", "previous_level", "level", "confidence", "state", "raised_at", "released_at",
        "matched_at", "valid_until",
    )  # fmt: skip
    list_filter = ("state", "level")
    search_fields = ("country__iso3",)
    ordering = ("-pk",)


@admin.register(Delivery)
class DeliveryAdmin(NumbersDesk):
    """Put back in the outbox; what the mail server said stands there, since it may name the person."""

    list_display = (
        "pk", "alert_id", "person_id", "subscription_id", "channel", "state", "attempts", "reply_code", "made_at",
        "next_try_at", "finished_at",
    )  # fmt: skip
    list_filter = ("state", "channel")
    search_fields = ("message_id", "carried_by__message_id")
    ordering = ("-pk",)
