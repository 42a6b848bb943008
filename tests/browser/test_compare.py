"""Countries side by side in a browser without JavaScript: chosen by hand, and no button that does nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1280])
def test_two_countries_are_chosen_and_one_is_left_out_without_javascript(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(width=width, java_script=False)
    page.goto(f"{live_server.url}/compare/")
    page.get_by_label("First country").fill("Birmanie")
    page.get_by_label("Second country").fill("السودان")
    page.get_by_role("button", name="Compare").first.click()

    assert page.url == f"{live_server.url}/compare/?countries=MMR,SDN"
    assert page.get_by_role("button", name="Print").count() == 0  # it would do nothing
    expect(page.locator(".compared").first).to_be_visible()

    page.get_by_role("link", name="Leave out Sudan").click()
    assert page.url == f"{live_server.url}/compare/?countries=MMR"


@pytest.mark.parametrize("asked", ["MMR,SDN", "MMR,PRK,GBR,SDN,FSM"])
def test_on_a_phone_countries_stand_side_by_side_below_a_fact_that_stays_in_sight(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], asked: str
) -> None:
    page = open_page(width=360, java_script=False)
    page.goto(f"{live_server.url}/compare/?countries={asked}")
    count = len(asked.split(","))

    rows = page.locator(".compared tr:has(> td[data-label])").all()
    assert len(rows) == 9 + 14
    for row in rows:
        cells = [box for one in row.locator("td").all() if (box := one.bounding_box())]
        assert len({round(box["y"]) for box in cells}) == 1
        assert len({round(box["x"]) for box in cells}) == count
    page.evaluate("() => document.querySelectorAll('main .table-wrap').forEach(one => one.scrollLeft = 9999)")
    for row in rows:
        heading, last = row.locator("th").bounding_box(), row.locator("td").last.bounding_box()
        assert heading is not None
        assert last is not None
        assert heading["x"] >= 0
        assert last["x"] + last["width"] <= 360
    assert page.evaluate("() => document.documentElement.scrollWidth") == 360
