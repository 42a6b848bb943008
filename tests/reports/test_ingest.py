"""Taking a file in: once, whole, or not at all."""

import dataclasses
import datetime as dt
import hashlib
import logging
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connection, transaction
from pytest_django import Settings

from people.permissions import Role, Sensitivity
from reports import ingest
from reports.holding import next_begun
from reports.ingest import About, IngestError, read_waiting, receive
from reports.models import Family, Passage, Report, Retrieval, Source
from tests import make
from tests.waiting import Aside, somebody_waits_for_a_lock, until

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
DAY = dt.date(2024, 6, 1)


def send(reader: str, payload: bytes, **about: Any) -> Retrieval:
    sender = make.person(Role.CODER)
    return receive(
        reader=reader, payload=payload, about=About(**about), file_name="made-up", at=make.NOW, asked_by=sender
    )


def send_text(payload: bytes = b"One made-up paragraph.", **about: Any) -> Retrieval:
    known = make.source().slug if "source" not in about else about.pop("source")
    return send("text", payload, **({"source": known, "title": "T", "published_on": DAY} | about))


def outcome(retrieval: Retrieval) -> tuple[str, str]:
    read_waiting(at=make.NOW)
    retrieval.refresh_from_db()
    return retrieval.state, retrieval.reason


def counts() -> list[int]:
    return [model.objects.count() for model in (Report, Passage, Family, Source)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reader", "name", "passages"),
    [("coding-note", "note.toml", 2), ("ucdp-country-year", "country_year.csv", 0)],
)
def test_a_file_that_says_it_all_becomes_a_report(reader: str, name: str, passages: int) -> None:
    payload = (SAMPLES / name).read_bytes()
    retrieval = send(reader, payload)

    assert outcome(retrieval) == ("done", "")
    report = retrieval.report
    assert report is not None
    assert (bytes(report.bytes), report.sha256) == (payload, hashlib.sha256(payload).hexdigest())
    assert report.passages.count() == passages


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["note.toml", "statement.txt", "page.html"])
def test_every_stored_passage_is_its_reports_text_between_its_offsets(name: str) -> None:
    reader = {"note.toml": "coding-note", "statement.txt": "text", "page.html": "html"}[name]
    about = {} if reader == "coding-note" else {"source": make.source().slug, "title": "T", "published_on": DAY}
    assert outcome(send(reader, (SAMPLES / name).read_bytes(), **about))[0] == "done"

    for passage in Passage.objects.select_related("report"):
        assert passage.text == passage.report.text[passage.start : passage.end]
    assert Passage.objects.exists()


@pytest.mark.django_db
def test_what_the_sender_says_never_overrides_the_file() -> None:
    retrieval = send(
        "coding-note", make.note(), title="Another", url="https://x.example/", published_on=dt.date(1999, 1, 1)
    )
    outcome(retrieval)

    assert retrieval.report is not None
    assert (retrieval.report.title, retrieval.report.published_on) == ("A synthetic note", DAY)


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing() -> None:
    outcome(send("coding-note", make.note()))
    before = counts()
    again = send("coding-note", make.note())

    assert outcome(again) == ("same", "")
    assert counts() == before
    assert again.report == Report.objects.get()


@pytest.mark.django_db
def test_the_same_bytes_with_other_words_about_them_are_the_same() -> None:
    outcome(send_text(title="First", sensitivity=Sensitivity.CONFIDENTIAL))

    assert outcome(send_text(title="Second", sensitivity=Sensitivity.PUBLIC)) == ("same", "")
    assert Report.objects.get().sensitivity == Sensitivity.CONFIDENTIAL


BROKEN: dict[str, tuple[str, bytes, dict[str, Any], str]] = {
    "severity 7": ("coding-note", make.note(severity=7), {}, "severity: found 7"),
    "a note of tomorrow": ("coding-note", make.note(published_on=dt.date(2024, 7, 2)), {}, "not in the future"),
    "an unknown release": ("ucdp-country-year", make.ucdp_csv((775, "M", 2023, 1, 2), version="7"), {}, "release"),
    "no day": ("text", b"A text.", {"title": "T"}, "from the sender"),
    "no title": ("text", b"A text.", {"published_on": DAY}, "title: found none"),
    "no source": ("text", b"A text.", {"title": "T", "published_on": DAY}, "wanted one that exists"),
    "an unknown source": ("text", b"A text.", {"title": "T", "published_on": DAY, "source": "x"}, "found 'x'"),
    "a future day": ("text", b"A text.", {"title": "T", "published_on": dt.date(2024, 7, 2)}, "2024-07-02"),
    "a scanned page": ("html", b"<html></html>", {}, "no main text"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_file_leaves_one_failed_retrieval_and_nothing_else(broken: str) -> None:
    reader, payload, about, reason = BROKEN[broken]
    retrieval = send(reader, payload, **about)

    state, said = outcome(retrieval)

    assert state == "failed"
    assert reason in said
    assert counts() == [0, 0, 0, 0]
    assert (bytes(retrieval.payload or b""), retrieval.finished_at, retrieval.report) == (payload, make.NOW, None)


@pytest.mark.django_db
def test_a_file_that_breaks_while_it_is_stored_leaves_nothing_half_written(caplog: pytest.LogCaptureFixture) -> None:
    refuse = "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no %', NEW.text; END $$"
    with connection.cursor() as cursor:
        cursor.execute(refuse)
        cursor.execute("CREATE TRIGGER no BEFORE INSERT ON reports_passage FOR EACH ROW EXECUTE FUNCTION no()")

    with caplog.at_level(logging.DEBUG):
        state, reason = outcome(send("coding-note", make.note()))

    assert state == "failed"
    assert "broke on this file" in reason
    assert counts() == [0, 0, 0, 0]
    assert "synthetic statement" not in caplog.text + reason


@pytest.mark.django_db
def test_one_broken_file_does_not_stop_the_others() -> None:
    retrievals = [send("coding-note", make.note(severity=7)), send("coding-note", make.note())]

    assert read_waiting(at=make.NOW) == 2
    assert [Retrieval.objects.get(pk=retrieval.pk).state for retrieval in retrievals] == ["failed", "done"]


@pytest.mark.django_db
def test_a_file_over_the_cap_fails_at_once_and_its_bytes_are_not_kept(settings: Settings) -> None:
    settings.REPORT_BYTES_MAX = 1_000_000

    retrieval = send("text", b"x" * 2_000_000)

    assert (retrieval.state, retrieval.payload) == ("failed", None)
    assert retrieval.reason == "file: found 2 MB; wanted at most 1 MB"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reader", "fields", "wanted"),
    [
        ("odt", {}, "reader 'odt' is unknown; wanted one of automatic, text"),
        ("text", {"url": "javascript:alert(1)"}, "https://"),
        ("text", {"url": "https://x.example/" + "x" * 500}, "at most 500"),
    ],
)
def test_what_cannot_be_taken_in_at_all_is_refused_at_the_door(
    reader: str, fields: dict[str, Any], wanted: str
) -> None:
    with pytest.raises(IngestError, match=wanted):
        send(reader, b"x", **fields)
    assert not Retrieval.objects.exists()


@pytest.mark.django_db
def test_a_note_that_nobody_answers_for_is_refused_at_the_door() -> None:
    with pytest.raises(IngestError, match="found nobody"):
        receive(reader="coding-note", payload=make.note(), about=About(), file_name="x", at=make.NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.READER, Role.FOCAL_POINT])
def test_whoever_may_not_send_reports_in_is_refused_at_the_door(role: Role) -> None:
    with pytest.raises(IngestError, match=f"role {role.value}: may not ingest report"):
        receive(reader="text", payload=b"x", about=About(), file_name="x", at=make.NOW, asked_by=make.person(role))
    assert not Retrieval.objects.exists()


def test_about_survives_its_way_through_the_database() -> None:
    about = About("s", "t", "https://x.example/", DAY, "fr", Sensitivity.INTERNAL)

    assert About.from_json(about.as_json()) == about
    assert About.from_json(About().as_json()) == About()
    assert set(about.as_json()) == {field.name for field in dataclasses.fields(About)}


@pytest.mark.django_db
def test_the_bytes_are_kept_until_they_are_read_and_not_longer() -> None:
    retrieval = send_text(b"A made-up text.")
    assert bytes(Retrieval.objects.get().payload or b"") == b"A made-up text."

    outcome(retrieval)

    assert Retrieval.objects.get().payload is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_read_the_same_retrieval() -> None:
    for number in range(30):
        send_text(f"Made-up text number {number}.".encode(), source=make.source().slug)

    workers = [Aside(lambda: read_waiting(at=make.NOW)) for _ in range(3)]

    assert sum(worker.join() for worker in workers) == 30
    assert Retrieval.objects.filter(state="done").count() == Report.objects.count() == 30
    assert Passage.objects.count() == 30


@pytest.mark.django_db(transaction=True)
def test_a_retrieval_that_a_worker_holds_is_left_to_it() -> None:
    first, second = send_text(b"First."), send_text(b"Second.")
    with transaction.atomic():
        Retrieval.objects.select_for_update().get(pk=first.pk)

        assert Aside(lambda: read_waiting(at=make.NOW)).join() == 1

    assert [Retrieval.objects.get(pk=row.pk).state for row in (first, second)] == ["waiting", "done"]


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_read_by_two_workers_at_once_make_one_report() -> None:
    retrieval = send_text(b"The same text.")
    with transaction.atomic():
        make.report(sha256=hashlib.sha256(b"The same text.").hexdigest())
        worker = Aside(lambda: read_waiting(at=make.NOW))
        until(somebody_waits_for_a_lock, what="the second worker to meet the first")

    assert worker.join() == 1
    assert (Retrieval.objects.get(pk=retrieval.pk).state, Report.objects.count()) == ("same", 1)


def entry(text: str = "Typed words.", **fields: Any) -> Passage:
    defaults: dict[str, Any] = {
        "locator": "p. 1", "url": "https://x.example/", "published_on": DAY, "sensitivity": Sensitivity.PUBLIC,
        "at": make.NOW, "source": Source.objects.first() or make.source(),
    }  # fmt: skip
    return ingest.store_entry(text=text, **(defaults | fields))


@pytest.mark.django_db
def test_an_entry_by_hand_makes_its_report_and_its_passage() -> None:
    passage = entry("  Typed \n words.  ")

    assert (passage.text, passage.start, passage.end, passage.report.text) == ("Typed words.", 0, 12, "Typed words.")
    assert (passage.report.kind, passage.locator, passage.report.published_on) == ("entry", "p. 1", DAY)
    assert passage.report.sha256 == hashlib.sha256(bytes(passage.report.bytes)).hexdigest()


@pytest.mark.django_db
def test_the_same_words_of_the_same_source_are_one_report() -> None:
    assert entry("Typed words.") == entry("Typed   words.", sensitivity=Sensitivity.INTERNAL)
    assert Report.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("changed", ["text", "url", "locator", "published_on", "source"])
def test_words_that_differ_in_anything_are_two_reports(changed: str) -> None:
    entry()
    other: dict[str, Any] = {
        "text": "Other.",
        "url": "",
        "locator": "p. 2",
        "published_on": dt.date(2024, 5, 1),
        "source": make.source(),
    }
    entry(**{changed: other[changed]})

    assert Report.objects.count() == Passage.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_words_typed_in_two_windows_at_once_are_one_report() -> None:
    source = make.source()
    typing = [Aside(lambda: entry(source=source)) for _ in range(3)]

    assert len({window.join().pk for window in typing}) == 1
    assert Passage.objects.count() == 1


@pytest.mark.django_db
def test_a_file_that_stopped_worker_after_worker_is_given_to_none_again() -> None:
    waiting = send_text()
    Retrieval.objects.filter(pk=waiting.pk).update(attempts=ingest.ATTEMPTS_MAX)

    ingest.read_waiting(at=make.NOW)

    waiting.refresh_from_db()
    assert waiting.state == "failed"
    assert "workers stopped while reading it" in waiting.reason


@pytest.mark.django_db
def test_a_file_that_was_begun_before_waits_for_those_that_were_not() -> None:
    begun = send_text(b"Begun before.")
    fresh = send_text(b"Never begun.")
    Retrieval.objects.filter(pk=begun.pk).update(attempts=1)

    with next_begun() as found:
        assert found == (fresh.pk, 1)


@pytest.mark.django_db(transaction=True)
def test_workers_that_meet_at_the_last_file_do_not_count_against_it() -> None:
    last = send_text(b"The last that waits.")
    with next_begun() as begun:  # counted, not yet read: where one worker was halted by a busy machine
        met = [Aside(lambda: read_waiting(at=make.NOW)) for _ in range(ingest.ATTEMPTS_MAX + 1)]

        assert [worker.join() for worker in met] == [0] * (ingest.ATTEMPTS_MAX + 1)
        assert begun == (last.pk, 1)

    assert read_waiting(at=make.NOW) == 1
    last.refresh_from_db()
    assert (last.state, last.attempts) == ("done", 2)


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_connection_ended_lets_go_of_its_file() -> None:
    lost = send_text(b"Begun by one that died.")

    def begin_and_die() -> None:
        held = next_begun()
        held.__enter__()
        connection.close()

    Aside(begin_and_die).join()

    until(lambda: read_waiting(at=make.NOW) == 1, what="the file to be free again")
    assert outcome(lost) == ("done", "")


@pytest.mark.django_db(transaction=True)
def test_trouble_of_the_database_does_not_count_against_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    retrieval = send_text(b"A made-up text.")
    with monkeypatch.context() as broken:
        broken.setattr(ingest, "_take_in", mock.Mock(side_effect=OperationalError("disk full")))
        for _ in range(ingest.ATTEMPTS_MAX + 1):
            with pytest.raises(OperationalError):
                read_waiting(at=make.NOW)

    assert outcome(retrieval) == ("done", "")


@pytest.mark.django_db
def test_what_is_sent_again_as_more_sensitive_is_kept_so_and_never_opened() -> None:
    outcome(send_text(b"The same words.", sensitivity=Sensitivity.PUBLIC))

    outcome(send_text(b"The same words.", sensitivity=Sensitivity.CONFIDENTIAL))
    assert Report.objects.get().sensitivity == Sensitivity.CONFIDENTIAL

    outcome(send_text(b"The same words.", sensitivity=Sensitivity.PUBLIC))
    assert Report.objects.get().sensitivity == Sensitivity.CONFIDENTIAL
