"""Scans that wait for somebody to type their words are said where work is looked for."""

import pytest
from django.test import Client

from people.permissions import Role, Sensitivity
from reports.models import TYPED
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
PAGES = ("/sources/", "/suggestions/left/", "/status/")
SAID = "is a scan that nobody and no machine has read"


@pytest.mark.parametrize("address", PAGES)
def test_how_many_scans_are_unread_is_said_to_who_may_type_them(client: Client, address: str) -> None:
    scan = make.report(is_unread=True)
    make.report(is_unread=True, sensitivity=Sensitivity.STRICTLY_CONFIDENTIAL)
    make.report()
    client.force_login(make.person(Role.CODER))

    page = client.get(address).text
    assert f"1 report {SAID}" in page
    assert 'href="/reports/unread/"' in page
    make.report(carrier=scan, reader=TYPED)
    assert SAID not in client.get(address).text


@pytest.mark.parametrize("role", [None, Role.READER, Role.FOCAL_POINT])
def test_it_is_not_said_to_who_may_not_nor_of_another_day(client: Client, role: Role | None) -> None:
    make.report(is_unread=True)
    if role is not None:
        client.force_login(make.person(role))

    assert SAID not in client.get("/sources/").text + client.get("/status/").text
    client.force_login(make.person(Role.ADMIN))
    assert SAID not in client.get("/sources/?as_of=2024-05-01").text
