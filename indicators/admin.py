"""The Framework, evidence, methods and runs on the staff desk: all of it to read."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from indicators.models import Evidence, Framework, Indicator, MethodVersion, ScoreRun, SeriesDefinition, SeriesLoad
from people.admin import ReadingDesk


@admin.register(Evidence)
class EvidenceAdmin(ReadingDesk):
    """Decided on the review page, retracted on its own page, rewritten nowhere."""

    list_display = ("pk", "country", "indicator", "status", "severity", "grade", "event_on", "known_at", "sensitivity")
    list_filter = ("status", "sensitivity", "reliability", "backloaded")
    list_select_related = ("country", "indicator")
    search_fields = ("country__name_en", "country__iso3", "indicator__code", "event_key")
    ordering = ("-recorded_at", "-pk")
    raw_id_fields = ("passage",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evidence]:
        return Evidence.objects.visible_to(request.user)


@admin.register(Framework)
class FrameworkAdmin(ReadingDesk):
    """A corrected catalogue is loaded by `manage.py load_reference` and stands beside the old one."""

    list_display = ("title", "version", "sha256", "loaded_at")
    ordering = ("-version",)


@admin.register(Indicator)
class IndicatorAdmin(ReadingDesk):
    """Signs of every loaded catalogue."""

    list_display = ("code", "label", "framework", "nature", "number_confirmed", "number_confidence")
    list_filter = ("framework", "nature", "number_confirmed")
    list_select_related = ("framework",)
    search_fields = ("code", "label")
    ordering = ("framework", "order")


@admin.register(MethodVersion)
class MethodVersionAdmin(ReadingDesk):
    """Parameters under one digest."""

    list_display = ("formula", "framework", "sha256", "provisional", "published_at", "retired_at")
    list_select_related = ("framework",)
    ordering = ("-published_at",)


@admin.register(ScoreRun)
class ScoreRunAdmin(ReadingDesk):
    """Computations, published and failed."""

    list_display = ("pk", "state", "as_of", "known_on", "is_full", "countries_count", "started_at", "failure")
    list_filter = ("state", "is_full")
    ordering = ("-started_at",)


@admin.register(SeriesDefinition)
class SeriesDefinitionAdmin(ReadingDesk):
    """Reviewed in indicators/series/*.json."""

    list_display = ("title", "indicator_code", "author", "checker", "next_review_on")
    ordering = ("title",)


@admin.register(SeriesLoad)
class SeriesLoadAdmin(ReadingDesk):
    """Dataset releases turned into values."""

    list_display = ("pk", "report", "loaded_at", "values_count", "failure")
    list_select_related = ("report",)
    ordering = ("-loaded_at",)
