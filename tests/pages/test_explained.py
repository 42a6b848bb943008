"""What an index is made of and what moved it: printed figures add up, and nothing is told that may not be."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from indicators import assess, coding
from indicators.models import Evidence
from people.permissions import Role, Sensitivity
from reports.models import Report
from tests import make
from tests.api import given

pytestmark = pytest.mark.usefixtures("reference")
PAGES = ("/countries/MMR/breakdown/", "/countries/MMR/change/")
FIGURE = re.compile(r'<td class="num[^"]*">(?:<strong>)?([+−]?\d+\.\d)')


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-"))


def some(count: int = 6) -> None:
    coder, decider = given.people()
    for code in given.CODES[:count]:
        days: dict[str, Any] = {"event_on": dt.date(2024, 1, 5), "known_on": dt.date(2024, 1, 10)}
        make.accepted(indicator=make.indicator(code), coder=coder, by=decider, **days)
    given.evidence(count)
    make.accepted(indicator=make.indicator("2.1"), polarity=Evidence.Polarity.MITIGATION)
    given.series_values(1)
    given.scored()


def test_every_level_of_the_breakdown_adds_up(client: Client) -> None:
    some()

    tree = client.get("/countries/MMR/breakdown/").context["tree"]
    nodes, seen = [tree], 0
    while nodes:
        node = nodes.pop()
        if node.children:
            assert sum(child.tenths for child in node.children) == node.tenths
            seen += 1
        nodes += node.children

    assert seen > 10


def test_the_printed_rows_of_a_factor_add_up_to_its_foot(client: Client) -> None:
    some()

    text = client.get("/countries/MMR/breakdown/").text
    for body in re.findall(r'<table class="tree">.*?</table>', text, re.DOTALL):
        signs = re.findall(r'class="tree-sign">.*?<strong>([^<]+)<', body)
        foot = body.partition("<tfoot>")[2]
        assert sum(map(number, signs)) == number(FIGURE.findall(foot)[0])


def test_the_causes_lead_from_one_index_to_the_other(client: Client) -> None:
    some()

    table = client.get("/countries/MMR/").text.partition('class="causes"')[2].partition("</table>")[0]
    before, *causes, after = map(number, FIGURE.findall(table))

    assert before + sum(causes) == after
    assert "Index on 1 April 2024" in table


def test_what_came_in_and_what_was_retracted_leads_to_its_evidence(client: Client) -> None:
    new = make.accepted()
    gone = make.accepted(event_on=dt.date(2024, 1, 5), known_on=dt.date(2024, 1, 10))
    at = dt.datetime(2024, 6, 20, tzinfo=dt.UTC)
    coding.retract(evidence_id=gone.pk, by=make.person(Role.ADMIN), reason="wrong country", at=at)

    text = client.get("/countries/MMR/change/?from=2024-05-01&as_of=2024-06-25").text

    assert f'href="/evidence/{new.pk}/"' in text.partition('id="came-in"')[2].partition('id="went-out"')[0]
    assert f'href="/evidence/{gone.pk}/"' in text.partition('id="went-out"')[2]
    assert "wrong country" in text


def said(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def numbers_told(client: Client, query: str = "?from=2024-05-01&as_of=2024-06-25") -> str:
    text = client.get(f"/countries/MMR/change/{query}").text
    return text.partition('id="numbers-in"')[2].partition('id="went-out"')[0]


def test_numbers_of_series_that_came_in_are_told_of_the_latest_period_alone(client: Client) -> None:
    make.accepted()
    latest, older = given.series_values(2)

    text = numbers_told(client)

    assert latest.definition.title in text
    assert f'<td class="nowrap">{said(latest.period_end)}</td>' in text
    assert f'<td class="nowrap">{said(latest.known_at)}</td>' in text
    assert f'href="/reports/{latest.report_id}/"' in text
    assert said(older.period_end) not in text
    assert "None that you may see" in numbers_told(client, "?from=2024-06-10&as_of=2024-06-25")


def test_a_number_that_the_reader_may_not_see_is_counted_alone(client: Client) -> None:
    make.accepted()
    hidden = make.report(kind=Report.Kind.DATASET, sensitivity=Sensitivity.CONFIDENTIAL)
    (value,) = given.series_values(1, report=hidden)

    text = numbers_told(client)

    assert "And 1 number that you may not see." in text
    assert value.definition.title not in text
    client.force_login(make.person(Role.ADMIN))
    assert value.definition.title in numbers_told(client)


def test_what_was_first_known_is_no_rise_from_nothing(client: Client) -> None:
    make.accepted()
    assess.score_all(at=make.NOW, day=make.TODAY)

    for page in ("/countries/MMR/", "/countries/MMR/change/"):
        text = client.get(page).text
        assert re.search("no(t a)? measured worsening", text)
        assert "Index on 1 April 2024" not in text


@pytest.mark.parametrize("page", PAGES)
def test_a_country_about_which_nothing_is_known_is_not_called_low(client: Client, page: str) -> None:
    text = client.get(page.replace("MMR", "FRA")).text

    assert "does not mean that the risk is low" in text
    assert "0.0" not in text.partition("</style>")[2]


@pytest.mark.parametrize("page", PAGES)
def test_hidden_evidence_counts_and_is_named_nowhere(client: Client, page: str) -> None:
    passage = make.passage(make.report(text="A secret that nobody may read.", bytes=b"secret"))
    hidden = make.confidential(
        family=make.family("secret-body"), event_key="secret-event", note="secret why", of=passage
    )
    make.accepted(indicator=make.indicator("1.1"))
    assess.score_all(at=make.NOW, day=make.TODAY)
    staff = Client()
    staff.force_login(make.person(Role.ADMIN))

    assert f"/evidence/{hidden.pk}/" in staff.get(page).text
    text = client.get(page).text
    assert "secret" not in text.lower()
    assert f"/evidence/{hidden.pk}/" not in text
    assert "ot shown to you" in text or "that you may not see" in text


@pytest.mark.parametrize("page", PAGES)
def test_queries_do_not_grow_with_evidence(client: Client, page: str) -> None:
    found = []
    for count in (3, 30):
        given.evidence(count)
        given.scored()
        for _ in range(2):
            with CaptureQueriesContext(connection) as asked:
                client.get(page)
            found.append(len(asked))

    assert found[0] == found[2] <= 14
    assert found[1] == found[3] == 1  # kept


@pytest.mark.parametrize("page", PAGES)
def test_a_kept_page_changes_with_what_it_shows(client: Client, page: str) -> None:
    some(2)
    before = client.get(page).text
    some(2)

    assert client.get(page).text != before


def test_two_moments_of_one_day_are_told_apart_by_what_was_known(client: Client) -> None:
    some(2)

    text = client.get("/countries/MMR/change/?from=2024-06-15&as_of=2024-06-15&known_at=2024-06-30").text

    table = text.partition('class="causes"')[2].partition("</table>")[0]
    assert ">Index on 15 June 2024<" in table
    assert ">Index on 15 June 2024, as known on 30 June 2024<" in table
    assert "points from 15 June 2024 to 15 June 2024, as known on 30 June 2024" in text


def test_one_moment_taken_twice_has_no_rows(client: Client) -> None:
    some(2)

    text = client.get("/countries/MMR/change/?from=2024-06-15&as_of=2024-06-15").text

    assert "Both moments are the same, 15 June 2024" in text
    assert "Index on" not in text


def test_the_form_holds_the_days_that_are_shown(client: Client) -> None:
    some(2)

    text = client.get("/countries/MMR/change/?from=2024-02-01&as_of=2024-06-15&known_at=2024-06-30").text

    for name, day in {"from": "2024-02-01", "from_known_at": "2024-02-01", "known_at": "2024-06-30"}.items():
        assert f'name="{name}" value="{day}"' in text


@pytest.mark.parametrize("page", PAGES)
def test_only_countries_have_the_pages(client: Client, page: str) -> None:
    assert client.get(page.replace("MMR", "XXX")).status_code == 404
    assert client.get(page.replace("MMR", "M%00R")).status_code == 404
    assert client.get(f"{page}?as_of=2024-13-45").status_code == 400


def test_a_change_that_goes_backward_is_refused_with_what_was_wanted(client: Client) -> None:
    answer = client.get("/countries/MMR/change/?from=2024-06-30&as_of=2024-01-31")

    assert answer.status_code == 400
    assert "from is 2024-06-30; wanted a day not later than as_of, 2024-01-31" in answer.text


def test_until_the_daily_run_every_part_tells_of_the_score_that_stands(client: Client, settings: Settings) -> None:
    some(8)
    assess.score_all(at=make.NOW, day=make.TODAY)
    before = client.get("/countries/MMR/").text.partition('id="moved"')[2].partition("</section>")[0]
    settings.INSTALLATION_DAY = make.TODAY + dt.timedelta(days=1)
    after = client.get("/countries/MMR/").text.partition('id="moved"')[2].partition("</section>")[0]

    assert "Index on 30 June 2024" in after
    assert FIGURE.findall(after) == FIGURE.findall(before) != []
    assert "</strong> on 30 June 2024: factor by factor" in client.get("/countries/MMR/breakdown/").text
