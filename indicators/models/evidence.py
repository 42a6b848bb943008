"""What a passage says about one indicator in one country."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from countries.models import Country
from indicators.models.framework import Indicator
from people.permissions import Sensitivity, clearance_of
from reports.models import Family, Passage, Reliability, Report

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User


TWO_READERS_FACTORS = range(9, 15)  # the specific factors: those of genocide, crimes against humanity and war crimes


def _end_of(day: dt.date) -> dt.datetime:
    """The first instant after `day`, UTC: days are compared inclusively, instants exclusively."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)


def _cleared(user: User | AnonymousUser) -> Q:
    """By its own and its report's sensitivity; what a correction closed is closed in every earlier version too."""
    clearance = clearance_of(user)
    own = Q(sensitivity__lte=clearance, passage__report__sensitivity__lte=clearance)
    if clearance == max(Sensitivity):
        return own
    closing = Evidence.objects.ever_accepted().filter(passage=OuterRef("passage"), sensitivity__gt=clearance)
    return own & (~Q(status=Evidence.Status.RETRACTED) | Q(~Exists(closing.exclude(corrects=None))))


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Evidence by who may see it and by what was known when."""

    def visible_to(self, user: User | AnonymousUser) -> EvidenceQuerySet:
        """Only what `user` is cleared for, by the evidence's own and by its report's sensitivity."""
        return self.filter(_cleared(user))

    def marked_for(self, user: User | AnonymousUser) -> EvidenceQuerySet:
        """Everything, each row with `is_visible`: for sums that rest on all of it and show only what may be seen."""
        return self.annotate(cleared=models.Case(models.When(_cleared(user), then=True), default=False))

    def ever_accepted(self) -> EvidenceQuerySet:
        """Accepted rows and those retracted later: what a score of some date may rest on."""
        return self.filter(status__in=[Evidence.Status.ACCEPTED, Evidence.Status.RETRACTED])

    def known(self, *, day: dt.date, known_on: dt.date) -> EvidenceQuerySet:
        """What a score at (t = `day`, k = `known_on`) sees: never a later report, never a later event."""
        return self.ever_accepted().filter(event_on__lte=day, known_at__lt=_end_of(known_on)).not_retracted_by(known_on)

    def not_retracted_by(self, day: dt.date) -> EvidenceQuerySet:
        """Without what was retracted by the end of `day`."""
        return self.exclude(retracted_at__lt=_end_of(day))

    def retracted_by(self, day: dt.date) -> EvidenceQuerySet:
        """Only what was retracted by the end of `day`."""
        return self.filter(retracted_at__lt=_end_of(day))

    def waiting(self) -> EvidenceQuerySet:
        """Proposed and not yet decided, oldest first."""
        return self.filter(status=Evidence.Status.PROPOSED).order_by("recorded_at", "pk")


class Evidence(models.Model):
    """What one passage says about one indicator in one country: entered once, never rewritten."""

    class Status(models.TextChoices):
        """Proposed by a coder or a machine, decided by another person."""

        PROPOSED = "proposed", _("proposed")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        RETRACTED = "retracted", _("retracted")

    class Severity(models.IntegerChoices):
        """How strongly the sign is present."""

        ABSENT = 0, _("0: looked for, not found")
        SLIGHT = 1, _("1: slight or isolated")
        MODERATE = 2, _("2: moderate or recurring")
        SERIOUS = 3, _("3: serious or widespread")
        EXTREME = 4, _("4: extreme or systematic")

    class Polarity(models.IntegerChoices):
        """Which way it points."""

        RISK = 1, _("raises risk")
        MITIGATION = -1, _("mitigates risk")

    class Credibility(models.IntegerChoices):
        """Admiralty grade of the statement."""

        CONFIRMED = 1, _("1: confirmed by other sources")
        PROBABLE = 2, _("2: probably true")
        POSSIBLE = 3, _("3: possibly true")
        DOUBTFUL = 4, _("4: doubtful")
        IMPROBABLE = 5, _("5: improbable")
        UNKNOWN = 6, _("6: cannot be judged")

    class Actor(models.TextChoices):
        """From whom."""

        STATE = "state", _("State")
        FOREIGN_STATE = "foreign_state", _("foreign State")
        ARMED_GROUP = "armed_group", _("armed group")
        GANG = "gang", _("gang")
        MILITIA = "militia", _("militia")
        INTERGOVERNMENTAL = "intergovernmental", _("international body")
        SEVERAL = "several", _("several")
        UNKNOWN = "unknown", _("unknown")
        NONE = "none", _("nobody in particular")

    class Claim(models.TextChoices):
        """What the statement claims to be."""

        ALLEGED = "alleged", _("alleged")
        VERIFIED = "verified", _("verified")
        MAY_AMOUNT = "may_amount", _("may amount to a crime, its source says")
        COURT = "court", _("found by a court")

    passage = models.ForeignKey(Passage, models.PROTECT, related_name="evidence")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="evidence")
    country = models.ForeignKey(Country, models.PROTECT, related_name="evidence")
    family = models.ForeignKey(Family, models.PROTECT, related_name="evidence")
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    polarity = models.SmallIntegerField(choices=Polarity.choices, default=Polarity.RISK)
    reliability = models.CharField(max_length=1, choices=Reliability.choices)
    credibility = models.PositiveSmallIntegerField(choices=Credibility.choices)
    event_key = models.CharField("event", max_length=120, blank=True)
    event_on = models.DateField("when it happened")
    known_at = models.DateTimeField("when the world could know")
    recorded_at = models.DateTimeField("when it was entered here")
    backloaded = models.BooleanField("entered long after it was known")
    admin1 = models.CharField("first-level area", max_length=120, blank=True)
    dating = models.CharField("how the day was set, where it is not plain", max_length=200, blank=True)
    actor = models.CharField("from whom", max_length=20, choices=Actor.choices, default=Actor.UNKNOWN)
    claim = models.CharField("claim status", max_length=12, choices=Claim.choices, default=Claim.ALLEGED)
    group = models.CharField("group at risk", max_length=160, blank=True)
    note = models.CharField("why this indicator and this severity", max_length=500, blank=True)
    sensitivity = models.PositiveSmallIntegerField(choices=Sensitivity.choices, default=Sensitivity.PUBLIC)

    coder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="coded_evidence",
        help_text="nobody where the machine suggested it and a person accepted it",
    )  # fmt: skip
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="decided_evidence"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)
    retracted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="retracted_evidence"
    )
    retracted_at = models.DateTimeField(null=True, blank=True)
    retraction_reason = models.CharField(max_length=500, blank=True)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections",
        help_text="the row whose place it takes once another person accepts it",
    )  # fmt: skip
    correction_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        indexes = [
            models.Index(fields=["country", "event_on"], name="evidence_of_a_country"),
            models.Index(fields=["indicator", "country"], name="evidence_of_an_indicator"),
            models.Index(fields=["recorded_at", "id"], name="evidence_waiting", condition=Q(status="proposed")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(severity__range=(0, 4)), name="severity_is_from_0_to_4"),
            models.CheckConstraint(condition=Q(polarity__in=[-1, 1]), name="polarity_is_risk_or_mitigation"),
            models.CheckConstraint(condition=Q(credibility__range=(1, 6)), name="credibility_is_from_1_to_6"),
            models.CheckConstraint(
                condition=Q(reliability__in=Reliability.values), name="evidence_reliability_is_from_a_to_f"
            ),
            models.CheckConstraint(
                condition=Q(event_on__lte=TruncDate("known_at")),
                name="event_is_not_later_than_its_knowledge",
            ),
            models.CheckConstraint(
                condition=Q(retracted_at=None) | Q(retracted_at__gt=F("known_at")),
                name="evidence_is_retracted_after_it_was_known",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed", decided_at=None, decided_by=None)
                | Q(
                    status__in=["accepted", "rejected", "retracted"],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="decided_evidence_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(status="retracted", retracted_at__isnull=False, retracted_by__isnull=False)
                & ~Q(retraction_reason="")
                | ~Q(status="retracted") & Q(retracted_at=None, retracted_by=None, retraction_reason=""),
                name="retracted_evidence_says_who_when_and_why",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("coder")) | Q(status="rejected"),
                name="evidence_is_accepted_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(coder__isnull=False) | Q(status__in=["accepted", "retracted"]),
                name="evidence_without_a_coder_was_accepted_by_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="rejected") | ~Q(decision_reason=""), name="rejected_evidence_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(event_key__startswith="~"), name="event_name_leaves_the_tilde_to_the_arithmetic"
            ),
            models.CheckConstraint(
                condition=Q(corrects=None, correction_reason="") | Q(corrects__isnull=False) & ~Q(correction_reason=""),
                name="correction_of_evidence_says_why",
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=~Q(status="rejected"), name="one_live_correction_per_evidence"
            ),
            models.UniqueConstraint(  # a proposed correction stands beside what it corrects until it is accepted
                fields=["passage", "indicator", "country", "polarity", "event_key", "event_on", "family"],
                condition=Q(status="accepted") | Q(status="proposed", corrects=None),
                name="one_live_evidence_per_passage_indicator_and_event",
            ),
        ]

    def __str__(self) -> str:
        return f"evidence {self.pk}"

    @property
    def is_visible(self) -> bool:
        """Whether the reader of `marked_for` may see this row; rows read otherwise are never visible."""
        return bool(self.__dict__.get("cleared", False))

    @property
    def grade(self) -> str:
        """Reliability of the source and credibility of the statement, such as `B2`."""
        return f"{self.reliability}{self.credibility}"

    @property
    def needs_two_readers(self) -> bool:
        """Whether two people must have read it before it counts: severity 4, or a sign of a crime itself (9 to 14)."""
        return self.severity == self.Severity.EXTREME or self.indicator.factor.number in TWO_READERS_FACTORS

    @property
    def in_words(self) -> str:
        """What a reader should see first: a coder's own words, or else the passage itself."""
        return self.note if self.note and self.coder_id is not None else self.passage.text

    @property
    def proposer(self) -> str:
        """Who proposed it: a person's name, or the machine."""
        return self.coder.name if self.coder is not None else "the suggester (a machine)"


class NoteCoding(models.Model):
    """That a coding note has been turned into proposed evidence, or why it could not be."""

    report = models.OneToOneField(Report, models.PROTECT, related_name="note_coding")
    coded_at = models.DateTimeField()
    rows_count = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"note coding {self.pk}"
