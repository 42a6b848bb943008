"""Sources and families to keep in order, reports and retrievals to read."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from people.admin import ManagedDesk, ReadingDesk
from reports.fetching import KEY_NAME
from reports.forms import FETCHED
from reports.models import Family, Passage, Report, Retrieval, Source


@admin.register(Family)
class FamilyAdmin(ManagedDesk):
    """Bodies that make findings. The short name stays: scores count independence by it."""

    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Family | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()


if TYPE_CHECKING:
    SourceModelForm = forms.ModelForm[Source]
else:
    SourceModelForm = forms.ModelForm


class SourceForm(SourceModelForm):
    """Who publishes, and where what it publishes is fetched; empty where nothing is."""

    reader = forms.ChoiceField(required=False, choices=[("", "nothing is fetched"), *FETCHED])

    def clean_credential(self) -> str:
        name: str = self.cleaned_data["credential"]
        if name and not KEY_NAME.fullmatch(name):
            raise forms.ValidationError("Found another name; wanted one that begins with SOURCE_, in capitals.")
        return name


@admin.register(Source)
class SourceAdmin(ManagedDesk):
    """Who publishes. A new grade holds for what comes later; evidence keeps the grade it was given."""

    form = SourceForm
    fields = (
        "slug", "name", "family", "reliability", "licence", "url",
        "reader", "address", "language", "is_on", "off_because", "fetch_every", "credential",
    )  # fmt: skip
    list_display = ("name", "reliability", "family", "licence", "reader", "is_on")
    list_filter = ("reliability", "is_on", "reader")
    list_select_related = ("family",)
    search_fields = ("name", "slug", "licence")
    autocomplete_fields = ("family",)
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()


@admin.register(Report)
class ReportAdmin(ReadingDesk):
    """What was received; never its bytes, and nothing above the reader's clearance."""

    list_display = ("title", "source", "kind", "published_on", "received_at", "sensitivity")
    list_filter = ("kind", "sensitivity")
    list_select_related = ("source",)
    search_fields = ("title", "url", "sha256")
    ordering = ("-received_at",)
    exclude = ("bytes", "text", "headers")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return Report.objects.visible_to(request.user).defer("bytes", "text")


@admin.register(Retrieval)
class RetrievalAdmin(ReadingDesk):
    """Attempts to take something in, with the reason of each failure."""

    list_display = ("pk", "source", "reader", "state", "reason", "received_at", "finished_at")
    list_filter = ("state", "reader")
    list_select_related = ("source",)
    ordering = ("-received_at",)
    exclude = ("payload", "about")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Retrieval]:
        return Retrieval.objects.defer("payload")


@admin.register(Passage)
class PassageAdmin(ReadingDesk):
    """Pieces of reports."""

    list_display = ("pk", "report", "locator", "order")
    list_select_related = ("report",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Passage]:
        return Passage.objects.filter(report__in=Report.objects.visible_to(request.user).values("pk"))
