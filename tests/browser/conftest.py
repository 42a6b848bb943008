"""Debian's Chromium, and a site with a scored country in it."""

import time
from collections.abc import Callable, Iterator
from subprocess import Popen
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from indicators import assess
from indicators.models import Evidence, RescoreRequest, Standing
from people.models import User
from people.permissions import Role
from r2p_dashboard import pipeline
from tests import make


@pytest.fixture
def people(transactional_db: None) -> dict[Role, User]:
    return {role: make.person(role, email=f"{role.value}@test.example") for role in Role}


@pytest.fixture
def country_with_evidence(transactional_db: None, reference: None, people: dict[Role, User]) -> Evidence:
    """Myanmar with two accepted pieces of evidence, scored."""
    first = _accept_two(people)
    assess.score_changed(at=make.NOW, day=make.TODAY)
    return first


@pytest.fixture
def scored_country(worker: Popen[bytes], people: dict[Role, User]) -> Evidence:
    """The same, scored by a worker, which goes on listening."""
    first = _accept_two(people)
    pipeline.ring()
    wait_until(lambda: not RescoreRequest.objects.exists() and Standing.objects.exists())
    return first


def _accept_two(people: dict[Role, User]) -> Evidence:
    first = make.accepted(
        coder=people[Role.CODER], by=people[Role.REVIEWER], indicator=make.indicator("7.14"), event_key="first"
    )
    make.accepted(coder=people[Role.CODER], by=people[Role.REVIEWER], indicator=make.indicator("2.3"), severity=2)
    return first


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A new page; what the browser complains of (scripts, the content policy, missing files) fails the test, and so
    does every request to another host."""
    complaints: list[str] = []
    contexts = []

    def open_one(*, width: int = 1280, java_script: bool = True, dark: bool = False, may_fail: bool = False) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=java_script,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        if not may_fail:  # else the test itself makes an answer fail
            page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
            page.on("requestfailed", lambda request: complaints.extend(_failures(request)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if is_foreign(request.url) else None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def is_complaint(message: ConsoleMessage) -> bool:
    """An error, but that the frame of a mail lets no script in: not even those of this test's own clock."""
    return message.type == "error" and "Blocked script execution" not in message.text


def is_foreign(url: str) -> bool:
    """Whether a request leaves for a host that is not this site."""
    parts = urlsplit(url)
    return parts.scheme not in {"data", "blob", "about"} and parts.hostname not in {"localhost", "127.0.0.1"}


def _failures(request: Request) -> list[str]:
    """A request that the next page cut short is no failure."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url} ({request.failure})"]


def wait_until(true: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"still not so after {seconds} seconds"
        time.sleep(0.1)


def sign_in(page: Page, site: str, person: User) -> None:
    page.goto(f"{site}/sign-in/")
    page.fill("input[name=username]", person.email)
    page.fill("input[name=password]", make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/")
