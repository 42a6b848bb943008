"""Every script of `make bench` gives its figures on a tiny size; how fast is never a test."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser

from bench import (
    accepted_to_mail,
    demonstration,
    desk,
    duplicates,
    evidence_to_score,
    feed_to_passages,
    first_page,
    intervals,
    kernel,
    mails,
    matching,
    migrate,
    pages,
    pages_in_browser,
    recompute,
    released_to_mail,
    table_import,
)  # fmt: skip
from bench.figure import Figure, from_json, keep, machine, printed
from bench.synthetic import Size
from tests.conftest import ROOT, database_url

pytestmark = pytest.mark.slow


def complete(figure: Figure) -> bool:
    return not figure.skipped and figure.ratio is not None and figure.ratio > 0


def test_the_kernel_has_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    small = kernel.evidence_rows
    monkeypatch.setattr(kernel, "evidence_rows", lambda *, rows, **rest: small(rows=rows // 100, **rest))
    monkeypatch.setattr(kernel, "seconds", lambda work, times=1: 1.0 if work() is not None else 0.5)
    (figure,) = kernel.measure()

    assert complete(figure)
    assert {"hindsight_s", "known_then_s", "sort_keys_s", "move_bytes_s", "reach_s"} <= set(figure.details)


def test_the_intervals_have_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    small = kernel.evidence_rows
    monkeypatch.setattr(intervals, "evidence_rows", lambda *, rows, **rest: small(rows=rows // 100, **rest))
    monkeypatch.setattr(intervals, "seconds", lambda work, times=1: 1.0 if work() is not None else 0.5)
    (figure,) = intervals.measure()

    assert complete(figure)
    assert {"one_country_s", "few_rows_s", "one_country_120_dates_s", "reach_s"} <= set(figure.details)


def test_the_recompute_has_its_keys(reference: None) -> None:
    (figure,) = recompute.measure(size=Size(rows=300, months=6, reports=20))

    assert complete(figure)
    assert figure.details["countries"] == 195
    assert {"copy_out_s", "kernel_s", "copy_in_s", "read_inputs_s"} <= set(figure.details)


def test_pages_that_answer_are_measured_and_the_others_say_why(reference: None, tmp_path: Path) -> None:
    with override_settings(STATIC_ROOT=str(tmp_path)):  # whitenoise warns of a folder that is not there
        figures = pages.measure(notes="*ghana*", iso3="GHA", times=1)

    assert len(figures) == 15
    assert all(complete(one) and one.queries for one in figures if not one.skipped)
    assert complete(figures[0])
    assert [one.name for one in figures if one.skipped] == []
    assert figures[-1].details["many_rows"] == 10 * figures[-1].details["few_rows"]


def test_a_page_is_seen_by_a_browser_on_a_slow_line(
    transactional_db: None, reference: None, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url())
    monkeypatch.setattr(pages_in_browser, "PAGES", {"country page": "/countries/GHA/"})
    monkeypatch.setattr(pages_in_browser, "SETTLED_MS", 200)
    monkeypatch.setattr(pages_in_browser, "PACKED", False)  # packing takes half a minute
    demonstration.load("*ghana*")
    (figure,) = pages_in_browser.measured(chromium, times=1)

    assert complete(figure)
    assert figure.details["blocking"] == 0  # a page carries its stylesheet
    assert figure.details["lcp"] >= figure.details["first"] > pages_in_browser.LATENCY_MS  # the line was slow
    assert figure.details["bytes"] > 10_000


def test_accepted_evidence_is_timed_to_its_score(worker: subprocess.Popen[bytes]) -> None:
    people = demonstration.load("*ghana*")
    figure = evidence_to_score.accepted_one_by_one(people, times=1, iso3="GHA")

    assert complete(figure)


def test_mails_are_counted_beside_a_bare_loop(reference: None) -> None:
    demonstration.load("*ghana*")
    figure = mails.handed_over(3)

    assert complete(figure)
    assert figure.details["mails"] == 3


def test_a_feed_is_timed_to_its_passages(db: None) -> None:
    figure, _ = feed_to_passages.measure(reports=20, times=1)

    assert complete(figure)
    assert figure.queries
    assert figure.details["reports"] == 20
    assert {"read_s", "passages", "megabytes"} <= set(figure.details)


def test_an_import_is_timed_to_its_preview_and_to_its_evidence(reference: None) -> None:
    figures = table_import.measure(rows=24)

    assert len(figures) == 2
    assert all(complete(one) and one.queries for one in figures)
    assert figures[0].details["rows"] == 24


def test_the_queue_is_measured_with_little_and_with_much_waiting(reference: None, tmp_path: Path) -> None:
    with override_settings(STATIC_ROOT=str(tmp_path)):
        figures = desk.waiting(many=60, times=1)

    assert all(complete(one) for one in figures)
    assert [one.queries for one in figures[:-1] if (one.queries or 0) > 10] == []


def test_matching_writes_what_the_join_counts(reference: None) -> None:
    (figure,) = matching.measure(alerts=200, people=20)

    assert complete(figure)
    assert figure.details["deliveries"] > 0


def test_an_acceptance_is_timed_to_its_mail(no_worker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url())  # the script's own worker reads the environment
    (figure,) = accepted_to_mail.measure(times=2)

    assert complete(figure)
    assert figure.details["times"] == 2


def test_a_release_is_timed_to_its_first_and_its_last_mail(no_worker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url())
    first, last = released_to_mail.measure(people=3)

    assert complete(first)
    assert complete(last)
    assert first.value is not None
    assert first.value <= (last.value or 0)


def test_migrate_has_its_keys(db: None) -> None:
    (figure,) = migrate.measure(database_url=database_url())

    assert complete(figure)


def test_the_first_page_is_read_from_the_lines_of_make_run() -> None:
    lines = [(4.0, "   3.9 s  starting PostgreSQL and Valkey"), (30.0, "  29.9 s  the world page answers 200")]

    assert first_page.figure(lines).value == 30.0
    assert first_page.figure(lines).yardstick_value == 4.0
    assert "port 8000 is taken" in first_page.figure([(1.0, "port 8000 is taken")]).skipped


def test_what_make_run_prints_is_what_the_bench_waits_for() -> None:
    code = (ROOT / "r2p_dashboard/local/run.py").read_text(encoding="utf-8")

    assert '"starting PostgreSQL and Valkey"' in code
    assert '"the world page answers 200"' in code


def test_a_run_is_printed_and_kept(tmp_path: Path) -> None:
    figures = [Figure("one", 2.0, "s", "other", 4.0, "≤ 3 s", 5), Figure("two", skipped="no such page yet")]
    path = keep(figures, at="2024-07-01T12:00:00+00:00", about=machine(), folder=tmp_path)
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))

    assert [from_json(one) for one in kept["figures"]] == figures
    assert "| one | 2 s | other: 4 s | 0.5 | 5 | ≤ 3 s |" in printed(figures)
    assert "skipped: no such page yet" in printed(figures)


@pytest.mark.django_db
def test_reports_are_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "STANDING", 60)

    alone, flood, beside = duplicates.measure(full=True, reports=30)

    assert complete(alone)
    assert complete(flood)
    assert flood.details == {"clusters": 1, "members": 30}
    assert complete(beside)
    assert beside.details["members"] > alone.details["members"] > 0
