"""Sources and families to keep in order, reports and retrievals to read."""

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from people.admin import ManagedDesk, ReadingDesk
from people.models import User
from r2p_dashboard import clock
from reports import source_keeping
from reports.models import Family, Passage, Report, Retrieval, Source
from reports.models.source import KEY_NAME
from reports.source_forms import FETCHABLE


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

    reader = forms.ChoiceField(required=False, choices=[("", "nothing is fetched"), *FETCHABLE])

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
        "slug", "name", "family", "reliability", "reliability_reason", "review_on", "licence", "terms_note", "contact",
        "known_bias", "url", "reader", "address", "language", "is_on", "off_because", "fetch_every", "credential",
        "leads_on_to", "robots_exempt",
    )  # fmt: skip
    list_display = ("name", "reliability", "family", "licence", "reader", "is_on")
    list_filter = ("reliability", "is_on", "reader")
    list_select_related = ("family",)
    search_fields = ("name", "slug", "licence")
    autocomplete_fields = ("family",)
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("slug", "family") if source_keeping.has_spoken(obj) else ("slug",)

    def save_model(self, request: HttpRequest, obj: Source, form: SourceModelForm, change: bool) -> None:
        """With a row that says what was changed here, by whom and when."""
        standing = Source.objects.filter(pk=obj.pk).select_related("family").first()
        at = clock.now()
        if obj.is_on and (standing is None or not standing.is_on):
            obj.on_since = at
        super().save_model(request, obj, form, change)
        before = source_keeping.shown(standing) if standing else {}
        assert isinstance(request.user, User)  # nobody else opens the desk
        source_keeping.record(source=obj, before=before, by=request.user, at=at, reason="at the desk")


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
