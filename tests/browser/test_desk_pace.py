"""The desk shows the next card before the answer has come: nothing is told as done, lost, or decided twice by that."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Suggestion, SuggestionDecision
from people.models import User
from people.permissions import Role
from tests.browser.test_suggestions import current, expect_card, open_queue, state
from tests.suggested import report_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("reference", "no_worker")]
MOMENT = 300  # ms: longer than a double press takes


def open_ahead(page: Page, site: str, person: User, row: Suggestion, query: str = "") -> list[Route]:
    """The queue at `row` with its next page fetched; what is posted from then on waits in the list."""
    posted: list[Route] = []
    page.route("**/accept/**", lambda route: posted.append(route))
    with page.expect_response(lambda answer: answer.request.headers.get("x-queue") == "ahead"):
        open_queue(page, site, person, query)
    expect_card(page, row)
    page.wait_for_timeout(MOMENT)
    return posted


def expect_shown(page: Page, row: Suggestion) -> None:
    """That the card stands while the decision before it is on its way."""
    expect(page.locator(f".card[aria-current]#suggestion-{row.pk}")).to_be_visible()
    expect(page.locator(".last-sending")).to_contain_text("Saving 7.14 for Myanmar")


def test_the_next_card_comes_before_the_answer_and_nothing_is_told_as_done(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, third = report_of(3)
    page = open_page()
    posted = open_ahead(page, live_server.url, people[Role.REVIEWER], first)

    page.keyboard.press("a")
    expect_shown(page, second)
    expect(page.get_by_text("Accepted:")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert state(first) == "waiting"

    page.wait_for_timeout(MOMENT)
    page.keyboard.press("a")  # held until the first is answered
    assert len(posted) == 1
    with page.expect_request("**/accept/**"):  # which on a busy machine takes longer than a moment
        posted[0].continue_()
    page.wait_for_timeout(MOMENT)
    posted[1].continue_()
    expect_card(page, third)
    expect(page.get_by_text("Your last 2 decisions")).to_be_visible()
    assert [state(row) for row in (first, second, third)] == ["accepted", "accepted", "waiting"]


def test_what_was_opened_meanwhile_stays_open(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, _ = report_of(3)
    page = open_page()
    posted = open_ahead(page, live_server.url, people[Role.REVIEWER], first)

    page.keyboard.press("a")
    expect_shown(page, second)
    page.keyboard.press("c")
    current(page).get_by_label("Group at risk").fill("a made-up group")
    posted[0].continue_()
    expect_card(page, second)
    expect(current(page).get_by_label("Group at risk")).to_be_focused()
    expect(current(page).get_by_label("Group at risk")).to_have_value("a made-up group")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect_card(page, first)
    assert state(first) == "waiting"


@pytest.mark.parametrize("how", ["abort", "server"])
def test_a_decision_that_fails_comes_back_and_is_told(
    how: str, live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, _ = report_of(3)
    page = open_page(may_fail=True)
    posted = open_ahead(page, live_server.url, people[Role.REVIEWER], first, "?country=MMR")

    page.keyboard.press("a")
    expect_shown(page, second)
    posted[0].abort() if how == "abort" else posted[0].fulfill(status=500, body="<main>Broken</main>")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("not known whether this was saved")
    expect(page.locator(".last-sending")).to_have_count(0)
    alert.get_by_role("link", name="Look at 7.14 for Myanmar again").click()
    expect_card(page, first)
    assert state(first) == "waiting"
    assert "country=MMR" in page.url


def test_a_double_press_decides_one_and_says_so(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, _ = report_of(3)
    page = open_page()
    open_ahead(page, live_server.url, people[Role.REVIEWER], first)
    page.unroute("**/accept/**")

    page.evaluate("""() => { for (const one of [1, 2])
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "a", bubbles: true})); }""")
    expect(page.get_by_text("it counted once")).to_be_visible()
    expect_card(page, second)
    assert [state(first), state(second), SuggestionDecision.objects.count()] == ["accepted", "waiting", 1]


def test_a_refusal_takes_the_place_of_the_card_that_was_shown(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, _ = report_of(3)
    page = open_page(may_fail=True)
    posted = open_ahead(page, live_server.url, people[Role.REVIEWER], first)
    current(page).get_by_label("Happened").fill("1850-01-01")
    page.keyboard.press("Escape")

    page.keyboard.press("a")
    expect_shown(page, second)
    posted[0].continue_()
    expect_card(page, first)
    expect(page.get_by_text("wanted a day from").first).to_be_visible()
    assert [state(first), state(second)] == ["waiting", "waiting"]
