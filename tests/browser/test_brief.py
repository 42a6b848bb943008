"""The brief fits two sheets of A4, as Chromium prints it."""

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("country_with_evidence")
@pytest.mark.parametrize("iso3", ["MMR", "FRA"])
def test_the_brief_is_two_sheets(live_server: LiveServer, open_page: Callable[..., Page], iso3: str) -> None:
    page = open_page()
    page.goto(f"{live_server.url}/countries/{iso3}/brief/")

    printed = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))

    words = " ".join(sheet.extract_text() for sheet in printed.pages)
    assert len(printed.pages) == 2
    assert "The fourteen risk factors" in words
    assert "Menu" not in words
