"""The plots of factors are fetched where a reader opens them; without JavaScript their page is one link away."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence

pytestmark = pytest.mark.browser
BOX = 'details[data-part="factor-plots"]'


def test_opening_fetches_the_plots_once_and_draws_them(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "factor-plots" in request.url else None)
    page.goto(f"{live_server.url}/countries/MMR/")
    assert asked == []

    box = page.locator(BOX)
    box.locator("summary").first.click()

    expect(box.locator("#factors-now-and-then.drawn")).to_be_visible()
    box.locator("#factors-by-month").scroll_into_view_if_needed()
    expect(box.locator("#factors-by-month.drawn")).to_be_visible()
    box.locator("summary").first.click()
    box.locator("summary").first.click()
    assert len(asked) == 1


def test_without_java_script_a_link_leads_to_the_plots_with_their_tables_open(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page]
) -> None:
    page = open_page(java_script=False)
    page.goto(f"{live_server.url}/countries/MMR/")
    page.locator(f"{BOX} summary").click()
    page.locator(f"{BOX} a").click()

    expect(page.locator("#factor-plots table")).to_have_count(2)
    expect(page.locator("#factor-plots table").first).to_be_visible()
