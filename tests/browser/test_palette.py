"""Ctrl-K: a search over any page, by keyboard alone; without JavaScript the link leads to its page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("transactional_db", "reference")]


def test_a_country_is_reached_by_keys_alone(live_server: LiveServer, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(f"{live_server.url}/method/")

    page.keyboard.press("Control+k")
    expect(page.locator("dialog.palette input")).to_be_focused()
    page.keyboard.type("Birmanie")
    expect(page.locator("dialog.palette")).to_contain_text("Myanmar")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{live_server.url}/countries/MMR/")


def test_escape_leads_back_and_enter_to_the_page_of_the_search(
    live_server: LiveServer, open_page: Callable[..., Page]
) -> None:
    page = open_page(width=360)
    page.goto(f"{live_server.url}/method/")
    page.get_by_role("link", name=re.compile("^Search")).click()
    expect(page.locator("dialog.palette")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.locator("dialog.palette")).not_to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("SDN")
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{live_server.url}/search/?q=SDN")
    expect(page.locator("main")).to_contain_text("Sudan")


def test_without_java_script_the_link_and_the_form_do_it(
    live_server: LiveServer, open_page: Callable[..., Page]
) -> None:
    page = open_page(java_script=False)
    page.goto(f"{live_server.url}/method/")

    page.get_by_role("link", name="Search").click()
    page.get_by_role("searchbox").fill("7.14")
    page.get_by_role("button", name="Search").click()

    expect(page.locator("main")).to_contain_text("7.14")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
