"""MAINTENANCE=1: everything can be read, nothing can be written, and every page says so."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from alerts import links
from alerts.models import Acknowledgement, Subscription
from people.permissions import Role
from tests import make
from tests.alerts import outbox
from tests.pages.test_access import PAGES_FOR, PUBLIC_PAGES, world

pytestmark = pytest.mark.usefixtures("reference")

BANNER = "<strong>Maintenance</strong>: everything can be read"
EVERYBODY = pytest.mark.parametrize("role", [None, *Role])
FILLED = {"iso3": "MMR", "slug": "myanmar"}  # what an address holds, where it is no number


@pytest.fixture(autouse=True)
def maintenance(settings: Settings) -> None:
    settings.MAINTENANCE = True


def signed_in(client: Client, role: Role | None) -> Client:
    if role is not None:
        client.force_login(make.person(role))
    return client


def addresses(resolver: URLResolver, start: str = "/") -> Iterator[str]:
    """Every address of the site, its parts filled with something."""
    for one in resolver.url_patterns:
        said = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", str(one.pattern)).strip("^$")
        here = start + re.sub(r"<(?:(\w+):)?(\w+)>", lambda part: FILLED.get(part[2], "1"), said.replace("\\", ""))
        if isinstance(one, URLResolver):
            yield from addresses(one, here)
        else:
            assert isinstance(one, URLPattern)
            yield here


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_writing_request_is_refused_before_anything_is_asked(client: Client, method: str) -> None:
    signed_in(client, Role.ADMIN)
    walked = [one for one in addresses(get_resolver()) if not one.startswith("/unsubscribe/")]
    assert len(walked) > 150

    with CaptureQueriesContext(connection) as asked:
        found = {one: getattr(client, method)(one) for one in walked}

    assert {
        one for one, answer in found.items() if (answer.status_code, answer["Retry-After"]) != (503, "900")
    } == set()
    assert asked.captured_queries == []


@EVERYBODY
def test_the_refusal_says_what_happened_and_what_to_do(client: Client, role: Role | None) -> None:
    answer = signed_in(client, role).post("/evidence/new/?q=Zaw", {"statement": "Villager Zaw"})

    assert answer.status_code == 503
    assert "Nothing can be changed for the moment" in answer.text
    assert "send it again in 15 minutes or later" in answer.text
    assert 'action="/search/"' in answer.text
    assert re.search(r"20\d\d, \d\d:\d\d UTC", answer.text)
    assert "Zaw" not in answer.text
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@EVERYBODY
def test_a_program_is_refused_in_json(client: Client, role: Role | None) -> None:
    answer = signed_in(client, role).post("/api/v1/countries/?q=Zaw", {"x": "Zaw"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "900")
    assert answer.json() == {"detail": "under maintenance: found POST, wanted GET. Try again in 15 minutes"}
    assert client.get("/api/v1/countries/").status_code == 200


@EVERYBODY
def test_every_page_can_be_read_and_says_so(client: Client, role: Role | None) -> None:
    pages = [*PUBLIC_PAGES, *(page for page, allowed in PAGES_FOR.items() if role in allowed)]
    numbers = world()
    signed_in(client, role)
    found = {page: client.get(page.format(**numbers)) for page in pages}

    assert {page for page, answer in found.items() if answer.status_code != 200} == set()
    whole = {page: answer.text for page, answer in found.items() if b'"site-header"' in answer.getvalue()}
    assert len(whole) > 20
    assert {page for page, text in whole.items() if BANNER not in text} == set()


def test_the_staff_desk_says_so_too(client: Client) -> None:
    client.force_login(make.person(Role.ADMIN))

    page = client.get("/admin/")

    assert page.status_code == 200
    assert BANNER in page.text
    assert "Staff desk" in page.text


def test_without_maintenance_nothing_is_said_or_refused(client: Client, settings: Settings) -> None:
    settings.MAINTENANCE = False

    assert BANNER not in client.get("/method/").text
    assert client.post("/sign-in/", {}).status_code == 200


# --- what comes from mails ---------------------------------------------------------------------------------


def test_one_click_still_ends_every_mail(client: Client) -> None:
    rule = outbox.subscription()
    here = reverse("unsubscribe", args=[links.unsubscribe_token(rule.person)])

    assert client.post(here, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscription.objects.filter(ended_at=None).exists()

    assert client.post(here, {"action": "resume"}).status_code == 503
    assert not Subscription.objects.filter(ended_at=None).exists()


def test_where_the_database_takes_nothing_a_mail_program_is_told_to_come_again(client: Client) -> None:
    rule = outbox.subscription()
    here = reverse("unsubscribe", args=[links.unsubscribe_token(rule.person)])
    client.raise_request_exception = False
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        answer = client.post(here, {"List-Unsubscribe": "One-Click"})
        transaction.set_rollback(True)

    assert (answer.status_code, answer["Retry-After"]) == (503, "120")


def test_a_signed_answer_waits_and_its_link_holds(client: Client, settings: Settings) -> None:
    here = reverse("answer", args=[links.answer_token(outbox.delivery())])

    assert client.post(here, {"kind": "seen"}).status_code == 503
    assert BANNER in client.get(here).text
    assert not Acknowledgement.objects.exists()

    settings.MAINTENANCE = False
    assert client.post(here, {"kind": "seen"}).status_code == 302
    assert Acknowledgement.objects.count() == 1
