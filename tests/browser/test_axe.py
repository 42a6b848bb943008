"""axe finds nothing on any page, as nobody and as each role sees it: WCAG 2.2 A and AA, landmarks and headings."""

import re
from collections.abc import Callable, Iterable, Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence
from people.models import User
from people.permissions import Role
from tests import backtests
from tests.browser.main_pages import MAIN_PAGES
from tests.pages.test_access import PAGES_FOR, PUBLIC_PAGES, world

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"landmark-unique": {"enabled": True}, "heading-order": {"enabled": True}},
    "resultTypes": ["violations"],
    "preload": False,
}
FOUND = """rules => axe.run(document, rules).then(({violations}) =>
    violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html.slice(0, 160)}`)))"""
TAG = re.compile("<[a-z][^>]*>")
OWN = re.compile(r"""\d+|(?:value|href|action|datetime|id|for|d|points|content|name|hx-[a-z]+)="[^"]*\"""")  # of one
PAGES = (
    "/", *PUBLIC_PAGES, "/sign-in/", "/countries/NAM/", "/no-such-page/",
    *(page for page in PAGES_FOR if not page.endswith("mail.html")),  # a mail: no script may run in it, nor axe
    "/subscriptions/new/", "/alerts/{draft}/",
)  # fmt: skip


def complaints(page: Page, address: str) -> list[str]:
    page.goto(address, wait_until="domcontentloaded")
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(FOUND, RULES)
    return found


def new_pages(client: Client, addresses: Iterable[str], seen: set[str]) -> Iterator[str]:
    """Addresses whose page has an element of a kind that no page before had."""
    for address in addresses:
        answer = client.get(address)
        if answer["Content-Type"].startswith("text/html") and answer.status_code not in {302, 403}:
            kinds = set(TAG.findall(OWN.sub("", answer.text)))
            if not kinds <= seen:
                seen |= kinds
                yield address


def enter(page: Page, client: Client, person: User, site: str) -> None:
    """Signs a person in, in the browser and beside it."""
    client.force_login(person)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site}])


def test_no_page_of_any_role_shuts_anybody_out(
    live_server: LiveServer,
    country_with_evidence: Evidence,
    people: dict[Role, User],
    open_page: Callable[..., Page],
) -> None:
    backtests.run_of()
    numbers = world()
    addresses = [one.format(**numbers) for one in PAGES]
    seen: set[str] = set()
    found = {}
    for role in (None, *reversed(Role)):  # who may do most first: fewer pages are new to the others
        page, client = open_page(may_fail=True), Client()
        if role is not None:
            enter(page, client, people[role], live_server.url)
        for address in new_pages(client, addresses, seen):
            if said := complaints(page, f"{live_server.url}{address}"):
                found[f"{role} {address}"] = said

    assert found == {}


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_the_main_pages_with_their_plots_drawn_and_their_parts_opened(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], width: int, dark: bool
) -> None:
    page = open_page(width=width, dark=dark)
    found = {}
    for address in MAIN_PAGES:
        page.goto(f"{live_server.url}{address}", wait_until="domcontentloaded")
        page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
        for plot in page.locator(".plot").all():
            plot.scroll_into_view_if_needed()
            plot.locator(".main-svg").first.wait_for(state="attached")
        page.evaluate(AXE_SCRIPT)
        if said := page.evaluate(FOUND, RULES):
            found[address] = said

    assert found == {}


def test_axe_would_find_something(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.set_content("<html><main><img src='data:,'><h1>One</h1><h3>Three</h3></main></html>")
    page.evaluate(AXE_SCRIPT)

    found = {one.partition(":")[0] for one in page.evaluate(FOUND, RULES)}

    assert {"image-alt", "heading-order", "html-has-lang"} <= found
