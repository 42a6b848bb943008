"""Sending a report in, what became of it, and coding its passages."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from indicators import note_coding, series_loading
from indicators.models import Evidence
from people.models import User
from people.permissions import Role, Sensitivity
from r2p_dashboard import clock
from reports import ingest
from reports.forms import BY_THEIR_BYTES, FETCHED
from reports.kinds import KINDS
from reports.models import Report, Retrieval
from reports.readers import READERS
from reports.views.sending import LAST_SENT
from tests import make
from tests.datasets import pts_csv
from tests.pages.test_code_passage import coded
from tests.waiting import Bell, until

pytestmark = pytest.mark.usefixtures("reference")
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
STAFF = {Role.CODER, Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}
SECRET = "Words of a witness"


@pytest.fixture
def coder(client: Client) -> User:
    person = make.person(Role.CODER)
    client.force_login(person)
    return person


def file(content: bytes = b"A made-up paragraph.\n\nAnother one.", name: str = "made-up.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def sent(**changes: Any) -> dict[str, Any]:
    """What somebody sends: a plain text of a source that is there."""
    source = changes.pop("source", None)
    fields = {
        "reader": "text", "file": file(), "text": "", "source": make.source().slug if source is None else source,
        "title": "A made-up text", "url": "https://text.test.example/", "published_on": "2024-06-01", "language": "en",
        "sensitivity": "0",
    }  # fmt: skip
    return {name: value for name, value in (fields | changes).items() if value is not None}


def note_sent(payload: bytes, **changes: Any) -> dict[str, Any]:
    bare = {"source": "", "title": "", "url": "", "published_on": ""}
    return sent(**({"reader": "coding-note", "file": file(payload, "note.toml")} | bare | changes))


def read_all() -> None:
    at = clock.now()  # the pages read the clock too
    ingest.read_waiting(at=at)
    note_coding.code_waiting(at=at, installation_day=make.TODAY)
    series_loading.load_waiting(at=at)


def retrieval(sender: User | None = None, **fields: Any) -> Retrieval:
    about = ingest.About(title=SECRET, sensitivity=fields.pop("sensitivity", Sensitivity.PUBLIC))
    return ingest.receive(
        reader="text", payload=b"x", about=about, file_name="made-up", at=make.NOW, asked_by=sender, **fields
    )


def test_every_reader_is_offered_but_those_of_what_is_fetched() -> None:
    others = dict(FETCHED) | dict(BY_THEIR_BYTES)
    assert [reader for reader, _, _ in KINDS] == [reader for reader in READERS if reader not in others]
    assert set(others) <= set(READERS)


@pytest.mark.parametrize("role", [None, *Role])
def test_only_those_who_may_ingest_can_send(client: Client, bell: Bell, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))
    wanted = 200 if role in STAFF else 302 if role is None else 403

    assert client.get("/reports/new/").status_code == wanted
    assert client.post("/reports/new/", sent()).status_code == (302 if role in STAFF else wanted)
    assert Retrieval.objects.count() == int(role in STAFF)
    assert client.get(f"/retrievals/{retrieval().pk}/").status_code == wanted


@pytest.mark.parametrize("role", [None, *Role])
def test_the_pages_around_it_link_to_it_for_staff(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))

    pages = ["/sources/", "/evidence/", *(["/review/"] if role in STAFF else [])]
    assert {'href="/reports/new/"' in client.get(page).text for page in pages} == {role in STAFF}


def test_keeps_the_bytes_and_what_was_said_of_them_and_rings(
    client: Client, coder: User, bell: Bell, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/reports/new/", sent(sensitivity="2"))

    row = Retrieval.objects.get()
    assert answer["Location"] == f"/retrievals/{row.pk}/"
    assert (row.state, row.asked_by, row.file_name) == ("waiting", coder, "made-up.txt")
    assert bytes(row.payload or b"") == b"A made-up paragraph.\n\nAnother one."
    assert (row.about["published_on"], row.about["sensitivity"]) == ("2024-06-01", 2)
    assert bell.rung == 1


def test_a_pasted_text_is_the_same_as_the_file(client: Client, coder: User, bell: Bell) -> None:
    client.post("/reports/new/", sent(file=None, text="A made-up paragraph.\r\n\r\nAnother one."))
    client.post("/reports/new/", sent())
    read_all()

    assert list(Retrieval.objects.order_by("pk").values_list("state", flat=True)) == ["done", "same"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({"file": None}, "Found neither a file nor a pasted text"),
    "only space": ({"file": None, "text": " \n"}, "Found neither a file nor a pasted text"),
    "both": ({"text": SECRET}, "wanted one of the two"),
    "an empty file": ({"file": file(b"")}, "Found an empty file"),
    "a file of space": ({"file": file(b" \n ")}, "Found nothing but space"),
    "a PDF": ({"file": file(b"%PDF-1.7 " + SECRET.encode())}, "Found a PDF; wanted text. Choose “Documents”"),
    "an Office file": ({"file": file(b"PK\x03\x04")}, "Found an Office or ZIP file"),
    "a page as text": ({"file": file(b"<!doctype html><p>x")}, "Found HTML; wanted what you chose"),
    "a page as CSV": ({"reader": "ucdp-country-year", "file": file(b"<html>")}, "wanted the CSV file itself"),
    "a pasted CSV": ({"reader": "ucdp-country-year", "file": None, "text": "a,b"}, "wanted the CSV file itself"),
    "no reader": ({"reader": None}, "Found nothing chosen"),
    "a wrong reader": ({"reader": "pdf"}, "not in the list"),
    "no source": ({"source": ""}, "wanted a source: such a file"),
    "an unknown source": ({"source": "nobody"}, "not in the list"),
    "no title": ({"title": ""}, "wanted a title"),
    "no day": ({"published_on": ""}, "wanted the day it was public"),
    "no such day": ({"published_on": "2024-02-31"}, "Found no day"),
    "a future day": ({"published_on": "2999-01-01"}, "in the future"),
    "a script's address": ({"url": "javascript:alert(1)"}, "valid URL"),
    "another address": ({"url": "ftp://x.test.example/"}, "wanted https://"),
    "no language": ({"language": "English"}, "Found no code of a language"),
    "above the clearance": ({"sensitivity": "3"}, "not in the list"),
    "a NUL": ({"file": None, "text": "nul \x00"}, "Null characters"),
    "much pasted": ({"file": None, "text": "x" * 400_001}, "Found 400,001 characters pasted; wanted at most 400,000"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_refused_at_the_door(client: Client, coder: User, bad: str) -> None:
    changes, said = BAD[bad]
    if "file" in changes and changes["file"] is not None:
        changes["file"].seek(0)

    answer = client.post("/reports/new/", sent(**changes))

    assert answer.status_code == 400
    assert said in answer.text
    assert "Words of a" not in answer.text.replace(f">\n{SECRET}</textarea>", "")  # what was typed stays in its field
    assert Retrieval.objects.count() == 0


def test_a_file_above_the_cap_is_refused(client: Client, coder: User, settings: Settings) -> None:
    settings.REPORT_BYTES_MAX = 2**20

    answer = client.post("/reports/new/", sent(file=file(b"x" * (2**20 + 1))))

    assert "Found a file of 1.1 MB; wanted at most 1 MB" in answer.text
    assert Retrieval.objects.count() == 0


def test_a_text_above_what_a_form_may_carry_is_refused_in_words(client: Client, coder: User) -> None:
    answer = client.post("/reports/new/", sent(file=None, text="x" * 3_000_000))

    assert answer.status_code == 413
    assert "Found a text of more than 2 MB pasted; wanted at most 400,000 characters" in answer.text
    assert "Save it and send the file" in answer.text


def test_the_largest_text_that_may_be_pasted_passes_in_any_script(client: Client, coder: User, bell: Bell) -> None:
    assert client.post("/reports/new/", sent(file=None, text="𐍈" * 400_000)).status_code == 302


def test_a_form_from_elsewhere_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.person(Role.CODER))

    assert client.post("/reports/new/", sent()).status_code == 403
    assert Retrieval.objects.count() == 0


def test_waiting_reloads_without_script_and_asks_for_news_with_it(client: Client, coder: User) -> None:
    address = f"/retrievals/{retrieval(coder).pk}/"

    page = client.get(address)

    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert ">Look again</a>" in page.text
    seen = f"{address}?seen={page.context['progress'].seen}"
    assert f'hx-get="{seen}"' in page.text
    assert client.get(seen, headers={"hx-request": "true"}).status_code == 204


def test_news_come_as_a_piece_that_asks_no_more(client: Client, coder: User, bell: Bell) -> None:
    client.post("/reports/new/", sent())
    read_all()

    piece = client.get(f"/retrievals/{Retrieval.objects.get().pk}/?seen=waiting", headers={"hx-request": "true"})

    assert "<html" not in piece.text
    assert "hx-get" not in piece.text
    assert f'href="/reports/{Report.objects.get().pk}/"' in piece.text


def test_what_waits_long_leads_to_the_status_page(client: Client, coder: User) -> None:
    assert "kept and goes on when a worker runs" in client.get(f"/retrievals/{retrieval(coder).pk}/").text


def outcome(client: Client) -> str:
    read_all()
    page = client.get(f"/retrievals/{Retrieval.objects.latest('pk').pk}/")
    assert "http-equiv" not in page.text
    return page.text


def test_a_note_says_how_many_pieces_it_proposed(client: Client, coder: User, bell: Bell) -> None:
    client.post("/reports/new/", note_sent(make.note()))

    page = outcome(client)

    assert "1 piece proposed" in page
    assert 'href="/review/"' in page
    assert Evidence.objects.get().coder == coder


def test_a_note_that_cannot_be_coded_says_why(client: Client, coder: User, bell: Bell) -> None:
    client.post("/reports/new/", note_sent(make.note(indicator="99.9")))

    page = outcome(client)

    assert "Nothing proposed" in page
    assert "found the indicator 99.9" in page


def test_a_note_that_is_read_but_not_yet_coded_still_waits(client: Client, coder: User, bell: Bell) -> None:
    client.post("/reports/new/", note_sent(make.note()))
    ingest.read_waiting(at=clock.now())

    page = client.get(f"/retrievals/{Retrieval.objects.get().pk}/")

    assert "to become proposed evidence" in page.text
    assert "http-equiv" in page.text


def test_a_release_says_how_many_values_and_which_territories_are_nobodys(
    client: Client, coder: User, bell: Bell
) -> None:
    release = make.ucdp_csv((775, "Myanmar", 2023, 3, 4), (9999, "Nowhere", 2023, 1, 2))
    client.post("/reports/new/", note_sent(release, reader="ucdp-country-year"))

    page = outcome(client)

    assert "2 values loaded" in page
    assert "1 territory attached to nobody" in page
    assert "Nowhere (9999)" in page


def test_a_dataset_in_latin_letters_is_taken_in_and_names_its_own_source(
    client: Client, coder: User, bell: Bell
) -> None:
    release = pts_csv(("Türkiye", 2023, "TUR", "4", "4", "4"), ("Soviet Union", 1980, "NA", "4", "NA", "4"))
    client.post("/reports/new/", note_sent(release, reader="pts"))

    page = outcome(client)

    assert "1 value loaded" in page
    assert "Soviet Union: a State that ended in 1991" in page


def test_a_failed_one_says_why_and_offers_the_form_with_what_was_said(client: Client, coder: User, bell: Bell) -> None:
    client.post("/reports/new/", sent(file=file(b"\xff\xfe\x00" + SECRET.encode())))

    page = outcome(client)

    assert "found bytes that are no utf-16; wanted UTF-8" in page
    assert SECRET not in page
    again = client.get(f"/reports/new/?like={Retrieval.objects.get().pk}").context["form"]
    assert (again["title"].value(), again["reader"].value()) == ("A made-up text", "text")
    assert again["published_on"].value() == "2024-06-01"


@pytest.mark.parametrize("query", ["?like=%00", "?like=x", "?like=99999999999999999999", "?like=1"])
def test_a_form_like_nothing_is_empty(client: Client, coder: User, query: str) -> None:
    assert client.get(f"/reports/new/{query}").context["form"].initial == {}


@pytest.mark.parametrize("role", sorted(STAFF))
@pytest.mark.parametrize("sensitivity", list(Sensitivity))
def test_above_public_only_the_sender_and_those_who_decide_see_it(
    client: Client, role: Role, sensitivity: Sensitivity
) -> None:
    row = retrieval(make.person(Role.CODER), sensitivity=sensitivity)
    client.force_login(make.person(role))

    cleared = sensitivity < 3 or role in {Role.PUBLISHER, Role.ADMIN}
    may_see = sensitivity == 0 or (role != Role.CODER and cleared)
    assert client.get(f"/retrievals/{row.pk}/").status_code == (200 if may_see else 404)
    assert (SECRET in client.get(f"/reports/new/?like={row.pk}").text) is may_see


def test_the_sender_sees_it_up_to_the_clearance(client: Client, coder: User) -> None:
    hidden = retrieval(coder, sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    shown = retrieval(coder, sensitivity=Sensitivity.CONFIDENTIAL)

    assert client.get(f"/retrievals/{shown.pk}/").status_code == 200
    assert client.get(f"/retrievals/{hidden.pk}/").status_code == 404  # sent in an earlier role
    assert [row.pk for row, _ in client.get("/reports/new/").context["sent"]] == [shown.pk]


def test_the_same_as_a_hidden_report_leads_nowhere(client: Client, coder: User, bell: Bell) -> None:
    content = b"Words of a witness, sent in by somebody else."
    digest = hashlib.sha256(content).hexdigest()
    hidden = make.report(sha256=digest, title=SECRET, sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    client.post("/reports/new/", sent(file=file(content)))

    page = outcome(client)

    assert "Here already" in page
    assert SECRET not in page
    assert f"/reports/{hidden.pk}/" not in page


def test_offers_no_source_above_the_clearance(client: Client, coder: User) -> None:
    hidden = make.report(sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL).source

    assert hidden.name not in client.get("/reports/new/").text
    assert "not in the list" in client.post("/reports/new/", sent(source=hidden.slug)).text


def test_lists_the_persons_own_last(client: Client, coder: User) -> None:
    retrieval(make.person(Role.ADMIN))
    own = [retrieval(coder).pk for _ in range(LAST_SENT + 1)]

    assert [row.pk for row, _ in client.get("/reports/new/").context["sent"]] == own[:0:-1]


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(
    client: Client, coder: User, bell: Bell, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = [make.accepted(of=make.passage()) for _ in range(rows)]
    client.post("/reports/new/", note_sent(make.note()))
    read_all()
    latest = Retrieval.objects.latest("pk").pk

    with django_assert_max_num_queries(8):
        client.get(f"/reports/new/?like={latest}")
    with django_assert_max_num_queries(8):
        client.get(f"/retrievals/{latest}/")
    with django_assert_max_num_queries(14):  # with what is known of the country and the indicator beside the form
        client.get(f"/evidence/new/?passage={made[0].passage_id}&country=MMR&indicator=7.14")


@pytest.mark.django_db(transaction=True)
def test_a_worker_reads_what_was_sent_and_its_passage_can_be_coded(client: Client, worker: Any) -> None:
    client.force_login(make.person(Role.CODER))
    answer = client.post("/reports/new/", sent(file=file((SAMPLES / "statement.txt").read_bytes())))
    until(lambda: "http-equiv" not in client.get(answer["Location"]).text, what="the worker to read it")

    report = Report.objects.get()
    assert client.get(answer["Location"]).context["progress"].report == report
    passage = report.passages.order_by("order").first()
    assert passage is not None
    assert f'href="/evidence/new/?passage={passage.pk}"' in client.get(f"/reports/{report.pk}/").text
    client.post("/evidence/new/", coded(passage))
    assert Evidence.objects.get().passage == passage
