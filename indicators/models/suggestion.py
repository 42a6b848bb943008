"""What the machine thinks a passage says, and what people made of it: it moves nothing by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from countries.models import Country
from indicators.models.evidence import Evidence
from indicators.models.framework import Indicator
from indicators.models.lexicon import SearchOrder, SuggesterModel
from indicators.models.review import BulkRejection
from people.permissions import clearance_of
from reports.models import Family, Passage, Reliability, Report, ReportCorrection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


class SuggestionRun(models.Model):
    """That a report was searched for suggestions, by which lexicon, and what came of it."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="suggestion_runs")
    lexicon = models.CharField("version of the lexicon", max_length=40)
    searched_at = models.DateTimeField()
    passages_count = models.PositiveIntegerField(default=0)
    suggestions_count = models.PositiveIntegerField(default=0)
    homeless_count = models.PositiveIntegerField("hits in passages whose country is unknown", default=0)
    left_out_count = models.PositiveIntegerField("hits beyond the limit of a report", default=0)
    failure = models.CharField("kind of error", max_length=200, blank=True)
    correction = models.ForeignKey(
        ReportCorrection, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="latest correction of the report that it followed",
    )  # fmt: skip
    again = models.ForeignKey(SearchOrder, models.PROTECT, null=True, blank=True, related_name="runs")
    model = models.ForeignKey(SuggesterModel, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(failure="", correction=None, again=None),
                name="one_good_search_per_report_as_taken_in",
            ),
            models.UniqueConstraint(
                fields=["correction"], condition=Q(failure="", again=None), name="one_good_search_per_correction"
            ),
            models.UniqueConstraint(fields=["report", "again"], name="one_search_per_report_and_order_to_search_again"),
        ]

    def __str__(self) -> str:
        return f"suggestion run {self.pk}"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Suggestions by who may see them and by what was made of them."""

    def visible_to(self, user: User | AnonymousUser) -> SuggestionQuerySet:
        """Only those from reports that `user` is cleared for."""
        return self.filter(passage__report__sensitivity__lte=clearance_of(user))

    def waiting(self) -> SuggestionQuerySet:
        """Not yet decided: oldest passage first (of a report one after the other), strongest first in each."""
        return self.filter(state=Suggestion.State.WAITING).order_by("passage_id", "-strength", "pk")


class Suggestion(models.Model):
    """One passage, one indicator, one country: proposed by the lexicon for a person to decide."""

    class State(models.TextChoices):
        """What people made of it."""

        WAITING = "waiting", _("waiting for a decision")
        ACCEPTED = "accepted", _("accepted as it was")
        CHANGED = "changed", _("changed and accepted")
        REJECTED = "rejected", _("rejected")
        SUPERSEDED = "superseded", _("withdrawn: not found when its report was searched again")

    passage = models.ForeignKey(Passage, models.PROTECT, related_name="suggestions")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="suggestions")
    country = models.ForeignKey(Country, models.PROTECT, related_name="suggestions")
    lexicon = models.CharField("version of the lexicon", max_length=40)
    phrase_start = models.PositiveIntegerField("where the phrase that fired starts in the passage")
    phrase_end = models.PositiveIntegerField()
    strength = models.FloatField("0 to 1, for the order of the queue")
    severity = models.PositiveSmallIntegerField(choices=Evidence.Severity.choices)
    polarity = models.SmallIntegerField(choices=Evidence.Polarity.choices, default=Evidence.Polarity.RISK)
    reliability = models.CharField(max_length=1, choices=Reliability.choices)
    credibility = models.PositiveSmallIntegerField(choices=Evidence.Credibility.choices)
    family = models.ForeignKey(Family, models.PROTECT, related_name="+")
    event_on = models.DateField("when it happened")
    dating = models.CharField("how the day was set", max_length=200, blank=True)
    suggested_at = models.DateTimeField()
    model = models.ForeignKey(
        SuggesterModel, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="whose strength it has; none: the lexicon's",
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["passage", "-strength", "id"], name="suggestion_waiting", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["-strength", "passage", "id"], name="suggestion_strongest", condition=Q(state="waiting")
            ),
            models.Index(fields=["country", "passage"], name="suggestion_of_a_country", condition=Q(state="waiting")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["passage", "indicator", "country"], name="one_suggestion_per_passage_indicator_and_country"
            ),
            models.CheckConstraint(condition=Q(phrase_end__gt=F("phrase_start")), name="phrase_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(strength__gt=0, strength__lte=1), name="strength_is_from_0_to_1"),
            models.CheckConstraint(condition=Q(severity__range=(0, 4)), name="suggested_severity_is_from_0_to_4"),
            models.CheckConstraint(condition=Q(polarity__in=[-1, 1]), name="suggested_polarity_is_risk_or_mitigation"),
            models.CheckConstraint(condition=Q(credibility__range=(1, 6)), name="suggested_credibility_is_from_1_to_6"),
        ]

    def __str__(self) -> str:
        return f"suggestion {self.pk}"

    @property
    def grade(self) -> str:
        """Reliability of the source and credibility of the statement, such as `B2`."""
        return f"{self.reliability}{self.credibility}"

    @property
    def phrase(self) -> str:
        """The words of the passage that made the machine suggest this."""
        return self.passage.text[self.phrase_start : self.phrase_end]


class SuggestionDecision(models.Model):
    """What one person decided about one suggestion: kept for ever, also as a lesson for the suggester."""

    class Action(models.TextChoices):
        """What was done."""

        ACCEPT = "accept", _("accepted")
        CHANGE = "change", _("changed and accepted")
        REJECT = "reject", _("rejected")
        UNDO = "undo", _("taken back")

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="decisions")
    action = models.CharField(max_length=8, choices=Action.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="suggestion_decisions")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    changes = models.JSONField("fields that the person set otherwise: what it was, what it became", default=dict)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, blank=True, related_name="suggestion_decisions")
    bulk = models.ForeignKey(
        BulkRejection, models.PROTECT, null=True, blank=True, related_name="decisions",
        verbose_name="the bulk that it belongs to",
    )  # fmt: skip

    class Meta:
        indexes = [models.Index(fields=["by", "-id"], name="decisions_of_a_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=["accept", "change"], evidence__isnull=False)
                | Q(action="reject", evidence=None) & ~Q(reason="")
                | Q(action="undo"),
                name="acceptance_makes_evidence_and_rejection_says_why",
            ),
            models.CheckConstraint(
                condition=Q(bulk=None) | Q(action__in=["reject", "undo"]), name="a_bulk_only_rejects_or_is_taken_back"
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk} on suggestion {self.suggestion_id}"
