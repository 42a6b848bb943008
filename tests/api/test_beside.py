"""Recorded events and figures of others over the API: dated, with their release, and nothing above a clearance."""

import pytest
from django.test import Client

from people.permissions import Sensitivity
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")
EVENTS, PUBLISHED = "countries/MMR/events/", "countries/MMR/published/"


def test_events_come_by_month_with_their_release(client: Client) -> None:
    report = given.event_months(2)[0].load.report
    rows = given.rows_of(client, EVENTS)

    assert [row["month"] for row in rows] == ["2024-04-01", "2024-05-01"]
    assert {(row["kind"], row["events"], row["deaths_best"], row["territory"]) for row in rows} == {
        ("one_sided", 1, 4, 775)
    }
    assert {row["report"] for row in rows} == {report.pk}


def test_events_are_those_that_were_known_in_months_that_had_ended(client: Client) -> None:
    given.event_months(2)

    assert len(given.rows_of(client, f"{EVENTS}?as_of=2024-05-30&known_at=2024-06-30")) == 1
    assert given.rows_of(client, f"{EVENTS}?as_of=2024-05-30") == []  # released in June


def test_figures_carry_publisher_unit_and_period_and_no_rank(client: Client) -> None:
    figure = given.published(1)[0]
    (row,) = given.rows_of(client, PUBLISHED)

    assert (row["publisher"], row["unit"], row["value"]) == (figure.report.source.name, "people", 0.0)
    assert (row["period_start"], row["period_until"]) == ("2023-01-01", "2024-01-01")
    assert "rank" not in "".join(row)
    assert given.rows_of(client, f"{PUBLISHED}?known_at=2024-05-01") == []


def test_what_is_for_staff_alone_is_in_no_answer_to_the_public(client: Client) -> None:
    given.event_months(1, sensitivity=Sensitivity.INTERNAL)
    given.published(1, sensitivity=Sensitivity.INTERNAL)

    assert given.rows_of(client, EVENTS) == given.rows_of(client, PUBLISHED) == []
