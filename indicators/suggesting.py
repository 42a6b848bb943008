"""Reports into suggestions: the stage that pulls the reports which nobody has searched yet."""

from __future__ import annotations

import datetime as dt
import functools
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, Now

from countries.gazetteer import subjects_in
from countries.models import Country
from indicators.lexicon_keeping import InUse, in_use
from indicators.matching.dates import latest_day
from indicators.matching.head import chosen
from indicators.matching.measuring import all_hits_in, hits_in
from indicators.matching.suggester import Hit, knows
from indicators.model_in_use import Learned, learned
from indicators.models import Indicator, SearchOrder, Suggestion, SuggestionRun
from reports.correcting import Held, held
from reports.custody import Deed, note
from reports.models import ClusterMember, Passage, Report, ReportCorrection
from reports.subjects import COUNTRIES_MAX, countries_about, countries_found
from reports.text import normal_form

log = logging.getLogger(__name__)
State = Suggestion.State

SUGGESTIONS_MAX = 300  # a report: a person cannot decide more, and a poisoned feed cannot fill the queue
TOGETHER = 20  # reports of one transaction: a commit waits for the disk, and a killed worker loses no more than these
MATES_MAX = 5  # reports of the same text that are read again: what one of them said, the others mostly said too
CREDIBILITY = {
    "A": 2,
    "B": 2,
    "C": 3,
    "D": 3,
    "E": 6,
    "F": 6,
}  # of a statement nobody has read yet, by its source's grade
AGAIN_AFTER = dt.timedelta(hours=24)  # a search that failed: by then somebody may have mended what broke it


@dataclass(frozen=True, slots=True)
class Changed:
    """What a search did to the queue."""

    added: int = 0
    withdrawn: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What suggestions are made of: indicators by their code, States by theirs."""

    indicators: Mapping[str, int]
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Means:
    """What reports are searched with."""

    known: Catalogue
    lexicon: InUse
    model: Learned


def catalogue() -> Catalogue:
    """The catalogue in use: read once for all reports that are searched one after the other."""
    return Catalogue(
        dict(Indicator.objects.in_use().values_list("code", "pk")), dict(Country.objects.values_list("iso3", "pk"))
    )


def waiting(*, at: dt.datetime | None = None) -> QuerySet[Report]:
    """Documents, and coding notes that code nothing themselves, which no search has gone through; oldest first.

    One that a person corrected since its last good search waits again. After a failed search a report waits again from
    AGAIN_AFTER on, by `at` or else by the database's clock, without end. `due_at` is since when it waits: what came in
    long ago and failed yesterday waits since a moment ago.
    """
    uncoded = Q(kind=Report.Kind.CODING_NOTE, note_coding__rows_count=0, note_coding__failure="")
    lately = _runs().exclude(failure="").filter(searched_at__gt=(Now() if at is None else at) - AGAIN_AFTER)
    rows = Report.objects.filter(Q(kind=Report.Kind.DOCUMENT) | uncoded, _searched_nowhere_else())
    rows = rows.filter(~Exists(_runs().filter(failure="")) | Q(pk__in=_corrected_since()), ~Exists(lately))
    last = _runs().exclude(failure="").order_by("-searched_at").values("searched_at")[:1]
    corrected = ReportCorrection.objects.filter(report=OuterRef("pk")).order_by("-pk").values("at")[:1]
    due_at = Greatest(Coalesce(Subquery(last) + AGAIN_AFTER, "received_at"), Subquery(corrected))
    return rows.annotate(due_at=due_at).order_by("pk")


def _corrected_since() -> QuerySet[ReportCorrection, tuple[int]]:
    """Numbers of the reports with a correction that no good search followed."""
    after = SuggestionRun.objects.filter(report=OuterRef("report"), failure="", correction__gte=OuterRef("pk"))
    return ReportCorrection.objects.filter(~Exists(after)).values_list("report")


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
    """Searches every waiting report, some in one transaction; how many reports. Safe to run twice."""
    numbers = list(waiting(at=at).values_list("pk", flat=True))
    known = catalogue() if numbers else Catalogue({}, {})
    batches = (numbers[first : first + TOGETHER] for first in range(0, len(numbers), TOGETHER))
    return sum(_search(batch, known, at=at) for batch in batches)


@transaction.atomic
def _search(numbers: Sequence[int], known: Catalogue, *, at: dt.datetime) -> int:
    """Without those that another worker has, or had."""
    locked = Report.objects.select_for_update(skip_locked=True, of=("self",)).select_related("source__family")
    rows = locked.filter(pk__in=numbers).order_by("pk").defer("bytes", "headers").prefetch_related("corrections")
    reports = list(rows)
    still = set(waiting(at=at).filter(pk__in=[report.pk for report in reports]).values_list("pk", flat=True))
    means = _Means(known, in_use(), learned())
    searched = [_keep_run(report, means, at=at) for report in reports if report.pk in still]
    return len(searched)


@transaction.atomic
def search_again(report_id: int, known: Catalogue, *, order: SearchOrder, at: dt.datetime) -> Changed:
    """Searches a report again that was searched, as in a search after a correction; what it added and withdrew."""
    report = Report.objects.select_for_update(of=("self",)).select_related("source__family").get(pk=report_id)
    if SuggestionRun.objects.filter(report=report, again=order).exists():
        return Changed()
    return _keep_run(report, _Means(known, in_use(), learned()), at=at, again=order)


def _keep_run(report: Report, means: _Means, *, at: dt.datetime, again: SearchOrder | None = None) -> Changed:
    """One search, and the run that says what came of it, or what broke."""
    holds, now, model = held(report, report.corrections.all()), means.lexicon, means.model
    last = next(iter(holds.corrections), None)
    run = SuggestionRun(
        report=report, lexicon=now.label, searched_at=at, correction=last, again=again, model=model.row
    )  # fmt: skip
    changed = Changed()
    try:
        with transaction.atomic():
            changed = _suggest(_Search(report, holds, run, at, now, model, means.known))
    except OperationalError:  # the database's trouble, not the report's
        raise
    except Exception as error:  # noqa: BLE001  the others must go on
        log.error("report %s: the search for suggestions broke: %s", report.pk, type(error).__name__)
        broke, changed = type(error).__name__, Changed(failed=1)
        run = SuggestionRun(
            report=report, lexicon=now.label, searched_at=at, correction=last, again=again, failure=broke
        )  # fmt: skip
    run.save()
    _note(run)
    return changed


def _note(run: SuggestionRun) -> None:
    """Written into the report's chain; the search holds the report."""
    said: dict[str, Any] = {
        "run": run.pk,
        "lexicon": run.lexicon,
        "suggestions": run.suggestions_count,
        "failure": run.failure,
    }
    note(Deed.SEARCHED, at=run.searched_at, report_id=run.report_id, stage="suggest", is_held=True, **said)


@dataclass(frozen=True, slots=True)
class _Mate:
    """A searched report of the same text."""

    text: str  # in normal form
    countries_said: list[str]


@dataclass
class _Search:
    """One report on its way through the lexicon."""

    report: Report
    holds: Held
    run: SuggestionRun
    at: dt.datetime
    lexicon: InUse
    model: Learned
    known: Catalogue

    @functools.cached_property
    def language(self) -> str:
        """The language that holds, without its region."""
        return self.holds.language.partition("-")[0].lower()

    @functools.cached_property
    def mates(self) -> list[_Mate]:
        """Reports of the same text that were searched already; none where a person corrected this one."""
        return [] if self.holds.corrections else _mates(self.report)

    def hits_in(self, text: str) -> tuple[Hit, ...]:
        """What the lexicon suggests, or, where a model is switched on, what past decisions speak for."""
        if self.model.head is None:
            return hits_in(text, self.language, self.lexicon.lexicons)
        hits = all_hits_in(text, self.language, self.lexicon.lexicons)
        return chosen(text, hits, self.model.head) if hits else ()

    @functools.cached_property
    def countries_of_report(self) -> tuple[str, ...]:
        """Those that hold: set right by a person, said, or found. What came in before anybody looked is read now."""
        codes = self.holds.countries
        if not self.holds.countries_by:
            found = countries_found(self.report.title, self.report.text, self.language)
            codes = tuple(countries_about(self.report.countries_said, found))
        return tuple(iso3 for iso3 in codes if iso3 in self.known.states)

    def countries_of(self, passage: Passage) -> tuple[str, ...]:
        """Those that the passage names, or else those of the report."""
        named = subjects_in(passage.text, self.language, most=COUNTRIES_MAX)
        return tuple(iso3 for iso3 in named if iso3 in self.known.states) or self.countries_of_report


def _suggest(search: _Search) -> Changed:
    """Stores what the lexicon finds in the report's new passages, and counts it on the run.

    In a search after a correction: what was suggested and is not found again is withdrawn unless it is decided; what
    was withdrawn and is found again waits again.
    """
    found: list[Suggestion] = []
    if knows(search.language):
        for passage in _new_passages(search):
            search.run.passages_count += 1
            found += _suggestions(search, passage)
    search.run.left_out_count = max(0, len(found) - SUGGESTIONS_MAX)
    search.run.suggestions_count = len(found) - search.run.left_out_count
    return _store(search, found[:SUGGESTIONS_MAX])


def _store(search: _Search, found: list[Suggestion]) -> Changed:
    before = Suggestion.objects.filter(passage__report=search.report)
    standing = {_key(one): one.pk for one in before.only("pk", "passage_id", "indicator_id", "country_id")}
    if not standing:
        return Changed(len(Suggestion.objects.bulk_create(found)))
    again = {standing[_key(one)] for one in found if _key(one) in standing}
    withdrawn = before.filter(state=State.WAITING).exclude(pk__in=again).update(state=State.SUPERSEDED)
    back = before.filter(state=State.SUPERSEDED, pk__in=again).update(state=State.WAITING)
    fresh = [one for one in found if _key(one) not in standing]
    Suggestion.objects.bulk_create(fresh)
    return Changed(len(fresh) + back, withdrawn)


def _key(one: Suggestion) -> tuple[int, int, int]:
    """What a suggestion is unique by."""
    return one.passage_id, one.indicator_id, one.country_id


def _new_passages(search: _Search) -> Iterator[Passage]:
    """Without its own repeats, what an earlier version said word for word, and what was searched in the same text."""
    report = search.report
    earlier = Report.objects.none()
    if report.external_id:
        earlier = Report.objects.filter(source=report.source_id, external_id=report.external_id, pk__lt=report.pk)
    known = set(Passage.objects.filter(report__in=earlier).values_list("text", flat=True))
    for passage in report.passages.select_related("family").order_by("order"):
        if passage.text not in known:
            known.add(passage.text)
            if not _is_searched(search, passage):
                yield passage


def _is_searched(search: _Search, passage: Passage) -> bool:
    """Whether the passage stands in a searched report of the same text, and would be about the same countries."""
    if not search.mates:
        return False
    said, text = set(search.report.countries_said), normal_form(passage.text)
    standing = [mate for mate in search.mates if text in mate.text]
    if any(set(mate.countries_said) == said for mate in standing):
        return True
    return bool(standing) and bool(subjects_in(passage.text, search.report.language, most=COUNTRIES_MAX))


def _mates(report: Report) -> list[_Mate]:
    """Searched reports of the same text that are as open and as well graded, and none of whose findings were cut."""
    holding = ClusterMember.objects.holding()
    clusters = list(holding.filter(report=report).values_list("cluster", flat=True))
    if not clusters:
        return []
    others = holding.filter(cluster__in=clusters).exclude(report=report)
    first = SuggestionRun.objects.filter(report=report, failure="").order_by("pk").values_list("pk", flat=True).first()
    whole = SuggestionRun.objects.filter(report=OuterRef("pk"), failure="", left_out_count=0)
    if first is not None:  # searched again: what it said first, it still says first
        whole = whole.filter(pk__lt=first)
    rows = Report.objects.filter(
        Exists(whole), pk__in=others.values("report"), language=report.language, sensitivity__lte=report.sensitivity,
        source__reliability__lte=report.source.reliability,
    )  # fmt: skip
    found = rows.order_by("pk").values_list("text", "countries_said")[:MATES_MAX]
    return [_Mate(normal_form(text), said) for text, said in found]


def _suggestions(search: _Search, passage: Passage) -> Iterator[Suggestion]:
    hits = tuple(hit for hit in search.hits_in(passage.text) if hit.indicator in search.known.indicators)
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
        return report.published_on, "no day read in the passage: day of publication"
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
        indicator_id=search.known.indicators[hit.indicator],
        country_id=search.known.states[iso3],
        lexicon=search.run.lexicon,
        model=search.model.row,
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
