"""Evidence: what may be seen of it."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from countries.models import Country
from indicators.events import with_events
from indicators.models import Evidence, EvidenceQuerySet
from people.english import in_english
from people.models import User
from people.permissions import Sensitivity
from r2p_dashboard.api import DatedQuery, Endpoint, PagedQuery, RowsEndpoint, answers, enveloped
from reports.api import PassageSerializer, ReportSerializer, SourceSerializer, passage_shown, report_shown, source_shown
from reports.models import Reliability

POLARITY_WORDS = {Evidence.Polarity.RISK.value: "risk", Evidence.Polarity.MITIGATION.value: "mitigation"}
STATUSES = [Evidence.Status.ACCEPTED.value, Evidence.Status.RETRACTED.value]
GRADES = [f"{letter}{number}" for letter in Reliability.values for number in Evidence.Credibility.values]


class EvidenceRow(serializers.Serializer[Any]):
    """What one passage says about one indicator in one country."""

    id = serializers.IntegerField(help_text="Stable: a row is never rewritten and never removed")
    url = serializers.URLField()
    country = serializers.CharField(help_text="ISO 3166-1 alpha-3")
    indicator = serializers.CharField()
    indicator_label = serializers.CharField()
    factor = serializers.IntegerField()
    framework_version = serializers.IntegerField()
    severity = serializers.IntegerField(min_value=0, max_value=4, help_text="0: looked for, not found")
    polarity = serializers.ChoiceField(list(POLARITY_WORDS.values()))
    grade = serializers.ChoiceField(GRADES, help_text="Reliability of the source, credibility of the statement")
    family = serializers.CharField(help_text="The body that made the finding, not its carrier")
    family_name = serializers.CharField()
    event = serializers.CharField(
        allow_blank=True, help_text="The same event attested again has the same name; held now"
    )
    event_linked_at = serializers.DateTimeField(
        allow_null=True, help_text="When people gave it this event; null: it was entered with it"
    )
    event_on = serializers.DateField()
    known_at = serializers.DateTimeField(help_text="When the world could know")
    recorded_at = serializers.DateTimeField(help_text="When it was entered here")
    backloaded = serializers.BooleanField(help_text="Entered long after it was known")
    area = serializers.CharField(allow_blank=True, help_text="First-level area")
    actor = serializers.ChoiceField(Evidence.Actor.choices)
    claim = serializers.ChoiceField(Evidence.Claim.choices)
    group = serializers.CharField(allow_blank=True, help_text="Group at risk")
    why = serializers.CharField(allow_blank=True, help_text="Why this indicator and this severity")
    status = serializers.ChoiceField(STATUSES)
    retracted_at = serializers.DateTimeField(allow_null=True)
    retraction_reason = serializers.CharField(allow_blank=True)
    corrects = serializers.IntegerField(
        allow_null=True, help_text="The piece whose place it took; null: none, or none that you may see"
    )
    corrected_by = serializers.IntegerField(
        allow_null=True, help_text="The piece that took its place, as of today; null: none, or none that you may see"
    )
    sensitivity = serializers.ChoiceField([in_english(level.label) for level in Sensitivity])
    source = serializers.CharField()  # type: ignore[assignment]
    source_name = serializers.CharField()
    report = serializers.IntegerField()
    report_title = serializers.CharField()
    report_url = serializers.CharField(allow_blank=True)
    published_on = serializers.DateField()
    locator = serializers.CharField(allow_blank=True, help_text="Where in the original")


class EvidenceSerializer(EvidenceRow):
    """A piece of evidence with the passage, the report and the source behind it."""

    passage = PassageSerializer()
    report_detail = ReportSerializer()
    source_detail = SourceSerializer()


# field of the answer -> path in the database; only these columns are read, never a report's bytes
COLUMNS = {
    "id": "pk",
    "country": "country__iso3",
    "indicator": "indicator__code",
    "indicator_label": "indicator__label",
    "factor": "indicator__factor__number",
    "framework_version": "indicator__framework__version",
    "severity": "severity",
    "polarity": "polarity",
    "grade": "reliability",  # completed by the next one
    "credibility": "credibility",
    "family": "family__slug",
    "family_name": "family__name",
    "event": "event",
    "event_linked_at": "event_linked_at",
    "event_on": "event_on",
    "known_at": "known_at",
    "recorded_at": "recorded_at",
    "backloaded": "backloaded",
    "area": "admin1",
    "actor": "actor",
    "claim": "claim",
    "group": "group",
    "why": "note",
    "status": "status",
    "retracted_at": "retracted_at",
    "retraction_reason": "retraction_reason",
    "corrects": "corrects_seen",
    "corrected_by": "corrected_by_seen",
    "sensitivity": "sensitivity",
    "source": "passage__report__source__slug",
    "source_name": "passage__report__source__name",
    "report": "passage__report_id",
    "report_title": "passage__report__title",
    "report_url": "passage__report__url",
    "published_on": "passage__report__published_on",
    "locator": "passage__locator",
}


class EvidenceQuery(PagedQuery, DatedQuery):
    """What evidence can be asked for. Days are inclusive."""

    country = serializers.RegexField(
        r"^[A-Za-z]{3}$", required=False, help_text="an ISO 3166-1 alpha-3 code, such as MMR"
    )
    factor = serializers.IntegerField(min_value=1, max_value=14, required=False)
    indicator = serializers.RegexField(
        r"^\d{1,2}\.\d{1,2}$", required=False, help_text="an indicator's code, such as 1.4"
    )
    family = serializers.SlugField(required=False, help_text="a family's slug: letters, digits, - and _")
    source = serializers.SlugField(required=False, help_text="a source's slug: letters, digits, - and _")  # type: ignore[assignment]
    grade = serializers.ChoiceField(GRADES, required=False)
    polarity = serializers.ChoiceField(list(POLARITY_WORDS.values()), required=False)
    status = serializers.ChoiceField(STATUSES, required=False)
    event_from = serializers.DateField(required=False)
    event_to = serializers.DateField(required=False)
    known_from = serializers.DateField(required=False)
    known_to = serializers.DateField(required=False)


# parameter -> lookup
LOOKUPS = {
    "factor": "indicator__factor__number",
    "indicator": "indicator__code",
    "family": "family__slug",
    "source": "passage__report__source__slug",
    "status": "status",
    "event_from": "event_on__gte",
    "event_to": "event_on__lte",
    "known_from": "known_at__date__gte",
    "known_to": "known_at__date__lte",
}


def may_be_seen(view: Endpoint) -> EvidenceQuerySet:
    """The record as the reader may see it: of the moment that was asked for, else all that was ever accepted."""
    seen = with_corrections(with_events(Evidence.objects.visible_to(view.request.user)), view.request.user)
    if view.is_dated:
        return seen.known(day=view.as_of.day, known_on=view.as_of.known_on)
    return seen.ever_accepted()


def with_corrections(rows: EvidenceQuerySet, user: User | AnonymousUser) -> EvidenceQuerySet:
    """Rows each with what it corrects and what corrects it, as far as `user` may see that and it ever counted."""
    seen = Evidence.objects.visible_to(user).ever_accepted()
    return rows.annotate(
        corrects_seen=Subquery(seen.filter(pk=OuterRef("corrects")).values("pk")[:1]),
        corrected_by_seen=Subquery(seen.filter(corrects=OuterRef("pk")).values("pk")[:1]),
    )


class EvidenceListView(RowsEndpoint):
    """Evidence, filtered."""

    query_class = EvidenceQuery
    row_class = EvidenceRow
    name = "evidence"

    @extend_schema(
        operation_id="evidence_list",
        summary="Evidence, filtered",
        tags=["evidence"],
        parameters=[EvidenceQuery],
        responses=answers(enveloped("EvidencePage", EvidenceRow), csv=True),
    )
    def get(self, request: Request) -> Response:
        """Evidence that was accepted, and what was retracted later, latest event first.

        With `as_of` or `known_at`: only what a score of that moment rests on. `status` is always the status of today.
        """
        found = _filtered(may_be_seen(self), dict(self.asked)).order_by("-event_on", "-pk")
        rows, envelope = self.page(found.values(*COLUMNS.values()))
        base = request.build_absolute_uri(reverse("api:evidence"))
        return Response({**envelope, "results": [evidence_row(record, base) for record in rows]})


class EvidenceDetailView(Endpoint):
    """One piece of evidence."""

    query_class = DatedQuery

    @extend_schema(
        operation_id="evidence_detail",
        summary="One piece of evidence",
        tags=["evidence"],
        parameters=[DatedQuery, OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)],
        responses=answers(EvidenceSerializer, missing=True),
    )
    def get(self, request: Request, id: int) -> Response:
        """One piece of evidence with the passage, the report and the source behind it."""
        found = may_be_seen(self).filter(pk=id)
        record = found.values(*COLUMNS.values()).first()
        if record is None:
            raise Http404(f"evidence {id}: nothing here that you may see")
        passage = (
            found.select_related("passage__report__source__family")
            .defer("passage__report__bytes", "passage__report__text")[0]
            .passage
        )
        return Response(
            {
                **evidence_row(record, request.build_absolute_uri(reverse("api:evidence"))),
                "passage": passage_shown(passage),
                "report_detail": report_shown(passage.report),
                "source_detail": source_shown(passage.report.source),
            }
        )


def _filtered(evidence: EvidenceQuerySet, asked: dict[str, Any]) -> EvidenceQuerySet:
    """`evidence` narrowed by the request's parameters. Raises ParseError for a country that is none."""
    evidence = evidence.filter(**{lookup: asked[name] for name, lookup in LOOKUPS.items() if name in asked})
    if "country" in asked:
        country = Country.objects.filter(iso3=asked["country"].upper()).first()
        if country is None:
            raise ParseError(f"country is {asked['country']!r}; wanted an ISO 3166-1 alpha-3 code, such as MMR")
        evidence = evidence.filter(country=country)
    if "grade" in asked:
        evidence = evidence.filter(reliability=asked["grade"][0], credibility=int(asked["grade"][1]))
    if "polarity" in asked:
        signs = {text: sign for sign, text in POLARITY_WORDS.items()}
        evidence = evidence.filter(polarity=signs[asked["polarity"]])
    return evidence


def evidence_row(record: dict[str, Any], base: str) -> dict[str, Any]:
    """The fields of `EvidenceRow`."""
    row = {name: record[path] for name, path in COLUMNS.items()}
    credibility = row.pop("credibility")
    return {
        "id": row["id"],
        "url": f"{base}{row['id']}/",
        **row,
        "grade": f"{row['grade']}{credibility}",
        "polarity": POLARITY_WORDS[row["polarity"]],
        "sensitivity": in_english(Sensitivity(row["sensitivity"]).label),
    }
