"""Figure: made-up reports in answers of ReliefWeb's form, from waiting bytes to stored passages.

Beside it, in the same run: `json.loads` of the same answers and a plain `bulk_create` of the same rows, without
reading Markdown, cutting passages, looking for duplicates or keeping problems apart.
"""

import copy
import datetime as dt
import itertools
import json
import random
import time
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from bench.figure import Figure
from indicators import suggesting, voices
from indicators.models import Suggestion
from r2p_dashboard import clock
from reports import clustering
from reports.ingest import read_waiting
from reports.models import Family, Passage, Report, Retrieval, Source
from reports.readers import reader_named
from reports.readers.draft import ITEMS_MAX

REPORTS, READER = 1_000, "reliefweb-v2"
SENTENCES = (
    "The made-up office stated that nobody of the synthetic district was there when the report was written.",
    "Its numbers stand for nothing, and no event of this kind has ever been told of anybody.",
    "Later sentences say the same in another order, so that a text has the length of a real one.",
    "A quarter of the invented households has moved to a camp that no map shows.",
    "The body that does not exist repeats its call for an inquiry that nobody will hold.",
    "Soldiers killed dozens of civilians and burned homes in a village that no map of Myanmar shows.",
    "Gunmen blocked the humanitarian convoy of no agency and looted its food at an invented checkpoint.",
)


def measure(*, full: bool = False, reports: int = REPORTS, times: int = 3) -> list[Figure]:
    """The shortest of a few runs, each on reports of its own; `full` changes nothing."""
    family = Family.objects.create(slug="bench-feed", name="Bench")
    source = Source.objects.create(slug="bench-feed", name="Bench", family=family, reliability="F", licence="made up")
    runs = [_run(source, reports, seed) for seed in range(times)]
    best = min(runs, key=lambda run: run["seconds"])
    whole = min(run["seconds"] + run["after_s"] for run in runs)
    plain = min(run["plain_s"] for run in runs)
    details = {name: best[name] for name in ("read_s", "passages", "megabytes")} | {"reports": reports, "times": times}
    return [
        Figure(
            f"{reports:,} reports of a feed to stored passages", best["seconds"], "s",
            "json.loads and bulk_create of the same rows", plain, queries=best["queries"], details=details,
        ),
        Figure(
            f"{reports:,} reports of a feed to passages, clusters and suggestions", whole, "s",
            "json.loads and bulk_create of the same rows", plain,
            details={"suggestions": best["suggestions"], "after_cpu_s": min(run["after_cpu_s"] for run in runs)},
        ),
    ]  # fmt: skip


@override_settings(FEED_ITEMS_PER_HOUR=1_000_000)
def _run(source: Source, reports: int, seed: int) -> dict[str, Any]:
    answers = list(_answers(reports, seed))
    at = clock.now()
    before = Report.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    took, queries = 0.0, 0
    for payload in answers:  # one after the other: a source is fetched once at a time
        Retrieval.objects.create(
            source=source, reader=READER, payload=payload, about={"source": source.slug}, received_at=at
        )
        with CaptureQueriesContext(connection) as captured:
            took += _seconds(lambda: read_waiting(at=at))
        queries += len(captured)
    stored = list(Report.objects.filter(pk__gt=before).exclude(carrier=None))
    if len(stored) != reports:
        raise RuntimeError(f"found {len(stored)} stored reports; wanted {reports}")
    passages = list(Passage.objects.filter(report__in=stored))
    began = time.process_time()
    after = _seconds(lambda: _cluster_and_suggest(at))
    after_cpu = round(time.process_time() - began, 1)
    return {
        "seconds": took,
        "after_s": after,
        "after_cpu_s": after_cpu,
        "suggestions": Suggestion.objects.filter(passage__report__in=stored).count(),
        "plain_s": _plain(answers, stored, passages),
        "read_s": _seconds(lambda: [reader_named(READER)(payload) for payload in answers]),
        "passages": len(passages),
        "megabytes": round(sum(map(len, answers)) / 1e6, 2),
        "queries": queries,
    }


def _cluster_and_suggest(at: dt.datetime) -> None:
    while clustering.cluster_some(at=at, changed=voices.ask_for_scores):
        pass
    suggesting.suggest_waiting(at=at)


def _plain(answers: list[bytes], stored: list[Report], passages: list[Passage]) -> float:
    """Seconds of the yardstick: the same rows, under another digest because bytes are stored once."""
    again = {report.pk: copy.copy(report) for report in stored}
    for report in again.values():
        report.pk, report.sha256 = None, report.sha256[::-1]
    copies = [copy.copy(passage) for passage in passages]

    @transaction.atomic
    def work() -> None:
        for payload in answers:
            json.loads(payload)
        Report.objects.bulk_create(again.values())
        for passage in copies:
            passage.pk, passage.report = None, again[passage.report_id]
        Passage.objects.bulk_create(copies)

    return _seconds(work)


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _answers(reports: int, seed: int) -> Iterator[bytes]:
    """Answers of at most ITEMS_MAX reports of some 3,000 characters in six paragraphs; no text comes twice."""
    draw = random.Random(seed)
    numbers = iter(range(seed * 1_000_000, seed * 1_000_000 + reports))
    while batch := list(itertools.islice(numbers, ITEMS_MAX)):
        yield json.dumps({"data": [_entry(number, draw) for number in batch]}).encode()


def _sentences(draw: random.Random) -> Iterator[str]:
    """Six sentences that other texts do not share word for word: real reports do not either."""
    for sentence in draw.choices(SENTENCES, k=6):
        words = sentence.split()
        yield " ".join([*words[:4], f"of group {draw.randrange(10_000)}", *draw.sample(words, k=len(words) - 4)])


def _entry(number: int, draw: random.Random) -> dict[str, Any]:
    paragraphs = "\n\n".join(" ".join(_sentences(draw)) for _ in range(6))
    countries = ["mli", "ner"][: 2 if number % 3 == 0 else 1]
    minute = f"2024-05-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:00+00:00"
    fields = {
        "title": f"Made-up report {number}",
        "body": f"## Summary {number}\n\n{paragraphs}\n\n- a **made-up** point\n- [another](https://feed.example/)",
        "url": f"https://feed.example/{number}",
        "date": {"original": "2024-05-01T00:00:00+00:00", "changed": minute},
        "primary_country": {"iso3": countries[0]},
        "country": [{"iso3": code} for code in countries],
        "source": [{"name": f"Made-up body {number % 20}", "shortname": f"bench-{number % 20}"}],
        "language": [{"code": "en"}],
    }
    return {"id": str(number), "fields": fields}
