"""The form for sending: what a kind of file needs is asked for before it is sent; no chosen file is lost unsaid."""

import re

import pytest
from django.test import Client

from people.models import User
from people.permissions import Role
from reports.kinds import KINDS
from reports.models import Retrieval
from tests import make
from tests.pages.test_upload import file, sent

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def coder(client: Client) -> User:
    person = make.person(Role.CODER)
    client.force_login(person)
    return person


def asked_for(page: str) -> set[str]:
    """The fields without which the browser sends nothing."""
    fields = re.findall(r"<(?:input|select|textarea)[^>]*>", page)
    return {re.findall(r'name="(\w+)"', field)[0] for field in fields if " required" in field}


NEEDED = {
    "automatic": {"source"},
    "text": {"source", "published_on", "title"},
    "html": {"source", "published_on"},
    "coding-note": set(),
    "pts": {"file"},
    "idmc": {"file", "source", "published_on"},
}


@pytest.mark.parametrize("kind", NEEDED)
def test_the_browser_asks_for_what_a_kind_of_file_needs(client: Client, coder: User, kind: str) -> None:
    page = client.get(f"/reports/new/?kind={kind}").text

    assert asked_for(page) == NEEDED[kind]
    assert "novalidate" not in page
    assert f'<input type="hidden" name="reader" value="{kind}">' in page


def test_documents_come_first_and_every_other_kind_is_one_step_away(client: Client, coder: User) -> None:
    page = client.get("/reports/new/").text

    others = [reader for reader, _, _ in KINDS if reader != "automatic"]
    assert re.findall(r'href="/reports/new/\?kind=([\w-]+)"', page) == others
    assert not re.search('<input[^>]* type="radio"', page)
    assert client.get("/reports/new/?kind=no-such").context["form"].kind == "automatic"


def test_an_answer_that_refuses_names_the_files_that_were_not_taken(client: Client, coder: User) -> None:
    files = [file(name=f"made-up-{number}.txt") for number in range(3)]
    page = client.post("/reports/new/", sent(reader="automatic", file=files, source="")).text

    assert "Not taken, choose them again: made-up-0.txt, made-up-1.txt, made-up-2.txt." in page
    assert Retrieval.objects.count() == 0


def test_what_is_said_further_is_unfolded_where_it_is_wrong(client: Client, coder: User) -> None:
    said = sent(reader="automatic", title="", url="", language="English")
    assert client.post("/reports/new/", said).context["form"].is_further_open
    assert not client.get("/reports/new/").context["form"].is_further_open


def test_a_script_is_told_where_to_go_and_not_led_there(client: Client, coder: User) -> None:
    answer = client.post("/reports/new/", sent(), headers={"x-sending": "in-place"})

    assert (answer.status_code, answer["Location"]) == (201, f"/retrievals/{Retrieval.objects.get().pk}/")
    assert client.post("/reports/new/", sent(source=""), headers={"x-sending": "in-place"}).status_code == 400
