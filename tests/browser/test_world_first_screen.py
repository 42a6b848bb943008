"""Where the parts of the world page stand: map and legend at the first glance, the table soon after."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence

pytestmark = pytest.mark.browser
EDGES = """() => Object.fromEntries([".legend", ".plot", "#results table"].map((one) => {
    const box = document.querySelector(one).getBoundingClientRect();
    return [one, [box.top, box.bottom]];
}))"""


@pytest.mark.parametrize(("width", "table_above"), [(1280, 1000), (360, 1600)])
@pytest.mark.parametrize("java_script", [True, False])
def test_the_table_starts_near_the_top(
    live_server: LiveServer,
    country_with_evidence: Evidence,
    open_page: Callable[..., Page],
    width: int,
    table_above: int,
    java_script: bool,
) -> None:
    page = open_page(width=width, java_script=java_script)
    page.goto(f"{live_server.url}/", wait_until="networkidle")
    edges = page.evaluate(EDGES)

    assert edges["#results table"][0] < table_above
    if width > 1000 and java_script:  # without it no map is drawn
        assert edges[".legend"][1] < edges[".plot"][0]
        assert edges[".plot"][1] < 900
