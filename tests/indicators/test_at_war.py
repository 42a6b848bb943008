"""Where war is on record: by public figures and public evidence, as known then; what neither tells is unknown."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from indicators.at_war import Wars, wars
from indicators.models import Evidence, SeriesDefinition, SeriesValue
from people.permissions import Sensitivity
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
DAY = make.TODAY
KNOWN = dt.date(2024, 12, 31)


def figure(value: float, iso3: str = "MMR", year: int = 2023, **fields: Any) -> SeriesValue:
    defaults: dict[str, Any] = {
        "definition": SeriesDefinition.objects.get(slug="ucdp-state-based"),
        "country": make.country(iso3),
        "report": make.report(**fields.pop("of", {})),
        "territory": "1",
        "period_end": dt.date(year, 12, 31),
        "known_at": make.NOW - dt.timedelta(days=20),
    }
    return SeriesValue.objects.create(value=value, **(defaults | fields))


def told(**fields: Any) -> Evidence:
    defaults: dict[str, Any] = {
        "indicator": make.indicator("1.1"), "severity": 4, "event_on": dt.date(2024, 3, 1),
        "known_on": dt.date(2024, 3, 2),
    }  # fmt: skip
    return make.accepted(**(defaults | fields))


def found() -> Wars:
    return wars(day=DAY, known_on=KNOWN)


def test_where_nothing_is_stored_nothing_is_known() -> None:
    assert found() == Wars({}, (), None)


@pytest.mark.parametrize(("deaths", "is_war"), [(999.0, False), (1000.0, True), (0.0, False)])
def test_a_thousand_deaths_in_a_year_are_a_war_and_fewer_stand_below_the_mark(deaths: float, is_war: bool) -> None:
    figure(deaths)

    assert ("MMR" in found().at_war, found().below) == (is_war, () if is_war else ("MMR",))
    assert found().figures_until == dt.date(2023, 12, 31)


def test_the_latest_year_and_the_latest_release_of_it_count() -> None:
    figure(5000, year=2022)
    figure(2000, year=2023)
    figure(10, year=2023, known_at=make.NOW - dt.timedelta(days=5))

    assert found() == Wars({}, ("MMR",), dt.date(2023, 12, 31))


@pytest.mark.parametrize(
    "fields",
    [
        {"year": 2021},  # too old to speak of now
        {"year": 2024},  # the year has not ended
        {"known_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC)},
        {"retracted_at": make.NOW},
        {"of": {"sensitivity": Sensitivity.CONFIDENTIAL}},
        {"is_scored": False},
    ],
)
def test_figures_that_are_old_or_not_yet_known_or_not_public_tell_nothing(fields: dict[str, Any]) -> None:
    figure(5000, **fields)

    assert found() == Wars({}, (), None)


def test_evidence_of_open_war_within_a_year_is_a_war_though_the_figures_stand_below() -> None:
    figure(10)
    told()

    assert found().at_war == {"MMR": "evidence of open war, last on 2024-03-01"}
    assert found().below == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"severity": 3},
        {"polarity": Evidence.Polarity.MITIGATION},
        {"event_on": dt.date(2023, 6, 1)},
        {"known_on": dt.date(2025, 1, 1)},
    ],
)
def test_evidence_that_is_milder_older_or_later_known_is_none(fields: dict[str, Any]) -> None:
    told(**fields)

    assert found().at_war == {}


def test_evidence_on_another_sign_is_none() -> None:
    told(indicator=make.indicator("1.2"))

    assert found().at_war == {}


def test_evidence_that_is_not_public_tells_nobody_of_a_war() -> None:
    make.confidential(indicator=make.indicator("1.1"), severity=4, event_on=dt.date(2024, 3, 1))

    assert found().at_war == {}


def test_one_query_whatever_is_stored(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for iso3 in ("MMR", "MLI", "HTI"):
        figure(2000, iso3)
        told(country=make.country(iso3))

    with django_assert_num_queries(1):
        assert len(found().at_war) == 3
