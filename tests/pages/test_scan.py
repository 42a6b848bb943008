"""A scan beside the words that are typed of it: shown to those who may, and never able to run as our page."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from people.models import User
from people.permissions import Role, Sensitivity
from reports.models import CustodyEntry, Report
from reports.readers.pictures import PICTURES_MAX, jpegs
from tests import make
from tests.reports.documents import jpeg, scanned

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def coder(client: Client) -> User:
    person = make.person(Role.CODER)
    client.force_login(person)
    return person


def scan(pictures: int = 2, **fields: object) -> Report:
    return make.report(is_unread=True, bytes=scanned(pictures), title="A made-up scan", **fields)


def test_the_page_for_typing_shows_the_scan_and_opens_it_beside(client: Client, coder: User) -> None:
    row = scan()
    page = client.get(f"/reports/{row.pk}/type/").text

    assert page.count('<img src="/reports/') == 2
    assert f'<img src="/reports/{row.pk}/scan/1/" alt="Picture 1 of the scan' in page
    assert f'action="/reports/{row.pk}/scan/" target="_blank"' in page


def test_a_scan_whose_pictures_no_browser_shows_says_so(client: Client, coder: User) -> None:
    assert "of a kind that no browser shows" in client.get(f"/reports/{scan(0).pk}/type/").text


def test_a_picture_comes_as_one_and_as_nothing_else(client: Client, coder: User) -> None:
    row = scan()
    answer = client.get(f"/reports/{row.pk}/scan/2/")

    assert (answer.content, answer["Content-Type"]) == (jpeg(1), "image/jpeg")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]
    assert [client.get(f"/reports/{row.pk}/scan/{number}/").status_code for number in (0, 3)] == [404, 404]


def test_the_whole_scan_opens_as_pdf_and_who_took_it_is_written_down(client: Client, coder: User) -> None:
    row = scan()
    answer = client.post(f"/reports/{row.pk}/scan/")

    assert (answer.content, answer["Content-Type"]) == (scanned(2), "application/pdf")
    assert answer["Content-Disposition"] == f'inline; filename="report-{row.pk}.pdf"'
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert CustodyEntry.objects.get(report=row, deed=CustodyEntry.Deed.HANDED_OUT).by == coder


def test_what_is_no_pdf_is_kept_and_not_shown(client: Client, coder: User) -> None:
    row = make.report(is_unread=True, bytes=b"<html><script>alert(1)</script>")
    answer = client.post(f"/reports/{row.pk}/scan/")

    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("sensitivity", list(Sensitivity))
def test_it_is_seen_by_those_who_may_see_the_report(
    client: Client, role: Role | None, sensitivity: Sensitivity
) -> None:
    row = scan(sensitivity=sensitivity)
    if role is not None:
        client.force_login(make.person(role))
    answers = [client.get(f"/reports/{row.pk}/scan/1/"), client.post(f"/reports/{row.pk}/scan/")]

    cleared = sensitivity < Sensitivity.STRICTLY_CONFIDENTIAL or role in {Role.PUBLISHER, Role.ADMIN}
    staff = role in {Role.CODER, Role.REVIEWER, Role.PUBLISHER, Role.ADMIN}
    wanted = 302 if role is None else 403 if not staff else 200 if cleared else 404
    assert {answer.status_code for answer in answers} == {wanted}


def test_what_a_machine_has_read_is_not_shown_so(client: Client, coder: User) -> None:
    row = make.report(bytes=scanned())
    assert client.get(f"/reports/{row.pk}/scan/1/").status_code == 404
    assert client.post(f"/reports/{row.pk}/scan/").status_code == 404


@pytest.mark.parametrize("pictures", [3, 30])
def test_it_needs_few_queries(
    client: Client, coder: User, pictures: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = scan(pictures)
    with django_assert_max_num_queries(6):
        client.get(f"/reports/{row.pk}/type/")
    with django_assert_max_num_queries(4):
        client.get(f"/reports/{row.pk}/scan/1/")


HOSTILE = {
    "never ends": b"stream\n\xff\xd8\xff" + b"x" * 9_000,
    "ends outside": b"stream\n\xff\xd8\xff" + b"x" * 9_000 + b"endstream\xff\xd9",
    "many beginnings": b"stream\n\xff\xd8\xff" * 200_000,
    "tiny": b"stream\n\xff\xd8\xff\xff\xd9endstream" * 1_000,
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_bytes_that_only_begin_as_pictures_are_none(hostile: str) -> None:
    assert jpegs(HOSTILE[hostile]) == []


def test_no_more_pictures_are_looked_for_than_a_person_types() -> None:
    assert len(jpegs(scanned(PICTURES_MAX + 20))) == PICTURES_MAX
