"""smoke"""

import pytest
from django.test import Client

from people.permissions import Role
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")


def test_smoke(client: Client) -> None:
    client.force_login(make.person(Role.PUBLISHER))
    assert client.get("/outbox/").status_code == 200
    row = outbox.delivery()
    p = client.get("/outbox/")
    assert p.status_code == 200
    p = client.get(f"/outbox/{row.pk}/")
    assert p.status_code == 200
    print(p.text)
    p = client.get(f"/outbox/{row.pk}/mail.html")
    print(p.status_code, p.headers)
    for m in ["signal", "verdict", "alert", "delivery"]:
        a = client.force_login(make.person(Role.ADMIN))
        assert client.get(f"/admin/alerts/{m}/").status_code == 200
    p = client.get(f"/admin/alerts/delivery/{row.pk}/change/")
    assert p.status_code == 200
    assert row.person.email not in p.text
    assert 0
