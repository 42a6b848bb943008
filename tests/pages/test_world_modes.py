"""The map's modes: in the address, kept by every link of the page, with legend, table and words; honest about war."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from countries.charts import NOT_ASSESSED, NOT_COMPARABLE
from countries.map_modes import AT_WAR, MODES
from indicators import assess
from tests import make
from tests.indicators.test_at_war import figure

pytestmark = pytest.mark.usefixtures("reference")
OTHERS = [key for key in MODES if key != "level"]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def scored(*codes: str) -> None:
    for code in codes:
        make.accepted(country=make.country(code))
    assess.score_all(at=make.NOW, day=make.TODAY)


def steps(client: Client, key: str) -> dict[str, str]:
    """Of each country the step that it is on."""
    chart = client.get(f"/?map={key}").context["chart"]
    return {row[0]: row[1] for row in chart.rows}


@pytest.mark.parametrize("query", ["", "?map=", "?map=level", "?map=rainbow"])
def test_levels_are_shown_unless_another_mode_is_asked_for(client: Client, query: str) -> None:
    page = client.get(f"/{query}")

    assert page.context["mode"].key == "level"
    assert 'class="map-legend"' not in page.text


@pytest.mark.parametrize("key", OTHERS)
def test_a_mode_has_its_legend_with_words_and_counts_of_all_countries(client: Client, key: str) -> None:
    scored("MMR")

    page = client.get(f"/?map={key}")

    legend = page.context["map_legend"]
    assert sum(one.count for one in legend) == len(page.context["chart"].rows) == 195
    text = page.text.partition('class="map-legend"')[2].partition("</ul>")[0]
    assert all(one.step.word in text for one in legend)
    assert f'?map={key}" aria-current="true"' in page.text


@pytest.mark.parametrize("key", OTHERS)
def test_sorting_and_filters_keep_the_mode_and_modes_keep_the_filters(client: Client, key: str) -> None:
    scored("MMR")

    text = client.get(f"/?region=Asia&map={key}").text

    assert f'<input type="hidden" name="map" value="{key}">' in text
    heads = re.findall(r'id="sort-\w+" href="([^"]+)"', text)
    assert heads
    assert all(f"map={key}" in href and "region=Asia" in href for href in heads)
    modes = text.partition('class="map-modes"')[2].partition("</nav>")[0]
    assert modes.count("region=Asia") == len(MODES)


def test_a_country_that_is_not_assessed_is_not_assessed_in_every_mode(client: Client) -> None:
    scored("MMR")

    assert {steps(client, key)["France"] for key in MODES} == {NOT_ASSESSED}


def test_what_is_undetermined_is_hatched_for_change_and_covered_as_little_as_it_is(client: Client) -> None:
    scored("MMR")

    assert steps(client, "change")["Myanmar"] == NOT_COMPARABLE
    assert steps(client, "coverage")["Myanmar"].startswith("data-poor")


def test_prevention_leaves_out_what_is_at_war_whether_it_is_assessed_or_not(client: Client) -> None:
    scored("MMR", "MLI")
    figure(5000, "MMR")
    figure(5000, "SDN")
    figure(5, "MLI")

    page = client.get("/?map=prevention")
    shown = {row[0]: row[1] for row in page.context["chart"].rows}

    assert {shown["Myanmar"], shown["Sudan"]} == {AT_WAR}
    assert shown["Mali"] == "UNDETERMINED"
    rows = {row[0]: row[2] for row in page.context["chart"].rows}
    assert rows["Myanmar"] == "5,000 deaths in state-based conflict in 2023"
    assert (rows["Mali"], rows["France"]) == ("no war by the figures", "not known")


def test_prevention_says_where_it_has_war_from_and_that_unknown_is_unknown(client: Client) -> None:
    figure(5000, "SDN")
    figure(5, "MLI")

    text = " ".join(client.get("/?map=prevention").text.split())

    assert "The figures here end on 31 December 2023." in text
    assert "On record as at war: 1. Below the mark by the figures: 1. Not known: 193" in text
    assert "which does not mean that there is peace" in text
    assert "war by UCDP’s country-years to 2023 and public evidence" in text


def test_prevention_without_figures_says_that_only_evidence_tells(client: Client) -> None:
    text = client.get("/?map=prevention").text

    assert "No figures of UCDP are loaded for this day: only evidence tells." in text
    assert "war by public evidence alone" in text


def test_prevention_of_an_earlier_day_knows_no_later_war(client: Client) -> None:
    scored("MMR")
    figure(5000, "MMR", known_at=make.NOW + dt.timedelta(days=1))

    assert "On record as at war: 0" in client.get("/?map=prevention&as_of=2024-06-20").text


def test_what_the_map_cannot_show_is_listed(client: Client) -> None:
    text = client.get("/").text.partition('class="not-on-map"')[2].partition("</dl>")[0]

    assert "Andorra, " in text
    assert "Western Sahara" in text
    assert "none of the 195 States" in text


@pytest.mark.parametrize("key", MODES)
def test_queries_of_each_mode(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, key: str) -> None:
    scored("MMR", "MLI", "HTI")
    with django_assert_max_num_queries(8):
        client.get(f"/?map={key}")


def test_a_kept_map_of_wars_changes_with_what_is_on_record(client: Client) -> None:
    assert steps(client, "prevention")["Sudan"] == NOT_ASSESSED
    figure(5000, "SDN")

    assert steps(client, "prevention")["Sudan"] == AT_WAR


def test_what_stands_in_the_address_never_becomes_markup(client: Client) -> None:
    assert "<script>alert" not in client.get("/?map=<script>alert(1)</script>").text
