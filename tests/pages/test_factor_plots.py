"""The plots of a country's factors, and the small lines in its rows: by what is known, nothing drawn that is not."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from countries.templatetags.sparks import course_words, sparkline
from indicators import assess
from indicators.models import Evidence
from people.permissions import Role
from reports.models import Report
from tests import make

pytestmark = pytest.mark.usefixtures("reference")
PLOTS = "/countries/MMR/factor-plots/"
SIGN = "7.14"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def scored(event_on: dt.date = dt.date(2023, 3, 1), known_on: dt.date = dt.date(2023, 3, 2)) -> Evidence:
    evidence = make.accepted(indicator=make.indicator(SIGN), event_on=event_on, known_on=known_on)
    assess.score_all(at=make.NOW, day=make.TODAY)
    return evidence


def test_the_plots_say_what_the_country_page_says_of_its_factors(client: Client) -> None:
    scored()

    page = client.get(PLOTS)
    rows = {row[0]: row for row in page.context["compared"].rows}
    factors = client.get("/countries/MMR/").context["factors"]

    for factor in factors:
        view = factor.view
        said = rows[f"{view.number} {view.title}"][1]
        assert said == (str(round(100 * view.value)) if view.assessed else "–")


def test_a_factor_that_is_not_assessed_is_never_a_zero(client: Client) -> None:
    scored()

    page = client.get(PLOTS)

    assert [row[0].split()[0] for row in page.context["compared"].rows if row[1] != "–"] == ["7"]
    assert {cell for row in page.context["months"].rows if not row[0].startswith("7 ") for cell in row[1:]} == {"–"}


def test_months_before_anything_was_known_are_gaps(client: Client) -> None:
    scored()

    chart = client.get(PLOTS).context["months"]

    (row,) = (row for row in chart.rows if row[0].startswith("7 "))
    by_month = dict(zip(chart.columns[1:], row[1:], strict=True))
    assert len(by_month) == 36
    assert list(by_month) == sorted(by_month)
    assert by_month["2023-02"] == "–"
    assert int(by_month["2023-03"]) > int(by_month["2024-06"]) > 0


def test_a_year_ago_is_by_what_is_known_on_the_day_of_knowledge(client: Client) -> None:
    scored(event_on=dt.date(2023, 3, 1), known_on=dt.date(2024, 6, 1))

    def then(query: str) -> str:
        chart = client.get(f"{PLOTS}{query}").context["compared"]
        return str(next(row[3] for row in chart.rows if row[0].startswith("7 ")))

    assert then("") != "–"
    assert then("?as_of=2024-06-20&known_at=2024-06-20") != "–"
    assert "Nothing is assessed on this day" in client.get(f"{PLOTS}?as_of=2024-05-20").text


def test_the_interval_stands_around_the_dot(client: Client) -> None:
    scored()

    row = next(row for row in client.get(PLOTS).context["compared"].rows if row[0].startswith("7 "))
    low, high = map(int, row[2].split(" to "))

    assert low <= int(row[1]) <= high
    assert low < high


def test_a_country_on_which_nothing_is_known_says_so_and_draws_nothing(client: Client) -> None:
    text = client.get("/countries/FRA/factor-plots/").text

    assert "Nothing is assessed on this day" in text
    assert "data-plot" not in text


@pytest.mark.parametrize("address", ["/countries/XXX/factor-plots/", "/countries/MMR/factor-plots/?as_of=banana"])
def test_what_is_no_country_or_day_is_refused(client: Client, address: str) -> None:
    assert client.get(address).status_code in {400, 404}


def test_the_country_page_leads_to_the_plots_of_its_day_and_does_not_carry_them(client: Client) -> None:
    scored()

    text = client.get("/countries/MMR/?as_of=2024-06-20").text

    assert f'data-lazy="{PLOTS}?as_of=2024-06-20' in text
    assert f'<a href="{PLOTS}?as_of=2024-06-20' in text
    assert 'id="factors-by-month' not in text


def test_nothing_of_a_passage_stands_on_the_page_of_plots(client: Client) -> None:
    hidden = make.confidential(of=make.passage(make.report(kind=Report.Kind.DOCUMENT, text="A secret.", bytes=b"s")))
    assess.score_all(at=make.NOW, day=make.TODAY)
    client.force_login(make.person(Role.ADMIN))

    assert hidden.passage.text not in client.get(PLOTS).text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_do_not_grow_with_evidence(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    coder, decider = make.person(Role.CODER), make.person(Role.REVIEWER)
    for _ in range(count):
        make.accepted(coder=coder, by=decider)
    assess.score_all(at=make.NOW, day=make.TODAY)

    with django_assert_max_num_queries(8):
        client.get(PLOTS)
    with django_assert_max_num_queries(2):  # kept: the country with its marker
        client.get(PLOTS)


def test_each_assessed_row_has_its_small_line_and_its_words(client: Client) -> None:
    scored()

    text = client.get("/countries/MMR/").text

    rows = {int(n): row for n, row in re.findall(r'id="factor-(\d+)"[^>]*>(.*?)</summary>', text, re.DOTALL)}
    assert [number for number, row in rows.items() if "<polyline" in row] == [7]
    assert "over two years from" in rows[7]


def test_a_small_line_breaks_where_nothing_was_known() -> None:
    drawn = sparkline([0.0, 0.5, None, 1.0, 1.0])

    assert re.findall(r'polyline points="([^"]+)"', drawn) == ["0.0,22.0 25.0,12.0", "75.0,2.0 100.0,2.0"]
    assert course_words([0.0, 0.5, None, 1.0, 1.0]) == "from 0 to 100, between 0 and 100, not known all along"


def test_a_small_line_has_no_end_where_nothing_is_known_now() -> None:
    assert "spark-end" in sparkline([0.1, 0.2])
    assert "spark-end" not in sparkline([0.1, 0.2, None])


@pytest.mark.parametrize("values", [[], [None, None], [None, 0.4]])
def test_one_point_is_no_line(values: list[float | None]) -> None:
    assert sparkline(values) == ""
    assert course_words(values) == ""


def test_the_last_point_of_a_course_is_the_factor(client: Client) -> None:
    scored()

    for factor in client.get("/countries/MMR/").context["profile"].factors:
        if factor.assessed:
            assert factor.course[-1] == pytest.approx(factor.value, abs=1e-9)
        else:
            assert set(factor.course) == {None}
