"""Answers in pages with a key, and answers in an archive, against a real server."""

import io
import json
import zipfile
from typing import Any

import pytest
from pytest_django import Settings

from reports.fetch import Fetched, FetchError
from reports.fetch.pages import fetch_pages, next_page_url, unzipped
from tests.reports.asking import rules_for
from tests.reports.fetchable import Serve, fetched, serve, server_of
from tests.reports.serving import Handler, Server, serving

__all__ = ["serve"]  # a fixture
KEY = ("x-ucdp-access-token", "made-up")
NAME = "SOURCE_TEST_TOKEN"


def page(following: str = "", **fields: Any) -> bytes:
    return json.dumps({"TotalPages": 3, "NextPageUrl": following, "Result": [fields]}).encode()


def three(handler: Handler) -> None:
    """Three pages for whoever has the key."""
    if handler.headers["x-ucdp-access-token"] != KEY[1]:
        return handler.send(status=401)
    number = int(handler.path.partition("page=")[2] or 0)
    following = handler.server.url(f"/api?page={number + 1}") if number < 2 else ""
    return handler.send(page(following, id=number), content_type="application/json", etag='"v"')


def all_of(server: Server, path: str = "/api", **changes: Any) -> Fetched:
    return fetch_pages(
        server.url(path), rules=rules_for(server, **changes), next_of=next_page_url, between=lambda: None, key=KEY
    )


def test_every_page_is_asked_with_the_key_and_kept_as_it_came() -> None:
    with serving(three) as server:
        found = all_of(server)

    assert [one["Result"][0]["id"] for one in json.loads(found.payload)] == [0, 1, 2]
    assert page("", id=2) in found.payload
    assert (found.headers["pages"], "etag" in found.headers) == ("3", False)


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


@pytest.mark.parametrize("body", [b"<!doctype html>", b"[]", b"{", b'{"Result": []}', b"[" * 100_000])
def test_what_is_no_page_of_the_api_is_said(body: bytes) -> None:
    if body == b"[]":  # a list names no next page: the reader says what is wrong with it
        assert next_page_url(body) == ""
        return
    with pytest.raises(FetchError, match="wanted a page of the API"):
        next_page_url(body)


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
    assert (row.state, len(json.loads(bytes(row.payload or b"")))) == ("waiting", 3)
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
        (archive(table_csv=b"0" * 50_000_000), "found more than 0.000954 MB in it"),
        (b"PK\x03\x04 and nothing that follows", "a ZIP that cannot be read"),
        (archive(table_csv=b"a,b\n" * 90)[:-30], "a ZIP that cannot be read"),
    ],
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
