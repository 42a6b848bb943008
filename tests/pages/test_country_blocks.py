"""The country page has the same eleven blocks in the same order for every country, and each factor opens by itself."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators import assess, coding
from indicators.models import Evidence
from people.permissions import Role
from reports.models import Report
from tests import make
from tests.alerts import outbox

pytestmark = pytest.mark.usefixtures("reference")
BLOCKS = [
    "stands", "at-risk", "why", "can-be-done", "factors", "history-head", "evidence", "alerts", "commitments", "others",
    "method-head",
]  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def scored(**fields: Any) -> Evidence:
    evidence = make.accepted(**fields)
    assess.score_all(at=make.NOW, day=make.TODAY)
    return evidence


def headings(text: str) -> list[str]:
    return [found for found in re.findall(r'<h2 id="([^"]+)"', text) if found != "flags"]


@pytest.mark.parametrize("severity", [1, 4])
def test_an_assessed_country_has_the_blocks_in_order(client: Client, severity: int) -> None:
    scored(severity=severity)

    assert headings(client.get("/countries/MMR/").text) == BLOCKS


def test_a_country_that_nobody_assessed_has_the_same_blocks(client: Client) -> None:
    text = client.get("/countries/FRA/").text

    assert headings(text) == BLOCKS
    assert "No index to draw." in text
    assert "level level-low" not in text
    assert text.count('class="level level-unassessed"') == 14


@pytest.mark.parametrize("iso3", ["MMR", "FRA"])
def test_the_list_of_contents_leads_to_every_block(client: Client, iso3: str) -> None:
    scored()

    text = client.get(f"/countries/{iso3}/").text

    listed = text.partition('<nav class="contents"')[2].partition("</nav>")[0]
    assert re.findall(r'href="#([^"]+)"', listed) == BLOCKS


def test_the_sentence_names_groups_and_actors_of_the_evidence_alone(client: Client) -> None:
    scored(group="people of the made-up valley", actor=Evidence.Actor.MILITIA)

    block = client.get("/countries/MMR/").text.partition('id="at-risk"')[2].partition("</section>")[0]

    assert "people of the made-up valley" in block
    assert "militias" in block
    assert "put together from the evidence" in block


def test_the_sentence_names_nobody_whom_the_reader_may_not_see(client: Client) -> None:
    make.confidential(group="people of the made-up valley")
    assess.score_all(at=make.NOW, day=make.TODAY)

    assert "people of the made-up valley" not in client.get("/countries/MMR/").text


def test_a_factor_of_the_page_is_fetched_from_a_page_of_its_own(client: Client) -> None:
    evidence = scored()
    country = client.get("/countries/MMR/").text
    (address, part) = re.findall(r'id="factor-7" data-lazy="([^"]+)" data-part="([^"]+)"', country)[0]

    page = client.get(address).text

    assert f'<a href="{address}">Signs and passages of factor 7</a>' in country
    assert evidence.passage.text in page.partition(f'<div id="{part}">')[2].partition("<nav")[0]


def test_a_factor_of_which_nothing_is_known_says_so(client: Client) -> None:
    scored()

    assert "Nothing is known here of this factor." in client.get("/countries/MMR/factors/10/").text
    assert "Nothing is known here of this factor." in client.get("/countries/FRA/factors/7/").text


@pytest.mark.parametrize("place", ["MMR/factors/0", "MMR/factors/15", "XXX/factors/7"])
def test_what_is_no_factor_or_country_is_not_found(client: Client, place: str) -> None:
    assert client.get(f"/countries/{place}/").status_code == 404


def test_a_factor_of_another_day_shows_what_was_known(client: Client) -> None:
    evidence = scored(event_on=dt.date(2023, 1, 1), known_on=dt.date(2024, 6, 1))

    assert evidence.passage.text not in client.get("/countries/MMR/factors/7/?as_of=2024-05-31").text


def test_a_factor_shows_nothing_hidden(client: Client) -> None:
    evidence = make.confidential(of=make.passage(make.report(text="A secret that nobody may read.", bytes=b"secret")))
    assess.score_all(at=make.NOW, day=make.TODAY)
    staff = Client()
    staff.force_login(make.person(Role.ADMIN))

    assert evidence.passage.text in staff.get("/countries/MMR/factors/7/").text
    text = client.get("/countries/MMR/factors/7/").text
    assert evidence.passage.text not in text
    assert "1 piece that you may not see" in text


@pytest.mark.parametrize("count", [3, 30])
def test_queries_of_a_factor_do_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        make.accepted()
    assess.score_all(at=make.NOW, day=make.TODAY)
    client.get("/countries/MMR/factors/7/")
    with django_assert_max_num_queries(1):
        client.get("/countries/MMR/factors/7/")


def test_evidence_is_chosen_by_source_date_and_state(client: Client) -> None:
    old = make.accepted(event_on=dt.date(2023, 1, 1), known_on=dt.date(2023, 1, 1))
    new = make.accepted(event_on=dt.date(2024, 1, 1), known_on=dt.date(2024, 1, 1))
    gone = make.accepted(event_on=dt.date(2022, 1, 1), known_on=dt.date(2022, 1, 1))
    coding.retract(evidence_id=gone.pk, by=make.person(Role.ADMIN), reason="a slip", at=make.NOW)
    assess.score_all(at=make.NOW, day=make.TODAY)

    def found(query: str) -> set[int]:
        text = client.get(f"/countries/MMR/{query}").text
        return {int(pk) for pk in re.findall(r'id="passage-(\d+)"', text)}

    assert found("?since=2023-06-01") == {new.passage_id}
    assert found("?until=2023-06-01") == {old.passage_id}
    assert found(f"?source={old.passage.report.source_id}") >= {old.passage_id}
    assert found("?source=999999") == set()
    assert found("?state=retracted") == {gone.passage_id}
    assert found("?state=accepted") == {old.passage_id, new.passage_id}
    assert found("?state=other") == set()


def test_what_nobody_decided_is_listed_for_staff_alone(client: Client) -> None:
    scored()
    waiting = make.proposed()
    staff = Client()
    staff.force_login(make.person(Role.CODER))

    assert waiting.passage.text not in client.get("/countries/MMR/?state=proposed").text
    text = staff.get("/countries/MMR/?state=proposed").text
    assert waiting.passage.text in text
    assert "nobody yet" in text


@pytest.mark.parametrize("query", ["?since=banana", "?until=2024-02-31", "?since=3024-01-01"])
def test_a_day_that_is_none_is_refused_in_words(client: Client, query: str) -> None:
    page = client.get(f"/countries/MMR/{query}")

    assert page.status_code == 400
    assert "wanted a day" in page.text


def test_what_happens_to_an_alert_shows_on_the_kept_page_at_once(client: Client) -> None:
    scored()
    assert "No alert has been sent" in client.get("/countries/MMR/").text

    alert = outbox.alert()

    assert alert.headline in client.get("/countries/MMR/").text


def test_our_summary_says_so_on_the_factor(client: Client) -> None:
    scored(of=make.passage(make.report(kind=Report.Kind.CODING_NOTE)))

    assert "Our summary; read the original" in client.get("/countries/MMR/factors/7/").text
