"""The queue of suggestions by keyboard, with real keys in a real browser; and two people at it at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence, Suggestion, SuggestionDecision
from people.models import User
from people.permissions import Role
from tests.browser.conftest import sign_in
from tests.suggested import report_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("reference", "no_worker")]


def current(page: Page) -> Locator:
    return page.locator(".card[aria-current]")


def expect_card(page: Page, row: Suggestion, *, has_keys: bool = True) -> None:
    """That this card is the current one and, where keys are on, that the page listens to them by now."""
    expect(page.locator(f".card[aria-current]#suggestion-{row.pk}")).to_be_visible()
    if has_keys:
        expect(page.locator("body.has-keys")).to_be_visible()


def state(row: Suggestion) -> str:
    row.refresh_from_db()
    return row.state


def open_queue(page: Page, site: str, person: User) -> None:
    sign_in(page, site, person)
    page.goto(f"{site}/suggestions/")


def test_accept_change_reject_skip_and_undo_by_keyboard(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    first, second, third, fourth, fifth, sixth = report_of(6)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, first)

    page.keyboard.press("a")
    expect_card(page, second)
    assert state(first) == "accepted"

    page.keyboard.press("c")  # opens the fields and stands in the first of them
    expect(current(page).get_by_label("Indicator", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    expect(current(page).get_by_role("button", name="Accept as changed")).to_be_visible()
    page.keyboard.press("a")
    expect_card(page, third)
    assert (state(second), Evidence.objects.latest("pk").severity) == ("changed", 4)

    page.keyboard.press("r")
    expect_card(page, fourth)
    assert state(third) == "rejected"

    page.keyboard.press("s")
    expect_card(page, fifth)
    page.keyboard.press("n")
    expect_card(page, sixth)
    page.keyboard.press("k")
    expect_card(page, fifth)
    page.keyboard.press("ArrowDown")
    expect_card(page, sixth)

    page.keyboard.press("u")  # the rejection
    expect_card(page, third)
    page.keyboard.press("u")  # and the one before
    expect_card(page, second)
    assert [state(row) for row in (second, third, fourth)] == ["waiting"] * 3
    assert list(Evidence.objects.order_by("pk").values_list("status", flat=True)) == ["accepted", "retracted"]


def test_the_very_last_decision_can_be_taken_back_by_its_key_too(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    (only,) = report_of(1)
    page = open_page()
    open_queue(page, live_server.url, people[Role.REVIEWER])
    expect_card(page, only)

    page.keyboard.press("r")
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
    expect(page.get_by_text("reject, choose why")).to_be_visible()
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
    page.keyboard.press("k")

    page.keyboard.press("r")
    expect_card(page, second)
    expect(current(page).get_by_role("button", name="Accept as changed")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator(".card")).to_have_count(1)
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
    current(page).get_by_text("Reject for another reason").click()
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
    slow.keyboard.press("r")
    expect_card(slow, third)

    assert Evidence.objects.get().decided_by == people[Role.PUBLISHER]
    assert [state(row) for row in (first, second, third)] == ["accepted", "rejected", "waiting"]
    assert slow.evaluate("() => document.documentElement.scrollWidth") == 360
