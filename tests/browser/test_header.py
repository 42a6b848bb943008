"""The head of a page: low on a phone, everything reached by keys and without scripts, nothing hidden behind it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Evidence
from people.models import User
from people.permissions import Role
from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser

MOST = 130  # px, from the top of a phone's window to the content
FINGER = 44  # px
PAGES = ("/", "/countries/MMR/", "/evidence/", "/alerts/", "/scorecard/", "/method/", "/search/?q=hate")
TOP = "() => document.querySelector('main').getBoundingClientRect().top + scrollY"
SMALL = """() => [...document.querySelectorAll(":is(.site-header, .sub-nav, .strip) :is(a, button, summary, input)")]
    .filter(one => one.checkVisibility() && !one.matches("p a, [type=checkbox]"))
    .map(one => [one.textContent.trim(), Math.round(one.getBoundingClientRect().height)])
    .filter(([, height]) => height < 44)"""
HIDDEN = """() => {
    const one = document.activeElement, box = one.getClientRects()[0];
    if (one === document.body || !box?.width) return null;
    const x = box.left + Math.min(box.width / 2, 20);
    const y = box.top + Math.min(box.height / 2, 10);
    const seen = document.elementFromPoint(x, y);
    return one.contains(seen) || seen?.contains(one) ? null : one.outerHTML.slice(0, 120);
}"""


@pytest.mark.parametrize("role", [None, Role.PUBLISHER])
@pytest.mark.parametrize("width", [360, 768])
def test_the_content_begins_high_and_what_is_pressed_is_large(
    live_server: LiveServer,
    country_with_evidence: Evidence,
    people: dict[Role, User],
    open_page: Callable[..., Page],
    width: int,
    role: Role | None,
) -> None:
    page = open_page(width=width)
    if role is not None:
        sign_in(page, live_server.url, people[role])
    tops, small = {}, {}
    for address in PAGES:
        page.goto(f"{live_server.url}{address}", wait_until="domcontentloaded")
        tops[address] = page.evaluate(TOP)
        page.evaluate(
            "() => document.querySelectorAll('header details, aside details').forEach(one => one.open = true)"
        )
        if found := page.evaluate(SMALL):
            small[address] = found

    assert {one: top for one, top in tops.items() if top > MOST} == {}
    assert small == {}


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [360, 640, 768, 1280])
def test_the_opened_head_stays_within_the_window(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], width: int, direction: str
) -> None:
    page = open_page(width=width)
    page.goto(f"{live_server.url}/countries/MMR/?as_of=2024-05-01", wait_until="domcontentloaded")
    page.evaluate(
        "to => { document.documentElement.dir = to; document.documentElement.style.fontSize = '200%';"
        "document.querySelectorAll('header details, aside details').forEach(one => one.open = true) }",
        direction,
    )

    outside = page.evaluate(
        "() => [...document.querySelectorAll('.site-header *, .strip *')].filter(one => one.checkVisibility())"
        ".map(one => [one.textContent.trim().slice(0, 30), one.getBoundingClientRect()])"
        ".filter(([, box]) => box.left < -1 || box.right > innerWidth + 1).map(([text]) => text)"
    )
    assert outside == []


@pytest.mark.parametrize("width", [360, 1280])
def test_all_of_the_head_is_reached_by_keys_and_never_hidden(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(width=width)
    page.emulate_media(reduced_motion="reduce")  # else what is looked at still moves
    page.goto(f"{live_server.url}/countries/MMR/", wait_until="domcontentloaded")
    reached, hidden = [], []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.closest('main') !== null"):
            break  # the head is done
        if page.evaluate("() => document.activeElement.matches('details:not([open]) > summary')"):
            page.keyboard.press("Enter")
        reached.append(page.evaluate("() => document.activeElement.textContent.trim()"))
        if found := page.evaluate(HIDDEN):
            hidden.append(found)

    assert hidden == []
    assert {"Skip to the content", "Factors", "Status", "Sign in", "Turn to this day"} <= set(reached)


@pytest.mark.parametrize("java_script", [False, True])
def test_a_page_is_turned_and_turned_back(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], java_script: bool
) -> None:
    page = open_page(width=360, java_script=java_script)
    page.goto(f"{live_server.url}/evidence/?country=MMR", wait_until="domcontentloaded")

    page.get_by_text("Another day").click()
    page.get_by_label("Show this page as of").fill("2024-06-02")
    page.get_by_role("button", name="Turn to this day").click()
    expect(page).to_have_url(f"{live_server.url}/evidence/?country=MMR&as_of=2024-06-02")
    expect(page.locator("#as-of summary")).to_contain_text("2 June 2024")
    page.locator("main").get_by_role("link", name="Myanmar").first.click()
    expect(page.locator("#as-of summary")).to_contain_text("2 June 2024")
    page.get_by_role("link", name="Back to").click()
    expect(page).to_have_url(f"{live_server.url}/countries/MMR/")


def test_the_strip_keeps_what_was_chosen_without_a_new_page(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(f"{live_server.url}/")
    page.get_by_label("Region").select_option("Asia")
    expect(page).to_have_url(re.compile("region=Asia"))

    page.get_by_text("Another day").click()
    page.get_by_label("Show this page as of").fill("2024-05-01")
    page.get_by_role("button", name="Turn to this day").click()

    expect(page).to_have_url(re.compile("region=Asia.*as_of=2024-05-01"))


def test_in_colours_of_the_system_the_place_in_the_menu_is_still_marked(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.emulate_media(forced_colors="active")
    page.goto(f"{live_server.url}/factors/", wait_until="domcontentloaded")

    marked = page.locator(".site-nav a[aria-current]")
    assert marked.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineWidth") == "3px"


@pytest.mark.parametrize("java_script", [True, False])
def test_menu_and_filters_stand_open_on_a_wide_screen_in_every_browser(
    live_server: LiveServer, country_with_evidence: Evidence, open_page: Callable[..., Page], java_script: bool
) -> None:
    """Also where `::details-content` is unknown: Firefox before 143, Safari before 18.4."""
    page = open_page(width=1280, java_script=java_script)
    page.route("**/*.css", lambda route: route.fulfill(response=(was := route.fetch()), body=of_old(was.text())))
    page.goto(f"{live_server.url}/alerts/")

    for name in ("Factors", "Signals", "Sign in"):
        expect(page.get_by_role("link", name=name, exact=True).first).to_be_visible()
    expect(page.locator(".site-menu > summary")).not_to_be_visible()
    expect(page.get_by_label("Level")).to_be_visible()


def of_old(sheet: str) -> str:
    return sheet.replace("::details-content", "::nothing-of-the-kind")
