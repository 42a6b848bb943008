"""Captions of tables that are wider than their window: they wrap in it, and are read without scrolling."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence
from tests import backtests

pytestmark = pytest.mark.browser
HANGING = """() => [...document.querySelectorAll("caption")].filter((caption) => {
    const inside = caption.closest(".table-wrap").getBoundingClientRect(), own = caption.getBoundingClientRect();
    const hangs = own.left < inside.left - 1 || own.right > inside.right + 1;
    return own.width && (hangs || caption.scrollWidth > own.width + 1);
}).map((caption) => caption.textContent)"""


@pytest.mark.parametrize("width", [360, 1280])
def test_captions_wrap_within_the_window(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(width=width)
    backtests.run_of()
    for address in ("/backtest/", "/sensitivity/"):
        page.goto(f"{live_server.url}{address}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert page.locator("caption").count()
        assert page.evaluate(HANGING) == []
