"""Having a source fetched now, in a real browser, with and without scripts, through a real worker."""

import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from people.models import User
from people.permissions import Role
from tests import make
from tests.browser.conftest import sign_in
from tests.reports.serving import Handler, Server, serving

pytestmark = pytest.mark.browser
SAMPLE = (Path(__file__).resolve().parents[1] / "samples" / "feed.rss.xml").read_bytes()


def answer(handler: Handler) -> None:
    handler.send(SAMPLE, content_type="application/rss+xml")


@pytest.fixture(scope="module", autouse=True)
def feed() -> Iterator[Server]:
    """A server that the module's worker is told it may ask."""
    before = os.environ.get("FETCH_ALSO", "")
    with serving(answer) as server:
        os.environ["FETCH_ALSO"] = f"127.0.0.1:{server.server_port}"
        yield server
    os.environ["FETCH_ALSO"] = before


@pytest.mark.parametrize("java_script", [True, False])
def test_a_press_on_fetch_now_ends_with_the_new_reports_on_the_page(
    live_server: LiveServer,
    worker: Popen[bytes],
    people: dict[Role, User],
    feed: Server,
    open_page: Callable[..., Page],
    java_script: bool,
) -> None:
    make.source(
        reader="feed", address=feed.url("/rss"), is_on=True, fetch_every=dt.timedelta(hours=1), name="A made-up feed"
    )  # fmt: skip
    page = open_page(java_script=java_script)
    sign_in(page, live_server.url, people[Role.CODER])
    page.goto(f"{live_server.url}/sources/")

    page.get_by_role("button", name=re.compile(r"Fetch now\s*: A made-up feed")).click()

    page.wait_for_url(re.compile(r"/retrievals/\d+/$"))
    expect(page.get_by_role("heading", name="What is new")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="An older made-up item").click()
    expect(page.get_by_text("This is a synthetic text.")).to_be_visible()


@pytest.mark.parametrize("java_script", [True, False])
def test_a_press_on_fetch_all_ends_with_what_came_of_each_source(
    live_server: LiveServer,
    worker: Popen[bytes],
    people: dict[Role, User],
    feed: Server,
    open_page: Callable[..., Page],
    java_script: bool,
) -> None:
    for name in ("one", "two"):
        hour = dt.timedelta(hours=1)
        make.source(reader="feed", address=feed.url(f"/{name}"), is_on=True, fetch_every=hour, name=f"Feed {name}")
    page = open_page(java_script=java_script)
    sign_in(page, live_server.url, people[Role.CODER])
    page.goto(f"{live_server.url}/sources/")

    page.get_by_role("button", name="Fetch all 2 that are on now").click()

    expect(page.get_by_text(re.compile("All 2 ended"))).to_be_visible(timeout=30_000)
    expect(page.get_by_role("row", name=re.compile("Feed one"))).to_be_visible()
