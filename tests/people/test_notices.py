"""Notices to staff: counted up while open, closed once, by somebody with a note."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from people import notices
from people.models import StaffNotice, User
from people.permissions import Role
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
LATER = make.NOW + dt.timedelta(hours=1)


def raised(at: dt.datetime = make.NOW, words: str = "found 1; wanted 2", subject: str = "method 12ab") -> StaffNotice:
    return notices.raise_notice(kind="scores-disagree", subject=subject, words=words, at=at)


def closed(by: User, note: str = "put right") -> StaffNotice:
    return notices.close_notice(notice_id=raised().pk, by=by, note=note, at=LATER)


def test_the_same_again_counts_up_and_says_the_latest_words() -> None:
    first, again = raised(), raised(LATER, "found 3; wanted 2")

    assert (first.pk, first.times) == (again.pk, 1)
    assert (again.times, again.words, again.raised_at, again.last_raised_at) == (
        2,
        "found 3; wanted 2",
        make.NOW,
        LATER,
    )


def test_another_subject_or_one_after_the_end_is_a_notice_of_its_own() -> None:
    raised(), raised(subject="method ffff"), closed(make.person(Role.ADMIN)), raised()

    assert (StaffNotice.objects.count(), notices.open_notices().count(), notices.closed_notices().count()) == (3, 2, 1)


def test_a_notice_is_closed_once_and_with_a_note() -> None:
    admin = make.person(Role.ADMIN)
    with pytest.raises(notices.ClosingError, match="found none; wanted what was done"):
        closed(admin, "  ")

    row = closed(admin)

    assert (row.closed_at, row.closed_by, row.closing_note) == (LATER, admin, "put right")
    with pytest.raises(notices.ClosingError, match="found none open"):
        notices.close_notice(notice_id=row.pk, by=admin, note="again", at=LATER)


def test_the_database_refuses_an_end_without_a_person() -> None:
    raised()

    with pytest.raises(IntegrityError), transaction.atomic():
        StaffNotice.objects.update(closed_at=LATER)


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.ADMIN])
def test_staff_see_notices_with_their_count_and_close_them(client: Client, role: Role) -> None:
    row = raised()
    client.force_login(make.person(role))
    page = client.get("/status/").text
    assert "Found 1; wanted 2" in page
    assert "notice to staff</span>" in page

    answer = client.post(f"/status/notices/{row.pk}/close/", {"note": "deployed the release before"}, follow=True)

    assert "is closed" in answer.text
    assert "deployed the release before" in answer.text
    assert "None is open." in answer.text


def test_an_empty_note_is_refused_on_the_page(client: Client) -> None:
    row = raised()
    client.force_login(make.person(Role.ADMIN))

    answer = client.post(f"/status/notices/{row.pk}/close/", {"note": ""}, follow=True)

    assert "Not closed. Note: found none; wanted what was done about it." in answer.text


def test_a_note_that_the_database_cannot_hold_is_refused_on_the_page(client: Client) -> None:
    row = raised()
    client.force_login(make.person(Role.ADMIN))

    answer = client.post(f"/status/notices/{row.pk}/close/", {"note": "put\x00right"}, follow=True)

    assert "Not closed. Note: found a character that is none (0x00); wanted text." in answer.text
    missing = client.post(f"/status/notices/{10**30}/close/", {"note": "x"}, follow=True)
    assert "found none open" in missing.text


@pytest.mark.parametrize("role", [None, Role.READER, Role.CODER, Role.REVIEWER])
def test_others_neither_see_nor_close_them(client: Client, role: Role | None) -> None:
    row = raised()
    if role:
        client.force_login(make.person(role))

    assert "Notices to staff" not in client.get("/status/").text
    assert client.post(f"/status/notices/{row.pk}/close/", {"note": "x"}).status_code in {302, 403}
    assert notices.open_notices().exists()
