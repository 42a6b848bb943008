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
from r2p_dashboard.clock import AsOf
from reports.models import Passage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from people.models import User

PASSAGES_A_PAGE = 25
PAGE_DIGITS = 6
NONE = "-"  # chooses nothing: no factor, code or grade is called so
KINDS = (
    "indicator__order", "indicator__code", "indicator__label", "indicator__factor__number", "indicator__factor__title",
    "reliability", "credibility",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks of the evidence list; empty: everything."""

    factor: str = ""
    indicator: str = ""
    grade: str = ""
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        """Whether anything is left out."""
        return bool(self.factor or self.indicator or self.grade)

    def query(self, moment: AsOf, page: int) -> str:
        """The query string of this choice at this moment, at another page."""
        asked = {"factor": self.factor, "indicator": self.indicator, "grade": self.grade}
        named = {name: value for name, value in asked.items() if value} | ({"page": str(page)} if page > 1 else {})
        return "&".join(filter(None, (moment.query or "?", urlencode(named)))).replace("?&", "?")


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, and what its filters offer."""

    passages: list[Quoted]
    page: Page[Any]
    count: int  # attestations in the choice
    total: int  # attestations that the reader may see
    factors: list[tuple[int, str]]
    indicators: list[tuple[str, str]]
    grades: list[str]
    previous: str
    next: str


def choice_of(query: QueryDict) -> Choice:
    """The list's parameters, cut to what can be meant."""
    factor, page = query.get("factor", "")[:2], query.get("page", "")[:PAGE_DIGITS]
    return Choice(
        factor=str(int(factor)) if _is_number(factor) else factor and NONE,
        indicator=query.get("indicator", "")[:6].replace("\x00", NONE),
        grade=query.get("grade", "")[:2].replace("\x00", NONE),
        page=max(1, int(page)) if _is_number(page) else 1,
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def listed(country: Country, choice: Choice, moment: AsOf, user: "User | AnonymousUser") -> Listed:
    """Five queries, however much there is."""
    known = Evidence.objects.known(day=moment.day, known_on=moment.known_on).filter(country=country)
    seen = known.visible_to(user)
    kinds = list(seen.order_by().values_list(*KINDS).annotate(count=Count("pk")))
    chosen = _chosen(seen, choice)
    passages = chosen.order_by().values_list("passage_id").annotate(newest=Max("event_on"), first=Min("pk"))
    page = Paginator(passages.order_by("-newest", "first"), PASSAGES_A_PAGE).get_page(choice.page)
    rows = _rows(chosen, [row[0] for row in page])
    in_choice = [kind for kind in kinds if _admits(choice, kind)]
    return Listed(
        passages=quoted(rows),
        page=page,
        count=sum(kind[-1] for kind in in_choice),
        total=sum(kind[-1] for kind in kinds),
        factors=sorted({(kind[3], kind[4]) for kind in kinds}),
        indicators=[(code, label) for _, code, label in sorted({kind[:3] for kind in kinds})],
        grades=sorted({f"{kind[5]}{kind[6]}" for kind in kinds}),
        previous=choice.query(moment, page.number - 1) if page.has_previous() else "",
        next=choice.query(moment, page.number + 1) if page.has_next() else "",
    )


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
    if choice.grade:
        letter, digit = choice.grade[:1], choice.grade[1:]
        seen = seen.filter(reliability=letter, credibility=int(digit)) if _is_number(digit) else seen.none()
    return seen


def _admits(choice: Choice, kind: tuple[Any, ...]) -> bool:
    """Whether the choice has the rows of one kind, in the order of `KINDS`."""
    return (
        choice.factor in {"", str(kind[3])}
        and choice.indicator in {"", kind[1]}
        and choice.grade in {"", f"{kind[5]}{kind[6]}"}
    )
