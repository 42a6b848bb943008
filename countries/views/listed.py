"""The country page's list of evidence: chosen and cut into pages by the database, so that more rows cost no more."""

import dataclasses
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Min
from django.http import QueryDict

from countries.models import Country
from countries.views.pieces import Quoted, quoted
from indicators.models import Evidence, EvidenceQuerySet
from r2p_dashboard.clock import AsOf, day_asked
from reports.models import Passage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User

PASSAGES_A_PAGE = 10
PAGE_DIGITS = 6
NONE = "-"  # chooses nothing: no factor, code, source or grade is called so
KINDS = (
    "indicator__order", "indicator__code", "indicator__label", "indicator__factor__number", "indicator__factor__title",
    "reliability", "credibility", "passage__report__source_id", "passage__report__source__name",
)  # fmt: skip
ACCEPTED, RETRACTED, PROPOSED = "accepted", "retracted", "proposed"


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks of the evidence list; empty: everything that counts."""

    factor: str = ""
    indicator: str = ""
    source: str = ""
    grade: str = ""
    since: str = ""  # days on which it is attested, both included
    until: str = ""
    state: str = ""
    page: int = 1

    @property
    def asked(self) -> dict[str, str]:
        """The filters that are set, by the name of their parameter."""
        names = ("factor", "indicator", "source", "grade", "since", "until", "state")
        return {name: value for name in names if (value := getattr(self, name))}

    def query(self, moment: AsOf, page: int) -> str:
        """The query string of this choice at this moment, at another page."""
        named = self.asked | ({"page": str(page)} if page > 1 else {})
        return "&".join(filter(None, (moment.query or "?", urlencode(named)))).replace("?&", "?")


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, and what its filters offer."""

    passages: list[Quoted]
    page: Page[Any]
    count: int  # attestations in the choice
    total: int  # attestations in its state that the reader may see
    factors: list[tuple[int, str]]
    indicators: list[tuple[str, str]]
    sources: list[tuple[int, str]]
    grades: list[str]
    previous: str
    next: str


def choice_of(query: QueryDict, *, may_see_proposed: bool) -> Choice:
    """The list's parameters, cut to what can be meant. Raises AsOfError for a day that is none."""
    page = query.get("page", "")[:PAGE_DIGITS]
    return Choice(
        factor=_number(query.get("factor", "")[:2]),
        indicator=query.get("indicator", "")[:6].replace("\x00", NONE),
        source=_number(query.get("source", "")[:9]),
        grade=query.get("grade", "")[:2].replace("\x00", NONE),
        since=_day("since", query.get("since", "")),
        until=_day("until", query.get("until", "")),
        state=_state(query.get("state", ""), may_see_proposed=may_see_proposed),
        page=max(1, int(page)) if _is_number(page) else 1,
    )


def _number(text: str) -> str:
    return str(int(text)) if _is_number(text) else text and NONE


def _day(name: str, text: str) -> str:
    return str(day_asked(name, text)) if text else ""


def _state(text: str, *, may_see_proposed: bool) -> str:
    if text in {"", ACCEPTED}:
        return ""
    return text if text == RETRACTED or (text == PROPOSED and may_see_proposed) else NONE


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def listed(country: Country, choice: Choice, moment: AsOf, user: "User | AnonymousUser") -> Listed:
    """Six queries, however much there is."""
    seen = _in_state(choice.state, moment).filter(country=country).visible_to(user)
    kinds = list(seen.order_by().values_list(*KINDS).annotate(count=Count("pk")))
    chosen = _chosen(seen, choice)
    passages = chosen.order_by().values_list("passage_id").annotate(newest=Max("event_on"), first=Min("pk"))
    page = Paginator(passages.order_by("-newest", "first"), PASSAGES_A_PAGE).get_page(choice.page)
    return Listed(
        passages=quoted(_rows(chosen, [row[0] for row in page])),
        page=page,
        count=chosen.count(),
        total=sum(kind[-1] for kind in kinds),
        factors=sorted({(kind[3], kind[4]) for kind in kinds}),
        indicators=[(code, label) for _, code, label in sorted({kind[:3] for kind in kinds})],
        sources=sorted({(kind[7], kind[8]) for kind in kinds}, key=lambda source: source[1].casefold()),
        grades=sorted({f"{kind[5]}{kind[6]}" for kind in kinds}),
        previous=choice.query(moment, page.number - 1) if page.has_previous() else "",
        next=choice.query(moment, page.number + 1) if page.has_next() else "",
    )


def _in_state(state: str, moment: AsOf) -> EvidenceQuerySet:
    """What counts at the moment; what had counted and was retracted by then; or what waits for a decision now."""
    if state == PROPOSED:
        return Evidence.objects.filter(status=Evidence.Status.PROPOSED)
    if state == RETRACTED:
        return Evidence.objects.ever_accepted().filter(event_on__lte=moment.day).retracted_by(moment.known_on)
    known = Evidence.objects.known(day=moment.day, known_on=moment.known_on)
    return known.none() if state else known


def _rows(chosen: EvidenceQuerySet, passages: list[int]) -> list[Evidence]:
    """The evidence of these passages, each with its passage, of which there is one object however often it is coded."""
    found = Passage.objects.filter(pk__in=passages).select_related("report__source")
    by_pk = {one.pk: one for one in found.defer("report__bytes", "report__text", "report__headers")}
    rows = list(
        chosen.filter(passage_id__in=passages)
        .select_related("indicator", "family", "decided_by")
        .order_by("-event_on", "pk")
    )
    for row in rows:
        row.passage = by_pk[row.passage_id]
    return rows


def _chosen(seen: EvidenceQuerySet, choice: Choice) -> EvidenceQuerySet:
    if choice.factor:
        seen = seen.filter(indicator__factor__number=int(choice.factor)) if _is_number(choice.factor) else seen.none()
    if choice.indicator:
        seen = seen.filter(indicator__code=choice.indicator)
    if choice.source:
        seen = seen.filter(passage__report__source=int(choice.source)) if _is_number(choice.source) else seen.none()
    if choice.grade:
        letter, digit = choice.grade[:1], choice.grade[1:]
        seen = seen.filter(reliability=letter, credibility=int(digit)) if _is_number(digit) else seen.none()
    if choice.since:
        seen = seen.filter(event_on__gte=choice.since)
    return seen.filter(event_on__lte=choice.until) if choice.until else seen
