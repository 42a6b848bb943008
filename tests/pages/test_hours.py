"""How one is written to: by the link of a mail and signed in; looking changes nothing."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts import links
from alerts.models import MailSettings
from people.models import User
from r2p_dashboard import clock
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
HOURS = {"action": "save", "language": "fr", "time_zone": "Africa/Khartoum"}


def by_link(person: User) -> str:
    return f"/pause/{links.pause_token(person)}/"


def test_a_person_pauses_and_resumes_by_the_link_of_a_mail(client: Client) -> None:
    me = make.person()
    here = by_link(me)
    assert "Pause all mails" in client.get(here).text
    assert not MailSettings.objects.exists()

    page = client.post(here, {"action": "pause", "days": "30"}, follow=True)

    assert "Paused until" in page.text
    until = MailSettings.objects.get(person=me).paused_until
    assert until is not None
    assert (until - clock.now()).days in {29, 30}
    assert "Pause all mails" in client.post(here, {"action": "resume"}, follow=True).text


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_hours_and_language_are_kept_and_shown(client: Client, is_signed_in: bool) -> None:
    me = make.person()
    client.force_login(me)
    here = "/subscriptions/mail/" if is_signed_in else by_link(me)

    page = client.post(here, {**HOURS, "quiet_from": "22:00", "quiet_until": "06:30"}, follow=True).text

    for shown in ('value="fr" selected', 'value="Africa/Khartoum" selected', 'value="22:00"', 'value="06:30"'):
        assert shown in page
    client.post(here, {**HOURS, "quiet_from": "", "quiet_until": ""})
    assert MailSettings.objects.get(person=me).quiet_from is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"quiet_from": "22:00"}, "Found one time; wanted both, or none"),
        ({"quiet_from": "7:00", "quiet_until": "7:00"}, "Found quiet hours that end when they begin"),
        ({"time_zone": "x"}, "Found “x”, which is not in the list"),
        ({"action": "pause", "days": "4000"}, "Found “4000”, which is not in the list"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(client: Client, fields: dict[str, str], said: str) -> None:
    page = client.post(by_link(make.person()), HOURS | fields)

    assert (page.status_code, said in page.text) == (400, True)
    assert not MailSettings.objects.exists()


def test_a_link_of_another_purpose_or_of_nobody_opens_nothing(client: Client) -> None:
    person = make.person()
    for token in (
        links.manage_token(person),
        links.pause_token(person)[:-2],
        links.pause_token(make.person(is_active=False)),
    ):
        for page in (
            client.get(f"/pause/{token}/"),
            client.post(f"/pause/{token}/", {"action": "pause", "days": "30"}),
        ):
            assert (page.status_code, "This link opens nothing" in page.text) == (404, True)
    assert client.get(f"/subscriptions/by-link/{links.pause_token(person)}/").status_code == 404


def test_the_page_behind_the_link_is_not_kept_or_told_and_wants_its_forms_token(client: Client) -> None:
    here = by_link(make.person())
    page = client.get(here)

    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert Client(enforce_csrf_checks=True).post(here, {"action": "pause", "days": "30"}).status_code == 403


def test_the_page_costs_few_queries(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    here = by_link(make.person())
    with django_assert_max_num_queries(4):
        client.get(here)
