"""Answers in pages with a key, and answers in an archive, against a real server."""

import io
import json
import zipfile
from typing import Any

import pytest
from pytest_django import Settings

from reports.fetch import Fetched, FetchError, fetch
from reports.fetch.pages import UCDP, UNHCR, Pages, fetch_rest, unzipped
from reports.models import Source
from tests import make
from tests.reports.asking import rules_for
from tests.reports.fetchable import HOUR, Serve, fetched, serve, server_of
from tests.reports.serving import Handler, Server, serving

__all__ = ["serve"]  # a fixture
KEY = ("x-ucdp-access-token", "made-up")
NAME = "SOURCE_TEST_TOKEN"


def page(following: str = "", **fields: Any) -> bytes:
    return json.dumps({"TotalCount": 3, "TotalPages": 3, "NextPageUrl": following, "Result": [fields]}).encode()


def three(handler: Handler) -> None:
    """Three pages for whoever has the key."""
    if handler.headers["x-ucdp-access-token"] != KEY[1]:
        return handler.send(status=401)
    number = int(handler.path.partition("page=")[2] or 0)
    following = handler.server.url(f"/api?page={number + 1}") if number < 2 else ""
    return handler.send(page(following, id=number), content_type="application/json", etag='"v"')


def all_of(server: Server, path: str = "/api", pages: Pages = UCDP, **changes: Any) -> Fetched:
    rules = rules_for(server, **changes)
    first = fetch(server.url(path), rules=rules, key=KEY)
    assert first is not None
    return fetch_rest(first, rules=rules, pages=pages, between=lambda: None, key=KEY)


def test_every_page_is_asked_with_the_key_and_all_rows_make_one() -> None:
    with serving(three) as server:
        found = all_of(server)

    whole = json.loads(found.payload)
    assert (whole["TotalCount"], whole["TotalPages"], whole["NextPageUrl"]) == (3, 1, "")
    assert whole["Result"] == [{"id": 0}, {"id": 1}, {"id": 2}]
    assert (found.headers["pages"], len(found.headers["pages-sha256"]), "etag" in found.headers) == ("3", 64, False)


def test_pages_that_are_numbered_are_counted_up() -> None:
    def numbered(handler: Handler) -> None:
        number = int(handler.path.partition("&page=")[2] or 1)
        handler.send(json.dumps({"page": number, "maxPages": 3, "items": [number]}).encode())

    with serving(numbered) as server:
        found = all_of(server, "/population/?limit=1", UNHCR)

    assert json.loads(found.payload) == {"page": 1, "maxPages": 1, "items": [1, 2, 3]}
    assert server.asked[1].path == "/population/?limit=1&page=2"


def test_a_list_that_changed_while_it_was_read_is_asked_for_again() -> None:
    def changing(handler: Handler) -> None:
        handler.send(page("" if "page" in handler.path else "/api?page=2"))

    with serving(changing) as server, pytest.raises(FetchError, match="found 2 rows; wanted the 3") as refused:
        all_of(server)
    assert refused.value.is_transient


def test_a_single_page_is_its_bytes() -> None:
    with serving(lambda handler: handler.send(page(id=1), etag='"v"')) as server:
        found = all_of(server)

    assert (found.payload, found.headers["etag"]) == (page(id=1), '"v"')


@pytest.mark.parametrize(
    ("following", "reason"),
    [
        ("https://elsewhere.test.example/api?page=2", "the next one on another server"),
        ("http://169.254.169.254/latest", "the next one on another server"),
        ("//elsewhere.test.example/", "the next one on another server"),
        ("file:///etc/passwd", "the next one on another server"),
        ("/api", "found one that was here before"),
    ],
)
def test_a_next_page_that_leads_astray_is_not_asked(following: str, reason: str) -> None:
    with serving(lambda handler: handler.send(page(following))) as server, pytest.raises(FetchError, match=reason):
        all_of(server)

    assert len(server.asked) == 1


def endless(handler: Handler) -> None:
    handler.send(page(f"/api?page={len(handler.server.asked)}", words="x" * 1000))


@pytest.mark.parametrize(
    ("changes", "reason"), [({"bytes_max": 10_000}, "found more than"), ({}, "more than 5; wanted")]
)
def test_pages_without_an_end_are_cut_at_the_caps(
    changes: dict[str, Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.fetch.pages.PAGES_MAX", 5 if not changes else 1000)
    with serving(endless) as server, pytest.raises(FetchError, match=reason):
        all_of(server, **changes)

    assert len(server.asked) < 12


@pytest.mark.parametrize("body", [b"<!doctype html>", b"[]", b"{", b'{"Result": 1}', b"[" * 100_000, b"a,b\n1,2\n"])
def test_what_is_no_page_stays_as_it_came_for_its_reader(body: bytes) -> None:
    with serving(lambda handler: handler.send(body)) as server:
        assert all_of(server).payload == body


def test_a_next_page_that_is_none_is_said() -> None:
    def answer(handler: Handler) -> None:
        handler.send(b"x" if "page" in handler.path else page("/api?page=2"))

    with serving(answer) as server, pytest.raises(FetchError, match="found no JSON with a list Result"):
        all_of(server)


def test_a_redirect_does_not_carry_the_key_to_another_server() -> None:
    with serving(lambda handler: handler.send(page())) as other:

        def away(handler: Handler) -> None:
            handler.send(status=302, location=other.url("/stolen"))

        with serving(away) as server, pytest.raises(FetchError, match="carry the key to another server"):
            all_of(server, also=frozenset({server.place, other.place}))
    assert other.asked == []


@pytest.mark.django_db
def test_a_source_with_a_key_in_a_header_is_fetched_page_by_page(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.FETCH_PAUSE = 0
    monkeypatch.setenv(NAME, KEY[1])
    source = serve(three, path="/api", reader="ucdp-ged", credential=NAME)

    row = fetched(source)
    assert (row.state, len(json.loads(bytes(row.payload or b""))["Result"])) == ("waiting", 3)
    assert len(server_of(source).asked) == 3


@pytest.mark.django_db
@pytest.mark.parametrize(("value", "reason"), [("", "found nothing in"), ("a\nb", "that no key has")])
def test_a_key_that_is_none_is_said_without_it(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, value: str, reason: str
) -> None:
    monkeypatch.setenv(NAME, value)
    source = serve(three, reader="ucdp-ged", credential=NAME)

    assert reason in fetched(source).reason
    assert server_of(source).asked == []


# --- archives ----------------------------------------------------------------------------------------------
def archive(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as out:
        for name, payload in members.items():
            out.writestr(name.replace("__", "/").replace("_", "."), payload)
    return held.getvalue()


def opened(payload: bytes, bytes_max: int = 1000) -> Fetched:
    return unzipped(Fetched(payload, 200, {"etag": '"v"'}, "https://feed.test.example/a.zip"), bytes_max=bytes_max)


def test_the_one_table_of_an_archive_is_taken_out() -> None:
    found = opened(archive(folder__table_csv=b"a,b\n1,2\n", readme_txt=b"words"))

    assert (found.payload, found.headers["zip-member"]) == (b"a,b\n1,2\n", "folder/table.csv")
    assert (found.headers["etag"], len(found.headers["zip-sha256"])) == ('"v"', 64)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (archive(one_csv=b"1", two_csv=b"2"), "found 2 tables in it"),
        (archive(readme_txt=b"1"), "found 0 tables in it"),
        (archive(table_csv=b"0" * 50_000_000), "found more than 0.001 MB when unpacked"),
        (b"PK\x03\x04 and nothing that follows", "a ZIP file without its end"),
        (archive(table_csv=b"a,b\n" * 90)[:-30], "a ZIP file without its end"),
    ],
    ids=["two tables", "none", "too large", "torn at its head", "torn at its end"],  # a ZIP's bytes hold the time
)
def test_an_archive_that_holds_no_one_table_is_refused(payload: bytes, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        opened(payload)


def test_an_office_file_and_what_is_no_archive_stay_as_they_came() -> None:
    office = io.BytesIO()
    with zipfile.ZipFile(office, "w") as out:
        out.writestr("[Content_Types].xml", "x")

    assert opened(office.getvalue()).payload == office.getvalue()
    assert opened(b"a,b\n").payload == b"a,b\n"


@pytest.mark.django_db
def test_a_dataset_that_comes_as_an_archive_waits_as_its_table(serve: Serve) -> None:
    packed = archive(table_csv=b"a,b\n1,2\n")
    row = fetched(serve(lambda handler: handler.send(packed), reader="ucdp-country-year"))

    assert (row.state, bytes(row.payload or b"")) == ("waiting", b"a,b\n1,2\n")


@pytest.mark.django_db
def test_a_dataset_may_lead_on_to_the_store_that_is_named_for_it(serve: Serve, settings: Settings) -> None:
    with serving(lambda handler: handler.send(b"a,b\n")) as store:
        settings.FETCH_ALSO = frozenset({store.place})
        away = store.url("/file.csv", host="localhost")
        source = serve(lambda handler: handler.send(status=302, location=away), reader="inform-risk")
        refused = fetched(source)
        Source.objects.filter(pk=source.pk).update(leads_on_to="localhost other.test.example")
        taken = fetched(source, make.NOW + HOUR)

    assert "found the host localhost" in refused.reason
    assert (taken.state, bytes(taken.payload or b"")) == ("waiting", b"a,b\n")
