"""The main pages at every width, written from either side, enlarged; and no page asks another host for anything."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence
from tests.browser.conftest import is_foreign
from tests.browser.main_pages import MAIN_PAGES

pytestmark = pytest.mark.browser

OPEN = """direction => {
    document.documentElement.dir = direction;
    document.querySelectorAll("main details").forEach(one => one.open = true);
}"""
# What a reader cannot see, scroll to or tell apart: it stands beside the window or over its neighbour, or is cut.
LOST = """() => {
    const wide = document.documentElement.clientWidth;
    const scrolls = one => one && (getComputedStyle(one).overflowX !== "visible" || scrolls(one.parentElement));
    const beside = one => {
        const box = one.getBoundingClientRect();
        return box.width && (box.left < -1 || box.right > wide + 1) && !scrolls(one.parentElement);
    };
    const isCut = one => !one.children.length && one.textContent.trim() && one.scrollWidth > one.clientWidth + 1
        && ["hidden", "clip"].includes(getComputedStyle(one).overflowX);
    // Drawn over what stands beside it; a word for screen readers may stand out by a little.
    const isOver = one => !(one instanceof SVGElement) && getComputedStyle(one).overflowX === "visible"
        && one.clientWidth && one.scrollWidth > one.clientWidth + 6;
    const lost = [...document.querySelectorAll("body *:not(.hidden-visually, #js-plotly-tester, #js-plotly-tester *)")]
        .filter(one => one.checkVisibility() && (beside(one) || isCut(one) || isOver(one)))
        .map(one => `${one.localName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`);
    const all = document.documentElement.scrollWidth;
    return all > wide ? [`the page is ${all}`, ...lost] : lost;
}"""


def lost(page: Page, site: str, direction: str) -> dict[str, list[str]]:
    """By address, what cannot be seen of it."""
    found = {}
    for address in MAIN_PAGES:
        page.goto(f"{site}{address}", wait_until="domcontentloaded")
        page.evaluate(OPEN, direction)
        if told := page.evaluate(LOST):
            found[address] = told
    return found


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [320, 360, 640, 768, 930, 1024, 1280])  # 640, 320: a desk at 200, 400 %
def test_nothing_of_a_main_page_is_lost(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], width: int, direction: str
) -> None:
    assert lost(open_page(width=width), live_server.url, direction) == {}


def test_what_is_lost_would_be_told(open_page: Callable[..., Page]) -> None:
    page = open_page(width=360)
    page.set_content(
        "<div style='width: 500px'>wide</div><p style='width: 9px; overflow: hidden; white-space: nowrap'>long text</p>"
        "<div style='overflow: auto'><table style='width: 900px'><tr><td>may be scrolled</table></div>"
    )

    assert page.evaluate(LOST) == ["the page is 508", "div.: wide", "p.: long text"]


@pytest.mark.parametrize(("url", "foreign"), [
    ("https://fonts.example.org/a.woff2", True), ("wss://example.org/", True), ("http://localhost:1/x", False),
    ("http://127.0.0.1:1/", False), ("data:image/png;base64,AA", False), ("blob:http://localhost:1/x", False),
])  # fmt: skip
def test_a_request_to_another_host_fails_every_test_that_opens_a_page(url: str, foreign: bool) -> None:
    assert is_foreign(url) is foreign
