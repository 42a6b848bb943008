"""The navigation of the pages about alerts: who is offered what, and where the reader is."""

import re

import pytest
from django.test import Client

from alerts import links
from people.permissions import Role
from r2p_dashboard.navigation import ALERT_SIDE
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")


def offered(client: Client, address: str) -> dict[str, str]:
    """Each address in the navigation, with its aria-current."""
    found = client.get(address).text.partition('<nav class="sub-nav"')[2].partition("</nav>")[0]
    return dict(re.findall(r'<a href="([^"]+)"(?: aria-current="(\w+)")?>', found))


@pytest.mark.parametrize("role", [None, Role.FOCAL_POINT, Role.CODER, Role.PUBLISHER])
def test_everybody_is_offered_what_they_may_open_and_nothing_else(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(make.person(role))

    found = offered(client, "/alerts/")

    assert {"/alerts/", "/signals/", "/situations/", "/alerts/numbers/", "/scorecard/"} <= set(found)
    assert ("/subscriptions/" in found) is (role is not None)
    assert ("/outbox/" in found) is (role is Role.PUBLISHER)
    assert {address: client.get(address).status_code for address in found} == dict.fromkeys(found, 200)


@pytest.mark.parametrize(
    ("address", "current"),
    [("/alerts/", "page"), ("/alerts/numbers/", "page"), ("/signals/?kind=rapid", "page"), ("/scorecard/", "page")],
)
def test_the_page_itself_is_marked(client: Client, address: str, current: str) -> None:
    found = offered(client, address)

    assert {one: mark for one, mark in found.items() if mark} == {address.partition("?")[0]: current}


def test_what_belongs_to_a_page_marks_it(client: Client) -> None:
    alert = outbox.alert()

    assert offered(client, f"/alerts/{alert.pk}/")["/alerts/"] == "true"
    assert offered(client, f"/situations/{alert.situation.slug}/")["/situations/"] == "true"


@pytest.mark.parametrize(
    ("role", "address", "lit"),
    [
        (Role.PUBLISHER, "/duties/", ["/duties/"]), (Role.PUBLISHER, "/offices/", ["/duties/"]),
        (Role.PUBLISHER, "/outbox/", ["/outbox/"]), (Role.PUBLISHER, "/subscriptions/", ["/subscriptions/"]),
        (Role.PUBLISHER, "/signals/", ["/alerts/"]), (Role.CODER, "/duties/", ["/alerts/"]),
    ],
)  # fmt: skip
def test_one_item_of_the_header_is_lit(client: Client, role: Role, address: str, lit: list[str]) -> None:
    client.force_login(make.person(role))

    header = client.get(address).text.partition('<header class="site-header"')[2].partition("</header>")[0]

    assert re.findall(r'<a href="([^"]+)" aria-current', header) == lit


@pytest.mark.parametrize("address", ["/", "/method/", "/countries/MMR/"])
def test_other_pages_do_not_have_it(client: Client, address: str) -> None:
    assert offered(client, address) == {}


def test_a_page_by_signed_link_does_not_have_it(client: Client) -> None:
    address = f"/subscriptions/by-link/{links.manage_token(make.person())}/"

    assert client.get(address).status_code == 200
    assert offered(client, address) == {}


def test_no_two_entries_have_one_name() -> None:
    assert len({entry.name for entry in ALERT_SIDE}) == len({entry.label for entry in ALERT_SIDE}) == len(ALERT_SIDE)
