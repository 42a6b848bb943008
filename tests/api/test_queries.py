"""Query counts do not grow with the rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.alerts import ledgers, outbox
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")

LIMITS = {
    "countries/": 8,
    "scores/": 8,
    "countries/MMR/": 8,
    "countries/MMR/score/": 8,
    "countries/MMR/history/": 8,
    "countries/MMR/contributions/": 8,
    "countries/MMR/breakdown/": 8,
    "countries/MMR/change/": 8,
    "countries/MMR/change/evidence/": 3,
    "countries/MMR/series/": 8,
    "countries/MMR/events/": 8,
    "countries/MMR/published/": 8,
    "framework/": 3,
    "framework/indicators/": 3,
    "methods/": 3,
    "sources/": 3,
    "alert-numbers/": 3,
    "backtests/": 3,
    "alerts/": 3,
    "signals/": 8,
    "ledger/": 8,
    "sensitivity/": 8,
    "evidence/": 5,
    "evidence/?format=csv": 5,
    "evidence/?country=MMR&factor=1&grade=B2&polarity=risk&status=accepted&event_from=2020-01-01": 5,
    "scores/?as_of=2024-06-15": 8,
    "countries/?as_of=2024-06-15": 8,
    "countries/MMR/score/?as_of=2024-06-15": 8,
    "countries/MMR/contributions/?as_of=2024-06-15": 8,
    "countries/MMR/breakdown/?as_of=2024-06-15": 8,
    "countries/MMR/change/?from=2024-05-15&as_of=2024-06-15": 8,
    "evidence/?as_of=2024-06-15": 5,
}
NEIGHBOURS = ["MMR", "MLI", "SSD", "YEM", "SYR", "HTI"]


def _fill(count: int) -> None:
    given.evidence(count)
    for iso3 in NEIGHBOURS[1 : count // 5]:
        given.evidence(1, country=make.country(iso3))
    given.series_values(count)
    given.event_months(count)
    given.published(count)
    for _ in range(count):
        ledgers.response(warning=ledgers.warning(), steps=2)
        ledgers.response(alert=outbox.alert())
    given.scored()


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(given.BASE + address).status_code == 200
    return len(found)


def test_three_rows_and_thirty_cost_the_same_queries(
    client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    _fill(3)
    few = {address: _queries(client, address) for address in LIMITS}
    _fill(30)
    many = {address: _queries(client, address) for address in LIMITS}

    assert few == many
    # the scores of another day are computed at the first look and kept until the next run; this is the second look
    for address, limit in LIMITS.items():
        with django_assert_max_num_queries(limit, info=address):
            client.get(given.BASE + address)


def test_one_piece_of_evidence_costs_two_queries(
    client: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    row = given.evidence(1)[0]
    with django_assert_max_num_queries(2):
        client.get(f"/api/v1/evidence/{row.pk}/")


def test_a_report_s_bytes_are_never_read(client: Client) -> None:
    row = given.evidence(3)[0]
    given.series_values(2)
    given.event_months(2)
    given.published(2)
    beside = ("countries/MMR/events/", "countries/MMR/published/")
    for address in ("evidence/", f"evidence/{row.pk}/", "countries/MMR/series/", *beside, "sources/"):
        with CaptureQueriesContext(connection) as found:
            client.get(given.BASE + address)
        for query in found.captured_queries:
            assert '"reports_report"."bytes"' not in query["sql"]
            assert '"reports_report"."text"' not in query["sql"]
