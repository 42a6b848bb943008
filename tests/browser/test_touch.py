"""What is pressed on a phone is high enough for a finger, and lies within the screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from alerts import links
from people.models import User
from people.permissions import Role
from tests.alerts import given, outbox
from tests.browser.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("reference")]

SMALLEST = 44  # px, of a finger's target
STAFF = (
    "/alerts/desk/", "/alerts/{draft}/", "/alerts/{draft}/edit/", "/alerts/{draft}/mail/", "/alerts/{sent}/withdraw/",
    "/alerts/{sent}/correct/", "/outbox/", "/outbox/?state=refused", "/signals/", "/alerts/numbers/", "/ledger/",
    "/offices/", "/offices/{office}/", "/offices/{office}/edit/", "/offices/new/", "/duties/", "/subscriptions/",
    "/subscriptions/new/", "/subscriptions/mail/", "/webhooks/", "/situations/new/", "/levers/", "/levers/new/",
    "/responses/new/?alert={sent}",
)  # fmt: skip
TOO_SMALL = """smallest => [...document.querySelectorAll(
    "main :is(button, select, textarea, summary, .button, .alone), main label:has(> input), "
    + "main input:not([type=hidden], [type=checkbox], [type=radio]), "
    + "main .states a"
)].filter(one => one.checkVisibility() && one.getBoundingClientRect().height > 0)
  .filter(one => one.getBoundingClientRect().height < smallest - 0.5)
  .map(one => `${one.tagName} ${(one.name || one.textContent).trim().slice(0, 40)}`)"""


def _small(page: Page, addresses: list[str]) -> dict[str, list[str]]:
    found = {}
    for address in addresses:
        page.goto(address)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 360, address
        if small := page.evaluate(TOO_SMALL, SMALLEST):
            found[address] = small
    return found


def test_pages_behind_the_links_of_a_mail_are_made_for_a_finger(
    live_server: LiveServer, transactional_db: None, open_page: Callable[..., Page]
) -> None:
    (person,) = given.focal_points(1)
    given.office(person)
    mail = given.took(outbox.alert(headline="Synthetic reason"), person)
    answer = f"/answer/{links.answer_token(mail)}/"
    pages = {
        "answer": answer, "decision": f"{answer}decision/", "false alarm": f"{answer}false-alarm/",
        "pause": f"/pause/{links.pause_token(person)}/",
        "rules": f"/subscriptions/by-link/{links.manage_token(person)}/",
        "unsubscribe": f"/unsubscribe/{links.unsubscribe_token(person)}/",
    }  # fmt: skip

    assert _small(open_page(width=360), [f"{live_server.url}{one}" for one in pages.values()]) == {}


def test_pages_of_the_desk_are_made_for_a_finger(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    page = open_page(width=360)
    sign_in(page, live_server.url, people[Role.PUBLISHER])
    office = given.office(people[Role.PUBLISHER])
    sent, draft = outbox.alert(), outbox.alert(state="draft")
    made = {"sent": sent.pk, "draft": draft.pk, "office": office.pk}

    assert _small(page, [f"{live_server.url}{one.format(**made)}" for one in STAFF]) == {}
