"""Pages for what cannot be shown: what happened, what to do, nobody's words, and no question to what failed."""

import json
import logging
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from pytest_django import Settings

from people.permissions import Role
from r2p_dashboard import urls
from tests import make
from tests.conftest import ROOT

pytestmark = pytest.mark.usefixtures("reference")

SECRET = "Villager Zaw <b>named</b>"
EVERYBODY = pytest.mark.parametrize("role", [None, *Role])


def breaks(request: HttpRequest, what: str = "") -> HttpResponse:
    raise ValueError(SECRET)


def waits_too_long(request: HttpRequest) -> HttpResponse:
    """An error of the database that does not mean that it is away."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        cursor.execute("SELECT pg_sleep(1)")
    return HttpResponse()


urlpatterns = [
    path("breaks/<str:what>/", breaks),
    path("api/v1/breaks/", breaks),
    path("waits/", waits_too_long),
    *urls.urlpatterns,
]
handler500 = urls.handler500


@pytest.fixture
def broken(settings: Settings) -> Client:
    """A client of the site with three addresses that fail."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that any logger says."""
    caplog.set_level(logging.DEBUG, logger="r2p_dashboard")
    return caplog


def signed_in(client: Client, role: Role | None) -> Client:
    if role is not None:
        client.force_login(make.person(role))
    return client


# --- 500 and 503: our own failures -------------------------------------------------------------------------


@EVERYBODY
def test_our_own_failure_has_an_id_that_stands_in_the_log(
    broken: Client, logged: pytest.LogCaptureFixture, role: Role | None
) -> None:
    answer = signed_in(broken, role).get("/breaks/Maung/?q=Aye")

    incident = re.search(r'Incident <strong class="num">([0-9a-f]{8})</strong>', answer.text)
    assert answer.status_code == 500
    assert incident is not None
    assert re.search(r"\d{1,2} \w+ 20\d\d, \d\d:\d\d:\d\d UTC", answer.text)
    assert f"incident {incident[1]}: ValueError at tests.pages.test_errors:" in logged.text
    assert 'action="/search/"' in answer.text
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_neither_page_nor_log_repeats_address_or_words_of_the_error(
    broken: Client, logged: pytest.LogCaptureFixture
) -> None:
    answer = broken.get("/breaks/Maung/?q=Aye")

    for word in ("Villager", "Zaw", "Maung", "Aye", "/breaks/"):
        assert word not in answer.text
        assert word not in logged.text


def test_a_program_is_told_of_our_failure_in_json(broken: Client, logged: pytest.LogCaptureFixture) -> None:
    answer = broken.get("/api/v1/breaks/")

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert set(answer.json()) == {"detail", "incident", "at"}
    assert f"incident {answer.json()['incident']}: ValueError" in logged.text
    assert "Zaw" not in answer.text


def test_the_page_of_a_failure_asks_the_database_nothing(broken: Client) -> None:
    signed_in(broken, Role.ADMIN)
    with CaptureQueriesContext(connection) as asked:
        assert broken.get("/breaks/x/").status_code == 500

    assert asked.captured_queries == []


def test_a_question_that_took_too_long_is_our_failure_and_no_database_out_of_reach(broken: Client) -> None:
    assert broken.get("/waits/").status_code == 500


ASKS = """
import json
import django
django.setup()
from django.conf import settings
from django.test import Client
client = Client(raise_request_exception=False)
client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
answers = {one: client.get(one) for one in ("/", "/countries/MMR/", "/no/", "/api/v1/countries/", "/search/?q=Zaw")}
answers["sign-in"] = client.post("/sign-in/", {"username": "zaw@test.example", "password": "x"})
found = {one: [answer.status_code, answer.headers.get("Retry-After"), answer.text] for one, answer in answers.items()}
print(json.dumps(found))
"""


def test_without_a_database_every_page_says_so_in_503() -> None:
    away = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "INSTALLATION_DAY": "2024-06-30", "PLAIN_STATIC": "1"}
    environment = {
        **os.environ,
        **away,
        "DJANGO_SETTINGS_MODULE": "r2p_dashboard.settings",
        "ALLOWED_HOSTS": "testserver",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASKS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, list[Any]] = json.loads(done.stdout)

    assert {address: row[:2] for address, row in found.items()} == {address: [503, "120"] for address in found}
    incidents = [json.loads(found["/api/v1/countries/"][2])["incident"]]
    for address in ("/", "/countries/MMR/", "/no/", "/search/?q=Zaw", "sign-in"):
        assert "The site cannot reach its data" in found[address][2]
        incidents += re.findall(r'<strong class="num">(\w+)<', found[address][2])
    assert [one for one in incidents if f"incident {one}: OperationalError at " not in done.stderr] == []
    assert len(set(incidents)) == len(found)
    assert "zaw" not in done.stderr.casefold()
    assert "127.0.0.1" not in done.stderr


# --- 400, 403 and 404: what a request found ----------------------------------------------------------------


@EVERYBODY
def test_a_missing_page_offers_the_nearest_and_a_search(client: Client, role: Role | None) -> None:
    page = signed_in(client, role).get("/countries/Mianmar/risk/")

    assert page.status_code == 404
    assert '<li><a href="/countries/MMR/">Myanmar</a></li>' in page.text
    assert 'action="/search/"' in page.text


@pytest.mark.parametrize(
    ("address", "href"),
    [
        ("/Birmanie", "/countries/MMR/"), ("/countries/south-sudan/", "/countries/SSD/"), ("/methodology/", "/method/"),
        ("/alert/", "/alerts/"), ("/login/", "/sign-in/"),
    ],
)  # fmt: skip
def test_the_address_is_read_for_what_it_may_have_meant(client: Client, address: str, href: str) -> None:
    assert f'<li><a href="{href}">' in client.get(address, follow=True).text


@pytest.mark.parametrize("address", ["/zzzqqq/", "/no/is/na/", "/" + "x" * 2000 + "/", "/%00/"])
def test_an_address_like_nothing_of_ours_gets_no_guess(client: Client, address: str) -> None:
    page = client.get(address)

    assert page.status_code == 404
    assert "Did you mean" not in page.text


@EVERYBODY
def test_a_wrong_day_is_said_and_another_can_be_chosen(client: Client, role: Role | None) -> None:
    page = signed_in(client, role).get("/countries/MMR/?as_of=<b>banana</b>")

    assert page.status_code == 400
    assert "wanted a day such as 2024-06-30" in page.text
    assert '<form class="day-picker no-print" method="get" action="/countries/MMR/">' in page.text
    assert "<b>banana" not in page.text


def test_who_may_not_is_offered_another_way(client: Client) -> None:
    page = signed_in(client, Role.READER).get("/review/")

    assert page.status_code == 403
    assert 'action="/search/"' in page.text


@EVERYBODY
@pytest.mark.parametrize("address", ["/<script>x</script>/", "/countries/<i>x</i>/?q=<i>y</i>", "/evidence/?as_of=<i>"])
def test_nothing_of_an_address_becomes_markup(client: Client, role: Role | None, address: str) -> None:
    page = signed_in(client, role).get(address)

    assert page.status_code in {400, 404}
    assert "<script>x" not in page.text
    assert "<i>" not in page.text


@EVERYBODY
@pytest.mark.parametrize("address", ["/api/", "/api/v2/countries/", "/api/v1/nothing/", "/api/v1/countries/XXX/"])
def test_a_program_is_told_in_json_that_nothing_is_there(client: Client, role: Role | None, address: str) -> None:
    answer = signed_in(client, role).get(address)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert answer.json()["detail"]
