"""Files that somebody has chosen stay chosen, whatever is wrong with what is said of them."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import User
from people.permissions import Role
from reports import ingest, sending
from reports.models import Retrieval
from tests import make, tables
from tests.browser.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("reference")]


@pytest.fixture
def chosen(live_server: LiveServer, people: dict[Role, User], chromium: Browser) -> Iterator[Page]:
    """The form, with thirteen files chosen. The browser complains of each answer that refuses: that is wanted here."""
    make.source(slug="a-made-up-wire", name="A made-up wire")
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    sign_in(page, live_server.url, people[Role.CODER])
    page.goto(f"{live_server.url}/reports/new/")
    files = [FilePayload(name=f"{n}.txt", mimeType="text/plain", buffer=b"Made up %d." % n) for n in range(13)]
    page.set_input_files("input[type=file]", files)
    yield page
    context.close()


def how_many(page: Page) -> int:
    count: int = page.eval_on_selector("input[type=file]", "field => field.files.length")
    return count


def test_a_missing_source_is_asked_for_before_anything_is_sent(chosen: Page) -> None:
    sent: list[str] = []
    chosen.on("request", lambda request: sent.append(request.method))
    chosen.get_by_role("button", name="Send it in").click()

    expect(chosen.locator("select[name=source]")).to_be_focused()
    assert (how_many(chosen), "POST" in sent) == (13, False)


def test_what_only_the_server_knows_is_said_beside_the_files(chosen: Page) -> None:
    chosen.select_option("select[name=source]", value="a-made-up-wire")
    chosen.fill("input[name=published_on]", "2999-01-01")
    with chosen.expect_response("**/reports/new/") as answer:
        chosen.get_by_role("button", name="Send it in").click()
    assert answer.value.status == 400
    expect(chosen.get_by_role("alert")).to_contain_text("in the future")
    assert how_many(chosen) == 13

    chosen.fill("input[name=published_on]", "2024-06-01")
    chosen.get_by_role("button", name="Send it in").click()
    chosen.wait_for_url("**/reports/sent/*/")
    assert Retrieval.objects.count() == 13


def test_signing_out_meanwhile_loses_nothing(chosen: Page, live_server: LiveServer, people: dict[Role, User]) -> None:
    chosen.select_option("select[name=source]", value="a-made-up-wire")
    chosen.context.clear_cookies()
    chosen.get_by_role("button", name="Send it in").click()
    expect(chosen.locator("#under-way")).to_contain_text("Sign in")
    other = chosen.context.new_page()
    sign_in(other, live_server.url, people[Role.CODER])
    chosen.bring_to_front()
    chosen.get_by_role("button", name="Send it in").click()

    chosen.wait_for_url("**/reports/sent/*/")
    assert Retrieval.objects.count() == 13


def test_no_row_hides_behind_a_sideways_scroll_on_a_phone(
    live_server: LiveServer, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    files = [sending.Sent(f"a-made-up-file-with-a-long-name-{number}.txt", b"Made up.") for number in range(3)]
    about, by = ingest.About(), people[Role.ADMIN]
    batch = sending.send(files=files, reader="automatic", about=about, sender=by, at=make.NOW)
    table = tables.checked(tables.evidence_csv({}, {"severity": "9"}), by=by)
    page = open_page(width=360)
    sign_in(page, live_server.url, by)

    for address in (f"/reports/sent/{batch.pk}/", f"/import/{table.pk}/", "/import/", "/reports/new/"):
        page.goto(f"{live_server.url}{address}")
        wraps = page.eval_on_selector_all(".table-wrap", "all => all.map(one => [one.scrollWidth, one.clientWidth])")
        assert (address, [wrap for wrap in wraps if wrap[0] > wrap[1]]) == (address, [])
        assert wraps
