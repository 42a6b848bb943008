"""Alerts as data: what went out, what became of it, and each reason as far as a reader may see its evidence."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import coding
from people.permissions import Role, Sensitivity
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
LIST = "/api/v1/alerts/"
DAY = dt.timedelta(days=1)


def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(LIST + query).json()["results"]
    return rows


def test_only_what_went_out_is_there_even_for_who_releases(client: Client) -> None:
    hidden = [outbox.alert(state="draft"), outbox.alert(is_dry_run=True)]
    sent = outbox.alert()
    client.force_login(make.person(Role.PUBLISHER))

    assert [row["id"] for row in listed(client)] == [sent.pk]
    assert [client.get(f"{LIST}{one.pk}/").status_code for one in (*hidden, sent)] == [404, 404, 200]


def test_a_row_says_what_became_of_the_alert(client: Client) -> None:
    first = outbox.alert(withdrawn_at=make.NOW)
    gone = outbox.alert(kind="withdrawal", corrects=first)
    right = outbox.alert(kind="correction", corrects=first)
    outbox.alert(kind="correction", corrects=first, is_dry_run=True)
    old, new = outbox.alert(valid_until=dt.date(2024, 8, 1)), outbox.alert(valid_until=dt.date(2024, 8, 1))
    higher = outbox.alert(supersedes=old)

    rows = {row["id"]: row for row in listed(client)}

    row = rows[first.pk]
    assert (row["state"], row["corrected_by"], row["withdrawn_by"]) == ("withdrawn", [right.pk], gone.pk)
    assert (rows[gone.pk]["about"], rows[gone.pk]["kind"]) == (first.pk, "withdrawal")
    assert [rows[one.pk]["state"] for one in (old, new, higher)] == ["superseded", "expired", "valid"]
    assert rows[old.pk]["superseded_by"] == higher.pk


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?country=sdn", {"SDN"}), ("?region=142", {"MMR"}), ("?level=high", {"SDN"}), ("?kind=rise", {"MMR", "SDN"}),
        ("?since=2024-07-02", {"SDN"}), ("?until=2024-07-01", {"MMR"}), ("?kind=blackout", set()),
    ],
)  # fmt: skip
def test_the_address_chooses_alerts(client: Client, query: str, found: set[str]) -> None:
    outbox.alert()
    outbox.alert(iso3="SDN", level=4, decided_by=make.person(Role.PUBLISHER), released_at=make.NOW + DAY)

    assert {row["country"] for row in listed(client, query)} == found
    assert len(client.get(f"{LIST}{query}&format=csv").text.splitlines()) == 1 + len(found)


@pytest.mark.parametrize("path", [LIST, "/api/v1/ledger/"])
def test_addresses_in_a_table_are_whole_and_lead_to_the_page_alone(client: Client, path: str) -> None:
    alert = outbox.alert()

    for row in csv.DictReader(io.StringIO(client.get(f"{path}?format=csv&country=mmr").text)):
        assert row["url"] == f"http://testserver/alerts/{alert.pk}/"


def test_what_cannot_be_asked_is_refused(client: Client) -> None:
    for query in ("?level=low", "?kind=x", "?since=then", "?page=0"):
        assert client.get(LIST + query).status_code == 400


def test_a_reason_is_shown_as_far_as_its_evidence(client: Client) -> None:
    alert, kept, lost = outbox.alert(), make.accepted(), make.accepted(sensitivity=Sensitivity.CONFIDENTIAL)
    gone = make.accepted()
    coding.retract(evidence_id=gone.pk, by=make.person(Role.ADMIN), reason="made up", at=make.NOW)
    for order, (text, row) in enumerate((("SEEN", kept), ("HIDDEN", lost), ("GONE", gone), ("SERIES", None)), start=1):
        alert.reasons.create(order=order, text=text, grade="B2" if row else "", evidence=row)

    public = client.get(f"{LIST}{alert.pk}/")
    client.force_login(make.person(Role.CODER))
    staff = client.get(f"{LIST}{alert.pk}/").json()

    assert "HIDDEN" not in public.text
    assert [one["text"] for one in public.json()["reasons"]] == ["SEEN", None, "GONE", "SERIES"]
    assert [one["evidence"] for one in public.json()["reasons"]] == [kept.pk, None, gone.pk, None]
    assert [one["is_retracted"] for one in public.json()["reasons"]] == [False, False, True, False]
    assert public.json()["reasons"][0]["evidence_url"].endswith(f"/api/v1/evidence/{kept.pk}/")
    assert staff["reasons"][1]["text"] == "HIDDEN"
    assert staff["what_changed"] == alert.what_changed


def test_one_alert_costs_four_queries(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    alert = outbox.alert()
    for order in range(1, 4):
        alert.reasons.create(order=order, text="Words", evidence=make.accepted())
    outbox.alert(kind="correction", corrects=alert)
    with django_assert_max_num_queries(4):
        client.get(f"{LIST}{alert.pk}/")
