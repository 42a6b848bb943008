"""The desk by keyboard: the document over the queue, the same event, reasons by number, passages, claims."""

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence, PassageClaim, Suggestion
from people.models import User
from people.permissions import Role
from tests import make
from tests.browser.test_suggestions import current, expect_card, open_queue, state
from tests.suggested import report_of, suggestion

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("reference", "no_worker")]


def test_the_document_opens_over_the_queue_and_the_same_key_leads_back(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    row = suggestion(make.passage(make.report(text="Before it. The passage. After it."), text="The passage."))
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, row)

    for closing in ("d", "Escape"):
        page.keyboard.press("d")
        expect(page.locator("dialog .whole #here")).to_be_in_viewport()
        page.keyboard.press("a")
        page.keyboard.press(closing)
        expect(page.locator("dialog")).not_to_be_visible()
    assert state(row) == "waiting", "keys decide nothing under the document"


def test_the_same_event_is_named_by_a_key(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    make.accepted(event_key="near", event_on=dt.date(2024, 5, 18), coder=people[Role.CODER], by=people[Role.ADMIN])
    row = suggestion()
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, row)

    page.keyboard.press("m")
    expect(current(page).get_by_label("Same event as")).to_be_focused()
    current(page).get_by_label("Same event as").select_option("near")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_text("No suggestion waits for a decision")).to_be_visible()
    assert Evidence.objects.latest("pk").event_key == "near"


def test_a_reason_has_a_number(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second = report_of(2)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, first)

    page.keyboard.press("r")
    expect(current(page).get_by_role("button", name="Not about this indicator", exact=True)).to_be_focused()
    page.keyboard.press("4")
    expect_card(page, second)
    assert first.decisions.get().reason == "wrong country"


def test_passages_both_ways_and_the_address_goes_along(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    rows = report_of(6, per_passage=2)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, rows[0])

    for key, row in (("n", rows[2]), ("n", rows[4]), ("p", rows[2])):
        page.keyboard.press(key)
        expect_card(page, row)
    page.reload()
    expect_card(page, rows[2])
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Correct language and countries")).to_be_visible()
    page.get_by_role("link", name="Back", exact=True).click()
    expect_card(page, rows[2])


def test_two_people_work_on_two_passages_and_one_takes_the_others_over(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, _, second, _ = report_of(4, per_passage=2)
    one, other = open_page(), open_page()
    open_queue(one, live_server.url, people[Role.PUBLISHER])
    open_queue(other, live_server.url, people[Role.REVIEWER])
    expect_card(one, first)
    expect_card(other, second)

    other.goto(f"{live_server.url}/suggestions/?item={first.pk}")
    expect(other.get_by_text(f"{people[Role.PUBLISHER].name} has this passage in front of them")).to_be_visible()
    other.get_by_role("button", name="Take it over").click()
    expect(other.get_by_text("Taken over")).to_be_visible()
    assert PassageClaim.objects.get(passage=first.passage_id).by == people[Role.REVIEWER]
    assert Suggestion.objects.waiting().count() == 4
