"""The round of the README, in a real browser, with a real worker behind it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence, Standing
from people.models import User
from people.permissions import Role
from tests.browser.conftest import sign_in, wait_until

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("java_script", [True, False])
def test_a_visitor_walks_from_the_world_to_a_paragraph_and_back(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], java_script: bool
) -> None:
    page = open_page(java_script=java_script)
    page.goto(live_server.url)
    page.get_by_role("link", name="Myanmar", exact=True).last.click()
    expect(page.locator("h1")).to_have_text("Myanmar")

    page.locator(f'a[href$="#evidence-{country_with_evidence.pk}"]', has_text="the passage behind it").click()
    passage = page.locator("blockquote", has_text=country_with_evidence.passage.text).first
    expect(passage).to_be_visible()

    page.go_back()
    page.go_back()
    expect(page.get_by_role("link", name="Myanmar", exact=True).last).to_be_visible()


def test_staff_enter_accept_and_retract_evidence_and_the_score_follows(
    live_server: LiveServer, scored_country: Evidence, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    before = _index()
    coder = open_page()
    sign_in(coder, live_server.url, people[Role.CODER])
    _enter(coder, live_server.url, scored_country)
    assert _index() == before, "a proposal moves nothing"

    reviewer = open_page()
    sign_in(reviewer, live_server.url, people[Role.REVIEWER])
    reviewer.goto(f"{live_server.url}/review/")
    reviewer.get_by_role("button", name="Accept").first.click()
    wait_until(lambda: _index() > before)
    reviewer.goto(f"{live_server.url}/countries/MMR/")
    expect(reviewer.get_by_text(f"{_index():.1f}", exact=True).first).to_be_visible()

    row = Evidence.objects.latest("pk")
    reviewer.goto(f"{live_server.url}/evidence/{row.pk}/")
    _retract(reviewer)
    wait_until(lambda: abs(_index() - before) < 1e-9)
    row.refresh_from_db()
    assert row.status == Evidence.Status.RETRACTED


def _index() -> float:
    return Standing.objects.get(country__iso3="MMR").snapshot.overall


def _enter(page: Page, site: str, like: Evidence) -> None:
    page.goto(f"{site}/evidence/new/?country=MMR&indicator=8.4")
    page.select_option("select[name=source]", value=like.passage.report.source.slug)
    page.fill("textarea[name=text]", "A made-up sentence that speaks of nobody.")
    page.fill("input[name=event_on]", "2024-06-15")
    page.fill("input[name=published_on]", "2024-06-20")
    page.check("input[name=severity][value='3']")
    page.select_option("select[name=credibility]", "2")
    page.fill("textarea[name=note]", "made up for a test")
    page.get_by_role("button", name="Save as proposed").click()
    expect(page.get_by_text("proposed").first).to_be_visible()


def _retract(page: Page) -> None:
    summary = page.locator("summary", has_text="Retract")
    if summary.count():
        summary.first.click()
    page.locator("textarea[name=reason], input[name=reason]").last.fill("entered by mistake")
    confirm = page.locator("input[type=checkbox]")
    if confirm.count():
        confirm.last.check()
    page.get_by_role("button", name="Retract").last.click()
    page.wait_for_load_state()
