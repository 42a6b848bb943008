"""The evidence list and the page of one piece of evidence."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Case, Q, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from countries.views.fragments import kept, kept_each
from indicators.events import of_event, with_events
from indicators.fields import Choice
from indicators.forms import EvidenceFilter, RetractionForm, country_choices, indicator_choices
from indicators.guidance import guidance_of
from indicators.models import Evidence, EvidenceQuerySet, SuggestionDecision
from indicators.views.asked import for_display, is_staff, moment_of, seen_by, standing_at
from indicators.views.corrected import Difference, corrected, worded
from indicators.views.readings import READ_WITH, DisagreementForm, Readings, SettlementForm
from indicators.voices import Voice, ever_clustered, voices
from people.permissions import Action, may
from r2p_dashboard.clock import AsOf
from reports.models import Passage

PAGE_SIZE = 50
CARD = "_partials/evidence_card.html"
CHANGES_TOLD = {
    "indicator": gettext_lazy("indicator"),
    "country": gettext_lazy("country"),
    "polarity": gettext_lazy("direction"),
    "severity": gettext_lazy("severity"),
    "event_on": gettext_lazy("day it happened"),
    "reliability": gettext_lazy("grade of the source"),
    "credibility": gettext_lazy("grade of the statement"),
    "family": gettext_lazy("body that made the finding"),
    "claim": gettext_lazy("what it claims"),
    "event_key": gettext_lazy("name of the event"),
    "actor": gettext_lazy("from whom"),
    "group": gettext_lazy("group at risk"),
}
SIBLINGS_SHOWN = 30
CONTEXT_CHARACTERS = 400  # of the report's text on either side of a passage: about three sentences


@require_safe
def evidence_list(request: HttpRequest) -> HttpResponse:
    moment = moment_of(request)
    visible = seen_by(request)
    sources, families = _bodies(visible.filter(known_at__date__lte=moment.known_on))
    form = EvidenceFilter(
        request.GET,
        countries=kept("countries", country_choices, content=()),
        indicators=kept("indicators", indicator_choices, content=()),
        sources=sources,
        families=families,
        is_staff=is_staff(request),
    )
    rows = _filtered(visible, form.cleaned_data, moment) if form.is_valid() else visible.none()
    changing = rows.order_by("-event_on", "-pk").values_list("pk", "status", "sensitivity", "retracted_at", named=True)
    page = Paginator(changing, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "cards": _cards(list(page), moment),
        "as_of": moment,
        "is_filtered": any(form.cleaned_data.values()),
        "query": urlencode([(k, v) for k, v in request.GET.items() if v and k != "page" and "\x00" not in v]),
    }
    return render(request, "indicators/evidence_list.html", context, status=200 if form.is_valid() else 400)


def _cards(changing: Sequence[Any], moment: AsOf) -> list[SafeString]:
    """The rendered cards of these rows of a number and all of a piece that may change; nothing of the reader."""

    def made(missing: list[int]) -> dict[int, SafeString]:
        rows = for_display(Evidence.objects.filter(pk__in=missing))
        return {row.pk: render_to_string(CARD, {"evidence": row, "as_of": moment}) for row in rows}

    return kept_each(CARD, made, {row.pk: (tuple(row), moment) for row in changing})


def _bodies(evidence: EvidenceQuerySet) -> tuple[list[Choice], list[Choice]]:
    """Sources and families that stand behind `evidence`, by name."""
    rows = evidence.values_list(
        "passage__report__source__slug", "passage__report__source__name", "family__slug", "family__name"
    ).distinct()
    found = list(rows)
    return _by_name((s, n) for s, n, _, _ in found), _by_name((s, n) for _, _, s, n in found)


def _by_name(pairs: Iterable[tuple[str, str]]) -> list[Choice]:
    return sorted(set(pairs), key=lambda pair: pair[1].casefold())


def _filtered(evidence: EvidenceQuerySet, asked: dict[str, object], moment: AsOf) -> EvidenceQuerySet:
    lookups = {
        "country": "country__iso3",
        "factor": "indicator__factor__number",
        "indicator": "indicator__code",
        "source": "passage__report__source__slug",
        "family": "family__slug",
        "reliability": "reliability",
        "credibility": "credibility",
        "polarity": "polarity",
        "since": "event_on__gte",
        "until": "event_on__lte",
        "text": "passage__text__icontains",
    }
    wanted = {lookup: asked[name] for name, lookup in lookups.items() if asked[name]}
    return _in_state(evidence, str(asked["state"]), moment).filter(**wanted)


def _in_state(evidence: EvidenceQuerySet, state: str, moment: AsOf) -> EvidenceQuerySet:
    if state == "":
        return evidence.known(day=moment.day, known_on=moment.known_on)
    return evidence if state == "all" else evidence.filter(status=state)


@require_safe
def evidence_detail(request: HttpRequest, evidence_id: int) -> HttpResponse:
    return show_evidence(request, evidence_id, RetractionForm())


def show_evidence(request: HttpRequest, evidence_id: int, form: RetractionForm, *, status: int = 200) -> HttpResponse:
    """The page of one piece of evidence; 404 where the reader may not know that it exists."""
    moment = moment_of(request)
    rows = for_display(with_events(seen_by(request))).select_related(*READ_WITH)
    rows = rows.annotate(was_clustered=ever_clustered())
    evidence = rows.filter(pk=evidence_id).first()
    if evidence is None:
        raise Http404(gettext("evidence: found none under this number that you may see"))
    readings = Readings.of(evidence, request.user)
    suggested, siblings = _suggested(evidence), _siblings(request, evidence)
    context = {
        "evidence": evidence,
        "as_of": moment,
        "standing": standing_at(evidence, moment),
        "voice": _voice(request, evidence),
        "surroundings": surroundings(evidence.passage),
        "siblings": siblings,
        "event": event_told(evidence, siblings),
        "corrected": corrected(request, evidence),
        "guidance": guidance_of(evidence.indicator.code),
        "suggested": suggested,
        "changed": _changed(suggested),
        "readings": readings,
        "said_of_readings": readings.in_short(evidence),
        "disagreement": DisagreementForm(evidence=evidence)
        if readings.needs_two and readings.may_read_second
        else None,
        "settlement_form": SettlementForm(),
        "may_withdraw": evidence.status == Evidence.Status.PROPOSED and evidence.coder_id == request.user.pk,
        "may_decide_this": readings.may_read_second,
        "is_own": evidence.coder_id == request.user.pk,
        "may_correct_this": is_staff(request) and evidence.status == Evidence.Status.ACCEPTED,
        "may_retract_this": may(request.user, Action.RETRACT_EVIDENCE) and evidence.status == Evidence.Status.ACCEPTED,
        "form": form,
    }
    return render(request, "indicators/evidence_detail.html", context, status=status)


def _voice(request: HttpRequest, evidence: Evidence) -> Voice | None:
    """The body as which it counts where that is another than its own, if the reader may know of that one's report."""
    said = voices([evidence.country.iso3]) if evidence.__dict__["was_clustered"] else {}
    voice = said.get(evidence.pk)
    return voice if voice is not None and voice.may_be_told(request.user) else None


def _suggested(evidence: Evidence) -> SuggestionDecision | None:
    """The decision by which a machine's suggestion became this; what one person coded and another read has none."""
    if evidence.coder_id is not None and not evidence.needs_two_readers:
        return None
    made = SuggestionDecision.objects.filter(evidence=evidence).exclude(action=SuggestionDecision.Action.UNDO)
    return made.select_related("suggestion__passage").first()


def _changed(suggested: SuggestionDecision | None) -> list[Difference]:
    """What a person changed of the machine's suggestion: of what is graded and counted, not of the wording."""
    changes = suggested.changes if suggested is not None else {}
    return [
        Difference(str(label), worded(name, changes[name]["was"]), worded(name, changes[name]["became"]))
        for name, label in CHANGES_TOLD.items()
        if name in changes
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class EventTold:
    """Of which event a piece is part, with how many others that the reader may see, and whether people said so."""

    name: str
    others: int
    has_more: bool
    linked_at: dt.datetime | None


def event_told(evidence: Evidence, siblings: Sequence[Evidence]) -> EventTold:
    """What the page says of the event of a row read `with_events`."""
    name, linked_at = evidence.__dict__["event"], evidence.__dict__["event_linked_at"]
    shared = [one for one in siblings if one.__dict__["event"] == name and one.country_id == evidence.country_id]
    return EventTold(name, len(shared) if name else 0, len(shared) == SIBLINGS_SHOWN, linked_at)


def _siblings(request: HttpRequest, evidence: Evidence) -> list[Evidence]:
    """Other pieces on the same event of this country, then others from the same passage; latest first."""
    same = Q(passage_id=evidence.passage_id)
    shared = Q(pk__in=[])
    if event := evidence.__dict__["event"]:
        shared = Q(pk__in=of_event(event, evidence.country_id).values("pk"))
        same |= shared
    others = with_events(seen_by(request)).filter(same).exclude(pk=evidence.pk)
    others = others.select_related("indicator", "family", "country")
    first = Case(When(shared, then=0), default=1)
    return list(others.order_by(first, "-event_on", "indicator__order")[:SIBLINGS_SHOWN])


def surroundings(passage: Passage) -> tuple[str, str]:
    """What stands before and after the passage in its report's text, cut at a space."""
    text = Passage.objects.values_list("report__text", flat=True).get(pk=passage.pk)
    before = text[max(0, passage.start - CONTEXT_CHARACTERS) : passage.start]
    after = text[passage.end : passage.end + CONTEXT_CHARACTERS]
    if passage.start > CONTEXT_CHARACTERS:
        before = "… " + before.partition(" ")[2]
    if passage.end + CONTEXT_CHARACTERS < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, after
