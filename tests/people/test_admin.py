"""The staff desk."""

import pytest
from django.test import Client

from indicators.models import Evidence
from people.models import User
from people.permissions import Role
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")

DESKS = (
    "people/user", "countries/country", "reports/family", "reports/source", "reports/report", "reports/retrieval",
    "reports/passage", "indicators/evidence", "indicators/framework", "indicators/indicator",
    "indicators/methodversion", "indicators/scorerun", "indicators/seriesdefinition", "indicators/seriesload",
    "alerts/signal", "alerts/verdict", "alerts/alert", "alerts/delivery",
)  # fmt: skip
MANAGED = ("people/user", "reports/family", "reports/source")


@pytest.fixture
def admin(client: Client) -> User:
    """Not a superuser: the role alone opens the desk."""
    person = make.person(Role.ADMIN)
    client.force_login(person)
    return person


@pytest.mark.parametrize("desk", DESKS)
def test_every_desk_opens_and_only_some_add(client: Client, admin: User, desk: str) -> None:
    make.accepted()
    outbox.delivery()

    assert client.get(f"/admin/{desk}/").status_code == 200
    assert client.get(f"/admin/{desk}/add/").status_code == (200 if desk in MANAGED else 403)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_the_desk_is_for_admins_only(client: Client, role: Role) -> None:
    client.force_login(make.person(role))

    assert client.get("/admin/people/user/").status_code == 302


def test_a_report_never_shows_its_bytes_nor_its_text(client: Client, admin: User) -> None:
    report = make.report()

    page = client.get(f"/admin/reports/report/{report.pk}/change/")

    assert page.status_code == 200
    assert report.text not in page.text


def test_a_delivery_shows_neither_address_nor_mail_and_is_never_changed(client: Client, admin: User) -> None:
    row = outbox.delivery(message=b"Subject: synthetic words")
    of = f"/admin/alerts/delivery/{row.pk}"

    page = client.get(f"{of}/change/")

    assert page.status_code == 200
    assert row.person.email not in page.text
    assert "synthetic words" not in page.text
    assert client.post(f"{of}/change/", {"state": "cancelled"}).status_code == 403
    assert client.post(f"{of}/delete/", {"post": "yes"}).status_code == 403


def test_evidence_is_read_only_and_never_deleted(client: Client, admin: User) -> None:
    row = make.accepted()

    assert client.get(f"/admin/indicators/evidence/{row.pk}/change/").status_code == 200
    assert client.post(f"/admin/indicators/evidence/{row.pk}/change/", {"severity": 0}).status_code == 403
    assert client.post(f"/admin/indicators/evidence/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Evidence.objects.get().severity == 3


def test_makes_a_person_with_one_role(client: Client, admin: User) -> None:
    fields = {
        "email": "New@Test.Example", "name": "New", "role": "coder",
        "password1": make.PASSWORD, "password2": make.PASSWORD,
    }  # fmt: skip

    client.post("/admin/people/user/add/", fields)

    person = User.objects.get(email="new@test.example")
    assert (person.role, person.is_superuser, person.check_password(make.PASSWORD)) == ("coder", False, True)


def test_switches_a_person_off_instead_of_deleting(client: Client, admin: User) -> None:
    person = make.person(Role.CODER)

    answer = client.post(
        f"/admin/people/user/{person.pk}/change/", {"email": person.email, "name": person.name, "role": person.role}
    )

    person.refresh_from_db()
    assert (answer.status_code, person.is_active) == (302, False)
    assert client.post(f"/admin/people/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_short_name_of_a_family_stays(client: Client, admin: User) -> None:
    family = make.family("body-kept")

    client.post(f"/admin/reports/family/{family.pk}/change/", {"name": "Renamed", "slug": "other"})

    family.refresh_from_db()
    assert (family.slug, family.name) == ("body-kept", "Renamed")
