"""What if, by keyboard: a grade is changed, the index moves, one key brings it back. With and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence

pytestmark = pytest.mark.browser


def index(page: Page) -> tuple[str, str]:
    was, now = page.locator(".what-if-figure").all_inner_texts()
    return was, now


@pytest.mark.parametrize("java_script", [True, False])
def test_a_grade_is_changed_and_brought_back_by_keyboard(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], java_script: bool
) -> None:
    page = open_page(java_script=java_script)
    page.goto(f"{live_server.url}/countries/MMR/")
    page.get_by_role("link", name="What if", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="What if: Myanmar")).to_be_visible()
    was, now = index(page)
    assert was == now

    number = country_with_evidence.pk
    page.get_by_role("link", name=f"Change evidence {number} on 7.14").press("Enter")
    form = page.get_by_role("form", name=f"Change evidence {number} on 7.14")
    form.get_by_label("Grade of the source").select_option("E")
    form.get_by_label("Severity").select_option("1")
    form.get_by_role("button", name="See what follows").press("Enter")
    page.wait_for_url(f"**/what-if/?e={number}:E2:1#result")
    assert index(page)[0] == was
    assert float(index(page)[1]) < float(was)

    page.reload()
    assert float(index(page)[1]) < float(was)
    page.get_by_role("link", name="Undo").press("Enter")
    page.wait_for_url("**/what-if/#result")
    assert index(page) == (was, was)
    page.go_back()
    assert float(index(page)[1]) < float(was)
