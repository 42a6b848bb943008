"""A day's work: 60 files dropped at once become graded evidence, and what was rejected is found with its reason."""

import datetime as dt
from collections.abc import Callable
from subprocess import Popen

import pytest
from playwright.sync_api import FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators import suggesting
from indicators.models import Evidence, Standing, Suggestion
from people.models import User
from people.permissions import Role
from reports import clustering
from reports.models import ClusterMember, Report, Retrieval
from tests import make
from tests.browser import days_files
from tests.browser.conftest import sign_in, wait_until
from tests.browser.keys import press

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("reference")]
State = Retrieval.State


@pytest.fixture
def dropped(
    live_server: LiveServer, worker: Popen[bytes], people: dict[Role, User], open_page: Callable[..., Page]
) -> Page:
    """The coder's page of the batch, when a worker has come to the end of it."""
    source = make.source(name="A made-up wire")
    files = days_files.good() | days_files.reprints() | days_files.broken() | days_files.hostile()
    assert len(files) == 59
    files["one-more.txt"] = b"Nothing else happened.\n\nA made-up line that says nothing of anybody at all."
    page = open_page()
    sign_in(page, live_server.url, people[Role.CODER])
    page.goto(f"{live_server.url}/reports/new/")
    kinds = "application/octet-stream"
    sent = [FilePayload(name=name, mimeType=kinds, buffer=content) for name, content in files.items()]
    page.set_input_files("input[type=file]", sent)
    page.select_option("select[name=source]", value=source.slug)
    page.fill("input[name=published_on]", "2024-06-01")
    page.get_by_role("button", name="Send it in").click()
    page.wait_for_url("**/reports/sent/*/")
    wait_until(lambda: not Retrieval.objects.filter(state=State.WAITING).exists(), seconds=120)
    wait_until(lambda: not clustering.waiting().exists() and not suggesting.waiting().exists(), seconds=60)
    page.reload()
    return page


def test_a_days_mixed_files_become_reviewed_evidence_without_a_shell(
    live_server: LiveServer, dropped: Page, people: dict[Role, User], open_page: Callable[..., Page]
) -> None:
    _what_failed_says_why(dropped)
    assert Report.objects.filter(kind=Report.Kind.DOCUMENT).count() == 44 + 10 + 1
    assert {*Report.objects.values_list("language", flat=True)} >= {"en", "fr", "es"}
    assert ClusterMember.objects.holding().values("cluster").distinct().count() == 10

    reviewer = open_page()
    sign_in(reviewer, live_server.url, people[Role.REVIEWER])
    _accept_by_key(reviewer, live_server.url, count=3)
    _accept_what_waits_for_a_second_reader(reviewer, live_server.url, open_page, people)
    wait_until(lambda: Standing.objects.filter(country__iso3="MMR", snapshot__overall__gt=0).exists())


def _what_failed_says_why(page: Page) -> None:
    failed = Retrieval.objects.filter(state=State.FAILED)
    assert {row.file_name for row in failed} == {*days_files.broken(), *days_files.hostile()}
    for row in failed:
        expect(page.get_by_text(row.reason[:60]).first).to_be_visible()


def _accept_by_key(page: Page, site: str, *, count: int) -> None:
    page.goto(f"{site}/suggestions/")
    for done in range(1, count + 1):
        card = page.locator(".card[aria-current=true]")
        shown = card.get_attribute("id") or ""
        press(page, "a")
        expect(card).not_to_have_attribute("id", shown)
        wait_until(lambda done=done: Evidence.objects.count() == done)  # type: ignore[misc]
    assert Suggestion.objects.filter(state=Suggestion.State.ACCEPTED).count() == count


def _accept_what_waits_for_a_second_reader(
    page: Page, site: str, open_page: Callable[..., Page], people: dict[Role, User]
) -> None:
    second = open_page()
    sign_in(second, site, people[Role.PUBLISHER])
    while Evidence.objects.filter(status=Evidence.Status.PROPOSED).exists():
        waiting = Evidence.objects.filter(status=Evidence.Status.PROPOSED).count()
        second.goto(f"{site}/review/")
        second.get_by_role("button", name="Accept").first.click()
        wait_until(lambda waiting=waiting: Evidence.objects.filter(status="proposed").count() < waiting)  # type: ignore[misc]
    assert Evidence.objects.filter(status=Evidence.Status.ACCEPTED, event_on__lte=dt.date(2024, 6, 1)).count() == 3
