"""The pages on which an alert is withdrawn or corrected, and how its own page says so."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from alerts.desk.drafts import Words
from alerts.models import Alert
from alerts.views.ledger import ENTRIES
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.alerts.test_taking_back import SENT, corrected, withdrawn
from tests.waiting import Bell

pytestmark = pytest.mark.usefixtures("reference")
WITHDRAW = {"wrong": "The date was wrong", "reason": "A body wrote to us", "is_sure": "on"}


@pytest.fixture
def publisher(client: Client) -> User:
    user = make.person(Role.PUBLISHER, name="Pia Publisher")
    client.force_login(user)
    return user


def typed(row: Alert, **to: Any) -> dict[str, Any]:
    until = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)
    given = {"wrong": "The place was wrong", "reason": "A body wrote", "last": 0, "valid_until": str(until)}
    return Words.of(row).as_kept() | given | to


def test_withdrawing_rings_and_both_pages_say_so(
    client: Client, publisher: User, bell: Bell, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    row = outbox.alert()
    outbox.delivery(row, **SENT)
    assert "1 person got it" in client.get(f"/alerts/{row.pk}/withdraw/").text

    with django_capture_on_commit_callbacks(execute=True):
        page = client.post(f"/alerts/{row.pk}/withdraw/", WITHDRAW, follow=True)
    client.logout()
    former = client.get(f"/alerts/{row.pk}/").text

    made = Alert.objects.get(corrects=row)
    assert bell.rung == 1
    assert f'This is about <a href="/alerts/{row.pk}/">' in page.text
    for said in ("<strong>Withdrawn</strong>", f'href="/alerts/{made.pk}/"', "What was wrong: The date was wrong."):
        assert said in former
    assert "Pia Publisher" not in former
    assert ">withdrawn <" in client.get("/alerts/").text


def test_a_withdrawal_is_confirmed_and_happens_once(client: Client, publisher: User) -> None:
    row = outbox.alert()

    unsure = client.post(f"/alerts/{row.pk}/withdraw/", WITHDRAW | {"is_sure": ""})
    first, second = (client.post(f"/alerts/{row.pk}/withdraw/", WITHDRAW) for _ in range(2))

    assert (unsure.status_code, first.status_code, second.status_code) == (400, 302, 409)
    assert "Found the box not ticked" in unsure.text
    assert "found it withdrawn already" in second.text
    assert Alert.objects.filter(corrects=row).count() == 1


def test_correcting_happens_once_and_stands_on_the_alerts_page(client: Client, publisher: User) -> None:
    row = outbox.alert()
    assert 'name="wrong"' in client.get(f"/alerts/{row.pk}/correct/").text

    first, second = (
        client.post(f"/alerts/{row.pk}/correct/", typed(row, what_changed="It was elsewhere.")) for _ in range(2)
    )

    made = Alert.objects.get(corrects=row)
    assert (first.status_code, second.status_code) == (302, 409)
    assert f'<a href="/alerts/{made.pk}/">Alert {made.pk}</a> is about this one already' in second.text
    assert "Right is: It was elsewhere." in client.get(f"/alerts/{row.pk}/").text


@pytest.mark.parametrize("count", [1, 5])
def test_lists_say_that_an_alert_was_corrected_and_lead_to_the_last_correction(
    client: Client, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    rows = [outbox.alert() for _ in range(count)]
    last = [[corrected(row), corrected(row)][-1] for row in rows]

    for address in ("/alerts/", f"/situations/{rows[0].situation.slug}/", "/countries/MMR/"):
        with django_assert_max_num_queries(40):
            found = client.get(address).text
        shown = last[-ENTRIES:] if address == "/countries/MMR/" else last
        for one in shown:
            assert f'<a class="tag nowrap" href="/alerts/{one.pk}/">corrected <time' in found
    assert ">corrected <" not in client.get("/countries/MMR/?as_of=2024-06-30&known_on=2024-06-30").text


def test_a_correction_that_does_not_fit_is_said_and_kept(client: Client, publisher: User) -> None:
    row = outbox.alert()

    page = client.post(f"/alerts/{row.pk}/correct/", typed(row, headline="a b c d e f g h i"))
    short = client.post(f"/alerts/{row.pk}/correct/", typed(row, wrong=""))

    assert (page.status_code, short.status_code) == (409, 400)
    assert "The place was wrong</textarea>" in page.text


@pytest.mark.parametrize("fields", [{"state": "draft"}, {"is_dry_run": True}])
def test_what_never_went_out_has_nothing_to_take_back(client: Client, publisher: User, fields: dict[str, Any]) -> None:
    row = outbox.alert(**fields)

    assert "wanted an alert that went out" in client.get(f"/alerts/{row.pk}/withdraw/").text
    assert "wanted an alert that went out" in client.get(f"/alerts/{row.pk}/correct/").text
    assert "Withdraw it" not in client.get(f"/alerts/{row.pk}/").text


def test_a_withdrawal_itself_leads_to_its_alert(client: Client, publisher: User) -> None:
    row = outbox.alert()
    made = withdrawn(row)

    assert f'href="/alerts/{row.pk}/correct/"' in client.get(f"/alerts/{made.pk}/correct/").text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_of_the_pages_do_not_grow(
    client: Client, publisher: User, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    row = outbox.alert()
    for _ in range(count):
        outbox.delivery(row, **SENT)
    for address in ("withdraw", "correct"):
        with django_assert_max_num_queries(13):
            client.get(f"/alerts/{row.pk}/{address}/")


def test_the_page_of_a_correction_says_that_its_alert_was_withdrawn_or_superseded_and_what_came_later(
    client: Client,
) -> None:
    row, lower = outbox.alert(), outbox.alert(iso3="SDN")
    first, other = corrected(row), corrected(lower)
    taken_back = withdrawn(row)
    again = corrected(row)
    higher = outbox.alert(iso3="SDN", supersedes=lower)

    page = client.get(f"/alerts/{first.pk}/").text
    for said in ("<strong>Withdrawn</strong>", f"/alerts/{taken_back.pk}/", f"/alerts/{again.pk}/"):
        assert said in page
    assert "<strong>Withdrawn</strong>" not in client.get(f"/alerts/{again.pk}/").text
    assert f'took its place: <a href="/alerts/{higher.pk}/">' in client.get(f"/alerts/{other.pk}/").text
    assert client.get("/alerts/?country=MMR").text.count(">withdrawn <") == 2
