"""Storing what a feed carries: each item once, with its problems told, all or nothing but for those."""

import datetime as dt
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from people.permissions import Role, Sensitivity
from reports import ingest, storing
from reports.ingest import About, read_waiting, receive
from reports.models import Family, Passage, Report, Retrieval, Source
from reports.text import normal_form
from tests import make
from tests.waiting import Aside, somebody_waits_for_a_lock, until

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SAMPLE = (SAMPLES / "reliefweb.json").read_bytes()
DAY = "2024-05-30T00:00:00+00:00"
LONG = "A synthetic sentence that speaks of nobody at all. " * 10


def entry(number: int = 1, **fields: Any) -> dict[str, Any]:
    said = {"title": f"T{number}", "body": f"Made-up text {number}. {LONG}", "date": {"original": DAY, "changed": DAY}}
    return {"id": str(number), "fields": said | fields}


def answer(*entries: dict[str, Any], took: int = 0) -> bytes:
    return json.dumps({"took": took, "data": entries}).encode()


def fetched_from(source: Source, payload: bytes, reader: str = "reliefweb-v2", **about: Any) -> Retrieval:
    """What the fetch leaves for the reader."""
    said = {"source": source.slug, "url": "https://api.test.example/reports", "language": source.language, **about}
    return Retrieval.objects.create(
        source=source, reader=reader, payload=payload, about=said, received_at=make.NOW, headers={"etag": "x"}
    )


def taken(source: Source, payload: bytes, reader: str = "reliefweb-v2", **about: Any) -> Retrieval:
    retrieval = fetched_from(source, payload, reader, **about)
    read_waiting(at=make.NOW)
    retrieval.refresh_from_db()
    return retrieval


def counts(retrieval: Retrieval) -> tuple[int, int, int, int]:
    return retrieval.items_new, retrieval.items_same, retrieval.items_changed, retrieval.items_failed


def rows() -> list[int]:
    return [model.objects.count() for model in (Report, Passage, Family, Source)]


@pytest.mark.django_db
def test_an_answer_is_kept_as_it_came_and_each_report_in_it_beside() -> None:
    source = make.source(language="fr", family=make.family("reliefweb"))
    retrieval = taken(source, SAMPLE)

    assert (retrieval.state, counts(retrieval)) == ("done", (3, 0, 0, 1))
    carrier = retrieval.report
    assert carrier is not None
    assert (carrier.kind, carrier.source, bytes(carrier.bytes), carrier.text) == ("feed", source, SAMPLE, "")
    assert (carrier.published_on, carrier.headers) == (make.NOW.date(), {"etag": "x"})
    report = carrier.carried.get(external_id="9000001")
    assert (report.kind, report.reader, report.language) == ("document", "reliefweb-v2", "en")
    assert report.countries_said == ["MLI", "NER"]
    assert report.sha256 == hashlib.sha256(bytes(report.bytes)).hexdigest()
    assert report.text_sha256 == hashlib.sha256(normal_form(report.text).encode()).hexdigest()
    assert (report.source.slug, report.source.reliability, report.source.family.slug) == ("omua", "F", "omua")
    assert carrier.carried.get(external_id="9000004").source == source
    assert carrier.carried.get(external_id="9000004").language == "fr"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reader", "name"), [("reliefweb-v2", "reliefweb.json"), ("feed", "feed.rss.xml"), ("feed", "feed.atom.xml")]
)
def test_every_stored_passage_is_its_reports_text_between_its_offsets(reader: str, name: str) -> None:
    taken(make.source(), (SAMPLES / name).read_bytes(), reader)

    carried = Report.objects.exclude(carrier=None)
    assert all(report.passages.exists() for report in carried)
    for passage in Passage.objects.select_related("report"):
        assert passage.text == passage.report.text[passage.start : passage.end]


@pytest.mark.django_db
def test_what_is_wrong_with_an_item_is_told_by_place_and_reason_alone() -> None:
    retrieval = taken(make.source(), SAMPLE)

    (problem,) = retrieval.problems
    assert set(problem) == {"place", "reason"}
    assert problem["place"] == "report 3"


@pytest.mark.django_db
def test_the_same_items_in_another_answer_change_nothing_but_the_answer() -> None:
    source = make.source()
    taken(source, answer(entry(1), entry(2)))
    before = rows()
    again = taken(source, answer(entry(2), entry(1), took=1))

    assert counts(again) == (0, 2, 0, 0)
    assert rows() == [before[0] + 1, *before[1:]]


@pytest.mark.django_db
def test_the_same_answer_byte_for_byte_is_the_same_and_its_cursor_stays() -> None:
    source = make.source()
    first = taken(source, answer(entry()))
    again = taken(source, answer(entry()))

    assert (again.state, again.report, counts(again)) == ("same", first.report, (0, 0, 0, 0))
    assert again.cursor == first.cursor == "2024-05-29T23:50:00+00:00"


@pytest.mark.django_db
def test_an_empty_answer_leaves_the_cursor_where_it_was_unless_another_question_was_asked() -> None:
    source = make.source()
    first = taken(source, answer(entry()))

    assert taken(source, answer()).cursor == first.cursor
    assert taken(source, answer(took=1), url="https://other.test.example/").cursor == ""


@pytest.mark.django_db
def test_the_same_id_with_other_words_is_a_new_report_beside_the_old_one() -> None:
    source = make.source()
    taken(source, answer(entry(body="First made-up words.")))
    changed = taken(source, answer(entry(body="Other made-up words.")))

    assert counts(changed) == (0, 0, 1, 0)
    texts = Report.objects.filter(external_id="1").order_by("pk").values_list("text", flat=True)
    assert list(texts) == ["First made-up words.", "Other made-up words."]


@pytest.mark.django_db
def test_the_same_id_of_another_source_is_another_report() -> None:
    taken(make.source(), answer(entry(body="First made-up words.")))

    assert counts(taken(make.source(), answer(entry(body="Other made-up words.")))) == (1, 0, 0, 0)


@pytest.mark.django_db
def test_an_item_twice_in_one_answer_is_one_report_and_its_changed_form_another() -> None:
    retrieval = taken(make.source(), answer(entry(), entry(), entry(title="Corrected")))

    assert counts(retrieval) == (1, 1, 1, 0)


@pytest.mark.django_db
def test_a_day_to_come_is_the_problem_of_its_item_alone() -> None:
    tomorrow = {"original": "2024-07-02T00:00:00+00:00", "changed": DAY}
    retrieval = taken(make.source(), answer(entry(1), entry(2, date=tomorrow), entry(3)))

    assert (retrieval.state, counts(retrieval)) == ("done", (2, 0, 0, 1))
    assert retrieval.problems == [
        {"place": "item 2", "reason": "day of publication: found 2024-07-02; wanted a day not in the future"}
    ]


@pytest.fixture
def refusing(db: None) -> None:
    """A database that takes no report with "unlucky" in its title."""
    function = "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no %', NEW.title; END $$"
    trigger = "CREATE TRIGGER no BEFORE INSERT ON reports_report FOR EACH ROW WHEN (NEW.title LIKE '%unlucky%') "
    with connection.cursor() as cursor:
        cursor.execute(function)
        cursor.execute(trigger + "EXECUTE FUNCTION no()")


@pytest.mark.django_db
@pytest.mark.usefixtures("refusing")
def test_one_item_that_breaks_does_not_lose_the_others(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        retrieval = taken(make.source(), answer(entry(1), entry(2, title="An unlucky one"), entry(3)))

    assert (retrieval.state, counts(retrieval)) == ("done", (2, 0, 0, 1))
    assert "found one that broke" in retrieval.problems[0]["reason"]
    assert Passage.objects.filter(report__external_id__in=["1", "3"]).exists()
    assert "unlucky" not in caplog.text + str(retrieval.problems)


@pytest.mark.django_db
@pytest.mark.usefixtures("refusing")
def test_an_answer_of_which_every_item_breaks_leaves_nothing_and_says_so() -> None:
    source = make.source()
    before = rows()
    retrieval = taken(source, answer(entry(1, title="unlucky"), entry(2, title="as unlucky")))

    assert (retrieval.state, counts(retrieval), retrieval.cursor) == ("failed", (0, 0, 0, 0), "")
    assert "broke on this file" in retrieval.reason
    assert rows() == before


@pytest.mark.django_db
def test_of_many_problems_some_are_kept_and_all_are_counted() -> None:
    retrieval = taken(make.source(), answer(*(entry(number, title="") for number in range(80)), entry(99)))

    assert (len(retrieval.problems), counts(retrieval)) == (ingest.PROBLEMS_MAX, (1, 0, 0, 80))


@pytest.mark.django_db
def test_what_is_beyond_the_limit_of_a_feed_is_counted() -> None:
    items = "".join(
        f"<item><title>T{number}</title><guid>{number}</guid><pubDate>2024-05-16</pubDate></item>"
        for number in range(510)
    )
    retrieval = taken(make.source(), f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), "feed")

    assert (counts(retrieval), retrieval.items_left_out) == ((500, 0, 0, 0), 10)


@pytest.mark.django_db
def test_an_answer_that_nobody_can_read_fails_and_leaves_nothing() -> None:
    source = make.source()
    before = rows()
    retrieval = taken(source, b"<!DOCTYPE html><html><p>Please wait.")

    assert (retrieval.state, rows()) == ("failed", before)
    assert "found HTML" in retrieval.reason


@pytest.mark.django_db
def test_the_same_words_of_another_source_are_marked_as_its_duplicate() -> None:
    first = make.report(title="Another title", text=LONG, **storing.same_words(LONG, "x"))
    retrieval = taken(make.source(), answer(entry(body=LONG.upper().replace(" ", "\n", 3)), entry(2)))

    assert retrieval.report is not None
    carried = retrieval.report.carried
    assert carried.get(external_id="1").duplicate_of == first
    assert carried.get(external_id="2").duplicate_of is None


@pytest.mark.django_db
def test_the_same_words_twice_in_one_answer_are_marked_as_duplicates_of_the_first() -> None:
    taken(make.source(), answer(*(entry(number, title="T", body=LONG) for number in (1, 2, 3))))

    first, *others = Report.objects.exclude(external_id="").order_by("external_id")
    assert first.duplicate_of is None
    assert [other.duplicate_of for other in others] == [first, first]


@pytest.mark.django_db
def test_a_stock_phrase_is_the_same_text_only_under_the_same_title() -> None:
    phrase = "Please refer to the attached file."
    taken(make.source(), answer(entry(1, body=phrase), entry(2, body=phrase), entry(3, title="T1", body=phrase)))

    by_id = {report.external_id: report.duplicate_of for report in Report.objects.exclude(external_id="")}
    assert (by_id["1"], by_id["2"]) == (None, None)
    assert by_id["3"] == Report.objects.get(external_id="1")


@pytest.mark.django_db
def test_files_and_entries_by_hand_are_compared_too() -> None:
    source, day = make.source(), dt.date(2024, 6, 1)
    first = ingest.store_entry(
        source=source, text=LONG, locator="", url="", published_on=day, sensitivity=Sensitivity.PUBLIC, at=make.NOW
    ).report
    sent = receive(
        reader="text", payload=LONG.encode(), about=About(source.slug, "Sent in", published_on=day), file_name="x",
        at=make.NOW, asked_by=make.person(Role.CODER),
    )  # fmt: skip
    read_waiting(at=make.NOW)
    sent.refresh_from_db()

    assert sent.report is not None
    assert sent.report.duplicate_of == first


@pytest.mark.django_db
def test_items_are_as_sensitive_as_their_feed_and_never_opened_by_another() -> None:
    source = make.source()
    taken(source, answer(entry()), sensitivity=Sensitivity.PUBLIC)
    taken(source, answer(entry(), took=1), sensitivity=Sensitivity.CONFIDENTIAL)
    taken(source, answer(entry(), took=2), sensitivity=Sensitivity.PUBLIC)

    assert Report.objects.get(external_id="1").sensitivity == Sensitivity.CONFIDENTIAL


@pytest.mark.django_db
def test_an_answer_sent_again_as_more_sensitive_takes_along_what_it_carried() -> None:
    source = make.source()
    taken(source, answer(entry()))
    taken(source, answer(entry()), sensitivity=Sensitivity.CONFIDENTIAL)

    assert set(Report.objects.values_list("sensitivity", flat=True)) == {Sensitivity.CONFIDENTIAL}


@pytest.mark.django_db
def test_a_source_that_is_known_keeps_the_grade_that_staff_gave_it() -> None:
    graded = make.source(slug="omua", reliability="B")
    taken(make.source(family=make.family("reliefweb")), SAMPLE)

    assert Report.objects.get(external_id="9000001").source == graded
    assert Source.objects.get(slug="omua").reliability == "B"


@pytest.mark.django_db
def test_a_feed_of_anybody_else_cannot_borrow_a_better_sources_name() -> None:
    make.source(slug="omua", reliability="A")
    own = make.source(reliability="E")
    taken(own, SAMPLE)

    assert Report.objects.get(external_id="9000001").source == own


@pytest.mark.django_db
def test_a_hundred_items_take_no_more_queries_than_three(django_assert_max_num_queries: Any) -> None:
    for count in (3, 100):
        fetched_from(make.source(), answer(*(entry(1000 * count + number) for number in range(count))))
        with django_assert_max_num_queries(36):  # one is the hold on the file (reports.holding)
            read_waiting(at=make.NOW)
    assert Report.objects.exclude(carrier=None).count() == 103


@pytest.mark.django_db(transaction=True)
def test_two_reprints_stored_at_once_see_each_other() -> None:
    fetched_from(make.source(), answer(entry(2, body=LONG)))
    with transaction.atomic():
        first = make.report(text=LONG, **storing.same_words(LONG, "x"))
        worker = Aside(lambda: read_waiting(at=make.NOW))
        until(somebody_waits_for_a_lock, what="the worker to wait for the other text")

    assert worker.join() == 1
    assert Report.objects.get(external_id="2").duplicate_of == first


@pytest.mark.django_db(transaction=True)
def test_a_feed_that_the_database_failed_is_read_again_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    source = make.source()
    retrieval = fetched_from(source, answer(entry(1), entry(2)))

    def fail(*_rows: object) -> None:
        raise OperationalError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(storing, "store_passages", fail)
        with pytest.raises(OperationalError):
            read_waiting(at=make.NOW)
    assert not Report.objects.exists()

    read_waiting(at=make.NOW)
    retrieval.refresh_from_db()
    assert counts(retrieval) == (2, 0, 0, 0)
