"""The page of one indicator: what counts, where there is evidence, and never more than the reader may see."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators.guidance import guidance_of
from indicators.models import Evidence, Indicator, SeriesDefinition, SeriesValue
from indicators.where_map import Says
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
PAGE = "/indicators/7.14/"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def lines(client: Client, query: str = "") -> dict[str, Any]:
    return {line.iso3: line for line in client.get(PAGE + query).context["where"].lines}


def said(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def number(iso3: str, **of_report: Any) -> SeriesValue:
    """A value of a series on the indicator of the page."""
    definition = SeriesDefinition.objects.order_by("pk").first()
    assert definition is not None
    SeriesDefinition.objects.filter(pk=definition.pk).update(indicator_code="7.14")
    return SeriesValue.objects.create(
        definition=definition,
        country=make.country(iso3),
        report=make.report(**of_report),
        territory=iso3,
        value=1.0,
        period_end=dt.date(2023, 12, 31),
        known_at=make.NOW - dt.timedelta(days=60),
    )


def test_every_indicator_of_the_framework_has_its_page(client: Client) -> None:
    codes = list(Indicator.objects.in_use().values_list("code", flat=True))

    assert len(codes) > 100
    assert [
        code
        for code in (codes[0], codes[len(codes) // 2], codes[-1])
        if client.get(f"/indicators/{code}/").status_code != 200
    ] == []


def test_says_what_it_means_and_what_counts(client: Client) -> None:
    indicator, guidance = make.indicator("7.14"), guidance_of("7.14")
    assert guidance is not None

    page = client.get(PAGE)

    assert indicator.description in page.text
    assert guidance.counts in page.text
    assert "Number recalled, not yet checked against the official text" in page.text
    assert [one.code for one in page.context["around"].alike] == sorted(
        guidance.named, key=lambda code: [int(part) for part in code.split(".")]
    )
    assert "presupposes an armed conflict" not in page.text
    assert "presupposes an armed conflict" in client.get("/indicators/13.1/").text


def test_leads_to_its_factor_and_to_its_neighbours(client: Client) -> None:
    text = client.get("/indicators/7.13/?as_of=2024-06-01").text
    kept = "?as_of=2024-06-01&amp;known_at=2024-06-01"

    assert f'href="/factors/7/{kept}"' in text
    assert f'rel="prev" href="/indicators/7.12/{kept}"' in text
    assert f'rel="next" href="/indicators/7.14/{kept}"' in text
    assert 'rel="next" href' not in client.get(PAGE).text


def test_says_in_each_country_which_way_the_evidence_points(client: Client) -> None:
    make.accepted(severity=2)
    make.accepted(severity=4)
    make.accepted(country=make.country("MLI"), severity=0)
    make.accepted(country=make.country("UKR"), polarity=-1)
    make.accepted(country=make.country("SSD"))
    make.accepted(country=make.country("SSD"), polarity=-1)

    found = lines(client)

    assert {iso3: line.says for iso3, line in found.items()} == {
        "MLI": Says.AGAINST, "MMR": Says.RISK, "SSD": Says.BOTH, "UKR": Says.AGAINST,
    }  # fmt: skip
    assert (found["MMR"].risk, found["MMR"].severest) == (2, "4: extreme or systematic")
    assert (found["MLI"].absent, found["MLI"].severest) == (1, "")


def test_each_country_leads_to_its_page_and_to_its_evidence(client: Client) -> None:
    make.accepted()

    text = client.get(f"{PAGE}?as_of=2024-06-15").text
    kept = "as_of=2024-06-15&amp;known_at=2024-06-15"

    assert f'href="/countries/MMR/?{kept}#factor-7"' in text
    assert f'href="/evidence/?country=MMR&amp;indicator=7.14&amp;{kept}"' in text
    assert f'data-follow="/countries/XXX/?{kept}"' in text
    assert client.get("/evidence/?country=MMR&indicator=7.14&as_of=2024-06-15&known_at=2024-06-15").status_code == 200


def test_map_and_table_say_the_same(client: Client) -> None:
    make.accepted()
    make.accepted(country=make.country("MLI"), polarity=-1)

    page = client.get(PAGE)
    traces = {
        trace["name"]: trace["locations"] for trace in page.context["where"].chart.figure["data"] if "geojson" in trace
    }

    assert traces["it is there"] == ["MMR"]
    assert traces["only against it"] == ["MLI"]
    assert len(traces["nothing that you may see"]) == 193
    assert [row[0] for row in page.context["where"].chart.rows] == ["Mali", "Myanmar"]
    assert page.context["where"].key[-1] == ("nothing that you may see", "none", 193)


def test_what_the_map_cannot_show_well_is_listed(client: Client) -> None:
    make.accepted(country=make.country("MLT"))

    assert "Only a dot on the map: Malta." in said(client.get(PAGE).text)


@pytest.mark.parametrize("role", [None, Role.READER, Role.FOCAL_POINT])
def test_what_the_reader_may_not_see_leaves_no_trace(client: Client, role: Role | None) -> None:
    empty = client.get(PAGE).context["where"]
    make.confidential(note="marker why")
    make.accepted(of=make.passage(make.report(sensitivity=Sensitivity.CONFIDENTIAL)))
    number("MLI", sensitivity=Sensitivity.CONFIDENTIAL)
    if role is not None:
        client.force_login(make.person(role))

    page = client.get(PAGE)

    assert page.context["where"] == empty
    assert "Myanmar" not in page.text
    assert "marker why" not in page.text
    client.force_login(make.person(Role.CODER))
    assert set(lines(client)) == {"MMR", "MLI"}


def test_only_what_was_known_then_counts(client: Client) -> None:
    make.accepted()

    assert lines(client, "?as_of=2024-05-31") == {}
    assert set(lines(client, "?as_of=2024-06-01")) == {"MMR"}


def test_a_series_of_numbers_is_said_to_be_one(client: Client) -> None:
    number("MLI")

    found = lines(client)

    assert (found["MLI"].says, found["MLI"].pieces) == (Says.NUMBERS, 0)
    assert "numbers until 31 December 2023" in said(client.get(PAGE).text)
    assert lines(client, "?as_of=2023-12-30") == {}


def test_nothing_is_said_to_be_not_assessed(client: Client) -> None:
    text = client.get(PAGE).text

    assert "That means: not assessed. It does not mean that it is absent." in text
    assert "<figure" not in text


@pytest.mark.parametrize("code", ["7.99", "banana", "7", "7.14.1", "%00", "n" * 300])
def test_an_unknown_code_is_not_found(client: Client, code: str) -> None:
    assert client.get(f"/indicators/{code}/").status_code == 404


def test_an_unreadable_day_is_refused(client: Client) -> None:
    assert client.get(f"{PAGE}?as_of=yesterday").status_code == 400


def test_search_leads_here(client: Client) -> None:
    assert f'href="{PAGE}"' in client.get("/search/?q=7.14").text


@pytest.mark.parametrize("rows", [3, 30])
def test_needs_few_queries(client: Client, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for place in range(rows):
        make.accepted(country=make.country(["MMR", "MLI", "UKR"][place % 3]))

    with django_assert_max_num_queries(5):
        client.get(PAGE)


def test_what_is_kept_changes_with_what_it_shows_and_with_the_reader(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make.accepted()
    first = client.get(PAGE).text
    with django_assert_max_num_queries(1):
        assert client.get(PAGE).text == first
    link = 'href="/countries/MLI/#factor-7"'
    hidden = make.confidential(country=make.country("MLI"))
    assert link not in client.get(PAGE).text

    client.force_login(make.person(Role.CODER))
    text = client.get(PAGE).text
    assert link in text
    assert 'href="/evidence/new/?indicator=7.14"' in text
    client.force_login(make.person(Role.READER))
    text = client.get(PAGE).text
    assert link not in text
    assert "/evidence/new/" not in text.partition("<main")[2]

    Evidence.objects.filter(pk=hidden.pk).update(sensitivity=Sensitivity.PUBLIC)
    Report.objects.filter(pk=hidden.passage.report_id).update(sensitivity=Sensitivity.PUBLIC)
    assert link in client.get(PAGE).text
    Evidence.objects.filter(pk=hidden.pk).update(
        status="retracted", retracted_at=make.NOW, retracted_by=make.person(Role.ADMIN), retraction_reason="wrong"
    )
    assert link not in client.get(PAGE).text
