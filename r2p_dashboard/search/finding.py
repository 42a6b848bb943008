"""What a few words find. Every group is one query, and holds and counts only what its reader may see."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from alerts.models import Alert, Situation, SituationPlace
from countries.models import Country
from countries.naming import country_named, states_beginning, states_called, states_within
from indicators.models import Evidence, Indicator
from people.models import User
from r2p_dashboard.clock import AsOf
from reports.models import Passage, Report, Source

LEAST = 2  # letters of a query
MOST = 100
OF_EACH = 8  # results of each group
WORD = 3  # letters: shorter words are in every text
AROUND = 110  # characters shown on either side of what was found
NONE = Q(pk__in=())


@dataclasses.dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a passage: `found` is the word that was looked for, empty where it is spelt otherwise there."""

    before: str
    found: str
    after: str


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence with the place in its passage."""

    evidence: Evidence
    excerpt: Excerpt


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """A word, or the name of a State; `codes` are those of the States that it names."""

    text: str
    codes: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Asked:
    """What is looked for, by whom, at which moment, and among which reports."""

    text: str
    user: User | AnonymousUser
    moment: AsOf
    reports: QuerySet[Report, Any]  # those that the reader may see at that moment

    @property
    def words(self) -> list[str]:
        """Words that are long enough to tell something; where none is, all of it."""
        return [word for word in self.text.split() if len(word) >= WORD] or [self.text]

    @functools.cached_property
    def terms(self) -> list[Term]:
        """The same, the names of States in one piece, with whom they name."""
        return terms_of(self.text)

    @property
    def of_signs(self) -> list[str]:
        """What is looked for where no State is spoken of: the terms but for names of States, if others are left."""
        return [term.text for term in self.terms if not term.codes] or self.words


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """The best few of one kind, and how many there are."""

    key: str
    title: str
    rows: Sequence[Any]
    total: int
    is_dated: bool  # whether it is turned to the day of the view

    @property
    def has_more(self) -> bool:
        """Whether there are others than the few."""
        return self.total > len(self.rows)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """Groups with something in them. `may_mean`: no country has this name, these are spelt much like it."""

    groups: list[Group]
    may_mean: bool

    def of(self, key: str) -> list[Any]:
        """The best few of a kind."""
        return [row for group in self.groups if group.key == key for row in group.rows]

    @property
    def count(self) -> int:
        """Of all results."""
        return sum(group.total for group in self.groups)


def find(asked: Asked) -> Found:
    """What is found, LEAST to MOST letters being asked for; of each kind the best few."""
    codes, may_mean = states_of(asked.text)
    groups = [_group(key, asked, codes) for key in KINDS]
    return Found([group for group in groups if group.total], may_mean)


def _group(key: str, asked: Asked, codes: Sequence[str]) -> Group:
    if key == "countries":
        rows: Sequence[Any] = list(_countries(codes[:OF_EACH]))
        total = len(codes)
    else:
        rows = list(KINDS[key].rows(asked).annotate(of_all=Window(Count("*")))[:OF_EACH])
        total = rows[0].of_all if rows else 0
    return Group(key, title_of(key), shown(key, rows, asked), total, KINDS[key].is_dated)


def all_of(key: str, asked: Asked) -> Sequence[Any] | QuerySet[Any]:
    """Everything of one kind, to be paged through. Raises KeyError where there is no such kind."""
    rows: Sequence[Any] | QuerySet[Any] = KINDS[key].rows(asked)
    return rows


def shown(key: str, rows: Sequence[Any], asked: Asked) -> Sequence[Any]:
    """The rows of a kind as pages print them: evidence with the place in its passage."""
    return [Piece(row, excerpt(row.passage.text, asked.words)) for row in rows] if key == "evidence" else rows


def title_of(key: str) -> str:
    """The kind's name, in the reader's language."""
    return {
        "countries": _("Countries"), "indicators": _("Indicators"), "situations": _("Situations"),
        "alerts": _("Alerts"), "evidence": _("Evidence"), "reports": _("Reports"), "sources": _("Sources"),
    }[key]  # fmt: skip


def terms_of(text: str) -> list[Term]:
    """Words long enough to tell something, and names of States, each in one piece; where none is, all of it."""
    words = text.split()
    names = {start: (end, codes) for start, end, codes in states_within(words)}
    found, place = [], 0
    while place < len(words):
        end, codes = names.get(place) or (place + 1, _called(words[place]))
        if codes or len(words[place]) >= WORD:
            found.append(Term(" ".join(words[place:end]), tuple(codes)))
        place = end
    return found or [Term(text, ())]


def states_of(text: str) -> tuple[list[str], bool]:
    """Codes by any code, by a name or its beginning in six languages; else those spelt much like it, and True."""
    named = country_named(text)
    codes = list(dict.fromkeys([*named.iso3, *states_beginning(text)]))
    codes = codes or list(dict.fromkeys(code for term in terms_of(text) for code in term.codes))
    return codes or list(named.nearest), not codes and bool(named.nearest)


def _countries(codes: Sequence[str]) -> list[Country]:
    rows = Country.objects.in_bulk(codes, field_name="iso3") if codes else {}
    return [rows[code] for code in codes if code in rows]


def _indicators(asked: Asked) -> QuerySet[Any]:
    """By code or its beginning, or by words of the label, of the description or of the factor's title."""
    text = asked.text
    said = reduce(and_, (_any_of(("label", "description", "factor__title"), word) for word in asked.of_signs))
    signs = " ".join(asked.of_signs)
    near = Greatest(TrigramWordSimilarity(signs, "label"), TrigramWordSimilarity(signs, "factor__title"))
    rows = Indicator.objects.in_use().filter(Q(code=text) | Q(code__startswith=f"{text}.") | said)
    return rows.select_related("factor").order_by(near.desc(), "order")


def _evidence(asked: Asked) -> QuerySet[Any]:
    """What counted then, by words of its passage or of the reason for its coding, or any name of its country."""
    said = _of_words_or_country(asked, ("note", "country__name_en"), "country__iso3__in", of_word=_in_passage)
    rows = Evidence.objects.visible_to(asked.user).known(day=asked.moment.day, known_on=asked.moment.known_on)
    seen = rows.filter(said).select_related("country", "indicator", "passage__report__source")
    return seen.defer("passage__report__bytes", "passage__report__text").order_by("-event_on", "-pk")


def _alerts(asked: Asked) -> QuerySet[Any]:
    """Alerts released by then, by their words or any name of their country; the latest first."""
    said = _of_words_or_country(asked, ("headline", "what_changed", "country__name_en"), "country__iso3__in")
    end = dt.datetime.combine(asked.moment.known_on, dt.time(), dt.UTC) + dt.timedelta(days=1)
    rows = Alert.objects.released().filter(said, released_at__lt=end)
    return rows.select_related("country").order_by("-released_at", "-pk")


def _situations(asked: Asked) -> QuerySet[Any]:
    """Situations as they stand now, by their words or any name of a country of theirs; open ones first."""
    said = _of_words_or_country(asked, ("name", "about", "part"), "pk__in", of_countries=_of_countries)
    return Situation.objects.filter(said).order_by(F("closed_at").desc(nulls_first=True), "name")


def _of_countries(codes: Sequence[str]) -> QuerySet[Any]:
    return SituationPlace.objects.filter(country__iso3__in=codes, until=None).values("situation")


def _sources(asked: Asked) -> QuerySet[Any]:
    """Sources of which the reader may see a report, by name."""
    said = reduce(and_, (_any_of(("name", "family__name"), word) for word in asked.words))
    rows = Source.objects.filter(said).select_related("family")
    return rows.filter(Exists(_read(asked).filter(source=OuterRef("pk")))).order_by("name")


def _reports(asked: Asked) -> QuerySet[Any]:
    """Reports that the reader may see, by title; the latest first."""
    said = reduce(and_, (_any_of(("title",), word) for word in asked.words))
    return _read(asked).filter(said).select_related("source").defer("bytes", "text").order_by("-published_on", "-pk")


def _read(asked: Asked) -> QuerySet[Any]:
    """Without what only carries others."""
    return asked.reports.exclude(kind__in=(Report.Kind.FEED, Report.Kind.BUNDLE))


def _of_words_or_country(
    asked: Asked,
    fields: Sequence[str],
    lookup: str,
    *,
    of_countries: Callable[[Sequence[str]], object] = lambda codes: codes,
    of_word: Callable[[str], Q] = lambda _word: NONE,
) -> Q:
    """Every word is in a field (or elsewhere, by `of_word`) or names the country; or all of it does."""

    def of(codes: Sequence[str]) -> Q:
        return Q(**{lookup: of_countries(codes)}) if codes else NONE

    said = reduce(and_, (_any_of(fields, one.text) | of_word(one.text) | of(one.codes) for one in asked.terms))
    return said | of(country_named(asked.text).iso3)


def _called(word: str) -> Sequence[str]:
    """The States that one word among others names. "and", "can" and "per" are words here, not codes."""
    is_word = word.isascii() and len(word) <= WORD and not word.isupper()
    return () if is_word else states_called(word)


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """One kind of result: how all of it is found, and whether by the day of the view."""

    rows: Callable[[Asked], Any]
    is_dated: bool = True


KINDS = {
    "countries": Kind(lambda asked: _countries(states_of(asked.text)[0])),
    "indicators": Kind(_indicators),
    "situations": Kind(_situations, is_dated=False),
    "alerts": Kind(_alerts),
    "evidence": Kind(_evidence),
    "reports": Kind(_reports),
    "sources": Kind(_sources),
}


def _in_passage(word: str) -> Q:
    """A question of its own: beside the note in one condition no plan could use the passages' index of words."""
    return Q(passage__in=Passage.objects.filter(text__trigram_word_similar=word).values("pk"))


def _any_of(fields: Sequence[str], word: str) -> Q:
    return reduce(or_, (Q(**{f"{field}__trigram_word_similar": word}) for field in fields))


def excerpt(text: str, words: Sequence[str]) -> Excerpt:
    """The place of the first word that stands in `text` letter by letter; else its beginning."""
    folded = text.casefold()
    places = [(place, len(word)) for word in words if (place := folded.find(word.casefold())) >= 0]
    if not places or len(folded) != len(text):
        return Excerpt("", "", _cut_end(text, 2 * AROUND))
    start, size = min(places)
    return Excerpt(_cut_start(text[:start], AROUND), text[start : start + size], _cut_end(text[start + size :], AROUND))


def _cut_end(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rpartition(' ')[0]}…"


def _cut_start(text: str, most: int) -> str:
    return text if len(text) <= most else f"…{text[-most:].partition(' ')[2]}"
