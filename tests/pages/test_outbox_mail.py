"""One mail of the outbox: as it is read, able to do nothing, whatever brought it."""

import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage
from pytest_django.live_server_helper import LiveServer

from alerts import links, messages
from alerts.models import Alert, Delivery
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.make import NOW

pytestmark = pytest.mark.usefixtures("reference")
State = Delivery.State
ENDED: dict[str, Any] = {"next_try_at": None, "finished_at": NOW}
REFUSED: dict[str, Any] = {"state": State.REFUSED, "reply_code": 550, "reply_text": "5.1.1 unknown", **ENDED}
SENT: dict[str, Any] = {"state": State.SENT, "reply_code": 250, "message_id": "<one@test.example>", **ENDED}
HOSTILE = b"""From: a@test.example
To: b@test.example
Subject: <script>alert(1)</script>
List-Unsubscribe: <http://localhost:8000/unsubscribe/NOBODYS-KEY/>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body onload="alert(1)"><script>alert(2)</script><p style="color:red">Kept</p>
<a href="javascript:alert(3)">a</a><a href="http://localhost:8000/unsubscribe/NOBODYS-KEY/">b</a>
<img src="http://out.test.example/x.png"><form action="/outbox/retry/"><button>c</button></form>
<iframe src="/"></iframe><svg onload="alert(4)"></svg><meta http-equiv="refresh" content="0;url=/">
http://localhost:8000/subscriptions/by-link/NOBODYS-KEY/</body></html>
"""


@pytest.fixture
def publisher(client: Client) -> User:
    person = make.person(Role.PUBLISHER)
    client.force_login(person)
    return person


def written(row: Delivery) -> Delivery:
    """As the sender keeps it."""
    row.message = messages.mail_for(row).as_bytes()
    row.save(update_fields=["message"])
    return row


@pytest.mark.parametrize("is_written", [False, True])
def test_a_mail_is_shown_as_it_is_read_and_without_the_persons_keys(
    client: Client, publisher: User, is_written: bool
) -> None:
    row = outbox.delivery()
    if is_written:
        written(row)
    page, mail = client.get(f"/outbox/{row.pk}/").text, client.get(f"/outbox/{row.pk}/mail.html").text

    assert ("has not been written yet" in page) != is_written
    for name in ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe"):
        assert f"<dt>{name}</dt>" in page
    assert "WHAT CHANGED" in page
    assert "What changed" in mail
    assert "/unsubscribe/[hidden]/" in page
    for shown in (page, mail):
        assert links.person_of_unsubscribe(links.unsubscribe_token(row.person)) == row.person
        assert not re.search(r"/(unsubscribe|by-link)/(?!\[hidden\])", shown)
        assert links.unsubscribe_token(row.person) not in shown
    assert "href" not in mail


def test_the_page_of_the_mail_alone_may_do_nothing_and_only_it_may_be_framed(client: Client, publisher: User) -> None:
    row = written(outbox.delivery())

    mail, page = client.get(f"/outbox/{row.pk}/mail.html"), client.get(f"/outbox/{row.pk}/")

    said = {part.strip() for part in mail.headers["Content-Security-Policy"].split(";")}
    assert said == {
        "default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'", "form-action 'none'",
        "frame-ancestors 'self'", "sandbox", "img-src data:",
    }  # fmt: skip
    assert (mail.headers["X-Frame-Options"], page.headers["X-Frame-Options"]) == ("SAMEORIGIN", "DENY")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert '<iframe sandbox=""' in page.text


def test_a_hostile_mail_stays_inert(client: Client, publisher: User) -> None:
    row = outbox.delivery(message=HOSTILE)
    mail, page = client.get(f"/outbox/{row.pk}/mail.html").text, client.get(f"/outbox/{row.pk}/").text

    assert '<p style="color:red">Kept</p>' in mail
    for gone in ("<script", "onload", "href", "<img", "<form", "<iframe", "<svg", "http-equiv", "NOBODYS-KEY"):
        assert gone not in mail
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "NOBODYS-KEY" not in page


@pytest.mark.parametrize("stored", [b"", b"\xff\x00", b"Content-Type: text/html; charset=none\n\n<p>x", b"To: <\n\nx"])
def test_a_broken_mail_never_breaks_its_page(client: Client, publisher: User, stored: bytes) -> None:
    row = outbox.delivery(message=stored)

    assert client.get(f"/outbox/{row.pk}/").status_code == 200
    assert client.get(f"/outbox/{row.pk}/mail.html").status_code in {200, 404}


@pytest.mark.parametrize(
    ("purpose", "said"),
    [
        ("passed_on", "somebody passed it on"), ("reminder", "a reminder to answer"),
        ("escalation", "somebody before did not answer"), ("alert", "it goes to whoever got the alert"),
        ("digest", "it goes to whoever got the alert"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", Alert.Kind.values)
def test_a_mail_that_no_rule_brought_says_what_did(
    client: Client, publisher: User, purpose: str, said: str, kind: str
) -> None:
    about: dict[str, Any] = {"corrects": outbox.alert()} if kind in Alert.LETTERS else {}
    row = outbox.delivery(outbox.alert(kind=kind, **about), subscription=None, purpose=purpose)

    for stored in (row, written(row)):
        page, mail = client.get(f"/outbox/{stored.pk}/"), client.get(f"/outbox/{stored.pk}/mail.html")
        assert (page.status_code, mail.status_code) == (200, 200)
        assert f"<dt>By no rule</dt><dd>{said}" in page.text
        assert "Rule " not in page.text


def test_a_mail_that_cannot_be_written_says_why(client: Client, publisher: User) -> None:
    row = outbox.delivery(outbox.alert(state="draft"))

    page = client.get(f"/outbox/{row.pk}/").text

    assert "This mail cannot be shown." in page
    assert f"Alert {row.alert_id} is waiting for release; wanted a released one." in page
    assert "<iframe" not in page
    assert client.get(f"/outbox/{row.pk}/mail.html").status_code == 404


def is_trouble(said: ConsoleMessage) -> bool:
    """The browser's own complaints; that the frame lets no script in is as it should be."""
    return said.type == "error" and "Blocked script execution" not in said.text


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_in_a_real_browser_the_mail_is_read_in_its_frame_and_the_list_follows(
    live_server: LiveServer, chromium: Browser, client: Client, publisher: User
) -> None:
    refused, row = written(outbox.delivery(**REFUSED)), outbox.delivery()
    context = chromium.new_context(viewport={"width": 360, "height": 640}, base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if is_trouble(said) else None)

    page.goto(f"/outbox/{refused.pk}/")
    frame = page.frame_locator("iframe").locator("body")
    frame.get_by_text("Unsubscribe", exact=True).click()  # leads nowhere
    assert "What changed" in frame.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.clock.install()
    page.goto("/outbox/")
    page.get_by_label(f"Select mail {refused.pk}").check()
    Delivery.objects.filter(pk=row.pk).update(state=State.CANCELLED, **ENDED)
    page.clock.run_for(6000)
    page.get_by_text("Cancelled: it need not go any more", exact=True).wait_for()
    assert page.get_by_label(f"Select mail {refused.pk}").is_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert troubles == []
    context.close()
