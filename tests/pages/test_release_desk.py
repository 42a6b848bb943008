"""The release desk, the page on which a draft is put in other words, and practice."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from alerts.desk.drafts import Words
from alerts.models import Alert
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts.desks import draft, edited
from tests.waiting import Bell

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def publisher(client: Client) -> User:
    user = make.person(Role.PUBLISHER, name="Pia Publisher")
    client.force_login(user)
    return user


def typed(row: Alert, **to: Any) -> dict[str, Any]:
    """The form as the page sends it."""
    words = Words.of(row)
    return words.as_kept() | {"seen": words.digest(), "reason": "Clearer so"} | to


def fresh(**fields: Any) -> Alert:
    """A draft that may be changed and released by the real clock."""
    now = dt.datetime.now(dt.UTC)
    return draft(**({"raised_at": now, "valid_until": now.date() + dt.timedelta(days=20)} | fields))


def test_the_desk_lists_the_highest_level_first_then_the_oldest(client: Client, publisher: User) -> None:
    low, old = draft(headline="Low"), draft(iso3="SDN", level=4, headline="High and old")
    new = draft(iso3="MLI", level=4, headline="High and new", supersedes=low)

    page = client.get("/alerts/desk/")

    assert [row.line.alert for row in page.context["drafts"]] == [old, new, low]
    assert f"takes the place of alert {low.pk}" in page.text
    assert "waits for" in page.text
    assert "its time is over" in page.text


def test_the_first_draft_is_the_first_link_of_the_content(client: Client, publisher: User) -> None:
    row = fresh()

    page = client.get("/alerts/desk/").text

    assert '<a class="skip" href="#main">' in page
    assert page.partition('<main id="main"')[2].partition("<a ")[2].startswith(f'href="{row.get_absolute_url()}"')


def test_an_empty_desk_says_so(client: Client, publisher: User) -> None:
    assert "No draft waits." in client.get("/alerts/desk/").text
    assert "Nothing was practised." in client.get("/alerts/practice/").text


def test_other_words_stand_on_the_page_with_the_words_before(client: Client, publisher: User) -> None:
    row = fresh(how_sure="Rather sure.")
    assert 'name="how_sure"' in client.get(f"/alerts/{row.pk}/edit/").text

    page = client.post(f"/alerts/{row.pk}/edit/", typed(row, how_sure="Very sure."), follow=True)

    assert page.redirect_chain == [(f"/alerts/{row.pk}/", 302)]
    assert "Very sure." in page.context["mail_text"]
    for said in ("words changed", "Pia Publisher", "Clearer so", "What stood before", "Rather sure."):
        assert said in page.text


def test_who_comes_second_sees_both_and_may_then_take_its_place(client: Client, publisher: User) -> None:
    row = fresh()
    mine = typed(row, how_sure="Mine is better.")
    edited(
        row, by=make.person(Role.PUBLISHER, name="Ann First"), how_sure="Ann wrote this.", valid_until=row.valid_until
    )

    page = client.post(f"/alerts/{row.pk}/edit/", mine)

    assert page.status_code == 409
    for said in ("changed by Ann First", "As it stands now", "Ann wrote this.", "Mine is better."):
        assert said in page.text
    again = client.post(f"/alerts/{row.pk}/edit/", mine | {"seen": page.context["seen"]})
    assert again.status_code == 302


def test_words_that_do_not_fit_are_said_and_kept(client: Client, publisher: User) -> None:
    row = fresh()

    page = client.post(f"/alerts/{row.pk}/edit/", typed(row, headline="a b c d e f g h i"))

    assert page.status_code == 409
    assert "found 9 words; wanted at most 8" in page.text
    assert 'value="a b c d e f g h i"' in page.text
    assert client.post(f"/alerts/{row.pk}/edit/", typed(row, valid_until="x", reason="")).status_code == 400


def test_what_was_released_meanwhile_keeps_its_words_and_what_was_typed(client: Client, publisher: User) -> None:
    row = fresh()
    client.post(f"/alerts/{row.pk}/release/", {"reason": "Two bodies"})

    page = client.post(f"/alerts/{row.pk}/edit/", typed(row, how_sure="Typed for nothing."))

    assert page.status_code == 409
    assert "its words stay as they are" in page.text
    assert "Typed for nothing." in page.text


def test_a_release_of_words_that_changed_meanwhile_shows_the_new_ones(client: Client, publisher: User) -> None:
    row = fresh()
    seen = client.get(f"/alerts/{row.pk}/").context["seen"]
    edited(row, how_sure="Changed meanwhile.")

    page = client.post(f"/alerts/{row.pk}/release/", {"reason": "Two bodies", "seen": seen})

    assert page.status_code == 409
    assert "Changed meanwhile." in page.text
    assert f'name="seen" value="{page.context["seen"]}"' in page.text


@pytest.mark.parametrize("by_setting", [True, False])
def test_practice_rings_nobody_and_says_so_on_every_page(
    client: Client, publisher: User, bell: Bell, settings: Settings, by_setting: bool,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    settings.ALERTS_DRY_RUN = by_setting
    row = fresh(headline="Only practised")
    how = {} if by_setting else {"as": "practice"}
    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(f"/alerts/{row.pk}/release/", {"reason": "To train us"} | how, follow=True)

    assert "Practice: this never went out." in page.text
    assert bell.rung == 0
    assert "Only practised" in client.get("/alerts/practice/").text
    for address in ("/alerts/", "/alerts/desk/", "/alerts/practice/", f"/alerts/{row.pk}/"):
        assert ("This installation practises." in client.get(address).text) is by_setting
    client.logout()
    assert (client.get(f"/alerts/{row.pk}/").status_code, "Only practised" in client.get("/alerts/").text) == (
        404,
        False,
    )


def test_old_scores_are_said_before_anybody_tries(client: Client, publisher: User, settings: Settings) -> None:
    row = fresh()
    settings.INSTALLATION_DAY = dt.date(2024, 7, 10)

    for address in ("/alerts/desk/", f"/alerts/{row.pk}/"):
        assert "Nothing can be released now:" in client.get(address).text


def test_names_in_the_log_are_for_staff(client: Client, publisher: User) -> None:
    row = fresh()
    client.post(f"/alerts/{row.pk}/release/", {"reason": "Spoke to two bodies"})
    client.logout()

    text = client.get(f"/alerts/{row.pk}/").text

    assert "<strong>released</strong> by a publisher" in text
    assert "Pia Publisher" not in text
    assert "Spoke to" not in text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_of_the_desk_do_not_grow(
    client: Client, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        draft()
    with django_assert_max_num_queries(10):
        client.get("/alerts/desk/")
    with django_assert_max_num_queries(9):
        client.get("/alerts/practice/")
