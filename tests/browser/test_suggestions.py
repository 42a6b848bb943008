"""The queue of suggestions by keyboard, with real keys in a real browser; and two people at it at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence, Suggestion, SuggestionDecision
from people.models import User
from people.permissions import Role
from tests.browser.conftest import sign_in
from tests.browser.keys import press
from tests.suggested import report_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("reference", "no_worker")]


def current(page: Page) -> Locator:
    return page.locator(".card[aria-current]")


def expect_card(page: Page, row: Suggestion, *, has_keys: bool = True) -> None:
    """That this card is the current one, nothing is on its way, and, where keys are on, that the page listens."""
    expect(page.locator(f".card[aria-current]#suggestion-{row.pk}")).to_be_visible()
    expect(page.locator(".last-sending")).to_have_count(0)
    if has_keys:
        expect(page.locator("body.has-keys")).to_be_visible()


def state(row: Suggestion) -> str:
    row.refresh_from_db()
    return row.state


def open_queue(page: Page, site: str, person: User, query: str = "") -> None:
    sign_in(page, site, person)
    page.goto(f"{site}/suggestions/{query}")


def reject(page: Page) -> None:
    """By its key, pressed twice: the first shows the reasons."""
    page.keyboard.press("r")
    expect(current(page).get_by_role("button", name="Not about this indicator", exact=True)).to_be_focused()
    page.keyboard.press("r")


def test_accept_change_reject_and_undo_by_keyboard(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, third, fourth = report_of(4, per_passage=4)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, first)

    page.keyboard.press("a")
    expect_card(page, second)
    change_severity(page)
    press(page, "a")
    expect_card(page, third)
    assert [Evidence.objects.latest("pk").severity, state(first), state(second)] == [4, "accepted", "changed"]
    reject(page)
    expect_card(page, fourth)
    assert (state(third), third.decisions.get().reason) == ("rejected", "not about this indicator")

    for row in (third, second):
        press(page, "u")
        expect_card(page, row)
    assert [state(row) for row in (second, third, fourth)] == ["waiting"] * 3
    assert list(Evidence.objects.order_by("pk").values_list("status", flat=True)) == ["accepted", "rejected"], (
        "not yet read twice"
    )


def change_severity(page: Page) -> None:
    """Opens the fields, leaves the first of them, sets severity 4 by its key."""
    page.keyboard.press("c")
    expect(current(page).get_by_label("Indicator", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    expect(current(page).get_by_role("button", name="Accept as changed")).to_be_visible()


def test_keys_walk_and_skip(live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]) -> None:
    first, second, third, *_ = report_of(6)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, first)

    for key, row in (("s", second), ("j", third), ("ArrowUp", second), ("ArrowDown", third)):
        page.keyboard.press(key)
        expect_card(page, row)


def test_a_slip_of_the_rejecting_key_records_no_reason(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second = report_of(2)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, first)
    reasons = current(page).locator(".card-why")

    page.keyboard.press("r")
    expect(reasons.get_by_role("button", name="Not about this indicator", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(reasons).not_to_have_attribute("open", "")
    assert not SuggestionDecision.objects.exists()

    page.keyboard.press("r")
    page.keyboard.press("Tab")
    page.keyboard.press("r")  # with the reason in focus, which is the second now
    expect_card(page, second)
    assert first.decisions.get().reason.startswith("no fact")


def test_the_very_last_decision_can_be_taken_back_by_its_key_too(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    (only,) = report_of(1)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, only)

    reject(page)
    expect(page.get_by_text("No suggestion waits for a decision")).to_be_visible()
    expect(page.locator("body.has-keys")).to_be_visible()
    page.keyboard.press("u")
    expect_card(page, only)


def test_keys_are_letters_in_a_field_and_nothing_where_they_are_switched_off(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, *_ = report_of(3)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, first)
    page.keyboard.press("?")
    expect(page.get_by_text("rejects with the one in focus")).to_be_visible()
    page.keyboard.press("c")
    current(page).get_by_label("Group at risk").focus()
    page.keyboard.type("arsun")
    expect(current(page).get_by_label("Group at risk")).to_have_value("arsun")

    page.get_by_role("checkbox", name="Keys").uncheck()
    page.keyboard.press("a")
    page.reload()
    page.keyboard.press("r")
    expect_card(page, first, has_keys=False)
    assert not SuggestionDecision.objects.exists()


def test_what_is_typed_on_one_card_outlasts_a_decision_on_another(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, _ = report_of(3)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, first)
    page.keyboard.press("j")
    page.keyboard.press("c")
    current(page).get_by_label("Group at risk").fill("a made-up group")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")

    reject(page)
    expect_card(page, second)
    expect(current(page).get_by_role("button", name="Accept as changed")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator(".last-sending")).to_have_count(0)
    assert (state(first), Evidence.objects.get().group) == ("rejected", "a made-up group")


def test_everything_works_without_scripts(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, third = report_of(3)
    page = open_page(java_script=False, width=360)
    open_queue(page, live_server.url, people[Role.REVIEWER])

    current(page).get_by_text("Change more").click()
    current(page).get_by_label("Group at risk").fill("a made-up group")
    current(page).get_by_role("button", name="Accept").click()
    expect_card(page, second, has_keys=False)
    assert Evidence.objects.get().group == "a made-up group"
    current(page).get_by_text("Reject, choose why").click()
    current(page).get_by_role("button", name="Wrong country").click()
    expect_card(page, third, has_keys=False)
    page.get_by_role("button", name="Undo").click()
    expect_card(page, second, has_keys=False)
    assert [state(row) for row in (first, second)] == ["changed", "waiting"]


def test_of_two_reviewers_the_slower_is_told_and_both_go_on(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, third = report_of(3)
    quick, slow = open_page(), open_page(width=360, dark=True)
    open_queue(quick, live_server.url, people[Role.PUBLISHER])
    open_queue(slow, live_server.url, people[Role.REVIEWER])
    for page in (quick, slow):
        expect_card(page, first)

    quick.keyboard.press("a")
    expect_card(quick, second)
    slow.keyboard.press("a")
    told = f"{people[Role.PUBLISHER].name} decided this a moment ago: accepted."
    expect(slow.get_by_text(told)).to_be_visible()
    expect_card(slow, second)
    reject(slow)
    expect_card(slow, third)

    assert Evidence.objects.get().decided_by == people[Role.PUBLISHER]
    assert [state(row) for row in (first, second, third)] == ["accepted", "rejected", "waiting"]
    assert slow.evaluate("() => document.documentElement.scrollWidth") == 360
