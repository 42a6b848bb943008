"""A report that was closed after it came in: hidden from others with its file name, and its sender is told."""

import pytest
from django.test import Client

from people.models import User
from people.permissions import Role, Sensitivity
from r2p_dashboard import clock
from reports.closing import keep_as_close
from reports.models import Report, Retrieval
from tests import make
from tests.pages.test_batch import drop
from tests.reports.documents import mail, with_attached, zipped
from tests.waiting import Bell

pytestmark = pytest.mark.usefixtures("reference")
CLOSED = Sensitivity.STRICTLY_CONFIDENTIAL


@pytest.fixture
def coder(client: Client, bell: Bell) -> User:
    person = make.person(Role.CODER)
    client.force_login(person)
    return person


@pytest.fixture
def batch(client: Client, coder: User) -> str:
    """The address of a batch of one file, whose report was closed since."""
    address = drop(client, {"named-after-a-witness.txt": b"Made-up words."})
    keep_as_close(Report.objects.get(), CLOSED, at=clock.now())
    return address


def test_its_sender_finds_it_on_every_page_of_their_own(client: Client, batch: str) -> None:
    row = Retrieval.objects.get()
    for address in (batch, f"/retrievals/{row.pk}/", "/reports/sent/"):
        page = client.get(address)
        assert (page.status_code, "named-after-a-witness.txt" in page.text) == (200, True)
    assert f'href="{batch}"' in client.get("/reports/new/").text


def test_its_sender_is_told_that_it_is_closed_and_not_what_is_in_it(client: Client, batch: str) -> None:
    number = Report.objects.get().pk
    for address in (batch, f"/retrievals/{Retrieval.objects.get().pk}/"):
        page = client.get(address).text
        assert "closed since: you may not read it" in page
        assert f"/reports/{number}/" not in page


def test_others_do_not_learn_its_name(client: Client, batch: str) -> None:
    client.force_login(make.person(Role.REVIEWER))

    assert client.get(batch).status_code == 404
    assert client.get(f"/retrievals/{Retrieval.objects.get().pk}/").status_code == 404
    assert "named-after-a-witness" not in client.get("/reports/sent/").text


def test_a_batch_sent_in_an_earlier_role_is_not_offered(client: Client, batch: str) -> None:
    Retrieval.objects.update(about={"sensitivity": int(CLOSED)})

    assert client.get(batch).status_code == 404
    assert f'href="{batch}"' not in client.get("/reports/new/").text


def test_what_came_in_a_file_is_closed_with_it_however_deep(client: Client, coder: User) -> None:
    letter = with_attached(mail("Made-up words."), annex_txt=b"More made-up words.")
    drop(client, {"outer.zip": zipped({"letter.eml": letter})})
    keep_as_close(Report.objects.get(carrier=None), CLOSED, at=clock.now())

    assert set(Report.objects.values_list("sensitivity", flat=True)) == {CLOSED}
    assert Report.objects.count() == 3
