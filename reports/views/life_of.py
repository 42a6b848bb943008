"""What happened to a report, from the first request to what rests on it today: as far as one person may see it."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.models import Alert
from countries.models import Country
from indicators.models import Evidence, SeriesValue, Suggestion, SuggestionDecision
from people.models import User
from reports.chain import is_whole
from reports.models import CustodyCheck, CustodyEntry, Report, Retrieval
from reports.readings import made_by
from reports.views.seen import retrievals_seen_by

MOST = 300  # of each kind of thing: more is said to be there
RETRIEVALS_MAX = 30
DIGESTS = {
    "sha256": _("SHA-256"),
    "text": _("SHA-256 of the text"),
    "headers": _("SHA-256 of the headers"),
}
LABELS = {
    "size": _("bytes"),
    "status": _("status"),
    "media_type": _("media type"),
    "reader": _("reader"),
    "extractor": _("by"),
    "characters": _("characters"),
    "language": _("language"),
    "countries_said": _("countries said"),
    "countries_found": _("countries found"),
    "lexicon": _("lexicon"),
    "suggestions": _("suggestions"),
    "failure": _("broke with"),
    "field": _("of"),
    "was": _("was"),
    "became": _("became"),
    "cluster": _("cluster"),
    "kind": _("as"),
    "faults": _("found"),
    "carrier": _("came in report"),
    "came_with": _("came in retrieval"),
    "duplicate_of": _("same text as report"),
}
STAGES = {
    "fetch": _("the stage that fetches"),
    "read": _("the stage that reads"),
    "send": _("somebody at the shell"),
    "cluster": _("the stage that compares texts"),
    "suggest": _("the stage that suggests"),
    "verify_reports": _("the check of reports"),
    "migration": _("an upgrade of the application"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `said` are label, value and whether it is a digest."""

    at: dt.datetime
    place: tuple[int, int]  # among what happened at the same instant
    what: str
    who: str
    of: str = ""
    said: tuple[tuple[str, str, bool], ...] = ()
    href: str = ""
    link: str = ""
    is_later: bool = False
    is_bad: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Resting:
    """A country whose score rests on the report, with how much of it."""

    country: Country
    pieces: int = 0
    retracted: int = 0
    values: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Life:
    """All that the page shows."""

    lines: list[Line]
    resting: list[Resting]
    alerts: list[Alert]
    suggestions: list[tuple[str, int]]
    chain_length: int
    is_whole: bool
    check: CustodyCheck | None
    is_cut: bool


def life_of(report: Report, user: User) -> Life:
    """The report's life as `user` may see it; a bounded number of rows of each kind."""
    entries = list(report.custody.select_related("by").order_by("number"))
    retrievals = list(_retrievals(report, user))
    evidence = list(_evidence(report, user)[:MOST])
    decisions = list(_decisions(report, user)[:MOST])
    lines = [*_of_entries(entries), *_of_retrievals(retrievals), *_of_evidence(evidence), *_of_decisions(decisions)]
    return Life(
        lines=sorted(lines, key=lambda line: (line.at, line.place)),
        resting=_resting(report, user),
        alerts=list(_alerts(report, user)),
        suggestions=_suggestions(report, user),
        chain_length=len(entries),
        is_whole=bool(entries) and is_whole((one.link, one.digest) for one in entries),
        check=CustodyCheck.objects.filter(sample=None, reached__gte=report.pk).order_by("-pk").first(),
        is_cut=MOST in (len(evidence), len(decisions)) or len(retrievals) == RETRIEVALS_MAX,
    )


def _retrievals(report: Report, user: User) -> Iterable[Retrieval]:
    """Those that brought it, alone or in something else; of those that found it unchanged the first."""
    brought = Q(report=report.pk)
    if report.carrier_id is not None:
        brought |= Q(report=report.carrier_id, state=Retrieval.State.DONE)
    return retrievals_seen_by(user).filter(brought).order_by("pk")[:RETRIEVALS_MAX]


def _evidence(report: Report, user: User) -> Any:
    rows = Evidence.objects.visible_to(user).filter(passage__report=report)
    return rows.select_related("country", "indicator", "coder", "decided_by", "retracted_by").order_by("pk")


def _decisions(report: Report, user: User) -> Any:
    seen = Suggestion.objects.visible_to(user).filter(passage__report=report)
    rows = SuggestionDecision.objects.filter(suggestion__in=seen)
    return rows.select_related("by", "suggestion__indicator", "suggestion__country").order_by("pk")


def _of_entries(entries: Iterable[CustodyEntry], *, of: str = "") -> Iterator[Line]:
    for one in entries:
        retrieval = one.retrieval_id or one.details.get("retrieval")
        href = reverse("retrieval", args=[retrieval]) if retrieval else ""
        yield Line(
            one.at, (1, one.pk), one.get_deed_display().capitalize(), _who(one), of,
            tuple(_said(one.details)), href,
            gettext("retrieval %(retrieval)s") % {"retrieval": retrieval} if retrieval else "",
            bool(one.details.get("written_later")), one.deed in (CustodyEntry.Deed.CHECK_FAILED,),
        )  # fmt: skip


def _who(one: CustodyEntry) -> str:
    if one.by is not None:
        return one.by.name
    return str(STAGES.get(one.stage, one.stage))


def _said(details: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    for name, label in ((key, str(word)) for key, word in LABELS.items()):
        value = details.get(name)
        if name == "extractor" and value:
            value = made_by(str(value), str(details.get("extractor_version", ""))) or value
        if isinstance(value, list):
            value = ", ".join(map(str, value)) or ("none" if name == "became" else "")
        if value not in ("", None):
            yield label, f"{value:,}" if name in ("size", "characters") else str(value), False
    for name, label in ((key, str(word)) for key, word in DIGESTS.items()):
        if name in details:
            yield label, str(details[name]), True


def _of_retrievals(retrievals: Sequence[Retrieval]) -> Iterator[Line]:
    found = CustodyEntry.objects.filter(retrieval__in=[one.pk for one in retrievals])
    rows = list(found.select_related("by").order_by("pk"))
    yield from _of_entries(rows, of="retrieval")
    noted = {one.retrieval_id for one in rows}
    for one in retrievals:
        if one.pk not in noted:  # before entries were written
            href, link = reverse("retrieval", args=[one.pk]), gettext("retrieval %(retrieval)s") % {"retrieval": one.pk}
            yield Line(one.received_at, (0, one.pk), gettext("Asked for or sent"), "", "retrieval", (), href, link)


def _of_evidence(evidence: Iterable[Evidence]) -> Iterator[Line]:
    for one in evidence:
        href, link = reverse("evidence_detail", args=[one.pk]), f"{one.indicator.code}, {one.country.name_en}"
        yield Line(
            one.recorded_at, (2, one.pk), gettext("Evidence proposed"), str(one.proposer), "evidence", (), href, link
        )
        if one.decided_at and one.decided_by:
            what = "rejected" if one.status == Evidence.Status.REJECTED else "accepted"
            who = one.decided_by.name
            why = _why(one.decision_reason)
            yield Line(
                one.decided_at,
                (3, one.pk),
                (gettext("Evidence %(what)s") % {"what": what}),
                who,
                "evidence",
                why,
                href,
                link,
            )
        if one.retracted_at and one.retracted_by:
            who = one.retracted_by.name
            why = _why(one.retraction_reason)
            yield Line(one.retracted_at, (4, one.pk), gettext("Evidence retracted"), who, "evidence", why, href, link)


def _of_decisions(decisions: Iterable[SuggestionDecision]) -> Iterator[Line]:
    for one in decisions:
        about = f"{one.suggestion.indicator.code}, {one.suggestion.country.name_en}"
        href = reverse("evidence_detail", args=[one.evidence_id]) if one.evidence_id else ""
        what = gettext("Suggestion %(action)s") % {"action": one.get_action_display()}
        yield Line(one.at, (2, one.pk), what, one.by.name, "suggestion", _why(one.reason), href, about)


def _why(reason: str) -> tuple[tuple[str, str, bool], ...]:
    return (("because", reason, False),) if reason else ()


def _resting(report: Report, user: User) -> list[Resting]:
    """Countries in whose score the report counts, or counted until a retraction, by name."""
    found: dict[int, dict[str, int]] = {}
    seen = Evidence.objects.visible_to(user).ever_accepted().filter(passage__report=report)
    for country, status in seen.values_list("country", "status"):
        name = "retracted" if status == Evidence.Status.RETRACTED else "pieces"
        row = found.setdefault(country, {})
        row[name] = row.get(name, 0) + 1
    values = SeriesValue.objects.filter(report=report, is_scored=True, retracted_at=None)
    for country in values.values_list("country", flat=True):
        row = found.setdefault(country, {})
        row["values"] = row.get("values", 0) + 1
    countries = Country.objects.filter(pk__in=found).order_by("name_en") if found else []
    return [Resting(country, **found[country.pk]) for country in countries]


def _alerts(report: Report, user: User) -> Iterable[Alert]:
    """Alerts that named evidence of the report as a reason, the latest first."""
    seen = Evidence.objects.visible_to(user).filter(passage__report=report)
    rows = Alert.objects.visible_to(user).filter(reasons__evidence__in=seen).distinct()
    return rows.select_related("country").order_by("-pk")[:MOST]


def _suggestions(report: Report, user: User) -> list[tuple[str, int]]:
    """How many suggestions stand how, in words."""
    counts: dict[str, int] = {}
    for state in Suggestion.objects.visible_to(user).filter(passage__report=report).values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    return [(str(state.label), counts[state]) for state in Suggestion.State if state in counts]
