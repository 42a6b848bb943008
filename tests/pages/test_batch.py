"""Many files at once: a row for each, whatever came of it, and what failed is put right without sending anew."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from indicators import suggesting
from people.models import User
from people.permissions import Role, Sensitivity
from r2p_dashboard import clock
from reports import ingest, sending
from reports.models import Batch, Passage, Report, Retrieval
from tests import make
from tests.reports import documents
from tests.reports.documents import BODY
from tests.waiting import Bell

pytestmark = pytest.mark.usefixtures("reference")
SECRET = "Words of a witness"


@pytest.fixture
def coder(client: Client, bell: Bell) -> User:
    person = make.person(Role.CODER)
    client.force_login(person)
    return person


def drop(client: Client, files: dict[str, bytes], **changes: Any) -> str:
    """Sends the files and has them read; where the answer leads."""
    fields = {
        "reader": "automatic", "source": make.source().slug, "published_on": "2024-06-01", "language": "en",
        "sensitivity": "0", "title": "", "url": "", "text": "",
        "file": [SimpleUploadedFile(name, content) for name, content in files.items()],
    } | changes  # fmt: skip
    answer = client.post("/reports/new/", fields)
    assert answer.status_code == 302, answer.context["form"].errors
    ingest.read_waiting(at=clock.now())
    return str(answer["Location"])


def rows(client: Client, address: str) -> dict[str, tuple[str, str]]:
    page = client.get(address)
    return {row.retrieval.file_name: (row.retrieval.state, row.retrieval.reason) for row in page.context["rows"]}


MIXED = {
    "a.pdf": documents.pdf([BODY + " In a PDF."]),
    "b.docx": documents.docx("Made-up words in a DOCX."),
    "c.html": b"<!doctype html><html><body><p>" + BODY.encode() * 4 + b"</p></body></html>",
    "d.txt": "Des mots inventés.".encode("cp1252"),
    "e.eml": documents.with_attached(
        documents.mail("Made-up words in a mail."), inner_pdf=documents.pdf([BODY + " Inner."])
    ),
    "f.zip": documents.zipped({"g.txt": b"Made-up words in a ZIP.", "h.txt": b"More of them."}),
    "i.pdf": documents.pdf([], pictures=[0]),
    "same.txt": b"Made-up words in a ZIP.",
    "broken.pdf": b"%PDF-1.7 " + SECRET.encode(),
    "bomb.docx": documents.docx(body=" " * 40_000_000),
    "wrong-name.docx": documents.pdf([BODY + " Under another name."]),
}  # fmt: skip


def test_a_mixed_batch_has_a_row_for_each_file_and_what_came_of_it(client: Client, coder: User) -> None:
    address = drop(client, MIXED)

    suggesting.suggest_waiting(at=clock.now())

    states = {name: state for name, (state, _) in rows(client, address).items()}
    assert states == dict.fromkeys([*MIXED, "inner.pdf", "g.txt", "h.txt"], "done") | {
        "g.txt": "same", "broken.pdf": "failed", "bomb.docx": "failed",
    }  # fmt: skip
    page = client.get(address).text
    assert 'href="/reports/new/"' in page
    assert "packed more than 200 to 1" in page
    assert "a broken one" in page
    assert "unread" in page
    assert "it was read as pdf, which its bytes are" in page
    assert SECRET not in page
    assert "hx-get" not in page


def test_what_came_in_a_file_hangs_on_it_and_keeps_its_own_bytes(client: Client, coder: User) -> None:
    drop(client, {"f.zip": MIXED["f.zip"]})

    bundle = Report.objects.get(kind=Report.Kind.BUNDLE)
    assert (bytes(bundle.bytes), bundle.reader, bundle.title) == (MIXED["f.zip"], "zip", "f.zip")
    inner = Report.objects.filter(carrier=bundle).order_by("pk")
    assert [bytes(report.bytes) for report in inner] == [b"Made-up words in a ZIP.", b"More of them."]
    assert {(report.extractor, report.extractor_version) for report in inner} == {("own", "reader 1")}
    assert "2 reports came with it" in client.get(f"/reports/{bundle.pk}/").text


def test_a_mails_own_day_and_subject_come_before_what_the_sender_says(client: Client, coder: User) -> None:
    drop(client, {"e.eml": MIXED["e.eml"]}, published_on="2024-07-02")

    mail = Report.objects.get(reader="mail")
    assert (mail.title, mail.published_on) == ("A made-up mail", dt.date(2024, 6, 1))
    assert Report.objects.get(reader="pdf").published_on == dt.date(2024, 7, 2)


def test_a_missing_day_is_put_right_for_all_at_once_and_nothing_is_sent_anew(client: Client, coder: User) -> None:
    address = drop(client, {"a.pdf": MIXED["a.pdf"], "d.txt": MIXED["d.txt"]}, published_on="")
    assert {state for state, _ in rows(client, address).values()} == {"failed"}
    tried = [row.pk for row in Retrieval.objects.all()]

    answer = client.post(f"{address}again/", {"tried": tried, "reader": "automatic", "published_on": "2024-06-01"})
    ingest.read_waiting(at=clock.now())

    assert answer["Location"] == address
    assert set(rows(client, address).values()) == {("done", "")}
    assert set(Report.objects.values_list("published_on", flat=True)) == {dt.date(2024, 6, 1)}
    assert Retrieval.objects.first().problems[0]["place"] == "try 1"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tried": []}, "Found none ticked"),
        ({"published_on": "2999-01-01"}, "in the future"),
        ({"reader": "nothing"}, "not in the list"),
        ({"source": "nobody"}, "not in the list"),
        ({"tried": ["999999"]}, "put right in between"),
    ],
)
def test_what_is_said_anew_is_checked_too(client: Client, coder: User, changes: dict[str, Any], said: str) -> None:
    address = drop(client, {"a.pdf": MIXED["a.pdf"]}, published_on="")
    fields = {"tried": [Retrieval.objects.get().pk], "reader": "automatic"}

    answer = client.post(f"{address}again/", fields | changes)

    assert answer.status_code == 400
    assert said in answer.text
    assert Retrieval.objects.get().state == "failed"


def test_the_bytes_of_what_failed_can_be_let_go_and_go_by_themselves_in_time(client: Client, coder: User) -> None:
    address = drop(client, {"broken.pdf": MIXED["broken.pdf"], "bomb.docx": MIXED["bomb.docx"]})
    first, second = Retrieval.objects.order_by("pk")

    client.post(f"{address}again/", {"tried": [first.pk], "reader": "automatic", "do": "give_up"})
    first.refresh_from_db()
    assert (first.payload, first.state) == (None, "failed")
    assert second.payload is not None

    ingest.forget_failed(at=clock.now() + ingest.FAILED_KEPT)
    second.refresh_from_db()
    assert second.payload is None
    assert "Put right what failed</h2>" not in client.get(address).text
    assert "packed more than" in client.get(address).text


def test_two_people_cannot_send_the_same_file_again_twice(coder: User) -> None:
    batch = sending.send(
        files=[sending.Sent("a.txt", b"x")], reader="automatic", about=ingest.About(), sender=coder, at=make.NOW
    )  # fmt: skip
    ingest.read_waiting(at=make.NOW)
    said: dict[str, Any] = {
        "retrieval_ids": [batch.retrievals.get().pk],
        "reader": "text",
        "changes": {},
        "at": make.NOW,
    }

    assert [sending.send_again(by=coder, **said) for _ in range(2)] == [1, 0]
    assert sending.send_again(by=make.person(Role.CODER), **said) == 0  # another coder's file


def test_one_file_that_is_empty_or_too_large_fails_alone(client: Client, coder: User, settings: Settings) -> None:
    settings.REPORT_BYTES_MAX = 2**20
    address = drop(client, {"a.txt": b"Made-up words.", "b.txt": b"", "c.txt": b"x" * 2**21})

    assert {name: (state, reason[:30]) for name, (state, reason) in rows(client, address).items()} == {
        "a.txt": ("done", ""), "b.txt": ("failed", "file: found nothing in it; wan"),
        "c.txt": ("failed", "file: found 2 MB; wanted at mo"),
    }  # fmt: skip


def test_a_zip_sent_again_has_what_failed_in_it_read_again(client: Client, coder: User) -> None:
    both = documents.zipped({"good.txt": b"Made-up words.", "bad.pdf": b"%PDF-1.7"})
    drop(client, {"f.zip": both})

    address = drop(client, {"f.zip": both})

    assert {name: state for name, (state, _) in rows(client, address).items()} == {
        "f.zip": "same", "good.txt": "same", "bad.pdf": "failed",
    }  # fmt: skip


# --- waiting -----------------------------------------------------------------------------------------------
def test_it_reloads_without_script_and_asks_for_news_with_it(client: Client, coder: User) -> None:
    sent = sending.send(
        files=[sending.Sent("a.txt", b"x")], reader="automatic", about=ingest.About(), sender=coder, at=make.NOW
    )  # fmt: skip
    address = f"/reports/sent/{sent.pk}/"

    page = client.get(address)

    assert '<noscript><meta http-equiv="refresh"' in page.text
    seen = page.context["counts"].seen
    assert f'hx-get="{address}?seen={seen}&amp;page=1"' in page.text
    assert client.get(f"{address}?seen={seen}", headers={"hx-request": "true"}).status_code == 204
    ingest.read_waiting(at=clock.now())
    piece = client.get(f"{address}?seen={seen}", headers={"hx-request": "true"}).text
    assert "<html" not in piece
    assert "hx-get" not in piece


# --- at the door -------------------------------------------------------------------------------------------
def many(count: int) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(count)]


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"file": many(101)}, 413, "Found more than 100 files; wanted at most 100 files and 60 MB at once"),
        ({"title": "One"}, 400, "Found one for 2 files; wanted none"),
        ({"source": ""}, 400, "wanted a source"),
    ],
)
def test_what_cannot_be_sent_together_is_refused_in_words(
    client: Client, coder: User, changes: dict[str, Any], status: int, said: str
) -> None:
    fields = {
        "reader": "automatic",
        "source": make.source().slug,
        "language": "en",
        "sensitivity": "0",
        "file": many(2),
    }
    answer = client.post("/reports/new/", fields | changes)

    assert (answer.status_code, Retrieval.objects.count(), Batch.objects.count()) == (status, 0, 0)
    assert said in answer.text


def test_a_request_beyond_the_cap_is_refused_before_it_is_taken_apart(client: Client, coder: User) -> None:
    files = [SimpleUploadedFile(f"{number}", b"x" * 16 * 2**20) for number in range(4)]

    answer = client.post("/reports/new/", {"reader": "automatic", "file": files})

    assert answer.status_code == 413
    assert "Found 64 MB; wanted at most 100 files and 60 MB at once" in answer.text


@pytest.mark.parametrize(("said", "kept"), [(0, 1), (2, 2)])
def test_a_mail_is_never_public_whatever_its_sender_says(client: Client, coder: User, said: int, kept: int) -> None:
    drop(client, {"witness.eml": documents.mail("Words of a witness.").as_bytes()}, sensitivity=str(said))

    report = Report.objects.get()
    assert report.sensitivity == kept
    client.logout()
    assert client.get(f"/reports/{report.pk}/").status_code == 404


def test_a_pasted_mail_is_read_as_one(client: Client, coder: User) -> None:
    drop(client, {}, text=documents.mail("Pasted words.").as_string())

    assert Report.objects.get().reader == "mail"


# --- who sees it -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("sensitivity", [Sensitivity.PUBLIC, Sensitivity.STRICTLY_CONFIDENTIAL])
def test_a_batch_is_seen_as_its_files_are(client: Client, role: Role | None, sensitivity: Sensitivity) -> None:
    sent = sending.send(
        files=[sending.Sent(SECRET, b"x")], reader="automatic", about=ingest.About(sensitivity=sensitivity),
        sender=make.person(Role.ADMIN), at=make.NOW,
    )  # fmt: skip
    if role is not None:
        client.force_login(make.person(role))

    answer = client.get(f"/reports/sent/{sent.pk}/")
    again = client.post(f"/reports/sent/{sent.pk}/again/", {})

    may_send = role in {Role.CODER, Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}
    may_see = may_send and (not sensitivity or role in {Role.PUBLISHER, Role.ADMIN})
    wanted = 302 if role is None else 403 if not may_send else 200 if may_see else 404
    assert answer.status_code == wanted
    assert again.status_code == (400 if wanted == 200 else wanted)


@pytest.mark.parametrize("count", [3, 30])
def test_it_needs_few_queries(
    client: Client, coder: User, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    files = {f"{number}.txt": f"Made-up words number {number}.".encode() for number in range(count)}
    address = drop(client, files | {"broken.pdf": MIXED["broken.pdf"]})

    with django_assert_max_num_queries(11):
        client.get(address)
    with django_assert_max_num_queries(8):
        client.get("/reports/new/")


# --- what no machine could read ----------------------------------------------------------------------------
@pytest.fixture
def scan(client: Client, coder: User) -> Report:
    drop(client, {"i.pdf": MIXED["i.pdf"]}, title="A made-up scan")
    return Report.objects.get()


def test_a_scan_says_on_every_page_that_nobody_has_read_it(client: Client, scan: Report) -> None:
    assert scan.is_unread
    assert "that it gives no evidence says nothing" in client.get(f"/reports/{scan.pk}/").text
    assert "1 report is a scan that nobody and no machine has read" in client.get("/status/").text
    assert "A made-up scan" in client.get("/reports/unread/").text


def test_typed_words_become_passages_that_name_their_place_and_the_scan_is_read(client: Client, scan: Report) -> None:
    answer = client.post(f"/reports/{scan.pk}/type/", {"locator": "page 1", "text": "Typed words.\r\n\r\nMore."})

    typed = Report.objects.get(carrier=scan)
    assert answer["Location"] == f"/reports/{typed.pk}/"
    assert list(typed.passages.order_by("order").values_list("text", "locator")) == [
        ("Typed words.", "page 1"), ("More.", "page 1"),
    ]  # fmt: skip
    assert (typed.published_on, typed.source, typed.sensitivity) == (scan.published_on, scan.source, scan.sensitivity)
    assert "Nothing is unread" in client.get("/reports/unread/").text
    assert "Read by a person" in client.get(f"/reports/{scan.pk}/").text


def test_typed_words_say_their_language_and_countries_as_read_ones_do(client: Client, scan: Report) -> None:
    words = "Au Mali, des hommes armés ont attaqué le village dans la nuit. Les survivants accusent une milice locale."
    client.post(f"/reports/{scan.pk}/type/", {"locator": "page 1", "text": words})

    typed = Report.objects.get(carrier=scan)
    assert (typed.language, typed.language_by, typed.countries_found) == ("fr", "corrected", ["MLI"])


@pytest.mark.parametrize("fields", [{}, {"locator": " ", "text": "x"}, {"locator": "p", "text": " "}])
def test_words_without_a_place_and_places_without_words_are_refused(
    client: Client, scan: Report, fields: dict[str, str]
) -> None:
    answer = client.post(f"/reports/{scan.pk}/type/", fields)

    assert answer.status_code == 400
    assert "wanted" in answer.text
    assert not Passage.objects.exists()


def test_what_a_machine_has_read_is_not_typed(client: Client, coder: User) -> None:
    assert client.get(f"/reports/{make.report().pk}/type/").status_code == 404


# --- all that came in --------------------------------------------------------------------------------------
def test_whatever_was_refused_is_found_with_its_reason(client: Client, coder: User) -> None:
    drop(client, {"a.pdf": MIXED["a.pdf"], "broken.pdf": MIXED["broken.pdf"]})

    page = client.get("/reports/sent/?state=failed")
    assert [row.file_name for row, _ in page.context["rows"]] == ["broken.pdf"]
    assert "a broken one" in page.text
    assert len(client.get("/reports/sent/?state=nothing").context["rows"]) == 2
    assert 'href="/reports/sent/?state=failed"' in client.get("/status/").text


@pytest.mark.parametrize("count", [3, 30])
def test_the_list_needs_few_queries(
    client: Client, coder: User, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    drop(client, {f"{number}.txt": f"Made-up words {number}.".encode() for number in range(count)})

    for page in ("/reports/sent/", "/reports/unread/"):
        with django_assert_max_num_queries(6):
            client.get(page)
