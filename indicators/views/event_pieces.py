"""Evidence as the comparison of events takes it, and what a person is shown of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Q

from indicators.events import event_now, told_apart
from indicators.matching import events as matching
from indicators.matching.events import NEAR_DAYS, Alike, Piece
from indicators.models import Evidence, EvidenceQuerySet
from people.models import User

READ_MAX = 400  # pieces compared with each other at once
NEWEST = 150  # pieces that came in last, with what is near each of them
_LIVE = (Evidence.Status.ACCEPTED, Evidence.Status.PROPOSED)
_FIELDS = (
    "pk", "event", "event_on", "admin1", "actor", "passage_id", "indicator_id", "polarity", "passage__text",
    "country__iso3", "country__name_en", "indicator__code", "indicator__label", "family__name", "status",
    "passage__report_id",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A piece of evidence: what is compared, and what is said of it."""

    piece: Piece
    iso3: str
    country: str
    sign: str
    family: str
    is_proposed: bool
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """Two pieces that may be one event."""

    first: Told
    second: Told
    alike: Alike

    @property
    def sides(self) -> tuple[Told, Told]:
        """Both, the one entered first before the other."""
        return self.first, self.second


def live(user: User) -> EvidenceQuerySet:
    """What counts or may count, as far as `user` may see it, each row with its `event` as held now."""
    return Evidence.objects.visible_to(user).filter(status__in=_LIVE).annotate(event=event_now())


def told(rows: EvidenceQuerySet) -> list[Told]:
    """Rows of `live`; one query."""
    return [
        Told(
            piece=matching.read(
                Piece(pk, event, day, area, actor, passage, f"{indicator}{polarity:+d}", report), text
            ),
            iso3=iso3, country=country, sign=f"{code} {label}", family=family,
            is_proposed=status == Evidence.Status.PROPOSED, text=text,
        )
        for (
            pk, event, day, area, actor, passage, indicator, polarity, text, iso3, country, code, label, family, status,
            report,
        ) in rows.values_list(*_FIELDS)
    ]  # fmt: skip


def proposals(user: User, *, iso3: str = "", before: dt.date | None = None) -> list[Pair]:
    """Pairs that may be one event and that nobody decided on, what counts twice first: three queries at the most.

    Of a country the latest pieces, up to a day; else what came in last everywhere, with what is near it.
    """
    rows = live(user)
    if iso3:
        rows = rows.filter(country__iso3=iso3)
        found = told((rows.filter(event_on__lt=before) if before else rows).order_by("-event_on", "-pk")[:READ_MAX])
    else:
        newest = list(rows.order_by("-pk").values_list("country", "event_on")[:NEWEST])
        found = told(rows.filter(_near(newest)).order_by("-pk")[:READ_MAX]) if newest else []
    by_number = {one.piece.number: one for one in found}
    apart = told_apart(by_number) if found else set()
    countries: dict[str, list[Piece]] = {}
    for one in found:
        countries.setdefault(one.iso3, []).append(one.piece)
    pairs = [pair for pieces in countries.values() for pair in matching.alike(pieces, apart=apart)]
    pairs.sort(key=lambda pair: (not pair.counts_twice, -pair.score, pair.first, pair.second))
    return [Pair(by_number[pair.first], by_number[pair.second], pair) for pair in pairs]


def candidates(user: User, evidence: Evidence, *, most: int) -> list[tuple[Told, Alike]]:
    """What a piece may be the same event as, best first; two queries."""
    near = live(user).filter(_near([(evidence.country_id, evidence.event_on)])).order_by("-pk")
    found = {one.piece.number: one for one in told(near[:READ_MAX])}
    mine = found.pop(evidence.pk, None)
    if mine is None or not found:
        return []
    apart = {number for pair in told_apart([evidence.pk]) for number in pair}
    others = [one.piece for number, one in found.items() if number not in apart]
    pairs = matching.candidates(mine.piece, others)[:most]
    return [(found[pair.first if pair.first in found else pair.second], pair) for pair in pairs]


def _near(places: Iterable[tuple[int, dt.date]]) -> Q:
    """Evidence of these countries within NEAR_DAYS of these days."""
    days: dict[int, list[dt.date]] = {}
    for country, day in places:
        days.setdefault(country, []).append(day)
    wanted = Q(pk__in=[])
    for country, those in days.items():
        for first, last in _spans(sorted(set(those))):
            wanted |= Q(country=country, event_on__range=(first, last))
    return wanted


def _spans(days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Stretches of days within NEAR_DAYS of one of `days`, which are in order; what touches is one."""
    spans: list[tuple[dt.date, dt.date]] = []
    near = dt.timedelta(days=NEAR_DAYS)
    for day in days:
        if spans and day - near <= spans[-1][1]:
            spans[-1] = (spans[-1][0], day + near)
        else:
            spans.append((day - near, day + near))
    return spans
