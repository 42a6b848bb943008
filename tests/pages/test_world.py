"""The world page: honest about what is not known, sortable and searchable by address."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from alerts.models import Signal
from countries.views.world import NEW_DAYS, not_excluded
from indicators import assess
from indicators.world import cannot_exclude_of_nothing, world
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
NAME = re.compile(r'<li><a href="/countries/([A-Z]{3})/[^"]*">')
ROW = re.compile(r'<tr[^>]*><th scope="row"><a href="/countries/([A-Z]{3})/')


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Rendered parts of a page are kept between requests, and so between tests."""
    cache.clear()


def scored(*codes: str) -> None:
    for code in codes:
        make.accepted(country=make.country(code))
    assess.score_all(at=make.NOW, day=make.TODAY)


def order(page_text: str) -> list[str]:
    return ROW.findall(page_text)


def names(page_text: str) -> list[str]:
    """Those that stand below the table by name alone."""
    return NAME.findall(page_text.partition('<section class="unassessed"')[2])


def everybody(page_text: str) -> list[str]:
    return order(page_text) + names(page_text)


def test_rows_are_of_the_assessed_and_the_others_are_names_below(client: Client) -> None:
    scored("MMR", "MLI")

    text = client.get("/").text

    assert order(text) == ["MLI", "MMR"]
    assert names(text)[:3] == ["AFG", "ALB", "DZA"]
    assert len(names(text)) == 193
    assert not {"MLI", "MMR"} & set(names(text))


def test_names_stay_alphabetical_and_outside_however_the_table_is_sorted(client: Client) -> None:
    scored("MMR", "MLI")

    text = client.get("/?sort=-index&region=Africa").text

    assert order(text) == ["MLI"]
    assert names(text) == sorted(names(text), key=lambda code: make.country(code).name_sort)
    assert len(names(text)) == 53


@pytest.mark.parametrize("level", ["minimal", "low", "undetermined"])
def test_a_level_brings_no_country_that_is_not_assessed(client: Client, level: str) -> None:
    scored("MMR")

    assert names(client.get(f"/?level={level}").text) == []


def test_a_filter_goes_through_the_names_too(client: Client) -> None:
    scored("MMR")

    assert everybody(client.get("/?q=niger").text) == ["NER", "NGA"]
    assert everybody(client.get("/?level=unassessed&q=myanmar").text) == []


def test_one_table_can_hold_all_and_the_form_keeps_it(client: Client) -> None:
    scored("MMR")

    text = client.get("/?all=1").text

    assert names(text) == []
    assert '<input type="hidden" name="all" value="1" form="filters">' in text
    assert '<a id="switch-all" href="/?all=1" aria-current="true">All 195 in one table</a>' in text


@pytest.mark.parametrize(
    ("asked", "code"), [("Birmanie", "MMR"), ("SDN", "SDN"), ("Camboya", "KHM"), ("Congo, Dem. Rep.", "COD")]
)
def test_the_box_knows_the_names_that_the_search_knows(client: Client, asked: str, code: str) -> None:
    assert everybody(client.get("/", {"q": asked}).text) == [code]


def test_a_mistyped_name_is_answered_with_what_it_may_mean(client: Client) -> None:
    text = client.get("/", {"q": "mianmar"}).text

    assert everybody(text)[0] == "MMR"
    assert "No country is called “mianmar”" in text


def test_lists_every_state_alphabetically(client: Client) -> None:
    scored("MMR")

    found = order(client.get("/?all=1").text)

    assert len(found) == 195
    assert found[:3] == ["AFG", "ALB", "DZA"]


@pytest.mark.parametrize("sort", ["index", "-index", "coverage", "-coverage", "last", "-last", "level"])
def test_what_is_not_known_sorts_last_both_ways(client: Client, sort: str) -> None:
    scored("MMR", "MLI")

    assert set(order(client.get(f"/?sort={sort}").text)[:2]) == {"MMR", "MLI"}


def test_a_header_says_how_it_sorts_and_turns_round(client: Client) -> None:
    scored("MMR")

    text = client.get("/?sort=-index&region=Asia").text

    assert 'aria-sort="descending"><a id="sort-index" href="/?sort=index&amp;region=Asia"' in text


@pytest.mark.parametrize("asked", ["myanmar", "Мьянма", "缅甸", "ميانمار", "mm", "MMR", "104"])
def test_finds_a_country_by_any_name_or_code(client: Client, asked: str) -> None:
    assert "MMR" in everybody(client.get("/", {"q": asked}).text)


def test_finds_names_without_accents(client: Client) -> None:
    assert everybody(client.get("/", {"q": "cote d"}).text) == ["CIV"]


def test_filters_by_region_and_by_what_is_assessed(client: Client) -> None:
    scored("MMR", "MLI")

    assert order(client.get("/?assessed=1").text) == ["MLI", "MMR"]
    assert order(client.get("/?assessed=1&region=Africa").text) == ["MLI"]


def test_silence_is_never_shown_as_low(client: Client) -> None:
    scored("MMR")

    page = client.get("/?level=undetermined")

    assert order(page.text) == ["MMR"]
    assert {row.level.name for row in page.context["shown"].rows} == {"UNDETERMINED"}


def test_legend_counts_every_country_once(client: Client) -> None:
    scored("MMR", "MLI")

    legend = client.get("/").context["head"].legend

    assert sum(step.count for step in legend) == 195
    assert legend[-1].level is None
    assert legend[-1].count == 193


def test_gives_no_rank_and_no_forbidden_word(client: Client) -> None:
    text = client.get("/").text.lower()

    assert not [word for word in ("prediction", "probability of", "threat score", "<td>1</td>") if word in text]


def test_another_day_keeps_its_date_in_every_link(client: Client) -> None:
    page = client.get("/?as_of=2024-01-31")

    assert "/countries/MMR/?as_of=2024-01-31&amp;known_at=2024-01-31" in page.text
    assert ">Back to " in page.text


def test_an_impossible_day_is_refused(client: Client) -> None:
    assert client.get("/?as_of=yesterday").status_code == 400


def test_opens_with_a_banner_and_the_way_to_today(client: Client) -> None:
    text = client.get("/").text

    assert "30 June 2024" in text
    assert f"?as_of={dt.datetime.now(dt.UTC).date()}" in text


def test_htmx_gets_the_table_alone(client: Client) -> None:
    page = client.get("/?sort=-index", headers={"HX-Request": "true"})

    assert page.text.lstrip().startswith('<div id="results"')


def test_no_inline_style_or_script(client: Client) -> None:
    text = client.get("/").text

    assert not re.search(r'\sstyle="|\son\w+="|<script>|<style(?! id=)', text)


def test_queries_do_not_grow_with_rows(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    scored(*["MMR", "MLI", "HTI"])
    client.get("/")
    with django_assert_max_num_queries(8):
        client.get("/")


def test_queries_at_thirty_rows(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    scored(*order(client.get("/?all=1").text)[:30])
    with django_assert_max_num_queries(8):
        client.get("/?sort=-index")


def test_new_signals_are_listed_by_country_for_a_month(client: Client) -> None:
    outbox.alert(iso3="MMR")
    outbox.alert(iso3="HTI")
    day = make.NOW.date()

    listed = client.get(f"/?as_of={day}").text.partition("<h3>New signals</h3>")[2].partition("</section>")[0]
    later = client.get(f"/?as_of={day + dt.timedelta(days=NEW_DAYS)}").text

    assert re.findall(r"/countries/([A-Z]{3})/", listed) == ["HTI", "MMR"]
    assert "level up" in listed
    assert "None found in the last 30 days" in later


@pytest.mark.parametrize("fields", [{"kind": Signal.Kind.METHOD}, {"is_historic": True}])
def test_signals_of_a_method_or_of_old_evidence_are_not_new(client: Client, fields: dict[str, object]) -> None:
    before, after = outbox.snapshot(level=2), outbox.snapshot(level=3)
    given = {"kind": Signal.Kind.LEVEL_UP, "is_historic": False, "from_level": 2, "to_level": 3, "found_at": make.NOW}
    Signal.objects.create(country=after.country, before=before, after=after, **(given | fields))

    assert "None found in the last 30 days" in client.get(f"/?as_of={make.NOW.date()}").text


def test_what_cannot_be_excluded_comes_highest_first_and_only_where_evidence_tells() -> None:
    scored("MMR", "MLI", "HTI", "BDI")
    seen = world(day=make.TODAY, known_on=make.TODAY, is_current=True)
    assert seen.method is not None
    values = {"MMR": 40.0, "MLI": 50.0, "HTI": cannot_exclude_of_nothing(seen.method), "BDI": 40.0}
    grey = [replace(row, cannot_exclude=values[row.country.iso3]) for row in seen.rows if row.assessed]

    assert [row.country.iso3 for row in not_excluded(grey, seen)] == ["MLI", "BDI", "MMR"]


def test_nothing_known_is_the_limit_of_little_known() -> None:
    scored("MMR")
    seen = world(day=make.TODAY, known_on=make.TODAY, is_current=True)
    assert seen.method is not None
    (row,) = [row for row in seen.rows if row.assessed]

    assert row.cannot_exclude is not None
    assert 0 < cannot_exclude_of_nothing(seen.method) < row.cannot_exclude
