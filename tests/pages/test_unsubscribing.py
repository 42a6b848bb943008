"""One-click unsubscribing, by a mail program and by hand, and the signed pages in a real browser."""

import datetime as dt
import http.client
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from alerts import links, messages
from alerts.models import Endpoint, Subscription
from alerts.subscriptions import subscribing
from people.models import User
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")


def by_link(person: User) -> str:
    return f"/subscriptions/by-link/{links.manage_token(person)}/"


def stop(person: User) -> str:
    return f"/unsubscribe/{links.unsubscribe_token(person)}/"


def in_force(person: User) -> list[str]:
    rules = Subscription.objects.filter(person=person, ended_at=None).order_by("pk")
    return [subscribing.describe(rule) for rule in rules]


@pytest.mark.django_db(transaction=True)
def test_a_mail_program_unsubscribes_by_one_post_as_rfc_8058_has_it(
    live_server: LiveServer, settings: Settings
) -> None:
    """No cookie, no referrer, no CSRF token; to the address in the header, with the words of the other header."""
    settings.SITE_URL = live_server.url
    row = outbox.delivery()
    mail = messages.mail_for(row)
    address = urlsplit(str(mail["List-Unsubscribe"]).strip("<>"))
    for _ in range(2):
        line = http.client.HTTPConnection(str(address.hostname), address.port or 80, timeout=10)
        line.request(
            "POST", address.path, body=str(mail["List-Unsubscribe-Post"]),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        answer = line.getresponse()
        assert (answer.status, answer.getheader("Location")) == (200, None)
        line.close()

    assert in_force(row.person) == []
    row.refresh_from_db()
    assert outbox.asking(row).ended_how == subscribing.UNSUBSCRIBED


def test_a_one_click_post_may_come_as_a_multipart_form(client: Client) -> None:
    rule = outbox.subscription()

    assert client.post(stop(rule.person), {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert in_force(rule.person) == []


def test_the_page_offers_to_take_up_again_what_it_ended(client: Client) -> None:
    person = make.person()
    old = outbox.subscription(person, least_level=5)
    subscribing.end(subscription_id=old.pk, how="long ago", by=None, at=make.NOW - dt.timedelta(days=9))
    outbox.subscription(person)
    here = stop(person)

    assert "Stop all mails?" in client.get(here).text
    assert "Resume the rule that ended" in client.post(here, {"action": "end"}).text
    assert "Resume the rule that ended" in client.post(here, {"action": "end"}).text
    assert "You get mails again" in client.post(here, {"action": "resume"}).text
    assert in_force(person) == ["alerts about every country from ELEVATED on"]


def test_one_click_ends_mails_alone_and_the_page_says_where_webhooks_end(client: Client) -> None:
    rule = outbox.subscription()
    machine = Endpoint.objects.create(
        owner=rule.person, name="Room", url="https://x.test.example/", created_at=make.NOW
    )
    outbox.subscription(rule.person, channel="webhook", endpoint=machine)

    answer = client.post(stop(rule.person), {"List-Unsubscribe": "One-Click"}).text

    assert in_force(rule.person) == ["alerts about every country from ELEVATED on, to a webhook"]
    assert "no mail goes out to you any more" in answer
    assert (
        'Your webhooks go on: by 1 rule alerts are posted to a machine of yours. End them at <a href="/webhooks/">'
        in answer
    )
    assert "Resume the rule that ended" in answer


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_signed_pages_work_in_a_real_browser(live_server: LiveServer, chromium: Browser) -> None:
    """A browser sends forms as from nowhere where the page's referrer policy is too strict; Django refuses those."""
    person = outbox.subscription().person
    page = chromium.new_page(viewport={"width": 360, "height": 640})
    page.goto(f"{live_server.url}{by_link(person)}")
    page.get_by_text("Africa", exact=True).click()
    page.get_by_label("Sudan", exact=True).check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Save").click()
    assert "Saved." in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.goto(f"{live_server.url}{stop(person)}")
    page.get_by_role("button", name="Stop all mails").click()
    assert "You get no mails" in page.inner_text("main")
    assert in_force(person) == []
    page.close()
