"""What a few words find. Every group is one query, and holds only what its reader may see."""

import dataclasses
from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q
from django.db.models.functions import Greatest

from alerts.models import Alert
from countries.models import Country
from countries.naming import country_named, states_beginning
from indicators.models import Evidence, Indicator
from people.models import User
from reports.models import Passage

LEAST = 2  # letters of a query
MOST = 100
OF_EACH = 8  # results of each group
WORD = 3  # letters: shorter words are in every text
AROUND = 110  # characters shown on either side of what was found


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
class Found:
    """Of each group the best few. `may_mean`: no country has this name, these are spelt much like it."""

    countries: list[Country]
    may_mean: bool
    indicators: list[Indicator]
    pieces: list[Piece]
    alerts: list[Alert]

    @property
    def count(self) -> int:
        """Of all results."""
        return len(self.countries) + len(self.indicators) + len(self.pieces) + len(self.alerts)


def find(text: str, *, user: User | AnonymousUser) -> Found:
    """What `text`, of LEAST to MOST letters, finds for this reader."""
    words = [word for word in text.split() if len(word) >= WORD] or [text]
    countries, may_mean = _countries(text)
    return Found(countries, may_mean, _indicators(text, words), _pieces(words, user), _alerts(words))


def _countries(text: str) -> tuple[list[Country], bool]:
    """By any code, by a name or its beginning in six languages; else those that are spelt much like it."""
    named = country_named(text)
    codes = list(dict.fromkeys([*named.iso3, *states_beginning(text)]))
    may_mean = not codes
    wanted = (codes or list(named.nearest))[:OF_EACH]
    rows = Country.objects.in_bulk(wanted, field_name="iso3") if wanted else {}
    return [rows[code] for code in wanted if code in rows], may_mean and bool(wanted)


def _indicators(text: str, words: Sequence[str]) -> list[Indicator]:
    """By code or its beginning, or by words of the label, of the description or of the factor's title."""
    said = reduce(and_, (_any_of(("label", "description", "factor__title"), word) for word in words))
    near = Greatest(TrigramWordSimilarity(text, "label"), TrigramWordSimilarity(text, "factor__title"))
    rows = Indicator.objects.in_use().filter(Q(code=text) | Q(code__startswith=f"{text}.") | said)
    return list(rows.select_related("factor").order_by(near.desc(), "order")[:OF_EACH])


def _pieces(words: Sequence[str], user: User | AnonymousUser) -> list[Piece]:
    """Accepted evidence whose passage, or the reason for its coding, has every word; the latest events first."""
    said = reduce(and_, (_in_passage(word) | _any_of(("note",), word) for word in words))
    rows = Evidence.objects.visible_to(user).filter(said, status=Evidence.Status.ACCEPTED)
    shown = rows.select_related("country", "indicator", "passage__report__source").order_by("-event_on", "-pk")
    hidden = ("passage__report__bytes", "passage__report__text")
    return [Piece(row, excerpt(row.passage.text, words)) for row in shown.defer(*hidden)[:OF_EACH]]


def _alerts(words: Sequence[str]) -> list[Alert]:
    """Released alerts, the latest first."""
    said = reduce(and_, (_any_of(("headline", "what_changed", "country__name_en"), word) for word in words))
    return list(Alert.objects.released().filter(said).select_related("country")[:OF_EACH])


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
