"""Reports into suggestions: the stage that pulls the reports which nobody has searched yet."""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from countries.models import Country
from indicators.matching.dates import latest_day
from indicators.matching.gazetteer import subjects_in
from indicators.matching.lexicon import lexicon
from indicators.matching.suggester import Hit, knows, suggest
from indicators.models import Indicator, Suggestion, SuggestionRun
from reports.models import Passage, Report

log = logging.getLogger(__name__)

SUGGESTIONS_MAX = 300  # a report: a person cannot decide more, and a poisoned feed cannot fill the queue
COUNTRIES_MAX = 3  # a passage: one that lists more is about none of them in particular
CREDIBILITY = {
    "A": 2,
    "B": 2,
    "C": 3,
    "D": 3,
    "E": 6,
    "F": 6,
}  # of a statement nobody has read yet, by its source's grade
AGAIN_AFTER = dt.timedelta(hours=24)  # a search that failed: by then somebody may have mended what broke it


def waiting(*, at: dt.datetime | None = None) -> QuerySet[Report]:
    """Documents, and coding notes that code nothing themselves, which no search has gone through; oldest first.

    After a failed search a report waits again from AGAIN_AFTER on, by `at` or else by the database's clock, without
    end. `due_at` is since when it waits: what came in long ago and failed yesterday waits since a moment ago.
    """
    uncoded = Q(kind=Report.Kind.CODING_NOTE, note_coding__rows_count=0, note_coding__failure="")
    lately = _runs().filter(searched_at__gt=(Now() if at is None else at) - AGAIN_AFTER)
    rows = Report.objects.filter(Q(kind=Report.Kind.DOCUMENT) | uncoded, _searched_nowhere_else())
    rows = rows.filter(~Exists(_runs().filter(failure="")), ~Exists(lately))
    last = _runs().order_by("-searched_at").values("searched_at")[:1]
    return rows.annotate(due_at=Coalesce(Subquery(last) + AGAIN_AFTER, "received_at")).order_by("pk")


def failed() -> QuerySet[Report]:
    """Reports that were searched, and no search went through."""
    return Report.objects.filter(Exists(_runs()), ~Exists(_runs().filter(failure="")))


def _runs() -> QuerySet[SuggestionRun]:
    return SuggestionRun.objects.filter(report=OuterRef("pk"))


def _searched_nowhere_else() -> Q:
    """No earlier report of the same text that everybody may see who may see this one, from as good a source."""
    first = OuterRef("duplicate_of")
    earlier = Report.objects.filter(Q(pk=first) | Q(duplicate_of=first, pk__lt=OuterRef("pk")))
    no_worse = earlier.filter(
        sensitivity__lte=OuterRef("sensitivity"), source__reliability__lte=OuterRef("source__reliability")
    )
    return Q(duplicate_of=None) | Q(~Exists(no_worse))


def suggest_waiting(*, at: dt.datetime) -> int:
    """Searches every waiting report, one transaction each; how many reports. Safe to run twice."""
    count = 0
    for report_id in waiting(at=at).values_list("pk", flat=True):
        count += _search(report_id, at=at)
    return count


@transaction.atomic
def _search(report_id: int, *, at: dt.datetime) -> int:
    locked = Report.objects.select_for_update(skip_locked=True, of=("self",)).select_related("source__family")
    report = locked.filter(pk=report_id).first()
    if report is None or not waiting(at=at).filter(pk=report_id).exists():  # another worker has it, or had it
        return 0
    run = SuggestionRun(report=report, lexicon=lexicon().version, searched_at=at)
    try:
        with transaction.atomic():
            _suggest(_Search(report, run, at))
    except OperationalError:  # the database's trouble, not the report's
        raise
    except Exception as error:  # noqa: BLE001  the others must go on
        log.error("report %s: the search for suggestions broke: %s", report.pk, type(error).__name__)
        run = SuggestionRun(report=report, lexicon=run.lexicon, searched_at=at, failure=type(error).__name__)
    run.save()
    return 1


@dataclass
class _Search:
    """One report on its way through the lexicon."""

    report: Report
    run: SuggestionRun
    at: dt.datetime
    indicators: dict[str, int] = field(default_factory=lambda: _ids(Indicator.objects.in_use(), "code"))
    states: dict[str, int] = field(default_factory=lambda: _ids(Country.objects.all(), "iso3"))

    @functools.cached_property
    def countries_of_report(self) -> tuple[str, ...]:
        """What its metadata say, or else what its title and text name; of a long list only what the text names too."""
        said = [iso3 for iso3 in self.report.countries_said if iso3 in self.states]
        if 0 < len(said) <= COUNTRIES_MAX:
            return tuple(said)
        named = subjects_in(f"{self.report.title}.\n{self.report.text}", self.report.language)
        return tuple(iso3 for iso3 in named if not said or iso3 in said)[:COUNTRIES_MAX]

    def countries_of(self, passage: Passage) -> tuple[str, ...]:
        """Those that the passage names, or else those of the report."""
        named = subjects_in(passage.text, self.report.language, most=COUNTRIES_MAX)
        return tuple(iso3 for iso3 in named if iso3 in self.states) or self.countries_of_report


def _ids(rows: QuerySet[Indicator] | QuerySet[Country], key: str) -> dict[str, int]:
    return dict(rows.values_list(key, "pk"))


def _suggest(search: _Search) -> None:
    """Stores what the lexicon finds in the report's new passages, and counts it on the run."""
    found: list[Suggestion] = []
    if knows(search.report.language):
        for passage in _new_passages(search.report):
            search.run.passages_count += 1
            found += _suggestions(search, passage)
    search.run.left_out_count = max(0, len(found) - SUGGESTIONS_MAX)
    search.run.suggestions_count = len(found) - search.run.left_out_count
    Suggestion.objects.bulk_create(found[:SUGGESTIONS_MAX])


def _new_passages(report: Report) -> Iterator[Passage]:
    """Without those that an earlier version of the same report said word for word, and without its own repeats."""
    earlier = Report.objects.none()
    if report.external_id:
        earlier = Report.objects.filter(source=report.source_id, external_id=report.external_id, pk__lt=report.pk)
    known = set(Passage.objects.filter(report__in=earlier).values_list("text", flat=True))
    for passage in report.passages.select_related("family").order_by("order"):
        if passage.text not in known:
            known.add(passage.text)
            yield passage


def _suggestions(search: _Search, passage: Passage) -> Iterator[Suggestion]:
    hits = suggest(passage.text, language=search.report.language)
    hits = tuple(hit for hit in hits if hit.indicator in search.indicators)
    if not hits:
        return
    countries = search.countries_of(passage)
    if not countries:
        search.run.homeless_count += len(hits)
    event_on, dating = _day_of(search.report, passage)
    for iso3 in countries:
        for hit in hits:
            yield _suggestion(search, passage, hit, iso3, event_on=event_on, dating=dating)


def _day_of(report: Report, passage: Passage) -> tuple[dt.date, str]:
    named = latest_day(passage.text, published_on=report.published_on)
    if named is None:
        return report.published_on, "no day in the passage: day of publication"
    if named.precision == "month":
        return named.day, "the latest month that the passage names: its first day"
    year = "" if named.year_is_named else "; year by the day of publication"
    return named.day, f"the latest day that the passage names{year}"


def _suggestion(
    search: _Search, passage: Passage, hit: Hit, iso3: str, *, event_on: dt.date, dating: str
) -> Suggestion:
    source = search.report.source
    return Suggestion(
        passage=passage,
        indicator_id=search.indicators[hit.indicator],
        country_id=search.states[iso3],
        lexicon=search.run.lexicon,
        phrase_start=hit.start,
        phrase_end=hit.end,
        strength=hit.strength,
        severity=hit.severity,
        polarity=hit.polarity,
        reliability=source.reliability,
        credibility=CREDIBILITY[source.reliability],
        family=passage.family or source.family,
        event_on=event_on,
        dating=dating,
        suggested_at=search.at,
    )
