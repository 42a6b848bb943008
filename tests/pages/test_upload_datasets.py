"""Sending files that stand beside the scores: events, and figures of other publishers."""

import pytest
from django.test import Client

from indicators import event_loading
from people.models import User
from people.permissions import Role
from r2p_dashboard import clock
from reports import ingest
from reports.models import Retrieval
from tests import make
from tests.elsewhere import idmc_csv
from tests.ged import Event, ged_csv, ged_zip
from tests.pages.test_upload import file, sent
from tests.waiting import Bell

pytestmark = pytest.mark.usefixtures("reference")


@pytest.fixture
def coder(client: Client, bell: Bell) -> User:
    person = make.person(Role.CODER)
    client.force_login(person)
    return person


def test_a_zip_of_events_goes_the_way_of_every_file_and_another_is_refused(client: Client, coder: User) -> None:
    zipped = ged_zip(ged_csv(Event()))
    answer = client.post("/reports/new/", sent(reader="ucdp-ged", file=file(zipped)))
    ingest.read_waiting(at=clock.now())
    event_loading.load_waiting(at=clock.now())

    assert "1 event loaded" in client.get(answer["Location"]).text
    assert "in none of them" in client.get(answer["Location"]).text
    assert "Found an Office or ZIP file" in client.post("/reports/new/", sent(reader="idmc", file=file(zipped))).text


def test_a_file_that_does_not_say_its_day_needs_one(client: Client, coder: User) -> None:
    payload = file(idmc_csv((2023, "MLI", "1000")))

    assert "wanted the day" in client.post("/reports/new/", sent(reader="idmc", file=payload, published_on="")).text
    assert not Retrieval.objects.exists()
