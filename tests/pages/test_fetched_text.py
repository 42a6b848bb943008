"""What a feed brought: who may read it before anybody has accepted evidence in it."""

import pytest
from django.test import Client

from people.permissions import Role
from reports.models import Report
from tests import make

pytestmark = pytest.mark.usefixtures("reference")


def test_what_was_fetched_is_for_staff_until_evidence_in_it_is_accepted(client: Client) -> None:
    carrier = make.report(kind=Report.Kind.FEED)
    fetched = make.report(carrier=carrier)
    passages = [make.passage(fetched, text=text, end=len(text)) for text in ("A read one.", "An unread one.")]
    address = f"/reports/{fetched.pk}/"
    assert client.get(address).status_code == 404

    make.accepted(of=passages[0])

    page = client.get(address).text
    assert "A read one." in page
    assert "An unread one." not in page
    client.force_login(make.person(Role.CODER))
    assert "An unread one." in client.get(address).text
