"""What is left: how much waits by country, source, factor and language, and since when."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from indicators.models import PassageClaim, Suggestion
from indicators.views.desk import queue
from indicators.views.desk.page import LANGUAGES
from indicators.views.desk.sieve import Sieve
from indicators.views.review import person
from people.access import requires
from people.models import User
from people.permissions import Action, may
from r2p_dashboard import clock
from reports.models import Report

REPORTS_SHOWN = 50  # the fullest: the others are found by country and source
NAMES = (
    "country__iso3", "country__name_en", "passage__report__source__slug", "passage__report__source__name",
    "indicator__factor__number", "indicator__factor__title", "passage__report__language",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """How much waits of one kind, since when the oldest, and the address of the queue of it alone."""

    name: str
    count: int
    oldest_at: dt.datetime
    query: str


@dataclasses.dataclass
class _Table:
    by: str
    counts: Counter[str] = dataclasses.field(default_factory=Counter)
    names: dict[str, str] = dataclasses.field(default_factory=dict)
    oldest: dict[str, dt.datetime] = dataclasses.field(default_factory=dict)

    def add(self, value: str, name: str, count: int, oldest_at: dt.datetime) -> None:
        self.counts[value] += count
        self.names[value] = name
        self.oldest[value] = min(oldest_at, self.oldest.get(value, oldest_at))

    def lines(self, sieve: Sieve) -> list[Line]:
        return [
            Line(self.names[value], count, self.oldest[value], sieve.with_(**{self.by: value}))
            for value, count in self.counts.most_common()
        ]


@require_safe
@requires(Action.ENTER_EVIDENCE)
def left(request: HttpRequest) -> HttpResponse:
    user, sieve = person(request), Sieve.of(request)
    waiting = sieve.narrow(Suggestion.objects.visible_to(user).waiting()).order_by()
    tables = _tables(waiting)
    count = sum(tables["country"].counts.values())
    context = {
        "sieve": sieve,
        "count": count,
        "oldest_at": min(tables["country"].oldest.values(), default=None),
        "tables": [(table.by, table.lines(sieve)) for table in tables.values()],
        "reports": _fullest(waiting, sieve),
        "claims": _held(user),
        "unread_count": Report.objects.visible_to(user).unread().count() if may(user, Action.INGEST_REPORT) else 0,
        **queue.unseen(user),
    }
    return render(request, "indicators/suggestions_left.html", context)


def _tables(waiting: Any) -> dict[str, _Table]:
    """One pass over what waits: this page is opened now and then, the queue at every key."""
    tables = {name: _Table(name) for name in ("country", "source", "factor", "language")}
    rows = waiting.values_list(*NAMES).annotate(n=Count("pk"), since=Min("suggested_at"))
    for iso3, country, slug, source, factor, title, language, count, since in rows:
        tables["country"].add(iso3, country, count, since)
        tables["source"].add(slug, source, count, since)
        tables["factor"].add(str(factor), f"{factor} {title}", count, since)
        tables["language"].add(language, LANGUAGES.get(language, language), count, since)
    return tables


def _fullest(waiting: Any, sieve: Sieve) -> list[Line]:
    names = waiting.values_list("passage__report_id", "passage__report__title")
    rows = names.annotate(n=Count("pk"), since=Min("suggested_at")).order_by("-n", "passage__report_id")
    return [Line(title, n, since, sieve.with_(report=pk)) for pk, title, n, since in rows[:REPORTS_SHOWN]]


def _held(user: User) -> list[PassageClaim]:
    """Who has which passage in front of them, of those that the reader may see."""
    waiting = Suggestion.objects.visible_to(user).waiting().values("passage_id").order_by()
    rows = PassageClaim.objects.holding(at=clock.now()).filter(passage__in=waiting)
    return list(rows.select_related("by", "passage__report").defer("passage__report__bytes", "passage__report__text"))
