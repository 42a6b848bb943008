"""Waiting reports into suggestions: each once, one broken report beside the others, two workers at once."""

import datetime as dt
import logging
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from indicators import suggesting
from indicators.matching.measuring import hits_in as find
from indicators.models import Evidence, NoteCoding, Suggestion, SuggestionRun
from people.permissions import Sensitivity
from r2p_dashboard import clock
from reports import joining
from reports.models import Report
from tests import make
from tests.waiting import Aside

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

RAID = "On 16 and 19 April gunmen raided villages in Darfur and killed at least 30 people."
SIEGE = "The town is under siege and the aid convoy was blocked."


def waiting_report(*texts: str, **fields: Any) -> Report:
    """A report of made-up text that waits for suggestions, with a passage for each of `texts`."""
    report = make.report(text="\n\n".join(texts or (RAID,)), **fields)
    at = 0
    for text in texts or (RAID,):
        make.passage(report, text=text, start=at, end=at + len(text))
        at += len(text) + 2
    return report


def suggested(report: Report) -> list[tuple[int, str, str]]:
    """Order of the passage, indicator and country of each suggestion."""
    rows = Suggestion.objects.filter(passage__report=report).order_by("passage__order", "indicator__code", "country_id")
    return [(row.passage.order, row.indicator.code, row.country.iso3) for row in rows]


def run() -> int:
    return suggesting.suggest_waiting(at=make.NOW)


def test_a_document_becomes_suggestions_that_show_the_phrase_and_carry_the_sources_grade() -> None:
    report = waiting_report(source=make.source(reliability="C"))

    assert run() == 1

    first = Suggestion.objects.waiting().filter(passage__report=report, indicator__code="11.1").get()
    assert first.country.iso3 == "SDN"
    assert "raided" in first.phrase or "killed" in first.phrase
    assert (first.grade, first.family, first.state) == ("C3", report.source.family, "waiting")
    assert (first.severity, first.polarity) == (3, 1)
    assert (first.event_on, first.suggested_at) == (dt.date(2024, 4, 19), make.NOW)
    assert first.dating == "the latest day that the passage names; year by the day of publication"
    assert report.suggestion_runs.get().suggestions_count == Suggestion.objects.filter(passage__report=report).count()
    assert (report.suggestion_runs.get().passages_count, report.suggestion_runs.get().failure) == (1, "")
    assert not Evidence.objects.filter(passage__report=report).exists()


def test_a_passage_without_a_day_is_dated_by_publication_and_says_so() -> None:
    waiting_report("Villages in Darfur were burned.")
    run()

    row = Suggestion.objects.get(indicator__code="11.1")
    assert (row.event_on, row.dating) == (dt.date(2024, 6, 1), "no day read in the passage: day of publication")


def test_running_twice_suggests_once() -> None:
    report = waiting_report()

    assert (run(), run()) == (1, 0)
    assert len(suggested(report)) == len(set(suggested(report))) > 0


@pytest.mark.parametrize("kind", ["feed", "dataset", "entry", "coding_note"])
def test_only_documents_are_searched(kind: str) -> None:
    waiting_report(kind=kind)

    assert run() == 0


@pytest.mark.parametrize(
    ("sensitivity", "grade", "count"), [(0, "B", 0), (0, "A", 0), (1, "B", 0), (2, "B", 1), (0, "C", 1), (2, "A", 1)]
)
def test_a_duplicate_is_left_out_where_the_earlier_report_is_as_open_and_as_well_graded(
    sensitivity: int, grade: str, count: int
) -> None:
    first = make.report(kind="entry", sensitivity=sensitivity, source=make.source(reliability=grade))
    waiting_report(duplicate_of=first, sensitivity=1, source=make.source(reliability="B"))

    assert run() == count


def test_of_two_copies_of_a_secret_text_the_earlier_is_searched() -> None:
    first = make.report(kind="entry", sensitivity=Sensitivity.CONFIDENTIAL)
    copy, again = (waiting_report(duplicate_of=first, source=first.source) for _ in range(2))
    better = waiting_report(duplicate_of=first, source=make.source(reliability="A"))

    assert list(suggesting.waiting()) == [copy, better]
    assert again not in suggesting.waiting()


@pytest.mark.parametrize(("rows", "failure", "count"), [(0, "", 1), (3, "", 0), (0, "broken", 0)])
def test_a_coding_note_is_searched_when_it_codes_nothing_itself(rows: int, failure: str, count: int) -> None:
    note = waiting_report(kind="coding_note")
    NoteCoding.objects.create(report=note, coded_at=make.NOW, rows_count=rows, failure=failure)

    assert run() == count


@pytest.mark.parametrize(
    ("text", "fields", "wanted"),
    [
        (RAID, {"countries_said": ["UKR"]}, {"SDN"}),
        (SIEGE, {"countries_said": ["YEM", "SYR"]}, {"YEM", "SYR"}),
        (SIEGE, {"title": "Mali: a town cut off"}, {"MLI"}),
        (SIEGE, {"countries_said": ["AFG", "YEM", "SYR", "SSD"], "title": "Yemen"}, {"YEM"}),
        (SIEGE, {"countries_said": ["XKX"], "title": "Mali"}, {"MLI"}),
        (SIEGE, {}, set()),
        ("Sieges in Mali, Chad, Niger and Sudan; Chad’s siege.", {}, {"TCD", "MLI", "NER"}),
    ],
)
def test_a_passage_is_about_what_it_names_or_else_about_what_its_report_is_about(
    text: str, fields: dict[str, Any], wanted: set[str]
) -> None:
    report = waiting_report(text, **fields)
    run()

    assert {iso3 for _, _, iso3 in suggested(report)} == wanted
    assert (report.suggestion_runs.get().homeless_count > 0) == (not wanted)


def test_another_language_gives_no_suggestion_and_is_still_done() -> None:
    report = waiting_report(language="pt")

    assert run() == 1
    assert suggested(report) == []


def test_what_an_earlier_version_said_word_for_word_is_left_out() -> None:
    source = make.source()
    waiting_report(RAID, source=source, external_id="77")
    changed = waiting_report(RAID, SIEGE + " Darfur.", source=source, external_id="77")
    other = waiting_report(RAID, source=make.source(), external_id="77")
    run()

    assert {order for order, _, _ in suggested(changed)} == {1}
    assert suggested(other)


def test_a_passage_of_another_body_carries_that_bodys_family() -> None:
    report = make.report()
    body = make.family()
    make.passage(report, text=RAID, family=body)
    run()

    assert {row.family for row in Suggestion.objects.all()} == {body}


def test_suggestions_of_one_report_are_limited_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "SUGGESTIONS_MAX", 2)
    report = waiting_report(RAID, SIEGE + " Darfur.")
    run()

    assert len(suggested(report)) == report.suggestion_runs.get().suggestions_count == 2
    assert report.suggestion_runs.get().left_out_count > 0


def test_a_report_that_breaks_is_marked_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, good = waiting_report("A synthetic secret in Darfur."), waiting_report()

    def hits_in(text: str, language: str, lexicons: Any) -> Any:
        if "secret" in text:
            raise ValueError(text)
        return find(text, language, lexicons)

    monkeypatch.setattr(suggesting, "hits_in", hits_in)
    with caplog.at_level(logging.ERROR):
        assert run() == 2

    assert (broken.suggestion_runs.get().failure, broken.suggestion_runs.get().suggestions_count) == ("ValueError", 0)
    assert good.suggestion_runs.get().failure == ""
    assert suggested(good)
    assert "secret" not in caplog.text
    assert run() == 0


def fails(report: Report, at: dt.datetime) -> None:
    SuggestionRun.objects.create(report=report, lexicon="0", searched_at=at, failure="ValueError")


def test_a_failed_search_is_tried_again_every_day_until_it_goes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    report, day = waiting_report(), dt.timedelta(hours=24)
    monkeypatch.setattr(suggesting, "hits_in", int)

    assert [suggesting.suggest_waiting(at=make.NOW + day * n / 2) for n in range(5)] == [1, 0, 1, 0, 1]
    assert report in suggesting.failed()

    monkeypatch.undo()
    assert [suggesting.suggest_waiting(at=make.NOW + day * n) for n in (3, 4)] == [1, 0]
    assert suggested(report)
    assert (report.suggestion_runs.count(), list(suggesting.failed())) == (4, [])


def test_without_an_instant_the_database_says_what_is_a_day_ago() -> None:
    now, day = clock.now(), dt.timedelta(hours=24)
    fresh, due = waiting_report(), waiting_report(received_at=now - 9 * day)
    fails(fresh, now - day + dt.timedelta(minutes=5))
    fails(due, now - 4 * day)
    fails(due, now - day)

    rows: QuerySet[Any, Any] = suggesting.waiting()
    assert list(rows) == [due]
    assert rows.values_list("due_at", flat=True).get() == now, "not since it came in"


@pytest.mark.django_db(transaction=True)
def test_a_report_in_another_workers_hands_is_passed_over() -> None:
    held, free = waiting_report(), waiting_report()
    with transaction.atomic():
        Report.objects.select_for_update().get(pk=held.pk)

        assert Aside(run).join() == 1

    assert set(SuggestionRun.objects.values_list("report_id", flat=True)) == {free.pk}
    assert run() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_search_each_report_once() -> None:
    reports = [waiting_report() for _ in range(12)]

    assert sum(worker.join() for worker in [Aside(run), Aside(run)]) == len(reports)
    assert SuggestionRun.objects.filter(failure="").count() == len(reports)
    assert all(len(suggested(report)) == len(suggested(reports[0])) for report in reports)


# --- of one text only what is new is searched --------------------------------------------------------------
FILLER = " ".join(f"word{number}" for number in range(60)) + "."


def clustered(first: Report, second: Report) -> None:
    joining.join(first.pk, second.pk, kind="whole", writing=joining.Writing(make.NOW))


def test_of_a_reprint_only_the_new_passages_are_searched() -> None:
    first = waiting_report(RAID, FILLER)
    second = waiting_report(RAID.upper(), FILLER, SIEGE + " Darfur.")
    clustered(first, second)

    run()

    assert {order for order, _, _ in suggested(first)} == {0}
    assert {order for order, _, _ in suggested(second)} == {2}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"sensitivity": Sensitivity.CONFIDENTIAL}, {}),
        ({"language": "fr"}, {}),
        ({"grade": "C"}, {"grade": "A"}),
    ],
)
def test_a_reprint_is_searched_whole_where_the_first_was_closed_worse_or_of_another_language(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    one, other = (
        waiting_report(RAID, source=make.source(reliability=fields.get("grade", "B")), **_without(fields))
        for fields in (first, second)
    )
    clustered(one, other)

    run()

    assert suggested(other)


def test_a_reprint_with_other_countries_said_is_searched_for_them() -> None:
    one, other = waiting_report(SIEGE, countries_said=["YEM"]), waiting_report(SIEGE, countries_said=["SYR"])
    clustered(one, other)

    run()

    assert {iso3 for _, _, iso3 in suggested(other)} == {"SYR"}


def test_a_reprint_of_what_was_cut_is_searched_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "SUGGESTIONS_MAX", 1)
    text = f"{RAID} The radio urged listeners to kill every cockroach of them."
    one, other = waiting_report(text), waiting_report(text)
    clustered(one, other)

    run()

    assert len(suggested(other)) == 1


def _without(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "grade"}


def test_the_catalogue_is_read_once_for_all_reports_and_a_report_takes_few_queries() -> None:
    for number in range(3 * suggesting.TOGETHER):
        waiting_report(f"Note {number}. {RAID}", SIEGE)

    with CaptureQueriesContext(connection) as captured:
        assert run() == 3 * suggesting.TOGETHER

    asked = [query["sql"] for query in captured.captured_queries]
    for table in ("indicators_indicator", "countries_country"):
        assert sum(f'FROM "{table}"' in sql for sql in asked) == 1
    assert len(asked) <= 11 * 3 * suggesting.TOGETHER + 40


def test_one_that_breaks_takes_none_of_its_batch_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = [waiting_report(f"Note {number}. {RAID}") for number in range(3)]
    whole = suggesting._suggest

    def broken(search: Any) -> Any:
        return whole(search) if search.report.pk != reports[1].pk else 1 / 0

    monkeypatch.setattr(suggesting, "_suggest", broken)

    assert run() == 3
    assert [bool(suggested(report)) for report in reports] == [True, False, True]
    assert list(suggesting.failed()) == [reports[1]]
