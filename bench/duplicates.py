"""Figures: made-up reports signed and compared with all that are here, one in ten of them a reprint; then all of them.

Beside it, in the same run: reading the same texts and making their shingles, without signature, search or rows.
Then another thousand beside 20,000 (`--full`): what a day's reports cost an installation that has been there for years.
"""

import random
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.figure import Figure, wall
from indicators import voices
from r2p_dashboard import clock
from reports import clustering, duplicates
from reports.models import ClusterMember, Family, Report, Source, TextPair
from reports.storing import digest, same_words

REPORTS, STANDING = 1_000, 20_000
WORDS, VOCABULARY = 450, 6_000  # of a usual report; words that they are drawn from
REPRINTED, UPDATED = 10, 25  # one report in so many


def measure(*, full: bool = False, reports: int = REPORTS) -> list[Figure]:
    """A thousand reports alone; with `full` as many again beside 20,000 that are here."""
    family = Family.objects.create(slug="bench-alike", name="Bench")
    source = Source.objects.create(slug="bench-alike", name="Bench", family=family, reliability="F", licence="made up")
    figures = [_figure(source, reports, beside=0, seed=1), _flood(source, reports)]
    if full:
        _store(source, STANDING, seed=2)
        _cluster()
        figures.append(_figure(source, reports, beside=Report.objects.count(), seed=3))
    return figures


def _figure(source: Source, reports: int, *, beside: int, seed: int) -> Figure:
    numbers = _store(source, reports, seed=seed)
    plain = wall(lambda: _shingles(numbers))
    with CaptureQueriesContext(connection) as captured:
        took = _cluster()
    return Figure(
        f"{reports:,} reports compared with {beside:,} others and each other", took, "s",
        "reading the same texts and making their shingles", plain, queries=len(captured), details=_details(),
    )  # fmt: skip


def _flood(source: Source, reports: int) -> Figure:
    """Near copies of one text, each with a head of its own and three words set anew."""
    numbers = _keep(source, _copies(reports), name="flood")
    plain = wall(lambda: _shingles(numbers))
    with CaptureQueriesContext(connection) as captured:
        took = _cluster()
    held = ClusterMember.objects.holding().filter(report__in=numbers)
    clusters = held.values("cluster").distinct().count()
    return Figure(
        f"{reports:,} near copies of one text in one minute, made one voice", took, "s",
        "reading the same texts and making their shingles", plain, queries=len(captured),
        details={"clusters": clusters, "members": held.count()},
    )  # fmt: skip


def _copies(reports: int) -> Iterator[str]:
    drawn = random.Random(7)
    text = [f"copied{drawn.randrange(VOCABULARY)}" for _ in range(WORDS)]
    for number in range(reports):
        words = list(text)
        for _ in range(3):
            words[drawn.randrange(WORDS)] = f"other{drawn.randrange(10**6)}"
        yield " ".join([f"agency{number}", *words])


def _details() -> dict[str, Any]:
    return {
        "pairs": TextPair.objects.count(),
        "waiting": TextPair.objects.waiting().count(),
        "members": ClusterMember.objects.holding().count(),
    }


def _cluster() -> float:
    begun = time.perf_counter()
    while clustering.cluster_some(at=clock.now(), changed=voices.ask_for_scores):
        pass
    return time.perf_counter() - begun


def _shingles(numbers: list[int]) -> None:
    for text in Report.objects.filter(pk__in=numbers).values_list("text", flat=True):
        duplicates.shingles(text)


def _store(source: Source, reports: int, *, seed: int) -> list[int]:
    return _keep(source, _texts(reports, seed), name=str(seed))


def _keep(source: Source, texts: Iterable[str], *, name: str) -> list[int]:
    at = clock.now()
    made = Report.objects.bulk_create(
        (
            Report(
                source=source, kind=Report.Kind.DOCUMENT, reader="bench", title="Bench", published_on=at.date(),
                media_type="text/plain", bytes=b"x", sha256=digest(f"{name}/{number}".encode()), text=text,
                received_at=at, **same_words(text, "Bench"),
            )
            for number, text in enumerate(texts)
        ),
        batch_size=1_000,
    )  # fmt: skip
    return [report.pk for report in made]


def _texts(reports: int, seed: int) -> Iterator[str]:
    drawn = random.Random(seed)
    vocabulary = [f"word{number}" for number in range(VOCABULARY)]
    earlier: list[str] = []
    for number in range(reports):
        words = drawn.choices(vocabulary, k=WORDS)
        if earlier and number % REPRINTED == 0:
            words = ["reprint", str(number), *drawn.choice(earlier).split()]
        elif earlier and number % UPDATED == 0:
            words = [*drawn.choice(earlier).split()[: WORDS // 2], *words[WORDS // 2 :]]
        earlier.append(" ".join(words))
        yield earlier[-1]
