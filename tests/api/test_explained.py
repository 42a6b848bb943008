"""Breakdown and change: rows that add up, exactly and as printed, whatever the reader may see."""

import datetime as dt
import math
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from indicators import coding
from indicators.models import Evidence, MethodVersion
from people.permissions import Role
from r2p_dashboard import clock
from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")
EARLY: dict[str, Any] = {"event_on": dt.date(2024, 1, 5), "known_on": dt.date(2024, 1, 10)}
CHANGE = "countries/MMR/change/"


def some() -> None:
    given.evidence(12)
    make.accepted(event_key="same"), make.accepted(event_key="same", reliability="A")
    make.accepted(event_key="same", sensitivity=2), make.confidential(indicator=make.indicator("9.1"))
    given.evidence(1, polarity=Evidence.Polarity.MITIGATION, indicator=make.indicator("7.14"))
    given.series_values(2)
    given.scored()


def answer(client: Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(given.BASE + path).json()
    return found


def sum_of(rows: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(row["printed"]) for row in rows), Decimal())


@pytest.mark.parametrize("moment", ["", "?as_of=2024-06-15", "?as_of=2024-06-15&known_at=2024-06-30"])
@pytest.mark.parametrize("role", [None, Role.ADMIN])
def test_the_breakdown_adds_up_to_the_index_for_every_reader(client: Client, moment: str, role: Role | None) -> None:
    some()
    if role:
        client.force_login(make.person(role))

    found = answer(client, f"countries/MMR/breakdown/{moment}")

    assert math.isclose(math.fsum(row["points"] for row in found["results"]), found["index"], abs_tol=1e-9)
    assert sum_of(found["results"]) == Decimal(f"{found['index']:.1f}")
    assert ("withheld" in {row["kind"] for row in found["results"]}) is (role is None)


def test_ageing_and_mitigation_are_rows_of_their_own_and_take_off(client: Client) -> None:
    some()

    rows = answer(client, "countries/MMR/breakdown/")["results"]
    off = [row for row in rows if row["kind"] in {"aged", "mitigation"}]

    assert {row["kind"] for row in off} == {"aged", "mitigation"}
    assert all(row["points"] < 0 and row["evidence"] is None for row in off)
    assert all(row["points"] > 0 for row in rows if row not in off)


def test_a_factor_s_printed_rows_are_near_what_they_stand_for(client: Client) -> None:
    some()
    factors: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in answer(client, "countries/MMR/breakdown/")["results"]:
        factors[row["factor"]].append(row)

    for rows in factors.values():
        assert abs(float(sum_of(rows)) - math.fsum(row["points"] for row in rows)) < 0.1 + 1e-9


def test_the_change_is_split_by_cause_and_adds_up(client: Client) -> None:
    for code in ("1.1", "2.2", "7.14"):
        make.accepted(indicator=make.indicator(code), **EARLY)
    given.evidence(4)
    given.scored()

    found = answer(client, CHANGE)

    assert {row["cause"] for row in found["results"]} == {"aged", "new"}
    assert math.isclose(math.fsum(row["points"] for row in found["results"]), found["change"], abs_tol=1e-9)
    shown = Decimal(f"{found['index']:.1f}") - Decimal(f"{found['index_before']:.1f}")
    assert sum_of(found["results"]) == shown


def test_the_change_left_to_itself_is_the_one_that_the_score_tells(client: Client) -> None:
    make.accepted(**EARLY)
    given.evidence(3)
    given.scored()

    found, score = answer(client, CHANGE), answer(client, "countries/MMR/score/")

    assert (found["as_of"], found["from_as_of"]) == ("2024-06-30", "2024-04-01")
    assert math.isclose(found["change"], score["change_90_days"], abs_tol=1e-9)


def test_what_was_retracted_is_a_cause_with_its_evidence(client: Client) -> None:
    rows = [make.accepted(indicator=make.indicator(code), **EARLY) for code in ("1.1", "2.2")]
    admin, at = make.person(Role.ADMIN), dt.datetime(2024, 6, 20, tzinfo=dt.UTC)
    coding.retract(evidence_id=rows[0].pk, by=admin, reason="a slip", at=at)
    new = make.accepted(indicator=make.indicator("7.14"))

    causes = {row["cause"] for row in answer(client, f"{CHANGE}?from=2024-05-01&as_of=2024-06-25")["results"]}
    moved = given.rows_of(client, f"{CHANGE}evidence/?from=2024-05-01&as_of=2024-06-25")

    assert causes == {"retracted", "aged", "new"}
    assert {(row["id"], row["movement"]) for row in moved} == {(rows[0].pk, "retracted"), (new.pk, "came_in")}


def test_what_was_retracted_after_the_installation_s_day_is_no_news(client: Client) -> None:
    make.accepted(indicator=make.indicator("1.1"), **EARLY)
    slip = make.accepted(indicator=make.indicator("7.14"), severity=4)
    old = make.accepted(indicator=make.indicator("2.2"), **EARLY)
    for row in (slip, old):
        coding.retract(evidence_id=row.pk, by=make.person(Role.ADMIN), reason="a slip", at=make.NOW)
    given.scored()

    found, score = answer(client, CHANGE), answer(client, "countries/MMR/score/")
    moved = given.rows_of(client, f"{CHANGE}evidence/")
    linked = answer(client, f"{CHANGE}?as_of=2024-06-30&known_at=2024-06-30&corrected_by={found['corrected_by']}")

    assert found["corrected_by"] == clock.now().date().isoformat()
    assert {row["cause"] for row in found["results"]} == {"retracted", "aged"}
    assert math.isclose(found["change"], score["change_90_days"], abs_tol=1e-9)
    assert [(row["id"], row["movement"]) for row in moved] == [(old.pk, "retracted")]
    assert linked["results"] == found["results"]


def test_a_correction_that_the_second_moment_knows_itself_adds_nothing(client: Client) -> None:
    asked = f"{CHANGE}?from=2024-05-01&as_of=2024-06-25"

    assert answer(client, f"{asked}&corrected_by=2024-06-25") == answer(client, asked)


def test_where_nothing_was_known_nothing_is_compared(client: Client) -> None:
    given.evidence(2)

    found = answer(client, f"{CHANGE}?from=2024-01-01&as_of=2024-06-15")

    assert (found["index_before"], found["change"]) == (None, None)
    assert {row["cause"] for row in found["results"]} == {"new"}
    assert sum_of(found["results"]) == Decimal(f"{found['index']:.1f}")


def test_a_country_that_is_not_assessed_has_no_change(client: Client) -> None:
    found = answer(client, "countries/FRA/change/")

    assert (found["index"], found["index_before"], found["change"], found["profile"]) == (None, None, None, None)
    assert found["results"] == []


def test_another_version_of_the_method_is_a_cause(client: Client) -> None:
    make.accepted(indicator=make.indicator("1.1"), **EARLY)
    old = MethodVersion.objects.get()
    fields = {"formula": old.formula, "framework": old.framework, "goalposts": old.goalposts, "sha256": "0" * 64}
    milder = MethodVersion.objects.create(
        **fields,
        parameters=old.parameters | {"Wcommon": 0.5, "Wspec": 0.5},
        published_at=dt.datetime(2024, 2, 1, tzinfo=dt.UTC),
        stands_from=dt.datetime(2024, 2, 1, tzinfo=dt.UTC),
    )

    found = answer(client, f"{CHANGE}?from=2024-03-01&as_of=2024-07-01")

    assert found["method_before"]["sha256"] == milder.sha256
    assert found["method"]["sha256"] == old.sha256
    assert {row["cause"] for row in found["results"]} >= {"parameters", "aged"}


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("from=2024-06-30&as_of=2024-01-31", "from is 2024-06-30; wanted a day not later than as_of, 2024-01-31"),
        ("from=2024-01-01&from_known_at=2024-06-30&as_of=2024-03-01",
         "from_known_at is 2024-06-30; wanted a day not later than known_at, 2024-03-01"),
        ("from=yesterday", "from is 'yesterday'; wanted a day such as 2024-06-30"),
    ],
)  # fmt: skip
def test_a_change_goes_forward(client: Client, query: str, detail: str) -> None:
    found = client.get(f"{given.BASE}{CHANGE}?{query}")

    assert (found.status_code, found.json()) == (400, {"detail": detail})
